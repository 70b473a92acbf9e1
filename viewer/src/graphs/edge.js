// One edge: its weight, its heads, and the QK features of those that were explained.
import { full, headAt, headColor } from "./names.js";
import { bar, roughly, nodeButton } from "./rows.js";
import { el } from "../shared/dom.js";
import { headText, num, percent } from "../shared/format.js";

const headList = (g, e, terms, act) => {
  const dictionary = g.crosses(e);
  const most = Math.max(1e-12, ...terms.map(Math.abs)),
    whole = terms.reduce((sum, v) => sum + Math.abs(v), 0);
  const both = terms.some((v) => v < -1e-3 * most);
  const query = g.nodes.position[g.edges.target[e]],
    key = g.nodes.position[g.edges.source[e]];
  return el(
    "ol.head-terms",
    terms.map((v, h) => {
      const at = headAt(g, e, h);
      const entry = at && key >= 0 ? g.entryOf(at[0], at[1], query, key) : -1;
      return el(
        "li",
        { "data-head": h },
        el("span", headText(dictionary.heads[h])),
        bar(v, most, headColor(dictionary, h), both),
        el("span.value", Math.abs(v) < 1e-3 * most ? "≈0" : num(v)),
        el("span.value.share", whole ? roughly(Math.abs(v) / whole) : ""),
        entry >= 0 && el("button.quiet.why", { "data-entry": entry, onclick: () => act.why(entry) }, "why there?"),
      );
    }),
  );
};

export const page = (g, e, act) => {
  const { source, target, weight, share } = g.edges,
    s = source[e],
    t = target[e];
  const heads = el("div#heads");
  const dictionary = g.crosses(e);
  const node = el(
    "div.edge-page",
    { "data-edge": e },
    el("h2", "Edge"),
    el("div.edge-ends", nodeButton(g, s, act), el("span.faint", "→"), nodeButton(g, t, act)),
    el(
      "dl.strip.facts-strip",
      el("div", el("dt", "Weight"), el("dd", num(weight[e]))),
      el("div", el("dt", "Share of its target's input"), el("dd", percent(share[e]))),
      el("div", el("dt", "Per unit of its source"), el("dd", num(weight[e] / (g.nodes.value[s] || 1)))),
    ),
    el(
      "p.hint",
      `${full(g, s)} adds ${num(weight[e])} to ${full(g, t)}, with norms and patterns frozen as on the prompt.`,
    ),
    heads,
  );
  node.start = async () => {
    const terms = await g.headsOf(e);
    if (!node.isConnected) return;
    if (!terms) {
      heads.replaceChildren(
        el(
          "p.hint",
          dictionary
            ? "Terms by head were not saved for this edge: it crosses no attention."
            : "It stays at one position: no head is crossed.",
        ),
      );
      return;
    }
    const size = terms.reduce((a, v) => a + Math.abs(v), 0);
    const effective = size ** 2 / (terms.reduce((a, v) => a + v * v, 0) || 1);
    heads.replaceChildren(
      el("h3", "Through which heads"),
      headList(g, e, terms, act),
      el(
        "p.hint",
        `They sum to ${num(terms.reduce((a, v) => a + v, 0))}; as many as ${num(effective, 2)} heads in equal parts.`,
      ),
    );
  };
  return node;
};
