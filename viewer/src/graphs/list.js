// The list of all graphs of the folder.
import { el } from "../shared/dom.js";
import { count, percent, fixed } from "../shared/format.js";

const item = (v) =>
  el(
    "li.card.graph-item",
    el("a.graph-link", { href: `#/g/${encodeURIComponent(v.slug)}` }, v.prompt || v.slug),
    el(
      "p.subtitle",
      el("span", v.model),
      el("span", v.attention),
      el("span", `${count(v.n_nodes)} nodes, ${count(v.n_edges)} edges`),
      v.n_entries > 0 &&
        el("span", `${count(v.n_entries)} pattern ${v.n_entries === 1 ? "entry" : "entries"} explained`),
    ),
    el(
      "dl.strip.facts-strip",
      v.scores &&
        [
          ["Replacement", percent(v.scores.replacement)],
          ["Completeness", percent(v.scores.completeness)],
          ["Error share", percent(v.scores.error_share)],
        ].map(([k, t]) => el("div", el("dt", k), el("dd", t))),
      el(
        "div",
        el("dt", v.verify?.output ? "Effects on the answer, live" : "Compared with interventions"),
        el(
          "dd",
          v.verify?.output
            ? `correlation ${fixed(v.verify.output.correlation, 2)}, signs ${percent(v.verify.output.signs)}, control ${fixed(v.verify.output.control_correlation, 2)}`
            : v.verify
              ? `live ${fixed(v.verify.live_correlation, 2)}, control ${fixed(v.verify.control_correlation, 2)}`
              : "not yet",
        ),
      ),
    ),
  );

export const page = (data) => ({
  title: "Attribution graphs",
  node: el(
    "div.page",
    el("h1", "Attribution graphs"),
    el(
      "p.hint",
      "Each graph says what acted on what in one prompt: which latents were active, through which heads they moved, and what reached the next token.",
    ),
    el("ul.graph-items", data.graphs.map(item)),
  ),
  start: () => {},
});
