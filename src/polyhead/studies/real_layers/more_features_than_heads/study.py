"""The study `more-features-than-heads`: does one layer of a real model move more next-token features than it has heads?

Asked for as an open example in the literature on attention superposition. Latents of a multitoken transcoder of the
layer are taken as candidates, and each must pass tests against random directions and against other tokens before it
counts; then single heads are taken out of the model to see which of them the feature needs.
"""

import numpy as np

from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.more_features_than_heads import claims, figures
from polyhead.studies.real_layers.more_features_than_heads.models import LEVEL, Measured, MoreFeaturesConfig, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    examples = {
        r.site: ", ".join(repr(w) for w in r.shared.words[:20]) or "none" for r in reversed(m.results) if r.seed == 0
    }
    effective = {name: [float(v) for r in m.results if r.site == name for v in r.shared.effective] for name in examples}
    largest = {
        name: [float(v) for r in m.results if r.site == name for v in r.shared.share.max(1).values]
        for name in examples
        if any(len(r.shared.words) for r in m.results if r.site == name)
    }
    return [
        "Verified means: (1) the latent's decoder is better aligned with its best token than random directions with "
        f"theirs, isotropic ones and ones drawn like the layer's attention outputs, {m.cfg.n_draws:,} each, at a false "
        f"discovery rate of {LEVEL:g}; and (2) at the {m.cfg.n_positions} held-out positions where most of it arrives, "
        "no two in one sequence, taking what arrives of it out of the last residual stream lowers the log-probability "
        f"of that token by a median of {m.cfg.min_drop:g} nats or more, and by more than it lowers the tokens of "
        f"{16} other candidates (one-sided Wilcoxon, Holm at {LEVEL:g} over all candidates). The token comes from the "
        "weights alone. Everything after the layer, MLPs included, is held as it was: the effect is the direct one.",
        "Words are compared without spaces and case, so that forms of one word count once; white space is one word.",
        *[f"{name}: the first verified words of seed 0 by energy are {words}." for name, words in examples.items()],
        *[
            f"{name}: a verified latent's loadings use {np.median(effective[name]):.2g} heads (median participation "
            f"ratio), and its strongest single head brings {np.median(largest[name]):.0%} of it at its positions."
            for name in largest
        ],
        "More features than heads is not yet superposition of heads: a head of width d_head can write many "
        "directions. What speaks for sharing is that features need several heads, and heads serve several features; "
        "loadings themselves depend on where training starts, the heads removed from the model do not.",
    ]


STUDY = Study(
    name="more-features-than-heads",
    presets={
        "quick": MoreFeaturesConfig(
            places=(LayerSetup(ks=(16,), seeds=(0, 1), n_latents=1024, n_train_tokens=49_152),),
            n_candidates=192,
            n_positions=16,
            n_draws=1999,
        ),
        "full": MoreFeaturesConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.funnel, figures.heads, figures.support, figures.effects),
    notes=notes,
)
