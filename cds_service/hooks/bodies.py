"""The body of a call, read within the limits the site sets: kind, size and time (contract, "Requests, in order").

A packed body is unpacked as it arrives, so that one that unpacks to more than the limit is refused before it has;
the limit holds for its packed bytes, too, of which a member may have many and unpack to none.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from cds_service.errors import Malformed, SlowBody, Stopping, TooLarge, UnsupportedMediaType

MEDIA_TYPES = frozenset({"", "application/json", "application/fhir+json", "application/json+fhir"})
PLAIN = frozenset({"", "identity"})
GZIP = frozenset({"gzip", "x-gzip"})
GZIP_WINDOW = 31


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
    """A gzip body may have several members, one after another."""
    body = bytearray()
    packed = 0
    member = zlib.decompressobj(GZIP_WINDOW)
    async for piece in request.stream():
        packed += len(piece)
        if packed > limits.most_bytes:
            raise TooLarge
        while piece:
            if member.eof:
                member = zlib.decompressobj(GZIP_WINDOW)
            body += _inflated(member, piece, limits.most_bytes - len(body) + 1)
            if len(body) > limits.most_bytes:
                raise TooLarge
            piece = member.unused_data
    if not member.eof:
        raise Malformed("The gzip body breaks off.")
    return body


def _inflated(member: zlib._Decompress, piece: bytes, most: int) -> bytes:
    try:
        return member.decompress(piece, most)
    except zlib.error:
        raise Malformed("The body is not gzip, though it says so.") from None
