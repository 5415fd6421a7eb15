"""The latest value is by day; on one day the worse for the patient; never later than the day (clinical-logic L)."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.findings.age import has_reached
from cds_service.findings.latest import Reading, latest
from cds_service.findings.on_record import (
    dates_better,
    day_of,
    entry_in_brief,
    entry_in_words,
    in_order,
    number_in_words,
    refs,
    when_as_written,
    when_in_brief,
    when_in_words,
)
from cds_service.record.dates import DateRange
from tests.findings.comorbid_charts import DAY, chart, condition, measured, on, written


def test_the_latest_is_by_day_whatever_the_order() -> None:
    old, new = measured("HbA1c", 9.0, 20, "Observation/a"), measured("HbA1c", 7.0, 10, "Observation/b")
    for record in (chart(old, new), chart(new, old), chart(old, new, new, old)):
        reading = latest(record, "HbA1c", "higher")
        assert reading is not None
        assert (reading.value, reading.sources, reading.age(DAY)) == (7.0, ("Observation/b",), 10)


@pytest.mark.parametrize(("worse", "value"), [("higher", 9.0), ("lower", 7.0)])
def test_on_one_day_the_worse_counts(worse: str, value: float) -> None:
    record = chart(measured("x", 9.0), measured("x", 7.0))
    reading = latest(record, "x", "higher" if worse == "higher" else "lower")
    assert reading is not None and reading.value == value


@pytest.mark.parametrize(
    "entry",
    [
        measured("x", None),
        measured("x", 5.0, None),
        measured("x", 5.0, -1),
        measured("y", 5.0),
        measured("x", 5.0, 31),
        measured("x", 500.0),
        measured("x", -1.0),
    ],
)
def test_what_cannot_be_used_is_passed_over(entry: object) -> None:
    good = measured("x", 6.0, 30)
    reading = latest(chart(good, entry), "x", "higher", 30, (0.0, 100.0))  # type: ignore[arg-type]
    assert reading is not None and reading.value == 6.0


def test_a_month_counts_as_its_last_possible_day_but_no_later_than_today() -> None:
    assert day_of(written("2026-07"), DAY) == date(2026, 7, 31)
    assert day_of(written("2026-11"), DAY) == DAY
    assert day_of(written("2026-12"), DAY) is None
    assert day_of(None, DAY) is None


def test_words_of_a_reading() -> None:
    reading = latest(chart(measured("x", 9.4, written("2026-10-02"), preliminary=True)), "x", "higher")
    assert reading is not None
    assert reading.words("HbA1c", "%") == "HbA1c 9.4 % on 2 October 2026 (preliminary)"
    assert reading.brief("HbA1c", "%", DAY) == "HbA1c 9.4 % (2 Oct)"
    assert reading.as_value("hba1c", "%") == {"hba1c": 9.4, "unit": "%", "date": "2026-10-02"}
    weighed = latest(chart(measured("x", 3.4567)), "x", "lower")
    assert weighed is not None
    assert weighed.named("albumin", "g/dL") == "albumin 3.46 g/dL"
    assert weighed.as_value("albumin", "g/dL") == {"albumin": 3.46, "unit": "g/dL", "date": "2026-11-12"}
    in_july = latest(chart(measured("x", 28.0, written("2026-07"))), "x", "lower")
    assert in_july is not None
    assert in_july.fact("EF", "%").text == "EF 28 % in July 2026"


@pytest.mark.parametrize(
    ("when", "long", "brief", "plain"),
    [
        ("2026-10-02", "2 October 2026", "2 Oct", "2026-10-02"),
        ("2025-10-02", "2 October 2025", "2 October 2025", "2025-10-02"),
        ("2026-10", "October 2026", "October 2026", "2026-10"),
        ("2026", "2026", "2026", "2026"),
    ],
)
def test_dates_are_as_exact_as_written(when: str, long: str, brief: str, plain: str) -> None:
    days = written(when)
    assert (when_in_words(days), when_in_brief(days, DAY), when_as_written(days)) == (long, brief, plain)


@pytest.mark.parametrize(
    ("fine", "vague", "better"),
    [
        ("2026-05-10", "2026-05", True),
        ("2026-05-01", "2026-05", True),
        ("2026-05-31", "2026-05", True),
        ("2026-05", "2026", True),
        ("2026-01", "2026", True),
        ("2026-04-30", "2026-05", False),
        ("2026-06-01", "2026-05", False),
        ("2026-05", "2026-05", False),
        ("2026-05", "2026-05-10", False),
    ],
)
def test_a_date_within_another_dates_it_better(fine: str, vague: str, better: bool) -> None:
    assert dates_better(written(fine), written(vague)) is better
    assert not dates_better(None, written(vague)) and not dates_better(written(fine), None)


def test_an_undated_entry_says_so() -> None:
    assert when_in_words(None) == when_in_brief(None, DAY) == "undated"
    assert entry_in_words(condition("x", label="Sepsis"), "x") == "sepsis, undated"


def test_an_entry_says_since_when_or_when_recorded_and_its_doubt() -> None:
    assert entry_in_words(condition("x", label="Sepsis", onset=on(1)), "x") == "sepsis since 21 November 2026"
    doubted = condition("x", label="Sepsis", recorded=on(1), unconfirmed=True)
    assert entry_in_words(doubted, "x") == "sepsis, recorded 21 November 2026 (unconfirmed)"


def test_an_entry_in_brief() -> None:
    assert entry_in_brief(condition("x", label="Sepsis"), "x", DAY) == "sepsis"
    assert entry_in_brief(condition("x", label="Sepsis", recorded=on(1)), "x", DAY) == "sepsis (21 Nov)"


def test_numbers_have_no_idle_noughts() -> None:
    assert [number_in_words(n) for n in (9.4, 28.0, 41.2345, -2.5)] == ["9.4", "28", "41.23", "-2.5"]


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (7.96, 1, "7.96"),
        (7.94, 1, "7.9"),
        (7.996, 1, "7.996"),
        (7.99999, 1, "7.9"),
        (8.04, 1, "8"),
        (7.46, 1, "7.46"),
        (7.56, 1, "7.6"),
        (39.96, 1, "39.96"),
        (34.999999, 1, "34.9"),
        (39.996, 2, "39.996"),
        (-2.496, 2, "-2.496"),
        (-2.504, 2, "-2.5"),
        (-2.499999, 2, "-2.49"),
    ],
)
def test_no_number_is_shown_as_a_limit_it_falls_short_of(value: float, decimals: int, shown: str) -> None:
    assert number_in_words(value, decimals) == shown


def test_the_extension_tells_the_same_number() -> None:
    day = date(2026, 10, 2)
    reading = Reading(7.996, day, DateRange(day, day))
    assert reading.named("HbA1c", "%") == "HbA1c 7.996 %"
    assert reading.as_value("hba1c", "%") == {"hba1c": 7.996, "unit": "%", "date": "2026-10-02"}


def test_entries_are_ordered_newest_first_and_listed_once() -> None:
    old, new, undated = condition(ref="b", onset=on(9)), condition(ref="c", recorded=on(1)), condition(ref="a")
    later = condition(ref="d", onset=on(9), recorded=on(1))
    assert in_order([undated, later, old, new]) == (new, old, later, undated)
    assert in_order([old, new]) == (new, old)
    assert refs(old, new, old, condition(ref="")) == ("b", "c")


@pytest.mark.parametrize(
    ("born", "day", "grown"),
    [
        ("2008-11-22", DAY, True),
        ("2008-11-23", DAY, False),
        ("2008-11", DAY, False),
        ("2008-10", DAY, True),
        ("2008", DAY, False),
        ("2008-02-29", date(2026, 2, 27), False),
        ("2008-02-29", date(2026, 2, 28), True),
        ("9999-01-01", DAY, False),
    ],
)
def test_age_by_calendar_years_the_youngest_possible(born: str, day: date, grown: bool) -> None:
    assert has_reached(written(born), 18, day) is grown


def test_age_without_birth_date_is_unknown() -> None:
    assert has_reached(None, 18, DAY) is None


def test_hba1c_and_bmi_have_one_decimal_in_words() -> None:
    reading = latest(chart(measured("x", 36.66)), "x", "higher")
    assert reading is not None
    assert reading.named("BMI", "") == "BMI 36.7"
    assert reading.named("T-score", "") == "T-score 36.66"


def test_an_event_is_on_a_day_not_since_it() -> None:
    stroke = condition("cardio_major", label="Ischaemic stroke", onset=written("2026-11-01"))
    assert entry_in_words(stroke, "cardio_major") == "ischaemic stroke on 1 November 2026"
    stroke = condition("cardio_major", label="Ischaemic stroke", onset=written("2026-10"))
    assert entry_in_words(stroke, "cardio_major") == "ischaemic stroke in October 2026"
