// Ordered matrices: places of blocks, and figures of a canvas under marks.
import { rectOf } from "../shared/shapes.js";
import { el, svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { squared } from "../shared/matrix.js";
import { color } from "../shared/theme.js";

export const MAP = { width: 420, height: 400, left: 44, top: 26, size: 368 };
export const VIEW = { width: 620, height: 556, left: 92, top: 28, size: 520 };

export const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

// Stretches of places that are next to each other, [first, last], and the blocks they are of.
export const runsOf = (order) => {
  const place = new Int32Array(order.order.length);
  order.order.forEach((row, i) => {
    place[row] = i;
  });
  return order.blocks.map((b) => {
    const runs = [];
    for (const p of b.rows.map((r) => place[r]).sort((x, y) => x - y)) {
      if (runs.length && runs[runs.length - 1][1] === p - 1) runs[runs.length - 1][1] = p;
      else runs.push([p, p]);
    }
    return runs;
  });
};
export const longest = (runs) => runs.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
// The smallest of 1, 2, 5, 10, 20, ... that is not below `least`.
export const roundStep = (least) => {
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return ten * ([1, 2, 5].find((s) => s * ten >= least) ?? 10);
};
export const hue = (block) => color(`hue-${block % 8}`);

export const figure = (kind, canvas, overlay) => el("div", { class: `zoom-figure ${kind}` }, canvas, overlay);
export const layer = (shape) =>
  svg("svg.zoom-over", { viewBox: `0 0 ${shape.width} ${shape.height}`, "aria-hidden": "true" });
/** @param {{ left: number, top: number }} shape @param {number[]} rows @param {number[]} columns @param {number} scale */
export const box = (shape, [r0, r1], [c0, c1], scale, attributes) =>
  rectOf(shape.left + c0 * scale, shape.top + r0 * scale, (c1 - c0) * scale, (r1 - r0) * scale, {
    fill: "none",
    ...attributes,
  });
// The place under the pointer in a figure, [row, column] as fractions of its square.
export const under = (shape, node, e) => {
  const r = node.getBoundingClientRect();
  const x = ((e.clientX - r.left) / r.width) * shape.width,
    y = ((e.clientY - r.top) / r.height) * shape.height;
  return [(y - shape.top) / shape.size, (x - shape.left) / shape.size];
};
export const legend = (most, words) =>
  el(
    "span.note",
    `${words}: 0 `,
    el("span.ramp-bar"),
    ` ${num(squared(most), 2)} (half way ${num(squared(most) / 4, 2)})`,
  );
