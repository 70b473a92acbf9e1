// Small charts: lines with a band, stacked areas, histograms. All are SVG and can be saved.
import { frame } from "../shared/axes.js";
import { linear } from "../shared/scales.js";
import { areaPath, drawing, linePath, rectOf, text } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const boxOf = (width, height) => ({ left: 58, right: width - 14, top: 12, bottom: height - 44 });
const chart = (label, width, height) => drawing(width, height, label, { class: "plot" });

// Series: { name, color, points: [[x, y]], band: [[x, low, high]], dash }. Reverse draws large x on the left.
export const lines = (
  series,
  { label, xTitle, yTitle, width = 520, height = 260, reverse = false, zero = true, tell },
) => {
  const node = chart(label, width, height),
    box = boxOf(width, height);
  const xs = series.flatMap((s) => s.points.map((p) => p[0]));
  const ys = series.flatMap((s) => [...s.points.map((p) => p[1]), ...(s.band || []).flatMap((b) => [b[1], b[2]])]);
  const ends = reverse ? [box.right, box.left] : [box.left, box.right];
  const x = linear(Math.min(...xs), Math.max(...xs), ends[0], ends[1], { nice: false });
  const y = linear(Math.min(...ys), Math.max(...ys), box.bottom, box.top, { zero });
  node.append(frame(box, x, y, { xTitle, yTitle }));
  for (const s of series) {
    if (s.band) {
      const d = areaPath(s.band.map((b) => [x(b[0]), y(b[1]), y(b[2])]));
      node.append(svg("path", { d, fill: s.color, opacity: 0.18 }));
    }
    node.append(
      svg("path", {
        d: linePath(s.points.map((p) => [x(p[0]), y(p[1])])),
        fill: "none",
        stroke: s.color,
        "stroke-width": 1.8,
        "stroke-dasharray": s.dash,
      }),
    );
    for (const p of s.points) {
      const dot = svg("circle.dot", { cx: x(p[0]), cy: y(p[1]), r: 3.2, fill: s.color });
      tip.attach(dot, () => tell(s, p));
      node.append(dot);
    }
  }
  return node;
};

// Layers: { name, colors: [one, other], values }, one value at each x; drawn from below.
export const stacked = (xs, layers, { label, xTitle, yTitle, xText, width = 520, height = 280, tell }) => {
  const node = chart(label, width, height),
    box = boxOf(width, height);
  const x = linear(xs[0], xs[xs.length - 1], box.left, box.right, { nice: false });
  const y = linear(0, 1, box.bottom, box.top);
  if (xText) x.text = xText;
  const base = xs.map(() => 0);
  const defs = svg("defs");
  node.append(defs);
  const fillOf = ([a, b], i) => {
    if (a === b) return a;
    const id = `stripes-${i}`;
    defs.append(
      svg(
        "pattern",
        { id, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 4, height: 8, fill: a }),
        svg("rect", { x: 4, width: 4, height: 8, fill: b }),
      ),
    );
    return `url(#${id})`;
  };
  for (const [i, one] of layers.entries()) {
    const from = base.slice();
    one.values.forEach((v, i) => {
      base[i] += v;
    });
    const area = svg("path.area", {
      d: areaPath(base.map((v, i) => [x(xs[i]), y(from[i]), y(v)])),
      fill: fillOf(one.colors, i),
      stroke: color("card"),
      "stroke-width": 1,
    });
    tip.attach(area, () => tell(one));
    node.append(area);
    const size = Math.max(...one.values),
      at = one.values.indexOf(size);
    if (size > 0.12)
      node.append(
        text(Math.min(box.right - 4, Math.max(box.left + 4, x(xs[at]))), y(base[at] - size / 2) + 4, one.short, {
          "text-anchor": at < xs.length / 3 ? "start" : at > (2 * xs.length) / 3 ? "end" : "middle",
          fill: color("ink"),
          stroke: color("card"),
          "stroke-width": 3,
          "paint-order": "stroke",
          class: "on-area",
          "pointer-events": "none",
        }),
      );
  }
  node.append(frame(box, x, y, { xTitle, yTitle }));
  return node;
};

// Bins: [low, high, count], drawn side by side with equal widths where edges are geometric.
export const histogram = (bins, { label, xTitle, width = 420, height = 220, log = true, even = true, text }) => {
  const node = chart(label, width, height),
    box = boxOf(width, height);
  const shown = (n) => (log ? Math.log10(1 + n) : n);
  const x = even
    ? linear(0, bins.length, box.left, box.right, { nice: false })
    : linear(bins[0][0], bins[bins.length - 1][1], box.left, box.right, { nice: false });
  const y = linear(0, Math.max(1e-9, ...bins.map((b) => shown(b[2]))), box.bottom, box.top, { zero: true });
  if (log) {
    y.ticks = [...Array(8).keys()].filter((p) => p <= y.high);
    y.text = (t) => (t ? `1e${t}` : "0");
  }
  if (even) {
    const every = Math.max(1, Math.ceil(bins.length / 6));
    x.ticks = bins.map((_, i) => i).filter((i) => i % every === 0);
    x.text = (i) => format.num(bins[i][0], 2);
  }
  node.append(frame(box, x, y, { xTitle, yTitle: log ? "count (log)" : "share" }));
  bins.forEach(([low, high, n], i) => {
    if (!n) return;
    const [from, to] = even ? [x(i), x(i + 1)] : [x(low), x(high)];
    const bar = rectOf(from + 0.5, y(shown(n)), Math.max(1, to - from - 1), Math.max(1, box.bottom - y(shown(n))), {
      fill: color(high <= 0 && low < 0 ? "minus" : "key"),
    });
    tip.attach(bar, () => text(low, high, n));
    node.append(bar);
  });
  return node;
};
