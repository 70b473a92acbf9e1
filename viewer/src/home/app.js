// What pages there are below a folder, by kind, with a search over all of them.
import { el } from "../shared/dom.js";
import { moment } from "../shared/format.js";
import * as shell from "../shared/shell.js";
import * as tokens from "../shared/tokens.js";

/** @typedef {{ title: string, href: string, text: string, held?: Record<string, number> }} Item */
/** @typedef {{ kind: string, path: string, href: string, title: string, text: string, facts: string[], created: string | null, items: Item[] }} Entry */

const KINDS = [
  ["studies", "Studies", "Published results on attention and feature superposition, measured again with a control."],
  ["run", "Runs and dictionaries", "Dictionaries that were trained on a layer: how well they do, and their latents."],
  ["heads", "Heads", "What every attention head of a model does."],
  ["graphs", "Attribution graphs", "What acted on what in one prompt."],
  ["live", "Frozen live pages", "Answers of the live page."],
];
const MOST = 6;
/** @type {{ title: string, entries: Entry[], runs: { path: string, command: string }[], unreadable: string[] }} */
let data;

const HELD = [
  ["yes", "✓", "held"],
  ["partly", "◐", "partly"],
  ["no", "✕", "did not hold"],
];
const counts = (held) =>
  el(
    "span.held",
    HELD.filter(([key]) => held[key]).map(([key, mark, words]) =>
      el("span", { class: key, title: `${held[key]} ${words}` }, `${mark} ${held[key]}`),
    ),
  );

// Text in backticks is a token.
const marked = (text) => text.split(/`([^`]*)`/).map((part, i) => (i % 2 ? tokens.chip(part) : part));

/** @param {Item} item */
const row = (item) =>
  el(
    "li",
    el("a", { href: item.href }, item.title),
    item.held && counts(item.held),
    item.text && el("span.faint", item.text),
  );

/** @param {Entry} entry @param {Item[]} items @param {boolean} all */
const card = (entry, items, all) =>
  el(
    "article.card",
    { "data-stop": "page", "data-path": entry.path, tabindex: -1, "aria-label": entry.title },
    el("h3", el("a.home-link", { href: entry.href }, entry.title)),
    el(
      "p.subtitle",
      entry.facts.map((f) => el("span", f)),
      entry.created && el("span", moment(entry.created)),
      el("code", entry.path),
    ),
    entry.text && el("p", marked(entry.text)),
    items.length > 0 && el("ul.items", (all ? items : items.slice(0, MOST)).map(row)),
    !all &&
      items.length > MOST &&
      el("details", el("summary", `${items.length - MOST} more`), el("ul.items", items.slice(MOST).map(row))),
  );

const fits = (texts, wanted) => {
  const whole = texts.join(" ").toLowerCase();
  return wanted.every((w) => whole.includes(w));
};
// The entries of a search, each with the items that fit (all of them where the entry itself does).
/** @param {Entry[]} entries @param {string} query */
export const find = (entries, query) => {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.flatMap((entry) => {
    const own = [entry.kind, entry.title, entry.text, entry.path, ...entry.facts];
    if (fits(own, wanted)) return [{ entry, items: entry.items }];
    const items = entry.items.filter((item) => fits([...own, item.title, item.text], wanted));
    return items.length ? [{ entry, items }] : [];
  });
};

const sections = (query) => {
  const found = find(data.entries, query);
  const parts = KINDS.map(([kind, title, about]) => {
    const own = found.filter((f) => f.entry.kind === kind);
    return (
      own.length > 0 &&
      el(
        "section",
        { id: `kind-${kind}`, "aria-label": title },
        el("h2", title, " ", el("span.faint", about)),
        el(
          "div.cards",
          own.map((f) => card(f.entry, f.items, query !== "")),
        ),
      )
    );
  }).filter(Boolean);
  return parts.length ? parts : [el("p.hint", query ? "No page fits." : "No pages yet.")];
};

const page = () => {
  const place = el("div.places");
  const draw = () => place.replaceChildren(...sections(box.value.trim()));
  const box = el("input#search", {
    type: "search",
    placeholder: "Search studies, dictionaries, heads, prompts",
    "aria-label": "Search",
    oninput: draw,
  });
  const rest = [
    data.runs.length > 0 &&
      el(
        "section.card",
        el("h2", "Runs without pages"),
        el(
          "ul.items",
          data.runs.map((r) => el("li", r.path, " ", el("code", r.command))),
        ),
      ),
    data.unreadable.length > 0 &&
      el(
        "section.card",
        el("h2", "Could not be read"),
        el(
          "ul.items",
          data.unreadable.map((text) => el("li", text)),
        ),
      ),
  ];
  draw();
  const node = el("div.page.home", el("div.head", el("h1", data.title), el("span.push"), box), place, ...rest);
  return { title: data.title, node, start: () => {} };
};

const step = (offset) => {
  const stops = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#main [data-stop]")]);
  const here = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest("[data-stop]"));
  stops[here ? stops.indexOf(here) + offset : 0]?.focus();
};
shell.start({
  title: "polyhead",
  home: "#/",
  data: "home",
  open: (value) => (data = value),
  route: () => ({ kind: "home", make: page }),
  bar: () => ({
    left: [
      el(
        "nav",
        { "aria-label": "Kinds of pages" },
        KINDS.filter(([kind]) => data.entries.some((e) => e.kind === kind)).map(([kind, title]) =>
          el("a", { href: "#/", onclick: () => document.getElementById(`kind-${kind}`)?.scrollIntoView() }, title),
        ),
      ),
    ],
  }),
  keepScroll: true,
  keys: {
    "/": () => shell.search(),
    j: () => step(1),
    k: () => step(-1),
    Enter: () =>
      /** @type {HTMLElement | null | undefined} */ (document.activeElement?.querySelector(".home-link"))?.click(),
  },
  help: () => [
    ["/", "search"],
    ["j  k", "next, previous folder of pages"],
    ["Enter", "open it"],
  ],
});
