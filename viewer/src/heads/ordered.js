// Ordered matrices: bytes of a record as numbers and colours, places of blocks, and figures of a canvas under marks.
import { rectOf } from "../shared/shapes.js";
import { el, svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";

export const MAP = { width: 420, height: 400, left: 44, top: 26, size: 368 };
export const VIEW = { width: 620, height: 556, left: 92, top: 28, size: 520 };

export const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
export const squared = (byte) => (byte / 255) ** 2;
export const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

// A colour as red, green, blue; colours of the style sheet are written #rrggbb.
export const parts = (name) => [1, 3, 5].map((i) => Number.parseInt(color(name).slice(i, i + 2), 16));
export const ramp = (most) => {
  const stops = ["card", "key", "ink"].map(parts);
  return Array.from({ length: 256 }, (_, byte) => {
    const t = 2 * clamp(byte / Math.max(1, most), 0, 1);
    const from = Math.min(1, Math.floor(t));
    return stops[from].map((v, i) => Math.round(v + (t - from) * (stops[from + 1][i] - v)));
  });
};
export const paint = (canvas, side, at) => {
  canvas.width = side;
  canvas.height = side;
  const image = new ImageData(side, side);
  for (let r = 0; r < side; r++) for (let c = 0; c < side; c++) image.data.set([...at(r, c), 255], 4 * (r * side + c));
  canvas.getContext("2d").putImageData(image, 0, 0);
};

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
