"""When a Condition began and when it ended (clinical-logic A, the table of starts).

The first source that works counts: onset, else recordedDate, which only proves that it had begun by then. A stated
onset that cannot be read ends the search; one after the day or before birth is noted and passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cds_service.record.dates import DateRange, at_age, read_date, read_onset_words
from cds_service.record.patient import End, Start, StartKind
from cds_service.record.standpoint import Standpoint
from cds_service.record.words import cleaned
from cds_service.wire import fhir

ENDED = frozenset({"inactive", "remission", "resolved"})
CURRENT = frozenset({"active", "recurrence", "relapse"})
UNREADABLE = Start(StartKind.UNREADABLE)
KIND = "Condition"


@dataclass(frozen=True, slots=True)
class Began:
    """The start by the table; the stated onset alone; the recordedDate alone."""

    start: Start
    onset: DateRange | None
    recorded: DateRange | None


def up_to(when: DateRange, day: date) -> DateRange:
    """The days of a range that are not after the day."""
    return DateRange(when.first, day) if when.last > day else when


def possible(when: DateRange | None, at: Standpoint, what: str) -> DateRange | None:
    """The date up to the day; None, and noted, where all of it lies after the day or before birth."""
    if when is None:
        return None
    if when.first > at.day:
        at.note(KIND, f"with {what} after the day of assessment: the date was not used")
        return None
    if at.born is not None and when.last < at.born.first:
        at.note(KIND, f"with {what} before birth: the date was not used")
        return None
    return DateRange(when.first, at.day) if when.last > at.day else when


def read_start(entry: fhir.Condition, at: Standpoint) -> Began:
    """When it began."""
    recorded = possible(read_date(entry.recordedDate), at, "a recordedDate") if entry.recordedDate else None
    for when, kind in _stated(entry, recorded, at):
        if when is None:
            return Began(UNREADABLE, None, recorded)
        onset = possible(when, at, "an onset")
        if onset is not None:
            return Began(Start(kind, onset.first, onset.last), onset, recorded)
    if recorded is not None:
        return Began(Start(StartKind.AT_LEAST, recorded.first, recorded.last), None, recorded)
    return Began(Start(), None, None)


def _stated(
    entry: fhir.Condition, recorded: DateRange | None, at: Standpoint
) -> Iterator[tuple[DateRange | None, StartKind]]:
    """Each stated onset: the days it may mean (None: unreadable), and how exactly.

    The end of an onsetPeriod is the end of the onset, not of the problem; by itself it says nothing of the start.
    """
    if entry.onsetDateTime:
        yield _written(entry.onsetDateTime)
    if entry.onsetPeriod is not None and (entry.onsetPeriod.start or entry.onsetPeriod.end):
        yield _written(entry.onsetPeriod.start)
    if entry.onsetAge is not None:
        yield at_age(at.born, entry.onsetAge), StartKind.APPROXIMATE
    if entry.onsetRange is not None:
        yield at_age(at.born, entry.onsetRange.low, entry.onsetRange.high), StartKind.APPROXIMATE
    if entry.onsetString and entry.onsetString.strip():
        said_on = recorded or DateRange(at.day, at.day)
        yield read_onset_words(cleaned(entry.onsetString), said_on), StartKind.TEXT


def _written(text: str | None) -> tuple[DateRange | None, StartKind]:
    when = read_date(text)
    return when, StartKind.EXACT if when is None or when.exact else StartKind.APPROXIMATE


def read_end(entry: fhir.Condition, recorded: DateRange | None, status: str, at: Standpoint) -> End | None:
    """When it was over; None where it is not.

    A past abatement ends it whatever its status says, a future one never. What cannot be read ends it unless it is
    said to be active; without any, its status decides.
    """
    unreadable = False
    for when in _abatements(entry, recorded, at):
        if when is None:
            unreadable = True
        elif when.first > at.day:
            return None
        else:
            ended = possible(when, at, "an abatement")
            if ended is not None:
                return End(ended)
            unreadable = True
    if status in ENDED or (unreadable and status not in CURRENT):
        return End()
    return None


def _abatements(entry: fhir.Condition, recorded: DateRange | None, at: Standpoint) -> Iterator[DateRange | None]:
    """Each stated abatement; None where it cannot be placed. The older `true` says only that it is over."""
    if entry.abatementDateTime:
        yield read_date(entry.abatementDateTime)
    if entry.abatementPeriod is not None and (entry.abatementPeriod.start or entry.abatementPeriod.end):
        yield read_date(entry.abatementPeriod.start or entry.abatementPeriod.end)
    if entry.abatementAge is not None:
        yield at_age(at.born, entry.abatementAge)
    if entry.abatementRange is not None:
        yield at_age(at.born, entry.abatementRange.low, entry.abatementRange.high)
    if entry.abatementString and entry.abatementString.strip():
        said_on = recorded or DateRange(at.day, at.day)
        yield read_onset_words(cleaned(entry.abatementString), said_on)
    if entry.abatementBoolean:
        yield None
