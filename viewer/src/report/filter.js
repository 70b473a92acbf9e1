// Which rows of the latent table are shown. The whole state lives in the address, so it can be shared.
import * as tokens from "../shared/tokens.js";

const DEFAULT_SORT = "-energy_share";
/** In the address: latents of no family. */
export const NO_FAMILY = "none";
const KEYS = ["q", "in", "head", "cluster", "group", "family", "dmin", "dmax", "imin", "imax", "dead", "sort"];
const FIELDS = {
  both: ["top_source_tokens", "top_key_tokens", "top_promoted"],
  source: ["top_source_tokens", "top_key_tokens"],
  promoted: ["top_promoted"],
};

export const parse = (query) => {
  const given = new URLSearchParams(query);
  const state = {};
  for (const key of KEYS) state[key] = given.get(key) ?? "";
  if (!FIELDS[state.in]) state.in = "both";
  if (!state.sort) state.sort = DEFAULT_SORT;
  return state;
};
export const write = (state) => {
  const out = new URLSearchParams();
  for (const key of KEYS) {
    const quiet =
      state[key] === "" || (key === "in" && state.in === "both") || (key === "sort" && state.sort === DEFAULT_SORT);
    if (!quiet) out.set(key, state[key]);
  }
  return out.toString();
};

const share = (text) => {
  const v = Number.parseFloat(String(text).replace(",", "."));
  return Number.isFinite(v) ? v / 100 : null;
};

const matching = (table, words) => {
  // Marks the words of the vocabulary that hold the query, as written or as shown.
  const wanted = words.toLowerCase();
  const exact = wanted.length > 2 && wanted.startsWith('"') && wanted.endsWith('"') ? wanted.slice(1, -1) : null;
  const hits = new Uint8Array(table.vocabulary.length);
  table.vocabulary.forEach((token, i) => {
    const lower = token.toLowerCase();
    hits[i] =
      exact !== null
        ? lower.trim() === exact.trim()
        : lower.includes(wanted) || tokens.shown(token).toLowerCase().includes(wanted);
  });
  return hits;
};

// Places in the table of the rows that pass.
export const select = (table, state) => {
  const hits = state.q ? matching(table, state.q) : null;
  const called = state.in === "both" ? state.q.toLowerCase().replace(/^"(.+)"$/, "$1") : "";
  const fields = FIELDS[state.in].map((name) => table[name]);
  const head = state.head === "" ? null : Number(state.head),
    group = state.group === "" ? null : Number(state.group),
    cluster = state.cluster === "" ? null : Number(state.cluster);
  const [dmin, dmax, imin, imax] = [state.dmin, state.dmax, state.imin, state.imax].map(share);
  const out = new Uint32Array(table.n);
  let n = 0;
  for (let i = 0; i < table.n; i++) {
    const density = table.density[i],
      identity = table.identity_share[i];
    if (!state.dead && !(density > 0)) continue;
    if (head !== null && table.main_head[i] !== head) continue;
    if (group !== null && table.group[i] !== group) continue;
    if (state.family && (table.family[i] || NO_FAMILY) !== state.family) continue;
    if (cluster !== null && table.cluster[i] !== cluster) continue;
    if (dmin !== null && !(density >= dmin)) continue;
    if (dmax !== null && !(density <= dmax)) continue;
    if (imin !== null && !(identity >= imin)) continue;
    if (imax !== null && !(identity <= imax)) continue;
    const named = called && table.label[i].toLowerCase().includes(called);
    if (hits && !named && !fields.some((lists) => lists[i].some((t) => hits[t]))) continue;
    out[n++] = i;
  }
  return out.subarray(0, n);
};
