"""The body of a call, read within the limits the site sets: kind, size and time (contract, "Requests, in order").

The limit on size holds for what a packed body unpacks to, and is looked at while it arrives.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from cds_service.errors import Malformed, SlowBody, Stopping, TooLarge, UnsupportedMediaType
from cds_service.wire.unpacking import NotGzip, TooMuch, Unpacking

MEDIA_TYPES = frozenset({"", "application/json", "application/fhir+json", "application/json+fhir"})
PLAIN = frozenset({"", "identity"})
GZIP = frozenset({"gzip", "x-gzip"})


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The largest body in bytes, unpacked, and how many seconds it may take to arrive."""

    most_bytes: int
    seconds: float


async def read_body(request: Request, limits: BodyLimits) -> bytes | bytearray:
    """The body, unpacked.

    Raises UnsupportedMediaType, TooLarge, SlowBody, Malformed for a body that breaks off or does not unpack, and
    Stopping where the server waits no longer.
    """
    packed = _is_packed(request.headers)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.most_bytes:
        raise TooLarge
    try:
        async with asyncio.timeout(limits.seconds):
            return await (_unpacked(request, limits) if packed else _plain(request, limits))
    except TimeoutError:
        raise SlowBody from None
    except asyncio.CancelledError:
        # Calls are cancelled by the server alone, when it stops and has waited long enough.
        raise Stopping from None
    except ClientDisconnect:
        raise Malformed("The body broke off.") from None


def _is_packed(headers: Headers) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in PLAIN | GZIP:
        raise UnsupportedMediaType
    return encoding in GZIP


async def _plain(request: Request, limits: BodyLimits) -> bytes | bytearray:
    """A body in one piece is returned as it came; one in several grows in place, so that it is held once."""
    body: bytes | bytearray = b""
    async for piece in request.stream():
        if len(body) + len(piece) > limits.most_bytes:
            raise TooLarge
        if not body:
            body = piece
        elif piece:
            body = body if isinstance(body, bytearray) else bytearray(body)
            body += piece
    return body


async def _unpacked(request: Request, limits: BodyLimits) -> bytearray:
    """A gzip body, unpacked as it comes."""
    unpacking = Unpacking(limits.most_bytes)
    try:
        async for piece in request.stream():
            unpacking.add(piece)
        return unpacking.finish()
    except TooMuch:
        raise TooLarge from None
    except NotGzip as error:
        raise Malformed(str(error)) from None
