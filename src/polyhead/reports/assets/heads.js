/*! polyhead, heads pages. Built from viewer/src by `make viewer`; do not edit. MIT licence.

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
 */
"use strict";
(() => {
  var __defProp = Object.defineProperty;
  var __export = (target, all2) => {
    for (var name in all2)
      __defProp(target, name, { get: all2[name], enumerable: true });
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
  var maker = (create) => (selector2, ...rest) => {
    const [tag, ...parts2] = selector2.split(/(?=[.#])/);
    const node = create(tag);
    for (const part of parts2) {
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
  var segmented = (label2, options2, current2, choose2) => {
    const group = el("div.segmented", { role: "group", "aria-label": label2 });
    const show3 = (value2) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value2)));
    };
    for (const [value2, text2, title] of Array.isArray(options2) ? options2 : Object.entries(options2)) {
      const onclick = () => {
        show3(value2);
        choose2(value2);
      };
      group.append(el("button", { type: "button", "data-value": value2, title, onclick }, text2));
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
  var attach = (node, make3) => {
    const open = (x2, y2) => {
      const content = make3();
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
    const pages = [...promises.keys()].filter((k2) => k2.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise2;
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
    return function constant4() {
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
    var defined2 = constant(true), context2 = null, curve2 = curveLinear, output = null, path2 = withPath(line2);
    x$1 = typeof x$1 === "function" ? x$1 : x$1 === void 0 ? x : constant(x$1);
    y$1 = typeof y$1 === "function" ? y$1 : y$1 === void 0 ? y : constant(y$1);
    function line2(data2) {
      var i, n = (data2 = array(data2)).length, d, defined0 = false, buffer;
      if (context2 == null) output = curve2(buffer = path2());
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
      return arguments.length ? (curve2 = _, context2 != null && (output = curve2(context2)), line2) : curve2;
    };
    line2.context = function(_) {
      return arguments.length ? (_ == null ? context2 = output = null : output = curve2(context2 = _), line2) : context2;
    };
    return line2;
  }
  function area(x0, y0, y1) {
    var x1 = null, defined2 = constant(true), context2 = null, curve2 = curveLinear, output = null, path2 = withPath(area2);
    x0 = typeof x0 === "function" ? x0 : x0 === void 0 ? x : constant(+x0);
    y0 = typeof y0 === "function" ? y0 : y0 === void 0 ? constant(0) : constant(+y0);
    y1 = typeof y1 === "function" ? y1 : y1 === void 0 ? y : constant(+y1);
    function area2(data2) {
      var i, j, k2, n = (data2 = array(data2)).length, d, defined0 = false, buffer, x0z = new Array(n), y0z = new Array(n);
      if (context2 == null) output = curve2(buffer = path2());
      for (i = 0; i <= n; ++i) {
        if (!(i < n && defined2(d = data2[i], i, data2)) === defined0) {
          if (defined0 = !defined0) {
            j = i;
            output.areaStart();
            output.lineStart();
          } else {
            output.lineEnd();
            output.lineStart();
            for (k2 = i - 1; k2 >= j; --k2) {
              output.point(x0z[k2], y0z[k2]);
            }
            output.lineEnd();
            output.areaEnd();
          }
        }
        if (defined0) {
          x0z[i] = +x0(d, i, data2), y0z[i] = +y0(d, i, data2);
          output.point(x1 ? +x1(d, i, data2) : x0z[i], y1 ? +y1(d, i, data2) : y0z[i]);
        }
      }
      if (buffer) return output = null, buffer + "" || null;
    }
    function arealine() {
      return line().defined(defined2).curve(curve2).context(context2);
    }
    area2.x = function(_) {
      return arguments.length ? (x0 = typeof _ === "function" ? _ : constant(+_), x1 = null, area2) : x0;
    };
    area2.x0 = function(_) {
      return arguments.length ? (x0 = typeof _ === "function" ? _ : constant(+_), area2) : x0;
    };
    area2.x1 = function(_) {
      return arguments.length ? (x1 = _ == null ? null : typeof _ === "function" ? _ : constant(+_), area2) : x1;
    };
    area2.y = function(_) {
      return arguments.length ? (y0 = typeof _ === "function" ? _ : constant(+_), y1 = null, area2) : y0;
    };
    area2.y0 = function(_) {
      return arguments.length ? (y0 = typeof _ === "function" ? _ : constant(+_), area2) : y0;
    };
    area2.y1 = function(_) {
      return arguments.length ? (y1 = _ == null ? null : typeof _ === "function" ? _ : constant(+_), area2) : y1;
    };
    area2.lineX0 = area2.lineY0 = function() {
      return arealine().x(x0).y(y0);
    };
    area2.lineY1 = function() {
      return arealine().x(x0).y(y1);
    };
    area2.lineX1 = function() {
      return arealine().x(x1).y(y0);
    };
    area2.defined = function(_) {
      return arguments.length ? (defined2 = typeof _ === "function" ? _ : constant(!!_), area2) : defined2;
    };
    area2.curve = function(_) {
      return arguments.length ? (curve2 = _, context2 != null && (output = curve2(context2)), area2) : curve2;
    };
    area2.context = function(_) {
      return arguments.length ? (_ == null ? context2 = output = null : output = curve2(context2 = _), area2) : context2;
    };
    return area2;
  }
  var curveRadialLinear = curveRadial(curveLinear);
  function Radial(curve2) {
    this._curve = curve2;
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
  function curveRadial(curve2) {
    function radial(context2) {
      return new Radial(curve2(context2));
    }
    radial._curve = curve2;
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
  var areaPath = (points) => area().defined((p) => p !== null).x((p) => p[0]).y0((p) => p[1]).y1((p) => (
    /** @type {any} */
    p[2]
  )).digits(2)(
    /** @type {any} */
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
  var headShape = (head, nHeads) => head >= nHeads ? "circle" : SHAPES[Math.floor(head / N_HUES) % SHAPES.length];
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
  var drawBar = (where2) => {
    const button = (id, text2, label2, key, onclick) => el("button.quiet", { id, "aria-label": label2, title: `${label2} (${key})`, onclick }, text2);
    const { left: left2, right: right2 = [] } = app2.bar(where2);
    document.getElementById("bar").replaceChildren(
      el("a.brand", { href: app2.home }, "polyhead"),
      ...left2.filter(Boolean),
      el("span.push"),
      ...right2.filter(Boolean),
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
        if (mine === turn) main.replaceChildren(el("p.page.hint", "Loading …"));
      }, SLOW);
      let made;
      try {
        made = await where2.make();
      } finally {
        clearTimeout(waiting);
      }
      if (mine !== turn) return;
      page = made;
      main.replaceChildren(made.node);
      main.dataset.page = where2.kind;
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
    const box3 = (
      /** @type {HTMLInputElement | null} */
      document.getElementById("search")
    );
    box3?.focus();
    box3?.select();
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
    const plain4 = (c) => {
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
        if (run === 1 && !(outer && leadingSpace)) plain4(run === 1 && outer ? " " : " ");
        else out.push([run > MOST_SPACES ? `·×${run}` : "·".repeat(run), run === 1 ? "space" : `${run} spaces`]);
        i += run - 1;
        continue;
      }
      const joined = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined ? null : mark(c);
      if (found) out.push(found);
      else plain4(i === 0 && /\p{M}/u.test(c) ? `◌${c}` : c);
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
  var chips = (list) => el("span.chips", list.map(chip));

  // src/heads/names.js
  var N_HUES2 = 8;
  var REST = /* @__PURE__ */ new Set(["none of the rules", "unknown", "rest"]);
  var headLink = (name, extra) => el("a", { href: `#/head/${name}`, class: "head-name", ...extra }, name);
  var unitLink = (family, unit2, text2) => el("a", { href: `#/unit/${family}/${unit2}` }, text2 ?? String(unit2));
  var sentence = (text2) => text2.split(/(`[^`]*`|\bL\d+H\d+\b)/).map(
    (part) => /^L\d+H\d+$/.test(part) ? headLink(part) : /^`[^`]*`$/.test(part) ? chip(part.slice(1, -1)) : part
  );
  var plain = (name) => name.replace(/_/g, " ");
  var palette = (behaviours) => {
    let next = 0;
    const at = /* @__PURE__ */ new Map();
    for (const name of behaviours) at.set(name, name === "inactive" ? -1 : next++);
    const one2 = (name) => {
      if (REST.has(name)) return { a: "var(--card)", b: "var(--muted)", step: 5 };
      const place2 = at.get(name);
      if (place2 === void 0 || place2 < 0) return { a: "var(--identity)", b: "var(--identity)", step: 5 };
      const hue3 = `var(--hue-${place2 % N_HUES2})`;
      return { a: hue3, b: place2 >= N_HUES2 ? "var(--card)" : hue3, step: 3 };
    };
    const ofClass = (name) => {
      const parts2 = name.split(" + ");
      if (parts2.length === 1) return one2(name);
      return { a: one2(parts2[0]).a, b: one2(parts2[1]).a, step: 4 };
    };
    const vars = (name) => {
      const { a: a2, b, step } = ofClass(name);
      return { "--a": a2, "--b": b, "--step": `${step}px` };
    };
    const both = (name) => {
      const { a: a2, b } = REST.has(name) ? { a: "var(--raised)", b: "var(--raised)" } : ofClass(name);
      return [a2, b].map((v) => color(v.slice(6, -1)));
    };
    return { vars, both };
  };

  // node_modules/d3-axis/dist/d3-axis.mjs
  function identity(x2) {
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
  function number(scale) {
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
    var tickArguments = [], tickValues = null, tickFormat2 = null, tickSizeInner = 6, tickSizeOuter = 6, tickPadding = 3, offset = typeof window !== "undefined" && window.devicePixelRatio > 1 ? 0 : 0.5, k2 = orient === top || orient === left ? -1 : 1, x2 = orient === left || orient === right ? "x" : "y", transform = orient === top || orient === bottom ? translateX : translateY;
    function axis2(context2) {
      var values = tickValues == null ? scale.ticks ? scale.ticks.apply(scale, tickArguments) : scale.domain() : tickValues, format2 = tickFormat2 == null ? scale.tickFormat ? scale.tickFormat.apply(scale, tickArguments) : identity : tickFormat2, spacing = Math.max(tickSizeInner, 0) + tickPadding, range2 = scale.range(), range0 = +range2[0] + offset, range1 = +range2[range2.length - 1] + offset, position = (scale.bandwidth ? center : number)(scale.copy(), offset), selection2 = context2.selection ? context2.selection() : context2, path2 = selection2.selectAll(".domain").data([null]), tick = selection2.selectAll(".tick").data(values, scale).order(), tickExit = tick.exit(), tickEnter = tick.enter().append("g").attr("class", "tick"), line2 = tick.select("line"), text2 = tick.select("text");
      path2 = path2.merge(path2.enter().insert("path", ".tick").attr("class", "domain").attr("stroke", "currentColor"));
      tick = tick.merge(tickEnter);
      line2 = line2.merge(tickEnter.append("line").attr("stroke", "currentColor").attr(x2 + "2", k2 * tickSizeInner));
      text2 = text2.merge(tickEnter.append("text").attr("fill", "currentColor").attr(x2, k2 * spacing).attr("dy", orient === top ? "0em" : orient === bottom ? "0.71em" : "0.32em"));
      if (context2 !== selection2) {
        path2 = path2.transition(context2);
        tick = tick.transition(context2);
        line2 = line2.transition(context2);
        text2 = text2.transition(context2);
        tickExit = tickExit.transition(context2).attr("opacity", epsilon3).attr("transform", function(d) {
          return isFinite(d = position(d)) ? transform(d + offset) : this.getAttribute("transform");
        });
        tickEnter.attr("opacity", epsilon3).attr("transform", function(d) {
          var p = this.parentNode.__axis;
          return transform((p && isFinite(p = p(d)) ? p : position(d)) + offset);
        });
      }
      tickExit.remove();
      path2.attr("d", orient === left || orient === right ? tickSizeOuter ? "M" + k2 * tickSizeOuter + "," + range0 + "H" + offset + "V" + range1 + "H" + k2 * tickSizeOuter : "M" + offset + "," + range0 + "V" + range1 : tickSizeOuter ? "M" + range0 + "," + k2 * tickSizeOuter + "V" + offset + "H" + range1 + "V" + k2 * tickSizeOuter : "M" + range0 + "," + offset + "H" + range1);
      tick.attr("opacity", 1).attr("transform", function(d) {
        return transform(position(d) + offset);
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
  function selection_select(select3) {
    if (typeof select3 !== "function") select3 = selector(select3);
    for (var groups2 = this._groups, m = groups2.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
        if ((node = group[i]) && (subnode = select3.call(node, node.__data__, i, group))) {
          if ("__data__" in node) subnode.__data__ = node.__data__;
          subgroup[i] = subnode;
        }
      }
    }
    return new Selection(subgroups, this._parents);
  }
  function array2(x2) {
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
  function arrayAll(select3) {
    return function() {
      return array2(select3.apply(this, arguments));
    };
  }
  function selection_selectAll(select3) {
    if (typeof select3 === "function") select3 = arrayAll(select3);
    else select3 = selectorAll(select3);
    for (var groups2 = this._groups, m = groups2.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
      for (var group = groups2[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          subgroups.push(select3.call(node, node.__data__, i, group));
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
  function constant2(x2) {
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
    if (typeof value2 !== "function") value2 = constant2(value2);
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
  function selection_sort(compare) {
    if (!compare) compare = ascending;
    function compareNode(a2, b) {
      return a2 && b ? compare(a2.__data__, b.__data__) : !a2 - !b;
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
  function ascending(a2, b) {
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
    var list = classList(node), i = -1, n = names.length;
    while (++i < n) list.add(names[i]);
  }
  function classedRemove(node, names) {
    var list = classList(node), i = -1, n = names.length;
    while (++i < n) list.remove(names[i]);
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
      var list = classList(this.node()), i = -1, n = names.length;
      while (++i < n) if (!list.contains(names[i])) return false;
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
    var create = typeof name === "function" ? name : creator(name);
    return this.select(function() {
      return this.appendChild(create.apply(this, arguments));
    });
  }
  function constantNull() {
    return null;
  }
  function selection_insert(name, before) {
    var create = typeof name === "function" ? name : creator(name), select3 = before == null ? constantNull : typeof before === "function" ? before : selector(before);
    return this.select(function() {
      return this.insertBefore(create.apply(this, arguments), select3.apply(this, arguments) || null);
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
  function onAdd(typename, value2, options2) {
    return function() {
      var on = this.__on, o, listener = contextListener(value2);
      if (on) for (var j = 0, m = on.length; j < m; ++j) {
        if ((o = on[j]).type === typename.type && o.name === typename.name) {
          this.removeEventListener(o.type, o.listener, o.options);
          this.addEventListener(o.type, o.listener = listener, o.options = options2);
          o.value = value2;
          return;
        }
      }
      this.addEventListener(typename.type, listener, options2);
      o = { type: typename.type, name: typename.name, value: value2, listener, options: options2 };
      if (!on) this.__on = [o];
      else on.push(o);
    };
  }
  function selection_on(typename, value2, options2) {
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
    for (i = 0; i < n; ++i) this.each(on(typenames[i], value2, options2));
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
  function select(selector2) {
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
      var id = this._;
      while (!(id in node)) if (!(node = node.parentNode)) return;
      return node[id];
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

  // node_modules/d3-array/dist/d3-array.mjs
  function ascending2(a2, b) {
    return a2 == null || b == null ? NaN : a2 < b ? -1 : a2 > b ? 1 : a2 >= b ? 0 : NaN;
  }
  function descending(a2, b) {
    return a2 == null || b == null ? NaN : b < a2 ? -1 : b > a2 ? 1 : b >= a2 ? 0 : NaN;
  }
  function bisector(f) {
    let compare1, compare2, delta;
    if (f.length !== 2) {
      compare1 = ascending2;
      compare2 = (d, x2) => ascending2(f(d), x2);
      delta = (d, x2) => f(d) - x2;
    } else {
      compare1 = f === ascending2 || f === descending ? f : zero;
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
  function number2(x2) {
    return x2 === null ? NaN : +x2;
  }
  var ascendingBisect = bisector(ascending2);
  var bisectRight = ascendingBisect.right;
  var bisectLeft = ascendingBisect.left;
  var bisectCenter = bisector(number2).center;
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
    return (T, S, start3, stop, step) => {
      start3 <<= 2, stop <<= 2, step <<= 2;
      blur(T, S, start3 + 0, stop + 0, step);
      blur(T, S, start3 + 1, stop + 1, step);
      blur(T, S, start3 + 2, stop + 2, step);
      blur(T, S, start3 + 3, stop + 3, step);
    };
  }
  function blurf(radius) {
    const radius0 = Math.floor(radius);
    if (radius0 === radius) return bluri(radius);
    const t = radius - radius0;
    const w = 2 * radius + 1;
    return (T, S, start3, stop, step) => {
      if (!((stop -= step) >= start3)) return;
      let sum = radius0 * S[start3];
      const s0 = step * radius0;
      const s1 = s0 + step;
      for (let i = start3, j = start3 + s0; i < j; i += step) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start3, j = stop; i <= j; i += step) {
        sum += S[Math.min(stop, i + s0)];
        T[i] = (sum + t * (S[Math.max(start3, i - s1)] + S[Math.min(stop, i + s1)])) / w;
        sum -= S[Math.max(start3, i - s0)];
      }
    };
  }
  function bluri(radius) {
    const w = 2 * radius + 1;
    return (T, S, start3, stop, step) => {
      if (!((stop -= step) >= start3)) return;
      let sum = radius * S[start3];
      const s2 = step * radius;
      for (let i = start3, j = start3 + s2; i < j; i += step) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start3, j = stop; i <= j; i += step) {
        sum += S[Math.min(stop, i + s2)];
        T[i] = sum / w;
        sum -= S[Math.max(start3, i - s2)];
      }
    };
  }
  var array3 = Array.prototype;
  var slice2 = array3.slice;
  var e10 = Math.sqrt(50);
  var e5 = Math.sqrt(10);
  var e2 = Math.sqrt(2);
  function tickSpec(start3, stop, count2) {
    const step = (stop - start3) / Math.max(0, count2), power = Math.floor(Math.log10(step)), error = step / Math.pow(10, power), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
    let i1, i2, inc;
    if (power < 0) {
      inc = Math.pow(10, -power) / factor;
      i1 = Math.round(start3 * inc);
      i2 = Math.round(stop * inc);
      if (i1 / inc < start3) ++i1;
      if (i2 / inc > stop) --i2;
      inc = -inc;
    } else {
      inc = Math.pow(10, power) * factor;
      i1 = Math.round(start3 / inc);
      i2 = Math.round(stop / inc);
      if (i1 * inc < start3) ++i1;
      if (i2 * inc > stop) --i2;
    }
    if (i2 < i1 && 0.5 <= count2 && count2 < 2) return tickSpec(start3, stop, count2 * 2);
    return [i1, i2, inc];
  }
  function ticks(start3, stop, count2) {
    stop = +stop, start3 = +start3, count2 = +count2;
    if (!(count2 > 0)) return [];
    if (start3 === stop) return [start3];
    const reverse = stop < start3, [i1, i2, inc] = reverse ? tickSpec(stop, start3, count2) : tickSpec(start3, stop, count2);
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
  function tickIncrement(start3, stop, count2) {
    stop = +stop, start3 = +start3, count2 = +count2;
    return tickSpec(start3, stop, count2)[2];
  }
  function tickStep(start3, stop, count2) {
    stop = +stop, start3 = +start3, count2 = +count2;
    const reverse = stop < start3, inc = reverse ? tickIncrement(stop, start3, count2) : tickIncrement(start3, stop, count2);
    return (reverse ? -1 : 1) * (inc < 0 ? 1 / -inc : inc);
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
  function extend(parent, definition) {
    var prototype = Object.create(parent.prototype);
    for (var key in definition) prototype[key] = definition[key];
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
  var constant3 = (x2) => () => x2;
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
    return d ? linear(a2, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant3(isNaN(a2) ? b : a2);
  }
  function gamma(y2) {
    return (y2 = +y2) === 1 ? nogamma : function(a2, b) {
      return b - a2 ? exponential(a2, b, y2) : constant3(isNaN(a2) ? b : a2);
    };
  }
  function nogamma(a2, b) {
    var d = b - a2;
    return d ? linear(a2, d) : constant3(isNaN(a2) ? b : a2);
  }
  var rgb2 = (function rgbGamma(y2) {
    var color3 = gamma(y2);
    function rgb3(start3, end) {
      var r = color3((start3 = rgb(start3)).r, (end = rgb(end)).r), g = color3(start3.g, end.g), b = color3(start3.b, end.b), opacity = nogamma(start3.opacity, end.opacity);
      return function(t) {
        start3.r = r(t);
        start3.g = g(t);
        start3.b = b(t);
        start3.opacity = opacity(t);
        return start3 + "";
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
  function number3(a2, b) {
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
        q.push({ i, x: number3(am, bm) });
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
    return b == null || t === "boolean" ? constant3(b) : (t === "number" ? number3 : t === "string" ? (c = color2(b)) ? (b = c, rgb2) : string : b instanceof color2 ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number3)(a2, b);
  }
  function round(a2, b) {
    return a2 = +a2, b = +b, function(t) {
      return Math.round(a2 * (1 - t) + b * t);
    };
  }
  var degrees2 = 180 / Math.PI;
  var identity2 = {
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
    return m.isIdentity ? identity2 : decompose(m.a, m.b, m.c, m.d, m.e, m.f);
  }
  function parseSvg(value2) {
    if (value2 == null) return identity2;
    if (!svgNode) svgNode = document.createElementNS("http://www.w3.org/2000/svg", "g");
    svgNode.setAttribute("transform", value2);
    if (!(value2 = svgNode.transform.baseVal.consolidate())) return identity2;
    value2 = value2.matrix;
    return decompose(value2.a, value2.b, value2.c, value2.d, value2.e, value2.f);
  }
  function interpolateTransform(parse, pxComma, pxParen, degParen) {
    function pop(s2) {
      return s2.length ? s2.pop() + " " : "";
    }
    function translate(xa, ya, xb, yb, s2, q) {
      if (xa !== xb || ya !== yb) {
        var i = s2.push("translate(", null, pxComma, null, pxParen);
        q.push({ i: i - 4, x: number3(xa, xb) }, { i: i - 2, x: number3(ya, yb) });
      } else if (xb || yb) {
        s2.push("translate(" + xb + pxComma + yb + pxParen);
      }
    }
    function rotate(a2, b, s2, q) {
      if (a2 !== b) {
        if (a2 - b > 180) b += 360;
        else if (b - a2 > 180) a2 += 360;
        q.push({ i: s2.push(pop(s2) + "rotate(", null, degParen) - 2, x: number3(a2, b) });
      } else if (b) {
        s2.push(pop(s2) + "rotate(" + b + degParen);
      }
    }
    function skewX(a2, b, s2, q) {
      if (a2 !== b) {
        q.push({ i: s2.push(pop(s2) + "skewX(", null, degParen) - 2, x: number3(a2, b) });
      } else if (b) {
        s2.push(pop(s2) + "skewX(" + b + degParen);
      }
    }
    function scale(xa, ya, xb, yb, s2, q) {
      if (xa !== xb || ya !== yb) {
        var i = s2.push(pop(s2) + "scale(", null, ",", null, ")");
        q.push({ i: i - 4, x: number3(xa, xb) }, { i: i - 2, x: number3(ya, yb) });
      } else if (xb !== 1 || yb !== 1) {
        s2.push(pop(s2) + "scale(" + xb + "," + yb + ")");
      }
    }
    return function(a2, b) {
      var s2 = [], q = [];
      a2 = parse(a2), b = parse(b);
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
    function zoom2(p0, p1) {
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
        var d1 = Math.sqrt(d2), b0 = (w1 * w1 - w0 * w0 + rho4 * d2) / (2 * w0 * rho2 * d1), b1 = (w1 * w1 - w0 * w0 - rho4 * d2) / (2 * w1 * rho2 * d1), r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0), r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
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
    zoom2.rho = function(_) {
      var _1 = Math.max(1e-3, +_), _2 = _1 * _1, _4 = _2 * _2;
      return zoomRho(_1, _2, _4);
    };
    return zoom2;
  })(Math.SQRT2, 2, 4);
  function hsl2(hue3) {
    return function(start3, end) {
      var h = hue3((start3 = hsl(start3)).h, (end = hsl(end)).h), s2 = nogamma(start3.s, end.s), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
      return function(t) {
        start3.h = h(t);
        start3.s = s2(t);
        start3.l = l(t);
        start3.opacity = opacity(t);
        return start3 + "";
      };
    };
  }
  var hsl_default = hsl2(hue$1);
  var hslLong = hsl2(nogamma);
  function hcl2(hue3) {
    return function(start3, end) {
      var h = hue3((start3 = hcl(start3)).h, (end = hcl(end)).h), c = nogamma(start3.c, end.c), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
      return function(t) {
        start3.h = h(t);
        start3.c = c(t);
        start3.l = l(t);
        start3.opacity = opacity(t);
        return start3 + "";
      };
    };
  }
  var hcl_default = hcl2(hue$1);
  var hclLong = hcl2(nogamma);
  function cubehelix2(hue3) {
    return (function cubehelixGamma(y2) {
      y2 = +y2;
      function cubehelix3(start3, end) {
        var h = hue3((start3 = cubehelix(start3)).h, (end = cubehelix(end)).h), s2 = nogamma(start3.s, end.s), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
        return function(t) {
          start3.h = h(t);
          start3.s = s2(t);
          start3.l = l(Math.pow(t, y2));
          start3.opacity = opacity(t);
          return start3 + "";
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
    var coefficient = d[0], exponent2 = d[1], i = exponent2 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent2 / 3))) * 3) + 1, n = coefficient.length;
    return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x2, Math.max(0, p + i - 1))[0];
  }
  function formatRounded(x2, p) {
    var d = formatDecimalParts(x2, p);
    if (!d) return x2 + "";
    var coefficient = d[0], exponent2 = d[1];
    return exponent2 < 0 ? "0." + new Array(-exponent2).join("0") + coefficient : coefficient.length > exponent2 + 1 ? coefficient.slice(0, exponent2 + 1) + "." + coefficient.slice(exponent2 + 1) : coefficient + new Array(exponent2 - coefficient.length + 2).join("0");
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
  function identity3(x2) {
    return x2;
  }
  var map = Array.prototype.map;
  var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
  function formatLocale(locale2) {
    var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity3 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity3 : formatNumerals(map.call(locale2.numerals, String)), percent2 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
    function newFormat(specifier, options2) {
      specifier = formatSpecifier(specifier);
      var fill2 = specifier.fill, align = specifier.align, sign2 = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width2 = specifier.width, comma = specifier.comma, precision = specifier.precision, trim2 = specifier.trim, type = specifier.type;
      if (type === "n") comma = true, type = "g";
      else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim2 = true, type = "g";
      if (zero3 || fill2 === "0" && align === "=") zero3 = true, fill2 = "0", align = "=";
      var prefix = (options2 && options2.prefix !== void 0 ? options2.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent2 : "") + (options2 && options2.suffix !== void 0 ? options2.suffix : "");
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
          if (trim2) value2 = formatTrim(value2);
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
  function defaultLocale(definition) {
    locale = formatLocale(definition);
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
  function bimap(domain, range2, interpolate) {
    var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
    if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate(r1, r0);
    else d0 = normalize(d0, d1), r0 = interpolate(r0, r1);
    return function(x2) {
      return r0(d0(x2));
    };
  }
  function polymap(domain, range2, interpolate) {
    var j = Math.min(domain.length, range2.length) - 1, d = new Array(j), r = new Array(j), i = -1;
    if (domain[j] < domain[0]) {
      domain = domain.slice().reverse();
      range2 = range2.slice().reverse();
    }
    while (++i < j) {
      d[i] = normalize(domain[i], domain[i + 1]);
      r[i] = interpolate(range2[i], range2[i + 1]);
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
    var domain = unit, range2 = unit, interpolate$1 = value, transform, untransform, unknown, clamp2 = identity$1, piecewise2, output, input;
    function rescale() {
      var n = Math.min(domain.length, range2.length);
      if (clamp2 !== identity$1) clamp2 = clamper(domain[0], domain[n - 1]);
      piecewise2 = n > 2 ? polymap : bimap;
      output = input = null;
      return scale;
    }
    function scale(x2) {
      return x2 == null || isNaN(x2 = +x2) ? unknown : (output || (output = piecewise2(domain.map(transform), range2, interpolate$1)))(transform(clamp2(x2)));
    }
    scale.invert = function(y2) {
      return clamp2(untransform((input || (input = piecewise2(range2, domain.map(transform), number3)))(y2)));
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
      return arguments.length ? (clamp2 = _ ? true : identity$1, rescale()) : clamp2 !== identity$1;
    };
    scale.interpolate = function(_) {
      return arguments.length ? (interpolate$1 = _, rescale()) : interpolate$1;
    };
    scale.unknown = function(_) {
      return arguments.length ? (unknown = _, scale) : unknown;
    };
    return function(t, u) {
      transform = t, untransform = u;
      return rescale();
    };
  }
  function continuous() {
    return transformer$2()(identity$1, identity$1);
  }
  function tickFormat(start3, stop, count2, specifier) {
    var step = tickStep(start3, stop, count2), precision;
    specifier = formatSpecifier(specifier == null ? ",f" : specifier);
    switch (specifier.type) {
      case "s": {
        var value2 = Math.max(Math.abs(start3), Math.abs(stop));
        if (specifier.precision == null && !isNaN(precision = precisionPrefix(step, value2))) specifier.precision = precision;
        return formatPrefix(specifier, value2);
      }
      case "":
      case "e":
      case "g":
      case "p":
      case "r": {
        if (specifier.precision == null && !isNaN(precision = precisionRound(step, Math.max(Math.abs(start3), Math.abs(stop))))) specifier.precision = precision - (specifier.type === "e");
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
      var start3 = d[i0];
      var stop = d[i1];
      var prestep;
      var step;
      var maxIter = 10;
      if (stop < start3) {
        step = start3, start3 = stop, stop = step;
        step = i0, i0 = i1, i1 = step;
      }
      while (maxIter-- > 0) {
        step = tickIncrement(start3, stop, count2);
        if (step === prestep) {
          d[i0] = start3;
          d[i1] = stop;
          return domain(d);
        } else if (step > 0) {
          start3 = Math.floor(start3 / step) * step;
          stop = Math.ceil(stop / step) * step;
        } else if (step < 0) {
          start3 = Math.ceil(start3 * step) / step;
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
  var plain2 = (v) => {
    if (absent(v)) return MISSING;
    if (typeof v === "boolean") return v ? "yes" : "no";
    if (typeof v === "number") return Number.isInteger(v) ? count(v) : num(v, 4);
    if (Array.isArray(v)) return v.map(plain2).join(", ") || MISSING;
    if (typeof v === "object")
      return Object.entries(v).map(([k2, x2]) => `${k2} ${plain2(x2)}`).join(", ");
    return String(v);
  };
  var label = (key) => key.replace(/^n_/, "").replace(/_/g, " ");
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
  var plain3 = (tick) => num(Number(tick.toPrecision(6)));
  var known2 = (scale, ticks2, text2 = plain3) => {
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
  var linear3 = (low, high, from, to, { n = 5, zero: zero3 = false, nice = true } = {}) => {
    if (zero3) [low, high] = [Math.min(0, low), Math.max(0, high)];
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    const scale = linear2(
      [low, high].map((v) => Number(v.toPrecision(10))),
      [from, to]
    );
    if (nice) scale.nice(n);
    return known2(scale, scale.ticks(n));
  };
  var bandName = (name, plan, x2) => plan.mode === "tilt" ? cut(name, Math.min(plan.most, (x2 - 4) * 1.41), plan.size) : name;

  // src/shared/axes.js
  var middle = { "text-anchor": "middle" };
  var axisOf = (side, scale, { size, padding, transform, stroke }) => {
    const axis2 = side(
      /** @type {any} */
      scale
    ).tickValues(scale.ticks).tickFormat(
      /** @type {any} */
      scale.text
    ).tickSizeInner(size).tickSizeOuter(0).tickPadding(padding).offset(0);
    const drawn = select(svg("g", { transform })).call(axis2);
    drawn.attr("font-size", 12).attr("font-family", FONT);
    drawn.select(".domain").attr("stroke", color("muted"));
    drawn.selectAll(".tick line").attr("stroke", (t) => stroke(
      /** @type {number} */
      t
    ));
    drawn.selectAll(".tick text").attr("fill", color("muted"));
    return drawn;
  };
  var rising = (box3, y2) => {
    const stroke = (t) => color(t === 0 && y2.low < 0 ? "edge" : "line");
    const transform = `translate(${box3.left} 0)`;
    const drawn = axisOf(axisLeft, y2, { size: box3.left - box3.right, padding: 7, transform, stroke });
    drawn.select(".domain").remove();
    return drawn.node();
  };
  var across = (box3, x2, grid) => {
    const stroke = () => color(grid ? "line" : "muted");
    const transform = `translate(0 ${box3.bottom})`;
    const size = grid ? box3.top - box3.bottom : 4;
    return axisOf(axisBottom, x2, { size, padding: grid ? 8.5 : 4.5, transform, stroke }).node();
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
  var frame = (box3, x2, y2, titles) => {
    const { xTitle = [], yTitle = [], yAt = box3.left - 46, under: under2 = box3.bottom + 36, grid = false, plan = null } = titles;
    const ink = { fill: color("ink") };
    const centre = [(box3.left + box3.right) / 2, (box3.top + box3.bottom) / 2];
    return svg(
      "g.axes",
      rising(box3, y2),
      plan ? [
        bandNames(x2, plan, box3.bottom),
        lineOf(box3.left, box3.bottom, box3.right, box3.bottom, { stroke: color("muted") })
      ] : across(box3, x2, grid),
      [xTitle].flat().map((line2, i) => text(centre[0], under2 + 16 * i, line2, { ...middle, ...ink })),
      [yTitle].flat().map((line2, i) => upwards(yAt + 16 * i, centre[1], line2, ink))
    );
  };

  // src/heads/plots.js
  var boxOf = (width2, height) => ({ left: 58, right: width2 - 14, top: 12, bottom: height - 44 });
  var chart = (label2, width2, height) => drawing(width2, height, label2, { class: "plot" });
  var lines2 = (series, { label: label2, xTitle, yTitle, width: width2 = 520, height = 260, reverse = false, zero: zero3 = true, tell }) => {
    const node = chart(label2, width2, height), box3 = boxOf(width2, height);
    const xs = series.flatMap((s2) => s2.points.map((p) => p[0]));
    const ys = series.flatMap((s2) => [...s2.points.map((p) => p[1]), ...(s2.band || []).flatMap((b) => [b[1], b[2]])]);
    const ends = reverse ? [box3.right, box3.left] : [box3.left, box3.right];
    const x2 = linear3(Math.min(...xs), Math.max(...xs), ends[0], ends[1], { nice: false });
    const y2 = linear3(Math.min(...ys), Math.max(...ys), box3.bottom, box3.top, { zero: zero3 });
    node.append(frame(box3, x2, y2, { xTitle, yTitle }));
    for (const s2 of series) {
      if (s2.band) {
        const d = areaPath(s2.band.map((b) => [x2(b[0]), y2(b[1]), y2(b[2])]));
        node.append(svg("path", { d, fill: s2.color, opacity: 0.18 }));
      }
      node.append(
        svg("path", {
          d: linePath(s2.points.map((p) => [x2(p[0]), y2(p[1])])),
          fill: "none",
          stroke: s2.color,
          "stroke-width": 1.8,
          "stroke-dasharray": s2.dash
        })
      );
      for (const p of s2.points) {
        const dot = svg("circle.dot", { cx: x2(p[0]), cy: y2(p[1]), r: 3.2, fill: s2.color });
        attach(dot, () => tell(s2, p));
        node.append(dot);
      }
    }
    return node;
  };
  var stacked = (xs, layers, { label: label2, xTitle, yTitle, xText, width: width2 = 520, height = 280, tell }) => {
    const node = chart(label2, width2, height), box3 = boxOf(width2, height);
    const x2 = linear3(xs[0], xs[xs.length - 1], box3.left, box3.right, { nice: false });
    const y2 = linear3(0, 1, box3.bottom, box3.top);
    if (xText) x2.text = xText;
    const base = xs.map(() => 0);
    const defs = svg("defs");
    node.append(defs);
    const fillOf = ([a2, b], i) => {
      if (a2 === b) return a2;
      const id = `stripes-${i}`;
      defs.append(
        svg(
          "pattern",
          { id, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          svg("rect", { width: 4, height: 8, fill: a2 }),
          svg("rect", { x: 4, width: 4, height: 8, fill: b })
        )
      );
      return `url(#${id})`;
    };
    for (const [i, one2] of layers.entries()) {
      const from = base.slice();
      one2.values.forEach((v, i2) => {
        base[i2] += v;
      });
      const area2 = svg("path.area", {
        d: areaPath(base.map((v, i2) => [x2(xs[i2]), y2(from[i2]), y2(v)])),
        fill: fillOf(one2.colors, i),
        stroke: color("card"),
        "stroke-width": 1
      });
      attach(area2, () => tell(one2));
      node.append(area2);
      const size = Math.max(...one2.values), at = one2.values.indexOf(size);
      if (size > 0.12)
        node.append(
          text(Math.min(box3.right - 4, Math.max(box3.left + 4, x2(xs[at]))), y2(base[at] - size / 2) + 4, one2.short, {
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
    node.append(frame(box3, x2, y2, { xTitle, yTitle }));
    return node;
  };
  var histogram = (bins, { label: label2, xTitle, width: width2 = 420, height = 220, log: log2 = true, even = true, text: text2 }) => {
    const node = chart(label2, width2, height), box3 = boxOf(width2, height);
    const shown2 = (n) => log2 ? Math.log10(1 + n) : n;
    const x2 = even ? linear3(0, bins.length, box3.left, box3.right, { nice: false }) : linear3(bins[0][0], bins[bins.length - 1][1], box3.left, box3.right, { nice: false });
    const y2 = linear3(0, Math.max(1e-9, ...bins.map((b) => shown2(b[2]))), box3.bottom, box3.top, { zero: true });
    if (log2) {
      y2.ticks = [...Array(8).keys()].filter((p) => p <= y2.high);
      y2.text = (t) => t ? `1e${t}` : "0";
    }
    if (even) {
      const every = Math.max(1, Math.ceil(bins.length / 6));
      x2.ticks = bins.map((_, i) => i).filter((i) => i % every === 0);
      x2.text = (i) => num(bins[i][0], 2);
    }
    node.append(frame(box3, x2, y2, { xTitle, yTitle: log2 ? "count (log)" : "share" }));
    bins.forEach(([low, high, n], i) => {
      if (!n) return;
      const [from, to] = even ? [x2(i), x2(i + 1)] : [x2(low), x2(high)];
      const bar3 = rectOf(from + 0.5, y2(shown2(n)), Math.max(1, to - from - 1), Math.max(1, box3.bottom - y2(shown2(n))), {
        fill: color(high <= 0 && low < 0 ? "minus" : "key")
      });
      attach(bar3, () => text2(low, high, n));
      node.append(bar3);
    });
    return node;
  };

  // src/heads/ablation.js
  var effects = (a2) => {
    const change = (v, clean, digits) => v === clean ? "" : `${v > clean ? "+" : "−"}${Math.abs(v - clean).toFixed(digits)}`;
    return el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": `Effects on ${a2.templates}` },
      el(
        "table.scores.effects",
        el(
          "thead",
          el(
            "tr",
            ["What is replaced", "Top-1", "Probability", "change", "Logit", "change"].map(
              (t, i) => el("th", { scope: "col", class: i ? "number" : null }, t)
            )
          )
        ),
        el(
          "tbody",
          [a2.clean, ...a2.effects].map(
            (e, i) => el(
              "tr",
              { class: i ? null : "clean" },
              el("td", e[0]),
              el("td.number", percent(e[1])),
              el("td.number", e[2].toFixed(3)),
              el("td.number.faint", i ? change(e[2], a2.clean[2], 3) : ""),
              el("td.number", num(e[3], 4)),
              el("td.number.faint", i ? change(e[3], a2.clean[3], 2) : "")
            )
          )
        )
      )
    );
  };
  var sweep = (a2) => {
    if (!a2.sweep.some((s2) => s2[0] > 0 && (s2[2] || s2[3] || s2[4]))) return null;
    const points = a2.sweep.map((s2) => [s2[0], s2[2]]);
    const tokens = new Map(a2.sweep.map((s2) => [s2[0], s2]));
    return lines2([{ name: "fall", color: color("hue-0"), points, band: a2.sweep.map((s2) => [s2[0], s2[3], s2[4]]) }], {
      label: `Fall of the answer's probability by position, ${a2.templates}`,
      xTitle: "tokens after the ablated position (0: the last)",
      yTitle: "fall of probability",
      reverse: true,
      width: 520,
      height: 250,
      tell: (_, p) => {
        const s2 = tokens.get(p[0]);
        return [
          el("strong", p[0] ? `${p[0]} tokens back` : "last position"),
          lines(
            ["commonest token", chip(s2[1])],
            ["mean fall", num(s2[2])],
            ["10 % to 90 % of prompts", `${num(s2[3])} to ${num(s2[4])}`]
          )
        ];
      }
    });
  };
  var WAYS = { "bos-row": "row on BOS", "mean-row": "mean row", "zero-output": "output zero" };
  var MOST = 10;
  var rankWords = (by, n) => `rank ${Object.entries(by).map(([kind, place2]) => `${place2} by ${WAYS[kind] || kind}`).join(", ")} of ${n}`;
  var ranks = (a2, own) => {
    const body = el("tbody");
    const heads = a2.ranked_by.map(
      (kind, k2) => el(
        "th.number",
        { scope: "col" },
        el(
          "button.sorter",
          { onclick: () => show3(k2), title: `Sort by the fall with ${WAYS[kind] || kind}` },
          `${WAYS[kind] || kind}`
        )
      )
    );
    const show3 = (by) => {
      heads.forEach((th, k2) => {
        if (k2 === by) th.setAttribute("aria-sort", "descending");
        else th.removeAttribute("aria-sort");
      });
      const rows = a2.ranks.filter(([name, , places]) => name === own || places[by] <= MOST).sort((x2, y2) => y2[1][by] - x2[1][by]);
      body.replaceChildren(
        ...rows.map(
          ([name, falls, places]) => el(
            "tr",
            { class: name === own ? "here" : null },
            el("td", headLink(name)),
            falls.map((v, k2) => el("td.number", `${fixed(v, 3)} `, el("span.place", String(places[k2]))))
          )
        )
      );
    };
    show3(0);
    return el(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": `Ranks on ${a2.templates}` },
      el("table.scores.ranks", el("thead", el("tr", el("th", { scope: "col" }, "Head"), heads)), body)
    );
  };
  var section = (a2, own) => {
    const line2 = sweep(a2);
    return el(
      "details.ablation",
      { open: true },
      el(
        "summary",
        el("strong", a2.templates),
        ` ${a2.about} `,
        el("span.faint", `${a2.n_prompts} prompts; ${rankWords(a2.rank_by, a2.n_heads)}`)
      ),
      a2.notes.map((n) => el("p.hint", n)),
      el(
        "div.ablation-parts",
        effects(a2),
        el(
          "div",
          line2 && [
            el("h3", "Ablated at one position after the other"),
            el("p.hint", "Mean over prompts; the band holds 80 % of them."),
            line2
          ]
        ),
        el(
          "div",
          el("h3", "Every head ablated in turn, last position"),
          el(
            "p.hint",
            "Fall of the answer's probability, and rank among all heads in grey. ",
            a2.ranked_by.length > 1 && "A row on BOS also brings in what the head reads there: a head that costs much only in that way is not needed here."
          ),
          ranks(a2, own)
        ),
        el(
          "div",
          el("h3", "Some prompts"),
          el(
            "ul.prompts",
            a2.examples.slice(0, 3).map(([prompt, answer]) => el("li", chip(prompt), el("span.faint", " → "), chip(answer)))
          )
        )
      )
    );
  };

  // src/heads/mix.js
  var REST2 = "none of the rules";
  var bar = (palette2, parts2, { least = 2e-3, label: label2 = null } = {}) => el(
    "div.mix",
    { role: "img", "aria-label": label2 },
    parts2.filter(([, share]) => share >= least).map(([name, share]) => {
      const piece = el("span.piece", { vars: { "--size": share, ...palette2.vars(name) } });
      return attach(piece, () => `${plain(name)}: ${percent(share)}`);
    })
  );
  var words = (parts2, most = 3) => parts2.slice().sort((a2, b) => b[1] - a2[1]).slice(0, most).filter(([, v]) => v >= 5e-3).map(([n, v]) => `${plain(n)} ${percent(v)}`).join(", ");
  var legend = (palette2, behaviours, extra = [[REST2, "keys that no rule claims"]]) => el(
    "div.legend",
    { "aria-label": "Colours of behaviours" },
    [...behaviours.map((b) => [b.name, b.words]), ...extra].map(
      ([name, meaning]) => attach(
        el("span.note", { tabindex: "0" }, el("span.piece.sample", { vars: palette2.vars(name) }), plain(name)),
        () => el("p", meaning)
      )
    )
  );
  var massParts = (rows, i) => rows.mass[i].map((v, b) => [rows.behaviours[b]?.name ?? REST2, v]);
  var classParts = (rows, i) => rows.shares[i].map(([c, v]) => [rows.classes[c], v]).sort((a2, b) => rows.classes.indexOf(a2[0]) - rows.classes.indexOf(b[0]));
  var all = (data2, palette2, by) => {
    const parts2 = by === "mass" ? massParts : classParts;
    const layers = /* @__PURE__ */ new Map();
    data2.heads.forEach(([layer2, head], i) => {
      if (!layers.has(layer2)) layers.set(layer2, []);
      layers.get(layer2).push([head, i]);
    });
    return el(
      "div.layers",
      [...layers].map(
        ([layer2, heads]) => el(
          "section.layer",
          { "aria-label": `Layer ${layer2}` },
          el("h3", `Layer ${layer2}`),
          heads.map(([head, i]) => {
            const list = parts2(data2.rows, i);
            return el(
              "div.mix-line",
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
    const n = w.tokens.length;
    const rows = Array.from({ length: n }, () => []);
    w.flat.forEach((flat, i) => {
      rows[Math.floor(flat / n)].push([flat % n, w.values[i], w.codes[i] ?? 0]);
    });
    return rows;
  };
  var map2 = (w, rows, pick) => {
    const n = w.tokens.length, size = Math.max(2, Math.min(4, Math.floor(320 / n)));
    const canvas = el("canvas.attention", { width: n * size, height: n * size, "aria-hidden": "true" });
    const draw2 = (query) => {
      const context2 = canvas.getContext("2d");
      const rgb3 = color("key-rgb").split(/\s+/);
      context2.fillStyle = color("card");
      context2.fillRect(0, 0, n * size, n * size);
      context2.fillStyle = color("raised");
      for (let q = 0; q < n; q++) context2.fillRect((q + 1) * size, q * size, (n - q - 1) * size, size);
      rows.forEach((row, q) => {
        for (const [k2, v] of row) {
          context2.fillStyle = `rgb(${rgb3.join(" ")} / ${0.06 + 0.94 * v})`;
          context2.fillRect(k2 * size, q * size, size, size);
        }
      });
      context2.strokeStyle = color("plus");
      context2.lineWidth = 1;
      if (query !== null) context2.strokeRect(0.5, query * size + 0.5, n * size - 1, size);
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
    const place2 = el("div.inspector");
    let drawn;
    let tokens = [], rows = [];
    const claims = (code) => behaviours.filter((_, i) => code >> i & 1);
    const hasRules = behaviours.length > 0;
    const detail = (w, q) => {
      if (q === null) return el("p.hint", "Click a token, or use ← and →, to see where it attends.");
      const row = rows[q].slice().sort((a2, b) => b[1] - a2[1]);
      const m = names.length, mass = w.mass.length ? w.mass.slice(q * m, (q + 1) * m).map((v) => v / 1e3) : null;
      const className = w.classes.length ? w.classes[q] < 0 ? "not counted (BOS)" : classes[w.classes[q]] : null;
      const kept = row.reduce((sum, r) => sum + r[1], 0);
      return el(
        "div",
        el(
          "p",
          chip(w.tokens[q]),
          ` at ${q} of sequence ${w.sequence}`,
          className && [": ", el("strong.row-class", plain(className))]
        ),
        mass && [
          bar(
            palette2,
            names.map((b, i) => [b, mass[i]]),
            { label: "Which rule claims what of the row" }
          ),
          el(
            "p.hint",
            words(
              names.map((b, i) => [b, mass[i]]),
              5
            )
          )
        ],
        el(
          "ol.keys-list",
          row.map(
            ([k2, v, code]) => el(
              "li",
              el("span.value", percent(v)),
              el("span.value", q === k2 ? "itself" : `${q - k2} back`),
              chip(w.tokens[k2]),
              hasRules && el("span.faint", claims(code).map(plain).join(", ") || "no rule")
            )
          )
        ),
        kept < 0.985 && el("p.hint", `${percent(1 - kept)} lies on keys not kept (outside the largest, or under the limit).`)
      );
    };
    const side = el("div.row-detail", { "aria-live": "polite" });
    const show3 = () => {
      const w = windows[state.w], q = state.q;
      const weight = new Map(q === null ? [] : rows[q].map(([k2, v, code]) => [k2, [v, code]]));
      tokens.forEach((node2, i) => {
        const found = weight.get(i);
        node2.style.setProperty("--f", found ? 0.08 + 0.92 * found[0] : 0);
        node2.classList.toggle("peak", i === q);
        node2.classList.toggle("later", q !== null && i > q);
        const first = found ? behaviours.find((_, b) => found[1] >> b & 1) : null;
        const mark2 = q === null ? w.classes.length && w.classes[i] >= 0 ? classes[w.classes[i]] : null : first;
        node2.classList.toggle("marked", Boolean(mark2));
        if (mark2) for (const [k2, v] of Object.entries(palette2.vars(mark2))) node2.style.setProperty(k2, v);
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
      drawn = map2(w, rows, pick);
      tokens = w.tokens.map((t, i) => {
        const node2 = el("span.tok.pickable", { "data-at": i, vars: { "--f": 0, "--z": 0 }, onclick: () => pick(i) });
        fill(node2, t, false);
        return node2;
      });
      const line2 = el("div.flow", { role: "group", "aria-label": `Tokens of window ${state.w + 1}` });
      w.tokens.forEach((t, i) => {
        line2.append(tokens[i]);
        if (t.includes("\n") && i + 1 < w.tokens.length) line2.append(el("br"));
      });
      place2.replaceChildren(el("div.inspector-text", line2), el("div.inspector-side", drawn.canvas, side));
      show3();
    };
    const options2 = windows.map((w, i) => [
      i,
      `${i + 1}: part ${w.interval}, largest weight ${w.max_activation === null ? "–" : num(w.max_activation, 2)}, sequence ${w.sequence}`
    ]);
    const choose2 = el(
      "select#window",
      {
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
      "section#rows.card",
      { "aria-labelledby": "rows-title" },
      el("div.head", el("h2#rows-title", `Rows of ${name} in text`), choose2, strongest),
      el(
        "p.hint",
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

  // src/shared/controls.js
  var select2 = (label2, options2, value2, choose2, attributes = {}) => {
    const node = el(
      "select",
      { "aria-label": label2, onchange: (e) => choose2(e.target.value), ...attributes },
      options2.map(([v, text2]) => el("option", { value: v }, text2))
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
  var defined = (word, definition) => attach(el("span.defined", { tabindex: "0" }, word), () => el("p", definition));
  var scrollTable = (label2, heads, rows) => {
    const head = (text2) => el(text2.endsWith("#") ? "th.number" : "th", { scope: "col" }, text2.replace(/#$/, ""));
    const top2 = el("tr", heads.filter((t) => t !== false).map(head));
    return scrolled(label2, el("table.scores", el("thead", top2), el("tbody", rows)));
  };
  var scrolled = (label2, content) => el("div.scroll", { tabindex: "0", role: "region", "aria-label": label2 }, content);
  var sectionCard = (id, title, hint, ...content) => el(
    "section.card",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    hint && el("p.hint", hint),
    content.flat(9)
  );
  var SENTENCES = 3;
  var told = (sentences) => {
    const list = (some) => el(
      "ul.verdict",
      some.map((text2) => el("li", text2))
    );
    const rest = sentences.slice(SENTENCES);
    return el(
      "section#findings.told",
      { "aria-label": "What was found" },
      list(sentences.slice(0, SENTENCES)),
      rest.length > 0 && el("details", el("summary", `${rest.length} more`), list(rest))
    );
  };
  var addressState = (query, defaults) => {
    const given = new URLSearchParams(query);
    const state = {};
    for (const [key, value2] of Object.entries(defaults)) state[key] = given.get(key) || value2;
    const write = (path2) => {
      const out = new URLSearchParams();
      for (const key of Object.keys(defaults)) if (state[key]) out.set(key, state[key]);
      history.replaceState(null, "", `${path2}?${out}`);
    };
    return Object.defineProperty(state, "write", { value: write });
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
    for (const [k2, v] of [
      ["width", w],
      ["height", h],
      ["fill", color("card")]
    ])
      back.setAttribute(k2, v);
    copy.prepend(back);
    return new XMLSerializer().serializeToString(copy);
  };
  var blobUrl = (parts2, type) => URL.createObjectURL(new Blob(parts2, { type }));
  var saveSvg = (chart2, name) => download(blobUrl([source(chart2)], "image/svg+xml"), `${name}.svg`);
  var savePng = (chart2, name) => {
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * chart2.clientWidth, height: 2 * chart2.clientHeight });
      const context2 = canvas.getContext("2d");
      context2.scale(2, 2);
      context2.drawImage(image, 0, 0);
      canvas.toBlob((blob) => download(URL.createObjectURL(blob), `${name}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source(chart2))}`;
  };
  var buttons = (find2, name) => el(
    "span.save",
    el("button.quiet", { "aria-label": `Save ${name} as SVG`, onclick: () => saveSvg(find2(), name) }, "SVG"),
    el("button.quiet", { "aria-label": `Save ${name} as PNG`, onclick: () => savePng(find2(), name) }, "PNG")
  );

  // src/heads/scatter.js
  var options = (scores, chosen) => {
    const groups2 = /* @__PURE__ */ new Map();
    for (const s2 of scores) groups2.set(s2.group, [...groups2.get(s2.group) || [], s2]);
    return [...groups2].map(
      ([group, list]) => el(
        "optgroup",
        { label: group },
        list.map((s2) => el("option", { value: s2.key, selected: s2.key === chosen || null }, s2.title))
      )
    );
  };
  var look = (layer2) => ({ fill: color(`hue-${layer2 % 8}`), shape: headShape(layer2, 1e9) });
  var draw = (data2, xs, ys, { width: width2, height, least }) => {
    const box3 = { left: 64, right: width2 - 16, top: 14, bottom: height - 46 };
    const node = drawing(width2, height, `${ys.title} against ${xs.title}, one mark a head`);
    const there = data2.heads.map((_, i) => i).filter((i) => xs.values[i] !== null && ys.values[i] !== null);
    const range2 = (s2) => {
      const v = there.map((i) => Number(s2.values[i]));
      return v.length ? [Math.min(...v), Math.max(...v)] : [0, 1];
    };
    const x2 = linear3(...range2(xs), box3.left, box3.right), y2 = linear3(...range2(ys), box3.bottom, box3.top);
    node.append(frame(box3, x2, y2, { xTitle: xs.title, yTitle: ys.title }));
    const extreme = /* @__PURE__ */ new Set();
    const score = (i) => {
      const part = (s2, v) => {
        const [low, high] = range2(s2);
        return high > low ? (v - low) / (high - low) : 0;
      };
      return Math.max(part(xs, xs.values[i]), part(ys, ys.values[i]));
    };
    for (const i of there.slice().sort((a2, b) => score(b) - score(a2)).slice(0, least))
      extreme.add(i);
    const taken = [];
    const marks = there.map((i) => [i, x2(xs.values[i]), y2(ys.values[i])]);
    const free = (i, px, py) => !marks.some(([j, mx, my]) => j !== i && mx > px && mx < px + 44 && Math.abs(my - py) < 8);
    for (const i of there) {
      const [layer2, head] = data2.heads[i], name = `L${layer2}H${head}`;
      const { fill: fill2, shape } = look(layer2);
      const at = [x2(xs.values[i]), y2(ys.values[i])];
      const mark2 = svg("path.dot", {
        d: shapePath(shape, at[0], at[1], 4.6),
        fill: fill2,
        stroke: color("card"),
        "stroke-width": 0.8
      });
      const link = svg("a", { href: `#/head/${name}`, "aria-label": name }, mark2);
      attach(link, () => [
        el("strong", name),
        lines([xs.title, num(xs.values[i])], [ys.title, num(ys.values[i])])
      ]);
      node.append(link);
      if (extreme.has(i) && free(i, at[0], at[1]) && !taken.some((t) => Math.abs(t[0] - at[0]) < 40 && Math.abs(t[1] - at[1]) < 13)) {
        taken.push(at);
        const right2 = at[0] > box3.right - 50;
        node.append(
          text(at[0] + (right2 ? -8 : 8), at[1] + 4, name, {
            "text-anchor": right2 ? "end" : "start",
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
      "div.legend.tight",
      layers.map((layer2) => {
        const { fill: fill2, shape } = look(layer2);
        return el(
          "span.note",
          svg(
            "svg",
            { width: 14, height: 14, "aria-hidden": "true" },
            svg("path", { d: shapePath(shape, 7, 7, 5), fill: fill2 })
          ),
          layers.length > 12 ? String(layer2) : `layer ${layer2}`
        );
      })
    );
  };
  var panel2 = (data2, state, changed) => {
    const find2 = (key) => data2.scores.find((s2) => s2.key === key);
    const place2 = el("div.scatter-place"), words2 = el("p.hint");
    const redraw = () => {
      const xs = find2(state.x), ys = find2(state.y);
      place2.replaceChildren(
        draw(data2, xs, ys, { width: Math.max(320, place2.clientWidth || 640), height: 400, least: 10 })
      );
      words2.replaceChildren(
        el("strong", `${xs.title}: `),
        xs.definition,
        " ",
        el("strong", `${ys.title}: `),
        ys.definition
      );
    };
    const select3 = (axis2, name) => el(
      "label",
      `${name} `,
      el(
        "select",
        {
          id: `scatter-${axis2}`,
          onchange: (e) => {
            state[axis2] = e.target.value;
            changed();
            redraw();
          }
        },
        options(data2.scores, state[axis2])
      )
    );
    const node = el(
      "section#scatter.card",
      { "aria-labelledby": "scatter-title" },
      el(
        "div.head",
        el("h2#scatter-title", "Any two scores"),
        select3("y", "Up"),
        select3("x", "Across"),
        el("span.push"),
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
    "li.row-example",
    el("span.faint", headLink(`L${e.layer}H${e.head}`), ` sequence ${e.sequence}, position ${e.query}`),
    el(
      "span.flow",
      e.tokens.map((t, i) => {
        const key = e.keys.find((k2) => k2[0] === e.start + i);
        const node = el("span", {
          class: `tok${i === e.tokens.length - 1 ? " peak" : ""}`,
          vars: { "--f": key ? 0.1 + 0.9 * key[2] : 0, "--z": 0 }
        });
        fill(node, t, false);
        if (key) attach(node, () => `position ${key[0]}: ${percent(key[2])} of the row`);
        return node;
      }),
      e.keys.filter((k2) => k2[0] >= 0 && k2[0] < e.start).map((k2) => [el("span.faint", ` ${percent(k2[2])} on position ${k2[0]} `), chip(k2[1])])
    )
  );
  var proposals = (list, only) => list.map((p) => {
    const own = only ? p.examples.filter((e) => `L${e.layer}H${e.head}` === only) : p.examples;
    return el(
      "details.proposal",
      el(
        "summary",
        el("strong", percent(p.share)),
        ` of unknown rows look at ${p.words} `,
        el(
          "span.faint",
          p.heads.slice(0, 5).map(([name, n]) => [headLink(name), ` (${n}) `])
        )
      ),
      el("ul", (own.length ? own : p.examples).map(example))
    );
  });
  var mixCard = (data2, colours) => {
    const place2 = el("div"), bars = (by) => place2.replaceChildren(all(data2, colours, by));
    bars("mass");
    return sectionCard(
      "mix",
      "What every head does",
      null,
      el(
        "div.head",
        el(
          "p.hint",
          `Over ${count(data2.rows.n_rows)} rows per head. Mass: every key is given to the first rule that claims it. Rows: the one or two behaviours that hold ${percent(data2.rows.threshold)} of a row; stripes are two together.`
        ),
        segmented("Mix of", { mass: "mass", rows: "rows" }, "mass", bars)
      ),
      legend(colours, data2.rows.behaviours, [
        ["none of the rules", "Keys that no rule claims, or rows that no one or two behaviours explain."]
      ]),
      place2
    );
  };
  var ablatedCard = (data2) => {
    const sets = [...new Set(data2.ablated.map((a2) => a2.templates))];
    const heads = [...new Set(data2.ablated.map((a2) => a2.head))].sort(
      (a2, b) => a2.localeCompare(b, "en", { numeric: true })
    );
    const find2 = (head, set2) => data2.ablated.find((a2) => a2.head === head && a2.templates === set2);
    const first = (set2) => data2.ablated.find((a2) => a2.templates === set2);
    const more = data2.ablated.some((a2) => Object.keys(a2.rank_by).length > 1);
    const cell = (a2) => a2 ? [
      el("td.number", percent(a2.ablated[0])),
      el("td.number", a2.ablated[1].toFixed(3)),
      el(
        "td.number",
        Object.values(a2.rank_by).map((place2, i) => [
          i > 0 && el("span.faint", " · "),
          el("span", { class: place2 <= 3 ? "place top" : "place" }, String(place2))
        ])
      )
    ] : [el("td"), el("td"), el("td")];
    return sectionCard(
      "ablated",
      "Ablated heads",
      `The head's row at the last position put on BOS: top-1 rate and mean probability of the answer, and the head's rank among all ${data2.heads.length} heads by the fall of probability${more ? ": by its row on BOS · its mean row · its output zeroed" : ""}.`,
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
              sets.map(
                (set2) => el("th.set", { scope: "colgroup", colspan: "3" }, `${set2}, ${first(set2).n_prompts} prompts`)
              )
            ),
            el(
              "tr",
              el("th", { scope: "col" }, "Head"),
              sets.map(() => ["Top-1", "Probability", "Rank"].map((t) => el("th.number", { scope: "col" }, t)))
            )
          ),
          el(
            "tbody",
            el(
              "tr.clean",
              el("td", "clean"),
              sets.map((set2) => [
                el("td.number", percent(first(set2).clean[0])),
                el("td.number", first(set2).clean[1].toFixed(3)),
                el("td")
              ])
            ),
            heads.map(
              (head) => el(
                "tr",
                el("td", headLink(head)),
                sets.map((set2) => cell(find2(head, set2)))
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
      "div.legend.tight",
      data2.dictionaries[0].loading_share.map(
        (_, h, all2) => el(
          "span.note",
          el("span.piece.sample", {
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
        "div.dictionary",
        el("a", { href: href(null) }, d.name),
        el(
          "span.faint",
          ` layer ${d.layer}, ${count(d.n_latents)} latents; ${percent(d.energy_of_pure)} of energy in latents of fewer than 1.5 effective heads`
        ),
        el(
          "div.mix.tall",
          d.loading_share.map(
            (share, h) => attach(
              el("a.piece", {
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
    for (const [k2, v] of Object.entries(all2)) {
      const kind = k2.replace(/:.*| L\d+.*/, "");
      out[kind] = (out[kind] || 0) + v;
    }
    return out;
  };
  var facts = (title, object2) => el(
    "div.facts",
    el("h3", title),
    Object.entries(object2).filter(([, v]) => typeof v !== "object" || v === null).map(([k2, v]) => el("div", el("dt", label(k2)), el("dd", plain2(v))))
  );
  var page2 = async (data2, query) => {
    const given = new URLSearchParams(query), has = (key) => data2.scores.some((s2) => s2.key === key);
    const pick = (axis2, names, at) => has(given.get(axis2)) ? given.get(axis2) : names.find(has) || data2.scores[Math.min(at, data2.scores.length - 1)]?.key;
    const state = { x: pick("x", DEFAULTS[0], 0), y: pick("y", DEFAULTS[1], 1) };
    const scatter = data2.scores.length && panel2(
      data2,
      state,
      () => history.replaceState(null, "", `#/?x=${encodeURIComponent(state.x)}&y=${encodeURIComponent(state.y)}`)
    );
    const colours = palette(data2.rows ? data2.rows.behaviours.map((b) => b.name) : []);
    const n = data2.scores[0]?.values.length || data2.heads.length;
    const node = el(
      "div.page.overview",
      el(
        "div",
        el("h1", data2.title),
        el(
          "p.subtitle",
          el("span", `${n} heads`),
          data2.text.tokens && el("span", `${count(data2.text.tokens)} tokens of ${data2.text.origin}`),
          el("span", moment(data2.created))
        )
      ),
      data2.findings.length > 0 && told(data2.findings.map((f) => sentence(f))),
      data2.rows && mixCard(data2, colours),
      scatter && scatter.node,
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
        el("p.command", el("code", data2.command)),
        data2.notes.length > 0 && el(
          "ul.notes",
          data2.notes.map((t) => el("li", sentence(t)))
        ),
        el(
          "details",
          el("summary", "Model, text, versions and time"),
          el(
            "div.columns",
            facts("Model", data2.model),
            facts("Text", data2.text),
            facts("Versions", data2.versions),
            facts(
              "Time",
              Object.fromEntries(Object.entries(stages(data2.seconds)).map(([k2, v]) => [plain(k2), seconds(v)]))
            )
          )
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
      "div.neighbour-columns",
      own.neighbours.map(
        ({ by, nearest }) => el(
          "div",
          el("h3", defined(...MEASURES[by])),
          el(
            "ol",
            nearest.map(
              ([other, value2, first]) => el(
                "li",
                by.endsWith("composition") && el("span.faint", first ? "→ " : "← "),
                headLink(other),
                el("span.value", ` ${num(value2, 2)}`)
              )
            )
          )
        )
      )
    )
  );
  var preferences = (own, head) => {
    const list = own.preferences.slice().sort((a2, b) => a2.correlation - b.correlation);
    return sectionCard(
      "preferences",
      "Orders of preference",
      "Rank correlation with the other heads of the layer over the same keys, given the same queries; verdicts after Benjamini-Hochberg against random heads.",
      scrollTable(
        "Orders of preference",
        ["Other head", "Correlation#", "Static#", "Query-specific#", "Verdict", "This head likes", "The other likes"],
        list.map((p) => {
          const first = p.head === head;
          const likes = first ? [p.likes, p.other_likes] : [p.other_likes, p.likes];
          return el(
            "tr",
            { class: p.verdict === "inverted" ? "here" : null },
            el("td", headLink(`L${p.layer}H${first ? p.other_head : p.head}`)),
            [p.correlation, p.static, p.specific].map((v) => el("td.number", num(v, 2))),
            el("td", p.verdict),
            likes.map((of) => el("td", chips(of.slice(0, 4))))
          );
        })
      )
    );
  };

  // src/heads/split.js
  var cost = (value2, most, kind) => el(
    "span",
    { class: `cost ${kind}` },
    el("span", num(value2, 3)),
    el("span.bar", { vars: { "--size": Math.max(0, value2) / most } })
  );
  var section2 = (s2, palette2) => {
    const most = Math.max(1e-9, s2.ce_delta, ...s2.parts.flatMap((p) => [p.ce_delta, p.ce_delta_control]));
    const byRules = s2.split === "rules";
    return el(
      "div.split-head",
      el("h3", byRules ? "By rules" : `By ${s2.split}`),
      el(
        "p.hint",
        `Parts sum to the head within ${num(s2.error, 2)} of its largest output. Removing the whole head raises the loss by ${num(s2.ce_delta, 3)} nats (from ${num(s2.ce_clean, 4)}). Entropy of mass over parts ${num(s2.behaviour_entropy, 3)} nats${s2.silhouette === null ? "" : `; silhouette of clusters ${num(s2.silhouette, 2)}`}. Control: as much mass taken from every row, not chosen.`
      ),
      byRules && bar(
        palette2,
        s2.parts.map((p) => [p.name, p.mass]),
        { label: "Mass by part" }
      ),
      scrollTable(
        `Parts, ${s2.split}`,
        ["Part", "Mass#", "Share of output#", "Loss without it", "Control", "Effective keys#"],
        s2.parts.map(
          (p) => el(
            "tr",
            el("td", byRules && el("span.piece.sample", { vars: palette2.vars(p.name) }), plain(p.name)),
            el("td.number", percent(p.mass)),
            el("td.number", percent(p.norm_share)),
            el("td", cost(p.ce_delta, most, "own")),
            el("td", cost(p.ce_delta_control, most, "control")),
            el("td.number", num(p.effective_keys, 3))
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
  var make = (columns, { label: label2, what, href, sort, changed, height = 32, look: look2 = ".grid-view" }) => {
    let list = [];
    let shown2 = [];
    let current2 = 0, drawn = "";
    const rows = el("div.rows", { role: "rowgroup" });
    const header = el("div.row.header", { role: "row", "aria-rowindex": 1 });
    const view = el(
      `div.table-view${look2}`,
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
    const paint2 = (force = true) => {
      const first = Math.max(0, Math.floor(view.scrollTop / height) - EXTRA);
      const last = Math.min(shown2.length, Math.ceil((view.scrollTop + view.clientHeight) / height) + EXTRA);
      const key = `${first} ${last} ${current2}`;
      if (!force && key === drawn) return;
      drawn = key;
      rows.replaceChildren(...shown2.slice(first, last).map((place2, k2) => line2(place2, first + k2)));
    };
    const apply2 = () => {
      const column = columns.find((c) => c.key === sort.replace(/^-/, ""));
      shown2 = Array.from(list);
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
      paint2();
    };
    const update = (places, all2) => {
      list = places;
      tally.textContent = `${places.length === all2 ? "" : `${count(places.length)} of `}${count(all2)} ${what}`;
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
    view.addEventListener("scroll", () => paint2(false), { passive: true });
    const move = (step) => {
      if (!shown2.length) return;
      current2 = Math.min(shown2.length - 1, Math.max(0, current2 + step));
      const top2 = current2 * height, room = view.clientHeight - header.offsetHeight;
      if (top2 < view.scrollTop) view.scrollTop = top2;
      if (top2 + height > view.scrollTop + room) view.scrollTop = top2 + height - room;
      paint2();
    };
    const goTo = (index) => {
      current2 = index;
      view.scrollTop = Math.max(0, index * height - view.clientHeight / 3);
      paint2();
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
    return { view, tally, update, paint: paint2, goTo, keys, shown: () => shown2, order: () => sort };
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
    const state = addressState(query, {
      q: "",
      layer: "",
      does: "",
      sort: data2.scores.length ? `-${data2.scores[0].key}` : "head",
      cols: ""
    });
    const colours = palette(data2.rows ? data2.rows.behaviours.map((b) => b.name) : []);
    const names = data2.heads.map(([l, h]) => `L${l}H${h}`);
    const chosen = () => {
      const keys = state.cols ? state.cols.split(",") : FIRST;
      const found = data2.scores.filter((s2) => keys.includes(s2.key));
      return found.length ? found : data2.scores.slice(0, 10);
    };
    const main2 = (i) => {
      if (!data2.rows) return "";
      const mass = data2.rows.mass[i];
      const best = mass.indexOf(Math.max(...mass));
      return data2.rows.behaviours[best]?.name ?? "none of the rules";
    };
    const mains = data2.heads.map((_, i) => main2(i));
    const write = () => state.write("#/heads");
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
        { key: "main", title: "Most on", width: "150px", values: mains, rising: true, draw: (i) => plain(mains[i]) }
      ] : [],
      ...chosen().map((s2) => ({
        key: s2.key,
        title: s2.title,
        definition: s2.definition,
        width: "minmax(96px, 128px)",
        kind: "number",
        values: s2.values,
        draw: (i) => show2(s2, s2.values[i])
      }))
    ];
    let grid;
    const place2 = el("div.grid-place");
    const tally = el("span.tally");
    const passes = (i) => (!state.q || names[i].toLowerCase().includes(state.q.toLowerCase()) || plain(mains[i]).includes(state.q.toLowerCase())) && (state.layer === "" || data2.heads[i][0] === Number(state.layer)) && (!state.does || mains[i] === state.does);
    const refresh = () => {
      const list = data2.heads.map((_, i) => i).filter(passes);
      grid.update(list, data2.heads.length);
      tally.textContent = grid.tally.textContent;
      remember();
    };
    const remember = () => {
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
          remember();
        }
      });
      place2.replaceChildren(grid.view);
    };
    const set2 = (key) => (value2) => {
      state[key] = value2;
      write();
      refresh();
    };
    const layers = [...new Set(data2.heads.map((h) => h[0]))].map((l) => [String(l), String(l)]);
    const does = [...new Set(mains)].sort().map((m) => [m, plain(m)]);
    const picker = el(
      "details.picker",
      el("summary", "Columns"),
      el(
        "div.picks",
        data2.scores.map((s2) => {
          const box3 = el("input", {
            type: "checkbox",
            onchange: () => {
              const keys = new Set(chosen().map((c) => c.key));
              if (box3.checked) keys.add(s2.key);
              else keys.delete(s2.key);
              state.cols = [...keys].join(",");
              write();
              rebuild();
              refresh();
            }
          });
          box3.checked = chosen().includes(s2);
          return el("label", box3, ` ${s2.title}`);
        })
      )
    );
    const node = el(
      "div.page.table-page",
      el("div.head", el("h1", "Heads"), tally, el("span.push.hint", "Click a heading to sort, a row to open")),
      filters(
        searchField(state.q, "Head or behaviour …", "Search heads and behaviours", set2("q")),
        el("label", "Layer ", select2("Layer", [["", "all"], ...layers], state.layer, set2("layer"))),
        data2.rows && el("label", "Most mass on ", select2("Most mass on", [["", "anything"], ...does], state.does, set2("does"))),
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
      resize: () => grid.paint(),
      get keys() {
        return grid.keys;
      }
    };
  };

  // src/heads/head.js
  var SHORT = 26;
  var scoreList = (data2, at) => {
    const ranked = data2.scores.filter((s2) => s2.values[at] !== null).map((s2) => {
      const there = s2.values.filter((v) => v !== null);
      return { s: s2, v: s2.values[at], rank: 1 + there.filter((v) => v > s2.values[at]).length, n: there.length };
    });
    const groups2 = /* @__PURE__ */ new Map();
    for (const r of ranked) groups2.set(r.s.group, [...groups2.get(r.s.group) || [], r]);
    return el(
      "div.score-groups",
      [...groups2].map(
        ([group, list]) => el(
          "div",
          el("h3", group),
          el(
            "dl.lines.score-list",
            list.map(({ s: s2, v, rank, n }) => [
              el("dt", defined(s2.title, s2.definition)),
              el("dd", show2(s2, v), el("span", { class: rank <= 3 ? "rank top" : "rank" }, ` ${rank} of ${n}`))
            ])
          )
        )
      )
    );
  };
  var mixes = (data2, at, colours) => {
    const mass = massParts(data2.rows, at), rows = classParts(data2.rows, at);
    const line2 = (title, parts2) => el(
      "div.mix-line.wide",
      el("span", title),
      el("div", bar(colours, parts2, { label: words(parts2) }), el("p.hint", words(parts2, 5)))
    );
    return [line2("Mass", mass), line2("Rows", rows)];
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
          "div.mix-line.destination",
          d < destinations.length ? chip(destinations[d]) : el("span.faint", "all others"),
          bar(colours, parts2, { label: words(parts2) }),
          el("span.value.number", count(n))
        )
      )
    );
  };
  var curve = (data2, own, colours) => {
    const entries = Object.entries(own.rows.curve).map(([c, values]) => [data2.rows.classes[c], values]);
    const big = entries.filter(([name, v]) => Math.max(...v) >= 0.01 || name === "unknown");
    const rest = data2.rows.thresholds.map(
      (_, i) => entries.filter((e) => !big.includes(e)).reduce((s2, e) => s2 + e[1][i], 0)
    );
    const layers = big.map(([name, values]) => ({
      name: plain(name),
      short: plain(name),
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
    const draw2 = (width2) => stacked(data2.rows.thresholds, layers, {
      width: width2,
      label: "Share of rows by class at each threshold",
      xTitle: "threshold: mass a class must hold",
      yTitle: "share of rows",
      xText: (t) => `${Math.round(100 * t)} %`,
      tell: (one2) => [
        el("strong", one2.name),
        lines(
          ...[0, 15, 19].filter((i) => i < one2.values.length).map((i) => [`at ${Math.round(100 * data2.rows.thresholds[i])} %`, percent(one2.values[i])])
        )
      ]
    });
    const place2 = el("div.curve-place");
    const card = sectionCard(
      "curve",
      "Threshold curve",
      "How the classes of rows change with the threshold; stripes are two behaviours together.",
      place2,
      el(
        "div",
        buttons(() => place2.querySelector("svg"), "threshold-curve")
      )
    );
    card.redraw = () => place2.replaceChildren(draw2(Math.min(620, Math.max(300, place2.clientWidth || 520))));
    return card;
  };
  var tokenLists = (windows) => {
    const list = (title, tokens) => el(
      "div",
      el("h3", title),
      el(
        "div.token-cloud",
        tokens.slice(0, SHORT).map(([t, v]) => attach(chip(t), () => `mass ${num(v)}`))
      )
    );
    return [
      list("Tokens that attend most", windows.top_query_tokens),
      list("Tokens most attended to", windows.top_key_tokens)
    ];
  };
  var where = (windows) => {
    const total = windows.distances.values.reduce((s2, v) => s2 + v, 0) || 1;
    const { edges } = windows.distances;
    const used = windows.distances.values.map((v, i) => [edges[i], edges[i + 1], v / total]);
    while (used.length > 1 && !used[used.length - 1][2]) used.pop();
    return sectionCard(
      "where",
      "Where it looks",
      "Attention mass in the windows above, by distance and by token.",
      el(
        "div",
        histogram(used, {
          label: "Attention mass by distance",
          xTitle: "distance from query to key, tokens",
          log: false,
          text: (low, high, v) => `${low === high - 1 ? low : `${low} to ${high - 1}`} tokens: ${percent(v)}`,
          height: 210
        })
      ),
      el("div.stack", tokenLists(windows))
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
    const step = (other, sign2, label2) => stepLink(other && `#/head/${other}`, sign2, label2);
    const given = new URLSearchParams(query);
    const inspector = own.windows && own.windows.windows.length > 0 && panel(
      name,
      own.windows,
      colours,
      given,
      (s2) => history.replaceState(null, "", `#/head/${name}?w=${s2.w}${s2.q === null ? "" : `&q=${s2.q}`}`)
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
      "div.page.head-page",
      el(
        "div.head",
        step(order[place2 - 1], "‹", "Previous head (k)"),
        el("h1", name),
        step(order[place2 + 1], "›", "Next head (j)"),
        el("span.faint", `layer ${layer2}, head ${head} · ${place2 + 1} of ${order.length}`),
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
        "nav.parts",
        { "aria-label": "Parts of this page" },
        parts2.map(([id, text2]) => el("button.quiet", { onclick: () => jump(id) }, text2))
      ),
      data2.rows && own.rows && sectionCard(
        "rows-mix",
        "What it attends to",
        `Over ${count(data2.rows.n_rows)} rows. Entropy of mass ${num(own.rows.mass_entropy, 3)} nats, of classes ${num(own.rows.class_entropy, 3)}.`,
        legend(colours, data2.rows.behaviours),
        mixes(data2, at, colours)
      ),
      data2.scores.length > 0 && sectionCard("scores", "Scores", "With the head's rank among all heads, 1 for the largest.", scoreList(data2, at)),
      data2.rows && own.rows && el("div.two", byDestination(data2, own, colours), el("div.stack", curveCard)),
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
        own.ablations.map((a2) => section(a2, name))
      ),
      own.splits.length > 0 && sectionCard(
        "splits",
        "The head in parts",
        "Sub-heads that sum to the head, each with its own effect on the next-token loss.",
        own.splits.map((s2) => section2(s2, colours))
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
      (a2, b) => (a2.verdict === "inverted" ? 0 : a2.verdict === "aligned" ? 1 : 2) - (b.verdict === "inverted" ? 0 : b.verdict === "aligned" ? 1 : 2) || a2.correlation - b.correlation
    ).slice(0, 60);
    return sectionCard(
      "preferences",
      "Search for inverted preference orders",
      `${preferences2.pairs.length} pairs of heads of a layer, ${preferences2.n_queries} queries, ${preferences2.keys.length} keys; false discoveries held at ${percent(preferences2.rate)}. Found: ${preferences2.n_inverted} inverted, ${preferences2.n_aligned} aligned.`,
      el(
        "details",
        el("summary", "What random heads do"),
        el("p.hint", `Correlations of pairs of random heads, 0.5th to 99.5th percentile: ${nullText(preferences2)}.`)
      ),
      scrollTable(
        "Pairs of the search",
        [
          "Head",
          "Other",
          "Verdict",
          "Correlation#",
          "Static#",
          "Query-specific#",
          "Opposite favourites#",
          "First likes",
          "Other likes"
        ],
        shown2.map(
          (p) => el(
            "tr",
            el("td", headLink(`L${p.layer}H${p.head}`)),
            el("td", headLink(`L${p.layer}H${p.other_head}`)),
            el("td", p.verdict, p.shared_keys ? el("span.faint", " (same keys)") : null),
            [p.correlation, p.static, p.specific].map((v) => el("td.number", num(v, 2))),
            el("td.number", percent(p.opposite)),
            [p.likes, p.other_likes].map((list) => el("td", chips(list.slice(0, 4))))
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
    const state = addressState(query, { q: "", sort: "-pattern_overlap" });
    const names = data2.heads.map(([l, h]) => `L${l}H${h}`);
    let grid = null;
    const write = () => state.write("#/pairs");
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
        ...Object.keys(M).filter((k2) => pairs[k2]).map((k2) => ({
          key: k2,
          title: M[k2][0],
          definition: M[k2][1],
          width: "minmax(110px, 1fr)",
          kind: "number",
          values: pairs[k2],
          draw: (i) => pairs[k2][i] === null ? "–" : pairs[k2][i].toFixed(3)
        }))
      ];
      grid = make(columns, {
        label: "Pairs of heads",
        what: "pairs",
        href: (i) => `#/head/${names[pairs.a[i]]}`,
        sort: state.sort,
        changed: (s2) => {
          state.sort = s2;
          write();
        }
      });
    }
    const refresh = () => {
      const wanted = state.q.toUpperCase().split(/[\s,]+/).filter(Boolean);
      const hit = (i, w) => /H\d+$/.test(w) ? names[i] === w : names[i].startsWith(w.endsWith("H") ? w : `${w}H`);
      const list = pairs.a.map((_, i) => i).filter((i) => wanted.every((w) => hit(pairs.a[i], w) || hit(pairs.b[i], w)));
      grid?.update(list, pairs.a.length);
    };
    const node = el(
      "div.page.overview",
      el("div.head", el("h1", "Pairs of heads"), grid && grid.tally),
      preferences2 && preferencesCard(preferences2),
      pairs && el(
        "section.card.pair-card",
        el(
          "div.head",
          el("h2", "All pairs"),
          searchField(state.q, "L3H5, or L2 L3 …", "Heads or layers", (value2) => {
            state.q = value2;
            write();
            refresh();
          })
        ),
        grid?.view
      ),
      !pairs && !preferences2 && el("p.card", "This report holds no pairs of heads.")
    );
    return {
      title: "Pairs of heads",
      node,
      start: () => grid && refresh(),
      resize: () => grid && grid.paint(),
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
  var PLACES = [
    ["", "in both"],
    ["peaks", "at peaks"],
    ["promoted", "in promoted"]
  ];
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
      const lower2 = t.toLowerCase();
      return exact !== null ? lower2.trim() === exact : lower2.includes(wanted) || shown(t).toLowerCase().includes(wanted);
    });
  };
  var page6 = async (data2, query) => {
    if (!data2.families.length)
      return {
        title: "Units",
        node: el("div.page", el("p.card", "This report holds no units.")),
        start: () => {
        },
        keys: {}
      };
    const table = await load2(data2);
    const state = addressState(query, { q: "", in: "", family: "", rows: "", sort: "-kurtosis" });
    const name = (i) => data2.families[table.family[i]].name;
    const write = () => state.write("#/units");
    const grid = make(
      [
        { key: "family", title: "Family", width: "120px", values: table.family, rising: true, draw: (i) => name(i) },
        {
          key: "unit",
          title: "Unit",
          width: "70px",
          kind: "number",
          values: table.unit,
          rising: true,
          draw: (i) => unitLink(name(i), table.unit[i])
        },
        ...NUMBERS.map((key) => ({
          key,
          title: TITLES[key][0],
          definition: TITLES[key][1],
          width: "88px",
          kind: "number",
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
        changed: (s2) => {
          state.sort = s2;
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
    const set2 = (key) => (value2) => {
      state[key] = value2;
      if (key === "family") state.rows = "";
      write();
      refresh();
    };
    let waiting = 0;
    const node = el(
      "div.page.table-page",
      el(
        "div.head",
        el("h1", "Units"),
        grid.tally,
        state.rows && el("a", { href: `#/units?family=${state.family}` }, "show all of the layer"),
        el("span.push.hint", "Neurons and heads; search finds tokens at peaks and promoted tokens")
      ),
      filters(
        el(
          "div.search",
          searchField(
            state.q,
            "Search tokens …",
            "Search tokens; in quotation marks: whole tokens only",
            (value2) => {
              clearTimeout(waiting);
              waiting = setTimeout(() => set2("q")(value2), 60);
            },
            { title: 'In "quotation marks": whole tokens only. ↵ finds newlines.' }
          ),
          select2("Search in", PLACES, state.in, set2("in"))
        ),
        el(
          "label",
          "Family ",
          select2("Family", [["", "all"], ...data2.families.map((f) => [f.name, f.name])], state.family, set2("family"))
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
      resize: () => grid.paint(),
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
      fill(node, t, false);
      return attach(node, () => [
        el("strong", chip(t), ` position ${e.start + i}`),
        lines(["activation", num(v)])
      ]);
    });
    const line2 = el("div.flow");
    tokens.forEach((t) => line2.append(t));
    return el(
      "figure.unit-example",
      el(
        "figcaption",
        chip(e.tokens[e.peak]),
        el("span.value", num(e.values[e.peak])),
        el("span.faint", `sequence ${e.sequence}, ${e.start + e.peak}`)
      ),
      line2
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
        ([t, v]) => el("li", el("span.bar", { vars: { "--size": Math.abs(v) / most } }), chip(t), el("span.value", num(v, 2)))
      )
    );
  };
  var page7 = async (data2, familyName, unit2) => {
    const family = data2.families.find((f) => f.name === familyName);
    if (!family)
      throw new Error(
        `There is no family ${familyName}; this report has ${data2.families.map((f) => f.name).join(", ") || "no units"}.`
      );
    if (!(unit2 >= 0 && unit2 < family.n_units))
      throw new Error(`${familyName} has units 0 to ${family.n_units - 1}; there is no ${unit2}.`);
    const shard = String(Math.floor(unit2 / family.page_shard_size)).padStart(4, "0");
    const [table, pages] = await Promise.all([load2(data2), load(`units/${familyName}/pages-${shard}`)]);
    const own = pages[unit2];
    if (!own) throw new Error(`The page of unit ${unit2} of ${familyName} was not saved.`);
    const first = table.family.indexOf(data2.families.indexOf(family));
    const at = first + unit2;
    const order = memory.unitOrder ? memory.unitOrder() : null;
    const here = order ? order.findIndex(([f, u]) => f === familyName && u === unit2) : -1;
    const near = (by) => {
      if (here >= 0) return order?.[here + by];
      const u = unit2 + by;
      return u >= 0 && u < family.n_units ? [familyName, u] : void 0;
    };
    const go = (to) => to && (location.hash = `#/unit/${to[0]}/${to[1]}`);
    const step = (to, sign2, label2) => stepLink(to && `#/unit/${to[0]}/${to[1]}`, sign2, label2);
    const most = Math.max(1e-9, ...own.examples.flatMap((e) => e.values.map(Math.abs)));
    const fact = (key, value2) => el("div", el("dt", defined(...TITLES[key])), el("dd", value2));
    const other = ([u, v]) => el("span", unitLink(familyName, u), el("span.value", ` ${num(v, 2)}`));
    const shownEach = Math.min(6, Math.max(1, Math.floor((family.n_units - 1) / 2)));
    const kind = family.kind === "neuron" ? "Neuron" : family.kind === "head" ? "Head" : "Latent";
    const node = el(
      "div.page.unit-page",
      el(
        "div.head",
        step(near(-1), "‹", "Previous unit (k)"),
        el("h1", `${kind} ${unit2} of layer ${family.layer}`),
        step(near(1), "›", "Next unit (j)"),
        el(
          "span.faint",
          el("a", { href: `#/units?family=${familyName}` }, familyName),
          here >= 0 ? ` · ${count(here + 1)} of ${count(order?.length)} in the table` : ""
        ),
        family.kind === "head" && headLink(`L${family.layer}H${unit2}`)
      ),
      el("p.hint", `Activation: ${family.value}. Over ${count(family.policy.n_positions)} positions.`),
      el(
        "dl.strip",
        Object.keys(TITLES).map((k2) => fact(k2, k2 === "density" ? percent(table[k2][at]) : num(table[k2][at])))
      ),
      el(
        "div.thirds",
        sectionCard(
          "writes",
          "What it writes",
          `${family.effect}.`,
          el(
            "div.logit-pair",
            el("div", el("h3", "Promoted"), logits(own.promoted.slice(0, 10))),
            el("div", el("h3", "Demoted"), logits(own.demoted.slice(0, 10), true))
          )
        ),
        sectionCard(
          "often",
          "How often, how strongly",
          "Bins are geometric on both sides of 0; the bin at 0 holds exact zeros.",
          el(
            "div.scroll",
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
              "div.near-far",
              el("h3", `By ${n.by}`),
              el("div", n.nearest.slice(0, shownEach).map(other)),
              el("div.far", n.farthest.slice(0, shownEach).map(other))
            )
          ),
          !own.neighbours.length && el("p.hint", "None were computed.")
        )
      ),
      sectionCard(
        "examples",
        "Examples in text",
        "Blue shade: activation above 0; violet stripes: below. The framed token is the extreme.",
        [...groups(own.examples)].map(([title, list]) => [el("h3", title), list.map((e) => figure(e, most))])
      )
    );
    return {
      title: `${kind} ${unit2}, ${familyName}`,
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

  // src/heads/ordered.js
  var MAP = { width: 420, height: 400, left: 44, top: 26, size: 368 };
  var VIEW = { width: 620, height: 556, left: 92, top: 28, size: 520 };
  var clamp = (v, low, high) => Math.min(high, Math.max(low, v));
  var runsOf = (order) => {
    const place2 = new Int32Array(order.order.length);
    order.order.forEach((row, i) => {
      place2[row] = i;
    });
    return order.blocks.map((b) => {
      const runs = [];
      for (const p of b.rows.map((r) => place2[r]).sort((x2, y2) => x2 - y2)) {
        if (runs.length && runs[runs.length - 1][1] === p - 1) runs[runs.length - 1][1] = p;
        else runs.push([p, p]);
      }
      return runs;
    });
  };
  var longest = (runs) => runs.reduce((a2, b) => b[1] - b[0] > a2[1] - a2[0] ? b : a2);
  var roundStep = (least) => {
    const ten = 10 ** Math.floor(Math.log10(Math.max(1, least)));
    return ten * ([1, 2, 5].find((s2) => s2 * ten >= least) ?? 10);
  };
  var hue2 = (block2) => color(`hue-${block2 % 8}`);
  var figure2 = (kind, canvas, overlay) => el("div", { class: `zoom-figure ${kind}` }, canvas, overlay);
  var layer = (shape) => svg("svg.zoom-over", { viewBox: `0 0 ${shape.width} ${shape.height}`, "aria-hidden": "true" });
  var box2 = (shape, [r0, r1], [c0, c1], scale, attributes) => rectOf(shape.left + c0 * scale, shape.top + r0 * scale, (c1 - c0) * scale, (r1 - r0) * scale, {
    fill: "none",
    ...attributes
  });
  var under = (shape, node, e) => {
    const r = node.getBoundingClientRect();
    const x2 = (e.clientX - r.left) / r.width * shape.width, y2 = (e.clientY - r.top) / r.height * shape.height;
    return [(y2 - shape.top) / shape.size, (x2 - shape.left) / shape.size];
  };
  var legend3 = (most, words2) => el(
    "span.note",
    `${words2}: 0 `,
    el("span.ramp-bar"),
    ` ${num(squared(most), 2)} (half way ${num(squared(most) / 4, 2)})`
  );

  // src/heads/zoom-hands.js
  var attach2 = (zoom2) => {
    const { order, rows, n, state, widths, map: map3, view } = zoom2;
    const { moveTo, zoomTo, showBlock, point: point2, name, similarity, blockWords, blockAt } = zoom2;
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
    for (const [k2, v] of Object.entries({
      tabindex: 0,
      role: "slider",
      "aria-label": `Window along the diagonal of ${order.matrix}`,
      "aria-valuemin": 0,
      "aria-valuemax": n - 1
    }))
      map3.setAttribute(k2, v);
    listen(map3, steps);
    let held = null;
    const along = (e) => {
      const [y2, x2] = under(MAP, map3, e);
      return (x2 + y2) / 2 * n;
    };
    map3.addEventListener("pointerdown", (e) => {
      if (e.button) return;
      const b = e.target.dataset ? e.target.dataset.block : void 0;
      if (b !== void 0) {
        showBlock(Number(b));
        return;
      }
      const place2 = along(e);
      held = place2 >= state.at && place2 < state.at + state.zoom ? place2 - state.at : state.zoom / 2;
      map3.setPointerCapture(e.pointerId);
      moveTo(place2 - held);
    });
    map3.addEventListener("pointermove", (e) => {
      if (held !== null) moveTo(along(e) - held);
    });
    for (const end of ["pointerup", "pointercancel"])
      map3.addEventListener(end, () => {
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
      point2(next);
    };
    const open = (place2) => {
      const href = rows.href && rows.href(order.order[place2]);
      if (href) location.hash = href;
    };
    const cellAt = (e) => {
      const [y2, x2] = under(VIEW, view, e);
      return Math.min(x2, y2) < 0 || Math.max(x2, y2) >= 1 ? null : [y2, x2].map((v) => state.at + Math.floor(v * state.zoom));
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
      if (!state.cell || cell[0] !== state.cell[0] || cell[1] !== state.cell[1]) point2(cell);
      const [i, j] = cell;
      show(
        [
          el("strong", i === j ? `${rows.kind} ${name(i)}` : `${rows.kind} ${name(i)} and ${name(j)}`),
          lines(
            ["squared cosine", similarity(i, j)],
            ["places", i === j ? count(i) : `${count(i)}, ${count(j)}`],
            Math.max(blockAt[i], blockAt[j]) >= 0 && ["blocks", blockWords(i, j)]
          ),
          rows.href && el("p.faint", `Click opens ${name(i)}${i === j ? "" : `, Shift and click ${name(j)}`}.`)
        ].filter(Boolean),
        e.clientX,
        e.clientY
      );
    });
    view.addEventListener("pointerleave", () => hide());
    view.addEventListener("click", (e) => {
      const cell = cellAt(e);
      if (!cell) return;
      point2(cell);
      if (e.pointerType !== "touch") open(cell[e.shiftKey ? 1 : 0]);
    });
  };

  // src/heads/zoom.js
  var WIDTHS = [24, 48, 96];
  var MOST_RUNS = 8;
  var make2 = (order, rows, given, changed) => {
    const n = order.order.length, kept = order.picture;
    const near = bytes(kept.near), pooled = bytes(kept.pooled);
    const most = near.reduce((a2, b) => Math.max(a2, b), 1), mostPooled = pooled.reduce((a2, b) => Math.max(a2, b), 1);
    const blocks = runsOf(order);
    const widths = [...WIDTHS.filter((w) => w < n), ...n <= WIDTHS[2] ? [n] : []];
    const wanted = widths.includes(given.zoom) ? given.zoom : widths[Math.min(1, widths.length - 1)];
    const state = { at: clamp(given.at || 0, 0, n - wanted), zoom: wanted, cell: (
      /** @type {number[] | null} */
      null
    ) };
    const blockAt = new Int32Array(n).fill(-1);
    blocks.forEach((runs, b) => {
      for (const [p, q] of runs) blockAt.fill(b, p, q + 1);
    });
    const value2 = (i, j) => {
      const d = Math.abs(i - j);
      return d === 0 || d > kept.band ? null : near[Math.min(i, j) * kept.band + d - 1];
    };
    const name = (place2) => rows.text(order.order[place2]);
    const whole = el("canvas");
    const over = layer(MAP);
    const map3 = figure2("map", whole, over);
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
      over.append(rectOf(MAP.left, MAP.top, MAP.size, MAP.size, { class: "zoom-edge" }));
      blocks.forEach((runs, b) => {
        for (const [p, q] of runs) {
          if (p === q && runs.length > 1) continue;
          const middle2 = (p + q + 1) / 2, half = Math.max(q - p + 1, 7 / scale) / 2;
          const span2 = [middle2 - half, middle2 + half];
          const mark2 = box2(MAP, span2, span2, scale, {
            stroke: hue2(b),
            "stroke-width": 1.5,
            class: "zoom-block",
            "data-block": b
          });
          over.append(
            attach(mark2, () => [
              el("strong", `Block ${b + 1}`),
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
      map3.setAttribute("aria-valuenow", state.at);
      map3.setAttribute("aria-valuetext", `places ${state.at} to ${state.at + state.zoom - 1} of ${n}`);
    };
    const cells = el("canvas");
    const marks = layer(VIEW);
    const view = figure2("view", cells, marks);
    const said = el("p.zoom-said", { "aria-live": "polite" });
    const title = el("h3");
    const drawCells = () => {
      const colours = ramp(most), itself = parts("identity"), gone = [parts("raised"), parts("edge")];
      paint(cells, state.zoom, (r, c) => {
        if (r === c) return itself;
        const v = value2(state.at + r, state.at + c);
        return v === null ? gone[(r + c) % 2] : colours[v];
      });
    };
    const drawMarks = () => {
      const scale = VIEW.size / state.zoom, last = state.at + state.zoom;
      const step = Math.ceil(13 / scale), tick = roundStep(52 / scale);
      marks.replaceChildren();
      for (let i = 0; i < state.zoom; i++) {
        const place2 = state.at + i, middle2 = (i + 0.5) * scale, b = blockAt[place2];
        if (b >= 0) marks.append(rectOf(VIEW.left - 7, VIEW.top + i * scale, 5, scale, { fill: hue2(b) }));
        if (i % step === 0)
          marks.append(
            text(VIEW.left - 11, VIEW.top + middle2 + 4, name(place2), {
              "text-anchor": "end",
              "font-size": 11,
              class: "row-name"
            })
          );
        if (place2 % tick === 0)
          marks.append(
            text(VIEW.left + middle2, VIEW.top - 8, count(place2), { "text-anchor": "middle", "font-size": 11 })
          );
      }
      marks.append(rectOf(VIEW.left, VIEW.top, VIEW.size, VIEW.size, { class: "zoom-edge" }));
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
      const v = value2(i, j);
      return i === j ? "the row itself" : v === null ? `not kept: over ${kept.band} places apart` : num(squared(v), 2);
    };
    const tellCell = () => {
      if (!state.cell) {
        said.replaceChildren(el("span.faint", "Point at a cell, or walk with the arrow keys."));
        return;
      }
      const one2 = (p) => [rows.one(order.order[p]), el("span.faint", ` at place ${count(p)}`)];
      const [i, j] = state.cell;
      said.replaceChildren(
        ...[rows.kind, " ", one2(i), i === j ? null : [" and ", one2(j)], ": ", i === j ? "" : "squared cosine "].flat(3).filter((x2) => x2 !== null),
        el("strong", similarity(i, j))
      );
    };
    const blockWords = (i, j) => {
      const [a2, b] = [i, j].map((p) => blockAt[p] < 0 ? "none" : String(blockAt[p] + 1));
      return a2 === b ? a2 : `${a2}, ${b}`;
    };
    const point2 = (cell) => {
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
      if (state.cell && state.cell.some((p) => p < state.at || p >= state.at + state.zoom)) point2(null);
      drawView();
      drawWindow();
      if (quiet !== true) changed(state);
    };
    const zoomTo = (width2) => {
      if (width2 === void 0 || width2 === state.zoom) return;
      const middle2 = state.at + state.zoom / 2;
      state.zoom = width2;
      for (const b of buttons2.children) b.setAttribute("aria-pressed", String(Number(b.dataset.value) === width2));
      moveTo(middle2 - width2 / 2, true);
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
      map: map3,
      view,
      moveTo,
      zoomTo,
      showBlock,
      point: point2,
      name,
      similarity,
      blockWords,
      blockAt
    });
    const node = el(
      "div.zoom",
      el(
        "div",
        el("h3", kept.tiles === n ? "The whole matrix" : `The whole matrix in ${kept.tiles} × ${kept.tiles} tiles`),
        map3,
        el("p.hint", legend3(mostPooled, kept.tiles === n ? "squared cosine" : "mean squared cosine")),
        el(
          "p.hint",
          "Drag the window along the diagonal, or focus it and use the arrow keys, Page Up and Page Down, + and −. Coloured squares are blocks; a click goes there."
        )
      ),
      el(
        "div",
        el("div.head", title, el("span.push"), el("span.hint", "rows"), buttons2),
        view,
        said,
        el(
          "div.legend.tight.hint",
          legend3(most, "squared cosine"),
          el("span.note", el("span.gone-sample.itself"), " a row with itself"),
          kept.band < n - 1 && el("span.note", el("span.gone-sample"), ` over ${kept.band} places apart: not kept`)
        ),
        el(
          "p.hint",
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
  var strip = (label2, value2, nulls, width2 = 520) => {
    const groups2 = Object.entries(nulls);
    const height = 62 + 26 * (groups2.length + 1);
    const box3 = { left: 96, right: width2 - 20, top: 6, bottom: height - 40 };
    const node = drawing(width2, height, `${label2}: ours ${num(value2)}, null draws`);
    const all2 = [value2, ...groups2.flatMap((g) => g[1])];
    const x2 = linear3(Math.min(...all2), Math.max(...all2), box3.left, box3.right);
    const y2 = Object.assign(linear3(0, 1, 0, 1), { ticks: [] });
    node.append(frame(box3, x2, y2, { xTitle: label2 }));
    const row = (i) => box3.top + 16 + 26 * i;
    groups2.forEach(([name, draws], i) => {
      node.append(text(box3.left - 10, row(i + 1) + 4, name, { "text-anchor": "end" }));
      for (const v of draws)
        node.append(svg("circle", { cx: x2(v), cy: row(i + 1), r: 3.5, fill: color("muted"), opacity: 0.6 }));
    });
    node.append(text(box3.left - 10, row(0) + 4, "weights", { "text-anchor": "end", fill: color("ink") }));
    const mark2 = svg("path", { d: shapePath("diamond", x2(value2), row(0), 6), fill: color("top1") });
    node.append(attach(mark2, () => `weights: ${num(value2)}`));
    return node;
  };
  var block = (order, b, i, row, zoom2) => {
    const own = b.rows.slice(0, 24);
    return el(
      "li",
      el("strong", `Block ${i + 1}`),
      el(
        "span.faint",
        ` ${b.rows.length} rows, mean squared cosine ${num(b.mean_similarity, 2)}, at place ${count(b.place)} of ${count(order.order.length)} `
      ),
      zoom2 && el("button.quiet", { onclick: () => zoom2.showBlock(i) }, "show"),
      " ",
      row.all && el("a", { href: row.all(b.rows) }, "in the table"),
      el("div.block-rows", own.map(row.one), b.rows.length > own.length && "…")
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
    const width2 = data2.model.d_head;
    if (/W_[OVQK]/.test(order.matrix) && width2)
      return {
        kind: "dimension",
        kinds: "head dimensions (head : dimension)",
        text: (r) => `L${order.layer}H${Math.floor(r / width2)}:${r % width2}`,
        href: (r) => `#/head/L${order.layer}H${Math.floor(r / width2)}`,
        one: (r) => el("span", headLink(`L${order.layer}H${Math.floor(r / width2)}`), el("span.faint", `:${r % width2}`))
      };
    return { kind: "row", kinds: "rows", text: String, one: (r) => el("span", String(r)) };
  };
  var remembered2 = /* @__PURE__ */ new Map();
  var zoomOf = (key, order, row, given) => {
    if (!order.picture) return null;
    const state = given.get("m") === key ? { at: Number(given.get("at")), zoom: Number(given.get("zoom")) } : null;
    return make2(order, row, state || remembered2.get(key) || {}, ({ at, zoom: zoom2 }) => {
      remembered2.set(key, { at, zoom: zoom2 });
      history.replaceState(null, "", `#/weights?m=${encodeURIComponent(key)}&at=${at}&zoom=${zoom2}`);
    });
  };
  var page8 = async (data2, query) => {
    const given = new URLSearchParams(query);
    const orders = await Promise.all(data2.weights.map((w) => load(`weights/${w.key}`)));
    const node = el(
      "div.page.overview",
      el("h1", "Weights in order"),
      !orders.length && el("p.card", "This report holds no ordered weights."),
      el(
        "p.hint",
        "A greedy order makes structure out of noise, so every number stands beside draws of the same size: Gaussian rows, and rows with the same singular values. A block counts where its squared cosines pass what any Gaussian draw reaches."
      ),
      orders.map((o, i) => {
        const row = rowsOf2(data2, o), zoom2 = zoomOf(data2.weights[i].key, o, row, given);
        return sectionCard(
          `weights-${data2.weights[i].key}`,
          o.matrix,
          `Order by ${o.method.replace("_", "-")}; ${count(o.blocks.length)} blocks above a squared cosine of ${num(o.level, 3)}.`,
          el(
            "div.two",
            el(
              "div.scroll",
              strip(
                "neighbour similarity: mean squared cosine of neighbours in the order",
                o.neighbour,
                o.null_neighbour
              )
            ),
            el("div.scroll", strip(`block excess: inside a band of ${o.width} less outside`, o.excess, o.null_excess))
          ),
          zoom2 ? zoom2.node : el("p.hint", "This record is older than the picture of the matrix; order the matrix again to see it."),
          el(
            "ol.blocks",
            o.blocks.slice(0, 12).map((b, k2) => block(o, b, k2, row, zoom2))
          ),
          o.blocks.length > 12 && el("p.hint", `and ${o.blocks.length - 12} more`)
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
  var data;
  var LISTS = { heads: table_exports, pairs: pairs_exports, units: units_exports, weights: weights_exports };
  var route = ({ parts: parts2, query }) => {
    const [kind, a2, b] = parts2;
    if (!parts2.length) return { kind: "overview", make: () => page2(data, query) };
    if (parts2.length === 1 && Object.hasOwn(LISTS, kind)) return { kind, make: () => LISTS[kind].page(data, query) };
    if (parts2.length === 2 && kind === "head") return { kind, make: () => page4(data, a2, query) };
    if (parts2.length === 3 && kind === "unit" && /^\d+$/.test(b))
      return { kind, make: () => page7(data, a2, Number(b)) };
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
      "form.jump",
      { onsubmit: go },
      el("input#jump", {
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
    open: (value2) => {
      data = value2;
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
