"""Claims of the study `weight-structure`."""

import numpy as np

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.heads.weight_structure.measures import ROWS, MatrixMeasures, Measured

SOURCE = "Thaman, Rigg, Oozeer, David, Experiments in Superposition, project 2"


def _excesses(found: list[MatrixMeasures], label: str) -> Distribution:
    return Distribution(label=label, values=[m.real["two_opt"].excess for m in found])


@study.claim(
    "blocks",
    source=SOURCE,
    published="seen in a picture of the MLP output weights of one layer (TinyStories-2Layers-33M, layer 1) next to "
    "one random matrix",
)
def blocks(m: Measured) -> Share:
    """Ordered by a path, the cosine matrix of the rows has blocks along its diagonal that a random matrix of the
    same size does not have. Rows: {word}."""
    nulls = [one.null_values("gaussian", "two_opt", "excess") for one in m.found]
    holds = [one.real["two_opt"].excess > max(n) for one, n in zip(m.found, nulls, strict=True)]
    control = [n[0] > max(n[1:]) for n in nulls]
    return Share(
        holds=holds,
        against=control,
        ours=[_excesses(m.found, f"block excess, greedy + 2-opt, {len(m.found)} matrices")],
        control={"the same of Gaussian draws with the same row norms": [x for n in nulls for x in n]},
        note=f"Holds for a matrix if its block excess is above all {m.cfg.n_seeds} Gaussian draws, ordered the same "
        "way. The control asks the same of one draw against the others.",
        words={"word": "; ".join(ROWS[k] for k in m.cfg.matrices)},
    )


@study.claim("beyond-spectrum", source="ours")
def beyond_spectrum(m: Measured) -> Share:
    """The blocks are more than the unequal singular values of the matrix: they exceed those of matrices with the same
    spectrum and random left singular vectors."""
    nulls = [one.null_values("spectrum", "two_opt", "excess") for one in m.found]
    holds = [one.real["two_opt"].excess > max(n) for one, n in zip(m.found, nulls, strict=True)]
    return Share(
        holds=holds,
        against=[n[0] > max(n[1:]) for n in nulls],
        ours=[_excesses(m.found, "block excess, greedy + 2-opt")],
        control={"spectrum-preserving draws": [x for n in nulls for x in n]},
        note="W = U S V^T with U replaced by a random frame, row norms put back. (Sign flips of rows and shuffled "
        "columns keep the spectrum as well, but change no squared cosine, so they test nothing.)",
    )


@study.claim("out-of-noise", source="ours")
def out_of_noise(m: Measured) -> Share:
    """A greedy path makes blocks out of noise: ordered Gaussian rows show a band that the same rows, unordered,
    never do."""
    pairs = [
        (a, b)
        for one in m.found
        for a, b in zip(
            one.null_values("gaussian", "greedy", "excess"), one.null_values("gaussian", "given", "excess"), strict=True
        )
    ]
    ratios = [
        a / max(b, 1e-12)
        for one in m.found
        for a, b in zip(
            one.null_values("gaussian", "two_opt", "neighbour"),
            one.null_values("gaussian", "given", "neighbour"),
            strict=True,
        )
    ]
    largest = [max(one.null_values("gaussian", "given", "excess")) for one in m.found]
    n = len(pairs) // len(m.found)
    holds = [a > largest[i // n] for i, (a, _) in enumerate(pairs)]
    return Share(
        holds=holds,
        against=[False] * len(pairs),
        ours={"mean squared cosine of neighbours, ordered over unordered Gaussian rows": ratios},
        control={"block excess of unordered Gaussian rows": [b for _, b in pairs]},
        note="One random matrix next to the real one cannot tell how much of a band the search made; the ratio says "
        "by how much an order inflates the neighbours of pure noise. Holds for a draw if its excess after the "
        "greedy path is above that of every unordered draw.",
    )


@study.claim("one-blob", source=SOURCE, published="seen in the same picture; no number")
def one_blob(m: Measured) -> Share:
    """One block is very large."""

    def has_blob(sizes: list[int], n: int) -> bool:
        return bool(sizes) and sizes[0] >= 0.1 * n and (sizes[0] >= 3 * (sizes[1] if len(sizes) > 1 else 0))

    holds = [has_blob(one.sizes(), one.shape[0]) for one in m.found]
    shares = [(one.sizes() or [0])[0] / one.shape[0] for one in m.found]
    return Share(
        holds=holds,
        against=1 / (1 + len(m.found[0].merges)),
        ours={"share of rows in the largest cluster": shares, "clusters": [float(len(one.sizes())) for one in m.found]},
        control={"mean squared cosine at which three rows of noise meet": m.found[0].merges},
        note="Clusters of the average-linkage tree cut where none of the Gaussian draws has a cluster of three rows. "
        "Holds if the largest has a tenth of the rows and three times the second; noise has a cluster at all "
        "with a chance below one in draws + 1.",
    )


@study.claim("weights-and-activations", source="ours (listed as open in the source)")
def weights_and_activations(m: Measured) -> Share | None:
    """Rows with similar output weights are active together."""
    seen = [one.active for one in m.found if one.active is not None]
    if not seen:
        return None
    holds = [a.spearman > max(a.shuffled) for a in seen]
    rand = [a.rand for a in seen if np.isfinite(a.rand)]
    return Share(
        holds=holds,
        against=1 / (1 + len(seen[0].shuffled)),
        ours={
            "rank correlation of squared cosine and squared activation correlation": [a.spearman for a in seen],
            "adjusted Rand index of the two clusterings": rand,
        },
        control={"the same, rows shuffled": [x for a in seen for x in a.shuffled]},
        note="Activations of the rows' own inputs (neurons after the non-linearity; z for head dimensions). Holds "
        "for a matrix if the rank correlation is above all shuffles.",
    )
