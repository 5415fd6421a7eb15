"""Bodies have the sizes that are said of them, and are answered by a card."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import msgspec
import pytest

from bench.bodies import PATIENT
from bench.in_process import answerer_on
from bench.sizes import BIG_PATIENTS, NO_BIG_PATIENT, RESOURCES, Call, big_patient, generated
from cds_service.wire.decoding import decode_call

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def calls() -> dict[str, Call]:
    return generated(DAY)


@pytest.mark.parametrize(("size", "resources"), RESOURCES.items())
def test_a_body_has_so_many_resources_of_about_a_kilobyte(size: str, resources: int, calls: dict[str, Call]) -> None:
    call = calls[size]
    assert resources - 1 <= call.resources <= resources
    assert 850 < len(call.text) / call.resources < 1_150


@pytest.mark.parametrize("size", RESOURCES)
def test_each_size_is_answered_by_the_card_that_recommends(size: str, calls: dict[str, Call]) -> None:
    answered = answerer_on(DAY).answer(decode_call(calls[size].text))
    assert answered.assessment.outcome == "recommend"
    assert len(answered.cards) == 1


def test_the_same_call_for_several_patients_is_as_long(calls: dict[str, Call]) -> None:
    texts = calls["S"].for_patients(3)
    assert {len(text) for text in texts} == {len(calls["S"].text)}
    assert len({decode_call(text).patient_id for text in texts}) == 3
    assert not any(PATIENT.encode() in text for text in texts)


def test_the_largest_chart_of_a_folder_is_a_call_that_answers_every_key(tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "a", "birthDate": "1960-01-01"}
    others = [{"resourceType": name, "id": name} for name in ("Condition", "Observation", "Claim")]
    for name, resources in (("small", [patient]), ("large", [patient, *others])):
        bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
        (tmp_path / f"{name}.json.gz").write_bytes(gzip.compress(msgspec.json.encode(bundle)))
    call = big_patient(tmp_path)
    assert call
    assert call.resources == 3
    prefetch = msgspec.json.decode(call.text)["prefetch"]
    assert prefetch["patient"] == patient
    assert prefetch["conditions"]["entry"] == [{"fullUrl": "urn:uuid:Condition", "resource": others[0]}]
    assert prefetch["procedures"]["entry"] == []


def test_without_the_folder_there_is_no_large_chart(tmp_path: Path) -> None:
    assert big_patient(tmp_path / "none") is None


@pytest.mark.skipif(not BIG_PATIENTS.is_dir(), reason=NO_BIG_PATIENT)
def test_the_real_chart_has_thousands_of_resources() -> None:
    call = big_patient()
    assert call
    assert call.resources > 5_000
    answerer_on(DAY).answer(decode_call(call.text))
