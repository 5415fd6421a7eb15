"""Opioid use from FHIR orders to status, as the vignettes V22, V24, V25 and V29 tell it (clinical-logic B)."""

from __future__ import annotations

from typing import Any

from cds_service.findings.opioid_use import OpioidUse, opioid_use
from tests.findings.drug_charts import GIVEN, pain, record
from tests.record.drug_orders import ICD, ago, coded, dosage, drugs, request, statement, supply, times


def use(*orders: dict[str, Any], since: int) -> OpioidUse:
    """Opioid use by these orders, with back pain for so many days."""
    return opioid_use(record(*drugs(*orders)), pain(since), GIVEN)


def test_v22_dispensed_monthly_since_february() -> None:
    every_six_hours = [dosage(times(1, 6, "h"))]
    quantity = {"quantity": {"value": 120, "unit": "tablet"}}
    orders = [
        request(
            id=f"r{start}",
            status="active" if start < 30 else "completed",
            authoredOn=ago(start),
            dosageInstruction=every_six_hours,
            dispenseRequest=quantity,
        )
        for start in range(294, 0, -30)
    ]
    stated = statement(id="s", effectivePeriod={"start": ago(294)}, dateAsserted=ago(5))
    for chart in (orders, [*orders, stated], [stated]):
        found = use(*chart, since=690)
        assert (found.status, found.for_spine, found.covered_days) == ("chronic", "chronic", 295)


def test_one_open_order_of_a_year_ago_is_not_chronic_and_two_a_month_apart_are() -> None:
    assert use(request(authoredOn=ago(365)), since=690).status == "past"
    assert use(request(authoredOn=ago(89)), since=690).status == "possible"
    assert use(request(authoredOn=ago(89)), request(authoredOn=ago(61)), since=690).status == "chronic"


def test_v24_twelve_tablets_for_a_tooth() -> None:
    tooth = request(
        coded("856987"),
        status="completed",
        authoredOn="2026-11-10",
        reasonCode=[coded("K08.89", ICD)],
        dosageInstruction=[dosage(times(4))],
        dispenseRequest={"quantity": {"value": 12, "unit": "tablet"}},
    )
    found = use(tooth, since=23)
    assert (found.status, found.for_spine, found.covered_days) == ("short-term", "none", 3)


def test_v25_stopped_two_years_ago() -> None:
    stopped = statement("oxycodone", status="stopped", effectivePeriod={"start": "2024-01", "end": "2024-06"})
    assert use(stopped, since=294).status == "past"


def test_v29_thirty_tablets_as_needed_last_week() -> None:
    after = request(
        "oxycodone 5 mg tablet",
        authoredOn="2026-11-16",
        dosageInstruction=[dosage(asNeededBoolean=True)],
        dispenseRequest={"quantity": {"value": 30, "unit": "tablet"}},
    )
    assert use(after, since=21).status == "short-term"


def test_a_dosage_that_cannot_be_read_leaves_the_status_unknown() -> None:
    assert (
        use(request(authoredOn=ago(10), dosageInstruction="one a day", dispenseRequest=supply(30)), since=300).status
        == "unknown"
    )
