// The assessment as a tree: each rule, what it was combined from, what each part says of the patient, the facts.

import { button, element } from "./elements.js";
import { say, sayId } from "./words.js";

const SIGNS = { true: "✓", false: "–", unknown: "?" };

// `place` tells where a resource can be read, or null where it cannot.
export function drawTree(told, place) {
  const rules = told.rules.map((rule, at) => ruleOf(rule, told.tree[at], told, place));
  const tree = element("ul", { class: "tree" }, ...rules);
  const all = (open) => () => {
    for (const one of tree.querySelectorAll("details")) one.open = open;
  };
  return [
    element("h3", {}, say("tree.title")),
    element("p", { class: "hint" }, say("tree.order")),
    element("p", { class: "tools" }, button(say("tree.open"), all(true)), " ", button(say("tree.close"), all(false))),
    tree,
  ];
}

function ruleOf(rule, tree, told, place) {
  const decides = rule.id === told.rule || rule.id === told.why;
  const named = element("span", { class: "rule-name" }, sayId("rule", rule.id), " ", element("code", {}, rule.id));
  const mark = decides ? [" ", element("span", { class: "decides" }, say("tree.decides"))] : [];
  const because = rule.because ? [element("span", { class: "because", lang: "en" }, rule.because)] : [];
  const made = branch([verdict(rule.verdict), " ", named, ...mark, ...because], tree, place);
  made.className = decides ? "rule decides" : `rule ${rule.verdict}`;
  if (decides) for (const one of made.querySelectorAll("details")) one.open = one.closest("li").dataset.verdict !== "false";
  return made;
}

function node(one, place) {
  const because = one.because ? [element("span", { class: "because", lang: "en" }, one.because)] : [];
  return branch([verdict(one.verdict), " ", element("span", { lang: "en" }, one.says), ...because], one, place);
}

// A part with something under it opens; one without is a line.
function branch(head, one, place) {
  const under = [...one.facts.map((fact) => factOf(fact, place)), ...one.parts.map((part) => node(part, place))];
  const item = element("li", { "data-verdict": one.verdict });
  if (under.length) item.append(element("details", {}, element("summary", {}, ...head), element("ul", {}, ...under)));
  else item.append(element("div", { class: "leaf" }, ...head));
  return item;
}

function verdict(holds) {
  const sign = element("span", { "aria-hidden": "true" }, SIGNS[holds]);
  return element("span", { class: `verdict ${holds}` }, sign, ` ${say(`verdict.${holds}`)}`);
}

function factOf(fact, place) {
  const quote = fact.quote ? [" ", element("q", {}, fact.quote)] : [];
  const sources = fact.sources.flatMap((source) => [" ", sourceOf(source, place)]);
  return element("li", { class: "fact", lang: "en" }, fact.text, ...quote, ...sources);
}

function sourceOf(source, place) {
  const address = place?.(source);
  const words = element("code", {}, source);
  return address ? element("a", { href: address, target: "_blank", rel: "noopener" }, words) : words;
}
