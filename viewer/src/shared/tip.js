// One floating note, shown on hover and on keyboard focus, closed by leaving or by Escape.
import { el } from "./dom.js";

const box = el("div#tip.tip", { role: "tooltip", hidden: true });
let owner = null;

const place = (x, y) => {
  const margin = 12,
    w = box.offsetWidth,
    h = box.offsetHeight;
  const left = x + margin + w > innerWidth ? x - margin - w : x + margin;
  const top = y + margin + h > innerHeight ? y - margin - h : y + margin;
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${Math.max(4, top)}px`;
};
export const show = (content, x, y) => {
  box.replaceChildren(...[content].flat().map((c) => (c instanceof Node ? c : document.createTextNode(c))));
  box.hidden = false;
  if (!box.isConnected) document.body.append(box);
  place(x, y);
};
export const hide = () => {
  box.hidden = true;
  owner = null;
};

export const attach = (node, make) => {
  // `make` returns a node, a string, or null for nothing to say.
  const open = (x, y) => {
    const content = make();
    if (content === null) return;
    owner = node;
    show(content, x, y);
  };
  node.addEventListener("pointerenter", (e) => open(e.clientX, e.clientY));
  node.addEventListener("pointermove", (e) => {
    if (owner === node) place(e.clientX, e.clientY);
  });
  node.addEventListener("pointerleave", hide);
  node.addEventListener("focus", () => {
    if (!node.matches(":focus-visible")) return;
    const r = node.getBoundingClientRect();
    open(r.left, r.bottom - 8);
  });
  node.addEventListener("blur", hide);
  return node;
};

export const lines = (...rows) =>
  el(
    "dl.lines",
    rows.filter(Boolean).map(([k, v]) => [el("dt", k), el("dd", v)]),
  );
