"""Multiple-choice prompts, and which heads score the right option above the others.

A prompt shows three words under letters and asks which is of a kind; the letter comes next. The QK contrast of a head
is its attention score from the last token to the right option minus the mean of the wrong ones, norms and rotation
as they are. Places of an option: its letter, and its last token (where the word is known to be of the kind).
Axis legend: l layer, h head, o option.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.models.text import to_tokens

KINDS: dict[str, tuple[str, ...]] = {
    "an animal": ("dog", "horse", "tiger", "rabbit", "sheep", "monkey", "lion", "whale"),
    "a fruit": ("apple", "banana", "cherry", "grape", "lemon", "peach", "pear", "mango"),
    "a color": ("red", "blue", "green", "yellow", "purple", "orange", "brown", "pink"),
    "a country": ("France", "Japan", "Brazil", "Egypt", "Canada", "India", "Spain", "Kenya"),
    "a musical instrument": ("piano", "violin", "guitar", "drum", "flute", "trumpet", "harp", "cello"),
    "a part of the body": ("hand", "knee", "elbow", "shoulder", "finger", "foot", "nose", "ear"),
    "a vehicle": ("car", "truck", "bus", "train", "bicycle", "ship", "airplane", "tractor"),
    "a piece of furniture": ("table", "chair", "sofa", "bed", "desk", "shelf", "bench", "cabinet"),
}
LETTERS = ("A", "B", "C")
PLACES = ("letter", "last token")


class Question(NamedTuple):
    """One prompt."""

    tokens: Int[Tensor, " p"]
    answer: int
    """Number of the right option."""
    places: Int[Tensor, "place o"]
    """Where each option's letter and last token stand."""
    letters: Int[Tensor, " o"]
    """Tokens of the letters, as they would come next."""


class Contrasts(NamedTuple):
    """What every head does on every question."""

    right: Float[Tensor, "q place l h"]
    shuffled: Float[Tensor, "q place l h"]
    """With the number of the right option taken from another question."""
    chosen: Int[Tensor, " q"]
    """Number of the option whose letter is likeliest."""


def questions(model: HookedModel, n: int, seed: int) -> list[Question]:
    """Prompts whose right answers are equally often each letter."""
    g = generator(seed, "questions")
    kinds, found = list(KINDS), []
    ahead = len(to_tokens(model, "")[0])
    for number in range(n):
        order = torch.randperm(len(kinds), generator=g).tolist()[: len(LETTERS)]
        words = [KINDS[kinds[i]][int(torch.randint(8, (1,), generator=g))] for i in order]
        answer = number % len(LETTERS)
        text, places = f"Question: Which of these is {kinds[order[answer]]}?\n", []
        for letter, word in zip(LETTERS, words, strict=True):
            places.append(
                [len(to_tokens(model, text + letter)[0]) - 1, len(to_tokens(model, f"{text}{letter}. {word}")[0]) - 1]
            )
            text += f"{letter}. {word}\n"
        tokens = to_tokens(model, f"{text}Answer:")[0]
        letters = torch.stack([to_tokens(model, f" {letter}")[0, ahead] for letter in LETTERS])
        found.append(Question(tokens, answer, torch.tensor(places).T, letters))
    return found


@torch.no_grad()
def contrasts(model: HookedModel, asked: Sequence[Question]) -> Contrasts:
    """Scores of every head from the last token to every option."""
    names = [site(layer, "attn.hook_attn_scores") for layer in range(model.cfg.n_layers)]
    right, shuffled, chosen = [], [], []
    for i, question in enumerate(asked):
        logits, cache = model.run_with_cache(question.tokens[None], names)
        assert logits is not None
        chosen.append(int(logits[0, -1][question.letters].argmax()))
        last = torch.stack([cache[name][0, :, -1] for name in names]).float()  # [l, h, k]
        to_options = last[:, :, question.places].permute(2, 3, 0, 1)  # [place, o, l, h]
        other = asked[(i + 1) % len(asked)].answer
        right.append(_contrast(to_options, question.answer))
        shuffled.append(_contrast(to_options, other))
    return Contrasts(torch.stack(right), torch.stack(shuffled), torch.tensor(chosen))


def _contrast(to_options: Float[Tensor, "place o l h"], answer: int) -> Float[Tensor, "place l h"]:
    rest = [o for o in range(to_options.shape[1]) if o != answer]
    return to_options[:, answer] - to_options[:, rest].mean(1)


@torch.no_grad()
def accuracy(model: HookedModel, asked: Sequence[Question], without: Sequence[tuple[int, int]] = ()) -> float:
    """Share of questions answered rightly, with the outputs of some heads at the last token set to zero."""
    by_layer: dict[int, list[int]] = {}
    for layer, head in without:
        by_layer.setdefault(layer, []).append(head)

    def silence(heads: list[int]):  # type: ignore[no-untyped-def]
        def hook(z: Tensor) -> Tensor:
            new = z.clone()
            new[:, -1, heads] = 0.0
            return new

        return hook

    hooks = {site(layer, "attn.hook_z"): silence(heads) for layer, heads in by_layer.items()}
    right = 0
    for question in asked:
        logits = model.run_with_hooks(question.tokens[None], hooks)
        right += int(logits[0, -1][question.letters].argmax()) == question.answer
    return right / len(asked)
