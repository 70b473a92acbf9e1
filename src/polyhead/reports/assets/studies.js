/*! polyhead, studies pages. Built from viewer/src by `make viewer`; do not edit. MIT licence.

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
  // src/shared/dom.js
  var set = (node, attributes) => {
    for (const [name2, value2] of Object.entries(attributes)) {
      if (value2 === null || value2 === void 0 || value2 === false) continue;
      if (name2.startsWith("on")) node.addEventListener(name2.slice(2), value2);
      else if (name2 === "vars")
        for (const [k2, v] of Object.entries(value2)) node.style.setProperty(k2, v);
      else if (name2 === "class") node.classList.add(...String(value2).split(" ").filter(Boolean));
      else node.setAttribute(name2, value2 === true ? "" : String(value2));
    }
  };
  var maker = (create) => (selector2, ...rest) => {
    const [tag, ...parts] = selector2.split(/(?=[.#])/);
    const node = create(tag);
    for (const part2 of parts) {
      if (part2[0] === "#") node.id = part2.slice(1);
      else node.classList.add(part2.slice(1));
    }
    const [first] = rest;
    const given5 = typeof first === "object" && first !== null && !(first instanceof Node) && !Array.isArray(first);
    if (given5) set(
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
  var announce = (text2) => {
    document.getElementById("announce").textContent = text2;
  };

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
  var lines = (...rows2) => el(
    "dl.lines",
    rows2.filter(Boolean).map(([k2, v]) => [el("dt", k2), el("dd", v)])
  );

  // src/shared/keys.js
  var app;
  var dialog;
  var help = () => {
    const rows2 = app.help().map(([k2, v]) => [el("dt", el("kbd", k2)), el("dd", v)]);
    dialog.querySelector("dl")?.replaceChildren(...rows2.flat());
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
    const pages = [...promises.keys()].filter((k2) => k2.includes("/pages-"));
    for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
    return promise;
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
    var defined = constant(true), context2 = null, curve = curveLinear, output = null, path2 = withPath(line2);
    x$1 = typeof x$1 === "function" ? x$1 : x$1 === void 0 ? x : constant(x$1);
    y$1 = typeof y$1 === "function" ? y$1 : y$1 === void 0 ? y : constant(y$1);
    function line2(data) {
      var i, n = (data = array(data)).length, d, defined0 = false, buffer;
      if (context2 == null) output = curve(buffer = path2());
      for (i = 0; i <= n; ++i) {
        if (!(i < n && defined(d = data[i], i, data)) === defined0) {
          if (defined0 = !defined0) output.lineStart();
          else output.lineEnd();
        }
        if (defined0) output.point(+x$1(d, i, data), +y$1(d, i, data));
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
      return arguments.length ? (defined = typeof _ === "function" ? _ : constant(!!_), line2) : defined;
    };
    line2.curve = function(_) {
      return arguments.length ? (curve = _, context2 != null && (output = curve(context2)), line2) : curve;
    };
    line2.context = function(_) {
      return arguments.length ? (_ == null ? context2 = output = null : output = curve(context2 = _), line2) : context2;
    };
    return line2;
  }
  function area(x0, y0, y1) {
    var x1 = null, defined = constant(true), context2 = null, curve = curveLinear, output = null, path2 = withPath(area2);
    x0 = typeof x0 === "function" ? x0 : x0 === void 0 ? x : constant(+x0);
    y0 = typeof y0 === "function" ? y0 : y0 === void 0 ? constant(0) : constant(+y0);
    y1 = typeof y1 === "function" ? y1 : y1 === void 0 ? y : constant(+y1);
    function area2(data) {
      var i, j, k2, n = (data = array(data)).length, d, defined0 = false, buffer, x0z = new Array(n), y0z = new Array(n);
      if (context2 == null) output = curve(buffer = path2());
      for (i = 0; i <= n; ++i) {
        if (!(i < n && defined(d = data[i], i, data)) === defined0) {
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
          x0z[i] = +x0(d, i, data), y0z[i] = +y0(d, i, data);
          output.point(x1 ? +x1(d, i, data) : x0z[i], y1 ? +y1(d, i, data) : y0z[i]);
        }
      }
      if (buffer) return output = null, buffer + "" || null;
    }
    function arealine() {
      return line().defined(defined).curve(curve).context(context2);
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
      return arguments.length ? (defined = typeof _ === "function" ? _ : constant(!!_), area2) : defined;
    };
    area2.curve = function(_) {
      return arguments.length ? (curve = _, context2 != null && (output = curve(context2)), area2) : curve;
    };
    area2.context = function(_) {
      return arguments.length ? (_ == null ? context2 = output = null : output = curve(context2 = _), area2) : context2;
    };
    return area2;
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
  var halo = () => ({
    "paint-order": "stroke",
    stroke: color("card"),
    "stroke-width": 3,
    "stroke-linejoin": "round"
  });
  var drawing = (width2, height, label, attributes) => svg("svg", { viewBox: `0 0 ${width2} ${height}`, width: width2, height, role: "img", "aria-label": label, ...attributes });
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
  var color = (name2) => getComputedStyle(root).getPropertyValue(`--${name2}`).trim();
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var current = () => root.dataset.theme;
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

  // src/shared/shell.js
  var SLOW = 250;
  var SETTLED = 80;
  var app2;
  var main;
  var page = null;
  var turn = 0;
  var current2 = () => page;
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
    const button = (id, text2, label, key2, onclick) => el("button.quiet", { id, "aria-label": label, title: `${label} (${key2})`, onclick }, text2);
    const { left: left2, right: right2 = [] } = app2.bar(where);
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
  globalThis.polyhead.page = current2;

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
      return Object.entries(v).map(([k2, x2]) => `${k2} ${plain(x2)}`).join(", ");
    return String(v);
  };
  var moment = (v) => {
    const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
    return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
  };

  // src/studies/colours.js
  var VIRIDIS = "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725".split(" ");
  var SIGNS = {
    light: "0a3d73 2a72b0 7fb2dd c9deee f5f4f1 f6d9b4 eba654 c56a10 7d3c00".split(" "),
    dark: "b5deff 6db4f0 3a7fbd 2b4a68 262d35 5a4025 a9661c ec9a3c ffd39b".split(" ")
  };
  var SHAPES = ["circle", "square", "triangle", "diamond", "cross"];
  var N_HUES = 8;
  var rgb = (hex2) => [0, 2, 4].map((i) => parseInt(hex2.slice(i, i + 2), 16));
  var along = (stops, t) => {
    const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at));
    const a2 = rgb(stops[i]), b = rgb(stops[i + 1]);
    return a2.map((v, k2) => Math.round(v + (b[k2] - v) * (at - i)));
  };
  var css = (c) => `rgb(${c.join(" ")})`;
  var ramp = (t, diverging) => along(diverging ? SIGNS[current() === "dark" ? "dark" : "light"] : VIRIDIS, t);
  var luminance = (c) => {
    const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  var inkOn = (c) => luminance(c) > 0.179 ? "#000000" : "#ffffff";
  var seriesColor = (i, n) => n <= 2 * N_HUES ? color(`hue-${i % N_HUES}`) : css(along(VIRIDIS, 0.08 + 0.84 * i / Math.max(1, n - 1)));
  var seriesShape = (i) => SHAPES[i % SHAPES.length];
  var categoryColor = (i) => color(`hue-${i % N_HUES}`);
  var fromCss = (c) => {
    const hex2 = /^#([0-9a-f]{6})$/i.exec(c);
    return hex2 ? rgb(hex2[1]) : (c.match(/\d+/g) || [0, 0, 0]).slice(0, 3).map(Number);
  };

  // src/shared/measure.js
  var context = null;
  var known = /* @__PURE__ */ new Map();
  var width = (content, size = 12, weight = 400) => {
    const key2 = `${weight} ${size} ${content}`;
    if (!known.has(key2)) {
      context ??= /** @type {CanvasRenderingContext2D} */
      document.createElement("canvas").getContext("2d");
      context.font = `${weight} ${size}px system-ui, sans-serif`;
      known.set(key2, context.measureText(content).width);
    }
    return known.get(key2);
  };
  var widest = (list2, size = 12, weight = 400) => list2.reduce((most, t) => Math.max(most, width(t, size, weight)), 0);
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
  var wrap = (content, most, size = 12, weight = 400, nLines = 3) => {
    const lines2 = [];
    let line2 = "";
    const whole = content.replace(/\s(?=[^({[]*[)}\]])/g, " ");
    for (const word of whole.split(/[^\S\u00a0]+/).filter(Boolean)) {
      const longer = line2 ? `${line2} ${word}` : word;
      if (line2 && width(longer, size, weight) > most) {
        lines2.push(line2);
        line2 = word;
      } else line2 = longer;
    }
    if (line2) lines2.push(line2);
    const shown = lines2.length > nLines ? [...lines2.slice(0, nLines - 1), lines2.slice(nLines - 1).join(" ")] : lines2;
    return shown.map((l) => cut(l, most, size, weight));
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
    return function(data, rx, ry = rx) {
      if (!((rx = +rx) >= 0)) throw new RangeError("invalid rx");
      if (!((ry = +ry) >= 0)) throw new RangeError("invalid ry");
      let { data: values, width: width2, height } = data;
      if (!((width2 = Math.floor(width2)) >= 0)) throw new RangeError("invalid width");
      if (!((height = Math.floor(height !== void 0 ? height : values.length / width2)) >= 0)) throw new RangeError("invalid height");
      if (!width2 || !height || !rx && !ry) return data;
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
      return data;
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
    return (T, S, start3, stop, step2) => {
      start3 <<= 2, stop <<= 2, step2 <<= 2;
      blur(T, S, start3 + 0, stop + 0, step2);
      blur(T, S, start3 + 1, stop + 1, step2);
      blur(T, S, start3 + 2, stop + 2, step2);
      blur(T, S, start3 + 3, stop + 3, step2);
    };
  }
  function blurf(radius) {
    const radius0 = Math.floor(radius);
    if (radius0 === radius) return bluri(radius);
    const t = radius - radius0;
    const w = 2 * radius + 1;
    return (T, S, start3, stop, step2) => {
      if (!((stop -= step2) >= start3)) return;
      let sum = radius0 * S[start3];
      const s0 = step2 * radius0;
      const s1 = s0 + step2;
      for (let i = start3, j = start3 + s0; i < j; i += step2) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start3, j = stop; i <= j; i += step2) {
        sum += S[Math.min(stop, i + s0)];
        T[i] = (sum + t * (S[Math.max(start3, i - s1)] + S[Math.min(stop, i + s1)])) / w;
        sum -= S[Math.max(start3, i - s0)];
      }
    };
  }
  function bluri(radius) {
    const w = 2 * radius + 1;
    return (T, S, start3, stop, step2) => {
      if (!((stop -= step2) >= start3)) return;
      let sum = radius * S[start3];
      const s2 = step2 * radius;
      for (let i = start3, j = start3 + s2; i < j; i += step2) {
        sum += S[Math.min(stop, i)];
      }
      for (let i = start3, j = stop; i <= j; i += step2) {
        sum += S[Math.min(stop, i + s2)];
        T[i] = sum / w;
        sum -= S[Math.max(start3, i - s2)];
      }
    };
  }
  var array2 = Array.prototype;
  var slice2 = array2.slice;
  var e10 = Math.sqrt(50);
  var e5 = Math.sqrt(10);
  var e2 = Math.sqrt(2);
  function tickSpec(start3, stop, count2) {
    const step2 = (stop - start3) / Math.max(0, count2), power2 = Math.floor(Math.log10(step2)), error = step2 / Math.pow(10, power2), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
    let i1, i2, inc;
    if (power2 < 0) {
      inc = Math.pow(10, -power2) / factor;
      i1 = Math.round(start3 * inc);
      i2 = Math.round(stop * inc);
      if (i1 / inc < start3) ++i1;
      if (i2 / inc > stop) --i2;
      inc = -inc;
    } else {
      inc = Math.pow(10, power2) * factor;
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
  function range(start3, stop, step2) {
    start3 = +start3, stop = +stop, step2 = (n = arguments.length) < 2 ? (stop = start3, start3 = 0, 1) : n < 3 ? 1 : +step2;
    var i = -1, n = Math.max(0, Math.ceil((stop - start3) / step2)) | 0, range2 = new Array(n);
    while (++i < n) {
      range2[i] = start3 + i * step2;
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
  function extend(parent, definition) {
    var prototype = Object.create(parent.prototype);
    for (var key2 in definition) prototype[key2] = definition[key2];
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
  function rgb2(r, g, b, opacity) {
    return arguments.length === 1 ? rgbConvert(r) : new Rgb(r, g, b, opacity == null ? 1 : opacity);
  }
  function Rgb(r, g, b, opacity) {
    this.r = +r;
    this.g = +g;
    this.b = +b;
    this.opacity = +opacity;
  }
  define(Rgb, rgb2, extend(Color, {
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
    return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}`;
  }
  function rgb_formatHex8() {
    return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}${hex((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
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
  function hex(value2) {
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
  var rgb3 = (function rgbGamma(y2) {
    var color3 = gamma(y2);
    function rgb4(start3, end) {
      var r = color3((start3 = rgb2(start3)).r, (end = rgb2(end)).r), g = color3(start3.g, end.g), b = color3(start3.b, end.b), opacity = nogamma(start3.opacity, end.opacity);
      return function(t) {
        start3.r = r(t);
        start3.g = g(t);
        start3.b = b(t);
        start3.opacity = opacity(t);
        return start3 + "";
      };
    }
    rgb4.gamma = rgbGamma;
    return rgb4;
  })(1);
  function rgbSpline(spline) {
    return function(colors) {
      var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color3;
      for (i = 0; i < n; ++i) {
        color3 = rgb2(colors[i]);
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
    return b == null || t === "boolean" ? constant2(b) : (t === "number" ? number2 : t === "string" ? (c = color2(b)) ? (b = c, rgb3) : string : b instanceof color2 ? rgb3 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number2)(a2, b);
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
  function interpolateTransform(parse, pxComma, pxParen, degParen) {
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
  function hsl2(hue) {
    return function(start3, end) {
      var h = hue((start3 = hsl(start3)).h, (end = hsl(end)).h), s2 = nogamma(start3.s, end.s), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
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
  function hcl2(hue) {
    return function(start3, end) {
      var h = hue((start3 = hcl(start3)).h, (end = hcl(end)).h), c = nogamma(start3.c, end.c), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
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
  function cubehelix2(hue) {
    return (function cubehelixGamma(y2) {
      y2 = +y2;
      function cubehelix3(start3, end) {
        var h = hue((start3 = cubehelix(start3)).h, (end = cubehelix(end)).h), s2 = nogamma(start3.s, end.s), l = nogamma(start3.l, end.l), opacity = nogamma(start3.opacity, end.opacity);
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
  function identity2(x2) {
    return x2;
  }
  var map = Array.prototype.map;
  var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
  function formatLocale(locale2) {
    var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity2 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity2 : formatNumerals(map.call(locale2.numerals, String)), percent2 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
    function newFormat(specifier, options) {
      specifier = formatSpecifier(specifier);
      var fill = specifier.fill, align = specifier.align, sign2 = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width2 = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
      if (type === "n") comma = true, type = "g";
      else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
      if (zero3 || fill === "0" && align === "=") zero3 = true, fill = "0", align = "=";
      var prefix = (options && options.prefix !== void 0 ? options.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent2 : "") + (options && options.suffix !== void 0 ? options.suffix : "");
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
        var length = valuePrefix.length + value2.length + valueSuffix.length, padding = length < width2 ? new Array(width2 - length + 1).join(fill) : "";
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
  function precisionFixed(step2) {
    return Math.max(0, -exponent(Math.abs(step2)));
  }
  function precisionPrefix(step2, value2) {
    return Math.max(0, Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3 - exponent(Math.abs(step2)));
  }
  function precisionRound(step2, max) {
    step2 = Math.abs(step2), max = Math.abs(max) - step2;
    return Math.max(0, exponent(max) - exponent(step2)) + 1;
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
  function copy$1(source, target) {
    return target.domain(source.domain()).range(source.range()).interpolate(source.interpolate()).clamp(source.clamp()).unknown(source.unknown());
  }
  function transformer$2() {
    var domain = unit, range2 = unit, interpolate$1 = value, transform, untransform, unknown, clamp = identity$1, piecewise2, output, input;
    function rescale() {
      var n = Math.min(domain.length, range2.length);
      if (clamp !== identity$1) clamp = clamper(domain[0], domain[n - 1]);
      piecewise2 = n > 2 ? polymap : bimap;
      output = input = null;
      return scale;
    }
    function scale(x2) {
      return x2 == null || isNaN(x2 = +x2) ? unknown : (output || (output = piecewise2(domain.map(transform), range2, interpolate$1)))(transform(clamp(x2)));
    }
    scale.invert = function(y2) {
      return clamp(untransform((input || (input = piecewise2(range2, domain.map(transform), number2)))(y2)));
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
      transform = t, untransform = u;
      return rescale();
    };
  }
  function continuous() {
    return transformer$2()(identity$1, identity$1);
  }
  function tickFormat(start3, stop, count2, specifier) {
    var step2 = tickStep(start3, stop, count2), precision;
    specifier = formatSpecifier(specifier == null ? ",f" : specifier);
    switch (specifier.type) {
      case "s": {
        var value2 = Math.max(Math.abs(start3), Math.abs(stop));
        if (specifier.precision == null && !isNaN(precision = precisionPrefix(step2, value2))) specifier.precision = precision;
        return formatPrefix(specifier, value2);
      }
      case "":
      case "e":
      case "g":
      case "p":
      case "r": {
        if (specifier.precision == null && !isNaN(precision = precisionRound(step2, Math.max(Math.abs(start3), Math.abs(stop))))) specifier.precision = precision - (specifier.type === "e");
        break;
      }
      case "f":
      case "%": {
        if (specifier.precision == null && !isNaN(precision = precisionFixed(step2))) specifier.precision = precision - (specifier.type === "%") * 2;
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
      var step2;
      var maxIter = 10;
      if (stop < start3) {
        step2 = start3, start3 = stop, stop = step2;
        step2 = i0, i0 = i1, i1 = step2;
      }
      while (maxIter-- > 0) {
        step2 = tickIncrement(start3, stop, count2);
        if (step2 === prestep) {
          d[i0] = start3;
          d[i1] = stop;
          return domain(d);
        } else if (step2 > 0) {
          start3 = Math.floor(start3 / step2) * step2;
          stop = Math.ceil(stop / step2) * step2;
        } else if (step2 < 0) {
          start3 = Math.ceil(start3 * step2) / step2;
          stop = Math.floor(stop * step2) / step2;
        } else {
          break;
        }
        prestep = step2;
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
  function nice(domain, interval) {
    domain = domain.slice();
    var i0 = 0, i1 = domain.length - 1, x0 = domain[i0], x1 = domain[i1], t;
    if (x1 < x0) {
      t = i0, i0 = i1, i1 = t;
      t = x0, x0 = x1, x1 = t;
    }
    domain[i0] = interval.floor(x0);
    domain[i1] = interval.ceil(x1);
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
  function loggish(transform) {
    const scale = transform(transformLog, transformExp);
    const domain = scale.domain;
    let base = 10;
    let logs;
    let pows;
    function rescale() {
      logs = logp(base), pows = powp(base);
      if (domain()[0] < 0) {
        logs = reflect(logs), pows = reflect(pows);
        transform(transformLogn, transformExpn);
      } else {
        transform(transformLog, transformExp);
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

  // src/shared/scales.js
  var SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  var plain2 = (tick) => num(Number(tick.toPrecision(6)));
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
    const ticks2 = twos.length > 2 ? twos : sets.find((set2) => set2.length >= few) ?? linear2([low, high]).ticks(4);
    const far = powers && (high > 3e4 || low < 1e-3);
    return known2(
      scale,
      ticks2.filter((t) => t > 0),
      (v) => power(v, far)
    );
  };
  var thin = (ticks2, scale, vertical) => {
    const room = (k3) => {
      const kept = ticks2.filter((_, i) => i % k3 === 0);
      return kept.every((t, i) => {
        if (!i) return true;
        const gap = Math.abs(scale(t) - scale(kept[i - 1]));
        return vertical ? gap >= 16 : gap >= (width(scale.text(t)) + width(scale.text(kept[i - 1]))) / 2 + 10;
      });
    };
    let k2 = 1;
    while (k2 < ticks2.length && !room(k2)) k2++;
    return ticks2.filter((_, i) => i % k2 === 0);
  };
  var numeric = (range2, from, to, { log: log2 = false, nice: nice2 = true, pad = 0, points = [], vertical = false } = {}) => {
    const [low, high] = range2;
    const more = pad * (high - low);
    const n = Math.max(2, Math.min(6, Math.floor(Math.abs(to - from) / (vertical ? 44 : 60))));
    const made = log2 ? logarithmic(low, high, from, to, { pad: (high / low) ** 0.03, powers: true }) : linear3(low - more, high + more, from, to, { n, nice: nice2 });
    made.ticks = thin(made.ticks, made, vertical);
    const distinct = [...new Set(points)].sort((a2, b) => a2 - b);
    const short = distinct.every((v) => Number(v.toPrecision(2)) === v);
    if (distinct.length > 1 && distinct.length <= 14 && short && thin(distinct, made, vertical).length === distinct.length)
      made.ticks = distinct;
    return made;
  };
  var labelBands = (names, step2, { most = 150 } = {}) => {
    const size = 11.5, wide2 = widest(names, size);
    if (wide2 + 5 <= step2) return { mode: "flat", every: 1, height: 18, size };
    const numbers2 = names.every((n) => /^[−+-]?[\d.,]+(e[−+-]?\d+)?$/i.test(n.trim()));
    if (numbers2 || wide2 < 16) return { mode: "flat", every: Math.ceil((wide2 + 8) / step2), height: 18, size };
    const wrapped = names.map((n) => wrap(n, step2 - Math.min(14, 0.18 * step2), size, 400, 3));
    const words2 = (t) => t.replace(/\s+/g, " ").trim();
    if (names.every((n, i) => words2(wrapped[i].join(" ")) === words2(n)))
      return { mode: "wrap", every: 1, height: 5 + 13 * Math.max(...wrapped.map((w) => w.length)), size, wrapped };
    const long = Math.min(wide2, most);
    return { mode: "tilt", every: Math.ceil(13 / step2), height: Math.ceil(long * 0.71 + 16), size, most };
  };
  var bandName = (name2, plan, x2) => plan.mode === "tilt" ? cut(name2, Math.min(plan.most, (x2 - 4) * 1.41), plan.size) : name2;
  var bands = (names, from, to) => {
    const step2 = (to - from) / Math.max(1, names.length);
    return Object.assign((i) => from + (i + 0.5) * step2, { names, step: step2, low: 0, high: names.length });
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
    var tickArguments = [], tickValues = null, tickFormat2 = null, tickSizeInner = 6, tickSizeOuter = 6, tickPadding = 3, offset = typeof window !== "undefined" && window.devicePixelRatio > 1 ? 0 : 0.5, k2 = orient === top || orient === left ? -1 : 1, x2 = orient === left || orient === right ? "x" : "y", transform = orient === top || orient === bottom ? translateX : translateY;
    function axis2(context2) {
      var values = tickValues == null ? scale.ticks ? scale.ticks.apply(scale, tickArguments) : scale.domain() : tickValues, format2 = tickFormat2 == null ? scale.tickFormat ? scale.tickFormat.apply(scale, tickArguments) : identity3 : tickFormat2, spacing = Math.max(tickSizeInner, 0) + tickPadding, range2 = scale.range(), range0 = +range2[0] + offset, range1 = +range2[range2.length - 1] + offset, position = (scale.bandwidth ? center : number3)(scale.copy(), offset), selection2 = context2.selection ? context2.selection() : context2, path2 = selection2.selectAll(".domain").data([null]), tick = selection2.selectAll(".tick").data(values, scale).order(), tickExit = tick.exit(), tickEnter = tick.enter().append("g").attr("class", "tick"), line2 = tick.select("line"), text2 = tick.select("text");
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
  function namespace(name2) {
    var prefix = name2 += "", i = prefix.indexOf(":");
    if (i >= 0 && (prefix = name2.slice(0, i)) !== "xmlns") name2 = name2.slice(i + 1);
    return namespaces.hasOwnProperty(prefix) ? { space: namespaces[prefix], local: name2 } : name2;
  }
  function creatorInherit(name2) {
    return function() {
      var document2 = this.ownerDocument, uri = this.namespaceURI;
      return uri === xhtml && document2.documentElement.namespaceURI === xhtml ? document2.createElement(name2) : document2.createElementNS(uri, name2);
    };
  }
  function creatorFixed(fullname) {
    return function() {
      return this.ownerDocument.createElementNS(fullname.space, fullname.local);
    };
  }
  function creator(name2) {
    var fullname = namespace(name2);
    return (fullname.local ? creatorFixed : creatorInherit)(fullname);
  }
  function none() {
  }
  function selector(selector2) {
    return selector2 == null ? none : function() {
      return this.querySelector(selector2);
    };
  }
  function selection_select(select2) {
    if (typeof select2 !== "function") select2 = selector(select2);
    for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
        if ((node = group[i]) && (subnode = select2.call(node, node.__data__, i, group))) {
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
  function arrayAll(select2) {
    return function() {
      return array3(select2.apply(this, arguments));
    };
  }
  function selection_selectAll(select2) {
    if (typeof select2 === "function") select2 = arrayAll(select2);
    else select2 = selectorAll(select2);
    for (var groups = this._groups, m = groups.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          subgroups.push(select2.call(node, node.__data__, i, group));
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
    for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, subgroup = subgroups[j] = [], node, i = 0; i < n; ++i) {
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
  function bindIndex(parent, group, enter, update, exit, data) {
    var i = 0, node, groupLength = group.length, dataLength = data.length;
    for (; i < dataLength; ++i) {
      if (node = group[i]) {
        node.__data__ = data[i];
        update[i] = node;
      } else {
        enter[i] = new EnterNode(parent, data[i]);
      }
    }
    for (; i < groupLength; ++i) {
      if (node = group[i]) {
        exit[i] = node;
      }
    }
  }
  function bindKey(parent, group, enter, update, exit, data, key2) {
    var i, node, nodeByKeyValue = /* @__PURE__ */ new Map(), groupLength = group.length, dataLength = data.length, keyValues = new Array(groupLength), keyValue;
    for (i = 0; i < groupLength; ++i) {
      if (node = group[i]) {
        keyValues[i] = keyValue = key2.call(node, node.__data__, i, group) + "";
        if (nodeByKeyValue.has(keyValue)) {
          exit[i] = node;
        } else {
          nodeByKeyValue.set(keyValue, node);
        }
      }
    }
    for (i = 0; i < dataLength; ++i) {
      keyValue = key2.call(parent, data[i], i, data) + "";
      if (node = nodeByKeyValue.get(keyValue)) {
        update[i] = node;
        node.__data__ = data[i];
        nodeByKeyValue.delete(keyValue);
      } else {
        enter[i] = new EnterNode(parent, data[i]);
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
  function selection_data(value2, key2) {
    if (!arguments.length) return Array.from(this, datum);
    var bind = key2 ? bindKey : bindIndex, parents = this._parents, groups = this._groups;
    if (typeof value2 !== "function") value2 = constant3(value2);
    for (var m = groups.length, update = new Array(m), enter = new Array(m), exit = new Array(m), j = 0; j < m; ++j) {
      var parent = parents[j], group = groups[j], groupLength = group.length, data = arraylike(value2.call(parent, parent && parent.__data__, j, parents)), dataLength = data.length, enterGroup = enter[j] = new Array(dataLength), updateGroup = update[j] = new Array(dataLength), exitGroup = exit[j] = new Array(groupLength);
      bind(parent, group, enterGroup, updateGroup, exitGroup, data, key2);
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
  function arraylike(data) {
    return typeof data === "object" && "length" in data ? data : Array.from(data);
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
    for (var groups = this._groups, j = -1, m = groups.length; ++j < m; ) {
      for (var group = groups[j], i = group.length - 1, next = group[i], node; --i >= 0; ) {
        if (node = group[i]) {
          if (next && node.compareDocumentPosition(next) ^ 4) next.parentNode.insertBefore(node, next);
          next = node;
        }
      }
    }
    return this;
  }
  function selection_sort(compare) {
    if (!compare) compare = ascending2;
    function compareNode(a2, b) {
      return a2 && b ? compare(a2.__data__, b.__data__) : !a2 - !b;
    }
    for (var groups = this._groups, m = groups.length, sortgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, sortgroup = sortgroups[j] = new Array(n), node, i = 0; i < n; ++i) {
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
    for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
      for (var group = groups[j], i = 0, n = group.length; i < n; ++i) {
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
    for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
      for (var group = groups[j], i = 0, n = group.length, node; i < n; ++i) {
        if (node = group[i]) callback.call(node, node.__data__, i, group);
      }
    }
    return this;
  }
  function attrRemove(name2) {
    return function() {
      this.removeAttribute(name2);
    };
  }
  function attrRemoveNS(fullname) {
    return function() {
      this.removeAttributeNS(fullname.space, fullname.local);
    };
  }
  function attrConstant(name2, value2) {
    return function() {
      this.setAttribute(name2, value2);
    };
  }
  function attrConstantNS(fullname, value2) {
    return function() {
      this.setAttributeNS(fullname.space, fullname.local, value2);
    };
  }
  function attrFunction(name2, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.removeAttribute(name2);
      else this.setAttribute(name2, v);
    };
  }
  function attrFunctionNS(fullname, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.removeAttributeNS(fullname.space, fullname.local);
      else this.setAttributeNS(fullname.space, fullname.local, v);
    };
  }
  function selection_attr(name2, value2) {
    var fullname = namespace(name2);
    if (arguments.length < 2) {
      var node = this.node();
      return fullname.local ? node.getAttributeNS(fullname.space, fullname.local) : node.getAttribute(fullname);
    }
    return this.each((value2 == null ? fullname.local ? attrRemoveNS : attrRemove : typeof value2 === "function" ? fullname.local ? attrFunctionNS : attrFunction : fullname.local ? attrConstantNS : attrConstant)(fullname, value2));
  }
  function defaultView(node) {
    return node.ownerDocument && node.ownerDocument.defaultView || node.document && node || node.defaultView;
  }
  function styleRemove(name2) {
    return function() {
      this.style.removeProperty(name2);
    };
  }
  function styleConstant(name2, value2, priority) {
    return function() {
      this.style.setProperty(name2, value2, priority);
    };
  }
  function styleFunction(name2, value2, priority) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) this.style.removeProperty(name2);
      else this.style.setProperty(name2, v, priority);
    };
  }
  function selection_style(name2, value2, priority) {
    return arguments.length > 1 ? this.each((value2 == null ? styleRemove : typeof value2 === "function" ? styleFunction : styleConstant)(name2, value2, priority == null ? "" : priority)) : styleValue(this.node(), name2);
  }
  function styleValue(node, name2) {
    return node.style.getPropertyValue(name2) || defaultView(node).getComputedStyle(node, null).getPropertyValue(name2);
  }
  function propertyRemove(name2) {
    return function() {
      delete this[name2];
    };
  }
  function propertyConstant(name2, value2) {
    return function() {
      this[name2] = value2;
    };
  }
  function propertyFunction(name2, value2) {
    return function() {
      var v = value2.apply(this, arguments);
      if (v == null) delete this[name2];
      else this[name2] = v;
    };
  }
  function selection_property(name2, value2) {
    return arguments.length > 1 ? this.each((value2 == null ? propertyRemove : typeof value2 === "function" ? propertyFunction : propertyConstant)(name2, value2)) : this.node()[name2];
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
    add: function(name2) {
      var i = this._names.indexOf(name2);
      if (i < 0) {
        this._names.push(name2);
        this._node.setAttribute("class", this._names.join(" "));
      }
    },
    remove: function(name2) {
      var i = this._names.indexOf(name2);
      if (i >= 0) {
        this._names.splice(i, 1);
        this._node.setAttribute("class", this._names.join(" "));
      }
    },
    contains: function(name2) {
      return this._names.indexOf(name2) >= 0;
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
  function selection_classed(name2, value2) {
    var names = classArray(name2 + "");
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
  function selection_append(name2) {
    var create = typeof name2 === "function" ? name2 : creator(name2);
    return this.select(function() {
      return this.appendChild(create.apply(this, arguments));
    });
  }
  function constantNull() {
    return null;
  }
  function selection_insert(name2, before) {
    var create = typeof name2 === "function" ? name2 : creator(name2), select2 = before == null ? constantNull : typeof before === "function" ? before : selector(before);
    return this.select(function() {
      return this.insertBefore(create.apply(this, arguments), select2.apply(this, arguments) || null);
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
      var name2 = "", i = t.indexOf(".");
      if (i >= 0) name2 = t.slice(i + 1), t = t.slice(0, i);
      return { type: t, name: name2 };
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
    for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
      for (var group = groups[j], i = 0, n = group.length, node; i < n; ++i) {
        if (node = group[i]) yield node;
      }
    }
  }
  var root2 = [null];
  function Selection(groups, parents) {
    this._groups = groups;
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
  var rising = (box2, y2) => {
    const stroke = (t) => color(t === 0 && y2.low < 0 ? "edge" : "line");
    const transform = `translate(${box2.left} 0)`;
    const drawn = axisOf(axisLeft, y2, { size: box2.left - box2.right, padding: 7, transform, stroke });
    drawn.select(".domain").remove();
    return drawn.node();
  };
  var across = (box2, x2, grid) => {
    const stroke = () => color(grid ? "line" : "muted");
    const transform = `translate(0 ${box2.bottom})`;
    const size = grid ? box2.top - box2.bottom : 4;
    return axisOf(axisBottom, x2, { size, padding: grid ? 8.5 : 4.5, transform, stroke }).node();
  };
  var bandNames = (x2, plan, bottom2) => x2.names.map((name2, i) => {
    if (i % plan.every) return null;
    const at = x2(i), size = { "font-size": plan.size };
    if (plan.mode === "wrap")
      return plan.wrapped[i].map((line2, k2) => text(at, bottom2 + 14 + 13 * k2, line2, { ...middle, ...size }));
    if (plan.mode === "flat") return text(at, bottom2 + 14, name2, { ...middle, ...size });
    const place3 = { "text-anchor": "end", transform: `translate(${at + 4} ${bottom2 + 12}) rotate(-45)` };
    return text(null, null, bandName(name2, plan, at), { ...size, ...place3 });
  });
  var upwards = (x2, y2, content, attributes) => text(0, 0, content, { ...middle, transform: `translate(${x2} ${y2}) rotate(-90)`, ...attributes });
  var frame = (box2, x2, y2, titles) => {
    const { xTitle = [], yTitle = [], yAt = box2.left - 46, under = box2.bottom + 36, grid = false, plan = null } = titles;
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

  // src/studies/legend.js
  var ROW = 18;
  var MOST = 16;
  var rows = (items, left2, right2, top2) => {
    const g = svg("g.legend");
    if (items.length > MOST) {
      g.append(text(left2, top2 + 12, `${items.length} series; their names show on hovering`, { "font-size": 11.5 }));
      return { node: g, height: ROW, width: left2 + 260 };
    }
    let x2 = left2, y2 = top2, used = 0;
    for (const item of items) {
      const label = cut(item.name, right2 - left2 - 24, 11.5);
      const wide2 = 22 + width(label, 11.5) + 14;
      if (x2 > left2 && x2 + wide2 - 14 > right2) {
        x2 = left2;
        y2 += ROW;
      }
      if (item.line)
        g.append(
          svg("line", {
            ...{ x1: x2, x2: x2 + 17, y1: y2 + 8, y2: y2 + 8, stroke: item.fill, "stroke-width": 2 },
            "stroke-dasharray": item.dash
          })
        );
      if (item.shape) g.append(svg("path", { d: shapePath(item.shape, x2 + 8.5, y2 + 8, 4), fill: item.fill }));
      if (!item.line && !item.shape) g.append(rectOf(x2, y2 + 2, 13, 12, { rx: 2, fill: item.fill, stroke: item.stroke }));
      g.append(text(x2 + (item.line || item.shape ? 22 : 18), y2 + 12, label, { "font-size": 11.5, fill: color("ink") }));
      x2 += wide2;
      used = Math.max(used, x2 - 14);
    }
    return { node: g, height: items.length ? y2 - top2 + ROW : 0, width: used };
  };
  var bar = (limits, diverging, left2, top2, width2) => {
    const g = svg("g.colour-bar");
    const n = 48, wide2 = Math.min(220, width2);
    for (let i = 0; i < n; i++) {
      const x0 = left2 + i * wide2 / n;
      g.append(rectOf(x0, top2, wide2 / n + 0.4, 10, { fill: css(ramp((i + 0.5) / n, diverging)) }));
    }
    g.append(rectOf(left2, top2, wide2, 10, { fill: "none", stroke: color("edge"), "stroke-width": 1 }));
    const at = linear3(limits[0], limits[1], left2, left2 + wide2, { n: 3, nice: false });
    let ticks2 = diverging ? [limits[0], 0, limits[1]] : [limits[0], ...at.ticks, limits[1]];
    const kept = [];
    ticks2 = [...new Set(ticks2)];
    for (const t of [ticks2[0], ticks2[ticks2.length - 1], ...ticks2.slice(1, -1)]) {
      const half = width(num(t), 11) / 2 + 5;
      if (kept.every((k2) => Math.abs(at(k2) - at(t)) > half + width(num(k2), 11) / 2)) kept.push(t);
    }
    for (const t of kept) {
      const x2 = at(t), half = width(num(t), 11) / 2;
      g.append(
        lineOf(x2, top2 + 10, x2, top2 + 14, { stroke: color("muted") }),
        text(Math.max(left2 + half - 6, x2), top2 + 25, num(t), { "text-anchor": "middle", "font-size": 11 })
      );
    }
    return { node: g, height: 32 };
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
  var canvas = (width2, height, label) => tipped(drawing(width2, height, label, { class: "chart" }));
  var titleLines = (title, width2) => title ? wrap(title, width2, 13, 600, 2) : [];
  var drawTitle = (chart, lines2, x2 = 2) => lines2.forEach(
    (line2, i) => chart.append(
      text(x2, 14 + 17 * i, line2, { "font-size": 13, "font-weight": 600, fill: color("ink"), class: "title" })
    )
  );
  var drawReferences = (g, references, box2, x2, y2) => {
    const style = { stroke: color("ink"), "stroke-width": 1.2, "stroke-dasharray": "6 4", class: "reference" };
    const taken = [];
    for (const r of references) {
      const tip = () => lines([r.label, num(r.value, 4)]);
      const most = Math.max(60, (box2.right - box2.left) * 0.8);
      const label = cut(r.label, most, 11);
      const wide2 = width(label, 11);
      let lx, ly;
      if (r.axis === "y") {
        const at = y2(r.value);
        g.append(mark(lineOf(box2.left, at, box2.right, at, { ...style }), tip));
        lx = box2.right - wide2 - 3;
        ly = at - 4 < box2.top + 10 ? at + 12 : at - 4;
      } else {
        const at = x2(r.value);
        g.append(mark(lineOf(at, box2.top, at, box2.bottom, { ...style }), tip));
        lx = at + 5 + wide2 > box2.right ? at - 5 - wide2 : at + 5;
        ly = box2.top + 11;
      }
      const hits = () => taken.some((t) => Math.abs(t.y - ly) < 12 && lx < t.x + t.wide && t.x < lx + wide2);
      for (let k2 = 0; k2 < 8 && hits(); k2++) ly += 13;
      taken.push({ x: lx, y: ly, wide: wide2 });
      g.append(mark(text(lx, ly, label, { "font-size": 11, fill: color("ink"), ...halo() }), tip));
    }
  };
  var make = ({ title, width: width2, inner, items, x: xo, y: yo, references = [], square: square2 = false, label }) => {
    const ySample = numeric(yo.range, inner, 0, { log: yo.log, pad: yo.pad, nice: yo.nice ?? true, vertical: true });
    const yLines = yo.label ? wrap(yo.label, inner + 24, 12, 400, 2) : [];
    const left2 = Math.ceil(widest(ySample.ticks.map(ySample.text)) + 14 + 16 * yLines.length);
    const heading = titleLines(title, width2 - 4);
    const legend = rows(items, left2, width2 - 4, heading.length * 17 + (heading.length ? 6 : 2));
    const top2 = heading.length * 17 + legend.height + 12;
    const right2 = width2 - 14;
    let tall = inner, x2;
    if (square2) {
      const spanX = (xo.range[1] - xo.range[0]) * (1 + 2 * xo.pad), spanY = (yo.range[1] - yo.range[0]) * (1 + 2 * yo.pad);
      tall = Math.min(inner, (right2 - left2) * spanY / spanX);
      const wide2 = tall * spanX / spanY;
      x2 = numeric(xo.range, left2, left2 + wide2, { pad: xo.pad, nice: false });
    } else if (xo.names) x2 = bands(xo.names, left2, right2);
    else x2 = numeric(xo.range, left2, right2, { log: xo.log, nice: xo.nice ?? false, pad: xo.pad, points: xo.points });
    const box2 = { left: left2, right: square2 ? x2(x2.high) : right2, top: top2, bottom: top2 + tall };
    const y2 = numeric(yo.range, box2.bottom, box2.top, {
      log: yo.log,
      pad: yo.pad,
      nice: !square2 && (yo.nice ?? true),
      vertical: true
    });
    const plan = xo.names && labelBands(xo.names, x2.step);
    const under = box2.bottom + (plan ? plan.height + 4 : 22);
    const xLines = xo.label ? wrap(xo.label, Math.max(80, width2 - left2 - 8), 12, 400, 2) : [];
    const height = under + 16 * xLines.length + 4;
    const chart = canvas(width2, height, label || title);
    drawTitle(chart, heading);
    chart.append(legend.node);
    const titles = { xTitle: xLines, yTitle: yLines, yAt: 12, under: under + 11, grid: square2, plan };
    chart.append(frame(box2, x2, y2, titles));
    const clip = `plot-clip-${++clips}`;
    chart.append(svg("clipPath", { id: clip }, rectOf(box2.left - 6, box2.top - 6, box2.right - box2.left + 12, tall + 12)));
    const layer = svg("g", { "clip-path": `url(#${clip})` });
    chart.append(layer);
    const front = svg("g");
    chart.append(front);
    drawReferences(front, references, box2, x2, y2);
    return { chart, box: box2, x: x2, y: y2, layer, front };
  };
  var empty2 = (title, width2, why) => {
    const chart = canvas(width2, 120, title);
    drawTitle(chart, titleLines(title, width2));
    chart.append(text(width2 / 2, 70, why, { "text-anchor": "middle" }));
    return chart;
  };

  // src/studies/bars.js
  var given = (v) => v !== null && v !== void 0;
  var spans = (panel) => {
    const up = panel.categories.map(() => 0), down = panel.categories.map(() => 0);
    return panel.series.map(
      (s2) => s2.y.map((v, i) => {
        if (!given(v)) return null;
        if (!panel.stacked) return { from: 0, to: v, low: s2.low?.[i], high: s2.high?.[i] };
        const from = v >= 0 ? up[i] : down[i];
        if (v >= 0) up[i] += v;
        else down[i] += v;
        const moved = (e) => given(e) ? from + e : e;
        return { from, to: from + v, low: moved(s2.low?.[i]), high: moved(s2.high?.[i]) };
      })
    );
  };
  var rangeOf = (panel) => {
    const ends = spans(panel).flat().filter(Boolean).flatMap((b) => [b.to, b.low, b.high]).filter(given);
    const lines2 = panel.references.filter((r) => r.axis === "y").map((r) => r.value);
    return { y: [Math.min(0, ...ends, ...lines2), Math.max(0, ...ends, ...lines2)] };
  };
  var describe = (panel, s2, i) => lines(
    [panel.x_label || "place", panel.categories[i]],
    panel.series.length > 1 && ["series", s2.name],
    [panel.y_label || "value", num(s2.y[i], 4)],
    given(s2.low?.[i]) && given(s2.high?.[i]) && ["range", `${num(s2.low[i], 4)} to ${num(s2.high[i], 4)}`],
    s2.labels?.[i] && ["note", s2.labels[i]]
  );
  var draw = (panel, width2, { y: shared } = {}) => {
    const bars = spans(panel), n = panel.series.length;
    if (!bars.flat().some(Boolean)) return empty2(panel.title, width2, "No values.");
    const range2 = shared || rangeOf(panel).y;
    const items = n > 1 ? panel.series.map((s2, i) => ({ name: s2.name, fill: seriesColor(i, n) })) : [];
    const { chart, box: box2, x: x2, y: y2, layer } = make({
      title: panel.title,
      label: `${panel.title}: bars of ${panel.y_label || "values"}`,
      width: width2,
      inner: Math.min(300, Math.max(190, width2 * 0.5)),
      items,
      x: { names: panel.categories, label: panel.x_label },
      y: { range: range2[0] === range2[1] ? [0, 1] : range2, label: panel.y_label },
      references: panel.references.filter((r) => r.axis === "y")
    });
    const group = Math.min(x2.step * 0.8, panel.stacked ? 54 : 54 * n);
    const wide2 = panel.stacked ? group : group / n;
    bars.forEach(
      (list2, k2) => list2.forEach((b, i) => {
        const start3 = x2(i) - group / 2 + (panel.stacked ? 0 : k2 * wide2);
        const tip = () => describe(panel, panel.series[k2], i);
        if (!b) {
          if (!panel.stacked)
            layer.append(mark(text(start3 + wide2 / 2, y2(0) - 4, "–", { "text-anchor": "middle", class: "absent" }), tip));
          return;
        }
        const [above, below] = [Math.min(y2(b.from), y2(b.to)), Math.max(y2(b.from), y2(b.to))];
        const bar3 = rectOf(
          start3 + (wide2 > 5 ? 0.5 : 0),
          above,
          Math.max(0.8, wide2 - (wide2 > 5 ? 1 : 0)),
          Math.max(b.to === b.from ? 1 : 0.5, below - above),
          {
            fill: seriesColor(k2, n),
            stroke: panel.stacked ? color("card") : null,
            "stroke-width": panel.stacked ? 0.6 : null,
            class: "bar"
          }
        );
        layer.append(mark(bar3, tip));
        if (given(b.low) && given(b.high)) {
          const middle2 = start3 + wide2 / 2, cap = Math.min(5, wide2 * 0.3);
          const d = `M${middle2} ${y2(b.low)}V${y2(b.high)}M${middle2 - cap} ${y2(b.high)}h${2 * cap}M${middle2 - cap} ${y2(b.low)}h${2 * cap}`;
          const halo2 = { fill: "none", "pointer-events": "none" };
          layer.append(
            svg("path", { d, stroke: color("card"), "stroke-width": 3.6, opacity: 0.75, ...halo2 }),
            svg("path", { d, stroke: color("ink"), "stroke-width": 1.4, class: "error", ...halo2 })
          );
        }
      })
    );
    layer.append(lineOf(box2.left, y2(0), box2.right, y2(0), { stroke: color("muted") }));
    return chart;
  };

  // src/studies/curves.js
  var given2 = (v) => v !== null && v !== void 0;
  var pointsOf = (panel, s2) => {
    let gap = true;
    const points = [];
    s2.y.forEach((y2, i) => {
      const x2 = s2.x ? s2.x[i] : i + 1;
      const ok = given2(y2) && given2(x2) && !(panel.log_x && x2 <= 0) && !(panel.log_y && y2 <= 0);
      if (!ok) gap = true;
      else {
        points.push({ i, x: x2, y: y2, gap, low: s2.low?.[i], high: s2.high?.[i], label: s2.labels?.[i] });
        gap = false;
      }
    });
    return points;
  };
  var hiddenBy = (panel) => panel.series.reduce((n, s2) => n + s2.y.filter(given2).length - pointsOf(panel, s2).length, 0);
  var rangeOf2 = (panel) => {
    const points = panel.series.flatMap((s2) => pointsOf(panel, s2));
    const lines2 = (axis2) => panel.references.filter((r) => r.axis === axis2).map((r) => r.value);
    const xs = [...points.map((p) => p.x), ...lines2("x")].filter((v) => !panel.log_x || v > 0);
    const ys = [...points.flatMap((p) => [p.y, p.low, p.high]).filter(given2), ...lines2("y")];
    const kept = ys.filter((v) => !panel.log_y || v > 0);
    return xs.length && kept.length ? { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...kept), Math.max(...kept)] } : null;
  };
  var describe2 = (panel, s2, p) => lines(
    panel.series.length > 1 && ["series", s2.name],
    given2(p.label) && ["point", p.label],
    [panel.x_label || "x", num(p.x, 4)],
    [panel.y_label || "y", num(p.y, 4)],
    given2(p.low) && given2(p.high) && ["range", `${num(p.low, 4)} to ${num(p.high, 4)}`]
  );
  var broken = (points, place3) => points.flatMap((p) => p.gap ? [null, place3(p)] : [place3(p)]);
  var drawLines = (plot, panel, s2, k2, n) => {
    const { x: x2, y: y2, layer } = plot;
    const points = pointsOf(panel, s2), c = seriesColor(k2, n), many = points.length > 40;
    const floor = panel.log_y ? y2.low : -Infinity;
    const span = (p) => given2(p.low) && given2(p.high) ? [x2(p.x), y2(Math.max(p.low, floor)), y2(Math.max(p.high, floor))] : null;
    const area2 = points.filter((p) => span(p)).length > 1 ? areaPath(broken(points, span)) : "";
    if (area2) layer.append(svg("path.band", { d: area2, fill: c, opacity: n > 4 ? 0.13 : 0.2, "pointer-events": "none" }));
    layer.append(
      mark(
        svg("path", {
          ...{ d: linePath(broken(points, (p) => [x2(p.x), y2(p.y)])), fill: "none", stroke: c, class: "line" },
          "stroke-width": n > 16 ? 1.1 : 2,
          "stroke-dasharray": n <= 16 && k2 >= 8 ? "6 3" : null,
          "stroke-linejoin": "round"
        }),
        () => s2.name
      )
    );
    for (const p of points) {
      const at = [x2(p.x), y2(p.y)];
      const tip = () => describe2(panel, s2, p);
      if (!many && n <= 16)
        layer.append(svg("path.point", { d: shapePath(seriesShape(k2), ...at, 3.2), fill: c, "pointer-events": "none" }));
      layer.append(mark(svg("circle.catch", { cx: at[0], cy: at[1], r: many ? 5 : 7, fill: "transparent" }), tip));
    }
  };
  var drawPoints = (plot, panel, s2, k2, n, size) => {
    const { x: x2, y: y2, layer } = plot;
    const points = pointsOf(panel, s2), c = seriesColor(k2, n);
    const ring = s2.joined === "ring" && points.length > 2 ? "Z" : "";
    const joined = linePath(broken(points, (p) => [x2(p.x), y2(p.y)])) + ring;
    if (s2.joined !== "no")
      layer.append(
        svg("path", {
          ...{ d: joined, fill: "none", stroke: c, class: s2.joined },
          ...{ "stroke-width": 1.3, "stroke-linejoin": "round", opacity: 0.75, "pointer-events": "none" }
        })
      );
    for (const p of points) {
      if (given2(p.low) && given2(p.high))
        layer.append(svg("path.error", { d: `M${x2(p.x)} ${y2(p.low)}V${y2(p.high)}`, stroke: c, "stroke-width": 1.3 }));
      const dot = svg("path", {
        d: shapePath(seriesShape(k2), x2(p.x), y2(p.y), size),
        ...{ fill: c, "fill-opacity": size < 3 ? 0.6 : 0.85, stroke: color("card"), "stroke-width": 0.6, class: "point" }
      });
      layer.append(mark(dot, () => describe2(panel, s2, p)));
    }
  };
  var drawLabels = (plot, panel, font) => {
    const { x: x2, y: y2, box: box2, front } = plot;
    const dots = panel.series.flatMap((s2) => pointsOf(panel, s2)).map((p) => ({ ...p, px: x2(p.x), py: y2(p.y) }));
    const named2 = dots.filter((p) => given2(p.label) && p.label !== "");
    if (!named2.length || named2.length > 60) return;
    const taken = [];
    const mean = (key2) => named2.reduce((sum, p) => sum + p[key2], 0) / named2.length;
    const centre = { px: mean("px"), py: mean("py") };
    for (const p of named2) {
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
        return { r, hits, cost: 9 * Number(out) + 4 * hits + over - outward };
      });
      const best = spots.reduce((a2, b) => b.cost < a2.cost ? b : a2);
      if (best.hits) continue;
      taken.push(best.r);
      front.append(
        text(best.r.left, best.r.bottom - 1, p.label, {
          "font-size": font,
          fill: color("ink"),
          "pointer-events": "none",
          ...halo()
        })
      );
    }
  };
  var draw2 = (panel, width2, shared = {}) => {
    const own = rangeOf2(panel);
    if (!own) return empty2(panel.title, width2, "No values that can be drawn.");
    const plane = panel.kind === "scatter", n = panel.series.length, square2 = plane && panel.square;
    const items = panel.series.map((s2, k2) => ({
      ...{
        name: s2.name,
        fill: seriesColor(k2, n),
        line: !plane || s2.joined !== "no",
        dash: !plane && n <= 16 && k2 >= 8 ? "5 2" : null
      },
      shape: n <= 16 ? seriesShape(k2) : null
    }));
    const xRange = shared.x || own.x, yRange = shared.y || own.y;
    const spans2 = [xRange, yRange].map(([a2, b]) => b - a2);
    const span = Math.max(...spans2) < 4 * Math.min(...spans2) ? Math.max(...spans2) : 0;
    const level = ([a2, b]) => square2 && b - a2 < span ? [(a2 + b - span) / 2, (a2 + b + span) / 2] : [a2, b];
    const widen = ([a2, b], log2) => a2 === b && !log2 ? [a2 - 0.5, b + 0.5] : [a2, b];
    const hidden = hiddenBy(panel);
    const left2 = hidden ? ` (${hidden} ${hidden === 1 ? "value" : "values"} of 0 or less left out)` : "";
    const pad = plane ? 0.06 : 0.02;
    const all = panel.series.flatMap((s2) => pointsOf(panel, s2));
    const plot = make({
      title: panel.title,
      label: `${panel.title}: ${panel.y_label || "values"} against ${panel.x_label || "x"}`,
      width: width2,
      inner: square2 ? Math.min(440, width2) : Math.min(320, Math.max(190, width2 * 0.5)),
      items: n > 1 || panel.series[0]?.name && panel.series[0].name !== panel.title && !square2 ? items : [],
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
        label: (panel.y_label || "") + (panel.log_y ? " (log)" : "") + left2
      },
      references: panel.references.filter((r) => (r.axis === "x" ? !panel.log_x : !panel.log_y) || r.value > 0),
      square: square2
    });
    const size = all.length > 400 ? 2.2 : all.length > 120 || width2 < 220 ? 3 : 4.2;
    panel.series.forEach((s2, k2) => plane ? drawPoints(plot, panel, s2, k2, n, size) : drawLines(plot, panel, s2, k2, n));
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
    (row3, r) => row3.map((v, c) => ({
      ...where,
      x: p.x[c],
      y: p.y[r],
      value: v,
      label: p.categories && given3(v) ? p.categories[v] : null
    }))
  );
  var seriesRows = (p, where) => p.series.flatMap(
    (s2) => s2.y.map((v, i) => ({
      ...{ ...where, series: s2.name, low: s2.low?.[i], high: s2.high?.[i], label: s2.labels?.[i] },
      ...p.kind === "bars" ? { x: p.categories[i], value: v } : { x: s2.x ? s2.x[i] : i + 1, y: v }
    }))
  );
  var csv = (figure) => {
    const moments = figure.frames.length ? figure.frames : [figure.panels];
    const rows2 = moments.flatMap(
      (panels, f) => panels.flatMap((p, i) => {
        const where = { panel: p.title || String(i + 1), frame: figure.frame_labels[f] };
        return p.kind === "heatmap" ? heatRows(p, where) : seriesRows(p, where);
      })
    );
    return [COLUMNS.join(","), ...rows2.map((r) => COLUMNS.map((c) => cell(r[c])).join(","))].join("\r\n") + "\r\n";
  };
  var save = (name2, content, type) => download(blobUrl([content], type), name2);
  var svgOf = (box2, figure, moment2) => {
    const at = box2.getBoundingClientRect();
    const charts = [...box2.querySelectorAll("svg.chart")].map((node) => ({ node, r: node.getBoundingClientRect() }));
    const right2 = Math.max(...charts.map((c) => c.r.right - at.left), 320), bottom2 = Math.max(...charts.map((c) => c.r.bottom - at.top));
    const pad = 16, width2 = Math.ceil(right2 + 2 * pad);
    const title = wrap(moment2 ? `${figure.title}: ${moment2}` : figure.title, width2 - 2 * pad, 15, 600, 3), caption = wrap(figure.caption, width2 - 2 * pad, 12, 400, 12);
    const top2 = pad + 20 * title.length + 6, height = Math.ceil(top2 + bottom2 + 14 + 16 * caption.length + pad);
    const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: width2, height, viewBox: `0 0 ${width2} ${height}` });
    whole.append(svg("rect", { width: width2, height, fill: color("card") }));
    const ink = { fill: color("ink") };
    title.forEach(
      (t, i) => whole.append(text(pad, pad + 14 + 20 * i, t, { ...ink, "font-size": 15, "font-weight": 600 }))
    );
    for (const { node, r } of charts) {
      const copy = node.cloneNode(true);
      copy.setAttribute("x", pad + r.left - at.left);
      copy.setAttribute("y", top2 + r.top - at.top);
      whole.append(copy);
    }
    caption.forEach((t, i) => whole.append(text(pad, top2 + bottom2 + 26 + 16 * i, t, ink)));
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
      svg(
        "pattern",
        { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 6, height: 6, fill: color("raised") }),
        lineOf(0, 0, 0, 6, { stroke: color("muted"), "stroke-width": 1.6, opacity: 0.6 })
      )
    );
    return { node, fill: `url(#${id})` };
  };
  var cellText = (v, w, h) => {
    const size = Math.min(12, h * 0.55);
    if (size < 7) return null;
    for (const digits of [3, 2, 1]) {
      const shown = num(v, digits).replace(/^(−?)0\./, "$1.");
      const plain3 = num(v, digits);
      if (width(plain3, size) <= w - 4) return { shown: plain3, size };
      if (width(shown, size) <= w - 3) return { shown, size };
    }
    return null;
  };
  var draw3 = (panel, width2, { limits = null, bar: bar3 = true } = {}) => {
    const nx = panel.x.length, ny = panel.y.length, kinds = panel.categories;
    const [low, high] = limits || limitsOf([panel]);
    const heading = titleLines(panel.title, width2 - 4);
    const rowNames = panel.y.map((n) => cut(n, Math.min(170, width2 * 0.35), 11.5));
    const yLines = panel.y_label ? 1 : 0;
    const left2 = Math.ceil(widest(rowNames, 11.5) + 12 + 18 * yLines);
    const room = width2 - left2 - 12;
    const even = nx === ny && !panel.annotate;
    const most = Math.min(room / nx, panel.annotate ? 58 : kinds ? 44 : 40);
    const cw = even ? Math.min(most, TALL / ny) : most;
    const least = panel.annotate ? Math.max(20, Math.min(cw, 34)) : even ? cw : Math.max(cw, Math.min(15, TALL / ny));
    const ch = Math.min(least, TALL / ny);
    const absent3 = panel.values.some((row3) => row3.some((v) => !given4(v)));
    const missing = absent3 ? hatch() : null;
    const none2 = absent3 ? [{ name: "no value", fill: missing?.fill }] : [];
    const items = kinds ? [...kinds.map((name2, i) => ({ name: name2, fill: categoryColor(i) })), ...none2] : [];
    let top2 = heading.length * 17 + (heading.length ? 8 : 2);
    const legend = kinds && bar3 ? rows(items, 2, width2 - 4, top2) : { node: null, height: 0, width: 0 };
    top2 += legend.height ? legend.height + 6 : 0;
    const right2 = left2 + cw * nx, bottom2 = top2 + ch * ny;
    const x2 = bands(panel.x, left2, right2), y2 = bands(panel.y, top2, bottom2);
    const plan = labelBands(panel.x, cw, { most: 110 });
    const xLines = panel.x_label ? wrap(panel.x_label, Math.max(90, right2 - left2 + 40), 12, 400, 2) : [];
    const under = bottom2 + plan.height + 2;
    const barTop = under + 16 * xLines.length + 8;
    const height = bar3 && !kinds ? barTop + 30 : barTop;
    const ends = [
      right2 + 12,
      bar3 && !kinds ? left2 + Math.min(room, 220) + (absent3 ? 115 : width(num(high), 11) / 2 + 6) : 0,
      legend.width,
      widest(heading, 13, 600) + 4
    ];
    const used = Math.min(width2, Math.ceil(Math.max(...ends, widest(xLines) + 4)));
    const chart = canvas(used, height, `${panel.title}: ${ny} rows, ${nx} columns`);
    if (absent3) chart.append(missing?.node);
    drawTitle(chart, heading);
    if (legend.node) chart.append(legend.node);
    const gap = Math.min(cw, ch) >= 9 ? 1 : 0;
    const grid = svg("g.cells", { "shape-rendering": gap ? null : "crispEdges" });
    panel.values.forEach(
      (row3, r) => row3.forEach((v, c) => {
        const t = given4(v) ? (v - low) / (high - low) : 0;
        const tint = !given4(v) ? null : kinds ? fromCss(categoryColor(v)) : ramp(t, panel.diverging);
        const fill = tint === null ? missing?.fill : css(tint);
        const cell2 = rectOf(left2 + c * cw, top2 + r * ch, Math.max(0.4, cw - gap), Math.max(0.4, ch - gap), {
          fill,
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
            text(left2 + c * cw + (cw - gap) / 2, top2 + r * ch + ch / 2 + fits.size * 0.35, fits.shown, {
              "text-anchor": "middle",
              "font-size": fits.size,
              fill: inkOn(tint),
              "pointer-events": "none"
            })
          );
      })
    );
    chart.append(grid);
    const axes = svg("g.axes");
    const every = Math.ceil(12 / ch);
    rowNames.forEach((name2, r) => {
      if (r % every === 0) axes.append(text(left2 - 6, y2(r) + 4, name2, { "text-anchor": "end", "font-size": 11.5 }));
    });
    axes.append(...bandNames(x2, plan, bottom2).flat().filter(Boolean));
    const half = widest(xLines) / 2 + 2;
    const middle2 = Math.min(Math.max((left2 + right2) / 2, half), used - half);
    xLines.forEach(
      (line2, i) => axes.append(text(middle2, under + 12 + 16 * i, line2, { "text-anchor": "middle", fill: color("ink") }))
    );
    if (panel.y_label) {
      const long = Math.min(width(panel.y_label), height - 4);
      const at = Math.min(Math.max((top2 + bottom2) / 2, long / 2 + 2), height - long / 2 - 2);
      axes.append(upwards(12, at, cut(panel.y_label, height - 4), { fill: color("ink") }));
    }
    chart.append(axes);
    if (bar3 && !kinds) {
      const long = Math.min(room, 220);
      chart.append(bar([low, high], panel.diverging, left2, barTop, long).node);
      if (absent3 && left2 + long + 110 < used) chart.append(rows(none2, left2 + long + 24, used, barTop - 4).node);
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
    const label = el("output.frame-label");
    const play = el("button.quiet.play", { onclick: () => timer ? stop() : start3() });
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
    const node = el("div.scrubber", play, slider, label);
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
  var union = (a2, b) => a2 ? [Math.min(a2[0], b[0]), Math.max(a2[1], b[1])] : b;
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
        const range2 = panel.kind === "bars" ? rangeOf(panel) : rangeOf2(panel);
        if (!range2) return;
        const known3 = found.get(key2) || {};
        found.set(key2, { x: range2.x && union(known3.x, range2.x), y: union(known3.y, range2.y) });
      });
    for (const [key2, list2] of maps) found.set(key2, { limits: limitsOf(list2) });
    const first = moments[0] || [];
    const uses = /* @__PURE__ */ new Map();
    first.forEach((panel, place3) => {
      if (panel.kind !== "heatmap") return;
      const key2 = keyOf(figure, panel, place3);
      uses.set(key2, [...uses.get(key2) || [], panel]);
    });
    const several = [...uses].filter(([, list2]) => list2.length > 1);
    return {
      lookup: (panel, place3) => found.get(keyOf(figure, panel, place3)) || {},
      ownBar: (panel, place3) => (uses.get(keyOf(figure, panel, place3)) || []).length < 2,
      keys: several.map(([key2, list2]) => ({ panel: list2[0], limits: found.get(key2).limits }))
    };
  };

  // src/studies/figure.js
  var DRAWERS = {
    heatmap: (panel, width2, share, bar3) => draw3(panel, width2, { ...share, bar: bar3 }),
    bars: (panel, width2, share) => draw(panel, width2, share),
    lines: (panel, width2, share) => draw2(panel, width2, share),
    scatter: (panel, width2, share) => draw2(panel, width2, share)
  };
  var NARROWEST = { heatmap: 170, bars: 260, lines: 260, scatter: 220 };
  var narrowestOf = (p, n) => n > 8 && (p.square || p.kind === "heatmap") ? 146 : NARROWEST[p.kind];
  var WIDEST = { heatmap: 760, bars: 760, lines: 760, scatter: 760 };
  var widestOf = (p) => p.square ? 560 : WIDEST[p.kind];
  var GAP = 18;
  var buttons = (figure, name2, box2, moment2) => {
    const file = `${name2}-${figure.key}`;
    const button = (what, hint, onclick) => el("button.quiet", { "aria-label": `${hint}: ${figure.title}`, title: hint, onclick }, what);
    return el(
      "span.save",
      el("span.faint", "data"),
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
  var THUMB = 300;
  var thumbnail = (panel) => {
    const bare = { ...panel, title: "", x_label: "", y_label: "", annotate: false, references: [] };
    const chart = DRAWERS[panel.kind](bare, THUMB, {}, false);
    for (const words2 of chart.querySelectorAll("text, .legend, title")) words2.remove();
    chart.setAttribute("aria-hidden", "true");
    for (const name2 of ["role", "aria-label"]) chart.removeAttribute(name2);
    const box2 = el("span.thumb", chart);
    requestAnimationFrame(() => {
      const { x: x2, y: y2, width: width2, height } = chart.getBBox();
      if (width2 && height) chart.setAttribute("viewBox", [x2, y2, width2, height].join(" "));
    });
    return box2;
  };
  var make3 = (figure, studyName, { folds = false } = {}) => {
    const moments = figure.frames.length ? figure.frames : [figure.panels];
    const shared = scales(figure);
    const id = `figure-${figure.key}`;
    const grid = el("div.panels");
    const keys = el("div.keys-shared");
    const drawing2 = el("div.drawing", keys, grid);
    let at = moments.length - 1;
    const drawFrame = () => {
      const whole = body.clientWidth;
      if (!whole) return;
      const beside = shape === "side" && getComputedStyle(body).display === "grid";
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
      keys.replaceChildren(...shared.keys.map((k2) => key(k2.panel, k2.limits, room)));
    };
    const scrubber = figure.frames.length ? make2(figure.frame_labels, figure.title, (i) => {
      at = i;
      drawFrame();
    }) : null;
    const frameBox = el("div.frame-box", scrubber && scrubber.node, drawing2);
    const body = el("div.body", frameBox, el("p.caption", figure.caption));
    const anchor = el("a.anchor", { href: `#${id}`, "aria-label": "Link to this figure" }, "#");
    const save2 = buttons(figure, studyName, drawing2, () => figure.frame_labels[at]);
    const drawWhole = () => scrubber ? scrubber.start() : drawFrame();
    const shape = moments[0].length === 1 && figure.columns === 1 ? "side" : "full";
    if (!folds) {
      const node2 = el(
        "section.card.figure",
        { id, class: shape, tabindex: -1, "data-stop": "figure", "aria-label": figure.title },
        el("div.head", el("h3", figure.title, " ", anchor), el("span.push"), save2),
        body
      );
      return { node: node2, draw: drawWhole };
    }
    const small = el("span.thumb-box");
    const node = el(
      "details.card.figure",
      { id, class: shape, "data-stop": "figure", "aria-label": figure.title, ontoggle: () => draw5() },
      el("summary", el("h3", figure.title), small),
      el("div.head", anchor, el("span.push"), save2),
      body
    );
    const draw5 = () => {
      small.replaceChildren();
      if (node.open) drawWhole();
      else small.append(thumbnail(moments.at(-1)[0]));
    };
    return { node, draw: draw5 };
  };

  // src/studies/verdict.js
  var HELD = {
    yes: { icon: "✓", kind: "yes", words: "held" },
    partly: { icon: "◐", kind: "partly", words: "partly" },
    no: { icon: "✕", kind: "no", words: "did not hold" },
    measured: { icon: "·", kind: "unknown", words: "measured" }
  };
  var NAMES = Object.keys(HELD);
  var nameOf = (claim) => claim.held ?? "measured";
  var pill = (name2, count2 = null) => el(
    "span",
    { class: `verdict-pill ${HELD[name2].kind}`, "data-held": name2 },
    el("span.icon", { "aria-hidden": "true" }, HELD[name2].icon),
    count2 === null ? HELD[name2].words : `${count2} ${HELD[name2].words}`
  );
  var badges = (claim) => [
    pill(nameOf(claim)),
    el("span.agreement", { "data-agreement": claim.agreement }, claim.agreement)
  ];
  var pills = (counts) => el(
    "span.verdict-pills",
    NAMES.filter((v) => counts[v]).map((v) => pill(v, counts[v]))
  );
  var countOf = (claims) => {
    const counts = Object.fromEntries(NAMES.map((v) => [v, 0]));
    for (const c of claims) counts[nameOf(c)] += 1;
    return counts;
  };
  var agreements = (claims) => {
    const published = claims.filter((c) => c.agreement !== "nothing published");
    if (!published.length) return null;
    const agree = published.filter((c) => c.agreement === "agrees").length;
    return el("span.agreements", `${agree} of ${published.length} published agree`);
  };
  var icon = (claim) => {
    const { icon: mark2, kind, words: words2 } = HELD[nameOf(claim)];
    const title = `${words2}; ${claim.agreement}`;
    return el("span", { class: `verdict-icon ${kind}`, role: "img", "aria-label": title, title }, mark2);
  };

  // src/studies/list.js
  var row = (s2) => el(
    "tr",
    { "data-study": s2.name, "data-stop": "study", tabindex: -1 },
    el("td.picture", { "data-thumbnail": s2.name }),
    el(
      "th",
      { scope: "row" },
      el("a.study-link", { href: `${s2.name}.html` }, s2.title),
      el("span.question", s2.question),
      s2.claims.length > 0 && el(
        "details",
        el("summary", words(s2.claims.length)),
        el(
          "ul.claim-list",
          s2.claims.map(
            (c) => el(
              "li",
              { "data-claim": c.key },
              icon(c),
              el("a", { href: `${s2.name}.html#claim-${c.key}` }, c.statement)
            )
          )
        )
      )
    ),
    el("td", { "data-label": "Verdicts" }, pills(countOf(s2.claims)), agreements(s2.claims)),
    el("td", { "data-label": "Preset" }, s2.preset),
    el("td.number", { "data-label": "Seeds" }, s2.n_seeds === null ? MISSING : plainSeeds(s2.n_seeds)),
    el(
      "td.number",
      { "data-label": "Models" },
      count(s2.n_models),
      s2.n_diverged > 0 && el("span.faint", ` (${count(s2.n_diverged)} diverged)`)
    ),
    el("td.number", { "data-label": "Time" }, seconds(s2.seconds))
  );
  var words = (n) => `${n} ${n === 1 ? "claim" : "claims"}`;
  var plainSeeds = (v) => typeof v === "number" ? count(v) : plain(v);
  var absent2 = (m) => el(
    "tr.absent",
    el("td.picture"),
    el("th", { scope: "row" }, m.name),
    el("td", { colspan: 5 }, "not run yet: ", el("code", m.command))
  );
  var HELD2 = [
    ["", "held or not"],
    ["yes", "held"],
    ["partly", "held partly"],
    ["no", "did not hold"],
    ["measured", "only measured"]
  ];
  var AGREEMENT = [
    ["", "published or not"],
    ["agrees", "agrees with what was published"],
    ["agrees in part", "agrees in part"],
    ["disagrees", "disagrees"],
    ["nothing published", "nothing published"]
  ];
  var claimFits = (claim, wanted) => (!wanted.held || (claim.held ?? "measured") === wanted.held) && (!wanted.agreement || claim.agreement === wanted.agreement);
  var search = (studies, node) => {
    const said2 = el("output", { "aria-live": "polite" });
    const text2 = (s2) => [s2.name, s2.title, s2.question, s2.takeaway, ...s2.claims.map((c) => c.statement)].join(" ").toLowerCase();
    const texts = new Map(studies.map((s2) => [s2.name, text2(s2)]));
    const box2 = el("input", {
      type: "search",
      placeholder: "Search studies and claims",
      "aria-label": "Search",
      oninput: () => draw5()
    });
    const choice2 = (label, options) => el(
      "select",
      { "aria-label": label, onchange: () => draw5() },
      options.map(([value2, name2]) => el("option", { value: value2 }, name2))
    );
    const held = choice2("Claims that held", HELD2), agreement = choice2("Claims that agree", AGREEMENT);
    const draw5 = () => {
      const wanted = { held: held.value, agreement: agreement.value };
      const asked = box2.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0, nClaims = 0;
      for (const s2 of studies) {
        const fitting = s2.claims.filter((c) => claimFits(c, wanted));
        const any = !wanted.held && !wanted.agreement;
        const fits = (any || fitting.length > 0) && asked.every((w) => texts.get(s2.name).includes(w));
        n += Number(fits);
        nClaims += fits ? fitting.length : 0;
        const line2 = node.querySelector(`[data-study="${CSS.escape(s2.name)}"]`);
        line2.hidden = !fits;
        const summary = line2.querySelector("summary");
        if (summary)
          summary.textContent = any ? words(s2.claims.length) : `${fitting.length} of ${words(s2.claims.length)}`;
        const keys = new Set(fitting.map((c) => c.key));
        for (const li of line2.querySelectorAll("[data-claim]")) li.hidden = !keys.has(li.dataset.claim);
      }
      const kinds = wanted.held || wanted.agreement ? `, ${words(nClaims)}` : "";
      said2.textContent = n === studies.length && !kinds ? "" : `${n} of ${studies.length} studies${kinds}`;
    };
    return el("p.study-search", box2, held, agreement, said2);
  };
  var page2 = (data) => {
    const totals = countOf(data.studies.flatMap((s2) => s2.claims));
    const models = data.studies.reduce((n, s2) => n + s2.n_models, 0), time = data.studies.reduce((n, s2) => n + s2.seconds, 0);
    const heads = ["", "Study", "Verdicts", "Preset", "Seeds", "Models", "Time"];
    const node = el(
      "div.page.study",
      el(
        "section.card.study-head",
        el("h1", "Studies"),
        el(
          "p.question",
          "Published results on attention and feature superposition, in toy worlds and in real models: each claim measured over seeds, with a control, next to the published number."
        ),
        el("p.counts", pills(totals), agreements(data.studies.flatMap((s2) => s2.claims))),
        el(
          "p.subtitle",
          el("span", `${data.studies.length} ${data.studies.length === 1 ? "study" : "studies"}`),
          el("span", `${count(models)} models trained`),
          el("span", `${seconds(time)} on one thread each`)
        )
      ),
      el(
        "section.card",
        el(
          "table.study-list",
          el(
            "thead",
            el(
              "tr",
              heads.map((h, i) => el("th", { scope: "col", class: i > 3 ? "number" : null }, h))
            )
          ),
          el("tbody", data.studies.map(row), data.missing.map(absent2))
        )
      )
    );
    node.querySelector(".study-list").before(search(data.studies, node));
    const draw5 = () => {
      for (const s2 of data.studies) {
        const cell2 = node.querySelector(`[data-thumbnail="${CSS.escape(s2.name)}"]`);
        if (s2.thumbnail)
          cell2.replaceChildren(
            el("a", { href: `${s2.name}.html`, tabindex: -1, "aria-hidden": "true" }, thumbnail(s2.thumbnail))
          );
      }
    };
    return { node, title: "Studies", draw: draw5, visit: () => false, openAll: () => toggleAll(node) };
  };
  var toggleAll = (node) => {
    const all = [...node.querySelectorAll("details")];
    const yes = !all.every((d) => d.open);
    for (const d of all) d.open = yes;
  };

  // src/studies/stops.js
  var focusOn = (stop) => {
    if (!stop.dataset.stop) return;
    const target = (
      /** @type {HTMLElement} */
      stop.querySelector(":scope > summary") ?? stop
    );
    target.focus({ preventScroll: true });
  };

  // src/studies/strip.js
  var ROW2 = 44;
  var MOST2 = 8;
  var finite = (d) => d.values.filter((v) => Number.isFinite(v));
  var quantile2 = (sorted, q) => {
    const at = q * (sorted.length - 1), i = Math.floor(at);
    return sorted[i] + (at - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
  };
  var numbers = (d) => {
    const s2 = finite(d).sort((a2, b) => a2 - b);
    if (!s2.length) return { n: 0 };
    return {
      n: s2.length,
      median: quantile2(s2, 0.5),
      low: quantile2(s2, 0.1),
      high: quantile2(s2, 0.9),
      least: s2[0],
      most: s2.at(-1)
    };
  };
  var rounded = (v, digits) => num(Number(v.toPrecision(digits)), digits);
  var withUnit = (v, unit2, digits = 3) => unit2 ? `${rounded(v, digits)} ${unit2}` : rounded(v, digits);
  var isShares = (all) => {
    const multiple = all.filter((d) => finite(d).length > 1);
    return multiple.length > 0 && all.every((d) => !d.unit) && multiple.every((d) => finite(d).every((v) => v === 0 || v === 1)) && all.every((d) => finite(d).every((v) => v >= 0 && v <= 1));
  };
  var shareOf = (d) => {
    const values = finite(d), k2 = values.reduce((a2, b) => a2 + b, 0), n = values.length;
    return { n, k: k2, share: n ? k2 / n : null };
  };
  var wilson = (k2, n) => {
    const z = 1.96, p = k2 / n, middle2 = (p + z * z / (2 * n)) / (1 + z * z / n), half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    return [Math.max(0, middle2 - half), Math.min(1, middle2 + half)];
  };
  var said = (d, shares) => {
    const lost = d.n_diverged ? `, ${d.n_diverged} diverged` : "";
    if (!finite(d).length) return `no model${lost}`;
    if (shares) {
      const { n: n2, k: k2, share } = shareOf(d);
      return (n2 > 1 ? `${percent(share)} (${k2} of ${n2})` : percent(share)) + lost;
    }
    const { n, median } = numbers(d);
    return `${withUnit(median, d.unit)}${n > 1 ? ` (n = ${n})` : ""}${lost}`;
  };
  var jitter = (i) => ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 11;
  var drawShare = (g, d, x2, middle2, ours) => {
    const { n, k: k2, share } = shareOf(d);
    if (share === null) return;
    const fill = color(ours ? "accent" : "muted");
    g.append(
      rectOf(x2(0), middle2 - 5, Math.max(1, x2(1) - x2(0)), 10, { fill: color("raised") }),
      rectOf(x2(0), middle2 - 5, Math.max(1.5, x2(share) - x2(0)), 10, { fill, opacity: ours ? 1 : 0.75, class: "share" })
    );
    if (n > 1) {
      const [low, high] = wilson(k2, n);
      g.append(
        svg("path", {
          d: `M${x2(low)} ${middle2}H${x2(high)}M${x2(low)} ${middle2 - 3}v6M${x2(high)} ${middle2 - 3}v6`,
          stroke: color("ink"),
          "stroke-width": 1.3,
          fill: "none"
        })
      );
    }
  };
  var drawDots = (g, d, x2, middle2, ours) => {
    const values = finite(d), { n, median, low, high } = numbers(d);
    if (!n) return;
    const fill = color(ours ? "accent" : "muted");
    if (n > 2)
      g.append(
        rectOf(x2(low), middle2 - 7.5, Math.max(1, x2(high) - x2(low)), 15, { rx: 3, fill, opacity: 0.16, class: "spread" })
      );
    const opacity = n > 200 ? 0.25 : n > 40 ? 0.45 : 0.7;
    values.forEach(
      (v, i) => g.append(
        svg("circle", {
          ...{ cx: x2(v), cy: middle2 + (n > 1 ? jitter(i) : 0), r: n === 1 ? 4 : 2.6, class: "seed" },
          ...ours || n > 40 ? { fill, opacity: n === 1 ? 1 : opacity } : { fill: color("card"), stroke: fill, "stroke-width": 1.2 }
        })
      )
    );
    if (n > 1) g.append(rectOf(x2(median) - 1.5, middle2 - 9, 3, 18, { fill: color("ink"), class: "median" }));
  };
  var rangeOf3 = (list2) => {
    const values = list2.flatMap(finite);
    if (!values.length) return [0, 1];
    let low = Math.min(...values);
    const high = Math.max(...values);
    if (low >= 0 && high <= 1 && (high > 0.3 || low === high)) return [0, 1];
    if (low > 0 && low < 0.5 * high) low = 0;
    return low === high ? [Math.min(0, low), Math.max(0, high) || 1] : [low, high];
  };
  var draw4 = (claim, width2) => {
    const all = [...claim.ours.map((d) => ({ d, ours: true })), ...claim.control.map((d) => ({ d, ours: false }))];
    const kept = all.length <= MOST2 ? all : [...all.filter((r) => r.ours).slice(0, MOST2 - 2), ...all.filter((r) => !r.ours).slice(0, 2)];
    const shares = isShares(all.map((r) => r.d));
    const units = [...new Set(kept.map((r) => r.d.unit))];
    const left2 = 8, right2 = width2 - 8;
    const rest = all.length - kept.length;
    const height = kept.length * ROW2 + units.length * 22 + (rest ? 18 : 0) + 2;
    const words2 = kept.map((r) => `${r.ours ? "ours" : "control"} ${r.d.label} ${said(r.d, shares)}`);
    const chart = canvas(width2, height, words2.join("; ") || "no numbers");
    let top2 = 0;
    for (const unit2 of units) {
      const rows2 = kept.filter((r) => r.d.unit === unit2);
      const values = rows2.flatMap((r) => finite(r.d));
      const log2 = !shares && values.length > 1 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 300;
      const range2 = shares ? [0, 1] : log2 ? [Math.min(...values), Math.max(...values)] : rangeOf3(rows2.map((r) => r.d));
      const x2 = numeric(range2, left2, right2, { log: log2, nice: !log2 });
      const bottom2 = top2 + rows2.length * ROW2;
      for (const t of x2.ticks) {
        const shown = shares ? percent(t) : x2.text(t), half = width(shown, 11) / 2;
        chart.append(
          lineOf(x2(t), top2 + 16, x2(t), bottom2 + 2, { stroke: color("line") }),
          text(Math.min(Math.max(x2(t), half), width2 - half), bottom2 + 13, shown, {
            "text-anchor": "middle",
            "font-size": 11
          })
        );
      }
      rows2.forEach(({ d, ours }, i) => {
        const g = svg("g", { class: ours ? "strip ours" : "strip control" });
        const y2 = top2 + i * ROW2;
        const found = said(d, shares);
        const room = width2 - width(found, 11.5, 600) - 14;
        const label = `${ours ? "ours" : "control"}: ${d.label}`;
        g.append(
          text(2, y2 + 12, cut(label, room, 11.5), { "font-size": 11.5, ...halo() }),
          text(width2 - 2, y2 + 12, found, {
            "text-anchor": "end",
            "font-size": 11.5,
            "font-weight": 600,
            fill: color("ink"),
            class: "said",
            ...halo()
          })
        );
        (shares ? drawShare : drawDots)(g, d, x2, y2 + 29, ours);
        g.append(mark(rectOf(0, y2, width2, ROW2, { fill: "transparent" }), () => tipOf(d, ours, shares)));
        chart.append(g);
      });
      top2 = bottom2 + 22;
    }
    if (rest) chart.append(text(2, top2 + 12, `and ${rest} more, in the table below`, { "font-size": 11.5 }));
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
    const row3 = (d, kind) => {
      const { n, median, low, high, least, most } = numbers(d);
      const cells = !n ? [el("td.number", { colspan: 3 }, "no model left")] : shares ? [el("td.number", { colspan: 3 }, said(d, true))] : [
        el("td.number", withUnit(median, d.unit, 4)),
        el("td.number", n > 1 ? `${num(low)} to ${num(high)}` : "–"),
        el("td.number", n > 1 ? `${num(least)} to ${num(most)}` : "–")
      ];
      return el(
        "tr",
        el("td", kind),
        el("td", d.label),
        cells,
        el("td.number", String(n)),
        el("td.number", String(d.n_diverged))
      );
    };
    const heads = ["", "of", "median", "10th to 90th percentile", "range", "models", "diverged"];
    return el(
      "div.scroll",
      el(
        "table.plain",
        el(
          "thead",
          el(
            "tr",
            heads.map((h, i) => el("th", { class: i > 1 ? "number" : null, scope: "col" }, h))
          )
        ),
        el(
          "tbody",
          claim.ours.map((d) => row3(d, "ours")),
          claim.control.map((d) => row3(d, "control"))
        )
      )
    );
  };
  var headline = (claim) => {
    const share = /holds for (\d+ of \d+)/.exec(claim.reason);
    const median = share ? null : /median (-?[\d.e+-]*\d) over/.exec(claim.reason);
    const [first] = claim.ours;
    const measured = first ? said(first, isShares(claim.ours)) : "";
    return { number: share ? share[1] : median ? `median ${median[1]}` : measured, against: againstOf(claim.reason) };
  };
  var NUMBER = "-?\\d[\\d.]*(?:e[+-]?\\d+)?";
  var AGAINST = new RegExp(`against (?:(\\d+ of \\d+) control|a chance of (${NUMBER})|(${NUMBER}), tolerance)`);
  var againstOf = (reason) => {
    const [, control, chance, published] = AGAINST.exec(reason) ?? [];
    return control ? `control ${control}` : chance ? `chance ${chance}` : published ? `published ${published}` : "";
  };
  var row2 = (claim) => {
    const id = `claim-${claim.key}`;
    const strip = el("div.strip-box");
    const body = el(
      "div.claim-body",
      { id: `${id}-why` },
      el("div.measured", el("h4", "Ours and control"), strip),
      el(
        "dl.because",
        el("dt", "Published"),
        el("dd.published", claim.published ?? "nothing"),
        el("dt", "Source"),
        el("dd.source", claim.source),
        el("dt", "Decided by"),
        el("dd", claim.reason),
        el("dt", "Control"),
        el("dd", claim.control_note),
        el("dt", "Link"),
        el("dd", el("a.anchor", { href: `#${id}`, "aria-label": "Link to this claim" }, `#${id}`))
      ),
      numberTable(claim)
    );
    const [verdict, agreement] = badges(claim);
    const { number: number4, against } = headline(claim);
    const node = el(
      "details.claim",
      { id, "data-stop": "claim", ontoggle: () => draw5() },
      el(
        "summary",
        el("span.judged", verdict),
        el("span.statement", claim.statement),
        el("span.headline", number4, against && el("span.against", against)),
        agreement
      ),
      body
    );
    const draw5 = () => {
      if (!node.open) return;
      strip.replaceChildren();
      strip.append(draw4(claim, Math.max(220, strip.clientWidth)));
    };
    return { node, draw: draw5 };
  };
  var list = (claims) => {
    const made = claims.map(row2);
    return {
      node: el(
        "div.claims",
        made.map((r) => r.node)
      ),
      draw: () => made.forEach((r) => r.draw())
    };
  };

  // src/studies/study.js
  var linked = (words2) => words2.split(/(https?:\/\/[^\s,;)]+[^\s,;).])/).map((part2, i) => i % 2 ? el("a", { href: part2, rel: "noreferrer" }, part2) : part2);
  var header = (record2, found) => el(
    "section.card.study-head",
    el("h1", record2.title),
    el("p.question", record2.story.question),
    el("p.counts", pills(countOf(found.claims)), agreements(found.claims)),
    el(
      "div.subtitle",
      el("span", `preset ${record2.preset}`),
      record2.settings.n_seeds && el("span", `${plain(record2.settings.n_seeds)} seeds`),
      el(
        "span",
        `${count(found.n_models)} models trained${found.n_diverged ? `, ${count(found.n_diverged)} diverged` : ""}`
      ),
      el("span", seconds(record2.seconds)),
      record2.sources.length > 0 && el(
        "details.sources",
        el("summary", record2.sources.length === 1 ? "1 source" : `${record2.sources.length} sources`),
        el(
          "ul",
          record2.sources.map((s2) => el("li", linked(s2)))
        )
      )
    )
  );
  var PARTS = [
    ["into", "In"],
    ["inside", "Model"],
    ["out", "Out"]
  ];
  var setUp = (told) => {
    const arrow = () => svg(
      "svg.set-up-arrow",
      { viewBox: "0 0 40 16", width: 40, height: 16, "aria-hidden": "true" },
      svg("path", { d: "M1 8H33", fill: "none", stroke: "currentColor", "stroke-width": 2 }),
      svg("path", { d: "M31 2L39 8L31 14z", fill: "currentColor" })
    );
    return el(
      "section#set-up.card",
      el("h2", "Set-up"),
      el(
        "div.set-up",
        PARTS.map(([key2, title], i) => [
          i > 0 && arrow(),
          el("div", { class: `set-up-part ${key2}` }, el("strong", title), told[key2])
        ])
      ),
      el("p", told.text)
    );
  };
  var facts = (pairs) => el(
    "dl.facts",
    pairs.map(([k2, v]) => el("div", el("dt", k2), el("dd", v)))
  );
  var circumstances = (record2) => {
    const copy = el(
      "button.quiet",
      {
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
      "section#circumstances.card",
      el("h2", "How it was run"),
      el("div.command", el("code", record2.command), copy),
      el("p.hint", "A first look in under two minutes: ", el("code", record2.story.rerun.quick)),
      el(
        "details",
        el("summary", "Machine, versions and settings"),
        el(
          "div.columns-2",
          el(
            "div",
            el("h3", "Circumstances"),
            facts([
              ["time", seconds(record2.seconds)],
              ["machine", record2.machine],
              ["when", moment(record2.created)],
              ...Object.entries(record2.versions)
            ])
          ),
          el(
            "div",
            el("h3", `Settings of the preset ${record2.preset}`),
            facts(Object.entries(record2.settings).map(([k2, v]) => [k2, plain(v)]))
          )
        )
      )
    );
  };
  var parted = (note) => {
    const [, first, rest] = /^(.+?[.!?])\s+(?=[A-Z("])(.+)$/s.exec(note) ?? [null, note, ""];
    return { first, rest };
  };
  var noteOf = (note) => {
    const { first, rest } = parted(note);
    return el("li", rest ? el("details", el("summary", first), el("p", rest)) : el("p.whole", first));
  };
  var titled2 = (title, node) => el(
    "div.head",
    el("h2", title),
    el("span.push"),
    el("button.quiet", { onclick: () => toggleAll2(node) }, "Open or close all")
  );
  var foldsOf = (node) => [...node.querySelectorAll("details")];
  var toggleAll2 = (node) => {
    const all = foldsOf(node), yes = !all.every((d) => d.open);
    for (const d of all) d.open = yes;
  };
  var openToPrint = (node, draw5) => {
    let closed = [];
    const start3 = () => {
      closed = node.isConnected ? foldsOf(node).filter((d) => !d.open) : [];
      for (const d of closed) d.open = true;
      draw5();
    };
    const end = () => {
      for (const d of closed) d.open = false;
      closed = [];
    };
    addEventListener("beforeprint", start3);
    addEventListener("afterprint", end);
  };
  var page3 = (record2) => {
    const found = record2.findings;
    const rows2 = list(found.claims);
    const at = found.figures.findIndex((f) => f.key === record2.story.key_figure);
    const figures = found.figures.map((f, i) => make3(f, record2.name, { folds: i !== at }));
    const key2 = figures[at];
    const others = figures.filter((f) => f !== key2);
    const gallery = el(
      "div.figures",
      others.map((f) => f.node)
    );
    const node = el(
      "div.page.study",
      header(record2, found),
      record2.story.set_up && setUp(record2.story.set_up),
      el("div.key-figure", el("p.takeaway", record2.story.takeaway), key2?.node),
      el("section#claims.card", titled2("Claims", rows2.node), rows2.node),
      others.length > 0 && el("section#figures", titled2(key2 ? "Other figures" : "Figures", gallery), gallery),
      found.notes.length > 0 && el(
        "section#notes.card",
        el("h2", "Negative results, contradictions and limits"),
        el("ul.notes", found.notes.map(noteOf))
      ),
      circumstances(record2)
    );
    const draw5 = () => {
      rows2.draw();
      figures.forEach((f) => f.draw());
    };
    openToPrint(node, draw5);
    const visit = (id) => {
      const target = id && document.getElementById(id);
      if (!target || !node.contains(target)) return false;
      if (target instanceof HTMLDetailsElement) target.open = true;
      draw5();
      target.scrollIntoView({ block: "start" });
      focusOn(target);
      return true;
    };
    return { node, title: record2.title, draw: draw5, visit, openAll: () => toggleAll2(rows2.node) };
  };

  // src/studies/app.js
  var name = "";
  var wide = innerWidth;
  var listed;
  var record;
  var place2 = () => listed.studies.findIndex((s2) => s2.name === name);
  var goto = (offset) => {
    const next = listed.studies[place2() + offset];
    if (name && next) location.href = `${next.name}.html`;
  };
  var part = (id) => document.getElementById(id)?.scrollIntoView({ block: "start" });
  var hereStop = () => (
    /** @type {HTMLElement | undefined} */
    document.activeElement?.closest("[data-stop]") ?? void 0
  );
  var step = (offset) => {
    const stops = (
      /** @type {HTMLElement[]} */
      [...document.querySelectorAll("#main [data-stop]")]
    );
    const here = hereStop();
    let to = (here ? stops.indexOf(here) : -1) + offset;
    if (!here) to = stops.findIndex((s2) => s2.getBoundingClientRect().top > 50) - (offset < 0 ? 1 : 0);
    const target = stops[to];
    if (!target) return;
    target.scrollIntoView({ block: "start" });
    focusOn(target);
    if (target.id) history.replaceState(null, "", `#${target.id}`);
    announce(target.getAttribute("aria-label") || target.querySelector(".statement, a")?.textContent || "");
  };
  var bar2 = () => {
    const tab = (href, text2, current3) => el("a", { href, "aria-current": current3 ? "page" : null }, text2);
    const beside = (s2, text2, label) => {
      if (!name || !s2) return null;
      const words2 = `${label}: ${s2.title}`;
      return el("a.step", { href: `${s2.name}.html`, title: words2, "aria-label": words2 }, text2);
    };
    const at = place2();
    const nav = el(
      "nav",
      { "aria-label": "Pages" },
      tab("index.html", "Studies", !name),
      name && el("span.here-parts", tab("#claims", "Claims"), tab("#figures", "Figures"))
    );
    const right2 = [
      beside(listed.studies[at - 1], "‹", "Previous study"),
      beside(listed.studies[at + 1], "›", "Next study")
    ];
    return { left: [nav], right: right2 };
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
    open: async (value2) => {
      listed = value2;
      name = document.getElementById("main")?.dataset.study ?? "";
      if (name) record = await load(`study-${name}`);
    },
    route: () => ({ kind: name ? "study" : "list", make: make4 }),
    bar: bar2,
    keys: {
      j: () => step(1),
      k: () => step(-1),
      Enter: () => (
        /** @type {HTMLElement | null | undefined} */
        hereStop()?.querySelector(".study-link, summary")?.click()
      ),
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
      ["Enter", name ? "open or close the claim or figure" : "open the study"],
      ["e", name ? "open or close all claims" : "open or close all lists of claims"],
      ...name ? ofStudy : []
    ]
  });
})();
