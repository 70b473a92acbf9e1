// Names of heads, links, colours of behaviours, and sentences in which heads are links and backticks are tokens.
import { el } from "../shared/dom.js";
import { color } from "../shared/theme.js";
import * as tokens from "../shared/tokens.js";

const N_HUES = 8;
const REST = new Set(["none of the rules", "unknown", "rest"]);

export const headLink = (name, extra) => el("a", { href: `#/head/${name}`, class: "head-name", ...extra }, name);
export const unitLink = (family, unit, text) => el("a", { href: `#/unit/${family}/${unit}` }, text ?? String(unit));
export const sentence = (text) =>
  text
    .split(/(`[^`]*`|\bL\d+H\d+\b)/)
    .map((part) =>
      /^L\d+H\d+$/.test(part) ? headLink(part) : /^`[^`]*`$/.test(part) ? tokens.chip(part.slice(1, -1)) : part,
    );
export const plain = (name) => name.replace(/_/g, " ");

// Behaviours: "inactive" and what no rule claims are grey, the others have a hue; above eight the hues come back striped.
export const palette = (behaviours) => {
  let next = 0;
  const at = new Map();
  for (const name of behaviours) at.set(name, name === "inactive" ? -1 : next++);
  const one = (name) => {
    if (REST.has(name)) return { a: "var(--card)", b: "var(--muted)", step: 5 };
    const place = at.get(name);
    if (place === undefined || place < 0) return { a: "var(--identity)", b: "var(--identity)", step: 5 };
    const hue = `var(--hue-${place % N_HUES})`;
    return { a: hue, b: place >= N_HUES ? "var(--card)" : hue, step: 3 };
  };
  // A class of two behaviours is striped in both colours.
  const ofClass = (name) => {
    const parts = name.split(" + ");
    if (parts.length === 1) return one(name);
    return { a: one(parts[0]).a, b: one(parts[1]).a, step: 4 };
  };
  const vars = (name) => {
    const { a, b, step } = ofClass(name);
    return { "--a": a, "--b": b, "--step": `${step}px` };
  };
  // For SVG: the two colours of the stripes.
  const both = (name) => {
    const { a, b } = REST.has(name) ? { a: "var(--raised)", b: "var(--raised)" } : ofClass(name);
    return [a, b].map((v) => color(v.slice(6, -1)));
  };
  return { vars, both };
};
