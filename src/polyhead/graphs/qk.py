"""QK attribution: one attention score, split exactly into what wrote at the query times what wrote at the key.

    score[h, t, s] = sum_i sum_j q_i . k_j
i runs over everything that wrote to the stream at t before the layer (embeddings, latents, errors, biases) and one
constant (the norm's bias, b_Q, positions added to queries), j the same at s. Norm scales are frozen; the rotation is in
q_i and k_j. It explains the score, not what softmax makes of the others in its row: `contrast` is the score less its
row's mean. QK features are terms of a QK dictionary of the layer, u_i(q_t) w_i(k_s) by latent, with what they leave.
Source: Transformer Circuits, "Tracing Attention Computation Through Feature Interactions" (2025).
Axis legend: n node that wrote at the query, m at the key, i latent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.activations.harvest import read_roles
from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import QKEntry, QKTerm
from polyhead.core.sites import parse_site
from polyhead.dictionaries.qk_diagonal import QKDiagonal
from polyhead.dictionaries.qk_mask import QKMask
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.recorded import DTYPE
from polyhead.graphs.score_map import Projection, ScoreMap, score_map


class Split(NamedTuple):
    """One score, whole."""

    terms: Float[Tensor, "n m"]
    """They sum to the score."""
    query_nodes: Int[Tensor, " n"]
    key_nodes: Int[Tensor, " m"]
    """In the graph as it was built; the constant of a side is the graph's one bias node, last."""


@torch.no_grad()
def split_score(frozen: FrozenPrompt, scores: ScoreMap, head: int, query: int, key: int) -> Split:
    """Every term of one score, in float64.

    Raises:
        PolyheadError: no such head or position; a key that the head may not see from there.
    """
    n_heads, n = frozen.recorded.model.cfg.n_heads, frozen.recorded.n_positions
    if not 0 <= head < n_heads:
        raise PolyheadError(f"head {head}; {frozen.recorded.model.cfg.name} has heads 0 to {n_heads - 1}")
    if not (0 <= query < n and 0 <= key < n):
        raise PolyheadError(f"query {query} and key {key}; the prompt has positions 0 to {n - 1}")
    if not scores.scores[head, query, key].isfinite():
        raise PolyheadError(f"head {scores.layer}.{head} may not look from position {query} at position {key}")
    query_nodes, q = _side(frozen, scores.layer, scores.query, head, query)
    key_nodes, k = _side(frozen, scores.layer, scores.key, head, key)
    return Split(scores.scale * (q @ k.mT), query_nodes, key_nodes)


def _side(
    frozen: FrozenPrompt, layer: int, way: Projection, head: int, position: int
) -> tuple[Int[Tensor, " n"], Float[Tensor, "n k"]]:
    """Nodes that wrote at a position before attention, and each one's part of the query or key."""
    rows = frozen.visible(position, frozen.recorded.read_depth(layer, "attn"))
    nodes, place = torch.from_numpy(frozen.writes.node)[rows].unique(return_inverse=True)
    vectors = torch.zeros(len(nodes), frozen.writes.vectors.shape[1], dtype=DTYPE)
    vectors.index_add_(0, place, frozen.writes.vectors[rows].to(DTYPE))
    where = torch.full((len(nodes),), position)
    parts = way.apply(frozen.recorded.norm(layer, "attn").apply(vectors, where), head, position)
    constant = torch.tensor([frozen.bias_node])
    return torch.cat([nodes, constant]), torch.cat([parts, way.bias(head, position)[None]])


@torch.no_grad()
def explain_entry(
    frozen: FrozenPrompt,
    layer: int,
    head: int,
    query: int,
    key: int,
    *,
    top: int = 50,
    dictionaries: Sequence[LoadedDictionary] = (),
    scores: ScoreMap | None = None,
) -> QKEntry:
    """Why a head looked from one position at another.

    Args:
        frozen: the prompt.
        layer: 0-based.
        head: of the layer.
        query: position that looks.
        key: position that is looked at.
        top: terms of each list that are named; the rest is one term without nodes, so every list sums to the score.
        dictionaries: QK dictionaries (or combined layers); those of this layer and head name the QK features.
        scores: `score_map(frozen, layer)`, where several entries of one layer are explained.

    Raises:
        PolyheadError: no such layer, head or position; scores that cannot be split (capped ones).
    """
    scores = scores or score_map(frozen, layer)
    terms, query_nodes, key_nodes = split_score(frozen, scores, head, query, key)
    width = terms.shape[1]
    on_query, on_key = terms.sum(1), terms.sum(0)
    row = scores.scores[head, query]
    whole = float(terms.sum())
    own, found, left = _qk_features(frozen, [*frozen.dictionaries, *dictionaries], layer, head, query, key, whole, top)
    return QKEntry(
        layer=layer,
        head=head,
        query=query,
        key=key,
        pattern=float(frozen.recorded.pattern(layer)[head, query, key]),
        score=whole,
        pairs=_terms(terms.reshape(-1), top, lambda i: (int(query_nodes[i // width]), int(key_nodes[i % width]))),
        query_marginal=_terms(on_query, top, lambda i: (int(query_nodes[i]), None)),
        key_marginal=_terms(on_key, top, lambda i: (None, int(key_nodes[i]))),
        contrast=whole - float(row[row.isfinite()].mean()),
        qk_features=found,
        qk_features_rest=left,
        qk_features_of=own,
    )


def _largest(values: Float[Tensor, " n"], top: int) -> list[int]:
    return values.abs().topk(min(top, len(values))).indices.tolist()


def _terms(
    values: Float[Tensor, " n"], top: int, nodes: Callable[[int], tuple[int | None, int | None]]
) -> list[QKTerm]:
    """Named terms, largest first, and the rest, so that the list sums to the whole."""
    named = []
    for i in _largest(values, top):
        query_node, key_node = nodes(i)
        named.append(QKTerm(query_node=query_node, key_node=key_node, value=float(values[i])))
    return [*named, QKTerm(query_node=None, key_node=None, value=float(values.sum()) - sum(t.value for t in named))]


# ---- QK features of QK dictionaries


def _qk_features(
    frozen: FrozenPrompt,
    some: Sequence[LoadedDictionary],
    layer: int,
    head: int,
    query: int,
    key: int,
    score: float,
    top: int,
) -> tuple[str | None, list[tuple[int, float]], float | None]:
    """The first QK dictionary that explains this head: its name, its largest terms, and the score less those."""
    for one in some:
        qk = getattr(one.dictionary, "qk", one.dictionary)
        if not isinstance(qk, QKDiagonal) or head not in qk.cfg.heads or _layer_of(one) != layer:
            continue
        recorded = frozen.recorded
        roles = read_roles(recorded.model, frozen.tokens[None].to(recorded.model.device), one.reading)
        values = latent_terms(qk, {name: t.cpu() for name, t in roles.items()}, head, query, key)
        active = [i for i in _largest(values, top) if values[i] != 0]
        found = [(i, float(values[i])) for i in active]
        return one.name, found, score - sum(value for _, value in found)
    return None, [], None


def _layer_of(one: LoadedDictionary) -> int | None:
    return parse_site(one.reading.roles["q"][0].site).layer


@torch.no_grad()
def latent_terms(qk: QKDiagonal, batch: Mapping[str, Any], head: int, query: int, key: int) -> Float[Tensor, " i"]:
    """What each latent adds to one score: c[i, h] <u_i(q), w_i(k)>, or u_i(q) (M * G_h)_i . w(k) after a mask.

    Key biases and offsets of the dictionary are no latents and not in it.
    """
    at = qk.cfg.heads.index(head)
    u, w = qk.query(batch["q"])[0, query].to(DTYPE), qk.key(batch["k"])[0, key].to(DTYPE)
    if isinstance(qk, QKMask):
        return u[:, 0] * (qk.meeting()[at].to(DTYPE) @ w[:, 0])
    return (u * w).sum(-1) * qk.scales[:, at].to(DTYPE)


# ---- after pruning


def renumbered(entry: QKEntry, place: Mapping[int, int]) -> QKEntry:
    """The entry in a graph whose nodes got other numbers; terms of nodes that are gone join the rest."""

    def moved(terms: list[QKTerm]) -> list[QKTerm]:
        stay, rest = [], 0.0
        for term in terms:
            named = [n for n in (term.query_node, term.key_node) if n is not None]
            if named and all(n in place for n in named):
                nodes = [None if n is None else place[n] for n in (term.query_node, term.key_node)]
                stay.append(QKTerm(query_node=nodes[0], key_node=nodes[1], value=term.value))
            else:
                rest += term.value
        return [*stay, QKTerm(query_node=None, key_node=None, value=rest)]

    lists = {name: moved(getattr(entry, name)) for name in ("pairs", "query_marginal", "key_marginal")}
    return entry.model_copy(update=lists)
