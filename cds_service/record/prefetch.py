"""What prefetch brought, key by key: answered, incomplete or unanswered; and what must be there and is not.

"Unanswered" is never "nothing there": a key that came as an error, as another type, or with no readable entry
says nothing about the patient. A Bundle some of whose entries could not be read is incomplete, like one with a
next page (contract, "Data that is not all there"). What prefetch did not bring may have been read from the FHIR server
before, and then stands here as if prefetch had brought it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from cds_service.errors import DataMissing
from cds_service.record.patient import Answer, Key
from cds_service.record.supplied import SuppliedChart
from cds_service.record.whose import is_the_patients
from cds_service.wire import fhir
from cds_service.wire.entries import ANOTHER_TYPE
from cds_service.wire.held import Came, Held, HeldKeys, HookCall
from cds_service.wire.keys import RESOURCE_OF

KEYS = cast("tuple[Key, ...]", tuple(RESOURCE_OF))
WHY_NOT = {
    Came.ABSENT: "not supplied",
    Came.NOTHING: "the client found none",
    Came.OUTCOME: "the client could not retrieve it",
    Came.OTHER_TYPE: "a resource of another type was supplied",
    Came.MALFORMED: "what was supplied is no resource",
    Came.RESOURCES: "nothing that was supplied could be used: unreadable, or another patient's",
}


def supplied_chart(call: HookCall) -> SuppliedChart:
    """The chart a hook call brought. Raises DataMissing, naming each required key that is not there and why."""
    held = call.held
    urls = patient_urls(held, call.patient_id)
    answers = answers_of(held, call.patient_id, urls)
    missing = []
    patient = held.patient.resources[0] if held.patient.resources else None
    if patient is None or patient.id != call.patient_id:
        missing.append(("patient", _with_server(_why_no_patient(held.patient), "patient", call)))
    if answers["conditions"] is Answer.UNANSWERED:
        missing.append(("conditions", _with_server(WHY_NOT[held.conditions.came], "conditions", call)))
    if missing or patient is None:
        raise DataMissing(tuple(missing))
    chart = chart_of(patient, held, answers, urls)
    failed = tuple(f"{key}: {why}" for key, why in call.elsewhere.failed.items())
    return replace(chart, oddities=(*chart.oddities, *failed)) if failed else chart


def incomplete_conditions(call: HookCall) -> DataMissing:
    """Conditions came in part and gave no card: an empty answer would reassure."""
    held = call.held.conditions
    why = "a further page was not supplied" if held.more else "some could not be retrieved or read"
    return DataMissing((("conditions", _with_server(why, "conditions", call)),))


def chart_of(
    patient: fhir.Patient, held: HeldKeys, answers: Mapping[Key, Answer], urls: frozenset[str]
) -> SuppliedChart:
    """What was held, as one patient's chart; reading it drops what is another patient's."""
    mine = patient.id or ""
    return SuppliedChart(
        patient=patient,
        patient_urls=urls,
        conditions=tuple(held.conditions.resources),
        procedures=tuple(held.procedures.resources),
        observations=tuple(held.observations.resources),
        reports=tuple(held.diagnosticReports.resources),
        referrals=tuple(held.serviceRequests.resources),
        medication_requests=tuple(held.medicationRequests.resources),
        medication_statements=tuple(held.medicationStatements.resources),
        medications={at: it for _, part in parts(held) for at, it in part.aside.medications.items()},
        condition_urls={at: it for at, it in held.conditions.by_url.items() if is_the_patients(it.subject, mine, urls)},
        answers=answers,
        oddities=tuple(oddities(held)),
        temporary=partial(temporary_references, held),
    )


def parts(held: HeldKeys) -> tuple[tuple[Key, Held[Any]], ...]:
    """Each key with what it held."""
    return tuple((key, getattr(held, key)) for key in KEYS)


def temporary_references(held: HeldKeys) -> frozenset[str]:
    """What came under a `urn:uuid:` address: whoever sent it has it on no server."""
    found = set()
    for key, part in parts(held):
        entries = ((entry.fullUrl, entry.resource) for entry in part.entries)
        for url, resource in (*part.by_url.items(), *entries):
            if url and url.startswith("urn:uuid:") and resource.id:
                found.add(f"{RESOURCE_OF[key]}/{resource.id}")
    return frozenset(found)


def patient_urls(held: HeldKeys, patient_id: str) -> frozenset[str]:
    """The fullUrls under which Bundles of this call hold the patient."""
    entries = (entry for _, part in parts(held) for entry in part.aside.patients)
    return frozenset(url for url, patient in entries if patient.id == patient_id)


def answers_of(held: HeldKeys, patient_id: str, urls: frozenset[str]) -> Mapping[Key, Answer]:
    """What came of each key."""
    return MappingProxyType({key: _answer(part, patient_id, urls) for key, part in parts(held)})


def _answer(held: Held[Any], patient_id: str, urls: frozenset[str]) -> Answer:
    if held.came is Came.NOTHING:
        return Answer.ANSWERED
    if held.came is not Came.RESOURCES:
        return Answer.UNANSWERED
    aside = held.aside
    if held.resources:
        if not any(_is_own(resource, patient_id, urls) for resource in held.resources):
            return Answer.UNANSWERED
    elif aside.unreadable or aside.others:
        return Answer.UNANSWERED
    return Answer.INCOMPLETE if held.more or aside.errors or aside.unreadable else Answer.ANSWERED


def _is_own(resource: Any, patient_id: str, urls: frozenset[str]) -> bool:
    if isinstance(resource, fhir.Patient):
        return resource.id == patient_id
    return is_the_patients(resource.subject, patient_id, urls)


def _why_no_patient(held: Held[fhir.Patient]) -> str:
    if held.resources:
        return "it is not the Patient the context names"
    if held.aside.unreadable:
        return next(why for _, why in held.aside.unreadable)
    return WHY_NOT[held.came]


def _with_server(why: str, key: Key, call: HookCall) -> str:
    """Whether it could be read elsewhere is part of why it is missing."""
    if not call.names_server:
        return f"{why}, and the call names no FHIR server"
    elsewhere = call.elsewhere.failed.get(key) or call.elsewhere.why_not
    return f"{why}, and {elsewhere}" if elsewhere else why


def oddities(held: HeldKeys) -> Iterator[str]:
    """What was skipped or came oddly, in words without chart text."""
    for key, part in parts(held):
        yield from _oddities_of(key, part)


def _oddities_of(key: Key, held: Held[Any]) -> Iterator[str]:
    if held.came in (Came.OUTCOME, Came.OTHER_TYPE, Came.MALFORMED):
        yield f"{key}: {WHY_NOT[held.came]}"
    if held.more:
        yield f"{key}: a further page was not supplied"
    if held.aside.errors:
        yield f"{key}: the client met an error while retrieving them"
    for (name, why), count in held.aside.unreadable.items():
        yield f"{_counted(count, name)} skipped: {why}"
    for name, count in held.aside.others.items():
        yield f"{_counted(count, name)} under {key} not read"


def _counted(count: int, name: str) -> str:
    if count == 1:
        return f"1 {name}"
    plural = {"entry": "entries", ANOTHER_TYPE: "resources of another type"}.get(name, f"{name}s")
    return f"{count} {plural}"
