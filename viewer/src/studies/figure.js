// One figure: its drawings in a grid, the scrubber of an animation, caption, and buttons that save data and drawing.
import { el } from "../shared/dom.js";
import * as studyBars from "./bars.js";
import * as curves from "./curves.js";
import * as studyData from "./data.js";
import * as heatmap from "./heatmap.js";
import { make as scrubberMake } from "./scrubber.js";
import { scales } from "./shared.js";

const DRAWERS = {
  heatmap: (panel, width, share, bar) => heatmap.draw(panel, width, { ...share, bar }),
  bars: (panel, width, share) => studyBars.draw(panel, width, share),
  lines: (panel, width, share) => curves.draw(panel, width, share),
  scatter: (panel, width, share) => curves.draw(panel, width, share),
};
const NARROWEST = { heatmap: 170, bars: 260, lines: 260, scatter: 220 };
const narrowestOf = (p, n) => (n > 8 && (p.square || p.kind === "heatmap") ? 146 : NARROWEST[p.kind]);
const WIDEST = { heatmap: 760, bars: 760, lines: 760, scatter: 760 };
const widestOf = (p) => (p.square ? 560 : WIDEST[p.kind]);
const GAP = 18;

const buttons = (figure, name, box, moment) => {
  const file = `${name}-${figure.key}`;
  const button = (what, hint, onclick) =>
    el("button.quiet", { "aria-label": `${hint}: ${figure.title}`, title: hint, onclick }, what);
  return el(
    "span.save",
    el("span.faint", "data"),
    button("CSV", "Save the data as CSV", () => studyData.save(`${file}.csv`, studyData.csv(figure), "text/csv")),
    button("JSON", "Save the data as JSON", () =>
      studyData.save(`${file}.json`, `${JSON.stringify(figure, null, 1)}\n`, "application/json"),
    ),
    button("SVG", "Save the drawing as SVG", () =>
      studyData.save(`${file}.svg`, studyData.svgOf(box, figure, moment()), "image/svg+xml"),
    ),
  );
};

// How many panels stand in a row, and how wide each is.
const layout = (figure, panels, room) => {
  const least = Math.max(...panels.map((p) => narrowestOf(p, panels.length))),
    most = Math.max(...panels.map(widestOf));
  const fits = Math.max(1, Math.floor((room + GAP) / (least + GAP)));
  const columns = Math.max(1, Math.min(figure.columns, panels.length, fits));
  return { columns, width: Math.floor(Math.min(most, (room - GAP * (columns - 1)) / columns)) };
};

// A single drawing does not repeat the title of its figure.
const titled = (panel, figure) => (panel.title === figure.title ? { ...panel, title: "" } : panel);

// One drawing small, without its words: what a figure looks like, in lists of figures.
const THUMB = 300;
export const thumbnail = (panel) => {
  const bare = { ...panel, title: "", x_label: "", y_label: "", annotate: false, references: [] };
  const chart = DRAWERS[panel.kind](bare, THUMB, {}, false);
  for (const words of chart.querySelectorAll("text, .legend, title")) words.remove();
  chart.setAttribute("aria-hidden", "true");
  for (const name of ["role", "aria-label"]) chart.removeAttribute(name);
  const box = el("span.thumb", chart);
  // what is left is cut out once it is laid out: the margins were for the words
  requestAnimationFrame(() => {
    const { x, y, width, height } = chart.getBBox();
    if (width && height) chart.setAttribute("viewBox", [x, y, width, height].join(" "));
  });
  return box;
};

// `folds`: a tile with title and thumbnail that opens to the figure.
export const make = (figure, studyName, { folds = false } = {}) => {
  const moments = figure.frames.length ? figure.frames : [figure.panels];
  const shared = scales(figure);
  const id = `figure-${figure.key}`;
  const grid = el("div.panels");
  const keys = el("div.keys-shared");
  const drawing = el("div.drawing", keys, grid);
  let at = moments.length - 1;

  const drawFrame = () => {
    const whole = body.clientWidth;
    if (!whole) return;
    const beside = shape === "side" && getComputedStyle(body).display === "grid";
    const room = beside ? Math.min(780, Math.floor(whole * 0.66)) : whole;
    const panels = moments[at];
    const { columns, width } = layout(figure, panels, room);
    grid.style.setProperty("--columns", columns);
    grid.style.setProperty("--panel", panels.length > 1 ? `${width}px` : "auto");
    grid.replaceChildren(
      ...panels.map((panel, i) =>
        DRAWERS[panel.kind](titled(panel, figure), width, shared.lookup(panel, i), shared.ownBar(panel, i)),
      ),
    );
    keys.replaceChildren(...shared.keys.map((k) => heatmap.key(k.panel, k.limits, room)));
  };
  const scrubber = figure.frames.length
    ? scrubberMake(figure.frame_labels, figure.title, (i) => {
        at = i;
        drawFrame();
      })
    : null;
  const frameBox = el("div.frame-box", scrubber && scrubber.node, drawing);
  const body = el("div.body", frameBox, el("p.caption", figure.caption));
  const anchor = el("a.anchor", { href: `#${id}`, "aria-label": "Link to this figure" }, "#");
  const save = buttons(figure, studyName, drawing, () => figure.frame_labels[at]);
  const drawWhole = () => (scrubber ? scrubber.start() : drawFrame());
  const shape = moments[0].length === 1 && figure.columns === 1 ? "side" : "full";
  if (!folds) {
    const node = el(
      "section.card.figure",
      { id, class: shape, tabindex: -1, "data-stop": "figure", "aria-label": figure.title },
      el("div.head", el("h3", figure.title, " ", anchor), el("span.push"), save),
      body,
    );
    return { node, draw: drawWhole };
  }
  const small = el("span.thumb-box");
  const node = el(
    "details.card.figure",
    { id, class: shape, "data-stop": "figure", "aria-label": figure.title, ontoggle: () => draw() },
    el("summary", el("h3", figure.title), small),
    el("div.head", anchor, el("span.push"), save),
    body,
  );
  const draw = () => {
    small.replaceChildren();
    if (node.open) drawWhole();
    else small.append(thumbnail(moments.at(-1)[0]));
  };
  return { node, draw };
};
