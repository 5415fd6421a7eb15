"""A request that nobody can complain of, and ways to break it."""

from __future__ import annotations

import copy
from typing import Any

from tests.hooks.calls import PATIENT, bundle, condition, request

SUBJECT = {"reference": "Patient/p1"}
LOINC = "http://loinc.org"
Call = dict[str, Any]


def clean() -> Call:
    """All eight keys, each as its template asks for it, in valid FHIR."""
    return request(
        {
            "patient": {**PATIENT, "gender": "female"},
            "conditions": bundle(condition()),
            "medicationStatements": bundle(
                {
                    "resourceType": "MedicationStatement",
                    "id": "s1",
                    "status": "active",
                    "medicationCodeableConcept": {"text": "ibuprofen"},
                    "subject": SUBJECT,
                }
            ),
            "medicationRequests": bundle(
                {
                    "resourceType": "MedicationRequest",
                    "id": "m1",
                    "status": "active",
                    "intent": "order",
                    "contained": [{"resourceType": "Medication", "id": "drug", "code": {"text": "tramadol"}}],
                    "medicationReference": {"reference": "#drug"},
                    "subject": SUBJECT,
                    "authoredOn": "2026-06-01",
                }
            ),
            "procedures": bundle(),
            "observations": bundle(
                {
                    "resourceType": "Observation",
                    "id": "o1",
                    "status": "final",
                    "code": {"coding": [{"system": LOINC, "code": "4548-4"}]},
                    "subject": SUBJECT,
                    "effectiveDateTime": "2026-10-02",
                    "valueQuantity": {"value": 6.1, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
                }
            ),
            "diagnosticReports": bundle(
                {
                    "resourceType": "DiagnosticReport",
                    "id": "d1",
                    "status": "final",
                    "category": [{"coding": [{"system": "http://loinc.org", "code": "LP29684-5"}]}],
                    "code": {"coding": [{"system": LOINC, "code": "24968-8"}]},
                    "subject": SUBJECT,
                    "effectiveDateTime": "2026-10-02",
                }
            ),
            "serviceRequests": bundle(
                {
                    "resourceType": "ServiceRequest",
                    "id": "r1",
                    "status": "active",
                    "intent": "order",
                    "code": {"text": "physical therapy"},
                    "subject": SUBJECT,
                }
            ),
        },
        fhirServer="https://ehr.example/fhir",
        fhirAuthorization={
            "access_token": "t",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.rs",
            "subject": "cds",
        },
    )


def broken(*path: str | int, by: object = None, without: bool = False) -> Call:
    """The clean request with one member replaced, or left out."""
    call = copy.deepcopy(clean())
    at: Any = call
    for part in path[:-1]:
        at = at[part]
    if without:
        del at[path[-1]]
    else:
        at[path[-1]] = by
    return call


def first(key: str) -> tuple[str | int, ...]:
    """Where the first resource of a key is."""
    return "prefetch", key, "entry", 0, "resource"
