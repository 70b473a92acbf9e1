"""The study `methods-compared`: every dictionary of one layer, on the same text, in one table.

Each method as it is by default, with as many active latents a token where that is a setting. What is comparable is the
attention output once each method's own target is put back, and what the model then predicts; L0 is counted where a
method's code is (docs/metrics.md), so equal L0 does not mean an equal number of numbers.
"""

from pathlib import Path

import numpy as np
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.records import Evaluation
from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, Scatter, Series
from polyhead.dictionaries import METHODS
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.evaluate import run_evaluate
from polyhead.experiments.train import run_experiment
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.layer_members import Place
from polyhead.studies.study import Study

LORSA = "Low-Rank Sparse Attention (arXiv 2504.20938)"
ALIVE = "Llamascopium, table of attention-output SAEs (12 to 20 % alive with a random start)"


CLAIMED = ("lorsa", "attn_out_sae")
OTHER_FORMS: dict[str, tuple[dict[str, str], ...]] = {
    "mtc": ({"loadings": "top1"},),
    "attn_out_sae": ({"start": "random"},),
}
"""Settings in which a method is trained besides its own."""


Found = dict[str, list[Evaluation]]
"""Name of a layer -> evaluations of what was trained on it, and of its linear baselines."""


class ComparedPlace(Place):
    """Layers, each explained by itself; ks are active latents a token, where a method has that setting."""

    n_claim_seeds: int = Field(default=8, ge=1)
    """Of the methods that a published claim is about, if more: Lorsa, and the output SAE with both starts."""

    def seeds_of(self, kind: str) -> tuple[int, ...]:
        """Seeds that a method is trained with."""
        more = self.n_claim_seeds if kind in CLAIMED else 0
        return self.seeds if len(self.seeds) >= more else tuple(range(more))


class MethodsComparedConfig(Config):
    """Everything that decides the record."""

    places: tuple[ComparedPlace, ...] = (ComparedPlace(layers=(3,), ks=(16,), seeds=(0, 1)),)
    methods: tuple[str, ...] = ()
    """All that explain one layer without MLPs if empty."""


def run(cfg: MethodsComparedConfig, folder: Path) -> Findings:
    """Train, evaluate, compare."""
    found: Found = {}
    for place in cfg.places:
        for layer in place.layers:
            experiment = ExperimentConfig(
                model=place.model,
                text=place.text,
                layers=(layer,),
                seq_len=place.seq_len,
                n_train_tokens=place.n_train_tokens,
                n_eval_tokens=place.n_eval_tokens,
                members=_members(cfg, place),
            )
            name = f"{Path(place.model).name} layer {layer}"
            run_experiment(experiment, folder / name.replace(" ", "-"))
            found[name] = run_evaluate(folder / name.replace(" ", "-"))[0]
    trained = [e for rows in found.values() for e in rows if e.method is not None]
    return Findings(
        claims=[_lorsa(trained), _alive(trained), _active(trained)],
        figures=[_table(found), _frontier(found)],
        notes=_notes(cfg, found),
        n_models=len(trained),
        n_diverged=sum(not np.isfinite(out(e)) for e in trained),
    )


def out(e: Evaluation) -> float:
    """FVU of the attention output."""
    return e.fvu if e.fvu_attn_out is None else e.fvu_attn_out


def l0(e: Evaluation) -> float:
    """Active latents a token, on the side where the method counts them."""
    return next((v for v in (e.l0_source, e.l0_dest) if v is not None), float("nan"))


def _members(cfg: MethodsComparedConfig, place: ComparedPlace) -> tuple[Member, ...]:
    kinds = cfg.methods or tuple(m.kind for m in METHODS.values() if m.layers in ("one", "any") and not m.from_mlp)
    members = []
    for kind in kinds:
        default = METHODS[kind].settings().model_dump()
        activation = default.get("activation")
        has_k = isinstance(activation, dict) and "k" in activation
        for k in place.ks if has_k else place.ks[:1]:
            settings = {"activation": {**activation, "k": k}} if has_k else {}  # pyright: ignore[reportGeneralTypeIssues]
            for more in ({}, *OTHER_FORMS.get(kind, ())):
                members += [
                    Member(method=kind, settings={**settings, **more}, seed=seed) for seed in place.seeds_of(kind)
                ]
    return tuple(members)


def _kinds(trained: list[Evaluation]) -> dict[str, list[Evaluation]]:
    """Name in tables -> its evaluations, all layers and seeds, in the order of training."""
    groups: dict[str, list[Evaluation]] = {}
    for e in trained:
        name = f"mtc {e.variant}" if e.method == "mtc" else str(e.method)
        groups.setdefault(f"{name}, random start" if "random" in e.name else name, []).append(e)
    return groups


def _values(rows: list[Evaluation], measure) -> list[float]:  # type: ignore[no-untyped-def]
    return [float(v) for e in rows if (v := measure(e)) is not None]


def _lorsa(trained: list[Evaluation]) -> Claim:
    groups = _kinds(trained)
    lorsa, sae = (_values(groups.get(name, []), out) for name in ("lorsa", "attn_out_sae"))
    holds = [a > b for a, b in zip(lorsa, sae, strict=False)]
    verdict, reason = judge_share(holds, 0.5)
    return Claim(
        key="lorsa-above-sae",
        statement="At equal numbers of active latents Lorsa explains slightly less of the attention output than a "
        "sparse autoencoder of it.",
        source=LORSA,
        published="FVU slightly above the SAE's",
        ours=[Distribution(label="Lorsa, FVU", values=lorsa)],
        control=[Distribution(label="attention output SAE, FVU", values=sae)],
        control_note="The SAE sees the output itself, Lorsa must make it; a coin decides by chance.",
        verdict=verdict,
        reason=reason,
    )


def _alive(trained: list[Evaluation]) -> Claim:
    groups = _kinds(trained)
    random, active = (
        [1 - v for v in _values(groups.get(name, []), lambda e: e.dead_share)]
        for name in ("attn_out_sae, random start", "attn_out_sae")
    )
    verdict, reason = judge_number(random, 0.16, tolerance=0.04)
    return Claim(
        key="alive-random-start",
        statement="Most latents of a sparse autoencoder of attention outputs die when it starts at random.",
        source=ALIVE,
        published="12 to 20 % alive",
        ours=[Distribution(label="alive share, random start", values=random)],
        control=[Distribution(label="alive share, start in the active subspace", values=active)],
        control_note="The same SAE, its encoder begun inside the directions that hold 99 % of the variance.",
        verdict=verdict,
        reason=reason,
    )


def _active(trained: list[Evaluation]) -> Claim:
    groups = _kinds(trained)
    random, active = (
        [1 - v for v in _values(groups.get(name, []), lambda e: e.dead_share)]
        for name in ("attn_out_sae, random start", "attn_out_sae")
    )
    holds = [a > b for a, b in zip(active, random, strict=False)]
    verdict, reason = judge_share(holds, 0.5)
    return Claim(
        key="active-subspace-helps",
        statement="A start inside the active subspace keeps more latents of an attention-output SAE alive.",
        source="Llamascopium's remedy for dead latents",
        published="stated",
        ours=[Distribution(label="alive share, start in the active subspace", values=active)],
        control=[Distribution(label="alive share, random start", values=random)],
        control_note="The same SAE from random directions, by seed and layer; a coin decides by chance.",
        verdict=verdict,
        reason=reason,
    )


_COLUMNS = (
    ("FVU of the attention output", out),
    ("next-token loss recovered", lambda e: e.ce_recovered_mean),
    ("active latents a token", l0),
    ("alive share", lambda e: None if e.dead_share is None else 1 - e.dead_share),
    ("share of L0 from always-on latents", lambda e: e.dense_share),
    ("pattern nMSE (own patterns)", lambda e: e.pattern_nmse),
    ("seconds of training", lambda e: e.train_seconds),
    ("memory of a step, MB", lambda e: None if e.train_memory is None else e.train_memory / 1e6),
)


def _table(found: Found) -> Figure:
    groups = {name: _kinds([e for e in rows if e.method is not None]) for name, rows in found.items()}
    kinds = list(dict.fromkeys(kind for some in groups.values() for kind in some))

    def series(name: str, measure) -> Series:  # type: ignore[no-untyped-def]
        each = [_values(groups[name].get(kind, []), measure) for kind in kinds]
        some = [(float(np.median(v)), min(v), max(v)) if v else (None, None, None) for v in each]
        y, low, high = (list(column) for column in zip(*some, strict=True))
        return Series(name=name, y=y, low=low, high=high)

    return Figure(
        key="table",
        title="Every method on the same layer and text",
        caption="Held-out text; medians with the range over seeds. A missing bar: no such number. Attention "
        "replacement and gated blocks have few, always active heads instead of latents.",
        panels=[
            Bars(title=title, categories=kinds, series=[series(name, measure) for name in found])
            for title, measure in _COLUMNS
        ],
        columns=2,
        shared_scale=False,
    )


def _frontier(found: Found) -> Figure:
    def series(rows: list[Evaluation]) -> list[Series]:
        pca = [e for e in rows if e.variant == "pca" and e.method is None]
        kinds = _kinds([e for e in rows if e.method is not None])
        return [
            Series(name=name, x=[l0(e) for e in some], y=[out(e) for e in some])
            for name, some in kinds.items()
            if all(np.isfinite(l0(e)) for e in some)
        ] + [
            Series(
                name="output PCA, by rank",
                x=[float(e.n_latents or 0) for e in pca],
                y=[e.fvu for e in pca],
                labels=[str(e.n_latents) for e in pca],
            )
        ]

    return Figure(
        key="frontier",
        title="Error of the attention output against active latents",
        caption="One point a seed; numbers are ranks of the PCA. A latent of a multitoken transcoder is counted "
        "where it is read, one of an output SAE or of Lorsa where it arrives.",
        panels=[
            Scatter(
                title=name,
                x_label="active latents a token (rank of the PCA)",
                y_label="FVU of the attention output",
                series=series(rows),
                log_x=True,
                log_y=True,
            )
            for name, rows in found.items()
        ],
        columns=2,
    )


def _notes(cfg: MethodsComparedConfig, found: Found) -> list[str]:
    notes = []
    for name, rows in found.items():
        kinds = _kinds([e for e in rows if e.method is not None])
        ranked = sorted((float(np.median(_values(some, out))), kind) for kind, some in kinds.items())
        pca = {e.sparsity: e.fvu for e in rows if e.variant == "pca" and e.method is None}
        notes.append(
            f"{name}, from the smallest error of the attention output to the largest: "
            + ", ".join(f"{kind} {value:.3f}" for value, kind in ranked)
            + ". Output PCA, which has no sparsity: "
            + ", ".join(f"{rank} {value:.3f}" for rank, value in pca.items())
            + "."
        )
    tokens = ", ".join(f"{Path(p.model).name} {p.n_train_tokens:,}" for p in cfg.places)
    return [
        *notes,
        "These are not at one sparsity: heads of the replacement and gated blocks are always on, and a value SAE "
        "codes what every source holds.",
        f"Training is short ({tokens} tokens): orders may change with more of it.",
    ]


STUDY = Study(
    name="methods-compared",
    title="Every dictionary for attention on one layer",
    question="What does each method explain of the same attention layer, how sparsely, and at what cost?",
    sources=(LORSA, ALIVE, "Transformer Circuits, Progress on Attention (2025)"),
    presets={
        "quick": MethodsComparedConfig(
            places=(ComparedPlace(ks=(16,), seeds=(0,), n_claim_seeds=1, n_train_tokens=16_384, n_eval_tokens=4_096),)
        ),
        "full": MethodsComparedConfig(),
    },
    run=run,
)
