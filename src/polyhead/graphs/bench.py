"""Interventions on one frozen prompt: what the model does when values of nodes change, held or live.

Axis legend: n node, p position, d d_model, i latent, v vocabulary.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.dictionaries.mtc import MTC
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.passes import Pass, frozen_pass, live_pass
from polyhead.graphs.read_back import ReadBack, move, moved_writes, widened
from polyhead.graphs.recorded import write_depth
from polyhead.models.hooked import HookedModel


class Bench:
    """The model and the dictionaries of one frozen prompt, ready for interventions."""

    def __init__(self, model: HookedModel, frozen: FrozenPrompt) -> None:
        self.frozen, self.model, self.back = frozen, widened(model), ReadBack.of(frozen)
        self.frozen_zero = self._in_frozen({})
        self.live_zero = self._live({})

    def in_frozen(self, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
        """Change of every pre-activation where some nodes' values change by shares of themselves, all else frozen."""
        return self._in_frozen(factors) - self.frozen_zero

    def live(
        self, factors: dict[int, float], *, norms: bool = False, patterns: bool = False
    ) -> Float[np.ndarray, " n"]:
        """The same with nothing frozen but, where asked for, norm scales or patterns."""
        zero = self._live({}, norms, patterns) if norms or patterns else self.live_zero
        return self._live(factors, norms, patterns) - zero

    def _in_frozen(self, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
        run = frozen_pass(self.model, self.frozen, self._written(factors), self.back.sites(whole=False))
        return self.back.read(run.tensors, run.logits, changed=self._changed(factors))

    def outputs(
        self, factors: dict[int, float], position: int, *, norms: bool = False, patterns: bool = False
    ) -> Float[Tensor, " v"]:
        """Logits at a position, before any soft cap, with nothing frozen but what is asked for."""
        run, _ = self._live_pass(factors, norms, patterns)
        return run.logits[position]

    def _live(self, factors: dict[int, float], norms: bool = False, patterns: bool = False) -> Float[np.ndarray, " n"]:
        run, changed = self._live_pass(factors, norms, patterns)
        return self.back.read(run.tensors, run.logits, changed=changed, live=True)

    def _live_pass(self, factors: dict[int, float], norms: bool, patterns: bool) -> tuple[Pass, dict[int, Tensor]]:
        """Nothing frozen: what key sides send is written too, along the patterns of the prompt."""
        added, changed = self._written(factors), self._changed(factors)
        for index, values in changed.items():
            layer, rows = self._arrived(index, values, factors)
            depth = write_depth(layer, "attn")
            added[depth] = added.get(depth, 0.0) + rows
        sites = self.back.sites(whole=True)
        return live_pass(self.model, self.frozen, added, sites, norms=norms, patterns=patterns), changed

    def _written(self, factors: dict[int, float]) -> dict[int, Tensor]:
        """Depth -> what the stream gains."""
        writes, added = self.frozen.writes, {}
        for node, factor in factors.items():
            for row in np.flatnonzero(writes.node == node).tolist():
                depth, position = int(writes.depth[row]), int(writes.position[row])
                if depth not in added:
                    added[depth] = torch.zeros_like(self.frozen.stream(0))
                added[depth][position] += factor * writes.vectors[row]
        return added

    def _changed(self, factors: dict[int, float]) -> dict[int, Tensor]:
        """Dictionary -> what is added to values at their sources."""
        changed: dict[int, Tensor] = {}
        for number, factor in factors.items():
            node = self.frozen.nodes[number]
            if node.side != "key" or node.dictionary is None or node.latent is None:
                continue
            codes = self.back.codes[node.dictionary]
            assert codes is not None
            values = changed.setdefault(node.dictionary, torch.zeros_like(codes))
            values[node.position, node.latent] += factor * node.value
        return changed

    def _arrived(
        self, index: int, values: Float[Tensor, "p i"], factors: dict[int, float]
    ) -> tuple[int, Float[Tensor, "p d"]]:
        """What values at their sources add to the stream after attention; not where query sides are set themselves."""
        whole = self.back.dictionaries[index]
        mtc = getattr(whole, "mtc", whole)
        assert isinstance(mtc, MTC)
        loaded = self.frozen.dictionaries[index]
        ((layer, half),), (after_norm,) = loaded.explains, loaded.after_norm
        arriving = move(mtc, values, self.frozen.pattern(layer)[None])
        for number in factors:
            node = self.frozen.nodes[number]
            if node.side == "query" and node.dictionary == index:
                arriving[node.position, node.latent] = 0.0
        rows = arriving @ moved_writes(mtc)
        positions = torch.arange(len(rows))
        return layer, self.frozen.recorded.write_at(layer, half, rows, positions, after_norm=after_norm)
