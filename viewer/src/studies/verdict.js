// Verdicts: always an icon and words beside the colour.
import { el } from "../shared/dom.js";

const VERDICTS = {
  reproduced: { icon: "✓", kind: "yes" },
  partly: { icon: "◐", kind: "partly" },
  "not reproduced": { icon: "✕", kind: "no" },
  "published number unknown": { icon: "?", kind: "unknown" },
};
export const NAMES = Object.keys(VERDICTS);

export const pill = (verdict, count = null) =>
  el(
    "span",
    { class: `verdict-pill ${VERDICTS[verdict].kind}`, "data-verdict": verdict },
    el("span.icon", { "aria-hidden": "true" }, VERDICTS[verdict].icon),
    count === null ? verdict : `${count} ${verdict}`,
  );
export const pills = (counts) =>
  el(
    "span.verdict-pills",
    NAMES.filter((v) => counts[v]).map((v) => pill(v, counts[v])),
  );
export const countOf = (claims) => {
  const counts = Object.fromEntries(NAMES.map((v) => [v, 0]));
  for (const c of claims) counts[c.verdict] += 1;
  return counts;
};
export const icon = (verdict) =>
  el(
    "span",
    { class: `verdict-icon ${VERDICTS[verdict].kind}`, role: "img", "aria-label": verdict, title: verdict },
    VERDICTS[verdict].icon,
  );
