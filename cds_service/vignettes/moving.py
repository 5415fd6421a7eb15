"""Dates of a vignette on another day: all are moved alike, and a month or a year alone stays one.

A month or year becomes the one that its middle falls in after the move, so an interval is never off by more than
half a month or year. Ages are not moved: a birthday is counted back from the day itself.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

# The day on which every date in the vignette files is read.
TOLD_ON = date(2026, 11, 22)
WRITTEN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
HALF_A_YEAR = timedelta(183)


def midpoint(written: str) -> date:
    """The day written, or the middle of the month or year. Raises ValueError for what is no date."""
    parts = WRITTEN.fullmatch(written)
    if parts is None:
        raise ValueError(f"{written!r} is no date: write 2026-05-10, 2026-05 or 2026")
    year, month, day = parts.groups()
    return date(int(year), int(month), int(day or 15)) if month else date(int(year), 7, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of one rendering: what was told of TOLD_ON happens around `day`."""

    day: date

    def moved(self, written: str) -> str:
        """The date as FHIR writes it, as long before the day as it was before TOLD_ON; "" stays ""."""
        if not written:
            return ""
        return self.on(written).isoformat()[: len(written)]

    def on(self, written: str) -> date:
        """The same as a day; of a month or year its middle."""
        return midpoint(written) + (self.day - TOLD_ON)

    def ago(self, days: int) -> str:
        """So many days before the day."""
        return (self.day - timedelta(days)).isoformat()

    def born(self, age: int, birthday: str) -> str:
        """The birth date of somebody that old, whose birthday is today, tomorrow, or else half a year off."""
        if birthday == "today":
            return years_before(self.day, age).isoformat()
        if birthday == "tomorrow":
            return years_before(self.day + timedelta(1), age + 1).isoformat()
        return years_before(self.day - HALF_A_YEAR, age).isoformat()


def years_before(day: date, years: int) -> date:
    """The same day so many years before; of 29 February the last day of the month."""
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
