/*! polyhead, graphs pages. Built from viewer/src by `make viewer`; do not edit. MIT licence.

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
  var maker = (create2) => (selector2, ...rest2) => {
    const [tag, ...parts] = selector2.split(/(?=[.#])/);
    const node = create2(tag);
    for (const part of parts) {
      if (part[0] === "#") node.id = part.slice(1);
      else node.classList.add(part.slice(1));
    }
    const [first] = rest2;
    const given2 = typeof first === "object" && first !== null && !(first instanceof Node) && !Array.isArray(first);
    if (given2) set(
      node,
      /** @type {Attributes} */
      rest2.shift()
    );
    for (
      const child of
      /** @type {any[]} */
      rest2.flat(3)
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
  var segmented = (label, options, current2, choose2) => {
    const group = el("div.segmented", { role: "group", "aria-label": label });
    const show2 = (value2) => {
      for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value2)));
    };
    for (const [value2, text2, title2] of Array.isArray(options) ? options : Object.entries(options)) {
      const onclick = () => {
        show2(value2);
        choose2(value2);
      };
      group.append(el("button", { type: "button", "data-value": value2, title: title2, onclick }, text2));
    }
    show2(current2);
    return group;
  };
  var announce = (text2) => {
    document.getElementById("announce").textContent = text2;
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
    "dl.lines",
    rows.filter(Boolean).map(([k2, v]) => [el("dt", k2), el("dd", v)])
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
    const order = arcs.map((arc, i) => [arc, i]).sort((a2, b) => Math.abs(a2[0][2]) - Math.abs(b[0][2]));
    const drawn = order.map(([arc]) => {
      const [query, key, weight] = arc;
      const { d, x, y } = pathOf(boxes[key], boxes[query], query === key, tallest);
      const strength = Math.min(1, Math.abs(weight) / scale), width2 = 0.8 + 4.7 * strength, tip2 = 2.6 + 0.5 * width2;
      const group = svg(
        "g",
        {
          class: weight < 0 ? "arc negative" : "arc",
          "data-query": query,
          "data-key": key,
          opacity: 0.35 + 0.6 * strength
        },
        svg("path.stroke", { d, "stroke-width": width2.toFixed(2) }),
        svg("path.tip-mark", { d: `M${x - tip2} ${y - 1.6 * tip2}L${x + tip2} ${y - 1.6 * tip2}L${x} ${y}z` }),
        svg("path.catch", { d, "stroke-width": 12 })
      );
      attach(group, () => note(arc));
      return group;
    });
    layer.replaceChildren(...drawn);
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
      compare2 = (d, x) => ascending(f(d), x);
      delta = (d, x) => f(d) - x;
    } else {
      compare1 = f === ascending || f === descending ? f : zero;
      compare2 = f;
      delta = f;
    }
    function left(a2, x, lo = 0, hi = a2.length) {
      if (lo < hi) {
        if (compare1(x, x) !== 0) return hi;
        do {
          const mid = lo + hi >>> 1;
          if (compare2(a2[mid], x) < 0) lo = mid + 1;
          else hi = mid;
        } while (lo < hi);
      }
      return lo;
    }
    function right(a2, x, lo = 0, hi = a2.length) {
      if (lo < hi) {
        if (compare1(x, x) !== 0) return hi;
        do {
          const mid = lo + hi >>> 1;
          if (compare2(a2[mid], x) <= 0) lo = mid + 1;
          else hi = mid;
        } while (lo < hi);
      }
      return lo;
    }
    function center(a2, x, lo = 0, hi = a2.length) {
      const i = left(a2, x, lo, hi - 1);
      return i > lo && delta(a2[i - 1], x) > -delta(a2[i], x) ? i - 1 : i;
    }
    return { left, center, right };
  }
  function zero() {
    return 0;
  }
  function number(x) {
    return x === null ? NaN : +x;
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
    for (let y = 0, n = w * h; y < n; ) {
      blur(T, S, y, y += w, 1);
    }
  }
  function blurv(blur, T, S, w, h) {
    for (let x = 0, n = w * h; x < w; ++x) {
      blur(T, S, x, x + n, w);
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
  var array = Array.prototype;
  var slice = array.slice;
  var e10 = Math.sqrt(50);
  var e5 = Math.sqrt(10);
  var e2 = Math.sqrt(2);
  function tickSpec(start4, stop, count2) {
    const step = (stop - start4) / Math.max(0, count2), power = Math.floor(Math.log10(step)), error = step / Math.pow(10, power), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
    let i1, i2, inc;
    if (power < 0) {
      inc = Math.pow(10, -power) / factor;
      i1 = Math.round(start4 * inc);
      i2 = Math.round(stop * inc);
      if (i1 / inc < start4) ++i1;
      if (i2 / inc > stop) --i2;
      inc = -inc;
    } else {
      inc = Math.pow(10, power) * factor;
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
  var shuffle = shuffler(Math.random);
  function shuffler(random) {
    return function shuffle2(array3, i0 = 0, i1 = array3.length) {
      let m = i1 - (i0 = +i0);
      while (m) {
        const i = random() * m-- | 0, t = array3[m + i0];
        array3[m + i0] = array3[i + i0];
        array3[i + i0] = t;
      }
      return array3;
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
  define(Color, color, {
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
  function color(format2) {
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
    if (!(o instanceof Color)) o = color(o);
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
    if (!(o instanceof Color)) o = color(o);
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
    var r = rgb2lrgb(o.r), g = rgb2lrgb(o.g), b = rgb2lrgb(o.b), y = xyz2lab((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Yn), x, z;
    if (r === g && g === b) x = z = y;
    else {
      x = xyz2lab((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Xn);
      z = xyz2lab((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Zn);
    }
    return new Lab(116 * y - 16, 500 * (x - y), 200 * (y - z), o.opacity);
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
      var y = (this.l + 16) / 116, x = isNaN(this.a) ? y : y + this.a / 500, z = isNaN(this.b) ? y : y - this.b / 200;
      x = Xn * lab2xyz(x);
      y = Yn * lab2xyz(y);
      z = Zn * lab2xyz(z);
      return new Rgb(
        lrgb2rgb(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
        lrgb2rgb(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
        lrgb2rgb(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
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
  function lrgb2rgb(x) {
    return 255 * (x <= 31308e-7 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055);
  }
  function rgb2lrgb(x) {
    return (x /= 255) <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
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
  var constant = (x) => () => x;
  function linear(a2, d) {
    return function(t) {
      return a2 + t * d;
    };
  }
  function exponential(a2, b, y) {
    return a2 = Math.pow(a2, y), b = Math.pow(b, y) - a2, y = 1 / y, function(t) {
      return Math.pow(a2 + t * b, y);
    };
  }
  function hue$1(a2, b) {
    var d = b - a2;
    return d ? linear(a2, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant(isNaN(a2) ? b : a2);
  }
  function gamma(y) {
    return (y = +y) === 1 ? nogamma : function(a2, b) {
      return b - a2 ? exponential(a2, b, y) : constant(isNaN(a2) ? b : a2);
    };
  }
  function nogamma(a2, b) {
    var d = b - a2;
    return d ? linear(a2, d) : constant(isNaN(a2) ? b : a2);
  }
  var rgb2 = (function rgbGamma(y) {
    var color4 = gamma(y);
    function rgb3(start4, end) {
      var r = color4((start4 = rgb(start4)).r, (end = rgb(end)).r), g = color4(start4.g, end.g), b = color4(start4.b, end.b), opacity = nogamma(start4.opacity, end.opacity);
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
      var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color4;
      for (i = 0; i < n; ++i) {
        color4 = rgb(colors[i]);
        r[i] = color4.r || 0;
        g[i] = color4.g || 0;
        b[i] = color4.b || 0;
      }
      r = spline(r);
      g = spline(g);
      b = spline(b);
      color4.opacity = 1;
      return function(t) {
        color4.r = r(t);
        color4.g = g(t);
        color4.b = b(t);
        return color4 + "";
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
  function isNumberArray(x) {
    return ArrayBuffer.isView(x) && !(x instanceof DataView);
  }
  function genericArray(a2, b) {
    var nb = b ? b.length : 0, na = a2 ? Math.min(nb, a2.length) : 0, x = new Array(na), c = new Array(nb), i;
    for (i = 0; i < na; ++i) x[i] = value(a2[i], b[i]);
    for (; i < nb; ++i) c[i] = b[i];
    return function(t) {
      for (i = 0; i < na; ++i) c[i] = x[i](t);
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
    return b == null || t === "boolean" ? constant(b) : (t === "number" ? number2 : t === "string" ? (c = color(b)) ? (b = c, rgb2) : string : b instanceof color ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number2)(a2, b);
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
  var epsilon2 = 1e-12;
  function cosh(x) {
    return ((x = Math.exp(x)) + 1 / x) / 2;
  }
  function sinh(x) {
    return ((x = Math.exp(x)) - 1 / x) / 2;
  }
  function tanh(x) {
    return ((x = Math.exp(2 * x)) - 1) / (x + 1);
  }
  var zoom = (function zoomRho(rho, rho2, rho4) {
    function zoom3(p0, p1) {
      var ux0 = p0[0], uy0 = p0[1], w0 = p0[2], ux1 = p1[0], uy1 = p1[1], w1 = p1[2], dx = ux1 - ux0, dy = uy1 - uy0, d2 = dx * dx + dy * dy, i, S;
      if (d2 < epsilon2) {
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
    return (function cubehelixGamma(y) {
      y = +y;
      function cubehelix3(start4, end) {
        var h = hue((start4 = cubehelix(start4)).h, (end = cubehelix(end)).h), s2 = nogamma(start4.s, end.s), l = nogamma(start4.l, end.l), opacity = nogamma(start4.opacity, end.opacity);
        return function(t) {
          start4.h = h(t);
          start4.s = s2(t);
          start4.l = l(Math.pow(t, y));
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
  function formatDecimal(x) {
    return Math.abs(x = Math.round(x)) >= 1e21 ? x.toLocaleString("en").replace(/,/g, "") : x.toString(10);
  }
  function formatDecimalParts(x, p) {
    if (!isFinite(x) || x === 0) return null;
    var i = (x = p ? x.toExponential(p - 1) : x.toExponential()).indexOf("e"), coefficient = x.slice(0, i);
    return [
      coefficient.length > 1 ? coefficient[0] + coefficient.slice(2) : coefficient,
      +x.slice(i + 1)
    ];
  }
  function exponent(x) {
    return x = formatDecimalParts(Math.abs(x)), x ? x[1] : NaN;
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
  function formatPrefixAuto(x, p) {
    var d = formatDecimalParts(x, p);
    if (!d) return prefixExponent = void 0, x.toPrecision(p);
    var coefficient = d[0], exponent3 = d[1], i = exponent3 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent3 / 3))) * 3) + 1, n = coefficient.length;
    return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x, Math.max(0, p + i - 1))[0];
  }
  function formatRounded(x, p) {
    var d = formatDecimalParts(x, p);
    if (!d) return x + "";
    var coefficient = d[0], exponent3 = d[1];
    return exponent3 < 0 ? "0." + new Array(-exponent3).join("0") + coefficient : coefficient.length > exponent3 + 1 ? coefficient.slice(0, exponent3 + 1) + "." + coefficient.slice(exponent3 + 1) : coefficient + new Array(exponent3 - coefficient.length + 2).join("0");
  }
  var formatTypes = {
    "%": (x, p) => (x * 100).toFixed(p),
    "b": (x) => Math.round(x).toString(2),
    "c": (x) => x + "",
    "d": formatDecimal,
    "e": (x, p) => x.toExponential(p),
    "f": (x, p) => x.toFixed(p),
    "g": (x, p) => x.toPrecision(p),
    "o": (x) => Math.round(x).toString(8),
    "p": (x, p) => formatRounded(x * 100, p),
    "r": formatRounded,
    "s": formatPrefixAuto,
    "X": (x) => Math.round(x).toString(16).toUpperCase(),
    "x": (x) => Math.round(x).toString(16)
  };
  function identity2(x) {
    return x;
  }
  var map = Array.prototype.map;
  var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
  function formatLocale(locale2) {
    var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity2 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity2 : formatNumerals(map.call(locale2.numerals, String)), percent2 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
    function newFormat(specifier, options) {
      specifier = formatSpecifier(specifier);
      var fill2 = specifier.fill, align = specifier.align, sign2 = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width2 = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
      if (type === "n") comma = true, type = "g";
      else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
      if (zero3 || fill2 === "0" && align === "=") zero3 = true, fill2 = "0", align = "=";
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
  function constants(x) {
    return function() {
      return x;
    };
  }
  function number$1(x) {
    return +x;
  }
  var unit = [0, 1];
  function identity$1(x) {
    return x;
  }
  function normalize(a2, b) {
    return (b -= a2 = +a2) ? function(x) {
      return (x - a2) / b;
    } : constants(isNaN(b) ? NaN : 0.5);
  }
  function clamper(a2, b) {
    var t;
    if (a2 > b) t = a2, a2 = b, b = t;
    return function(x) {
      return Math.max(a2, Math.min(b, x));
    };
  }
  function bimap(domain, range2, interpolate2) {
    var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
    if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate2(r1, r0);
    else d0 = normalize(d0, d1), r0 = interpolate2(r0, r1);
    return function(x) {
      return r0(d0(x));
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
    return function(x) {
      var i2 = bisectRight(domain, x, 1, j) - 1;
      return r[i2](d[i2](x));
    };
  }
  function copy$1(source, target) {
    return target.domain(source.domain()).range(source.range()).interpolate(source.interpolate()).clamp(source.clamp()).unknown(source.unknown());
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
    function scale(x) {
      return x == null || isNaN(x = +x) ? unknown : (output || (output = piecewise2(domain.map(transform2), range2, interpolate$1)))(transform2(clamp(x)));
    }
    scale.invert = function(y) {
      return clamp(untransform((input || (input = piecewise2(range2, domain.map(transform2), number2)))(y)));
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
  var headText = (name) => {
    const [, layer, head2] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
    return layer !== void 0 ? `L${layer}H${head2}` : /^\d+$/.test(name) ? `head ${name}` : name;
  };
  var headName = (card, head2) => headText(card.head_names[head2] ?? String(head2));
  var headShort = (card, head2) => {
    if (card.loadings === "layers") {
      const [, number3, kind] = /(\d+) ?(.?)/.exec(card.head_names[head2] ?? "") || [null, String(head2), ""];
      return head2 >= card.n_heads ? "id" : number3 + kind;
    }
    const name = headName(card, head2).replace(/^head /, "");
    return head2 >= card.n_heads ? "id" : name.length > 6 ? String(head2) : name;
  };

  // src/shared/scales.js
  var plain = (tick2) => num(Number(tick2.toPrecision(6)));
  var known = (scale, ticks2, text2 = plain) => {
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
    return known(scale, scale.ticks(n));
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
    moveTo(x, y) {
      this._append`M${this._x0 = this._x1 = +x},${this._y0 = this._y1 = +y}`;
    }
    closePath() {
      if (this._x1 !== null) {
        this._x1 = this._x0, this._y1 = this._y0;
        this._append`Z`;
      }
    }
    lineTo(x, y) {
      this._append`L${this._x1 = +x},${this._y1 = +y}`;
    }
    quadraticCurveTo(x1, y1, x, y) {
      this._append`Q${+x1},${+y1},${this._x1 = +x},${this._y1 = +y}`;
    }
    bezierCurveTo(x1, y1, x2, y2, x, y) {
      this._append`C${+x1},${+y1},${+x2},${+y2},${this._x1 = +x},${this._y1 = +y}`;
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
    arc(x, y, r, a0, a1, ccw) {
      x = +x, y = +y, r = +r, ccw = !!ccw;
      if (r < 0) throw new Error(`negative radius: ${r}`);
      let dx = r * Math.cos(a0), dy = r * Math.sin(a0), x0 = x + dx, y0 = y + dy, cw = 1 ^ ccw, da = ccw ? a0 - a1 : a1 - a0;
      if (this._x1 === null) {
        this._append`M${x0},${y0}`;
      } else if (Math.abs(this._x1 - x0) > epsilon || Math.abs(this._y1 - y0) > epsilon) {
        this._append`L${x0},${y0}`;
      }
      if (!r) return;
      if (da < 0) da = da % tau + tau;
      if (da > tauEpsilon) {
        this._append`A${r},${r},0,1,${cw},${x - dx},${y - dy}A${r},${r},0,1,${cw},${this._x1 = x0},${this._y1 = y0}`;
      } else if (da > epsilon) {
        const x1 = x + r * Math.cos(a1);
        const y1 = y + r * Math.sin(a1);
        if (da >= pi && this._equal(x0, y0, x1, y1)) {
          da /= 2;
          let a00 = a0 + da;
          this._append`A${r},${r},0,${+(da >= pi)},${cw},${x + r * Math.cos(a00)},${y + r * Math.sin(a00)}`;
        }
        this._append`A${r},${r},0,${+(da >= pi)},${cw},${this._x1 = x1},${this._y1 = y1}`;
      }
    }
    rect(x, y, w, h) {
      this._append`M${this._x0 = this._x1 = +x},${this._y0 = this._y1 = +y}h${w = +w}v${+h}h${-w}Z`;
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
  var cos = Math.cos;
  var sin = Math.sin;
  var sqrt = Math.sqrt;
  var epsilon3 = 1e-12;
  var pi2 = Math.PI;
  var halfPi = pi2 / 2;
  var tau2 = 2 * pi2;
  var slice2 = Array.prototype.slice;
  function Linear(context) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
        // falls through
        default:
          this._context.lineTo(x, y);
          break;
      }
    }
  };
  function curveLinear(context) {
    return new Linear(context);
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
    function radial(context) {
      return new Radial(curve2(context));
    }
    radial._curve = curve2;
    return radial;
  }
  var sqrt3$2 = sqrt(3);
  var circle = {
    draw(context, size) {
      const r = sqrt(size / pi2);
      context.moveTo(r, 0);
      context.arc(0, 0, r, 0, tau2);
    }
  };
  var cross = {
    draw(context, size) {
      const r = sqrt(size / 5) / 2;
      context.moveTo(-3 * r, -r);
      context.lineTo(-r, -r);
      context.lineTo(-r, -3 * r);
      context.lineTo(r, -3 * r);
      context.lineTo(r, -r);
      context.lineTo(3 * r, -r);
      context.lineTo(3 * r, r);
      context.lineTo(r, r);
      context.lineTo(r, 3 * r);
      context.lineTo(-r, 3 * r);
      context.lineTo(-r, r);
      context.lineTo(-3 * r, r);
      context.closePath();
    }
  };
  var tan30 = sqrt(1 / 3);
  var tan30_2 = tan30 * 2;
  var diamond2 = {
    draw(context, size) {
      const r = sqrt(size) * 0.62625;
      context.moveTo(0, -r);
      context.lineTo(r, 0);
      context.lineTo(0, r);
      context.lineTo(-r, 0);
      context.closePath();
    }
  };
  var square = {
    draw(context, size) {
      const w = sqrt(size);
      const x = -w / 2;
      context.rect(x, x, w, w);
    }
  };
  var kr = sin(pi2 / 10) / sin(7 * pi2 / 10);
  var kx = sin(tau2 / 10) * kr;
  var ky = -cos(tau2 / 10) * kr;
  var sqrt3$1 = sqrt(3);
  var triangle = {
    draw(context, size) {
      const y = -sqrt(size / (sqrt3$1 * 3));
      context.moveTo(0, y * 2);
      context.lineTo(-sqrt3$1 * y, -y);
      context.lineTo(sqrt3$1 * y, -y);
      context.closePath();
    }
  };
  var sqrt3 = sqrt(3);
  var s = sqrt(3) / 2;
  var k = 1 / sqrt(12);
  var a = (k / 2 + 1) * 3;
  function noop() {
  }
  function point$3(that, x, y) {
    that._context.bezierCurveTo(
      (2 * that._x0 + that._x1) / 3,
      (2 * that._y0 + that._y1) / 3,
      (that._x0 + 2 * that._x1) / 3,
      (that._y0 + 2 * that._y1) / 3,
      (that._x0 + 4 * that._x1 + x) / 6,
      (that._y0 + 4 * that._y1 + y) / 6
    );
  }
  function Basis(context) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          this._context.lineTo((5 * this._x0 + this._x1) / 6, (5 * this._y0 + this._y1) / 6);
        // falls through
        default:
          point$3(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = x;
      this._y0 = this._y1, this._y1 = y;
    }
  };
  function BasisClosed(context) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x2 = x, this._y2 = y;
          break;
        case 1:
          this._point = 2;
          this._x3 = x, this._y3 = y;
          break;
        case 2:
          this._point = 3;
          this._x4 = x, this._y4 = y;
          this._context.moveTo((this._x0 + 4 * this._x1 + x) / 6, (this._y0 + 4 * this._y1 + y) / 6);
          break;
        default:
          point$3(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = x;
      this._y0 = this._y1, this._y1 = y;
    }
  };
  function BasisOpen(context) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          var x0 = (this._x0 + 4 * this._x1 + x) / 6, y0 = (this._y0 + 4 * this._y1 + y) / 6;
          this._line ? this._context.lineTo(x0, y0) : this._context.moveTo(x0, y0);
          break;
        case 3:
          this._point = 4;
        // falls through
        default:
          point$3(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = x;
      this._y0 = this._y1, this._y1 = y;
    }
  };
  function Bundle(context, beta) {
    this._basis = new Basis(context);
    this._beta = beta;
  }
  Bundle.prototype = {
    lineStart: function() {
      this._x = [];
      this._y = [];
      this._basis.lineStart();
    },
    lineEnd: function() {
      var x = this._x, y = this._y, j = x.length - 1;
      if (j > 0) {
        var x0 = x[0], y0 = y[0], dx = x[j] - x0, dy = y[j] - y0, i = -1, t;
        while (++i <= j) {
          t = i / j;
          this._basis.point(
            this._beta * x[i] + (1 - this._beta) * (x0 + t * dx),
            this._beta * y[i] + (1 - this._beta) * (y0 + t * dy)
          );
        }
      }
      this._x = this._y = null;
      this._basis.lineEnd();
    },
    point: function(x, y) {
      this._x.push(+x);
      this._y.push(+y);
    }
  };
  var bundle = (function custom(beta) {
    function bundle2(context) {
      return beta === 1 ? new Basis(context) : new Bundle(context, beta);
    }
    bundle2.beta = function(beta2) {
      return custom(+beta2);
    };
    return bundle2;
  })(0.85);
  function point$2(that, x, y) {
    that._context.bezierCurveTo(
      that._x1 + that._k * (that._x2 - that._x0),
      that._y1 + that._k * (that._y2 - that._y0),
      that._x2 + that._k * (that._x1 - x),
      that._y2 + that._k * (that._y1 - y),
      that._x2,
      that._y2
    );
  }
  function Cardinal(context, tension) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
          this._x1 = x, this._y1 = y;
          break;
        case 2:
          this._point = 3;
        // falls through
        default:
          point$2(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var cardinal = (function custom2(tension) {
    function cardinal2(context) {
      return new Cardinal(context, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom2(+tension2);
    };
    return cardinal2;
  })(0);
  function CardinalClosed(context, tension) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x3 = x, this._y3 = y;
          break;
        case 1:
          this._point = 2;
          this._context.moveTo(this._x4 = x, this._y4 = y);
          break;
        case 2:
          this._point = 3;
          this._x5 = x, this._y5 = y;
          break;
        default:
          point$2(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var cardinalClosed = (function custom3(tension) {
    function cardinal2(context) {
      return new CardinalClosed(context, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom3(+tension2);
    };
    return cardinal2;
  })(0);
  function CardinalOpen(context, tension) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
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
          point$2(this, x, y);
          break;
      }
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var cardinalOpen = (function custom4(tension) {
    function cardinal2(context) {
      return new CardinalOpen(context, tension);
    }
    cardinal2.tension = function(tension2) {
      return custom4(+tension2);
    };
    return cardinal2;
  })(0);
  function point$1(that, x, y) {
    var x1 = that._x1, y1 = that._y1, x2 = that._x2, y2 = that._y2;
    if (that._l01_a > epsilon3) {
      var a2 = 2 * that._l01_2a + 3 * that._l01_a * that._l12_a + that._l12_2a, n = 3 * that._l01_a * (that._l01_a + that._l12_a);
      x1 = (x1 * a2 - that._x0 * that._l12_2a + that._x2 * that._l01_2a) / n;
      y1 = (y1 * a2 - that._y0 * that._l12_2a + that._y2 * that._l01_2a) / n;
    }
    if (that._l23_a > epsilon3) {
      var b = 2 * that._l23_2a + 3 * that._l23_a * that._l12_a + that._l12_2a, m = 3 * that._l23_a * (that._l23_a + that._l12_a);
      x2 = (x2 * b + that._x1 * that._l23_2a - x * that._l12_2a) / m;
      y2 = (y2 * b + that._y1 * that._l23_2a - y * that._l12_2a) / m;
    }
    that._context.bezierCurveTo(x1, y1, x2, y2, that._x2, that._y2);
  }
  function CatmullRom(context, alpha) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      if (this._point) {
        var x23 = this._x2 - x, y23 = this._y2 - y;
        this._l23_a = Math.sqrt(this._l23_2a = Math.pow(x23 * x23 + y23 * y23, this._alpha));
      }
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
        // falls through
        default:
          point$1(this, x, y);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var catmullRom = (function custom5(alpha) {
    function catmullRom2(context) {
      return alpha ? new CatmullRom(context, alpha) : new Cardinal(context, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom5(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function CatmullRomClosed(context, alpha) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      if (this._point) {
        var x23 = this._x2 - x, y23 = this._y2 - y;
        this._l23_a = Math.sqrt(this._l23_2a = Math.pow(x23 * x23 + y23 * y23, this._alpha));
      }
      switch (this._point) {
        case 0:
          this._point = 1;
          this._x3 = x, this._y3 = y;
          break;
        case 1:
          this._point = 2;
          this._context.moveTo(this._x4 = x, this._y4 = y);
          break;
        case 2:
          this._point = 3;
          this._x5 = x, this._y5 = y;
          break;
        default:
          point$1(this, x, y);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var catmullRomClosed = (function custom6(alpha) {
    function catmullRom2(context) {
      return alpha ? new CatmullRomClosed(context, alpha) : new CardinalClosed(context, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom6(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function CatmullRomOpen(context, alpha) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      if (this._point) {
        var x23 = this._x2 - x, y23 = this._y2 - y;
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
          point$1(this, x, y);
          break;
      }
      this._l01_a = this._l12_a, this._l12_a = this._l23_a;
      this._l01_2a = this._l12_2a, this._l12_2a = this._l23_2a;
      this._x0 = this._x1, this._x1 = this._x2, this._x2 = x;
      this._y0 = this._y1, this._y1 = this._y2, this._y2 = y;
    }
  };
  var catmullRomOpen = (function custom7(alpha) {
    function catmullRom2(context) {
      return alpha ? new CatmullRomOpen(context, alpha) : new CardinalOpen(context, 0);
    }
    catmullRom2.alpha = function(alpha2) {
      return custom7(+alpha2);
    };
    return catmullRom2;
  })(0.5);
  function LinearClosed(context) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      if (this._point) this._context.lineTo(x, y);
      else this._point = 1, this._context.moveTo(x, y);
    }
  };
  function sign(x) {
    return x < 0 ? -1 : 1;
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
  function MonotoneX(context) {
    this._context = context;
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
    point: function(x, y) {
      var t12 = NaN;
      x = +x, y = +y;
      if (x === this._x1 && y === this._y1) return;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
          break;
        case 2:
          this._point = 3;
          point(this, slope2(this, t12 = slope3(this, x, y)), t12);
          break;
        default:
          point(this, this._t0, t12 = slope3(this, x, y));
          break;
      }
      this._x0 = this._x1, this._x1 = x;
      this._y0 = this._y1, this._y1 = y;
      this._t0 = t12;
    }
  };
  function MonotoneY(context) {
    this._context = new ReflectContext(context);
  }
  (MonotoneY.prototype = Object.create(MonotoneX.prototype)).point = function(x, y) {
    MonotoneX.prototype.point.call(this, y, x);
  };
  function ReflectContext(context) {
    this._context = context;
  }
  ReflectContext.prototype = {
    moveTo: function(x, y) {
      this._context.moveTo(y, x);
    },
    closePath: function() {
      this._context.closePath();
    },
    lineTo: function(x, y) {
      this._context.lineTo(y, x);
    },
    bezierCurveTo: function(x1, y1, x2, y2, x, y) {
      this._context.bezierCurveTo(y1, x1, y2, x2, y, x);
    }
  };
  function Natural(context) {
    this._context = context;
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
      var x = this._x, y = this._y, n = x.length;
      if (n) {
        this._line ? this._context.lineTo(x[0], y[0]) : this._context.moveTo(x[0], y[0]);
        if (n === 2) {
          this._context.lineTo(x[1], y[1]);
        } else {
          var px = controlPoints(x), py = controlPoints(y);
          for (var i0 = 0, i1 = 1; i1 < n; ++i0, ++i1) {
            this._context.bezierCurveTo(px[0][i0], py[0][i0], px[1][i0], py[1][i0], x[i1], y[i1]);
          }
        }
      }
      if (this._line || this._line !== 0 && n === 1) this._context.closePath();
      this._line = 1 - this._line;
      this._x = this._y = null;
    },
    point: function(x, y) {
      this._x.push(+x);
      this._y.push(+y);
    }
  };
  function controlPoints(x) {
    var i, n = x.length - 1, m, a2 = new Array(n), b = new Array(n), r = new Array(n);
    a2[0] = 0, b[0] = 2, r[0] = x[0] + 2 * x[1];
    for (i = 1; i < n - 1; ++i) a2[i] = 1, b[i] = 4, r[i] = 4 * x[i] + 2 * x[i + 1];
    a2[n - 1] = 2, b[n - 1] = 7, r[n - 1] = 8 * x[n - 1] + x[n];
    for (i = 1; i < n; ++i) m = a2[i] / b[i - 1], b[i] -= m, r[i] -= m * r[i - 1];
    a2[n - 1] = r[n - 1] / b[n - 1];
    for (i = n - 2; i >= 0; --i) a2[i] = (r[i] - a2[i + 1]) / b[i];
    b[n - 1] = (x[n] + a2[n - 1]) / 2;
    for (i = 0; i < n - 1; ++i) b[i] = 2 * x[i + 1] - a2[i + 1];
    return [a2, b];
  }
  function Step(context, t) {
    this._context = context;
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
    point: function(x, y) {
      x = +x, y = +y;
      switch (this._point) {
        case 0:
          this._point = 1;
          this._line ? this._context.lineTo(x, y) : this._context.moveTo(x, y);
          break;
        case 1:
          this._point = 2;
        // falls through
        default: {
          if (this._t <= 0) {
            this._context.lineTo(this._x, y);
            this._context.lineTo(x, y);
          } else {
            var x1 = this._x * (1 - this._t) + x * this._t;
            this._context.lineTo(x1, this._y);
            this._context.lineTo(x1, y);
          }
          break;
        }
      }
      this._x = x, this._y = y;
    }
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
  var color2 = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  var N_HUES = 8;
  var headColor = (head2, nHeads) => head2 >= nHeads ? color2("identity") : color2(`hue-${head2 % N_HUES}`);
  var onChange = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  var toggle = () => choose(root.dataset.theme === "dark" ? "light" : "dark");

  // src/shared/shapes.js
  var FONT = "system-ui, sans-serif";
  var drawing = (width2, height, label, attributes) => svg("svg", { viewBox: `0 0 ${width2} ${height}`, width: width2, height, role: "img", "aria-label": label, ...attributes });
  var lineOf = (x1, y1, x2, y2, attributes) => svg("line", { x1, y1, x2, y2, ...attributes });
  var rectOf = (x, y, width2, height, attributes) => svg("rect", { x, y, width: width2, height, ...attributes });
  var text = (x, y, content, attributes) => svg("text", { x, y, "font-size": 12, "font-family": FONT, fill: color2("muted"), ...attributes }, content);
  var SYMBOLS = {
    circle: [circle, Math.PI],
    square: [square, 3.1],
    triangle: [triangle, 2.45],
    diamond: [diamond2, 4],
    cross: [cross, 2.9]
  };
  var shapePath = (shape, x, y, r) => {
    const [type, area2] = SYMBOLS[shape] ?? SYMBOLS.circle;
    const out = path();
    type.draw(
      /** @type {any} */
      {
        moveTo: (a2, b) => out.moveTo(x + a2, y + b),
        lineTo: (a2, b) => out.lineTo(x + a2, y + b),
        arc: (a2, b, ...rest2) => out.arc(x + a2, y + b, .../** @type {[number, number, number]} */
        rest2),
        rect: (a2, b, w, h) => out.rect(x + a2, y + b, w, h),
        closePath: () => out.closePath()
      },
      area2 * r * r
    );
    return out.toString();
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
  var hex2 = (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  var MOST_SPACES = 6;
  var mark = (c) => {
    const code = c.codePointAt(0);
    if (c === "\n") return ["↵", "newline"];
    if (c === "	") return ["→", "tab"];
    if (c === "\r") return ["\\r", "carriage return"];
    if (code < 32 || code >= 127 && code < 160)
      return [`\\x${code.toString(16).padStart(2, "0")}`, `control character ${hex2(c)}`];
    if (code === 65533) return ["�", "replacement character: part of a longer character"];
    if (INVISIBLE.test(c)) return [hex2(c), `invisible character ${hex2(c)}`];
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
      const joined2 = c === "‍" && out.length && i + 1 < characters.length;
      const found = joined2 ? null : mark(c);
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

  // src/shared/bars.js
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
    const height = 190, n = row.length, left = 38, gap = 14, bottom = height - 34;
    const gaps = row.map((_, h) => h > 0 && (h === card.n_heads || layers && layers[h] !== layers[h - 1]));
    const shifts = gaps.map((_, h) => gap * gaps.slice(0, h + 1).filter(Boolean).length);
    const most = Math.max(...row), least = Math.min(0, ...row);
    const chart = drawing(
      width2,
      height,
      `Head loadings: ${row.map((v, h) => `${headName(card, h)} ${num(v, 2)}`).join(", ")}`
    );
    const y = linear3(least, Math.max(most, 0.05), least < -0.02 ? bottom - 16 : bottom - 4, 18, { n: 4, nice: false });
    for (const t of y.ticks) {
      chart.append(
        lineOf(left, y(t), width2, y(t), { stroke: color2(t === 0 ? "muted" : "line") }),
        text(left - 6, y(t) + 4, y.text(t), { "text-anchor": "end", "font-size": 11 })
      );
    }
    const step = (width2 - left - shifts[n - 1] - 4) / n, values = [];
    const short = (h) => tick(card, h, layers && h < card.n_heads ? 0 : step);
    row.forEach((v, h) => {
      const x = left + 4 + h * step + shifts[h], top = Math.min(y(v), y(0));
      const bar3 = rectOf(x + step * 0.1, top, Math.max(2, step * 0.8), Math.max(1, Math.abs(y(v) - y(0))), {
        fill: headColor(h, card.n_heads),
        class: "dot"
      });
      attach(
        bar3,
        () => lines(
          [headName(card, h), num(v, 3)],
          ["share of squares", num(v * v / row.reduce((s2, a2) => s2 + a2 * a2, 0), 2)]
        )
      );
      chart.append(bar3);
      if (Math.abs(v) >= 0.1) values.push([x + step / 2, v > 0 ? top - 4 : y(v) + 12, v]);
      if (h % Math.ceil(14 / step) === 0 || h === n - 1)
        chart.append(
          text(x + step / 2, bottom + 14, short(h), { "text-anchor": "middle", "font-size": 11, fill: color2("ink") })
        );
    });
    const written = [];
    for (const [x, at, v] of values.sort((a2, b) => Math.abs(b[2]) - Math.abs(a2[2]))) {
      const words2 = num(v, 2), wide = 6.6 * words2.length;
      if (written.some((o) => Math.abs(o.x - x) < (o.wide + wide) / 2 && Math.abs(o.at - at) < 12)) continue;
      written.push({ x, at, wide });
      chart.append(text(x, at, words2, { "text-anchor": "middle", "font-size": 11, fill: color2("ink") }));
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
      el("h3", title2),
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
    return el("div.logit-pair", side2("Promoted", promoted, "up"), side2("Demoted", demoted, "down"));
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
    const line3 = el("div.line", layer);
    const named2 = (i) => chip(tokens[i]);
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
    nodes2.forEach((node2, i) => {
      attach(node2, () => tell(i));
      node2.addEventListener("pointerenter", () => focusOn(i));
      node2.addEventListener("pointerleave", () => focusOn(null));
      if (layout.mode === "lines" && i && tokens[i].includes("\n") && !tokens[i - 1].includes("\n"))
        line3.append(el("br"));
      line3.append(node2);
    });
    const frame2 = el(
      "div",
      {
        class: `frame ${layout.mode}`,
        tabindex: "0",
        role: "group",
        "aria-label": `Tokens ${example.start} to ${positions[tokens.length - 1]} of sequence ${example.sequence}`
      },
      line3
    );
    const [mine, other] = atKey ? [1, 0] : [0, 1];
    const peakArcs = arcs.filter((a2) => a2[mine] === peak).sort((a2, b) => Math.abs(b[2]) - Math.abs(a2[2]));
    const caption2 = el(
      "figcaption",
      el(
        "span.pairing",
        named2(peak),
        peakArcs.length ? [el("span.faint", atKey ? "→" : "←"), named2(peakArcs[0][other])] : null
      ),
      el("span.faint", atKey ? `key ${num(key[peak])}` : `${kind.symbol} ${num(query[peak])}`),
      el("span.faint", `sequence ${example.sequence}, position ${positions[peak]}`)
    );
    const node = el("figure", { class: atKey ? "example at-key" : "example" }, caption2, frame2);
    node.place = () => {
      if (layout.mode === "track") line3.style.paddingTop = `${roomFor(nodes2, arcs)}px`;
      draw(layer, line3, nodes2, arcs, scale.arc, note, layout.mode === "lines" ? 21 : void 0);
      if (layout.mode !== "track") return;
      const at = nodes2[peak].offsetLeft;
      frame2.scrollLeft = Math.max(0, at - frame2.clientWidth * (atKey ? 0.3 : 0.7));
    };
    return node;
  };
  var legend = (card) => {
    const kind = of(card);
    const note = (words2, ...marks) => words2 && el("span.note", marks, words2);
    const mark3 = (words2, extra, f, z) => el("span", { class: `tok ${extra}`, vars: { "--f": f, "--z": z } }, words2);
    const arc = svg(
      "svg",
      { width: 40, height: 22, "aria-hidden": "true" },
      svg(
        "g.arc",
        svg("path.stroke", { d: "M4 20C4 0 36 0 36 16", "stroke-width": 2.5 }),
        svg("path.tip-mark", { d: "M32 14L40 14L36 20z" })
      )
    );
    const query = [mark3(kind.queryWord || "destination", "", 0, 0.8)];
    if (kind.signed) query.push(mark3("negative", "negative", 0, 0.6));
    return el(
      "div.legend.reading",
      { "aria-label": "How to read the examples" },
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
    const [path3, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
    return { parts: path3.split("/").filter(Boolean).map(decodeURIComponent), query: query || "" };
  };
  var drawBar = (where2) => {
    const button = (id2, text2, label, key, onclick) => el("button.quiet", { id: id2, "aria-label": label, title: `${label} (${key})`, onclick }, text2);
    const { left, right = [] } = app2.bar(where2);
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

  // src/graphs/list.js
  var item = (v) => el(
    "li.card.graph-item",
    el("a.graph-link", { href: `#/g/${encodeURIComponent(v.slug)}` }, v.prompt || v.slug),
    el(
      "p.subtitle",
      el("span", v.model),
      el("span", v.attention),
      el("span", `${count(v.n_nodes)} nodes, ${count(v.n_edges)} edges`),
      v.n_entries > 0 && el("span", `${count(v.n_entries)} pattern ${v.n_entries === 1 ? "entry" : "entries"} explained`)
    ),
    el(
      "dl.strip.facts-strip",
      v.scores && [
        ["Replacement", percent(v.scores.replacement)],
        ["Completeness", percent(v.scores.completeness)],
        ["Error share", percent(v.scores.error_share)]
      ].map(([k2, t]) => el("div", el("dt", k2), el("dd", t))),
      el(
        "div",
        el("dt", v.verify?.output ? "Effects on the answer, live" : "Compared with interventions"),
        el(
          "dd",
          v.verify?.output ? `correlation ${fixed(v.verify.output.correlation, 2)}, signs ${percent(v.verify.output.signs)}, control ${fixed(v.verify.output.control_correlation, 2)}` : v.verify ? `live ${fixed(v.verify.live_correlation, 2)}, control ${fixed(v.verify.control_correlation, 2)}` : "not yet"
        )
      )
    )
  );
  var page2 = (data2) => ({
    title: "Attribution graphs",
    node: el(
      "div.page",
      el("h1", "Attribution graphs"),
      el(
        "p.hint",
        "Each graph says what acted on what in one prompt: which latents were active, through which heads they moved, and what reached the next token."
      ),
      el("ul.graph-items", data2.graphs.map(item))
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
    const ink = color2(hue);
    const d = shapePath(shape, size / 2, size / 2, size * 0.35);
    return svg(
      "svg.node-mark",
      { width: size, height: size, "aria-hidden": "true" },
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
    const known2 = g.nodes.kind[i] === "latent" ? g.data.latents[g.nodes.dictionary[i]] : null;
    return known2 ? known2.rows[g.nodes.latent[i]] || null : null;
  };
  var brief = (g, i) => {
    const { kind, layer, latent, label } = g.nodes;
    if (kind[i] === "embedding" || kind[i] === "logit") return `‘${shown(textOf(g, i))}’`;
    if (kind[i] === "latent") return label[i] === null ? `L${layer[i]} #${latent[i]}` : label[i];
    return layer[i] === null ? kind[i] : `${kind[i]} L${layer[i]}`;
  };
  var caption = (g, i) => {
    const { label, latent, position } = g.nodes;
    return label[i] ?? `#${latent[i]} ‘${shown(rowOf(g, i)?.tokens[0] ?? tokenAt(g, position[i]))}’`;
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
    const two = /^L?(\d+)[.H](\d+)$/.exec(name), one2 = /^(?:head )?(\d+)$/.exec(name);
    if (two) return [Number(two[1]), Number(two[2])];
    return one2 ? [g.nodes.layer[g.edges.target[e]], Number(one2[1])] : null;
  };
  var headColor2 = (dictionary, h) => {
    const n = dictionary.heads.length - (/identity/i.test(dictionary.heads[dictionary.heads.length - 1]) ? 1 : 0);
    return headColor(h, n);
  };
  var tip = (g, i) => {
    const { value: value2, pre, probability, error_norm, position } = g.nodes;
    const row = rowOf(g, i);
    return [
      el("strong", mark2(lookName(g, i)), " ", full(g, i)),
      lines(
        position[i] >= 0 && ["at token", chip(tokenAt(g, position[i]))],
        g.nodes.kind[i] === "latent" && ["activation", num(value2[i])],
        g.nodes.kind[i] === "logit" && ["probability", num(probability[i])],
        pre[i] !== null && Math.abs(pre[i] - value2[i]) > 1e-4 * Math.abs(value2[i]) && ["flows in", num(pre[i])],
        g.influence[i] > 0 && ["influence", percent(g.influence[i])],
        error_norm[i] !== null && ["norm of the error", percent(error_norm[i])],
        row && ["tokens", chips(row.tokens.slice(0, 4))],
        row && row.promoted.length > 0 && ["promotes", chips(row.promoted.slice(0, 4))]
      )
    ];
  };

  // src/graphs/rows.js
  var MOST = 10;
  var roughly = (v) => v > 0 && v < 5e-4 ? "<0.1 %" : percent(Number(v.toFixed(3)));
  var bar = (value2, most, hue = null, both = true) => el(
    "span",
    { class: both ? "signed" : "signed one-way", "aria-hidden": "true" },
    el("span", {
      class: value2 < 0 ? "fill negative" : "fill",
      vars: { "--size": Math.min(1, Math.abs(value2) / (most || 1)), ...hue ? { "--hue": hue } : {} }
    })
  );
  var nodeButton = (g, i, act, hinted = true) => {
    const kind = g.nodes.kind[i], position = g.nodes.position[i], token = kind === "embedding" || kind === "logit" ? "" : tokenAt(g, position), where2 = position < 0 || kind === "logit" ? "" : `at ${position} `;
    const button = el(
      "button.node-name",
      { "data-node": i, "aria-label": full(g, i), onclick: () => act.pick(i) },
      mark2(lookName(g, i)),
      el("span", brief(g, i)),
      token && chip(token),
      hinted && el("span.faint", where2 + hint(g, i))
    );
    button.addEventListener("pointerenter", () => act.hover(i));
    button.addEventListener("pointerleave", () => act.hover(-1));
    return attach(button, () => tip(g, i));
  };
  var edges = (g, list2, far, act) => {
    const most = Math.max(1e-12, ...list2.map((e) => Math.abs(g.edges.weight[e])));
    const both = list2.some((e) => g.edges.weight[e] < 0);
    const place3 = el("ol.edge-list");
    const line3 = (e) => el(
      "li",
      nodeButton(g, far(e), act),
      bar(g.edges.weight[e], most, null, both),
      el("span.value", num(g.edges.weight[e])),
      el("span.value.share", { title: "Share of the target's input" }, roughly(g.edges.share[e])),
      el(
        "button.quiet.open-edge",
        {
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
        ...list2.slice(0, all ? 500 : MOST).map(line3),
        ...rest2 > 0 && !all ? [el("li.more", el("button.quiet", { onclick: () => show2(true) }, `${rest2} more`))] : []
      );
    };
    show2(false);
    return list2.length ? place3 : el("p.hint", "None.");
  };

  // src/graphs/verify.js
  var VERB = { suppress: "suppressed", boost: "boosted", swap: "swapped" };
  var table = (g, list2, act, title2) => el(
    "table.verify-table",
    el("caption", title2),
    el(
      "thead",
      el(
        "tr",
        ["Node", "Done to it", "Frozen: error", "Live: corr.", "Live: error"].map(
          (v, k2) => el("th", { scope: "col", class: k2 > 1 ? "number" : null }, v)
        )
      )
    ),
    el(
      "tbody",
      list2.map(
        (p) => el(
          "tr",
          el("td", nodeButton(g, p.node, act, false)),
          el("td", VERB[p.action]),
          el("td.number", num(p.frozen_error, 2)),
          el("td.number", fixed(p.live_correlation, 2)),
          el("td.number", fixed(p.live_relative_error, 2))
        )
      )
    )
  );
  var SORTS = { node: "single nodes", supernode: "supernodes", set: "sets of the strongest nodes" };
  var QUANTITIES = {
    logit: ["Logit", "Logit of the target token minus the mean over the vocabulary."],
    margin: ["Margin", "Logit of the target token, less that of the runner-up."],
    probability: ["Probability", "Of the target token."]
  };
  var REGIMES = { live: "nothing frozen", frozen: "norms and patterns frozen" };
  var MOST2 = 12;
  var live = (o) => o?.agreements.find((a2) => a2.what === "node" && a2.step === -1 && a2.quantity === "logit" && a2.regime === "live");
  var head = (names, first = 1) => el(
    "thead",
    el(
      "tr",
      names.map((v, k2) => el("th", { scope: "col", class: k2 >= first ? "number" : null }, v))
    )
  );
  var agreementTable = (list2, what, step) => {
    const mine = list2.filter((a2) => a2.what === what && a2.step === step);
    if (!mine.length) return false;
    const done = step === -1 ? "removed" : `changed by ${percent(step)}`;
    return el(
      "table.verify-table.output-table",
      el("caption", `${mine[0].n} ${SORTS[what]} ${done}`),
      head(["Of the target", "Model", "Corr.", "Signs right", "Slope", "Shuffled: corr.", "Shuffled: signs"], 2),
      el(
        "tbody",
        ["live", "frozen"].flatMap(
          (regime) => mine.filter((a2) => a2.regime === regime).map(
            (a2) => el(
              "tr",
              el("td", { title: QUANTITIES[a2.quantity][1] }, QUANTITIES[a2.quantity][0]),
              el("td", { title: REGIMES[regime] }, regime),
              [fixed(a2.correlation, 2), percent(a2.signs), fixed(a2.slope, 2)].map((v) => el("td.number", v)),
              [fixed(a2.control_correlation, 2), percent(a2.control_signs)].map((v) => el("td.number", v))
            )
          )
        )
      )
    );
  };
  var effectTable = (g, effects, what, act) => {
    const mine = effects.filter((e) => e.what === what && e.step === -1).slice(0, MOST2);
    if (!mine.length) return false;
    return el(
      "table.verify-table.effect-table",
      el("caption", `Removed: ${SORTS[what]}`),
      head(["What", "Logit: predicted", "frozen", "live", "Margin: predicted", "live"]),
      el(
        "tbody",
        mine.map(
          (e) => el(
            "tr",
            el(
              "td",
              what === "node" ? nodeButton(g, e.nodes[0], act, false) : `${e.label ?? "Strongest"}, ${e.nodes.length} nodes`
            ),
            [e.logit.predicted, e.logit.frozen, e.logit.live, e.margin?.predicted, e.margin?.live].map(
              (v, k2) => el(
                "td.number",
                { class: k2 === 2 && Math.sign(v) !== Math.sign(e.logit.predicted) ? "wrong" : null },
                fixed(v, 2)
              )
            )
          )
        )
      )
    );
  };
  var outputs = (g, o, act) => {
    if (!o) return [];
    const lead = live(o);
    const sorts = [...new Map(o.agreements.map((a2) => [`${a2.what}${a2.step}`, [a2.what, a2.step]])).values()];
    return [
      el("h2", "Effects on the answer"),
      lead && el(
        "p",
        `With nothing frozen, removing ${lead.n} nodes one by one changes the logit of `,
        el("strong", full(g, o.target)),
        ` as the graph predicts with correlation `,
        el("strong", fixed(lead.correlation, 2)),
        ` and `,
        el("strong", percent(lead.signs)),
        ` of the signs; shuffled predictions give ${fixed(lead.control_correlation, 2)} and ${percent(lead.control_signs)}.`
      ),
      sorts.map(([what, step]) => agreementTable(o.agreements, what, step)),
      Object.keys(SORTS).map((what) => effectTable(g, o.effects, what, act))
    ];
  };
  var page3 = (g, act) => {
    const v = g.data.verify;
    if (!v)
      return el(
        "div",
        el("h2", "Not verified"),
        el(
          "p.hint",
          "No intervention was made on this graph yet: ",
          el("code", "polyhead graph verify"),
          " makes them, then write these pages again."
        )
      );
    const bar3 = (name, value2, words2) => el(
      "li",
      attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words2)),
      el("span.share-bar.good", el("span.fill", { vars: { "--size": Math.max(0, Math.min(1, value2 ?? 0)) } })),
      el("span.value", fixed(value2, 2))
    );
    const exact = v.worst_frozen_error < 1e-3;
    return el(
      "div.verify-page",
      outputs(g, v.outputs, act),
      el("h2", "Every node downstream"),
      el(
        "p",
        exact ? "In the frozen model the graph predicts every change exactly" : "In the frozen model the graph misses some changes",
        `: the worst error of ${v.perturbations.length} interventions is `,
        el("strong", num(v.worst_frozen_error, 2)),
        " of the largest change."
      ),
      el(
        "ul.score-bars",
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
    "ul.score-bars",
    SCORES.map(
      ([key, name, words2, sense]) => el(
        "li",
        { "data-score": key },
        attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words2)),
        el(
          "span",
          { class: `share-bar ${sense}` },
          el("span.fill", { vars: { "--size": Math.max(0, Math.min(1, scores[key])) } })
        ),
        el("span.value", percent(scores[key]))
      )
    )
  );
  var legend2 = (g) => {
    const there = new Set(Array.from({ length: g.n }, (_, i) => lookName(g, i)));
    const edge = (words2, kind) => el("li", el("span", { class: `edge-sample ${kind}` }), words2);
    return el(
      "ul.graph-legend",
      Object.keys(LOOKS).filter((name) => there.has(name)).map(
        (name) => el(
          "li",
          mark2(name),
          el("span", SHORT[name]),
          el("span.faint", LOOKS[name].title.replace(/^[a-z ]+: /, "").replace(SHORT[name], ""))
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
  var answer = (d) => {
    const a2 = live(d.verify?.outputs);
    return a2 && el(
      "p.answer-check",
      `Removing ${a2.n} of its nodes one by one in the live model changes the answer's logit as predicted with correlation `,
      el("strong", fixed(a2.correlation, 2)),
      " and ",
      el("strong", percent(a2.signs)),
      ` of the signs (shuffled: ${fixed(a2.control_correlation, 2)} and ${percent(a2.control_signs)}).`
    );
  };
  var page4 = (g) => {
    const d = g.data;
    const row = (name, value2) => value2 !== null && el("div", el("dt", name), el("dd", value2));
    const said = [...cutting(g), ...d.notes];
    return el(
      "div.about-page",
      el("h2", "This graph"),
      el(
        "p.prompt",
        d.token_strings.map((_, p) => [chip(tokenAt(g, p)), " "])
      ),
      answer(d),
      d.scores ? scoreBars(d.scores) : el("p.hint", "No scores were computed."),
      el(
        "dl.facts",
        row("Model", d.model),
        row("Attention nodes", d.attention),
        row("Patterns", d.patterns === "model" ? "the model's own, frozen" : "made by the dictionary, frozen"),
        row(
          "Dictionaries",
          [...new Set(d.dictionaries.map((v) => v.name.replace(/ of layer \d+$/, "")))].join(", ") || "none"
        ),
        row("Nodes", `${count(g.n)}, ${count(g.nodes.kind.filter((k2) => k2 === "latent").length)} of them latents`),
        row("Edges", count(g.m)),
        row("Made in", d.seconds === null ? null : seconds(d.seconds))
      ),
      said.length > 0 && [
        el("h3", "What was left out"),
        el(
          "ul.notes-list",
          said.map((v) => el("li", v))
        )
      ],
      el("h3", "How to read it"),
      legend2(g),
      el(
        "p.hint",
        "Columns are positions of the prompt, rows are layers from the bottom up. Pass over a node to see its edges, click it for its page, click an edge of it for its heads. The weights into a node sum to what flows into it. Drag or scroll to move, Ctrl + wheel to zoom, ? for keys."
      )
    );
  };

  // src/graphs/edge.js
  var headList = (g, e, terms2, act) => {
    const dictionary = g.crosses(e);
    const most = Math.max(1e-12, ...terms2.map(Math.abs)), whole = terms2.reduce((sum, v) => sum + Math.abs(v), 0);
    const both = terms2.some((v) => v < -1e-3 * most);
    const query = g.nodes.position[g.edges.target[e]], key = g.nodes.position[g.edges.source[e]];
    return el(
      "ol.head-terms",
      terms2.map((v, h) => {
        const at = headAt(g, e, h);
        const entry = at && key >= 0 ? g.entryOf(at[0], at[1], query, key) : -1;
        return el(
          "li",
          { "data-head": h },
          el("span", headText(dictionary.heads[h])),
          bar(v, most, headColor2(dictionary, h), both),
          el("span.value", Math.abs(v) < 1e-3 * most ? "≈0" : num(v)),
          el("span.value.share", whole ? roughly(Math.abs(v) / whole) : ""),
          entry >= 0 && el("button.quiet.why", { "data-entry": entry, onclick: () => act.why(entry) }, "why there?")
        );
      })
    );
  };
  var page5 = (g, e, act) => {
    const { source, target, weight, share } = g.edges, s2 = source[e], t = target[e];
    const heads = el("div#heads");
    const dictionary = g.crosses(e);
    const node = el(
      "div.edge-page",
      { "data-edge": e },
      el("h2", "Edge"),
      el("div.edge-ends", nodeButton(g, s2, act), el("span.faint", "→"), nodeButton(g, t, act)),
      el(
        "dl.strip.facts-strip",
        el("div", el("dt", "Weight"), el("dd", num(weight[e]))),
        el("div", el("dt", "Share of its target's input"), el("dd", percent(share[e]))),
        el("div", el("dt", "Per unit of its source"), el("dd", num(weight[e] / (g.nodes.value[s2] || 1))))
      ),
      el(
        "p.hint",
        `${full(g, s2)} adds ${num(weight[e])} to ${full(g, t)}, with norms and patterns frozen as on the prompt.`
      ),
      heads
    );
    node.start = async () => {
      const terms2 = await g.headsOf(e);
      if (!node.isConnected) return;
      if (!terms2) {
        heads.replaceChildren(
          el(
            "p.hint",
            dictionary ? "Terms by head were not saved for this edge: it crosses no attention." : "It stays at one position: no head is crossed."
          )
        );
        return;
      }
      const size = terms2.reduce((a2, v) => a2 + Math.abs(v), 0);
      const effective = size ** 2 / (terms2.reduce((a2, v) => a2 + v * v, 0) || 1);
      heads.replaceChildren(
        el("h3", "Through which heads"),
        headList(g, e, terms2, act),
        el(
          "p.hint",
          `They sum to ${num(terms2.reduce((a2, v) => a2 + v, 0))}; as many as ${num(effective, 2)} heads in equal parts.`
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
  var page6 = (g, group, act) => el(
    "div.group-page",
    el("h2", "Supernode"),
    el(
      "form.tools",
      {
        onsubmit: (e) => {
          e.preventDefault();
          act.rename(group, e.target.elements.label.value.trim() || "group");
          e.target.elements.label.blur();
        }
      },
      el("input#group-name", {
        name: "label",
        value: group.label,
        autocomplete: "off",
        "aria-label": "Name of the supernode"
      }),
      el("button.quiet", { type: "submit" }, "Name it"),
      el("button#ungroup.quiet", { onclick: () => act.ungroup(group) }, "Ungroup")
    ),
    el("h3", `Its ${group.nodes.length} nodes`),
    el(
      "ul.edge-list.kin",
      group.nodes.map((i) => el("li", nodeButton(g, i, act)))
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
  var place2 = (g, width2, height) => {
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
    const rows = [...keys].sort((a2, b) => b - a2).map((key) => ({ key, name: rowName(key), layer: key < 0 || key >= LOGITS ? null : Math.floor(key / 3) }));
    const at = new Map(rows.map((r, k2) => [r.key, k2]));
    const widths = new Float64Array(columns).fill(LEAST_COLUMN);
    if (hasNowhere) widths[0] = 24;
    for (const { row, column, nodes: nodes2 } of cells.values()) {
      if (row < 0) continue;
      const across = row >= LOGITS ? nodes2.length : Math.ceil(Math.sqrt(2.4 * nodes2.length));
      widths[column] = Math.max(widths[column], USED_COLUMN, Math.min(nodes2.length, across) * PITCH + 2 * PAD);
    }
    const sum = widths.reduce((a2, b) => a2 + b, 0);
    if (sum < width2) {
      const spare = (width2 - sum) / columns;
      for (let c = 0; c < columns; c++) widths[c] += spare;
    }
    const heights = new Float64Array(rows.length).fill(LEAST_ROW);
    for (const cell of cells.values()) {
      cell.across = Math.max(1, Math.floor((widths[cell.column] - PAD) / PITCH));
      const lines2 = Math.ceil(cell.nodes.length / cell.across);
      const k2 = at.get(cell.row) ?? 0;
      heights[k2] = Math.max(heights[k2], lines2 * PITCH + PAD);
    }
    const logits2 = rows.findIndex((r) => r.name === "logit");
    if (logits2 >= 0) heights[logits2] += LOGIT_ROW - LEAST_ROW;
    const tall = heights.reduce((a2, b) => a2 + b, 0);
    const others = rows.length - (logits2 >= 0 ? 1 : 0);
    if (tall < height && others) {
      for (let k2 = 0; k2 < rows.length; k2++) if (k2 !== logits2) heights[k2] += (height - tall) / others;
    }
    const left = [0], top = [0];
    for (const w of widths) left.push(left[left.length - 1] + w);
    for (const h of heights) top.push(top[top.length - 1] + h);
    const x = new Float64Array(g.n), y = new Float64Array(g.n);
    for (const { row, column, nodes: nodes2, across } of cells.values()) {
      const k2 = at.get(row) ?? 0;
      nodes2.sort((a2, b) => (g.influence[b] || 0) - (g.influence[a2] || 0) || a2 - b);
      const lines2 = Math.ceil(nodes2.length / across), most = Math.ceil(nodes2.length / lines2);
      const room = Math.min((widths[column] - PAD) / most, 22);
      nodes2.forEach((i, j) => {
        const line3 = Math.floor(j / most), inLine = Math.min(most, nodes2.length - line3 * most);
        x[i] = (left[column] + left[column + 1]) / 2 + (j % most - (inLine - 1) / 2) * room;
        const middle = k2 === logits2 ? top[k2 + 1] - 10 - (lines2 - 1) * PITCH / 2 : (top[k2] + top[k2 + 1]) / 2;
        y[i] = middle + (line3 - (lines2 - 1) / 2) * PITCH;
      });
    }
    rows.forEach((r, k2) => Object.assign(r, { top: top[k2], bottom: top[k2 + 1] }));
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
    const start4 = new Int32Array(n + 1);
    for (const i of ends) start4[i + 1]++;
    for (let i = 0; i < n; i++) start4[i + 1] += start4[i];
    const list2 = Array.from(ends.keys()).sort((a2, b) => ends[a2] - ends[b] || size[b] - size[a2]);
    return { start: start4, list: Int32Array.from(list2) };
  };
  var sorted = (n, edges2, outgoing) => {
    const left = new Int32Array(n);
    for (const t of edges2.target) left[t]++;
    const order = [];
    for (let i = 0; i < n; i++) if (!left[i]) order.push(i);
    const done = new Uint8Array(n);
    for (let k2 = 0; k2 < order.length; k2++) {
      const i = order[k2];
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
    const byWorth = Int32Array.from(Array.from(worth.keys()).sort((a2, b) => worth[b] - worth[a2]));
    const free = (i) => nodes2.kind[i] === "embedding" || nodes2.kind[i] === "logit" || Number.isNaN(influence[i]);
    const ranked = Array.from({ length: n }, (_, i) => i).filter((i) => !free(i)).sort((a2, b) => influence[b] - influence[a2]);
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
      for (let k2 = n - 1; k2 >= 0; k2--) {
        const t = order[k2];
        if (!up[t]) continue;
        for (let j = into.start[t]; j < into.start[t + 1]; j++) {
          const e = into.list[j];
          if (usable(e)) up[source[e]] += up[t] * share[e];
        }
      }
      for (let k2 = 0; k2 < n; k2++) {
        const s2 = order[k2];
        if (!down[s2]) continue;
        for (let j = out.start[s2]; j < out.start[s2 + 1]; j++) {
          const e = out.list[j];
          if (usable(e)) down[target[e]] += down[s2] * share[e];
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
    const edgeOf = (s2, t) => between.get(s2 * n + t) ?? -1;
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
    const entryOf = (layer, head2, query, key) => data2.entries.findIndex(([l, h, q, k2]) => l === layer && h === head2 && q === query && k2 === key);
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
    const known2 = knownOf(g, i);
    if (known2) return known2.card;
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
    for (const s2 of kin.filter((j) => g.nodes.side[j] === "key"))
      for (const t of kin.filter((j) => g.nodes.side[j] === "query")) {
        const e = g.edgeOf(s2, t);
        if (e < 0) continue;
        const heads = await g.headsOf(e);
        arcs.push([g.nodes.position[t], g.nodes.position[s2], g.edges.weight[e], heads || []]);
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
    const caption2 = figure2.querySelector("figcaption");
    if (caption2) caption2.remove();
    return figure2;
  };
  var link = (g, i) => {
    const known2 = knownOf(g, i);
    return known2 && known2.report ? `${known2.report}#/d/${encodeURIComponent(known2.card.name)}/latent/${g.nodes.latent[i]}` : null;
  };
  var savedPage = async (g, i) => {
    const known2 = knownOf(g, i);
    if (!known2) return null;
    const number3 = Math.floor(g.nodes.latent[i] / known2.page_shard_size);
    if (!known2.page_shards.includes(number3)) return null;
    const pages = await load(`${known2.folder}/pages-${String(number3).padStart(4, "0")}`);
    return pages[g.nodes.latent[i]] || null;
  };
  var page7 = async (g, i, figures) => {
    const saved = await savedPage(g, i);
    const row = rowOf(g, i);
    if (!saved && !row) return null;
    const card = cardOf(g, i), kind = of(card);
    const part = (title2, ...content) => [el("h3", title2), ...content];
    const out = el("div.latent-part");
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
    const { kind, value: value2, pre, cut: cut3, probability, error_norm } = g.nodes;
    const fact = (name, text2, words2) => el(
      "div",
      el("dt", words2 ? attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words2)) : name),
      el("dd", text2)
    );
    const side2 = g.nodes.side[i];
    return el(
      "dl.strip.facts-strip",
      kind[i] === "latent" && fact(
        side2 === "query" ? "Activation z" : "Activation f",
        num(value2[i]),
        side2 === "query" ? "What has arrived at this destination, through all heads." : "How strongly it fires here."
      ),
      kind[i] === "logit" && fact("Logit", num(value2[i]), "Less the mean over the vocabulary."),
      probability[i] !== null && fact("Probability", percent(probability[i])),
      pre[i] !== null && fact("Flows in", num(pre[i]), "Pre-activation: the sum of all edges into it."),
      cut3[i] ? fact("Of it cut", num(cut3[i]), "Sum of edges that are not in the file.") : null,
      g.influence[i] > 0 && fact("Influence", percent(g.influence[i]), "Share of what reaches the logits that goes through here."),
      error_norm[i] !== null && fact("Norm of the error", percent(error_norm[i]), "Of the norm of what it is an error of.")
    );
  };
  var kinList = (g, i, act) => {
    const kin = g.sameLatent(i).filter((j) => j !== i);
    if (!kin.length) return null;
    const mine = g.nodes.side[i];
    kin.sort(
      (a2, b) => Number(g.nodes.side[a2] === mine) - Number(g.nodes.side[b] === mine) || g.nodes.position[a2] - g.nodes.position[b]
    );
    return el(
      "ul.edge-list.kin",
      kin.slice(0, 12).map((j) => {
        const e = Math.max(g.edgeOf(i, j), g.edgeOf(j, i));
        return el(
          "li",
          nodeButton(g, j, act),
          el("span.faint.small", `${SHORT[g.nodes.side[j] || "own"]}, ${num(g.nodes.value[j])}`),
          e >= 0 && el("button.quiet.open-edge", { "data-edge": e, onclick: () => act.edge(e) }, "heads")
        );
      })
    );
  };
  var page8 = (g, i, state, act) => {
    const pinned = state.pins.includes(i), marked = state.marked.has(i), position = g.nodes.position[i];
    const title2 = full(g, i).replace(/ at \d+$/, "");
    const href = g.nodes.kind[i] === "latent" ? link(g, i) : null;
    const incoming = g.incoming(i), outgoing = g.outgoing(i);
    const sum = incoming.reduce((a2, e) => a2 + g.edges.weight[e], 0);
    const words2 = g.sameLatent(i).some((j) => g.nodes.side[j] === "key") ? "Shade: it fires here (key side). Bar: it arrives here (query side). Arc: what is moved." : "Bar: its activation at this position.";
    const strip = el("div.joined"), latent = el("div"), figures = [];
    const node = el(
      "div.node-page",
      { "data-node": i },
      el("div.head", mark2(lookName(g, i), 18), el("h2", title2[0].toUpperCase() + title2.slice(1))),
      el(
        "p.hint",
        position >= 0 ? [chip(tokenAt(g, position)), ` at position ${position} · `] : null,
        LOOKS[lookName(g, i)].title
      ),
      el(
        "div.tools",
        el(
          "button#pin.quiet",
          { "aria-pressed": String(pinned), title: "p", onclick: () => act.pin(i) },
          pinned ? "Unpin" : "Pin"
        ),
        el(
          "button#mark.quiet",
          { "aria-pressed": String(marked), title: "m, or Shift + click", onclick: () => act.mark(i) },
          marked ? "Unmark" : "Mark for a group"
        ),
        href && el("a#latent-link.button", { href }, "Page of this latent")
      ),
      facts(g, i),
      g.nodes.kind[i] === "latent" && [el("h3", "On this prompt"), strip, el("p.hint", words2), kinList(g, i, act)],
      el(
        "h3",
        `Comes from (${incoming.length})`,
        incoming.length ? el("span.faint", ` sum ${num(sum)}${g.nodes.cut[i] ? `, and ${num(g.nodes.cut[i])} cut` : ""}`) : ""
      ),
      edges(g, incoming, (e) => g.edges.source[e], act),
      el("h3", `Goes to (${outgoing.length})`),
      edges(g, outgoing, (e) => g.edges.target[e], act),
      latent
    );
    node.start = async () => {
      if (g.nodes.kind[i] !== "latent") return;
      const figure2 = await joined(g, i);
      if (!node.isConnected) return;
      strip.replaceChildren(figure2);
      figure2.place();
      const made = await page7(g, i, figures);
      if (!made || !node.isConnected) return;
      latent.replaceChildren(made);
      figures.forEach((f) => f.place());
    };
    return node;
  };

  // src/graphs/qk_features.js
  var MOST3 = 12;
  var rest = (words2) => el("span.faint", words2);
  var side = (g, i, words2, act, hinted = true) => i === null ? rest(words2) : nodeButton(g, i, act, hinted);
  var terms = (list2, draw3) => {
    const unnamed = (t) => t.latent === void 0 && t.query_node === null && t.key_node === null;
    const named2 = list2.filter((t) => !unnamed(t)), others = list2.filter(unnamed);
    const most = Math.max(1e-12, ...named2.map((t) => Math.abs(t.value))), both = named2.some((t) => t.value < 0);
    const left = [...named2.slice(MOST3), ...others].reduce((sum, t) => sum + t.value, 0);
    return el(
      "ol.reason-list",
      named2.slice(0, MOST3).map((t) => el("li", draw3(t), bar(t.value, most, null, both), el("span.value", num(t.value)))),
      (others.length > 0 || named2.length > MOST3) && el("li", rest("everything else"), el("span"), el("span.value", num(left)))
    );
  };
  var title = (g, entry) => [
    `Layer ${entry.layer}, head ${entry.head}: `,
    chip(tokenAt(g, entry.query)),
    ` at ${entry.query} looks at `,
    chip(tokenAt(g, entry.key)),
    ` at ${entry.key}`
  ];
  var qkLatent = (known2, latent) => {
    const row = known2 && known2.latents[latent];
    if (!row) return el("span", `QK latent ${latent}`);
    const chips2 = (tokens) => tokens.slice(0, 3).map((token) => chip(token));
    const figures = row.examples.map((e) => figure(known2.card, e, scales(row.examples)));
    const summary = el(
      "summary",
      `QK latent ${latent} `,
      chips2(row.tokens),
      el("span.faint", " looks for "),
      chips2(row.key_tokens)
    );
    const shown2 = el("details.qk-latent", summary, legend(known2.card), figures);
    shown2.addEventListener("toggle", () => shown2.open && figures.forEach((f) => f.place()));
    return shown2;
  };
  var page9 = (g, { entries, dictionaries }, k2, act) => {
    const entry = entries[k2];
    const fact = (name, text2, words2) => el(
      "div",
      el(
        "dt",
        attach(el("span.defined", { tabindex: "0" }, name), () => el("p", words2))
      ),
      el("dd", text2)
    );
    return el(
      "div.qk-features",
      el("h2", "Why it looked there"),
      el("p", title(g, entry)),
      el(
        "dl.strip.facts-strip",
        fact("Pattern", percent(entry.pattern), "Share of the head's attention at this query that goes to this key."),
        fact("Score", num(entry.score), "The logit of the softmax: all terms below sum to it."),
        entry.contrast !== null && fact(
          "Over the row's mean",
          num(entry.contrast),
          "What softmax sees of it: the score minus the mean score of its row."
        )
      ),
      el("h3", "Pairs: what acts on the query, with what acts on the key"),
      el(
        "div.pairs-list",
        terms(
          entry.pairs,
          (t) => el(
            "span.reason-pair",
            side(g, t.query_node, "rest of the query", act, false),
            el("span.faint", "×"),
            side(g, t.key_node, "rest of the key", act, false)
          )
        )
      ),
      el("h3", "By what acts on the query, with the whole key"),
      terms(entry.query_marginal, (t) => side(g, t.query_node, "rest", act)),
      el("h3", "By what acts on the key, with the whole query"),
      terms(entry.key_marginal, (t) => side(g, t.key_node, "rest", act)),
      entry.qk_features.length > 0 && [
        el("h3", "QK latents active on both sides"),
        terms(
          entry.qk_features.map(([latent, value2]) => ({ latent, value: value2 })),
          (t) => qkLatent(dictionaries[entry.qk_features_of], t.latent)
        ),
        entry.qk_features_rest !== null && el("p.hint", `They leave ${num(entry.qk_features_rest)} of the score unexplained.`)
      ]
    );
  };
  var list = (g, act) => g.data.entries.length ? el(
    "ol.entries",
    g.data.entries.map(
      ([layer, head2, query, key], k2) => el(
        "li",
        el(
          "button.node-name",
          { "data-entry": k2, onclick: () => act.why(k2) },
          ...title(g, { layer, head: head2, query, key })
        )
      )
    )
  ) : el("p.hint", "No pattern entry of this graph was explained.");

  // src/graphs/search.js
  var MOST4 = 40;
  var field = (g, state, act) => {
    const words2 = Array.from({ length: g.n }, (_, i) => words(g, i));
    const results = el("ul#found.found", { role: "listbox", "aria-label": "Found nodes", hidden: true });
    let list2 = [], at = 0;
    const find2 = (text2) => {
      const wanted = text2.trim().toLowerCase();
      if (!wanted) return [];
      const number3 = /^#?(\d+)$/.exec(wanted), both = /^l?(\d+)[ /.#]+(\d+)$/.exec(wanted);
      const order = Array.from({ length: g.n }, (_, i) => i).sort(
        (a2, b) => (g.influence[b] || 0) - (g.influence[a2] || 0)
      );
      if (both) return order.filter((i) => g.nodes.layer[i] === Number(both[1]) && g.nodes.latent[i] === Number(both[2]));
      if (number3) {
        const exact = order.filter((i) => g.nodes.latent[i] === Number(number3[1]));
        if (exact.length || wanted.startsWith("#")) return exact;
      }
      const parts = wanted.split(/\s+/);
      return order.filter((i) => parts.every((part) => words2[i].includes(part)));
    };
    const show2 = () => {
      results.replaceChildren(
        ...list2.slice(0, MOST4).map((i, k2) => {
          const item2 = el(
            "li",
            { role: "option", id: `found-${k2}`, "aria-selected": String(k2 === at) },
            nodeButton(g, i, { ...act, pick: (j) => choose2(j) })
          );
          return item2;
        }),
        ...list2.length > MOST4 ? [el("li.hint", `${list2.length - MOST4} more are ringed`)] : [],
        ...list2.length ? [] : [el("li.hint", "No such node")]
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
    const box2 = el("input#search", {
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
        list2 = find2(box2.value);
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
          at = Math.min(Math.min(MOST4, list2.length) - 1, Math.max(0, at + step));
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
    return { node: el("div.finder", box2, results), clear, close };
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
    const [s2, t] = numbers((asked.get("edge") || "").replace("-", "."));
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
      group.nodes = [...new Set(group.nodes)].filter((i) => !taken.has(i));
      group.nodes.forEach((i) => taken.add(i));
    }
    const kept = groups.filter((v) => v.nodes.length);
    const first = said.length || asked.has("pin") ? [] : kept.flatMap((v) => v.nodes);
    const state = {
      at: place3("at", g.n),
      edge: s2 !== void 0 && t !== void 0 ? g.edgeOf(s2, t) : -1,
      pins: [.../* @__PURE__ */ new Set([...numbers(asked.get("pin")).filter(node), ...first])],
      groups: kept,
      kept: share("nodes", 1),
      least: share("edges", 0),
      follow: ["direct", "up", "down"].find((v) => v === asked.get("follow")) ?? "direct",
      entry: place3("why", g.data.entries.length),
      marked: /* @__PURE__ */ new Set(),
      hover: -1,
      found: null
    };
    state.tab = TABS.find((v) => v === asked.get("tab")) ?? usualTab(state);
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

  // src/graphs/story.js
  var unexplained = (g, i) => g.nodes.kind[i] === "error" || g.nodes.kind[i] === "bias";
  var answer2 = (g) => {
    const { kind, probability } = g.nodes;
    let best = -1;
    for (let i = 0; i < g.n; i++)
      if (kind[i] === "logit" && (best < 0 || (probability?.[i] ?? -1) > (probability?.[best] ?? -1))) best = i;
    return best;
  };
  var supporting = (g, i) => g.incoming(i).filter((e) => g.edges.weight[e] > 0 && !unexplained(g, g.edges.source[e]));
  var path2 = (g, from) => {
    const nodes2 = [from];
    for (; ; ) {
      const edges2 = supporting(g, nodes2[0]);
      const e = edges2.find((v) => g.nodes.kind[g.edges.source[v]] === "latent") ?? edges2[0];
      if (e === void 0 || nodes2.includes(g.edges.source[e])) return nodes2;
      nodes2.unshift(g.edges.source[e]);
    }
  };
  var strongest = (g, n) => {
    const from = answer2(g);
    const up = from < 0 ? null : g.trace(from, g.shown(1), 0).up;
    const size = (i) => Number.isNaN(g.influence[i]) ? up?.[i] ?? 0 : g.influence[i];
    const found = Array.from({ length: g.n }, (_, i) => i).filter((i) => g.nodes.kind[i] === "latent" && size(i) > 0).sort((a2, b) => size(b) - size(a2));
    return found.filter((i, k2) => !found.slice(0, k2).some((j) => g.sameLatent(i).includes(j))).slice(0, n);
  };

  // src/graphs/story_line.js
  var repeated = (g, nodes2, k2) => g.nodes.side[nodes2[k2]] === "key" && g.sameLatent(nodes2[k2]).includes(nodes2[k2 + 1]) && k2 + 1 < nodes2.length;
  var line2 = (g, act) => {
    const end = answer2(g);
    if (end < 0) return null;
    const nodes2 = path2(g, end);
    const told = nodes2.filter((_, k2) => k2 < nodes2.length - 1 && !repeated(g, nodes2, k2));
    const p = g.nodes.probability?.[end] ?? null;
    const first = supporting(g, end)[0];
    const direct = told.length > 1 && first !== void 0 && g.nodes.kind[g.edges.source[first]] === "embedding";
    return el(
      "p.story",
      el("strong", "Answer"),
      nodeButton(g, end, act, false),
      p !== null && el("span.faint", percent(p)),
      told.length > 0 && [
        el("span.lead", "Strongest path:"),
        told.map((i) => [nodeButton(g, i, act, false), el("span.faint", "→")]),
        el("span", "answer")
      ],
      direct && [
        el("span.lead", "Directly:"),
        nodeButton(g, g.edges.source[first], act, false),
        el("span.faint", { title: "Share of what flows into the answer" }, percent(g.edges.share[first]))
      ]
    );
  };

  // src/graphs/thresholds.js
  var LEAST_SHARE = 1e-4;
  var thresholds = (state, changed, remember) => {
    const slider = (id2, name, hint2, at, read2, say) => {
      const out = el("output", { for: id2 }, say());
      const box2 = el("input", {
        id: id2,
        type: "range",
        min: 0,
        max: 100,
        value: at,
        title: hint2,
        oninput: () => {
          read2(Number(box2.value));
          out.textContent = say();
          changed();
        },
        onchange: remember
      });
      return el("label.threshold", { title: hint2 }, name, box2, out);
    };
    const toShare = (v) => v <= 0 ? 0 : LEAST_SHARE * (0.5 / LEAST_SHARE) ** (v / 100);
    const fromShare = (v) => v <= 0 ? 0 : Math.round(100 * Math.log(v / LEAST_SHARE) / Math.log(0.5 / LEAST_SHARE));
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
    return [nodesSlider, edgesSlider];
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
  var nameOf = (g, unit2) => {
    if (unit2.group) return `${unit2.group.label} (${unit2.nodes.length})`;
    const i = unit2.nodes[0];
    const token = g.nodes.position[i] >= 0 && g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit" ? ` ${shown(tokenAt(g, g.nodes.position[i]))}` : "";
    const side2 = g.nodes.side[i] === "key" ? " key" : g.nodes.side[i] === "query" ? " query" : "";
    const whole = `${brief(g, i)}${side2}${token}`;
    return whole.length > 24 ? `${whole.slice(0, 23)}…` : whole;
  };
  var links = (g, units) => {
    const owner2 = new Map(units.flatMap((u, k2) => u.nodes.map((i) => [i, k2])));
    const direct = /* @__PURE__ */ new Map(), key = (a2, b) => a2 * units.length + b;
    for (let e = 0; e < g.m; e++) {
      const a2 = owner2.get(g.edges.source[e]), b = owner2.get(g.edges.target[e]);
      if (a2 === void 0 || b === void 0 || a2 === b) continue;
      const found = direct.get(key(a2, b)) || { from: a2, to: b, weight: 0, share: 0, through: 0, edges: [] };
      found.weight += g.edges.weight[e];
      found.edges.push(e);
      direct.set(key(a2, b), found);
    }
    units.forEach((unit2, b) => {
      const whole = unit2.nodes.reduce((sum, i) => sum + g.total[i], 0) || 1;
      const reach = new Float64Array(g.n);
      for (const i of unit2.nodes) reach[i] = g.total[i] / whole;
      const got = new Float64Array(units.length);
      for (let k2 = g.n - 1; k2 >= 0; k2--) {
        const t = g.order[k2];
        if (!reach[t]) continue;
        const mine = owner2.get(t);
        if (mine !== void 0 && mine !== b) {
          got[mine] += reach[t];
          continue;
        }
        for (const e of g.incoming(t)) reach[g.edges.source[e]] += reach[t] * g.edges.share[e];
      }
      units.forEach((_, a2) => {
        if (a2 === b) return;
        const found = direct.get(key(a2, b));
        if (found) {
          found.share = found.edges.reduce((sum, e) => sum + Math.abs(g.edges.weight[e]), 0) / whole;
          found.through = got[a2];
        } else if (got[a2] >= INDIRECT_LEAST)
          direct.set(key(a2, b), { from: a2, to: b, weight: null, share: 0, through: got[a2], edges: [] });
      });
    });
    return [...direct.values()];
  };
  var arrange = (g, units, layout2, width2) => {
    const level = (u) => Math.max(...u.nodes.map((i) => rowKey(g, i)));
    const across = (u) => u.nodes.reduce((sum, i) => sum + layout2.x[i], 0) / u.nodes.length / layout2.width;
    const rows = [...new Set(units.map(level))].sort((a2, b) => b - a2);
    let widest2 = width2;
    rows.forEach((row, k2) => {
      const mine = units.filter((u) => level(u) === row).sort((a2, b) => across(a2) - across(b));
      let x = GAP;
      for (const u of mine) {
        u.w = 34 + 6.7 * nameOf(g, u).length;
        u.y = 12 + k2 * ROW;
        u.x = Math.max(x, Math.min(across(u) * width2 - u.w / 2, width2 - u.w - GAP));
        x = u.x + u.w + GAP;
      }
      let end = width2 - GAP;
      for (const u of mine.slice().reverse()) {
        if (u.x + u.w > end) u.x = Math.max(GAP, end - u.w);
        end = u.x - GAP;
      }
      x = GAP;
      for (const u of mine) {
        u.x = Math.max(u.x, x);
        x = u.x + u.w + GAP;
      }
      widest2 = Math.max(widest2, x);
    });
    return { width: widest2, height: 24 + (rows.length - 1) * ROW + BOX };
  };
  var draw2 = (g, state, layout2, width2, act) => {
    const units = unitsOf(g, state);
    const size = arrange(g, units, layout2, width2);
    const chart = svg("svg", {
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      class: "subgraph",
      role: "group",
      "aria-label": `Pinned subgraph of ${units.length} boxes`
    });
    const found = links(g, units).sort((a2, b) => a2.share - b.share);
    for (const link2 of found) {
      const a2 = units[link2.from], b = units[link2.to];
      const x1 = a2.x + a2.w / 2, x2 = b.x + b.w / 2, level = Math.abs(a2.y - b.y) < 4;
      const y1 = level ? a2.y + BOX : a2.y, y2 = level ? b.y + BOX : b.y + BOX, bend = level ? -26 : (y1 - y2) / 2;
      const straight = link2.weight !== null, strength = Math.sqrt(Math.min(1, straight ? link2.share : link2.through));
      const ink = color2(!straight ? "identity" : link2.weight < 0 ? "minus" : "plus");
      const d = `M${x1} ${y1}C${x1} ${y1 - bend} ${x2} ${y2 + (level ? 26 : bend)} ${x2} ${y2}`;
      const line3 = svg("path.sub-edge", {
        d,
        fill: "none",
        stroke: ink,
        "stroke-width": (0.8 + 6 * strength).toFixed(1),
        "stroke-opacity": (0.35 + 0.6 * strength).toFixed(2),
        "stroke-dasharray": straight ? link2.weight < 0 ? "6 3" : null : "2 4"
      });
      attach(line3, () => [
        el("strong", `${nameOf(g, a2)} → ${nameOf(g, b)}`),
        lines(
          straight && ["weight, direct", num(link2.weight)],
          straight && ["share of its target's input", percent(link2.share)],
          ["with paths through what is not pinned", percent(link2.through)]
        )
      ]);
      if (link2.edges.length === 1) line3.addEventListener("click", () => act.edge(link2.edges[0]));
      chart.append(line3);
    }
    for (const unit2 of units) {
      const i = unit2.nodes[0], chosen = unit2.group ? state.group === unit2.group : state.at === i;
      const marked = unit2.nodes.every((j) => state.marked.has(j));
      const box2 = svg(
        "g.sub-box",
        { tabindex: "0", role: "button", "aria-label": nameOf(g, unit2), "data-unit": unit2.group ? "group" : i },
        unit2.group && rectOf(unit2.x + 4, unit2.y + 4, unit2.w, BOX, { rx: 6, fill: color2("raised"), stroke: color2("edge") }),
        rectOf(unit2.x, unit2.y, unit2.w, BOX, {
          rx: 6,
          fill: color2("card"),
          stroke: color2(marked ? "accent" : chosen ? "ink" : "edge"),
          "stroke-width": marked || chosen ? 2 : 1
        }),
        svg("path", {
          d: shapePath(look(g, i).shape, unit2.x + 14, unit2.y + BOX / 2, 5),
          fill: color2(look(g, i).hue),
          "data-look": lookName(g, i)
        }),
        svg(
          "text",
          {
            x: unit2.x + 26,
            y: unit2.y + BOX / 2 + 4,
            "font-size": 12,
            "font-family": FONT,
            fill: color2("ink"),
            "font-weight": unit2.group ? 700 : null
          },
          nameOf(g, unit2)
        )
      );
      const open = (shift) => {
        hide();
        if (shift) unit2.nodes.forEach((j) => act.mark(j, !marked));
        else if (unit2.group) act.openGroup(unit2.group);
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
      if (!unit2.group) {
        box2.addEventListener("pointerenter", () => act.hover(i));
        box2.addEventListener("pointerleave", () => act.hover(-1));
        attach(box2, () => tip(g, i));
      }
      chart.append(box2);
    }
    return chart;
  };

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
  function array2(x) {
    return x == null ? [] : Array.isArray(x) ? x : Array.from(x);
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
      return array2(select2.apply(this, arguments));
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
  function constant2(x) {
    return function() {
      return x;
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
    var bind = key ? bindKey : bindIndex, parents = this._parents, groups = this._groups;
    if (typeof value2 !== "function") value2 = constant2(value2);
    for (var m = groups.length, update = new Array(m), enter = new Array(m), exit = new Array(m), j = 0; j < m; ++j) {
      var parent = parents[j], group = groups[j], groupLength = group.length, data2 = arraylike(value2.call(parent, parent && parent.__data__, j, parents)), dataLength = data2.length, enterGroup = enter[j] = new Array(dataLength), updateGroup = update[j] = new Array(dataLength), exitGroup = exit[j] = new Array(groupLength);
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
  function selection_merge(context) {
    var selection2 = context.selection ? context.selection() : context;
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
    var create2 = typeof name === "function" ? name : creator(name), select2 = before == null ? constantNull : typeof before === "function" ? before : selector(before);
    return this.select(function() {
      return this.insertBefore(create2.apply(this, arguments), select2.apply(this, arguments) || null);
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
    var root3 = view.document.documentElement, selection2 = select(view).on("dragstart.drag", noevent, nonpassivecapture);
    if ("onselectstart" in root3) {
      selection2.on("selectstart.drag", noevent, nonpassivecapture);
    } else {
      root3.__noselect = root3.style.MozUserSelect;
      root3.style.MozUserSelect = "none";
    }
  }
  function yesdrag(view, noclick) {
    var root3 = view.document.documentElement, selection2 = select(view).on("dragstart.drag", null);
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
    x,
    y,
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
      x: { value: x, enumerable: true, configurable: true },
      y: { value: y, enumerable: true, configurable: true },
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
  var frame = 0;
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
    ++frame;
    var t = taskHead, e;
    while (t) {
      if ((e = clockNow - t._time) >= 0) t._call.call(void 0, e);
      t = t._next;
    }
    --frame;
  }
  function wake() {
    clockNow = (clockLast = clock.now()) + clockSkew;
    frame = timeout$1 = 0;
    try {
      timerFlush();
    } finally {
      frame = 0;
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
    if (frame) return;
    if (timeout$1) timeout$1 = clearTimeout(timeout$1);
    var delay = time - clockNow;
    if (delay > 24) {
      if (time < Infinity) timeout$1 = setTimeout(wake, Math.ceil(time - clock.now() - clockSkew) + 1);
      if (interval$1) interval$1 = clearInterval(interval$1);
    } else {
      if (!interval$1) clockLast = clock.now(), interval$1 = setInterval(poke, pokeDelay);
      frame = 1, setFrame(wake);
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
  function tpmt(x) {
    return (Math.pow(2, -10 * x) - 9765625e-10) * 1.0009775171065494;
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
    return (typeof b === "number" ? number2 : b instanceof color ? rgb2 : (c = color(b)) ? (b = c, rgb2) : string)(a2, b);
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
    for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, subgroup = subgroups[j] = [], node, i = 0; i < n; ++i) {
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
  function transition_select(select2) {
    var name = this._name, id2 = this._id;
    if (typeof select2 !== "function") select2 = selector(select2);
    for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
        if ((node = group[i]) && (subnode = select2.call(node, node.__data__, i, group))) {
          if ("__data__" in node) subnode.__data__ = node.__data__;
          subgroup[i] = subnode;
          schedule(subgroup[i], name, id2, i, subgroup, get2(node, id2));
        }
      }
    }
    return new Transition(subgroups, this._parents, name, id2);
  }
  function transition_selectAll(select2) {
    var name = this._name, id2 = this._id;
    if (typeof select2 !== "function") select2 = selectorAll(select2);
    for (var groups = this._groups, m = groups.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          for (var children2 = select2.call(node, node.__data__, i, group), child, inherit2 = get2(node, id2), k2 = 0, l = children2.length; k2 < l; ++k2) {
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
    for (var groups = this._groups, m = groups.length, j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, node, i = 0; i < n; ++i) {
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
    return new Transition(groups, this._parents, name, id1);
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
  function Transition(groups, parents, name, id2) {
    this._groups = groups;
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
    for (var groups = this._groups, m = groups.length, j = 0; j < m; ++j) {
      for (var group = groups[j], n = group.length, node, i = 0; i < n; ++i) {
        if (node = group[i]) {
          schedule(node, name, id2, i, group, timing || inherit(node, id2));
        }
      }
    }
    return new Transition(groups, this._parents, name, id2);
  }
  selection.prototype.interrupt = selection_interrupt;
  selection.prototype.transition = selection_transition;

  // node_modules/d3-zoom/dist/d3-zoom.mjs
  var constant3 = (x) => () => x;
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
  function Transform(k2, x, y) {
    this.k = k2;
    this.x = x;
    this.y = y;
  }
  Transform.prototype = {
    constructor: Transform,
    scale: function(k2) {
      return k2 === 1 ? this : new Transform(this.k * k2, this.x, this.y);
    },
    translate: function(x, y) {
      return x === 0 & y === 0 ? this : new Transform(this.k, this.x + this.k * x, this.y + this.k * y);
    },
    apply: function(point2) {
      return [point2[0] * this.k + this.x, point2[1] * this.k + this.y];
    },
    applyX: function(x) {
      return x * this.k + this.x;
    },
    applyY: function(y) {
      return y * this.k + this.y;
    },
    invert: function(location2) {
      return [(location2[0] - this.x) / this.k, (location2[1] - this.y) / this.k];
    },
    invertX: function(x) {
      return (x - this.x) / this.k;
    },
    invertY: function(y) {
      return (y - this.y) / this.k;
    },
    rescaleX: function(x) {
      return x.copy().domain(x.range().map(this.invertX, this).map(x.invert, x));
    },
    rescaleY: function(y) {
      return y.copy().domain(y.range().map(this.invertY, this).map(y.invert, y));
    },
    toString: function() {
      return "translate(" + this.x + "," + this.y + ") scale(" + this.k + ")";
    }
  };
  var identity3 = new Transform(1, 0, 0);
  transform.prototype = Transform.prototype;
  function transform(node) {
    while (!node.__zoom) if (!(node = node.parentNode)) return identity3;
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
    return this.__zoom || identity3;
  }
  function defaultWheelDelta(event) {
    return -event.deltaY * (event.deltaMode === 1 ? 0.05 : event.deltaMode ? 1 : 2e-3) * (event.ctrlKey ? 10 : 1);
  }
  function defaultTouchable() {
    return navigator.maxTouchPoints || "ontouchstart" in this;
  }
  function defaultConstrain(transform2, extent, translateExtent) {
    var dx0 = transform2.invertX(extent[0][0]) - translateExtent[0][0], dx1 = transform2.invertX(extent[1][0]) - translateExtent[1][0], dy0 = transform2.invertY(extent[0][1]) - translateExtent[0][1], dy1 = transform2.invertY(extent[1][1]) - translateExtent[1][1];
    return transform2.translate(
      dx1 > dx0 ? (dx0 + dx1) / 2 : Math.min(0, dx0) || Math.max(0, dx1),
      dy1 > dy0 ? (dy0 + dy1) / 2 : Math.min(0, dy0) || Math.max(0, dy1)
    );
  }
  function zoom2() {
    var filter2 = defaultFilter, extent = defaultExtent, constrain = defaultConstrain, wheelDelta = defaultWheelDelta, touchable = defaultTouchable, scaleExtent = [0, Infinity], translateExtent = [[-Infinity, -Infinity], [Infinity, Infinity]], duration = 250, interpolate2 = zoom, listeners2 = dispatch("start", "zoom", "end"), touchstarting, touchfirst, touchending, touchDelay = 500, wheelDelay = 150, clickDistance2 = 0, tapDistance = 10;
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
        var e = extent.apply(this, arguments), t02 = this.__zoom, p0 = p == null ? centroid(e) : typeof p === "function" ? p.apply(this, arguments) : p, p1 = t02.invert(p0), k1 = typeof k2 === "function" ? k2.apply(this, arguments) : k2;
        return constrain(translate(scale(t02, k1), p0, p1), e, translateExtent);
      }, p, event);
    };
    zoom3.translateBy = function(selection2, x, y, event) {
      zoom3.transform(selection2, function() {
        return constrain(this.__zoom.translate(
          typeof x === "function" ? x.apply(this, arguments) : x,
          typeof y === "function" ? y.apply(this, arguments) : y
        ), extent.apply(this, arguments), translateExtent);
      }, null, event);
    };
    zoom3.translateTo = function(selection2, x, y, p, event) {
      zoom3.transform(selection2, function() {
        var e = extent.apply(this, arguments), t = this.__zoom, p0 = p == null ? centroid(e) : typeof p === "function" ? p.apply(this, arguments) : p;
        return constrain(identity3.translate(p0[0], p0[1]).scale(t.k).translate(
          typeof x === "function" ? -x.apply(this, arguments) : -x,
          typeof y === "function" ? -y.apply(this, arguments) : -y
        ), e, translateExtent);
      }, p, event);
    };
    function scale(transform2, k2) {
      k2 = Math.max(scaleExtent[0], Math.min(scaleExtent[1], k2));
      return k2 === transform2.k ? transform2 : new Transform(k2, transform2.x, transform2.y);
    }
    function translate(transform2, p0, p1) {
      var x = p0[0] - p1[0] * transform2.k, y = p0[1] - p1[1] * transform2.k;
      return x === transform2.x && y === transform2.y ? transform2 : new Transform(transform2.k, x, y);
    }
    function centroid(extent2) {
      return [(+extent2[0][0] + +extent2[1][0]) / 2, (+extent2[0][1] + +extent2[1][1]) / 2];
    }
    function schedule2(transition2, transform2, point2, event) {
      transition2.on("start.zoom", function() {
        gesture(this, arguments).event(event).start();
      }).on("interrupt.zoom end.zoom", function() {
        gesture(this, arguments).event(event).end();
      }).tween("zoom", function() {
        var that = this, args = arguments, g = gesture(that, args).event(event), e = extent.apply(that, args), p = point2 == null ? centroid(e) : typeof point2 === "function" ? point2.apply(that, args) : point2, w = Math.max(e[1][0] - e[0][0], e[1][1] - e[0][1]), a2 = that.__zoom, b = typeof transform2 === "function" ? transform2.apply(that, args) : transform2, i = interpolate2(a2.invert(p).concat(w / a2.k), b.invert(p).concat(w / b.k));
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
      this.extent = extent.apply(that, args);
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
        var d = select(this.that).datum();
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
      var currentTarget = event.currentTarget, g = gesture(this, args, true).event(event), v = select(event.view).on("mousemove.zoom", mousemoved, true).on("mouseup.zoom", mouseupped, true), p = pointer(event, currentTarget), x0 = event.clientX, y0 = event.clientY;
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
      var t02 = this.__zoom, p0 = pointer(event.changedTouches ? event.changedTouches[0] : event, this), p1 = t02.invert(p0), k1 = t02.k * (event.shiftKey ? 0.5 : 2), t12 = constrain(translate(scale(t02, k1), p0, p1), extent.apply(this, args), translateExtent);
      noevent2(event);
      if (duration > 0) select(this).transition().duration(duration).call(schedule2, t12, p0, event);
      else select(this).call(zoom3.transform, t12, p0, event);
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
            var p = select(this).on("dblclick.zoom");
            if (p) p.apply(this, arguments);
          }
        }
      }
    }
    zoom3.wheelDelta = function(_) {
      return arguments.length ? (wheelDelta = typeof _ === "function" ? _ : constant3(+_), zoom3) : wheelDelta;
    };
    zoom3.filter = function(_) {
      return arguments.length ? (filter2 = typeof _ === "function" ? _ : constant3(!!_), zoom3) : filter2;
    };
    zoom3.touchable = function(_) {
      return arguments.length ? (touchable = typeof _ === "function" ? _ : constant3(!!_), zoom3) : touchable;
    };
    zoom3.extent = function(_) {
      return arguments.length ? (extent = typeof _ === "function" ? _ : constant3([[+_[0][0], +_[0][1]], [+_[1][0], +_[1][1]]]), zoom3) : extent;
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

  // src/graphs/draw.js
  var inks = /* @__PURE__ */ new Map();
  var color3 = (name) => inks.get(name) || inks.set(name, color2(name)).get(name);
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
  var N_NAMED = 10;
  var stories = /* @__PURE__ */ new WeakMap();
  var storyOf = (g) => {
    if (!stories.has(g)) stories.set(g, { answer: answer2(g), strongest: strongest(g, N_NAMED) });
    return stories.get(g);
  };
  var resting = (state) => state.hover < 0 && state.at === null && state.edge < 0 && state.entry === null;
  var focusOf = (g, state) => state.hover >= 0 ? state.hover : resting(state) ? storyOf(g).answer : state.at;
  var cut2 = (text2, most) => text2.length > most ? `${text2.slice(0, most - 1)}…` : text2;
  var screen = (layout2, view) => ({
    x: (i) => GUTTER.left + view.x + layout2.x[i] * view.zoom,
    y: (i) => GUTTER.top + view.y + layout2.y[i] * view.zoom,
    r: (i) => layout2.radius[i] * Math.min(1.7, Math.max(0.85, view.zoom)),
    left: (wx) => GUTTER.left + view.x + wx * view.zoom,
    top: (wy) => GUTTER.top + view.y + wy * view.zoom
  });
  var curve = (g, at, e) => {
    const { source, target } = g.edges, s2 = source[e], t = target[e];
    return [at.x(s2), at.y(s2) - at.r(s2), at.x(t), at.y(t) + at.r(t)];
  };
  var away = (c, size) => Math.max(c[0], c[2]) < GUTTER.left || Math.min(c[0], c[2]) > size.width || Math.max(c[1], c[3]) < 0 || Math.min(c[1], c[3]) > size.height;
  var strong = (g, state, seen) => {
    const focus = focusOf(g, state);
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
      for (const one2 of out) one2[1] = Math.min(one2[1], BESIDE);
      out.push([state.edge, 1]);
    }
    return out.sort((a2, b) => a2[1] - b[1]).slice(-400);
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
          color3("raised"),
          0.6
        );
    }
    let layer = null;
    for (const row of layout2.rows) {
      if (row.layer !== layer && row !== layout2.rows[0])
        pen.line(0, at.top(row.top), right, at.top(row.top), color3("edge"), 0.8);
      layer = row.layer;
    }
    for (const column of layout2.tokens) {
      const x = at.left(column.left);
      if (x > GUTTER.left && x < size.width) pen.line(x, 0, x, bottom, color3("line"), 0.6);
    }
  };
  var faint = (pen, g, state, layout2, view, size, seen) => {
    const at = screen(layout2, view), kept = [];
    for (const e of g.ranked) {
      if (kept.length === MOST_FAINT) break;
      if (g.edges.share[e] >= state.least && seen[g.edges.source[e]] && seen[g.edges.target[e]]) kept.push(e);
    }
    const thin = 1 / Math.max(1, Math.sqrt(kept.length / 600));
    for (const [low, high, width2, alpha] of FAINT) {
      const mine = kept.filter((e) => g.edges.share[e] >= low && g.edges.share[e] < high);
      const list2 = mine.map((e) => curve(g, at, e)).filter((c) => !away(c, size));
      pen.curves(list2, color3("identity"), width2, alpha * thin);
    }
  };
  var axes = (pen, g, layout2, view, size, positions) => {
    const at = screen(layout2, view), bottom = size.height - GUTTER.bottom;
    pen.rect(0, 0, GUTTER.left, size.height, color3("card"));
    pen.rect(0, bottom, size.width, GUTTER.bottom, color3("card"));
    pen.line(GUTTER.left, 0, GUTTER.left, bottom, color3("edge"));
    pen.line(GUTTER.left, bottom, size.width, bottom, color3("edge"));
    const layers = /* @__PURE__ */ new Map();
    for (const row of layout2.rows) {
      const y1 = at.top(row.top), y2 = at.top(row.bottom), middle = (y1 + y2) / 2;
      if (row.layer !== null) {
        const span = layers.get(row.layer) || [y1, y2];
        layers.set(row.layer, [Math.min(span[0], y1), Math.max(span[1], y2)]);
      }
      const isOut = row.layer === null;
      if (middle > 6 && middle < bottom - 2 && (y2 - y1 > 11 || isOut))
        pen.text(GUTTER.left - 7, middle + 4, row.name, { fill: color3("muted"), size: 11, anchor: "end" });
    }
    for (const [layer, [y1, y2]] of layers) {
      const low = Math.max(0, y1), high = Math.min(bottom, y2);
      if (high - low > 9) pen.text(8, (low + high) / 2 + 4, `L${layer}`, { fill: color3("ink"), size: 12, weight: 600 });
    }
    for (const { position, left, right } of layout2.tokens) {
      const x1 = at.left(left), x2 = at.left(right), middle = (x1 + x2) / 2;
      if (middle < GUTTER.left || middle > size.width) continue;
      const words2 = position < 0 ? "bias" : shown(tokenAt(g, position));
      const bold = positions.has(position) ? 700 : 400;
      const ink = color3(position < 0 ? "muted" : "ink");
      const across = x2 - x1 > 11 + 7 * Math.min(9, words2.length);
      if (across)
        pen.text(middle, bottom + 17, cut2(words2, Math.max(9, Math.floor((x2 - x1) / 8))), {
          fill: ink,
          size: 12,
          anchor: "middle",
          weight: bold
        });
      else if (x2 - x1 > 9)
        pen.text(middle + 4, bottom + 8, cut2(words2, 9), { fill: ink, size: 11, anchor: "end", weight: bold, turn: -55 });
      if (position >= 0 && across)
        pen.text(middle, bottom + 33, String(position), { fill: color3("muted"), size: 11, anchor: "middle" });
    }
  };
  var labels = (pen, g, state, layout2, view, size, strongly, seen) => {
    const at = screen(layout2, view), taken = [];
    const focus = focusOf(g, state);
    const put = (i, bold, name = brief) => {
      const words2 = cut2(name(g, i), 18), wide = 6.4 * words2.length + 6;
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
        pen.text(x + dx, y + dy, words2, { fill: color3("ink"), anchor, weight: bold ? 700 : 400, halo: color3("card") });
        return;
      }
    };
    if (focus !== null && focus >= 0) put(focus, true);
    for (let i = 0; i < g.n; i++) {
      if (g.nodes.kind[i] !== "logit" || i === focus) continue;
      const y = at.y(i) - at.r(i) - 4, room = Math.floor((y - Math.max(0, at.top(0))) / 6.5);
      if (at.x(i) > GUTTER.left && at.x(i) < size.width && room > 1 && y < size.height - GUTTER.bottom && view.zoom > 0.5)
        pen.text(at.x(i) + 4, y, cut2(shown(textOf(g, i)), room), { fill: color3("ink"), turn: -90, halo: color3("card") });
    }
    if (resting(state)) {
      for (const i of storyOf(g).strongest) if (seen[i]) put(i, false, caption);
    }
    const near = [];
    for (const [e] of strongly.slice().reverse()) near.push(g.edges.source[e], g.edges.target[e]);
    const kindly = (i) => g.nodes.kind[i] !== "embedding" && g.nodes.kind[i] !== "logit";
    for (const i of [.../* @__PURE__ */ new Set([...state.pins, ...resting(state) ? [] : near.slice(0, 24)])].filter(kindly))
      if (i !== focus) put(i, false);
  };
  var nodes = (pen, g, state, layout2, view, size, list2, rings) => {
    const at = screen(layout2, view);
    const focus = focusOf(g, state);
    const grouped2 = new Set(state.groups.flatMap((v) => v.nodes)), pinned = new Set(state.pins);
    const ink = color3("ink"), card = color3("card"), accent = color3("accent");
    for (const i of list2) {
      const x = at.x(i), y = at.y(i), r = at.r(i) + (rings && i === focus ? 1.5 : 0);
      if (x < GUTTER.left - 8 || x > size.width + 8 || y < -8 || y > size.height - GUTTER.bottom + 8) continue;
      const kind = look(g, i);
      const fill2 = color3(kind.hue);
      if (kind.hollow) pen.shape(kind.shape, x, y, r, { fill: card, stroke: fill2, width: 1.6 });
      else pen.shape(kind.shape, x, y, r, { fill: fill2, stroke: card, width: 0.7 });
      if (!rings) continue;
      if (state.found && state.found.has(i)) pen.shape("circle", x, y, r + 4, { stroke: color3("plus"), width: 2 });
      if (pinned.has(i)) pen.shape("circle", x, y, r + 2.6, { stroke: grouped2.has(i) ? accent : ink, width: 1.5 });
      if (state.marked.has(i)) pen.shape("square", x, y, r + 5.5, { stroke: accent, width: 2 });
      if (i === (resting(state) ? focus : state.at)) pen.shape("circle", x, y, r + 4.5, { stroke: ink, width: 2 });
    }
  };
  var back = (pen, g, state, layout2, view, size, seen) => {
    pen.rect(0, 0, size.width, size.height, color3("card"));
    grid(pen, layout2, view, size);
    faint(pen, g, state, layout2, view, size, seen);
    const all = Array.from({ length: g.n }, (_, i) => i).filter((i) => seen[i]);
    nodes(pen, g, state, layout2, view, size, all, false);
  };
  var front = (pen, g, state, layout2, view, size, seen) => {
    const at = screen(layout2, view), strongly = strong(g, state, seen), drawn = [];
    const plus = color3("plus"), minus = color3("minus"), focus = focusOf(g, state);
    const entry = state.entry === null ? null : g.data.entries[state.entry];
    const positions = new Set(entry ? entry.slice(2) : focus !== null && focus >= 0 ? [g.nodes.position[focus]] : []);
    for (const { position, left, right } of entry ? layout2.tokens : [])
      if (positions.has(position))
        pen.rect(at.left(left), 0, at.left(right) - at.left(left), size.height, color3("key"), 0.14);
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
    labels(pen, g, state, layout2, view, size, strongly, seen);
    axes(pen, g, layout2, view, size, positions);
    return drawn;
  };

  // src/graphs/pens.js
  var stamps = /* @__PURE__ */ new Map();
  var canvasPen = (context) => ({
    rect: (x, y, w, h, fill2, alpha = 1) => {
      context.globalAlpha = alpha;
      context.fillStyle = fill2;
      context.fillRect(x, y, w, h);
    },
    line: (x1, y1, x2, y2, stroke, width2 = 1) => {
      context.globalAlpha = 1;
      context.strokeStyle = stroke;
      context.lineWidth = width2;
      context.setLineDash([]);
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    },
    // Many curves at once, all of one look.
    curves: (list2, stroke, width2, alpha, dash = []) => {
      context.globalAlpha = alpha;
      context.strokeStyle = stroke;
      context.lineWidth = width2;
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
    shape: (shape, x, y, r, { fill: fill2, stroke, width: width2 = 1 }) => {
      const ratio = devicePixelRatio || 1, size = Math.round(r * 4) / 4, key = `${shape} ${size} ${fill2} ${stroke} ${width2} ${ratio}`;
      if (!stamps.has(key)) {
        const half2 = Math.ceil(size * 1.3 + width2) + 1;
        const stamp2 = el("canvas", { width: 2 * half2 * ratio, height: 2 * half2 * ratio });
        const ink = stamp2.getContext("2d");
        const path3 = new Path2D(shapePath(shape, half2, half2, size));
        ink.scale(ratio, ratio);
        ink.fillStyle = fill2;
        if (fill2) ink.fill(path3);
        ink.strokeStyle = stroke;
        ink.lineWidth = width2;
        if (stroke) ink.stroke(path3);
        stamps.set(key, { stamp: stamp2, half: half2 });
      }
      const { stamp, half } = stamps.get(key);
      context.globalAlpha = 1;
      context.drawImage(stamp, x - half, y - half, 2 * half, 2 * half);
    },
    text: (x, y, words2, { fill: fill2, size = 11, anchor = "start", weight = 400, turn: turn2 = 0, halo = null }) => {
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
      context.fillStyle = fill2;
      context.fillText(words2, 0, 0);
      context.restore();
    }
  });
  var svgPen = (into) => {
    const short = (v) => Number(v.toFixed(1));
    const add = (tag, attributes, ...children2) => into.append(svg(tag, attributes, ...children2));
    const plain2 = (alpha) => alpha < 1 ? alpha : null;
    return {
      rect: (x, y, width2, height, fill2, alpha = 1) => add("rect", { x, y, width: width2, height, fill: fill2, opacity: plain2(alpha) }),
      line: (x1, y1, x2, y2, stroke, width2 = 1) => add("line", { x1, y1, x2, y2, stroke, "stroke-width": width2 }),
      curves: (list2, stroke, width2, alpha, dash = []) => {
        for (const [x1, y1, x2, y2] of list2) {
          const bend = (y1 - y2) / 2;
          const d = `M${short(x1)} ${short(y1)}C${short(x1)} ${short(y1 - bend)} ${short(x2)} ${short(y2 + bend)} ${short(x2)} ${short(y2)}`;
          add("path", {
            d,
            fill: "none",
            stroke,
            "stroke-width": width2,
            opacity: plain2(alpha),
            "stroke-dasharray": dash.length ? dash.join(" ") : null
          });
        }
      },
      shape: (shape, x, y, r, { fill: fill2, stroke, width: width2 = 1 }) => add("path", {
        d: shapePath(shape, short(x), short(y), short(r)),
        fill: fill2 || "none",
        stroke,
        "stroke-width": stroke ? width2 : null
      }),
      text: (x, y, words2, { fill: fill2, size = 11, anchor = "start", weight = 400, turn: turn2 = 0, halo = null }) => add(
        "text",
        {
          x: turn2 ? null : x,
          y: turn2 ? null : y,
          transform: turn2 ? `translate(${x} ${y}) rotate(${turn2})` : null,
          fill: fill2,
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
    for (let k2 = 0; k2 <= 24; k2++) {
      const t = k2 / 24, u = 1 - t;
      const x = u * u * (u + 3 * t) * x1 + t * t * (t + 3 * u) * x2;
      const y = u ** 3 * y1 + 3 * u * u * t * (y1 - bend) + 3 * u * t * t * (y2 + bend) + t ** 3 * y2;
      least = Math.min(least, Math.hypot(x - px, y - py));
    }
    return least;
  };
  var panel = (g, state, on) => {
    const lower2 = el("canvas.layer", { "aria-hidden": "true" }), upper = el("canvas.layer.upper", { "aria-hidden": "true" });
    const host = el(
      "div#graph.graph-host",
      {
        tabindex: "0",
        role: "application",
        "aria-label": `Graph of ${g.n} nodes and ${g.m} edges: arrows follow the strongest edges, the panel beside it says where you are`
      },
      lower2,
      upper
    );
    const strongFocus = () => (state.hover >= 0 || state.at !== null || state.edge >= 0) && drawn.length > 0;
    const view = { zoom: 1, x: 0, y: 0, moved: false };
    let layout2 = null;
    let painted = null;
    let seen = g.shown(state.kept), drawn = [], asked = false, stale = true, least = 1, moving = 0;
    const size = () => ({ width: host.clientWidth, height: host.clientHeight });
    const room = () => ({
      width: size().width - GUTTER.left - GUTTER.right,
      height: size().height - GUTTER.top - GUTTER.bottom
    });
    const sharp = (canvas) => {
      const ratio = devicePixelRatio || 1, { width: width2, height } = size();
      canvas.width = Math.max(1, width2 * ratio);
      canvas.height = Math.max(1, height * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      return canvasPen(context);
    };
    const draw3 = () => {
      asked = false;
      if (!layout2 || !host.isConnected) return;
      if (stale && !(moving && painted)) {
        back(sharp(lower2), g, state, layout2, view, size(), seen);
        painted = { ...view };
        stale = false;
      }
      if (!painted) return;
      const scale = view.zoom / painted.zoom;
      const shift = [
        GUTTER.left + view.x - (GUTTER.left + painted.x) * scale,
        GUTTER.top + view.y - (GUTTER.top + painted.y) * scale
      ];
      lower2.style.transform = stale ? `translate(${shift[0]}px, ${shift[1]}px) scale(${scale})` : "none";
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
      redraw(true);
    };
    const inside = (t) => {
      const { width: width2, height } = room();
      const held = (at, whole2, there) => whole2 <= there ? (there - whole2) / 2 : Math.min(0, Math.max(there - whole2, at));
      const x = held(t.x - GUTTER.left, layout2.width * t.k, width2), y = held(t.y - GUTTER.top, layout2.height * t.k, height);
      return identity3.translate(GUTTER.left + x, GUTTER.top + y).scale(t.k);
    };
    const mover = zoom2().clickDistance(4).filter((e) => e.type === "wheel" ? e.ctrlKey || e.metaKey : !e.button && e.type !== "dblclick").wheelDelta((e) => -e.deltaY * 2e-3 / Math.LN2).constrain(inside).on("zoom", ({ transform: { k: k2, x, y }, sourceEvent: sourceEvent2 }) => {
      Object.assign(view, { zoom: k2, x: x - GUTTER.left, y: y - GUTTER.top });
      if (sourceEvent2) moved();
      else redraw(true);
    });
    const handle = select(host).call(mover);
    const goTo = (k2, x, y) => {
      mover.scaleExtent([Math.min(least, k2), 4]);
      mover.transform(handle, inside(identity3.translate(GUTTER.left + x, GUTTER.top + y).scale(k2)));
    };
    const fit = () => {
      const { width: width2, height } = room();
      layout2 = place2(g, width2, height);
      const k2 = Math.min(1, Math.max(LEAST_ZOOM, Math.min(width2 / layout2.width, height / layout2.height)));
      layout2 = place2(g, width2 / k2, height / k2);
      least = Math.min(k2, width2 / layout2.width, height / layout2.height);
      view.moved = false;
      goTo(k2, width2 - layout2.width * k2, 0);
    };
    const resized = () => {
      if (!view.moved || !layout2) return fit();
      least = Math.min(1, room().width / layout2.width, room().height / layout2.height);
      return goTo(view.zoom, view.x, view.y);
    };
    new ResizeObserver(() => {
      if (host.isConnected) resized();
    }).observe(host);
    const whole = () => goTo(least, view.x, view.y);
    const zoomBy = (factor) => {
      mover.scaleBy(handle, factor);
      moved();
    };
    const reveal = (i) => {
      const at = screen(layout2, view), { width: width2, height } = size();
      const x = at.x(i), y = at.y(i);
      if (x > GUTTER.left + 10 && x < width2 - 10 && y > 10 && y < height - GUTTER.bottom - 10) return;
      goTo(view.zoom, view.x + (GUTTER.left + width2) / 2 - x, view.y + (height - GUTTER.bottom) / 2 - y);
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
      el("strong", `${brief(g, g.edges.source[e])} → ${brief(g, g.edges.target[e])}`),
      lines(["weight", num(g.edges.weight[e])], ["share of its target's input", percent(g.edges.share[e])]),
      el("p.faint", g.crosses(e) ? "Click for its heads." : "Click for more.")
    ];
    const setHover = (i) => {
      if (i === state.hover) return;
      state.hover = i;
      on.hover(i);
      redraw();
    };
    host.addEventListener("pointermove", (e) => {
      if (e.buttons) return hide();
      const box2 = host.getBoundingClientRect(), px = e.clientX - box2.left, py = e.clientY - box2.top;
      const i = nodeAt(px, py);
      const over = i < 0 && state.hover < 0 ? edgeAt(px, py) : -1;
      setHover(i);
      host.classList.toggle("pointing", i >= 0 || over >= 0);
      if (i >= 0) show(tip(g, i), e.clientX, e.clientY);
      else if (over >= 0) show(edgeTip(over), e.clientX, e.clientY);
      else hide();
    });
    host.addEventListener("click", (e) => {
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
    host.addEventListener("pointerleave", () => {
      hide();
      setHover(-1);
    });
    const wheel = (e) => {
      if (e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      const [dx, dy] = e.shiftKey ? [e.deltaY, 0] : [e.deltaX, e.deltaY];
      mover.translateBy(handle, -dx / view.zoom, -dy / view.zoom);
      moved();
    };
    host.addEventListener("wheel", wheel, { passive: false });
    const asSvg = () => {
      const { width: width2, height } = size();
      const out = svg("svg", { width: width2, height, viewBox: `0 0 ${width2} ${height}` });
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
  var saveSvg = (chart, name) => {
    const copy = chart.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const back2 = svg("rect", { width: "100%", height: "100%", fill: color2("card") });
    copy.prepend(back2);
    download(blobUrl([new XMLSerializer().serializeToString(copy)], "image/svg+xml"), `${name}.svg`);
  };
  var page10 = async (summary, query, many2) => {
    const g = build(await load(`graph/${summary.slug}/graph`));
    const state = read(g, query);
    let walk = null;
    const side2 = el("div#panel.side-body", { tabindex: "-1" });
    const below = el("div.subgraph-place");
    const remember = () => {
      const text2 = write(g, state);
      history.replaceState(null, "", `#/g/${encodeURIComponent(summary.slug)}${text2 ? `?${text2}` : ""}`);
    };
    const nothing = () => el(
      "div",
      el("h2", "Nothing chosen"),
      el("p.hint", "Click a node of the graph, or use / to find one. The arrow keys then follow its strongest edges.")
    );
    let turn2 = 0;
    const chosen = async () => {
      if (state.entry !== null) return page9(g, await g.qk(), state.entry, act);
      if (state.group) return page6(g, state.group, act);
      if (state.edge >= 0) return page5(g, state.edge, act);
      if (state.at !== null) return page8(g, state.at, state, act);
      return nothing();
    };
    const showSide = async () => {
      const mine = ++turn2;
      hide();
      for (const b of tabs.children) b.setAttribute("aria-pressed", String(b.dataset.value === state.tab));
      const made = state.tab === "about" ? page4(g) : state.tab === "checked" ? page3(g, act) : state.tab === "looks" ? el("div", el("h2", "Why heads looked where they looked"), list(g, act)) : await chosen();
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
      backwards.disabled = !trail.length;
      showSubgraph();
      view.redraw();
      return showSide();
    };
    const trail = [];
    const now2 = () => ({
      at: state.at,
      edge: state.edge,
      entry: state.entry,
      group: state.group ?? null,
      tab: state.tab
    });
    const back2 = () => {
      const before = trail.pop();
      if (!before) return announce("Nothing was chosen before");
      Object.assign(state, before);
      if (state.at !== null) view.reveal(state.at);
      return refresh();
    };
    const choose2 = (what) => {
      trail.push(now2());
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
      why: (k2) => choose2({ at: state.at, edge: state.edge, entry: k2 }),
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
      const box2 = (
        /** @type {HTMLInputElement | null} */
        document.getElementById("group-name")
      );
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
    const nShown = () => view.seen().reduce((a2, b) => a2 + b, 0);
    const [nodesSlider, edgesSlider] = thresholds(state, () => view.changed(), remember);
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
    const button = (id2, text2, label, onclick) => el("button.quiet", { id: id2, "aria-label": label, title: label, onclick }, text2);
    const backwards = button("back", "←", "Back to what was chosen before (b)", () => back2());
    backwards.disabled = true;
    const toolbar = el(
      "div.toolbar",
      many2 && el("a.step", { href: "#/", "aria-label": "All graphs", title: "All graphs (o)" }, "‹"),
      backwards,
      finder.node,
      follow,
      nodesSlider,
      edgesSlider,
      el(
        "span.save.push",
        button("zoom-out", "−", "Zoom out (−)", () => view.zoomBy(1 / 1.4)),
        button("zoom-in", "+", "Zoom in (+)", () => view.zoomBy(1.4)),
        button("fit", "All", "The whole graph (f)", view.whole),
        button("save-graph", "SVG", "Save the graph as SVG", () => saveSvg(view.asSvg(), summary.slug))
      )
    );
    const tally = el("span#pinned.faint"), group = el("button#group.quiet", { hidden: true, onclick: makeGroup }, "Group");
    const under = el(
      "section.under",
      { "aria-label": "Pinned subgraph", hidden: true },
      el(
        "div.head",
        el("h2", "Pinned"),
        tally,
        group,
        el("span.faint.small", "dotted: through nodes that are not pinned"),
        el("span.push"),
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
      "div.graph-page",
      el("h1.offscreen", `Graph of “${g.data.prompt}”`),
      el("div.stage", line2(g, act), toolbar, view.node, under),
      el("aside.side", { "aria-label": "What was chosen" }, tabs, side2)
    );
    const visible = (e) => view.seen()[g.edges.source[e]] && view.seen()[g.edges.target[e]] && g.edges.share[e] >= state.least;
    const follows = (up) => {
      if (state.at === null) return act.pick(Math.max(0, answer2(g)));
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
        peers.sort((a2, b) => x[a2] - x[b] || y[a2] - y[b]);
        const k2 = peers.indexOf(state.at) + step;
        return k2 >= 0 && k2 < peers.length ? act.pick(peers[k2]) : null;
      }
      walk.k = Math.min(walk.list.length - 1, Math.max(0, walk.k + step));
      return act.pick(walk.list[walk.k][0]);
    };
    const press = (value2) => follow.querySelector(`[data-value=${value2}]`).click();
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
        b: back2,
        Backspace: back2,
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
  var data;
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
      "select#which",
      { "aria-label": "Graph", onchange: (e) => goto2(`#/g/${encodeURIComponent(e.target.value)}`) },
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
        graph && el("span.bar-prompt", { title: graph.prompt }, graph.prompt)
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
    open: (value2) => {
      data = value2;
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
      ["b", "back to what was chosen before"],
      ["p", "pin or unpin"],
      ["m  g", "mark (or Shift + click), group what is marked"],
      ["/", "find a latent, label or token"],
      ["+  −  f", "zoom, the whole graph (or Ctrl + wheel, drag)"],
      ["o", "all graphs"]
    ]
  });
})();
