// Builds elements from text: nothing here is ever parsed as HTML.

import { say } from "./words.js";

export function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A link to another page of the web; anything but http and https stays text.
export function link(address, words) {
  const safe = /^https?:\/\//i.test(address);
  if (!safe) return element("span", {}, words);
  return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, words);
}

export function button(words, act, options = {}) {
  const made = element("button", { type: "button", ...options }, words);
  made.addEventListener("click", act);
  return made;
}

export function fold(title, ...content) {
  return element("details", {}, element("summary", {}, title), ...content);
}

export function raw(value, label = "JSON") {
  return element("pre", { tabindex: "0", role: "group", "aria-label": label }, pretty(value));
}

export function pretty(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

// What the service says of a request that gets no answer: every issue, in its words.
export function issues(body) {
  const told = (body?.issue ?? []).map((issue) => {
    const place = (issue.expression ?? []).join(", ");
    const code = element("code", {}, issue.code ?? "");
    return element("li", {}, code, ` ${issue.diagnostics ?? ""}`, ...(place ? [" (", element("code", {}, place), ")"] : []));
  });
  return told.length ? [element("ul", { class: "issues" }, ...told)] : [element("p", {}, say("no-issues"))];
}
