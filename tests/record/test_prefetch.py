"""What prefetch brought, key by key: answered, incomplete or unanswered; and what is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cds_service.errors import DataMissing
from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import incomplete_conditions, supplied_chart
from cds_service.record.supplied import SuppliedChart
from cds_service.wire.decoding import decode_call
from cds_service.wire.held import HookCall

ABSENT = object()
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1961-04-02"}


def condition(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}, **members}


def procedure(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Procedure", "id": "q1", "subject": {"reference": "Patient/p1"}, **members}


def bundle(*resources: object, **members: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources], **members}


def call(**keys: object) -> HookCall:
    supplied = {"patient": PATIENT, "conditions": bundle(), **keys}
    request: dict[str, Any] = {
        "hook": "patient-view",
        "hookInstance": "x",
        "context": {"patientId": keys.pop("patient_id", "p1"), "userId": "Practitioner/1"},
        "prefetch": {key: value for key, value in supplied.items() if value is not ABSENT},
    }
    if "server" in supplied:
        request["fhirServer"] = supplied.pop("server")
    return decode_call(json.dumps(request).encode())


def chart(**keys: object) -> SuppliedChart:
    return supplied_chart(call(**keys))


def missing(**keys: object) -> dict[str, str]:
    with pytest.raises(DataMissing) as refused:
        chart(**keys)
    return dict(refused.value.missing)


NEXT = [{"relation": "next", "url": "http://ehr.example/fhir?page=2"}]
FOREIGN = {"reference": "Patient/p2"}
OPTIONAL: list[tuple[str, object, Answer]] = [
    ("absent", ABSENT, Answer.UNANSWERED),
    ("null", None, Answer.ANSWERED),
    ("no entry", {"resourceType": "Bundle"}, Answer.ANSWERED),
    ("empty entry", bundle(), Answer.ANSWERED),
    ("one of its type", bundle(procedure()), Answer.ANSWERED),
    ("without a total", bundle(procedure(), type="searchset"), Answer.ANSWERED),
    ("a total that is larger", bundle(procedure(), total=500), Answer.ANSWERED),
    ("bare", procedure(), Answer.ANSWERED),
    ("wrapped", {"response": {"status": "200"}, "resource": bundle(procedure())}, Answer.ANSWERED),
    ("next page", bundle(procedure(), link=NEXT), Answer.INCOMPLETE),
    ("next page of nothing", bundle(link=NEXT), Answer.INCOMPLETE),
    ("outcome", OUTCOME, Answer.UNANSWERED),
    ("outcome entry", bundle(procedure(), OUTCOME), Answer.INCOMPLETE),
    ("outcome entry alone", bundle(OUTCOME), Answer.INCOMPLETE),
    ("a mere warning", bundle({**OUTCOME, "issue": [{"severity": "warning"}]}), Answer.ANSWERED),
    ("another type", condition(), Answer.UNANSWERED),
    ("entries of another type", bundle(condition()), Answer.UNANSWERED),
    ("one entry of another type", bundle(condition(), procedure()), Answer.ANSWERED),
    ("all foreign", bundle(procedure(subject=FOREIGN)), Answer.UNANSWERED),
    ("one foreign", bundle(procedure(), procedure(subject=FOREIGN)), Answer.ANSWERED),
    ("of a group", bundle(procedure(subject={"reference": "Group/p1"})), Answer.UNANSWERED),
    ("unreadable", bundle(procedure(code="x")), Answer.UNANSWERED),
    ("one unreadable", bundle(procedure(), procedure(code="x")), Answer.INCOMPLETE),
    ("an entry that is none", bundle(procedure(), None), Answer.INCOMPLETE),
    ("text", "x", Answer.UNANSWERED),
    ("number", 7, Answer.UNANSWERED),
    ("list", [procedure()], Answer.UNANSWERED),
    ("object", {}, Answer.UNANSWERED),
]


@pytest.mark.parametrize(("value", "answer"), [row[1:] for row in OPTIONAL], ids=[row[0] for row in OPTIONAL])
def test_what_came_of_an_optional_key(value: object, answer: Answer) -> None:
    assert chart(procedures=value).answers["procedures"] is answer


REQUIRED: list[tuple[str, object, str]] = [
    ("absent", ABSENT, "not supplied"),
    ("outcome", OUTCOME, "the client could not retrieve it"),
    ("another type", procedure(), "a resource of another type was supplied"),
    ("text", "x", "what was supplied is no resource"),
    ("number", 7, "what was supplied is no resource"),
    ("list", [condition()], "what was supplied is no resource"),
    ("all foreign", bundle(condition(subject=FOREIGN)), "nothing that was supplied could be used"),
    ("all unreadable", bundle(condition(code="x")), "nothing that was supplied could be used"),
    ("only another type", bundle(procedure()), "nothing that was supplied could be used"),
]


@pytest.mark.parametrize(("value", "why"), [row[1:] for row in REQUIRED], ids=[row[0] for row in REQUIRED])
def test_conditions_that_are_not_there_are_named_with_the_reason(value: object, why: str) -> None:
    found = missing(conditions=value)
    assert list(found) == ["conditions"]
    assert found["conditions"].startswith(why)


PATIENTS: list[tuple[str, object, str]] = [
    ("absent", ABSENT, "not supplied"),
    ("null", None, "the client found none"),
    ("outcome", OUTCOME, "the client could not retrieve it"),
    ("another type", condition(), "a resource of another type was supplied"),
    ("text", "x", "what was supplied is no resource"),
    ("another patient", {**PATIENT, "id": "p2"}, "it is not the Patient the context names"),
    ("nobody", {"resourceType": "Patient"}, "it is not the Patient the context names"),
    ("unreadable", {**PATIENT, "birthDate": 1961}, "birthDate is not a string"),
]


@pytest.mark.parametrize(("value", "why"), [row[1:] for row in PATIENTS], ids=[row[0] for row in PATIENTS])
def test_a_patient_that_is_not_there_is_named_with_the_reason(value: object, why: str) -> None:
    found = missing(patient=value)
    assert list(found) == ["patient"]
    assert found["patient"].startswith(why)


def test_both_are_named_when_both_are_missing() -> None:
    assert list(missing(patient=ABSENT, conditions=ABSENT)) == ["patient", "conditions"]


def test_the_reason_says_whether_a_server_was_named() -> None:
    assert missing(conditions=ABSENT)["conditions"] == "not supplied, and the call names no FHIR server"
    named = missing(conditions=ABSENT, server="https://ehr.example/fhir")["conditions"]
    assert named == "not supplied, and the FHIR server the call names is not registered here"


def test_a_patient_may_be_named_with_its_type() -> None:
    assert chart(patient_id="Patient/p1").patient.id == "p1"


def test_conditions_that_came_in_part_are_used() -> None:
    part = chart(conditions=bundle(condition(), link=NEXT))
    assert part.answers["conditions"] is Answer.INCOMPLETE
    assert [found.id for found in part.conditions] == ["c1"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (bundle(condition(), link=NEXT), "a further page was not supplied"),
        (bundle(condition(), OUTCOME), "some could not be retrieved or read"),
        (bundle(condition(), condition(code="x")), "some could not be retrieved or read"),
    ],
)
def test_why_conditions_are_incomplete(value: object, why: str) -> None:
    ((key, said),) = incomplete_conditions(call(conditions=value)).missing
    assert key == "conditions"
    assert said.startswith(why)


def test_every_resource_arrives_under_its_name() -> None:
    keys = {
        "medicationStatements": ("MedicationStatement", "medication_statements"),
        "medicationRequests": ("MedicationRequest", "medication_requests"),
        "observations": ("Observation", "observations"),
        "diagnosticReports": ("DiagnosticReport", "reports"),
        "serviceRequests": ("ServiceRequest", "referrals"),
    }
    supplied = {key: bundle({"resourceType": name, "id": key}) for key, (name, _) in keys.items()}
    found = chart(conditions=bundle(condition()), procedures=bundle(procedure()), **supplied)
    assert [entry.id for entry in found.conditions] == ["c1"]
    assert [entry.id for entry in found.procedures] == ["q1"]
    for key, (_, name) in keys.items():
        assert [entry.id for entry in getattr(found, name)] == [key]
    assert set(found.answers.values()) == {Answer.ANSWERED}


def test_medications_of_any_bundle_are_known_by_every_name() -> None:
    medication = {"resourceType": "Medication", "id": "m1"}
    found = chart(procedures=bundle(procedure(), medication))
    assert set(found.medications) == {"Medication/m1", "urn:uuid:m1"}


def test_a_patient_entry_lends_its_address_and_another_patients_does_not() -> None:
    entries = [
        {"fullUrl": "urn:x:own", "resource": PATIENT},
        {"fullUrl": "urn:x:other", "resource": {**PATIENT, "id": "p2"}},
        {"fullUrl": "urn:x:c1", "resource": condition(subject={"reference": "urn:x:own"})},
    ]
    found = chart(conditions={"resourceType": "Bundle", "entry": entries})
    assert found.patient_urls == {"urn:x:own"}
    assert found.answers["conditions"] is Answer.ANSWERED
    assert set(found.condition_urls) == {"urn:x:c1"}


def test_another_patients_condition_is_no_reason_to_refer_to() -> None:
    entries = [
        {"fullUrl": "urn:x:c1", "resource": condition()},
        {"fullUrl": "urn:x:c2", "resource": condition(id="c2", subject=FOREIGN)},
    ]
    assert set(chart(conditions={"resourceType": "Bundle", "entry": entries}).condition_urls) == {"urn:x:c1"}


ODDITIES: list[tuple[Key, object, list[str]]] = [
    ("procedures", OUTCOME, ["procedures: the client could not retrieve it"]),
    ("procedures", "x", ["procedures: what was supplied is no resource"]),
    ("procedures", condition(), ["procedures: a resource of another type was supplied"]),
    ("procedures", bundle(link=NEXT), ["procedures: a further page was not supplied"]),
    ("procedures", bundle(OUTCOME), ["procedures: the client met an error while retrieving them"]),
    ("procedures", bundle(procedure(code=7)), ["1 Procedure skipped: code is not an object"]),
    ("procedures", bundle(*[procedure(code=7)] * 2), ["2 Procedures skipped: code is not an object"]),
    (
        "procedures",
        bundle(None, 7),
        ["1 entry skipped: it holds no resource", "1 entry skipped: it names no resourceType"],
    ),
    ("procedures", bundle(None, None), ["2 entries skipped: it holds no resource"]),
    ("procedures", bundle(condition()), ["1 Condition under procedures not read"]),
    ("procedures", bundle({"resourceType": "Ada"}), ["1 resource of another type under procedures not read"]),
    (
        "procedures",
        bundle(*[{"resourceType": "Ada"}] * 3),
        ["3 resources of another type under procedures not read"],
    ),
    ("procedures", ABSENT, []),
    ("procedures", None, []),
    ("procedures", bundle(procedure()), []),
]


@pytest.mark.parametrize(("key", "value", "said"), ODDITIES)
def test_what_was_odd_is_said_in_our_words(key: Key, value: object, said: list[str]) -> None:
    assert list(chart(**{key: value}).oddities) == said


def test_a_chart_in_dstu2_is_missing_data_and_no_failure() -> None:
    old = {
        "resourceType": "Condition",
        "patient": {"reference": "Patient/p1"},
        "clinicalStatus": "active",
        "verificationStatus": "confirmed",
        "category": {"coding": [{"code": "problem"}]},
    }
    patient = {"resourceType": "Patient", "id": "p1", "careProvider": [{"reference": "Organization/1"}]}
    assert missing(patient=patient, conditions=bundle(old))["conditions"].startswith("nothing that was supplied")
