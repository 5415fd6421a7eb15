// Why the service answered as it did: every rule in reading order, signs, risks, and what was not on record.

import { element } from "./elements.js";
import { mayBeSetAside, shownAgain } from "./feedback.js";

const WHY_NONE = {
  deceased: "The patient has died: nothing is said.",
  "under-18": "The patient is under 18: the rules for adults do not apply.",
  "hospice-or-pregnancy": "The patient is in hospice care or pregnant: no elective evaluation is suggested.",
  "post-operative": "A spine operation was done within the post-operative period.",
  "in-hand": "A spine referral is already under way.",
  stale: "The spine complaint on record is stale: nothing newer tells of it.",
  "no-sign": "No sign, full or partial, was found.",
};
const VERDICTS = { true: "✓ holds", false: "– does not hold", unknown: "? unknown" };
const STATES = { present: "✓ present", absent: "– absent", unknown: "? unknown" };

export function whyNone(told) {
  return WHY_NONE[told.why] ?? "The service has nothing to say.";
}

export function whyHeldBack(told, quietDays) {
  const silenced = "this service’s settings silence it";
  if (!mayBeSetAside(told.rule, quietDays)) return `The rule ${told.rule} holds, but ${silenced}.`;
  return `The rule ${told.rule} holds, but a clinician set its card aside (or ${silenced}). ${shownAgain(quietDays)}`;
}

export function drawWhy(told) {
  return [
    element("h3", {}, "Rules, in reading order"),
    element("p", { class: "hint" }, "The first that holds decides; a referral under way stops the last two only."),
    table(["Rule", "Verdict", "Because"], told.rules.map((rule) => ruleRow(rule, told))),
    element("h3", {}, "Signs"),
    table(["Sign", "State", "Because"], told.signs.map(signRow)),
    element("h3", {}, "Risks"),
    table(["Risk", "State", "Because"], told.risks.map(riskRow)),
    element("h3", {}, "Also"),
    also(told),
  ];
}

function ruleRow(rule, told) {
  const decides = rule.id === told.rule || rule.id === told.why;
  const state = decides ? `${VERDICTS[rule.verdict]}, decides` : VERDICTS[rule.verdict];
  return { cells: [rule.id, state, rule.because], mark: `${rule.verdict}${decides ? " decides" : ""}` };
}

function signRow(sign) {
  const state = sign.strength ? `${STATES[sign.state]}, ${sign.strength}` : STATES[sign.state];
  return { cells: [words(sign.id), state, sign.because ?? ""], mark: sign.state };
}

function riskRow(risk) {
  return { cells: [words(risk.id), STATES[risk.state], risk.because ?? ""], mark: risk.state };
}

function words(id) {
  return id.replaceAll("-", " ");
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((one) => element("th", { scope: "col" }, one)));
  const body = rows.map(({ cells: [first, ...rest], mark }) =>
    element(
      "tr",
      { class: mark },
      element("th", { scope: "row" }, first),
      ...rest.map((cell, place) => element("td", { "data-label": heads[place + 1] }, cell)),
    ),
  );
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function also(told) {
  const lasting = told.symptomDurationDays;
  const facts = {
    "Symptoms have lasted": lasting ? days(lasting) : "nothing current, or unknown",
    Opioids: told.opioids.coveredDays ? `${told.opioids.status}, ${told.opioids.coveredDays} days covered` : told.opioids.status,
    "Conservative care": told.conservativeCare,
    "Earlier spine surgery": listed(told.priorSurgery.map((one) => [one.kind, one.region, one.date].filter(Boolean).join(", "))),
    "Not on record": listed(told.gaps),
    "Data quality": listed(told.dataQuality),
    "Assessed on": told.assessedOn,
    "Knowledge version": told.knowledgeVersion,
  };
  const pairs = Object.entries(facts).flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]);
  return element("dl", {}, ...pairs);
}

function days({ min, max }) {
  if (max === undefined) return `at least ${min} days`;
  return min === max ? `${min} days` : `${min} to ${max} days`;
}

function listed(lines) {
  return lines.length ? lines.join(" · ") : "none";
}
