"""Discovery: conformance 1.2, and the addresses it answers under."""

from __future__ import annotations

import re

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.hooks.services import SERVICES
from tests.hooks.calls import CALL, check_cards, check_no_empties, request


async def test_discovery_lists_each_service_whole(client: httpx.AsyncClient) -> None:
    """D1, D2, D4-D8, D11."""
    answer = await client.get("/cds-services")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    check_no_empties(answer.json())
    services = answer.json()["services"]
    hooks = ["patient-view", "order-select", "order-sign", "order-dispatch", "appointment-book"]
    assert [(service["hook"], service["id"]) for service in services] == [(hook, f"miss-{hook}") for hook in hooks]
    for service in services:
        for name in ("title", "description", "usageRequirements"):
            assert isinstance(service[name], str)
        assert all(isinstance(template, str) for template in service["prefetch"].values())


async def test_the_templates_ask_for_the_published_measurements(client: httpx.AsyncClient, answerer: Answerer) -> None:
    service = (await client.get("/cds-services")).json()["services"][0]
    listed = re.search(r"&code=([^&]*)&", service["prefetch"]["observations"])
    assert listed
    assert listed.group(1).split(",") == sorted(answerer.knowledge.observations)


def test_each_id_is_one_hook_and_fit_for_an_address() -> None:
    """D6, D11."""
    ids = [service.id for service in SERVICES]
    assert len(ids) == len(set(ids)) == len({service.hook for service in SERVICES})
    assert all(re.fullmatch(r"[a-z0-9-]+", service_id) for service_id in ids)


async def test_every_listed_service_answers_a_call(client: httpx.AsyncClient) -> None:
    """D6."""
    for service in (await client.get("/cds-services")).json()["services"]:
        answer = await client.post(f"/cds-services/{service['id']}", json=request(hook=service["hook"]))
        assert check_cards(answer) == []


async def test_a_head_on_discovery(client: httpx.AsyncClient) -> None:
    answer = await client.head("/cds-services")
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize("address", ["/cds-services", "/cds-services/", "http://service.example//cds-services//"])
async def test_discovery_answers_without_a_redirect(client: httpx.AsyncClient, address: str) -> None:
    """D14."""
    answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.json()["services"]


@pytest.mark.parametrize(
    "address",
    [CALL, CALL + "/", "/cds-services//miss-patient-view", "/cds-services//miss-patient-view//"],
)
async def test_a_call_answers_without_a_redirect(client: httpx.AsyncClient, address: str) -> None:
    """D14."""
    assert check_cards(await client.post(address, json=request())) == []
    preflight = await client.options(address, headers={"Origin": "https://x", "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204


@pytest.mark.parametrize(
    "address",
    ["/cds-services///", "/cds-services///miss-patient-view", "/CDS-services", "/x/cds-services", "/cds-servicesx"],
)
async def test_other_spellings_are_other_paths(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 404


async def test_a_token_sent_to_discovery_is_no_harm(client: httpx.AsyncClient) -> None:
    """D13."""
    answer = await client.get("/cds-services", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 200
