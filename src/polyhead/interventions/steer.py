"""Steer, ablate and clamp: edits of a model by name, in force inside a `with` block.

    with ph.steer(model, mtc, latent=227, scale=3.0):
        logits = model(tokens)

Every pass of the model inside the block is edited: plain calls, `run_with_cache`, generation, evaluation and graphs.
Blocks nest, and `effect` (interventions/effect.py) compares a prompt before and after.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from polyhead.core.errors import PolyheadError
from polyhead.core.head_names import Head, head_name, heads_by_layer
from polyhead.core.model_config import check_architecture
from polyhead.core.protocols import Writes
from polyhead.core.reading import Reading
from polyhead.core.sites import parse_site
from polyhead.dictionaries import load_dictionary
from polyhead.dictionaries.origin import reading_of_dictionary
from polyhead.interventions.edits import Change, HeadCut, HeadScale, LatentEdit, Where
from polyhead.interventions.rows import HeadAblation, Kind, Reference
from polyhead.models.active import in_force
from polyhead.models.hooked import HookedModel

Heads = str | Sequence[str | Head]
Latents = int | Iterable[int]


class Intervention:
    """Edits of one model; `with` puts them in force, as often as wanted."""

    def __init__(self, model: HookedModel, edits: Sequence[LatentEdit | HeadScale | HeadCut], about: str) -> None:
        self.model, self.edits, self.about = model, tuple(edits), about
        self._stacks: list[ExitStack] = []

    def __enter__(self) -> "Intervention":
        stack = ExitStack()
        stack.enter_context(in_force(self.model, self.edits))
        self._stacks.append(stack)
        return self

    def __exit__(self, *error: object) -> None:
        self._stacks.pop().close()

    def __repr__(self) -> str:
        return f"Intervention({self.about}, on {self.model.cfg.name})"


def steer(
    model: HookedModel,
    dictionary: Any = None,
    *,
    latent: Latents | None = None,
    heads: Heads | None = None,
    scale: float | None = None,
    add: float | None = None,
    positions: Iterable[int] | None = None,
    reading: Reading | None = None,
) -> Intervention:
    """Scale, or add to, latents of a dictionary or the outputs of heads.

    Args:
        model: The model that runs.
        dictionary: A dictionary of one of its layers, or its folder; None to scale heads.
        latent: One latent or several.
        heads: With latents, change only what these heads carry; without, the heads to scale (`"L3H4"` or `(3, 4)`).
        scale: Multiply the code of each latent, or the output of each head, by this; 1 changes nothing.
        add: Add this to the code of each latent instead, in the code's units, at all positions but that of BOS.
        positions: Change these positions alone, counted where the dictionary counts its code: at the source for a
            multitoken transcoder, at the destination for an output SAE. Negative ones count from the end.
        reading: What the dictionary reads, where it was not loaded from a folder.

    Returns:
        An intervention for a `with` block.

    Raises:
        PolyheadError: no such latent or head, a dictionary of another model, or one whose codes cannot be edited.
    """
    if (scale is None) == (add is None):
        raise PolyheadError("give either scale=... or add=..., such as ph.steer(model, mtc, latent=227, scale=3.0)")
    change = Change("scale", float(scale)) if scale is not None else Change("add", float(add or 0))
    if latent is not None:
        return _latents(model, dictionary, latent, heads, change, positions, reading)
    if scale is None or heads is None or dictionary is not None:
        raise PolyheadError("give latent=... with a dictionary, or heads=... and scale=... without one")
    change = replace(change, where=_where(positions))
    layers = heads_by_layer(heads, model.cfg.n_layers, model.cfg.n_heads)
    return Intervention(
        model, [HeadScale(la, of, change) for la, of in layers.items()], f"{_named(layers)} x {scale:g}"
    )


def ablate(
    model: HookedModel,
    dictionary: Any = None,
    *,
    latents: Latents | None = None,
    heads: Heads | None = None,
    kind: Kind = "zero-output",
    reference: dict[int, Reference] | None = None,
    positions: Iterable[int] | None = None,
    reading: Reading | None = None,
) -> Intervention:
    """Take latents of a dictionary out of a model, or heads.

    Args:
        model: The model that runs.
        dictionary: A dictionary of one of its layers, or its folder; None to ablate heads.
        latents: The latents whose code becomes 0; the dictionary's error and all other latents stay.
        heads: With latents, remove only what these heads carry; without, the heads to ablate.
        kind: What stands in for a head: `zero-output`, `bos-row` (its attention goes to BOS), or a mean or resampled
            output or row, which need `reference`.
        reference: Layer -> its means and patterns on reference text (`polyhead.interventions.rows.references`).
        positions: As in `steer`.
        reading: As in `steer`.

    Returns:
        An intervention for a `with` block.

    Raises:
        PolyheadError: as in `steer`; reference text is missing.
    """
    if latents is not None:
        return _latents(model, dictionary, latents, heads, Change("scale", 0.0), positions, reading)
    if heads is None or dictionary is not None:
        raise PolyheadError("give latents=[...] with a dictionary, or heads=[...] without one")
    where, cuts = _where(positions), []
    layers = heads_by_layer(heads, model.cfg.n_layers, model.cfg.n_heads)
    for layer, of in layers.items():
        text = (reference or {}).get(layer)
        if text is None and kind not in ("zero-output", "bos-row"):
            raise PolyheadError(
                f"kind {kind!r} needs reference text for layer {layer}: "
                f"reference=references(model, tokens, [{layer}]) of polyhead.interventions.rows"
            )
        cuts.append(HeadCut(HeadAblation(layer, of, kind), text, where=where))
    return Intervention(model, cuts, f"{_named(layers)} ablated ({kind})")


def clamp(
    model: HookedModel,
    dictionary: Any,
    *,
    latent: Latents,
    value: float,
    heads: Heads | None = None,
    positions: Iterable[int] | None = None,
    reading: Reading | None = None,
) -> Intervention:
    """Hold the code of latents at a value.

    Args:
        model: The model that runs.
        dictionary: A dictionary of one of its layers, or its folder.
        latent: One latent or several.
        value: Of the code, in its units, at all positions but that of BOS unless `positions` says otherwise.
        heads: Change only what these heads carry.
        positions: As in `steer`.
        reading: As in `steer`.

    Returns:
        An intervention for a `with` block.

    Raises:
        PolyheadError: as in `steer`.
    """
    return _latents(model, dictionary, latent, heads, Change("set", float(value)), positions, reading)


def _latents(
    model: HookedModel,
    dictionary: Any,
    latent: Latents,
    heads: Heads | None,
    change: Change,
    positions: Iterable[int] | None,
    reading: Reading | None,
) -> Intervention:
    if isinstance(dictionary, (str, Path)):
        dictionary = load_dictionary(dictionary)
    if not isinstance(dictionary, Writes):
        raise PolyheadError(
            f"{type(dictionary).__name__ if dictionary is not None else 'no dictionary'}: expected one whose codes can "
            "be edited (a multitoken transcoder, an output or value SAE, Lorsa), or its folder"
        )
    reading = reading_of_dictionary(dictionary) if reading is None else reading
    layer = _one_layer(model, dictionary, reading)
    chosen = _checked(latent, dictionary)
    of = None
    if heads is not None:
        layers = heads_by_layer(heads, model.cfg.n_layers, model.cfg.n_heads)
        if list(layers) != [layer]:
            raise PolyheadError(f"the dictionary is of layer {layer}; received heads {_named(layers)}")
        of = layers[layer]
    skips = change.kind != "scale" and model.cfg.bos_token_id is not None  # a latent that is off at BOS stays off there
    change = replace(change, where=_where(positions, skip_first=skips))
    edit = LatentEdit(dictionary, reading, chosen, change, of)
    through = "" if of is None else f" through {_named({layer: of})}"
    what = {"scale": f"x {change.amount:g}", "add": f"+ {change.amount:g}", "set": f"= {change.amount:g}"}[change.kind]
    names = ", ".join(map(str, chosen[:5])) + (f" and {len(chosen) - 5} more" if len(chosen) > 5 else "")
    return Intervention(model, [edit], f"latent {names} of layer {layer}{through} {what}")


def _one_layer(model: HookedModel, dictionary: Any, reading: Reading) -> int:
    """The layer of a dictionary, which must have one target in this model."""
    sites = [parse_site(read.site, n_layers=model.cfg.n_layers) for read in reading.targets]
    if len(sites) != 1 or sites[0].layer is None or reading.targets[0].is_pattern:
        raise PolyheadError(
            "latents can be edited where a dictionary writes to one site of one layer; this "
            f"{type(dictionary).__name__} writes to {', '.join(read.site for read in reading.targets)}"
        )
    origin = getattr(dictionary, "origin", None)
    if origin is not None:
        check_architecture(str(origin.folder), origin.model, model.cfg.model_dump())
    return sites[0].layer


def _checked(latent: Latents, dictionary: Any) -> tuple[int, ...]:
    n = getattr(dictionary.cfg, "n_latents", None) or dictionary.cfg.mtc.n_latents
    chosen = tuple(dict.fromkeys([int(latent)] if isinstance(latent, int) else [int(i) for i in latent]))
    wrong = [i for i in chosen if not 0 <= i < n]
    if wrong or not chosen:
        raise PolyheadError(f"latents {wrong or 'none'} were asked for; the dictionary has 0 to {n - 1}")
    return chosen


def _where(positions: Iterable[int] | None, *, skip_first: bool = False) -> Where:
    return Where(None if positions is None else tuple(int(p) for p in positions), skip_first)


def _named(layers: dict[int, tuple[int, ...]]) -> str:
    return ", ".join(head_name(layer, h) for layer, of in layers.items() for h in of)
