"""Each word a value-set row may bear in `only_if`, and `use`, against the published codes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cds_service.record.only_if import Told, holds
from cds_service.record.patient import Condition, PatientRecord
from tests.record.charts import (
    CPT,
    ICD_9_CM,
    ICD_10,
    ICD_10_CM,
    SNOMED,
    chart,
    code,
    condition,
    knowledge,
    resource,
    standpoint,
    status,
)

LOW_BACK_PAIN = condition(code((ICD_10_CM, "M54.50")), id="pain")
LAMINECTOMY = resource("Procedure", code((CPT, "63047")), id="op", status="completed")
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"


def entry(record: PatientRecord, id_: str = "x") -> Condition | None:
    return next((one for one in record.conditions if one.ref == f"Condition/{id_}"), None)


def is_in(concept: str, made: dict[str, Any], *others: dict[str, Any], day: str = "2026-11-22") -> bool:
    found = entry(chart(made, *others, day=day))
    return found is not None and concept in found.concepts


def test_every_word_of_only_if_in_the_files_is_tested_here() -> None:
    said = {row.only_if for one in knowledge().value_sets.values() for row in one.rows}
    assert said == {
        "",
        "spine-text",
        "spine-context",
        "prior-spine-surgery",
        "severity-text",
        "initial-encounter",
        "adult",
        "recent",
    }


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        (condition(code((ICD_10_CM, "G89.4", "Chronic pain syndrome"))), False),
        (condition(code((ICD_10_CM, "G89.4"), text="Chronic pain syndrome, lumbar")), True),
        (condition(code((ICD_10_CM, "G89.4"), text="no back problem")), False),
        (condition(code((ICD_10_CM, "G89.4")), bodySite=[code(text="Lower back")]), True),
        (condition(code((ICD_10_CM, "G89.4")), bodySite=[code(text="Knee")]), False),
        (condition(code((ICD_10_CM, "G89.4"), (ICD_10_CM, "M54.16"))), True),
        (condition(code((ICD_10_CM, "G89.4")), note=[{"text": "back pain"}]), False),
    ],
)
def test_spine_text_of_chronic_pain(made: dict[str, Any], counts: bool) -> None:
    assert is_in("chronic_pain_generic", made) is counts


@pytest.mark.parametrize(
    ("concept", "system", "digits", "text", "counts"),
    [
        ("epidural_scarring", ICD_10_CM, "G96.198", "dural adhesions", True),
        ("epidural_scarring", ICD_10_CM, "G96.198", "lumbar meningocele", False),
        ("epidural_scarring", ICD_10_CM, "G96.198", "no scarring", False),
        ("limb_neuro_symptoms", ICD_10_CM, "R29.898", "left leg weakness", True),
        ("limb_neuro_symptoms", ICD_10_CM, "R29.898", "weakness of the right hand", True),
        ("limb_neuro_symptoms", ICD_10_CM, "R29.898", "no leg weakness", False),
        ("limb_neuro_symptoms", ICD_10_CM, "R29.898", "back stiffness", False),
        ("prior_spine_surgery_status", ICD_10_CM, "Z98.890", "status post back procedure", True),
        ("prior_spine_surgery_status", ICD_10_CM, "Z98.890", "status post knee procedure", False),
        ("redflag_spinal_infection", ICD_10_CM, "G07", "spinal abscess", True),
        ("redflag_spinal_infection", ICD_10_CM, "G07", "brain abscess", False),
        ("redflag_spinal_neoplasm", ICD_9_CM, "198.3", "metastasis to spinal cord", True),
        ("redflag_spinal_neoplasm", ICD_9_CM, "198.3", "metastasis to brain", False),
    ],
)
def test_spine_text_by_set(concept: str, system: str, digits: str, text: str, counts: bool) -> None:
    assert is_in(concept, condition(code((system, digits), text=text))) is counts


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        ({}, False),
        ({"note": [{"text": "for lumbar metastasis"}]}, True),
        ({"reasonCode": [code(text="back pain")]}, True),
        ({"reasonCode": [code(text="knee pain")]}, False),
        ({"reasonReference": [{"reference": "Condition/pain"}]}, True),
        ({"reasonReference": [{"reference": "Condition/gone", "display": "Cervical spine tumour"}]}, True),
        ({"bodySite": [code(text="Thoracic spine")]}, True),
    ],
)
def test_spine_text_of_a_procedure_reads_reasons_and_notes(made: dict[str, Any], counts: bool) -> None:
    done = resource("Procedure", code((CPT, "77373")), status="completed", **made)
    assert bool(chart(done, LOW_BACK_PAIN).procedures) is counts


@pytest.mark.parametrize(
    ("made", "counts"),
    [({}, False), ({"reasonCode": [code((ICD_10_CM, "M51.26"))]}, True), ({"note": [{"text": "hip"}]}, False)],
)
def test_an_orthopaedic_referral_needs_a_spine_reason_site_or_text(made: dict[str, Any], counts: bool) -> None:
    asked = resource("ServiceRequest", code((SNOMED, "308481009")), status="active", intent="order", **made)
    (found,) = chart(asked).referrals
    assert bool(found.concepts) is counts


BONE_METASTASIS = condition(code((ICD_10_CM, "C79.51", "Secondary malignant neoplasm of bone")))


@pytest.mark.parametrize(
    ("made", "others", "counts"),
    [
        (BONE_METASTASIS, [], False),
        (BONE_METASTASIS, [LOW_BACK_PAIN], True),
        (BONE_METASTASIS, [{**LOW_BACK_PAIN, "clinicalStatus": status("resolved")}], False),
        (BONE_METASTASIS, [{**LOW_BACK_PAIN, "code": code((ICD_10_CM, "M51.26"))}], False),
        (condition(code((ICD_10_CM, "C79.51"), text="metastasis to vertebra L3")), [], True),
    ],
)
def test_spine_context_of_a_tumour(made: dict[str, Any], others: list[dict[str, Any]], counts: bool) -> None:
    assert is_in("redflag_spinal_neoplasm", made, *others) is counts


@pytest.mark.parametrize(
    ("text", "other", "counts"),
    [
        ("Arthrodesis status", None, False),
        ("Arthrodesis status of the back", None, False),
        ("Arthrodesis status", code((ICD_10_CM, "M51.36")), True),
        ("Arthrodesis status", code((ICD_10_CM, "M17.0")), False),
    ],
)
def test_spine_context_of_arthrodesis_status(text: str, other: dict[str, Any] | None, counts: bool) -> None:
    made = condition(code((ICD_10_CM, "Z98.1"), text=text))
    others = [condition(other, id="other")] if other else []
    assert is_in("prior_spine_surgery_status", made, *others) is counts


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (code((ICD_10_CM, "M50.20")), True),
        (code((ICD_10_CM, "M51.24")), True),
        (code((ICD_10_CM, "M51.26")), False),
        (code((ICD_10_CM, "M48.02")), True),
        (code((ICD_10_CM, "M54.2")), False),
    ],
)
def test_spine_context_of_myelopathy(other: dict[str, Any], counts: bool) -> None:
    made = condition(code((ICD_10_CM, "G95.9"), text="spinal cord disease"))
    assert is_in("myelopathy", made, condition(other, id="other")) is counts


def test_spine_context_of_deformity() -> None:
    made = condition(code((ICD_10_CM, "M43.06")))
    spondylolysis = condition(code((ICD_10_CM, "M43.9")), id="other")
    assert not is_in("spinal_deformity", made)
    assert not is_in("spinal_deformity", made, spondylolysis)
    assert is_in("spinal_deformity", made, condition(code((ICD_10_CM, "M43.16")), id="other"))
    assert is_in("spinal_deformity", made, condition(code((ICD_10_CM, "M41.26")), id="other"))
    assert is_in("spinal_deformity", condition(code((ICD_10_CM, "M43.06"), (ICD_10_CM, "M43.16"))))
    assert is_in("spinal_deformity", condition(code((ICD_10_CM, "M43.06"), (ICD_10_CM, "M41.26"))))


@pytest.mark.parametrize(
    ("made", "others", "counts"),
    [
        (code((ICD_10_CM, "G89.28")), [], False),
        (code((ICD_10_CM, "G89.28"), text="chronic pain after back operation"), [], True),
        # Its own words prove an operation as well as those of a copy beside it would.
        (code((ICD_10_CM, "G89.28"), text="s/p L4/5 microdiscectomy"), [], True),
        (code((ICD_10_CM, "G89.28"), text="no laminectomy"), [], False),
        (code((ICD_10_CM, "G89.28")), [LAMINECTOMY], True),
        (code((ICD_10_CM, "G89.28")), [{**LAMINECTOMY, "status": "unknown"}], False),
        (code((ICD_10_CM, "G89.28")), [{**LAMINECTOMY, "code": code((CPT, "22510"))}], False),
        (code((ICD_10_CM, "G89.28")), [{**LAMINECTOMY, "code": code((CPT, "63035"))}], False),
        (code((ICD_10_CM, "G89.28")), [{**LAMINECTOMY, "code": code(text="L4 laminectomy")}], True),
        (code((ICD_10_CM, "G89.28")), [condition(code((ICD_10_CM, "M96.1")), id="fbss")], True),
        (code((ICD_10_CM, "G89.28")), [condition(code((ICD_10_CM, "Z98.1")), id="z"), LOW_BACK_PAIN], True),
        (code((ICD_10_CM, "G89.28")), [condition(code((ICD_10_CM, "Z98.1")), id="z")], False),
        (code((SNOMED, "31511007")), [condition(code((ICD_10_CM, "G89.28")), id="z")], False),
    ],
)
def test_prior_spine_surgery_of_a_failed_back(made: dict[str, Any], others: list[dict[str, Any]], counts: bool) -> None:
    assert is_in("failed_back_surgery", condition(made), *others) is counts


@pytest.mark.parametrize(
    ("text", "others", "counts"),
    [
        ("meningitis", [], False),
        ("lumbar meningitis", [], False),
        ("arachnoid inflammation", [], True),
        ("meningitis", [LAMINECTOMY], True),
    ],
)
def test_prior_spine_surgery_of_scarring(text: str, others: list[dict[str, Any]], counts: bool) -> None:
    assert is_in("epidural_scarring", condition(code((ICD_10_CM, "G03.9"), text=text)), *others) is counts


@pytest.mark.parametrize(
    ("made", "use"),
    [
        (condition(code((ICD_10_CM, "M53.2X6"), text="Spinal instabilities, lumbar")), "weak"),
        (condition(code((ICD_10_CM, "M53.2X6"), text="gross instability of spine")), "full"),
        (condition(code((ICD_10_CM, "M53.2X6"), text="no gross instability of spine")), "weak"),
        (condition(code((ICD_10_CM, "M53.2X6")), severity=code((SNOMED, "24484000"))), "full"),
        (condition(code((ICD_10_CM, "M53.2X6")), severity=code((SNOMED, "255604002", "Mild"))), "weak"),
    ],
)
def test_severity_text_of_instability(made: dict[str, Any], use: str) -> None:
    found = entry(chart(made))
    assert found is not None
    assert found.concepts["severe_instability"].use == use


@pytest.mark.parametrize(("text", "counts"), [("Major depression", False), ("Severe major depression", True)])
def test_severity_text_of_depression(text: str, counts: bool) -> None:
    assert is_in("severe_depression", condition(code((SNOMED, "370143000"), text=text))) is counts


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Aortic stenosis", "cardio_chronic"),
        ("Critical aortic stenosis", "cardio_major"),
        ("Severe aortic stenosis", "cardio_major"),
        ("Marked aortic stenosis", "cardio_chronic"),
    ],
)
def test_severity_text_of_aortic_stenosis(text: str, concept: str) -> None:
    found = entry(chart(condition(code((SNOMED, "60573004"), text=text))))
    assert found is not None
    assert set(found.concepts) == {concept}


@pytest.mark.parametrize(
    ("digits", "onset", "counts"),
    [
        ("S13.100A", None, True),
        ("S13.100B", None, True),
        ("S13.100D", "2026-11-20", False),
        ("S13.100S", "2026-11-20", False),
        ("S13.1", "2026-11-20", True),
        ("S13.1", None, False),
        ("S13.100", "2026-11-20", True),
    ],
)
def test_initial_encounter(digits: str, onset: str | None, counts: bool) -> None:
    made = condition(code((ICD_10_CM, digits)), **({"onsetDateTime": onset} if onset else {}))
    assert is_in("redflag_unstable_fracture", made) is counts


@pytest.mark.parametrize(
    ("concept", "system", "digits", "days"),
    [
        ("cardio_major", ICD_10_CM, "I21.4", 60),
        ("cardio_major", ICD_10_CM, "I22.0", 60),
        ("cardio_major", ICD_9_CM, "410.90", 60),
        ("cardio_major", SNOMED, "401303003", 60),
        ("cardio_major", ICD_10_CM, "I63.9", 90),
        ("cardio_major", ICD_10, "I64", 90),
        ("cardio_major", ICD_9_CM, "434.91", 90),
        ("cardio_major", SNOMED, "230690007", 90),
        ("cardio_major", ICD_10_CM, "I20.0", 180),
        ("cardio_major", SNOMED, "4557003", 180),
        ("cardio_major", ICD_10_CM, "I50.23", 180),
        ("cardio_major", SNOMED, "56675007", 180),
        ("redflag_cauda_equina", ICD_10_CM, "S34.3XXA", 180),
        ("redflag_cord_compression", ICD_10_CM, "S14.0XXA", 180),
        ("redflag_vertebral_fracture", SNOMED, "262521009", 90),
        ("diabetes_uncontrolled", ICD_10_CM, "E11.65", 365),
        ("long_term_opioid_status", ICD_10_CM, "Z79.891", 365),
    ],
)
def test_recent_on_both_sides_of_its_days(concept: str, system: str, digits: str, days: int) -> None:
    made = condition(code((system, digits)))
    assert is_in(concept, {**made, "onsetDateTime": back(days)})
    assert not is_in(concept, {**made, "onsetDateTime": back(days + 1)})
    assert is_in(concept, {**made, "recordedDate": back(days)})
    assert not is_in(concept, made)


def back(days: int) -> str:
    return (date(2026, 11, 22) - timedelta(days)).isoformat()


def test_recent_counts_from_the_onset_though_recorded_later() -> None:
    made = condition(code((ICD_10_CM, "I21.4")), onsetDateTime=back(70), recordedDate=back(5))
    assert not is_in("cardio_major", made)


def test_recent_counts_from_the_last_possible_day() -> None:
    made = condition(code((ICD_10_CM, "I21.4")), onsetDateTime="2026-09")
    assert is_in("cardio_major", made, day="2026-11-29")
    assert not is_in("cardio_major", made, day="2026-11-30")


def test_recent_diabetes_codes_take_the_later_of_onset_and_record() -> None:
    made = condition(code((ICD_10_CM, "E11.65")), onsetDateTime="2010-01-01", recordedDate=back(10))
    assert is_in("diabetes_uncontrolled", made)


def test_infarction_counts_whatever_its_status() -> None:
    made = condition(code((ICD_10_CM, "I21.4")), onsetDateTime=back(5), clinicalStatus=status("resolved"))
    assert is_in("cardio_major", made)


def test_what_is_older_or_without_the_words_is_chronic() -> None:
    found = entry(chart(condition(code((ICD_9_CM, "434.91")), onsetDateTime=back(400))))
    assert found is not None
    assert set(found.concepts) == {"cardio_chronic"}


def test_unverified_and_ignored_codes() -> None:
    weak = entry(chart(condition(code((ICD_10, "M21.3")))))
    assert weak is not None and weak.concepts["redflag_foot_drop"].use == "weak"
    assert entry(chart(condition(code((ICD_10_CM, "M62.81"), text="muscle weakness, back pain")))) is None
    past = entry(chart(condition(code((ICD_10_CM, "F11.21")))))
    assert past is not None and past.concepts["opioid_use_disorder"].use == "history"
    assert not past.counts_for("opioid_use_disorder")


def test_the_best_use_of_several_codings_wins() -> None:
    both = code((ICD_10, "M21.3"), (ICD_10_CM, "M21.371"))
    for made in (both, {"coding": both["coding"][::-1]}):
        found = entry(chart(condition(made)))
        assert found is not None and found.counts_for("redflag_foot_drop")


def test_an_injection_into_the_spinal_canal_needs_a_spine_word() -> None:
    made = resource("Procedure", code((PCS, "3E0R3GC")), status="completed")
    assert not chart(made).procedures
    assert chart({**made, "note": [{"text": "for low back pain"}]}).procedures
    robotic = resource("Procedure", code((HCPCS, "G0339"), text="spine"), status="completed")
    assert chart(robotic).procedures[0].concepts["proc_radiosurgery_spine"].use == "weak"


def test_adult_says_nothing_outside_observations() -> None:
    row = next(row for row in knowledge().value_sets["vitals_bmi_weight_height"].rows if row.only_if == "adult")
    assert holds(row, row.code, Told(), standpoint()) is False
