// Scales of all charts, on those of d3: numbers, linear or logarithmic, and bands of names. Each knows its ticks.
import { range } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import { num } from "./format.js";
import { cut, widest, width, wrap } from "./measure.js";

/** @typedef {((value: number) => number) & { ticks: number[], low: number, high: number, text: (tick: number) => string, copy(): any, range(): number[] }} Scale */

const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const plain = (tick) => num(Number(tick.toPrecision(6)));

/** @param {any} scale Of d3. @param {number[]} ticks @param {(tick: number) => string} text @returns {Scale} */
const known = (scale, ticks, text = plain) => {
  const [low, high] = scale.domain();
  // d3's axes ask a scale for a copy and for its range
  return Object.assign((value) => scale(value), {
    ticks,
    low,
    high,
    text,
    copy: () => scale,
    range: () => scale.range(),
  });
};

/**
 * From `low` to `high`, in pixels `from` to `to`.
 *
 * @param {number} low @param {number} high @param {number} from @param {number} to
 * @param {{ n?: number, zero?: boolean, nice?: boolean }} [options] About how many ticks; whether 0 belongs to it;
 *   whether it ends at ticks.
 * @returns {Scale}
 */
export const linear = (low, high, from, to, { n = 5, zero = false, nice = true } = {}) => {
  if (zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  // sums of shares that miss 1 by rounding do not make an axis longer
  const scale = scaleLinear(
    [low, high].map((v) => Number(v.toPrecision(10))),
    [from, to],
  );
  if (nice) scale.nice(n);
  return known(scale, scale.ticks(n));
};

/** First digit of a number, 0 where others follow. @param {number} v */
const digit = (v) => {
  const first = v / 10 ** Math.floor(Math.log10(v) + 1e-9);
  return Math.abs(first - Math.round(first)) < 1e-6 ? Math.round(first) : 0;
};
/** Powers of ten: written as powers where the scale reaches far. @param {number} v @param {boolean} far */
const power = (v, far) => {
  const p = Math.round(Math.log10(v));
  const exact = Math.abs(v / 10 ** p - 1) < 1e-9;
  return exact && far && Math.abs(p) > 1 ? `10${[...String(p)].map((c) => SUPER[c]).join("")}` : plain(v);
};

/**
 * @param {number} low @param {number} high @param {number} from @param {number} to
 * @param {{ pad?: number, base?: 2 | 10, powers?: boolean }} [options] Factor of room at both ends; ticks at powers of
 *   2; far powers of ten written as powers.
 * @returns {Scale}
 */
export const logarithmic = (low, high, from, to, { pad = 1, base = 10, powers = false } = {}) => {
  if (low === high) [low, high] = [low / 2, high * 2];
  const scale = scaleLog([low / pad, high * pad], [from, to]);
  [low, high] = scale.domain();
  const exponents = range(Math.ceil(Math.log2(low)), Math.floor(Math.log2(high)) + 1);
  const twos = base === 2 ? exponents.map((p) => 2 ** p) : [];
  const all = scale.ticks();
  const sets = [[1], [1, 2, 5], [1, 2, 3, 5, 7]].map((digits) => all.filter((t) => digits.includes(digit(t))));
  const few = Math.log10(high / low) > 3.2 ? 3 : 4;
  const ticks = twos.length > 2 ? twos : (sets.find((set) => set.length >= few) ?? scaleLinear([low, high]).ticks(4));
  const far = powers && (high > 3e4 || low < 1e-3);
  return known(
    scale,
    ticks.filter((t) => t > 0),
    (v) => power(v, far),
  );
};
/** Room at both ends of a logarithmic axis whose marks are large. @param {number} low @param {number} high */
export const roomy = (low, high) => Math.max((high / low) ** 0.06 * 1.02, 1.5 / Math.sqrt(high / low));

/** Every nth of the ticks, so that their texts have room. @param {Scale} scale @param {boolean} vertical */
const thin = (ticks, scale, vertical) => {
  const room = (k) => {
    const kept = ticks.filter((_, i) => i % k === 0);
    return kept.every((t, i) => {
      if (!i) return true;
      const gap = Math.abs(scale(t) - scale(kept[i - 1]));
      return vertical ? gap >= 16 : gap >= (width(scale.text(t)) + width(scale.text(kept[i - 1]))) / 2 + 10;
    });
  };
  let k = 1;
  while (k < ticks.length && !room(k)) k++;
  return ticks.filter((_, i) => i % k === 0);
};

/**
 * A scale of as many ticks as there is room for; where few values occur (`points`), the ticks are these.
 *
 * @param {number[]} range
 * @param {number} from @param {number} to
 * @param {{ log?: boolean, nice?: boolean, pad?: number, points?: number[], vertical?: boolean }} [options]
 */
export const numeric = (range, from, to, { log = false, nice = true, pad = 0, points = [], vertical = false } = {}) => {
  const [low, high] = range;
  const more = pad * (high - low);
  const n = Math.max(2, Math.min(6, Math.floor(Math.abs(to - from) / (vertical ? 44 : 60))));
  const made = log
    ? logarithmic(low, high, from, to, { pad: (high / low) ** 0.03, powers: true })
    : linear(low - more, high + more, from, to, { n, nice });
  made.ticks = thin(made.ticks, made, vertical);
  const distinct = [...new Set(points)].sort((a, b) => a - b);
  const short = distinct.every((v) => Number(v.toPrecision(2)) === v);
  if (
    distinct.length > 1 &&
    distinct.length <= 14 &&
    short &&
    thin(distinct, made, vertical).length === distinct.length
  )
    made.ticks = distinct;
  return made;
};

/**
 * How names stand under bands of `step` pixels: all flat, every kth flat, wrapped, or all tilted.
 *
 * @param {string[]} names
 * @param {number} step
 */
export const labelBands = (names, step, { most = 150 } = {}) => {
  const size = 11.5,
    wide = widest(names, size);
  if (wide + 5 <= step) return { mode: "flat", every: 1, height: 18, size };
  const numbers = names.every((n) => /^[−+-]?[\d.,]+(e[−+-]?\d+)?$/i.test(n.trim()));
  if (numbers || wide < 16) return { mode: "flat", every: Math.ceil((wide + 8) / step), height: 18, size };
  const wrapped = names.map((n) => wrap(n, step - Math.min(14, 0.18 * step), size, 400, 3));
  const words = (t) => t.replace(/\s+/g, " ").trim();
  if (names.every((n, i) => words(wrapped[i].join(" ")) === words(n)))
    return { mode: "wrap", every: 1, height: 5 + 13 * Math.max(...wrapped.map((w) => w.length)), size, wrapped };
  const long = Math.min(wide, most);
  return { mode: "tilt", every: Math.ceil(13 / step), height: Math.ceil(long * 0.71 + 16), size, most };
};
/** A name as it is shown under a band at `x`. */
export const bandName = (name, plan, x) =>
  plan.mode === "tilt" ? cut(name, Math.min(plan.most, (x - 4) * 1.41), plan.size) : name;

/** Middles of bands, side by side. @param {string[]} names @param {number} from @param {number} to */
export const bands = (names, from, to) => {
  const step = (to - from) / Math.max(1, names.length);
  return Object.assign((i) => from + (i + 0.5) * step, { names, step, low: 0, high: names.length });
};
