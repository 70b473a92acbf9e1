// Legends inside the drawing, so that they are saved with it: names of series, and the bar of a colour scale.
import { width as widthOf, cut } from "../shared/measure.js";
import { linear } from "../shared/scales.js";
import { rectOf, lineOf, text, shapePath } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import { ramp, css } from "./colours.js";

const ROW = 18,
  MOST = 16;

// Items are { name, fill, shape?, line?, dash?, missing? }. Returns the group and its height.
export const rows = (items, left, right, top) => {
  const g = svg("g.legend");
  if (items.length > MOST) {
    g.append(text(left, top + 12, `${items.length} series; their names show on hovering`, { "font-size": 11.5 }));
    return { node: g, height: ROW, width: left + 260 };
  }
  let x = left,
    y = top,
    used = 0;
  for (const item of items) {
    const label = cut(item.name, right - left - 24, 11.5);
    const wide = 22 + widthOf(label, 11.5) + 14;
    if (x > left && x + wide - 14 > right) {
      x = left;
      y += ROW;
    }
    if (item.line)
      g.append(
        svg("line", {
          ...{ x1: x, x2: x + 17, y1: y + 8, y2: y + 8, stroke: item.fill, "stroke-width": 2 },
          "stroke-dasharray": item.dash,
        }),
      );
    if (item.shape) g.append(svg("path", { d: shapePath(item.shape, x + 8.5, y + 8, 4), fill: item.fill }));
    if (!item.line && !item.shape) g.append(rectOf(x, y + 2, 13, 12, { rx: 2, fill: item.fill, stroke: item.stroke }));
    g.append(text(x + (item.line || item.shape ? 22 : 18), y + 12, label, { "font-size": 11.5, fill: color("ink") }));
    x += wide;
    used = Math.max(used, x - 14);
  }
  return { node: g, height: items.length ? y - top + ROW : 0, width: used };
};

// A horizontal colour bar of at most `width` pixels with its ends and middle written under it.
export const bar = (limits, diverging, left, top, width) => {
  const g = svg("g.colour-bar");
  const n = 48,
    wide = Math.min(220, width);
  for (let i = 0; i < n; i++) {
    const x0 = left + (i * wide) / n;
    g.append(rectOf(x0, top, wide / n + 0.4, 10, { fill: css(ramp((i + 0.5) / n, diverging)) }));
  }
  g.append(rectOf(left, top, wide, 10, { fill: "none", stroke: color("edge"), "stroke-width": 1 }));
  const at = linear(limits[0], limits[1], left, left + wide, { n: 3, nice: false });
  let ticks = diverging ? [limits[0], 0, limits[1]] : [limits[0], ...at.ticks, limits[1]];
  const kept = [];
  ticks = [...new Set(ticks)];
  for (const t of [ticks[0], ticks[ticks.length - 1], ...ticks.slice(1, -1)]) {
    const half = widthOf(num(t), 11) / 2 + 5;
    if (kept.every((k) => Math.abs(at(k) - at(t)) > half + widthOf(num(k), 11) / 2)) kept.push(t);
  }
  for (const t of kept) {
    const x = at(t),
      half = widthOf(num(t), 11) / 2;
    g.append(
      lineOf(x, top + 10, x, top + 14, { stroke: color("muted") }),
      text(Math.max(left + half - 6, x), top + 25, num(t), { "text-anchor": "middle", "font-size": 11 }),
    );
  }
  return { node: g, height: 32 };
};

export { ROW };
