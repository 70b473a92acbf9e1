// The table of evaluations: seeds averaged or one by one, sorted by any column, each heading with its definition.
import { INIT_NAMES, shortTarget } from "./frontier.js";
import { METRICS, MAIN, whyAbsent } from "./metrics.js";
import { foldedCard } from "../shared/controls.js";
import { el, segmented } from "../shared/dom.js";
import { variantName, variantMark, variantShape } from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const mean = (list, key) => {
  const values = list.map((e) => e[key]).filter((v) => v !== null && v !== undefined);
  return values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
};
const absent = (v) => v === null || v === undefined;
const grouped = (all) => {
  const groups = new Map();
  for (const e of all) {
    const key = JSON.stringify([e.variant, e.init, e.sparsity, e.n_latents, e.layer, e.target]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(e);
  }
  return [...groups.values()].map((members) => {
    const row = { ...members[0], members, ranges: {} };
    for (const { key } of METRICS) {
      row[key] = mean(members, key);
      const values = members.map((e) => e[key]).filter((v) => v !== null && v !== undefined);
      row.ranges[key] = values.length > 1 ? [Math.min(...values), Math.max(...values)] : null;
    }
    return row;
  });
};
const interval = (members, key) => {
  // 95 % over documents, averaged over seeds.
  const found = members.map((e) => e.intervals?.[key]).filter(Boolean);
  const average = (side) => found.reduce((a, i) => a + i[side], 0) / found.length;
  return found.length ? { low: average("low"), high: average("high"), n: found[0].n_documents } : null;
};
const compare = (key, direction) => (a, b) => {
  const x = a[key],
    y = b[key];
  if (x === null || x === undefined) return y === null || y === undefined ? 0 : 1;
  if (y === null || y === undefined) return -1;
  if (typeof x === "string") return direction * x.localeCompare(y, "en", { numeric: true });
  return direction * (x - y);
};

export const table = (all, cards) => {
  const layers = new Set(all.map((e) => e.layer)),
    targets = new Set(all.map((e) => e.target));
  const pages = new Set(cards.map((c) => c.name));
  const seeds = new Set(all.map((e) => e.seed).filter((s) => s !== null));
  const state = { mode: seeds.size > 1 ? "mean" : "each", wide: false, key: null, direction: 1 };
  const initOf = (e) => !variantShape(e.variant) && INIT_NAMES[e.init];
  const inits = new Set(all.map(initOf).filter(Boolean));
  const apart = all.some((e) => !absent(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
  /** @type {any[]} */
  const text = [
    {
      key: "variant",
      title: "What",
      definition:
        "The method. Of multitoken transcoders, free: any mixture of heads per latent; Top-1: one head a latent; shuffled: free, given the attention patterns of another sequence (a control). PCA and SVD are linear baselines.",
    },
    { key: "sparsity", title: "Setting", definition: "Sparsity of a dictionary, or rank of a linear baseline." },
    inits.size > 1 && {
      key: "init",
      title: "Init",
      definition: "How head loadings began: one-hot on one head each, or spread over all.",
    },
    layers.size > 1 && { key: "layer", title: "Layer", definition: "Layer of the base model." },
    targets.size > 1 && { key: "target", title: "Target", definition: "Site that is reconstructed." },
    { key: "seed", title: "Seed", definition: "Random seed, or how many seeds were averaged." },
  ].filter(Boolean);
  const known = METRICS.filter((m) => all.some((e) => !absent(e[m.key])) && (m.key !== "fvu_attn_out" || apart));
  const more = known.some((m) => !MAIN.has(m.key));
  let shown = [];
  const head = el("tr");
  const body = el("tbody");

  all = [...all].sort((a, b) => Number(a.seed === null) - Number(b.seed === null)); // dictionaries first, then baselines
  const redraw = () => {
    const rows = state.mode === "mean" ? grouped(all) : all.map((e) => ({ ...e, members: [e], ranges: {} }));
    if (state.key) rows.sort(compare(state.key, state.direction));
    for (const cell of head.children) {
      const active = cell.dataset.key === state.key;
      cell.setAttribute("aria-sort", active ? (state.direction > 0 ? "ascending" : "descending") : "none");
    }
    body.replaceChildren(...rows.map(line));
  };
  const rebuild = () => {
    shown = known.filter((m) => state.wide || MAIN.has(m.key));
    head.replaceChildren(...[...text, ...shown].map(heading));
    redraw();
  };
  const line = (row) => {
    const linked = row.members.find((e) => pages.has(e.name));
    const name = linked
      ? el(
          "a",
          { href: `#/d/${encodeURIComponent(linked.name)}`, title: `Latents of ${linked.name}` },
          variantName(row.variant),
        )
      : variantName(row.variant);
    const seed = row.members.length > 1 ? `${row.members.length} seeds` : (row.seed ?? "–");
    const plain = {
      variant: el("span.named", variantMark(row.variant), name),
      sparsity: row.sparsity,
      init: initOf(row) || "–",
      layer: row.layer,
      target: el("span", { title: row.target }, shortTarget(row.target)),
      seed,
    };
    return el(
      "tr",
      { title: row.members.map((e) => e.name).join(", ") },
      text.map((c) => el("td", { class: c.key }, plain[c.key])),
      shown.map((m) => {
        const range = row.ranges[m.key];
        const wide = range && range[0] !== range[1];
        const over = interval(row.members, m.key);
        const notes = [
          over && `95 % over ${over.n} documents: ${m.show(over.low)} to ${m.show(over.high)}`,
          wide && `seeds: ${m.show(range[0])} to ${m.show(range[1])}`,
        ].filter(Boolean);
        const none = absent(row[m.key]);
        return el(
          "td",
          { class: none ? "number none" : "number", title: none ? whyAbsent(row, m.key) : notes.join("; ") || null },
          none ? "–" : m.show(row[m.key]),
          over && el("small.half-width", ` ± ${m.show((over.high - over.low) / 2)}`),
        );
      }),
    );
  };
  const heading = (c) => {
    const button = el("button", c.title);
    button.addEventListener("click", () => {
      const same = state.key === c.key;
      state.direction = same ? -state.direction : c.better === 1 ? -1 : 1;
      state.key = c.key;
      redraw();
    });
    tip.attach(button, () => el("p", c.definition));
    return el("th", { scope: "col", "data-key": c.key, class: c.show ? "number" : c.key }, button);
  };
  rebuild();
  return foldedCard(
    "scores",
    "All evaluations",
    el(
      "div.head",
      seeds.size > 1 &&
        segmented("Seeds", { mean: "mean of seeds", each: "each seed" }, state.mode, (v) => {
          state.mode = v;
          redraw();
        }),
      more &&
        segmented("Columns", { main: "main columns", all: "all" }, "main", (v) => {
          state.wide = v === "all";
          rebuild();
        }),
    ),
    el(
      "p.hint",
      "On held-out text. Headings sort; point at one for its definition, at a mean for the range over seeds, at a dash for why there is no number.",
    ),
    el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": "Table of evaluations" },
      el("table.scores", el("thead", head), body),
    ),
  );
};
