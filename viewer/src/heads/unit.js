// One neuron, head or latent: where it is strong, how often, what it writes, its neighbours.
import { unitLink, headLink } from "./names.js";
import { defined, sectionCard, stepLink } from "../shared/controls.js";
import * as plots from "./plots.js";
import * as units from "./units.js";
import { el } from "../shared/dom.js";
import { num, percent, count } from "../shared/format.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import * as tip from "../shared/tip.js";
import { fill, chip } from "../shared/tokens.js";

const figure = (e, most) => {
  const tokens = e.tokens.map((t, i) => {
    const v = e.values[i];
    const node = el("span", {
      class: `tok act${v < 0 ? " below" : ""}${i === e.peak ? " peak" : ""}`,
      vars: { "--f": Math.min(1, Math.abs(v) / most) },
    });
    fill(node, t, false);
    return tip.attach(node, () => [
      el("strong", chip(t), ` position ${e.start + i}`),
      tip.lines(["activation", num(v)]),
    ]);
  });
  const line = el("div.flow");
  tokens.forEach((t) => line.append(t));
  return el(
    "figure.unit-example",
    el(
      "figcaption",
      chip(e.tokens[e.peak]),
      el("span.value", num(e.values[e.peak])),
      el("span.faint", `sequence ${e.sequence}, ${e.start + e.peak}`),
    ),
    line,
  );
};

const groups = (examples) => {
  const out = new Map();
  for (const e of examples) {
    const title =
      e.kind === "top" ? "Strongest" : e.kind === "bottom" ? "Most negative" : `Around quantile ${num(e.quantile, 2)}`;
    out.set(title, [...(out.get(title) || []), e]);
  }
  return out;
};

const logits = (list, down) => {
  const most = Math.max(1e-9, ...list.map((v) => Math.abs(v[1])));
  return el(
    "ol",
    { class: down ? "logits down" : "logits" },
    list.map(([t, v]) =>
      el("li", el("span.bar", { vars: { "--size": Math.abs(v) / most } }), chip(t), el("span.value", num(v, 2))),
    ),
  );
};

export const page = async (data, familyName, unit) => {
  const family = data.families.find((f) => f.name === familyName);
  if (!family)
    throw new Error(
      `There is no family ${familyName}; this report has ${data.families.map((f) => f.name).join(", ") || "no units"}.`,
    );
  if (!(unit >= 0 && unit < family.n_units))
    throw new Error(`${familyName} has units 0 to ${family.n_units - 1}; there is no ${unit}.`);
  const shard = String(Math.floor(unit / family.page_shard_size)).padStart(4, "0");
  const [table, pages] = await Promise.all([units.load(data), store.load(`units/${familyName}/pages-${shard}`)]);
  const own = pages[unit];
  if (!own) throw new Error(`The page of unit ${unit} of ${familyName} was not saved.`);
  const first = table.family.indexOf(data.families.indexOf(family));
  const at = first + unit;
  const order = memory.unitOrder ? memory.unitOrder() : null;
  const here = order ? order.findIndex(([f, u]) => f === familyName && u === unit) : -1;
  const near = (by) => {
    if (here >= 0) return order?.[here + by];
    const u = unit + by;
    return u >= 0 && u < family.n_units ? [familyName, u] : undefined;
  };
  const go = (to) => to && (location.hash = `#/unit/${to[0]}/${to[1]}`);
  const step = (to, sign, label) => stepLink(to && `#/unit/${to[0]}/${to[1]}`, sign, label);
  const most = Math.max(1e-9, ...own.examples.flatMap((e) => e.values.map(Math.abs)));
  const fact = (key, value) => el("div", el("dt", defined(...units.TITLES[key])), el("dd", value));
  const other = ([u, v]) => el("span", unitLink(familyName, u), el("span.value", ` ${num(v, 2)}`));
  const shownEach = Math.min(6, Math.max(1, Math.floor((family.n_units - 1) / 2)));
  const kind = family.kind === "neuron" ? "Neuron" : family.kind === "head" ? "Head" : "Latent";
  const node = el(
    "div.page.unit-page",
    el(
      "div.head",
      step(near(-1), "‹", "Previous unit (k)"),
      el("h1", `${kind} ${unit} of layer ${family.layer}`),
      step(near(1), "›", "Next unit (j)"),
      el(
        "span.faint",
        el("a", { href: `#/units?family=${familyName}` }, familyName),
        here >= 0 ? ` · ${count(here + 1)} of ${count(order?.length)} in the table` : "",
      ),
      family.kind === "head" && headLink(`L${family.layer}H${unit}`),
    ),
    el("p.hint", `Activation: ${family.value}. Over ${count(family.policy.n_positions)} positions.`),
    el(
      "dl.strip",
      Object.keys(units.TITLES).map((k) => fact(k, k === "density" ? percent(table[k][at]) : num(table[k][at]))),
    ),
    el(
      "div.thirds",
      sectionCard(
        "writes",
        "What it writes",
        `${family.effect}.`,
        el(
          "div.logit-pair",
          el("div", el("h3", "Promoted"), logits(own.promoted.slice(0, 10))),
          el("div", el("h3", "Demoted"), logits(own.demoted.slice(0, 10), true)),
        ),
      ),
      sectionCard(
        "often",
        "How often, how strongly",
        "Bins are geometric on both sides of 0; the bin at 0 holds exact zeros.",
        el(
          "div.scroll",
          plots.histogram(trim(own.histogram), {
            label: "Activations",
            xTitle: "activation",
            text: (low, high, n) => `${num(low)} to ${num(high)}: ${count(n)} positions`,
          }),
        ),
      ),
      sectionCard(
        "near",
        "Neighbours in its layer",
        "Nearest, and farthest (most opposed).",
        own.neighbours.map((n) =>
          el(
            "div.near-far",
            el("h3", `By ${n.by}`),
            el("div", n.nearest.slice(0, shownEach).map(other)),
            el("div.far", n.farthest.slice(0, shownEach).map(other)),
          ),
        ),
        !own.neighbours.length && el("p.hint", "None were computed."),
      ),
    ),
    sectionCard(
      "examples",
      "Examples in text",
      "Blue shade: activation above 0; violet stripes: below. The framed token is the extreme.",
      [...groups(own.examples)].map(([title, list]) => [el("h3", title), list.map((e) => figure(e, most))]),
    ),
  );
  return {
    title: `${kind} ${unit}, ${familyName}`,
    node,
    start: () => {},
    keys: { j: () => go(near(1)), k: () => go(near(-1)), ArrowRight: () => go(near(1)), ArrowLeft: () => go(near(-1)) },
  };
};

// Bins at both ends that nothing fell into say nothing.
const trim = (bins) => {
  let from = 0,
    to = bins.length;
  while (from < to - 1 && !bins[from][2]) from++;
  while (to > from + 1 && !bins[to - 1][2]) to--;
  return bins.slice(from, to);
};
