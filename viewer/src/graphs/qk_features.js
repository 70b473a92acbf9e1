// Why a head looked where it looked: the attention score of one pattern entry, split.
import { tokenAt } from "./names.js";
import { bar, nodeButton } from "./rows.js";
import { el } from "../shared/dom.js";
import * as example from "../shared/example.js";
import { num, percent } from "../shared/format.js";
import * as tip from "../shared/tip.js";
import { chip } from "../shared/tokens.js";

const MOST = 12;

const rest = (words) => el("span.faint", words);
const side = (g, i, words, act, hinted = true) => (i === null ? rest(words) : nodeButton(g, i, act, hinted));

const terms = (list, draw) => {
  // What is not named has no bar: it would hide the others.
  const unnamed = (t) => t.latent === undefined && t.query_node === null && t.key_node === null;
  const named = list.filter((t) => !unnamed(t)),
    others = list.filter(unnamed);
  const most = Math.max(1e-12, ...named.map((t) => Math.abs(t.value))),
    both = named.some((t) => t.value < 0);
  const left = [...named.slice(MOST), ...others].reduce((sum, t) => sum + t.value, 0);
  return el(
    "ol.reason-list",
    named.slice(0, MOST).map((t) => el("li", draw(t), bar(t.value, most, null, both), el("span.value", num(t.value)))),
    (others.length > 0 || named.length > MOST) &&
      el("li", rest("everything else"), el("span"), el("span.value", num(left))),
  );
};

const title = (g, entry) => [
  `Layer ${entry.layer}, head ${entry.head}: `,
  chip(tokenAt(g, entry.query)),
  ` at ${entry.query} looks at `,
  chip(tokenAt(g, entry.key)),
  ` at ${entry.key}`,
];

// A latent of a QK dictionary: on which queries and keys it is active, and examples when it is opened.
const qkLatent = (known, latent) => {
  const row = known && known.latents[latent];
  if (!row) return el("span", `QK latent ${latent}`);
  const chips = (tokens) => tokens.slice(0, 3).map((token) => chip(token));
  const figures = row.examples.map((e) => example.figure(known.card, e, example.scales(row.examples)));
  const summary = el(
    "summary",
    `QK latent ${latent} `,
    chips(row.tokens),
    el("span.faint", " looks for "),
    chips(row.key_tokens),
  );
  const shown = el("details.qk-latent", summary, example.legend(known.card), figures);
  shown.addEventListener("toggle", () => shown.open && figures.forEach((f) => f.place()));
  return shown;
};

export const page = (g, { entries, dictionaries }, k, act) => {
  const entry = entries[k];
  const fact = (name, text, words) =>
    el(
      "div",
      el(
        "dt",
        tip.attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words)),
      ),
      el("dd", text),
    );
  return el(
    "div.qk-features",
    el("h2", "Why it looked there"),
    el("p", title(g, entry)),
    el(
      "dl.strip.facts-strip",
      fact("Pattern", percent(entry.pattern), "Share of the head's attention at this query that goes to this key."),
      fact("Score", num(entry.score), "The logit of the softmax: all terms below sum to it."),
      entry.contrast !== null &&
        fact(
          "Over the row's mean",
          num(entry.contrast),
          "What softmax sees of it: the score minus the mean score of its row.",
        ),
    ),
    el("h3", "Pairs: what acts on the query, with what acts on the key"),
    el(
      "div.pairs-list",
      terms(entry.pairs, (t) =>
        el(
          "span.reason-pair",
          side(g, t.query_node, "rest of the query", act, false),
          el("span.faint", "×"),
          side(g, t.key_node, "rest of the key", act, false),
        ),
      ),
    ),
    el("h3", "By what acts on the query, with the whole key"),
    terms(entry.query_marginal, (t) => side(g, t.query_node, "rest", act)),
    el("h3", "By what acts on the key, with the whole query"),
    terms(entry.key_marginal, (t) => side(g, t.key_node, "rest", act)),
    entry.qk_features.length > 0 && [
      el("h3", "QK latents active on both sides"),
      terms(
        entry.qk_features.map(([latent, value]) => ({ latent, value })),
        (t) => qkLatent(dictionaries[entry.qk_features_of], t.latent),
      ),
      entry.qk_features_rest !== null &&
        el("p.hint", `They leave ${num(entry.qk_features_rest)} of the score unexplained.`),
    ],
  );
};

export const list = (g, act) =>
  g.data.entries.length
    ? el(
        "ol.entries",
        g.data.entries.map(([layer, head, query, key], k) =>
          el(
            "li",
            el(
              "button.node-name",
              { "data-entry": k, onclick: () => act.why(k) },
              ...title(g, { layer, head, query, key }),
            ),
          ),
        ),
      )
    : el("p.hint", "No pattern entry of this graph was explained.");
