// Routes: #/ overview, #/heads table, #/head/L3H5 (?w= window, &q= query), #/pairs, #/units, #/unit/L3-heads/5, #/weights (?m= matrix, &at=, &zoom=).
import { announce, el } from "../shared/dom.js";
import * as shell from "../shared/shell.js";
import * as headPage from "./head.js";
import * as overview from "./overview.js";
import * as pairs from "./pairs.js";
import * as headTable from "./table.js";
import * as unit from "./unit.js";
import * as units from "./units.js";
import * as weights from "./weights.js";

const { goto } = shell;
/** @type {import("../types").HeadsData} */
let data;

const LISTS = { heads: headTable, pairs, units, weights };
const route = ({ parts, query }) => {
  const [kind, a, b] = parts;
  if (!parts.length) return { kind: "overview", make: () => overview.page(data, query) };
  if (parts.length === 1 && Object.hasOwn(LISTS, kind)) return { kind, make: () => LISTS[kind].page(data, query) };
  if (parts.length === 2 && kind === "head") return { kind, make: () => headPage.page(data, a, query) };
  if (parts.length === 3 && kind === "unit" && /^\d+$/.test(b))
    return { kind, make: () => unit.page(data, a, Number(b)) };
  throw new Error(`There is no page at ${location.hash}.`);
};

// L3H5, 3.5, or a unit as L3-neurons/17
const jumpTo = (text) => {
  const head = /^L?(\d+)[H.](\d+)$/i.exec(text);
  if (head) return goto(`#/head/L${Number(head[1])}H${Number(head[2])}`);
  const found = /^(L\d+-\w+)[/ ](\d+)$/i.exec(text);
  if (found) return goto(`#/unit/${found[1]}/${Number(found[2])}`);
  announce(`${text} is not a head or a unit`);
};

const bar = ({ kind }) => {
  const tab = (href, text, kinds) => el("a", { href, "aria-current": kinds.includes(kind) ? "page" : null }, text);
  const nav = el(
    "nav",
    { "aria-label": "Pages" },
    tab("#/", "Overview", ["overview"]),
    tab("#/heads", "Heads", ["heads", "head"]),
    (data.has_pairs || data.has_preferences) && tab("#/pairs", "Pairs", ["pairs"]),
    data.families.length > 0 && tab("#/units", "Units", ["units", "unit"]),
    data.weights.length > 0 && tab("#/weights", "Weights", ["weights"]),
  );
  const go = (e) => {
    e.preventDefault();
    const box = e.target.elements.place;
    box.blur();
    jumpTo(box.value.trim());
  };
  const jump = el(
    "form.jump",
    { onsubmit: go },
    el("input#jump", {
      name: "place",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "L3H5",
      "aria-label": "Go to a head, or a unit such as L3-heads/5",
    }),
  );
  return { left: [nav], right: [jump] };
};

shell.start({
  title: "polyhead heads",
  home: "#/",
  back: "Overview",
  data: "heads",
  open: (value) => {
    data = value;
  },
  route,
  bar,
  keys: {
    o: () => goto("#/"),
    h: () => goto("#/heads"),
    p: () => goto("#/pairs"),
    u: () => goto("#/units"),
    w: () => goto("#/weights"),
    "/": () => shell.search(data.families.length ? "#/units" : "#/heads"),
    g: () => document.getElementById("jump")?.focus(),
  },
  help: () => [
    ["o  h  p  u  w", "overview, heads, pairs, units, weights"],
    ["/", "search"],
    ["g", "go to a head or unit by name"],
    ["j  k", "next, previous head or unit (in the order of the table)"],
    ["← →", "on a head: next query of the window; on a unit: the next one"],
    [",  .", "on a head: previous, next window"],
    ["r  b", "on a head: rows in text, ablated"],
    ["↑ ↓  Enter", "move in a table, open"],
    ["+  −  PgUp  PgDn", "on a weight matrix: zoom, next window (arrows: one place or cell)"],
  ],
});
