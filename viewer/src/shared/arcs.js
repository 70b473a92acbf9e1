// Arcs from source tokens to destination tokens, drawn over the laid-out text. Width is weight; colour is its sign.
import { svg } from "./dom.js";
import { attach } from "./tip.js";

const TALLEST = 56,
  LEAST = 8,
  REACH = 420;

// Farther arcs are taller, ever more slowly, so that they stay apart yet fit.
const heightOf = (distance, tallest) => LEAST + (tallest - LEAST) * (1 - Math.exp(-distance / REACH));

// Room above a single line that its tallest arc needs.
export const roomFor = (tokens, arcs) => {
  const spans = arcs.map(([query, key]) => Math.abs(tokens[query].offsetLeft - tokens[key].offsetLeft));
  return 12 + (spans.length ? heightOf(Math.max(...spans), TALLEST) : 0);
};

const pathOf = (from, to, itself, tallest) => {
  // Boxes relative to the drawing. In one line the arc bows over the text; across lines it runs down between them.
  if (itself) {
    const x = (from.left + from.right) / 2,
      y = from.top;
    return { d: `M${x - 5} ${y}C${x - 13} ${y - 17} ${x + 13} ${y - 17} ${x + 5} ${y - 1}`, x: x + 5, y };
  }
  const x1 = (from.left + from.right) / 2,
    x2 = (to.left + to.right) / 2;
  if (Math.abs(from.top - to.top) < 4) {
    const h = heightOf(Math.abs(x2 - x1), tallest) * 1.33,
      y = from.top;
    return { d: `M${x1} ${y}C${x1} ${y - h} ${x2} ${y - h} ${x2} ${y - 4}`, x: x2, y };
  }
  const y1 = from.bottom,
    y2 = to.top,
    bend = Math.max(14, (y2 - y1) * 0.45);
  return { d: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 4}`, x: x2, y: y2 };
};

// `arcs` are [query, key, weight, heads]; `scale` is the weight drawn widest; `note` tells about one arc.
export const draw = (layer, host, tokens, arcs, scale, note, tallest = TALLEST) => {
  const origin = host.getBoundingClientRect();
  const boxes = tokens.map((t) => {
    const r = t.getBoundingClientRect();
    return {
      left: r.left - origin.left,
      right: r.right - origin.left,
      top: r.top - origin.top,
      bottom: r.bottom - origin.top,
    };
  });
  layer.setAttribute("width", host.scrollWidth);
  layer.setAttribute("height", host.offsetHeight);
  const order = arcs.map((arc, i) => [arc, i]).sort((a, b) => Math.abs(a[0][2]) - Math.abs(b[0][2]));
  const drawn = order.map(([arc]) => {
    const [query, key, weight] = arc;
    const { d, x, y } = pathOf(boxes[key], boxes[query], query === key, tallest);
    const strength = Math.min(1, Math.abs(weight) / scale),
      width = 0.8 + 4.7 * strength,
      tip = 2.6 + 0.5 * width;
    const group = svg(
      "g",
      {
        class: weight < 0 ? "arc negative" : "arc",
        "data-query": query,
        "data-key": key,
        opacity: 0.35 + 0.6 * strength,
      },
      svg("path.stroke", { d, "stroke-width": width.toFixed(2) }),
      svg("path.tip-mark", { d: `M${x - tip} ${y - 1.6 * tip}L${x + tip} ${y - 1.6 * tip}L${x} ${y}z` }),
      svg("path.catch", { d, "stroke-width": 12 }),
    );
    attach(group, () => note(arc));
    return group;
  });
  layer.replaceChildren(...drawn);
};
