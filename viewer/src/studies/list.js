// The list of all studies with their verdicts.
import { el } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { count, seconds, MISSING } from "../shared/format.js";
import { thumbnail } from "./figure.js";
import { agreements, countOf, pills, icon } from "./verdict.js";

const row = (s) =>
  el(
    "tr",
    { "data-study": s.name, "data-stop": "study", tabindex: -1 },
    el("td.picture", { "data-thumbnail": s.name }),
    el(
      "th",
      { scope: "row" },
      el("a.study-link", { href: `${s.name}.html` }, s.title),
      el("span.question", s.question),
      s.claims.length > 0 &&
        el(
          "details",
          el("summary", words(s.claims.length)),
          el(
            "ul.claim-list",
            s.claims.map((c) =>
              el(
                "li",
                { "data-claim": c.key },
                icon(c),
                el("a", { href: `${s.name}.html#claim-${c.key}` }, c.statement),
              ),
            ),
          ),
        ),
    ),
    el("td", { "data-label": "Verdicts" }, pills(countOf(s.claims)), agreements(s.claims)),
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
const words = (n) => `${n} ${n === 1 ? "claim" : "claims"}`;
const plainSeeds = (v) => (typeof v === "number" ? count(v) : format.plain(v));

const absent = (m) =>
  el(
    "tr.absent",
    el("td.picture"),
    el("th", { scope: "row" }, m.name),
    el("td", { colspan: 5 }, "not run yet: ", el("code", m.command)),
  );

const HELD = [
  ["", "held or not"],
  ["yes", "held"],
  ["partly", "held partly"],
  ["no", "did not hold"],
  ["measured", "only measured"],
];
const AGREEMENT = [
  ["", "published or not"],
  ["agrees", "agrees with what was published"],
  ["agrees in part", "agrees in part"],
  ["disagrees", "disagrees"],
  ["nothing published", "nothing published"],
];

// Whether a claim is of a kind that was chosen; "" stands for every kind.
/** @param {{ held: string | null, agreement: string }} claim @param {{ held: string, agreement: string }} wanted */
export const claimFits = (claim, wanted) =>
  (!wanted.held || (claim.held ?? "measured") === wanted.held) &&
  (!wanted.agreement || claim.agreement === wanted.agreement);

// A search box over the rows of the list, and choices of a kind of claim; a study without such a claim is left out.
const search = (studies, node) => {
  const said = el("output", { "aria-live": "polite" });
  const text = (s) =>
    [s.name, s.title, s.question, s.takeaway, ...s.claims.map((c) => c.statement)].join(" ").toLowerCase();
  const texts = new Map(studies.map((s) => [s.name, text(s)]));
  const box = el("input", {
    type: "search",
    placeholder: "Search studies and claims",
    "aria-label": "Search",
    oninput: () => draw(),
  });
  const choice = (label, options) =>
    el(
      "select",
      { "aria-label": label, onchange: () => draw() },
      options.map(([value, name]) => el("option", { value }, name)),
    );
  const held = choice("Claims that held", HELD),
    agreement = choice("Claims that agree", AGREEMENT);
  const draw = () => {
    const wanted = { held: held.value, agreement: agreement.value };
    const asked = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0,
      nClaims = 0;
    for (const s of studies) {
      const fitting = s.claims.filter((c) => claimFits(c, wanted));
      const any = !wanted.held && !wanted.agreement;
      const fits = (any || fitting.length > 0) && asked.every((w) => texts.get(s.name).includes(w));
      n += Number(fits);
      nClaims += fits ? fitting.length : 0;
      const line = node.querySelector(`[data-study="${CSS.escape(s.name)}"]`);
      line.hidden = !fits;
      const summary = line.querySelector("summary");
      if (summary)
        summary.textContent = any ? words(s.claims.length) : `${fitting.length} of ${words(s.claims.length)}`;
      const keys = new Set(fitting.map((c) => c.key));
      for (const li of line.querySelectorAll("[data-claim]")) li.hidden = !keys.has(li.dataset.claim);
    }
    const kinds = wanted.held || wanted.agreement ? `, ${words(nClaims)}` : "";
    said.textContent = n === studies.length && !kinds ? "" : `${n} of ${studies.length} studies${kinds}`;
  };
  return el("p.study-search", box, held, agreement, said);
};

export const page = (data) => {
  const totals = countOf(data.studies.flatMap((s) => s.claims));
  const models = data.studies.reduce((n, s) => n + s.n_models, 0),
    time = data.studies.reduce((n, s) => n + s.seconds, 0);
  const heads = ["", "Study", "Verdicts", "Preset", "Seeds", "Models", "Time"];
  const node = el(
    "div.page.study",
    el(
      "section.card.study-head",
      el("h1", "Studies"),
      el(
        "p.question",
        "Published results on attention and feature superposition, in toy worlds and in real models: each claim measured over seeds, with a control, next to the published number.",
      ),
      el("p.counts", pills(totals), agreements(data.studies.flatMap((s) => s.claims))),
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
            heads.map((h, i) => el("th", { scope: "col", class: i > 3 ? "number" : null }, h)),
          ),
        ),
        el("tbody", data.studies.map(row), data.missing.map(absent)),
      ),
    ),
  );
  node.querySelector(".study-list").before(search(data.studies, node));
  const draw = () => {
    for (const s of data.studies) {
      const cell = node.querySelector(`[data-thumbnail="${CSS.escape(s.name)}"]`);
      if (s.thumbnail)
        cell.replaceChildren(
          el("a", { href: `${s.name}.html`, tabindex: -1, "aria-hidden": "true" }, thumbnail(s.thumbnail)),
        );
    }
  };
  return { node, title: "Studies", draw, visit: () => false, openAll: () => toggleAll(node) };
};
const toggleAll = (node) => {
  const all = [...node.querySelectorAll("details")];
  const yes = !all.every((d) => d.open);
  for (const d of all) d.open = yes;
};
