// Small charts of one latent: head loadings, logits, activation histogram.
import { linear, logarithmic, roomy } from "./scales.js";
import { drawing, lineOf, rectOf, text } from "./shapes.js";
import { el, svg } from "./dom.js";
import { num, count, headName, headShort, headText } from "./format.js";
import * as kinds from "./kinds.js";
import { color, headColor } from "./theme.js";
import * as tip from "./tip.js";
import * as tokens from "./tokens.js";

/**
 * Loadings of one latent as tiny signed bars; the identity stands apart at the right.
 * @param {import("../types").DictionaryCard} card
 * @param {ArrayLike<number>} loadings
 * @param {number} offset Of its first loading.
 * @param {{ width?: number, height?: number, labels?: boolean, scale?: number | null }} [options]
 */
export const mini = (card, loadings, offset, { width = 120, height = 24, labels = false, scale = null } = {}) => {
  const own = !kinds.of(card).hasIdentity,
    n = card.n_heads + (own ? 0 : 1),
    gap = own ? 0 : 6,
    foot = labels ? 12 : 0;
  const step = (width - gap) / n,
    middle = (height - foot) / 2;
  const most = scale ?? Math.max(1e-9, ...Array.from({ length: n }, (_, h) => Math.abs(loadings[offset + h])));
  const chart = svg("svg.mini", {
    width,
    height,
    role: "img",
    "aria-label": `loadings ${Array.from({ length: n }, (_, h) => num(loadings[offset + h], 2)).join(", ")}`,
  });
  chart.append(lineOf(0, middle, width, middle, { stroke: color("line") }));
  for (let h = 0; h < n; h++) {
    const v = loadings[offset + h] / most,
      size = Math.abs(v) * (middle - 0.5);
    const x = h * step + (h === card.n_heads ? gap : 0);
    chart.append(
      rectOf(x + 0.5, v > 0 ? middle - size : middle, Math.max(1, step - 1.5), size, {
        fill: headColor(h, card.n_heads),
      }),
    );
    if (labels && (step > 9 || h === n - 1))
      chart.append(text(x + step / 2, height - 1, tick(card, h, step), { "text-anchor": "middle", "font-size": 9.5 }));
  }
  return chart;
};

// The name under a bar: the number of the head alone where the whole name does not fit.
const tick = (card, h, room) => {
  const name = headShort(card, h);
  return name.length * 6 > room ? (/\d+$/.exec(name)?.[0] ?? name) : name;
};

// Layers of the heads, in order, where there are several.
const layersOf = (card) => {
  const layers = card.head_names.slice(0, card.n_heads).map((name) => /^L(\d+)H\d+$/.exec(headText(name))?.[1]);
  return new Set(layers).size > 1 && !layers.includes(undefined) ? layers : null;
};

export const loadingChart = (card, all, width = 256) => {
  const kind = kinds.of(card),
    layers = layersOf(card),
    row = kind.hasIdentity ? all : all.slice(0, card.n_heads);
  const height = 190,
    n = row.length,
    left = 38,
    gap = 14,
    bottom = height - 34;
  // before the identity, and before the first head of a further layer
  const gaps = row.map((_, h) => h > 0 && (h === card.n_heads || (layers && layers[h] !== layers[h - 1])));
  const shifts = gaps.map((_, h) => gap * gaps.slice(0, h + 1).filter(Boolean).length);
  const most = Math.max(...row),
    least = Math.min(0, ...row);
  const chart = drawing(
    width,
    height,
    `Head loadings: ${row.map((v, h) => `${headName(card, h)} ${num(v, 2)}`).join(", ")}`,
  );
  const y = linear(least, Math.max(most, 0.05), least < -0.02 ? bottom - 16 : bottom - 4, 18, { n: 4, nice: false });
  for (const t of y.ticks) {
    chart.append(
      lineOf(left, y(t), width, y(t), { stroke: color(t === 0 ? "muted" : "line") }),
      text(left - 6, y(t) + 4, y.text(t), { "text-anchor": "end", "font-size": 11 }),
    );
  }
  const step = (width - left - shifts[n - 1] - 4) / n,
    values = [];
  const short = (h) => tick(card, h, layers && h < card.n_heads ? 0 : step);
  row.forEach((v, h) => {
    const x = left + 4 + h * step + shifts[h],
      top = Math.min(y(v), y(0));
    const bar = rectOf(x + step * 0.1, top, Math.max(2, step * 0.8), Math.max(1, Math.abs(y(v) - y(0))), {
      fill: headColor(h, card.n_heads),
      class: "dot",
    });
    tip.attach(bar, () =>
      tip.lines(
        [headName(card, h), num(v, 3)],
        ["share of squares", num((v * v) / row.reduce((s, a) => s + a * a, 0), 2)],
      ),
    );
    chart.append(bar);
    if (Math.abs(v) >= 0.1) values.push([x + step / 2, v > 0 ? top - 4 : y(v) + 12, v]);
    if (h % Math.ceil(14 / step) === 0 || h === n - 1)
      chart.append(
        text(x + step / 2, bottom + 14, short(h), { "text-anchor": "middle", "font-size": 11, fill: color("ink") }),
      );
  });
  // the largest first; a number that would touch another is left to the tooltip
  const written = [];
  for (const [x, at, v] of values.sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]))) {
    const words = num(v, 2),
      wide = 6.6 * words.length;
    if (written.some((o) => Math.abs(o.x - x) < (o.wide + wide) / 2 && Math.abs(o.at - at) < 12)) continue;
    written.push({ x, at, wide });
    chart.append(text(x, at, words, { "text-anchor": "middle", "font-size": 11, fill: color("ink") }));
  }
  const under = (first, last, words) =>
    chart.append(
      text(left + 4 + (step * (first + last + 1)) / 2 + shifts[first], height - 4, words, {
        "text-anchor": "middle",
        "font-size": 11,
      }),
    );
  if (layers) for (const l of new Set(layers)) under(layers.indexOf(l), layers.lastIndexOf(l), `layer ${l}`);
  else under(0, card.n_heads - 1, kind.axis);
  return chart;
};

export const logits = (promoted, demoted) => {
  const most = Math.max(1e-9, ...[...promoted, ...demoted].map(([, v]) => Math.abs(v)));
  const side = (title, list, kind) =>
    el(
      "div",
      el("h3", title),
      el(
        "ol",
        { class: `logits ${kind}` },
        list.map(([token, v]) =>
          el(
            "li",
            tokens.chip(token),
            el("span.bar", { vars: { "--size": Math.abs(v) / most } }),
            el("span.value", num(v, 3)),
          ),
        ),
      ),
    );
  return el("div.logit-pair", side("Promoted", promoted, "up"), side("Demoted", demoted, "down"));
};

export const histogram = (bins, at = "source token", width = 256) => {
  if (!bins.length) return el("p.hint", "Never active on the text that was read.");
  const height = 190,
    left = 46,
    right = width - 8,
    bottom = height - 40;
  const low = bins[0][0],
    high = bins[bins.length - 1][1],
    counts = bins.map((b) => b[2]),
    most = Math.max(...counts);
  const chart = drawing(width, height, `Histogram of activations from ${num(low)} to ${num(high)}`);
  const xs = low > 0 ? logarithmic(low, high, left, right, { pad: roomy(low, high) }) : linear(low, high, left, right);
  const y = logarithmic(0.7, Math.max(2, most), bottom, 14, { pad: roomy(0.7, Math.max(2, most)) });
  const whole = y.ticks.filter((t) => Number.isInteger(Math.log10(t))),
    decades = whole.length > 5 ? whole.filter((_, i) => i % 2 === 0) : whole;
  for (const t of decades)
    chart.append(
      lineOf(left, y(t), right, y(t), { stroke: color("line") }),
      text(left - 6, y(t) + 4, count(t), { "text-anchor": "end", "font-size": 11 }),
    );
  for (const [from, to, n] of bins) {
    if (!n) continue;
    const bar = rectOf(xs(from) + 0.5, y(n), Math.max(1, xs(to) - xs(from) - 1), bottom - y(n), {
      fill: color("key"),
      class: "dot",
    });
    chart.append(tip.attach(bar, () => tip.lines(["activation", `${num(from)} to ${num(to)}`], [`${at}s`, count(n)])));
  }
  chart.append(lineOf(left, bottom, right, bottom, { stroke: color("muted") }));
  let last = -Infinity;
  for (const t of xs.ticks) {
    if (xs(t) - last < 34) continue;
    last = xs(t);
    chart.append(text(xs(t), bottom + 15, xs.text(t), { "text-anchor": "middle", "font-size": 11 }));
  }
  chart.append(
    text((left + right) / 2, height - 6, `activation at a ${at} (log)`, { "text-anchor": "middle", "font-size": 11 }),
  );
  chart.append(
    text(0, 0, `${at}s (log)`, {
      "text-anchor": "middle",
      "font-size": 11,
      transform: `translate(11 ${(14 + bottom) / 2}) rotate(-90)`,
    }),
  );
  return chart;
};

// What one arc carries through each head.
export const breakdown = (card, heads) => {
  if (!kinds.of(card).hasHeads) return null;
  const most = Math.max(1e-9, ...heads.map(Math.abs));
  const order = heads
    .map((v, h) => [h, v])
    .filter(([, v]) => v !== 0)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  return el(
    "ol.breakdown",
    order
      .slice(0, 9)
      .map(([h, v]) =>
        el(
          "li",
          el("span", headName(card, h)),
          el("span", {
            class: v < 0 ? "bar negative" : "bar",
            vars: { "--size": Math.abs(v) / most, "--hue": headColor(h, card.n_heads) },
          }),
          el("span.value", num(v, 2)),
        ),
      ),
  );
};
