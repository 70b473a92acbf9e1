"""The study `ov-dimension`: do features that are moved alike form groups, and of what sizes?

Features moved through the same mixture of heads share a "where"; how many they are is the dimension of what is moved
(OV) there. "Progress on Attention" clusters head loadings by k-means for many k, finds sizes like a power law at every
k and no discrete groups, and concludes that there is no preferred OV dimension. It had no null: k-means cuts any cloud
into groups, and unevenly where the cloud is uneven. Here the laws are fitted by likelihood and two nulls are cut alike.
"""

import numpy as np

from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.ov_dimension import claims, figures
from polyhead.studies.real_layers.ov_dimension.claims import judged
from polyhead.studies.real_layers.ov_dimension.measures import DimensionConfig, Measured, measure
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    better = {
        name: float(np.mean([c.laws[name][1] < 0.1 and c.laws[name][0] < 0 for c in judged(m.found, "loadings")]))
        for name in ("lognormal", "exponential", "cutoff")
        if judged(m.found, "loadings")
    }
    alive = ", ".join(f"{one.name}: {one.n_alive}" for one in m.found)
    groups = ", ".join(f"{one.name}: {one.n_dense} holding {one.grouped['loadings'][0]:.0%}" for one in m.found)
    return [
        f"Living latents (active on held-out text): {alive}. Numbers of groups up to half of that are used, so the "
        f"largest asked for ({max(m.cfg.n_clusters)}) may be missing.",
        "Share of clusterings of loadings in which another law fits the tail better than a power law (p < 0.1): "
        + ", ".join(f"{name} {share:.0%}" for name, share in better.items())
        + ". Tails have between "
        + " and ".join(str(f([c.n_tail for c in judged(m.found, "loadings")] or [0])) for f in (min, max))
        + " groups; with few, no test can tell laws apart.",
        f"HDBSCAN (at least 5 latents per group): {groups}.",
        f"Loadings start {'on all heads' if m.cfg.init == 'spread' else 'on one head'} here. The published work "
        "repeats the clustering on a two-layer attention-value SAE; here only transcoders are cut.",
    ]


STUDY = Study(
    name="ov-dimension",
    presets={
        "quick": DimensionConfig(
            places=(LayerSetup(ks=(16,), seeds=(0,), n_latents=1024, n_train_tokens=32_768, n_eval_tokens=8192),),
            n_clusters=(10, 30, 100, 300),
            n_goodness=20,
        ),
        "full": DimensionConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.sizes_by_rank, figures.unevenness, figures.ranks_of_groups),
    notes=notes,
)
