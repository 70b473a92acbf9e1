// The first page: findings, two scores against each other, the mix of every head, unknown rows, what was run.
import * as mix from "./mix.js";
import { sentence, palette, headLink, plain } from "./names.js";
import { sectionCard, told } from "../shared/controls.js";
import { panel } from "./scatter.js";
import { el, segmented } from "../shared/dom.js";
import * as format from "../shared/format.js";
import { percent, count, seconds } from "../shared/format.js";
import * as tip from "../shared/tip.js";
import * as tokens from "../shared/tokens.js";

const DEFAULTS = [
  ["mass_entropy", "entropy", 0],
  ["induction_unigram", "induction_score", 1],
];

const example = (e) =>
  el(
    "li.row-example",
    el("span.faint", headLink(`L${e.layer}H${e.head}`), ` sequence ${e.sequence}, position ${e.query}`),
    el(
      "span.flow",
      e.tokens.map((t, i) => {
        const key = e.keys.find((k) => k[0] === e.start + i);
        const node = el("span", {
          class: `tok${i === e.tokens.length - 1 ? " peak" : ""}`,
          vars: { "--f": key ? 0.1 + 0.9 * key[2] : 0, "--z": 0 },
        });
        tokens.fill(node, t, false);
        if (key) tip.attach(node, () => `position ${key[0]}: ${percent(key[2])} of the row`);
        return node;
      }),
      e.keys
        .filter((k) => k[0] >= 0 && k[0] < e.start)
        .map((k) => [el("span.faint", ` ${percent(k[2])} on position ${k[0]} `), tokens.chip(k[1])]),
    ),
  );

export const proposals = (list, only) =>
  list.map((p) => {
    const own = only ? p.examples.filter((e) => `L${e.layer}H${e.head}` === only) : p.examples;
    return el(
      "details.proposal",
      el(
        "summary",
        el("strong", percent(p.share)),
        ` of unknown rows look at ${p.words} `,
        el(
          "span.faint",
          p.heads.slice(0, 5).map(([name, n]) => [headLink(name), ` (${n}) `]),
        ),
      ),
      el("ul", (own.length ? own : p.examples).map(example)),
    );
  });

const mixCard = (data, colours) => {
  const place = el("div"),
    bars = (by) => place.replaceChildren(mix.all(data, colours, by));
  bars("mass");
  return sectionCard(
    "mix",
    "What every head does",
    null,
    el(
      "div.head",
      el(
        "p.hint",
        `Over ${count(data.rows.n_rows)} rows per head. Mass: every key is given to the first rule that claims it. ` +
          `Rows: the one or two behaviours that hold ${percent(data.rows.threshold)} of a row; stripes are two together.`,
      ),
      segmented("Mix of", { mass: "mass", rows: "rows" }, "mass", bars),
    ),
    mix.legend(colours, data.rows.behaviours, [
      ["none of the rules", "Keys that no rule claims, or rows that no one or two behaviours explain."],
    ]),
    place,
  );
};

// One line per head, one column per template set.
const ablatedCard = (data) => {
  const sets = [...new Set(data.ablated.map((a) => a.templates))];
  const heads = [...new Set(data.ablated.map((a) => a.head))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const find = (head, set) => data.ablated.find((a) => a.head === head && a.templates === set);
  const first = (set) => data.ablated.find((a) => a.templates === set);
  const more = data.ablated.some((a) => Object.keys(a.rank_by).length > 1);
  const cell = (a) =>
    a
      ? [
          el("td.number", percent(a.ablated[0])),
          el("td.number", a.ablated[1].toFixed(3)),
          el(
            "td.number",
            Object.values(a.rank_by).map((place, i) => [
              i > 0 && el("span.faint", " · "),
              el("span", { class: place <= 3 ? "place top" : "place" }, String(place)),
            ]),
          ),
        ]
      : [el("td"), el("td"), el("td")];
  return sectionCard(
    "ablated",
    "Ablated heads",
    `The head's row at the last position put on BOS: top-1 rate and mean probability of the answer, and the head's rank among all ${data.heads.length} heads by the fall of probability${more ? ": by its row on BOS · its mean row · its output zeroed" : ""}.`,
    el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": "Ablated heads" },
      el(
        "table.scores",
        el(
          "thead",
          el(
            "tr",
            el("th", ""),
            sets.map((set) =>
              el("th.set", { scope: "colgroup", colspan: "3" }, `${set}, ${first(set).n_prompts} prompts`),
            ),
          ),
          el(
            "tr",
            el("th", { scope: "col" }, "Head"),
            sets.map(() => ["Top-1", "Probability", "Rank"].map((t) => el("th.number", { scope: "col" }, t))),
          ),
        ),
        el(
          "tbody",
          el(
            "tr.clean",
            el("td", "clean"),
            sets.map((set) => [
              el("td.number", percent(first(set).clean[0])),
              el("td.number", first(set).clean[1].toFixed(3)),
              el("td"),
            ]),
          ),
          heads.map((head) =>
            el(
              "tr",
              el("td", headLink(head)),
              sets.map((set) => cell(find(head, set))),
            ),
          ),
        ),
      ),
    ),
  );
};

const hue = (h, all) => (h < all.length - 1 ? `var(--hue-${h % 8})` : "var(--identity)");
const dictionaries = (data) =>
  sectionCard(
    "dictionaries",
    "Dictionaries of a run",
    "Energy of each dictionary by the head it goes through (squared loadings); grey is the identity head. Names lead to the latents.",
    el(
      "div.legend.tight",
      data.dictionaries[0].loading_share.map((_, h, all) =>
        el(
          "span.note",
          el("span.piece.sample", {
            vars: {
              "--a": hue(h, all),
              "--b": h >= 8 && h < all.length - 1 ? "var(--card)" : hue(h, all),
              "--step": "3px",
            },
          }),
          h < all.length - 1 ? `H${h}` : "identity",
        ),
      ),
    ),
    data.dictionaries.map((d) => {
      const href = (head) =>
        `${data.report}/index.html#/d/${encodeURIComponent(d.name)}${head === null ? "" : `?head=${head}`}`;
      const n = d.loading_share.length - 1;
      return el(
        "div.dictionary",
        el("a", { href: href(null) }, d.name),
        el(
          "span.faint",
          ` layer ${d.layer}, ${count(d.n_latents)} latents; ${percent(d.energy_of_pure)} of energy in latents of fewer than 1.5 effective heads`,
        ),
        el(
          "div.mix.tall",
          d.loading_share.map((share, h) =>
            tip.attach(
              el("a.piece", {
                href: href(h),
                "aria-label": h < n ? `Latents of L${d.layer}H${h}` : "Latents of the identity head",
                vars: {
                  "--size": share,
                  "--a": h < n ? `var(--hue-${h % 8})` : "var(--identity)",
                  "--b": h < n ? (h >= 8 ? "var(--card)" : `var(--hue-${h % 8})`) : "var(--identity)",
                  "--step": "3px",
                },
              }),
              () =>
                `${h < n ? `L${d.layer}H${h}` : "identity"}: ${percent(share)} of energy, main head of ${count(d.latents_by_head[h])} latents`,
            ),
          ),
        ),
      );
    }),
  );

// One line a kind of stage: "ablated: indent, L3H4" and "ablated: indent, all heads" are both "ablated".
const stages = (all) => {
  const out = {};
  for (const [k, v] of Object.entries(all)) {
    const kind = k.replace(/:.*| L\d+.*/, "");
    out[kind] = (out[kind] || 0) + v;
  }
  return out;
};

const facts = (title, object) =>
  el(
    "div.facts",
    el("h3", title),
    Object.entries(object)
      .filter(([, v]) => typeof v !== "object" || v === null)
      .map(([k, v]) => el("div", el("dt", format.label(k)), el("dd", format.plain(v)))),
  );

export const page = async (data, query) => {
  const given = new URLSearchParams(query),
    has = (key) => data.scores.some((s) => s.key === key);
  const pick = (axis, names, at) =>
    has(given.get(axis)) ? given.get(axis) : names.find(has) || data.scores[Math.min(at, data.scores.length - 1)]?.key;
  const state = { x: pick("x", DEFAULTS[0], 0), y: pick("y", DEFAULTS[1], 1) };
  const scatter =
    data.scores.length &&
    panel(data, state, () =>
      history.replaceState(null, "", `#/?x=${encodeURIComponent(state.x)}&y=${encodeURIComponent(state.y)}`),
    );
  const colours = palette(data.rows ? data.rows.behaviours.map((b) => b.name) : []);
  const n = data.scores[0]?.values.length || data.heads.length;
  const node = el(
    "div.page.overview",
    el(
      "div",
      el("h1", data.title),
      el(
        "p.subtitle",
        el("span", `${n} heads`),
        data.text.tokens && el("span", `${count(data.text.tokens)} tokens of ${data.text.origin}`),
        el("span", format.moment(data.created)),
      ),
    ),
    data.findings.length > 0 && told(data.findings.map((f) => sentence(f))),
    data.rows && mixCard(data, colours),
    scatter && scatter.node,
    data.ablated.length > 0 && ablatedCard(data),
    data.rows &&
      data.rows.proposals.length > 0 &&
      sectionCard(
        "unknown",
        "Rows that no rule explains",
        "Clusters of a sample of unknown rows of all heads, with examples; shade is attention, the framed token is the query.",
        proposals(data.rows.proposals),
      ),
    data.dictionaries.length > 0 && dictionaries(data),
    sectionCard(
      "about",
      "How this was made",
      null,
      el("p.command", el("code", data.command)),
      data.notes.length > 0 &&
        el(
          "ul.notes",
          data.notes.map((t) => el("li", sentence(t))),
        ),
      el(
        "details",
        el("summary", "Model, text, versions and time"),
        el(
          "div.columns",
          facts("Model", data.model),
          facts("Text", data.text),
          facts("Versions", data.versions),
          facts(
            "Time",
            Object.fromEntries(Object.entries(stages(data.seconds)).map(([k, v]) => [plain(k), seconds(v)])),
          ),
        ),
      ),
    ),
  );
  return {
    title: data.title,
    node,
    start: () => scatter && scatter.redraw(),
    resize: () => scatter && scatter.redraw(),
    keys: {},
  };
};
