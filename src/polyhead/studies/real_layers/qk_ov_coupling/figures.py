"""Figures of the study `qk-ov-coupling`."""

import numpy as np

from polyhead.core.study_records import Bars, Drawing, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.qk_ov_coupling.claims import NAMES
from polyhead.studies.real_layers.qk_ov_coupling.models import Measured, survival

FROZEN = {
    "centroids": "nearest centroid",
    "random": "nearest random direction",
    "shuffled": "centroid of another latent",
}


@study.figure("frontier", "The joint baseline next to transcoders", columns=2, shared_scale=False)
def frontier(m: Measured) -> Panels:
    """Held-out text; bands: smallest and largest over seeds. The joint baseline's encoder is trained by the SAE
    loss alone."""
    panels: list[Drawing] = []
    for r in m.found:
        for what, label in (("fvu", "FVU"), ("kl", "KL to the clean model, nats")):
            series = []
            for variant, name in NAMES.items():
                ks = [k for k in sorted(r.place.ks) if r.get(variant, k, r.place.seeds[0]) is not None]
                values = [[getattr(e, what) for s in r.place.seeds if (e := r.get(variant, k, s))] for k in ks]
                series.append(band(name, values, ks, ends=RANGE))
            panels.append(
                Lines(title=r.name, x_label="active latents per source token", y_label=label, series=series, log_x=True)
            )
    return panels


@study.figure("survival", "What is left of the gain when loadings are frozen to a few mixtures", columns=2)
def survivals_left(m: Measured) -> Panels:
    """Free transcoders trained on for as many tokens again with frozen loadings. The gain is the difference in
    FVU between free loadings and one head per latent, both trained on alike."""
    panels: list[Drawing] = []
    for r in m.found:
        series = []
        for key, name in FROZEN.items():
            values = [[survival(f, f"{key} {k}") for f in r.frozen.values()] for k in m.cfg.n_centroids]
            series.append(band(name, values, m.cfg.n_centroids, ends=RANGE))
        lines = [
            Reference(axis="y", value=1.0, label="free"),
            Reference(axis="y", value=0.0, label="one head per latent"),
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
    return panels


@study.figure("second-half", "FVU after training on, by what became of the loadings")
def second_half(m: Measured) -> Panels:
    """`own`: frozen where they were; `top1`: bound to the strongest head; then centroids, random directions and
    centroids permuted, by number."""
    names = list(dict.fromkeys(n for r in m.found for f in r.frozen.values() for n in f))
    series = [
        Series(name=n, y=[float(np.mean([f[n] for f in r.frozen.values()])) if r.frozen else None for r in m.found])
        for n in names
    ]
    bars = Bars(title="After training on", y_label="FVU", categories=[r.name for r in m.found], series=series)
    return [bars]
