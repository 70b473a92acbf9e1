// One example: the tokens of a window with the key side as background, the query side as bars beneath, and arcs.
import { roomFor, draw } from "./arcs.js";
import * as bars from "./bars.js";
import { el, svg } from "./dom.js";
import { num } from "./format.js";
import * as kinds from "./kinds.js";
import * as tip from "./tip.js";
import { chip, fill } from "./tokens.js";

const LAYOUT_KEY = "polyhead-layout";
const remembered = () => {
  try {
    return localStorage.getItem(LAYOUT_KEY);
  } catch {
    return null;
  }
};
export const layout = { mode: remembered() === "lines" ? "lines" : "track" };
export const setLayout = (mode) => {
  layout.mode = mode;
  try {
    localStorage.setItem(LAYOUT_KEY, mode);
  } catch {
    /* not for files */
  }
};

// Largest values over all examples of a latent, so that shades and widths compare between them.
export const scales = (examples) => {
  const most = (f) => Math.max(1e-9, ...examples.map(f));
  return {
    key: most((e) => Math.max(0, ...e.key)), // where negative, a unit reads against its direction: not shaded
    query: most((e) => Math.max(0, ...e.query.map(Math.abs))),
    arc: most((e) => Math.max(0, ...e.arcs.map((a) => Math.abs(a[2])))),
  };
};

export const figure = (card, example, scale) => {
  const kind = kinds.of(card);
  const { tokens, key, query, arcs, peak } = example;
  const atKey = example.side === "key"; // the peak is a source, and what matters of it goes out
  const positions = example.positions.length ? example.positions : tokens.map((_, i) => example.start + i);
  const skipped = (i) => (positions[i] < 0 ? (positions[i + 1] ?? 0) - (positions[i - 1] ?? example.start - 1) - 1 : 0);
  const layer = svg("svg.arcs", { "aria-hidden": "true" });
  const line = el("div.line", layer);
  const named = (i) => chip(tokens[i]);
  const nodes = tokens.map((token, i) => {
    const z = query[i] || 0,
      f = key[i] || 0;
    const node = el("span", {
      class: `tok${i === peak ? " peak" : ""}${z < 0 ? " negative" : ""}${f > 0 ? " sends" : ""}`,
      vars: {
        "--f": f > 0 ? 0.12 + 0.88 * Math.min(1, f / scale.key) : 0,
        "--z": Math.min(1, Math.abs(z) / scale.query),
      },
    });
    if (positions[i] < 0) node.classList.add("gap");
    fill(node, positions[i] < 0 ? "⋯" : token, false);
    return node;
  });
  const tell = (i) => {
    if (positions[i] < 0) return el("p", skipped(i) > 0 ? `${skipped(i)} tokens left out` : "tokens left out");
    const into = arcs.filter((a) => a[0] === i),
      from = arcs.filter((a) => a[1] === i);
    const best = (list) =>
      list
        .slice()
        .sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]))
        .slice(0, 4);
    return [
      el("strong", named(i), ` position ${positions[i]}`),
      tip.lines(
        kind.keyName && [kind.keyName, num(key[i] || 0)],
        [kind.queryName, num(query[i] || 0)],
        ...best(into).map((a) => [kind.receives, [num(a[2]), " · ", named(a[1])]]),
        ...best(from)
          .filter((a) => a[0] !== i)
          .map((a) => [kind.sends, [num(a[2]), " · ", named(a[0])]]),
      ),
    ];
  };
  const focusOn = (i) => {
    for (const arc of layer.children)
      arc.classList.toggle("off", i !== null && Number(arc.dataset.query) !== i && Number(arc.dataset.key) !== i);
  };
  const note = (arc) => [
    el("strong", named(arc[1]), " → ", named(arc[0])),
    tip.lines(
      [kind.carries, num(arc[2])],
      ["over", arc[0] === arc[1] ? "itself" : `${positions[arc[0]] - positions[arc[1]]} positions`],
    ),
    bars.breakdown(card, arc[3]),
  ];
  nodes.forEach((node, i) => {
    tip.attach(node, () => tell(i));
    node.addEventListener("pointerenter", () => focusOn(i));
    node.addEventListener("pointerleave", () => focusOn(null));
    if (layout.mode === "lines" && i && tokens[i].includes("\n") && !tokens[i - 1].includes("\n"))
      line.append(el("br"));
    line.append(node);
  });
  const frame = el(
    "div",
    {
      class: `frame ${layout.mode}`,
      tabindex: "0",
      role: "group",
      "aria-label": `Tokens ${example.start} to ${positions[tokens.length - 1]} of sequence ${example.sequence}`,
    },
    line,
  );
  const [mine, other] = atKey ? [1, 0] : [0, 1];
  const peakArcs = arcs.filter((a) => a[mine] === peak).sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]));
  const caption = el(
    "figcaption",
    el(
      "span.pairing",
      named(peak),
      peakArcs.length ? [el("span.faint", atKey ? "→" : "←"), named(peakArcs[0][other])] : null,
    ),
    el("span.faint", atKey ? `key ${num(key[peak])}` : `${kind.symbol} ${num(query[peak])}`),
    el("span.faint", `sequence ${example.sequence}, position ${positions[peak]}`),
  );
  const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption, frame);
  node.place = () => {
    if (layout.mode === "track") line.style.paddingTop = `${roomFor(nodes, arcs)}px`;
    draw(layer, line, nodes, arcs, scale.arc, note, layout.mode === "lines" ? 21 : undefined);
    if (layout.mode !== "track") return;
    const at = nodes[peak].offsetLeft;
    frame.scrollLeft = Math.max(0, at - frame.clientWidth * (atKey ? 0.3 : 0.7));
  };
  return node;
};

export const legend = (card) => {
  const kind = kinds.of(card);
  const note = (words, ...marks) => words && el("span.note", marks, words);
  const mark = (words, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words);
  const arc = svg(
    "svg",
    { width: 40, height: 22, "aria-hidden": "true" },
    svg(
      "g.arc",
      svg("path.stroke", { d: "M4 20C4 0 36 0 36 16", "stroke-width": 2.5 }),
      svg("path.tip-mark", { d: "M32 14L40 14L36 20z" }),
    ),
  );
  const query = [mark(kind.queryWord || "destination", "", 0, 0.8)];
  if (kind.signed) query.push(mark("negative", "negative", 0, 0.6));
  return el(
    "div.legend.reading",
    { "aria-label": "How to read the examples" },
    note(kind.keyMark, mark(card.side === "both" ? "key" : "source", "sends", 0.75, 0)),
    note(kind.arcMark, arc),
    note(kind.queryMark, query),
    note(kind.peakMark, mark("peak", "peak", 0, 0)),
  );
};
