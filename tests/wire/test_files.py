"""A Bundle from a file, read resource by resource."""

from __future__ import annotations

import json

import pytest

from cds_service.wire.files import decode_bundle
from cds_service.wire.soundness import Undecodable


def test_resources_are_sorted_by_type() -> None:
    entries = [
        {"fullUrl": "urn:x:1", "resource": {"resourceType": "Patient", "id": "p1"}},
        {"resource": {"resourceType": "Condition", "id": "c1"}},
        {"resource": {"resourceType": "Condition", "id": 7}},
        {"resource": {"resourceType": "Encounter"}},
    ]
    found = decode_bundle(json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
    assert [(url, patient.id) for url, patient in found.found["Patient"]] == [("urn:x:1", "p1")]
    assert [condition.id for _, condition in found.found["Condition"]] == ["c1"]
    assert found.aside.unreadable == {("Condition", "id is not a string"): 1}
    assert found.aside.others == {"resource of another type": 1}


def test_a_byte_order_mark_is_no_harm_in_a_file() -> None:
    assert not decode_bundle(b'\xef\xbb\xbf{"resourceType": "Bundle"}').found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Bundle", "entry": 7}',
        b'{"resourceType": "B\xff"}',
        b'{"resourceType": "Bundle", "entry": [' + b"[" * 100_000,
    ],
    ids=lambda content: str(content[:37]),
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(Undecodable, match="not a FHIR Bundle"):
        decode_bundle(content)
