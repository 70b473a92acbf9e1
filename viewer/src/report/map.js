// The map of head loadings: one point a live latent, on a canvas that can be zoomed, moved, filtered and clicked.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { shapePath } from "../shared/shapes.js";
import * as bars from "../shared/bars.js";
import { el, svg, segmented } from "../shared/dom.js";
import * as saving from "../shared/export.js";
import { num, percent, count, headName } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { color, headColor, headShape, clusterColor, clusterShape } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const HEIGHT = 460,
  PAD = 28,
  REACH = 9,
  CELLS = 500;

const livePoints = (table) => {
  // Latents by falling energy, so that small points are drawn over large ones.
  const live = [];
  for (let i = 0; i < table.n; i++)
    if (table.energy_share[i] > 0 && Number.isFinite(table.map_x[i]) && Number.isFinite(table.map_y[i])) live.push(i);
  return live.sort((a, b) => table.energy_share[b] - table.energy_share[a]);
};

const bounds = (table, live) => {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of live) {
    x0 = Math.min(x0, table.map_x[i]);
    x1 = Math.max(x1, table.map_x[i]);
    y0 = Math.min(y0, table.map_y[i]);
    y1 = Math.max(y1, table.map_y[i]);
  }
  return { x0, y0, width: x1 - x0 || 1, height: y1 - y0 || 1 };
};

const spirals = (table, live, box) => {
  // Latents with the same loadings would hide each other: such a pile is laid out as a spiral around its place.
  const piles = new Map();
  const shifts = new Float32Array(2 * table.n);
  for (const i of live) {
    const cell =
      Math.round(((table.map_x[i] - box.x0) / box.width) * CELLS) * 10000 +
      Math.round(((table.map_y[i] - box.y0) / box.height) * CELLS);
    const k = piles.get(cell) || 0;
    piles.set(cell, k + 1);
    shifts[2 * i] = k ? Math.sqrt(k) * Math.cos(k * 2.39996) : 0;
    shifts[2 * i + 1] = k ? Math.sqrt(k) * Math.sin(k * 2.39996) : 0;
  }
  return { shifts, largest: Math.max(0, ...piles.values()) };
};

export const panel = (card, table, open) => {
  const kind = kinds.of(card),
    live = livePoints(table),
    box = bounds(table, live),
    { shifts, largest } = spirals(table, live, box);
  const hasClusters = live.some((i) => table.cluster[i] >= 0);
  const state = { by: "head", chosen: new Set(), view: zoomIdentity, hover: -1 };
  const canvas = el("canvas.map", {
    tabindex: "0",
    role: "img",
    "aria-label": `Map of head loadings of ${live.length} live latents. The latent table lists the same latents.`,
  });
  const legend = el("div.legend.tight");
  const energy = live.length ? table.energy_share[live[0]] : 1;
  const least = Math.min(3.4, Math.max(2, 60 / Math.sqrt(live.length + 1)));
  const radius = (i) => least + 7.5 * Math.sqrt(table.energy_share[i] / energy);
  const group = (i) => (state.by === "head" ? table.main_head[i] : table.cluster[i]);
  const groupColor = (g) => (state.by === "head" ? headColor(g, card.n_heads) : clusterColor(g));
  const groupShape = (g) => (state.by === "head" ? headShape(g, card.n_heads) : clusterShape(g));
  const visible = (i) => !state.chosen.size || state.chosen.has(group(i));
  const pile = largest > 1 ? Math.min(3.2, 60 / Math.sqrt(largest)) : 0,
    edge = PAD + pile * Math.sqrt(largest);
  const fitted = () => Math.min((canvas.clientWidth - 2 * edge) / box.width, (HEIGHT - 2 * edge) / box.height);
  const place = (i) => {
    const { view } = state,
      s = fitted(),
      z = pile * Math.min(view.k, 6);
    const [x, y] = view.apply([
      canvas.clientWidth / 2 + (table.map_x[i] - box.x0 - box.width / 2) * s,
      HEIGHT / 2 - (table.map_y[i] - box.y0 - box.height / 2) * s,
    ]);
    return [x + shifts[2 * i] * z, y + shifts[2 * i + 1] * z];
  };

  // Marks are drawn once per group and size and then stamped, which is what makes tens of thousands of points quick.
  const stamps = (ratio) => {
    const made = new Map();
    return (g, r) => {
      const size = Math.round(r * 4) / 4,
        key = g * 1000 + size;
      if (!made.has(key)) {
        const half = Math.ceil(size * 1.3) + 1,
          stamp = el("canvas", { width: 2 * half * ratio, height: 2 * half * ratio }),
          context = stamp.getContext("2d");
        context.scale(ratio, ratio);
        const path = new Path2D(shapePath(groupShape(g), half, half, size));
        context.fillStyle = groupColor(g);
        context.fill(path);
        context.lineWidth = 0.7;
        context.strokeStyle = color("card");
        context.stroke(path);
        stamp.half = half;
        made.set(key, stamp);
      }
      return made.get(key);
    };
  };

  const draw = () => {
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = HEIGHT * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = color("card");
    context.fillRect(0, 0, canvas.clientWidth, HEIGHT);
    const marks = stamps(ratio);
    for (const pass of [false, true]) {
      context.globalAlpha = pass ? 0.85 : 0.07;
      for (const i of live) {
        if (visible(i) !== pass) continue;
        const [x, y] = place(i);
        if (x < -20 || y < -20 || x > canvas.clientWidth + 20 || y > HEIGHT + 20) continue;
        const mark = marks(group(i), radius(i));
        context.drawImage(mark, x - mark.half, y - mark.half, 2 * mark.half, 2 * mark.half);
      }
    }
    if (state.hover >= 0) {
      const [x, y] = place(state.hover);
      context.globalAlpha = 1;
      context.lineWidth = 2;
      context.strokeStyle = color("ink");
      context.beginPath();
      context.arc(x, y, radius(state.hover) + 3, 0, 7);
      context.stroke();
    }
  };
  let asked = false;
  const redraw = () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    }
  };

  const nearest = (mx, my) => {
    let best = -1,
      least = Infinity;
    for (const i of live) {
      if (!visible(i)) continue;
      const [x, y] = place(i),
        d = Math.hypot(x - mx, y - my) - radius(i);
      if (d < REACH && d < least) {
        least = d;
        best = i;
      }
    }
    return best;
  };
  const mover = zoom()
    .scaleExtent([0.5, 60])
    .clickDistance(4)
    .filter((e) => (e.type === "wheel" ? zooms(e) : !e.button && e.type !== "dblclick"))
    .wheelDelta((e) => (-e.deltaY * 0.0015) / Math.LN2)
    .on("zoom", (e) => {
      state.view = e.transform;
      redraw();
    });
  // the wheel scrolls the page unless it is meant for the map
  const zooms = (e) => e.ctrlKey || e.metaKey || document.activeElement === canvas;
  const moved = select(canvas).call(mover);
  const zoomBy = (factor) => mover.scaleBy(moved, factor);
  const reset = () => mover.transform(moved, zoomIdentity);

  canvas.addEventListener("pointermove", (e) => {
    if (e.buttons) return tip.hide();
    const found = nearest(e.offsetX, e.offsetY);
    if (found !== state.hover) {
      state.hover = found;
      redraw();
    }
    canvas.style.cursor = found >= 0 ? "pointer" : "grab";
    if (found < 0) return tip.hide();
    tip.show(
      [
        el("strong", `${kind.Noun} ${table.latent[found]}`),
        tip.lines(
          ["energy", percent(table.energy_share[found])],
          ["density", percent(table.density[found])],
          [kind.hasHeads ? "main head" : "main layer", headName(card, table.main_head[found])],
          kind.hasHeads && ["effective heads", num(table.effective_heads[found], 3)],
          [kind.tokens.toLowerCase(), tokens.chips(table.words("top_source_tokens", found, 4))],
          table.top_promoted[found].length > 0 && ["promotes", tokens.chips(table.words("top_promoted", found, 4))],
        ),
        bars.mini(card, table.loadings, found * table.width, { width: 150, height: 44, labels: true }),
      ],
      e.clientX,
      e.clientY,
    );
  });
  canvas.addEventListener("click", (e) => {
    const found = nearest(e.offsetX, e.offsetY);
    if (found < 0) return;
    tip.hide();
    open(table.latent[found]);
  });
  canvas.addEventListener("pointerleave", () => {
    tip.hide();
    if (state.hover >= 0) {
      state.hover = -1;
      redraw();
    }
  });
  canvas.addEventListener("keydown", (e) => {
    const step = { "+": () => zoomBy(1.4), "=": () => zoomBy(1.4), "-": () => zoomBy(1 / 1.4), 0: reset }[e.key];
    if (step) {
      e.preventDefault();
      step();
    }
  });

  const showLegend = () => {
    const counts = new Map();
    for (const i of live) counts.set(group(i), (counts.get(group(i)) || 0) + 1);
    const keys = [...counts.keys()]
      .sort((a, b) => a - b)
      .map((g) => {
        const icon = svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          svg("path", { d: shapePath(groupShape(g), 7, 7, 5), fill: groupColor(g) }),
        );
        const name = state.by === "head" ? headName(card, g) : g < 0 ? "no cluster" : `cluster ${g}`;
        const key = el("button.key", { "aria-pressed": "false" }, icon, name, el("span.faint", count(counts.get(g))));
        key.addEventListener("click", () => {
          if (!state.chosen.delete(g)) state.chosen.add(g);
          key.setAttribute("aria-pressed", String(state.chosen.has(g)));
          redraw();
        });
        return key;
      });
    legend.replaceChildren(...keys);
  };
  const by = (value) => {
    state.by = value;
    state.chosen.clear();
    showLegend();
    redraw();
  };

  const node = el(
    "div.map-box",
    el(
      "div.head",
      hasClusters &&
        segmented(
          "Colour by",
          { head: kind.hasHeads ? "by main head" : "by main layer", cluster: "by cluster" },
          "head",
          by,
        ),
      el("span.push"),
      el("button.quiet", { "aria-label": "Zoom in", onclick: () => zoomBy(1.5) }, "+"),
      el("button.quiet", { "aria-label": "Zoom out", onclick: () => zoomBy(1 / 1.5) }, "−"),
      el("button.quiet", { onclick: reset }, "Reset"),
      saving.canvasButton(() => canvas, `loading-map-${card.name}`),
    ),
    legend,
    canvas,
    el(
      "p.hint",
      `${card.loading_map ? `${card.loading_map.method}. ` : ""}${kind.loadingsHint ? `${kind.loadingsHint} ` : ""}Nearby points mix ${kind.hasHeads ? "heads" : "layers"} alike; the axes have no unit. Size is energy. Click a point to open it, a name to filter; drag moves, Ctrl + wheel zooms.`,
      largest > 3 ? " Latents with equal loadings are laid out as a spiral." : "",
    ),
  );
  node.start = () => {
    showLegend();
    draw();
  };
  node.redraw = redraw;
  return node;
};
