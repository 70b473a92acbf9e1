// What the latents of each kind of dictionary are, in its own terms: every text that differs between kinds stands here.
// A kind is what its side says, then what its method says instead.

const SIDES = {
  key: {
    about: "A latent fires at a source, and heads carry it to destinations.",
    tokens: "Top source tokens",
    tokensHint: "Commonest source tokens, by activation mass.",
    at: "source token",
    symbol: "z",
    keyName: "key side f (before moving)",
    queryName: "query side z (after moving)",
    keyMark: "key side: the latent is active here, before moving",
    arcMark: "moved by the heads; width is weight",
    queryMark: "query side: what arrived (z)",
    peakMark: "largest arrival",
    carries: "moves",
    receives: "receives",
    sends: "sends",
    loadings: "Head loadings",
    loadingsHint: null,
    axis: "head",
    group: "Group",
    writes: "Logits through the unembedding, direct path, where z is positive.",
    signed: true,
  },
  query: {
    about:
      "A latent fires at the destination, on what attention brought there. Arcs say where that came from: what each source adds to the pre-activation through each head (direct feature attribution).",
    tokens: "Top destination tokens",
    tokensHint: "Commonest tokens where it fires, by activation mass.",
    at: "destination token",
    symbol: "f",
    keyName: null,
    queryName: "fires here, f",
    keyMark: null,
    arcMark: "what a source adds to the pre-activation, all heads together",
    queryMark: "fires here; height is f",
    peakMark: "fires most",
    carries: "adds",
    receives: "owes",
    sends: "adds",
    loadings: "Heads",
    loadingsHint: null,
    axis: "head",
    group: "Group",
    writes: "Logits through the unembedding, direct path.",
    signed: false,
  },
  both: {
    about:
      "A pair of conditions, one on the query and one on the key. Where both hold, it adds to the attention score: the product of both sides.",
    tokens: "Query tokens",
    tokensHint: "Commonest tokens whose query matches, by activation mass.",
    keyTokens: "Key tokens",
    keyTokensHint: "Commonest tokens whose key matches, by activation mass.",
    at: "query token",
    queryWord: "query",
    symbol: "query",
    keyName: "the key matches by",
    queryName: "the query matches by",
    keyMark: "the key matches; shade is how much",
    arcMark: "added to the attention score; width is size",
    queryMark: "the query matches; height is how much",
    peakMark: "the example's strongest match",
    carries: "adds to the score",
    receives: "looks at",
    sends: "is looked at by",
    loadings: "Scale by head",
    loadingsHint: "How much the pair counts in the score of each head.",
    axis: "head",
    group: "Group",
    writes: "",
    signed: false,
    groupNames: { query: "Strongest on the query side", key: "Strongest on the key side" },
  },
};
const spanning = {
  about:
    "A latent reads one site and writes to one layer or several; nothing is moved between tokens, so there are no arcs.",
  tokens: "Top tokens",
  tokensHint: "Commonest tokens where it fires, by activation mass.",
  at: "token",
  queryWord: "token",
  arcMark: null,
  loadings: "Decoder norm by layer",
  loadingsHint: "Share of what it writes in each layer; squares sum to 1.",
  axis: "layer written",
  group: "Reads",
  writes: "Logits of all that it writes, over every layer, through the unembedding, direct path.",
};
const wholeHead = {
  tokens: "Top destination tokens",
  at: "destination token",
  symbol: "size",
  queryName: "writes here, size",
  queryMark: "writes here; height is the size of what is written",
  peakMark: "writes most",
  arcMark: "what a source adds along what the head writes",
};
const METHODS = {
  mtc_rank: {
    writes: "Of the first of its write directions: logits through the unembedding, direct path, where z is positive.",
  },
  attn_value_sae: {
    about:
      "A latent of the values: it fires at a source, on what waits there for heads to carry; its decoder says for which heads.",
    loadings: "Decoder norm by head",
    loadingsHint: "How much of it is in the values of each head of each layer.",
    writes: "Logits of its values through every head's W_O together, direct path.",
  },
  dynamic_head: {
    about: "A latent of the layer's input: at every destination the one head that moves it most carries it there.",
    arcMark: "carried by the strongest head of this destination; width is weight",
    writes: "Through the head that writes most of it; others write other tokens. Direct path.",
  },
  qk_mask: {
    about:
      "A condition on the query, and the keys that it may meet through a learned mask. Arcs are what the two add to the attention score.",
    keyName: "found in this key",
  },
  combined_layer: {
    about:
      "A latent fires at a source and is carried along patterns that this dictionary makes itself, not the model's.",
  },
  lorsa: {
    about:
      "A unit reads one direction at sources, looks where the attention of its group looks, and writes one direction. Arcs are that attention times what is read.",
    keyName: "reads here, x · W_V",
    keyMark: "what the unit reads here, where positive",
    arcMark: "its group's attention × what it reads",
    receives: "from",
    sends: "gives",
    writes: "Logits of its write direction through the unembedding, direct path.",
  },
  gated_attention: {
    ...wholeHead,
    about:
      "One row is a head of the block, with an attention of its own and gates on pairs of positions; arcs say what it attends to.",
  },
  replacement: {
    ...wholeHead,
    about: "One row is a head of low rank, with an attention of its own; arcs say what it attends to.",
  },
  cross_layer_transcoder: spanning,
  two_type_features: spanning,
  attn_out_crosscoder: spanning,
};
const MEASURED = "Measured, not trained: each head's share of what the arcs of its examples bring.";

const kinds = new Map();
export const of = (card) => {
  // The texts of a dictionary, and which of its columns and charts mean anything.
  if (!kinds.has(card.name)) {
    const kind = { ...(SIDES[card.side] || SIDES.key), ...METHODS[card.method] };
    const loadings = card.loadings || "trained";
    const noun = card.noun || "latent";
    kinds.set(card.name, {
      ...kind,
      noun,
      Noun: noun[0].toUpperCase() + noun.slice(1),
      hasLoadings: loadings !== "none",
      hasHeads: loadings === "trained" || loadings === "measured",
      hasIdentity: card.identity !== false && loadings === "trained",
      hasGroups: (card.group_names || []).length > 0,
      loadingsHint: loadings === "measured" ? MEASURED : kind.loadingsHint,
    });
  }
  return kinds.get(card.name);
};
export const groupName = (card, group) => (card.group_names || [])[group] ?? "–";

const SHARED = {
  latent: "Number of the learned unit.",
  energy_share: "Share of the whole dictionary's energy, the sum of (z · |decoder row|)² over destinations.",
  effective_heads: "(sum of |loading|)² / sum of loading²: 1 is one head, n is n heads in equal parts.",
  identity_share: "Share of squared loading on the identity head, which leaves things where they are.",
  main_head: "The head with the largest loading by size.",
  top_promoted: "Tokens whose logits it raises most, directly through the unembedding.",
  cluster: "Group of latents with similar loadings.",
  label: "What polyhead interpret or a person calls it; the search looks here too.",
  distance: "Tokens from destination back to source, mean over what attention moves.",
  family:
    "What it does with positions: the relation of source and destination along which it moves at least 30 % (recent: 50 %), and that share. Induction: from the token after an earlier copy of the current one. Without such a relation, what it carries: copying, succession, delimiters, indentation, fixed positions (50 %).",
};
const BARS = "How strongly the latent moves through each head (up positive, down negative)";
export const definition = (card, key) => {
  const kind = of(card);
  const own = {
    density: `Share of ${kind.at}s where it is active.`,
    max_activation: `Largest activation at a ${kind.at}.`,
    loadings:
      card.loadings === "layers"
        ? kind.loadingsHint
        : kind.loadingsHint || `${BARS}${kind.hasIdentity ? "; the last bar is the identity" : ""}.`,
    main_head: card.loadings === "layers" ? "The layer that it writes most to." : SHARED.main_head,
    top_source_tokens: kind.tokensHint,
    top_key_tokens: kind.keyTokensHint,
    group: kind.group === "Reads" ? "The site that it reads." : "Units of a group share one attention.",
    energy_share:
      card.side === "both" ? "Share of the sum of squared activations of all latents." : SHARED.energy_share,
  };
  return own[key] ?? SHARED[key] ?? "";
};
