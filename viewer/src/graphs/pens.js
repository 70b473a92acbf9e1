// Two pens with the same strokes: one for the canvas, one that writes SVG.
import { shapePath, FONT } from "../shared/shapes.js";
import * as dom from "../shared/dom.js";
import { svg } from "../shared/dom.js";

const stamps = new Map();
export const canvasPen = (context) => ({
  rect: (x, y, w, h, fill, alpha = 1) => {
    context.globalAlpha = alpha;
    context.fillStyle = fill;
    context.fillRect(x, y, w, h);
  },
  line: (x1, y1, x2, y2, stroke, width = 1) => {
    context.globalAlpha = 1;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  },
  // Many curves at once, all of one look.
  curves: (list, stroke, width, alpha, dash = []) => {
    context.globalAlpha = alpha;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (const [x1, y1, x2, y2] of list) {
      const bend = (y1 - y2) / 2;
      context.moveTo(x1, y1);
      context.bezierCurveTo(x1, y1 - bend, x2, y2 + bend, x2, y2);
    }
    context.stroke();
    context.setLineDash([]);
  },
  // Marks of one look are drawn once and then stamped.
  shape: (shape, x, y, r, { fill, stroke, width = 1 }) => {
    const ratio = devicePixelRatio || 1,
      size = Math.round(r * 4) / 4,
      key = `${shape} ${size} ${fill} ${stroke} ${width} ${ratio}`;
    if (!stamps.has(key)) {
      const half = Math.ceil(size * 1.3 + width) + 1;
      const stamp = dom.el("canvas", { width: 2 * half * ratio, height: 2 * half * ratio });
      const ink = stamp.getContext("2d");
      const path = new Path2D(shapePath(shape, half, half, size));
      ink.scale(ratio, ratio);
      ink.fillStyle = fill;
      if (fill) ink.fill(path);
      ink.strokeStyle = stroke;
      ink.lineWidth = width;
      if (stroke) ink.stroke(path);
      stamps.set(key, { stamp, half });
    }
    const { stamp, half } = stamps.get(key);
    context.globalAlpha = 1;
    context.drawImage(stamp, x - half, y - half, 2 * half, 2 * half);
  },
  text: (x, y, words, { fill, size = 11, anchor = "start", weight = 400, turn = 0, halo = null }) => {
    context.save();
    context.globalAlpha = 1;
    context.translate(x, y);
    context.rotate((turn * Math.PI) / 180);
    context.font = `${weight} ${size}px ${FONT}`;
    context.textAlign = { start: "left", middle: "center", end: "right" }[anchor];
    if (halo) {
      context.strokeStyle = halo;
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeText(words, 0, 0);
    }
    context.fillStyle = fill;
    context.fillText(words, 0, 0);
    context.restore();
  },
});

export const svgPen = (into) => {
  const short = (v) => Number(v.toFixed(1));
  const add = (tag, attributes, ...children) => into.append(svg(tag, attributes, ...children));
  const plain = (alpha) => (alpha < 1 ? alpha : null);
  return {
    rect: (x, y, width, height, fill, alpha = 1) => add("rect", { x, y, width, height, fill, opacity: plain(alpha) }),
    line: (x1, y1, x2, y2, stroke, width = 1) => add("line", { x1, y1, x2, y2, stroke, "stroke-width": width }),
    curves: (list, stroke, width, alpha, dash = []) => {
      for (const [x1, y1, x2, y2] of list) {
        const bend = (y1 - y2) / 2;
        const d = `M${short(x1)} ${short(y1)}C${short(x1)} ${short(y1 - bend)} ${short(x2)} ${short(y2 + bend)} ${short(x2)} ${short(y2)}`;
        add("path", {
          d,
          fill: "none",
          stroke,
          "stroke-width": width,
          opacity: plain(alpha),
          "stroke-dasharray": dash.length ? dash.join(" ") : null,
        });
      }
    },
    shape: (shape, x, y, r, { fill, stroke, width = 1 }) =>
      add("path", {
        d: shapePath(shape, short(x), short(y), short(r)),
        fill: fill || "none",
        stroke,
        "stroke-width": stroke ? width : null,
      }),
    text: (x, y, words, { fill, size = 11, anchor = "start", weight = 400, turn = 0, halo = null }) =>
      add(
        "text",
        {
          x: turn ? null : x,
          y: turn ? null : y,
          transform: turn ? `translate(${x} ${y}) rotate(${turn})` : null,
          fill,
          "font-size": size,
          "font-family": FONT,
          "font-weight": weight === 400 ? null : weight,
          "text-anchor": anchor === "start" ? null : anchor,
          ...(halo ? { stroke: halo, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" } : {}),
        },
        words,
      ),
  };
};
