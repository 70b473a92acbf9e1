// What breaks when a head is ablated on one set of prompts: effects, the sweep over positions, its rank among heads.
import { headLink } from "./names.js";
import * as plots from "./plots.js";
import { el } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { percent, num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import { chip } from "../shared/tokens.js";

const effects = (a) => {
  const change = (v, clean, digits) =>
    v === clean ? "" : `${v > clean ? "+" : "−"}${Math.abs(v - clean).toFixed(digits)}`;
  return el(
    "div.scroll",
    { tabindex: "0", role: "region", "aria-label": `Effects on ${a.templates}` },
    el(
      "table.scores.effects",
      el(
        "thead",
        el(
          "tr",
          ["What is replaced", "Top-1", "Probability", "change", "Logit", "change"].map((t, i) =>
            el("th", { scope: "col", class: i ? "number" : null }, t),
          ),
        ),
      ),
      el(
        "tbody",
        [a.clean, ...a.effects].map((e, i) =>
          el(
            "tr",
            { class: i ? null : "clean" },
            el("td", e[0]),
            el("td.number", percent(e[1])),
            el("td.number", e[2].toFixed(3)),
            el("td.number.faint", i ? change(e[2], a.clean[2], 3) : ""),
            el("td.number", num(e[3], 4)),
            el("td.number.faint", i ? change(e[3], a.clean[3], 2) : ""),
          ),
        ),
      ),
    ),
  );
};

const sweep = (a) => {
  if (!a.sweep.some((s) => s[0] > 0 && (s[2] || s[3] || s[4]))) return null; // nothing but the last position matters
  const points = a.sweep.map((s) => [s[0], s[2]]);
  const tokens = new Map(a.sweep.map((s) => [s[0], s]));
  return plots.lines([{ name: "fall", color: color("hue-0"), points, band: a.sweep.map((s) => [s[0], s[3], s[4]]) }], {
    label: `Fall of the answer's probability by position, ${a.templates}`,
    xTitle: "tokens after the ablated position (0: the last)",
    yTitle: "fall of probability",
    reverse: true,
    width: 520,
    height: 250,
    tell: (_, p) => {
      const s = tokens.get(p[0]);
      return [
        el("strong", p[0] ? `${p[0]} tokens back` : "last position"),
        tip.lines(
          ["commonest token", chip(s[1])],
          ["mean fall", num(s[2])],
          ["10 % to 90 % of prompts", `${num(s[3])} to ${num(s[4])}`],
        ),
      ];
    },
  });
};

const WAYS = { "bos-row": "row on BOS", "mean-row": "mean row", "zero-output": "output zero" };
const MOST = 10;
export const rankWords = (by, n) =>
  `rank ${Object.entries(by)
    .map(([kind, place]) => `${place} by ${WAYS[kind] || kind}`)
    .join(", ")} of ${n}`;

// Every head ablated in turn, in each way: fall and rank. A press on a column sorts by it.
const ranks = (a, own) => {
  const body = el("tbody");
  const heads = a.ranked_by.map((kind, k) =>
    el(
      "th.number",
      { scope: "col" },
      el(
        "button.sorter",
        { onclick: () => show(k), title: `Sort by the fall with ${WAYS[kind] || kind}` },
        `${WAYS[kind] || kind}`,
      ),
    ),
  );
  const show = (by) => {
    heads.forEach((th, k) => {
      if (k === by) th.setAttribute("aria-sort", "descending");
      else th.removeAttribute("aria-sort");
    });
    const rows = a.ranks
      .filter(([name, , places]) => name === own || places[by] <= MOST)
      .sort((x, y) => y[1][by] - x[1][by]);
    body.replaceChildren(
      ...rows.map(([name, falls, places]) =>
        el(
          "tr",
          { class: name === own ? "here" : null },
          el("td", headLink(name)),
          falls.map((v, k) => el("td.number", `${format.fixed(v, 3)} `, el("span.place", String(places[k])))),
        ),
      ),
    );
  };
  show(0);
  return el(
    "div.scroll",
    { tabindex: "0", role: "region", "aria-label": `Ranks on ${a.templates}` },
    el("table.scores.ranks", el("thead", el("tr", el("th", { scope: "col" }, "Head"), heads)), body),
  );
};

export const section = (a, own) => {
  const line = sweep(a);
  return el(
    "details.ablation",
    { open: true },
    el(
      "summary",
      el("strong", a.templates),
      ` ${a.about} `,
      el("span.faint", `${a.n_prompts} prompts; ${rankWords(a.rank_by, a.n_heads)}`),
    ),
    a.notes.map((n) => el("p.hint", n)),
    el(
      "div.ablation-parts",
      effects(a),
      el(
        "div",
        line && [
          el("h3", "Ablated at one position after the other"),
          el("p.hint", "Mean over prompts; the band holds 80 % of them."),
          line,
        ],
      ),
      el(
        "div",
        el("h3", "Every head ablated in turn, last position"),
        el(
          "p.hint",
          "Fall of the answer's probability, and rank among all heads in grey. ",
          a.ranked_by.length > 1 &&
            "A row on BOS also brings in what the head reads there: a head that costs much only in that way is not needed here.",
        ),
        ranks(a, own),
      ),
      el(
        "div",
        el("h3", "Some prompts"),
        el(
          "ul.prompts",
          a.examples
            .slice(0, 3)
            .map(([prompt, answer]) => el("li", chip(prompt), el("span.faint", " → "), chip(answer))),
        ),
      ),
    ),
  );
};
