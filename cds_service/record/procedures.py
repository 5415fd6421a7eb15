"""Procedures that were done or are being done (clinical-logic "Filters", D, L "Operations")."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.record.dates import DateRange
from cds_service.record.onsets import up_to
from cds_service.record.patient import Procedure
from cds_service.record.services import ByReference, read_service
from cds_service.record.standpoint import Coded, Standpoint
from cds_service.record.statuses import is_after, is_sure
from cds_service.wire import fhir

KIND = "Procedure"
DONE = frozenset({"completed", "in-progress"})
DROPPED = frozenset({"not-done", "entered-in-error", "stopped", "preparation"})


def read_procedures(
    resources: Sequence[fhir.Procedure], conditions: ByReference, at: Standpoint
) -> tuple[Procedure, ...]:
    """Every Procedure in a value set; the others say nothing to the rules."""
    read = (
        _procedure(resource, coded, conditions, at)
        for resource, coded in at.telling(resources, KIND)
        if resource.status not in DROPPED
    )
    return tuple([procedure for procedure in read if procedure is not None])


def _procedure(resource: fhir.Procedure, coded: Coded, conditions: ByReference, at: Standpoint) -> Procedure | None:
    service = read_service(resource, KIND, coded, conditions, at)
    first, last = _performed(resource, at)
    if service is None or not service.concepts or is_after(first, KIND, at):
        return None
    return Procedure(
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
        service.side,
    )


def _performed(resource: fhir.Procedure, at: Standpoint) -> tuple[DateRange | None, DateRange | None]:
    """The day, or the first and last of a period (of a period without start: its end)."""
    day = at.date(resource.performedDateTime or resource.occurrenceDateTime or resource.performedString)
    period = resource.performedPeriod or resource.occurrencePeriod
    if day is not None or period is None:
        return day, None
    last = at.date(period.end)
    return at.date(period.start) or last, last


def _not_after(last: DateRange | None, at: Standpoint) -> DateRange | None:
    """The end of a period, at most the day; a course that goes on has not ended before it."""
    if last is None:
        return None
    return up_to(last, at.day) if last.first <= at.day else DateRange(at.day, at.day)
