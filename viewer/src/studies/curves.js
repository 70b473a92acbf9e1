// Lines with bands, and clouds of points that may be joined to a path or a ring.
import { width as widthOf } from "../shared/measure.js";
import { text, shapePath, areaPath, halo, linePath } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import { lines as tipLines } from "../shared/tip.js";
import { seriesColor, seriesShape } from "./colours.js";
import { make, mark, empty } from "./plot.js";

const given = (v) => v !== null && v !== undefined;

// The points of a series that can be drawn; `gap` is set after a missing one.
const pointsOf = (panel, s) => {
  let gap = true;
  const points = [];
  s.y.forEach((y, i) => {
    const x = s.x ? s.x[i] : i + 1;
    const ok = given(y) && given(x) && !(panel.log_x && x <= 0) && !(panel.log_y && y <= 0);
    if (!ok) gap = true;
    else {
      points.push({ i, x, y, gap, low: s.low?.[i], high: s.high?.[i], label: s.labels?.[i] });
      gap = false;
    }
  });
  return points;
};
const hiddenBy = (panel) => panel.series.reduce((n, s) => n + s.y.filter(given).length - pointsOf(panel, s).length, 0);

export const rangeOf = (panel) => {
  const points = panel.series.flatMap((s) => pointsOf(panel, s));
  const lines = (axis) => panel.references.filter((r) => r.axis === axis).map((r) => r.value);
  const xs = [...points.map((p) => p.x), ...lines("x")].filter((v) => !panel.log_x || v > 0);
  const ys = [...points.flatMap((p) => [p.y, p.low, p.high]).filter(given), ...lines("y")];
  const kept = ys.filter((v) => !panel.log_y || v > 0);
  return xs.length && kept.length
    ? { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...kept), Math.max(...kept)] }
    : null;
};

const describe = (panel, s, p) =>
  tipLines(
    panel.series.length > 1 && ["series", s.name],
    given(p.label) && ["point", p.label],
    [panel.x_label || "x", num(p.x, 4)],
    [panel.y_label || "y", num(p.y, 4)],
    given(p.low) && given(p.high) && ["range", `${num(p.low, 4)} to ${num(p.high, 4)}`],
  );

// Places of the points on the drawing; null before a point that does not continue the line.
const broken = (points, place) => points.flatMap((p) => (p.gap ? [null, place(p)] : [place(p)]));

const drawLines = (plot, panel, s, k, n) => {
  const { x, y, layer } = plot;
  const points = pointsOf(panel, s),
    c = seriesColor(k, n),
    many = points.length > 40;
  const floor = panel.log_y ? y.low : -Infinity;
  /** @type {(p: any) => [number, number, number] | null} */
  const span = (p) =>
    given(p.low) && given(p.high) ? [x(p.x), y(Math.max(p.low, floor)), y(Math.max(p.high, floor))] : null;
  const area = points.filter((p) => span(p)).length > 1 ? areaPath(broken(points, span)) : "";
  if (area) layer.append(svg("path.band", { d: area, fill: c, opacity: n > 4 ? 0.13 : 0.2, "pointer-events": "none" }));
  layer.append(
    mark(
      svg("path", {
        ...{ d: linePath(broken(points, (p) => [x(p.x), y(p.y)])), fill: "none", stroke: c, class: "line" },
        "stroke-width": n > 16 ? 1.1 : 2,
        "stroke-dasharray": n <= 16 && k >= 8 ? "6 3" : null,
        "stroke-linejoin": "round",
      }),
      () => s.name,
    ),
  );
  for (const p of points) {
    /** @type {[number, number]} */
    const at = [x(p.x), y(p.y)];
    const tip = () => describe(panel, s, p);
    if (!many && n <= 16)
      layer.append(svg("path.point", { d: shapePath(seriesShape(k), ...at, 3.2), fill: c, "pointer-events": "none" }));
    layer.append(mark(svg("circle.catch", { cx: at[0], cy: at[1], r: many ? 5 : 7, fill: "transparent" }), tip));
  }
};

const drawPoints = (plot, panel, s, k, n, size) => {
  const { x, y, layer } = plot;
  const points = pointsOf(panel, s),
    c = seriesColor(k, n);
  const ring = s.joined === "ring" && points.length > 2 ? "Z" : "";
  const joined = linePath(broken(points, (p) => [x(p.x), y(p.y)])) + ring;
  if (s.joined !== "no")
    layer.append(
      svg("path", {
        ...{ d: joined, fill: "none", stroke: c, class: s.joined },
        ...{ "stroke-width": 1.3, "stroke-linejoin": "round", opacity: 0.75, "pointer-events": "none" },
      }),
    );
  for (const p of points) {
    if (given(p.low) && given(p.high))
      layer.append(svg("path.error", { d: `M${x(p.x)} ${y(p.low)}V${y(p.high)}`, stroke: c, "stroke-width": 1.3 }));
    const dot = svg("path", {
      d: shapePath(seriesShape(k), x(p.x), y(p.y), size),
      ...{ fill: c, "fill-opacity": size < 3 ? 0.6 : 0.85, stroke: color("card"), "stroke-width": 0.6, class: "point" },
    });
    layer.append(mark(dot, () => describe(panel, s, p)));
  }
};

// Names beside points, each where it meets the fewest other names and points; one that would lie on another's name
// is left to the tip.
const drawLabels = (plot, panel, font) => {
  const { x, y, box, front } = plot;
  const dots = panel.series.flatMap((s) => pointsOf(panel, s)).map((p) => ({ ...p, px: x(p.x), py: y(p.y) }));
  const named = dots.filter((p) => given(p.label) && p.label !== "");
  if (!named.length || named.length > 60) return;
  const taken = [];
  const mean = (key) => named.reduce((sum, p) => sum + p[key], 0) / named.length;
  const centre = { px: mean("px"), py: mean("py") };
  for (const p of named) {
    const wide = widthOf(p.label, font);
    const away = Math.hypot(p.px - centre.px, p.py - centre.py) || 1;
    const spots = [
      [7, -5],
      [-wide - 7, -5],
      [7, 12],
      [-wide - 7, 12],
      [-wide / 2, -9],
      [-wide / 2, 18],
      [8, 4],
      [-wide - 8, 4],
    ].map(([dx, dy]) => {
      const [ox, oy] = [dx + wide / 2, dy - 4];
      const outward = (ox * (p.px - centre.px) + oy * (p.py - centre.py)) / (away * Math.hypot(ox, oy));
      const r = { left: p.px + dx, right: p.px + dx + wide, top: p.py + dy - 9, bottom: p.py + dy + 1 };
      const out = r.left < box.left - 4 || r.right > box.right + 10 || r.top < box.top - 8 || r.bottom > box.bottom + 4;
      const hits = taken.filter(
        (t) => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom,
      ).length;
      const over = dots.filter(
        (d) => d.px > r.left - 3 && d.px < r.right + 3 && d.py > r.top - 3 && d.py < r.bottom + 3,
      ).length;
      return { r, hits, cost: 9 * Number(out) + 4 * hits + over - outward };
    });
    const best = spots.reduce((a, b) => (b.cost < a.cost ? b : a));
    if (best.hits) continue;
    taken.push(best.r);
    front.append(
      text(best.r.left, best.r.bottom - 1, p.label, {
        "font-size": font,
        fill: color("ink"),
        "pointer-events": "none",
        ...halo(),
      }),
    );
  }
};

export const draw = (panel, width, shared = {}) => {
  const own = rangeOf(panel);
  if (!own) return empty(panel.title, width, "No values that can be drawn.");
  const plane = panel.kind === "scatter",
    n = panel.series.length,
    square = plane && panel.square;
  const items = panel.series.map((s, k) => ({
    ...{
      name: s.name,
      fill: seriesColor(k, n),
      line: !plane || s.joined !== "no",
      dash: !plane && n <= 16 && k >= 8 ? "5 2" : null,
    },
    shape: n <= 16 ? seriesShape(k) : null,
  }));
  const xRange = shared.x || own.x,
    yRange = shared.y || own.y;
  // planes are square: the shorter range is widened, unless it is much shorter
  const spans = [xRange, yRange].map(([a, b]) => b - a);
  const span = Math.max(...spans) < 4 * Math.min(...spans) ? Math.max(...spans) : 0;
  /** @type {(range: number[]) => number[]} */
  const level = ([a, b]) => (square && b - a < span ? [(a + b - span) / 2, (a + b + span) / 2] : [a, b]);
  /** @type {(range: number[], log: boolean) => number[]} */
  const widen = ([a, b], log) => (a === b && !log ? [a - 0.5, b + 0.5] : [a, b]);
  const hidden = hiddenBy(panel);
  const left = hidden ? ` (${hidden} ${hidden === 1 ? "value" : "values"} of 0 or less left out)` : "";
  const pad = plane ? 0.06 : 0.02;
  const all = panel.series.flatMap((s) => pointsOf(panel, s));
  const plot = make({
    title: panel.title,
    label: `${panel.title}: ${panel.y_label || "values"} against ${panel.x_label || "x"}`,
    width,
    inner: square ? Math.min(440, width) : Math.min(320, Math.max(190, width * 0.5)),
    items: n > 1 || (panel.series[0]?.name && panel.series[0].name !== panel.title && !square) ? items : [],
    x: {
      range: widen(level(xRange), panel.log_x),
      log: panel.log_x,
      pad,
      label: (panel.x_label || "") + (panel.log_x ? " (log)" : ""),
      points: plane ? [] : all.map((p) => p.x),
    },
    y: {
      range: widen(level(yRange), panel.log_y),
      log: panel.log_y,
      pad: plane ? pad : 0,
      label: (panel.y_label || "") + (panel.log_y ? " (log)" : "") + left,
    },
    references: panel.references.filter((r) => (r.axis === "x" ? !panel.log_x : !panel.log_y) || r.value > 0),
    square,
  });
  const size = all.length > 400 ? 2.2 : all.length > 120 || width < 220 ? 3 : 4.2;
  panel.series.forEach((s, k) => (plane ? drawPoints(plot, panel, s, k, n, size) : drawLines(plot, panel, s, k, n)));
  if (plane) drawLabels(plot, panel, width < 220 ? 9.5 : 11);
  return plot.chart;
};
