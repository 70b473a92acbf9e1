"""Score the members of an experiment and the linear baselines on the same held-out text.

Members that read the same roles go through the text together. The shuffled control is trained with patterns of another
sequence and, like every other member, scored with the true ones: the generous reading of it.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyhead.analysis.verdict import verdict
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError
from polyhead.core.reading import Reading, one_site
from polyhead.core.records import Evaluation, Interval, load_lines, save_lines
from polyhead.core.run_folder import open_run, stage
from polyhead.core.sites import is_after_attention, site
from polyhead.experiments.config import Member
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.pattern_dense import with_dense
from polyhead.experiments.train import COST_FILE, load_config, load_member, member_dir, require_finished
from polyhead.metrics.baselines import (
    Constant,
    HeadWeights,
    LayerMoments,
    head_data_svd,
    head_svd,
    measure_moments,
    output_pca,
)
from polyhead.metrics.evaluate import Reference, Repeatable, Subject, evaluate_all, measure_reference, target_layers
from polyhead.metrics.positions import Positions

EVALUATIONS = "evaluations.jsonl"
FIT_SEQUENCES = 256
"""Training sequences from which the target's mean and the data-weighted baselines are taken."""
_AT_ONCE = 8
"""Members held in memory together."""


def run_evaluate(run_dir: Path) -> tuple[list[Evaluation], list[str]]:
    """Evaluate everything in a run folder and write `records/evaluations.jsonl`; returns it with the verdict."""
    cfg = load_config(run_dir)
    for member in cfg.members:
        require_finished(run_dir, member)  # before the model is loaded and the text read
    with open_run(run_dir):
        with stage(run_dir, "evaluate"):
            data = load_data(cfg)
            evaluations = linear_baselines(data) if len(cfg.layers) == 1 else []
            for reading, members in by_reading(data):
                evaluations += evaluate_members(data, reading, members, run_dir)
        save_lines(run_dir / "records" / EVALUATIONS, evaluations)
    return evaluations, verdict(evaluations)


def read_evaluations(run_dir: Path) -> list[Evaluation]:
    """What `run_evaluate` wrote."""
    return list(load_lines(run_dir / "records" / EVALUATIONS, Evaluation))


def by_reading(data: ExperimentData) -> list[tuple[Reading, list[Member]]]:
    """Members that read the same roles, in the order in which they are named."""
    groups: dict[str, tuple[Reading, list[Member]]] = {}
    for member in data.cfg.members:
        reading = data.reading(member)
        groups.setdefault(reading.model_dump_json(), (reading, []))[1].append(member)
    return list(groups.values())


def evaluate_members(data: ExperimentData, reading: Reading, members: list[Member], run_dir: Path) -> list[Evaluation]:
    """Members that read the same roles, in one or several passes over the held-out text."""
    reference, batches = reference_for(data, reading)
    evaluations: list[Evaluation] = []
    for start in range(0, len(members), _AT_ONCE):
        subjects = [member_subject(data, m, run_dir) for m in members[start : start + _AT_ONCE]]
        evaluations += evaluate_all(data.model, subjects, batches, reference)
    return with_dense(data, reading, evaluations, batches)


def reference_for(data: ExperimentData, reading: Reading) -> tuple[Reference, Repeatable]:
    """What evaluations of one target are measured against, and the held-out batches for them."""
    layers = target_layers(reading.targets)
    attn_out = one_site(site(layers[0], "hook_attn_out"))
    later = any(is_after_attention(read.site) for read in reading.targets)
    compared = len(layers) == 1 and reading.targets != attn_out and not later
    if compared:
        reading = reading.joined({"attn_out": attn_out})
    means = {role: _mean(data, reading, role) for role in (["target", "attn_out"] if compared else ["target"])}
    batches = Repeatable(data.held_out_batches(reading).in_order)
    reference = measure_reference(
        data.model,
        batches,
        targets=reading.targets,
        mean=means["target"],
        attn_out_mean=means.get("attn_out"),
        split=data.held_out.split,
    )
    return reference, batches


def _mean(data: ExperimentData, reading: Reading, role: str) -> Tensor:
    """Of a role over the first training sequences, BOS and padding left out; of a pattern, entry by entry."""
    total, n = torch.zeros(()), 0
    for batch in data.fit_batches(Reading(roles={"target": reading.roles[role]}), FIT_SEQUENCES).in_order():
        value = batch["target"].double()
        if value.ndim == 4:
            total, n = total + value.sum(0), n + len(value)
        else:
            rows = value[Positions.of(data.model).counted(batch)]
            total, n = total + rows.sum(0), n + len(rows)
    return (total / max(1, n)).float()


def linear_baselines(data: ExperimentData) -> list[Evaluation]:
    """Linear reconstructions of the attention output, of equal rank, and the two ablations.

    What any dictionary of the layer must be compared with.
    """
    roles = {"x": "ln1.hook_normalized", "target": "hook_attn_out", "pattern": "attn.hook_pattern"}
    reading = Reading(roles={role: one_site(site(data.cfg.layer, name)) for role, name in roles.items()})
    targets = {r.targets for r in map(data.reading, data.cfg.members)}
    if targets == {one_site(site(data.cfg.layer, "hook_resid_post"))}:  # all explain the stream after the layer
        reading = reading.model_copy(update={"roles": {**reading.roles, "target": next(iter(targets))}})
    moments = _moments(data, reading)
    batches = Repeatable(data.held_out_batches(reading).in_order)
    reference = measure_reference(
        data.model, batches, targets=reading.targets, mean=moments.mean.float(), split=data.held_out.split
    )
    return evaluate_all(data.model, baseline_subjects(data, moments), batches, reference)


def baseline_subjects(data: ExperimentData, moments: LayerMoments) -> list[Subject]:
    """Output PCA, per-head SVDs, mean and zero."""
    cfg, heads = data.cfg, data.model.cfg.n_heads
    subjects = [
        Subject(
            name=f"pca-r{r}", variant="pca", reconstruction=output_pca(moments, r), sparsity=f"rank {r}", n_latents=r
        )
        for r in cfg.baseline_ranks
        if r <= data.model.cfg.d_model
    ]
    for r in cfg.baseline_ranks if moments.heads is not None else ():
        if not heads <= r <= heads * data.model.cfg.d_head:
            continue
        each = r // heads
        kinds: list[tuple[str, Any]] = [("head_svd", head_svd), ("head_data_svd", head_data_svd)]
        subjects += [
            Subject(
                name=f"{variant}-r{each}x{heads}",
                variant=variant,
                reconstruction=make(moments, each),
                sparsity=f"rank {each} x {heads} heads",
                n_latents=each * heads,
            )
            for variant, make in kinds
        ]
    mean = moments.mean.float()
    subjects.append(Subject(name="mean", variant="mean", reconstruction=Constant(mean)))
    subjects.append(Subject(name="zero", variant="zero", reconstruction=Constant(torch.zeros_like(mean))))
    return subjects


def _moments(data: ExperimentData, reading: Reading) -> LayerMoments:
    """Of the training text; with the heads' own where x and the patterns give the target exactly."""
    source, positions = data.fit_batches(reading, FIT_SEQUENCES), Positions.of(data.model)
    if reading.targets == one_site(site(data.cfg.layer, "hook_attn_out")):
        try:
            heads = HeadWeights.of(data.model, data.cfg.layer)
            return measure_moments(source.in_order(), positions, heads=heads)
        except PolyheadError:  # a norm after the heads, as in Gemma: the layer is not linear in x, PCA alone is left
            pass
    return measure_moments(source.in_order(), positions)


def member_subject(data: ExperimentData, member: Member, run_dir: Path) -> Subject:
    """A trained member, ready to be evaluated."""
    tokens = data.n_steps * data.cfg.training.sequences_per_batch * data.cfg.seq_len
    cost_file = member_dir(run_dir, member) / COST_FILE
    cost = read_object(cost_file, constants=True) if cost_file.exists() else {}
    return Subject(
        name=member.name,
        variant=member.variant,
        method=member.method,
        side=member.of.side,
        reconstruction=load_member(run_dir, member).to(data.model.device),
        sparsity=member.sparsity,
        seed=member.seed,
        n_latents=member.n_latents,
        init=member.init,
        n_train_tokens=tokens,
        train_seconds=cost.get("seconds"),
        train_memory=cost.get("memory"),
    )


def table_rows(evaluations: list[Evaluation]) -> list[dict[str, Any]]:
    """The columns of the short table, narrow enough for 80 characters.

    `+-`: half the 95 % interval of the FVU over documents; `rec`: CE recovered against mean ablation.
    """
    wide = any("fvu" in e.intervals for e in evaluations)
    return [
        {
            "name": e.name,
            "FVU": e.fvu,
            **({"+-": _half_width(e.intervals.get("fvu"))} if wide else {}),
            "FVU out": e.attn_out_fvu,
            "L0 src": e.l0_source,
            "L0 dst": e.l0_dest,
            "CE": e.ce_spliced,
            "rec": e.ce_recovered_mean,
            "dead": e.dead_share,
            "heads": e.effective_heads,
            "nMSE A": e.pattern_nmse,
        }
        for e in evaluations
    ]


def _half_width(interval: Interval | None) -> float | None:
    return None if interval is None else (interval.high - interval.low) / 2


def pattern_rows(evaluations: list[Evaluation]) -> list[dict[str, Any]]:
    """One row per dictionary and head whose pattern it makes, the goal first; narrow enough for 80 characters.

    `off sink`: nMSE about the mean pattern without the sink key; `dense`: the same of trained dense scores of equal
    rank; `top off`: agreement of top keys off the sink; `rec`: CE recovered between the mean pattern and the
    head's own.
    """
    return [
        {
            "name": e.name,
            "head": h.head,
            "goal": None if h.reaches_goal is None else "yes" if h.reaches_goal else "no",
            "off sink": h.nmse_off_sink,
            "L0 q": h.l0_query,
            "L0 k": h.l0_key,
            "densest": h.densest,
            "mean": h.nmse_about_mean,
            "dense": h.dense_off_sink,
            "top off": h.top_key_off_sink,
            "explicit": h.explicit_off_sink,
            "rec": h.ce_recovered,
        }
        for e in evaluations
        for h in e.head_patterns
    ]
