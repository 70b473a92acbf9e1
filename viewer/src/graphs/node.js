// The page of one node, beside the graph.
import * as graphLatent from "./latent.js";
import * as graphNames from "./names.js";
import { mark, lookName, full, tokenAt, LOOKS } from "./names.js";
import * as graphRows from "./rows.js";
import { el } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const facts = (g, i) => {
  const { kind, value, pre, cut, probability, error_norm } = g.nodes;
  const fact = (name, text, words) =>
    el(
      "div",
      el("dt", words ? tip.attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words)) : name),
      el("dd", text),
    );
  const side = g.nodes.side[i];
  return el(
    "dl.strip.facts-strip",
    kind[i] === "latent" &&
      fact(
        side === "query" ? "Activation z" : "Activation f",
        num(value[i]),
        side === "query" ? "What has arrived at this destination, through all heads." : "How strongly it fires here.",
      ),
    kind[i] === "logit" && fact("Logit", num(value[i]), "Less the mean over the vocabulary."),
    probability[i] !== null && fact("Probability", percent(probability[i])),
    pre[i] !== null && fact("Flows in", num(pre[i]), "Pre-activation: the sum of all edges into it."),
    cut[i] ? fact("Of it cut", num(cut[i]), "Sum of edges that are not in the file.") : null,
    g.influence[i] > 0 &&
      fact("Influence", percent(g.influence[i]), "Share of what reaches the logits that goes through here."),
    error_norm[i] !== null &&
      fact("Norm of the error", percent(error_norm[i]), "Of the norm of what it is an error of."),
  );
};

const kinList = (g, i, act) => {
  // The same latent elsewhere in the prompt, the other side first.
  const kin = g.sameLatent(i).filter((j) => j !== i);
  if (!kin.length) return null;
  const mine = g.nodes.side[i];
  kin.sort(
    (a, b) =>
      Number(g.nodes.side[a] === mine) - Number(g.nodes.side[b] === mine) || g.nodes.position[a] - g.nodes.position[b],
  );
  return el(
    "ul.edge-list.kin",
    kin.slice(0, 12).map((j) => {
      const e = Math.max(g.edgeOf(i, j), g.edgeOf(j, i));
      return el(
        "li",
        graphRows.nodeButton(g, j, act),
        el("span.faint.small", `${graphNames.SHORT[g.nodes.side[j] || "own"]}, ${num(g.nodes.value[j])}`),
        e >= 0 && el("button.quiet.open-edge", { "data-edge": e, onclick: () => act.edge(e) }, "heads"),
      );
    }),
  );
};

export const page = (g, i, state, act) => {
  const pinned = state.pins.includes(i),
    marked = state.marked.has(i),
    position = g.nodes.position[i];
  const title = full(g, i).replace(/ at \d+$/, "");
  const href = g.nodes.kind[i] === "latent" ? graphLatent.link(g, i) : null;
  const incoming = g.incoming(i),
    outgoing = g.outgoing(i);
  const sum = incoming.reduce((a, e) => a + g.edges.weight[e], 0);
  const words = g.sameLatent(i).some((j) => g.nodes.side[j] === "key")
    ? "Shade: it fires here (key side). Bar: it arrives here (query side). Arc: what is moved."
    : "Bar: its activation at this position.";
  const strip = el("div.joined"),
    latent = el("div"),
    figures = [];
  const node = el(
    "div.node-page",
    { "data-node": i },
    el("div.head", mark(lookName(g, i), 18), el("h2", title[0].toUpperCase() + title.slice(1))),
    el(
      "p.hint",
      position >= 0 ? [tokens.chip(tokenAt(g, position)), ` at position ${position} · `] : null,
      LOOKS[lookName(g, i)].title,
    ),
    el(
      "div.tools",
      el(
        "button#pin.quiet",
        { "aria-pressed": String(pinned), title: "p", onclick: () => act.pin(i) },
        pinned ? "Unpin" : "Pin",
      ),
      el(
        "button#mark.quiet",
        { "aria-pressed": String(marked), title: "m, or Shift + click", onclick: () => act.mark(i) },
        marked ? "Unmark" : "Mark for a group",
      ),
      href && el("a#latent-link.button", { href }, "Page of this latent"),
    ),
    facts(g, i),
    g.nodes.kind[i] === "latent" && [el("h3", "On this prompt"), strip, el("p.hint", words), kinList(g, i, act)],
    el(
      "h3",
      `Comes from (${incoming.length})`,
      incoming.length
        ? el("span.faint", ` sum ${num(sum)}${g.nodes.cut[i] ? `, and ${num(g.nodes.cut[i])} cut` : ""}`)
        : "",
    ),
    graphRows.edges(g, incoming, (e) => g.edges.source[e], act),
    el("h3", `Goes to (${outgoing.length})`),
    graphRows.edges(g, outgoing, (e) => g.edges.target[e], act),
    latent,
  );
  node.start = async () => {
    if (g.nodes.kind[i] !== "latent") return;
    const figure = await graphLatent.joined(g, i);
    if (!node.isConnected) return;
    strip.replaceChildren(figure);
    figure.place();
    const made = await graphLatent.page(g, i, figures);
    if (!made || !node.isConnected) return;
    latent.replaceChildren(made);
    figures.forEach((f) => f.place());
  };
  return node;
};
