// Lists of edges and signed bars, as the panels show them.
import { mark, lookName, brief, full, hint, tokenAt, tip } from "./names.js";
import { el } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import { attach } from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const MOST = 10;
export const roughly = (v) => (v > 0 && v < 5e-4 ? "<0.1 %" : percent(Number(v.toFixed(3))));

// A bar from the middle: to the right where positive, striped and to the left where negative; from the left edge where nothing of
// the list is negative.
/** @param {number} value @param {number} most @param {string | null} [hue] */
export const bar = (value, most, hue = null, both = true) =>
  el(
    "span",
    { class: both ? "signed" : "signed one-way", "aria-hidden": "true" },
    el("span", {
      class: value < 0 ? "fill negative" : "fill",
      vars: { "--size": Math.min(1, Math.abs(value) / (most || 1)), ...(hue ? { "--hue": hue } : {}) },
    }),
  );
export const nodeButton = (g, i, act, hinted = true) => {
  const kind = g.nodes.kind[i],
    position = g.nodes.position[i],
    token = kind === "embedding" || kind === "logit" ? "" : tokenAt(g, position),
    where = position < 0 || kind === "logit" ? "" : `at ${position} `;
  const button = el(
    "button.node-name",
    { "data-node": i, "aria-label": full(g, i), onclick: () => act.pick(i) },
    mark(lookName(g, i)),
    el("span", brief(g, i)),
    token && tokens.chip(token),
    hinted && el("span.faint", where + hint(g, i)),
  );
  button.addEventListener("pointerenter", () => act.hover(i));
  button.addEventListener("pointerleave", () => act.hover(-1));
  return attach(button, () => tip(g, i));
};

// Edges by falling weight; `far` says which end of each is listed.
export const edges = (g, list, far, act) => {
  const most = Math.max(1e-12, ...list.map((e) => Math.abs(g.edges.weight[e])));
  const both = list.some((e) => g.edges.weight[e] < 0);
  const place = el("ol.edge-list");
  const line = (e) =>
    el(
      "li",
      nodeButton(g, far(e), act),
      bar(g.edges.weight[e], most, null, both),
      el("span.value", num(g.edges.weight[e])),
      el("span.value.share", { title: "Share of the target's input" }, roughly(g.edges.share[e])),
      el(
        "button.quiet.open-edge",
        {
          "data-edge": e,
          "aria-label": `Open the edge ${full(g, g.edges.source[e])} to ${full(g, g.edges.target[e])}`,
          onclick: () => act.edge(e),
        },
        g.crosses(e) ? "heads" : "edge",
      ),
    );
  const show = (all) => {
    const rest = list.length - MOST;
    place.replaceChildren(
      ...list.slice(0, all ? 500 : MOST).map(line),
      ...(rest > 0 && !all ? [el("li.more", el("button.quiet", { onclick: () => show(true) }, `${rest} more`))] : []),
    );
  };
  show(false);
  return list.length ? place : el("p.hint", "None.");
};
