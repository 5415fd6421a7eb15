"""Sign 5, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings.complaints import Complaint
from cds_service.findings.medication_dependence import medication_dependence
from cds_service.findings.opioid_use import OpioidStatus
from tests.findings.grounds import felt, grounds

PAIN = felt("axial", 85)
CHRONIC: dict[str, Any] = {"opioids": "chronic", "care": "documented"}
GABAPENTIN: dict[str, Any] = {"nonopioid": True}


@pytest.mark.parametrize(
    ("complaint", "given", "strength"),
    [
        (PAIN, CHRONIC, "full"),
        (PAIN, {**CHRONIC, "care": "partial", "failed": True}, "full"),
        (felt("radicular", 85), CHRONIC, "full"),
        (felt("axial", 84), CHRONIC, "partial"),
        (felt("axial"), CHRONIC, "partial"),
        (felt("axial", 85, weak=True), CHRONIC, "partial"),
        (PAIN, {**CHRONIC, "care": "partial"}, "partial"),
        (PAIN, {**CHRONIC, "care_but_opioids": "none-documented"}, "partial"),
        (PAIN, {**CHRONIC, "opioids": "possible"}, "partial"),
        (felt("structural", 85), CHRONIC, None),
        (felt("structural", 85), GABAPENTIN, None),
        (PAIN, GABAPENTIN, "partial"),
        (felt("radicular", 3), GABAPENTIN, "partial"),
        (felt("claudication", 3), GABAPENTIN, None),
        (PAIN, {"nonopioid": None}, None),
        (PAIN, {"nonopioid": False}, None),
    ],
)
def test_strength(complaint: Complaint, given: dict[str, Any], strength: str | None) -> None:
    sign = medication_dependence(grounds(complaint, **given))
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


@pytest.mark.parametrize("status", ["short-term", "recent", "past", "unknown", "none"])
def test_other_use_is_no_dependence(status: OpioidStatus) -> None:
    assert medication_dependence(grounds(PAIN, opioids=status, care="documented")).state == "absent"


def test_a_weak_longer_pain_lends_nothing_to_a_shorter_one() -> None:
    sign = medication_dependence(grounds(felt("axial", 40), felt("axial", 200, weak=True), **CHRONIC))
    assert sign.strength == "partial"


@pytest.mark.parametrize(
    ("given", "because", "brief", "drug"),
    [
        (CHRONIC, "long-term opioids for the spine despite other care", "long-term opioids", "oxycodone"),
        ({"opioids": "chronic"}, "long-term opioids for the spine", "long-term opioids", "oxycodone"),
        (
            {"opioids": "possible"},
            "possibly long-term opioids for the spine",
            "possibly long-term opioids",
            "oxycodone",
        ),
        (GABAPENTIN, "long-term gabapentinoid for the spine", "long-term gabapentinoid", "gabapentin"),
    ],
)
def test_in_words(given: dict[str, Any], because: str, brief: str, drug: str) -> None:
    sign = medication_dependence(grounds(PAIN, **given))
    assert (sign.because, sign.brief, sign.facts[0].text) == (because, brief, drug)
    assert sign.missing == (() if sign.full else ("duration, indication and other care",))


def test_unknown_only_where_neither_medication_key_was_answered() -> None:
    one = grounds(unanswered=("medicationStatements",))
    both = grounds(unanswered=("medicationStatements", "medicationRequests"))
    assert medication_dependence(one).state == "absent"
    assert medication_dependence(both).state == "unknown"
    assert medication_dependence(grounds(unanswered=("conditions",))).state == "unknown"
