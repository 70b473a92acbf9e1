// A table of which only the rows in view exist: 100,000 rows scroll like 50. Columns say how to sort and draw themselves.
import { announce, el } from "./dom.js";
import { count } from "./format.js";
import * as tip from "./tip.js";

const EXTRA = 6; // rows drawn above and below what is in view
const PAGE = 15;

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {string} [width] As in a CSS grid.
 * @property {string} [kind] Class of its cells; "number" also of its heading.
 * @property {ArrayLike<any>} [values] By place in the data; a column without them cannot be sorted.
 * @property {boolean} [rising] Sorted from small to large first.
 * @property {string | null} [definition]
 * @property {(place: number) => import("./dom.js").Child} draw
 */

const absent = (v) => v === null || v === undefined || Number.isNaN(v);

/** Order of two places by a column: what is absent last, ties by place. @type {(values: ArrayLike<any>, falling: boolean) => (a: number, b: number) => number} */
export const byColumn = (values, falling) => (a, b) => {
  const x = values[a],
    y = values[b];
  if (absent(x) || absent(y)) return absent(x) ? (absent(y) ? a - b : 1) : -1;
  if (x === y) return a - b;
  return x < y !== falling ? -1 : 1;
};

/** What a press on a heading makes of the order: the column's first direction, then the other. @type {(sort: string, column: Column) => string} */
export const nextSort = (sort, { key, rising }) => {
  if (sort === `-${key}`) return key;
  return sort === key || !rising ? `-${key}` : key;
};

/**
 * @param {Column[]} columns
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.what Plural noun of the rows.
 * @param {(place: number) => string | null} options.href Page of a row.
 * @param {string} options.sort Key of a column, with "-" before it from large to small.
 * @param {(sort: string) => void} options.changed Told of another order, after it is shown.
 * @param {number} [options.height] Of a row, in pixels.
 * @param {string} [options.look] Class of the table.
 */
export const make = (columns, { label, what, href, sort, changed, height = 32, look = ".grid-view" }) => {
  /** @type {ArrayLike<number>} */
  let list = [];
  /** @type {number[]} */
  let shown = [];
  let current = 0,
    drawn = "";
  const rows = el("div.rows", { role: "rowgroup" });
  const header = el("div.row.header", { role: "row", "aria-rowindex": 1 });
  const view = el(
    `div.table-view${look}`,
    {
      role: "table",
      "aria-label": label,
      tabindex: "0",
      vars: { "--columns": columns.map((c) => c.width || "90px").join(" ") },
    },
    el("div.header-group", { role: "rowgroup" }, header),
    rows,
  );
  const tally = el("span.tally");
  const visit = (place) => {
    const to = href(place);
    if (to) location.hash = to;
  };

  const line = (place, index) =>
    el(
      "div.row",
      {
        class: [index % 2 ? "odd" : "", index === current ? "current" : ""].join(" "),
        role: "row",
        "aria-rowindex": index + 2,
        "data-index": index,
        vars: { "--top": `${index * height}px` },
        onclick: (e) => e.target.closest("a, button") || visit(place),
      },
      columns.map((c) => el("div", { role: "cell", class: c.kind }, c.draw(place))),
    );
  const paint = (force = true) => {
    const first = Math.max(0, Math.floor(view.scrollTop / height) - EXTRA);
    const last = Math.min(shown.length, Math.ceil((view.scrollTop + view.clientHeight) / height) + EXTRA);
    const key = `${first} ${last} ${current}`;
    if (!force && key === drawn) return;
    drawn = key;
    rows.replaceChildren(...shown.slice(first, last).map((place, k) => line(place, first + k)));
  };
  const apply = () => {
    const column = columns.find((c) => c.key === sort.replace(/^-/, ""));
    shown = Array.from(list);
    if (column?.values) shown.sort(byColumn(column.values, sort.startsWith("-")));
    rows.style.height = `${shown.length * height}px`;
    view.setAttribute("aria-rowcount", String(shown.length + 1));
    rows.classList.toggle("empty", !shown.length);
    for (const cell of header.children) {
      const { key } = cell.dataset;
      cell.setAttribute("aria-sort", sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none");
    }
    view.scrollTop = 0;
    current = 0;
    paint();
  };
  /** Show these places of `all`, in the order of the table. @param {ArrayLike<number>} places @param {number} all */
  const update = (places, all) => {
    list = places;
    tally.textContent = `${places.length === all ? "" : `${count(places.length)} of `}${count(all)} ${what}`;
    announce(tally.textContent);
    apply();
  };
  for (const c of columns) {
    const press = () => {
      sort = nextSort(sort, c);
      apply();
      changed(sort);
    };
    const words = c.values ? el("button", { onclick: press }, c.title) : el("span", c.title);
    if (c.definition) tip.attach(words, () => el("p", c.definition));
    const kind = c.kind === "number" ? c.kind : null;
    header.append(el("div", { role: "columnheader", "data-key": c.key, class: kind }, words));
  }
  view.addEventListener("scroll", () => paint(false), { passive: true });

  const move = (step) => {
    if (!shown.length) return;
    current = Math.min(shown.length - 1, Math.max(0, current + step));
    const top = current * height,
      room = view.clientHeight - header.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    if (top + height > view.scrollTop + room) view.scrollTop = top + height - room;
    paint();
  };
  /** Make a row the current one, in the upper third. @param {number} index */
  const goTo = (index) => {
    current = index;
    view.scrollTop = Math.max(0, index * height - view.clientHeight / 3);
    paint();
  };
  const open = () => shown.length && visit(shown[current]);
  view.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target === view) open();
  });
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(PAGE),
    PageUp: () => move(-PAGE),
    Home: () => move(-Infinity),
    End: () => move(Infinity),
    Enter: open,
  };
  return { view, tally, update, paint, goTo, keys, shown: () => shown, order: () => sort };
};
