"""How old the patient was on a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from cds_service.findings.truth import Truth
from cds_service.record.dates import DateRange


def birthday(born: date, years: int) -> date:
    """The day of that birthday; who was born on 29 February has it on the 28th in other years (clinical-logic L)."""
    year = born.year + years
    return date(year, born.month, min(born.day, monthrange(year, born.month)[1]))


def has_reached(born: DateRange | None, years: int, day: date) -> Truth:
    """The patient had that age on the day; a partial birth date gives the youngest possible age, none unknown."""
    return None if born is None else birthday(born.last, years) <= day
