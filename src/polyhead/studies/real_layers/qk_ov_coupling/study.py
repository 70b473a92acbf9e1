"""The study `qk-ov-coupling`: does what a feature is decide where attention moves it?

"Progress on Attention" trains an SAE of the input together with a transcoder of one head per latent on the SAE's code,
and concludes from harder features and a mixed frontier that "where" (QK) and "what" (OV) are likely coupled. Here the
frontier is redrawn, and a second test added: loadings replaced by a few centroids, frozen, and everything else trained
on. If a handful of head mixtures serves all features as well as their own, "where" has few kinds, whatever the "what".
"""

from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.qk_ov_coupling import claims, figures
from polyhead.studies.real_layers.qk_ov_coupling.models import CouplingConfig, Measured, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    gains = [(r.name, f["top1"] - f["free"], f["free"]) for r in m.found for f in r.frozen.values()]
    sizes = [f"{p.model} layers {', '.join(map(str, p.layers))}: {p.n_train_tokens} tokens" for p in m.cfg.places]
    return [
        f"Trained on {'; '.join(sizes)}, and the transcoders with frozen loadings (k = {m.cfg.frozen_k}) on as many "
        f"again at {m.cfg.rate_share:g} of the rate.",
        "The gain of free loadings over the strongest head of the same transcoder, both trained on: "
        + ", ".join(f"{name} {gain:.3f} (free {fvu:.3f})" for name, gain, fvu in gains)
        + ". Where it is small, the share left is noisy.",
        "A clustering keeps what free training found, so a share near 1 at few centroids says that head mixtures come "
        "in few kinds, not that features choose them freely; whether they do is what the permuted centroids test.",
        "It was also published that features of the joint baseline are much harder to interpret; not measured here.",
    ]


STUDY = Study(
    name="qk-ov-coupling",
    presets={
        "quick": CouplingConfig(
            places=(LayerSetup(ks=(8, 32), seeds=(0,), n_latents=512, n_train_tokens=16_384, n_eval_tokens=4096),),
            frozen_k=8,
            n_centroids=(5,),
        ),
        "full": CouplingConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.frontier, figures.survivals_left, figures.second_half),
    notes=notes,
)
