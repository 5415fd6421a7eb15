"""What stood under a prefetch key: a Bundle, a resource, an error, an old wrapper, or nonsense."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.wire.decoding import decode_call
from cds_service.wire.held import Came, Held
from tests.wire.test_decoding import PATIENT, body

CONDITION = {"resourceType": "Condition", "id": "c1", "code": {"text": "low back pain"}}
MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"text": "tramadol"}}


def bundle(*resources: object, **members: Any) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:x:{n}", "resource": resource} for n, resource in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **members}


def held(value: object, key: str = "conditions", **others: object) -> Held[Any]:
    part = getattr(decode_call(body(prefetch={key: value, **others})).held, key)
    assert isinstance(part, Held)
    return part


NOT_RESOURCES: list[tuple[object, Came]] = [
    (None, Came.NOTHING),
    ("x", Came.MALFORMED),
    (7, Came.MALFORMED),
    (True, Came.MALFORMED),
    ([CONDITION], Came.MALFORMED),
    ([], Came.MALFORMED),
    ({}, Came.MALFORMED),
    ({"entry": []}, Came.MALFORMED),
    ({"resourceType": 7}, Came.MALFORMED),
    ({"resourceType": None}, Came.MALFORMED),
    ({"resourceType": ""}, Came.MALFORMED),
    ({"response": {"status": "404"}}, Came.MALFORMED),
    ({"response": {"status": "404"}, "resource": None}, Came.MALFORMED),
    ({"resource": {"resource": CONDITION}}, Came.MALFORMED),
    ({"resourceType": "Bundle", "entry": {}}, Came.MALFORMED),
    ({"resourceType": "Bundle", "entry": "x"}, Came.MALFORMED),
    ({"resourceType": "OperationOutcome"}, Came.OUTCOME),
    ({"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}, Came.OUTCOME),
    ({"resourceType": "OperationOutcome", "issue": 7}, Came.OUTCOME),
    ({"resource": {"resourceType": "OperationOutcome"}}, Came.OUTCOME),
    ({"resourceType": "Procedure"}, Came.OTHER_TYPE),
    ({"resourceType": "Procedure", "code": 7}, Came.OTHER_TYPE),
    (PATIENT, Came.OTHER_TYPE),
]


@pytest.mark.parametrize(("value", "came"), NOT_RESOURCES)
def test_what_is_no_list_of_resources(value: object, came: Came) -> None:
    assert held(value).came is came
    assert not held(value).resources


@pytest.mark.parametrize(
    "value",
    [
        bundle(CONDITION),
        CONDITION,
        {"response": {"status": "200 OK"}, "resource": bundle(CONDITION)},
        {"response": {"status": "200 OK"}, "resource": CONDITION},
        {"resourceType": "Bundle", "entry": [{"resource": CONDITION, "search": {"mode": "match"}}]},
    ],
)
def test_resources_in_every_wrapping(value: object) -> None:
    part = held(value)
    assert part.came is Came.RESOURCES
    assert [condition.id for condition in part.resources] == ["c1"]
    assert not part.more


@pytest.mark.parametrize(
    "value",
    [
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": None, "link": 7},
    ],
)
def test_an_empty_bundle_is_an_answer(value: object) -> None:
    assert held(value).came is Came.RESOURCES
    assert not held(value).resources


LINKS: list[tuple[object, bool]] = [
    (None, False),
    ([], False),
    ([{"relation": "self", "url": "x"}], False),
    ([{"relation": "next", "url": "x"}], True),
    ([{"relation": "self"}, {"relation": "next"}], True),
    ([{"relation": 7}], True),
    ("next", True),
]


@pytest.mark.parametrize(("links", "more"), LINKS)
def test_a_next_link_or_one_that_cannot_be_read_means_more(links: object, more: bool) -> None:
    assert held(bundle(CONDITION, link=links)).more is more
    assert held(bundle(CONDITION, {"resourceType": "Condition", "code": 7}, link=links)).more is more


def test_conditions_are_found_by_their_full_url_however_they_were_read() -> None:
    assert set(held(bundle(CONDITION)).by_url) == {"urn:x:0"}
    assert set(held(bundle({"resourceType": "Condition", "code": 7}, CONDITION)).by_url) == {"urn:x:1"}
    assert not held({"resourceType": "Bundle", "entry": [{"resource": CONDITION}]}).by_url
    odd = {"resourceType": "Bundle", "entry": [{"fullUrl": 7, "resource": CONDITION}]}
    assert [condition.id for condition in held(odd).resources] == ["c1"]


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"code": "x"}, "code is not an object"),
    ({"code": {"coding": {}}}, "code.coding is not an array"),
    ({"code": {"coding": [{"display": 7}]}}, "code.coding.display is not a string"),
    ({"category": {}}, "category is not an array"),
    ({"id": 7}, "id is not a string"),
    ({"onsetAge": {"value": "x"}}, "onsetAge.value is not a number"),
    ({"abatementBoolean": "x"}, "abatementBoolean is not true or false"),
    ({"clinicalStatus": "active"}, "clinicalStatus is not an object"),
]


@pytest.mark.parametrize(("members", "why"), UNREADABLE)
def test_a_resource_with_a_wrong_type_is_left_out_alone(members: dict[str, Any], why: str) -> None:
    part = held(bundle(CONDITION, {"resourceType": "Condition", **members}))
    assert [condition.id for condition in part.resources] == ["c1"]
    assert part.aside.unreadable == {("Condition", why): 1}


def test_a_number_out_of_all_bounds_is_left_out() -> None:
    content = body(prefetch={"conditions": bundle({"resourceType": "Condition", "onsetAge": {"value": 7}})})
    part = decode_call(content.replace(b'"value": 7', b'"value": 1e999')).held.conditions
    assert list(part.aside.unreadable) == [("Condition", "onsetAge.value is not of the right type")]


ENTRIES: list[tuple[object, str]] = [
    (7, "it holds no resource"),
    ("x", "it holds no resource"),
    (None, "it holds no resource"),
    ({}, "it holds no resource"),
    ({"fullUrl": "x"}, "it holds no resource"),
    ({"resource": None}, "it holds no resource"),
    ({"resource": 7}, "it names no resourceType"),
    ({"resource": []}, "it names no resourceType"),
    ({"resource": {}}, "it names no resourceType"),
    ({"resource": {"resourceType": 7}}, "it names no resourceType"),
    ({"resource": {"resourceType": None}}, "it names no resourceType"),
]


@pytest.mark.parametrize(("entry", "why"), ENTRIES)
def test_an_entry_that_is_none_is_left_out_alone(entry: object, why: str) -> None:
    part = held({"resourceType": "Bundle", "entry": [entry, {"resource": CONDITION}]})
    assert [condition.id for condition in part.resources] == ["c1"]
    assert part.aside.unreadable == {("entry", why): 1}


def test_a_bad_resource_in_one_key_leaves_the_others_as_they_are() -> None:
    bad = bundle({"resourceType": "Procedure", "code": 7})
    call = decode_call(body(prefetch={"patient": PATIENT, "conditions": bundle(CONDITION), "procedures": bad}))
    assert call.held.patient.resources[0].id == "p1"
    assert [condition.id for condition in call.held.conditions.resources] == ["c1"]
    assert call.held.procedures.aside.unreadable == {("Procedure", "code is not an object"): 1}
    assert call.held.observations.came is Came.ABSENT


@pytest.mark.parametrize("also", [{}, {"resourceType": "Condition", "code": 7}])
def test_included_medications_are_found_under_every_name(also: object) -> None:
    order = {"resourceType": "MedicationRequest", "id": "o1"}
    part = held(bundle(order, MEDICATION, also), "medicationRequests")
    assert [request.id for request in part.resources] == ["o1"]
    assert set(part.aside.medications) == {"Medication/m1", "urn:uuid:m1", "urn:x:1"}
    assert part.aside.medications["Medication/m1"].code is not None


def test_a_medication_without_names_is_passed_over_and_a_bad_one_counted() -> None:
    nameless = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Medication"}}]}
    assert not held(nameless, "medicationRequests").aside.medications
    bad = held(bundle({"resourceType": "Medication", "code": 7}), "medicationRequests")
    assert bad.aside.unreadable == {("Medication", "code is not an object"): 1}


OUTCOMES: list[tuple[object, int]] = [
    ([{"severity": "error"}], 1),
    ([{"severity": "fatal"}], 1),
    ([{"severity": "information"}, {"severity": "error"}], 1),
    ([{"severity": "warning"}], 0),
    ([{"severity": "information"}], 0),
    ([{}], 0),
    ([], 0),
    (None, 0),
    (7, 1),
]


@pytest.mark.parametrize(("issues", "errors"), OUTCOMES)
def test_an_outcome_among_the_entries_is_an_error_or_a_note(issues: object, errors: int) -> None:
    part = held(bundle(CONDITION, {"resourceType": "OperationOutcome", "issue": issues}))
    assert part.aside.errors == errors
    assert len(part.resources) == 1


def test_an_included_patient_is_kept_with_its_address() -> None:
    part = held(bundle(CONDITION, PATIENT))
    assert [(url, patient.id) for url, patient in part.aside.patients] == [("urn:x:1", "p1")]
    unreadable = held(bundle(CONDITION, {"resourceType": "Patient", "birthDate": 7}))
    assert not unreadable.aside.patients


def test_other_types_are_counted_by_names_we_know() -> None:
    part = held(bundle(CONDITION, {"resourceType": "Procedure"}, {"resourceType": "John Smith"}))
    assert part.aside.others == {"Procedure": 1, "resource of another type": 1}


PATIENTS: list[tuple[object, Came, bool]] = [
    (PATIENT, Came.RESOURCES, True),
    ({"response": {"status": "200"}, "resource": PATIENT}, Came.RESOURCES, True),
    ({"resourceType": "Patient", "birthDate": 7}, Came.RESOURCES, False),
    (None, Came.NOTHING, False),
    (bundle(PATIENT), Came.OTHER_TYPE, False),
    ({"resourceType": "OperationOutcome"}, Came.OUTCOME, False),
    (CONDITION, Came.OTHER_TYPE, False),
    ("p1", Came.MALFORMED, False),
    ({}, Came.MALFORMED, False),
]


@pytest.mark.parametrize(("value", "came", "there"), PATIENTS)
def test_the_patient_key(value: object, came: Came, there: bool) -> None:
    part = held(value, "patient")
    assert part.came is came
    assert bool(part.resources) is there


def test_every_key_is_read() -> None:
    keys = {
        "medicationStatements": "MedicationStatement",
        "medicationRequests": "MedicationRequest",
        "procedures": "Procedure",
        "observations": "Observation",
        "diagnosticReports": "DiagnosticReport",
        "serviceRequests": "ServiceRequest",
    }
    supplied = {key: bundle({"resourceType": name, "id": key}) for key, name in keys.items()}
    found = decode_call(body(prefetch=supplied)).held
    for key in keys:
        assert [resource.id for resource in getattr(found, key).resources] == [key]


def test_two_keys_that_do_not_fit_are_both_read_again() -> None:
    order = {"resourceType": "MedicationRequest", "id": "o1"}
    part = held(bundle(order, MEDICATION), "medicationRequests", conditions=CONDITION)
    assert set(part.aside.medications) == {"Medication/m1", "urn:uuid:m1", "urn:x:1"}
