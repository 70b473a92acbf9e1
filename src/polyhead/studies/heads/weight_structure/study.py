"""The study `weight-structure`: blocks in the ordered cosine matrix of weights, against what an order makes of noise.

"Experiments in Superposition" (Thaman et al.) orders the neurons of an MLP by a path through the cosines of their
output weights and sees blocks along the diagonal, one of them very large, which a random matrix does not show. Here the
same picture is measured, with twenty draws of two nulls, for several orders and for every layer.
"""

from pathlib import Path

import numpy as np

from polyhead.core.study_records import Claim, Distribution, Findings
from polyhead.models.load import load_model
from polyhead.studies.heads.weight_structure.figures import figures
from polyhead.studies.heads.weight_structure.measures import (
    ROWS,
    Measured,
    WeightConfig,
    correlations,
    matrices_of,
    measure,
)
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.study import Study

SOURCE = "Thaman, Rigg, Oozeer, David, Experiments in Superposition, project 2"


def run(cfg: WeightConfig, folder: Path) -> Findings:
    """Measure every matrix. Nothing is trained and nothing is kept in `folder`."""
    model = load_model(cfg.model)
    wanted = matrices_of(model, cfg)
    active = correlations(model, cfg)
    found = [
        measure(name, layer, rows, cfg, active.get(name), i == min(cfg.shown, len(wanted) - 1))
        for i, (name, layer, rows) in enumerate(wanted)
    ]
    return Findings(
        claims=_claims(found, cfg),
        figures=figures(found, found[min(cfg.shown, len(found) - 1)]),
        notes=_notes(found, cfg, model.cfg.name),
        n_models=0,
        n_diverged=0,
    )


def _claims(found: list[Measured], cfg: WeightConfig) -> list[Claim]:
    claims = [_blocks(found, cfg), _beyond_spectrum(found, cfg), _out_of_noise(found), _blob(found)]
    if any(m.active for m in found):
        claims.append(_activations(found))
    return claims


def _excesses(found: list[Measured], label: str) -> Distribution:
    return Distribution(label=label, values=[m.real["two_opt"].excess for m in found])


def _blocks(found: list[Measured], cfg: WeightConfig) -> Claim:
    nulls = [m.null_values("gaussian", "two_opt", "excess") for m in found]
    holds = [m.real["two_opt"].excess > max(n) for m, n in zip(found, nulls, strict=True)]
    control = [n[0] > max(n[1:]) for n in nulls]
    verdict, reason = judge_share(holds, control)
    return Claim(
        key="blocks",
        statement="Ordered by a path, the cosine matrix of the rows has blocks along its diagonal that a random "
        f"matrix of the same size does not have. Rows: {'; '.join(ROWS[k] for k in cfg.matrices)}.",
        source=SOURCE,
        published="seen in a picture of the MLP output weights of one layer (TinyStories-2Layers-33M, layer 1) "
        "beside one random matrix",
        ours=[_excesses(found, f"block excess, greedy + 2-opt, {len(found)} matrices")],
        control=[
            Distribution(
                label="the same of Gaussian draws with the same row norms", values=[x for n in nulls for x in n]
            )
        ],
        control_note=f"Holds for a matrix if its block excess is above all {cfg.n_seeds} Gaussian draws, ordered the "
        "same way. The control asks the same of one draw against the others.",
        verdict=verdict,
        reason=reason,
    )


def _beyond_spectrum(found: list[Measured], cfg: WeightConfig) -> Claim:
    nulls = [m.null_values("spectrum", "two_opt", "excess") for m in found]
    holds = [m.real["two_opt"].excess > max(n) for m, n in zip(found, nulls, strict=True)]
    verdict, reason = judge_share(holds, [n[0] > max(n[1:]) for n in nulls], published=False)
    return Claim(
        key="beyond-spectrum",
        statement="The blocks are more than the unequal singular values of the matrix: they exceed those of matrices "
        "with the same spectrum and random left singular vectors.",
        source="ours",
        published="unknown",
        ours=[_excesses(found, "block excess, greedy + 2-opt")],
        control=[Distribution(label="spectrum-preserving draws", values=[x for n in nulls for x in n])],
        control_note="W = U S V^T with U replaced by a random frame, row norms put back. (Sign flips of rows and "
        "shuffled columns keep the spectrum as well, but change no squared cosine, so they test nothing.)",
        verdict=verdict,
        reason=reason,
    )


def _out_of_noise(found: list[Measured]) -> Claim:
    pairs = [
        (a, b)
        for m in found
        for a, b in zip(
            m.null_values("gaussian", "greedy", "excess"), m.null_values("gaussian", "given", "excess"), strict=True
        )
    ]
    ratios = [
        a / max(b, 1e-12)
        for m in found
        for a, b in zip(
            m.null_values("gaussian", "two_opt", "neighbour"),
            m.null_values("gaussian", "given", "neighbour"),
            strict=True,
        )
    ]
    largest = [max(m.null_values("gaussian", "given", "excess")) for m in found]
    n = len(pairs) // len(found)
    holds = [a > largest[i // n] for i, (a, _) in enumerate(pairs)]
    verdict, reason = judge_share(holds, [False] * len(pairs), published=False)
    return Claim(
        key="out-of-noise",
        statement="A greedy path makes blocks out of noise: ordered Gaussian rows show a band that the same rows, "
        "unordered, never do.",
        source="ours",
        published="unknown",
        ours=[
            Distribution(label="mean squared cosine of neighbours, ordered over unordered Gaussian rows", values=ratios)
        ],
        control=[Distribution(label="block excess of unordered Gaussian rows", values=[b for _, b in pairs])],
        control_note="One random matrix beside the real one cannot tell how much of a band the search made; the "
        "ratio says by how much an order inflates the neighbours of pure noise. Holds for a draw if its "
        "excess behind the greedy path is above that of every unordered draw.",
        verdict=verdict,
        reason=reason,
    )


def _blob(found: list[Measured]) -> Claim:
    def has_blob(sizes: list[int], n: int) -> bool:
        return bool(sizes) and sizes[0] >= 0.1 * n and sizes[0] >= 3 * (sizes[1] if len(sizes) > 1 else 0)

    holds = [has_blob(m.sizes(), m.shape[0]) for m in found]
    verdict, reason = judge_share(holds, 1 / (1 + len(found[0].merges)))
    shares = [(m.sizes() or [0])[0] / m.shape[0] for m in found]
    return Claim(
        key="one-blob",
        statement="One block is very large.",
        source=SOURCE,
        published="seen in the same picture; no number",
        ours=[
            Distribution(label="share of rows in the largest cluster", values=shares),
            Distribution(label="clusters", values=[float(len(m.sizes())) for m in found]),
        ],
        control=[Distribution(label="mean squared cosine at which three rows of noise meet", values=found[0].merges)],
        control_note="Clusters of the average-linkage tree cut where none of the Gaussian draws has a cluster of "
        "three rows. Holds if the largest has a tenth of the rows and three times the second; noise has "
        "a cluster at all with a chance below one in draws + 1.",
        verdict=verdict,
        reason=reason,
    )


def _activations(found: list[Measured]) -> Claim:
    seen = [m.active for m in found if m.active is not None]
    holds = [a.spearman > max(a.shuffled) for a in seen]
    verdict, reason = judge_share(holds, 1 / (1 + len(seen[0].shuffled)), published=False)
    rand = [a.rand for a in seen if np.isfinite(a.rand)]
    return Claim(
        key="weights-and-activations",
        statement="Rows with similar output weights are active together.",
        source="ours (listed as open in the source)",
        published="unknown",
        ours=[
            Distribution(
                label="rank correlation of squared cosine and squared activation correlation",
                values=[a.spearman for a in seen],
            ),
            Distribution(label="adjusted Rand index of the two clusterings", values=rand),
        ],
        control=[Distribution(label="the same, rows shuffled", values=[x for a in seen for x in a.shuffled])],
        control_note="Activations of the rows' own inputs (neurons behind the non-linearity; z for head dimensions). "
        "Holds for a matrix if the rank correlation is above all shuffles.",
        verdict=verdict,
        reason=reason,
    )


def _notes(found: list[Measured], cfg: WeightConfig, model: str) -> list[str]:
    m = found[min(cfg.shown, len(found) - 1)]
    real, null = m.real["two_opt"].neighbour, m.null_values("gaussian", "two_opt", "neighbour")
    spectrum = m.null_values("spectrum", "two_opt", "neighbour")
    _, measured = judge_number([x.real["two_opt"].excess for x in found], None, tolerance=0.0)
    best = max(((v.excess, k) for k, v in m.real.items() if k != "given"))[1]
    bases = (
        "Rows of W_O and W_V are head dimensions, whose basis inside a head is arbitrary: blocks there may come and go "
        "with a change of basis that changes no output. Only rows of an MLP or of W_E have directions of their own."
    )
    return [
        f"Measured on {model}: {', '.join(f'{x.name} {x.shape[0]} x {x.shape[1]}' for x in found)}. The published "
        "model could not be had, so its picture is not redrawn.",
        f"{m.name}: neighbours behind greedy + 2-opt have a mean squared cosine of {real:.3g}; a Gaussian matrix "
        f"ordered the same way {np.mean(null):.3g}, one with the same spectrum {np.mean(spectrum):.3g}. So "
        f"{np.mean(null) / real:.0%} of the similarity along the path is what the search finds in any matrix of this "
        "size.",
        f"Block excess over matrices: {measured}. Orders differ: on {m.name} the largest excess is that of {best} "
        f"({', '.join(f'{k} {v.excess:.3g}' for k, v in m.real.items())}).",
        "The path of the source is not published; ours is greedy from the best pair at either end, then 2-opt. 2-opt "
        "makes neighbours more similar, not blocks larger: it can lower the block excess a little.",
        *([bases] if {"W_O", "W_V"} & set(cfg.matrices) else []),
    ]


STUDY = Study(
    name="weight-structure",
    title="Blocks in the ordered cosine matrix of weights",
    question="Do rows of a weight matrix form blocks, or does the search for an order make the blocks that are seen?",
    sources=(SOURCE,),
    presets={
        "quick": WeightConfig(matrices=("W_O", "W_V"), sweeps=4, n_tokens=4096),
        "full": WeightConfig(shown=8),
        "mlp": WeightConfig(model="smollm2-135m-instruct", matrices=("W_out",), layers=tuple(range(0, 30, 3)), shown=5),
    },
    run=run,
)
