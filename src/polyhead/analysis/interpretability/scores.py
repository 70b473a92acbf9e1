"""Scores of latents from judged items, and what is said of many latents at once.

Axis legend: i latent, e item.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from polyhead.analysis.interpretability.counts import BestToken, CountsJudge
from polyhead.analysis.interpretability.drawing import DENSEST, FEWEST_ITEMS, Drawing
from polyhead.analysis.interpretability.items import SIDE, Detection, Examples, Items
from polyhead.analysis.interpretability.judges import Judge, LearningJudge, auroc, credit
from polyhead.analysis.interpretability.text_features import TextFeatures

N_RESAMPLED = 1000
_UNKNOWN = (float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Material:
    """All that is judged of one set of latents: items, texts to learn from, detection sets."""

    n_rows: int
    items: Mapping[str, Items]
    """By kind."""
    shuffled: Mapping[str, Items]
    examples: Mapping[str, Examples]
    """By side: key, query, pair."""
    detection: Mapping[str, Detection]
    density: Mapping[str, Float[np.ndarray, " i"]]
    top_fraction: dict[str, float] = field(default_factory=dict)

    @classmethod
    def drawn(cls, drawing: Drawing) -> "Material":
        """Everything that the firings of a set of latents allow."""
        sides = {side: any(len(m.fires) for m in drawing.marks(side)) for side in ("key", "query")}
        there = [side for side, found in sides.items() if found]
        kind = {"key": "K", "query": "Q"}
        items: dict[str, Items] = {kind[side]: drawing.single(side) for side in there}
        examples = {side: drawing.examples(side) for side in there}
        if len(there) == 2:
            items |= {"P": drawing.coupled("P"), "X": drawing.coupled("X")}
            examples["pair"] = drawing.examples("pair")
        return cls(
            n_rows=drawing.n_rows,
            items=items,
            shuffled={kind[side]: drawing.single(side, shuffled=True) for side in there},
            examples=examples,
            detection={side: drawing.detection(side) for side in there},
            density={side: np.array([m.density for m in drawing.marks(side)]) for side in there},
        )


def judged(material: Material, judge: Judge, *, fitted: bool = False) -> dict[str, Float[np.ndarray, " e"]]:
    """Credit of every item by kind: 1 where the judge found the false text; NaN where it did not answer."""
    found = {}
    for kind, items in material.items.items():
        if fitted and isinstance(judge, LearningJudge):
            scores = judge.fitted_scores(items, material.examples[SIDE[kind]])
        else:
            scores = judge.scores(items)
        found[kind] = credit(items, scores)
    return found


def by_latent(items: Items, values: Float[np.ndarray, " e"], n_rows: int) -> Float[np.ndarray, " i"]:
    """Mean over the items of each latent; NaN with fewer than `FEWEST_ITEMS` answered ones."""
    there = ~np.isnan(values)
    n = np.bincount(items.row[there], minlength=n_rows)
    total = np.bincount(items.row[there], weights=values[there], minlength=n_rows)
    return np.where(n >= FEWEST_ITEMS, total / np.maximum(n, 1), np.nan)


def score_columns(material: Material, features: TextFeatures) -> pd.DataFrame:
    """J1 on everything: one row per latent.

    Args:
        material: Items of some latents.
        features: Of the documents that they are made of.

    Returns:
        K Q P X (leave-one-out), the same with `_fit` (learned from 32 examples) and `_token` (the marked token
        alone), two_sided = min(K, Q), detect_key and detect_query (AUROC) with `_token` of the best single token,
        token_bound, density_key, density_query, n_items, why (empty, or why a latent is not scored). NaN: not
        scored.
    """
    counts, token = CountsJudge(features), CountsJudge(features, only_marked=True)
    columns: dict[str, Any] = {}
    for ending, judge, fitted in (("", counts, False), ("_fit", counts, True), ("_token", token, False)):
        for kind, values in judged(material, judge, fitted=fitted).items():
            columns[kind + ending] = by_latent(material.items[kind], values, material.n_rows)
    for side in material.detection:
        for ending, detector in (("", counts), ("_token", BestToken(features))):
            columns[f"detect_{side}{ending}"] = _detected(material, side, detector)
    made = pd.DataFrame(columns, index=pd.RangeIndex(material.n_rows))
    for name in ("K", "Q", "P", "X", "K_fit", "Q_fit", "K_token", "Q_token", "detect_key", "detect_query"):
        if name not in made:
            made[name] = np.nan
    made["two_sided"] = made[["K", "Q"]].min(axis=1, skipna=False)
    made["two_sided_fit"] = made[["K_fit", "Q_fit"]].min(axis=1, skipna=False)
    made["token_bound"] = _token_bound(made, tuple(material.detection))
    for side, values in material.density.items():
        made[f"density_{side}"] = values
    made["n_items"] = sum(np.bincount(items.row, minlength=material.n_rows) for items in material.items.values())
    made["why"] = _why(made, material)
    return made


def _detected(material: Material, side: str, detector: Any) -> Float[np.ndarray, " i"]:
    detection, found = material.detection[side], np.full(material.n_rows, np.nan)
    if len(detection.row):
        found[detection.row] = auroc(*detector.detect(detection, material.examples[side]))
    return found


def _token_bound(made: pd.DataFrame, sides: tuple[str, ...]) -> Float[np.ndarray, " i"]:
    """1 where, on every side that was detected, the counts do no better than the latent's best token; NaN: none was."""
    bound, known = np.ones(len(made), dtype=bool), np.zeros(len(made), dtype=bool)
    for side in sides:
        ours, token = made[f"detect_{side}"].to_numpy(), made[f"detect_{side}_token"].to_numpy()
        there = ~np.isnan(ours)
        bound &= ~there | (ours <= token)
        known |= there
    return np.where(known, bound.astype(float), np.nan)


def _why(made: pd.DataFrame, material: Material) -> list[str]:
    """Why a latent has no score; empty where it has one."""
    kinds = [kind for kind in ("K", "Q") if kind in material.items]
    density = np.stack([material.density[SIDE[kind]] for kind in kinds])
    scored = [not row.any() for row in np.isnan(made[kinds].to_numpy(dtype=float))]
    words = []
    for i in range(len(made)):
        if scored[i]:
            words.append("")
        elif density[:, i].max() == 0:
            words.append("never fires")
        elif density[:, i].max() > DENSEST:
            words.append("too dense to score")
        else:
            words.append("too rare to score")
    return words


def interval(values: Float[np.ndarray, " i"], *, seed: int = 0) -> tuple[float, float, float]:
    """Mean, and the middle 95 % of means of resampled latents (NaN left out); NaN where there are none."""
    values = values[~np.isnan(values)]
    if not len(values):
        return _UNKNOWN
    means = values[_resampled(len(values), seed)].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def gap(ours: Float[np.ndarray, " i"], theirs: Float[np.ndarray, " j"], *, seed: int = 0) -> tuple[float, float, float]:
    """Difference of means of two sets of latents with its interval; each set is resampled by itself."""
    ours, theirs = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
    if not len(ours) or not len(theirs):
        return _UNKNOWN
    apart = ours[_resampled(len(ours), seed)].mean(1) - theirs[_resampled(len(theirs), seed + 1)].mean(1)
    low, high = np.quantile(apart, [0.025, 0.975])
    return float(ours.mean() - theirs.mean()), float(low), float(high)


def _resampled(n: int, seed: int) -> Int[np.ndarray, "r i"]:
    return np.random.default_rng(seed).integers(n, size=(N_RESAMPLED, n))


def shuffled_scores(material: Material, judge: Judge) -> dict[str, tuple[float, float, float]]:
    """Control: mean credit on items in which nothing is to be found, with the interval over latents; .2 by chance."""
    found = {}
    for kind, items in material.shuffled.items():
        values = by_latent(items, credit(items, judge.scores(items)), material.n_rows)
        found[kind] = interval(values)
    return found
