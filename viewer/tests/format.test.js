import assert from "node:assert/strict";
import { test } from "node:test";
import {
  count,
  fixed,
  headName,
  headShort,
  moment,
  num,
  numberColumn,
  percent,
  percentColumn,
  plain,
  seconds,
} from "../src/shared/format.js";

test("numbers have three digits, a true minus, and powers where they are far from 1", () => {
  const cases = {
    0: "0",
    1: "1",
    "-2.5": "−2.5",
    0.12345: "0.123",
    1234.5: "1,235",
    1e6: "1.00e6",
    0.00001: "1.00e−5",
  };
  for (const [value, said] of Object.entries(cases)) assert.equal(num(Number(value)), said);
  assert.equal(num(null), "–");
  assert.equal(num(NaN), "–");
  assert.equal(num(-Infinity), "−∞");
  assert.equal(num(0.5), "0.5");
  assert.equal(num(100), "100");
});

test("shares are per cent, and what is not zero is never said to be", () => {
  assert.equal(percent(0), "0 %");
  assert.equal(percent(1e-6), "<0.001 %");
  assert.equal(percent(0.5), "50 %");
  assert.equal(percent(0.01234), "1.2 %");
  assert.equal(percent(1), "100 %");
  assert.equal(percentColumn(1e-5), "<0.01 %");
  assert.equal(percentColumn(0.25), "25.00 %");
  assert.equal(numberColumn(0.001), "0.001");
  assert.equal(numberColumn(2), "2.00");
});

test("times, counts and settings in words", () => {
  assert.deepEqual([seconds(3.14), seconds(125), seconds(7260)], ["3.1 s", "2 min 5 s", "2 h 1 min"]);
  assert.equal(count(36864), "36,864");
  assert.equal(fixed(-0.5, 2), "−0.50");
  assert.equal(plain({ k: 16, on: true, list: [1, 2] }), "k 16, on yes, list 1, 2");
  assert.equal(moment("2026-01-02T03:04:05Z"), "2026-01-02 03:04 UTC");
});

test("heads are named as the card names them", () => {
  for (const head_names of [
    ["L3H0", "L3H11", "identity"],
    ["3.0", "3.11", "identity"], // as earlier versions wrote them
  ]) {
    const card = { head_names, n_heads: 2 };
    assert.deepEqual(
      [0, 1, 2].map((h) => headName(card, h)),
      ["L3H0", "L3H11", "identity"],
    );
    assert.deepEqual(
      [0, 1, 2].map((h) => headShort(card, h)),
      ["L3H0", "L3H11", "id"],
    );
  }
  assert.equal(headName({ head_names: ["2"] }, 0), "head 2");
  const layers = { head_names: ["layer 4"], n_heads: 1, loadings: "layers" };
  assert.equal(headShort(layers, 0), "4");
});
