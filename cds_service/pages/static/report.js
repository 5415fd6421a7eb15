// Asks for the report with the token that a person types, and shows it. The token is in this module's memory alone.

const signIn = document.getElementById("sign-in");
const form = document.getElementById("token-form");
const field = document.getElementById("token");
const signedIn = document.getElementById("signed-in");
const told = document.getElementById("told");
const status = document.getElementById("status");
const place = document.getElementById("place");
const report = new URL(form.dataset.report, location.href);
let token = "";
let latest = null;

form.hidden = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  token = field.value.trim();
  show(report);
});

document.getElementById("sign-out").addEventListener("click", () => {
  forget();
  field.focus();
});

// Also when the browser keeps the page for its "back".
addEventListener("pagehide", forget);

place.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = new URL(report);
  for (const [name, value] of new FormData(event.target)) if (value) asked.searchParams.append(name, value);
  show(asked);
});

place.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || link.origin !== report.origin || link.pathname !== report.pathname) return;
  event.preventDefault();
  if (link.hasAttribute("download")) save(link.href, link.download);
  else show(link.href);
});

async function show(address) {
  const turn = (latest = Symbol("turn"));
  const answer = await asked(address, "text/html", turn);
  if (!answer) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== latest) return;
  place.replaceChildren(page.getElementById("report"));
  signIn.hidden = true;
  signedIn.hidden = false;
  field.value = "";
  place.querySelector("h1").focus();
  status.textContent = place.querySelector("[data-says]").textContent;
}

async function save(address, name) {
  const turn = (latest = Symbol("turn"));
  const answer = await asked(address, "text/csv", turn);
  if (!answer) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The answer, or nothing where there is none, or where another question was asked meanwhile.
async function asked(address, accept, turn) {
  told.textContent = "";
  try {
    const answer = await fetch(address, {
      headers: { Accept: accept, Authorization: `Bearer ${bytes(token)}` },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
    });
    if (turn !== latest) return null;
    if (answer.ok) return answer;
    if (answer.status === 401) forget();
    tell(answer.status === 401 ? "refused" : "failed");
  } catch {
    if (turn === latest) tell("unreachable");
  }
  return null;
}

function tell(what) {
  told.textContent = told.dataset[what];
  if (!signIn.hidden) field.select();
}

function forget() {
  latest = null;
  token = "";
  field.value = "";
  place.replaceChildren();
  status.textContent = told.textContent = "";
  signIn.hidden = false;
  signedIn.hidden = true;
}

// A header is bytes: letters beyond ASCII go as UTF-8.
function bytes(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
