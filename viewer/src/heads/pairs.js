// Pairs of heads: one measure of all pairs of a layer or between layers, and the search for inverted preference orders.
import { headLink } from "./names.js";
import { addressState, scrollTable, searchField, sectionCard } from "../shared/controls.js";
import * as relatives from "./relatives.js";
import { el } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import { make } from "../shared/grid.js";
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
      el("summary", "What random heads do"),
      el("p.hint", `Correlations of pairs of random heads, 0.5th to 99.5th percentile: ${nullText(preferences)}.`),
    ),
    scrollTable(
      "Pairs of the search",
      [
        "Head",
        "Other",
        "Verdict",
        "Correlation#",
        "Static#",
        "Query-specific#",
        "Opposite favourites#",
        "First likes",
        "Other likes",
      ],
      shown.map((p) =>
        el(
          "tr",
          el("td", headLink(`L${p.layer}H${p.head}`)),
          el("td", headLink(`L${p.layer}H${p.other_head}`)),
          el("td", p.verdict, p.shared_keys ? el("span.faint", " (same keys)") : null),
          [p.correlation, p.static, p.specific].map((v) => el("td.number", num(v, 2))),
          el("td.number", percent(p.opposite)),
          [p.likes, p.other_likes].map((list) => el("td", tokens.chips(list.slice(0, 4)))),
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
  const state = addressState(query, { q: "", sort: "-pattern_overlap" });
  const names = data.heads.map(([l, h]) => `L${l}H${h}`);
  /** @type {ReturnType<typeof make> | null} */
  let grid = null;
  const write = () => state.write("#/pairs");
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
          kind: "number",
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
    grid?.update(list, pairs.a.length);
  };
  const node = el(
    "div.page.overview",
    el("div.head", el("h1", "Pairs of heads"), grid && grid.tally),
    preferences && preferencesCard(preferences),
    pairs &&
      el(
        "section.card.pair-card",
        el(
          "div.head",
          el("h2", "All pairs"),
          searchField(state.q, "L3H5, or L2 L3 …", "Heads or layers", (value) => {
            state.q = value;
            write();
            refresh();
          }),
        ),
        grid?.view,
      ),
    !pairs && !preferences && el("p.card", "This report holds no pairs of heads."),
  );
  return {
    title: "Pairs of heads",
    node,
    start: () => grid && refresh(),
    resize: () => grid && grid.paint(),
    keys: grid ? grid.keys : {},
  };
};
