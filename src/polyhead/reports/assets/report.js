/*! polyhead, report pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };

  // src/shared/dom.js
  var dom_exports = {};
  __export(dom_exports, {
    announce: () => announce,
    el: () => el,
    segmented: () => segmented,
    svg: () => svg
  });
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
  var segmented = (label2, options, current2, choose2) => {
    const group = el("div", { class: "segmented", role: "group", "aria-label": label2 });
    const show2 = (value) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
    };
    for (const [value, text2, hint] of options) {
      group.append(
        el(
          "button",
          {
            type: "button",
            "data-value": value,
            title: hint,
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
  var groupName = (card, group) => (card.group_names || [])[group] ?? "–";
  var SHARED = {
    latent: "Number of the learned unit.",
    energy_share: "Share of the whole dictionary's energy, the sum of (z · |decoder row|)² over destinations.",
    effective_heads: "(sum of |loading|)² / sum of loading²: 1 is one head, n is n heads in equal parts.",
    identity_share: "Share of squared loading on the identity head, which leaves things where they are.",
    main_head: "The head with the largest loading by size.",
    top_promoted: "Tokens whose logits it raises most, directly through the unembedding.",
    cluster: "Group of latents with similar loadings."
  };
  var BARS = "How strongly the latent moves through each head (up positive, down negative)";
  var definition = (card, key) => {
    const kind = of(card);
    const own = {
      density: `Share of ${kind.at}s where it is active.`,
      max_activation: `Largest activation at a ${kind.at}.`,
      loadings: card.loadings === "layers" ? kind.loadingsHint : kind.loadingsHint || `${BARS}${kind.hasIdentity ? "; the last bar is the identity" : ""}.`,
      main_head: card.loadings === "layers" ? "The layer that it writes most to." : SHARED.main_head,
      top_source_tokens: kind.tokensHint,
      top_key_tokens: kind.keyTokensHint,
      group: kind.group === "Reads" ? "The site that it reads." : "Units of a group share one attention.",
      energy_share: card.side === "both" ? "Share of the sum of squared activations of all latents." : SHARED.energy_share
    };
    return own[key] ?? SHARED[key] ?? "";
  };

  // src/shared/memory.js
  var memory = { order: null, unitOrder: null, last: null };

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
  var attach = (node, make) => {
    const open = (x, y) => {
      const content = make();
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
  var shard = (n) => String(n).padStart(4, "0");
  var NUMBERS = ["density", "energy_share", "max_activation", "effective_heads", "identity_share", "map_x", "map_y"];
  var WHOLE = ["latent", "main_head", "cluster", "group"];
  var TOKENS = ["top_source_tokens", "top_key_tokens", "top_promoted"];
  var tables = /* @__PURE__ */ new Map();
  var readTable = async (card) => {
    const keys = Array.from({ length: card.row_shards }, (_, i) => `${card.name}/rows-${shard(i)}`);
    const [vocabulary, ...parts] = await Promise.all([load(`${card.name}/tokens`), ...keys.map(load)]);
    const n = card.n_rows, width = card.n_heads + 1;
    const table2 = { n, width, vocabulary, card, loadings: new Float32Array(n * width) };
    for (const name of NUMBERS) table2[name] = new Float32Array(n);
    for (const name of WHOLE) table2[name] = new Int32Array(n);
    for (const name of TOKENS) table2[name] = [];
    for (const part of parts) {
      for (const name of [...NUMBERS, ...WHOLE])
        table2[name].set(
          part[name].map((v) => v === null ? NaN : v),
          part.first
        );
      table2.loadings.set(part.loadings, part.first * width);
      for (const name of TOKENS) for (const list2 of part[name]) table2[name].push(list2);
    }
    keys.forEach((key) => promises.delete(key));
    table2.position = /* @__PURE__ */ new Map();
    for (let i = 0; i < n; i++) table2.position.set(table2.latent[i], i);
    table2.words = (name, i, most = 99) => table2[name][i].slice(0, most).map((t) => vocabulary[t]);
    return table2;
  };
  var loadTable = (card) => {
    if (!tables.has(card.name)) tables.set(card.name, readTable(card));
    return tables.get(card.name);
  };
  var loadPage = async (card, latent) => {
    const number = Math.floor(latent / card.page_shard_size);
    if (!card.page_shards.includes(number)) return null;
    const pages = await load(`${card.name}/pages-${shard(number)}`);
    return pages[latent] || null;
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
  var percentColumn = (v) => absent(v) ? MISSING : v > 0 && v < 5e-5 ? "<0.01 %" : `${(100 * v).toFixed(2)} %`;
  var numberColumn = (v) => absent(v) ? MISSING : Math.abs(v) >= 1e3 || v !== 0 && Math.abs(v) < 5e-3 ? num(v) : v.toFixed(2);
  var count = (v) => absent(v) ? MISSING : Math.round(v).toLocaleString("en-US");
  var seconds = (v) => {
    if (absent(v)) return MISSING;
    if (v < 100) return `${num(v, 2)} s`;
    if (v < 6e3) return `${Math.floor(v / 60)} min ${Math.round(v % 60)} s`;
    return `${Math.floor(v / 3600)} h ${Math.round(v % 3600 / 60)} min`;
  };
  var plain = (v) => {
    if (absent(v)) return MISSING;
    if (typeof v === "boolean") return v ? "yes" : "no";
    if (typeof v === "number") return Number.isInteger(v) ? count(v) : num(v, 4);
    if (Array.isArray(v)) return v.map(plain).join(", ") || MISSING;
    if (typeof v === "object")
      return Object.entries(v).map(([k, x]) => `${k} ${plain(x)}`).join(", ");
    return String(v);
  };
  var label = (key) => key.replace(/^n_/, "").replace(/_/g, " ");
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
  var moment = (v) => {
    const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
    return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
  };

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
  var logarithmic = (low, high, from, to, { bases = [1, 2, 5] } = {}) => {
    const pad = Math.max((high / low) ** 0.06 * 1.02, 1.5 / Math.sqrt(high / low));
    low /= pad;
    high *= pad;
    let ticks = [];
    if (bases === 2) for (let p = Math.ceil(Math.log2(low)); 2 ** p <= high; p++) ticks.push(2 ** p);
    if (bases === 2 && ticks.length < 3) return logarithmic(low * pad, high / pad, from, to);
    if (bases !== 2) {
      for (let p = Math.floor(Math.log10(low)); 10 ** p <= high; p++) for (const b of bases) ticks.push(b * 10 ** p);
      ticks = ticks.filter((t) => t >= low && t <= high);
      if (ticks.length < 3 && bases.length < 5)
        return logarithmic(low * pad, high / pad, from, to, { bases: [1, 1.5, 2, 3, 4, 5, 6, 8] });
    }
    const at = (v) => from + Math.log(v / low) / Math.log(high / low) * (to - from);
    return Object.assign(at, { ticks, low, high, text: (t) => num(Number(t.toPrecision(6))) });
  };
  var text = (x, y, content, attributes) => svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);
  var frame = (box2, x, y, { xTitle, yTitle }) => {
    const g = svg("g", { class: "axes" });
    for (const t of y.ticks) {
      g.append(
        svg("line", { x1: box2.left, x2: box2.right, y1: y(t), y2: y(t), stroke: color("line"), "stroke-width": 1 })
      );
      g.append(text(box2.left - 7, y(t) + 4, y.text(t), { "text-anchor": "end" }));
    }
    for (const t of x.ticks) {
      g.append(svg("line", { x1: x(t), x2: x(t), y1: box2.bottom, y2: box2.bottom + 4, stroke: color("muted") }));
      g.append(text(x(t), box2.bottom + 17, x.text(t), { "text-anchor": "middle" }));
    }
    g.append(svg("line", { x1: box2.left, x2: box2.right, y1: box2.bottom, y2: box2.bottom, stroke: color("muted") }));
    if (xTitle)
      g.append(
        text((box2.left + box2.right) / 2, box2.bottom + 36, xTitle, { "text-anchor": "middle", fill: color("ink") })
      );
    if (yTitle)
      g.append(
        text(0, 0, yTitle, {
          "text-anchor": "middle",
          fill: color("ink"),
          transform: `translate(${box2.left - 46} ${(box2.top + box2.bottom) / 2}) rotate(-90)`
        })
      );
    return g;
  };
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
  var SHAPES = ["circle", "square", "triangle", "diamond", "cross"];
  var headColor = (head, nHeads) => head >= nHeads ? color("identity") : color(`hue-${head % N_HUES}`);
  var headShape = (head, nHeads) => head >= nHeads ? "circle" : SHAPES[Math.floor(head / N_HUES) % SHAPES.length];
  var clusterColor = (cluster) => cluster < 0 ? color("identity") : color(`hue-${cluster % N_HUES}`);
  var clusterShape = (cluster) => cluster < 0 ? "circle" : SHAPES[Math.floor(cluster / N_HUES) % SHAPES.length];
  var VARIANTS = {
    free: ["Free loadings", "free"],
    top1: ["Top-1 (one head each)", "top1"],
    top1_choice: ["Top-1 by choice", "top1"],
    top1_argmax: ["Top-1 by argmax", "hue-4"],
    shuffled: ["Shuffled patterns (control)", "shuffled"],
    mtc_rank: [null, "hue-5", "square"],
    joint_sae_mtc: [null, "hue-6", "triangle"],
    dynamic_head: [null, "hue-4", "diamond"],
    attn_out_sae: [null, "hue-7", "square"],
    attn_value_sae: [null, "hue-2", "diamond"],
    lorsa: [null, "hue-3", "triangle"],
    gated_attention: [null, "hue-1", "cross"],
    replacement: [null, "hue-5", "cross"],
    cross_layer_transcoder: [null, "hue-0", "diamond"],
    two_type_features: [null, "hue-3", "square"],
    attn_out_crosscoder: [null, "hue-2", "square"],
    qk_diagonal: [null, "hue-6", "diamond"],
    qk_mask: [null, "hue-4", "triangle"],
    combined_layer: [null, "hue-7", "triangle"],
    sae: ["Output SAE", "sae"],
    pca: ["Output PCA", "pca"],
    head_svd: ["Head SVD", "svd"],
    head_data_svd: ["Head SVD with data", "dsvd"],
    mean: ["Mean", "muted"],
    zero: ["Zero", "muted"],
    clean: ["Clean", "muted"]
  };
  var DASHES = { square: "7 3", triangle: "2 3", diamond: "9 3 2 3", cross: "4 4" };
  var titles = /* @__PURE__ */ new Map();
  var setTitles = (cards) => {
    for (const card of cards) if (card.title) titles.set(card.method || card.variant, card.title);
  };
  var plainOf = (v) => v.replace(/ shuffled$/, "");
  var placed = (v) => {
    if (VARIANTS[v]) return VARIANTS[v];
    const sum = [...v].reduce((total, c) => (31 * total + c.charCodeAt(0)) % 9973, 7);
    return [null, `hue-${sum % N_HUES}`, SHAPES[1 + sum % (SHAPES.length - 1)]];
  };
  var variantName = (v) => {
    const plain2 = plainOf(v);
    const name = placed(plain2)[0] || titles.get(plain2) || plain2;
    return plain2 === v ? name : `${name}, shuffled patterns (control)`;
  };
  var variantColor = (v) => color(plainOf(v) === v ? placed(v)[1] : "shuffled");
  var variantShape = (v) => placed(plainOf(v))[2] || null;
  var variantDash = (v) => DASHES[variantShape(v)] || null;
  var variantMark = (v) => {
    const { el: el2, svg: svg2 } = dom_exports;
    const shape = variantShape(v);
    if (!shape) return el2("span", { class: "swatch", vars: { "--swatch": variantColor(v) } });
    const path = svg2("path", { d: shapePath(shape, 6, 6, 4.6), fill: variantColor(v) });
    return svg2("svg", { width: 12, height: 12, class: "mark-swatch", "aria-hidden": "true" }, path);
  };
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

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
  var drawBar = (where) => {
    const button = (id, text2, label2, key, onclick) => el(
      "button",
      { type: "button", class: "quiet", id, "aria-label": label2, title: `${label2} (${key})`, onclick },
      text2
    );
    const { left, right = [] } = app2.bar(where);
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
      const where = app2.route(address());
      drawBar(where);
      const waiting = setTimeout(() => {
        if (mine === turn) main.replaceChildren(el("p", { class: "page hint" }, "Loading …"));
      }, SLOW);
      let made;
      try {
        made = await where.make();
      } finally {
        clearTimeout(waiting);
      }
      if (mine !== turn) return;
      page = made;
      main.replaceChildren(page.node);
      main.dataset.page = where.kind;
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
    const plain2 = (c) => {
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
        if (run === 1 && !(outer && leadingSpace)) plain2(run === 1 && outer ? " " : " ");
        else out.push([run > MOST_SPACES ? `·×${run}` : "·".repeat(run), run === 1 ? "space" : `${run} spaces`]);
        i += run - 1;
        continue;
      }
      const joined = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined ? null : mark(c);
      if (found) out.push(found);
      else plain2(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
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

  // src/report/filter.js
  var DEFAULT_SORT = "-energy_share";
  var KEYS = ["q", "in", "head", "cluster", "group", "dmin", "dmax", "imin", "imax", "dead", "sort"];
  var FIELDS = {
    both: ["top_source_tokens", "top_key_tokens", "top_promoted"],
    source: ["top_source_tokens", "top_key_tokens"],
    promoted: ["top_promoted"]
  };
  var parse = (query) => {
    const given = new URLSearchParams(query);
    const state = {};
    for (const key of KEYS) state[key] = given.get(key) ?? "";
    if (!FIELDS[state.in]) state.in = "both";
    if (!state.sort) state.sort = DEFAULT_SORT;
    return state;
  };
  var write = (state) => {
    const out = new URLSearchParams();
    for (const key of KEYS) {
      const quiet = state[key] === "" || key === "in" && state.in === "both" || key === "sort" && state.sort === DEFAULT_SORT;
      if (!quiet) out.set(key, state[key]);
    }
    return out.toString();
  };
  var share = (text2) => {
    const v = Number.parseFloat(String(text2).replace(",", "."));
    return Number.isFinite(v) ? v / 100 : null;
  };
  var matching = (table2, words2) => {
    const wanted = words2.toLowerCase();
    const exact = wanted.length > 2 && wanted.startsWith('"') && wanted.endsWith('"') ? wanted.slice(1, -1) : null;
    const hits = new Uint8Array(table2.vocabulary.length);
    table2.vocabulary.forEach((token, i) => {
      const lower = token.toLowerCase();
      hits[i] = exact !== null ? lower.trim() === exact.trim() : lower.includes(wanted) || shown(token).toLowerCase().includes(wanted);
    });
    return hits;
  };
  var select = (table2, state) => {
    const hits = state.q ? matching(table2, state.q) : null;
    const fields = FIELDS[state.in].map((name2) => table2[name2]);
    const head = state.head === "" ? null : Number(state.head), group = state.group === "" ? null : Number(state.group), cluster = state.cluster === "" ? null : Number(state.cluster);
    const [dmin, dmax, imin, imax] = [state.dmin, state.dmax, state.imin, state.imax].map(share);
    const out = new Uint32Array(table2.n);
    let n = 0;
    for (let i = 0; i < table2.n; i++) {
      const density = table2.density[i], identity = table2.identity_share[i];
      if (!state.dead && !(density > 0)) continue;
      if (head !== null && table2.main_head[i] !== head) continue;
      if (group !== null && table2.group[i] !== group) continue;
      if (cluster !== null && table2.cluster[i] !== cluster) continue;
      if (dmin !== null && !(density >= dmin)) continue;
      if (dmax !== null && !(density <= dmax)) continue;
      if (imin !== null && !(identity >= imin)) continue;
      if (imax !== null && !(identity <= imax)) continue;
      if (hits && !fields.some((lists) => lists[i].some((t) => hits[t]))) continue;
      out[n++] = i;
    }
    const order = out.subarray(0, n);
    const falling = state.sort.startsWith("-");
    const name = falling ? state.sort.slice(1) : state.sort;
    const column2 = table2[name];
    if (!ArrayBuffer.isView(column2)) return order;
    return order.sort((a, b) => {
      const x = column2[a], y = column2[b];
      if (x === y) return a - b;
      if (x !== x) return y !== y ? a - b : 1;
      if (y !== y) return -1;
      return falling ? y - x : x - y;
    });
  };

  // src/shared/bars.js
  var mini = (card, loadings, offset, { width = 120, height = 24, labels = false, scale = null } = {}) => {
    const own = !of(card).hasIdentity, n = card.n_heads + (own ? 0 : 1), gap = own ? 0 : 6, foot = labels ? 12 : 0;
    const step = (width - gap) / n, middle = (height - foot) / 2;
    const most = scale ?? Math.max(1e-9, ...Array.from({ length: n }, (_, h) => Math.abs(loadings[offset + h])));
    const chart = svg("svg", {
      width,
      height,
      class: "mini",
      role: "img",
      "aria-label": `loadings ${Array.from({ length: n }, (_, h) => num(loadings[offset + h], 2)).join(", ")}`
    });
    chart.append(svg("line", { x1: 0, x2: width, y1: middle, y2: middle, stroke: color("line") }));
    for (let h = 0; h < n; h++) {
      const v = loadings[offset + h] / most, size = Math.abs(v) * (middle - 0.5);
      const x = h * step + (h === card.n_heads ? gap : 0);
      chart.append(
        svg("rect", {
          x: x + 0.5,
          width: Math.max(1, step - 1.5),
          y: v > 0 ? middle - size : middle,
          height: size,
          fill: headColor(h, card.n_heads)
        })
      );
      if (labels && (step > 9 || h === n - 1))
        chart.append(text(x + step / 2, height - 1, headShort(card, h), { "text-anchor": "middle", "font-size": 9.5 }));
    }
    return chart;
  };
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
      const bar2 = svg("rect", {
        x: x + step * 0.1,
        width: Math.max(2, step * 0.8),
        y: top,
        height: Math.max(1, Math.abs(y(v) - y(0))),
        fill: headColor(h, card.n_heads),
        class: "dot"
      });
      attach(
        bar2,
        () => lines(
          [headName(card, h), num(v, 3)],
          ["share of squares", num(v * v / row.reduce((s, a) => s + a * a, 0), 2)]
        )
      );
      chart.append(bar2);
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
    const side = (title, list2, kind) => el(
      "div",
      {},
      el("h3", {}, title),
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
    return el("div", { class: "logit-pair" }, side("Promoted", promoted, "up"), side("Demoted", demoted, "down"));
  };
  var histogram = (bins, at = "source token", width = 256) => {
    if (!bins.length) return el("p", { class: "hint" }, "Never active on the text that was read.");
    const height = 190, left = 46, right = width - 8, bottom = height - 40;
    const low = bins[0][0], high = bins[bins.length - 1][1], counts = bins.map((b) => b[2]), most = Math.max(...counts);
    const chart = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `Histogram of activations from ${num(low)} to ${num(high)}`
    });
    const xs = low > 0 ? logarithmic(low, high, left, right) : linear(low, high, left, right);
    const y = logarithmic(0.7, Math.max(2, most), bottom, 14, { bases: [1] });
    const whole = y.ticks.filter(Number.isInteger), decades = whole.length > 5 ? whole.filter((_, i) => i % 2 === 0) : whole;
    for (const t of decades)
      chart.append(
        svg("line", { x1: left, x2: right, y1: y(t), y2: y(t), stroke: color("line") }),
        text(left - 6, y(t) + 4, count(t), { "text-anchor": "end", "font-size": 11 })
      );
    for (const [from, to, n] of bins) {
      if (!n) continue;
      const bar2 = svg("rect", {
        x: xs(from) + 0.5,
        width: Math.max(1, xs(to) - xs(from) - 1),
        y: y(n),
        height: bottom - y(n),
        fill: color("key"),
        class: "dot"
      });
      chart.append(attach(bar2, () => lines(["activation", `${num(from)} to ${num(to)}`], [`${at}s`, count(n)])));
    }
    chart.append(svg("line", { x1: left, x2: right, y1: bottom, y2: bottom, stroke: color("muted") }));
    let last = -Infinity;
    for (const t of xs.ticks) {
      if (xs(t) - last < 34) continue;
      last = xs(t);
      chart.append(text(xs(t), bottom + 15, xs.text(t), { "text-anchor": "middle", "font-size": 11 }));
    }
    chart.append(
      text((left + right) / 2, height - 6, `activation at a ${at} (log)`, { "text-anchor": "middle", "font-size": 11 })
    );
    chart.append(
      text(0, 0, `${at}s (log)`, {
        "text-anchor": "middle",
        "font-size": 11,
        transform: `translate(11 ${(14 + bottom) / 2}) rotate(-90)`
      })
    );
    return chart;
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

  // src/report/table.js
  var ROW = 36;
  var EXTRA = 6;
  var columnsOf = (card, table2) => {
    const kind = of(card);
    const words2 = "minmax(190px, 1fr)";
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
      ["top_source_tokens", kind.tokens, false, words2],
      kind.keyTokens && ["top_key_tokens", kind.keyTokens, false, words2],
      table2.top_promoted.some((list2) => list2.length) && ["top_promoted", "Promoted tokens", false, words2]
    ].filter(Boolean);
  };
  var NUMERIC = /* @__PURE__ */ new Set(["latent", "density", "energy_share", "max_activation", "effective_heads", "identity_share"]);
  var RISING_FIRST = /* @__PURE__ */ new Set(["latent", "main_head", "group"]);
  var link = (card, latent) => `#/d/${encodeURIComponent(card.name)}/latent/${latent}`;
  var rowNode = (card, table2, columns, i, index) => {
    const latent = table2.latent[i], cell = (content, extra) => el("div", { role: "cell", class: extra }, content), chips2 = (key) => () => chips(table2.words(key, i, 6));
    const contents = {
      latent: () => el("a", { href: link(card, latent), tabindex: "-1" }, String(latent)),
      density: () => percentColumn(table2.density[i]),
      energy_share: () => percentColumn(table2.energy_share[i]),
      max_activation: () => numberColumn(table2.max_activation[i]),
      effective_heads: () => numberColumn(table2.effective_heads[i]),
      identity_share: () => percentColumn(table2.identity_share[i]),
      main_head: () => [
        el("span", { class: "swatch", vars: { "--swatch": headColor(table2.main_head[i], card.n_heads) } }),
        headName(card, table2.main_head[i])
      ],
      loadings: () => mini(card, table2.loadings, i * table2.width, { height: 30 }),
      group: () => groupName(card, table2.group[i]),
      top_source_tokens: chips2("top_source_tokens"),
      top_key_tokens: chips2("top_key_tokens"),
      top_promoted: chips2("top_promoted")
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
        }
      },
      columns.map(([key]) => cell(contents[key](), NUMERIC.has(key) ? "number" : key === "main_head" ? "named" : null))
    );
  };
  var controls = (card, table2, state, change) => {
    const input = (key, attributes) => el("input", {
      ...attributes,
      value: state[key],
      oninput: (e) => {
        state[key] = e.target.value;
        change();
      }
    });
    const select2 = (key, name, options) => {
      const node = el(
        "select",
        {
          "aria-label": name,
          onchange: (e) => {
            state[key] = e.target.value;
            change();
          }
        },
        options.map(([value, text2]) => el("option", { value }, text2))
      );
      node.value = state[key];
      return node;
    };
    const kind = of(card);
    const offered = card.head_names.slice(0, card.n_heads + (kind.hasIdentity ? 1 : 0));
    const heads = [["", "any"], ...offered.map((name, h) => [String(h), name])];
    const groups2 = [["", "any"], ...(card.group_names || []).map((_, g) => [String(g), groupName(card, g)])];
    const promotes = table2.top_promoted.some((list2) => list2.length);
    const clusters = card.loading_map && kind.hasLoadings ? [["", "any"], ...card.loading_map.cluster_sizes.map((size, c) => [String(c), `${c} (${count(size)})`])] : null;
    const range = (name, low, high) => el(
      "fieldset",
      { class: "range" },
      el("legend", {}, name),
      input(low, {
        type: "text",
        inputmode: "decimal",
        placeholder: "min",
        "aria-label": `${name}, smallest, per cent`
      }),
      "–",
      input(high, {
        type: "text",
        inputmode: "decimal",
        placeholder: "max",
        "aria-label": `${name}, largest, per cent`
      }),
      "%"
    );
    const dead = el("input", {
      type: "checkbox",
      onchange: (e) => {
        state.dead = e.target.checked ? "1" : "";
        change();
      }
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
          spellcheck: "false"
        }),
        promotes && select2("in", "Search in", [
          ["both", "in both"],
          ["source", card.side === "key" ? "in sources" : "in examples"],
          ["promoted", "in promoted"]
        ])
      ),
      kind.hasLoadings && el("label", {}, kind.hasHeads ? "Main head " : "Main layer ", select2("head", "Main head", heads)),
      kind.hasGroups && el("label", {}, `${kind.group} `, select2("group", kind.group, groups2)),
      clusters && el("label", {}, "Cluster ", select2("cluster", "Cluster", clusters)),
      range("Density", "dmin", "dmax"),
      kind.hasIdentity && range("Identity", "imin", "imax"),
      el("label", {}, dead, " dead too")
    );
  };
  var page2 = async (data2, card, query) => {
    const table2 = await loadTable(card);
    const state = parse(query);
    const kind = of(card), columns = columnsOf(card, table2);
    let order = new Uint32Array(0), current2 = 0, drawn = "";
    const rows = el("div", { class: "rows", role: "rowgroup" });
    const header = el("div", { class: "row header", role: "row", "aria-rowindex": 1 });
    const view = el(
      "div",
      {
        class: "table-view",
        role: "table",
        "aria-label": `${kind.Noun}s of ${card.name}`,
        tabindex: "0",
        vars: { "--columns": columns.map((c) => c[3]).join(" ") }
      },
      el("div", { role: "rowgroup", class: "header-group" }, header),
      rows
    );
    const tally = el("span", { class: "tally" });
    const clear = el(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => {
          location.hash = `#/d/${encodeURIComponent(card.name)}`;
        }
      },
      "Clear filters"
    );
    const paint = (force) => {
      const first = Math.max(0, Math.floor(view.scrollTop / ROW) - EXTRA);
      const last = Math.min(order.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + EXTRA);
      const key = `${first} ${last} ${current2}`;
      if (!force && key === drawn) return;
      drawn = key;
      const nodes = [];
      for (let k = first; k < last; k++) {
        const node2 = rowNode(card, table2, columns, order[k], k);
        if (k === current2) node2.classList.add("current");
        nodes.push(node2);
      }
      rows.replaceChildren(...nodes);
    };
    const refresh = (keep) => {
      order = select(table2, state);
      memory.order = { name: card.name, query: write(state), latents: Array.from(order, (i) => table2.latent[i]) };
      rows.style.height = `${order.length * ROW}px`;
      view.setAttribute("aria-rowcount", String(order.length + 1));
      tally.textContent = order.length === table2.n ? `${count(table2.n)} ${kind.noun}s` : `${count(order.length)} of ${count(table2.n)} ${kind.noun}s`;
      announce(tally.textContent);
      rows.classList.toggle("empty", order.length === 0);
      const filtered = new URLSearchParams(write(state));
      filtered.delete("sort");
      clear.hidden = filtered.size === 0;
      for (const cell of header.children) {
        const name = cell.dataset.key;
        cell.setAttribute(
          "aria-sort",
          state.sort === name ? "ascending" : state.sort === `-${name}` ? "descending" : "none"
        );
      }
      if (!keep) {
        view.scrollTop = 0;
        current2 = 0;
      }
      paint(true);
    };
    const change = () => {
      const text2 = write(state);
      history.replaceState(null, "", `#/d/${encodeURIComponent(card.name)}${text2 ? `?${text2}` : ""}`);
      refresh();
    };
    for (const [key, title, sortable] of columns) {
      const label2 = sortable ? el(
        "button",
        {
          type: "button",
          onclick: () => {
            state.sort = state.sort === `-${key}` ? key : state.sort === key ? `-${key}` : RISING_FIRST.has(key) ? key : `-${key}`;
            change();
          }
        },
        title
      ) : el("span", {}, title);
      attach(label2, () => el("p", {}, definition(card, key)));
      header.append(
        el("div", { role: "columnheader", "data-key": key, class: NUMERIC.has(key) ? "number" : null }, label2)
      );
    }
    view.addEventListener("scroll", () => paint(false), { passive: true });
    const move = (step) => {
      if (!order.length) return;
      current2 = Math.min(order.length - 1, Math.max(0, current2 + step));
      const top = current2 * ROW, room = view.clientHeight - header.offsetHeight;
      if (top < view.scrollTop) view.scrollTop = top;
      if (top + ROW > view.scrollTop + room) view.scrollTop = top + ROW - room;
      paint(true);
    };
    const openCurrent = () => {
      if (order.length) location.hash = link(card, table2.latent[order[current2]]);
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
        el("span", { class: "push hint" }, "Click a heading to sort, a row to open")
      ),
      el("p", { class: "about" }, el("strong", {}, card.title || "", ". "), kind.about),
      controls(card, table2, state, change),
      view
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
            current2 = at;
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
        Enter: openCurrent
      }
    };
  };

  // src/shared/arcs.js
  var TALLEST = 56;
  var LEAST = 8;
  var REACH = 420;
  var heightOf = (distance, tallest) => LEAST + (tallest - LEAST) * (1 - Math.exp(-distance / REACH));
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
      const strength = Math.min(1, Math.abs(weight) / scale), width = 0.8 + 4.7 * strength, tip = 2.6 + 0.5 * width;
      const group = svg(
        "g",
        {
          class: weight < 0 ? "arc negative" : "arc",
          "data-query": query,
          "data-key": key,
          opacity: 0.35 + 0.6 * strength
        },
        svg("path", { d, class: "stroke", "stroke-width": width.toFixed(2) }),
        svg("path", { d: `M${x - tip} ${y - 1.6 * tip}L${x + tip} ${y - 1.6 * tip}L${x} ${y}z`, class: "tip-mark" }),
        svg("path", { d, class: "catch", "stroke-width": 12 })
      );
      attach(group, () => note(arc));
      return group;
    });
    layer.replaceChildren(...drawn);
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
  var setLayout = (mode) => {
    layout.mode = mode;
    try {
      localStorage.setItem(LAYOUT_KEY, mode);
    } catch {
    }
  };
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
    const nodes = tokens.map((token, i) => {
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
    nodes.forEach((node2, i) => {
      attach(node2, () => tell(i));
      node2.addEventListener("pointerenter", () => focusOn(i));
      node2.addEventListener("pointerleave", () => focusOn(null));
      if (layout.mode === "lines" && i && tokens[i].includes("\n") && !tokens[i - 1].includes("\n"))
        line.append(el("br"));
      line.append(node2);
    });
    const frame2 = el(
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
    const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption, frame2);
    node.place = () => {
      if (layout.mode === "track") line.style.paddingTop = `${roomFor(nodes, arcs)}px`;
      draw(layer, line, nodes, arcs, scale.arc, note, layout.mode === "lines" ? 21 : void 0);
      if (layout.mode !== "track") return;
      const at = nodes[peak].offsetLeft;
      frame2.scrollLeft = Math.max(0, at - frame2.clientWidth * (atKey ? 0.3 : 0.7));
    };
    return node;
  };
  var legend = (card) => {
    const kind = of(card);
    const note = (words2, ...marks) => words2 && el("span", { class: "note" }, marks, words2);
    const mark2 = (words2, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words2);
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
    const query = [mark2(kind.queryWord || "destination", "", 0, 0.8)];
    if (kind.signed) query.push(mark2("negative", "negative", 0, 0.6));
    return el(
      "div",
      { class: "legend reading", "aria-label": "How to read the examples" },
      note(kind.keyMark, mark2(card.side === "both" ? "key" : "source", "sends", 0.75, 0)),
      note(kind.arcMark, arc),
      note(kind.queryMark, query),
      note(kind.peakMark, mark2("peak", "peak", 0, 0))
    );
  };

  // src/report/latent.js
  var around = (card, table2, latent) => {
    const seen = memory.order && memory.order.name === card.name ? memory.order.latents : null;
    const at = seen ? seen.indexOf(latent) : -1;
    if (at >= 0)
      return {
        previous: seen[at - 1],
        next: seen[at + 1],
        text: `${count(at + 1)} of ${count(seen.length)} in the table`,
        query: memory.order.query
      };
    const position = table2.position.get(latent);
    const live = (from, step) => {
      let i = from + step;
      while (i >= 0 && i < table2.n && !(table2.density[i] > 0)) i += step;
      return table2.latent[i];
    };
    return {
      previous: live(position, -1),
      next: live(position, 1),
      text: `${count(position + 1)} of ${count(table2.n)} by number`,
      query: ""
    };
  };
  var factStrip = (card, table2, i) => {
    const kind = of(card);
    const fact = (key, name, value) => el(
      "div",
      {},
      el(
        "dt",
        {},
        attach(el("span", { tabindex: "0", class: "defined" }, name), () => el("p", {}, definition(card, key)))
      ),
      el("dd", {}, value)
    );
    const head = table2.main_head[i], group = table2.group[i], cluster = table2.cluster[i];
    const filtered = (what, value, words2) => el("a", { href: `#/d/${encodeURIComponent(card.name)}?${what}=${value}` }, words2);
    return el(
      "dl",
      { class: "strip" },
      fact("density", "Density", percent(table2.density[i])),
      fact("energy_share", "Energy", percent(table2.energy_share[i])),
      fact("max_activation", "Max activation", num(table2.max_activation[i])),
      kind.hasHeads && fact("effective_heads", "Effective heads", num(table2.effective_heads[i], 3)),
      kind.hasIdentity && fact("identity_share", "Identity", percent(table2.identity_share[i])),
      kind.hasLoadings && fact("main_head", kind.hasHeads ? "Main head" : "Main layer", [
        el("span", { class: "swatch", vars: { "--swatch": headColor(head, card.n_heads) } }),
        headName(card, head)
      ]),
      group >= 0 && fact("group", kind.group, filtered("group", group, groupName(card, group))),
      kind.hasLoadings && cluster >= 0 && fact("cluster", "Cluster", filtered("cluster", cluster, String(cluster))),
      fact("top_source_tokens", kind.tokens, chips(table2.words("top_source_tokens", i, 5))),
      kind.keyTokens && fact("top_key_tokens", kind.keyTokens, chips(table2.words("top_key_tokens", i, 5)))
    );
  };
  var neighbourList = (card, table2, neighbours) => el(
    "ol",
    { class: "neighbours" },
    neighbours.map(([other, cosine]) => {
      const at = table2.position.get(other);
      return el(
        "li",
        {},
        el("a", { href: link(card, other) }, String(other)),
        el("span", { class: "value" }, num(cosine, 2)),
        at === void 0 ? null : [
          of(card).hasLoadings ? mini(card, table2.loadings, at * table2.width, { width: 66, height: 20 }) : el("span", {}),
          chips(table2.words("top_source_tokens", at, 3))
        ]
      );
    })
  );
  var groups = (examples, names) => {
    const out = /* @__PURE__ */ new Map();
    for (const e of examples) {
      const name = e.kind === "top" ? names && names[e.side] || "Strongest" : e.quantile === null || e.quantile === void 0 ? "Sampled" : `Around quantile ${num(e.quantile, 2)} of active positions`;
      if (!out.has(name)) out.set(name, []);
      out.get(name).push(e);
    }
    return out;
  };
  var signHint = (kind, saved) => {
    const strongest = saved.examples.find((e) => e.kind === "top");
    const turned = strongest && strongest.query[strongest.peak] < 0;
    return `${kind.writes}${turned ? " In its strongest examples z is negative: there the two change places." : ""}`;
  };
  var page3 = async (data2, card, latent) => {
    const [table2, saved] = await Promise.all([loadTable(card), loadPage(card, latent)]);
    const i = table2.position.get(latent);
    if (i === void 0)
      throw new Error(
        `${card.name} has no latent ${latent}: they run from ${table2.latent[0]} to ${table2.latent[table2.n - 1]}`
      );
    const kind = of(card);
    const { previous, next, text: text2, query } = around(card, table2, latent);
    const go = (other) => {
      if (other !== void 0) location.hash = link(card, other);
    };
    const step = (other, name, sign, key) => other === void 0 ? el("span", { class: "step off" }, sign) : el(
      "a",
      {
        class: "step",
        href: link(card, other),
        "aria-label": `${name} ${kind.noun} (${key})`,
        title: `${name} ${kind.noun} (${key})`
      },
      sign
    );
    const loadings = Array.from(table2.loadings.subarray(i * table2.width, (i + 1) * table2.width));
    const cardOf = (title, hint, content, extra) => el(
      "section",
      { class: `card ${extra || ""}` },
      el("h2", {}, title),
      hint && el("p", { class: "hint" }, hint),
      content
    );
    const examplePlace = el("div", { class: "examples" });
    let figures = [];
    const showExamples = () => {
      const scale = scales(saved.examples);
      figures = [];
      examplePlace.replaceChildren(
        ...[...groups(saved.examples, kind.groupNames)].flatMap(([name, list2]) => [
          el("h3", {}, name),
          ...list2.map((e) => {
            const f = figure(card, e, scale);
            figures.push(f);
            return f;
          })
        ])
      );
      if (!saved.examples.length)
        examplePlace.append(
          el("p", { class: "hint" }, `No examples: the ${kind.noun} was not active on the text that was read.`)
        );
      figures.forEach((f) => f.place());
    };
    const mode = segmented(
      "Layout of examples",
      [
        ["track", "one line", "Each window as one line that scrolls sideways"],
        ["lines", "wrapped", "Each window wrapped, with the line breaks of the text"]
      ],
      layout.mode,
      (v) => {
        setLayout(v);
        showExamples();
      }
    );
    const node = el(
      "div",
      { class: "page latent-page" },
      el(
        "div",
        { class: "head" },
        step(previous, "Previous", "‹", "k"),
        el("h1", {}, `${kind.Noun} ${latent}`),
        step(next, "Next", "›", "j"),
        el(
          "span",
          { class: "faint" },
          "of ",
          el("a", { href: `#/d/${encodeURIComponent(card.name)}${query ? `?${query}` : ""}` }, card.name),
          ` · ${text2}`
        )
      ),
      el("p", { class: "about" }, el("strong", {}, card.title || "", ". "), kind.about),
      factStrip(card, table2, i),
      !saved && el("p", { class: "card" }, "Only the row of this latent was saved, not its page."),
      el(
        "div",
        { class: "quarters" },
        kind.hasLoadings && cardOf(kind.loadings, kind.loadingsHint, loadingChart(card, loadings)),
        saved && saved.promoted.length > 0 && cardOf(
          "What it writes",
          signHint(kind, saved),
          logits(saved.promoted.slice(0, 8), saved.demoted.slice(0, 8))
        ),
        saved && cardOf("How often, how strongly", null, histogram(saved.histogram, kind.at)),
        saved && saved.neighbours.length > 0 && cardOf(
          `Nearest ${kind.noun}s`,
          `Cosine of what they write; ${kind.hasLoadings ? "loadings; " : ""}${kind.tokens.toLowerCase()}.`,
          neighbourList(card, table2, saved.neighbours.slice(0, 8))
        )
      ),
      saved && el(
        "section",
        { class: "card", "aria-labelledby": "examples-title" },
        el("div", { class: "head" }, el("h2", { id: "examples-title" }, "Examples in text"), mode),
        legend(card),
        examplePlace
      )
    );
    return {
      title: `${kind.Noun} ${latent} of ${card.name}`,
      node,
      start: () => {
        memory.last = { name: card.name, latent };
        if (saved) showExamples();
      },
      resize: () => figures.forEach((f) => f.place()),
      keys: {
        j: () => go(next),
        k: () => go(previous),
        ArrowRight: () => go(next),
        ArrowLeft: () => go(previous),
        w: () => mode.querySelector('[aria-pressed="false"]').click()
      }
    };
  };

  // src/report/clusters.js
  var words = (card, loadings) => {
    const strong = loadings.slice(0, of(card).hasIdentity ? void 0 : card.n_heads).map((v, h) => [h, v]).filter(([, v]) => Math.abs(v) >= 0.25).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 4);
    if (!strong.length) return "spread over many heads";
    const one2 = card.loadings === "layers" ? "layer" : "head";
    return `${strong.length > 1 ? `${one2}s` : one2} ` + strong.map(([h, v], i) => `${v < 0 ? "− " : i ? "+ " : ""}${headShort(card, h)}`).join(" ");
  };
  var list = (card) => {
    const { loading_map: map } = card;
    if (!map) return el("p", { class: "hint" }, "No clusters were made for this dictionary.");
    const order = map.cluster_sizes.map((size, c) => [c, size]).sort((a, b) => b[1] - a[1]);
    return el(
      "ol",
      { class: "clusters" },
      order.map(
        ([c, size]) => el(
          "li",
          {},
          svg(
            "svg",
            { width: 14, height: 14, "aria-hidden": "true" },
            svg("path", { d: shapePath(clusterShape(c), 7, 7, 5), fill: clusterColor(c) })
          ),
          el("a", { href: `#/d/${encodeURIComponent(card.name)}?cluster=${c}` }, `Cluster ${c}`),
          el("span", { class: "faint" }, `${count(size)} ${size === 1 ? "latent" : "latents"}`),
          mini(card, map.cluster_loadings[c], 0, { width: 150, height: 34, scale: 1 }),
          el("span", { class: "words" }, words(card, map.cluster_loadings[c]))
        )
      )
    );
  };

  // src/report/metrics.js
  var three = (v) => fixed(v, 3);
  var one = (v) => fixed(v, 1);
  var share2 = (v) => v === null || v === void 0 ? "–" : `${fixed(100 * v, 1)} %`;
  var megabytes = (v) => v === null || v === void 0 ? "–" : `${num(v / 1e6, 3)} MB`;
  var column = (key, title, show2, better, definition2, chart) => ({ key, title, show: show2, better, definition: definition2, chart });
  var METRICS = [
    column(
      "fvu",
      "FVU",
      three,
      -1,
      "Of the site that the method reconstructs. Fraction of variance unexplained: squared error divided by squared distance of the target from its mean over the training text. 0 is exact, 1 is no better than that constant. It means nothing without its L0.",
      "log"
    ),
    column(
      "fvu_attn_out",
      "FVU attn out",
      three,
      -1,
      "FVU of the layer's attention output, after the reconstruction is put back where it was read from and the layer goes on: the one FVU that all methods of a layer share. It means nothing without its L0.",
      "log"
    ),
    column(
      "nmse",
      "NMSE",
      three,
      -1,
      "Squared error divided by the sum of squares of the target (distance from zero, not from the mean).",
      "log"
    ),
    column("l0_source", "L0 src", one, 0, "Mean number of active latents at a source token, before anything is moved."),
    column(
      "l0_dest",
      "L0 dest",
      one,
      0,
      "Latents at a destination: of a code that is moved, those that carry 90 % of the energy (a latent with many heads lands in more places); of a code counted there, those that are active."
    ),
    column(
      "dead_share",
      "Dead",
      share2,
      -1,
      "Share of latents never active at the counted positions of the held-out text."
    ),
    column(
      "dense_share",
      "Dense",
      share2,
      -1,
      "Share of L0 from latents that are active on more than a fifth of the positions."
    ),
    column(
      "shrinkage",
      "Shrink.",
      three,
      0,
      "Bias of scale: what the reconstruction would have to be divided by. 1 is unbiased, 0.8 is a fifth too small."
    ),
    column(
      "ce_delta",
      "ΔCE",
      (v) => fixed(v, 4),
      -1,
      "Rise of the next-token loss (nats per token) when the reconstruction replaces the layer's output.",
      "zero"
    ),
    column(
      "ce_recovered_mean",
      "CE rec.",
      share2,
      1,
      "Share of the loss gap to mean-ablation that is closed: (mean − spliced) / (mean − clean).",
      "plain"
    ),
    column(
      "ce_recovered_zero",
      "CE rec. 0",
      share2,
      1,
      "The same against zero-ablation: (zero − spliced) / (zero − clean).",
      "plain"
    ),
    column(
      "kl",
      "KL",
      (v) => fixed(v, 4),
      -1,
      "Mean KL divergence (nats) from the clean model's next-token distribution to the spliced model's.",
      "log"
    ),
    column(
      "pattern_nmse",
      "Pattern nMSE",
      three,
      -1,
      "Squared error of the attention patterns that it makes, over their variance (causal entries of counted queries).",
      "log"
    ),
    column("pattern_kl", "Pattern KL", three, -1, "KL (nats) of a query's pattern from the one that it makes."),
    column(
      "effective_heads",
      "Eff. heads",
      (v) => fixed(v, 2),
      0,
      "(sum of |loading|)² / sum of loading², over the heads and the identity, averaged with energy as weight: 1 means one head a latent. It depends on how loadings started, so read it from both starts.",
      "zero"
    ),
    column(
      "identity_share",
      "Identity",
      share2,
      0,
      "Energy-weighted share of squared loading on the identity head, which moves nothing.",
      "zero"
    ),
    column("train_seconds", "Train s", one, -1, "Seconds of training, on the machine of this run."),
    column("train_memory", "Memory", megabytes, -1, "What a training step was planned with, optimizer included."),
    column("n_latents", "Width", count, 0, "Number of latents of a dictionary, or rank of a linear baseline."),
    column(
      "n_train_tokens",
      "Tokens",
      (v) => v === null ? "–" : `${num(v / 1e6, 3)} M`,
      0,
      "Tokens seen in training, in millions."
    )
  ];
  var byKey = new Map(METRICS.map((m) => [m.key, m]));
  METRICS.charted = METRICS.filter((m) => m.chart);
  var MAIN = /* @__PURE__ */ new Set([
    "fvu",
    "fvu_attn_out",
    "l0_source",
    "l0_dest",
    "ce_recovered_mean",
    "kl",
    "pattern_nmse",
    "dead_share",
    "dense_share",
    "effective_heads",
    "train_seconds",
    "train_memory"
  ]);
  var BASELINE = "Not a dictionary: nothing switches on and off, and nothing is trained step by step.";
  var ABSENT = {
    fvu_attn_out: "It was not put back as one layer's attention output: it spans layers or rewrites the stream.",
    l0_source: "Its code is counted at destinations, on what arrived.",
    l0_dest: "Its code is counted at sources; how many latents arrive was not counted.",
    pattern_nmse: "It makes no attention patterns for the model's own heads.",
    pattern_kl: "It makes no attention patterns for the model's own heads.",
    effective_heads: "Its latents have no trained loadings over heads.",
    identity_share: "It has no identity head.",
    dense_share: "Not counted.",
    train_seconds: "Not recorded.",
    train_memory: "Not recorded.",
    n_latents: "Its width is that of the layer or follows from other settings."
  };
  var ONLY_DICTIONARIES = /* @__PURE__ */ new Set([
    "l0_source",
    "l0_dest",
    "dead_share",
    "dense_share",
    "effective_heads",
    "identity_share",
    "train_seconds",
    "train_memory",
    "n_train_tokens"
  ]);
  var whyAbsent = (e, key) => e.seed === null && ONLY_DICTIONARIES.has(key) ? BASELINE : ABSENT[key] || "Not measured.";

  // src/shared/export.js
  var download = (href, name) => {
    const link2 = el("a", { href, download: name });
    document.body.append(link2);
    link2.click();
    link2.remove();
  };
  var source = (chart) => {
    const copy = chart.cloneNode(true);
    const w = chart.clientWidth, h = chart.clientHeight;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", w);
    copy.setAttribute("height", h);
    const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [k, v] of [
      ["width", w],
      ["height", h],
      ["fill", color("card")]
    ])
      back.setAttribute(k, v);
    copy.prepend(back);
    return new XMLSerializer().serializeToString(copy);
  };
  var blobUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));
  var saveSvg = (chart, name) => download(blobUrl([source(chart)], "image/svg+xml"), `${name}.svg`);
  var savePng = (chart, name) => {
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * chart.clientWidth, height: 2 * chart.clientHeight });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      context.drawImage(image, 0, 0);
      canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source(chart))}`;
  };
  var saveCanvas = (canvas, name) => canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
  var buttons = (find, name) => el(
    "span",
    { class: "save" },
    el(
      "button",
      { type: "button", class: "quiet", "aria-label": `Save ${name} as SVG`, onclick: () => saveSvg(find(), name) },
      "SVG"
    ),
    el(
      "button",
      { type: "button", class: "quiet", "aria-label": `Save ${name} as PNG`, onclick: () => savePng(find(), name) },
      "PNG"
    )
  );
  var canvasButton = (find, name) => el(
    "span",
    { class: "save" },
    el(
      "button",
      { type: "button", class: "quiet", "aria-label": `Save ${name} as PNG`, onclick: () => saveCanvas(find(), name) },
      "PNG"
    )
  );

  // src/report/frontier.js
  var HEIGHT = 340;
  var START_SHAPES = { headone: "circle", spread: "square" };
  var START_NAMES = { headone: "one-hot", spread: "spread" };
  var AXES = [
    ["l0_source", "active latents a source token", "Against source L0", "source-L0"],
    ["l0_dest", "latents carrying 90 % of the energy at a destination", "Against destination L0", "destination-L0"]
  ];
  var REFERENCES = /* @__PURE__ */ new Set(["pca", "head_svd", "head_data_svd", "sae"]);
  var OTHER_SIDE = { l0_source: "counted at destinations only", l0_dest: "counted at sources only" };
  var REFERENCE_NAMES = { pca: "PCA", head_svd: "SVD", head_data_svd: "data-SVD", sae: "SAE" };
  var startShape = (start3) => START_SHAPES[start3] || "circle";
  var shortTarget = (target) => target.replace(/blocks\.(\d+)\./g, "$1 ").replace(/\bhook_/g, "");
  var shapeOf = (e) => variantShape(e.variant) || startShape(e.start);
  var dashOf = (e) => variantDash(e.variant) || (e.start === "spread" ? "6 4" : null);
  var hasStart = (e) => !variantShape(e.variant) && Boolean(START_SHAPES[e.start]);
  var has = (v) => v !== null && v !== void 0 && Number.isFinite(v);
  var meansOf = (evaluations, xKey, yKey) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const e of evaluations) {
      if (!has(e[xKey]) || !has(e[yKey])) continue;
      const key = JSON.stringify([e.variant, e.start, e.sparsity, e.n_latents]);
      if (!groups2.has(key)) groups2.set(key, []);
      groups2.get(key).push(e);
    }
    const mean2 = (list2, k) => list2.reduce((s, e) => s + e[k], 0) / list2.length;
    const series = /* @__PURE__ */ new Map();
    for (const members of groups2.values()) {
      const key = JSON.stringify([members[0].variant, members[0].start, members[0].n_latents]);
      if (!series.has(key)) series.set(key, { variant: members[0].variant, start: members[0].start, points: [] });
      series.get(key).points.push({ x: mean2(members, xKey), y: mean2(members, yKey), members });
    }
    for (const s of series.values()) s.points.sort((a, b) => a.x - b.x);
    return [...series.values()];
  };
  var describe = (e, metric) => lines(
    [variantName(e.variant), e.sparsity],
    hasStart(e) && ["start", START_NAMES[e.start] || e.start],
    has(e.seed) && ["seed", String(e.seed)],
    [metric.title, metric.show(e[metric.key])],
    ["L0 source", num(e.l0_source)],
    ["L0 destination", num(e.l0_dest)]
  );
  var spread = (labels, gap, top, bottom) => {
    labels.sort((a, b) => a.y - b.y);
    const room = Math.floor((bottom - top) / gap) + 1;
    const kept = labels.length <= room ? labels : labels.filter(
      (_, i2) => Math.floor(i2 * room / labels.length) !== Math.floor((i2 - 1) * room / labels.length)
    );
    const pools = [];
    kept.forEach((l, i2) => {
      pools.push({ sum: l.y - i2 * gap, n: 1 });
      while (pools.length > 1 && pools.at(-2).sum / pools.at(-2).n > pools.at(-1).sum / pools.at(-1).n) {
        const { sum, n } = pools.pop();
        pools.at(-1).sum += sum;
        pools.at(-1).n += n;
      }
    });
    let i = 0;
    for (const { sum, n } of pools)
      for (let k = 0; k < n; k++, i++)
        kept[i].at = Math.min(Math.max(sum / n + i * gap, top + i * gap), bottom - (kept.length - 1 - i) * gap);
    return kept;
  };
  var draw2 = (width, evaluations, references, [xKey, wide, , narrow], metric, scale, ys) => {
    const xTitle = width < 440 ? narrow.replace("-", " ") : wide;
    const box2 = { left: 62, right: width - (references.length ? 94 : 14), top: 12, bottom: HEIGHT - 46 };
    const chart = svg("svg", {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
      role: "img",
      "aria-label": `${metric.title} against ${xTitle}`
    });
    const xs = evaluations.map((e) => e[xKey]).filter((v) => has(v) && v > 0);
    if (!xs.length || !ys.length) {
      chart.append(text(width / 2, HEIGHT / 2, "No evaluation has both numbers.", { "text-anchor": "middle" }));
      return chart;
    }
    const x = logarithmic(Math.min(...xs), Math.max(...xs), box2.left, box2.right, { bases: 2 });
    const log = scale === "log" && Math.min(...ys) > 0;
    const y = log ? logarithmic(Math.min(...ys), Math.max(...ys), box2.bottom, box2.top) : linear(Math.min(...ys), Math.max(...ys), box2.bottom, box2.top, { zero: metric.chart !== "plain" });
    chart.append(frame(box2, x, y, { xTitle, yTitle: metric.title + (log ? " (log)" : "") }));
    const labels = references.map((e) => ({ e, y: y(e[metric.key]) }));
    for (const { e, y: at } of labels) {
      const line = svg("line", {
        x1: box2.left,
        x2: box2.right,
        y1: at,
        y2: at,
        stroke: variantColor(e.variant),
        "stroke-width": 1,
        "stroke-dasharray": "2 4",
        opacity: 0.8
      });
      chart.append(line);
    }
    for (const l of spread(labels, 13, box2.top + 4, box2.bottom - 2)) {
      chart.append(
        svg("path", {
          d: `M${box2.right} ${l.y}L${box2.right + 10} ${l.at}`,
          stroke: variantColor(l.e.variant),
          fill: "none"
        })
      );
      const label2 = text(
        box2.right + 13,
        l.at + 4,
        `${REFERENCE_NAMES[l.e.variant] || variantName(l.e.variant).slice(0, 14)} ${l.e.n_latents === null ? "" : `r${l.e.n_latents}`}`,
        { "font-size": 11, fill: color("ink") }
      );
      attach(label2, () => describe(l.e, metric));
      chart.append(label2);
    }
    for (const s of meansOf(evaluations, xKey, metric.key)) {
      const c = variantColor(s.variant), shape = shapeOf(s);
      const path = s.points.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
      chart.append(svg("path", { d: path, stroke: c, fill: "none", "stroke-width": 2, "stroke-dasharray": dashOf(s) }));
      for (const p of s.points) {
        for (const e of p.members) {
          const dot = svg("path", {
            d: shapePath(shape, x(e[xKey]), y(e[metric.key]), 2.6),
            fill: c,
            "fill-opacity": 0.45,
            class: "dot"
          });
          chart.append(attach(dot, () => describe(e, metric)));
        }
        const many = p.members.length > 1;
        const mean2 = svg("path", {
          d: shapePath(shape, x(p.x), y(p.y), 5),
          fill: c,
          stroke: color("card"),
          "stroke-width": 1.2,
          class: "dot"
        });
        chart.append(
          attach(mean2, () => {
            if (!many) return describe(p.members[0], metric);
            const values = p.members.map((e) => e[metric.key]);
            return lines(
              [variantName(s.variant), p.members[0].sparsity],
              hasStart(s) && ["start", START_NAMES[s.start] || s.start],
              [`mean ${metric.title}`, metric.show(p.y)],
              [
                `over ${values.length} seeds`,
                `${metric.show(Math.min(...values))} to ${metric.show(Math.max(...values))}`
              ],
              ["mean L0", num(p.x)]
            );
          })
        );
      }
    }
    return chart;
  };
  var legend2 = (variants, hidden, starts, redraw) => {
    const row = el("div", { class: "legend" });
    for (const v of variants) {
      const key = el(
        "button",
        { type: "button", class: "key", "aria-pressed": String(!hidden.has(v)), title: "Show or hide" },
        variantMark(v),
        variantName(v)
      );
      key.addEventListener("click", () => {
        if (!hidden.delete(v)) hidden.add(v);
        key.setAttribute("aria-pressed", String(!hidden.has(v)));
        redraw();
      });
      row.append(key);
    }
    for (const start3 of starts) {
      const sample = svg(
        "svg",
        { width: 30, height: 12, "aria-hidden": "true" },
        svg("line", {
          x1: 0,
          x2: 30,
          y1: 6,
          y2: 6,
          stroke: "currentColor",
          "stroke-width": 1.5,
          "stroke-dasharray": start3 === "spread" ? "6 4" : null
        }),
        svg("path", { d: shapePath(startShape(start3), 15, 6, 4), fill: "currentColor" })
      );
      row.append(el("span", { class: "note" }, sample, `${START_NAMES[start3] || start3} start`));
    }
    return row;
  };
  var panel = (all) => {
    const place2 = (e) => has(e.fvu_attn_out) ? `${e.layer} · attention output` : `${e.layer} · ${shortTarget(e.target)}`;
    const layers = [...new Set(all.map(place2))].sort((a, b) => b.endsWith("output") - a.endsWith("output"));
    const apart = all.some((e) => has(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
    const state = { metric: apart ? "fvu_attn_out" : "fvu", scale: "log", layer: layers[0], hidden: /* @__PURE__ */ new Set() };
    const charts = el("div", { class: "pair" });
    const legendPlace = el("div", {});
    const scales2 = el("span", {});
    const redraw = () => {
      const metric = byKey.get(state.metric);
      const here = all.filter((e) => place2(e) === state.layer && !state.hidden.has(e.variant) && has(e[metric.key]));
      const drawn = here.filter((e) => has(e.l0_source) || has(e.l0_dest));
      const width = Math.max(320, Math.floor((charts.clientWidth - 24) / (charts.clientWidth > 760 ? 2 : 1)));
      const parts = AXES.map((axis) => {
        const references = here.filter((e) => REFERENCES.has(e.variant) && !has(e[axis[0]]));
        const elsewhere = [...new Set(drawn.filter((e) => !has(e[axis[0]])).map((e) => variantName(e.variant)))];
        return { axis, references, elsewhere, points: drawn.filter((e) => has(e[axis[0]])) };
      });
      const shown2 = parts.some((p) => p.points.length) ? parts.filter((p) => p.points.length) : parts.slice(0, 1);
      const ys = shown2.flatMap((p) => [...p.points, ...p.references]).map((e) => e[metric.key]);
      charts.replaceChildren(
        ...shown2.map((p) => {
          const mixed = p.axis[0] === "l0_dest" && p.points.some((e) => variantShape(e.variant));
          const axis = p.axis.slice();
          if (mixed) axis[1] = "latents at a destination: active, or carrying 90 % of the energy";
          const chart = draw2(width, p.points, p.references, axis, metric, state.scale, ys);
          return el(
            "figure",
            { vars: { "--width": `${width}px` } },
            el(
              "figcaption",
              {},
              p.axis[2],
              el("span", { class: "push" }),
              buttons(() => chart, `${state.metric}-${p.axis[3]}`)
            ),
            chart,
            p.elsewhere.length > 0 && el("p", { class: "hint elsewhere" }, `Not here, ${OTHER_SIDE[p.axis[0]]}: ${p.elsewhere.join("; ")}.`)
          );
        })
      );
      scales2.hidden = metric.chart !== "log";
    };
    const refresh = () => {
      const here = all.filter((e) => place2(e) === state.layer);
      if (!here.some((e) => has(e[state.metric]))) {
        state.metric = "fvu";
        for (const b of metricButtons.children) b.setAttribute("aria-pressed", String(b.dataset.value === "fvu"));
      }
      const plotted = here.filter((e) => has(e.l0_source) || has(e.l0_dest) || REFERENCES.has(e.variant));
      const variants = [...new Set(plotted.map((e) => e.variant))];
      const starts = [...new Set(plotted.filter(hasStart).map((e) => e.start))];
      legendPlace.replaceChildren(legend2(variants, state.hidden, starts, redraw));
      redraw();
    };
    scales2.append(
      segmented(
        "Vertical scale",
        [
          ["log", "log"],
          ["linear", "linear"]
        ],
        "log",
        (v) => {
          state.scale = v;
          redraw();
        }
      )
    );
    const offered = METRICS.charted.filter((m) => all.some((e) => has(e[m.key])) && (m.key !== "fvu_attn_out" || apart)).map((m) => [m.key, m.key === "fvu" && apart ? "FVU own site" : m.title, m.definition]);
    const metricButtons = segmented("Metric", offered, state.metric, (v) => {
      state.metric = v;
      redraw();
    });
    const node = el(
      "section",
      { class: "card", id: "frontier", "aria-labelledby": "frontier-title" },
      el(
        "div",
        { class: "head" },
        el("h2", { id: "frontier-title" }, "Sparsity against quality"),
        metricButtons,
        scales2,
        layers.length > 1 && el(
          "label",
          {},
          "Layer ",
          el(
            "select",
            {
              onchange: (e) => {
                state.layer = e.target.value;
                refresh();
              }
            },
            layers.map((l) => el("option", {}, l))
          )
        )
      ),
      el(
        "p",
        { class: "hint" },
        "Large marks and lines: means over seeds. Small marks: single seeds. Dotted lines: linear baselines with their rank. A dictionary whose latents are moved appears in both charts: a latent that moves through several heads lands in more places, so the two counts can disagree about which is better. A code that is counted on one side only appears in one."
      ),
      legendPlace,
      charts
    );
    node.start = refresh;
    return node;
  };

  // src/report/map.js
  var HEIGHT2 = 460;
  var PAD = 28;
  var REACH2 = 9;
  var CELLS = 500;
  var livePoints = (table2) => {
    const live = [];
    for (let i = 0; i < table2.n; i++)
      if (table2.energy_share[i] > 0 && Number.isFinite(table2.map_x[i]) && Number.isFinite(table2.map_y[i])) live.push(i);
    return live.sort((a, b) => table2.energy_share[b] - table2.energy_share[a]);
  };
  var bounds = (table2, live) => {
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const i of live) {
      x0 = Math.min(x0, table2.map_x[i]);
      x1 = Math.max(x1, table2.map_x[i]);
      y0 = Math.min(y0, table2.map_y[i]);
      y1 = Math.max(y1, table2.map_y[i]);
    }
    return { x0, y0, width: x1 - x0 || 1, height: y1 - y0 || 1 };
  };
  var spirals = (table2, live, box2) => {
    const piles = /* @__PURE__ */ new Map();
    const shifts = new Float32Array(2 * table2.n);
    for (const i of live) {
      const cell = Math.round((table2.map_x[i] - box2.x0) / box2.width * CELLS) * 1e4 + Math.round((table2.map_y[i] - box2.y0) / box2.height * CELLS);
      const k = piles.get(cell) || 0;
      piles.set(cell, k + 1);
      shifts[2 * i] = k ? Math.sqrt(k) * Math.cos(k * 2.39996) : 0;
      shifts[2 * i + 1] = k ? Math.sqrt(k) * Math.sin(k * 2.39996) : 0;
    }
    return { shifts, largest: Math.max(0, ...piles.values()) };
  };
  var panel2 = (card, table2, open) => {
    const kind = of(card), live = livePoints(table2), box2 = bounds(table2, live), { shifts, largest } = spirals(table2, live, box2);
    const hasClusters = live.some((i) => table2.cluster[i] >= 0);
    const state = { by: "head", chosen: /* @__PURE__ */ new Set(), zoom: 1, x: 0, y: 0, hover: -1 };
    const canvas = el("canvas", {
      class: "map",
      tabindex: "0",
      role: "img",
      "aria-label": `Map of head loadings of ${live.length} live latents. The latent table lists the same latents.`
    });
    const legend3 = el("div", { class: "legend tight" });
    const energy = live.length ? table2.energy_share[live[0]] : 1;
    const least = Math.min(3.4, Math.max(2, 60 / Math.sqrt(live.length + 1)));
    const radius = (i) => least + 7.5 * Math.sqrt(table2.energy_share[i] / energy);
    const group = (i) => state.by === "head" ? table2.main_head[i] : table2.cluster[i];
    const groupColor = (g) => state.by === "head" ? headColor(g, card.n_heads) : clusterColor(g);
    const groupShape = (g) => state.by === "head" ? headShape(g, card.n_heads) : clusterShape(g);
    const visible = (i) => !state.chosen.size || state.chosen.has(group(i));
    const pile = largest > 1 ? Math.min(3.2, 60 / Math.sqrt(largest)) : 0, edge = PAD + pile * Math.sqrt(largest);
    const fitted = () => Math.min((canvas.clientWidth - 2 * edge) / box2.width, (HEIGHT2 - 2 * edge) / box2.height);
    const place2 = (i) => {
      const s = fitted() * state.zoom, z = pile * Math.min(state.zoom, 6);
      return [
        canvas.clientWidth / 2 + state.x + (table2.map_x[i] - box2.x0 - box2.width / 2) * s + shifts[2 * i] * z,
        HEIGHT2 / 2 + state.y - (table2.map_y[i] - box2.y0 - box2.height / 2) * s + shifts[2 * i + 1] * z
      ];
    };
    const stamps = (ratio) => {
      const made = /* @__PURE__ */ new Map();
      return (g, r) => {
        const size = Math.round(r * 4) / 4, key = g * 1e3 + size;
        if (!made.has(key)) {
          const half = Math.ceil(size * 1.3) + 1, stamp = el("canvas", { width: 2 * half * ratio, height: 2 * half * ratio }), context = stamp.getContext("2d");
          context.scale(ratio, ratio);
          const path = new Path2D(shapePath(groupShape(g), half, half, size));
          context.fillStyle = groupColor(g);
          context.fill(path);
          context.lineWidth = 0.7;
          context.strokeStyle = color("card");
          context.stroke(path);
          stamp.half = half;
          made.set(key, stamp);
        }
        return made.get(key);
      };
    };
    const draw3 = () => {
      const ratio = devicePixelRatio || 1;
      canvas.width = canvas.clientWidth * ratio;
      canvas.height = HEIGHT2 * ratio;
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      context.fillStyle = color("card");
      context.fillRect(0, 0, canvas.clientWidth, HEIGHT2);
      const marks = stamps(ratio);
      for (const pass of [false, true]) {
        context.globalAlpha = pass ? 0.85 : 0.07;
        for (const i of live) {
          if (visible(i) !== pass) continue;
          const [x, y] = place2(i);
          if (x < -20 || y < -20 || x > canvas.clientWidth + 20 || y > HEIGHT2 + 20) continue;
          const mark2 = marks(group(i), radius(i));
          context.drawImage(mark2, x - mark2.half, y - mark2.half, 2 * mark2.half, 2 * mark2.half);
        }
      }
      if (state.hover >= 0) {
        const [x, y] = place2(state.hover);
        context.globalAlpha = 1;
        context.lineWidth = 2;
        context.strokeStyle = color("ink");
        context.beginPath();
        context.arc(x, y, radius(state.hover) + 3, 0, 7);
        context.stroke();
      }
    };
    let asked = false;
    const redraw = () => {
      if (!asked) {
        asked = true;
        requestAnimationFrame(() => {
          asked = false;
          draw3();
        });
      }
    };
    const nearest = (mx, my) => {
      let best = -1, least2 = Infinity;
      for (const i of live) {
        if (!visible(i)) continue;
        const [x, y] = place2(i), d = Math.hypot(x - mx, y - my) - radius(i);
        if (d < REACH2 && d < least2) {
          least2 = d;
          best = i;
        }
      }
      return best;
    };
    const zoomBy = (factor, cx = canvas.clientWidth / 2, cy = HEIGHT2 / 2) => {
      const next = Math.min(60, Math.max(0.5, state.zoom * factor)), f = next / state.zoom;
      state.x = cx - canvas.clientWidth / 2 - (cx - canvas.clientWidth / 2 - state.x) * f;
      state.y = cy - HEIGHT2 / 2 - (cy - HEIGHT2 / 2 - state.y) * f;
      state.zoom = next;
      redraw();
    };
    const reset = () => {
      Object.assign(state, { zoom: 1, x: 0, y: 0 });
      redraw();
    };
    let drag = null;
    canvas.addEventListener("pointerdown", (e) => {
      drag = { x: e.clientX, y: e.clientY, moved: false };
      canvas.setPointerCapture(e.pointerId);
    });
    canvas.addEventListener("pointermove", (e) => {
      if (drag) {
        const dx = e.clientX - drag.x, dy = e.clientY - drag.y;
        if (drag.moved || Math.hypot(dx, dy) > 3) {
          Object.assign(state, { x: state.x + dx, y: state.y + dy });
          drag = { x: e.clientX, y: e.clientY, moved: true };
          redraw();
        }
        return;
      }
      const found = nearest(e.offsetX, e.offsetY);
      if (found !== state.hover) {
        state.hover = found;
        redraw();
      }
      canvas.style.cursor = found >= 0 ? "pointer" : "grab";
      if (found < 0) return hide();
      show(
        [
          el("strong", {}, `${kind.Noun} ${table2.latent[found]}`),
          lines(
            ["energy", percent(table2.energy_share[found])],
            ["density", percent(table2.density[found])],
            [kind.hasHeads ? "main head" : "main layer", headName(card, table2.main_head[found])],
            kind.hasHeads && ["effective heads", num(table2.effective_heads[found], 3)],
            [kind.tokens.toLowerCase(), chips(table2.words("top_source_tokens", found, 4))],
            table2.top_promoted[found].length > 0 && ["promotes", chips(table2.words("top_promoted", found, 4))]
          ),
          mini(card, table2.loadings, found * table2.width, { width: 150, height: 44, labels: true })
        ],
        e.clientX,
        e.clientY
      );
    });
    canvas.addEventListener("pointerup", (e) => {
      const clicked = drag && !drag.moved;
      drag = null;
      const found = clicked ? nearest(e.offsetX, e.offsetY) : -1;
      if (found >= 0) {
        hide();
        open(table2.latent[found]);
      }
    });
    canvas.addEventListener("pointercancel", () => {
      drag = null;
    });
    canvas.addEventListener("pointerleave", () => {
      hide();
      if (state.hover >= 0) {
        state.hover = -1;
        redraw();
      }
    });
    canvas.addEventListener(
      "wheel",
      (e) => {
        if (!e.ctrlKey && !e.metaKey && document.activeElement !== canvas) return;
        e.preventDefault();
        zoomBy(Math.exp(-e.deltaY * 15e-4), e.offsetX, e.offsetY);
      },
      { passive: false }
    );
    canvas.addEventListener("keydown", (e) => {
      const step = { "+": () => zoomBy(1.4), "=": () => zoomBy(1.4), "-": () => zoomBy(1 / 1.4), 0: reset }[e.key];
      if (step) {
        e.preventDefault();
        step();
      }
    });
    const showLegend = () => {
      const counts = /* @__PURE__ */ new Map();
      for (const i of live) counts.set(group(i), (counts.get(group(i)) || 0) + 1);
      const keys = [...counts.keys()].sort((a, b) => a - b).map((g) => {
        const icon = svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          svg("path", { d: shapePath(groupShape(g), 7, 7, 5), fill: groupColor(g) })
        );
        const name = state.by === "head" ? headName(card, g) : g < 0 ? "no cluster" : `cluster ${g}`;
        const key = el(
          "button",
          { type: "button", class: "key", "aria-pressed": "false" },
          icon,
          name,
          el("span", { class: "faint" }, count(counts.get(g)))
        );
        key.addEventListener("click", () => {
          if (!state.chosen.delete(g)) state.chosen.add(g);
          key.setAttribute("aria-pressed", String(state.chosen.has(g)));
          redraw();
        });
        return key;
      });
      legend3.replaceChildren(...keys);
    };
    const by = (value) => {
      state.by = value;
      state.chosen.clear();
      showLegend();
      redraw();
    };
    const node = el(
      "div",
      { class: "map-box" },
      el(
        "div",
        { class: "head" },
        hasClusters && segmented(
          "Colour by",
          [
            ["head", kind.hasHeads ? "by main head" : "by main layer"],
            ["cluster", "by cluster"]
          ],
          "head",
          by
        ),
        el("span", { class: "push" }),
        el("button", { type: "button", class: "quiet", "aria-label": "Zoom in", onclick: () => zoomBy(1.5) }, "+"),
        el("button", { type: "button", class: "quiet", "aria-label": "Zoom out", onclick: () => zoomBy(1 / 1.5) }, "−"),
        el("button", { type: "button", class: "quiet", onclick: reset }, "Reset"),
        canvasButton(() => canvas, `loading-map-${card.name}`)
      ),
      legend3,
      canvas,
      el(
        "p",
        { class: "hint" },
        `${card.loading_map ? `${card.loading_map.method}. ` : ""}${kind.loadingsHint ? `${kind.loadingsHint} ` : ""}Nearby points mix ${kind.hasHeads ? "heads" : "layers"} alike; the axes have no unit. Size is energy. Click a point to open it, a name to filter; drag moves, Ctrl + wheel zooms.`,
        largest > 3 ? " Latents with equal loadings are laid out as a spiral." : ""
      )
    );
    node.start = () => {
      showLegend();
      draw3();
    };
    node.redraw = redraw;
    return node;
  };

  // src/report/scores.js
  var mean = (list2, key) => {
    const values = list2.map((e) => e[key]).filter((v) => v !== null && v !== void 0);
    return values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
  };
  var absent2 = (v) => v === null || v === void 0;
  var grouped = (all) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const e of all) {
      const key = JSON.stringify([e.variant, e.start, e.sparsity, e.n_latents, e.layer, e.target]);
      if (!groups2.has(key)) groups2.set(key, []);
      groups2.get(key).push(e);
    }
    return [...groups2.values()].map((members) => {
      const row = { ...members[0], members, ranges: {} };
      for (const { key } of METRICS) {
        row[key] = mean(members, key);
        const values = members.map((e) => e[key]).filter((v) => v !== null && v !== void 0);
        row.ranges[key] = values.length > 1 ? [Math.min(...values), Math.max(...values)] : null;
      }
      return row;
    });
  };
  var compare = (key, direction) => (a, b) => {
    const x = a[key], y = b[key];
    if (x === null || x === void 0) return y === null || y === void 0 ? 0 : 1;
    if (y === null || y === void 0) return -1;
    if (typeof x === "string") return direction * x.localeCompare(y, "en", { numeric: true });
    return direction * (x - y);
  };
  var table = (all, cards) => {
    const layers = new Set(all.map((e) => e.layer)), targets = new Set(all.map((e) => e.target));
    const pages = new Set(cards.map((c) => c.name));
    const seeds = new Set(all.map((e) => e.seed).filter((s) => s !== null));
    const state = { mode: seeds.size > 1 ? "mean" : "each", wide: false, key: null, direction: 1 };
    const started = (e) => !variantShape(e.variant) && START_NAMES[e.start];
    const starts = new Set(all.map(started).filter(Boolean));
    const apart = all.some((e) => !absent2(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
    const text2 = [
      {
        key: "variant",
        title: "What",
        definition: "The method. Of multitoken transcoders, free: any mixture of heads a latent; Top-1: one head a latent; shuffled: free, given the attention patterns of another sequence (a control). PCA and SVD are linear baselines."
      },
      { key: "sparsity", title: "Setting", definition: "Sparsity of a dictionary, or rank of a linear baseline." },
      starts.size > 1 && {
        key: "start",
        title: "Start",
        definition: "How head loadings began: one-hot on one head each, or spread over all."
      },
      layers.size > 1 && { key: "layer", title: "Layer", definition: "Layer of the base model." },
      targets.size > 1 && { key: "target", title: "Target", definition: "Site that is reconstructed." },
      { key: "seed", title: "Seed", definition: "Random seed, or how many seeds were averaged." }
    ].filter(Boolean);
    const known = METRICS.filter((m) => all.some((e) => !absent2(e[m.key])) && (m.key !== "fvu_attn_out" || apart));
    const more = known.some((m) => !MAIN.has(m.key));
    let shown2 = [];
    const head = el("tr", {});
    const body = el("tbody", {});
    all = [...all].sort((a, b) => (a.seed === null) - (b.seed === null));
    const redraw = () => {
      const rows = state.mode === "mean" ? grouped(all) : all.map((e) => ({ ...e, members: [e], ranges: {} }));
      if (state.key) rows.sort(compare(state.key, state.direction));
      for (const cell of head.children) {
        const active = cell.dataset.key === state.key;
        cell.setAttribute("aria-sort", active ? state.direction > 0 ? "ascending" : "descending" : "none");
      }
      body.replaceChildren(...rows.map(line));
    };
    const rebuild = () => {
      shown2 = known.filter((m) => state.wide || MAIN.has(m.key));
      head.replaceChildren(...[...text2, ...shown2].map(heading));
      redraw();
    };
    const line = (row) => {
      const linked = row.members.find((e) => pages.has(e.name));
      const name = linked ? el(
        "a",
        { href: `#/d/${encodeURIComponent(linked.name)}`, title: `Latents of ${linked.name}` },
        variantName(row.variant)
      ) : variantName(row.variant);
      const seed = row.members.length > 1 ? `${row.members.length} seeds` : row.seed ?? "–";
      const plain2 = {
        variant: el("span", { class: "named" }, variantMark(row.variant), name),
        sparsity: row.sparsity,
        start: started(row) || "–",
        layer: row.layer,
        target: el("span", { title: row.target }, shortTarget(row.target)),
        seed
      };
      return el(
        "tr",
        { title: row.members.map((e) => e.name).join(", ") },
        text2.map((c) => el("td", { class: c.key }, plain2[c.key])),
        shown2.map((m) => {
          const range = row.ranges[m.key];
          const wide = range && range[0] !== range[1];
          const note = wide ? `seeds: ${m.show(range[0])} to ${m.show(range[1])}` : null;
          const none = absent2(row[m.key]);
          return el(
            "td",
            { class: none ? "number none" : "number", title: none ? whyAbsent(row, m.key) : note },
            none ? "–" : m.show(row[m.key])
          );
        })
      );
    };
    const heading = (c) => {
      const button = el("button", { type: "button" }, c.title);
      button.addEventListener("click", () => {
        const same = state.key === c.key;
        state.direction = same ? -state.direction : c.better === 1 ? -1 : 1;
        state.key = c.key;
        redraw();
      });
      attach(button, () => el("p", {}, c.definition));
      return el("th", { scope: "col", "data-key": c.key, class: c.show ? "number" : c.key }, button);
    };
    rebuild();
    return el(
      "section",
      { class: "card", id: "scores", "aria-labelledby": "scores-title" },
      el(
        "div",
        { class: "head" },
        el("h2", { id: "scores-title" }, "All evaluations"),
        seeds.size > 1 && segmented(
          "Seeds",
          [
            ["mean", "mean of seeds"],
            ["each", "each seed"]
          ],
          state.mode,
          (v) => {
            state.mode = v;
            redraw();
          }
        ),
        more && segmented(
          "Columns",
          [
            ["main", "main columns"],
            ["all", "all"]
          ],
          "main",
          (v) => {
            state.wide = v === "all";
            rebuild();
          }
        )
      ),
      el(
        "p",
        { class: "hint" },
        "On held-out text. Headings sort; point at one for its definition, at a mean for the range over seeds, at a dash for why there is no number."
      ),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of evaluations" },
        el("table", { class: "scores" }, el("thead", {}, head), body)
      )
    );
  };

  // src/report/overview.js
  var chosen = null;
  var quoted = (text2) => {
    if (text2.startsWith("`")) return chip(text2.slice(1, -1));
    try {
      return chip(JSON.parse(text2));
    } catch {
      return text2;
    }
  };
  var marked = (sentence, card) => {
    const out = [];
    let last = 0;
    for (const m of sentence.matchAll(/`[^`]*`|"(?:[^"\\]|\\.)*"|\blatent (\d+)|^\w+ (\d+)/gi)) {
      const number = m[1] ?? m[2], link2 = card && number !== void 0, token = number === void 0 && (card || m[0].startsWith("`"));
      out.push(
        sentence.slice(last, m.index),
        link2 ? el("a", { href: `#/d/${encodeURIComponent(card.name)}/latent/${number}` }, m[0]) : token ? quoted(m[0]) : m[0]
      );
      last = m.index + m[0].length;
    }
    return [...out, sentence.slice(last)];
  };
  var facts = (pairs) => el(
    "dl",
    { class: "facts" },
    pairs.filter(([, v]) => v !== void 0 && v !== null && v !== "").map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v)))
  );
  var hashText = (v) => typeof v === "string" && v.length > 20 ? el("code", { title: v }, `${v.slice(0, 12)}…`) : plain(v);
  var entries = (object) => Object.entries(object).map(([k, v]) => [label(k), /sha256|hash/.test(k) ? hashText(v) : plain(v)]);
  var policyText = (evaluations) => {
    const texts = new Set(
      evaluations.map(
        ({ policy: p }) => [
          { excluded: "BOS position left out", included: "BOS position counted", none: "no BOS in front" }[p.bos],
          { excluded: "padding left out", none: "no padding" }[p.padding],
          `${count(p.n_positions)} positions of ${count(p.n_sequences)} sequences`
        ].join(", ")
      )
    );
    return [...texts].join("; or: ");
  };
  var provenance = (data2) => {
    const copy = el(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: async () => {
          try {
            await navigator.clipboard.writeText(data2.command);
            copy.textContent = "Copied";
          } catch {
            getSelection().selectAllChildren(code);
          }
        }
      },
      "Copy"
    );
    const code = el("code", {}, data2.command);
    return el(
      "section",
      { class: "card", id: "provenance", "aria-labelledby": "provenance-title" },
      el("h2", { id: "provenance-title" }, "What was trained, on what"),
      el("h3", {}, "Command that reproduces this run"),
      el("div", { class: "command" }, code, copy),
      el(
        "div",
        { class: "columns" },
        el("div", {}, el("h3", {}, "Model"), facts(entries(data2.model))),
        el("div", {}, el("h3", {}, "Text"), facts([...entries(data2.text), ["counted", policyText(data2.evaluations)]])),
        el(
          "div",
          {},
          el("h3", {}, "Dictionaries"),
          data2.dictionaries.map(
            (c) => el(
              "details",
              {},
              el("summary", {}, `${c.name}: ${count(c.n_latents)} ${of(c).noun}s, ${count(c.n_live)} live`),
              facts(entries(c.config))
            )
          )
        ),
        el(
          "div",
          {},
          el("h3", {}, "Run"),
          facts([
            ["layer", plain(data2.layer)],
            ["reads", data2.input_site],
            ["reconstructs", data2.target_site],
            ["created", moment(data2.created)],
            ...Object.entries(data2.seconds).map(([k, v]) => [label(k), seconds(v)]),
            ...Object.entries(data2.versions)
          ])
        )
      )
    );
  };
  var dictionaryPart = (data2, place2, charts) => {
    const show2 = async (name) => {
      chosen = name;
      const card = data2.dictionaries.find((c) => c.name === name);
      const kind = of(card);
      if (!kind.hasLoadings) {
        charts.map = null;
        place2.replaceChildren(
          el(
            "section",
            { class: "card wide" },
            el("h2", {}, card.title || card.name),
            el("p", {}, kind.about),
            el(
              "p",
              { class: "hint" },
              `There is one attention a ${kind.noun}, so there is no mixture of heads to be mapped. `,
              el("a", { href: `#/d/${encodeURIComponent(name)}` }, `All ${kind.noun}s`)
            )
          )
        );
        return;
      }
      const mapPlace = el("div", { class: "map-place" }, el("p", { class: "hint" }, "Loading the map …"));
      place2.replaceChildren(
        el(
          "section",
          { class: "card", "aria-labelledby": "map-title" },
          el("h2", { id: "map-title" }, kind.hasHeads ? "Map of head loadings" : "Map of decoder norms by layer"),
          mapPlace
        ),
        el(
          "section",
          { class: "card", "aria-labelledby": "cluster-title" },
          el("h2", { id: "cluster-title" }, "Clusters of loadings"),
          el(
            "p",
            { class: "hint" },
            kind.hasHeads ? `Mean loading through each head${kind.hasIdentity ? " (last bar: identity)" : ""}.` : "Mean decoder norm in each layer."
          ),
          list(card)
        )
      );
      const table2 = await loadTable(card);
      if (chosen !== name || !mapPlace.isConnected) return;
      const map = panel2(card, table2, (latent) => {
        location.hash = `#/d/${encodeURIComponent(name)}/latent/${latent}`;
      });
      mapPlace.replaceChildren(map);
      map.start();
      charts.map = map;
    };
    return show2;
  };
  var picker = (cards, show2) => {
    const node = el(
      "select",
      { "aria-label": "Dictionary", onchange: (e) => show2(e.target.value).catch(fail) },
      cards.map((c) => el("option", { value: c.name }, `${variantName(c.variant)} (${c.name})`))
    );
    node.value = chosen;
    return node;
  };
  var page4 = (data2) => {
    const cards = data2.dictionaries;
    const charts = {};
    const fallback = cards.length ? cards[0].name : null;
    if (!cards.some((c) => c.name === chosen)) chosen = fallback;
    const frontier = panel(data2.evaluations);
    const place2 = el("div", { class: "split map-split" });
    const show2 = dictionaryPart(data2, place2, charts);
    const few = cards.length <= 3;
    const subtitle = [
      data2.model.name,
      few && `layer ${data2.layer}`,
      few && data2.target_site,
      few ? cards.map((c) => `${variantName(c.variant)}: ${count(c.n_latents)} ${of(c).noun}s`).join("; ") : `${cards.length} dictionaries with pages`,
      moment(data2.created)
    ];
    const node = el(
      "div",
      { class: "page overview" },
      el(
        "div",
        { class: "title" },
        el("h1", {}, data2.title),
        el(
          "p",
          { class: "subtitle" },
          subtitle.filter(Boolean).map((t) => el("span", {}, t))
        )
      ),
      el(
        "div",
        { class: cards.length > 2 || !data2.verdict.length ? "stacked" : "split" },
        data2.verdict.length > 0 && el(
          "section",
          { class: "card verdict", "aria-labelledby": "verdict-title" },
          el("h2", { id: "verdict-title" }, "What was found"),
          el(
            "ul",
            {},
            data2.verdict.map((v) => el("li", {}, marked(v, null)))
          )
        ),
        el(
          "section",
          { class: "card highlights", "aria-labelledby": "highlight-title" },
          el(
            "h2",
            { id: "highlight-title" },
            cards.every((c) => (c.noun || "latent") === "latent") ? "Latents to open first" : "Where to look first"
          ),
          el(
            "div",
            { class: "highlight-list" },
            cards.map((c) => {
              const kind = of(c);
              return el(
                "div",
                {},
                el(
                  "h3",
                  {},
                  few ? null : variantMark(c.variant),
                  el(
                    "a",
                    { href: `#/d/${encodeURIComponent(c.name)}`, title: c.name },
                    few ? c.name : variantName(c.variant)
                  ),
                  el("span", { class: "faint" }, ` ${count(c.n_live)} live of ${count(c.n_latents)}`)
                ),
                el(
                  "ul",
                  {},
                  c.highlights.slice(0, few ? 3 : 2).map((h) => el("li", {}, marked(h, c)))
                ),
                c.highlights.length === 0 && el(
                  "p",
                  { class: "hint" },
                  "No example stands out; ",
                  el("a", { href: `#/d/${encodeURIComponent(c.name)}` }, `all ${kind.noun}s`),
                  "."
                )
              );
            })
          )
        )
      ),
      frontier,
      cards.length > 1 && el(
        "div",
        { class: "head between" },
        el("span", {}, "Dictionary"),
        few ? segmented(
          "Dictionary",
          cards.map((c) => [c.name, c.name, variantName(c.variant)]),
          chosen,
          show2
        ) : picker(cards, show2)
      ),
      place2,
      table(data2.evaluations, cards),
      provenance(data2)
    );
    return {
      title: data2.title,
      node,
      start: () => {
        frontier.start();
        if (chosen) show2(chosen).catch(fail);
      },
      resize: () => {
        frontier.start();
        if (charts.map) charts.map.redraw();
      }
    };
  };

  // src/report/app.js
  var { goto: goto2 } = shell_exports;
  var data = null;
  var lastName = null;
  var currentCard = () => data.dictionaries.find((c) => c.name === lastName) || data.dictionaries[0] || null;
  var hashOf = (name) => `#/d/${encodeURIComponent(name)}`;
  var tableHash = () => hashOf(currentCard().name);
  var route = ({ parts, query }) => {
    if (!parts.length) return { kind: "overview", make: () => page4(data) };
    const card = parts[0] === "d" && data.dictionaries.find((c) => c.name === parts[1]);
    if (parts[0] === "d" && !card) {
      const names = data.dictionaries.map((c) => c.name).join(", ") || "none";
      throw new Error(`There is no dictionary called ${parts[1]}; this report has ${names}.`);
    }
    if (card) lastName = card.name;
    if (card && parts.length === 2) return { kind: "table", make: () => page2(data, card, query) };
    if (card && parts[2] === "latent" && parts.length === 4 && /^\d+$/.test(parts[3]))
      return { kind: "latent", make: () => page3(data, card, Number(parts[3])) };
    throw new Error(`There is no page at ${location.hash}.`);
  };
  var optionName = (card) => {
    const title = variantName(card.variant);
    return data.dictionaries.length > 3 && !card.name.startsWith(title) ? `${title} (${card.name})` : card.name;
  };
  var chooser = (card) => {
    const choose2 = el(
      "select",
      { id: "dictionary", "aria-label": "Dictionary", onchange: (e) => goto2(hashOf(e.target.value)) },
      data.dictionaries.map((c) => el("option", { value: c.name }, optionName(c)))
    );
    choose2.value = card.name;
    return choose2;
  };
  var jump = (card) => {
    const { noun, Noun } = of(card);
    const go = (e) => {
      e.preventDefault();
      const wanted = e.target.elements.latent.value.trim();
      if (!/^\d+$/.test(wanted)) return;
      document.activeElement.blur();
      goto2(`${tableHash()}/latent/${Number(wanted)}`);
    };
    return el(
      "form",
      { class: "jump", onsubmit: go },
      el("input", {
        id: "jump",
        name: "latent",
        inputmode: "numeric",
        autocomplete: "off",
        placeholder: `${Noun} no.`,
        "aria-label": `Go to ${noun} number`
      })
    );
  };
  var bar = ({ kind }) => {
    const card = currentCard();
    const tab = (href, text2, its) => el("a", { href, "aria-current": kind === its ? "page" : null }, text2);
    const nav = el(
      "nav",
      { "aria-label": "Pages" },
      tab("#/", "Overview", "overview"),
      card && tab(tableHash(), `${of(card).Noun}s`, "table"),
      card && kind !== "overview" && chooser(card)
    );
    return { left: [nav], right: [card && jump(card)] };
  };
  var backToTable = () => {
    const { order } = memory;
    goto2(order && order.name === currentCard().name && order.query ? `${tableHash()}?${order.query}` : tableHash());
  };
  start2({
    title: "polyhead report",
    home: "#/",
    back: "Overview",
    data: "overview",
    open: (value) => {
      data = value;
      setTitles(data.dictionaries);
    },
    route,
    bar,
    keys: {
      o: () => goto2("#/"),
      t: () => currentCard() && backToTable(),
      "/": () => search(currentCard() && tableHash()),
      g: () => document.getElementById("jump")?.focus()
    },
    help: () => [
      ["o", "overview"],
      ["t", "latent table"],
      ["/", "search tokens"],
      ["g", "go to a latent by number"],
      ["j  k", "next, previous latent (in the order of the table)"],
      ["← →", "the same, on the page of a latent"],
      ["↑ ↓  Enter", "move in the table, open"],
      ["w", "examples: one line or wrapped"]
    ]
  });
})();
