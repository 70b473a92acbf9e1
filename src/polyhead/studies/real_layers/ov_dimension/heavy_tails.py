"""Does a list of sizes follow a power law, or something else with a heavy tail?

Sizes are whole numbers. On x >= x_min, all normalized over the whole numbers from x_min on, Q = 1 - Phi:
    power law     p(x) = x^-alpha / zeta(alpha, x_min)
    lognormal     p(x) = [Q((ln(x - 1/2) - m) / s) - Q((ln(x + 1/2) - m) / s)] / Q((ln(x_min - 1/2) - m) / s)
    exponential   p(x) = (1 - e^-r) e^(-r (x - x_min)), cut off below x_min
    cutoff        p(x) ~ x^-alpha e^(-r x), a power law with an exponential cutoff, which contains the power law
alpha by maximum likelihood; x_min where the Kolmogorov-Smirnov distance of data and fit is smallest, at least `LEAST`
sizes above it. Two laws are compared by the log likelihood ratio R and Vuong's two-sided p; the cutoff, being nested,
by a chi-square test. `goodness` is the share of synthetic samples, refitted alike, whose distance is larger: a power
law is ruled out at p <= 0.1. Source: Clauset, Shalizi, Newman, SIAM Review 51 (2009).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import zeta
from scipy.stats import chi2, norm

LEAST = 10
"""Sizes that a tail must have."""
_LONGEST = 10_000
"""Sizes summed explicitly to normalize the law with a cutoff."""


class PowerLaw(NamedTuple):
    """The best power law of a list of sizes."""

    alpha: float
    x_min: int
    n_tail: int
    distance: float
    """Kolmogorov-Smirnov distance on the tail."""


class Comparison(NamedTuple):
    """A power law against another law on the same tail."""

    ratio: float
    """Log likelihood ratio; positive where the power law is better."""
    p: float
    """Two-sided; small: the sign means something."""

    @property
    def verdict(self) -> str:
        """Which of the two is better, where the test can tell."""
        return "undecided" if self.p > 0.1 else "power law" if self.ratio > 0 else "other"


def fit_power_law(sizes: Sequence[int]) -> PowerLaw | None:
    """The fit with the best x_min; None where fewer than `LEAST` sizes are given or all are alike."""
    x = np.sort(np.asarray(sizes, dtype=np.int64))
    best = None
    for x_min in np.unique(x):
        tail = x[x >= x_min]
        if len(tail) < LEAST or tail[0] == tail[-1]:
            break
        alpha = _alpha(tail, int(x_min))
        distance = _distance(tail, alpha, int(x_min))
        if best is None or distance < best.distance:
            best = PowerLaw(alpha, int(x_min), len(tail), distance)
    return best


def compare(sizes: Sequence[int], fit: PowerLaw) -> dict[str, Comparison]:
    """The power law against a lognormal, an exponential and a power law with a cutoff, on the tail of the fit."""
    tail = np.asarray([x for x in sizes if x >= fit.x_min], dtype=float)
    own = -fit.alpha * np.log(tail) - np.log(zeta(fit.alpha, fit.x_min))
    others = {"lognormal": _lognormal(tail, fit.x_min), "exponential": _exponential(tail, fit.x_min)}
    found = {name: _vuong(own - other) for name, other in others.items()}
    gain = max(0.0, _cutoff(tail, fit) - float(own.sum()))
    return {**found, "cutoff": Comparison(-gain, float(chi2.sf(2 * gain, 1)))}


def goodness(sizes: Sequence[int], fit: PowerLaw, rng: np.random.Generator, *, n_draws: int = 50) -> float:
    """Share of samples of the fitted law (below x_min: of the data) that lie farther from their own fit."""
    x = np.asarray(sizes)
    below = x[x < fit.x_min]
    farther = done = 0
    for _ in range(n_draws):
        n_tail = rng.binomial(len(x), fit.n_tail / len(x)) if len(below) else len(x)
        drawn = np.concatenate(
            [draw(n_tail, fit.alpha, fit.x_min, rng), rng.choice(below, len(x) - n_tail)]
            if len(below)
            else [draw(n_tail, fit.alpha, fit.x_min, rng)]
        )
        again = fit_power_law(drawn.tolist())
        if again is not None:
            done, farther = done + 1, farther + (again.distance >= fit.distance)
    return farther / max(1, done)


def draw(n: int, alpha: float, x_min: int, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers from a power law, by the usual rounding of a continuous draw."""
    u = rng.random(n)
    x = np.floor((x_min - 0.5) * (1 - u) ** (-1 / (alpha - 1)) + 0.5)
    return x.clip(max=10**9).astype(np.int64)


def _alpha(tail: np.ndarray, x_min: int) -> float:
    logs = float(np.log(tail).mean())
    found = minimize_scalar(lambda a: a * logs + np.log(zeta(a, x_min)), bounds=(1.01, 8.0), method="bounded")
    return float(found.x)  # pyright: ignore[reportAttributeAccessIssue]


def _distance(tail: np.ndarray, alpha: float, x_min: int) -> float:
    values, counts = np.unique(tail, return_counts=True)
    data = counts.cumsum() / len(tail)
    fit = 1 - zeta(alpha, values + 1.0) / zeta(alpha, x_min)
    return float(np.abs(data - fit).max())


def _lognormal(tail: np.ndarray, x_min: int) -> np.ndarray:
    def log_p(m: float, s: float) -> np.ndarray:
        high, low = (norm.logsf((np.log(tail + d) - m) / s) for d in (0.5, -0.5))
        return low + np.log1p(-np.exp(np.minimum(high - low, -1e-12))) - norm.logsf((np.log(x_min - 0.5) - m) / s)

    def cost(at: np.ndarray) -> float:
        value = -float(log_p(at[0], np.exp(at[1])).sum())
        return value if np.isfinite(value) else 1e12

    logs = np.log(tail)
    start = np.array([logs.mean(), np.log(max(logs.std(), 0.1))])
    best = minimize(cost, start, method="Nelder-Mead", bounds=[(-30, 30), (-4, 4)]).x
    return log_p(best[0], float(np.exp(best[1])))


def _exponential(tail: np.ndarray, x_min: int) -> np.ndarray:
    rate = np.log1p(1 / max(tail.mean() - x_min, 1e-9))
    return np.log1p(-np.exp(-rate)) - rate * (tail - x_min)


def _cutoff(tail: np.ndarray, fit: PowerLaw) -> float:
    """Largest log likelihood of x^-alpha e^(-r x)."""
    grid = np.arange(fit.x_min, max(_LONGEST, int(tail.max()) + 1), dtype=float)
    logs, mean, sums = np.log(grid), tail.mean(), float(np.log(tail).sum())

    def cost(at: np.ndarray) -> float:
        alpha, rate = at[0], np.exp(at[1])
        exponent = -alpha * logs - rate * grid
        top = exponent.max()
        return float(alpha * sums + rate * mean * len(tail) + len(tail) * (top + np.log(np.exp(exponent - top).sum())))

    start = np.array([fit.alpha, np.log(0.1 / mean)])
    return -float(minimize(cost, start, method="Nelder-Mead", bounds=[(-3, 8), (-16, 2)]).fun)


def _vuong(difference: np.ndarray) -> Comparison:
    n, spread = len(difference), float(difference.std())
    ratio = float(difference.sum())
    p = float(2 * norm.sf(abs(ratio) / (np.sqrt(n) * spread))) if spread > 0 else 1.0
    return Comparison(ratio, p)
