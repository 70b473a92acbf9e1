/*! polyhead, live pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
"use strict";
(() => {
  // src/shared/dom.js
  var set = (node, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === void 0 || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "vars")
        for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
      else if (name === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
      else node.setAttribute(name, value === true ? "" : String(value));
    }
  };
  var maker = (create) => (selector, ...rest) => {
    const [tag, ...parts3] = selector.split(/(?=[.#])/);
    const node = create(tag);
    for (const part of parts3) {
      if (part[0] === "#") node.id = part.slice(1);
      else node.classList.add(part.slice(1));
    }
    const [first] = rest;
    const given = typeof first === "object" && first !== null && !(first instanceof Node) && !Array.isArray(first);
    if (given) set(
      node,
      /** @type {Attributes} */
      rest.shift()
    );
    for (
      const child of
      /** @type {any[]} */
      rest.flat(3)
    ) {
      if (child === null || child === void 0 || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };
  var el = maker((tag) => {
    const node = document.createElement(tag);
    if (node instanceof HTMLButtonElement) node.type = "button";
    return node;
  });
  var svg = maker((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  var announce = (text3) => {
    document.getElementById("announce").textContent = text3;
  };

  // src/shared/tip.js
  var box = el("div#tip.tip", { role: "tooltip", hidden: true });
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
    const open2 = (x, y) => {
      const content = make();
      if (content === null) return;
      owner = node;
      show(content, x, y);
    };
    node.addEventListener("pointerenter", (e) => open2(e.clientX, e.clientY));
    node.addEventListener("pointermove", (e) => {
      if (owner === node) place(e.clientX, e.clientY);
    });
    node.addEventListener("pointerleave", hide);
    node.addEventListener("focus", () => {
      if (!node.matches(":focus-visible")) return;
      const r = node.getBoundingClientRect();
      open2(r.left, r.bottom - 8);
    });
    node.addEventListener("blur", hide);
    return node;
  };
  var lines = (...rows) => el(
    "dl.lines",
    rows.filter(Boolean).map(([k, v]) => [el("dt", k), el("dd", v)])
  );

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
      const strength = Math.min(1, Math.abs(weight) / scale), width2 = 0.8 + 4.7 * strength, tip = 2.6 + 0.5 * width2;
      const group = svg(
        "g",
        {
          class: weight < 0 ? "arc negative" : "arc",
          "data-query": query,
          "data-key": key,
          opacity: 0.35 + 0.6 * strength
        },
        svg("path.stroke", { d, "stroke-width": width2.toFixed(2) }),
        svg("path.tip-mark", { d: `M${x - tip} ${y - 1.6 * tip}L${x + tip} ${y - 1.6 * tip}L${x} ${y}z` }),
        svg("path.catch", { d, "stroke-width": 12 })
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
    let text3;
    if (size === 0) text3 = "0";
    else if (size >= 1e6 || size < 1e-4) text3 = v.toExponential(digits - 1).replace("e+", "e");
    else if (size >= 10 ** digits) text3 = Math.round(v).toLocaleString("en-US");
    else
      text3 = v.toPrecision(digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    return text3.replace(/-/g, "−");
  };
  var percent = (v) => {
    if (absent(v)) return MISSING;
    const p = 100 * v;
    if (p === 0) return "0 %";
    if (Math.abs(p) < 1e-3) return "<0.001 %";
    return `${num(p, Math.abs(p) >= 99.95 ? 3 : Math.abs(p) >= 10 ? 3 : 2)} %`;
  };
  var headText = (name) => {
    const [, layer, head] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
    return layer !== void 0 ? `L${layer}H${head}` : /^\d+$/.test(name) ? `head ${name}` : name;
  };
  var headName = (card, head) => headText(card.head_names[head] ?? String(head));

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
  var pieces = (text3, leadingSpace) => {
    const out = [];
    const plain2 = (c) => {
      const last = out[out.length - 1];
      if (last && last[1] === null) last[0] += c;
      else out.push([c, null]);
    };
    const characters = [...text3];
    for (let i = 0; i < characters.length; i++) {
      const c = characters[i];
      if (c === " ") {
        let run2 = 1;
        while (characters[i + run2] === " ") run2++;
        const outer = i === 0 || i + run2 === characters.length || characters[i - 1] === "\n";
        if (run2 === 1 && !(outer && leadingSpace)) plain2(run2 === 1 && outer ? " " : " ");
        else out.push([run2 > MOST_SPACES ? `·×${run2}` : "·".repeat(run2), run2 === 1 ? "space" : `${run2} spaces`]);
        i += run2 - 1;
        continue;
      }
      const joined = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined ? null : mark(c);
      if (found) out.push(found);
      else plain2(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
    }
    return out;
  };
  var literal = (text3) => JSON.stringify(text3).replace(
    /[\u007f-\uffff]/g,
    (c) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  var fill = (node, text3, leadingSpace = true) => {
    if (text3 === "") node.append(el("span.mark.framed", "∅"));
    else if (SPECIAL.test(text3)) node.append(el("span.special", text3));
    else
      for (const [piece, meaning] of pieces(text3, leadingSpace)) {
        const framed = meaning && /^(U\+|\\|\ufffd)/.test(piece);
        node.append(meaning === null ? piece : el("span", { class: framed ? "mark framed" : "mark" }, piece));
      }
    return node;
  };
  var chip = (text3) => fill(el("bdi.chip", { title: literal(text3) }), text3);

  // src/shared/bars.js
  var breakdown = (card, heads) => {
    if (!of(card).hasHeads) return null;
    const most = Math.max(1e-9, ...heads.map(Math.abs));
    const order = heads.map((v, h) => [h, v]).filter(([, v]) => v !== 0).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    return el(
      "ol.breakdown",
      order.slice(0, 9).map(
        ([h, v]) => el(
          "li",
          el("span", headName(card, h)),
          el("span", {
            class: v < 0 ? "bar negative" : "bar",
            vars: { "--size": Math.abs(v) / most, "--hue": headColor(h, card.n_heads) }
          }),
          el("span.value", num(v, 2))
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
    const layer = svg("svg.arcs", { "aria-hidden": "true" });
    const line = el("div.line", layer);
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
      fill(node2, positions[i] < 0 ? "⋯" : token, false);
      return node2;
    });
    const tell = (i) => {
      if (positions[i] < 0) return el("p", skipped(i) > 0 ? `${skipped(i)} tokens left out` : "tokens left out");
      const into = arcs.filter((a) => a[0] === i), from = arcs.filter((a) => a[1] === i);
      const best = (list) => list.slice().sort((a, b) => Math.abs(b[2]) - Math.abs(a[2])).slice(0, 4);
      return [
        el("strong", named(i), ` position ${positions[i]}`),
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
      el("strong", named(arc[1]), " → ", named(arc[0])),
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
      el(
        "span.pairing",
        named(peak),
        peakArcs.length ? [el("span.faint", atKey ? "→" : "←"), named(peakArcs[0][other])] : null
      ),
      el("span.faint", atKey ? `key ${num(key[peak])}` : `${kind.symbol} ${num(query[peak])}`),
      el("span.faint", `sequence ${example.sequence}, position ${positions[peak]}`)
    );
    const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption, frame);
    node.place = () => {
      if (layout.mode === "track") line.style.paddingTop = `${roomFor(nodes, arcs)}px`;
      draw(layer, line, nodes, arcs, scale.arc, note, layout.mode === "lines" ? 21 : void 0);
      if (layout.mode !== "track") return;
      const at = nodes[peak].offsetLeft;
      frame.scrollLeft = Math.max(0, at - frame.clientWidth * (atKey ? 0.3 : 0.7));
    };
    return node;
  };
  var legend = (card) => {
    const kind = of(card);
    const note = (words, ...marks) => words && el("span.note", marks, words);
    const mark2 = (words, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words);
    const arc = svg(
      "svg",
      { width: 40, height: 22, "aria-hidden": "true" },
      svg(
        "g.arc",
        svg("path.stroke", { d: "M4 20C4 0 36 0 36 16", "stroke-width": 2.5 }),
        svg("path.tip-mark", { d: "M32 14L40 14L36 20z" })
      )
    );
    const query = [mark2(kind.queryWord || "destination", "", 0, 0.8)];
    if (kind.signed) query.push(mark2("negative", "negative", 0, 0.6));
    return el(
      "div.legend.reading",
      { "aria-label": "How to read the examples" },
      note(kind.keyMark, mark2(card.side === "both" ? "key" : "source", "sends", 0.75, 0)),
      note(kind.arcMark, arc),
      note(kind.queryMark, query),
      note(kind.peakMark, mark2("peak", "peak", 0, 0))
    );
  };

  // src/shared/keys.js
  var app;
  var dialog;
  var help = () => {
    const rows = app.help().map(([k, v]) => [el("dt", el("kbd", k)), el("dd", v)]);
    dialog.querySelector("dl")?.replaceChildren(...rows.flat());
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };
  var typing = (node) => node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement || node instanceof HTMLInputElement && node.type !== "checkbox";
  var pressed = (e) => {
    if (e.key === "Escape") {
      hide();
      const active = (
        /** @type {HTMLElement | null} */
        document.activeElement
      );
      if (typing(active)) return active?.blur();
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
      "dialog.help",
      { "aria-label": "Keys" },
      el("h2", "Keys"),
      el("dl.lines.keys"),
      el("form", { method: "dialog" }, el("button", { type: "submit" }, "Close"))
    );
    document.body.append(dialog);
    document.addEventListener("keydown", pressed);
  };

  // src/shared/store.js
  var KEPT_PAGE_FILES = 12;
  var promises = /* @__PURE__ */ new Map();
  var takers = /* @__PURE__ */ new Map();
  globalThis.polyhead = { receive: (key, text3) => takers.get(key)?.(text3) };
  var load = (key) => {
    if (promises.has(key)) return promises.get(key);
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      takers.set(key, (text3) => {
        takers.delete(key);
        try {
          resolve(JSON.parse(text3));
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
  var app2;
  var main;
  var page = null;
  var turn = 0;
  var current = () => page;
  var fail = (error) => {
    page = null;
    main.replaceChildren(
      el(
        "div.page",
        el(
          "section.card",
          el("h1", "This page cannot be shown"),
          el("p", error.message),
          app2.back && el("p", el("a", { href: app2.home }, app2.back))
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
    const button2 = (id, text3, label, key, onclick) => el("button.quiet", { id, "aria-label": label, title: `${label} (${key})`, onclick }, text3);
    const { left, right = [] } = app2.bar(where);
    document.getElementById("bar").replaceChildren(
      el("a.brand", { href: app2.home }, "polyhead"),
      ...left.filter(Boolean),
      el("span.push"),
      ...right.filter(Boolean),
      button2("theme", "◐", "Light or dark", "d", toggle),
      button2("help", "?", "Keys", "?", help)
    );
  };
  var render = async (keepScroll = false) => {
    const mine = ++turn, at = scrollY;
    hide();
    try {
      const where = app2.route(address());
      drawBar(where);
      const waiting = setTimeout(() => {
        if (mine === turn) main.replaceChildren(el("p.page.hint", "Loading …"));
      }, SLOW);
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
      const to = keepScroll || app2.keepScroll ? at : 0;
      scrollTo(0, to);
      announce(made.title);
      await made.start();
      if (to) scrollTo(0, to);
    } catch (error) {
      if (mine === turn) fail(
        /** @type {Error} */
        error
      );
    }
  };
  var begin = (what) => {
    app2 = what;
    main = /** @type {HTMLElement} */
    document.getElementById("main");
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

  // src/shared/controls.js
  var button = (selector, text3, onclick, attributes = {}) => el(`button${selector}`, { onclick, ...attributes }, text3);
  var scrollTable = (label, heads, rows) => {
    const head = (text3) => el(text3.endsWith("#") ? "th.number" : "th", { scope: "col" }, text3.replace(/#$/, ""));
    const top = el("tr", heads.filter((t) => t !== false).map(head));
    return scrolled(label, el("table.scores", el("thead", top), el("tbody", rows)));
  };
  var scrolled = (label, content) => el("div.scroll", { tabindex: "0", role: "region", "aria-label": label }, content);
  var sectionCard = (id, title, hint, ...content) => el(
    "section.card",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    hint && el("p.hint", hint),
    content.flat(9)
  );

  // src/live/ask.js
  var page2 = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  var post = async (name, body) => {
    let reply;
    try {
      reply = await fetch(`api/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ page: page2, ...body })
      });
    } catch {
      throw new Error("The server does not answer; is polyhead live still running?");
    }
    const type = reply.headers.get("Content-Type") ?? "";
    const value = type.startsWith("application/json") ? await reply.json() : { error: await reply.text() };
    if (value.error) throw new Error(value.error);
    return value;
  };
  var question = async (name, ask) => {
    const value = await post(name, { ask });
    return value.cancelled ? null : value;
  };
  var cancel = () => post("cancel", {});

  // src/shared/matrix.js
  var bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  var squared = (byte) => (byte / 255) ** 2;
  var parts = (name) => [1, 3, 5].map((i) => Number.parseInt(color(name).slice(i, i + 2), 16));
  var ramp = (most) => {
    const stops = ["card", "key", "ink"].map(parts);
    return Array.from({ length: 256 }, (_, byte) => {
      const t = 2 * Math.min(1, byte / Math.max(1, most));
      const from = Math.min(1, Math.floor(t));
      return stops[from].map((v, i) => Math.round(v + (t - from) * (stops[from + 1][i] - v)));
    });
  };
  var paint = (canvas, side, at) => {
    canvas.width = side;
    canvas.height = side;
    const image = new ImageData(side, side);
    for (let r = 0; r < side; r++) for (let c = 0; c < side; c++) image.data.set([...at(r, c), 255], 4 * (r * side + c));
    canvas.getContext("2d").putImageData(image, 0, 0);
  };

  // src/live/patterns.js
  var MOST = 255;
  var headName2 = (layer, head) => `L${layer}H${head}`;
  var patternOf = (answer, layer, head) => bytes(answer.patterns[layer][head]);
  var picture = (answer, layer, head) => {
    const values = patternOf(answer, layer, head), p = answer.tokens.length, colours = ramp(MOST);
    const canvas = el("canvas", { "aria-hidden": "true" });
    paint(canvas, p, (q, k) => colours[values[q * p + k]]);
    return canvas;
  };
  var grid = (answer, isChosen, isEdited, choose2) => el(
    "div.pattern-grid",
    { role: "group", "aria-label": "Heads" },
    answer.patterns.map(
      (heads, layer) => el(
        "div.pattern-row",
        heads.map(
          (_, head) => el(
            "button",
            {
              class: `pattern${isEdited(headName2(layer, head)) ? " edited" : ""}`,
              "aria-pressed": String(isChosen(layer, head)),
              onclick: () => choose2(layer, head)
            },
            picture(answer, layer, head),
            el("span", headName2(layer, head))
          )
        )
      )
    )
  );
  var large = (answer, layer, head, controls2) => {
    const values = patternOf(answer, layer, head), p = answer.tokens.length;
    const weight = (q, k) => squared(values[q * p + k]);
    const canvas = picture(answer, layer, head);
    const place2 = (e) => {
      const box2 = canvas.getBoundingClientRect();
      const at = (v, low, size) => Math.min(p - 1, Math.max(0, Math.floor((v - low) / size * p)));
      return [at(e.clientY, box2.top, box2.height), at(e.clientX, box2.left, box2.width)];
    };
    const nodes = answer.tokens.map((text3, i) => {
      const node = el("span.tok", { tabindex: "0", vars: { "--f": 0, "--z": 0 } });
      const look = () => showRow(i);
      node.addEventListener("pointerenter", look);
      node.addEventListener("focus", look);
      return fill(node, text3, false);
    });
    const words = el("p.hint");
    const showRow = (q) => {
      nodes.forEach((node, k) => {
        node.style.setProperty("--f", String(k <= q ? Math.sqrt(weight(q, k)) : 0));
        node.classList.toggle("peak", k === q);
      });
      const best = Array.from({ length: q + 1 }, (_, k) => k).sort((a, b) => weight(q, b) - weight(q, a));
      words.replaceChildren(
        "From ",
        chip(answer.tokens[q]),
        ` (position ${q}) most of the attention goes to `,
        ...best.slice(0, 3).flatMap((k, i) => [i ? ", " : "", chip(answer.tokens[k]), ` (position ${k}) ${num(weight(q, k), 2)}`]),
        "."
      );
    };
    const onmove = (e) => {
      const [q, k] = place2(e);
      showRow(q);
      if (k > q) return hide();
      show(
        [
          el("strong", chip(answer.tokens[q]), " → ", chip(answer.tokens[k])),
          lines(["attention", num(weight(q, k), 2)])
        ],
        e.clientX,
        e.clientY
      );
    };
    const square = el("div.square", { onpointermove: onmove, onpointerleave: hide }, canvas);
    showRow(p - 1);
    return el(
      "div.pattern-large",
      el("figure", square, el("figcaption.hint", "Rows are queries, columns keys; the shade is the root of the weight.")),
      el("div", el("div.head", el("h3", headName2(layer, head)), controls2), el("div.flow", nodes), words)
    );
  };

  // src/live/page.js
  var DO = { scale: "×", add: "+", clamp: "=" };
  var data;
  var state = { prompt: "", edits: [], answer: null, chosen: [0, 0], dictionary: null, busy: null };
  var parts2;
  var turn2 = 0;
  var figures = [];
  var open = (value) => {
    data = value;
    state.dictionary = (data.dictionaries.findLast((d) => d.editable) ?? data.dictionaries[0])?.name ?? null;
    state.chosen = [data.n_layers - 1, 0];
    if (!data.answer) return;
    state.answer = data.answer;
    state.prompt = data.answer.prompt;
    state.edits = data.answer.edits;
  };
  var frozen = () => data.answer !== null;
  var say = (text3, isError = false) => {
    parts2.status.textContent = text3;
    parts2.status.classList.toggle("error", isError);
    announce(text3);
  };
  var request = async (name, doing) => {
    const mine = ++turn2;
    state.busy = doing;
    say(`${doing} …`);
    drawButtons();
    try {
      return await question(name, { prompt: state.prompt, edits: state.edits.map(plain) });
    } catch (error) {
      if (mine === turn2) say(
        /** @type {Error} */
        error.message,
        true
      );
      return void 0;
    } finally {
      if (mine === turn2) {
        state.busy = null;
        drawButtons();
      }
    }
  };
  var plain = ({ head, dictionary, latent, do: how, value }) => ({ head, dictionary, latent, do: how, value });
  var run = async () => {
    state.prompt = parts2.prompt.value;
    const wanted = turn2 + 1;
    const answer = await request("run", "Computing");
    if (wanted !== turn2 || answer === void 0) return;
    if (answer === null) return say("Cancelled.");
    state.answer = answer;
    const told = `${answer.tokens.length} tokens, ${answer.milliseconds} ms`;
    draw2();
    const texts = await request("text", `${told}; continuing the text`);
    if (wanted + 1 !== turn2 || texts === void 0) return;
    if (texts === null) return say(`${told}; the text was cancelled.`);
    say(told);
    Object.assign(answer, texts);
    parts2.answer.firstChild.replaceWith(drawOutput());
  };
  var graph = async () => {
    state.prompt = parts2.prompt.value;
    const made = await request("graph", "Drawing the graph");
    if (made === null) say("Cancelled.");
    if (!made) return;
    const n = state.edits.length;
    say(`The graph is drawn${n ? ` with ${n} edit${n === 1 ? "" : "s"} in force` : ""}.`);
    parts2.links.replaceChildren(el("a", { href: made.path, target: "_blank", rel: "noopener" }, "Open the graph"));
  };
  var freeze = async () => {
    state.prompt = parts2.prompt.value;
    const made = await request("freeze", "Writing the page");
    if (made === null) say("Cancelled.");
    if (made) say(`Written: ${made.written}`);
  };
  var cancel2 = () => cancel().catch((error) => say(error.message, true));
  var same = (a, b) => (a.head ?? null) === (b.head ?? null) && a.dictionary === b.dictionary && a.latent === b.latent;
  var edit = (edit2) => {
    state.edits = [...state.edits.filter((e) => !same(e, edit2)), edit2];
    drawEdits();
    return run();
  };
  var nameOf = (edit2) => edit2.head ?? `latent ${edit2.latent} of ${edit2.dictionary}`;
  var drawButtons = () => {
    if (frozen()) return;
    const busy = state.busy !== null;
    parts2.cancel.toggleAttribute("disabled", !busy);
    parts2.main.setAttribute("aria-busy", String(busy));
  };
  var drawEdits = () => {
    const row = (one) => {
      const value = el("input", {
        type: "number",
        step: "any",
        value: one.value,
        "aria-label": `Value for ${nameOf(one)}`,
        disabled: frozen(),
        onchange: (e) => Number.isFinite(e.target.valueAsNumber) && edit({ ...one, value: e.target.valueAsNumber })
      });
      const how = el(
        "select",
        {
          "aria-label": `How ${nameOf(one)} is changed`,
          disabled: frozen(),
          onchange: (e) => edit({ ...one, do: e.target.value })
        },
        (one.head ? ["scale"] : Object.keys(DO)).map((key) => el("option", { value: key }, DO[key]))
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
        !frozen() && button(".quiet", "remove", remove, { "aria-label": `Remove the edit of ${nameOf(one)}` })
      );
    };
    parts2.edits.replaceChildren(
      ...state.edits.length ? state.edits.map(row) : [el("li.hint", frozen() ? "Nothing is changed." : "Ablate or steer a head or a latent below.")]
    );
  };
  var controls = (what) => !frozen() && el(
    "span.edit-buttons",
    button(".quiet", "ablate", () => edit({ ...what, do: "scale", value: 0 })),
    button(".quiet", "× 3", () => edit({ ...what, do: "scale", value: 3 }))
  );
  var tokenRow = (r) => el(
    "tr",
    el("td", chip(r.token)),
    ["p_before", "p_after"].map(
      (key) => el("td.next-bar", el("span.bar", { vars: { "--size": r[key] } }), el("span.value", percent(r[key])))
    ),
    el("td.number", num(r.logit_change, 3))
  );
  var text2 = (title, continuation, changed) => el(
    "div.continuation",
    el("h3", title),
    el(
      "p",
      el("span.faint", fill(el("span"), state.answer.prompt, false)),
      continuation === null ? el("span.faint", " …") : fill(el(changed ? "mark" : "strong"), continuation, false)
    )
  );
  var drawOutput = () => {
    const a = state.answer;
    const changed = a.edits.length > 0;
    return sectionCard(
      "output",
      "What the model says next",
      changed ? `With ${a.edits.map((e) => e.about).join("; ")}: KL ${num(a.kl)} nats at the last position.` : "The likeliest next tokens and the text that follows. Change a head or a latent to compare.",
      el(
        "div.output",
        scrollTable("Next tokens", ["Next token", "Before", "After", "Logit change#"], a.next.map(tokenRow)),
        el("div", text2("Before", a.text_before, false), changed && text2("After", a.text_after, true))
      )
    );
  };
  var drawPatterns = () => {
    const a = state.answer;
    const [layer, head] = state.chosen;
    const place2 = el("div");
    const show2 = () => {
      const name = headName2(...state.chosen);
      place2.replaceChildren(large(a, ...state.chosen, controls({ head: name })));
    };
    const grid2 = grid(
      a,
      (l, h) => l === layer && h === head,
      (name) => a.edits.some((e) => e.head === name),
      (l, h) => {
        state.chosen = [l, h];
        for (const [i, b] of grid2.querySelectorAll("button").entries())
          b.setAttribute("aria-pressed", String(i === l * data.n_heads + h));
        show2();
      }
    );
    show2();
    return sectionCard("patterns", "Attention of every head", "Choose a head to see it with its tokens.", grid2, place2);
  };
  var drawLatents = () => {
    if (!data.dictionaries.length) return null;
    const place2 = el("div.examples"), legend2 = el("div");
    const tabs = el("div.segmented", { role: "group", "aria-label": "Dictionary" });
    const show2 = (name) => {
      state.dictionary = name;
      for (const b of tabs.children) b.setAttribute("aria-pressed", String(b.textContent === name));
      const card = data.dictionaries.find((c) => c.name === name), latents = state.answer.latents[name], scale = scales(latents.map((one) => one.example));
      figures = latents.map((one) => figure(card, one.example, scale));
      legend2.replaceChildren(legend(card));
      place2.replaceChildren(
        ...latents.map(
          (one, i) => el(
            "div.live-latent",
            el(
              "div.head",
              el("h3", `${of(card).Noun} ${one.latent}`),
              el("span.faint", `strength ${num(one.strength)}`),
              card.editable && controls({ dictionary: name, latent: one.latent })
            ),
            figures[i]
          )
        )
      );
      if (!latents.length) place2.append(el("p.hint", "None is active on this prompt."));
      if (place2.isConnected) figures.forEach((f) => f.place());
    };
    tabs.append(...data.dictionaries.map(({ name }) => button("", name, () => show2(name))));
    const made = sectionCard("latents", "Latents", "The strongest latents of a dictionary on this prompt.", tabs, legend2);
    made.append(place2);
    show2(state.dictionary);
    return made;
  };
  var draw2 = () => {
    if (!state.answer) return;
    parts2.answer.replaceChildren(...[drawOutput(), drawPatterns(), drawLatents()].filter((node) => node !== null));
    figures.forEach((f) => f.place());
  };
  var page3 = () => {
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
      }
    });
    prompt.value = state.prompt;
    parts2 = {
      prompt,
      status: el("p.status", { role: "status" }),
      links: el("span"),
      edits: el("ul.edits"),
      answer: el("div.stacked"),
      cancel: button("#cancel.quiet", "Cancel", cancel2)
    };
    const buttons = [
      el("button#run.primary", { type: "submit", title: "Ctrl + Enter" }, "Run"),
      parts2.cancel,
      data.dictionaries.length > 0 && button("#graph.quiet", "Graph", graph),
      button("#freeze.quiet", "Freeze", freeze, { title: "Write this as a page that needs no server" })
    ];
    parts2.main = el(
      "div.page.live-page.stacked",
      el(
        "section.card",
        el("h1", data.title),
        el("p.hint", `${data.n_layers} layers of ${data.n_heads} heads; up to ${data.n_ctx} tokens.`),
        el("form", { onsubmit: submit }, prompt, !frozen() && el("div.head", buttons, parts2.links), parts2.status),
        el("h2", "Edits"),
        parts2.edits
      ),
      parts2.answer
    );
    return {
      title: data.title,
      node: parts2.main,
      start: () => {
        drawEdits();
        drawButtons();
        draw2();
        if (frozen()) say("A frozen page: what the model did with this prompt.");
        else prompt.focus();
      },
      resize: () => figures.forEach((f) => f.place()),
      recolour: () => current() && draw2()
    };
  };

  // src/live/app.js
  layout.mode = "lines";
  start2({
    title: "polyhead live",
    home: "#/",
    data: "live",
    open,
    route: ({ parts: parts3 }) => {
      if (parts3.length) throw new Error(`There is no page at ${location.hash}.`);
      return { kind: "live", make: page3 };
    },
    bar: () => ({ left: [] }),
    keys: { "/": () => document.getElementById("prompt")?.focus() },
    help: () => [
      ["/", "the prompt"],
      ["Ctrl + Enter", "in the prompt: run"]
    ]
  });
})();
