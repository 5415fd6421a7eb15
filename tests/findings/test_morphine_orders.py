"""Whose doses add up on the day, and what is not known of them (clinical-logic B, L "Opioid arithmetic")."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from cds_service.findings.morphine_equivalents import DrugEquivalent, MorphineEquivalents, morphine_equivalents
from cds_service.record.opioid_dose import Bounds, DoseStep, OpioidDose
from cds_service.record.patient import Answer, Drug
from tests.findings.drug_charts import DAY, GIVEN, ago, record
from tests.findings.morphine_charts import a_day, equivalents, opioid, taken
from tests.record.drug_orders import ago as written
from tests.record.drug_orders import dosage, request, statement, supply, times

EVERY_SIX = dosage(times(1, 6, "h"), 1)


def item(first: int, last: int = 0, amount: float | None = 10, **more: Any) -> Drug:
    """An order of one product from so many days ago until so many days ago, of so many mg of morphine a day."""
    step = DoseStep(ago(first), amount=Bounds(amount, amount) if amount else None, lacks="" if amount else "unknown")
    said: Any = {"product": "1", "requester": "Dr A", "runs_out": ago(last), "label": "morphine"} | more
    return Drug(opioid=True, first=ago(first), last=max(ago(last), ago(first)), dose=OpioidDose((step,), 1.0), **said)


def total(*drugs: Drug, **more: Any) -> float:
    """The most of a day."""
    found = morphine_equivalents(record(*drugs, **more), GIVEN)
    assert found.least == found.most
    return found.most


@pytest.mark.parametrize(
    ("drugs", "mme"),
    [
        # what covers the day, else what ended at most 14 days ago
        ((item(30, 0),), 10),
        ((item(30, 14),), 10),
        ((item(30, 15),), 0),
        ((item(30, 1, 20, product="2"), item(30, 0)), 10),
        ((item(30, 1, 20, product="2"), item(30, 9)), 30),
        # of one product the newer, where the older would have run out or was renewed within 14 days
        ((item(30, -4), item(10, -20)), 10),
        ((item(30, -5), item(10, -20)), 20),
        ((item(30, 5), item(3, 1)), 10),
        ((item(30, -4, requester="Dr B"), item(10, -20)), 20),
        ((item(30, -4, requester=""), item(10, -20, requester="")), 10),
        ((item(30, -4, product="2"), item(10, -20)), 20),
        ((item(10, -4), item(10, -20)), 20),
        ((item(60, -90, runs_out=None), item(10, -20)), 20),
        # or was assumed
        ((item(60, -90, assumed=True), item(10, -20, requester="Dr B")), 10),
        ((item(60, -20), item(10, -90, assumed=True, runs_out=None)), 20),
        ((item(60, -90, assumed=True, runs_out=None),), 10),
        ((item(60, -90, assumed=True), item(60, -90, assumed=True, requester="Dr B"), item(10, -20)), 10),
        # which product it is nobody knows
        ((item(60, -90, assumed=True, product=""), item(10, -20, product="")), 20),
        # renewed twice
        ((item(30, -2, 20), item(20, -3, 30), item(10, -9, 40)), 40),
        # a statement of what is ordered
        ((item(20), item(30, 0, 20, kind="statement", restated=True)), 10),
        ((item(20), item(10, 0, 20, kind="statement", restated=True, requester="")), 10),
        ((item(30, 9), item(30, 0, 20, kind="statement", restated=True)), 20),
        ((item(20), item(30, 0, 20, kind="statement", product="2")), 30),
        # treatment of use disorder
        ((item(20), item(30, 0, 20, use_disorder=True, product="2")), 10),
    ],
)
def test_whose_doses_add_up(drugs: tuple[Drug, ...], mme: float) -> None:
    for order in permutations(drugs):
        assert total(*order) == mme


@pytest.mark.parametrize(
    ("drugs", "least", "complete"),
    [
        ((item(30, 0, None),), 0, False),
        ((item(30, 0, None), item(30, 0, product="2")), 10, False),
        ((item(30, 0, None), item(10, -9)), 10, True),
        ((item(300, 200, None),), 0, True),
        ((Drug(opioid=True, first=ago(3), last=ago(0)),), 0, False),
        # without dates: it may be taken, unless it has ended and others are dated
        ((Drug(opioid=True, undatable=True, status="active"), item(30)), 10, False),
        ((Drug(opioid=True, undatable=True), item(30)), 10, False),
        ((Drug(opioid=True, undatable=True, status="completed"), item(30)), 10, True),
        ((Drug(opioid=True, undatable=True, status="stopped"), item(30)), 10, True),
        ((Drug(opioid=True, undatable=True, status="on-hold"), item(30)), 10, True),
        ((Drug(opioid=True, undatable=True, status="stopped"),), 0, False),
        ((Drug(opioid=True, undatable=True, use_disorder=True),), 0, True),
        ((), 0, True),
    ],
)
def test_anything_missing_makes_the_total_at_least(drugs: tuple[Drug, ...], least: float, complete: bool) -> None:
    found = morphine_equivalents(record(*drugs), GIVEN)
    assert (found.least, found.complete) == (least, complete)


@pytest.mark.parametrize(
    ("answers", "complete"),
    [
        ({}, True),
        ({"medicationRequests": Answer.UNANSWERED}, True),
        ({"medicationStatements": Answer.UNANSWERED}, True),
        ({"medicationStatements": Answer.INCOMPLETE}, False),
        ({"medicationRequests": Answer.INCOMPLETE}, False),
        ({"medicationRequests": Answer.UNANSWERED, "medicationStatements": Answer.UNANSWERED}, False),
    ],
)
def test_complete_only_where_a_medication_key_was_answered_and_none_in_part(answers: Any, complete: bool) -> None:
    assert a_day(**answers) == (0, 0, complete)
    assert a_day(taken("1049221", 1, "tablet", 4), **answers) == (30, 30, complete)


def test_each_drug_says_what_it_adds_or_why_it_is_unknown() -> None:
    known = opioid("1049221", dosage(times(4), 1, asNeededBoolean=True), id="a")
    worded = opioid("892582", {"text": "1 tablet twice daily"}, id="b")
    silent = opioid("835603", id="c")
    undated = request("tapentadol 50 mg", id="d")
    assert equivalents(undated, silent, worded, known) == MorphineEquivalents(
        30,
        60,
        False,
        (
            DrugEquivalent("MedicationRequest/b", "morphine", Bounds(30, 30), by_text=True, source="CDC 2022"),
            DrugEquivalent("MedicationRequest/a", "oxycodone", Bounds(0, 30), as_needed=True, source="CDC 2022"),
            DrugEquivalent("MedicationRequest/d", "tapentadol", None, because="it cannot be placed in time"),
            DrugEquivalent("MedicationRequest/c", "tramadol", None, source="CDC 2022", because="no dose is stated"),
        ),
    )


def test_the_total_has_two_decimals() -> None:
    found = morphine_equivalents(record(item(3, 0, 10 / 3)), GIVEN)
    assert (found.least, found.most) == (3.33, 3.33)


def test_an_opioid_without_a_dose_and_one_without_an_equivalent_say_so() -> None:
    silent = Drug("MedicationRequest/a", label="oxycodone", opioid=True, first=ago(3), last=ago(0))
    patch = replace(silent, ref="MedicationRequest/b", label="buprenorphine", dose=OpioidDose(has_none=True))
    assert morphine_equivalents(record(silent, patch), GIVEN).drugs == (
        DrugEquivalent("MedicationRequest/b", "buprenorphine", Bounds(0, 0), because="it has no morphine equivalent"),
        DrugEquivalent("MedicationRequest/a", "oxycodone", None, because="no dose is on record"),
    )


def test_a_range_and_as_needed_are_from_least_to_most() -> None:
    assert a_day(taken("1049221", None, "", 4, doseAndRate=[{"doseRange": {"high": {"value": 2}}}])) == (0, 60, True)
    assert a_day(taken("1049221", 2, "tablet", 4, asNeededBoolean=True)) == (0, 60, True)


def test_renewals_overlap_and_two_prescribers_add_up() -> None:
    first = opioid(
        "1049221", EVERY_SIX, since=35, requester={"reference": "Practitioner/a"}, dispenseRequest=supply(40)
    )
    again = opioid("1049221", EVERY_SIX, since=5, requester={"reference": "Practitioner/a"})
    other = opioid("1049221", EVERY_SIX, since=5, requester={"reference": "Practitioner/b"})
    assert a_day(first, again) == (30, 30, True)
    assert a_day(first, other) == (60, 60, True)
    early = opioid(
        "1049221", EVERY_SIX, since=35, requester={"reference": "Practitioner/a"}, dispenseRequest=supply(60)
    )
    assert a_day(early, again) == (60, 60, True)
    open_order = request(authoredOn=written(60), dosageInstruction=[EVERY_SIX])
    assert a_day(open_order, other) == (30, 30, True)


def test_a_statement_goes_on_at_the_dose_that_was_ordered() -> None:
    order = opioid("1049221", EVERY_SIX, since=60)
    said = statement(effectivePeriod={"start": written(60)}, dateAsserted=written(2), dosage=[dosage(times(1), 1)])
    assert a_day(order, said) == (30, 30, True)
    assert a_day(said) == (7.5, 7.5, True)
    assert a_day(opioid("1049221", EVERY_SIX, since=10), said) == (30, 30, True)


def test_of_what_ended_lately_the_dose_of_its_last_day_counts() -> None:
    steps = [
        dosage(times(1, boundsDuration={"value": 10, "unit": "d"}), 4, sequence=1),
        dosage(times(1, boundsDuration={"value": 10, "unit": "d"}), 2, sequence=2),
    ]
    assert a_day(opioid("1049221", *steps, since=24, dispenseRequest=supply(20))) == (15, 15, True)
    assert a_day(opioid("1049221", *steps, since=15, dispenseRequest=supply(20))) == (15, 15, True)
    assert a_day(opioid("1049221", *steps, since=9, dispenseRequest=supply(20))) == (30, 30, True)


def test_another_day_may_be_asked_for() -> None:
    chart = record(item(300, 200, 20), item(30, 0, product="2"))
    on = {days: morphine_equivalents(chart, GIVEN, ago(days)).most for days in (301, 300, 200, 186, 185, 30, 0)}
    assert on == {301: 0, 300: 20, 200: 20, 186: 20, 185: 0, 30: 10, 0: 10}
    assert DAY == ago(0)
