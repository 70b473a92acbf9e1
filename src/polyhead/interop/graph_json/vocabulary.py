"""How the format names nodes: types, ids, numbers of features.

    feature_type                        node_id                         feature
    embedding                           E_TOKEN_POSITION                position
    logit                               LAYERS+1_TOKEN_POSITION         token
    cross layer transcoder              LAYER_LATENT_POSITION           cantor(layer, latent)
    lorsa, mtc key, mtc query ...       LAYER_TYPE_LATENT_POSITION      cantor(layer + slot * LAYERS, latent)
    mlp reconstruction error            LAYER_error_mlp_POSITION        -1
    lorsa error (of any attention)      LAYER_error_attn_POSITION       -2
    bias                                LAYER_bias_PART_POSITION        -3 attention, -4 MLP, -5 readers' constants

Front ends take nodes of one layer, feature and position for one and the same, and files of features are found by the
number alone: so every dictionary and side of a layer has a slot of its own, 0 the MLP's (whose numbers are those that
circuit-tracer gives). Where Neuronpedia holds the Lorsa (`lorsa_source_set`), its latents are numbered as there, in
slot 0. Ids of circuit-tracer's error nodes are not used: they are also ids of latents of layer 0.
"""

import math
from collections.abc import Sequence

from polyhead.core.graph_records import GraphDictionary, GraphNode, GraphRecord

EMBEDDING, LOGIT, BIAS, TRANSCODER, LORSA = "embedding", "logit", "bias", "cross layer transcoder", "lorsa"
BLOCK = "polyhead"
"""Name of our own fields, of the file and of a node."""
FORMAT = 1
MLP_ERROR, ATTENTION_ERROR = "mlp reconstruction error", "lorsa error"


def cantor(x: int, y: int) -> int:
    """One number for two from 0: (x + y)(x + y + 1) / 2 + y."""
    return (x + y) * (x + y + 1) // 2 + y


def uncantor(z: int) -> tuple[int, int]:
    """The two numbers again."""
    w = (math.isqrt(8 * z + 1) - 1) // 2
    y = z - w * (w + 1) // 2
    return w - y, y


def type_of(node: GraphNode, dictionaries: Sequence[GraphDictionary]) -> str:
    """`feature_type` of a node."""
    if node.kind == "error":
        return ATTENTION_ERROR if node.part == "attn" else MLP_ERROR
    if node.kind != "latent":
        return {"embedding": EMBEDDING, "logit": LOGIT, "bias": BIAS}[node.kind]
    if node.part != "attn":
        return TRANSCODER
    kind = "attention latent" if node.dictionary is None else dictionaries[node.dictionary].kind.replace("_", " ")
    return f"{kind} {node.side}" if node.side in ("key", "query") and kind != LORSA else kind


def slot_of(node: GraphNode, record: GraphRecord, *, lorsa_source_set: bool) -> int:
    """The place of a latent's dictionary and side among those of its layer; it is the same in every graph of them."""
    own = node.dictionary
    if own is None:
        return 0 if node.part != "attn" else 3 * len(record.dictionaries) + 1
    if lorsa_source_set and record.dictionaries[own].kind == "lorsa":
        return 0
    here = [i for i, d in enumerate(record.dictionaries) if node.layer in d.layers or i == own]
    mlp = [(i, "own") for i in here if record.dictionaries[i].part == "mlp"]
    others = [(i, side) for i in here if record.dictionaries[i].part != "mlp" for side in ("query", "key", "own")]
    side = "own" if record.dictionaries[own].part == "mlp" else node.side or "own"
    return mlp.index((own, side)) if (own, side) in mlp else max(len(mlp), 1) + others.index((own, side))


def feature_of(node: GraphNode, record: GraphRecord, *, lorsa_source_set: bool = False) -> int:
    """Number of a node's feature."""
    if node.kind == "embedding":
        return node.position
    if node.kind == "logit":
        return node.token or 0
    if node.kind == "error":
        return -2 if node.part == "attn" else -1
    if node.kind == "bias":
        return -5 if node.layer is None else -3 if node.part == "attn" else -4
    slot = slot_of(node, record, lorsa_source_set=lorsa_source_set)
    return cantor((node.layer or 0) + slot * record.n_layers, latent_in_layer(node, record.dictionaries))


def latent_in_layer(node: GraphNode, dictionaries: Sequence[GraphDictionary]) -> int:
    """A latent's number among those of its own layer; ours count on from layer to layer where there are several."""
    latent, own = node.latent or 0, None if node.dictionary is None else dictionaries[node.dictionary]
    if own is None or own.part == "both" or node.layer not in own.layers or own.n_latents % len(own.layers):
        return latent
    width = own.n_latents // len(own.layers)
    local = latent - own.layers.index(node.layer) * width
    return local if 0 <= local < width else latent


def layer_of(node: GraphNode, n_layers: int) -> str:
    """Where front ends draw it: `E` before layer 0, logits after the last."""
    if node.kind == "logit":
        return str(n_layers + 1)
    return "E" if node.layer is None else str(node.layer)


def ids_of(record: GraphRecord) -> list[str]:
    """An id for every node, no two alike."""
    taken: dict[str, int] = {}
    return [_unique(_id_of(node, record), taken) for node in record.nodes]


def _id_of(node: GraphNode, record: GraphRecord) -> str:
    position = max(node.position, 0)
    layer, part = layer_of(node, record.n_layers), node.part or "mlp"
    if node.kind in ("embedding", "logit"):
        return f"{layer}_{node.token or 0}_{position}"
    if node.kind in ("error", "bias"):
        return f"{layer}_{node.kind}_{part}_{position}"
    kind, latent = type_of(node, record.dictionaries), latent_in_layer(node, record.dictionaries)
    between = "" if kind == TRANSCODER else kind.replace(" ", "-") + "_"
    return f"{layer}_{between}{latent}_{position}"


def _unique(name: str, taken: dict[str, int]) -> str:
    taken[name] = taken.get(name, 0) + 1
    if taken[name] == 1:
        return name
    head, position = name.rsplit("_", 1)
    return _unique(f"{head}-{taken[name]}_{position}", taken)


def label_of(node: GraphNode, record: GraphRecord) -> str:
    """`clerp`: what a front end writes next to the node."""
    token = node.label
    if token is None and 0 <= node.position < len(record.token_strings):
        token = record.token_strings[node.position]
    if node.kind == "logit":
        return f'Output "{token if node.label is not None else node.token}" (p={node.probability or 0:.3f})'
    if node.kind == "embedding":
        return f'Emb: "{token}"'
    if node.kind == "error":
        return f'Err: {node.part or "mlp"} "{token}"'
    if node.kind == "bias":
        return "Bias of readers" if node.layer is None else f"L{node.layer} bias ({node.part})"
    return node.label or f"#{node.latent}" + (f" {node.side}" if node.side in ("key", "query") else "")
