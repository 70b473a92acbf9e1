// Rows of one head in real text: pick a query, see where it attends and which rule claims what of it.
import * as mix from "./mix.js";
import { plain } from "./names.js";
import { el, segmented } from "../shared/dom.js";
import { percent, num } from "../shared/format.js";
import * as theme from "../shared/theme.js";
import { chip, fill } from "../shared/tokens.js";

// The sparse weights of a window as query -> [[key, value, code]].
const rowsOf = (w) => {
  const n = w.tokens.length;
  /** @type {[key: number, value: number, code: number][][]} */
  const rows = Array.from({ length: n }, () => []);
  w.flat.forEach((flat, i) => {
    rows[Math.floor(flat / n)].push([flat % n, w.values[i], w.codes[i] ?? 0]);
  });
  return rows;
};

const map = (w, rows, pick) => {
  // Attention of the whole window: queries down, keys across.
  const n = w.tokens.length,
    size = Math.max(2, Math.min(4, Math.floor(320 / n)));
  const canvas = el("canvas.attention", { width: n * size, height: n * size, "aria-hidden": "true" });
  const draw = (query) => {
    const context = canvas.getContext("2d");
    const rgb = theme.color("key-rgb").split(/\s+/);
    context.fillStyle = theme.color("card");
    context.fillRect(0, 0, n * size, n * size);
    context.fillStyle = theme.color("raised");
    for (let q = 0; q < n; q++) context.fillRect((q + 1) * size, q * size, (n - q - 1) * size, size);
    rows.forEach((row, q) => {
      for (const [k, v] of row) {
        context.fillStyle = `rgb(${rgb.join(" ")} / ${0.06 + 0.94 * v})`;
        context.fillRect(k * size, q * size, size, size);
      }
    });
    context.strokeStyle = theme.color("plus");
    context.lineWidth = 1;
    if (query !== null) context.strokeRect(0.5, query * size + 0.5, n * size - 1, size);
  };
  const at = (e) => {
    const box = canvas.getBoundingClientRect();
    return Math.min(n - 1, Math.max(0, Math.floor(((e.clientY - box.top) / box.height) * n)));
  };
  canvas.addEventListener("click", (e) => pick(at(e)));
  return { canvas, draw };
};

export const panel = (name, data, palette, given, changed) => {
  const { windows, behaviours, classes } = data;
  const state = {
    w: Math.min(windows.length - 1, Math.max(0, Number(given.get("w")) || 0)),
    q: given.has("q") ? Number(given.get("q")) : null,
  };
  const names = [...behaviours, mix.REST];
  const place = el("div.inspector");
  /** @type {ReturnType<typeof map>} */
  let drawn;
  let tokens = [],
    rows = [];
  const claims = (code) => behaviours.filter((_, i) => (code >> i) & 1);
  const hasRules = behaviours.length > 0;

  const detail = (w, q) => {
    if (q === null) return el("p.hint", "Click a token, or use ← and →, to see where it attends.");
    const row = rows[q].slice().sort((a, b) => b[1] - a[1]);
    const m = names.length,
      mass = w.mass.length ? w.mass.slice(q * m, (q + 1) * m).map((v) => v / 1000) : null;
    const className = w.classes.length ? (w.classes[q] < 0 ? "not counted (BOS)" : classes[w.classes[q]]) : null;
    const kept = row.reduce((sum, r) => sum + r[1], 0);
    return el(
      "div",
      el(
        "p",
        chip(w.tokens[q]),
        ` at ${q} of sequence ${w.sequence}`,
        className && [": ", el("strong.row-class", plain(className))],
      ),
      mass && [
        mix.bar(
          palette,
          names.map((b, i) => [b, mass[i]]),
          { label: "Which rule claims what of the row" },
        ),
        el(
          "p.hint",
          mix.words(
            names.map((b, i) => [b, mass[i]]),
            5,
          ),
        ),
      ],
      el(
        "ol.keys-list",
        row.map(([k, v, code]) =>
          el(
            "li",
            el("span.value", percent(v)),
            el("span.value", q === k ? "itself" : `${q - k} back`),
            chip(w.tokens[k]),
            hasRules && el("span.faint", claims(code).map(plain).join(", ") || "no rule"),
          ),
        ),
      ),
      kept < 0.985 &&
        el("p.hint", `${percent(1 - kept)} lies on keys not kept (outside the largest, or under the limit).`),
    );
  };
  const side = el("div.row-detail", { "aria-live": "polite" });
  const show = () => {
    const w = windows[state.w],
      q = state.q;
    const weight = new Map(q === null ? [] : rows[q].map(([k, v, code]) => [k, [v, code]]));
    tokens.forEach((node, i) => {
      const found = weight.get(i);
      node.style.setProperty("--f", found ? 0.08 + 0.92 * found[0] : 0);
      node.classList.toggle("peak", i === q);
      node.classList.toggle("later", q !== null && i > q);
      const first = found ? behaviours.find((_, b) => (found[1] >> b) & 1) : null;
      const mark = q === null ? (w.classes.length && w.classes[i] >= 0 ? classes[w.classes[i]] : null) : first;
      node.classList.toggle("marked", Boolean(mark));
      if (mark) for (const [k, v] of Object.entries(palette.vars(mark))) node.style.setProperty(k, v);
    });
    side.replaceChildren(detail(w, q));
    drawn.draw(q);
  };
  const pick = (q) => {
    state.q = q === state.q ? null : q;
    changed(state);
    show();
  };
  const open = () => {
    const w = windows[state.w];
    rows = rowsOf(w);
    if (state.q !== null && !(state.q >= 0 && state.q < w.tokens.length)) state.q = null;
    drawn = map(w, rows, pick);
    tokens = w.tokens.map((t, i) => {
      const node = el("span.tok.pickable", { "data-at": i, vars: { "--f": 0, "--z": 0 }, onclick: () => pick(i) });
      fill(node, t, false);
      return node;
    });
    const line = el("div.flow", { role: "group", "aria-label": `Tokens of window ${state.w + 1}` });
    w.tokens.forEach((t, i) => {
      line.append(tokens[i]);
      if (t.includes("\n") && i + 1 < w.tokens.length) line.append(el("br"));
    });
    place.replaceChildren(el("div.inspector-text", line), el("div.inspector-side", drawn.canvas, side));
    show();
  };
  const options = windows.map((w, i) => [
    i,
    `${i + 1}: part ${w.interval}, largest weight ${w.max_activation === null ? "–" : num(w.max_activation, 2)}, sequence ${w.sequence}`,
  ]);
  const choose = el(
    "select#window",
    {
      "aria-label": "Window",
      onchange: (e) => {
        state.w = Number(e.target.value);
        state.q = null;
        changed(state);
        open();
      },
    },
    options.map(([v, t]) => el("option", { value: v }, t)),
  );
  choose.value = state.w;
  const step = (by) => {
    state.w = Math.min(windows.length - 1, Math.max(0, state.w + by));
    choose.value = state.w;
    state.q = null;
    changed(state);
    open();
  };
  const move = (by) => {
    const n = windows[state.w].tokens.length;
    state.q = state.q === null ? (by > 0 ? 0 : n - 1) : Math.min(n - 1, Math.max(0, state.q + by));
    changed(state);
    show();
    tokens[state.q].scrollIntoView({ block: "nearest" });
  };
  const strongest = segmented(
    "Window",
    [
      ["-1", "‹ window", "Previous window (,)"],
      ["1", "window ›", "Next window (.)"],
    ],
    "",
    (v) => step(Number(v)),
  );
  const node = el(
    "section#rows.card",
    { "aria-labelledby": "rows-title" },
    el("div.head", el("h2#rows-title", `Rows of ${name} in text`), choose, strongest),
    el(
      "p.hint",
      hasRules
        ? "Underlines are the class of each row; with a query picked, shade is its attention and underlines are the first rule that claims the key. The picture has queries down, keys across."
        : "With a query picked, shade is its attention. The picture has queries down, keys across.",
    ),
    place,
  );
  return {
    node,
    open,
    keys: { ArrowRight: () => move(1), ArrowLeft: () => move(-1), ".": () => step(1), ",": () => step(-1) },
  };
};
