"""Claims of the study `ov-coherent-capacity`."""

from jaxtyping import Float
from torch import Tensor

from polyhead.analysis.head_ablation import replacements, with_only_each_head
from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Share, distribution
from polyhead.studies.pairs.capacity.constructions import CONSTRUCTIONS, ONE_OF_TWO, line_ceiling
from polyhead.studies.pairs.capacity.measures import Measured, Part
from polyhead.studies.pairs.models import SOLVED, Cell
from polyhead.studies.pairs.token_tables import head_contributions

POST, REPLY = "Greenspan and Wynroe 2023, the post", "the author's later reply"
EXACT = 1 - 1e-9


def solved(values: Tensor) -> list[bool]:
    """Whether each model is at 100 %."""
    return (values >= SOLVED).tolist()


def accuracy_of(part: Part, cell: Cell, label: str, name: str = "") -> Distribution:
    """Accuracy after training."""
    return distribution(name or f"{cell}: {label}", part.accuracy(cell, label), n_diverged=part.n_diverged(cell, label))


@study.claim(
    "one-head-needs-width-4",
    source=f"{POST} ('as long as d_head >= 4'); the reply accepts a commenter's smaller construction",
    published="d_head >= 4",
)
def one_head_needs_width_4(m: Measured) -> Share:
    """One head cannot solve the task with d_head below 4."""
    narrow = [name for name, cell in CONSTRUCTIONS.items() if cell.n_heads == 1]
    fails = [x < SOLVED for name in narrow for x in m.built[name][0].tolist()]
    impossible = m.parts["mixed"].accuracy(Cell(1, 1), "random")
    return Share(
        holds=fails,
        against=impossible < SOLVED,
        ours={str(CONSTRUCTIONS[n]): m.built[n][0] for n in narrow},
        control={f"{Cell(1, 1)}: trained": impossible},
        note="One head of width 1 without b_O, where failing is proved. Ours: exact accuracy of explicit weights.",
        lead="failing",
        tail=": solutions exist at width 1 with b_O and at width 2 without, so the observed threshold is about "
        "training",
    )


@study.claim(
    "built-{}", source="ours (a commenter gave a one-head construction) (nobody asked)", each=tuple(CONSTRUCTIONS)
)
def verified(m: Measured, name: str) -> Share:
    """Explicit weights ({0}) solve the task exactly with {word}."""
    right, wrong = m.built[name]
    return Share(
        holds=right >= EXACT,
        against=wrong >= EXACT,
        ours={"exact accuracy": right},
        control={"asked for the completions of another model": wrong},
        note="The same weights, other completions. Accuracy is over every signal sequence there is.",
        lead="accuracy of exactly 1",
        words={"word": CONSTRUCTIONS[name]},
    )


@study.claim("limit-{}", source="ours (nobody asked)", each=tuple(CONSTRUCTIONS))
def limit(m: Measured, name: str) -> Share:
    """{cell}: where all sequences are signal, training keeps the explicit solution ({0}), and finds one less often from
    random inits: the limit is optimisation."""
    cell, built = (CONSTRUCTIONS[name], f"built, noise {m.levels[0]:g}")
    quiet, mixed, longer = (m.parts[part] for part in ("signal only", "mixed", "longer"))
    loss = [float(mixed.total_loss(cell, start).median()) for start in (built, "random")]
    words = [
        f"with half noise sequences {_rate(mixed, cell, built)} built and {_rate(mixed, cell, 'random')} random "
        f"starts ({_rate(longer, cell, 'random')} random inits trained {m.longer} times as long)",
        f"there the built init ends at a loss of {loss[0]:.3g} nats over all sequences and the random init at "
        f"{loss[1]:.3g}: "
        + ("random inits stop in worse minima" if loss[0] < loss[1] else "the solution pays on noise sequences"),
        f"parameters drift by {quiet.drift(cell, built).median():.2f} of their norm from the construction",
    ]
    shaken = [f"built, noise {level:g}" for level in m.levels]
    return Share(
        holds=solved(quiet.accuracy(cell, built)),
        against=solved(quiet.accuracy(cell, "random")),
        ours=[accuracy_of(quiet, cell, s) for s in shaken]
        + [accuracy_of(mixed, cell, s, f"{cell}: {s}, half noise sequences") for s in shaken],
        control=[
            accuracy_of(quiet, cell, "random"),
            accuracy_of(mixed, cell, "random", f"{cell}: random, half noise sequences"),
            accuracy_of(longer, cell, "random", f"{cell}: random, half noise, {m.longer} times as long"),
        ],
        note="Random starts of the same shape, the same data and steps.",
        lead="at 100 % after training from the construction",
        tail=f" from random inits; {'; '.join(words)}",
        words={"cell": cell},
    )


def _rate(part: Part, cell: Cell, label: str) -> str:
    found = solved(part.accuracy(cell, label))
    return f"{sum(found)}/{len(found)}"


@study.claim("impossible", source="ours (nobody asked)")
def impossible(m: Measured) -> Share:
    """One head of width 1 without b_O tells apart at most 3 completions: no model exceeds its own ceiling."""
    cell, mixed = (Cell(1, 1), m.parts["mixed"])
    bound = line_ceiling(m.world, mixed.models.phi[mixed.where(cell, "random")])
    other = CONSTRUCTIONS["even split, bias"]
    beyond = line_ceiling(m.world, mixed.models.phi[mixed.where(other, "random")])
    values, control = (mixed.accuracy(cell, "random"), mixed.accuracy(other, "random"))
    below, above = (values <= bound + 1e-06, control <= beyond + 1e-06)
    reached = int((values >= bound - 1e-06).sum())
    return Share(
        holds=below,
        against=above,
        ours={f"{cell}: accuracy": values, "its ceiling": bound},
        control={f"{other}: accuracy": control},
        note="The same shape with b_O, to which the argument does not apply. The argument: all logits are w_c z but "
        "token 0's, which has 1 more from the direct path; of lines through the origin only the steepest and "
        "the flattest are ever largest, and one line next to them. Two pairs, and the one that is completed by "
        "token 0, can be right.",
        lead="at or below the ceiling",
        tail=f"; {reached} of {len(values)} reach it exactly",
    )


def alone(part: Part, cell: Cell, label: str) -> Float[Tensor, "m h"]:
    """Exact accuracy with all heads but one replaced by their mean."""
    tables, table = part.tables(cell, label), part.table
    each = head_contributions(tables, table.counts)
    rest = tables.constant[:, None].expand(-1, each.shape[2], -1)
    mean = replacements(each, "mean", probability=table.probability)
    targets = part.models.phi[part.where(cell, label)][:, None, table.multiset]
    right = with_only_each_head(each, rest, mean).argmax(-1) == targets
    return (right.double() * table.probability).sum(-1)


@study.claim("one-head-solution-not-chosen", source=REPLY, published="stated without a number")
def one_head_solution_not_chosen(m: Measured) -> Share:
    """With two heads and d_head of at least 4 training from random inits does not settle in the one-head solution that
    is there."""
    cell, part = (Cell(2, 5), m.parts["wide"])
    label = f"built, noise {m.levels[0]:g}"
    before = m.built[ONE_OF_TWO][0]
    kept, chosen = (alone(part, cell, label).amax(1), alone(part, cell, "random").amax(1))
    whole = [sum(solved(part.accuracy(cell, s))) for s in ("random", label)]
    loss = [float(part.signal_loss(cell, s).median()) for s in ("random", label)]
    return Share(
        holds=chosen < SOLVED,
        against=before < SOLVED,
        ours={
            "random init: better head alone": chosen,
            f"started as {ONE_OF_TWO}, after training: better head alone": kept,
        },
        control={f"{ONE_OF_TWO}, as built: accuracy": before},
        note=f"The same shape ({cell}) with the even split in head 0 and nothing in head 1: one head at 100 %. "
        "Elsewhere the other head is replaced by its mean; accuracy is exact.",
        lead="no head alone at 100 %:",
        tail=f". Started at the one-head solution, {sum(solved(kept))} of {len(kept)} models keep one head that does "
        f"it all (median {float(kept.median()):.2f}) while {whole[1]} stay at 100 % as a whole: the second head "
        f"joins in. Random starts: {whole[0]} at 100 %; signal loss {loss[0]:.2g} nats against {loss[1]:.2g} "
        "from the construction (medians)",
    )
