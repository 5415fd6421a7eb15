// A card as a clinician sees it. What the service wrote is English on every page.

import { button, element, fold, link, raw } from "./elements.js";
import { markdown } from "./markdown.js";
import { say } from "./words.js";

// Never by colour alone: a word and a sign go with it.
const SIGNS = { info: "i", warning: "!", critical: "‼" };

// Without `feedback` nobody can be told what was done with the card: one from a file, or one without a uuid.
export function drawCard(card, feedback) {
  const word = say(`indicator.${card.indicator}`);
  const sign = element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[card.indicator] ?? "?");
  const article = element(
    "article",
    { class: `card ${card.indicator}`, "aria-label": `${word}: ${card.summary}` },
    element("p", { class: "indicator" }, sign, ` ${word}`),
    element("h3", { lang: "en" }, card.summary),
    element("div", { class: "detail", lang: "en" }, ...markdown(card.detail ?? "")),
    ...suggestions(card, feedback),
    source(card),
  );
  if (feedback && card.uuid) article.append(putAway(card, article, feedback));
  return article;
}

// A button as in an EHR, and what it would put into the clinician's drafts.
function suggestions(card, feedback) {
  const accepted = new Set();
  return (card.suggestions ?? []).map((one) => {
    const said = element("span", { class: "said", role: "status" });
    const take = button(
      one.label,
      () =>
        settle([take], said, async () => {
          accepted.add(one.uuid);
          try {
            await feedback.accept(card, [...accepted]);
          } catch (problem) {
            accepted.delete(one.uuid);
            throw problem;
          }
          return say("accepted");
        }),
      { class: "take", lang: "en", ...(feedback ? {} : { disabled: "" }) },
    );
    return element("div", { class: "suggestion" }, take, " ", said, ...one.actions.map(action));
  });
}

function action(one) {
  return fold(say(`action.${one.type}`), element("p", { lang: "en" }, one.description), raw(one.resource ?? one.resourceId));
}

function source(card) {
  const made = element("p", { class: "source" }, `${say("source")} `);
  made.append(card.source.url ? link(card.source.url, card.source.label) : card.source.label);
  for (const other of card.links ?? []) made.append(" · ", link(other.url, other.label));
  return made;
}

// What an EHR offers to put a card away: with a reason, or dismissed without.
function putAway(card, article, feedback) {
  const id = `override-${card.uuid}`;
  const reasons = card.overrideReasons ?? [];
  const menu = element("select", { id }, element("option", { value: "" }, say("choose-reason")));
  menu.append(...reasons.map((one) => element("option", { value: one.code, lang: "en" }, one.display)));
  const said = element("span", { class: "dismissed", role: "status" });
  const undo = button(say("undo"), () => undone(), { class: "undo", hidden: "" });
  const pressed = () => [override, dismiss, menu, ...article.querySelectorAll("button.take")];
  const away = (reason) =>
    settle(pressed(), said, async () => {
      await feedback.override(card, reason);
      article.classList.add("put-away");
      undo.hidden = false;
      return feedback.afterOverride(card);
    });
  const because = () => {
    const reason = reasons.find((one) => one.code === menu.value);
    if (reason) return away(reason);
    said.textContent = say("no-reason");
    menu.focus();
  };
  const override = button(say("override"), because, { class: "override-now" });
  const dismiss = button(say("dismiss"), () => away(null), { class: "dismiss" });
  const undone = async () => {
    await settle([undo], said, async () => {
      await feedback.accept(card, (card.suggestions ?? []).slice(0, 1).map((one) => one.uuid));
      article.classList.remove("put-away");
      for (const one of pressed()) one.disabled = false;
      undo.hidden = true;
      return say("undone");
    });
    undo.disabled = false;
  };
  const withReason = reasons.length ? [element("label", { for: id }, say("override-reason")), " ", menu, " ", override, " "] : [];
  return element("div", { class: "override" }, ...withReason, dismiss, " ", said, " ", undo);
}

// Done once: what was pressed stays pressed, unless the service could not be told.
async function settle(pressed, said, act) {
  const focused = pressed.find((one) => one === document.activeElement);
  for (const one of pressed) one.disabled = true;
  said.tabIndex = -1; // a disabled button drops the keyboard, which may have gone on meanwhile
  try {
    said.textContent = await act();
    if (focused && [focused, document.body].includes(document.activeElement)) said.focus({ preventScroll: true });
  } catch (problem) {
    for (const one of pressed) one.disabled = false;
    said.textContent = say("not-recorded", { problem: problem.message });
    focused?.focus({ preventScroll: true });
  }
}
