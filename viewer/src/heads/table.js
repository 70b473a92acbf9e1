// All heads in one table: any score is a column, filters by name, layer and behaviour; the address keeps them.
import * as mix from "./mix.js";
import { headLink, palette, plain } from "./names.js";
import { addressState, filters, searchField, select } from "../shared/controls.js";
import { el } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { num } from "../shared/format.js";
import { make } from "../shared/grid.js";
import { memory } from "../shared/memory.js";

const FIRST = [
  "mass_entropy",
  "unknown",
  "previous_token",
  "induction_unigram",
  "induction_natural",
  "duplicate_token",
  "bos",
  "entropy",
  "qk_distance",
  "copying",
];
const SHARES = new Set(["mass", "natural text", "repeats"]);
export const show = (score, v) =>
  v === null
    ? "–"
    : score.key === "unknown" || (SHARES.has(score.group) && score.key !== "entropy")
      ? format.percentColumn(v)
      : num(v, 3);

export const page = async (data, query) => {
  const state = addressState(query, {
    q: "",
    layer: "",
    does: "",
    sort: data.scores.length ? `-${data.scores[0].key}` : "head",
    cols: "",
  });
  const colours = palette(data.rows ? data.rows.behaviours.map((b) => b.name) : []);
  const names = data.heads.map(([l, h]) => `L${l}H${h}`);
  const chosen = () => {
    const keys = state.cols ? state.cols.split(",") : FIRST;
    const found = data.scores.filter((s) => keys.includes(s.key));
    return found.length ? found : data.scores.slice(0, 10);
  };
  const main = (i) => {
    if (!data.rows) return "";
    const mass = data.rows.mass[i];
    const best = mass.indexOf(Math.max(...mass));
    return data.rows.behaviours[best]?.name ?? "none of the rules";
  };
  const mains = data.heads.map((_, i) => main(i));
  const write = () => state.write("#/heads");
  const columns = () => [
    {
      key: "head",
      title: "Head",
      width: "84px",
      values: data.heads.map(([l, h]) => l * 1000 + h),
      rising: true,
      draw: (i) => headLink(names[i], { tabindex: "-1" }),
    },
    ...(data.rows
      ? [
          {
            key: "mix",
            title: "Mix of mass",
            width: "minmax(200px, 1fr)",
            definition: "Share of attention mass by behaviour, every key given to the first rule that claims it.",
            draw: (i) =>
              mix.bar(colours, mix.massParts(data.rows, i), { label: mix.words(mix.massParts(data.rows, i)) }),
          },
          { key: "main", title: "Most on", width: "150px", values: mains, rising: true, draw: (i) => plain(mains[i]) },
        ]
      : []),
    ...chosen().map((s) => ({
      key: s.key,
      title: s.title,
      definition: s.definition,
      width: "minmax(96px, 128px)",
      kind: "number",
      values: s.values,
      draw: (i) => show(s, s.values[i]),
    })),
  ];
  /** @type {ReturnType<typeof make>} */
  let grid;
  const place = el("div.grid-place");
  const tally = el("span.tally");
  const passes = (i) =>
    (!state.q ||
      names[i].toLowerCase().includes(state.q.toLowerCase()) ||
      plain(mains[i]).includes(state.q.toLowerCase())) &&
    (state.layer === "" || data.heads[i][0] === Number(state.layer)) &&
    (!state.does || mains[i] === state.does);
  const refresh = () => {
    const list = data.heads.map((_, i) => i).filter(passes);
    grid.update(list, data.heads.length);
    tally.textContent = grid.tally.textContent;
    remember();
  };
  const remember = () => {
    memory.order = grid.shown().map((i) => names[i]);
  };
  const rebuild = () => {
    grid = make(columns(), {
      label: "Heads",
      what: "heads",
      href: (i) => `#/head/${names[i]}`,
      sort: state.sort,
      changed: (sort) => {
        state.sort = sort;
        write();
        remember();
      },
    });
    place.replaceChildren(grid.view);
  };
  const set = (key) => (value) => {
    state[key] = value;
    write();
    refresh();
  };
  const layers = [...new Set(data.heads.map((h) => h[0]))].map((l) => [String(l), String(l)]);
  const does = [...new Set(mains)].sort().map((m) => [m, plain(m)]);
  const picker = el(
    "details.picker",
    el("summary", "Columns"),
    el(
      "div.picks",
      data.scores.map((s) => {
        const box = el("input", {
          type: "checkbox",
          onchange: () => {
            const keys = new Set(chosen().map((c) => c.key));
            if (box.checked) keys.add(s.key);
            else keys.delete(s.key);
            state.cols = [...keys].join(",");
            write();
            rebuild();
            refresh();
          },
        });
        box.checked = chosen().includes(s);
        return el("label", box, ` ${s.title}`);
      }),
    ),
  );
  const node = el(
    "div.page.table-page",
    el("div.head", el("h1", "Heads"), tally, el("span.push.hint", "Click a heading to sort, a row to open")),
    filters(
      searchField(state.q, "Head or behaviour …", "Search heads and behaviours", set("q")),
      el("label", "Layer ", select("Layer", [["", "all"], ...layers], state.layer, set("layer"))),
      data.rows &&
        el("label", "Most mass on ", select("Most mass on", [["", "anything"], ...does], state.does, set("does"))),
      picker,
    ),
    data.rows && mix.legend(colours, data.rows.behaviours),
    place,
  );
  rebuild();
  return {
    title: "Heads",
    node,
    start: () => {
      refresh();
      grid.view.focus({ preventScroll: true });
    },
    resize: () => grid.paint(),
    get keys() {
      return grid.keys;
    },
  };
};
