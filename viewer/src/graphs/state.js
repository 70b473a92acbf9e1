// What the reader has chosen, and the address that keeps it: clicked node or edge, pins, groups, thresholds, part of the panel.

const TABS = ["chosen", "about", "checked", "looks"];
const usualTab = (state) => (state.at !== null || state.edge >= 0 || state.entry !== null ? "chosen" : "about");
const numbers = (text) => (text || "").split(".").filter(Boolean).map(Number);

// Supernodes of the record, but for those that only join a latent with itself: its own page does that.
const given = (g) => {
  const latent = (i) =>
    g.nodes.kind[i] === "latent" ? `${g.nodes.dictionary[i]} ${g.nodes.layer[i]} ${g.nodes.latent[i]}` : i;
  return g.data.supernodes.filter((v) => new Set(v.nodes.map(latent)).size > 1);
};

export const read = (g, query) => {
  const asked = new URLSearchParams(query);
  const place = (name, n) =>
    /^\d+$/.test(asked.get(name) ?? "") && Number(asked.get(name)) < n ? Number(asked.get(name)) : null;
  const node = (v) => Number.isInteger(v) && v >= 0 && v < g.n;
  const [s, t] = numbers((asked.get("edge") || "").replace("-", "."));
  const share = (name, otherwise) => {
    const v = asked.has(name) ? Number(asked.get(name)) : otherwise;
    return v >= 0 && v <= 1 ? v : otherwise;
  };
  const said = asked.getAll("group");
  const groups = said.length
    ? said
        .filter((v) => v !== "-")
        .map((v) => {
          const [places, label] = v.split(/:(.*)/s);
          return { label: label || "group", nodes: numbers(places).filter(node) };
        })
    : given(g).map((v) => ({ label: v.label, nodes: v.nodes.slice() }));
  const taken = new Set();
  for (const group of groups) {
    group.nodes = [...new Set(group.nodes)].filter((i) => !taken.has(i));
    group.nodes.forEach((i) => taken.add(i));
  }
  const kept = groups.filter((v) => v.nodes.length);
  const first = said.length || asked.has("pin") ? [] : kept.flatMap((v) => v.nodes);
  const state = {
    at: place("at", g.n),
    edge: s !== undefined && t !== undefined ? g.edgeOf(s, t) : -1,
    pins: [...new Set([...numbers(asked.get("pin")).filter(node), ...first])],
    groups: kept,
    kept: share("nodes", 1),
    least: share("edges", 0),
    follow: ["direct", "up", "down"].find((v) => v === asked.get("follow")) ?? "direct",
    entry: place("why", g.data.entries.length),
    marked: new Set(),
    hover: -1,
    found: null,
  };
  state.tab = TABS.find((v) => v === asked.get("tab")) ?? usualTab(state);
  return state;
};

export const write = (g, state) => {
  const out = new URLSearchParams();
  if (state.at !== null) out.set("at", state.at);
  if (state.edge >= 0) out.set("edge", `${g.edges.source[state.edge]}-${g.edges.target[state.edge]}`);
  if (state.entry !== null) out.set("why", state.entry);
  if (state.pins.length) out.set("pin", state.pins.join("."));
  for (const v of state.groups) out.append("group", `${v.nodes.join(".")}:${v.label}`);
  if (!state.groups.length && given(g).length) out.set("group", "-");
  if (state.kept < 1) out.set("nodes", String(Number(state.kept.toFixed(3))));
  if (state.least > 0) out.set("edges", String(Number(state.least.toPrecision(3))));
  if (state.follow !== "direct") out.set("follow", state.follow);
  if (state.tab !== usualTab(state)) out.set("tab", state.tab);
  return out.toString();
};
