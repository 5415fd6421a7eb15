"""The pages of one search, put together as if one Bundle had brought them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange, read_date
from cds_service.record.patient import Key
from cds_service.wire import fhir
from cds_service.wire.held import Held


def add_page(held: Held[Any], page: Held[Any]) -> None:
    """One more page: its entries, and whether another one follows."""
    held.resources += page.resources
    held.by_url |= page.by_url
    held.entries = (*held.entries, *page.entries)
    held.more, held.next_url = page.more, page.next_url
    held.aside.medications |= page.aside.medications
    held.aside.patients += page.aside.patients
    held.aside.errors += page.aside.errors
    for name, count in page.aside.others.items():
        held.aside.others[name] += count
    for why, count in page.aside.unreadable.items():
        held.aside.unreadable[why] += count


def look_backs(given: Thresholds) -> Mapping[Key, int]:
    """How many days back the rules look into the keys that come newest first."""
    measured = (
        given.hba1c_max_age_days,
        given.bmi_days,
        given.weight_days,
        given.ejection_fraction_days,
        given.pain_score_days,
    )
    return {
        "observations": max(*measured, given.stale_days),
        "diagnosticReports": max(given.imaging_days, given.stale_days),
    }


def reaches_back(resources: Sequence[fhir.Observation | fhir.DiagnosticReport], day: date, days: int) -> bool:
    """The entries stand newest first, as was asked, and the last is older than the rules look.

    A server that does not sort shows it: then nothing is known of what a further page holds.
    """
    dates = [when for resource in resources if (when := _when(resource))]
    if not dates or any(older.first > newer.last for newer, older in pairwise(dates)):
        return False
    return dates[-1].last < day - timedelta(days)


def _when(resource: fhir.Observation | fhir.DiagnosticReport) -> DateRange | None:
    period = resource.effectivePeriod
    return read_date(resource.effectiveDateTime) or (read_date(period.start) if period else None)
