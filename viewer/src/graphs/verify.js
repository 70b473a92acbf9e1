// The graph compared with interventions: predicted and seen changes.
import * as graphRows from "./rows.js";
import { el } from "../shared/dom.js";
import { num, fixed } from "../shared/format.js";
import * as tip from "../shared/tip.js";

const VERB = { suppress: "suppressed", boost: "boosted", swap: "swapped" };

const table = (g, list, act, title) =>
  el(
    "table.verify-table",
    el("caption", title),
    el(
      "thead",
      el(
        "tr",
        ["Node", "Done to it", "Frozen: error", "Live: corr.", "Live: error"].map((v, k) =>
          el("th", { scope: "col", class: k > 1 ? "number" : null }, v),
        ),
      ),
    ),
    el(
      "tbody",
      list.map((p) =>
        el(
          "tr",
          el("td", graphRows.nodeButton(g, p.node, act, false)),
          el("td", VERB[p.action]),
          el("td.number", num(p.frozen_error, 2)),
          el("td.number", fixed(p.live_correlation, 2)),
          el("td.number", fixed(p.live_relative_error, 2)),
        ),
      ),
    ),
  );

export const page = (g, act) => {
  const v = g.data.verify;
  if (!v)
    return el(
      "div",
      el("h2", "Not verified"),
      el(
        "p.hint",
        "No intervention was made on this graph yet: ",
        el("code", "polyhead graph verify"),
        " makes them, then write these pages again.",
      ),
    );
  const bar = (name, value, words) =>
    el(
      "li",
      tip.attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words)),
      el("span.share-bar.good", el("span.fill", { vars: { "--size": Math.max(0, Math.min(1, value ?? 0)) } })),
      el("span.value", fixed(value, 2)),
    );
  const exact = v.worst_frozen_error < 1e-3;
  return el(
    "div.verify-page",
    el("h2", "Held against interventions"),
    el(
      "p",
      exact
        ? "In the frozen model the graph predicts every change exactly"
        : "In the frozen model the graph misses some changes",
      `: the worst error of ${v.perturbations.length} interventions is `,
      el("strong", num(v.worst_frozen_error, 2)),
      " of the largest change.",
    ),
    el(
      "ul.score-bars",
      bar(
        "Live model",
        v.live_correlation,
        "Correlation of predicted and seen changes with nothing frozen: how far the graph is true of the model itself.",
      ),
      bar(
        "Control",
        v.control_correlation,
        "The same for nodes drawn at random, with their predictions shuffled: what chance gives.",
      ),
    ),
    table(g, v.perturbations, act, "Nodes of the graph"),
    v.controls.length > 0 && table(g, v.controls, act, "Control: random nodes, shuffled predictions"),
  );
};
