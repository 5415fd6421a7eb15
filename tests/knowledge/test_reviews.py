"""Whether a clinician has looked at the numbers within a year."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.reviews import NOT_YET, not_reviewed
from cds_service.knowledge.thresholds import ThresholdNote

DAY = date(2026, 11, 22)


def note(reviewed: str) -> ThresholdNote:
    return ThresholdNote("symptom_days", 84, "days", "Says.", DAY, ("convention",), reviewed)


@pytest.mark.parametrize(
    "reviewed",
    ["A. Surgeon, 2026-11-22", "A. Surgeon, 2025-11-22", "A. Surgeon, 2020-01-01; B. Surgeon, 2026-01-01"],
)
def test_a_review_holds_for_a_year(reviewed: str) -> None:
    assert not_reviewed([note(reviewed)], DAY) == ()


@pytest.mark.parametrize(
    "reviewed", [NOT_YET, "A. Surgeon", "A. Surgeon, 2025-11-21", "A. Surgeon, 2026-11-23", "A. Surgeon, 2026-02-30"]
)
def test_an_older_one_one_without_a_day_and_one_to_come_are_none(reviewed: str) -> None:
    assert not_reviewed([note(reviewed)], DAY) == ("symptom_days",)


def test_none_of_ours_claims_a_review_that_nobody_made(knowledge: Knowledge) -> None:
    assert {held.reviewed for held in knowledge.threshold_notes.values()} == {NOT_YET}
