// Supernodes: making them of marked nodes, naming, taking them apart.
import * as graphRows from "./rows.js";
import { el } from "../shared/dom.js";

export const make = (state, label) => {
  // Marked nodes leave the groups that they were in, and are pinned.
  const chosen = [...state.marked];
  for (const group of state.groups) group.nodes = group.nodes.filter((i) => !state.marked.has(i));
  state.groups = state.groups.filter((v) => v.nodes.length);
  const group = { label, nodes: chosen };
  state.groups.push(group);
  state.pins = [...new Set([...state.pins, ...chosen])];
  state.marked = new Set();
  return group;
};
export const drop = (state, group) => {
  state.groups = state.groups.filter((v) => v !== group);
};
export const unpin = (state, i) => {
  state.pins = state.pins.filter((j) => j !== i);
  for (const group of state.groups) group.nodes = group.nodes.filter((j) => j !== i);
  state.groups = state.groups.filter((v) => v.nodes.length);
};

export const page = (g, group, act) =>
  el(
    "div.group-page",
    el("h2", "Supernode"),
    el(
      "form.tools",
      {
        onsubmit: (e) => {
          e.preventDefault();
          act.rename(group, e.target.elements.label.value.trim() || "group");
          e.target.elements.label.blur();
        },
      },
      el("input#group-name", {
        name: "label",
        value: group.label,
        autocomplete: "off",
        "aria-label": "Name of the supernode",
      }),
      el("button.quiet", { type: "submit" }, "Name it"),
      el("button#ungroup.quiet", { onclick: () => act.ungroup(group) }, "Ungroup"),
    ),
    el("h3", `Its ${group.nodes.length} nodes`),
    el(
      "ul.edge-list.kin",
      group.nodes.map((i) => el("li", graphRows.nodeButton(g, i, act))),
    ),
  );
