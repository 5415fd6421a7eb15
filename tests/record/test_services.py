"""Procedures, ServiceRequests and DiagnosticReports that count, their days, and what words add."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.record.dates import DateRange
from cds_service.record.patient import Procedure, Referral, Report
from tests.record.charts import CPT, ICD_10_CM, LOINC, SNOMED, chart, code, resource

LAMINECTOMY = code((CPT, "63047", "Laminectomy, lumbar"))
NEUROSURGEON = code((SNOMED, "308482002", "Referral to neurosurgeon"))
MRI = code((CPT, "72141", "MRI of cervical spine"))


def days(first: str, last: str | None = None) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last or first))


def done(concept: dict[str, Any] = LAMINECTOMY, **fields: Any) -> dict[str, Any]:
    return resource("Procedure", concept, **({"status": "completed"} | fields))


def procedure(concept: dict[str, Any] = LAMINECTOMY, **fields: Any) -> Procedure | None:
    found = chart(done(concept, **fields)).procedures
    return found[0] if found else None


def asked(concept: dict[str, Any] = NEUROSURGEON, **fields: Any) -> dict[str, Any]:
    return resource("ServiceRequest", concept, **({"status": "active", "intent": "order"} | fields))


def referral(concept: dict[str, Any] = NEUROSURGEON, **fields: Any) -> Referral | None:
    found = chart(asked(concept, **fields)).referrals
    return found[0] if found else None


def reported(concept: dict[str, Any] = MRI, **fields: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", concept, **({"status": "final"} | fields))


def report(concept: dict[str, Any] = MRI, **fields: Any) -> Report | None:
    found = chart(reported(concept, **fields)).reports
    return found[0] if found else None


@pytest.mark.parametrize(
    ("status", "sure"),
    [
        ("completed", True),
        ("in-progress", True),
        ("unknown", False),
        ("on-hold", False),
        (None, False),
        ("not-done", None),
        ("entered-in-error", None),
        ("stopped", None),
        ("preparation", None),
    ],
)
def test_which_procedures_count(status: str | None, sure: bool | None) -> None:
    found = procedure(status=status)
    assert (found.sure if found else None) is sure


def test_an_unlisted_status_is_said() -> None:
    assert chart(done(status="unknown")).oddities == (
        "1 Procedure with an unlisted status: read with lower confidence",
    )


@pytest.mark.parametrize(
    ("fields", "first", "last"),
    [
        ({}, None, None),
        ({"performedDateTime": "2024-05-10T09:00:00Z"}, days("2024-05-10"), None),
        ({"performedDateTime": "2024-05"}, days("2024-05-01", "2024-05-31"), None),
        ({"performedDateTime": "2026-11"}, days("2026-11-01", "2026-11-22"), None),
        ({"performedPeriod": {"start": "2024-05-10", "end": "2024-06-01"}}, days("2024-05-10"), days("2024-06-01")),
        ({"performedPeriod": {"start": "2024-05-10"}}, days("2024-05-10"), None),
        ({"performedPeriod": {"end": "2024-06-01"}}, days("2024-06-01"), days("2024-06-01")),
        ({"performedPeriod": {"start": "2026-11-01", "end": "2026-12-24"}}, days("2026-11-01"), days("2026-11-22")),
        (
            {"performedPeriod": {"start": "2026-11-01", "end": "2026-11"}},
            days("2026-11-01"),
            days("2026-11-01", "2026-11-22"),
        ),
        ({"performedString": "2024-05-10"}, days("2024-05-10"), None),
        ({"performedString": "long ago"}, None, None),
        ({"occurrenceDateTime": "2024-05-10"}, days("2024-05-10"), None),
        ({"occurrencePeriod": {"start": "2024-05-10"}}, days("2024-05-10"), None),
    ],
)
def test_when_it_was_done(fields: dict[str, Any], first: DateRange | None, last: DateRange | None) -> None:
    found = procedure(**fields)
    assert found is not None
    assert (found.performed, found.performed_until) == (first, last)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (done(performedDateTime="2026-11-23"), "Procedure"),
        (asked(authoredOn="2026-11-23"), "ServiceRequest"),
        (reported(effectiveDateTime="2026-11-23"), "DiagnosticReport"),
    ],
)
def test_what_is_dated_after_the_day_is_not_yet(made: dict[str, Any], kind: str) -> None:
    record = chart(made)
    assert (record.procedures, record.referrals, record.reports) == ((), (), ())
    assert record.oddities == (f"1 {kind} left out: dated after the day of assessment",)


def test_what_a_procedure_carries() -> None:
    found = procedure(bodySite=[code(text="Lumbar spine")], reasonCode=[code((ICD_10_CM, "M48.061"))])
    assert found is not None
    assert (found.ref, found.region, found.spine_words) == ("Procedure/x", "lumbar", True)
    assert found.words == ("Laminectomy, lumbar", "Lumbar spine")
    assert found.codes == {(CPT, "63047")}
    assert found.concepts["proc_decompression"].use == "full"
    assert [set(reason.concepts) for reason in found.reasons] == [{"spinal_stenosis"}]
    nameless = procedure(id=None)
    assert nameless is not None and nameless.ref == ""


@pytest.mark.parametrize(
    ("fields", "spine"),
    [
        ({}, False),
        ({"bodySite": [code(text="Knee")]}, False),
        ({"bodySite": [code(text="Lower back")]}, True),
        ({"reasonCode": [code((ICD_10_CM, "M54.16"))]}, True),
        ({"reasonCode": [code(text="neck pain")]}, True),
        ({"note": [{"text": "for lumbar pain"}]}, True),
        ({"note": [{"text": "no back pain"}]}, False),
    ],
)
def test_whether_a_service_names_the_spine(fields: dict[str, Any], spine: bool) -> None:
    therapy = code((CPT, "97110", "Therapeutic exercise"))
    assert (found := procedure(therapy, **fields)) is not None
    assert found.spine_words is spine


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Physiotherapy session", {"care_physical_therapy"}),
        ("Lumbar epidural steroid injection", {"care_spinal_injection"}),
        ("L4/5 microdiscectomy", {"prior_spine_surgery_status"}),
        ("History of TLIF", {"prior_spine_surgery_status"}),
        ("no physical therapy", set()),
        ("Appendectomy", set()),
        ("Colonoscopy", set()),
        ("Epidural steroid ruled out", set()),
    ],
)
def test_procedures_by_their_words(text: str, concepts: set[str]) -> None:
    found = procedure(code(text=text))
    assert (set(found.concepts) if found else set()) == concepts


def test_a_coded_procedure_keeps_its_words_for_operations_only() -> None:
    found = procedure(code((CPT, "97110"), text="exercise after laminectomy; epidural steroid"))
    assert found is not None
    assert set(found.concepts) == {"care_physical_therapy", "prior_spine_surgery_status"}


def test_sacroiliac_fusion_is_known_and_nothing() -> None:
    assert procedure(code((CPT, "27279"), text="physical therapy")) is None


@pytest.mark.parametrize(
    ("fields", "sure"),
    [
        ({}, True),
        ({"status": "draft"}, True),
        ({"status": "on-hold"}, True),
        ({"status": "completed", "intent": "original-order"}, True),
        ({"status": "unknown"}, False),
        ({"status": None}, False),
        ({"intent": None}, False),
        ({"intent": "directive"}, False),
        ({"status": "revoked"}, None),
        ({"status": "entered-in-error"}, None),
        ({"intent": "proposal"}, None),
        ({"intent": "plan"}, None),
        ({"intent": "option"}, None),
        ({"doNotPerform": True}, None),
    ],
)
def test_which_referrals_count(fields: dict[str, Any], sure: bool | None) -> None:
    found = referral(**fields)
    assert (found.sure if found else None) is sure


def test_what_a_referral_carries() -> None:
    found = referral(authoredOn="2026-11", reasonCode=[code((ICD_10_CM, "M54.12"))], id="r1")
    assert found is not None
    assert (found.ref, found.status) == ("ServiceRequest/r1", "active")
    assert found.authored == days("2026-11-01", "2026-11-22")
    assert found.spine_words
    assert found.reasons[0].region == "cervical"
    nameless = referral(id=None)
    assert nameless is not None and (nameless.ref, nameless.authored) == ("", None)


ORTHOPAEDIST = code((SNOMED, "308481009", "Referral to orthopaedic surgeon"))


@pytest.mark.parametrize(
    ("fields", "concepts"),
    [
        ({}, set()),
        ({"reasonCode": [code((ICD_10_CM, "M17.11"))]}, set()),
        ({"reasonCode": [code((ICD_10_CM, "M54.16"))]}, {"referral_spine_specialist"}),
    ],
)
def test_an_orthopaedic_referral_without_a_spine_reason_is_kept_and_in_no_set(
    fields: dict[str, Any], concepts: set[str]
) -> None:
    found = referral(ORTHOPAEDIST, **fields)
    assert found is not None
    assert set(found.concepts) == concepts
    assert found.codes == {(SNOMED, "308481009")}


def test_a_referral_that_was_ruled_out_is_not_kept() -> None:
    assert referral(code((SNOMED, "308481009"), text="Orthopaedics ruled out")) is None


def test_referrals_by_their_words() -> None:
    found = referral(code(text="Physical therapy"))
    assert found is not None and set(found.concepts) == {"care_physical_therapy"}
    assert referral(code(text="Dermatology")) is None
    assert referral({}) is None


@pytest.mark.parametrize(
    ("status", "preliminary"),
    [("final", False), ("preliminary", True), ("partial", True), (None, True), ("registered", None)],
)
def test_which_reports_count(status: str | None, preliminary: bool | None) -> None:
    found = report(status=status)
    assert (found.preliminary if found else None) is preliminary


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"effectiveDateTime": "2026-05-10"}, days("2026-05-10")),
        ({"effectivePeriod": {"start": "2026-05-10", "end": "2026-05-11"}}, days("2026-05-10")),
        ({"effectivePeriod": {"end": "2026-05-11"}}, days("2026-05-11")),
        ({"issued": "2026-05-12T00:00:00Z"}, days("2026-05-12")),
        ({}, None),
    ],
)
def test_when_a_report_is_of(fields: dict[str, Any], when: DateRange | None) -> None:
    found = report(**fields)
    assert found is not None and found.when == when


def test_what_a_report_carries() -> None:
    found = report(conclusion="Disc bulge\nat C5/6", id="mri")
    assert found is not None
    assert (found.ref, found.region, found.conclusion) == ("DiagnosticReport/mri", "cervical", "Disc bulge at C5/6")
    assert set(found.concepts) == {"imaging_spine_mri_ct"}
    nameless = report(id=None)
    assert nameless is not None and nameless.ref == ""


@pytest.mark.parametrize(
    ("fields", "concept", "use"),
    [
        ({"conclusion": "Extensive epidural fibrosis at L5/S1."}, "epidural_scarring", "full"),
        ({"conclusion": "Epidural fibrosis. Severe stenosis."}, "epidural_scarring", "weak"),
        ({"conclusion": "No epidural fibrosis."}, "epidural_scarring", None),
        ({"conclusion": "Suspected extensive epidural fibrosis?"}, "epidural_scarring", "weak"),
        ({"conclusion": "Epidural scar? Extensive epidural scar."}, "epidural_scarring", "full"),
        ({"conclusion": "Extensive epidural scar. Fracture? Rule out tumour."}, "epidural_scarring", "full"),
        ({"conclusion": "Suspected high-grade spondylolisthesis."}, "high_grade_slip", "weak"),
        ({"conclusion": "Grade 1 spondylolisthesis L4-5. Grade 3 Modic changes."}, "high_grade_slip", None),
        ({"conclusion": "Spondylolisthesis grade 4 L5/S1"}, "high_grade_slip", "full"),
        ({"conclusion": "Spondylolisthesis grade 1 L5/S1"}, "high_grade_slip", None),
        ({"conclusion": "x " * 900 + "dense epidural scar"}, "epidural_scarring", "full"),
        ({"conclusion": "x " * 2_000 + "dense epidural scar"}, "epidural_scarring", None),
        ({"conclusionCode": [code(text="Arachnoiditis")]}, "epidural_scarring", "weak"),
    ],
)
def test_conclusions_tell_of_slip_and_scarring(fields: dict[str, Any], concept: str, use: str | None) -> None:
    for made in (MRI, code(text="Radiology report")):
        found = report(made, **fields)
        assert (found.concepts[concept].use if found and concept in found.concepts else None) == use


def test_reports_of_something_else_are_left_out() -> None:
    cbc = reported(code((LOINC, "58410-2", "CBC")), conclusion="normal")
    assert chart(cbc) == chart()
    assert report(code((CPT, "72141"), text="screening MRI")) is None
