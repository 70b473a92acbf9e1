// Pairs of heads: one measure of all pairs of a layer or between layers, and the search for inverted preference orders.
import { make } from "./grid.js";
import { headLink, sectionCard } from "./names.js";
import * as relatives from "./relatives.js";
import { el } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import * as store from "../shared/store.js";
import * as tokens from "../shared/tokens.js";

const nullText = (preferences) =>
  Object.entries(preferences.null_correlation)
    .map(([layer, [low, high]]) => `layer ${layer}: ${num(low, 2)} to ${num(high, 2)}`)
    .join("; ");

const preferencesCard = (preferences) => {
  const shown = preferences.pairs
    .slice()
    .sort(
      (a, b) =>
        (a.verdict === "inverted" ? 0 : a.verdict === "aligned" ? 1 : 2) -
          (b.verdict === "inverted" ? 0 : b.verdict === "aligned" ? 1 : 2) || a.correlation - b.correlation,
    )
    .slice(0, 60);
  return sectionCard(
    "preferences",
    "Search for inverted preference orders",
    `${preferences.pairs.length} pairs of heads of a layer, ${preferences.n_queries} queries, ${preferences.keys.length} keys; false discoveries held at ${percent(preferences.rate)}. Found: ${preferences.n_inverted} inverted, ${preferences.n_aligned} aligned.`,
    el(
      "details",
      {},
      el("summary", {}, "What random heads do"),
      el(
        "p",
        { class: "hint" },
        `Correlations of pairs of random heads, 0.5th to 99.5th percentile: ${nullText(preferences)}.`,
      ),
    ),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Pairs of the search" },
      el(
        "table",
        { class: "scores" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            [
              "Head",
              "Other",
              "Verdict",
              "Correlation",
              "Static",
              "Query-specific",
              "Opposite favourites",
              "First likes",
              "Other likes",
            ].map((t, i) => el("th", { scope: "col", class: i > 2 && i < 7 ? "number" : null }, t)),
          ),
        ),
        el(
          "tbody",
          {},
          shown.map((p) =>
            el(
              "tr",
              {},
              el("td", {}, headLink(`L${p.layer}H${p.head}`)),
              el("td", {}, headLink(`L${p.layer}H${p.other_head}`)),
              el("td", {}, p.verdict, p.shared_keys ? el("span", { class: "faint" }, " (same keys)") : null),
              el("td", { class: "number" }, num(p.correlation, 2)),
              el("td", { class: "number" }, num(p.static, 2)),
              el("td", { class: "number" }, num(p.specific, 2)),
              el("td", { class: "number" }, percent(p.opposite)),
              el("td", {}, tokens.chips(p.likes.slice(0, 4))),
              el("td", {}, tokens.chips(p.other_likes.slice(0, 4))),
            ),
          ),
        ),
      ),
    ),
  );
};

export const page = async (data, query) => {
  const [pairs, preferences] = await Promise.all([
    data.has_pairs ? store.load("pairs") : null,
    data.has_preferences ? store.load("preferences") : null,
  ]);
  const given = new URLSearchParams(query);
  const state = { q: given.get("q") || "", sort: given.get("sort") || "-pattern_overlap" };
  const names = data.heads.map(([l, h]) => `L${l}H${h}`);
  let grid = null;
  const write = () => {
    const out = new URLSearchParams();
    for (const [k, v] of Object.entries(state)) if (v) out.set(k, v);
    history.replaceState(null, "", `#/pairs?${out}`);
  };
  const M = relatives.MEASURES;
  if (pairs) {
    const columns = [
      {
        key: "a",
        title: "Head",
        width: "84px",
        values: pairs.a,
        rising: true,
        draw: (i) => headLink(names[pairs.a[i]], { tabindex: "-1" }),
      },
      {
        key: "b",
        title: "Other",
        width: "84px",
        values: pairs.b,
        rising: true,
        draw: (i) => headLink(names[pairs.b[i]], { tabindex: "-1" }),
      },
      ...Object.keys(M)
        .filter((k) => pairs[k])
        .map((k) => ({
          key: k,
          title: M[k][0],
          definition: M[k][1],
          width: "minmax(110px, 1fr)",
          number: true,
          values: pairs[k],
          draw: (i) => (pairs[k][i] === null ? "–" : pairs[k][i].toFixed(3)),
        })),
    ];
    grid = make(columns, {
      label: "Pairs of heads",
      what: "pairs",
      href: (i) => `#/head/${names[pairs.a[i]]}`,
      sort: state.sort,
      changed: (s) => {
        state.sort = s;
        write();
      },
    });
  }
  const refresh = () => {
    const wanted = state.q
      .toUpperCase()
      .split(/[\s,]+/)
      .filter(Boolean);
    const hit = (i, w) => (/H\d+$/.test(w) ? names[i] === w : names[i].startsWith(w.endsWith("H") ? w : `${w}H`));
    const list = pairs.a.map((_, i) => i).filter((i) => wanted.every((w) => hit(pairs.a[i], w) || hit(pairs.b[i], w)));
    grid.update(list, pairs.a.length);
  };
  const node = el(
    "div",
    { class: "page overview" },
    el("div", { class: "head" }, el("h1", {}, "Pairs of heads"), grid && grid.tally),
    preferences && preferencesCard(preferences),
    pairs &&
      el(
        "section",
        { class: "card pair-card" },
        el(
          "div",
          { class: "head" },
          el("h2", {}, "All pairs"),
          el("input", {
            type: "search",
            id: "search",
            value: state.q,
            placeholder: "L3H5, or L2 L3 …",
            "aria-label": "Heads or layers",
            oninput: (e) => {
              state.q = e.target.value;
              write();
              refresh();
            },
          }),
        ),
        grid.view,
      ),
    !pairs && !preferences && el("p", { class: "card" }, "This report holds no pairs of heads."),
  );
  return {
    title: "Pairs of heads",
    node,
    start: () => grid && refresh(),
    resize: () => grid && grid.paint(true),
    keys: grid ? grid.keys : {},
  };
};
