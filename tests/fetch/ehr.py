"""A FHIR server on loopback that answers as a test tells it to, with real bytes over a real socket."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cds_service.wire.keys import RESOURCE_OF
from tests import streams
from tests.hooks.calls import PATIENT, bundle, condition

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `pause`: seconds before its first byte; `stall`: those in its middle; `cut`: it breaks off there."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    stall: float = 0.0
    cut: bool = False

    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    @property
    def kind(self) -> str:
        """The type of resource that is asked for."""
        return urlsplit(self.target).path.removeprefix("/fhir").strip("/").split("/")[0]


class Ehr:
    """The server: what it is told to reply, and what it was asked."""

    def __init__(self, reply: Callable[[Seen], Reply]) -> None:
        self._reply = reply
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0

    @property
    def base(self) -> str:
        """The address that a client registers."""
        return f"http://127.0.0.1:{self.port}/fhir"

    def asked(self, kind: str) -> list[Seen]:
        """The requests for one type."""
        return [seen for seen in self.seen if seen.kind == kind]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Every request of one connection."""
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._one(reader, writer):
                    pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        seen = await _read(reader)
        self.seen.append(seen)
        reply = self._reply(seen)
        await asyncio.sleep(reply.pause)
        content = reply.content()
        headers = {"Content-Type": FHIR_JSON, "Content-Length": str(len(content)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} Told", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        half = len(content) // 2
        writer.write(content[:half])
        await writer.drain()
        await asyncio.sleep(reply.stall)
        if not reply.cut:
            writer.write(content[half:])
            await writer.drain()
        return not reply.cut


def replying(replies: Mapping[str, Reply | list[Reply]]) -> Callable[[Seen], Reply]:
    """Replies by type of resource; of a list each once, in order.

    A type that is not in it has an empty searchset, and Patient is the one of the other tests.
    """

    def reply(seen: Seen) -> Reply:
        told = replies.get(seen.kind)
        if isinstance(told, list):
            return told.pop(0)
        return told or Reply(PATIENT if seen.kind == "Patient" else bundle())

    return reply


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    cased = dict(line.split(": ", 1) for line in head[1:] if line)
    headers["authorization"] = next((it for name, it in cased.items() if name.lower() == "authorization"), "")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method, target, headers, body.decode())


@asynccontextmanager
async def ehr(**replies: Reply | list[Reply]) -> AsyncIterator[Ehr]:
    """A running server."""
    async with listening(Ehr(replying(replies))) as running:
        yield running


@asynccontextmanager
async def listening(server: Ehr, tls: ssl.SSLContext | None = None) -> AsyncIterator[Ehr]:
    """The server on a free port."""
    async with streams.listening(server.answer, tls) as port:
        server.port = port
        yield server


def pain(**members: Any) -> Reply:
    """Conditions of a patient who gets a card."""
    return Reply(bundle(condition(**members)))


KINDS = tuple(RESOURCE_OF.values())
