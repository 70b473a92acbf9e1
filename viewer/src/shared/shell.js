// The frame of every page: the bar, routes, keys, the theme, and one page at a time.
import { announce, el } from "./dom.js";
import * as keyboard from "./keys.js";
import * as store from "./store.js";
import * as theme from "./theme.js";
import * as tip from "./tip.js";

const SLOW = 250; // milliseconds after which a page that is not there yet says so
const SETTLED = 80; // milliseconds without another change of the window's size
/** @type {import("../types").App} */
let app;
/** @type {HTMLElement} */
let main;
/** @type {import("../types").Page | null} */
let page = null;
let turn = 0;

export const current = () => page;
/** @param {string} hash */
export const goto = (hash) => {
  location.hash = hash;
};

/** Say why there is no page. @param {Error} error */
export const fail = (error) => {
  page = null;
  main.replaceChildren(
    el(
      "div.page",
      el(
        "section.card",
        el("h1", "This page cannot be shown"),
        el("p", error.message),
        app.back && el("p", el("a", { href: app.home }, app.back)),
      ),
    ),
  );
  main.dataset.page = "error";
  document.title = app.title;
};

// The parts of "#/a/b?query", decoded, and what stands after the question mark.
/** @returns {import("../types").Address} */
const address = () => {
  const [path, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: query || "" };
};

/** @param {import("../types").Route} where */
const drawBar = (where) => {
  const button = (id, text, label, key, onclick) =>
    el("button.quiet", { id, "aria-label": label, title: `${label} (${key})`, onclick }, text);
  const { left, right = [] } = app.bar(where);
  /** @type {HTMLElement} */ (document.getElementById("bar")).replaceChildren(
    el("a.brand", { href: app.home }, "polyhead"),
    ...left.filter(Boolean),
    el("span.push"),
    ...right.filter(Boolean),
    button("theme", "◐", "Light or dark", "d", theme.toggle),
    button("help", "?", "Keys", "?", keyboard.help),
  );
};

// Make and show the page of the address; a slower page that was asked for before is dropped.
export const render = async (keepScroll = false) => {
  const mine = ++turn,
    at = scrollY;
  tip.hide();
  try {
    const where = app.route(address());
    drawBar(where);
    const waiting = setTimeout(() => {
      if (mine === turn) main.replaceChildren(el("p.page.hint", "Loading …"));
    }, SLOW);
    /** @type {import("../types").Page} */
    let made;
    try {
      made = await where.make();
    } finally {
      clearTimeout(waiting);
    }
    if (mine !== turn) return;
    page = made;
    main.replaceChildren(made.node);
    main.dataset.page = where.kind;
    document.title = `${made.title} · polyhead`;
    const to = keepScroll || app.keepScroll ? at : 0;
    scrollTo(0, to);
    announce(made.title);
    await made.start();
    if (to) scrollTo(0, to);
  } catch (error) {
    if (mine === turn) fail(/** @type {Error} */ (error));
  }
};

// The search field, on the page at `elsewhere` if this one has none.
/** @param {string | null} [elsewhere] */
export const search = async (elsewhere) => {
  if (!document.getElementById("search")) {
    if (!elsewhere) return;
    history.pushState(null, "", elsewhere);
    await render();
  }
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById("search"));
  box?.focus();
  box?.select();
};

// `what`: title and home of the folder, `back` (words of the link home), `data` (key of the first data file),
// `open(data)`, `route({ parts, query })` to { kind, make }, `bar(where)` to { left, right }, `keys`, `help()`, and
// `escape`: words for what that key does; `keepScroll`: pages of this folder do not scroll to their top.
/** @param {import("../types").App} what */
const begin = (what) => {
  app = what;
  main = /** @type {HTMLElement} */ (document.getElementById("main"));
  keyboard.start({
    page: current,
    keys: { ...app.keys, d: theme.toggle, "?": keyboard.help },
    help: () => [
      ...app.help(),
      ["d", "light or dark"],
      ["?", "this list"],
      ["Esc", app.escape ?? "close, or leave a field"],
    ],
  });
  addEventListener("hashchange", () => (page?.visit ? page.visit() : render()));
  let resizing = 0;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => page?.resize?.(), SETTLED);
  });
  let ready = false;
  theme.onChange(() => {
    if (page?.recolour) page.recolour();
    else if (ready) render(true);
  });
  store
    .load(app.data)
    .then(async (value) => {
      await app.open(value);
      ready = true;
      return render();
    })
    .catch(fail);
};

/** Run the pages of one folder. @param {import("../types").App} what */
export const start = (what) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => begin(what));
  else begin(what);
};

// For tests, and for a look from the browser's console.
globalThis.polyhead.page = current;
