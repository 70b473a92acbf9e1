// The graph compared with interventions: predicted and seen changes.
import * as graphRows from "./rows.js";
import { el } from "../shared/dom.js";
import { full } from "./names.js";
import { num, fixed, percent } from "../shared/format.js";
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

const SORTS = { node: "single nodes", supernode: "supernodes", set: "sets of the strongest nodes" };
const QUANTITIES = {
  logit: ["Logit", "Logit of the target token minus the mean over the vocabulary."],
  margin: ["Margin", "Logit of the target token, less that of the runner-up."],
  probability: ["Probability", "Of the target token."],
};
const REGIMES = { live: "nothing frozen", frozen: "norms and patterns frozen" };
const MOST = 12;

// Whole removals of single nodes with nothing frozen, by the target's logit.
export const live = (o) =>
  o?.agreements.find((a) => a.what === "node" && a.step === -1 && a.quantity === "logit" && a.regime === "live");

const head = (names, first = 1) =>
  el(
    "thead",
    el(
      "tr",
      names.map((v, k) => el("th", { scope: "col", class: k >= first ? "number" : null }, v)),
    ),
  );

const agreementTable = (list, what, step) => {
  const mine = list.filter((a) => a.what === what && a.step === step);
  if (!mine.length) return false;
  const done = step === -1 ? "removed" : `changed by ${percent(step)}`;
  return el(
    "table.verify-table.output-table",
    el("caption", `${mine[0].n} ${SORTS[what]} ${done}`),
    head(["Of the target", "Model", "Corr.", "Signs right", "Slope", "Shuffled: corr.", "Shuffled: signs"], 2),
    el(
      "tbody",
      ["live", "frozen"].flatMap((regime) =>
        mine
          .filter((a) => a.regime === regime)
          .map((a) =>
            el(
              "tr",
              el("td", { title: QUANTITIES[a.quantity][1] }, QUANTITIES[a.quantity][0]),
              el("td", { title: REGIMES[regime] }, regime),
              [fixed(a.correlation, 2), percent(a.signs), fixed(a.slope, 2)].map((v) => el("td.number", v)),
              [fixed(a.control_correlation, 2), percent(a.control_signs)].map((v) => el("td.number", v)),
            ),
          ),
      ),
    ),
  );
};

const effectTable = (g, effects, what, act) => {
  const mine = effects.filter((e) => e.what === what && e.step === -1).slice(0, MOST);
  if (!mine.length) return false;
  return el(
    "table.verify-table.effect-table",
    el("caption", `Removed: ${SORTS[what]}`),
    head(["What", "Logit: predicted", "frozen", "live", "Margin: predicted", "live"]),
    el(
      "tbody",
      mine.map((e) =>
        el(
          "tr",
          el(
            "td",
            what === "node"
              ? graphRows.nodeButton(g, e.nodes[0], act, false)
              : `${e.label ?? "Strongest"}, ${e.nodes.length} nodes`,
          ),
          [e.logit.predicted, e.logit.frozen, e.logit.live, e.margin?.predicted, e.margin?.live].map((v, k) =>
            el(
              "td.number",
              { class: k === 2 && Math.sign(v) !== Math.sign(e.logit.predicted) ? "wrong" : null },
              fixed(v, 2),
            ),
          ),
        ),
      ),
    ),
  );
};

// What changes do to the answer: the first thing to know of a graph that says what caused it.
const outputs = (g, o, act) => {
  if (!o) return [];
  const lead = live(o);
  const sorts = [...new Map(o.agreements.map((a) => [`${a.what}${a.step}`, [a.what, a.step]])).values()];
  return [
    el("h2", "Effects on the answer"),
    lead &&
      el(
        "p",
        `With nothing frozen, removing ${lead.n} nodes one by one changes the logit of `,
        el("strong", full(g, o.target)),
        ` as the graph predicts with correlation `,
        el("strong", fixed(lead.correlation, 2)),
        ` and `,
        el("strong", percent(lead.signs)),
        ` of the signs; shuffled predictions give ${fixed(lead.control_correlation, 2)} and ${percent(lead.control_signs)}.`,
      ),
    sorts.map(([what, step]) => agreementTable(o.agreements, what, step)),
    Object.keys(SORTS).map((what) => effectTable(g, o.effects, what, act)),
  ];
};

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
    outputs(g, v.outputs, act),
    el("h2", "Every node downstream"),
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
