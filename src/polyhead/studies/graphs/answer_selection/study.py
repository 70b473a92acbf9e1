"""The study `answer-selection`: heads whose attention scores tell the right option of a multiple choice from the wrong.

Published for large models: concordance heads, whose query-key product is positive for what fits, and discordance heads,
where it is negative. Here both are looked for in a small open model, on half of the questions, and judged on the rest.
"""

from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution, Figure, Findings, HeatMap
from polyhead.models.load import load_model
from polyhead.studies.graphs.answer_selection.models import LETTERS, PLACES, Contrasts, accuracy, contrasts, questions
from polyhead.studies.judge import judge_share
from polyhead.studies.study import Study

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025): concordance and "
    "discordance heads",
    "Lieberum et al., Does Circuit Analysis Interpretability Scale? (2023): correct letter heads",
)


class AnswerConfig(Config):
    """Everything that decides the record."""

    model: str = "smollm2-135m-instruct"
    n_questions: int = Field(default=96, ge=6)
    """Of each draw; half choose the heads, half judge them."""
    n_seeds: int = Field(default=3, ge=1)
    n_heads: int = Field(default=8, ge=1)
    """Strongest heads of each sign that are judged, and silenced."""
    n_random: int = Field(default=3, ge=1)
    """Draws of as many other heads, as controls of silencing."""


class _Draw:
    """One draw of questions, with the heads that its first half chose."""

    def __init__(self, cfg: AnswerConfig, model: Any, seed: int) -> None:
        asked = questions(model, cfg.n_questions, seed)
        found = contrasts(model, asked)
        order = torch.randperm(len(asked), generator=generator(seed, "halves"))
        choose, self.judge = order[: len(asked) // 2], order[len(asked) // 2 :]
        self.found: Contrasts = found
        means = found.right[choose].mean(0)  # [place, l, h]
        spread = found.right[choose].std(0).clamp_min(1e-6)
        strength = (means / spread).flatten()
        self.shape = means.shape
        self.concordant = strength.topk(cfg.n_heads).indices
        self.discordant = (-strength).topk(cfg.n_heads).indices
        held_out = [asked[i] for i in self.judge.tolist()]
        self.accuracy = float((found.chosen[self.judge] == torch.tensor([q.answer for q in held_out])).double().mean())
        heads = sorted({self.place(int(i))[1:] for i in self.concordant})
        every = [(layer, head) for layer in range(model.cfg.n_layers) for head in range(model.cfg.n_heads)]
        others = [h for h in every if h not in heads]
        self.without = accuracy(model, held_out, heads)
        self.without_random = []
        for number in range(cfg.n_random):
            picked = torch.randperm(len(others), generator=generator(seed, "others", number))[: len(heads)].tolist()
            self.without_random.append(accuracy(model, held_out, [others[i] for i in picked]))

    def place(self, flat: int) -> tuple[int, int, int]:
        """Place of the option, layer and head of an index into flattened contrasts."""
        per_place = self.shape[1] * self.shape[2]
        return flat // per_place, flat % per_place // self.shape[2], flat % self.shape[2]

    def agrees(self, which: torch.Tensor, sign: int, *, shuffled: bool = False) -> list[float]:
        """For each chosen head, the share of judged questions in which its contrast has the sign."""
        rows = (self.found.shuffled if shuffled else self.found.right)[self.judge].flatten(1)[:, which]
        return (sign * rows > 0).double().mean(0).tolist()


def run(cfg: AnswerConfig, folder: Path) -> Findings:
    """Ask, choose heads, judge them on other questions, and silence them."""
    del folder  # nothing is trained
    model = load_model(cfg.model)
    draws = [_Draw(cfg, model, seed) for seed in range(cfg.n_seeds)]
    return Findings(
        claims=[_signed(draws, 1), _signed(draws, -1), _silenced(draws)],
        figures=[_figure(draws[0])],
        notes=_notes(cfg, draws),
        n_models=1,
        n_diverged=0,
    )


def _signed(draws: list[_Draw], sign: int) -> Claim:
    name, which = ("concordance", "concordant") if sign > 0 else ("discordance", "discordant")
    ours = [v for d in draws for v in d.agrees(getattr(d, which), sign)]
    control = [v for d in draws for v in d.agrees(getattr(d, which), sign, shuffled=True)]
    verdict, reason = judge_share([v >= 0.8 for v in ours], [v >= 0.8 for v in control])
    above = "above" if sign > 0 else "below"
    return Claim(
        key=name,
        statement=f"There are {name} heads: their score from the last token to the right option is {above} the mean "
        "of the wrong options in at least 80 % of questions that did not choose them.",
        source=SOURCES[0],
        published="found in a large model, on examples",
        ours=[Distribution(label="share of questions, by head and draw", values=ours)],
        control=[Distribution(label="right option of another question", values=control)],
        control_note="The strongest heads by mean contrast over its deviation on one half of the questions, judged "
        "on the other half. Control: the same scores with the number of the right option taken from the "
        "next question, which keeps every preference for a letter or a place.",
        verdict=verdict,
        reason=reason,
    )


def _silenced(draws: list[_Draw]) -> Claim:
    drops = [d.accuracy - d.without for d in draws]
    others = [d.accuracy - v for d in draws for v in d.without_random]
    verdict, reason = judge_share([v > max(others) for v in drops], 0.25, published=False)
    return Claim(
        key="silencing",
        statement="Silencing the concordance heads at the last token costs more accuracy than silencing any draw of "
        "as many other heads.",
        source="ours",
        published="unknown",
        ours=[
            Distribution(label="accuracy lost", values=drops),
            Distribution(label="accuracy, nothing silenced", values=[d.accuracy for d in draws]),
        ],
        control=[Distribution(label="accuracy lost, other heads", values=others)],
        control_note=f"Outputs of the heads at the last token set to zero. Chance of an answer: one in {len(LETTERS)}.",
        verdict=verdict,
        reason=reason,
    )


def _figure(draw: _Draw) -> Figure:
    rows = draw.found.right[draw.judge]
    strength = (rows.mean(0) / rows.std(0).clamp_min(1e-6)).tolist()
    return Figure(
        key="contrast",
        title="Which heads score the right option higher",
        caption="Mean contrast of the score, right option less wrong ones, over its deviation between questions; "
        "first draw, judged half. Left: options at their letters, right: at their last tokens.",
        panels=[
            HeatMap(
                title=name,
                x_label="head",
                y_label="layer",
                x=[str(h) for h in range(draw.shape[2])],
                y=[str(layer) for layer in range(draw.shape[1])],
                values=[[round(v, 3) for v in row] for row in strength[i]],
                diverging=True,
            )
            for i, name in enumerate(PLACES)
        ],
        columns=2,
    )


def _notes(cfg: AnswerConfig, draws: list[_Draw]) -> list[str]:
    def named(d: _Draw, which: str) -> str:
        places = [d.place(int(i)) for i in getattr(d, which)]
        return ", ".join(f"L{layer}H{head} ({PLACES[p]})" for p, layer, head in places)

    accuracies = ", ".join(f"{d.accuracy:.2f}" for d in draws)
    return [
        f"{cfg.n_seeds} draws of {cfg.n_questions} questions of three options for {cfg.model}; it answers "
        f"{accuracies} of the judged ones rightly (chance {1 / len(LETTERS):.2f}).",
        f"First draw, concordance: {named(draws[0], 'concordant')}. Discordance: {named(draws[0], 'discordant')}.",
        "Contrasts are of the model's own scores and need no dictionary; which features make them is not split here, "
        "for no dictionaries of this model ship.",
    ]


STUDY = Study(
    name="answer-selection",
    title="Heads that tell the right option",
    question="Does a small model have heads whose attention scores tell the right option of a multiple choice apart?",
    sources=SOURCES,
    presets={"quick": AnswerConfig(n_questions=24, n_seeds=1, n_random=1), "full": AnswerConfig(n_questions=60)},
    run=run,
)
