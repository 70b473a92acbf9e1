# %% [markdown]
# # An attribution graph, why heads looked, and whether it is true
#
# An **attribution graph** explains one prediction. Nodes are what was active on the prompt: tokens, latents, errors of
# the dictionaries, and logits. An edge says how much one node added to another. Where an edge crosses an attention
# layer, polyhead says through **which heads**, splits the attention itself into the features that caused it, and checks
# the graph by interventions in the model.

# %%
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "polyhead[plot]"], check=True)

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

import polyhead as ph

plt.rcParams["figure.dpi"] = 90
pd.set_option("display.float_format", "{:.3f}".format, "display.max_colwidth", None)

model = ph.load_model("bundled")
prompt = "for name, value in items:\n    print(name, value)\nfor name, value in items:\n    print(name,"
tokens = ph.to_tokens(model, prompt)
words = [w.replace("\n", "\\n") for w in model.tokenizer.tokens(tokens[0])]
dictionaries = list(ph.bundled_folders("mtc").values())  # one multitoken transcoder per layer

# %% [markdown]
# ## Build and prune
#
# Building freezes attention patterns and norms, so that the model becomes linear between nodes, and every edge is
# exact in that frozen model. The whole graph is large; `prune` keeps the nodes and edges that carry most of the influence
# on the logits.

# %%
whole = ph.graphs.build(model, dictionaries, tokens[0])
graph = ph.graphs.prune(whole, node_threshold=0.6, edge_threshold=0.9)
pd.DataFrame(
    {"nodes": [len(whole), len(graph)], "edges": [len(whole.edges.weight), len(graph.edges.weight)]},
    index=["whole", "pruned"],
)

# %%
scores = graph.record.scores
print(
    f"replacement score  {scores.replacement:.2f}  share of paths from logits to tokens that meet no error node"
)
print(
    f"completeness score {scores.completeness:.2f}  share of inputs to nodes that does not come from error nodes"
)

# %% [markdown]
# ## The strongest nodes
#
# Names of latents are made here from what they promote; labels for latents are not part of this graph.

# %%
mtcs = [ph.load_dictionary(folder).requires_grad_(False) for folder in dictionaries]


def name(node):
    if node.kind in ("embedding", "logit"):
        return f"{node.kind} {node.label!r}"
    if node.kind == "latent":
        promoted = (mtcs[node.dictionary].W_dec[node.latent] @ model.W_U).topk(3).indices
        return f"L{node.layer} latent {node.latent}, {node.side} side (promotes {' '.join(model.tokenizer.tokens(promoted))})"
    return f"{node.kind} of layer {node.layer}"


nodes = pd.DataFrame(
    [
        (i, name(n), n.position, words[n.position], n.influence)
        for i, n in enumerate(graph.nodes)
        if n.position >= 0
    ],
    columns=["node", "name", "position", "at token", "influence"],
).set_index("node")
nodes.sort_values("influence", ascending=False).head(10)

# %% [markdown]
# ## Draw it
#
# A graph draws itself in a cell: positions run to the right, layers upwards. `polyhead graph view` opens the interactive
# version with all edges.

# %%
graph

# %%
graph.plot(n_nodes=15)

# %% [markdown]
# ## Through which heads?
#
# Take the strongest latents that write the logit of ` value`, and for each the strongest arrival from another
# position, with the heads that carry it.

# %%
answer = max(
    (i for i, n in enumerate(graph.nodes) if n.kind == "logit"), key=lambda i: graph.nodes[i].probability
)
print("explained:", name(graph.nodes[answer]), f"probability {graph.nodes[answer].probability:.2f}")
arrivals, rows = graph.incoming(answer), []
heads = graph.record.dictionaries[3].heads
for i, w in list(zip(arrivals.source, arrivals.weight))[:12]:
    if graph.nodes[i].kind != "latent" or graph.nodes[i].layer != 3:
        continue
    into = graph.incoming(int(i))
    moved = [j for j, s in enumerate(into.source) if graph.nodes[s].position not in (-1, len(words) - 1)]
    if not moved:
        continue
    j = moved[0]
    sent = graph.nodes[into.source[j]]
    by = into.heads[j]
    largest = np.argsort(-np.abs(by))[:3]
    rows.append(
        {
            "to the logit": w,
            "latent": name(graph.nodes[i]),
            "from": f"{words[sent.position]!r} at {sent.position}",
            "heads": ", ".join(
                f"{'L' + heads[k].replace('.', 'H') if k < 8 else 'identity'} {by[k]:+.2f}" for k in largest
            ),
        }
    )
pd.DataFrame(rows)

# %% [markdown]
# Most of these latents bring ` value` from its earlier places through several induction heads at once.
#
# ## Why did the head look there?
#
# Edges say what was carried. *That* it was carried is decided by attention scores, and a score is a sum over pairs: what
# stood at the query times what stood at the key. `ph.graphs.explain` lists the pairs for one entry of a pattern.

# %%
from polyhead.graphs.loaded import load_dictionaries

query = len(words) - 1
pattern = whole.frozen.recorded.pattern(3)[7, query]
key = int(pattern[1:].argmax()) + 1
qk = [one for folder in ph.bundled_folders("qk_diagonal").values() for one in load_dictionaries(folder)]
entry = ph.graphs.explain(whole.frozen, 3, 7, query, key, top=6, dictionaries=qk)
print(
    f"L3H7 looks from {words[query]!r} at {query} to {words[key]!r} at {key}: attention {entry.pattern:.2f}"
)
print(f"score {entry.score:.2f}, which is {entry.contrast:.2f} above the other keys of the row")


def told(number):
    return (
        "all others" if number is None else f"{name(whole.nodes[number])} at {whole.nodes[number].position}"
    )


pd.DataFrame(
    [(told(p.query_node), told(p.key_node), p.value) for p in entry.pairs], columns=["query", "key", "score"]
)

# %% [markdown]
# The list adds up to the score. A **QK dictionary** finds the same in fewer terms: each of its latents is one
# condition on the query together with one on the key.

# %%
features = pd.DataFrame(entry.qk_features, columns=["QK latent", "score"]).set_index("QK latent")
print(
    f"{entry.qk_features_of}: {features['score'].sum():.2f} of {entry.score:.2f} by {len(features)} QK latents"
)
features.head(6)

# %% [markdown]
# ## Is it true?
#
# A graph is a claim about interventions: change a node, and its targets should change as the edges say. In the frozen
# model that has to hold to rounding error. In the *real* model, where attention and norms react, it holds as far as
# freezing was harmless. Controls permute the predictions.

# %%
check = ph.graphs.verify(model, dictionaries, whole, 9, torch.Generator().manual_seed(0))
print(f"worst error in the frozen model: {check.worst_frozen_error:.0e} of the effect")
print(f"predicted against observed in the real model: correlation {check.live_correlation:.2f}")
print(f"the same with permuted predictions:           correlation {check.control_correlation:.2f}")

# %%
pd.DataFrame(
    [(name(whole.nodes[p.node]), p.action, p.n_targets, p.live_correlation) for p in check.perturbations],
    columns=["node", "action", "targets", "correlation in the real model"],
)

# %% [markdown]
# Read a graph with this number in mind. On the command line: `polyhead graph "PROMPT" --out runs/graph`, then
# `polyhead graph view runs/graph`.
#
# **Next:** `07_steer_and_ablate.ipynb` intervenes on what you found here.
