// All units (neurons, heads, latents) in one table, loaded when first opened; filters in the address.
import { unitLink } from "./names.js";
import { addressState, filters, searchField, select } from "../shared/controls.js";
import { el } from "../shared/dom.js";
import { num, percentColumn } from "../shared/format.js";
import { make } from "../shared/grid.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import * as tokens from "../shared/tokens.js";

const NUMBERS = ["density", "mean", "std", "max", "min", "kurtosis"];
const TOKENS = ["top_tokens", "top_promoted"];
/** @type {Record<string, [title: string, definition: string]>} */
export const TITLES = {
  density: ["Density", "Share of positions with an activation above 0."],
  mean: ["Mean", "Mean activation; activations are signed."],
  std: ["Spread", "Standard deviation of the activation."],
  max: ["Max", "Largest activation."],
  min: ["Min", "Smallest activation."],
  kurtosis: ["Kurtosis", "Excess kurtosis: 0 for normal activations, large for rare and strong ones."],
};
const PLACES = [
  ["", "in both"],
  ["peaks", "at peaks"],
  ["promoted", "in promoted"],
];
/** @type {Promise<import("../types").UnitTable> | null} */
let promise = null;

/** @param {import("../types").UnitFamily[]} families @returns {Promise<import("../types").UnitTable>} */
const read = async (families) => {
  const { row_shards: shards, n_units_all: n } = families[0];
  const keys = Array.from({ length: shards }, (_, i) => `units/rows-${String(i).padStart(4, "0")}`);
  const [vocabulary, ...parts] = await Promise.all([store.load("units/tokens"), ...keys.map(store.load)]);
  /** @type {any} */
  const table = { n, vocabulary, family: new Int32Array(n), unit: new Int32Array(n) };
  for (const name of NUMBERS) table[name] = new Float32Array(n);
  for (const name of TOKENS) table[name] = [];
  for (const part of parts) {
    table.family.set(part.family, part.first);
    table.unit.set(part.unit, part.first);
    for (const name of NUMBERS)
      table[name].set(
        part[name].map((v) => (v === null ? NaN : v)),
        part.first,
      );
    for (const name of TOKENS) for (const list of part[name]) table[name].push(list);
  }
  table.words = (name, i, most = 99) => table[name][i].slice(0, most).map((t) => vocabulary[t]);
  return table;
};
/** @param {import("../types").HeadsData} data */
export const load = (data) => {
  promise ??= read(data.families);
  return promise;
};

const matching = (table, query) => {
  const wanted = query.toLowerCase();
  const exact = wanted.length > 2 && wanted.startsWith('"') && wanted.endsWith('"') ? wanted.slice(1, -1).trim() : null;
  return table.vocabulary.map((t) => {
    const lower = t.toLowerCase();
    return exact !== null
      ? lower.trim() === exact
      : lower.includes(wanted) || tokens.shown(t).toLowerCase().includes(wanted);
  });
};

export const page = async (data, query) => {
  if (!data.families.length)
    return {
      title: "Units",
      node: el("div.page", el("p.card", "This report holds no units.")),
      start: () => {},
      keys: {},
    };
  const table = await load(data);
  const state = addressState(query, { q: "", in: "", family: "", rows: "", sort: "-kurtosis" });
  const name = (i) => data.families[table.family[i]].name;
  const write = () => state.write("#/units");
  const grid = make(
    [
      { key: "family", title: "Family", width: "120px", values: table.family, rising: true, draw: (i) => name(i) },
      {
        key: "unit",
        title: "Unit",
        width: "70px",
        kind: "number",
        values: table.unit,
        rising: true,
        draw: (i) => unitLink(name(i), table.unit[i]),
      },
      ...NUMBERS.map((key) => ({
        key,
        title: TITLES[key][0],
        definition: TITLES[key][1],
        width: "88px",
        kind: "number",
        values: table[key],
        draw: (i) => (key === "density" ? percentColumn(table[key][i]) : num(table[key][i], 3)),
      })),
      {
        key: "top_tokens",
        title: "Tokens at its peaks",
        width: "minmax(190px, 1fr)",
        draw: (i) => tokens.chips(table.words("top_tokens", i, 5)),
      },
      {
        key: "top_promoted",
        title: "Promoted tokens",
        width: "minmax(190px, 1fr)",
        draw: (i) => tokens.chips(table.words("top_promoted", i, 5)),
      },
    ],
    {
      label: "Units",
      what: "units",
      href: (i) => `#/unit/${name(i)}/${table.unit[i]}`,
      sort: state.sort,
      changed: (s) => {
        state.sort = s;
        write();
        remember();
      },
    },
  );
  const remember = () => {
    memory.unitOrder = () => grid.shown().map((i) => [name(i), table.unit[i]]);
  };
  const refresh = () => {
    const hits = state.q ? matching(table, state.q) : null;
    const fields = state.in === "peaks" ? ["top_tokens"] : state.in === "promoted" ? ["top_promoted"] : TOKENS;
    const only = state.rows ? new Set(state.rows.split(",").map(Number)) : null;
    const family = state.family ? data.families.findIndex((f) => f.name === state.family) : -1;
    const list = [];
    for (let i = 0; i < table.n; i++) {
      if (state.family && table.family[i] !== family) continue;
      if (only && !only.has(table.unit[i])) continue;
      if (hits && !fields.some((f) => table[f][i].some((t) => hits[t]))) continue;
      list.push(i);
    }
    grid.update(list, table.n);
    remember();
  };
  const set = (key) => (value) => {
    state[key] = value;
    if (key === "family") state.rows = "";
    write();
    refresh();
  };
  let waiting = 0;
  const node = el(
    "div.page.table-page",
    el(
      "div.head",
      el("h1", "Units"),
      grid.tally,
      state.rows && el("a", { href: `#/units?family=${state.family}` }, "show all of the layer"),
      el("span.push.hint", "Neurons and heads; search finds tokens at peaks and promoted tokens"),
    ),
    filters(
      el(
        "div.search",
        searchField(
          state.q,
          "Search tokens …",
          "Search tokens; in quotation marks: whole tokens only",
          (value) => {
            clearTimeout(waiting);
            waiting = setTimeout(() => set("q")(value), 60);
          },
          { title: 'In "quotation marks": whole tokens only. ↵ finds newlines.' },
        ),
        select("Search in", PLACES, state.in, set("in")),
      ),
      el(
        "label",
        "Family ",
        select("Family", [["", "all"], ...data.families.map((f) => [f.name, f.name])], state.family, set("family")),
      ),
    ),
    grid.view,
  );
  return {
    title: "Units",
    node,
    start: () => {
      refresh();
      grid.view.focus({ preventScroll: true });
    },
    resize: () => grid.paint(),
    keys: grid.keys,
  };
};
