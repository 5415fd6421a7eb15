"""One TCP connection as httpcore wants it, straight over asyncio: every read of ours waits under its call's deadline.

httpcore's own stream serves two event loops, keeps a timer for each read, and costs as much as all else of a read.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpcore


class Stream(httpcore.AsyncNetworkStream):
    """A connection that is open. Its `timeout`s are not kept: the caller keeps the time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, b"" at the end. Raises httpcore.ReadError."""
        try:
            return await self._reader.read(max_bytes)
        except OSError:
            raise httpcore.ReadError from None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it. Raises httpcore.WriteError."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError:
            raise httpcore.WriteError from None

    async def aclose(self) -> None:
        """Hang up, without waiting for the other side."""
        self._writer.close()
        self._writer.transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The same connection under TLS, for the host that is named. Raises httpcore.ConnectError."""
        secured = False
        try:
            await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
            secured = True
        except OSError:
            raise httpcore.ConnectError from None
        finally:
            if not secured:
                await self.aclose()
        return self

    def get_extra_info(self, info: str) -> Any:
        """Whether the other side has hung up meanwhile; the pool asks before it uses a connection again."""
        if info == "is_readable":
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info({"server_addr": "peername", "client_addr": "sockname"}.get(info, info))


async def connected(address: str, port: int, seconds: float | None) -> Stream:
    """A connection to an address. Raises httpcore.ConnectError and httpcore.ConnectTimeout."""
    try:
        async with asyncio.timeout(seconds):
            return Stream(*await asyncio.open_connection(address, port))
    except TimeoutError:
        raise httpcore.ConnectTimeout from None
    except OSError:
        raise httpcore.ConnectError from None
