// The claim table: statement and source, the published number, our distributions and the control's, the verdict.
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

// One claim as two rows, the second of which opens.
const rows = (claim) => {
  const id = `claim-${claim.key}`;
  const strip = el("div.strip-box");
  const why = el(
    "tr.why",
    { id: `${id}-why`, hidden: true },
    el(
      "td",
      { colspan: 4 },
      el(
        "dl.because",
        el("dt", "Decided by"),
        el("dd", claim.reason),
        el("dt", "Control"),
        el("dd", claim.control_note),
      ),
      numberTable(claim),
    ),
  );
  const button = el(
    "button.quiet.toggle",
    { "aria-expanded": "false", "aria-controls": `${id}-why`, onclick: () => open(why.hidden) },
    "Why",
  );
  const open = (yes) => {
    why.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const main = el(
    "tr.claim",
    { id, tabindex: -1, "data-stop": "claim" },
    el(
      "th",
      { scope: "row" },
      el("span.statement", claim.statement),
      el("span.source", claim.source, " ", el("a.anchor", { href: `#${id}`, "aria-label": "Link to this claim" }, "#")),
    ),
    el("td.published", { "data-label": "Published" }, claim.published),
    el("td.measured", { "data-label": "Ours and control" }, strip),
    el("td.judged", { "data-label": "Verdict" }, badges(claim), button),
  );
  const draw = () => {
    strip.replaceChildren();
    strip.append(stripDraw(claim, Math.max(220, strip.clientWidth)));
  };
  return { nodes: [main, why], main, open, draw, isOpen: () => !why.hidden };
};

// The table and what the page does with it: draw all strips, open one or all.
export const table = (claims) => {
  const made = new Map(claims.map((c) => [c.key, rows(c)]));
  const heads = ["Claim", "Published", "Ours and control", "Verdict"];
  const node = el(
    "table.claims",
    el(
      "thead",
      el(
        "tr",
        heads.map((h) => el("th", { scope: "col" }, h)),
      ),
    ),
    el(
      "tbody",
      [...made.values()].map((r) => r.nodes),
    ),
  );
  const openAll = () => {
    const yes = ![...made.values()].every((r) => r.isOpen());
    for (const r of made.values()) r.open(yes);
  };
  return { node, openAll, open: (key) => made.get(key)?.open(true), draw: () => made.forEach((r) => r.draw()) };
};
