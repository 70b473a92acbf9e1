// Every number of an evaluation: its name, how it is written, its definition, and which direction is better.
import { num, fixed, count } from "../shared/format.js";

const three = (v) => fixed(v, 3),
  one = (v) => fixed(v, 1);
const share = (v) => (v === null || v === undefined ? "–" : `${fixed(100 * v, 1)} %`);
const megabytes = (v) => (v === null || v === undefined ? "–" : `${num(v / 1e6, 3)} MB`);
const DEFINITIONS = {
  fvu: "Of the site that the method reconstructs. Fraction of variance unexplained: squared error divided by squared distance of the target from its mean over the training text. 0 is exact, 1 is no better than that constant. It means nothing without its L0.",
  fvu_attn_out:
    "FVU of the layer's attention output, after the reconstruction is put back where it was read from and the layer goes on: the one FVU that all methods of a layer share. It means nothing without its L0.",
  nmse: "Squared error divided by the sum of squares of the target (distance from zero, not from the mean).",
  l0_source: "Mean number of active latents at a source token, before anything is moved.",
  l0_dest:
    "Latents at a destination: of a code that is moved, those that carry 90 % of the energy (a latent with many heads lands in more places); of a code counted there, those that are active.",
  dead_share: "Share of latents never active at the counted positions of the held-out text.",
  dense_share: "Share of L0 from latents that are active on more than a fifth of the positions.",
  shrinkage:
    "Bias of scale: what the reconstruction would have to be divided by. 1 is unbiased, 0.8 is a fifth too small.",
  ce_delta: "Rise of the next-token loss (nats per token) when the reconstruction replaces the layer's output.",
  ce_recovered_mean: "Share of the loss gap to mean-ablation that is closed: (mean − spliced) / (mean − clean).",
  ce_recovered_zero: "The same against zero-ablation: (zero − spliced) / (zero − clean).",
  kl: "Mean KL divergence (nats) from the clean model's next-token distribution to the spliced model's.",
  pattern_nmse:
    "Squared error of the attention patterns that it makes, over their variance (causal entries of counted queries).",
  pattern_kl: "KL (nats) of a query's pattern from the one that it makes.",
  pattern_nmse_off_sink:
    "Squared error of the same patterns over what they differ from their mean over sequences, without the sink key; mean over heads. The goal is 0.1, with few active latents on both sides.",
  l0_key: "Mean number of latents that fire on a key, of a code with two sides (L0 dst: on a query).",
  densest: "Share of positions on which the most frequent latent fires, on the denser of its two sides.",
  effective_heads:
    "(sum of |loading|)² / sum of loading², over the heads and the identity, averaged with energy as weight: 1 means one head a latent. It depends on how loadings were initialized, so read it from both inits.",
  identity_share: "Energy-weighted share of squared loading on the identity head, which moves nothing.",
  train_seconds: "Seconds of training, on the machine of this run.",
  train_memory: "What a training step was planned with, optimizer included.",
  n_latents: "Number of latents of a dictionary, or rank of a linear baseline.",
  n_train_tokens: "Tokens seen in training, in millions.",
};
/** @typedef {keyof typeof DEFINITIONS} MetricKey */
/** @type {(key: MetricKey, title: string, show: (v: any) => string, better: -1 | 0 | 1, chart?: "log" | "zero" | "plain") => any} */
const metric = (key, title, show, better, chart) => ({ key, title, show, better, chart, definition: DEFINITIONS[key] });

// `better`: 1 if larger is, -1 if smaller is, 0 if neither. `chart`: how its axis starts, none where it is not drawn.
export const METRICS = [
  metric("fvu", "FVU", three, -1, "log"),
  metric("fvu_attn_out", "FVU attn out", three, -1, "log"),
  metric("nmse", "NMSE", three, -1, "log"),
  metric("l0_source", "L0 src", one, 0),
  metric("l0_dest", "L0 dest", one, 0),
  metric("dead_share", "Dead", share, -1),
  metric("dense_share", "Dense", share, -1),
  metric("shrinkage", "Shrink.", three, 0),
  metric("ce_delta", "ΔCE", (v) => fixed(v, 4), -1, "zero"),
  metric("ce_recovered_mean", "CE rec.", share, 1, "plain"),
  metric("ce_recovered_zero", "CE rec. 0", share, 1, "plain"),
  metric("kl", "KL", (v) => fixed(v, 4), -1, "log"),
  metric("pattern_nmse_off_sink", "Off the sink", three, -1, "log"),
  metric("l0_key", "L0 key", one, 0),
  metric("densest", "Densest", share, -1),
  metric("pattern_nmse", "Pattern nMSE", three, -1, "log"),
  metric("pattern_kl", "Pattern KL", three, -1),
  metric("effective_heads", "Eff. heads", (v) => fixed(v, 2), 0, "zero"),
  metric("identity_share", "Identity", share, 0, "zero"),
  metric("train_seconds", "Train s", one, -1),
  metric("train_memory", "Memory", megabytes, -1),
  metric("n_latents", "Width", count, 0),
  metric("n_train_tokens", "Tokens", (v) => (v === null ? "–" : `${num(v / 1e6, 3)} M`), 0),
];
export const byKey = new Map(METRICS.map((m) => [m.key, m]));
export const CHARTED = METRICS.filter((m) => m.chart);

// The columns that compare methods; the rest are shown when asked for.
export const MAIN = new Set([
  "fvu", "fvu_attn_out", "l0_source", "l0_dest", "ce_recovered_mean", "kl", "pattern_nmse", "pattern_nmse_off_sink", "l0_key",
  "dead_share", "dense_share", "effective_heads", "train_seconds", "train_memory",
]); // prettier-ignore

// Why a number is not there.
const BASELINE = "Not a dictionary: nothing switches on and off, and nothing is trained step by step.";
const ABSENT = {
  fvu_attn_out: "It was not put back as one layer's attention output: it spans layers or rewrites the stream.",
  l0_source: "Its code is counted at destinations, on what arrived.",
  l0_dest: "Its code is counted at sources; how many latents arrive was not counted.",
  pattern_nmse: "It makes no attention patterns for the model's own heads.",
  pattern_kl: "It makes no attention patterns for the model's own heads.",
  pattern_nmse_off_sink:
    "It makes no attention patterns for the model's own heads, or was scored by an earlier version.",
  l0_key: "Its code has one side, or was scored by an earlier version.",
  densest: "Its code has one side, or was scored by an earlier version.",
  effective_heads: "Its latents have no trained loadings over heads.",
  identity_share: "It has no identity head.",
  dense_share: "Not counted.",
  train_seconds: "Not recorded.",
  train_memory: "Not recorded.",
  n_latents: "Its width is that of the layer or follows from other settings.",
};
const ONLY_DICTIONARIES = new Set([
  "l0_source", "l0_dest", "dead_share", "dense_share", "effective_heads", "identity_share", "train_seconds",
  "train_memory", "n_train_tokens",
]); // prettier-ignore
export const whyAbsent = (e, key) =>
  e.seed === null && ONLY_DICTIONARIES.has(key) ? BASELINE : ABSENT[key] || "Not measured.";
