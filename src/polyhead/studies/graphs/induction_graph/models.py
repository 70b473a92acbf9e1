"""What is measured for the study `induction-graph`: the QK split of induction heads, and what removals do.

Carried features: latents written by the previous-token head's layer at the key, most of whose incoming edges come
through that head. Axis legend: p position, h head, d d_model.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.graphs.frozen import FrozenPrompt, freeze
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.block import Block, MovedRead
from polyhead.graphs.qk import split_score
from polyhead.graphs.recorded import write_depth
from polyhead.graphs.score_map import score_map
from polyhead.models.hooked import HookedModel
from polyhead.ops.rotary import apply_rotary
from polyhead.studies.graphs.prompts import Heads, Repeat, pattern_and_logits

N_OTHER_KEYS = 8
MOSTLY = 0.5
"""Share of what arrives, by absolute value, from which on a latent counts as carried by one head."""


class Removal(NamedTuple):
    """What taking something out of the stream before the induction head does."""

    pattern: float
    """Mass on the key, over what it was."""
    nats: float
    """Log-probability of the answer, lost."""


class Case(NamedTuple):
    """One prompt with one set of dictionaries."""

    head: tuple[int, int]
    carried: float
    """Share of the contrast between the key and other keys that carried features bring."""
    others: float
    """The same for the other latents of that layer at the key."""
    strongest: str
    """The key-side node that adds most to the contrast."""
    n_carried: int
    removed: Removal
    """All carried features of the key."""
    top: Removal
    """The one that adds most to the score."""
    other: Removal
    """The one of the other latents there that adds most to the score."""
    random: Removal
    """All other latents of the same place and layer, brought to the norm of what was removed."""
    elsewhere: Removal
    """What was removed, taken out at another position."""
    pairs: list[tuple[str, str, float]]
    """Largest terms of the score: query side, key side, value."""


def carried_by(frozen: FrozenPrompt, layer: int, head: int, position: int) -> tuple[list[int], list[int]]:
    """Nodes that the latents of a layer have at a position: mostly through one head, and all others."""
    through, rest = [], []
    for block in frozen.blocks:
        read = block.read
        if not isinstance(read, MovedRead) or block.nodes[0].layer != layer:
            continue
        terms = _by_head(block, read, position)
        for row, node in enumerate(np.flatnonzero((block.positions == position).numpy())):
            share = terms[row].abs() / terms[row].abs().sum().clamp_min(1e-12)
            (through if share[head] >= MOSTLY else rest).append(block.first + int(node))
    return through, rest


def _by_head(block: Block, read: MovedRead, position: int) -> Float[Tensor, "n h"]:
    """What arrives at the nodes of one position through each head, identity last."""
    here = (block.positions == position).nonzero()[:, 0]
    channels = read.query_channel[here]
    values = torch.tensor([node.value for node in read.keys.nodes], dtype=read.pattern.dtype)
    f = torch.zeros(read.pattern.shape[-1], len(read.loadings), dtype=read.pattern.dtype)
    f[read.keys.positions, read.key_channel] = values
    moved = read.pattern[:, position] @ f[:, channels]  # [h, n]
    all_ways = torch.cat([moved, f[position, channels][None]])
    return all_ways.mT * read.loadings[channels].to(moved.dtype)


def case_of(
    model: HookedModel, dictionaries: Sequence[LoadedDictionary], prompt: Repeat, heads: Heads, seed: int
) -> Case | None:
    """Everything about one prompt; None where no induction head looks at its key, or nothing was carried there."""
    frozen = freeze(model, dictionaries, prompt.tokens)
    last, key = len(prompt.tokens) - 1, prompt.key
    layer, head = max(heads.induction, key=lambda h: float(frozen.recorded.pattern(h[0])[h[1], last, key]))
    if float(frozen.recorded.pattern(layer)[head, last, key]) < 0.1:
        return None
    through, rest = carried_by(frozen, *heads.previous, position=key)
    if not through or not rest:
        return None
    scores = score_map(frozen, layer)
    split = split_score(frozen, scores, head, last, key)
    on_key = dict(zip(split.key_nodes.tolist(), split.terms.sum(0).tolist(), strict=True))
    g = generator(seed, "other keys", *prompt.tokens.tolist())
    places = [p for p in range(1, last) if p != key]
    chosen = [places[i] for i in torch.randperm(len(places), generator=g)[:N_OTHER_KEYS].tolist()]
    base = _other_keys(frozen, heads.previous, lambda p: split_score(frozen, scores, head, last, p), chosen)
    contrast = float(split.terms.sum()) - base["score"]
    best = max(through, key=lambda n: on_key.get(n, 0.0))
    vector = _written(frozen, through, heads.previous[0])
    filler = _written(frozen, rest, heads.previous[0])
    filler = filler * (vector.norm() / filler.norm().clamp_min(1e-12))
    else_ = chosen[0]
    remove = _Remover(model, prompt, heads.previous[0], layer, head)
    pairs = split.terms.flatten().topk(min(6, split.terms.numel())).indices.tolist()
    width = split.terms.shape[1]
    return Case(
        head=(layer, head),
        carried=(sum(on_key.get(n, 0.0) for n in through) - base["carried"]) / contrast,
        others=(sum(on_key.get(n, 0.0) for n in rest) - base["others"]) / contrast,
        strongest=_name(frozen, max(on_key, key=lambda n: on_key[n])),
        n_carried=len(through),
        removed=remove(vector, key),
        top=remove(_written(frozen, [best], heads.previous[0]), key),
        other=remove(_written(frozen, [max(rest, key=lambda n: on_key.get(n, 0.0))], heads.previous[0]), key),
        random=remove(filler, key),
        elsewhere=remove(vector, else_),
        pairs=[
            (_name(frozen, int(split.query_nodes[i // width])), _name(frozen, int(split.key_nodes[i % width])), v)
            for i, v in ((i, float(split.terms.flatten()[i])) for i in pairs)
        ],
    )


def _other_keys(
    frozen: FrozenPrompt, previous: tuple[int, int], split: Callable[[int], Any], places: Sequence[int]
) -> dict[str, float]:
    """Means over other keys: the score, and what carried and other latents of the layer add to it there."""
    found = {"score": 0.0, "carried": 0.0, "others": 0.0}
    for place in places:
        one = split(place)
        on_key = dict(zip(one.key_nodes.tolist(), one.terms.sum(0).tolist(), strict=True))
        through, rest = carried_by(frozen, *previous, position=place)
        for name, value in (
            ("score", float(one.terms.sum())),
            ("carried", sum(on_key.get(n, 0.0) for n in through)),
            ("others", sum(on_key.get(n, 0.0) for n in rest)),
        ):
            found[name] += value / len(places)
    return found


def _written(frozen: FrozenPrompt, nodes: Sequence[int], layer: int) -> Float[Tensor, " d"]:
    """What some nodes write at the depth of a layer's attention."""
    rows = np.isin(frozen.writes.node, nodes) & (frozen.writes.depth == write_depth(layer, "attn")).numpy()
    return frozen.writes.vectors[torch.from_numpy(rows)].sum(0).float()


def _name(frozen: FrozenPrompt, number: int) -> str:
    node = frozen.nodes[number]
    if node.kind == "latent":
        return f"{node.layer}.{node.latent}"
    return node.kind if node.layer is None else f"{node.kind} {node.layer}"


class _Remover:
    """Takes vectors out of a layer's attention output at one position, and sees what becomes of a later head."""

    def __init__(self, model: HookedModel, prompt: Repeat, at: int, layer: int, head: int) -> None:
        self.model, self.prompt, self.at, self.layer, self.head = model, prompt, at, layer, head
        self.clean, self.logits = pattern_and_logits(model, prompt.tokens, layer)

    def __call__(self, vector: Float[Tensor, " d"], position: int) -> Removal:
        def take_out(value: Tensor) -> Tensor:
            new = value.clone()
            new[:, position] -= vector.to(new)
            return new

        pattern, logits = pattern_and_logits(
            self.model, self.prompt.tokens, self.layer, {site(self.at, "hook_attn_out"): take_out}
        )
        place = (self.head, -1, self.prompt.key)
        return Removal(
            float(pattern[place] / self.clean[place]),
            float(self.logits[self.prompt.answer] - logits[self.prompt.answer]),
        )


def contentless(model: HookedModel, prompts: Sequence[Repeat], head: tuple[int, int]) -> list[float]:
    """For each prompt: how much of a head's preference for the previous position is left with other contents.

    Contrast = score of (t, t - 1) minus the mean score of other keys of t. The same is taken with the contents of keys
    permuted among positions, rotations staying where they were; the median ratio over destinations counts.
    """
    shares = []
    for i, prompt in enumerate(prompts):
        frozen = freeze(model, [], prompt.tokens)
        base = frozen.recorded.base(head[0])
        x = frozen.recorded.cache[site(head[0], "ln1.hook_normalized")][0]
        q, k = x @ base.W_Q[head[1]] + base.b_Q[head[1]], x @ base.W_K[head[1]] + base.b_K[head[1]]
        order = torch.randperm(len(x) - 1, generator=generator(i, "contents")) + 1
        mixed = k.clone()
        mixed[1:] = k[order]
        own, other = (_previous_contrast(q, keys, base.rotation()) for keys in (k, mixed))
        shares.append(float((other / own).median()))
    return shares


def _previous_contrast(q: Tensor, k: Tensor, rotary: Tensor | None) -> Float[Tensor, " p"]:
    if rotary is not None:
        q, k = (apply_rotary(t[None, :, None], rotary)[0, :, 0] for t in (q, k))
    scores = q @ k.mT
    n = len(q)
    at = torch.arange(4, n)
    rest = torch.stack([torch.cat([scores[t, 1 : t - 1], scores[t, t : t + 1]]).mean() for t in at.tolist()])
    return scores[at, at - 1] - rest
