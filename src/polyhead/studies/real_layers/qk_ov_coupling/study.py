"""The study `qk-ov-coupling`: does what a feature is decide where attention moves it?

"Progress on Attention" trains an SAE of the input together with a transcoder of one head a latent on the SAE's code,
and concludes from harder features and a mixed frontier that "where" (QK) and "what" (OV) are likely coupled. Here the
frontier is redrawn, and a second test added: loadings replaced by a few centroids, frozen, and everything else trained
on. If a handful of head mixtures serves all features as well as their own, "where" has few kinds, whatever the "what".
"""

from pathlib import Path

import numpy as np

from polyhead.analysis.verdict import compare
from polyhead.core.study_records import Bars, Claim, Distribution, Drawing, Figure, Findings, Lines, Reference, Series
from polyhead.studies.judge import judge_share
from polyhead.studies.layer_members import Place
from polyhead.studies.real_layers.qk_ov_coupling.models import CouplingConfig, LayerResult, measure_layer, survival
from polyhead.studies.study import Study

SOURCE = "Transformer Circuits, Progress on Attention (2025), joint SAE and Top-1 transcoder"
NAMES = {"joint_sae_mtc": "joint baseline", "top1_choice": "Top-1, chosen by trying", "free": "free"}
FROZEN = {
    "centroids": "nearest centroid",
    "random": "nearest random direction",
    "shuffled": "centroid of another latent",
}


def run(cfg: CouplingConfig, folder: Path) -> Findings:
    """Train and measure every layer; judge over layers and seeds."""
    found = [measure_layer(place, layer, cfg, folder) for place in cfg.places for layer in place.layers]
    return Findings(
        claims=[_low_l0(found), _high_l0(found), _not_free(found), _few_kinds(found, cfg), _own_kind(found, cfg)],
        figures=[_frontier(found), _survival(found, cfg), _second_half(found)],
        notes=_notes(found, cfg),
        n_models=sum(len(r.evaluations) + sum(map(len, r.frozen.values())) for r in found),
        n_diverged=0,
    )


def _gaps(found: list[LayerResult], a: str, b: str, pick: str) -> list[float]:
    """FVU of `a` minus that of `b` at the lowest or highest k of each place."""
    gaps = []
    for r in found:
        k = min(r.place.ks) if pick == "low" else max(r.place.ks)
        for seed in r.place.seeds:
            one, other = r.get(a, k, seed), r.get(b, k, seed)
            if one is not None and other is not None:
                gaps.append(one.fvu - other.fvu)
    return gaps


def _low_l0(found: list[LayerResult]) -> Claim:
    gaps, high = (_gaps(found, "joint_sae_mtc", "top1_choice", at) for at in ("low", "high"))
    verdict, reason = judge_share([g < 0 for g in gaps], [g < 0 for g in high])
    return Claim(
        key="joint-better-at-low-k",
        statement="At the lowest k the joint baseline reconstructs the attention output better than a Top-1 "
        "transcoder.",
        source=SOURCE,
        published='"somewhat better in the low-..." (the sentence is cut off, almost surely low L0); no number',
        ours=[Distribution(label="FVU, joint minus Top-1, lowest k", values=gaps)],
        control=[Distribution(label="the same, highest k", values=high)],
        control_note="The statement is about the low end, so the high end is where it should fail.",
        verdict=verdict,
        reason=reason,
    )


def _high_l0(found: list[LayerResult]) -> Claim:
    gaps = _gaps(found, "joint_sae_mtc", "top1_choice", "high")
    verdict, reason = judge_share([g > 0 for g in gaps], 0.5, published=False)
    return Claim(
        key="joint-worse-at-high-k",
        statement="At the highest k the joint baseline is worse than a Top-1 transcoder.",
        source="ours (the rest of the published sentence is lost)",
        published="unknown",
        ours=[Distribution(label="FVU, joint minus Top-1, highest k", values=gaps)],
        control=[Distribution(label="chance", values=[0.5])],
        control_note="Against a coin.",
        verdict=verdict,
        reason=reason,
    )


def _not_free(found: list[LayerResult]) -> Claim:
    gaps, bound = [], []
    for r in found:
        by = {v: [e for e in r.evaluations if e.variant == v] for v in NAMES}
        for other, into in (("joint_sae_mtc", gaps), ("top1_choice", bound)):
            if (c := compare(by[other], by["free"], "l0_source", "fvu")) is not None:
                into += c.by_seed
    verdict, reason = judge_share([g > 0 for g in gaps], 0.5, published=False)
    return Claim(
        key="joint-worse-than-free",
        statement="Over the whole range of k the joint baseline is worse than the free transcoder: features of the "
        "input alone are not the features that attention moves.",
        source=SOURCE,
        published="unknown",
        ours=[Distribution(label="FVU, joint minus free, mean over k", values=gaps)],
        control=[Distribution(label="FVU, Top-1 minus free, mean over k", values=bound)],
        control_note="Against a coin. The control tells what one head a latent costs by itself; only what the joint "
        "baseline loses beyond it speaks for coupling.",
        verdict=verdict,
        reason=reason,
    )


def _survivals(found: list[LayerResult], name: str) -> list[float]:
    values = [survival(f, name) for r in found for f in r.frozen.values() if name in f]
    return [v for v in values if np.isfinite(v)]


def _few_kinds(found: list[LayerResult], cfg: CouplingConfig) -> Claim:
    n = _middle(cfg)
    ours, random = _survivals(found, f"centroids {n}"), _survivals(found, f"random {n}")
    verdict, reason = judge_share([v >= 0.5 for v in ours], [v >= 0.5 for v in random], published=False)
    shares = [Distribution(label=f"{k} centroids", values=_survivals(found, f"centroids {k}")) for k in cfg.n_centroids]
    return Claim(
        key="few-kinds",
        statement=f"{n} mixtures of heads, frozen, keep at least half of what free loadings gain over one head a "
        "latent.",
        source="ours (listed as open)",
        published="unknown",
        ours=shares,
        control=[
            Distribution(label=f"{k} random directions", values=_survivals(found, f"random {k}"))
            for k in cfg.n_centroids
        ],
        control_note="Share of the gain in FVU left (1: all, 0: as bad as one head a latent, below 0: worse), after "
        "training everything else on for as many tokens again. Random: each latent takes the nearest of "
        "as many random directions.",
        verdict=verdict,
        reason=reason,
    )


def _own_kind(found: list[LayerResult], cfg: CouplingConfig) -> Claim:
    n = _middle(cfg)
    pairs = [
        (f[f"centroids {n}"], f[f"shuffled {n}"]) for r in found for f in r.frozen.values() if f"shuffled {n}" in f
    ]
    verdict, reason = judge_share([b > a for a, b in pairs], 0.5, published=False)
    return Claim(
        key="own-kind",
        statement="Which mixture belongs to which feature matters: with the same centroids dealt out at random among "
        "latents, training on does not catch up. So what a feature is says where it is moved.",
        source="ours",
        published="unknown",
        ours=[Distribution(label=f"FVU, {n} centroids", values=[a for a, _ in pairs])],
        control=[Distribution(label=f"FVU, the same {n} centroids, dealt out at random", values=[b for _, b in pairs])],
        control_note="The same set of mixtures in the same numbers, so only the pairing of where and what differs; "
        "against a coin.",
        verdict=verdict,
        reason=reason,
    )


def _middle(cfg: CouplingConfig) -> int:
    return cfg.n_centroids[(len(cfg.n_centroids) - 1) // 2]


def _frontier(found: list[LayerResult]) -> Figure:
    panels: list[Drawing] = []
    for r in found:
        for what, label in (("fvu", "FVU"), ("kl", "KL to the clean model, nats")):
            series = []
            for variant, name in NAMES.items():
                ks = [k for k in sorted(r.place.ks) if r.get(variant, k, r.place.seeds[0]) is not None]
                values = [[getattr(e, what) for s in r.place.seeds if (e := r.get(variant, k, s))] for k in ks]
                series.append(
                    Series(
                        name=name,
                        x=[float(k) for k in ks],
                        y=[float(np.mean(v)) for v in values],
                        low=[min(v) for v in values],
                        high=[max(v) for v in values],
                    )
                )
            panels.append(
                Lines(title=r.name, x_label="active latents a source token", y_label=label, series=series, log_x=True)
            )
    return Figure(
        key="frontier",
        title="The joint baseline beside transcoders",
        caption="Held-out text; bands: smallest and largest over seeds. The joint baseline's encoder is trained by "
        "the SAE loss alone.",
        panels=panels,
        columns=2,
        shared_scale=False,
    )


def _survival(found: list[LayerResult], cfg: CouplingConfig) -> Figure:
    panels: list[Drawing] = []
    for r in found:
        series = []
        for key, name in FROZEN.items():
            values = [[survival(f, f"{key} {k}") for f in r.frozen.values()] for k in cfg.n_centroids]
            series.append(
                Series(
                    name=name,
                    x=[float(k) for k in cfg.n_centroids],
                    y=[_finite(float(np.mean(v))) for v in values],
                    low=[_finite(min(v)) for v in values],
                    high=[_finite(max(v)) for v in values],
                )
            )
        lines = [
            Reference(axis="y", value=1.0, label="free"),
            Reference(axis="y", value=0.0, label="one head a latent"),
        ]
        panels.append(
            Lines(
                title=r.name,
                x_label="mixtures of heads",
                y_label="share of the gain left",
                series=series,
                log_x=True,
                references=lines,
            )
        )
    return Figure(
        key="survival",
        title="What is left of the gain when loadings are frozen to a few mixtures",
        caption="Free transcoders trained on for as many tokens again with frozen loadings. The gain is the "
        "difference in FVU between free loadings and one head a latent, both trained on alike.",
        panels=panels,
        columns=2,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _second_half(found: list[LayerResult]) -> Figure:
    names = list(dict.fromkeys(n for r in found for f in r.frozen.values() for n in f))
    series = [
        Series(name=n, y=[float(np.mean([f[n] for f in r.frozen.values()])) if r.frozen else None for r in found])
        for n in names
    ]
    bars = Bars(title="After training on", y_label="FVU", categories=[r.name for r in found], series=series)
    return Figure(
        key="second-half",
        title="FVU after training on, by what became of the loadings",
        caption="`own`: frozen where they were; `top1`: bound to the strongest head; then centroids, random "
        "directions and centroids dealt out at random, by number.",
        panels=[bars],
    )


def _notes(found: list[LayerResult], cfg: CouplingConfig) -> list[str]:
    gains = [(r.name, f["top1"] - f["free"], f["free"]) for r in found for f in r.frozen.values()]
    sizes = [f"{p.model} layers {', '.join(map(str, p.layers))}: {p.n_train_tokens} tokens" for p in cfg.places]
    return [
        f"Trained on {'; '.join(sizes)}, and the transcoders with frozen loadings (k = {cfg.frozen_k}) on as many "
        f"again at {cfg.rate_share:g} of the rate.",
        "The gain of free loadings over the strongest head of the same transcoder, both trained on: "
        + ", ".join(f"{name} {gain:.3f} (free {fvu:.3f})" for name, gain, fvu in gains)
        + ". Where it is small, the share left is noisy.",
        "A clustering keeps what free training found, so a share near 1 at few centroids says that head mixtures come "
        "in few kinds, not that features choose them freely; whether they do is what the dealt-out centroids test.",
        "Published is also that features of the joint baseline are much harder to interpret; not measured here.",
    ]


STUDY = Study(
    name="qk-ov-coupling",
    title="Where and what: are QK and OV conditions of features coupled?",
    question="Does what a feature is decide through which heads attention moves it?",
    sources=(SOURCE,),
    presets={
        "quick": CouplingConfig(
            places=(Place(ks=(8, 32), seeds=(0,), n_latents=512, n_train_tokens=16_384, n_eval_tokens=4096),),
            frozen_k=8,
            n_centroids=(5,),
        ),
        "full": CouplingConfig(),
    },
    run=run,
)
