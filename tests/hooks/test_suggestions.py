"""Suggestions on the wire: who is named, which references are followed, which text never comes through."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.cli import main
from cds_service.errors import SettingsError
from cds_service.settings import Settings
from tests.card_rules import check_card
from tests.hooks.calls import CALL, DAY, PATIENT, Lines, app_of, bundle, check_cards, client_of, condition, request

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ANSWERED = {key: bundle() for key in ("medicationRequests", "procedures", "observations", "diagnosticReports")}


@pytest.fixture
def answerer(answerer: Answerer) -> Answerer:
    """The stages at a fixed moment."""
    return replace(answerer, now=lambda: NOW)


async def order(answerer: Answerer, *conditions: object, **context: Any) -> dict[str, Any]:
    """The first order that is offered for these conditions, by default a low back pain."""
    return (await orders(answerer, bundle(*(conditions or (condition(),))), **context))[0]


async def orders(answerer: Answerer, conditions: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
    body = request({"patient": PATIENT, "conditions": conditions, **ANSWERED})
    body["context"].update(context)
    async with client_of(app_of(answerer, Lines())) as client:
        (card,) = check_cards(await client.post(CALL, json=body))
    check_card(card)
    return [one["actions"][0]["resource"] for one in card.get("suggestions", [])]


async def test_an_order_names_patient_encounter_user_and_moment(answerer: Answerer) -> None:
    made = await order(answerer, encounterId="e-1", userId="PractitionerRole/r.2")
    assert made["subject"] == {"reference": "Patient/p1"}
    assert made["encounter"] == {"reference": "Encounter/e-1"}
    assert made["requester"] == {"reference": "PractitionerRole/r.2"}
    assert made["authoredOn"] == "2026-11-22T09:30:00Z"


@pytest.mark.parametrize(
    "user",
    ["Patient/p1", "RelatedPerson/1", "Practitioner/", "Practitioner/a b", "Device/1", "", "Practitioner", 7, {}],
)
async def test_only_a_clinician_is_the_requester(answerer: Answerer, user: object) -> None:
    assert "requester" not in await order(answerer, userId=user)


@pytest.mark.parametrize("encounter", ["", "a b", "urn:uuid:1", 7, None, {}, "Encounter/"])
async def test_an_encounter_that_is_no_id_is_left_out(answerer: Answerer, encounter: object) -> None:
    assert "encounter" not in await order(answerer, encounterId=encounter)


async def test_an_encounter_may_come_as_a_reference(answerer: Answerer) -> None:
    assert (await order(answerer, encounterId="Encounter/e1"))["encounter"] == {"reference": "Encounter/e1"}


async def test_without_an_encounter_there_is_none(answerer: Answerer) -> None:
    assert "encounter" not in await order(answerer)


async def test_where_the_patients_id_is_none_a_server_gives_nothing_is_offered(answerer: Answerer) -> None:
    body = request({"patient": {**PATIENT, "id": "p 1"}, "conditions": bundle(condition(subject=None)), **ANSWERED})
    body["context"]["patientId"] = "p 1"
    async with client_of(app_of(answerer, Lines())) as client:
        (card,) = check_cards(await client.post(CALL, json=body))
    assert "suggestions" not in card
    assert "selectionBehavior" not in card


async def test_the_reason_is_the_condition_that_fired_and_its_code(answerer: Answerer) -> None:
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.50"}]}
    made = await order(answerer, condition(code=coded))
    assert made["reasonCode"] == [
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.50"}], "text": "low back pain"}
    ]
    assert made["reasonReference"] == [{"reference": "Condition/c1"}]
    assert made["bodySite"] == [{"text": "lumbar spine"}]


@pytest.mark.parametrize("given", [None, "", "urn:uuid:6bc883b2-b795-4dcb-b661-34884a31d472", "a/b", "#c1"])
async def test_what_has_no_id_of_a_server_is_not_referred_to(answerer: Answerer, given: str | None) -> None:
    made = await order(answerer, condition(id=given))
    assert "reasonReference" not in made
    assert made["reasonCode"]


@pytest.mark.parametrize("also", [(), (7,)], ids=["decoded at once", "resource by resource"])
async def test_what_came_under_a_urn_is_on_no_server(answerer: Answerer, also: tuple[object, ...]) -> None:
    urn = {"fullUrl": "urn:uuid:6bc883b2-b795-4dcb-b661-34884a31d472", "resource": condition()}
    found = {"fullUrl": "https://ehr.example/Condition/c2", "resource": condition(id="c2")}
    (made,) = await orders(
        answerer, {"resourceType": "Bundle", "entry": [urn, found, *({"resource": n} for n in also)]}
    )
    assert made["reasonReference"] == [{"reference": "Condition/c2"}]


async def test_a_measurement_under_a_urn_is_told_and_not_referred_to(answerer: Answerer) -> None:
    hba1c = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-10-02",
        "valueQuantity": {"value": 9.4, "unit": "%"},
    }
    claudication = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M48.062"}]}
    for url, referred in (("urn:uuid:x", False), ("https://ehr.example/Observation/o1", True)):
        observations = {"resourceType": "Bundle", "entry": [{"fullUrl": url, "resource": hba1c}]}
        body = request(
            {
                "patient": PATIENT,
                "conditions": bundle(condition(code=claudication)),
                **ANSWERED,
                "observations": observations,
            }
        )
        async with client_of(app_of(answerer, Lines())) as client:
            (card,) = check_cards(await client.post(CALL, json=body))
        made = card["suggestions"][0]["actions"][0]["resource"]
        assert ("supportingInfo" in made) is referred
        assert "HbA1c 9.4 % on 2 October 2026" in made["note"][0]["text"]


HOSTILE = "low back pain <script>alert(1)</script> [x](javascript:1) **b** `c` \u202e\u0000\r\n www.evil.example"


async def test_hostile_text_of_the_chart_is_in_no_order(answerer: Answerer) -> None:
    """check_card looks at every note; here at every text, whatever the chart says."""
    text = {"text": HOSTILE, "coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": HOSTILE}]}
    site = [{"text": f"lumbar {HOSTILE}"}]
    made = await order(answerer, condition(code=text, bodySite=site, note=[{"text": HOSTILE}]))
    for word in ("script", "javascript", "evil", "\u202e", "**", "alert"):
        assert word not in json.dumps(made, ensure_ascii=False)


async def test_a_code_of_the_chart_that_is_none_is_not_passed_on(answerer: Answerer) -> None:
    codes = ("M54.50", "M54.5<b>", "", "X" * 99)
    coding = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code} for code in codes]
    made = await order(answerer, condition(code={"coding": coding, "text": "low back pain"}))
    assert [one["code"] for one in made["reasonCode"][0]["coding"]] == ["M54.50"]


async def test_a_site_that_takes_recommendations_gets_proposals() -> None:
    settings = Settings(require_auth=False, suggestion_intent="proposal")
    made = await order(answerer_of(settings, "https://miss.example", lambda: DAY))
    assert (made["intent"], made["status"]) == ("proposal", "draft")


async def test_a_sites_codes_stand_first(tmp_path: Path) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(
        '[[physical-therapy]]\nsystem = "urn:site"\ncode = "PT"\ndisplay = "PT evaluate and treat"\n', "utf-8"
    )
    made = await order(answerer_of(Settings(referral_codes=path), "https://miss.example", lambda: DAY))
    assert [one["code"] for one in made["code"]["coding"]] == ["PT", "91251008"]


def test_a_wrong_mapping_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CDS_REFERRAL_CODES"):
        answerer_of(Settings(referral_codes=tmp_path / "none.toml"), "https://miss.example")


def test_assess_offers_what_the_hook_would_in_nobodys_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(bundle(PATIENT, condition(), type="collection")), "utf-8")
    assert main(["assess", "--json", "--as-of", "2026-11-22", str(path)]) == 0
    (card,) = json.loads(capsys.readouterr().out)["cards"]
    check_card(card)
    (made,) = [one["actions"][0]["resource"] for one in card["suggestions"]]
    assert made["authoredOn"] == "2026-11-22"
    assert made["subject"] == {"reference": "Patient/p1"}
    assert not {"requester", "encounter"} & set(made)


async def test_ids_are_new_with_every_call(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    for _ in range(3):
        (card,) = check_cards(
            await client.post(CALL, json=request({"patient": PATIENT, "conditions": bundle(condition())}))
        )
        (one,) = card["suggestions"]
        seen += [card["uuid"], one["uuid"], one["actions"][0]["resource"]["id"]]
    assert len(set(seen)) == len(seen)
