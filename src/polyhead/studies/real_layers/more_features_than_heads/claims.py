"""Claims of the study `more-features-than-heads`."""

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.real_layers.more_features_than_heads.models import LEVEL, Measured, Result

SOURCES = (
    "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
    "Transformer Circuits, HeadVis (2026): no confirmed natural example of attention superposition",
    "Thaman, Rigg, Oozeer, David, Experiments in Superposition (open wish)",
)


def _by_site(results: list[Result], value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    names = dict.fromkeys(r.site for r in results)
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(r)) for r in results if r.site == name])
        for name in names
    ]


@study.claim("more-than-heads", source=f"{SOURCES[0]} (conjectured; no confirmed example in a real model)")
def more_than_heads(m: Measured) -> Share:
    """One layer has more verified next-token features, with distinct predicted words, than heads."""

    def count(r: Result, random: bool = False) -> int:
        e = r.random if random else r.real
        return len(e.distinct(e.verified))

    holds = [count(r) > r.n_heads for r in m.results]
    heads = ", ".join((f"{name} {n}" for name, n in {r.site: r.n_heads for r in m.results}.items()))
    return Share(
        holds=holds,
        against=[count(r, True) > r.n_heads for r in m.results],
        ours=[
            *_by_site(m.results, count, "distinct predicted words of verified latents"),
            *_by_site(m.results, lambda r: r.n_directions, "verified latents with decoders of cosine below one half"),
        ],
        control=_by_site(m.results, lambda r: count(r, True), "the same, random directions for decoders"),
        note="Each latent keeps its places and sizes, its decoder is drawn from a Gaussian with the covariance of "
        f"the layer's attention outputs, with that direction's own best token. Heads: {heads}.",
    )


@study.claim("and-it-comes", source="ours")
def and_it_comes(m: Measured) -> Share:
    """One layer has more verified next-token features than heads, counting only features whose word does come
    next at their positions more often than anywhere in the held-out text."""

    def count(r: Result, random: bool = False) -> int:
        e = r.random if random else r.real
        return len(e.distinct(e.verified & e.comes))

    holds = [count(r) > r.n_heads for r in m.results]
    return Share(
        holds=holds,
        against=[count(r, True) > r.n_heads for r in m.results],
        ours=_by_site(m.results, count, "distinct words"),
        control=_by_site(m.results, lambda r: count(r, True), "random directions for decoders"),
        note=f"One-sided binomial test against the word's frequency, false discovery rate {LEVEL:g}.",
    )


@study.claim("several-heads", source="ours")
def several_heads(m: Measured) -> Share:
    """Most verified features depend on several heads: for at least half of them, removing each of two or more single
    heads lowers the feature's token, and more than the tokens of 16 other candidates."""

    def share(r: Result, swapped: bool = False) -> float:
        table = r.shared.supports_swapped if swapped else r.shared.supports
        return float((table.sum(1) >= 2).mean()) if len(table) else 0.0

    return Share(
        holds=[share(r) >= 0.5 for r in m.results],
        against=[share(r, True) >= 0.5 for r in m.results],
        ours=[
            *_by_site(m.results, share, "share of features that two or more heads support"),
            *_by_site(m.results, _mean_heads, "supporting heads of a feature, mean"),
            *_by_site(m.results, _mean_features, "features that a head supports, mean"),
        ],
        control=_by_site(m.results, lambda r: share(r, True), "the same for the token of another feature"),
        note="Same positions and heads, but the token of the next feature on the list: a head passes by chance for "
        f"one token in 17. A drop counts from {m.cfg.min_drop / 2:g} nats on, mean over positions.",
    )


def _mean_heads(r: Result) -> float:
    return float(r.shared.supports.sum(1).mean()) if len(r.shared.words) else 0.0


def _mean_features(r: Result) -> float:
    return float(r.shared.supports.sum(0).mean())
