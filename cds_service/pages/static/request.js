// Builds the request that an EHR would send in a situation, from what the demo's FHIR server answers.

import { say } from "./words.js";

// What a hook's screen hands over beside the patient.
export const DRAFTED = { "order-select": "order", "order-sign": "order", "order-dispatch": "order", "appointment-book": "appointment" };
const FAILED = {
  resourceType: "OperationOutcome",
  issue: [{ severity: "error", code: "exception", diagnostics: "The EHR could not run this query." }],
};
const MAKING = { supplied, omitted: () => undefined, null: () => null, outcome: () => FAILED, paged, foreign };

// `notes` say what of the situation could not be made, in words.
export async function requestFor(situation, drafts, fhir) {
  const notes = [];
  const keys = Object.keys(situation.service.prefetch);
  const values = await Promise.all(keys.map((key) => MAKING[situation.states[key]](key, situation, notes)));
  const prefetch = Object.fromEntries(keys.map((key, place) => [key, values[place]]).filter(([, value]) => value !== undefined));
  const draft = DRAFTED[situation.service.hook] ? draftOf(situation, drafts) : null;
  if (situation.service.hook === "order-dispatch") dispatched(prefetch, draft, notes);
  const request = {
    hook: situation.service.hook,
    hookInstance: uuid(),
    ...(situation.reads ? { fhirServer: fhir } : {}),
    context: contextOf(situation, draft),
    prefetch,
  };
  return { request, notes };
}

function draftOf(situation, drafts) {
  return JSON.parse(filled(JSON.stringify(drafts[situation.draft]), situation.patient.patient));
}

function contextOf({ service, patient }, draft) {
  const who = { userId: "Practitioner/demo", patientId: patient.patient };
  const reference = draft && `${draft.resourceType}/${draft.id}`;
  const bundle = { resourceType: "Bundle", entry: [{ resource: draft }] };
  switch (service.hook) {
    case "order-select":
      return { ...who, selections: [reference], draftOrders: bundle };
    case "order-sign":
      return { ...who, draftOrders: bundle };
    case "order-dispatch":
      return { patientId: who.patientId, dispatchedOrders: [reference], performer: "Organization/demo" };
    case "appointment-book":
      return { ...who, appointments: bundle };
    default:
      return who;
  }
}

// An order that is sent out is active, and among the patient's orders.
function dispatched(prefetch, draft, notes) {
  draft.status = "active";
  const orders = prefetch.serviceRequests;
  if (draft.resourceType !== "ServiceRequest") return;
  if (orders?.resourceType !== "Bundle") {
    notes.push(say("note.dispatch"));
    return;
  }
  orders.entry = [...(orders.entry ?? []), { resource: draft, search: { mode: "match" } }];
  if (orders.total !== undefined) orders.total += 1;
}

async function supplied(key, { service, patient }) {
  return fetched(`fhir/${filled(service.prefetch[key], patient.patient)}`);
}

// One entry a page, so that even a short list has several.
async function paged(key, { service, patient }, notes) {
  const page = await fetched(`fhir/${filled(service.prefetch[key], patient.patient).replace(/_count=\d+/, "_count=1")}`);
  if (!page.link?.some((one) => one.relation === "next")) notes.push(say("note.paged", { key }));
  return page;
}

async function foreign(key, { service, patient }, notes) {
  if (key === "patient") {
    const all = await fetched("fhir/Patient");
    return all.entry.map((entry) => entry.resource).find((one) => one.id !== patient.patient);
  }
  const all = await fetched(`fhir/${service.prefetch[key].replace(/patient=[^&]*&/, "")}`);
  const own = `Patient/${patient.patient}`;
  const others = (all.entry ?? []).filter((entry) => entry.resource.subject.reference !== own);
  const whose = others[0]?.resource.subject.reference;
  if (!whose) notes.push(say("note.foreign", { key }));
  const entry = others.filter((one) => one.resource.subject.reference === whose);
  return { resourceType: "Bundle", type: "searchset", total: entry.length, ...(entry.length ? { entry } : {}) };
}

export async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json, application/fhir+json" } });
  if (!answer.ok) throw new Error(say("answered", { address: address.split("?")[0], status: answer.status }));
  return answer.json();
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
