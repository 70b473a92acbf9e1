import assert from "node:assert/strict";
import { test } from "node:test";
import { place, rowKey } from "../src/graphs/layout.js";
import { build } from "../src/graphs/model.js";
import { read, write } from "../src/graphs/state.js";
import { answer, path, strongest } from "../src/graphs/story.js";

// Two tokens, a latent over the second, and a logit: 0 and 1 feed 2, which feeds 3; 1 feeds 3 as well.
const graph = () =>
  build({
    slug: "small",
    tokens: ["a", "b"],
    supernodes: [],
    dictionaries: [{ name: "d", heads: [] }],
    entries: [],
    nodes: {
      kind: ["embedding", "embedding", "latent", "logit"],
      position: [0, 1, 1, 1],
      layer: [null, null, 0, null],
      part: [null, null, "mlp", null],
      side: [null, null, null, null],
      dictionary: [null, null, 0, null],
      latent: [null, null, 7, null],
      influence: [0.2, 0.8, 0.6, 1],
      cut: [null, null, 0, 2],
    },
    edges: { target: [2, 2, 3, 3], source: [0, 1, 2, 1], weight: [1, -3, 4, 2], heads_shard: null },
  });

test("shares are of a target's whole input, what was cut included", () => {
  const g = graph();
  assert.deepEqual([...g.edges.share], [0.25, 0.75, 0.5, 0.25]);
  assert.deepEqual(g.incoming(2), [1, 0]);
  assert.deepEqual(g.outgoing(1), [1, 3]);
  assert.equal(g.edgeOf(2, 3), 2);
  assert.equal(g.edgeOf(0, 3), -1);
});

test("tracing multiplies shares along every path", () => {
  const g = graph();
  const { up } = g.trace(3, g.shown(1), 0);
  assert.deepEqual([...up], [0.125, 0.5 * 0.75 + 0.25, 0.5, 1]);
  const { down } = g.trace(0, g.shown(1), 0);
  assert.deepEqual([...down], [1, 0, 0.25, 0.125]);
  assert.deepEqual([...g.trace(3, g.shown(1), 0.6).up], [0, 0, 0, 1]);
});

test("tokens and logits stay whatever is kept", () => {
  const g = graph();
  assert.deepEqual([...g.shown(0)], [1, 1, 0, 1]);
  assert.deepEqual([...g.shown(1)], [1, 1, 1, 1]);
});

test("rows go from the tokens up, columns by position", () => {
  const g = graph();
  assert.deepEqual([0, 2, 3].map((i) => rowKey(g, i)), [-1, 2, 1e6]); // prettier-ignore
  const { x, y, rows } = place(g, 400, 300);
  assert.deepEqual(rows.map((r) => r.name), ["logit", "MLP", "token"]); // prettier-ignore
  assert.ok(x[0] < x[1]);
  assert.ok(y[3] < y[2] && y[2] < y[1]);
  assert.equal(x[1], x[2]);
});

test("the address keeps what the reader chose", () => {
  const g = graph();
  const query = "at=2&edge=1-2&pin=0.3&group=1.2%3Aboth&nodes=0.5&follow=up";
  assert.equal(write(g, read(g, query)), query);
  assert.equal(write(g, read(g, "")), "");
  const odd = read(g, "at=99&nodes=7&follow=sideways&tab=none&group=1.1.99:x");
  assert.deepEqual([odd.at, odd.kept, odd.follow, odd.tab], [null, 1, "direct", "about"]);
  assert.deepEqual(odd.groups, [{ label: "x", nodes: [1] }]);
});

test("the story goes from the answer back through latents, by positive edges, to a token", () => {
  const g = graph();
  assert.equal(answer(g), 3);
  assert.deepEqual(path(g, 3), [0, 2, 3]); // the larger edge into 2, from 1, is negative
  assert.deepEqual(strongest(g, 10), [2]);
});

test("the answer is the most probable logit; a story passes over errors and knows none without a logit", () => {
  const data = graph().data;
  const nodes = (kind, probability) => build({ ...data, nodes: { ...data.nodes, kind, probability } });
  assert.equal(answer(nodes(["embedding", "logit", "logit", "logit"], [null, 0.1, 0.6, 0.3])), 2);
  assert.equal(answer(nodes(["embedding", "embedding", "latent", "latent"], null)), -1);
  assert.deepEqual(path(nodes(["embedding", "embedding", "error", "logit"], null), 3), [1, 3]);
});

test("without influence the strongest latents are those with the largest share of the answer, one node per latent", () => {
  const data = graph().data;
  const kind = ["latent", "latent", "latent", "logit"];
  const g = build({
    ...data,
    nodes: {
      ...data.nodes,
      kind,
      layer: [0, 0, 0, null],
      dictionary: [0, 0, 0, null],
      latent: [5, 6, 6, null],
      influence: [null, null, null, null],
    },
  });
  assert.deepEqual(strongest(g, 10), [1, 0]); // 1: .25 + .5 x .75, 2: .5 (the same latent), 0: .5 x .25
  assert.deepEqual(strongest(g, 1), [1]);
});
