"""Study `skip-trigrams`: OV-incoherent skip trigrams over many heads (May 2023) and over two heads (July 2023).

Three parts: small trained models of the published sizes, with as many heads as trigrams for the control; the two-head
solution set by hand next to what training finds in a world where it is optimal; gated blocks trained on the trained
models. Every part is an ensemble per world (`tasks.skip_trigrams`).
"""

from polyhead.studies.skip_trigrams import claims, figures, gated_claims, limit_claims
from polyhead.studies.skip_trigrams.gated_claims import best_prices
from polyhead.studies.skip_trigrams.models import Measured, SkipTrigramsStudyConfig, measure
from polyhead.studies.study import Study
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig, order_blind_floor, truth


def notes(m: Measured) -> list[str]:
    """Negative results, contradictions and limits, with their numbers."""
    lines = []
    for n in sorted({c.world.n_trigrams for c in m.cells}):
        world = SkipTrigramsConfig(n_trigrams=n)
        lines.append(f"n = {n}: {truth(world).floor:.4f} and {order_blind_floor(world):.4f}")
    notes = [
        "In the replication's generator a completion uses the pending A up. Whether an A is still pending depends on "
        "the order of the context, which a model without positions does not see: its best possible loss, computed "
        "exactly over bags of tokens, lies above the entropy of the generator (nats per token, "
        + "; ".join(lines)
        + "). The two-head solution of July 2023 therefore meets the floor only where A stays in force (`standing`), "
        "which is the world used for it here. It needs d_head = 2 n + 2 with the direct path of a one-hot model, "
        "and 3 without it, for any n (ours).",
        "The contribution of a head compares contexts with and without A. A head that writes C_b all the time and is "
        "cancelled by another when A is absent contributes nothing by that measure: in the two-head solution all "
        "trigrams sit on head 1, which only turns off, and the head that writes the completion has none. The "
        "effective number of heads is therefore 1 there, although both are needed; the removal test says the "
        "opposite (head 0 alone suffices). Neither is superposition in the strict sense, as the authors came to "
        "doubt themselves.",
        "With d_head 1 every head writes multiples of one direction, and the direct path of the one-hot model adds 1 "
        "to the logit of the current token that such heads cannot take back for all tokens: the loss of width-1 "
        "models stays above the order-blind floor even with as many heads as trigrams. The claims on width 1 are "
        "read through the completions, not the loss.",
    ]
    best = best_prices(m.gated)
    if best:
        notes.append(
            "Gated blocks: the price of open gates that keeps all trigrams and resolves them depends on the size of "
            "the original outputs. Ours train for thousands of steps, not 100,000, and write smaller logits, so the "
            "published prices (.5, .1, .3) shut gates that are needed. " + " ".join(best)
        )
    return notes


STUDY = Study(
    name="skip-trigrams",
    presets={
        "quick": SkipTrigramsStudyConfig(
            n_seeds=8,
            n_steps=700,
            gated_steps=700,
            gap_trigrams=(3, 8),
            alphas=(0.0, 0.01, 0.03, 0.1, 0.3),
            n_contexts=20,
        ),
        "full": SkipTrigramsStudyConfig(),
    },
    measure=measure,
    claims=(claims, gated_claims, limit_claims),
    figures=(lambda m: figures.make_figures(m.cells, m.gap, m.gated),),
    notes=notes,
)
