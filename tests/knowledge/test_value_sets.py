"""The codes as they ship, and each word a row may use."""

import pytest

from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rows import MATCHES, ONLY_IF, REGIONS, RESOURCES, USES, Row
from cds_service.knowledge.systems import ATC, ICD_9_CM, ICD_10, ICD_10_CM, LOINC, SNOMED


def row(knowledge: Knowledge, concept: str, resource: str, system: str, code: str) -> Row:
    (found,) = (row for row in knowledge.codes.rows(resource, system, code) if row.concept == concept)
    return found


USE = {
    "full": ("spine_pain_back_neck", "Condition", ICD_10_CM, "M54.50"),
    "weak": ("palliative_hospice", "Condition", ICD_10_CM, "Z51.5"),
    "history": ("opioid_use_disorder", "Condition", ICD_10_CM, "F11.21"),
    "ignore": ("opioid_atc", "Medication", ATC, "A07DA03"),
}
ONLY = {
    "": ("spine_pain_back_neck", "Condition", ICD_10_CM, "M54.50"),
    "spine-text": ("chronic_pain_generic", "Condition", ICD_10_CM, "G89.4"),
    "spine-context": ("prior_spine_surgery_status", "Condition", ICD_10_CM, "Z98.1"),
    "prior-spine-surgery": ("failed_back_surgery", "Condition", ICD_10_CM, "G89.28"),
    "severity-text": ("cardio_major", "Condition", ICD_10, "I35.0"),
    "initial-encounter": ("redflag_unstable_fracture", "Condition", ICD_10_CM, "S13.1XXA"),
    "adult": ("vitals_bmi_weight_height", "Observation", LOINC, "8302-2"),
    "recent": ("cardio_major", "Condition", ICD_9_CM, "410.01"),
}
REGION = {
    "": ("spine_pain_back_neck", "Condition", ICD_10_CM, "M54.9"),
    "cervical": ("redflag_unstable_fracture", "Condition", ICD_10_CM, "S12.02XA"),
    "thoracic": ("redflag_unstable_fracture", "Condition", ICD_10_CM, "S22.002A"),
    "lumbar": ("redflag_unstable_fracture", "Condition", ICD_10_CM, "S32.002A"),
}


@pytest.mark.parametrize("use", USES)
def test_each_use_reaches_the_look_up(knowledge: Knowledge, use: str) -> None:
    assert row(knowledge, *USE[use]).use == use


@pytest.mark.parametrize("only_if", ONLY_IF)
def test_each_condition_reaches_the_look_up(knowledge: Knowledge, only_if: str) -> None:
    assert row(knowledge, *ONLY[only_if]).only_if == only_if


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_reaches_the_look_up(knowledge: Knowledge, region: str) -> None:
    assert row(knowledge, *REGION[region]).region == region


def test_every_word_is_used_and_no_condition_stands_in_a_set_without_meaning_there(
    knowledge: Knowledge,
) -> None:
    rows = [row for value_set in knowledge.value_sets.values() for row in value_set.rows]
    assert {row.match for row in rows} == set(MATCHES)
    assert {row.use for row in rows} == set(USES)
    assert {row.only_if for row in rows} == set(ONLY_IF)
    assert {row.region for row in rows} == set(REGIONS)
    for only_if, concepts in ONLY_IF.items():
        used = {row.concept for row in rows if row.only_if == only_if}
        assert used == concepts if concepts else used


def test_every_set_says_what_it_is_for_and_where_it_matches(knowledge: Knowledge) -> None:
    for concept, value_set in knowledge.value_sets.items():
        assert value_set.concept == concept
        assert value_set.rows, concept
        assert value_set.title, concept
        assert value_set.purpose.endswith("."), concept
        assert set(value_set.resources) <= set(RESOURCES), concept
        assert {row.concept for row in value_set.rows} == {concept}
    assert len({value_set.title for value_set in knowledge.value_sets.values()}) == len(knowledge.value_sets)


@pytest.mark.parametrize(
    ("start", "resources"),
    [
        ("imaging_", {"Procedure", "DiagnosticReport", "ServiceRequest"}),
        ("proc_", {"Procedure", "ServiceRequest"}),
        ("care_physical_therapy", {"Procedure", "ServiceRequest"}),
        ("care_spinal_injection", {"Procedure", "ServiceRequest"}),
        ("palliative_hospice", {"Condition", "Procedure"}),
        ("redflag_other_cause", {"Condition", "Procedure"}),
        ("exclude_family_or_history", {"Condition"}),
        ("tobacco_current", {"Condition", "Observation"}),
        ("tobacco_former", {"Condition", "Observation"}),
        ("analgesic_", {"Medication"}),
        ("lab_", {"Observation"}),
    ],
)
def test_where_sets_match(knowledge: Knowledge, start: str, resources: set[str]) -> None:
    found = {name: set(s.resources) for name, s in knowledge.value_sets.items() if name.startswith(start)}
    assert found
    assert all(value == resources for value in found.values()), found


def test_every_row_says_where_it_was_verified(knowledge: Knowledge) -> None:
    for value_set in knowledge.value_sets.values():
        for entry in value_set.rows:
            assert entry.verified_by, entry
            assert entry.display, entry


def test_how_many_codes_there_are(knowledge: Knowledge) -> None:
    """A row lost in an edit is seen here; change the number when you mean to."""
    assert len(knowledge.value_sets) == 90
    assert sum(len(value_set.rows) for value_set in knowledge.value_sets.values()) == 3453
    assert len(knowledge.opioid_products) == 1126


def test_one_code_has_a_wrong_check_digit_and_is_kept(knowledge: Knowledge) -> None:
    kept = row(knowledge, "referral_spine_specialist", "ServiceRequest", SNOMED, "306181000000106")
    assert "check digit is wrong" in kept.note


def test_every_code_in_a_set_is_found_by_its_own_coding(knowledge: Knowledge) -> None:
    for concept, value_set in knowledge.value_sets.items():
        for resource in value_set.resources:
            for entry in value_set.rows:
                assert knowledge.codes.known(resource, entry.system, entry.code), (concept, entry.code)
