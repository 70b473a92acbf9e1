// Grouped or stacked bars with error bars.
import { rectOf, lineOf, text } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import { lines as tipLines } from "../shared/tip.js";
import { seriesColor } from "./colours.js";
import { make, mark, empty } from "./plot.js";

const given = (v) => v !== null && v !== undefined;

// Bottom and top of every bar: stacks grow from zero in both directions.
const spans = (panel) => {
  const up = panel.categories.map(() => 0),
    down = panel.categories.map(() => 0);
  return panel.series.map((s) =>
    s.y.map((v, i) => {
      if (!given(v)) return null;
      if (!panel.stacked) return { from: 0, to: v, low: s.low?.[i], high: s.high?.[i] };
      const from = v >= 0 ? up[i] : down[i];
      if (v >= 0) up[i] += v;
      else down[i] += v;
      const moved = (e) => (given(e) ? from + e : e);
      return { from, to: from + v, low: moved(s.low?.[i]), high: moved(s.high?.[i]) };
    }),
  );
};

export const rangeOf = (panel) => {
  const ends = spans(panel)
    .flat()
    .filter(Boolean)
    .flatMap((b) => [b.to, b.low, b.high])
    .filter(given);
  const lines = panel.references.filter((r) => r.axis === "y").map((r) => r.value);
  return { y: [Math.min(0, ...ends, ...lines), Math.max(0, ...ends, ...lines)] };
};

const describe = (panel, s, i) =>
  tipLines(
    [panel.x_label || "place", panel.categories[i]],
    panel.series.length > 1 && ["series", s.name],
    [panel.y_label || "value", num(s.y[i], 4)],
    given(s.low?.[i]) && given(s.high?.[i]) && ["range", `${num(s.low[i], 4)} to ${num(s.high[i], 4)}`],
    s.labels?.[i] && ["note", s.labels[i]],
  );

/** @param {any} panel @param {number} width @param {{ y?: number[] }} [shared] */
export const draw = (panel, width, { y: shared } = {}) => {
  const bars = spans(panel),
    n = panel.series.length;
  if (!bars.flat().some(Boolean)) return empty(panel.title, width, "No values.");
  const range = shared || rangeOf(panel).y;
  const items = n > 1 ? panel.series.map((s, i) => ({ name: s.name, fill: seriesColor(i, n) })) : [];
  const { chart, box, x, y, layer } = make({
    title: panel.title,
    label: `${panel.title}: bars of ${panel.y_label || "values"}`,
    width,
    inner: Math.min(300, Math.max(190, width * 0.5)),
    items,
    x: { names: panel.categories, label: panel.x_label },
    y: { range: range[0] === range[1] ? [0, 1] : range, label: panel.y_label },
    references: panel.references.filter((r) => r.axis === "y"),
  });
  const group = Math.min(x.step * 0.8, panel.stacked ? 54 : 54 * n);
  const wide = panel.stacked ? group : group / n;
  bars.forEach((list, k) =>
    list.forEach((b, i) => {
      const start = x(i) - group / 2 + (panel.stacked ? 0 : k * wide);
      const tip = () => describe(panel, panel.series[k], i);
      if (!b) {
        if (!panel.stacked)
          layer.append(mark(text(start + wide / 2, y(0) - 4, "–", { "text-anchor": "middle", class: "absent" }), tip));
        return;
      }
      const [above, below] = [Math.min(y(b.from), y(b.to)), Math.max(y(b.from), y(b.to))];
      const bar = rectOf(
        start + (wide > 5 ? 0.5 : 0),
        above,
        Math.max(0.8, wide - (wide > 5 ? 1 : 0)),
        Math.max(b.to === b.from ? 1 : 0.5, below - above),
        {
          fill: seriesColor(k, n),
          stroke: panel.stacked ? color("card") : null,
          "stroke-width": panel.stacked ? 0.6 : null,
          class: "bar",
        },
      );
      layer.append(mark(bar, tip));
      if (given(b.low) && given(b.high)) {
        const middle = start + wide / 2,
          cap = Math.min(5, wide * 0.3);
        const d = `M${middle} ${y(b.low)}V${y(b.high)}M${middle - cap} ${y(b.high)}h${2 * cap}M${middle - cap} ${y(b.low)}h${2 * cap}`;
        const halo = { fill: "none", "pointer-events": "none" };
        layer.append(
          svg("path", { d, stroke: color("card"), "stroke-width": 3.6, opacity: 0.75, ...halo }),
          svg("path", { d, stroke: color("ink"), "stroke-width": 1.4, class: "error", ...halo }),
        );
      }
    }),
  );
  layer.append(lineOf(box.left, y(0), box.right, y(0), { stroke: color("muted") }));
  return chart;
};
