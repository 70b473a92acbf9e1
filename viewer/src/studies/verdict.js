// What was measured, and what that says about the published statement: always an icon and words next to the colour.
import { el } from "../shared/dom.js";

const HELD = {
  yes: { icon: "✓", kind: "yes", words: "held" },
  partly: { icon: "◐", kind: "partly", words: "partly" },
  no: { icon: "✕", kind: "no", words: "did not hold" },
  measured: { icon: "·", kind: "unknown", words: "measured" },
};
export const NAMES = Object.keys(HELD);
const nameOf = (claim) => claim.held ?? "measured";

export const pill = (name, count = null) =>
  el(
    "span",
    { class: `verdict-pill ${HELD[name].kind}`, "data-held": name },
    el("span.icon", { "aria-hidden": "true" }, HELD[name].icon),
    count === null ? HELD[name].words : `${count} ${HELD[name].words}`,
  );
// The two badges of a claim: whether it held, and whether that agrees with what was published.
export const badges = (claim) => [
  pill(nameOf(claim)),
  el("span.agreement", { "data-agreement": claim.agreement }, claim.agreement),
];
export const pills = (counts) =>
  el(
    "span.verdict-pills",
    NAMES.filter((v) => counts[v]).map((v) => pill(v, counts[v])),
  );
export const countOf = (claims) => {
  const counts = Object.fromEntries(NAMES.map((v) => [v, 0]));
  for (const c of claims) counts[nameOf(c)] += 1;
  return counts;
};
// How many of the published statements agree with what was found.
export const agreements = (claims) => {
  const published = claims.filter((c) => c.agreement !== "nothing published");
  if (!published.length) return null;
  const agree = published.filter((c) => c.agreement === "agrees").length;
  return el("span.agreements", `${agree} of ${published.length} published agree`);
};
export const icon = (claim) => {
  const { icon: mark, kind, words } = HELD[nameOf(claim)];
  const title = `${words}; ${claim.agreement}`;
  return el("span", { class: `verdict-icon ${kind}`, role: "img", "aria-label": title, title }, mark);
};
