// The attention pattern of every head: small pictures, and the one that is chosen, large, with its tokens.
import { el } from "../shared/dom.js";
import { num } from "../shared/format.js";
import { bytes, paint, ramp, squared } from "../shared/matrix.js";
import * as tip from "../shared/tip.js";
import { chip, fill } from "../shared/tokens.js";

const MOST = 255;

/** @param {number} layer @param {number} head */
export const headName = (layer, head) => `L${layer}H${head}`;

/** The pattern of a head as bytes, `p * p`. @param {any} answer @param {number} layer @param {number} head */
const patternOf = (answer, layer, head) => bytes(answer.patterns[layer][head]);

const picture = (answer, layer, head) => {
  const values = patternOf(answer, layer, head),
    p = answer.tokens.length,
    colours = ramp(MOST);
  const canvas = el("canvas", { "aria-hidden": "true" });
  paint(canvas, p, (q, k) => colours[values[q * p + k]]);
  return canvas;
};

/**
 * One row of pictures per layer.
 *
 * @param {any} answer
 * @param {(layer: number, head: number) => boolean} isChosen
 * @param {(name: string) => boolean} isEdited
 * @param {(layer: number, head: number) => void} choose
 */
export const grid = (answer, isChosen, isEdited, choose) =>
  el(
    "div.pattern-grid",
    { role: "group", "aria-label": "Heads" },
    answer.patterns.map((heads, layer) =>
      el(
        "div.pattern-row",
        heads.map((_, head) =>
          el(
            "button",
            {
              class: `pattern${isEdited(headName(layer, head)) ? " edited" : ""}`,
              "aria-pressed": String(isChosen(layer, head)),
              onclick: () => choose(layer, head),
            },
            picture(answer, layer, head),
            el("span", headName(layer, head)),
          ),
        ),
      ),
    ),
  );

/** One head: its picture, and the tokens; a token that is pointed at or focused shows where it looks. */
export const large = (answer, layer, head, controls) => {
  const values = patternOf(answer, layer, head),
    p = answer.tokens.length;
  const weight = (q, k) => squared(values[q * p + k]);
  const canvas = picture(answer, layer, head);
  const place = (e) => {
    const box = canvas.getBoundingClientRect();
    const at = (v, low, size) => Math.min(p - 1, Math.max(0, Math.floor(((v - low) / size) * p)));
    return [at(e.clientY, box.top, box.height), at(e.clientX, box.left, box.width)];
  };
  const nodes = answer.tokens.map((text, i) => {
    const node = el("span.tok", { tabindex: "0", vars: { "--f": 0, "--z": 0 } });
    const look = () => showRow(i);
    node.addEventListener("pointerenter", look);
    node.addEventListener("focus", look);
    return fill(node, text, false);
  });
  const words = el("p.hint");
  const showRow = (q) => {
    nodes.forEach((node, k) => {
      node.style.setProperty("--f", String(k <= q ? Math.sqrt(weight(q, k)) : 0));
      node.classList.toggle("peak", k === q);
    });
    const best = Array.from({ length: q + 1 }, (_, k) => k).sort((a, b) => weight(q, b) - weight(q, a));
    words.replaceChildren(
      "From ",
      chip(answer.tokens[q]),
      ` (position ${q}) most of the attention goes to `,
      ...best
        .slice(0, 3)
        .flatMap((k, i) => [i ? ", " : "", chip(answer.tokens[k]), ` (position ${k}) ${num(weight(q, k), 2)}`]),
      ".",
    );
  };
  const onmove = (e) => {
    const [q, k] = place(e);
    showRow(q);
    if (k > q) return tip.hide();
    tip.show(
      [
        el("strong", chip(answer.tokens[q]), " → ", chip(answer.tokens[k])),
        tip.lines(["attention", num(weight(q, k), 2)]),
      ],
      e.clientX,
      e.clientY,
    );
  };
  const square = el("div.square", { onpointermove: onmove, onpointerleave: tip.hide }, canvas);
  showRow(p - 1);
  return el(
    "div.pattern-large",
    el("figure", square, el("figcaption.hint", "Rows are queries, columns keys; the shade is the root of the weight.")),
    el("div", el("div.head", el("h3", headName(layer, head)), controls), el("div.flow", nodes), words),
  );
};
