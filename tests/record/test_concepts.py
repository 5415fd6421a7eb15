"""Which value sets an entry's words put it in, and which they do not."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.record.patient import Condition, Match
from tests.record.charts import ICD_10_CM, SNOMED, chart, code, condition


def only(made: dict[str, Any], **more: Any) -> Condition | None:
    found = chart(condition(made, **more)).conditions
    return found[0] if found else None


def concepts(made: dict[str, Any], **more: Any) -> dict[str, str]:
    found = only(made, **more)
    return {name: match.use for name, match in found.concepts.items()} if found else {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Low back pain", {"spine_pain_back_neck"}),
        ("Sciatica", {"radiculopathy"}),
        ("Lumbar stenosis", {"spinal_stenosis"}),
        ("Cervical myelopathy", {"myelopathy"}),
        ("Scoliosis", {"spinal_deformity"}),
        ("Spondylolisthesis L4/5", {"spinal_deformity", "spondylolisthesis"}),
        ("Failed back surgery syndrome", {"failed_back_surgery"}),
        ("s/p lumbar fusion 2019", {"prior_spine_surgery_status"}),
        ("Cauda equina syndrome", {"redflag_cauda_equina"}),
        ("Neurogenic claudication", {"neurogenic_claudication"}),
        ("Low back pain with sciatica, no bladder symptoms", {"spine_pain_back_neck", "radiculopathy"}),
        ("no fever, low back pain", {"spine_pain_back_neck"}),
        ("no radiculopathy, myelopathy or low back pain", set()),
        ("Diabetes", set()),
        ("Essential hypertension", set()),
        ("Physical therapy", set()),
    ],
)
def test_words_alone(text: str, found: set[str]) -> None:
    assert set(concepts(code(text=text))) == found


def test_words_are_lower_confidence_in_our_own_words() -> None:
    found = only(code(text="chronic LOW BACK PAIN for years"))
    assert found is not None
    assert found.concepts["spine_pain_back_neck"] == Match("full", "Back or neck pain", by_text=True)


def test_a_match_by_code_carries_the_row_and_the_code_as_compared() -> None:
    found = only(code((ICD_10_CM, "m54.16")))
    assert found is not None
    match = found.concepts["radiculopathy"]
    assert (match.use, match.system, match.code, match.by_text) == ("full", ICD_10_CM, "M5416", False)
    assert found.codes == {(ICD_10_CM, "M5416")}


def test_a_code_in_no_set_leaves_its_words_to_be_read() -> None:
    assert set(concepts(code((SNOMED, "999999999", "Low back pain")))) == {"spine_pain_back_neck"}
    assert set(concepts(code((SNOMED, "999999999", "Fracture"), text="Low back pain"))) == {"spine_pain_back_neck"}


def test_a_code_in_any_set_closes_its_words_to_concept_patterns() -> None:
    assert set(concepts(code((ICD_10_CM, "M51.26"), text="sciatica, low back pain"))) == {"disc_herniation"}
    assert concepts(code((SNOMED, "39848009"), text="whiplash with neck pain")) == {}


@pytest.mark.parametrize(
    ("text", "concept", "use"),
    [
        ("stenosis with neurogenic claudication", "neurogenic_claudication", "full"),
        ("stenosis without neurogenic claudication", "neurogenic_claudication", None),
        ("after laminectomy", "prior_spine_surgery_status", "full"),
        ("history of lumbar fusion", "prior_spine_surgery_status", "full"),
        ("no history of laminectomy", "prior_spine_surgery_status", None),
        ("segmental instability", "severe_instability", "weak"),
        ("severe segmental instability", "severe_instability", "full"),
        ("severe pain, segmental instability", "severe_instability", "weak"),
        ("no severe pain. Gross spinal instability", "severe_instability", "full"),
        ("unstable burst fracture", "severe_instability", "weak"),
        ("epidural fibrosis", "epidural_scarring", "weak"),
        ("minimal epidural fibrosis", "epidural_scarring", "weak"),
        ("extensive epidural fibrosis", "epidural_scarring", "full"),
        ("dense epidural scar", "epidural_scarring", "full"),
        ("epidural fibrosis, severe", "epidural_scarring", "full"),
        ("severe stenosis, minimal epidural fibrosis", "epidural_scarring", "weak"),
        ("no significant epidural fibrosis", "epidural_scarring", None),
        ("epidural fibrosis without significant effect", "epidural_scarring", "weak"),
        ("history of epidural fibrosis", "epidural_scarring", None),
        ("mild epidural scar; dense epidural scar below", "epidural_scarring", "full"),
    ],
)
def test_patterns_tried_beside_a_code_too(text: str, concept: str, use: str | None) -> None:
    assert concepts(code((ICD_10_CM, "M48.061"), text=text)).get(concept) == use
    assert concepts(code(text=text)).get(concept) == use


def test_scarring_by_its_code_needs_no_word() -> None:
    assert concepts(code((ICD_10_CM, "G96.12"), text="minimal epidural fibrosis")) == {"epidural_scarring": "full"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("History of low back pain", set()),
        ("h/o sciatica", set()),
        ("history of diabetes, low back pain", {"spine_pain_back_neck"}),
        ("sciatica with history of trauma", {"radiculopathy"}),
        ("History of laminectomy", {"prior_spine_surgery_status"}),
    ],
)
def test_history_of_counts_for_operations_only(text: str, found: set[str]) -> None:
    assert set(concepts(code(text=text))) == found


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Radiculopathy, lumbar region", True),
        ("Diabetic radiculopathy", False),
        ("Radiculopathy due to zoster", False),
        ("HIV radiculopathy", False),
        ("non-diabetic radiculopathy", True),
        ("radiculopathy, not diabetic", True),
        ("radiculopathy due to type 2 diabetes mellitus", False),
        ("radiculopathy not due to diabetes", True),
        ("radiculopathy due to disc disease, diabetes", True),
        ("radiculopathy in diabetes", True),
    ],
)
def test_a_root_complaint_of_another_cause_is_none(text: str, counts: bool) -> None:
    assert ("radiculopathy" in concepts(code((ICD_10_CM, "M54.16"), text=text))) is counts
    assert ("radiculopathy" in concepts(code(text=text))) is counts


@pytest.mark.parametrize(
    ("text", "onset", "found"),
    [
        ("Heart failure", "2026-11-01", {"cardio_chronic"}),
        ("Acute on chronic systolic heart failure", "2026-11-01", {"cardio_major"}),
        ("Decompensated heart failure", "2026-05-26", {"cardio_major"}),
        ("Decompensated heart failure", "2026-05-25", {"cardio_chronic"}),
        ("no acute heart failure", "2026-11-01", {"cardio_chronic"}),
        ("Decompensated heart failure", None, {"cardio_chronic"}),
    ],
)
def test_the_words_of_acute_heart_failure(text: str, onset: str | None, found: set[str]) -> None:
    dated = {"onsetDateTime": onset} if onset else {}
    assert set(concepts(code((SNOMED, "84114007"), text=text), **dated)) == found


def test_no_risk_is_found_by_text_alone() -> None:
    assert concepts(code(text="acute heart failure"), onsetDateTime="2026-11-01") == {}


def test_major_wins_over_chronic_where_both_are_coded() -> None:
    assert set(concepts(code((SNOMED, "70995007"), (SNOMED, "53741008")))) == {"cardio_major"}
    said = code((SNOMED, "70995007"), (SNOMED, "53741008"), text="decompensated")
    assert set(concepts(said)) == {"cardio_major"}


@pytest.mark.parametrize(
    ("text", "more", "high"),
    [
        ("Spondylolisthesis, grade 3", {}, True),
        ("Spondylolisthesis, grade 2", {}, False),
        ("Spondylolisthesis", {}, False),
        ("Spondylolisthesis", {"stage": [{"summary": {"text": "Meyerding grade IV"}}]}, True),
        ("Spondylolisthesis", {"stage": [{"summary": {"text": "grade 3"}}]}, True),
        ("Spondylolisthesis", {"stage": [{"summary": {"text": "grade 1"}}, {}]}, False),
        ("Spondylolisthesis", {"stage": "three"}, False),
        ("Spondylolisthesis", {"stage": None}, False),
        ("Spondylolisthesis", {"severity": {"text": "high-grade"}}, True),
        ("Spondylolisthesis", {"note": [{"text": "Meyerding 4 on film"}]}, True),
        ("Spondylolisthesis", {"note": [{"text": "grade 3 ulcer"}]}, False),
        ("Spondyloptosis", {}, True),
    ],
)
def test_a_high_grade_slip_in_its_text_or_beside_it(text: str, more: dict[str, Any], high: bool) -> None:
    assert ("high_grade_slip" in concepts(code((ICD_10_CM, "M43.16"), text=text), **more)) is high


def test_a_high_grade_slip_named_by_itself() -> None:
    assert concepts(code(text="Meyerding grade 5")) == {"high_grade_slip": "full"}
    assert concepts(code((ICD_10_CM, "I10"), text="no spondyloptosis")) == {}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (code((ICD_10_CM, "Z82.69", "Family history of scoliosis")), set()),
        (code((ICD_10_CM, "Z82.69"), (ICD_10_CM, "M41.26")), set()),
        (code((ICD_10_CM, "Z13.828"), (ICD_10_CM, "C90.00")), set()),
        (code((ICD_10_CM, "Z87.891")), {"tobacco_former"}),
        (code((ICD_10_CM, "Z85.46")), {"exclude_family_or_history"}),
    ],
)
def test_family_history_past_history_and_screening(made: dict[str, Any], found: set[str]) -> None:
    assert set(concepts(made)) == found


@pytest.mark.parametrize("text", ["Family history: scoliosis", "Mother: scoliosis", "Scoliosis screening"])
def test_words_that_drop_an_entry_coded_or_not(text: str) -> None:
    assert concepts(code(text=text)) == {}
    assert concepts(code((ICD_10_CM, "M41.26"), text=text)) == {}


def test_ruled_out_drops_an_entry_unless_another_clause_names_a_concept() -> None:
    assert concepts(code((ICD_10_CM, "G83.4"), text="cauda equina syndrome ruled out")) == {}
    assert set(concepts(code(text="low back pain, cauda equina ruled out"))) == {"spine_pain_back_neck"}
    assert set(concepts(code(text="cauda equina cannot be ruled out"))) == {"redflag_cauda_equina"}


def test_an_ignored_code_leaves_the_patterns_that_stand_beside_codes() -> None:
    assert concepts(code((SNOMED, "39848009"), text="whiplash after laminectomy")) == {
        "prior_spine_surgery_status": "full"
    }
