"""Cardiovascular disease: major (row 6) or chronic (row 7); hypertension alone is neither (clinical-logic E, E17)."""

from __future__ import annotations

import pytest

from cds_service.findings.cardiovascular import cardiovascular_disease, ejection_fraction_caution
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import GIVEN, SNOMED, chart, condition, measured, on, written

EF = "left ventricular ejection fraction"
CHRONIC = condition("cardio_chronic", label="Heart failure", code="I50.22", onset=on(700), ref="Condition/hf")


@pytest.mark.parametrize(
    ("value", "state", "caution"),
    [(39.9, "present", False), (40.0, "absent", True), (49.9, "absent", True), (50.0, "absent", False)],
)
def test_ejection_fraction_decides(value: float, state: str, caution: bool) -> None:
    record = chart(measured(EF, value))
    risk = cardiovascular_disease(record, GIVEN)
    assert (risk.state, risk.major) == (state, state == "present")
    assert (risk.extreme, risk.modifiable) == (False, False)
    assert (ejection_fraction_caution(record, GIVEN) is not None) is caution


@pytest.mark.parametrize(("days", "state"), [(365, "present"), (366, "absent")])
def test_the_latest_ejection_fraction_of_a_year_counts(days: int, state: str) -> None:
    assert cardiovascular_disease(chart(measured(EF, 28.0, days)), GIVEN).state == state


def test_the_lowest_of_a_day_counts() -> None:
    assert cardiovascular_disease(chart(measured(EF, 45.0), measured(EF, 35.0)), GIVEN).major is True
    assert cardiovascular_disease(chart(measured(EF, 55.0, 5), measured(EF, 35.0, 6)), GIVEN).state == "absent"


def test_heart_failure_with_a_low_ejection_fraction_is_major_and_names_the_value() -> None:
    risk = cardiovascular_disease(chart(CHRONIC, measured(EF, 28.0, written("2026-07"))), GIVEN)
    assert (risk.state, risk.major, risk.extreme, risk.modifiable) == ("present", True, True, True)
    assert risk.brief == "EF 28 % (July 2026)"
    assert risk.value == {"severity": "major", "ejectionFraction": 28.0, "unit": "%", "date": "2026-07"}
    assert risk.sources == ("Observation/1", "Condition/hf")
    assert risk.because == risk.facts[0].text == "EF 28 % in July 2026"


def test_chronic_disease_is_a_factor_of_row_7_and_one_of_three() -> None:
    risk = cardiovascular_disease(chart(CHRONIC), GIVEN)
    assert (risk.state, risk.major, risk.extreme, risk.modifiable) == ("present", False, True, True)
    assert (risk.value, risk.brief) == ({"severity": "chronic"}, "heart failure")
    assert risk.because.startswith("heart failure since ")
    for value in (60.0, 40.0):
        assert cardiovascular_disease(chart(CHRONIC, measured(EF, value)), GIVEN).brief == risk.brief


def test_major_wins_over_chronic_in_one_entry() -> None:
    both = condition("cardio_major", "cardio_chronic", code="I20.0", onset=on(10))
    risk = cardiovascular_disease(chart(both), GIVEN)
    assert risk.brief == "cardio_major (12 Nov)"
    assert (risk.major, risk.extreme, len(risk.facts)) == (True, False, 1)


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (condition("cardio_major", code="I21.9", onset=on(40), ended=True), "present"),
        (condition("cardio_major", code="22298006", system=SNOMED, onset=on(40), ended=True), "present"),
        (condition("cardio_major", code="I63.9", onset=on(40), active=False), "present"),
        (condition("cardio_chronic", code="I21.9", onset=on(61), ended=True), "present"),
        (condition("cardio_chronic", code="434.91", onset=on(200), ended=True), "present"),
        (condition("cardio_major", code="I50.21", onset=on(40), ended=True), "absent"),
        (condition("cardio_major", code="I20.0", onset=on(40), ended=True), "absent"),
        (condition("cardio_chronic", code="I48.0", onset=on(40), ended=True), "absent"),
        (condition("cardio_chronic", code="410429000", system=SNOMED, ended=True), "absent"),
        (condition("cardio_major", code="I27.0", use="weak"), "absent"),
        (condition("hypertension", code="I10"), "absent"),
    ],
)
def test_an_infarction_or_stroke_counts_even_when_closed_other_disease_while_current(
    entry: Condition, state: str
) -> None:
    assert cardiovascular_disease(chart(entry), GIVEN).state == state


@pytest.mark.parametrize("key", ["conditions", "observations"])
def test_unknown_unless_both_keys_answered(key: str) -> None:
    risk = cardiovascular_disease(chart(unanswered=(key,)), GIVEN)  # type: ignore[arg-type]
    assert (risk.state, risk.major, risk.extreme, risk.modifiable) == ("unknown", None, None, None)
    assert key in risk.because
    chronic = cardiovascular_disease(chart(CHRONIC, unanswered=(key,)), GIVEN)  # type: ignore[arg-type]
    assert (chronic.state, chronic.major) == ("present", None)


def test_no_caution_without_a_value() -> None:
    assert ejection_fraction_caution(chart(), GIVEN) is None


def test_a_stenosis_that_decides_is_called_severe() -> None:
    risk = cardiovascular_disease(chart(condition("cardio_major", label="Aortic stenosis", onset=on(9))), GIVEN)
    assert risk.brief == "severe aortic stenosis (13 Nov)"
    assert risk.facts[0].text == "severe aortic stenosis since 13 November 2026"
    said = cardiovascular_disease(chart(condition("cardio_major", label="Severe aortic stenosis", onset=on(9))), GIVEN)
    assert (said.brief, said.facts) == (risk.brief, risk.facts)
