// The Markdown our cards are written in, as elements: paragraphs, lists, bold words, escapes and entities.
// Anything else stays the text it is.

import { element } from "./elements.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const PIECE = /\\([!-/:-@[-`{-~])|(&amp;|&lt;|&gt;)|(\*\*)/g;

export function markdown(text) {
  const blocks = [];
  for (const line of text.split("\n")) place(blocks, line);
  return blocks.filter((block) => block !== null);
}

function place(blocks, line) {
  const last = blocks.at(-1);
  if (!line.trim()) {
    blocks.push(null);
  } else if (/^\s*- /.test(line)) {
    const list = last?.localName === "ul" ? last : element("ul");
    if (list !== last) blocks.push(list);
    list.append(element("li", {}, ...inline(line.replace(/^\s*- /, ""))));
  } else if (last?.localName === "p") {
    last.append(element("br"), ...inline(line));
  } else {
    blocks.push(element("p", {}, ...inline(line)));
  }
}

function inline(text) {
  const parts = [];
  let bold = null;
  let from = 0;
  const add = (words) => words && (bold ?? parts)[bold ? "append" : "push"](words);
  for (const found of text.matchAll(PIECE)) {
    add(text.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[3]) {
      if (bold) parts.push(bold);
      bold = bold ? null : element("strong");
    } else {
      add(found[1] ?? ENTITIES[found[2]]);
    }
  }
  add(text.slice(from));
  if (bold) parts.push("**", ...bold.childNodes);
  return parts;
}
