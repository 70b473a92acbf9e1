import assert from "node:assert/strict";
import { test } from "node:test";
import { literal, shown } from "../src/shared/tokens.js";

// Also in tests/browser/make_run.py, where the pages are clicked through with them.
const NASTY = [
  "<script>alert(1)</script>", "\n    ", "\u202eabc", "\x00", "\u{1f469}\u200d\u{1f52c}", "\u0301", '"quoted"', "",
  "\ufffd", "<|bos|>", "</script><b>", "\u2028", "\t\r", "שלום", "'; alert(2); '", "\\u0041",
]; // prettier-ignore

test("whatever a token holds, something visible stands for it", () => {
  for (const token of NASTY) {
    assert.notEqual(shown(token), "");
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(shown(token), /[\x00-\x1f\u202e\u2028]/, JSON.stringify(token));
    assert.equal(JSON.parse(literal(token)), token);
  }
});

test("spaces, newlines and invisible characters have their marks", () => {
  const cases = {
    " the": "·the", "a b": "a b", "\n    ": "↵····", "": "∅", "\u202eabc": "U+202Eabc", "\x00": "\\x00",
    "\u0301": "\u25cc\u0301", "        x": "·×8x", "\t\r": "→\\r",
  }; // prettier-ignore
  for (const [token, said] of Object.entries(cases)) assert.equal(shown(token), said);
  assert.equal(shown("\u{1f469}\u200d\u{1f52c}"), "\u{1f469}\u200d\u{1f52c}");
});
