"""Pages put together are as one Bundle that held them all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cds_service.record.pages import add_page, look_backs, reaches_back
from cds_service.record.prefetch import temporary_references
from cds_service.wire import fhir
from cds_service.wire.held import Held
from cds_service.wire.keys import RawKeys, held_answer, held_keys
from tests.record.charts import knowledge

WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
ENTRIES: list[dict[str, Any]] = [
    {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Condition", "id": "1"}},
    {"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "id": "p1"}},
    {"resource": {"resourceType": "Condition", "id": "2", "code": "x"}},
    {"fullUrl": "urn:uuid:m", "resource": {"resourceType": "Medication", "id": "m"}},
    {"resource": {"resourceType": "Procedure", "id": "q"}},
    {"resource": {"resourceType": "Group", "id": "g"}},
    {"resource": WARNING},
    {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Condition", "id": "3"}},
    {"resource": {"resourceType": "Condition", "id": "4", "code": "x"}},
]


def page(entries: list[dict[str, Any]], *, following: str = "") -> Held[Any]:
    link = [{"relation": "next", "url": following}] if following else []
    return held_answer(json.dumps({"resourceType": "Bundle", "entry": entries, "link": link}).encode(), "conditions")


@pytest.mark.parametrize("cut", range(len(ENTRIES)))
def test_two_pages_are_as_one_bundle(cut: int) -> None:
    held = page(ENTRIES[:cut], following="https://ehr.example/2")
    assert (held.more, held.next_url) == (True, "https://ehr.example/2")
    add_page(held, page(ENTRIES[cut:]))
    whole = page(ENTRIES)
    assert temporary_references_of(held) == temporary_references_of(whole) == {"Condition/1", "Condition/3"}
    # A page without anything odd keeps its entries as they came, one that is read entry by entry does not.
    assert replace(held, entries=()) == replace(whole, entries=())


def temporary_references_of(held: Held[Any]) -> frozenset[str]:
    """What the page has under a `urn:uuid:`, as the rest of a call sees it."""
    return temporary_references(replace(held_keys(None, RawKeys(b"{}")), conditions=held))


def test_how_far_the_rules_look_back() -> None:
    assert look_backs(knowledge().given) == {"observations": 365, "diagnosticReports": 365}


DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("dates", "reaches"),
    [
        (["2026-11-01", "2025-11-21"], True),
        (["2026-11-01", "2025-11-22"], False),
        (["2026-11-01", "2025"], False),
        (["2026-11-01", "2025-10"], True),
        (["2026-11-01", "", "2025-01-01"], True),
        (["2025-01-01", "2026-11-01"], False),
        ([], False),
        ([""], False),
    ],
)
def test_a_page_newest_first_reaches_back_past_the_look_back(dates: list[str], reaches: bool) -> None:
    resources = [fhir.Observation(effectiveDateTime=text or None) for text in dates]
    assert reaches_back(resources, DAY, 365) is reaches


def test_a_period_counts_by_its_start() -> None:
    assert reaches_back([fhir.Observation(effectivePeriod=fhir.Period(start="2020-01-01"))], DAY, 365)
