"""Claims of the study `attention-kinds-in-graphs`."""

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Paired
from polyhead.studies.graphs.attention_kinds.measures import Found, Measured, PromptGraph

SOURCES = (
    "Transformer Circuits, Progress on Attention (2025): cross-layer attention features in attribution graphs",
    "Transformer Circuits, Circuit Tracing (2025): replacement and completeness scores",
)


def values_of(found: Found, kind: str, value) -> list[float]:  # type: ignore[no-untyped-def]
    return [float(value(m)) for kinds in found.values() for m in kinds.get(kind, [])]


def _against(found: Found, kind: str, value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    others = [k for k in next(iter(found.values())) if k != kind]
    return [Distribution(label=f"{k}: {label}", values=values_of(found, k, value)) for k in others]


@study.claim(
    "cross-layer-fewer-{}",
    source=SOURCES[0],
    published="somewhat simplifies graphs (no number recovered)",
    each=("nodes", "edges"),
)
def cross_layer_fewer(m: Measured, what: str) -> Paired:
    """Graphs with cross-layer attention features need fewer {0} than graphs with an attention output SAE per layer,
    to be equally complete."""

    def size(x: PromptGraph) -> float:
        return float(getattr(x.equal, f"n_{what}")) if x.equal is not None else float("inf")

    ours, plain = (values_of(m.found, kind, size) for kind in ("two_type_features", "attn_out_sae"))
    return Paired(
        larger=plain,
        smaller=ours,
        ours={f"two_type_features: {what}": ours},
        control=_against(m.found, "two_type_features", size, what),
        note="The smallest graph whose completeness is 95 % of the least complete kind's on the same prompt; what is "
        "left out counts as error. Chance of the verdict: one prompt in two.",
    )


@study.claim("source-side-replaces-more", source="ours")
def source_side_replaces_more(m: Measured) -> Paired:
    """Latents that are read at their source (multitoken transcoders) give a higher replacement score than latents read
    after attention (output SAEs) of the same width and sparsity."""

    def value(x: PromptGraph) -> float:
        return x.whole.replacement

    ours, plain = (values_of(m.found, kind, value) for kind in ("mtc", "attn_out_sae"))
    return Paired(
        larger=ours,
        smaller=plain,
        ours={"mtc: replacement score": ours},
        control=_against(m.found, "mtc", value, "replacement score"),
        note="Whole graphs of the same prompts. Chance: one prompt in two.",
    )


@study.claim("cross-layer-less-error", source=SOURCES[0], published="improves MSE at equal L0 (no number recovered)")
def cross_layer_less_error(m: Measured) -> Paired:
    """With cross-layer attention features less influence ends in error nodes than with an attention output SAE
    per layer."""

    def value(x: PromptGraph) -> float:
        return x.whole.error_share

    ours, plain = (values_of(m.found, kind, value) for kind in ("two_type_features", "attn_out_sae"))
    return Paired(
        larger=plain,
        smaller=ours,
        ours={"two_type_features: share ending in errors": ours},
        control=_against(m.found, "two_type_features", value, "share ending in errors"),
        note="Whole graphs of the same prompts. Chance: one prompt in two.",
    )
