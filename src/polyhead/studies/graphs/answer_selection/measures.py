"""What the study `answer-selection` trains and measures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.rng import generator
from polyhead.models.load import load_model
from polyhead.studies.graphs.answer_selection.models import Contrasts, accuracy, contrasts, questions


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


class Draw:
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


@dataclass(frozen=True)
class Measured:
    """Every draw of questions."""

    cfg: AnswerConfig
    draws: list[Draw]
    n_models: int = 1
    n_diverged: int = 0


def measure(cfg: AnswerConfig, folder: Path) -> Measured:
    """Ask, choose heads, and silence them; nothing is trained and nothing kept in `folder`."""
    del folder
    model = load_model(cfg.model)
    return Measured(cfg, [Draw(cfg, model, seed) for seed in range(cfg.n_seeds)])
