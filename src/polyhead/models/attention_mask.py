"""Which keys a query sees: verified on the scores of a probe, and for windows longer than that on the mask alone."""

from contextlib import ExitStack
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import StopForward


def windowed(n: int, window: int | None) -> Bool[Tensor, "n n"]:
    """Causal, and at most the last `window` keys, the query's own included."""
    ones = torch.ones(n, n, dtype=torch.bool)
    return ones.tril() if window is None else ones.tril() & ones.triu(1 - window)


def sees(model: HookedModel, layer: int, probed: Bool[Tensor, "h q k"], window: int | None, longest_probe: int) -> bool:
    """Whether queries of a layer see what the configuration says.

    Args:
        model: a native or Hugging Face model.
        layer: which of its layers.
        probed: what they saw on a probe.
        window: what the configuration says.
        longest_probe: of longer windows, the probe shows nothing; the mask of a sequence longer than them is asked for.
    """
    if not (probed == windowed(probed.shape[-1], window)).all():
        return False
    if window is None or window <= longest_probe or window >= model.cfg.n_ctx:
        return True
    n = min(model.cfg.n_ctx, window + 8)
    assert isinstance(model, HFModel)  # native models have no windows
    if model.family.own_attention:
        return True  # polyhead's own step makes its mask (hf/gpt_neo.py)
    given = _given_mask(model, layer, n)
    return given is not None and torch.equal(given, windowed(n, window))


@torch.no_grad()
def _given_mask(model: HFModel, layer: int, n: int) -> Bool[Tensor, "n n"] | None:
    """The mask that a layer is given for a sequence of n tokens; no layer is run."""
    found: list[Tensor | None] = []
    blocks = model.hf.get_submodule(model.family.blocks)
    tuples = _gives_tuples(model, blocks)

    def look(_module: nn.Module, _args: Any, kwargs: dict[str, Any]) -> None:
        found.append(kwargs.get("attention_mask"))
        raise StopForward

    def skip(hidden_states: Tensor, *_: Any, **__: Any) -> Any:
        return (hidden_states,) if tuples else hidden_states

    with ExitStack() as stack:
        for block in blocks[:layer]:
            block.forward = skip
            stack.callback(delattr, block, "forward")
        stack.callback(blocks[layer].register_forward_pre_hook(look, with_kwargs=True).remove)
        model.run_with_cache(torch.zeros(1, n, dtype=torch.long, device=model.device), [], with_logits=True)
    mask = found[0] if found else None
    return None if mask is None else mask[0, 0].cpu()


def _gives_tuples(model: HFModel, blocks: Any) -> bool:
    """Whether blocks of this version of transformers give a tuple."""
    seen: list[bool] = []
    handle = blocks[0].register_forward_hook(lambda _module, _args, output: seen.append(isinstance(output, tuple)))
    try:
        model(torch.zeros(1, 1, dtype=torch.long, device=model.device))
    finally:
        handle.remove()
    return seen[0]
