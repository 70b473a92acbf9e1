// A graph in memory: nodes and edges as arrays, edges by target and by source, and what can be followed through them.
import * as store from "../shared/store.js";

// Places of edges grouped by one end, the largest first: `start[i]` to `start[i + 1]` of `list`.
const grouped = (ends, n, size) => {
  const start = new Int32Array(n + 1);
  for (const i of ends) start[i + 1]++;
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const list = Array.from(ends.keys()).sort((a, b) => ends[a] - ends[b] || size[b] - size[a]);
  return { start, list: Int32Array.from(list) };
};

// Sources before targets; a circle, which no prompt makes, is broken anywhere.
const sorted = (n, edges, outgoing) => {
  const left = new Int32Array(n);
  for (const t of edges.target) left[t]++;
  const order = [];
  for (let i = 0; i < n; i++) if (!left[i]) order.push(i);
  const done = new Uint8Array(n);
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    done[i] = 1;
    for (let j = outgoing.start[i]; j < outgoing.start[i + 1]; j++) {
      const t = edges.target[outgoing.list[j]];
      if (--left[t] === 0) order.push(t);
    }
  }
  for (let i = 0; i < n; i++) if (!done[i]) order.push(i);
  return Int32Array.from(order);
};

export const build = (data) => {
  const nodes = data.nodes,
    n = nodes.kind.length;
  const target = Int32Array.from(data.edges.target),
    source = Int32Array.from(data.edges.source),
    weight = Float64Array.from(data.edges.weight);
  const m = target.length,
    size = weight.map(Math.abs);
  const into = grouped(target, n, size),
    out = grouped(source, n, size);
  const total = Float64Array.from(nodes.cut, (v) => Math.abs(v || 0));
  for (let e = 0; e < m; e++) total[target[e]] += size[e];
  const share = size.map((v, e) => v / (total[target[e]] || 1));
  const edges = { target, source, weight, share };
  const order = sorted(n, edges, out);
  const influence = nodes.influence.map((v) => (v === null ? NaN : v));
  const places = (side, i) => Array.from(side.list.subarray(side.start[i], side.start[i + 1]));
  const incoming = (i) => places(into, i),
    outgoing = (i) => places(out, i);

  // Edges by what they bring to what matters: the share of the target's input, times the target's influence.
  const worth = share.map((v, e) => v * (Number.isNaN(influence[target[e]]) ? 1 : influence[target[e]]));
  const byWorth = Int32Array.from(Array.from(worth.keys()).sort((a, b) => worth[b] - worth[a]));

  // Nodes that make up `kept` of all influence, the largest first. Tokens in and out always stay; so does what has no influence.
  const free = (i) => nodes.kind[i] === "embedding" || nodes.kind[i] === "logit" || Number.isNaN(influence[i]);
  const ranked = Array.from({ length: n }, (_, i) => i)
    .filter((i) => !free(i))
    .sort((a, b) => influence[b] - influence[a]);
  const whole = ranked.reduce((sum, i) => sum + Math.max(0, influence[i]), 0);
  const shown = (kept) => {
    const seen = Uint8Array.from({ length: n }, (_, i) => (free(i) || kept >= 1 ? 1 : 0));
    let sum = 0;
    for (const i of kept >= 1 ? [] : ranked) {
      if (sum >= kept * whole) break;
      seen[i] = 1;
      sum += Math.max(0, influence[i]);
    }
    return seen;
  };

  // Share of a node's input that goes back to each node (up), and of each node's input that comes from it (down), over all
  // paths through what is shown.
  const trace = (from, seen, least) => {
    const up = new Float64Array(n),
      down = new Float64Array(n);
    up[from] = 1;
    down[from] = 1;
    const usable = (e) => share[e] >= least && seen[source[e]] && seen[target[e]];
    for (let k = n - 1; k >= 0; k--) {
      const t = order[k];
      if (!up[t]) continue;
      for (let j = into.start[t]; j < into.start[t + 1]; j++) {
        const e = into.list[j];
        if (usable(e)) up[source[e]] += up[t] * share[e];
      }
    }
    for (let k = 0; k < n; k++) {
      const s = order[k];
      if (!down[s]) continue;
      for (let j = out.start[s]; j < out.start[s + 1]; j++) {
        const e = out.list[j];
        if (usable(e)) down[target[e]] += down[s] * share[e];
      }
    }
    return { up, down };
  };

  // Nodes of the same latent: by side and position.
  const kin = new Map();
  const kinKey = (i) => `${nodes.dictionary[i]} ${nodes.layer[i]} ${nodes.latent[i]}`;
  for (let i = 0; i < n; i++) {
    if (nodes.kind[i] !== "latent") continue;
    if (!kin.has(kinKey(i))) kin.set(kinKey(i), []);
    kin.get(kinKey(i)).push(i);
  }
  const sameLatent = (i) => (nodes.kind[i] === "latent" ? kin.get(kinKey(i)) : []);
  const between = new Map();
  for (let e = 0; e < m; e++) between.set(source[e] * n + target[e], e);
  const edgeOf = (s, t) => between.get(s * n + t) ?? -1;
  const dictionaryOf = (i) => (nodes.dictionary[i] === null ? null : data.dictionaries[nodes.dictionary[i]]);
  // The dictionary whose heads an edge crosses, or null.
  const crosses = (e) => {
    const d = dictionaryOf(target[e]);
    return d && d.heads.length && nodes.side[target[e]] !== "key" ? d : null;
  };

  // Terms of an edge by head, or null where it crosses none; files of them load when first asked for.
  const headsOf = async (e) => {
    const per = data.edges.heads_shard;
    if (!per || !crosses(e)) return null;
    const file = String(Math.floor(e / per)).padStart(4, "0");
    const rows = await store.load(`graph/${data.slug}/heads-${file}`);
    const row = rows[e % per];
    return row ? row.slice(0, crosses(e).heads.length) : null;
  };
  const noEntries = { entries: [], dictionaries: {} };
  const qk = async () => (data.entries.length ? store.load(`graph/${data.slug}/qk`) : noEntries);
  const entryOf = (layer, head, query, key) =>
    data.entries.findIndex(([l, h, q, k]) => l === layer && h === head && q === query && k === key);

  return {
    data,
    n,
    m,
    nodes,
    edges,
    total,
    influence,
    order,
    ranked: byWorth,
    incoming,
    outgoing,
    shown,
    trace,
    sameLatent,
    edgeOf,
    dictionaryOf,
    crosses,
    headsOf,
    qk,
    entryOf,
  };
};
