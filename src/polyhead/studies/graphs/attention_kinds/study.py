"""The study `attention-kinds-in-graphs`: the same prompts as graphs of five kinds of attention dictionaries.

Each kind explains every attention layer of the model with about as many active latents per token and layer. Its graphs
are compared by the field's scores, and by the nodes and edges that are needed to be equally complete.
"""

import numpy as np

from polyhead.studies.graphs.attention_kinds import claims, figures
from polyhead.studies.graphs.attention_kinds.claims import values_of
from polyhead.studies.graphs.attention_kinds.measures import KindsConfig, Measured, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    sizes = ", ".join(f"{kind} {np.median(values_of(m.found, kind, lambda x: x.latents)):g}" for kind in m.cfg.kinds)
    return [
        f"{m.n_prompts} repeat prompts of {m.cfg.model}; every dictionary of {m.cfg.n_latents} latents per layer, "
        f"{m.cfg.k} active per token (two types: {m.cfg.n_latents // 2} latents and {m.cfg.k // 2} active of each "
        f"type), trained on {m.cfg.n_train_tokens:,} tokens. Few tokens: kinds that learn slowly are at a "
        "disadvantage.",
        f"Latents that are nodes, median prompt: {sizes}. A multitoken transcoder has two nodes where others have "
        "one, a key side and a query side, and its query side is dense: what once fired is read everywhere after it.",
        "A combined layer freezes patterns of its own making; where they differ from the model's, the difference is "
        "in the error nodes.",
    ]


STUDY = Study(
    name="attention-kinds-in-graphs",
    presets={
        "quick": KindsConfig(n_prompts=4, n_trained=1, n_latents=512, n_train_tokens=16_384),
        "full": KindsConfig(n_prompts=16, n_trained=1, n_latents=1024, n_train_tokens=65_536),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.scores, figures.sizes),
    notes=notes,
)
