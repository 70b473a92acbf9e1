/*! polyhead, studies pages. Built from viewer/src by `make viewer`; do not edit. MIT licence. */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all) => {
    for (var name2 in all)
      __defProp(target, name2, { get: all[name2], enumerable: true });
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
    for (const [name2, value] of Object.entries(attributes || {})) {
      if (value === null || value === void 0 || value === false) continue;
      if (name2.startsWith("on")) node.addEventListener(name2.slice(2), value);
      else if (name2 === "vars") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
      else node.setAttribute(name2, value === true ? "" : String(value));
    }
    for (const child of children.flat(3)) {
      if (child === null || child === void 0 || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };
  var el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  var svg = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  var segmented = (label, options, current3, choose2) => {
    const group = el("div", { class: "segmented", role: "group", "aria-label": label });
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
    show2(current3);
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
  var lines = (...rows3) => el(
    "dl",
    { class: "lines" },
    rows3.filter(Boolean).map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])
  );

  // src/shared/keys.js
  var app = null;
  var dialog = null;
  var help = () => {
    const rows3 = app.help().map(([k, v]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, v)]);
    dialog.querySelector("dl").replaceChildren(...rows3.flat());
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
  globalThis.polyhead = { receive: (key2, text2) => takers.get(key2)?.(text2) };
  var load = (key2) => {
    if (promises.has(key2)) return promises.get(key2);
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      takers.set(key2, (text2) => {
        takers.delete(key2);
        try {
          resolve(JSON.parse(text2));
        } catch {
          fail2("is damaged");
        }
      });
      script.src = `data/${key2.split("/").map(encodeURIComponent).join("/")}.js`;
      const fail2 = (why) => {
        promises.delete(key2);
        takers.delete(key2);
        reject(new Error(`data/${key2}.js ${why}`));
      };
      script.onload = () => {
        script.remove();
        if (takers.has(key2)) fail2("is damaged");
      };
      script.onerror = () => {
        script.remove();
        fail2("could not be loaded: was the report folder copied whole?");
      };
      document.head.append(script);
    });
    promises.set(key2, promise);
    const pages = [...promises.keys()].filter((k) => k.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise;
  };

  // src/shared/theme.js
  var theme_exports = {};
  __export(theme_exports, {
    clusterColor: () => clusterColor,
    clusterShape: () => clusterShape,
    color: () => color,
    current: () => current,
    headColor: () => headColor,
    headShape: () => headShape,
    onChange: () => onChange,
    setTitles: () => setTitles,
    toggle: () => toggle,
    variantColor: () => variantColor,
    variantDash: () => variantDash,
    variantMark: () => variantMark,
    variantName: () => variantName,
    variantShape: () => variantShape
  });

  // src/shared/axes.js
  var axes_exports = {};
  __export(axes_exports, {
    FONT: () => FONT,
    frame: () => frame,
    linear: () => linear,
    logarithmic: () => logarithmic,
    shapePath: () => shapePath,
    text: () => text
  });

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
  var plain = (v) => {
    if (absent(v)) return MISSING;
    if (typeof v === "boolean") return v ? "yes" : "no";
    if (typeof v === "number") return Number.isInteger(v) ? count(v) : num(v, 4);
    if (Array.isArray(v)) return v.map(plain).join(", ") || MISSING;
    if (typeof v === "object")
      return Object.entries(v).map(([k, x]) => `${k} ${plain(x)}`).join(", ");
    return String(v);
  };
  var moment = (v) => {
    const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
    return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
  };

  // src/shared/axes.js
  var FONT = "system-ui, sans-serif";
  var niceStep = (span, n) => {
    const raw = span / n, power2 = 10 ** Math.floor(Math.log10(raw));
    return power2 * [1, 2, 2.5, 5, 10].find((m) => m * power2 >= raw * 0.999);
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
    const step2 = niceStep(high - low, n);
    if (nice) {
      low = Math.floor(low / step2 + 1e-9) * step2;
      high = Math.ceil(high / step2 - 1e-9) * step2;
    }
    const ticks = [];
    for (let t = Math.ceil(low / step2 - 1e-9) * step2; t <= high + step2 * 1e-6; t += step2)
      ticks.push(Math.abs(t) < step2 * 1e-6 ? 0 : t);
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
  var color = (name2) => getComputedStyle(root).getPropertyValue(`--${name2}`).trim();
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
    const name2 = placed(plain2)[0] || titles.get(plain2) || plain2;
    return plain2 === v ? name2 : `${name2}, shuffled patterns (control)`;
  };
  var variantColor = (v) => color(plainOf(v) === v ? placed(v)[1] : "shuffled");
  var variantShape = (v) => placed(plainOf(v))[2] || null;
  var variantDash = (v) => DASHES[variantShape(v)] || null;
  var variantMark = (v) => {
    const { el: el2, svg: svg2 } = dom_exports;
    const shape = variantShape(v);
    if (!shape) return el2("span", { class: "swatch", vars: { "--swatch": variantColor(v) } });
    const path2 = svg2("path", { d: shapePath(shape, 6, 6, 4.6), fill: variantColor(v) });
    return svg2("svg", { width: 12, height: 12, class: "mark-swatch", "aria-hidden": "true" }, path2);
  };
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var current = () => root.dataset.theme;
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

  // src/shared/shell.js
  var SLOW = 250;
  var SETTLED = 80;
  var app2 = null;
  var main = null;
  var page = null;
  var turn = 0;
  var current2 = () => page;
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
  var drawBar = (where) => {
    const button = (id, text2, label, key2, onclick) => el(
      "button",
      { type: "button", class: "quiet", id, "aria-label": label, title: `${label} (${key2})`, onclick },
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
  var begin = (what) => {
    app2 = what;
    main = document.getElementById("main");
    start({
      page: current2,
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
  globalThis.polyhead.page = current2;

  // src/studies/verdict.js
  var VERDICTS = {
    reproduced: { icon: "✓", kind: "yes" },
    partly: { icon: "◐", kind: "partly" },
    "not reproduced": { icon: "✕", kind: "no" },
    "published number unknown": { icon: "?", kind: "unknown" }
  };
  var NAMES = Object.keys(VERDICTS);
  var pill = (verdict, count2 = null) => el(
    "span",
    { class: `verdict-pill ${VERDICTS[verdict].kind}`, "data-verdict": verdict },
    el("span", { class: "icon", "aria-hidden": "true" }, VERDICTS[verdict].icon),
    count2 === null ? verdict : `${count2} ${verdict}`
  );
  var pills = (counts) => el(
    "span",
    { class: "verdict-pills" },
    NAMES.filter((v) => counts[v]).map((v) => pill(v, counts[v]))
  );
  var countOf = (claims) => {
    const counts = Object.fromEntries(NAMES.map((v) => [v, 0]));
    for (const c of claims) counts[c.verdict] += 1;
    return counts;
  };
  var icon = (verdict) => el(
    "span",
    { class: `verdict-icon ${VERDICTS[verdict].kind}`, role: "img", "aria-label": verdict, title: verdict },
    VERDICTS[verdict].icon
  );

  // src/studies/list.js
  var row = (s) => el(
    "tr",
    { "data-study": s.name, "data-stop": "study", tabindex: -1 },
    el(
      "th",
      { scope: "row" },
      el("a", { href: `${s.name}.html`, class: "study-link" }, s.title),
      el("span", { class: "question" }, s.question),
      s.claims.length > 0 && el(
        "details",
        {},
        el("summary", {}, `${s.claims.length} ${s.claims.length === 1 ? "claim" : "claims"}`),
        el(
          "ul",
          { class: "claim-list" },
          s.claims.map(
            (c) => el("li", {}, icon(c.verdict), el("a", { href: `${s.name}.html#claim-${c.key}` }, c.statement))
          )
        )
      )
    ),
    el("td", { "data-label": "Verdicts" }, pills(s.verdicts)),
    el("td", { "data-label": "Preset" }, s.preset),
    el("td", { class: "number", "data-label": "Seeds" }, s.n_seeds === null ? MISSING : plainSeeds(s.n_seeds)),
    el(
      "td",
      { class: "number", "data-label": "Models" },
      count(s.n_models),
      s.n_diverged > 0 && el("span", { class: "faint" }, ` (${count(s.n_diverged)} diverged)`)
    ),
    el("td", { class: "number", "data-label": "Time" }, seconds(s.seconds))
  );
  var plainSeeds = (v) => typeof v === "number" ? count(v) : plain(v);
  var absent2 = (m) => el(
    "tr",
    { class: "absent" },
    el("th", { scope: "row" }, m.name),
    el("td", { colspan: 5 }, "not run yet: ", el("code", {}, m.command))
  );
  var page2 = (data) => {
    const totals = Object.fromEntries(NAMES.map((v) => [v, data.studies.reduce((n, s) => n + s.verdicts[v], 0)]));
    const models = data.studies.reduce((n, s) => n + s.n_models, 0), time = data.studies.reduce((n, s) => n + s.seconds, 0);
    const heads = ["Study", "Verdicts", "Preset", "Seeds", "Models", "Time"];
    const node = el(
      "div",
      { class: "page study" },
      el(
        "section",
        { class: "card study-head" },
        el("h1", {}, "Studies"),
        el(
          "p",
          { class: "question" },
          "Published results on attention and feature superposition, in toy worlds and in real models: each claim measured over seeds, with a control, beside the published number."
        ),
        el("p", { class: "counts" }, pills(totals)),
        el(
          "p",
          { class: "subtitle" },
          el("span", {}, `${data.studies.length} ${data.studies.length === 1 ? "study" : "studies"}`),
          el("span", {}, `${count(models)} models trained`),
          el("span", {}, `${seconds(time)} on one thread each`)
        )
      ),
      el(
        "section",
        { class: "card" },
        el(
          "table",
          { class: "study-list" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              heads.map((h, i) => el("th", { scope: "col", class: i > 2 ? "number" : null }, h))
            )
          ),
          el("tbody", {}, data.studies.map(row), data.missing.map(absent2))
        )
      )
    );
    return { node, title: "Studies", draw: () => {
    }, visit: () => false, openAll: () => toggleAll(node) };
  };
  var toggleAll = (node) => {
    const all = [...node.querySelectorAll("details")];
    const yes = !all.every((d) => d.open);
    for (const d of all) d.open = yes;
  };

  // src/studies/measure.js
  var measure_exports = {};
  __export(measure_exports, {
    cut: () => cut,
    widest: () => widest,
    width: () => width,
    wrap: () => wrap
  });
  var context = document.createElement("canvas").getContext("2d");
  var known = /* @__PURE__ */ new Map();
  var width = (content, size = 12, weight = 400) => {
    const key2 = `${weight} ${size} ${content}`;
    if (!known.has(key2)) {
      context.font = `${weight} ${size}px system-ui, sans-serif`;
      known.set(key2, context.measureText(content).width);
    }
    return known.get(key2);
  };
  var widest = (list, size = 12, weight = 400) => list.reduce((most, t) => Math.max(most, width(t, size, weight)), 0);
  var cut = (content, most, size = 12, weight = 400) => {
    if (width(content, size, weight) <= most) return content;
    const tail = content.match(/ \S{1,6}$/)?.[0] ?? "";
    const head = content.slice(0, content.length - tail.length);
    const kept = (n) => `${head.slice(0, n).trimEnd()}…${tail}`;
    let low = 0, high = head.length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (width(kept(middle), size, weight) <= most) low = middle;
      else high = middle - 1;
    }
    return kept(low);
  };
  var wrap = (content, most, size = 12, weight = 400, nLines = 3) => {
    const lines2 = [];
    let line = "";
    const whole = content.replace(/\s(?=[^({[]*[)}\]])/g, " ");
    for (const word of whole.split(/[^\S\u00a0]+/).filter(Boolean)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && width(longer, size, weight) > most) {
        lines2.push(line);
        line = word;
      } else line = longer;
    }
    if (line) lines2.push(line);
    const shown = lines2.length > nLines ? [...lines2.slice(0, nLines - 1), lines2.slice(nLines - 1).join(" ")] : lines2;
    return shown.map((l) => cut(l, most, size, weight));
  };

  // src/studies/colours.js
  var VIRIDIS = "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725".split(" ");
  var SIGNS = {
    light: "0a3d73 2a72b0 7fb2dd c9deee f5f4f1 f6d9b4 eba654 c56a10 7d3c00".split(" "),
    dark: "b5deff 6db4f0 3a7fbd 2b4a68 262d35 5a4025 a9661c ec9a3c ffd39b".split(" ")
  };
  var SHAPES2 = ["circle", "square", "triangle", "diamond", "cross"];
  var N_HUES2 = 8;
  var rgb = (hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  var along = (stops, t) => {
    const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at));
    const a = rgb(stops[i]), b = rgb(stops[i + 1]);
    return a.map((v, k) => Math.round(v + (b[k] - v) * (at - i)));
  };
  var css = (c) => `rgb(${c.join(" ")})`;
  var ramp = (t, diverging) => along(diverging ? SIGNS[current() === "dark" ? "dark" : "light"] : VIRIDIS, t);
  var luminance = (c) => {
    const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  var inkOn = (c) => luminance(c) > 0.179 ? "#000000" : "#ffffff";
  var seriesColor = (i, n) => n <= 2 * N_HUES2 ? color(`hue-${i % N_HUES2}`) : css(along(VIRIDIS, 0.08 + 0.84 * i / Math.max(1, n - 1)));
  var seriesShape = (i) => SHAPES2[i % SHAPES2.length];
  var categoryColor = (i) => color(`hue-${i % N_HUES2}`);
  var fromCss = (c) => {
    const hex = /^#([0-9a-f]{6})$/i.exec(c);
    return hex ? rgb(hex[1]) : (c.match(/\d+/g) || [0, 0, 0]).slice(0, 3).map(Number);
  };

  // src/studies/legend.js
  var ROW = 18;
  var MOST = 16;
  var rows = (items, left, right, top) => {
    const g = svg("g", { class: "legend" });
    if (items.length > MOST) {
      g.append(text(left, top + 12, `${items.length} series; their names show on hovering`, { "font-size": 11.5 }));
      return { node: g, height: ROW, width: left + 260 };
    }
    let x = left, y = top, used = 0;
    for (const item of items) {
      const label = cut(item.name, right - left - 24, 11.5);
      const wide2 = 22 + width(label, 11.5) + 14;
      if (x > left && x + wide2 - 14 > right) {
        x = left;
        y += ROW;
      }
      if (item.line)
        g.append(
          svg("line", {
            ...{ x1: x, x2: x + 17, y1: y + 8, y2: y + 8, stroke: item.fill, "stroke-width": 2 },
            "stroke-dasharray": item.dash
          })
        );
      if (item.shape) g.append(svg("path", { d: shapePath(item.shape, x + 8.5, y + 8, 4), fill: item.fill }));
      if (!item.line && !item.shape)
        g.append(svg("rect", { x, y: y + 2, width: 13, height: 12, rx: 2, fill: item.fill, stroke: item.stroke }));
      g.append(text(x + (item.line || item.shape ? 22 : 18), y + 12, label, { "font-size": 11.5, fill: color("ink") }));
      x += wide2;
      used = Math.max(used, x - 14);
    }
    return { node: g, height: items.length ? y - top + ROW : 0, width: used };
  };
  var bar = (limits, diverging, left, top, width2) => {
    const g = svg("g", { class: "colour-bar" });
    const n = 48, wide2 = Math.min(220, width2);
    for (let i = 0; i < n; i++) {
      const x0 = left + i * wide2 / n;
      g.append(
        svg("rect", { x: x0, y: top, width: wide2 / n + 0.4, height: 10, fill: css(ramp((i + 0.5) / n, diverging)) })
      );
    }
    g.append(
      svg("rect", { x: left, y: top, width: wide2, height: 10, fill: "none", stroke: color("edge"), "stroke-width": 1 })
    );
    const at = linear(limits[0], limits[1], left, left + wide2, { n: 3, nice: false });
    let ticks = diverging ? [limits[0], 0, limits[1]] : [limits[0], ...at.ticks, limits[1]];
    const kept = [];
    ticks = [...new Set(ticks)];
    for (const t of [ticks[0], ticks[ticks.length - 1], ...ticks.slice(1, -1)]) {
      const half = width(num(t), 11) / 2 + 5;
      if (kept.every((k) => Math.abs(at(k) - at(t)) > half + width(num(k), 11) / 2)) kept.push(t);
    }
    for (const t of kept) {
      const x = at(t), half = width(num(t), 11) / 2;
      g.append(
        svg("line", { x1: x, x2: x, y1: top + 10, y2: top + 14, stroke: color("muted") }),
        text(Math.max(left + half - 6, x), top + 25, num(t), { "text-anchor": "middle", "font-size": 11 })
      );
    }
    return { node: g, height: 32 };
  };

  // src/studies/scale.js
  var SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  var power = (v, far) => {
    const p = Math.round(Math.log10(v));
    const exact = Math.abs(v / 10 ** p - 1) < 1e-9;
    return exact && far && Math.abs(p) > 1 ? `10${[...String(p)].map((c) => SUPER[c]).join("")}` : num(Number(v.toPrecision(6)));
  };
  var thin = (ticks, at, textOf, vertical) => {
    const room = (k2) => {
      const kept = ticks.filter((_, i) => i % k2 === 0);
      return kept.every((t, i) => {
        if (!i) return true;
        const gap = Math.abs(at(t) - at(kept[i - 1]));
        return vertical ? gap >= 16 : gap >= (width(textOf(t)) + width(textOf(kept[i - 1]))) / 2 + 10;
      });
    };
    let k = 1;
    while (k < ticks.length && !room(k)) k++;
    return ticks.filter((_, i) => i % k === 0);
  };
  var logarithmic2 = (low, high, from, to, vertical) => {
    if (low === high) {
      low /= 2;
      high *= 2;
    }
    const pad = (high / low) ** 0.03;
    low /= pad;
    high *= pad;
    const at = (v) => from + Math.log(v / low) / Math.log(high / low) * (to - from);
    const decades = Math.log10(high / low);
    const bases = decades > 3.2 ? [1] : decades > 1.2 ? [1, 2, 5] : decades > 0.5 ? [1, 1.5, 2, 3, 5, 7] : null;
    let ticks = [];
    if (bases) {
      for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
        for (const b of bases) ticks.push(Number((b * 10 ** p).toPrecision(12)));
      ticks = ticks.filter((t) => t >= low && t <= high);
    } else ticks = linear(low, high, 0, 1, { nice: false }).ticks.filter((t) => t > 0);
    const far = high > 3e4 || low < 1e-3;
    const textOf = (v) => power(v, far);
    return Object.assign(at, { low, high, ticks: thin(ticks, at, textOf, vertical), text: textOf });
  };
  var numeric = (range, from, to, { log = false, nice = true, pad = 0, points = [], vertical = false } = {}) => {
    const [low, high] = range;
    let made;
    if (log) made = logarithmic2(low, high, from, to, vertical);
    else {
      const more = pad * (high - low);
      const n = Math.max(2, Math.min(6, Math.floor(Math.abs(to - from) / (vertical ? 44 : 60))));
      made = linear(low - more, high + more, from, to, { n, nice });
      made.ticks = thin(made.ticks, made, made.text, vertical);
    }
    const distinct = [...new Set(points)].sort((a, b) => a - b);
    const short = distinct.every((v) => Number(v.toPrecision(2)) === v);
    if (distinct.length > 1 && distinct.length <= 14 && short) {
      const kept = thin(distinct, made, made.text, vertical);
      if (kept.length === distinct.length) made.ticks = distinct;
    }
    return made;
  };
  var labelBands = (names, step2, { most = 150 } = {}) => {
    const size = 11.5, wide2 = widest(names, size);
    if (wide2 + 5 <= step2) return { mode: "flat", every: 1, height: 18, size };
    const numbers2 = names.every((n) => /^[−+-]?[\d.,]+(e[−+-]?\d+)?$/i.test(n.trim()));
    if (numbers2 || wide2 < 16) return { mode: "flat", every: Math.ceil((wide2 + 8) / step2), height: 18, size };
    const wrapped = names.map((n) => wrap(n, step2 - Math.min(14, 0.18 * step2), size, 400, 3));
    const plain2 = (t) => t.replace(/\s+/g, " ").trim();
    if (names.every((n, i) => plain2(wrapped[i].join(" ")) === plain2(n)))
      return { mode: "wrap", every: 1, height: 5 + 13 * Math.max(...wrapped.map((w) => w.length)), size, wrapped };
    const long = Math.min(wide2, most);
    return { mode: "tilt", every: Math.ceil(13 / step2), height: Math.ceil(long * 0.71 + 16), size, most };
  };
  var bands = (names, from, to) => {
    const step2 = (to - from) / Math.max(1, names.length);
    return Object.assign((i) => from + (i + 0.5) * step2, { names, step: step2, low: 0, high: names.length });
  };

  // src/studies/plot.js
  var clips = 0;
  var tipped = (chart) => {
    const move = (e) => {
      if (e.target.tip) show(e.target.tip(), e.clientX, e.clientY);
      else hide();
    };
    chart.addEventListener("pointermove", move);
    chart.addEventListener("pointerdown", move);
    chart.addEventListener("pointerleave", hide);
    return chart;
  };
  var mark = (node, tip) => Object.assign(node, { tip });
  var canvas = (width2, height, label) => tipped(
    svg("svg", { viewBox: `0 0 ${width2} ${height}`, width: width2, height, role: "img", class: "chart", "aria-label": label })
  );
  var titleLines = (title, width2) => title ? wrap(title, width2, 13, 600, 2) : [];
  var drawTitle = (chart, lines2, x = 2) => lines2.forEach(
    (line, i) => chart.append(
      text(x, 14 + 17 * i, line, { "font-size": 13, "font-weight": 600, fill: color("ink"), class: "title" })
    )
  );
  var drawBands = (g, scale, names, plan, y) => {
    names.forEach((name2, i) => {
      if (i % plan.every) return;
      const x = scale(i);
      if (plan.mode === "wrap") {
        plan.wrapped[i].forEach(
          (line, k) => g.append(text(x, y + 14 + 13 * k, line, { "text-anchor": "middle", "font-size": plan.size }))
        );
        return;
      }
      const shown = plan.mode === "tilt" ? cut(name2, Math.min(plan.most, (x - 4) * 1.41), plan.size) : name2;
      const place3 = plan.mode === "tilt" ? { "text-anchor": "end", transform: `translate(${x + 4} ${y + 12}) rotate(-45)` } : { "text-anchor": "middle", x, y: y + 14 };
      g.append(svg("text", { "font-size": plan.size, "font-family": FONT, fill: color("muted"), ...place3 }, shown));
    });
  };
  var drawReferences = (g, references, box2, x, y) => {
    const halo = { "paint-order": "stroke", stroke: color("card"), "stroke-width": 3, "stroke-linejoin": "round" };
    const style = { stroke: color("ink"), "stroke-width": 1.2, "stroke-dasharray": "6 4", class: "reference" };
    const taken = [];
    for (const r of references) {
      const tip = () => lines([r.label, num(r.value, 4)]);
      const most = Math.max(60, (box2.right - box2.left) * 0.8);
      const label = cut(r.label, most, 11);
      const wide2 = width(label, 11);
      let lx, ly;
      if (r.axis === "y") {
        const at = y(r.value);
        g.append(mark(svg("line", { x1: box2.left, x2: box2.right, y1: at, y2: at, ...style }), tip));
        lx = box2.right - wide2 - 3;
        ly = at - 4 < box2.top + 10 ? at + 12 : at - 4;
      } else {
        const at = x(r.value);
        g.append(mark(svg("line", { x1: at, x2: at, y1: box2.top, y2: box2.bottom, ...style }), tip));
        lx = at + 5 + wide2 > box2.right ? at - 5 - wide2 : at + 5;
        ly = box2.top + 11;
      }
      const hits = () => taken.some((t) => Math.abs(t.y - ly) < 12 && lx < t.x + t.wide && t.x < lx + wide2);
      for (let k = 0; k < 8 && hits(); k++) ly += 13;
      taken.push({ x: lx, y: ly, wide: wide2 });
      g.append(mark(text(lx, ly, label, { "font-size": 11, fill: color("ink"), ...halo }), tip));
    }
  };
  var make = ({ title, width: width2, inner, items, x: xo, y: yo, references = [], square = false, label }) => {
    const ySample = numeric(yo.range, inner, 0, { log: yo.log, pad: yo.pad, nice: yo.nice ?? true, vertical: true });
    const yLines = yo.label ? wrap(yo.label, inner + 24, 12, 400, 2) : [];
    const left = Math.ceil(widest(ySample.ticks.map(ySample.text)) + 14 + 16 * yLines.length);
    const heading = titleLines(title, width2 - 4);
    const legend = rows(items, left, width2 - 4, heading.length * 17 + (heading.length ? 6 : 2));
    const top = heading.length * 17 + legend.height + 12;
    const right = width2 - 14;
    let tall = inner, x;
    if (square) {
      const spanX = (xo.range[1] - xo.range[0]) * (1 + 2 * xo.pad), spanY = (yo.range[1] - yo.range[0]) * (1 + 2 * yo.pad);
      tall = Math.min(inner, (right - left) * spanY / spanX);
      const wide2 = tall * spanX / spanY;
      x = numeric(xo.range, left, left + wide2, { pad: xo.pad, nice: false });
    } else if (xo.names) x = bands(xo.names, left, right);
    else x = numeric(xo.range, left, right, { log: xo.log, nice: xo.nice ?? false, pad: xo.pad, points: xo.points });
    const box2 = { left, right: square ? x(x.high) : right, top, bottom: top + tall };
    const y = numeric(yo.range, box2.bottom, box2.top, {
      log: yo.log,
      pad: yo.pad,
      nice: !square && (yo.nice ?? true),
      vertical: true
    });
    const plan = xo.names && labelBands(xo.names, x.step);
    const under = box2.bottom + (plan ? plan.height + 4 : 22);
    const xLines = xo.label ? wrap(xo.label, Math.max(80, width2 - left - 8), 12, 400, 2) : [];
    const height = under + 16 * xLines.length + 4;
    const chart = canvas(width2, height, label || title);
    drawTitle(chart, heading);
    chart.append(legend.node);
    const g = svg("g", { class: "axes" });
    for (const t of y.ticks) {
      const zero = t === 0 && y.low < 0;
      g.append(
        svg("line", {
          x1: box2.left,
          x2: box2.right,
          y1: y(t),
          y2: y(t),
          stroke: color(zero ? "edge" : "line"),
          "stroke-width": 1
        })
      );
      g.append(text(box2.left - 7, y(t) + 4, y.text(t), { "text-anchor": "end" }));
    }
    if (plan) drawBands(g, x, xo.names, plan, box2.bottom);
    else
      for (const t of x.ticks) {
        g.append(
          svg("line", {
            x1: x(t),
            x2: x(t),
            y1: square ? box2.top : box2.bottom,
            y2: box2.bottom + 4,
            stroke: color(square ? "line" : "muted")
          })
        );
        g.append(text(x(t), box2.bottom + 17, x.text(t), { "text-anchor": "middle" }));
      }
    g.append(svg("line", { x1: box2.left, x2: box2.right, y1: box2.bottom, y2: box2.bottom, stroke: color("muted") }));
    xLines.forEach(
      (line, i) => g.append(
        text((box2.left + box2.right) / 2, under + 11 + 16 * i, line, { "text-anchor": "middle", fill: color("ink") })
      )
    );
    yLines.forEach(
      (line, i) => g.append(
        text(0, 0, line, {
          "text-anchor": "middle",
          fill: color("ink"),
          transform: `translate(${12 + 16 * i} ${(box2.top + box2.bottom) / 2}) rotate(-90)`
        })
      )
    );
    chart.append(g);
    const clip = `plot-clip-${++clips}`;
    chart.append(
      svg(
        "clipPath",
        { id: clip },
        svg("rect", { x: box2.left - 6, y: box2.top - 6, width: box2.right - box2.left + 12, height: tall + 12 })
      )
    );
    const layer = svg("g", { "clip-path": `url(#${clip})` });
    chart.append(layer);
    const front = svg("g");
    chart.append(front);
    drawReferences(front, references, box2, x, y);
    return { chart, box: box2, x, y, layer, front };
  };
  var empty = (title, width2, why) => {
    const chart = canvas(width2, 120, title);
    drawTitle(chart, titleLines(title, width2));
    chart.append(text(width2 / 2, 70, why, { "text-anchor": "middle" }));
    return chart;
  };

  // src/studies/strip.js
  var ROW2 = 44;
  var MOST2 = 8;
  var finite = (d) => d.values.filter((v) => Number.isFinite(v));
  var quantile = (sorted, q) => {
    const at = q * (sorted.length - 1), i = Math.floor(at);
    return sorted[i] + (at - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
  };
  var numbers = (d) => {
    const s = finite(d).sort((a, b) => a - b);
    if (!s.length) return { n: 0 };
    return {
      n: s.length,
      median: quantile(s, 0.5),
      low: quantile(s, 0.1),
      high: quantile(s, 0.9),
      least: s[0],
      most: s.at(-1)
    };
  };
  var rounded = (v, digits) => num(Number(v.toPrecision(digits)), digits);
  var withUnit = (v, unit, digits = 3) => unit ? `${rounded(v, digits)} ${unit}` : rounded(v, digits);
  var isShares = (all) => {
    const multiple = all.filter((d) => finite(d).length > 1);
    return multiple.length > 0 && all.every((d) => !d.unit) && multiple.every((d) => finite(d).every((v) => v === 0 || v === 1)) && all.every((d) => finite(d).every((v) => v >= 0 && v <= 1));
  };
  var shareOf = (d) => {
    const values = finite(d), k = values.reduce((a, b) => a + b, 0), n = values.length;
    return { n, k, share: n ? k / n : null };
  };
  var wilson = (k, n) => {
    const z = 1.96, p = k / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n), half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  };
  var said = (d, shares) => {
    const lost = d.n_diverged ? `, ${d.n_diverged} diverged` : "";
    if (!finite(d).length) return `no model${lost}`;
    if (shares) {
      const { n: n2, k, share } = shareOf(d);
      return (n2 > 1 ? `${percent(share)} (${k} of ${n2})` : percent(share)) + lost;
    }
    const { n, median } = numbers(d);
    return `${withUnit(median, d.unit)}${n > 1 ? ` (n = ${n})` : ""}${lost}`;
  };
  var jitter = (i) => ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 11;
  var drawShare = (g, d, x, middle, ours) => {
    const { n, k, share } = shareOf(d);
    if (share === null) return;
    const fill2 = color(ours ? "accent" : "muted");
    g.append(
      svg("rect", { x: x(0), width: Math.max(1, x(1) - x(0)), y: middle - 5, height: 10, fill: color("raised") }),
      svg("rect", {
        x: x(0),
        width: Math.max(1.5, x(share) - x(0)),
        y: middle - 5,
        height: 10,
        fill: fill2,
        class: "share",
        opacity: ours ? 1 : 0.75
      })
    );
    if (n > 1) {
      const [low, high] = wilson(k, n);
      g.append(
        svg("path", {
          d: `M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 3}v6M${x(high)} ${middle - 3}v6`,
          stroke: color("ink"),
          "stroke-width": 1.3,
          fill: "none"
        })
      );
    }
  };
  var drawDots = (g, d, x, middle, ours) => {
    const values = finite(d), { n, median, low, high } = numbers(d);
    if (!n) return;
    const fill2 = color(ours ? "accent" : "muted");
    if (n > 2)
      g.append(
        svg("rect", {
          x: x(low),
          width: Math.max(1, x(high) - x(low)),
          y: middle - 7.5,
          height: 15,
          rx: 3,
          fill: fill2,
          opacity: 0.16,
          class: "spread"
        })
      );
    const opacity = n > 200 ? 0.25 : n > 40 ? 0.45 : 0.7;
    values.forEach(
      (v, i) => g.append(
        svg("circle", {
          ...{ cx: x(v), cy: middle + (n > 1 ? jitter(i) : 0), r: n === 1 ? 4 : 2.6, class: "seed" },
          ...ours || n > 40 ? { fill: fill2, opacity: n === 1 ? 1 : opacity } : { fill: color("card"), stroke: fill2, "stroke-width": 1.2 }
        })
      )
    );
    if (n > 1)
      g.append(
        svg("rect", { x: x(median) - 1.5, y: middle - 9, width: 3, height: 18, fill: color("ink"), class: "median" })
      );
  };
  var rangeOf = (list) => {
    const values = list.flatMap(finite);
    if (!values.length) return [0, 1];
    let low = Math.min(...values);
    const high = Math.max(...values);
    if (low >= 0 && high <= 1 && (high > 0.3 || low === high)) return [0, 1];
    if (low > 0 && low < 0.5 * high) low = 0;
    return low === high ? [Math.min(0, low), Math.max(0, high) || 1] : [low, high];
  };
  var draw = (claim, width2) => {
    const all = [...claim.ours.map((d) => ({ d, ours: true })), ...claim.control.map((d) => ({ d, ours: false }))];
    const kept = all.length <= MOST2 ? all : [...all.filter((r) => r.ours).slice(0, MOST2 - 2), ...all.filter((r) => !r.ours).slice(0, 2)];
    const shares = isShares(all.map((r) => r.d));
    const units = [...new Set(kept.map((r) => r.d.unit))];
    const left = 8, right = width2 - 8;
    const rest = all.length - kept.length;
    const height = kept.length * ROW2 + units.length * 22 + (rest ? 18 : 0) + 2;
    const words = kept.map((r) => `${r.ours ? "ours" : "control"} ${r.d.label} ${said(r.d, shares)}`);
    const chart = canvas(width2, height, words.join("; ") || "no numbers");
    let top = 0;
    for (const unit of units) {
      const rows3 = kept.filter((r) => r.d.unit === unit);
      const values = rows3.flatMap((r) => finite(r.d));
      const log = !shares && values.length > 1 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 300;
      const range = shares ? [0, 1] : log ? [Math.min(...values), Math.max(...values)] : rangeOf(rows3.map((r) => r.d));
      const x = numeric(range, left, right, { log, nice: !log });
      const bottom = top + rows3.length * ROW2;
      for (const t of x.ticks) {
        const shown = shares ? percent(t) : x.text(t), half = width(shown, 11) / 2;
        chart.append(
          svg("line", { x1: x(t), x2: x(t), y1: top + 16, y2: bottom + 2, stroke: color("line") }),
          text(Math.min(Math.max(x(t), half), width2 - half), bottom + 13, shown, {
            "text-anchor": "middle",
            "font-size": 11
          })
        );
      }
      rows3.forEach(({ d, ours }, i) => {
        const g = svg("g", { class: ours ? "strip ours" : "strip control" });
        const y = top + i * ROW2;
        const found = said(d, shares);
        const room = width2 - width(found, 11.5, 600) - 14;
        const label = `${ours ? "ours" : "control"}: ${d.label}`;
        const halo = { "paint-order": "stroke", stroke: color("card"), "stroke-width": 3 };
        g.append(
          text(2, y + 12, cut(label, room, 11.5), { "font-size": 11.5, ...halo }),
          text(width2 - 2, y + 12, found, {
            "text-anchor": "end",
            "font-size": 11.5,
            "font-weight": 600,
            fill: color("ink"),
            class: "said",
            ...halo
          })
        );
        (shares ? drawShare : drawDots)(g, d, x, y + 29, ours);
        g.append(mark(svg("rect", { x: 0, y, width: width2, height: ROW2, fill: "transparent" }), () => tipOf(d, ours, shares)));
        chart.append(g);
      });
      top = bottom + 22;
    }
    if (rest) chart.append(text(2, top + 12, `and ${rest} more, under “Why”`, { "font-size": 11.5 }));
    return chart;
  };
  var tipOf = (d, ours, shares) => {
    const { n, median, low, high, least, most } = numbers(d);
    const spread = n > 1 && !shares;
    return lines(
      [ours ? "ours" : "control", d.label],
      n && !shares && ["median", withUnit(median, d.unit, 4)],
      shares && n && ["share", said(d, true)],
      shares && n > 1 && ["95 % interval", wilson(shareOf(d).k, n).map(percent).join(" to ")],
      spread && ["10th to 90th percentile", `${num(low)} to ${num(high)}`],
      spread && ["range", `${num(least)} to ${num(most)}`],
      ["models", String(n)],
      d.n_diverged && ["diverged", String(d.n_diverged)]
    );
  };

  // src/studies/claims.js
  var numberTable = (claim) => {
    const all = [...claim.ours, ...claim.control];
    const shares = isShares(all);
    const row2 = (d, kind) => {
      const { n, median, low, high, least, most } = numbers(d);
      const cells = !n ? [el("td", { class: "number", colspan: 3 }, "no model left")] : shares ? [el("td", { class: "number", colspan: 3 }, said(d, true))] : [
        el("td", { class: "number" }, withUnit(median, d.unit, 4)),
        el("td", { class: "number" }, n > 1 ? `${num(low)} to ${num(high)}` : "–"),
        el("td", { class: "number" }, n > 1 ? `${num(least)} to ${num(most)}` : "–")
      ];
      return el(
        "tr",
        {},
        el("td", {}, kind),
        el("td", {}, d.label),
        cells,
        el("td", { class: "number" }, String(n)),
        el("td", { class: "number" }, String(d.n_diverged))
      );
    };
    const heads = ["", "of", "median", "10th to 90th percentile", "range", "models", "diverged"];
    return el(
      "div",
      { class: "scroll" },
      el(
        "table",
        { class: "plain" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            heads.map((h, i) => el("th", { class: i > 1 ? "number" : null, scope: "col" }, h))
          )
        ),
        el(
          "tbody",
          {},
          claim.ours.map((d) => row2(d, "ours")),
          claim.control.map((d) => row2(d, "control"))
        )
      )
    );
  };
  var rows2 = (claim) => {
    const id = `claim-${claim.key}`;
    const strip = el("div", { class: "strip-box" });
    const why = el(
      "tr",
      { class: "why", id: `${id}-why`, hidden: true },
      el(
        "td",
        { colspan: 4 },
        el(
          "dl",
          { class: "because" },
          el("dt", {}, "Decided by"),
          el("dd", {}, claim.reason),
          el("dt", {}, "Control"),
          el("dd", {}, claim.control_note)
        ),
        numberTable(claim)
      )
    );
    const button = el(
      "button",
      {
        type: "button",
        class: "quiet toggle",
        "aria-expanded": "false",
        "aria-controls": `${id}-why`,
        onclick: () => open(why.hidden)
      },
      "Why"
    );
    const open = (yes) => {
      why.hidden = !yes;
      button.setAttribute("aria-expanded", String(yes));
    };
    const main2 = el(
      "tr",
      { class: "claim", id, tabindex: -1, "data-stop": "claim" },
      el(
        "th",
        { scope: "row" },
        el("span", { class: "statement" }, claim.statement),
        el(
          "span",
          { class: "source" },
          claim.source,
          " ",
          el("a", { href: `#${id}`, class: "anchor", "aria-label": "Link to this claim" }, "#")
        )
      ),
      el("td", { class: "published", "data-label": "Published" }, claim.published),
      el("td", { class: "measured", "data-label": "Ours and control" }, strip),
      el("td", { class: "judged", "data-label": "Verdict" }, pill(claim.verdict), button)
    );
    const draw5 = () => {
      strip.replaceChildren();
      strip.append(draw(claim, Math.max(220, strip.clientWidth)));
    };
    return { nodes: [main2, why], main: main2, open, draw: draw5, isOpen: () => !why.hidden };
  };
  var table = (claims) => {
    const made = new Map(claims.map((c) => [c.key, rows2(c)]));
    const heads = ["Claim", "Published", "Ours and control", "Verdict"];
    const node = el(
      "table",
      { class: "claims" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          heads.map((h) => el("th", { scope: "col" }, h))
        )
      ),
      el(
        "tbody",
        {},
        [...made.values()].map((r) => r.nodes)
      )
    );
    const openAll = () => {
      const yes = ![...made.values()].every((r) => r.isOpen());
      for (const r of made.values()) r.open(yes);
    };
    return { node, openAll, open: (key2) => made.get(key2)?.open(true), draw: () => made.forEach((r) => r.draw()) };
  };

  // src/studies/bars.js
  var given = (v) => v !== null && v !== void 0;
  var spans = (panel) => {
    const up = panel.categories.map(() => 0), down = panel.categories.map(() => 0);
    return panel.series.map(
      (s) => s.y.map((v, i) => {
        if (!given(v)) return null;
        if (!panel.stacked) return { from: 0, to: v, low: s.low?.[i], high: s.high?.[i] };
        const from = v >= 0 ? up[i] : down[i];
        if (v >= 0) up[i] += v;
        else down[i] += v;
        const moved = (e) => given(e) ? from + e : e;
        return { from, to: from + v, low: moved(s.low?.[i]), high: moved(s.high?.[i]) };
      })
    );
  };
  var rangeOf2 = (panel) => {
    const ends = spans(panel).flat().filter(Boolean).flatMap((b) => [b.to, b.low, b.high]).filter(given);
    const lines2 = panel.references.filter((r) => r.axis === "y").map((r) => r.value);
    return { y: [Math.min(0, ...ends, ...lines2), Math.max(0, ...ends, ...lines2)] };
  };
  var describe = (panel, s, i) => lines(
    [panel.x_label || "place", panel.categories[i]],
    panel.series.length > 1 && ["series", s.name],
    [panel.y_label || "value", num(s.y[i], 4)],
    given(s.low?.[i]) && given(s.high?.[i]) && ["range", `${num(s.low[i], 4)} to ${num(s.high[i], 4)}`],
    s.labels?.[i] && ["note", s.labels[i]]
  );
  var draw2 = (panel, width2, { y: shared } = {}) => {
    const bars = spans(panel), n = panel.series.length;
    if (!bars.flat().some(Boolean)) return empty(panel.title, width2, "No values.");
    const range = shared || rangeOf2(panel).y;
    const items = n > 1 ? panel.series.map((s, i) => ({ name: s.name, fill: seriesColor(i, n) })) : [];
    const { chart, box: box2, x, y, layer } = make({
      title: panel.title,
      label: `${panel.title}: bars of ${panel.y_label || "values"}`,
      width: width2,
      inner: Math.min(300, Math.max(190, width2 * 0.5)),
      items,
      x: { names: panel.categories, label: panel.x_label },
      y: { range: range[0] === range[1] ? [0, 1] : range, label: panel.y_label },
      references: panel.references.filter((r) => r.axis === "y")
    });
    const group = Math.min(x.step * 0.8, panel.stacked ? 54 : 54 * n);
    const wide2 = panel.stacked ? group : group / n;
    bars.forEach(
      (list, k) => list.forEach((b, i) => {
        const start3 = x(i) - group / 2 + (panel.stacked ? 0 : k * wide2);
        const tip = () => describe(panel, panel.series[k], i);
        if (!b) {
          if (!panel.stacked)
            layer.append(mark(text(start3 + wide2 / 2, y(0) - 4, "–", { "text-anchor": "middle", class: "absent" }), tip));
          return;
        }
        const [above, below] = [Math.min(y(b.from), y(b.to)), Math.max(y(b.from), y(b.to))];
        const bar3 = svg("rect", {
          x: start3 + (wide2 > 5 ? 0.5 : 0),
          width: Math.max(0.8, wide2 - (wide2 > 5 ? 1 : 0)),
          y: above,
          height: Math.max(b.to === b.from ? 1 : 0.5, below - above),
          fill: seriesColor(k, n),
          class: "bar",
          stroke: panel.stacked ? color("card") : null,
          "stroke-width": panel.stacked ? 0.6 : null
        });
        layer.append(mark(bar3, tip));
        if (given(b.low) && given(b.high)) {
          const middle = start3 + wide2 / 2, cap = Math.min(5, wide2 * 0.3);
          const d = `M${middle} ${y(b.low)}V${y(b.high)}M${middle - cap} ${y(b.high)}h${2 * cap}M${middle - cap} ${y(b.low)}h${2 * cap}`;
          const halo = { fill: "none", "pointer-events": "none" };
          layer.append(
            svg("path", { d, stroke: color("card"), "stroke-width": 3.6, opacity: 0.75, ...halo }),
            svg("path", { d, stroke: color("ink"), "stroke-width": 1.4, class: "error", ...halo })
          );
        }
      })
    );
    layer.append(svg("line", { x1: box2.left, x2: box2.right, y1: y(0), y2: y(0), stroke: color("muted") }));
    return chart;
  };

  // src/studies/curves.js
  var given2 = (v) => v !== null && v !== void 0;
  var pointsOf = (panel, s) => {
    let gap = true;
    const points = [];
    s.y.forEach((y, i) => {
      const x = s.x ? s.x[i] : i + 1;
      const ok = given2(y) && given2(x) && !(panel.log_x && x <= 0) && !(panel.log_y && y <= 0);
      if (!ok) gap = true;
      else {
        points.push({ i, x, y, gap, low: s.low?.[i], high: s.high?.[i], label: s.labels?.[i] });
        gap = false;
      }
    });
    return points;
  };
  var hiddenBy = (panel) => panel.series.reduce((n, s) => n + s.y.filter(given2).length - pointsOf(panel, s).length, 0);
  var rangeOf3 = (panel) => {
    const points = panel.series.flatMap((s) => pointsOf(panel, s));
    const lines2 = (axis) => panel.references.filter((r) => r.axis === axis).map((r) => r.value);
    const xs = [...points.map((p) => p.x), ...lines2("x")].filter((v) => !panel.log_x || v > 0);
    const ys = [...points.flatMap((p) => [p.y, p.low, p.high]).filter(given2), ...lines2("y")];
    const kept = ys.filter((v) => !panel.log_y || v > 0);
    return xs.length && kept.length ? { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...kept), Math.max(...kept)] } : null;
  };
  var describe2 = (panel, s, p) => lines(
    panel.series.length > 1 && ["series", s.name],
    given2(p.label) && ["point", p.label],
    [panel.x_label || "x", num(p.x, 4)],
    [panel.y_label || "y", num(p.y, 4)],
    given2(p.low) && given2(p.high) && ["range", `${num(p.low, 4)} to ${num(p.high, 4)}`]
  );
  var path = (points, x, y, closed) => points.map((p, k) => `${k && !p.gap ? "L" : "M"}${x(p.x).toFixed(2)} ${y(p.y).toFixed(2)}`).join("") + (closed && points.length > 2 ? "Z" : "");
  var band = (points, x, y, floor) => {
    const runs = [];
    for (const p of points) {
      if (!given2(p.low) || !given2(p.high)) continue;
      if (p.gap || !runs.length) runs.push([]);
      runs[runs.length - 1].push(p);
    }
    const at = (p, v) => `${x(p.x).toFixed(2)} ${y(Math.max(v, floor)).toFixed(2)}`;
    return runs.filter((r) => r.length > 1).map(
      (r) => `M${r.map((p) => at(p, p.high)).join("L")}L${[...r].reverse().map((p) => at(p, p.low)).join("L")}Z`
    ).join("");
  };
  var drawLines = (plot, panel, s, k, n) => {
    const { x, y, layer } = plot;
    const points = pointsOf(panel, s), c = seriesColor(k, n), many = points.length > 40;
    const area = band(points, x, y, panel.log_y ? y.low : -Infinity);
    if (area)
      layer.append(
        svg("path", { d: area, fill: c, opacity: n > 4 ? 0.13 : 0.2, class: "band", "pointer-events": "none" })
      );
    layer.append(
      mark(
        svg("path", {
          ...{ d: path(points, x, y), fill: "none", stroke: c, class: "line" },
          "stroke-width": n > 16 ? 1.1 : 2,
          "stroke-dasharray": n <= 16 && k >= 8 ? "6 3" : null,
          "stroke-linejoin": "round"
        }),
        () => s.name
      )
    );
    for (const p of points) {
      const at = [x(p.x), y(p.y)];
      const tip = () => describe2(panel, s, p);
      if (!many && n <= 16)
        layer.append(
          svg("path", { d: shapePath(seriesShape(k), ...at, 3.2), fill: c, class: "point", "pointer-events": "none" })
        );
      layer.append(
        mark(svg("circle", { cx: at[0], cy: at[1], r: many ? 5 : 7, fill: "transparent", class: "catch" }), tip)
      );
    }
  };
  var drawPoints = (plot, panel, s, k, n, size) => {
    const { x, y, layer } = plot;
    const points = pointsOf(panel, s), c = seriesColor(k, n);
    if (s.joined !== "no")
      layer.append(
        svg("path", {
          ...{ d: path(points, x, y, s.joined === "ring"), fill: "none", stroke: c, class: s.joined },
          ...{ "stroke-width": 1.3, "stroke-linejoin": "round", opacity: 0.75, "pointer-events": "none" }
        })
      );
    for (const p of points) {
      if (given2(p.low) && given2(p.high))
        layer.append(
          svg("path", { d: `M${x(p.x)} ${y(p.low)}V${y(p.high)}`, stroke: c, "stroke-width": 1.3, class: "error" })
        );
      const dot = svg("path", {
        d: shapePath(seriesShape(k), x(p.x), y(p.y), size),
        ...{ fill: c, "fill-opacity": size < 3 ? 0.6 : 0.85, stroke: color("card"), "stroke-width": 0.6, class: "point" }
      });
      layer.append(mark(dot, () => describe2(panel, s, p)));
    }
  };
  var drawLabels = (plot, panel, font) => {
    const { x, y, box: box2, front } = plot;
    const dots = panel.series.flatMap((s) => pointsOf(panel, s)).map((p) => ({ ...p, px: x(p.x), py: y(p.y) }));
    const named = dots.filter((p) => given2(p.label) && p.label !== "");
    if (!named.length || named.length > 60) return;
    const taken = [];
    const mean = (key2) => named.reduce((sum, p) => sum + p[key2], 0) / named.length;
    const centre = { px: mean("px"), py: mean("py") };
    const halo = { "paint-order": "stroke", stroke: color("card"), "stroke-width": 3, "stroke-linejoin": "round" };
    for (const p of named) {
      const wide2 = width(p.label, font);
      const away = Math.hypot(p.px - centre.px, p.py - centre.py) || 1;
      const spots = [
        [7, -5],
        [-wide2 - 7, -5],
        [7, 12],
        [-wide2 - 7, 12],
        [-wide2 / 2, -9],
        [-wide2 / 2, 18],
        [8, 4],
        [-wide2 - 8, 4]
      ].map(([dx, dy]) => {
        const [ox, oy] = [dx + wide2 / 2, dy - 4];
        const outward = (ox * (p.px - centre.px) + oy * (p.py - centre.py)) / (away * Math.hypot(ox, oy));
        const r = { left: p.px + dx, right: p.px + dx + wide2, top: p.py + dy - 9, bottom: p.py + dy + 1 };
        const out = r.left < box2.left - 4 || r.right > box2.right + 10 || r.top < box2.top - 8 || r.bottom > box2.bottom + 4;
        const hits = taken.filter(
          (t) => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom
        ).length;
        const over = dots.filter(
          (d) => d.px > r.left - 3 && d.px < r.right + 3 && d.py > r.top - 3 && d.py < r.bottom + 3
        ).length;
        return { r, hits, cost: 9 * out + 4 * hits + over - outward };
      });
      const best = spots.reduce((a, b) => b.cost < a.cost ? b : a);
      if (best.hits) continue;
      taken.push(best.r);
      front.append(
        text(best.r.left, best.r.bottom - 1, p.label, {
          "font-size": font,
          fill: color("ink"),
          "pointer-events": "none",
          ...halo
        })
      );
    }
  };
  var draw3 = (panel, width2, shared = {}) => {
    const own = rangeOf3(panel);
    if (!own) return empty(panel.title, width2, "No values that can be drawn.");
    const plane = panel.kind === "scatter", n = panel.series.length, square = plane && panel.square;
    const items = panel.series.map((s, k) => ({
      ...{
        name: s.name,
        fill: seriesColor(k, n),
        line: !plane || s.joined !== "no",
        dash: !plane && n <= 16 && k >= 8 ? "5 2" : null
      },
      shape: n <= 16 ? seriesShape(k) : null
    }));
    const xRange = shared.x || own.x, yRange = shared.y || own.y;
    const spans2 = [xRange, yRange].map(([a, b]) => b - a);
    const span = Math.max(...spans2) < 4 * Math.min(...spans2) ? Math.max(...spans2) : 0;
    const level = ([a, b]) => square && b - a < span ? [(a + b - span) / 2, (a + b + span) / 2] : [a, b];
    const widen = ([a, b], log) => a === b && !log ? [a - 0.5, b + 0.5] : [a, b];
    const hidden = hiddenBy(panel);
    const left = hidden ? ` (${hidden} ${hidden === 1 ? "value" : "values"} of 0 or less left out)` : "";
    const pad = plane ? 0.06 : 0.02;
    const all = panel.series.flatMap((s) => pointsOf(panel, s));
    const plot = make({
      title: panel.title,
      label: `${panel.title}: ${panel.y_label || "values"} against ${panel.x_label || "x"}`,
      width: width2,
      inner: square ? Math.min(440, width2) : Math.min(320, Math.max(190, width2 * 0.5)),
      items: n > 1 || panel.series[0]?.name && panel.series[0].name !== panel.title && !square ? items : [],
      x: {
        range: widen(level(xRange), panel.log_x),
        log: panel.log_x,
        pad,
        label: (panel.x_label || "") + (panel.log_x ? " (log)" : ""),
        points: plane ? [] : all.map((p) => p.x)
      },
      y: {
        range: widen(level(yRange), panel.log_y),
        log: panel.log_y,
        pad: plane ? pad : 0,
        label: (panel.y_label || "") + (panel.log_y ? " (log)" : "") + left
      },
      references: panel.references.filter((r) => (r.axis === "x" ? !panel.log_x : !panel.log_y) || r.value > 0),
      square
    });
    const size = all.length > 400 ? 2.2 : all.length > 120 || width2 < 220 ? 3 : 4.2;
    panel.series.forEach((s, k) => plane ? drawPoints(plot, panel, s, k, n, size) : drawLines(plot, panel, s, k, n));
    if (plane) drawLabels(plot, panel, width2 < 220 ? 9.5 : 11);
    return plot.chart;
  };

  // src/shared/export.js
  var download = (href, name2) => {
    const link = el("a", { href, download: name2 });
    document.body.append(link);
    link.click();
    link.remove();
  };
  var blobUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));

  // src/studies/data.js
  var COLUMNS = ["panel", "frame", "series", "x", "y", "low", "high", "value", "label"];
  var given3 = (v) => v !== null && v !== void 0;
  var cell = (v) => {
    const shown = given3(v) ? String(v) : "";
    return /[",\n\r]/.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown;
  };
  var heatRows = (p, where) => p.values.flatMap(
    (row2, r) => row2.map((v, c) => ({
      ...where,
      x: p.x[c],
      y: p.y[r],
      value: v,
      label: p.categories && given3(v) ? p.categories[v] : null
    }))
  );
  var seriesRows = (p, where) => p.series.flatMap(
    (s) => s.y.map((v, i) => ({
      ...{ ...where, series: s.name, low: s.low?.[i], high: s.high?.[i], label: s.labels?.[i] },
      ...p.kind === "bars" ? { x: p.categories[i], value: v } : { x: s.x ? s.x[i] : i + 1, y: v }
    }))
  );
  var csv = (figure) => {
    const moments = figure.frames.length ? figure.frames : [figure.panels];
    const rows3 = moments.flatMap(
      (panels, f) => panels.flatMap((p, i) => {
        const where = { panel: p.title || String(i + 1), frame: figure.frame_labels[f] };
        return p.kind === "heatmap" ? heatRows(p, where) : seriesRows(p, where);
      })
    );
    return [COLUMNS.join(","), ...rows3.map((r) => COLUMNS.map((c) => cell(r[c])).join(","))].join("\r\n") + "\r\n";
  };
  var save = (name2, content, type) => download(blobUrl([content], type), name2);
  var svgOf = (box2, figure, moment2) => {
    const { svg: svg2 } = dom_exports;
    const { text: text2 } = axes_exports;
    const { color: color2 } = theme_exports;
    const { wrap: wrap2 } = measure_exports;
    const at = box2.getBoundingClientRect();
    const charts = [...box2.querySelectorAll("svg.chart")].map((node) => ({ node, r: node.getBoundingClientRect() }));
    const right = Math.max(...charts.map((c) => c.r.right - at.left), 320), bottom = Math.max(...charts.map((c) => c.r.bottom - at.top));
    const pad = 16, width2 = Math.ceil(right + 2 * pad);
    const title = wrap2(moment2 ? `${figure.title}: ${moment2}` : figure.title, width2 - 2 * pad, 15, 600, 3), caption = wrap2(figure.caption, width2 - 2 * pad, 12, 400, 12);
    const top = pad + 20 * title.length + 6, height = Math.ceil(top + bottom + 14 + 16 * caption.length + pad);
    const whole = svg2("svg", { xmlns: "http://www.w3.org/2000/svg", width: width2, height, viewBox: `0 0 ${width2} ${height}` });
    whole.append(svg2("rect", { width: width2, height, fill: color2("card") }));
    const ink = { fill: color2("ink") };
    title.forEach(
      (t, i) => whole.append(text2(pad, pad + 14 + 20 * i, t, { ...ink, "font-size": 15, "font-weight": 600 }))
    );
    for (const { node, r } of charts) {
      const copy = node.cloneNode(true);
      copy.setAttribute("x", pad + r.left - at.left);
      copy.setAttribute("y", top + r.top - at.top);
      whole.append(copy);
    }
    caption.forEach((t, i) => whole.append(text2(pad, top + bottom + 26 + 16 * i, t, ink)));
    return new XMLSerializer().serializeToString(whole);
  };

  // src/studies/heatmap.js
  var TALL = 540;
  var hatches = 0;
  var given4 = (v) => v !== null && v !== void 0;
  var limitsOf = (maps) => {
    const values = maps.flatMap((m) => m.limits ? m.limits : m.values.flat().filter(given4));
    let low = Math.min(...values), high = Math.max(...values);
    if (!values.length) return [0, 1];
    const free = maps.every((m) => !m.limits && !m.diverging);
    if (free && low > 0 && low < 0.1 * high) low = 0;
    if (maps.some((m) => m.diverging)) {
      high = Math.max(Math.abs(low), Math.abs(high)) || 1;
      low = -high;
    }
    return low === high ? [low - 0.5, high + 0.5] : [low, high];
  };
  var hatch = () => {
    const id = `missing-${++hatches}`;
    const node = svg(
      "defs",
      {},
      svg(
        "pattern",
        { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 6, height: 6, fill: color("raised") }),
        svg("line", { x1: 0, x2: 0, y1: 0, y2: 6, stroke: color("muted"), "stroke-width": 1.6, opacity: 0.6 })
      )
    );
    return { node, fill: `url(#${id})` };
  };
  var cellText = (v, w, h) => {
    const size = Math.min(12, h * 0.55);
    if (size < 7) return null;
    for (const digits of [3, 2, 1]) {
      const shown = num(v, digits).replace(/^(−?)0\./, "$1.");
      const plain2 = num(v, digits);
      if (width(plain2, size) <= w - 4) return { shown: plain2, size };
      if (width(shown, size) <= w - 3) return { shown, size };
    }
    return null;
  };
  var draw4 = (panel, width2, { limits = null, bar: bar3 = true } = {}) => {
    const nx = panel.x.length, ny = panel.y.length, kinds = panel.categories;
    const [low, high] = limits || limitsOf([panel]);
    const heading = titleLines(panel.title, width2 - 4);
    const rowNames = panel.y.map((n) => cut(n, Math.min(170, width2 * 0.35), 11.5));
    const yLines = panel.y_label ? 1 : 0;
    const left = Math.ceil(widest(rowNames, 11.5) + 12 + 18 * yLines);
    const room = width2 - left - 12;
    const even = nx === ny && !panel.annotate;
    const most = Math.min(room / nx, panel.annotate ? 58 : kinds ? 44 : 40);
    const cw = even ? Math.min(most, TALL / ny) : most;
    const least = panel.annotate ? Math.max(20, Math.min(cw, 34)) : even ? cw : Math.max(cw, Math.min(15, TALL / ny));
    const ch = Math.min(least, TALL / ny);
    const absent3 = panel.values.some((row2) => row2.some((v) => !given4(v)));
    const missing = absent3 ? hatch() : null;
    const none = absent3 ? [{ name: "no value", fill: missing.fill }] : [];
    const items = kinds ? [...kinds.map((name2, i) => ({ name: name2, fill: categoryColor(i) })), ...none] : [];
    let top = heading.length * 17 + (heading.length ? 8 : 2);
    const legend = kinds && bar3 ? rows(items, 2, width2 - 4, top) : { node: null, height: 0, width: 0 };
    top += legend.height ? legend.height + 6 : 0;
    const right = left + cw * nx, bottom = top + ch * ny;
    const x = bands(panel.x, left, right), y = bands(panel.y, top, bottom);
    const plan = labelBands(panel.x, cw, { most: 110 });
    const xLines = panel.x_label ? wrap(panel.x_label, Math.max(90, right - left + 40), 12, 400, 2) : [];
    const under = bottom + plan.height + 2;
    const barTop = under + 16 * xLines.length + 8;
    const height = bar3 && !kinds ? barTop + 30 : barTop;
    const ends = [
      right + 12,
      bar3 && !kinds ? left + Math.min(room, 220) + (absent3 ? 115 : width(num(high), 11) / 2 + 6) : 0,
      legend.width,
      widest(heading, 13, 600) + 4
    ];
    const used = Math.min(width2, Math.ceil(Math.max(...ends, widest(xLines) + 4)));
    const chart = canvas(used, height, `${panel.title}: ${ny} rows, ${nx} columns`);
    if (absent3) chart.append(missing.node);
    drawTitle(chart, heading);
    if (legend.node) chart.append(legend.node);
    const gap = Math.min(cw, ch) >= 9 ? 1 : 0;
    const grid = svg("g", { class: "cells", "shape-rendering": gap ? null : "crispEdges" });
    panel.values.forEach(
      (row2, r) => row2.forEach((v, c) => {
        const t = given4(v) ? (v - low) / (high - low) : 0;
        const tint = !given4(v) ? null : kinds ? fromCss(categoryColor(v)) : ramp(t, panel.diverging);
        const fill2 = tint === null ? missing.fill : css(tint);
        const cell2 = svg("rect", {
          x: left + c * cw,
          y: top + r * ch,
          width: Math.max(0.4, cw - gap),
          height: Math.max(0.4, ch - gap),
          fill: fill2,
          class: given4(v) ? "cell" : "cell missing"
        });
        const said2 = !given4(v) ? "missing" : kinds ? kinds[v] || String(v) : num(v, 4);
        grid.append(
          mark(
            cell2,
            () => lines([panel.y_label || "row", panel.y[r]], [panel.x_label || "column", panel.x[c]], ["value", said2])
          )
        );
        const fits = panel.annotate && given4(v) && !kinds ? cellText(v, cw - gap, ch) : null;
        if (fits)
          grid.append(
            text(left + c * cw + (cw - gap) / 2, top + r * ch + ch / 2 + fits.size * 0.35, fits.shown, {
              "text-anchor": "middle",
              "font-size": fits.size,
              fill: inkOn(tint),
              "pointer-events": "none"
            })
          );
      })
    );
    chart.append(grid);
    const axes = svg("g", { class: "axes" });
    const every = Math.ceil(12 / ch);
    rowNames.forEach((name2, r) => {
      if (r % every === 0) axes.append(text(left - 6, y(r) + 4, name2, { "text-anchor": "end", "font-size": 11.5 }));
    });
    drawBands(axes, x, panel.x, plan, bottom);
    const half = widest(xLines) / 2 + 2;
    const middle = Math.min(Math.max((left + right) / 2, half), used - half);
    xLines.forEach(
      (line, i) => axes.append(text(middle, under + 12 + 16 * i, line, { "text-anchor": "middle", fill: color("ink") }))
    );
    if (panel.y_label) {
      const long = Math.min(width(panel.y_label), height - 4);
      const at = Math.min(Math.max((top + bottom) / 2, long / 2 + 2), height - long / 2 - 2);
      axes.append(
        text(0, 0, cut(panel.y_label, height - 4), {
          "text-anchor": "middle",
          fill: color("ink"),
          transform: `translate(12 ${at}) rotate(-90)`
        })
      );
    }
    chart.append(axes);
    if (bar3 && !kinds) {
      const long = Math.min(room, 220);
      chart.append(bar([low, high], panel.diverging, left, barTop, long).node);
      if (absent3 && left + long + 110 < used) chart.append(rows(none, left + long + 24, used, barTop - 4).node);
    }
    return chart;
  };
  var key = (panel, limits, width2) => {
    const kinds = panel.categories;
    const items = kinds && kinds.map((name2, i) => ({ name: name2, fill: categoryColor(i) }));
    const made = kinds ? rows(items, 10, width2 - 4, 2) : bar(limits, panel.diverging, 12, 4, 220);
    const chart = canvas(
      width2,
      made.height + 4,
      kinds ? `Colours: ${kinds.join(", ")}` : `Colours from ${num(limits[0])} to ${num(limits[1])}`
    );
    chart.append(made.node);
    return chart;
  };

  // src/studies/scrubber.js
  var WHOLE_MS = 6e3;
  var make2 = (labels, title, show2) => {
    const last = labels.length - 1;
    const wait = Math.min(700, Math.max(70, WHOLE_MS / labels.length));
    let at = last, timer = 0;
    const slider = el("input", { type: "range", min: 0, max: last, step: 1, "aria-label": `Frame of ${title}` });
    const label = el("output", { class: "frame-label" });
    const play = el("button", { type: "button", class: "quiet play", onclick: () => timer ? stop() : start3() });
    const name2 = () => {
      play.textContent = timer ? "❚❚ Pause" : "▶ Play";
      play.setAttribute("aria-label", `${timer ? "Pause" : "Play"} ${title}`);
    };
    const go = (i) => {
      at = Math.min(last, Math.max(0, i));
      slider.value = String(at);
      slider.setAttribute("aria-valuetext", labels[at]);
      label.textContent = `${labels[at]} (${at + 1} of ${labels.length})`;
      show2(at);
    };
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      name2();
    };
    const start3 = () => {
      if (at === last) go(0);
      timer = setInterval(() => {
        if (!slider.isConnected) return stop();
        go(at + 1);
        if (at === last) stop();
      }, wait);
      name2();
    };
    slider.addEventListener("input", () => {
      stop();
      go(Number(slider.value));
    });
    const node = el("div", { class: "scrubber" }, play, slider, label);
    node.addEventListener("keydown", (e) => {
      if (e.target === slider && e.key === " ") {
        e.preventDefault();
        play.click();
      }
      if (e.target === play && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
        e.preventDefault();
        stop();
        go(at + (e.key === "ArrowRight" ? 1 : -1));
      }
    });
    name2();
    return { node, go, start: () => go(at), at: () => at };
  };

  // src/studies/shared.js
  var union = (a, b) => a ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : b;
  var keyOf = (figure, panel, place3) => {
    const where = figure.shared_scale ? "" : place3;
    const axes = [panel.x_label, panel.y_label, panel.log_x, panel.log_y, panel.square];
    if (panel.kind === "heatmap")
      return JSON.stringify(["heatmap", where, panel.diverging, panel.categories, panel.limits]);
    return JSON.stringify([panel.kind, where, ...axes, panel.kind === "bars" ? panel.stacked : null]);
  };
  var scales = (figure) => {
    const moments = figure.frames.length ? figure.frames : [figure.panels];
    const found = /* @__PURE__ */ new Map();
    const maps = /* @__PURE__ */ new Map();
    for (const panels of moments)
      panels.forEach((panel, place3) => {
        const key2 = keyOf(figure, panel, place3);
        if (panel.kind === "heatmap") {
          if (!maps.has(key2)) maps.set(key2, []);
          maps.get(key2).push(panel);
          return;
        }
        const range = panel.kind === "bars" ? rangeOf2(panel) : rangeOf3(panel);
        if (!range) return;
        const known2 = found.get(key2) || {};
        found.set(key2, { x: range.x && union(known2.x, range.x), y: union(known2.y, range.y) });
      });
    for (const [key2, list] of maps) found.set(key2, { limits: limitsOf(list) });
    const first = moments[0] || [];
    const uses = /* @__PURE__ */ new Map();
    first.forEach((panel, place3) => {
      if (panel.kind !== "heatmap") return;
      const key2 = keyOf(figure, panel, place3);
      uses.set(key2, [...uses.get(key2) || [], panel]);
    });
    const several = [...uses].filter(([, list]) => list.length > 1);
    return {
      lookup: (panel, place3) => found.get(keyOf(figure, panel, place3)) || {},
      ownBar: (panel, place3) => (uses.get(keyOf(figure, panel, place3)) || []).length < 2,
      keys: several.map(([key2, list]) => ({ panel: list[0], limits: found.get(key2).limits }))
    };
  };

  // src/studies/figure.js
  var DRAWERS = {
    heatmap: (panel, width2, share, bar3) => draw4(panel, width2, { ...share, bar: bar3 }),
    bars: (panel, width2, share) => draw2(panel, width2, share),
    lines: (panel, width2, share) => draw3(panel, width2, share),
    scatter: (panel, width2, share) => draw3(panel, width2, share)
  };
  var NARROWEST = { heatmap: 170, bars: 260, lines: 260, scatter: 220 };
  var narrowestOf = (p, n) => n > 8 && (p.square || p.kind === "heatmap") ? 146 : NARROWEST[p.kind];
  var WIDEST = { heatmap: 760, bars: 760, lines: 760, scatter: 760 };
  var widestOf = (p) => p.square ? 560 : WIDEST[p.kind];
  var GAP = 18;
  var buttons = (figure, name2, box2, moment2) => {
    const file = `${name2}-${figure.key}`;
    const button = (what, hint, onclick) => el(
      "button",
      { type: "button", class: "quiet", "aria-label": `${hint}: ${figure.title}`, title: hint, onclick },
      what
    );
    return el(
      "span",
      { class: "save" },
      el("span", { class: "faint" }, "data"),
      button("CSV", "Save the data as CSV", () => save(`${file}.csv`, csv(figure), "text/csv")),
      button(
        "JSON",
        "Save the data as JSON",
        () => save(`${file}.json`, `${JSON.stringify(figure, null, 1)}
`, "application/json")
      ),
      button(
        "SVG",
        "Save the drawing as SVG",
        () => save(`${file}.svg`, svgOf(box2, figure, moment2()), "image/svg+xml")
      )
    );
  };
  var layout = (figure, panels, room) => {
    const least = Math.max(...panels.map((p) => narrowestOf(p, panels.length))), most = Math.max(...panels.map(widestOf));
    const fits = Math.max(1, Math.floor((room + GAP) / (least + GAP)));
    const columns = Math.max(1, Math.min(figure.columns, panels.length, fits));
    return { columns, width: Math.floor(Math.min(most, (room - GAP * (columns - 1)) / columns)) };
  };
  var titled = (panel, figure) => panel.title === figure.title ? { ...panel, title: "" } : panel;
  var make3 = (figure, studyName) => {
    const moments = figure.frames.length ? figure.frames : [figure.panels];
    const shared = scales(figure);
    const id = `figure-${figure.key}`;
    const grid = el("div", { class: "panels" });
    const keys = el("div", { class: "keys-shared" });
    const drawing = el("div", { class: "drawing" }, keys, grid);
    let at = moments.length - 1;
    const drawFrame = () => {
      const whole = body.clientWidth;
      if (!whole) return;
      const beside = node.classList.contains("side") && getComputedStyle(body).display === "grid";
      const room = beside ? Math.min(780, Math.floor(whole * 0.66)) : whole;
      const panels = moments[at];
      const { columns, width: width2 } = layout(figure, panels, room);
      grid.style.setProperty("--columns", columns);
      grid.style.setProperty("--panel", panels.length > 1 ? `${width2}px` : "auto");
      grid.replaceChildren(
        ...panels.map(
          (panel, i) => DRAWERS[panel.kind](titled(panel, figure), width2, shared.lookup(panel, i), shared.ownBar(panel, i))
        )
      );
      keys.replaceChildren(...shared.keys.map((k) => key(k.panel, k.limits, room)));
    };
    const scrubber = figure.frames.length ? make2(figure.frame_labels, figure.title, (i) => {
      at = i;
      drawFrame();
    }) : null;
    const frameBox = el("div", { class: "frame-box" }, scrubber && scrubber.node, drawing);
    const body = el("div", { class: "body" }, frameBox, el("p", { class: "caption" }, figure.caption));
    const node = el(
      "section",
      { class: "card figure", id, tabindex: -1, "data-stop": "figure", "aria-label": figure.title },
      el(
        "div",
        { class: "head" },
        el(
          "h3",
          {},
          figure.title,
          " ",
          el("a", { href: `#${id}`, class: "anchor", "aria-label": "Link to this figure" }, "#")
        ),
        el("span", { class: "push" }),
        buttons(figure, studyName, drawing, () => figure.frame_labels[at])
      ),
      body
    );
    const single = moments[0].length === 1;
    return {
      node,
      small: single && figure.columns === 1,
      narrow: figure.columns === 1,
      draw: () => scrubber ? scrubber.start() : drawFrame()
    };
  };

  // src/studies/study.js
  var linked = (words) => words.split(/(https?:\/\/[^\s,;)]+[^\s,;).])/).map((part2, i) => i % 2 ? el("a", { href: part2, rel: "noreferrer" }, part2) : part2);
  var header = (record2, found) => el(
    "section",
    { class: "card study-head" },
    el("h1", {}, record2.title),
    el("p", { class: "question" }, record2.question),
    el("p", { class: "counts" }, pills(countOf(found.claims))),
    el(
      "p",
      { class: "subtitle" },
      el("span", {}, `preset ${record2.preset}`),
      record2.settings.n_seeds && el("span", {}, `${count(record2.settings.n_seeds)} seeds`),
      el(
        "span",
        {},
        `${count(found.n_models)} models trained${found.n_diverged ? `, ${count(found.n_diverged)} diverged` : ""}`
      ),
      el("span", {}, seconds(record2.seconds))
    ),
    record2.sources.length > 0 && el(
      "ul",
      { class: "sources", "aria-label": "Sources" },
      record2.sources.map((s) => el("li", {}, linked(s)))
    )
  );
  var facts = (pairs) => el(
    "dl",
    { class: "facts" },
    pairs.map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v)))
  );
  var circumstances = (record2) => {
    const copy = el(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => {
          const done = () => {
            copy.textContent = "Copied";
            setTimeout(() => copy.textContent = "Copy", 1500);
          };
          if (navigator.clipboard) navigator.clipboard.writeText(record2.command).then(done, () => {
          });
        }
      },
      "Copy"
    );
    return el(
      "section",
      { class: "card", id: "circumstances" },
      el("h2", {}, "How it was run"),
      el("div", { class: "command" }, el("code", {}, record2.command), copy),
      el(
        "div",
        { class: "columns-2" },
        el(
          "div",
          {},
          el("h3", {}, "Circumstances"),
          facts([
            ["time", seconds(record2.seconds)],
            ["machine", record2.machine],
            ["when", moment(record2.created)],
            ...Object.entries(record2.versions)
          ])
        ),
        el(
          "div",
          {},
          el("h3", {}, `Settings of the preset ${record2.preset}`),
          facts(Object.entries(record2.settings).map(([k, v]) => [k, plain(v)]))
        )
      )
    );
  };
  var arrange = (figures) => {
    for (let i = 0; i < figures.length; i++) {
      const pair = figures[i].small && figures[i + 1]?.small;
      if (pair) {
        figures[i].node.classList.add("half");
        figures[i + 1].node.classList.add("half");
        i++;
      } else figures[i].node.classList.add(figures[i].narrow ? "side" : "full");
    }
  };
  var page3 = (record2) => {
    const found = record2.findings;
    const table2 = table(found.claims);
    const figures = found.figures.map((f) => make3(f, record2.name));
    arrange(figures);
    const node = el(
      "div",
      { class: "page study" },
      header(record2, found),
      el("section", { class: "card", id: "claims" }, el("h2", {}, "Claims"), table2.node),
      found.notes.length > 0 && el(
        "section",
        { class: "card", id: "notes" },
        el("h2", {}, "Negative results, contradictions and limits"),
        el(
          "ul",
          { class: "notes" },
          found.notes.map((n) => el("li", {}, n))
        )
      ),
      figures.length > 0 && el("h2", { id: "figures", class: "between" }, "Figures"),
      figures.length > 0 && el(
        "div",
        { class: "figures" },
        figures.map((f) => f.node)
      ),
      circumstances(record2)
    );
    const draw5 = () => {
      table2.draw();
      figures.forEach((f) => f.draw());
    };
    const visit = (id) => {
      const target = id && document.getElementById(id);
      if (!target || !node.contains(target)) return false;
      if (id.startsWith("claim-")) table2.open(id.slice(6));
      target.scrollIntoView({ block: "start" });
      if (target.dataset.stop) target.focus({ preventScroll: true });
      return true;
    };
    return { node, title: record2.title, draw: draw5, visit, openAll: table2.openAll };
  };

  // src/studies/app.js
  var name = "";
  var listed = null;
  var record = null;
  var wide = innerWidth;
  var place2 = () => listed.studies.findIndex((s) => s.name === name);
  var goto = (offset) => {
    const next = listed.studies[place2() + offset];
    if (name && next) location.href = `${next.name}.html`;
  };
  var part = (id) => document.getElementById(id)?.scrollIntoView({ block: "start" });
  var hereStop = () => document.activeElement?.closest("[data-stop]");
  var step = (offset) => {
    const stops = [...document.querySelectorAll("#main [data-stop]")];
    const here = hereStop();
    let to = stops.indexOf(here) + offset;
    if (!here) to = stops.findIndex((s) => s.getBoundingClientRect().top > 50) - (offset < 0 ? 1 : 0);
    const target = stops[to];
    if (!target) return;
    target.scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
    if (target.id) history.replaceState(null, "", `#${target.id}`);
    announce(target.getAttribute("aria-label") || target.querySelector(".statement, a")?.textContent || "");
  };
  var bar2 = () => {
    const tab = (href, text2, current3) => el("a", { href, "aria-current": current3 ? "page" : null }, text2);
    const beside = (s, text2, label) => {
      if (!name || !s) return null;
      const words = `${label}: ${s.title}`;
      return el("a", { href: `${s.name}.html`, class: "step", title: words, "aria-label": words }, text2);
    };
    const at = place2();
    const nav = el(
      "nav",
      { "aria-label": "Pages" },
      tab("index.html", "Studies", !name),
      name && el("span", { class: "here-parts" }, tab("#claims", "Claims"), tab("#figures", "Figures"))
    );
    const right = [
      beside(listed.studies[at - 1], "‹", "Previous study"),
      beside(listed.studies[at + 1], "›", "Next study")
    ];
    return { left: [nav], right };
  };
  var make4 = () => {
    const made = name ? page3(record) : page2(listed);
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
        if (innerWidth !== wide) made.draw();
        wide = innerWidth;
      }
    };
  };
  var page4 = () => current2();
  var ofStudy = [
    ["c", "claims"],
    ["f", "figures"],
    ["n  p", "next, previous study"],
    ["← →  Space", "on a slider: frame by frame, play"],
    ["o", "all studies"]
  ];
  start2({
    title: "polyhead studies",
    home: "index.html",
    data: "studies",
    open: async (value) => {
      listed = value;
      name = document.getElementById("main").dataset.study;
      if (name) record = await load(`study-${name}`);
    },
    route: () => ({ kind: name ? "study" : "list", make: make4 }),
    bar: bar2,
    keys: {
      j: () => step(1),
      k: () => step(-1),
      Enter: () => hereStop()?.querySelector(".study-link, .toggle")?.click(),
      e: () => page4()?.openAll(),
      c: () => part("claims"),
      f: () => part("figures"),
      n: () => goto(1),
      p: () => goto(-1),
      o: () => {
        location.href = "index.html";
      }
    },
    escape: "close",
    help: () => [
      ["j  k", name ? "next, previous claim or figure" : "next, previous study"],
      ["Enter", name ? "open or close the claim" : "open the study"],
      ["e", name ? "open or close all claims" : "open or close all lists of claims"],
      ...name ? ofStudy : []
    ]
  });
})();
