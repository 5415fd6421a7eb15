// One POST of JSON text: what came back, how long it took, and how it is shown.

import { element, issues, raw } from "./elements.js";
import { language, say } from "./words.js";

const HEADERS = ["content-type", "x-request-id", "retry-after", "access-control-allow-origin"];

export async function post(address, text) {
  const began = performance.now();
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: text });
  const told = await answer.text();
  const milliseconds = performance.now() - began;
  const headers = HEADERS.map((name) => [name, answer.headers.get(name)]).filter(([, value]) => value !== null);
  return { status: answer.status, words: answer.statusText, milliseconds, headers, bytes: told.length, body: read(told) };
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function drawResponse(answer) {
  const facts = answer.headers.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  return [
    element(
      "p",
      { class: "answer-line" },
      element("span", { class: `http s${String(answer.status)[0]}` }, `${answer.status} ${answer.words}`),
      ` ${say("timing", { milliseconds: milliseconds(answer), bytes: bytes(answer.bytes) })}`,
    ),
    element("dl", { class: "headers" }, ...facts),
    ...(answer.status === 200 ? [] : issues(answer.body)),
    raw(answer.body, say("response-body")),
  ];
}

export function milliseconds(answer) {
  return Math.max(1, Math.round(answer.milliseconds));
}

export function bytes(count) {
  const told = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return count < 1000 ? `${count} B` : `${told.format(count / 1000)} kB`;
}

export function refused(answer) {
  const title = say(`refused.${answer.status}`).startsWith("[") ? say("refused") : say(`refused.${answer.status}`);
  return element(
    "div",
    { class: "failed" },
    element("h3", {}, `${answer.status}: ${title}`),
    ...issues(answer.body),
  );
}
