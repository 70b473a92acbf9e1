"""The study `attention-superposition`: are features of real attention layers carried by several heads?

"Progress on Attention" finds that a transcoder whose latents may use only one head each reconstructs worse, and takes
this as moderate evidence for superposition over heads. Here the free transcoder is compared with four ways of giving a
latent one head, with an SAE whose features are moved by the best head of each context, and with heads of other prompts.
"""

import numpy as np

from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.attention_superposition import claims, figures
from polyhead.studies.real_layers.attention_superposition.models import TOP1, Measured, SuperpositionConfig, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    def mean(variant: str, init: str = "one_hot") -> float:
        values = [e.fvu for r in m.found for k, s in r.cases() if (e := r.get(variant, k, s, init)) is not None]
        return float(np.mean(values)) if values else float("nan")

    kinds = {v: mean(v, "spread" if v == "top1_anneal" else "one_hot") for v in TOP1}
    best = min(kinds, key=lambda v: kinds[v])
    sizes = [f"{p.model} layers {', '.join(map(str, p.layers))}: {p.n_train_tokens} tokens" for p in m.cfg.places]
    return [
        f"Trained on {'; '.join(sizes)}; {', '.join(str(p.n_latents) for p in m.cfg.places)} latents. Short runs of "
        "small models: an ordering here is a warning, not a refutation of what larger runs find.",
        "Mean FVU over layers and k, by the way a latent gets its one head: "
        + ", ".join(f"{v} {x:.3f}" for v, x in kinds.items())
        + f" (free {mean('free'):.3f}; straight-through and annealing with the first k only). {best} is the best "
        "kind of Top-1 on average.",
        "With frozen patterns and a normed input the target is exactly linear in what the heads move, so without a "
        "limit on sparsity every kind reaches 0; FVU means something at a stated k only.",
    ]


STUDY = Study(
    name="attention-superposition",
    presets={
        "quick": SuperpositionConfig(
            places=(LayerSetup(ks=(16,), seeds=(0,), n_latents=1024, n_train_tokens=24_576, n_eval_tokens=4096),)
        ),
        "full": SuperpositionConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(lambda m: figures.figures(m.found),),
    notes=notes,
)
