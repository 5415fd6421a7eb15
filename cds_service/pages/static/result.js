// What is shown of an answer: the card or why there is none, the response, the tree.

import { drawCard } from "./card.js";
import { button, element } from "./elements.js";
import { drawResponse, milliseconds, refused } from "./exchange.js";
import { drawWhy, whyHeldBack, whyNone } from "./why.js";
import { say, sayCount } from "./words.js";

const cards = document.getElementById("cards");
const response = document.getElementById("response");
const why = document.getElementById("why");
const status = document.getElementById("status");
const glance = document.getElementById("glance");
const about = document.getElementById("about");
const result = document.getElementById("result");

// The bar that leads to the answer goes where the answer is in sight.
new IntersectionObserver((seen) => {
  glance.parentElement.hidden = seen.at(-1).isIntersecting;
}).observe(result);

// Whom the tabs are about: a patient's chart, or a file. Somebody else's is shown from its top.
export function showAbout(title, who, story, ...links) {
  if (document.getElementById("about-title").textContent !== title) result.scrollTop = 0;
  about.replaceChildren(
    element("h2", { id: "about-title" }, title),
    ...(who ? [element("p", { class: "banner" }, who)] : []),
    ...(story ? [element("p", { class: "story", lang: "en" }, story)] : []),
    ...(links.length ? [element("p", { class: "links" }, ...links.flatMap((one, at) => (at ? [" · ", one] : [one])))] : []),
  );
}

export function showAnswer({ name, answer, told, feedback, place, quietDays, takeBack }) {
  const shown = answer.body?.cards ?? [];
  const held = answer.status === 200 && !shown.length && Boolean(told?.rule);
  if (answer.status !== 200) cards.replaceChildren(refused(answer));
  else if (shown.length) cards.replaceChildren(...shown.map((card) => drawCard(card, feedback)));
  else if (held) cards.replaceChildren(none("held", whyHeldBack(told, quietDays), takeBack));
  else cards.replaceChildren(none("no-card", told ? whyNone(told) : ""));
  response.replaceChildren(...drawResponse(answer));
  why.replaceChildren(...(told ? drawWhy(told, place) : [element("p", { class: "hint" }, say("why.refused"))]));
  tell(name, answer, shown, held);
}

function tell(name, answer, shown, held) {
  const values = { name, status: answer.status, milliseconds: milliseconds(answer) };
  if (answer.status !== 200) status.textContent = say("status.refused", values);
  else if (shown.length) status.textContent = say("status.card", { ...values, indicator: say(`indicator.${shown[0].indicator}`), summary: shown[0].summary });
  else status.textContent = say(held ? "status.held" : "status.none", values);
  glance.textContent = answer.status !== 200 ? String(answer.status) : shown.length ? sayCount("cards", shown.length) : say(held ? "held" : "no-card");
}

function none(title, words, takeBack) {
  const again = takeBack ? [element("p", {}, button(say("take-back"), takeBack, { class: "take-back" }))] : [];
  return element("div", { class: "no-card" }, element("h3", {}, say(title)), element("p", {}, words), ...again);
}

export function showFailure(problem) {
  const words = say("failed", { problem: problem.message });
  cards.replaceChildren(element("div", { class: "failed" }, element("p", {}, words)));
  response.replaceChildren();
  why.replaceChildren();
  status.textContent = words;
  glance.textContent = say("failed.short");
}
