"""The study `cross-layer`: are attention features written over layers? Two one-layer value SAEs against one of both.

"Progress on Attention" trains sparse autoencoders on the values of two layers of an 18-layer model, one each and one of
both together, and finds the one of both better at equal sums of L0 and error; the numbers could not be recovered. What
it leaves open is tested here: a control in which the second layer's values belong to other tokens (a two-layer SAE may
also gain by spending its k where it pays), half of the width, and what the two layers share linearly anyway.
"""

import numpy as np

from polyhead.studies.real_layers.cross_layer import claims, figures
from polyhead.studies.real_layers.cross_layer.models import CrossLayerConfig, Measured, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    single = float(np.median([sum(s.l0 for s in t.single) for t in m.main]))
    joint = float(np.median([t.joint["equal"].l0 for t in m.main]))
    dead = float(np.median([t.joint["equal"].dead for t in m.main]))
    fvu = [sum(s.fvu[0] for s in t.single) for t in m.main]
    return [
        f"One-layer SAEs have {m.cfg.n_latents} latents and k = {m.cfg.k}, {m.cfg.n_steps} steps of 1,024 tokens: "
        f"short. Summed L0 measured: {single:.1f} for the two, {joint:.1f} for the one; dead share of the one "
        f"{dead:.0%}; summed FVU of the two {min(fvu):.3f} to {max(fvu):.3f}.",
        "A two-layer SAE chooses its k among both layers, two one-layer SAEs have a fixed k each; the shuffled control "
        "has that freedom too, so the difference between the two gains is what the layers share. With nothing to share "
        "the gain is below 0: a latent that is there for one layer still writes noise into the other.",
        "Two layers read one residual stream, so each layer's values predict the other's: "
        + "; ".join(
            f"{s.pair} {s.forward:.0%} forward, {s.backward:.0%} backward (shuffled {s.shuffled:.0%}), and one PCA "
            f"of both gains {s.pca_gain:.0%} over one of each"
            for s in m.shared
        )
        + ". A gain over the shuffled control shows what the stream brings to both layers; what attention itself "
        "spreads over layers could only be in what is left over.",
    ]


STUDY = Study(
    name="cross-layer",
    presets={
        "quick": CrossLayerConfig(n_train_tokens=65_536, n_eval_tokens=8_192, n_steps=48, n_latents=256, n_seeds=2),
        "full": CrossLayerConfig(
            pairs=((1, 2), (2, 3)),
            second_pairs=((16, 18),),
            n_train_tokens=98_304,
            curve=(8,),
            n_steps=64,
            n_latents=512,
        ),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.gain, figures.shares, figures.linear, figures.curve),
    notes=notes,
)
