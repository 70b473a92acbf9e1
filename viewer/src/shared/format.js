// Numbers and names as people read them.

export const MISSING = "–";
const absent = (v) => v === null || v === undefined || Number.isNaN(v);

export const num = (v, digits = 3) => {
  if (absent(v)) return MISSING;
  if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞";
  const size = Math.abs(v);
  let text;
  if (size === 0) text = "0";
  else if (size >= 1e6 || size < 1e-4) text = v.toExponential(digits - 1).replace("e+", "e");
  else if (size >= 10 ** digits) text = Math.round(v).toLocaleString("en-US");
  else
    text = v
      .toPrecision(digits)
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
  return text.replace(/-/g, "−");
};
export const fixed = (v, decimals) => (absent(v) ? MISSING : v.toFixed(decimals).replace("-", "−"));
export const percent = (v) => {
  if (absent(v)) return MISSING;
  const p = 100 * v;
  if (p === 0) return "0 %";
  if (Math.abs(p) < 0.001) return "<0.001 %";
  return `${num(p, Math.abs(p) >= 99.95 ? 3 : Math.abs(p) >= 10 ? 3 : 2)} %`;
};
// For columns: always two decimals, so that points stand under each other.
export const percentColumn = (v) => (absent(v) ? MISSING : v > 0 && v < 5e-5 ? "<0.01 %" : `${(100 * v).toFixed(2)} %`);
export const numberColumn = (v) =>
  absent(v) ? MISSING : Math.abs(v) >= 1000 || (v !== 0 && Math.abs(v) < 0.005) ? num(v) : v.toFixed(2);
export const count = (v) => (absent(v) ? MISSING : Math.round(v).toLocaleString("en-US"));
export const seconds = (v) => {
  if (absent(v)) return MISSING;
  if (v < 100) return `${num(v, 2)} s`;
  if (v < 6000) return `${Math.floor(v / 60)} min ${Math.round(v % 60)} s`;
  return `${Math.floor(v / 3600)} h ${Math.round((v % 3600) / 60)} min`;
};
export const plain = (v) => {
  // Any JSON value of a card or a config, in words.
  if (absent(v)) return MISSING;
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "number") return Number.isInteger(v) ? count(v) : num(v, 4);
  if (Array.isArray(v)) return v.map(plain).join(", ") || MISSING;
  if (typeof v === "object")
    return Object.entries(v)
      .map(([k, x]) => `${k} ${plain(x)}`)
      .join(", ");
  return String(v);
};
export const label = (key) => key.replace(/^n_/, "").replace(/_/g, " ");
// Names of heads as everywhere: L3H4. Records of earlier versions have 3.4.
export const headText = (name) => {
  const [, layer, head] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
  return layer !== undefined ? `L${layer}H${head}` : /^\d+$/.test(name) ? `head ${name}` : name;
};
export const headName = (card, head) => headText(card.head_names[head] ?? String(head));
export const headShort = (card, head) => {
  if (card.loadings === "layers") {
    const [, number, kind] = /(\d+) ?(.?)/.exec(card.head_names[head] ?? "") || [null, String(head), ""];
    return head >= card.n_heads ? "id" : number + kind;
  }
  const name = headName(card, head).replace(/^head /, "");
  return head >= card.n_heads ? "id" : name.length > 6 ? String(head) : name;
};
export const moment = (v) => {
  const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)?$/.exec(v);
  return m ? `${m[1]} ${m[2]}${m[3] ? " UTC" : ""}` : v;
};
