// The frame of a chart: grid lines, ticks and titles around a box.
import { lineOf, text } from "./shapes.js";
import { svg } from "./dom.js";
import { bandName } from "./scales.js";
import { color } from "./theme.js";

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box Sides in pixels of the drawing. */

const middle = { "text-anchor": "middle" };

/** Grid lines and ticks of the vertical axis. @param {Box} box @param {import("./scales.js").Scale} y */
const rising = (box, y) =>
  y.ticks.map((t) => [
    lineOf(box.left, y(t), box.right, y(t), {
      stroke: color(t === 0 && y.low < 0 ? "edge" : "line"),
      "stroke-width": 1,
    }),
    text(box.left - 7, y(t) + 4, y.text(t), { "text-anchor": "end" }),
  ]);

/** Names under bands. @param {any} x @param {any} plan Of `labelBands`. @param {number} bottom */
export const bandNames = (x, plan, bottom) =>
  x.names.map((name, i) => {
    if (i % plan.every) return null;
    const at = x(i),
      size = { "font-size": plan.size };
    if (plan.mode === "wrap")
      return plan.wrapped[i].map((line, k) => text(at, bottom + 14 + 13 * k, line, { ...middle, ...size }));
    if (plan.mode === "flat") return text(at, bottom + 14, name, { ...middle, ...size });
    const place = { "text-anchor": "end", transform: `translate(${at + 4} ${bottom + 12}) rotate(-45)` };
    return text(null, null, bandName(name, plan, at), { ...size, ...place });
  });

/** A title read from below. @param {number} x @param {number} y */
export const upwards = (x, y, content, attributes) =>
  text(0, 0, content, { ...middle, transform: `translate(${x} ${y}) rotate(-90)`, ...attributes });

/**
 * @param {Box} box
 * @param {any} x A scale, or bands.
 * @param {import("./scales.js").Scale} y
 * @param {object} titles
 * @param {string | string[]} [titles.xTitle] One line, or several.
 * @param {string | string[]} [titles.yTitle]
 * @param {number} [titles.yAt] Middle of the first line of the vertical title.
 * @param {number} [titles.under] Foot of the first line of the horizontal title.
 * @param {boolean} [titles.grid] Grid lines of the horizontal axis too.
 * @param {any} [titles.plan] How names stand under bands.
 */
export const frame = (box, x, y, titles) => {
  const { xTitle = [], yTitle = [], yAt = box.left - 46, under = box.bottom + 36, grid = false, plan = null } = titles;
  const across = (t) => [
    lineOf(x(t), grid ? box.top : box.bottom, x(t), box.bottom + 4, { stroke: color(grid ? "line" : "muted") }),
    text(x(t), box.bottom + 17, x.text(t), middle),
  ];
  const ink = { fill: color("ink") };
  const centre = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return svg(
    "g.axes",
    rising(box, y),
    plan ? bandNames(x, plan, box.bottom) : x.ticks.map(across),
    lineOf(box.left, box.bottom, box.right, box.bottom, { stroke: color("muted") }),
    [xTitle].flat().map((line, i) => text(centre[0], under + 16 * i, line, { ...middle, ...ink })),
    [yTitle].flat().map((line, i) => upwards(yAt + 16 * i, centre[1], line, ink)),
  );
};
