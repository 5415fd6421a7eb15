"""FHIR dates as days: whole, partial, impossible; ages; onset words."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.record.dates import (
    DateRange,
    at_age,
    days_later,
    has_turned,
    months_later,
    read_date,
    read_onset_words,
)
from cds_service.wire.fhir import Quantity


def days(first: str, last: str | None = None) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-09", days("2026-03-09")),
        ("2026-03-09T23:30:00-05:00", days("2026-03-09")),
        ("2026-03-09T00:30:00.000+13:00", days("2026-03-09")),
        ("2026-03", days("2026-03-01", "2026-03-31")),
        ("2024-02", days("2024-02-01", "2024-02-29")),
        ("2026-12", days("2026-12-01", "2026-12-31")),
        ("2026", days("2026-01-01", "2026-12-31")),
        ("0001", days("0001-01-01", "0001-12-31")),
        ("9999-12-31", days("9999-12-31")),
    ],
)
def test_a_date_is_the_calendar_days_it_may_mean(text: str, meant: DateRange) -> None:
    assert read_date(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2026-02-30",
        "2026-13-01",
        "2026-13",
        "2026-00",
        "0000",
        "0000-01-01",
        "26",
        "March 2026",
        "2026-3-1",
        "20260309",
        "2026/03/09",
        "unknown-date",
        "\uff12\uff10\uff12\uff16-03-09",
        "\uff12\uff10\uff12\uff16",
        "\ud800026-03-09",
    ],
)
def test_an_impossible_or_unreadable_date_is_none(text: str | None) -> None:
    assert read_date(text) is None


def test_only_a_full_date_is_exact() -> None:
    assert days("2026-03-09").exact
    assert not days("2026-03-01", "2026-03-31").exact


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("9999-12-01", 1, None),
        ("0001-01-01", -1, None),
    ],
)
def test_months_are_cut_to_the_months_end(day: str, months: int, later: str | None) -> None:
    assert months_later(date.fromisoformat(day), months) == (date.fromisoformat(later) if later else None)


def test_days_outside_the_calendar_are_none() -> None:
    assert days_later(date(9999, 12, 31), 1) is None
    assert days_later(date(2026, 3, 1), -1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("age", "meant"),
    [
        (Quantity(45, code="a"), days("2015-06-10", "2016-06-09")),
        (Quantity(45.9, unit="years"), days("2015-06-10", "2016-06-09")),
        (Quantity(2, code="mo"), days("1970-08-10", "1970-09-09")),
        (Quantity(2, code="wk"), days("1970-06-24", "1970-06-30")),
        (Quantity(3, unit="{days}"), days("1970-06-13")),
        (Quantity(30, code="h"), days("1970-06-11")),
        (Quantity(1500, code="min"), days("1970-06-11")),
        (Quantity(45, code="x", unit="yr"), days("2015-06-10", "2016-06-09")),
        (Quantity(45), None),
        (Quantity(None, code="a"), None),
        (Quantity(45, code="a", comparator=">"), None),
        (Quantity(-1, code="a"), None),
        (Quantity(float("nan"), code="a"), None),
        (Quantity(9000, code="a"), None),
        (Quantity(1e30, code="a"), None),
    ],
)
def test_an_age_is_the_unit_of_days_from_that_birthday(age: Quantity, meant: DateRange | None) -> None:
    assert at_age(days("1970-06-10"), age) == meant


def test_an_age_with_a_partial_or_no_birth_date() -> None:
    born = days("1970-01-01", "1970-12-31")
    assert at_age(born, Quantity(40, code="a")) == days("2010-01-01", "2011-12-30")
    assert at_age(None, Quantity(40, code="a")) is None


def test_ages_from_to() -> None:
    low, high = Quantity(40, code="a"), Quantity(42, code="a")
    born = days("1970-06-10")
    assert at_age(born, low, high) == days("2010-06-10", "2013-06-09")
    assert at_age(born, None, high) == days("2012-06-10", "2013-06-09")
    assert at_age(born, low, None) == days("2010-06-10", "2011-06-09")
    assert at_age(born, None, None) is None
    assert at_age(born, low, Quantity(42)) is None


def test_an_age_at_the_end_of_the_calendar_is_none() -> None:
    assert at_age(days("9990-01-01"), Quantity(20, code="a")) is None


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (days("2008-11-22"), 18),
        (days("2008-11-23"), 17),
        (days("2008-11-01", "2008-11-30"), 17),
        (days("2008-01-01", "2008-12-31"), 17),
        (days("2007-01-01", "2007-12-31"), 18),
    ],
)
def test_a_partial_birth_date_means_the_youngest_possible_age(born: DateRange, years: int) -> None:
    assert has_turned(born, years, date(2026, 11, 22))
    assert not has_turned(born, years + 1, date(2026, 11, 22))


@pytest.mark.parametrize(("day", "grown"), [(date(2026, 2, 27), False), (date(2026, 2, 28), True)])
def test_who_was_born_on_29_february_has_the_birthday_on_the_28th(day: date, grown: bool) -> None:
    assert has_turned(days("2008-02-29"), 18, day) is grown


def test_no_birthday_lies_beyond_the_calendar() -> None:
    assert not has_turned(days("9990-01-01"), 18, date.max)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3 days ago", days("2026-11-19")),
        ("1 day", days("2026-11-21")),
        ("2 weeks ago", days("2026-11-08")),
        ("6 Months", days("2026-05-22")),
        ("for 2 years", days("2024-11-22")),
        ("since 2019", days("2019-01-01", "2019-12-31")),
        ("since 2019-04", days("2019-04-01", "2019-04-30")),
        ("2019-04-03.", days("2019-04-03")),
        (" 2019 ", days("2019-01-01", "2019-12-31")),
        ("many years", None),
        ("childhood", None),
        ("2019-13", None),
        ("99999 years ago", None),
        ("3 days ago, after a fall", None),
        ("3 days ago" + " " * 100 + "x", None),
    ],
)
def test_onset_words(text: str, meant: DateRange | None) -> None:
    assert read_onset_words(text, days("2026-11-22")) == meant


def test_words_said_in_a_month_count_back_from_all_of_it() -> None:
    said_on = days("2026-03-01", "2026-03-31")
    assert read_onset_words("1 month ago", said_on) == days("2026-02-01", "2026-02-28")
