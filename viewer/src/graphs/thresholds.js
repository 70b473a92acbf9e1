// Sliders for the share of influence kept, and for the least share of a target's input.
import { el } from "../shared/dom.js";
import { percent } from "../shared/format.js";

const LEAST_SHARE = 1e-4;

/** Both sliders; `changed` runs while one moves, `remember` when it rests. */
export const thresholds = (state, changed, remember) => {
  // Shares of a target's input are on a log scale, the left end is 0.
  const slider = (id, name, hint, at, read, say) => {
    const out = el("output", { for: id }, say());
    const box = el("input", {
      id,
      type: "range",
      min: 0,
      max: 100,
      value: at,
      title: hint,
      oninput: () => {
        read(Number(box.value));
        out.textContent = say();
        changed();
      },
      onchange: remember,
    });
    return el("label.threshold", { title: hint }, name, box, out);
  };
  const toShare = (v) => (v <= 0 ? 0 : LEAST_SHARE * (0.5 / LEAST_SHARE) ** (v / 100));
  const fromShare = (v) => (v <= 0 ? 0 : Math.round((100 * Math.log(v / LEAST_SHARE)) / Math.log(0.5 / LEAST_SHARE)));
  const nodesSlider = slider(
    "kept",
    "Nodes",
    "Keep the nodes that make up this share of the influence",
    Math.round(100 * state.kept),
    (v) => {
      state.kept = v / 100;
    },
    () => `${percent(state.kept)}`,
  );
  const edgesSlider = slider(
    "least",
    "Edges",
    "Show edges that bring at least this share of their target's input",
    fromShare(state.least),
    (v) => {
      state.least = toShare(v);
    },
    () => (state.least ? `≥ ${percent(state.least)}` : "all"),
  );
  return [nodesSlider, edgesSlider];
};
