"""Diagnostic reports: imaging of the spine, and slip or scarring in conclusions (clinical-logic "Filters")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cds_service.record.concepts import add, concepts_of, read_text, unconditional
from cds_service.record.dates import DateRange, read_date
from cds_service.record.only_if import Told
from cds_service.record.onsets import up_to
from cds_service.record.patient import Match, Report
from cds_service.record.regions import region_of
from cds_service.record.standpoint import Standpoint, codes_of
from cds_service.record.statuses import doubtful_status, is_after
from cds_service.record.words import LONGEST_CONCLUSION, cleaned, is_unconfirmed, strings_of, without_ruled_out
from cds_service.wire import fhir

KIND = "DiagnosticReport"
SENTENCE_END = re.compile(r"(?<=[.;?!])\s+")


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
    for text in (cleaned(resource.conclusion, LONGEST_CONCLUSION), *strings_of(resource.conclusionCode or ())):
        for concept, match in _said(text, at).items():
            add(matches, concept, match)
    return matches


def _said(text: str, at: Standpoint) -> dict[str, Match]:
    """What a text says; only weakly what stands in no sentence free of "suspected", "rule out" or a question mark."""
    found: dict[str, Match] = {}
    read_text(at.patterns.always[KIND], text, at, found)
    if not found:
        return found
    sentences = SENTENCE_END.split(text)
    sure = [sentence for sentence in sentences if not is_unconfirmed((sentence,), at.guards)]
    if len(sure) == len(sentences):
        return found
    certain: dict[str, Match] = {}
    read_text(at.patterns.always[KIND], " ".join(sure), at, certain)
    return {concept: certain.get(concept, replace(match, use="weak")) for concept, match in found.items()}


def _when(resource: fhir.DiagnosticReport) -> DateRange | None:
    period = resource.effectivePeriod
    return (
        read_date(resource.effectiveDateTime)
        or (read_date(period.start) or read_date(period.end) if period else None)
        or read_date(resource.issued)
    )
