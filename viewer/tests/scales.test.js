import "./document.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { bands, labelBands, linear, logarithmic, numeric } = await import("../src/shared/scales.js");
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a linear scale ends at ticks and maps its ends to the pixels given", () => {
  const x = linear(0.3, 9.7, 100, 300);
  assert.deepEqual(x.ticks, [0, 2, 4, 6, 8, 10]);
  assert.deepEqual([x(0), x(10), x(5)], [100, 300, 200]);
  assert.equal(linear(3, 9, 0, 1, { zero: true }).low, 0);
  assert.deepEqual([linear(3, 9, 0, 1, { nice: false }).low, linear(3, 9, 0, 1, { nice: false }).high], [3, 9]);
  const flat = linear(2, 2, 0, 10);
  close(flat(2), 5);
});

test("a logarithmic scale has the same pixels per factor, and ticks at 1, 2 and 5", () => {
  const y = logarithmic(1, 100, 0, 200);
  close(y(10) - y(1), y(100) - y(10));
  assert.deepEqual(y.ticks, [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(logarithmic(1, 1e6, 0, 1).ticks, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
  assert.deepEqual(logarithmic(4, 40, 0, 1, { base: 2 }).ticks, [4, 8, 16, 32]);
  assert.ok(logarithmic(10, 12, 0, 1).ticks.length > 2);
  close(logarithmic(3, 3, 0, 1)(3), 0.5);
});

test("far powers of ten are written as powers", () => {
  const far = logarithmic(1e-4, 1e4, 0, 400, { powers: true });
  assert.equal(far.text(1e-4), "10⁻⁴");
  assert.equal(far.text(10), "10");
  assert.equal(logarithmic(1, 100, 0, 1, { powers: true }).text(100), "100");
});

test("few values that occur are the ticks, as far as their texts have room", () => {
  assert.deepEqual(numeric([1, 16], 0, 400, { nice: false, points: [1, 4, 16, 4] }).ticks, [1, 4, 16]);
  const narrow = numeric([0, 1000], 0, 70);
  for (let i = 1; i < narrow.ticks.length; i++) {
    const texts = narrow.text(narrow.ticks[i]).length + narrow.text(narrow.ticks[i - 1]).length;
    assert.ok(narrow(narrow.ticks[i]) - narrow(narrow.ticks[i - 1]) >= 3 * texts + 10);
  }
});

test("bands stand side by side, and their names flat, wrapped or tilted", () => {
  const x = bands(["a", "b", "c", "d"], 0, 100);
  assert.deepEqual([x.step, x(0), x(3)], [25, 12.5, 87.5]);
  assert.equal(labelBands(["a", "b"], 60).mode, "flat");
  assert.equal(labelBands(["10000", "20000"], 12).every > 1, true);
  assert.equal(labelBands(["two words", "of these"], 48).mode, "wrap");
  assert.equal(labelBands(["averyveryverylongname"], 30).mode, "tilt");
});
