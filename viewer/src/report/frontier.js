// Two charts side by side: a metric against source L0 and against destination L0, so that neither count is hidden.
import { extent } from "d3-array";
import { frame } from "../shared/axes.js";
import { linear, logarithmic, roomy } from "../shared/scales.js";
import { drawing, linePath, lineOf, text, shapePath } from "../shared/shapes.js";
import { CHARTED, byKey } from "./metrics.js";
import { el, svg, segmented } from "../shared/dom.js";
import * as saving from "../shared/export.js";
import { num } from "../shared/format.js";
import { color, variantColor, variantName, variantShape, variantDash, variantMark } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const HEIGHT = 340;
const INIT_SHAPES = { one_hot: "circle", spread: "square" };
export const INIT_NAMES = { one_hot: "one-hot", spread: "spread" };
const AXES = [
  ["l0_source", "active latents per source token", "Against source L0", "source-L0"],
  ["l0_dest", "latents carrying 90 % of the energy at a destination", "Against destination L0", "destination-L0"],
];
const REFERENCES = new Set(["pca", "head_svd", "head_data_svd", "sae"]);
const OTHER_SIDE = { l0_source: "counted at destinations only", l0_dest: "counted at sources only" };
const REFERENCE_NAMES = { pca: "PCA", head_svd: "SVD", head_data_svd: "data-SVD", sae: "SAE" };

/** Least and largest. @type {(values: number[]) => [number, number]} */
const ends = (values) => /** @type {[number, number]} */ (extent(values));
const initShape = (init) => INIT_SHAPES[init] || "circle";
export const shortTarget = (target) => target.replace(/blocks\.(\d+)\./g, "$1 ").replace(/\bhook_/g, "");
// A method has a marker and a line of its own; an MTC has them from how its loadings started.
const shapeOf = (e) => variantShape(e.variant) || initShape(e.init);
const dashOf = (e) => variantDash(e.variant) || (e.init === "spread" ? "6 4" : null);
const hasInit = (e) => !variantShape(e.variant) && Boolean(INIT_SHAPES[e.init]);
const has = (v) => v !== null && v !== undefined && Number.isFinite(v);

// Lines join the means over seeds of one variant and one init, in the order of the horizontal axis.
const meansOf = (evaluations, xKey, yKey) => {
  const groups = new Map();
  for (const e of evaluations) {
    if (!has(e[xKey]) || !has(e[yKey])) continue;
    const key = JSON.stringify([e.variant, e.init, e.sparsity, e.n_latents]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(e);
  }
  const mean = (list, k) => list.reduce((s, e) => s + e[k], 0) / list.length;
  const series = new Map();
  for (const members of groups.values()) {
    const key = JSON.stringify([members[0].variant, members[0].init, members[0].n_latents]);
    if (!series.has(key)) series.set(key, { variant: members[0].variant, init: members[0].init, points: [] });
    series.get(key).points.push({ x: mean(members, xKey), y: mean(members, yKey), members });
  }
  for (const s of series.values()) s.points.sort((a, b) => a.x - b.x);
  return [...series.values()];
};

const describe = (e, metric) =>
  tip.lines(
    [variantName(e.variant), e.sparsity],
    hasInit(e) && ["init", INIT_NAMES[e.init] || e.init],
    has(e.seed) && ["seed", String(e.seed)],
    [metric.title, metric.show(e[metric.key])],
    ["L0 source", num(e.l0_source)],
    ["L0 destination", num(e.l0_dest)],
  );

const spread = (labels, gap, top, bottom) => {
  // Moves labels apart without changing their order; leaves out what cannot fit.
  labels.sort((a, b) => a.y - b.y);
  const room = Math.floor((bottom - top) / gap) + 1;
  const kept =
    labels.length <= room
      ? labels
      : labels.filter(
          (_, i) => Math.floor((i * room) / labels.length) !== Math.floor(((i - 1) * room) / labels.length),
        );
  // labels that would touch are pooled and centred on the mean of their places
  const pools = [];
  kept.forEach((l, i) => {
    pools.push({ sum: l.y - i * gap, n: 1 });
    while (pools.length > 1 && pools.at(-2).sum / pools.at(-2).n > pools.at(-1).sum / pools.at(-1).n) {
      const { sum, n } = pools.pop();
      pools.at(-1).sum += sum;
      pools.at(-1).n += n;
    }
  });
  let i = 0;
  for (const { sum, n } of pools)
    for (let k = 0; k < n; k++, i++)
      kept[i].at = Math.min(Math.max(sum / n + i * gap, top + i * gap), bottom - (kept.length - 1 - i) * gap);
  return kept;
};

/** @param {number} width @param {any[]} evaluations @param {any[]} references @param {string[]} axis */
const draw = (width, evaluations, references, [xKey, wide, , narrow], metric, scale, ys) => {
  const xTitle = width < 440 ? narrow.replace("-", " ") : wide;
  const box = { left: 62, right: width - (references.length ? 94 : 14), top: 12, bottom: HEIGHT - 46 };
  const chart = drawing(width, HEIGHT, `${metric.title} against ${xTitle}`);
  const xs = evaluations.map((e) => e[xKey]).filter((v) => has(v) && v > 0);
  if (!xs.length || !ys.length) {
    chart.append(text(width / 2, HEIGHT / 2, "No evaluation has both numbers.", { "text-anchor": "middle" }));
    return chart;
  }
  const x = logarithmic(...ends(xs), box.left, box.right, { base: 2, pad: roomy(...ends(xs)) });
  const log = scale === "log" && Math.min(...ys) > 0;
  const y = log
    ? logarithmic(...ends(ys), box.bottom, box.top, { pad: roomy(...ends(ys)) })
    : linear(...ends(ys), box.bottom, box.top, { zero: metric.chart !== "plain" });
  chart.append(frame(box, x, y, { xTitle, yTitle: metric.title + (log ? " (log)" : "") }));

  const labels = references.map((e) => ({ e, y: y(e[metric.key]) }));
  for (const { e, y: at } of labels) {
    const line = lineOf(box.left, at, box.right, at, {
      stroke: variantColor(e.variant),
      "stroke-width": 1,
      "stroke-dasharray": "2 4",
      opacity: 0.8,
    });
    chart.append(line);
  }
  for (const l of spread(labels, 13, box.top + 4, box.bottom - 2)) {
    chart.append(
      svg("path", {
        d: `M${box.right} ${l.y}L${box.right + 10} ${l.at}`,
        stroke: variantColor(l.e.variant),
        fill: "none",
      }),
    );
    const label = text(
      box.right + 13,
      l.at + 4,
      `${REFERENCE_NAMES[l.e.variant] || variantName(l.e.variant).slice(0, 14)} ${l.e.n_latents === null ? "" : `r${l.e.n_latents}`}`,
      { "font-size": 11, fill: color("ink") },
    );
    tip.attach(label, () => describe(l.e, metric));
    chart.append(label);
  }
  for (const s of meansOf(evaluations, xKey, metric.key)) {
    const c = variantColor(s.variant),
      shape = shapeOf(s);
    const path = linePath(s.points.map((p) => [x(p.x), y(p.y)]));
    chart.append(svg("path", { d: path, stroke: c, fill: "none", "stroke-width": 2, "stroke-dasharray": dashOf(s) }));
    for (const p of s.points) {
      for (const e of p.members) {
        const dot = svg("path.dot", {
          d: shapePath(shape, x(e[xKey]), y(e[metric.key]), 2.6),
          fill: c,
          "fill-opacity": 0.45,
        });
        chart.append(tip.attach(dot, () => describe(e, metric)));
      }
      const many = p.members.length > 1;
      const mean = svg("path.dot", {
        d: shapePath(shape, x(p.x), y(p.y), 5),
        fill: c,
        stroke: color("card"),
        "stroke-width": 1.2,
      });
      chart.append(
        tip.attach(mean, () => {
          if (!many) return describe(p.members[0], metric);
          const values = p.members.map((e) => e[metric.key]);
          return tip.lines(
            [variantName(s.variant), p.members[0].sparsity],
            hasInit(s) && ["init", INIT_NAMES[s.init] || s.init],
            [`mean ${metric.title}`, metric.show(p.y)],
            [
              `over ${values.length} seeds`,
              `${metric.show(Math.min(...values))} to ${metric.show(Math.max(...values))}`,
            ],
            ["mean L0", num(p.x)],
          );
        }),
      );
    }
  }
  return chart;
};

const legend = (variants, hidden, inits, redraw) => {
  const row = el("div.legend");
  for (const v of variants) {
    const key = el(
      "button.key",
      { "aria-pressed": String(!hidden.has(v)), title: "Show or hide" },
      variantMark(v),
      variantName(v),
    );
    key.addEventListener("click", () => {
      if (!hidden.delete(v)) hidden.add(v);
      key.setAttribute("aria-pressed", String(!hidden.has(v)));
      redraw();
    });
    row.append(key);
  }
  for (const init of inits) {
    const sample = svg(
      "svg",
      { width: 30, height: 12, "aria-hidden": "true" },
      lineOf(0, 6, 30, 6, {
        stroke: "currentColor",
        "stroke-width": 1.5,
        "stroke-dasharray": init === "spread" ? "6 4" : null,
      }),
      svg("path", { d: shapePath(initShape(init), 15, 6, 4), fill: "currentColor" }),
    );
    row.append(el("span.note", sample, `${INIT_NAMES[init] || init} init`));
  }
  return row;
};

// The whole panel: choice of metric, scale and layer, legend, two charts.
export const panel = (all) => {
  // Methods with other targets meet where the attention output of one layer was measured for all of them.
  const place = (e) =>
    has(e.fvu_attn_out) ? `${e.layer} · attention output` : `${e.layer} · ${shortTarget(e.target)}`;
  const layers = [...new Set(all.map(place))].sort((a, b) => b.endsWith("output") - a.endsWith("output"));
  const apart = all.some((e) => has(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
  const state = { metric: apart ? "fvu_attn_out" : "fvu", scale: "log", layer: layers[0], hidden: new Set() };
  const charts = el("div.pair");
  const legendPlace = el("div");
  const scales = el("span");

  const redraw = () => {
    const metric = byKey.get(state.metric);
    const here = all.filter((e) => place(e) === state.layer && !state.hidden.has(e.variant) && has(e[metric.key]));
    const drawn = here.filter((e) => has(e.l0_source) || has(e.l0_dest));
    const width = Math.max(320, Math.floor((charts.clientWidth - 24) / (charts.clientWidth > 760 ? 2 : 1)));
    const parts = AXES.map((axis) => {
      const references = here.filter((e) => REFERENCES.has(e.variant) && !has(e[axis[0]]));
      const elsewhere = [...new Set(drawn.filter((e) => !has(e[axis[0]])).map((e) => variantName(e.variant)))];
      return { axis, references, elsewhere, points: drawn.filter((e) => has(e[axis[0]])) };
    });
    const shown = parts.some((p) => p.points.length) ? parts.filter((p) => p.points.length) : parts.slice(0, 1);
    const ys = shown.flatMap((p) => [...p.points, ...p.references]).map((e) => e[metric.key]);
    charts.replaceChildren(
      ...shown.map((p) => {
        const mixed = p.axis[0] === "l0_dest" && p.points.some((e) => variantShape(e.variant));
        const axis = p.axis.slice();
        if (mixed) axis[1] = "latents at a destination: active, or carrying 90 % of the energy";
        const chart = draw(width, p.points, p.references, axis, metric, state.scale, ys);
        return el(
          "figure",
          { vars: { "--width": `${width}px` } },
          el(
            "figcaption",
            p.axis[2],
            el("span.push"),
            saving.buttons(() => chart, `${state.metric}-${p.axis[3]}`),
          ),
          chart,
          p.elsewhere.length > 0 &&
            el("p.hint.elsewhere", `Not here, ${OTHER_SIDE[p.axis[0]]}: ${p.elsewhere.join("; ")}.`),
        );
      }),
    );
    scales.hidden = metric.chart !== "log";
  };
  const refresh = () => {
    const here = all.filter((e) => place(e) === state.layer);
    if (!here.some((e) => has(e[state.metric]))) {
      state.metric = "fvu";
      for (const b of metricButtons.children) b.setAttribute("aria-pressed", String(b.dataset.value === "fvu"));
    }
    const plotted = here.filter((e) => has(e.l0_source) || has(e.l0_dest) || REFERENCES.has(e.variant));
    const variants = [...new Set(plotted.map((e) => e.variant))];
    const inits = [...new Set(plotted.filter(hasInit).map((e) => e.init))];
    legendPlace.replaceChildren(legend(variants, state.hidden, inits, redraw));
    redraw();
  };
  scales.append(
    segmented("Vertical scale", { log: "log", linear: "linear" }, "log", (v) => {
      state.scale = v;
      redraw();
    }),
  );
  const offered = CHARTED.filter((m) => all.some((e) => has(e[m.key])) && (m.key !== "fvu_attn_out" || apart)).map(
    (m) => [m.key, m.key === "fvu" && apart ? "FVU own site" : m.title, m.definition],
  );
  const metricButtons = segmented("Metric", offered, state.metric, (v) => {
    state.metric = v;
    redraw();
  });
  const node = el(
    "section#frontier.card",
    { "aria-labelledby": "frontier-title" },
    el(
      "div.head",
      el("h2#frontier-title", "Sparsity against quality"),
      metricButtons,
      scales,
      layers.length > 1 &&
        el(
          "label",
          "Layer ",
          el(
            "select",
            {
              onchange: (e) => {
                state.layer = e.target.value;
                refresh();
              },
            },
            layers.map((l) => el("option", l)),
          ),
        ),
    ),
    el(
      "p.hint",
      "Large marks and lines: means over seeds. Small marks: single seeds. Dotted lines: linear baselines with their rank. A dictionary whose latents are moved appears in both charts: a latent that moves through several heads lands in more places, so the two counts can disagree about which is better. A code that is counted on one side only appears in one.",
    ),
    legendPlace,
    charts,
  );
  node.start = refresh;
  return node;
};
