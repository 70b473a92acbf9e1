// Colours of numbers and of series: viridis for amounts, blue to orange for signs, Okabe and Ito's hues for kinds.
import { color, current } from "../shared/theme.js";

const VIRIDIS = "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725".split(" ");
const SIGNS = {
  light: "0a3d73 2a72b0 7fb2dd c9deee f5f4f1 f6d9b4 eba654 c56a10 7d3c00".split(" "),
  dark: "b5deff 6db4f0 3a7fbd 2b4a68 262d35 5a4025 a9661c ec9a3c ffd39b".split(" "),
};
const SHAPES = ["circle", "square", "triangle", "diamond", "cross"];
const N_HUES = 8;

const rgb = (hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
const along = (stops, t) => {
  const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const a = rgb(stops[i]),
    b = rgb(stops[i + 1]);
  return a.map((v, k) => Math.round(v + (b[k] - v) * (at - i)));
};
export const css = (c) => `rgb(${c.join(" ")})`;

// Position 0 to 1 on the scale to a colour, as numbers.
export const ramp = (t, diverging) => along(diverging ? SIGNS[current() === "dark" ? "dark" : "light"] : VIRIDIS, t);
const luminance = (c) => {
  const [r, g, b] = c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
// Black or white, whichever is easier to read on a colour.
export const inkOn = (c) => (luminance(c) > 0.179 ? "#000000" : "#ffffff");

export const seriesColor = (i, n) =>
  n <= 2 * N_HUES ? color(`hue-${i % N_HUES}`) : css(along(VIRIDIS, 0.08 + (0.84 * i) / Math.max(1, n - 1)));
export const seriesShape = (i) => SHAPES[i % SHAPES.length];
export const categoryColor = (i) => color(`hue-${i % N_HUES}`);
export const fromCss = (c) => {
  const hex = /^#([0-9a-f]{6})$/i.exec(c);
  return hex ? rgb(hex[1]) : (c.match(/\d+/g) || [0, 0, 0]).slice(0, 3).map(Number);
};
