// What nodes and edges are called, and how each kind of node is drawn.
import { shapePath } from "../shared/shapes.js";
import { el, svg } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { num } from "../shared/format.js";
import * as theme from "../shared/theme.js";
import { lines } from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";
import { shown } from "../shared/tokens.js";

// Colours of Okabe and Ito; the shape tells the same, for readers who see no colours.
export const LOOKS = {
  embedding: { shape: "square", hue: "hue-7", title: "token" },
  key: { shape: "circle", hue: "hue-0", title: "key side: read at a source, before anything moves" },
  query: { shape: "diamond", hue: "hue-2", title: "query side: what has arrived at a destination" },
  own: { shape: "square", hue: "hue-4", title: "latent that moves nothing (MLP)" },
  error: { shape: "cross", hue: "identity", title: "error: what no latent explains" },
  bias: { shape: "circle", hue: "identity", hollow: true, title: "bias" },
  logit: { shape: "triangle", hue: "hue-3", title: "logit" },
};
export const SHORT = {
  embedding: "token",
  key: "key side",
  query: "query side",
  own: "MLP latent",
  error: "error",
  bias: "bias",
  logit: "logit",
};
export const lookName = (g, i) => (g.nodes.kind[i] === "latent" ? g.nodes.side[i] || "own" : g.nodes.kind[i]);
export const look = (g, i) => LOOKS[lookName(g, i)];

export const mark = (name, size = 14) => {
  const { shape, hue, hollow } = LOOKS[name];
  const ink = theme.color(hue);
  const d = shapePath(shape, size / 2, size / 2, size * 0.35);
  return svg(
    "svg.node-mark",
    { width: size, height: size, "aria-hidden": "true" },
    svg("path", { d, fill: hollow ? "none" : ink, stroke: ink, "stroke-width": hollow ? 1.8 : 0 }),
  );
};

// A first token without text is the mark of the beginning.
export const tokenAt = (g, position) =>
  position < 0 ? "" : g.data.token_strings[position] || (position === 0 ? "<bos>" : "");
export const textOf = (g, i) => {
  // The token of an embedding or a logit.
  const { kind, label, token, position } = g.nodes;
  if (label[i]) return label[i];
  if (kind[i] === "embedding") return tokenAt(g, position[i]);
  const at = g.data.tokens.indexOf(token[i]);
  return at >= 0 ? g.data.token_strings[at] : `token ${token[i]}`;
};
const partName = { attn: "attention", mlp: "MLP" };
export const where = (g, i) => `layer ${g.nodes.layer[i]} ${partName[g.nodes.part[i]] || ""}`.trim();
export const rowOf = (g, i) => {
  const known = g.nodes.kind[i] === "latent" ? g.data.latents[g.nodes.dictionary[i]] : null;
  return known ? known.rows[g.nodes.latent[i]] || null : null;
};

// Short, for labels: L1 #9, ‘ Dursley’, error L0.
export const brief = (g, i) => {
  const { kind, layer, latent, label } = g.nodes;
  if (kind[i] === "embedding" || kind[i] === "logit") return `‘${shown(textOf(g, i))}’`;
  if (kind[i] === "latent") return label[i] === null ? `L${layer[i]} #${latent[i]}` : label[i];
  return layer[i] === null ? kind[i] : `${kind[i]} L${layer[i]}`;
};
// What a latent is about in a few letters: its label, else its number and the token it reads most, else the one it is at.
export const caption = (g, i) => {
  const { label, latent, position } = g.nodes;
  return label[i] ?? `#${latent[i]} ‘${shown(rowOf(g, i)?.tokens[0] ?? tokenAt(g, position[i]))}’`;
};
export const full = (g, i) => {
  const { kind, position, layer, latent, side } = g.nodes;
  const at = position[i] < 0 ? "" : ` at ${position[i]}`;
  if (kind[i] === "embedding") return `token ‘${shown(textOf(g, i))}’${at}`;
  if (kind[i] === "logit") return `logit of ‘${shown(textOf(g, i))}’`;
  if (kind[i] === "latent") return `latent ${latent[i]} of layer ${layer[i]}, ${SHORT[side[i] || "own"]}${at}`;
  return layer[i] === null ? "biases of readers" : `${kind[i]} of ${where(g, i)}${at}`;
};
// Where most of a query side comes from, and where most of a key side goes.
const flow = (g, i) => {
  if (g.nodes.kind[i] !== "latent" || g.nodes.side[i] === "own") return "";
  const isQuery = g.nodes.side[i] === "query";
  const e = isQuery ? g.incoming(i)[0] : g.outgoing(i)[0];
  const other = e === undefined ? -1 : isQuery ? g.edges.source[e] : g.edges.target[e];
  if (other < 0 || g.nodes.position[other] < 0) return "";
  return `${isQuery ? "from" : "to"} ${shown(tokenAt(g, g.nodes.position[other]))} ${g.nodes.position[other]}`;
};
// What a latent is about, where a run tells: its tokens, then what it promotes.
export const hint = (g, i) => {
  const row = rowOf(g, i);
  if (!row) return flow(g, i);
  const read = row.tokens.slice(0, 3).map(shown).join("  ");
  const wrote = row.promoted.slice(0, 2).map(shown).join("  ");
  return wrote ? `${read} → ${wrote}` : read;
};
// What search looks through.
export const words = (g, i) => {
  const { label, latent } = g.nodes;
  const own = [label[i], latent[i], full(g, i), brief(g, i), tokenAt(g, g.nodes.position[i])];
  return [...own, hint(g, i)]
    .filter((v) => v !== null)
    .join(" ")
    .toLowerCase();
};

// Which head of the model a term of an edge belongs to: [layer, head], or null (identity, a group of a Lorsa).
export const headAt = (g, e, h) => {
  const dictionary = g.crosses(e),
    name = dictionary.heads[h];
  if (name === undefined || /identity/i.test(name)) return null;
  const two = /^L?(\d+)[.H](\d+)$/.exec(name),
    one = /^(?:head )?(\d+)$/.exec(name);
  if (two) return [Number(two[1]), Number(two[2])];
  return one ? [g.nodes.layer[g.edges.target[e]], Number(one[1])] : null;
};
export const headColor = (dictionary, h) => {
  const n = dictionary.heads.length - (/identity/i.test(dictionary.heads[dictionary.heads.length - 1]) ? 1 : 0);
  return theme.headColor(h, n);
};

export const tip = (g, i) => {
  const { value, pre, probability, error_norm, position } = g.nodes;
  const row = rowOf(g, i);
  return [
    el("strong", mark(lookName(g, i)), " ", full(g, i)),
    lines(
      position[i] >= 0 && ["at token", tokens.chip(tokenAt(g, position[i]))],
      g.nodes.kind[i] === "latent" && ["activation", num(value[i])],
      g.nodes.kind[i] === "logit" && ["probability", num(probability[i])],
      pre[i] !== null && Math.abs(pre[i] - value[i]) > 1e-4 * Math.abs(value[i]) && ["flows in", num(pre[i])],
      g.influence[i] > 0 && ["influence", format.percent(g.influence[i])],
      error_norm[i] !== null && ["norm of the error", format.percent(error_norm[i])],
      row && ["tokens", tokens.chips(row.tokens.slice(0, 4))],
      row && row.promoted.length > 0 && ["promotes", tokens.chips(row.promoted.slice(0, 4))],
    ),
  ];
};
