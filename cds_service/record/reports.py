"""Diagnostic reports: imaging of the spine, and slip or scarring in conclusions (clinical-logic "Filters")."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.record.concepts import concepts_of, read_text, unconditional
from cds_service.record.dates import DateRange, read_date
from cds_service.record.observations import doubtful_status, is_after
from cds_service.record.only_if import Told
from cds_service.record.onsets import up_to
from cds_service.record.patient import Match, Report
from cds_service.record.regions import region_of
from cds_service.record.standpoint import Standpoint, codes_of
from cds_service.record.words import LONGEST_CONCLUSION, cleaned, might_hold, strings_of, without_ruled_out
from cds_service.wire import fhir

KIND = "DiagnosticReport"


def read_reports(resources: Sequence[fhir.DiagnosticReport], at: Standpoint) -> tuple[Report, ...]:
    """Every report that is in a value set, or whose conclusion names a high-grade slip or epidural scarring."""
    read = (_report(resource, at) for resource in resources)
    return tuple(report for report in read if report is not None)


def _report(resource: fhir.DiagnosticReport, at: Standpoint) -> Report | None:
    coded = at.rows(KIND, resource.code)
    said = _conclusions(resource, at)
    if not coded and not said:
        return None
    words = without_ruled_out(strings_of((resource.code,)), at.guards, lambda _: False)
    preliminary = doubtful_status(resource.status, KIND, at)
    when = _when(resource)
    if words is None or preliminary is None or is_after(when, KIND, at):
        return None
    matches = {**concepts_of(KIND, coded, Told(words, sets=unconditional(coded)), at).matches, **said}
    codes = codes_of(resource.code)
    return Report(
        f"DiagnosticReport/{resource.id}" if resource.id else "",
        matches,
        words,
        cleaned(resource.conclusion, LONGEST_CONCLUSION),
        region_of(codes, coded, None, words),
        up_to(when, at.day) if when else None,
        preliminary,
    )


def _conclusions(resource: fhir.DiagnosticReport, at: Standpoint) -> dict[str, Match]:
    """What the patterns for conclusions find in conclusion and conclusionCode."""
    matches: dict[str, Match] = {}
    if not resource.conclusion and not resource.conclusionCode:
        return matches
    patterns = at.patterns.always[KIND]
    regexes = tuple([pattern.regex.pattern for pattern in patterns])
    for text in (cleaned(resource.conclusion, LONGEST_CONCLUSION), *strings_of(resource.conclusionCode or ())):
        if might_hold(text, regexes):
            read_text(patterns, text, at, matches)
    return matches


def _when(resource: fhir.DiagnosticReport) -> DateRange | None:
    period = resource.effectivePeriod
    return (
        read_date(resource.effectiveDateTime)
        or (read_date(period.start) or read_date(period.end) if period else None)
        or read_date(resource.issued)
    )
