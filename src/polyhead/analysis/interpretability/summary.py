"""All scores of one dictionary next to their controls, as a record."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from polyhead.analysis.interpretability.counts import CountsJudge
from polyhead.analysis.interpretability.interpret import Interpreted
from polyhead.analysis.interpretability.items import SIDE
from polyhead.analysis.interpretability.judges import CHANCE, credit
from polyhead.analysis.interpretability.marks import N_DECILES
from polyhead.analysis.interpretability.scores import gap, interval, shuffled_scores
from polyhead.core.interpret_records import Estimate, ScoreRow

SCORES = {
    "K": "find the false key among five: what is carried",
    "Q": "find the false query among five: when it arrives",
    "two_sided": "min(K, Q) per latent",
    "P": "find the true key with a query where the latent does not fire",
    "X": "find the key of one pair with the query of another",
    "K_fit": "K after learning from 32 other examples",
    "Q_fit": "Q after learning from 32 other examples",
    "two_sided_fit": "min(K_fit, Q_fit) per latent",
    "detect_key": "AUROC of firing, key side, held-out marks",
    "detect_query": "AUROC of firing, query side, held-out marks",
    "label_score": "AUROC of the label's own conditions, both sides",
}
_CHANCE = {"K_fit": 0.2, "Q_fit": 0.2, "detect_key": 0.5, "detect_query": 0.5, "label_score": 0.5, **CHANCE}
_TOKEN = {name: f"{name}_token" for name in ("K", "Q", "P", "X", "detect_key", "detect_query")}


def estimate(values: Sequence[float] | np.ndarray | tuple[float, float, float]) -> Estimate:
    """A record of (mean, low, high)."""
    mean, low, high = (round(float(v), 4) for v in values)
    return Estimate(mean=mean, low=low, high=high)


def score_rows(found: Interpreted) -> list[ScoreRow]:
    """One row per score that the method's sides allow."""
    shuffled = shuffled_scores(found.material, CountsJudge(found.features))
    rows = []
    for name, about in SCORES.items():
        values = found.columns[name].to_numpy(dtype=float) if name in found.columns else np.array([])
        if np.isnan(values).all():
            continue
        token = found.columns[_TOKEN[name]].to_numpy(dtype=float) if _TOKEN.get(name) in found.columns else None
        random = None
        if found.random is not None and name in found.random:
            random = found.random[name].to_numpy(dtype=float)
            random = None if np.isnan(random).all() else random
        rows.append(
            ScoreRow(
                score=name,
                about=about,
                chance=_CHANCE.get(name),
                ours=estimate(interval(values)),
                random=None if random is None else estimate(interval(random)),
                gap=None if random is None else estimate(gap(values, random)),
                shuffled=estimate(shuffled[name]) if name in shuffled else None,
                token=None if token is None else estimate(interval(token)),
                n=int((~np.isnan(values)).sum()),
            )
        )
    return rows


def decile_means(found: Interpreted) -> dict[str, list[float | None]]:
    """Mean credit of K and Q items by decile, the lowest first; None where there is no item."""
    judge, means = CountsJudge(found.features), {}
    for kind, items in found.material.items.items():
        if SIDE[kind] != "pair":
            values = credit(items, judge.scores(items))
            by = [values[(items.decile == d) & ~np.isnan(values)] for d in range(N_DECILES)]
            means[kind] = [round(float(one.mean()), 4) if len(one) else None for one in by]
    return means


def not_scored(columns: pd.DataFrame) -> dict[str, int]:
    """Why latents have no score -> how many."""
    counts: Mapping[Any, int] = columns.loc[columns["why"] != "", "why"].value_counts().to_dict()
    return {str(why): int(n) for why, n in counts.items()}
