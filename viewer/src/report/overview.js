// The first page: what was found, what was trained, how well, and where to look first.
import * as clusters from "./clusters.js";
import { panel as frontierPanel } from "./frontier.js";
import { panel } from "./map.js";
import { patternTable } from "./patterns.js";
import * as scores from "./scores.js";
import { el, segmented } from "../shared/dom.js";
import { told } from "../shared/controls.js";
import { plain, label, count, seconds, moment } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { fail } from "../shared/shell.js";
import * as store from "../shared/store.js";
import { variantName, variantMark } from "../shared/theme.js";
import * as tokens from "../shared/tokens.js";

let chosen = null;

const quoted = (text) => {
  // Text in backticks or a JSON string is a token; anything else in quotation marks stays as it is.
  if (text.startsWith("`")) return tokens.chip(text.slice(1, -1));
  try {
    return tokens.chip(JSON.parse(text));
  } catch {
    return text;
  }
};
const marked = (sentence, card) => {
  // In a highlight, "latent 123" (or unit, or head, first in the line) becomes a link and quoted text a token.
  const out = [];
  let last = 0;
  for (const m of sentence.matchAll(/`[^`]*`|"(?:[^"\\]|\\.)*"|\blatent (\d+)|^\w+ (\d+)/gi)) {
    const number = m[1] ?? m[2],
      link = card && number !== undefined,
      token = number === undefined && (card || m[0].startsWith("`"));
    out.push(
      sentence.slice(last, m.index),
      link
        ? el("a", { href: `#/d/${encodeURIComponent(card.name)}/latent/${number}` }, m[0])
        : token
          ? quoted(m[0])
          : m[0],
    );
    last = m.index + m[0].length;
  }
  return [...out, sentence.slice(last)];
};

export const facts = (pairs) =>
  el(
    "dl.facts",
    pairs
      .filter(([, v]) => v !== undefined && v !== null && v !== "")
      .map(([k, v]) => el("div", el("dt", k), el("dd", v))),
  );
const hashText = (v) =>
  typeof v === "string" && v.length > 20 ? el("code", { title: v }, `${v.slice(0, 12)}…`) : plain(v);
const entries = (object) =>
  Object.entries(object).map(([k, v]) => [label(k), /sha256|hash/.test(k) ? hashText(v) : plain(v)]);

const policyText = (evaluations) => {
  const texts = new Set(
    evaluations.map(({ policy: p }) =>
      [
        { excluded: "BOS position left out", included: "BOS position counted", none: "no BOS in front" }[p.bos],
        { excluded: "padding left out", none: "no padding" }[p.padding],
        `${count(p.n_positions)} positions of ${count(p.n_sequences)} sequences`,
        ...(p.n_documents ? [`from ${count(p.n_documents)} document${p.n_documents === 1 ? "" : "s"}`] : []),
      ].join(", "),
    ),
  );
  return [...texts].join("; or: ");
};

const provenance = (data) => {
  const copy = el(
    "button.quiet",
    {
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(data.command);
          copy.textContent = "Copied";
        } catch {
          getSelection()?.selectAllChildren(code);
        }
      },
    },
    "Copy",
  );
  const code = el("code", data.command);
  return el(
    "section#provenance.card",
    { "aria-labelledby": "provenance-title" },
    el("h2#provenance-title", "What was trained, on what"),
    el("h3", "Command that reproduces this run"),
    el("div.command", code, copy),
    el(
      "details",
      el("summary", "Model, text, dictionaries and time"),
      el(
        "div.columns",
        el("div", el("h3", "Model"), facts(entries(data.model))),
        el("div", el("h3", "Text"), facts([...entries(data.text), ["counted", policyText(data.evaluations)]])),
        el(
          "div",
          el("h3", "Dictionaries"),
          data.dictionaries.map((c) =>
            el(
              "details",
              el("summary", `${c.name}: ${count(c.n_latents)} ${kinds.of(c).noun}s, ${count(c.n_live)} live`),
              facts(entries(c.config)),
            ),
          ),
        ),
        el(
          "div",
          el("h3", "Run"),
          facts([
            ["layer", plain(data.layer)],
            ["reads", data.input_site],
            ["reconstructs", data.target_site],
            ["created", moment(data.created)],
            ...Object.entries(data.seconds).map(([k, v]) => [label(k), seconds(v)]),
            ...Object.entries(data.versions),
          ]),
        ),
      ),
    ),
  );
};

// Whether evaluations draw a curve: dictionaries at three sparsities or more. Else the map is the better picture.
const sweeps = (evaluations) =>
  new Set(evaluations.filter((e) => e.seed !== null && e.seed !== undefined).map((e) => e.sparsity)).size >= 3;

const dictionaryPart = (data, place, charts) => {
  const show = async (name) => {
    chosen = name;
    const card = data.dictionaries.find((c) => c.name === name);
    const kind = kinds.of(card);
    if (!kind.hasLoadings) {
      charts.map = null;
      place.replaceChildren(
        el(
          "section.card.wide",
          el("h2", card.title || card.name),
          el("p", kind.about),
          el(
            "p.hint",
            `There is one attention a ${kind.noun}, so there is no mixture of heads to be mapped. `,
            el("a", { href: `#/d/${encodeURIComponent(name)}` }, `All ${kind.noun}s`),
          ),
        ),
      );
      return;
    }
    const mapPlace = el("div.map-place", el("p.hint", "Loading the map …"));
    place.replaceChildren(
      el(
        "section.card",
        { "aria-labelledby": "map-title" },
        el("h2#map-title", kind.hasHeads ? "Map of head loadings" : "Map of decoder norms by layer"),
        mapPlace,
      ),
      el(
        "section.card",
        { "aria-labelledby": "cluster-title" },
        el("h2#cluster-title", "Clusters of loadings"),
        el(
          "p.hint",
          kind.hasHeads
            ? `Mean loading through each head${kind.hasIdentity ? " (last bar: identity)" : ""}.`
            : "Mean decoder norm in each layer.",
        ),
        clusters.list(card),
      ),
    );
    const table = await store.loadTable(card);
    if (chosen !== name || !mapPlace.isConnected) return;
    const map = panel(card, table, (latent) => {
      location.hash = `#/d/${encodeURIComponent(name)}/latent/${latent}`;
    });
    mapPlace.replaceChildren(map);
    map.start();
    charts.map = map;
  };
  return show;
};

const picker = (cards, show) => {
  const node = el(
    "select",
    { "aria-label": "Dictionary", onchange: (e) => show(e.target.value).catch(fail) },
    cards.map((c) => el("option", { value: c.name }, `${variantName(c.variant)} (${c.name})`)),
  );
  node.value = chosen;
  return node;
};

export const page = (data) => {
  const cards = data.dictionaries;
  const charts = {};
  const fallback = cards.length ? cards[0].name : null;
  if (!cards.some((c) => c.name === chosen)) chosen = fallback;
  const frontier = frontierPanel(data.evaluations);
  const place = el("div.split.map-split");
  const show = dictionaryPart(data, place, charts);
  const few = cards.length <= 3;
  const subtitle = [
    data.model.name,
    few && `layer ${data.layer}`,
    few && data.target_site,
    few
      ? cards.map((c) => `${variantName(c.variant)}: ${count(c.n_latents)} ${kinds.of(c).noun}s`).join("; ")
      : `${cards.length} dictionaries with pages`,
    moment(data.created),
  ];
  const highlights = el(
    "section.card.highlights.stacked",
    { "aria-labelledby": "highlight-title" },
    el(
      "h2#highlight-title",
      cards.every((c) => (c.noun || "latent") === "latent") ? "Latents to open first" : "Where to look first",
    ),
    el(
      "div.highlight-list",
      cards.map((c) => {
        const kind = kinds.of(c);
        return el(
          "div",
          el(
            "h3",
            few ? null : variantMark(c.variant),
            el(
              "a",
              { href: `#/d/${encodeURIComponent(c.name)}`, title: c.name },
              few ? c.name : variantName(c.variant),
            ),
            el("span.faint", ` ${count(c.n_live)} live of ${count(c.n_latents)}`),
          ),
          el(
            "ul",
            c.highlights.slice(0, few ? 3 : 2).map((h) => el("li", marked(h, c))),
          ),
          c.highlights.length === 0 &&
            el(
              "p.hint",
              "No example stands out; ",
              el("a", { href: `#/d/${encodeURIComponent(c.name)}` }, `all ${kind.noun}s`),
              ".",
            ),
        );
      }),
    ),
  );
  const maps = [
    cards.length > 1 &&
      el(
        "div.head.between",
        el("span", "Dictionary"),
        few
          ? segmented(
              "Dictionary",
              cards.map((c) => [c.name, c.name, variantName(c.variant)]),
              chosen,
              show,
            )
          : picker(cards, show),
      ),
    place,
  ];
  const node = el(
    "div.page.overview",
    el(
      "div.title",
      el("h1", data.title),
      el(
        "p.subtitle",
        subtitle.filter(Boolean).map((t) => el("span", t)),
      ),
    ),
    data.verdict.length > 0 && told(data.verdict.map((v) => marked(v, null))),
    sweeps(data.evaluations) ? [frontier, highlights, maps] : [maps, highlights, frontier],
    patternTable(data.evaluations),
    scores.table(data.evaluations, cards),
    provenance(data),
  );
  return {
    title: data.title,
    node,
    start: () => {
      frontier.start();
      if (chosen) show(chosen).catch(fail);
    },
    resize: () => {
      frontier.start();
      if (charts.map) charts.map.redraw();
    },
  };
};
