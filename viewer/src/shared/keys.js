// The keyboard: page keys first, then keys that work everywhere, and the list of both.
import { el } from "./dom.js";
import * as tip from "./tip.js";

/** @typedef {{ page(): import("../types").Page | null, keys: Record<string, () => unknown>, help(): string[][] }} Keyed */
/** @type {Keyed} */
let app;
/** @type {HTMLDialogElement} */
let dialog;

export const help = () => {
  const rows = app.help().map(([k, v]) => [el("dt", el("kbd", k)), el("dd", v)]);
  dialog.querySelector("dl")?.replaceChildren(...rows.flat());
  if (dialog.open) dialog.close();
  else dialog.showModal();
};

/** @param {unknown} node */
const typing = (node) =>
  node instanceof HTMLTextAreaElement ||
  node instanceof HTMLSelectElement ||
  (node instanceof HTMLInputElement && node.type !== "checkbox");

const pressed = (e) => {
  if (e.key === "Escape") {
    tip.hide();
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    if (typing(active)) return active?.blur();
    if (!dialog.open) app.page()?.keys?.Escape?.();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
  if (dialog.open) {
    if (e.key === "?") {
      e.preventDefault();
      help();
    }
    return;
  }
  // arrows scroll an example sideways, and buttons and links keep Enter
  if (e.key.startsWith("Arrow") && e.target.closest?.(".frame, canvas, .segmented, .scrubber")) return;
  if (e.key === "Enter" && e.target.closest?.("a, button, summary, .table-view")) return;
  const action = app.page()?.keys?.[e.key] || app.keys[e.key];
  if (action) {
    e.preventDefault();
    action();
  }
};

// `what`: `page()` the page that is shown, with its own `keys`; `keys` of every page; `help()`, rows of [key, words].
/** @param {Keyed} what */
export const start = (what) => {
  app = what;
  dialog = el(
    "dialog.help",
    { "aria-label": "Keys" },
    el("h2", "Keys"),
    el("dl.lines.keys"),
    el("form", { method: "dialog" }, el("button", { type: "submit" }, "Close")),
  );
  document.body.append(dialog);
  document.addEventListener("keydown", pressed);
};
