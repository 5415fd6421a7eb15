"""Limb symptoms: what supports nerve compression, what is focal weakness, what explains them (clinical-logic F)."""

from __future__ import annotations

import pytest

from cds_service.findings.finding import Fact
from cds_service.findings.gait import explaining, gait_entries, in_full
from cds_service.findings.limbs import focal_weakness, limb_deficits, limb_fact, limb_symptoms, weaknesses
from cds_service.record.patient import Condition, Use
from tests.findings.comorbid_charts import GIVEN, chart, condition, on

LIMBS = "limb_neuro_symptoms"
NEUROPATHY = condition("polyneuropathy", ref="Condition/9")


def limb(code: str, days: int = 5, **more: object) -> Condition:
    return condition(LIMBS, code=code, onset=on(days), **more)  # type: ignore[arg-type]


FOOT_DROP = condition("redflag_foot_drop", onset=on(5), label="Foot drop")


@pytest.mark.parametrize(
    ("entry", "symptom", "deficit", "weak"),
    [
        (limb("R200"), True, True, False),
        (limb("102603008"), True, True, False),
        (limb("M79604"), True, False, False),
        (limb("M796"), True, False, False),
        (limb("7295"), True, False, False),
        (limb("713514005"), True, True, True),
        (limb("713512009"), True, True, True),
        (limb("R29898"), True, True, True),
        (FOOT_DROP, True, True, True),
        (condition("redflag_foot_drop", onset=on(5), use="weak"), False, False, False),
        (limb("R200", ended=True), False, False, False),
        (limb("713514005", ended=True), False, False, False),
        (condition("spine_pain_back_neck"), False, False, False),
    ],
)
def test_pain_numbness_and_weakness(entry: Condition, symptom: bool, deficit: bool, weak: bool) -> None:
    record = chart(entry)
    assert bool(limb_symptoms(record, GIVEN)) is symptom
    assert bool(limb_deficits(record)) is deficit
    assert bool(weaknesses(record)) is weak


@pytest.mark.parametrize(
    ("entry", "symptom", "deficit"),
    [
        (limb("R200"), False, False),
        (limb("M79604"), False, False),
        (limb("713514005", 180), True, True),
        (limb("713514005", 181), False, True),
        (FOOT_DROP, True, True),
    ],
)
def test_beside_a_polyneuropathy_only_focal_weakness(entry: Condition, symptom: bool, deficit: bool) -> None:
    record = chart(entry, NEUROPATHY)
    assert bool(limb_symptoms(record, GIVEN)) is symptom
    assert bool(limb_deficits(record)) is deficit


@pytest.mark.parametrize(("days", "focal"), [(0, True), (180, True), (181, False)])
def test_focal_weakness_is_at_most_180_days_old(days: int, focal: bool) -> None:
    assert bool(focal_weakness(chart(limb("713514005", days)), GIVEN)) is focal
    by_record = condition("redflag_foot_drop", onset=on(900), recorded=on(days))
    assert bool(focal_weakness(chart(by_record), GIVEN)) is focal


def test_undated_weakness_is_not_focal_weakness() -> None:
    record = chart(condition("redflag_foot_drop"))
    assert weaknesses(record) and not focal_weakness(record, GIVEN)


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (limb("R29898", label="Other sign"), "limb weakness since 17 November 2026"),
        (limb("713514005", label="Limb weakness"), "limb weakness since 17 November 2026"),
        (FOOT_DROP, "foot drop since 17 November 2026"),
    ],
)
def test_in_words(entry: Condition, text: str) -> None:
    assert limb_fact(entry) == Fact(text, ("Condition/1",))


@pytest.mark.parametrize(
    ("use", "unconfirmed", "ended", "explains"),
    [
        ("full", False, False, True),
        ("weak", False, False, False),
        ("full", True, False, False),
        ("full", False, True, False),
    ],
)
def test_what_is_doubtful_or_over_explains_nothing_away(
    use: Use, unconfirmed: bool, ended: bool, explains: bool
) -> None:
    other = condition("gait_other_cause", use=use, unconfirmed=unconfirmed, ended=ended)
    gait = condition("gait_balance_difficulty", ref="Condition/2")
    record = chart(other, gait)
    assert bool(explaining(record, "gait_other_cause")) is explains
    assert bool(gait_entries(record)) is not explains


def test_gait_entries() -> None:
    weak = condition("gait_balance_difficulty", use="weak")
    assert gait_entries(chart(weak)) == (weak,)
    assert in_full((weak,)) == ()
    assert gait_entries(chart(condition("gait_balance_difficulty", ended=True))) == ()
