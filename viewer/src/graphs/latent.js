// The latent of a node: both of its sides on this prompt joined, and its page where a run of its dictionary was given.
import * as graphNames from "./names.js";
import * as bars from "../shared/bars.js";
import { el } from "../shared/dom.js";
import { figure as exampleFigure, scales, legend } from "../shared/example.js";
import * as kinds from "../shared/kinds.js";
import * as store from "../shared/store.js";

const MOST_EXAMPLES = 4;

const knownOf = (g, i) => g.data.latents[g.nodes.dictionary[i]];

const cardOf = (g, i) => {
  // The run's card, or as much of one as the graph knows.
  const known = knownOf(g, i);
  if (known) return known.card;
  const dictionary = g.dictionaryOf(i);
  const moved = dictionary.heads.filter((name) => !/identity/i.test(name));
  const sides = new Set(g.sameLatent(i).map((j) => g.nodes.side[j]));
  return {
    name: `${dictionary.name} of layer ${g.nodes.layer[i]}, ${sides.has("key") ? "key" : "query"}`,
    method: dictionary.kind,
    variant: dictionary.kind,
    side: sides.has("key") ? "key" : "query",
    loadings: moved.length ? "trained" : "none",
    n_heads: moved.length,
    head_names: [...moved, "identity"],
  };
};

// Both sides on this prompt as an example: f as shade, z as bars, edges from key side to query side as arcs.
const exampleOf = async (g, i) => {
  const key = g.data.tokens.map(() => 0),
    query = g.data.tokens.map(() => 0);
  const kin = g.sameLatent(i).filter((j) => g.nodes.position[j] >= 0);
  for (const j of kin) (g.nodes.side[j] === "key" ? key : query)[g.nodes.position[j]] = g.nodes.value[j];
  const arcs = [];
  for (const s of kin.filter((j) => g.nodes.side[j] === "key"))
    for (const t of kin.filter((j) => g.nodes.side[j] === "query")) {
      const e = g.edgeOf(s, t);
      if (e < 0) continue;
      const heads = await g.headsOf(e);
      arcs.push([g.nodes.position[t], g.nodes.position[s], g.edges.weight[e], heads || []]);
    }
  const side = g.nodes.side[i] === "key" ? "key" : "query";
  return {
    kind: "top",
    quantile: null,
    side,
    sequence: "this prompt",
    start: 0,
    positions: [],
    tokens: g.data.token_strings.map((_, p) => graphNames.tokenAt(g, p)),
    key,
    query,
    arcs,
    peak: g.nodes.position[i],
  };
};

export const joined = async (g, i) => {
  const example = await exampleOf(g, i),
    card = cardOf(g, i);
  const figure = exampleFigure(card, example, scales([example]));
  const caption = figure.querySelector("figcaption");
  if (caption) caption.remove();
  return figure;
};

export const link = (g, i) => {
  const known = knownOf(g, i);
  return known && known.report
    ? `${known.report}#/d/${encodeURIComponent(known.card.name)}/latent/${g.nodes.latent[i]}`
    : null;
};

const savedPage = async (g, i) => {
  const known = knownOf(g, i);
  if (!known) return null;
  const number = Math.floor(g.nodes.latent[i] / known.page_shard_size);
  if (!known.page_shards.includes(number)) return null;
  const pages = await store.load(`${known.folder}/pages-${String(number).padStart(4, "0")}`);
  return pages[g.nodes.latent[i]] || null;
};

// What the run knows of the latent: loadings, logits, strongest examples. `figures` is filled for placing.
export const page = async (g, i, figures) => {
  const saved = await savedPage(g, i);
  const row = graphNames.rowOf(g, i);
  if (!saved && !row) return null;
  const card = cardOf(g, i),
    kind = kinds.of(card);
  const part = (title, ...content) => [el("h3", title), ...content];
  const out = el("div.latent-part");
  if (row && kind.hasLoadings) out.append(...part(kind.loadings, bars.loadingChart(card, row.loadings)));
  if (!saved) return out;
  if (saved.promoted.length)
    out.append(...part("What it writes", bars.logits(saved.promoted.slice(0, 6), saved.demoted.slice(0, 6))));
  const examples = saved.examples.filter((e) => e.kind === "top").slice(0, MOST_EXAMPLES);
  if (examples.length) {
    const scale = scales(examples);
    const made = examples.map((e) => exampleFigure(card, e, scale));
    figures.push(...made);
    out.append(...part("Strongest examples in text", legend(card), ...made));
  }
  return out;
};
