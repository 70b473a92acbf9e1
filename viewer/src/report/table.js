// The latent table: filters and the order stand in the address.
import * as filter from "./filter.js";
import * as bars from "../shared/bars.js";
import { button, filters, searchField, select } from "../shared/controls.js";
import { el } from "../shared/dom.js";
import { percent, percentColumn, numberColumn, count, headName } from "../shared/format.js";
import { make } from "../shared/grid.js";
import * as kinds from "../shared/kinds.js";
import { definition, groupName } from "../shared/kinds.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import { headColor } from "../shared/theme.js";
import * as tokens from "../shared/tokens.js";

const ROW = 36;
const WORDS = "minmax(190px, 1fr)";

export const home = (card, query = "") => `#/d/${encodeURIComponent(card.name)}${query ? `?${query}` : ""}`;
export const link = (card, latent) => `${home(card)}/latent/${latent}`;

// Only the columns that mean something for the kind of dictionary.
const columnsOf = (card, table) => {
  const kind = kinds.of(card);
  const column = (key, title, width, more) => ({
    key,
    title,
    width,
    values: table[key],
    definition: definition(card, key),
    ...more,
  });
  const number = (key, title, width, show) =>
    column(key, title, width, { kind: "number", draw: (i) => show(table[key][i]) });
  const words = (key, title) =>
    column(key, title, WORDS, { values: null, draw: (i) => tokens.chips(table.words(key, i, 6)) });
  const nameOf = (i) => el("a", { href: link(card, table.latent[i]), tabindex: "-1" }, String(table.latent[i]));
  const headOf = (i) => [
    el("span.swatch", { vars: { "--swatch": headColor(table.main_head[i], card.n_heads) } }),
    headName(card, table.main_head[i]),
  ];
  const familyOf = (i) =>
    table.family[i] && [el("span", table.family[i], " ", el("span.faint", percent(table.family_share[i])))];
  const loadings = { values: null, draw: (i) => bars.mini(card, table.loadings, i * table.width, { height: 30 }) };
  const mainHead = { kind: "named", rising: true, draw: headOf };
  const group = { rising: true, draw: (i) => groupName(card, table.group[i]) };
  return [
    column("latent", kind.Noun, "74px", { kind: "number", rising: true, draw: nameOf }),
    table.label.some(Boolean) &&
      column("label", "Label", "240px", {
        values: null,
        draw: (i) => el("span.label", { title: table.label[i] }, table.label[i]),
      }),
    number("density", "Density", "78px", percentColumn),
    number("energy_share", "Energy", "78px", percentColumn),
    number("max_activation", "Max act.", "82px", numberColumn),
    kind.hasHeads && number("effective_heads", "Eff. heads", "92px", numberColumn),
    kind.hasIdentity && number("identity_share", "Identity", "82px", percentColumn),
    kind.hasLoadings && column("main_head", kind.hasHeads ? "Main head" : "Main layer", "112px", mainHead),
    kind.hasLoadings &&
      column("loadings", card.loadings === "measured" ? "Measured heads" : "Loadings", "136px", loadings),
    hasFamilies(table) &&
      column("family", "Family", "132px", { values: table.family_share, kind: "named", draw: familyOf }),
    hasFamilies(table) && number("distance", "Distance", "86px", numberColumn),
    kind.hasGroups && column("group", kind.group, "150px", group),
    words("top_source_tokens", kind.tokens),
    kind.keyTokens && words("top_key_tokens", kind.keyTokens),
    table.top_promoted.some((list) => list.length) && words("top_promoted", "Promoted tokens"),
  ].filter(Boolean);
};

const hasFamilies = (table) => table.family.some(Boolean);
// Families of a table with the number of their latents, the largest first.
const familiesOf = (table) => {
  const counts = new Map();
  for (let i = 0; i < table.n; i++) {
    const name = table.family[i] || filter.NO_FAMILY;
    if (table.density[i] > 0) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => [name, `${name} (${count(n)})`]);
};

const controls = (card, table, state, change) => {
  const kind = kinds.of(card);
  const set = (key) => (value) => {
    state[key] = value;
    change();
  };
  const choice = (key, label, options) => select(label, options, state[key], set(key));
  const end = (key, name, placeholder, which) =>
    el("input", {
      type: "text",
      inputmode: "decimal",
      placeholder,
      "aria-label": `${name}, ${which}, per cent`,
      value: state[key],
      oninput: (e) => set(key)(e.target.value),
    });
  const range = (name, low, high) =>
    el(
      "fieldset.range",
      el("legend", name),
      end(low, name, "min", "smallest"),
      "–",
      end(high, name, "max", "largest"),
      "%",
    );
  const numbered = (names) => [["", "any"], ...names.map((name, i) => [String(i), name])];
  const heads = numbered(card.head_names.slice(0, card.n_heads + (kind.hasIdentity ? 1 : 0)));
  const groups = numbered((card.group_names || []).map((_, g) => groupName(card, g)));
  const sizes = kind.hasLoadings && card.loading_map ? card.loading_map.cluster_sizes : null;
  const dead = el("input", { type: "checkbox", onchange: (e) => set("dead")(e.target.checked ? "1" : "") });
  dead.checked = state.dead !== "";
  const mainHead = kind.hasHeads ? "Main head" : "Main layer";
  return filters(
    el(
      "div.search",
      searchField(
        state.q,
        "Search tokens or labels …",
        "Search tokens and labels; in quotation marks: whole tokens only",
        set("q"),
        { title: 'In "quotation marks": whole tokens only. ↵ finds newlines.' },
      ),
      table.top_promoted.some((list) => list.length) &&
        choice("in", "Search in", [
          ["both", "in both"],
          ["source", card.side === "key" ? "in sources" : "in examples"],
          ["promoted", "in promoted"],
        ]),
    ),
    kind.hasLoadings && el("label", `${mainHead} `, choice("head", "Main head", heads)),
    kind.hasGroups && el("label", `${kind.group} `, choice("group", kind.group, groups)),
    hasFamilies(table) && el("label", "Family ", choice("family", "Family", [["", "any"], ...familiesOf(table)])),
    sizes &&
      el("label", "Cluster ", choice("cluster", "Cluster", numbered(sizes.map((size, c) => `${c} (${count(size)})`)))),
    range("Density", "dmin", "dmax"),
    kind.hasIdentity && range("Identity", "imin", "imax"),
    el("label", dead, " dead too"),
  );
};

export const page = async (data, card, query) => {
  const table = await store.loadTable(card);
  const state = filter.parse(query);
  const kind = kinds.of(card);
  const clear = button(".quiet", "Clear filters", () => {
    location.hash = home(card);
  });
  const remember = () => {
    const latents = grid.shown().map((i) => table.latent[i]);
    memory.order = { name: card.name, query: filter.write(state), latents };
    const filtered = new URLSearchParams(filter.write(state));
    filtered.delete("sort");
    clear.hidden = filtered.size === 0;
  };
  const keep = () => history.replaceState(null, "", home(card, filter.write(state)));
  const grid = make(columnsOf(card, table), {
    label: `${kind.Noun}s of ${card.name}`,
    what: `${kind.noun}s`,
    href: (i) => link(card, table.latent[i]),
    sort: state.sort,
    height: ROW,
    look: "",
    changed: (sort) => {
      state.sort = sort;
      keep();
      remember();
    },
  });
  const refresh = () => {
    grid.update(filter.select(table, state), table.n);
    remember();
  };
  const node = el(
    "div.page.table-page",
    el(
      "div.head",
      el("h1", `${kind.Noun}s of `, card.name),
      grid.tally,
      clear,
      el("span.push.hint", "Click a heading to sort, a row to open"),
    ),
    el("p.about", el("strong", card.title || "", ". "), kind.about),
    controls(card, table, state, () => {
      keep();
      refresh();
    }),
    grid.view,
  );
  return {
    title: `${kind.Noun}s of ${card.name}`,
    node,
    start: () => {
      const before = memory.last;
      refresh();
      const at = before && before.name === card.name ? memory.order.latents.indexOf(before.latent) : -1;
      if (at > 0) grid.goTo(at);
      grid.view.focus({ preventScroll: true });
    },
    resize: grid.paint,
    keys: grid.keys,
  };
};
