// The list of patients: searched as one types, chosen as radio buttons are, by keyboard or by hand.

import { sayCount, say } from "./words.js";

const list = document.getElementById("patients");
const search = document.getElementById("search");
const found = document.getElementById("found");
const radios = [...list.querySelectorAll("input[name=patient]")];

export function patientsOf(onChoice) {
  list.addEventListener("change", () => onChoice(chosen()));
  search.addEventListener("input", narrow);
  // Enter goes to the one that is left.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = radios.find((radio) => !radio.closest("label").hidden);
    if (!first) return;
    first.focus();
    if (!first.checked) first.click();
  });
  reveal();
  return { chosen };
}

export function chosen() {
  return radios.find((radio) => radio.checked).dataset;
}

// Every word of the search is somewhere in what the list says of the patient.
function narrow() {
  const wanted = plain(search.value).split(/\s+/).filter(Boolean);
  let count = 0;
  for (const radio of radios) {
    const label = radio.closest("label");
    const text = plain(`${label.textContent} ${radio.value} ${label.closest("fieldset").querySelector("legend").textContent}`);
    label.hidden = !wanted.every((word) => text.includes(word));
    if (!label.hidden) count += 1;
  }
  for (const group of list.querySelectorAll("fieldset")) group.hidden = !group.querySelector("label:not([hidden])");
  found.textContent = count ? sayCount("found", count) : say("found.none");
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{Mark}/gu, "").toLowerCase();
}

// The list scrolls on its own: the one that is chosen is in sight when the page opens.
function reveal() {
  const label = radios.find((radio) => radio.checked).closest("label");
  list.scrollTop = label.offsetTop - list.clientHeight / 3;
}
