"""Whether the patient had an age on a day."""

from __future__ import annotations

from datetime import date

from cds_service.findings.truth import Truth
from cds_service.record.dates import DateRange, months_later


def has_reached(born: DateRange | None, years: int, day: date) -> Truth:
    """The patient had that age on the day; unknown without a birth date.

    A partial birth date gives the youngest possible age. Who was born on 29 February comes of age on the
    28th in other years: calendar units are cut to the month's end (clinical-logic L, "Dates").
    """
    if born is None:
        return None
    birthday = months_later(born.last, years * 12)
    return birthday is not None and birthday <= day
