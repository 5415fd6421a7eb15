"""A clinician's draft at signing: what was written stays, only what is empty is filled (contract "Suggestions")."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.assessment.miss import Assessment
from cds_service.findings.complaints import Complaint, Complaints
from cds_service.record.patient import Condition
from cds_service.rendering.asker import Asker
from cds_service.wire.cds_hooks import Suggestion
from tests.hooks.calls import check_no_empties
from tests.laws.conftest import law
from tests.rendering.charts import CLAUDICATION, EXAMPLES, MRI, assessment, findings, rendering

ASKER = Asker("p1", "Practitioner/1")
FILLED = ("reasonCode", "reasonReference", "supportingInfo", "bodySite", "note")
DRAFT: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "id": "draft-1",
    "status": "draft",
    "intent": "order",
    "code": {"text": "Referral to neurosurgery"},
    "subject": {"reference": "Patient/p1"},
}
STENOSIS = Complaint(
    "claudication",
    "lumbar",
    (Condition("Condition/st", codes=frozenset({("http://hl7.org/fhir/sid/icd-10-cm", "M48062")})),),
    label="lumbar stenosis with neurogenic claudication",
)
NECK = Complaint("axial", "cervical", (Condition("Condition/neck"),), label="neck pain")


def chart(*complaints: Complaint) -> Assessment:
    """A recommendation for these complaints, with an MRI."""
    has = replace(findings(CLAUDICATION, imaging=MRI), complaints=Complaints(complaints))
    return assessment("recommend", has)


def completed(draft: object, of: Assessment | None = None) -> Suggestion | None:
    raw = draft if isinstance(draft, bytes) else json.dumps(draft).encode()
    return rendering().completed_draft(raw, of or chart(STENOSIS), ASKER)


def resource(draft: object, of: Assessment | None = None) -> dict[str, Any]:
    suggestion = completed(draft, of)
    assert suggestion is not None
    (action,) = suggestion.actions
    assert isinstance(action.resource, msgspec.Raw)
    made: dict[str, Any] = json.loads(bytes(action.resource))
    return made


def test_it_is_one_update_of_the_whole_draft() -> None:
    suggestion = completed(DRAFT)
    assert suggestion is not None
    (action,) = suggestion.actions
    assert action.type == "update"
    assert action.description == (
        "Adds reason, diagnoses, supporting results, body site and note from the chart to your draft; "
        "what you wrote stays as it is"
    )
    assert suggestion.label == "Fill in what this order leaves empty"
    assert suggestion.uuid == suggestion.uuid.lower()


def test_only_what_is_empty_is_filled() -> None:
    made = resource(DRAFT)
    assert {name: made[name] for name in DRAFT} == DRAFT
    assert set(made) - set(DRAFT) == set(FILLED)
    assert made["reasonCode"] == [
        {
            "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M48.062"}],
            "text": "lumbar stenosis with neurogenic claudication",
        }
    ]
    assert made["reasonReference"] == [{"reference": "Condition/st"}]
    assert made["supportingInfo"] == [{"reference": "Procedure/pt"}, {"reference": "Procedure/mri"}]
    assert made["bodySite"] == [{"text": "lumbar spine"}]
    assert "Imaging: MRI of the lumbar spine, 5 May 2026." in made["note"][0]["text"]
    ServiceRequest.model_validate(made)


@pytest.mark.parametrize("empty", [None, "", [], {}])
@pytest.mark.parametrize("name", FILLED)
def test_an_empty_member_is_as_an_absent_one(name: str, empty: object) -> None:
    assert resource({**DRAFT, name: empty}) == resource(DRAFT)


@pytest.mark.parametrize("written", [0, False, "x", [None], [{}], {"text": "x"}, " ", 1.0, [{"text": "knee"}]])
@pytest.mark.parametrize("name", FILLED)
def test_what_is_written_stays_whatever_its_shape(name: str, written: object) -> None:
    assert resource({**DRAFT, name: written})[name] == written


def test_numbers_and_letters_stay_as_they_were_spelt() -> None:
    raw = b'{"resourceType":"ServiceRequest" , "quantityQuantity":{"value":1.0, "x": 1e2},"note":[{"text":"\\u00e9"}]}'
    suggestion = completed(raw)
    assert suggestion is not None
    made = bytes(suggestion.actions[0].resource)  # type: ignore[arg-type]
    for piece in (b'{"value":1.0, "x": 1e2}', b'[{"text":"\\u00e9"}]'):
        assert piece in made


def test_a_number_too_large_to_read_is_written_and_stays() -> None:
    raw = b'{"resourceType":"ServiceRequest","note":1e999999,"id":"x"}'
    suggestion = completed(raw)
    assert suggestion is not None
    assert b'"note":1e999999' in bytes(suggestion.actions[0].resource)  # type: ignore[arg-type]


NO_DRAFT = [
    {**DRAFT, "resourceType": "MedicationRequest"},
    {**DRAFT, "resourceType": 7},
    {name: value for name, value in DRAFT.items() if name != "resourceType"},
    ["ServiceRequest"],
    "ServiceRequest",
    None,
    b"{",
    b'{"resourceType": "\xff"}',
]


@pytest.mark.parametrize("draft", NO_DRAFT, ids=range(len(NO_DRAFT)))
def test_what_is_no_service_request_is_left_alone(draft: object) -> None:
    assert completed(draft) is None


def test_a_draft_that_leaves_nothing_empty_gets_no_suggestion() -> None:
    assert completed({**DRAFT, **{name: [{"text": "x"}] for name in FILLED}}) is None


def test_one_member_is_named_alone() -> None:
    suggestion = completed({**DRAFT, **{name: [{"text": "x"}] for name in FILLED if name != "note"}})
    assert suggestion is not None
    assert suggestion.actions[0].description.startswith("Adds note from the chart")


CODED_MRI = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "72141"}, {"display": "MR"}]}


@pytest.mark.parametrize(
    "members",
    [
        {"code": {"text": "MRI of the cervical spine"}},
        {"code": CODED_MRI},
        {"bodySite": [{"text": "Neck"}]},
    ],
    ids=["words", "code", "site"],
)
def test_a_draft_for_the_neck_is_given_no_lumbar_reason(members: dict[str, Any]) -> None:
    made = resource({**DRAFT, **members}, chart(STENOSIS, NECK))
    assert made["reasonReference"] == [{"reference": "Condition/neck"}]
    assert [one["text"] for one in made["reasonCode"]] == ["neck pain"]
    assert made["bodySite"] == members.get("bodySite", [{"text": "cervical spine"}])
    assert "reasonCode" not in resource({**DRAFT, **members}, chart(STENOSIS))


def test_two_regions_are_both_named() -> None:
    assert resource(DRAFT, chart(STENOSIS, NECK))["bodySite"] == [{"text": "cervical spine"}, {"text": "lumbar spine"}]


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_outcome_can_complete_a_draft(rule: str) -> None:
    made = resource(DRAFT, EXAMPLES[rule])
    ServiceRequest.model_validate(made)
    check_no_empties(made)


def test_without_anything_to_say_there_is_still_what_was_not_found() -> None:
    made = resource(DRAFT, assessment("", findings(), why="no-sign"))
    assert set(made) - set(DRAFT) == {"note", "supportingInfo"}
    assert "Not found in the chart: current spine complaint" in made["note"][0]["text"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.dictionaries(st.sampled_from((*FILLED, *DRAFT, "priority", "x", "é", "extension")), JSON, max_size=8)


@law
@given(MEMBERS)
def test_every_written_member_is_kept(members: dict[str, Any]) -> None:
    """Equal as JSON, in its place, whatever its shape; only the five that are empty may differ."""
    draft = {**members, "resourceType": "ServiceRequest"}
    suggestion = completed(draft)
    if suggestion is None:
        assert all(draft.get(name) not in (None, "", [], {}) for name in ("note", "reasonCode"))
        return
    made = json.loads(bytes(suggestion.actions[0].resource))  # type: ignore[arg-type]
    for name, value in draft.items():
        if name not in FILLED or value not in (None, "", [], {}):
            assert json.dumps(made[name]) == json.dumps(value)
    assert set(made) - set(draft) <= set(FILLED)
    assert list(made)[: len(draft)] == list(draft)
