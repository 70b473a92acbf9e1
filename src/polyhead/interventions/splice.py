"""Splice: put another tensor in the place of a site's own, or of several sites', during the model's forward pass.

Nothing before the site depends on what is put there. Where many tensors are tried on the same tokens, `clean_pass`
keeps what the layer had read, and a native model resumes from there instead of starting over.
Axis legend: b sequence, p position, d width, v vocabulary.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.reading import Read
from polyhead.core.sites import parse_site
from polyhead.core.sites import site as full_name
from polyhead.models.active import intervened
from polyhead.models.hooked import HookedModel
from polyhead.models.native import Block, NativeTransformer
from polyhead.models.tap import Hook, Tap

_RESUMABLE = ("hook_attn_out", "hook_resid_post")


class CleanPass(NamedTuple):
    """What a splice can resume from."""

    site: str
    logits: Float[Tensor, "b p v"]
    own: Float[Tensor, "b p d"]
    """The tensor at the site."""
    before: Float[Tensor, "b p d_model"] | None
    """The residual stream before the layer, for models that can resume from there."""


@torch.no_grad()
def clean_pass(model: HookedModel, tokens: Int[Tensor, "b p"], site: str) -> CleanPass:
    """The model as it is, with what splices at `site` need.

    Raises:
        PolyheadError: a site the model does not have.
    """
    at = parse_site(site, n_layers=model.cfg.n_layers)
    native = isinstance(model, NativeTransformer) and not intervened(model)
    resumable = native and at.name in _RESUMABLE and at.layer is not None
    before = full_name(at.layer or 0, "hook_resid_pre")
    logits, cache = model.run_with_cache(tokens, [before, site] if resumable else [site])
    assert logits is not None
    return CleanPass(site, logits, cache[site], cache[before] if resumable else None)


def splice_hook(replacement: Float[Tensor, "b p d"], where: Bool[Tensor, "b p"] | None = None) -> Hook:
    """A hook that puts `replacement` in place at the positions `where` (all by default) and leaves the others."""

    def hook(value: Tensor) -> Tensor:
        new = replacement.to(value.dtype)
        return new if where is None else torch.where(where[..., None], new, value)

    return hook


@torch.no_grad()
def spliced_logits(
    model: HookedModel,
    tokens: Int[Tensor, "b p"],
    site: str,
    replacement: Float[Tensor, "b p d"],
    where: Bool[Tensor, "b p"] | None = None,
    *,
    clean: CleanPass | None = None,
) -> Float[Tensor, "b p v"]:
    """Logits of the model with `replacement` at the full site name `site`; `clean` of the same tokens saves time.

    Raises:
        PolyheadError: a site the model does not have.
    """
    hook = splice_hook(replacement, where)
    if clean is None or clean.before is None or not isinstance(model, NativeTransformer):
        return model.run_with_hooks(tokens, {site: hook})
    assert clean.site == site, (clean.site, site)
    at = parse_site(site)
    assert at.layer is not None
    value = hook(clean.own)
    assert value is not None
    return _go_on(model, at.layer, at.name, clean.before, value)


def target_hooks(
    targets: Sequence[Read],
    replacement: Float[Tensor, "b ..."],
    where: Bool[Tensor, "b p"],
    *,
    n_heads: int,
) -> dict[str, Hook]:
    """Hooks that put a reconstructed target back where it was read from, at the positions `where`.

    The target is laid out as it was read (core/reading.py): sites side by side, heads of per-head sites side by side,
    or one pattern `[b, h, q, k]`, whose rows of counted queries are replaced. Where only some heads were read because
    the others repeat them (GQA), each is put back for all heads that share it.
    """
    if any(read.is_pattern for read in targets):
        (read,) = targets
        return {read.site: _pattern_hook(read, replacement, where)}
    parts = replacement.chunk(len(targets), dim=-1)
    if len({p.shape[-1] for p in parts}) > 1 or len(parts) < len(targets):
        raise PolyheadError(f"a target of width {replacement.shape[-1]} cannot be cut into {len(targets)} equal sites")
    return {read.site: _site_hook(read, part, where, n_heads) for read, part in zip(targets, parts, strict=True)}


def _site_hook(read: Read, new: Tensor, where: Tensor, n_heads: int) -> Hook:
    def hook(value: Tensor) -> Tensor:
        put = new.to(value.dtype)
        if value.ndim == 4:
            n = value.shape[2] if read.heads is None else len(read.heads)
            put = put.unflatten(-1, (n, -1)).repeat_interleave(n_heads // n, dim=2)
        return torch.where(where.view(*where.shape, *[1] * (value.ndim - 2)), put, value)

    return hook


def _pattern_hook(read: Read, replacement: Tensor, where: Tensor) -> Hook:
    def hook(value: Tensor) -> Tensor:
        rows, new = where[:, None, :, None], replacement.to(value.dtype)
        if read.heads is None:
            return torch.where(rows, new, value)
        changed = value.clone()
        changed[:, list(read.heads)] = torch.where(rows, new, value[:, list(read.heads)])
        return changed

    return hook


def _go_on(model: NativeTransformer, layer: int, name: str, before: Tensor, value: Tensor) -> Tensor:
    """The rest of a native forward pass, from the replaced tensor of `layer`."""
    tap = Tap(n_layers=model.cfg.n_layers)
    pos = None
    if model.native.positions == "shortformer":
        pos = model.pos_embed.W_pos[: value.shape[1]].expand_as(value)
    x, block = value, cast(Block, model.blocks[layer])
    if name == "hook_attn_out":
        x = before + value
        if hasattr(block, "mlp"):
            x = x + block.mlp(block.ln2(x), layer, tap)
    for later in range(layer + 1, model.cfg.n_layers):
        x = model.blocks[later](x, pos, later, tap)
    logits = model.ln_final(x) @ model.unembed.W_U
    return logits + model.unembed.b_U if model.native.has_bias else logits
