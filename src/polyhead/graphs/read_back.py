"""Pre-activations of nodes, read from the tensors of a model's pass by the dictionaries' own encoders.

Nothing of the graph's algebra is used here (no pulled-back readers, no stored writes): verification holds the one
against the other.
Axis legend: p position, i latent as nodes number them, d d_model, h head, g group, q query, s source.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.activations.harvest import fill_roles
from polyhead.core.protocols import ReadsHeads
from polyhead.core.reading import Reading
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.dictionaries.mtc import MTC
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel

_LARGE = 500_000_000
"""Parameters above which a model is not copied into float64."""


def widened(model: HookedModel) -> HookedModel:
    """A copy in float64, with the same tokenizer; a model too large for that is returned as it is."""
    if sum(p.numel() for p in model.parameters()) > _LARGE:
        return model
    if isinstance(model, HFModel):
        return HFModel(copy.deepcopy(model.hf).double(), name=model.cfg.name, tokenizer=model.tokenizer)
    return copy.deepcopy(model).double()


@dataclass(eq=False)
class ReadBack:
    """Dictionaries of one frozen prompt in float64, and what was active on the prompt."""

    frozen: FrozenPrompt
    dictionaries: list[Any]
    codes: list[Float[Tensor, "p i"] | None]
    """Of what is moved (MTCs): f on the prompt; None for other kinds."""
    groups: list[Float[Tensor, "g q s"] | None]
    """Of a Lorsa: its patterns on the prompt."""

    @classmethod
    @torch.no_grad()
    def of(cls, frozen: FrozenPrompt) -> "ReadBack":
        """Copies of the dictionaries, and their codes on the prompt."""
        dictionaries, codes, groups = [], [], []
        for one in frozen.dictionaries:
            wide, batch = copy.deepcopy(one.dictionary).double(), frozen.recorded.batch(one.reading)
            dictionaries.append(wide)
            narrow = getattr(one.dictionary, "mtc", one.dictionary)
            moves = isinstance(narrow, MTC)
            codes.append(_moved_values(narrow, batch).double() if moves else None)
            groups.append(narrow.group_patterns(batch["x"])[0].double() if isinstance(narrow, Lorsa) else None)
        return cls(frozen, dictionaries, codes, groups)

    def sites(self, *, whole: bool) -> list[str]:
        """Sites that `read` needs: what encoders read; with `whole`, everything after patterns too."""
        return list(dict.fromkeys(s for reading in self._readings(whole) for s in reading.sites))

    def _readings(self, whole: bool) -> list[Reading]:
        roles = ("x", "pattern", "q", "k") if whole else ("x",)
        return [
            Reading(roles={name: reads for name, reads in one.reading.roles.items() if name in roles})
            for one in self.frozen.dictionaries
        ]

    @torch.no_grad()
    def read(
        self,
        tensors: Mapping[str, Tensor],
        logits: Float[Tensor, "p v"],
        *,
        changed: Mapping[int, Float[Tensor, "p i"]] | None = None,
        live: bool = False,
    ) -> Float[np.ndarray, " n"]:
        """Pre-activation of every node that has one, NaN for the others.

        Args:
            tensors: by site, batch of one.
            logits: of the pass.
            changed: by dictionary, what is added to the values that it moves.
            live: patterns and values to move are those of `tensors`, not the frozen ones (latents that did not fire on
                the prompt stay at 0).
        """
        tables: dict[tuple[int | None, str | None], Tensor] = {(None, None): logits - logits.mean(-1, keepdim=True)}
        for index, reading in enumerate(self._readings(live)):
            batch = fill_roles(reading, {name: value.double() for name, value in tensors.items()})
            more = None if changed is None else changed.get(index)
            for side, table in self._tables(index, batch, more, live).items():
                tables[index, side] = table
        out = np.full(len(self.frozen.nodes), np.nan)
        for which, (nodes, positions, places) in self._targets.items():
            out[nodes] = tables[which][positions, places].numpy()
        return out

    @cached_property
    def _targets(self) -> dict[tuple[int | None, str | None], tuple[list[int], list[int], list[int]]]:
        """Table -> nodes in it, with row and column."""
        found: dict[tuple[int | None, str | None], tuple[list[int], list[int], list[int]]] = {}
        for i, node in enumerate(self.frozen.nodes):
            if node.pre is None:
                continue
            where = node.token if node.kind == "logit" else node.latent
            assert where is not None
            for column, value in zip(
                found.setdefault((node.dictionary, node.side), ([], [], [])), (i, node.position, where)
            ):
                column.append(value)
        return found

    def _tables(self, index: int, batch: Any, more: Tensor | None, live: bool) -> dict[str, Tensor]:
        """Side -> [p, i] of one dictionary."""
        whole = self.dictionaries[index]
        one, x = getattr(whole, "mtc", whole), batch["x"]
        if isinstance(one, MTC):
            pre = _reads(one, x)
            was = self.codes[index]
            assert was is not None
            f = torch.where(was != 0, pre, 0.0) if live else was
            ((layer, _),) = self.frozen.dictionaries[index].explains
            pattern = self.frozen.pattern(layer)[None]
            if live:
                pattern = whole.patterns(batch) if whole is not one else batch["pattern"]
            return {"key": pre, "query": move(one, f if more is None else f + more, pattern)}
        if isinstance(one, Lorsa):
            pattern = one.group_patterns(x)[0] if live else self.groups[index]
            assert pattern is not None
            group = one.group_of(torch.arange(one.cfg.n_latents))
            values = (x[0] / one.input_scale) @ one.W_V.T
            return {"query": torch.einsum("iqs,si->qi", pattern[group], values) + one.b_V}
        if isinstance(one, ReadsHeads):
            return {"query": one.pre_activations(x)[0]}
        pre = torch.cat([one.pre_activations(x, s)[0] for s in range(len(one.cfg.sources))], dim=-1)
        return {"own": pre, "query": pre}


def move(mtc: MTC, values: Float[Tensor, "p i"], pattern: Float[Tensor, "1 h q s"]) -> Float[Tensor, "p i"]:
    """What arrives of values at their sources, pairs of a latent (mtc_rank) each by itself."""
    chunks = values.split(mtc.cfg.n_latents, dim=-1)
    return torch.cat([mtc.moved(chunk[None], pattern)[0] for chunk in chunks], dim=-1)


def _reads(mtc: Any, x: Float[Tensor, "1 p d"]) -> Float[Tensor, "p i"]:
    """Pre-activations; after them what the further pairs of each latent read."""
    pre = mtc.pre_activations(x)[0]
    if getattr(mtc.cfg, "rank", 1) == 1:
        return pre
    return torch.cat([pre, *mtc.reads(x)[0].unbind(-1)], dim=-1)


def _moved_values(mtc: Any, batch: Any) -> Float[Tensor, "p i"]:
    f = unpack(mtc.codes(batch))[0]
    if getattr(mtc.cfg, "rank", 1) == 1:
        return f
    return torch.cat([f, *(mtc.reads(batch["x"])[0] * (f > 0)[..., None]).unbind(-1)], dim=-1)


def moved_writes(mtc: Any) -> Float[Tensor, "i d"]:
    """What each thing that is moved writes, in the target's units."""
    if getattr(mtc.cfg, "rank", 1) == 1:
        return mtc.W_dec * mtc.target_scale
    return torch.cat([mtc.W_dec, *mtc.W_write.unbind(1)], dim=0) * mtc.target_scale
