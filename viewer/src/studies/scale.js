// Scales of study charts: numbers (linear or logarithmic) and bands of names. Each maps to pixels and knows its ticks.
import { linear } from "../shared/axes.js";
import { num } from "../shared/format.js";
import { width, widest, wrap } from "./measure.js";

const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// Powers of ten: written as powers where the scale reaches far.
const power = (v, far) => {
  const p = Math.round(Math.log10(v));
  const exact = Math.abs(v / 10 ** p - 1) < 1e-9;
  return exact && far && Math.abs(p) > 1
    ? `10${[...String(p)].map((c) => SUPER[c]).join("")}`
    : num(Number(v.toPrecision(6)));
};

// Every nth of the ticks, so that their texts have room.
const thin = (ticks, at, textOf, vertical) => {
  const room = (k) => {
    const kept = ticks.filter((_, i) => i % k === 0);
    return kept.every((t, i) => {
      if (!i) return true;
      const gap = Math.abs(at(t) - at(kept[i - 1]));
      return vertical ? gap >= 16 : gap >= (width(textOf(t)) + width(textOf(kept[i - 1]))) / 2 + 10;
    });
  };
  let k = 1;
  while (k < ticks.length && !room(k)) k++;
  return ticks.filter((_, i) => i % k === 0);
};

const logarithmic = (low, high, from, to, vertical) => {
  if (low === high) {
    low /= 2;
    high *= 2;
  }
  const pad = (high / low) ** 0.03;
  low /= pad;
  high *= pad;
  const at = (v) => from + (Math.log(v / low) / Math.log(high / low)) * (to - from);
  const decades = Math.log10(high / low);
  const bases = decades > 3.2 ? [1] : decades > 1.2 ? [1, 2, 5] : decades > 0.5 ? [1, 1.5, 2, 3, 5, 7] : null;
  let ticks = [];
  if (bases) {
    for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
      for (const b of bases) ticks.push(Number((b * 10 ** p).toPrecision(12)));
    ticks = ticks.filter((t) => t >= low && t <= high);
  } else ticks = linear(low, high, 0, 1, { nice: false }).ticks.filter((t) => t > 0);
  const far = high > 3e4 || low < 1e-3;
  const textOf = (v) => power(v, far);
  return Object.assign(at, { low, high, ticks: thin(ticks, at, textOf, vertical), text: textOf });
};

// `points`: the values that occur; where they are few, the ticks are these values.
export const numeric = (range, from, to, { log = false, nice = true, pad = 0, points = [], vertical = false } = {}) => {
  const [low, high] = range;
  let made;
  if (log) made = logarithmic(low, high, from, to, vertical);
  else {
    const more = pad * (high - low);
    const n = Math.max(2, Math.min(6, Math.floor(Math.abs(to - from) / (vertical ? 44 : 60))));
    made = linear(low - more, high + more, from, to, { n, nice });
    made.ticks = thin(made.ticks, made, made.text, vertical);
  }
  const distinct = [...new Set(points)].sort((a, b) => a - b);
  const short = distinct.every((v) => Number(v.toPrecision(2)) === v);
  if (distinct.length > 1 && distinct.length <= 14 && short) {
    const kept = thin(distinct, made, made.text, vertical);
    if (kept.length === distinct.length) made.ticks = distinct;
  }
  return made;
};

// How names stand under bands of `step` pixels: all flat, every kth flat, or all tilted.
export const labelBands = (names, step, { most = 150 } = {}) => {
  const size = 11.5,
    wide = widest(names, size);
  if (wide + 5 <= step) return { mode: "flat", every: 1, height: 18, size };
  const numbers = names.every((n) => /^[−+-]?[\d.,]+(e[−+-]?\d+)?$/i.test(n.trim()));
  if (numbers || wide < 16) return { mode: "flat", every: Math.ceil((wide + 8) / step), height: 18, size };
  const wrapped = names.map((n) => wrap(n, step - Math.min(14, 0.18 * step), size, 400, 3));
  const plain = (t) => t.replace(/\s+/g, " ").trim();
  if (names.every((n, i) => plain(wrapped[i].join(" ")) === plain(n)))
    return { mode: "wrap", every: 1, height: 5 + 13 * Math.max(...wrapped.map((w) => w.length)), size, wrapped };
  const long = Math.min(wide, most);
  return { mode: "tilt", every: Math.ceil(13 / step), height: Math.ceil(long * 0.71 + 16), size, most };
};

export const bands = (names, from, to) => {
  const step = (to - from) / Math.max(1, names.length);
  return Object.assign((i) => from + (i + 0.5) * step, { names, step, low: 0, high: names.length });
};
