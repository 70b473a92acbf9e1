"""What was found when a graph was checked, as a table and lines for the terminal."""

from pathlib import Path
from typing import Any

from polyhead.core.graph_folder import load_graph
from polyhead.core.graph_records import Perturbation, VerifyRecord
from polyhead.runs.graph_words import label


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
    lines = [
        f"frozen model: {len(record.perturbations)} changes, every predicted change seen to within "
        f"{record.worst_frozen_error:.1e} of the largest"
    ]
    if record.live_correlation is not None:
        against = (
            "" if record.control_correlation is None else f"; shuffled among nodes {record.control_correlation:.2f}"
        )
        lines.append(f"live model: correlation of predicted and seen changes {record.live_correlation:.2f}{against}")
    return lines
