// The page of one study: question, set-up, key figure with its takeaway, claims, notes, other figures, how to rerun.
import { el, svg } from "../shared/dom.js";
import { count, seconds, plain, moment } from "../shared/format.js";
import * as claims from "./claims.js";
import * as figure from "./figure.js";
import { pills, countOf } from "./verdict.js";

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
    el("p.counts", pills(countOf(found.claims))),
    el(
      "p.subtitle",
      el("span", `preset ${record.preset}`),
      record.settings.n_seeds && el("span", `${count(record.settings.n_seeds)} seeds`),
      el(
        "span",
        `${count(found.n_models)} models trained${found.n_diverged ? `, ${count(found.n_diverged)} diverged` : ""}`,
      ),
      el("span", seconds(record.seconds)),
    ),
    record.sources.length > 0 &&
      el(
        "ul.sources",
        { "aria-label": "Sources" },
        record.sources.map((s) => el("li", linked(s))),
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
    el("p", told.text),
    el(
      "div.set-up",
      PARTS.map(([key, title], i) => [
        i > 0 && arrow(),
        el("div", { class: `set-up-part ${key}` }, el("strong", title), told[key]),
      ]),
    ),
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
  );
};

// Small figures stand in pairs; one that has no small neighbour gets the whole row, its caption beside it.
const arrange = (figures) => {
  for (let i = 0; i < figures.length; i++) {
    const pair = figures[i].small && figures[i + 1]?.small;
    if (pair) {
      figures[i].node.classList.add("half");
      figures[i + 1].node.classList.add("half");
      i++;
    } else figures[i].node.classList.add(figures[i].narrow ? "side" : "full");
  }
};

export const page = (record) => {
  const found = record.findings;
  const table = claims.table(found.claims);
  const figures = found.figures.map((f) => figure.make(f, record.name));
  const at = found.figures.findIndex((f) => f.key === record.story.key_figure),
    key = figures[at];
  const others = figures.filter((f) => f !== key);
  if (key) key.node.classList.add(key.narrow ? "side" : "full");
  arrange(others);
  const node = el(
    "div.page.study",
    header(record, found),
    record.story.set_up && setUp(record.story.set_up),
    el("div.key-figure", el("p.takeaway", record.story.takeaway), key && el("div.figures", key.node)),
    el("section#claims.card", el("h2", "Claims"), table.node),
    found.notes.length > 0 &&
      el(
        "section#notes.card",
        el("h2", "Negative results, contradictions and limits"),
        el(
          "ul.notes",
          found.notes.map((n) => el("li", n)),
        ),
      ),
    others.length > 0 && el("h2#figures.between", key ? "Other figures" : "Figures"),
    others.length > 0 &&
      el(
        "div.figures",
        others.map((f) => f.node),
      ),
    circumstances(record),
  );
  const draw = () => {
    table.draw();
    figures.forEach((f) => f.draw());
  };
  // The claim or figure an address names: opened, scrolled to, focused. False where there is none.
  const visit = (id) => {
    const target = id && document.getElementById(id);
    if (!target || !node.contains(target)) return false;
    if (id.startsWith("claim-")) table.open(id.slice(6));
    target.scrollIntoView({ block: "start" });
    if (target.dataset.stop) target.focus({ preventScroll: true });
    return true;
  };
  return { node, title: record.title, draw, visit, openAll: table.openAll };
};
