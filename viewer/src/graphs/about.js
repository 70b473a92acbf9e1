// What the whole graph is: its scores, how it was cut, what its marks mean.
import { live } from "./verify.js";
import * as graphNames from "./names.js";
import { LOOKS, SHORT, mark } from "./names.js";
import { el } from "../shared/dom.js";
import { fixed, percent, count, seconds } from "../shared/format.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const SCORES = [
  [
    "replacement",
    "Replacement",
    "Share of the paths from the logits back to the tokens that meet no error node.",
    "good",
  ],
  [
    "completeness",
    "Completeness",
    "Share of what flows into nodes, weighted by their influence, that does not come from error nodes.",
    "good",
  ],
  [
    "error_share",
    "Error share",
    "Share of the influence on the logits that ends in error nodes. Less is better.",
    "bad",
  ],
];

export const scoreBars = (scores) =>
  el(
    "ul.score-bars",
    SCORES.map(([key, name, words, sense]) =>
      el(
        "li",
        { "data-score": key },
        tip.attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words)),
        el(
          "span",
          { class: `share-bar ${sense}` },
          el("span.fill", { vars: { "--size": Math.max(0, Math.min(1, scores[key])) } }),
        ),
        el("span.value", percent(scores[key])),
      ),
    ),
  );

const legend = (g) => {
  const there = new Set(Array.from({ length: g.n }, (_, i) => graphNames.lookName(g, i)));
  const edge = (words, kind) => el("li", el("span", { class: `edge-sample ${kind}` }), words);
  return el(
    "ul.graph-legend",
    Object.keys(LOOKS)
      .filter((name) => there.has(name))
      .map((name) =>
        el(
          "li",
          mark(name),
          el("span", SHORT[name]),
          el("span.faint", LOOKS[name].title.replace(/^[a-z ]+: /, "").replace(SHORT[name], "")),
        ),
      ),
    edge("positive edge of the node in focus; width is its share of the target's input", "plus"),
    edge("negative edge", "minus"),
    edge("the strongest of all other edges", "other"),
  );
};

const cutting = (g) => {
  const d = g.data,
    out = [];
  if (d.n_edges_found > d.n_edges && !d.notes.some((v) => /edges/.test(v)))
    out.push(`${count(d.n_edges)} of ${count(d.n_edges_found)} edges that were found are in the file.`);
  if ((d.node_threshold !== null || d.edge_threshold !== null) && !d.notes.some((v) => /^pruned/i.test(v)))
    out.push(
      `Pruned: ${[d.node_threshold !== null && `nodes of ${percent(d.node_threshold)}`, d.edge_threshold !== null && `edges of ${percent(d.edge_threshold)}`].filter(Boolean).join(" and ")} of the influence are kept.`,
    );
  if (d.n_edges_left_out > 0)
    out.push(
      `This page leaves out ${count(d.n_edges_left_out)} weak edges of the file, ${percent(d.weight_left_out)} of all weight.`,
    );
  return out;
};

// Whether its causes are causes, before what the graph says of itself.
const answer = (d) => {
  const a = live(d.verify?.outputs);
  return (
    a &&
    el(
      "p.answer-check",
      `Removing ${a.n} of its nodes one by one in the live model changes the answer's logit as predicted with correlation `,
      el("strong", fixed(a.correlation, 2)),
      " and ",
      el("strong", percent(a.signs)),
      ` of the signs (shuffled: ${fixed(a.control_correlation, 2)} and ${percent(a.control_signs)}).`,
    )
  );
};

export const page = (g) => {
  const d = g.data;
  const row = (name, value) => value !== null && el("div", el("dt", name), el("dd", value));
  const said = [...cutting(g), ...d.notes];
  return el(
    "div.about-page",
    el("h2", "This graph"),
    el(
      "p.prompt",
      d.token_strings.map((_, p) => [tokens.chip(graphNames.tokenAt(g, p)), " "]),
    ),
    answer(d),
    d.scores ? scoreBars(d.scores) : el("p.hint", "No scores were computed."),
    el(
      "dl.facts",
      row("Model", d.model),
      row("Attention nodes", d.attention),
      row("Patterns", d.patterns === "model" ? "the model's own, frozen" : "made by the dictionary, frozen"),
      row(
        "Dictionaries",
        [...new Set(d.dictionaries.map((v) => v.name.replace(/ of layer \d+$/, "")))].join(", ") || "none",
      ),
      row("Nodes", `${count(g.n)}, ${count(g.nodes.kind.filter((k) => k === "latent").length)} of them latents`),
      row("Edges", count(g.m)),
      row("Made in", d.seconds === null ? null : seconds(d.seconds)),
    ),
    said.length > 0 && [
      el("h3", "What was left out"),
      el(
        "ul.notes-list",
        said.map((v) => el("li", v)),
      ),
    ],
    el("h3", "How to read it"),
    legend(g),
    el(
      "p.hint",
      "Columns are positions of the prompt, rows are layers from the bottom up. Pass over a node to see its edges, click it for its page, click an edge of it for its heads. The weights into a node sum to what flows into it. Drag or scroll to move, Ctrl + wheel to zoom, ? for keys.",
    ),
  );
};
