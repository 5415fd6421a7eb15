"""Only the patient's entries, each once (contract "Whose resource"; clinical-logic L "Duplicates")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.charts import ICD_10_CM, chart, code, condition, status

PAIN = code((ICD_10_CM, "M54.50"))
STENOSIS = code((ICD_10_CM, "M48.061"))
URL = "https://ehr.example/fhir/Patient/p-entry"


def pain(subject: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    return condition(PAIN, subject=subject, **fields)


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        {"display": "Jane"},
        {"reference": ""},
        {"reference": "Patient/p"},
        {"reference": "https://ehr.example/fhir/Patient/p"},
        {"reference": "Patient/p/_history/3"},
        {"reference": "https://ehr.example/fhir/Patient/p/_history/3"},
        {"reference": "urn:uuid:p"},
        {"reference": URL},
    ],
)
def test_the_patients_own(subject: dict[str, Any] | None) -> None:
    record = chart(pain(subject), patient_urls=frozenset({URL}))
    assert len(record.conditions) == 1
    assert record.oddities == ()


@pytest.mark.parametrize("reference", ["Patient/q", "Patient/pp", "Group/p", "urn:uuid:q", "https://x/Patient/q"])
def test_another_patients_entry_is_left_out_and_noted(reference: str) -> None:
    record = chart(pain({"reference": reference}), pain({"reference": "Patient/p"}, id="mine"))
    assert [entry.ref for entry in record.conditions] == ["Condition/mine"]
    assert record.oddities == ("1 Condition left out: of another patient, or of none",)


def test_foreign_entries_are_noted_once_each() -> None:
    other = {"reference": "Patient/q"}
    record = chart(pain(other), pain(other), pain(other, id=None), pain(other, id=None), pain(other, id="y"))
    assert record.oddities == ("3 Condition left out: of another patient, or of none",)


def versions(*metas: dict[str, Any]) -> list[dict[str, Any]]:
    codes = [PAIN, STENOSIS, code((ICD_10_CM, "M54.16"))]
    return [condition(code, meta=meta) for code, meta in zip(codes, metas, strict=False)]


@pytest.mark.parametrize(
    ("metas", "kept"),
    [
        (({"versionId": "2"}, {"versionId": "10"}), "spinal_stenosis"),
        (({"versionId": "2"}, {}), "spine_pain_back_neck"),
        (({"lastUpdated": "2026-01-01T00:00:00Z"}, {"lastUpdated": "2026-01-02T00:00:00Z"}), "spinal_stenosis"),
        (
            ({"lastUpdated": "2026-01-01T12:00:00Z"}, {"lastUpdated": "2026-01-01T13:00:00+02:00"}),
            "spine_pain_back_neck",
        ),
        (({"lastUpdated": "2026-01-02"}, {"lastUpdated": "2026-01-01"}), "spine_pain_back_neck"),
        (({"versionId": "a"}, {"versionId": "b", "lastUpdated": "2026-01-01"}), "spinal_stenosis"),
    ],
)
def test_of_one_id_the_highest_version_else_the_latest_update(metas: tuple[dict[str, Any], ...], kept: str) -> None:
    entries = versions(*metas)
    for order in (entries, entries[::-1]):
        (found,) = chart(*order).conditions
        assert set(found.concepts) == {kept}


def test_a_newer_version_entered_in_error_takes_the_entry_away() -> None:
    old = condition(PAIN, meta={"versionId": "1"})
    new = condition(PAIN, meta={"versionId": "2"}, verificationStatus=status("entered-in-error"))
    assert not chart(old, new).conditions


def test_two_that_say_the_same_of_themselves_are_one_in_any_order() -> None:
    one, other = condition(PAIN), condition(STENOSIS)
    assert len(chart(one, other).conditions) == 1
    assert chart(one, other) == chart(other, one)


def test_without_id_identical_content_is_one() -> None:
    nameless = condition(PAIN, id=None)
    assert len(chart(nameless, nameless).conditions) == 1
    assert len(chart(nameless, {**nameless, "recordedDate": "2026-01-01"}).conditions) == 2
    assert len(chart(nameless, condition(STENOSIS, id="a"), condition(PAIN, id="b")).conditions) == 3


def test_the_order_of_entries_means_nothing() -> None:
    entries = [
        condition(PAIN, id=None),
        condition(STENOSIS, id=None),
        condition(PAIN, id="b"),
        condition(STENOSIS, id="a", onsetDateTime="2030-01-01"),
        condition(PAIN, id="c", subject={"reference": "Patient/q"}),
    ]
    assert chart(*entries) == chart(*entries[::-1])
