"""Bad input at every level: a controlled answer, never a 500, and never an answer that hides it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.hooks.calls import CALL, PATIENT, bundle, check_cards, check_outcome, condition, request

SUBJECT = {"reference": "Patient/p1"}
CODED = {"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "x"}
DRUG = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "835603"}]}
DOSED = [
    {
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }
]
CHART: dict[str, dict[str, Any]] = {
    "conditions": condition(category=[{"text": "x"}], note=[{"text": "x"}], bodySite=[{"text": "back"}]),
    "procedures": {
        "resourceType": "Procedure",
        "id": "q1",
        "status": "completed",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "91251008"}]},
        "subject": SUBJECT,
        "performedPeriod": {"start": "2026-08-01", "end": "2026-08-02"},
        "reasonReference": [{"reference": "Condition/c1"}],
    },
    "observations": {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": CODED,
        "subject": SUBJECT,
        "effectiveDateTime": "2026-10-02",
        "valueQuantity": {"value": 9.4, "unit": "%", "code": "%"},
    },
    "medicationRequests": {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": DRUG,
        "subject": SUBJECT,
        "authoredOn": "2026-08-01",
        "dosageInstruction": DOSED,
        "dispenseRequest": {"numberOfRepeatsAllowed": 2, "quantity": {"value": 60, "unit": "tablet"}},
    },
    "medicationStatements": {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "medicationCodeableConcept": DRUG,
        "subject": SUBJECT,
        "effectivePeriod": {"start": "2026-08-01"},
        "dosage": DOSED,
    },
    "diagnosticReports": {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "code": {"text": "MRI lumbar spine"},
        "subject": SUBJECT,
        "effectiveDateTime": "2026-08-01",
        "conclusion": "x",
    },
    "serviceRequests": {
        "resourceType": "ServiceRequest",
        "id": "v1",
        "status": "active",
        "intent": "order",
        "code": {"text": "spine surgery"},
        "subject": SUBJECT,
        "authoredOn": "2024-08-01",
    },
}
WRONG: tuple[Any, ...] = (None, "", "\u202e<script>alert(1)</script>", -1, 1e300, True, [], [[]], {}, {"x": {"y": []}})


def whole() -> dict[str, Any]:
    return request({"patient": dict(PATIENT), **{key: bundle(copy.deepcopy(it)) for key, it in CHART.items()}})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member and item."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in steps:
        yield (*path, step)
        yield from places(member, (*path, step))


def put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with another value at one place."""
    changed = copy.deepcopy(body)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


async def test_the_whole_chart_is_answered(client: httpx.AsyncClient) -> None:
    assert check_cards(await client.post(CALL, json=whole()))


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
async def test_a_wrong_value_anywhere_gets_a_controlled_answer(client: httpx.AsyncClient, wrong: Any) -> None:
    for path in list(places(whole())):
        answer = await client.post(CALL, json=put(whole(), path, wrong))
        assert answer.status_code in (200, 400, 412), (path, answer.text)
        if answer.status_code == 200:
            check_cards(answer)
        else:
            check_outcome(answer, answer.status_code)


MARKUP = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "\u202e\u200b\x07\r\n# heading\r\n* item",
    "| a | b |\n|---|---|",
    "`code` ~~~ *bold* _it_ http://evil.example www.evil.example a@evil.example",
    "{{context.patientId}} {reasons} %s {0.__class__}",
    "x" * 50_000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200,
)


@pytest.mark.parametrize("text", MARKUP, ids=range(len(MARKUP)))
async def test_hostile_text_is_cut_and_escaped(client: httpx.AsyncClient, text: str) -> None:
    """C3, C9: every text of the chart at once."""
    chart = {key: bundle(_with_text(copy.deepcopy(it), text)) for key, it in CHART.items()}
    body = request({"patient": {**PATIENT, "name": [{"text": text}]}, **chart})
    content = json.dumps(body).encode()
    answer = await client.post(CALL, content=content)
    if answer.status_code == 413:
        return
    for card in check_cards(answer):
        assert len(card["summary"]) < 140
        assert "\n" not in card["summary"]
        assert len(card["detail"]) <= 1_500
        assert "<" not in card["detail"]
        for mark in ("](http", "](java", "\u202e", "\x07", "http://evil", "www.evil"):
            assert mark not in card["detail"]


def _with_text(value: Any, text: str) -> Any:
    """Every coding with this display, every concept with this text."""
    if isinstance(value, dict):
        changed = {name: _with_text(member, text) for name, member in value.items()}
        if "code" in changed and "system" in changed:
            changed["display"] = text
        if "coding" in changed:
            changed["text"] = text
        return changed
    return [_with_text(item, text) for item in value] if isinstance(value, list) else value


async def test_dstu2_from_the_sandboxs_default_server_is_412(client: httpx.AsyncClient) -> None:
    """P14."""
    old = {"resourceType": "Condition", "patient": SUBJECT, "clinicalStatus": "active", "category": {"text": "x"}}
    patient = {"resourceType": "Patient", "id": "p1", "careProvider": [{"reference": "Organization/1"}]}
    answer = await client.post(CALL, json=request({"patient": patient, "conditions": bundle(old)}))
    (issue,) = check_outcome(answer, 412)
    assert issue["expression"] == ["prefetch.conditions"]
