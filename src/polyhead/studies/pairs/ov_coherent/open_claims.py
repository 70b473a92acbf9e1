"""Claims of the study `ov-coherent` about what the post left open. Nobody published numbers for these."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from scipy.stats import spearmanr
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.ops.participation import participation_ratio
from polyhead.studies import study
from polyhead.studies.claim import Share, distribution
from polyhead.studies.judge import judge_share
from polyhead.studies.pairs.models import Cell, ShapeMeasures
from polyhead.studies.pairs.ov_coherent.claims import accuracies, pooled, sharpened, taus
from polyhead.studies.pairs.ov_coherent.hard_attention import hard_ceiling
from polyhead.studies.pairs.ov_coherent.measures import Measured
from polyhead.studies.pairs.preference_order import chance_of_reversal, covers_all_pairs, head_pair_taus, is_reversed
from polyhead.studies.pairs.token_tables import attention_mass, chunks, exact_accuracy
from polyhead.tasks.pairs import signal_table, truth


def extremeness(measured: ShapeMeasures) -> Float[Tensor, "m k"]:
    """Distance of each token's rank from the middle of the order, mean over heads; in ranks."""
    middle = (measured.ranks.shape[-1] - 1) / 2
    return (measured.ranks.double() - middle).abs().mean(1)


@study.claim("graded-{}", source="ours (listed as open)", each=("frequency", "importance"))
def graded(m: Measured, name: str) -> Share:
    """Reversed orders survive unequal signal tokens, {how}."""
    models, cells = m.opened[name]
    cell = next(c for c in cells if c.n_heads == 2 and c.d_head == max(o.d_head for o in cells))
    grade = torch.arange(models.world.n_signal, 0, -1).double()  # token 1 counts most

    def correlations(measured: ShapeMeasures) -> list[float]:
        rows = extremeness(measured)[torch.tensor(measured.solved)]
        rows = [row for row in rows if row.std() > 0]
        return [float(spearmanr(row, grade).statistic) for row in rows]  # pyright: ignore[reportAttributeAccessIssue]

    ours, plain = (correlations(cells[cell]), correlations(m.cells[m.wide]))
    tau = taus(cells[cell])
    _, place = judge_share([x > 0 for x in ours], [x > 0 for x in plain])
    mean = ", ".join(f"{x:.2f}" for x in extremeness(cells[cell]).mean(0).tolist())
    how = "drawn 8, 4, 2 and 1 times as often" if name == "frequency" else "weighing 8, 4, 2 and 1 in the loss"
    return Share(
        holds=is_reversed(tau),
        against=chance_of_reversal(models.world.n_signal),
        ours={
            f"{cell}: tau": tau,
            **{f"{c}: accuracy": one.accuracy for c, one in cells.items()},
            f"{cell}: Spearman of {name} and distance from the middle of the order": ours,
        },
        control={f"{m.wide}, equal tokens: the same correlation": plain},
        note="For reversal the exact chance of 1 in 24; for the places in the order the published world, where the "
        "same correlation is of labels only.",
        lead="exact reversal",
        tail=f"; {sum(cells[cell].solved)} of {len(cells[cell].accuracy)} models at 100 %. Do the tokens that count "
        f"most stand at the ends of the orders? A positive correlation {place}; mean distance from the middle, "
        f"most to least {name}: {mean}",
        words={"how": how},
    )


def head_shuffle(results: Measured, cell: Cell) -> Float[Tensor, "m h k"]:
    """Scores of made-up models whose heads come from different trained models (each head shuffled apart)."""
    scores = results.cells[cell].scores[torch.tensor(results.cells[cell].solved)]
    g = generator(results.cfg.seed, "shuffled heads", str(cell))
    return torch.stack([scores[torch.randperm(len(scores), generator=g), h] for h in range(cell.n_heads)], 1)


@study.claim("more-heads-orders", source="ours (listed as open)")
def more_heads_orders(m: Measured) -> Share | None:
    """With three or four heads reversal becomes a weaker rule: any two tokens are ranked both ways, by some two heads,
    though no two heads need be exact reversals."""
    if max(m.cfg.heads) < 3:
        return None
    cells = [Cell(h, m.wide.d_head) for h in m.cfg.heads if h > 2]
    ours, control, holds, null, exact = ([], [], [], [], {"trained": 0, "shuffled": 0})
    for c in cells:
        if not any(m.cells[c].solved):
            ours.append(distribution(f"{c}: none at 100 %", []))
            continue
        scores = m.cells[c].scores[torch.tensor(m.cells[c].solved)]
        for word, some, kept, told in (
            ("trained", scores, ours, holds),
            ("shuffled", head_shuffle(m, c), control, null),
        ):
            tau = head_pair_taus(some).amin(1)
            kept.append(distribution(f"{c}, {word}: smallest tau of two heads", tau))
            told += covers_all_pairs(some).tolist()
            exact[word] += int(is_reversed(tau).sum())
    return Share(
        holds=holds,
        against=null,
        ours=ours,
        control=control,
        note="Made-up models whose heads come from different trained models. Ranking any two tokens both ways is "
        "what hard heads need to tell all pairs apart; for two heads it is exact reversal.",
        lead="any two tokens ranked both ways",
        tail=f"; with two exactly reversed heads {exact['trained']} of {len(holds)} trained and {exact['shuffled']} "
        f"of {len(null)} shuffled models",
    )


def heads_per_pair(results: Measured, cell: Cell) -> Float[Tensor, "m s"]:
    """Effective number of heads of each pair: of what heads add to the true logit over the mean completion's."""
    measured, table = results.cells[cell], results.table
    weight = torch.zeros(measured.phi.shape[1], len(table.probability), dtype=torch.float64)
    weight[table.multiset, torch.arange(len(table.probability))] = table.probability
    weight = weight / weight.sum(1, keepdim=True)
    parts = []
    for i in chunks(measured.tables, table.counts.shape[0]):
        some, phi = measured.tables.of(i), measured.phi[i]
        mass = weight @ attention_mass(some, table.counts)  # expected attention, m h s v
        ov = some.ov.gather(-1, phi[:, None, None].expand(-1, some.n_heads, some.ov.shape[2], -1))
        ov = ov - ov.mean(-1, keepdim=True)
        parts.append(participation_ratio(torch.einsum("mhsv,mhvs->msh", mass, ov)))
    return torch.cat(parts)


@study.claim("more-heads-share", source="ours (listed as open)")
def more_heads_share(m: Measured) -> Share | None:
    """With {n_heads} heads a pair is carried by more than two of them."""
    if max(m.cfg.heads) < 3:
        return None
    cells = [Cell(h, m.wide.d_head) for h in m.cfg.heads if h > 1]
    values = {c: heads_per_pair(m, c).mean(1)[torch.tensor(m.cells[c].solved)] for c in cells}
    last, two = (cells[-1], values[cells[0]])
    found = ", ".join((f"{c.n_heads} heads: {v.median():.2f}" for c, v in values.items() if len(v)))
    return Share(
        holds=values[last] > 2,
        against=two > 2,
        ours={f"{c}: effective heads per pair": v for c, v in values.items()},
        control={f"{cells[0]}: effective heads per pair": two},
        note="Two heads, where the number cannot exceed 2. Models at 100 %.",
        lead="more than two effective heads",
        tail=f"; medians {found}",
        words={"n_heads": last.n_heads},
    )


@study.claim("three-slots", source="ours (asked: heads with ordered statistics)")
def three_slots(m: Measured) -> Share:
    """Three slots on two heads: impossible with hard attention, and done with split attention."""
    models, cells = m.opened["three slots"]
    known, table = truth(models.world), signal_table(models.world)
    ceilings = {h: hard_ceiling(known.multisets, known.probabilities, h).accuracy for h in (1, 2, 3)}
    two = max((c for c in cells if c.n_heads == 2), key=lambda c: c.d_head)
    hard = {
        c: exact_accuracy(sharpened(one.tables), table.counts, table.probability, one.phi[:, table.multiset])
        for c, one in cells.items()
    }
    words = ", ".join(f"{h}: {a:.3f}" for h, a in ceilings.items())
    medians = ", ".join(f"{c}: {one.accuracy.median():.3f} ({sum(one.solved)} solved)" for c, one in cells.items())
    shares = ", ".join(f"{one.split.share(one.split.majority).median():.2f} ({c})" for c, one in cells.items())
    return Share(
        holds=cells[two].accuracy > ceilings[2] + 0.01,
        against=hard[two] > ceilings[2] + 0.01,
        ours={str(c): one.accuracy for c, one in cells.items()},
        control={f"{c}, made hard": hard[c] for c in cells},
        note=f"The same models with hard attention. Exact ceilings of hard heads: {words}; more hard heads cannot "
        "help, because none can see how often a token occurs.",
        lead=f"{two}: accuracy above the hard ceiling",
        tail=f". Median accuracy {medians}; share of (head, mixed multiset) with split attention {shares}",
    )


@study.claim("heads-against-width", source="ours (listed as open)")
def heads_against_width(m: Measured) -> Share | None:
    """At equal parameters (equal n_heads x d_head) two narrow heads solve the task more often than one wide head."""
    budgets: dict[int, list[Cell]] = {}
    for h in m.cfg.heads:
        for d in m.widths:
            budgets.setdefault(h * d, []).append(Cell(h, d))
    several = {b: cells for b, cells in sorted(budgets.items()) if len({c.n_heads for c in cells} & {1, 2}) == 2}
    if not several:
        return None
    budget = max((b for b in several if b <= 4), default=min(several))
    one, two = (next(c for c in several[budget] if c.n_heads == h) for h in (1, 2))
    rows = "; ".join(
        f"n_heads x d_head = {b}: " + ", ".join(f"{c} {_rate(m.cells[c].solved)}" for c in cells)
        for b, cells in several.items()
    )
    return Share(
        holds=pooled(m, [two]),
        against=pooled(m, [one]),
        ours=accuracies(m, [c for cells in several.values() for c in cells if c.n_heads > 1]),
        control=accuracies(m, [c for cells in several.values() for c in cells if c.n_heads == 1]),
        note="One head with as many parameters.",
        lead=f"{two} at 100 %",
        tail=f" ({one}). {rows}",
    )


def _rate(solved: Sequence[bool]) -> str:
    return f"{sum(solved)}/{len(solved)}"


@study.claim("other-readings", source="ours (the description leaves it open)")
def other_readings(m: Measured) -> Share:
    """Reversed orders do not depend on how the description is read: 12 tokens, completions that are no input
    tokens, or no noise sequences."""
    names = ("12 tokens", "separate completions", "no noise sequences")
    holds, ours, words = ([], [], [])
    for name in names:
        _, cells = m.opened[name]
        cell = max((c for c in cells if c.n_heads == 2), key=lambda c: c.d_head)
        tau = taus(cells[cell])
        holds += is_reversed(tau).tolist()
        ours.append(distribution(f"{name}, {cell}: tau", tau))
        words.append(f"{name}: " + ", ".join((f"{c} {_rate(one.solved)} solved" for c, one in cells.items())))
    return Share(
        holds=holds,
        against=chance_of_reversal(m.cfg.world.n_signal),
        ours=ours,
        note="The exact chance of 1 in 24.",
        lead="exact reversal",
        tail=f". {'; '.join(words)}",
    )
