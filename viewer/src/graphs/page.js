// The page of one graph: the drawing, the pinned subgraph under it, and a panel beside it for whatever was chosen.
import * as graphAbout from "./about.js";
import * as graphEdge from "./edge.js";
import * as graphGroups from "./groups.js";
import * as graphLayout from "./layout.js";
import * as graphModel from "./model.js";
import { full } from "./names.js";
import * as graphNode from "./node.js";
import * as qkFeatures from "./qk_features.js";
import * as graphSearch from "./search.js";
import * as graphState from "./state.js";
import { answer } from "./story.js";
import * as storyLine from "./story_line.js";
import { thresholds } from "./thresholds.js";
import * as graphSubgraph from "./subgraph.js";
import * as graphVerify from "./verify.js";
import * as graphView from "./view.js";
import * as dom from "../shared/dom.js";
import { el, segmented, announce } from "../shared/dom.js";
import * as saving from "../shared/export.js";
import { count } from "../shared/format.js";
import * as store from "../shared/store.js";
import * as theme from "../shared/theme.js";
import * as tip from "../shared/tip.js";

const saveSvg = (chart, name) => {
  const copy = chart.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const back = dom.svg("rect", { width: "100%", height: "100%", fill: theme.color("card") });
  copy.prepend(back);
  saving.download(saving.blobUrl([new XMLSerializer().serializeToString(copy)], "image/svg+xml"), `${name}.svg`);
};

export const page = async (summary, query, many) => {
  const g = graphModel.build(await store.load(`graph/${summary.slug}/graph`));
  const state = graphState.read(g, query);
  /** @type {{ list: number[][], k: number } | null} */
  let walk = null;
  const side = el("div#panel.side-body", { tabindex: "-1" });
  const below = el("div.subgraph-place");
  const remember = () => {
    const text = graphState.write(g, state);
    history.replaceState(null, "", `#/g/${encodeURIComponent(summary.slug)}${text ? `?${text}` : ""}`);
  };

  const nothing = () =>
    el(
      "div",
      el("h2", "Nothing chosen"),
      el("p.hint", "Click a node of the graph, or use / to find one. The arrow keys then follow its strongest edges."),
    );
  let turn = 0;
  const chosen = async () => {
    if (state.entry !== null) return qkFeatures.page(g, await g.qk(), state.entry, act);
    if (state.group) return graphGroups.page(g, state.group, act);
    if (state.edge >= 0) return graphEdge.page(g, state.edge, act);
    if (state.at !== null) return graphNode.page(g, state.at, state, act);
    return nothing();
  };
  const showSide = async () => {
    const mine = ++turn;
    tip.hide();
    for (const b of tabs.children) b.setAttribute("aria-pressed", String(b.dataset.value === state.tab));
    const made =
      state.tab === "about"
        ? graphAbout.page(g)
        : state.tab === "checked"
          ? graphVerify.page(g, act)
          : state.tab === "looks"
            ? el("div", el("h2", "Why heads looked where they looked"), qkFeatures.list(g, act))
            : await chosen();
    if (mine !== turn) return;
    side.replaceChildren(made);
    side.scrollTop = 0;
    if (made.start) await made.start();
  };
  const showSubgraph = () => {
    const units = graphSubgraph.unitsOf(g, state);
    under.hidden = !units.length;
    tally.textContent = `${units.length} ${units.length === 1 ? "box" : "boxes"}`;
    group.hidden = state.marked.size < 2;
    group.textContent = `Group ${state.marked.size} marked (g)`;
    if (units.length)
      below.replaceChildren(graphSubgraph.draw(g, state, view.layout(), Math.max(300, below.clientWidth - 4), act));
    else below.replaceChildren();
  };
  const refresh = () => {
    remember();
    backwards.disabled = !trail.length;
    showSubgraph();
    view.redraw();
    return showSide();
  };
  // What was chosen before, for one step back each.
  const trail = [];
  const now = () => ({
    at: state.at,
    edge: state.edge,
    entry: state.entry,
    group: state.group ?? null,
    tab: state.tab,
  });
  const back = () => {
    const before = trail.pop();
    if (!before) return announce("Nothing was chosen before");
    Object.assign(state, before);
    if (state.at !== null) view.reveal(state.at);
    return refresh();
  };
  const choose = (what) => {
    trail.push(now());
    Object.assign(state, { at: null, edge: -1, entry: null, group: null, tab: "chosen", ...what });
    return refresh();
  };

  const act = {
    pick: (i) => {
      if (i !== null) {
        view.reveal(i);
        announce(full(g, i));
      } else state.tab = "about";
      if (i === null) return escape();
      return choose({ at: i });
    },
    edge: (e) => choose({ at: state.at, edge: e }),
    why: (k) => choose({ at: state.at, edge: state.edge, entry: k }),
    openGroup: (v) => choose({ group: v }),
    hover: (i) => {
      if (state.hover === i) return;
      state.hover = i;
      view.redraw();
    },
    pin: (i) => {
      if (state.pins.includes(i)) graphGroups.unpin(state, i);
      else state.pins.push(i);
      announce(`${full(g, i)} ${state.pins.includes(i) ? "pinned" : "unpinned"}`);
      return refresh();
    },
    mark: (i, on = !state.marked.has(i)) => {
      if (on) state.marked.add(i);
      else state.marked.delete(i);
      announce(`${state.marked.size} marked`);
      return refresh();
    },
    rename: (v, label) => {
      v.label = label;
      refresh();
    },
    ungroup: (v) => {
      graphGroups.drop(state, v);
      state.group = null;
      refresh();
    },
    redraw: () => view.redraw(),
  };
  const makeGroup = async () => {
    if (state.marked.size < 2) return announce("Mark two nodes or more first: m, or Shift + click");
    const made = graphGroups.make(state, `group ${state.groups.length + 1}`);
    await choose({ group: made });
    const box = /** @type {HTMLInputElement | null} */ (document.getElementById("group-name"));
    box?.focus();
    return box?.select();
  };
  const escape = () => {
    if (state.found) finder.clear();
    else if (state.marked.size) state.marked = new Set();
    else if (state.entry !== null) state.entry = null;
    else if (state.edge >= 0) state.edge = -1;
    else Object.assign(state, { at: null, group: null });
    if (state.at === null && state.edge < 0 && state.entry === null) state.tab = "about";
    return refresh();
  };

  const view = graphView.panel(g, state, { pick: act.pick, edge: act.edge, mark: act.mark, hover: () => {} });
  const finder = graphSearch.field(g, state, act);
  const tabs = segmented(
    "Panel",
    [
      ["chosen", "Chosen"],
      ["about", "Graph"],
      ["checked", "Checked", "Held against interventions"],
      ["looks", `Attention (${count(g.data.entries.length)})`, "Pattern entries that were explained"],
    ],
    state.tab,
    (v) => {
      state.tab = v;
      remember();
      showSide();
    },
  );

  const nShown = () => view.seen().reduce((a, b) => a + b, 0);
  const [nodesSlider, edgesSlider] = thresholds(state, () => view.changed(), remember);
  const follow = segmented(
    "What hovering traces",
    [
      ["direct", "Direct", "Edges into and out of the node"],
      ["up", "Up", "Upstream: everything that it goes back to (u)"],
      ["down", "Down", "Downstream: everything that comes of it (v)"],
    ],
    state.follow,
    (v) => {
      state.follow = v;
      remember();
      view.redraw();
    },
  );
  const button = (id, text, label, onclick) =>
    el("button.quiet", { id, "aria-label": label, title: label, onclick }, text);
  const backwards = button("back", "←", "Back to what was chosen before (b)", () => back());
  backwards.disabled = true;
  const toolbar = el(
    "div.toolbar",
    many && el("a.step", { href: "#/", "aria-label": "All graphs", title: "All graphs (o)" }, "‹"),
    backwards,
    finder.node,
    follow,
    nodesSlider,
    edgesSlider,
    el(
      "span.save.push",
      button("zoom-out", "−", "Zoom out (−)", () => view.zoomBy(1 / 1.4)),
      button("zoom-in", "+", "Zoom in (+)", () => view.zoomBy(1.4)),
      button("fit", "All", "The whole graph (f)", view.whole),
      button("save-graph", "SVG", "Save the graph as SVG", () => saveSvg(view.asSvg(), summary.slug)),
    ),
  );
  const tally = el("span#pinned.faint"),
    group = el("button#group.quiet", { hidden: true, onclick: makeGroup }, "Group");
  const under = el(
    "section.under",
    { "aria-label": "Pinned subgraph", hidden: true },
    el(
      "div.head",
      el("h2", "Pinned"),
      tally,
      group,
      el("span.faint.small", "dotted: through nodes that are not pinned"),
      el("span.push"),
      button("save-subgraph", "SVG", "Save the subgraph as SVG", () =>
        saveSvg(below.querySelector("svg"), `${summary.slug}-pinned`),
      ),
      button("unpin-all", "Clear", "Unpin all", () => {
        Object.assign(state, { pins: [], groups: [], group: null });
        refresh();
      }),
    ),
    below,
  );
  const node = el(
    "div.graph-page",
    el("h1.offscreen", `Graph of “${g.data.prompt}”`),
    el("div.stage", storyLine.line(g, act), toolbar, view.node, under),
    el("aside.side", { "aria-label": "What was chosen" }, tabs, side),
  );

  const visible = (e) =>
    view.seen()[g.edges.source[e]] && view.seen()[g.edges.target[e]] && g.edges.share[e] >= state.least;
  const follows = (up) => {
    // Up the strongest edge onward, down the strongest edge back; left and right then try the next ones.
    if (state.at === null) return act.pick(Math.max(0, answer(g)));
    const list = (up ? g.outgoing(state.at) : g.incoming(state.at))
      .filter(visible)
      .map((e) => [up ? g.edges.target[e] : g.edges.source[e], e]);
    if (!list.length) return announce(up ? "Nothing goes further from here" : "Nothing comes before this");
    const next = { list, k: 0 };
    const done = act.pick(list[0][0]);
    walk = next;
    return done;
  };
  const sideways = (step) => {
    if (state.at === null) return follows(true);
    if (!walk || walk.list[walk.k][0] !== state.at) {
      const row = graphLayout.rowKey(g, state.at),
        { x, y } = view.layout();
      const peers = Array.from({ length: g.n }, (_, i) => i).filter(
        (i) => view.seen()[i] && graphLayout.rowKey(g, i) === row,
      );
      peers.sort((a, b) => x[a] - x[b] || y[a] - y[b]);
      const k = peers.indexOf(state.at) + step;
      return k >= 0 && k < peers.length ? act.pick(peers[k]) : null;
    }
    walk.k = Math.min(walk.list.length - 1, Math.max(0, walk.k + step));
    return act.pick(walk.list[walk.k][0]);
  };
  const press = (value) => follow.querySelector(`[data-value=${value}]`).click();
  return {
    title: `Graph of “${g.data.prompt.slice(0, 60)}”`,
    node,
    state,
    graph: g,
    view,
    start: () => {
      node.dataset.nodes = g.n;
      view.fit();
      showSubgraph();
      return showSide().then(() => announce(`${count(nShown())} nodes, ${count(g.m)} edges`));
    },
    resize: showSubgraph,
    keys: {
      ArrowUp: () => follows(true),
      ArrowDown: () => follows(false),
      ArrowLeft: () => sideways(-1),
      ArrowRight: () => sideways(1),
      p: () => state.at !== null && act.pin(state.at),
      m: () => state.at !== null && act.mark(state.at),
      g: makeGroup,
      e: () => walk && walk.list[walk.k][0] === state.at && act.edge(walk.list[walk.k][1]),
      u: () => press(state.follow === "up" ? "direct" : "up"),
      v: () => press(state.follow === "down" ? "direct" : "down"),
      b: back,
      Backspace: back,
      f: view.whole,
      "+": () => view.zoomBy(1.4),
      "=": () => view.zoomBy(1.4),
      "-": () => view.zoomBy(1 / 1.4),
      Escape: escape,
    },
  };
};
