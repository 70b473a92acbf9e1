// The story of a graph in one line.
import { nodeButton } from "./rows.js";
import { answer, path, supporting } from "./story.js";
import { el } from "../shared/dom.js";
import { percent } from "../shared/format.js";

// The key side of a latent says nothing that its query side, next in the path, does not.
const repeated = (g, nodes, k) =>
  g.nodes.side[nodes[k]] === "key" && g.sameLatent(nodes[k]).includes(nodes[k + 1]) && k + 1 < nodes.length;

export const line = (g, act) => {
  const end = answer(g);
  if (end < 0) return null;
  const nodes = path(g, end);
  const told = nodes.filter((_, k) => k < nodes.length - 1 && !repeated(g, nodes, k));
  const p = g.nodes.probability?.[end] ?? null;
  const first = supporting(g, end)[0];
  const direct = told.length > 1 && first !== undefined && g.nodes.kind[g.edges.source[first]] === "embedding";
  return el(
    "p.story",
    el("strong", "Answer"),
    nodeButton(g, end, act, false),
    p !== null && el("span.faint", percent(p)),
    told.length > 0 && [
      el("span.lead", "Strongest path:"),
      told.map((i) => [nodeButton(g, i, act, false), el("span.faint", "→")]),
      el("span", "answer"),
    ],
    direct && [
      el("span.lead", "Directly:"),
      nodeButton(g, g.edges.source[first], act, false),
      el("span.faint", { title: "Share of what flows into the answer" }, percent(g.edges.share[first])),
    ],
  );
};
