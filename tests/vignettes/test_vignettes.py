"""Every vignette through the real path: the bytes of a request, decoded, read, assessed, said as a card."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import fields
from datetime import date

import pytest

from cds_service.answer import Answered, Answerer, answerer_of
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.knowledge.thresholds import Thresholds
from cds_service.settings import Settings
from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from cds_service.wire.decoding import decode_call

VIGNETTES = tuple(vignette for vignette in load_vignettes() if vignette.hook == "patient-view")
SHOWN = {True: "yes", False: "no", None: "unknown"}
# The chart vignettes that the design names, one test each.
NAMED_BY_THE_DESIGN = frozenset(
    f"V{number:02}"
    for number in (
        *(1, 2, 3, 5, 7, 9, 10, 11, 12, 14, 16, 18, 20, 22, 24, 25, 28, 29, 31, 33, 34, 36, 39, 42, 44, 45, 46),
        *(49, 53, 54, 57, 58, 60, 63, 65, 67),
    )
)
# Rules whose inputs are never unknown: a red flag and a death are on record or are not.
NEVER_UNKNOWN = frozenset({"deceased", "urgent-emergency", "urgent-prompt"})
# Thresholds that no outcome turns on, and why.
NO_OUTCOME: dict[str, str] = {
    "albumin": "a caution",
    "care_gap_days": "a course that is split is over, and so failed, by the same gap",
    "egfr": "a caution",
    "ejection_fraction_caution": "a caution",
    "hba1c_caution": "a caution",
    "hba1c_lookback_days": "words on the card",
    "hba1c_undiagnosed": "a caution",
    "imaging_days": "favourable-candidate, which never starts a card, and words",
    "late_after_surgery_days": "words on the card",
    "mme_reassess": "a caution",
    "mme_very_high": "a caution",
    "obesity_caution_bmi": "a caution",
    "operation_merge_days": "how many operations the card names",
    "opioid_order_spacing_days": "chronic or possible: where the first makes a full sign, pain with care already does",
    "opioid_renewal_days": "the dose that a card names",
    "opioid_recent_days": "recent or past, neither a sign",
    "pain_score": "words on the card",
    "pain_score_days": "words on the card",
    "phq9": "a caution",
    "smoking_quit_days": "a caution",
    "steroid_days": "a caution",
    "t_score": "a caution",
}
OTHER_DAYS = (date(2024, 2, 29), date(2026, 12, 31), date(2027, 3, 1), date(2030, 7, 15))


def answerer(day: date) -> Answerer:
    return answerer_of(Settings(), "https://miss.example", lambda: day)


@pytest.fixture(scope="module")
def told_on() -> Answerer:
    return answerer(TOLD_ON)


def answered(vignette: Vignette, by: Answerer, day: date = TOLD_ON) -> Answered:
    body = json.dumps(patient_view(render(vignette, day))).encode()
    return by.answer(decode_call(body))


def has_partial_date(vignette: Vignette) -> bool:
    """A month or a year alone: which days it may mean depends on the day it is told."""
    lines = (*vignette.conditions, *vignette.medications, *vignette.procedures)
    dates = ("onset", "recorded", "ended", "since", "until", "on")
    return any(len(getattr(line, name, "") or "") in (4, 7) for line in lines for name in dates)


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette.id)
def test_the_patient_brings_this_card(vignette: Vignette, told_on: Answerer) -> None:
    got = answered(vignette, told_on)
    expect = vignette.expect
    indicators: list[str] = [card.indicator for card in got.cards]

    assert got.assessment.outcome == expect.outcome, vignette.story
    assert got.assessment.rule == expect.firing_rule
    assert indicators == ([] if expect.indicator == "none" else [expect.indicator])
    assert got.assessment.why == expect.why


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette.id)
def test_the_rule_of_its_file_says_yes_no_or_unknown(vignette: Vignette, told_on: Answerer) -> None:
    verdicts = {row.rule: row.verdict.holds for row in answered(vignette, told_on).assessment.rules}

    assert SHOWN[verdicts[vignette.about]] == vignette.shows, vignette.story


@pytest.mark.parametrize("day", OTHER_DAYS, ids=str)
def test_every_date_moved_alike_changes_nothing(day: date) -> None:
    then = answerer(day)
    for vignette in VIGNETTES:
        if not has_partial_date(vignette):
            got = answered(vignette, then, day).assessment
            assert (got.outcome, got.why) == (vignette.expect.outcome, vignette.expect.why), vignette.id


def test_the_vignettes_of_the_design_are_all_here() -> None:
    assert NAMED_BY_THE_DESIGN <= {vignette.id for vignette in VIGNETTES}


@pytest.mark.parametrize("rule", sorted({row.id for row in DECISION_TABLE}))
def test_each_rule_has_vignettes_for_yes_no_and_unknown(rule: str) -> None:
    shown = {vignette.shows for vignette in VIGNETTES if vignette.about == rule}

    assert shown == {"yes", "no"} | (set() if rule in NEVER_UNKNOWN else {"unknown"})


def test_each_threshold_that_reaches_an_outcome_has_a_vignette_on_both_sides() -> None:
    sides: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for vignette in VIGNETTES:
        if vignette.edge:
            sides[vignette.edge].add((vignette.expect.outcome, vignette.expect.firing_rule, vignette.expect.why))

    names = {field.name for field in fields(Thresholds)}
    assert set(sides) == names - set(NO_OUTCOME)
    assert set(NO_OUTCOME) <= names
    assert [edge for edge, outcomes in sides.items() if len(outcomes) < 2] == []


def test_an_unanswered_key_is_named_in_the_summary(told_on: Answerer) -> None:
    [vignette] = [one for one in VIGNETTES if one.id == "V53"]
    [card] = answered(vignette, told_on).cards

    assert "unchecked: operations, labs, imaging, referrals" in card.summary


def test_an_orthopaedic_referral_for_the_knee_is_mentioned(told_on: Answerer) -> None:
    [vignette] = [one for one in VIGNETTES if one.id == "V65"]
    [card] = answered(vignette, told_on).cards

    assert "orthopaedic" in card.detail
