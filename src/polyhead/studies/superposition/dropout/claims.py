"""Claims of the study `tms-dropout`, from its trained grids."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from scipy.stats import wilcoxon
from torch import Tensor

from polyhead.analysis.feature_geometry import dimensions_per_feature, norms, represented
from polyhead.core.rng import generator
from polyhead.studies import study
from polyhead.studies.claim import Number, Paired, Share, Told
from polyhead.studies.superposition.antipodal_pairs import antipodal_share
from polyhead.studies.superposition.axis_alignment import direction_kurtosis, expected_haar_kurtosis, rotated
from polyhead.studies.superposition.dropout.models import RATES, REPORT, Measured, ladder
from polyhead.studies.superposition.models import Grid

MIDDLE = (0.05, 0.1, 0.2, 0.3)
HIGH = (0.7, 0.9)
STRONG = (0.3, 0.5, 0.7, 0.9)
UNSAID = "described without numbers"


def block(grid: Grid, measure: Callable[[Tensor], Tensor], n_rows: int, n_seeds: int) -> Tensor:
    """`measure` of each model as `[density, rate, seed]`, nan where a model diverged."""
    values = torch.where(grid.healthy, measure(grid.tensors["W"]).double(), torch.nan)
    return values.view(n_rows, len(RATES), n_seeds)


def crosstalk(W: Tensor) -> Tensor:
    """Off-diagonal over diagonal energy of W W^T: 0 for orthogonal features."""
    overlap = W @ W.transpose(1, 2)
    own = overlap.diagonal(dim1=1, dim2=2)
    return ((overlap**2).sum((1, 2)) - (own**2).sum(-1)) / (own**2).sum(-1).clamp_min(1e-12)


def alignment(W: Tensor) -> Tensor:
    """Kurtosis of the directions, each weighted by its squared norm."""
    weight = norms(W) ** 2
    return (direction_kurtosis(W) * weight).sum(-1) / weight.sum(-1).clamp_min(1e-12)


def relative_count(W: Tensor) -> Tensor:
    """Features longer than half of the longest: what shrinking leaves alone."""
    size = norms(W)
    return (size > 0.5 * size.amax(-1, keepdim=True)).sum(-1)


def rate_index(rate: float) -> int:
    return RATES.index(rate)


WITHOUT = "The same {} without dropout, from other inits; chance one half"


def _dense(m: Measured, what: Callable[[Tensor], Tensor]) -> Tensor:
    """A measure of dense features of importance 0.7^i, `[rate, seed]`."""
    return block(m.grids.important, what, 3, m.cfg.n_seeds)[0]


def _at_half(values: Tensor, label: str, *, more: bool, tail: str = "") -> Paired:
    """Dropout 0.5 against none."""
    half, none = values[rate_index(0.5)], values[0]
    return Paired(
        larger=half if more else none,
        smaller=none if more else half,
        ours={f"{label}, dropout 0.5": half},
        control={"no dropout": none},
        note=f"{WITHOUT.format('worlds and batches')}.{tail}",
    )


@study.claim("dense-interference", source=REPORT, published=UNSAID)
def dense_interference(m: Measured) -> Paired:
    """Dense features: dropout adds interference."""
    return _at_half(_dense(m, crosstalk), "off-diagonal over diagonal energy of W W^T", more=True)


@study.claim("dense-suppression", source=REPORT, published=UNSAID)
def dense_suppression(m: Measured) -> Paired:
    """Dense features: dropout suppresses those of low importance."""
    return _at_half(_dense(m, lambda W: represented(W).sum(-1)), "features with |W_i| > 1/2", more=False)


@study.claim("dense-redundancy", source=REPORT, published=UNSAID)
def dense_redundancy(m: Measured) -> Paired:
    """Dense features: under dropout a feature is encoded redundantly, over more units."""
    n = m.cfg.d_hidden
    haar = f" Random directions: {n / expected_haar_kurtosis(n):.2f}."
    return _at_half(n / _dense(m, alignment), f"units a feature is spread over (of {n})", more=True, tail=haar)


def _suppressed(values: Tensor, label: str, tail: str = "") -> Share:
    """Strong dropout against none, `[rate, seed]`; fewer is what is said."""
    high = [rate_index(p) for p in HIGH]
    return Share(
        holds=(values[high] < values[0]).flatten(),
        against=0.5,
        ours={f"{label}, dropout {p}": values[rate_index(p)] for p in STRONG},
        control={"no dropout": values[0]},
        note=f"{WITHOUT.format('batches')}; judged at dropout 0.7 and 0.9.{tail}",
    )


def _equal(m: Measured, what: Callable[[Tensor], Tensor]) -> Tensor:
    """A measure of features of equal importance, `[density, rate, seed]`."""
    return block(m.grids.equal, what, m.cfg.n_densities, m.cfg.n_seeds)


@study.claim("sparse-suppression", source=REPORT, published=UNSAID)
def sparse_suppression(m: Measured) -> Share:
    """Sparse features: dropout suppresses superposition (fewer features with |W_i| > 1/2)."""
    label = f"features represented of {m.cfg.n_features}, density {ladder(m.cfg)[-1]}"
    return _suppressed(_equal(m, lambda W: represented(W).sum(-1))[-1], label)


@study.claim("sparse-suppression-relative", source="ours")
def sparse_suppression_relative(m: Measured) -> Share:
    """Sparse features: dropout suppresses superposition also by a threshold that shrinks with the weights (half
    of the longest feature)."""
    shrinks = " Dropout shrinks |W_i|^2 towards 1 - p, which a fixed threshold counts as loss."
    label = f"features represented, density {ladder(m.cfg)[-1]}"
    return _suppressed(_equal(m, relative_count)[-1], label, shrinks)


@study.claim("fewer-pairs", source=REPORT, published=UNSAID)
def fewer_pairs(m: Measured) -> Share:
    """Sparse features: dropout suppresses antipodal pairs in particular."""
    row = int((_equal(m, dimensions_per_feature)[:, 0].nanmean(-1) - 0.5).abs().argmin())
    pairs = _equal(m, lambda W: antipodal_share(W / norms(W).amax(-1)[:, None, None]))[row]
    label = f"features in antipodal pairs, density {ladder(m.cfg)[row]} (D* nearest 1/2)"
    return _suppressed(pairs, label, " Lengths are relative to the longest feature.")


@study.claim("extreme-like-dense", source=REPORT, published=UNSAID)
def extreme_like_dense(m: Measured) -> Paired:
    """Under extreme dropout the sparse solution looks like the dense one."""
    cfg = m.cfg
    W = m.grids.equal.W.view(cfg.n_densities, len(RATES), cfg.n_seeds, cfg.n_features, cfg.d_hidden)
    dense, sparse, extreme = W[0, 0], W[-1, 0], W[-1, rate_index(0.9)]
    shuffle = torch.randperm(cfg.n_seeds, generator=generator(0, "matching"))

    def likeness(b: Tensor) -> list[float]:
        """Correlation of the sorted off-diagonal entries (features are exchangeable), scaled to unit diagonal mean."""
        return [float(np.corrcoef(_entries(x), _entries(y))[0, 1]) for x, y in zip(extreme, b[shuffle], strict=True)]

    like_dense, like_sparse = likeness(dense), likeness(sparse)
    return Paired(
        larger=like_dense,
        smaller=like_sparse,
        ours={"correlation of sorted W W^T entries with the dense solution": like_dense},
        control={"with the sparse solution without dropout": like_sparse},
        note="Dropout 0.9 at the lowest density; holds for a seed if the dense solution is the nearer one.",
    )


@study.claim("negative-diagonal", source=REPORT, published=UNSAID)
def negative_diagonal(m: Measured) -> Share:
    """Under extreme dropout diagonal entries of the feature map become negative."""
    cfg, untied = m.cfg, m.grids.untied
    W = m.grids.equal.W.view(cfg.n_densities, len(RATES), cfg.n_seeds, cfg.n_features, cfg.d_hidden)
    diagonal = (W[:, rate_index(0.9)] ** 2).sum(-1).amin((0, 2))
    own = (untied.tensors["W_in"] * untied.tensors["W_out"].transpose(1, 2)).sum(-1).amin(-1)
    lowest, zero = (own[untied.where(lambda c, p=p: c.model.dropout == p)] for p in (0.9, 0.0))
    return Share(
        holds=lowest < -0.05,
        against=zero < -0.05,
        ours={
            "smallest diagonal entry, untied weights, dropout 0.9": lowest,
            "smallest diagonal entry, tied weights, dropout 0.9": diagonal,
        },
        control={"smallest diagonal entry, untied weights, no dropout": zero},
        note="With tied weights the diagonal is |W_i|^2, never negative; so untied weights are judged (holds under "
        "-0.05).",
    )


def _entries(W: Tensor) -> np.ndarray:
    overlap = W @ W.T
    off = overlap[~torch.eye(len(W), dtype=torch.bool)] / overlap.diagonal().mean().clamp_min(1e-9)
    return off.sort().values.double().numpy()


@study.claim("smoother", source=REPORT, published="{published}")
def smoother(m: Measured) -> Share:
    """Even small dropout makes the phase transitions over density smoother."""
    star = block(m.grids.equal, dimensions_per_feature, m.cfg.n_densities, m.cfg.n_seeds).log()
    jump = star.diff(dim=0).abs().amax(0) / (star.amax(0) - star.amin(0)).clamp_min(1e-09)
    small = [rate_index(p) for p in (0.05, 0.1)]
    holds = [bool(jump[i, s] < jump[0, s]) for i in small for s in range(m.cfg.n_seeds)]
    return Share(
        holds=holds,
        against=0.5,
        ours={f"largest step of log D* over its range, dropout {RATES[i]}": jump[i] for i in small},
        control={"no dropout": jump[0]},
        note="The same batches, from other inits; holds if the largest step is smaller. Chance one half.",
        words={"published": UNSAID},
    )


@study.claim("star-rises", source=REPORT, published="rises sharply; also said to fall sometimes")
def star_rises(m: Measured) -> Share:
    """Dimensions per feature D* rise with dropout in general."""
    star = _equal(m, dimensions_per_feature)
    steps = (star[:, 1:] > star[:, :-1]).double()
    return Share(
        holds=(star[:, 1:] > star[:, :1]).flatten(),
        against=0.5,
        ours={
            f"D* at dropout {p} over D* without, all densities": (star[:, k] / star[:, 0]).flatten()
            for k, p in enumerate(RATES)
            if p in (0.1, 0.5, 0.9)
        },
        control={"share of steps between neighbouring rates that rise": [float(steps.mean())]},
        note="Each model against its seed without dropout; chance one half.",
        lead="over densities, rates and seeds:",
    )


@study.claim("star-shrinking", source="ours, closed form of the sparse limit", published="1 (predicted)")
def star_shrinking(m: Measured) -> Number:
    """Among sparse features D* rises only because weights shrink: D* (1 - p) stays what it is without dropout."""
    star = _equal(m, dimensions_per_feature)[-1]
    ratio = star * torch.tensor([1 - p for p in RATES])[:, None] / star[0]
    middle = ratio[[rate_index(p) for p in (*MIDDLE, 0.5)]].flatten()
    return Number(
        values=middle,
        expected=1.0,
        tolerance=0.1,
        ours={"D*(p) (1 - p) / D*(0), lowest density, dropout 0.05 to 0.5": middle},
        control={"dropout 0.9": ratio[rate_index(0.9)]},
        note="Predicted for features on one unit each; spread over k units it is (1 - p) (1 + q/k).",
    )


def _against_turned(m: Measured, rates: Sequence[float]) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Alignment at some rates over the densities in superposition (sparser than 0.5), the same turned at random, and
    what is shown of both."""
    rows = [k for k, d in enumerate(ladder(m.cfg)) if d < 0.5]
    k, g = [rate_index(p) for p in rates], generator(0, "rotations")
    every = _equal(m, alignment)
    a = every[rows][:, k].flatten()
    b = _equal(m, lambda W: alignment(rotated(W, g)))[rows][:, k].flatten()
    good = torch.isfinite(a) & torch.isfinite(b)
    label, n = f"dropout {', '.join(map(str, rates))}", m.cfg.d_hidden
    shown = {
        "ours": {
            f"kurtosis, densities under 0.5, {label}": a,
            f"kurtosis, dense, {label}": every[: rows[0]][:, k].flatten(),
        },
        "control": {"densities under 0.5, turned at random": b[good]},
        "note": f"{n} on an axis, 1 on a diagonal of the hypercube, {expected_haar_kurtosis(n):.2f} at random; "
        "judged on densities under 0.5.",
    }
    return a[good], b[good], shown


@study.claim("alignment-invariant", source=REPORT, published=UNSAID)
def alignment_invariant(m: Measured) -> Told:
    """Without dropout the hidden basis is not privileged."""
    a, b, shown = _against_turned(m, (0.0,))
    p = float(wilcoxon(a.numpy(), b.numpy()).pvalue) if len(a) > 5 else 1.0  # pyright: ignore
    reason = f"median {a.median():.3f} against {b.median():.3f} when turned (Wilcoxon p = {p:.2g})"
    return Told(held="yes" if p > 0.01 else "no", lead=reason, **shown)


@study.claim("alignment-anti-aligned", source=REPORT, published=UNSAID)
def alignment_anti_aligned(m: Measured) -> Paired:
    """At moderate dropout (to 0.3) features turn away from the axes."""
    a, b, shown = _against_turned(m, MIDDLE)
    return Paired(larger=b, smaller=a, **shown)


@study.claim("alignment-aligned-again", source=REPORT, published=UNSAID)
def alignment_aligned_again(m: Measured) -> Paired:
    """Above 50 % dropout features align with the axes again."""
    a, b, shown = _against_turned(m, HIGH)
    return Paired(larger=a, smaller=b, **shown)


def notes(m: Measured) -> list[str]:
    """What contradicts the report, and why."""
    grids, cfg = m.grids, m.cfg
    star = block(grids.equal, dimensions_per_feature, cfg.n_densities, cfg.n_seeds).nanmean(-1)
    falls = [
        f"density {d}, {RATES[k]} to {RATES[k + 1]}"
        for d, row in zip(ladder(cfg), star, strict=True)
        for k in range(len(RATES) - 1)
        if row[k + 1] < 0.98 * row[k]
    ]
    return [
        "All dropout settings of the report are unknown; sizes, rates and training are ours (Adam 1e-2, cosine).",
        f"D* falls with dropout (over 2 %, mean of seeds) in {len(falls)} of {(len(RATES) - 1) * len(star)} steps"
        + (f": {_listed(falls)}." if falls else ": the remark that it sometimes falls is not borne out here."),
        "Negative diagonals cannot occur in W^T W with tied weights, since they are squared norms; where the report "
        "saw them it must have shown another matrix or untied weights.",
        "Why pairs survive moderate dropout: an antipodal pair on one unit is free of interference under every mask "
        "(the negative side is cut), so dropout only shrinks it. For two features on one unit the closed forms say "
        "more: above a density that falls with p the pair turns into a difference read linearly, which dropout "
        "prefers to a feature alone because its mean is zero; opposite directions never go away. Where the ReLU pair "
        "ends is only roughly predicted, and badly at high rates: the closed form leaves out biases, with which the "
        "ReLU pair turns into the linear one gradually.",
        "The bounds on the length of a lone feature hold without biases and interference; trained models use "
        "negative biases and longer directions, so measured lengths can lie above them (see the claim).",
        "Without dropout directions should be random. Where they are not quite, the likely reason is Adam, which "
        "moves every coordinate alike and is not invariant under rotations of the hidden space.",
        "Counts of represented features with the published threshold of 1/2 mix shrinking with loss: |W_i|^2 = 1 - p "
        "passes below 1/4 at p = 0.75 for every feature at once.",
    ]


def _listed(items: Sequence[str], n: int = 6) -> str:
    return "; ".join(items[:n]) + (f"; and {len(items) - n} more" if len(items) > n else "")
