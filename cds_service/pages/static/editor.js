// The request as JSON: the one that was built, or what a person made of it, which then wins.

import { wrongPlace } from "./json_place.js";
import { copied, curlOf } from "./curl.js";
import { say } from "./words.js";

const box = document.getElementById("editor");
const wrong = document.getElementById("editor-wrong");
const back = [...document.querySelectorAll("button.to-built")];
const notices = [...document.querySelectorAll(".edited-notice")];
const curl = document.getElementById("curl");
const curlSaid = document.getElementById("curl-said");
const curlText = document.getElementById("curl-text");
const PAUSE = 200;
let built = "";
let waiting = 0;

export function editorOf({ address, onSend, onBack }) {
  box.addEventListener("input", () => {
    forget();
    tell();
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
  });
  document.getElementById("send").addEventListener("click", onSend);
  for (const one of back) {
    one.addEventListener("click", () => {
      show(built);
      box.focus();
      onBack();
    });
  }
  curl.addEventListener("click", async () => {
    const command = curlOf(address(), box.value);
    const done = await copied(command);
    curlSaid.textContent = say(done ? "curl.copied" : "curl.by-hand");
    curlText.textContent = command;
    curlText.hidden = done;
  });
  return { show, text: () => box.value, isEdited };
}

function show(text) {
  built = text;
  box.value = text;
  forget();
  tell();
  check();
}

// What was copied is not what stands here now.
function forget() {
  curlText.hidden = true;
  curlSaid.textContent = "";
}

function isEdited() {
  return box.value !== built;
}

function tell() {
  const edited = isEdited();
  for (const one of [...notices, ...back]) one.hidden = !edited;
}

function check() {
  const place = isEdited() ? wrongPlace(box.value) : null;
  box.setAttribute("aria-invalid", String(place !== null));
  wrong.textContent = place ? say("json.place", { line: place.line, column: place.column, why: say(place.why) }) : "";
}
