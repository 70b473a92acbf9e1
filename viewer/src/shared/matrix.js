// Square matrices of bytes: from a record, and as pictures.
import { color } from "./theme.js";

export const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
export const squared = (byte) => (byte / 255) ** 2;

// A colour as red, green, blue; colours of the style sheet are written #rrggbb.
export const parts = (name) => [1, 3, 5].map((i) => Number.parseInt(color(name).slice(i, i + 2), 16));
export const ramp = (most) => {
  const stops = ["card", "key", "ink"].map(parts);
  return Array.from({ length: 256 }, (_, byte) => {
    const t = 2 * Math.min(1, byte / Math.max(1, most));
    const from = Math.min(1, Math.floor(t));
    return stops[from].map((v, i) => Math.round(v + (t - from) * (stops[from + 1][i] - v)));
  });
};
export const paint = (canvas, side, at) => {
  canvas.width = side;
  canvas.height = side;
  const image = new ImageData(side, side);
  for (let r = 0; r < side; r++) for (let c = 0; c < side; c++) image.data.set([...at(r, c), 255], 4 * (r * side + c));
  canvas.getContext("2d").putImageData(image, 0, 0);
};
