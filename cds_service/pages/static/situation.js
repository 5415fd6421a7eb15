// The situation that a person has put together: patient, hook, draft, and what of each prefetch key the EHR sends.

import { element } from "./elements.js";
import { DRAFTED } from "./request.js";
import { chosen, patientsOf } from "./patients.js";
import { say } from "./words.js";

const STATES = ["supplied", "omitted", "null", "outcome", "paged", "foreign"];
const hook = document.getElementById("hook");
const draft = document.getElementById("draft");
const drafts = document.getElementById("drafts");
const keys = document.getElementById("keys");
const reads = document.getElementById("reads");
const reset = document.getElementById("reset");
const summary = document.getElementById("keys-summary");

// What a person chose by hand stays when another patient is picked; the rest is as that patient's chart has it.
const byHand = { states: {}, reads: null };

export function situationOf(services, onChoice) {
  hook.append(...services.map((one) => element("option", { value: one.id }, one.hook)));
  const current = () => ({
    service: services.find((one) => one.id === hook.value),
    patient: chosen(),
    draft: draft.value,
    states: Object.fromEntries([...keys.querySelectorAll("select")].map((one) => [one.dataset.key, one.value])),
    reads: reads.checked,
  });
  const changed = () => {
    asOnChart();
    onChoice(current());
  };
  drawKeys(Object.keys(services[0].prefetch), changed);
  patientsOf(changed);
  hook.addEventListener("change", () => {
    offerDrafts(services.find((one) => one.id === hook.value).hook);
    changed();
  });
  draft.addEventListener("change", changed);
  reads.addEventListener("change", () => {
    byHand.reads = reads.checked;
    changed();
  });
  reset.addEventListener("click", () => {
    Object.assign(byHand, { states: {}, reads: null });
    changed();
  });
  offerDrafts(current().service.hook);
  asOnChart();
  return { current };
}

function drawKeys(names, changed) {
  for (const key of names) {
    const select = element("select", { id: `key-${key}`, "data-key": key });
    const states = key === "patient" ? STATES.filter((state) => state !== "paged") : STATES;
    select.append(...states.map((state) => element("option", { value: state }, say(`state.${state}`))));
    select.addEventListener("change", () => {
      byHand.states[key] = select.value;
      changed();
    });
    keys.append(element("div", { class: "key" }, element("label", { for: select.id }, key), select));
  }
}

function asOnChart() {
  const answered = chosen().answered.split(",");
  const selects = [...keys.querySelectorAll("select")];
  for (const select of selects) {
    const { key } = select.dataset;
    select.value = byHand.states[key] ?? (answered.includes(key) ? "supplied" : "omitted");
    select.classList.toggle("unusual", select.value !== "supplied");
  }
  // An incomplete chart stays so: without a FHIR server nobody can read what was left out.
  reads.checked = byHand.reads ?? answered.length === selects.length;
  const whole = selects.filter((select) => select.value === "supplied").length;
  summary.textContent = say("keys-summary", { whole, all: selects.length });
  reset.hidden = byHand.reads === null && !Object.keys(byHand.states).length;
}

// The drafts that the hook's screen could hold.
function offerDrafts(name) {
  const kind = DRAFTED[name];
  drafts.hidden = !kind;
  const options = [...draft.options];
  for (const option of options) option.hidden = option.disabled = option.dataset.kind !== kind;
  if (kind && draft.selectedOptions[0]?.disabled !== false) draft.value = options.find((one) => !one.disabled).value;
}
