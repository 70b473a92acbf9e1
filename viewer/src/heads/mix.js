// Behaviour mix as stacked bars: colour, stripes and order tell behaviours apart, and every part says what it is.
import { plain, headLink } from "./names.js";
import { el } from "../shared/dom.js";
import { percent } from "../shared/format.js";
import * as tip from "../shared/tip.js";

export const REST = "none of the rules";

/**
 * Parts are [name, share]; what is missing to 1 stays empty.
 * @param {{ vars(name: string): Record<string, string> }} palette
 * @param {any[][]} parts
 * @param {{ least?: number, label?: string | null }} [options]
 */
export const bar = (palette, parts, { least = 0.002, label = null } = {}) =>
  el(
    "div.mix",
    { role: "img", "aria-label": label },
    parts
      .filter(([, share]) => share >= least)
      .map(([name, share]) => {
        const piece = el("span.piece", { vars: { "--size": share, ...palette.vars(name) } });
        return tip.attach(piece, () => `${plain(name)}: ${percent(share)}`);
      }),
  );
export const words = (parts, most = 3) =>
  parts
    .slice()
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .filter(([, v]) => v >= 0.005)
    .map(([n, v]) => `${plain(n)} ${percent(v)}`)
    .join(", ");

export const legend = (palette, behaviours, extra = [[REST, "keys that no rule claims"]]) =>
  el(
    "div.legend",
    { "aria-label": "Colours of behaviours" },
    [...behaviours.map((b) => [b.name, b.words]), ...extra].map(([name, meaning]) =>
      tip.attach(
        el("span.note", { tabindex: "0" }, el("span.piece.sample", { vars: palette.vars(name) }), plain(name)),
        () => el("p", meaning),
      ),
    ),
  );

export const massParts = (rows, i) => rows.mass[i].map((v, b) => [rows.behaviours[b]?.name ?? REST, v]);
export const classParts = (rows, i) =>
  rows.shares[i]
    .map(([c, v]) => [rows.classes[c], v])
    .sort((a, b) => rows.classes.indexOf(a[0]) - rows.classes.indexOf(b[0]));

// All heads, one bar each, a block for every layer.
export const all = (data, palette, by) => {
  const parts = by === "mass" ? massParts : classParts;
  const layers = new Map();
  data.heads.forEach(([layer, head], i) => {
    if (!layers.has(layer)) layers.set(layer, []);
    layers.get(layer).push([head, i]);
  });
  return el(
    "div.layers",
    [...layers].map(([layer, heads]) =>
      el(
        "section.layer",
        { "aria-label": `Layer ${layer}` },
        el("h3", `Layer ${layer}`),
        heads.map(([head, i]) => {
          const list = parts(data.rows, i);
          return el(
            "div.mix-line",
            headLink(`L${layer}H${head}`),
            bar(palette, list, { label: `L${layer}H${head}: ${words(list)}` }),
          );
        }),
      ),
    ),
  );
};
