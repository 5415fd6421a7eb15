"""Whole charts, from FHIR to the assessment: where one finding leans on another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.assessment.miss import Assessment, assess
from cds_service.findings import find
from cds_service.findings.finding import Present
from cds_service.record.opioid_dose import Bounds, DoseStep, OpioidDose
from tests.findings.comorbid_charts import chart as chart_of
from tests.findings.comorbid_charts import condition as condition_of
from tests.findings.comorbid_charts import measured, procedure, referral, written
from tests.findings.comorbid_charts import report as report_of
from tests.findings.drug_charts import DAY, GIVEN, drug, opioid
from tests.findings.spine_charts import ago, complaint_of
from tests.record.charts import (
    CPT,
    ICD_9_CM,
    ICD_10_CM,
    LOINC,
    SNOMED,
    chart,
    code,
    condition,
    knowledge,
    resource,
    status,
)

Resource = dict[str, Any]


def problem(icd: str, onset: str | None = None, *, text: str | None = None, **fields: Any) -> Resource:
    """A Condition by its ICD-10-CM code."""
    return of(code((ICD_10_CM, icd), text=text), onset, id=icd, **fields)


def of(concept: Resource, onset: str | None = None, **fields: Any) -> Resource:
    return condition(concept, **({"onsetDateTime": onset} if onset else {}), **fields)


def done(cpt: str, on: str, **fields: Any) -> Resource:
    """A Procedure by its CPT code."""
    return resource("Procedure", code((CPT, cpt)), id=f"{cpt}-{on}", status="completed", performedDateTime=on, **fields)


def bmi(value: float) -> Resource:
    concept = code((LOINC, "39156-5"))
    quantity = {"value": value, "unit": "kg/m2", "code": "kg/m2", "system": "http://unitsofmeasure.org"}
    return resource("Observation", concept, status="final", effectiveDateTime="2026-09-01", valueQuantity=quantity)


def smoker(on: str) -> Resource:
    answer = code((SNOMED, "449868002"))
    concept = code((LOINC, "72166-2"))
    return resource("Observation", concept, status="final", effectiveDateTime=on, valueCodeableConcept=answer)


def report(conclusion: str, on: str) -> Resource:
    return resource(
        "DiagnosticReport", code((LOINC, "24968-0")), status="final", effectiveDateTime=on, conclusion=conclusion
    )


def assessed(*resources: Resource, age: int = 60, **more: Any) -> Assessment:
    """The assessment of a patient of that age with these resources."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": f"{2026 - age}-05-22"}
    record = chart(patient, *resources, **more)
    assert record.day == date(2026, 11, 22)
    given = knowledge().given
    return assess(find(record, given), given)


PAIN = problem("M54.50", "2026-05-01")

VIGNETTES: dict[str, tuple[int, list[Resource], str]] = {
    "V12": (45, [problem("M54.16", "2026-10-25"), problem("M21.371", "2026-11-18")], "urgent-emergency"),
    "V14": (70, [problem("R33.9", "2026-11-10"), problem("N40.1")], ""),
    "V31": (
        65,
        [
            problem("G96.12", "2026-02-01"),
            problem("M96.1"),
            problem("M54.16"),
            done("63047", "2019-03-01"),
            done("63047", "2021-06-15"),
            *(done("97110", f"2026-03-{day:02}") for day in (2, 9, 16, 23)),
            done("62323", "2026-04-20"),
            report("Extensive epidural fibrosis L4-S1.", "2026-03-05"),
        ],
        "not-advised",
    ),
    "V42": (
        67,
        [
            problem("M54.50", "2026-08-01"),
            problem("C50.911"),
            problem("C79.51", text="Metastasis to lumbar spine", recordedDate="2026-11-05"),
        ],
        "urgent-emergency",
    ),
    "V44": (56, [problem("M54.50"), problem("M46.46", "2026-11-15")], "urgent-emergency"),
    "V54": (
        44,
        [
            problem("M54.16", "2026-10-18"),
            problem("R29.898", "2026-11-05", text="left leg weakness"),
            bmi(41),
            smoker("2026-10-01"),
        ],
        "recommend",
    ),
    "V57": (
        71,
        [PAIN, problem("R33.9", "2026-11-12"), problem("N40.1", recordedDate="2026-05-01"), bmi(27)],
        "consider",
    ),
    "V58": (
        50,
        [
            problem(
                "G83.4",
                text="rule out cauda equina syndrome",
                verificationStatus=status("differential"),
                recordedDate="2026-11-20",
            ),
            problem("M54.50", "2026-11-01"),
        ],
        "urgent-prompt",
    ),
    "V63": (58, [problem("M54.2", "2026-06-01"), problem("R27.0", "2026-09-20")], "consider"),
    "V67": (79, [problem("M80.08XA", "2026-10-15"), problem("M54.50", "2026-10-15")], "urgent-prompt"),
}


@pytest.mark.parametrize("name", VIGNETTES)
def test_the_vignettes_of_red_flags_and_signs(name: str) -> None:
    age, resources, expected = VIGNETTES[name]
    assert assessed(*resources, age=age).rule == expected
    assert assessed(*reversed(resources), age=age).rule == expected


def test_the_sign_of_v54_is_time_critical_and_of_v63_partial() -> None:
    critical = assessed(*VIGNETTES["V54"][1], age=44).findings.signs[1]
    assert critical.full and critical.time_critical
    assert "limb weakness since 5 November 2026" in [fact.text for fact in critical.facts]
    assert "walking-and-balance" in {
        sign.id for sign in assessed(*VIGNETTES["V63"][1], age=58).findings.signs if sign.strength == "partial"
    }


@pytest.mark.parametrize(
    "text", ["diabetic radiculopathy", "radiculopathy due to zoster", "HIV-related lumbar radiculopathy"]
)
def test_a_root_complaint_of_another_cause_is_none(text: str) -> None:
    assert assessed(problem("M54.16", "2026-01-01", text=text)).rule == ""
    assert assessed(problem("M54.16", "2026-01-01", text="lumbar radiculopathy")).rule == "recommend"


def test_claudication_by_its_old_code() -> None:
    assert assessed(of(code((ICD_9_CM, "724.03")), "2026-10-01")).rule == "recommend"
    assert assessed(of(code((ICD_9_CM, "724.02")), "2026-10-01")).rule == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Neurogenic claudication", "consider"),
        ("Lumbar spinal stenosis with neurogenic claudication", "consider"),
        ("Lumbar spinal stenosis", ""),
    ],
)
def test_neurogenic_claudication_in_words_without_a_stenosis_code(text: str, expected: str) -> None:
    assert assessed(of({"text": text}, "2026-10-01")).rule == expected


def test_generalised_weakness_is_no_focal_weakness() -> None:
    root = problem("M54.16", "2026-10-18")
    assert assessed(root, problem("M62.81", "2026-11-05")).rule == ""
    assert assessed(root, problem("R29.898", "2026-11-05", text="hand tremor")).rule == ""
    assert assessed(root, of(code((SNOMED, "713514005")), "2026-11-05")).rule == "recommend"


def test_the_same_complaint_before_and_after_an_operation() -> None:
    before = problem("M54.50", "2025-12-15")
    assert assessed(before).rule == "consider"
    answered = assessed(before, done("63047", "2026-03-01"))
    assert (answered.rule, answered.why) == ("", "no-sign")
    since = problem("M54.50", "2025-12-15", recordedDate="2026-09-01")
    assert assessed(since, done("63047", "2026-03-01")).rule == "recommend"
    assert assessed(since, done("63047", "2026-09-15")).why == "post-operative"


def test_an_image_after_a_fusion_is_no_fusion() -> None:
    scan = done("72148", "2026-11-01")
    scan["code"]["text"] = "MRI lumbar spine after lumbar fusion"
    assert not assessed(PAIN, scan).findings.operations.proved


def test_what_was_not_answered_is_named() -> None:
    result = assessed(problem("M48.062", "2025-12-01"), answered=("patient", "conditions"))
    assert result.rule == "recommend"
    assert result.findings.unchecked == ("medications", "procedures", "observations", "imaging", "referrals")
    assert {sign.id for sign in result.findings.signs if sign.state == "unknown"} == {
        "medication-dependence",
        "persistent-after-surgery",
    }


def test_a_complaint_in_doubt_counts_and_is_said_to_be_in_doubt() -> None:
    doubted = problem("M54.16", "2026-01-01", verificationStatus=status("unconfirmed"))
    result = assessed(doubted)
    assert result.rule == "recommend"
    assert "unconfirmed" in result.reasons[0].text


def test_a_stale_complaint_counts_for_an_order() -> None:
    record = chart(problem("M54.16", "2019-01-01"))
    given = knowledge().given
    assert assess(find(record, given), given).why == "stale"
    assert find(record, given, count_stale=True).signs[1].full


def test_an_opioid_is_no_other_care_for_itself() -> None:
    pain, taken = complaint_of(onset=ago(300)), opioid(290)
    alone = find(chart_of(pain, taken), GIVEN)
    assert (alone.care.state, alone.care.failed, alone.signs[0].strength) == ("partial", True, "full")
    assert (alone.signs[4].id, alone.signs[4].strength) == ("medication-dependence", "partial")
    beside = find(chart_of(pain, taken, drug("analgesic_nsaid", 100)), GIVEN)
    assert beside.signs[4].strength == "full"


def test_a_child_has_no_degenerative_myelopathy() -> None:
    cord = complaint_of("myelopathy", onset=ago(5), region="cervical")
    assert [flag.id for flag in find(chart_of(cord), GIVEN).red_flags.prompts] == ["myelopathy"]
    assert [flag.id for flag in find(chart_of(cord, born=None), GIVEN).red_flags.prompts] == ["myelopathy"]
    assert find(chart_of(cord, born=written("2015-01-01")), GIVEN).red_flags.prompts == ()


def test_a_herniation_with_imaging_is_a_favourable_candidate() -> None:
    disc = complaint_of("disc_herniation", onset=ago(100))
    assert find(chart_of(disc), GIVEN).signs[6].strength == "partial"
    seen = find(chart_of(disc, report_of("imaging_spine_mri_ct")), GIVEN)
    assert seen.signs[6].strength == "full"
    assert isinstance(seen.imaging, Present)


def test_what_is_found_of_a_chart_is_told_whole() -> None:
    entries = (
        complaint_of(onset=ago(300)),
        opioid(290),
        measured("pain scale", 7.0),
        measured("HbA1c", 9.0),
        condition_of("osteoporosis"),
        procedure("proc_fusion", 60),
        referral(days=20),
    )
    has = find(chart_of(*entries, unanswered=("diagnosticReports",)), GIVEN)
    assert isinstance(has.impact, Present) and has.impact.value.score == 7.0
    assert (has.opioids.status, has.mme.complete) == ("chronic", False)
    assert [risk.id for risk in has.risks if risk.state == "present"] == ["uncontrolled-diabetes"]
    assert [caution.id for caution in has.cautions] == ["osteoporosis", "preoperative-opioids"]
    assert (has.suppression.post_operative.holds, has.suppression.referral_under_way.holds) == (True, True)
    assert has.operations.last_day is not None
    assert (has.unchecked, has.gaps[0]) == (("imaging",), "Imaging not checked in full")


def test_the_dose_of_an_opioid_is_told_as_a_caution() -> None:
    taken = opioid(30, dose=OpioidDose((DoseStep(DAY, amount=Bounds(10, 10)),), 1.0))
    assert [each.id for each in find(chart_of(taken), GIVEN).cautions] == ["preoperative-opioids"]
    text = find(chart_of(taken), GIVEN).cautions[0].text
    assert text == "Opioids (10 MME a day): use before an operation worsens its outcome"


def test_an_empty_chart_says_nothing() -> None:
    result = assessed()
    assert (result.outcome, result.why, result.findings.red_flags.history) == ("none", "no-sign", ())
