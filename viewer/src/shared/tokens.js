// Tokens as text whatever they contain: white space, control and invisible characters become muted marks.
import { el } from "./dom.js";

const SPECIAL =
  /^(<\|.*\|>|<\/?(s|bos|eos|pad|unk|mask|bot|eot|start_of_turn|end_of_turn)>|\[(CLS|SEP|PAD|MASK|UNK|BOS|EOS)\])$/is;
const INVISIBLE =
  /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u3164\u115f\u1160\uffa0]/u;
const hex = (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
const MOST_SPACES = 6;

const mark = (c) => {
  // The visible stand-in of one character, or null where the character shows itself.
  const code = c.codePointAt(0);
  if (c === "\n") return ["↵", "newline"];
  if (c === "\t") return ["→", "tab"];
  if (c === "\r") return ["\\r", "carriage return"];
  if (code < 32 || (code >= 127 && code < 160))
    return [`\\x${code.toString(16).padStart(2, "0")}`, `control character ${hex(c)}`];
  if (code === 0xfffd) return ["�", "replacement character: part of a longer character"];
  // a joiner inside an emoji is shaping, not hidden text; alone it is handled by the caller
  if (INVISIBLE.test(c)) return [hex(c), `invisible character ${hex(c)}`];
  return null;
};

const pieces = (text, leadingSpace) => {
  // [text, meaning or null] runs; meaning marks a stand-in.
  const out = [];
  const plain = (c) => {
    const last = out[out.length - 1];
    if (last && last[1] === null) last[0] += c;
    else out.push([c, null]);
  };
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i];
    if (c === " ") {
      let run = 1;
      while (characters[i + run] === " ") run++;
      const outer = i === 0 || i + run === characters.length || characters[i - 1] === "\n";
      if (run === 1 && !(outer && leadingSpace)) plain(run === 1 && outer ? "\u00a0" : " ");
      else out.push([run > MOST_SPACES ? `·×${run}` : "·".repeat(run), run === 1 ? "space" : `${run} spaces`]);
      i += run - 1;
      continue;
    }
    const joined = c === "\u200d" && out.length && i + 1 < characters.length;
    const found = joined ? null : mark(c);
    if (found) out.push(found);
    else plain(i === 0 && /\p{M}/u.test(c) ? `\u25cc${c}` : c);
  }
  return out;
};

// What a token looks like in plain text: for labels, titles and search.
export const shown = (text) =>
  text === ""
    ? "∅"
    : pieces(text, true)
        .map((p) => p[0])
        .join("");
export const literal = (text) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) =>
    /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

export const fill = (node, text, leadingSpace = true) => {
  if (text === "") node.append(el("span.mark.framed", "∅"));
  else if (SPECIAL.test(text)) node.append(el("span.special", text));
  else
    for (const [piece, meaning] of pieces(text, leadingSpace)) {
      const framed = meaning && /^(U\+|\\|\ufffd)/.test(piece);
      node.append(meaning === null ? piece : el("span", { class: framed ? "mark framed" : "mark" }, piece));
    }
  return node;
};

export const chip = (text) => fill(el("bdi.chip", { title: literal(text) }), text);
export const chips = (list) => el("span.chips", list.map(chip));
