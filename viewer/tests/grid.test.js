import "./document.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { byColumn, nextSort } = await import("../src/shared/grid.js");

test("what is absent comes last in both directions, and ties keep their order", () => {
  const values = [2, null, 1, NaN, 2, undefined];
  const order = (falling) => [...values.keys()].sort(byColumn(values, falling));
  assert.deepEqual(order(false), [2, 0, 4, 1, 3, 5]);
  assert.deepEqual(order(true), [0, 4, 2, 1, 3, 5]);
  assert.deepEqual([0, 1, 2].sort(byColumn(["b", "a", "c"], false)), [1, 0, 2]);
});

test("a heading sorts in the column's own direction first, then in the other", () => {
  const number = { key: "max" },
    name = { key: "head", rising: true };
  assert.equal(nextSort("other", number), "-max");
  assert.equal(nextSort("-max", number), "max");
  assert.equal(nextSort("max", number), "-max");
  assert.equal(nextSort("other", name), "head");
  assert.equal(nextSort("head", name), "-head");
  assert.equal(nextSort("-head", name), "head");
});
