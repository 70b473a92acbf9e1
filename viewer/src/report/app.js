// Routes: #/ is the overview, #/d/NAME the latent table (its filters after "?"), #/d/NAME/latent/N one latent.
import { el } from "../shared/dom.js";
import * as kinds from "../shared/kinds.js";
import { memory } from "../shared/memory.js";
import * as shell from "../shared/shell.js";
import * as theme from "../shared/theme.js";
import * as latent from "./latent.js";
import * as overview from "./overview.js";
import * as table from "./table.js";

const { goto } = shell;
/** @type {import("../types").ReportData} */
let data;
/** @type {string | null} */
let lastName = null;

const currentCard = () => data.dictionaries.find((c) => c.name === lastName) || data.dictionaries[0] || null;
const hashOf = (name) => `#/d/${encodeURIComponent(name)}`;
const tableHash = () => hashOf(currentCard()?.name ?? "");

const route = ({ parts, query }) => {
  if (!parts.length) return { kind: "overview", make: () => overview.page(data) };
  const card = parts[0] === "d" && data.dictionaries.find((c) => c.name === parts[1]);
  if (parts[0] === "d" && !card) {
    const names = data.dictionaries.map((c) => c.name).join(", ") || "none";
    throw new Error(`There is no dictionary called ${parts[1]}; this report has ${names}.`);
  }
  if (card) lastName = card.name;
  if (card && parts.length === 2) return { kind: "table", make: () => table.page(data, card, query) };
  if (card && parts[2] === "latent" && parts.length === 4 && /^\d+$/.test(parts[3]))
    return { kind: "latent", make: () => latent.page(data, card, Number(parts[3])) };
  throw new Error(`There is no page at ${location.hash}.`);
};

const optionName = (card) => {
  const title = theme.variantName(card.variant);
  return data.dictionaries.length > 3 && !card.name.startsWith(title) ? `${title} (${card.name})` : card.name;
};
const chooser = (card) => {
  const choose = el(
    "select#dictionary",
    { "aria-label": "Dictionary", onchange: (e) => goto(hashOf(e.target.value)) },
    data.dictionaries.map((c) => el("option", { value: c.name }, optionName(c))),
  );
  choose.value = card.name;
  return choose;
};
const jump = (card) => {
  const { noun, Noun } = kinds.of(card);
  const go = (e) => {
    e.preventDefault();
    const wanted = e.target.elements.latent.value.trim();
    if (!/^\d+$/.test(wanted)) return;
    e.target.elements.latent.blur();
    goto(`${tableHash()}/latent/${Number(wanted)}`);
  };
  return el(
    "form.jump",
    { onsubmit: go },
    el("input#jump", {
      name: "latent",
      inputmode: "numeric",
      autocomplete: "off",
      placeholder: `${Noun} no.`,
      "aria-label": `Go to ${noun} number`,
    }),
  );
};
const bar = ({ kind }) => {
  const card = currentCard();
  const tab = (href, text, its) => el("a", { href, "aria-current": kind === its ? "page" : null }, text);
  const nav = el(
    "nav",
    { "aria-label": "Pages" },
    tab("#/", "Overview", "overview"),
    card && tab(tableHash(), `${kinds.of(card).Noun}s`, "table"),
    card && kind !== "overview" && chooser(card),
  );
  return { left: [nav], right: [card && jump(card)] };
};

const backToTable = () => {
  const { order } = memory;
  goto(order?.name === currentCard()?.name && order?.query ? `${tableHash()}?${order.query}` : tableHash());
};

shell.start({
  title: "polyhead report",
  home: "#/",
  back: "Overview",
  data: "overview",
  open: (value) => {
    data = value;
    theme.setTitles(data.dictionaries);
  },
  route,
  bar,
  keys: {
    o: () => goto("#/"),
    t: () => currentCard() && backToTable(),
    "/": () => shell.search(currentCard() && tableHash()),
    g: () => document.getElementById("jump")?.focus(),
  },
  help: () => [
    ["o", "overview"],
    ["t", "latent table"],
    ["/", "search tokens"],
    ["g", "go to a latent by number"],
    ["j  k", "next, previous latent (in the order of the table)"],
    ["← →", "the same, on the page of a latent"],
    ["↑ ↓  Enter", "move in the table, open"],
    ["w", "examples: one line or wrapped"],
  ],
});
