"""The pages around the hooks: rules in words, and what machines ask of the process."""

from __future__ import annotations

import re

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.observe.logs import Log
from cds_service.pages.rules import rule_pages
from cds_service.settings import Settings
from tests.hooks.calls import (
    CALL,
    SETTINGS,
    Lines,
    app_of,
    check_cards,
    check_outcome,
    client_of,
    condition,
    request,
    with_conditions,
)

RULES = [row.id for row in DECISION_TABLE]


@pytest.mark.parametrize("rule", RULES)
async def test_every_rule_has_a_page(client: httpx.AsyncClient, rule: str) -> None:
    answer = await client.get(f"/rules/{rule}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"<script|src=(?!\"/static/)|@import|url\(", answer.text)
    assert not re.search(r"\{\w+\}", answer.text.partition("</style>")[2])


async def test_the_page_of_a_card_exists_and_is_nobodys(client: httpx.AsyncClient) -> None:
    """C6, C7, C25."""
    (card,) = check_cards(await client.post(CALL, json=with_conditions(condition())))
    url = card["source"]["url"]
    assert url == f"https://miss.example/rules/{card['source']['topic']['code']}"
    assert (await client.get(url.removeprefix("https://miss.example"))).status_code == 200


def test_a_page_says_the_rule_its_evidence_and_its_limits(answerer: Answerer) -> None:
    pages = rule_pages(answerer.knowledge, answerer.rendering.words)
    assert list(pages) == [row.id for row in DECISION_TABLE]
    page = pages["recommend"]
    assert page.says.startswith("A full sign is present")
    assert [source.id for source in page.evidence] == list(
        next(row.evidence for row in DECISION_TABLE if row.id == "recommend")
    )
    assert page.next
    assert not pages["in-hand"].next


async def test_all_rules_and_numbers_are_listed(client: httpx.AsyncClient, answerer: Answerer) -> None:
    page = (await client.get("/rules")).text
    assert re.findall(r'href="/rules/([a-z0-9-]+)"', page) == [row.id for row in DECISION_TABLE]
    assert all(f'<th scope="row">{name}</th>' in page for name in answerer.knowledge.threshold_notes)


async def test_links_keep_the_path_that_a_proxy_strips(answerer: Answerer, lines: Lines) -> None:
    settings = SETTINGS.model_copy(update={"public_url": "https://ehr.example/miss"})
    async with client_of(app_of(answerer, lines, settings)) as client:
        page = (await client.get("/rules/recommend")).text
    assert 'href="/miss/rules"' in page


async def test_a_rule_nobody_knows_is_404(client: httpx.AsyncClient) -> None:
    check_outcome(await client.get("/rules/marked"), 404)


async def test_the_process_lives_and_is_ready(client: httpx.AsyncClient) -> None:
    for path in ("/livez", "/readyz"):
        assert (await client.get(path)).status_code == 200


async def test_a_process_that_was_told_to_stop_is_not_ready_but_lives(answerer: Answerer, lines: Lines) -> None:
    app = create_app(SETTINGS, answerer=answerer, log=Log("info", lines), draining=lambda: True)
    async with client_of(app) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        assert check_cards(await client.post(CALL, json=request())) == []


async def test_metrics_count_calls_and_outcomes(client: httpx.AsyncClient) -> None:
    await client.post(CALL, json=request())
    await client.post(CALL, json=request())
    await client.post(CALL, content=b"{")
    await client.post("/cds-services/Ada%20Lovelace", json=request())
    await client.get(CALL)
    text = (await client.get("/metrics")).text
    assert 'cds_calls_total{service="miss-patient-view",status="200"} 2.0' in text
    assert 'cds_calls_total{service="miss-patient-view",status="400"} 1.0' in text
    assert 'cds_calls_total{service="unknown",status="404"} 1.0' in text
    assert 'cds_outcomes_total{outcome="none",service="miss-patient-view"} 2.0' in text
    assert "cds_call_seconds_count 4.0" in text
    assert "Ada" not in text
    assert set(re.findall(r"(\w+)=\"", text)) == {"service", "status", "outcome", "stage", "le"}


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("10.0.0.1", 404), ("8.8.8.8", 404), ("x", 404), ("", 404)],
)
async def test_metrics_are_for_callers_on_this_machine(
    answerer: Answerer, lines: Lines, host: str, status: int
) -> None:
    caller = (host, 4711) if host else None
    async with client_of(app_of(answerer, lines), client=caller) as client:
        assert (await client.get("/metrics")).status_code == status


async def test_a_health_path_is_logged_as_its_route(client: httpx.AsyncClient, lines: Lines) -> None:
    for path, logged in (
        ("/rules/recommend", "/rules/{rule_id}"),
        ("/rules/Ada", "/rules/{rule_id}"),
        ("/livez?patient=Ada", "/livez"),
        ("/Ada", "unmatched"),
        ("/cds-services/Ada", "/cds-services/{id}"),
        ("/cds-services/Ada/feedback", "/cds-services/{id}/feedback"),
        ("/cds-services", "/cds-services"),
    ):
        await client.get(path)
        assert lines.last["path"] == logged
        assert b"Ada" not in lines.raw[-1]


async def test_an_unusual_method_is_not_quoted(client: httpx.AsyncClient, lines: Lines) -> None:
    assert (await client.request("ADA", CALL)).status_code == 405
    assert lines.last["method"] == "other"


def test_an_app_needs_no_more_than_settings() -> None:
    app = create_app(Settings(require_auth=False))
    assert {route.path for route in app.routes if hasattr(route, "path")} >= {CALL, "/cds-services"}


async def test_the_demo_is_there_only_where_it_is_set(answerer: Answerer, lines: Lines) -> None:
    settings = SETTINGS.model_copy(update={"demo": True})
    async with client_of(app_of(answerer, lines, settings)) as client:
        assert (await client.get("/demo/")).status_code == 200
    async with client_of(app_of(answerer, lines)) as client:
        check_outcome(await client.get("/demo/"), 404)
