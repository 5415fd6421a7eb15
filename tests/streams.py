"""A server of a test's own that leaves no connection open behind: the collector would warn in some later test."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

# Who was let in at the last moment has a connection within so many turns of the loop; closed before, it would be lost.
TURNS = 20
Handle = Callable[[StreamReader, StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port. At the end what is being answered is cancelled, and all who came are let go, the last ones, too."""
    tasks: set[asyncio.Task[None]] = set()
    writers: list[StreamWriter] = []
    over = False

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        if over:
            writer.close()
            return
        writers.append(writer)
        tasks.add(task := asyncio.ensure_future(handle(reader, writer)))
        with suppress(asyncio.CancelledError):
            await task

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        over = True
        for bound in listener.sockets:
            asyncio.get_running_loop().remove_reader(bound.fileno())
        for _ in range(TURNS):
            await asyncio.sleep(0)
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
