/*! polyhead, graphs pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };

  // src/shared/dom.js
  var fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === void 0 || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "vars") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat(3)) {
      if (child === null || child === void 0 || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };
  var el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  var svg = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  var segmented = (label, options, current2, choose2) => {
    const group = el("div", { class: "segmented", role: "group", "aria-label": label });
    const show2 = (value) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
    };
    for (const [value, text2, hint2] of options) {
      group.append(
        el(
          "button",
          {
            type: "button",
            "data-value": value,
            title: hint2,
            onclick: () => {
              show2(value);
              choose2(value);
            }
          },
          text2
        )
      );
    }
    show2(current2);
    return group;
  };
  var announce = (text2) => {
    document.getElementById("announce").textContent = text2;
  };

  // src/shared/tip.js
  var box = el("div", { class: "tip", role: "tooltip", id: "tip", hidden: true });
  var owner = null;
  var place = (x, y) => {
    const margin = 12, w = box.offsetWidth, h = box.offsetHeight;
    const left = x + margin + w > innerWidth ? x - margin - w : x + margin;
    const top = y + margin + h > innerHeight ? y - margin - h : y + margin;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
  };
  var show = (content, x, y) => {
    box.replaceChildren(...[content].flat().map((c) => c instanceof Node ? c : document.createTextNode(c)));
    box.hidden = false;
    if (!box.isConnected) document.body.append(box);
    place(x, y);
  };
  var hide = () => {
    box.hidden = true;
    owner = null;
  };
  var attach = (node, make2) => {
    const open = (x, y) => {
      const content = make2();
      if (content === null) return;
      owner = node;
      show(content, x, y);
    };
    node.addEventListener("pointerenter", (e) => open(e.clientX, e.clientY));
    node.addEventListener("pointermove", (e) => {
      if (owner === node) place(e.clientX, e.clientY);
    });
    node.addEventListener("pointerleave", hide);
    node.addEventListener("focus", () => {
      if (!node.matches(":focus-visible")) return;
      const r = node.getBoundingClientRect();
      open(r.left, r.bottom - 8);
    });
    node.addEventListener("blur", hide);
    return node;
  };
  var lines = (...rows) => el(
    "dl",
    { class: "lines" },
    rows.filter(Boolean).map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])
  );

  // src/shared/arcs.js
  var TALLEST = 56;
  var LEAST = 8;
  var REACH = 420;
  var heightOf = (distance2, tallest) => LEAST + (tallest - LEAST) * (1 - Math.exp(-distance2 / REACH));
  var roomFor = (tokens, arcs) => {
    const spans = arcs.map(([query, key]) => Math.abs(tokens[query].offsetLeft - tokens[key].offsetLeft));
    return 12 + (spans.length ? heightOf(Math.max(...spans), TALLEST) : 0);
  };
  var pathOf = (from, to, itself, tallest) => {
    if (itself) {
      const x = (from.left + from.right) / 2, y = from.top;
      return { d: `M${x - 5} ${y}C${x - 13} ${y - 17} ${x + 13} ${y - 17} ${x + 5} ${y - 1}`, x: x + 5, y };
    }
    const x1 = (from.left + from.right) / 2, x2 = (to.left + to.right) / 2;
    if (Math.abs(from.top - to.top) < 4) {
      const h = heightOf(Math.abs(x2 - x1), tallest) * 1.33, y = from.top;
      return { d: `M${x1} ${y}C${x1} ${y - h} ${x2} ${y - h} ${x2} ${y - 4}`, x: x2, y };
    }
    const y1 = from.bottom, y2 = to.top, bend = Math.max(14, (y2 - y1) * 0.45);
    return { d: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 4}`, x: x2, y: y2 };
  };
  var draw = (layer, host, tokens, arcs, scale, note, tallest = TALLEST) => {
    const origin = host.getBoundingClientRect();
    const boxes = tokens.map((t) => {
      const r = t.getBoundingClientRect();
      return {
        left: r.left - origin.left,
        right: r.right - origin.left,
        top: r.top - origin.top,
        bottom: r.bottom - origin.top
      };
    });
    layer.setAttribute("width", host.scrollWidth);
    layer.setAttribute("height", host.offsetHeight);
    const order = arcs.map((arc, i) => [arc, i]).sort((a, b) => Math.abs(a[0][2]) - Math.abs(b[0][2]));
    const drawn = order.map(([arc]) => {
      const [query, key, weight] = arc;
      const { d, x, y } = pathOf(boxes[key], boxes[query], query === key, tallest);
      const strength = Math.min(1, Math.abs(weight) / scale), width = 0.8 + 4.7 * strength, tip2 = 2.6 + 0.5 * width;
      const group = svg(
        "g",
        {
          class: weight < 0 ? "arc negative" : "arc",
          "data-query": query,
          "data-key": key,
          opacity: 0.35 + 0.6 * strength
        },
        svg("path", { d, class: "stroke", "stroke-width": width.toFixed(2) }),
        svg("path", { d: `M${x - tip2} ${y - 1.6 * tip2}L${x + tip2} ${y - 1.6 * tip2}L${x} ${y}z`, class: "tip-mark" }),
        svg("path", { d, class: "catch", "stroke-width": 12 })
      );
      attach(group, () => note(arc));
      return group;
    });
    layer.replaceChildren(...drawn);
  };

  // src/shared/format.js
  var MISSING = "–";
  var absent = (v) => v === null || v === void 0 || Number.isNaN(v);
  var num = (v, digits = 3) => {
    if (absent(v)) return MISSING;
    if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞";
    const size = Math.abs(v);
    let text2;
    if (size === 0) text2 = "0";
    else if (size >= 1e6 || size < 1e-4) text2 = v.toExponential(digits - 1).replace("e+", "e");
    else if (size >= 10 ** digits) text2 = Math.round(v).toLocaleString("en-US");
    else
      text2 = v.toPrecision(digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    return text2.replace(/-/g, "−");
  };
  var fixed = (v, decimals) => absent(v) ? MISSING : v.toFixed(decimals).replace("-", "−");
  var percent = (v) => {
    if (absent(v)) return MISSING;
    const p = 100 * v;
    if (p === 0) return "0 %";
    if (Math.abs(p) < 1e-3) return "<0.001 %";
    return `${num(p, Math.abs(p) >= 99.95 ? 3 : Math.abs(p) >= 10 ? 3 : 2)} %`;
  };
  var count = (v) => absent(v) ? MISSING : Math.round(v).toLocaleString("en-US");
  var seconds = (v) => {
    if (absent(v)) return MISSING;
    if (v < 100) return `${num(v, 2)} s`;
    if (v < 6e3) return `${Math.floor(v / 60)} min ${Math.round(v % 60)} s`;
    return `${Math.floor(v / 3600)} h ${Math.round(v % 3600 / 60)} min`;
  };
  var headName = (card, head) => {
    const name = card.head_names[head] ?? String(head);
    return /^[\d.]+$/.test(name) ? `head ${name}` : name;
  };
  var headShort = (card, head) => {
    if (card.loadings === "layers") {
      const [, number, kind] = /(\d+) ?(.?)/.exec(card.head_names[head] ?? "") || [null, String(head), ""];
      return head >= card.n_heads ? "id" : number + kind;
    }
    const name = headName(card, head).replace(/^head /, "");
    return head >= card.n_heads ? "id" : name.length > 4 ? String(head) : name;
  };

  // src/shared/theme.js
  var root = document.documentElement;
  var system = matchMedia("(prefers-color-scheme: dark)");
  var listeners = /* @__PURE__ */ new Set();
  var remembered = () => {
    try {
      return localStorage.getItem("polyhead-theme");
    } catch {
      return null;
    }
  };
  var choice = remembered() || "auto";
  var apply = () => {
    root.dataset.theme = choice === "auto" ? system.matches ? "dark" : "light" : choice;
    for (const listener of [...listeners]) listener();
  };
  var choose = (next) => {
    choice = next;
    try {
      localStorage.setItem("polyhead-theme", next);
    } catch {
    }
    apply();
  };
  system.addEventListener("change", apply);
  apply();
  var color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  var N_HUES = 8;
  var headColor = (head, nHeads) => head >= nHeads ? color("identity") : color(`hue-${head % N_HUES}`);
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

  // src/shared/axes.js
  var FONT = "system-ui, sans-serif";
  var niceStep = (span, n) => {
    const raw = span / n, power = 10 ** Math.floor(Math.log10(raw));
    return power * [1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999);
  };
  var linear = (low, high, from, to, { n = 5, zero = false, nice = true } = {}) => {
    if (zero) {
      low = Math.min(0, low);
      high = Math.max(0, high);
    }
    if (low === high) {
      low -= 0.5;
      high += 0.5;
    }
    const step = niceStep(high - low, n);
    if (nice) {
      low = Math.floor(low / step + 1e-9) * step;
      high = Math.ceil(high / step - 1e-9) * step;
    }
    const ticks = [];
    for (let t = Math.ceil(low / step - 1e-9) * step; t <= high + step * 1e-6; t += step)
      ticks.push(Math.abs(t) < step * 1e-6 ? 0 : t);
    const at = (v) => from + (v - low) / (high - low) * (to - from);
    return Object.assign(at, { ticks, low, high, text: (t) => num(Number(t.toPrecision(6))) });
  };
  var text = (x, y, content, attributes) => svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);
  var shapePath = (shape, x, y, r) => {
    if (shape === "square") return `M${x - r * 0.88} ${y - r * 0.88}h${r * 1.76}v${r * 1.76}h${-r * 1.76}z`;
    if (shape === "triangle") return `M${x} ${y - r * 1.15}L${x + r * 1.1} ${y + r * 0.8}H${x - r * 1.1}z`;
    if (shape === "diamond")
      return `M${x} ${y - r * 1.25}L${x + r * 1.25} ${y}L${x} ${y + r * 1.25}L${x - r * 1.25} ${y}z`;
    if (shape === "cross") {
      const a = r * 0.4, b = r * 1.1;
      return `M${x - a} ${y - b}h${2 * a}v${b - a}h${b - a}v${2 * a}h${a - b}v${b - a}h${-2 * a}v${a - b}h${a - b}v${-2 * a}h${b - a}z`;
    }
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  };

  // src/shared/kinds.js
  var SIDES = {
    key: {
      about: "A latent fires at a source, and heads carry it to destinations.",
      tokens: "Top source tokens",
      tokensHint: "Commonest source tokens, by activation mass.",
      at: "source token",
      symbol: "z",
      keyName: "key side f (before moving)",
      queryName: "query side z (after moving)",
      keyMark: "key side: the latent is active here, before moving",
      arcMark: "moved by the heads; width is weight",
      queryMark: "query side: what arrived (z)",
      peakMark: "largest arrival",
      carries: "moves",
      receives: "receives",
      sends: "sends",
      loadings: "Head loadings",
      loadingsHint: null,
      axis: "head",
      group: "Group",
      writes: "Logits through the unembedding, direct path, where z is positive.",
      signed: true
    },
    query: {
      about: "A latent fires at the destination, on what attention brought there. Arcs say where that came from: what each source adds to the pre-activation through each head (direct feature attribution).",
      tokens: "Top destination tokens",
      tokensHint: "Commonest tokens where it fires, by activation mass.",
      at: "destination token",
      symbol: "f",
      keyName: null,
      queryName: "fires here, f",
      keyMark: null,
      arcMark: "what a source adds to the pre-activation, all heads together",
      queryMark: "fires here; height is f",
      peakMark: "fires most",
      carries: "adds",
      receives: "owes",
      sends: "adds",
      loadings: "Heads",
      loadingsHint: null,
      axis: "head",
      group: "Group",
      writes: "Logits through the unembedding, direct path.",
      signed: false
    },
    both: {
      about: "A pair of conditions, one on the query and one on the key. Where both hold, it adds to the attention score: the product of both sides.",
      tokens: "Query tokens",
      tokensHint: "Commonest tokens whose query matches, by activation mass.",
      keyTokens: "Key tokens",
      keyTokensHint: "Commonest tokens whose key matches, by activation mass.",
      at: "query token",
      queryWord: "query",
      symbol: "query",
      keyName: "the key matches by",
      queryName: "the query matches by",
      keyMark: "the key matches; shade is how much",
      arcMark: "added to the attention score; width is size",
      queryMark: "the query matches; height is how much",
      peakMark: "the example's strongest match",
      carries: "adds to the score",
      receives: "looks at",
      sends: "is looked at by",
      loadings: "Scale by head",
      loadingsHint: "How much the pair counts in the score of each head.",
      axis: "head",
      group: "Group",
      writes: "",
      signed: false,
      groupNames: { query: "Strongest on the query side", key: "Strongest on the key side" }
    }
  };
  var spanning = {
    about: "A latent reads one site and writes to one layer or several; nothing is moved between tokens, so there are no arcs.",
    tokens: "Top tokens",
    tokensHint: "Commonest tokens where it fires, by activation mass.",
    at: "token",
    queryWord: "token",
    arcMark: null,
    loadings: "Decoder norm by layer",
    loadingsHint: "Share of what it writes in each layer; squares sum to 1.",
    axis: "layer written",
    group: "Reads",
    writes: "Logits of all that it writes, over every layer, through the unembedding, direct path."
  };
  var wholeHead = {
    tokens: "Top destination tokens",
    at: "destination token",
    symbol: "size",
    queryName: "writes here, size",
    queryMark: "writes here; height is the size of what is written",
    peakMark: "writes most",
    arcMark: "what a source adds along what the head writes"
  };
  var METHODS = {
    mtc_rank: {
      writes: "Of the first of its write directions: logits through the unembedding, direct path, where z is positive."
    },
    attn_value_sae: {
      about: "A latent of the values: it fires at a source, on what waits there for heads to carry; its decoder says for which heads.",
      loadings: "Decoder norm by head",
      loadingsHint: "How much of it is in the values of each head of each layer.",
      writes: "Logits of its values through every head's W_O together, direct path."
    },
    dynamic_head: {
      about: "A latent of the layer's input: at every destination the one head that moves it most carries it there.",
      arcMark: "carried by the strongest head of this destination; width is weight",
      writes: "Through the head that writes most of it; others write other tokens. Direct path."
    },
    qk_mask: {
      about: "A condition on the query, and the keys that it may meet through a learned mask. Arcs are what the two add to the attention score.",
      keyName: "found in this key"
    },
    combined_layer: {
      about: "A latent fires at a source and is carried along patterns that this dictionary makes itself, not the model's."
    },
    lorsa: {
      about: "A unit reads one direction at sources, looks where the attention of its group looks, and writes one direction. Arcs are that attention times what is read.",
      keyName: "reads here, x · W_V",
      keyMark: "what the unit reads here, where positive",
      arcMark: "its group's attention × what it reads",
      receives: "from",
      sends: "gives",
      writes: "Logits of its write direction through the unembedding, direct path."
    },
    gated_attention: {
      ...wholeHead,
      about: "One row is a head of the block, with an attention of its own and gates on pairs of positions; arcs say what it attends to."
    },
    replacement: {
      ...wholeHead,
      about: "One row is a head of low rank, with an attention of its own; arcs say what it attends to."
    },
    cross_layer_transcoder: spanning,
    two_type_features: spanning,
    attn_out_crosscoder: spanning
  };
  var MEASURED = "Measured, not trained: each head's share of what the arcs of its examples bring.";
  var kinds = /* @__PURE__ */ new Map();
  var of = (card) => {
    if (!kinds.has(card.name)) {
      const kind = { ...SIDES[card.side] || SIDES.key, ...METHODS[card.method] };
      const loadings = card.loadings || "trained";
      const noun = card.noun || "latent";
      kinds.set(card.name, {
        ...kind,
        noun,
        Noun: noun[0].toUpperCase() + noun.slice(1),
        hasLoadings: loadings !== "none",
        hasHeads: loadings === "trained" || loadings === "measured",
        hasIdentity: card.identity !== false && loadings === "trained",
        hasGroups: (card.group_names || []).length > 0,
        loadingsHint: loadings === "measured" ? MEASURED : kind.loadingsHint
      });
    }
    return kinds.get(card.name);
  };

  // src/shared/tokens.js
  var SPECIAL = /^(<\|.*\|>|<\/?(s|bos|eos|pad|unk|mask|bot|eot|start_of_turn|end_of_turn)>|\[(CLS|SEP|PAD|MASK|UNK|BOS|EOS)\])$/is;
  var INVISIBLE = /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u3164\u115f\u1160\uffa0]/u;
  var hex = (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  var MOST_SPACES = 6;
  var mark = (c) => {
    const code = c.codePointAt(0);
    if (c === "\n") return ["↵", "newline"];
    if (c === "	") return ["→", "tab"];
    if (c === "\r") return ["\\r", "carriage return"];
    if (code < 32 || code >= 127 && code < 160)
      return [`\\x${code.toString(16).padStart(2, "0")}`, `control character ${hex(c)}`];
    if (code === 65533) return ["�", "replacement character: part of a longer character"];
    if (INVISIBLE.test(c)) return [hex(c), `invisible character ${hex(c)}`];
    return null;
  };
  var pieces = (text2, leadingSpace) => {
    const out = [];
    const plain = (c) => {
      const last = out[out.length - 1];
      if (last && last[1] === null) last[0] += c;
      else out.push([c, null]);
    };
    const characters = [...text2];
    for (let i = 0; i < characters.length; i++) {
      const c = characters[i];
      if (c === " ") {
        let run = 1;
        while (characters[i + run] === " ") run++;
        const outer = i === 0 || i + run === characters.length || characters[i - 1] === "\n";
        if (run === 1 && !(outer && leadingSpace)) plain(run === 1 && outer ? " " : " ");
        else out.push([run > MOST_SPACES ? `·×${run}` : "·".repeat(run), run === 1 ? "space" : `${run} spaces`]);
        i += run - 1;
        continue;
      }
      const joined2 = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined2 ? null : mark(c);
      if (found) out.push(found);
      else plain(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
    }
    return out;
  };
  var shown = (text2) => text2 === "" ? "∅" : pieces(text2, true).map((p) => p[0]).join("");
  var literal = (text2) => JSON.stringify(text2).replace(
    /[\u007f-\uffff]/g,
    (c) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  var fill2 = (node, text2, leadingSpace = true) => {
    if (text2 === "") node.append(el("span", { class: "mark framed" }, "∅"));
    else if (SPECIAL.test(text2)) node.append(el("span", { class: "special" }, text2));
    else
      for (const [piece, meaning] of pieces(text2, leadingSpace)) {
        const framed = meaning && /^(U\+|\\|\ufffd)/.test(piece);
        node.append(meaning === null ? piece : el("span", { class: framed ? "mark framed" : "mark" }, piece));
      }
    return node;
  };
  var chip = (text2) => fill2(el("bdi", { class: "chip", title: literal(text2) }), text2);
  var chips = (list2) => el("span", { class: "chips" }, list2.map(chip));

  // src/shared/bars.js
  var layersOf = (card) => {
    const layers = card.head_names.slice(0, card.n_heads).map((name) => /^(\d+)\.\d+$/.exec(name)?.[1]);
    return new Set(layers).size > 1 && !layers.includes(void 0) ? layers : null;
  };
  var loadingChart = (card, all, width = 256) => {
    const kind = of(card), layers = layersOf(card), row = kind.hasIdentity ? all : all.slice(0, card.n_heads);
    const height = 190, n = row.length, left = 38, gap = 14, bottom = height - 34;
    const gaps = row.map((_, h) => h > 0 && (h === card.n_heads || layers && layers[h] !== layers[h - 1]));
    const shifts = gaps.map((_, h) => gap * gaps.slice(0, h + 1).filter(Boolean).length);
    const most = Math.max(...row), least = Math.min(0, ...row);
    const chart = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `Head loadings: ${row.map((v, h) => `${headName(card, h)} ${num(v, 2)}`).join(", ")}`
    });
    const y = linear(least, Math.max(most, 0.05), least < -0.02 ? bottom - 16 : bottom - 4, 18, { n: 4, nice: false });
    for (const t of y.ticks) {
      chart.append(
        svg("line", { x1: left, x2: width, y1: y(t), y2: y(t), stroke: color(t === 0 ? "muted" : "line") }),
        text(left - 6, y(t) + 4, y.text(t), { "text-anchor": "end", "font-size": 11 })
      );
    }
    const step = (width - left - shifts[n - 1] - 4) / n, values = [];
    const short = (h) => layers && h < card.n_heads ? card.head_names[h].split(".")[1] : headShort(card, h);
    row.forEach((v, h) => {
      const x = left + 4 + h * step + shifts[h], top = Math.min(y(v), y(0));
      const bar3 = svg("rect", {
        x: x + step * 0.1,
        width: Math.max(2, step * 0.8),
        y: top,
        height: Math.max(1, Math.abs(y(v) - y(0))),
        fill: headColor(h, card.n_heads),
        class: "dot"
      });
      attach(
        bar3,
        () => lines(
          [headName(card, h), num(v, 3)],
          ["share of squares", num(v * v / row.reduce((s, a) => s + a * a, 0), 2)]
        )
      );
      chart.append(bar3);
      if (Math.abs(v) >= 0.1) values.push([x + step / 2, v > 0 ? top - 4 : y(v) + 12, v]);
      if (h % Math.ceil(14 / step) === 0 || h === n - 1)
        chart.append(
          text(x + step / 2, bottom + 14, short(h), { "text-anchor": "middle", "font-size": 11, fill: color("ink") })
        );
    });
    const written = [];
    for (const [x, at, v] of values.sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]))) {
      const words2 = num(v, 2), wide = 6.6 * words2.length;
      if (written.some((o) => Math.abs(o.x - x) < (o.wide + wide) / 2 && Math.abs(o.at - at) < 12)) continue;
      written.push({ x, at, wide });
      chart.append(text(x, at, words2, { "text-anchor": "middle", "font-size": 11, fill: color("ink") }));
    }
    const under = (first, last, words2) => chart.append(
      text(left + 4 + step * (first + last + 1) / 2 + shifts[first], height - 4, words2, {
        "text-anchor": "middle",
        "font-size": 11
      })
    );
    if (layers) for (const l of new Set(layers)) under(layers.indexOf(l), layers.lastIndexOf(l), `layer ${l}`);
    else under(0, card.n_heads - 1, kind.axis);
    return chart;
  };
  var logits = (promoted, demoted) => {
    const most = Math.max(1e-9, ...[...promoted, ...demoted].map(([, v]) => Math.abs(v)));
    const side2 = (title2, list2, kind) => el(
      "div",
      {},
      el("h3", {}, title2),
      el(
        "ol",
        { class: `logits ${kind}` },
        list2.map(
          ([token, v]) => el(
            "li",
            {},
            chip(token),
            el("span", { class: "bar", vars: { "--size": Math.abs(v) / most } }),
            el("span", { class: "value" }, num(v, 3))
          )
        )
      )
    );
    return el("div", { class: "logit-pair" }, side2("Promoted", promoted, "up"), side2("Demoted", demoted, "down"));
  };
  var breakdown = (card, heads) => {
    if (!of(card).hasHeads) return null;
    const most = Math.max(1e-9, ...heads.map(Math.abs));
    const order = heads.map((v, h) => [h, v]).filter(([, v]) => v !== 0).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    return el(
      "ol",
      { class: "breakdown" },
      order.slice(0, 9).map(
        ([h, v]) => el(
          "li",
          {},
          el("span", {}, headName(card, h)),
          el("span", {
            class: v < 0 ? "bar negative" : "bar",
            vars: { "--size": Math.abs(v) / most, "--hue": headColor(h, card.n_heads) }
          }),
          el("span", { class: "value" }, num(v, 2))
        )
      )
    );
  };

  // src/shared/example.js
  var LAYOUT_KEY = "polyhead-layout";
  var remembered2 = () => {
    try {
      return localStorage.getItem(LAYOUT_KEY);
    } catch {
      return null;
    }
  };
  var layout = { mode: remembered2() === "lines" ? "lines" : "track" };
  var scales = (examples) => {
    const most = (f) => Math.max(1e-9, ...examples.map(f));
    return {
      key: most((e) => Math.max(0, ...e.key)),
      // where negative, a unit reads against its direction: not shaded
      query: most((e) => Math.max(0, ...e.query.map(Math.abs))),
      arc: most((e) => Math.max(0, ...e.arcs.map((a) => Math.abs(a[2]))))
    };
  };
  var figure = (card, example, scale) => {
    const kind = of(card);
    const { tokens, key, query, arcs, peak } = example;
    const atKey = example.side === "key";
    const positions = example.positions.length ? example.positions : tokens.map((_, i) => example.start + i);
    const skipped = (i) => positions[i] < 0 ? (positions[i + 1] ?? 0) - (positions[i - 1] ?? example.start - 1) - 1 : 0;
    const layer = svg("svg", { class: "arcs", "aria-hidden": "true" });
    const line = el("div", { class: "line" }, layer);
    const named = (i) => chip(tokens[i]);
    const nodes2 = tokens.map((token, i) => {
      const z = query[i] || 0, f = key[i] || 0;
      const node2 = el("span", {
        class: `tok${i === peak ? " peak" : ""}${z < 0 ? " negative" : ""}${f > 0 ? " sends" : ""}`,
        vars: {
          "--f": f > 0 ? 0.12 + 0.88 * Math.min(1, f / scale.key) : 0,
          "--z": Math.min(1, Math.abs(z) / scale.query)
        }
      });
      if (positions[i] < 0) node2.classList.add("gap");
      fill2(node2, positions[i] < 0 ? "⋯" : token, false);
      return node2;
    });
    const tell = (i) => {
      if (positions[i] < 0) return el("p", {}, skipped(i) > 0 ? `${skipped(i)} tokens left out` : "tokens left out");
      const into = arcs.filter((a) => a[0] === i), from = arcs.filter((a) => a[1] === i);
      const best = (list2) => list2.slice().sort((a, b) => Math.abs(b[2]) - Math.abs(a[2])).slice(0, 4);
      return [
        el("strong", {}, named(i), ` position ${positions[i]}`),
        lines(
          kind.keyName && [kind.keyName, num(key[i] || 0)],
          [kind.queryName, num(query[i] || 0)],
          ...best(into).map((a) => [kind.receives, [num(a[2]), " · ", named(a[1])]]),
          ...best(from).filter((a) => a[0] !== i).map((a) => [kind.sends, [num(a[2]), " · ", named(a[0])]])
        )
      ];
    };
    const focusOn = (i) => {
      for (const arc of layer.children)
        arc.classList.toggle("off", i !== null && Number(arc.dataset.query) !== i && Number(arc.dataset.key) !== i);
    };
    const note = (arc) => [
      el("strong", {}, named(arc[1]), " → ", named(arc[0])),
      lines(
        [kind.carries, num(arc[2])],
        ["over", arc[0] === arc[1] ? "itself" : `${positions[arc[0]] - positions[arc[1]]} positions`]
      ),
      breakdown(card, arc[3])
    ];
    nodes2.forEach((node2, i) => {
      attach(node2, () => tell(i));
      node2.addEventListener("pointerenter", () => focusOn(i));
      node2.addEventListener("pointerleave", () => focusOn(null));
      if (layout.mode === "lines" && i && tokens[i].includes("\n") && !tokens[i - 1].includes("\n"))
        line.append(el("br"));
      line.append(node2);
    });
    const frame = el(
      "div",
      {
        class: `frame ${layout.mode}`,
        tabindex: "0",
        role: "group",
        "aria-label": `Tokens ${example.start} to ${positions[tokens.length - 1]} of sequence ${example.sequence}`
      },
      line
    );
    const [mine, other] = atKey ? [1, 0] : [0, 1];
    const peakArcs = arcs.filter((a) => a[mine] === peak).sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]));
    const caption = el(
      "figcaption",
      {},
      el(
        "span",
        { class: "pairing" },
        named(peak),
        peakArcs.length ? [el("span", { class: "faint" }, atKey ? "→" : "←"), named(peakArcs[0][other])] : null
      ),
      el("span", { class: "faint" }, atKey ? `key ${num(key[peak])}` : `${kind.symbol} ${num(query[peak])}`),
      el("span", { class: "faint" }, `sequence ${example.sequence}, position ${positions[peak]}`)
    );
    const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption, frame);
    node.place = () => {
      if (layout.mode === "track") line.style.paddingTop = `${roomFor(nodes2, arcs)}px`;
      draw(layer, line, nodes2, arcs, scale.arc, note, layout.mode === "lines" ? 21 : void 0);
      if (layout.mode !== "track") return;
      const at = nodes2[peak].offsetLeft;
      frame.scrollLeft = Math.max(0, at - frame.clientWidth * (atKey ? 0.3 : 0.7));
    };
    return node;
  };
  var legend = (card) => {
    const kind = of(card);
    const note = (words2, ...marks) => words2 && el("span", { class: "note" }, marks, words2);
    const mark3 = (words2, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words2);
    const arc = svg(
      "svg",
      { width: 40, height: 22, "aria-hidden": "true" },
      svg(
        "g",
        { class: "arc" },
        svg("path", { d: "M4 20C4 0 36 0 36 16", class: "stroke", "stroke-width": 2.5 }),
        svg("path", { d: "M32 14L40 14L36 20z", class: "tip-mark" })
      )
    );
    const query = [mark3(kind.queryWord || "destination", "", 0, 0.8)];
    if (kind.signed) query.push(mark3("negative", "negative", 0, 0.6));
    return el(
      "div",
      { class: "legend reading", "aria-label": "How to read the examples" },
      note(kind.keyMark, mark3(card.side === "both" ? "key" : "source", "sends", 0.75, 0)),
      note(kind.arcMark, arc),
      note(kind.queryMark, query),
      note(kind.peakMark, mark3("peak", "peak", 0, 0))
    );
  };

  // src/shared/shell.js
  var shell_exports = {};
  __export(shell_exports, {
    current: () => current,
    fail: () => fail,
    goto: () => goto,
    render: () => render,
    search: () => search,
    start: () => start2
  });

  // src/shared/keys.js
  var app = null;
  var dialog = null;
  var help = () => {
    const rows = app.help().map(([k, v]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, v)]);
    dialog.querySelector("dl").replaceChildren(...rows.flat());
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };
  var typing = (node) => node instanceof HTMLElement && (/^(TEXTAREA|SELECT)$/.test(node.tagName) || node.tagName === "INPUT" && node.type !== "checkbox");
  var pressed = (e) => {
    if (e.key === "Escape") {
      hide();
      if (typing(document.activeElement)) return document.activeElement.blur();
      if (!dialog.open) app.page()?.keys?.Escape?.();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
    if (dialog.open) {
      if (e.key === "?") {
        e.preventDefault();
        help();
      }
      return;
    }
    if (e.key.startsWith("Arrow") && e.target.closest?.(".frame, canvas, .segmented, .scrubber")) return;
    if (e.key === "Enter" && e.target.closest?.("a, button, summary, .table-view")) return;
    const action = app.page()?.keys?.[e.key] || app.keys[e.key];
    if (action) {
      e.preventDefault();
      action();
    }
  };
  var start = (what) => {
    app = what;
    dialog = el(
      "dialog",
      { class: "help", "aria-label": "Keys" },
      el("h2", {}, "Keys"),
      el("dl", { class: "lines keys" }),
      el("form", { method: "dialog" }, el("button", {}, "Close"))
    );
    document.body.append(dialog);
    document.addEventListener("keydown", pressed);
  };

  // src/shared/store.js
  var KEPT_PAGE_FILES = 12;
  var promises = /* @__PURE__ */ new Map();
  var takers = /* @__PURE__ */ new Map();
  globalThis.polyhead = { receive: (key, text2) => takers.get(key)?.(text2) };
  var load = (key) => {
    if (promises.has(key)) return promises.get(key);
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      takers.set(key, (text2) => {
        takers.delete(key);
        try {
          resolve(JSON.parse(text2));
        } catch {
          fail2("is damaged");
        }
      });
      script.src = `data/${key.split("/").map(encodeURIComponent).join("/")}.js`;
      const fail2 = (why) => {
        promises.delete(key);
        takers.delete(key);
        reject(new Error(`data/${key}.js ${why}`));
      };
      script.onload = () => {
        script.remove();
        if (takers.has(key)) fail2("is damaged");
      };
      script.onerror = () => {
        script.remove();
        fail2("could not be loaded: was the report folder copied whole?");
      };
      document.head.append(script);
    });
    promises.set(key, promise);
    const pages = [...promises.keys()].filter((k) => k.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise;
  };

  // src/shared/shell.js
  var SLOW = 250;
  var SETTLED = 80;
  var app2 = null;
  var main = null;
  var page = null;
  var turn = 0;
  var current = () => page;
  var goto = (hash) => {
    location.hash = hash;
  };
  var fail = (error) => {
    page = null;
    main.replaceChildren(
      el(
        "div",
        { class: "page" },
        el(
          "section",
          { class: "card" },
          el("h1", {}, "This page cannot be shown"),
          el("p", {}, error.message),
          app2.back && el("p", {}, el("a", { href: app2.home }, app2.back))
        )
      )
    );
    main.dataset.page = "error";
    document.title = app2.title;
  };
  var address = () => {
    const [path, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
    return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: query || "" };
  };
  var drawBar = (where2) => {
    const button = (id, text2, label, key, onclick) => el(
      "button",
      { type: "button", class: "quiet", id, "aria-label": label, title: `${label} (${key})`, onclick },
      text2
    );
    const { left, right = [] } = app2.bar(where2);
    document.getElementById("bar").replaceChildren(
      el("a", { class: "brand", href: app2.home }, "polyhead"),
      ...left.filter(Boolean),
      el("span", { class: "push" }),
      ...right.filter(Boolean),
      button("theme", "◐", "Light or dark", "d", toggle),
      button("help", "?", "Keys", "?", help)
    );
  };
  var render = async (keepScroll = false) => {
    const mine = ++turn, at = scrollY;
    hide();
    try {
      const where2 = app2.route(address());
      drawBar(where2);
      const waiting = setTimeout(() => {
        if (mine === turn) main.replaceChildren(el("p", { class: "page hint" }, "Loading …"));
      }, SLOW);
      let made;
      try {
        made = await where2.make();
      } finally {
        clearTimeout(waiting);
      }
      if (mine !== turn) return;
      page = made;
      main.replaceChildren(page.node);
      main.dataset.page = where2.kind;
      document.title = `${page.title} · polyhead`;
      const to = keepScroll || app2.keepScroll ? at : 0;
      scrollTo(0, to);
      announce(page.title);
      await page.start();
      if (to) scrollTo(0, to);
    } catch (error) {
      if (mine === turn) fail(error);
    }
  };
  var search = async (elsewhere) => {
    if (!document.getElementById("search")) {
      if (!elsewhere) return;
      history.pushState(null, "", elsewhere);
      await render();
    }
    const box2 = document.getElementById("search");
    box2?.focus();
    box2?.select();
  };
  var begin = (what) => {
    app2 = what;
    main = document.getElementById("main");
    start({
      page: current,
      keys: { ...app2.keys, d: toggle, "?": help },
      help: () => [
        ...app2.help(),
        ["d", "light or dark"],
        ["?", "this list"],
        ["Esc", app2.escape ?? "close, or leave a field"]
      ]
    });
    addEventListener("hashchange", () => page?.visit ? page.visit() : render());
    let resizing = 0;
    addEventListener("resize", () => {
      clearTimeout(resizing);
      resizing = setTimeout(() => page?.resize?.(), SETTLED);
    });
    let ready = false;
    onChange(() => {
      if (page?.recolour) page.recolour();
      else if (ready) render(true);
    });
    load(app2.data).then(async (value) => {
      await app2.open(value);
      ready = true;
      return render();
    }).catch(fail);
  };
  var start2 = (what) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => begin(what));
    else begin(what);
  };
  globalThis.polyhead.page = current;

  // src/graphs/list.js
  var item = (v) => el(
    "li",
    { class: "card graph-item" },
    el("a", { class: "graph-link", href: `#/g/${encodeURIComponent(v.slug)}` }, v.prompt || v.slug),
    el(
      "p",
      { class: "subtitle" },
      el("span", {}, v.model),
      el("span", {}, v.attention),
      el("span", {}, `${count(v.n_nodes)} nodes, ${count(v.n_edges)} edges`),
      v.n_entries > 0 && el("span", {}, `${count(v.n_entries)} pattern ${v.n_entries === 1 ? "entry" : "entries"} explained`)
    ),
    el(
      "dl",
      { class: "strip facts-strip" },
      v.scores && [
        ["Replacement", percent(v.scores.replacement)],
        ["Completeness", percent(v.scores.completeness)],
        ["Error share", percent(v.scores.error_share)]
      ].map(([k, t]) => el("div", {}, el("dt", {}, k), el("dd", {}, t))),
      el(
        "div",
        {},
        el("dt", {}, "Held against interventions"),
        el(
          "dd",
          {},
          v.verify ? `live ${fixed(v.verify.live_correlation, 2)}, control ${fixed(v.verify.control_correlation, 2)}` : "not yet"
        )
      )
    )
  );
  var page2 = (data2) => ({
    title: "Attribution graphs",
    node: el(
      "div",
      { class: "page" },
      el("h1", {}, "Attribution graphs"),
      el(
        "p",
        { class: "hint" },
        "Each graph says what acted on what in one prompt: which latents were active, through which heads they moved, and what reached the next token."
      ),
      el("ul", { class: "graph-items" }, data2.graphs.map(item))
    ),
    start: () => {
    }
  });

  // src/graphs/names.js
  var LOOKS = {
    embedding: { shape: "square", hue: "hue-7", title: "token" },
    key: { shape: "circle", hue: "hue-0", title: "key side: read at a source, before anything moves" },
    query: { shape: "diamond", hue: "hue-2", title: "query side: what has arrived at a destination" },
    own: { shape: "square", hue: "hue-4", title: "latent that moves nothing (MLP)" },
    error: { shape: "cross", hue: "identity", title: "error: what no latent explains" },
    bias: { shape: "circle", hue: "identity", hollow: true, title: "bias" },
    logit: { shape: "triangle", hue: "hue-3", title: "logit" }
  };
  var SHORT = {
    embedding: "token",
    key: "key side",
    query: "query side",
    own: "MLP latent",
    error: "error",
    bias: "bias",
    logit: "logit"
  };
  var lookName = (g, i) => g.nodes.kind[i] === "latent" ? g.nodes.side[i] || "own" : g.nodes.kind[i];
  var look = (g, i) => LOOKS[lookName(g, i)];
  var mark2 = (name, size = 14) => {
    const { shape, hue, hollow } = LOOKS[name];
    const ink = color(hue);
    const d = shapePath(shape, size / 2, size / 2, size * 0.35);
    return svg(
      "svg",
      { width: size, height: size, class: "node-mark", "aria-hidden": "true" },
      svg("path", { d, fill: hollow ? "none" : ink, stroke: ink, "stroke-width": hollow ? 1.8 : 0 })
    );
  };
  var tokenAt = (g, position) => position < 0 ? "" : g.data.token_strings[position] || (position === 0 ? "<bos>" : "");
  var textOf = (g, i) => {
    const { kind, label, token, position } = g.nodes;
    if (label[i]) return label[i];
    if (kind[i] === "embedding") return tokenAt(g, position[i]);
    const at = g.data.tokens.indexOf(token[i]);
    return at >= 0 ? g.data.token_strings[at] : `token ${token[i]}`;
  };
  var partName = { attn: "attention", mlp: "MLP" };
  var where = (g, i) => `layer ${g.nodes.layer[i]} ${partName[g.nodes.part[i]] || ""}`.trim();
  var rowOf = (g, i) => {
    const known = g.nodes.kind[i] === "latent" ? g.data.latents[g.nodes.dictionary[i]] : null;
    return known ? known.rows[g.nodes.latent[i]] || null : null;
  };
  var brief = (g, i) => {
    const { kind, layer, latent, label } = g.nodes;
    if (kind[i] === "embedding" || kind[i] === "logit") return `‘${shown(textOf(g, i))}’`;
    if (kind[i] === "latent") return label[i] === null ? `L${layer[i]} #${latent[i]}` : label[i];
    return layer[i] === null ? kind[i] : `${kind[i]} L${layer[i]}`;
  };
  var full = (g, i) => {
    const { kind, position, layer, latent, side: side2 } = g.nodes;
    const at = position[i] < 0 ? "" : ` at ${position[i]}`;
    if (kind[i] === "embedding") return `token ‘${shown(textOf(g, i))}’${at}`;
    if (kind[i] === "logit") return `logit of ‘${shown(textOf(g, i))}’`;
    if (kind[i] === "latent") return `latent ${latent[i]} of layer ${layer[i]}, ${SHORT[side2[i] || "own"]}${at}`;
    return layer[i] === null ? "biases of readers" : `${kind[i]} of ${where(g, i)}${at}`;
  };
  var flow = (g, i) => {
    if (g.nodes.kind[i] !== "latent" || g.nodes.side[i] === "own") return "";
    const isQuery = g.nodes.side[i] === "query";
    const e = isQuery ? g.incoming(i)[0] : g.outgoing(i)[0];
    const other = e === void 0 ? -1 : isQuery ? g.edges.source[e] : g.edges.target[e];
    if (other < 0 || g.nodes.position[other] < 0) return "";
    return `${isQuery ? "from" : "to"} ${shown(tokenAt(g, g.nodes.position[other]))} ${g.nodes.position[other]}`;
  };
  var hint = (g, i) => {
    const row = rowOf(g, i);
    if (!row) return flow(g, i);
    const read2 = row.tokens.slice(0, 3).map(shown).join("  ");
    const wrote = row.promoted.slice(0, 2).map(shown).join("  ");
    return wrote ? `${read2} → ${wrote}` : read2;
  };
  var words = (g, i) => {
    const { label, latent } = g.nodes;
    const own = [label[i], latent[i], full(g, i), brief(g, i), tokenAt(g, g.nodes.position[i])];
    return [...own, hint(g, i)].filter((v) => v !== null).join(" ").toLowerCase();
  };
  var headAt = (g, e, h) => {
    const dictionary = g.crosses(e), name = dictionary.heads[h];
    if (name === void 0 || /identity/i.test(name)) return null;
    const two = /^L?(\d+)[.H](\d+)$/.exec(name), one = /^(?:head )?(\d+)$/.exec(name);
    if (two) return [Number(two[1]), Number(two[2])];
    return one ? [g.nodes.layer[g.edges.target[e]], Number(one[1])] : null;
  };
  var headText = (name) => /^[\d.]+$/.test(name) ? `head ${name}` : name;
  var headColor2 = (dictionary, h) => {
    const n = dictionary.heads.length - (/identity/i.test(dictionary.heads[dictionary.heads.length - 1]) ? 1 : 0);
    return headColor(h, n);
  };
  var tip = (g, i) => {
    const { value, pre, probability, error_norm, position } = g.nodes;
    const row = rowOf(g, i);
    return [
      el("strong", {}, mark2(lookName(g, i)), " ", full(g, i)),
      lines(
        position[i] >= 0 && ["at token", chip(tokenAt(g, position[i]))],
        g.nodes.kind[i] === "latent" && ["activation", num(value[i])],
        g.nodes.kind[i] === "logit" && ["probability", num(probability[i])],
        pre[i] !== null && Math.abs(pre[i] - value[i]) > 1e-4 * Math.abs(value[i]) && ["flows in", num(pre[i])],
        g.influence[i] > 0 && ["influence", percent(g.influence[i])],
        error_norm[i] !== null && ["norm of the error", percent(error_norm[i])],
        row && ["tokens", chips(row.tokens.slice(0, 4))],
        row && row.promoted.length > 0 && ["promotes", chips(row.promoted.slice(0, 4))]
      )
    ];
  };

  // src/graphs/about.js
  var SCORES = [
    [
      "replacement",
      "Replacement",
      "Share of the paths from the logits back to the tokens that meet no error node.",
      "good"
    ],
    [
      "completeness",
      "Completeness",
      "Share of what flows into nodes, weighted by their influence, that does not come from error nodes.",
      "good"
    ],
    [
      "error_share",
      "Error share",
      "Share of the influence on the logits that ends in error nodes. Less is better.",
      "bad"
    ]
  ];
  var scoreBars = (scores) => el(
    "ul",
    { class: "score-bars" },
    SCORES.map(
      ([key, name, words2, sense]) => el(
        "li",
        { "data-score": key },
        attach(el("span", { tabindex: "0", class: "defined" }, name), () => el("p", {}, words2)),
        el(
          "span",
          { class: `share-bar ${sense}` },
          el("span", { class: "fill", vars: { "--size": Math.max(0, Math.min(1, scores[key])) } })
        ),
        el("span", { class: "value" }, percent(scores[key]))
      )
    )
  );
  var legend2 = (g) => {
    const there = new Set(Array.from({ length: g.n }, (_, i) => lookName(g, i)));
    const edge = (words2, kind) => el("li", {}, el("span", { class: `edge-sample ${kind}` }), words2);
    return el(
      "ul",
      { class: "graph-legend" },
      Object.keys(LOOKS).filter((name) => there.has(name)).map(
        (name) => el(
          "li",
          {},
          mark2(name),
          el("span", {}, SHORT[name]),
          el("span", { class: "faint" }, LOOKS[name].title.replace(/^[a-z ]+: /, "").replace(SHORT[name], ""))
        )
      ),
      edge("positive edge of the node in focus; width is its share of the target's input", "plus"),
      edge("negative edge", "minus"),
      edge("the strongest of all other edges", "other")
    );
  };
  var cutting = (g) => {
    const d = g.data, out = [];
    if (d.n_edges_found > d.n_edges && !d.notes.some((v) => /edges/.test(v)))
      out.push(`${count(d.n_edges)} of ${count(d.n_edges_found)} edges that were found are in the file.`);
    if ((d.node_threshold !== null || d.edge_threshold !== null) && !d.notes.some((v) => /^pruned/i.test(v)))
      out.push(
        `Pruned: ${[d.node_threshold !== null && `nodes of ${percent(d.node_threshold)}`, d.edge_threshold !== null && `edges of ${percent(d.edge_threshold)}`].filter(Boolean).join(" and ")} of the influence are kept.`
      );
    if (d.n_edges_left_out > 0)
      out.push(
        `This page leaves out ${count(d.n_edges_left_out)} weak edges of the file, ${percent(d.weight_left_out)} of all weight.`
      );
    return out;
  };
  var page3 = (g) => {
    const d = g.data;
    const row = (name, value) => value !== null && el("div", {}, el("dt", {}, name), el("dd", {}, value));
    const said = [...cutting(g), ...d.notes];
    return el(
      "div",
      { class: "about-page" },
      el("h2", {}, "This graph"),
      el(
        "p",
        { class: "prompt" },
        d.token_strings.map((_, p) => [chip(tokenAt(g, p)), " "])
      ),
      d.scores ? scoreBars(d.scores) : el("p", { class: "hint" }, "No scores were computed."),
      el(
        "dl",
        { class: "facts" },
        row("Model", d.model),
        row("Attention nodes", d.attention),
        row("Patterns", d.patterns === "model" ? "the model's own, held" : "made by the dictionary, held"),
        row(
          "Dictionaries",
          [...new Set(d.dictionaries.map((v) => v.name.replace(/ of layer \d+$/, "")))].join(", ") || "none"
        ),
        row("Nodes", `${count(g.n)}, ${count(g.nodes.kind.filter((k) => k === "latent").length)} of them latents`),
        row("Edges", count(g.m)),
        row("Made in", d.seconds === null ? null : seconds(d.seconds))
      ),
      said.length > 0 && [
        el("h3", {}, "What was left out"),
        el(
          "ul",
          { class: "notes-list" },
          said.map((v) => el("li", {}, v))
        )
      ],
      el("h3", {}, "How to read it"),
      legend2(g),
      el(
        "p",
        { class: "hint" },
        "Columns are positions of the prompt, rows are layers from the bottom up. Pass over a node to see its edges, click it for its page, click an edge of it for its heads. The weights into a node sum to what flows into it. Drag or scroll to move, Ctrl + wheel to zoom, ? for keys."
      )
    );
  };

  // src/graphs/rows.js
  var MOST = 10;
  var roughly = (v) => v > 0 && v < 5e-4 ? "<0.1 %" : percent(Number(v.toFixed(3)));
  var bar = (value, most, hue = null, both = true) => el(
    "span",
    { class: both ? "signed" : "signed one-way", "aria-hidden": "true" },
    el("span", {
      class: value < 0 ? "fill negative" : "fill",
      vars: { "--size": Math.min(1, Math.abs(value) / (most || 1)), ...hue ? { "--hue": hue } : {} }
    })
  );
  var nodeButton = (g, i, act, hinted = true) => {
    const kind = g.nodes.kind[i], position = g.nodes.position[i], token = kind === "embedding" || kind === "logit" ? "" : tokenAt(g, position), where2 = position < 0 || kind === "logit" ? "" : `at ${position} `;
    const button = el(
      "button",
      { type: "button", class: "node-name", "data-node": i, "aria-label": full(g, i), onclick: () => act.pick(i) },
      mark2(lookName(g, i)),
      el("span", {}, brief(g, i)),
      token && chip(token),
      hinted && el("span", { class: "faint" }, where2 + hint(g, i))
    );
    button.addEventListener("pointerenter", () => act.hover(i));
    button.addEventListener("pointerleave", () => act.hover(-1));
    return attach(button, () => tip(g, i));
  };
  var edges = (g, list2, far, act) => {
    const most = Math.max(1e-12, ...list2.map((e) => Math.abs(g.edges.weight[e])));
    const both = list2.some((e) => g.edges.weight[e] < 0);
    const place3 = el("ol", { class: "edge-list" });
    const line = (e) => el(
      "li",
      {},
      nodeButton(g, far(e), act),
      bar(g.edges.weight[e], most, null, both),
      el("span", { class: "value" }, num(g.edges.weight[e])),
      el("span", { class: "value share", title: "Share of the target's input" }, roughly(g.edges.share[e])),
      el(
        "button",
        {
          type: "button",
          class: "quiet open-edge",
          "data-edge": e,
          "aria-label": `Open the edge ${full(g, g.edges.source[e])} to ${full(g, g.edges.target[e])}`,
          onclick: () => act.edge(e)
        },
        g.crosses(e) ? "heads" : "edge"
      )
    );
    const show2 = (all) => {
      const rest2 = list2.length - MOST;
      place3.replaceChildren(
        ...list2.slice(0, all ? 500 : MOST).map(line),
        ...rest2 > 0 && !all ? [
          el(
            "li",
            { class: "more" },
            el("button", { type: "button", class: "quiet", onclick: () => show2(true) }, `${rest2} more`)
          )
        ] : []
      );
    };
    show2(false);
    return list2.length ? place3 : el("p", { class: "hint" }, "None.");
  };

  // src/graphs/edge.js
  var headList = (g, e, terms2, act) => {
    const dictionary = g.crosses(e);
    const most = Math.max(1e-12, ...terms2.map(Math.abs)), whole = terms2.reduce((sum, v) => sum + Math.abs(v), 0);
    const both = terms2.some((v) => v < -1e-3 * most);
    const query = g.nodes.position[g.edges.target[e]], key = g.nodes.position[g.edges.source[e]];
    return el(
      "ol",
      { class: "head-terms" },
      terms2.map((v, h) => {
        const at = headAt(g, e, h);
        const entry = at && key >= 0 ? g.entryOf(at[0], at[1], query, key) : -1;
        return el(
          "li",
          { "data-head": h },
          el("span", {}, headText(dictionary.heads[h])),
          bar(v, most, headColor2(dictionary, h), both),
          el("span", { class: "value" }, Math.abs(v) < 1e-3 * most ? "≈0" : num(v)),
          el("span", { class: "value share" }, whole ? roughly(Math.abs(v) / whole) : ""),
          entry >= 0 && el(
            "button",
            { type: "button", class: "quiet why", "data-entry": entry, onclick: () => act.why(entry) },
            "why there?"
          )
        );
      })
    );
  };
  var page4 = (g, e, act) => {
    const { source, target, weight, share } = g.edges, s = source[e], t = target[e];
    const heads = el("div", { id: "heads" });
    const dictionary = g.crosses(e);
    const node = el(
      "div",
      { class: "edge-page", "data-edge": e },
      el("h2", {}, "Edge"),
      el(
        "div",
        { class: "edge-ends" },
        nodeButton(g, s, act),
        el("span", { class: "faint" }, "→"),
        nodeButton(g, t, act)
      ),
      el(
        "dl",
        { class: "strip facts-strip" },
        el("div", {}, el("dt", {}, "Weight"), el("dd", {}, num(weight[e]))),
        el("div", {}, el("dt", {}, "Share of its target's input"), el("dd", {}, percent(share[e]))),
        el("div", {}, el("dt", {}, "Per unit of its source"), el("dd", {}, num(weight[e] / (g.nodes.value[s] || 1))))
      ),
      el(
        "p",
        { class: "hint" },
        `${full(g, s)} adds ${num(weight[e])} to ${full(g, t)}, with norms and patterns held as on the prompt.`
      ),
      heads
    );
    node.start = async () => {
      const terms2 = await g.headsOf(e);
      if (!node.isConnected) return;
      if (!terms2) {
        heads.replaceChildren(
          el(
            "p",
            { class: "hint" },
            dictionary ? "Terms by head were not saved for this edge: it crosses no attention." : "It stays at one position: no head is crossed."
          )
        );
        return;
      }
      const size = terms2.reduce((a, v) => a + Math.abs(v), 0);
      const effective = size ** 2 / (terms2.reduce((a, v) => a + v * v, 0) || 1);
      heads.replaceChildren(
        el("h3", {}, "Through which heads"),
        headList(g, e, terms2, act),
        el(
          "p",
          { class: "hint" },
          `They sum to ${num(terms2.reduce((a, v) => a + v, 0))}; as many as ${num(effective, 2)} heads in equal parts.`
        )
      );
    };
    return node;
  };

  // src/graphs/groups.js
  var make = (state, label) => {
    const chosen = [...state.marked];
    for (const group2 of state.groups) group2.nodes = group2.nodes.filter((i) => !state.marked.has(i));
    state.groups = state.groups.filter((v) => v.nodes.length);
    const group = { label, nodes: chosen };
    state.groups.push(group);
    state.pins = [.../* @__PURE__ */ new Set([...state.pins, ...chosen])];
    state.marked = /* @__PURE__ */ new Set();
    return group;
  };
  var drop = (state, group) => {
    state.groups = state.groups.filter((v) => v !== group);
  };
  var unpin = (state, i) => {
    state.pins = state.pins.filter((j) => j !== i);
    for (const group of state.groups) group.nodes = group.nodes.filter((j) => j !== i);
    state.groups = state.groups.filter((v) => v.nodes.length);
  };
  var page5 = (g, group, act) => el(
    "div",
    { class: "group-page" },
    el("h2", {}, "Supernode"),
    el(
      "form",
      {
        class: "tools",
        onsubmit: (e) => {
          e.preventDefault();
          act.rename(group, e.target.elements.label.value.trim() || "group");
          document.activeElement.blur();
        }
      },
      el("input", {
        id: "group-name",
        name: "label",
        value: group.label,
        autocomplete: "off",
        "aria-label": "Name of the supernode"
      }),
      el("button", { type: "submit", class: "quiet" }, "Name it"),
      el("button", { type: "button", class: "quiet", id: "ungroup", onclick: () => act.ungroup(group) }, "Ungroup")
    ),
    el("h3", {}, `Its ${group.nodes.length} nodes`),
    el(
      "ul",
      { class: "edge-list kin" },
      group.nodes.map((i) => el("li", {}, nodeButton(g, i, act)))
    )
  );

  // src/graphs/layout.js
  var PITCH = 13;
  var PAD = 8;
  var LEAST_COLUMN = 22;
  var USED_COLUMN = 34;
  var LEAST_ROW = 22;
  var LOGIT_ROW = 100;
  var LOGITS = 1e6;
  var rowKey = (g, i) => {
    const { kind, layer, part, side: side2 } = g.nodes;
    if (kind[i] === "embedding") return -1;
    if (kind[i] === "logit") return LOGITS;
    if (layer[i] === null) return -1;
    if (part[i] === "mlp") return 3 * layer[i] + 2;
    return 3 * layer[i] + (side2[i] === "key" ? 0 : 1);
  };
  var rowName = (key) => key < 0 ? "token" : key >= LOGITS ? "logit" : ["key", "query", "MLP"][key % 3];
  var place2 = (g, width, height) => {
    const cells = /* @__PURE__ */ new Map(), keys = /* @__PURE__ */ new Set();
    const hasNowhere = g.nodes.position.some((p) => p < 0);
    const columnOf = (i) => g.nodes.position[i] + (hasNowhere ? 1 : 0);
    const columns = g.data.tokens.length + (hasNowhere ? 1 : 0);
    for (let i = 0; i < g.n; i++) {
      const row = rowKey(g, i), cell = `${row} ${columnOf(i)}`;
      keys.add(row);
      if (!cells.has(cell)) cells.set(cell, { row, column: columnOf(i), nodes: [] });
      cells.get(cell).nodes.push(i);
    }
    const rows = [...keys].sort((a, b) => b - a).map((key) => ({ key, name: rowName(key), layer: key < 0 || key >= LOGITS ? null : Math.floor(key / 3) }));
    const at = new Map(rows.map((r, k) => [r.key, k]));
    const widths = new Float64Array(columns).fill(LEAST_COLUMN);
    if (hasNowhere) widths[0] = 24;
    for (const { row, column, nodes: nodes2 } of cells.values()) {
      if (row < 0) continue;
      const across = row >= LOGITS ? nodes2.length : Math.ceil(Math.sqrt(2.4 * nodes2.length));
      widths[column] = Math.max(widths[column], USED_COLUMN, Math.min(nodes2.length, across) * PITCH + 2 * PAD);
    }
    const sum = widths.reduce((a, b) => a + b, 0);
    if (sum < width) {
      const spare = (width - sum) / columns;
      for (let c = 0; c < columns; c++) widths[c] += spare;
    }
    const heights = new Float64Array(rows.length).fill(LEAST_ROW);
    for (const cell of cells.values()) {
      cell.across = Math.max(1, Math.floor((widths[cell.column] - PAD) / PITCH));
      const lines2 = Math.ceil(cell.nodes.length / cell.across);
      const k = at.get(cell.row);
      heights[k] = Math.max(heights[k], lines2 * PITCH + PAD);
    }
    const logits2 = rows.findIndex((r) => r.name === "logit");
    if (logits2 >= 0) heights[logits2] += LOGIT_ROW - LEAST_ROW;
    const tall = heights.reduce((a, b) => a + b, 0);
    const others = rows.length - (logits2 >= 0 ? 1 : 0);
    if (tall < height && others) {
      for (let k = 0; k < rows.length; k++) if (k !== logits2) heights[k] += (height - tall) / others;
    }
    const left = [0], top = [0];
    for (const w of widths) left.push(left[left.length - 1] + w);
    for (const h of heights) top.push(top[top.length - 1] + h);
    const x = new Float64Array(g.n), y = new Float64Array(g.n);
    for (const { row, column, nodes: nodes2, across } of cells.values()) {
      const k = at.get(row);
      nodes2.sort((a, b) => (g.influence[b] || 0) - (g.influence[a] || 0) || a - b);
      const lines2 = Math.ceil(nodes2.length / across), most = Math.ceil(nodes2.length / lines2);
      const room = Math.min((widths[column] - PAD) / most, 22);
      nodes2.forEach((i, j) => {
        const line = Math.floor(j / most), inLine = Math.min(most, nodes2.length - line * most);
        x[i] = (left[column] + left[column + 1]) / 2 + (j % most - (inLine - 1) / 2) * room;
        const middle = k === logits2 ? top[k + 1] - 10 - (lines2 - 1) * PITCH / 2 : (top[k] + top[k + 1]) / 2;
        y[i] = middle + (line - (lines2 - 1) / 2) * PITCH;
      });
    }
    rows.forEach((r, k) => Object.assign(r, { top: top[k], bottom: top[k + 1] }));
    const largest = Math.max(1e-9, ...Array.from(g.influence, (v) => v || 0));
    const radius = Float64Array.from(
      { length: g.n },
      (_, i) => 3.1 + 3 * Math.sqrt(Math.max(0, g.influence[i] || 0) / largest)
    );
    const tokens = Array.from({ length: columns }, (_, c) => ({
      position: c - (hasNowhere ? 1 : 0),
      left: left[c],
      right: left[c + 1]
    }));
    return { x, y, radius, rows, tokens, width: left[columns], height: top[rows.length] };
  };

  // src/graphs/model.js
  var grouped = (ends, n, size) => {
    const start3 = new Int32Array(n + 1);
    for (const i of ends) start3[i + 1]++;
    for (let i = 0; i < n; i++) start3[i + 1] += start3[i];
    const list2 = Array.from(ends.keys()).sort((a, b) => ends[a] - ends[b] || size[b] - size[a]);
    return { start: start3, list: Int32Array.from(list2) };
  };
  var sorted = (n, edges2, outgoing) => {
    const left = new Int32Array(n);
    for (const t of edges2.target) left[t]++;
    const order = [];
    for (let i = 0; i < n; i++) if (!left[i]) order.push(i);
    const done = new Uint8Array(n);
    for (let k = 0; k < order.length; k++) {
      const i = order[k];
      done[i] = 1;
      for (let j = outgoing.start[i]; j < outgoing.start[i + 1]; j++) {
        const t = edges2.target[outgoing.list[j]];
        if (--left[t] === 0) order.push(t);
      }
    }
    for (let i = 0; i < n; i++) if (!done[i]) order.push(i);
    return Int32Array.from(order);
  };
  var build = (data2) => {
    const nodes2 = data2.nodes, n = nodes2.kind.length;
    const target = Int32Array.from(data2.edges.target), source = Int32Array.from(data2.edges.source), weight = Float64Array.from(data2.edges.weight);
    const m = target.length, size = weight.map(Math.abs);
    const into = grouped(target, n, size), out = grouped(source, n, size);
    const total = Float64Array.from(nodes2.cut, (v) => Math.abs(v || 0));
    for (let e = 0; e < m; e++) total[target[e]] += size[e];
    const share = size.map((v, e) => v / (total[target[e]] || 1));
    const edges2 = { target, source, weight, share };
    const order = sorted(n, edges2, out);
    const influence = nodes2.influence.map((v) => v === null ? NaN : v);
    const places = (side2, i) => Array.from(side2.list.subarray(side2.start[i], side2.start[i + 1]));
    const incoming = (i) => places(into, i), outgoing = (i) => places(out, i);
    const worth = share.map((v, e) => v * (Number.isNaN(influence[target[e]]) ? 1 : influence[target[e]]));
    const byWorth = Int32Array.from(Array.from(worth.keys()).sort((a, b) => worth[b] - worth[a]));
    const free = (i) => nodes2.kind[i] === "embedding" || nodes2.kind[i] === "logit" || Number.isNaN(influence[i]);
    const ranked = Array.from({ length: n }, (_, i) => i).filter((i) => !free(i)).sort((a, b) => influence[b] - influence[a]);
    const whole = ranked.reduce((sum, i) => sum + Math.max(0, influence[i]), 0);
    const shown2 = (kept) => {
      const seen = Uint8Array.from({ length: n }, (_, i) => free(i) || kept >= 1 ? 1 : 0);
      let sum = 0;
      for (const i of kept >= 1 ? [] : ranked) {
        if (sum >= kept * whole) break;
        seen[i] = 1;
        sum += Math.max(0, influence[i]);
      }
      return seen;
    };
    const trace = (from, seen, least) => {
      const up = new Float64Array(n), down = new Float64Array(n);
      up[from] = 1;
      down[from] = 1;
      const usable = (e) => share[e] >= least && seen[source[e]] && seen[target[e]];
      for (let k = n - 1; k >= 0; k--) {
        const t = order[k];
        if (!up[t]) continue;
        for (let j = into.start[t]; j < into.start[t + 1]; j++) {
          const e = into.list[j];
          if (usable(e)) up[source[e]] += up[t] * share[e];
        }
      }
      for (let k = 0; k < n; k++) {
        const s = order[k];
        if (!down[s]) continue;
        for (let j = out.start[s]; j < out.start[s + 1]; j++) {
          const e = out.list[j];
          if (usable(e)) down[target[e]] += down[s] * share[e];
        }
      }
      return { up, down };
    };
    const kin = /* @__PURE__ */ new Map();
    const kinKey = (i) => `${nodes2.dictionary[i]} ${nodes2.layer[i]} ${nodes2.latent[i]}`;
    for (let i = 0; i < n; i++) {
      if (nodes2.kind[i] !== "latent") continue;
      if (!kin.has(kinKey(i))) kin.set(kinKey(i), []);
      kin.get(kinKey(i)).push(i);
    }
    const sameLatent = (i) => nodes2.kind[i] === "latent" ? kin.get(kinKey(i)) : [];
    const between = /* @__PURE__ */ new Map();
    for (let e = 0; e < m; e++) between.set(source[e] * n + target[e], e);
    const edgeOf = (s, t) => between.get(s * n + t) ?? -1;
    const dictionaryOf = (i) => nodes2.dictionary[i] === null ? null : data2.dictionaries[nodes2.dictionary[i]];
    const crosses = (e) => {
      const d = dictionaryOf(target[e]);
      return d && d.heads.length && nodes2.side[target[e]] !== "key" ? d : null;
    };
    const headsOf = async (e) => {
      const per = data2.edges.heads_shard;
      if (!per || !crosses(e)) return null;
      const file = String(Math.floor(e / per)).padStart(4, "0");
      const rows = await load(`graph/${data2.slug}/heads-${file}`);
      const row = rows[e % per];
      return row ? row.slice(0, crosses(e).heads.length) : null;
    };
    const noEntries = { entries: [], dictionaries: {} };
    const qk = async () => data2.entries.length ? load(`graph/${data2.slug}/qk`) : noEntries;
    const entryOf = (layer, head, query, key) => data2.entries.findIndex(([l, h, q, k]) => l === layer && h === head && q === query && k === key);
    return {
      data: data2,
      n,
      m,
      nodes: nodes2,
      edges: edges2,
      total,
      influence,
      order,
      ranked: byWorth,
      incoming,
      outgoing,
      shown: shown2,
      trace,
      sameLatent,
      edgeOf,
      dictionaryOf,
      crosses,
      headsOf,
      qk,
      entryOf
    };
  };

  // src/graphs/latent.js
  var MOST_EXAMPLES = 4;
  var knownOf = (g, i) => g.data.latents[g.nodes.dictionary[i]];
  var cardOf = (g, i) => {
    const known = knownOf(g, i);
    if (known) return known.card;
    const dictionary = g.dictionaryOf(i);
    const moved = dictionary.heads.filter((name) => !/identity/i.test(name));
    const sides = new Set(g.sameLatent(i).map((j) => g.nodes.side[j]));
    return {
      name: `${dictionary.name} of layer ${g.nodes.layer[i]}, ${sides.has("key") ? "key" : "query"}`,
      method: dictionary.kind,
      variant: dictionary.kind,
      side: sides.has("key") ? "key" : "query",
      loadings: moved.length ? "trained" : "none",
      n_heads: moved.length,
      head_names: [...moved, "identity"]
    };
  };
  var exampleOf = async (g, i) => {
    const key = g.data.tokens.map(() => 0), query = g.data.tokens.map(() => 0);
    const kin = g.sameLatent(i).filter((j) => g.nodes.position[j] >= 0);
    for (const j of kin) (g.nodes.side[j] === "key" ? key : query)[g.nodes.position[j]] = g.nodes.value[j];
    const arcs = [];
    for (const s of kin.filter((j) => g.nodes.side[j] === "key"))
      for (const t of kin.filter((j) => g.nodes.side[j] === "query")) {
        const e = g.edgeOf(s, t);
        if (e < 0) continue;
        const heads = await g.headsOf(e);
        arcs.push([g.nodes.position[t], g.nodes.position[s], g.edges.weight[e], heads || []]);
      }
    const side2 = g.nodes.side[i] === "key" ? "key" : "query";
    return {
      kind: "top",
      quantile: null,
      side: side2,
      sequence: "this prompt",
      start: 0,
      positions: [],
      tokens: g.data.token_strings.map((_, p) => tokenAt(g, p)),
      key,
      query,
      arcs,
      peak: g.nodes.position[i]
    };
  };
  var joined = async (g, i) => {
    const example = await exampleOf(g, i), card = cardOf(g, i);
    const figure2 = figure(card, example, scales([example]));
    const caption = figure2.querySelector("figcaption");
    if (caption) caption.remove();
    return figure2;
  };
  var link = (g, i) => {
    const known = knownOf(g, i);
    return known && known.report ? `${known.report}#/d/${encodeURIComponent(known.card.name)}/latent/${g.nodes.latent[i]}` : null;
  };
  var savedPage = async (g, i) => {
    const known = knownOf(g, i);
    if (!known) return null;
    const number = Math.floor(g.nodes.latent[i] / known.page_shard_size);
    if (!known.page_shards.includes(number)) return null;
    const pages = await load(`${known.folder}/pages-${String(number).padStart(4, "0")}`);
    return pages[g.nodes.latent[i]] || null;
  };
  var page6 = async (g, i, figures) => {
    const saved = await savedPage(g, i);
    const row = rowOf(g, i);
    if (!saved && !row) return null;
    const card = cardOf(g, i), kind = of(card);
    const part = (title2, ...content) => [el("h3", {}, title2), ...content];
    const out = el("div", { class: "latent-part" });
    if (row && kind.hasLoadings) out.append(...part(kind.loadings, loadingChart(card, row.loadings)));
    if (!saved) return out;
    if (saved.promoted.length)
      out.append(...part("What it writes", logits(saved.promoted.slice(0, 6), saved.demoted.slice(0, 6))));
    const examples = saved.examples.filter((e) => e.kind === "top").slice(0, MOST_EXAMPLES);
    if (examples.length) {
      const scale = scales(examples);
      const made = examples.map((e) => figure(card, e, scale));
      figures.push(...made);
      out.append(...part("Strongest examples in text", legend(card), ...made));
    }
    return out;
  };

  // src/graphs/node.js
  var facts = (g, i) => {
    const { kind, value, pre, cut: cut2, probability, error_norm } = g.nodes;
    const fact = (name, text2, words2) => el(
      "div",
      {},
      el(
        "dt",
        {},
        words2 ? attach(el("span", { tabindex: "0", class: "defined" }, name), () => el("p", {}, words2)) : name
      ),
      el("dd", {}, text2)
    );
    const side2 = g.nodes.side[i];
    return el(
      "dl",
      { class: "strip facts-strip" },
      kind[i] === "latent" && fact(
        side2 === "query" ? "Activation z" : "Activation f",
        num(value[i]),
        side2 === "query" ? "What has arrived at this destination, through all heads." : "How strongly it fires here."
      ),
      kind[i] === "logit" && fact("Logit", num(value[i]), "Less the mean over the vocabulary."),
      probability[i] !== null && fact("Probability", percent(probability[i])),
      pre[i] !== null && fact("Flows in", num(pre[i]), "Pre-activation: the sum of all edges into it."),
      cut2[i] ? fact("Of it cut", num(cut2[i]), "Sum of edges that are not in the file.") : null,
      g.influence[i] > 0 && fact("Influence", percent(g.influence[i]), "Share of what reaches the logits that goes through here."),
      error_norm[i] !== null && fact("Norm of the error", percent(error_norm[i]), "Of the norm of what it is an error of.")
    );
  };
  var kinList = (g, i, act) => {
    const kin = g.sameLatent(i).filter((j) => j !== i);
    if (!kin.length) return null;
    const mine = g.nodes.side[i];
    kin.sort(
      (a, b) => (g.nodes.side[a] === mine) - (g.nodes.side[b] === mine) || g.nodes.position[a] - g.nodes.position[b]
    );
    return el(
      "ul",
      { class: "edge-list kin" },
      kin.slice(0, 12).map((j) => {
        const e = Math.max(g.edgeOf(i, j), g.edgeOf(j, i));
        return el(
          "li",
          {},
          nodeButton(g, j, act),
          el("span", { class: "faint small" }, `${SHORT[g.nodes.side[j] || "own"]}, ${num(g.nodes.value[j])}`),
          e >= 0 && el(
            "button",
            { type: "button", class: "quiet open-edge", "data-edge": e, onclick: () => act.edge(e) },
            "heads"
          )
        );
      })
    );
  };
  var page7 = (g, i, state, act) => {
    const pinned = state.pins.includes(i), marked = state.marked.has(i), position = g.nodes.position[i];
    const title2 = full(g, i).replace(/ at \d+$/, "");
    const href = g.nodes.kind[i] === "latent" ? link(g, i) : null;
    const incoming = g.incoming(i), outgoing = g.outgoing(i);
    const sum = incoming.reduce((a, e) => a + g.edges.weight[e], 0);
    const words2 = g.sameLatent(i).some((j) => g.nodes.side[j] === "key") ? "Shade: it fires here (key side). Bar: it arrives here (query side). Arc: what is moved." : "Bar: its activation at this position.";
    const strip = el("div", { class: "joined" }), latent = el("div", {}), figures = [];
    const node = el(
      "div",
      { class: "node-page", "data-node": i },
      el("div", { class: "head" }, mark2(lookName(g, i), 18), el("h2", {}, title2[0].toUpperCase() + title2.slice(1))),
      el(
        "p",
        { class: "hint" },
        position >= 0 ? [chip(tokenAt(g, position)), ` at position ${position} · `] : null,
        LOOKS[lookName(g, i)].title
      ),
      el(
        "div",
        { class: "tools" },
        el(
          "button",
          {
            type: "button",
            class: "quiet",
            id: "pin",
            "aria-pressed": String(pinned),
            title: "p",
            onclick: () => act.pin(i)
          },
          pinned ? "Unpin" : "Pin"
        ),
        el(
          "button",
          {
            type: "button",
            class: "quiet",
            id: "mark",
            "aria-pressed": String(marked),
            title: "m, or Shift + click",
            onclick: () => act.mark(i)
          },
          marked ? "Unmark" : "Mark for a group"
        ),
        href && el("a", { class: "button", id: "latent-link", href }, "Page of this latent")
      ),
      facts(g, i),
      g.nodes.kind[i] === "latent" && [
        el("h3", {}, "On this prompt"),
        strip,
        el("p", { class: "hint" }, words2),
        kinList(g, i, act)
      ],
      el(
        "h3",
        {},
        `Comes from (${incoming.length})`,
        incoming.length ? el("span", { class: "faint" }, ` sum ${num(sum)}${g.nodes.cut[i] ? `, and ${num(g.nodes.cut[i])} cut` : ""}`) : ""
      ),
      edges(g, incoming, (e) => g.edges.source[e], act),
      el("h3", {}, `Goes to (${outgoing.length})`),
      edges(g, outgoing, (e) => g.edges.target[e], act),
      latent
    );
    node.start = async () => {
      if (g.nodes.kind[i] !== "latent") return;
      const figure2 = await joined(g, i);
      if (!node.isConnected) return;
      strip.replaceChildren(figure2);
      figure2.place();
      const made = await page6(g, i, figures);
      if (!made || !node.isConnected) return;
      latent.replaceChildren(made);
      figures.forEach((f) => f.place());
    };
    return node;
  };

  // src/graphs/reasons.js
  var MOST2 = 12;
  var rest = (words2) => el("span", { class: "faint" }, words2);
  var side = (g, i, words2, act, hinted = true) => i === null ? rest(words2) : nodeButton(g, i, act, hinted);
  var terms = (list2, draw3) => {
    const unnamed = (t) => t.latent === void 0 && t.query_node === null && t.key_node === null;
    const named = list2.filter((t) => !unnamed(t)), others = list2.filter(unnamed);
    const most = Math.max(1e-12, ...named.map((t) => Math.abs(t.value))), both = named.some((t) => t.value < 0);
    const left = [...named.slice(MOST2), ...others].reduce((sum, t) => sum + t.value, 0);
    return el(
      "ol",
      { class: "reason-list" },
      named.slice(0, MOST2).map((t) => el("li", {}, draw3(t), bar(t.value, most, null, both), el("span", { class: "value" }, num(t.value)))),
      (others.length > 0 || named.length > MOST2) && el("li", {}, rest("everything else"), el("span", {}), el("span", { class: "value" }, num(left)))
    );
  };
  var title = (g, entry) => [
    `Layer ${entry.layer}, head ${entry.head}: `,
    chip(tokenAt(g, entry.query)),
    ` at ${entry.query} looks at `,
    chip(tokenAt(g, entry.key)),
    ` at ${entry.key}`
  ];
  var qkLatent = (known, latent) => {
    const row = known && known.latents[latent];
    if (!row) return el("span", {}, `QK latent ${latent}`);
    const chips2 = (tokens) => tokens.slice(0, 3).map((token) => chip(token));
    const figures = row.examples.map((e) => figure(known.card, e, scales(row.examples)));
    const summary = el(
      "summary",
      {},
      `QK latent ${latent} `,
      chips2(row.tokens),
      el("span", { class: "faint" }, " looks for "),
      chips2(row.key_tokens)
    );
    const shown2 = el("details", { class: "qk-latent" }, summary, legend(known.card), figures);
    shown2.addEventListener("toggle", () => shown2.open && figures.forEach((f) => f.place()));
    return shown2;
  };
  var page8 = (g, { entries, dictionaries }, k, act) => {
    const entry = entries[k];
    const fact = (name, text2, words2) => el(
      "div",
      {},
      el(
        "dt",
        {},
        attach(el("span", { tabindex: "0", class: "defined" }, name), () => el("p", {}, words2))
      ),
      el("dd", {}, text2)
    );
    return el(
      "div",
      { class: "reasons" },
      el("h2", {}, "Why it looked there"),
      el("p", {}, title(g, entry)),
      el(
        "dl",
        { class: "strip facts-strip" },
        fact("Pattern", percent(entry.pattern), "Share of the head's attention at this query that goes to this key."),
        fact("Score", num(entry.score), "The logit of the softmax: all terms below sum to it."),
        entry.contrast !== null && fact(
          "Over the row's mean",
          num(entry.contrast),
          "What softmax sees of it: the score less the mean score of the row."
        )
      ),
      el("h3", {}, "Pairs: what acts on the query, with what acts on the key"),
      el(
        "div",
        { class: "pairs-list" },
        terms(
          entry.pairs,
          (t) => el(
            "span",
            { class: "reason-pair" },
            side(g, t.query_node, "rest of the query", act, false),
            el("span", { class: "faint" }, "×"),
            side(g, t.key_node, "rest of the key", act, false)
          )
        )
      ),
      el("h3", {}, "By what acts on the query, with the whole key"),
      terms(entry.query_marginal, (t) => side(g, t.query_node, "rest", act)),
      el("h3", {}, "By what acts on the key, with the whole query"),
      terms(entry.key_marginal, (t) => side(g, t.key_node, "rest", act)),
      entry.reasons.length > 0 && [
        el("h3", {}, "QK latents active on both sides"),
        terms(
          entry.reasons.map(([latent, value]) => ({ latent, value })),
          (t) => qkLatent(dictionaries[entry.reasons_of], t.latent)
        ),
        entry.reasons_rest !== null && el("p", { class: "hint" }, `They leave ${num(entry.reasons_rest)} of the score unexplained.`)
      ]
    );
  };
  var list = (g, act) => g.data.entries.length ? el(
    "ol",
    { class: "entries" },
    g.data.entries.map(
      ([layer, head, query, key], k) => el(
        "li",
        {},
        el(
          "button",
          { type: "button", class: "node-name", "data-entry": k, onclick: () => act.why(k) },
          ...title(g, { layer, head, query, key })
        )
      )
    )
  ) : el("p", { class: "hint" }, "No pattern entry of this graph was explained.");

  // src/graphs/search.js
  var MOST3 = 40;
  var field = (g, state, act) => {
    const words2 = Array.from({ length: g.n }, (_, i) => words(g, i));
    const results = el("ul", { class: "found", role: "listbox", id: "found", "aria-label": "Found nodes", hidden: true });
    let list2 = [], at = 0;
    const find = (text2) => {
      const wanted = text2.trim().toLowerCase();
      if (!wanted) return [];
      const number = /^#?(\d+)$/.exec(wanted), both = /^l?(\d+)[ /.#]+(\d+)$/.exec(wanted);
      const order = Array.from({ length: g.n }, (_, i) => i).sort(
        (a, b) => (g.influence[b] || 0) - (g.influence[a] || 0)
      );
      if (both) return order.filter((i) => g.nodes.layer[i] === Number(both[1]) && g.nodes.latent[i] === Number(both[2]));
      if (number) {
        const exact = order.filter((i) => g.nodes.latent[i] === Number(number[1]));
        if (exact.length || wanted.startsWith("#")) return exact;
      }
      const parts = wanted.split(/\s+/);
      return order.filter((i) => parts.every((part) => words2[i].includes(part)));
    };
    const show2 = () => {
      results.replaceChildren(
        ...list2.slice(0, MOST3).map((i, k) => {
          const item2 = el(
            "li",
            { role: "option", id: `found-${k}`, "aria-selected": String(k === at) },
            nodeButton(g, i, { ...act, pick: (j) => choose2(j) })
          );
          return item2;
        }),
        ...list2.length > MOST3 ? [el("li", { class: "hint" }, `${list2.length - MOST3} more are ringed`)] : [],
        ...list2.length ? [] : [el("li", { class: "hint" }, "No such node")]
      );
      box2.setAttribute("aria-activedescendant", list2.length ? `found-${at}` : "");
    };
    const close = () => {
      results.hidden = true;
      box2.setAttribute("aria-expanded", "false");
    };
    const choose2 = (i) => {
      close();
      box2.blur();
      act.hover(-1);
      act.pick(i);
    };
    const box2 = el("input", {
      id: "search",
      type: "search",
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": "found",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Latent or token …",
      "aria-label": "Find a node by latent number, label or token",
      oninput: () => {
        at = 0;
        list2 = find(box2.value);
        state.found = box2.value.trim() ? new Set(list2) : null;
        results.hidden = !box2.value.trim();
        box2.setAttribute("aria-expanded", String(!results.hidden));
        show2();
        act.redraw();
      },
      onkeydown: (e) => {
        if (e.key === "Escape") close();
        if (results.hidden) return;
        const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
        if (step) {
          e.preventDefault();
          at = Math.min(Math.min(MOST3, list2.length) - 1, Math.max(0, at + step));
          show2();
          results.children[at]?.scrollIntoView({ block: "nearest" });
        }
        if (e.key === "Enter" && list2.length) {
          e.preventDefault();
          choose2(list2[at]);
        }
      },
      onfocus: () => {
        if (box2.value.trim()) results.hidden = false;
      }
    });
    const clear = () => {
      box2.value = "";
      state.found = null;
      close();
    };
    return { node: el("div", { class: "finder" }, box2, results), clear, close };
  };

  // src/graphs/state.js
  var TABS = ["chosen", "about", "checked", "looks"];
  var usualTab = (state) => state.at !== null || state.edge >= 0 || state.entry !== null ? "chosen" : "about";
  var numbers = (text2) => (text2 || "").split(".").filter(Boolean).map(Number);
  var given = (g) => {
    const latent = (i) => g.nodes.kind[i] === "latent" ? `${g.nodes.dictionary[i]} ${g.nodes.layer[i]} ${g.nodes.latent[i]}` : i;
    return g.data.supernodes.filter((v) => new Set(v.nodes.map(latent)).size > 1);
  };
  var read = (g, query) => {
    const asked = new URLSearchParams(query);
    const place3 = (name, n) => /^\d+$/.test(asked.get(name) ?? "") && Number(asked.get(name)) < n ? Number(asked.get(name)) : null;
    const node = (v) => Number.isInteger(v) && v >= 0 && v < g.n;
    const [s, t] = numbers((asked.get("edge") || "").replace("-", "."));
    const share = (name, otherwise) => {
      const v = asked.has(name) ? Number(asked.get(name)) : otherwise;
      return v >= 0 && v <= 1 ? v : otherwise;
    };
    const said = asked.getAll("group");
    const groups = said.length ? said.filter((v) => v !== "-").map((v) => {
      const [places, label] = v.split(/:(.*)/s);
      return { label: label || "group", nodes: numbers(places).filter(node) };
    }) : given(g).map((v) => ({ label: v.label, nodes: v.nodes.slice() }));
    const taken = /* @__PURE__ */ new Set();
    for (const group of groups) {
      group.nodes = group.nodes.filter((i) => !taken.has(i));
      group.nodes.forEach((i) => taken.add(i));
    }
    const kept = groups.filter((v) => v.nodes.length);
    const first = said.length || asked.has("pin") ? [] : kept.flatMap((v) => v.nodes);
    const state = {
      at: place3("at", g.n),
      edge: s !== void 0 && t !== void 0 ? g.edgeOf(s, t) : -1,
      pins: [.../* @__PURE__ */ new Set([...numbers(asked.get("pin")).filter(node), ...first])],
      groups: kept,
      kept: share("nodes", 1),
      least: share("edges", 0),
      follow: ["direct", "up", "down"].includes(asked.get("follow")) ? asked.get("follow") : "direct",
      entry: place3("why", g.data.entries.length),
      marked: /* @__PURE__ */ new Set(),
      hover: -1,
      found: null
    };
    state.tab = TABS.includes(asked.get("tab")) ? asked.get("tab") : usualTab(state);
    return state;
  };
  var write = (g, state) => {
    const out = new URLSearchParams();
    if (state.at !== null) out.set("at", state.at);
    if (state.edge >= 0) out.set("edge", `${g.edges.source[state.edge]}-${g.edges.target[state.edge]}`);
    if (state.entry !== null) out.set("why", state.entry);
    if (state.pins.length) out.set("pin", state.pins.join("."));
    for (const v of state.groups) out.append("group", `${v.nodes.join(".")}:${v.label}`);
    if (!state.groups.length && given(g).length) out.set("group", "-");
    if (state.kept < 1) out.set("nodes", String(Number(state.kept.toFixed(3))));
    if (state.least > 0) out.set("edges", String(Number(state.least.toPrecision(3))));
    if (state.follow !== "direct") out.set("follow", state.follow);
    if (state.tab !== usualTab(state)) out.set("tab", state.tab);
    return out.toString();
  };

  // src/graphs/subgraph.js
  var BOX = 26;
  var GAP = 14;
  var ROW = 58;
  var INDIRECT_LEAST = 0.03;
  var unitsOf = (g, state) => {
    const grouped2 = new Set(state.groups.flatMap((v) => v.nodes));
    const single = state.pins.filter((i) => !grouped2.has(i)).map((i) => ({ nodes: [i], group: null }));
    return [...state.groups.map((group) => ({ nodes: group.nodes, group })), ...single];
  };
  var nameOf = (g, unit) => {
    if (unit.group) return `${unit.group.label} (${unit.nodes.length})`;
    const i = unit.nodes[0];
    const token = g.nodes.position[i] >= 0 && g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit" ? ` ${shown(tokenAt(g, g.nodes.position[i]))}` : "";
    const side2 = g.nodes.side[i] === "key" ? " key" : g.nodes.side[i] === "query" ? " query" : "";
    const whole = `${brief(g, i)}${side2}${token}`;
    return whole.length > 24 ? `${whole.slice(0, 23)}…` : whole;
  };
  var links = (g, units) => {
    const owner2 = new Map(units.flatMap((u, k) => u.nodes.map((i) => [i, k])));
    const direct = /* @__PURE__ */ new Map(), key = (a, b) => a * units.length + b;
    for (let e = 0; e < g.m; e++) {
      const a = owner2.get(g.edges.source[e]), b = owner2.get(g.edges.target[e]);
      if (a === void 0 || b === void 0 || a === b) continue;
      const found = direct.get(key(a, b)) || { from: a, to: b, weight: 0, share: 0, through: 0, edges: [] };
      found.weight += g.edges.weight[e];
      found.edges.push(e);
      direct.set(key(a, b), found);
    }
    units.forEach((unit, b) => {
      const whole = unit.nodes.reduce((sum, i) => sum + g.total[i], 0) || 1;
      const reach = new Float64Array(g.n);
      for (const i of unit.nodes) reach[i] = g.total[i] / whole;
      const got = new Float64Array(units.length);
      for (let k = g.n - 1; k >= 0; k--) {
        const t = g.order[k];
        if (!reach[t]) continue;
        const mine = owner2.get(t);
        if (mine !== void 0 && mine !== b) {
          got[mine] += reach[t];
          continue;
        }
        for (const e of g.incoming(t)) reach[g.edges.source[e]] += reach[t] * g.edges.share[e];
      }
      units.forEach((_, a) => {
        if (a === b) return;
        const found = direct.get(key(a, b));
        if (found) {
          found.share = found.edges.reduce((sum, e) => sum + Math.abs(g.edges.weight[e]), 0) / whole;
          found.through = got[a];
        } else if (got[a] >= INDIRECT_LEAST)
          direct.set(key(a, b), { from: a, to: b, weight: null, share: 0, through: got[a], edges: [] });
      });
    });
    return [...direct.values()];
  };
  var arrange = (g, units, layout2, width) => {
    const level = (u) => Math.max(...u.nodes.map((i) => rowKey(g, i)));
    const across = (u) => u.nodes.reduce((sum, i) => sum + layout2.x[i], 0) / u.nodes.length / layout2.width;
    const rows = [...new Set(units.map(level))].sort((a, b) => b - a);
    let widest = width;
    rows.forEach((row, k) => {
      const mine = units.filter((u) => level(u) === row).sort((a, b) => across(a) - across(b));
      let x = GAP;
      for (const u of mine) {
        u.w = 34 + 6.7 * nameOf(g, u).length;
        u.y = 12 + k * ROW;
        u.x = Math.max(x, Math.min(across(u) * width - u.w / 2, width - u.w - GAP));
        x = u.x + u.w + GAP;
      }
      let end = width - GAP;
      for (const u of mine.slice().reverse()) {
        if (u.x + u.w > end) u.x = Math.max(GAP, end - u.w);
        end = u.x - GAP;
      }
      x = GAP;
      for (const u of mine) {
        u.x = Math.max(u.x, x);
        x = u.x + u.w + GAP;
      }
      widest = Math.max(widest, x);
    });
    return { width: widest, height: 24 + (rows.length - 1) * ROW + BOX };
  };
  var draw2 = (g, state, layout2, width, act) => {
    const units = unitsOf(g, state);
    const size = arrange(g, units, layout2, width);
    const chart = svg("svg", {
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      class: "subgraph",
      role: "group",
      "aria-label": `Pinned subgraph of ${units.length} boxes`
    });
    const found = links(g, units).sort((a, b) => a.share - b.share);
    for (const link2 of found) {
      const a = units[link2.from], b = units[link2.to];
      const x1 = a.x + a.w / 2, x2 = b.x + b.w / 2, level = Math.abs(a.y - b.y) < 4;
      const y1 = level ? a.y + BOX : a.y, y2 = level ? b.y + BOX : b.y + BOX, bend = level ? -26 : (y1 - y2) / 2;
      const straight = link2.weight !== null, strength = Math.sqrt(Math.min(1, straight ? link2.share : link2.through));
      const ink = color(!straight ? "identity" : link2.weight < 0 ? "minus" : "plus");
      const d = `M${x1} ${y1}C${x1} ${y1 - bend} ${x2} ${y2 + (level ? 26 : bend)} ${x2} ${y2}`;
      const line = svg("path", {
        d,
        fill: "none",
        stroke: ink,
        "stroke-width": (0.8 + 6 * strength).toFixed(1),
        "stroke-opacity": (0.35 + 0.6 * strength).toFixed(2),
        "stroke-dasharray": straight ? link2.weight < 0 ? "6 3" : null : "2 4",
        class: "sub-edge"
      });
      attach(line, () => [
        el("strong", {}, `${nameOf(g, a)} → ${nameOf(g, b)}`),
        lines(
          straight && ["weight, direct", num(link2.weight)],
          straight && ["share of its target's input", percent(link2.share)],
          ["with paths through what is not pinned", percent(link2.through)]
        )
      ]);
      if (link2.edges.length === 1) line.addEventListener("click", () => act.edge(link2.edges[0]));
      chart.append(line);
    }
    for (const unit of units) {
      const i = unit.nodes[0], chosen = unit.group ? state.group === unit.group : state.at === i;
      const marked = unit.nodes.every((j) => state.marked.has(j));
      const box2 = svg(
        "g",
        {
          class: "sub-box",
          tabindex: "0",
          role: "button",
          "aria-label": nameOf(g, unit),
          "data-unit": unit.group ? "group" : i
        },
        unit.group && svg("rect", {
          x: unit.x + 4,
          y: unit.y + 4,
          width: unit.w,
          height: BOX,
          rx: 6,
          fill: color("raised"),
          stroke: color("edge")
        }),
        svg("rect", {
          x: unit.x,
          y: unit.y,
          width: unit.w,
          height: BOX,
          rx: 6,
          fill: color("card"),
          stroke: color(marked ? "accent" : chosen ? "ink" : "edge"),
          "stroke-width": marked || chosen ? 2 : 1
        }),
        svg("path", {
          d: shapePath(look(g, i).shape, unit.x + 14, unit.y + BOX / 2, 5),
          fill: color(look(g, i).hue),
          "data-look": lookName(g, i)
        }),
        svg(
          "text",
          {
            x: unit.x + 26,
            y: unit.y + BOX / 2 + 4,
            "font-size": 12,
            "font-family": FONT,
            fill: color("ink"),
            "font-weight": unit.group ? 700 : null
          },
          nameOf(g, unit)
        )
      );
      const open = (shift) => {
        hide();
        if (shift) unit.nodes.forEach((j) => act.mark(j, !marked));
        else if (unit.group) act.openGroup(unit.group);
        else act.pick(i);
      };
      box2.addEventListener("click", (e) => open(e.shiftKey));
      box2.addEventListener("keydown", (e) => {
        if (e.key === "Enter" || e.key === " ") {
          e.preventDefault();
          e.stopPropagation();
          open(e.shiftKey);
        }
      });
      if (!unit.group) {
        box2.addEventListener("pointerenter", () => act.hover(i));
        box2.addEventListener("pointerleave", () => act.hover(-1));
        attach(box2, () => tip(g, i));
      }
      chart.append(box2);
    }
    return chart;
  };

  // src/graphs/verify.js
  var VERB = { suppress: "suppressed", boost: "boosted", swap: "swapped" };
  var table = (g, list2, act, title2) => el(
    "table",
    { class: "verify-table" },
    el("caption", {}, title2),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ["Node", "Done to it", "Frozen: error", "Live: corr.", "Live: error"].map(
          (v, k) => el("th", { scope: "col", class: k > 1 ? "number" : null }, v)
        )
      )
    ),
    el(
      "tbody",
      {},
      list2.map(
        (p) => el(
          "tr",
          {},
          el("td", {}, nodeButton(g, p.node, act, false)),
          el("td", {}, VERB[p.action]),
          el("td", { class: "number" }, num(p.frozen_error, 2)),
          el("td", { class: "number" }, fixed(p.live_correlation, 2)),
          el("td", { class: "number" }, fixed(p.live_relative_error, 2))
        )
      )
    )
  );
  var page9 = (g, act) => {
    const v = g.data.verify;
    if (!v)
      return el(
        "div",
        {},
        el("h2", {}, "Not verified"),
        el(
          "p",
          { class: "hint" },
          "No intervention was made on this graph yet: ",
          el("code", {}, "polyhead graph verify"),
          " makes them, then write these pages again."
        )
      );
    const bar3 = (name, value, words2) => el(
      "li",
      {},
      attach(el("span", { tabindex: "0", class: "defined" }, name), () => el("p", {}, words2)),
      el(
        "span",
        { class: "share-bar good" },
        el("span", { class: "fill", vars: { "--size": Math.max(0, Math.min(1, value ?? 0)) } })
      ),
      el("span", { class: "value" }, fixed(value, 2))
    );
    const exact = v.worst_frozen_error < 1e-3;
    return el(
      "div",
      { class: "verify-page" },
      el("h2", {}, "Held against interventions"),
      el(
        "p",
        {},
        exact ? "In the frozen model the graph predicts every change exactly" : "In the frozen model the graph misses some changes",
        `: the worst error of ${v.perturbations.length} interventions is `,
        el("strong", {}, num(v.worst_frozen_error, 2)),
        " of the largest change."
      ),
      el(
        "ul",
        { class: "score-bars" },
        bar3(
          "Live model",
          v.live_correlation,
          "Correlation of predicted and seen changes with nothing frozen: how far the graph is true of the model itself."
        ),
        bar3(
          "Control",
          v.control_correlation,
          "The same for nodes drawn at random, with their predictions shuffled: what chance gives."
        )
      ),
      table(g, v.perturbations, act, "Nodes of the graph"),
      v.controls.length > 0 && table(g, v.controls, act, "Control: random nodes, shuffled predictions")
    );
  };

  // src/graphs/draw.js
  var inks = /* @__PURE__ */ new Map();
  var color2 = (name) => inks.get(name) || inks.set(name, color(name)).get(name);
  onChange(() => inks.clear());
  var GUTTER = { left: 74, right: 14, top: 8, bottom: 64 };
  var FAINT = [
    [0, 0.05, 0.6, 0.22],
    [0.05, 0.2, 0.8, 0.34],
    [0.2, 2, 1.1, 0.5]
  ];
  var TRACE_LEAST = 0.01;
  var MOST_FAINT = 1800;
  var BESIDE = 0.06;
  var cut = (text2, most) => text2.length > most ? `${text2.slice(0, most - 1)}…` : text2;
  var screen = (layout2, view) => ({
    x: (i) => GUTTER.left + view.x + layout2.x[i] * view.zoom,
    y: (i) => GUTTER.top + view.y + layout2.y[i] * view.zoom,
    r: (i) => layout2.radius[i] * Math.min(1.7, Math.max(0.85, view.zoom)),
    left: (wx) => GUTTER.left + view.x + wx * view.zoom,
    top: (wy) => GUTTER.top + view.y + wy * view.zoom
  });
  var curve = (g, at, e) => {
    const { source, target } = g.edges, s = source[e], t = target[e];
    return [at.x(s), at.y(s) - at.r(s), at.x(t), at.y(t) + at.r(t)];
  };
  var away = (c, size) => Math.max(c[0], c[2]) < GUTTER.left || Math.min(c[0], c[2]) > size.width || Math.max(c[1], c[3]) < 0 || Math.min(c[1], c[3]) > size.height;
  var strong = (g, state, seen) => {
    const focus = state.hover >= 0 ? state.hover : state.at;
    const visible = (e) => seen[g.edges.source[e]] && seen[g.edges.target[e]] && g.edges.share[e] >= state.least;
    const out = [];
    if (focus !== null && focus >= 0) {
      if (state.follow === "direct") {
        for (const e of [...g.incoming(focus), ...g.outgoing(focus)]) if (visible(e)) out.push([e, g.edges.share[e]]);
      } else {
        const reached = g.trace(focus, seen, state.least)[state.follow];
        const { source, target, share } = g.edges;
        const end = state.follow === "up" ? target : source;
        for (let e = 0; e < g.m; e++) {
          const carried = reached[end[e]] * share[e];
          if (carried >= TRACE_LEAST && visible(e)) out.push([e, Math.min(1, carried)]);
        }
      }
    }
    if (state.edge >= 0 && state.hover < 0) {
      for (const one of out) one[1] = Math.min(one[1], BESIDE);
      out.push([state.edge, 1]);
    }
    return out.sort((a, b) => a[1] - b[1]).slice(-400);
  };
  var grid = (pen, layout2, view, size) => {
    const at = screen(layout2, view);
    const right = Math.min(size.width, at.left(layout2.width)), bottom = Math.min(size.height - GUTTER.bottom, at.top(layout2.height));
    for (const row of layout2.rows) {
      const y1 = at.top(row.top), y2 = at.top(row.bottom);
      if (row.name !== "key" && row.layer !== null) continue;
      if (y2 > 0 && y1 < bottom && row.layer !== null)
        pen.rect(
          GUTTER.left,
          Math.max(0, y1),
          right - GUTTER.left,
          Math.min(bottom, y2) - Math.max(0, y1),
          color2("raised"),
          0.6
        );
    }
    let layer = null;
    for (const row of layout2.rows) {
      if (row.layer !== layer && row !== layout2.rows[0])
        pen.line(0, at.top(row.top), right, at.top(row.top), color2("edge"), 0.8);
      layer = row.layer;
    }
    for (const column of layout2.tokens) {
      const x = at.left(column.left);
      if (x > GUTTER.left && x < size.width) pen.line(x, 0, x, bottom, color2("line"), 0.6);
    }
  };
  var faint = (pen, g, state, layout2, view, size, seen) => {
    const at = screen(layout2, view), kept = [];
    for (const e of g.ranked) {
      if (kept.length === MOST_FAINT) break;
      if (g.edges.share[e] >= state.least && seen[g.edges.source[e]] && seen[g.edges.target[e]]) kept.push(e);
    }
    const thin = 1 / Math.max(1, Math.sqrt(kept.length / 600));
    for (const [low, high, width, alpha] of FAINT) {
      const mine = kept.filter((e) => g.edges.share[e] >= low && g.edges.share[e] < high);
      const list2 = mine.map((e) => curve(g, at, e)).filter((c) => !away(c, size));
      pen.curves(list2, color2("identity"), width, alpha * thin);
    }
  };
  var axes = (pen, g, layout2, view, size, positions) => {
    const at = screen(layout2, view), bottom = size.height - GUTTER.bottom;
    pen.rect(0, 0, GUTTER.left, size.height, color2("card"));
    pen.rect(0, bottom, size.width, GUTTER.bottom, color2("card"));
    pen.line(GUTTER.left, 0, GUTTER.left, bottom, color2("edge"));
    pen.line(GUTTER.left, bottom, size.width, bottom, color2("edge"));
    const layers = /* @__PURE__ */ new Map();
    for (const row of layout2.rows) {
      const y1 = at.top(row.top), y2 = at.top(row.bottom), middle = (y1 + y2) / 2;
      if (row.layer !== null) {
        const span = layers.get(row.layer) || [y1, y2];
        layers.set(row.layer, [Math.min(span[0], y1), Math.max(span[1], y2)]);
      }
      const isOut = row.layer === null;
      if (middle > 6 && middle < bottom - 2 && (y2 - y1 > 11 || isOut))
        pen.text(GUTTER.left - 7, middle + 4, row.name, { fill: color2("muted"), size: 11, anchor: "end" });
    }
    for (const [layer, [y1, y2]] of layers) {
      const low = Math.max(0, y1), high = Math.min(bottom, y2);
      if (high - low > 9) pen.text(8, (low + high) / 2 + 4, `L${layer}`, { fill: color2("ink"), size: 12, weight: 600 });
    }
    for (const { position, left, right } of layout2.tokens) {
      const x1 = at.left(left), x2 = at.left(right), middle = (x1 + x2) / 2;
      if (middle < GUTTER.left || middle > size.width) continue;
      const words2 = position < 0 ? "bias" : shown(tokenAt(g, position));
      const bold = positions.has(position) ? 700 : 400;
      const ink = color2(position < 0 ? "muted" : "ink");
      const across = x2 - x1 > 11 + 7 * Math.min(9, words2.length);
      if (across)
        pen.text(middle, bottom + 17, cut(words2, Math.max(9, Math.floor((x2 - x1) / 8))), {
          fill: ink,
          size: 12,
          anchor: "middle",
          weight: bold
        });
      else if (x2 - x1 > 9)
        pen.text(middle + 4, bottom + 8, cut(words2, 9), { fill: ink, size: 11, anchor: "end", weight: bold, turn: -55 });
      if (position >= 0 && across)
        pen.text(middle, bottom + 33, String(position), { fill: color2("muted"), size: 11, anchor: "middle" });
    }
  };
  var labels = (pen, g, state, layout2, view, size, strongly) => {
    const at = screen(layout2, view), taken = [];
    const focus = state.hover >= 0 ? state.hover : state.at;
    const put = (i, bold) => {
      const words2 = cut(brief(g, i), 18), wide = 6.4 * words2.length + 6;
      const x = at.x(i), y = at.y(i);
      if (x < GUTTER.left || x > size.width || y < 4 || y > size.height - GUTTER.bottom) return;
      for (const [dx, dy, anchor] of [
        [at.r(i) + 6, 4, "start"],
        [-at.r(i) - 6, 4, "end"],
        [0, -at.r(i) - 6, "middle"],
        [0, at.r(i) + 14, "middle"]
      ]) {
        const left = anchor === "middle" ? x + dx - wide / 2 : anchor === "start" ? x + dx : x + dx - wide;
        const box2 = [left, y + dy - 10, left + wide, y + dy + 3];
        if (box2[0] < GUTTER.left || box2[2] > size.width || box2[1] < 0 || box2[3] > size.height - GUTTER.bottom) continue;
        if (taken.some((b) => b[0] < box2[2] && box2[0] < b[2] && b[1] < box2[3] && box2[1] < b[3])) continue;
        taken.push(box2);
        pen.text(x + dx, y + dy, words2, { fill: color2("ink"), anchor, weight: bold ? 700 : 400, halo: color2("card") });
        return;
      }
    };
    if (focus !== null && focus >= 0) put(focus, true);
    for (let i = 0; i < g.n; i++) {
      if (g.nodes.kind[i] !== "logit" || i === focus) continue;
      const y = at.y(i) - at.r(i) - 4, room = Math.floor((y - Math.max(0, at.top(0))) / 6.5);
      if (at.x(i) > GUTTER.left && at.x(i) < size.width && room > 1 && y < size.height - GUTTER.bottom && view.zoom > 0.5)
        pen.text(at.x(i) + 4, y, cut(shown(textOf(g, i)), room), { fill: color2("ink"), turn: -90, halo: color2("card") });
    }
    const near = [];
    for (const [e] of strongly.slice().reverse()) near.push(g.edges.source[e], g.edges.target[e]);
    const kindly = (i) => g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit";
    for (const i of [.../* @__PURE__ */ new Set([...state.pins, ...near.slice(0, 24)])].filter(kindly)) if (i !== focus) put(i, false);
  };
  var nodes = (pen, g, state, layout2, view, size, list2, rings) => {
    const at = screen(layout2, view);
    const focus = state.hover >= 0 ? state.hover : state.at;
    const grouped2 = new Set(state.groups.flatMap((v) => v.nodes)), pinned = new Set(state.pins);
    const ink = color2("ink"), card = color2("card"), accent = color2("accent");
    for (const i of list2) {
      const x = at.x(i), y = at.y(i), r = at.r(i) + (rings && i === focus ? 1.5 : 0);
      if (x < GUTTER.left - 8 || x > size.width + 8 || y < -8 || y > size.height - GUTTER.bottom + 8) continue;
      const kind = look(g, i);
      const fill3 = color2(kind.hue);
      if (kind.hollow) pen.shape(kind.shape, x, y, r, { fill: card, stroke: fill3, width: 1.6 });
      else pen.shape(kind.shape, x, y, r, { fill: fill3, stroke: card, width: 0.7 });
      if (!rings) continue;
      if (state.found && state.found.has(i)) pen.shape("circle", x, y, r + 4, { stroke: color2("plus"), width: 2 });
      if (pinned.has(i)) pen.shape("circle", x, y, r + 2.6, { stroke: grouped2.has(i) ? accent : ink, width: 1.5 });
      if (state.marked.has(i)) pen.shape("square", x, y, r + 5.5, { stroke: accent, width: 2 });
      if (i === state.at) pen.shape("circle", x, y, r + 4.5, { stroke: ink, width: 2 });
    }
  };
  var back = (pen, g, state, layout2, view, size, seen) => {
    pen.rect(0, 0, size.width, size.height, color2("card"));
    grid(pen, layout2, view, size);
    faint(pen, g, state, layout2, view, size, seen);
    const all = Array.from({ length: g.n }, (_, i) => i).filter((i) => seen[i]);
    nodes(pen, g, state, layout2, view, size, all, false);
  };
  var front = (pen, g, state, layout2, view, size, seen) => {
    const at = screen(layout2, view), strongly = strong(g, state, seen), drawn = [];
    const plus = color2("plus"), minus = color2("minus"), focus = state.hover >= 0 ? state.hover : state.at;
    const entry = state.entry === null ? null : g.data.entries[state.entry];
    const positions = new Set(entry ? entry.slice(2) : focus !== null && focus >= 0 ? [g.nodes.position[focus]] : []);
    for (const { position, left, right } of entry ? layout2.tokens : [])
      if (positions.has(position))
        pen.rect(at.left(left), 0, at.left(right) - at.left(left), size.height, color2("key"), 0.14);
    for (const [e, strength] of strongly) {
      const c = curve(g, at, e), negative = g.edges.weight[e] < 0;
      pen.curves(
        [c],
        negative ? minus : plus,
        0.7 + 4.6 * Math.sqrt(strength),
        0.3 + 0.65 * Math.sqrt(strength),
        negative ? [5, 3] : []
      );
      drawn.push([c, e]);
    }
    const ours = new Set(strongly.flatMap(([e]) => [g.edges.source[e], g.edges.target[e]]));
    for (const i of [...state.pins, ...state.marked, ...state.found || []]) if (seen[i]) ours.add(i);
    for (const i of [focus, state.at]) if (i !== null && i >= 0) ours.add(i);
    nodes(pen, g, state, layout2, view, size, ours, true);
    labels(pen, g, state, layout2, view, size, strongly);
    axes(pen, g, layout2, view, size, positions);
    return drawn;
  };

  // src/graphs/pens.js
  var stamps = /* @__PURE__ */ new Map();
  var canvasPen = (context) => ({
    rect: (x, y, w, h, fill3, alpha = 1) => {
      context.globalAlpha = alpha;
      context.fillStyle = fill3;
      context.fillRect(x, y, w, h);
    },
    line: (x1, y1, x2, y2, stroke, width = 1) => {
      context.globalAlpha = 1;
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.setLineDash([]);
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    },
    // Many curves at once, all of one look.
    curves: (list2, stroke, width, alpha, dash = []) => {
      context.globalAlpha = alpha;
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      for (const [x1, y1, x2, y2] of list2) {
        const bend = (y1 - y2) / 2;
        context.moveTo(x1, y1);
        context.bezierCurveTo(x1, y1 - bend, x2, y2 + bend, x2, y2);
      }
      context.stroke();
      context.setLineDash([]);
    },
    // Marks of one look are drawn once and then stamped.
    shape: (shape, x, y, r, { fill: fill3, stroke, width = 1 }) => {
      const ratio = devicePixelRatio || 1, size = Math.round(r * 4) / 4, key = `${shape} ${size} ${fill3} ${stroke} ${width} ${ratio}`;
      if (!stamps.has(key)) {
        const half2 = Math.ceil(size * 1.3 + width) + 1;
        const stamp2 = el("canvas", { width: 2 * half2 * ratio, height: 2 * half2 * ratio });
        const ink = stamp2.getContext("2d");
        const path = new Path2D(shapePath(shape, half2, half2, size));
        ink.scale(ratio, ratio);
        ink.fillStyle = fill3;
        if (fill3) ink.fill(path);
        ink.strokeStyle = stroke;
        ink.lineWidth = width;
        if (stroke) ink.stroke(path);
        stamps.set(key, { stamp: stamp2, half: half2 });
      }
      const { stamp, half } = stamps.get(key);
      context.globalAlpha = 1;
      context.drawImage(stamp, x - half, y - half, 2 * half, 2 * half);
    },
    text: (x, y, words2, { fill: fill3, size = 11, anchor = "start", weight = 400, turn: turn2 = 0, halo = null }) => {
      context.save();
      context.globalAlpha = 1;
      context.translate(x, y);
      context.rotate(turn2 * Math.PI / 180);
      context.font = `${weight} ${size}px ${FONT}`;
      context.textAlign = { start: "left", middle: "center", end: "right" }[anchor];
      if (halo) {
        context.strokeStyle = halo;
        context.lineWidth = 3;
        context.lineJoin = "round";
        context.strokeText(words2, 0, 0);
      }
      context.fillStyle = fill3;
      context.fillText(words2, 0, 0);
      context.restore();
    }
  });
  var svgPen = (into) => {
    const short = (v) => Number(v.toFixed(1));
    const add = (tag, attributes, ...children) => into.append(svg(tag, attributes, ...children));
    const plain = (alpha) => alpha < 1 ? alpha : null;
    return {
      rect: (x, y, width, height, fill3, alpha = 1) => add("rect", { x, y, width, height, fill: fill3, opacity: plain(alpha) }),
      line: (x1, y1, x2, y2, stroke, width = 1) => add("line", { x1, y1, x2, y2, stroke, "stroke-width": width }),
      curves: (list2, stroke, width, alpha, dash = []) => {
        for (const [x1, y1, x2, y2] of list2) {
          const bend = (y1 - y2) / 2;
          const d = `M${short(x1)} ${short(y1)}C${short(x1)} ${short(y1 - bend)} ${short(x2)} ${short(y2 + bend)} ${short(x2)} ${short(y2)}`;
          add("path", {
            d,
            fill: "none",
            stroke,
            "stroke-width": width,
            opacity: plain(alpha),
            "stroke-dasharray": dash.length ? dash.join(" ") : null
          });
        }
      },
      shape: (shape, x, y, r, { fill: fill3, stroke, width = 1 }) => add("path", {
        d: shapePath(shape, short(x), short(y), short(r)),
        fill: fill3 || "none",
        stroke,
        "stroke-width": stroke ? width : null
      }),
      text: (x, y, words2, { fill: fill3, size = 11, anchor = "start", weight = 400, turn: turn2 = 0, halo = null }) => add(
        "text",
        {
          x: turn2 ? null : x,
          y: turn2 ? null : y,
          transform: turn2 ? `translate(${x} ${y}) rotate(${turn2})` : null,
          fill: fill3,
          "font-size": size,
          "font-family": FONT,
          "font-weight": weight === 400 ? null : weight,
          "text-anchor": anchor === "start" ? null : anchor,
          ...halo ? { stroke: halo, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" } : {}
        },
        words2
      )
    };
  };

  // src/graphs/view.js
  var REACH2 = 7;
  var EDGE_REACH = 5;
  var LEAST_ZOOM = 0.7;
  var REST = 110;
  var distance = ([x1, y1, x2, y2], px, py) => {
    const bend = (y1 - y2) / 2;
    let least = Infinity;
    for (let k = 0; k <= 24; k++) {
      const t = k / 24, u = 1 - t;
      const x = u * u * (u + 3 * t) * x1 + t * t * (t + 3 * u) * x2;
      const y = u ** 3 * y1 + 3 * u * u * t * (y1 - bend) + 3 * u * t * t * (y2 + bend) + t ** 3 * y2;
      least = Math.min(least, Math.hypot(x - px, y - py));
    }
    return least;
  };
  var panel = (g, state, on) => {
    const lower = el("canvas", { class: "layer", "aria-hidden": "true" }), upper = el("canvas", { class: "layer upper", "aria-hidden": "true" });
    const host = el(
      "div",
      {
        class: "graph-host",
        id: "graph",
        tabindex: "0",
        role: "application",
        "aria-label": `Graph of ${g.n} nodes and ${g.m} edges: arrows follow the strongest edges, the panel beside it says where you are`
      },
      lower,
      upper
    );
    const strongFocus = () => (state.hover >= 0 || state.at !== null || state.edge >= 0) && drawn.length > 0;
    const view = { zoom: 1, x: 0, y: 0, moved: false };
    let layout2 = null, seen = g.shown(state.kept), drawn = [], asked = false, stale = true, least = 1, moving = 0, painted = null;
    const size = () => ({ width: host.clientWidth, height: host.clientHeight });
    const room = () => ({
      width: size().width - GUTTER.left - GUTTER.right,
      height: size().height - GUTTER.top - GUTTER.bottom
    });
    const sharp = (canvas) => {
      const ratio = devicePixelRatio || 1, { width, height } = size();
      canvas.width = Math.max(1, width * ratio);
      canvas.height = Math.max(1, height * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      return canvasPen(context);
    };
    const draw3 = () => {
      asked = false;
      if (!layout2 || !host.isConnected) return;
      if (stale && !(moving && painted)) {
        back(sharp(lower), g, state, layout2, view, size(), seen);
        painted = { ...view };
        stale = false;
      }
      const scale = view.zoom / painted.zoom;
      const shift = [
        GUTTER.left + view.x - (GUTTER.left + painted.x) * scale,
        GUTTER.top + view.y - (GUTTER.top + painted.y) * scale
      ];
      lower.style.transform = stale ? `translate(${shift[0]}px, ${shift[1]}px) scale(${scale})` : "none";
      drawn = front(sharp(upper), g, state, layout2, view, size(), seen);
      host.classList.toggle("focused", strongFocus());
      Object.assign(host.dataset, { strong: drawn.length, rest: !stale });
    };
    const redraw = (all = false) => {
      stale = stale || all;
      if (asked) return;
      asked = true;
      requestAnimationFrame(draw3);
    };
    const moved = () => {
      clearTimeout(moving);
      moving = setTimeout(() => {
        moving = 0;
        redraw(true);
      }, REST);
      view.moved = true;
      hold();
      redraw(true);
    };
    const hold = () => {
      const { width, height } = room();
      for (const [axis, whole2, there] of [
        ["x", layout2.width * view.zoom, width],
        ["y", layout2.height * view.zoom, height]
      ])
        view[axis] = whole2 <= there ? (there - whole2) / 2 : Math.min(0, Math.max(there - whole2, view[axis]));
    };
    const fit = () => {
      const { width, height } = room();
      layout2 = place2(g, width, height);
      view.zoom = Math.min(1, Math.max(LEAST_ZOOM, Math.min(width / layout2.width, height / layout2.height)));
      layout2 = place2(g, width / view.zoom, height / view.zoom);
      least = Math.min(view.zoom, width / layout2.width, height / layout2.height);
      view.x = room().width - layout2.width * view.zoom;
      view.y = 0;
      view.moved = false;
      hold();
      redraw(true);
    };
    const resized = () => {
      if (!view.moved || !layout2) return fit();
      least = Math.min(1, room().width / layout2.width, room().height / layout2.height);
      hold();
      return redraw(true);
    };
    new ResizeObserver(() => {
      if (host.isConnected) resized();
    }).observe(host);
    const whole = () => {
      view.zoom = least;
      hold();
      redraw(true);
    };
    const zoomBy = (factor, cx = size().width / 2, cy = size().height / 2) => {
      const next = Math.min(4, Math.max(least, view.zoom * factor)), f = next / view.zoom;
      view.x = cx - GUTTER.left - (cx - GUTTER.left - view.x) * f;
      view.y = cy - GUTTER.top - (cy - GUTTER.top - view.y) * f;
      view.zoom = next;
      moved();
    };
    const reveal = (i) => {
      const at = screen(layout2, view), { width, height } = size();
      const x = at.x(i), y = at.y(i);
      if (x > GUTTER.left + 10 && x < width - 10 && y > 10 && y < height - GUTTER.bottom - 10) return;
      view.x += (GUTTER.left + width) / 2 - x;
      view.y += (height - GUTTER.bottom) / 2 - y;
      hold();
      redraw(true);
    };
    const nodeAt = (px, py) => {
      const at = screen(layout2, view);
      if (px < GUTTER.left || py > size().height - GUTTER.bottom) return -1;
      let best = -1, nearest = Infinity;
      for (let i = 0; i < g.n; i++) {
        if (!seen[i]) continue;
        const d = Math.hypot(at.x(i) - px, at.y(i) - py) - at.r(i);
        if (d < REACH2 && d < nearest) {
          nearest = d;
          best = i;
        }
      }
      return best;
    };
    const edgeAt = (px, py) => {
      let best = -1, nearest = EDGE_REACH;
      for (const [c, e] of drawn) {
        if (px < Math.min(c[0], c[2]) - 9 || px > Math.max(c[0], c[2]) + 9) continue;
        const d = distance(c, px, py);
        if (d <= nearest) {
          nearest = d;
          best = e;
        }
      }
      return best;
    };
    const edgeTip = (e) => [
      el("strong", {}, `${brief(g, g.edges.source[e])} → ${brief(g, g.edges.target[e])}`),
      lines(["weight", num(g.edges.weight[e])], ["share of its target's input", percent(g.edges.share[e])]),
      el("p", { class: "faint" }, g.crosses(e) ? "Click for its heads." : "Click for more.")
    ];
    const setHover = (i) => {
      if (i === state.hover) return;
      state.hover = i;
      on.hover(i);
      redraw();
    };
    let drag = null;
    host.addEventListener("pointerdown", (e) => {
      drag = { x: e.clientX, y: e.clientY, moved: false };
      host.setPointerCapture(e.pointerId);
    });
    host.addEventListener("pointermove", (e) => {
      if (drag) {
        const dx = e.clientX - drag.x, dy = e.clientY - drag.y;
        if (!drag.moved && Math.hypot(dx, dy) < 4) return;
        view.x += dx;
        view.y += dy;
        drag = { x: e.clientX, y: e.clientY, moved: true };
        moved();
        return;
      }
      const box2 = host.getBoundingClientRect(), px = e.clientX - box2.left, py = e.clientY - box2.top;
      const i = nodeAt(px, py);
      const over = i < 0 && state.hover < 0 ? edgeAt(px, py) : -1;
      setHover(i);
      host.classList.toggle("pointing", i >= 0 || over >= 0);
      if (i >= 0) show(tip(g, i), e.clientX, e.clientY);
      else if (over >= 0) show(edgeTip(over), e.clientX, e.clientY);
      else hide();
    });
    host.addEventListener("pointerup", (e) => {
      const clicked = drag && !drag.moved;
      drag = null;
      if (!clicked) return;
      const box2 = host.getBoundingClientRect(), px = e.clientX - box2.left, py = e.clientY - box2.top, i = nodeAt(px, py);
      hide();
      if (i >= 0) (e.shiftKey ? on.mark : on.pick)(i);
      else {
        state.hover = -1;
        const over = edgeAt(px, py);
        if (over >= 0) on.edge(over);
        else on.pick(null);
      }
    });
    host.addEventListener("pointercancel", () => {
      drag = null;
    });
    host.addEventListener("pointerleave", () => {
      hide();
      setHover(-1);
    });
    host.addEventListener(
      "wheel",
      (e) => {
        e.preventDefault();
        if (e.ctrlKey || e.metaKey) {
          const box2 = host.getBoundingClientRect();
          return zoomBy(Math.exp(-e.deltaY * 2e-3), e.clientX - box2.left, e.clientY - box2.top);
        }
        view.x -= e.shiftKey ? e.deltaY : e.deltaX;
        view.y -= e.shiftKey ? 0 : e.deltaY;
        return moved();
      },
      { passive: false }
    );
    const asSvg = () => {
      const { width, height } = size();
      const out = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
      const pen = svgPen(out);
      const behind = svg("g", { opacity: state.at !== null || state.edge >= 0 ? 0.35 : null });
      out.append(behind);
      back(svgPen(behind), g, state, layout2, view, size(), seen);
      front(pen, g, { ...state, hover: -1 }, layout2, view, size(), seen);
      return out;
    };
    const changed = () => {
      seen = g.shown(state.kept);
      redraw(true);
    };
    return {
      node: host,
      redraw,
      fit,
      whole,
      zoomBy,
      reveal,
      changed,
      asSvg,
      seen: () => seen,
      layout: () => layout2,
      place: (i) => {
        const at = screen(layout2, view);
        return [at.x(i), at.y(i)];
      }
    };
  };

  // src/shared/export.js
  var download = (href, name) => {
    const link2 = el("a", { href, download: name });
    document.body.append(link2);
    link2.click();
    link2.remove();
  };
  var blobUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));

  // src/graphs/page.js
  var LEAST_SHARE = 1e-4;
  var saveSvg = (chart, name) => {
    const copy = chart.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const back2 = svg("rect", { width: "100%", height: "100%", fill: color("card") });
    copy.prepend(back2);
    download(blobUrl([new XMLSerializer().serializeToString(copy)], "image/svg+xml"), `${name}.svg`);
  };
  var page10 = async (summary, query, many2) => {
    const g = build(await load(`graph/${summary.slug}/graph`));
    const state = read(g, query);
    let walk = null;
    const side2 = el("div", { class: "side-body", id: "panel", tabindex: "-1" });
    const below = el("div", { class: "subgraph-place" });
    const remember = () => {
      const text2 = write(g, state);
      history.replaceState(null, "", `#/g/${encodeURIComponent(summary.slug)}${text2 ? `?${text2}` : ""}`);
    };
    const nothing = () => el(
      "div",
      {},
      el("h2", {}, "Nothing chosen"),
      el(
        "p",
        { class: "hint" },
        "Click a node of the graph, or use / to find one. The arrow keys then follow its strongest edges."
      )
    );
    let turn2 = 0;
    const chosen = async () => {
      if (state.entry !== null) return page8(g, await g.qk(), state.entry, act);
      if (state.group) return page5(g, state.group, act);
      if (state.edge >= 0) return page4(g, state.edge, act);
      if (state.at !== null) return page7(g, state.at, state, act);
      return nothing();
    };
    const showSide = async () => {
      const mine = ++turn2;
      hide();
      for (const b of tabs.children) b.setAttribute("aria-pressed", String(b.dataset.value === state.tab));
      const made = state.tab === "about" ? page3(g) : state.tab === "checked" ? page9(g, act) : state.tab === "looks" ? el("div", {}, el("h2", {}, "Why heads looked where they looked"), list(g, act)) : await chosen();
      if (mine !== turn2) return;
      side2.replaceChildren(made);
      side2.scrollTop = 0;
      if (made.start) await made.start();
    };
    const showSubgraph = () => {
      const units = unitsOf(g, state);
      under.hidden = !units.length;
      tally.textContent = `${units.length} ${units.length === 1 ? "box" : "boxes"}`;
      group.hidden = state.marked.size < 2;
      group.textContent = `Group ${state.marked.size} marked (g)`;
      if (units.length)
        below.replaceChildren(draw2(g, state, view.layout(), Math.max(300, below.clientWidth - 4), act));
      else below.replaceChildren();
    };
    const refresh = () => {
      remember();
      showSubgraph();
      view.redraw();
      return showSide();
    };
    const choose2 = (what) => {
      Object.assign(state, { at: null, edge: -1, entry: null, group: null, tab: "chosen", ...what });
      return refresh();
    };
    const act = {
      pick: (i) => {
        if (i !== null) {
          view.reveal(i);
          announce(full(g, i));
        } else state.tab = "about";
        if (i === null) return escape();
        return choose2({ at: i });
      },
      edge: (e) => choose2({ at: state.at, edge: e }),
      why: (k) => choose2({ at: state.at, edge: state.edge, entry: k }),
      openGroup: (v) => choose2({ group: v }),
      hover: (i) => {
        if (state.hover === i) return;
        state.hover = i;
        view.redraw();
      },
      pin: (i) => {
        if (state.pins.includes(i)) unpin(state, i);
        else state.pins.push(i);
        announce(`${full(g, i)} ${state.pins.includes(i) ? "pinned" : "unpinned"}`);
        return refresh();
      },
      mark: (i, on = !state.marked.has(i)) => {
        if (on) state.marked.add(i);
        else state.marked.delete(i);
        announce(`${state.marked.size} marked`);
        return refresh();
      },
      rename: (v, label) => {
        v.label = label;
        refresh();
      },
      ungroup: (v) => {
        drop(state, v);
        state.group = null;
        refresh();
      },
      redraw: () => view.redraw()
    };
    const makeGroup = async () => {
      if (state.marked.size < 2) return announce("Mark two nodes or more first: m, or Shift + click");
      const made = make(state, `group ${state.groups.length + 1}`);
      await choose2({ group: made });
      const box2 = document.getElementById("group-name");
      box2?.focus();
      return box2?.select();
    };
    const escape = () => {
      if (state.found) finder.clear();
      else if (state.marked.size) state.marked = /* @__PURE__ */ new Set();
      else if (state.entry !== null) state.entry = null;
      else if (state.edge >= 0) state.edge = -1;
      else Object.assign(state, { at: null, group: null });
      if (state.at === null && state.edge < 0 && state.entry === null) state.tab = "about";
      return refresh();
    };
    const view = panel(g, state, { pick: act.pick, edge: act.edge, mark: act.mark, hover: () => {
    } });
    const finder = field(g, state, act);
    const tabs = segmented(
      "Panel",
      [
        ["chosen", "Chosen"],
        ["about", "Graph"],
        ["checked", "Checked", "Held against interventions"],
        ["looks", `Attention (${count(g.data.entries.length)})`, "Pattern entries that were explained"]
      ],
      state.tab,
      (v) => {
        state.tab = v;
        remember();
        showSide();
      }
    );
    const slider = (id, name, hint2, at, read2, say) => {
      const out = el("output", { for: id }, say());
      const box2 = el("input", {
        id,
        type: "range",
        min: 0,
        max: 100,
        value: at,
        title: hint2,
        oninput: () => {
          read2(Number(box2.value));
          out.textContent = say();
          view.changed();
        },
        onchange: remember
      });
      return el("label", { class: "threshold", title: hint2 }, name, box2, out);
    };
    const toShare = (v) => v <= 0 ? 0 : LEAST_SHARE * (0.5 / LEAST_SHARE) ** (v / 100);
    const fromShare = (v) => v <= 0 ? 0 : Math.round(100 * Math.log(v / LEAST_SHARE) / Math.log(0.5 / LEAST_SHARE));
    const nShown = () => view.seen().reduce((a, b) => a + b, 0);
    const nodesSlider = slider(
      "kept",
      "Nodes",
      "Keep the nodes that make up this share of the influence",
      Math.round(100 * state.kept),
      (v) => {
        state.kept = v / 100;
      },
      () => `${percent(state.kept)}`
    );
    const edgesSlider = slider(
      "least",
      "Edges",
      "Show edges that bring at least this share of their target's input",
      fromShare(state.least),
      (v) => {
        state.least = toShare(v);
      },
      () => state.least ? `≥ ${percent(state.least)}` : "all"
    );
    const follow = segmented(
      "What hovering traces",
      [
        ["direct", "Direct", "Edges into and out of the node"],
        ["up", "Up", "Upstream: everything that it goes back to (u)"],
        ["down", "Down", "Downstream: everything that comes of it (v)"]
      ],
      state.follow,
      (v) => {
        state.follow = v;
        remember();
        view.redraw();
      }
    );
    const button = (id, text2, label, onclick) => el("button", { type: "button", class: "quiet", id, "aria-label": label, title: label, onclick }, text2);
    const toolbar = el(
      "div",
      { class: "toolbar" },
      many2 && el("a", { href: "#/", class: "step", "aria-label": "All graphs", title: "All graphs (o)" }, "‹"),
      finder.node,
      follow,
      nodesSlider,
      edgesSlider,
      el(
        "span",
        { class: "save push" },
        button("zoom-out", "−", "Zoom out (−)", () => view.zoomBy(1 / 1.4)),
        button("zoom-in", "+", "Zoom in (+)", () => view.zoomBy(1.4)),
        button("fit", "All", "The whole graph (f)", view.whole),
        button("save-graph", "SVG", "Save the graph as SVG", () => saveSvg(view.asSvg(), summary.slug))
      )
    );
    const tally = el("span", { class: "faint", id: "pinned" }), group = el("button", { type: "button", class: "quiet", id: "group", hidden: true, onclick: makeGroup }, "Group");
    const under = el(
      "section",
      { class: "under", "aria-label": "Pinned subgraph", hidden: true },
      el(
        "div",
        { class: "head" },
        el("h2", {}, "Pinned"),
        tally,
        group,
        el("span", { class: "faint small" }, "dotted: through nodes that are not pinned"),
        el("span", { class: "push" }),
        button(
          "save-subgraph",
          "SVG",
          "Save the subgraph as SVG",
          () => saveSvg(below.querySelector("svg"), `${summary.slug}-pinned`)
        ),
        button("unpin-all", "Clear", "Unpin all", () => {
          Object.assign(state, { pins: [], groups: [], group: null });
          refresh();
        })
      ),
      below
    );
    const node = el(
      "div",
      { class: "graph-page" },
      el("h1", { class: "offscreen" }, `Graph of “${g.data.prompt}”`),
      el("div", { class: "stage" }, toolbar, view.node, under),
      el("aside", { class: "side", "aria-label": "What was chosen" }, tabs, side2)
    );
    const visible = (e) => view.seen()[g.edges.source[e]] && view.seen()[g.edges.target[e]] && g.edges.share[e] >= state.least;
    const follows = (up) => {
      if (state.at === null) return act.pick(g.nodes.kind.indexOf("logit") >= 0 ? g.nodes.kind.indexOf("logit") : 0);
      const list2 = (up ? g.outgoing(state.at) : g.incoming(state.at)).filter(visible).map((e) => [up ? g.edges.target[e] : g.edges.source[e], e]);
      if (!list2.length) return announce(up ? "Nothing goes further from here" : "Nothing comes before this");
      const next = { list: list2, k: 0 };
      const done = act.pick(list2[0][0]);
      walk = next;
      return done;
    };
    const sideways = (step) => {
      if (state.at === null) return follows(true);
      if (!walk || walk.list[walk.k][0] !== state.at) {
        const row = rowKey(g, state.at), { x, y } = view.layout();
        const peers = Array.from({ length: g.n }, (_, i) => i).filter(
          (i) => view.seen()[i] && rowKey(g, i) === row
        );
        peers.sort((a, b) => x[a] - x[b] || y[a] - y[b]);
        const k = peers.indexOf(state.at) + step;
        return k >= 0 && k < peers.length ? act.pick(peers[k]) : null;
      }
      walk.k = Math.min(walk.list.length - 1, Math.max(0, walk.k + step));
      return act.pick(walk.list[walk.k][0]);
    };
    const press = (value) => follow.querySelector(`[data-value=${value}]`).click();
    return {
      title: `Graph of “${g.data.prompt.slice(0, 60)}”`,
      node,
      state,
      graph: g,
      view,
      start: () => {
        node.dataset.nodes = g.n;
        view.fit();
        showSubgraph();
        return showSide().then(() => announce(`${count(nShown())} nodes, ${count(g.m)} edges`));
      },
      resize: showSubgraph,
      keys: {
        ArrowUp: () => follows(true),
        ArrowDown: () => follows(false),
        ArrowLeft: () => sideways(-1),
        ArrowRight: () => sideways(1),
        p: () => state.at !== null && act.pin(state.at),
        m: () => state.at !== null && act.mark(state.at),
        g: makeGroup,
        e: () => walk && walk.list[walk.k][0] === state.at && act.edge(walk.list[walk.k][1]),
        u: () => press(state.follow === "up" ? "direct" : "up"),
        v: () => press(state.follow === "down" ? "direct" : "down"),
        f: view.whole,
        "+": () => view.zoomBy(1.4),
        "=": () => view.zoomBy(1.4),
        "-": () => view.zoomBy(1 / 1.4),
        Escape: escape
      }
    };
  };

  // src/graphs/app.js
  var { goto: goto2 } = shell_exports;
  var data = null;
  var many = () => data.graphs.length > 1;
  var route = ({ parts, query }) => {
    if (!parts.length && many()) return { kind: "graphs", make: () => page2(data) };
    const wanted = parts.length ? data.graphs.find((v) => parts[0] === "g" && v.slug === parts[1]) : data.graphs[0];
    if (!wanted || parts.length > 2) {
      const names = data.graphs.map((v) => v.slug).join(", ");
      throw new Error(`There is no graph at ${location.hash}; this folder has ${names}.`);
    }
    return { kind: "graph", graph: wanted, make: () => page10(wanted, query, many()) };
  };
  var chooser = (graph) => {
    const choose2 = el(
      "select",
      { id: "which", "aria-label": "Graph", onchange: (e) => goto2(`#/g/${encodeURIComponent(e.target.value)}`) },
      data.graphs.map((v) => el("option", { value: v.slug }, v.slug))
    );
    choose2.value = graph.slug;
    return choose2;
  };
  var bar2 = ({ graph }) => {
    const tab = el("a", { href: "#/", "aria-current": graph ? null : "page" }, "Graphs");
    return {
      left: [
        many() && el("nav", { "aria-label": "Pages" }, tab),
        many() && graph && chooser(graph),
        graph && el("span", { class: "bar-prompt", title: graph.prompt }, graph.prompt)
      ]
    };
  };
  layout.mode = "lines";
  start2({
    title: "polyhead graphs",
    home: "#/",
    back: "All graphs",
    data: "graphs",
    keepScroll: true,
    open: (value) => {
      data = value;
    },
    route,
    bar: bar2,
    keys: { o: () => goto2("#/"), "/": () => search() },
    escape: "one step back",
    help: () => [
      ["↑", "along the strongest edge onward, towards the logits"],
      ["↓", "along the strongest edge back, towards the tokens"],
      ["← →", "the next strongest instead; else the neighbour in the row"],
      ["e", "the edge of the last step: its heads"],
      ["u  v", "trace everything upstream, downstream"],
      ["p", "pin or unpin"],
      ["m  g", "mark (or Shift + click), group what is marked"],
      ["/", "find a latent, label or token"],
      ["+  −  f", "zoom, the whole graph (or Ctrl + wheel, drag)"],
      ["o", "all graphs"]
    ]
  });
})();
