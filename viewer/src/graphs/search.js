// Finding nodes by latent number, label or token. What is found is ringed in the graph.
import * as graphNames from "./names.js";
import * as graphRows from "./rows.js";
import { el } from "../shared/dom.js";

const MOST = 40;

export const field = (g, state, act) => {
  const words = Array.from({ length: g.n }, (_, i) => graphNames.words(g, i));
  const results = el("ul#found.found", { role: "listbox", "aria-label": "Found nodes", hidden: true });
  let list = [],
    at = 0;
  const find = (text) => {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const number = /^#?(\d+)$/.exec(wanted),
      both = /^l?(\d+)[ /.#]+(\d+)$/.exec(wanted);
    const order = Array.from({ length: g.n }, (_, i) => i).sort(
      (a, b) => (g.influence[b] || 0) - (g.influence[a] || 0),
    );
    if (both) return order.filter((i) => g.nodes.layer[i] === Number(both[1]) && g.nodes.latent[i] === Number(both[2]));
    if (number) {
      const exact = order.filter((i) => g.nodes.latent[i] === Number(number[1]));
      if (exact.length || wanted.startsWith("#")) return exact;
    }
    const parts = wanted.split(/\s+/);
    return order.filter((i) => parts.every((part) => words[i].includes(part)));
  };
  const show = () => {
    results.replaceChildren(
      ...list.slice(0, MOST).map((i, k) => {
        const item = el(
          "li",
          { role: "option", id: `found-${k}`, "aria-selected": String(k === at) },
          graphRows.nodeButton(g, i, { ...act, pick: (j) => choose(j) }),
        );
        return item;
      }),
      ...(list.length > MOST ? [el("li.hint", `${list.length - MOST} more are ringed`)] : []),
      ...(list.length ? [] : [el("li.hint", "No such node")]),
    );
    box.setAttribute("aria-activedescendant", list.length ? `found-${at}` : "");
  };
  const close = () => {
    results.hidden = true;
    box.setAttribute("aria-expanded", "false");
  };
  const choose = (i) => {
    close();
    box.blur();
    act.hover(-1);
    act.pick(i);
  };
  const box = el("input#search", {
    type: "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "found",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Latent or token …",
    "aria-label": "Find a node by latent number, label or token",
    oninput: () => {
      at = 0;
      list = find(box.value);
      state.found = box.value.trim() ? new Set(list) : null;
      results.hidden = !box.value.trim();
      box.setAttribute("aria-expanded", String(!results.hidden));
      show();
      act.redraw();
    },
    onkeydown: (e) => {
      if (e.key === "Escape") close();
      if (results.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step) {
        e.preventDefault();
        at = Math.min(Math.min(MOST, list.length) - 1, Math.max(0, at + step));
        show();
        results.children[at]?.scrollIntoView({ block: "nearest" });
      }
      if (e.key === "Enter" && list.length) {
        e.preventDefault();
        choose(list[at]);
      }
    },
    onfocus: () => {
      if (box.value.trim()) results.hidden = false;
    },
  });
  const clear = () => {
    box.value = "";
    state.found = null;
    close();
  };
  return { node: el("div.finder", box, results), clear, close };
};
