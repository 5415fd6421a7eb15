"""Connections to registered hosts, each to an address that was checked.

A host is resolved once for each connection, every address it has is looked at, and one that was looked at is connected
to: a name that changes its answer in between leads nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from cds_service.trust.streams import connected

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
# An address that does not answer the connect for so long gives way to the next one of its host.
NEXT_ADDRESS_SECONDS = 0.25
PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
# An IPv4 address in the clothes of an IPv6 one: what it leads to is for the network to say, so not for us.
TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class AddressRefused(httpcore.NetworkError):
    """The host has an address that is not to be called."""


def permitted(text: str, *, private: bool) -> bool:
    """A public address; where `private`, also one of this machine or of a private network.

    Never a link-local one, under which clouds answer with secrets, nor multicast, reserved or unspecified.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in TRANSLATED):
        return False
    if address.is_loopback or any(address in network for network in PRIVATE):
        return private
    return _public(address)


def _public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system finds them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connections to registered hosts, each to an address that was checked."""

    def __init__(self, private: Mapping[tuple[str, int], bool], resolve: Resolve = resolved) -> None:
        self._private = private
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises AddressRefused where any is not permitted."""
        private = self._private.get((host, port))
        if private is None:
            raise AddressRefused
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        if not addresses or not all(permitted(address, private=private) for address in addresses):
            raise AddressRefused
        *others, last = addresses
        for address in others:
            try:
                return await connected(address, port, NEXT_ADDRESS_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await connected(last, port, timeout)

    async def sleep(self, seconds: float) -> None:
        """Wait, as the pool asks before it connects again."""
        await asyncio.sleep(seconds)
