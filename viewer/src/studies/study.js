// The page of one study: question, set-up, key figure with its takeaway, claims, notes, other figures, how to rerun.
import { el, svg } from "../shared/dom.js";
import { focusOn } from "./stops.js";
import { count, seconds, plain, moment } from "../shared/format.js";
import * as claims from "./claims.js";
import * as figure from "./figure.js";
import { agreements, pills, countOf } from "./verdict.js";

// Addresses in a reference become links; everything else stays text.
const linked = (words) =>
  words
    .split(/(https?:\/\/[^\s,;)]+[^\s,;).])/)
    .map((part, i) => (i % 2 ? el("a", { href: part, rel: "noreferrer" }, part) : part));

const header = (record, found) =>
  el(
    "section.card.study-head",
    el("h1", record.title),
    el("p.question", record.story.question),
    el("p.counts", pills(countOf(found.claims)), agreements(found.claims)),
    el(
      "div.subtitle",
      el("span", `preset ${record.preset}`),
      record.settings.n_seeds && el("span", `${plain(record.settings.n_seeds)} seeds`),
      el(
        "span",
        `${count(found.n_models)} models trained${found.n_diverged ? `, ${count(found.n_diverged)} diverged` : ""}`,
      ),
      el("span", seconds(record.seconds)),
      record.sources.length > 0 &&
        el(
          "details.sources",
          el("summary", record.sources.length === 1 ? "1 source" : `${record.sources.length} sources`),
          el(
            "ul",
            record.sources.map((s) => el("li", linked(s))),
          ),
        ),
    ),
  );

// The world or model in three parts, from what goes in to what comes out; the labels wrap below their boxes.
const PARTS = [
  ["into", "In"],
  ["inside", "Model"],
  ["out", "Out"],
];
const setUp = (told) => {
  const arrow = () =>
    svg(
      "svg.set-up-arrow",
      { viewBox: "0 0 40 16", width: 40, height: 16, "aria-hidden": "true" },
      svg("path", { d: "M1 8H33", fill: "none", stroke: "currentColor", "stroke-width": 2 }),
      svg("path", { d: "M31 2L39 8L31 14z", fill: "currentColor" }),
    );
  return el(
    "section#set-up.card",
    el("h2", "Set-up"),
    el(
      "div.set-up",
      PARTS.map(([key, title], i) => [
        i > 0 && arrow(),
        el("div", { class: `set-up-part ${key}` }, el("strong", title), told[key]),
      ]),
    ),
    el("p", told.text),
  );
};

const facts = (pairs) =>
  el(
    "dl.facts",
    pairs.map(([k, v]) => el("div", el("dt", k), el("dd", v))),
  );

const circumstances = (record) => {
  const copy = el(
    "button.quiet",
    {
      onclick: () => {
        const done = () => {
          copy.textContent = "Copied";
          setTimeout(() => (copy.textContent = "Copy"), 1500);
        };
        if (navigator.clipboard) navigator.clipboard.writeText(record.command).then(done, () => {});
      },
    },
    "Copy",
  );
  return el(
    "section#circumstances.card",
    el("h2", "How it was run"),
    el("div.command", el("code", record.command), copy),
    el("p.hint", "A first look in under two minutes: ", el("code", record.story.rerun.quick)),
    el(
      "details",
      el("summary", "Machine, versions and settings"),
      el(
        "div.columns-2",
        el(
          "div",
          el("h3", "Circumstances"),
          facts([
            ["time", seconds(record.seconds)],
            ["machine", record.machine],
            ["when", moment(record.created)],
            ...Object.entries(record.versions),
          ]),
        ),
        el(
          "div",
          el("h3", `Settings of the preset ${record.preset}`),
          facts(Object.entries(record.settings).map(([k, v]) => [k, plain(v)])),
        ),
      ),
    ),
  );
};

// The first sentence of a note, and the rest of it.
const parted = (note) => {
  const [, first, rest] = /^(.+?[.!?])\s+(?=[A-Z("])(.+)$/s.exec(note) ?? [null, note, ""];
  return { first, rest };
};
const noteOf = (note) => {
  const { first, rest } = parted(note);
  return el("li", rest ? el("details", el("summary", first), el("p", rest)) : el("p.whole", first));
};

// A title with a button that opens and closes all that folds below it.
const titled = (title, node) =>
  el(
    "div.head",
    el("h2", title),
    el("span.push"),
    el("button.quiet", { onclick: () => toggleAll(node) }, "Open or close all"),
  );

const foldsOf = (node) => [...node.querySelectorAll("details")];
const toggleAll = (node) => {
  const all = foldsOf(node),
    yes = !all.every((d) => d.open);
  for (const d of all) d.open = yes;
};
// Everything is open while it is printed.
const openToPrint = (node, draw) => {
  let closed = [];
  const start = () => {
    closed = node.isConnected ? foldsOf(node).filter((d) => !d.open) : [];
    for (const d of closed) d.open = true;
    draw(); // the events of opening come too late
  };
  const end = () => {
    for (const d of closed) d.open = false;
    closed = [];
  };
  addEventListener("beforeprint", start);
  addEventListener("afterprint", end);
};

export const page = (record) => {
  const found = record.findings;
  const rows = claims.list(found.claims);
  const at = found.figures.findIndex((f) => f.key === record.story.key_figure);
  const figures = found.figures.map((f, i) => figure.make(f, record.name, { folds: i !== at }));
  const key = figures[at];
  const others = figures.filter((f) => f !== key);
  const gallery = el(
    "div.figures",
    others.map((f) => f.node),
  );
  const node = el(
    "div.page.study",
    header(record, found),
    record.story.set_up && setUp(record.story.set_up),
    el("div.key-figure", el("p.takeaway", record.story.takeaway), key?.node),
    el("section#claims.card", titled("Claims", rows.node), rows.node),
    others.length > 0 && el("section#figures", titled(key ? "Other figures" : "Figures", gallery), gallery),
    found.notes.length > 0 &&
      el(
        "section#notes.card",
        el("h2", "Negative results, contradictions and limits"),
        el("ul.notes", found.notes.map(noteOf)),
      ),
    circumstances(record),
  );
  const draw = () => {
    rows.draw();
    figures.forEach((f) => f.draw());
  };
  openToPrint(node, draw);
  // The claim or figure an address names: opened, scrolled to, focused. False where there is none.
  const visit = (id) => {
    const target = id && document.getElementById(id);
    if (!target || !node.contains(target)) return false;
    if (target instanceof HTMLDetailsElement) target.open = true;
    draw();
    target.scrollIntoView({ block: "start" });
    focusOn(target);
    return true;
  };
  return { node, title: record.title, draw, visit, openAll: () => toggleAll(rows.node) };
};
