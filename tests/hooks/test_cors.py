"""Browsers: conformance 1.9, and contract "CORS, addresses, tokens"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.settings import Settings
from tests.hooks.calls import CALL, ORIGIN, SETTINGS, Lines, app_of, client_of, request

OTHER = "https://evil.example"
PATHS = ["/cds-services", "/cds-services/", CALL, f"{CALL}/feedback", "/cds-services/unknown"]


def settings(*origins: str) -> Settings:
    """As the others, with these origins."""
    return SETTINGS.model_copy(update={"allowed_origins": origins})


def preflight(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_a_preflight_is_answered_without_a_token(client: httpx.AsyncClient, path: str) -> None:
    """X1, X2."""
    answer = await client.options(path, headers=preflight(ORIGIN))
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {"GET", "POST", "OPTIONS"}
    assert set(answer.headers["access-control-allow-headers"].split(", ")) == {"authorization", "content-type"}
    assert int(answer.headers["access-control-max-age"]) > 0
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_preflight_of_another_origin_allows_nothing(client: httpx.AsyncClient, path: str) -> None:
    """X4."""
    answer = await client.options(path, headers=preflight(OTHER))
    assert answer.status_code == 204
    assert [name for name in answer.headers if name.startswith("access-control")] == []


async def test_every_answer_carries_the_origin_errors_too(client: httpx.AsyncClient) -> None:
    """X3."""
    ours = {"Origin": ORIGIN}
    answers = {
        200: await client.get("/cds-services", headers=ours),
        400: await client.post(CALL, content=b"{", headers=ours),
        404: await client.post("/cds-services/unknown", headers=ours),
        405: await client.get(CALL, headers=ours),
        412: await client.post(CALL, json=request({}), headers=ours),
        413: await client.post(CALL, content=b"x" * 100_001, headers=ours),
        415: await client.post(CALL, content=b"x", headers={**ours, "Content-Type": "text/plain"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("headers", [{"Origin": OTHER}, {"Origin": "null"}, {}])
async def test_another_origin_or_none_is_told_nothing(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.get("/cds-services", headers=headers)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"


async def test_any_origin_is_a_star_and_does_not_vary(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(answerer, lines, settings("*"))) as client:
        for answer in (
            await client.get("/cds-services", headers={"Origin": OTHER}),
            await client.options(CALL, headers=preflight(OTHER)),
            await client.get("/cds-services/x"),
        ):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "vary" not in answer.headers


async def test_no_origins_no_headers(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(answerer, lines, settings())) as client:
        got = await client.get("/cds-services", headers={"Origin": ORIGIN})
        asked = await client.options(CALL, headers=preflight(ORIGIN))
    assert asked.status_code == 204
    for answer in (got, asked):
        assert [name for name in answer.headers if name.startswith(("access-control", "vary"))] == []


async def test_paths_that_browsers_of_others_need_not_call_carry_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/rules", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers
    assert (await client.options("/rules", headers=preflight(ORIGIN))).status_code == 405


async def test_a_500_carries_the_origin_in_each_setting(answerer: Answerer, lines: Lines) -> None:
    def failing() -> date:
        raise RuntimeError

    broken = replace(answerer, today=failing)
    for origins, allowed in ((("*",), "*"), ((ORIGIN,), ORIGIN), ((), None)):
        async with client_of(app_of(broken, lines, settings(*origins))) as client:
            content = json.dumps(request()).encode()
            answer = await client.post(CALL, content=content, headers={"Origin": ORIGIN})
        assert answer.status_code == 500
        assert answer.headers.get("access-control-allow-origin") == allowed
