"""What every head of a model does: one table of scores, from natural text and from repeated segments.

Natural text, destinations t and sources s that are counted (no BOS unless said, no padding):
    previous token   mean of A[t, t-1] over t with t-1 counted
    BOS              mean of A[t, 0]
    newline-indent   mean over t, where a newline token exists before t, of sum over newline tokens s < t of A[t, s];
                     once for the t that a newline token follows, once (base) for the others. BOS keeps its weight.
    entropy          mean of -sum_s A[t, s] ln A[t, s]
Repeats (BOS, then a segment of L tokens tiled, L random in `period`), t in the whole second copy:
    induction        mean of A[t, t-L+1];  duplicate token: mean of A[t, t-L]
A newline token is one whose text holds a line break. Patterns are read by hooks and dropped layer by layer, so that one
layer's `[b, h, q, k]` is all that is ever held. Axis legend: b sequence, p = q = k position, h head.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import HeadRow, HeadTable
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.models.hooked import HookedModel


class _Means:
    """Sums and counts per layer and head, by score."""

    def __init__(self, n_layers: int, n_heads: int) -> None:
        self.shape = (n_layers, n_heads)
        self.sums: dict[str, Tensor] = {}
        self.counts: dict[str, int] = {}

    def add(self, score: str, layer: int, values: Float[Tensor, "b h p"], where: Bool[Tensor, "b p"]) -> None:
        """Add the values at `where`; the count is kept once, at layer 0."""
        sums = self.sums.setdefault(score, torch.zeros(self.shape, dtype=torch.float64))
        sums[layer] += (values.double() * where[:, None]).sum((0, 2)).cpu()
        if layer == 0:
            self.counts[score] = self.counts.get(score, 0) + int(where.sum())

    def at(self, score: str, layer: int, head: int) -> float | None:
        """The mean, or None where nothing was counted."""
        n = self.counts.get(score, 0)
        return float(self.sums[score][layer, head]) / n if n else None


@torch.no_grad()
def head_table(
    model: HookedModel,
    tokens: Int[Tensor, "n p"],
    *,
    newline: Bool[Tensor, " v"] | None = None,
    valid: Bool[Tensor, "n p"] | None = None,
    n_repeats: int = 64,
    period: tuple[int, int] = (8, 64),
    sequences_per_batch: int = 8,
    seed: int = 0,
) -> HeadTable:
    """Scores of all heads from natural sequences (BOS in front, where the model has one).

    `newline` marks the newline tokens of the vocabulary (see `newline_tokens`); without it those scores are None.

    Raises:
        PolyheadError: the sequences are too short for the repeated segments.
    """
    valid = torch.ones_like(tokens, dtype=torch.bool) if valid is None else valid
    positions = Positions.of(model)
    means, count = _Means(model.cfg.n_layers, model.cfg.n_heads), PolicyCount(positions)
    pool = tokens[positions.counted({"tokens": tokens, "valid": valid})]
    repeats = {
        kind: repeated(pool, model.cfg.bos_token_id, kind=kind, n=n_repeats, period=period, seed=seed)
        for kind in ("unigram", "natural")
    }
    total = len(tokens) + 2 * n_repeats
    with progress("scoring heads", total=total, unit="sequences") as bar:
        for rows in torch.arange(len(tokens)).split(sequences_per_batch):
            batch = {"tokens": tokens[rows].to(model.device), "valid": valid[rows].to(model.device)}
            count.update(batch)
            _score_natural(model, batch, positions, newline, means)
            bar.advance(len(rows))
        for kind, (repeat, periods) in repeats.items():
            for rows in torch.arange(n_repeats).split(sequences_per_batch):
                _score_repeats(model, repeat[rows].to(model.device), periods[rows].to(model.device), kind, means)
                bar.advance(len(rows))
    return HeadTable(
        model=model.cfg.name,
        policy=count.policy(),
        n_repeats=n_repeats,
        period=period,
        rows=[_row(means, la, h) for la in range(model.cfg.n_layers) for h in range(model.cfg.n_heads)],
    )


def newline_tokens(tokenizer: object, d_vocab: int) -> Bool[Tensor, " v"]:
    """Which ids of the vocabulary have a line break in their text."""
    return torch.tensor(["\n" in tokenizer.decode([i]) for i in range(d_vocab)])  # type: ignore[attr-defined]


def repeated(
    pool: Int[Tensor, " m"], bos: int | None, *, kind: str, n: int, period: tuple[int, int], seed: int
) -> tuple[Int[Tensor, "n p"], Int[Tensor, " n"]]:
    """Sequences that repeat a segment, and their periods; tokens of `pool` drawn one by one, or a stretch of it."""
    low, high = period
    if not 2 <= low <= high or len(pool) < high:
        raise PolyheadError(f"period {low} to {high} must be at least 2 and fit in {len(pool)} tokens of natural text")
    g = generator(seed, "repeats", kind)
    periods = torch.randint(low, high + 1, (n,), generator=g)
    rows = []
    for length in periods.tolist():
        if kind == "unigram":
            segment = pool[torch.randint(len(pool), (length,), generator=g)]
        else:
            start = int(torch.randint(len(pool) - length + 1, (), generator=g))
            segment = pool[start : start + length]
        rows.append(segment.repeat(2 * high // length + 1)[: 2 * high])
    tokens = torch.stack(rows)
    return (tokens if bos is None else torch.cat([tokens.new_full((n, 1), bos), tokens], dim=1)), periods


def _run(model: HookedModel, tokens: Tensor, score) -> None:
    """Call `score(layer, pattern)` for every layer of one pass that ends at the last of them."""
    n = model.cfg.n_layers

    def hook(layer: int):
        def read(pattern: Tensor) -> None:
            score(layer, pattern)

        return read

    last = site(n - 1, "attn.hook_pattern")
    hooks = {site(layer, "attn.hook_pattern"): hook(layer) for layer in range(n)}
    model.run_with_cache(tokens, [last], hooks=hooks, with_logits=False)


def _score_natural(
    model: HookedModel, batch: Batch, positions: Positions, newline: Tensor | None, means: _Means
) -> None:
    tokens, counted, is_bos = batch["tokens"], positions.counted(batch), positions.is_bos(batch)
    before = torch.zeros_like(counted)
    before[:, 1:] = counted[:, 1:] & counted[:, :-1]
    has_bos = counted & is_bos[:, :1]

    def score(layer: int, pattern: Tensor) -> None:
        previous = torch.zeros_like(pattern[..., 0])
        previous[..., 1:] = pattern.diagonal(-1, dim1=-2, dim2=-1)
        means.add("previous_token", layer, previous, before)
        means.add("bos", layer, pattern[..., 0], has_bos)
        means.add("entropy", layer, torch.special.entr(pattern).sum(-1), counted)
        if newline is not None:
            is_newline = newline.to(tokens.device)[tokens] & counted
            earlier = (is_newline.cumsum(-1) - is_newline.long()) > 0
            strictly = pattern.tril(-1)  # the destination itself is not earlier
            share = (strictly @ is_newline[:, None, :, None].to(pattern.dtype))[..., 0]
            usable = positions.scored(batch) & earlier[:, :-1]
            follows = newline.to(tokens.device)[tokens[:, 1:]]
            means.add("newline_indent", layer, share[..., :-1], usable & follows)
            means.add("newline_indent_base", layer, share[..., :-1], usable & ~follows)

    _run(model, tokens, score)


def _score_repeats(model: HookedModel, tokens: Tensor, periods: Tensor, kind: str, means: _Means) -> None:
    if tokens.shape[1] > model.cfg.n_ctx:
        raise PolyheadError(
            f"two copies of the longest segment are {tokens.shape[1]} tokens; "
            f"{model.cfg.name} takes {model.cfg.n_ctx}: choose a shorter period"
        )
    first = 0 if model.cfg.bos_token_id is None else 1
    offset = torch.arange(tokens.shape[1], device=tokens.device) - first
    second = (offset >= periods[:, None]) & (offset < 2 * periods[:, None])

    def score(layer: int, pattern: Tensor) -> None:
        destination = torch.arange(tokens.shape[1], device=tokens.device)
        same = (destination - periods[:, None]).clamp_min(0)  # [b, q]
        for name, key in (("induction", same + 1), ("duplicate_token", same)):
            index = key.clamp_max(tokens.shape[1] - 1)[:, None, :, None].expand(-1, pattern.shape[1], -1, 1)
            means.add(f"{name}_{kind}", layer, pattern.gather(-1, index)[..., 0], second)

    _run(model, tokens, score)


def _row(means: _Means, layer: int, head: int) -> HeadRow:
    def at(score: str) -> float | None:
        return means.at(score, layer, head)

    return HeadRow(
        layer=layer,
        head=head,
        previous_token=at("previous_token") or 0.0,
        induction_unigram=at("induction_unigram") or 0.0,
        induction_natural=at("induction_natural") or 0.0,
        duplicate_token=at("duplicate_token_unigram") or 0.0,
        bos=at("bos"),
        newline_indent=at("newline_indent"),
        newline_indent_base=at("newline_indent_base"),
        entropy=at("entropy") or 0.0,
    )


def head_table_markdown(table: HeadTable) -> str:
    """The table as GitHub-flavoured Markdown, a line of method under it."""
    columns = {
        "prev. token": "previous_token",
        "induction (unigram)": "induction_unigram",
        "induction (natural)": "induction_natural",
        "duplicate": "duplicate_token",
        "BOS": "bos",
        "newline-indent": "newline_indent",
        "(base)": "newline_indent_base",
        "entropy": "entropy",
    }
    lines = ["| head | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for row in table.rows:
        cells = [getattr(row, field) for field in columns.values()]
        shown = ["-" if c is None else f"{c:.2f}" for c in cells]
        lines.append(f"| {row.layer}.{row.head} | " + " | ".join(shown) + " |")
    low, high = table.period
    lines += [
        "",
        f"{table.policy.n_positions} positions of {table.policy.n_sequences} sequences of held-out text (BOS "
        f"{table.policy.bos}, padding {table.policy.padding}); {table.n_repeats} repeats of each kind, period {low} to "
        f"{high}. Definitions: docs/metrics.md.",
    ]
    return "\n".join(lines) + "\n"
