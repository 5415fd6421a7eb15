"""When the spine was last heard of (clinical-logic A.7)."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.findings.traces import newest_trace
from cds_service.record.patient import Condition, Observation, Procedure, Reason, Report
from tests.findings.spine_charts import (
    DAY,
    GIVEN,
    Entry,
    ago,
    chart,
    complaint_of,
    done,
    drug,
    other,
    sets,
    visit,
    written,
)

SPINE = (Reason(spine=True, region="lumbar"),)
KNEE = (Reason(),)
PT = "care_physical_therapy"
TEN = date.fromisoformat(ago(10))


def trace_of(*entries: Entry) -> date | None:
    return newest_trace(chart(*entries), "lumbar", GIVEN)


@pytest.mark.parametrize(
    "entry, found",
    [
        (complaint_of(onset=ago(10), recorded=ago(30)), True),
        (complaint_of(onset=ago(30), recorded=ago(10)), True),
        (complaint_of("degenerative_disc_spondylosis", onset=ago(10)), True),
        (visit(recorded=ago(10), region="unknown"), True),
        (complaint_of(onset=ago(10), ended=ago(2)), True),
        (complaint_of(onset=ago(10), region="cervical"), False),
        (complaint_of("radiculopathy", onset=ago(10), use="history"), False),
        (other("diabetes", onset=ago(10)), False),
        (complaint_of(), False),
    ],
)
def test_the_onset_or_record_of_a_spine_condition_in_a_compatible_region(entry: Condition, found: bool) -> None:
    assert trace_of(entry) == (TEN if found else None)


@pytest.mark.parametrize(
    "text, day",
    [
        ("2026-03", date(2026, 3, 31)),
        ("2025", date(2025, 12, 31)),
        ("2026", DAY),
        ("2027", None),
    ],
)
def test_a_month_or_year_counts_as_its_last_possible_day_and_the_future_never(text: str, day: date | None) -> None:
    assert trace_of(done("care_spinal_injection", performed=text)) == day


@pytest.mark.parametrize(
    "name, found",
    [
        ("care_spinal_injection", True),
        ("imaging_spine_mri_ct", True),
        ("proc_fusion", True),
        ("proc_decompression", True),
        ("prior_spine_surgery_status", True),
        ("proc_vertebral_augmentation", False),
        ("proc_neuromodulation", False),
        (PT, False),
    ],
)
def test_injection_imaging_and_operation_of_the_spine(name: str, found: bool) -> None:
    assert trace_of(done(name, performed=ago(10))) == (TEN if found else None)


def test_a_report_of_spine_imaging_and_the_end_of_a_period() -> None:
    assert trace_of(Report(concepts=sets("imaging_spine_loinc"), when=written(ago(10)))) == TEN
    assert trace_of(Report(concepts=sets("lab_hba1c"), when=written(ago(10)))) is None
    assert trace_of(done("care_spinal_injection", performed=ago(40), until=ago(10))) == TEN
    assert trace_of(done("care_spinal_injection")) is None


@pytest.mark.parametrize(
    "entry, found",
    [
        (done(PT, performed=ago(10), reasons=SPINE), True),
        (done(PT, performed=ago(10), region="lumbar"), True),
        (done("care_other_nonpharm", performed=ago(10), spine_words=True), True),
        (done("care_other_nonpharm", performed=ago(10)), False),
        (done(PT, performed=ago(10), reasons=KNEE), False),
    ],
)
def test_care_is_a_trace_where_its_reason_site_or_text_names_the_spine(entry: Procedure, found: bool) -> None:
    assert trace_of(entry) == (TEN if found else None)


@pytest.mark.parametrize("spine_words, found", [(True, True), (False, False)])
def test_a_pain_score_is_a_trace_where_its_site_or_text_names_the_spine(spine_words: bool, found: bool) -> None:
    score = Observation(what="pain scale", value=7, when=written(ago(10)), spine_words=spine_words)
    assert trace_of(score) == (TEN if found else None)


@pytest.mark.parametrize("name", ["analgesic_nsaid", "analgesic_acetaminophen", "opioid_atc", "muscle_relaxant"])
def test_an_analgesic_is_a_trace_by_its_reason_on_its_last_covered_day(name: str) -> None:
    assert trace_of(drug(name, first=ago(40), last=ago(10), reasons=SPINE)) == TEN
    assert trace_of(drug(name, first=ago(40), last=ago(10), reasons=KNEE)) is None


def test_a_drug_that_cannot_be_placed_in_time_leaves_the_day_it_was_ordered() -> None:
    assert trace_of(drug("analgesic_nsaid", authored=ago(10), reasons=SPINE)) == TEN
    assert trace_of(drug("analgesic_nsaid", first=ago(10), reasons=SPINE)) == TEN
    assert trace_of(drug("analgesic_nsaid", reasons=SPINE)) is None


@pytest.mark.parametrize(
    "name, found",
    [
        ("opioid_rxnorm_ingredients", True),
        ("analgesic_gabapentinoid", True),
        ("muscle_relaxant", True),
        ("analgesic_nsaid", False),
        ("analgesic_acetaminophen", False),
    ],
)
def test_without_a_reason_an_opioid_gabapentinoid_or_relaxant_is_a_trace(name: str, found: bool) -> None:
    assert trace_of(drug(name, first=ago(40), last=ago(10))) == (TEN if found else None)


@pytest.mark.parametrize("inpatient, injected", [(True, False), (False, True)])
def test_hospital_and_injected_drugs_are_ignored(inpatient: bool, injected: bool) -> None:
    assert trace_of(drug("opioid_atc", last=ago(10), inpatient=inpatient, injected=injected)) is None


def test_treatment_of_addiction_without_a_reason_is_no_trace() -> None:
    assert trace_of(drug("opioid_atc", "oud_treatment_drugs", last=ago(10))) is None


@pytest.mark.parametrize(
    "tooth, found",
    [
        (other("nonspine_opioid_indication", onset=ago(40)), False),
        (other("nonspine_opioid_indication", onset=ago(130)), False),
        (other("nonspine_opioid_indication", recorded=ago(130)), False),
        (other("nonspine_opioid_indication", onset=ago(131)), True),
        (other("nonspine_opioid_indication", onset=ago(39)), True),
        (other("nonspine_opioid_indication", onset="2026"), False),
        (other("nonspine_opioid_indication", onset=ago(40), use="history"), True),
        (other("active_cancer", onset=ago(900)), False),
        (other("active_cancer", onset=ago(900), use="weak"), True),
    ],
)
def test_another_indication_within_90_days_before_or_cancer_takes_it_away(tooth: Condition, found: bool) -> None:
    taken = drug("opioid_atc", first=ago(40), last=ago(10))
    assert trace_of(taken, tooth) == (TEN if found else None)


def test_physical_therapy_without_a_reason_needs_two_days() -> None:
    session, earlier = done(PT, performed=ago(10)), done(PT, performed=ago(17))
    assert trace_of(session) is None
    assert trace_of(session, session) is None
    assert trace_of(session, earlier) == TEN
    assert trace_of(session, earlier, other("nonspine_opioid_indication", onset=ago(30))) is None
    assert trace_of(session, done(PT, performed=ago(17), reasons=KNEE)) is None
