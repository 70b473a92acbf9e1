"""Attribution graphs made without a model: one small and drawn by hand, one large and random.

`python tests/make_graph.py FOLDER` writes both to look at.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from polyhead.core.graph_records import (
    EDGES,
    GRAPH,
    QK,
    VERIFY,
    Edges,
    GraphDictionary,
    GraphNode,
    GraphRecord,
    GraphScores,
    OutputAgreement,
    OutputChange,
    OutputEffect,
    OutputRecord,
    Perturbation,
    QKEntry,
    QKRecord,
    QKTerm,
    Supernode,
    VerifyRecord,
    save_edges,
)

TOKENS = ["<|bos|>", " Vernon", " Dursley", " saw", " Vernon"]
NASTY = "<img src=x onerror=alert(1)>"
HEADS = ["head 0", "head 1", "identity"]
N_LATENTS = 64
KEY0, QUERY0, KEY1, QUERY1, ERROR0, ERROR1, BIAS, LOGIT, LOGIT2 = range(5, 14)
MANY_KEY, MANY = 14, 16
"""Latent of the dictionary of layer 0 that has a node at two positions on each side."""

SUPERNODES = [
    Supernode(label="previous token", nodes=[KEY0, QUERY0, MANY_KEY]),
    Supernode(label="one latent", nodes=[KEY1, QUERY1]),
]
"""The second joins a latent with itself, which the page does anyway."""


def dictionaries() -> list[GraphDictionary]:
    return [
        GraphDictionary(name=f"mtc-{layer}", kind="mtc", layers=[layer], part="attn", n_latents=N_LATENTS, heads=HEADS)
        for layer in range(2)
    ]


def latent(layer: int, number: int, position: int, side: Any, value: float, **more: Any) -> GraphNode:
    return GraphNode(
        kind="latent", position=position, layer=layer, part="attn", dictionary=layer, latent=number, side=side,
        value=value, **more,
    )  # fmt: skip


def logit(token: int, label: str, value: float, **more: Any) -> GraphNode:
    return GraphNode(kind="logit", position=4, token=token, label=label, value=value, pre=value, **more)


def small_nodes() -> list[GraphNode]:
    embedding = [
        GraphNode(kind="embedding", position=p, token=100 + p, label=t, value=1.0, influence=0.1)
        for p, t in enumerate(TOKENS)
    ]
    return [
        *embedding,
        latent(0, 7, 1, "key", 2.0, pre=2.0, influence=0.3),
        latent(0, 7, 2, "query", 1.5, pre=1.5, influence=0.3),
        latent(1, 9, 2, "key", 3.0, pre=3.0, influence=0.6),
        latent(1, 9, 4, "query", 2.5, pre=2.5, cut=0.1, influence=0.7),
        GraphNode(
            kind="error", position=2, layer=0, part="attn", value=1.0, influence=0.05, error_norm=0.31, label=NASTY
        ),
        GraphNode(kind="error", position=4, layer=1, part="attn", value=1.0, influence=0.08, error_norm=0.27),
        GraphNode(kind="bias", position=-1, value=1.0, influence=0.02),
        logit(102, " Dursley", 6.0, probability=0.8, influence=0.8),
        logit(103, " saw", 1.0, probability=0.1, influence=0.2),
        latent(0, MANY, 2, "key", 0.5, pre=0.5, influence=0.01),
        latent(0, MANY, 3, "query", 0.25, pre=0.25, influence=0.01),
        latent(0, MANY, 4, "query", 0.25, pre=0.25, influence=0.01),
    ]  # fmt: skip


def small_edges() -> Edges:
    """Weights into a node sum to its pre-activation less what was cut."""
    no = [0.0, 0.0, 0.0]
    rows: list[tuple[int, int, float, list[float]]] = [
        (KEY0, 1, 2.25, no),
        (KEY0, BIAS, -0.25, no),
        (QUERY0, KEY0, 1.5, [1.75, -0.25, 0.0]),
        (KEY1, 2, 1.0, no),
        (KEY1, QUERY0, 1.75, no),
        (KEY1, ERROR0, 0.25, no),
        (QUERY1, KEY1, 2.4, [0.3, 2.0, 0.1]),
        (LOGIT, 4, 0.5, no),
        (LOGIT, QUERY1, 5.0, no),
        (LOGIT, ERROR1, 0.5, no),
        (LOGIT2, QUERY1, -0.5, no),
        (LOGIT2, ERROR1, 1.5, no),
        (14, 2, 0.5, no),
        (15, 14, 0.25, [0.25, 0.0, 0.0]),
        (16, 14, 0.25, [0.2, 0.05, 0.0]),
    ]
    rows.sort(key=lambda r: (r[0], r[1]))
    return Edges(
        np.array([r[0] for r in rows], dtype=np.int32),
        np.array([r[1] for r in rows], dtype=np.int32),
        np.array([r[2] for r in rows], dtype=np.float32),
        np.array([r[3] for r in rows], dtype=np.float32),
    )


def small_qk() -> QKRecord:
    def term(query_node: int | None, key_node: int | None, value: float) -> QKTerm:
        return QKTerm(query_node=query_node, key_node=key_node, value=value)

    entry = QKEntry(
        layer=1, head=1, query=4, key=2, pattern=0.91, score=5.0,
        pairs=[term(4, QUERY0, 4.0), term(4, ERROR0, -0.5), term(None, None, 1.5)],
        query_marginal=[term(4, None, 4.4), term(None, None, 0.6)],
        key_marginal=[term(None, QUERY0, 4.2), term(None, None, 0.8)],
        contrast=3.5, qk_features=[(12, 3.0), (4, 0.7)], qk_features_rest=1.3, qk_features_of="qk_diagonal-n40-s0",
    )  # fmt: skip
    return QKRecord(entries=[entry])


def small_verify() -> VerifyRecord:
    def one(node: int, action: Any, correlation: float) -> Perturbation:
        return Perturbation(
            node=node, action=action, factor=0.0 if action == "suppress" else 2.0, n_targets=5, frozen_error=2e-7,
            live_correlation=correlation, live_relative_error=1 - correlation,
        )  # fmt: skip

    def change(predicted: float, frozen: float, live: float) -> OutputChange:
        return OutputChange(predicted=predicted, frozen=frozen, live=live)

    def removed(what: Any, nodes: list[int], logit: OutputChange, **more: Any) -> OutputEffect:
        probability = change(logit.predicted / 10, logit.frozen / 10, logit.live / 10)
        return OutputEffect(what=what, nodes=nodes, step=-1.0, logit=logit, probability=probability, **more)

    def agreement(regime: Any, correlation: float, signs: float) -> OutputAgreement:
        return OutputAgreement(
            what="node", step=-1.0, quantity="logit", regime=regime, n=3, correlation=correlation, signs=signs,
            slope=0.9, control_correlation=0.01, control_signs=0.5,
        )  # fmt: skip

    outputs = OutputRecord(
        target=LOGIT,
        runner_up=LOGIT2,
        agreements=[agreement("frozen", 0.99, 1.0), agreement("live", 0.87, 0.92)],
        effects=[
            removed("node", [QUERY1], change(-5.0, -5.1, -4.2), margin=change(-4.5, -4.6, -4.0)),
            removed("node", [KEY1], change(-4.8, -4.9, 0.5)),
            removed("supernode", [KEY0, QUERY0], change(-3.5, -3.5, -3.0), label="previous token"),
        ],
    )
    return VerifyRecord(
        outputs=outputs,
        perturbations=[one(KEY1, "suppress", 0.97), one(QUERY0, "boost", 0.9)],
        controls=[one(KEY0, "suppress", 0.08)],
        worst_frozen_error=2e-7,
        live_correlation=0.95,
        control_correlation=0.08,
        seconds=1.5,
    )


def small_graph(folder: Path, *, bare: bool = False, slug: str = "vernon", **changes: Any) -> Path:
    """The induction graph by hand; `bare` leaves out what is optional. Returns the folder."""
    nodes, edges = small_nodes(), small_edges()
    scores = GraphScores(
        replacement=0.71, completeness=0.83, error_share=0.12, n_nodes=len(nodes), n_edges=len(edges.target),
        n_error_nodes=2,
    )  # fmt: skip
    record = GraphRecord(
        slug=slug, prompt="".join(TOKENS[1:]), tokens=[0, 101, 102, 103, 101], token_strings=TOKENS, model="made",
        attention="mtc", n_layers=2, n_heads=2, patterns="model", dictionaries=dictionaries(), nodes=nodes,
        n_edges=len(edges.target), n_edges_found=40, node_threshold=None if bare else 0.8,
        edge_threshold=None if bare else 0.98, scores=None if bare else scores,
        supernodes=[] if bare else SUPERNODES,
        notes=[] if bare else ["25 edges were pruned", f"a note with {NASTY}"], seconds=1.0,
    )  # fmt: skip
    record = record.model_copy(update=changes)
    folder.mkdir(parents=True, exist_ok=True)
    record.save(folder / GRAPH)
    save_edges(edges._replace(heads=None) if bare else edges, folder / EDGES)
    if not bare:
        small_qk().save(folder / QK)
        small_verify().save(folder / VERIFY)
    return folder


def large_graph(folder: Path, *, n_nodes: int = 2000, n_edges: int = 20_000, n_layers: int = 12) -> Path:
    """A random graph of that size: edges lead from earlier rows to later ones, most of them strong in few."""
    draw = np.random.default_rng(5)
    n_tokens, n_heads, n_logits = 24, 8, 10
    tokens = [f" w{i}" for i in range(n_tokens)]
    dictionaries = [
        GraphDictionary(
            name=f"mtc-{layer}", kind="mtc", layers=[layer], part="attn", n_latents=4096,
            heads=[*(f"head {h}" for h in range(n_heads)), "identity"],
        )
        for layer in range(n_layers)
    ]  # fmt: skip
    nodes = [GraphNode(kind="embedding", position=p, token=p, label=t, value=1.0) for p, t in enumerate(tokens)]
    kinds = draw.choice(["key", "query", "own", "error"], size=n_nodes - n_tokens - n_logits, p=[0.35, 0.35, 0.2, 0.1])
    layers = np.sort(draw.integers(0, n_layers, len(kinds)))
    for kind, layer in zip(kinds, layers, strict=True):
        place: dict[str, Any] = {"position": int(draw.integers(1, n_tokens)), "layer": int(layer)}
        if kind == "error":
            nodes.append(GraphNode(kind="error", part="attn", value=1.0, error_norm=0.4, **place))
        else:
            nodes.append(
                GraphNode(
                    kind="latent",
                    part="mlp" if kind == "own" else "attn",
                    dictionary=int(layer),
                    latent=int(draw.integers(4096)),
                    side=str(kind),
                    value=float(draw.gamma(2)),
                    **place,
                )
            )
    nodes += [
        GraphNode(kind="logit", position=n_tokens - 1, token=i, label=f" l{i}", value=3.0, probability=0.09)
        for i in range(n_logits)
    ]
    influence = draw.pareto(1.5, len(nodes)) / 100
    nodes = [n.model_copy(update={"influence": float(min(1, v))}) for n, v in zip(nodes, influence, strict=True)]
    target = draw.integers(n_tokens, n_nodes, 3 * n_edges)
    source = (target * draw.random(3 * n_edges)).astype(int)
    pairs = np.unique(np.stack([target, source], 1), axis=0)
    pairs = pairs[np.sort(draw.permutation(len(pairs))[:n_edges])]
    weight = draw.standard_t(3, len(pairs)).astype(np.float32)
    heads = draw.dirichlet(np.full(n_heads + 1, 0.3), len(pairs)).astype(np.float32) * weight[:, None]
    record = GraphRecord(
        slug="large", prompt="".join(tokens), tokens=list(range(n_tokens)), token_strings=tokens, model="random",
        attention="mtc", n_layers=n_layers, n_heads=n_heads, patterns="model", dictionaries=dictionaries, nodes=nodes,
        n_edges=len(pairs), n_edges_found=len(pairs),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    record.save(folder / GRAPH)
    save_edges(Edges(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), weight, heads), folder / EDGES)
    return folder


if __name__ == "__main__":
    from polyhead.reports.graphs import write_graph_pages

    base = Path(sys.argv[1])
    made = [small_graph(base / "small"), large_graph(base / "large")]
    print(write_graph_pages(made, base / "pages"))
