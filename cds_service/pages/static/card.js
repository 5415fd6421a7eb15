// A card as a clinician sees it.

import { element, link } from "./elements.js";
import { markdown } from "./markdown.js";

// Never by colour alone: a word and a sign go with it.
const INDICATORS = {
  info: { word: "Information", sign: "i" },
  warning: { word: "Warning", sign: "!" },
  critical: { word: "Critical", sign: "‼" },
};

export function drawCard(card) {
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
    ...suggestions(card.suggestions ?? []),
    source(card),
  );
  if (card.overrideReasons?.length) article.append(override(card, article));
  return article;
}

function suggestions(offered) {
  return offered.map((one) => element("p", { class: "suggestion" }, "Suggestion: ", one.label));
}

function source(card) {
  const made = element("p", { class: "source" }, "Source: ");
  made.append(card.source.url ? link(card.source.url, card.source.label) : card.source.label);
  for (const other of card.links ?? []) made.append(" · ", link(other.url, other.label));
  return made;
}

// The menu an EHR offers to put a card away. Nothing is sent: feedback is not part of the demo.
function override(card, article) {
  const id = `override-${card.uuid}`;
  const menu = element("select", { id }, element("option", { value: "" }, "choose a reason"));
  for (const reason of card.overrideReasons) {
    menu.append(element("option", { value: reason.code }, reason.display));
  }
  const said = element("span", { class: "dismissed", role: "status" });
  menu.addEventListener("change", () => {
    article.classList.toggle("put-away", menu.value !== "");
    said.textContent = menu.value ? "Put away, in this page only." : "";
  });
  return element("p", { class: "override" }, element("label", { for: id }, "Dismiss because"), " ", menu, " ", said);
}
