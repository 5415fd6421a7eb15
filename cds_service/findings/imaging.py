"""Whether the spine was looked at by MRI or CT within the last year, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Absent, Fact, Finding, Present, Unknown
from cds_service.findings.words import day_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord, Procedure, Region, Report

IMAGING_SETS = ("imaging_spine_mri_ct", "imaging_spine_loinc")


@dataclass(frozen=True, slots=True)
class Imaging:
    """The newest MRI or CT of the spine within the look-back, and the region it showed."""

    day: date
    label: str
    region: Region


def imaging(record: PatientRecord, given: Thresholds) -> Finding[Imaging]:
    """Spine MRI or CT at most `imaging_days` old; unknown when the reports were not answered and none is seen.

    A Procedure proves imaging as well as a report does; only the reports' key can say that there was none.
    """
    entries: tuple[Report | Procedure, ...] = (*record.reports, *record.procedures)
    seen = [found for entry in entries if (found := _shown(entry))]
    recent = [found for found in seen if 0 <= (record.day - found[0].day).days <= given.imaging_days]
    if recent:
        newest, source = max(recent, key=lambda found: (found[0].day, found[1]))
        fact = Fact(f"{newest.label}, {day_in_words(newest.day)}", (source,) if source else ())
        return Present(newest, (fact,))
    if not record.answered("diagnosticReports"):
        return Unknown("imaging was not checked")
    return Absent(f"no spine MRI or CT within {given.imaging_days} days")


def _shown(entry: Report | Procedure) -> tuple[Imaging, str] | None:
    """The entry as spine imaging with its source; None for an X-ray, an unverified code, or no date."""
    label = next((entry.concepts[s].label for s in IMAGING_SETS if entry.counts_for(s)), "")
    when = entry.when if isinstance(entry, Report) else entry.performed
    if not label or when is None:
        return None
    return Imaging(when.last, label, entry.region), entry.ref
