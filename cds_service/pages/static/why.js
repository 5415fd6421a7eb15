// Why the service answered as it did: in a sentence, as a tree, and what was found of signs, risks and the rest.

import { element, fold } from "./elements.js";
import { mayBeSetAside, shownAgain } from "./feedback.js";
import { drawTree } from "./tree.js";
import { say, sayCount, sayId } from "./words.js";

const STATES = { present: "✓", absent: "–", unknown: "?" };

export function whyNone(told) {
  const words = sayId("why", told.why);
  return words === told.why ? say("why") : words;
}

export function whyHeldBack(told, quietDays) {
  const set = mayBeSetAside(told.rule, quietDays);
  return say(set ? "held.aside" : "held.settings", { rule: sayId("rule", told.rule), again: set ? shownAgain(quietDays) : "" });
}

export function drawWhy(told, place) {
  if (!told.rules) return [element("p", {}, whyNone(told))];
  return [
    element("p", { class: "conclusion" }, conclusion(told)),
    ...drawTree(told, place),
    fold(say("signs"), table([say("sign"), say("state"), say("because")], told.signs.map(signRow))),
    fold(say("risks"), table([say("risk"), say("state"), say("because")], told.risks.map(riskRow))),
    fold(say("also"), also(told)),
  ];
}

function conclusion(told) {
  return told.outcome === "none" ? whyNone(told) : say("conclusion", { rule: sayId("rule", told.rule) });
}

function signRow(sign) {
  const strength = sign.strength ? `, ${say(`strength.${sign.strength}`)}` : "";
  return { cells: [words(sign.id), state(sign) + strength, sign.because ?? ""], mark: sign.state };
}

function riskRow(risk) {
  return { cells: [words(risk.id), state(risk), risk.because ?? ""], mark: risk.state };
}

function state(one) {
  return `${STATES[one.state]} ${say(`state-of.${one.state}`)}`;
}

function words(id) {
  const told = sayId("finding", id);
  return told === id ? id.replaceAll("-", " ") : told;
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
  const { opioids } = told;
  const facts = {
    lasting: told.symptomDurationDays ? days(told.symptomDurationDays) : say("lasting.none"),
    opioids: opioids.coveredDays ? say("opioids.covered", { status: opioids.status, days: opioids.coveredDays }) : opioids.status,
    care: told.conservativeCare,
    surgery: listed(told.priorSurgery.map((one) => [one.kind, one.region, one.date].filter(Boolean).join(", "))),
    gaps: listed(told.gaps),
    quality: listed(told.dataQuality),
    day: told.assessedOn,
    version: told.knowledgeVersion,
  };
  const pairs = Object.entries(facts).flatMap(([name, value]) => [
    element("dt", {}, say(`fact.${name}`)),
    element("dd", {}, value),
  ]);
  return element("dl", {}, ...pairs);
}

function days({ min, max }) {
  if (max === undefined) return sayCount("days.least", min);
  return min === max ? sayCount("days", min) : say("days.between", { min, max });
}

function listed(lines) {
  return lines.length ? lines.join(" · ") : say("none");
}
