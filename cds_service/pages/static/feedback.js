// What was done with a card, told to the service as an EHR tells it, and what that means for the next time.

const SET_ASIDE = ["optimise-first", "recommend", "consider"];

export function mayBeSetAside(rule, quietDays) {
  return quietDays > 0 && SET_ASIDE.includes(rule);
}

export function shownAgain(quietDays) {
  const days = quietDays === 1 ? "1 day" : `${quietDays} days`;
  return `It is shown again after ${days}, or when another sign or risk is on record (or delete the database file cds-service.db).`;
}

export function feedbackTo(address, quietDays) {
  return {
    accept: (card, ids) =>
      tell(address, { card: card.uuid, outcome: "accepted", acceptedSuggestions: ids.map((id) => ({ id })) }),
    override: (card, reason) => tell(address, { card: card.uuid, outcome: "overridden", ...because(reason) }),
    afterOverride: (card) =>
      mayBeSetAside(card.source.topic?.code, quietDays)
        ? `Set aside for this patient. ${shownAgain(quietDays)}`
        : "Recorded. A card of this kind is shown again whenever the chart is opened.",
  };
}

function because(reason) {
  return reason ? { overrideReason: { reason: { code: reason.code, system: reason.system } } } : {};
}

async function tell(address, entry) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ feedback: [{ ...entry, outcomeTimestamp: new Date().toISOString() }] }),
  });
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
}
