"""Whether the patient had an age on a day."""

from __future__ import annotations

from datetime import date

from cds_service.findings.truth import Truth
from cds_service.record.dates import DateRange, has_turned


def has_reached(born: DateRange | None, years: int, day: date) -> Truth:
    """The patient had that age on the day (`has_turned`); unknown without a birth date."""
    return None if born is None else has_turned(born, years, day)
