"""Figures of the study `methods-compared`."""

import numpy as np

from polyhead.core.records import Evaluation
from polyhead.core.study_records import Bars, Scatter, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.methods_compared.claims import by_kind, values_of
from polyhead.studies.real_layers.methods_compared.measures import Measured, out


def l0(e: Evaluation) -> float:
    """Active latents per token, on the side where the method counts them."""
    return next((v for v in (e.l0_source, e.l0_dest) if v is not None), float("nan"))


_COLUMNS = (
    ("FVU of the attention output", out),
    ("next-token loss recovered", lambda e: e.ce_recovered_mean),
    ("active latents per token", l0),
    ("alive share", lambda e: None if e.dead_share is None else 1 - e.dead_share),
    ("share of L0 from always-on latents", lambda e: e.dense_share),
    ("pattern nMSE (own patterns)", lambda e: e.pattern_nmse),
    ("seconds of training", lambda e: e.train_seconds),
    ("memory of a step, MB", lambda e: None if e.train_memory is None else e.train_memory / 1e6),
)


@study.figure("table", "Every method on the same layer and text", columns=2, shared_scale=False)
def table(m: Measured) -> Panels:
    """Held-out text; medians with the range over seeds. A missing bar: no such number. Attention replacement and
    gated blocks have few, always active heads instead of latents."""
    groups = {name: by_kind([e for e in rows if e.method is not None]) for name, rows in m.found.items()}
    kinds = list(dict.fromkeys(kind for some in groups.values() for kind in some))

    def series(name: str, measure) -> Series:  # type: ignore[no-untyped-def]
        each = [values_of(groups[name].get(kind, []), measure) for kind in kinds]
        return band(name, each, middle=np.median, ends=RANGE)

    return [
        Bars(title=title, categories=kinds, series=[series(name, measure) for name in m.found])
        for title, measure in _COLUMNS
    ]


@study.figure("frontier", "Error of the attention output against active latents", columns=2)
def frontier(m: Measured) -> Panels:
    """One point per seed; numbers are ranks of the PCA. A latent of a multitoken transcoder is counted where it
    is read, one of an output SAE or of Lorsa where it arrives."""

    def series(rows: list[Evaluation]) -> list[Series]:
        pca = [e for e in rows if e.variant == "pca" and e.method is None]
        kinds = by_kind([e for e in rows if e.method is not None])
        return [
            Series(name=name, x=[l0(e) for e in some], y=[out(e) for e in some])
            for name, some in kinds.items()
            if all(np.isfinite(l0(e)) for e in some)
        ] + [
            Series(
                name="output PCA, by rank",
                x=[float(e.n_latents or 0) for e in pca],
                y=[e.fvu for e in pca],
                labels=[str(e.n_latents) for e in pca],
            )
        ]

    return [
        Scatter(
            title=name,
            x_label="active latents per token (rank of the PCA)",
            y_label="FVU of the attention output",
            series=series(rows),
            log_x=True,
            log_y=True,
        )
        for name, rows in m.found.items()
    ]
