// The demo EHR: a situation is chosen, its request built and sent, and everything that comes of it shown.

import { count, told as toldFeedback } from "./counted.js";
import { editorOf } from "./editor.js";
import { button, element, link, pretty } from "./elements.js";
import { post } from "./exchange.js";
import { feedbackTo } from "./feedback.js";
import { filesOf } from "./files.js";
import { fetched, requestFor } from "./request.js";
import { showAbout, showAnswer, showFailure } from "./result.js";
import { situationOf } from "./situation.js";
import { tabsOf } from "./tabs.js";
import { say, sayCount } from "./words.js";

const { fhir, quietDays, mostBytes } = document.body.dataset;
const result = document.getElementById("result");
const notesBox = document.getElementById("notes");
const frame = document.getElementById("frame");
const setAside = new Map(); // the cards overridden here, by patient and rule: they can be taken back
let situation;
let asked; // the situation whose request stands in the editor
let latest;

const tabs = tabsOf(document.getElementById("tabs"), (tab) => tab === "tab-feedback" && count());
const editor = editorOf({ address: () => new URL(service(), location.href).href, onSend: () => send(), onBack: () => refresh() });

for (const radio of document.querySelectorAll("input[name=frame]")) {
  radio.addEventListener("change", () => (frame.className = `frame ${radio.value}`));
}
document.getElementById("situation").addEventListener("submit", (event) => event.preventDefault());
// A file hides the patient who is still chosen: picking that one again is no change, and leads back all the same.
document.getElementById("patients").addEventListener("click", (event) => {
  if (result.classList.contains("of-file") && event.target.value === asked?.patient.patient) refresh();
});

start().catch(showFailure);

async function start() {
  const [{ services }, drafts] = await Promise.all([fetched("../cds-services"), fetched("drafts")]);
  situation = { ...situationOf(services, () => refresh()), drafts };
  filesOf(Number(mostBytes), showFiles);
  await refresh();
}

function service() {
  return `../cds-services/${asked.service.id}`;
}

// A choice was made: the request is built again and sent, unless a person's own text stands in its place.
async function refresh() {
  if (editor.isEdited()) {
    if (result.classList.contains("of-file")) await send();
    return;
  }
  await inTurn(async (isLatest) => {
    const current = situation.current();
    const { request, notes } = await requestFor(current, situation.drafts, fhir);
    if (!isLatest()) return;
    asked = current;
    editor.show(pretty(request));
    notesBox.replaceChildren(...notes.map((note) => element("li", {}, note)));
    await exchange(isLatest);
  });
}

async function send() {
  await inTurn(exchange);
}

// What was asked last is shown last, whatever comes first.
async function inTurn(act) {
  const turn = (latest = Symbol("turn"));
  const isLatest = () => turn === latest;
  result.setAttribute("aria-busy", "true");
  try {
    await act(isLatest);
  } catch (problem) {
    if (isLatest()) showFailure(problem);
  }
  if (isLatest()) result.setAttribute("aria-busy", "false");
}

async function exchange(isLatest) {
  const { patient } = asked;
  const text = editor.text();
  const address = service();
  const answer = await post(address, text);
  const explained = answer.status === 200 ? await post("explain", text) : null;
  if (!isLatest()) return;
  const told = explained?.status === 200 ? explained.body : null;
  aboutPatient(patient);
  showAnswer({
    name: patient.name,
    answer,
    told,
    feedback: feedbackTo(`${address}/feedback`, Number(quietDays), (one) => noted(patient, one)),
    place: (source) => `fhir/${source}`,
    quietDays: Number(quietDays),
    takeBack: takeBack(patient, told, address),
  });
}

function aboutPatient(patient) {
  result.classList.remove("of-file");
  showAbout(
    patient.name,
    say("banner", { who: patient.who, born: patient.born, record: patient.patient }),
    patient.story,
    element("a", { href: `explain?patient=${encodeURIComponent(patient.patient)}` }, say("explanation")),
    link(patient.sandbox, say("in-sandbox")),
  );
}

// An overridden card is remembered, so that its quiet period can be ended; any other outcome ends it.
function noted(patient, { address, card, sent, answer }) {
  toldFeedback({ address, card, sent, answer });
  const key = `${patient.patient} ${card.source.topic?.code}`;
  if (answer.status !== 200) return;
  if (sent.feedback[0].outcome === "overridden") setAside.set(key, card);
  else setAside.delete(key);
}

function takeBack(patient, told, address) {
  const card = setAside.get(`${patient.patient} ${told?.rule}`);
  if (!card) return null;
  const feedback = feedbackTo(`${address}/feedback`, Number(quietDays), (one) => noted(patient, one));
  return async () => {
    await feedback.accept(card, []);
    await send();
  };
}

// One file, or several of which one is shown at a time.
function showFiles(files) {
  latest = Symbol("files");
  const show = (one) => {
    result.classList.add("of-file");
    const others = files.length > 1 ? files.map((file) => fileButton(file, file === one, show)) : [];
    showAbout(one.name, say("file.about"), "", ...others, button(say("file.close"), () => refresh(), { class: "close-file" }));
    const { answer } = one;
    const told = answer.status === 200 ? answer.body : null;
    showAnswer({ name: one.name, answer, told, feedback: null, place: null, quietDays: Number(quietDays) });
  };
  show(files[0]);
  tabs.show("tab-card");
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "nearest" });
}

function fileButton(file, current, show) {
  return button(`${file.name}: ${inShort(file.answer)}`, () => show(file), { class: "file", "aria-pressed": String(current) });
}

function inShort({ status, body }) {
  if (status !== 200) return say("file.failed");
  return body.cards.length ? sayCount("cards", body.cards.length) : say("no-card");
}
