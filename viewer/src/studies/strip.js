// The distributions of one claim on one axis: a dot for each seed, the median as a bar; shares of models as filled bars.
import { cut, width as widthOf } from "../shared/measure.js";
import { numeric } from "../shared/scales.js";
import { halo, rectOf, lineOf, text } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import { canvas, mark } from "./plot.js";

const ROW = 44,
  MOST = 8;

const finite = (d) => d.values.filter((v) => Number.isFinite(v));
const quantile = (sorted, q) => {
  const at = q * (sorted.length - 1),
    i = Math.floor(at);
  return sorted[i] + (at - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
};
export const numbers = (d) => {
  const s = finite(d).sort((a, b) => a - b);
  if (!s.length) return { n: 0 };
  return {
    n: s.length,
    median: quantile(s, 0.5),
    low: quantile(s, 0.1),
    high: quantile(s, 0.9),
    least: s[0],
    most: s.at(-1),
  };
};
const rounded = (v, digits) => num(Number(v.toPrecision(digits)), digits);
export const withUnit = (v, unit, digits = 3) => (unit ? `${rounded(v, digits)} ${unit}` : rounded(v, digits));

// Statements that hold or not: every value is 0 or 1, alone or beside a chance rate.
export const isShares = (all) => {
  const multiple = all.filter((d) => finite(d).length > 1);
  return (
    multiple.length > 0 &&
    all.every((d) => !d.unit) &&
    multiple.every((d) => finite(d).every((v) => v === 0 || v === 1)) &&
    all.every((d) => finite(d).every((v) => v >= 0 && v <= 1))
  );
};
const shareOf = (d) => {
  const values = finite(d),
    k = values.reduce((a, b) => a + b, 0),
    n = values.length;
  return { n, k, share: n ? k / n : null };
};
const wilson = (k, n) => {
  const z = 1.96,
    p = k / n,
    middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n),
    half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
};

export const said = (d, shares) => {
  const lost = d.n_diverged ? `, ${d.n_diverged} diverged` : "";
  if (!finite(d).length) return `no model${lost}`;
  if (shares) {
    const { n, k, share } = shareOf(d);
    return (n > 1 ? `${percent(share)} (${k} of ${n})` : percent(share)) + lost;
  }
  const { n, median } = numbers(d);
  return `${withUnit(median, d.unit)}${n > 1 ? ` (n = ${n})` : ""}${lost}`;
};

// The same dot heights each time the page is opened.
const jitter = (i) => ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 11;

const drawShare = (g, d, x, middle, ours) => {
  const { n, k, share } = shareOf(d);
  if (share === null) return;
  const fill = color(ours ? "accent" : "muted");
  g.append(
    rectOf(x(0), middle - 5, Math.max(1, x(1) - x(0)), 10, { fill: color("raised") }),
    rectOf(x(0), middle - 5, Math.max(1.5, x(share) - x(0)), 10, { fill, opacity: ours ? 1 : 0.75, class: "share" }),
  );
  if (n > 1) {
    const [low, high] = wilson(k, n);
    g.append(
      svg("path", {
        d: `M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 3}v6M${x(high)} ${middle - 3}v6`,
        stroke: color("ink"),
        "stroke-width": 1.3,
        fill: "none",
      }),
    );
  }
};
const drawDots = (g, d, x, middle, ours) => {
  const values = finite(d),
    { n, median, low, high } = numbers(d);
  if (!n) return;
  const fill = color(ours ? "accent" : "muted");
  if (n > 2)
    g.append(
      rectOf(x(low), middle - 7.5, Math.max(1, x(high) - x(low)), 15, { rx: 3, fill, opacity: 0.16, class: "spread" }),
    );
  const opacity = n > 200 ? 0.25 : n > 40 ? 0.45 : 0.7;
  values.forEach((v, i) =>
    g.append(
      svg("circle", {
        ...{ cx: x(v), cy: middle + (n > 1 ? jitter(i) : 0), r: n === 1 ? 4 : 2.6, class: "seed" },
        ...(ours || n > 40
          ? { fill, opacity: n === 1 ? 1 : opacity }
          : { fill: color("card"), stroke: fill, "stroke-width": 1.2 }),
      }),
    ),
  );
  if (n > 1) g.append(rectOf(x(median) - 1.5, middle - 9, 3, 18, { fill: color("ink"), class: "median" }));
};

const rangeOf = (list) => {
  const values = list.flatMap(finite);
  if (!values.length) return [0, 1];
  let low = Math.min(...values);
  const high = Math.max(...values);
  if (low >= 0 && high <= 1 && (high > 0.3 || low === high)) return [0, 1]; // shares and accuracies: the whole of them
  if (low > 0 && low < 0.5 * high) low = 0;
  return low === high ? [Math.min(0, low), Math.max(0, high) || 1] : [low, high];
};

// One drawing of the claim's distributions; `width` in pixels. Rows beyond MOST are in the numbers of the claim.
export const draw = (claim, width) => {
  const all = [...claim.ours.map((d) => ({ d, ours: true })), ...claim.control.map((d) => ({ d, ours: false }))];
  const kept =
    all.length <= MOST
      ? all
      : [...all.filter((r) => r.ours).slice(0, MOST - 2), ...all.filter((r) => !r.ours).slice(0, 2)];
  const shares = isShares(all.map((r) => r.d));
  const units = [...new Set(kept.map((r) => r.d.unit))];
  const left = 8,
    right = width - 8;
  const rest = all.length - kept.length;
  const height = kept.length * ROW + units.length * 22 + (rest ? 18 : 0) + 2;
  const words = kept.map((r) => `${r.ours ? "ours" : "control"} ${r.d.label} ${said(r.d, shares)}`);
  const chart = canvas(width, height, words.join("; ") || "no numbers");
  let top = 0;
  for (const unit of units) {
    const rows = kept.filter((r) => r.d.unit === unit);
    const values = rows.flatMap((r) => finite(r.d));
    const log =
      !shares && values.length > 1 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 300;
    const range = shares ? [0, 1] : log ? [Math.min(...values), Math.max(...values)] : rangeOf(rows.map((r) => r.d));
    const x = numeric(range, left, right, { log, nice: !log });
    const bottom = top + rows.length * ROW;
    for (const t of x.ticks) {
      const shown = shares ? percent(t) : x.text(t),
        half = widthOf(shown, 11) / 2;
      chart.append(
        lineOf(x(t), top + 16, x(t), bottom + 2, { stroke: color("line") }),
        text(Math.min(Math.max(x(t), half), width - half), bottom + 13, shown, {
          "text-anchor": "middle",
          "font-size": 11,
        }),
      );
    }
    rows.forEach(({ d, ours }, i) => {
      const g = svg("g", { class: ours ? "strip ours" : "strip control" });
      const y = top + i * ROW;
      const found = said(d, shares);
      const room = width - widthOf(found, 11.5, 600) - 14;
      const label = `${ours ? "ours" : "control"}: ${d.label}`;
      g.append(
        text(2, y + 12, cut(label, room, 11.5), { "font-size": 11.5, ...halo() }),
        text(width - 2, y + 12, found, {
          "text-anchor": "end",
          "font-size": 11.5,
          "font-weight": 600,
          fill: color("ink"),
          class: "said",
          ...halo(),
        }),
      );
      (shares ? drawShare : drawDots)(g, d, x, y + 29, ours);
      g.append(mark(rectOf(0, y, width, ROW, { fill: "transparent" }), () => tipOf(d, ours, shares)));
      chart.append(g);
    });
    top = bottom + 22;
  }
  if (rest) chart.append(text(2, top + 12, `and ${rest} more, in the table below`, { "font-size": 11.5 }));
  return chart;
};

const tipOf = (d, ours, shares) => {
  const { n, median, low, high, least, most } = numbers(d);
  const spread = n > 1 && !shares;
  return tip.lines(
    [ours ? "ours" : "control", d.label],
    n && !shares && ["median", withUnit(median, d.unit, 4)],
    shares && n && ["share", said(d, true)],
    shares && n > 1 && ["95 % interval", wilson(shareOf(d).k, n).map(percent).join(" to ")],
    spread && ["10th to 90th percentile", `${num(low)} to ${num(high)}`],
    spread && ["range", `${num(least)} to ${num(most)}`],
    ["models", String(n)],
    d.n_diverged && ["diverged", String(d.n_diverged)],
  );
};
