import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, select, write } from "../src/report/filter.js";

const vocabulary = ["merge", "\n", " tolerance", "Merge"];
const table = {
  n: 4,
  vocabulary,
  density: Float32Array.of(0.1, 0, 0.3, 0.02),
  identity_share: Float32Array.of(0, 0, 0.5, 1),
  main_head: Int32Array.of(0, 1, 1, 0),
  group: Int32Array.of(-1, -1, 0, 1),
  cluster: Int32Array.of(0, 0, 1, -1),
  family: ["induction", "", "previous", ""],
  label: ["", "", "closes a Bracket", ""],
  top_source_tokens: [[0], [1], [2], [3]],
  top_key_tokens: [[], [], [], []],
  top_promoted: [[2], [], [1], []],
};
const found = (query) => [...select(table, parse(query))];

test("dead latents are left out unless asked for", () => {
  assert.deepEqual(found(""), [0, 2, 3]);
  assert.deepEqual(found("dead=1"), [0, 1, 2, 3]);
});

test("tokens are found as written, as shown, and whole in quotation marks", () => {
  assert.deepEqual(found("q=merge"), [0, 3]);
  assert.deepEqual(found("q=toler"), [0, 2]);
  assert.deepEqual(found("q=toler&in=promoted"), [0]);
  assert.deepEqual(found("q=toler&in=source"), [2]);
  assert.deepEqual(found('q="tolerance"'), [0, 2]);
  assert.deepEqual(found('q="toler"'), []);
  assert.deepEqual(found("q=↵&dead=1"), [1, 2]);
});

test("labels are found where all is searched", () => {
  assert.deepEqual(found("q=bracket"), [2]);
  assert.deepEqual(found('q="closes a"'), [2]);
  assert.deepEqual(found("q=bracket&in=source"), []);
});

test("heads, groups, clusters and ranges in per cent", () => {
  assert.deepEqual(found("head=1"), [2]);
  assert.deepEqual(found("group=1"), [3]);
  assert.deepEqual(found("cluster=0"), [0]);
  assert.deepEqual(found("family=induction"), [0]);
  assert.deepEqual(found("family=none&dead=1"), [1, 3]);
  assert.deepEqual(found("dmin=5"), [0, 2]);
  assert.deepEqual(found("dmax=10,5"), [0, 3]);
  assert.deepEqual(found("imin=50&imax=50"), [2]);
});

test("the address keeps what differs from the defaults, and nothing else", () => {
  assert.equal(write(parse("")), "");
  assert.equal(write(parse("in=both&sort=-energy_share&unknown=3")), "");
  const query = "q=a+b&in=promoted&head=3&sort=latent";
  assert.equal(write(parse(query)), query);
  assert.equal(parse("in=nonsense").in, "both");
});
