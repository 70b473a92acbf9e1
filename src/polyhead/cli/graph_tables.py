"""What was found when a graph was checked, as a table and lines for the terminal."""

from pathlib import Path
from typing import Any

from polyhead.core.graph_folder import load_graph
from polyhead.core.graph_records import OutputAgreement, OutputEffect, Perturbation, VerifyRecord
from polyhead.runs.graph_words import label

_SHOWN = 10
_SORTS = {"node": "single nodes", "supernode": "supernodes", "set": "sets of the strongest"}


def output_rows(record: VerifyRecord) -> list[dict[str, Any]]:
    """How well the output's changes were predicted: one row per sort of change, quantity and regime."""

    def row(one: OutputAgreement) -> dict[str, Any]:
        step = "removed" if one.step == -1 else f"changed by {one.step:+.0%}"
        return {
            "changed": f"{one.n} {_SORTS[one.what]} {step}",
            "quantity": one.quantity,
            "model": one.regime,
            "correlation": _number(one.correlation),
            "signs right": _share(one.signs),
            "slope": _number(one.slope),
            "shuffled": f"{_number(one.control_correlation)}, signs {_share(one.control_signs)}",
        }

    found = [] if record.outputs is None else record.outputs.agreements
    return [row(one) for one in sorted(found, key=lambda one: one.regime != "live")]


def effect_rows(folder: Path, record: VerifyRecord) -> list[dict[str, Any]]:
    """The largest predicted effects of whole removals on the target, with what was seen."""
    graph, _ = load_graph(folder)
    if record.outputs is None:
        return []

    def row(one: OutputEffect) -> dict[str, Any]:
        what = (
            label(graph, one.nodes[0]) if one.what == "node" else f"{one.label or 'strongest'}, {len(one.nodes)} nodes"
        )
        changes = {"logit": one.logit, "margin": one.margin, "probability": one.probability}
        cells = {
            name: "" if c is None else f"{c.predicted:+.3f} {c.frozen:+.3f} {c.live:+.3f}"
            for name, c in changes.items()
        }
        return {"removed": what, **cells}

    removed = [one for one in record.outputs.effects if one.step == -1]
    return [row(one) for what in _SORTS for one in [e for e in removed if e.what == what][:_SHOWN]]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def verify_rows(folder: Path, record: VerifyRecord) -> list[dict[str, Any]]:
    """One row per changed node."""
    graph, _ = load_graph(folder)

    def row(one: Perturbation) -> dict[str, Any]:
        live = None if one.live_correlation is None else round(one.live_correlation, 3)
        return {
            "node": label(graph, one.node),
            "action": one.action,
            "targets": one.n_targets,
            "frozen error": f"{one.frozen_error:.1e}",
            "live correlation": live,
        }

    return [row(one) for one in record.perturbations]


def verify_lines(record: VerifyRecord) -> list[str]:
    """What the check found."""
    lines = [*_output_line(record)]
    lines += [
        f"frozen model: {len(record.perturbations)} changes, every predicted change seen to within "
        f"{record.worst_frozen_error:.1e} of the largest"
    ]
    if record.live_correlation is not None:
        against = (
            "" if record.control_correlation is None else f"; shuffled among nodes {record.control_correlation:.2f}"
        )
        lines.append(f"live model: correlation of predicted and seen changes {record.live_correlation:.2f}{against}")
    return lines


def _output_line(record: VerifyRecord) -> list[str]:
    found = None if record.outputs is None else record.outputs.agreement()
    if found is None or found.correlation is None:
        return []
    return [
        f"output: removing {found.n} nodes one by one in the live model changes the target's logit as predicted with "
        f"correlation {_number(found.correlation)}, signs right {_share(found.signs)}; predictions shuffled: "
        f"{_number(found.control_correlation)}, {_share(found.control_signs)}"
    ]
