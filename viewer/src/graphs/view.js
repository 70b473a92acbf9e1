// The drawing on the page: two canvases, one above the other, moved by dragging and the wheel, asked by the pointer.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import * as graphDraw from "./draw.js";
import { GUTTER } from "./draw.js";
import * as graphLayout from "./layout.js";
import * as graphNames from "./names.js";
import * as graphPens from "./pens.js";
import { el, svg } from "../shared/dom.js";
import { num, percent } from "../shared/format.js";
import * as tip from "../shared/tip.js";

const REACH = 7,
  EDGE_REACH = 5,
  LEAST_ZOOM = 0.7,
  REST = 110;

// Distance from a point to one of our curves, by points along it.
const distance = ([x1, y1, x2, y2], px, py) => {
  const bend = (y1 - y2) / 2;
  let least = Infinity;
  for (let k = 0; k <= 24; k++) {
    const t = k / 24,
      u = 1 - t;
    const x = u * u * (u + 3 * t) * x1 + t * t * (t + 3 * u) * x2;
    const y = u ** 3 * y1 + 3 * u * u * t * (y1 - bend) + 3 * u * t * t * (y2 + bend) + t ** 3 * y2;
    least = Math.min(least, Math.hypot(x - px, y - py));
  }
  return least;
};

// `on`: pick(node or null), edge(e), mark(node), hover(node).
export const panel = (g, state, on) => {
  const lower = el("canvas.layer", { "aria-hidden": "true" }),
    upper = el("canvas.layer.upper", { "aria-hidden": "true" });
  const host = el(
    "div#graph.graph-host",
    {
      tabindex: "0",
      role: "application",
      "aria-label": `Graph of ${g.n} nodes and ${g.m} edges: arrows follow the strongest edges, the panel beside it says where you are`,
    },
    lower,
    upper,
  );
  const strongFocus = () => (state.hover >= 0 || state.at !== null || state.edge >= 0) && drawn.length > 0;
  const view = { zoom: 1, x: 0, y: 0, moved: false };
  /** @type {any} */
  let layout = null;
  /** @type {import("../types").Camera | null} */
  let painted = null;
  let seen = g.shown(state.kept),
    drawn = [],
    asked = false,
    stale = true,
    least = 1,
    moving = 0;
  const size = () => ({ width: host.clientWidth, height: host.clientHeight });
  const room = () => ({
    width: size().width - GUTTER.left - GUTTER.right,
    height: size().height - GUTTER.top - GUTTER.bottom,
  });

  const sharp = (canvas) => {
    const ratio = devicePixelRatio || 1,
      { width, height } = size();
    canvas.width = Math.max(1, width * ratio);
    canvas.height = Math.max(1, height * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    return graphPens.canvasPen(context);
  };
  const draw = () => {
    asked = false;
    if (!layout || !host.isConnected) return;
    if (stale && !(moving && painted)) {
      graphDraw.back(sharp(lower), g, state, layout, view, size(), seen);
      painted = { ...view };
      stale = false;
    }
    if (!painted) return;
    // while it moves the picture behind is only shifted; it is redrawn when it rests
    const scale = view.zoom / painted.zoom;
    const shift = [
      GUTTER.left + view.x - (GUTTER.left + painted.x) * scale,
      GUTTER.top + view.y - (GUTTER.top + painted.y) * scale,
    ];
    lower.style.transform = stale ? `translate(${shift[0]}px, ${shift[1]}px) scale(${scale})` : "none";
    drawn = graphDraw.front(sharp(upper), g, state, layout, view, size(), seen);
    host.classList.toggle("focused", strongFocus());
    Object.assign(host.dataset, { strong: drawn.length, rest: !stale });
  };
  const redraw = (all = false) => {
    stale = stale || all;
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  const moved = () => {
    clearTimeout(moving);
    moving = setTimeout(() => {
      moving = 0;
      redraw(true);
    }, REST);
    view.moved = true;
    redraw(true);
  };
  // Inside what there is to see: centred where it is smaller than the room.
  const inside = (t) => {
    const { width, height } = room();
    const held = (at, whole, there) =>
      whole <= there ? (there - whole) / 2 : Math.min(0, Math.max(there - whole, at));
    const x = held(t.x - GUTTER.left, layout.width * t.k, width),
      y = held(t.y - GUTTER.top, layout.height * t.k, height);
    return zoomIdentity.translate(GUTTER.left + x, GUTTER.top + y).scale(t.k);
  };
  const mover = zoom()
    .clickDistance(4)
    .filter((e) => (e.type === "wheel" ? e.ctrlKey || e.metaKey : !e.button && e.type !== "dblclick"))
    .wheelDelta((e) => (-e.deltaY * 0.002) / Math.LN2)
    .constrain(inside)
    .on("zoom", ({ transform: { k, x, y }, sourceEvent }) => {
      Object.assign(view, { zoom: k, x: x - GUTTER.left, y: y - GUTTER.top });
      if (sourceEvent) moved();
      else redraw(true);
    });
  const handle = select(host).call(mover);
  const goTo = (k, x, y) => {
    mover.scaleExtent([Math.min(least, k), 4]);
    mover.transform(handle, inside(zoomIdentity.translate(GUTTER.left + x, GUTTER.top + y).scale(k)));
  };
  const fit = () => {
    const { width, height } = room();
    layout = graphLayout.place(g, width, height);
    const k = Math.min(1, Math.max(LEAST_ZOOM, Math.min(width / layout.width, height / layout.height)));
    // the height is filled at this zoom too
    layout = graphLayout.place(g, width / k, height / k);
    least = Math.min(k, width / layout.width, height / layout.height);
    view.moved = false;
    // the last position and the logits, where the end of the story is
    goTo(k, width - layout.width * k, 0);
  };
  // A new size: start again, unless the reader has moved the graph already.
  const resized = () => {
    if (!view.moved || !layout) return fit();
    least = Math.min(1, room().width / layout.width, room().height / layout.height);
    return goTo(view.zoom, view.x, view.y);
  };
  new ResizeObserver(() => {
    if (host.isConnected) resized();
  }).observe(host);
  const whole = () => goTo(least, view.x, view.y);
  const zoomBy = (factor) => {
    mover.scaleBy(handle, factor);
    moved();
  };
  const reveal = (i) => {
    const at = graphDraw.screen(layout, view),
      { width, height } = size();
    const x = at.x(i),
      y = at.y(i);
    if (x > GUTTER.left + 10 && x < width - 10 && y > 10 && y < height - GUTTER.bottom - 10) return;
    goTo(view.zoom, view.x + (GUTTER.left + width) / 2 - x, view.y + (height - GUTTER.bottom) / 2 - y);
  };

  const nodeAt = (px, py) => {
    const at = graphDraw.screen(layout, view);
    if (px < GUTTER.left || py > size().height - GUTTER.bottom) return -1;
    let best = -1,
      nearest = Infinity;
    for (let i = 0; i < g.n; i++) {
      if (!seen[i]) continue;
      const d = Math.hypot(at.x(i) - px, at.y(i) - py) - at.r(i);
      if (d < REACH && d < nearest) {
        nearest = d;
        best = i;
      }
    }
    return best;
  };
  const edgeAt = (px, py) => {
    let best = -1,
      nearest = EDGE_REACH;
    for (const [c, e] of drawn) {
      if (px < Math.min(c[0], c[2]) - 9 || px > Math.max(c[0], c[2]) + 9) continue;
      const d = distance(c, px, py);
      if (d <= nearest) {
        nearest = d;
        best = e;
      }
    }
    return best;
  };
  const edgeTip = (e) => [
    el("strong", `${graphNames.brief(g, g.edges.source[e])} → ${graphNames.brief(g, g.edges.target[e])}`),
    tip.lines(["weight", num(g.edges.weight[e])], ["share of its target's input", percent(g.edges.share[e])]),
    el("p.faint", g.crosses(e) ? "Click for its heads." : "Click for more."),
  ];
  const setHover = (i) => {
    if (i === state.hover) return;
    state.hover = i;
    on.hover(i);
    redraw();
  };

  host.addEventListener("pointermove", (e) => {
    if (e.buttons) return tip.hide();
    const box = host.getBoundingClientRect(),
      px = e.clientX - box.left,
      py = e.clientY - box.top;
    const i = nodeAt(px, py);
    const over = i < 0 && state.hover < 0 ? edgeAt(px, py) : -1;
    setHover(i);
    host.classList.toggle("pointing", i >= 0 || over >= 0);
    if (i >= 0) tip.show(graphNames.tip(g, i), e.clientX, e.clientY);
    else if (over >= 0) tip.show(edgeTip(over), e.clientX, e.clientY);
    else tip.hide();
  });
  host.addEventListener("click", (e) => {
    const box = host.getBoundingClientRect(),
      px = e.clientX - box.left,
      py = e.clientY - box.top,
      i = nodeAt(px, py);
    tip.hide();
    if (i >= 0) (e.shiftKey ? on.mark : on.pick)(i);
    else {
      state.hover = -1;
      const over = edgeAt(px, py);
      if (over >= 0) on.edge(over);
      else on.pick(null);
    }
  });
  host.addEventListener("pointerleave", () => {
    tip.hide();
    setHover(-1);
  });
  // the wheel alone moves; with Ctrl it zooms, as above
  const wheel = (e) => {
    if (e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    const [dx, dy] = e.shiftKey ? [e.deltaY, 0] : [e.deltaX, e.deltaY];
    mover.translateBy(handle, -dx / view.zoom, -dy / view.zoom);
    moved();
  };
  host.addEventListener("wheel", wheel, { passive: false });

  // The drawing as it stands, as SVG.
  const asSvg = () => {
    const { width, height } = size();
    const out = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const pen = graphPens.svgPen(out);
    const behind = svg("g", { opacity: state.at !== null || state.edge >= 0 ? 0.35 : null });
    out.append(behind);
    graphDraw.back(graphPens.svgPen(behind), g, state, layout, view, size(), seen);
    graphDraw.front(pen, g, { ...state, hover: -1 }, layout, view, size(), seen);
    return out;
  };
  const changed = () => {
    seen = g.shown(state.kept);
    redraw(true);
  };
  return {
    node: host,
    redraw,
    fit,
    whole,
    zoomBy,
    reveal,
    changed,
    asSvg,
    seen: () => seen,
    layout: () => layout,
    place: (i) => {
      const at = graphDraw.screen(layout, view);
      return [at.x(i), at.y(i)];
    },
  };
};
