"""Harvest: token sequences through a model to a batch of one layer's input, target and attention pattern.

The pass runs without gradients and ends after the last site needed, so nothing above the layer is computed, and only
the harvested layers leave fused attention. What is read is a `Reading` (core/reading.py): any roles, from any sites.
Heads of a per-head site (`attn.hook_z`) are laid side by side, so that every role but a pattern is `[b, p, d]`.

A pattern is `n_heads * p` numbers per token, most of a store's bytes at any useful length; x is `d_model`. So patterns
are computed again from what is kept: in a native model one attention layer, from `hook_resid_pre` (everything the
layer reads) or from `ln1.hook_normalized` (unless positions are added after the norm, as in Shortformer models).
Other models keep what feeds their attention to themselves (query norms, scalings, windows), so there the model runs
again from the tokens, up to this layer.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Read, Reading, one_site
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.models.native import Block, NativeTransformer
from polyhead.models.tap import StopForward, Tap

RESID, NORMED, PATTERN = "hook_resid_pre", "ln1.hook_normalized", "attn.hook_pattern"


def harvest_batch(
    model: HookedModel,
    tokens: Int[Tensor, "b p"],
    reading: Reading,
    *,
    valid: Bool[Tensor, "b p"] | None = None,
) -> Batch:
    """The batch of `tokens` on the model's device; `valid` is every position where none is given.

    Raises:
        PolyheadError: a layer or site the model does not have, ids out of range, sequences too long.
    """
    if valid is None:
        valid = torch.ones_like(tokens, dtype=torch.bool)
    tokens, valid = tokens.to(model.device), valid.to(model.device)
    return {"tokens": tokens, "valid": valid, **read_roles(model, tokens, reading)}


@torch.no_grad()
def read_roles(model: HookedModel, tokens: Int[Tensor, "b p"], reading: Reading) -> dict[str, Tensor]:
    """The tensors of every role, sites and heads side by side.

    Raises:
        PolyheadError: a site or head the model does not have, a pattern that is not alone in its role.
    """
    _, cache = model.run_with_cache(tokens, reading.sites, with_logits=False)
    return fill_roles(reading, cache)


def fill_roles(reading: Reading, cache: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same from tensors that are there already, by full site name.

    Raises:
        PolyheadError: a head that a site does not have, a pattern that is not alone in its role.
    """
    return {role: _joined(role, reads, cache) for role, reads in reading.roles.items()}


def _joined(role: str, reads: tuple[Read, ...], cache: Mapping[str, Tensor]) -> Tensor:
    if any(read.is_pattern for read in reads):
        if len(reads) > 1:
            raise PolyheadError(f"role {role!r} mixes a pattern with other sites; a pattern fills a role alone")
        value, heads = cache[reads[0].site], reads[0].heads  # type: ignore[misc]
        return value if heads is None else value[:, list(heads)]
    parts = []
    for read in reads:
        value = cache[read.site]
        if read.heads is not None:
            if value.ndim != 4 or max(read.heads) >= value.shape[2]:
                raise PolyheadError(f"heads {read.heads} were asked of {read.site}, which is {list(value.shape)}")
            value = value[:, :, list(read.heads)]
        parts.append(value.flatten(2))
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)


@torch.no_grad()
def read_sites(model: HookedModel, tokens: Int[Tensor, "b p"], sites: Mapping[str, str]) -> dict[str, Tensor]:
    """One full site name a role, heads of per-head sites side by side."""
    return read_roles(model, tokens, Reading(roles={role: one_site(name) for role, name in sites.items()}))


def pattern_source(model: HookedModel, sites: Sequence[str]) -> str | None:
    """The local site from which `recompute_pattern` starts, preferring `sites`; None: from the tokens.

    Args:
        model: whose pattern it is.
        sites: local names of what is read of the layer anyway.
    """
    if not isinstance(model, NativeTransformer):
        return None
    usable = (RESID,) if model.native.positions == "shortformer" else (NORMED, RESID)
    return next((s for s in sites if s in usable), RESID)


@torch.no_grad()
def recompute_pattern(
    model: HookedModel,
    layer: int,
    tokens: Int[Tensor, "b p"],
    source: str | None,
    value: Float[Tensor, "b p d"] | None = None,
) -> Float[Tensor, "b h q k"]:
    """The layer's attention pattern, from `value` at the site `source`, or from the tokens where that is None."""
    name = site(layer, PATTERN)
    if source is None or not isinstance(model, NativeTransformer):
        return read_sites(model, tokens, {"pattern": name})["pattern"]
    if value is None:
        raise PolyheadError(f"the pattern of layer {layer} is computed from {source}, which is not here")
    tap = Tap(sites=[name], stop=True, n_layers=model.cfg.n_layers)
    block = model.blocks[layer]
    assert isinstance(block, Block)
    value = value.to(model.device, model.dtype)
    try:
        if source == NORMED:
            block.attn(value, value, layer, tap)
        else:
            late = model.native.positions == "shortformer"
            block(value, model.pos_embed.W_pos[: value.shape[1]].expand_as(value) if late else None, layer, tap)
    except StopForward:
        pass
    return tap.cache[name]
