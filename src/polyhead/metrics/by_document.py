"""95 % intervals of held-out figures over documents: how far a number would move with other documents of the same kind.

Tokens of one document are alike, so they are not as many independent observations. Documents are drawn again with
replacement, `N_DRAWS` times; of each draw the figure is the ratio of its sums (percentile bootstrap; Efron and
Tibshirani 1993, chapter 13). Fewer than `FEWEST_DOCUMENTS` documents give no interval. Axis legend: n position,
doc document (a name of its own: records hold these sums next to vectors of width d), r draw.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.records import FEWEST_DOCUMENTS, Interval

N_DRAWS = 1000
_AT_ONCE = 100

Sums = Mapping[str, Float[np.ndarray, " doc"]]
"""By name, one number per document (or per draw)."""
Statistic = Callable[[Sums], Float[np.ndarray, " r"]]


class DocumentSums:
    """Sums of named quantities by document; grows with the documents that are seen."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}

    def add(self, owner: Int[Tensor, " n"] | None, **values: Float[Tensor, " n"]) -> None:
        """Add one value per position to the document of that position; nothing where documents are not known."""
        if owner is None or not len(owner):
            return
        for name, value in values.items():
            now = torch.bincount(owner, weights=value.detach().to(torch.float64), minlength=1)
            before = self._sums.get(name)
            if before is not None and len(before) > len(now):
                now = torch.nn.functional.pad(now, (0, len(before) - len(now)))
            elif before is not None:
                before = torch.nn.functional.pad(before, (0, len(now) - len(before)))
            self._sums[name] = now if before is None else before + now

    def result(self) -> dict[str, Float[np.ndarray, " doc"]]:
        """Sums of the documents that hold a counted position."""
        if not self._sums:
            return {}
        longest = max(map(len, self._sums.values()))
        found = {name: np.zeros(longest) for name in self._sums}
        for name, value in self._sums.items():
            found[name][: len(value)] = value.cpu().numpy()
        there = np.any([value != 0 for value in found.values()], axis=0)
        return {name: value[there] for name, value in found.items()}


def document_interval(sums: Sums, statistic: Statistic, *, seed: int = 0) -> Interval | None:
    """The interval of a figure that is a function of sums over positions.

    Args:
        sums: By name, one number per document.
        statistic: From sums over documents to the figure, elementwise: `lambda s: s["error"] / s["about_mean"]`.
        seed: Of the draws.

    Returns:
        The middle 95 % of the draws; None for fewer than `FEWEST_DOCUMENTS` documents, or where a draw has no value.
    """
    n = len(next(iter(sums.values()), ()))
    if n < FEWEST_DOCUMENTS:
        return None
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(0, N_DRAWS, _AT_ONCE):
        times = rng.multinomial(n, np.full(n, 1 / n), size=_AT_ONCE)
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn.append(statistic({name: times @ value for name, value in sums.items()}))
    values = np.concatenate(drawn)
    if not np.isfinite(values).all():
        return None
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(low=float(low), high=float(high), n_documents=n)
