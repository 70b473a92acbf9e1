"""The study `methods-compared`: every dictionary of one layer, on the same text, in one table.

Each method with its default settings, at equal active latents per token where that is a setting. Comparable is the
attention output once each method's own target is put back, and what the model then predicts; L0 is counted where a
method's code is (docs/metrics.md), so equal L0 does not mean an equal number of numbers.
"""

from pathlib import Path

import numpy as np

from polyhead.studies.real_layers.methods_compared import claims, figures
from polyhead.studies.real_layers.methods_compared.claims import by_kind, values_of
from polyhead.studies.real_layers.methods_compared.measures import (
    ComparedSetup,
    Measured,
    MethodsComparedConfig,
    measure,
    out,
)
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    notes = []
    for name, rows in m.found.items():
        kinds = by_kind([e for e in rows if e.method is not None])
        ranked = sorted((float(np.median(values_of(some, out))), kind) for kind, some in kinds.items())
        pca = {e.sparsity: e.fvu for e in rows if e.variant == "pca" and e.method is None}
        notes.append(
            f"{name}, from the smallest error of the attention output to the largest: "
            + ", ".join(f"{kind} {value:.3f}" for value, kind in ranked)
            + ". Output PCA, which has no sparsity: "
            + ", ".join(f"{rank} {value:.3f}" for rank, value in pca.items())
            + "."
        )
    tokens = ", ".join(f"{Path(p.model).name} {p.n_train_tokens:,}" for p in m.cfg.places)
    return [
        *notes,
        "These are not at one sparsity: heads of the replacement and gated blocks are always on, and a value SAE "
        "codes what every source holds.",
        f"Training is short ({tokens} tokens): orders may change with more of it.",
    ]


STUDY = Study(
    name="methods-compared",
    presets={
        "quick": MethodsComparedConfig(
            places=(ComparedSetup(ks=(16,), seeds=(0,), n_claim_seeds=1, n_train_tokens=16_384, n_eval_tokens=4_096),)
        ),
        "full": MethodsComparedConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.table, figures.frontier),
    notes=notes,
)
