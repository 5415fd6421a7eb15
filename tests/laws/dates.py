"""Dates as charts write them, near the edges of our windows and far from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.laws.drawing import number, once_in, pick

DAYS = (date(2026, 11, 22), date(2024, 2, 29), date(2025, 3, 1), date(2027, 1, 1))
# Our windows end here; the day before and the day after are what rules differ by.
EDGES = (0, 14, 28, 30, 42, 60, 84, 90, 120, 180, 300, 365)
LONG_AGO = 1500
FORMS = ("day",) * 6 + ("instant", "month", "year")


@dataclass(frozen=True, slots=True)
class Habits:
    """How the people who wrote the chart write dates.

    `partial`: also as a month or a year. `calendar_units`: also as ages, and in months and years of a calendar.
    """

    partial: bool = True
    calendar_units: bool = True


FREELY = Habits()
FULL_DATES = Habits(partial=False, calendar_units=False)


def ago(day: date, days: int) -> str:
    """The full date so many days before the day; after it where negative."""
    return (day - timedelta(days)).isoformat()


def days_ago(draw: st.DrawFn, most: int = LONG_AGO) -> int:
    """A number of days: beside an edge, within a year, or at most so many."""
    where = number(draw, 0, 3)
    if where == 0:
        return number(draw, 0, most)
    if where == 1:
        return max(0, pick(draw, EDGES) + pick(draw, (0, 1, -1)))
    return number(draw, 1, 364)


def written(draw: st.DrawFn, day: date, habits: Habits, most: int = LONG_AGO) -> str:
    """A date some days ago: mostly in full, sometimes with a time, or a month or a year alone."""
    return as_written(draw, ago(day, days_ago(draw, most)), habits)


def as_written(draw: st.DrawFn, full: str, habits: Habits) -> str:
    """The date in one of the forms of FHIR."""
    form = pick(draw, FORMS)
    if form == "instant":
        return f"{full}T09:30:00+02:00"
    if form == "day" or not habits.partial:
        return full
    return full[:7] if form == "month" else full[:4]


def period(draw: st.DrawFn, day: date, habits: Habits) -> dict[str, str]:
    """From a date to a later one, or without an end."""
    first = days_ago(draw)
    start = as_written(draw, ago(day, first), habits)
    if once_in(draw, 2):
        return {"start": start}
    return {"start": start, "end": as_written(draw, ago(day, first - number(draw, 0, 200)), habits)}
