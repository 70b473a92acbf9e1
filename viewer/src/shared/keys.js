// The keyboard: page keys first, then keys that work everywhere, and the list of both.
import { el } from "./dom.js";
import * as tip from "./tip.js";

let app = null,
  dialog = null;

export const help = () => {
  const rows = app.help().map(([k, v]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, v)]);
  dialog.querySelector("dl").replaceChildren(...rows.flat());
  if (dialog.open) dialog.close();
  else dialog.showModal();
};

const typing = (node) =>
  node instanceof HTMLElement &&
  (/^(TEXTAREA|SELECT)$/.test(node.tagName) || (node.tagName === "INPUT" && node.type !== "checkbox"));

const pressed = (e) => {
  if (e.key === "Escape") {
    tip.hide();
    if (typing(document.activeElement)) return document.activeElement.blur();
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
export const start = (what) => {
  app = what;
  dialog = el(
    "dialog",
    { class: "help", "aria-label": "Keys" },
    el("h2", {}, "Keys"),
    el("dl", { class: "lines keys" }),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
  document.body.append(dialog);
  document.addEventListener("keydown", pressed);
};
