// Keys and pointer of an ordered matrix: moving the window along the diagonal, walking and opening its cells.
import { MAP, VIEW, clamp, under } from "./ordered.js";
import { el } from "../shared/dom.js";
import { count } from "../shared/format.js";
import * as tip from "../shared/tip.js";

// What zoom.js knows of one matrix: its figures, its state and how both change.
export const attach = (zoom) => {
  const { order, rows, n, state, widths, map, view } = zoom;
  const { moveTo, zoomTo, showBlock, point, name, similarity, blockWords, blockAt } = zoom;
  const stepZoom = (by) => zoomTo(widths[widths.indexOf(state.zoom) + by]);
  const steps = () => ({
    ArrowRight: () => moveTo(state.at + 1),
    ArrowDown: () => moveTo(state.at + 1),
    ArrowLeft: () => moveTo(state.at - 1),
    ArrowUp: () => moveTo(state.at - 1),
    PageDown: () => moveTo(state.at + state.zoom),
    PageUp: () => moveTo(state.at - state.zoom),
    Home: () => moveTo(0),
    End: () => moveTo(n),
    "+": () => stepZoom(-1),
    "=": () => stepZoom(-1),
    "-": () => stepZoom(1),
  });
  const listen = (node, keys) =>
    node.addEventListener("keydown", (e) => {
      const action = e.ctrlKey || e.metaKey || e.altKey ? null : keys(e)[e.key];
      if (!action) return;
      e.preventDefault();
      e.stopPropagation();
      action();
    });
  for (const [k, v] of Object.entries({
    tabindex: 0,
    role: "slider",
    "aria-label": `Window along the diagonal of ${order.matrix}`,
    "aria-valuemin": 0,
    "aria-valuemax": n - 1,
  }))
    map.setAttribute(k, v);
  listen(map, steps);
  /** @type {number | null} */
  let held = null;
  const along = (e) => {
    const [y, x] = under(MAP, map, e);
    return ((x + y) / 2) * n;
  };
  map.addEventListener("pointerdown", (e) => {
    if (e.button) return;
    const b = e.target.dataset ? e.target.dataset.block : undefined;
    if (b !== undefined) {
      showBlock(Number(b));
      return;
    }
    const place = along(e);
    held = place >= state.at && place < state.at + state.zoom ? place - state.at : state.zoom / 2;
    map.setPointerCapture(e.pointerId);
    moveTo(place - held);
  });
  map.addEventListener("pointermove", (e) => {
    if (held !== null) moveTo(along(e) - held);
  });
  for (const end of ["pointerup", "pointercancel"])
    map.addEventListener(end, () => {
      held = null;
    });

  const walk = (dr, dc) => {
    const from = state.cell || [state.at, state.at];
    const next = state.cell ? [clamp(from[0] + dr, 0, n - 1), clamp(from[1] + dc, 0, n - 1)] : from;
    if (Math.abs(next[0] - next[1]) >= state.zoom) return;
    const low = Math.min(...next),
      high = Math.max(...next);
    state.cell = next;
    if (low < state.at) moveTo(low);
    else if (high >= state.at + state.zoom) moveTo(high - state.zoom + 1);
    point(next);
  };
  const open = (place) => {
    const href = rows.href && rows.href(order.order[place]);
    if (href) location.hash = href;
  };
  const cellAt = (e) => {
    const [y, x] = under(VIEW, view, e);
    return Math.min(x, y) < 0 || Math.max(x, y) >= 1 ? null : [y, x].map((v) => state.at + Math.floor(v * state.zoom));
  };
  view.setAttribute("tabindex", "0");
  view.setAttribute("role", "application");
  view.setAttribute("aria-label", `Cells of the window on ${order.matrix}: arrow keys walk, Enter opens the row`);
  listen(view, (e) => ({
    ...steps(),
    ArrowRight: () => walk(0, 1),
    ArrowLeft: () => walk(0, -1),
    ArrowDown: () => walk(1, 0),
    ArrowUp: () => walk(-1, 0),
    Enter: () => state.cell && open(state.cell[e.shiftKey ? 1 : 0]),
  }));
  view.addEventListener("pointermove", (e) => {
    const cell = cellAt(e);
    if (!cell) {
      tip.hide();
      return;
    }
    if (!state.cell || cell[0] !== state.cell[0] || cell[1] !== state.cell[1]) point(cell);
    const [i, j] = cell;
    tip.show(
      [
        el("strong", i === j ? `${rows.kind} ${name(i)}` : `${rows.kind} ${name(i)} and ${name(j)}`),
        tip.lines(
          ["squared cosine", similarity(i, j)],
          ["places", i === j ? count(i) : `${count(i)}, ${count(j)}`],
          Math.max(blockAt[i], blockAt[j]) >= 0 && ["blocks", blockWords(i, j)],
        ),
        rows.href && el("p.faint", `Click opens ${name(i)}${i === j ? "" : `, Shift and click ${name(j)}`}.`),
      ].filter(Boolean),
      e.clientX,
      e.clientY,
    );
  });
  view.addEventListener("pointerleave", () => tip.hide());
  view.addEventListener("click", (e) => {
    const cell = cellAt(e);
    if (!cell) return;
    point(cell);
    if (e.pointerType !== "touch") open(cell[e.shiftKey ? 1 : 0]);
  });
};
