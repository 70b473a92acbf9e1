/*! polyhead, home pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
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
    const [tag, ...parts] = selector.split(/(?=[.#])/);
    const node = create(tag);
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
  var announce = (text) => {
    document.getElementById("announce").textContent = text;
  };

  // src/shared/format.js
  var moment = (v) => {
    const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
    return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
  };

  // src/shared/tip.js
  var box = el("div#tip.tip", { role: "tooltip", hidden: true });
  var owner = null;
  var hide = () => {
    box.hidden = true;
    owner = null;
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
  globalThis.polyhead = { receive: (key, text) => takers.get(key)?.(text) };
  var load = (key) => {
    if (promises.has(key)) return promises.get(key);
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      takers.set(key, (text) => {
        takers.delete(key);
        try {
          resolve(JSON.parse(text));
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
    const button = (id, text, label, key, onclick) => el("button.quiet", { id, "aria-label": label, title: `${label} (${key})`, onclick }, text);
    const { left, right = [] } = app2.bar(where);
    document.getElementById("bar").replaceChildren(
      el("a.brand", { href: app2.home }, "polyhead"),
      ...left.filter(Boolean),
      el("span.push"),
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
  var pieces = (text, leadingSpace) => {
    const out = [];
    const plain = (c) => {
      const last = out[out.length - 1];
      if (last && last[1] === null) last[0] += c;
      else out.push([c, null]);
    };
    const characters = [...text];
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
      const joined = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined ? null : mark(c);
      if (found) out.push(found);
      else plain(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
    }
    return out;
  };
  var literal = (text) => JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (c) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  var fill = (node, text, leadingSpace = true) => {
    if (text === "") node.append(el("span.mark.framed", "∅"));
    else if (SPECIAL.test(text)) node.append(el("span.special", text));
    else
      for (const [piece, meaning] of pieces(text, leadingSpace)) {
        const framed = meaning && /^(U\+|\\|\ufffd)/.test(piece);
        node.append(meaning === null ? piece : el("span", { class: framed ? "mark framed" : "mark" }, piece));
      }
    return node;
  };
  var chip = (text) => fill(el("bdi.chip", { title: literal(text) }), text);

  // src/home/app.js
  var KINDS = [
    ["studies", "Studies", "Published results on attention and feature superposition, measured again with a control."],
    ["run", "Runs and dictionaries", "Dictionaries that were trained on a layer: how well they do, and their latents."],
    ["heads", "Heads", "What every attention head of a model does."],
    ["graphs", "Attribution graphs", "What acted on what in one prompt."],
    ["live", "Frozen live pages", "Answers of the live page."]
  ];
  var MOST = 6;
  var data;
  var HELD = [
    ["yes", "✓", "held"],
    ["partly", "◐", "partly"],
    ["no", "✕", "did not hold"]
  ];
  var counts = (held) => el(
    "span.held",
    HELD.filter(([key]) => held[key]).map(
      ([key, mark2, words]) => el("span", { class: key, title: `${held[key]} ${words}` }, `${mark2} ${held[key]}`)
    )
  );
  var marked = (text) => text.split(/`([^`]*)`/).map((part, i) => i % 2 ? chip(part) : part);
  var row = (item) => el(
    "li",
    el("a", { href: item.href }, item.title),
    item.held && counts(item.held),
    item.text && el("span.faint", item.text)
  );
  var card = (entry, items, all) => el(
    "article.card",
    { "data-stop": "page", "data-path": entry.path, tabindex: -1, "aria-label": entry.title },
    el("h3", el("a.home-link", { href: entry.href }, entry.title)),
    el(
      "p.subtitle",
      entry.facts.map((f) => el("span", f)),
      entry.created && el("span", moment(entry.created)),
      el("code", entry.path)
    ),
    entry.text && el("p", marked(entry.text)),
    items.length > 0 && el("ul.items", (all ? items : items.slice(0, MOST)).map(row)),
    !all && items.length > MOST && el("details", el("summary", `${items.length - MOST} more`), el("ul.items", items.slice(MOST).map(row)))
  );
  var fits = (texts, wanted) => {
    const whole = texts.join(" ").toLowerCase();
    return wanted.every((w) => whole.includes(w));
  };
  var find = (entries, query) => {
    const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
    return entries.flatMap((entry) => {
      const own = [entry.kind, entry.title, entry.text, entry.path, ...entry.facts];
      if (fits(own, wanted)) return [{ entry, items: entry.items }];
      const items = entry.items.filter((item) => fits([...own, item.title, item.text], wanted));
      return items.length ? [{ entry, items }] : [];
    });
  };
  var sections = (query) => {
    const found = find(data.entries, query);
    const parts = KINDS.map(([kind, title, about]) => {
      const own = found.filter((f) => f.entry.kind === kind);
      return own.length > 0 && el(
        "section",
        { id: `kind-${kind}`, "aria-label": title },
        el("h2", title, " ", el("span.faint", about)),
        el(
          "div.cards",
          own.map((f) => card(f.entry, f.items, query !== ""))
        )
      );
    }).filter(Boolean);
    return parts.length ? parts : [el("p.hint", query ? "No page fits." : "No pages yet.")];
  };
  var page2 = () => {
    const place = el("div.places");
    const draw = () => place.replaceChildren(...sections(box2.value.trim()));
    const box2 = el("input#search", {
      type: "search",
      placeholder: "Search studies, dictionaries, heads, prompts",
      "aria-label": "Search",
      oninput: draw
    });
    const rest = [
      data.runs.length > 0 && el(
        "section.card",
        el("h2", "Runs without pages"),
        el(
          "ul.items",
          data.runs.map((r) => el("li", r.path, " ", el("code", r.command)))
        )
      ),
      data.unreadable.length > 0 && el(
        "section.card",
        el("h2", "Could not be read"),
        el(
          "ul.items",
          data.unreadable.map((text) => el("li", text))
        )
      )
    ];
    draw();
    const node = el("div.page.home", el("div.head", el("h1", data.title), el("span.push"), box2), place, ...rest);
    return { title: data.title, node, start: () => {
    } };
  };
  var step = (offset) => {
    const stops = (
      /** @type {HTMLElement[]} */
      [...document.querySelectorAll("#main [data-stop]")]
    );
    const here = (
      /** @type {HTMLElement | null | undefined} */
      document.activeElement?.closest("[data-stop]")
    );
    stops[here ? stops.indexOf(here) + offset : 0]?.focus();
  };
  start2({
    title: "polyhead",
    home: "#/",
    data: "home",
    open: (value) => data = value,
    route: () => ({ kind: "home", make: page2 }),
    bar: () => ({
      left: [
        el(
          "nav",
          { "aria-label": "Kinds of pages" },
          KINDS.filter(([kind]) => data.entries.some((e) => e.kind === kind)).map(
            ([kind, title]) => el("a", { href: "#/", onclick: () => document.getElementById(`kind-${kind}`)?.scrollIntoView() }, title)
          )
        )
      ]
    }),
    keepScroll: true,
    keys: {
      "/": () => search(),
      j: () => step(1),
      k: () => step(-1),
      Enter: () => (
        /** @type {HTMLElement | null | undefined} */
        document.activeElement?.querySelector(".home-link")?.click()
      )
    },
    help: () => [
      ["/", "search"],
      ["j  k", "next, previous folder of pages"],
      ["Enter", "open it"]
    ]
  });
})();
