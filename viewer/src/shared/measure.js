// Widths of text in pixels, so that no label is cut off or printed over another.

/** @type {CanvasRenderingContext2D | null} */
let context = null;
const known = new Map();

export const width = (content, size = 12, weight = 400) => {
  const key = `${weight} ${size} ${content}`;
  if (!known.has(key)) {
    context ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    context.font = `${weight} ${size}px system-ui, sans-serif`;
    known.set(key, context.measureText(content).width);
  }
  return known.get(key);
};
export const widest = (list, size = 12, weight = 400) =>
  list.reduce((most, t) => Math.max(most, width(t, size, weight)), 0);

// The text, shortened with an ellipsis to at most so many pixels; a short last word (`a-long-name 17`) stays.
export const cut = (content, most, size = 12, weight = 400) => {
  if (width(content, size, weight) <= most) return content;
  const tail = content.match(/ \S{1,6}$/)?.[0] ?? "";
  const head = content.slice(0, content.length - tail.length);
  const kept = (n) => `${head.slice(0, n).trimEnd()}…${tail}`;
  let low = 0,
    high = head.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (width(kept(middle), size, weight) <= most) low = middle;
    else high = middle - 1;
  }
  return kept(low);
};

// Lines of at most so many pixels, broken between words; the last one is cut.
export const wrap = (content, most, size = 12, weight = 400, nLines = 3) => {
  const lines = [];
  let line = "";
  const whole = content.replace(/\s(?=[^({[]*[)}\]])/g, "\u00a0"); // what is in brackets stays together
  for (const word of whole.split(/[^\S\u00a0]+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && width(longer, size, weight) > most) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  const shown = lines.length > nLines ? [...lines.slice(0, nLines - 1), lines.slice(nLines - 1).join(" ")] : lines;
  return shown.map((l) => cut(l, most, size, weight));
};
