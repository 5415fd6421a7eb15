"""The drafts of the public sandbox's screens, as the browser application sends them, for the demo's patients.

Rx View and Rx Sign write a prescription, PAMA an imaging order; the shapes are recorded, the ids are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from cds_service.record.asked import ORDER_HOOKS
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from tests.card_rules import check_card
from tests.hooks.calls import DAY, check_cards, check_outcome

SELECT, SIGN, *_ = ORDER_HOOKS
NAMED = {vignette.id: vignette for vignette in load_vignettes()}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OXYCODONE = ("1049621", "Oxycodone Hydrochloride 5 MG Oral Tablet")
AMOXICILLIN = ("308191", "Amoxicillin 500 MG Oral Capsule")
LUMBAR_MRI = {
    "code": "72148",
    "display": "Magnetic resonance (eg, proton) imaging, spinal canal and contents, lumbar; without contrast material",
    "system": "http://www.ama-assn.org/go/cpt",
}
HEAD_CT = {
    "code": "70450",
    "display": "Computed tomography, head or brain; without contrast material",
    "system": "http://www.ama-assn.org/go/cpt",
}
BACK_PAIN = {"code": "279039007", "display": "Low back pain (finding)", "system": "http://snomed.info/sct"}


def prescription(patient: str, drug: tuple[str, str] | None) -> dict[str, Any]:
    """Rx View and Rx Sign: before a drug is chosen neither an intent nor a drug; `category` is no list."""
    begun = {
        "resourceType": "MedicationRequest",
        "id": "request-1",
        "status": "draft",
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": DAY.isoformat(),
    }
    if drug is None:
        return begun
    code, name = drug
    units = "http://unitsofmeasure.org"
    dose = {"doseQuantity": {"value": 1, "system": units, "code": "{pill}"}}
    supply = {"value": 30, "unit": "days", "system": units, "code": "d"}
    category = {"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "community"}
    return begun | {
        "dosageInstruction": [
            {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [dose]}
        ],
        "dispenseRequest": {"expectedSupplyDuration": supply},
        "intent": "order",
        "category": {"coding": [category]},
        "medicationCodeableConcept": {"text": name, "coding": [{"display": name, "system": RXNORM, "code": code}]},
    }


def imaging(patient: str, study: Mapping[str, str], *reasons: Mapping[str, str]) -> dict[str, Any]:
    """PAMA: before a study is chosen its coding is an empty object; no reason is an empty list."""
    named = {"text": study["display"]} if study else {}
    return {
        "resourceType": "ServiceRequest",
        "id": "request-2",
        "status": "draft",
        "intent": "plan",
        "code": {"coding": [study], **named},
        "subject": {"reference": f"Patient/{patient}"},
        "reasonCode": [{"coding": [reason], "text": reason["display"]} for reason in reasons],
    }


def call(hook: str, patient: str, draft: dict[str, Any] | None) -> dict[str, Any]:
    """The call of a screen; None: its tab was clicked again, which sends neither drafts nor selections."""
    body = patient_view(render(NAMED[patient], DAY))
    context: dict[str, Any] = {"patientId": patient, "userId": "Practitioner/1"}
    if draft is not None:
        selected = {"selections": [f"{draft['resourceType']}/{draft['id']}"]} if hook == SELECT else {}
        context |= selected | {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]}}
    return {**body, "hook": hook, "context": context}


async def answered(client: httpx.AsyncClient, hook: str, patient: str, draft: dict[str, Any] | None) -> dict[str, Any]:
    """The card, or {}."""
    cards = check_cards(await client.post(f"/cds-services/miss-{hook}", json=call(hook, patient, draft)))
    for card in cards:
        check_card(card)
    return cards[0] if cards else {}


def rule(card: dict[str, Any]) -> str:
    return str(card["source"]["topic"]["code"]) if card else "none"


def labels(card: dict[str, Any]) -> list[str]:
    return [one["label"] for one in card.get("suggestions", [])]


OPIOID = {
    "V01": "recommend",
    "V02": "none",
    "V09": "consider",
    "V12": "urgent-emergency",
    "V16": "recommend",
    "V31": "not-advised",
    "V33": "optimise-first",
}
# Of V16 an MRI is on record, so a recommendation has nothing to add.
MRI = OPIOID | {"V16": "none"}


@pytest.mark.parametrize("hook", [SELECT, SIGN])
@pytest.mark.parametrize("patient", OPIOID)
async def test_an_opioid_brings_the_card_of_the_patient(client: httpx.AsyncClient, hook: str, patient: str) -> None:
    card = await answered(client, hook, patient, prescription(patient, OXYCODONE))
    assert rule(card) == OPIOID[patient]
    assert all(action["type"] == "create" for one in card.get("suggestions", []) for action in one["actions"])


@pytest.mark.parametrize("patient", ["V01", "V31"])
async def test_what_a_drug_is_for_changes_nothing(client: httpx.AsyncClient, patient: str) -> None:
    """Rx View takes the reason from the chart and puts it where a list belongs."""
    treated = {"reasonCode": {"coding": [BACK_PAIN], "text": "Low back pain"}}
    card = await answered(client, SELECT, patient, prescription(patient, OXYCODONE) | treated)
    assert rule(card) == OPIOID[patient]
    assert await answered(client, SELECT, patient, prescription(patient, None) | treated) == {}


@pytest.mark.parametrize("hook", [SELECT, SIGN])
@pytest.mark.parametrize("patient", ["V01", "V31", "V12"])
@pytest.mark.parametrize("drug", [None, AMOXICILLIN])
async def test_another_drug_or_none_yet_is_no_matter_of_ours(
    client: httpx.AsyncClient, hook: str, patient: str, drug: tuple[str, str] | None
) -> None:
    assert await answered(client, hook, patient, prescription(patient, drug)) == {}


@pytest.mark.parametrize("reasons", [(), (BACK_PAIN,)])
@pytest.mark.parametrize("patient", MRI)
async def test_a_spine_mri_brings_the_card_of_the_patient(
    client: httpx.AsyncClient, patient: str, reasons: tuple[dict[str, str], ...]
) -> None:
    assert rule(await answered(client, SELECT, patient, imaging(patient, LUMBAR_MRI, *reasons))) == MRI[patient]


@pytest.mark.parametrize("patient", ["V01", "V31", "V12"])
@pytest.mark.parametrize("study", [{}, HEAD_CT])
async def test_no_study_yet_or_one_of_the_head_is_no_matter_of_ours(
    client: httpx.AsyncClient, patient: str, study: dict[str, str]
) -> None:
    assert await answered(client, SELECT, patient, imaging(patient, study)) == {}


@pytest.mark.parametrize("hook", [SELECT, SIGN])
async def test_a_tab_clicked_again_brings_nothing(client: httpx.AsyncClient, hook: str) -> None:
    assert await answered(client, hook, "V31", None) == {}


async def test_who_orders_the_missing_mri_is_not_told_to_order_one(client: httpx.AsyncClient) -> None:
    card = await answered(client, SELECT, "V01", imaging("V01", LUMBAR_MRI))
    assert card["summary"] == "Refer for MISS evaluation: chronic low back pain, 28 weeks, care documented."
    assert "consider one" not in card["detail"]
    assert "No spine MRI or CT within 365 days" in card["detail"]
    assert labels(card) == []


async def test_beside_a_referral_under_way_an_opioid_brings_no_second_one(client: httpx.AsyncClient) -> None:
    card = await answered(client, SELECT, "V45", prescription("V45", OXYCODONE))
    assert rule(card) == "recommend"
    assert labels(card) == ["Draft an order for MRI of the lumbar spine"]


async def test_a_hook_that_the_address_bar_names_for_another_service_is_refused(client: httpx.AsyncClient) -> None:
    """With `screen=pama&hook=order-sign` the sandbox sends order-sign to the service of order-select."""
    body = call(SELECT, "V31", imaging("V31", LUMBAR_MRI)) | {"hook": SIGN}
    check_outcome(await client.post(f"/cds-services/miss-{SELECT}", json=body), 400)
