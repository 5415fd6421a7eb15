"""Twice the entries cost about twice the steps, whatever the chart repeats: nobody can stop the service with one chart.

Steps are function calls, which are the same on every machine; a pair of loops over all entries would cost four times.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from types import FrameType
from typing import Any

import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.settings import Settings
from cds_service.wire.decoding import decode_call

DAY = date(2026, 11, 22)
FEW = 150
MOST_TIMES_AS_MANY = 2.7
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"
Resource = dict[str, Any]
SPINE = ("M54.50", "M54.31", "M54.32", "M54.16", "M48.061", "M51.26", "M43.16", "M54.2", "M96.1", "M47.12")
FLAGS = ("G83.4", "S32.012A", "M46.26", "C79.51", "R32", "M21.371", "C50.9", "N40", "G95.9", "I21.9", "F17.210")
STATES = ("active", "resolved", "recurrence", "inactive")


@cache
def answerer() -> Answerer:
    return answerer_of(Settings(require_auth=False), "http://localhost", lambda: DAY)


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def condition(code: str, drawn: Random) -> Resource:
    """A Condition that began on a day, in a month or in a year, listed or seen, open or over."""
    began = (DAY - timedelta(drawn.randrange(9000))).isoformat()
    state = drawn.choice(STATES)
    entry: Resource = {
        "resourceType": "Condition",
        "code": concept(ICD, code),
        "onsetDateTime": began[: drawn.choice((4, 7, 10))],
    }
    entry["clinicalStatus"] = {"coding": [{"code": state}]}
    entry["category"] = [{"coding": [{"code": drawn.choice(("encounter-diagnosis", "problem-list-item"))}]}]
    if drawn.random() < 0.5:
        entry["recordedDate"] = began
    if state == "resolved" and drawn.random() < 0.7:
        entry["abatementDateTime"] = began
    return entry


def visit(drawn: Random) -> Resource:
    day = (DAY - timedelta(drawn.randrange(900))).isoformat()
    listed = [{"coding": [{"code": "encounter-diagnosis"}]}]
    return {"resourceType": "Condition", "code": concept(ICD, "M54.50"), "category": listed, "recordedDate": day}


def ordered(drawn: Random) -> Resource:
    day = (DAY - timedelta(drawn.randrange(80))).isoformat()
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": day,
        "medicationCodeableConcept": concept(RXNORM, "1049621"),
        "requester": {"reference": f"Practitioner/{drawn.randrange(3)}"},
    }


def taken(drawn: Random) -> Resource:
    day = (DAY - timedelta(drawn.randrange(9000))).isoformat()
    words = drawn.choice(("oxycodone 5 mg", "gabapentin 300 mg", "tramadol"))
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "effectivePeriod": {"start": day},
        "dateAsserted": "2026-11-01",
        "medicationCodeableConcept": {"text": f"{words} {drawn.randrange(10**6)}"},
    }


def done(drawn: Random) -> Resource:
    day = (DAY - timedelta(drawn.randrange(9000))).isoformat()
    code = concept(CPT, drawn.choice(("63030", "22612", "97110", "62323", "72148")))
    return {"resourceType": "Procedure", "status": "completed", "performedDateTime": day, "code": code}


KINDS: dict[str, tuple[str, Callable[[Random], Resource]]] = {
    "spine conditions": ("conditions", lambda drawn: condition(drawn.choice(SPINE), drawn)),
    "red flags": ("conditions", lambda drawn: condition(drawn.choice((*FLAGS, *SPINE)), drawn)),
    "visits": ("conditions", visit),
    "orders": ("medicationRequests", ordered),
    "statements": ("medicationStatements", taken),
    "procedures": ("procedures", done),
}


def body(kind: str, many: int) -> bytes:
    key, make = KINDS[kind]
    drawn = Random(many)  # noqa: S311 - a chart, not a secret
    entries = [{"resource": make(drawn) | {"id": f"{key}-{place}"}} for place in range(many)]
    pain = {"resourceType": "Condition", "id": "pain", "code": concept(ICD, "M54.50"), "onsetDateTime": "2026-01-01"}
    prefetch = {
        "patient": {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"},
        "conditions": {"resourceType": "Bundle", "entry": [{"resource": pain}]},
        key: {"resourceType": "Bundle", "entry": entries},
    }
    context = {"patientId": "p", "userId": "Practitioner/1"}
    call = {"hook": "patient-view", "hookInstance": "x", "context": context, "prefetch": prefetch}
    return json.dumps(call).encode()


def steps(kind: str, many: int) -> int:
    """How many functions were called to answer a chart with so many entries of the kind."""
    call = decode_call(body(kind, many))
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        answerer().answer(call)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_entries_cost_about_twice_the_steps(kind: str) -> None:
    steps(kind, 10)
    assert steps(kind, 2 * FEW) <= MOST_TIMES_AS_MANY * steps(kind, FEW)
