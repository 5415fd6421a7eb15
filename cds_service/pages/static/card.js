// A card as a clinician sees it.

import { element, fold, link, raw } from "./elements.js";
import { markdown } from "./markdown.js";

// Never by colour alone: a word and a sign go with it.
const INDICATORS = {
  info: { word: "Information", sign: "i" },
  warning: { word: "Warning", sign: "!" },
  critical: { word: "Critical", sign: "‼" },
};

export function drawCard(card, feedback) {
  const { word, sign } = INDICATORS[card.indicator] ?? { word: card.indicator, sign: "?" };
  const badge = element(
    "p",
    { class: "indicator" },
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    ` ${word}`,
  );
  const article = element(
    "article",
    { class: `card ${card.indicator}`, "aria-label": `${word}: ${card.summary}` },
    badge,
    element("h3", {}, card.summary),
    element("div", { class: "detail" }, ...markdown(card.detail ?? "")),
    ...suggestions(card, feedback),
    source(card),
  );
  if (card.overrideReasons?.length) article.append(override(card, article, feedback));
  return article;
}

// A button as in an EHR, and what it would put into the clinician's drafts.
function suggestions(card, feedback) {
  const accepted = [];
  return (card.suggestions ?? []).map((one) => {
    const button = element("button", { type: "button", class: "take" }, one.label);
    const said = element("span", { class: "said", role: "status" });
    button.addEventListener("click", () =>
      settle([button], said, async () => {
        await feedback.accept(card, [...accepted, one.uuid]);
        accepted.push(one.uuid);
        return "Accepted and recorded. An EHR would now open this draft.";
      }),
    );
    const orders = one.actions.flatMap((action) => [
      element("p", {}, action.description),
      raw(action.resource),
    ]);
    return element("div", { class: "suggestion" }, button, " ", said, fold("The order it drafts", ...orders));
  });
}

function source(card) {
  const made = element("p", { class: "source" }, "Source: ");
  made.append(card.source.url ? link(card.source.url, card.source.label) : card.source.label);
  for (const other of card.links ?? []) made.append(" · ", link(other.url, other.label));
  return made;
}

// The menu an EHR offers to put a card away, with a reason or without.
function override(card, article, feedback) {
  const id = `override-${card.uuid}`;
  const menu = element("select", { id }, element("option", { value: "" }, "no reason given"));
  for (const reason of card.overrideReasons) {
    menu.append(element("option", { value: reason.code }, reason.display));
  }
  const button = element("button", { type: "button", class: "dismiss" }, "Dismiss");
  const said = element("span", { class: "dismissed", role: "status" });
  button.addEventListener("click", () =>
    settle([button, menu, ...article.querySelectorAll("button.take")], said, async () => {
      await feedback.override(card, card.overrideReasons.find((reason) => reason.code === menu.value));
      article.classList.add("put-away");
      return feedback.afterOverride(card);
    }),
  );
  return element("p", { class: "override" }, element("label", { for: id }, "Dismiss because"), " ", menu, " ", button, " ", said);
}

// Done once: what was pressed stays pressed, unless the service could not be told.
async function settle(pressed, said, act) {
  const focused = pressed.find((one) => one === document.activeElement);
  for (const one of pressed) one.disabled = true;
  said.tabIndex = -1; // a disabled button would drop the keyboard
  try {
    said.textContent = await act();
    if (focused) said.focus({ preventScroll: true });
  } catch (problem) {
    for (const one of pressed) one.disabled = false;
    said.textContent = `Not recorded: ${problem.message}.`;
    focused?.focus({ preventScroll: true });
  }
}
