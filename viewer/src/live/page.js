// The page: a prompt, edits, and what the model does with them.
import { announce, el } from "../shared/dom.js";
import { button, scrollTable, sectionCard } from "../shared/controls.js";
import * as example from "../shared/example.js";
import { num, percent } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { current } from "../shared/shell.js";
import { chip, fill } from "../shared/tokens.js";
import * as ask from "./ask.js";
import * as patterns from "./patterns.js";

/** @typedef {import("./ask.js").Edit} Edit */

const DO = { scale: "×", add: "+", clamp: "=" };
/** @type {any} */
let data;
/** @type {{ prompt: string, edits: Edit[], answer: any, chosen: [number, number], dictionary: string | null, busy: string | null }} */
const state = { prompt: "", edits: [], answer: null, chosen: [0, 0], dictionary: null, busy: null };
/** @type {Record<string, any>} */
let parts;
let turn = 0;
let figures = [];

export const open = (value) => {
  data = value;
  state.dictionary = (data.dictionaries.findLast((d) => d.editable) ?? data.dictionaries[0])?.name ?? null;
  state.chosen = [data.n_layers - 1, 0];
  if (!data.answer) return;
  state.answer = data.answer;
  state.prompt = data.answer.prompt;
  state.edits = data.answer.edits;
};
const frozen = () => data.answer !== null;

const say = (text, isError = false) => {
  parts.status.textContent = text;
  parts.status.classList.toggle("error", isError);
  announce(text);
};

/** Ask, and show the answer unless another question came after it. */
const request = async (name, doing) => {
  const mine = ++turn;
  state.busy = doing;
  say(`${doing} …`);
  drawButtons();
  try {
    return await ask.question(name, { prompt: state.prompt, edits: state.edits.map(plain) });
  } catch (error) {
    if (mine === turn) say(/** @type {Error} */ (error).message, true);
    return undefined;
  } finally {
    if (mine === turn) {
      state.busy = null;
      drawButtons();
    }
  }
};
/** @param {Edit} edit @returns {Edit} */
const plain = ({ head, dictionary, latent, do: how, value }) => ({ head, dictionary, latent, do: how, value });

const run = async () => {
  state.prompt = parts.prompt.value;
  const wanted = turn + 1;
  const answer = await request("run", "Computing");
  if (wanted !== turn || answer === undefined) return;
  if (answer === null) return say("Cancelled.");
  state.answer = answer;
  const told = `${answer.tokens.length} tokens, ${answer.milliseconds} ms`;
  draw();
  const texts = await request("text", `${told}; continuing the text`);
  if (wanted + 1 !== turn || texts === undefined) return;
  if (texts === null) return say(`${told}; the text was cancelled.`);
  say(told);
  Object.assign(answer, texts);
  parts.answer.firstChild.replaceWith(drawOutput());
};
const graph = async () => {
  state.prompt = parts.prompt.value;
  const made = await request("graph", "Drawing the graph");
  if (made === null) say("Cancelled.");
  if (!made) return;
  const n = state.edits.length;
  say(`The graph is drawn${n ? ` with ${n} edit${n === 1 ? "" : "s"} in force` : ""}.`);
  parts.links.replaceChildren(el("a", { href: made.path, target: "_blank", rel: "noopener" }, "Open the graph"));
};
const freeze = async () => {
  state.prompt = parts.prompt.value;
  const made = await request("freeze", "Writing the page");
  if (made === null) say("Cancelled.");
  if (made) say(`Written: ${made.written}`);
};
const cancel = () => ask.cancel().catch((error) => say(error.message, true));

/** @param {Edit} a @param {Edit} b */
const same = (a, b) => (a.head ?? null) === (b.head ?? null) && a.dictionary === b.dictionary && a.latent === b.latent;
/** @param {Edit} edit */
const edit = (edit) => {
  state.edits = [...state.edits.filter((e) => !same(e, edit)), edit];
  drawEdits();
  return run();
};
/** @param {Edit} edit */
const nameOf = (edit) => edit.head ?? `latent ${edit.latent} of ${edit.dictionary}`;

const drawButtons = () => {
  if (frozen()) return;
  const busy = state.busy !== null;
  parts.cancel.toggleAttribute("disabled", !busy);
  parts.main.setAttribute("aria-busy", String(busy));
};

const drawEdits = () => {
  const row = (one) => {
    const value = el("input", {
      type: "number",
      step: "any",
      value: one.value,
      "aria-label": `Value for ${nameOf(one)}`,
      disabled: frozen(),
      onchange: (e) => Number.isFinite(e.target.valueAsNumber) && edit({ ...one, value: e.target.valueAsNumber }),
    });
    const how = el(
      "select",
      {
        "aria-label": `How ${nameOf(one)} is changed`,
        disabled: frozen(),
        onchange: (e) => edit({ ...one, do: e.target.value }),
      },
      (one.head ? ["scale"] : Object.keys(DO)).map((key) => el("option", { value: key }, DO[key])),
    );
    how.value = one.do;
    const remove = () => {
      state.edits = state.edits.filter((e) => e !== one);
      drawEdits();
      run();
    };
    return el(
      "li.edit",
      el("strong", nameOf(one)),
      how,
      value,
      one.do === "scale" && one.value === 0 && el("span.faint", "ablated"),
      !frozen() && button(".quiet", "remove", remove, { "aria-label": `Remove the edit of ${nameOf(one)}` }),
    );
  };
  parts.edits.replaceChildren(
    ...(state.edits.length
      ? state.edits.map(row)
      : [el("li.hint", frozen() ? "Nothing is changed." : "Ablate or steer a head or a latent below.")]),
  );
};

/** Buttons that ablate or strengthen. @param {Omit<Edit, "do" | "value">} what */
const controls = (what) =>
  !frozen() &&
  el(
    "span.edit-buttons",
    button(".quiet", "ablate", () => edit({ ...what, do: "scale", value: 0 })),
    button(".quiet", "× 3", () => edit({ ...what, do: "scale", value: 3 })),
  );

const tokenRow = (r) =>
  el(
    "tr",
    el("td", chip(r.token)),
    ["p_before", "p_after"].map((key) =>
      el("td.next-bar", el("span.bar", { vars: { "--size": r[key] } }), el("span.value", percent(r[key]))),
    ),
    el("td.number", num(r.logit_change, 3)),
  );
const text = (title, continuation, changed) =>
  el(
    "div.continuation",
    el("h3", title),
    el(
      "p",
      el("span.faint", fill(el("span"), state.answer.prompt, false)),
      continuation === null ? el("span.faint", " …") : fill(el(changed ? "mark" : "strong"), continuation, false),
    ),
  );

const drawOutput = () => {
  const a = state.answer;
  const changed = a.edits.length > 0;
  return sectionCard(
    "output",
    "What the model says next",
    changed
      ? `With ${a.edits.map((e) => e.about).join("; ")}: KL ${num(a.kl)} nats at the last position.`
      : "The likeliest next tokens and the text that follows. Change a head or a latent to compare.",
    el(
      "div.output",
      scrollTable("Next tokens", ["Next token", "Before", "After", "Logit change#"], a.next.map(tokenRow)),
      el("div", text("Before", a.text_before, false), changed && text("After", a.text_after, true)),
    ),
  );
};

const drawPatterns = () => {
  const a = state.answer;
  const [layer, head] = state.chosen;
  const place = el("div");
  const show = () => {
    const name = patterns.headName(...state.chosen);
    place.replaceChildren(patterns.large(a, ...state.chosen, controls({ head: name })));
  };
  const grid = patterns.grid(
    a,
    (l, h) => l === layer && h === head,
    (name) => a.edits.some((e) => e.head === name),
    (l, h) => {
      state.chosen = [l, h];
      for (const [i, b] of grid.querySelectorAll("button").entries())
        b.setAttribute("aria-pressed", String(i === l * data.n_heads + h));
      show();
    },
  );
  show();
  return sectionCard("patterns", "Attention of every head", "Choose a head to see it with its tokens.", grid, place);
};

const drawLatents = () => {
  if (!data.dictionaries.length) return null;
  const place = el("div.examples"),
    legend = el("div");
  const tabs = el("div.segmented", { role: "group", "aria-label": "Dictionary" });
  const show = (name) => {
    state.dictionary = name;
    for (const b of tabs.children) b.setAttribute("aria-pressed", String(b.textContent === name));
    const card = data.dictionaries.find((c) => c.name === name),
      latents = state.answer.latents[name],
      scale = example.scales(latents.map((one) => one.example));
    figures = latents.map((one) => example.figure(card, one.example, scale));
    legend.replaceChildren(example.legend(card));
    place.replaceChildren(
      ...latents.map((one, i) =>
        el(
          "div.live-latent",
          el(
            "div.head",
            el("h3", `${kinds.of(card).Noun} ${one.latent}`),
            el("span.faint", `strength ${num(one.strength)}`),
            card.editable && controls({ dictionary: name, latent: one.latent }),
          ),
          figures[i],
        ),
      ),
    );
    if (!latents.length) place.append(el("p.hint", "None is active on this prompt."));
    if (place.isConnected) figures.forEach((f) => f.place());
  };
  tabs.append(...data.dictionaries.map(({ name }) => button("", name, () => show(name))));
  const made = sectionCard("latents", "Latents", "The strongest latents of a dictionary on this prompt.", tabs, legend);
  made.append(place);
  show(state.dictionary);
  return made;
};

const draw = () => {
  if (!state.answer) return;
  parts.answer.replaceChildren(...[drawOutput(), drawPatterns(), drawLatents()].filter((node) => node !== null));
  figures.forEach((f) => f.place());
};

export const page = () => {
  const submit = (e) => {
    e.preventDefault();
    run();
  };
  const prompt = el("textarea#prompt", {
    rows: 4,
    spellcheck: "false",
    autocomplete: "off",
    "aria-label": "Prompt",
    placeholder: "Type a prompt",
    readonly: frozen(),
    onkeydown: (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit(e);
    },
  });
  prompt.value = state.prompt;
  parts = {
    prompt,
    status: el("p.status", { role: "status" }),
    links: el("span"),
    edits: el("ul.edits"),
    answer: el("div.stacked"),
    cancel: button("#cancel.quiet", "Cancel", cancel),
  };
  const buttons = [
    el("button#run.primary", { type: "submit", title: "Ctrl + Enter" }, "Run"),
    parts.cancel,
    data.dictionaries.length > 0 && button("#graph.quiet", "Graph", graph),
    button("#freeze.quiet", "Freeze", freeze, { title: "Write this as a page that needs no server" }),
  ];
  parts.main = el(
    "div.page.live-page.stacked",
    el(
      "section.card",
      el("h1", data.title),
      el("p.hint", `${data.n_layers} layers of ${data.n_heads} heads; up to ${data.n_ctx} tokens.`),
      el("form", { onsubmit: submit }, prompt, !frozen() && el("div.head", buttons, parts.links), parts.status),
      el("h2", "Edits"),
      parts.edits,
    ),
    parts.answer,
  );
  return {
    title: data.title,
    node: parts.main,
    start: () => {
      drawEdits();
      drawButtons();
      draw();
      if (frozen()) say("A frozen page: what the model did with this prompt.");
      else prompt.focus();
    },
    resize: () => figures.forEach((f) => f.place()),
    recolour: () => current() && draw(),
  };
};
