// The table of heads whose pattern is made: what it says first, and what it leaves out.
import "./document.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { goalLine, rowsOf } = await import("../src/report/patterns.js");

const head = (name, more) => ({ head: name, d_head: 32, nmse: 0.1, reaches_goal: null, ...more });

test("every head of every evaluation is a row, and older evaluations have none", () => {
  const evaluations = [
    { name: "a", head_patterns: [head("L3H3"), head("L3H5")] },
    { name: "old" },
    { name: "pca", head_patterns: [] },
  ];
  assert.deepEqual(
    rowsOf(evaluations).map((r) => [r.name, r.head]),
    [
      ["a", "L3H3"],
      ["a", "L3H5"],
    ],
  );
});

test("the goal counts the heads that were judged", () => {
  const rows = [head("L3H3", { reaches_goal: true }), head("L3H5", { reaches_goal: false }), head("L3H7")];
  assert.match(goalLine(rows), /^1 of 2 heads reach the goal: nMSE about the mean pattern, sink excluded/);
});
