// What became of the feedback: each exchange, newest first, and what the store has counted since.

import { element, fold, raw } from "./elements.js";
import { fetched } from "./request.js";
import { say, sayId } from "./words.js";

const list = document.getElementById("exchanges");
const counts = document.getElementById("counts");
const tab = document.getElementById("feedback-count");
// A card shown is counted a little after it was answered.
const LATER = [0, 1000, 2000];
let exchanges = 0;

export function told({ address, card, sent, answer }) {
  exchanges += 1;
  tab.textContent = ` (${exchanges})`;
  const [{ outcome, overrideReason }] = sent.feedback;
  const reason = overrideReason ? `: ${wordsOf(card, overrideReason.reason.code)}` : "";
  const recorded = answer.status === 200 ? say("recorded", { count: answer.body.recorded }) : `${answer.status}`;
  document.getElementById("no-exchange")?.remove();
  list.prepend(
    element(
      "li",
      {},
      element("p", { class: "exchange" }, element("strong", {}, `${say(`outcome.${outcome}`)}${reason}`), ` · ${card.summary} · ${recorded}`),
      fold(say("feedback.sent"), element("p", {}, element("code", {}, `POST ${new URL(address, location.href)}`)), raw(sent)),
      fold(say("feedback.answer", { status: answer.status }), raw(answer.body)),
    ),
  );
  for (const pause of LATER) setTimeout(() => count(), pause);
}

// A reason as the clinician read it.
function wordsOf(card, code) {
  return card.overrideReasons?.find((one) => one.code === code)?.display ?? code;
}

// For every rule that has counts: the whole store, whoever asked.
export async function count() {
  let rules;
  try {
    ({ rules } = await fetched("counts"));
  } catch (problem) {
    counts.replaceChildren(element("p", { class: "hint" }, problem.message));
    return;
  }
  const rows = Object.entries(rules).sort(([one], [other]) => one.localeCompare(other));
  if (!rows.length) return;
  const heads = ["rule", "shown", "accepted", "overridden", "reasons"].map((name) => say(`count.${name}`));
  const head = element("tr", {}, ...heads.map((one) => element("th", { scope: "col" }, one)));
  const body = rows.map(([rule, row]) => element("tr", { "data-rule": rule }, ...cells(rule, row, heads)));
  counts.replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

function cells(rule, row, heads) {
  const reasons = Object.entries(row.reasons).map(([code, times]) => `${code} ${times}`).join(", ");
  const values = [row.shown, row.accepted, row.overridden, reasons];
  return [
    element("th", { scope: "row" }, sayId("rule", rule)),
    ...values.map((value, place) => element("td", { "data-label": heads[place + 1] }, String(value))),
  ];
}
