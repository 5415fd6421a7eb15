"""Bodies that come slowly, in part, or not at all."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from cds_service.errors import Malformed, Stopping, TooLarge
from cds_service.hooks.bodies import BodyLimits, read_body
from tests.hooks.calls import CALL, check_outcome, request


def post(messages: list[Message], encoding: str = "") -> Request:
    """A request whose body comes in these messages, and then no more."""

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    headers = [(b"content-encoding", encoding.encode())]
    return Request({"type": "http", "method": "POST", "path": CALL, "headers": headers}, receive)


def piece(content: bytes) -> Message:
    return {"type": "http.request", "body": content, "more_body": True}


async def test_a_body_that_a_stopping_server_cannot_await_is_to_be_sent_again() -> None:
    """The server cancels what has not ended in time; cut off without a word, a client would read a failure."""
    reading = asyncio.create_task(read_body(post([piece(b"{")]), BodyLimits(100, 60.0)))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(Stopping):
        await reading


async def test_packed_bytes_count_too_where_they_unpack_to_nothing() -> None:
    nothing = gzip.compress(b"")
    with pytest.raises(TooLarge):
        await read_body(post([piece(nothing)] * 6, "gzip"), BodyLimits(5 * len(nothing), 60.0))


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
    begun = piece(b"\x1f\x8b" if encoding else b'{"hook":')
    with pytest.raises(Malformed, match="broke off"):
        await read_body(post([begun, {"type": "http.disconnect"}], encoding), BodyLimits(100, 1.0))
