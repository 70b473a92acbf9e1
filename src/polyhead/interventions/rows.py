"""Ablate a head: replace rows of its attention pattern, or its output, at some positions and leave all else alone.

What stands in for a row: one-hot on BOS; the head's mean row over reference text at the same query position; its row
on one reference text, drawn at random. What stands in for the output z (before W_O): zero, its mean at the same
position, or its value on one reference text. A replaced row always sums to one and never looks ahead.
Axis legend: b sequence, h head, q query (= p position), k key, d d_head, r reference text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.sites import site
from polyhead.models.active import intervened
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer
from polyhead.models.tap import Hook, Tap

Kind = Literal["bos-row", "mean-row", "resampled-row", "zero-output", "mean-output", "resampled-output"]
KINDS: tuple[str, ...] = get_args(Kind)


def replace_rows(
    heads: Sequence[int], rows: Float[Tensor, "#b #h #q k"], where: Bool[Tensor, "b q"] | None = None
) -> Hook:
    """A hook for `attn.hook_pattern`: `rows` in the place of the heads' own, at queries `where` (all by default)."""

    def hook(pattern: Tensor) -> Tensor:
        new = pattern.clone()
        own = new[:, list(heads)]
        put = rows.to(own).expand_as(own)
        new[:, list(heads)] = put if where is None else torch.where(where[:, None, :, None], put, own)
        return new

    return hook


def replace_output(
    heads: Sequence[int], z: Float[Tensor, "#b #p #h #d"], where: Bool[Tensor, "b p"] | None = None
) -> Hook:
    """A hook for `attn.hook_z`: `z` in the place of the heads' own, at the positions `where` (all by default)."""

    def hook(value: Tensor) -> Tensor:
        new = value.clone()
        own = new[:, :, list(heads)]
        put = z.to(own).expand_as(own)
        new[:, :, list(heads)] = put if where is None else torch.where(where[:, :, None, None], put, own)
        return new

    return hook


def freeze_patterns(patterns: Mapping[int, Float[Tensor, "b h q k"]]) -> dict[str, Hook]:
    """Hooks that put kept patterns, by layer, in place of whatever the layers would compute."""

    def keep(pattern: Tensor) -> Hook:
        return lambda _: pattern

    return {site(layer, "attn.hook_pattern"): keep(pattern) for layer, pattern in patterns.items()}


@dataclass(frozen=True)
class Reference:
    """What one layer does on reference text: where means and resampled values come from."""

    layer: int
    mean_pattern: Float[Tensor, "h q k"]
    mean_z: Float[Tensor, "p h d"]
    tokens: Int[Tensor, "r p"]
    model: HookedModel


def reference(model: HookedModel, tokens: Int[Tensor, "r p"], layer: int, *, sequences_per_run: int = 16) -> Reference:
    """Mean pattern and mean z of a layer over reference text, in a streaming pass."""
    return references(model, tokens, [layer], sequences_per_run=sequences_per_run)[layer]


@torch.no_grad()
def references(
    model: HookedModel, tokens: Int[Tensor, "r p"], layers: Sequence[int], *, sequences_per_run: int = 16
) -> dict[int, Reference]:
    """`reference` of many layers in one pass over the text; patterns of all layers are held for one run only."""
    patterns, zs = ({i: site(i, f"attn.hook_{name}") for i in layers} for name in ("pattern", "z"))
    sums: dict[str, Tensor] = {}
    for rows in tokens.split(sequences_per_run):
        _, cache = model.run_with_cache(rows, [*patterns.values(), *zs.values()], with_logits=False)
        for name, value in cache.items():
            total = value.double().sum(0)
            sums[name] = sums[name] + total if name in sums else total
    n = len(tokens)
    return {i: Reference(i, (sums[patterns[i]] / n).float(), (sums[zs[i]] / n).float(), tokens, model) for i in layers}


@dataclass(frozen=True)
class HeadAblation:
    """One intervention on some heads of one layer."""

    layer: int
    heads: tuple[int, ...]
    kind: Kind = "bos-row"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise PolyheadError(f"unknown ablation {self.kind!r}; {nearest(self.kind, KINDS)}")


@torch.no_grad()
def logits_from(
    model: NativeTransformer,
    layer: int,
    before: Float[Tensor, "b p d_model"],
    last: Int[Tensor, " b"],
    hooks: Mapping[str, Hook],
) -> Float[Tensor, "b v"]:
    """Logits at the positions `last`, from the residual stream before a layer; hooks of earlier layers are not
    seen. Most of a pass is spent on earlier layers and on logits nobody reads.

    Raises:
        PolyheadError: an intervention is in force, which only a whole pass can honour.
    """
    if intervened(model):
        raise PolyheadError("ablations that resume from a layer cannot run inside `with ph.steer/ablate/clamp(...)`")
    tap = Tap(hooks=hooks, n_layers=model.cfg.n_layers)
    pos = None
    if model.native.positions == "shortformer":
        pos = model.pos_embed.W_pos[: before.shape[1]].expand_as(before)
    x = before
    for later in range(layer, model.cfg.n_layers):
        x = model.blocks[later](x, pos, later, tap)
    tap.check_complete()
    logits = model.ln_final(x[torch.arange(len(x)), last]) @ model.unembed.W_U
    return logits + model.unembed.b_U if model.native.has_bias else logits


@torch.no_grad()
def ablation_hook(
    ablation: HeadAblation,
    shape: tuple[int, int],
    where: Bool[Tensor, "b p"] | None = None,
    *,
    text: Reference | None = None,
    draw: Int[Tensor, " b"] | None = None,
) -> dict[str, Hook]:
    """The hook of a ablation on sequences of `shape` (b, p), by site; means need `text`, resampling also `draw`.

    `draw` is a reference sequence for each sequence. Position 0 must hold BOS for `bos-row` to mean what it says.

    Raises:
        PolyheadError: no reference text where one is needed, or one that is too short.
    """
    heads, width = list(ablation.heads), shape[1]
    pattern, z = site(ablation.layer, "attn.hook_pattern"), site(ablation.layer, "attn.hook_z")
    if ablation.kind == "bos-row":
        return {pattern: replace_rows(heads, torch.eye(width)[:1].expand(1, 1, 1, width), where)}
    if ablation.kind == "zero-output":
        return {z: replace_output(heads, torch.zeros(1, 1, 1, 1), where)}
    if text is None:
        raise PolyheadError(f"{ablation.kind} needs reference text")
    if text.tokens.shape[1] < width:
        raise PolyheadError(f"reference text of {text.tokens.shape[1]} tokens; sequences of {width} need as many")
    if ablation.kind == "mean-row":
        return {pattern: replace_rows(heads, text.mean_pattern[None, heads, :width, :width], where)}
    if ablation.kind == "mean-output":
        return {z: replace_output(heads, text.mean_z[None, :width, heads], where)}
    assert draw is not None, "resampling needs one reference sequence for each sequence"
    name = pattern if ablation.kind == "resampled-row" else z
    _, cache = text.model.run_with_cache(text.tokens[draw][:, :width], [name], with_logits=False)
    if name == pattern:
        return {pattern: replace_rows(heads, cache[name][:, heads], where)}
    return {z: replace_output(heads, cache[name][:, :, heads], where)}
