"""Opioid status, covered days, and what counts for sign 5 (clinical-logic B, L; vignettes V22, V24, V25, V29)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings.finding import Fact
from cds_service.findings.opioid_use import OpioidUse, opioid_use, strong_nonopioid
from cds_service.record.patient import Condition, Drug, Key, Reason
from tests.findings.drug_charts import (
    DENTAL,
    GENERIC,
    GIVEN,
    NO_PAIN,
    SPINE,
    ago,
    drug,
    on,
    opioid,
    pain,
    problem,
    record,
)

MEDICATIONS: tuple[Key, ...] = ("medicationStatements", "medicationRequests")


def use(*entries: Drug | Condition, complaints: Any = None, unanswered: Any = ()) -> OpioidUse:
    """Opioid use on a chart with back pain for 500 days."""
    return opioid_use(record(*entries, unanswered=unanswered), complaints or pain(), GIVEN)


def fills(count: int, apart: int, length: int, last: int = 0) -> list[Drug]:
    """So many orders, each of `length` days, the last ending `last` days ago."""
    return [opioid(last + apart * n + length - 1, last + apart * n) for n in range(count)]


@pytest.mark.parametrize(
    ("taken", "status"),
    [
        # current and continuous for 90 days
        ([opioid(89)], "chronic"),
        ([opioid(88)], "short-term"),
        ([opioid(103, 14)], "chronic"),
        ([opioid(102, 14)], "short-term"),
        # gaps of at most 30 uncovered days are merged
        ([opioid(89, 80), opioid(49)], "chronic"),
        ([opioid(89, 80), opioid(48)], "short-term"),
        # 90 covered days of the last 120, current or not
        ([opioid(119, 30)], "chronic"),
        ([opioid(118, 30)], "recent"),
        ([opioid(140, 30)], "chronic"),
        ([opioid(140, 31)], "recent"),
        # an episode of more than 90 days with 120 days' supply in a year, be it over
        ([opioid(219, 100)], "chronic"),
        ([opioid(218, 100)], "past"),
        ([opioid(218, 100), opioid(100, 100)], "chronic"),
        ([opioid(400, 245)], "chronic"),
        ([opioid(400, 246)], "past"),
        ([opioid(191, 132), opioid(160, 101)], "chronic"),
        ([opioid(190, 131), opioid(160, 101)], "past"),
        ([opioid(191, 132), opioid(160, 101, restated=True, kind="statement")], "past"),
        # or with 10 fills in a year
        (fills(10, 20, 1, 100), "chronic"),
        (fills(9, 20, 1, 100), "past"),
        (fills(10, 30, 1, 94), "chronic"),
        (fills(10, 30, 1, 95), "past"),
        # current, less
        ([opioid(14, 14)], "short-term"),
        ([opioid(3, 1)], "short-term"),
        # recent, past
        ([opioid(20, 15)], "recent"),
        ([opioid(95, 90)], "recent"),
        ([opioid(95, 91)], "past"),
        # on record without dates
        ([opioid(None)], "unknown"),
        ([opioid(None), opioid(800, 790)], "past"),
        ([opioid(None), opioid(3)], "short-term"),
        ([], "none"),
        ([drug("analgesic_nsaid", 200)], "none"),
    ],
)
def test_status(taken: list[Drug], status: str) -> None:
    assert use(*taken).status == status


def test_ten_fills_span_more_than_ninety_days() -> None:
    """Ten fills ten days apart last 91 days; a course of just 90 is not enough."""
    assert use(*fills(10, 10, 1, 200)).status == "chronic"
    assert use(opioid(289, 289), *fills(9, 10, 1, 200)).status == "past"


def test_unknown_where_no_medication_key_was_answered_and_either_key_suffices() -> None:
    assert use(unanswered=MEDICATIONS).status == use(unanswered=MEDICATIONS).for_spine == "unknown"
    assert use(unanswered=MEDICATIONS).because == "medications were not checked"
    assert use(unanswered=MEDICATIONS[:1]).status == use(unanswered=MEDICATIONS[:1]).for_spine == "none"
    assert use(unanswered=MEDICATIONS[1:]).status == "none"
    assert use(opioid(89), unanswered=MEDICATIONS).status == "chronic"


def assumed(first: int, last: int = 0, **more: Any) -> Drug:
    """An open order whose supply is assumed."""
    return opioid(first, last, assumed=True, **more)


@pytest.mark.parametrize(
    ("taken", "status", "on_assumption"),
    [
        ([assumed(89)], "possible", True),
        ([assumed(88)], "short-term", False),
        ([assumed(117), assumed(89)], "chronic", True),
        ([assumed(116), assumed(89)], "possible", True),
        ([assumed(89), opioid(117, 100, kind="statement")], "possible", True),
        ([opioid(89), assumed(60)], "chronic", False),
        ([assumed(89, known_first=ago(89), known_last=ago(0))], "chronic", False),
        ([assumed(300, known_first=ago(20), known_last=ago(0))], "possible", True),
        ([assumed(400, 311)], "past", False),
        ([opioid(250, 140), assumed(139, 119, known_first=ago(139), known_last=ago(138))], "chronic", True),
        ([assumed(95), opioid(0)], "chronic", True),
        ([opioid(None)], "unknown", False),
    ],
)
def test_chronic_by_assumed_supply_alone_is_possible_unless_ordered_again(
    taken: list[Drug], status: str, on_assumption: bool
) -> None:
    found = use(*taken)
    assert (found.status, found.assumed) == (status, on_assumption)


def test_a_code_of_long_term_use_is_possible_without_a_datable_opioid() -> None:
    code = problem("long_term_opioid_status", 20, ref="Condition/z79")
    assert use(code).status == use(code).for_spine == "possible"
    assert use(code).facts == (Fact("long-term opioid use recorded as a code", ("Condition/z79",)),)
    assert use(code, opioid(None)).status == "possible"
    assert use(code, opioid(800, 700)).status == "past"
    assert use(code, opioid(800, 700, reasons=(DENTAL,))).for_spine == "none"
    assert use(problem("long_term_opioid_status", 20, active=False)).status == "none"
    assert use(problem("long_term_opioid_status", 20, use="weak")).status == "none"


def test_covered_days_are_of_the_latest_course_each_once() -> None:
    found = use(opioid(300, 290), opioid(99, 80), opioid(90, 60), opioid(40, 31))
    assert (found.covered_days, found.since) == (20 + 20 + 10, ago(99))
    assert use().covered_days is None and use(opioid(None)).since is None
    assert use(opioid(20, 11), opioid(15, 13)).covered_days == 10


@pytest.mark.parametrize(
    ("reasons", "counted"),
    [
        ((SPINE,), True),
        ((GENERIC,), True),
        ((DENTAL,), False),
        ((Reason(words=("cough",)),), False),
        ((DENTAL, SPINE), True),
        ((), True),
    ],
)
def test_a_stated_reason_counts_only_if_it_is_the_spine_or_chronic_pain(
    reasons: tuple[Reason, ...], counted: bool
) -> None:
    found = use(opioid(100, reasons=reasons))
    assert found.status == "chronic"
    assert found.for_spine == ("chronic" if counted else "none")


@pytest.mark.parametrize(
    ("began", "counted"),
    [(31, True), (30, False), (20, False), (None, True)],
)
def test_without_a_reason_it_must_end_after_a_current_complaint_began(began: int | None, counted: bool) -> None:
    found = use(opioid(60, 30), complaints=pain(began))
    assert found.for_spine == ("recent" if counted else "none")


def test_without_a_current_complaint_or_with_active_cancer_nothing_counts_without_a_reason() -> None:
    assert use(opioid(100), complaints=NO_PAIN).for_spine == "none"
    assert use(opioid(100, reasons=(SPINE,)), complaints=NO_PAIN).for_spine == "chronic"
    assert use(opioid(100), problem("active_cancer", 900)).for_spine == "none"
    assert use(opioid(100, reasons=(SPINE,)), problem("active_cancer")).for_spine == "chronic"
    for entry in (
        problem("active_cancer", active=False),
        problem("active_cancer", unconfirmed=True),
        problem("active_cancer", use="weak"),
    ):
        assert use(opioid(100), entry).for_spine == "chronic"


@pytest.mark.parametrize(
    ("entry", "counted"),
    [
        (problem("nonspine_opioid_indication", 100), False),
        (problem("nonspine_opioid_indication", 190), False),
        (problem("nonspine_opioid_indication", 191), True),
        (problem("nonspine_opioid_indication", 99), True),
        (problem("nonspine_opioid_indication", 50, onset=on(150)), False),
        (problem("nonspine_opioid_indication", 150, active=False), False),
        (problem("nonspine_opioid_indication"), True),
        (problem("nonspine_opioid_indication", 150, use="weak"), True),
    ],
)
def test_another_painful_condition_within_ninety_days_before_the_item_explains_it(
    entry: Condition, counted: bool
) -> None:
    assert use(opioid(100), entry).for_spine == ("chronic" if counted else "none")


def test_treatment_of_use_disorder_is_exposure_and_no_sign() -> None:
    found = use(opioid(200, use_disorder=True, reasons=(SPINE,)))
    assert (found.status, found.for_spine) == ("chronic", "none")


def test_an_undatable_opioid_leaves_sign_5_unknown_too() -> None:
    assert use(opioid(None)).for_spine == "unknown"
    assert use(opioid(None, reasons=(DENTAL,))).for_spine == "none"


def test_facts_and_reasons_in_words() -> None:
    lasting = use(opioid(89, ref="MedicationRequest/a"), opioid(40, ref="MedicationRequest/b", label="tramadol"))
    assert lasting.facts[0].text == "oxycodone, tramadol since 25 August 2026 (90 days covered)"
    assert lasting.facts[0].sources == ("MedicationRequest/a", "MedicationRequest/b")
    over = use(opioid(60, 41), opioid(900, 890, label="codeine"))
    assert over.facts[0].text == "oxycodone from 23 September 2026 to 12 October 2026 (20 days covered)"
    undated = use(opioid(None, ref="MedicationRequest/u"))
    assert undated.facts == (Fact("oxycodone on record without usable dates", ("MedicationRequest/u",)),)
    lately = use(opioid(40, 14))
    assert lately.facts[0].text == "oxycodone since 13 October 2026 (27 days covered)"
    once = use(opioid(20, 20, label="codeine"), opioid(19, 10))
    assert once.facts[0].text == "codeine, oxycodone since 2 November 2026 (11 days covered)"
    assert use().facts == () and use().because == "no opioid on record"
    assert use(opioid(None)).because == "an opioid is on record without usable dates"
    assert use(assumed(89)).because == "rests on the assumed supply of an open order"
    assert use(problem("long_term_opioid_status", 2)).because == "only a code says so"
    assert use(assumed(117), assumed(89)).because == "in part the assumed supply of open orders"
    assert lasting.because == "by the dates and supplies on record"


def test_v22_monthly_dispensing_since_february_is_chronic_for_about_290_days() -> None:
    monthly = [opioid(start, max(0, start - 29)) for start in range(294, 0, -30)]
    found = use(*monthly, complaints=pain(690))
    assert (found.status, found.for_spine, found.covered_days) == ("chronic", "chronic", 295)
    assert found.since == ago(294)


def test_v24_an_opioid_for_a_dental_reason_is_short_term_and_not_for_the_spine() -> None:
    found = use(opioid(12, 10, reasons=(DENTAL,)), complaints=pain(23))
    assert (found.status, found.for_spine) == ("short-term", "none")


def test_v25_an_opioid_stopped_two_years_ago_is_past() -> None:
    found = use(opioid(1056, 875, status="stopped"), complaints=pain(294))
    assert (found.status, found.for_spine) == ("past", "none")


def test_v29_an_opioid_after_last_week_s_operation_is_short_term() -> None:
    assert use(opioid(6, 0, assumed=True), complaints=pain(21)).status == "short-term"


GABA = "analgesic_gabapentinoid"


@pytest.mark.parametrize(
    ("entries", "long_term"),
    [
        ([drug(GABA, 89)], True),
        ([drug(GABA, 88)], False),
        ([drug(GABA, 103, 14)], True),
        ([drug(GABA, 104, 15)], False),
        ([drug(GABA, 130, 100), drug(GABA, 70)], True),
        ([drug(GABA, 200, 60), drug(GABA, 28)], False),
        ([drug(GABA, 100, inpatient=True)], False),
        ([drug(GABA, None)], None),
        ([drug("analgesic_nsaid", 200)], False),
        ([drug(GABA, 100, reasons=(SPINE,)), problem("polyneuropathy")], True),
        ([drug(GABA, 100, reasons=(Reason(words=("epilepsy",)),))], False),
        ([drug(GABA, 100), problem("polyneuropathy")], False),
        ([drug(GABA, 100), problem("polyneuropathy", active=False)], True),
        ([drug(GABA, 100), problem("diabetes")], True),
        ([drug(GABA, 100), problem("gabapentinoid_other_indication")], False),
    ],
)
def test_a_gabapentinoid_of_ninety_days_for_nothing_but_the_spine(entries: Any, long_term: bool | None) -> None:
    found = strong_nonopioid(record(*entries), pain(), GIVEN)
    assert found.long_term is long_term
    assert bool(found.facts) is (long_term is True)


def test_a_gabapentinoid_needs_current_spine_or_root_pain() -> None:
    chart = record(drug(GABA, 100, label="gabapentin"))
    assert strong_nonopioid(chart, NO_PAIN, GIVEN).long_term is False
    assert strong_nonopioid(chart, pain(kind="deformity"), GIVEN).long_term is False
    radicular = strong_nonopioid(chart, pain(kind="radicular"), GIVEN)
    assert radicular.facts[0].text == "gabapentin since 14 August 2026 (101 days covered)"
    assert strong_nonopioid(record(unanswered=MEDICATIONS), pain(), GIVEN).long_term is None
