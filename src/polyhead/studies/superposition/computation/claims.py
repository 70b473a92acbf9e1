"""Claims of the study `computation`, from its trained grids."""

from collections.abc import Mapping

import torch
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.studies import study
from polyhead.studies.claim import Number, Paired, Share, distribution
from polyhead.studies.superposition.computation.dead_units import unit_states
from polyhead.studies.superposition.computation.models import (
    ACTIVATIONS,
    FINITE,
    MANY_DENSITIES,
    N_INSTANCES,
    PAIR_DENSITY,
    PAPER,
    REPORT,
    ComputationStudyConfig,
    Measured,
    instances,
    pairwise_widths,
)
from polyhead.studies.superposition.computation.neuron_stacks import asymmetric_share, contributions, serves
from polyhead.studies.superposition.models import Grid
from polyhead.tasks.computation import Task, all_cases, sample, truth

READ: Mapping[tuple[str, str], tuple[float, float]] = {
    ("and", "relu"): (0.055, 0.01),
    ("and", "gelu"): (0.001, 0.001),
    ("or", "relu"): (0.17, 0.03),
    ("or", "gelu"): (0.001, 0.001),
    ("max", "relu"): (0.17, 0.03),
    ("max", "gelu"): (0.018, 0.004),
    ("abs", "relu"): (0.005, 0.002),
    ("abs", "gelu"): (0.001, 0.001),
}
"""Losses read from the stored plots (mean over instances, one run each) and how well they can be read."""

SOLVED = 0.01
"""A model has solved its task where its loss is under this share of the best constant's."""


def by_run(grid: Grid, cfg: ComputationStudyConfig) -> Tensor:
    """Mean loss over the instances of each run, `[seed]`; nan where one diverged."""
    values = torch.where(grid.healthy, grid.losses.double(), torch.nan)
    return values.view(cfg.n_seeds, N_INSTANCES).mean(-1)


def reference_losses(task: Task) -> tuple[float, float]:
    """Losses of an output that is dead (zero) and of one that is constant, mean over the instances."""
    exact = [truth(w) for w in instances(task)]
    return sum(t.zero_loss for t in exact) / len(exact), sum(t.constant_loss for t in exact) / len(exact)


@study.claim("loss-{}", source=REPORT, published="about {number}", each=[f"{t}-{a}" for t, a in READ])
def published_loss(m: Measured, which: str) -> Number:
    """{task} with {act}: loss at the end of training, mean of five instances."""
    task, act = which.split("-")
    grid, (number, tolerance) = m.grids.table[task, act], READ[task, act]
    values = by_run(grid, m.cfg)
    dead, constant = reference_losses(task)  # pyright: ignore[reportArgumentType]
    return Number(
        values=values[torch.isfinite(values)],
        expected=number,
        tolerance=tolerance,
        ours=[distribution("loss", values, n_diverged=grid.n_diverged)],
        control={"all outputs dead": [dead], "all outputs constant": [constant]},
        note="Exact losses of networks that output zero, or the best constant.",
        words={"task": task.upper(), "act": act, "number": number},
    )


@study.claim("relu-worse-{}", source=REPORT, published="{published}", each=("and", "or", "max", "abs"))
def relu_worse(m: Measured, task: str) -> Paired:
    """ReLU does worse than GELU on {0}."""
    relu, gelu = (by_run(m.grids.table[task, act], m.cfg) for act in ACTIVATIONS)
    return Paired(
        larger=relu,
        smaller=gelu,
        ours={"loss, ReLU": relu},
        control={"loss, GELU": gelu},
        note="Runs of the same seed; chance one half.",
        words={"published": "yes, in one run" + (", `surprisingly`" if task == "max" else "")},
    )


def solved(grid: Grid) -> Tensor:
    """Which models solved their task."""
    limit = torch.tensor([SOLVED * truth(c.world).constant_loss for c in grid.cells])
    return (grid.losses < limit) & grid.healthy


def solved_share(grid: Grid, *, hidden_bias: bool, small_start: bool) -> float:
    """Share of the models with these switches that solved."""
    index = grid.where(lambda c: c.model.hidden_bias == hidden_bias and (c.model.init_std is not None) == small_start)
    return float(solved(grid)[index].double().mean())


def _stuck(grid: Grid, act: str) -> tuple[list[bool], list[bool]]:
    """Has a dead or constant output, for the failed and for the solved models (finite tasks, no hidden bias)."""
    index = grid.where(lambda c: not c.model.hidden_bias)
    x = all_cases([grid.cells[0].world])["x"]
    states = unit_states(grid.two_layer(index), x, act_in=act, act_out=act)  # pyright: ignore[reportArgumentType]
    dead = states.output_constant.any(-1) | states.hidden_dead.any(-1)
    good = solved(grid)[index]
    return dead[~good].tolist(), dead[good].tolist()


@study.claim("dead-{}", source="ours (the report finds it surprising)", each=FINITE)
def dead(m: Measured, task: str) -> Share:
    """{task}: ReLU networks that fail have a dead hidden unit or a constant output."""
    failed, good = _stuck(m.grids.switches[task, "relu", "relu"], "relu")
    gelu = solved(m.grids.switches[task, "gelu", "gelu"])
    return Share(
        holds=failed,
        against=good if good else 0.5,
        ours={"dead or constant unit, failed networks": failed},
        control={"dead or constant unit, solved networks": good},
        note=f"Density 1, no hidden bias, both sizes of the init. Solved by GELU: {float(gelu.double().mean()):.0%}.",
        words={"task": task.upper()},
    )


@study.claim("linear-output-{}", source="ours", each=FINITE)
def linear_output(m: Measured, task: str) -> Share:
    """{task}: without the output activation more ReLU networks solve it."""
    without, with_act = (solved(m.grids.switches[task, "relu", out]) for out in ("identity", "relu"))
    return Share(
        holds=without,
        against=with_act,
        ours={"solved, linear output": without},
        control={"solved, ReLU output": with_act},
        note="Hidden bias and size of the init pooled; everything else equal.",
        words={"task": task.upper()},
    )


@study.claim("hidden-bias", source="ours")
def hidden_bias(m: Measured) -> Share:
    """A hidden bias lets more ReLU networks solve their task (and, or, max, abs together)."""
    relu = [g for key, g in m.grids.switches.items() if key[1] == "relu"]
    biased = torch.cat([solved(g)[g.where(lambda c: c.model.hidden_bias)] for g in relu])
    plain = torch.cat([solved(g)[g.where(lambda c: not c.model.hidden_bias)] for g in relu])
    return Share(
        holds=biased,
        against=plain,
        ours={"solved, hidden bias": biased},
        control={"solved, no hidden bias": plain},
        note="Output activation and size of the init pooled.",
    )


@study.claim("square-extreme", source=REPORT, published="seen in one run; configuration not known")
def square_extreme(m: Measured) -> Paired:
    """Square: GELU weights are more extreme than ReLU weights, which are balanced in sign."""
    table = m.grids.table

    def extreme(act: str) -> Tensor:
        grid = table["square", act]
        return torch.cat([grid.tensors["W_in"].flatten(1), grid.tensors["W_out"].flatten(1)], 1).abs().amax(-1)

    relu, gelu = (extreme("relu"), extreme("gelu"))
    share = [(table["square", a].tensors["W_in"] > 0).double().mean().item() for a in ACTIVATIONS]
    return Paired(
        larger=gelu,
        smaller=relu,
        ours={"largest |weight|, GELU": gelu},
        control={"largest |weight|, ReLU": relu},
        note=f"Same seeds, chance one half. Positive input weights: ReLU {share[0]:.0%}, GELU {share[1]:.0%}.",
    )


def feature_losses(grid: Grid, density: float) -> Tensor:
    """Mean squared error of each feature over its variance, `[model, feature]`, fresh data, abs of many features."""
    index = grid.where(lambda c: c.world.density == density)
    world = grid.cells[int(index[0])].world
    batch, model = sample(world, generator(0, "held out"), 8192), grid.two_layer(index)
    out = unit_states(model, batch["x"], act_in="relu", act_out="relu").output
    exact = truth(world)
    return ((out - batch["target"]) ** 2).mean(1) / (exact.square - exact.mean**2)


def _at(grid: Grid, density: float) -> tuple[Tensor, Tensor]:
    """Input and output weights of the models at one density."""
    index = grid.where(lambda c: c.world.density == density)
    return grid.tensors["W_in"][index], grid.tensors["W_out"][index]


@study.claim("abs-superposition", source=PAPER, published="many more features than units / 2 at high sparsity")
def abs_superposition(m: Measured) -> Share:
    """Sparse features: {d_many} ReLU units compute abs of more than {half} features (two units each would be exact)."""
    counts = {d: (feature_losses(m.grids.many_abs, d) < 0.5).sum(-1) for d in MANY_DENSITIES}
    dense, *_, sparse = MANY_DENSITIES
    half = m.cfg.d_many // 2
    return Share(
        holds=counts[sparse] > half,
        against=counts[dense] > half,
        ours={f"features with error under half of their variance, density {d}": counts[d] for d in MANY_DENSITIES[1:]},
        control={f"density {dense}": counts[dense]},
        note="The same network on dense inputs.",
        words={"d_many": m.cfg.d_many, "half": half},
    )


@study.claim("abs-polysemantic", source=PAPER, published="neurons turn polysemantic with sparsity")
def abs_polysemantic(m: Measured) -> Share:
    """Units serve one feature each when inputs are dense, and several when they are sparse."""
    poly = {}
    for d in MANY_DENSITIES:
        served = serves(contributions(*_at(m.grids.many_abs, d))).sum(-1)
        poly[d] = (served >= 2).sum(-1) / (served >= 1).sum(-1).clamp_min(1)
    dense, *_, sparse = MANY_DENSITIES
    return Share(
        holds=poly[sparse] > 0.5,
        against=poly[dense] > 0.5,
        ours={f"share of units serving two or more features, density {d}": poly[d] for d in MANY_DENSITIES[1:]},
        control={f"density {dense}": poly[dense]},
        note="A unit serves a feature where its contribution is a tenth of the model's largest.",
    )


@study.claim("asymmetric-motif", source=PAPER, published="the asymmetric superposition motif; no number")
def asymmetric_motif(m: Measured) -> Share:
    """A unit shared by two features reads one strongly and writes it weakly, the other inversely."""
    ours, null, g = [], [], generator(0, "shuffled units")
    for d in MANY_DENSITIES:
        W_in, W_out = _at(m.grids.many_abs, d)
        ours.append(asymmetric_share(W_in, W_out))
        null.append(asymmetric_share(W_in, W_out[:, torch.randperm(W_out.shape[1], generator=g)]))
    motif, shuffled = torch.cat(ours), torch.cat(null)
    return Share(
        holds=motif > 0.6,
        against=shuffled > 0.6,
        ours={"share of two-feature units that are asymmetric": motif},
        control={"output weights of units shuffled": shuffled},
        note="Holds for a model over 60 %.",
    )


def unexplained(grid: Grid) -> Tensor:
    """Loss over that of the best constant."""
    return grid.losses / truth(grid.cells[0].world).constant_loss


def linear_unexplained() -> float:
    """What no linear readout of independent coins explains of a product: (1 - d) / (1 + d), exact."""
    return (1 - PAIR_DENSITY) / (1 + PAIR_DENSITY)


@study.claim("pairwise-and", source="ours")
def pairwise_and(m: Measured) -> Share:
    """Units no more than the {n_pairwise} features compute all {pairs} pairwise ANDs better than any linear readout."""
    grid = m.grids.pairwise
    left, line = (unexplained(grid), linear_unexplained())
    pairs = grid.cells[0].world.n_out
    ours = []
    for n in pairwise_widths(m.cfg):
        index = grid.where(lambda c, n=n: c.model.d_hidden == n)
        ours.append(distribution(f"unexplained share of the variance, {n} units", left[index]))
    narrow = grid.where(lambda c: c.model.d_hidden <= m.cfg.n_pairwise)
    return Share(
        holds=left[narrow] < line,
        against=0.5,
        ours=ours,
        control={"best linear readout of the inputs, exact": [line]},
        note=f"Coins of density {PAIR_DENSITY}: a linear readout leaves (1 - d) / (1 + d).",
        words={"n_pairwise": m.cfg.n_pairwise, "pairs": pairs},
    )


def notes(m: Measured) -> list[str]:
    """What contradicts the published text, and why."""
    grids, cfg = m.grids, m.cfg
    shares = {
        task: {
            out: solved_share(grids.switches[task, "relu", out], hidden_bias=False, small_start=True)
            for out in ("relu", "identity")
        }
        for task in (*FINITE, "abs")
    }
    floor = grids.switches["max", "relu", "relu"].losses[grids.switches["max", "relu", "relu"].healthy].min()
    told = "; ".join(f"{t} {v['relu']:.0%} with and {v['identity']:.0%} without" for t, v in shares.items())
    return [
        "And, or and max are trained on all cases with their probabilities: the expected loss of the published "
        f"samples; the rate is constant at 10 over the number of steps ({cfg.n_steps}).",
        "The published start draws the weights of all five instances as one tensor, so torch's Xavier rule makes "
        "them smaller (standard deviation 0.38 instead of 0.71 for two by two).",
        "And and or do not need a hidden bias, contrary to our own first reading: and is ReLU(x0 + x1 - 1) with the "
        "output bias, or is x0 + ReLU(x1 - x0); the tests verify both exactly. Max cannot be written on two ReLU "
        f"units without a hidden bias; the best of all seeds leaves {float(floor):.3g} at density 1.",
        f"Solved by ReLU networks at density 1 with the published start, with and without output activation: {told}.",
    ]
