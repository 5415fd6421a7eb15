"""Whether the spine was looked at by MRI or CT within the last year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cds_service.findings.finding import Absent, Fact, Present, Unknown
from cds_service.findings.imaging import Imaging, imaging
from cds_service.record.patient import Procedure, Report
from tests.findings.comorbid_charts import DAY, GIVEN, chart, concepts, procedure, report, written

MRI = "imaging_spine_mri_ct"


def shown(*entries: Report | Procedure) -> Imaging | None:
    found = imaging(chart(*entries), GIVEN)
    return found.value if isinstance(found, Present) else None


@pytest.mark.parametrize("entry", [report(MRI), report("imaging_spine_loinc"), procedure(MRI)])
def test_a_report_or_a_procedure(entry: Report | Procedure) -> None:
    assert shown(entry) == Imaging(DAY - timedelta(10), next(iter(entry.concepts)), "unknown")


@pytest.mark.parametrize(("days", "seen"), [(-1, False), (0, True), (365, True), (366, False), (None, False)])
def test_within_a_year(days: int | None, seen: bool) -> None:
    assert (shown(report(MRI, days=days)) is not None) is seen


def test_it_is_told_with_its_day_and_source() -> None:
    found = imaging(chart(report(MRI)), GIVEN)
    assert isinstance(found, Present)
    assert found.facts == (Fact("imaging_spine_mri_ct, 12 November 2026", ("DiagnosticReport/1",)),)


def test_a_month_counts_as_its_last_possible_day() -> None:
    found = shown(replace(report(MRI), when=written("2026-11")))
    assert found is not None and found.day == DAY


def test_something_else_is_no_imaging() -> None:
    assert imaging(chart(report("epidural_scarring")), GIVEN) == Absent("no spine MRI or CT within 365 days")


@pytest.mark.parametrize("entry", [report(MRI, use="weak"), procedure(MRI, use="weak"), procedure(MRI, sure=False)])
def test_an_unverified_code_or_status_is_imaging_that_is_not_sure(entry: Report | Procedure) -> None:
    found = shown(entry)
    assert found is not None and not found.sure


def test_unknown_where_reports_were_not_answered_and_none_is_seen() -> None:
    assert imaging(chart(unanswered=("diagnosticReports",)), GIVEN) == Unknown("imaging was not checked")
    assert isinstance(imaging(chart(procedure(MRI), unanswered=("diagnosticReports",)), GIVEN), Present)


def test_the_newest_and_of_one_day_the_surest_is_told() -> None:
    older = report(MRI, days=20, ref="DiagnosticReport/1")
    weak = report(MRI, days=10, use="weak", ref="DiagnosticReport/9")
    newer = Report(
        "DiagnosticReport/2", concepts(MRI, label="Lumbar MRI"), when=written("2026-11-12"), preliminary=True
    )
    found = imaging(chart(older, newer, weak), GIVEN)
    assert found == imaging(chart(weak, newer, older), GIVEN)
    assert isinstance(found, Present)
    assert found.facts == (Fact("Lumbar MRI, 12 November 2026 (preliminary)", ("DiagnosticReport/2",)),)
