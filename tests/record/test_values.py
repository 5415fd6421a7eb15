"""The codes that clinical-logic L ("Values") singles out, as the published rows have them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.charts import CPT, ICD_9_CM, ICD_10_CM, SNOMED, chart, code, condition, resource

LOW_BACK_PAIN = condition(code((ICD_10_CM, "M54.50")), id="pain")
SCOLIOSIS = condition(code((ICD_10_CM, "M41.26")), id="scoliosis")


def uses(system: str, digits: str, *others: dict[str, Any], text: str | None = None) -> dict[str, str]:
    entries = chart(condition(code((system, digits), text=text)), *others).conditions
    found = [entry for entry in entries if entry.ref == "Condition/x"]
    return {name: match.use for name, match in found[0].concepts.items()} if found else {}


@pytest.mark.parametrize("digits", ["M51.360", "M51.362", "M51.370", "M51.372"])
def test_disc_degeneration_with_back_pain_counts_as_it(digits: str) -> None:
    assert uses(ICD_10_CM, digits).get("spine_pain_back_neck") == "full"


@pytest.mark.parametrize("digits", ["M51.361", "M51.371", "M51.362", "M51.372"])
def test_disc_degeneration_with_leg_pain_counts_as_radiculopathy(digits: str) -> None:
    assert uses(ICD_10_CM, digits).get("radiculopathy") == "full"


@pytest.mark.parametrize("digits", ["M51.361", "M51.371"])
def test_leg_pain_alone_is_no_back_pain(digits: str) -> None:
    assert "spine_pain_back_neck" not in uses(ICD_10_CM, digits)


@pytest.mark.parametrize("digits", ["F17.220", "F17.228", "F17.229"])
def test_chewing_tobacco_is_a_caution(digits: str) -> None:
    assert uses(ICD_10_CM, digits) == {"tobacco_current": "weak"}


@pytest.mark.parametrize(
    ("system", "digits", "concept"),
    [
        (ICD_10_CM, "C79.51", "redflag_spinal_neoplasm"),
        (ICD_9_CM, "198.5", "redflag_spinal_neoplasm"),
        (SNOMED, "94222008", "redflag_spinal_neoplasm"),
        (ICD_10_CM, "C90.00", "myeloma"),
        (SNOMED, "109989006", "myeloma"),
    ],
)
def test_bone_tumours_need_spine_pain_or_a_spine_word(system: str, digits: str, concept: str) -> None:
    assert concept not in uses(system, digits)
    assert concept in uses(system, digits, LOW_BACK_PAIN)
    assert concept in uses(system, digits, text="lesion of the lumbar spine")


@pytest.mark.parametrize(("system", "digits"), [(ICD_9_CM, "V58.69"), (SNOMED, "874903005")])
def test_other_long_term_use_is_no_opioid(system: str, digits: str) -> None:
    assert "long_term_opioid_status" not in uses(system, digits)


@pytest.mark.parametrize("digits", ["M43.06", "M43.8X6", "M43.9"])
def test_lesser_deformity_counts_beside_scoliosis_only(digits: str) -> None:
    assert "spinal_deformity" not in uses(ICD_10_CM, digits)
    assert "spinal_deformity" in uses(ICD_10_CM, digits, SCOLIOSIS)


@pytest.mark.parametrize(
    ("system", "digits", "concept"),
    [
        (CPT, "20552", "care_spinal_injection"),
        (CPT, "20553", "care_spinal_injection"),
        (SNOMED, "183051005", "care_other_nonpharm"),
    ],
)
def test_weak_care(system: str, digits: str, concept: str) -> None:
    (found,) = chart(resource("Procedure", code((system, digits)), status="completed")).procedures
    assert found.concepts[concept].use == "weak"


@pytest.mark.parametrize("digits", ["27279", "27280"])
def test_sacroiliac_fusion_is_no_spine_surgery(digits: str) -> None:
    assert not chart(resource("Procedure", code((CPT, digits)), status="completed")).procedures
