// A head as the sum of parts: how much mass and output each has, and what its removal costs beside a control.
import * as mix from "./mix.js";
import { plain } from "./names.js";
import { scrollTable } from "../shared/controls.js";
import { el } from "../shared/dom.js";
import { percent, num } from "../shared/format.js";

const cost = (value, most, kind) =>
  el(
    "span",
    { class: `cost ${kind}` },
    el("span", num(value, 3)),
    el("span.bar", { vars: { "--size": Math.max(0, value) / most } }),
  );

export const section = (s, palette) => {
  const most = Math.max(1e-9, s.ce_delta, ...s.parts.flatMap((p) => [p.ce_delta, p.ce_delta_control]));
  const byRules = s.split === "rules";
  return el(
    "div.split-head",
    el("h3", byRules ? "By rules" : `By ${s.split}`),
    el(
      "p.hint",
      `Parts sum to the head within ${num(s.error, 2)} of its largest output. Removing the whole head raises the loss by ${num(s.ce_delta, 3)} nats (from ${num(s.ce_clean, 4)}). ` +
        `Entropy of mass over parts ${num(s.behaviour_entropy, 3)} nats${s.silhouette === null ? "" : `; silhouette of clusters ${num(s.silhouette, 2)}`}. ` +
        `Control: as much mass taken from every row, not chosen.`,
    ),
    byRules &&
      mix.bar(
        palette,
        s.parts.map((p) => [p.name, p.mass]),
        { label: "Mass by part" },
      ),
    scrollTable(
      `Parts, ${s.split}`,
      ["Part", "Mass#", "Share of output#", "Loss without it", "Control", "Effective keys#"],
      s.parts.map((p) =>
        el(
          "tr",
          el("td", byRules && el("span.piece.sample", { vars: palette.vars(p.name) }), plain(p.name)),
          el("td.number", percent(p.mass)),
          el("td.number", percent(p.norm_share)),
          el("td", cost(p.ce_delta, most, "own")),
          el("td", cost(p.ce_delta_control, most, "control")),
          el("td.number", num(p.effective_keys, 3)),
        ),
      ),
    ),
  );
};
