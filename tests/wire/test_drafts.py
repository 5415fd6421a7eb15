"""Drafts read leniently, and kept as they came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET, Raw

from cds_service.wire import fhir
from cds_service.wire.drafts import (
    Draft,
    drafts_in,
    empty_members,
    fulfilled_by,
    loosely,
    medications_among,
    references_in,
    selected,
)

FIRST = {"resourceType": "ServiceRequest", "id": "a", "zz": 1}
SECOND = {"resourceType": "MedicationRequest", "id": "b"}


def raw(value: Any) -> Raw:
    return Raw(json.dumps(value).encode())


def refs(value: Any) -> list[str]:
    return [draft.ref for draft in drafts_in(raw(value))]


def test_each_draft_with_its_bytes() -> None:
    entries = [{"resource": FIRST, "fullUrl": "urn:uuid:1"}, {"resource": SECOND}]
    first, second = drafts_in(raw({"resourceType": "Bundle", "entry": entries}))
    assert json.loads(bytes(first.raw)) == FIRST
    assert (first.kind, first.id, first.url) == ("ServiceRequest", "a", "urn:uuid:1")
    assert (second.ref, second.url) == ("MedicationRequest/b", "")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"entry": [FIRST, {"resource": SECOND}]}, ["ServiceRequest/a", "MedicationRequest/b"]),
        ({"entry": {"resource": FIRST}}, ["ServiceRequest/a"]),
        (FIRST, ["ServiceRequest/a"]),
        ({"entry": [7, None, [], {}, {"resource": None}, {"resource": 7}, {"resource": {}}, {"fullUrl": 7}]}, []),
        ({"entry": None}, []),
        ({"entry": [{"resource": {"resourceType": "ServiceRequest", "id": 7}}]}, [""]),
        ([], []),
        (None, []),
        ("x", []),
    ],
)
def test_what_stands_where_drafts_belong(value: Any, found: list[str]) -> None:
    assert refs(value) == found


def test_no_drafts_at_all() -> None:
    assert drafts_in(UNSET) == ()
    assert references_in(UNSET) == frozenset()
    assert fulfilled_by(UNSET) == frozenset()


def test_selected_by_reference_or_by_full_url() -> None:
    one, other = Draft(Raw(), "ServiceRequest", "a", "urn:uuid:1"), Draft(Raw(), "MedicationRequest", "b")
    for name in ("ServiceRequest/a", "https://x/ServiceRequest/a/_history/2", "urn:uuid:1"):
        assert selected((one, other), raw([name])) == (one,)
    for names in (["ServiceRequest/z"], [], None, 7):
        assert selected((one, other), raw(names)) == (one, other)


def test_a_draft_without_id_is_not_selected_by_nothing() -> None:
    nameless, other = Draft(Raw(), "ServiceRequest"), Draft(Raw(), "MedicationRequest", "b")
    assert selected((nameless, other), raw(["", "/_history/1", "MedicationRequest/b"])) == (other,)


def test_orders_that_tasks_are_for() -> None:
    task = {"focus": {"reference": "ServiceRequest/a"}, "basedOn": [{"reference": "ServiceRequest/b"}, 7]}
    assert fulfilled_by(raw([task, 7])) == {"ServiceRequest/a", "ServiceRequest/b"}
    assert fulfilled_by(raw({"focus": {"reference": 7}})) == frozenset()


def test_members_are_read_one_by_one() -> None:
    odd = {
        "resourceType": "ServiceRequest",
        "status": 7,
        "doNotPerform": True,
        "code": {"coding": {"code": "1", "system": "s"}, "text": 7},
        "reasonCode": {"text": "pain"},
        "bodySite": [None, 7, {"text": "back"}],
        "note": None,
    }
    read = loosely(raw(odd), fhir.ServiceRequest)
    assert read is not None
    assert (read.status, read.doNotPerform, read.note) == (None, True, [])
    assert read.code == fhir.CodeableConcept([fhir.Coding("s", "1")])
    assert read.reasonCode == [fhir.CodeableConcept(text="pain")]
    assert read.bodySite == [fhir.CodeableConcept(text="back")]


def test_raw_members_stay_raw_and_no_object_is_none() -> None:
    read = loosely(raw({"status": 7, "contained": [{"id": "m"}]}), fhir.MedicationRequest)
    assert read is not None
    assert json.loads(bytes(read.contained)) == [{"id": "m"}]
    assert loosely(raw([]), fhir.MedicationRequest) is None


def test_empty_is_absent_null_blank_or_holding_nothing_but_that() -> None:
    names = ("a", "b", "c", "d", "e", "f", "g")
    told: dict[str, Any] = {"a": None, "b": " ", "c": [], "d": {}, "e": [{"text": ""}], "f": [{"text": "x"}]}
    assert empty_members(raw(told), names) == ("a", "b", "c", "d", "e", "g")
    assert empty_members(raw({"a": False, "b": 0}), ("a", "b")) == ()
    assert empty_members(raw([]), ("a",)) == ("a",)


def test_medications_that_come_with_the_drafts() -> None:
    drafts = drafts_in(
        raw(
            {
                "entry": [
                    {"resource": {"resourceType": "Medication", "id": "m"}, "fullUrl": "urn:x"},
                    {"resource": FIRST},
                ]
            }
        )
    )
    assert set(medications_among(drafts)) == {"Medication/m", "urn:uuid:m", "urn:x"}
