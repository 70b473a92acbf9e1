// A head among the others: the most alike by each measure, and whose orders of preference agree with its own.
import { headLink } from "./names.js";
import { defined, scrollTable, sectionCard } from "../shared/controls.js";
import { el } from "../shared/dom.js";
import { num } from "../shared/format.js";
import * as tokens from "../shared/tokens.js";

/** @type {Record<string, [title: string, definition: string]>} */
export const MEASURES = {
  pattern_overlap: [
    "Patterns",
    "Overlap of the two patterns on the same text (same layer), BOS left out; 1: the same.",
  ],
  query_overlap: ["Reads, as query", "Mean squared cosine of the principal angles of what the two W_Q read."],
  key_overlap: ["Reads, as key", "The same of W_K."],
  read_overlap: ["Reads, as value", "The same of W_V."],
  write_overlap: ["Writes", "The same of what the two W_O write."],
  q_composition: ["Q composition", "How far the earlier head's output feeds the later head's queries."],
  k_composition: ["K composition", "How far the earlier head's output feeds the later head's keys."],
  v_composition: ["V composition", "How far the earlier head's output feeds the later head's values."],
};
export const neighbours = (own) =>
  sectionCard(
    "neighbours",
    "Neighbours among heads",
    "The heads most like it, by each measure. For compositions the arrow shows who writes and who reads.",
    el(
      "div.neighbour-columns",
      own.neighbours.map(({ by, nearest }) =>
        el(
          "div",
          el("h3", defined(...MEASURES[by])),
          el(
            "ol",
            nearest.map(([other, value, first]) =>
              el(
                "li",
                by.endsWith("composition") && el("span.faint", first ? "→ " : "← "),
                headLink(other),
                el("span.value", ` ${num(value, 2)}`),
              ),
            ),
          ),
        ),
      ),
    ),
  );

export const preferences = (own, head) => {
  const list = own.preferences.slice().sort((a, b) => a.correlation - b.correlation);
  return sectionCard(
    "preferences",
    "Orders of preference",
    "Rank correlation with the other heads of the layer over the same keys, given the same queries; verdicts after Benjamini-Hochberg against random heads.",
    scrollTable(
      "Orders of preference",
      ["Other head", "Correlation#", "Static#", "Query-specific#", "Verdict", "This head likes", "The other likes"],
      list.map((p) => {
        const first = p.head === head;
        const likes = first ? [p.likes, p.other_likes] : [p.other_likes, p.likes];
        return el(
          "tr",
          { class: p.verdict === "inverted" ? "here" : null },
          el("td", headLink(`L${p.layer}H${first ? p.other_head : p.head}`)),
          [p.correlation, p.static, p.specific].map((v) => el("td.number", num(v, 2))),
          el("td", p.verdict),
          likes.map((of) => el("td", tokens.chips(of.slice(0, 4)))),
        );
      }),
    ),
  );
};
