// The numbers of a figure as files: its JSON as recorded, and one table of all points, bars and cells.
import { svg } from "../shared/dom.js";
import { wrap } from "../shared/measure.js";
import { text } from "../shared/shapes.js";
import * as saving from "../shared/export.js";
import { color } from "../shared/theme.js";

const COLUMNS = ["panel", "frame", "series", "x", "y", "low", "high", "value", "label"];
const given = (v) => v !== null && v !== undefined;

const cell = (v) => {
  const shown = given(v) ? String(v) : "";
  return /[",\n\r]/.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown;
};

const heatRows = (p, where) =>
  p.values.flatMap((row, r) =>
    row.map((v, c) => ({
      ...where,
      x: p.x[c],
      y: p.y[r],
      value: v,
      label: p.categories && given(v) ? p.categories[v] : null,
    })),
  );
const seriesRows = (p, where) =>
  p.series.flatMap((s) =>
    s.y.map((v, i) => ({
      ...{ ...where, series: s.name, low: s.low?.[i], high: s.high?.[i], label: s.labels?.[i] },
      ...(p.kind === "bars" ? { x: p.categories[i], value: v } : { x: s.x ? s.x[i] : i + 1, y: v }),
    })),
  );

// Heat maps and bars: `value` at the names x (and y). Lines and points: the place (x, y).
export const csv = (figure) => {
  const moments = figure.frames.length ? figure.frames : [figure.panels];
  const rows = moments.flatMap((panels, f) =>
    panels.flatMap((p, i) => {
      const where = { panel: p.title || String(i + 1), frame: figure.frame_labels[f] };
      return p.kind === "heatmap" ? heatRows(p, where) : seriesRows(p, where);
    }),
  );
  return [COLUMNS.join(","), ...rows.map((r) => COLUMNS.map((c) => cell(r[c])).join(","))].join("\r\n") + "\r\n";
};

export const save = (name, content, type) => saving.download(saving.blobUrl([content], type), name);

// All drawings of a box as one SVG, where they stand on the page, with title and caption as text.
export const svgOf = (box, figure, moment) => {
  const at = box.getBoundingClientRect();
  const charts = [...box.querySelectorAll("svg.chart")].map((node) => ({ node, r: node.getBoundingClientRect() }));
  const right = Math.max(...charts.map((c) => c.r.right - at.left), 320),
    bottom = Math.max(...charts.map((c) => c.r.bottom - at.top));
  const pad = 16,
    width = Math.ceil(right + 2 * pad);
  const title = wrap(moment ? `${figure.title}: ${moment}` : figure.title, width - 2 * pad, 15, 600, 3),
    caption = wrap(figure.caption, width - 2 * pad, 12, 400, 12);
  const top = pad + 20 * title.length + 6,
    height = Math.ceil(top + bottom + 14 + 16 * caption.length + pad);
  const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` });
  whole.append(svg("rect", { width, height, fill: color("card") }));
  const ink = { fill: color("ink") };
  title.forEach((t, i) =>
    whole.append(text(pad, pad + 14 + 20 * i, t, { ...ink, "font-size": 15, "font-weight": 600 })),
  );
  for (const { node, r } of charts) {
    const copy = node.cloneNode(true);
    copy.setAttribute("x", pad + r.left - at.left);
    copy.setAttribute("y", top + r.top - at.top);
    whole.append(copy);
  }
  caption.forEach((t, i) => whole.append(text(pad, top + bottom + 26 + 16 * i, t, ink)));
  return new XMLSerializer().serializeToString(whole);
};
