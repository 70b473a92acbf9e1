// The frame of a chart: grid lines, ticks and titles around a box.
import { axisBottom, axisLeft } from "d3-axis";
import { select } from "d3-selection";
import { FONT, lineOf, text } from "./shapes.js";
import { svg } from "./dom.js";
import { bandName } from "./scales.js";
import { color } from "./theme.js";

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box Sides in pixels of the drawing. */

const middle = { "text-anchor": "middle" };

/**
 * An axis of d3 in the colours and the font of the page.
 *
 * @param {typeof axisLeft} side
 * @param {import("./scales.js").Scale} scale
 * @param {{ size: number, padding: number, transform: string, stroke(tick: number): string }} look Length of the ticks
 *   (grid lines where it is negative), gap to their texts, place, colour of a tick.
 */
const axisOf = (side, scale, { size, padding, transform, stroke }) => {
  const axis = side(/** @type {any} */ (scale))
    .tickValues(scale.ticks)
    .tickFormat(/** @type {any} */ (scale.text))
    .tickSizeInner(size)
    .tickSizeOuter(0)
    .tickPadding(padding)
    .offset(0);
  const drawn = select(svg("g", { transform })).call(axis);
  drawn.attr("font-size", 12).attr("font-family", FONT);
  drawn.select(".domain").attr("stroke", color("muted"));
  drawn.selectAll(".tick line").attr("stroke", (t) => stroke(/** @type {number} */ (t)));
  drawn.selectAll(".tick text").attr("fill", color("muted"));
  return drawn;
};
/** Grid lines and ticks of the vertical axis. @param {Box} box @param {import("./scales.js").Scale} y */
const rising = (box, y) => {
  const stroke = (t) => color(t === 0 && y.low < 0 ? "edge" : "line");
  const transform = `translate(${box.left} 0)`;
  const drawn = axisOf(axisLeft, y, { size: box.left - box.right, padding: 7, transform, stroke });
  drawn.select(".domain").remove();
  return drawn.node();
};
/** The horizontal axis. @param {Box} box @param {import("./scales.js").Scale} x @param {boolean} grid */
const across = (box, x, grid) => {
  const stroke = () => color(grid ? "line" : "muted");
  const transform = `translate(0 ${box.bottom})`;
  const size = grid ? box.top - box.bottom : 4;
  return axisOf(axisBottom, x, { size, padding: grid ? 8.5 : 4.5, transform, stroke }).node();
};

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
  const ink = { fill: color("ink") };
  const centre = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return svg(
    "g.axes",
    rising(box, y),
    plan
      ? [
          bandNames(x, plan, box.bottom),
          lineOf(box.left, box.bottom, box.right, box.bottom, { stroke: color("muted") }),
        ]
      : across(box, x, grid),
    [xTitle].flat().map((line, i) => text(centre[0], under + 16 * i, line, { ...middle, ...ink })),
    [yTitle].flat().map((line, i) => upwards(yAt + 16 * i, centre[1], line, ink)),
  );
};
