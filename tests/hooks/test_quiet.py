"""Quiet: what a clinician set aside stays away, and nothing else does (contract, "Quiet period")."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.hooks.services import PATIENT_VIEW, Service
from cds_service.hooks.shown import ShownCards
from cds_service.observe import Log
from cds_service.record.prefetch import supplied_chart
from cds_service.serving import warn_of_workers
from cds_service.settings import Settings
from cds_service.store.in_memory import InMemory
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.shown import Feedback
from cds_service.wire.decoding import decode_call
from tests.hooks.calls import (
    CALL,
    FEEDBACK,
    PATIENT,
    Lines,
    app_of,
    bundle,
    check_cards,
    check_outcome,
    client_of,
    condition,
    request,
    with_conditions,
)
from tests.store.clock import Clock


def icd(code: str, **members: Any) -> dict[str, Any]:
    """A condition by its ICD-10-CM code."""
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}
    return condition(id=code, code={"coding": [coding]}, **members)


STENOSIS = [icd("M48.062", onsetDateTime="2024-05-10"), icd("M54.16", onsetDateTime="2024-05-10")]
DIABETES = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-11-01",
    "valueQuantity": {"value": 9.4, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
}
CHARTS: dict[str, dict[str, Any]] = {
    "consider": with_conditions(condition()),
    "recommend": with_conditions(*STENOSIS),
    "optimise-first": with_conditions(*STENOSIS, icd("E11.65"), observations=bundle(DIABETES)),
    "not-advised": with_conditions(*STENOSIS, icd("G96.12")),
    "urgent-prompt": with_conditions(*STENOSIS, icd("C79.51", onsetDateTime="2026-11-10")),
    "urgent-emergency": with_conditions(condition("192970008", onsetDateTime="2026-11-20")),
}
SILENCED = ("consider", "recommend", "optimise-first")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> InMemory:
    return InMemory(30, now=clock)


@pytest.fixture
async def client(answerer: Answerer, lines: Lines, store: InMemory) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose store goes by `clock`."""
    async with client_of(app_of(answerer, lines, store=store)) as made:
        yield made


async def shown(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    """The uuid of the card, or nothing."""
    cards = check_cards(await client.post(CALL, json=body))
    return str(cards[0]["uuid"]) if cards else ""


async def fed_back(client: httpx.AsyncClient, card: str, outcome: str = "overridden") -> None:
    answer = await client.post(FEEDBACK, json={"feedback": [{"card": card, "outcome": outcome}]})
    assert answer.json() == {"recorded": 1}


async def test_the_charts_are_of_every_rule(client: httpx.AsyncClient) -> None:
    for rule, body in CHARTS.items():
        (card,) = check_cards(await client.post(CALL, json=body))
        assert card["source"]["topic"]["code"] == rule


@pytest.mark.parametrize("rule", CHARTS)
async def test_who_is_silenced(client: httpx.AsyncClient, rule: str) -> None:
    """Info cards and optimise-first; urgent and not-advised never."""
    await fed_back(client, await shown(client, CHARTS[rule]))
    assert (await shown(client, CHARTS[rule]) == "") is (rule in SILENCED)


@pytest.mark.parametrize("rule", ["urgent-prompt", "urgent-emergency", "not-advised"])
async def test_a_cap_on_indicators_silences_no_warning(answerer: Answerer, lines: Lines, rule: str) -> None:
    capped = replace(answerer, max_indicator="info")
    async with client_of(app_of(capped, lines)) as client:
        await fed_back(client, await shown(client, CHARTS[rule]))
        assert await shown(client, CHARTS[rule])


async def test_without_feedback_it_comes_again(client: httpx.AsyncClient) -> None:
    assert await shown(client, CHARTS["consider"])
    assert await shown(client, CHARTS["consider"])


async def test_accepted_silences_nothing(client: httpx.AsyncClient) -> None:
    await fed_back(client, await shown(client, CHARTS["consider"]), "accepted")
    assert await shown(client, CHARTS["consider"])


async def test_accepted_after_overridden_ends_the_quiet(client: httpx.AsyncClient) -> None:
    card = await shown(client, CHARTS["consider"])
    await fed_back(client, card)
    assert not await shown(client, CHARTS["consider"])
    await fed_back(client, card, "accepted")
    assert await shown(client, CHARTS["consider"])


async def test_an_unknown_card_silences_nothing(client: httpx.AsyncClient) -> None:
    await shown(client, CHARTS["consider"])
    await fed_back(client, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")
    assert await shown(client, CHARTS["consider"])


async def test_it_lasts_thirty_days_of_the_real_clock(client: httpx.AsyncClient, clock: Clock) -> None:
    await fed_back(client, await shown(client, CHARTS["consider"]))
    clock.go(days=29.9)
    assert not await shown(client, CHARTS["consider"])
    clock.go(days=0.1)
    assert await shown(client, CHARTS["consider"])


async def test_the_day_of_assessment_is_no_clock(answerer: Answerer) -> None:
    """Two months later by the day that is assessed, but not by the clock."""
    store, call = InMemory(30), decode_call(json.dumps(CHARTS["recommend"]).encode())
    cards = ShownCards(PATIENT_VIEW, answerer.knowledge.version, store, Pseudonyms())
    (card,) = cards.leaving(call, answerer.of_chart(supplied_chart(call), date(2026, 11, 22)))
    await store.record("", [Feedback(card.uuid, "overridden")])
    later = answerer.of_chart(supplied_chart(call), date(2027, 1, 22))
    assert later.cards
    assert cards.leaving(call, later) == ()


@pytest.mark.parametrize(("days", "silent"), [(0, False), (1, True)])
async def test_how_long_is_the_sites_to_say(answerer: Answerer, lines: Lines, days: int, silent: bool) -> None:
    settings = Settings(require_auth=False, quiet_days=days)
    async with client_of(app_of(answerer, lines, settings)) as client:
        await fed_back(client, await shown(client, CHARTS["consider"]))
        assert (await shown(client, CHARTS["consider"]) == "") is silent


def chart_of(patient: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    """The same chart as another patient's."""
    subject = {"reference": f"Patient/{patient}"}
    mine = bundle(*({**it, "subject": subject} for it in conditions))
    context = {"patientId": patient, "userId": "Practitioner/1"}
    return request({"patient": {**PATIENT, "id": patient}, "conditions": mine}, context=context)


async def test_another_patient_is_not_silenced(client: httpx.AsyncClient) -> None:
    await fed_back(client, await shown(client, chart_of("p1", *STENOSIS)))
    assert not await shown(client, chart_of("p1", *STENOSIS))
    assert await shown(client, chart_of("p2", *STENOSIS))


async def test_a_prefixed_id_is_the_same_patient(client: httpx.AsyncClient) -> None:
    await fed_back(client, await shown(client, CHARTS["consider"]))
    prefixed = {**CHARTS["consider"], "context": {"patientId": "Patient/p1", "userId": "Practitioner/1"}}
    assert not await shown(client, prefixed)


async def test_another_outcome_is_not_silenced(client: httpx.AsyncClient) -> None:
    await fed_back(client, await shown(client, CHARTS["recommend"]))
    assert await shown(client, CHARTS["optimise-first"])
    assert await shown(client, CHARTS["urgent-prompt"])
    assert await shown(client, CHARTS["not-advised"])


def present(card: dict[str, Any]) -> set[str]:
    """The signs and risks that are present on a card."""
    told = card["extension"]["org.miss-cds.assessment"]
    return {it["id"] for it in (*told["signs"], *told["risks"]) if it["state"] == "present"}


def risks(card: dict[str, Any]) -> Any:
    return card["extension"]["org.miss-cds.assessment"]["risks"]


async def test_other_signs_or_risks_bring_it_back(answerer: Answerer, lines: Lines) -> None:
    """Whatever differs between two charts of one outcome: both are shown when one was set aside."""
    charts = {
        "fewer": with_conditions(condition()),
        "more": with_conditions(condition(), icd("I10", onsetDateTime="2020-01-01"), icd("Z72.0")),
    }
    store = InMemory(30)
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (fewer,) = check_cards(await client.post(CALL, json=charts["fewer"]))
        (more,) = check_cards(await client.post(CALL, json=charts["more"]))
        assert fewer["source"]["topic"]["code"] == more["source"]["topic"]["code"] == "consider"
        assert present(fewer) != present(more)
        await fed_back(client, fewer["uuid"])
        assert not await shown(client, charts["fewer"])
        assert await shown(client, charts["more"])
        await fed_back(client, more["uuid"])
        assert not await shown(client, charts["more"])
        assert not await shown(client, charts["fewer"])


async def test_what_was_unknown_and_is_absent_brings_nothing_back(client: httpx.AsyncClient) -> None:
    unanswered, answered = with_conditions(condition()), with_conditions(condition(), observations=bundle())
    (before,) = check_cards(await client.post(CALL, json=unanswered))
    (after,) = check_cards(await client.post(CALL, json=answered))
    assert before["source"]["topic"] == after["source"]["topic"]
    assert present(before) == present(after)
    assert risks(before) != risks(after)
    await fed_back(client, before["uuid"])
    assert not await shown(client, answered)


async def test_another_instance_and_another_user_are_silenced_too(client: httpx.AsyncClient) -> None:
    await fed_back(client, await shown(client, CHARTS["consider"]))
    other = {**CHARTS["consider"], "hookInstance": "x", "context": {"patientId": "p1", "userId": "Practitioner/2"}}
    assert not await shown(client, other)


async def test_what_came_in_part_is_silenced_and_no_412(client: httpx.AsyncClient) -> None:
    """A card would be due: the empty answer hides nothing that the clinician has not set aside."""
    conditions = bundle(condition(), link=[{"relation": "next", "url": "https://ehr.example/next"}])
    body = request({"patient": PATIENT, "conditions": conditions})
    await fed_back(client, await shown(client, body))
    assert not await shown(client, body)
    check_outcome(await client.post(CALL, json=request({})), 412)


async def test_a_line_says_that_a_card_was_left_out_and_it_still_counts(
    client: httpx.AsyncClient, lines: Lines
) -> None:
    await fed_back(client, await shown(client, CHARTS["consider"]))
    await shown(client, CHARTS["consider"])
    assert (lines.last["outcome"], lines.last["rule"], lines.last["quiet"]) == ("consider", "consider", True)
    assert "cards" not in lines.last
    counts = (await client.get("/metrics")).text
    assert 'cds_outcomes_total{outcome="consider",service="miss-patient-view"} 2.0' in counts


@pytest.mark.parametrize("silence", [{"silent": True}, {"silent_rules": frozenset({"consider"})}])
async def test_what_a_site_silences_is_counted_and_not_remembered_as_shown(
    answerer: Answerer, lines: Lines, silence: dict[str, Any]
) -> None:
    store = InMemory(30)
    async with client_of(app_of(replace(answerer, **silence), lines, store=store)) as client:
        assert not await shown(client, CHARTS["consider"])
        counts = (await client.get("/metrics")).text
    assert 'cds_outcomes_total{outcome="consider",service="miss-patient-view"} 1.0' in counts
    assert "quiet" not in lines.last
    assert [len(held) for held in vars(store).values() if hasattr(held, "__len__")] == [0, 0, 0]


async def test_many_calls_at_once(client: httpx.AsyncClient) -> None:
    cards = await asyncio.gather(*(shown(client, CHARTS["consider"]) for _ in range(20)))
    assert len(set(cards)) == 20
    entries = [{"card": card, "outcome": "overridden"} for card in cards]
    answers = await asyncio.gather(*(client.post(FEEDBACK, json=entries) for _ in range(5)))
    assert sorted(answer.json()["recorded"] for answer in answers) == [0, 0, 0, 0, 20]
    assert not await shown(client, CHARTS["consider"])


async def test_other_hooks_are_neither_silenced_nor_silence_this_one(answerer: Answerer) -> None:
    """Orders and appointments are answered each time; what is set aside there says nothing of an opened chart."""
    store, pseudonyms, version = InMemory(30), Pseudonyms(), answerer.knowledge.version
    orders = ShownCards(Service("miss-order-sign", "order-sign", "", ""), version, store, pseudonyms)
    views = ShownCards(PATIENT_VIEW, version, store, pseudonyms)
    call = decode_call(json.dumps(CHARTS["consider"]).encode())
    answered = answerer.of_chart(supplied_chart(call), answerer.today())
    (card,) = orders.leaving(call, answered)
    await store.record("", [Feedback(card.uuid, "overridden")])
    assert orders.leaving(call, answered)
    assert views.leaving(call, answered)


async def test_another_client_is_not_silenced(answerer: Answerer) -> None:
    store = InMemory(30)
    views = ShownCards(PATIENT_VIEW, answerer.knowledge.version, store, Pseudonyms())
    call = decode_call(json.dumps(CHARTS["consider"]).encode())
    answered = answerer.of_chart(supplied_chart(call), answerer.today())
    (card,) = views.leaving(call, answered, "acme")
    await store.record("acme", [Feedback(card.uuid, "overridden")])
    assert views.leaving(call, answered, "acme") == ()
    assert views.leaving(call, answered, "other")


@pytest.mark.parametrize(("days", "events"), [(30, ["store-per-worker"]), (0, [])])
def test_several_workers_are_told_that_each_remembers_by_itself(days: int, events: list[str]) -> None:
    lines = Lines()
    warn_of_workers(Settings(quiet_days=days, require_auth=False), Log("info", lines))
    assert [json.loads(line)["event"] for line in lines.raw] == events
