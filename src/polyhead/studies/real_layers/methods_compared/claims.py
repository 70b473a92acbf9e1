"""Claims of the study `methods-compared`."""

from polyhead.core.records import Evaluation
from polyhead.studies import study
from polyhead.studies.claim import Number, Paired
from polyhead.studies.real_layers.methods_compared.measures import Measured, out

LORSA = "Low-Rank Sparse Attention (arXiv 2504.20938)"
ALIVE = "Llamascopium, table of attention-output SAEs (12 to 20 % alive with a random init)"


def by_kind(trained: list[Evaluation]) -> dict[str, list[Evaluation]]:
    """Name in tables -> its evaluations, all layers and seeds, in the order of training."""
    groups: dict[str, list[Evaluation]] = {}
    for e in trained:
        name = f"mtc {e.variant}" if e.method == "mtc" else str(e.method)
        groups.setdefault(f"{name}, random init" if "random" in e.name else name, []).append(e)
    return groups


def values_of(rows: list[Evaluation], measure) -> list[float]:  # type: ignore[no-untyped-def]
    return [float(v) for e in rows if (v := measure(e)) is not None]


@study.claim("lorsa-above-sae", source=LORSA, published="FVU slightly above the SAE's")
def lorsa_above_sae(m: Measured) -> Paired:
    """At equal numbers of active latents Lorsa explains slightly less of the attention output than a sparse autoencoder
    of it."""
    groups = by_kind(m.trained)
    lorsa, sae = (values_of(groups.get(name, []), out) for name in ("lorsa", "attn_out_sae"))
    return Paired(
        larger=lorsa,
        smaller=sae,
        ours={"Lorsa, FVU": lorsa},
        control={"attention output SAE, FVU": sae},
        note="The SAE sees the output itself, Lorsa must make it; chance is one half.",
    )


@study.claim("alive-random-start", source=ALIVE, published="12 to 20 % alive")
def alive_random_start(m: Measured) -> Number:
    """Most latents of a sparse autoencoder of attention outputs die with a random init."""
    groups = by_kind(m.trained)
    random, active = (
        [1 - v for v in values_of(groups.get(name, []), lambda e: e.dead_share)]
        for name in ("attn_out_sae, random init", "attn_out_sae")
    )
    return Number(
        values=random,
        expected=0.16,
        tolerance=0.04,
        ours={"alive share, random init": random},
        control={"alive share, start in the active subspace": active},
        note="The same SAE, its encoder begun inside the directions that hold 99 % of the variance.",
    )


@study.claim("active-subspace-helps", source="Llamascopium's remedy for dead latents", published="stated")
def active_subspace_helps(m: Measured) -> Paired:
    """An init inside the active subspace keeps more latents of an attention-output SAE alive."""
    groups = by_kind(m.trained)
    random, active = (
        [1 - v for v in values_of(groups.get(name, []), lambda e: e.dead_share)]
        for name in ("attn_out_sae, random init", "attn_out_sae")
    )
    return Paired(
        larger=active,
        smaller=random,
        ours={"alive share, start in the active subspace": active},
        control={"alive share, random init": random},
        note="The same SAE from random directions, by seed and layer; chance is one half.",
    )
