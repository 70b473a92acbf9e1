// The story of a graph: its answer, the path of strongest positive edges through latents to it, and its strongest latents.

const unexplained = (g, i) => g.nodes.kind[i] === "error" || g.nodes.kind[i] === "bias";

/** The node of the most probable next token; -1 where the graph has no logit. */
export const answer = (g) => {
  const { kind, probability } = g.nodes;
  let best = -1;
  for (let i = 0; i < g.n; i++)
    if (kind[i] === "logit" && (best < 0 || (probability?.[i] ?? -1) > (probability?.[best] ?? -1))) best = i;
  return best;
};

/** Positive edges into a node from what is explained, the largest first. */
export const supporting = (g, i) =>
  g.incoming(i).filter((e) => g.edges.weight[e] > 0 && !unexplained(g, g.edges.source[e]));

/** Nodes up to `from`, each with its strongest positive edge to the next; from latents where there is one, else tokens. */
export const path = (g, from) => {
  const nodes = [from];
  for (;;) {
    const edges = supporting(g, nodes[0]);
    const e = edges.find((v) => g.nodes.kind[g.edges.source[v]] === "latent") ?? edges[0];
    if (e === undefined || nodes.includes(g.edges.source[e])) return nodes;
    nodes.unshift(g.edges.source[e]);
  }
};

/** Nodes of the `n` latents with most influence, or the largest share of the answer where the record has no influence. */
export const strongest = (g, n) => {
  const from = answer(g);
  const up = from < 0 ? null : g.trace(from, g.shown(1), 0).up;
  const size = (i) => (Number.isNaN(g.influence[i]) ? (up?.[i] ?? 0) : g.influence[i]);
  const found = Array.from({ length: g.n }, (_, i) => i)
    .filter((i) => g.nodes.kind[i] === "latent" && size(i) > 0)
    .sort((a, b) => size(b) - size(a));
  // one node per latent, its strongest
  return found.filter((i, k) => !found.slice(0, k).some((j) => g.sameLatent(i).includes(j))).slice(0, n);
};
