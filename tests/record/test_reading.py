"""The whole record: the patient's own dates, and what was supplied carried through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.record.dates import DateRange
from cds_service.record.patient import Answer
from tests.record.charts import CPT, ICD_10_CM, SNOMED, chart, code, condition, resource


def patient(**fields: Any) -> dict[str, Any]:
    return resource("Patient", None, **({"id": "p"} | fields))


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("1970-06-10", DateRange(date(1970, 6, 10), date(1970, 6, 10))),
        ("1970", DateRange(date(1970, 1, 1), date(1970, 12, 31))),
        (None, None),
        ("", None),
        ("unknown", None),
        ("2026-11-23", None),
    ],
)
def test_the_birth_date(written: str | None, born: DateRange | None) -> None:
    record = chart(patient(birthDate=written))
    assert record.born == born
    odd = bool(written) and born is None
    assert record.oddities == (("1 Patient with a birthDate that cannot be used",) if odd else ())


@pytest.mark.parametrize(
    ("fields", "deceased"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-11-22T10:00:00Z"}, True),
        ({"deceasedDateTime": "2026-11-23"}, False),
        ({"deceasedDateTime": "2026"}, True),
        ({"deceasedDateTime": "last year"}, True),
    ],
)
def test_death(fields: dict[str, Any], deceased: bool) -> None:
    assert chart(patient(**fields)).deceased is deceased


def test_answers_and_earlier_oddities_are_carried_through() -> None:
    record = chart(answered=("patient", "conditions"), oddities=("1 Condition skipped: code is not an object",))
    assert record.answered("conditions")
    assert record.answers["procedures"] is Answer.UNANSWERED
    assert record.oddities == ("1 Condition skipped: code is not an object",)


def test_a_patient_without_id_has_the_entries_of_nobody_else() -> None:
    record = chart(patient(id=None), condition(code((ICD_10_CM, "M54.50"))))
    assert len(record.conditions) == 1


def test_entries_of_every_kind_arrive() -> None:
    record = chart(
        patient(birthDate="1970-06-10"),
        condition(code((ICD_10_CM, "M54.50"))),
        resource("Procedure", code((CPT, "63047")), status="completed", performedDateTime="2024-05-10"),
        resource("ServiceRequest", code((SNOMED, "308482002")), status="active", intent="order"),
        resource("DiagnosticReport", code((CPT, "72141")), status="final"),
        resource(
            "MedicationStatement",
            None,
            status="active",
            effectiveDateTime="2026-11-01",
            medicationCodeableConcept=code(text="ibuprofen 400 mg tablet"),
        ),
    )
    counts = (record.conditions, record.procedures, record.referrals, record.reports, record.drugs)
    assert [len(entries) for entries in counts] == [1, 1, 1, 1, 1]
