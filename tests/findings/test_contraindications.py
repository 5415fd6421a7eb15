"""Severe instability and significant scarring need their words, or a code that needs none ("Filters")."""

from __future__ import annotations

import pytest

from cds_service.findings.contraindications import (
    epidural_scarring,
    instability_caution,
    scarring_caution,
    severe_instability,
    slip_caution,
)
from cds_service.record.patient import Condition, Report
from tests.findings.comorbid_charts import GIVEN, SNOMED, chart, condition, on, report

FRACTURE = "redflag_unstable_fracture"


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (condition("severe_instability", code="M53.2X6"), "present"),
        (condition("severe_instability", code="M53.2X6", ended=True), "absent"),
        (condition("severe_instability", use="weak"), "absent"),
        (condition(code="M53.2X6"), "absent"),
        (condition("spondylolisthesis", "high_grade_slip", code="M43.16"), "present"),
        (condition("spondylolisthesis", code="M43.16"), "absent"),
        (report("high_grade_slip"), "present"),
        (report("imaging_spine_mri_ct"), "absent"),
        (condition(FRACTURE, code="S32.012A", onset=on(365)), "present"),
        (condition(FRACTURE, code="S32.012A", onset=on(366)), "absent"),
        (condition(FRACTURE, code="S32.012D", recorded=on(300)), "present"),
        (condition(FRACTURE, code="S32.012A", onset=on(300), ended=True), "present"),
        (condition(FRACTURE, code="S32.012S", onset=on(30)), "absent"),
        (condition(FRACTURE, code="1734006", system=SNOMED, onset=on(30)), "present"),
        (condition(FRACTURE, code="S32.012A"), "unknown"),
    ],
)
def test_severe_instability(entry: Condition | Report, state: str) -> None:
    risk = severe_instability(chart(entry), GIVEN)
    assert risk.state == state
    assert risk.major == {"present": True, "absent": False, "unknown": None}[state]
    assert (risk.extreme, risk.modifiable) == (False, False)


@pytest.mark.parametrize(
    ("entry", "warned"),
    [
        (condition(code="M53.2X6"), True),
        (condition(code="M43.4"), True),
        (condition(code="240220009", system=SNOMED), True),
        (condition("severe_instability", use="weak"), True),
        (condition("severe_instability", code="M53.2X6"), False),
        (condition(code="M53.2X6", ended=True), False),
        (condition(code="M54.5"), False),
        (condition(), False),
    ],
)
def test_instability_without_severity_is_a_caution(entry: Condition, warned: bool) -> None:
    said = instability_caution(chart(entry), GIVEN)
    assert (said is not None) is warned
    if said is not None:
        assert "flexion–extension films" in said.text


@pytest.mark.parametrize(
    ("entry", "state", "warned"),
    [
        (condition("epidural_scarring", code="G96.12"), "present", False),
        (condition("epidural_scarring", ended=True), "absent", False),
        (condition("epidural_scarring", use="weak"), "absent", True),
        (condition("epidural_scarring", use="weak", ended=True), "absent", False),
        (report("epidural_scarring"), "present", False),
        (report("epidural_scarring", use="weak"), "absent", True),
        (report("imaging_spine_mri_ct"), "absent", False),
    ],
)
def test_epidural_scarring(entry: Condition | Report, state: str, warned: bool) -> None:
    risk, said = epidural_scarring(chart(entry), GIVEN), scarring_caution(chart(entry), GIVEN)
    assert (risk.state, risk.major) == (state, state == "present")
    assert (said is not None) is warned


def test_code_and_report_are_both_named_newest_report_first_with_its_words() -> None:
    record = chart(
        condition("epidural_scarring", label="Meningeal adhesions", onset=on(10)),
        report("epidural_scarring", days=90, ref="DiagnosticReport/2", preliminary=True),
        report("epidural_scarring", days=3, ref="DiagnosticReport/3"),
        report("epidural_scarring", days=None, ref="DiagnosticReport/1"),
    )
    risk = epidural_scarring(record, GIVEN)
    assert risk.because == "meningeal adhesions since 12 November 2026"
    assert risk.brief == "extensive epidural scarring"
    assert [fact.text for fact in risk.facts[1:]] == [
        "extensive epidural scarring in an imaging report (19 November 2026)",
        "extensive epidural scarring in an imaging report (24 August 2026, preliminary)",
        "extensive epidural scarring in an imaging report (undated)",
    ]
    assert risk.facts[1].quote == "as written"


@pytest.mark.parametrize(
    ("entry", "brief", "because"),
    [
        (condition("severe_instability", label="Spinal instability"), "severe spinal instability", "severe spinal"),
        (condition("high_grade_slip"), "high-grade slip", "high_grade_slip"),
        (report("high_grade_slip"), "high-grade slip", "high-grade slip in an imaging report"),
        (condition(FRACTURE, onset=on(9)), "unstable vertebral fracture", FRACTURE),
        (condition("epidural_scarring", label="Adhesions"), "epidural scarring", "adhesions"),
        (condition("epidural_scarring", by_text=True), "extensive epidural scarring", "epidural_scarring"),
    ],
)
def test_a_summary_says_which(entry: Condition | Report, brief: str, because: str) -> None:
    found = (severe_instability(chart(entry), GIVEN), epidural_scarring(chart(entry), GIVEN))
    (present,) = (risk for risk in found if risk.state == "present")
    assert present.brief == brief
    assert present.because.startswith(because)


@pytest.mark.parametrize("key", ["conditions", "diagnosticReports"])
def test_unknown_unless_conditions_and_reports_answered(key: str) -> None:
    record = chart(unanswered=(key,))  # type: ignore[arg-type]
    for risk in (severe_instability(record, GIVEN), epidural_scarring(record, GIVEN)):
        assert (risk.state, risk.major) == ("unknown", None)
        assert risk.because


def test_an_undated_unstable_fracture_says_so() -> None:
    risk = severe_instability(chart(condition(FRACTURE, code="S32.012A")), GIVEN)
    assert risk.because == "an unstable fracture is on record without a date"


def test_two_reports_of_fibrosis_are_told_in_one_order() -> None:
    first, second = (report("epidural_scarring", use="weak", ref=ref) for ref in ("DiagnosticReport/1", "Report/2"))
    for entries in ((first, second), (second, first)):
        said = scarring_caution(chart(*entries), GIVEN)
        assert said is not None and said.sources == ("DiagnosticReport/1", "Report/2")


def test_a_slip_that_a_report_only_suspects_is_a_caution() -> None:
    suspected = report("high_grade_slip", use="weak")
    assert severe_instability(chart(suspected), GIVEN).state == "absent"
    assert slip_caution(chart(suspected), GIVEN) is not None
    assert slip_caution(chart(report("high_grade_slip")), GIVEN) is None
    assert slip_caution(chart(report("epidural_scarring")), GIVEN) is None
