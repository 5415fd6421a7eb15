"""Calls to make, an app to make them to, and what every answer must be."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx
from fastapi import FastAPI

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.observe.logs import Log
from cds_service.settings import Settings
from cds_service.store.interface import Store

DAY = date(2026, 11, 22)
ORIGIN = "https://sandbox.example"
SETTINGS = Settings(require_auth=False, allowed_origins=(ORIGIN,), max_body_bytes=100_000, body_timeout_seconds=0.3)
CALL = "/cds-services/miss-patient-view"
FEEDBACK = f"{CALL}/feedback"
ABSENT = object()
UUID = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1961-04-02"}


class Lines:
    """Log lines as they were written."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    def __call__(self, line: bytes) -> None:
        self.raw.append(line)

    @property
    def last(self) -> dict[str, Any]:
        """The newest line."""
        read = json.loads(self.raw[-1])
        assert isinstance(read, dict)
        return read


def app_of(answerer: Answerer, lines: Lines, settings: Settings = SETTINGS, *, store: Store | None = None) -> FastAPI:
    """The service with these stages, logging to `lines`."""
    return create_app(settings, answerer=answerer, log=Log("info", lines), store=store)


def client_of(app: FastAPI, **options: Any) -> httpx.AsyncClient:
    """A client that sees a 500 as a client would, and follows no redirect."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, **options)
    return httpx.AsyncClient(transport=transport, base_url="http://service.example")


def condition(snomed: str = "279039007", **members: Any) -> dict[str, Any]:
    """A current low back pain since May, unless told otherwise."""
    return {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": snomed}]},
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": "2026-05-10",
        **members,
    }


def bundle(*resources: object, **members: Any) -> dict[str, Any]:
    """A searchset."""
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **members}


def request(prefetch: object = ABSENT, **members: Any) -> dict[str, Any]:
    """A patient-view call; a member that is ABSENT is left out. Without `prefetch`: a patient with nothing."""
    made = {
        "hook": "patient-view",
        "hookInstance": UUID,
        "context": {"patientId": "p1", "userId": "Practitioner/1"},
        "prefetch": {"patient": PATIENT, "conditions": bundle()} if prefetch is ABSENT else prefetch,
        **members,
    }
    return {name: value for name, value in made.items() if value is not ABSENT}


def with_conditions(*conditions: object, **keys: object) -> dict[str, Any]:
    """A call for a patient with these conditions, and other keys."""
    return request({"patient": PATIENT, "conditions": bundle(*conditions), **keys})


def check_no_empties(value: object, path: str = "$") -> None:
    """Nothing null or empty anywhere, except `cards` and `services`."""
    assert value is not None, path
    assert value != "", path
    if isinstance(value, dict | list):
        assert value or path in ("$.cards", "$.services"), path
    if isinstance(value, dict):
        for name, member in value.items():
            check_no_empties(member, f"{path}.{name}")
    if isinstance(value, list):
        for item in value:
            check_no_empties(item, f"{path}[]")


def check_outcome(answer: httpx.Response, status: int) -> list[dict[str, Any]]:
    """An OperationOutcome in application/json, with the request's id; its issues."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.headers["x-request-id"]) == 32
    body = answer.json()
    check_no_empties(body)
    assert body["resourceType"] == "OperationOutcome"
    issues: list[dict[str, Any]] = body["issue"]
    assert issues
    for issue in issues:
        assert issue["severity"] in ("error", "fatal")
        assert issue["code"]
        assert issue["diagnostics"]
    return issues


def check_cards(answer: httpx.Response) -> list[dict[str, Any]]:
    """A 200 with at most one card; the cards."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    check_no_empties(body)
    assert list(body) == ["cards"]
    cards: list[dict[str, Any]] = body["cards"]
    assert len(cards) <= 1
    return cards


def without_moment(card: dict[str, Any]) -> dict[str, Any]:
    """The card less what is new in every answer: its uuids, and the ids and hours of the orders it suggests."""
    told = {name: value for name, value in card.items() if name != "uuid"}
    if "suggestions" in told:
        told["suggestions"] = [_without_moment(suggestion) for suggestion in told["suggestions"]]
    return told


def _without_moment(suggestion: dict[str, Any]) -> dict[str, Any]:
    actions = [
        {**action, "resource": {n: v for n, v in action["resource"].items() if n not in ("id", "authoredOn")}}
        for action in suggestion["actions"]
    ]
    return {"label": suggestion["label"], "actions": actions}
