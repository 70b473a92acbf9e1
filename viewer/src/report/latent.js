// The page of one latent: what it reads, through which heads it moves, where it lands, and what it writes.
import { home, link } from "./table.js";
import * as bars from "../shared/bars.js";
import { defined, stepLink } from "../shared/controls.js";
import { el, segmented } from "../shared/dom.js";
import * as example from "../shared/example.js";
import { num, percent, count, headName } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { definition, groupName } from "../shared/kinds.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import { headColor } from "../shared/theme.js";
import * as tokens from "../shared/tokens.js";

const around = (card, table, latent) => {
  // Neighbours in the order of the table as last seen, or by number.
  const seen = memory.order && memory.order.name === card.name ? memory.order.latents : null;
  const at = seen ? seen.indexOf(latent) : -1;
  if (at >= 0)
    return {
      previous: seen[at - 1],
      next: seen[at + 1],
      text: `${count(at + 1)} of ${count(seen.length)} in the table`,
      query: memory.order.query,
    };
  const position = table.position.get(latent);
  const live = (from, step) => {
    let i = from + step;
    while (i >= 0 && i < table.n && !(table.density[i] > 0)) i += step;
    return table.latent[i];
  };
  return {
    previous: live(position, -1),
    next: live(position, 1),
    text: `${count(position + 1)} of ${count(table.n)} by number`,
    query: "",
  };
};

const factStrip = (card, table, i) => {
  const kind = kinds.of(card);
  const fact = (key, name, value) => el("div", el("dt", defined(name, definition(card, key))), el("dd", value));
  const head = table.main_head[i],
    group = table.group[i],
    cluster = table.cluster[i];
  const filtered = (what, value, words) => el("a", { href: home(card, `${what}=${value}`) }, words);
  return el(
    "dl.strip",
    fact("density", "Density", percent(table.density[i])),
    fact("energy_share", "Energy", percent(table.energy_share[i])),
    fact("max_activation", "Max activation", num(table.max_activation[i])),
    kind.hasHeads && fact("effective_heads", "Effective heads", num(table.effective_heads[i], 3)),
    kind.hasIdentity && fact("identity_share", "Identity", percent(table.identity_share[i])),
    kind.hasLoadings &&
      fact("main_head", kind.hasHeads ? "Main head" : "Main layer", [
        el("span.swatch", { vars: { "--swatch": headColor(head, card.n_heads) } }),
        headName(card, head),
      ]),
    table.family[i] &&
      fact("family", "Family", [
        filtered("family", table.family[i], table.family[i]),
        ` ${percent(table.family_share[i])}`,
      ]),
    Number.isFinite(table.distance[i]) && fact("distance", "Distance", `${num(table.distance[i], 3)} tokens`),
    group >= 0 && fact("group", kind.group, filtered("group", group, groupName(card, group))),
    kind.hasLoadings && cluster >= 0 && fact("cluster", "Cluster", filtered("cluster", cluster, String(cluster))),
    fact("top_source_tokens", kind.tokens, tokens.chips(table.words("top_source_tokens", i, 5))),
    kind.keyTokens && fact("top_key_tokens", kind.keyTokens, tokens.chips(table.words("top_key_tokens", i, 5))),
  );
};

const neighbourList = (card, table, neighbours) =>
  el(
    "ol.neighbours",
    neighbours.map(([other, cosine]) => {
      const at = table.position.get(other);
      return el(
        "li",
        el("a", { href: link(card, other) }, String(other)),
        el("span.value", num(cosine, 2)),
        at === undefined
          ? null
          : [
              kinds.of(card).hasLoadings
                ? bars.mini(card, table.loadings, at * table.width, { width: 66, height: 20 })
                : el("span"),
              tokens.chips(table.words("top_source_tokens", at, 3)),
            ],
      );
    }),
  );

const groups = (examples, names) => {
  const out = new Map();
  for (const e of examples) {
    const name =
      e.kind === "top"
        ? (names && names[e.side]) || "Strongest"
        : e.quantile === null || e.quantile === undefined
          ? "Sampled"
          : `Around quantile ${num(e.quantile, 2)} of active positions`;
    if (!out.has(name)) out.set(name, []);
    out.get(name).push(e);
  }
  return out;
};

const signHint = (kind, saved) => {
  // z is signed: where it arrives negative, what the decoder row promotes is demoted.
  const strongest = saved.examples.find((e) => e.kind === "top");
  const turned = strongest && strongest.query[strongest.peak] < 0;
  return `${kind.writes}${turned ? " In its strongest examples z is negative: there the two change places." : ""}`;
};

export const page = async (data, card, latent) => {
  const [table, saved] = await Promise.all([store.loadTable(card), store.loadPage(card, latent)]);
  const i = table.position.get(latent);
  if (i === undefined)
    throw new Error(
      `${card.name} has no latent ${latent}: they run from ${table.latent[0]} to ${table.latent[table.n - 1]}`,
    );
  const kind = kinds.of(card);
  const { previous, next, text, query } = around(card, table, latent);
  const go = (other) => {
    if (other !== undefined) location.hash = link(card, other);
  };
  const step = (other, name, sign, key) =>
    stepLink(other === undefined ? null : link(card, other), sign, `${name} ${kind.noun} (${key})`);
  const loadings = Array.from(table.loadings.subarray(i * table.width, (i + 1) * table.width));
  const cardOf = (title, hint, content, extra) =>
    el("section", { class: `card ${extra || ""}` }, el("h2", title), hint && el("p.hint", hint), content);
  const examplePlace = el("div.examples");
  let figures = [];

  const showExamples = () => {
    const scale = example.scales(saved.examples);
    figures = [];
    examplePlace.replaceChildren(
      ...[...groups(saved.examples, kind.groupNames)].flatMap(([name, list]) => [
        el("h3", name),
        ...list.map((e) => {
          const f = example.figure(card, e, scale);
          figures.push(f);
          return f;
        }),
      ]),
    );
    if (!saved.examples.length)
      examplePlace.append(el("p.hint", `No examples: the ${kind.noun} was not active on the text that was read.`));
    figures.forEach((f) => f.place());
  };
  const mode = segmented(
    "Layout of examples",
    [
      ["track", "one line", "Each window as one line that scrolls sideways"],
      ["lines", "wrapped", "Each window wrapped, with the line breaks of the text"],
    ],
    example.layout.mode,
    (v) => {
      example.setLayout(v);
      showExamples();
    },
  );

  const node = el(
    "div.page.latent-page",
    el(
      "div.head",
      step(previous, "Previous", "‹", "k"),
      el("h1", `${kind.Noun} ${latent}`),
      table.label[i] && el("strong.called", table.label[i]),
      step(next, "Next", "›", "j"),
      el("span.faint", "of ", el("a", { href: home(card, query) }, card.name), ` · ${text}`),
    ),
    el("p.about", el("strong", card.title || "", ". "), kind.about),
    factStrip(card, table, i),
    !saved && el("p.card", "Only the row of this latent was saved, not its page."),
    el(
      "div.quarters",
      kind.hasLoadings && cardOf(kind.loadings, kind.loadingsHint, bars.loadingChart(card, loadings)),
      saved &&
        saved.promoted.length > 0 &&
        cardOf(
          "What it writes",
          signHint(kind, saved),
          bars.logits(saved.promoted.slice(0, 8), saved.demoted.slice(0, 8)),
        ),
      saved && cardOf("How often, how strongly", null, bars.histogram(saved.histogram, kind.at)),
      saved &&
        saved.neighbours.length > 0 &&
        cardOf(
          `Nearest ${kind.noun}s`,
          `Cosine of what they write; ${kind.hasLoadings ? "loadings; " : ""}${kind.tokens.toLowerCase()}.`,
          neighbourList(card, table, saved.neighbours.slice(0, 8)),
        ),
    ),
    saved &&
      el(
        "section.card",
        { "aria-labelledby": "examples-title" },
        el("div.head", el("h2#examples-title", "Examples in text"), mode),
        example.legend(card),
        examplePlace,
      ),
  );
  return {
    title: `${kind.Noun} ${latent} of ${card.name}`,
    node,
    start: () => {
      memory.last = { name: card.name, latent };
      if (saved) showExamples();
    },
    resize: () => figures.forEach((f) => f.place()),
    keys: {
      j: () => go(next),
      k: () => go(previous),
      ArrowRight: () => go(next),
      ArrowLeft: () => go(previous),
      w: () => mode.querySelector('[aria-pressed="false"]').click(),
    },
  };
};
