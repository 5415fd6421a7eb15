// Files of one's own, dropped on the page or chosen: each is assessed by the service, and kept by nobody.

import { bytes, post } from "./exchange.js";
import { say } from "./words.js";

const input = document.getElementById("files");
let depth = 0;

// `onAssessed` is given, for each file, its name and the answer; a file that is too large is not sent.
export function filesOf(mostBytes, onAssessed) {
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  addEventListener("dragenter", (event) => count(event, 1));
  addEventListener("dragleave", (event) => count(event, -1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    take([...event.dataTransfer.files]);
  });
  const take = async (files) => {
    if (files.length) onAssessed(await Promise.all(files.map((file) => assessed(file, mostBytes))));
  };
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function count(event, by) {
  if (!hasFiles(event)) return;
  depth += by;
  document.body.classList.toggle("dropping", depth > 0);
}

async function assessed(file, mostBytes) {
  if (file.size > mostBytes) return { name: file.name, answer: tooLarge(file, mostBytes) };
  try {
    return { name: file.name, answer: await post("assess", await file.text()) };
  } catch (problem) {
    return { name: file.name, answer: notSent("exception", say("file.unread", { problem: problem.message })) };
  }
}

function tooLarge(file, mostBytes) {
  return notSent("too-long", say("file.large", { size: bytes(file.size), most: bytes(mostBytes) }));
}

// As the service would refuse it: what is shown of a refusal is then shown of this, too.
function notSent(code, diagnostics) {
  const body = { resourceType: "OperationOutcome", issue: [{ severity: "error", code, diagnostics }] };
  return { status: 0, words: say("not-sent"), milliseconds: 0, bytes: 0, headers: [], body };
}
