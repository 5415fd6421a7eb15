"""Dates, spans and names, as a card says them."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.findings.words import (
    as_in_a_sentence,
    day_in_words,
    days_in_words,
    range_in_words,
    short_day_in_words,
    since_in_words,
    span_in_words,
)
from cds_service.record.dates import DateRange, DayCount, read_date


def test_a_day_is_said_in_full_and_in_a_summary_short() -> None:
    assert day_in_words(date(2026, 5, 10)) == "10 May 2026"
    assert day_in_words(date(2026, 10, 2)) == "2 October 2026"
    assert short_day_in_words(date(2026, 10, 2)) == "2 Oct"


@pytest.mark.parametrize("text, said", [("2026-05-10", "10 May 2026"), ("2026-03", "March 2026"), ("2026", "2026")])
def test_a_date_is_said_as_it_was_written(text: str, said: str) -> None:
    when = read_date(text)
    assert when is not None
    assert range_in_words(when) == said
    assert since_in_words(when) == f"since {said}"


@pytest.mark.parametrize(
    "first, last, said",
    [
        (date(2026, 11, 1), date(2026, 11, 22), "November 2026"),
        (date(2026, 1, 1), date(2026, 11, 22), "2026"),
        (date(2026, 5, 3), date(2026, 5, 20), "2026"),
        (date(2020, 6, 3), date(2021, 6, 2), "2020 or 2021"),
        (date(2020, 6, 3), date(2023, 6, 2), "2020 to 2023"),
    ],
)
def test_a_month_or_year_cut_at_the_day_and_an_age_never_tell_a_birthday(first: date, last: date, said: str) -> None:
    assert range_in_words(DateRange(first, last)) == said


@pytest.mark.parametrize(
    "days, said",
    [
        (0, "0 days"),
        (1, "1 day"),
        (13, "13 days"),
        (14, "2 weeks"),
        (196, "28 weeks"),
        (364, "52 weeks"),
        (365, "1 year"),
        (425, "1 year 1 month"),
        (426, "1 year 2 months"),
        (730, "2 years"),
    ],
)
def test_a_number_of_days_in_its_largest_unit(days: int, said: str) -> None:
    assert days_in_words(days) == said


@pytest.mark.parametrize(
    "least, most, said",
    [
        (196, 196, "28 weeks"),
        (196, 198, "28 weeks"),
        (231, 266, "33 to 38 weeks"),
        (1, 5, "1 to 5 days"),
        (5, 28, "5 days to 4 weeks"),
        (300, 800, "42 weeks to 2 years 2 months"),
        (196, None, "at least 28 weeks"),
        (0, 325, "up to 46 weeks"),
        (0, 0, "0 days"),
    ],
)
def test_a_span_tells_both_bounds(least: int, most: int | None, said: str) -> None:
    assert span_in_words(DayCount(least, most)) == said


@pytest.mark.parametrize(
    "label, said",
    [
        ("Low back pain", "low back pain"),
        ("MRI lumbar spine", "MRI lumbar spine"),
        ("X-ray of spine", "X-ray of spine"),
        ("Schmorl nodes", "Schmorl nodes"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence(label: str, said: str) -> None:
    assert as_in_a_sentence(label) == said
