// The frame of a plot: title, legend, axes with titles, reference lines. Drawers put their marks into `layer`.
import { width as widthOf, widest, wrap, cut } from "../shared/measure.js";
import { numeric, bands, labelBands } from "../shared/scales.js";
import { frame } from "../shared/axes.js";
import { drawing, halo, lineOf, rectOf, text } from "../shared/shapes.js";
import { svg } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { color } from "../shared/theme.js";
import { show, hide, lines as tipLines } from "../shared/tip.js";
import { rows } from "./legend.js";

let clips = 0;

// One listener a drawing: marks that carry a function `tip` say what they are.
export const tipped = (chart) => {
  const move = (e) => {
    if (e.target.tip) show(e.target.tip(), e.clientX, e.clientY);
    else hide();
  };
  chart.addEventListener("pointermove", move);
  chart.addEventListener("pointerdown", move);
  chart.addEventListener("pointerleave", hide);
  return chart;
};
export const mark = (node, tip) => Object.assign(node, { tip });

export const canvas = (width, height, label) => tipped(drawing(width, height, label, { class: "chart" }));

export const titleLines = (title, width) => (title ? wrap(title, width, 13, 600, 2) : []);
export const drawTitle = (chart, lines, x = 2) =>
  lines.forEach((line, i) =>
    chart.append(
      text(x, 14 + 17 * i, line, { "font-size": 13, "font-weight": 600, fill: color("ink"), class: "title" }),
    ),
  );

const drawReferences = (g, references, box, x, y) => {
  const style = { stroke: color("ink"), "stroke-width": 1.2, "stroke-dasharray": "6 4", class: "reference" };
  const taken = [];
  for (const r of references) {
    const tip = () => tipLines([r.label, num(r.value, 4)]);
    const most = Math.max(60, (box.right - box.left) * 0.8);
    const label = cut(r.label, most, 11);
    const wide = widthOf(label, 11);
    let lx, ly;
    if (r.axis === "y") {
      const at = y(r.value);
      g.append(mark(lineOf(box.left, at, box.right, at, { ...style }), tip));
      lx = box.right - wide - 3;
      ly = at - 4 < box.top + 10 ? at + 12 : at - 4;
    } else {
      const at = x(r.value);
      g.append(mark(lineOf(at, box.top, at, box.bottom, { ...style }), tip));
      lx = at + 5 + wide > box.right ? at - 5 - wide : at + 5;
      ly = box.top + 11;
    }
    const hits = () => taken.some((t) => Math.abs(t.y - ly) < 12 && lx < t.x + t.wide && t.x < lx + wide);
    for (let k = 0; k < 8 && hits(); k++) ly += 13;
    taken.push({ x: lx, y: ly, wide });
    g.append(mark(text(lx, ly, label, { "font-size": 11, fill: color("ink"), ...halo() }), tip));
  }
};

// Options: title, width, inner (height of the box), items (legend), x: { range | names, log, label, points, nice, pad },
// y: { range, log, label }, references, square. Returns { chart, box, x, y, layer }.
export const make = ({ title, width, inner, items, x: xo, y: yo, references = [], square = false, label }) => {
  const ySample = numeric(yo.range, inner, 0, { log: yo.log, pad: yo.pad, nice: yo.nice ?? true, vertical: true });
  const yLines = yo.label ? wrap(yo.label, inner + 24, 12, 400, 2) : [];
  const left = Math.ceil(widest(ySample.ticks.map(ySample.text)) + 14 + 16 * yLines.length);
  const heading = titleLines(title, width - 4);
  const legend = rows(items, left, width - 4, heading.length * 17 + (heading.length ? 6 : 2));
  const top = heading.length * 17 + legend.height + 12;
  const right = width - 14;
  let tall = inner,
    x;
  if (square) {
    // equal units: the box takes the shape of the ranges
    const spanX = (xo.range[1] - xo.range[0]) * (1 + 2 * xo.pad),
      spanY = (yo.range[1] - yo.range[0]) * (1 + 2 * yo.pad);
    tall = Math.min(inner, ((right - left) * spanY) / spanX);
    const wide = (tall * spanX) / spanY;
    x = numeric(xo.range, left, left + wide, { pad: xo.pad, nice: false });
  } else if (xo.names) x = bands(xo.names, left, right);
  else x = numeric(xo.range, left, right, { log: xo.log, nice: xo.nice ?? false, pad: xo.pad, points: xo.points });
  const box = { left, right: square ? x(x.high) : right, top, bottom: top + tall };
  const y = numeric(yo.range, box.bottom, box.top, {
    log: yo.log,
    pad: yo.pad,
    nice: !square && (yo.nice ?? true),
    vertical: true,
  });
  const plan = xo.names && labelBands(xo.names, x.step);
  const under = box.bottom + (plan ? plan.height + 4 : 22);
  const xLines = xo.label ? wrap(xo.label, Math.max(80, width - left - 8), 12, 400, 2) : [];
  const height = under + 16 * xLines.length + 4;
  const chart = canvas(width, height, label || title);
  drawTitle(chart, heading);
  chart.append(legend.node);

  const titles = { xTitle: xLines, yTitle: yLines, yAt: 12, under: under + 11, grid: square, plan };
  chart.append(frame(box, x, y, titles));
  const clip = `plot-clip-${++clips}`;
  chart.append(svg("clipPath", { id: clip }, rectOf(box.left - 6, box.top - 6, box.right - box.left + 12, tall + 12)));
  const layer = svg("g", { "clip-path": `url(#${clip})` });
  chart.append(layer);
  const front = svg("g");
  chart.append(front);
  drawReferences(front, references, box, x, y);
  return { chart, box, x, y, layer, front };
};

export const empty = (title, width, why) => {
  const chart = canvas(width, 120, title);
  drawTitle(chart, titleLines(title, width));
  chart.append(text(width / 2, 70, why, { "text-anchor": "middle" }));
  return chart;
};
