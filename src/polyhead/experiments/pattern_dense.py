"""Dense scores of equal cost, put next to every QK dictionary of an evaluation."""

from collections.abc import Iterable, Sequence
from math import ceil

from polyhead.core.base_layer import BaseLayer
from polyhead.core.pattern_records import FAITHFUL, HeadPattern
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.records import Evaluation
from polyhead.experiments.data import ExperimentData
from polyhead.metrics.pattern_dense import DenseErrors, HeadWidths, dense_off_sink
from polyhead.metrics.positions import Positions

_SEQUENCES = 64
"""Training sequences on which dense scores are measured and trained."""
_ENTRIES = 2**26
"""Entries of their patterns that are held in memory, unless eight sequences have more."""


def with_dense(
    data: ExperimentData, reading: Reading, evaluations: Sequence[Evaluation], held_out: Iterable[Batch]
) -> list[Evaluation]:
    """The same evaluations, with what dense scores of equal rank reach; unchanged where no queries and keys are read.

    Args:
        data: The experiment, whose training text the axes are measured on.
        reading: What the evaluated dictionaries read.
        evaluations: Of dictionaries with that reading.
        held_out: The batches that they were evaluated on.
    """
    own = {"q", "k", "target"} <= reading.roles.keys() and reading.targets[0].is_pattern and len(data.layers) == 1
    costs = {_cost(h) for e in evaluations for h in e.head_patterns} - {None}
    if not own or not costs:
        return list(evaluations)
    layer = data.layers[0]
    eighths = {max(1, layer.d_head * i // 8) for i in range(1, 9)}
    needed = Reading(roles={role: reading.roles[role] for role in ("q", "k", "target")})
    widths, ranks = _widths(reading, layer), {rank for rank in costs if rank is not None}
    sequences = max(8, min(_SEQUENCES, _ENTRIES // (len(widths.key_of) * data.cfg.seq_len**2)))
    found = dense_off_sink(
        list(data.fit_batches(needed, sequences).in_order()),
        held_out,
        widths,
        score_scale=layer.score_scale,
        ranks=eighths | ranks,
        trained=ranks,
        counted=Positions.of(data.model).counted,
    )
    return [
        e.model_copy(
            update={
                "head_patterns": tuple(
                    _next_to(h, errors, eighths) for h, errors in zip(e.head_patterns, found, strict=True)
                )
            }
        )
        for e in evaluations
    ]


def _cost(head: HeadPattern) -> int | None:
    """Numbers in use on the side with more of them, at most the width of the head."""
    if head.l0_query is None or head.l0_key is None:
        return None
    return min(head.d_head, max(1, ceil(max(head.l0_query, head.l0_key) * head.block_width)))


def _next_to(head: HeadPattern, errors: DenseErrors, eighths: set[int]) -> HeadPattern:
    cost = _cost(head)
    if cost is None or not errors.svd:
        return head
    enough = [rank for rank in eighths if errors.svd[rank] <= FAITHFUL]
    found = {
        "dense_rank": cost,
        "svd_off_sink": errors.svd[cost],
        "dense_off_sink": errors.trained[cost],
        "svd_rank_faithful": min(enough, default=None),
    }
    return head.model_copy(update=found)


def _widths(reading: Reading, layer: BaseLayer) -> HeadWidths:
    """Heads read, and whose keys each of them uses."""
    group = layer.n_heads // layer.n_kv_heads
    heads, keys = (
        reads[0].heads if reads[0].heads is not None else tuple(range(layer.n_heads))
        for reads in (reading.roles["q"], reading.roles["k"])
    )
    return HeadWidths(layer.d_head, [keys.index(h // group * group) for h in heads])
