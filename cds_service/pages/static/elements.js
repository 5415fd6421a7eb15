// Builds elements from text: nothing here is ever parsed as HTML.

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

export function fold(title, ...content) {
  return element("details", {}, element("summary", {}, title), ...content);
}

export function raw(value) {
  return element("pre", { tabindex: "0", role: "region", "aria-label": "JSON" }, JSON.stringify(value, null, 2));
}
