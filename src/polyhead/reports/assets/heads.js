/*! polyhead, heads pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all2) => {
    for (var name in all2)
      __defProp(target, name, { get: all2[name], enumerable: true });
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
  var segmented = (label2, options2, current2, choose2) => {
    const group = el("div", { class: "segmented", role: "group", "aria-label": label2 });
    const show3 = (value) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
    };
    for (const [value, text2, hint] of options2) {
      group.append(
        el(
          "button",
          {
            type: "button",
            "data-value": value,
            title: hint,
            onclick: () => {
              show3(value);
              choose2(value);
            }
          },
          text2
        )
      );
    }
    show3(current2);
    return group;
  };
  var announce = (text2) => {
    document.getElementById("announce").textContent = text2;
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
  var attach = (node, make3) => {
    const open = (x, y) => {
      const content = make3();
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
    const promise2 = new Promise((resolve, reject) => {
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
    promises.set(key, promise2);
    const pages = [...promises.keys()].filter((k) => k.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise2;
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
  var text = (x, y, content, attributes) => svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color("muted"), ...attributes }, content);
  var frame = (box3, x, y, { xTitle, yTitle }) => {
    const g = svg("g", { class: "axes" });
    for (const t of y.ticks) {
      g.append(
        svg("line", { x1: box3.left, x2: box3.right, y1: y(t), y2: y(t), stroke: color("line"), "stroke-width": 1 })
      );
      g.append(text(box3.left - 7, y(t) + 4, y.text(t), { "text-anchor": "end" }));
    }
    for (const t of x.ticks) {
      g.append(svg("line", { x1: x(t), x2: x(t), y1: box3.bottom, y2: box3.bottom + 4, stroke: color("muted") }));
      g.append(text(x(t), box3.bottom + 17, x.text(t), { "text-anchor": "middle" }));
    }
    g.append(svg("line", { x1: box3.left, x2: box3.right, y1: box3.bottom, y2: box3.bottom, stroke: color("muted") }));
    if (xTitle)
      g.append(
        text((box3.left + box3.right) / 2, box3.bottom + 36, xTitle, { "text-anchor": "middle", fill: color("ink") })
      );
    if (yTitle)
      g.append(
        text(0, 0, yTitle, {
          "text-anchor": "middle",
          fill: color("ink"),
          transform: `translate(${box3.left - 46} ${(box3.top + box3.bottom) / 2}) rotate(-90)`
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
  var headShape = (head, nHeads) => head >= nHeads ? "circle" : SHAPES[Math.floor(head / N_HUES) % SHAPES.length];
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
    const [path2, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
    return { parts: path2.split("/").filter(Boolean).map(decodeURIComponent), query: query || "" };
  };
  var drawBar = (where2) => {
    const button = (id, text2, label2, key, onclick) => el(
      "button",
      { type: "button", class: "quiet", id, "aria-label": label2, title: `${label2} (${key})`, onclick },
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
    const box3 = document.getElementById("search");
    box3?.focus();
    box3?.select();
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
  var chips = (list) => el("span", { class: "chips" }, list.map(chip));

  // src/heads/names.js
  var N_HUES2 = 8;
  var REST = /* @__PURE__ */ new Set(["none of the rules", "unknown", "rest"]);
  var headLink = (name, extra) => el("a", { href: `#/head/${name}`, class: "head-name", ...extra }, name);
  var unitLink = (family, unit, text2) => el("a", { href: `#/unit/${family}/${unit}` }, text2 ?? String(unit));
  var sectionCard = (id, title, hint, ...content) => el(
    "section",
    { class: "card", id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    hint && el("p", { class: "hint" }, hint),
    content.flat(9)
  );
  var sentence = (text2) => text2.split(/(`[^`]*`|\bL\d+H\d+\b)/).map(
    (part) => /^L\d+H\d+$/.test(part) ? headLink(part) : /^`[^`]*`$/.test(part) ? chip(part.slice(1, -1)) : part
  );
  var plain2 = (name) => name.replace(/_/g, " ");
  var palette = (behaviours) => {
    let next = 0;
    const at = /* @__PURE__ */ new Map();
    for (const name of behaviours) at.set(name, name === "inactive" ? -1 : next++);
    const one = (name) => {
      if (REST.has(name)) return { a: "var(--card)", b: "var(--muted)", step: 5 };
      const place2 = at.get(name);
      if (place2 === void 0 || place2 < 0) return { a: "var(--identity)", b: "var(--identity)", step: 5 };
      const hue3 = `var(--hue-${place2 % N_HUES2})`;
      return { a: hue3, b: place2 >= N_HUES2 ? "var(--card)" : hue3, step: 3 };
    };
    const ofClass = (name) => {
      const parts2 = name.split(" + ");
      if (parts2.length === 1) return one(name);
      return { a: one(parts2[0]).a, b: one(parts2[1]).a, step: 4 };
    };
    const vars = (name) => {
      const { a, b, step } = ofClass(name);
      return { "--a": a, "--b": b, "--step": `${step}px` };
    };
    const both = (name) => {
      const { a, b } = REST.has(name) ? { a: "var(--raised)", b: "var(--raised)" } : ofClass(name);
      return [a, b].map((v) => color(v.slice(6, -1)));
    };
    return { vars, both };
  };

  // src/heads/plots.js
  var boxOf = (width, height) => ({ left: 58, right: width - 14, top: 12, bottom: height - 44 });
  var chart = (label2, width, height) => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label2, class: "plot" });
  var path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  var lines2 = (series, { label: label2, xTitle, yTitle, width = 520, height = 260, reverse = false, zero = true, tell }) => {
    const node = chart(label2, width, height), box3 = boxOf(width, height);
    const xs = series.flatMap((s) => s.points.map((p) => p[0]));
    const ys = series.flatMap((s) => [...s.points.map((p) => p[1]), ...(s.band || []).flatMap((b) => [b[1], b[2]])]);
    const ends = reverse ? [box3.right, box3.left] : [box3.left, box3.right];
    const x = linear(Math.min(...xs), Math.max(...xs), ...ends, { nice: false });
    const y = linear(Math.min(...ys), Math.max(...ys), box3.bottom, box3.top, { zero });
    node.append(frame(box3, x, y, { xTitle, yTitle }));
    for (const s of series) {
      if (s.band) {
        const up = s.band.map((b) => [x(b[0]), y(b[2])]), down = s.band.map((b) => [x(b[0]), y(b[1])]).reverse();
        node.append(svg("path", { d: `${path([...up, ...down])}Z`, fill: s.color, opacity: 0.18 }));
      }
      node.append(
        svg("path", {
          d: path(s.points.map((p) => [x(p[0]), y(p[1])])),
          fill: "none",
          stroke: s.color,
          "stroke-width": 1.8,
          "stroke-dasharray": s.dash
        })
      );
      for (const p of s.points) {
        const dot = svg("circle", { cx: x(p[0]), cy: y(p[1]), r: 3.2, fill: s.color, class: "dot" });
        attach(dot, () => tell(s, p));
        node.append(dot);
      }
    }
    return node;
  };
  var stacked = (xs, layers, { label: label2, xTitle, yTitle, xText, width = 520, height = 280, tell }) => {
    const node = chart(label2, width, height), box3 = boxOf(width, height);
    const x = linear(xs[0], xs[xs.length - 1], box3.left, box3.right, { nice: false });
    const y = linear(0, 1, box3.bottom, box3.top);
    if (xText) x.text = xText;
    const base = xs.map(() => 0);
    const defs = svg("defs", {});
    node.append(defs);
    const fillOf = ([a, b], i) => {
      if (a === b) return a;
      const id = `stripes-${i}`;
      defs.append(
        svg(
          "pattern",
          { id, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          svg("rect", { width: 4, height: 8, fill: a }),
          svg("rect", { x: 4, width: 4, height: 8, fill: b })
        )
      );
      return `url(#${id})`;
    };
    for (const [i, one] of layers.entries()) {
      const low = base.map((v, i2) => [x(xs[i2]), y(v)]);
      one.values.forEach((v, i2) => {
        base[i2] += v;
      });
      const high = base.map((v, i2) => [x(xs[i2]), y(v)]);
      const area = svg("path", {
        d: `${path([...high, ...low.reverse()])}Z`,
        fill: fillOf(one.colors, i),
        stroke: color("card"),
        "stroke-width": 1,
        class: "area"
      });
      attach(area, () => tell(one));
      node.append(area);
      const size = Math.max(...one.values), at = one.values.indexOf(size);
      if (size > 0.12)
        node.append(
          text(Math.min(box3.right - 4, Math.max(box3.left + 4, x(xs[at]))), y(base[at] - size / 2) + 4, one.short, {
            "text-anchor": at < xs.length / 3 ? "start" : at > 2 * xs.length / 3 ? "end" : "middle",
            fill: color("ink"),
            stroke: color("card"),
            "stroke-width": 3,
            "paint-order": "stroke",
            class: "on-area",
            "pointer-events": "none"
          })
        );
    }
    node.append(frame(box3, x, y, { xTitle, yTitle }));
    return node;
  };
  var histogram = (bins, { label: label2, xTitle, width = 420, height = 220, log = true, even = true, text: text2 }) => {
    const node = chart(label2, width, height), box3 = boxOf(width, height);
    const shown2 = (n) => log ? Math.log10(1 + n) : n;
    const x = even ? linear(0, bins.length, box3.left, box3.right, { nice: false }) : linear(bins[0][0], bins[bins.length - 1][1], box3.left, box3.right, { nice: false });
    const y = linear(0, Math.max(1e-9, ...bins.map((b) => shown2(b[2]))), box3.bottom, box3.top, { zero: true });
    if (log) {
      y.ticks = [...Array(8).keys()].filter((p) => p <= y.high);
      y.text = (t) => t ? `1e${t}` : "0";
    }
    if (even) {
      const every = Math.max(1, Math.ceil(bins.length / 6));
      x.ticks = bins.map((_, i) => i).filter((i) => i % every === 0);
      x.text = (i) => num(bins[i][0], 2);
    }
    node.append(frame(box3, x, y, { xTitle, yTitle: log ? "count (log)" : "share" }));
    bins.forEach(([low, high, n], i) => {
      if (!n) return;
      const [from, to] = even ? [x(i), x(i + 1)] : [x(low), x(high)];
      const bar3 = svg("rect", {
        x: from + 0.5,
        y: y(shown2(n)),
        width: Math.max(1, to - from - 1),
        height: Math.max(1, box3.bottom - y(shown2(n))),
        fill: color(high <= 0 && low < 0 ? "minus" : "key")
      });
      attach(bar3, () => text2(low, high, n));
      node.append(bar3);
    });
    return node;
  };

  // src/heads/ablation.js
  var effects = (a) => {
    const change = (v, clean, digits) => v === clean ? "" : `${v > clean ? "+" : "−"}${Math.abs(v - clean).toFixed(digits)}`;
    return el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": `Effects on ${a.templates}` },
      el(
        "table",
        { class: "scores effects" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["What is replaced", "Top-1", "Probability", "change", "Logit", "change"].map(
              (t, i) => el("th", { scope: "col", class: i ? "number" : null }, t)
            )
          )
        ),
        el(
          "tbody",
          {},
          [a.clean, ...a.effects].map(
            (e, i) => el(
              "tr",
              { class: i ? null : "clean" },
              el("td", {}, e[0]),
              el("td", { class: "number" }, percent(e[1])),
              el("td", { class: "number" }, e[2].toFixed(3)),
              el("td", { class: "number faint" }, i ? change(e[2], a.clean[2], 3) : ""),
              el("td", { class: "number" }, num(e[3], 4)),
              el("td", { class: "number faint" }, i ? change(e[3], a.clean[3], 2) : "")
            )
          )
        )
      )
    );
  };
  var sweep = (a) => {
    if (!a.sweep.some((s) => s[0] > 0 && (s[2] || s[3] || s[4]))) return null;
    const points = a.sweep.map((s) => [s[0], s[2]]);
    const tokens = new Map(a.sweep.map((s) => [s[0], s]));
    return lines2([{ name: "fall", color: color("hue-0"), points, band: a.sweep.map((s) => [s[0], s[3], s[4]]) }], {
      label: `Fall of the answer's probability by position, ${a.templates}`,
      xTitle: "tokens behind the ablated position (0: the last)",
      yTitle: "fall of probability",
      reverse: true,
      width: 520,
      height: 250,
      tell: (_, p) => {
        const s = tokens.get(p[0]);
        return [
          el("strong", {}, p[0] ? `${p[0]} tokens back` : "last position"),
          lines(
            ["commonest token", chip(s[1])],
            ["mean fall", num(s[2])],
            ["10 % to 90 % of prompts", `${num(s[3])} to ${num(s[4])}`]
          )
        ];
      }
    });
  };
  var WAYS = { "bos-row": "row on BOS", "mean-row": "mean row", "zero-output": "output zero" };
  var MOST = 10;
  var rankWords = (by, n) => `rank ${Object.entries(by).map(([kind, place2]) => `${place2} by ${WAYS[kind] || kind}`).join(", ")} of ${n}`;
  var ranks = (a, own) => {
    const body = el("tbody", {});
    const heads = a.ranked_by.map(
      (kind, k) => el(
        "th",
        { scope: "col", class: "number" },
        el(
          "button",
          {
            type: "button",
            class: "sorter",
            onclick: () => show3(k),
            title: `Sort by the fall with ${WAYS[kind] || kind}`
          },
          `${WAYS[kind] || kind}`
        )
      )
    );
    const show3 = (by) => {
      heads.forEach((th, k) => {
        if (k === by) th.setAttribute("aria-sort", "descending");
        else th.removeAttribute("aria-sort");
      });
      const rows = a.ranks.filter(([name, , places]) => name === own || places[by] <= MOST).sort((x, y) => y[1][by] - x[1][by]);
      body.replaceChildren(
        ...rows.map(
          ([name, falls, places]) => el(
            "tr",
            { class: name === own ? "here" : null },
            el("td", {}, headLink(name)),
            falls.map(
              (v, k) => el("td", { class: "number" }, `${fixed(v, 3)} `, el("span", { class: "place" }, String(places[k])))
            )
          )
        )
      );
    };
    show3(0);
    return el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": `Ranks on ${a.templates}` },
      el(
        "table",
        { class: "scores ranks" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Head"), heads)),
        body
      )
    );
  };
  var section = (a, own) => {
    const line = sweep(a);
    return el(
      "details",
      { class: "ablation", open: true },
      el(
        "summary",
        {},
        el("strong", {}, a.templates),
        ` ${a.about} `,
        el("span", { class: "faint" }, `${a.n_prompts} prompts; ${rankWords(a.rank_by, a.n_heads)}`)
      ),
      a.notes.map((n) => el("p", { class: "hint" }, n)),
      el(
        "div",
        { class: "ablation-parts" },
        effects(a),
        el(
          "div",
          {},
          line && [
            el("h3", {}, "Ablated at one position after the other"),
            el("p", { class: "hint" }, "Mean over prompts; the band holds 80 % of them."),
            line
          ]
        ),
        el(
          "div",
          {},
          el("h3", {}, "Every head ablated in turn, last position"),
          el(
            "p",
            { class: "hint" },
            "Fall of the answer's probability, and rank among all heads in grey. ",
            a.ranked_by.length > 1 && "A row on BOS also brings in what the head reads there: a head that costs much only in that way is not needed here."
          ),
          ranks(a, own)
        ),
        el(
          "div",
          {},
          el("h3", {}, "Some prompts"),
          el(
            "ul",
            { class: "prompts" },
            a.examples.slice(0, 3).map(([prompt, answer]) => el("li", {}, chip(prompt), el("span", { class: "faint" }, " → "), chip(answer)))
          )
        )
      )
    );
  };

  // src/heads/mix.js
  var REST2 = "none of the rules";
  var bar = (palette2, parts2, { least = 2e-3, label: label2 = null } = {}) => el(
    "div",
    { class: "mix", role: "img", "aria-label": label2 },
    parts2.filter(([, share]) => share >= least).map(([name, share]) => {
      const piece = el("span", { class: "piece", vars: { "--size": share, ...palette2.vars(name) } });
      return attach(piece, () => `${plain2(name)}: ${percent(share)}`);
    })
  );
  var words = (parts2, most = 3) => parts2.slice().sort((a, b) => b[1] - a[1]).slice(0, most).filter(([, v]) => v >= 5e-3).map(([n, v]) => `${plain2(n)} ${percent(v)}`).join(", ");
  var legend = (palette2, behaviours, extra = [[REST2, "keys that no rule claims"]]) => el(
    "div",
    { class: "legend", "aria-label": "Colours of behaviours" },
    [...behaviours.map((b) => [b.name, b.words]), ...extra].map(
      ([name, meaning]) => attach(
        el(
          "span",
          { class: "note", tabindex: "0" },
          el("span", { class: "piece sample", vars: palette2.vars(name) }),
          plain2(name)
        ),
        () => el("p", {}, meaning)
      )
    )
  );
  var massParts = (rows, i) => rows.mass[i].map((v, b) => [rows.behaviours[b]?.name ?? REST2, v]);
  var classParts = (rows, i) => rows.shares[i].map(([c, v]) => [rows.classes[c], v]).sort((a, b) => rows.classes.indexOf(a[0]) - rows.classes.indexOf(b[0]));
  var all = (data2, palette2, by) => {
    const parts2 = by === "mass" ? massParts : classParts;
    const layers = /* @__PURE__ */ new Map();
    data2.heads.forEach(([layer2, head], i) => {
      if (!layers.has(layer2)) layers.set(layer2, []);
      layers.get(layer2).push([head, i]);
    });
    return el(
      "div",
      { class: "layers" },
      [...layers].map(
        ([layer2, heads]) => el(
          "section",
          { class: "layer", "aria-label": `Layer ${layer2}` },
          el("h3", {}, `Layer ${layer2}`),
          heads.map(([head, i]) => {
            const list = parts2(data2.rows, i);
            return el(
              "div",
              { class: "mix-line" },
              headLink(`L${layer2}H${head}`),
              bar(palette2, list, { label: `L${layer2}H${head}: ${words(list)}` })
            );
          })
        )
      )
    );
  };

  // src/heads/inspector.js
  var rowsOf = (w) => {
    const n = w.tokens.length, rows = Array.from({ length: n }, () => []);
    w.flat.forEach((flat, i) => {
      rows[Math.floor(flat / n)].push([flat % n, w.values[i], w.codes[i] ?? 0]);
    });
    return rows;
  };
  var map = (w, rows, pick) => {
    const n = w.tokens.length, size = Math.max(2, Math.min(4, Math.floor(320 / n)));
    const canvas = el("canvas", { width: n * size, height: n * size, class: "attention", "aria-hidden": "true" });
    const draw2 = (query) => {
      const context = canvas.getContext("2d");
      const rgb = color("key-rgb").split(/\s+/);
      context.fillStyle = color("card");
      context.fillRect(0, 0, n * size, n * size);
      context.fillStyle = color("raised");
      for (let q = 0; q < n; q++) context.fillRect((q + 1) * size, q * size, (n - q - 1) * size, size);
      rows.forEach((row, q) => {
        for (const [k, v] of row) {
          context.fillStyle = `rgb(${rgb.join(" ")} / ${0.06 + 0.94 * v})`;
          context.fillRect(k * size, q * size, size, size);
        }
      });
      context.strokeStyle = color("plus");
      context.lineWidth = 1;
      if (query !== null) context.strokeRect(0.5, query * size + 0.5, n * size - 1, size);
    };
    const at = (e) => {
      const box3 = canvas.getBoundingClientRect();
      return Math.min(n - 1, Math.max(0, Math.floor((e.clientY - box3.top) / box3.height * n)));
    };
    canvas.addEventListener("click", (e) => pick(at(e)));
    return { canvas, draw: draw2 };
  };
  var panel = (name, data2, palette2, given, changed) => {
    const { windows, behaviours, classes } = data2;
    const state = {
      w: Math.min(windows.length - 1, Math.max(0, Number(given.get("w")) || 0)),
      q: given.has("q") ? Number(given.get("q")) : null
    };
    const names = [...behaviours, REST2];
    const place2 = el("div", { class: "inspector" });
    let drawn = null, tokens = [], rows = [];
    const claims = (code) => behaviours.filter((_, i) => code >> i & 1);
    const hasRules = behaviours.length > 0;
    const detail = (w, q) => {
      if (q === null) return el("p", { class: "hint" }, "Click a token, or use ← and →, to see where it attends.");
      const row = rows[q].slice().sort((a, b) => b[1] - a[1]);
      const m = names.length, mass = w.mass.length ? w.mass.slice(q * m, (q + 1) * m).map((v) => v / 1e3) : null;
      const className = w.classes.length ? w.classes[q] < 0 ? "not counted (BOS)" : classes[w.classes[q]] : null;
      const kept = row.reduce((sum, r) => sum + r[1], 0);
      return el(
        "div",
        {},
        el(
          "p",
          {},
          chip(w.tokens[q]),
          ` at ${q} of sequence ${w.sequence}`,
          className && [": ", el("strong", { class: "row-class" }, plain2(className))]
        ),
        mass && [
          bar(
            palette2,
            names.map((b, i) => [b, mass[i]]),
            { label: "Which rule claims what of the row" }
          ),
          el(
            "p",
            { class: "hint" },
            words(
              names.map((b, i) => [b, mass[i]]),
              5
            )
          )
        ],
        el(
          "ol",
          { class: "keys-list" },
          row.map(
            ([k, v, code]) => el(
              "li",
              {},
              el("span", { class: "value" }, percent(v)),
              el("span", { class: "value" }, q === k ? "itself" : `${q - k} back`),
              chip(w.tokens[k]),
              hasRules && el("span", { class: "faint" }, claims(code).map(plain2).join(", ") || "no rule")
            )
          )
        ),
        kept < 0.985 && el(
          "p",
          { class: "hint" },
          `${percent(1 - kept)} lies on keys not kept (outside the largest, or under the limit).`
        )
      );
    };
    const side = el("div", { class: "row-detail", "aria-live": "polite" });
    const show3 = () => {
      const w = windows[state.w], q = state.q;
      const weight = new Map(q === null ? [] : rows[q].map(([k, v, code]) => [k, [v, code]]));
      tokens.forEach((node2, i) => {
        const found = weight.get(i);
        node2.style.setProperty("--f", found ? 0.08 + 0.92 * found[0] : 0);
        node2.classList.toggle("peak", i === q);
        node2.classList.toggle("later", q !== null && i > q);
        const first = found ? behaviours.find((_, b) => found[1] >> b & 1) : null;
        const mark2 = q === null ? w.classes.length && w.classes[i] >= 0 ? classes[w.classes[i]] : null : first;
        node2.classList.toggle("marked", Boolean(mark2));
        if (mark2) for (const [k, v] of Object.entries(palette2.vars(mark2))) node2.style.setProperty(k, v);
      });
      side.replaceChildren(detail(w, q));
      drawn.draw(q);
    };
    const pick = (q) => {
      state.q = q === state.q ? null : q;
      changed(state);
      show3();
    };
    const open = () => {
      const w = windows[state.w];
      rows = rowsOf(w);
      if (state.q !== null && !(state.q >= 0 && state.q < w.tokens.length)) state.q = null;
      drawn = map(w, rows, pick);
      tokens = w.tokens.map((t, i) => {
        const node2 = el("span", {
          class: "tok pickable",
          "data-at": i,
          vars: { "--f": 0, "--z": 0 },
          onclick: () => pick(i)
        });
        fill2(node2, t, false);
        return node2;
      });
      const line = el("div", { class: "flow", role: "group", "aria-label": `Tokens of window ${state.w + 1}` });
      w.tokens.forEach((t, i) => {
        line.append(tokens[i]);
        if (t.includes("\n") && i + 1 < w.tokens.length) line.append(el("br"));
      });
      place2.replaceChildren(
        el("div", { class: "inspector-text" }, line),
        el("div", { class: "inspector-side" }, drawn.canvas, side)
      );
      show3();
    };
    const options2 = windows.map((w, i) => [
      i,
      `${i + 1}: part ${w.interval}, largest weight ${w.max_activation === null ? "–" : num(w.max_activation, 2)}, sequence ${w.sequence}`
    ]);
    const choose2 = el(
      "select",
      {
        id: "window",
        "aria-label": "Window",
        onchange: (e) => {
          state.w = Number(e.target.value);
          state.q = null;
          changed(state);
          open();
        }
      },
      options2.map(([v, t]) => el("option", { value: v }, t))
    );
    choose2.value = state.w;
    const step = (by) => {
      state.w = Math.min(windows.length - 1, Math.max(0, state.w + by));
      choose2.value = state.w;
      state.q = null;
      changed(state);
      open();
    };
    const move = (by) => {
      const n = windows[state.w].tokens.length;
      state.q = state.q === null ? by > 0 ? 0 : n - 1 : Math.min(n - 1, Math.max(0, state.q + by));
      changed(state);
      show3();
      tokens[state.q].scrollIntoView({ block: "nearest" });
    };
    const strongest = segmented(
      "Window",
      [
        ["-1", "‹ window", "Previous window (,)"],
        ["1", "window ›", "Next window (.)"]
      ],
      "",
      (v) => step(Number(v))
    );
    const node = el(
      "section",
      { class: "card", id: "rows", "aria-labelledby": "rows-title" },
      el("div", { class: "head" }, el("h2", { id: "rows-title" }, `Rows of ${name} in text`), choose2, strongest),
      el(
        "p",
        { class: "hint" },
        hasRules ? "Underlines are the class of each row; with a query picked, shade is its attention and underlines are the first rule that claims the key. The picture has queries down, keys across." : "With a query picked, shade is its attention. The picture has queries down, keys across."
      ),
      place2
    );
    return {
      node,
      open,
      keys: { ArrowRight: () => move(1), ArrowLeft: () => move(-1), ".": () => step(1), ",": () => step(-1) }
    };
  };

  // src/shared/export.js
  var download = (href, name) => {
    const link = el("a", { href, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  };
  var source = (chart2) => {
    const copy = chart2.cloneNode(true);
    const w = chart2.clientWidth, h = chart2.clientHeight;
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
  var blobUrl = (parts2, type) => URL.createObjectURL(new Blob(parts2, { type }));
  var saveSvg = (chart2, name) => download(blobUrl([source(chart2)], "image/svg+xml"), `${name}.svg`);
  var savePng = (chart2, name) => {
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * chart2.clientWidth, height: 2 * chart2.clientHeight });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      context.drawImage(image, 0, 0);
      canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source(chart2))}`;
  };
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

  // src/heads/scatter.js
  var options = (scores, chosen) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const s of scores) groups2.set(s.group, [...groups2.get(s.group) || [], s]);
    return [...groups2].map(
      ([group, list]) => el(
        "optgroup",
        { label: group },
        list.map((s) => el("option", { value: s.key, selected: s.key === chosen || null }, s.title))
      )
    );
  };
  var look = (layer2) => ({ fill: color(`hue-${layer2 % 8}`), shape: headShape(layer2, 1e9) });
  var draw = (data2, xs, ys, { width, height, marked, least }) => {
    const box3 = { left: 64, right: width - 16, top: 14, bottom: height - 46 };
    const node = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${ys.title} against ${xs.title}, one mark a head`
    });
    const there = data2.heads.map((_, i) => i).filter((i) => xs.values[i] !== null && ys.values[i] !== null);
    const range = (s) => {
      const v = there.map((i) => s.values[i]);
      return v.length ? [Math.min(...v), Math.max(...v)] : [0, 1];
    };
    const x = linear(...range(xs), box3.left, box3.right), y = linear(...range(ys), box3.bottom, box3.top);
    node.append(frame(box3, x, y, { xTitle: xs.title, yTitle: ys.title }));
    const extreme = /* @__PURE__ */ new Set();
    const score = (i) => {
      const part = (s, v) => {
        const [low, high] = range(s);
        return high > low ? (v - low) / (high - low) : 0;
      };
      return Math.max(part(xs, xs.values[i]), part(ys, ys.values[i]));
    };
    for (const i of there.slice().sort((a, b) => score(b) - score(a)).slice(0, least))
      extreme.add(i);
    const taken = [];
    const marks = there.map((i) => [i, x(xs.values[i]), y(ys.values[i])]);
    const free = (i, px, py) => !marks.some(([j, mx, my]) => j !== i && mx > px && mx < px + 44 && Math.abs(my - py) < 8);
    for (const i of there) {
      const [layer2, head] = data2.heads[i], name = `L${layer2}H${head}`;
      const { fill: fill3, shape } = look(layer2);
      const at = [x(xs.values[i]), y(ys.values[i])];
      const mark2 = svg("path", {
        d: shapePath(shape, at[0], at[1], marked === name ? 7 : 4.6),
        fill: fill3,
        stroke: marked === name ? color("ink") : color("card"),
        "stroke-width": marked === name ? 2 : 0.8,
        class: "dot"
      });
      const link = svg("a", { href: `#/head/${name}`, "aria-label": name }, mark2);
      attach(link, () => [
        el("strong", {}, name),
        lines([xs.title, num(xs.values[i])], [ys.title, num(ys.values[i])])
      ]);
      node.append(link);
      if (extreme.has(i) && free(i, at[0], at[1]) && !taken.some((t) => Math.abs(t[0] - at[0]) < 40 && Math.abs(t[1] - at[1]) < 13)) {
        taken.push(at);
        const right = at[0] > box3.right - 50;
        node.append(
          text(at[0] + (right ? -8 : 8), at[1] + 4, name, {
            "text-anchor": right ? "end" : "start",
            "font-size": 11,
            "pointer-events": "none"
          })
        );
      }
    }
    return node;
  };
  var legend2 = (data2) => {
    const layers = [...new Set(data2.heads.map((h) => h[0]))];
    return el(
      "div",
      { class: "legend tight" },
      layers.map((layer2) => {
        const { fill: fill3, shape } = look(layer2);
        return el(
          "span",
          { class: "note" },
          svg(
            "svg",
            { width: 14, height: 14, "aria-hidden": "true" },
            svg("path", { d: shapePath(shape, 7, 7, 5), fill: fill3 })
          ),
          layers.length > 12 ? String(layer2) : `layer ${layer2}`
        );
      })
    );
  };
  var panel2 = (data2, state, changed) => {
    const find = (key) => data2.scores.find((s) => s.key === key);
    const place2 = el("div", { class: "scatter-place" }), words2 = el("p", { class: "hint" });
    const redraw = () => {
      const xs = find(state.x), ys = find(state.y);
      place2.replaceChildren(
        draw(data2, xs, ys, { width: Math.max(320, place2.clientWidth || 640), height: 400, least: 10 })
      );
      words2.replaceChildren(
        el("strong", {}, `${xs.title}: `),
        xs.definition,
        " ",
        el("strong", {}, `${ys.title}: `),
        ys.definition
      );
    };
    const select = (axis, name) => el(
      "label",
      {},
      `${name} `,
      el(
        "select",
        {
          id: `scatter-${axis}`,
          onchange: (e) => {
            state[axis] = e.target.value;
            changed();
            redraw();
          }
        },
        options(data2.scores, state[axis])
      )
    );
    const node = el(
      "section",
      { class: "card", id: "scatter", "aria-labelledby": "scatter-title" },
      el(
        "div",
        { class: "head" },
        el("h2", { id: "scatter-title" }, "Any two scores"),
        select("y", "Up"),
        select("x", "Across"),
        el("span", { class: "push" }),
        buttons(() => place2.querySelector("svg"), "heads-scatter")
      ),
      words2,
      place2,
      legend2(data2)
    );
    return { node, redraw };
  };

  // src/heads/overview.js
  var DEFAULTS = [
    ["mass_entropy", "entropy", 0],
    ["induction_unigram", "induction_score", 1]
  ];
  var example = (e) => el(
    "li",
    { class: "row-example" },
    el("span", { class: "faint" }, headLink(`L${e.layer}H${e.head}`), ` sequence ${e.sequence}, position ${e.query}`),
    el(
      "span",
      { class: "flow" },
      e.tokens.map((t, i) => {
        const key = e.keys.find((k) => k[0] === e.start + i);
        const node = el("span", {
          class: `tok${i === e.tokens.length - 1 ? " peak" : ""}`,
          vars: { "--f": key ? 0.1 + 0.9 * key[2] : 0, "--z": 0 }
        });
        fill2(node, t, false);
        if (key) attach(node, () => `position ${key[0]}: ${percent(key[2])} of the row`);
        return node;
      }),
      e.keys.filter((k) => k[0] >= 0 && k[0] < e.start).map((k) => [el("span", { class: "faint" }, ` ${percent(k[2])} on position ${k[0]} `), chip(k[1])])
    )
  );
  var proposals = (list, only) => list.map((p) => {
    const own = only ? p.examples.filter((e) => `L${e.layer}H${e.head}` === only) : p.examples;
    return el(
      "details",
      { class: "proposal" },
      el(
        "summary",
        {},
        el("strong", {}, percent(p.share)),
        ` of unknown rows look at ${p.words} `,
        el(
          "span",
          { class: "faint" },
          p.heads.slice(0, 5).map(([name, n]) => [headLink(name), ` (${n}) `])
        )
      ),
      el("ul", {}, (own.length ? own : p.examples).map(example))
    );
  });
  var mixCard = (data2, colours) => {
    const place2 = el("div", {}), bars = (by) => place2.replaceChildren(all(data2, colours, by));
    bars("mass");
    return sectionCard(
      "mix",
      "What every head does",
      null,
      el(
        "div",
        { class: "head" },
        el(
          "p",
          { class: "hint" },
          `Over ${count(data2.rows.n_rows)} rows a head. Mass: every key is given to the first rule that claims it. Rows: the one or two behaviours that hold ${percent(data2.rows.threshold)} of a row; stripes are two together.`
        ),
        segmented(
          "Mix of",
          [
            ["mass", "mass"],
            ["rows", "rows"]
          ],
          "mass",
          bars
        )
      ),
      legend(colours, data2.rows.behaviours, [
        ["none of the rules", "Keys that no rule claims, or rows that no one or two behaviours explain."]
      ]),
      place2
    );
  };
  var ablatedCard = (data2) => {
    const sets = [...new Set(data2.ablated.map((a) => a.templates))];
    const heads = [...new Set(data2.ablated.map((a) => a.head))].sort(
      (a, b) => a.localeCompare(b, "en", { numeric: true })
    );
    const find = (head, set) => data2.ablated.find((a) => a.head === head && a.templates === set);
    const first = (set) => data2.ablated.find((a) => a.templates === set);
    const more = data2.ablated.some((a) => Object.keys(a.rank_by).length > 1);
    const cell = (a) => a ? [
      el("td", { class: "number" }, percent(a.ablated[0])),
      el("td", { class: "number" }, a.ablated[1].toFixed(3)),
      el(
        "td",
        { class: "number" },
        Object.values(a.rank_by).map((place2, i) => [
          i > 0 && el("span", { class: "faint" }, " · "),
          el("span", { class: place2 <= 3 ? "place top" : "place" }, String(place2))
        ])
      )
    ] : [el("td", {}), el("td", {}), el("td", {})];
    return sectionCard(
      "ablated",
      "Ablated heads",
      `The head's row at the last position put on BOS: top-1 rate and mean probability of the answer, and the head's rank among all ${data2.heads.length} heads by the fall of probability${more ? ": by its row on BOS · its mean row · its output zeroed" : ""}.`,
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ablated heads" },
        el(
          "table",
          { class: "scores" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              el("th", {}, ""),
              sets.map(
                (set) => el("th", { scope: "colgroup", colspan: "3", class: "set" }, `${set}, ${first(set).n_prompts} prompts`)
              )
            ),
            el(
              "tr",
              {},
              el("th", { scope: "col" }, "Head"),
              sets.map(() => ["Top-1", "Probability", "Rank"].map((t) => el("th", { scope: "col", class: "number" }, t)))
            )
          ),
          el(
            "tbody",
            {},
            el(
              "tr",
              { class: "clean" },
              el("td", {}, "clean"),
              sets.map((set) => [
                el("td", { class: "number" }, percent(first(set).clean[0])),
                el("td", { class: "number" }, first(set).clean[1].toFixed(3)),
                el("td", {})
              ])
            ),
            heads.map(
              (head) => el(
                "tr",
                {},
                el("td", {}, headLink(head)),
                sets.map((set) => cell(find(head, set)))
              )
            )
          )
        )
      )
    );
  };
  var hue = (h, all2) => h < all2.length - 1 ? `var(--hue-${h % 8})` : "var(--identity)";
  var dictionaries = (data2) => sectionCard(
    "dictionaries",
    "Dictionaries of a run",
    "Energy of each dictionary by the head it goes through (squared loadings); grey is the identity head. Names lead to the latents.",
    el(
      "div",
      { class: "legend tight" },
      data2.dictionaries[0].loading_share.map(
        (_, h, all2) => el(
          "span",
          { class: "note" },
          el("span", {
            class: "piece sample",
            vars: {
              "--a": hue(h, all2),
              "--b": h >= 8 && h < all2.length - 1 ? "var(--card)" : hue(h, all2),
              "--step": "3px"
            }
          }),
          h < all2.length - 1 ? `H${h}` : "identity"
        )
      )
    ),
    data2.dictionaries.map((d) => {
      const href = (head) => `${data2.report}/index.html#/d/${encodeURIComponent(d.name)}${head === null ? "" : `?head=${head}`}`;
      const n = d.loading_share.length - 1;
      return el(
        "div",
        { class: "dictionary" },
        el("a", { href: href(null) }, d.name),
        el(
          "span",
          { class: "faint" },
          ` layer ${d.layer}, ${count(d.n_latents)} latents; ${percent(d.energy_of_pure)} of energy in latents of fewer than 1.5 effective heads`
        ),
        el(
          "div",
          { class: "mix tall" },
          d.loading_share.map(
            (share, h) => attach(
              el("a", {
                class: "piece",
                href: href(h),
                "aria-label": h < n ? `Latents of L${d.layer}H${h}` : "Latents of the identity head",
                vars: {
                  "--size": share,
                  "--a": h < n ? `var(--hue-${h % 8})` : "var(--identity)",
                  "--b": h < n ? h >= 8 ? "var(--card)" : `var(--hue-${h % 8})` : "var(--identity)",
                  "--step": "3px"
                }
              }),
              () => `${h < n ? `L${d.layer}H${h}` : "identity"}: ${percent(share)} of energy, main head of ${count(d.latents_by_head[h])} latents`
            )
          )
        )
      );
    })
  );
  var stages = (all2) => {
    const out = {};
    for (const [k, v] of Object.entries(all2)) {
      const kind = k.replace(/:.*| L\d+.*/, "");
      out[kind] = (out[kind] || 0) + v;
    }
    return out;
  };
  var facts = (title, object) => el(
    "div",
    { class: "facts" },
    el("h3", {}, title),
    Object.entries(object).filter(([, v]) => typeof v !== "object" || v === null).map(([k, v]) => el("div", {}, el("dt", {}, label(k)), el("dd", {}, plain(v))))
  );
  var page2 = async (data2, query) => {
    const given = new URLSearchParams(query), has = (key) => data2.scores.some((s) => s.key === key);
    const pick = (axis, names, at) => has(given.get(axis)) ? given.get(axis) : names.find(has) || data2.scores[Math.min(at, data2.scores.length - 1)]?.key;
    const state = { x: pick("x", DEFAULTS[0], 0), y: pick("y", DEFAULTS[1], 1) };
    const scatter = data2.scores.length && panel2(
      data2,
      state,
      () => history.replaceState(null, "", `#/?x=${encodeURIComponent(state.x)}&y=${encodeURIComponent(state.y)}`)
    );
    const colours = palette(data2.rows ? data2.rows.behaviours.map((b) => b.name) : []);
    const n = data2.scores[0]?.values.length || data2.heads.length;
    const node = el(
      "div",
      { class: "page overview" },
      el(
        "div",
        {},
        el("h1", {}, data2.title),
        el(
          "p",
          { class: "subtitle" },
          el("span", {}, `${n} heads`),
          data2.text.tokens && el("span", {}, `${count(data2.text.tokens)} tokens of ${data2.text.origin}`),
          el("span", {}, moment(data2.created))
        )
      ),
      data2.findings.length > 0 && sectionCard(
        "findings",
        "Findings",
        null,
        el(
          "ul",
          { class: "verdict" },
          data2.findings.map((f) => el("li", {}, sentence(f)))
        )
      ),
      scatter && scatter.node,
      data2.rows && mixCard(data2, colours),
      data2.ablated.length > 0 && ablatedCard(data2),
      data2.rows && data2.rows.proposals.length > 0 && sectionCard(
        "unknown",
        "Rows that no rule explains",
        "Clusters of a sample of unknown rows of all heads, with examples; shade is attention, the framed token is the query.",
        proposals(data2.rows.proposals)
      ),
      data2.dictionaries.length > 0 && dictionaries(data2),
      sectionCard(
        "about",
        "How this was made",
        null,
        el("p", { class: "command" }, el("code", {}, data2.command)),
        data2.notes.length > 0 && el(
          "ul",
          { class: "notes" },
          data2.notes.map((t) => el("li", {}, sentence(t)))
        ),
        el(
          "div",
          { class: "columns" },
          facts("Model", data2.model),
          facts("Text", data2.text),
          facts("Versions", data2.versions),
          facts("Time", Object.fromEntries(Object.entries(stages(data2.seconds)).map(([k, v]) => [plain2(k), seconds(v)])))
        )
      )
    );
    return {
      title: data2.title,
      node,
      start: () => scatter && scatter.redraw(),
      resize: () => scatter && scatter.redraw(),
      keys: {}
    };
  };

  // src/heads/relatives.js
  var MEASURES = {
    pattern_overlap: [
      "Patterns",
      "Overlap of the two patterns on the same text (same layer), BOS left out; 1: the same."
    ],
    query_overlap: ["Reads, as query", "Mean squared cosine of the principal angles of what the two W_Q read."],
    key_overlap: ["Reads, as key", "The same of W_K."],
    read_overlap: ["Reads, as value", "The same of W_V."],
    write_overlap: ["Writes", "The same of what the two W_O write."],
    q_composition: ["Q composition", "How far the earlier head's output feeds the later head's queries."],
    k_composition: ["K composition", "How far the earlier head's output feeds the later head's keys."],
    v_composition: ["V composition", "How far the earlier head's output feeds the later head's values."]
  };
  var neighbours = (own) => sectionCard(
    "neighbours",
    "Neighbours among heads",
    "The heads most like it, by each measure. For compositions the arrow shows who writes and who reads.",
    el(
      "div",
      { class: "neighbour-columns" },
      own.neighbours.map(
        ({ by, nearest }) => el(
          "div",
          {},
          el(
            "h3",
            {},
            attach(
              el("span", { class: "defined", tabindex: "0" }, MEASURES[by][0]),
              () => el("p", {}, MEASURES[by][1])
            )
          ),
          el(
            "ol",
            {},
            nearest.map(
              ([other, value, first]) => el(
                "li",
                {},
                by.endsWith("composition") && el("span", { class: "faint" }, first ? "→ " : "← "),
                headLink(other),
                el("span", { class: "value" }, ` ${num(value, 2)}`)
              )
            )
          )
        )
      )
    )
  );
  var preferences = (own, head) => {
    const list = own.preferences.slice().sort((a, b) => a.correlation - b.correlation);
    return sectionCard(
      "preferences",
      "Orders of preference",
      "Rank correlation with the other heads of the layer over the same keys, given the same queries; verdicts after Benjamini-Hochberg against random heads.",
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Orders of preference" },
        el(
          "table",
          { class: "scores" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              [
                "Other head",
                "Correlation",
                "Static",
                "Query-specific",
                "Verdict",
                "This head likes",
                "The other likes"
              ].map((t, i) => el("th", { scope: "col", class: i > 0 && i < 4 ? "number" : null }, t))
            )
          ),
          el(
            "tbody",
            {},
            list.map((p) => {
              const first = p.head === head;
              return el(
                "tr",
                { class: p.verdict === "inverted" ? "here" : null },
                el("td", {}, headLink(`L${p.layer}H${first ? p.other_head : p.head}`)),
                el("td", { class: "number" }, num(p.correlation, 2)),
                el("td", { class: "number" }, num(p.static, 2)),
                el("td", { class: "number" }, num(p.specific, 2)),
                el("td", {}, p.verdict),
                el("td", {}, chips((first ? p.likes : p.other_likes).slice(0, 4))),
                el("td", {}, chips((first ? p.other_likes : p.likes).slice(0, 4)))
              );
            })
          )
        )
      )
    );
  };

  // src/heads/split.js
  var cost = (value, most, kind) => el(
    "span",
    { class: `cost ${kind}` },
    el("span", {}, num(value, 3)),
    el("span", { class: "bar", vars: { "--size": Math.max(0, value) / most } })
  );
  var section2 = (s, palette2) => {
    const most = Math.max(1e-9, s.ce_delta, ...s.parts.flatMap((p) => [p.ce_delta, p.ce_delta_control]));
    const byRules = s.split === "rules";
    return el(
      "div",
      { class: "split-head" },
      el("h3", {}, byRules ? "By rules" : `By ${s.split}`),
      el(
        "p",
        { class: "hint" },
        `Parts sum to the head within ${num(s.error, 2)} of its largest output. Removing the whole head raises the loss by ${num(s.ce_delta, 3)} nats (from ${num(s.ce_clean, 4)}). Entropy of mass over parts ${num(s.behaviour_entropy, 3)} nats${s.silhouette === null ? "" : `; silhouette of clusters ${num(s.silhouette, 2)}`}. Control: as much mass taken from every row, not chosen.`
      ),
      byRules && bar(
        palette2,
        s.parts.map((p) => [p.name, p.mass]),
        { label: "Mass by part" }
      ),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": `Parts, ${s.split}` },
        el(
          "table",
          { class: "scores" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ["Part", "Mass", "Share of output", "Loss without it", "Control", "Effective keys"].map(
                (t, i) => el("th", { scope: "col", class: i && i !== 3 && i !== 4 ? "number" : null }, t)
              )
            )
          ),
          el(
            "tbody",
            {},
            s.parts.map(
              (p) => el(
                "tr",
                {},
                el("td", {}, byRules && el("span", { class: "piece sample", vars: palette2.vars(p.name) }), plain2(p.name)),
                el("td", { class: "number" }, percent(p.mass)),
                el("td", { class: "number" }, percent(p.norm_share)),
                el("td", {}, cost(p.ce_delta, most, "own")),
                el("td", {}, cost(p.ce_delta_control, most, "control")),
                el("td", { class: "number" }, num(p.effective_keys, 3))
              )
            )
          )
        )
      )
    );
  };

  // src/heads/table.js
  var table_exports = {};
  __export(table_exports, {
    page: () => page3,
    show: () => show2
  });

  // src/heads/grid.js
  var ROW = 32;
  var EXTRA = 6;
  var compare = (values, falling) => (a, b) => {
    const x = values[a], y = values[b];
    const gone = (v) => v === null || v === void 0 || Number.isNaN(v);
    if (gone(x) || gone(y)) return gone(x) ? gone(y) ? a - b : 1 : -1;
    if (x === y) return a - b;
    return (x < y ? -1 : 1) * (falling ? -1 : 1);
  };
  var make = (columns, { label: label2, href, sort, changed, what }) => {
    let order = [], shown2 = [], current2 = 0, drawn = "";
    const state = { sort };
    const rows = el("div", { class: "rows", role: "rowgroup" });
    const header = el("div", { class: "row header", role: "row", "aria-rowindex": 1 });
    const template = columns.map((c) => c.width || "90px").join(" ");
    const view = el(
      "div",
      {
        class: "table-view grid-view",
        role: "table",
        "aria-label": label2,
        tabindex: "0",
        vars: { "--columns": template }
      },
      el("div", { role: "rowgroup", class: "header-group" }, header),
      rows
    );
    const tally = el("span", { class: "tally" });
    const line = (i, index) => el(
      "div",
      {
        class: index % 2 ? "row odd" : "row",
        role: "row",
        "aria-rowindex": index + 2,
        vars: { "--top": `${index * ROW}px` },
        onclick: (e) => {
          if (!e.target.closest("a, button") && href(i)) location.hash = href(i);
        }
      },
      columns.map((c) => el("div", { role: "cell", class: c.number ? "number" : null }, c.draw(i)))
    );
    const paint2 = (force) => {
      const first = Math.max(0, Math.floor(view.scrollTop / ROW) - EXTRA);
      const last = Math.min(shown2.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + EXTRA);
      const key = `${first} ${last} ${current2}`;
      if (!force && key === drawn) return;
      drawn = key;
      const nodes = [];
      for (let k = first; k < last; k++) {
        const node = line(shown2[k], k);
        if (k === current2) node.classList.add("current");
        nodes.push(node);
      }
      rows.replaceChildren(...nodes);
    };
    const apply2 = () => {
      const falling = state.sort.startsWith("-");
      const column = columns.find((c) => c.key === state.sort.replace(/^-/, ""));
      shown2 = order.slice();
      if (column && column.values) shown2.sort(compare(column.values, falling));
      rows.style.height = `${shown2.length * ROW}px`;
      view.setAttribute("aria-rowcount", String(shown2.length + 1));
      rows.classList.toggle("empty", !shown2.length);
      for (const cell of header.children) {
        const { key } = cell.dataset;
        cell.setAttribute(
          "aria-sort",
          state.sort === key ? "ascending" : state.sort === `-${key}` ? "descending" : "none"
        );
      }
      view.scrollTop = 0;
      current2 = 0;
      paint2(true);
    };
    const update = (list, all2) => {
      order = list;
      tally.textContent = list.length === all2 ? `${count(all2)} ${what}` : `${count(list.length)} of ${count(all2)} ${what}`;
      announce(tally.textContent);
      apply2();
    };
    for (const c of columns) {
      const button = c.values ? el(
        "button",
        {
          type: "button",
          onclick: () => {
            const up = c.key, down = `-${c.key}`;
            state.sort = state.sort === down ? up : state.sort === up ? down : c.rising ? up : down;
            changed(state.sort);
            apply2();
          }
        },
        c.title
      ) : el("span", {}, c.title);
      if (c.definition) attach(button, () => el("p", {}, c.definition));
      header.append(el("div", { role: "columnheader", "data-key": c.key, class: c.number ? "number" : null }, button));
    }
    view.addEventListener("scroll", () => paint2(false), { passive: true });
    const move = (step) => {
      if (!shown2.length) return;
      current2 = Math.min(shown2.length - 1, Math.max(0, current2 + step));
      const top = current2 * ROW, room = view.clientHeight - header.offsetHeight;
      if (top < view.scrollTop) view.scrollTop = top;
      if (top + ROW > view.scrollTop + room) view.scrollTop = top + ROW - room;
      paint2(true);
    };
    const openCurrent = () => {
      if (shown2.length && href(shown2[current2])) location.hash = href(shown2[current2]);
    };
    view.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && e.target === view) openCurrent();
    });
    const keys = {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(15),
      PageUp: () => move(-15),
      Home: () => move(-1e9),
      End: () => move(1e9),
      Enter: openCurrent
    };
    return { view, tally, update, paint: paint2, keys, shown: () => shown2 };
  };

  // src/shared/memory.js
  var memory = { order: null, unitOrder: null, last: null };

  // src/heads/table.js
  var FIRST = [
    "mass_entropy",
    "unknown",
    "previous_token",
    "induction_unigram",
    "induction_natural",
    "duplicate_token",
    "bos",
    "entropy",
    "qk_distance",
    "copying"
  ];
  var SHARES = /* @__PURE__ */ new Set(["mass", "natural text", "repeats"]);
  var show2 = (score, v) => v === null ? "–" : score.key === "unknown" || SHARES.has(score.group) && score.key !== "entropy" ? percentColumn(v) : num(v, 3);
  var page3 = async (data2, query) => {
    const given = new URLSearchParams(query);
    const state = {
      q: given.get("q") || "",
      layer: given.get("layer") || "",
      does: given.get("does") || "",
      sort: given.get("sort") || (data2.scores.length ? `-${data2.scores[0].key}` : "head"),
      cols: given.get("cols") || ""
    };
    const colours = palette(data2.rows ? data2.rows.behaviours.map((b) => b.name) : []);
    const names = data2.heads.map(([l, h]) => `L${l}H${h}`);
    const chosen = () => {
      const keys = state.cols ? state.cols.split(",") : FIRST;
      const found = data2.scores.filter((s) => keys.includes(s.key));
      return found.length ? found : data2.scores.slice(0, 10);
    };
    const main2 = (i) => {
      if (!data2.rows) return "";
      const mass = data2.rows.mass[i];
      const best = mass.indexOf(Math.max(...mass));
      return data2.rows.behaviours[best]?.name ?? "none of the rules";
    };
    const mains = data2.heads.map((_, i) => main2(i));
    const write = () => {
      const out = new URLSearchParams();
      for (const [k, v] of Object.entries(state)) if (v) out.set(k, v);
      history.replaceState(null, "", `#/heads?${out}`);
    };
    const columns = () => [
      {
        key: "head",
        title: "Head",
        width: "84px",
        values: data2.heads.map(([l, h]) => l * 1e3 + h),
        rising: true,
        draw: (i) => headLink(names[i], { tabindex: "-1" })
      },
      ...data2.rows ? [
        {
          key: "mix",
          title: "Mix of mass",
          width: "minmax(200px, 1fr)",
          definition: "Share of attention mass by behaviour, every key given to the first rule that claims it.",
          draw: (i) => bar(colours, massParts(data2.rows, i), { label: words(massParts(data2.rows, i)) })
        },
        { key: "main", title: "Most on", width: "150px", values: mains, rising: true, draw: (i) => plain2(mains[i]) }
      ] : [],
      ...chosen().map((s) => ({
        key: s.key,
        title: s.title,
        definition: s.definition,
        width: "minmax(96px, 128px)",
        number: true,
        values: s.values,
        draw: (i) => show2(s, s.values[i])
      }))
    ];
    let grid = null;
    const place2 = el("div", { class: "grid-place" });
    const tally = el("span", { class: "tally" });
    const passes = (i) => (!state.q || names[i].toLowerCase().includes(state.q.toLowerCase()) || plain2(mains[i]).includes(state.q.toLowerCase())) && (state.layer === "" || data2.heads[i][0] === Number(state.layer)) && (!state.does || mains[i] === state.does);
    const refresh = () => {
      const list = data2.heads.map((_, i) => i).filter(passes);
      grid.update(list, data2.heads.length);
      tally.textContent = grid.tally.textContent;
      memory.order = grid.shown().map((i) => names[i]);
    };
    const rebuild = () => {
      grid = make(columns(), {
        label: "Heads",
        what: "heads",
        href: (i) => `#/head/${names[i]}`,
        sort: state.sort,
        changed: (sort) => {
          state.sort = sort;
          write();
          setTimeout(() => {
            memory.order = grid.shown().map((i) => names[i]);
          });
        }
      });
      place2.replaceChildren(grid.view);
    };
    const select = (key, label2, list) => {
      const node2 = el(
        "select",
        {
          "aria-label": label2,
          onchange: (e) => {
            state[key] = e.target.value;
            write();
            refresh();
          }
        },
        list.map(([v, t]) => el("option", { value: v }, t))
      );
      node2.value = state[key];
      return node2;
    };
    const picker = el(
      "details",
      { class: "picker" },
      el("summary", {}, "Columns"),
      el(
        "div",
        { class: "picks" },
        data2.scores.map((s) => {
          const box3 = el("input", {
            type: "checkbox",
            onchange: () => {
              const keys = new Set(chosen().map((c) => c.key));
              if (box3.checked) keys.add(s.key);
              else keys.delete(s.key);
              state.cols = [...keys].join(",");
              write();
              rebuild();
              refresh();
            }
          });
          box3.checked = chosen().includes(s);
          return el("label", {}, box3, ` ${s.title}`);
        })
      )
    );
    const node = el(
      "div",
      { class: "page table-page" },
      el(
        "div",
        { class: "head" },
        el("h1", {}, "Heads"),
        tally,
        el("span", { class: "push hint" }, "Click a heading to sort, a row to open")
      ),
      el(
        "form",
        { class: "filters", role: "search", onsubmit: (e) => e.preventDefault() },
        el("input", {
          type: "search",
          id: "search",
          value: state.q,
          placeholder: "Head or behaviour …",
          "aria-label": "Search heads and behaviours",
          autocomplete: "off",
          spellcheck: "false",
          oninput: (e) => {
            state.q = e.target.value;
            write();
            refresh();
          }
        }),
        el(
          "label",
          {},
          "Layer ",
          select("layer", "Layer", [
            ["", "all"],
            ...[...new Set(data2.heads.map((h) => h[0]))].map((l) => [String(l), String(l)])
          ])
        ),
        data2.rows && el(
          "label",
          {},
          "Most mass on ",
          select("does", "Most mass on", [["", "anything"], ...[...new Set(mains)].sort().map((m) => [m, plain2(m)])])
        ),
        picker
      ),
      data2.rows && legend(colours, data2.rows.behaviours),
      place2
    );
    rebuild();
    return {
      title: "Heads",
      node,
      start: () => {
        refresh();
        grid.view.focus({ preventScroll: true });
      },
      resize: () => grid.paint(true),
      get keys() {
        return grid.keys;
      }
    };
  };

  // src/heads/head.js
  var SHORT = 26;
  var scoreList = (data2, at) => {
    const ranked = data2.scores.filter((s) => s.values[at] !== null).map((s) => {
      const there = s.values.filter((v) => v !== null);
      return { s, v: s.values[at], rank: 1 + there.filter((v) => v > s.values[at]).length, n: there.length };
    });
    const groups2 = /* @__PURE__ */ new Map();
    for (const r of ranked) groups2.set(r.s.group, [...groups2.get(r.s.group) || [], r]);
    return el(
      "div",
      { class: "score-groups" },
      [...groups2].map(
        ([group, list]) => el(
          "div",
          {},
          el("h3", {}, group),
          el(
            "dl",
            { class: "lines score-list" },
            list.map(({ s, v, rank, n }) => [
              el(
                "dt",
                {},
                attach(el("span", { class: "defined", tabindex: "0" }, s.title), () => el("p", {}, s.definition))
              ),
              el(
                "dd",
                {},
                show2(s, v),
                el("span", { class: rank <= 3 ? "rank top" : "rank" }, ` ${rank} of ${n}`)
              )
            ])
          )
        )
      )
    );
  };
  var mixes = (data2, at, colours) => {
    const mass = massParts(data2.rows, at), rows = classParts(data2.rows, at);
    const line = (title, parts2) => el(
      "div",
      { class: "mix-line wide" },
      el("span", {}, title),
      el(
        "div",
        {},
        bar(colours, parts2, { label: words(parts2) }),
        el("p", { class: "hint" }, words(parts2, 5))
      )
    );
    return [line("Mass", mass), line("Rows", rows)];
  };
  var byDestination = (data2, own, colours) => {
    const { destinations, classes, threshold } = data2.rows;
    const rows = own.rows.counts.map((list, d) => {
      const n = list.reduce((sum, [, c]) => sum + c, 0);
      return { d, n, parts: list.map(([c, v]) => [classes[c], v / n]) };
    });
    return sectionCard(
      "destinations",
      "By destination token",
      `Classes of rows at the ${percent(threshold)} rule, for the commonest destination tokens and all others.`,
      rows.filter((r) => r.n).map(
        ({ d, n, parts: parts2 }) => el(
          "div",
          { class: "mix-line destination" },
          d < destinations.length ? chip(destinations[d]) : el("span", { class: "faint" }, "all others"),
          bar(colours, parts2, { label: words(parts2) }),
          el("span", { class: "value number" }, count(n))
        )
      )
    );
  };
  var curve = (data2, own, colours) => {
    const entries = Object.entries(own.rows.curve).map(([c, values]) => [data2.rows.classes[c], values]);
    const big = entries.filter(([name, v]) => Math.max(...v) >= 0.01 || name === "unknown");
    const rest = data2.rows.thresholds.map(
      (_, i) => entries.filter((e) => !big.includes(e)).reduce((s, e) => s + e[1][i], 0)
    );
    const layers = big.map(([name, values]) => ({
      name: plain2(name),
      short: plain2(name),
      colors: colours.both(name),
      values
    }));
    if (Math.max(...rest) > 0)
      layers.splice(-1, 0, {
        name: "classes below 1 %",
        short: "",
        colors: [color("edge"), color("edge")],
        values: rest
      });
    const draw2 = (width) => stacked(data2.rows.thresholds, layers, {
      width,
      label: "Share of rows by class at each threshold",
      xTitle: "threshold: mass a class must hold",
      yTitle: "share of rows",
      xText: (t) => `${Math.round(100 * t)} %`,
      tell: (one) => [
        el("strong", {}, one.name),
        lines(
          ...[0, 15, 19].filter((i) => i < one.values.length).map((i) => [`at ${Math.round(100 * data2.rows.thresholds[i])} %`, percent(one.values[i])])
        )
      ]
    });
    const place2 = el("div", { class: "curve-place" });
    const card = sectionCard(
      "curve",
      "Threshold curve",
      "How the classes of rows change with the threshold; stripes are two behaviours together.",
      place2,
      el(
        "div",
        {},
        buttons(() => place2.querySelector("svg"), "threshold-curve")
      )
    );
    card.redraw = () => place2.replaceChildren(draw2(Math.min(620, Math.max(300, place2.clientWidth || 520))));
    return card;
  };
  var tokenLists = (windows) => {
    const list = (title, tokens) => el(
      "div",
      {},
      el("h3", {}, title),
      el(
        "div",
        { class: "token-cloud" },
        tokens.slice(0, SHORT).map(([t, v]) => attach(chip(t), () => `mass ${num(v)}`))
      )
    );
    return [
      list("Tokens that attend most", windows.top_query_tokens),
      list("Tokens most attended to", windows.top_key_tokens)
    ];
  };
  var where = (windows) => {
    const total = windows.distances.values.reduce((s, v) => s + v, 0) || 1;
    const { edges } = windows.distances;
    const used = windows.distances.values.map((v, i) => [edges[i], edges[i + 1], v / total]);
    while (used.length > 1 && !used[used.length - 1][2]) used.pop();
    return sectionCard(
      "where",
      "Where it looks",
      "Attention mass in the windows above, by distance and by token.",
      el(
        "div",
        {},
        histogram(used, {
          label: "Attention mass by distance",
          xTitle: "distance from query to key, tokens",
          log: false,
          text: (low, high, v) => `${low === high - 1 ? low : `${low} to ${high - 1}`} tokens: ${percent(v)}`,
          height: 210
        })
      ),
      el("div", { class: "stack" }, tokenLists(windows))
    );
  };
  var page4 = async (data2, name, query) => {
    const match = /^L(\d+)H(\d+)$/.exec(name);
    const at = match ? data2.heads.findIndex(([l, h]) => l === Number(match[1]) && h === Number(match[2])) : -1;
    if (at < 0)
      throw new Error(
        `There is no head ${name}; this model has ${data2.heads.length} heads, L${data2.heads[0][0]}H${data2.heads[0][1]} to L${data2.heads.at(-1)[0]}H${data2.heads.at(-1)[1]}.`
      );
    const [layer2, head] = data2.heads[at];
    const own = await load(`head/${name}`);
    const colours = palette(
      data2.rows ? data2.rows.behaviours.map((b) => b.name) : own.windows ? own.windows.behaviours : []
    );
    const order = memory.order && memory.order.includes(name) ? memory.order : data2.heads.map(([l, h]) => `L${l}H${h}`);
    const place2 = order.indexOf(name);
    const go = (other) => other && (location.hash = `#/head/${other}`);
    const step = (other, sign, label2) => other ? el("a", { class: "step", href: `#/head/${other}`, "aria-label": label2, title: label2 }, sign) : el("span", { class: "step off" }, sign);
    const given = new URLSearchParams(query);
    const inspector = own.windows && own.windows.windows.length > 0 && panel(
      name,
      own.windows,
      colours,
      given,
      (s) => history.replaceState(null, "", `#/head/${name}?w=${s.w}${s.q === null ? "" : `&q=${s.q}`}`)
    );
    const family = data2.families.find((f) => f.kind === "head" && f.layer === layer2);
    const unknown = data2.rows ? data2.rows.proposals.filter((p) => p.heads.some(([n]) => n === name)) : [];
    const curveCard = data2.rows && own.rows && curve(data2, own, colours);
    const parts2 = [
      ["scores", "Scores"],
      data2.rows && own.rows && ["rows-mix", "Mix"],
      inspector && ["rows", "Rows in text"],
      own.ablations.length && ["ablations", "Ablated"],
      own.splits.length && ["splits", "In parts"],
      own.neighbours.length && ["neighbours", "Neighbours"]
    ].filter(Boolean);
    const jump = (id) => document.getElementById(id)?.scrollIntoView({ block: "start" });
    const node = el(
      "div",
      { class: "page head-page" },
      el(
        "div",
        { class: "head" },
        step(order[place2 - 1], "‹", "Previous head (k)"),
        el("h1", {}, name),
        step(order[place2 + 1], "›", "Next head (j)"),
        el("span", { class: "faint" }, `layer ${layer2}, head ${head} · ${place2 + 1} of ${order.length}`),
        family && el("a", { href: `#/unit/${family.name}/${head}` }, "what its output does"),
        data2.dictionaries.filter((d) => d.layer === layer2).map(
          (d) => el(
            "a",
            { href: `${data2.report}/index.html#/d/${encodeURIComponent(d.name)}?head=${head}` },
            `latents of ${d.name}`
          )
        )
      ),
      el(
        "nav",
        { class: "parts", "aria-label": "Parts of this page" },
        parts2.map(([id, text2]) => el("button", { type: "button", class: "quiet", onclick: () => jump(id) }, text2))
      ),
      data2.rows && own.rows && sectionCard(
        "rows-mix",
        "What it attends to",
        `Over ${count(data2.rows.n_rows)} rows. Entropy of mass ${num(own.rows.mass_entropy, 3)} nats, of classes ${num(own.rows.class_entropy, 3)}.`,
        legend(colours, data2.rows.behaviours),
        mixes(data2, at, colours)
      ),
      data2.scores.length > 0 && sectionCard("scores", "Scores", "With the head's rank among all heads, 1 for the largest.", scoreList(data2, at)),
      data2.rows && own.rows && el("div", { class: "two" }, byDestination(data2, own, colours), el("div", { class: "stack" }, curveCard)),
      inspector && inspector.node,
      own.windows && where(own.windows),
      unknown.length > 0 && sectionCard(
        "unknown",
        "Its unknown rows",
        "Clusters of unknown rows in which this head is among those with the most rows.",
        proposals(unknown, name)
      ),
      own.ablations.length > 0 && sectionCard(
        "ablations",
        "Ablated",
        "Row put on BOS, mean or resampled; output zeroed, mean or resampled; with later patterns frozen (what is left is the direct effect).",
        own.ablations.map((a) => section(a, name))
      ),
      own.splits.length > 0 && sectionCard(
        "splits",
        "The head in parts",
        "Sub-heads that sum to the head, each with its own effect on the next-token loss.",
        own.splits.map((s) => section2(s, colours))
      ),
      own.neighbours.length > 0 && neighbours(own),
      own.preferences && own.preferences.length > 0 && preferences(own, head)
    );
    return {
      title: name,
      node,
      start: () => {
        if (curveCard) curveCard.redraw();
        if (inspector) inspector.open();
        if (given.has("w") || given.has("q")) jump("rows");
      },
      resize: () => curveCard && curveCard.redraw(),
      keys: {
        j: () => go(order[place2 + 1]),
        k: () => go(order[place2 - 1]),
        r: () => jump("rows"),
        b: () => jump("ablations"),
        ...inspector ? inspector.keys : {}
      }
    };
  };

  // src/heads/pairs.js
  var pairs_exports = {};
  __export(pairs_exports, {
    page: () => page5
  });
  var nullText = (preferences2) => Object.entries(preferences2.null_correlation).map(([layer2, [low, high]]) => `layer ${layer2}: ${num(low, 2)} to ${num(high, 2)}`).join("; ");
  var preferencesCard = (preferences2) => {
    const shown2 = preferences2.pairs.slice().sort(
      (a, b) => (a.verdict === "inverted" ? 0 : a.verdict === "aligned" ? 1 : 2) - (b.verdict === "inverted" ? 0 : b.verdict === "aligned" ? 1 : 2) || a.correlation - b.correlation
    ).slice(0, 60);
    return sectionCard(
      "preferences",
      "Search for inverted preference orders",
      `${preferences2.pairs.length} pairs of heads of a layer, ${preferences2.n_queries} queries, ${preferences2.keys.length} keys; false discoveries held at ${percent(preferences2.rate)}. Found: ${preferences2.n_inverted} inverted, ${preferences2.n_aligned} aligned.`,
      el(
        "details",
        {},
        el("summary", {}, "What random heads do"),
        el(
          "p",
          { class: "hint" },
          `Correlations of pairs of random heads, 0.5th to 99.5th percentile: ${nullText(preferences2)}.`
        )
      ),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Pairs of the search" },
        el(
          "table",
          { class: "scores" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              [
                "Head",
                "Other",
                "Verdict",
                "Correlation",
                "Static",
                "Query-specific",
                "Opposite favourites",
                "First likes",
                "Other likes"
              ].map((t, i) => el("th", { scope: "col", class: i > 2 && i < 7 ? "number" : null }, t))
            )
          ),
          el(
            "tbody",
            {},
            shown2.map(
              (p) => el(
                "tr",
                {},
                el("td", {}, headLink(`L${p.layer}H${p.head}`)),
                el("td", {}, headLink(`L${p.layer}H${p.other_head}`)),
                el("td", {}, p.verdict, p.shared_keys ? el("span", { class: "faint" }, " (same keys)") : null),
                el("td", { class: "number" }, num(p.correlation, 2)),
                el("td", { class: "number" }, num(p.static, 2)),
                el("td", { class: "number" }, num(p.specific, 2)),
                el("td", { class: "number" }, percent(p.opposite)),
                el("td", {}, chips(p.likes.slice(0, 4))),
                el("td", {}, chips(p.other_likes.slice(0, 4)))
              )
            )
          )
        )
      )
    );
  };
  var page5 = async (data2, query) => {
    const [pairs, preferences2] = await Promise.all([
      data2.has_pairs ? load("pairs") : null,
      data2.has_preferences ? load("preferences") : null
    ]);
    const given = new URLSearchParams(query);
    const state = { q: given.get("q") || "", sort: given.get("sort") || "-pattern_overlap" };
    const names = data2.heads.map(([l, h]) => `L${l}H${h}`);
    let grid = null;
    const write = () => {
      const out = new URLSearchParams();
      for (const [k, v] of Object.entries(state)) if (v) out.set(k, v);
      history.replaceState(null, "", `#/pairs?${out}`);
    };
    const M = MEASURES;
    if (pairs) {
      const columns = [
        {
          key: "a",
          title: "Head",
          width: "84px",
          values: pairs.a,
          rising: true,
          draw: (i) => headLink(names[pairs.a[i]], { tabindex: "-1" })
        },
        {
          key: "b",
          title: "Other",
          width: "84px",
          values: pairs.b,
          rising: true,
          draw: (i) => headLink(names[pairs.b[i]], { tabindex: "-1" })
        },
        ...Object.keys(M).filter((k) => pairs[k]).map((k) => ({
          key: k,
          title: M[k][0],
          definition: M[k][1],
          width: "minmax(110px, 1fr)",
          number: true,
          values: pairs[k],
          draw: (i) => pairs[k][i] === null ? "–" : pairs[k][i].toFixed(3)
        }))
      ];
      grid = make(columns, {
        label: "Pairs of heads",
        what: "pairs",
        href: (i) => `#/head/${names[pairs.a[i]]}`,
        sort: state.sort,
        changed: (s) => {
          state.sort = s;
          write();
        }
      });
    }
    const refresh = () => {
      const wanted = state.q.toUpperCase().split(/[\s,]+/).filter(Boolean);
      const hit = (i, w) => /H\d+$/.test(w) ? names[i] === w : names[i].startsWith(w.endsWith("H") ? w : `${w}H`);
      const list = pairs.a.map((_, i) => i).filter((i) => wanted.every((w) => hit(pairs.a[i], w) || hit(pairs.b[i], w)));
      grid.update(list, pairs.a.length);
    };
    const node = el(
      "div",
      { class: "page overview" },
      el("div", { class: "head" }, el("h1", {}, "Pairs of heads"), grid && grid.tally),
      preferences2 && preferencesCard(preferences2),
      pairs && el(
        "section",
        { class: "card pair-card" },
        el(
          "div",
          { class: "head" },
          el("h2", {}, "All pairs"),
          el("input", {
            type: "search",
            id: "search",
            value: state.q,
            placeholder: "L3H5, or L2 L3 …",
            "aria-label": "Heads or layers",
            oninput: (e) => {
              state.q = e.target.value;
              write();
              refresh();
            }
          })
        ),
        grid.view
      ),
      !pairs && !preferences2 && el("p", { class: "card" }, "This report holds no pairs of heads.")
    );
    return {
      title: "Pairs of heads",
      node,
      start: () => grid && refresh(),
      resize: () => grid && grid.paint(true),
      keys: grid ? grid.keys : {}
    };
  };

  // src/heads/units.js
  var units_exports = {};
  __export(units_exports, {
    TITLES: () => TITLES,
    load: () => load2,
    page: () => page6
  });
  var NUMBERS = ["density", "mean", "std", "max", "min", "kurtosis"];
  var TOKENS = ["top_tokens", "top_promoted"];
  var TITLES = {
    density: ["Density", "Share of positions with an activation above 0."],
    mean: ["Mean", "Mean activation; activations are signed."],
    std: ["Spread", "Standard deviation of the activation."],
    max: ["Max", "Largest activation."],
    min: ["Min", "Smallest activation."],
    kurtosis: ["Kurtosis", "Excess kurtosis: 0 for normal activations, large for rare and strong ones."]
  };
  var promise = null;
  var read = async (families) => {
    const { row_shards: shards, n_units_all: n } = families[0];
    const keys = Array.from({ length: shards }, (_, i) => `units/rows-${String(i).padStart(4, "0")}`);
    const [vocabulary, ...parts2] = await Promise.all([load("units/tokens"), ...keys.map(load)]);
    const table = { n, vocabulary, family: new Int32Array(n), unit: new Int32Array(n) };
    for (const name of NUMBERS) table[name] = new Float32Array(n);
    for (const name of TOKENS) table[name] = [];
    for (const part of parts2) {
      table.family.set(part.family, part.first);
      table.unit.set(part.unit, part.first);
      for (const name of NUMBERS)
        table[name].set(
          part[name].map((v) => v === null ? NaN : v),
          part.first
        );
      for (const name of TOKENS) for (const list of part[name]) table[name].push(list);
    }
    table.words = (name, i, most = 99) => table[name][i].slice(0, most).map((t) => vocabulary[t]);
    return table;
  };
  var load2 = (data2) => {
    promise ??= read(data2.families);
    return promise;
  };
  var matching = (table, query) => {
    const wanted = query.toLowerCase();
    const exact = wanted.length > 2 && wanted.startsWith('"') && wanted.endsWith('"') ? wanted.slice(1, -1).trim() : null;
    return table.vocabulary.map((t) => {
      const lower = t.toLowerCase();
      return exact !== null ? lower.trim() === exact : lower.includes(wanted) || shown(t).toLowerCase().includes(wanted);
    });
  };
  var page6 = async (data2, query) => {
    if (!data2.families.length)
      return {
        title: "Units",
        node: el("div", { class: "page" }, el("p", { class: "card" }, "This report holds no units.")),
        start: () => {
        },
        keys: {}
      };
    const table = await load2(data2);
    const given = new URLSearchParams(query);
    const state = {
      q: given.get("q") || "",
      in: given.get("in") || "",
      family: given.get("family") || "",
      rows: given.get("rows") || "",
      sort: given.get("sort") || "-kurtosis"
    };
    const name = (i) => data2.families[table.family[i]].name;
    const write = () => {
      const out = new URLSearchParams();
      for (const [k, v] of Object.entries(state)) if (v) out.set(k, v);
      history.replaceState(null, "", `#/units?${out}`);
    };
    const grid = make(
      [
        { key: "family", title: "Family", width: "120px", values: table.family, rising: true, draw: (i) => name(i) },
        {
          key: "unit",
          title: "Unit",
          width: "70px",
          number: true,
          values: table.unit,
          rising: true,
          draw: (i) => unitLink(name(i), table.unit[i])
        },
        ...NUMBERS.map((key) => ({
          key,
          title: TITLES[key][0],
          definition: TITLES[key][1],
          width: "88px",
          number: true,
          values: table[key],
          draw: (i) => key === "density" ? percentColumn(table[key][i]) : num(table[key][i], 3)
        })),
        {
          key: "top_tokens",
          title: "Tokens at its peaks",
          width: "minmax(190px, 1fr)",
          draw: (i) => chips(table.words("top_tokens", i, 5))
        },
        {
          key: "top_promoted",
          title: "Promoted tokens",
          width: "minmax(190px, 1fr)",
          draw: (i) => chips(table.words("top_promoted", i, 5))
        }
      ],
      {
        label: "Units",
        what: "units",
        href: (i) => `#/unit/${name(i)}/${table.unit[i]}`,
        sort: state.sort,
        changed: (s) => {
          state.sort = s;
          write();
          remember();
        }
      }
    );
    const remember = () => {
      memory.unitOrder = () => grid.shown().map((i) => [name(i), table.unit[i]]);
    };
    const refresh = () => {
      const hits = state.q ? matching(table, state.q) : null;
      const fields = state.in === "peaks" ? ["top_tokens"] : state.in === "promoted" ? ["top_promoted"] : TOKENS;
      const only = state.rows ? new Set(state.rows.split(",").map(Number)) : null;
      const family = state.family ? data2.families.findIndex((f) => f.name === state.family) : -1;
      const list = [];
      for (let i = 0; i < table.n; i++) {
        if (state.family && table.family[i] !== family) continue;
        if (only && !only.has(table.unit[i])) continue;
        if (hits && !fields.some((f) => table[f][i].some((t) => hits[t]))) continue;
        list.push(i);
      }
      grid.update(list, table.n);
      remember();
    };
    const select = (key, label2, options2) => {
      const node2 = el(
        "select",
        {
          "aria-label": label2,
          onchange: (e) => {
            state[key] = e.target.value;
            if (key === "family") state.rows = "";
            write();
            refresh();
          }
        },
        options2.map(([v, t]) => el("option", { value: v }, t))
      );
      node2.value = state[key];
      return node2;
    };
    let waiting = 0;
    const node = el(
      "div",
      { class: "page table-page" },
      el(
        "div",
        { class: "head" },
        el("h1", {}, "Units"),
        grid.tally,
        state.rows && el("a", { href: `#/units?family=${state.family}` }, "show all of the layer"),
        el("span", { class: "push hint" }, "Neurons and heads; search finds tokens at peaks and promoted tokens")
      ),
      el(
        "form",
        { class: "filters", role: "search", onsubmit: (e) => e.preventDefault() },
        el(
          "div",
          { class: "search" },
          el("input", {
            type: "search",
            id: "search",
            value: state.q,
            placeholder: "Search tokens …",
            "aria-label": "Search tokens; in quotation marks: whole tokens only",
            title: 'In "quotation marks": whole tokens only. ↵ finds newlines.',
            autocomplete: "off",
            spellcheck: "false",
            oninput: (e) => {
              state.q = e.target.value;
              clearTimeout(waiting);
              waiting = setTimeout(() => {
                write();
                refresh();
              }, 60);
            }
          }),
          select("in", "Search in", [
            ["", "in both"],
            ["peaks", "at peaks"],
            ["promoted", "in promoted"]
          ])
        ),
        el(
          "label",
          {},
          "Family ",
          select("family", "Family", [["", "all"], ...data2.families.map((f) => [f.name, f.name])])
        )
      ),
      grid.view
    );
    return {
      title: "Units",
      node,
      start: () => {
        refresh();
        grid.view.focus({ preventScroll: true });
      },
      resize: () => grid.paint(true),
      keys: grid.keys
    };
  };

  // src/heads/unit.js
  var figure = (e, most) => {
    const tokens = e.tokens.map((t, i) => {
      const v = e.values[i];
      const node = el("span", {
        class: `tok act${v < 0 ? " below" : ""}${i === e.peak ? " peak" : ""}`,
        vars: { "--f": Math.min(1, Math.abs(v) / most) }
      });
      fill2(node, t, false);
      return attach(node, () => [
        el("strong", {}, chip(t), ` position ${e.start + i}`),
        lines(["activation", num(v)])
      ]);
    });
    const line = el("div", { class: "flow" });
    tokens.forEach((t) => line.append(t));
    return el(
      "figure",
      { class: "unit-example" },
      el(
        "figcaption",
        {},
        chip(e.tokens[e.peak]),
        el("span", { class: "value" }, num(e.values[e.peak])),
        el("span", { class: "faint" }, `sequence ${e.sequence}, ${e.start + e.peak}`)
      ),
      line
    );
  };
  var groups = (examples) => {
    const out = /* @__PURE__ */ new Map();
    for (const e of examples) {
      const title = e.kind === "top" ? "Strongest" : e.kind === "bottom" ? "Most negative" : `Around quantile ${num(e.quantile, 2)}`;
      out.set(title, [...out.get(title) || [], e]);
    }
    return out;
  };
  var logits = (list, down) => {
    const most = Math.max(1e-9, ...list.map((v) => Math.abs(v[1])));
    return el(
      "ol",
      { class: down ? "logits down" : "logits" },
      list.map(
        ([t, v]) => el(
          "li",
          {},
          el("span", { class: "bar", vars: { "--size": Math.abs(v) / most } }),
          chip(t),
          el("span", { class: "value" }, num(v, 2))
        )
      )
    );
  };
  var page7 = async (data2, familyName, unit) => {
    const family = data2.families.find((f) => f.name === familyName);
    if (!family)
      throw new Error(
        `There is no family ${familyName}; this report has ${data2.families.map((f) => f.name).join(", ") || "no units"}.`
      );
    if (!(unit >= 0 && unit < family.n_units))
      throw new Error(`${familyName} has units 0 to ${family.n_units - 1}; there is no ${unit}.`);
    const shard = String(Math.floor(unit / family.page_shard_size)).padStart(4, "0");
    const [table, pages] = await Promise.all([load2(data2), load(`units/${familyName}/pages-${shard}`)]);
    const own = pages[unit];
    if (!own) throw new Error(`The page of unit ${unit} of ${familyName} was not saved.`);
    const first = table.family.indexOf(data2.families.indexOf(family));
    const at = first + unit;
    const order = memory.unitOrder ? memory.unitOrder() : null;
    const here = order ? order.findIndex(([f, u]) => f === familyName && u === unit) : -1;
    const near = (by) => {
      if (here >= 0) return order[here + by];
      const u = unit + by;
      return u >= 0 && u < family.n_units ? [familyName, u] : void 0;
    };
    const go = (to) => to && (location.hash = `#/unit/${to[0]}/${to[1]}`);
    const step = (to, sign, label2) => to ? el("a", { class: "step", href: `#/unit/${to[0]}/${to[1]}`, "aria-label": label2, title: label2 }, sign) : el("span", { class: "step off" }, sign);
    const most = Math.max(1e-9, ...own.examples.flatMap((e) => e.values.map(Math.abs)));
    const fact = (key, value) => el(
      "div",
      {},
      el(
        "dt",
        {},
        attach(
          el("span", { class: "defined", tabindex: "0" }, TITLES[key][0]),
          () => el("p", {}, TITLES[key][1])
        )
      ),
      el("dd", {}, value)
    );
    const shownEach = Math.min(6, Math.max(1, Math.floor((family.n_units - 1) / 2)));
    const kind = family.kind === "neuron" ? "Neuron" : family.kind === "head" ? "Head" : "Latent";
    const node = el(
      "div",
      { class: "page unit-page" },
      el(
        "div",
        { class: "head" },
        step(near(-1), "‹", "Previous unit (k)"),
        el("h1", {}, `${kind} ${unit} of layer ${family.layer}`),
        step(near(1), "›", "Next unit (j)"),
        el(
          "span",
          { class: "faint" },
          el("a", { href: `#/units?family=${familyName}` }, familyName),
          here >= 0 ? ` · ${count(here + 1)} of ${count(order.length)} in the table` : ""
        ),
        family.kind === "head" && headLink(`L${family.layer}H${unit}`)
      ),
      el("p", { class: "hint" }, `Activation: ${family.value}. Over ${count(family.policy.n_positions)} positions.`),
      el(
        "dl",
        { class: "strip" },
        Object.keys(TITLES).map((k) => fact(k, k === "density" ? percent(table[k][at]) : num(table[k][at])))
      ),
      el(
        "div",
        { class: "thirds" },
        sectionCard(
          "writes",
          "What it writes",
          `${family.effect}.`,
          el(
            "div",
            { class: "logit-pair" },
            el("div", {}, el("h3", {}, "Promoted"), logits(own.promoted.slice(0, 10))),
            el("div", {}, el("h3", {}, "Demoted"), logits(own.demoted.slice(0, 10), true))
          )
        ),
        sectionCard(
          "often",
          "How often, how strongly",
          "Bins are geometric on both sides of 0; the bin at 0 holds exact zeros.",
          el(
            "div",
            { class: "scroll" },
            histogram(trim(own.histogram), {
              label: "Activations",
              xTitle: "activation",
              text: (low, high, n) => `${num(low)} to ${num(high)}: ${count(n)} positions`
            })
          )
        ),
        sectionCard(
          "near",
          "Neighbours in its layer",
          "Nearest, and farthest (most opposed).",
          own.neighbours.map(
            (n) => el(
              "div",
              { class: "near-far" },
              el("h3", {}, `By ${n.by}`),
              el(
                "div",
                {},
                n.nearest.slice(0, shownEach).map(
                  ([u, v]) => el("span", {}, unitLink(familyName, u), el("span", { class: "value" }, ` ${num(v, 2)}`))
                )
              ),
              el(
                "div",
                { class: "far" },
                n.farthest.slice(0, shownEach).map(
                  ([u, v]) => el("span", {}, unitLink(familyName, u), el("span", { class: "value" }, ` ${num(v, 2)}`))
                )
              )
            )
          ),
          !own.neighbours.length && el("p", { class: "hint" }, "None were computed.")
        )
      ),
      sectionCard(
        "examples",
        "Examples in text",
        "Blue shade: activation above 0; violet stripes: below. The framed token is the extreme.",
        [...groups(own.examples)].map(([title, list]) => [el("h3", {}, title), list.map((e) => figure(e, most))])
      )
    );
    return {
      title: `${kind} ${unit}, ${familyName}`,
      node,
      start: () => {
      },
      keys: { j: () => go(near(1)), k: () => go(near(-1)), ArrowRight: () => go(near(1)), ArrowLeft: () => go(near(-1)) }
    };
  };
  var trim = (bins) => {
    let from = 0, to = bins.length;
    while (from < to - 1 && !bins[from][2]) from++;
    while (to > from + 1 && !bins[to - 1][2]) to--;
    return bins.slice(from, to);
  };

  // src/heads/weights.js
  var weights_exports = {};
  __export(weights_exports, {
    page: () => page8
  });

  // src/heads/ordered.js
  var MAP = { width: 420, height: 400, left: 44, top: 26, size: 368 };
  var VIEW = { width: 620, height: 556, left: 92, top: 28, size: 520 };
  var bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  var squared = (byte) => (byte / 255) ** 2;
  var clamp = (v, low, high) => Math.min(high, Math.max(low, v));
  var parts = (name) => [1, 3, 5].map((i) => Number.parseInt(color(name).slice(i, i + 2), 16));
  var ramp = (most) => {
    const stops = ["card", "key", "ink"].map(parts);
    return Array.from({ length: 256 }, (_, byte) => {
      const t = 2 * clamp(byte / Math.max(1, most), 0, 1);
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
  var runsOf = (order) => {
    const place2 = new Int32Array(order.order.length);
    order.order.forEach((row, i) => {
      place2[row] = i;
    });
    return order.blocks.map((b) => {
      const runs = [];
      for (const p of b.rows.map((r) => place2[r]).sort((x, y) => x - y)) {
        if (runs.length && runs[runs.length - 1][1] === p - 1) runs[runs.length - 1][1] = p;
        else runs.push([p, p]);
      }
      return runs;
    });
  };
  var longest = (runs) => runs.reduce((a, b) => b[1] - b[0] > a[1] - a[0] ? b : a);
  var roundStep = (least) => {
    const ten = 10 ** Math.floor(Math.log10(Math.max(1, least)));
    return ten * [1, 2, 5, 10].find((s) => s * ten >= least);
  };
  var hue2 = (block2) => color(`hue-${block2 % 8}`);
  var figure2 = (kind, canvas, overlay) => el("div", { class: `zoom-figure ${kind}` }, canvas, overlay);
  var layer = (shape) => svg("svg", { viewBox: `0 0 ${shape.width} ${shape.height}`, "aria-hidden": "true", class: "zoom-over" });
  var box2 = (shape, [r0, r1], [c0, c1], scale, attributes) => svg("rect", {
    x: shape.left + c0 * scale,
    y: shape.top + r0 * scale,
    width: (c1 - c0) * scale,
    height: (r1 - r0) * scale,
    fill: "none",
    ...attributes
  });
  var under = (shape, node, e) => {
    const r = node.getBoundingClientRect();
    const x = (e.clientX - r.left) / r.width * shape.width, y = (e.clientY - r.top) / r.height * shape.height;
    return [(y - shape.top) / shape.size, (x - shape.left) / shape.size];
  };
  var legend3 = (most, words2) => el(
    "span",
    { class: "note" },
    `${words2}: 0 `,
    el("span", { class: "ramp-bar" }),
    ` ${num(squared(most), 2)} (half way ${num(squared(most) / 4, 2)})`
  );

  // src/heads/zoom-hands.js
  var attach2 = (zoom) => {
    const { order, rows, n, state, widths, map: map2, view } = zoom;
    const { moveTo, zoomTo, showBlock, point, name, similarity, blockWords, blockAt } = zoom;
    const stepZoom = (by) => zoomTo(widths[widths.indexOf(state.zoom) + by]);
    const steps = () => ({
      ArrowRight: () => moveTo(state.at + 1),
      ArrowDown: () => moveTo(state.at + 1),
      ArrowLeft: () => moveTo(state.at - 1),
      ArrowUp: () => moveTo(state.at - 1),
      PageDown: () => moveTo(state.at + state.zoom),
      PageUp: () => moveTo(state.at - state.zoom),
      Home: () => moveTo(0),
      End: () => moveTo(n),
      "+": () => stepZoom(-1),
      "=": () => stepZoom(-1),
      "-": () => stepZoom(1)
    });
    const listen = (node, keys) => node.addEventListener("keydown", (e) => {
      const action = e.ctrlKey || e.metaKey || e.altKey ? null : keys(e)[e.key];
      if (!action) return;
      e.preventDefault();
      e.stopPropagation();
      action();
    });
    for (const [k, v] of Object.entries({
      tabindex: 0,
      role: "slider",
      "aria-label": `Window along the diagonal of ${order.matrix}`,
      "aria-valuemin": 0,
      "aria-valuemax": n - 1
    }))
      map2.setAttribute(k, v);
    listen(map2, steps);
    let held = null;
    const along = (e) => {
      const [y, x] = under(MAP, map2, e);
      return (x + y) / 2 * n;
    };
    map2.addEventListener("pointerdown", (e) => {
      if (e.button) return;
      const b = e.target.dataset ? e.target.dataset.block : void 0;
      if (b !== void 0) {
        showBlock(Number(b));
        return;
      }
      const place2 = along(e);
      held = place2 >= state.at && place2 < state.at + state.zoom ? place2 - state.at : state.zoom / 2;
      map2.setPointerCapture(e.pointerId);
      moveTo(place2 - held);
    });
    map2.addEventListener("pointermove", (e) => {
      if (held !== null) moveTo(along(e) - held);
    });
    for (const end of ["pointerup", "pointercancel"])
      map2.addEventListener(end, () => {
        held = null;
      });
    const walk = (dr, dc) => {
      const from = state.cell || [state.at, state.at];
      const next = state.cell ? [clamp(from[0] + dr, 0, n - 1), clamp(from[1] + dc, 0, n - 1)] : from;
      if (Math.abs(next[0] - next[1]) >= state.zoom) return;
      const low = Math.min(...next), high = Math.max(...next);
      state.cell = next;
      if (low < state.at) moveTo(low);
      else if (high >= state.at + state.zoom) moveTo(high - state.zoom + 1);
      point(next);
    };
    const open = (place2) => {
      const href = rows.href && rows.href(order.order[place2]);
      if (href) location.hash = href;
    };
    const cellAt = (e) => {
      const [y, x] = under(VIEW, view, e);
      return Math.min(x, y) < 0 || Math.max(x, y) >= 1 ? null : [y, x].map((v) => state.at + Math.floor(v * state.zoom));
    };
    view.setAttribute("tabindex", "0");
    view.setAttribute("role", "application");
    view.setAttribute("aria-label", `Cells of the window on ${order.matrix}: arrow keys walk, Enter opens the row`);
    listen(view, (e) => ({
      ...steps(),
      ArrowRight: () => walk(0, 1),
      ArrowLeft: () => walk(0, -1),
      ArrowDown: () => walk(1, 0),
      ArrowUp: () => walk(-1, 0),
      Enter: () => state.cell && open(state.cell[e.shiftKey ? 1 : 0])
    }));
    view.addEventListener("pointermove", (e) => {
      const cell = cellAt(e);
      if (!cell) {
        hide();
        return;
      }
      if (!state.cell || cell[0] !== state.cell[0] || cell[1] !== state.cell[1]) point(cell);
      const [i, j] = cell;
      show(
        [
          el("strong", {}, i === j ? `${rows.kind} ${name(i)}` : `${rows.kind} ${name(i)} and ${name(j)}`),
          lines(
            ["squared cosine", similarity(i, j)],
            ["places", i === j ? count(i) : `${count(i)}, ${count(j)}`],
            Math.max(blockAt[i], blockAt[j]) >= 0 && ["blocks", blockWords(i, j)]
          ),
          rows.href && el("p", { class: "faint" }, `Click opens ${name(i)}${i === j ? "" : `, Shift and click ${name(j)}`}.`)
        ].filter(Boolean),
        e.clientX,
        e.clientY
      );
    });
    view.addEventListener("pointerleave", () => hide());
    view.addEventListener("click", (e) => {
      const cell = cellAt(e);
      if (!cell) return;
      point(cell);
      if (e.pointerType !== "touch") open(cell[e.shiftKey ? 1 : 0]);
    });
  };

  // src/heads/zoom.js
  var WIDTHS = [24, 48, 96];
  var MOST_RUNS = 8;
  var make2 = (order, rows, given, changed) => {
    const n = order.order.length, kept = order.picture;
    const near = bytes(kept.near), pooled = bytes(kept.pooled);
    const most = near.reduce((a, b) => Math.max(a, b), 1), mostPooled = pooled.reduce((a, b) => Math.max(a, b), 1);
    const blocks = runsOf(order);
    const widths = [...WIDTHS.filter((w) => w < n), ...n <= WIDTHS[2] ? [n] : []];
    const wanted = widths.includes(given.zoom) ? given.zoom : widths[Math.min(1, widths.length - 1)];
    const state = { at: clamp(given.at || 0, 0, n - wanted), zoom: wanted, cell: null };
    const blockAt = new Int32Array(n).fill(-1);
    blocks.forEach((runs, b) => {
      for (const [p, q] of runs) blockAt.fill(b, p, q + 1);
    });
    const value = (i, j) => {
      const d = Math.abs(i - j);
      return d === 0 || d > kept.band ? null : near[Math.min(i, j) * kept.band + d - 1];
    };
    const name = (place2) => rows.text(order.order[place2]);
    const whole = el("canvas", {});
    const over = layer(MAP);
    const map2 = figure2("map", whole, over);
    const drawWhole = () => {
      const colours = ramp(mostPooled), itself = parts("identity");
      const edge = (t) => Math.ceil(t * n / kept.tiles), alone = Array.from({ length: kept.tiles }, (_, t) => edge(t + 1) - edge(t) === 1);
      paint(whole, kept.tiles, (r, c) => r === c && alone[r] ? itself : colours[pooled[r * kept.tiles + c]]);
    };
    const drawWindow = () => {
      const scale = MAP.size / n;
      over.replaceChildren();
      const tick = roundStep(n / 5);
      for (let place2 = 0; place2 < n; place2 += tick) {
        const at = (place2 + 0.5) * scale;
        over.append(
          text(MAP.left - 6, MAP.top + at + 4, count(place2), { "text-anchor": "end" }),
          text(MAP.left + at, MAP.top - 8, count(place2), { "text-anchor": "middle" })
        );
      }
      over.append(svg("rect", { x: MAP.left, y: MAP.top, width: MAP.size, height: MAP.size, class: "zoom-edge" }));
      blocks.forEach((runs, b) => {
        for (const [p, q] of runs) {
          if (p === q && runs.length > 1) continue;
          const middle = (p + q + 1) / 2, half = Math.max(q - p + 1, 7 / scale) / 2;
          const span2 = [middle - half, middle + half];
          const mark2 = box2(MAP, span2, span2, scale, {
            stroke: hue2(b),
            "stroke-width": 1.5,
            class: "zoom-block",
            "data-block": b
          });
          over.append(
            attach(mark2, () => [
              el("strong", {}, `Block ${b + 1}`),
              lines(
                ["rows", String(order.blocks[b].rows.length)],
                ["mean squared cosine", num(order.blocks[b].mean_similarity, 2)],
                ["places here", p === q ? String(p) : `${p} to ${q}`]
              )
            ])
          );
        }
      });
      const span = [state.at, state.at + state.zoom];
      over.append(
        box2(MAP, span, span, scale, { stroke: color("card"), "stroke-width": 5 }),
        box2(MAP, span, span, scale, { stroke: color("ink"), "stroke-width": 2, class: "zoom-window" })
      );
      map2.setAttribute("aria-valuenow", state.at);
      map2.setAttribute("aria-valuetext", `places ${state.at} to ${state.at + state.zoom - 1} of ${n}`);
    };
    const cells = el("canvas", {});
    const marks = layer(VIEW);
    const view = figure2("view", cells, marks);
    const said = el("p", { class: "zoom-said", "aria-live": "polite" });
    const title = el("h3", {});
    const drawCells = () => {
      const colours = ramp(most), itself = parts("identity"), gone = [parts("raised"), parts("edge")];
      paint(cells, state.zoom, (r, c) => {
        if (r === c) return itself;
        const v = value(state.at + r, state.at + c);
        return v === null ? gone[(r + c) % 2] : colours[v];
      });
    };
    const drawMarks = () => {
      const scale = VIEW.size / state.zoom, last = state.at + state.zoom;
      const step = Math.ceil(13 / scale), tick = roundStep(52 / scale);
      marks.replaceChildren();
      for (let i = 0; i < state.zoom; i++) {
        const place2 = state.at + i, middle = (i + 0.5) * scale, b = blockAt[place2];
        if (b >= 0)
          marks.append(svg("rect", { x: VIEW.left - 7, y: VIEW.top + i * scale, width: 5, height: scale, fill: hue2(b) }));
        if (i % step === 0)
          marks.append(
            text(VIEW.left - 11, VIEW.top + middle + 4, name(place2), {
              "text-anchor": "end",
              "font-size": 11,
              class: "row-name"
            })
          );
        if (place2 % tick === 0)
          marks.append(
            text(VIEW.left + middle, VIEW.top - 8, count(place2), { "text-anchor": "middle", "font-size": 11 })
          );
      }
      marks.append(svg("rect", { x: VIEW.left, y: VIEW.top, width: VIEW.size, height: VIEW.size, class: "zoom-edge" }));
      const inside = ([p, q]) => [clamp(p - state.at, 0, state.zoom), clamp(q + 1 - state.at, 0, state.zoom)];
      blocks.forEach((runs, b) => {
        const here = runs.filter(([p, q]) => q >= state.at && p < last);
        for (const r of here)
          for (const c of here.length > MOST_RUNS ? [r] : here) {
            if (here.length === 1 && r[0] === r[1]) continue;
            marks.append(
              box2(VIEW, inside(r), inside(c), scale, {
                stroke: hue2(b),
                "stroke-width": 2,
                "stroke-dasharray": r === c ? null : "4 3",
                class: "zoom-run"
              })
            );
          }
      });
      if (state.cell) {
        const [r, c] = state.cell.map((p) => p - state.at);
        if (Math.min(r, c) >= 0 && Math.max(r, c) < state.zoom)
          marks.append(
            box2(VIEW, [r, r + 1], [c, c + 1], scale, { stroke: color("card"), "stroke-width": 4 }),
            box2(VIEW, [r, r + 1], [c, c + 1], scale, { stroke: color("top1"), "stroke-width": 2, class: "zoom-cell" })
          );
      }
    };
    const similarity = (i, j) => {
      const v = value(i, j);
      return i === j ? "the row itself" : v === null ? `not kept: over ${kept.band} places apart` : num(squared(v), 2);
    };
    const tellCell = () => {
      if (!state.cell) {
        said.replaceChildren(el("span", { class: "faint" }, "Point at a cell, or walk with the arrow keys."));
        return;
      }
      const one = (p) => [rows.one(order.order[p]), el("span", { class: "faint" }, ` at place ${count(p)}`)];
      const [i, j] = state.cell;
      said.replaceChildren(
        ...[rows.kind, " ", one(i), i === j ? null : [" and ", one(j)], ": ", i === j ? "" : "squared cosine "].flat(3).filter((x) => x !== null),
        el("strong", {}, similarity(i, j))
      );
    };
    const blockWords = (i, j) => {
      const [a, b] = [i, j].map((p) => blockAt[p] < 0 ? "none" : String(blockAt[p] + 1));
      return a === b ? a : `${a}, ${b}`;
    };
    const point = (cell) => {
      state.cell = cell;
      drawMarks();
      tellCell();
    };
    const drawView = () => {
      title.textContent = `Places ${count(state.at)} to ${count(state.at + state.zoom - 1)}`;
      drawCells();
      drawMarks();
    };
    const moveTo = (at, quiet) => {
      const next = clamp(Math.round(at), 0, n - state.zoom);
      if (next === state.at && quiet !== true) return;
      state.at = next;
      if (state.cell && state.cell.some((p) => p < state.at || p >= state.at + state.zoom)) point(null);
      drawView();
      drawWindow();
      if (quiet !== true) changed(state);
    };
    const zoomTo = (width) => {
      if (width === void 0 || width === state.zoom) return;
      const middle = state.at + state.zoom / 2;
      state.zoom = width;
      for (const b of buttons2.children) b.setAttribute("aria-pressed", String(Number(b.dataset.value) === width));
      moveTo(middle - width / 2, true);
      changed(state);
    };
    const buttons2 = segmented(
      "Rows in the window",
      widths.map((w) => [w, String(w)]),
      state.zoom,
      (w) => zoomTo(Number(w))
    );
    const showBlock = (b) => {
      const [p, q] = longest(blocks[b]);
      moveTo((p + q + 1) / 2 - state.zoom / 2);
    };
    attach2({
      order,
      rows,
      n,
      state,
      widths,
      map: map2,
      view,
      moveTo,
      zoomTo,
      showBlock,
      point,
      name,
      similarity,
      blockWords,
      blockAt
    });
    const node = el(
      "div",
      { class: "zoom" },
      el(
        "div",
        {},
        el("h3", {}, kept.tiles === n ? "The whole matrix" : `The whole matrix in ${kept.tiles} × ${kept.tiles} tiles`),
        map2,
        el("p", { class: "hint" }, legend3(mostPooled, kept.tiles === n ? "squared cosine" : "mean squared cosine")),
        el(
          "p",
          { class: "hint" },
          "Drag the window along the diagonal, or focus it and use the arrow keys, Page Up and Page Down, + and −. Coloured squares are blocks; a click goes there."
        )
      ),
      el(
        "div",
        {},
        el(
          "div",
          { class: "head" },
          title,
          el("span", { class: "push" }),
          el("span", { class: "hint" }, "rows"),
          buttons2
        ),
        view,
        said,
        el(
          "div",
          { class: "legend tight hint" },
          legend3(most, "squared cosine"),
          el("span", { class: "note" }, el("span", { class: "gone-sample itself" }), " a row with itself"),
          kept.band < n - 1 && el(
            "span",
            { class: "note" },
            el("span", { class: "gone-sample" }),
            ` over ${kept.band} places apart: not kept`
          )
        ),
        el(
          "p",
          { class: "hint" },
          `Above: places in the order; on the left: ${rows.kinds}. Framed: neighbours of one block; dashed: the same block farther on. Colours come back after eight blocks.`
        )
      )
    );
    drawWhole();
    drawWindow();
    drawView();
    tellCell();
    return { node, showBlock };
  };

  // src/heads/weights.js
  var strip = (label2, value, nulls, width = 520) => {
    const groups2 = Object.entries(nulls);
    const height = 62 + 26 * (groups2.length + 1);
    const box3 = { left: 96, right: width - 20, top: 6, bottom: height - 40 };
    const node = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${label2}: ours ${num(value)}, null draws`
    });
    const all2 = [value, ...groups2.flatMap((g) => g[1])];
    const x = linear(Math.min(...all2), Math.max(...all2), box3.left, box3.right);
    const y = Object.assign((v) => v, { ticks: [] });
    node.append(frame(box3, x, y, { xTitle: label2 }));
    const row = (i) => box3.top + 16 + 26 * i;
    groups2.forEach(([name, draws], i) => {
      node.append(text(box3.left - 10, row(i + 1) + 4, name, { "text-anchor": "end" }));
      for (const v of draws)
        node.append(svg("circle", { cx: x(v), cy: row(i + 1), r: 3.5, fill: color("muted"), opacity: 0.6 }));
    });
    node.append(text(box3.left - 10, row(0) + 4, "weights", { "text-anchor": "end", fill: color("ink") }));
    const mark2 = svg("path", { d: shapePath("diamond", x(value), row(0), 6), fill: color("top1") });
    node.append(attach(mark2, () => `weights: ${num(value)}`));
    return node;
  };
  var block = (order, b, i, row, zoom) => {
    const own = b.rows.slice(0, 24);
    return el(
      "li",
      {},
      el("strong", {}, `Block ${i + 1}`),
      el(
        "span",
        { class: "faint" },
        ` ${b.rows.length} rows, mean squared cosine ${num(b.mean_similarity, 2)}, at place ${count(b.place)} of ${count(order.order.length)} `
      ),
      zoom && el("button", { type: "button", class: "quiet", onclick: () => zoom.showBlock(i) }, "show"),
      " ",
      row.all && el("a", { href: row.all(b.rows) }, "in the table"),
      el("div", { class: "block-rows" }, own.map(row.one), b.rows.length > own.length && "…")
    );
  };
  var rowsOf2 = (data2, order) => {
    const family = /W_(in|out)/.test(order.matrix) && data2.families.find((f) => f.kind === "neuron" && f.layer === order.layer);
    if (family)
      return {
        kind: "neuron",
        kinds: "neurons",
        text: (r) => String(r),
        href: (r) => `#/unit/${family.name}/${r}`,
        one: (r) => unitLink(family.name, r),
        all: (rows) => `#/units?family=${family.name}&rows=${rows.join(",")}`
      };
    const width = data2.model.d_head;
    if (/W_[OVQK]/.test(order.matrix) && width)
      return {
        kind: "dimension",
        kinds: "head dimensions (head : dimension)",
        text: (r) => `L${order.layer}H${Math.floor(r / width)}:${r % width}`,
        href: (r) => `#/head/L${order.layer}H${Math.floor(r / width)}`,
        one: (r) => el(
          "span",
          {},
          headLink(`L${order.layer}H${Math.floor(r / width)}`),
          el("span", { class: "faint" }, `:${r % width}`)
        )
      };
    return { kind: "row", kinds: "rows", text: String, one: (r) => el("span", {}, String(r)) };
  };
  var remembered2 = /* @__PURE__ */ new Map();
  var zoomOf = (key, order, row, given) => {
    if (!order.picture) return null;
    const state = given.get("m") === key ? { at: Number(given.get("at")), zoom: Number(given.get("zoom")) } : null;
    return make2(order, row, state || remembered2.get(key) || {}, ({ at, zoom }) => {
      remembered2.set(key, { at, zoom });
      history.replaceState(null, "", `#/weights?m=${encodeURIComponent(key)}&at=${at}&zoom=${zoom}`);
    });
  };
  var page8 = async (data2, query) => {
    const given = new URLSearchParams(query);
    const orders = await Promise.all(data2.weights.map((w) => load(`weights/${w.key}`)));
    const node = el(
      "div",
      { class: "page overview" },
      el("h1", {}, "Weights in order"),
      !orders.length && el("p", { class: "card" }, "This report holds no ordered weights."),
      el(
        "p",
        { class: "hint" },
        "A greedy order makes structure out of noise, so every number stands beside draws of the same size: Gaussian rows, and rows with the same singular values. A block counts where its squared cosines pass what any Gaussian draw reaches."
      ),
      orders.map((o, i) => {
        const row = rowsOf2(data2, o), zoom = zoomOf(data2.weights[i].key, o, row, given);
        return sectionCard(
          `weights-${data2.weights[i].key}`,
          o.matrix,
          `Order by ${o.method.replace("_", "-")}; ${count(o.blocks.length)} blocks above a squared cosine of ${num(o.level, 3)}.`,
          el(
            "div",
            { class: "two" },
            el(
              "div",
              { class: "scroll" },
              strip(
                "neighbour similarity: mean squared cosine of neighbours in the order",
                o.neighbour,
                o.null_neighbour
              )
            ),
            el(
              "div",
              { class: "scroll" },
              strip(`block excess: inside a band of ${o.width} less outside`, o.excess, o.null_excess)
            )
          ),
          zoom ? zoom.node : el(
            "p",
            { class: "hint" },
            "This record is older than the picture of the matrix; order the matrix again to see it."
          ),
          el(
            "ol",
            { class: "blocks" },
            o.blocks.slice(0, 12).map((b, k) => block(o, b, k, row, zoom))
          ),
          o.blocks.length > 12 && el("p", { class: "hint" }, `and ${o.blocks.length - 12} more`)
        );
      })
    );
    const start3 = () => {
      const key = given.get("m");
      if (key) document.getElementById(`weights-${key}`)?.querySelector(".zoom")?.scrollIntoView({ block: "center" });
    };
    return { title: "Weights in order", node, start: start3, keys: {} };
  };

  // src/heads/app.js
  var { goto: goto2 } = shell_exports;
  var data = null;
  var LISTS = { heads: table_exports, pairs: pairs_exports, units: units_exports, weights: weights_exports };
  var route = ({ parts: parts2, query }) => {
    const [kind, a, b] = parts2;
    if (!parts2.length) return { kind: "overview", make: () => page2(data, query) };
    if (parts2.length === 1 && Object.hasOwn(LISTS, kind)) return { kind, make: () => LISTS[kind].page(data, query) };
    if (parts2.length === 2 && kind === "head") return { kind, make: () => page4(data, a, query) };
    if (parts2.length === 3 && kind === "unit" && /^\d+$/.test(b))
      return { kind, make: () => page7(data, a, Number(b)) };
    throw new Error(`There is no page at ${location.hash}.`);
  };
  var jumpTo = (text2) => {
    const head = /^L?(\d+)[H.](\d+)$/i.exec(text2);
    if (head) return goto2(`#/head/L${Number(head[1])}H${Number(head[2])}`);
    const found = /^(L\d+-\w+)[/ ](\d+)$/i.exec(text2);
    if (found) return goto2(`#/unit/${found[1]}/${Number(found[2])}`);
    announce(`${text2} is not a head or a unit`);
  };
  var bar2 = ({ kind }) => {
    const tab = (href, text2, kinds) => el("a", { href, "aria-current": kinds.includes(kind) ? "page" : null }, text2);
    const nav = el(
      "nav",
      { "aria-label": "Pages" },
      tab("#/", "Overview", ["overview"]),
      tab("#/heads", "Heads", ["heads", "head"]),
      (data.has_pairs || data.has_preferences) && tab("#/pairs", "Pairs", ["pairs"]),
      data.families.length > 0 && tab("#/units", "Units", ["units", "unit"]),
      data.weights.length > 0 && tab("#/weights", "Weights", ["weights"])
    );
    const go = (e) => {
      e.preventDefault();
      const box3 = e.target.elements.place;
      box3.blur();
      jumpTo(box3.value.trim());
    };
    const jump = el(
      "form",
      { class: "jump", onsubmit: go },
      el("input", {
        id: "jump",
        name: "place",
        autocomplete: "off",
        spellcheck: "false",
        placeholder: "L3H5",
        "aria-label": "Go to a head, or a unit such as L3-heads/5"
      })
    );
    return { left: [nav], right: [jump] };
  };
  start2({
    title: "polyhead heads",
    home: "#/",
    back: "Overview",
    data: "heads",
    open: (value) => {
      data = value;
    },
    route,
    bar: bar2,
    keys: {
      o: () => goto2("#/"),
      h: () => goto2("#/heads"),
      p: () => goto2("#/pairs"),
      u: () => goto2("#/units"),
      w: () => goto2("#/weights"),
      "/": () => search(data.families.length ? "#/units" : "#/heads"),
      g: () => document.getElementById("jump")?.focus()
    },
    help: () => [
      ["o  h  p  u  w", "overview, heads, pairs, units, weights"],
      ["/", "search"],
      ["g", "go to a head or unit by name"],
      ["j  k", "next, previous head or unit (in the order of the table)"],
      ["← →", "on a head: next query of the window; on a unit: the next one"],
      [",  .", "on a head: previous, next window"],
      ["r  b", "on a head: rows in text, ablated"],
      ["↑ ↓  Enter", "move in a table, open"],
      ["+  −  PgUp  PgDn", "on a weight matrix: zoom, next window (arrows: one place or cell)"]
    ]
  });
})();
