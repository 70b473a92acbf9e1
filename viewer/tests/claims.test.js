import assert from "node:assert/strict";
import { test } from "node:test";
import "./document.js";

const { headline } = await import("../src/studies/claims.js");
const { claimFits } = await import("../src/studies/list.js");

const claim = (reason, ours = []) => ({ reason, ours });

test("a row shows the number that decided and what it was held against", () => {
  const told = (reason) => Object.values(headline(claim(reason)));
  assert.deepEqual(told("holds for 60 of 64 models (94%) against 3 of 64 control models (p = 1e-27)"), [
    "60 of 64",
    "control 3 of 64",
  ]);
  assert.deepEqual(told("exact: holds for 4 of 5 models (80%) against a chance of 0.042 (p = 8e-78)"), [
    "4 of 5",
    "chance 0.042",
  ]);
  assert.deepEqual(told("median -1.2e-05 over 8 models (95 % range 0 to 1) against 0, tolerance 1e-06"), [
    "median -1.2e-05",
    "published 0",
  ]);
  assert.deepEqual(told("median 0.578 over 20 models (95 % range 0.3 to 0.6)"), ["median 0.578", ""]);
});

test("a reason without a number leaves what was measured", () => {
  const ours = [{ label: "a", values: [0.25, 0.5, 0.75], unit: "nats", n_diverged: 1 }];
  assert.equal(headline(claim("nothing that counts", ours)).number, "0.5 nats (n = 3), 1 diverged");
  assert.equal(headline(claim("nothing", [])).number, "");
});

test("a claim fits by what held and by how that agrees", () => {
  const measured = { held: null, agreement: "nothing published" },
    held = { held: "yes", agreement: "agrees" };
  assert.ok(claimFits(measured, { held: "", agreement: "" }));
  assert.ok(claimFits(measured, { held: "measured", agreement: "nothing published" }));
  assert.ok(!claimFits(held, { held: "yes", agreement: "disagrees" }));
  assert.ok(claimFits(held, { held: "yes", agreement: "agrees" }));
});
