"""Split one head into sub-heads that sum to it exactly, and ablate each.

Every pair (query, key) gets one label; sub-head s keeps the pattern where the label is s and is 0 elsewhere. The parts'
patterns add up to the head's bit for bit, their outputs to rounding. A part is removed from every row at once:
    selective   A[t, k] -> 0 where the label is s
    control     A[t, :] -> (1 - m_s(t)) A[t, :], with m_s(t) the part's mass in the row: as much mass, not chosen
and the next-token loss is compared with the clean one. Labels come from rules (analysis/heads/rules.py; the first rule
that claims a pair has it) or from clusters of q, k and output (analysis/heads/pair_clusters.py).
Axis legend: b sequence, q query, k key, h head, d d_head, s part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.analysis.heads.rules import RuleBook, TokenText, Vocabulary
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import SplitHead, SubHead
from polyhead.core.protocols import Batch
from polyhead.core.sites import site
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.models.hooked import HookedModel


class HeadView(NamedTuple):
    """One head on a batch."""

    tokens: Int[Tensor, "b p"]
    q: Float[Tensor, "b q d"]
    """Before rotation; `k` likewise."""
    k: Float[Tensor, "b k d"]
    v: Float[Tensor, "b k d"]
    pattern: Float[Tensor, "b q k"]


@runtime_checkable
class PairLabels(Protocol):
    """What tells pairs apart."""

    @property
    def names(self) -> Sequence[str]:
        """Of the parts."""
        ...

    def label(self, view: HeadView) -> Int[Tensor, "b q k"]:
        """Index into `names` of every pair; keys after the query may have any."""
        ...


@dataclass
class RuleLabels:
    """The first rule of a book that claims a pair; the rest has a part of its own."""

    book: RuleBook
    vocabulary: Vocabulary

    @property
    def names(self) -> list[str]:
        """Rules, then `rest`."""
        return [*self.book.names, "rest"]

    def label(self, view: HeadView) -> Int[Tensor, "b q k"]:
        """Labels from the tokens alone."""
        tokens = view.tokens.cpu()
        n, p = tokens.shape
        label = torch.full((n, p, p), len(self.book.names), dtype=torch.int64)
        masks = self.book.masks(TokenText(tokens.numpy(), self.vocabulary))
        for i in range(len(masks) - 1, -1, -1):
            label[torch.from_numpy(masks[i]).expand(n, p, p)] = i
        return label.to(view.pattern.device)


def view_head(model: HookedModel, tokens: Int[Tensor, "b p"], layer: int, head: int) -> HeadView:
    """Read one head on a batch; the pass ends at its layer.

    Raises:
        PolyheadError: no such head, or NaN in its pattern.
    """
    check_head(model, layer, head)
    names = [site(layer, f"attn.hook_{x}") for x in ("q", "k", "v", "pattern")]
    with torch.no_grad():
        _, cache = model.run_with_cache(tokens, names, with_logits=False)
    q, k, v, pattern = (cache[n] for n in names)
    if not bool(torch.isfinite(pattern[:, head]).all()):
        raise PolyheadError(f"the pattern of L{layer}H{head} holds numbers that are not finite (NaN or infinity)")
    return HeadView(tokens, q[:, :, head], k[:, :, head], v[:, :, head], pattern[:, head])


def check_head(model: HookedModel, layer: int, head: int) -> None:
    """Raise PolyheadError unless the model has this head."""
    cfg = model.cfg
    if not (0 <= layer < cfg.n_layers and 0 <= head < cfg.n_heads):
        raise PolyheadError(
            f"no head L{layer}H{head}; {cfg.name} has layers 0 to {cfg.n_layers - 1} and heads 0 to {cfg.n_heads - 1}"
        )


def parts_of(view: HeadView, label: Int[Tensor, "b q k"], n_parts: int) -> Float[Tensor, "s b q d"]:
    """z of every part: the mix of values under its share of the pattern."""
    one_hot = torch.arange(n_parts, device=label.device)[:, None, None, None] == label
    return (view.pattern * one_hot) @ view.v


@dataclass
class _Sums:
    n_parts: int
    n: int = 0
    n_scored: int = 0
    mass: Tensor = field(init=False)
    norm: Tensor = field(init=False)
    entropy: Tensor = field(init=False)
    loss: Tensor = field(init=False)
    error: float = 0.0
    largest: float = 1e-30

    def __post_init__(self) -> None:
        self.mass, self.norm, self.entropy = torch.zeros(3, self.n_parts, dtype=torch.float64)
        self.loss = torch.zeros(2 + 2 * self.n_parts, dtype=torch.float64)


@torch.no_grad()
def split_head(
    model: HookedModel,
    batches: Iterable[Batch],
    layer: int,
    head: int,
    labels: PairLabels,
    *,
    split: str = "rules",
    silhouette: float | None = None,
    least_mass: float = 1e-3,
) -> SplitHead:
    """Split a head over batches of text (`tokens`, `valid`). Parts with less than `least_mass` are not ablated: their
    loss changes are reported as 0.

    Raises:
        PolyheadError: no such head, no text, NaN in the pattern, or a label outside the names.
    """
    check_head(model, layer, head)
    positions = Positions.of(model)
    count, sums = PolicyCount(positions), _Sums(len(labels.names))
    W_O = model.W_O[layer][head].detach()
    for batch in batches:
        count.update(batch)
        view = view_head(model, batch["tokens"], layer, head)
        label = labels.label(view)
        if int(label.min()) < 0 or int(label.max()) >= sums.n_parts:
            raise PolyheadError(f"labels from {int(label.min())} to {int(label.max())}; there are {sums.n_parts} parts")
        counted = positions.counted(batch)
        _measure(view, label, counted, W_O, sums)
        _ablate(model, batch, layer, head, label, view, positions.scored(batch), sums, least_mass)
    if sums.n == 0 or sums.n_scored == 0:
        raise PolyheadError("no position was counted: every one was padding or BOS; give longer text")
    return _record(sums, labels.names, layer, head, split, silhouette, count, least_mass)


def _measure(view: HeadView, label: Tensor, counted: Tensor, W_O: Tensor, sums: _Sums) -> None:
    parts = parts_of(view, label, sums.n_parts) @ W_O
    whole = (view.pattern @ view.v) @ W_O
    sums.error = max(sums.error, float((parts.sum(0) - whole).abs().max()))
    sums.largest = max(sums.largest, float(whole.abs().max()))
    sums.n += int(counted.sum())
    for s in range(sums.n_parts):
        own = view.pattern * (label == s)
        mass = own.sum(-1)[counted].double()
        entropy = torch.special.entr(own).sum(-1)[counted].double()
        sums.mass[s] += mass.sum()
        # entropy of own / mass, weighted by mass: sum of entr(own) + mass ln mass
        sums.entropy[s] += (entropy - torch.special.entr(mass)).sum()
        sums.norm[s] += parts[s][counted].square().sum(dtype=torch.float64)


def _ablate(
    model: HookedModel,
    batch: Batch,
    layer: int,
    head: int,
    label: Tensor,
    view: HeadView,
    scored: Tensor,
    sums: _Sums,
    least_mass: float,
) -> None:
    tokens = batch["tokens"]

    def loss(change: Callable[[Tensor], Tensor] | None) -> float:
        def hook(pattern: Tensor) -> Tensor:
            assert change is not None
            pattern = pattern.clone()
            pattern[:, head] = change(pattern[:, head])
            return pattern

        name = site(layer, "attn.hook_pattern")
        logits = model(tokens) if change is None else model.run_with_hooks(tokens, {name: hook})
        losses = F.cross_entropy(logits[:, :-1][scored].float(), tokens[:, 1:][scored], reduction="sum")
        return float(losses)

    sums.n_scored += int(scored.sum())
    clean = loss(None)
    sums.loss[0] += clean
    sums.loss[1] += loss(torch.zeros_like)
    for s in range(sums.n_parts):
        own = label == s
        mass = (view.pattern * own).sum(-1, keepdim=True)
        if float(mass.mean()) < least_mass:
            sums.loss[2 + 2 * s : 4 + 2 * s] += clean
            continue
        sums.loss[2 + 2 * s] += loss(lambda a, own=own: a * ~own)
        sums.loss[3 + 2 * s] += loss(lambda a, mass=mass: a * (1 - mass))


def _record(
    sums: _Sums,
    names: Sequence[str],
    layer: int,
    head: int,
    split: str,
    silhouette: float | None,
    count: PolicyCount,
    least_mass: float,
) -> SplitHead:
    loss = (sums.loss / sums.n_scored).tolist()
    mass = sums.mass / sums.n
    norm = sums.norm / sums.norm.sum().clamp_min(1e-300)
    share = mass / mass.sum().clamp_min(1e-300)
    keys = (sums.entropy / sums.mass.clamp_min(1e-300)).exp()
    parts = [
        SubHead(
            name=name,
            mass=float(mass[s]),
            norm_share=float(norm[s]),
            ce_delta=loss[2 + 2 * s] - loss[0],
            ce_delta_control=loss[3 + 2 * s] - loss[0],
            effective_keys=float(keys[s]) if float(sums.mass[s]) > 0 else 0.0,
        )
        for s, name in enumerate(names)
    ]
    return SplitHead(
        layer=layer,
        head=head,
        split=split,
        parts=parts,
        error=sums.error / sums.largest,
        ce_clean=loss[0],
        ce_delta=loss[1] - loss[0],
        behaviour_entropy=float(torch.special.entr(share).sum()),
        silhouette=silhouette,
        policy=count.policy(),
    )
