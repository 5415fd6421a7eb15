"""What a record answers about itself."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.record.dates import DateRange
from cds_service.record.patient import (
    Answer,
    Condition,
    End,
    Match,
    Observation,
    PatientRecord,
    Procedure,
    Report,
    Use,
)

DAY = date(2026, 11, 22)


@pytest.mark.parametrize("kind", [Condition, Procedure, Report])
@pytest.mark.parametrize(("use", "counts"), [("full", True), ("weak", False), ("history", False), (None, False)])
def test_only_a_full_match_counts(kind: type[Condition | Procedure | Report], use: Use | None, counts: bool) -> None:
    entry = kind(concepts={"a": Match(use, "A")} if use else {"b": Match("full", "B")})
    assert entry.counts_for("a") is counts


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        (Condition(), True),
        (Condition(active=False), False),
        (Condition(end=End()), False),
        (Condition(end=End(DateRange(DAY, DAY))), False),
    ],
)
def test_open_is_active_and_not_over(condition: Condition, is_open: bool) -> None:
    assert condition.open is is_open


def test_conditions_by_value_set_whatever_their_use() -> None:
    match = Match("weak", "A")
    first, second = Condition("1", {"a": match}), Condition("2", {"a": match, "b": match})
    record = PatientRecord(DAY, conditions=(first, second, Condition("3")))
    assert record.conditions_in("a") == (first, second)
    assert record.conditions_in("b") == (second,)
    assert record.conditions_in("c") == ()
    assert record.in_any(frozenset({"b", "c"}))
    assert not record.in_any(frozenset({"c"}))
    assert not PatientRecord(DAY).in_any(frozenset({"a"}))


def test_observations_by_what_was_measured() -> None:
    first, second, other = Observation("1", "BMI"), Observation("2", "BMI"), Observation("3", "eGFR")
    record = PatientRecord(DAY, observations=(first, other, second))
    assert record.measured("BMI") == (first, second)
    assert record.measured("eGFR") == (other,)
    assert record.measured("HbA1c") == ()


@pytest.mark.parametrize(
    ("answer", "answered"),
    [(Answer.ANSWERED, True), (Answer.INCOMPLETE, False), (Answer.UNANSWERED, False), (None, False)],
)
def test_answered_is_answered_whole_and_either_medication_key_suffices(answer: Answer | None, answered: bool) -> None:
    for key in ("medicationStatements", "medicationRequests"):
        record = PatientRecord(DAY, answers={key: answer} if answer else {})
        assert record.medications_answered is answered
    assert PatientRecord(DAY, answers={"conditions": answer} if answer else {}).answered("conditions") is answered
