"""The study `ov-coherent`: two heads that jointly store pairs, over many seeds and shapes.

Greenspan and Wynroe (2023) trained a one-layer attention model on pairs of signal tokens and found two heads with
reversed preference orders whose OV tables meet in the right completion. Here the claims are tested over seeds and over
n_heads x d_head x bias, and the questions that the post lists as open are asked of the same models. The explicit
solutions and their stability are in `ov-coherent-capacity`.
"""

from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.pairs.models import Cell, measure
from polyhead.studies.pairs.ov_coherent.claims import Results, published_claims
from polyhead.studies.pairs.ov_coherent.figures import figures
from polyhead.studies.pairs.ov_coherent.models import OvCoherentConfig, train_open, train_sweep
from polyhead.studies.pairs.ov_coherent.open_claims import Opened, open_claims
from polyhead.studies.pairs.preference_order import covers_all_pairs
from polyhead.studies.study import Study
from polyhead.tasks.pairs import signal_table


def run(cfg: OvCoherentConfig, folder: Path) -> Findings:
    """Train, measure, judge."""
    models = train_sweep(cfg, folder)
    table = signal_table(cfg.world)
    shapes = [Cell(h, d, b) for h in cfg.heads for d in cfg.d_heads for b in (False, True)]
    cells = {c: measure(models[c.n_heads], c, table=table) for c in shapes}
    start = [c for c in shapes if not c.bias and c.n_heads <= 2]
    untrained = {c: measure(models[c.n_heads], c, step=0, table=table) for c in start}
    results = Results(cfg, models, cells, untrained, table)
    opened: Opened = {}
    for name, trained in train_open(cfg, folder).items():
        own = signal_table(trained.world)
        opened[name] = (trained, {c: measure(trained, c, table=own) for c in dict.fromkeys(trained.cells)})
    everything = [*models.values(), *(one for one, _ in opened.values())]
    return Findings(
        claims=[*published_claims(results), *open_claims(results, opened)],
        figures=figures(results, opened),
        notes=_notes(results),
        n_models=sum(len(one.cells) for one in everything),
        n_diverged=sum(len(one.cells) - len(one.trained.healthy) for one in everything),
    )


def _notes(results: Results) -> list[str]:
    narrow, wide = Cell(2, results.widths[0]), results.wide
    solved = [m for c, m in results.cells.items() if c.n_heads == 2 and not c.bias]
    covered = sum(int((covers_all_pairs(m.scores)[[i for i, s in enumerate(m.solved) if s]]).sum()) for m in solved)
    n = sum(sum(m.solved) for m in solved)
    best = max(float(results.cells[c].accuracy.max()) for c in results.cells if c.n_heads == 1 and c.d_head < 4)
    hits = sum(sum(m.solved) for c, m in results.cells.items() if c.n_heads == 1 and c.d_head < 4)
    hard = wide_split = results.cells[wide].split
    return [
        "Reversal is forced once attention is hard: two heads that each see one token tell all 10 pairs apart "
        "exactly when their orders are reversed (1 of 24 choices, found by enumeration). The surprise of the post is "
        f"therefore that training makes attention nearly hard. Of {n} two-head models at 100 %, {covered} are "
        "exactly reversed; the others need split attention for the pairs on which their orders agree.",
        f"The post's threshold for one head (d_head of at least 4) is not a limit of what can be expressed: {hits} "
        f"one-head models below width 4 reach 100 % (best accuracy {best:.3f}), with and without b_O. What changes "
        "with width is how often training gets there; see the study ov-coherent-capacity.",
        f"Split attention above d_head 3: in {wide} {float(wide_split.share(wide_split.majority).mean()):.1%} of "
        f"(head, mixed pair) give both tokens at least 0.25, and in {float(hard.nowhere_hard().mean()):.1%} of mixed "
        "pairs no head gives 0.95 to one token.",
        f"Perfect accuracy with two heads of width {narrow.d_head} is reached by {sum(results.cells[narrow].solved)} "
        f"of {len(results.cells[narrow].solved)} seeds. The published model is one run.",
        "Importance and frequency differ little in this world: each sequence has one target, so weighting the loss "
        "and drawing more often give the same expected gradient up to the form of the weights (sum against product).",
        "The optimiser, batch, context length and share of signal sequences of the post are not published; ours: "
        f"AdamW, lr {results.cfg.lr}, batch {results.cfg.batch}, {results.cfg.n_steps} steps, context "
        f"{results.cfg.world.n_ctx}, {1 - results.cfg.world.noise_share:.0%} signal sequences, the 11-token reading.",
    ]


QUICK = OvCoherentConfig(heads=(1, 2), d_heads=(1, 2, 4, 5), n_seeds=12, n_seeds_open=8, n_steps=1500)

STUDY = Study(
    name="ov-coherent",
    title="OV-coherent attention head superposition: pairs of signal tokens",
    question="When two attention heads jointly store pairs of tokens, do they always prefer the tokens in reversed "
    "orders, and what do width, bias and more heads change?",
    sources=(
        "Greenspan and Wynroe (2023), An OV-Coherent Toy Model of Attention Head Superposition",
        "The author's later reply on the same post",
    ),
    presets={"quick": QUICK, "full": OvCoherentConfig()},
    run=run,
)
