"""The report on every head whose pattern is made: all numbers of docs/metrics.md, "Patterns head by head".

Axis legend: b sequence, h head, q query, k key, p position.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.core.head_names import head_name
from polyhead.core.pattern_records import HeadPattern, goal_reached
from polyhead.core.protocols import Batch, Codes, HasBlocks, HasExplicitPatterns, HasKeyCodes, HasQueryCodes
from polyhead.core.reading import Read
from polyhead.core.sites import parse_site
from polyhead.metrics.pattern_centred import CentredPatternSums
from polyhead.metrics.pattern_fidelity import PatternFidelitySums
from polyhead.metrics.top_keys import TopKeySums
from polyhead.metrics.two_sided import TwoSidedSums
from polyhead.models.hooked import HookedModel


class HeadLoss(NamedTuple):
    """Next-token losses around one head, in nats."""

    clean: float
    spliced: float
    mean: float


class HeadPatternSums:
    """Accumulates what a pass over batches shows of each head."""

    def __init__(self, names: Sequence[str], d_head: int, dictionary: Any = None) -> None:
        """Nothing is measured yet.

        Args:
            names: Of the heads, in the order of the patterns.
            d_head: Their width, which the goal's L0 is measured by.
            dictionary: What makes the patterns; codes and explicit parts are measured where it has them.
        """
        self.names, self.d_head = list(names), d_head
        self.dictionary: Any = dictionary
        self._fidelity = [PatternFidelitySums() for _ in self.names]
        self._centred, self._top_keys = CentredPatternSums(), TopKeySums()
        self._own_queries = isinstance(dictionary, HasQueryCodes)
        self._codes = TwoSidedSums() if isinstance(dictionary, HasKeyCodes) else None
        self._explicit = CentredPatternSums() if isinstance(dictionary, HasExplicitPatterns) else None
        self._block_width = dictionary.block_width() if isinstance(dictionary, HasBlocks) else 1
        self.n = 0

    @classmethod
    def of(cls, dictionary: Any, targets: Sequence[Read], model: HookedModel) -> "HeadPatternSums":
        """For the heads whose pattern is the target, or all heads of the target's layer."""
        heads = targets[0].heads if targets[0].is_pattern else None
        layer = parse_site(targets[0].site).layer or 0
        names = [head_name(layer, h) for h in (range(model.cfg.n_heads) if heads is None else heads)]
        return cls(names, model.cfg.d_head, dictionary)

    @torch.no_grad()
    def update(
        self,
        batch: Batch,
        pattern: Float[Tensor, "b h q k"],
        estimate: Float[Tensor, "b h q k"],
        counted: Bool[Tensor, "b p"],
    ) -> None:
        """Add one batch."""
        self.n += 1
        for h, fidelity in enumerate(self._fidelity):
            fidelity.update(pattern[:, h : h + 1], estimate[:, h : h + 1], counted)
        self._centred.update(pattern, estimate, counted)
        self._top_keys.update(pattern, estimate, counted)
        if self._codes is not None:
            self._codes.update(self._query_codes(batch), self.dictionary.key_codes(batch), counted)
        if self._explicit is not None:
            self._explicit.update(pattern, self.dictionary.explicit_patterns(batch), counted)

    def _query_codes(self, batch: Batch) -> Codes:
        """The code on queries: `codes`, unless the dictionary has another one."""
        return self.dictionary.query_codes(batch) if self._own_queries else self.dictionary.codes(batch)

    def result(self, losses: Sequence[HeadLoss] = ()) -> tuple[HeadPattern, ...]:
        """One record per head; none where no batch had patterns.

        Args:
            losses: By head, where each was spliced alone.
        """
        if not self.n:
            return ()
        centred, keys = self._centred.result(), self._top_keys.result()
        explicit = None if self._explicit is None else self._explicit.result().off_sink
        sides = {} if self._codes is None else self._codes.result()._asdict()
        sparse = {name: value for name, value in sides.items() if name != "alive"}
        rows = []
        for h, name in enumerate(self.names):
            fidelity = self._fidelity[h].result()
            off_sink = centred.off_sink[h]
            rows.append(
                HeadPattern(
                    head=name,
                    d_head=self.d_head,
                    nmse=fidelity.nmse,
                    nmse_of_mean_pattern=centred.of_mean_pattern[h],
                    nmse_about_mean=centred.about_mean[h],
                    nmse_off_sink=off_sink,
                    nmse_renormalised=centred.renormalised[h],
                    kl=fidelity.kl,
                    on_sink=keys.on_sink[h],
                    top_key_on_sink=keys.agree_on_sink[h],
                    top_key_off_sink=keys.agree_off_sink[h],
                    explicit_off_sink=_held(None if explicit is None else explicit[h]),
                    block_width=self._block_width,
                    reaches_goal=goal_reached(
                        d_head=self.d_head, nmse_off_sink=off_sink, block_width=self._block_width, **sparse
                    ),
                    **sides,
                    **(_losses(losses[h]) if losses else {}),
                )
            )
        return tuple(rows)


def pattern_fields(heads: Sequence[HeadPattern]) -> dict[str, Any]:
    """What an evaluation says of all heads together; nothing where there are none."""
    if not heads:
        return {}
    off = [h.nmse_off_sink for h in heads if h.nmse_off_sink is not None]
    return {
        "head_patterns": tuple(heads),
        "pattern_nmse_off_sink": sum(off) / len(off) if off else None,
        "l0_key": heads[0].l0_key,
        "densest": heads[0].densest,
    }


def _held(nmse: float | None) -> float | None:
    return None if nmse is None else 1 - nmse


def _losses(loss: HeadLoss) -> dict[str, Any]:
    gap = loss.mean - loss.clean
    recovered = (loss.mean - loss.spliced) / gap if gap else None
    return {"ce_spliced": loss.spliced, "ce_mean": loss.mean, "ce_recovered": recovered}
