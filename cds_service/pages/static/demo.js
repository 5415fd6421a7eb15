// Opens a chart: reads what the service's prefetch templates ask for, sends patient-view, shows the answer.

import { drawCard } from "./card.js";
import { element, fold, link, raw } from "./elements.js";
import { feedbackTo } from "./feedback.js";
import { drawWhy, whyHeldBack, whyNone } from "./why.js";

const service = document.body.dataset.service;
const quietDays = Number(document.body.dataset.quietDays);
const feedback = feedbackTo(`../cds-services/${service}/feedback`, quietDays);
const status = document.getElementById("status");
const chart = document.getElementById("chart");
const opened = document.getElementById("opened");
const narrow = matchMedia("(max-width: 48rem)");
let latest = null;

for (const button of document.querySelectorAll("button.patient")) {
  button.addEventListener("click", () => open(button));
}

async function open(button) {
  const turn = (latest = Symbol("turn"));
  for (const other of document.querySelectorAll("button.patient[aria-current]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  const patient = button.dataset;
  show(button, [element("p", { class: "hint" }, "Opening the chart …")]);
  turnTo(chart);
  status.textContent = `Opening the chart of ${patient.name}.`;
  try {
    const request = await requestFor(patient);
    const answers = await Promise.all([send(`../cds-services/${service}`, request), send("explain", request)]);
    if (turn === latest) tell(button, request, ...answers);
  } catch (problem) {
    if (turn !== latest) return;
    show(button, [element("p", { class: "failed" }, `The chart could not be opened: ${problem.message}`)]);
    status.textContent = "The chart could not be opened.";
  }
}

async function requestFor(patient) {
  const { services } = await fetched("../cds-services");
  const templates = Object.entries(services.find((one) => one.id === service).prefetch);
  const asked = templates.filter(([key]) => patient.answered.split(",").includes(key));
  const values = await Promise.all(asked.map(([, template]) => fetched(`fhir/${filled(template, patient.patient)}`)));
  return {
    hook: "patient-view",
    hookInstance: uuid(),
    // An incomplete chart stays so: without a FHIR server nobody can fetch what was left out.
    ...(asked.length === templates.length ? { fhirServer: document.body.dataset.fhir } : {}),
    context: { userId: "Practitioner/demo", patientId: patient.patient },
    prefetch: Object.fromEntries(asked.map(([key], place) => [key, values[place]])),
  };
}

function filled(template, patient) {
  return template.replaceAll("{{context.patientId}}", encodeURIComponent(patient));
}

// crypto.randomUUID is missing where the page comes over plain http from another machine.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json, application/fhir+json" } });
  if (!answer.ok) throw new Error(`${address.split("?")[0]} answered ${answer.status}`);
  return answer.json();
}

async function send(address, request) {
  const began = performance.now();
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  const body = await answer.json();
  return { status: answer.status, milliseconds: performance.now() - began, body };
}

function tell(button, request, answer, explained) {
  const { name } = button.dataset;
  const cards = answer.body.cards ?? [];
  const told = explained.status === 200 ? explained.body : null;
  show(button, [
    ...(answer.status === 200 ? answered(answer, cards, told) : refused(answer)),
    ...(told ? [fold("Why", ...drawWhy(told))] : []),
    fold("The request that was sent", address(), raw(request)),
    fold(`The response: ${answer.status}, ${Math.round(answer.milliseconds)} ms`, raw(answer.body)),
  ]);
  status.textContent = cards.length
    ? `${cards.length} card for ${name}: ${cards[0].indicator}. ${cards[0].summary}`
    : `No card for ${name}.${heldBack(answer, told) ? " It is held back." : ""}`;
}

function answered(answer, cards, told) {
  if (cards.length) return cards.map((card) => drawCard(card, feedback));
  const [title, why] = heldBack(answer, told)
    ? ["Held back", whyHeldBack(told, quietDays)]
    : ["No card", told ? whyNone(told) : ""];
  return [element("div", { class: "no-card" }, element("h3", {}, title), element("p", {}, why))];
}

// The rules would speak, and yet there is no card.
function heldBack(answer, told) {
  return answer.status === 200 && !answer.body.cards.length && told !== null && told.outcome !== "none";
}

function refused(answer) {
  const issues = (answer.body.issue ?? []).map((issue) => element("li", {}, issue.diagnostics ?? issue.code));
  return [element("div", { class: "failed" }, element("h3", {}, `The service answered ${answer.status}`), element("ul", {}, ...issues))];
}

function show(button, content) {
  const patient = button.dataset;
  opened.replaceChildren(
    backTo(button),
    element("h2", { id: "chart-title" }, patient.name),
    element("p", { class: "banner" }, `${patient.who} · born ${patient.born} · record ${patient.patient}`),
    element("p", { class: "story" }, patient.story),
    element("p", { class: "sandbox" }, link(patient.sandbox, "Open this chart in the public CDS Hooks sandbox")),
    ...content,
  );
}

// The keyboard goes on where the eye does, and comes back the same way.
function turnTo(place) {
  place.focus({ preventScroll: true });
  if (narrow.matches || place !== chart) place.scrollIntoView({ block: place === chart ? "start" : "nearest" });
}

function backTo(button) {
  const back = element("button", { type: "button", class: "back" }, "Back to the list of patients");
  back.addEventListener("click", () => turnTo(button));
  return back;
}

function address() {
  return element("p", {}, element("code", {}, `POST ${new URL(`../cds-services/${service}`, location.href)}`));
}
