"""QK dictionary with a mask: plain form, arcs, pairs that the mask leaves; baselines of a head."""

import pytest
import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.qk_baselines import random_pairs, weight_svd, whitened_svd
from polyhead.dictionaries.qk_diagonal_init import QKDiagonalSettings
from polyhead.dictionaries.qk_diagonal_init import make as make_diagonal
from polyhead.dictionaries.qk_mask import QKMask, QKMaskSettings, make

N, T, D = 6, 16, 5


def layer(n_heads: int) -> BaseLayer:
    W = torch.randn(n_heads, 9, D, generator=generator(0, "W"))
    b, W_O = torch.zeros(n_heads, D), torch.zeros(n_heads, D, 9)
    return BaseLayer(0, W, W.flip(1), W, W_O, b, b, b, torch.zeros(9), n_heads, 0.5, None)


def batch(n_heads: int) -> dict[str, Tensor]:
    g = generator(1, "batch")
    q, k = torch.randn(N, T, n_heads * D, generator=g), torch.randn(N, T, n_heads * D, generator=g)
    scores = 0.5 * torch.einsum("bqhd,bkhd->bhqk", q.unflatten(-1, (n_heads, D)), k.unflatten(-1, (n_heads, D)))
    pattern = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -1e9).softmax(-1)
    return {"q": q, "k": k, "target": pattern}


def masked(n_heads: int = 2) -> tuple[QKMask, dict[str, Tensor]]:
    settings = QKMaskSettings(n_latents=12, k=4, key_k=4, max_density=0.6, decay=0.1)
    dictionary = make(settings, [layer(n_heads)], [batch(n_heads)], generator(0, "start"))
    with torch.no_grad():
        dictionary.mask.uniform_(generator=generator(2, "mask"))
    return dictionary, batch(n_heads)


def test_scores_are_the_plain_sum_over_pairs():
    dictionary, b = masked()
    u, w = dictionary.query(b["q"])[..., 0], dictionary.key(b["k"])[..., 0]
    G = torch.einsum("hid,hjd->hij", dictionary.D_q, dictionary.D_k)
    plain = torch.einsum("bqi,ij,hij,bkj->bhqk", u, dictionary.mask, G, w)
    torch.testing.assert_close(dictionary.paired(u[..., None], w[..., None]), plain, rtol=1e-4, atol=1e-5)


def test_arcs_sum_to_the_paired_scores():
    dictionary, b = masked()
    arcs = dictionary.view(b, torch.arange(12), [layer(2)]).arcs
    assert arcs is not None
    whole = dictionary.paired(dictionary.query(b["q"]), dictionary.key(b["k"])).tril()
    torch.testing.assert_close(arcs.sum(1), whole, rtol=1e-4, atol=1e-4)


def test_the_mask_pays_once_a_step_and_ends_in_zeros():
    dictionary, b = masked()
    before = dictionary.mask.clone()
    dictionary.loss(b)
    dictionary.project()
    torch.testing.assert_close(dictionary.mask.detach(), (before - 0.1).clamp(0, 1).detach())
    dictionary.project()  # no step since
    torch.testing.assert_close(dictionary.mask.detach(), (before - 0.1).clamp(0, 1).detach())
    assert (dictionary.pairs() == (before > 0.1)).all()


def test_full_rank_copies_the_head_and_lower_ranks_are_worse():
    b = batch(1)
    errors = [(whitened_svd([b], r, 0.5).reconstruct(b) - b["target"]).square().mean().item() for r in (5, 3, 1)]
    assert errors[0] < 1e-9
    assert errors[0] < errors[1] < errors[2]


def test_weight_svd_is_the_best_low_rank_product():
    base = layer(2)
    full = base.W_Q[1] @ base.W_K[1].mT
    W_Q, W_K = weight_svd(base, 1, 2)
    U, s, Vh = torch.linalg.svd(full)
    torch.testing.assert_close(W_Q @ W_K.mT, (U[:, :2] * s[:2]) @ Vh[:2], rtol=1e-3, atol=1e-3)
    assert torch.linalg.matrix_rank(W_Q @ W_K.mT) == 2


def test_random_pairs_keep_the_codes_and_lose_the_pairing():
    settings = QKDiagonalSettings(n_latents=12, k=4, max_density=0.6)
    b = batch(1)
    dictionary = make_diagonal(settings, [layer(1)], [b], generator(0, "start"))
    other = random_pairs(dictionary, generator(0, "pairs"))
    torch.testing.assert_close(other.key(b["k"]).sum(-2), dictionary.key(b["k"]).sum(-2))
    assert not torch.allclose(other.key(b["k"]), dictionary.key(b["k"]))
    assert torch.equal(other.query(b["q"]), dictionary.query(b["q"]))


@pytest.mark.parametrize("rank", [0, 6])
def test_a_rank_the_head_does_not_have_is_refused(rank: int):
    with pytest.raises(PolyheadError, match="expected 1 to 5"):
        weight_svd(layer(1), 0, rank)
