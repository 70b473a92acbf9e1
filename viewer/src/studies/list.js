// The list of all studies with their verdicts.
import { el } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { count, seconds, MISSING } from "../shared/format.js";
import { countOf, pills, icon } from "./verdict.js";

const row = (s) =>
  el(
    "tr",
    { "data-study": s.name, "data-stop": "study", tabindex: -1 },
    el(
      "th",
      { scope: "row" },
      el("a.study-link", { href: `${s.name}.html` }, s.title),
      el("span.question", s.question),
      s.claims.length > 0 &&
        el(
          "details",
          el("summary", `${s.claims.length} ${s.claims.length === 1 ? "claim" : "claims"}`),
          el(
            "ul.claim-list",
            s.claims.map((c) => el("li", icon(c), el("a", { href: `${s.name}.html#claim-${c.key}` }, c.statement))),
          ),
        ),
    ),
    el("td", { "data-label": "Verdicts" }, pills(countOf(s.claims))),
    el("td", { "data-label": "Preset" }, s.preset),
    el("td.number", { "data-label": "Seeds" }, s.n_seeds === null ? MISSING : plainSeeds(s.n_seeds)),
    el(
      "td.number",
      { "data-label": "Models" },
      count(s.n_models),
      s.n_diverged > 0 && el("span.faint", ` (${count(s.n_diverged)} diverged)`),
    ),
    el("td.number", { "data-label": "Time" }, seconds(s.seconds)),
  );
const plainSeeds = (v) => (typeof v === "number" ? count(v) : format.plain(v));

const absent = (m) =>
  el("tr.absent", el("th", { scope: "row" }, m.name), el("td", { colspan: 5 }, "not run yet: ", el("code", m.command)));

// A search box and a filter over the rows of the list.
const search = (studies, node) => {
  const said = el("output", { "aria-live": "polite" });
  const text = (s) =>
    [s.name, s.title, s.question, s.takeaway, ...s.claims.map((c) => c.statement)].join(" ").toLowerCase();
  const words = new Map(studies.map((s) => [s.name, text(s)]));
  const box = el("input", {
    type: "search",
    placeholder: "Search studies and claims",
    "aria-label": "Search",
    oninput: () => draw(),
  });
  const choice = el(
    "select",
    { "aria-label": "Claims that", onchange: () => draw() },
    [
      ["", "all claims"],
      ["yes", "some held"],
      ["partly", "some held partly"],
      ["no", "some did not hold"],
    ].map(([value, name]) => el("option", { value }, name)),
  );
  const draw = () => {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const s of studies) {
      const held = !choice.value || s.claims.some((c) => c.held === choice.value);
      const fits = held && wanted.every((w) => words.get(s.name).includes(w));
      n += Number(fits);
      node.querySelector(`[data-study="${CSS.escape(s.name)}"]`).hidden = !fits;
    }
    said.textContent = n === studies.length ? "" : `${n} of ${studies.length} studies`;
  };
  return el("p.study-search", box, choice, said);
};

export const page = (data) => {
  const totals = countOf(data.studies.flatMap((s) => s.claims));
  const models = data.studies.reduce((n, s) => n + s.n_models, 0),
    time = data.studies.reduce((n, s) => n + s.seconds, 0);
  const heads = ["Study", "Verdicts", "Preset", "Seeds", "Models", "Time"];
  const node = el(
    "div.page.study",
    el(
      "section.card.study-head",
      el("h1", "Studies"),
      el(
        "p.question",
        "Published results on attention and feature superposition, in toy worlds and in real models: each claim measured over seeds, with a control, next to the published number.",
      ),
      el("p.counts", pills(totals)),
      el(
        "p.subtitle",
        el("span", `${data.studies.length} ${data.studies.length === 1 ? "study" : "studies"}`),
        el("span", `${count(models)} models trained`),
        el("span", `${seconds(time)} on one thread each`),
      ),
    ),
    el(
      "section.card",
      el(
        "table.study-list",
        el(
          "thead",
          el(
            "tr",
            heads.map((h, i) => el("th", { scope: "col", class: i > 2 ? "number" : null }, h)),
          ),
        ),
        el("tbody", data.studies.map(row), data.missing.map(absent)),
      ),
    ),
  );
  node.querySelector(".study-list").before(search(data.studies, node));
  return { node, title: "Studies", draw: () => {}, visit: () => false, openAll: () => toggleAll(node) };
};
const toggleAll = (node) => {
  const all = [...node.querySelectorAll("details")];
  const yes = !all.every((d) => d.open);
  for (const d of all) d.open = yes;
};
