// The table of heads whose attention pattern a dictionary makes: the goal first, then what it is made of.
import { el } from "../shared/dom.js";
import { fixed } from "../shared/format.js";
import * as tip from "../shared/tip.js";

const three = (v) => fixed(v, 3),
  one = (v) => fixed(v, 1),
  percent = (v) => `${fixed(100 * v, 0)} %`;

/** @type {[string, string, (v: any) => string, string][]} */
const COLUMNS = [
  [
    "nmse_off_sink",
    "Off the sink",
    three,
    "nMSE about the mean pattern over sequences, without the sink key (key 0, BOS where there is one): the number of the goal.",
  ],
  ["l0_query", "L0 query", one, "Mean number of latents that fire on a query."],
  ["l0_key", "L0 key", one, "Mean number of latents that fire on a key."],
  [
    "densest",
    "Densest",
    percent,
    "Share of positions on which the most frequent latent fires, on the denser of its sides.",
  ],
  [
    "dense_off_sink",
    "Dense, trained",
    three,
    "The number of the goal for dense scores of as many numbers as the dictionary uses on its busier side, trained on the same loss.",
  ],
  ["svd_off_sink", "Dense, SVD", three, "The same for the head's own scores, cut to that rank and not trained."],
  [
    "svd_rank_faithful",
    "Rank for 0.1",
    (v) => fixed(v, 0),
    "Least rank, in eighths of d_head, at which the cut scores come within 0.1.",
  ],
  ["nmse_about_mean", "About the mean", three, "nMSE about the mean pattern over sequences, the sink included."],
  [
    "nmse_renormalised",
    "Renormalised",
    three,
    "The same of rows that are divided by what they hold off the sink: where a head looks when it looks at all.",
  ],
  ["nmse", "About a scalar", three, "nMSE about the mean of all entries, which the column of the sink fills."],
  [
    "nmse_of_mean_pattern",
    "Mean pattern",
    three,
    "What the mean pattern scores about that scalar, with no look at the text.",
  ],
  [
    "explicit_off_sink",
    "Explicit parts",
    percent,
    "Share off the sink that key bias and offset table hold alone, which always act; negative where they mislead.",
  ],
  [
    "top_key_off_sink",
    "Top key",
    percent,
    "Of queries whose top key is not the sink, the share with the same top key.",
  ],
  [
    "top_key_on_sink",
    "Top key sink",
    percent,
    "Of queries whose top key is the sink, the share that rests there as well.",
  ],
  ["kl", "KL", three, "Mean over queries of the KL divergence from the head's own pattern, in nats."],
  [
    "ce_recovered",
    "CE rec.",
    percent,
    "With the pattern of this head alone spliced in: share of the loss gap between its mean pattern and its own that is closed.",
  ],
];
const absent = (v) => v === null || v === undefined;

/** @param {any[]} evaluations */
export const rowsOf = (evaluations) =>
  evaluations.flatMap((e) => (e.head_patterns || []).map((h) => ({ ...h, name: e.name })));

/** @param {any[]} rows */
export const goalLine = (rows) => {
  const judged = rows.filter((r) => !absent(r.reaches_goal));
  const reached = judged.filter((r) => r.reaches_goal).length;
  return `${reached} of ${judged.length} heads reach the goal: nMSE about the mean pattern, sink excluded, at most 0.1 with L0 at most half of d_head on queries and on keys, and no latent denser than 20 %.`;
};

export const patternTable = (evaluations) => {
  const rows = rowsOf(evaluations);
  if (!rows.length) return false;
  const shown = COLUMNS.filter(([key]) => rows.some((r) => !absent(r[key])));
  const heading = ([, title, , definition]) => {
    const button = el("button", { type: "button" }, title);
    tip.attach(button, () => el("p", definition));
    return el("th.number", { scope: "col" }, button);
  };
  const judged = rows.some((r) => !absent(r.reaches_goal));
  return el(
    "section#head-patterns.card",
    { "aria-labelledby": "head-patterns-title" },
    el("div.head", el("h2#head-patterns-title", "Patterns, head by head")),
    judged && el("p.goal", goalLine(rows)),
    el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": "Table of heads whose pattern is made" },
      el(
        "table.scores",
        el(
          "thead",
          el(
            "tr",
            el("th", { scope: "col" }, "Dictionary"),
            el("th", { scope: "col" }, "Head"),
            judged && el("th", { scope: "col" }, "Goal"),
            shown.map(heading),
          ),
        ),
        el(
          "tbody",
          rows.map((r) =>
            el(
              "tr",
              el("td", r.name),
              el("td", r.head),
              judged && el("td", absent(r.reaches_goal) ? "–" : r.reaches_goal ? "reached" : "not reached"),
              shown.map(([key, , show]) => el("td.number", absent(r[key]) ? "–" : show(r[key]))),
            ),
          ),
        ),
      ),
    ),
  );
};
