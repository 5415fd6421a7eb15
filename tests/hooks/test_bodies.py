"""Bodies that come slowly, in part, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from cds_service.errors import Malformed
from cds_service.hooks.bodies import BodyLimits, read_body
from tests.hooks.calls import CALL, check_outcome, request


async def test_a_slow_body_is_408(client: httpx.AsyncClient) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for byte in json.dumps(request()).encode():
            yield bytes([byte])
            await asyncio.sleep(0.02)

    answer = await client.post(CALL, content=slowly(), headers={"Content-Type": "application/json"})
    (issue,) = check_outcome(answer, 408)
    assert issue["code"] == "timeout"
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_a_client_that_leaves_is_told_nothing_and_breaks_nothing(encoding: str) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"hook":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-encoding", encoding.encode())]
    scope = {"type": "http", "method": "POST", "path": CALL, "headers": headers}
    if encoding:
        messages[0]["body"] = b"\x1f\x8b"
    with pytest.raises(Malformed, match="broke off"):
        await read_body(Request(scope, receive), BodyLimits(100, 1.0))
