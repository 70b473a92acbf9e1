// The latent table: only the rows in view exist, so it stays quick at a hundred thousand latents.
import * as filter from "./filter.js";
import * as bars from "../shared/bars.js";
import { el, announce } from "../shared/dom.js";
import { percentColumn, numberColumn, count, headName } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { definition, groupName } from "../shared/kinds.js";
import { memory } from "../shared/memory.js";
import * as store from "../shared/store.js";
import { headColor } from "../shared/theme.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const ROW = 36,
  EXTRA = 6;

// Key, heading, whether it sorts, width; only the columns that mean something for the kind of dictionary.
const columnsOf = (card, table) => {
  const kind = kinds.of(card);
  const words = "minmax(190px, 1fr)";
  return [
    ["latent", kind.Noun, true, "74px"],
    ["density", "Density", true, "78px"],
    ["energy_share", "Energy", true, "78px"],
    ["max_activation", "Max act.", true, "82px"],
    kind.hasHeads && ["effective_heads", "Eff. heads", true, "92px"],
    kind.hasIdentity && ["identity_share", "Identity", true, "82px"],
    kind.hasLoadings && ["main_head", kind.hasHeads ? "Main head" : "Main layer", true, "112px"],
    kind.hasLoadings && ["loadings", card.loadings === "measured" ? "Measured heads" : "Loadings", false, "136px"],
    kind.hasGroups && ["group", kind.group, true, "150px"],
    ["top_source_tokens", kind.tokens, false, words],
    kind.keyTokens && ["top_key_tokens", kind.keyTokens, false, words],
    table.top_promoted.some((list) => list.length) && ["top_promoted", "Promoted tokens", false, words],
  ].filter(Boolean);
};
const NUMERIC = new Set(["latent", "density", "energy_share", "max_activation", "effective_heads", "identity_share"]);
const RISING_FIRST = new Set(["latent", "main_head", "group"]);

export const link = (card, latent) => `#/d/${encodeURIComponent(card.name)}/latent/${latent}`;

const rowNode = (card, table, columns, i, index) => {
  const latent = table.latent[i],
    cell = (content, extra) => el("div", { role: "cell", class: extra }, content),
    chips = (key) => () => tokens.chips(table.words(key, i, 6));
  const contents = {
    latent: () => el("a", { href: link(card, latent), tabindex: "-1" }, String(latent)),
    density: () => percentColumn(table.density[i]),
    energy_share: () => percentColumn(table.energy_share[i]),
    max_activation: () => numberColumn(table.max_activation[i]),
    effective_heads: () => numberColumn(table.effective_heads[i]),
    identity_share: () => percentColumn(table.identity_share[i]),
    main_head: () => [
      el("span", { class: "swatch", vars: { "--swatch": headColor(table.main_head[i], card.n_heads) } }),
      headName(card, table.main_head[i]),
    ],
    loadings: () => bars.mini(card, table.loadings, i * table.width, { height: 30 }),
    group: () => groupName(card, table.group[i]),
    top_source_tokens: chips("top_source_tokens"),
    top_key_tokens: chips("top_key_tokens"),
    top_promoted: chips("top_promoted"),
  };
  return el(
    "div",
    {
      class: index % 2 ? "row odd" : "row",
      role: "row",
      "aria-rowindex": index + 2,
      "data-index": index,
      vars: { "--top": `${index * ROW}px` },
      onclick: (e) => {
        if (!e.target.closest("a")) location.hash = link(card, latent);
      },
    },
    columns.map(([key]) => cell(contents[key](), NUMERIC.has(key) ? "number" : key === "main_head" ? "named" : null)),
  );
};

const controls = (card, table, state, change) => {
  const input = (key, attributes) =>
    el("input", {
      ...attributes,
      value: state[key],
      oninput: (e) => {
        state[key] = e.target.value;
        change();
      },
    });
  const select = (key, name, options) => {
    const node = el(
      "select",
      {
        "aria-label": name,
        onchange: (e) => {
          state[key] = e.target.value;
          change();
        },
      },
      options.map(([value, text]) => el("option", { value }, text)),
    );
    node.value = state[key];
    return node;
  };
  const kind = kinds.of(card);
  const offered = card.head_names.slice(0, card.n_heads + (kind.hasIdentity ? 1 : 0));
  const heads = [["", "any"], ...offered.map((name, h) => [String(h), name])];
  const groups = [["", "any"], ...(card.group_names || []).map((_, g) => [String(g), groupName(card, g)])];
  const promotes = table.top_promoted.some((list) => list.length);
  const clusters =
    card.loading_map && kind.hasLoadings
      ? [["", "any"], ...card.loading_map.cluster_sizes.map((size, c) => [String(c), `${c} (${count(size)})`])]
      : null;
  const range = (name, low, high) =>
    el(
      "fieldset",
      { class: "range" },
      el("legend", {}, name),
      input(low, {
        type: "text",
        inputmode: "decimal",
        placeholder: "min",
        "aria-label": `${name}, smallest, per cent`,
      }),
      "–",
      input(high, {
        type: "text",
        inputmode: "decimal",
        placeholder: "max",
        "aria-label": `${name}, largest, per cent`,
      }),
      "%",
    );
  const dead = el("input", {
    type: "checkbox",
    onchange: (e) => {
      state.dead = e.target.checked ? "1" : "";
      change();
    },
  });
  dead.checked = state.dead !== "";
  return el(
    "form",
    { class: "filters", role: "search", onsubmit: (e) => e.preventDefault() },
    el(
      "div",
      { class: "search" },
      input("q", {
        type: "search",
        id: "search",
        placeholder: "Search tokens …",
        "aria-label": "Search tokens; in quotation marks: whole tokens only",
        title: 'In "quotation marks": whole tokens only. ↵ finds newlines.',
        autocomplete: "off",
        spellcheck: "false",
      }),
      promotes &&
        select("in", "Search in", [
          ["both", "in both"],
          ["source", card.side === "key" ? "in sources" : "in examples"],
          ["promoted", "in promoted"],
        ]),
    ),
    kind.hasLoadings &&
      el("label", {}, kind.hasHeads ? "Main head " : "Main layer ", select("head", "Main head", heads)),
    kind.hasGroups && el("label", {}, `${kind.group} `, select("group", kind.group, groups)),
    clusters && el("label", {}, "Cluster ", select("cluster", "Cluster", clusters)),
    range("Density", "dmin", "dmax"),
    kind.hasIdentity && range("Identity", "imin", "imax"),
    el("label", {}, dead, " dead too"),
  );
};

export const page = async (data, card, query) => {
  const table = await store.loadTable(card);
  const state = filter.parse(query);
  const kind = kinds.of(card),
    columns = columnsOf(card, table);
  let order = new Uint32Array(0),
    current = 0,
    drawn = "";
  const rows = el("div", { class: "rows", role: "rowgroup" });
  const header = el("div", { class: "row header", role: "row", "aria-rowindex": 1 });
  const view = el(
    "div",
    {
      class: "table-view",
      role: "table",
      "aria-label": `${kind.Noun}s of ${card.name}`,
      tabindex: "0",
      vars: { "--columns": columns.map((c) => c[3]).join(" ") },
    },
    el("div", { role: "rowgroup", class: "header-group" }, header),
    rows,
  );
  const tally = el("span", { class: "tally" });
  const clear = el(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: () => {
        location.hash = `#/d/${encodeURIComponent(card.name)}`;
      },
    },
    "Clear filters",
  );

  const paint = (force) => {
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - EXTRA);
    const last = Math.min(order.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + EXTRA);
    const key = `${first} ${last} ${current}`;
    if (!force && key === drawn) return;
    drawn = key;
    const nodes = [];
    for (let k = first; k < last; k++) {
      const node = rowNode(card, table, columns, order[k], k);
      if (k === current) node.classList.add("current");
      nodes.push(node);
    }
    rows.replaceChildren(...nodes);
  };
  const refresh = (keep) => {
    order = filter.select(table, state);
    memory.order = { name: card.name, query: filter.write(state), latents: Array.from(order, (i) => table.latent[i]) };
    rows.style.height = `${order.length * ROW}px`;
    view.setAttribute("aria-rowcount", String(order.length + 1));
    tally.textContent =
      order.length === table.n
        ? `${count(table.n)} ${kind.noun}s`
        : `${count(order.length)} of ${count(table.n)} ${kind.noun}s`;
    announce(tally.textContent);
    rows.classList.toggle("empty", order.length === 0);
    const filtered = new URLSearchParams(filter.write(state));
    filtered.delete("sort");
    clear.hidden = filtered.size === 0;
    for (const cell of header.children) {
      const name = cell.dataset.key;
      cell.setAttribute(
        "aria-sort",
        state.sort === name ? "ascending" : state.sort === `-${name}` ? "descending" : "none",
      );
    }
    if (!keep) {
      view.scrollTop = 0;
      current = 0;
    }
    paint(true);
  };
  const change = () => {
    const text = filter.write(state);
    history.replaceState(null, "", `#/d/${encodeURIComponent(card.name)}${text ? `?${text}` : ""}`);
    refresh();
  };
  for (const [key, title, sortable] of columns) {
    const label = sortable
      ? el(
          "button",
          {
            type: "button",
            onclick: () => {
              state.sort =
                state.sort === `-${key}`
                  ? key
                  : state.sort === key
                    ? `-${key}`
                    : RISING_FIRST.has(key)
                      ? key
                      : `-${key}`;
              change();
            },
          },
          title,
        )
      : el("span", {}, title);
    tip.attach(label, () => el("p", {}, definition(card, key)));
    header.append(
      el("div", { role: "columnheader", "data-key": key, class: NUMERIC.has(key) ? "number" : null }, label),
    );
  }
  view.addEventListener("scroll", () => paint(false), { passive: true });

  const move = (step) => {
    if (!order.length) return;
    current = Math.min(order.length - 1, Math.max(0, current + step));
    const top = current * ROW,
      room = view.clientHeight - header.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    if (top + ROW > view.scrollTop + room) view.scrollTop = top + ROW - room;
    paint(true);
  };
  const openCurrent = () => {
    if (order.length) location.hash = link(card, table.latent[order[current]]);
  };
  view.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target === view) openCurrent();
  });

  const node = el(
    "div",
    { class: "page table-page" },
    el(
      "div",
      { class: "head" },
      el("h1", {}, `${kind.Noun}s of `, card.name),
      tally,
      clear,
      el("span", { class: "push hint" }, "Click a heading to sort, a row to open"),
    ),
    el("p", { class: "about" }, el("strong", {}, card.title || "", ". "), kind.about),
    controls(card, table, state, change),
    view,
  );
  return {
    title: `${kind.Noun}s of ${card.name}`,
    node,
    start: () => {
      const before = memory.last;
      refresh();
      if (before && before.name === card.name) {
        const at = memory.order.latents.indexOf(before.latent);
        if (at > 0) {
          current = at;
          view.scrollTop = Math.max(0, at * ROW - view.clientHeight / 3);
          paint(true);
        }
      }
      view.focus({ preventScroll: true });
    },
    resize: () => paint(true),
    keys: {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(15),
      PageUp: () => move(-15),
      Home: () => move(-1e9),
      End: () => move(1e9),
      Enter: openCurrent,
    },
  };
};
