// Routes: #/ the list of graphs (or the only one), #/g/NAME one graph (its state after "?": state.js).
import { el } from "../shared/dom.js";
import * as example from "../shared/example.js";
import * as shell from "../shared/shell.js";
import * as graphList from "./list.js";
import * as graphPage from "./page.js";

const { goto } = shell;
/** @type {{ graphs: import("../types").GraphSummary[] }} */
let data;
const many = () => data.graphs.length > 1;

const route = ({ parts, query }) => {
  if (!parts.length && many()) return { kind: "graphs", make: () => graphList.page(data) };
  const wanted = parts.length ? data.graphs.find((v) => parts[0] === "g" && v.slug === parts[1]) : data.graphs[0];
  if (!wanted || parts.length > 2) {
    const names = data.graphs.map((v) => v.slug).join(", ");
    throw new Error(`There is no graph at ${location.hash}; this folder has ${names}.`);
  }
  return { kind: "graph", graph: wanted, make: () => graphPage.page(wanted, query, many()) };
};

const chooser = (graph) => {
  const choose = el(
    "select#which",
    { "aria-label": "Graph", onchange: (e) => goto(`#/g/${encodeURIComponent(e.target.value)}`) },
    data.graphs.map((v) => el("option", { value: v.slug }, v.slug)),
  );
  choose.value = graph.slug;
  return choose;
};
/** @param {import("../types").Route} where */
const bar = ({ graph }) => {
  const tab = el("a", { href: "#/", "aria-current": graph ? null : "page" }, "Graphs");
  return {
    left: [
      many() && el("nav", { "aria-label": "Pages" }, tab),
      many() && graph && chooser(graph),
      graph && el("span.bar-prompt", { title: graph.prompt }, graph.prompt),
    ],
  };
};

example.layout.mode = "lines"; // the panel is narrow
shell.start({
  title: "polyhead graphs",
  home: "#/",
  back: "All graphs",
  data: "graphs",
  keepScroll: true,
  open: (value) => {
    data = value;
  },
  route,
  bar,
  keys: { o: () => goto("#/"), "/": () => shell.search() },
  escape: "one step back",
  help: () => [
    ["↑", "along the strongest edge onward, towards the logits"],
    ["↓", "along the strongest edge back, towards the tokens"],
    ["← →", "the next strongest instead; else the neighbour in the row"],
    ["e", "the edge of the last step: its heads"],
    ["u  v", "trace everything upstream, downstream"],
    ["b", "back to what was chosen before"],
    ["p", "pin or unpin"],
    ["m  g", "mark (or Shift + click), group what is marked"],
    ["/", "find a latent, label or token"],
    ["+  −  f", "zoom, the whole graph (or Ctrl + wheel, drag)"],
    ["o", "all graphs"],
  ],
});
