// The claims: verdict, statement and one number in a row; the published number, distributions and reason below it.
import { el } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { numbers, isShares, said, withUnit, draw as stripDraw } from "./strip.js";
import { badges } from "./verdict.js";

const numberTable = (claim) => {
  const all = [...claim.ours, ...claim.control];
  const shares = isShares(all);
  const row = (d, kind) => {
    const { n, median, low, high, least, most } = numbers(d);
    const cells = !n
      ? [el("td.number", { colspan: 3 }, "no model left")]
      : shares
        ? [el("td.number", { colspan: 3 }, said(d, true))]
        : [
            el("td.number", withUnit(median, d.unit, 4)),
            el("td.number", n > 1 ? `${num(low)} to ${num(high)}` : "–"),
            el("td.number", n > 1 ? `${num(least)} to ${num(most)}` : "–"),
          ];
    return el(
      "tr",
      el("td", kind),
      el("td", d.label),
      cells,
      el("td.number", String(n)),
      el("td.number", String(d.n_diverged)),
    );
  };
  const heads = ["", "of", "median", "10th to 90th percentile", "range", "models", "diverged"];
  return el(
    "div.scroll",
    el(
      "table.plain",
      el(
        "thead",
        el(
          "tr",
          heads.map((h, i) => el("th", { class: i > 1 ? "number" : null, scope: "col" }, h)),
        ),
      ),
      el(
        "tbody",
        claim.ours.map((d) => row(d, "ours")),
        claim.control.map((d) => row(d, "control")),
      ),
    ),
  );
};

// The number that decided, as the reason names it (else the first that was measured), and what it was held against.
export const headline = (claim) => {
  const share = /holds for (\d+ of \d+)/.exec(claim.reason);
  const median = share ? null : /median (-?[\d.e+-]*\d) over/.exec(claim.reason);
  const [first] = claim.ours;
  const measured = first ? said(first, isShares(claim.ours)) : "";
  return { number: share ? share[1] : median ? `median ${median[1]}` : measured, against: againstOf(claim.reason) };
};
const NUMBER = "-?\\d[\\d.]*(?:e[+-]?\\d+)?";
const AGAINST = new RegExp(`against (?:(\\d+ of \\d+) control|a chance of (${NUMBER})|(${NUMBER}), tolerance)`);
const againstOf = (reason) => {
  const [, control, chance, published] = AGAINST.exec(reason) ?? [];
  return control ? `control ${control}` : chance ? `chance ${chance}` : published ? `published ${published}` : "";
};

// One claim as a row that opens: badge, statement and number; then sources, distributions, reason and numbers.
const row = (claim) => {
  const id = `claim-${claim.key}`;
  const strip = el("div.strip-box");
  const body = el(
    "div.claim-body",
    { id: `${id}-why` },
    el("div.measured", el("h4", "Ours and control"), strip),
    el(
      "dl.because",
      el("dt", "Published"),
      el("dd.published", claim.published ?? "nothing"),
      el("dt", "Source"),
      el("dd.source", claim.source),
      el("dt", "Decided by"),
      el("dd", claim.reason),
      el("dt", "Control"),
      el("dd", claim.control_note),
      el("dt", "Link"),
      el("dd", el("a.anchor", { href: `#${id}`, "aria-label": "Link to this claim" }, `#${id}`)),
    ),
    numberTable(claim),
  );
  const [verdict, agreement] = badges(claim);
  const { number, against } = headline(claim);
  const node = el(
    "details.claim",
    { id, "data-stop": "claim", ontoggle: () => draw() },
    el(
      "summary",
      el("span.judged", verdict),
      el("span.statement", claim.statement),
      el("span.headline", number, against && el("span.against", against)),
      agreement,
    ),
    body,
  );
  const draw = () => {
    if (!node.open) return;
    strip.replaceChildren();
    strip.append(stripDraw(claim, Math.max(220, strip.clientWidth)));
  };
  return { node, draw };
};

// The claims and what the page does with them: draw the open ones.
export const list = (claims) => {
  const made = claims.map(row);
  return {
    node: el(
      "div.claims",
      made.map((r) => r.node),
    ),
    draw: () => made.forEach((r) => r.draw()),
  };
};
