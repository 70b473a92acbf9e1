"""Records of heads and weights as tables for the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from polyhead.analysis.heads.ablation import RANKED_BY
from polyhead.cli.show import table
from polyhead.core.head_names import head_name
from polyhead.core.head_records import AblationRecord, HeadPair, HeadRank, PreferenceSearch, RowsRecord
from polyhead.core.weight_records import WeightOrder

WAYS = {"bos-row": "row on BOS", "mean-row": "mean row", "zero-output": "output zero"}

_MEASURES = (
    *("pattern_overlap", "query_overlap", "key_overlap", "read_overlap", "write_overlap"),
    *("q_composition", "k_composition", "v_composition"),
)


def rows_table(record: RowsRecord, *, most: int = 5) -> list[dict[str, Any]]:
    """One line per head: its commonest classes, and how mixed it is."""
    out = []
    for head in record.heads:
        order = sorted(range(len(record.classes)), key=lambda i: -head.shares[i])
        says = [f"{record.classes[i]} {head.shares[i]:.0%}" for i in order[:most] if head.shares[i] >= 0.005]
        names = [b.name for b in record.behaviours]
        mass = sorted(zip(head.mass[:-1], names), reverse=True)
        out.append(
            {
                "head": head.name,
                "rows": ", ".join(says),
                "mass": ", ".join(f"{n} {m:.0%}" for m, n in mass[:3] if m >= 0.02),
                "entropy": f"{head.class_entropy:.2f}",
                "of mass": f"{head.mass_entropy:.2f}",
            }
        )
    return out


def effects_table(record: AblationRecord) -> list[dict[str, Any]]:
    """Clean and ablated, a line each."""
    return [
        {"": e.label, "top-1": f"{e.top1_rate:.0%}", "probability": e.mean_probability, "logit": e.mean_logit}
        for e in (record.clean, *record.effects)
    ]


def ranks_table(record: AblationRecord, *, most: int = 6) -> list[dict[str, Any]]:
    """The heads that matter most by each way of ablation, and the chosen one: falls of probability, ranks after."""
    kinds = [k for k in RANKED_BY if record.ranks and k in record.ranks[0].drops] or ["bos-row"]
    places = {kind: _places(record.ranks, kind) for kind in kinds}
    rows = []
    for i, r in enumerate(record.ranks):
        if i + 1 != record.rank and all(places[k][i] > most for k in kinds):
            continue
        falls = {f"fall, {WAYS[k]}": f"{r.drops.get(k, r.drop):.3f} ({places[k][i]})" for k in kinds}
        rows.append({"head": head_name(r.layer, r.head) + (" *" if i + 1 == record.rank else ""), **falls})
    return rows


def _places(ranks: Sequence[HeadRank], kind: str) -> list[int]:
    drops = [r.drops.get(kind, r.drop) for r in ranks]
    return [1 + sum(other > own for other in drops) for own in drops]


def ranks_title(record: AblationRecord) -> str:
    """What the table of ranks shows, and the chosen head's rank by each way."""
    by = record.rank_by or {"bos-row": record.rank}
    said = ", ".join(f"number {rank} by {WAYS.get(kind, kind)}" for kind, rank in by.items())
    name = head_name(record.layer, record.head)
    return f"every head in turn: fall of probability (rank of {len(record.ranks)}); {name} is {said}"


def print_ablation(record: AblationRecord, out: Path | None, console: Console) -> None:
    """What one head's ablation did, where it stands among all heads, and the notes."""
    title = f"{record.model} L{record.layer}H{record.head} on {record.templates}: {record.n_prompts} prompts"
    console.print(table(title, effects_table(record)))
    if record.ranks:
        console.print(table(ranks_title(record), ranks_table(record)))
    for note in record.notes:
        console.print(f"- {note}", highlight=False, markup=False)
    if out is not None:
        console.print(f"record: [bold]{out / 'ablation.json'}[/bold]")


def pairs_table(pairs: Sequence[HeadPair], *, most: int = 3) -> list[dict[str, Any]]:
    """The pairs that are highest by each measure."""
    rows = []
    for name in _MEASURES:
        there = [(value, p) for p in pairs if (value := getattr(p, name)) is not None]
        there.sort(key=lambda x: -x[0])
        said = [f"L{p.layer}H{p.head} L{p.other_layer}H{p.other_head} {value:.2f}" for value, p in there[:most]]
        rows.append({"measure": name.replace("_", " "), "highest": ", ".join(said)})
    return rows


def preferences_table(found: PreferenceSearch, *, most: int = 8) -> list[dict[str, Any]]:
    """The pairs of the lowest rank correlation."""
    return [
        {
            "heads": f"L{p.layer}H{p.head} L{p.layer}H{p.other_head}",
            "correlation": p.correlation,
            "static": p.static,
            "query-specific": p.specific,
            "verdict": p.verdict,
        }
        for p in sorted(found.pairs, key=lambda p: p.correlation)[:most]
    ]


def nulls_table(record: WeightOrder) -> list[dict[str, Any]]:
    """What the order made of the matrix, and of the largest and mean draw of each null."""
    rows = [{"": "weights", "neighbour similarity": f"{record.neighbour:.4f}", "block excess": f"{record.excess:.5f}"}]
    for kind, near in record.null_neighbour.items():
        far = record.null_excess[kind]
        rows.append(
            {
                "": f"{kind}, {len(near)} draws: mean (largest)",
                "neighbour similarity": f"{sum(near) / len(near):.4f} ({max(near):.4f})",
                "block excess": f"{sum(far) / len(far):.5f} ({max(far):.5f})",
            }
        )
    return rows


def blocks_table(record: WeightOrder, *, most: int = 10) -> list[dict[str, Any]]:
    """The largest blocks."""
    return [
        {
            "block": str(i),
            "rows": len(b.rows),
            "place": b.place,
            "mean squared cosine": b.mean_similarity,
            "first rows": ", ".join(map(str, b.rows[:8])) + (", ..." if len(b.rows) > 8 else ""),
        }
        for i, b in enumerate(record.blocks[:most], start=1)
    ]
