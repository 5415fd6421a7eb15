"""Diabetes: HbA1c of at most 365 days decides; else a code of at most 365 days; else unknown (clinical-logic E)."""

from __future__ import annotations

import pytest

from cds_service.findings.caution import Caution
from cds_service.findings.diabetes import diabetes_caution, uncontrolled_diabetes
from cds_service.findings.risk import Risk
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import GIVEN, chart, condition, measured, on, written

DIABETES = condition("diabetes", label="Type 2 diabetes", code="E11.9", onset=on(900))
UNCONTROLLED = condition(
    "diabetes", "diabetes_uncontrolled", label="Diabetes with hyperglycaemia", recorded=on(100), ref="Condition/u"
)
GESTATIONAL = condition("diabetes", "diabetes_exclusions", "diabetes_uncontrolled")


@pytest.mark.parametrize(
    ("value", "listed", "state", "caution"),
    [
        (8.0, False, "present", None),
        (8.0, True, "present", None),
        (7.99, True, "absent", "hba1c-near-threshold"),
        (7.99, False, "absent", "diabetes-not-listed"),
        (7.5, True, "absent", "hba1c-near-threshold"),
        (7.49, True, "absent", None),
        (6.5, False, "absent", "diabetes-not-listed"),
        (6.49, False, "absent", None),
        (6.5, True, "absent", None),
    ],
)
def test_hba1c_decides(value: float, listed: bool, state: str, caution: str | None) -> None:
    record = chart(measured("HbA1c", value), *([DIABETES] if listed else []))
    risk, said = uncontrolled_diabetes(record, GIVEN), diabetes_caution(record, GIVEN)
    assert risk.state == state
    assert (risk.extreme, risk.modifiable, risk.major) == (state == "present", state == "present", False)
    assert risk.brief == (f"HbA1c {value:g} % (12 Nov)" if state == "present" else "")
    assert (said.id if said else None) == caution


def test_the_summary_names_value_and_day() -> None:
    risk = uncontrolled_diabetes(chart(measured("HbA1c", 9.4, written("2026-10-02"), "Observation/x")), GIVEN)
    assert risk.brief == "HbA1c 9.4 % (2 Oct)"
    assert risk.value == {"hba1c": 9.4, "unit": "%", "date": "2026-10-02"}
    assert risk.because == "HbA1c 9.4 % on 2 October 2026"
    assert risk.sources == ("Observation/x",)


@pytest.mark.parametrize(("days", "state"), [(365, "present"), (366, "unknown")])
def test_a_value_is_read_for_a_year(days: int, state: str) -> None:
    assert uncontrolled_diabetes(chart(DIABETES, measured("HbA1c", 9.0, days)), GIVEN).state == state


@pytest.mark.parametrize(("days", "said"), [(180, False), (181, True)])
def test_an_older_value_says_so(days: int, said: bool) -> None:
    risk = uncontrolled_diabetes(chart(measured("HbA1c", 9.0, days)), GIVEN)
    assert ("more than 180 days ago" in risk.because) is said


def test_the_highest_of_a_day_counts() -> None:
    record = chart(measured("HbA1c", 7.0), measured("HbA1c", 8.1))
    assert uncontrolled_diabetes(record, GIVEN).state == "present"


def test_a_code_decides_where_there_is_no_value_but_row_6_asks_for_the_value() -> None:
    risk = uncontrolled_diabetes(chart(UNCONTROLLED), GIVEN)
    assert (risk.state, risk.modifiable, risk.extreme) == ("present", True, None)
    assert risk.value == {"coded": "Diabetes with hyperglycaemia"}
    assert risk.brief == "diabetes coded as uncontrolled"
    assert (risk.id, risk.sources) == ("uncontrolled-diabetes", ("Condition/u",))
    assert risk.because == "diabetes with hyperglycaemia, recorded 14 August 2026"
    assert diabetes_caution(chart(UNCONTROLLED), GIVEN) is None


def test_a_code_of_bad_control_names_diabetes_by_itself() -> None:
    record = chart(condition("diabetes_uncontrolled", recorded=on(100)))
    assert uncontrolled_diabetes(record, GIVEN).state == "present"
    assert diabetes_caution(chart(*record.conditions, measured("HbA1c", 7.5)), GIVEN).id == "hba1c-near-threshold"  # type: ignore[union-attr]


def test_a_newer_value_below_the_threshold_overrides_a_code() -> None:
    assert uncontrolled_diabetes(chart(UNCONTROLLED, measured("HbA1c", 6.7)), GIVEN).state == "absent"


@pytest.mark.parametrize(
    "entry",
    [
        condition("diabetes", "diabetes_uncontrolled", ended=True),
        condition("diabetes", "diabetes_uncontrolled", use="weak"),
        GESTATIONAL,
    ],
)
def test_diabetes_that_is_over_weak_or_of_pregnancy_is_none(entry: Condition) -> None:
    record = chart(entry)
    assert uncontrolled_diabetes(record, GIVEN).state == "absent"
    assert diabetes_caution(record, GIVEN) is None
    assert diabetes_caution(chart(entry, measured("HbA1c", 7.5)), GIVEN).id == "diabetes-not-listed"  # type: ignore[union-attr]


def test_diabetes_without_value_or_code_is_unknown_and_a_caution() -> None:
    risk, said = uncontrolled_diabetes(chart(DIABETES), GIVEN), diabetes_caution(chart(DIABETES), GIVEN)
    assert (risk.state, risk.extreme, risk.modifiable) == ("unknown", None, None)
    assert (risk.id, risk.because) == ("uncontrolled-diabetes", "diabetes without an HbA1c within 365 days")
    assert [fact.text for fact in risk.facts] == ["type 2 diabetes since 5 June 2024"]
    text = "Diabetes, control unknown: measure HbA1c"
    assert said == Caution("diabetes-control-unknown", text, ("Condition/1",))


def test_no_diabetes_and_no_value_is_absent_when_both_keys_answered() -> None:
    assert uncontrolled_diabetes(chart(), GIVEN) == Risk(
        "uncontrolled-diabetes", "absent", because="no diabetes on record"
    )
    assert uncontrolled_diabetes(chart(unanswered=("observations",)), GIVEN).because == "HbA1c was not checked"
    assert uncontrolled_diabetes(chart(unanswered=("conditions",)), GIVEN).because == "conditions are incomplete"
    answered = chart(measured("HbA1c", 6.0), unanswered=("conditions",))
    assert uncontrolled_diabetes(answered, GIVEN).state == "absent"
