// Drawing of a graph with any pen. The view says how the layout is moved and scaled; gutters for names do not move.
import { look, brief, caption, textOf, tokenAt } from "./names.js";
import { answer, strongest } from "./story.js";
import * as theme from "../shared/theme.js";
import { shown } from "../shared/tokens.js";

// Asking the style sheet is slow: each colour is asked for once a theme.
const inks = new Map();
const color = (name) => inks.get(name) || inks.set(name, theme.color(name)).get(name);
theme.onChange(() => inks.clear());
export const GUTTER = { left: 74, right: 14, top: 8, bottom: 64 };
const FAINT = [
  [0, 0.05, 0.6, 0.22],
  [0.05, 0.2, 0.8, 0.34],
  [0.2, 2, 1.1, 0.5],
];
const TRACE_LEAST = 0.01,
  MOST_FAINT = 1800,
  BESIDE = 0.06;
const N_NAMED = 10; // latents with a name where nothing is chosen
const stories = new WeakMap();
const storyOf = (g) => {
  if (!stories.has(g)) stories.set(g, { answer: answer(g), strongest: strongest(g, N_NAMED) });
  return stories.get(g);
};
const resting = (state) => state.hover < 0 && state.at === null && state.edge < 0 && state.entry === null;
// The node in focus: what the pointer is on, else what was chosen, else the answer.
const focusOf = (g, state) => (state.hover >= 0 ? state.hover : resting(state) ? storyOf(g).answer : state.at);
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export const screen = (layout, view) => ({
  x: (i) => GUTTER.left + view.x + layout.x[i] * view.zoom,
  y: (i) => GUTTER.top + view.y + layout.y[i] * view.zoom,
  r: (i) => layout.radius[i] * Math.min(1.7, Math.max(0.85, view.zoom)),
  left: (wx) => GUTTER.left + view.x + wx * view.zoom,
  top: (wy) => GUTTER.top + view.y + wy * view.zoom,
});
const curve = (g, at, e) => {
  const { source, target } = g.edges,
    s = source[e],
    t = target[e];
  return [at.x(s), at.y(s) - at.r(s), at.x(t), at.y(t) + at.r(t)];
};
const away = (c, size) =>
  Math.max(c[0], c[2]) < GUTTER.left ||
  Math.min(c[0], c[2]) > size.width ||
  Math.max(c[1], c[3]) < 0 ||
  Math.min(c[1], c[3]) > size.height;

// Edges to draw strongly, as [edge, strength between 0 and 1], for the node in focus.
const strong = (g, state, seen) => {
  const focus = focusOf(g, state);
  const visible = (e) => seen[g.edges.source[e]] && seen[g.edges.target[e]] && g.edges.share[e] >= state.least;
  const out = [];
  if (focus !== null && focus >= 0) {
    if (state.follow === "direct") {
      for (const e of [...g.incoming(focus), ...g.outgoing(focus)]) if (visible(e)) out.push([e, g.edges.share[e]]);
    } else {
      const reached = g.trace(focus, seen, state.least)[state.follow];
      const { source, target, share } = g.edges;
      const end = state.follow === "up" ? target : source;
      for (let e = 0; e < g.m; e++) {
        const carried = reached[end[e]] * share[e];
        if (carried >= TRACE_LEAST && visible(e)) out.push([e, Math.min(1, carried)]);
      }
    }
  }
  if (state.edge >= 0 && state.hover < 0) {
    // the chosen edge stands out among the others of its node
    for (const one of out) one[1] = Math.min(one[1], BESIDE);
    out.push([state.edge, 1]);
  }
  return out.sort((a, b) => a[1] - b[1]).slice(-400);
};

const grid = (pen, layout, view, size) => {
  const at = screen(layout, view);
  const right = Math.min(size.width, at.left(layout.width)),
    bottom = Math.min(size.height - GUTTER.bottom, at.top(layout.height));
  for (const row of layout.rows) {
    const y1 = at.top(row.top),
      y2 = at.top(row.bottom);
    if (row.name !== "key" && row.layer !== null) continue;
    if (y2 > 0 && y1 < bottom && row.layer !== null)
      pen.rect(
        GUTTER.left,
        Math.max(0, y1),
        right - GUTTER.left,
        Math.min(bottom, y2) - Math.max(0, y1),
        color("raised"),
        0.6,
      );
  }
  let layer = null;
  for (const row of layout.rows) {
    if (row.layer !== layer && row !== layout.rows[0])
      pen.line(0, at.top(row.top), right, at.top(row.top), color("edge"), 0.8);
    layer = row.layer;
  }
  for (const column of layout.tokens) {
    const x = at.left(column.left);
    if (x > GUTTER.left && x < size.width) pen.line(x, 0, x, bottom, color("line"), 0.6);
  }
};

const faint = (pen, g, state, layout, view, size, seen) => {
  // The strongest of the graph only: more would be a grey cloud. All edges of a node show when it is in focus.
  const at = screen(layout, view),
    kept = [];
  for (const e of g.ranked) {
    if (kept.length === MOST_FAINT) break;
    if (g.edges.share[e] >= state.least && seen[g.edges.source[e]] && seen[g.edges.target[e]]) kept.push(e);
  }
  const thin = 1 / Math.max(1, Math.sqrt(kept.length / 600));
  for (const [low, high, width, alpha] of FAINT) {
    const mine = kept.filter((e) => g.edges.share[e] >= low && g.edges.share[e] < high);
    const list = mine.map((e) => curve(g, at, e)).filter((c) => !away(c, size));
    pen.curves(list, color("identity"), width, alpha * thin);
  }
};

const axes = (pen, g, layout, view, size, positions) => {
  const at = screen(layout, view),
    bottom = size.height - GUTTER.bottom;
  pen.rect(0, 0, GUTTER.left, size.height, color("card"));
  pen.rect(0, bottom, size.width, GUTTER.bottom, color("card"));
  pen.line(GUTTER.left, 0, GUTTER.left, bottom, color("edge"));
  pen.line(GUTTER.left, bottom, size.width, bottom, color("edge"));
  const layers = new Map();
  for (const row of layout.rows) {
    const y1 = at.top(row.top),
      y2 = at.top(row.bottom),
      middle = (y1 + y2) / 2;
    if (row.layer !== null) {
      const span = layers.get(row.layer) || [y1, y2];
      layers.set(row.layer, [Math.min(span[0], y1), Math.max(span[1], y2)]);
    }
    const isOut = row.layer === null;
    if (middle > 6 && middle < bottom - 2 && (y2 - y1 > 11 || isOut))
      pen.text(GUTTER.left - 7, middle + 4, row.name, { fill: color("muted"), size: 11, anchor: "end" });
  }
  for (const [layer, [y1, y2]] of layers) {
    const low = Math.max(0, y1),
      high = Math.min(bottom, y2);
    if (high - low > 9) pen.text(8, (low + high) / 2 + 4, `L${layer}`, { fill: color("ink"), size: 12, weight: 600 });
  }
  for (const { position, left, right } of layout.tokens) {
    const x1 = at.left(left),
      x2 = at.left(right),
      middle = (x1 + x2) / 2;
    if (middle < GUTTER.left || middle > size.width) continue;
    const words = position < 0 ? "bias" : shown(tokenAt(g, position));
    const bold = positions.has(position) ? 700 : 400;
    const ink = color(position < 0 ? "muted" : "ink");
    const across = x2 - x1 > 11 + 7 * Math.min(9, words.length);
    if (across)
      pen.text(middle, bottom + 17, cut(words, Math.max(9, Math.floor((x2 - x1) / 8))), {
        fill: ink,
        size: 12,
        anchor: "middle",
        weight: bold,
      });
    else if (x2 - x1 > 9)
      pen.text(middle + 4, bottom + 8, cut(words, 9), { fill: ink, size: 11, anchor: "end", weight: bold, turn: -55 });
    if (position >= 0 && across)
      pen.text(middle, bottom + 33, String(position), { fill: color("muted"), size: 11, anchor: "middle" });
  }
};

const labels = (pen, g, state, layout, view, size, strongly, seen) => {
  const at = screen(layout, view),
    taken = [];
  const focus = focusOf(g, state);
  const put = (i, bold, name = brief) => {
    const words = cut(name(g, i), 18),
      wide = 6.4 * words.length + 6;
    const x = at.x(i),
      y = at.y(i);
    if (x < GUTTER.left || x > size.width || y < 4 || y > size.height - GUTTER.bottom) return;
    for (const [dx, dy, anchor] of [
      [at.r(i) + 6, 4, "start"],
      [-at.r(i) - 6, 4, "end"],
      [0, -at.r(i) - 6, "middle"],
      [0, at.r(i) + 14, "middle"],
    ]) {
      const left = anchor === "middle" ? x + dx - wide / 2 : anchor === "start" ? x + dx : x + dx - wide;
      const box = [left, y + dy - 10, left + wide, y + dy + 3];
      if (box[0] < GUTTER.left || box[2] > size.width || box[1] < 0 || box[3] > size.height - GUTTER.bottom) continue;
      if (taken.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])) continue;
      taken.push(box);
      pen.text(x + dx, y + dy, words, { fill: color("ink"), anchor, weight: bold ? 700 : 400, halo: color("card") });
      return;
    }
  };
  if (focus !== null && focus >= 0) put(focus, true);
  for (let i = 0; i < g.n; i++) {
    if (g.nodes.kind[i] !== "logit" || i === focus) continue;
    const y = at.y(i) - at.r(i) - 4,
      room = Math.floor((y - Math.max(0, at.top(0))) / 6.5);
    if (at.x(i) > GUTTER.left && at.x(i) < size.width && room > 1 && y < size.height - GUTTER.bottom && view.zoom > 0.5)
      pen.text(at.x(i) + 4, y, cut(shown(textOf(g, i)), room), { fill: color("ink"), turn: -90, halo: color("card") });
  }
  if (resting(state)) for (const i of storyOf(g).strongest) if (seen[i]) put(i, false, caption);
  const near = [];
  for (const [e] of strongly.slice().reverse()) near.push(g.edges.source[e], g.edges.target[e]);
  const kindly = (i) => g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit";
  for (const i of [...new Set([...state.pins, ...(resting(state) ? [] : near.slice(0, 24))])].filter(kindly))
    if (i !== focus) put(i, false);
};

// Nodes of `list`; with `rings`, also what says that one is pinned, marked, found or chosen.
const nodes = (pen, g, state, layout, view, size, list, rings) => {
  const at = screen(layout, view);
  const focus = focusOf(g, state);
  const grouped = new Set(state.groups.flatMap((v) => v.nodes)),
    pinned = new Set(state.pins);
  const ink = color("ink"),
    card = color("card"),
    accent = color("accent");
  for (const i of list) {
    const x = at.x(i),
      y = at.y(i),
      r = at.r(i) + (rings && i === focus ? 1.5 : 0);
    if (x < GUTTER.left - 8 || x > size.width + 8 || y < -8 || y > size.height - GUTTER.bottom + 8) continue;
    const kind = look(g, i);
    const fill = color(kind.hue);
    if (kind.hollow) pen.shape(kind.shape, x, y, r, { fill: card, stroke: fill, width: 1.6 });
    else pen.shape(kind.shape, x, y, r, { fill, stroke: card, width: 0.7 });
    if (!rings) continue;
    if (state.found && state.found.has(i)) pen.shape("circle", x, y, r + 4, { stroke: color("plus"), width: 2 });
    if (pinned.has(i)) pen.shape("circle", x, y, r + 2.6, { stroke: grouped.has(i) ? accent : ink, width: 1.5 });
    if (state.marked.has(i)) pen.shape("square", x, y, r + 5.5, { stroke: accent, width: 2 });
    if (i === (resting(state) ? focus : state.at)) pen.shape("circle", x, y, r + 4.5, { stroke: ink, width: 2 });
  }
};

// Back: what only thresholds, zoom and theme change. Front: what follows the pointer, all else fades behind it. Returns the
// curves drawn strongly.
export const back = (pen, g, state, layout, view, size, seen) => {
  pen.rect(0, 0, size.width, size.height, color("card"));
  grid(pen, layout, view, size);
  faint(pen, g, state, layout, view, size, seen);
  const all = Array.from({ length: g.n }, (_, i) => i).filter((i) => seen[i]);
  nodes(pen, g, state, layout, view, size, all, false);
};
export const front = (pen, g, state, layout, view, size, seen) => {
  const at = screen(layout, view),
    strongly = strong(g, state, seen),
    drawn = [];
  const plus = color("plus"),
    minus = color("minus"),
    focus = focusOf(g, state);
  // The columns in question: of the node in focus, or where a head looked from and to.
  const entry = state.entry === null ? null : g.data.entries[state.entry];
  const positions = new Set(entry ? entry.slice(2) : focus !== null && focus >= 0 ? [g.nodes.position[focus]] : []);
  for (const { position, left, right } of entry ? layout.tokens : [])
    if (positions.has(position))
      pen.rect(at.left(left), 0, at.left(right) - at.left(left), size.height, color("key"), 0.14);
  for (const [e, strength] of strongly) {
    const c = curve(g, at, e),
      negative = g.edges.weight[e] < 0;
    pen.curves(
      [c],
      negative ? minus : plus,
      0.7 + 4.6 * Math.sqrt(strength),
      0.3 + 0.65 * Math.sqrt(strength),
      negative ? [5, 3] : [],
    );
    drawn.push([c, e]);
  }
  const ours = new Set(strongly.flatMap(([e]) => [g.edges.source[e], g.edges.target[e]]));
  for (const i of [...state.pins, ...state.marked, ...(state.found || [])]) if (seen[i]) ours.add(i);
  for (const i of [focus, state.at]) if (i !== null && i >= 0) ours.add(i);
  nodes(pen, g, state, layout, view, size, ours, true);
  labels(pen, g, state, layout, view, size, strongly, seen);
  axes(pen, g, layout, view, size, positions);
  return drawn;
};
