"""circuit-tracer on our files and on our model: it opens our graphs, and its adjacency must be ours.

    sh benchmarks/install_circuit_tracer.sh         # once: the peer in an environment of its own
    python benchmarks/check_circuit_tracer.py

1. Our graph JSON, with attention latents and explained attention scores, is opened by its model class and its server.
2. For random models (LayerNorm or RMSNorm with gains, with biases, rotary) with the same per-layer transcoders or the
   same cross-layer transcoder, both attribute the same prompt, patterns and norm scales frozen. It lets attention pass
   and has no nodes there; ours has latents there that lose nothing (every coordinate with either sign), so what goes
   through them from node to node must be its edges: all of its latents, errors, embeddings and logits are compared. It
   leaves out latents and errors of position 0 and biases, so those of ours are passed over. Its own JSON is read by us.
Largest differences are given as shares of the largest weight of their kind. Exits with 1 where one is above 1e-5.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import torch
from safetensors.torch import load_file
from scipy.sparse.linalg import spsolve_triangular
from small_model import passing_attention, random_model, random_transcoder, write_for_peer

from polyhead.core.graph_records import GraphNode
from polyhead.dictionaries.activation import JumpReLU, ReLU
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.graph import Graph
from polyhead.interop.graph_json import Held, read_graph_json, write_graph_folder
from polyhead.models.native import NativeConfig

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".venv-peers-circuit-tracer" / "bin" / "python"
ALL = GraphConfig(max_query_nodes=100_000, edge_share=0, max_incoming=10**9)
N_TOKENS, TOLERANCE = 24, 1e-5
CASES = {
    "LayerNorm, gelu, jumprelu set": (
        {"normalization": "LN", "act_fn": "gelu"},
        JumpReLU(),
        "ln2.hook_normalized",
        False,
    ),
    "RMSNorm with gains, relu set": ({"normalization": "RMS", "act_fn": "relu"}, ReLU(), "ln2.hook_normalized", False),
    "RMSNorm, jumprelu set on resid_mid": ({"normalization": "RMS"}, JumpReLU(), "hook_resid_mid", False),
    "LayerNorm, jumprelu cross-layer": ({"normalization": "LN"}, JumpReLU(), "ln2.hook_normalized", True),
}


def peer(command: str, folder: Path) -> str:
    run = subprocess.run(
        [PEER, HERE / "peer_circuit_tracer.py", command, folder], capture_output=True, text=True, timeout=600
    )
    if run.returncode:
        raise SystemExit(f"circuit-tracer failed at `{command}`: {run.stderr.strip()[-2000:]}")
    return run.stdout.strip()


def built(name: str, folder: Path) -> Graph:
    settings, activation, site, later = CASES[name]
    cfg = NativeConfig(
        n_layers=4, d_model=48, n_heads=4, d_head=12, d_vocab=101, n_ctx=64, d_mlp=96, has_bias=True, **settings
    )
    model = random_model(cfg, seed=1)
    transcoder = random_transcoder(cfg, 256, activation, site=site, share=0.05, later=later, seed=2)
    tokens = torch.randint(101, (N_TOKENS,), generator=torch.Generator().manual_seed(3))
    tokens[0] = 0  # BOS: circuit-tracer puts one in front where there is none
    transcoder = write_for_peer(folder, model, cfg, transcoder, tokens)
    attention = [passing_attention(cfg, layer) for layer in range(cfg.n_layers)]
    return build_graph(model, [*attention, transcoder], tokens, ALL)


def place_of(node: GraphNode, width: int) -> tuple[object, ...]:
    """What names a node on both sides."""
    if node.kind == "latent":
        return "latent", node.layer, node.position, (node.latent or 0) % width
    return node.kind, node.layer, node.position, node.token if node.kind == "logit" else None


def through_attention(graph: Graph, nodes: np.ndarray) -> np.ndarray:
    """Edges among some nodes with all that goes through attention latents between them.

    Weights into an attention latent are parts of its value v; out of it they are for all of v. With D = 1 / v the paths
    are A_nn + A_na D (I - A_aa D)^-1 A_an.
    """
    adjacency = sp.csc_array(graph.adjacency().astype(np.float64))
    between = np.array([i for i, n in enumerate(graph.nodes) if n.kind == "latent" and n.part == "attn"])
    inverse = sp.diags_array(1 / np.array([graph.nodes[i].value for i in between]))
    rows, into = adjacency[nodes], adjacency[between]
    inner = sp.csc_array(sp.eye_array(len(between)) - into[:, between] @ inverse)
    reached = spsolve_triangular(inner.tocsr(), into[:, nodes].toarray(), lower=True)
    return rows[:, nodes].toarray() + rows[:, between] @ inverse @ reached


def compare(graph: Graph, folder: Path, width: int = 256) -> dict[str, float]:
    """Largest differences by kind of source and target, as a share of the largest weight."""
    theirs = load_file(folder / "theirs.safetensors")
    adjacency, features = theirs["adjacency"].double().numpy(), theirs["features"].tolist()
    L, P = graph.record.n_layers, len(graph.record.tokens)
    names: list[tuple[object, ...]] = [("latent", layer, p, i) for layer, p, i in features]
    names += [("error", layer, p, None) for layer in range(L) for p in range(P)]
    names += [("embedding", None, p, None) for p in range(P)]
    names += [("logit", None, P - 1, token) for token in theirs["logits"].tolist()]
    shown = {
        place_of(n, width): i
        for i, n in enumerate(graph.nodes)
        if n.kind in ("embedding", "logit") or (n.kind in ("latent", "error") and n.position > 0 and n.part == "mlp")
    }
    wanted = [name for name in names if not (name[0] == "error" and name[2] == 0)]
    if missing := set(wanted) ^ set(shown):
        raise SystemExit(
            f"nodes differ: {len(missing)} of {len(wanted)} are on one side only, {sorted(map(str, missing))[:3]}"
        )
    at_theirs = np.array([i for i, name in enumerate(names) if name in shown])
    at_ours = np.array([shown[names[i]] for i in at_theirs])
    ours = through_attention(graph, at_ours)
    other = adjacency[np.ix_(at_theirs, at_theirs)]
    kinds = np.array([names[i][0] for i in at_theirs])
    result = {}
    for target in ("latent", "logit"):
        for source in ("latent", "error", "embedding"):
            a, b = (m[np.ix_(kinds == target, kinds == source)] for m in (ours, other))
            result[f"{source} -> {target}"] = float(np.abs(a - b).max() / np.abs(b).max())
    values = np.array([graph.nodes[i].value for i in at_ours[kinds == "latent"]])
    result["activations"] = float(np.abs(values - theirs["values"].numpy()).max() / np.abs(values).max())
    print(
        f"  {(kinds == 'latent').sum()} latents, {np.count_nonzero(other):,} edges there, "
        f"{np.count_nonzero(ours):,} here"
    )
    return result


def attention_graph(folder: Path) -> None:
    """A graph of the kinds that circuit-tracer does not know, opened there."""
    sys.path.insert(0, str(HERE.parent / "tests" / "unit" / "interop"))
    from test_graph_json import make

    write_graph_folder(make(), folder / "ours")
    print("our graph with attention latents and explained scores, opened there:", peer("open", folder / "ours"))


def main() -> None:
    if not PEER.exists():
        raise SystemExit("the peer is not installed: sh benchmarks/install_circuit_tracer.sh")
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        attention_graph(Path(name) / "attention")
        for number, case in enumerate(CASES):
            print(case)
            folder = Path(name) / str(number)
            graph = built(case, folder)
            peer("attribute", folder)
            found = compare(graph, folder)
            worst = max([worst, *found.values()])
            print("  " + ", ".join(f"{key} {value:.1e}" for key, value in found.items()))
            write_graph_folder(Held(graph.record, graph.edges), folder / "ours")
            print("  our graph opened there:", peer("open", folder / "ours"))
            theirs = read_graph_json(folder / "their_files" / "theirs.json")
            latents = sum(n.kind == "latent" for n in theirs.record.nodes)
            print(f"  its graph read here: {latents} latents, {theirs.record.n_edges} edges")
    print(f"largest difference {worst:.1e} (tolerance {TOLERANCE:g})")
    raise SystemExit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
