"""Which drafts and appointments concern the service, and what each is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from cds_service.record.appointments import booked
from cds_service.record.orders import Order, OrderReading, drafted_order
from cds_service.wire import fhir
from cds_service.wire.drafts import Draft
from tests.record.charts import CPT, ICD_10_CM, LOINC, SNOMED, as_struct, code, knowledge, standpoint

PAIN = as_struct(
    {"resourceType": "Condition", "id": "pain", "code": {"coding": [{"system": ICD_10_CM, "code": "M54.50"}]}},
    fhir.Condition,
)


def by() -> OrderReading:
    return OrderReading("p", frozenset(), {"Condition/pain": PAIN}, {}, standpoint(), knowledge())


def draft(kind: str, **fields: Any) -> Draft:
    return Draft(Raw(json.dumps({"resourceType": kind, "id": "x", **fields}).encode()), kind, "x")


def ordered(concept: dict[str, Any] | None = None, **fields: Any) -> tuple[str, str]:
    """The kind of a ServiceRequest and what it waits for; empty where it does not concern us."""
    order = drafted_order(draft("ServiceRequest", **({"code": concept} if concept else {}), **fields), by())
    return (order.kind, order.waits_for) if order else ("", "")


NEUROSURGEON, ORTHOPAEDIST = code((SNOMED, "308482002")), code((SNOMED, "308481009"))
CODED: list[tuple[dict[str, Any], str]] = [
    (code((SNOMED, "183868005")), "referral"),
    (code((SNOMED, "305425002")), "referral"),
    (code((SNOMED, "241645008")), "imaging"),
    (code((LOINC, "24968-0")), "imaging"),
    (code((CPT, "72148")), "imaging"),
    (code((CPT, "64483")), "injection"),
    (code((CPT, "63030")), "operation"),
    (code((CPT, "63047")), "operation"),
    (code((CPT, "22612")), "operation"),
    (code((CPT, "63081")), "operation"),
    (code((CPT, "22856")), "operation"),
    (code((CPT, "22513")), "procedure"),
    (code((CPT, "63620")), "procedure"),
    (code((CPT, "63650")), "procedure"),
    (code((CPT, "97110")), ""),
    (code((CPT, "78428")), ""),
    (code((CPT, "73721"), text="MRI knee"), ""),
]


@pytest.mark.parametrize(("concept", "kind"), CODED)
def test_an_order_by_its_code(concept: dict[str, Any], kind: str) -> None:
    assert ordered(concept) == (kind, "")


WORDS: list[tuple[str, tuple[str, str]]] = [
    ("MRI LUMBAR SPINE WO CONTRAST", ("imaging", "")),
    ("CT of the neck", ("imaging", "")),
    ("MRI brain", ("", "")),
    ("X-ray lumbar spine", ("", "")),
    ("Transforaminal injection L5", ("injection", "")),
    ("CT guided epidural steroid injection, lumbar", ("injection", "")),
    ("L4/5 laminectomy", ("operation", "")),
    ("Lumbar fusion", ("operation", "")),
    ("Physical therapy after lumbar fusion", ("", "")),
    ("Referral to spine surgeon", ("referral", "")),
    ("Neurosurgery consult", ("referral", "spine-condition")),
    ("Orthopedic consult", ("referral", "spine-condition")),
    ("Orthopedic consult, low back pain", ("referral", "")),
    ("Dietician", ("", "")),
    ("No MRI of the spine", ("", "")),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_an_order_by_its_words_where_no_code_is_known(text: str, expected: tuple[str, str]) -> None:
    assert ordered({"text": text}) == expected
    assert ordered({"coding": [{"system": "urn:local", "code": "X1", "display": text}]}) == expected


REASONS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({}, ("referral", "spine-condition")),
    ({"reasonCode": [{"text": "low back pain"}]}, ("referral", "")),
    ({"reasonCode": [code((ICD_10_CM, "M48.062"))]}, ("referral", "")),
    ({"reasonCode": [code((ICD_10_CM, "M43.16"))]}, ("referral", "")),
    ({"reasonCode": [code((ICD_10_CM, "G83.4"))]}, ("referral", "")),
    ({"reasonReference": [{"reference": "Condition/pain"}]}, ("referral", "")),
    ({"bodySite": [{"text": "lumbar spine"}]}, ("referral", "")),
    ({"note": [{"text": "back trouble for years"}]}, ("referral", "")),
    ({"reasonCode": [{"text": "knee pain"}]}, ("other-referral", "spine-condition")),
    ({"bodySite": [{"text": "left shoulder"}]}, ("other-referral", "spine-condition")),
    ({"reasonCode": [{"text": "foot drop"}]}, ("referral", "spine-condition")),
    ({"reasonCode": [{"text": "leg pain"}]}, ("referral", "spine-condition")),
]


@pytest.mark.parametrize(("fields", "expected"), REASONS)
@pytest.mark.parametrize("concept", [NEUROSURGEON, ORTHOPAEDIST, code((SNOMED, "183545006"))])
def test_a_general_referral_by_its_reason_site_or_note(
    concept: dict[str, Any], fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert ordered(concept, **fields) == expected


@pytest.mark.parametrize(
    "text",
    [
        "TLSO brace after lumbar fusion",
        "PT s/p lumbar fusion",
        "Home health, status post lumbar laminectomy",
        "Colonoscopy; h/o lumbar fusion",
        "History of lumbar fusion",
        "Post-operative visit lumbar discectomy",
        "CBC before lumbar laminectomy",
    ],
)
def test_an_operation_that_the_order_only_follows_or_prepares_is_not_ordered(text: str) -> None:
    assert ordered({"text": text}) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "Lumbar fusion",
        "Lumbar fusion s/p laminectomy",
        "Revision of lumbar fusion after pseudarthrosis",
        "After conservative care: lumbar discectomy",
    ],
)
def test_an_operation_is_ordered_whatever_came_before_it(text: str) -> None:
    assert ordered({"text": text}) == ("operation", "")


def test_a_general_referral_whose_text_names_the_spine() -> None:
    assert ordered({**NEUROSURGEON, "text": "spine surgery"}) == ("referral", "")


def test_another_coding_may_decide() -> None:
    assert ordered(code((SNOMED, "308481009"), (CPT, "22612"))) == ("operation", "")
    assert ordered(code((SNOMED, "308481009"), (SNOMED, "183868005"))) == ("referral", "")


def test_an_orthopaedic_admission_needs_a_spine_reason() -> None:
    admission = code((SNOMED, "183495009"))
    assert ordered(admission) == ("", "")
    assert ordered(admission, reasonCode=[{"text": "back pain"}]) == ("referral", "")
    assert ordered(admission, reasonReference=[{"reference": "Condition/gone"}]) == ("referral", "reason")


@pytest.mark.parametrize("status", ["revoked", "entered-in-error", "cancelled", "stopped"])
def test_what_was_given_up_is_no_order(status: str) -> None:
    assert ordered(code((CPT, "22612")), status=status) == ("", "")


def test_the_draft_is_kept_as_it_came_with_what_it_does_not_say() -> None:
    given = draft(
        "ServiceRequest",
        code=code((CPT, "22612")),
        reasonCode=[{"text": " "}],
        supportingInfo=[{}],
        note={"text": "x"},
        zz={"y": [1]},
    )
    order = drafted_order(given, by())
    assert order is not None
    assert (order.ref, order.raw) == ("ServiceRequest/x", given.raw)
    assert order.empty == ("reasonCode", "reasonReference", "supportingInfo", "bodySite")
    assert order.surgical


def test_a_draft_of_another_type_is_none() -> None:
    assert drafted_order(draft("NutritionOrder"), by()) is None
    assert drafted_order(Draft(Raw(b"7"), "ServiceRequest"), by()) is None
    assert ordered() == ("", "")


def appointment(**fields: Any) -> Order | None:
    return booked(draft("Appointment", **fields), by())


SURGEON = [code((SNOMED, "394610002"))]
BOOKINGS: list[tuple[dict[str, Any], str | None]] = [
    ({"serviceType": [code((CPT, "22612"))]}, ""),
    ({"appointmentType": code((CPT, "22513"))}, ""),
    ({"reasonCode": [code((CPT, "63030"))]}, ""),
    ({"serviceType": [code((SNOMED, "183868005"))]}, ""),
    ({"serviceType": [NEUROSURGEON]}, "spine-condition"),
    ({"serviceType": [NEUROSURGEON], "description": "for the back"}, ""),
    ({"serviceType": [code((SNOMED, "183495009"))]}, None),
    ({"serviceType": [code((SNOMED, "183495009"))], "reasonReference": [{"reference": "Condition/gone"}]}, "reason"),
    ({"description": "Lumbar fusion"}, ""),
    ({"description": "Neck operation"}, ""),
    ({"description": "Surgery", "reasonCode": [{"text": "back pain"}]}, ""),
    ({"serviceType": [{"text": "Spine surgery"}]}, ""),
    ({"description": "Back pain review"}, None),
    ({"description": "Knee surgery"}, None),
    ({"description": "Surgery on the neck of femur"}, None),
    ({"specialty": SURGEON}, None),
    ({"specialty": SURGEON, "reasonCode": [code((ICD_10_CM, "M54.16"))]}, ""),
    ({"specialty": [code((SNOMED, "394801008"))], "reasonReference": [{"reference": "Condition/pain"}]}, ""),
    ({"specialty": SURGEON, "reasonReference": [{"reference": "Condition/gone"}]}, "reason"),
    ({"specialty": SURGEON, "reasonCode": [{"text": "carpal tunnel"}]}, None),
    ({"specialty": [{"text": "x"}], "reasonCode": [code((ICD_10_CM, "M54.16"))]}, None),
]


@pytest.mark.parametrize(("fields", "waits_for"), BOOKINGS)
def test_appointments(fields: dict[str, Any], waits_for: str | None) -> None:
    order = appointment(**fields)
    assert (order and (order.kind, order.waits_for)) == (waits_for if waits_for is None else ("appointment", waits_for))


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error", "fulfilled"])
def test_an_appointment_that_will_not_be(status: str) -> None:
    assert appointment(status=status, description="Lumbar fusion") is None
    assert appointment(status="booked", description="Lumbar fusion")


@pytest.mark.parametrize(
    ("actors", "ours"),
    [
        (["Patient/p"], True),
        (["Patient/other"], False),
        (["Practitioner/1"], True),
        (["Patient/other", "Patient/p"], True),
    ],
)
def test_whose_appointment(actors: list[str], ours: bool) -> None:
    taking_part = [{"actor": {"reference": actor}} for actor in actors]
    assert bool(appointment(description="Lumbar fusion", participant=[{}, *taking_part])) is ours


def test_what_is_no_appointment() -> None:
    assert booked(draft("ServiceRequest", description="Lumbar fusion"), by()) is None
    assert booked(Draft(Raw(b"[]"), "Appointment"), by()) is None
