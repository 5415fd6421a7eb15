"""Sign 3, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

import pytest

from cds_service.findings.complaints import Complaint
from cds_service.findings.walking_and_balance import walking_and_balance
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import condition, on
from tests.findings.grounds import felt, grounds

GAIT = "gait_balance_difficulty"
CODED = condition("spinal_stenosis", ref="Condition/s")
IN_WORDS = condition("spinal_stenosis", "neurogenic_claudication", by_text=True, ref="Condition/s")
WORDS_ONLY = condition("neurogenic_claudication", by_text=True, ref="Condition/s")
PARKINSON = condition("gait_other_cause", ref="Condition/p")


def gait(days: int = 10, **more: object) -> Condition:
    return condition(GAIT, onset=on(days), ref="Condition/g", label="Difficulty walking", **more)  # type: ignore[arg-type]


def claudication(entry: Condition, **more: object) -> Complaint:
    return felt("claudication", 350, conditions=(entry,), **more)  # type: ignore[arg-type]


STENOSIS = felt("stenosis", 10)


@pytest.mark.parametrize(
    ("complaints", "entries", "strength"),
    [
        ([claudication(CODED)], [], "full"),
        ([claudication(CODED)], [PARKINSON, gait()], "full"),
        ([claudication(WORDS_ONLY)], [], "partial"),
        ([claudication(IN_WORDS)], [], "partial"),
        ([claudication(WORDS_ONLY), STENOSIS], [], "full"),
        ([claudication(WORDS_ONLY), felt("stenosis", 10, by_text=True)], [], "partial"),
        ([claudication(WORDS_ONLY), felt("stenosis", 10, region="cervical")], [], "partial"),
        ([claudication(WORDS_ONLY), felt("stenosis", 10, weak=True)], [], "partial"),
        ([claudication(CODED, weak=True)], [], "partial"),
        ([STENOSIS], [], None),
        ([STENOSIS], [gait()], "full"),
        ([STENOSIS], [gait(4000)], "full"),
        ([STENOSIS], [gait(use="weak")], "partial"),
        ([felt("stenosis", 10, weak=True)], [gait()], "partial"),
        ([STENOSIS], [gait(ended=True)], None),
        ([STENOSIS], [gait(), PARKINSON], None),
        ([felt("axial", 10, region="cervical")], [gait(180)], "partial"),
        ([felt("axial", 10, region="cervical")], [gait(181)], None),
        ([felt("axial", 10, region="cervical")], [gait(180), PARKINSON], None),
        ([felt("axial", 10, region="cervical")], [], None),
        ([felt("axial", 10, region="cervical")], [gait(180, use="weak")], "partial"),
        ([felt("axial", 10, region="thoracic")], [gait()], "partial"),
        ([felt("axial", 10, region="lumbar")], [gait()], None),
        ([felt("axial", 10, region="unknown")], [gait()], None),
        ([felt("radicular", 10, region="cervical")], [gait()], "partial"),
        ([felt("herniation", 10, region="cervical")], [gait()], "partial"),
        ([felt("structural", 10, region="cervical")], [gait()], "partial"),
        ([felt("deformity", 10, region="thoracic")], [gait()], None),
        ([], [gait()], None),
    ],
)
def test_strength(complaints: list[Complaint], entries: list[Condition], strength: str | None) -> None:
    sign = walking_and_balance(grounds(*complaints, entries=entries))
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


@pytest.mark.parametrize(
    ("complaint", "entries", "critical"),
    [
        (STENOSIS, [gait(90)], True),
        (STENOSIS, [gait(91)], False),
        (claudication(CODED), [gait(90)], True),
        (claudication(CODED), [], False),
        (claudication(CODED), [gait(5), PARKINSON], False),
        (claudication(CODED), [gait(5, use="weak")], False),
        (felt("axial", 10, region="cervical"), [gait(5)], False),
    ],
)
def test_in_full_with_a_gait_entry_of_90_days_it_is_time_critical(
    complaint: Complaint, entries: list[Condition], critical: bool
) -> None:
    assert walking_and_balance(grounds(complaint, entries=entries)).time_critical is critical


def test_in_words() -> None:
    full = walking_and_balance(grounds(claudication(CODED, label="Lumbar stenosis"), entries=[gait()]))
    assert full.because == "neurogenic claudication with stenosis"
    assert full.brief == "lumbar stenosis, 50 weeks, gait difficulty"
    assert full.facts[-1].text == "difficulty walking since 12 November 2026"
    assert full.missing == ()
    assert (
        walking_and_balance(grounds(claudication(CODED, label="Lumbar stenosis"))).brief == "lumbar stenosis, 50 weeks"
    )
    partial = walking_and_balance(grounds(felt("axial", 35, region="cervical", label="Neck pain"), entries=[gait()]))
    assert partial.because == "difficulty walking, standing or balancing with spine disease"
    assert partial.missing == ("examination for myelopathy: hands, gait, reflexes",)


def test_unknown_where_conditions_came_in_part() -> None:
    assert walking_and_balance(grounds(unanswered=("conditions",))).state == "unknown"
