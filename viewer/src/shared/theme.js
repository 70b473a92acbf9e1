// Light and dark; colours of heads, variants and signs. Colours that charts draw with are read from the style sheet.
import { shapePath } from "./shapes.js";
import { el, svg } from "./dom.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();
const remembered = () => {
  try {
    return localStorage.getItem("polyhead-theme");
  } catch {
    return null;
  }
};
let choice = remembered() || "auto";

const apply = () => {
  root.dataset.theme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
  for (const listener of [...listeners]) listener();
};
const choose = (next) => {
  choice = next;
  try {
    localStorage.setItem("polyhead-theme", next);
  } catch {
    /* a browser may forbid storage for files */
  }
  apply();
};
system.addEventListener("change", apply);
apply();

export const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

// Okabe and Ito's eight colours; yellow (brown on white) and black are adapted to the background. Above eight heads the colours
// repeat with another marker shape, and the head's number is always written beside them.
const N_HUES = 8;
const SHAPES = ["circle", "square", "triangle", "diamond", "cross"];
export const headColor = (head, nHeads) => (head >= nHeads ? color("identity") : color(`hue-${head % N_HUES}`));
export const headShape = (head, nHeads) =>
  head >= nHeads ? "circle" : SHAPES[Math.floor(head / N_HUES) % SHAPES.length];
export const clusterColor = (cluster) => (cluster < 0 ? color("identity") : color(`hue-${cluster % N_HUES}`));
export const clusterShape = (cluster) =>
  cluster < 0 ? "circle" : SHAPES[Math.floor(cluster / N_HUES) % SHAPES.length];

// Name, colour, marker and line of everything that is evaluated: eight colours, told apart further by markers and lines.
// An MTC has its marker from how its loadings started; a method that is not listed gets its place by its name.
const VARIANTS = {
  free: ["Free loadings", "free"],
  top1: ["Top-1 (one head each)", "top1"],
  top1_choice: ["Top-1 by choice", "top1"],
  top1_argmax: ["Top-1 by argmax", "hue-4"],
  shuffled: ["Shuffled patterns (control)", "shuffled"],
  mtc_rank: [null, "hue-5", "square"],
  joint_sae_mtc: [null, "hue-6", "triangle"],
  dynamic_head: [null, "hue-4", "diamond"],
  attn_out_sae: [null, "hue-7", "square"],
  attn_value_sae: [null, "hue-2", "diamond"],
  lorsa: [null, "hue-3", "triangle"],
  gated_attention: [null, "hue-1", "cross"],
  replacement: [null, "hue-5", "cross"],
  cross_layer_transcoder: [null, "hue-0", "diamond"],
  two_type_features: [null, "hue-3", "square"],
  attn_out_crosscoder: [null, "hue-2", "square"],
  qk_diagonal: [null, "hue-6", "diamond"],
  qk_mask: [null, "hue-4", "triangle"],
  combined_layer: [null, "hue-7", "triangle"],
  sae: ["Output SAE", "sae"],
  pca: ["Output PCA", "pca"],
  head_svd: ["Head SVD", "svd"],
  head_data_svd: ["Head SVD with data", "dsvd"],
  mean: ["Mean", "muted"],
  zero: ["Zero", "muted"],
  clean: ["Clean", "muted"],
};
const DASHES = { square: "7 3", triangle: "2 3", diamond: "9 3 2 3", cross: "4 4" };
const titles = new Map();
export const setTitles = (cards) => {
  for (const card of cards) if (card.title) titles.set(card.method || card.variant, card.title);
};
const plainOf = (v) => v.replace(/ shuffled$/, "");
const placed = (v) => {
  if (VARIANTS[v]) return VARIANTS[v];
  const sum = [...v].reduce((total, c) => (31 * total + c.charCodeAt(0)) % 9973, 7);
  return [null, `hue-${sum % N_HUES}`, SHAPES[1 + (sum % (SHAPES.length - 1))]];
};
export const variantName = (v) => {
  const plain = plainOf(v);
  const name = placed(plain)[0] || titles.get(plain) || plain;
  return plain === v ? name : `${name}, shuffled patterns (control)`;
};
export const variantColor = (v) => color(plainOf(v) === v ? placed(v)[1] : "shuffled");
export const variantShape = (v) => placed(plainOf(v))[2] || null;
export const variantDash = (v) => DASHES[variantShape(v)] || null;
// The small mark of a variant in legends and tables: its colour, and its marker where it has one of its own.
export const variantMark = (v) => {
  const shape = variantShape(v);
  if (!shape) return el("span.swatch", { vars: { "--swatch": variantColor(v) } });
  const path = svg("path", { d: shapePath(shape, 6, 6, 4.6), fill: variantColor(v) });
  return svg("svg.mark-swatch", { width: 12, height: 12, "aria-hidden": "true" }, path);
};

export const onChange = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const current = () => root.dataset.theme;
export const toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");
