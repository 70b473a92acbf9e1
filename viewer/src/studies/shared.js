// What the drawings of one figure have in common: colour limits and ranges, over panels (where shared) and over frames.
import * as studyBars from "./bars.js";
import * as curves from "./curves.js";
import * as heatmap from "./heatmap.js";

const union = (a, b) => (a ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : b);

// Drawings with one key have one scale. Without a shared scale, only the frames of one place do.
const keyOf = (figure, panel, place) => {
  const where = figure.shared_scale ? "" : place;
  const axes = [panel.x_label, panel.y_label, panel.log_x, panel.log_y, panel.square];
  if (panel.kind === "heatmap")
    return JSON.stringify(["heatmap", where, panel.diverging, panel.categories, panel.limits]);
  return JSON.stringify([panel.kind, where, ...axes, panel.kind === "bars" ? panel.stacked : null]);
};

// `lookup(panel, place)` gives { limits } or { x, y }; `keys` is one map for each colour scale that several panels share.
export const scales = (figure) => {
  const moments = figure.frames.length ? figure.frames : [figure.panels];
  const found = new Map();
  const maps = new Map();
  for (const panels of moments)
    panels.forEach((panel, place) => {
      const key = keyOf(figure, panel, place);
      if (panel.kind === "heatmap") {
        if (!maps.has(key)) maps.set(key, []);
        maps.get(key).push(panel);
        return;
      }
      const range = panel.kind === "bars" ? studyBars.rangeOf(panel) : curves.rangeOf(panel);
      if (!range) return;
      const known = found.get(key) || {};
      found.set(key, { x: range.x && union(known.x, range.x), y: union(known.y, range.y) });
    });
  for (const [key, list] of maps) found.set(key, { limits: heatmap.limitsOf(list) });
  const first = moments[0] || [];
  const uses = new Map();
  first.forEach((panel, place) => {
    if (panel.kind !== "heatmap") return;
    const key = keyOf(figure, panel, place);
    uses.set(key, [...(uses.get(key) || []), panel]);
  });
  const several = [...uses].filter(([, list]) => list.length > 1);
  return {
    lookup: (panel, place) => found.get(keyOf(figure, panel, place)) || {},
    ownBar: (panel, place) => (uses.get(keyOf(figure, panel, place)) || []).length < 2,
    keys: several.map(([key, list]) => ({ panel: list[0], limits: found.get(key).limits })),
  };
};
