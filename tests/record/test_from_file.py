"""The chart in a Bundle file, as the eight keys would have brought it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.patient import Answer, Key
from cds_service.record.supplied import SuppliedChart
from cds_service.wire.soundness import Undecodable
from tests.record.test_prefetch import PATIENT, bundle, condition, procedure


def chart(*resources: object, answered: frozenset[Key] | None = None, **members: Any) -> SuppliedChart:
    content = json.dumps(bundle(PATIENT, *resources, **members)).encode()
    found = supplied_from_bundle(content) if answered is None else supplied_from_bundle(content, answered)
    assert found is not None
    return found


def test_every_key_counts_as_answered() -> None:
    assert set(chart().answers.values()) == {Answer.ANSWERED}
    assert set(chart(condition(), type="collection").answers.values()) == {Answer.ANSWERED}


def test_resources_go_under_their_keys_and_other_types_are_no_oddity() -> None:
    medication = {"resourceType": "Medication", "id": "m1"}
    found = chart(condition(), procedure(), {"resourceType": "Encounter"}, medication)
    assert [entry.id for entry in found.conditions] == ["c1"]
    assert [entry.id for entry in found.procedures] == ["q1"]
    assert set(found.medications) == {"Medication/m1", "urn:uuid:m1"}
    assert found.oddities == ()


def test_what_cannot_be_read_makes_its_key_incomplete_and_no_other() -> None:
    found = chart(condition(), procedure(), procedure(code=7), None)
    assert found.answers["procedures"] is Answer.INCOMPLETE
    assert found.answers["conditions"] is Answer.ANSWERED
    assert set(found.oddities) == {
        "1 Procedure skipped: code is not an object",
        "1 entry skipped: it holds no resource",
    }


def test_keys_that_do_not_count_as_answered_bring_present_facts_only() -> None:
    found = chart(condition(), procedure(), answered=frozenset({"patient", "conditions"}))
    assert found.answers["conditions"] is Answer.ANSWERED
    assert found.answers["procedures"] is Answer.INCOMPLETE
    assert found.answers["observations"] is Answer.UNANSWERED
    assert len(found.procedures) == 1


def test_a_patient_is_known_by_its_full_url() -> None:
    entries = [
        {"fullUrl": "urn:x:1", "resource": PATIENT},
        {"resource": condition(subject={"reference": "urn:x:1"})},
    ]
    found = supplied_from_bundle(json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
    assert found is not None
    assert found.patient_urls == {"urn:x:1"}
    assert found.answers["conditions"] is Answer.ANSWERED


NAMELESS = {"resourceType": "Patient"}


@pytest.mark.parametrize(
    ("patients", "found"),
    [
        ([], False),
        ([PATIENT, {**PATIENT, "id": "p2"}], False),
        ([NAMELESS, PATIENT], False),
        ([NAMELESS, NAMELESS], False),
        ([PATIENT, PATIENT], True),
        ([NAMELESS], True),
    ],
)
def test_a_file_holds_one_patient(patients: list[object], found: bool) -> None:
    assert (supplied_from_bundle(json.dumps(bundle(*patients)).encode()) is not None) is found


def test_what_is_no_bundle_is_refused() -> None:
    with pytest.raises(Undecodable):
        supplied_from_bundle(b"[]")
