"""One dictionary, from documents to scores and labels: firings of its latents and of random ones, items, J1, sentences.

Axis legend: b sequence, p position, i latent.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int
from torch import Tensor

from polyhead.activations.harvest import harvest_batch
from polyhead.analysis.interpretability.documents import Documents
from polyhead.analysis.interpretability.drawing import DENSEST, Drawing
from polyhead.analysis.interpretability.firing import DictionaryReader, RandomReader, gather
from polyhead.analysis.interpretability.labels import Described, describe, label_scores, sentence
from polyhead.analysis.interpretability.scores import Material, score_columns
from polyhead.analysis.interpretability.text_features import TextFeatures
from polyhead.analysis.latent_sides import Sides
from polyhead.core.errors import PolyheadError
from polyhead.core.head_names import head_name
from polyhead.core.label_records import Label
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch, Moves
from polyhead.core.reading import Reading
from polyhead.core.rng import generator
from polyhead.models.hooked import HookedModel
from polyhead.models.unembedding import folded_unembedding

_SEQUENCES_PER_BATCH = 8
_FIRST_POSITIONS = 20_000
"""Usable positions from which densities are told before latents are chosen and random ones made as dense."""
_LEAST_OF_LOADING = 0.2


@dataclass(frozen=True)
class Subject:
    """A dictionary on its model, ready to be read."""

    dictionary: Any
    model: HookedModel
    sides: Sides
    reading: Reading
    """The dictionary's own roles and those that its views need."""

    def batches(self, documents: Documents) -> Iterator[tuple[Batch, Tensor]]:
        """Batches of all sequences, with the positions that may be marked."""
        usable = torch.from_numpy(documents.usable)
        with progress("reading latents", total=len(documents.tokens), unit="sequences") as bar:
            for rows in torch.arange(len(documents.tokens)).split(_SEQUENCES_PER_BATCH):
                tokens = torch.from_numpy(documents.tokens[rows.numpy()].astype(np.int64))
                valid = torch.from_numpy(documents.valid[rows.numpy()])
                batch = harvest_batch(self.model, tokens, self.reading, valid=valid)
                yield {role: value.cpu() for role, value in batch.items()}, usable[rows]
                bar.advance(len(rows))


@dataclass(frozen=True)
class Interpreted:
    """What was found out about some latents of one dictionary."""

    latents: tuple[int, ...]
    columns: pd.DataFrame
    """One row per latent (`scores.score_columns`, and label, label_score, relation), indexed by latent."""
    random: pd.DataFrame | None
    """The same scores of random directions, one for each latent; None where the method has no such control."""
    material: Material
    random_material: Material | None
    features: TextFeatures
    labels: dict[int, Label]
    judge_seconds: float


@torch.no_grad()
def interpret(
    subject: Subject,
    documents: Documents,
    *,
    n_latents: int = 512,
    latents: Sequence[int] | None = None,
    per_decile: int = 1,
    seed: int = 0,
) -> Interpreted:
    """Score latents with J1 next to random ones, and label them.

    Args:
        subject: The dictionary.
        documents: Text that it was not trained on.
        n_latents: How many latents, chosen at random among those that fire in at most a tenth of positions.
        latents: These instead.
        per_decile: Items per decile of activation and side.
        seed: Of the choice, the items and the random directions.

    Raises:
        PolyheadError: no latent fires in the text, or there is no such latent.
    """
    first = _First.of(subject, documents)
    chosen = first.chosen(n_latents, seed) if latents is None else first.checked(latents)
    reader = DictionaryReader(subject.sides, chosen, first.n_latents)
    control = _control(subject, reader, first, seed)
    readers = [reader] if control is None else [reader, control]
    found = gather(subject.batches(documents), readers)
    features = TextFeatures(documents, _vocabulary(subject.model), seed=seed)
    materials = [Material.drawn(Drawing(documents, one, seed=seed, per_decile=per_decile)) for one in found]
    begun = time.monotonic()
    columns = score_columns(materials[0], features).set_axis(pd.Index(chosen, name="latent"))
    judge_seconds = time.monotonic() - begun
    described = [
        describe(row, dict(materials[0].examples), features, features.rates(paired=False)) for row in range(len(chosen))
    ]
    written = _promoted(subject, chosen, first.n_latents)
    labels = _labels(subject, chosen, described, materials[0], features, columns, written)
    columns["relation"] = [one.relation for one in described]
    columns["label"] = [labels[i].label for i in chosen]
    columns["label_score"] = [np.nan if labels[i].score is None else labels[i].score for i in chosen]
    return Interpreted(
        latents=tuple(chosen),
        columns=columns,
        random=score_columns(materials[1], features) if control is not None else None,
        material=materials[0],
        random_material=materials[1] if control is not None else None,
        features=features,
        labels=labels,
        judge_seconds=judge_seconds,
    )


@dataclass(frozen=True)
class _First:
    """What the first positions say: densities of all latents, and what the encoder reads."""

    density: Tensor
    x: Tensor | None
    n_latents: int

    @classmethod
    def of(cls, subject: Subject, documents: Documents) -> "_First":
        density, xs, n, n_latents = torch.zeros(0), [], 0, 0
        step = max(1, len(documents.tokens) // max(1, _FIRST_POSITIONS // documents.tokens.shape[1]))
        some = Documents(documents.tokens[::step], documents.valid[::step], documents.document[::step], documents.names)
        for batch, usable in subject.batches(some):
            codes = subject.dictionary.codes(batch)
            if not len(density):
                n_latents = codes.n_latents
                density = torch.zeros(n_latents)
            fires = (codes.values.cpu() > 0) & usable[..., None]
            density += torch.bincount(codes.indices.cpu()[fires], minlength=n_latents)
            n += int(usable.sum())
            if "x" in batch:
                xs.append(batch["x"][usable].float())
        if not n or not bool(density.any()):
            raise PolyheadError(
                f"no latent fires in {len(documents.names)} documents; give other text, or another dictionary"
            )
        return cls(density / n, torch.cat(xs) if xs else None, n_latents)

    def chosen(self, n: int, seed: int) -> list[int]:
        """Latents at random among those that are neither dead nor dense, ascending."""
        fit = ((self.density > 0) & (self.density <= DENSEST)).nonzero()[:, 0]
        if not len(fit):
            raise PolyheadError(f"every latent that fires does so at more than {DENSEST:.0%} of positions")
        order = torch.randperm(len(fit), generator=generator(seed, "latents"))
        return fit[order[:n]].sort().values.tolist()

    def checked(self, latents: Sequence[int]) -> list[int]:
        """The latents asked for, ascending."""
        wrong = [i for i in latents if not 0 <= i < self.n_latents]
        if wrong or not latents:
            named = f"there is no latent {wrong[0]}" if wrong else "no latent was named"
            raise PolyheadError(f"{named}; the dictionary has 0 to {self.n_latents - 1}")
        return sorted(set(latents))


def _control(subject: Subject, reader: DictionaryReader, first: _First, seed: int) -> RandomReader | None:
    """Random directions where the code is read off `x` and moved by frozen patterns, or stands on one side alone."""
    moves, alone = isinstance(subject.dictionary, Moves), not hasattr(subject.dictionary, "view")
    if first.x is None or not (moves or alone):
        return None
    density = first.density[torch.tensor(reader.latents)]
    return RandomReader.like(subject.sides, reader.latents, density, first.x, seed)


def _vocabulary(model: HookedModel) -> list[str]:
    assert model.tokenizer is not None, "documents were read with it"
    return model.tokenizer.tokens(range(model.cfg.d_vocab))


def _labels(
    subject: Subject,
    latents: Sequence[int],
    described: Sequence[Described],
    material: Material,
    features: TextFeatures,
    columns: pd.DataFrame,
    promoted: Sequence[Sequence[str]],
) -> dict[int, Label]:
    """A sentence per latent; one that predicts no better than the latent's best token says so."""
    per_side = label_scores(described, dict(material.detection), features)
    heads = _main_heads(subject, latents)
    made = {}
    for row, (latent, one) in enumerate(zip(latents, described, strict=True)):
        words = columns["why"].iloc[row]
        score = None
        if words != "never fires":
            words = sentence(one, features.vocabulary, heads=heads[row], promoted=promoted[row])
            scores = {side: float(values[row]) for side, values in per_side.items() if not np.isnan(values[row])}
            score = round(float(np.mean(list(scores.values()))), 4) if scores else None
            if scores and not one.relation and _no_better(scores, columns.iloc[row]):
                words += " (predicts no better than its best token)"
        made[latent] = Label(label=words, made=words, score=score)
    return made


def _no_better(scores: dict[str, float], row: Any) -> bool:
    return all(value <= row[f"detect_{side}_token"] for side, value in scores.items())


def _promoted(subject: Subject, latents: Sequence[int], n_latents: int) -> list[list[str]]:
    """The three tokens whose logits each latent raises most; none where it writes nothing into the stream."""
    rows = subject.sides.output_rows(n_latents)
    if rows is None:
        return [[] for _ in latents]
    top = (rows[torch.tensor(latents)] @ folded_unembedding(subject.model).float().cpu()).topk(3).indices
    vocabulary = _vocabulary(subject.model)
    return [[vocabulary[i] for i in ids] for ids in top.tolist()]


def _main_heads(subject: Subject, latents: Sequence[int]) -> list[list[str]]:
    """Up to two heads with at least a fifth of a latent's squared loadings; none where loadings are not by head."""
    loadings = subject.sides.loadings()
    layers = subject.sides.layers
    if loadings is None or len(layers) != 1 or subject.sides.explained_heads is not None:
        return [[] for _ in latents]
    names = [*(head_name(layers[0].layer, h) for h in range(loadings.shape[1] - 1)), "the identity"]
    found = []
    for own in loadings[torch.tensor(latents)].square():
        order: Int[Tensor, " h"] = own.argsort(descending=True)[:2]
        found.append([names[i] for i in order.tolist() if own[i] >= _LEAST_OF_LOADING * own.sum()])
    return found
