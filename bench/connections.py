"""Keep-alive connections as an integrator's client holds them: cheap, and plain about how a call failed."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import deque
from dataclasses import dataclass
from time import monotonic

HOST = "127.0.0.1"
# The service closes a connection that was idle for 5 s.
IDLE_SECONDS = 3.0
# Longer than the service waits for its store.
PATIENCE_SECONDS = 30.0


class Refused(Exception):
    """Nobody took the connection: the request was not sent, and may be sent again."""


class Cut(Exception):
    """The connection ended, or nothing came, after the request was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and how long after the request was begun."""

    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Open:
    """A connection that nobody uses, since that moment."""

    reader: StreamReader
    writer: StreamWriter
    since: float


class Connections:
    """As many as there are calls at once; the one that was used last is used first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: deque[Open] = deque()

    async def get(self, path: str, token: str = "") -> Answer:
        """Raises Refused and Cut."""
        return await self._asked("GET", path, b"", token)

    async def post(self, path: str, body: bytes, token: str = "") -> Answer:
        """Raises Refused and Cut."""
        return await self._asked("POST", path, body, token)

    def close(self) -> None:
        """Those that nobody uses."""
        while self._idle:
            self._idle.pop().writer.close()

    async def _asked(self, method: str, path: str, body: bytes, token: str) -> Answer:
        reader, writer = await self._connection()
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nContent-Type: application/json\r\n"
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        began = monotonic()
        try:
            writer.write(f"{head}{bearer}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            status, text, closes = await asyncio.wait_for(_answered(reader), PATIENCE_SECONDS)
        except (OSError, EOFError, TimeoutError) as error:
            writer.close()
            raise Cut(type(error).__name__) from None
        if closes:
            writer.close()
        else:
            self._idle.append(Open(reader, writer, monotonic()))
        return Answer(status, text, monotonic() - began)

    async def _connection(self) -> tuple[StreamReader, StreamWriter]:
        while self._idle:
            open_ = self._idle.pop()
            if not open_.reader.at_eof() and monotonic() - open_.since < IDLE_SECONDS:
                return open_.reader, open_.writer
            open_.writer.close()
        try:
            return await asyncio.open_connection(HOST, self._port)
        except OSError:
            raise Refused from None


async def _answered(reader: StreamReader) -> tuple[int, bytes, bool]:
    """The status, the body, and whether the service closes the connection."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(first.split()[1]), body, headers.get("connection", "").lower() == "close"
