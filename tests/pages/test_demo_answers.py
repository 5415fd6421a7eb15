"""What the demo page asks beside the service: why it answers so, what a file says, what the store counted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.pages.demo_answers import by_rule
from cds_service.pages.demo_drafts import DRAFTS, draft_resources
from cds_service.settings import Settings
from cds_service.store.counted import Counted
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import call_of, patient_view
from tests.hooks.calls import Lines, app_of, check_cards, check_outcome, client_of
from tests.pages.conftest import ADDRESS, DAY

VIGNETTES = {vignette.id: vignette for vignette in load_vignettes()}
OF_ORDERS = [one.id for one in VIGNETTES.values() if one.hook != "patient-view"][::6]
SMALL = Settings(profile="development", demo=True, require_auth=False, public_url=ADDRESS, max_body_bytes=1000)


def call(vignette: str) -> dict[str, Any]:
    return call_of(render(VIGNETTES[vignette], DAY))


def chart_file(vignette: str) -> dict[str, Any]:
    """The chart as one Bundle, as somebody would export it."""
    chart = render(VIGNETTES[vignette], DAY)
    resources = [chart.patient, *(one for kind in chart.resources.values() for one in kind)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


@pytest.fixture
async def small(demo_answerer: Answerer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a demo that reads a thousand bytes and no more."""
    async with client_of(app_of(demo_answerer, Lines(), SMALL)) as client:
        yield client


@pytest.mark.parametrize("vignette", ["V33", "V60", "V46"])
async def test_explain_tells_the_whole_assessment(demo: httpx.AsyncClient, vignette: str) -> None:
    expect = VIGNETTES[vignette].expect
    answer = await demo.post("/demo/explain", json=patient_view(render(VIGNETTES[vignette], DAY)))
    told = answer.json()

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (told["outcome"], told.get("why", "")) == (expect.outcome, expect.why)
    assert told["assessedOn"] == DAY.isoformat()
    assert len(told["rules"]) == len(told["tree"]) == 11
    assert len(told["signs"]) == len(told["risks"]) == 7


@pytest.mark.parametrize("vignette", OF_ORDERS)
async def test_explain_tells_it_of_orders_and_appointments_too(demo: httpx.AsyncClient, vignette: str) -> None:
    expect = VIGNETTES[vignette].expect
    told = (await demo.post("/demo/explain", json=call(vignette))).json()

    assert (told["outcome"], told.get("why", "")) == (expect.outcome, expect.why)


async def test_explain_says_that_no_chart_was_needed(demo: httpx.AsyncClient) -> None:
    answer = await demo.post("/demo/explain", json=call("sign-amoxicillin"))

    assert answer.json() == {"outcome": "none", "why": "not-concerned"}


async def test_explain_says_that_a_dispatched_order_was_not_found(demo: httpx.AsyncClient) -> None:
    answer = await demo.post("/demo/explain", json=call("dispatch-not-found"))

    assert answer.json() == {"outcome": "none", "why": "order-not-found"}


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b'{"hook": "patient-view"}', 400)])
async def test_explain_refuses_what_is_no_request(demo: httpx.AsyncClient, body: bytes, status: int) -> None:
    check_outcome(await demo.post("/demo/explain", content=body), status)


async def test_explain_names_what_is_missing_as_the_service_does(demo: httpx.AsyncClient) -> None:
    asked = {**call("V33"), "prefetch": {}}
    issues = check_outcome(await demo.post("/demo/explain", json=asked), 412)

    assert [issue["expression"] for issue in issues] == [["prefetch.patient"], ["prefetch.conditions"]]


@pytest.mark.parametrize("vignette", ["V33", "V12", "V60"])
async def test_a_file_is_assessed_as_the_command_does(demo: httpx.AsyncClient, vignette: str) -> None:
    expect = VIGNETTES[vignette].expect
    answer = await demo.post("/demo/assess", json=chart_file(vignette))
    told = answer.json()

    assert answer.status_code == 200
    assert (told["outcome"], told.get("why", "")) == (expect.outcome, expect.why)
    assert len(told["tree"]) == 11
    assert len(told["cards"]) == (expect.outcome != "none")


async def test_nothing_of_a_file_is_stored(demo: httpx.AsyncClient) -> None:
    before = (await demo.get("/demo/counts")).json()
    await demo.post("/demo/assess", json=chart_file("V33"))

    assert (await demo.get("/demo/counts")).json() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not JSON", "not a FHIR Bundle"),
        (b'{"resourceType": "Patient", "id": "p1"}', "not a FHIR Bundle"),
        (b'{"resourceType": "Bundle"}', "no Patient, or several"),
        (
            json.dumps(
                {
                    "resourceType": "Bundle",
                    "entry": [{"resource": {"resourceType": "Patient", "id": one}} for one in ("p1", "p2")],
                }
            ).encode(),
            "no Patient, or several",
        ),
    ],
)
async def test_a_file_that_is_not_one_patients_is_refused_in_words(
    demo: httpx.AsyncClient, content: bytes, words: str
) -> None:
    [issue] = check_outcome(await demo.post("/demo/assess", content=content), 400)

    assert words in issue["diagnostics"]


@pytest.mark.parametrize("path", ["/demo/assess", "/demo/explain"])
async def test_what_is_too_large_is_refused(small: httpx.AsyncClient, path: str) -> None:
    [issue] = check_outcome(await small.post(path, content=b" " * 1001), 413)

    assert "CDS_MAX_BODY_BYTES" in issue["diagnostics"]


async def test_cards_and_feedback_are_counted_by_rule(demo_answerer: Answerer) -> None:
    settings = SMALL.model_copy(update={"max_body_bytes": 100_000})
    async with client_of(app_of(demo_answerer, Lines(), settings)) as client:
        assert (await client.get("/demo/counts")).json() == {"rules": {}}
        [card] = check_cards(await client.post("/cds-services/miss-patient-view", json=call("V33")))
        reason = {"code": "patient-refuses"}
        entry = {"card": card["uuid"], "outcome": "overridden", "overrideReason": {"reason": reason}}
        await client.post("/cds-services/miss-patient-view/feedback", json={"feedback": [entry]})
        counted = (await client.get("/demo/counts")).json()

    assert counted == {
        "rules": {"optimise-first": {"shown": 1, "accepted": 0, "overridden": 1, "reasons": {"patient-refuses": 1}}}
    }


def test_the_counts_of_all_clients_and_months_are_one() -> None:
    counted = [
        Counted("consider", "a", "", "2026-10", "shown", "", 2),
        Counted("consider", "b", "t", "2026-11", "shown", "", 3),
        Counted("consider", "b", "t", "2026-11", "accepted", "", 1),
        Counted("consider", "a", "", "2026-11", "overridden", "other", 1),
        Counted("consider", "b", "", "2026-11", "overridden", "other", 1),
    ]

    assert by_rule(counted) == {"consider": {"shown": 5, "accepted": 1, "overridden": 2, "reasons": {"other": 2}}}


async def test_the_drafts_are_of_the_patient_who_is_filled_in(demo: httpx.AsyncClient) -> None:
    drafts = (await demo.get("/demo/drafts")).json()

    assert list(drafts) == [one.id for one in DRAFTS]
    assert drafts == draft_resources(DAY)
    for one in drafts.values():
        assert "Patient/{{context.patientId}}" in json.dumps(one)


@pytest.mark.parametrize("one", DRAFTS, ids=lambda one: one.id)
async def test_only_the_drafts_that_say_so_are_of_no_concern(demo: httpx.AsyncClient, one: Any) -> None:
    draft = json.loads(json.dumps(draft_resources(DAY)[one.id]).replace("{{context.patientId}}", "V01"))
    asked = call("V01")
    bundle = {"resourceType": "Bundle", "entry": [{"resource": draft}]}
    hook, held = ("appointment-book", "appointments") if one.kind == "appointment" else ("order-sign", "draftOrders")
    asked |= {"hook": hook, "context": {**asked["context"], held: bundle}}
    told = (await demo.post("/demo/explain", json=asked)).json()

    assert (told.get("why") == "not-concerned") == ("not our concern" in one.label)


@pytest.mark.parametrize("path", ["/demo/assess", "/demo/explain"])
async def test_nothing_of_a_chart_is_logged_or_told_of_what_is_refused(demo_answerer: Answerer, path: str) -> None:
    mark = "Zyxwvutsrq"
    lines = Lines()
    asked = {**chart_file("V33"), "hook": mark}
    asked["entry"][0]["resource"]["name"] = [{"family": mark}]
    async with client_of(app_of(demo_answerer, lines, SMALL.model_copy(update={"max_body_bytes": 100_000}))) as client:
        answers = [await client.post(path, json=asked), await client.post(path, content=json.dumps(asked)[:-1])]

    assert not [answer for answer in answers if mark in answer.text]
    assert lines.raw
    assert not [line for line in lines.raw if mark.encode() in line]
