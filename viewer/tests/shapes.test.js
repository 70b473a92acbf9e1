import "./document.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { areaPath, linePath, shapePath } = await import("../src/shared/shapes.js");

test("a line breaks where there is no point, an area where there is no span", () => {
  assert.equal(linePath([[0, 1], [2, 3], null, [4, 5], [6, 7]]), "M0,1L2,3M4,5L6,7"); // prettier-ignore
  assert.equal(areaPath([[0, 1, 2], [3, 1, 4]]), "M0,2L3,4L3,1L0,1Z"); // prettier-ignore
});

test("markers stand at their place, and an unknown one is a circle", () => {
  const numbers = (shape, x, y) =>
    shapePath(shape, x, y, 4)
      .match(/-?\d+(\.\d+)?(e-?\d+)?/g)
      ?.map(Number) ?? [];
  for (const shape of ["square", "triangle", "diamond", "cross"]) {
    const at = numbers(shape, 100, 100);
    assert.ok(at.length >= 3, shape);
    const absolute = shapePath(shape, 100, 100, 4)
      .split(/[hvz]/i)[0]
      .match(/\d+(\.\d+)?/g);
    for (const v of absolute?.map(Number) ?? []) assert.ok(v > 90 && v < 110, `${shape}: ${v}`);
  }
  assert.equal(shapePath("none such", 5, 5, 3), shapePath("circle", 5, 5, 3));
});
