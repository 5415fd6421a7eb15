"""Which entries count by their status and day (clinical-logic "Filters" and L, "Statuses not listed above")."""

from __future__ import annotations

from cds_service.record.dates import DateRange
from cds_service.record.standpoint import Standpoint

FINAL = frozenset({"final", "amended", "corrected", "appended"})
NO_RESULT = frozenset({"cancelled", "entered-in-error", "registered", "unknown"})
PRELIMINARY = "preliminary"


def is_sure(status: str | None, listed: frozenset[str], kind: str, at: Standpoint) -> bool:
    """The status is one that is listed; any other lowers confidence, and is noted."""
    if status in listed:
        return True
    at.note(kind, "with an unlisted status: read with lower confidence")
    return False


def doubtful_status(status: str | None, kind: str, at: Standpoint) -> bool | None:
    """Whether a result has lower confidence; None where it does not count."""
    if status in FINAL:
        return False
    if status in NO_RESULT:
        return None
    if status != PRELIMINARY:
        at.note(kind, "with an unlisted status: read as preliminary")
    return True


def is_after(when: DateRange | None, kind: str, at: Standpoint) -> bool:
    """It lies after the day of assessment, and is not yet."""
    if when is None or when.first <= at.day:
        return False
    at.note(kind, "left out: dated after the day of assessment")
    return True
