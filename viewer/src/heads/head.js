// One head: its scores among all heads, its mix, the threshold curve, rows in text, unknown rows, ablation, parts, neighbours.
import * as ablation from "./ablation.js";
import { panel } from "./inspector.js";
import * as mix from "./mix.js";
import { palette, plain } from "./names.js";
import { defined, sectionCard, stepLink } from "../shared/controls.js";
import * as overview from "./overview.js";
import * as plots from "./plots.js";
import * as relatives from "./relatives.js";
import * as splitHead from "./split.js";
import * as headTable from "./table.js";
import { el } from "../shared/dom.js";
import * as saving from "../shared/export.js";
import { percent, num, count } from "../shared/format.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import * as theme from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import { chip } from "../shared/tokens.js";

const SHORT = 26;

const scoreList = (data, at) => {
  const ranked = data.scores
    .filter((s) => s.values[at] !== null)
    .map((s) => {
      const there = s.values.filter((v) => v !== null);
      return { s, v: s.values[at], rank: 1 + there.filter((v) => v > s.values[at]).length, n: there.length };
    });
  const groups = new Map();
  for (const r of ranked) groups.set(r.s.group, [...(groups.get(r.s.group) || []), r]);
  return el(
    "div.score-groups",
    [...groups].map(([group, list]) =>
      el(
        "div",
        el("h3", group),
        el(
          "dl.lines.score-list",
          list.map(({ s, v, rank, n }) => [
            el("dt", defined(s.title, s.definition)),
            el("dd", headTable.show(s, v), el("span", { class: rank <= 3 ? "rank top" : "rank" }, ` ${rank} of ${n}`)),
          ]),
        ),
      ),
    ),
  );
};

const mixes = (data, at, colours) => {
  const mass = mix.massParts(data.rows, at),
    rows = mix.classParts(data.rows, at);
  const line = (title, parts) =>
    el(
      "div.mix-line.wide",
      el("span", title),
      el("div", mix.bar(colours, parts, { label: mix.words(parts) }), el("p.hint", mix.words(parts, 5))),
    );
  return [line("Mass", mass), line("Rows", rows)];
};

const byDestination = (data, own, colours) => {
  const { destinations, classes, threshold } = data.rows;
  const rows = own.rows.counts.map((list, d) => {
    const n = list.reduce((sum, [, c]) => sum + c, 0);
    return { d, n, parts: list.map(([c, v]) => [classes[c], v / n]) };
  });
  return sectionCard(
    "destinations",
    "By destination token",
    `Classes of rows at the ${percent(threshold)} rule, for the commonest destination tokens and all others.`,
    rows
      .filter((r) => r.n)
      .map(({ d, n, parts }) =>
        el(
          "div.mix-line.destination",
          d < destinations.length ? chip(destinations[d]) : el("span.faint", "all others"),
          mix.bar(colours, parts, { label: mix.words(parts) }),
          el("span.value.number", count(n)),
        ),
      ),
  );
};

const curve = (data, own, colours) => {
  const entries = Object.entries(own.rows.curve).map(([c, values]) => [data.rows.classes[c], values]);
  const big = entries.filter(([name, v]) => Math.max(...v) >= 0.01 || name === "unknown");
  const rest = data.rows.thresholds.map((_, i) =>
    entries.filter((e) => !big.includes(e)).reduce((s, e) => s + e[1][i], 0),
  );
  const layers = big.map(([name, values]) => ({
    name: plain(name),
    short: plain(name),
    colors: colours.both(name),
    values,
  }));
  if (Math.max(...rest) > 0)
    layers.splice(-1, 0, {
      name: "classes below 1 %",
      short: "",
      colors: [theme.color("edge"), theme.color("edge")],
      values: rest,
    });
  const draw = (width) =>
    plots.stacked(data.rows.thresholds, layers, {
      width,
      label: "Share of rows by class at each threshold",
      xTitle: "threshold: mass a class must hold",
      yTitle: "share of rows",
      xText: (t) => `${Math.round(100 * t)} %`,
      tell: (one) => [
        el("strong", one.name),
        tip.lines(
          ...[0, 15, 19]
            .filter((i) => i < one.values.length)
            .map((i) => [`at ${Math.round(100 * data.rows.thresholds[i])} %`, percent(one.values[i])]),
        ),
      ],
    });
  const place = el("div.curve-place");
  const card = sectionCard(
    "curve",
    "Threshold curve",
    "How the classes of rows change with the threshold; stripes are two behaviours together.",
    place,
    el(
      "div",
      saving.buttons(() => place.querySelector("svg"), "threshold-curve"),
    ),
  );
  card.redraw = () => place.replaceChildren(draw(Math.min(620, Math.max(300, place.clientWidth || 520))));
  return card;
};

const tokenLists = (windows) => {
  const list = (title, tokens) =>
    el(
      "div",
      el("h3", title),
      el(
        "div.token-cloud",
        tokens.slice(0, SHORT).map(([t, v]) => tip.attach(chip(t), () => `mass ${num(v)}`)),
      ),
    );
  return [
    list("Tokens that attend most", windows.top_query_tokens),
    list("Tokens most attended to", windows.top_key_tokens),
  ];
};

const where = (windows) => {
  const total = windows.distances.values.reduce((s, v) => s + v, 0) || 1;
  const { edges } = windows.distances;
  const used = windows.distances.values.map((v, i) => [edges[i], edges[i + 1], v / total]);
  while (used.length > 1 && !used[used.length - 1][2]) used.pop();
  return sectionCard(
    "where",
    "Where it looks",
    "Attention mass in the windows above, by distance and by token.",
    el(
      "div",
      plots.histogram(used, {
        label: "Attention mass by distance",
        xTitle: "distance from query to key, tokens",
        log: false,
        text: (low, high, v) => `${low === high - 1 ? low : `${low} to ${high - 1}`} tokens: ${percent(v)}`,
        height: 210,
      }),
    ),
    el("div.stack", tokenLists(windows)),
  );
};

export const page = async (data, name, query) => {
  const match = /^L(\d+)H(\d+)$/.exec(name);
  const at = match ? data.heads.findIndex(([l, h]) => l === Number(match[1]) && h === Number(match[2])) : -1;
  if (at < 0)
    throw new Error(
      `There is no head ${name}; this model has ${data.heads.length} heads, L${data.heads[0][0]}H${data.heads[0][1]} to L${data.heads.at(-1)[0]}H${data.heads.at(-1)[1]}.`,
    );
  const [layer, head] = data.heads[at];
  const own = await store.load(`head/${name}`);
  const colours = palette(
    data.rows ? data.rows.behaviours.map((b) => b.name) : own.windows ? own.windows.behaviours : [],
  );
  const order = memory.order && memory.order.includes(name) ? memory.order : data.heads.map(([l, h]) => `L${l}H${h}`);
  const place = order.indexOf(name);
  const go = (other) => other && (location.hash = `#/head/${other}`);
  const step = (other, sign, label) => stepLink(other && `#/head/${other}`, sign, label);
  const given = new URLSearchParams(query);
  const inspector =
    own.windows &&
    own.windows.windows.length > 0 &&
    panel(name, own.windows, colours, given, (s) =>
      history.replaceState(null, "", `#/head/${name}?w=${s.w}${s.q === null ? "" : `&q=${s.q}`}`),
    );
  const family = data.families.find((f) => f.kind === "head" && f.layer === layer);
  const unknown = data.rows ? data.rows.proposals.filter((p) => p.heads.some(([n]) => n === name)) : [];
  const curveCard = data.rows && own.rows && curve(data, own, colours);
  const parts = [
    ["scores", "Scores"],
    data.rows && own.rows && ["rows-mix", "Mix"],
    inspector && ["rows", "Rows in text"],
    own.ablations.length && ["ablations", "Ablated"],
    own.splits.length && ["splits", "In parts"],
    own.neighbours.length && ["neighbours", "Neighbours"],
  ].filter(Boolean);
  const jump = (id) => document.getElementById(id)?.scrollIntoView({ block: "start" });
  const node = el(
    "div.page.head-page",
    el(
      "div.head",
      step(order[place - 1], "‹", "Previous head (k)"),
      el("h1", name),
      step(order[place + 1], "›", "Next head (j)"),
      el("span.faint", `layer ${layer}, head ${head} · ${place + 1} of ${order.length}`),
      family && el("a", { href: `#/unit/${family.name}/${head}` }, "what its output does"),
      data.dictionaries
        .filter((d) => d.layer === layer)
        .map((d) =>
          el(
            "a",
            { href: `${data.report}/index.html#/d/${encodeURIComponent(d.name)}?head=${head}` },
            `latents of ${d.name}`,
          ),
        ),
    ),
    el(
      "nav.parts",
      { "aria-label": "Parts of this page" },
      parts.map(([id, text]) => el("button.quiet", { onclick: () => jump(id) }, text)),
    ),
    data.rows &&
      own.rows &&
      sectionCard(
        "rows-mix",
        "What it attends to",
        `Over ${count(data.rows.n_rows)} rows. Entropy of mass ${num(own.rows.mass_entropy, 3)} nats, of classes ${num(own.rows.class_entropy, 3)}.`,
        mix.legend(colours, data.rows.behaviours),
        mixes(data, at, colours),
      ),
    data.scores.length > 0 &&
      sectionCard("scores", "Scores", "With the head's rank among all heads, 1 for the largest.", scoreList(data, at)),
    data.rows && own.rows && el("div.two", byDestination(data, own, colours), el("div.stack", curveCard)),
    inspector && inspector.node,
    own.windows && where(own.windows),
    unknown.length > 0 &&
      sectionCard(
        "unknown",
        "Its unknown rows",
        "Clusters of unknown rows in which this head is among those with the most rows.",
        overview.proposals(unknown, name),
      ),
    own.ablations.length > 0 &&
      sectionCard(
        "ablations",
        "Ablated",
        "Row put on BOS, mean or resampled; output zeroed, mean or resampled; with later patterns frozen (what is left is the direct effect).",
        own.ablations.map((a) => ablation.section(a, name)),
      ),
    own.splits.length > 0 &&
      sectionCard(
        "splits",
        "The head in parts",
        "Sub-heads that sum to the head, each with its own effect on the next-token loss.",
        own.splits.map((s) => splitHead.section(s, colours)),
      ),
    own.neighbours.length > 0 && relatives.neighbours(own),
    own.preferences && own.preferences.length > 0 && relatives.preferences(own, head),
  );
  return {
    title: name,
    node,
    start: () => {
      if (curveCard) curveCard.redraw();
      if (inspector) inspector.open();
      if (given.has("w") || given.has("q")) jump("rows");
    },
    resize: () => curveCard && curveCard.redraw(),
    keys: {
      j: () => go(order[place + 1]),
      k: () => go(order[place - 1]),
      r: () => jump("rows"),
      b: () => jump("ablations"),
      ...(inspector ? inspector.keys : {}),
    },
  };
};
