// Pinned nodes as a graph of their own: a supernode is one box, an edge the sum of those between its ends' members.
import { rectOf, shapePath, FONT } from "../shared/shapes.js";
import * as graphLayout from "./layout.js";
import * as graphNames from "./names.js";
import { brief, look, lookName, tokenAt } from "./names.js";
import { el, svg } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const BOX = 26,
  GAP = 14,
  ROW = 58,
  INDIRECT_LEAST = 0.03;

export const unitsOf = (g, state) => {
  const grouped = new Set(state.groups.flatMap((v) => v.nodes));
  const single = state.pins.filter((i) => !grouped.has(i)).map((i) => ({ nodes: [i], group: null }));
  return [...state.groups.map((group) => ({ nodes: group.nodes, group })), ...single];
};
const nameOf = (g, unit) => {
  if (unit.group) return `${unit.group.label} (${unit.nodes.length})`;
  const i = unit.nodes[0];
  const token =
    g.nodes.position[i] >= 0 && g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit"
      ? ` ${tokens.shown(tokenAt(g, g.nodes.position[i]))}`
      : "";
  const side = g.nodes.side[i] === "key" ? " key" : g.nodes.side[i] === "query" ? " query" : "";
  const whole = `${brief(g, i)}${side}${token}`;
  return whole.length > 24 ? `${whole.slice(0, 23)}…` : whole;
};

// Direct: the sum of weights from a member of one to a member of the other. Through: the share of a unit's input that comes
// from another over any path of nodes that are not pinned.
const links = (g, units) => {
  const owner = new Map(units.flatMap((u, k) => u.nodes.map((i) => [i, k])));
  const direct = new Map(),
    key = (a, b) => a * units.length + b;
  for (let e = 0; e < g.m; e++) {
    const a = owner.get(g.edges.source[e]),
      b = owner.get(g.edges.target[e]);
    if (a === undefined || b === undefined || a === b) continue;
    const found = direct.get(key(a, b)) || { from: a, to: b, weight: 0, share: 0, through: 0, edges: [] };
    found.weight += g.edges.weight[e];
    found.edges.push(e);
    direct.set(key(a, b), found);
  }
  units.forEach((unit, b) => {
    const whole = unit.nodes.reduce((sum, i) => sum + g.total[i], 0) || 1;
    const reach = new Float64Array(g.n);
    for (const i of unit.nodes) reach[i] = g.total[i] / whole;
    const got = new Float64Array(units.length);
    for (let k = g.n - 1; k >= 0; k--) {
      const t = g.order[k];
      if (!reach[t]) continue;
      const mine = owner.get(t);
      if (mine !== undefined && mine !== b) {
        got[mine] += reach[t];
        continue;
      }
      for (const e of g.incoming(t)) reach[g.edges.source[e]] += reach[t] * g.edges.share[e];
    }
    units.forEach((_, a) => {
      if (a === b) return;
      const found = direct.get(key(a, b));
      if (found) {
        found.share = found.edges.reduce((sum, e) => sum + Math.abs(g.edges.weight[e]), 0) / whole;
        found.through = got[a];
      } else if (got[a] >= INDIRECT_LEAST)
        direct.set(key(a, b), { from: a, to: b, weight: null, share: 0, through: got[a], edges: [] });
    });
  });
  return [...direct.values()];
};

const arrange = (g, units, layout, width) => {
  // Rows of the graph that are in use, from the top; across in the order of positions, moved apart where they touch.
  const level = (u) => Math.max(...u.nodes.map((i) => graphLayout.rowKey(g, i)));
  const across = (u) => u.nodes.reduce((sum, i) => sum + layout.x[i], 0) / u.nodes.length / layout.width;
  const rows = [...new Set(units.map(level))].sort((a, b) => b - a);
  let widest = width;
  rows.forEach((row, k) => {
    const mine = units.filter((u) => level(u) === row).sort((a, b) => across(a) - across(b));
    let x = GAP;
    for (const u of mine) {
      u.w = 34 + 6.7 * nameOf(g, u).length;
      u.y = 12 + k * ROW;
      u.x = Math.max(x, Math.min(across(u) * width - u.w / 2, width - u.w - GAP));
      x = u.x + u.w + GAP;
    }
    // what ran out on the right moves back to the left as far as there is room
    let end = width - GAP;
    for (const u of mine.slice().reverse()) {
      if (u.x + u.w > end) u.x = Math.max(GAP, end - u.w);
      end = u.x - GAP;
    }
    x = GAP;
    for (const u of mine) {
      u.x = Math.max(u.x, x);
      x = u.x + u.w + GAP;
    }
    widest = Math.max(widest, x);
  });
  return { width: widest, height: 24 + (rows.length - 1) * ROW + BOX };
};

export const draw = (g, state, layout, width, act) => {
  const units = unitsOf(g, state);
  const size = arrange(g, units, layout, width);
  const chart = svg("svg", {
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    class: "subgraph",
    role: "group",
    "aria-label": `Pinned subgraph of ${units.length} boxes`,
  });
  const found = links(g, units).sort((a, b) => a.share - b.share);
  for (const link of found) {
    const a = units[link.from],
      b = units[link.to];
    const x1 = a.x + a.w / 2,
      x2 = b.x + b.w / 2,
      level = Math.abs(a.y - b.y) < 4;
    const y1 = level ? a.y + BOX : a.y,
      y2 = level ? b.y + BOX : b.y + BOX,
      bend = level ? -26 : (y1 - y2) / 2;
    const straight = link.weight !== null,
      strength = Math.sqrt(Math.min(1, straight ? link.share : link.through));
    const ink = color(!straight ? "identity" : link.weight < 0 ? "minus" : "plus");
    const d = `M${x1} ${y1}C${x1} ${y1 - bend} ${x2} ${y2 + (level ? 26 : bend)} ${x2} ${y2}`;
    const line = svg("path.sub-edge", {
      d,
      fill: "none",
      stroke: ink,
      "stroke-width": (0.8 + 6 * strength).toFixed(1),
      "stroke-opacity": (0.35 + 0.6 * strength).toFixed(2),
      "stroke-dasharray": straight ? (link.weight < 0 ? "6 3" : null) : "2 4",
    });
    tip.attach(line, () => [
      el("strong", `${nameOf(g, a)} → ${nameOf(g, b)}`),
      tip.lines(
        straight && ["weight, direct", num(link.weight)],
        straight && ["share of its target's input", percent(link.share)],
        ["with paths through what is not pinned", percent(link.through)],
      ),
    ]);
    if (link.edges.length === 1) line.addEventListener("click", () => act.edge(link.edges[0]));
    chart.append(line);
  }
  for (const unit of units) {
    const i = unit.nodes[0],
      chosen = unit.group ? state.group === unit.group : state.at === i;
    const marked = unit.nodes.every((j) => state.marked.has(j));
    const box = svg(
      "g.sub-box",
      { tabindex: "0", role: "button", "aria-label": nameOf(g, unit), "data-unit": unit.group ? "group" : i },
      unit.group &&
        rectOf(unit.x + 4, unit.y + 4, unit.w, BOX, { rx: 6, fill: color("raised"), stroke: color("edge") }),
      rectOf(unit.x, unit.y, unit.w, BOX, {
        rx: 6,
        fill: color("card"),
        stroke: color(marked ? "accent" : chosen ? "ink" : "edge"),
        "stroke-width": marked || chosen ? 2 : 1,
      }),
      svg("path", {
        d: shapePath(look(g, i).shape, unit.x + 14, unit.y + BOX / 2, 5),
        fill: color(look(g, i).hue),
        "data-look": lookName(g, i),
      }),
      svg(
        "text",
        {
          x: unit.x + 26,
          y: unit.y + BOX / 2 + 4,
          "font-size": 12,
          "font-family": FONT,
          fill: color("ink"),
          "font-weight": unit.group ? 700 : null,
        },
        nameOf(g, unit),
      ),
    );
    const open = (shift) => {
      tip.hide();
      if (shift) unit.nodes.forEach((j) => act.mark(j, !marked));
      else if (unit.group) act.openGroup(unit.group);
      else act.pick(i);
    };
    box.addEventListener("click", (e) => open(e.shiftKey));
    box.addEventListener("keydown", (e) => {
      if (e.key === "Enter" || e.key === " ") {
        e.preventDefault();
        e.stopPropagation();
        open(e.shiftKey);
      }
    });
    if (!unit.group) {
      box.addEventListener("pointerenter", () => act.hover(i));
      box.addEventListener("pointerleave", () => act.hover(-1));
      tip.attach(box, () => graphNames.tip(g, i));
    }
    chart.append(box);
  }
  return chart;
};
