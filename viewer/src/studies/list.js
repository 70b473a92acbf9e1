// The list of all studies with their verdicts.
import { el } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { count, seconds, MISSING } from "../shared/format.js";
import { NAMES, pills, icon } from "./verdict.js";

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
            s.claims.map((c) =>
              el("li", icon(c.verdict), el("a", { href: `${s.name}.html#claim-${c.key}` }, c.statement)),
            ),
          ),
        ),
    ),
    el("td", { "data-label": "Verdicts" }, pills(s.verdicts)),
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

export const page = (data) => {
  const totals = Object.fromEntries(NAMES.map((v) => [v, data.studies.reduce((n, s) => n + s.verdicts[v], 0)]));
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
        "Published results on attention and feature superposition, in toy worlds and in real models: each claim measured over seeds, with a control, beside the published number.",
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
  return { node, title: "Studies", draw: () => {}, visit: () => false, openAll: () => toggleAll(node) };
};
const toggleAll = (node) => {
  const all = [...node.querySelectorAll("details")];
  const yes = !all.every((d) => d.open);
  for (const d of all) d.open = yes;
};
