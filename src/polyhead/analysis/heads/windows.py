"""Windows of text for every head, with sparse attention and what each rule claims of it; six scores on the way.

Two passes over one bounded sample of sequences. The first scores every sequence for every head by its largest weight
m (position 0 left out on both sides), and adds up the scores; the second keeps, for each head, some sequences of every
fifth of m and the strongest ones, with the largest keys of every row.

    self attention, previous token   mean of A[q, q], of A[q, q-1]
    pattern entropy                  mean of -sum_k A ln A, in nats
    distance, distance variance      of q - k, weighted by A
    induction                        mean, over queries whose token occurred before, of the attention to all tokens
                                     after those copies; weights under 0.01 do not count
All positions count, BOS too: these are the definitions of HeadVis trees (as Neuronpedia's generator makes them), unlike
analysis/head_table.py. Axis legend: b sequence, h head, q query, k key, l layer, n sequence of the sample.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.row_classes import classify
from polyhead.analysis.heads.rules import RuleBook, TokenText, Vocabulary
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import progress
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.core.window_records import HeadWindows, Histogram, Window
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import Hook
from polyhead.ops.row_mass import claim, first_of, pack, row_mass

SCORES = (
    "self_attention_score",
    "prev_token_score",
    "pattern_entropy",
    "qk_distance",
    "qk_distance_variance",
    "induction_score",
)
"""In the order of `WindowScan.scores`; HeadVis' names."""
DISTANCES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
MAXIMA_BINS = 50
_LEAST_INDUCTION = 0.01


class WindowsConfig(Config):
    """What is kept."""

    n_sequences: int = 64
    """Sequences of the sample."""
    width: int = 128
    """Tokens of each, from its beginning."""
    n_intervals: int = 5
    per_interval: int = 2
    in_top: int = 4
    """The strongest, in the last interval."""
    keys: int = 8
    """Largest keys kept of every row."""
    least: float = 0.005
    """Smaller weights are dropped."""
    n_top_tokens: int = 50
    sequences_per_batch: int = 8
    seed: int = 0


@dataclass
class WindowScan:
    """What the first pass finds; arrays `[l, h]` and `[n, l, h]`."""

    rows: Int[np.ndarray, " n"]
    """Sequences of the sample."""
    maxima: Float[np.ndarray, "n l h"]
    scores: Float[np.ndarray, "s l h"]


@torch.no_grad()
def scan_windows(model: HookedModel, sequences: TokenSequences, cfg: WindowsConfig | None = None) -> WindowScan:
    """Largest weights and scores.

    Raises:
        PolyheadError: no whole sequence.
    """
    cfg = WindowsConfig() if cfg is None else cfg
    rows = np.flatnonzero(sequences.valid[:, -1])[: cfg.n_sequences]
    if not len(rows) or sequences.tokens.shape[1] < 2:
        raise PolyheadError("no whole sequence of at least 2 tokens to cut windows from; give longer text")
    shape = (model.cfg.n_layers, model.cfg.n_heads)
    maxima, sums = np.zeros((len(rows), *shape)), np.zeros((len(SCORES), *shape))
    width = min(cfg.width, sequences.tokens.shape[1])
    position = torch.arange(width)
    distance = (position[:, None] - position).clamp_min(0).double()
    n_induction = 0
    with progress("scoring windows", total=len(rows), unit="sequences") as bar:
        for at, tokens in _batches(sequences, rows, cfg, width):
            after = _after_copies(tokens)
            n_induction += int(after.any(-1).sum())

            def score(layer: int, pattern: Tensor, at: np.ndarray = at, after: Tensor = after) -> None:
                values = pattern.double()
                maxima[at, layer] = values[:, :, 1:, 1:].amax((-2, -1)).numpy()
                entropy = torch.special.entr(values).sum((0, 2, 3))
                copies = (values * (values >= _LEAST_INDUCTION) * after[:, None]).sum((0, 2, 3))
                previous = values.diagonal(-1, 2, 3).sum((0, 2)) * width / (width - 1)
                sums[:, layer] += torch.stack(
                    [
                        values.diagonal(0, 2, 3).sum((0, 2)),
                        previous,
                        entropy,
                        (values * distance).sum((0, 2, 3)),
                        (values * distance.square()).sum((0, 2, 3)),
                        copies,
                    ]
                ).numpy()

            _each_layer(model, tokens, score)
            bar.advance(len(tokens))
    scores = sums / (len(rows) * width)
    scores[4] -= scores[3] ** 2
    scores[5] = sums[5] / n_induction if n_induction else np.nan
    return WindowScan(rows, maxima, scores)


@torch.no_grad()
def head_windows(
    model: HookedModel,
    sequences: TokenSequences,
    scan: WindowScan,
    book: RuleBook,
    vocabulary: Vocabulary,
    cfg: WindowsConfig | None = None,
    *,
    threshold: float = 0.95,
) -> Iterator[HeadWindows]:
    """The windows of every head, layer by layer: what is held at once is one layer's."""
    cfg = WindowsConfig() if cfg is None else cfg
    chosen = _choose(scan.maxima, cfg)
    width = min(cfg.width, sequences.tokens.shape[1])
    n_layers, n_heads = scan.maxima.shape[1:]
    kept: dict[tuple[int, int], list[Window]] = defaultdict(list)
    with progress("keeping windows", total=len(scan.rows), unit="sequences") as bar:
        for at, tokens in _batches(sequences, scan.rows, cfg, width):
            batch = _Batch(tokens, at, scan, book, vocabulary)

            def keep(layer: int, pattern: Tensor, batch: _Batch = batch) -> None:
                for head, window in batch.windows(layer, pattern, chosen[layer], cfg, threshold):
                    kept[layer, head].append(window)

            _each_layer(model, tokens, keep)
            bar.advance(len(tokens))
    for layer in range(n_layers):
        for head in range(n_heads):
            windows = sorted(kept[layer, head], key=lambda w: (-w.interval, -(w.max_activation or 0), w.sequence))
            yield _summary(layer, head, windows, scan.maxima[:, layer, head], book, cfg)


class _Batch:
    """Some sequences of the sample: their masks and words, and the windows cut from their patterns."""

    def __init__(
        self, tokens: Tensor, at: np.ndarray, scan: WindowScan, book: RuleBook, vocabulary: Vocabulary
    ) -> None:
        self.at, self.scan, self.book = at, scan, book
        self.text = TokenText(tokens.numpy(), vocabulary)
        self.code = pack(book.masks(self.text), self.text.shape)
        self.claims = claim(self.code)
        self.words = [[vocabulary.texts[i] for i in row] for row in tokens.tolist()]

    def windows(
        self, layer: int, pattern: Tensor, chosen: list[dict[int, int]], cfg: WindowsConfig, threshold: float
    ) -> Iterator[tuple[int, Window]]:
        """Head and window, for the sequences that a head of this layer keeps."""
        masses = row_mass(pattern, self.claims)
        top = torch.topk(pattern, min(cfg.keys, pattern.shape[-1]), dim=-1)
        largest, places = top.values.numpy(), top.indices.numpy()
        for head, wanted in enumerate(chosen):
            for b, n in enumerate(self.at.tolist()):
                if n not in wanted:
                    continue
                yield (
                    head,
                    Window(
                        sequence=int(self.scan.rows[n]),
                        interval=wanted[n],
                        max_activation=round(float(self.scan.maxima[n, layer, head]), 4),
                        tokens=self.words[b],
                        **_sparse(largest[b, head], places[b, head], self.code[b], cfg.least),
                        **_rows(masses[head, b], self.claims.codes, self.book, threshold, self.text.is_bos[b]),
                    ),
                )


def _batches(
    sequences: TokenSequences, rows: np.ndarray, cfg: WindowsConfig, width: int
) -> Iterator[tuple[np.ndarray, Int[Tensor, "b q"]]]:
    for at in np.array_split(np.arange(len(rows)), -(-len(rows) // cfg.sequences_per_batch)):
        yield at, torch.from_numpy(sequences.tokens[rows[at], :width].astype(np.int64))


def _each_layer(model: HookedModel, tokens: Int[Tensor, "b q"], take: Callable[[int, Tensor], None]) -> None:
    """Hand over the patterns `[b, h, q, k]`, one layer after the other, on the CPU; none is kept."""

    def reader(layer: int) -> Hook:
        def read(pattern: Tensor) -> None:
            if not bool(torch.isfinite(pattern.sum())):
                raise PolyheadError(f"the pattern of layer {layer} holds NaN or infinity (damaged weights?)")
            take(layer, pattern.detach().float().cpu())

        return read

    sites = [site(layer, "attn.hook_pattern") for layer in range(model.cfg.n_layers)]
    hooks = {name: reader(layer) for layer, name in enumerate(sites)}
    model.run_with_cache(tokens.to(model.device), [sites[-1]], hooks=hooks, with_logits=False)


def _after_copies(tokens: Int[Tensor, "b q"]) -> Bool[Tensor, "b q k"]:
    """Keys after an earlier copy of the query's token."""
    n = tokens.shape[1]
    before = torch.roll(tokens, 1, dims=1)
    same = tokens[:, :, None] == before[:, None, :]
    same[:, :, 0] = False
    return same & torch.ones(n, n, dtype=torch.bool).tril()


def _choose(maxima: Float[np.ndarray, "n l h"], cfg: WindowsConfig) -> list[list[dict[int, int]]]:
    """By layer and head, which sequences are kept, and the interval of each."""
    n_layers, n_heads = maxima.shape[1:]
    out: list[list[dict[int, int]]] = []
    for layer in range(n_layers):
        out.append([])
        for head in range(n_heads):
            order = np.argsort(maxima[:, layer, head], kind="stable")
            g = generator(cfg.seed, "windows", layer, head)
            kept: dict[int, int] = {}
            for i, part in enumerate(np.array_split(order, cfg.n_intervals), start=1):
                top = i == cfg.n_intervals
                want = min(len(part), cfg.in_top if top else cfg.per_interval)
                some = part[::-1][:want] if top else part[torch.randperm(len(part), generator=g)[:want].numpy()]
                kept.update({int(s): i for s in some})
            out[-1].append(kept)
    return out


def _sparse(values: np.ndarray, keys: np.ndarray, code: np.ndarray, least: float) -> dict[str, list]:
    """The largest weights of a window, query by query, keys ascending."""
    n = len(code)
    query, slot = np.nonzero((values >= least) & (keys <= np.arange(n)[:, None]))
    flat = query * n + keys[query, slot]
    order = np.argsort(flat)
    flat = flat[order]
    return {
        "flat": flat.tolist(),
        "values": [round(float(v), 4) for v in values[query, slot][order]],
        "codes": code.ravel()[flat].tolist(),
    }


def _rows(
    mass: Float[np.ndarray, "q a"], codes: np.ndarray, book: RuleBook, threshold: float, bos: Bool[np.ndarray, " q"]
) -> dict[str, list]:
    """Class and masses of every row of a window."""
    classes = classify(mass[None], codes, book, threshold).row_class[0]
    shared = mass @ first_of(codes, len(book.behaviours))
    rest = np.maximum(0.0, 1.0 - shared.sum(-1, keepdims=True))
    return {
        "classes": np.where(bos, -1, classes).tolist(),
        "mass": np.concatenate([shared, rest], axis=-1).round(3).tolist(),
    }


def _summary(
    layer: int, head: int, windows: list[Window], maxima: np.ndarray, book: RuleBook, cfg: WindowsConfig
) -> HeadWindows:
    distances = np.zeros(len(DISTANCES) - 1)
    mass: dict[str, defaultdict[str, float]] = {side: defaultdict(float) for side in ("query", "key")}
    for w in windows:
        for flat, value in zip(w.flat, w.values, strict=True):
            query, key = divmod(flat, len(w.tokens))
            distances[int(np.searchsorted(DISTANCES, query - key, side="right")) - 1] += value
            mass["query"][w.tokens[query]] += value
            mass["key"][w.tokens[key]] += value
    top = {
        side: [(t, round(v, 4)) for t, v in sorted(found.items(), key=lambda x: -x[1])[: cfg.n_top_tokens]]
        for side, found in mass.items()
    }
    counts, edges = np.histogram(maxima, bins=MAXIMA_BINS, range=(0.0, 1.0))
    return HeadWindows(
        layer=layer,
        head=head,
        behaviours=book.names,
        classes=book.classes,
        windows=windows,
        distances=Histogram(edges=list(DISTANCES), values=distances.round(4).tolist()),
        maxima=Histogram(edges=edges.round(4).tolist(), values=counts.tolist()),
        top_query_tokens=top["query"],
        top_key_tokens=top["key"],
        mean_max_activation=round(float(maxima.mean()), 4),
    )
