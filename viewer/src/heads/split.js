// A head as the sum of parts: how much mass and output each has, and what its removal costs beside a control.
import * as mix from "./mix.js";
import { plain } from "./names.js";
import { el } from "../shared/dom.js";
import { percent, num } from "../shared/format.js";

const cost = (value, most, kind) =>
  el(
    "span",
    { class: `cost ${kind}` },
    el("span", {}, num(value, 3)),
    el("span", { class: "bar", vars: { "--size": Math.max(0, value) / most } }),
  );

export const section = (s, palette) => {
  const most = Math.max(1e-9, s.ce_delta, ...s.parts.flatMap((p) => [p.ce_delta, p.ce_delta_control]));
  const byRules = s.split === "rules";
  return el(
    "div",
    { class: "split-head" },
    el("h3", {}, byRules ? "By rules" : `By ${s.split}`),
    el(
      "p",
      { class: "hint" },
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
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": `Parts, ${s.split}` },
      el(
        "table",
        { class: "scores" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["Part", "Mass", "Share of output", "Loss without it", "Control", "Effective keys"].map((t, i) =>
              el("th", { scope: "col", class: i && i !== 3 && i !== 4 ? "number" : null }, t),
            ),
          ),
        ),
        el(
          "tbody",
          {},
          s.parts.map((p) =>
            el(
              "tr",
              {},
              el("td", {}, byRules && el("span", { class: "piece sample", vars: palette.vars(p.name) }), plain(p.name)),
              el("td", { class: "number" }, percent(p.mass)),
              el("td", { class: "number" }, percent(p.norm_share)),
              el("td", {}, cost(p.ce_delta, most, "own")),
              el("td", {}, cost(p.ce_delta_control, most, "control")),
              el("td", { class: "number" }, num(p.effective_keys, 3)),
            ),
          ),
        ),
      ),
    ),
  );
};
