"""When the process is told to stop, a call that is on its way is answered."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from cds_service.draining import LAST_CALL_SECONDS, Draining
from tests.hooks.conftest import anyio_backend

__all__ = ["anyio_backend"]
CALL = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Any app."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connection(*, used: bool = True) -> AsyncIterator[tuple[StreamReader, StreamWriter, ServerState]]:
    """One connection that was used once, or never, and what the server knows of it."""
    config = uvicorn.Config(answering, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Draining(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    try:
        if used:
            assert b"close" not in await asked(reader, writer)
        while not state.connections:
            await asyncio.sleep(0.01)
        yield reader, writer, state
    finally:
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()


async def asked(reader: StreamReader, writer: StreamWriter) -> bytes:
    """The head of the answer to one call."""
    writer.write(CALL)
    head = await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"ok"
    return head


def stop(state: ServerState) -> None:
    """As the server does it."""
    for one in list(state.connections):
        one.shutdown()


async def test_a_call_that_came_before_the_stop_and_was_not_read_yet_is_answered() -> None:
    async with connection() as (reader, writer, state):
        # The loop that would read it does not turn between the two.
        writer.write(CALL)
        stop(state)
        assert b"connection: close" in (await reader.readuntil(b"\r\n\r\n")).lower()
        assert await reader.read() == b"ok"


async def test_the_next_call_is_answered_and_told_that_it_was_the_last() -> None:
    async with connection() as (reader, writer, state):
        stop(state)
        await asyncio.sleep(0)
        assert b"connection: close" in (await asked(reader, writer)).lower()
        assert await reader.read() == b""


async def test_a_connection_that_nobody_uses_ends_soon() -> None:
    async with connection() as (reader, _, state):
        stop(state)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), LAST_CALL_SECONDS / 5)
        assert await asyncio.wait_for(reader.read(), 30) == b""


async def test_a_connection_that_was_never_used_ends_as_soon() -> None:
    async with connection(used=False) as (reader, _, state):
        stop(state)
        assert await asyncio.wait_for(reader.read(), 30) == b""
