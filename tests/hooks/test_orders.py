"""The order and appointment services over HTTP: contexts of every shape, what is needed and what is not."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any

import httpx
import pytest

from cds_service.record.asked import ORDER_HOOKS
from tests.card_rules import check_card
from tests.hooks.calls import ABSENT, PATIENT, UUID, Lines, bundle, check_cards, check_outcome, condition
from tests.hooks.test_hostile import places

SELECT, SIGN, DISPATCH, BOOK = ORDER_HOOKS
SUBJECT = {"reference": "Patient/p1"}
REFERRAL = {
    "resourceType": "ServiceRequest",
    "id": "d1",
    "status": "draft",
    "intent": "order",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "308482002"}], "text": "Referral to neurosurgeon"},
    "subject": SUBJECT,
}
AMOXICILLIN = {
    "resourceType": "MedicationRequest",
    "id": "d2",
    "status": "draft",
    "medicationCodeableConcept": {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "308191"}]
    },
    "subject": SUBJECT,
}
BOOKING = {"resourceType": "Appointment", "id": "a1", "status": "proposed", "description": "Lumbar spine surgery"}
SCARRED = condition(id="c2", code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G96.12"}]})


def drafts(*resources: object) -> dict[str, Any]:
    """Drafts as the public sandbox bundles them: without a type."""
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


CONTEXTS: dict[str, dict[str, Any]] = {
    SELECT: {"selections": ["ServiceRequest/d1"], "draftOrders": drafts(REFERRAL)},
    SIGN: {"draftOrders": drafts(REFERRAL)},
    DISPATCH: {
        "dispatchedOrders": ["ServiceRequest/d1"],
        "performer": "Organization/1",
        "fulfillmentTasks": [{"resourceType": "Task", "focus": {"reference": "ServiceRequest/d1"}}],
    },
    BOOK: {"appointments": drafts(BOOKING)},
}


def call(hook: str, prefetch: object = ABSENT, *, user: object = "Practitioner/1", **context: object) -> dict[str, Any]:
    """A call for a patient with scarring and pain; a member of the context that is ABSENT is left out."""
    told = {"patientId": "p1", **({} if hook == DISPATCH else {"userId": user}), **CONTEXTS[hook], **context}
    chart = {
        "patient": PATIENT,
        "conditions": bundle(condition(), SCARRED),
        "serviceRequests": bundle({**REFERRAL, "status": "active"}) if hook == DISPATCH else bundle(),
    }
    made = {
        "hook": hook,
        "hookInstance": UUID,
        "context": {name: value for name, value in told.items() if value is not ABSENT},
        "prefetch": chart if prefetch is ABSENT else prefetch,
    }
    return made


async def cards_of(client: httpx.AsyncClient, body: dict[str, Any]) -> list[dict[str, Any]]:
    return check_cards(await client.post(f"/cds-services/miss-{body['hook']}", json=body))


async def outcome_of(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    """The rule of the card, or nothing."""
    cards = await cards_of(client, body)
    return cards[0]["source"]["topic"]["code"] if cards else ""


@pytest.mark.parametrize("hook", ORDER_HOOKS)
async def test_a_card_is_what_the_specification_wants(client: httpx.AsyncClient, hook: str) -> None:
    (card,) = await cards_of(client, call(hook))
    check_card(card)
    assert card["indicator"] == "warning"
    assert ("this order" if hook != BOOK else "this appointment") in card["summary"].lower()


@pytest.mark.parametrize("hook", [SELECT, SIGN, BOOK])
async def test_the_user_is_needed_where_the_hook_defines_one(client: httpx.AsyncClient, hook: str) -> None:
    for user in (ABSENT, None):
        (issue,) = check_outcome(await client.post(f"/cds-services/miss-{hook}", json=call(hook, user=user)), 400)
        assert issue["diagnostics"].startswith("context.userId")


async def test_order_dispatch_knows_no_user(client: httpx.AsyncClient) -> None:
    assert await outcome_of(client, call(DISPATCH)) == "not-advised"
    assert await outcome_of(client, call(DISPATCH, userId="Practitioner/1")) == "not-advised"


@pytest.mark.parametrize("hook", ORDER_HOOKS)
async def test_another_hook_is_400(client: httpx.AsyncClient, hook: str) -> None:
    body = {**call(hook), "hook": "patient-view"}
    check_outcome(await client.post(f"/cds-services/miss-{hook}", json=body), 400)


WRONG: tuple[Any, ...] = (None, 7, True, "x", [], {}, [7, None, {"x": 1}], [[]], {"entry": 7}, {"entry": [7, None, {}]})


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
async def test_a_context_without_orders_that_can_be_read_gets_no_card(
    client: httpx.AsyncClient, hook: str, wrong: Any
) -> None:
    """Whatever else is there or not: prefetch is not even looked at."""
    for prefetch in (ABSENT, {}, 7):
        body = call(hook, prefetch, **dict.fromkeys(CONTEXTS[hook], wrong))
        assert await cards_of(client, body) == []


@pytest.mark.parametrize("hook", ORDER_HOOKS)
async def test_a_context_without_orders_gets_no_card(client: httpx.AsyncClient, hook: str) -> None:
    assert await cards_of(client, call(hook, {}, **dict.fromkeys(CONTEXTS[hook], ABSENT))) == []


@pytest.mark.parametrize(
    "selections", [ABSENT, None, [], 7, {}, [7], ["ServiceRequest/other"], ["https://ehr.example/fhir/X/1"]]
)
async def test_none_selected_or_none_that_is_there_means_all(client: httpx.AsyncClient, selections: object) -> None:
    assert await outcome_of(client, call(SELECT, selections=selections)) == "not-advised"


@pytest.mark.parametrize(
    "selections",
    ["ServiceRequest/d1", ["https://ehr.example/fhir/ServiceRequest/d1/_history/3"], ["ServiceRequest/d1", 7]],
)
async def test_a_selection_may_be_written_in_many_ways(client: httpx.AsyncClient, selections: object) -> None:
    both = drafts(REFERRAL, AMOXICILLIN)
    assert await outcome_of(client, call(SELECT, draftOrders=both, selections=selections)) == "not-advised"


async def test_what_is_not_selected_does_not_count(client: httpx.AsyncClient) -> None:
    both = drafts(REFERRAL, AMOXICILLIN)
    assert await cards_of(client, call(SELECT, draftOrders=both, selections=["MedicationRequest/d2"])) == []
    assert await outcome_of(client, call(SIGN, draftOrders=both)) == "not-advised"


ODD: dict[str, Any] = {
    "a Bundle with a type": {**drafts(REFERRAL), "type": "collection"},
    "a Bundle without resourceType": {"entry": [{"resource": REFERRAL}]},
    "entries that are resources": {"resourceType": "Bundle", "entry": [REFERRAL]},
    "one entry in place of a list": {"resourceType": "Bundle", "entry": {"resource": REFERRAL}},
    "a resource in place of a Bundle": REFERRAL,
    "others beside it": drafts(None, 7, {"resourceType": 7}, {"resourceType": "NutritionOrder"}, REFERRAL),
    "objects where arrays belong": drafts(
        {**REFERRAL, "category": {"text": "x"}, "reasonCode": {"text": "low back pain"}, "note": {"text": "x"}}
    ),
    "a coding that is an object": drafts({**REFERRAL, "code": {"coding": REFERRAL["code"]["coding"][0]}}),  # type: ignore[index]
    "members of any type": drafts({**REFERRAL, "status": 7, "reasonCode": 7, "bodySite": [None, 7], "authoredOn": {}}),
    "no subject": drafts({name: value for name, value in REFERRAL.items() if name != "subject"}),
    "no id": drafts({name: value for name, value in REFERRAL.items() if name != "id"}),
    "a day to come": drafts({**REFERRAL, "authoredOn": "2026-11-23"}),
    "a plan": drafts({**REFERRAL, "intent": "plan"}),
}


@pytest.mark.parametrize("bundled", ODD.values(), ids=ODD)
async def test_drafts_are_read_leniently(client: httpx.AsyncClient, bundled: Any) -> None:
    for hook in (SELECT, SIGN):
        assert await outcome_of(client, call(hook, draftOrders=bundled)) == "not-advised"


NOT_MEANT: dict[str, Any] = {
    "another patient's": {"subject": {"reference": "Patient/other"}},
    "given up": {"status": "revoked"},
    "not to be done": {"doNotPerform": True},
    "family history": {"code": {**REFERRAL["code"], "text": "family history"}},  # type: ignore[dict-item]
}


@pytest.mark.parametrize("members", NOT_MEANT.values(), ids=NOT_MEANT)
async def test_a_draft_that_orders_nothing_for_this_patient(client: httpx.AsyncClient, members: Any) -> None:
    assert await cards_of(client, call(SIGN, {}, draftOrders=drafts({**REFERRAL, **members}))) == []


@pytest.mark.parametrize("hook", ORDER_HOOKS)
async def test_required_data_is_needed_only_where_an_order_concerns_us(client: httpx.AsyncClient, hook: str) -> None:
    orders = {"serviceRequests": bundle({**REFERRAL, "status": "active"})}
    answer = await client.post(f"/cds-services/miss-{hook}", json=call(hook, orders))
    assert {issue["expression"][0] for issue in check_outcome(answer, 412)} == {
        "prefetch.patient",
        "prefetch.conditions",
    }
    others = {"draftOrders": drafts(AMOXICILLIN), "appointments": drafts({**BOOKING, "description": "Dentist"})}
    other = {name: others.get(name, ["ServiceRequest/other"]) for name in CONTEXTS[hook]}
    assert await cards_of(client, call(hook, orders, **other)) == []


@pytest.mark.parametrize("hook", ORDER_HOOKS)
async def test_incomplete_conditions_and_nothing_to_say_is_412(client: httpx.AsyncClient, hook: str) -> None:
    chart: dict[str, Any] = call(hook)["prefetch"]
    chart["conditions"] = bundle(condition(onsetDateTime="2026-11-10"), link=[{"relation": "next", "url": "x"}])
    (issue,) = check_outcome(await client.post(f"/cds-services/miss-{hook}", json=call(hook, chart)), 412)
    assert issue["expression"] == ["prefetch.conditions"]


async def test_whether_a_general_referral_concerns_us_is_not_known_from_half_of_the_conditions(
    client: httpx.AsyncClient,
) -> None:
    """Unknown is not no: a spine condition may stand on the next page."""
    chart: dict[str, Any] = call(SIGN)["prefetch"]
    chart["conditions"] = bundle(condition(code={"text": "Cough"}))
    assert await cards_of(client, call(SIGN, chart)) == []
    chart["conditions"]["link"] = [{"relation": "next", "url": "x"}]
    check_outcome(await client.post("/cds-services/miss-order-sign", json=call(SIGN, chart)), 412)


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/1", "https://ehr.example/fhir/Patient/p1"])
async def test_who_books_for_themselves_gets_no_card(client: httpx.AsyncClient, user: str) -> None:
    assert await cards_of(client, call(BOOK, {}, user=user)) == []
    assert await cards_of(client, call(BOOK, user=user)) == []


@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/1", "Robot/1", 7, ""])
async def test_any_other_user_who_books_does(client: httpx.AsyncClient, user: object) -> None:
    assert await outcome_of(client, call(BOOK, user=user)) == "not-advised"


TASK = {"resourceType": "Task", "focus": {"reference": "ServiceRequest/d1"}}
SPELLINGS: dict[str, dict[str, Any]] = {
    "a text": {"dispatchedOrders": "ServiceRequest/d1"},
    "with a base": {"dispatchedOrders": ["https://ehr.example/fhir/ServiceRequest/d1"]},
    "order": {"dispatchedOrders": ABSENT, "order": "ServiceRequest/d1"},
    "only the tasks": {"dispatchedOrders": ABSENT},
    "fulfillment-tasks": {"dispatchedOrders": ABSENT, "fulfillmentTasks": ABSENT, "fulfillment-tasks": [TASK]},
    "task": {"dispatchedOrders": ABSENT, "fulfillmentTasks": ABSENT, "task": TASK},
    "based on": {
        "dispatchedOrders": 7,
        "fulfillmentTasks": [{"basedOn": [{"reference": "ServiceRequest/d1"}, 7], "focus": 7}, 7],
    },
    "others beside it": {"dispatchedOrders": ["ServiceRequest/d1", "MedicationRequest/d2", 7, "ServiceRequest/gone"]},
}


@pytest.mark.parametrize("context", SPELLINGS.values(), ids=SPELLINGS)
async def test_a_dispatched_order_may_be_named_in_many_ways(client: httpx.AsyncClient, context: dict[str, Any]) -> None:
    assert await outcome_of(client, call(DISPATCH, **context)) == "not-advised"


async def test_a_dispatched_order_that_did_not_come_is_counted(client: httpx.AsyncClient, lines: Lines) -> None:
    gone = ["ServiceRequest/gone", "ServiceRequest/gone-too"]
    assert await cards_of(client, call(DISPATCH, {"serviceRequests": bundle(REFERRAL)}, dispatchedOrders=gone)) == []
    assert (lines.last["why"], lines.last["ordersNotFound"]) == ("order-not-found", 2)
    assert await cards_of(client, call(DISPATCH, dispatchedOrders=["MedicationRequest/d2"])) == []
    assert lines.last["why"] == "not-concerned"
    assert "ordersNotFound" not in lines.last


async def test_the_log_knows_what_was_answered(client: httpx.AsyncClient, lines: Lines) -> None:
    await cards_of(client, call(SIGN))
    assert (lines.last["service"], lines.last["outcome"], lines.last["cards"]) == ("miss-order-sign", "not-advised", 1)
    metrics = (await client.get("/metrics")).text
    assert 'cds_outcomes_total{outcome="not-advised",service="miss-order-sign"} 1.0' in metrics


async def test_a_reason_is_looked_up_among_the_conditions(client: httpx.AsyncClient) -> None:
    """An orthopaedic admission concerns us only with a spine reason, which is a Condition here."""
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "183495009"}]}
    admission = {**REFERRAL, "code": code, "reasonReference": [{"reference": "Condition/c1"}]}
    assert await outcome_of(client, call(SIGN, draftOrders=drafts(admission))) == "not-advised"
    unresolved = {**admission, "reasonReference": [{"reference": "Condition/gone"}]}
    assert await cards_of(client, call(SIGN, draftOrders=drafts(unresolved))) == []
    check_outcome(
        await client.post("/cds-services/miss-order-sign", json=call(SIGN, {}, draftOrders=drafts(unresolved))), 412
    )
    assert await cards_of(client, call(SIGN, {}, draftOrders=drafts({**admission, "reasonReference": []}))) == []


OPIOID = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049621"}
DRUGS: dict[str, tuple[list[Any], str]] = {
    "coded": ([{**AMOXICILLIN, "medicationCodeableConcept": {"coding": [OPIOID]}}], "not-advised"),
    "in words": ([{**AMOXICILLIN, "medicationCodeableConcept": {"text": "Oxycodone 5 mg"}}], "not-advised"),
    "by a Medication beside it": (
        [
            {**AMOXICILLIN, "medicationCodeableConcept": ABSENT, "medicationReference": {"reference": "Medication/m"}},
            {"resourceType": "Medication", "id": "m", "code": {"coding": [OPIOID]}},
        ],
        "not-advised",
    ),
    "no drug yet": ([{**AMOXICILLIN, "medicationCodeableConcept": ABSENT}], ""),
    "stopped": ([{**AMOXICILLIN, "medicationCodeableConcept": {"coding": [OPIOID]}, "status": "stopped"}], ""),
    "for an inpatient": (
        [
            {
                **AMOXICILLIN,
                "medicationCodeableConcept": {"coding": [OPIOID]},
                "category": {"coding": [{"code": "inpatient"}]},
            }
        ],
        "",
    ),
    "naloxone alone": ([{**AMOXICILLIN, "medicationCodeableConcept": {"text": "naloxone 4 mg nasal spray"}}], ""),
}


@pytest.mark.parametrize(("resources", "expected"), DRUGS.values(), ids=DRUGS)
async def test_opioids(client: httpx.AsyncClient, resources: list[dict[str, Any]], expected: str) -> None:
    meant = [{name: value for name, value in one.items() if value is not ABSENT} for one in resources]
    for hook in (SELECT, SIGN):
        assert await outcome_of(client, call(hook, draftOrders=drafts(*meant), selections=ABSENT)) == expected


HOLE = "put something wrong here"
BADLY = ("null", "[]", "{}", '""', "-0.5", "true", '["x", null, {"coding": {"code": 7}}]', '"Patient/other"')


def changed(body: dict[str, Any], wrong: str) -> Iterator[bytes]:
    """The call with each place of its context wrong in turn, but for who looks at whom."""
    context = body["context"]
    for way in list(places(context)):
        if way[0] not in ("patientId", "userId"):
            call_of = copy.deepcopy(body)
            *before, last = way
            reduce(getitem, before, call_of["context"])[last] = HOLE
            yield json.dumps(call_of).replace(f'"{HOLE}"', wrong).encode()


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("wrong", BADLY, ids=range(len(BADLY)))
async def test_a_wrong_value_anywhere_in_the_context_is_no_failure(
    client: httpx.AsyncClient, hook: str, wrong: str
) -> None:
    whole = {**REFERRAL, "reasonCode": [{"text": "pain"}], "bodySite": [{"text": "back"}], "note": [{"text": "x"}]}
    whole["reasonReference"] = [{"reference": "Condition/c1"}]
    booked = {
        **BOOKING,
        "serviceType": [REFERRAL["code"]],
        "specialty": [{"coding": [{"system": "http://snomed.info/sct", "code": "394610002"}]}],
        "appointmentType": {"text": "x"},
        "reasonCode": [{"text": "back pain"}],
        "reasonReference": [{"reference": "Condition/c1"}],
        "participant": [{"actor": SUBJECT}],
    }
    more: dict[str, Any] = {SELECT: {"draftOrders": drafts(whole)}, SIGN: {"draftOrders": drafts(whole, AMOXICILLIN)}}
    more[BOOK] = {"appointments": drafts(booked)}
    for content in changed(call(hook, **more.get(hook, {})), wrong):
        answer = await client.post(f"/cds-services/miss-{hook}", content=content)
        check_cards(answer)


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_the_check_of_wrong_values_has_places_to_put_them(hook: str) -> None:
    assert len(list(changed(call(hook), "7"))) > 5
