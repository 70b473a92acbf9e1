"""Scores against planted features. Every latent is matched with at most one feature, and no feature with two.

    affinity(U, V)   sqrt(sum_j cos^2 theta_j / max(rank U, rank V)), theta_j the principal angles of two subspaces; for
                     two lines |cos|. A line in a planted plane has .71 at most: half of the feature is missing.
    similarity S     mean of the affinities of source and output, of those of the two that the method gives
    matching         the assignment of features to latents with the largest sum of S (Hungarian algorithm)
    source, output   mean affinity over features, at the matched latents
    loading          mean |cos| of head loadings over features, at the matched latents
    uniqueness       different latents that are the best (largest S) for some feature, over the number of features
    recovered        features whose matched latent has affinity > .9 on source and on output and |cos| > .9 of loadings
    said             the same, asking only for what the method says (at least one side)
    precision        of a matched latent: share of its activations where the feature is truly there; recall: share of
                     the places of the feature where it fires; both mean over features. The key side counts sources
                     (activity > 0), the query side destinations (|arrival| > .1, where an activity is about 1), and
                     latents of QK alone count queries where their condition holds
    qk               mean affinity of query and key subspaces over conditions, matched by themselves
    fvu              of the attention output, sum |y - y^|^2 / sum |y - mean y|^2; pattern: the same of the patterns,
                     over causal pairs, mean by head; off sink: about the mean pattern, without key 0
                     (metrics/pattern_centred.py); L0 key and densest: of a code with two sides
Positions that do not count (BOS) are left out of firing, FVU and L0, and as destinations of patterns.
Axis legend: i feature, n latent, r s rows, d width, b sequence, p position.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from scipy.integrate import quad
from scipy.optimize import linear_sum_assignment
from scipy.stats import beta
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Codes
from polyhead.core.records import Record
from polyhead.metrics.benchmark.protocol import AttentionDictionary, optional
from polyhead.metrics.benchmark.world import STANDARD, Sample
from polyhead.metrics.pattern_centred import CentredPatternSums
from polyhead.metrics.two_sided import TwoSidedSums

RECOVERED = 0.9
"""A part is recovered above this affinity or cosine."""


class Scores(Record):
    """One method on one world; None where the method or the world does not say."""

    n_features: int
    source: float | None = None
    output: float | None = None
    loading: float | None = None
    uniqueness: float | None = None
    n_recovered: int | None = None
    n_said: int | None = None
    precision: float | None = None
    recall: float | None = None
    qk: float | None = None
    fvu: float | None = None
    pattern: float | None = None
    pattern_off_sink: float | None = None
    l0_key: float | None = None
    densest: float | None = None
    l0: float | None = None
    l0_true: float | None = None
    """Of the planted features, on the side where the method counts."""


class Match(NamedTuple):
    """Which latent stands for which feature."""

    features: Tensor
    latents: Tensor
    uniqueness: float


@torch.no_grad()
def score(method: AttentionDictionary, sample: Sample) -> Scores:
    """Everything at once, on fresh sequences.

    Raises:
        PolyheadError: directions or loadings of another width than the world's, of another number of latents.
    """
    truth = sample.world.truth
    found: dict[str, Any] = {}
    batch = sample.batch(getattr(method, "reading", None) or STANDARD)
    parts = {
        name: _affinities(learned, planted, name)
        for name, learned, planted in (
            ("source", method.source_directions(), truth.source),
            ("output", method.output_directions(), truth.output),
        )
    }
    loading = _loading_cosines(method.head_loadings(), truth.loading)
    sides = [part for part in parts.values() if part is not None]
    if sides:
        match = matched(torch.stack(sides).mean(0))
        found["uniqueness"] = match.uniqueness
        given = {**parts, "loading": loading}
        values = {k: v[match.features, match.latents] for k, v in given.items() if v is not None}
        found |= {k: float(v.sum() / truth.n_features) for k, v in values.items()}
        good = torch.stack([v > RECOVERED for v in values.values()]).all(0)
        asked = {"source": truth.source, "output": truth.output, "loading": truth.loading}
        complete = all(k in values for k, planted in asked.items() if planted is not None)
        found |= {"n_said": int(good.sum()), "n_recovered": int(good.sum()) if complete else 0}
    else:
        match = None
    conditions = _conditions(method, sample)
    if conditions is not None:
        found["qk"] = conditions[1]
    if method.side == "both":
        match = None if conditions is None else conditions[0]
    found |= _firing(method, sample, batch, match) | _fidelity(method, sample, batch)
    found |= _two_sides(method, sample, batch)
    return Scores(n_features=truth.n_features, **found)


def affinity(learned: Tensor, planted: Tensor) -> Float[Tensor, "i n"]:
    """Of every planted subspace, `[i, s, d]` or `[i, d]`, with every learned one, `[n, r, d]` or `[n, d]`.

    Rows of zeros count as missing dimensions.
    """
    U, ranks = _orthonormal(learned)
    V, planted_ranks = _orthonormal(planted)
    overlap = torch.einsum("isd,nrd->insr", V, U).square().sum((-2, -1))
    return (overlap / torch.maximum(planted_ranks[:, None], ranks).clamp_min(1)).clamp(0, 1).sqrt()


def _orthonormal(rows: Tensor) -> tuple[Tensor, Tensor]:
    rows = rows.double() if rows.ndim == 3 else rows.double()[:, None]
    if rows.shape[1] == 1:
        size = rows.norm(dim=-1, keepdim=True)
        return rows / size.clamp_min(1e-30), (size[:, 0, 0] > 0).double()
    _, s, Vh = torch.linalg.svd(rows, full_matrices=False)
    real = s > 1e-6 * s[:, :1].clamp_min(1e-30)
    return Vh * real[..., None], real.sum(-1).double()


def matched(similarity: Float[Tensor, "i n"]) -> Match:
    """The best assignment of features to latents; some features have none where latents are few."""
    rows, columns = linear_sum_assignment(similarity.numpy(), maximize=True)
    best = similarity.argmax(1)
    return Match(torch.as_tensor(rows), torch.as_tensor(columns), len(best.unique()) / len(best))


def chance_affinity(n_latents: int, d: int) -> float:
    """Expected largest |cos| of a fixed line with `n_latents` random lines in d dimensions: cos^2 ~ Beta(1/2,
    (d - 1)/2). Best match; the matched mean of random directions lies at it or (few latents, or joint matching of
    two sides) below."""
    return float(quad(lambda c: 1 - beta.cdf(c * c, 0.5, (d - 1) / 2) ** n_latents, 0, 1)[0])


def _affinities(learned: Tensor | None, planted: Tensor | None, what: str) -> Tensor | None:
    if learned is None or planted is None:
        return None
    if learned.shape[-1] != planted.shape[-1]:
        raise PolyheadError(
            f"{what} directions: [n, {planted.shape[-1]}] or [n, r, {planted.shape[-1]}] expected, "
            f"{list(learned.shape)} received"
        )
    return affinity(learned, planted)


def _loading_cosines(learned: Tensor | None, planted: Tensor | None) -> Tensor | None:
    if learned is None or planted is None:
        return None
    if learned.shape[-1] != planted.shape[-1]:
        raise PolyheadError(f"head loadings: [n, {planted.shape[-1]}] expected, {list(learned.shape)} received")
    unit = learned.double() / learned.double().norm(dim=-1, keepdim=True).clamp_min(1e-30)
    return (planted.double() @ unit.T).abs()


def _firing(method: Any, sample: Sample, batch: Any, match: Match | None) -> dict[str, Any]:
    codes = method.codes(batch)
    if codes is None:
        return {}
    keep, truth = sample.valid, sample.world.truth
    fired = _dense(codes)[keep]
    found: dict[str, Any] = {"l0": float(fired.sum(-1).double().mean())}
    if (method.side == "query" and truth.loading is None) or (method.side == "both" and truth.query is None):
        return found
    there = sample.there(method.side)[keep]
    found["l0_true"] = float(there.sum(-1).double().mean())
    if match is None:
        return found
    mine, true = fired[:, match.latents].double(), there[:, match.features].double()
    both = (mine * true).sum(0)
    found["precision"] = float((both / mine.sum(0).clamp_min(1)).sum() / there.shape[-1])
    found["recall"] = float((both / true.sum(0).clamp_min(1)).sum() / there.shape[-1])
    return found


def _dense(codes: Codes) -> Bool[Tensor, "b p n"]:
    fired = torch.zeros(*codes.values.shape[:2], codes.n_latents)
    return fired.scatter_add_(-1, codes.indices, (codes.values != 0).float()) > 0


def _fidelity(method: Any, sample: Sample, batch: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    estimate = method.reconstruct(batch)
    if estimate is not None:
        y, e = batch["output"][sample.valid].double(), estimate[sample.valid].double()
        found["fvu"] = float((y - e).square().sum() / (y - y.mean(0)).square().sum())
    patterns = optional(method, "patterns", batch)
    if patterns is not None:
        true, p = batch["attention"][:, : patterns.shape[1]], patterns.shape[-1]
        counted = (torch.ones(p, p).tril().bool() & sample.valid[:, :, None])[:, None].expand_as(true)
        mean = (true * counted).sum((0, 2, 3)) / counted.sum((0, 2, 3))
        off, spread = (true - patterns)[counted].double(), (true - mean[:, None, None])[counted].double()
        found["pattern"] = float(off.square().sum() / spread.square().sum())
        centred = CentredPatternSums()
        centred.update(true, patterns, sample.valid)
        by_head = [value for value in centred.result().off_sink if value is not None]
        found["pattern_off_sink"] = sum(by_head) / len(by_head) if by_head else None
    return found


def _two_sides(method: Any, sample: Sample, batch: Any) -> dict[str, Any]:
    """How sparse a code with two sides is on each."""
    keys = optional(method, "key_codes", batch)
    if keys is None:
        return {}
    queries, sides = optional(method, "query_codes", batch), TwoSidedSums()
    sides.update(method.codes(batch) if queries is None else queries, keys, sample.valid)
    found = sides.result()
    return {"l0_key": found.l0_key, "densest": found.densest}


def _conditions(method: Any, sample: Sample) -> tuple[Match, float] | None:
    """Which latent stands for which condition, and the mean affinity."""
    truth = sample.world.truth
    parts = [
        _affinities(optional(method, f"{side}_directions"), planted, side)
        for side, planted in (("query", truth.query), ("key", truth.key))
    ]
    given = [part for part in parts if part is not None]
    if not given:
        return None
    joint = torch.stack(given).mean(0)
    match = matched(joint)
    return match, float(joint[match.features, match.latents].sum() / len(joint))
