// index.html lists the studies, NAME.html shows one; #claim-KEY and #figure-KEY open a part of it.
import { announce, el } from "../shared/dom.js";
import * as shell from "../shared/shell.js";
import * as store from "../shared/store.js";
import * as list from "./list.js";
import { focusOn } from "./stops.js";
import * as study from "./study.js";

let name = "",
  wide = innerWidth;
/** @type {import("../types").StudyList} */
let listed;
/** @type {any} */
let record;

const place = () => listed.studies.findIndex((s) => s.name === name);
const goto = (offset) => {
  const next = listed.studies[place() + offset];
  if (name && next) location.href = `${next.name}.html`;
};
const part = (id) => document.getElementById(id)?.scrollIntoView({ block: "start" });
const hereStop = () =>
  /** @type {HTMLElement | undefined} */ (document.activeElement?.closest("[data-stop]") ?? undefined);

// Claims and figures (rows, on the list) one after the other, from the one that has the focus.
const step = (offset) => {
  const stops = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#main [data-stop]")]);
  const here = hereStop();
  let to = (here ? stops.indexOf(here) : -1) + offset;
  if (!here) to = stops.findIndex((s) => s.getBoundingClientRect().top > 50) - (offset < 0 ? 1 : 0);
  const target = stops[to];
  if (!target) return;
  target.scrollIntoView({ block: "start" });
  focusOn(target);
  if (target.id) history.replaceState(null, "", `#${target.id}`);
  announce(target.getAttribute("aria-label") || target.querySelector(".statement, a")?.textContent || "");
};

const bar = () => {
  const tab = (href, text, current) => el("a", { href, "aria-current": current ? "page" : null }, text);
  const beside = (s, text, label) => {
    if (!name || !s) return null;
    const words = `${label}: ${s.title}`;
    return el("a.step", { href: `${s.name}.html`, title: words, "aria-label": words }, text);
  };
  const at = place();
  const nav = el(
    "nav",
    { "aria-label": "Pages" },
    tab("index.html", "Studies", !name),
    name && el("span.here-parts", tab("#claims", "Claims"), tab("#figures", "Figures")),
  );
  const right = [
    beside(listed.studies[at - 1], "‹", "Previous study"),
    beside(listed.studies[at + 1], "›", "Next study"),
  ];
  return { left: [nav], right };
};

const make = () => {
  const made = name ? study.page(record) : list.page(listed);
  const visit = () => made.visit(decodeURIComponent(location.hash.slice(1)));
  return {
    ...made,
    visit,
    recolour: made.draw,
    start: () => {
      made.draw();
      visit();
    },
    resize: () => {
      if (innerWidth !== wide) made.draw(); // a phone's address bar changes the height only
      wide = innerWidth;
    },
  };
};

const page = () => shell.current();
/** @type {[string, string][]} */
const ofStudy = [
  ["c", "claims"],
  ["f", "figures"],
  ["n  p", "next, previous study"],
  ["← →  Space", "on a slider: frame by frame, play"],
  ["o", "all studies"],
];
shell.start({
  title: "polyhead studies",
  home: "index.html",
  data: "studies",
  open: async (value) => {
    listed = value;
    name = document.getElementById("main")?.dataset.study ?? "";
    if (name) record = await store.load(`study-${name}`);
  },
  route: () => ({ kind: name ? "study" : "list", make }),
  bar,
  keys: {
    j: () => step(1),
    k: () => step(-1),
    Enter: () =>
      /** @type {HTMLElement | null | undefined} */ (hereStop()?.querySelector(".study-link, summary"))?.click(),
    e: () => page()?.openAll(),
    c: () => part("claims"),
    f: () => part("figures"),
    n: () => goto(1),
    p: () => goto(-1),
    o: () => {
      location.href = "index.html";
    },
  },
  escape: "close",
  help: () => [
    ["j  k", name ? "next, previous claim or figure" : "next, previous study"],
    ["Enter", name ? "open or close the claim or figure" : "open the study"],
    ["e", name ? "open or close all claims" : "open or close all lists of claims"],
    ...(name ? ofStudy : []),
  ],
});
