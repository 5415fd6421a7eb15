"""Whether the spine was looked at by MRI or CT within the last year, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Absent, Fact, Finding, Present, Unknown
from cds_service.findings.on_record import day_of, refs
from cds_service.findings.words import range_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Match, PatientRecord, Procedure, Region, Report

IMAGING_SETS = ("imaging_spine_mri_ct", "imaging_spine_loinc")


@dataclass(frozen=True, slots=True)
class Imaging:
    """The newest MRI or CT of the spine within the look-back, and the region it showed.

    `sure` is false where only a weak row, or a procedure of doubtful status, says so: no further imaging need be
    asked for, but it is not the precise imaging of sign 7.
    """

    day: date
    label: str
    region: Region
    sure: bool = True


def imaging(record: PatientRecord, given: Thresholds) -> Finding[Imaging]:
    """Spine MRI or CT at most `imaging_days` old; unknown when the reports were not answered and none is seen.

    A Procedure proves imaging as well as a report does; only the reports' key can say that there was none.
    """
    entries: tuple[Report | Procedure, ...] = (*record.reports, *record.procedures)
    seen = [found for entry in entries if (found := _shown(entry, record.day))]
    recent = [found for found in seen if (record.day - found.value.day).days <= given.imaging_days]
    if recent:
        return max(recent, key=_rank)
    if not record.answered("diagnosticReports"):
        return Unknown("imaging was not checked")
    return Absent(f"no spine MRI or CT within {given.imaging_days} days")


def _rank(found: Present[Imaging]) -> tuple[date, bool, tuple[str, ...], str]:
    """The newest; of one day the surest; ties so that order changes nothing."""
    return (found.value.day, found.value.sure, found.facts[0].sources, found.value.label)


def _shown(entry: Report | Procedure, today: date) -> Present[Imaging] | None:
    """The entry as spine imaging; None for anything else, or without a date."""
    match = next((entry.concepts[name] for name in IMAGING_SETS if name in entry.concepts), None)
    when = entry.when if isinstance(entry, Report) else entry.performed
    day = day_of(when, today)
    if match is None or when is None or day is None:
        return None
    found = Imaging(day, match.label, entry.region, _is_sure(entry, match))
    doubt = " (preliminary)" if isinstance(entry, Report) and entry.preliminary else ""
    return Present(found, (_fact(match, when, doubt, entry),))


def _is_sure(entry: Report | Procedure, match: Match) -> bool:
    return match.use == "full" and (isinstance(entry, Report) or entry.sure)


def _fact(match: Match, when: DateRange, doubt: str, entry: Report | Procedure) -> Fact:
    return Fact(f"{match.label}, {range_in_words(when)}{doubt}", refs(entry))
