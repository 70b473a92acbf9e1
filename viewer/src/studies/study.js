// The page of one study: question, claims, notes, figures, circumstances.
import { el } from "../shared/dom.js";
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
    el("p.question", record.question),
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
  arrange(figures);
  const node = el(
    "div.page.study",
    header(record, found),
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
    figures.length > 0 && el("h2#figures.between", "Figures"),
    figures.length > 0 &&
      el(
        "div.figures",
        figures.map((f) => f.node),
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
