// What was done with a card, told to the service as an EHR tells it, and what that means for the next time.

import { pretty } from "./elements.js";
import { post } from "./exchange.js";
import { say, sayCount } from "./words.js";

const SET_ASIDE = ["optimise-first", "recommend", "consider"];

export function mayBeSetAside(rule, quietDays) {
  return quietDays > 0 && SET_ASIDE.includes(rule);
}

export function shownAgain(quietDays) {
  return sayCount("again", quietDays);
}

// `onTold` is given each exchange: the card, what was sent, and the answer.
export function feedbackTo(address, quietDays, onTold) {
  const tell = async (card, outcome, members = {}) => {
    const entry = { card: card.uuid, outcome, ...members, outcomeTimestamp: new Date().toISOString() };
    const sent = { feedback: [entry] };
    const answer = await post(address, pretty(sent));
    onTold({ address, card, sent, answer });
    if (answer.status !== 200) throw new Error(say("feedback.refused", { status: answer.status }));
  };
  return {
    accept: (card, ids) =>
      tell(card, "accepted", ids.length ? { acceptedSuggestions: ids.map((id) => ({ id })) } : {}),
    override: (card, reason) => tell(card, "overridden", because(reason)),
    afterOverride: (card) =>
      mayBeSetAside(card.source.topic?.code, quietDays) && address.includes("patient-view")
        ? say("overridden.aside", { again: shownAgain(quietDays) })
        : say("overridden.again"),
  };
}

function because(reason) {
  return reason ? { overrideReason: { reason: { code: reason.code, system: reason.system } } } : {};
}
