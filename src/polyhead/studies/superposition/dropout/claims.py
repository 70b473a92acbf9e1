"""Claims of the study `tms-dropout`, from its trained grids."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.stats import wilcoxon
from torch import Tensor

from polyhead.analysis.feature_geometry import dimensions_per_feature, norms, represented
from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.superposition.antipodal_pairs import antipodal_share
from polyhead.studies.superposition.axis_alignment import direction_kurtosis, expected_haar_kurtosis, rotated
from polyhead.studies.superposition.dropout.models import (
    L1_COEFFICIENTS,
    L1_DENSITY,
    RATES,
    REPORT,
    DropoutConfig,
    Grids,
    ladder,
)
from polyhead.studies.superposition.models import Grid, distribution

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


def dense_claims(grid: Grid, cfg: DropoutConfig) -> list[Claim]:
    """(i): dense features, importance 0.7^i."""
    talk, count = (block(grid, f, 3, cfg.n_seeds)[0] for f in (crosstalk, lambda W: represented(W).sum(-1)))
    spread = cfg.d_hidden / block(grid, alignment, 3, cfg.n_seeds)[0]
    i = rate_index(0.5)
    more = judge_share((talk[i] > talk[0]).tolist(), 0.5)
    fewer = judge_share((count[i] < count[0]).tolist(), 0.5)
    haar = cfg.d_hidden / expected_haar_kurtosis(cfg.d_hidden)
    wide = judge_share((spread[i] > spread[0]).tolist(), 0.5)
    note = "The same worlds and batches without dropout, from other starts; chance one half."
    return [
        Claim(
            key="dense-interference",
            statement="Dense features: dropout adds interference.",
            source=REPORT, published=UNSAID,
            ours=[distribution("off-diagonal over diagonal energy of W W^T, dropout 0.5", talk[i])],
            control=[distribution("no dropout", talk[0])], control_note=note, verdict=more[0], reason=more[1],
        ),
        Claim(
            key="dense-suppression",
            statement="Dense features: dropout suppresses those of low importance.",
            source=REPORT, published=UNSAID,
            ours=[distribution("features with |W_i| > 1/2, dropout 0.5", count[i])],
            control=[distribution("no dropout", count[0])], control_note=note, verdict=fewer[0], reason=fewer[1],
        ),
        Claim(
            key="dense-redundancy",
            statement="Dense features: under dropout a feature is encoded redundantly, over more units.",
            source=REPORT, published=UNSAID,
            ours=[distribution(f"units a feature is spread over (of {cfg.d_hidden}), dropout 0.5", spread[i])],
            control=[distribution("no dropout", spread[0])],
            control_note=f"{note} Random directions: {haar:.2f}.", verdict=wide[0], reason=wide[1],
        ),
    ]  # fmt: skip


def sparse_claims(grid: Grid, cfg: DropoutConfig) -> list[Claim]:
    """(ii): the sparsest features of equal importance."""
    n, last = cfg.n_densities, -1
    count = block(grid, lambda W: represented(W).sum(-1), n, cfg.n_seeds)[last]
    relative = block(grid, relative_count, n, cfg.n_seeds)[last]
    star = block(grid, dimensions_per_feature, n, cfg.n_seeds)[:, 0].nanmean(-1)
    row = int((star - 0.5).abs().argmin())
    pairs = block(grid, lambda W: antipodal_share(W / norms(W).amax(-1)[:, None, None]), n, cfg.n_seeds)[row]
    k, high = [rate_index(p) for p in STRONG], [rate_index(p) for p in HIGH]
    first, second, third = (judge_share((v[high] < v[0]).flatten().tolist(), 0.5) for v in (count, relative, pairs))

    def shown(name: str, v: Tensor) -> list[Distribution]:
        return [distribution(f"{name}, dropout {RATES[i]}", v[i]) for i in k]

    d = ladder(cfg)
    note = "The same batches without dropout, from other starts; chance one half; judged at dropout 0.7 and 0.9."
    return [
        Claim(
            key="sparse-suppression",
            statement="Sparse features: dropout suppresses superposition (fewer features with |W_i| > 1/2).",
            source=REPORT, published=UNSAID,
            ours=shown(f"features represented of {cfg.n_features}, density {d[last]}", count),
            control=[distribution("no dropout", count[0])], control_note=note, verdict=first[0], reason=first[1],
        ),
        Claim(
            key="sparse-suppression-relative",
            statement="The same with a threshold that shrinks with the weights (half of the longest feature).",
            source="ours", published="unknown",
            ours=shown(f"features represented, density {d[last]}", relative),
            control=[distribution("no dropout", relative[0])],
            control_note=f"{note} Dropout shrinks |W_i|^2 towards 1 - p, which a fixed threshold counts as loss.",
            verdict="published number unknown", reason=second[1],
        ),
        Claim(
            key="fewer-pairs",
            statement="Sparse features: dropout suppresses antipodal pairs in particular.",
            source=REPORT, published=UNSAID,
            ours=shown(f"features in antipodal pairs, density {d[row]} (D* nearest 1/2)", pairs),
            control=[distribution("no dropout", pairs[0])],
            control_note=f"{note} Lengths are relative to the longest feature.", verdict=third[0], reason=third[1],
        ),
    ]  # fmt: skip


def extreme_claims(tied: Grid, untied: Grid, cfg: DropoutConfig) -> list[Claim]:
    """(iii): dropout 0.9 at the sparsest density against the dense solution."""
    n, i = cfg.n_densities, rate_index(0.9)
    W = tied.W.view(n, len(RATES), cfg.n_seeds, cfg.n_features, cfg.d_hidden)
    g = generator(0, "matching")

    def likeness(a: Tensor, b: Tensor) -> Tensor:
        """Correlation of the sorted off-diagonal entries (features are exchangeable), scaled to unit diagonal mean."""
        return torch.tensor([float(np.corrcoef(_entries(x), _entries(y))[0, 1]) for x, y in zip(a, b, strict=True)])

    dense, sparse, extreme = W[0, 0], W[-1, 0], W[-1, i]
    shuffle = torch.randperm(cfg.n_seeds, generator=g)
    like_dense, like_sparse = likeness(extreme, dense[shuffle]), likeness(extreme, sparse[shuffle])
    similar = judge_share((like_dense > like_sparse).tolist(), 0.5)
    diagonal = (W[:, i] ** 2).sum(-1).amin((0, 2))
    own = (untied.tensors["W_in"] * untied.tensors["W_out"].transpose(1, 2)).sum(-1)
    at = torch.tensor([c.model.dropout == 0.9 for c in untied.cells])
    lowest = own[at & untied.healthy].amin(-1)
    zero = own[torch.tensor([c.model.dropout == 0.0 for c in untied.cells]) & untied.healthy].amin(-1)
    negative = judge_share((lowest < -0.05).tolist(), (zero < -0.05).tolist())
    return [
        Claim(
            key="extreme-like-dense",
            statement="Under extreme dropout the sparse solution looks like the dense one.",
            source=REPORT, published=UNSAID,
            ours=[distribution("correlation of sorted W W^T entries with the dense solution", like_dense)],
            control=[distribution("with the sparse solution without dropout", like_sparse)],
            control_note="Dropout 0.9 at the lowest density; holds for a seed if the dense solution is the nearer one.",
            verdict=similar[0], reason=similar[1],
        ),
        Claim(
            key="negative-diagonal",
            statement="Under extreme dropout diagonal entries of the feature map become negative.",
            source=REPORT, published=UNSAID,
            ours=[
                distribution("smallest diagonal entry, untied weights, dropout 0.9", lowest),
                distribution("smallest diagonal entry, tied weights, dropout 0.9", diagonal),
            ],
            control=[distribution("smallest diagonal entry, untied weights, no dropout", zero)],
            control_note="With tied weights the diagonal is |W_i|^2, never negative; so untied weights are judged "
                         "(holds under -0.05).",
            verdict=negative[0], reason=negative[1],
        ),
    ]  # fmt: skip


def _entries(W: Tensor) -> np.ndarray:
    overlap = W @ W.T
    off = overlap[~torch.eye(len(W), dtype=torch.bool)] / overlap.diagonal().mean().clamp_min(1e-9)
    return off.sort().values.double().numpy()


def smoother_claim(grid: Grid, cfg: DropoutConfig) -> Claim:
    """(iv): the largest jump of D* between neighbouring densities, as a share of the whole fall."""
    star = block(grid, dimensions_per_feature, cfg.n_densities, cfg.n_seeds).log()
    jump = star.diff(dim=0).abs().amax(0) / (star.amax(0) - star.amin(0)).clamp_min(1e-9)
    small = [rate_index(p) for p in (0.05, 0.1)]
    holds = [bool(jump[i, s] < jump[0, s]) for i in small for s in range(cfg.n_seeds)]
    verdict, reason = judge_share(holds, 0.5)
    return Claim(
        key="smoother",
        statement="Even small dropout makes the phase transitions over density smoother.",
        source=REPORT, published=UNSAID,
        ours=[distribution(f"largest step of log D* over its range, dropout {RATES[i]}", jump[i]) for i in small],
        control=[distribution("no dropout", jump[0])],
        control_note="The same batches, from other starts; holds if the largest step is smaller. Chance one half.",
        verdict=verdict, reason=reason,
    )  # fmt: skip


def star_claims(grid: Grid, cfg: DropoutConfig) -> list[Claim]:
    """(v): dimensions per feature against dropout."""
    star = block(grid, dimensions_per_feature, cfg.n_densities, cfg.n_seeds)
    rises = star[:, 1:] > star[:, :1]
    verdict, reason = judge_share(rises.flatten().tolist(), 0.5)
    steps = (star[:, 1:] > star[:, :-1]).double()
    ratio = star[-1] * torch.tensor([1 - p for p in RATES])[:, None] / star[-1, 0]
    middle = [rate_index(p) for p in (*MIDDLE, 0.5)]
    number = judge_number(ratio[middle].flatten().tolist(), 1.0, tolerance=0.1)
    return [
        Claim(
            key="star-rises",
            statement="Dimensions per feature D* rise with dropout in general.",
            source=REPORT, published="rises sharply; also said to fall sometimes",
            ours=[
                distribution(f"D* at dropout {p} over D* without, all densities", (star[:, k] / star[:, 0]).flatten())
                for k, p in enumerate(RATES)
                if p in (0.1, 0.5, 0.9)
            ],
            control=[distribution("share of steps between neighbouring rates that rise", [float(steps.mean())])],
            control_note="Each model against its seed without dropout; chance one half.",
            verdict=verdict, reason=f"over densities, rates and seeds: {reason}",
        ),
        Claim(
            key="star-shrinking",
            statement="Among sparse features the rise is shrinking alone: D* (1 - p) stays what it is without dropout.",
            source="ours, closed form of the sparse limit", published="1 (predicted)",
            ours=[distribution("D*(p) (1 - p) / D*(0), lowest density, dropout 0.05 to 0.5", ratio[middle].flatten())],
            control=[distribution("dropout 0.9", ratio[rate_index(0.9)])],
            control_note="Predicted for features on one unit each; spread over k units it is (1 - p) (1 + q/k).",
            verdict=number[0], reason=number[1],
        ),
    ]  # fmt: skip


def alignment_claims(grid: Grid, cfg: DropoutConfig) -> list[Claim]:
    """(vi): three phases of alignment, over the densities in superposition (sparser than 0.5)."""
    rows = [k for k, d in enumerate(ladder(cfg)) if d < 0.5]
    g = generator(0, "rotations")
    every = block(grid, alignment, cfg.n_densities, cfg.n_seeds)
    ours, dense = every[rows], every[: rows[0]]
    turned = block(grid, lambda W: alignment(rotated(W, g)), cfg.n_densities, cfg.n_seeds)[rows]
    phases = (
        ("invariant", "Without dropout the hidden basis is not privileged.", (0.0,), 0),
        ("anti-aligned", "At moderate dropout (to 0.3) features turn away from the axes.", MIDDLE, -1),
        ("aligned-again", "Above 50 % dropout features align with the axes again.", HIGH, 1),
    )
    claims = []
    for key, statement, rates, side in phases:
        k = [rate_index(p) for p in rates]
        a, b = ours[:, k].flatten(), turned[:, k].flatten()
        good = torch.isfinite(a) & torch.isfinite(b)
        a, b = a[good], b[good]
        if side == 0:
            p = float(wilcoxon(a.numpy(), b.numpy()).pvalue) if len(a) > 5 else 1.0  # pyright: ignore
            verdict = "reproduced" if p > 0.01 else "not reproduced"
            reason = f"median {a.median():.3f} against {b.median():.3f} when turned (Wilcoxon p = {p:.2g})"
        else:
            verdict, reason = judge_share(((a - b) * side > 0).tolist(), 0.5)
        claims.append(
            Claim(
                key=f"alignment-{key}",
                statement=statement,
                source=REPORT,
                published=UNSAID,
                ours=[
                    distribution(f"kurtosis, {name}, dropout {', '.join(map(str, rates))}", part[:, k].flatten())
                    for name, part in (("densities under 0.5", ours), ("dense", dense))
                ],
                control=[distribution("densities under 0.5, turned at random", b)],
                control_note=f"{cfg.d_hidden} on an axis, 1 on a diagonal of the hypercube, "
                f"{expected_haar_kurtosis(cfg.d_hidden):.2f} at random; judged on densities under 0.5.",
                verdict=verdict,
                reason=reason,
            )
        )
    return claims


def l1_claim(l1: dict[str, Grid]) -> Claim:
    """The L1 term as meant makes a basis, as coded it does not."""

    def shape(kind: str, c: float) -> Tensor:
        grid = l1[kind]
        return alignment(grid.W[grid.where(lambda cell: abs(cell.model.hidden_l1 - c) < 1e-9)])

    level = expected_haar_kurtosis(l1["norm"].cells[0].model.d_hidden)
    used = L1_COEFFICIENTS[2:]
    ours, coded = (torch.cat([shape(kind, c) for c in used]) for kind in ("norm", "coded"))
    verdict, reason = judge_share((ours > 1.2 * level).tolist(), (coded > 1.2 * level).tolist(), published=False)
    return Claim(
        key="l1-as-coded",
        statement="An L1 term on the hidden units aligns features with the axes if it is a norm, not as it was coded "
                  "(absolute value after the mean).",
        source="ours, on the code of the report", published="unknown",
        ours=[distribution(f"kurtosis, norm, coefficient {c}", shape("norm", c)) for c in L1_COEFFICIENTS],
        control=[distribution(f"kurtosis, as coded, coefficient {c}", shape("coded", c)) for c in L1_COEFFICIENTS],
        control_note=f"Density {L1_DENSITY}; random directions have {level:.2f}; holds over 1.2 times that.",
        verdict=verdict, reason=reason,
    )  # fmt: skip


def notes(grids: Grids, cfg: DropoutConfig) -> list[str]:
    """What contradicts the report, and why."""
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
