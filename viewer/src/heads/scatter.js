// Any two scores of all heads against each other. Colour and shape are the layer; the address keeps the choice.
import { frame } from "../shared/axes.js";
import { linear } from "../shared/scales.js";
import { drawing, shapePath, text } from "../shared/shapes.js";
import { el, svg } from "../shared/dom.js";
import * as saving from "../shared/export.js";
import { num } from "../shared/format.js";
import * as theme from "../shared/theme.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const options = (scores, chosen) => {
  const groups = new Map();
  for (const s of scores) groups.set(s.group, [...(groups.get(s.group) || []), s]);
  return [...groups].map(([group, list]) =>
    el(
      "optgroup",
      { label: group },
      list.map((s) => el("option", { value: s.key, selected: s.key === chosen || null }, s.title)),
    ),
  );
};

// Layers from dark to light would hide the middle; eight hues and five shapes in turn keep neighbours apart.
const look = (layer) => ({ fill: color(`hue-${layer % 8}`), shape: theme.headShape(layer, 1e9) });

const draw = (data, xs, ys, { width, height, least }) => {
  const box = { left: 64, right: width - 16, top: 14, bottom: height - 46 };
  const node = drawing(width, height, `${ys.title} against ${xs.title}, one mark a head`);
  const there = data.heads.map((_, i) => i).filter((i) => xs.values[i] !== null && ys.values[i] !== null);
  /** @type {(s: import("../types").Score) => [number, number]} */
  const range = (s) => {
    const v = there.map((i) => Number(s.values[i]));
    return v.length ? [Math.min(...v), Math.max(...v)] : [0, 1];
  };
  const x = linear(...range(xs), box.left, box.right),
    y = linear(...range(ys), box.bottom, box.top);
  node.append(frame(box, x, y, { xTitle: xs.title, yTitle: ys.title }));
  const extreme = new Set();
  const score = (i) => {
    const part = (s, v) => {
      const [low, high] = range(s);
      return high > low ? (v - low) / (high - low) : 0;
    };
    return Math.max(part(xs, xs.values[i]), part(ys, ys.values[i]));
  };
  for (const i of there
    .slice()
    .sort((a, b) => score(b) - score(a))
    .slice(0, least))
    extreme.add(i);
  const taken = [];
  const marks = there.map((i) => [i, x(xs.values[i]), y(ys.values[i])]);
  const free = (i, px, py) => !marks.some(([j, mx, my]) => j !== i && mx > px && mx < px + 44 && Math.abs(my - py) < 8);
  for (const i of there) {
    const [layer, head] = data.heads[i],
      name = `L${layer}H${head}`;
    const { fill, shape } = look(layer);
    const at = [x(xs.values[i]), y(ys.values[i])];
    const mark = svg("path.dot", {
      d: shapePath(shape, at[0], at[1], 4.6),
      fill,
      stroke: color("card"),
      "stroke-width": 0.8,
    });
    const link = svg("a", { href: `#/head/${name}`, "aria-label": name }, mark);
    tip.attach(link, () => [
      el("strong", name),
      tip.lines([xs.title, num(xs.values[i])], [ys.title, num(ys.values[i])]),
    ]);
    node.append(link);
    if (
      extreme.has(i) &&
      free(i, at[0], at[1]) &&
      !taken.some((t) => Math.abs(t[0] - at[0]) < 40 && Math.abs(t[1] - at[1]) < 13)
    ) {
      taken.push(at);
      const right = at[0] > box.right - 50;
      node.append(
        text(at[0] + (right ? -8 : 8), at[1] + 4, name, {
          "text-anchor": right ? "end" : "start",
          "font-size": 11,
          "pointer-events": "none",
        }),
      );
    }
  }
  return node;
};

const legend = (data) => {
  const layers = [...new Set(data.heads.map((h) => h[0]))];
  return el(
    "div.legend.tight",
    layers.map((layer) => {
      const { fill, shape } = look(layer);
      return el(
        "span.note",
        svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          svg("path", { d: shapePath(shape, 7, 7, 5), fill }),
        ),
        layers.length > 12 ? String(layer) : `layer ${layer}`,
      );
    }),
  );
};

// `state` has x and y; `changed` is told of a new choice.
export const panel = (data, state, changed) => {
  const find = (key) => data.scores.find((s) => s.key === key);
  const place = el("div.scatter-place"),
    words = el("p.hint");
  const redraw = () => {
    const xs = find(state.x),
      ys = find(state.y);
    place.replaceChildren(
      draw(data, xs, ys, { width: Math.max(320, place.clientWidth || 640), height: 400, least: 10 }),
    );
    words.replaceChildren(
      el("strong", `${xs.title}: `),
      xs.definition,
      " ",
      el("strong", `${ys.title}: `),
      ys.definition,
    );
  };
  const select = (axis, name) =>
    el(
      "label",
      `${name} `,
      el(
        "select",
        {
          id: `scatter-${axis}`,
          onchange: (e) => {
            state[axis] = e.target.value;
            changed();
            redraw();
          },
        },
        options(data.scores, state[axis]),
      ),
    );
  const node = el(
    "section#scatter.card",
    { "aria-labelledby": "scatter-title" },
    el(
      "div.head",
      el("h2#scatter-title", "Any two scores"),
      select("y", "Up"),
      select("x", "Across"),
      el("span.push"),
      saving.buttons(() => place.querySelector("svg"), "heads-scatter"),
    ),
    words,
    place,
    legend(data),
  );
  return { node, redraw };
};
