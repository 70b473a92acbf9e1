// Every number of an evaluation: its name, how it is written, its definition, and which direction is better.
import { num, fixed, count } from "../shared/format.js";

const three = (v) => fixed(v, 3),
  one = (v) => fixed(v, 1);
const share = (v) => (v === null || v === undefined ? "–" : `${fixed(100 * v, 1)} %`);
const megabytes = (v) => (v === null || v === undefined ? "–" : `${num(v / 1e6, 3)} MB`);
const column = (key, title, show, better, definition, chart) => ({ key, title, show, better, definition, chart });

export const METRICS = [
  column(
    "fvu",
    "FVU",
    three,
    -1,
    "Of the site that the method reconstructs. Fraction of variance unexplained: squared error divided by squared distance of the target from its mean over the training text. 0 is exact, 1 is no better than that constant. It means nothing without its L0.",
    "log",
  ),
  column(
    "fvu_attn_out",
    "FVU attn out",
    three,
    -1,
    "FVU of the layer's attention output, after the reconstruction is put back where it was read from and the layer goes on: the one FVU that all methods of a layer share. It means nothing without its L0.",
    "log",
  ),
  column(
    "nmse",
    "NMSE",
    three,
    -1,
    "Squared error divided by the sum of squares of the target (distance from zero, not from the mean).",
    "log",
  ),
  column("l0_source", "L0 src", one, 0, "Mean number of active latents at a source token, before anything is moved."),
  column(
    "l0_dest",
    "L0 dest",
    one,
    0,
    "Latents at a destination: of a code that is moved, those that carry 90 % of the energy (a latent with many heads lands in more places); of a code counted there, those that are active.",
  ),
  column(
    "dead_share",
    "Dead",
    share,
    -1,
    "Share of latents never active at the counted positions of the held-out text.",
  ),
  column(
    "dense_share",
    "Dense",
    share,
    -1,
    "Share of L0 from latents that are active on more than a fifth of the positions.",
  ),
  column(
    "shrinkage",
    "Shrink.",
    three,
    0,
    "Bias of scale: what the reconstruction would have to be divided by. 1 is unbiased, 0.8 is a fifth too small.",
  ),
  column(
    "ce_delta",
    "ΔCE",
    (v) => fixed(v, 4),
    -1,
    "Rise of the next-token loss (nats per token) when the reconstruction replaces the layer's output.",
    "zero",
  ),
  column(
    "ce_recovered_mean",
    "CE rec.",
    share,
    1,
    "Share of the loss gap to mean-ablation that is closed: (mean − spliced) / (mean − clean).",
    "plain",
  ),
  column(
    "ce_recovered_zero",
    "CE rec. 0",
    share,
    1,
    "The same against zero-ablation: (zero − spliced) / (zero − clean).",
    "plain",
  ),
  column(
    "kl",
    "KL",
    (v) => fixed(v, 4),
    -1,
    "Mean KL divergence (nats) from the clean model's next-token distribution to the spliced model's.",
    "log",
  ),
  column(
    "pattern_nmse",
    "Pattern nMSE",
    three,
    -1,
    "Squared error of the attention patterns that it makes, over their variance (causal entries of counted queries).",
    "log",
  ),
  column("pattern_kl", "Pattern KL", three, -1, "KL (nats) of a query's pattern from the one that it makes."),
  column(
    "effective_heads",
    "Eff. heads",
    (v) => fixed(v, 2),
    0,
    "(sum of |loading|)² / sum of loading², over the heads and the identity, averaged with energy as weight: 1 means one head a latent. It depends on how loadings started, so read it from both starts.",
    "zero",
  ),
  column(
    "identity_share",
    "Identity",
    share,
    0,
    "Energy-weighted share of squared loading on the identity head, which moves nothing.",
    "zero",
  ),
  column("train_seconds", "Train s", one, -1, "Seconds of training, on the machine of this run."),
  column("train_memory", "Memory", megabytes, -1, "What a training step was planned with, optimizer included."),
  column("n_latents", "Width", count, 0, "Number of latents of a dictionary, or rank of a linear baseline."),
  column(
    "n_train_tokens",
    "Tokens",
    (v) => (v === null ? "–" : `${num(v / 1e6, 3)} M`),
    0,
    "Tokens seen in training, in millions.",
  ),
];
export const byKey = new Map(METRICS.map((m) => [m.key, m]));
METRICS.charted = METRICS.filter((m) => m.chart);

// The columns that compare methods; the rest are shown when asked for.
export const MAIN = new Set([
  "fvu", "fvu_attn_out", "l0_source", "l0_dest", "ce_recovered_mean", "kl", "pattern_nmse", "dead_share", "dense_share",
  "effective_heads", "train_seconds", "train_memory",
]); // prettier-ignore

// Why a number is not there.
const BASELINE = "Not a dictionary: nothing switches on and off, and nothing is trained step by step.";
const ABSENT = {
  fvu_attn_out: "It was not put back as one layer's attention output: it spans layers or rewrites the stream.",
  l0_source: "Its code is counted at destinations, on what arrived.",
  l0_dest: "Its code is counted at sources; how many latents arrive was not counted.",
  pattern_nmse: "It makes no attention patterns for the model's own heads.",
  pattern_kl: "It makes no attention patterns for the model's own heads.",
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
