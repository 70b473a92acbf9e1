// The claim table: statement and source, the published number, our distributions and the control's, the verdict.
import { el } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { numbers, isShares, said, withUnit, draw as stripDraw } from "./strip.js";
import { pill } from "./verdict.js";

const numberTable = (claim) => {
  const all = [...claim.ours, ...claim.control];
  const shares = isShares(all);
  const row = (d, kind) => {
    const { n, median, low, high, least, most } = numbers(d);
    const cells = !n
      ? [el("td", { class: "number", colspan: 3 }, "no model left")]
      : shares
        ? [el("td", { class: "number", colspan: 3 }, said(d, true))]
        : [
            el("td", { class: "number" }, withUnit(median, d.unit, 4)),
            el("td", { class: "number" }, n > 1 ? `${num(low)} to ${num(high)}` : "–"),
            el("td", { class: "number" }, n > 1 ? `${num(least)} to ${num(most)}` : "–"),
          ];
    return el(
      "tr",
      {},
      el("td", {}, kind),
      el("td", {}, d.label),
      cells,
      el("td", { class: "number" }, String(n)),
      el("td", { class: "number" }, String(d.n_diverged)),
    );
  };
  const heads = ["", "of", "median", "10th to 90th percentile", "range", "models", "diverged"];
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      { class: "plain" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          heads.map((h, i) => el("th", { class: i > 1 ? "number" : null, scope: "col" }, h)),
        ),
      ),
      el(
        "tbody",
        {},
        claim.ours.map((d) => row(d, "ours")),
        claim.control.map((d) => row(d, "control")),
      ),
    ),
  );
};

// One claim as two rows, the second of which opens.
const rows = (claim) => {
  const id = `claim-${claim.key}`;
  const strip = el("div", { class: "strip-box" });
  const why = el(
    "tr",
    { class: "why", id: `${id}-why`, hidden: true },
    el(
      "td",
      { colspan: 4 },
      el(
        "dl",
        { class: "because" },
        el("dt", {}, "Decided by"),
        el("dd", {}, claim.reason),
        el("dt", {}, "Control"),
        el("dd", {}, claim.control_note),
      ),
      numberTable(claim),
    ),
  );
  const button = el(
    "button",
    {
      type: "button",
      class: "quiet toggle",
      "aria-expanded": "false",
      "aria-controls": `${id}-why`,
      onclick: () => open(why.hidden),
    },
    "Why",
  );
  const open = (yes) => {
    why.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const main = el(
    "tr",
    { class: "claim", id, tabindex: -1, "data-stop": "claim" },
    el(
      "th",
      { scope: "row" },
      el("span", { class: "statement" }, claim.statement),
      el(
        "span",
        { class: "source" },
        claim.source,
        " ",
        el("a", { href: `#${id}`, class: "anchor", "aria-label": "Link to this claim" }, "#"),
      ),
    ),
    el("td", { class: "published", "data-label": "Published" }, claim.published),
    el("td", { class: "measured", "data-label": "Ours and control" }, strip),
    el("td", { class: "judged", "data-label": "Verdict" }, pill(claim.verdict), button),
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
    "table",
    { class: "claims" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        heads.map((h) => el("th", { scope: "col" }, h)),
      ),
    ),
    el(
      "tbody",
      {},
      [...made.values()].map((r) => r.nodes),
    ),
  );
  const openAll = () => {
    const yes = ![...made.values()].every((r) => r.isOpen());
    for (const r of made.values()) r.open(yes);
  };
  return { node, openAll, open: (key) => made.get(key)?.open(true), draw: () => made.forEach((r) => r.draw()) };
};
