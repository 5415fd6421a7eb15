// The code that brought the page here leaves the address bar and the history; the referral's text can be copied.

if (location.search) history.replaceState(null, "", location.pathname + location.hash);

const button = document.getElementById("copy");
const text = document.getElementById("referral-text");
const said = document.getElementById("copied");

function select() {
  const range = document.createRange();
  range.selectNodeContents(text);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(text.textContent);
    said.textContent = button.dataset.copied;
  } catch {
    select();
    said.textContent = document.execCommand("copy") ? button.dataset.copied : button.dataset.selected;
  }
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", copy);
}

// On paper the rule that decides is open to its last fact; of the others the line that says why is enough.
const closed = new Set();
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll(".decides details:not([open])")) {
    closed.add(one);
    one.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
  closed.clear();
});
