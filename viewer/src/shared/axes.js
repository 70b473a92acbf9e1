// Scales and axes of SVG charts. A scale maps values to pixels and knows its ticks.
import { svg } from "./dom.js";
import { num } from "./format.js";
import { color } from "./theme.js";

export const FONT = "system-ui, sans-serif";

const niceStep = (span, n) => {
  const raw = span / n,
    power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999);
};

export const linear = (low, high, from, to, { n = 5, zero = false, nice = true } = {}) => {
  if (zero) {
    low = Math.min(0, low);
    high = Math.max(0, high);
  }
  if (low === high) {
    low -= 0.5;
    high += 0.5;
  }
  const step = niceStep(high - low, n);
  if (nice) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const ticks = [];
  for (let t = Math.ceil(low / step - 1e-9) * step; t <= high + step * 1e-6; t += step)
    ticks.push(Math.abs(t) < step * 1e-6 ? 0 : t);
  const at = (v) => from + ((v - low) / (high - low)) * (to - from);
  return Object.assign(at, { ticks, low, high, text: (t) => num(Number(t.toPrecision(6))) });
};

export const logarithmic = (low, high, from, to, { bases = [1, 2, 5] } = {}) => {
  const pad = Math.max((high / low) ** 0.06 * 1.02, 1.5 / Math.sqrt(high / low));
  low /= pad;
  high *= pad;
  let ticks = [];
  if (bases === 2) for (let p = Math.ceil(Math.log2(low)); 2 ** p <= high; p++) ticks.push(2 ** p);
  if (bases === 2 && ticks.length < 3) return logarithmic(low * pad, high / pad, from, to);
  if (bases !== 2) {
    for (let p = Math.floor(Math.log10(low)); 10 ** p <= high; p++) for (const b of bases) ticks.push(b * 10 ** p);
    ticks = ticks.filter((t) => t >= low && t <= high);
    if (ticks.length < 3 && bases.length < 5)
      return logarithmic(low * pad, high / pad, from, to, { bases: [1, 1.5, 2, 3, 4, 5, 6, 8] });
  }
  const at = (v) => from + (Math.log(v / low) / Math.log(high / low)) * (to - from);
  return Object.assign(at, { ticks, low, high, text: (t) => num(Number(t.toPrecision(6))) });
};

export const text = (x, y, content, attributes) =>
  svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);

// Grid lines, tick labels and titles around a box { left, right, top, bottom }.
export const frame = (box, x, y, { xTitle, yTitle }) => {
  const g = svg("g", { class: "axes" });
  for (const t of y.ticks) {
    g.append(
      svg("line", { x1: box.left, x2: box.right, y1: y(t), y2: y(t), stroke: color("line"), "stroke-width": 1 }),
    );
    g.append(text(box.left - 7, y(t) + 4, y.text(t), { "text-anchor": "end" }));
  }
  for (const t of x.ticks) {
    g.append(svg("line", { x1: x(t), x2: x(t), y1: box.bottom, y2: box.bottom + 4, stroke: color("muted") }));
    g.append(text(x(t), box.bottom + 17, x.text(t), { "text-anchor": "middle" }));
  }
  g.append(svg("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, stroke: color("muted") }));
  if (xTitle)
    g.append(
      text((box.left + box.right) / 2, box.bottom + 36, xTitle, { "text-anchor": "middle", fill: color("ink") }),
    );
  if (yTitle)
    g.append(
      text(0, 0, yTitle, {
        "text-anchor": "middle",
        fill: color("ink"),
        transform: `translate(${box.left - 46} ${(box.top + box.bottom) / 2}) rotate(-90)`,
      }),
    );
  return g;
};

// A marker of one of the theme's shapes, as an SVG path.
export const shapePath = (shape, x, y, r) => {
  if (shape === "square") return `M${x - r * 0.88} ${y - r * 0.88}h${r * 1.76}v${r * 1.76}h${-r * 1.76}z`;
  if (shape === "triangle") return `M${x} ${y - r * 1.15}L${x + r * 1.1} ${y + r * 0.8}H${x - r * 1.1}z`;
  if (shape === "diamond")
    return `M${x} ${y - r * 1.25}L${x + r * 1.25} ${y}L${x} ${y + r * 1.25}L${x - r * 1.25} ${y}z`;
  if (shape === "cross") {
    const a = r * 0.4,
      b = r * 1.1;
    return `M${x - a} ${y - b}h${2 * a}v${b - a}h${b - a}v${2 * a}h${a - b}v${b - a}h${-2 * a}v${a - b}h${a - b}v${-2 * a}h${b - a}z`;
  }
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
};
