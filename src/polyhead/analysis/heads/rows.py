"""Every attention row of every head over a corpus, classified: one streaming pass with a state of fixed size.

Patterns are read by hooks, one layer at a time, and dropped. The masks of a batch are made once from its tokens and
shared by all heads and layers (ops/row_mass.py). Behind every `sequences_per_save` sequences the state is written to
disk in one rename; a scan that was killed resumes from there and ends with the same numbers, bit for bit.
Counted rows: destinations that the positions' policy counts (no BOS, no padding).
Axis legend: b sequence, h head, q query, k key, n row, a atom, c class, t threshold, d destination token.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from pydantic import field_validator
from torch import Tensor

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.row_classes import CURVE, classify
from polyhead.analysis.heads.rules import RuleBook, TokenText, Vocabulary
from polyhead.analysis.heads.unknown_rows import Reservoir, describe_rows, feature_names
from polyhead.core.arrays import read_npz
from polyhead.core.config import Config
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_atomic
from polyhead.core.head_names import Head
from polyhead.core.progress import progress
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.ops.row_mass import Claims, claim, in_any, pack, row_mass


class RowsConfig(Config):
    """How rows are classified and what is kept of them."""

    threshold: float = 0.95
    """Mass that a set of behaviours must hold to explain a row."""
    n_destinations: int = 12
    """Commonest destination tokens that get a distribution of their own (besides `destinations`)."""
    destinations: tuple[int, ...] = ()
    """Token ids that get one in any case."""
    n_kept: int = 64
    """Unknown rows kept a head."""
    sequences_per_batch: int = 8
    sequences_per_save: int = 64
    """The state is written after this many sequences."""
    seed: int = 0

    @field_validator("threshold")
    @classmethod
    def _share(cls, value: float) -> float:
        if not 0.5 < value <= 1:
            raise ValueError("a threshold is a share above 0.5, at most 1")
        return value

    @field_validator("n_kept", "sequences_per_batch", "sequences_per_save")
    @classmethod
    def _positive(cls, value: int) -> int:
        if value < 1:
            raise ValueError("at least 1")
        return value


@dataclass
class RowScan:
    """Everything counted so far; the first axis is the head, in the order of `heads`."""

    heads: list[Head]
    destinations: list[int]
    """Token ids with a distribution of their own."""
    n_done: int
    """Sequences scanned."""
    n_rows: int
    """Rows counted, the same for every head."""
    counts: Int[np.ndarray, "h d c"]
    """Rows by destination (last: all other tokens) and class."""
    reached: Int[np.ndarray, "h s t"]
    shared_out: np.ndarray
    """Summed mass `[h, m]`, every key given to the first behaviour that claims it."""
    touched: np.ndarray
    """Summed mass `[h, m]`, overlaps counted for every behaviour."""
    coverage: np.ndarray
    """Summed share of allowed keys that each behaviour claims, `[m]`: its mass under uniform attention."""
    kept: Reservoir

    @classmethod
    def empty(cls, heads: Sequence[Head], destinations: Sequence[int], book: RuleBook, n_kept: int) -> "RowScan":
        """Nothing scanned yet."""
        h, m = len(heads), len(book.behaviours)
        return cls(
            heads=list(heads),
            destinations=list(destinations),
            n_done=0,
            n_rows=0,
            counts=np.zeros((h, len(destinations) + 1, len(book.classes)), np.int64),
            reached=np.zeros((h, len(book.sets), len(CURVE)), np.int64),
            shared_out=np.zeros((h, m)),
            touched=np.zeros((h, m)),
            coverage=np.zeros(m),
            kept=Reservoir.empty(h, n_kept, len(feature_names(book))),
        )

    def save(self, path: Path, identity: str) -> None:
        """Write everything, atomically."""
        arrays = {n: getattr(self, n) for n in _ARRAYS}
        arrays |= {f"kept.{f.name}": getattr(self.kept, f.name) for f in fields(Reservoir)}
        arrays["progress"] = np.array([self.n_done, self.n_rows])
        arrays["identity"] = np.array(identity)

        def write(aside: Path) -> None:
            with open(aside, "wb") as handle:
                np.savez(handle, **arrays)

        write_atomic(path, write)

    def restore(self, path: Path, identity: str) -> None:
        """Read back what `save` wrote.

        Raises:
            ArtifactError: damaged, or of another scan.
        """
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"kept.{f.name}": getattr(self.kept, f.name) for f in fields(Reservoir)}
        kinds = {"identity": "U", "progress": "iu"} | {name: array.dtype.kind for name, array in arrays.items()}
        found = read_npz(path, kinds, advice="delete it to scan again")
        if str(found["identity"]) != identity:
            raise ArtifactError(
                f"{path} belongs to a scan of another model, text, rule book or setting; choose another folder"
            )
        if odd := [n for n, own in arrays.items() if found[n].shape != own.shape] + _odd(found["progress"]):
            raise ArtifactError(f"{path} is damaged: {odd[0]} has another shape; delete it to scan again")
        self.n_done, self.n_rows = (int(n) for n in found["progress"])
        for name in _ARRAYS:
            setattr(self, name, found[name])
        self.kept = Reservoir(**{f.name: found[f"kept.{f.name}"] for f in fields(Reservoir)})


def _odd(progress: np.ndarray) -> list[str]:
    return [] if progress.shape == (2,) and (progress >= 0).all() else ["progress"]


_ARRAYS = ("counts", "reached", "shared_out", "touched", "coverage")


def commonest_tokens(sequences: TokenSequences, n: int, first: Sequence[int] = ()) -> list[int]:
    """Token ids in `first`, then the commonest of the counted positions up to `n` more."""
    counts = np.bincount(sequences.tokens[sequences.valid])
    order = np.argsort(-counts, kind="stable")
    more = [int(i) for i in order if counts[i] and int(i) not in first][:n]
    return [*dict.fromkeys(first), *more]


def identity_of(
    model: HookedModel, sequences: TokenSequences, book: RuleBook, cfg: RowsConfig, heads: Sequence[Head]
) -> str:
    """One hash over all that decides the numbers of a scan."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().to("cpu", torch.float32).contiguous().numpy().tobytes())
    rules = [(b.name, b.origin) for b in book.behaviours]
    plain = [sequences.tokens_sha256, rules, book.pairs, cfg.model_dump(mode="json"), list(heads)]
    digest.update(json.dumps(plain).encode())
    return digest.hexdigest()


def all_heads(model: HookedModel) -> list[Head]:
    """Every head of a model."""
    return [(layer, head) for layer in range(model.cfg.n_layers) for head in range(model.cfg.n_heads)]


def check_heads(model: HookedModel, heads: Sequence[Head]) -> list[Head]:
    """The heads, sorted, each once.

    Raises:
        PolyheadError: a head that the model does not have.
    """
    for layer, head in heads:
        if not (0 <= layer < model.cfg.n_layers and 0 <= head < model.cfg.n_heads):
            raise PolyheadError(
                f"no head L{layer}H{head}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1} "
                f"and heads 0 to {model.cfg.n_heads - 1}"
            )
    return sorted(set(heads))


@torch.no_grad()
def scan_rows(
    model: HookedModel,
    sequences: TokenSequences,
    book: RuleBook,
    cfg: RowsConfig | None = None,
    *,
    heads: Sequence[Head] | None = None,
    state: Path | None = None,
    vocabulary: Vocabulary | None = None,
) -> RowScan:
    """Classify every counted row of the heads (all by default); with `state`, resumable from that file.

    Raises:
        PolyheadError: a head the model does not have, tokens outside the vocabulary, sequences too short or too
            long, NaN in a pattern, a state file of another scan.
    """
    cfg = RowsConfig() if cfg is None else cfg
    chosen = all_heads(model) if heads is None else check_heads(model, heads)
    vocabulary = Vocabulary.of(model) if vocabulary is None else vocabulary
    if sequences.tokens.shape[1] < 2:
        raise PolyheadError("sequences of 1 token have no row to classify; give at least 2 tokens per sequence")
    TokenText(sequences.tokens[:1], vocabulary)
    scan = RowScan.empty(chosen, commonest_tokens(sequences, cfg.n_destinations, cfg.destinations), book, cfg.n_kept)
    identity = "" if state is None else identity_of(model, sequences, book, cfg, chosen)
    if state is not None and state.exists():
        scan.restore(state, identity)
    n, width = sequences.tokens.shape
    with progress("classifying rows", total=n * width, done=scan.n_done * width, unit="tokens") as bar:
        while scan.n_done < n:
            rows = torch.arange(scan.n_done, min(scan.n_done + cfg.sequences_per_batch, n))
            _Batch(model, sequences, rows, book, cfg, scan, vocabulary).run()
            before, scan.n_done = scan.n_done, scan.n_done + len(rows)
            bar.advance(len(rows) * width)
            due = scan.n_done // cfg.sequences_per_save > before // cfg.sequences_per_save
            if state is not None and (due or scan.n_done == n):
                scan.save(state, identity)
    return scan


class _Found(NamedTuple):
    """Unknown rows of one layer that belong into samples."""

    place: Int[np.ndarray, " r"]
    row: Int[np.ndarray, " r"]
    values: Float[np.ndarray, "r k"]
    mass: Float[np.ndarray, "r m"]


class _Batch:
    """One batch: its masks, and what each layer's pattern adds to the scan."""

    def __init__(
        self,
        model: HookedModel,
        sequences: TokenSequences,
        rows: Tensor,
        book: RuleBook,
        cfg: RowsConfig,
        scan: RowScan,
        vocabulary: Vocabulary,
    ) -> None:
        self.model, self.book, self.cfg, self.scan = model, book, cfg, scan
        self.tokens, valid = sequences.rows(rows)
        self.first = int(rows[0])
        self.text = TokenText(self.tokens.numpy(), vocabulary)
        self.counted: Bool[np.ndarray, "b q"] = valid.numpy() & ~self.text.is_bos
        self.sequence, self.query = np.nonzero(self.counted)
        self.flat = np.flatnonzero(self.counted)
        lookup = np.full(len(vocabulary), len(scan.destinations), np.int64)
        lookup[scan.destinations] = np.arange(len(scan.destinations))
        self.destination = lookup[self.text.tokens[self.sequence, self.query]]
        draws = [
            torch.rand(self.tokens.shape[1], dtype=torch.float64, generator=generator(cfg.seed, "rows", int(i)))
            for i in rows
        ]
        self.priority = torch.stack(draws).numpy()[self.sequence, self.query]
        self.found: list[_Found] = []
        self.claims: Claims = claim(pack(book.masks(self.text), self.text.shape))

    def run(self) -> None:
        """Run the model, count, and drop."""
        by_layer: dict[int, list[int]] = {}
        for place, (layer, _) in enumerate(self.scan.heads):
            by_layer.setdefault(layer, []).append(place)

        def reader(layer: int, places: list[int]):
            def read(pattern: Tensor) -> None:
                self._layer(pattern, layer, places)

            return read

        hooks = {site(layer, "attn.hook_pattern"): reader(layer, places) for layer, places in by_layer.items()}
        last = site(max(by_layer), "attn.hook_pattern")
        self.model.run_with_cache(self.tokens.to(self.model.device), [last], hooks=hooks, with_logits=False)
        self._describe()
        n, m = len(self.sequence), len(self.book.behaviours)
        self.scan.n_rows += n
        allowed = self.query + 1
        sizes = self.claims.sizes()[self.sequence, self.query] / allowed[:, None]
        bits = (self.claims.codes[:, None].astype(np.int64) >> np.arange(m)) & 1
        self.scan.coverage += sizes.sum(0) @ bits

    def _layer(self, pattern: Tensor, layer: int, places: list[int]) -> None:
        scan, heads = self.scan, [self.scan.heads[p][1] for p in places]
        if len(heads) < pattern.shape[1]:
            pattern = pattern[:, heads]
        if not bool(torch.isfinite(pattern.sum())):
            raise PolyheadError(
                f"the pattern of layer {layer} holds NaN or infinity in sequences {self.first} to "
                f"{self.first + len(self.tokens) - 1}; that batch is not counted (damaged weights? too narrow a dtype?)"
            )
        mass = row_mass(pattern, self.claims).reshape(len(heads), -1, len(self.claims.codes))
        mass = mass.take(self.flat, axis=1)
        classes = classify(mass, self.claims.codes, self.book, self.cfg.threshold)
        n_dest, n_class = scan.counts.shape[1:]
        place = (np.arange(len(heads))[:, None] * n_dest + self.destination) * n_class + classes.row_class
        counts = np.bincount(place.ravel(), minlength=len(heads) * n_dest * n_class)
        scan.counts[places] += counts.reshape(len(heads), n_dest, n_class)
        scan.reached[places] += classes.reached
        scan.shared_out[places] += classes.shared_out
        scan.touched[places] += classes.touched
        self._keep(pattern, places, classes.row_class == n_class - 1, mass)

    def _keep(self, pattern: Tensor, places: list[int], unknown: np.ndarray, mass: np.ndarray) -> None:
        """Copy the unknown rows that the samples want; they are described once the pass is over."""
        kept = self.scan.kept
        wanted = [kept.wanted(p, self.priority, u) for p, u in zip(places, unknown, strict=True)]
        if not any(map(len, wanted)):
            return
        head, row = np.repeat(np.arange(len(places)), [len(w) for w in wanted]), np.concatenate(wanted)
        at = (self.sequence[row], head, self.query[row])
        values = pattern[tuple(torch.from_numpy(i).to(pattern.device) for i in at)].float().cpu().numpy()
        single = mass[head, row] @ in_any(self.claims.codes, self.book.sets[: len(self.book.behaviours)])
        self.found.append(_Found(np.array(places)[head], row, values, single))

    def _describe(self) -> None:
        if not self.found:
            return
        place, row, values, mass = (np.concatenate(part) for part in zip(*self.found, strict=True))
        sequence, query = self.sequence[row], self.query[row]
        described = describe_rows(values, self.text, sequence, query, mass)
        described |= {"priority": self.priority[row], "sequence": self.first + sequence, "query": query}
        for p in np.unique(place):
            self.scan.kept.put(int(p), **{name: value[place == p] for name, value in described.items()})
