"""FHIR searches of the demo: filters, order, pages."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.pages.fhir_search import search, searchset

LOINC = "http://loinc.org"


def measured(name: str, code: str, day: str = "", status: str = "final") -> dict[str, Any]:
    dated = {"effectiveDateTime": day} if day else {}
    coding = {"system": LOINC, "code": code}
    return {"resourceType": "Observation", "id": name, "status": status, "code": {"coding": [coding]}, **dated}


FOUND: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a", measured("a1", "39156-5", "2026-09-01")),
    ("a", measured("a2", "4548-4", "2026-10-02")),
    ("a", measured("a3", "4548-4", status="amended")),
    ("b", measured("b1", "4548-4", "2026-07-01")),
    ("b", {"id": "b2", "code": {"text": "in words only"}}),
    ("b", {"id": "b3", "category": [{"coding": [{"system": "urn:x", "code": "RAD"}]}], "authoredOn": "2026"}),
    ("b", {"id": "b4", "medicationCodeableConcept": {"coding": [{"system": "urn:rx", "code": "7258"}]}}),
)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, "a1 a2 a3 b1 b2 b3 b4"),
        ({"patient": "a"}, "a1 a2 a3"),
        ({"patient": "Patient/a"}, "a1 a2 a3"),
        ({"subject": "https://x/fhir/Patient/a"}, "a1 a2 a3"),
        ({"patient": "nobody"}, ""),
        ({"patient": ""}, "a1 a2 a3 b1 b2 b3 b4"),
        ({"_id": "a1,b3"}, "a1 b3"),
        ({"status": "final"}, "a1 a2 b1"),
        ({"status": "final,amended"}, "a1 a2 a3 b1"),
        ({"status": "entered-in-error"}, ""),
        ({"code": "4548-4"}, "a2 a3 b1"),
        ({"code": "39156-5,4548-4"}, "a1 a2 a3 b1"),
        ({"code": f"{LOINC}|4548-4"}, "a2 a3 b1"),
        ({"code": "urn:other|4548-4"}, ""),
        ({"code": "7258"}, "b4"),
        ({"category": "LP29684-5,RAD"}, "b3"),
        ({"patient": "a", "_sort": "-date"}, "a2 a1 a3"),
        ({"patient": "a", "_sort": "date"}, "a1 a2 a3"),
        ({"patient": "b", "_sort": "-authored"}, "b3 b1 b2 b4"),
        ({"patient": "a", "_sort": "colour"}, "a1 a2 a3"),
        ({"_include": "Observation:subject"}, "a1 a2 a3 b1 b2 b3 b4"),
    ],
)
def test_a_search_finds(asked: dict[str, str], ids: str) -> None:
    page = search(FOUND, asked)

    assert [resource["id"] for resource in page.resources] == ids.split()
    assert page.total == len(ids.split())
    assert page.following is None


@pytest.mark.parametrize(
    ("asked", "ids", "offset"),
    [
        ({"_count": "2"}, "a1 a2", "2"),
        ({"_count": "2", "_offset": "2"}, "a3 b1", "4"),
        ({"_count": "2", "_offset": "6"}, "b4", None),
        ({"_count": "7"}, "a1 a2 a3 b1 b2 b3 b4", None),
        ({"_count": "200"}, "a1 a2 a3 b1 b2 b3 b4", None),
        ({"_count": "0"}, "", None),
        ({"_count": "many"}, "a1 a2 a3 b1 b2 b3 b4", None),
        ({"_count": "-1"}, "a1 a2 a3 b1 b2 b3 b4", None),
        ({"_count": "²"}, "a1 a2 a3 b1 b2 b3 b4", None),
    ],
)
def test_a_search_comes_in_pages(asked: dict[str, str], ids: str, offset: str | None) -> None:
    page = search(FOUND, asked)

    assert [resource["id"] for resource in page.resources] == ids.split()
    assert page.total == 7
    assert (page.following or {}).get("_offset") == offset


def test_a_searchset_says_where_its_resources_are() -> None:
    asked = {"patient": "a", "_count": "1"}
    bundle = searchset(search(FOUND, asked), "https://x/fhir/Observation", asked)

    assert bundle["total"] == 3
    assert bundle["link"] == [
        {"relation": "self", "url": "https://x/fhir/Observation?patient=a&_count=1"},
        {"relation": "next", "url": "https://x/fhir/Observation?patient=a&_count=1&_offset=1"},
    ]
    assert bundle["entry"][0]["fullUrl"] == "https://x/fhir/Observation/a1"


def test_an_empty_searchset_has_no_entry() -> None:
    bundle = searchset(search((), {}), "https://x/fhir/Observation", {})

    assert bundle == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": "https://x/fhir/Observation"}],
    }
