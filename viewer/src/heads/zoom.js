// An ordered matrix: the whole of it in tiles with a window on its diagonal, and the window one cell a pair of rows.
import { rectOf, text } from "../shared/shapes.js";
import { MAP, VIEW, clamp, runsOf, longest, roundStep, hue, figure, layer, box, legend } from "./ordered.js";
import { bytes, paint, parts, ramp, squared } from "../shared/matrix.js";
import * as zoomHands from "./zoom-hands.js";
import { el, segmented } from "../shared/dom.js";
import { num, count } from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const WIDTHS = [24, 48, 96];
const MOST_RUNS = 8;

// `rows` names rows; `given` has at and zoom; `changed` is told of a new window; `from` is the key of the matrix.
export const make = (order, rows, given, changed) => {
  const n = order.order.length,
    kept = order.picture;
  const near = bytes(kept.near),
    pooled = bytes(kept.pooled);
  const most = near.reduce((a, b) => Math.max(a, b), 1),
    mostPooled = pooled.reduce((a, b) => Math.max(a, b), 1);
  const blocks = runsOf(order);
  const widths = [...WIDTHS.filter((w) => w < n), ...(n <= WIDTHS[2] ? [n] : [])];
  const wanted = widths.includes(given.zoom) ? given.zoom : widths[Math.min(1, widths.length - 1)];
  const state = { at: clamp(given.at || 0, 0, n - wanted), zoom: wanted, cell: /** @type {number[] | null} */ (null) };
  const blockAt = new Int32Array(n).fill(-1);
  blocks.forEach((runs, b) => {
    for (const [p, q] of runs) blockAt.fill(b, p, q + 1);
  });
  const value = (i, j) => {
    const d = Math.abs(i - j);
    return d === 0 || d > kept.band ? null : near[Math.min(i, j) * kept.band + d - 1];
  };
  const name = (place) => rows.text(order.order[place]);

  // The whole.
  const whole = el("canvas");
  const over = layer(MAP);
  const map = figure("map", whole, over);
  const drawWhole = () => {
    const colours = ramp(mostPooled),
      itself = parts("identity");
    const edge = (t) => Math.ceil((t * n) / kept.tiles),
      alone = Array.from({ length: kept.tiles }, (_, t) => edge(t + 1) - edge(t) === 1); // a tile of one row has no pair
    paint(whole, kept.tiles, (r, c) => (r === c && alone[r] ? itself : colours[pooled[r * kept.tiles + c]]));
  };
  const drawWindow = () => {
    const scale = MAP.size / n;
    over.replaceChildren();
    const tick = roundStep(n / 5);
    for (let place = 0; place < n; place += tick) {
      const at = (place + 0.5) * scale;
      over.append(
        text(MAP.left - 6, MAP.top + at + 4, count(place), { "text-anchor": "end" }),
        text(MAP.left + at, MAP.top - 8, count(place), { "text-anchor": "middle" }),
      );
    }
    over.append(rectOf(MAP.left, MAP.top, MAP.size, MAP.size, { class: "zoom-edge" }));
    blocks.forEach((runs, b) => {
      for (const [p, q] of runs) {
        if (p === q && runs.length > 1) continue;
        const middle = (p + q + 1) / 2,
          half = Math.max(q - p + 1, 7 / scale) / 2;
        const span = [middle - half, middle + half];
        const mark = box(MAP, span, span, scale, {
          stroke: hue(b),
          "stroke-width": 1.5,
          class: "zoom-block",
          "data-block": b,
        });
        over.append(
          tip.attach(mark, () => [
            el("strong", `Block ${b + 1}`),
            tip.lines(
              ["rows", String(order.blocks[b].rows.length)],
              ["mean squared cosine", num(order.blocks[b].mean_similarity, 2)],
              ["places here", p === q ? String(p) : `${p} to ${q}`],
            ),
          ]),
        );
      }
    });
    const span = [state.at, state.at + state.zoom];
    over.append(
      box(MAP, span, span, scale, { stroke: color("card"), "stroke-width": 5 }),
      box(MAP, span, span, scale, { stroke: color("ink"), "stroke-width": 2, class: "zoom-window" }),
    );
    map.setAttribute("aria-valuenow", state.at);
    map.setAttribute("aria-valuetext", `places ${state.at} to ${state.at + state.zoom - 1} of ${n}`);
  };

  // The window.
  const cells = el("canvas");
  const marks = layer(VIEW);
  const view = figure("view", cells, marks);
  const said = el("p.zoom-said", { "aria-live": "polite" });
  const title = el("h3");
  const drawCells = () => {
    const colours = ramp(most),
      itself = parts("identity"),
      gone = [parts("raised"), parts("edge")];
    paint(cells, state.zoom, (r, c) => {
      if (r === c) return itself;
      const v = value(state.at + r, state.at + c);
      return v === null ? gone[(r + c) % 2] : colours[v];
    });
  };
  const drawMarks = () => {
    const scale = VIEW.size / state.zoom,
      last = state.at + state.zoom;
    const step = Math.ceil(13 / scale),
      tick = roundStep(52 / scale);
    marks.replaceChildren();
    for (let i = 0; i < state.zoom; i++) {
      const place = state.at + i,
        middle = (i + 0.5) * scale,
        b = blockAt[place];
      if (b >= 0) marks.append(rectOf(VIEW.left - 7, VIEW.top + i * scale, 5, scale, { fill: hue(b) }));
      if (i % step === 0)
        marks.append(
          text(VIEW.left - 11, VIEW.top + middle + 4, name(place), {
            "text-anchor": "end",
            "font-size": 11,
            class: "row-name",
          }),
        );
      if (place % tick === 0)
        marks.append(
          text(VIEW.left + middle, VIEW.top - 8, count(place), { "text-anchor": "middle", "font-size": 11 }),
        );
    }
    marks.append(rectOf(VIEW.left, VIEW.top, VIEW.size, VIEW.size, { class: "zoom-edge" }));
    const inside = ([p, q]) => [clamp(p - state.at, 0, state.zoom), clamp(q + 1 - state.at, 0, state.zoom)];
    blocks.forEach((runs, b) => {
      const here = runs.filter(([p, q]) => q >= state.at && p < last);
      for (const r of here)
        for (const c of here.length > MOST_RUNS ? [r] : here) {
          if (here.length === 1 && r[0] === r[1]) continue;
          marks.append(
            box(VIEW, inside(r), inside(c), scale, {
              stroke: hue(b),
              "stroke-width": 2,
              "stroke-dasharray": r === c ? null : "4 3",
              class: "zoom-run",
            }),
          );
        }
    });
    if (state.cell) {
      const [r, c] = state.cell.map((p) => p - state.at);
      if (Math.min(r, c) >= 0 && Math.max(r, c) < state.zoom)
        marks.append(
          box(VIEW, [r, r + 1], [c, c + 1], scale, { stroke: color("card"), "stroke-width": 4 }),
          box(VIEW, [r, r + 1], [c, c + 1], scale, { stroke: color("top1"), "stroke-width": 2, class: "zoom-cell" }),
        );
    }
  };
  const similarity = (i, j) => {
    const v = value(i, j);
    return i === j ? "the row itself" : v === null ? `not kept: over ${kept.band} places apart` : num(squared(v), 2);
  };
  const tellCell = () => {
    if (!state.cell) {
      said.replaceChildren(el("span.faint", "Point at a cell, or walk with the arrow keys."));
      return;
    }
    const one = (p) => [rows.one(order.order[p]), el("span.faint", ` at place ${count(p)}`)];
    const [i, j] = state.cell;
    said.replaceChildren(
      ...[rows.kind, " ", one(i), i === j ? null : [" and ", one(j)], ": ", i === j ? "" : "squared cosine "]
        .flat(3)
        .filter((x) => x !== null),
      el("strong", similarity(i, j)),
    );
  };
  const blockWords = (i, j) => {
    const [a, b] = [i, j].map((p) => (blockAt[p] < 0 ? "none" : String(blockAt[p] + 1)));
    return a === b ? a : `${a}, ${b}`;
  };
  const point = (cell) => {
    state.cell = cell;
    drawMarks();
    tellCell();
  };
  const drawView = () => {
    title.textContent = `Places ${count(state.at)} to ${count(state.at + state.zoom - 1)}`;
    drawCells();
    drawMarks();
  };
  const moveTo = (at, quiet) => {
    const next = clamp(Math.round(at), 0, n - state.zoom);
    if (next === state.at && quiet !== true) return;
    state.at = next;
    if (state.cell && state.cell.some((p) => p < state.at || p >= state.at + state.zoom)) point(null);
    drawView();
    drawWindow();
    if (quiet !== true) changed(state);
  };
  const zoomTo = (width) => {
    if (width === undefined || width === state.zoom) return;
    const middle = state.at + state.zoom / 2;
    state.zoom = width;
    for (const b of buttons.children) b.setAttribute("aria-pressed", String(Number(b.dataset.value) === width));
    moveTo(middle - width / 2, true);
    changed(state);
  };
  const buttons = segmented(
    "Rows in the window",
    widths.map((w) => [w, String(w)]),
    state.zoom,
    (w) => zoomTo(Number(w)),
  );
  const showBlock = (b) => {
    const [p, q] = longest(blocks[b]);
    moveTo((p + q + 1) / 2 - state.zoom / 2);
  };

  zoomHands.attach({
    order,
    rows,
    n,
    state,
    widths,
    map,
    view,
    moveTo,
    zoomTo,
    showBlock,
    point,
    name,
    similarity,
    blockWords,
    blockAt,
  });

  const node = el(
    "div.zoom",
    el(
      "div",
      el("h3", kept.tiles === n ? "The whole matrix" : `The whole matrix in ${kept.tiles} × ${kept.tiles} tiles`),
      map,
      el("p.hint", legend(mostPooled, kept.tiles === n ? "squared cosine" : "mean squared cosine")),
      el(
        "p.hint",
        "Drag the window along the diagonal, or focus it and use the arrow keys, Page Up and Page Down, + and −. Coloured squares are blocks; a click goes there.",
      ),
    ),
    el(
      "div",
      el("div.head", title, el("span.push"), el("span.hint", "rows"), buttons),
      view,
      said,
      el(
        "div.legend.tight.hint",
        legend(most, "squared cosine"),
        el("span.note", el("span.gone-sample.itself"), " a row with itself"),
        kept.band < n - 1 && el("span.note", el("span.gone-sample"), ` over ${kept.band} places apart: not kept`),
      ),
      el(
        "p.hint",
        `Above: places in the order; on the left: ${rows.kinds}. Framed: neighbours of one block; dashed: the same block farther on. Colours come back after eight blocks.`,
      ),
    ),
  );
  drawWhole();
  drawWindow();
  drawView();
  tellCell();
  return { node, showBlock };
};
