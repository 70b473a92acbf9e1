// A table of which only the rows in view exist: 50,000 rows scroll like 50. Columns say how to sort and draw themselves.
import { el, announce } from "../shared/dom.js";
import * as format from "../shared/format.js";
import * as tip from "../shared/tip.js";

const ROW = 32,
  EXTRA = 6;

const compare = (values, falling) => (a, b) => {
  const x = values[a],
    y = values[b];
  const gone = (v) => v === null || v === undefined || Number.isNaN(v);
  if (gone(x) || gone(y)) return gone(x) ? (gone(y) ? a - b : 1) : -1;
  if (x === y) return a - b;
  return (x < y ? -1 : 1) * (falling ? -1 : 1);
};

// columns: { key, title, definition, width, number, values (sortable), draw(i), rising }
// options: { label, name, href(i), sort, changed(sort), what }
export const make = (columns, { label, href, sort, changed, what }) => {
  let order = [],
    shown = [],
    current = 0,
    drawn = "";
  const state = { sort };
  const rows = el("div", { class: "rows", role: "rowgroup" });
  const header = el("div", { class: "row header", role: "row", "aria-rowindex": 1 });
  const template = columns.map((c) => c.width || "90px").join(" ");
  const view = el(
    "div",
    {
      class: "table-view grid-view",
      role: "table",
      "aria-label": label,
      tabindex: "0",
      vars: { "--columns": template },
    },
    el("div", { role: "rowgroup", class: "header-group" }, header),
    rows,
  );
  const tally = el("span", { class: "tally" });

  const line = (i, index) =>
    el(
      "div",
      {
        class: index % 2 ? "row odd" : "row",
        role: "row",
        "aria-rowindex": index + 2,
        vars: { "--top": `${index * ROW}px` },
        onclick: (e) => {
          if (!e.target.closest("a, button") && href(i)) location.hash = href(i);
        },
      },
      columns.map((c) => el("div", { role: "cell", class: c.number ? "number" : null }, c.draw(i))),
    );
  const paint = (force) => {
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - EXTRA);
    const last = Math.min(shown.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + EXTRA);
    const key = `${first} ${last} ${current}`;
    if (!force && key === drawn) return;
    drawn = key;
    const nodes = [];
    for (let k = first; k < last; k++) {
      const node = line(shown[k], k);
      if (k === current) node.classList.add("current");
      nodes.push(node);
    }
    rows.replaceChildren(...nodes);
  };
  const apply = () => {
    const falling = state.sort.startsWith("-");
    const column = columns.find((c) => c.key === state.sort.replace(/^-/, ""));
    shown = order.slice();
    if (column && column.values) shown.sort(compare(column.values, falling));
    rows.style.height = `${shown.length * ROW}px`;
    view.setAttribute("aria-rowcount", String(shown.length + 1));
    rows.classList.toggle("empty", !shown.length);
    for (const cell of header.children) {
      const { key } = cell.dataset;
      cell.setAttribute(
        "aria-sort",
        state.sort === key ? "ascending" : state.sort === `-${key}` ? "descending" : "none",
      );
    }
    view.scrollTop = 0;
    current = 0;
    paint(true);
  };
  const update = (list, all) => {
    order = list;
    tally.textContent =
      list.length === all
        ? `${format.count(all)} ${what}`
        : `${format.count(list.length)} of ${format.count(all)} ${what}`;
    announce(tally.textContent);
    apply();
  };
  for (const c of columns) {
    const button = c.values
      ? el(
          "button",
          {
            type: "button",
            onclick: () => {
              const up = c.key,
                down = `-${c.key}`;
              state.sort = state.sort === down ? up : state.sort === up ? down : c.rising ? up : down;
              changed(state.sort);
              apply();
            },
          },
          c.title,
        )
      : el("span", {}, c.title);
    if (c.definition) tip.attach(button, () => el("p", {}, c.definition));
    header.append(el("div", { role: "columnheader", "data-key": c.key, class: c.number ? "number" : null }, button));
  }
  view.addEventListener("scroll", () => paint(false), { passive: true });
  const move = (step) => {
    if (!shown.length) return;
    current = Math.min(shown.length - 1, Math.max(0, current + step));
    const top = current * ROW,
      room = view.clientHeight - header.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    if (top + ROW > view.scrollTop + room) view.scrollTop = top + ROW - room;
    paint(true);
  };
  const openCurrent = () => {
    if (shown.length && href(shown[current])) location.hash = href(shown[current]);
  };
  view.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target === view) openCurrent();
  });
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(15),
    PageUp: () => move(-15),
    Home: () => move(-1e9),
    End: () => move(1e9),
    Enter: openCurrent,
  };
  return { view, tally, update, paint, keys, shown: () => shown };
};
