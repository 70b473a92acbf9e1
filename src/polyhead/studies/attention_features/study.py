"""Study `attention-features`: more attention features than heads. Our proposal of a world, after a model whose text we
could not find (Anthropic, January 2024): phase diagrams on the head axis, head dimensionality, antipodal pairs, and
whether mixtures of heads (the form of a multitoken transcoder) can write the planted patterns.
"""

from polyhead.core.rng import generator
from polyhead.models.toy.attention_features import FeatureHeads, FeatureHeadsConfig
from polyhead.studies.attention_features import claims, figures
from polyhead.studies.attention_features.claims import SPARSE
from polyhead.studies.attention_features.head_geometry import pattern_cosine, phase
from polyhead.studies.attention_features.models import AttentionFeaturesStudyConfig, Measured, Trained, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    """Negative results and limits."""
    two = m.phases["phase-2-1"]
    stuck = []
    for density in [d for d in m.cfg.densities if d <= SPARSE]:
        mine = two.where(density=density, importance=1.0)
        best = min((float(two.unexplained[i]) for i in mine), default=float("nan"))
        worst = max((float(two.unexplained[i]) for i in mine), default=float("nan"))
        stuck.append(f"density {density}: {best:.2f} to {worst:.2f}")
    shares = _by_start(m.cfg, two)
    alone = pattern_cosine(m.overlaps.planted, m.overlaps.recovered)
    apart = [float(alone[i].nanmean()) for i in m.overlaps.where(overlap=m.cfg.overlaps[0])]
    together = [float(alone[i].nanmean()) for i in m.overlaps.where(overlap=m.cfg.overlaps[-1])]
    mean = [sum(v) / max(1, len(v)) for v in (apart, together)]
    return [
        "The world is our proposal. With overlap 1 all planted patterns are one, and the student is exactly the "
        "autoencoder of toy models of superposition with heads in place of hidden units; what is new is overlap "
        "below 1, where a shared head must look at the source positions of all its features.",
        "Seeds matter, so phase maps show the best of the seeds, and the claims count all of them. Two sparse "
        f"features of equal importance on one head are superposed at the end in {shares[0]} of the models whose "
        f"loadings start with opposite signs, and in {shares[1]} of those that start with the same sign. Unexplained "
        "loss over seeds, two features of equal importance on one head: " + "; ".join(stuck) + ".",
        "What a student moves of a feature to its own output (its loadings times its heads' patterns) has a cosine "
        f"of {mean[0]:.2f} with the planted pattern at overlap {m.cfg.overlaps[0]} and {mean[1]:.2f} at "
        f"{m.cfg.overlaps[-1]} (4 features on 2 heads). Where patterns differ and heads are fewer than features, "
        "planted patterns lie outside the span of the heads, so no mixture of heads, and no multitoken transcoder, "
        "can write them: recovery is limited by the student, not by the fit. The fit has as many free weights as "
        "heads on few positions, so its control (patterns planted with another seed) is not zero.",
    ]


def _by_start(cfg: AttentionFeaturesStudyConfig, t: Trained) -> list[str]:
    """`k of n` superposed among sparse, equally important pairs that start with opposite signs, and with the same."""
    student = FeatureHeadsConfig(n_features=2, n_heads=1, n_positions=cfg.n_positions)
    kind, found = phase(t.geometry, 1), {True: [], False: []}
    for i, c in enumerate(t.cells):
        if c.density <= SPARSE and c.importance == 1.0:
            start = FeatureHeads(student, generator=generator(c.seed, "student", 2, 1)).W_in.detach()
            found[bool(start.prod() < 0)].append(bool(kind[i] == 2))
    return [f"{sum(found[opposite])} of {len(found[opposite])}" for opposite in (True, False)]


STUDY = Study(
    name="attention-features",
    presets={
        "quick": AttentionFeaturesStudyConfig(
            n_seeds=6,
            n_steps=600,
            batch_size=128,
            densities=(1.0, 0.3, 0.1, 0.05, 0.02),
            importances=(0.1, 0.5, 1.0, 2.0, 10.0),
            widths=(4, 6, 8, 12),
            overlaps=(0.0, 0.5, 1.0),
        ),
        "full": AttentionFeaturesStudyConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.phase_maps, figures.antipodal, figures.dimensions, figures.overlap, figures.gram),
    notes=notes,
)
