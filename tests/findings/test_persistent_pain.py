"""Sign 1, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings.complaints import Complaint
from cds_service.findings.persistent_pain import persistent_pain
from tests.findings.grounds import CARE_FACT, felt, grounds

DOCUMENTED = {"care": "documented"}
FAILED = {"care": "partial", "failed": True}


@pytest.mark.parametrize(
    ("pain", "care", "strength"),
    [
        (felt(days=85), DOCUMENTED, "full"),
        (felt(days=85), FAILED, "full"),
        (felt(days=85, region="cervical"), DOCUMENTED, "full"),
        (felt(days=85), {"care": "partial", "failed": False}, "partial"),
        (felt(days=85), {"care": "partial", "failed": None}, "partial"),
        (felt(days=85), {}, "partial"),
        (felt(days=85), {"care": "unknown", "failed": None}, "partial"),
        (felt(days=84), DOCUMENTED, None),
        (felt(days=(84, 85)), DOCUMENTED, "partial"),
        (felt(days=None), DOCUMENTED, "partial"),
        (felt(days=84, at_least=True), DOCUMENTED, None),
        (felt(days=85, at_least=True), DOCUMENTED, "full"),
        (felt(days=85, weak=True), DOCUMENTED, "partial"),
        (felt("radicular", 200), DOCUMENTED, None),
        (felt("structural", 200), DOCUMENTED, None),
    ],
)
def test_strength(pain: Complaint, care: dict[str, Any], strength: str | None) -> None:
    sign = persistent_pain(grounds(pain, **care))
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


def test_in_words() -> None:
    full = persistent_pain(grounds(felt(days=196, label="Low back pain"), care="documented"))
    assert full.because == "pain for more than 12 weeks despite conservative care"
    assert full.brief == "low back pain, 28 weeks"
    assert full.facts[-1] == CARE_FACT
    assert full.missing == () and full.full and not full.time_critical
    partial = persistent_pain(grounds(felt(label="Low back pain")))
    assert partial.because == "pain of uncertain duration without conservative care on record"
    assert partial.brief == "low back pain"
    assert partial.missing == ("conservative care (none documented)", "how long it has lasted")
    assert persistent_pain(grounds(felt(days=196), care="partial")).facts == (felt(days=196).fact,)
    unknown = persistent_pain(grounds(felt(days=196), care="unknown"))
    assert unknown.because == "pain for more than 12 weeks with conservative care not checked"
    assert unknown.missing == ("conservative care (not checked)",)


def test_of_several_pains_the_longest_is_told_and_one_of_unknown_age_last() -> None:
    pains = (felt(days=100, label="Neck pain"), felt(days=196, label="Low back pain"), felt(label="Coccyx pain"))
    assert persistent_pain(grounds(*pains, care="documented")).brief == "low back pain, 28 weeks"
    new = felt(days=(0, 200), label="Low back pain")
    assert persistent_pain(grounds(felt(label="Coccyx pain"), new)).brief == "low back pain, up to 28 weeks"


def test_a_weak_longer_pain_lends_nothing_to_a_shorter_one() -> None:
    sign = persistent_pain(grounds(felt(days=40), felt(days=200, weak=True), care="documented"))
    assert sign.strength == "partial"


def test_unknown_where_conditions_came_in_part() -> None:
    assert persistent_pain(grounds(unanswered=("conditions",))).state == "unknown"
