// The words that scripts say, in the language of the page: the template brings them, so that they are translated there.

const words = JSON.parse(document.getElementById("words").textContent);

export const language = document.documentElement.lang;

// `{name}` in the words becomes the value of that name. A key without words is a mistake, and shows as one.
export function say(key, values = {}) {
  return (words[key] ?? `[${key}]`).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// One thing or several: `key.one` or `key.other`.
export function sayCount(key, count, values = {}) {
  return say(`${key}.${count === 1 ? "one" : "other"}`, { ...values, count });
}

// Words for what the service names by an id; another id is told as it stands.
export function sayId(group, id) {
  const key = `${group}.${id}`;
  return Object.hasOwn(words, key) ? words[key] : id;
}
