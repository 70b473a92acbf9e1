// Where nodes stand: a column for each position of the prompt, a row for each half of each layer and each side.

const PITCH = 13,
  PAD = 8,
  LEAST_COLUMN = 22,
  USED_COLUMN = 34,
  LEAST_ROW = 22,
  LOGIT_ROW = 100,
  LOGITS = 1e6;

// Rows from the bottom up; key sides stand under query sides because they come first.
export const rowKey = (g, i) => {
  const { kind, layer, part, side } = g.nodes;
  if (kind[i] === "embedding") return -1;
  if (kind[i] === "logit") return LOGITS;
  if (layer[i] === null) return -1;
  if (part[i] === "mlp") return 3 * layer[i] + 2;
  return 3 * layer[i] + (side[i] === "key" ? 0 : 1);
};
const rowName = (key) => (key < 0 ? "token" : key >= LOGITS ? "logit" : ["key", "query", "MLP"][key % 3]);

// `width` and `height` are filled where the graph is small; it may come out larger.
export const place = (g, width, height) => {
  const cells = new Map(),
    keys = new Set();
  const hasNowhere = g.nodes.position.some((p) => p < 0);
  const columnOf = (i) => g.nodes.position[i] + (hasNowhere ? 1 : 0);
  const columns = g.data.tokens.length + (hasNowhere ? 1 : 0);
  for (let i = 0; i < g.n; i++) {
    const row = rowKey(g, i),
      cell = `${row} ${columnOf(i)}`;
    keys.add(row);
    if (!cells.has(cell)) cells.set(cell, { row, column: columnOf(i), nodes: [] });
    cells.get(cell).nodes.push(i);
  }
  const rows = [...keys]
    .sort((a, b) => b - a)
    .map((key) => ({ key, name: rowName(key), layer: key < 0 || key >= LOGITS ? null : Math.floor(key / 3) }));
  const at = new Map(rows.map((r, k) => [r.key, k]));

  const widths = new Float64Array(columns).fill(LEAST_COLUMN);
  if (hasNowhere) widths[0] = 24;
  for (const { row, column, nodes } of cells.values()) {
    if (row < 0) continue;
    const across = row >= LOGITS ? nodes.length : Math.ceil(Math.sqrt(2.4 * nodes.length));
    widths[column] = Math.max(widths[column], USED_COLUMN, Math.min(nodes.length, across) * PITCH + 2 * PAD);
  }
  const sum = widths.reduce((a, b) => a + b, 0);
  if (sum < width) {
    // a column as wide as others unless it needs more
    const spare = (width - sum) / columns;
    for (let c = 0; c < columns; c++) widths[c] += spare;
  }
  const heights = new Float64Array(rows.length).fill(LEAST_ROW);
  for (const cell of cells.values()) {
    cell.across = Math.max(1, Math.floor((widths[cell.column] - PAD) / PITCH));
    const lines = Math.ceil(cell.nodes.length / cell.across);
    const k = at.get(cell.row) ?? 0;
    heights[k] = Math.max(heights[k], lines * PITCH + PAD);
  }
  const logits = rows.findIndex((r) => r.name === "logit");
  if (logits >= 0) heights[logits] += LOGIT_ROW - LEAST_ROW;
  const tall = heights.reduce((a, b) => a + b, 0);
  const others = rows.length - (logits >= 0 ? 1 : 0);
  if (tall < height && others)
    for (let k = 0; k < rows.length; k++) if (k !== logits) heights[k] += (height - tall) / others;

  const left = [0],
    top = [0];
  for (const w of widths) left.push(left[left.length - 1] + w);
  for (const h of heights) top.push(top[top.length - 1] + h);
  const x = new Float64Array(g.n),
    y = new Float64Array(g.n);
  for (const { row, column, nodes, across } of cells.values()) {
    const k = at.get(row) ?? 0;
    nodes.sort((a, b) => (g.influence[b] || 0) - (g.influence[a] || 0) || a - b);
    const lines = Math.ceil(nodes.length / across),
      most = Math.ceil(nodes.length / lines);
    const room = Math.min((widths[column] - PAD) / most, 22);
    nodes.forEach((i, j) => {
      const line = Math.floor(j / most),
        inLine = Math.min(most, nodes.length - line * most);
      x[i] = (left[column] + left[column + 1]) / 2 + ((j % most) - (inLine - 1) / 2) * room;
      // names of logits stand over them
      const middle = k === logits ? top[k + 1] - 10 - ((lines - 1) * PITCH) / 2 : (top[k] + top[k + 1]) / 2;
      y[i] = middle + (line - (lines - 1) / 2) * PITCH;
    });
  }
  rows.forEach((r, k) => Object.assign(r, { top: top[k], bottom: top[k + 1] }));
  const largest = Math.max(1e-9, ...Array.from(g.influence, (v) => v || 0));
  const radius = Float64Array.from(
    { length: g.n },
    (_, i) => 3.1 + 3 * Math.sqrt(Math.max(0, g.influence[i] || 0) / largest),
  );
  const tokens = Array.from({ length: columns }, (_, c) => ({
    position: c - (hasNowhere ? 1 : 0),
    left: left[c],
    right: left[c + 1],
  }));
  return { x, y, radius, rows, tokens, width: left[columns], height: top[rows.length] };
};
