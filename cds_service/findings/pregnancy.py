"""Whether the patient is pregnant, by the newest entry of at most 300 days (clinical-logic G, row 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import day_of, refs, trace, when_in_words
from cds_service.findings.truth import Truth
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Observation, PatientRecord

SET = "pregnancy"
STATUS = "pregnancy status"


@dataclass(frozen=True, slots=True)
class Said:
    """One entry about pregnancy: on which day, and whether it says that there is one."""

    day: date | None
    pregnant: bool
    sources: tuple[str, ...]


def pregnancy(record: PatientRecord, given: Thresholds) -> tuple[Truth, tuple[Fact, ...]]:
    """The newest dated entry says pregnant and is at most `pregnancy_days` old; undated ones: unknown.

    On one day "pregnant" outweighs its end or another status.
    """
    said = _said(record)
    dated = [(entry.day, entry.pregnant, entry.sources) for entry in said if entry.day]
    day, pregnant, sources = max(dated, default=(record.day, False, ()))
    if pregnant and (record.day - day).days <= given.pregnancy_days:
        return True, (Fact(f"pregnancy, recorded {when_in_words(DateRange(day, day))}", sources),)
    if _undated(said):
        return None, ()
    return (False if _answered(record) else None), ()


def _answered(record: PatientRecord) -> bool:
    return record.answered("conditions") and record.answered("observations")


def _undated(said: tuple[Said, ...]) -> tuple[str, ...] | None:
    """The sources of a pregnancy that cannot be placed in time; None when there is no such entry."""
    undated = [entry for entry in said if entry.day is None and entry.pregnant]
    return tuple(source for entry in undated for source in entry.sources) if undated else None


def _said(record: PatientRecord) -> tuple[Said, ...]:
    listed = [_listed(entry, record.day) for entry in record.conditions_in(SET) if entry.counts_for(SET)]
    observed = [_observed(entry, record.day) for entry in record.measured(STATUS)]
    return tuple(sorted((*listed, *observed), key=lambda said: (said.day or date.min, said.sources)))


def _listed(entry: Condition, today: date) -> Said:
    """A Condition that ended says so on its last day."""
    day = trace(entry, today)
    if entry.open:
        return Said(day, True, refs(entry))
    ended = day_of(entry.end.when, today) if entry.end else None
    return Said(max((d for d in (day, ended) if d), default=None), False, refs(entry))


def _observed(entry: Observation, today: date) -> Said:
    return Said(day_of(entry.when, today), SET in entry.concepts, refs(entry))


def pregnancy_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """A pregnancy is on record without a date."""
    sources = _undated(_said(record))
    if sources is None or pregnancy(record, given)[0]:
        return None
    return Caution("undated-pregnancy", "Pregnancy on record without a date: ask first", sources)
