// Where a text stops being JSON, and why, in words: browsers name the place each in their own way, or not at all.

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

class Wrong extends Error {
  constructor(at, why) {
    super(why);
    this.at = at;
  }
}

// Null for JSON; else the line and column, counted from 1, and the key of the words that say why.
export function wrongPlace(text) {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return place(text);
  }
}

function place(text) {
  try {
    const end = space(text, value(text, space(text, 0)));
    return { ...lineOf(text, end), why: "json.more" };
  } catch (wrong) {
    // A text nested too deep for us is told without its place.
    return wrong instanceof Wrong ? { ...lineOf(text, wrong.at), why: wrong.message } : { line: 1, column: 1, why: "json.deep" };
  }
}

function lineOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}

function space(text, at) {
  return matched(SPACE, text, at);
}

// The end of what stands here, or -1.
function matched(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function value(text, at) {
  if (at >= text.length) throw new Wrong(at, "json.end");
  if (text[at] === "{") return members(text, at, "}", member);
  if (text[at] === "[") return members(text, at, "]", value);
  if (text[at] === '"') return string(text, at);
  const end = Math.max(matched(NUMBER, text, at), matched(WORD, text, at));
  if (end < 0) throw new Wrong(at, text[at] === "," || text[at] === "}" || text[at] === "]" ? "json.value" : "json.unknown");
  return end;
}

function string(text, at) {
  const end = matched(STRING, text, at);
  if (end < 0) throw new Wrong(at, "json.string");
  return end;
}

function member(text, at) {
  if (at >= text.length) throw new Wrong(at, "json.end");
  if (text[at] !== '"') throw new Wrong(at, "json.name");
  const colon = space(text, string(text, at));
  if (text[colon] !== ":") throw new Wrong(colon, "json.colon");
  return value(text, space(text, colon + 1));
}

function members(text, opened, close, one) {
  let at = space(text, opened + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = space(text, one(text, at));
    if (text[at] === close) return at + 1;
    if (at >= text.length) throw new Wrong(at, "json.end");
    if (text[at] !== ",") throw new Wrong(at, "json.comma");
    const comma = at;
    at = space(text, at + 1);
    if (text[at] === close) throw new Wrong(comma, "json.trailing");
  }
}
