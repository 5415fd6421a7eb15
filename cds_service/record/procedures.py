"""Procedures that were done or are being done (clinical-logic "Filters", D, L "Operations")."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.record.dates import DateRange, read_date
from cds_service.record.observations import is_after
from cds_service.record.onsets import up_to
from cds_service.record.patient import Procedure
from cds_service.record.services import ByReference, read_service
from cds_service.record.standpoint import Standpoint
from cds_service.wire import fhir

KIND = "Procedure"
DONE = frozenset({"completed", "in-progress"})
DROPPED = frozenset({"not-done", "entered-in-error", "stopped", "preparation"})


def read_procedures(
    resources: Sequence[fhir.Procedure], conditions: ByReference, at: Standpoint
) -> tuple[Procedure, ...]:
    """Every Procedure in a value set; the others say nothing to the rules."""
    read: list[Procedure] = []
    for resource in resources:
        coded = at.rows(KIND, resource.code)
        if (coded or at.may_name(KIND, resource.code)) and resource.status not in DROPPED:
            service = read_service(resource, KIND, coded, conditions, at)
            first, last = _performed(resource)
            if service is not None and not is_after(first, KIND, at):
                read.append(
                    Procedure(
                        f"Procedure/{resource.id}" if resource.id else "",
                        service.concepts,
                        service.codes,
                        service.words,
                        service.region,
                        up_to(first, at.day) if first else None,
                        _not_after(last, at),
                        service.reasons,
                        service.spine_words,
                        is_sure(resource.status, DONE, KIND, at),
                    )
                )
    return tuple(read)


def is_sure(status: str | None, listed: frozenset[str], kind: str, at: Standpoint) -> bool:
    """The status is one that is listed; any other lowers confidence, and is noted."""
    if status in listed:
        return True
    at.note(kind, "with an unlisted status: read with lower confidence")
    return False


def _performed(resource: fhir.Procedure) -> tuple[DateRange | None, DateRange | None]:
    """The day, or the first and last of a period (of a period without start: its end)."""
    day = read_date(resource.performedDateTime or resource.occurrenceDateTime or resource.performedString)
    period = resource.performedPeriod or resource.occurrencePeriod
    if day is not None or period is None:
        return day, None
    last = read_date(period.end)
    return read_date(period.start) or last, last


def _not_after(last: DateRange | None, at: Standpoint) -> DateRange | None:
    """The end of a period, at most the day; a course that goes on has not ended before it."""
    if last is None:
        return None
    return up_to(last, at.day) if last.first <= at.day else DateRange(at.day, at.day)
