// Clusters of head loadings: size, mean loading through each head, a link to their latents.
import { shapePath } from "../shared/shapes.js";
import * as bars from "../shared/bars.js";
import { el, svg } from "../shared/dom.js";
import { count, headShort } from "../shared/format.js";
import * as kinds from "../shared/kinds.js";
import { clusterColor, clusterShape } from "../shared/theme.js";

const words = (card, loadings) => {
  // The heads that matter in a mean loading, in words: "heads 3 + 6 − 7".
  const strong = loadings
    .slice(0, kinds.of(card).hasIdentity ? undefined : card.n_heads)
    .map((v, h) => [h, v])
    .filter(([, v]) => Math.abs(v) >= 0.25)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, 4);
  if (!strong.length) return "spread over many heads";
  const one = card.loadings === "layers" ? "layer" : "head";
  return (
    `${strong.length > 1 ? `${one}s` : one} ` +
    strong.map(([h, v], i) => `${v < 0 ? "− " : i ? "+ " : ""}${headShort(card, h)}`).join(" ")
  );
};

export const list = (card) => {
  const { loading_map: map } = card;
  if (!map) return el("p.hint", "No clusters were made for this dictionary.");
  const order = map.cluster_sizes.map((size, c) => [c, size]).sort((a, b) => b[1] - a[1]);
  return el(
    "ol.clusters",
    order.map(([c, size]) =>
      el(
        "li",
        svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          svg("path", { d: shapePath(clusterShape(c), 7, 7, 5), fill: clusterColor(c) }),
        ),
        el("a", { href: `#/d/${encodeURIComponent(card.name)}?cluster=${c}` }, `Cluster ${c}`),
        el("span.faint", `${count(size)} ${size === 1 ? "latent" : "latents"}`),
        bars.mini(card, map.cluster_loadings[c], 0, { width: 150, height: 34, scale: 1 }),
        el("span.words", words(card, map.cluster_loadings[c])),
      ),
    ),
  );
};
