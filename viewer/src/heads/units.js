// All units (neurons, heads, latents) in one table, loaded when first opened; filters in the address.
import { make } from "./grid.js";
import { unitLink } from "./names.js";
import { el } from "../shared/dom.js";
import { num, percentColumn } from "../shared/format.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import * as tokens from "../shared/tokens.js";

const NUMBERS = ["density", "mean", "std", "max", "min", "kurtosis"];
const TOKENS = ["top_tokens", "top_promoted"];
export const TITLES = {
  density: ["Density", "Share of positions with an activation above 0."],
  mean: ["Mean", "Mean activation; activations are signed."],
  std: ["Spread", "Standard deviation of the activation."],
  max: ["Max", "Largest activation."],
  min: ["Min", "Smallest activation."],
  kurtosis: ["Kurtosis", "Excess kurtosis: 0 for normal activations, large for rare and strong ones."],
};
let promise = null;

const read = async (families) => {
  const { row_shards: shards, n_units_all: n } = families[0];
  const keys = Array.from({ length: shards }, (_, i) => `units/rows-${String(i).padStart(4, "0")}`);
  const [vocabulary, ...parts] = await Promise.all([store.load("units/tokens"), ...keys.map(store.load)]);
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
      node: el("div", { class: "page" }, el("p", { class: "card" }, "This report holds no units.")),
      start: () => {},
      keys: {},
    };
  const table = await load(data);
  const given = new URLSearchParams(query);
  const state = {
    q: given.get("q") || "",
    in: given.get("in") || "",
    family: given.get("family") || "",
    rows: given.get("rows") || "",
    sort: given.get("sort") || "-kurtosis",
  };
  const name = (i) => data.families[table.family[i]].name;
  const write = () => {
    const out = new URLSearchParams();
    for (const [k, v] of Object.entries(state)) if (v) out.set(k, v);
    history.replaceState(null, "", `#/units?${out}`);
  };
  const grid = make(
    [
      { key: "family", title: "Family", width: "120px", values: table.family, rising: true, draw: (i) => name(i) },
      {
        key: "unit",
        title: "Unit",
        width: "70px",
        number: true,
        values: table.unit,
        rising: true,
        draw: (i) => unitLink(name(i), table.unit[i]),
      },
      ...NUMBERS.map((key) => ({
        key,
        title: TITLES[key][0],
        definition: TITLES[key][1],
        width: "88px",
        number: true,
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
  const select = (key, label, options) => {
    const node = el(
      "select",
      {
        "aria-label": label,
        onchange: (e) => {
          state[key] = e.target.value;
          if (key === "family") state.rows = "";
          write();
          refresh();
        },
      },
      options.map(([v, t]) => el("option", { value: v }, t)),
    );
    node.value = state[key];
    return node;
  };
  let waiting = 0;
  const node = el(
    "div",
    { class: "page table-page" },
    el(
      "div",
      { class: "head" },
      el("h1", {}, "Units"),
      grid.tally,
      state.rows && el("a", { href: `#/units?family=${state.family}` }, "show all of the layer"),
      el("span", { class: "push hint" }, "Neurons and heads; search finds tokens at peaks and promoted tokens"),
    ),
    el(
      "form",
      { class: "filters", role: "search", onsubmit: (e) => e.preventDefault() },
      el(
        "div",
        { class: "search" },
        el("input", {
          type: "search",
          id: "search",
          value: state.q,
          placeholder: "Search tokens …",
          "aria-label": "Search tokens; in quotation marks: whole tokens only",
          title: 'In "quotation marks": whole tokens only. ↵ finds newlines.',
          autocomplete: "off",
          spellcheck: "false",
          oninput: (e) => {
            state.q = e.target.value;
            clearTimeout(waiting);
            waiting = setTimeout(() => {
              write();
              refresh();
            }, 60);
          },
        }),
        select("in", "Search in", [
          ["", "in both"],
          ["peaks", "at peaks"],
          ["promoted", "in promoted"],
        ]),
      ),
      el(
        "label",
        {},
        "Family ",
        select("family", "Family", [["", "all"], ...data.families.map((f) => [f.name, f.name])]),
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
    resize: () => grid.paint(true),
    keys: grid.keys,
  };
};
