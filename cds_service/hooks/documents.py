"""The OpenAPI document: routes from the app, schemas from the Structs, examples from here; nothing by hand twice."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from cds_service.errors import (
    DataMissing,
    Malformed,
    RequestRefused,
    ServerNotRegistered,
    SlowBody,
    Stopping,
    TooLarge,
    TooMany,
    UnsupportedMediaType,
)
from cds_service.hooks.order_examples import order_examples
from cds_service.wire import cds_hooks as wire
from cds_service.wire.feedback import FeedbackBatch, Recorded
from cds_service.wire.orders import Concept, DraftOrder, Note, Reference

VERSION = "0.1.0"
REF = "#/components/schemas/"
DESCRIPTION = (
    "CDS Hooks 2.0 services. When a chart is opened, an order chosen, signed or sent out, or an appointment booked, "
    "each answers at most one card about an evaluation for minimally invasive spine surgery. Clients may send more "
    "members than are listed here; they are skipped."
)
SPOKEN = (wire.Request, wire.Response, wire.Discovery, wire.OutcomeBody, FeedbackBatch, Recorded)
EXAMPLE_ID = "example"
EXAMPLE_CALL: Mapping[str, Any] = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/example", "patientId": EXAMPLE_ID},
    "prefetch": {
        "patient": {"resourceType": "Patient", "id": EXAMPLE_ID, "birthDate": "1961-04-02"},
        "conditions": {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {
                    "resource": {
                        "resourceType": "Condition",
                        "id": "example-pain",
                        "clinicalStatus": {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                    "code": "active",
                                }
                            ]
                        },
                        "code": {
                            "coding": [
                                {
                                    "system": "http://snomed.info/sct",
                                    "code": "279039007",
                                    "display": "Low back pain",
                                }
                            ]
                        },
                        "subject": {"reference": f"Patient/{EXAMPLE_ID}"},
                        "onsetDateTime": "2026-05-10",
                    }
                }
            ],
        },
    },
}
EXAMPLE_FEEDBACK: Mapping[str, Any] = {
    "feedback": [
        {
            "card": "6d0a1c0e-6a0c-4c7e-9f3b-6a2f0f7c1d55",
            "outcome": "overridden",
            "overrideReason": {
                "reason": {
                    "code": "patient-refuses",
                    "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
                }
            },
            "outcomeTimestamp": "2026-11-22T07:11:24.737Z",
        }
    ]
}


def encoded(value: object) -> msgspec.Raw:
    """As it goes out."""
    return msgspec.Raw(msgspec.json.encode(value))


EXAMPLE_ORDER = DraftOrder(
    intent="order",
    category=(Concept((wire.Coding("http://snomed.info/sct", "3457005", "Patient referral"),)),),
    code=Concept(
        (wire.Coding("http://snomed.info/sct", "91251008", "Physical therapy"),),
        "Physical therapy, lumbar spine: low back pain",
    ),
    id="9a1d3c54-5b0e-4b1f-8c51-0d3c7f2b6e10",
    status="draft",
    priority="routine",
    subject=Reference(f"Patient/{EXAMPLE_ID}"),
    requester=Reference("Practitioner/example"),
    authoredOn="2026-11-22T09:30:00Z",
    reasonCode=(Concept(text="low back pain"),),
    reasonReference=(Reference("Condition/example-pain"),),
    bodySite=(Concept(text="lumbar spine"),),
    note=(Note("MISS decision support", "Symptoms and diagnoses: low back pain since 10 May 2026 (28 weeks)."),),
)
EXAMPLE_CARD = wire.Card(
    uuid="6d0a1c0e-6a0c-4c7e-9f3b-6a2f0f7c1d55",
    summary="MISS evaluation may be worth discussing: low back pain for 28 weeks; unchecked: medications.",
    indicator="info",
    detail="**Next:** Discuss with the patient whether a spine specialist's opinion would help.",
    source=wire.Source(
        "MISS evaluation service",
        "https://miss.example/rules/consider",
        wire.Coding("https://miss-cds.org/CodeSystem/rule", "consider", "MISS evaluation may be worth discussing"),
    ),
    suggestions=(
        wire.Suggestion(
            "Draft a referral for physical therapy",
            "0f8c2a96-7a3e-4f0b-9b57-3f1f5f0c9d22",
            (wire.Action("create", "Create a draft, to be checked and signed by you", encoded(EXAMPLE_ORDER)),),
        ),
    ),
    selectionBehavior="any",
)


def _answer(struct: type, description: str, example: object) -> dict[str, Any]:
    content = {"schema": {"$ref": REF + struct.__name__}, "example": msgspec.json.decode(encoded(example))}
    return {"description": description, "content": {"application/json": content}}


def _refusal(error: type[RequestRefused], example: wire.OutcomeIssue | None = None) -> dict[str, Any]:
    issue = example or wire.OutcomeIssue("error", error.issue_code, error.sentence)
    return _answer(wire.OutcomeBody, error.sentence, wire.OutcomeBody((issue,)))


MISSING = wire.OutcomeIssue(
    "error",
    DataMissing.issue_code,
    "conditions: not supplied, and the call names no FHIR server",
    ("prefetch.conditions",),
)
NOT_TRUSTED: dict[str, Any] = {"description": "The token is absent or not good. There is no body."}
DISCOVERY: dict[str, Any] = {
    "responses": {
        "401": NOT_TRUSTED,
        "200": _answer(
            wire.Discovery,
            "The services there are.",
            wire.Discovery(
                (
                    wire.ServiceInfo(
                        hook="patient-view",
                        id="miss-patient-view",
                        title="Minimally invasive spine surgery: evaluation",
                        description="When a chart is opened: says whether …",
                        prefetch={"patient": "Patient/{{context.patientId}}"},
                    ),
                )
            ),
        ),
    }
}
EXAMPLES: Mapping[str, tuple[Mapping[str, Any], wire.Card]] = {
    "patient-view": (EXAMPLE_CALL, EXAMPLE_CARD),
    **order_examples(EXAMPLE_CALL, EXAMPLE_CARD),
}
FEEDBACK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": REF + "FeedbackBatch"}, "example": EXAMPLE_FEEDBACK}},
    },
    "responses": {
        "200": _answer(Recorded, "How many entries were news; a repeat is answered like the first.", Recorded(1)),
        "400": _refusal(Malformed),
        "401": NOT_TRUSTED,
        "408": _refusal(SlowBody),
        "413": _refusal(TooLarge),
        "415": _refusal(UnsupportedMediaType),
        "429": _refusal(TooMany),
        "503": _refusal(Stopping),
    },
}


def operation(hook: str) -> dict[str, Any]:
    """What the document says of a hook's POST: its request and every answer, each with an example."""
    call, card = EXAMPLES[hook]
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": REF + "Request"}, "example": call}},
        },
        "responses": {
            "200": _answer(wire.Response, "At most one card.", wire.Response((card,))),
            "400": _refusal(Malformed),
            "401": NOT_TRUSTED,
            "403": _refusal(ServerNotRegistered),
            "408": _refusal(SlowBody),
            "412": _refusal(DataMissing, MISSING),
            "413": _refusal(TooLarge),
            "415": _refusal(UnsupportedMediaType),
            "429": _refusal(TooMany),
            "503": _refusal(Stopping),
        },
    }


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The document of this app. A HEAD that goes with a GET is not listed apart."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Duplicate Operation ID", category=UserWarning)
        document = get_openapi(title="MISS CDS service", version=VERSION, description=DESCRIPTION, routes=app.routes)
    for operations in document["paths"].values():
        operations.pop("head", None)
    _, schemas = msgspec.json.schema_components(
        (wire.Request, wire.Response, wire.Discovery, wire.OutcomeBody, FeedbackBatch, Recorded),
        ref_template=REF + "{name}",
    )
    document["components"] = {"schemas": schemas}
    return document


def openapi_text(app: FastAPI) -> str:
    """The document as it stands in `openapi/openapi.json`."""
    return json.dumps(openapi_of(app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
