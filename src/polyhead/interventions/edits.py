"""Edit what a model computes while it runs: the code of a dictionary's latents, or the output of heads.

An edit of latents changes their code f to f' where the dictionary counts it, and adds to the target, at its own site,
what the dictionary writes of f' - f (core/protocols.py: Writes). So the dictionary's error stays in the model, an edit
that changes nothing adds zero, and edits of several dictionaries add up. Edits of the same dictionary act on one code,
in the order in which their blocks were entered: ablating a latent twice is ablating it once.
Axis legend: b sequence, p position, h head, m latent edited, d width of the target.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.activations.harvest import fill_roles
from polyhead.core.protocols import Writes
from polyhead.core.reading import Reading
from polyhead.core.sites import site
from polyhead.dictionaries.encoder import unpack
from polyhead.interventions.rows import HeadAblation, Reference, ablation_hook
from polyhead.models.tap import Hook


@dataclass(frozen=True)
class Where:
    """Positions that change."""

    positions: tuple[int, ...] | None = None
    """Everywhere by default. Negative ones count from the end; those that a sequence does not reach are passed over."""
    skip_first: bool = False
    """Leave position 0 as it is, where BOS stands, unless positions are named."""

    def mask(self, n_positions: int, device: torch.device) -> Bool[Tensor, " p"]:
        """True where something changes in a sequence of that length."""
        mask = torch.ones(n_positions, dtype=torch.bool, device=device)
        if self.positions is not None:
            mask[:] = False
            mask[[p for p in self.positions if -n_positions <= p < n_positions]] = True
        elif self.skip_first:
            mask[0] = False
        return mask


@dataclass(frozen=True)
class Change:
    """One change of a code or of heads' outputs: `scale` multiplies, `add` adds, `set` puts a value in place."""

    kind: Literal["scale", "add", "set"]
    amount: float
    where: Where = Where()

    def __call__(self, value: Float[Tensor, "b p m"]) -> Float[Tensor, "b p m"]:
        """The changed values."""
        if self.kind == "scale":
            new = value * self.amount
        else:
            new = value + self.amount if self.kind == "add" else torch.full_like(value, self.amount)
        return torch.where(self.where.mask(value.shape[1], value.device)[:, None], new, value)


@dataclass(frozen=True, eq=False)
class LatentEdit:
    """Change the code of some latents of one dictionary, wherever the model's own pass makes it."""

    dictionary: Writes
    reading: Reading
    """What fills a batch of the dictionary, its one target included."""
    latents: tuple[int, ...]
    change: Change
    heads: tuple[int, ...] | None = None
    """Change only what these heads carry."""

    @property
    def key(self) -> Hashable:
        """The same dictionary."""
        return ("latents", id(self.dictionary))

    def hooks(self, later: Sequence["LatentEdit"]) -> Mapping[str, Hook]:
        """Hooks that read what the dictionary reads and add to its target what the edited code writes more."""
        edits = (self, *later)
        target = self.reading.targets[0]
        inputs = Reading(roles={role: reads for role, reads in self.reading.roles.items() if role != "target"})
        cache: dict[str, Tensor] = {}

        def keep(name: str) -> Hook:
            def hook(value: Tensor) -> None:
                cache[name] = value

            return hook

        def put(value: Tensor) -> Tensor:
            if target.site in inputs.sites:
                cache[target.site] = value
            gain = _gain(edits, fill_roles(inputs, cache)).to(value.dtype)
            if value.ndim == 4:  # heads side by side, each read once where query heads share it
                n = value.shape[2] if target.heads is None else len(target.heads)
                gain = gain.unflatten(-1, (n, -1)).repeat_interleave(value.shape[2] // n, dim=2)
            return value + gain

        return {**{name: keep(name) for name in inputs.sites}, target.site: put}


@torch.no_grad()
def _gain(edits: Sequence[LatentEdit], batch: Mapping[str, Tensor]) -> Float[Tensor, "b p d"]:
    """What the target gains by all edits of one dictionary, each acting on the code that the one before left.

    An edit that is limited to some heads changes what these carry and no more. So heads that the same edits touch share
    a code of their own, and what they gain is written over what the rest gains.
    """
    dictionary: Any = edits[0].dictionary
    latents = sorted({i for edit in edits for i in edit.latents})
    column = {latent: i for i, latent in enumerate(latents)}
    chosen: Int[Tensor, " m"] = torch.tensor(latents, device=next(iter(batch.values())).device)
    own = unpack(dictionary.codes(batch))[..., chosen]

    def change(acting: Sequence[LatentEdit]) -> Tensor:
        new = own.clone()
        for edit in acting:
            mine = [column[i] for i in edit.latents]
            new[..., mine] = edit.change(new[..., mine])
        return new - own

    rest = change([edit for edit in edits if edit.heads is None])
    gain = dictionary.write(batch, chosen, rest)
    for heads, acting in _by_head(edits).items():
        gain = gain + dictionary.write(batch, chosen, change(acting) - rest, heads)
    return gain


def _by_head(edits: Sequence[LatentEdit]) -> dict[tuple[int, ...], list[LatentEdit]]:
    """Heads that are named by some edit, those touched by the same edits together, with these edits in order."""
    touched: dict[tuple[int, ...], list[int]] = {}
    for head in sorted({h for edit in edits for h in edit.heads or ()}):
        acting = tuple(i for i, edit in enumerate(edits) if edit.heads is None or head in edit.heads)
        touched.setdefault(acting, []).append(head)
    return {tuple(heads): [edits[i] for i in acting] for acting, heads in touched.items()}


@dataclass(frozen=True, eq=False)
class HeadScale:
    """Multiply the output z of some heads of one layer."""

    layer: int
    heads: tuple[int, ...]
    change: Change

    @property
    def key(self) -> Hashable:
        """Each on its own."""
        return id(self)

    def hooks(self, later: Sequence[Any]) -> Mapping[str, Hook]:
        """One hook, at `attn.hook_z`."""
        assert not later

        def hook(z: Float[Tensor, "b p h d"]) -> Tensor:
            new, heads = z.clone(), list(self.heads)
            new[:, :, heads] = self.change(z[:, :, heads].flatten(2)).unflatten(2, (len(heads), -1))
            return new

        return {site(self.layer, "attn.hook_z"): hook}


@dataclass(frozen=True, eq=False)
class HeadCut:
    """Ablate some heads of one layer, in one of the ways of `interventions/rows.py`."""

    ablation: HeadAblation
    reference: Reference | None = None
    seed: int = 0
    """Of the reference texts that resampling draws."""
    where: Where = Where()

    @property
    def key(self) -> Hashable:
        """Each on its own."""
        return id(self)

    def hooks(self, later: Sequence[Any]) -> Mapping[str, Hook]:
        """One hook, at the pattern or at z."""
        assert not later
        local = "attn.hook_pattern" if self.ablation.kind.endswith("-row") else "attn.hook_z"
        name = site(self.ablation.layer, local)

        def hook(value: Tensor) -> Tensor | None:
            b, p = value.shape[0], value.shape[2 if local == "attn.hook_pattern" else 1]
            where = self.where.mask(p, value.device).expand(b, p)
            draw = None
            if self.reference is not None:
                generator = torch.Generator().manual_seed(self.seed)
                draw = torch.randint(len(self.reference.tokens), (b,), generator=generator)
            return ablation_hook(self.ablation, (b, p), where, text=self.reference, draw=draw)[name](value)

        return {name: hook}
