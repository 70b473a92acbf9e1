/*! polyhead, report pages. Built from viewer/src by `make viewer`; do not edit. MIT licence.

Contains parts of d3-array 3.2.5

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-axis 3.0.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-color 3.1.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-dispatch 3.0.2

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-drag 3.0.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-ease 3.0.2

Copyright 2010-2026 Mike Bostock
Copyright 2001 Robert Penner
All rights reserved.

Redistribution and use in source and binary forms, with or without modification,
are permitted provided that the following conditions are met:

* Redistributions of source code must retain the above copyright notice, this
  list of conditions and the following disclaimer.

* Redistributions in binary form must reproduce the above copyright notice,
  this list of conditions and the following disclaimer in the documentation
  and/or other materials provided with the distribution.

* Neither the name of the author nor the names of contributors may be used to
  endorse or promote products derived from this software without specific prior
  written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.


Contains parts of d3-format 3.1.3

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-interpolate 3.0.2

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-path 3.1.1

Copyright 2015-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-scale 4.0.3

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-selection 3.0.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-shape 3.2.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-timer 3.0.2

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-transition 3.0.2

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.


Contains parts of d3-zoom 3.0.1

Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.
 */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };

  // src/shared/dom.js
  var set = (node, attributes) => {
    for (const [name, value2] of Object.entries(attributes)) {
      if (value2 === null || value2 === void 0 || value2 === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value2);
      else if (name === "vars")
        for (const [k2, v] of Object.entries(value2)) node.style.setProperty(k2, v);
      else if (name === "class") node.classList.add(...String(value2).split(" ").filter(Boolean));
      else node.setAttribute(name, value2 === true ? "" : String(value2));
    }
  };
  var maker = (create2) => (selector2, ...rest) => {
    const [tag, ...parts] = selector2.split(/(?=[.#])/);
    const node = create2(tag);
    for (const part of parts) {
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
  var segmented = (label2, options, current2, choose2) => {
    const group = el("div.segmented", { role: "group", "aria-label": label2 });
    const show2 = (value2) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value2)));
    };
    for (const [value2, text2, title] of Array.isArray(options) ? options : Object.entries(options)) {
      const onclick = () => {
        show2(value2);
        choose2(value2);
      };
      group.append(el("button", { type: "button", "data-value": value2, title, onclick }, text2));
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
    cluster: "Group of latents with similar loadings.",
    label: "What polyhead interpret or a person calls it; the search looks here too.",
    distance: "Tokens from destination back to source, mean over what attention moves.",
    family: "What it does with positions: the relation of source and destination along which it moves at least 30 % (recent: 50 %), and that share. Induction: from the token after an earlier copy of the current one. Without such a relation, what it carries: copying, succession, delimiters, indentation, fixed positions (50 %)."
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
  var box = el("div#tip.tip", { role: "tooltip", hidden: true });
  var owner = null;
  var place = (x2, y2) => {
    const margin = 12, w = box.offsetWidth, h = box.offsetHeight;
    const left2 = x2 + margin + w > innerWidth ? x2 - margin - w : x2 + margin;
    const top2 = y2 + margin + h > innerHeight ? y2 - margin - h : y2 + margin;
    box.style.left = `${Math.max(4, left2)}px`;
    box.style.top = `${Math.max(4, top2)}px`;
  };
  var show = (content, x2, y2) => {
    box.replaceChildren(...[content].flat().map((c) => c instanceof Node ? c : document.createTextNode(c)));
    box.hidden = false;
    if (!box.isConnected) document.body.append(box);
    place(x2, y2);
  };
  var hide = () => {
    box.hidden = true;
    owner = null;
  };
  var attach = (node, make2) => {
    const open = (x2, y2) => {
      const content = make2();
      if (content === null) return;
      owner = node;
      show(content, x2, y2);
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
    "dl.lines",
    rows.filter(Boolean).map(([k2, v]) => [el("dt", k2), el("dd", v)])
  );

  // src/shared/keys.js
  var app;
  var dialog;
  var help = () => {
    const rows = app.help().map(([k2, v]) => [el("dt", el("kbd", k2)), el("dd", v)]);
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
    const pages = [...promises.keys()].filter((k2) => k2.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise;
  };
  var shard = (n) => String(n).padStart(4, "0");
  var NUMBERS = [
    ...["density", "energy_share", "max_activation", "effective_heads", "identity_share", "map_x", "map_y"],
    ...["family_share", "distance"]
  ];
  var WHOLE = ["latent", "main_head", "cluster", "group"];
  var TOKENS = ["top_source_tokens", "top_key_tokens", "top_promoted"];
  var TEXTS = ["family", "label"];
  var tables = /* @__PURE__ */ new Map();
  var readTable = async (card) => {
    const keys = Array.from({ length: card.row_shards }, (_, i) => `${card.name}/rows-${shard(i)}`);
    const [vocabulary, ...parts] = await Promise.all([load(`${card.name}/tokens`), ...keys.map(load)]);
    const n = card.n_rows, width2 = card.n_heads + 1;
    const table2 = { n, width: width2, vocabulary, card, loadings: new Float32Array(n * width2) };
    for (const name of NUMBERS) table2[name] = new Float32Array(n);
    for (const name of WHOLE) table2[name] = new Int32Array(n);
    for (const name of TOKENS) table2[name] = [];
    for (const name of TEXTS) table2[name] = [];
    for (const part of parts) {
      for (const name of [...NUMBERS, ...WHOLE])
        table2[name].set(
          part[name].map((v) => v === null ? NaN : v),
          part.first
        );
      for (const name of TEXTS) for (const text2 of part[name]) table2[name].push(text2);
      table2.loadings.set(part.loadings, part.first * width2);
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
    const number4 = Math.floor(latent / card.page_shard_size);
    if (!card.page_shards.includes(number4)) return null;
    const pages = await load(`${card.name}/pages-${shard(number4)}`);
    return pages[latent] || null;
  };

  // node_modules/d3-path/dist/d3-path.mjs
  var pi = Math.PI;
  var tau = 2 * pi;
  var epsilon = 1e-6;
  var tauEpsilon = tau - epsilon;
  function append(strings) {
    this._ += strings[0];
    for (let i = 1, n = strings.length; i < n; ++i) {
      this._ += arguments[i] + strings[i];
    }
  }
  function appendRound(digits) {
    let d = Math.floor(digits);
    if (!(d >= 0)) throw new Error(`invalid digits: ${digits}`);
    if (d > 15) return append;
    const k2 = 10 ** d;
    return function(strings) {
      this._ += strings[0];
      for (let i = 1, n = strings.length; i < n; ++i) {
        this._ += Math.round(arguments[i] * k2) / k2 + strings[i];
      }
    };
  }
  function equal(x0, y0, x1, y1) {
    return x0 === x1 && y0 === y1;
  }
  function equalRound(digits) {
    const d = Math.floor(digits);
    if (!(d <= 15)) return equal;
    const k2 = 10 ** d;
    const r = function(value2) {
      return Math.round(value2 * k2);
    };
    return function(x0, y0, x1, y1) {
      return r(x0) === r(x1) && r(y0) === r(y1);
    };
  }
  var Path = class {
    constructor(digits) {
      this._x0 = this._y0 = // start of current subpath
      this._x1 = this._y1 = null;
      this._ = "";
      this._append = digits == null ? append : appendRound(digits);
      this._equal = digits == null ? equal : equalRound(digits);
    }
    moveTo(x2, y2) {
      this._append`M${this._x0 = this._x1 = +x2},${this._y0 = this._y1 = +y2}`;
    }
    closePath() {
      if (this._x1 !== null) {
        this._x1 = this._x0, this._y1 = this._y0;
        this._append`Z`;
      }
    }
    lineTo(x2, y2) {
      this._append`L${this._x1 = +x2},${this._y1 = +y2}`;
    }
    quadraticCurveTo(x1, y1, x2, y2) {
      this._append`Q${+x1},${+y1},${this._x1 = +x2},${this._y1 = +y2}`;
    }
    bezierCurveTo(x1, y1, x2, y2, x3, y3) {
      this._append`C${+x1},${+y1},${+x2},${+y2},${this._x1 = +x3},${this._y1 = +y3}`;
    }
    arcTo(x1, y1, x2, y2, r) {
      x1 = +x1, y1 = +y1, x2 = +x2, y2 = +y2, r = +r;
      if (r < 0) throw new Error(`negative radius: ${r}`);
      let x0 = this._x1, y0 = this._y1, x21 = x2 - x1, y21 = y2 - y1, x01 = x0 - x1, y01 = y0 - y1, l01_2 = x01 * x01 + y01 * y01;
      if (this._x1 === null) {
        this._append`M${this._x1 = x1},${this._y1 = y1}`;
      } else if (!(l01_2 > epsilon)) ;
      else if (!(Math.abs(y01 * x21 - y21 * x01) > epsilon) || !r) {
        this._append`L${this._x1 = x1},${this._y1 = y1}`;
      } else {
        let x20 = x2 - x0, y20 = y2 - y0, l21_2 = x21 * x21 + y21 * y21, l20_2 = x20 * x20 + y20 * y20, l21 = Math.sqrt(l21_2), l01 = Math.sqrt(l01_2), l = r * Math.tan((pi - Math.acos((l21_2 + l01_2 - l20_2) / (2 * l21 * l01))) / 2), t01 = l / l01, t21 = l / l21;
        if (Math.abs(t01 - 1) > epsilon) {
          this._append`L${x1 + t01 * x01},${y1 + t01 * y01}`;
        }
        this._append`A${r},${r},0,0,${+(y01 * x20 > x01 * y20)},${this._x1 = x1 + t21 * x21},${this._y1 = y1 + t21 * y21}`;
      }
    }
    arc(x2, y2, r, a0, a1, ccw) {
      x2 = +x2, y2 = +y2, r = +r, ccw = !!ccw;
      if (r < 0) throw new Error(`negative radius: ${r}`);
      let dx = r * Math.cos(a0), dy = r * Math.sin(a0), x0 = x2 + dx, y0 = y2 + dy, cw = 1 ^ ccw, da = ccw ? a0 - a1 : a1 - a0;
      if (this._x1 === null) {
        this._append`M${x0},${y0}`;
      } else if (Math.abs(this._x1 - x0) > epsilon || Math.abs(this._y1 - y0) > epsilon) {
        this._append`L${x0},${y0}`;
      }
      if (!r) return;
      if (da < 0) da = da % tau + tau;
      if (da > tauEpsilon) {
        this._append`A${r},${r},0,1,${cw},${x2 - dx},${y2 - dy}A${r},${r},0,1,${cw},${this._x1 = x0},${this._y1 = y0}`;
      } else if (da > epsilon) {
        const x1 = x2 + r * Math.cos(a1);
        const y1 = y2 + r * Math.sin(a1);
        if (da >= pi && this._equal(x0, y0, x1, y1)) {
          da /= 2;
          let a00 = a0 + da;
          this._append`A${r},${r},0,${+(da >= pi)},${cw},${x2 + r * Math.cos(a00)},${y2 + r * Math.sin(a00)}`;
        }
        this._append`A${r},${r},0,${+(da >= pi)},${cw},${this._x1 = x1},${this._y1 = y1}`;
      }
    }
    rect(x2, y2, w, h) {
      this._append`M${this._x0 = this._x1 = +x2},${this._y0 = this._y1 = +y2}h${w = +w}v${+h}h${-w}Z`;
    }
    toString() {
      return this._;
    }
  };
  function path() {
    return new Path();
  }
  path.prototype = Path.prototype;

  // node_modules/d3-shape/dist/d3-shape.mjs
  function constant(x2) {
    return function constant5() {
      return x2;
    };
  }
  var cos = Math.cos;
  var sin = Math.sin;
  var sqrt = Math.sqrt;
  var epsilon2 = 1e-12;
  var pi2 = Math.PI;
  var halfPi = pi2 / 2;
  var tau2 = 2 * pi2;
  function withPath(shape) {
    let digits = 3;
    shape.digits = function(_) {
      if (!arguments.length) return digits;
      if (_ == null) {
        digits = null;
      } else {
        const d = Math.floor(_);
        if (!(d >= 0)) throw new RangeError(`invalid digits: ${_}`);
        digits = d;
      }
      return shape;
    };
    return () => new Path(digits);
  }
  var slice = Array.prototype.slice;
  function array(x2) {
    return typeof x2 === "object" && "length" in x2 ? x2 : Array.from(x2);
  }
  function Linear(context2) {
    this._context = context2;
  }
  Linear.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._point = 0;
    },
    lineEnd: function() {
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
        // falls through
        default:
          this._context.lineTo(x2, y2);
          break;
      }
    }
  };
  function curveLinear(context2) {
    return new Linear(context2);
  }
  function x(p) {
    return p[0];
  }
  function y(p) {
    return p[1];
  }
  function line(x$1, y$1) {
    var defined2 = constant(true), context2 = null, curve = curveLinear, output = null, path2 = withPath(line2);
    x$1 = typeof x$1 === "function" ? x$1 : x$1 === void 0 ? x : constant(x$1);
    y$1 = typeof y$1 === "function" ? y$1 : y$1 === void 0 ? y : constant(y$1);
    function line2(data2) {
      var i, n = (data2 = array(data2)).length, d, defined0 = false, buffer;
      if (context2 == null) output = curve(buffer = path2());
      for (i = 0; i <= n; ++i) {
        if (!(i < n && defined2(d = data2[i], i, data2)) === defined0) {
          if (defined0 = !defined0) output.lineStart();
          else output.lineEnd();
        }
        if (defined0) output.point(+x$1(d, i, data2), +y$1(d, i, data2));
      }
      if (buffer) return output = null, buffer + "" || null;
    }
    line2.x = function(_) {
      return arguments.length ? (x$1 = typeof _ === "function" ? _ : constant(+_), line2) : x$1;
    };
    line2.y = function(_) {
      return arguments.length ? (y$1 = typeof _ === "function" ? _ : constant(+_), line2) : y$1;
    };
    line2.defined = function(_) {
      return arguments.length ? (defined2 = typeof _ === "function" ? _ : constant(!!_), line2) : defined2;
    };
    line2.curve = function(_) {
      return arguments.length ? (curve = _, context2 != null && (output = curve(context2)), line2) : curve;
    };
    line2.context = function(_) {
      return arguments.length ? (_ == null ? context2 = output = null : output = curve(context2 = _), line2) : context2;
    };
    return line2;
  }
  var curveRadialLinear = curveRadial(curveLinear);
  function Radial(curve) {
    this._curve = curve;
  }
  Radial.prototype = {
    areaStart: function() {
      this._curve.areaStart();
    },
    areaEnd: function() {
      this._curve.areaEnd();
    },
    lineStart: function() {
      this._curve.lineStart();
    },
    lineEnd: function() {
      this._curve.lineEnd();
    },
    point: function(a2, r) {
      this._curve.point(r * Math.sin(a2), r * -Math.cos(a2));
    }
  };
  function curveRadial(curve) {
    function radial(context2) {
      return new Radial(curve(context2));
    }
    radial._curve = curve;
    return radial;
  }
  var sqrt3$2 = sqrt(3);
  var circle = {
    draw(context2, size) {
      const r = sqrt(size / pi2);
      context2.moveTo(r, 0);
      context2.arc(0, 0, r, 0, tau2);
    }
  };
  var cross = {
    draw(context2, size) {
      const r = sqrt(size / 5) / 2;
      context2.moveTo(-3 * r, -r);
      context2.lineTo(-r, -r);
      context2.lineTo(-r, -3 * r);
      context2.lineTo(r, -3 * r);
      context2.lineTo(r, -r);
      context2.lineTo(3 * r, -r);
      context2.lineTo(3 * r, r);
      context2.lineTo(r, r);
      context2.lineTo(r, 3 * r);
      context2.lineTo(-r, 3 * r);
      context2.lineTo(-r, r);
      context2.lineTo(-3 * r, r);
      context2.closePath();
    }
  };
  var tan30 = sqrt(1 / 3);
  var tan30_2 = tan30 * 2;
  var diamond2 = {
    draw(context2, size) {
      const r = sqrt(size) * 0.62625;
      context2.moveTo(0, -r);
      context2.lineTo(r, 0);
      context2.lineTo(0, r);
      context2.lineTo(-r, 0);
      context2.closePath();
    }
  };
  var square = {
    draw(context2, size) {
      const w = sqrt(size);
      const x2 = -w / 2;
      context2.rect(x2, x2, w, w);
    }
  };
  var kr = sin(pi2 / 10) / sin(7 * pi2 / 10);
  var kx = sin(tau2 / 10) * kr;
  var ky = -cos(tau2 / 10) * kr;
  var sqrt3$1 = sqrt(3);
  var triangle = {
    draw(context2, size) {
      const y2 = -sqrt(size / (sqrt3$1 * 3));
      context2.moveTo(0, y2 * 2);
      context2.lineTo(-sqrt3$1 * y2, -y2);
      context2.lineTo(sqrt3$1 * y2, -y2);
      context2.closePath();
    }
  };
  var sqrt3 = sqrt(3);
  var s = sqrt(3) / 2;
  var k = 1 / sqrt(12);
  var a = (k / 2 + 1) * 3;
  function noop() {
  }
  function point$3(that, x2, y2) {
    that._context.bezierCurveTo(
      (2 * that._x0 + that._x1) / 3,
      (2 * that._y0 + that._y1) / 3,
      (that._x0 + 2 * that._x1) / 3,
      (that._y0 + 2 * that._y1) / 3,
      (that._x0 + 4 * that._x1 + x2) / 6,
      (that._y0 + 4 * that._y1 + y2) / 6
    );
  }
  function Basis(context2) {
    this._context = context2;
  }
  Basis.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._y0 = this._y1 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 3:
          point$3(this, this._x1, this._y1);
        // falls through
        case 2:
          this._context.lineTo(this._x1, this._y1);
          break;
      }
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          this._context.lineTo((5 * this._x0 + this._x1) / 6, (5 * this._y0 + this._y1) / 6);
        // falls through
        default:
          point$3(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = x2;
      this._y0 = this._y1, this._y1 = y2;
    }
  };
  function BasisClosed(context2) {
    this._context = context2;
  }
  BasisClosed.prototype = {
    areaStart: noop,
    areaEnd: noop,
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._x3 = this._x4 = this._y0 = this._y1 = this._y2 = this._y3 = this._y4 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 1: {
          this._context.moveTo(this._x2, this._y2);
          this._context.closePath();
          break;
        }
        case 2: {
          this._context.moveTo((this._x2 + 2 * this._x3) / 3, (this._y2 + 2 * this._y3) / 3);
          this._context.lineTo((this._x3 + 2 * this._x2) / 3, (this._y3 + 2 * this._y2) / 3);
          this._context.closePath();
          break;
        }
        case 3: {
          this.point(this._x2, this._y2);
          this.point(this._x3, this._y3);
          this.point(this._x4, this._y4);
          break;
        }
      }
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x2 = x2, this._y2 = y2;
          break;
        case 1:
          this._point = 2;
          this._x3 = x2, this._y3 = y2;
          break;
        case 2:
          this._point = 3;
          this._x4 = x2, this._y4 = y2;
          this._context.moveTo((this._x0 + 4 * this._x1 + x2) / 6, (this._y0 + 4 * this._y1 + y2) / 6);
          break;
        default:
          point$3(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = x2;
      this._y0 = this._y1, this._y1 = y2;
    }
  };
  function BasisOpen(context2) {
    this._context = context2;
  }
  BasisOpen.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._y0 = this._y1 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      if (this._line || this._line !== 0 && this._point === 3) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          var x0 = (this._x0 + 4 * this._x1 + x2) / 6, y0 = (this._y0 + 4 * this._y1 + y2) / 6;
          this._line ? this._context.lineTo(x0, y0) : this._context.moveTo(x0, y0);
          break;
        case 3:
          this._point = 4;
        // falls through
        default:
          point$3(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = x2;
      this._y0 = this._y1, this._y1 = y2;
    }
  };
  function Bundle(context2, beta) {
    this._basis = new Basis(context2);
    this._beta = beta;
  }
  Bundle.prototype = {
    lineStart: function() {
      this._x = [];
      this._y = [];
      this._basis.lineStart();
    },
    lineEnd: function() {
      var x2 = this._x, y2 = this._y, j = x2.length - 1;
      if (j > 0) {
        var x0 = x2[0], y0 = y2[0], dx = x2[j] - x0, dy = y2[j] - y0, i = -1, t;
        while (++i <= j) {
          t = i / j;
          this._basis.point(
            this._beta * x2[i] + (1 - this._beta) * (x0 + t * dx),
            this._beta * y2[i] + (1 - this._beta) * (y0 + t * dy)
          );
        }
      }
      this._x = this._y = null;
      this._basis.lineEnd();
    },
    point: function(x2, y2) {
      this._x.push(+x2);
      this._y.push(+y2);
    }
  };
  var bundle = (function custom(beta) {
    function bundle2(context2) {
      return beta === 1 ? new Basis(context2) : new Bundle(context2, beta);
    }
    bundle2.beta = function(beta2) {
      return custom(+beta2);
    };
    return bundle2;
  })(0.85);
  function point$2(that, x2, y2) {
    that._context.bezierCurveTo(
      that._x1 + that._k * (that._x2 - that._x0),
      that._y1 + that._k * (that._y2 - that._y0),
      that._x2 + that._k * (that._x1 - x2),
      that._y2 + that._k * (that._y1 - y2),
      that._x2,
      that._y2
    );
  }
  function Cardinal(context2, tension) {
    this._context = context2;
    this._k = (1 - tension) / 6;
  }
  Cardinal.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._y0 = this._y1 = this._y2 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 2:
          this._context.lineTo(this._x2, this._y2);
          break;
        case 3:
          point$2(this, this._x1, this._y1);
          break;
      }
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
          this._x1 = x2, this._y1 = y2;
          break;
        case 2:
          this._point = 3;
        // falls through
        default:
          point$2(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var cardinal = (function custom2(tension) {
    function cardinal2(context2) {
      return new Cardinal(context2, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom2(+tension2);
    };
    return cardinal2;
  })(0);
  function CardinalClosed(context2, tension) {
    this._context = context2;
    this._k = (1 - tension) / 6;
  }
  CardinalClosed.prototype = {
    areaStart: noop,
    areaEnd: noop,
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._x3 = this._x4 = this._x5 = this._y0 = this._y1 = this._y2 = this._y3 = this._y4 = this._y5 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 1: {
          this._context.moveTo(this._x3, this._y3);
          this._context.closePath();
          break;
        }
        case 2: {
          this._context.lineTo(this._x3, this._y3);
          this._context.closePath();
          break;
        }
        case 3: {
          this.point(this._x3, this._y3);
          this.point(this._x4, this._y4);
          this.point(this._x5, this._y5);
          break;
        }
      }
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x3 = x2, this._y3 = y2;
          break;
        case 1:
          this._point = 2;
          this._context.moveTo(this._x4 = x2, this._y4 = y2);
          break;
        case 2:
          this._point = 3;
          this._x5 = x2, this._y5 = y2;
          break;
        default:
          point$2(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var cardinalClosed = (function custom3(tension) {
    function cardinal2(context2) {
      return new CardinalClosed(context2, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom3(+tension2);
    };
    return cardinal2;
  })(0);
  function CardinalOpen(context2, tension) {
    this._context = context2;
    this._k = (1 - tension) / 6;
  }
  CardinalOpen.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._y0 = this._y1 = this._y2 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      if (this._line || this._line !== 0 && this._point === 3) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          this._line ? this._context.lineTo(this._x2, this._y2) : this._context.moveTo(this._x2, this._y2);
          break;
        case 3:
          this._point = 4;
        // falls through
        default:
          point$2(this, x2, y2);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var cardinalOpen = (function custom4(tension) {
    function cardinal2(context2) {
      return new CardinalOpen(context2, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom4(+tension2);
    };
    return cardinal2;
  })(0);
  function point$1(that, x2, y2) {
    var x1 = that._x1, y1 = that._y1, x22 = that._x2, y22 = that._y2;
    if (that._l01_a > epsilon2) {
      var a2 = 2 * that._l01_2a + 3 * that._l01_a * that._l12_a + that._l12_2a, n = 3 * that._l01_a * (that._l01_a + that._l12_a);
      x1 = (x1 * a2 - that._x0 * that._l12_2a + that._x2 * that._l01_2a) / n;
      y1 = (y1 * a2 - that._y0 * that._l12_2a + that._y2 * that._l01_2a) / n;
    }
    if (that._l23_a > epsilon2) {
      var b = 2 * that._l23_2a + 3 * that._l23_a * that._l12_a + that._l12_2a, m = 3 * that._l23_a * (that._l23_a + that._l12_a);
      x22 = (x22 * b + that._x1 * that._l23_2a - x2 * that._l12_2a) / m;
      y22 = (y22 * b + that._y1 * that._l23_2a - y2 * that._l12_2a) / m;
    }
    that._context.bezierCurveTo(x1, y1, x22, y22, that._x2, that._y2);
  }
  function CatmullRom(context2, alpha) {
    this._context = context2;
    this._alpha = alpha;
  }
  CatmullRom.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._y0 = this._y1 = this._y2 = NaN;
      this._l01_a = this._l12_a = this._l23_a = this._l01_2a = this._l12_2a = this._l23_2a = this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 2:
          this._context.lineTo(this._x2, this._y2);
          break;
        case 3:
          this.point(this._x2, this._y2);
          break;
      }
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      if (this._point) {
        var x23 = this._x2 - x2, y23 = this._y2 - y2;
        this._l23_a = Math.sqrt(this._l23_2a = Math.pow(x23 * x23 + y23 * y23, this._alpha));
      }
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
        // falls through
        default:
          point$1(this, x2, y2);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var catmullRom = (function custom5(alpha) {
    function catmullRom2(context2) {
      return alpha ? new CatmullRom(context2, alpha) : new Cardinal(context2, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom5(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function CatmullRomClosed(context2, alpha) {
    this._context = context2;
    this._alpha = alpha;
  }
  CatmullRomClosed.prototype = {
    areaStart: noop,
    areaEnd: noop,
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._x3 = this._x4 = this._x5 = this._y0 = this._y1 = this._y2 = this._y3 = this._y4 = this._y5 = NaN;
      this._l01_a = this._l12_a = this._l23_a = this._l01_2a = this._l12_2a = this._l23_2a = this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 1: {
          this._context.moveTo(this._x3, this._y3);
          this._context.closePath();
          break;
        }
        case 2: {
          this._context.lineTo(this._x3, this._y3);
          this._context.closePath();
          break;
        }
        case 3: {
          this.point(this._x3, this._y3);
          this.point(this._x4, this._y4);
          this.point(this._x5, this._y5);
          break;
        }
      }
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      if (this._point) {
        var x23 = this._x2 - x2, y23 = this._y2 - y2;
        this._l23_a = Math.sqrt(this._l23_2a = Math.pow(x23 * x23 + y23 * y23, this._alpha));
      }
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x3 = x2, this._y3 = y2;
          break;
        case 1:
          this._point = 2;
          this._context.moveTo(this._x4 = x2, this._y4 = y2);
          break;
        case 2:
          this._point = 3;
          this._x5 = x2, this._y5 = y2;
          break;
        default:
          point$1(this, x2, y2);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var catmullRomClosed = (function custom6(alpha) {
    function catmullRom2(context2) {
      return alpha ? new CatmullRomClosed(context2, alpha) : new CardinalClosed(context2, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom6(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function CatmullRomOpen(context2, alpha) {
    this._context = context2;
    this._alpha = alpha;
  }
  CatmullRomOpen.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._x2 = this._y0 = this._y1 = this._y2 = NaN;
      this._l01_a = this._l12_a = this._l23_a = this._l01_2a = this._l12_2a = this._l23_2a = this._point = 0;
    },
    lineEnd: function() {
      if (this._line || this._line !== 0 && this._point === 3) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      if (this._point) {
        var x23 = this._x2 - x2, y23 = this._y2 - y2;
        this._l23_a = Math.sqrt(this._l23_2a = Math.pow(x23 * x23 + y23 * y23, this._alpha));
      }
      switch (this._point) {
        case 0:
          this._point = 1;
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          this._line ? this._context.lineTo(this._x2, this._y2) : this._context.moveTo(this._x2, this._y2);
          break;
        case 3:
          this._point = 4;
        // falls through
        default:
          point$1(this, x2, y2);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x2;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y2;
    }
  };
  var catmullRomOpen = (function custom7(alpha) {
    function catmullRom2(context2) {
      return alpha ? new CatmullRomOpen(context2, alpha) : new CardinalOpen(context2, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom7(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function LinearClosed(context2) {
    this._context = context2;
  }
  LinearClosed.prototype = {
    areaStart: noop,
    areaEnd: noop,
    lineStart: function() {
      this._point = 0;
    },
    lineEnd: function() {
      if (this._point) this._context.closePath();
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      if (this._point) this._context.lineTo(x2, y2);
      else this._point = 1, this._context.moveTo(x2, y2);
    }
  };
  function sign(x2) {
    return x2 < 0 ? -1 : 1;
  }
  function slope3(that, x2, y2) {
    var h0 = that._x1 - that._x0, h1 = x2 - that._x1, s0 = (that._y1 - that._y0) / (h0 || h1 < 0 && -0), s1 = (y2 - that._y1) / (h1 || h0 < 0 && -0), p = (s0 * h1 + s1 * h0) / (h0 + h1);
    return (sign(s0) + sign(s1)) * Math.min(Math.abs(s0), Math.abs(s1), 0.5 * Math.abs(p)) || 0;
  }
  function slope2(that, t) {
    var h = that._x1 - that._x0;
    return h ? (3 * (that._y1 - that._y0) / h - t) / 2 : t;
  }
  function point(that, t02, t12) {
    var x0 = that._x0, y0 = that._y0, x1 = that._x1, y1 = that._y1, dx = (x1 - x0) / 3;
    that._context.bezierCurveTo(x0 + dx, y0 + dx * t02, x1 - dx, y1 - dx * t12, x1, y1);
  }
  function MonotoneX(context2) {
    this._context = context2;
  }
  MonotoneX.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x0 = this._x1 = this._y0 = this._y1 = this._t0 = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      switch (this._point) {
        case 2:
          this._context.lineTo(this._x1, this._y1);
          break;
        case 3:
          point(this, this._t0, slope2(this, this._t0));
          break;
      }
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      var t12 = NaN;
      x2 = +x2, y2 = +y2;
      if (x2 === this._x1 && y2 === this._y1) return;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          point(this, slope2(this, t12 = slope3(this, x2, y2)), t12);
          break;
        default:
          point(this, this._t0, t12 = slope3(this, x2, y2));
          break;
      }
      this._x0 = this._x1, this._x1 = x2;
      this._y0 = this._y1, this._y1 = y2;
      this._t0 = t12;
    }
  };
  function MonotoneY(context2) {
    this._context = new ReflectContext(context2);
  }
  (MonotoneY.prototype = Object.create(MonotoneX.prototype)).point = function(x2, y2) {
    MonotoneX.prototype.point.call(this, y2, x2);
  };
  function ReflectContext(context2) {
    this._context = context2;
  }
  ReflectContext.prototype = {
    moveTo: function(x2, y2) {
      this._context.moveTo(y2, x2);
    },
    closePath: function() {
      this._context.closePath();
    },
    lineTo: function(x2, y2) {
      this._context.lineTo(y2, x2);
    },
    bezierCurveTo: function(x1, y1, x2, y2, x3, y3) {
      this._context.bezierCurveTo(y1, x1, y2, x2, y3, x3);
    }
  };
  function Natural(context2) {
    this._context = context2;
  }
  Natural.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x = [];
      this._y = [];
    },
    lineEnd: function() {
      var x2 = this._x, y2 = this._y, n = x2.length;
      if (n) {
        this._line ? this._context.lineTo(x2[0], y2[0]) : this._context.moveTo(x2[0], y2[0]);
        if (n === 2) {
          this._context.lineTo(x2[1], y2[1]);
        } else {
          var px = controlPoints(x2), py = controlPoints(y2);
          for (var i0 = 0, i1 = 1; i1 < n; ++i0, ++i1) {
            this._context.bezierCurveTo(px[0][i0], py[0][i0], px[1][i0], py[1][i0], x2[i1], y2[i1]);
          }
        }
      }
      if (this._line || this._line !== 0 && n === 1) this._context.closePath();
      this._line = 1 - this._line;
      this._x = this._y = null;
    },
    point: function(x2, y2) {
      this._x.push(+x2);
      this._y.push(+y2);
    }
  };
  function controlPoints(x2) {
    var i, n = x2.length - 1, m, a2 = new Array(n), b = new Array(n), r = new Array(n);
    a2[0] = 0, b[0] = 2, r[0] = x2[0] + 2 * x2[1];
    for (i = 1; i < n - 1; ++i) a2[i] = 1, b[i] = 4, r[i] = 4 * x2[i] + 2 * x2[i + 1];
    a2[n - 1] = 2, b[n - 1] = 7, r[n - 1] = 8 * x2[n - 1] + x2[n];
    for (i = 1; i < n; ++i) m = a2[i] / b[i - 1], b[i] -= m, r[i] -= m * r[i - 1];
    a2[n - 1] = r[n - 1] / b[n - 1];
    for (i = n - 2; i >= 0; --i) a2[i] = (r[i] - a2[i + 1]) / b[i];
    b[n - 1] = (x2[n] + a2[n - 1]) / 2;
    for (i = 0; i < n - 1; ++i) b[i] = 2 * x2[i + 1] - a2[i + 1];
    return [a2, b];
  }
  function Step(context2, t) {
    this._context = context2;
    this._t = t;
  }
  Step.prototype = {
    areaStart: function() {
      this._line = 0;
    },
    areaEnd: function() {
      this._line = NaN;
    },
    lineStart: function() {
      this._x = this._y = NaN;
      this._point = 0;
    },
    lineEnd: function() {
      if (0 < this._t && this._t < 1 && this._point === 2) this._context.lineTo(this._x, this._y);
      if (this._line || this._line !== 0 && this._point === 1) this._context.closePath();
      if (this._line >= 0) this._t = 1 - this._t, this._line = 1 - this._line;
    },
    point: function(x2, y2) {
      x2 = +x2, y2 = +y2;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x2, y2) : this._context.moveTo(x2, y2);
          break;
        case 1:
          this._point = 2;
        // falls through
        default: {
          if (this._t <= 0) {
            this._context.lineTo(this._x, y2);
            this._context.lineTo(x2, y2);
          } else {
            var x1 = this._x * (1 - this._t) + x2 * this._t;
            this._context.lineTo(x1, this._y);
            this._context.lineTo(x1, y2);
          }
          break;
        }
      }
      this._x = x2, this._y = y2;
    }
  };

  // src/shared/shapes.js
  var FONT = "system-ui, sans-serif";
  var drawing = (width2, height, label2, attributes) => svg("svg", { viewBox: `0 0 ${width2} ${height}`, width: width2, height, role: "img", "aria-label": label2, ...attributes });
  var lineOf = (x1, y1, x2, y2, attributes) => svg("line", { x1, y1, x2, y2, ...attributes });
  var rectOf = (x2, y2, width2, height, attributes) => svg("rect", { x: x2, y: y2, width: width2, height, ...attributes });
  var text = (x2, y2, content, attributes) => svg("text", { x: x2, y: y2, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);
  var linePath = (points) => line().defined((p) => p !== null).digits(2)(
    /** @type {[number, number][]} */
    points
  ) ?? "";
  var SYMBOLS = {
    circle: [circle, Math.PI],
    square: [square, 3.1],
    triangle: [triangle, 2.45],
    diamond: [diamond2, 4],
    cross: [cross, 2.9]
  };
  var shapePath = (shape, x2, y2, r) => {
    const [type, area2] = SYMBOLS[shape] ?? SYMBOLS.circle;
    const out = path();
    type.draw(
      /** @type {any} */
      {
        moveTo: (a2, b) => out.moveTo(x2 + a2, y2 + b),
        lineTo: (a2, b) => out.lineTo(x2 + a2, y2 + b),
        arc: (a2, b, ...rest) => out.arc(x2 + a2, y2 + b, .../** @type {[number, number, number]} */
        rest),
        rect: (a2, b, w, h) => out.rect(x2 + a2, y2 + b, w, h),
        closePath: () => out.closePath()
      },
      area2 * r * r
    );
    return out.toString();
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
    const plain3 = plainOf(v);
    const name = placed(plain3)[0] || titles.get(plain3) || plain3;
    return plain3 === v ? name : `${name}, shuffled patterns (control)`;
  };
  var variantColor = (v) => color(plainOf(v) === v ? placed(v)[1] : "shuffled");
  var variantShape = (v) => placed(plainOf(v))[2] || null;
  var variantDash = (v) => DASHES[variantShape(v)] || null;
  var variantMark = (v) => {
    const shape = variantShape(v);
    if (!shape) return el("span.swatch", { vars: { "--swatch": variantColor(v) } });
    const path2 = svg("path", { d: shapePath(shape, 6, 6, 4.6), fill: variantColor(v) });
    return svg("svg.mark-swatch", { width: 12, height: 12, "aria-hidden": "true" }, path2);
  };
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

  // src/shared/shell.js
  var SLOW = 250;
  var SETTLED = 80;
  var app2;
  var main;
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
    const [path2, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
    return { parts: path2.split("/").filter(Boolean).map(decodeURIComponent), query: query || "" };
  };
  var drawBar = (where) => {
    const button2 = (id2, text2, label2, key, onclick) => el("button.quiet", { id: id2, "aria-label": label2, title: `${label2} (${key})`, onclick }, text2);
    const { left: left2, right: right2 = [] } = app2.bar(where);
    document.getElementById("bar").replaceChildren(
      el("a.brand", { href: app2.home }, "polyhead"),
      ...left2.filter(Boolean),
      el("span.push"),
      ...right2.filter(Boolean),
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
  var search = async (elsewhere) => {
    if (!document.getElementById("search")) {
      if (!elsewhere) return;
      history.pushState(null, "", elsewhere);
      await render();
    }
    const box2 = (
      /** @type {HTMLInputElement | null} */
      document.getElementById("search")
    );
    box2?.focus();
    box2?.select();
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
    load(app2.data).then(async (value2) => {
      await app2.open(value2);
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
    const plain3 = (c) => {
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
        if (run === 1 && !(outer && leadingSpace)) plain3(run === 1 && outer ? " " : " ");
        else out.push([run > MOST_SPACES ? `·×${run}` : "·".repeat(run), run === 1 ? "space" : `${run} spaces`]);
        i += run - 1;
        continue;
      }
      const joined = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined ? null : mark(c);
      if (found) out.push(found);
      else plain3(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
    }
    return out;
  };
  var shown = (text2) => text2 === "" ? "∅" : pieces(text2, true).map((p) => p[0]).join("");
  var literal = (text2) => JSON.stringify(text2).replace(
    /[\u007f-\uffff]/g,
    (c) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  var fill = (node, text2, leadingSpace = true) => {
    if (text2 === "") node.append(el("span.mark.framed", "∅"));
    else if (SPECIAL.test(text2)) node.append(el("span.special", text2));
    else
      for (const [piece, meaning] of pieces(text2, leadingSpace)) {
        const framed = meaning && /^(U\+|\\|\ufffd)/.test(piece);
        node.append(meaning === null ? piece : el("span", { class: framed ? "mark framed" : "mark" }, piece));
      }
    return node;
  };
  var chip = (text2) => fill(el("bdi.chip", { title: literal(text2) }), text2);
  var chips = (list2) => el("span.chips", list2.map(chip));

  // src/report/filter.js
  var DEFAULT_SORT = "-energy_share";
  var NO_FAMILY = "none";
  var KEYS = ["q", "in", "head", "cluster", "group", "family", "dmin", "dmax", "imin", "imax", "dead", "sort"];
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
      const lower2 = token.toLowerCase();
      hits[i] = exact !== null ? lower2.trim() === exact.trim() : lower2.includes(wanted) || shown(token).toLowerCase().includes(wanted);
    });
    return hits;
  };
  var select = (table2, state) => {
    const hits = state.q ? matching(table2, state.q) : null;
    const called = state.in === "both" ? state.q.toLowerCase().replace(/^"(.+)"$/, "$1") : "";
    const fields = FIELDS[state.in].map((name) => table2[name]);
    const head = state.head === "" ? null : Number(state.head), group = state.group === "" ? null : Number(state.group), cluster = state.cluster === "" ? null : Number(state.cluster);
    const [dmin, dmax, imin, imax] = [state.dmin, state.dmax, state.imin, state.imax].map(share);
    const out = new Uint32Array(table2.n);
    let n = 0;
    for (let i = 0; i < table2.n; i++) {
      const density = table2.density[i], identity5 = table2.identity_share[i];
      if (!state.dead && !(density > 0)) continue;
      if (head !== null && table2.main_head[i] !== head) continue;
      if (group !== null && table2.group[i] !== group) continue;
      if (state.family && (table2.family[i] || NO_FAMILY) !== state.family) continue;
      if (cluster !== null && table2.cluster[i] !== cluster) continue;
      if (dmin !== null && !(density >= dmin)) continue;
      if (dmax !== null && !(density <= dmax)) continue;
      if (imin !== null && !(identity5 >= imin)) continue;
      if (imax !== null && !(identity5 <= imax)) continue;
      const named2 = called && table2.label[i].toLowerCase().includes(called);
      if (hits && !named2 && !fields.some((lists) => lists[i].some((t) => hits[t]))) continue;
      out[n++] = i;
    }
    return out.subarray(0, n);
  };

  // node_modules/d3-array/dist/d3-array.mjs
  function ascending(a2, b) {
    return a2 == null || b == null ? NaN : a2 < b ? -1 : a2 > b ? 1 : a2 >= b ? 0 : NaN;
  }
  function descending(a2, b) {
    return a2 == null || b == null ? NaN : b < a2 ? -1 : b > a2 ? 1 : b >= a2 ? 0 : NaN;
  }
  function bisector(f) {
    let compare1, compare2, delta;
    if (f.length !== 2) {
      compare1 = ascending;
      compare2 = (d, x2) => ascending(f(d), x2);
      delta = (d, x2) => f(d) - x2;
    } else {
      compare1 = f === ascending || f === descending ? f : zero;
      compare2 = f;
      delta = f;
    }
    function left2(a2, x2, lo = 0, hi = a2.length) {
      if (lo < hi) {
        if (compare1(x2, x2) !== 0) return hi;
        do {
          const mid = lo + hi >>> 1;
          if (compare2(a2[mid], x2) < 0) lo = mid + 1;
          else hi = mid;
        } while (lo < hi);
      }
      return lo;
    }
    function right2(a2, x2, lo = 0, hi = a2.length) {
      if (lo < hi) {
        if (compare1(x2, x2) !== 0) return hi;
        do {
          const mid = lo + hi >>> 1;
          if (compare2(a2[mid], x2) <= 0) lo = mid + 1;
          else hi = mid;
        } while (lo < hi);
      }
      return lo;
    }
    function center2(a2, x2, lo = 0, hi = a2.length) {
      const i = left2(a2, x2, lo, hi - 1);
      return i > lo && delta(a2[i - 1], x2) > -delta(a2[i], x2) ? i - 1 : i;
    }
    return { left: left2, center: center2, right: right2 };
  }
  function zero() {
    return 0;
  }
  function number(x2) {
    return x2 === null ? NaN : +x2;
  }
  var ascendingBisect = bisector(ascending);
  var bisectRight = ascendingBisect.right;
  var bisectLeft = ascendingBisect.left;
  var bisectCenter = bisector(number).center;
  var blur2 = Blur2(blurf);
  var blurImage = Blur2(blurfImage);
  function Blur2(blur) {
    return function(data2, rx, ry = rx) {
      if (!((rx = +rx) >= 0)) throw new RangeError("invalid rx");
      if (!((ry = +ry) >= 0)) throw new RangeError("invalid ry");
      let { data: values, width: width2, height } = data2;
      if (!((width2 = Math.floor(width2)) >= 0)) throw new RangeError("invalid width");
      if (!((height = Math.floor(height !== void 0 ? height : values.length / width2)) >= 0)) throw new RangeError("invalid height");
      if (!width2 || !height || !rx && !ry) return data2;
      const blurx = rx && blur(rx);
      const blury = ry && blur(ry);
      const temp = values.slice();
      if (blurx && blury) {
        blurh(blurx, temp, values, width2, height);
        blurh(blurx, values, temp, width2, height);
        blurh(blurx, temp, values, width2, height);
        blurv(blury, values, temp, width2, height);
        blurv(blury, temp, values, width2, height);
        blurv(blury, values, temp, width2, height);
      } else if (blurx) {
        blurh(blurx, values, temp, width2, height);
        blurh(blurx, temp, values, width2, height);
        blurh(blurx, values, temp, width2, height);
      } else if (blury) {
        blurv(blury, values, temp, width2, height);
        blurv(blury, temp, values, width2, height);
        blurv(blury, values, temp, width2, height);
      }
      return data2;
    };
  }
  function blurh(blur, T, S, w, h) {
    for (let y2 = 0, n = w * h; y2 < n; ) {
      blur(T, S, y2, y2 += w, 1);
    }
  }
  function blurv(blur, T, S, w, h) {
    for (let x2 = 0, n = w * h; x2 < w; ++x2) {
      blur(T, S, x2, x2 + n, w);
    }
  }
  function blurfImage(radius) {
    const blur = blurf(radius);
    return (T, S, start4, stop, step) => {
      start4 <<= 2, stop <<= 2, step <<= 2;
      blur(T, S, start4 + 0, stop + 0, step);
      blur(T, S, start4 + 1, stop + 1, step);
      blur(T, S, start4 + 2, stop + 2, step);
      blur(T, S, start4 + 3, stop + 3, step);
    };
  }
  function blurf(radius) {
    const radius0 = Math.floor(radius);
    if (radius0 === radius) return bluri(radius);
    const t = radius - radius0;
    const w = 2 * radius + 1;
    return (T, S, start4, stop, step) => {
      if (!((stop -= step) >= start4)) return;
      let sum = radius0 * S[start4];
      const s0 = step * radius0;
      const s1 = s0 + step;
      for (let i = start4, j = start4 + s0; i < j; i += step) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start4, j = stop; i <= j; i += step) {
        sum += S[Math.min(stop, i + s0)];
        T[i] = (sum + t * (S[Math.max(start4, i - s1)] + S[Math.min(stop, i + s1)])) / w;
        sum -= S[Math.max(start4, i - s0)];
      }
    };
  }
  function bluri(radius) {
    const w = 2 * radius + 1;
    return (T, S, start4, stop, step) => {
      if (!((stop -= step) >= start4)) return;
      let sum = radius * S[start4];
      const s2 = step * radius;
      for (let i = start4, j = start4 + s2; i < j; i += step) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start4, j = stop; i <= j; i += step) {
        sum += S[Math.min(stop, i + s2)];
        T[i] = sum / w;
        sum -= S[Math.max(start4, i - s2)];
      }
    };
  }
  function extent(values, valueof) {
    let min;
    let max;
    if (valueof === void 0) {
      for (const value2 of values) {
        if (value2 != null) {
          if (min === void 0) {
            if (value2 >= value2) min = max = value2;
          } else {
            if (min > value2) min = value2;
            if (max < value2) max = value2;
          }
        }
      }
    } else {
      let index = -1;
      for (let value2 of values) {
        if ((value2 = valueof(value2, ++index, values)) != null) {
          if (min === void 0) {
            if (value2 >= value2) min = max = value2;
          } else {
            if (min > value2) min = value2;
            if (max < value2) max = value2;
          }
        }
      }
    }
    return [min, max];
  }
  var array2 = Array.prototype;
  var slice2 = array2.slice;
  var e10 = Math.sqrt(50);
  var e5 = Math.sqrt(10);
  var e2 = Math.sqrt(2);
  function tickSpec(start4, stop, count2) {
    const step = (stop - start4) / Math.max(0, count2), power2 = Math.floor(Math.log10(step)), error = step / Math.pow(10, power2), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
    let i1, i2, inc;
    if (power2 < 0) {
      inc = Math.pow(10, -power2) / factor;
      i1 = Math.round(start4 * inc);
      i2 = Math.round(stop * inc);
      if (i1 / inc < start4) ++i1;
      if (i2 / inc > stop) --i2;
      inc = -inc;
    } else {
      inc = Math.pow(10, power2) * factor;
      i1 = Math.round(start4 / inc);
      i2 = Math.round(stop / inc);
      if (i1 * inc < start4) ++i1;
      if (i2 * inc > stop) --i2;
    }
    if (i2 < i1 && 0.5 <= count2 && count2 < 2) return tickSpec(start4, stop, count2 * 2);
    return [i1, i2, inc];
  }
  function ticks(start4, stop, count2) {
    stop = +stop, start4 = +start4, count2 = +count2;
    if (!(count2 > 0)) return [];
    if (start4 === stop) return [start4];
    const reverse = stop < start4, [i1, i2, inc] = reverse ? tickSpec(stop, start4, count2) : tickSpec(start4, stop, count2);
    if (!(i2 >= i1)) return [];
    const n = i2 - i1 + 1, ticks2 = new Array(n);
    if (reverse) {
      if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) / -inc;
      else for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) * inc;
    } else {
      if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) / -inc;
      else for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) * inc;
    }
    return ticks2;
  }
  function tickIncrement(start4, stop, count2) {
    stop = +stop, start4 = +start4, count2 = +count2;
    return tickSpec(start4, stop, count2)[2];
  }
  function tickStep(start4, stop, count2) {
    stop = +stop, start4 = +start4, count2 = +count2;
    const reverse = stop < start4, inc = reverse ? tickIncrement(stop, start4, count2) : tickIncrement(start4, stop, count2);
    return (reverse ? -1 : 1) * (inc < 0 ? 1 / -inc : inc);
  }
  function range(start4, stop, step) {
    start4 = +start4, stop = +stop, step = (n = arguments.length) < 2 ? (stop = start4, start4 = 0, 1) : n < 3 ? 1 : +step;
    var i = -1, n = Math.max(0, Math.ceil((stop - start4) / step)) | 0, range2 = new Array(n);
    while (++i < n) {
      range2[i] = start4 + i * step;
    }
    return range2;
  }
  var shuffle = shuffler(Math.random);
  function shuffler(random) {
    return function shuffle2(array4, i0 = 0, i1 = array4.length) {
      let m = i1 - (i0 = +i0);
      while (m) {
        const i = random() * m-- | 0, t = array4[m + i0];
        array4[m + i0] = array4[i + i0];
        array4[i + i0] = t;
      }
      return array4;
    };
  }

  // node_modules/d3-color/dist/d3-color.mjs
  function define(constructor, factory, prototype) {
    constructor.prototype = factory.prototype = prototype;
    prototype.constructor = constructor;
  }
  function extend(parent, definition2) {
    var prototype = Object.create(parent.prototype);
    for (var key in definition2) prototype[key] = definition2[key];
    return prototype;
  }
  function Color() {
  }
  var darker = 0.7;
  var brighter = 1 / darker;
  var reI = "\\s*([+-]?\\d+)\\s*";
  var reN = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*";
  var reP = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*";
  var reHex = /^#([0-9a-f]{3,8})$/;
  var reRgbInteger = new RegExp(`^rgb\\(${reI},${reI},${reI}\\)$`);
  var reRgbPercent = new RegExp(`^rgb\\(${reP},${reP},${reP}\\)$`);
  var reRgbaInteger = new RegExp(`^rgba\\(${reI},${reI},${reI},${reN}\\)$`);
  var reRgbaPercent = new RegExp(`^rgba\\(${reP},${reP},${reP},${reN}\\)$`);
  var reHslPercent = new RegExp(`^hsl\\(${reN},${reP},${reP}\\)$`);
  var reHslaPercent = new RegExp(`^hsla\\(${reN},${reP},${reP},${reN}\\)$`);
  var named = {
    aliceblue: 15792383,
    antiquewhite: 16444375,
    aqua: 65535,
    aquamarine: 8388564,
    azure: 15794175,
    beige: 16119260,
    bisque: 16770244,
    black: 0,
    blanchedalmond: 16772045,
    blue: 255,
    blueviolet: 9055202,
    brown: 10824234,
    burlywood: 14596231,
    cadetblue: 6266528,
    chartreuse: 8388352,
    chocolate: 13789470,
    coral: 16744272,
    cornflowerblue: 6591981,
    cornsilk: 16775388,
    crimson: 14423100,
    cyan: 65535,
    darkblue: 139,
    darkcyan: 35723,
    darkgoldenrod: 12092939,
    darkgray: 11119017,
    darkgreen: 25600,
    darkgrey: 11119017,
    darkkhaki: 12433259,
    darkmagenta: 9109643,
    darkolivegreen: 5597999,
    darkorange: 16747520,
    darkorchid: 10040012,
    darkred: 9109504,
    darksalmon: 15308410,
    darkseagreen: 9419919,
    darkslateblue: 4734347,
    darkslategray: 3100495,
    darkslategrey: 3100495,
    darkturquoise: 52945,
    darkviolet: 9699539,
    deeppink: 16716947,
    deepskyblue: 49151,
    dimgray: 6908265,
    dimgrey: 6908265,
    dodgerblue: 2003199,
    firebrick: 11674146,
    floralwhite: 16775920,
    forestgreen: 2263842,
    fuchsia: 16711935,
    gainsboro: 14474460,
    ghostwhite: 16316671,
    gold: 16766720,
    goldenrod: 14329120,
    gray: 8421504,
    green: 32768,
    greenyellow: 11403055,
    grey: 8421504,
    honeydew: 15794160,
    hotpink: 16738740,
    indianred: 13458524,
    indigo: 4915330,
    ivory: 16777200,
    khaki: 15787660,
    lavender: 15132410,
    lavenderblush: 16773365,
    lawngreen: 8190976,
    lemonchiffon: 16775885,
    lightblue: 11393254,
    lightcoral: 15761536,
    lightcyan: 14745599,
    lightgoldenrodyellow: 16448210,
    lightgray: 13882323,
    lightgreen: 9498256,
    lightgrey: 13882323,
    lightpink: 16758465,
    lightsalmon: 16752762,
    lightseagreen: 2142890,
    lightskyblue: 8900346,
    lightslategray: 7833753,
    lightslategrey: 7833753,
    lightsteelblue: 11584734,
    lightyellow: 16777184,
    lime: 65280,
    limegreen: 3329330,
    linen: 16445670,
    magenta: 16711935,
    maroon: 8388608,
    mediumaquamarine: 6737322,
    mediumblue: 205,
    mediumorchid: 12211667,
    mediumpurple: 9662683,
    mediumseagreen: 3978097,
    mediumslateblue: 8087790,
    mediumspringgreen: 64154,
    mediumturquoise: 4772300,
    mediumvioletred: 13047173,
    midnightblue: 1644912,
    mintcream: 16121850,
    mistyrose: 16770273,
    moccasin: 16770229,
    navajowhite: 16768685,
    navy: 128,
    oldlace: 16643558,
    olive: 8421376,
    olivedrab: 7048739,
    orange: 16753920,
    orangered: 16729344,
    orchid: 14315734,
    palegoldenrod: 15657130,
    palegreen: 10025880,
    paleturquoise: 11529966,
    palevioletred: 14381203,
    papayawhip: 16773077,
    peachpuff: 16767673,
    peru: 13468991,
    pink: 16761035,
    plum: 14524637,
    powderblue: 11591910,
    purple: 8388736,
    rebeccapurple: 6697881,
    red: 16711680,
    rosybrown: 12357519,
    royalblue: 4286945,
    saddlebrown: 9127187,
    salmon: 16416882,
    sandybrown: 16032864,
    seagreen: 3050327,
    seashell: 16774638,
    sienna: 10506797,
    silver: 12632256,
    skyblue: 8900331,
    slateblue: 6970061,
    slategray: 7372944,
    slategrey: 7372944,
    snow: 16775930,
    springgreen: 65407,
    steelblue: 4620980,
    tan: 13808780,
    teal: 32896,
    thistle: 14204888,
    tomato: 16737095,
    turquoise: 4251856,
    violet: 15631086,
    wheat: 16113331,
    white: 16777215,
    whitesmoke: 16119285,
    yellow: 16776960,
    yellowgreen: 10145074
  };
  define(Color, color2, {
    copy(channels) {
      return Object.assign(new this.constructor(), this, channels);
    },
    displayable() {
      return this.rgb().displayable();
    },
    hex: color_formatHex,
    // Deprecated! Use color.formatHex.
    formatHex: color_formatHex,
    formatHex8: color_formatHex8,
    formatHsl: color_formatHsl,
    formatRgb: color_formatRgb,
    toString: color_formatRgb
  });
  function color_formatHex() {
    return this.rgb().formatHex();
  }
  function color_formatHex8() {
    return this.rgb().formatHex8();
  }
  function color_formatHsl() {
    return hslConvert(this).formatHsl();
  }
  function color_formatRgb() {
    return this.rgb().formatRgb();
  }
  function color2(format2) {
    var m, l;
    format2 = (format2 + "").trim().toLowerCase();
    return (m = reHex.exec(format2)) ? (l = m[1].length, m = parseInt(m[1], 16), l === 6 ? rgbn(m) : l === 3 ? new Rgb(m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, (m & 15) << 4 | m & 15, 1) : l === 8 ? rgba(m >> 24 & 255, m >> 16 & 255, m >> 8 & 255, (m & 255) / 255) : l === 4 ? rgba(m >> 12 & 15 | m >> 8 & 240, m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, ((m & 15) << 4 | m & 15) / 255) : null) : (m = reRgbInteger.exec(format2)) ? new Rgb(m[1], m[2], m[3], 1) : (m = reRgbPercent.exec(format2)) ? new Rgb(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, 1) : (m = reRgbaInteger.exec(format2)) ? rgba(m[1], m[2], m[3], m[4]) : (m = reRgbaPercent.exec(format2)) ? rgba(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, m[4]) : (m = reHslPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, 1) : (m = reHslaPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, m[4]) : named.hasOwnProperty(format2) ? rgbn(named[format2]) : format2 === "transparent" ? new Rgb(NaN, NaN, NaN, 0) : null;
  }
  function rgbn(n) {
    return new Rgb(n >> 16 & 255, n >> 8 & 255, n & 255, 1);
  }
  function rgba(r, g, b, a2) {
    if (a2 <= 0) r = g = b = NaN;
    return new Rgb(r, g, b, a2);
  }
  function rgbConvert(o) {
    if (!(o instanceof Color)) o = color2(o);
    if (!o) return new Rgb();
    o = o.rgb();
    return new Rgb(o.r, o.g, o.b, o.opacity);
  }
  function rgb(r, g, b, opacity) {
    return arguments.length === 1 ? rgbConvert(r) : new Rgb(r, g, b, opacity == null ? 1 : opacity);
  }
  function Rgb(r, g, b, opacity) {
    this.r = +r;
    this.g = +g;
    this.b = +b;
    this.opacity = +opacity;
  }
  define(Rgb, rgb, extend(Color, {
    brighter(k2) {
      k2 = k2 == null ? brighter : Math.pow(brighter, k2);
      return new Rgb(this.r * k2, this.g * k2, this.b * k2, this.opacity);
    },
    darker(k2) {
      k2 = k2 == null ? darker : Math.pow(darker, k2);
      return new Rgb(this.r * k2, this.g * k2, this.b * k2, this.opacity);
    },
    rgb() {
      return this;
    },
    clamp() {
      return new Rgb(clampi(this.r), clampi(this.g), clampi(this.b), clampa(this.opacity));
    },
    displayable() {
      return -0.5 <= this.r && this.r < 255.5 && (-0.5 <= this.g && this.g < 255.5) && (-0.5 <= this.b && this.b < 255.5) && (0 <= this.opacity && this.opacity <= 1);
    },
    hex: rgb_formatHex,
    // Deprecated! Use color.formatHex.
    formatHex: rgb_formatHex,
    formatHex8: rgb_formatHex8,
    formatRgb: rgb_formatRgb,
    toString: rgb_formatRgb
  }));
  function rgb_formatHex() {
    return `#${hex2(this.r)}${hex2(this.g)}${hex2(this.b)}`;
  }
  function rgb_formatHex8() {
    return `#${hex2(this.r)}${hex2(this.g)}${hex2(this.b)}${hex2((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
  }
  function rgb_formatRgb() {
    const a2 = clampa(this.opacity);
    return `${a2 === 1 ? "rgb(" : "rgba("}${clampi(this.r)}, ${clampi(this.g)}, ${clampi(this.b)}${a2 === 1 ? ")" : `, ${a2})`}`;
  }
  function clampa(opacity) {
    return isNaN(opacity) ? 1 : Math.max(0, Math.min(1, opacity));
  }
  function clampi(value2) {
    return Math.max(0, Math.min(255, Math.round(value2) || 0));
  }
  function hex2(value2) {
    value2 = clampi(value2);
    return (value2 < 16 ? "0" : "") + value2.toString(16);
  }
  function hsla(h, s2, l, a2) {
    if (a2 <= 0) h = s2 = l = NaN;
    else if (l <= 0 || l >= 1) h = s2 = NaN;
    else if (s2 <= 0) h = NaN;
    return new Hsl(h, s2, l, a2);
  }
  function hslConvert(o) {
    if (o instanceof Hsl) return new Hsl(o.h, o.s, o.l, o.opacity);
    if (!(o instanceof Color)) o = color2(o);
    if (!o) return new Hsl();
    if (o instanceof Hsl) return o;
    o = o.rgb();
    var r = o.r / 255, g = o.g / 255, b = o.b / 255, min = Math.min(r, g, b), max = Math.max(r, g, b), h = NaN, s2 = max - min, l = (max + min) / 2;
    if (s2) {
      if (r === max) h = (g - b) / s2 + (g < b) * 6;
      else if (g === max) h = (b - r) / s2 + 2;
      else h = (r - g) / s2 + 4;
      s2 /= l < 0.5 ? max + min : 2 - max - min;
      h *= 60;
    } else {
      s2 = l > 0 && l < 1 ? 0 : h;
    }
    return new Hsl(h, s2, l, o.opacity);
  }
  function hsl(h, s2, l, opacity) {
    return arguments.length === 1 ? hslConvert(h) : new Hsl(h, s2, l, opacity == null ? 1 : opacity);
  }
  function Hsl(h, s2, l, opacity) {
    this.h = +h;
    this.s = +s2;
    this.l = +l;
    this.opacity = +opacity;
  }
  define(Hsl, hsl, extend(Color, {
    brighter(k2) {
      k2 = k2 == null ? brighter : Math.pow(brighter, k2);
      return new Hsl(this.h, this.s, this.l * k2, this.opacity);
    },
    darker(k2) {
      k2 = k2 == null ? darker : Math.pow(darker, k2);
      return new Hsl(this.h, this.s, this.l * k2, this.opacity);
    },
    rgb() {
      var h = this.h % 360 + (this.h < 0) * 360, s2 = isNaN(h) || isNaN(this.s) ? 0 : this.s, l = this.l, m2 = l + (l < 0.5 ? l : 1 - l) * s2, m1 = 2 * l - m2;
      return new Rgb(
        hsl2rgb(h >= 240 ? h - 240 : h + 120, m1, m2),
        hsl2rgb(h, m1, m2),
        hsl2rgb(h < 120 ? h + 240 : h - 120, m1, m2),
        this.opacity
      );
    },
    clamp() {
      return new Hsl(clamph(this.h), clampt(this.s), clampt(this.l), clampa(this.opacity));
    },
    displayable() {
      return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && (0 <= this.l && this.l <= 1) && (0 <= this.opacity && this.opacity <= 1);
    },
    formatHsl() {
      const a2 = clampa(this.opacity);
      return `${a2 === 1 ? "hsl(" : "hsla("}${clamph(this.h)}, ${clampt(this.s) * 100}%, ${clampt(this.l) * 100}%${a2 === 1 ? ")" : `, ${a2})`}`;
    }
  }));
  function clamph(value2) {
    value2 = (value2 || 0) % 360;
    return value2 < 0 ? value2 + 360 : value2;
  }
  function clampt(value2) {
    return Math.max(0, Math.min(1, value2 || 0));
  }
  function hsl2rgb(h, m1, m2) {
    return (h < 60 ? m1 + (m2 - m1) * h / 60 : h < 180 ? m2 : h < 240 ? m1 + (m2 - m1) * (240 - h) / 60 : m1) * 255;
  }
  var radians = Math.PI / 180;
  var degrees = 180 / Math.PI;
  var K = 18;
  var Xn = 0.96422;
  var Yn = 1;
  var Zn = 0.82521;
  var t0 = 4 / 29;
  var t1 = 6 / 29;
  var t2 = 3 * t1 * t1;
  var t3 = t1 * t1 * t1;
  function labConvert(o) {
    if (o instanceof Lab) return new Lab(o.l, o.a, o.b, o.opacity);
    if (o instanceof Hcl) return hcl2lab(o);
    if (!(o instanceof Rgb)) o = rgbConvert(o);
    var r = rgb2lrgb(o.r), g = rgb2lrgb(o.g), b = rgb2lrgb(o.b), y2 = xyz2lab((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Yn), x2, z;
    if (r === g && g === b) x2 = z = y2;
    else {
      x2 = xyz2lab((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Xn);
      z = xyz2lab((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Zn);
    }
    return new Lab(116 * y2 - 16, 500 * (x2 - y2), 200 * (y2 - z), o.opacity);
  }
  function lab(l, a2, b, opacity) {
    return arguments.length === 1 ? labConvert(l) : new Lab(l, a2, b, opacity == null ? 1 : opacity);
  }
  function Lab(l, a2, b, opacity) {
    this.l = +l;
    this.a = +a2;
    this.b = +b;
    this.opacity = +opacity;
  }
  define(Lab, lab, extend(Color, {
    brighter(k2) {
      return new Lab(this.l + K * (k2 == null ? 1 : k2), this.a, this.b, this.opacity);
    },
    darker(k2) {
      return new Lab(this.l - K * (k2 == null ? 1 : k2), this.a, this.b, this.opacity);
    },
    rgb() {
      var y2 = (this.l + 16) / 116, x2 = isNaN(this.a) ? y2 : y2 + this.a / 500, z = isNaN(this.b) ? y2 : y2 - this.b / 200;
      x2 = Xn * lab2xyz(x2);
      y2 = Yn * lab2xyz(y2);
      z = Zn * lab2xyz(z);
      return new Rgb(
        lrgb2rgb(3.1338561 * x2 - 1.6168667 * y2 - 0.4906146 * z),
        lrgb2rgb(-0.9787684 * x2 + 1.9161415 * y2 + 0.033454 * z),
        lrgb2rgb(0.0719453 * x2 - 0.2289914 * y2 + 1.4052427 * z),
        this.opacity
      );
    }
  }));
  function xyz2lab(t) {
    return t > t3 ? Math.pow(t, 1 / 3) : t / t2 + t0;
  }
  function lab2xyz(t) {
    return t > t1 ? t * t * t : t2 * (t - t0);
  }
  function lrgb2rgb(x2) {
    return 255 * (x2 <= 31308e-7 ? 12.92 * x2 : 1.055 * Math.pow(x2, 1 / 2.4) - 0.055);
  }
  function rgb2lrgb(x2) {
    return (x2 /= 255) <= 0.04045 ? x2 / 12.92 : Math.pow((x2 + 0.055) / 1.055, 2.4);
  }
  function hclConvert(o) {
    if (o instanceof Hcl) return new Hcl(o.h, o.c, o.l, o.opacity);
    if (!(o instanceof Lab)) o = labConvert(o);
    if (o.a === 0 && o.b === 0) return new Hcl(NaN, 0 < o.l && o.l < 100 ? 0 : NaN, o.l, o.opacity);
    var h = Math.atan2(o.b, o.a) * degrees;
    return new Hcl(h < 0 ? h + 360 : h, Math.sqrt(o.a * o.a + o.b * o.b), o.l, o.opacity);
  }
  function hcl(h, c, l, opacity) {
    return arguments.length === 1 ? hclConvert(h) : new Hcl(h, c, l, opacity == null ? 1 : opacity);
  }
  function Hcl(h, c, l, opacity) {
    this.h = +h;
    this.c = +c;
    this.l = +l;
    this.opacity = +opacity;
  }
  function hcl2lab(o) {
    if (isNaN(o.h)) return new Lab(o.l, 0, 0, o.opacity);
    var h = o.h * radians;
    return new Lab(o.l, Math.cos(h) * o.c, Math.sin(h) * o.c, o.opacity);
  }
  define(Hcl, hcl, extend(Color, {
    brighter(k2) {
      return new Hcl(this.h, this.c, this.l + K * (k2 == null ? 1 : k2), this.opacity);
    },
    darker(k2) {
      return new Hcl(this.h, this.c, this.l - K * (k2 == null ? 1 : k2), this.opacity);
    },
    rgb() {
      return hcl2lab(this).rgb();
    }
  }));
  var A = -0.14861;
  var B = 1.78277;
  var C = -0.29227;
  var D = -0.90649;
  var E = 1.97294;
  var ED = E * D;
  var EB = E * B;
  var BC_DA = B * C - D * A;
  function cubehelixConvert(o) {
    if (o instanceof Cubehelix) return new Cubehelix(o.h, o.s, o.l, o.opacity);
    if (!(o instanceof Rgb)) o = rgbConvert(o);
    var r = o.r / 255, g = o.g / 255, b = o.b / 255, l = (BC_DA * b + ED * r - EB * g) / (BC_DA + ED - EB), bl = b - l, k2 = (E * (g - l) - C * bl) / D, s2 = Math.sqrt(k2 * k2 + bl * bl) / (E * l * (1 - l)), h = s2 ? Math.atan2(k2, bl) * degrees - 120 : NaN;
    return new Cubehelix(h < 0 ? h + 360 : h, s2, l, o.opacity);
  }
  function cubehelix(h, s2, l, opacity) {
    return arguments.length === 1 ? cubehelixConvert(h) : new Cubehelix(h, s2, l, opacity == null ? 1 : opacity);
  }
  function Cubehelix(h, s2, l, opacity) {
    this.h = +h;
    this.s = +s2;
    this.l = +l;
    this.opacity = +opacity;
  }
  define(Cubehelix, cubehelix, extend(Color, {
    brighter(k2) {
      k2 = k2 == null ? brighter : Math.pow(brighter, k2);
      return new Cubehelix(this.h, this.s, this.l * k2, this.opacity);
    },
    darker(k2) {
      k2 = k2 == null ? darker : Math.pow(darker, k2);
      return new Cubehelix(this.h, this.s, this.l * k2, this.opacity);
    },
    rgb() {
      var h = isNaN(this.h) ? 0 : (this.h + 120) * radians, l = +this.l, a2 = isNaN(this.s) ? 0 : this.s * l * (1 - l), cosh2 = Math.cos(h), sinh2 = Math.sin(h);
      return new Rgb(
        255 * (l + a2 * (A * cosh2 + B * sinh2)),
        255 * (l + a2 * (C * cosh2 + D * sinh2)),
        255 * (l + a2 * (E * cosh2)),
        this.opacity
      );
    }
  }));

  // node_modules/d3-interpolate/dist/d3-interpolate.mjs
  function basis(t12, v0, v1, v2, v3) {
    var t22 = t12 * t12, t32 = t22 * t12;
    return ((1 - 3 * t12 + 3 * t22 - t32) * v0 + (4 - 6 * t22 + 3 * t32) * v1 + (1 + 3 * t12 + 3 * t22 - 3 * t32) * v2 + t32 * v3) / 6;
  }
  function basis$1(values) {
    var n = values.length - 1;
    return function(t) {
      var i = t <= 0 ? t = 0 : t >= 1 ? (t = 1, n - 1) : Math.floor(t * n), v1 = values[i], v2 = values[i + 1], v0 = i > 0 ? values[i - 1] : 2 * v1 - v2, v3 = i < n - 1 ? values[i + 2] : 2 * v2 - v1;
      return basis((t - i / n) * n, v0, v1, v2, v3);
    };
  }
  function basisClosed(values) {
    var n = values.length;
    return function(t) {
      var i = Math.floor(((t %= 1) < 0 ? ++t : t) * n), v0 = values[(i + n - 1) % n], v1 = values[i % n], v2 = values[(i + 1) % n], v3 = values[(i + 2) % n];
      return basis((t - i / n) * n, v0, v1, v2, v3);
    };
  }
  var constant2 = (x2) => () => x2;
  function linear(a2, d) {
    return function(t) {
      return a2 + t * d;
    };
  }
  function exponential(a2, b, y2) {
    return a2 = Math.pow(a2, y2), b = Math.pow(b, y2) - a2, y2 = 1 / y2, function(t) {
      return Math.pow(a2 + t * b, y2);
    };
  }
  function hue$1(a2, b) {
    var d = b - a2;
    return d ? linear(a2, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant2(isNaN(a2) ? b : a2);
  }
  function gamma(y2) {
    return (y2 = +y2) === 1 ? nogamma : function(a2, b) {
      return b - a2 ? exponential(a2, b, y2) : constant2(isNaN(a2) ? b : a2);
    };
  }
  function nogamma(a2, b) {
    var d = b - a2;
    return d ? linear(a2, d) : constant2(isNaN(a2) ? b : a2);
  }
  var rgb2 = (function rgbGamma(y2) {
    var color3 = gamma(y2);
    function rgb3(start4, end) {
      var r = color3((start4 = rgb(start4)).r, (end = rgb(end)).r), g = color3(start4.g, end.g), b = color3(start4.b, end.b), opacity = nogamma(start4.opacity, end.opacity);
      return function(t) {
        start4.r = r(t);
        start4.g = g(t);
        start4.b = b(t);
        start4.opacity = opacity(t);
        return start4 + "";
      };
    }
    rgb3.gamma = rgbGamma;
    return rgb3;
  })(1);
  function rgbSpline(spline) {
    return function(colors) {
      var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color3;
      for (i = 0; i < n; ++i) {
        color3 = rgb(colors[i]);
        r[i] = color3.r || 0;
        g[i] = color3.g || 0;
        b[i] = color3.b || 0;
      }
      r = spline(r);
      g = spline(g);
      b = spline(b);
      color3.opacity = 1;
      return function(t) {
        color3.r = r(t);
        color3.g = g(t);
        color3.b = b(t);
        return color3 + "";
      };
    };
  }
  var rgbBasis = rgbSpline(basis$1);
  var rgbBasisClosed = rgbSpline(basisClosed);
  function numberArray(a2, b) {
    if (!b) b = [];
    var n = a2 ? Math.min(b.length, a2.length) : 0, c = b.slice(), i;
    return function(t) {
      for (i = 0; i < n; ++i) c[i] = a2[i] * (1 - t) + b[i] * t;
      return c;
    };
  }
  function isNumberArray(x2) {
    return ArrayBuffer.isView(x2) && !(x2 instanceof DataView);
  }
  function genericArray(a2, b) {
    var nb = b ? b.length : 0, na = a2 ? Math.min(nb, a2.length) : 0, x2 = new Array(na), c = new Array(nb), i;
    for (i = 0; i < na; ++i) x2[i] = value(a2[i], b[i]);
    for (; i < nb; ++i) c[i] = b[i];
    return function(t) {
      for (i = 0; i < na; ++i) c[i] = x2[i](t);
      return c;
    };
  }
  function date(a2, b) {
    var d = /* @__PURE__ */ new Date();
    return a2 = +a2, b = +b, function(t) {
      return d.setTime(a2 * (1 - t) + b * t), d;
    };
  }
  function number2(a2, b) {
    return a2 = +a2, b = +b, function(t) {
      return a2 * (1 - t) + b * t;
    };
  }
  function object(a2, b) {
    var i = {}, c = {}, k2;
    if (a2 === null || typeof a2 !== "object") a2 = {};
    if (b === null || typeof b !== "object") b = {};
    for (k2 in b) {
      if (k2 in a2) {
        i[k2] = value(a2[k2], b[k2]);
      } else {
        c[k2] = b[k2];
      }
    }
    return function(t) {
      for (k2 in i) c[k2] = i[k2](t);
      return c;
    };
  }
  var reA = /[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g;
  var reB = new RegExp(reA.source, "g");
  function zero2(b) {
    return function() {
      return b;
    };
  }
  function one(b) {
    return function(t) {
      return b(t) + "";
    };
  }
  function string(a2, b) {
    var bi = reA.lastIndex = reB.lastIndex = 0, am, bm, bs, i = -1, s2 = [], q = [];
    a2 = a2 + "", b = b + "";
    while ((am = reA.exec(a2)) && (bm = reB.exec(b))) {
      if ((bs = bm.index) > bi) {
        bs = b.slice(bi, bs);
        if (s2[i]) s2[i] += bs;
        else s2[++i] = bs;
      }
      if ((am = am[0]) === (bm = bm[0])) {
        if (s2[i]) s2[i] += bm;
        else s2[++i] = bm;
      } else {
        s2[++i] = null;
        q.push({ i, x: number2(am, bm) });
      }
      bi = reB.lastIndex;
    }
    if (bi < b.length) {
      bs = b.slice(bi);
      if (s2[i]) s2[i] += bs;
      else s2[++i] = bs;
    }
    return s2.length < 2 ? q[0] ? one(q[0].x) : zero2(b) : (b = q.length, function(t) {
      for (var i2 = 0, o; i2 < b; ++i2) s2[(o = q[i2]).i] = o.x(t);
      return s2.join("");
    });
  }
  function value(a2, b) {
    var t = typeof b, c;
    return b == null || t === "boolean" ? constant2(b) : (t === "number" ? number2 : t === "string" ? (c = color2(b)) ? (b = c, rgb2) : string : b instanceof color2 ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number2)(a2, b);
  }
  function round(a2, b) {
    return a2 = +a2, b = +b, function(t) {
      return Math.round(a2 * (1 - t) + b * t);
    };
  }
  var degrees2 = 180 / Math.PI;
  var identity = {
    translateX: 0,
    translateY: 0,
    rotate: 0,
    skewX: 0,
    scaleX: 1,
    scaleY: 1
  };
  function decompose(a2, b, c, d, e, f) {
    var scaleX, scaleY, skewX;
    if (scaleX = Math.sqrt(a2 * a2 + b * b)) a2 /= scaleX, b /= scaleX;
    if (skewX = a2 * c + b * d) c -= a2 * skewX, d -= b * skewX;
    if (scaleY = Math.sqrt(c * c + d * d)) c /= scaleY, d /= scaleY, skewX /= scaleY;
    if (a2 * d < b * c) a2 = -a2, b = -b, skewX = -skewX, scaleX = -scaleX;
    return {
      translateX: e,
      translateY: f,
      rotate: Math.atan2(b, a2) * degrees2,
      skewX: Math.atan(skewX) * degrees2,
      scaleX,
      scaleY
    };
  }
  var svgNode;
  function parseCss(value2) {
    const m = new (typeof DOMMatrix === "function" ? DOMMatrix : WebKitCSSMatrix)(value2 + "");
    return m.isIdentity ? identity : decompose(m.a, m.b, m.c, m.d, m.e, m.f);
  }
  function parseSvg(value2) {
    if (value2 == null) return identity;
    if (!svgNode) svgNode = document.createElementNS("http://www.w3.org/2000/svg", "g");
    svgNode.setAttribute("transform", value2);
    if (!(value2 = svgNode.transform.baseVal.consolidate())) return identity;
    value2 = value2.matrix;
    return decompose(value2.a, value2.b, value2.c, value2.d, value2.e, value2.f);
  }
  function interpolateTransform(parse2, pxComma, pxParen, degParen) {
    function pop(s2) {
      return s2.length ? s2.pop() + " " : "";
    }
    function translate(xa, ya, xb, yb, s2, q) {
      if (xa !== xb || ya !== yb) {
        var i = s2.push("translate(", null, pxComma, null, pxParen);
        q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
      } else if (xb || yb) {
        s2.push("translate(" + xb + pxComma + yb + pxParen);
      }
    }
    function rotate(a2, b, s2, q) {
      if (a2 !== b) {
        if (a2 - b > 180) b += 360;
        else if (b - a2 > 180) a2 += 360;
        q.push({ i: s2.push(pop(s2) + "rotate(", null, degParen) - 2, x: number2(a2, b) });
      } else if (b) {
        s2.push(pop(s2) + "rotate(" + b + degParen);
      }
    }
    function skewX(a2, b, s2, q) {
      if (a2 !== b) {
        q.push({ i: s2.push(pop(s2) + "skewX(", null, degParen) - 2, x: number2(a2, b) });
      } else if (b) {
        s2.push(pop(s2) + "skewX(" + b + degParen);
      }
    }
    function scale(xa, ya, xb, yb, s2, q) {
      if (xa !== xb || ya !== yb) {
        var i = s2.push(pop(s2) + "scale(", null, ",", null, ")");
        q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
      } else if (xb !== 1 || yb !== 1) {
        s2.push(pop(s2) + "scale(" + xb + "," + yb + ")");
      }
    }
    return function(a2, b) {
      var s2 = [], q = [];
      a2 = parse2(a2), b = parse2(b);
      translate(a2.translateX, a2.translateY, b.translateX, b.translateY, s2, q);
      rotate(a2.rotate, b.rotate, s2, q);
      skewX(a2.skewX, b.skewX, s2, q);
      scale(a2.scaleX, a2.scaleY, b.scaleX, b.scaleY, s2, q);
      a2 = b = null;
      return function(t) {
        var i = -1, n = q.length, o;
        while (++i < n) s2[(o = q[i]).i] = o.x(t);
        return s2.join("");
      };
    };
  }
  var interpolateTransformCss = interpolateTransform(parseCss, "px, ", "px)", "deg)");
  var interpolateTransformSvg = interpolateTransform(parseSvg, ", ", ")", ")");
  var epsilon22 = 1e-12;
  function cosh(x2) {
    return ((x2 = Math.exp(x2)) + 1 / x2) / 2;
  }
  function sinh(x2) {
    return ((x2 = Math.exp(x2)) - 1 / x2) / 2;
  }
  function tanh(x2) {
    return ((x2 = Math.exp(2 * x2)) - 1) / (x2 + 1);
  }
  var zoom = (function zoomRho(rho, rho2, rho4) {
    function zoom3(p0, p1) {
      var ux0 = p0[0], uy0 = p0[1], w0 = p0[2], ux1 = p1[0], uy1 = p1[1], w1 = p1[2], dx = ux1 - ux0, dy = uy1 - uy0, d2 = dx * dx + dy * dy, i, S;
      if (d2 < epsilon22) {
        S = Math.log(w1 / w0) / rho;
        i = function(t) {
          return [
            ux0 + t * dx,
            uy0 + t * dy,
            w0 * Math.exp(rho * t * S)
          ];
        };
      } else {
        var d1 = Math.sqrt(d2), b02 = (w1 * w1 - w0 * w0 + rho4 * d2) / (2 * w0 * rho2 * d1), b12 = (w1 * w1 - w0 * w0 - rho4 * d2) / (2 * w1 * rho2 * d1), r0 = Math.log(Math.sqrt(b02 * b02 + 1) - b02), r1 = Math.log(Math.sqrt(b12 * b12 + 1) - b12);
        S = (r1 - r0) / rho;
        i = function(t) {
          var s2 = t * S, coshr0 = cosh(r0), u = w0 / (rho2 * d1) * (coshr0 * tanh(rho * s2 + r0) - sinh(r0));
          return [
            ux0 + u * dx,
            uy0 + u * dy,
            w0 * coshr0 / cosh(rho * s2 + r0)
          ];
        };
      }
      i.duration = Math.abs(S) * 1e3 * rho / Math.SQRT2;
      return i;
    }
    zoom3.rho = function(_) {
      var _1 = Math.max(1e-3, +_), _2 = _1 * _1, _4 = _2 * _2;
      return zoomRho(_1, _2, _4);
    };
    return zoom3;
  })(Math.SQRT2, 2, 4);
  function hsl2(hue) {
    return function(start4, end) {
      var h = hue((start4 = hsl(start4)).h, (end = hsl(end)).h), s2 = nogamma(start4.s, end.s), l = nogamma(start4.l, end.l), opacity = nogamma(start4.opacity, end.opacity);
      return function(t) {
        start4.h = h(t);
        start4.s = s2(t);
        start4.l = l(t);
        start4.opacity = opacity(t);
        return start4 + "";
      };
    };
  }
  var hsl_default = hsl2(hue$1);
  var hslLong = hsl2(nogamma);
  function hcl2(hue) {
    return function(start4, end) {
      var h = hue((start4 = hcl(start4)).h, (end = hcl(end)).h), c = nogamma(start4.c, end.c), l = nogamma(start4.l, end.l), opacity = nogamma(start4.opacity, end.opacity);
      return function(t) {
        start4.h = h(t);
        start4.c = c(t);
        start4.l = l(t);
        start4.opacity = opacity(t);
        return start4 + "";
      };
    };
  }
  var hcl_default = hcl2(hue$1);
  var hclLong = hcl2(nogamma);
  function cubehelix2(hue) {
    return (function cubehelixGamma(y2) {
      y2 = +y2;
      function cubehelix3(start4, end) {
        var h = hue((start4 = cubehelix(start4)).h, (end = cubehelix(end)).h), s2 = nogamma(start4.s, end.s), l = nogamma(start4.l, end.l), opacity = nogamma(start4.opacity, end.opacity);
        return function(t) {
          start4.h = h(t);
          start4.s = s2(t);
          start4.l = l(Math.pow(t, y2));
          start4.opacity = opacity(t);
          return start4 + "";
        };
      }
      cubehelix3.gamma = cubehelixGamma;
      return cubehelix3;
    })(1);
  }
  var cubehelix_default = cubehelix2(hue$1);
  var cubehelixLong = cubehelix2(nogamma);

  // node_modules/d3-format/dist/d3-format.mjs
  function formatDecimal(x2) {
    return Math.abs(x2 = Math.round(x2)) >= 1e21 ? x2.toLocaleString("en").replace(/,/g, "") : x2.toString(10);
  }
  function formatDecimalParts(x2, p) {
    if (!isFinite(x2) || x2 === 0) return null;
    var i = (x2 = p ? x2.toExponential(p - 1) : x2.toExponential()).indexOf("e"), coefficient = x2.slice(0, i);
    return [
      coefficient.length > 1 ? coefficient[0] + coefficient.slice(2) : coefficient,
      +x2.slice(i + 1)
    ];
  }
  function exponent(x2) {
    return x2 = formatDecimalParts(Math.abs(x2)), x2 ? x2[1] : NaN;
  }
  function formatGroup(grouping, thousands) {
    return function(value2, width2) {
      var i = value2.length, t = [], j = 0, g = grouping[0], length = 0;
      while (i > 0 && g > 0) {
        if (length + g + 1 > width2) g = Math.max(1, width2 - length);
        t.push(value2.substring(i -= g, i + g));
        if ((length += g + 1) > width2) break;
        g = grouping[j = (j + 1) % grouping.length];
      }
      return t.reverse().join(thousands);
    };
  }
  function formatNumerals(numerals) {
    return function(value2) {
      return value2.replace(/[0-9]/g, function(i) {
        return numerals[+i];
      });
    };
  }
  var re = /^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;
  function formatSpecifier(specifier) {
    if (!(match = re.exec(specifier))) throw new Error("invalid format: " + specifier);
    var match;
    return new FormatSpecifier({
      fill: match[1],
      align: match[2],
      sign: match[3],
      symbol: match[4],
      zero: match[5],
      width: match[6],
      comma: match[7],
      precision: match[8] && match[8].slice(1),
      trim: match[9],
      type: match[10]
    });
  }
  formatSpecifier.prototype = FormatSpecifier.prototype;
  function FormatSpecifier(specifier) {
    this.fill = specifier.fill === void 0 ? " " : specifier.fill + "";
    this.align = specifier.align === void 0 ? ">" : specifier.align + "";
    this.sign = specifier.sign === void 0 ? "-" : specifier.sign + "";
    this.symbol = specifier.symbol === void 0 ? "" : specifier.symbol + "";
    this.zero = !!specifier.zero;
    this.width = specifier.width === void 0 ? void 0 : +specifier.width;
    this.comma = !!specifier.comma;
    this.precision = specifier.precision === void 0 ? void 0 : +specifier.precision;
    this.trim = !!specifier.trim;
    this.type = specifier.type === void 0 ? "" : specifier.type + "";
  }
  FormatSpecifier.prototype.toString = function() {
    return this.fill + this.align + this.sign + this.symbol + (this.zero ? "0" : "") + (this.width === void 0 ? "" : Math.max(1, this.width | 0)) + (this.comma ? "," : "") + (this.precision === void 0 ? "" : "." + Math.max(0, this.precision | 0)) + (this.trim ? "~" : "") + this.type;
  };
  function formatTrim(s2) {
    out: for (var n = s2.length, i = 1, i0 = -1, i1; i < n; ++i) {
      switch (s2[i]) {
        case ".":
          i0 = i1 = i;
          break;
        case "0":
          if (i0 === 0) i0 = i;
          i1 = i;
          break;
        default:
          if (!+s2[i]) break out;
          if (i0 > 0) i0 = 0;
          break;
      }
    }
    return i0 > 0 ? s2.slice(0, i0) + s2.slice(i1 + 1) : s2;
  }
  var prefixExponent;
  function formatPrefixAuto(x2, p) {
    var d = formatDecimalParts(x2, p);
    if (!d) return prefixExponent = void 0, x2.toPrecision(p);
    var coefficient = d[0], exponent3 = d[1], i = exponent3 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent3 / 3))) * 3) + 1, n = coefficient.length;
    return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x2, Math.max(0, p + i - 1))[0];
  }
  function formatRounded(x2, p) {
    var d = formatDecimalParts(x2, p);
    if (!d) return x2 + "";
    var coefficient = d[0], exponent3 = d[1];
    return exponent3 < 0 ? "0." + new Array(-exponent3).join("0") + coefficient : coefficient.length > exponent3 + 1 ? coefficient.slice(0, exponent3 + 1) + "." + coefficient.slice(exponent3 + 1) : coefficient + new Array(exponent3 - coefficient.length + 2).join("0");
  }
  var formatTypes = {
    "%": (x2, p) => (x2 * 100).toFixed(p),
    "b": (x2) => Math.round(x2).toString(2),
    "c": (x2) => x2 + "",
    "d": formatDecimal,
    "e": (x2, p) => x2.toExponential(p),
    "f": (x2, p) => x2.toFixed(p),
    "g": (x2, p) => x2.toPrecision(p),
    "o": (x2) => Math.round(x2).toString(8),
    "p": (x2, p) => formatRounded(x2 * 100, p),
    "r": formatRounded,
    "s": formatPrefixAuto,
    "X": (x2) => Math.round(x2).toString(16).toUpperCase(),
    "x": (x2) => Math.round(x2).toString(16)
  };
  function identity2(x2) {
    return x2;
  }
  var map = Array.prototype.map;
  var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
  function formatLocale(locale2) {
    var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity2 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity2 : formatNumerals(map.call(locale2.numerals, String)), percent3 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
    function newFormat(specifier, options) {
      specifier = formatSpecifier(specifier);
      var fill2 = specifier.fill, align = specifier.align, sign2 = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width2 = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
      if (type === "n") comma = true, type = "g";
      else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
      if (zero3 || fill2 === "0" && align === "=") zero3 = true, fill2 = "0", align = "=";
      var prefix = (options && options.prefix !== void 0 ? options.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent3 : "") + (options && options.suffix !== void 0 ? options.suffix : "");
      var formatType = formatTypes[type], maybeSuffix = /[defgprs%]/.test(type);
      precision = precision === void 0 ? 6 : /[gprs]/.test(type) ? Math.max(1, Math.min(21, precision)) : Math.max(0, Math.min(20, precision));
      function format2(value2) {
        var valuePrefix = prefix, valueSuffix = suffix, i, n, c;
        if (type === "c") {
          valueSuffix = formatType(value2) + valueSuffix;
          value2 = "";
        } else {
          value2 = +value2;
          var valueNegative = value2 < 0 || 1 / value2 < 0;
          value2 = isNaN(value2) ? nan : formatType(Math.abs(value2), precision);
          if (trim) value2 = formatTrim(value2);
          if (valueNegative && +value2 === 0 && sign2 !== "+") valueNegative = false;
          valuePrefix = (valueNegative ? sign2 === "(" ? sign2 : minus : sign2 === "-" || sign2 === "(" ? "" : sign2) + valuePrefix;
          valueSuffix = (type === "s" && !isNaN(value2) && prefixExponent !== void 0 ? prefixes[8 + prefixExponent / 3] : "") + valueSuffix + (valueNegative && sign2 === "(" ? ")" : "");
          if (maybeSuffix) {
            i = -1, n = value2.length;
            while (++i < n) {
              if (c = value2.charCodeAt(i), 48 > c || c > 57) {
                valueSuffix = (c === 46 ? decimal + value2.slice(i + 1) : value2.slice(i)) + valueSuffix;
                value2 = value2.slice(0, i);
                break;
              }
            }
          }
        }
        if (comma && !zero3) value2 = group(value2, Infinity);
        var length = valuePrefix.length + value2.length + valueSuffix.length, padding = length < width2 ? new Array(width2 - length + 1).join(fill2) : "";
        if (comma && zero3) value2 = group(padding + value2, padding.length ? width2 - valueSuffix.length : Infinity), padding = "";
        switch (align) {
          case "<":
            value2 = valuePrefix + value2 + valueSuffix + padding;
            break;
          case "=":
            value2 = valuePrefix + padding + value2 + valueSuffix;
            break;
          case "^":
            value2 = padding.slice(0, length = padding.length >> 1) + valuePrefix + value2 + valueSuffix + padding.slice(length);
            break;
          default:
            value2 = padding + valuePrefix + value2 + valueSuffix;
            break;
        }
        return numerals(value2);
      }
      format2.toString = function() {
        return specifier + "";
      };
      return format2;
    }
    function formatPrefix2(specifier, value2) {
      var e = Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3, k2 = Math.pow(10, -e), f = newFormat((specifier = formatSpecifier(specifier), specifier.type = "f", specifier), { suffix: prefixes[8 + e / 3] });
      return function(value3) {
        return f(k2 * value3);
      };
    }
    return {
      format: newFormat,
      formatPrefix: formatPrefix2
    };
  }
  var locale;
  var format;
  var formatPrefix;
  defaultLocale({
    thousands: ",",
    grouping: [3],
    currency: ["$", ""]
  });
  function defaultLocale(definition2) {
    locale = formatLocale(definition2);
    format = locale.format;
    formatPrefix = locale.formatPrefix;
    return locale;
  }
  function precisionFixed(step) {
    return Math.max(0, -exponent(Math.abs(step)));
  }
  function precisionPrefix(step, value2) {
    return Math.max(0, Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3 - exponent(Math.abs(step)));
  }
  function precisionRound(step, max) {
    step = Math.abs(step), max = Math.abs(max) - step;
    return Math.max(0, exponent(max) - exponent(step)) + 1;
  }

  // node_modules/d3-scale/dist/d3-scale.mjs
  function initRange(domain, range2) {
    switch (arguments.length) {
      case 0:
        break;
      case 1:
        this.range(domain);
        break;
      default:
        this.range(range2).domain(domain);
        break;
    }
    return this;
  }
  function constants(x2) {
    return function() {
      return x2;
    };
  }
  function number$1(x2) {
    return +x2;
  }
  var unit = [0, 1];
  function identity$1(x2) {
    return x2;
  }
  function normalize(a2, b) {
    return (b -= a2 = +a2) ? function(x2) {
      return (x2 - a2) / b;
    } : constants(isNaN(b) ? NaN : 0.5);
  }
  function clamper(a2, b) {
    var t;
    if (a2 > b) t = a2, a2 = b, b = t;
    return function(x2) {
      return Math.max(a2, Math.min(b, x2));
    };
  }
  function bimap(domain, range2, interpolate2) {
    var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
    if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate2(r1, r0);
    else d0 = normalize(d0, d1), r0 = interpolate2(r0, r1);
    return function(x2) {
      return r0(d0(x2));
    };
  }
  function polymap(domain, range2, interpolate2) {
    var j = Math.min(domain.length, range2.length) - 1, d = new Array(j), r = new Array(j), i = -1;
    if (domain[j] < domain[0]) {
      domain = domain.slice().reverse();
      range2 = range2.slice().reverse();
    }
    while (++i < j) {
      d[i] = normalize(domain[i], domain[i + 1]);
      r[i] = interpolate2(range2[i], range2[i + 1]);
    }
    return function(x2) {
      var i2 = bisectRight(domain, x2, 1, j) - 1;
      return r[i2](d[i2](x2));
    };
  }
  function copy$1(source2, target) {
    return target.domain(source2.domain()).range(source2.range()).interpolate(source2.interpolate()).clamp(source2.clamp()).unknown(source2.unknown());
  }
  function transformer$2() {
    var domain = unit, range2 = unit, interpolate$1 = value, transform2, untransform, unknown, clamp = identity$1, piecewise2, output, input;
    function rescale() {
      var n = Math.min(domain.length, range2.length);
      if (clamp !== identity$1) clamp = clamper(domain[0], domain[n - 1]);
      piecewise2 = n > 2 ? polymap : bimap;
      output = input = null;
      return scale;
    }
    function scale(x2) {
      return x2 == null || isNaN(x2 = +x2) ? unknown : (output || (output = piecewise2(domain.map(transform2), range2, interpolate$1)))(transform2(clamp(x2)));
    }
    scale.invert = function(y2) {
      return clamp(untransform((input || (input = piecewise2(range2, domain.map(transform2), number2)))(y2)));
    };
    scale.domain = function(_) {
      return arguments.length ? (domain = Array.from(_, number$1), rescale()) : domain.slice();
    };
    scale.range = function(_) {
      return arguments.length ? (range2 = Array.from(_), rescale()) : range2.slice();
    };
    scale.rangeRound = function(_) {
      return range2 = Array.from(_), interpolate$1 = round, rescale();
    };
    scale.clamp = function(_) {
      return arguments.length ? (clamp = _ ? true : identity$1, rescale()) : clamp !== identity$1;
    };
    scale.interpolate = function(_) {
      return arguments.length ? (interpolate$1 = _, rescale()) : interpolate$1;
    };
    scale.unknown = function(_) {
      return arguments.length ? (unknown = _, scale) : unknown;
    };
    return function(t, u) {
      transform2 = t, untransform = u;
      return rescale();
    };
  }
  function continuous() {
    return transformer$2()(identity$1, identity$1);
  }
  function tickFormat(start4, stop, count2, specifier) {
    var step = tickStep(start4, stop, count2), precision;
    specifier = formatSpecifier(specifier == null ? ",f" : specifier);
    switch (specifier.type) {
      case "s": {
        var value2 = Math.max(Math.abs(start4), Math.abs(stop));
        if (specifier.precision == null && !isNaN(precision = precisionPrefix(step, value2))) specifier.precision = precision;
        return formatPrefix(specifier, value2);
      }
      case "":
      case "e":
      case "g":
      case "p":
      case "r": {
        if (specifier.precision == null && !isNaN(precision = precisionRound(step, Math.max(Math.abs(start4), Math.abs(stop))))) specifier.precision = precision - (specifier.type === "e");
        break;
      }
      case "f":
      case "%": {
        if (specifier.precision == null && !isNaN(precision = precisionFixed(step))) specifier.precision = precision - (specifier.type === "%") * 2;
        break;
      }
    }
    return format(specifier);
  }
  function linearish(scale) {
    var domain = scale.domain;
    scale.ticks = function(count2) {
      var d = domain();
      return ticks(d[0], d[d.length - 1], count2 == null ? 10 : count2);
    };
    scale.tickFormat = function(count2, specifier) {
      var d = domain();
      return tickFormat(d[0], d[d.length - 1], count2 == null ? 10 : count2, specifier);
    };
    scale.nice = function(count2) {
      if (count2 == null) count2 = 10;
      var d = domain();
      var i0 = 0;
      var i1 = d.length - 1;
      var start4 = d[i0];
      var stop = d[i1];
      var prestep;
      var step;
      var maxIter = 10;
      if (stop < start4) {
        step = start4, start4 = stop, stop = step;
        step = i0, i0 = i1, i1 = step;
      }
      while (maxIter-- > 0) {
        step = tickIncrement(start4, stop, count2);
        if (step === prestep) {
          d[i0] = start4;
          d[i1] = stop;
          return domain(d);
        } else if (step > 0) {
          start4 = Math.floor(start4 / step) * step;
          stop = Math.ceil(stop / step) * step;
        } else if (step < 0) {
          start4 = Math.ceil(start4 * step) / step;
          stop = Math.floor(stop * step) / step;
        } else {
          break;
        }
        prestep = step;
      }
      return scale;
    };
    return scale;
  }
  function linear2() {
    var scale = continuous();
    scale.copy = function() {
      return copy$1(scale, linear2());
    };
    initRange.apply(scale, arguments);
    return linearish(scale);
  }
  function nice(domain, interval2) {
    domain = domain.slice();
    var i0 = 0, i1 = domain.length - 1, x0 = domain[i0], x1 = domain[i1], t;
    if (x1 < x0) {
      t = i0, i0 = i1, i1 = t;
      t = x0, x0 = x1, x1 = t;
    }
    domain[i0] = interval2.floor(x0);
    domain[i1] = interval2.ceil(x1);
    return domain;
  }
  function transformLog(x2) {
    return Math.log(x2);
  }
  function transformExp(x2) {
    return Math.exp(x2);
  }
  function transformLogn(x2) {
    return -Math.log(-x2);
  }
  function transformExpn(x2) {
    return -Math.exp(-x2);
  }
  function pow10(x2) {
    return isFinite(x2) ? +("1e" + x2) : x2 < 0 ? 0 : x2;
  }
  function powp(base) {
    return base === 10 ? pow10 : base === Math.E ? Math.exp : (x2) => Math.pow(base, x2);
  }
  function logp(base) {
    return base === Math.E ? Math.log : base === 10 && Math.log10 || base === 2 && Math.log2 || (base = Math.log(base), (x2) => Math.log(x2) / base);
  }
  function reflect(f) {
    return (x2, k2) => -f(-x2, k2);
  }
  function loggish(transform2) {
    const scale = transform2(transformLog, transformExp);
    const domain = scale.domain;
    let base = 10;
    let logs;
    let pows;
    function rescale() {
      logs = logp(base), pows = powp(base);
      if (domain()[0] < 0) {
        logs = reflect(logs), pows = reflect(pows);
        transform2(transformLogn, transformExpn);
      } else {
        transform2(transformLog, transformExp);
      }
      return scale;
    }
    scale.base = function(_) {
      return arguments.length ? (base = +_, rescale()) : base;
    };
    scale.domain = function(_) {
      return arguments.length ? (domain(_), rescale()) : domain();
    };
    scale.ticks = (count2) => {
      const d = domain();
      let u = d[0];
      let v = d[d.length - 1];
      const r = v < u;
      if (r) [u, v] = [v, u];
      let i = logs(u);
      let j = logs(v);
      let k2;
      let t;
      const n = count2 == null ? 10 : +count2;
      let z = [];
      if (!(base % 1) && j - i < n) {
        i = Math.floor(i), j = Math.ceil(j);
        if (u > 0) for (; i <= j; ++i) {
          for (k2 = 1; k2 < base; ++k2) {
            t = i < 0 ? k2 / pows(-i) : k2 * pows(i);
            if (t < u) continue;
            if (t > v) break;
            z.push(t);
          }
        }
        else for (; i <= j; ++i) {
          for (k2 = base - 1; k2 >= 1; --k2) {
            t = i > 0 ? k2 / pows(-i) : k2 * pows(i);
            if (t < u) continue;
            if (t > v) break;
            z.push(t);
          }
        }
        if (z.length * 2 < n) z = ticks(u, v, n);
      } else {
        z = ticks(i, j, Math.min(j - i, n)).map(pows);
      }
      return r ? z.reverse() : z;
    };
    scale.tickFormat = (count2, specifier) => {
      if (count2 == null) count2 = 10;
      if (specifier == null) specifier = base === 10 ? "s" : ",";
      if (typeof specifier !== "function") {
        if (!(base % 1) && (specifier = formatSpecifier(specifier)).precision == null) specifier.trim = true;
        specifier = format(specifier);
      }
      if (count2 === Infinity) return specifier;
      const k2 = Math.max(1, base * count2 / scale.ticks().length);
      return (d) => {
        let i = d / pows(Math.round(logs(d)));
        if (i * base < base - 0.5) i *= base;
        return i <= k2 ? specifier(d) : "";
      };
    };
    scale.nice = () => {
      return domain(nice(domain(), {
        floor: (x2) => pows(Math.floor(logs(x2))),
        ceil: (x2) => pows(Math.ceil(logs(x2)))
      }));
    };
    return scale;
  }
  function log() {
    const scale = loggish(transformer$2()).domain([1, 10]);
    scale.copy = () => copy$1(scale, log()).base(scale.base());
    initRange.apply(scale, arguments);
    return scale;
  }

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
      return Object.entries(v).map(([k2, x2]) => `${k2} ${plain(x2)}`).join(", ");
    return String(v);
  };
  var label = (key) => key.replace(/^n_/, "").replace(/_/g, " ");
  var headText = (name) => {
    const [, layer, head] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
    return layer !== void 0 ? `L${layer}H${head}` : /^\d+$/.test(name) ? `head ${name}` : name;
  };
  var headName = (card, head) => headText(card.head_names[head] ?? String(head));
  var headShort = (card, head) => {
    if (card.loadings === "layers") {
      const [, number4, kind] = /(\d+) ?(.?)/.exec(card.head_names[head] ?? "") || [null, String(head), ""];
      return head >= card.n_heads ? "id" : number4 + kind;
    }
    const name = headName(card, head).replace(/^head /, "");
    return head >= card.n_heads ? "id" : name.length > 6 ? String(head) : name;
  };
  var moment = (v) => {
    const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
    return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
  };

  // src/shared/measure.js
  var context = null;
  var known = /* @__PURE__ */ new Map();
  var width = (content, size = 12, weight = 400) => {
    const key = `${weight} ${size} ${content}`;
    if (!known.has(key)) {
      context ??= /** @type {CanvasRenderingContext2D} */
      document.createElement("canvas").getContext("2d");
      context.font = `${weight} ${size}px system-ui, sans-serif`;
      known.set(key, context.measureText(content).width);
    }
    return known.get(key);
  };
  var cut = (content, most, size = 12, weight = 400) => {
    if (width(content, size, weight) <= most) return content;
    const tail = content.match(/ \S{1,6}$/)?.[0] ?? "";
    const head = content.slice(0, content.length - tail.length);
    const kept = (n) => `${head.slice(0, n).trimEnd()}…${tail}`;
    let low = 0, high = head.length;
    while (low < high) {
      const middle2 = Math.ceil((low + high) / 2);
      if (width(kept(middle2), size, weight) <= most) low = middle2;
      else high = middle2 - 1;
    }
    return kept(low);
  };

  // src/shared/scales.js
  var SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  var plain2 = (tick2) => num(Number(tick2.toPrecision(6)));
  var known2 = (scale, ticks2, text2 = plain2) => {
    const [low, high] = scale.domain();
    return Object.assign((value2) => scale(value2), {
      ticks: ticks2,
      low,
      high,
      text: text2,
      copy: () => scale,
      range: () => scale.range()
    });
  };
  var linear3 = (low, high, from, to, { n = 5, zero: zero3 = false, nice: nice2 = true } = {}) => {
    if (zero3) [low, high] = [Math.min(0, low), Math.max(0, high)];
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    const scale = linear2(
      [low, high].map((v) => Number(v.toPrecision(10))),
      [from, to]
    );
    if (nice2) scale.nice(n);
    return known2(scale, scale.ticks(n));
  };
  var digit = (v) => {
    const first = v / 10 ** Math.floor(Math.log10(v) + 1e-9);
    return Math.abs(first - Math.round(first)) < 1e-6 ? Math.round(first) : 0;
  };
  var power = (v, far) => {
    const p = Math.round(Math.log10(v));
    const exact = Math.abs(v / 10 ** p - 1) < 1e-9;
    return exact && far && Math.abs(p) > 1 ? `10${[...String(p)].map((c) => SUPER[c]).join("")}` : plain2(v);
  };
  var logarithmic = (low, high, from, to, { pad = 1, base = 10, powers = false } = {}) => {
    if (low === high) [low, high] = [low / 2, high * 2];
    const scale = log([low / pad, high * pad], [from, to]);
    [low, high] = scale.domain();
    const exponents = range(Math.ceil(Math.log2(low)), Math.floor(Math.log2(high)) + 1);
    const twos = base === 2 ? exponents.map((p) => 2 ** p) : [];
    const all = scale.ticks();
    const sets = [[1], [1, 2, 5], [1, 2, 3, 5, 7]].map((digits) => all.filter((t) => digits.includes(digit(t))));
    const few = Math.log10(high / low) > 3.2 ? 3 : 4;
    const ticks2 = twos.length > 2 ? twos : sets.find((set4) => set4.length >= few) ?? linear2([low, high]).ticks(4);
    const far = powers && (high > 3e4 || low < 1e-3);
    return known2(
      scale,
      ticks2.filter((t) => t > 0),
      (v) => power(v, far)
    );
  };
  var roomy = (low, high) => Math.max((high / low) ** 0.06 * 1.02, 1.5 / Math.sqrt(high / low));
  var bandName = (name, plan, x2) => plan.mode === "tilt" ? cut(name, Math.min(plan.most, (x2 - 4) * 1.41), plan.size) : name;

  // src/shared/bars.js
  var mini = (card, loadings, offset, { width: width2 = 120, height = 24, labels = false, scale = null } = {}) => {
    const own = !of(card).hasIdentity, n = card.n_heads + (own ? 0 : 1), gap = own ? 0 : 6, foot = labels ? 12 : 0;
    const step = (width2 - gap) / n, middle2 = (height - foot) / 2;
    const most = scale ?? Math.max(1e-9, ...Array.from({ length: n }, (_, h) => Math.abs(loadings[offset + h])));
    const chart = svg("svg.mini", {
      width: width2,
      height,
      role: "img",
      "aria-label": `loadings ${Array.from({ length: n }, (_, h) => num(loadings[offset + h], 2)).join(", ")}`
    });
    chart.append(lineOf(0, middle2, width2, middle2, { stroke: color("line") }));
    for (let h = 0; h < n; h++) {
      const v = loadings[offset + h] / most, size = Math.abs(v) * (middle2 - 0.5);
      const x2 = h * step + (h === card.n_heads ? gap : 0);
      chart.append(
        rectOf(x2 + 0.5, v > 0 ? middle2 - size : middle2, Math.max(1, step - 1.5), size, {
          fill: headColor(h, card.n_heads)
        })
      );
      if (labels && (step > 9 || h === n - 1))
        chart.append(text(x2 + step / 2, height - 1, tick(card, h, step), { "text-anchor": "middle", "font-size": 9.5 }));
    }
    return chart;
  };
  var tick = (card, h, room) => {
    const name = headShort(card, h);
    return name.length * 6 > room ? /\d+$/.exec(name)?.[0] ?? name : name;
  };
  var layersOf = (card) => {
    const layers = card.head_names.slice(0, card.n_heads).map((name) => /^L(\d+)H\d+$/.exec(headText(name))?.[1]);
    return new Set(layers).size > 1 && !layers.includes(void 0) ? layers : null;
  };
  var loadingChart = (card, all, width2 = 256) => {
    const kind = of(card), layers = layersOf(card), row = kind.hasIdentity ? all : all.slice(0, card.n_heads);
    const height = 190, n = row.length, left2 = 38, gap = 14, bottom2 = height - 34;
    const gaps = row.map((_, h) => h > 0 && (h === card.n_heads || layers && layers[h] !== layers[h - 1]));
    const shifts = gaps.map((_, h) => gap * gaps.slice(0, h + 1).filter(Boolean).length);
    const most = Math.max(...row), least = Math.min(0, ...row);
    const chart = drawing(
      width2,
      height,
      `Head loadings: ${row.map((v, h) => `${headName(card, h)} ${num(v, 2)}`).join(", ")}`
    );
    const y2 = linear3(least, Math.max(most, 0.05), least < -0.02 ? bottom2 - 16 : bottom2 - 4, 18, { n: 4, nice: false });
    for (const t of y2.ticks) {
      chart.append(
        lineOf(left2, y2(t), width2, y2(t), { stroke: color(t === 0 ? "muted" : "line") }),
        text(left2 - 6, y2(t) + 4, y2.text(t), { "text-anchor": "end", "font-size": 11 })
      );
    }
    const step = (width2 - left2 - shifts[n - 1] - 4) / n, values = [];
    const short = (h) => tick(card, h, layers && h < card.n_heads ? 0 : step);
    row.forEach((v, h) => {
      const x2 = left2 + 4 + h * step + shifts[h], top2 = Math.min(y2(v), y2(0));
      const bar2 = rectOf(x2 + step * 0.1, top2, Math.max(2, step * 0.8), Math.max(1, Math.abs(y2(v) - y2(0))), {
        fill: headColor(h, card.n_heads),
        class: "dot"
      });
      attach(
        bar2,
        () => lines(
          [headName(card, h), num(v, 3)],
          ["share of squares", num(v * v / row.reduce((s2, a2) => s2 + a2 * a2, 0), 2)]
        )
      );
      chart.append(bar2);
      if (Math.abs(v) >= 0.1) values.push([x2 + step / 2, v > 0 ? top2 - 4 : y2(v) + 12, v]);
      if (h % Math.ceil(14 / step) === 0 || h === n - 1)
        chart.append(
          text(x2 + step / 2, bottom2 + 14, short(h), { "text-anchor": "middle", "font-size": 11, fill: color("ink") })
        );
    });
    const written = [];
    for (const [x2, at, v] of values.sort((a2, b) => Math.abs(b[2]) - Math.abs(a2[2]))) {
      const words2 = num(v, 2), wide = 6.6 * words2.length;
      if (written.some((o) => Math.abs(o.x - x2) < (o.wide + wide) / 2 && Math.abs(o.at - at) < 12)) continue;
      written.push({ x: x2, at, wide });
      chart.append(text(x2, at, words2, { "text-anchor": "middle", "font-size": 11, fill: color("ink") }));
    }
    const under = (first, last, words2) => chart.append(
      text(left2 + 4 + step * (first + last + 1) / 2 + shifts[first], height - 4, words2, {
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
      el("h3", title),
      el(
        "ol",
        { class: `logits ${kind}` },
        list2.map(
          ([token, v]) => el(
            "li",
            chip(token),
            el("span.bar", { vars: { "--size": Math.abs(v) / most } }),
            el("span.value", num(v, 3))
          )
        )
      )
    );
    return el("div.logit-pair", side("Promoted", promoted, "up"), side("Demoted", demoted, "down"));
  };
  var histogram = (bins, at = "source token", width2 = 256) => {
    if (!bins.length) return el("p.hint", "Never active on the text that was read.");
    const height = 190, left2 = 46, right2 = width2 - 8, bottom2 = height - 40;
    const low = bins[0][0], high = bins[bins.length - 1][1], counts = bins.map((b) => b[2]), most = Math.max(...counts);
    const chart = drawing(width2, height, `Histogram of activations from ${num(low)} to ${num(high)}`);
    const xs = low > 0 ? logarithmic(low, high, left2, right2, { pad: roomy(low, high) }) : linear3(low, high, left2, right2);
    const y2 = logarithmic(0.7, Math.max(2, most), bottom2, 14, { pad: roomy(0.7, Math.max(2, most)) });
    const whole = y2.ticks.filter((t) => Number.isInteger(Math.log10(t))), decades = whole.length > 5 ? whole.filter((_, i) => i % 2 === 0) : whole;
    for (const t of decades)
      chart.append(
        lineOf(left2, y2(t), right2, y2(t), { stroke: color("line") }),
        text(left2 - 6, y2(t) + 4, count(t), { "text-anchor": "end", "font-size": 11 })
      );
    for (const [from, to, n] of bins) {
      if (!n) continue;
      const bar2 = rectOf(xs(from) + 0.5, y2(n), Math.max(1, xs(to) - xs(from) - 1), bottom2 - y2(n), {
        fill: color("key"),
        class: "dot"
      });
      chart.append(attach(bar2, () => lines(["activation", `${num(from)} to ${num(to)}`], [`${at}s`, count(n)])));
    }
    chart.append(lineOf(left2, bottom2, right2, bottom2, { stroke: color("muted") }));
    let last = -Infinity;
    for (const t of xs.ticks) {
      if (xs(t) - last < 34) continue;
      last = xs(t);
      chart.append(text(xs(t), bottom2 + 15, xs.text(t), { "text-anchor": "middle", "font-size": 11 }));
    }
    chart.append(
      text((left2 + right2) / 2, height - 6, `activation at a ${at} (log)`, { "text-anchor": "middle", "font-size": 11 })
    );
    chart.append(
      text(0, 0, `${at}s (log)`, {
        "text-anchor": "middle",
        "font-size": 11,
        transform: `translate(11 ${(14 + bottom2) / 2}) rotate(-90)`
      })
    );
    return chart;
  };
  var breakdown = (card, heads) => {
    if (!of(card).hasHeads) return null;
    const most = Math.max(1e-9, ...heads.map(Math.abs));
    const order = heads.map((v, h) => [h, v]).filter(([, v]) => v !== 0).sort((a2, b) => Math.abs(b[1]) - Math.abs(a2[1]));
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

  // src/shared/controls.js
  var button = (selector2, text2, onclick, attributes = {}) => el(`button${selector2}`, { onclick, ...attributes }, text2);
  var select2 = (label2, options, value2, choose2, attributes = {}) => {
    const node = el(
      "select",
      { "aria-label": label2, onchange: (e) => choose2(e.target.value), ...attributes },
      options.map(([v, text2]) => el("option", { value: v }, text2))
    );
    node.value = value2;
    return node;
  };
  var searchField = (value2, placeholder, label2, change, attributes = {}) => el("input#search", {
    type: "search",
    value: value2,
    placeholder,
    "aria-label": label2,
    autocomplete: "off",
    spellcheck: "false",
    oninput: (e) => change(e.target.value),
    ...attributes
  });
  var filters = (...children2) => el("form.filters", { role: "search", onsubmit: (e) => e.preventDefault() }, ...children2);
  var stepLink = (href, sign2, label2) => href ? el("a.step", { href, "aria-label": label2, title: label2 }, sign2) : el("span.step.off", sign2);
  var defined = (word, definition2) => attach(el("span.defined", { tabindex: "0" }, word), () => el("p", definition2));
  var foldedCard = (id2, title, ...content) => el(
    "details.card.folded",
    { id: id2 },
    el("summary", el("h2", { id: `${id2}-title` }, title)),
    /** @type {any[]} */
    content.flat(9)
  );
  var SENTENCES = 3;
  var told = (sentences) => {
    const list2 = (some) => el(
      "ul.verdict",
      some.map((text2) => el("li", text2))
    );
    const rest = sentences.slice(SENTENCES);
    return el(
      "section#findings.told",
      { "aria-label": "What was found" },
      list2(sentences.slice(0, SENTENCES)),
      rest.length > 0 && el("details", el("summary", `${rest.length} more`), list2(rest))
    );
  };

  // src/shared/grid.js
  var EXTRA = 6;
  var PAGE = 15;
  var absent2 = (v) => v === null || v === void 0 || Number.isNaN(v);
  var byColumn = (values, falling) => (a2, b) => {
    const x2 = values[a2], y2 = values[b];
    if (absent2(x2) || absent2(y2)) return absent2(x2) ? absent2(y2) ? a2 - b : 1 : -1;
    if (x2 === y2) return a2 - b;
    return x2 < y2 !== falling ? -1 : 1;
  };
  var nextSort = (sort, { key, rising: rising2 }) => {
    if (sort === `-${key}`) return key;
    return sort === key || !rising2 ? `-${key}` : key;
  };
  var make = (columns, { label: label2, what, href, sort, changed, height = 32, look = ".grid-view" }) => {
    let list2 = [];
    let shown2 = [];
    let current2 = 0, drawn = "";
    const rows = el("div.rows", { role: "rowgroup" });
    const header = el("div.row.header", { role: "row", "aria-rowindex": 1 });
    const view = el(
      `div.table-view${look}`,
      {
        role: "table",
        "aria-label": label2,
        tabindex: "0",
        vars: { "--columns": columns.map((c) => c.width || "90px").join(" ") }
      },
      el("div.header-group", { role: "rowgroup" }, header),
      rows
    );
    const tally = el("span.tally");
    const visit = (place2) => {
      const to = href(place2);
      if (to) location.hash = to;
    };
    const line2 = (place2, index) => el(
      "div.row",
      {
        class: [index % 2 ? "odd" : "", index === current2 ? "current" : ""].join(" "),
        role: "row",
        "aria-rowindex": index + 2,
        "data-index": index,
        vars: { "--top": `${index * height}px` },
        onclick: (e) => e.target.closest("a, button") || visit(place2)
      },
      columns.map((c) => el("div", { role: "cell", class: c.kind }, c.draw(place2)))
    );
    const paint = (force = true) => {
      const first = Math.max(0, Math.floor(view.scrollTop / height) - EXTRA);
      const last = Math.min(shown2.length, Math.ceil((view.scrollTop + view.clientHeight) / height) + EXTRA);
      const key = `${first} ${last} ${current2}`;
      if (!force && key === drawn) return;
      drawn = key;
      rows.replaceChildren(...shown2.slice(first, last).map((place2, k2) => line2(place2, first + k2)));
    };
    const apply2 = () => {
      const column = columns.find((c) => c.key === sort.replace(/^-/, ""));
      shown2 = Array.from(list2);
      if (column?.values) shown2.sort(byColumn(column.values, sort.startsWith("-")));
      rows.style.height = `${shown2.length * height}px`;
      view.setAttribute("aria-rowcount", String(shown2.length + 1));
      rows.classList.toggle("empty", !shown2.length);
      for (const cell of header.children) {
        const { key } = cell.dataset;
        cell.setAttribute("aria-sort", sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none");
      }
      view.scrollTop = 0;
      current2 = 0;
      paint();
    };
    const update = (places, all) => {
      list2 = places;
      tally.textContent = `${places.length === all ? "" : `${count(places.length)} of `}${count(all)} ${what}`;
      announce(tally.textContent);
      apply2();
    };
    for (const c of columns) {
      const press = () => {
        sort = nextSort(sort, c);
        apply2();
        changed(sort);
      };
      const words2 = c.values ? el("button", { onclick: press }, c.title) : el("span", c.title);
      if (c.definition) attach(words2, () => el("p", c.definition));
      const kind = c.kind === "number" ? c.kind : null;
      header.append(el("div", { role: "columnheader", "data-key": c.key, class: kind }, words2));
    }
    view.addEventListener("scroll", () => paint(false), { passive: true });
    const move = (step) => {
      if (!shown2.length) return;
      current2 = Math.min(shown2.length - 1, Math.max(0, current2 + step));
      const top2 = current2 * height, room = view.clientHeight - header.offsetHeight;
      if (top2 < view.scrollTop) view.scrollTop = top2;
      if (top2 + height > view.scrollTop + room) view.scrollTop = top2 + height - room;
      paint();
    };
    const goTo = (index) => {
      current2 = index;
      view.scrollTop = Math.max(0, index * height - view.clientHeight / 3);
      paint();
    };
    const open = () => shown2.length && visit(shown2[current2]);
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
      Enter: open
    };
    return { view, tally, update, paint, goTo, keys, shown: () => shown2, order: () => sort };
  };

  // src/report/table.js
  var ROW = 36;
  var WORDS = "minmax(190px, 1fr)";
  var home = (card, query = "") => `#/d/${encodeURIComponent(card.name)}${query ? `?${query}` : ""}`;
  var link = (card, latent) => `${home(card)}/latent/${latent}`;
  var columnsOf = (card, table2) => {
    const kind = of(card);
    const column = (key, title, width2, more) => ({
      key,
      title,
      width: width2,
      values: table2[key],
      definition: definition(card, key),
      ...more
    });
    const number4 = (key, title, width2, show2) => column(key, title, width2, { kind: "number", draw: (i) => show2(table2[key][i]) });
    const words2 = (key, title) => column(key, title, WORDS, { values: null, draw: (i) => chips(table2.words(key, i, 6)) });
    const nameOf = (i) => el("a", { href: link(card, table2.latent[i]), tabindex: "-1" }, String(table2.latent[i]));
    const headOf = (i) => [
      el("span.swatch", { vars: { "--swatch": headColor(table2.main_head[i], card.n_heads) } }),
      headName(card, table2.main_head[i])
    ];
    const familyOf = (i) => table2.family[i] && [el("span", table2.family[i], " ", el("span.faint", percent(table2.family_share[i])))];
    const loadings = { values: null, draw: (i) => mini(card, table2.loadings, i * table2.width, { height: 30 }) };
    const mainHead = { kind: "named", rising: true, draw: headOf };
    const group = { rising: true, draw: (i) => groupName(card, table2.group[i]) };
    return [
      column("latent", kind.Noun, "74px", { kind: "number", rising: true, draw: nameOf }),
      table2.label.some(Boolean) && column("label", "Label", "240px", {
        values: null,
        draw: (i) => el("span.label", { title: table2.label[i] }, table2.label[i])
      }),
      number4("density", "Density", "78px", percentColumn),
      number4("energy_share", "Energy", "78px", percentColumn),
      number4("max_activation", "Max act.", "82px", numberColumn),
      kind.hasHeads && number4("effective_heads", "Eff. heads", "92px", numberColumn),
      kind.hasIdentity && number4("identity_share", "Identity", "82px", percentColumn),
      kind.hasLoadings && column("main_head", kind.hasHeads ? "Main head" : "Main layer", "112px", mainHead),
      kind.hasLoadings && column("loadings", card.loadings === "measured" ? "Measured heads" : "Loadings", "136px", loadings),
      hasFamilies(table2) && column("family", "Family", "132px", { values: table2.family_share, kind: "named", draw: familyOf }),
      hasFamilies(table2) && number4("distance", "Distance", "86px", numberColumn),
      kind.hasGroups && column("group", kind.group, "150px", group),
      words2("top_source_tokens", kind.tokens),
      kind.keyTokens && words2("top_key_tokens", kind.keyTokens),
      table2.top_promoted.some((list2) => list2.length) && words2("top_promoted", "Promoted tokens")
    ].filter(Boolean);
  };
  var hasFamilies = (table2) => table2.family.some(Boolean);
  var familiesOf = (table2) => {
    const counts = /* @__PURE__ */ new Map();
    for (let i = 0; i < table2.n; i++) {
      const name = table2.family[i] || NO_FAMILY;
      if (table2.density[i] > 0) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].sort((a2, b) => b[1] - a2[1]).map(([name, n]) => [name, `${name} (${count(n)})`]);
  };
  var controls = (card, table2, state, change) => {
    const kind = of(card);
    const set4 = (key) => (value2) => {
      state[key] = value2;
      change();
    };
    const choice2 = (key, label2, options) => select2(label2, options, state[key], set4(key));
    const end = (key, name, placeholder, which) => el("input", {
      type: "text",
      inputmode: "decimal",
      placeholder,
      "aria-label": `${name}, ${which}, per cent`,
      value: state[key],
      oninput: (e) => set4(key)(e.target.value)
    });
    const range2 = (name, low, high) => el(
      "fieldset.range",
      el("legend", name),
      end(low, name, "min", "smallest"),
      "–",
      end(high, name, "max", "largest"),
      "%"
    );
    const numbered = (names) => [["", "any"], ...names.map((name, i) => [String(i), name])];
    const heads = numbered(card.head_names.slice(0, card.n_heads + (kind.hasIdentity ? 1 : 0)));
    const groups2 = numbered((card.group_names || []).map((_, g) => groupName(card, g)));
    const sizes = kind.hasLoadings && card.loading_map ? card.loading_map.cluster_sizes : null;
    const dead = el("input", { type: "checkbox", onchange: (e) => set4("dead")(e.target.checked ? "1" : "") });
    dead.checked = state.dead !== "";
    const mainHead = kind.hasHeads ? "Main head" : "Main layer";
    return filters(
      el(
        "div.search",
        searchField(
          state.q,
          "Search tokens or labels …",
          "Search tokens and labels; in quotation marks: whole tokens only",
          set4("q"),
          { title: 'In "quotation marks": whole tokens only. ↵ finds newlines.' }
        ),
        table2.top_promoted.some((list2) => list2.length) && choice2("in", "Search in", [
          ["both", "in both"],
          ["source", card.side === "key" ? "in sources" : "in examples"],
          ["promoted", "in promoted"]
        ])
      ),
      kind.hasLoadings && el("label", `${mainHead} `, choice2("head", "Main head", heads)),
      kind.hasGroups && el("label", `${kind.group} `, choice2("group", kind.group, groups2)),
      hasFamilies(table2) && el("label", "Family ", choice2("family", "Family", [["", "any"], ...familiesOf(table2)])),
      sizes && el("label", "Cluster ", choice2("cluster", "Cluster", numbered(sizes.map((size, c) => `${c} (${count(size)})`)))),
      range2("Density", "dmin", "dmax"),
      kind.hasIdentity && range2("Identity", "imin", "imax"),
      el("label", dead, " dead too")
    );
  };
  var page2 = async (data2, card, query) => {
    const table2 = await loadTable(card);
    const state = parse(query);
    const kind = of(card);
    const clear = button(".quiet", "Clear filters", () => {
      location.hash = home(card);
    });
    const remember = () => {
      const latents = grid.shown().map((i) => table2.latent[i]);
      memory.order = { name: card.name, query: write(state), latents };
      const filtered = new URLSearchParams(write(state));
      filtered.delete("sort");
      clear.hidden = filtered.size === 0;
    };
    const keep = () => history.replaceState(null, "", home(card, write(state)));
    const grid = make(columnsOf(card, table2), {
      label: `${kind.Noun}s of ${card.name}`,
      what: `${kind.noun}s`,
      href: (i) => link(card, table2.latent[i]),
      sort: state.sort,
      height: ROW,
      look: "",
      changed: (sort) => {
        state.sort = sort;
        keep();
        remember();
      }
    });
    const refresh = () => {
      grid.update(select(table2, state), table2.n);
      remember();
    };
    const node = el(
      "div.page.table-page",
      el(
        "div.head",
        el("h1", `${kind.Noun}s of `, card.name),
        grid.tally,
        clear,
        el("span.push.hint", "Click a heading to sort, a row to open")
      ),
      el("p.about", el("strong", card.title || "", ". "), kind.about),
      controls(card, table2, state, () => {
        keep();
        refresh();
      }),
      grid.view
    );
    return {
      title: `${kind.Noun}s of ${card.name}`,
      node,
      start: () => {
        const before = memory.last;
        refresh();
        const at = before && before.name === card.name ? memory.order.latents.indexOf(before.latent) : -1;
        if (at > 0) grid.goTo(at);
        grid.view.focus({ preventScroll: true });
      },
      resize: grid.paint,
      keys: grid.keys
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
      const x3 = (from.left + from.right) / 2, y3 = from.top;
      return { d: `M${x3 - 5} ${y3}C${x3 - 13} ${y3 - 17} ${x3 + 13} ${y3 - 17} ${x3 + 5} ${y3 - 1}`, x: x3 + 5, y: y3 };
    }
    const x1 = (from.left + from.right) / 2, x2 = (to.left + to.right) / 2;
    if (Math.abs(from.top - to.top) < 4) {
      const h = heightOf(Math.abs(x2 - x1), tallest) * 1.33, y3 = from.top;
      return { d: `M${x1} ${y3}C${x1} ${y3 - h} ${x2} ${y3 - h} ${x2} ${y3 - 4}`, x: x2, y: y3 };
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
    const order = arcs.map((arc, i) => [arc, i]).sort((a2, b) => Math.abs(a2[0][2]) - Math.abs(b[0][2]));
    const drawn = order.map(([arc]) => {
      const [query, key, weight] = arc;
      const { d, x: x2, y: y2 } = pathOf(boxes[key], boxes[query], query === key, tallest);
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
        svg("path.tip-mark", { d: `M${x2 - tip} ${y2 - 1.6 * tip}L${x2 + tip} ${y2 - 1.6 * tip}L${x2} ${y2}z` }),
        svg("path.catch", { d, "stroke-width": 12 })
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
      arc: most((e) => Math.max(0, ...e.arcs.map((a2) => Math.abs(a2[2]))))
    };
  };
  var figure = (card, example, scale) => {
    const kind = of(card);
    const { tokens, key, query, arcs, peak } = example;
    const atKey = example.side === "key";
    const positions = example.positions.length ? example.positions : tokens.map((_, i) => example.start + i);
    const skipped = (i) => positions[i] < 0 ? (positions[i + 1] ?? 0) - (positions[i - 1] ?? example.start - 1) - 1 : 0;
    const layer = svg("svg.arcs", { "aria-hidden": "true" });
    const line2 = el("div.line", layer);
    const named2 = (i) => chip(tokens[i]);
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
      const into = arcs.filter((a2) => a2[0] === i), from = arcs.filter((a2) => a2[1] === i);
      const best = (list2) => list2.slice().sort((a2, b) => Math.abs(b[2]) - Math.abs(a2[2])).slice(0, 4);
      return [
        el("strong", named2(i), ` position ${positions[i]}`),
        lines(
          kind.keyName && [kind.keyName, num(key[i] || 0)],
          [kind.queryName, num(query[i] || 0)],
          ...best(into).map((a2) => [kind.receives, [num(a2[2]), " · ", named2(a2[1])]]),
          ...best(from).filter((a2) => a2[0] !== i).map((a2) => [kind.sends, [num(a2[2]), " · ", named2(a2[0])]])
        )
      ];
    };
    const focusOn = (i) => {
      for (const arc of layer.children)
        arc.classList.toggle("off", i !== null && Number(arc.dataset.query) !== i && Number(arc.dataset.key) !== i);
    };
    const note = (arc) => [
      el("strong", named2(arc[1]), " → ", named2(arc[0])),
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
        line2.append(el("br"));
      line2.append(node2);
    });
    const frame3 = el(
      "div",
      {
        class: `frame ${layout.mode}`,
        tabindex: "0",
        role: "group",
        "aria-label": `Tokens ${example.start} to ${positions[tokens.length - 1]} of sequence ${example.sequence}`
      },
      line2
    );
    const [mine, other] = atKey ? [1, 0] : [0, 1];
    const peakArcs = arcs.filter((a2) => a2[mine] === peak).sort((a2, b) => Math.abs(b[2]) - Math.abs(a2[2]));
    const caption = el(
      "figcaption",
      el(
        "span.pairing",
        named2(peak),
        peakArcs.length ? [el("span.faint", atKey ? "→" : "←"), named2(peakArcs[0][other])] : null
      ),
      el("span.faint", atKey ? `key ${num(key[peak])}` : `${kind.symbol} ${num(query[peak])}`),
      el("span.faint", `sequence ${example.sequence}, position ${positions[peak]}`)
    );
    const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption, frame3);
    node.place = () => {
      if (layout.mode === "track") line2.style.paddingTop = `${roomFor(nodes, arcs)}px`;
      draw(layer, line2, nodes, arcs, scale.arc, note, layout.mode === "lines" ? 21 : void 0);
      if (layout.mode !== "track") return;
      const at = nodes[peak].offsetLeft;
      frame3.scrollLeft = Math.max(0, at - frame3.clientWidth * (atKey ? 0.3 : 0.7));
    };
    return node;
  };
  var legend = (card) => {
    const kind = of(card);
    const note = (words2, ...marks) => words2 && el("span.note", marks, words2);
    const mark2 = (words2, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words2);
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
    const fact = (key, name, value2) => el("div", el("dt", defined(name, definition(card, key))), el("dd", value2));
    const head = table2.main_head[i], group = table2.group[i], cluster = table2.cluster[i];
    const filtered = (what, value2, words2) => el("a", { href: home(card, `${what}=${value2}`) }, words2);
    return el(
      "dl.strip",
      fact("density", "Density", percent(table2.density[i])),
      fact("energy_share", "Energy", percent(table2.energy_share[i])),
      fact("max_activation", "Max activation", num(table2.max_activation[i])),
      kind.hasHeads && fact("effective_heads", "Effective heads", num(table2.effective_heads[i], 3)),
      kind.hasIdentity && fact("identity_share", "Identity", percent(table2.identity_share[i])),
      kind.hasLoadings && fact("main_head", kind.hasHeads ? "Main head" : "Main layer", [
        el("span.swatch", { vars: { "--swatch": headColor(head, card.n_heads) } }),
        headName(card, head)
      ]),
      table2.family[i] && fact("family", "Family", [
        filtered("family", table2.family[i], table2.family[i]),
        ` ${percent(table2.family_share[i])}`
      ]),
      Number.isFinite(table2.distance[i]) && fact("distance", "Distance", `${num(table2.distance[i], 3)} tokens`),
      group >= 0 && fact("group", kind.group, filtered("group", group, groupName(card, group))),
      kind.hasLoadings && cluster >= 0 && fact("cluster", "Cluster", filtered("cluster", cluster, String(cluster))),
      fact("top_source_tokens", kind.tokens, chips(table2.words("top_source_tokens", i, 5))),
      kind.keyTokens && fact("top_key_tokens", kind.keyTokens, chips(table2.words("top_key_tokens", i, 5)))
    );
  };
  var neighbourList = (card, table2, neighbours) => el(
    "ol.neighbours",
    neighbours.map(([other, cosine]) => {
      const at = table2.position.get(other);
      return el(
        "li",
        el("a", { href: link(card, other) }, String(other)),
        el("span.value", num(cosine, 2)),
        at === void 0 ? null : [
          of(card).hasLoadings ? mini(card, table2.loadings, at * table2.width, { width: 66, height: 20 }) : el("span"),
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
    const step = (other, name, sign2, key) => stepLink(other === void 0 ? null : link(card, other), sign2, `${name} ${kind.noun} (${key})`);
    const loadings = Array.from(table2.loadings.subarray(i * table2.width, (i + 1) * table2.width));
    const cardOf = (title, hint, content, extra) => el("section", { class: `card ${extra || ""}` }, el("h2", title), hint && el("p.hint", hint), content);
    const examplePlace = el("div.examples");
    let figures = [];
    const showExamples = () => {
      const scale = scales(saved.examples);
      figures = [];
      examplePlace.replaceChildren(
        ...[...groups(saved.examples, kind.groupNames)].flatMap(([name, list2]) => [
          el("h3", name),
          ...list2.map((e) => {
            const f = figure(card, e, scale);
            figures.push(f);
            return f;
          })
        ])
      );
      if (!saved.examples.length)
        examplePlace.append(el("p.hint", `No examples: the ${kind.noun} was not active on the text that was read.`));
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
      "div.page.latent-page",
      el(
        "div.head",
        step(previous, "Previous", "‹", "k"),
        el("h1", `${kind.Noun} ${latent}`),
        table2.label[i] && el("strong.called", table2.label[i]),
        step(next, "Next", "›", "j"),
        el("span.faint", "of ", el("a", { href: home(card, query) }, card.name), ` · ${text2}`)
      ),
      el("p.about", el("strong", card.title || "", ". "), kind.about),
      factStrip(card, table2, i),
      !saved && el("p.card", "Only the row of this latent was saved, not its page."),
      el(
        "div.quarters",
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
        "section.card",
        { "aria-labelledby": "examples-title" },
        el("div.head", el("h2#examples-title", "Examples in text"), mode),
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
    const strong = loadings.slice(0, of(card).hasIdentity ? void 0 : card.n_heads).map((v, h) => [h, v]).filter(([, v]) => Math.abs(v) >= 0.25).sort((a2, b) => Math.abs(b[1]) - Math.abs(a2[1])).slice(0, 4);
    if (!strong.length) return "spread over many heads";
    const one4 = card.loadings === "layers" ? "layer" : "head";
    return `${strong.length > 1 ? `${one4}s` : one4} ` + strong.map(([h, v], i) => `${v < 0 ? "− " : i ? "+ " : ""}${headShort(card, h)}`).join(" ");
  };
  var list = (card) => {
    const { loading_map: map2 } = card;
    if (!map2) return el("p.hint", "No clusters were made for this dictionary.");
    const order = map2.cluster_sizes.map((size, c) => [c, size]).sort((a2, b) => b[1] - a2[1]);
    return el(
      "ol.clusters",
      order.map(
        ([c, size]) => el(
          "li",
          svg(
            "svg",
            { width: 14, height: 14, "aria-hidden": "true" },
            svg("path", { d: shapePath(clusterShape(c), 7, 7, 5), fill: clusterColor(c) })
          ),
          el("a", { href: `#/d/${encodeURIComponent(card.name)}?cluster=${c}` }, `Cluster ${c}`),
          el("span.faint", `${count(size)} ${size === 1 ? "latent" : "latents"}`),
          mini(card, map2.cluster_loadings[c], 0, { width: 150, height: 34, scale: 1 }),
          el("span.words", words(card, map2.cluster_loadings[c]))
        )
      )
    );
  };

  // node_modules/d3-axis/dist/d3-axis.mjs
  function identity3(x2) {
    return x2;
  }
  var top = 1;
  var right = 2;
  var bottom = 3;
  var left = 4;
  var epsilon3 = 1e-6;
  function translateX(x2) {
    return "translate(" + x2 + ",0)";
  }
  function translateY(y2) {
    return "translate(0," + y2 + ")";
  }
  function number3(scale) {
    return (d) => +scale(d);
  }
  function center(scale, offset) {
    offset = Math.max(0, scale.bandwidth() - offset * 2) / 2;
    if (scale.round()) offset = Math.round(offset);
    return (d) => +scale(d) + offset;
  }
  function entering() {
    return !this.__axis;
  }
  function axis(orient, scale) {
    var tickArguments = [], tickValues = null, tickFormat2 = null, tickSizeInner = 6, tickSizeOuter = 6, tickPadding = 3, offset = typeof window !== "undefined" && window.devicePixelRatio > 1 ? 0 : 0.5, k2 = orient === top || orient === left ? -1 : 1, x2 = orient === left || orient === right ? "x" : "y", transform2 = orient === top || orient === bottom ? translateX : translateY;
    function axis2(context2) {
      var values = tickValues == null ? scale.ticks ? scale.ticks.apply(scale, tickArguments) : scale.domain() : tickValues, format2 = tickFormat2 == null ? scale.tickFormat ? scale.tickFormat.apply(scale, tickArguments) : identity3 : tickFormat2, spacing = Math.max(tickSizeInner, 0) + tickPadding, range2 = scale.range(), range0 = +range2[0] + offset, range1 = +range2[range2.length - 1] + offset, position = (scale.bandwidth ? center : number3)(scale.copy(), offset), selection2 = context2.selection ? context2.selection() : context2, path2 = selection2.selectAll(".domain").data([null]), tick2 = selection2.selectAll(".tick").data(values, scale).order(), tickExit = tick2.exit(), tickEnter = tick2.enter().append("g").attr("class", "tick"), line2 = tick2.select("line"), text2 = tick2.select("text");
      path2 = path2.merge(path2.enter().insert("path", ".tick").attr("class", "domain").attr("stroke", "currentColor"));
      tick2 = tick2.merge(tickEnter);
      line2 = line2.merge(tickEnter.append("line").attr("stroke", "currentColor").attr(x2 + "2", k2 * tickSizeInner));
      text2 = text2.merge(tickEnter.append("text").attr("fill", "currentColor").attr(x2, k2 * spacing).attr("dy", orient === top ? "0em" : orient === bottom ? "0.71em" : "0.32em"));
      if (context2 !== selection2) {
        path2 = path2.transition(context2);
        tick2 = tick2.transition(context2);
        line2 = line2.transition(context2);
        text2 = text2.transition(context2);
        tickExit = tickExit.transition(context2).attr("opacity", epsilon3).attr("transform", function(d) {
          return isFinite(d = position(d)) ? transform2(d + offset) : this.getAttribute("transform");
        });
        tickEnter.attr("opacity", epsilon3).attr("transform", function(d) {
          var p = this.parentNode.__axis;
          return transform2((p && isFinite(p = p(d)) ? p : position(d)) + offset);
        });
      }
      tickExit.remove();
      path2.attr("d", orient === left || orient === right ? tickSizeOuter ? "M" + k2 * tickSizeOuter + "," + range0 + "H" + offset + "V" + range1 + "H" + k2 * tickSizeOuter : "M" + offset + "," + range0 + "V" + range1 : tickSizeOuter ? "M" + range0 + "," + k2 * tickSizeOuter + "V" + offset + "H" + range1 + "V" + k2 * tickSizeOuter : "M" + range0 + "," + offset + "H" + range1);
      tick2.attr("opacity", 1).attr("transform", function(d) {
        return transform2(position(d) + offset);
      });
      line2.attr(x2 + "2", k2 * tickSizeInner);
      text2.attr(x2, k2 * spacing).text(format2);
      selection2.filter(entering).attr("fill", "none").attr("font-size", 10).attr("font-family", "sans-serif").attr("text-anchor", orient === right ? "start" : orient === left ? "end" : "middle");
      selection2.each(function() {
        this.__axis = position;
      });
    }
    axis2.scale = function(_) {
      return arguments.length ? (scale = _, axis2) : scale;
    };
    axis2.ticks = function() {
      return tickArguments = Array.from(arguments), axis2;
    };
    axis2.tickArguments = function(_) {
      return arguments.length ? (tickArguments = _ == null ? [] : Array.from(_), axis2) : tickArguments.slice();
    };
    axis2.tickValues = function(_) {
      return arguments.length ? (tickValues = _ == null ? null : Array.from(_), axis2) : tickValues && tickValues.slice();
    };
    axis2.tickFormat = function(_) {
      return arguments.length ? (tickFormat2 = _, axis2) : tickFormat2;
    };
    axis2.tickSize = function(_) {
      return arguments.length ? (tickSizeInner = tickSizeOuter = +_, axis2) : tickSizeInner;
    };
    axis2.tickSizeInner = function(_) {
      return arguments.length ? (tickSizeInner = +_, axis2) : tickSizeInner;
    };
    axis2.tickSizeOuter = function(_) {
      return arguments.length ? (tickSizeOuter = +_, axis2) : tickSizeOuter;
    };
    axis2.tickPadding = function(_) {
      return arguments.length ? (tickPadding = +_, axis2) : tickPadding;
    };
    axis2.offset = function(_) {
      return arguments.length ? (offset = +_, axis2) : offset;
    };
    return axis2;
  }
  function axisBottom(scale) {
    return axis(bottom, scale);
  }
  function axisLeft(scale) {
    return axis(left, scale);
  }

  // node_modules/d3-selection/dist/d3-selection.mjs
  var xhtml = "http://www.w3.org/1999/xhtml";
  var namespaces = {
    svg: "http://www.w3.org/2000/svg",
    xhtml,
    xlink: "http://www.w3.org/1999/xlink",
    xml: "http://www.w3.org/XML/1998/namespace",
    xmlns: "http://www.w3.org/2000/xmlns/"
  };
  function namespace(name) {
    var prefix = name += "", i = prefix.indexOf(":");
    if (i >= 0 && (prefix = name.slice(0, i)) !== "xmlns") name = name.slice(i + 1);
    return namespaces.hasOwnProperty(prefix) ? { space: namespaces[prefix], local: name } : name;
  }
  function creatorInherit(name) {
    return function() {
      var document2 = this.ownerDocument, uri = this.namespaceURI;
      return uri === xhtml && document2.documentElement.namespaceURI === xhtml ? document2.createElement(name) : document2.createElementNS(uri, name);
    };
  }
  function creatorFixed(fullname) {
    return function() {
      return this.ownerDocument.createElementNS(fullname.space, fullname.local);
    };
  }
  function creator(name) {
    var fullname = namespace(name);
    return (fullname.local ? creatorFixed : creatorInherit)(fullname);
  }
  function none() {
  }
  function selector(selector2) {
    return selector2 == null ? none : function() {
      return this.querySelector(selector2);
    };
  }
  function selection_select(select4) {
    if (typeof select4 !== "function") select4 = selector(select4);
    for (var groups2 = this._groups, m = groups2.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
        if ((node = group[i]) && (subnode = select4.call(node, node.__data__, i, group))) {
          if ("__data__" in node) subnode.__data__ = node.__data__;
          subgroup[i] = subnode;
        }
      }
    }
    return new Selection(subgroups, this._parents);
  }
  function array3(x2) {
    return x2 == null ? [] : Array.isArray(x2) ? x2 : Array.from(x2);
  }
  function empty() {
    return [];
  }
  function selectorAll(selector2) {
    return selector2 == null ? empty : function() {
      return this.querySelectorAll(selector2);
    };
  }
  function arrayAll(select4) {
    return function() {
      return array3(select4.apply(this, arguments));
    };
  }
  function selection_selectAll(select4) {
    if (typeof select4 === "function") select4 = arrayAll(select4);
    else select4 = selectorAll(select4);
    for (var groups2 = this._groups, m = groups2.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          subgroups.push(select4.call(node, node.__data__, i, group));
          parents.push(node);
        }
      }
    }
    return new Selection(subgroups, parents);
  }
  function matcher(selector2) {
    return function() {
      return this.matches(selector2);
    };
  }
  function childMatcher(selector2) {
    return function(node) {
      return node.matches(selector2);
    };
  }
  var find = Array.prototype.find;
  function childFind(match) {
    return function() {
      return find.call(this.children, match);
    };
  }
  function childFirst() {
    return this.firstElementChild;
  }
  function selection_selectChild(match) {
    return this.select(match == null ? childFirst : childFind(typeof match === "function" ? match : childMatcher(match)));
  }
  var filter = Array.prototype.filter;
  function children() {
    return Array.from(this.children);
  }
  function childrenFilter(match) {
    return function() {
      return filter.call(this.children, match);
    };
  }
  function selection_selectChildren(match) {
    return this.selectAll(match == null ? children : childrenFilter(typeof match === "function" ? match : childMatcher(match)));
  }
  function selection_filter(match) {
    if (typeof match !== "function") match = matcher(match);
    for (var groups2 = this._groups, m = groups2.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, subgroup = subgroups[j] = [], node, i = 0; i < n; ++i) {
        if ((node = group[i]) && match.call(node, node.__data__, i, group)) {
          subgroup.push(node);
        }
      }
    }
    return new Selection(subgroups, this._parents);
  }
  function sparse(update) {
    return new Array(update.length);
  }
  function selection_enter() {
    return new Selection(this._enter || this._groups.map(sparse), this._parents);
  }
  function EnterNode(parent, datum2) {
    this.ownerDocument = parent.ownerDocument;
    this.namespaceURI = parent.namespaceURI;
    this._next = null;
    this._parent = parent;
    this.__data__ = datum2;
  }
  EnterNode.prototype = {
    constructor: EnterNode,
    appendChild: function(child) {
      return this._parent.insertBefore(child, this._next);
    },
    insertBefore: function(child, next) {
      return this._parent.insertBefore(child, next);
    },
    querySelector: function(selector2) {
      return this._parent.querySelector(selector2);
    },
    querySelectorAll: function(selector2) {
      return this._parent.querySelectorAll(selector2);
    }
  };
  function constant3(x2) {
    return function() {
      return x2;
    };
  }
  function bindIndex(parent, group, enter, update, exit, data2) {
    var i = 0, node, groupLength = group.length, dataLength = data2.length;
    for (; i < dataLength; ++i) {
      if (node = group[i]) {
        node.__data__ = data2[i];
        update[i] = node;
      } else {
        enter[i] = new EnterNode(parent, data2[i]);
      }
    }
    for (; i < groupLength; ++i) {
      if (node = group[i]) {
        exit[i] = node;
      }
    }
  }
  function bindKey(parent, group, enter, update, exit, data2, key) {
    var i, node, nodeByKeyValue = /* @__PURE__ */ new Map(), groupLength = group.length, dataLength = data2.length, keyValues = new Array(groupLength), keyValue;
    for (i = 0; i < groupLength; ++i) {
      if (node = group[i]) {
        keyValues[i] = keyValue = key.call(node, node.__data__, i, group) + "";
        if (nodeByKeyValue.has(keyValue)) {
          exit[i] = node;
        } else {
          nodeByKeyValue.set(keyValue, node);
        }
      }
    }
    for (i = 0; i < dataLength; ++i) {
      keyValue = key.call(parent, data2[i], i, data2) + "";
      if (node = nodeByKeyValue.get(keyValue)) {
        update[i] = node;
        node.__data__ = data2[i];
        nodeByKeyValue.delete(keyValue);
      } else {
        enter[i] = new EnterNode(parent, data2[i]);
      }
    }
    for (i = 0; i < groupLength; ++i) {
      if ((node = group[i]) && nodeByKeyValue.get(keyValues[i]) === node) {
        exit[i] = node;
      }
    }
  }
  function datum(node) {
    return node.__data__;
  }
  function selection_data(value2, key) {
    if (!arguments.length) return Array.from(this, datum);
    var bind = key ? bindKey : bindIndex, parents = this._parents, groups2 = this._groups;
    if (typeof value2 !== "function") value2 = constant3(value2);
    for (var m = groups2.length, update = new Array(m), enter = new Array(m), exit = new Array(m), j = 0; j < m; ++j) {
      var parent = parents[j], group = groups2[j], groupLength = group.length, data2 = arraylike(value2.call(parent, parent && parent.__data__, j, parents)), dataLength = data2.length, enterGroup = enter[j] = new Array(dataLength), updateGroup = update[j] = new Array(dataLength), exitGroup = exit[j] = new Array(groupLength);
      bind(parent, group, enterGroup, updateGroup, exitGroup, data2, key);
      for (var i0 = 0, i1 = 0, previous, next; i0 < dataLength; ++i0) {
        if (previous = enterGroup[i0]) {
          if (i0 >= i1) i1 = i0 + 1;
          while (!(next = updateGroup[i1]) && ++i1 < dataLength) ;
          previous._next = next || null;
        }
      }
    }
    update = new Selection(update, parents);
    update._enter = enter;
    update._exit = exit;
    return update;
  }
  function arraylike(data2) {
    return typeof data2 === "object" && "length" in data2 ? data2 : Array.from(data2);
  }
  function selection_exit() {
    return new Selection(this._exit || this._groups.map(sparse), this._parents);
  }
  function selection_join(onenter, onupdate, onexit) {
    var enter = this.enter(), update = this, exit = this.exit();
    if (typeof onenter === "function") {
      enter = onenter(enter);
      if (enter) enter = enter.selection();
    } else {
      enter = enter.append(onenter + "");
    }
    if (onupdate != null) {
      update = onupdate(update);
      if (update) update = update.selection();
    }
    if (onexit == null) exit.remove();
    else onexit(exit);
    return enter && update ? enter.merge(update).order() : update;
  }
  function selection_merge(context2) {
    var selection2 = context2.selection ? context2.selection() : context2;
    for (var groups0 = this._groups, groups1 = selection2._groups, m0 = groups0.length, m1 = groups1.length, m = Math.min(m0, m1), merges = new Array(m0), j = 0; j < m; ++j) {
      for (var group0 = groups0[j], group1 = groups1[j], n = group0.length, merge = merges[j] = new Array(n), node, i = 0; i < n; ++i) {
        if (node = group0[i] || group1[i]) {
          merge[i] = node;
        }
      }
    }
    for (; j < m0; ++j) {
      merges[j] = groups0[j];
    }
    return new Selection(merges, this._parents);
  }
  function selection_order() {
    for (var groups2 = this._groups, j = -1, m = groups2.length; ++j < m; ) {
      for (var group = groups2[j], i = group.length - 1, next = group[i], node; --i >= 0; ) {
        if (node = group[i]) {
          if (next && node.compareDocumentPosition(next) ^ 4) next.parentNode.insertBefore(node, next);
          next = node;
        }
      }
    }
    return this;
  }
  function selection_sort(compare2) {
    if (!compare2) compare2 = ascending2;
    function compareNode(a2, b) {
      return a2 && b ? compare2(a2.__data__, b.__data__) : !a2 - !b;
    }
    for (var groups2 = this._groups, m = groups2.length, sortgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, sortgroup = sortgroups[j] = new Array(n), node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          sortgroup[i] = node;
        }
      }
      sortgroup.sort(compareNode);
    }
    return new Selection(sortgroups, this._parents).order();
  }
  function ascending2(a2, b) {
    return a2 < b ? -1 : a2 > b ? 1 : a2 >= b ? 0 : NaN;
  }
  function selection_call() {
    var callback = arguments[0];
    arguments[0] = this;
    callback.apply(null, arguments);
    return this;
  }
  function selection_nodes() {
    return Array.from(this);
  }
  function selection_node() {
    for (var groups2 = this._groups, j = 0, m = groups2.length; j < m; ++j) {
      for (var group = groups2[j], i = 0, n = group.length; i < n; ++i) {
        var node = group[i];
        if (node) return node;
      }
    }
    return null;
  }
  function selection_size() {
    let size = 0;
    for (const node of this) ++size;
    return size;
  }
  function selection_empty() {
    return !this.node();
  }
  function selection_each(callback) {
    for (var groups2 = this._groups, j = 0, m = groups2.length; j < m; ++j) {
      for (var group = groups2[j], i = 0, n = group.length, node; i < n; ++i) {
        if (node = group[i]) callback.call(node, node.__data__, i, group);
      }
    }
    return this;
  }
  function attrRemove(name) {
    return function() {
      this.removeAttribute(name);
    };
  }
  function attrRemoveNS(fullname) {
    return function() {
      this.removeAttributeNS(fullname.space, fullname.local);
    };
  }
  function attrConstant(name, value2) {
    return function() {
      this.setAttribute(name, value2);
    };
  }
  function attrConstantNS(fullname, value2) {
    return function() {
      this.setAttributeNS(fullname.space, fullname.local, value2);
    };
  }
  function attrFunction(name, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.removeAttribute(name);
      else this.setAttribute(name, v);
    };
  }
  function attrFunctionNS(fullname, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.removeAttributeNS(fullname.space, fullname.local);
      else this.setAttributeNS(fullname.space, fullname.local, v);
    };
  }
  function selection_attr(name, value2) {
    var fullname = namespace(name);
    if (arguments.length < 2) {
      var node = this.node();
      return fullname.local ? node.getAttributeNS(fullname.space, fullname.local) : node.getAttribute(fullname);
    }
    return this.each((value2 == null ? fullname.local ? attrRemoveNS : attrRemove : typeof value2 === "function" ? fullname.local ? attrFunctionNS : attrFunction : fullname.local ? attrConstantNS : attrConstant)(fullname, value2));
  }
  function defaultView(node) {
    return node.ownerDocument && node.ownerDocument.defaultView || node.document && node || node.defaultView;
  }
  function styleRemove(name) {
    return function() {
      this.style.removeProperty(name);
    };
  }
  function styleConstant(name, value2, priority) {
    return function() {
      this.style.setProperty(name, value2, priority);
    };
  }
  function styleFunction(name, value2, priority) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.style.removeProperty(name);
      else this.style.setProperty(name, v, priority);
    };
  }
  function selection_style(name, value2, priority) {
    return arguments.length > 1 ? this.each((value2 == null ? styleRemove : typeof value2 === "function" ? styleFunction : styleConstant)(name, value2, priority == null ? "" : priority)) : styleValue(this.node(), name);
  }
  function styleValue(node, name) {
    return node.style.getPropertyValue(name) || defaultView(node).getComputedStyle(node, null).getPropertyValue(name);
  }
  function propertyRemove(name) {
    return function() {
      delete this[name];
    };
  }
  function propertyConstant(name, value2) {
    return function() {
      this[name] = value2;
    };
  }
  function propertyFunction(name, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) delete this[name];
      else this[name] = v;
    };
  }
  function selection_property(name, value2) {
    return arguments.length > 1 ? this.each((value2 == null ? propertyRemove : typeof value2 === "function" ? propertyFunction : propertyConstant)(name, value2)) : this.node()[name];
  }
  function classArray(string2) {
    return string2.trim().split(/^|\s+/);
  }
  function classList(node) {
    return node.classList || new ClassList(node);
  }
  function ClassList(node) {
    this._node = node;
    this._names = classArray(node.getAttribute("class") || "");
  }
  ClassList.prototype = {
    add: function(name) {
      var i = this._names.indexOf(name);
      if (i < 0) {
        this._names.push(name);
        this._node.setAttribute("class", this._names.join(" "));
      }
    },
    remove: function(name) {
      var i = this._names.indexOf(name);
      if (i >= 0) {
        this._names.splice(i, 1);
        this._node.setAttribute("class", this._names.join(" "));
      }
    },
    contains: function(name) {
      return this._names.indexOf(name) >= 0;
    }
  };
  function classedAdd(node, names) {
    var list2 = classList(node), i = -1, n = names.length;
    while (++i < n) list2.add(names[i]);
  }
  function classedRemove(node, names) {
    var list2 = classList(node), i = -1, n = names.length;
    while (++i < n) list2.remove(names[i]);
  }
  function classedTrue(names) {
    return function() {
      classedAdd(this, names);
    };
  }
  function classedFalse(names) {
    return function() {
      classedRemove(this, names);
    };
  }
  function classedFunction(names, value2) {
    return function() {
      (value2.apply(this, arguments) ? classedAdd : classedRemove)(this, names);
    };
  }
  function selection_classed(name, value2) {
    var names = classArray(name + "");
    if (arguments.length < 2) {
      var list2 = classList(this.node()), i = -1, n = names.length;
      while (++i < n) if (!list2.contains(names[i])) return false;
      return true;
    }
    return this.each((typeof value2 === "function" ? classedFunction : value2 ? classedTrue : classedFalse)(names, value2));
  }
  function textRemove() {
    this.textContent = "";
  }
  function textConstant(value2) {
    return function() {
      this.textContent = value2;
    };
  }
  function textFunction(value2) {
    return function() {
      var v = value2.apply(this, arguments);
      this.textContent = v == null ? "" : v;
    };
  }
  function selection_text(value2) {
    return arguments.length ? this.each(value2 == null ? textRemove : (typeof value2 === "function" ? textFunction : textConstant)(value2)) : this.node().textContent;
  }
  function htmlRemove() {
    this.innerHTML = "";
  }
  function htmlConstant(value2) {
    return function() {
      this.innerHTML = value2;
    };
  }
  function htmlFunction(value2) {
    return function() {
      var v = value2.apply(this, arguments);
      this.innerHTML = v == null ? "" : v;
    };
  }
  function selection_html(value2) {
    return arguments.length ? this.each(value2 == null ? htmlRemove : (typeof value2 === "function" ? htmlFunction : htmlConstant)(value2)) : this.node().innerHTML;
  }
  function raise() {
    if (this.nextSibling) this.parentNode.appendChild(this);
  }
  function selection_raise() {
    return this.each(raise);
  }
  function lower() {
    if (this.previousSibling) this.parentNode.insertBefore(this, this.parentNode.firstChild);
  }
  function selection_lower() {
    return this.each(lower);
  }
  function selection_append(name) {
    var create2 = typeof name === "function" ? name : creator(name);
    return this.select(function() {
      return this.appendChild(create2.apply(this, arguments));
    });
  }
  function constantNull() {
    return null;
  }
  function selection_insert(name, before) {
    var create2 = typeof name === "function" ? name : creator(name), select4 = before == null ? constantNull : typeof before === "function" ? before : selector(before);
    return this.select(function() {
      return this.insertBefore(create2.apply(this, arguments), select4.apply(this, arguments) || null);
    });
  }
  function remove() {
    var parent = this.parentNode;
    if (parent) parent.removeChild(this);
  }
  function selection_remove() {
    return this.each(remove);
  }
  function selection_cloneShallow() {
    var clone = this.cloneNode(false), parent = this.parentNode;
    return parent ? parent.insertBefore(clone, this.nextSibling) : clone;
  }
  function selection_cloneDeep() {
    var clone = this.cloneNode(true), parent = this.parentNode;
    return parent ? parent.insertBefore(clone, this.nextSibling) : clone;
  }
  function selection_clone(deep) {
    return this.select(deep ? selection_cloneDeep : selection_cloneShallow);
  }
  function selection_datum(value2) {
    return arguments.length ? this.property("__data__", value2) : this.node().__data__;
  }
  function contextListener(listener) {
    return function(event) {
      listener.call(this, event, this.__data__);
    };
  }
  function parseTypenames(typenames) {
    return typenames.trim().split(/^|\s+/).map(function(t) {
      var name = "", i = t.indexOf(".");
      if (i >= 0) name = t.slice(i + 1), t = t.slice(0, i);
      return { type: t, name };
    });
  }
  function onRemove(typename) {
    return function() {
      var on = this.__on;
      if (!on) return;
      for (var j = 0, i = -1, m = on.length, o; j < m; ++j) {
        if (o = on[j], (!typename.type || o.type === typename.type) && o.name === typename.name) {
          this.removeEventListener(o.type, o.listener, o.options);
        } else {
          on[++i] = o;
        }
      }
      if (++i) on.length = i;
      else delete this.__on;
    };
  }
  function onAdd(typename, value2, options) {
    return function() {
      var on = this.__on, o, listener = contextListener(value2);
      if (on) for (var j = 0, m = on.length; j < m; ++j) {
        if ((o = on[j]).type === typename.type && o.name === typename.name) {
          this.removeEventListener(o.type, o.listener, o.options);
          this.addEventListener(o.type, o.listener = listener, o.options = options);
          o.value = value2;
          return;
        }
      }
      this.addEventListener(typename.type, listener, options);
      o = { type: typename.type, name: typename.name, value: value2, listener, options };
      if (!on) this.__on = [o];
      else on.push(o);
    };
  }
  function selection_on(typename, value2, options) {
    var typenames = parseTypenames(typename + ""), i, n = typenames.length, t;
    if (arguments.length < 2) {
      var on = this.node().__on;
      if (on) for (var j = 0, m = on.length, o; j < m; ++j) {
        for (i = 0, o = on[j]; i < n; ++i) {
          if ((t = typenames[i]).type === o.type && t.name === o.name) {
            return o.value;
          }
        }
      }
      return;
    }
    on = value2 ? onAdd : onRemove;
    for (i = 0; i < n; ++i) this.each(on(typenames[i], value2, options));
    return this;
  }
  function dispatchEvent(node, type, params) {
    var window2 = defaultView(node), event = window2.CustomEvent;
    if (typeof event === "function") {
      event = new event(type, params);
    } else {
      event = window2.document.createEvent("Event");
      if (params) event.initEvent(type, params.bubbles, params.cancelable), event.detail = params.detail;
      else event.initEvent(type, false, false);
    }
    node.dispatchEvent(event);
  }
  function dispatchConstant(type, params) {
    return function() {
      return dispatchEvent(this, type, params);
    };
  }
  function dispatchFunction(type, params) {
    return function() {
      return dispatchEvent(this, type, params.apply(this, arguments));
    };
  }
  function selection_dispatch(type, params) {
    return this.each((typeof params === "function" ? dispatchFunction : dispatchConstant)(type, params));
  }
  function* selection_iterator() {
    for (var groups2 = this._groups, j = 0, m = groups2.length; j < m; ++j) {
      for (var group = groups2[j], i = 0, n = group.length, node; i < n; ++i) {
        if (node = group[i]) yield node;
      }
    }
  }
  var root2 = [null];
  function Selection(groups2, parents) {
    this._groups = groups2;
    this._parents = parents;
  }
  function selection() {
    return new Selection([[document.documentElement]], root2);
  }
  function selection_selection() {
    return this;
  }
  Selection.prototype = selection.prototype = {
    constructor: Selection,
    select: selection_select,
    selectAll: selection_selectAll,
    selectChild: selection_selectChild,
    selectChildren: selection_selectChildren,
    filter: selection_filter,
    data: selection_data,
    enter: selection_enter,
    exit: selection_exit,
    join: selection_join,
    merge: selection_merge,
    selection: selection_selection,
    order: selection_order,
    sort: selection_sort,
    call: selection_call,
    nodes: selection_nodes,
    node: selection_node,
    size: selection_size,
    empty: selection_empty,
    each: selection_each,
    attr: selection_attr,
    style: selection_style,
    property: selection_property,
    classed: selection_classed,
    text: selection_text,
    html: selection_html,
    raise: selection_raise,
    lower: selection_lower,
    append: selection_append,
    insert: selection_insert,
    remove: selection_remove,
    clone: selection_clone,
    datum: selection_datum,
    on: selection_on,
    dispatch: selection_dispatch,
    [Symbol.iterator]: selection_iterator
  };
  function select3(selector2) {
    return typeof selector2 === "string" ? new Selection([[document.querySelector(selector2)]], [document.documentElement]) : new Selection([[selector2]], root2);
  }
  var nextId = 0;
  function local() {
    return new Local();
  }
  function Local() {
    this._ = "@" + (++nextId).toString(36);
  }
  Local.prototype = local.prototype = {
    constructor: Local,
    get: function(node) {
      var id2 = this._;
      while (!(id2 in node)) if (!(node = node.parentNode)) return;
      return node[id2];
    },
    set: function(node, value2) {
      return node[this._] = value2;
    },
    remove: function(node) {
      return this._ in node && delete node[this._];
    },
    toString: function() {
      return this._;
    }
  };
  function sourceEvent(event) {
    let sourceEvent2;
    while (sourceEvent2 = event.sourceEvent) event = sourceEvent2;
    return event;
  }
  function pointer(event, node) {
    event = sourceEvent(event);
    if (node === void 0) node = event.currentTarget;
    if (node) {
      var svg2 = node.ownerSVGElement || node;
      if (svg2.createSVGPoint) {
        var point2 = svg2.createSVGPoint();
        point2.x = event.clientX, point2.y = event.clientY;
        point2 = point2.matrixTransform(node.getScreenCTM().inverse());
        return [point2.x, point2.y];
      }
      if (node.getBoundingClientRect) {
        var rect = node.getBoundingClientRect();
        return [event.clientX - rect.left - node.clientLeft, event.clientY - rect.top - node.clientTop];
      }
    }
    return [event.pageX, event.pageY];
  }

  // src/shared/axes.js
  var middle = { "text-anchor": "middle" };
  var axisOf = (side, scale, { size, padding, transform: transform2, stroke }) => {
    const axis2 = side(
      /** @type {any} */
      scale
    ).tickValues(scale.ticks).tickFormat(
      /** @type {any} */
      scale.text
    ).tickSizeInner(size).tickSizeOuter(0).tickPadding(padding).offset(0);
    const drawn = select3(svg("g", { transform: transform2 })).call(axis2);
    drawn.attr("font-size", 12).attr("font-family", FONT);
    drawn.select(".domain").attr("stroke", color("muted"));
    drawn.selectAll(".tick line").attr("stroke", (t) => stroke(
      /** @type {number} */
      t
    ));
    drawn.selectAll(".tick text").attr("fill", color("muted"));
    return drawn;
  };
  var rising = (box2, y2) => {
    const stroke = (t) => color(t === 0 && y2.low < 0 ? "edge" : "line");
    const transform2 = `translate(${box2.left} 0)`;
    const drawn = axisOf(axisLeft, y2, { size: box2.left - box2.right, padding: 7, transform: transform2, stroke });
    drawn.select(".domain").remove();
    return drawn.node();
  };
  var across = (box2, x2, grid) => {
    const stroke = () => color(grid ? "line" : "muted");
    const transform2 = `translate(0 ${box2.bottom})`;
    const size = grid ? box2.top - box2.bottom : 4;
    return axisOf(axisBottom, x2, { size, padding: grid ? 8.5 : 4.5, transform: transform2, stroke }).node();
  };
  var bandNames = (x2, plan, bottom2) => x2.names.map((name, i) => {
    if (i % plan.every) return null;
    const at = x2(i), size = { "font-size": plan.size };
    if (plan.mode === "wrap")
      return plan.wrapped[i].map((line2, k2) => text(at, bottom2 + 14 + 13 * k2, line2, { ...middle, ...size }));
    if (plan.mode === "flat") return text(at, bottom2 + 14, name, { ...middle, ...size });
    const place2 = { "text-anchor": "end", transform: `translate(${at + 4} ${bottom2 + 12}) rotate(-45)` };
    return text(null, null, bandName(name, plan, at), { ...size, ...place2 });
  });
  var upwards = (x2, y2, content, attributes) => text(0, 0, content, { ...middle, transform: `translate(${x2} ${y2}) rotate(-90)`, ...attributes });
  var frame = (box2, x2, y2, titles2) => {
    const { xTitle = [], yTitle = [], yAt = box2.left - 46, under = box2.bottom + 36, grid = false, plan = null } = titles2;
    const ink = { fill: color("ink") };
    const centre = [(box2.left + box2.right) / 2, (box2.top + box2.bottom) / 2];
    return svg(
      "g.axes",
      rising(box2, y2),
      plan ? [
        bandNames(x2, plan, box2.bottom),
        lineOf(box2.left, box2.bottom, box2.right, box2.bottom, { stroke: color("muted") })
      ] : across(box2, x2, grid),
      [xTitle].flat().map((line2, i) => text(centre[0], under + 16 * i, line2, { ...middle, ...ink })),
      [yTitle].flat().map((line2, i) => upwards(yAt + 16 * i, centre[1], line2, ink))
    );
  };

  // src/report/metrics.js
  var three = (v) => fixed(v, 3);
  var one2 = (v) => fixed(v, 1);
  var share2 = (v) => v === null || v === void 0 ? "–" : `${fixed(100 * v, 1)} %`;
  var megabytes = (v) => v === null || v === void 0 ? "–" : `${num(v / 1e6, 3)} MB`;
  var DEFINITIONS = {
    fvu: "Of the site that the method reconstructs. Fraction of variance unexplained: squared error divided by squared distance of the target from its mean over the training text. 0 is exact, 1 is no better than that constant. It means nothing without its L0.",
    fvu_attn_out: "FVU of the layer's attention output, after the reconstruction is put back where it was read from and the layer goes on: the one FVU that all methods of a layer share. It means nothing without its L0.",
    nmse: "Squared error divided by the sum of squares of the target (distance from zero, not from the mean).",
    l0_source: "Mean number of active latents at a source token, before anything is moved.",
    l0_dest: "Latents at a destination: of a code that is moved, those that carry 90 % of the energy (a latent with many heads lands in more places); of a code counted there, those that are active.",
    dead_share: "Share of latents never active at the counted positions of the held-out text.",
    dense_share: "Share of L0 from latents that are active on more than a fifth of the positions.",
    shrinkage: "Bias of scale: what the reconstruction would have to be divided by. 1 is unbiased, 0.8 is a fifth too small.",
    ce_delta: "Rise of the next-token loss (nats per token) when the reconstruction replaces the layer's output.",
    ce_recovered_mean: "Share of the loss gap to mean-ablation that is closed: (mean − spliced) / (mean − clean).",
    ce_recovered_zero: "The same against zero-ablation: (zero − spliced) / (zero − clean).",
    kl: "Mean KL divergence (nats) from the clean model's next-token distribution to the spliced model's.",
    pattern_nmse: "Squared error of the attention patterns that it makes, over their variance (causal entries of counted queries).",
    pattern_kl: "KL (nats) of a query's pattern from the one that it makes.",
    pattern_nmse_off_sink: "Squared error of the same patterns over what they differ from their mean over sequences, without the sink key; mean over heads. The goal is 0.1, with few active latents on both sides.",
    l0_key: "Mean number of latents that fire on a key, of a code with two sides (L0 dst: on a query).",
    densest: "Share of positions on which the most frequent latent fires, on the denser of its two sides.",
    effective_heads: "(sum of |loading|)² / sum of loading², over the heads and the identity, averaged with energy as weight: 1 means one head a latent. It depends on how loadings were initialized, so read it from both inits.",
    identity_share: "Energy-weighted share of squared loading on the identity head, which moves nothing.",
    train_seconds: "Seconds of training, on the machine of this run.",
    train_memory: "What a training step was planned with, optimizer included.",
    n_latents: "Number of latents of a dictionary, or rank of a linear baseline.",
    n_train_tokens: "Tokens seen in training, in millions."
  };
  var metric = (key, title, show2, better, chart) => ({ key, title, show: show2, better, chart, definition: DEFINITIONS[key] });
  var METRICS = [
    metric("fvu", "FVU", three, -1, "log"),
    metric("fvu_attn_out", "FVU attn out", three, -1, "log"),
    metric("nmse", "NMSE", three, -1, "log"),
    metric("l0_source", "L0 src", one2, 0),
    metric("l0_dest", "L0 dest", one2, 0),
    metric("dead_share", "Dead", share2, -1),
    metric("dense_share", "Dense", share2, -1),
    metric("shrinkage", "Shrink.", three, 0),
    metric("ce_delta", "ΔCE", (v) => fixed(v, 4), -1, "zero"),
    metric("ce_recovered_mean", "CE rec.", share2, 1, "plain"),
    metric("ce_recovered_zero", "CE rec. 0", share2, 1, "plain"),
    metric("kl", "KL", (v) => fixed(v, 4), -1, "log"),
    metric("pattern_nmse_off_sink", "Off the sink", three, -1, "log"),
    metric("l0_key", "L0 key", one2, 0),
    metric("densest", "Densest", share2, -1),
    metric("pattern_nmse", "Pattern nMSE", three, -1, "log"),
    metric("pattern_kl", "Pattern KL", three, -1),
    metric("effective_heads", "Eff. heads", (v) => fixed(v, 2), 0, "zero"),
    metric("identity_share", "Identity", share2, 0, "zero"),
    metric("train_seconds", "Train s", one2, -1),
    metric("train_memory", "Memory", megabytes, -1),
    metric("n_latents", "Width", count, 0),
    metric("n_train_tokens", "Tokens", (v) => v === null ? "–" : `${num(v / 1e6, 3)} M`, 0)
  ];
  var byKey = new Map(METRICS.map((m) => [m.key, m]));
  var CHARTED = METRICS.filter((m) => m.chart);
  var MAIN = /* @__PURE__ */ new Set([
    "fvu",
    "fvu_attn_out",
    "l0_source",
    "l0_dest",
    "ce_recovered_mean",
    "kl",
    "pattern_nmse",
    "pattern_nmse_off_sink",
    "l0_key",
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
    pattern_nmse_off_sink: "It makes no attention patterns for the model's own heads, or was scored by an earlier version.",
    l0_key: "Its code has one side, or was scored by an earlier version.",
    densest: "Its code has one side, or was scored by an earlier version.",
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
    for (const [k2, v] of [
      ["width", w],
      ["height", h],
      ["fill", color("card")]
    ])
      back.setAttribute(k2, v);
    copy.prepend(back);
    return new XMLSerializer().serializeToString(copy);
  };
  var blobUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));
  var saveSvg = (chart, name) => download(blobUrl([source(chart)], "image/svg+xml"), `${name}.svg`);
  var savePng = (chart, name) => {
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * chart.clientWidth, height: 2 * chart.clientHeight });
      const context2 = canvas.getContext("2d");
      context2.scale(2, 2);
      context2.drawImage(image, 0, 0);
      canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source(chart))}`;
  };
  var saveCanvas = (canvas, name) => canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
  var buttons = (find2, name) => el(
    "span.save",
    el("button.quiet", { "aria-label": `Save ${name} as SVG`, onclick: () => saveSvg(find2(), name) }, "SVG"),
    el("button.quiet", { "aria-label": `Save ${name} as PNG`, onclick: () => savePng(find2(), name) }, "PNG")
  );
  var canvasButton = (find2, name) => el(
    "span.save",
    el("button.quiet", { "aria-label": `Save ${name} as PNG`, onclick: () => saveCanvas(find2(), name) }, "PNG")
  );

  // src/report/frontier.js
  var HEIGHT = 340;
  var INIT_SHAPES = { one_hot: "circle", spread: "square" };
  var INIT_NAMES = { one_hot: "one-hot", spread: "spread" };
  var AXES = [
    ["l0_source", "active latents per source token", "Against source L0", "source-L0"],
    ["l0_dest", "latents carrying 90 % of the energy at a destination", "Against destination L0", "destination-L0"]
  ];
  var REFERENCES = /* @__PURE__ */ new Set(["pca", "head_svd", "head_data_svd", "sae"]);
  var OTHER_SIDE = { l0_source: "counted at destinations only", l0_dest: "counted at sources only" };
  var REFERENCE_NAMES = { pca: "PCA", head_svd: "SVD", head_data_svd: "data-SVD", sae: "SAE" };
  var ends = (values) => (
    /** @type {[number, number]} */
    extent(values)
  );
  var initShape = (init2) => INIT_SHAPES[init2] || "circle";
  var shortTarget = (target) => target.replace(/blocks\.(\d+)\./g, "$1 ").replace(/\bhook_/g, "");
  var shapeOf = (e) => variantShape(e.variant) || initShape(e.init);
  var dashOf = (e) => variantDash(e.variant) || (e.init === "spread" ? "6 4" : null);
  var hasInit = (e) => !variantShape(e.variant) && Boolean(INIT_SHAPES[e.init]);
  var has = (v) => v !== null && v !== void 0 && Number.isFinite(v);
  var meansOf = (evaluations, xKey, yKey) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const e of evaluations) {
      if (!has(e[xKey]) || !has(e[yKey])) continue;
      const key = JSON.stringify([e.variant, e.init, e.sparsity, e.n_latents]);
      if (!groups2.has(key)) groups2.set(key, []);
      groups2.get(key).push(e);
    }
    const mean2 = (list2, k2) => list2.reduce((s2, e) => s2 + e[k2], 0) / list2.length;
    const series = /* @__PURE__ */ new Map();
    for (const members of groups2.values()) {
      const key = JSON.stringify([members[0].variant, members[0].init, members[0].n_latents]);
      if (!series.has(key)) series.set(key, { variant: members[0].variant, init: members[0].init, points: [] });
      series.get(key).points.push({ x: mean2(members, xKey), y: mean2(members, yKey), members });
    }
    for (const s2 of series.values()) s2.points.sort((a2, b) => a2.x - b.x);
    return [...series.values()];
  };
  var describe = (e, metric2) => lines(
    [variantName(e.variant), e.sparsity],
    hasInit(e) && ["init", INIT_NAMES[e.init] || e.init],
    has(e.seed) && ["seed", String(e.seed)],
    [metric2.title, metric2.show(e[metric2.key])],
    ["L0 source", num(e.l0_source)],
    ["L0 destination", num(e.l0_dest)]
  );
  var spread = (labels, gap, top2, bottom2) => {
    labels.sort((a2, b) => a2.y - b.y);
    const room = Math.floor((bottom2 - top2) / gap) + 1;
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
      for (let k2 = 0; k2 < n; k2++, i++)
        kept[i].at = Math.min(Math.max(sum / n + i * gap, top2 + i * gap), bottom2 - (kept.length - 1 - i) * gap);
    return kept;
  };
  var draw2 = (width2, evaluations, references, [xKey, wide, , narrow], metric2, scale, ys) => {
    const xTitle = width2 < 440 ? narrow.replace("-", " ") : wide;
    const box2 = { left: 62, right: width2 - (references.length ? 94 : 14), top: 12, bottom: HEIGHT - 46 };
    const chart = drawing(width2, HEIGHT, `${metric2.title} against ${xTitle}`);
    const xs = evaluations.map((e) => e[xKey]).filter((v) => has(v) && v > 0);
    if (!xs.length || !ys.length) {
      chart.append(text(width2 / 2, HEIGHT / 2, "No evaluation has both numbers.", { "text-anchor": "middle" }));
      return chart;
    }
    const x2 = logarithmic(...ends(xs), box2.left, box2.right, { base: 2, pad: roomy(...ends(xs)) });
    const log2 = scale === "log" && Math.min(...ys) > 0;
    const y2 = log2 ? logarithmic(...ends(ys), box2.bottom, box2.top, { pad: roomy(...ends(ys)) }) : linear3(...ends(ys), box2.bottom, box2.top, { zero: metric2.chart !== "plain" });
    chart.append(frame(box2, x2, y2, { xTitle, yTitle: metric2.title + (log2 ? " (log)" : "") }));
    const labels = references.map((e) => ({ e, y: y2(e[metric2.key]) }));
    for (const { e, y: at } of labels) {
      const line2 = lineOf(box2.left, at, box2.right, at, {
        stroke: variantColor(e.variant),
        "stroke-width": 1,
        "stroke-dasharray": "2 4",
        opacity: 0.8
      });
      chart.append(line2);
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
      attach(label2, () => describe(l.e, metric2));
      chart.append(label2);
    }
    for (const s2 of meansOf(evaluations, xKey, metric2.key)) {
      const c = variantColor(s2.variant), shape = shapeOf(s2);
      const path2 = linePath(s2.points.map((p) => [x2(p.x), y2(p.y)]));
      chart.append(svg("path", { d: path2, stroke: c, fill: "none", "stroke-width": 2, "stroke-dasharray": dashOf(s2) }));
      for (const p of s2.points) {
        for (const e of p.members) {
          const dot = svg("path.dot", {
            d: shapePath(shape, x2(e[xKey]), y2(e[metric2.key]), 2.6),
            fill: c,
            "fill-opacity": 0.45
          });
          chart.append(attach(dot, () => describe(e, metric2)));
        }
        const many = p.members.length > 1;
        const mean2 = svg("path.dot", {
          d: shapePath(shape, x2(p.x), y2(p.y), 5),
          fill: c,
          stroke: color("card"),
          "stroke-width": 1.2
        });
        chart.append(
          attach(mean2, () => {
            if (!many) return describe(p.members[0], metric2);
            const values = p.members.map((e) => e[metric2.key]);
            return lines(
              [variantName(s2.variant), p.members[0].sparsity],
              hasInit(s2) && ["init", INIT_NAMES[s2.init] || s2.init],
              [`mean ${metric2.title}`, metric2.show(p.y)],
              [
                `over ${values.length} seeds`,
                `${metric2.show(Math.min(...values))} to ${metric2.show(Math.max(...values))}`
              ],
              ["mean L0", num(p.x)]
            );
          })
        );
      }
    }
    return chart;
  };
  var legend2 = (variants, hidden, inits, redraw) => {
    const row = el("div.legend");
    for (const v of variants) {
      const key = el(
        "button.key",
        { "aria-pressed": String(!hidden.has(v)), title: "Show or hide" },
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
    for (const init2 of inits) {
      const sample = svg(
        "svg",
        { width: 30, height: 12, "aria-hidden": "true" },
        lineOf(0, 6, 30, 6, {
          stroke: "currentColor",
          "stroke-width": 1.5,
          "stroke-dasharray": init2 === "spread" ? "6 4" : null
        }),
        svg("path", { d: shapePath(initShape(init2), 15, 6, 4), fill: "currentColor" })
      );
      row.append(el("span.note", sample, `${INIT_NAMES[init2] || init2} init`));
    }
    return row;
  };
  var panel = (all) => {
    const place2 = (e) => has(e.fvu_attn_out) ? `${e.layer} · attention output` : `${e.layer} · ${shortTarget(e.target)}`;
    const layers = [...new Set(all.map(place2))].sort((a2, b) => b.endsWith("output") - a2.endsWith("output"));
    const apart = all.some((e) => has(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
    const state = { metric: apart ? "fvu_attn_out" : "fvu", scale: "log", layer: layers[0], hidden: /* @__PURE__ */ new Set() };
    const charts = el("div.pair");
    const legendPlace = el("div");
    const scales2 = el("span");
    const redraw = () => {
      const metric2 = byKey.get(state.metric);
      const here = all.filter((e) => place2(e) === state.layer && !state.hidden.has(e.variant) && has(e[metric2.key]));
      const drawn = here.filter((e) => has(e.l0_source) || has(e.l0_dest));
      const width2 = Math.max(320, Math.floor((charts.clientWidth - 24) / (charts.clientWidth > 760 ? 2 : 1)));
      const parts = AXES.map((axis2) => {
        const references = here.filter((e) => REFERENCES.has(e.variant) && !has(e[axis2[0]]));
        const elsewhere = [...new Set(drawn.filter((e) => !has(e[axis2[0]])).map((e) => variantName(e.variant)))];
        return { axis: axis2, references, elsewhere, points: drawn.filter((e) => has(e[axis2[0]])) };
      });
      const shown2 = parts.some((p) => p.points.length) ? parts.filter((p) => p.points.length) : parts.slice(0, 1);
      const ys = shown2.flatMap((p) => [...p.points, ...p.references]).map((e) => e[metric2.key]);
      charts.replaceChildren(
        ...shown2.map((p) => {
          const mixed = p.axis[0] === "l0_dest" && p.points.some((e) => variantShape(e.variant));
          const axis2 = p.axis.slice();
          if (mixed) axis2[1] = "latents at a destination: active, or carrying 90 % of the energy";
          const chart = draw2(width2, p.points, p.references, axis2, metric2, state.scale, ys);
          return el(
            "figure",
            { vars: { "--width": `${width2}px` } },
            el(
              "figcaption",
              p.axis[2],
              el("span.push"),
              buttons(() => chart, `${state.metric}-${p.axis[3]}`)
            ),
            chart,
            p.elsewhere.length > 0 && el("p.hint.elsewhere", `Not here, ${OTHER_SIDE[p.axis[0]]}: ${p.elsewhere.join("; ")}.`)
          );
        })
      );
      scales2.hidden = metric2.chart !== "log";
    };
    const refresh = () => {
      const here = all.filter((e) => place2(e) === state.layer);
      if (!here.some((e) => has(e[state.metric]))) {
        state.metric = "fvu";
        for (const b of metricButtons.children) b.setAttribute("aria-pressed", String(b.dataset.value === "fvu"));
      }
      const plotted = here.filter((e) => has(e.l0_source) || has(e.l0_dest) || REFERENCES.has(e.variant));
      const variants = [...new Set(plotted.map((e) => e.variant))];
      const inits = [...new Set(plotted.filter(hasInit).map((e) => e.init))];
      legendPlace.replaceChildren(legend2(variants, state.hidden, inits, redraw));
      redraw();
    };
    scales2.append(
      segmented("Vertical scale", { log: "log", linear: "linear" }, "log", (v) => {
        state.scale = v;
        redraw();
      })
    );
    const offered = CHARTED.filter((m) => all.some((e) => has(e[m.key])) && (m.key !== "fvu_attn_out" || apart)).map(
      (m) => [m.key, m.key === "fvu" && apart ? "FVU own site" : m.title, m.definition]
    );
    const metricButtons = segmented("Metric", offered, state.metric, (v) => {
      state.metric = v;
      redraw();
    });
    const node = el(
      "section#frontier.card",
      { "aria-labelledby": "frontier-title" },
      el(
        "div.head",
        el("h2#frontier-title", "Sparsity against quality"),
        metricButtons,
        scales2,
        layers.length > 1 && el(
          "label",
          "Layer ",
          el(
            "select",
            {
              onchange: (e) => {
                state.layer = e.target.value;
                refresh();
              }
            },
            layers.map((l) => el("option", l))
          )
        )
      ),
      el(
        "p.hint",
        "Large marks and lines: means over seeds. Small marks: single seeds. Dotted lines: linear baselines with their rank. A dictionary whose latents are moved appears in both charts: a latent that moves through several heads lands in more places, so the two counts can disagree about which is better. A code that is counted on one side only appears in one."
      ),
      legendPlace,
      charts
    );
    node.start = refresh;
    return node;
  };

  // node_modules/d3-dispatch/dist/d3-dispatch.mjs
  var noop2 = { value: () => {
  } };
  function dispatch() {
    for (var i = 0, n = arguments.length, _ = {}, t; i < n; ++i) {
      if (!(t = arguments[i] + "") || t in _ || /[\s.]/.test(t)) throw new Error("illegal type: " + t);
      _[t] = [];
    }
    return new Dispatch(_);
  }
  function Dispatch(_) {
    this._ = _;
  }
  function parseTypenames2(typenames, types) {
    return typenames.trim().split(/^|\s+/).map(function(t) {
      var name = "", i = t.indexOf(".");
      if (i >= 0) name = t.slice(i + 1), t = t.slice(0, i);
      if (t && !types.hasOwnProperty(t)) throw new Error("unknown type: " + t);
      return { type: t, name };
    });
  }
  Dispatch.prototype = dispatch.prototype = {
    constructor: Dispatch,
    on: function(typename, callback) {
      var _ = this._, T = parseTypenames2(typename + "", _), t, i = -1, n = T.length;
      if (arguments.length < 2) {
        while (++i < n) if ((t = (typename = T[i]).type) && (t = get(_[t], typename.name))) return t;
        return;
      }
      if (callback != null && typeof callback !== "function") throw new Error("invalid callback: " + callback);
      while (++i < n) {
        if (t = (typename = T[i]).type) _[t] = set2(_[t], typename.name, callback);
        else if (callback == null) for (t in _) _[t] = set2(_[t], typename.name, null);
      }
      return this;
    },
    copy: function() {
      var copy = {}, _ = this._;
      for (var t in _) copy[t] = _[t].slice();
      return new Dispatch(copy);
    },
    call: function(type, that) {
      if ((n = arguments.length - 2) > 0) for (var args = new Array(n), i = 0, n, t; i < n; ++i) args[i] = arguments[i + 2];
      if (!this._.hasOwnProperty(type)) throw new Error("unknown type: " + type);
      for (t = this._[type], i = 0, n = t.length; i < n; ++i) t[i].value.apply(that, args);
    },
    apply: function(type, that, args) {
      if (!this._.hasOwnProperty(type)) throw new Error("unknown type: " + type);
      for (var t = this._[type], i = 0, n = t.length; i < n; ++i) t[i].value.apply(that, args);
    }
  };
  function get(type, name) {
    for (var i = 0, n = type.length, c; i < n; ++i) {
      if ((c = type[i]).name === name) {
        return c.value;
      }
    }
  }
  function set2(type, name, callback) {
    for (var i = 0, n = type.length; i < n; ++i) {
      if (type[i].name === name) {
        type[i] = noop2, type = type.slice(0, i).concat(type.slice(i + 1));
        break;
      }
    }
    if (callback != null) type.push({ name, value: callback });
    return type;
  }

  // node_modules/d3-drag/dist/d3-drag.mjs
  var nonpassivecapture = { capture: true, passive: false };
  function noevent(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  function nodrag(view) {
    var root3 = view.document.documentElement, selection2 = select3(view).on("dragstart.drag", noevent, nonpassivecapture);
    if ("onselectstart" in root3) {
      selection2.on("selectstart.drag", noevent, nonpassivecapture);
    } else {
      root3.__noselect = root3.style.MozUserSelect;
      root3.style.MozUserSelect = "none";
    }
  }
  function yesdrag(view, noclick) {
    var root3 = view.document.documentElement, selection2 = select3(view).on("dragstart.drag", null);
    if (noclick) {
      selection2.on("click.drag", noevent, nonpassivecapture);
      setTimeout(function() {
        selection2.on("click.drag", null);
      }, 0);
    }
    if ("onselectstart" in root3) {
      selection2.on("selectstart.drag", null);
    } else {
      root3.style.MozUserSelect = root3.__noselect;
      delete root3.__noselect;
    }
  }
  function DragEvent(type, {
    sourceEvent: sourceEvent2,
    subject,
    target,
    identifier,
    active,
    x: x2,
    y: y2,
    dx,
    dy,
    dispatch: dispatch2
  }) {
    Object.defineProperties(this, {
      type: { value: type, enumerable: true, configurable: true },
      sourceEvent: { value: sourceEvent2, enumerable: true, configurable: true },
      subject: { value: subject, enumerable: true, configurable: true },
      target: { value: target, enumerable: true, configurable: true },
      identifier: { value: identifier, enumerable: true, configurable: true },
      active: { value: active, enumerable: true, configurable: true },
      x: { value: x2, enumerable: true, configurable: true },
      y: { value: y2, enumerable: true, configurable: true },
      dx: { value: dx, enumerable: true, configurable: true },
      dy: { value: dy, enumerable: true, configurable: true },
      _: { value: dispatch2 }
    });
  }
  DragEvent.prototype.on = function() {
    var value2 = this._.on.apply(this._, arguments);
    return value2 === this._ ? this : value2;
  };

  // node_modules/d3-timer/dist/d3-timer.mjs
  var frame2 = 0;
  var timeout$1 = 0;
  var interval$1 = 0;
  var pokeDelay = 1e3;
  var taskHead;
  var taskTail;
  var clockLast = 0;
  var clockNow = 0;
  var clockSkew = 0;
  var clock = typeof performance === "object" && performance.now ? performance : Date;
  var setFrame = typeof window === "object" && window.requestAnimationFrame ? window.requestAnimationFrame.bind(window) : function(f) {
    setTimeout(f, 17);
  };
  function now() {
    return clockNow || (setFrame(clearNow), clockNow = clock.now() + clockSkew);
  }
  function clearNow() {
    clockNow = 0;
  }
  function Timer() {
    this._call = this._time = this._next = null;
  }
  Timer.prototype = timer.prototype = {
    constructor: Timer,
    restart: function(callback, delay, time) {
      if (typeof callback !== "function") throw new TypeError("callback is not a function");
      time = (time == null ? now() : +time) + (delay == null ? 0 : +delay);
      if (!this._next && taskTail !== this) {
        if (taskTail) taskTail._next = this;
        else taskHead = this;
        taskTail = this;
      }
      this._call = callback;
      this._time = time;
      sleep();
    },
    stop: function() {
      if (this._call) {
        this._call = null;
        this._time = Infinity;
        sleep();
      }
    }
  };
  function timer(callback, delay, time) {
    var t = new Timer();
    t.restart(callback, delay, time);
    return t;
  }
  function timerFlush() {
    now();
    ++frame2;
    var t = taskHead, e;
    while (t) {
      if ((e = clockNow - t._time) >= 0) t._call.call(void 0, e);
      t = t._next;
    }
    --frame2;
  }
  function wake() {
    clockNow = (clockLast = clock.now()) + clockSkew;
    frame2 = timeout$1 = 0;
    try {
      timerFlush();
    } finally {
      frame2 = 0;
      nap();
      clockNow = 0;
    }
  }
  function poke() {
    var now2 = clock.now(), delay = now2 - clockLast;
    if (delay > pokeDelay) clockSkew -= delay, clockLast = now2;
  }
  function nap() {
    var t02, t12 = taskHead, t22, time = Infinity;
    while (t12) {
      if (t12._call) {
        if (time > t12._time) time = t12._time;
        t02 = t12, t12 = t12._next;
      } else {
        t22 = t12._next, t12._next = null;
        t12 = t02 ? t02._next = t22 : taskHead = t22;
      }
    }
    taskTail = t02;
    sleep(time);
  }
  function sleep(time) {
    if (frame2) return;
    if (timeout$1) timeout$1 = clearTimeout(timeout$1);
    var delay = time - clockNow;
    if (delay > 24) {
      if (time < Infinity) timeout$1 = setTimeout(wake, Math.ceil(time - clock.now() - clockSkew) + 1);
      if (interval$1) interval$1 = clearInterval(interval$1);
    } else {
      if (!interval$1) clockLast = clock.now(), interval$1 = setInterval(poke, pokeDelay);
      frame2 = 1, setFrame(wake);
    }
  }
  function timeout(callback, delay, time) {
    var t = new Timer();
    delay = delay == null ? 0 : +delay;
    t.restart((elapsed) => {
      t.stop();
      callback(elapsed + delay);
    }, delay, time);
    return t;
  }

  // node_modules/d3-ease/dist/d3-ease.mjs
  function cubicInOut(t) {
    return ((t *= 2) <= 1 ? t * t * t : (t -= 2) * t * t + 2) / 2;
  }
  var exponent2 = 3;
  var polyIn = (function custom8(e) {
    e = +e;
    function polyIn2(t) {
      return Math.pow(t, e);
    }
    polyIn2.exponent = custom8;
    return polyIn2;
  })(exponent2);
  var polyOut = (function custom9(e) {
    e = +e;
    function polyOut2(t) {
      return 1 - Math.pow(1 - t, e);
    }
    polyOut2.exponent = custom9;
    return polyOut2;
  })(exponent2);
  var polyInOut = (function custom10(e) {
    e = +e;
    function polyInOut2(t) {
      return ((t *= 2) <= 1 ? Math.pow(t, e) : 2 - Math.pow(2 - t, e)) / 2;
    }
    polyInOut2.exponent = custom10;
    return polyInOut2;
  })(exponent2);
  var pi3 = Math.PI;
  var halfPi2 = pi3 / 2;
  function tpmt(x2) {
    return (Math.pow(2, -10 * x2) - 9765625e-10) * 1.0009775171065494;
  }
  var b1 = 4 / 11;
  var b2 = 6 / 11;
  var b3 = 8 / 11;
  var b4 = 3 / 4;
  var b5 = 9 / 11;
  var b6 = 10 / 11;
  var b7 = 15 / 16;
  var b8 = 21 / 22;
  var b9 = 63 / 64;
  var b0 = 1 / b1 / b1;
  var overshoot = 1.70158;
  var backIn = (function custom11(s2) {
    s2 = +s2;
    function backIn2(t) {
      return (t = +t) * t * (s2 * (t - 1) + t);
    }
    backIn2.overshoot = custom11;
    return backIn2;
  })(overshoot);
  var backOut = (function custom12(s2) {
    s2 = +s2;
    function backOut2(t) {
      return --t * t * ((t + 1) * s2 + t) + 1;
    }
    backOut2.overshoot = custom12;
    return backOut2;
  })(overshoot);
  var backInOut = (function custom13(s2) {
    s2 = +s2;
    function backInOut2(t) {
      return ((t *= 2) < 1 ? t * t * ((s2 + 1) * t - s2) : (t -= 2) * t * ((s2 + 1) * t + s2) + 2) / 2;
    }
    backInOut2.overshoot = custom13;
    return backInOut2;
  })(overshoot);
  var tau3 = 2 * Math.PI;
  var amplitude = 1;
  var period = 0.3;
  var elasticIn = (function custom14(a2, p) {
    var s2 = Math.asin(1 / (a2 = Math.max(1, a2))) * (p /= tau3);
    function elasticIn2(t) {
      return a2 * tpmt(- --t) * Math.sin((s2 - t) / p);
    }
    elasticIn2.amplitude = function(a3) {
      return custom14(a3, p * tau3);
    };
    elasticIn2.period = function(p2) {
      return custom14(a2, p2);
    };
    return elasticIn2;
  })(amplitude, period);
  var elasticOut = (function custom15(a2, p) {
    var s2 = Math.asin(1 / (a2 = Math.max(1, a2))) * (p /= tau3);
    function elasticOut2(t) {
      return 1 - a2 * tpmt(t = +t) * Math.sin((t + s2) / p);
    }
    elasticOut2.amplitude = function(a3) {
      return custom15(a3, p * tau3);
    };
    elasticOut2.period = function(p2) {
      return custom15(a2, p2);
    };
    return elasticOut2;
  })(amplitude, period);
  var elasticInOut = (function custom16(a2, p) {
    var s2 = Math.asin(1 / (a2 = Math.max(1, a2))) * (p /= tau3);
    function elasticInOut2(t) {
      return ((t = t * 2 - 1) < 0 ? a2 * tpmt(-t) * Math.sin((s2 - t) / p) : 2 - a2 * tpmt(t) * Math.sin((s2 + t) / p)) / 2;
    }
    elasticInOut2.amplitude = function(a3) {
      return custom16(a3, p * tau3);
    };
    elasticInOut2.period = function(p2) {
      return custom16(a2, p2);
    };
    return elasticInOut2;
  })(amplitude, period);

  // node_modules/d3-transition/dist/d3-transition.mjs
  var emptyOn = dispatch("start", "end", "cancel", "interrupt");
  var emptyTween = [];
  var CREATED = 0;
  var SCHEDULED = 1;
  var STARTING = 2;
  var STARTED = 3;
  var RUNNING = 4;
  var ENDING = 5;
  var ENDED = 6;
  function schedule(node, name, id2, index, group, timing) {
    var schedules = node.__transition;
    if (!schedules) node.__transition = {};
    else if (id2 in schedules) return;
    create(node, id2, {
      name,
      index,
      // For context during callback.
      group,
      // For context during callback.
      on: emptyOn,
      tween: emptyTween,
      time: timing.time,
      delay: timing.delay,
      duration: timing.duration,
      ease: timing.ease,
      timer: null,
      state: CREATED
    });
  }
  function init(node, id2) {
    var schedule2 = get2(node, id2);
    if (schedule2.state > CREATED) throw new Error("too late; already scheduled");
    return schedule2;
  }
  function set3(node, id2) {
    var schedule2 = get2(node, id2);
    if (schedule2.state > STARTED) throw new Error("too late; already running");
    return schedule2;
  }
  function get2(node, id2) {
    var schedule2 = node.__transition;
    if (!schedule2 || !(schedule2 = schedule2[id2])) throw new Error("transition not found");
    return schedule2;
  }
  function create(node, id2, self) {
    var schedules = node.__transition, tween;
    schedules[id2] = self;
    self.timer = timer(schedule2, 0, self.time);
    function schedule2(elapsed) {
      self.state = SCHEDULED;
      self.timer.restart(start4, self.delay, self.time);
      if (self.delay <= elapsed) start4(elapsed - self.delay);
    }
    function start4(elapsed) {
      var i, j, n, o;
      if (self.state !== SCHEDULED) return stop();
      for (i in schedules) {
        o = schedules[i];
        if (o.name !== self.name) continue;
        if (o.state === STARTED) return timeout(start4);
        if (o.state === RUNNING) {
          o.state = ENDED;
          o.timer.stop();
          o.on.call("interrupt", node, node.__data__, o.index, o.group);
          delete schedules[i];
        } else if (+i < id2) {
          o.state = ENDED;
          o.timer.stop();
          o.on.call("cancel", node, node.__data__, o.index, o.group);
          delete schedules[i];
        }
      }
      timeout(function() {
        if (self.state === STARTED) {
          self.state = RUNNING;
          self.timer.restart(tick2, self.delay, self.time);
          tick2(elapsed);
        }
      });
      self.state = STARTING;
      self.on.call("start", node, node.__data__, self.index, self.group);
      if (self.state !== STARTING) return;
      self.state = STARTED;
      tween = new Array(n = self.tween.length);
      for (i = 0, j = -1; i < n; ++i) {
        if (o = self.tween[i].value.call(node, node.__data__, self.index, self.group)) {
          tween[++j] = o;
        }
      }
      tween.length = j + 1;
    }
    function tick2(elapsed) {
      var t = elapsed < self.duration ? self.ease.call(null, elapsed / self.duration) : (self.timer.restart(stop), self.state = ENDING, 1), i = -1, n = tween.length;
      while (++i < n) {
        tween[i].call(node, t);
      }
      if (self.state === ENDING) {
        self.on.call("end", node, node.__data__, self.index, self.group);
        stop();
      }
    }
    function stop() {
      self.state = ENDED;
      self.timer.stop();
      delete schedules[id2];
      for (var i in schedules) return;
      delete node.__transition;
    }
  }
  function interrupt(node, name) {
    var schedules = node.__transition, schedule2, active, empty2 = true, i;
    if (!schedules) return;
    name = name == null ? null : name + "";
    for (i in schedules) {
      if ((schedule2 = schedules[i]).name !== name) {
        empty2 = false;
        continue;
      }
      active = schedule2.state > STARTING && schedule2.state < ENDING;
      schedule2.state = ENDED;
      schedule2.timer.stop();
      schedule2.on.call(active ? "interrupt" : "cancel", node, node.__data__, schedule2.index, schedule2.group);
      delete schedules[i];
    }
    if (empty2) delete node.__transition;
  }
  function selection_interrupt(name) {
    return this.each(function() {
      interrupt(this, name);
    });
  }
  function tweenRemove(id2, name) {
    var tween0, tween1;
    return function() {
      var schedule2 = set3(this, id2), tween = schedule2.tween;
      if (tween !== tween0) {
        tween1 = tween0 = tween;
        for (var i = 0, n = tween1.length; i < n; ++i) {
          if (tween1[i].name === name) {
            tween1 = tween1.slice();
            tween1.splice(i, 1);
            break;
          }
        }
      }
      schedule2.tween = tween1;
    };
  }
  function tweenFunction(id2, name, value2) {
    var tween0, tween1;
    if (typeof value2 !== "function") throw new Error();
    return function() {
      var schedule2 = set3(this, id2), tween = schedule2.tween;
      if (tween !== tween0) {
        tween1 = (tween0 = tween).slice();
        for (var t = { name, value: value2 }, i = 0, n = tween1.length; i < n; ++i) {
          if (tween1[i].name === name) {
            tween1[i] = t;
            break;
          }
        }
        if (i === n) tween1.push(t);
      }
      schedule2.tween = tween1;
    };
  }
  function transition_tween(name, value2) {
    var id2 = this._id;
    name += "";
    if (arguments.length < 2) {
      var tween = get2(this.node(), id2).tween;
      for (var i = 0, n = tween.length, t; i < n; ++i) {
        if ((t = tween[i]).name === name) {
          return t.value;
        }
      }
      return null;
    }
    return this.each((value2 == null ? tweenRemove : tweenFunction)(id2, name, value2));
  }
  function tweenValue(transition2, name, value2) {
    var id2 = transition2._id;
    transition2.each(function() {
      var schedule2 = set3(this, id2);
      (schedule2.value || (schedule2.value = {}))[name] = value2.apply(this, arguments);
    });
    return function(node) {
      return get2(node, id2).value[name];
    };
  }
  function interpolate(a2, b) {
    var c;
    return (typeof b === "number" ? number2 : b instanceof color2 ? rgb2 : (c = color2(b)) ? (b = c, rgb2) : string)(a2, b);
  }
  function attrRemove2(name) {
    return function() {
      this.removeAttribute(name);
    };
  }
  function attrRemoveNS2(fullname) {
    return function() {
      this.removeAttributeNS(fullname.space, fullname.local);
    };
  }
  function attrConstant2(name, interpolate2, value1) {
    var string00, string1 = value1 + "", interpolate0;
    return function() {
      var string0 = this.getAttribute(name);
      return string0 === string1 ? null : string0 === string00 ? interpolate0 : interpolate0 = interpolate2(string00 = string0, value1);
    };
  }
  function attrConstantNS2(fullname, interpolate2, value1) {
    var string00, string1 = value1 + "", interpolate0;
    return function() {
      var string0 = this.getAttributeNS(fullname.space, fullname.local);
      return string0 === string1 ? null : string0 === string00 ? interpolate0 : interpolate0 = interpolate2(string00 = string0, value1);
    };
  }
  function attrFunction2(name, interpolate2, value2) {
    var string00, string10, interpolate0;
    return function() {
      var string0, value1 = value2(this), string1;
      if (value1 == null) return void this.removeAttribute(name);
      string0 = this.getAttribute(name);
      string1 = value1 + "";
      return string0 === string1 ? null : string0 === string00 && string1 === string10 ? interpolate0 : (string10 = string1, interpolate0 = interpolate2(string00 = string0, value1));
    };
  }
  function attrFunctionNS2(fullname, interpolate2, value2) {
    var string00, string10, interpolate0;
    return function() {
      var string0, value1 = value2(this), string1;
      if (value1 == null) return void this.removeAttributeNS(fullname.space, fullname.local);
      string0 = this.getAttributeNS(fullname.space, fullname.local);
      string1 = value1 + "";
      return string0 === string1 ? null : string0 === string00 && string1 === string10 ? interpolate0 : (string10 = string1, interpolate0 = interpolate2(string00 = string0, value1));
    };
  }
  function transition_attr(name, value2) {
    var fullname = namespace(name), i = fullname === "transform" ? interpolateTransformSvg : interpolate;
    return this.attrTween(name, typeof value2 === "function" ? (fullname.local ? attrFunctionNS2 : attrFunction2)(fullname, i, tweenValue(this, "attr." + name, value2)) : value2 == null ? (fullname.local ? attrRemoveNS2 : attrRemove2)(fullname) : (fullname.local ? attrConstantNS2 : attrConstant2)(fullname, i, value2));
  }
  function attrInterpolate(name, i) {
    return function(t) {
      this.setAttribute(name, i.call(this, t));
    };
  }
  function attrInterpolateNS(fullname, i) {
    return function(t) {
      this.setAttributeNS(fullname.space, fullname.local, i.call(this, t));
    };
  }
  function attrTweenNS(fullname, value2) {
    var t02, i0;
    function tween() {
      var i = value2.apply(this, arguments);
      if (i !== i0) t02 = (i0 = i) && attrInterpolateNS(fullname, i);
      return t02;
    }
    tween._value = value2;
    return tween;
  }
  function attrTween(name, value2) {
    var t02, i0;
    function tween() {
      var i = value2.apply(this, arguments);
      if (i !== i0) t02 = (i0 = i) && attrInterpolate(name, i);
      return t02;
    }
    tween._value = value2;
    return tween;
  }
  function transition_attrTween(name, value2) {
    var key = "attr." + name;
    if (arguments.length < 2) return (key = this.tween(key)) && key._value;
    if (value2 == null) return this.tween(key, null);
    if (typeof value2 !== "function") throw new Error();
    var fullname = namespace(name);
    return this.tween(key, (fullname.local ? attrTweenNS : attrTween)(fullname, value2));
  }
  function delayFunction(id2, value2) {
    return function() {
      init(this, id2).delay = +value2.apply(this, arguments);
    };
  }
  function delayConstant(id2, value2) {
    return value2 = +value2, function() {
      init(this, id2).delay = value2;
    };
  }
  function transition_delay(value2) {
    var id2 = this._id;
    return arguments.length ? this.each((typeof value2 === "function" ? delayFunction : delayConstant)(id2, value2)) : get2(this.node(), id2).delay;
  }
  function durationFunction(id2, value2) {
    return function() {
      set3(this, id2).duration = +value2.apply(this, arguments);
    };
  }
  function durationConstant(id2, value2) {
    return value2 = +value2, function() {
      set3(this, id2).duration = value2;
    };
  }
  function transition_duration(value2) {
    var id2 = this._id;
    return arguments.length ? this.each((typeof value2 === "function" ? durationFunction : durationConstant)(id2, value2)) : get2(this.node(), id2).duration;
  }
  function easeConstant(id2, value2) {
    if (typeof value2 !== "function") throw new Error();
    return function() {
      set3(this, id2).ease = value2;
    };
  }
  function transition_ease(value2) {
    var id2 = this._id;
    return arguments.length ? this.each(easeConstant(id2, value2)) : get2(this.node(), id2).ease;
  }
  function easeVarying(id2, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (typeof v !== "function") throw new Error();
      set3(this, id2).ease = v;
    };
  }
  function transition_easeVarying(value2) {
    if (typeof value2 !== "function") throw new Error();
    return this.each(easeVarying(this._id, value2));
  }
  function transition_filter(match) {
    if (typeof match !== "function") match = matcher(match);
    for (var groups2 = this._groups, m = groups2.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, subgroup = subgroups[j] = [], node, i = 0; i < n; ++i) {
        if ((node = group[i]) && match.call(node, node.__data__, i, group)) {
          subgroup.push(node);
        }
      }
    }
    return new Transition(subgroups, this._parents, this._name, this._id);
  }
  function transition_merge(transition2) {
    if (transition2._id !== this._id) throw new Error();
    for (var groups0 = this._groups, groups1 = transition2._groups, m0 = groups0.length, m1 = groups1.length, m = Math.min(m0, m1), merges = new Array(m0), j = 0; j < m; ++j) {
      for (var group0 = groups0[j], group1 = groups1[j], n = group0.length, merge = merges[j] = new Array(n), node, i = 0; i < n; ++i) {
        if (node = group0[i] || group1[i]) {
          merge[i] = node;
        }
      }
    }
    for (; j < m0; ++j) {
      merges[j] = groups0[j];
    }
    return new Transition(merges, this._parents, this._name, this._id);
  }
  function start3(name) {
    return (name + "").trim().split(/^|\s+/).every(function(t) {
      var i = t.indexOf(".");
      if (i >= 0) t = t.slice(0, i);
      return !t || t === "start";
    });
  }
  function onFunction(id2, name, listener) {
    var on0, on1, sit = start3(name) ? init : set3;
    return function() {
      var schedule2 = sit(this, id2), on = schedule2.on;
      if (on !== on0) (on1 = (on0 = on).copy()).on(name, listener);
      schedule2.on = on1;
    };
  }
  function transition_on(name, listener) {
    var id2 = this._id;
    return arguments.length < 2 ? get2(this.node(), id2).on.on(name) : this.each(onFunction(id2, name, listener));
  }
  function removeFunction(id2) {
    return function() {
      var parent = this.parentNode;
      for (var i in this.__transition) if (+i !== id2) return;
      if (parent) parent.removeChild(this);
    };
  }
  function transition_remove() {
    return this.on("end.remove", removeFunction(this._id));
  }
  function transition_select(select4) {
    var name = this._name, id2 = this._id;
    if (typeof select4 !== "function") select4 = selector(select4);
    for (var groups2 = this._groups, m = groups2.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
        if ((node = group[i]) && (subnode = select4.call(node, node.__data__, i, group))) {
          if ("__data__" in node) subnode.__data__ = node.__data__;
          subgroup[i] = subnode;
          schedule(subgroup[i], name, id2, i, subgroup, get2(node, id2));
        }
      }
    }
    return new Transition(subgroups, this._parents, name, id2);
  }
  function transition_selectAll(select4) {
    var name = this._name, id2 = this._id;
    if (typeof select4 !== "function") select4 = selectorAll(select4);
    for (var groups2 = this._groups, m = groups2.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          for (var children2 = select4.call(node, node.__data__, i, group), child, inherit2 = get2(node, id2), k2 = 0, l = children2.length; k2 < l; ++k2) {
            if (child = children2[k2]) {
              schedule(child, name, id2, k2, children2, inherit2);
            }
          }
          subgroups.push(children2);
          parents.push(node);
        }
      }
    }
    return new Transition(subgroups, parents, name, id2);
  }
  var Selection2 = selection.prototype.constructor;
  function transition_selection() {
    return new Selection2(this._groups, this._parents);
  }
  function styleNull(name, interpolate2) {
    var string00, string10, interpolate0;
    return function() {
      var string0 = styleValue(this, name), string1 = (this.style.removeProperty(name), styleValue(this, name));
      return string0 === string1 ? null : string0 === string00 && string1 === string10 ? interpolate0 : interpolate0 = interpolate2(string00 = string0, string10 = string1);
    };
  }
  function styleRemove2(name) {
    return function() {
      this.style.removeProperty(name);
    };
  }
  function styleConstant2(name, interpolate2, value1) {
    var string00, string1 = value1 + "", interpolate0;
    return function() {
      var string0 = styleValue(this, name);
      return string0 === string1 ? null : string0 === string00 ? interpolate0 : interpolate0 = interpolate2(string00 = string0, value1);
    };
  }
  function styleFunction2(name, interpolate2, value2) {
    var string00, string10, interpolate0;
    return function() {
      var string0 = styleValue(this, name), value1 = value2(this), string1 = value1 + "";
      if (value1 == null) string1 = value1 = (this.style.removeProperty(name), styleValue(this, name));
      return string0 === string1 ? null : string0 === string00 && string1 === string10 ? interpolate0 : (string10 = string1, interpolate0 = interpolate2(string00 = string0, value1));
    };
  }
  function styleMaybeRemove(id2, name) {
    var on0, on1, listener0, key = "style." + name, event = "end." + key, remove2;
    return function() {
      var schedule2 = set3(this, id2), on = schedule2.on, listener = schedule2.value[key] == null ? remove2 || (remove2 = styleRemove2(name)) : void 0;
      if (on !== on0 || listener0 !== listener) (on1 = (on0 = on).copy()).on(event, listener0 = listener);
      schedule2.on = on1;
    };
  }
  function transition_style(name, value2, priority) {
    var i = (name += "") === "transform" ? interpolateTransformCss : interpolate;
    return value2 == null ? this.styleTween(name, styleNull(name, i)).on("end.style." + name, styleRemove2(name)) : typeof value2 === "function" ? this.styleTween(name, styleFunction2(name, i, tweenValue(this, "style." + name, value2))).each(styleMaybeRemove(this._id, name)) : this.styleTween(name, styleConstant2(name, i, value2), priority).on("end.style." + name, null);
  }
  function styleInterpolate(name, i, priority) {
    return function(t) {
      this.style.setProperty(name, i.call(this, t), priority);
    };
  }
  function styleTween(name, value2, priority) {
    var t, i0;
    function tween() {
      var i = value2.apply(this, arguments);
      if (i !== i0) t = (i0 = i) && styleInterpolate(name, i, priority);
      return t;
    }
    tween._value = value2;
    return tween;
  }
  function transition_styleTween(name, value2, priority) {
    var key = "style." + (name += "");
    if (arguments.length < 2) return (key = this.tween(key)) && key._value;
    if (value2 == null) return this.tween(key, null);
    if (typeof value2 !== "function") throw new Error();
    return this.tween(key, styleTween(name, value2, priority == null ? "" : priority));
  }
  function textConstant2(value2) {
    return function() {
      this.textContent = value2;
    };
  }
  function textFunction2(value2) {
    return function() {
      var value1 = value2(this);
      this.textContent = value1 == null ? "" : value1;
    };
  }
  function transition_text(value2) {
    return this.tween("text", typeof value2 === "function" ? textFunction2(tweenValue(this, "text", value2)) : textConstant2(value2 == null ? "" : value2 + ""));
  }
  function textInterpolate(i) {
    return function(t) {
      this.textContent = i.call(this, t);
    };
  }
  function textTween(value2) {
    var t02, i0;
    function tween() {
      var i = value2.apply(this, arguments);
      if (i !== i0) t02 = (i0 = i) && textInterpolate(i);
      return t02;
    }
    tween._value = value2;
    return tween;
  }
  function transition_textTween(value2) {
    var key = "text";
    if (arguments.length < 1) return (key = this.tween(key)) && key._value;
    if (value2 == null) return this.tween(key, null);
    if (typeof value2 !== "function") throw new Error();
    return this.tween(key, textTween(value2));
  }
  function transition_transition() {
    var name = this._name, id0 = this._id, id1 = newId();
    for (var groups2 = this._groups, m = groups2.length, j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          var inherit2 = get2(node, id0);
          schedule(node, name, id1, i, group, {
            time: inherit2.time + inherit2.delay + inherit2.duration,
            delay: 0,
            duration: inherit2.duration,
            ease: inherit2.ease
          });
        }
      }
    }
    return new Transition(groups2, this._parents, name, id1);
  }
  function transition_end() {
    var on0, on1, that = this, id2 = that._id, size = that.size();
    return new Promise(function(resolve, reject) {
      var cancel = { value: reject }, end = { value: function() {
        if (--size === 0) resolve();
      } };
      that.each(function() {
        var schedule2 = set3(this, id2), on = schedule2.on;
        if (on !== on0) {
          on1 = (on0 = on).copy();
          on1._.cancel.push(cancel);
          on1._.interrupt.push(cancel);
          on1._.end.push(end);
        }
        schedule2.on = on1;
      });
      if (size === 0) resolve();
    });
  }
  var id = 0;
  function Transition(groups2, parents, name, id2) {
    this._groups = groups2;
    this._parents = parents;
    this._name = name;
    this._id = id2;
  }
  function transition(name) {
    return selection().transition(name);
  }
  function newId() {
    return ++id;
  }
  var selection_prototype = selection.prototype;
  Transition.prototype = transition.prototype = {
    constructor: Transition,
    select: transition_select,
    selectAll: transition_selectAll,
    selectChild: selection_prototype.selectChild,
    selectChildren: selection_prototype.selectChildren,
    filter: transition_filter,
    merge: transition_merge,
    selection: transition_selection,
    transition: transition_transition,
    call: selection_prototype.call,
    nodes: selection_prototype.nodes,
    node: selection_prototype.node,
    size: selection_prototype.size,
    empty: selection_prototype.empty,
    each: selection_prototype.each,
    on: transition_on,
    attr: transition_attr,
    attrTween: transition_attrTween,
    style: transition_style,
    styleTween: transition_styleTween,
    text: transition_text,
    textTween: transition_textTween,
    remove: transition_remove,
    tween: transition_tween,
    delay: transition_delay,
    duration: transition_duration,
    ease: transition_ease,
    easeVarying: transition_easeVarying,
    end: transition_end,
    [Symbol.iterator]: selection_prototype[Symbol.iterator]
  };
  var defaultTiming = {
    time: null,
    // Set on use.
    delay: 0,
    duration: 250,
    ease: cubicInOut
  };
  function inherit(node, id2) {
    var timing;
    while (!(timing = node.__transition) || !(timing = timing[id2])) {
      if (!(node = node.parentNode)) {
        throw new Error(`transition ${id2} not found`);
      }
    }
    return timing;
  }
  function selection_transition(name) {
    var id2, timing;
    if (name instanceof Transition) {
      id2 = name._id, name = name._name;
    } else {
      id2 = newId(), (timing = defaultTiming).time = now(), name = name == null ? null : name + "";
    }
    for (var groups2 = this._groups, m = groups2.length, j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          schedule(node, name, id2, i, group, timing || inherit(node, id2));
        }
      }
    }
    return new Transition(groups2, this._parents, name, id2);
  }
  selection.prototype.interrupt = selection_interrupt;
  selection.prototype.transition = selection_transition;

  // node_modules/d3-zoom/dist/d3-zoom.mjs
  var constant4 = (x2) => () => x2;
  function ZoomEvent(type, {
    sourceEvent: sourceEvent2,
    target,
    transform: transform2,
    dispatch: dispatch2
  }) {
    Object.defineProperties(this, {
      type: { value: type, enumerable: true, configurable: true },
      sourceEvent: { value: sourceEvent2, enumerable: true, configurable: true },
      target: { value: target, enumerable: true, configurable: true },
      transform: { value: transform2, enumerable: true, configurable: true },
      _: { value: dispatch2 }
    });
  }
  function Transform(k2, x2, y2) {
    this.k = k2;
    this.x = x2;
    this.y = y2;
  }
  Transform.prototype = {
    constructor: Transform,
    scale: function(k2) {
      return k2 === 1 ? this : new Transform(this.k * k2, this.x, this.y);
    },
    translate: function(x2, y2) {
      return x2 === 0 & y2 === 0 ? this : new Transform(this.k, this.x + this.k * x2, this.y + this.k * y2);
    },
    apply: function(point2) {
      return [point2[0] * this.k + this.x, point2[1] * this.k + this.y];
    },
    applyX: function(x2) {
      return x2 * this.k + this.x;
    },
    applyY: function(y2) {
      return y2 * this.k + this.y;
    },
    invert: function(location2) {
      return [(location2[0] - this.x) / this.k, (location2[1] - this.y) / this.k];
    },
    invertX: function(x2) {
      return (x2 - this.x) / this.k;
    },
    invertY: function(y2) {
      return (y2 - this.y) / this.k;
    },
    rescaleX: function(x2) {
      return x2.copy().domain(x2.range().map(this.invertX, this).map(x2.invert, x2));
    },
    rescaleY: function(y2) {
      return y2.copy().domain(y2.range().map(this.invertY, this).map(y2.invert, y2));
    },
    toString: function() {
      return "translate(" + this.x + "," + this.y + ") scale(" + this.k + ")";
    }
  };
  var identity4 = new Transform(1, 0, 0);
  transform.prototype = Transform.prototype;
  function transform(node) {
    while (!node.__zoom) if (!(node = node.parentNode)) return identity4;
    return node.__zoom;
  }
  function nopropagation(event) {
    event.stopImmediatePropagation();
  }
  function noevent2(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  function defaultFilter(event) {
    return (!event.ctrlKey || event.type === "wheel") && !event.button;
  }
  function defaultExtent() {
    var e = this;
    if (e instanceof SVGElement) {
      e = e.ownerSVGElement || e;
      if (e.hasAttribute("viewBox")) {
        e = e.viewBox.baseVal;
        return [[e.x, e.y], [e.x + e.width, e.y + e.height]];
      }
      return [[0, 0], [e.width.baseVal.value, e.height.baseVal.value]];
    }
    return [[0, 0], [e.clientWidth, e.clientHeight]];
  }
  function defaultTransform() {
    return this.__zoom || identity4;
  }
  function defaultWheelDelta(event) {
    return -event.deltaY * (event.deltaMode === 1 ? 0.05 : event.deltaMode ? 1 : 2e-3) * (event.ctrlKey ? 10 : 1);
  }
  function defaultTouchable() {
    return navigator.maxTouchPoints || "ontouchstart" in this;
  }
  function defaultConstrain(transform2, extent2, translateExtent) {
    var dx0 = transform2.invertX(extent2[0][0]) - translateExtent[0][0], dx1 = transform2.invertX(extent2[1][0]) - translateExtent[1][0], dy0 = transform2.invertY(extent2[0][1]) - translateExtent[0][1], dy1 = transform2.invertY(extent2[1][1]) - translateExtent[1][1];
    return transform2.translate(
      dx1 > dx0 ? (dx0 + dx1) / 2 : Math.min(0, dx0) || Math.max(0, dx1),
      dy1 > dy0 ? (dy0 + dy1) / 2 : Math.min(0, dy0) || Math.max(0, dy1)
    );
  }
  function zoom2() {
    var filter2 = defaultFilter, extent2 = defaultExtent, constrain = defaultConstrain, wheelDelta = defaultWheelDelta, touchable = defaultTouchable, scaleExtent = [0, Infinity], translateExtent = [[-Infinity, -Infinity], [Infinity, Infinity]], duration = 250, interpolate2 = zoom, listeners2 = dispatch("start", "zoom", "end"), touchstarting, touchfirst, touchending, touchDelay = 500, wheelDelay = 150, clickDistance2 = 0, tapDistance = 10;
    function zoom3(selection2) {
      selection2.property("__zoom", defaultTransform).on("wheel.zoom", wheeled, { passive: false }).on("mousedown.zoom", mousedowned).on("dblclick.zoom", dblclicked).filter(touchable).on("touchstart.zoom", touchstarted).on("touchmove.zoom", touchmoved).on("touchend.zoom touchcancel.zoom", touchended).style("-webkit-tap-highlight-color", "rgba(0,0,0,0)");
    }
    zoom3.transform = function(collection, transform2, point2, event) {
      var selection2 = collection.selection ? collection.selection() : collection;
      selection2.property("__zoom", defaultTransform);
      if (collection !== selection2) {
        schedule2(collection, transform2, point2, event);
      } else {
        selection2.interrupt().each(function() {
          gesture(this, arguments).event(event).start().zoom(null, typeof transform2 === "function" ? transform2.apply(this, arguments) : transform2).end();
        });
      }
    };
    zoom3.scaleBy = function(selection2, k2, p, event) {
      zoom3.scaleTo(selection2, function() {
        var k0 = this.__zoom.k, k1 = typeof k2 === "function" ? k2.apply(this, arguments) : k2;
        return k0 * k1;
      }, p, event);
    };
    zoom3.scaleTo = function(selection2, k2, p, event) {
      zoom3.transform(selection2, function() {
        var e = extent2.apply(this, arguments), t02 = this.__zoom, p0 = p == null ? centroid(e) : typeof p === "function" ? p.apply(this, arguments) : p, p1 = t02.invert(p0), k1 = typeof k2 === "function" ? k2.apply(this, arguments) : k2;
        return constrain(translate(scale(t02, k1), p0, p1), e, translateExtent);
      }, p, event);
    };
    zoom3.translateBy = function(selection2, x2, y2, event) {
      zoom3.transform(selection2, function() {
        return constrain(this.__zoom.translate(
          typeof x2 === "function" ? x2.apply(this, arguments) : x2,
          typeof y2 === "function" ? y2.apply(this, arguments) : y2
        ), extent2.apply(this, arguments), translateExtent);
      }, null, event);
    };
    zoom3.translateTo = function(selection2, x2, y2, p, event) {
      zoom3.transform(selection2, function() {
        var e = extent2.apply(this, arguments), t = this.__zoom, p0 = p == null ? centroid(e) : typeof p === "function" ? p.apply(this, arguments) : p;
        return constrain(identity4.translate(p0[0], p0[1]).scale(t.k).translate(
          typeof x2 === "function" ? -x2.apply(this, arguments) : -x2,
          typeof y2 === "function" ? -y2.apply(this, arguments) : -y2
        ), e, translateExtent);
      }, p, event);
    };
    function scale(transform2, k2) {
      k2 = Math.max(scaleExtent[0], Math.min(scaleExtent[1], k2));
      return k2 === transform2.k ? transform2 : new Transform(k2, transform2.x, transform2.y);
    }
    function translate(transform2, p0, p1) {
      var x2 = p0[0] - p1[0] * transform2.k, y2 = p0[1] - p1[1] * transform2.k;
      return x2 === transform2.x && y2 === transform2.y ? transform2 : new Transform(transform2.k, x2, y2);
    }
    function centroid(extent3) {
      return [(+extent3[0][0] + +extent3[1][0]) / 2, (+extent3[0][1] + +extent3[1][1]) / 2];
    }
    function schedule2(transition2, transform2, point2, event) {
      transition2.on("start.zoom", function() {
        gesture(this, arguments).event(event).start();
      }).on("interrupt.zoom end.zoom", function() {
        gesture(this, arguments).event(event).end();
      }).tween("zoom", function() {
        var that = this, args = arguments, g = gesture(that, args).event(event), e = extent2.apply(that, args), p = point2 == null ? centroid(e) : typeof point2 === "function" ? point2.apply(that, args) : point2, w = Math.max(e[1][0] - e[0][0], e[1][1] - e[0][1]), a2 = that.__zoom, b = typeof transform2 === "function" ? transform2.apply(that, args) : transform2, i = interpolate2(a2.invert(p).concat(w / a2.k), b.invert(p).concat(w / b.k));
        return function(t) {
          if (t === 1) t = b;
          else {
            var l = i(t), k2 = w / l[2];
            t = new Transform(k2, p[0] - l[0] * k2, p[1] - l[1] * k2);
          }
          g.zoom(null, t);
        };
      });
    }
    function gesture(that, args, clean) {
      return !clean && that.__zooming || new Gesture(that, args);
    }
    function Gesture(that, args) {
      this.that = that;
      this.args = args;
      this.active = 0;
      this.sourceEvent = null;
      this.extent = extent2.apply(that, args);
      this.taps = 0;
    }
    Gesture.prototype = {
      event: function(event) {
        if (event) this.sourceEvent = event;
        return this;
      },
      start: function() {
        if (++this.active === 1) {
          this.that.__zooming = this;
          this.emit("start");
        }
        return this;
      },
      zoom: function(key, transform2) {
        if (this.mouse && key !== "mouse") this.mouse[1] = transform2.invert(this.mouse[0]);
        if (this.touch0 && key !== "touch") this.touch0[1] = transform2.invert(this.touch0[0]);
        if (this.touch1 && key !== "touch") this.touch1[1] = transform2.invert(this.touch1[0]);
        this.that.__zoom = transform2;
        this.emit("zoom");
        return this;
      },
      end: function() {
        if (--this.active === 0) {
          delete this.that.__zooming;
          this.emit("end");
        }
        return this;
      },
      emit: function(type) {
        var d = select3(this.that).datum();
        listeners2.call(
          type,
          this.that,
          new ZoomEvent(type, {
            sourceEvent: this.sourceEvent,
            target: zoom3,
            transform: this.that.__zoom,
            dispatch: listeners2
          }),
          d
        );
      }
    };
    function wheeled(event, ...args) {
      if (!filter2.apply(this, arguments)) return;
      var g = gesture(this, args).event(event), t = this.__zoom, k2 = Math.max(scaleExtent[0], Math.min(scaleExtent[1], t.k * Math.pow(2, wheelDelta.apply(this, arguments)))), p = pointer(event);
      if (g.wheel) {
        if (g.mouse[0][0] !== p[0] || g.mouse[0][1] !== p[1]) {
          g.mouse[1] = t.invert(g.mouse[0] = p);
        }
        clearTimeout(g.wheel);
      } else if (t.k === k2) return;
      else {
        g.mouse = [p, t.invert(p)];
        interrupt(this);
        g.start();
      }
      noevent2(event);
      g.wheel = setTimeout(wheelidled, wheelDelay);
      g.zoom("mouse", constrain(translate(scale(t, k2), g.mouse[0], g.mouse[1]), g.extent, translateExtent));
      function wheelidled() {
        g.wheel = null;
        g.end();
      }
    }
    function mousedowned(event, ...args) {
      if (touchending || !filter2.apply(this, arguments)) return;
      var currentTarget = event.currentTarget, g = gesture(this, args, true).event(event), v = select3(event.view).on("mousemove.zoom", mousemoved, true).on("mouseup.zoom", mouseupped, true), p = pointer(event, currentTarget), x0 = event.clientX, y0 = event.clientY;
      nodrag(event.view);
      nopropagation(event);
      g.mouse = [p, this.__zoom.invert(p)];
      interrupt(this);
      g.start();
      function mousemoved(event2) {
        noevent2(event2);
        if (!g.moved) {
          var dx = event2.clientX - x0, dy = event2.clientY - y0;
          g.moved = dx * dx + dy * dy > clickDistance2;
        }
        g.event(event2).zoom("mouse", constrain(translate(g.that.__zoom, g.mouse[0] = pointer(event2, currentTarget), g.mouse[1]), g.extent, translateExtent));
      }
      function mouseupped(event2) {
        v.on("mousemove.zoom mouseup.zoom", null);
        yesdrag(event2.view, g.moved);
        noevent2(event2);
        g.event(event2).end();
      }
    }
    function dblclicked(event, ...args) {
      if (!filter2.apply(this, arguments)) return;
      var t02 = this.__zoom, p0 = pointer(event.changedTouches ? event.changedTouches[0] : event, this), p1 = t02.invert(p0), k1 = t02.k * (event.shiftKey ? 0.5 : 2), t12 = constrain(translate(scale(t02, k1), p0, p1), extent2.apply(this, args), translateExtent);
      noevent2(event);
      if (duration > 0) select3(this).transition().duration(duration).call(schedule2, t12, p0, event);
      else select3(this).call(zoom3.transform, t12, p0, event);
    }
    function touchstarted(event, ...args) {
      if (!filter2.apply(this, arguments)) return;
      var touches = event.touches, n = touches.length, g = gesture(this, args, event.changedTouches.length === n).event(event), started, i, t, p;
      nopropagation(event);
      for (i = 0; i < n; ++i) {
        t = touches[i], p = pointer(t, this);
        p = [p, this.__zoom.invert(p), t.identifier];
        if (!g.touch0) g.touch0 = p, started = true, g.taps = 1 + !!touchstarting;
        else if (!g.touch1 && g.touch0[2] !== p[2]) g.touch1 = p, g.taps = 0;
      }
      if (touchstarting) touchstarting = clearTimeout(touchstarting);
      if (started) {
        if (g.taps < 2) touchfirst = p[0], touchstarting = setTimeout(function() {
          touchstarting = null;
        }, touchDelay);
        interrupt(this);
        g.start();
      }
    }
    function touchmoved(event, ...args) {
      if (!this.__zooming) return;
      var g = gesture(this, args).event(event), touches = event.changedTouches, n = touches.length, i, t, p, l;
      noevent2(event);
      for (i = 0; i < n; ++i) {
        t = touches[i], p = pointer(t, this);
        if (g.touch0 && g.touch0[2] === t.identifier) g.touch0[0] = p;
        else if (g.touch1 && g.touch1[2] === t.identifier) g.touch1[0] = p;
      }
      t = g.that.__zoom;
      if (g.touch1) {
        var p0 = g.touch0[0], l0 = g.touch0[1], p1 = g.touch1[0], l1 = g.touch1[1], dp = (dp = p1[0] - p0[0]) * dp + (dp = p1[1] - p0[1]) * dp, dl = (dl = l1[0] - l0[0]) * dl + (dl = l1[1] - l0[1]) * dl;
        t = scale(t, Math.sqrt(dp / dl));
        p = [(p0[0] + p1[0]) / 2, (p0[1] + p1[1]) / 2];
        l = [(l0[0] + l1[0]) / 2, (l0[1] + l1[1]) / 2];
      } else if (g.touch0) p = g.touch0[0], l = g.touch0[1];
      else return;
      g.zoom("touch", constrain(translate(t, p, l), g.extent, translateExtent));
    }
    function touchended(event, ...args) {
      if (!this.__zooming) return;
      var g = gesture(this, args).event(event), touches = event.changedTouches, n = touches.length, i, t;
      nopropagation(event);
      if (touchending) clearTimeout(touchending);
      touchending = setTimeout(function() {
        touchending = null;
      }, touchDelay);
      for (i = 0; i < n; ++i) {
        t = touches[i];
        if (g.touch0 && g.touch0[2] === t.identifier) delete g.touch0;
        else if (g.touch1 && g.touch1[2] === t.identifier) delete g.touch1;
      }
      if (g.touch1 && !g.touch0) g.touch0 = g.touch1, delete g.touch1;
      if (g.touch0) g.touch0[1] = this.__zoom.invert(g.touch0[0]);
      else {
        g.end();
        if (g.taps === 2) {
          t = pointer(t, this);
          if (Math.hypot(touchfirst[0] - t[0], touchfirst[1] - t[1]) < tapDistance) {
            var p = select3(this).on("dblclick.zoom");
            if (p) p.apply(this, arguments);
          }
        }
      }
    }
    zoom3.wheelDelta = function(_) {
      return arguments.length ? (wheelDelta = typeof _ === "function" ? _ : constant4(+_), zoom3) : wheelDelta;
    };
    zoom3.filter = function(_) {
      return arguments.length ? (filter2 = typeof _ === "function" ? _ : constant4(!!_), zoom3) : filter2;
    };
    zoom3.touchable = function(_) {
      return arguments.length ? (touchable = typeof _ === "function" ? _ : constant4(!!_), zoom3) : touchable;
    };
    zoom3.extent = function(_) {
      return arguments.length ? (extent2 = typeof _ === "function" ? _ : constant4([[+_[0][0], +_[0][1]], [+_[1][0], +_[1][1]]]), zoom3) : extent2;
    };
    zoom3.scaleExtent = function(_) {
      return arguments.length ? (scaleExtent[0] = +_[0], scaleExtent[1] = +_[1], zoom3) : [scaleExtent[0], scaleExtent[1]];
    };
    zoom3.translateExtent = function(_) {
      return arguments.length ? (translateExtent[0][0] = +_[0][0], translateExtent[1][0] = +_[1][0], translateExtent[0][1] = +_[0][1], translateExtent[1][1] = +_[1][1], zoom3) : [[translateExtent[0][0], translateExtent[0][1]], [translateExtent[1][0], translateExtent[1][1]]];
    };
    zoom3.constrain = function(_) {
      return arguments.length ? (constrain = _, zoom3) : constrain;
    };
    zoom3.duration = function(_) {
      return arguments.length ? (duration = +_, zoom3) : duration;
    };
    zoom3.interpolate = function(_) {
      return arguments.length ? (interpolate2 = _, zoom3) : interpolate2;
    };
    zoom3.on = function() {
      var value2 = listeners2.on.apply(listeners2, arguments);
      return value2 === listeners2 ? zoom3 : value2;
    };
    zoom3.clickDistance = function(_) {
      return arguments.length ? (clickDistance2 = (_ = +_) * _, zoom3) : Math.sqrt(clickDistance2);
    };
    zoom3.tapDistance = function(_) {
      return arguments.length ? (tapDistance = +_, zoom3) : tapDistance;
    };
    return zoom3;
  }

  // src/report/map.js
  var HEIGHT2 = 460;
  var PAD = 28;
  var REACH2 = 9;
  var CELLS = 500;
  var livePoints = (table2) => {
    const live = [];
    for (let i = 0; i < table2.n; i++)
      if (table2.energy_share[i] > 0 && Number.isFinite(table2.map_x[i]) && Number.isFinite(table2.map_y[i])) live.push(i);
    return live.sort((a2, b) => table2.energy_share[b] - table2.energy_share[a2]);
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
      const k2 = piles.get(cell) || 0;
      piles.set(cell, k2 + 1);
      shifts[2 * i] = k2 ? Math.sqrt(k2) * Math.cos(k2 * 2.39996) : 0;
      shifts[2 * i + 1] = k2 ? Math.sqrt(k2) * Math.sin(k2 * 2.39996) : 0;
    }
    return { shifts, largest: Math.max(0, ...piles.values()) };
  };
  var panel2 = (card, table2, open) => {
    const kind = of(card), live = livePoints(table2), box2 = bounds(table2, live), { shifts, largest } = spirals(table2, live, box2);
    const hasClusters = live.some((i) => table2.cluster[i] >= 0);
    const state = { by: "head", chosen: /* @__PURE__ */ new Set(), view: identity4, hover: -1 };
    const canvas = el("canvas.map", {
      tabindex: "0",
      role: "img",
      "aria-label": `Map of head loadings of ${live.length} live latents. The latent table lists the same latents.`
    });
    const legend3 = el("div.legend.tight");
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
      const { view } = state, s2 = fitted(), z = pile * Math.min(view.k, 6);
      const [x2, y2] = view.apply([
        canvas.clientWidth / 2 + (table2.map_x[i] - box2.x0 - box2.width / 2) * s2,
        HEIGHT2 / 2 - (table2.map_y[i] - box2.y0 - box2.height / 2) * s2
      ]);
      return [x2 + shifts[2 * i] * z, y2 + shifts[2 * i + 1] * z];
    };
    const stamps = (ratio) => {
      const made = /* @__PURE__ */ new Map();
      return (g, r) => {
        const size = Math.round(r * 4) / 4, key = g * 1e3 + size;
        if (!made.has(key)) {
          const half = Math.ceil(size * 1.3) + 1, stamp = el("canvas", { width: 2 * half * ratio, height: 2 * half * ratio }), context2 = stamp.getContext("2d");
          context2.scale(ratio, ratio);
          const path2 = new Path2D(shapePath(groupShape(g), half, half, size));
          context2.fillStyle = groupColor(g);
          context2.fill(path2);
          context2.lineWidth = 0.7;
          context2.strokeStyle = color("card");
          context2.stroke(path2);
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
      const context2 = canvas.getContext("2d");
      context2.scale(ratio, ratio);
      context2.fillStyle = color("card");
      context2.fillRect(0, 0, canvas.clientWidth, HEIGHT2);
      const marks = stamps(ratio);
      for (const pass of [false, true]) {
        context2.globalAlpha = pass ? 0.85 : 0.07;
        for (const i of live) {
          if (visible(i) !== pass) continue;
          const [x2, y2] = place2(i);
          if (x2 < -20 || y2 < -20 || x2 > canvas.clientWidth + 20 || y2 > HEIGHT2 + 20) continue;
          const mark2 = marks(group(i), radius(i));
          context2.drawImage(mark2, x2 - mark2.half, y2 - mark2.half, 2 * mark2.half, 2 * mark2.half);
        }
      }
      if (state.hover >= 0) {
        const [x2, y2] = place2(state.hover);
        context2.globalAlpha = 1;
        context2.lineWidth = 2;
        context2.strokeStyle = color("ink");
        context2.beginPath();
        context2.arc(x2, y2, radius(state.hover) + 3, 0, 7);
        context2.stroke();
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
        const [x2, y2] = place2(i), d = Math.hypot(x2 - mx, y2 - my) - radius(i);
        if (d < REACH2 && d < least2) {
          least2 = d;
          best = i;
        }
      }
      return best;
    };
    const mover = zoom2().scaleExtent([0.5, 60]).clickDistance(4).filter((e) => e.type === "wheel" ? zooms(e) : !e.button && e.type !== "dblclick").wheelDelta((e) => -e.deltaY * 15e-4 / Math.LN2).on("zoom", (e) => {
      state.view = e.transform;
      redraw();
    });
    const zooms = (e) => e.ctrlKey || e.metaKey || document.activeElement === canvas;
    const moved = select3(canvas).call(mover);
    const zoomBy = (factor) => mover.scaleBy(moved, factor);
    const reset = () => mover.transform(moved, identity4);
    canvas.addEventListener("pointermove", (e) => {
      if (e.buttons) return hide();
      const found = nearest(e.offsetX, e.offsetY);
      if (found !== state.hover) {
        state.hover = found;
        redraw();
      }
      canvas.style.cursor = found >= 0 ? "pointer" : "grab";
      if (found < 0) return hide();
      show(
        [
          el("strong", `${kind.Noun} ${table2.latent[found]}`),
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
    canvas.addEventListener("click", (e) => {
      const found = nearest(e.offsetX, e.offsetY);
      if (found < 0) return;
      hide();
      open(table2.latent[found]);
    });
    canvas.addEventListener("pointerleave", () => {
      hide();
      if (state.hover >= 0) {
        state.hover = -1;
        redraw();
      }
    });
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
      const keys = [...counts.keys()].sort((a2, b) => a2 - b).map((g) => {
        const icon = svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          svg("path", { d: shapePath(groupShape(g), 7, 7, 5), fill: groupColor(g) })
        );
        const name = state.by === "head" ? headName(card, g) : g < 0 ? "no cluster" : `cluster ${g}`;
        const key = el("button.key", { "aria-pressed": "false" }, icon, name, el("span.faint", count(counts.get(g))));
        key.addEventListener("click", () => {
          if (!state.chosen.delete(g)) state.chosen.add(g);
          key.setAttribute("aria-pressed", String(state.chosen.has(g)));
          redraw();
        });
        return key;
      });
      legend3.replaceChildren(...keys);
    };
    const by = (value2) => {
      state.by = value2;
      state.chosen.clear();
      showLegend();
      redraw();
    };
    const node = el(
      "div.map-box",
      el(
        "div.head",
        hasClusters && segmented(
          "Colour by",
          { head: kind.hasHeads ? "by main head" : "by main layer", cluster: "by cluster" },
          "head",
          by
        ),
        el("span.push"),
        el("button.quiet", { "aria-label": "Zoom in", onclick: () => zoomBy(1.5) }, "+"),
        el("button.quiet", { "aria-label": "Zoom out", onclick: () => zoomBy(1 / 1.5) }, "−"),
        el("button.quiet", { onclick: reset }, "Reset"),
        canvasButton(() => canvas, `loading-map-${card.name}`)
      ),
      legend3,
      canvas,
      el(
        "p.hint",
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

  // src/report/patterns.js
  var three2 = (v) => fixed(v, 3);
  var one3 = (v) => fixed(v, 1);
  var percent2 = (v) => `${fixed(100 * v, 0)} %`;
  var COLUMNS = [
    [
      "nmse_off_sink",
      "Off the sink",
      three2,
      "nMSE about the mean pattern over sequences, without the sink key (key 0, BOS where there is one): the number of the goal."
    ],
    ["l0_query", "L0 query", one3, "Mean number of latents that fire on a query."],
    ["l0_key", "L0 key", one3, "Mean number of latents that fire on a key."],
    [
      "densest",
      "Densest",
      percent2,
      "Share of positions on which the most frequent latent fires, on the denser of its sides."
    ],
    [
      "dense_off_sink",
      "Dense, trained",
      three2,
      "The number of the goal for dense scores of as many numbers as the dictionary uses on its busier side, trained on the same loss."
    ],
    ["svd_off_sink", "Dense, SVD", three2, "The same for the head's own scores, cut to that rank and not trained."],
    [
      "svd_rank_faithful",
      "Rank for 0.1",
      (v) => fixed(v, 0),
      "Least rank, in eighths of d_head, at which the cut scores come within 0.1."
    ],
    ["nmse_about_mean", "About the mean", three2, "nMSE about the mean pattern over sequences, the sink included."],
    [
      "nmse_renormalised",
      "Renormalised",
      three2,
      "The same of rows that are divided by what they hold off the sink: where a head looks when it looks at all."
    ],
    ["nmse", "About a scalar", three2, "nMSE about the mean of all entries, which the column of the sink fills."],
    [
      "nmse_of_mean_pattern",
      "Mean pattern",
      three2,
      "What the mean pattern scores about that scalar, with no look at the text."
    ],
    [
      "explicit_off_sink",
      "Explicit parts",
      percent2,
      "Share off the sink that key bias and offset table hold alone, which always act; negative where they mislead."
    ],
    [
      "top_key_off_sink",
      "Top key",
      percent2,
      "Of queries whose top key is not the sink, the share with the same top key."
    ],
    [
      "top_key_on_sink",
      "Top key sink",
      percent2,
      "Of queries whose top key is the sink, the share that rests there as well."
    ],
    ["kl", "KL", three2, "Mean over queries of the KL divergence from the head's own pattern, in nats."],
    [
      "ce_recovered",
      "CE rec.",
      percent2,
      "With the pattern of this head alone spliced in: share of the loss gap between its mean pattern and its own that is closed."
    ]
  ];
  var absent3 = (v) => v === null || v === void 0;
  var rowsOf = (evaluations) => evaluations.flatMap((e) => (e.head_patterns || []).map((h) => ({ ...h, name: e.name })));
  var goalLine = (rows) => {
    const judged = rows.filter((r) => !absent3(r.reaches_goal));
    const reached = judged.filter((r) => r.reaches_goal).length;
    return `${reached} of ${judged.length} heads reach the goal: nMSE about the mean pattern, sink excluded, at most 0.1 with L0 at most half of d_head on queries and on keys, and no latent denser than 20 %.`;
  };
  var patternTable = (evaluations) => {
    const rows = rowsOf(evaluations);
    if (!rows.length) return false;
    const shown2 = COLUMNS.filter(([key]) => rows.some((r) => !absent3(r[key])));
    const heading = ([, title, , definition2]) => {
      const button2 = el("button", { type: "button" }, title);
      attach(button2, () => el("p", definition2));
      return el("th.number", { scope: "col" }, button2);
    };
    const judged = rows.some((r) => !absent3(r.reaches_goal));
    return el(
      "section#head-patterns.card",
      { "aria-labelledby": "head-patterns-title" },
      el("div.head", el("h2#head-patterns-title", "Patterns, head by head")),
      judged && el("p.goal", goalLine(rows)),
      el(
        "div.scroll",
        { tabindex: "0", role: "region", "aria-label": "Table of heads whose pattern is made" },
        el(
          "table.scores",
          el(
            "thead",
            el(
              "tr",
              el("th", { scope: "col" }, "Dictionary"),
              el("th", { scope: "col" }, "Head"),
              judged && el("th", { scope: "col" }, "Goal"),
              shown2.map(heading)
            )
          ),
          el(
            "tbody",
            rows.map(
              (r) => el(
                "tr",
                el("td", r.name),
                el("td", r.head),
                judged && el("td", absent3(r.reaches_goal) ? "–" : r.reaches_goal ? "reached" : "not reached"),
                shown2.map(([key, , show2]) => el("td.number", absent3(r[key]) ? "–" : show2(r[key])))
              )
            )
          )
        )
      )
    );
  };

  // src/report/scores.js
  var mean = (list2, key) => {
    const values = list2.map((e) => e[key]).filter((v) => v !== null && v !== void 0);
    return values.length ? values.reduce((a2, b) => a2 + b, 0) / values.length : null;
  };
  var absent4 = (v) => v === null || v === void 0;
  var grouped = (all) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const e of all) {
      const key = JSON.stringify([e.variant, e.init, e.sparsity, e.n_latents, e.layer, e.target]);
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
  var interval = (members, key) => {
    const found = members.map((e) => e.intervals?.[key]).filter(Boolean);
    const average = (side) => found.reduce((a2, i) => a2 + i[side], 0) / found.length;
    return found.length ? { low: average("low"), high: average("high"), n: found[0].n_documents } : null;
  };
  var compare = (key, direction) => (a2, b) => {
    const x2 = a2[key], y2 = b[key];
    if (x2 === null || x2 === void 0) return y2 === null || y2 === void 0 ? 0 : 1;
    if (y2 === null || y2 === void 0) return -1;
    if (typeof x2 === "string") return direction * x2.localeCompare(y2, "en", { numeric: true });
    return direction * (x2 - y2);
  };
  var table = (all, cards) => {
    const layers = new Set(all.map((e) => e.layer)), targets = new Set(all.map((e) => e.target));
    const pages = new Set(cards.map((c) => c.name));
    const seeds = new Set(all.map((e) => e.seed).filter((s2) => s2 !== null));
    const state = { mode: seeds.size > 1 ? "mean" : "each", wide: false, key: null, direction: 1 };
    const initOf = (e) => !variantShape(e.variant) && INIT_NAMES[e.init];
    const inits = new Set(all.map(initOf).filter(Boolean));
    const apart = all.some((e) => !absent4(e.fvu_attn_out) && e.fvu_attn_out !== e.fvu);
    const text2 = [
      {
        key: "variant",
        title: "What",
        definition: "The method. Of multitoken transcoders, free: any mixture of heads per latent; Top-1: one head a latent; shuffled: free, given the attention patterns of another sequence (a control). PCA and SVD are linear baselines."
      },
      { key: "sparsity", title: "Setting", definition: "Sparsity of a dictionary, or rank of a linear baseline." },
      inits.size > 1 && {
        key: "init",
        title: "Init",
        definition: "How head loadings began: one-hot on one head each, or spread over all."
      },
      layers.size > 1 && { key: "layer", title: "Layer", definition: "Layer of the base model." },
      targets.size > 1 && { key: "target", title: "Target", definition: "Site that is reconstructed." },
      { key: "seed", title: "Seed", definition: "Random seed, or how many seeds were averaged." }
    ].filter(Boolean);
    const known3 = METRICS.filter((m) => all.some((e) => !absent4(e[m.key])) && (m.key !== "fvu_attn_out" || apart));
    const more = known3.some((m) => !MAIN.has(m.key));
    let shown2 = [];
    const head = el("tr");
    const body = el("tbody");
    all = [...all].sort((a2, b) => Number(a2.seed === null) - Number(b.seed === null));
    const redraw = () => {
      const rows = state.mode === "mean" ? grouped(all) : all.map((e) => ({ ...e, members: [e], ranges: {} }));
      if (state.key) rows.sort(compare(state.key, state.direction));
      for (const cell of head.children) {
        const active = cell.dataset.key === state.key;
        cell.setAttribute("aria-sort", active ? state.direction > 0 ? "ascending" : "descending" : "none");
      }
      body.replaceChildren(...rows.map(line2));
    };
    const rebuild = () => {
      shown2 = known3.filter((m) => state.wide || MAIN.has(m.key));
      head.replaceChildren(...[...text2, ...shown2].map(heading));
      redraw();
    };
    const line2 = (row) => {
      const linked = row.members.find((e) => pages.has(e.name));
      const name = linked ? el(
        "a",
        { href: `#/d/${encodeURIComponent(linked.name)}`, title: `Latents of ${linked.name}` },
        variantName(row.variant)
      ) : variantName(row.variant);
      const seed = row.members.length > 1 ? `${row.members.length} seeds` : row.seed ?? "–";
      const plain3 = {
        variant: el("span.named", variantMark(row.variant), name),
        sparsity: row.sparsity,
        init: initOf(row) || "–",
        layer: row.layer,
        target: el("span", { title: row.target }, shortTarget(row.target)),
        seed
      };
      return el(
        "tr",
        { title: row.members.map((e) => e.name).join(", ") },
        text2.map((c) => el("td", { class: c.key }, plain3[c.key])),
        shown2.map((m) => {
          const range2 = row.ranges[m.key];
          const wide = range2 && range2[0] !== range2[1];
          const over = interval(row.members, m.key);
          const notes = [
            over && `95 % over ${over.n} documents: ${m.show(over.low)} to ${m.show(over.high)}`,
            wide && `seeds: ${m.show(range2[0])} to ${m.show(range2[1])}`
          ].filter(Boolean);
          const none2 = absent4(row[m.key]);
          return el(
            "td",
            { class: none2 ? "number none" : "number", title: none2 ? whyAbsent(row, m.key) : notes.join("; ") || null },
            none2 ? "–" : m.show(row[m.key]),
            over && el("small.half-width", ` ± ${m.show((over.high - over.low) / 2)}`)
          );
        })
      );
    };
    const heading = (c) => {
      const button2 = el("button", c.title);
      button2.addEventListener("click", () => {
        const same = state.key === c.key;
        state.direction = same ? -state.direction : c.better === 1 ? -1 : 1;
        state.key = c.key;
        redraw();
      });
      attach(button2, () => el("p", c.definition));
      return el("th", { scope: "col", "data-key": c.key, class: c.show ? "number" : c.key }, button2);
    };
    rebuild();
    return foldedCard(
      "scores",
      "All evaluations",
      el(
        "div.head",
        seeds.size > 1 && segmented("Seeds", { mean: "mean of seeds", each: "each seed" }, state.mode, (v) => {
          state.mode = v;
          redraw();
        }),
        more && segmented("Columns", { main: "main columns", all: "all" }, "main", (v) => {
          state.wide = v === "all";
          rebuild();
        })
      ),
      el(
        "p.hint",
        "On held-out text. Headings sort; point at one for its definition, at a mean for the range over seeds, at a dash for why there is no number."
      ),
      el(
        "div.scroll",
        { tabindex: "0", role: "region", "aria-label": "Table of evaluations" },
        el("table.scores", el("thead", head), body)
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
      const number4 = m[1] ?? m[2], link2 = card && number4 !== void 0, token = number4 === void 0 && (card || m[0].startsWith("`"));
      out.push(
        sentence.slice(last, m.index),
        link2 ? el("a", { href: `#/d/${encodeURIComponent(card.name)}/latent/${number4}` }, m[0]) : token ? quoted(m[0]) : m[0]
      );
      last = m.index + m[0].length;
    }
    return [...out, sentence.slice(last)];
  };
  var facts = (pairs) => el(
    "dl.facts",
    pairs.filter(([, v]) => v !== void 0 && v !== null && v !== "").map(([k2, v]) => el("div", el("dt", k2), el("dd", v)))
  );
  var hashText = (v) => typeof v === "string" && v.length > 20 ? el("code", { title: v }, `${v.slice(0, 12)}…`) : plain(v);
  var entries = (object2) => Object.entries(object2).map(([k2, v]) => [label(k2), /sha256|hash/.test(k2) ? hashText(v) : plain(v)]);
  var policyText = (evaluations) => {
    const texts = new Set(
      evaluations.map(
        ({ policy: p }) => [
          { excluded: "BOS position left out", included: "BOS position counted", none: "no BOS in front" }[p.bos],
          { excluded: "padding left out", none: "no padding" }[p.padding],
          `${count(p.n_positions)} positions of ${count(p.n_sequences)} sequences`,
          ...p.n_documents ? [`from ${count(p.n_documents)} document${p.n_documents === 1 ? "" : "s"}`] : []
        ].join(", ")
      )
    );
    return [...texts].join("; or: ");
  };
  var provenance = (data2) => {
    const copy = el(
      "button.quiet",
      {
        onclick: async () => {
          try {
            await navigator.clipboard.writeText(data2.command);
            copy.textContent = "Copied";
          } catch {
            getSelection()?.selectAllChildren(code);
          }
        }
      },
      "Copy"
    );
    const code = el("code", data2.command);
    return el(
      "section#provenance.card",
      { "aria-labelledby": "provenance-title" },
      el("h2#provenance-title", "What was trained, on what"),
      el("h3", "Command that reproduces this run"),
      el("div.command", code, copy),
      el(
        "details",
        el("summary", "Model, text, dictionaries and time"),
        el(
          "div.columns",
          el("div", el("h3", "Model"), facts(entries(data2.model))),
          el("div", el("h3", "Text"), facts([...entries(data2.text), ["counted", policyText(data2.evaluations)]])),
          el(
            "div",
            el("h3", "Dictionaries"),
            data2.dictionaries.map(
              (c) => el(
                "details",
                el("summary", `${c.name}: ${count(c.n_latents)} ${of(c).noun}s, ${count(c.n_live)} live`),
                facts(entries(c.config))
              )
            )
          ),
          el(
            "div",
            el("h3", "Run"),
            facts([
              ["layer", plain(data2.layer)],
              ["reads", data2.input_site],
              ["reconstructs", data2.target_site],
              ["created", moment(data2.created)],
              ...Object.entries(data2.seconds).map(([k2, v]) => [label(k2), seconds(v)]),
              ...Object.entries(data2.versions)
            ])
          )
        )
      )
    );
  };
  var sweeps = (evaluations) => new Set(evaluations.filter((e) => e.seed !== null && e.seed !== void 0).map((e) => e.sparsity)).size >= 3;
  var dictionaryPart = (data2, place2, charts) => {
    const show2 = async (name) => {
      chosen = name;
      const card = data2.dictionaries.find((c) => c.name === name);
      const kind = of(card);
      if (!kind.hasLoadings) {
        charts.map = null;
        place2.replaceChildren(
          el(
            "section.card.wide",
            el("h2", card.title || card.name),
            el("p", kind.about),
            el(
              "p.hint",
              `There is one attention a ${kind.noun}, so there is no mixture of heads to be mapped. `,
              el("a", { href: `#/d/${encodeURIComponent(name)}` }, `All ${kind.noun}s`)
            )
          )
        );
        return;
      }
      const mapPlace = el("div.map-place", el("p.hint", "Loading the map …"));
      place2.replaceChildren(
        el(
          "section.card",
          { "aria-labelledby": "map-title" },
          el("h2#map-title", kind.hasHeads ? "Map of head loadings" : "Map of decoder norms by layer"),
          mapPlace
        ),
        el(
          "section.card",
          { "aria-labelledby": "cluster-title" },
          el("h2#cluster-title", "Clusters of loadings"),
          el(
            "p.hint",
            kind.hasHeads ? `Mean loading through each head${kind.hasIdentity ? " (last bar: identity)" : ""}.` : "Mean decoder norm in each layer."
          ),
          list(card)
        )
      );
      const table2 = await loadTable(card);
      if (chosen !== name || !mapPlace.isConnected) return;
      const map2 = panel2(card, table2, (latent) => {
        location.hash = `#/d/${encodeURIComponent(name)}/latent/${latent}`;
      });
      mapPlace.replaceChildren(map2);
      map2.start();
      charts.map = map2;
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
    const place2 = el("div.split.map-split");
    const show2 = dictionaryPart(data2, place2, charts);
    const few = cards.length <= 3;
    const subtitle = [
      data2.model.name,
      few && `layer ${data2.layer}`,
      few && data2.target_site,
      few ? cards.map((c) => `${variantName(c.variant)}: ${count(c.n_latents)} ${of(c).noun}s`).join("; ") : `${cards.length} dictionaries with pages`,
      moment(data2.created)
    ];
    const highlights = el(
      "section.card.highlights.stacked",
      { "aria-labelledby": "highlight-title" },
      el(
        "h2#highlight-title",
        cards.every((c) => (c.noun || "latent") === "latent") ? "Latents to open first" : "Where to look first"
      ),
      el(
        "div.highlight-list",
        cards.map((c) => {
          const kind = of(c);
          return el(
            "div",
            el(
              "h3",
              few ? null : variantMark(c.variant),
              el(
                "a",
                { href: `#/d/${encodeURIComponent(c.name)}`, title: c.name },
                few ? c.name : variantName(c.variant)
              ),
              el("span.faint", ` ${count(c.n_live)} live of ${count(c.n_latents)}`)
            ),
            el(
              "ul",
              c.highlights.slice(0, few ? 3 : 2).map((h) => el("li", marked(h, c)))
            ),
            c.highlights.length === 0 && el(
              "p.hint",
              "No example stands out; ",
              el("a", { href: `#/d/${encodeURIComponent(c.name)}` }, `all ${kind.noun}s`),
              "."
            )
          );
        })
      )
    );
    const maps = [
      cards.length > 1 && el(
        "div.head.between",
        el("span", "Dictionary"),
        few ? segmented(
          "Dictionary",
          cards.map((c) => [c.name, c.name, variantName(c.variant)]),
          chosen,
          show2
        ) : picker(cards, show2)
      ),
      place2
    ];
    const node = el(
      "div.page.overview",
      el(
        "div.title",
        el("h1", data2.title),
        el(
          "p.subtitle",
          subtitle.filter(Boolean).map((t) => el("span", t))
        )
      ),
      data2.verdict.length > 0 && told(data2.verdict.map((v) => marked(v, null))),
      sweeps(data2.evaluations) ? [frontier, highlights, maps] : [maps, highlights, frontier],
      patternTable(data2.evaluations),
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
  var data;
  var lastName = null;
  var currentCard = () => data.dictionaries.find((c) => c.name === lastName) || data.dictionaries[0] || null;
  var hashOf = (name) => `#/d/${encodeURIComponent(name)}`;
  var tableHash = () => hashOf(currentCard()?.name ?? "");
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
      "select#dictionary",
      { "aria-label": "Dictionary", onchange: (e) => goto2(hashOf(e.target.value)) },
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
      e.target.elements.latent.blur();
      goto2(`${tableHash()}/latent/${Number(wanted)}`);
    };
    return el(
      "form.jump",
      { onsubmit: go },
      el("input#jump", {
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
    goto2(order?.name === currentCard()?.name && order?.query ? `${tableHash()}?${order.query}` : tableHash());
  };
  start2({
    title: "polyhead report",
    home: "#/",
    back: "Overview",
    data: "overview",
    open: (value2) => {
      data = value2;
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
