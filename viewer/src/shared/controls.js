// Parts that pages share: choices, fields, links to what stands before and after, tables, cards.
import { el } from "./dom.js";
import * as tip from "./tip.js";

/** @typedef {import("./dom.js").Child} Child */

/** A button that does not submit a form. @param {string} selector @param {Child} text @param {() => void} onclick */
export const button = (selector, text, onclick, attributes = {}) =>
  el(`button${selector}`, { onclick, ...attributes }, text);

/**
 * A drop-down list.
 *
 * @param {string} label What it chooses, for readers that hear the page.
 * @param {any[][]} options Values and their texts.
 * @param {string | number | null} value
 * @param {(value: string) => void} choose
 */
export const select = (label, options, value, choose, attributes = {}) => {
  const node = el(
    "select",
    { "aria-label": label, onchange: (e) => choose(e.target.value), ...attributes },
    options.map(([v, text]) => el("option", { value: v }, text)),
  );
  node.value = value;
  return node;
};

/** The search field of a page. @param {string} value @param {(value: string) => void} change */
export const searchField = (value, placeholder, label, change, attributes = {}) =>
  el("input#search", {
    type: "search",
    value,
    placeholder,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    oninput: (e) => change(e.target.value),
    ...attributes,
  });

/** The form around the controls of a table. @param {...Child} children */
export const filters = (...children) =>
  el("form.filters", { role: "search", onsubmit: (e) => e.preventDefault() }, ...children);

/** A link to what stands before or after, greyed where there is nothing. @param {string | null | undefined} href */
export const stepLink = (href, sign, label) =>
  href ? el("a.step", { href, "aria-label": label, title: label }, sign) : el("span.step.off", sign);

/** A word whose definition shows when it is pointed at. @param {string} word @param {string} definition */
export const defined = (word, definition) =>
  tip.attach(el("span.defined", { tabindex: "0" }, word), () => el("p", definition));

/**
 * A table that scrolls sideways.
 *
 * @param {string} label
 * @param {(string | false)[]} heads Headings; a trailing "#" marks a column of numbers.
 * @param {Child} rows
 */
export const scrollTable = (label, heads, rows) => {
  const head = (text) => el(text.endsWith("#") ? "th.number" : "th", { scope: "col" }, text.replace(/#$/, ""));
  const top = el("tr", heads.filter((t) => t !== false).map(head));
  return scrolled(label, el("table.scores", el("thead", top), el("tbody", rows)));
};
/** What is wider than the page, to be scrolled by keys too. @param {string} label @param {Child} content */
export const scrolled = (label, content) =>
  el("div.scroll", { tabindex: "0", role: "region", "aria-label": label }, content);

/** A section with a title; `id` names both. @param {string} id @param {string} title @param {Child} hint */
export const sectionCard = (id, title, hint, ...content) =>
  el(
    "section.card",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    hint && el("p.hint", hint),
    content.flat(9),
  );

/** A section whose content opens below its title. @param {string} id @param {string} title @param {...Child} content */
export const foldedCard = (id, title, ...content) =>
  el(
    "details.card.folded",
    { id },
    el("summary", el("h2", { id: `${id}-title` }, title)),
    /** @type {any[]} */ (content).flat(9),
  );

const SENTENCES = 3;
/** What was found: the first sentences, and the rest to be opened. @param {Child[]} sentences */
export const told = (sentences) => {
  const list = (some) =>
    el(
      "ul.verdict",
      some.map((text) => el("li", text)),
    );
  const rest = sentences.slice(SENTENCES);
  return el(
    "section#findings.told",
    { "aria-label": "What was found" },
    list(sentences.slice(0, SENTENCES)),
    rest.length > 0 && el("details", el("summary", `${rest.length} more`), list(rest)),
  );
};

/**
 * The state of a page in its address: what is given there, else the defaults.
 *
 * @template {Record<string, string>} S
 * @param {string} query
 * @param {S} defaults
 * @returns {S & { write: (path: string) => void }} `write` puts what is not empty into the address.
 */
export const addressState = (query, defaults) => {
  const given = new URLSearchParams(query);
  /** @type {any} */
  const state = {};
  for (const [key, value] of Object.entries(defaults)) state[key] = given.get(key) || value;
  const write = (path) => {
    const out = new URLSearchParams();
    for (const key of Object.keys(defaults)) if (state[key]) out.set(key, state[key]);
    history.replaceState(null, "", `${path}?${out}`);
  };
  return Object.defineProperty(state, "write", { value: write });
};
