// A request as a command that works in bash: the body comes from a here-document, which takes any quote and any size.

export function curlOf(address, body) {
  const mark = markNotIn(body);
  return [
    `curl --silent --show-error ${quoted(address)} \\`,
    `  --header 'Content-Type: application/json' --data-binary @- <<'${mark}'`,
    body,
    mark,
  ].join("\n");
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

// A line that ends the body: none of the body's own.
function markNotIn(body) {
  const lines = new Set(body.split(/\r?\n/));
  let mark = "REQUEST";
  while (lines.has(mark)) mark += "_";
  return mark;
}

// The clipboard is missing where the page comes over plain http from another machine: then the text is shown to be
// copied by hand. True when it was copied.
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
