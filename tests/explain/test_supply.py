"""What is missing, each with a way to supply it."""

from __future__ import annotations

import pytest

from cds_service.pages.supply import way_of


@pytest.mark.parametrize(
    ("gap", "way"),
    [
        ("Conditions not checked in full", "unanswered"),
        ("HbA1c was not checked", "unanswered"),
        ("Conditions are incomplete", "unanswered"),
        ("Diabetes without an HbA1c within 365 days", "hba1c"),
        ("No BMI within 365 days", "bmi"),
        ("Smoking status is not recorded", "smoking"),
        ("No spine MRI or CT within 365 days", "imaging"),
        ("No birth date", "birth-date"),
        ("Physical therapy not found", "physical-therapy"),
        ("Spinal injection not found", "injection"),
        ("Pain medication not found", "medication"),
        ("how long it has lasted", "duration"),
        ("duration, indication and other care", "duration"),
        ("no conservative care on record", "care"),
        ("examine for myelopathy: hands, gait, reflexes", "other"),
    ],
)
def test_every_gap_has_a_way(gap: str, way: str) -> None:
    assert way_of(gap) == way
