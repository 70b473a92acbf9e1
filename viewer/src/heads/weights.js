// Ordered weight matrices beside their nulls, and the blocks, with links to their neurons.
import { frame } from "../shared/axes.js";
import { linear } from "../shared/scales.js";
import { drawing, text, shapePath } from "../shared/shapes.js";
import { unitLink, headLink } from "./names.js";
import { sectionCard } from "../shared/controls.js";
import { make } from "./zoom.js";
import { el, svg } from "../shared/dom.js";
import { num, count } from "../shared/format.js";
import * as store from "../shared/store.js";
import { color } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const strip = (label, value, nulls, width = 520) => {
  const groups = Object.entries(nulls);
  const height = 62 + 26 * (groups.length + 1);
  const box = { left: 96, right: width - 20, top: 6, bottom: height - 40 };
  const node = drawing(width, height, `${label}: ours ${num(value)}, null draws`);
  const all = [value, ...groups.flatMap((g) => g[1])];
  const x = linear(Math.min(...all), Math.max(...all), box.left, box.right);
  const y = Object.assign(linear(0, 1, 0, 1), { ticks: [] });
  node.append(frame(box, x, y, { xTitle: label }));
  const row = (i) => box.top + 16 + 26 * i;
  groups.forEach(([name, draws], i) => {
    node.append(text(box.left - 10, row(i + 1) + 4, name, { "text-anchor": "end" }));
    for (const v of draws)
      node.append(svg("circle", { cx: x(v), cy: row(i + 1), r: 3.5, fill: color("muted"), opacity: 0.6 }));
  });
  node.append(text(box.left - 10, row(0) + 4, "weights", { "text-anchor": "end", fill: color("ink") }));
  const mark = svg("path", { d: shapePath("diamond", x(value), row(0), 6), fill: color("top1") });
  node.append(tip.attach(mark, () => `weights: ${num(value)}`));
  return node;
};

const block = (order, b, i, row, zoom) => {
  const own = b.rows.slice(0, 24);
  return el(
    "li",
    el("strong", `Block ${i + 1}`),
    el(
      "span.faint",
      ` ${b.rows.length} rows, mean squared cosine ${num(b.mean_similarity, 2)}, at place ${count(b.place)} of ${count(order.order.length)} `,
    ),
    zoom && el("button.quiet", { onclick: () => zoom.showBlock(i) }, "show"),
    " ",
    row.all && el("a", { href: row.all(b.rows) }, "in the table"),
    el("div.block-rows", own.map(row.one), b.rows.length > own.length && "…"),
  );
};

// Rows are neurons, head dimensions (a head, then a dimension of it), or plain numbers.
const rowsOf = (data, order) => {
  const family =
    /W_(in|out)/.test(order.matrix) && data.families.find((f) => f.kind === "neuron" && f.layer === order.layer);
  if (family)
    return {
      kind: "neuron",
      kinds: "neurons",
      text: (r) => String(r),
      href: (r) => `#/unit/${family.name}/${r}`,
      one: (r) => unitLink(family.name, r),
      all: (rows) => `#/units?family=${family.name}&rows=${rows.join(",")}`,
    };
  const width = data.model.d_head;
  if (/W_[OVQK]/.test(order.matrix) && width)
    return {
      kind: "dimension",
      kinds: "head dimensions (head : dimension)",
      text: (r) => `L${order.layer}H${Math.floor(r / width)}:${r % width}`,
      href: (r) => `#/head/L${order.layer}H${Math.floor(r / width)}`,
      one: (r) => el("span", headLink(`L${order.layer}H${Math.floor(r / width)}`), el("span.faint", `:${r % width}`)),
    };
  return { kind: "row", kinds: "rows", text: String, one: (r) => el("span", String(r)) };
};

const remembered = new Map();
const zoomOf = (key, order, row, given) => {
  if (!order.picture) return null;
  const state = given.get("m") === key ? { at: Number(given.get("at")), zoom: Number(given.get("zoom")) } : null;
  return make(order, row, state || remembered.get(key) || {}, ({ at, zoom }) => {
    remembered.set(key, { at, zoom });
    history.replaceState(null, "", `#/weights?m=${encodeURIComponent(key)}&at=${at}&zoom=${zoom}`);
  });
};

export const page = async (data, query) => {
  const given = new URLSearchParams(query);
  const orders = await Promise.all(data.weights.map((w) => store.load(`weights/${w.key}`)));
  const node = el(
    "div.page.overview",
    el("h1", "Weights in order"),
    !orders.length && el("p.card", "This report holds no ordered weights."),
    el(
      "p.hint",
      "A greedy order makes structure out of noise, so every number stands beside draws of the same size: Gaussian rows, and rows with the same singular values. A block counts where its squared cosines pass what any Gaussian draw reaches.",
    ),
    orders.map((o, i) => {
      const row = rowsOf(data, o),
        zoom = zoomOf(data.weights[i].key, o, row, given);
      return sectionCard(
        `weights-${data.weights[i].key}`,
        o.matrix,
        `Order by ${o.method.replace("_", "-")}; ${count(o.blocks.length)} blocks above a squared cosine of ${num(o.level, 3)}.`,
        el(
          "div.two",
          el(
            "div.scroll",
            strip(
              "neighbour similarity: mean squared cosine of neighbours in the order",
              o.neighbour,
              o.null_neighbour,
            ),
          ),
          el("div.scroll", strip(`block excess: inside a band of ${o.width} less outside`, o.excess, o.null_excess)),
        ),
        zoom
          ? zoom.node
          : el("p.hint", "This record is older than the picture of the matrix; order the matrix again to see it."),
        el(
          "ol.blocks",
          o.blocks.slice(0, 12).map((b, k) => block(o, b, k, row, zoom)),
        ),
        o.blocks.length > 12 && el("p.hint", `and ${o.blocks.length - 12} more`),
      );
    }),
  );
  const start = () => {
    const key = given.get("m");
    if (key) document.getElementById(`weights-${key}`)?.querySelector(".zoom")?.scrollIntoView({ block: "center" });
  };
  return { title: "Weights in order", node, start, keys: {} };
};
