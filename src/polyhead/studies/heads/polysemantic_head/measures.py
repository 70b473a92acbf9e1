"""What the study of polysemantic heads measures: rows of all heads, and every head ablated on three sets of prompts.

Axis legend: h head (all of the model, layer by layer), n prompt.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field

from polyhead.activations.model_text import model_sequences
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.ablation import HeadAblator
from polyhead.analysis.heads.prompts import make_prompts, read_templates
from polyhead.analysis.heads.row_record import rows_record
from polyhead.analysis.heads.rows import Head, RowsConfig, all_heads, scan_rows
from polyhead.analysis.heads.rules import Vocabulary, rule_book
from polyhead.core.config import Config
from polyhead.core.head_names import head_name
from polyhead.core.head_records import Effect, RowsRecord, SweepPoint
from polyhead.interventions.rows import HeadAblation, Kind
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

SETS = ("induction", "indent", "previous")
KINDS: tuple[Kind, ...] = ("bos-row", "mean-row")


@dataclass
class SetResult:
    """All heads ablated at the last position of one set's prompts."""

    name: str
    about: str
    ablator: HeadAblator | None
    """None where nothing more is to be measured."""
    clean: Effect
    probability: dict[str, Float[np.ndarray, "h n"]]
    """By kind of ablation."""
    top1: dict[str, Bool[np.ndarray, "h n"]]
    norms: Float[np.ndarray, " h"]
    """Mean norm of what each head writes at the last position."""
    dropped: dict[str, int]

    @property
    def clean_p(self) -> np.ndarray:
        return np.array(self.clean.probability)

    @property
    def clean_top1(self) -> np.ndarray:
        return np.array(self.clean.top1)

    def drop(self, kind: str = "bos-row") -> Float[np.ndarray, "h n"]:
        """Fall of the answer's probability."""
        return self.clean_p - self.probability[kind]

    def matched(self, head: int, n: int) -> list[int]:
        """The `n` other heads whose output is nearest in size."""
        distance = np.abs(np.log(np.maximum(self.norms, 1e-9) / max(self.norms[head], 1e-9)))
        return [int(i) for i in np.argsort(distance, kind="stable") if i != head][:n]


def scan(model: HookedModel, n_sequences: int, seq_len: int, folder: Path) -> tuple[RowsRecord, TokenSequences]:
    """Rows of every head over the held-out text that ships; resumable."""
    vocabulary, book = Vocabulary.of(model), rule_book()
    text = model_sequences(model, "bundled", n_sequences=n_sequences, seq_len=seq_len)
    newlines = [i for i in np.flatnonzero(vocabulary.newline) if (text.tokens == i).sum() >= 20]
    indents = sorted(newlines, key=lambda i: -int((text.tokens == i).sum()))[:4]
    cfg = RowsConfig(destinations=tuple(int(i) for i in indents), n_destinations=8)
    folder.mkdir(parents=True, exist_ok=True)
    state = scan_rows(model, text, book, cfg, state=folder / "rows.npz", vocabulary=vocabulary)
    record = rows_record(
        state,
        text,
        book,
        model=model.cfg.name,
        texts=vocabulary.texts,
        text={"origin": "bundled", "sha256": text.sha256, "seq_len": seq_len},
        threshold=cfg.threshold,
        seconds=0.0,
    )
    return record, text


def measure_set(model: HookedModel, name: str, text: TokenSequences, share: float, seed: int) -> SetResult:
    """Ablate every head in turn on one template set, each way in `KINDS`."""
    templates = read_templates(name)
    prompts = make_prompts(model, templates, n=max(4, round(share * templates.n_prompts)), seed=seed)
    ablator = HeadAblator(model, prompts, text, seed=seed)
    clean = ablator.clean()
    probability, top1 = {}, {}
    for kind in KINDS:
        effects = [ablator.effect(HeadAblation(layer, (head,), kind)) for layer, head in all_heads(model)]
        probability[kind] = np.array([e.probability for e in effects])
        top1[kind] = np.array([e.top1 for e in effects])
    norms = np.concatenate([ablator.output_norms(layer).numpy() for layer in range(model.cfg.n_layers)])
    return SetResult(name, templates.about, ablator, clean, probability, top1, norms, prompts.dropped)


def widest(rows: RowsRecord, n: int) -> list[int]:
    """Heads by entropy of the mass on behaviours, most mixed first."""
    order = sorted(range(len(rows.heads)), key=lambda i: -rows.heads[i].mass_entropy)
    return order[:n]


def halves(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Prompts that choose the head, and prompts that judge it."""
    return np.arange(n)[::2], np.arange(n)[1::2]


def choose(results: list[SetResult], candidates: list[int]) -> int:
    """The candidate with the largest mean fall over the sets (relative to the clean probability), on one half."""
    return max(candidates, key=lambda head: sum(_fall(r, head) for r in results))


def leading(result: SetResult) -> int:
    """The head that one set needs most, on the half that chooses."""
    return max(range(len(result.norms)), key=lambda head: _fall(result, head))


def _fall(result: SetResult, head: int) -> float:
    """Relative fall by the way of ablation that hurts less: a head is needed if any row but its own hurts."""
    own, _ = halves(len(result.clean_p))
    falls = [result.drop(kind)[head, own].mean() for kind in KINDS]
    return float(min(falls) / max(result.clean_p[own].mean(), 1e-9))


def sweeps(result: SetResult, head: Head) -> list[SweepPoint]:
    """Fall by position of the ablated row."""
    assert result.ablator is not None
    return result.ablator.sweep(*head, result.clean, most=32)


def hydra(result: SetResult, heads: list[Head]) -> list[tuple[Head, float, float]]:
    """Fall of the mean probability with the head ablated at all positions: later patterns free, and frozen."""
    assert result.ablator is not None
    clean, out = result.clean.mean_probability, []
    for layer, head in heads:
        one = HeadAblation(layer, (head,))
        free, frozen = (result.ablator.effect(one, "all", frozen=f).mean_probability for f in (False, True))
        out.append(((layer, head), clean - free, clean - frozen))
    return out


class PolysemanticHeadConfig(Config):
    """How much text, how many prompts."""

    n_sequences: int = Field(default=512, ge=4)
    seq_len: int = Field(default=256, ge=64, le=256)
    prompt_share: float = Field(default=1.0, gt=0, le=4)
    """Of the prompts of each set (120, 50, 50)."""
    n_candidates: int = Field(default=8, ge=1)
    """Heads of widest mix among which one is chosen."""
    n_controls: int = Field(default=5, ge=1)
    """Heads of nearest output norm."""
    n_bootstrap: int = Field(default=200, ge=10)
    with_sweep: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Measured:
    """Rows of all heads, and what ablating each does to the prompts of every set."""

    cfg: PolysemanticHeadConfig
    model: HookedModel
    rows: RowsRecord
    results: list[SetResult]
    names: list[str]
    """Of all heads."""
    candidates: list[int]
    """The most mixed ones."""
    head: int
    """The one that is judged."""
    n_models: int = 1
    n_diverged: int = 0

    def of(self, name: str) -> SetResult:
        """The result of one set."""
        return next(r for r in self.results if r.name == name)

    @property
    def best(self) -> dict[str, int]:
        """The head that each set needs most."""
        return {r.name: leading(r) for r in self.results}

    @property
    def controls(self) -> dict[str, list[int]]:
        """Heads of nearest output norm, by set."""
        return {r.name: r.matched(self.head, self.cfg.n_controls) for r in self.results}

    @cached_property
    def backups(self) -> dict[str, list[tuple[str, float, float]]]:
        """Falls of the most needed early heads, later heads free and frozen, by set."""
        heads = all_heads(self.model)[: -self.model.cfg.n_heads]
        return {r.name: _backups(r, heads) for r in self.results}


def measure(cfg: PolysemanticHeadConfig, folder: Path) -> Measured:
    """Rows, then prompts; the scan of rows is resumable, the rest is computed again."""
    model = load_model("bundled")
    rows, text = scan(model, cfg.n_sequences, cfg.seq_len, folder / "rows")
    results = [measure_set(model, name, text, cfg.prompt_share, cfg.seed) for name in SETS]
    candidates = widest(rows, cfg.n_candidates)
    names = [h.name for h in rows.heads]
    return Measured(cfg, model, rows, results, names, candidates, choose(results, candidates))


def _backups(result: SetResult, heads: list[tuple[int, int]]) -> list[tuple[str, float, float]]:
    falls = result.drop().mean(1)[: len(heads)]
    first = [heads[i] for i in np.argsort(-falls, kind="stable")[:4]]
    if (2, 7) in heads and (2, 7) not in first:
        first.append((2, 7))  # carries the token before: what induction in the last layer reads
    return [(head_name(la, h), free, frozen) for (la, h), free, frozen in hydra(result, first)]
