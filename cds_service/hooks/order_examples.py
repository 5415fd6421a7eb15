"""One call of each order and appointment hook, with its answer, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cds_service.wire import cds_hooks as wire

ORDER_ID = "example-order"
SUMMARIES = {
    "order-select": "This order may be worth discussing: low back pain, 28 weeks; unchecked: medications.",
    "order-dispatch": "This order may be worth discussing: low back pain, 28 weeks; unchecked: medications.",
    "appointment-book": "Discuss before this appointment: low back pain, 28 weeks; unchecked: medications.",
}
SMOKING = {
    "resourceType": "Condition",
    "id": "example-smoking",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F17.210"}]},
}


def order_examples(chart: Mapping[str, Any], card: wire.Card) -> dict[str, tuple[Mapping[str, Any], wire.Card]]:
    """The example of an opened chart with an order or an appointment beside it; the card as it is worded then."""
    prefetch, context = chart["prefetch"], chart["context"]
    subject = {"reference": f"Patient/{context['patientId']}"}
    referral = _service(subject, "http://snomed.info/sct", "308482002", "Referral to neurosurgeon")
    fusion = _service(subject, "http://www.ama-assn.org/go/cpt", "22612", "Lumbar arthrodesis")
    smoking = {**prefetch["conditions"], "entry": [*prefetch["conditions"]["entry"], {"resource": SMOKING}]}
    selected = {"selections": [f"ServiceRequest/{ORDER_ID}"], "draftOrders": _bundle(referral)}
    sent = {"dispatchedOrders": [f"ServiceRequest/{ORDER_ID}"], "performer": "Organization/example"}
    booked = {"resourceType": "Appointment", "status": "proposed", "description": "Lumbar spine surgery"}
    orders = {"serviceRequests": {"type": "searchset", **_bundle({**referral, "status": "active"})}}
    anyone = {"patientId": context["patientId"]}
    calls: dict[str, dict[str, Any]] = {
        "order-select": {"context": {**context, **selected}},
        "order-sign": {
            "context": {**context, "draftOrders": _bundle(fusion)},
            "prefetch": {**prefetch, "conditions": smoking},
        },
        "order-dispatch": {"context": {**anyone, **sent}, "prefetch": {**prefetch, **orders}},
        "appointment-book": {"context": {**context, "appointments": _bundle(booked)}},
    }
    return {hook: ({**chart, "hook": hook, **call}, _card(hook, card)) for hook, call in calls.items()}


def _service(subject: Mapping[str, Any], system: str, code: str, words: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": ORDER_ID,
        "status": "draft",
        "intent": "order",
        "code": {"coding": [{"system": system, "code": code, "display": words}]},
        "subject": subject,
    }


def _bundle(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": resource}]}


def _card(hook: str, card: wire.Card) -> wire.Card:
    """The card of an opened chart as this hook words it; on signing a risk speaks against the order itself."""
    if hook in SUMMARIES:
        return msgspec.structs.replace(card, summary=SUMMARIES[hook])
    label, rule, title = card.source.label, "optimise-first", "Optimise before a MISS referral"
    topic = wire.Coding("https://miss-cds.org/CodeSystem/rule", rule, title)
    return msgspec.structs.replace(
        card,
        summary="Optimise before this order: current smoking; unchecked: operations, labs, imaging, medications.",
        indicator="warning",
        detail="**Next:** Consider optimising before this order goes ahead: offer smoking cessation.",
        source=wire.Source(label, f"https://miss.example/rules/{rule}", topic),
    )
