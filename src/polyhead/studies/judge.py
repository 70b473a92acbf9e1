"""How a claim is judged: two rules, used by every study, so that the words mean the same everywhere.

Share rule (`judge_share`): the claim is a statement that holds or does not hold for each model. Yes: it holds for at
least 90 % of the models and significantly more often than in the control (one-sided Fisher exact test or exact binomial
test, p < 0.01). No: it holds for under 10 %, or not more often than in the control. Else partly.

Number rule (`judge_number`): the claim is a number. Yes: it lies within the tolerance of our median, or between our
2.5th and 97.5th percentile over at least 5 seeds. Partly: within three tolerances. Else no. Without a number nothing is
decided, and the reason says what was found.

Whether somebody published the claim does not change how it is judged; the record says it apart.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest, fisher_exact

from polyhead.core.study_records import Held, held_share

NONE_LEFT = "no model was left to judge: all diverged or failed the condition"


def judge_share(holds: Sequence[bool], control: Sequence[bool] | float) -> tuple[Held, str]:
    """Whether it held, and the reason, for a statement that holds or not for each model.

    Args:
        holds: for each model that did not diverge.
        control: the same for control models, or an exact chance rate.
    """
    n, k = len(holds), sum(map(bool, holds))
    if n == 0:
        return "no", NONE_LEFT
    p, against = _excess(k, n, control)
    return held_share(k, n, p), f"holds for {k} of {n} models ({k / n:.0%}) against {against} (p = {p:.2g})"


def judge_number(
    values: Sequence[float], expected: float | None, *, tolerance: float, digits: int = 3
) -> tuple[Held | None, str]:
    """The same for a number; `tolerance` is absolute. `expected=None`: no number to hold, only measured."""
    if not len(values):
        return "no", NONE_LEFT
    low, median, high = np.percentile(np.asarray(values, dtype=float), [2.5, 50, 97.5])
    found = f"median {median:.{digits}g} over {len(values)} models (95 % range {low:.{digits}g} to {high:.{digits}g})"
    if expected is None:
        return None, found
    reason = f"{found} against {expected:.{digits}g}, tolerance {tolerance:.2g}"
    away = abs(median - expected)
    if away <= tolerance or (len(values) >= 5 and low <= expected <= high):
        return "yes", reason
    return ("partly" if away <= 3 * tolerance else "no"), reason


def _excess(k: int, n: int, control: Sequence[bool] | float) -> tuple[float, str]:
    """One-sided p-value that the share is larger than the control's, and the control in words."""
    if isinstance(control, int | float):
        return float(binomtest(k, n, float(control), alternative="greater").pvalue), f"a chance of {control:.2g}"
    m, c = len(control), sum(map(bool, control))
    p = float(fisher_exact([[k, n - k], [c, m - c]], alternative="greater").pvalue) if m else 1.0  # pyright: ignore
    return p, f"{c} of {m} control models"
