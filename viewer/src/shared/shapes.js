// The parts that SVG charts are made of: the drawing itself, lines, boxes, words, markers, paths.
import { path as recorder } from "d3-path";
import {
  area as areaShape,
  line as lineShape,
  symbolCircle,
  symbolCross,
  symbolDiamond2,
  symbolSquare,
  symbolTriangle,
} from "d3-shape";
import { svg } from "./dom.js";
import { color } from "./theme.js";

/** @typedef {import("./dom.js").Attributes} Attributes */

export const FONT = "system-ui, sans-serif";
/** Words over lines stay readable: drawn with an edge in the colour of the card. */
export const halo = () => ({
  "paint-order": "stroke",
  stroke: color("card"),
  "stroke-width": 3,
  "stroke-linejoin": "round",
});

/** A drawing of so many pixels. @param {number} width @param {number} height @param {string} label @param {Attributes} [attributes] */
export const drawing = (width, height, label, attributes) =>
  svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, ...attributes });

/** @type {(x1: number, y1: number, x2: number, y2: number, attributes?: Attributes) => any} */
export const lineOf = (x1, y1, x2, y2, attributes) => svg("line", { x1, y1, x2, y2, ...attributes });
/** @type {(x: number, y: number, width: number, height: number, attributes?: Attributes) => any} */
export const rectOf = (x, y, width, height, attributes) => svg("rect", { x, y, width, height, ...attributes });
/** @type {(x: number | null, y: number | null, content: string, attributes?: Attributes) => any} */
export const text = (x, y, content, attributes) =>
  svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);

/** A line through points; a point that is null leaves a gap. @param {([number, number] | null)[]} points */
export const linePath = (points) =>
  lineShape()
    .defined((p) => p !== null)
    .digits(2)(/** @type {[number, number][]} */ (points)) ?? "";

/** What lies between two lines, as [x, lower y, upper y]; null leaves a gap. @param {([number, number, number] | null)[]} points */
export const areaPath = (points) =>
  areaShape()
    .defined((p) => p !== null)
    .x((p) => p[0])
    .y0((p) => p[1])
    .y1((p) => /** @type {any} */ (p)[2])
    .digits(2)(/** @type {any} */ (points)) ?? "";

// Markers by the theme's names, with the area of one whose radius is 1, so that they look alike in size.
/** @type {Record<string, [type: import("d3-shape").SymbolType, area: number]>} */
const SYMBOLS = {
  circle: [symbolCircle, Math.PI],
  square: [symbolSquare, 3.1],
  triangle: [symbolTriangle, 2.45],
  diamond: [symbolDiamond2, 4],
  cross: [symbolCross, 2.9],
};
/** A marker of one of the theme's shapes as an SVG path. @type {(shape: string, x: number, y: number, r: number) => string} */
export const shapePath = (shape, x, y, r) => {
  const [type, area] = SYMBOLS[shape] ?? SYMBOLS.circle;
  const out = recorder();
  // symbols are drawn around 0
  type.draw(
    /** @type {any} */ ({
      moveTo: (a, b) => out.moveTo(x + a, y + b),
      lineTo: (a, b) => out.lineTo(x + a, y + b),
      arc: (a, b, ...rest) => out.arc(x + a, y + b, .../** @type {[number, number, number]} */ (rest)),
      rect: (a, b, w, h) => out.rect(x + a, y + b, w, h),
      closePath: () => out.closePath(),
    }),
    area * r * r,
  );
  return out.toString();
};
