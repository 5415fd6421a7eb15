"""Obesity: latest BMI of a year, else weight of 180 days over adult height squared, else coded (clinical-logic E)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.obesity import body_mass, obesity, weight_caution
from tests.findings.comorbid_charts import GIVEN, chart, condition, measured, on, written


@pytest.mark.parametrize(
    ("value", "state", "extreme", "caution"),
    [
        (29.99, "absent", False, False),
        (30.0, "absent", False, True),
        (34.9, "absent", False, True),
        (35.0, "present", False, False),
        (39.99, "present", False, False),
        (40.0, "present", True, False),
    ],
)
def test_bmi_decides(value: float, state: str, extreme: bool, caution: bool) -> None:
    record = chart(measured("BMI", value))
    risk = obesity(record, GIVEN)
    assert (risk.state, risk.extreme, risk.modifiable) == (state, extreme, state == "present")
    assert (weight_caution(record, GIVEN) is not None) is caution


def test_a_strict_site_counts_from_30() -> None:
    strict = replace(GIVEN, obesity_bmi=30.0)
    assert obesity(chart(measured("BMI", 30.0)), strict).state == "present"
    assert weight_caution(chart(measured("BMI", 30.0)), strict) is None


def test_the_summary_names_value_and_day() -> None:
    risk = obesity(chart(measured("BMI", 41.2, written("2026-10-01"))), GIVEN)
    assert (risk.brief, risk.because) == ("BMI 41.2 (1 Oct)", "BMI 41.2 on 1 October 2026")
    assert risk.value == {"bmi": 41.2, "unit": "kg/m2", "date": "2026-10-01"}


@pytest.mark.parametrize(("days", "state"), [(365, "present"), (366, "unknown")])
def test_a_bmi_is_read_for_a_year(days: int, state: str) -> None:
    assert obesity(chart(measured("BMI", 36.0, days)), GIVEN).state == state


@pytest.mark.parametrize("value", [9.99, 100.01])
def test_an_impossible_bmi_is_rejected(value: float) -> None:
    assert obesity(chart(measured("BMI", value)), GIVEN).because == "no BMI within 365 days"


@pytest.mark.parametrize("value", [10.0, 100.0])
def test_the_bounds_of_the_possible_count(value: float) -> None:
    assert body_mass(chart(measured("BMI", value)), GIVEN) is not None


@pytest.mark.parametrize(("days", "state"), [(180, "present"), (181, "unknown")])
def test_weight_is_read_for_180_days_and_height_for_ever(days: int, state: str) -> None:
    record = chart(measured("body weight", 120.0, days, "Observation/w"), measured("body height", 1.7, 5000))
    risk = obesity(record, GIVEN)
    assert risk.state == state
    assert risk.sources == (("Observation/w", "Observation/1") if state == "present" else ())


def test_the_higher_bmi_of_a_day_counts() -> None:
    for values in ((34.0, 36.0), (36.0, 34.0)):
        assert obesity(chart(*(measured("BMI", value) for value in values)), GIVEN).state == "present"


def test_a_measured_bmi_decides_though_observations_came_in_part() -> None:
    record = chart(measured("BMI", 32.0), unanswered=("observations",))
    assert obesity(record, GIVEN).state == "absent"


def test_a_code_of_35_or_more_decides_though_observations_were_not_checked() -> None:
    for code, state in (("Z68.35", "present"), ("E66.9", "unknown")):
        record = chart(condition("obesity", code=code), unanswered=("observations",))
        assert obesity(record, GIVEN).state == state


def test_a_measured_bmi_outranks_weight() -> None:
    record = chart(measured("BMI", 28.0, 300), measured("body weight", 120.0), measured("body height", 1.7))
    assert obesity(record, GIVEN).state == "absent"


def test_the_worse_of_a_day_is_the_higher_weight_and_the_lower_height() -> None:
    record = chart(
        *(measured("body weight", kg) for kg in (90.0, 100.0)), *(measured("body height", m) for m in (1.6, 1.7))
    )
    mass = body_mass(record, GIVEN)
    assert mass is not None and mass.value == pytest.approx(39.0625)


@pytest.mark.parametrize(
    ("kilograms", "metres", "state"),
    [(40.0, 1.0, "present"), (27.0, 0.9, "absent"), (40.0, 2.0, "absent"), (400.0, 2.0, "present")],
)
def test_a_short_adult_and_the_bounds_of_the_possible_are_computed(kilograms: float, metres: float, state: str) -> None:
    record = chart(measured("body weight", kilograms), measured("body height", metres))
    assert obesity(record, GIVEN).state == state


@pytest.mark.parametrize(("kilograms", "metres"), [(1000.0, 1.7), (20.0, 1.7), (80.0, 0.0), (80.0, None), (None, 1.7)])
def test_an_impossible_or_incomplete_pair_is_rejected(kilograms: float | None, metres: float | None) -> None:
    record = chart(measured("body weight", kilograms), measured("body height", metres))
    assert obesity(record, GIVEN).state == "unknown"


def test_only_adult_height_counts_and_unknown_birth_is_adult() -> None:
    weight, height = measured("body weight", 120.0), measured("body height", 1.7, written("2020-01-01"))
    assert obesity(chart(weight, height, born=written("2002-01-02")), GIVEN).state == "unknown"
    assert obesity(chart(weight, height, born=written("2002-01-01")), GIVEN).state == "present"
    assert obesity(chart(weight, height, born=None), GIVEN).state == "present"
    assert obesity(chart(weight, measured("body height", 1.7, None)), GIVEN).state == "unknown"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("Z68.41", 40.0),
        ("E66.813", 40.0),
        ("E66.01", 40.0),
        ("278.01", 40.0),
        ("V85.4", 40.0),
        ("V85.41", 40.0),
        ("408512008", 40.0),
        ("238136002", 40.0),
        ("Z68.35", 35.0),
        ("V85.39", 35.0),
        ("E66.812", 35.0),
        ("83911000119104", 35.0),
        ("Z68.34", 30.0),
        ("E66.9", 30.0),
        ("V85.30", 30.0),
        ("162864005", 30.0),
    ],
)
def test_codes_name_a_class(code: str, value: float) -> None:
    record = chart(condition("obesity", code=code))
    mass, risk = body_mass(record, GIVEN), obesity(record, GIVEN)
    assert mass is not None and mass.value == value
    assert risk.state == ("absent" if value == 30.0 else "present")
    assert risk.extreme is (value == 40.0)
    assert risk.value == {"bmiAtLeast": value, "unit": "kg/m2"}
    assert (weight_caution(record, GIVEN) is not None) is (value == 30.0)


def test_the_heaviest_coded_class_counts_and_a_measured_value_outranks_it() -> None:
    coded = condition("obesity", code="E66.9", ref="a"), condition("obesity", code="Z68.41", ref="b", onset=on(9))
    risk = obesity(chart(*coded), GIVEN)
    assert (risk.extreme, risk.sources, risk.brief) == (True, ("b",), "BMI 40 or more by code")
    assert obesity(chart(*coded, measured("BMI", 31.0)), GIVEN).state == "absent"


def test_a_code_that_is_over_does_not_count() -> None:
    assert obesity(chart(condition("obesity", code="Z68.41", ended=True)), GIVEN).state == "unknown"


def test_unknown_names_what_was_not_answered() -> None:
    risk = obesity(chart(unanswered=("observations",)), GIVEN)
    assert (risk.state, risk.because, risk.extreme, risk.modifiable) == (
        "unknown",
        "BMI was not checked",
        None,
        None,
    )
    light = chart(condition("obesity", code="E66.9"), unanswered=("observations",))
    assert obesity(light, GIVEN).state == "unknown"
    heavy = chart(condition("obesity", code="E66.813"), unanswered=("observations",))
    assert obesity(heavy, GIVEN).state == "present"


def test_a_preliminary_weight_is_said() -> None:
    record = chart(measured("body weight", 120.0, preliminary=True), measured("body height", 1.7))
    assert "(preliminary)" in obesity(record, GIVEN).because
