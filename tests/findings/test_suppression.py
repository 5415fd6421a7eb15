"""Rows 0 and 2 to 5: what silences every card, or the elective ones (clinical-logic G, L)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cds_service.findings.finding import Fact
from cds_service.findings.suppression import Holding, Suppression, spine_referral_within, suppression
from tests.findings.comorbid_charts import (
    DAY,
    GIVEN,
    KEYS,
    Entry,
    chart,
    condition,
    on,
    procedure,
    referral,
    status,
    written,
)

HOSPICE = "palliative_hospice"
PREGNANCY = "pregnancy"


def of(*entries: Entry, last_operation: date | None = None) -> Suppression:
    return suppression(chart(*entries), GIVEN, last_operation)


def test_nothing_holds_for_an_ordinary_chart() -> None:
    held = of()
    rows = (
        held.deceased,
        held.hospice,
        held.under_18,
        held.pregnant,
        held.post_operative,
        held.referral_under_way,
    )
    assert rows == (
        Holding(False, "not deceased"),
        Holding(False, "no hospice care on record"),
        Holding(False, "18 years or older"),
        Holding(False, "no current pregnancy on record"),
        Holding(False, "no spine operation within 84 days"),
        Holding(False, "no referral to a spine specialist under way"),
    )


def test_each_says_why_nobody_can_tell() -> None:
    held = suppression(chart(unanswered=KEYS, born=None), GIVEN, None)
    rows = (held.hospice, held.under_18, held.pregnant, held.post_operative, held.referral_under_way)
    assert rows == (
        Holding(None, "hospice care was not checked"),
        Holding(None, "the birth date is not on record"),
        Holding(None, "pregnancy is on record without a date, or was not checked"),
        Holding(None, "operations were not checked"),
        Holding(None, "referrals were not checked"),
    )
    assert of(condition(HOSPICE, unconfirmed=True)).hospice == Holding(None, "hospice care is in doubt or undated")


def test_each_says_what_holds_with_what_it_rests_on() -> None:
    entries = (
        condition(HOSPICE, onset=on(10), ref="Condition/h"),
        condition(PREGNANCY, recorded=on(20), ref="Condition/p"),
        referral(days=21),
    )
    held = suppression(chart(*entries, born=written("2012-05"), deceased=True), GIVEN, DAY - timedelta(7))
    rows = (
        held.deceased,
        held.hospice,
        held.under_18,
        held.pregnant,
        held.post_operative,
        held.referral_under_way,
    )
    facts = (
        Fact("deceased"),
        Fact("palliative_hospice since 12 November 2026", ("Condition/h",)),
        Fact("younger than 18 years"),
        Fact("pregnancy, recorded 2 November 2026", ("Condition/p",)),
        Fact("spine operation on 15 November 2026"),
        Fact("Referral to neurosurgeon, active, of 1 November 2026", ("ServiceRequest/1",)),
    )
    assert rows == tuple(Holding(True, fact.text, (fact,)) for fact in facts)


def test_v46_death() -> None:
    held = suppression(chart(deceased=True), GIVEN, None).deceased
    assert (held.holds, held.because) == (True, "deceased")


@pytest.mark.parametrize(
    ("entry", "holds"),
    [
        (condition(HOSPICE), True),
        (condition(HOSPICE, ended=True), False),
        (condition(HOSPICE, active=False), False),
        (condition(HOSPICE, use="weak"), False),
        (condition(HOSPICE, unconfirmed=True), None),
        (procedure(HOSPICE, 365), True),
        (procedure(HOSPICE, 366), False),
        (procedure(HOSPICE, 500, until=300), True),
        (procedure(HOSPICE, None), None),
        (procedure(HOSPICE, 10, sure=False), None),
        (procedure(HOSPICE, 400, sure=False), False),
        (procedure(HOSPICE, 10, use="weak"), False),
    ],
)
def test_hospice_care_but_not_palliative_care_alone(entry: Entry, holds: bool | None) -> None:
    held = of(entry).hospice
    assert held.holds is holds
    assert bool(held.facts) is (holds is True)
    assert held.because


def test_hospice_care_is_named_with_its_last_day_and_source() -> None:
    held = of(procedure(HOSPICE, 500, until=300)).hospice
    assert held.facts == (Fact("palliative_hospice, 26 January 2026", ("Procedure/1",)),)


@pytest.mark.parametrize("key", ["conditions", "procedures"])
def test_hospice_unknown_unless_both_keys_answered(key: str) -> None:
    record = chart(unanswered=(key,))  # type: ignore[arg-type]
    assert suppression(record, GIVEN, None).hospice == Holding(None, "hospice care was not checked")


@pytest.mark.parametrize(
    ("born", "holds"),
    [("2008-11-22", False), ("2008-11-23", True), ("2012-05", True), ("2008", True), (None, None)],
)
def test_v20_under_18_by_the_youngest_possible_age(born: str | None, holds: bool | None) -> None:
    record = chart(born=written(born) if born else None)
    assert suppression(record, GIVEN, None).under_18.holds is holds


@pytest.mark.parametrize(
    ("entries", "holds"),
    [
        ([condition(PREGNANCY, onset=on(300))], True),
        ([condition(PREGNANCY, onset=on(301))], False),
        ([condition(PREGNANCY, onset=on(400), recorded=on(20))], True),
        ([condition(PREGNANCY, onset=on(100), ended=on(10))], False),
        ([condition(PREGNANCY, onset=on(100), active=False)], False),
        ([condition(PREGNANCY, ended=True)], False),
        ([condition(PREGNANCY)], None),
        ([condition(PREGNANCY, onset=on(-5))], None),
        ([status(PREGNANCY, 300, "pregnancy status")], True),
        ([status(PREGNANCY, 301, "pregnancy status")], False),
        ([status(PREGNANCY, 100, "pregnancy status"), status("", 10, "pregnancy status")], False),
        ([status(PREGNANCY, 10, "pregnancy status"), status("", 10, "pregnancy status")], True),
        ([condition(PREGNANCY, onset=on(200)), condition(PREGNANCY, onset=on(100), ended=on(90))], False),
        ([condition(PREGNANCY, onset=on(100), ended=on(10)), status(PREGNANCY, 50, "pregnancy status")], False),
        ([condition(PREGNANCY, onset=on(100), ended=on(10)), status(PREGNANCY, 10, "pregnancy status")], True),
        ([status("tobacco_current", 10)], False),
        ([condition(PREGNANCY, onset=on(10), use="weak")], False),
    ],
)
def test_pregnancy_by_the_newest_entry(entries: list[Entry], holds: bool | None) -> None:
    held = of(*entries).pregnant
    assert held.holds is holds
    assert bool(held.facts) is (holds is True)


@pytest.mark.parametrize("key", ["conditions", "observations"])
def test_pregnancy_unknown_unless_both_keys_answered(key: str) -> None:
    record = chart(unanswered=(key,))  # type: ignore[arg-type]
    assert suppression(record, GIVEN, None).pregnant.holds is None


@pytest.mark.parametrize(("days", "holds"), [(0, True), (84, True), (85, False)])
def test_post_operative_for_84_days(days: int, holds: bool) -> None:
    held = of(last_operation=DAY - timedelta(days)).post_operative
    assert held.holds is holds
    assert bool(held.facts) is holds


def test_operations_not_answered_are_unknown() -> None:
    record = chart(unanswered=("procedures",))
    assert suppression(record, GIVEN, None).post_operative.holds is None
    assert suppression(record, GIVEN, DAY).post_operative.holds is True


@pytest.mark.parametrize(
    ("entry", "holds"),
    [
        (referral("active", 365), True),
        (referral("active", 366), False),
        (referral("active", None), True),
        (referral("active", -1), True),
        (referral("on-hold", 365), True),
        (referral("on-hold", 366), False),
        (referral("on-hold", None), True),
        (referral("completed", 90), True),
        (referral("completed", 91), False),
        (referral("completed", None), False),
        (referral("draft", 14), True),
        (referral("draft", 15), False),
        (referral("draft", None), False),
        (referral("active", 10, sure=False), False),
        (referral("", 10, sure=False), False),
        (referral("unknown", 10), False),
        (referral("active", written("2025-11")), True),
        (referral("active", 10, spine=False, code="308481009"), False),
        (referral("active", 10, use="weak"), False),
    ],
)
def test_row_5_by_status_and_date(entry: Entry, holds: bool) -> None:
    held = of(entry).referral_under_way
    assert held.holds is holds
    assert bool(held.facts) is holds


def test_v45_a_referral_is_named() -> None:
    held = of(referral(days=21), referral("completed", 200, ref="ServiceRequest/2")).referral_under_way
    assert [fact.text for fact in held.facts] == ["Referral to neurosurgeon, active, of 1 November 2026"]
    assert held.facts[0].sources == ("ServiceRequest/1",)
    undated = of(referral(days=None)).referral_under_way
    assert undated.because == "Referral to neurosurgeon, active, undated"


def test_several_referrals_are_named_newest_first() -> None:
    entries = (referral(days=100, ref="ServiceRequest/1"), referral(days=21, ref="ServiceRequest/2"))
    held = of(*entries, referral(days=None, ref="ServiceRequest/0")).referral_under_way
    assert [fact.sources for fact in held.facts] == [
        ("ServiceRequest/2",),
        ("ServiceRequest/1",),
        ("ServiceRequest/0",),
    ]


def test_referrals_not_answered_are_unknown() -> None:
    record = chart(unanswered=("serviceRequests",))
    assert suppression(record, GIVEN, None).referral_under_way.holds is None
    assert spine_referral_within(record, 90) is None


@pytest.mark.parametrize(
    ("entry", "quiets"),
    [
        (referral("active", 90), True),
        (referral("active", 91), False),
        (referral("draft", 80), True),
        (referral("", 80, sure=False), True),
        (referral("completed", 80), True),
        (referral("active", None), False),
        (referral("active", -3), False),
        (referral("active", 10, spine=False, code="308481009"), False),
    ],
)
def test_a_referral_of_any_status_within_90_days_quiets_row_1b(entry: Entry, quiets: bool) -> None:
    assert spine_referral_within(chart(entry), 90) is quiets
