"""Why something was ordered: stated reasons, resolved where the request holds them."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.record.patient import Reason
from tests.record.charts import ICD_10_CM, LOINC, SNOMED, chart, code, condition, resource, status, supplied

SLIPPED = condition(code((ICD_10_CM, "M51.26", "Disc displacement"), text="slipped disc"), id="disc")
CHRONIC_PAIN = (ICD_10_CM, "G89.4", "Chronic pain syndrome")


def reasons(*others: dict[str, Any], **fields: Any) -> tuple[Reason, ...]:
    done = resource("Procedure", code((SNOMED, "91251008", "Physical therapy")), status="completed", **fields)
    (found,) = chart(done, *others).procedures
    return found.reasons


def test_none_stated() -> None:
    assert reasons() == ()
    assert reasons(reasonCode=[{}]) == ()


def test_a_reason_by_code_and_words() -> None:
    (reason,) = reasons(reasonCode=[code((ICD_10_CM, "M54.16", "Radiculopathy, lumbar region"))])
    assert set(reason.concepts) == {"radiculopathy"}
    assert (reason.words, reason.region, reason.spine) == (("Radiculopathy, lumbar region",), "lumbar", True)


@pytest.mark.parametrize(
    ("text", "spine"),
    [("back pain", True), ("knee pain", False), ("no back pain", False), ("spasm of lumbar muscles", True)],
)
def test_a_reason_by_words_alone(text: str, spine: bool) -> None:
    (reason,) = reasons(reasonCode=[code(text=text)])
    assert reason.words == (text,)
    assert reason.spine is spine


@pytest.mark.parametrize(
    "reference",
    ["Condition/disc", "urn:uuid:disc", "https://ehr.example/fhir/Condition/disc", "Condition/disc/_history/2"],
)
def test_a_reference_is_read_by_its_condition(reference: str) -> None:
    (reason,) = reasons(SLIPPED, reasonReference=[{"reference": reference, "display": "knee"}])
    assert set(reason.concepts) == {"disc_herniation"}
    assert reason.words == ("slipped disc", "Disc displacement")


def test_a_condition_brings_its_body_site() -> None:
    of_the_neck = condition(code(CHRONIC_PAIN), id="pain", bodySite=[code(text="Neck")])
    (reason,) = reasons(of_the_neck, reasonReference=[{"reference": "Condition/pain"}])
    assert (reason.region, reason.spine) == ("cervical", True)


@pytest.mark.parametrize(
    "other",
    [
        condition(None, id="disc"),
        {**SLIPPED, "verificationStatus": status("entered-in-error")},
        {**SLIPPED, "verificationStatus": status("refuted")},
        {**SLIPPED, "subject": {"reference": "Patient/q"}},
        {**SLIPPED, "id": None},
    ],
)
def test_otherwise_it_is_read_by_its_display_else_it_is_no_reason(other: dict[str, Any]) -> None:
    (reason,) = reasons(other, reasonReference=[{"reference": "Condition/disc", "display": "Sciatica"}])
    assert (reason.words, set(reason.concepts), reason.spine) == (("Sciatica",), {"radiculopathy"}, True)
    assert reasons(other, reasonReference=[{"reference": "Condition/disc"}, {}]) == ()


def test_two_unresolved_references_are_told_apart() -> None:
    stated = [{"display": "Sciatica"}, {"display": "Knee pain"}, {"display": "Hip pain"}]
    assert [reason.words for reason in reasons(reasonReference=stated)] == [
        ("Sciatica",),
        ("Knee pain",),
        ("Hip pain",),
    ]


def test_a_full_url_resolves_too() -> None:
    given = supplied(SLIPPED)
    done = resource(
        "Procedure",
        code((SNOMED, "91251008")),
        status="completed",
        reasonReference=[{"reference": "urn:uuid:0a"}],
    )
    (found,) = chart(done, condition_urls={"urn:uuid:0a": given.conditions[0]}).procedures
    assert set(found.reasons[0].concepts) == {"disc_herniation"}


def test_the_reason_of_r5() -> None:
    either = [
        {"concept": code((ICD_10_CM, "M54.16"))},
        {"reference": {"reference": "Condition/disc"}},
        {},
    ]
    assert [set(reason.concepts) for reason in reasons(SLIPPED, reason=either)] == [
        {"radiculopathy"},
        {"disc_herniation"},
    ]


@pytest.mark.parametrize(
    ("concept", "counts", "spine"),
    [
        (code(CHRONIC_PAIN), True, False),
        (code(CHRONIC_PAIN, text="chronic pain of the back"), True, True),
        (code(CHRONIC_PAIN, text="chronic knee pain"), False, False),
        (code(CHRONIC_PAIN, text="chronic knee and back pain"), True, True),
        (code(CHRONIC_PAIN, text="chronic pain of both hips"), False, False),
    ],
)
def test_chronic_pain_is_a_reason_unless_another_site_is_named(
    concept: dict[str, Any], counts: bool, spine: bool
) -> None:
    (reason,) = reasons(reasonCode=[concept])
    assert ("chronic_pain_generic" in reason.concepts) is counts
    assert reason.spine is spine


def test_a_code_without_words_is_a_reason() -> None:
    (reason,) = reasons(reasonCode=[code((LOINC, "1-8"))])
    assert (reason.words, reason.concepts, reason.spine) == ((), {}, False)


def test_a_condition_that_is_the_reason_of_many_is_the_same_for_each() -> None:
    therapy = code((SNOMED, "91251008", "Physical therapy"))
    sessions = [
        resource("Procedure", therapy, status="completed", id=f"{n}", reasonReference=[{"reference": "Condition/disc"}])
        for n in range(3)
    ]
    found = chart(SLIPPED, *sessions).procedures
    assert [set(entry.reasons[0].concepts) for entry in found] == [{"disc_herniation"}] * 3
