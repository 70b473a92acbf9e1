// A matrix in colours, or a phase map of categories.
import { widest, width as widthOf, cut, wrap } from "../shared/measure.js";
import { bandNames, upwards } from "../shared/axes.js";
import { bands, labelBands } from "../shared/scales.js";
import { lineOf, rectOf, text } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import { ramp, css, inkOn, categoryColor, fromCss } from "./colours.js";
import { rows, bar as legendBar } from "./legend.js";
import { canvas, mark, titleLines, drawTitle } from "./plot.js";

const TALL = 540;
let hatches = 0;
const given = (v) => v !== null && v !== undefined;

// Ends of the colour scale of some maps: the given ones, else those of the data; symmetric where signs matter.
export const limitsOf = (maps) => {
  const values = maps.flatMap((m) => (m.limits ? m.limits : m.values.flat().filter(given)));
  let low = Math.min(...values),
    high = Math.max(...values);
  if (!values.length) return [0, 1];
  const free = maps.every((m) => !m.limits && !m.diverging);
  if (free && low > 0 && low < 0.1 * high) low = 0;
  if (maps.some((m) => m.diverging)) {
    high = Math.max(Math.abs(low), Math.abs(high)) || 1;
    low = -high;
  }
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
};

const hatch = () => {
  const id = `missing-${++hatches}`;
  const node = svg(
    "defs",
    svg(
      "pattern",
      { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, fill: color("raised") }),
      lineOf(0, 0, 0, 6, { stroke: color("muted"), "stroke-width": 1.6, opacity: 0.6 }),
    ),
  );
  return { node, fill: `url(#${id})` };
};

const cellText = (v, w, h) => {
  // The value at as many digits as fit, or nothing.
  const size = Math.min(12, h * 0.55);
  if (size < 7) return null;
  for (const digits of [3, 2, 1]) {
    const shown = num(v, digits).replace(/^(−?)0\./, "$1.");
    const plain = num(v, digits);
    if (widthOf(plain, size) <= w - 4) return { shown: plain, size };
    if (widthOf(shown, size) <= w - 3) return { shown, size };
  }
  return null;
};

export const draw = (panel, width, { limits = null, bar = true } = {}) => {
  const nx = panel.x.length,
    ny = panel.y.length,
    kinds = panel.categories;
  const [low, high] = limits || limitsOf([panel]);
  const heading = titleLines(panel.title, width - 4);
  const rowNames = panel.y.map((n) => cut(n, Math.min(170, width * 0.35), 11.5));
  const yLines = panel.y_label ? 1 : 0;
  const left = Math.ceil(widest(rowNames, 11.5) + 12 + 18 * yLines);
  const room = width - left - 12;
  const even = nx === ny && !panel.annotate; // a square matrix stays square
  const most = Math.min(room / nx, panel.annotate ? 58 : kinds ? 44 : 40);
  const cw = even ? Math.min(most, TALL / ny) : most;
  const least = panel.annotate ? Math.max(20, Math.min(cw, 34)) : even ? cw : Math.max(cw, Math.min(15, TALL / ny));
  const ch = Math.min(least, TALL / ny);
  const absent = panel.values.some((row) => row.some((v) => !given(v)));
  const missing = absent ? hatch() : null;
  const none = absent ? [{ name: "no value", fill: missing?.fill }] : [];
  const items = kinds ? [...kinds.map((name, i) => ({ name, fill: categoryColor(i) })), ...none] : [];
  let top = heading.length * 17 + (heading.length ? 8 : 2);
  const legend = kinds && bar ? rows(items, 2, width - 4, top) : { node: null, height: 0, width: 0 };
  top += legend.height ? legend.height + 6 : 0;
  const right = left + cw * nx,
    bottom = top + ch * ny;
  const x = bands(panel.x, left, right),
    y = bands(panel.y, top, bottom);
  const plan = labelBands(panel.x, cw, { most: 110 });
  const xLines = panel.x_label ? wrap(panel.x_label, Math.max(90, right - left + 40), 12, 400, 2) : [];
  const under = bottom + plan.height + 2;
  const barTop = under + 16 * xLines.length + 8;
  const height = bar && !kinds ? barTop + 30 : barTop;
  const ends = [
    right + 12,
    bar && !kinds ? left + Math.min(room, 220) + (absent ? 115 : widthOf(num(high), 11) / 2 + 6) : 0,
    legend.width,
    widest(heading, 13, 600) + 4,
  ];
  const used = Math.min(width, Math.ceil(Math.max(...ends, widest(xLines) + 4)));
  const chart = canvas(used, height, `${panel.title}: ${ny} rows, ${nx} columns`);
  if (absent) chart.append(missing?.node);
  drawTitle(chart, heading);
  if (legend.node) chart.append(legend.node);

  const gap = Math.min(cw, ch) >= 9 ? 1 : 0;
  const grid = svg("g.cells", { "shape-rendering": gap ? null : "crispEdges" });
  panel.values.forEach((row, r) =>
    row.forEach((v, c) => {
      const t = given(v) ? (v - low) / (high - low) : 0;
      const tint = !given(v) ? null : kinds ? fromCss(categoryColor(v)) : ramp(t, panel.diverging);
      const fill = tint === null ? missing?.fill : css(tint);
      const cell = rectOf(left + c * cw, top + r * ch, Math.max(0.4, cw - gap), Math.max(0.4, ch - gap), {
        fill,
        class: given(v) ? "cell" : "cell missing",
      });
      const said = !given(v) ? "missing" : kinds ? kinds[v] || String(v) : num(v, 4);
      grid.append(
        mark(cell, () =>
          tip.lines([panel.y_label || "row", panel.y[r]], [panel.x_label || "column", panel.x[c]], ["value", said]),
        ),
      );
      const fits = panel.annotate && given(v) && !kinds ? cellText(v, cw - gap, ch) : null;
      if (fits)
        grid.append(
          text(left + c * cw + (cw - gap) / 2, top + r * ch + ch / 2 + fits.size * 0.35, fits.shown, {
            "text-anchor": "middle",
            "font-size": fits.size,
            fill: inkOn(tint),
            "pointer-events": "none",
          }),
        );
    }),
  );
  chart.append(grid);

  const axes = svg("g.axes");
  const every = Math.ceil(12 / ch);
  rowNames.forEach((name, r) => {
    if (r % every === 0) axes.append(text(left - 6, y(r) + 4, name, { "text-anchor": "end", "font-size": 11.5 }));
  });
  axes.append(...bandNames(x, plan, bottom).flat().filter(Boolean));
  const half = widest(xLines) / 2 + 2;
  const middle = Math.min(Math.max((left + right) / 2, half), used - half);
  xLines.forEach((line, i) =>
    axes.append(text(middle, under + 12 + 16 * i, line, { "text-anchor": "middle", fill: color("ink") })),
  );
  if (panel.y_label) {
    // the title may be longer than a low map is high: then it begins at the top of the drawing
    const long = Math.min(widthOf(panel.y_label), height - 4);
    const at = Math.min(Math.max((top + bottom) / 2, long / 2 + 2), height - long / 2 - 2);
    axes.append(upwards(12, at, cut(panel.y_label, height - 4), { fill: color("ink") }));
  }
  chart.append(axes);
  if (bar && !kinds) {
    const long = Math.min(room, 220);
    chart.append(legendBar([low, high], panel.diverging, left, barTop, long).node);
    if (absent && left + long + 110 < used) chart.append(rows(none, left + long + 24, used, barTop - 4).node);
  }
  return chart;
};

// The colour bar, or the names of the categories, that several maps share; a drawing of its own.
export const key = (panel, limits, width) => {
  const kinds = panel.categories;
  const items = kinds && kinds.map((name, i) => ({ name, fill: categoryColor(i) }));
  const made = kinds ? rows(items, 10, width - 4, 2) : legendBar(limits, panel.diverging, 12, 4, 220);
  const chart = canvas(
    width,
    made.height + 4,
    kinds ? `Colours: ${kinds.join(", ")}` : `Colours from ${num(limits[0])} to ${num(limits[1])}`,
  );
  chart.append(made.node);
  return chart;
};
