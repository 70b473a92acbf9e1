"""Claims of the study `cross-layer`."""

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Number, Share
from polyhead.studies.real_layers.cross_layer.models import BOTH, Measured, Trial

SOURCE = "Transformer Circuits, Progress on Attention (2025), attention value SAEs"
_CONTROL = (
    "The same two-layer SAE where the second layer's values belong to other tokens: each layer alone is unchanged "
    "and nothing is shared, so a gain can only come from spending the common k where it pays. Holds for a trial if "
    "its gain is above every control gain of its pair; a control trial against the other ones."
)


def _above(main: list[Trial], value, control) -> tuple[list[bool], list[bool]]:  # type: ignore[no-untyped-def]
    """Which trials are above all control trials of their pair, and which controls above the others."""
    holds, against = [], []
    for t in main:
        others = {o.seed: control(o) for o in main if o.pair == t.pair}
        holds.append(value(t) > max(others.values()))
        rest = [v for seed, v in others.items() if seed != t.seed]
        against.append(bool(rest) and control(t) > max(rest))
    return holds, against


def _by_pair(main: list[Trial], value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    pairs = dict.fromkeys(t.pair for t in main)
    return [Distribution(label=f"{p}: {label}", values=[value(t) for t in main if t.pair == p]) for p in pairs]


def _gain(m: Measured, width: str) -> Share:
    holds, against = _above(m.main, lambda t: t.gain(width), lambda t: t.gain(width, control=True))
    return Share(
        holds=[h and t.gain(width) > 0 for h, t in zip(holds, m.main, strict=True)],
        against=against,
        ours=_by_pair(m.main, lambda t: t.gain(width), "1 - FVU of both / FVU of the two"),
        control=_by_pair(m.main, lambda t: t.gain(width, control=True), "the same, tokens shuffled"),
        note=_CONTROL + " It must also be above 0.",
    )


@study.claim("gain-equal", source=SOURCE, published="stated; the numbers are unrecovered")
def gain_equal(m: Measured) -> Share:
    """One value SAE of two layers explains them better than two of one layer each, at equal summed L0, with as many
    latents as the two together."""
    return _gain(m, "equal")


@study.claim("gain-half", source=f"{SOURCE} (unrecovered)")
def gain_half(m: Measured) -> Share:
    """One value SAE of two layers explains them better than two of one layer each, at equal summed L0, with half as
    many latents as the two together."""
    return _gain(m, "half")


@study.claim("gain-left-over", source=f"{SOURCE} (unrecovered)")
def gain_left_over(m: Measured) -> Share:
    """One value SAE of two layers explains them better than two of one layer each, at equal summed L0, with as many
    latents as the two together, on what is left of the second layer's values once all that the first layer's values
    predict linearly is removed."""
    return _gain(m, "left over")


@study.claim("both-layers", source="ours (unrecovered)")
def both_layers(m: Measured) -> Share:
    """More latents of the two-layer SAE belong to both layers (each holds over {both:.0%} of the decoder norm) than
    where nothing is shared."""
    holds, against = _above(m.main, lambda t: t.joint["equal"].both, lambda t: t.shuffled["equal"].both)
    return Share(
        holds=holds,
        against=against,
        ours=_by_pair(m.main, lambda t: t.joint["equal"].both, "share of living latents of both layers"),
        control=_by_pair(m.main, lambda t: t.shuffled["equal"].both, "the same, tokens shuffled"),
        note="Decoders begin on both layers, so latents that hardly learn stay there: the control counts them.",
        words={"both": BOTH},
    )


@study.claim("shared-linearly", source="ours")
def shared_linearly(m: Measured) -> Number:
    """The values of one layer can be predicted linearly from those of the other, so that a gain of the two-layer SAE
    need not mean features of attention: both layers read one residual stream."""
    return Number(
        values=[min(s.forward, s.backward) for s in m.shared],
        expected=None,
        ours={
            f"{s.pair}: variance of values predicted, forward and backward": [s.forward, s.backward] for s in m.shared
        },
        control={"tokens shuffled": [s.shuffled for s in m.shared]},
        note="Ridge regression fitted on training tokens, measured on held-out ones.",
        lead="smaller of the two directions:",
    )
