"""What training says of patterns on text that it does not see: the goal's numbers, every so many steps."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.core.protocols import Batch, HasKeyCodes, MakesPatterns
from polyhead.core.reading import Reading
from polyhead.experiments.data import ExperimentData
from polyhead.metrics.head_patterns import HeadPatternSums, pattern_fields
from polyhead.metrics.positions import Positions
from polyhead.training.loop import Metrics

EVERY = 50
"""Steps between two looks."""
_SEQUENCES = 16


class PatternValidation:
    """A callback: the mean of the heads' nMSE about the mean pattern off the sink, and how sparse both sides are."""

    def __init__(
        self,
        sums: Callable[[Any], HeadPatternSums],
        batches: Sequence[Batch],
        counted: Callable[[Batch], Bool[Tensor, "b p"]],
        *,
        n_steps: int,
        every: int = EVERY,
    ) -> None:
        self._sums, self._batches, self._counted = sums, batches, counted
        self._n_steps, self._every = n_steps, every

    @classmethod
    def of(cls, data: ExperimentData, reading: Reading, dictionary: Any) -> "PatternValidation | None":
        """For a dictionary with codes on both sides that makes patterns; None for any other.

        Args:
            data: Whose first validation sequences are looked at.
            reading: What the dictionary reads.
            dictionary: The one to be trained.
        """
        has_patterns = any(read.is_pattern for reads in reading.roles.values() for read in reads)
        if not (has_patterns and isinstance(dictionary, HasKeyCodes) and isinstance(dictionary, MakesPatterns)):
            return None
        batches, seen = [], 0
        for batch in data.validation_batches(reading).in_order():
            batches.append(batch)
            seen += len(batch["tokens"])
            if seen >= _SEQUENCES:
                break

        def sums(module: Any) -> HeadPatternSums:
            return HeadPatternSums.of(module, reading.targets, data.model)

        return cls(sums, batches, Positions.of(data.model).counted, n_steps=data.n_steps)

    @torch.no_grad()
    def __call__(self, done: int, module: Any, batch: Batch) -> Metrics | None:
        """Look, if it is time; the last step is always one."""
        if done % self._every and done != self._n_steps:
            return None
        sums = self._sums(module)
        for held_out in self._batches:
            own = held_out["pattern"] if "pattern" in held_out else held_out["target"]
            sums.update(held_out, own, module.patterns(held_out), self._counted(held_out))
        heads = sums.result()
        found = {**pattern_fields(heads), "l0_query": heads[0].l0_query}
        names = ("pattern_nmse_off_sink", "l0_query", "l0_key", "densest")
        return {f"validation_{name}": value for name in names if (value := found[name]) is not None}
