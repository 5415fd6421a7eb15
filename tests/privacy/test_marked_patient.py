"""A marked patient goes through every path; the mark is in no log line, no metric, no error and no header."""

from __future__ import annotations

import gzip
import json
import logging
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from tests.hooks.calls import CALL, Lines, app_of, bundle, client_of, condition, request

MARK = "Zzmarked"
SUBJECT = {"reference": f"Patient/{MARK}", "display": MARK}
PATIENT = {"resourceType": "Patient", "id": MARK, "name": [{"family": MARK}], "birthDate": "1961-04-02"}


def concept(**members: Any) -> dict[str, Any]:
    """Text with the mark wherever a clinician may write."""
    coded = {"system": MARK, "code": MARK, "display": MARK}
    return {"coding": [coded, *members.pop("coding", [])], "text": f"low back pain {MARK}", **members}


def entry(kind: str, **members: Any) -> dict[str, Any]:
    """A resource with the mark in its id, its address, its code and its notes."""
    return {
        "resourceType": kind,
        "id": MARK,
        "subject": SUBJECT,
        "code": concept(),
        "note": [{"text": MARK}],
        "reasonCode": [concept()],
        **members,
    }


def call(prefetch: object, **members: Any) -> dict[str, Any]:
    """A call with the mark in every member that a client fills."""
    return request(
        prefetch,
        **{
            "hookInstance": MARK,
            "context": {"patientId": MARK, "userId": f"Practitioner/{MARK}", "encounterId": MARK},
            "fhirServer": f"https://{MARK}.example/fhir",
            "fhirAuthorization": {"access_token": MARK, "subject": MARK},
            "extension": {MARK: MARK},
            **members,
        },
    )


def pain(**members: Any) -> dict[str, Any]:
    """The condition of the other tests, marked."""
    return {**entry("Condition"), **condition(id=MARK, subject=SUBJECT), "code": concept(), **members}


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": MARK}]}
WHOLE = {
    "patient": PATIENT,
    "conditions": bundle(pain()),
    "procedures": bundle(entry("Procedure", status="completed")),
    "observations": bundle(entry("Observation", status="final", valueString=MARK)),
    "medicationRequests": bundle(entry("MedicationRequest", medicationCodeableConcept=concept(), status="active")),
    "diagnosticReports": bundle(entry("DiagnosticReport", conclusion=MARK, status="final")),
    "serviceRequests": bundle(entry("ServiceRequest", status="active", intent="order")),
    MARK: MARK,
}
BAD = {"resourceType": "Condition", "id": MARK, "code": MARK, MARK: MARK}
CALLS: dict[str, tuple[dict[str, Any], int]] = {
    "a card": (call(WHOLE), 200),
    "no card": (call({"patient": PATIENT, "conditions": bundle()}), 200),
    "a resource that cannot be read": (
        call({**WHOLE, "procedures": bundle({**BAD, "resourceType": "Procedure"})}),
        200,
    ),
    "a resource of a type nobody knows": (call({**WHOLE, "procedures": bundle({"resourceType": MARK})}), 200),
    "another patient's": (
        call({**WHOLE, "procedures": bundle(entry("Procedure", subject={"reference": f"Patient/x{MARK}"}))}),
        200,
    ),
    "an error as a key": (call({**WHOLE, "procedures": OUTCOME}), 200),
    "no prefetch": (call({}), 412),
    "conditions that cannot be read": (call({"patient": PATIENT, "conditions": bundle(BAD)}), 412),
    "an error for a required key": (call({"patient": PATIENT, "conditions": OUTCOME}), 412),
    "an error among the conditions": (call({"patient": PATIENT, "conditions": bundle(OUTCOME)}), 412),
    "text as a key": (call({"patient": PATIENT, "conditions": MARK}), 412),
    "another patient": (call({**WHOLE, "patient": {**PATIENT, "id": f"x{MARK}"}}), 412),
    "a patient that cannot be read": (call({**WHOLE, "patient": {**PATIENT, "birthDate": [MARK]}}), 412),
    "another hook": (call(WHOLE, hook=MARK), 400),
    "a hook that is none": (call(WHOLE, hook=[MARK]), 400),
    "an instance that is none": (call(WHOLE, hookInstance={MARK: MARK}), 400),
    "a context that is none": (call(WHOLE, context=MARK), 400),
    "a patient id that is none": (call(WHOLE, context={"patientId": [MARK], "userId": MARK}), 400),
    "no user": (call(WHOLE, context={"patientId": MARK}), 400),
}


def check(answer: httpx.Response, lines: Lines, status: int) -> None:
    """The status, and the mark nowhere but in a card's own words."""
    assert answer.status_code == status, answer.text
    if status != 200:
        assert MARK not in answer.text
    assert MARK not in str(answer.headers)
    assert lines.raw
    assert not [line for line in lines.raw if MARK.encode() in line]


@pytest.mark.parametrize(("body", "status"), CALLS.values(), ids=CALLS)
async def test_a_call(answerer: Answerer, lines: Lines, body: dict[str, Any], status: int) -> None:
    async with client_of(app_of(answerer, lines)) as client:
        check(await client.post(f"{CALL}?patient={MARK}", json=body, headers={"X-Mark": MARK}), lines, status)
        metrics = await client.get("/metrics")
    assert MARK not in metrics.text


DRAFT = entry("ServiceRequest", status="draft", intent="order", bodySite=[concept()])
DRUG = entry("MedicationRequest", status="draft", medicationCodeableConcept={"text": f"oxycodone {MARK}"})
BOOKING = entry("Appointment", status="proposed", description=f"lumbar fusion {MARK}", serviceType=[concept()])
REFERRED = {**DRAFT, "code": concept(coding=[{"system": "http://snomed.info/sct", "code": "308482002"}])}
ORDERS: dict[str, dict[str, Any]] = {
    "order-select": {"draftOrders": bundle(REFERRED, DRUG), "selections": [f"ServiceRequest/{MARK}", MARK]},
    "order-sign": {"draftOrders": bundle(REFERRED, DRUG, {**DRAFT, "code": MARK}, MARK)},
    "order-dispatch": {"dispatchedOrders": [f"ServiceRequest/{MARK}", f"ServiceRequest/x{MARK}"], "task": MARK},
    "appointment-book": {"appointments": bundle(BOOKING)},
}


@pytest.mark.parametrize(("hook", "context"), ORDERS.items(), ids=ORDERS)
async def test_an_order(answerer: Answerer, lines: Lines, hook: str, context: dict[str, Any]) -> None:
    told = {"patientId": MARK, "userId": f"Practitioner/{MARK}", **context}
    referred = {**WHOLE, "serviceRequests": bundle({**REFERRED, "status": "active"})}
    nothing = {"dispatchedOrders": [f"ServiceRequest/x{MARK}"], "draftOrders": MARK, "appointments": MARK}
    async with client_of(app_of(answerer, lines)) as client:
        answer = await client.post(f"/cds-services/miss-{hook}", json=call(referred, hook=hook, context=told))
        check(answer, lines, 200)
        assert answer.json()["cards"]
        body = call({"serviceRequests": referred["serviceRequests"]}, hook=hook, context=told)
        check(await client.post(f"/cds-services/miss-{hook}", json=body), lines, 412)
        body = call({}, hook=hook, context={**told, **nothing})
        check(await client.post(f"/cds-services/miss-{hook}", json=body), lines, 200)
        assert MARK not in (await client.get("/metrics")).text


def test_the_marked_chart_gives_a_card_so_that_the_test_tests_something() -> None:
    assert json.dumps(WHOLE).count(MARK) > 50


RAW: dict[str, tuple[bytes, dict[str, str], int]] = {
    "broken JSON": (json.dumps(call(WHOLE)).encode()[:-1], {}, 400),
    "a member that is not UTF-8": (json.dumps(call(WHOLE)).encode()[:-1] + b', "x": "\xff"}', {}, 400),
    "a name that is not UTF-8": (json.dumps(call(WHOLE)).encode().replace(b"Zz", b"\xff", 1), {}, 400),
    "a list": (json.dumps([MARK]).encode(), {}, 400),
    "depth": (b'{"x":' + b'["' + MARK.encode() + b'",' + b"[" * 5_000 + b"]" * 5_001 + b"}", {}, 400),
    "no gzip": (MARK.encode(), {"Content-Encoding": "gzip"}, 400),
    "half of a gzip": (gzip.compress(json.dumps(call(WHOLE)).encode())[:-9], {"Content-Encoding": "gzip"}, 400),
    "another encoding": (MARK.encode(), {"Content-Encoding": MARK}, 415),
    "another type": (MARK.encode(), {"Content-Type": f"text/{MARK}"}, 415),
    "too much": (MARK.encode() * 20_000, {}, 413),
}


@pytest.mark.parametrize(("content", "headers", "status"), RAW.values(), ids=RAW)
async def test_a_body(answerer: Answerer, lines: Lines, content: bytes, headers: dict[str, str], status: int) -> None:
    async with client_of(app_of(answerer, lines)) as client:
        check(await client.post(CALL, content=content, headers=headers), lines, status)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", f"/cds-services/{MARK}", 404),
        ("POST", f"/cds-services/{MARK}/feedback", 404),
        ("POST", f"{CALL}/feedback", 400),
        ("GET", f"/{MARK}?{MARK}={MARK}", 404),
        ("GET", f"/rules/{MARK}", 404),
        ("OPTIONS", f"/cds-services/{MARK}", 204),
        (MARK.upper(), CALL, 405),
    ],
)
async def test_a_path(answerer: Answerer, lines: Lines, method: str, path: str, status: int) -> None:
    headers = {"Origin": f"https://{MARK.lower()}.example", "Authorization": f"Bearer {MARK}"}
    async with client_of(app_of(answerer, lines)) as client:
        answer = await client.request(method, path, json={"feedback": [{"userComment": MARK}]}, headers=headers)
        check(answer, lines, status)
        assert MARK.lower() not in str(answer.headers).lower()
        assert MARK not in (await client.get("/metrics")).text


async def test_a_failure_inside(answerer: Answerer, taken_over: Lines) -> None:
    """Its text may quote anything: the type and the place are told, nothing else."""

    def failing() -> date:
        raise ValueError(f"{MARK} cannot be read")

    async with client_of(app_of(replace(answerer, today=failing), taken_over)) as client:
        check(await client.post(CALL, json=call(WHOLE)), taken_over, 500)
    try:
        failing()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        logging.getLogger("asyncio").exception("Task failed: %s", MARK)
    assert not [line for line in taken_over.raw if MARK.encode() in line]
    assert taken_over.last["error"] == "ValueError"
    assert taken_over.last["at"].endswith("test_marked_patient.py:" + taken_over.last["at"].rpartition(":")[2])
