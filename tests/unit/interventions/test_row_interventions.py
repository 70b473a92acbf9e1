"""Ablation by hand: what is replaced is what was asked, nothing else, and equal to computing it outside the model."""

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.interventions.rows import KINDS, HeadAblation, ablation_hook, freeze_patterns, logits_from, reference
from polyhead.models.native import NativeTransformer

B, P, LAYER, HEAD = 3, 7, 1, 2
PATTERN, Z, RESULT = (site(LAYER, f"attn.hook_{n}") for n in ("pattern", "z", "result"))


@pytest.fixture
def tokens(rng: torch.Generator) -> torch.Tensor:
    return torch.cat([torch.zeros(B, 1, dtype=torch.int64), torch.randint(1, 31, (B, P - 1), generator=rng)], dim=1)


@pytest.fixture
def text(rng: torch.Generator) -> torch.Tensor:
    return torch.cat([torch.zeros(11, 1, dtype=torch.int64), torch.randint(1, 31, (11, 9), generator=rng)], dim=1)


def run(model: NativeTransformer, tokens: torch.Tensor, hooks=None) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        return model.run_with_cache(tokens, [PATTERN, Z, RESULT], hooks=hooks, with_logits=False)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_head_and_the_position_change(
    kind, tiny_model: NativeTransformer, tokens: torch.Tensor, text: torch.Tensor
) -> None:
    where = torch.zeros(B, P, dtype=torch.bool)
    where[0, 4] = where[2, 6] = True
    ref, draw = reference(tiny_model, text, LAYER), torch.tensor([5, 0, 10])
    hooks = ablation_hook(HeadAblation(LAYER, (HEAD,), kind), (B, P), where, text=ref, draw=draw)
    clean, ablated = run(tiny_model, tokens), run(tiny_model, tokens, hooks)
    changed = (ablated[RESULT] - clean[RESULT]).abs().amax(-1) > 1e-6  # the clean pass is fused: other last bits
    expected = torch.zeros(B, P, 5, dtype=torch.bool)
    expected[where[..., None] & (torch.arange(5) == HEAD)] = True
    assert torch.equal(changed, expected)
    other = run(tiny_model, text)
    if kind.endswith("row"):
        rows = ablated[PATTERN][:, HEAD][where]
        torch.testing.assert_close(rows.sum(-1), torch.ones(2))
        expected_rows = {
            "bos-row": torch.eye(P)[:1].expand(2, P),
            "mean-row": other[PATTERN][:, HEAD].mean(0)[[4, 6], :P],
            "resampled-row": torch.stack([other[PATTERN][5, HEAD, 4, :P], other[PATTERN][10, HEAD, 6, :P]]),
        }
        torch.testing.assert_close(rows, expected_rows[kind])
        v_mixed = torch.einsum("nk,bkd->nbd", rows, _values(tiny_model, tokens))
        torch.testing.assert_close(ablated[Z][0, 4, HEAD], v_mixed[0, 0])
    else:
        expected_z = {
            "zero-output": torch.zeros(2, 6),
            "mean-output": other[Z].mean(0)[[4, 6], HEAD],
            "resampled-output": torch.stack([other[Z][5, 4, HEAD], other[Z][10, 6, HEAD]]),
        }
        torch.testing.assert_close(ablated[Z][:, :, HEAD][where], expected_z[kind])


def _values(model: NativeTransformer, tokens: torch.Tensor) -> torch.Tensor:
    name = site(LAYER, "attn.hook_v")
    with torch.no_grad():
        return model.run_with_cache(tokens, [name], with_logits=False)[1][name][:, :, HEAD]


def test_frozen_patterns_stay(tiny_model: NativeTransformer, tokens: torch.Tensor) -> None:
    later = site(2, "attn.hook_pattern")
    with torch.no_grad():
        clean = tiny_model.run_with_cache(tokens, [later], with_logits=False)[1][later]
        hooks = ablation_hook(HeadAblation(LAYER, (HEAD,), "zero-output"), (B, P))
        free = tiny_model.run_with_cache(tokens, [later], hooks=hooks, with_logits=False)[1][later]
        hooks |= freeze_patterns({2: clean})
        frozen = tiny_model.run_with_cache(tokens, [later], hooks=hooks, with_logits=False)[1][later]
    assert not torch.equal(free, clean)
    assert torch.equal(frozen, clean)


def test_what_is_missing_is_said(tiny_model: NativeTransformer, text: torch.Tensor) -> None:
    with pytest.raises(PolyheadError, match="needs reference text"):
        ablation_hook(HeadAblation(LAYER, (HEAD,), "mean-row"), (B, P))
    ref = reference(tiny_model, text[:, :5], LAYER)
    with pytest.raises(PolyheadError, match="reference text of 5 tokens"):
        ablation_hook(HeadAblation(LAYER, (HEAD,), "mean-row"), (B, P), text=ref)


def test_logits_from_a_layer_equal_the_whole_pass(tiny_model: NativeTransformer, tokens: torch.Tensor) -> None:
    hooks, last = ablation_hook(HeadAblation(LAYER, (HEAD,)), (B, P)), torch.tensor([6, 3, 5])
    name = site(LAYER, "hook_resid_pre")
    with torch.no_grad():
        whole = tiny_model.run_with_hooks(tokens, hooks)[torch.arange(B), last]
        before = tiny_model.run_with_cache(tokens, [name], with_logits=False)[1][name]
    torch.testing.assert_close(logits_from(tiny_model, LAYER, before, last, hooks), whole)
