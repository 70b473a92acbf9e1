"""Claims of the study `ov-coherent` about what the post left open. Nobody published numbers for these."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from scipy.stats import spearmanr
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution
from polyhead.ops.participation import participation_ratio
from polyhead.studies.judge import judge_share
from polyhead.studies.pairs.models import Cell, Measured, PairsModels
from polyhead.studies.pairs.ov_coherent.claims import Results, accuracies, pooled, sharpened, taus
from polyhead.studies.pairs.ov_coherent.hard_attention import hard_ceiling
from polyhead.studies.pairs.preference_order import chance_of_reversal, covers_all_pairs, head_pair_taus, is_reversed
from polyhead.studies.pairs.token_tables import attention_mass, chunks, exact_accuracy
from polyhead.tasks.pairs import signal_table, truth

UNKNOWN = "unknown (listed as open)"
Opened = dict[str, tuple[PairsModels, dict[Cell, Measured]]]
"""Models and measurements by name of the world, and shape."""


def open_claims(results: Results, opened: Opened) -> list[Claim]:
    """Importance, frequency, more heads, more slots, heads against width, other readings."""
    claims = [_graded(results, opened, name) for name in ("frequency", "importance")]
    if max(results.cfg.heads) > 2:
        claims += [_more_heads(results), _shared_work(results)]
    return [*claims, *_three_slots(results, opened), *_trade_off(results), _readings(opened, results)]


def extremeness(measured: Measured) -> Float[Tensor, "m k"]:
    """Distance of each token's rank from the middle of the order, mean over heads; in ranks."""
    middle = (measured.ranks.shape[-1] - 1) / 2
    return (measured.ranks.double() - middle).abs().mean(1)


def _graded(results: Results, opened: Opened, name: str) -> Claim:
    models, cells = opened[name]
    cell = next(c for c in cells if c.n_heads == 2 and c.d_head == max(o.d_head for o in cells))
    grade = torch.arange(models.world.n_signal, 0, -1).double()  # token 1 counts most

    def correlations(measured: Measured) -> list[float]:
        rows = extremeness(measured)[torch.tensor(measured.solved)]
        rows = [row for row in rows if row.std() > 0]
        return [float(spearmanr(row, grade).statistic) for row in rows]  # pyright: ignore[reportAttributeAccessIssue]

    ours, plain = correlations(cells[cell]), correlations(results.cells[results.wide])
    tau = taus(cells[cell])
    verdict, reason = judge_share(is_reversed(tau).tolist(), chance_of_reversal(models.world.n_signal), published=False)
    _, place = judge_share([x > 0 for x in ours], [x > 0 for x in plain], published=False)
    mean = ", ".join(f"{x:.2f}" for x in extremeness(cells[cell]).mean(0).tolist())
    how = "drawn 8, 4, 2 and 1 times as often" if name == "frequency" else "weighing 8, 4, 2 and 1 in the loss"
    return Claim(
        key=f"graded-{name}",
        statement=f"Reversed orders survive unequal signal tokens, {how}.",
        source="ours",
        published=UNKNOWN,
        ours=[
            Distribution(label=f"{cell}: tau", values=tau.tolist()),
            *(Distribution(label=f"{c}: accuracy", values=m.accuracy.tolist()) for c, m in cells.items()),
            Distribution(label=f"{cell}: Spearman of {name} and distance from the middle of the order", values=ours),
        ],
        control=[Distribution(label=f"{results.wide}, equal tokens: the same correlation", values=plain)],
        control_note="For reversal the exact chance of 1 in 24; for the places in the order the published world, "
        "where the same correlation is of labels only.",
        verdict=verdict,
        reason=f"exact reversal {reason}; {sum(cells[cell].solved)} of {len(cells[cell].accuracy)} models at 100 %. "
        f"Do the tokens that count most stand at the ends of the orders? A positive correlation {place}; mean "
        f"distance from the middle, most to least {name}: {mean}",
    )


def head_shuffle(results: Results, cell: Cell) -> Float[Tensor, "m h k"]:
    """Scores of made-up models whose heads come from different trained models (each head shuffled apart)."""
    scores = results.cells[cell].scores[torch.tensor(results.cells[cell].solved)]
    g = generator(results.cfg.seed, "shuffled heads", str(cell))
    return torch.stack([scores[torch.randperm(len(scores), generator=g), h] for h in range(cell.n_heads)], 1)


def _more_heads(results: Results) -> Claim:
    cells = [Cell(h, results.wide.d_head) for h in results.cfg.heads if h > 2]
    ours, control, holds, null, exact = [], [], [], [], {"trained": 0, "shuffled": 0}
    for c in cells:
        if not any(results.cells[c].solved):
            ours.append(Distribution(label=f"{c}: none at 100 %", values=[]))
            continue
        scores = results.cells[c].scores[torch.tensor(results.cells[c].solved)]
        for word, some, kept, told in (
            ("trained", scores, ours, holds),
            ("shuffled", head_shuffle(results, c), control, null),
        ):
            tau = head_pair_taus(some).amin(1)
            kept.append(Distribution(label=f"{c}, {word}: smallest tau of two heads", values=tau.tolist()))
            told += covers_all_pairs(some).tolist()
            exact[word] += int(is_reversed(tau).sum())
    verdict, reason = judge_share(holds, null, published=False)
    return Claim(
        key="more-heads-orders",
        statement="With three or four heads reversal becomes a weaker rule: any two tokens are ranked both ways, by "
        "some two heads, though no two heads need be exact reversals.",
        source="ours",
        published=UNKNOWN,
        ours=ours,
        control=control,
        control_note="Made-up models whose heads come from different trained models. Ranking any two tokens both "
        "ways is what hard heads need to tell all pairs apart; for two heads it is exact reversal.",
        verdict=verdict,
        reason=f"any two tokens ranked both ways {reason}; with two exactly reversed heads {exact['trained']} of "
        f"{len(holds)} trained and {exact['shuffled']} of {len(null)} shuffled models",
    )


def heads_per_pair(results: Results, cell: Cell) -> Float[Tensor, "m s"]:
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


def _shared_work(results: Results) -> Claim:
    cells = [Cell(h, results.wide.d_head) for h in results.cfg.heads if h > 1]
    values = {c: heads_per_pair(results, c).mean(1)[torch.tensor(results.cells[c].solved)] for c in cells}
    last, two = cells[-1], values[cells[0]]
    verdict, reason = judge_share((values[last] > 2).tolist(), (two > 2).tolist(), published=False)
    found = ", ".join(f"{c.n_heads} heads: {v.median():.2f}" for c, v in values.items() if len(v))
    return Claim(
        key="more-heads-share",
        statement=f"With {last.n_heads} heads a pair is carried by more than two of them.",
        source="ours",
        published=UNKNOWN,
        ours=[Distribution(label=f"{c}: effective heads a pair", values=v.tolist()) for c, v in values.items()],
        control=[Distribution(label=f"{cells[0]}: effective heads a pair", values=two.tolist())],
        control_note="Two heads, where the number cannot exceed 2. Models at 100 %.",
        verdict=verdict,
        reason=f"more than two effective heads {reason}; medians {found}",
    )


def _three_slots(results: Results, opened: Opened) -> list[Claim]:
    models, cells = opened["three slots"]
    known, table = truth(models.world), signal_table(models.world)
    ceilings = {h: hard_ceiling(known.multisets, known.probabilities, h).accuracy for h in (1, 2, 3)}
    two = max((c for c in cells if c.n_heads == 2), key=lambda c: c.d_head)
    hard = {
        c: exact_accuracy(sharpened(m.tables), table.counts, table.probability, m.phi[:, table.multiset])
        for c, m in cells.items()
    }
    values = cells[two].accuracy
    verdict, reason = judge_share(
        (values > ceilings[2] + 0.01).tolist(), (hard[two] > ceilings[2] + 0.01).tolist(), published=False
    )
    words = ", ".join(f"{h}: {a:.3f}" for h, a in ceilings.items())
    medians = ", ".join(f"{c}: {m.accuracy.median():.3f} ({sum(m.solved)} solved)" for c, m in cells.items())
    shares = ", ".join(f"{m.split.share(m.split.majority).median():.2f} ({c})" for c, m in cells.items())
    return [
        Claim(
            key="three-slots",
            statement="Three slots on two heads: impossible with hard attention, and done with split attention.",
            source="ours",
            published="unknown (asked: heads with ordered statistics)",
            ours=[Distribution(label=str(c), values=m.accuracy.tolist()) for c, m in cells.items()],
            control=[Distribution(label=f"{c}, made hard", values=hard[c].tolist()) for c in cells],
            control_note=f"The same models with hard attention. Exact ceilings of hard heads: {words}; more hard "
            "heads cannot help, because none can see how often a token occurs.",
            verdict=verdict,
            reason=f"{two}: accuracy above the hard ceiling {reason}. Median accuracy {medians}; share of (head, "
            f"mixed multiset) with split attention {shares}",
        )
    ]


def _trade_off(results: Results) -> list[Claim]:
    budgets: dict[int, list[Cell]] = {}
    for h in results.cfg.heads:
        for d in results.widths:
            budgets.setdefault(h * d, []).append(Cell(h, d))
    several = {b: cells for b, cells in budgets.items() if len({c.n_heads for c in cells} & {1, 2}) == 2}
    if not several:
        return []
    budget = max((b for b in several if b <= 4), default=min(several))
    one, two = (next(c for c in several[budget] if c.n_heads == h) for h in (1, 2))
    verdict, reason = judge_share(pooled(results, [two]), pooled(results, [one]), published=False)
    rows = "; ".join(
        f"n_heads x d_head = {b}: " + ", ".join(f"{c} {_rate(results.cells[c].solved)}" for c in cells)
        for b, cells in sorted(several.items())
    )
    return [
        Claim(
            key="heads-against-width",
            statement="At equal parameters (equal n_heads x d_head) two narrow heads solve the task more often than "
            "one wide head.",
            source="ours",
            published=UNKNOWN,
            ours=accuracies(results, [c for b in sorted(several) for c in several[b] if c.n_heads > 1]),
            control=accuracies(results, [c for b in sorted(several) for c in several[b] if c.n_heads == 1]),
            control_note="One head with as many parameters.",
            verdict=verdict,
            reason=f"{two} at 100 % {reason} ({one}). {rows}",
        )
    ]


def _rate(solved: Sequence[bool]) -> str:
    return f"{sum(solved)}/{len(solved)}"


def _readings(opened: Opened, results: Results) -> Claim:
    names = ("12 tokens", "separate completions", "no noise sequences")
    holds, ours, words = [], [], []
    for name in names:
        _, cells = opened[name]
        cell = max((c for c in cells if c.n_heads == 2), key=lambda c: c.d_head)
        tau = taus(cells[cell])
        holds += is_reversed(tau).tolist()
        ours.append(Distribution(label=f"{name}, {cell}: tau", values=tau.tolist()))
        words.append(f"{name}: " + ", ".join(f"{c} {_rate(m.solved)} solved" for c, m in cells.items()))
    verdict, reason = judge_share(holds, chance_of_reversal(results.cfg.world.n_signal), published=False)
    return Claim(
        key="other-readings",
        statement="Reversed orders do not hang on the reading of the description: 12 tokens, completions that are no "
        "input tokens, or no noise sequences.",
        source="ours",
        published="unknown (the description leaves it open)",
        ours=ours,
        control=[],
        control_note="The exact chance of 1 in 24.",
        verdict=verdict,
        reason=f"exact reversal {reason}. {'; '.join(words)}",
    )
