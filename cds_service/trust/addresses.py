"""Addresses of FHIR servers, compared by their parts and never as text.

What a call names is whatever its sender wrote. It is a registered server's address only where scheme, host, port and
path are the same after one narrow reading: no user-info, query, fragment, percent-encoding, backslash, empty or dotted
path segment, and no host but a DNS name or an address in its usual form. What reads otherwise is no address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from urllib.parse import urljoin

PORTS = {"http": 80, "https": 443}
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:%@-]*)*)",
    re.ASCII | re.IGNORECASE,
)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
NAME = re.compile(rf"(?:{LABEL}\.)*[a-z](?:[a-z0-9_-]*[a-z0-9])?", re.ASCII)
# A link may hold what browsers put into a query; nothing that ends a line or starts a fragment.
LINK = re.compile(r"[^\x00-\x20\x7f-\xa0\\#]{1,8000}")
HIDDEN = re.compile(r"%(?:2e|2f|5c|25|[01][0-9a-f]|7f)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One read under a base: a path that begins with the base's, and a query, both as they go on the wire."""

    path: str
    query: str = ""
    form: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A base address, its host in lower case, its path without a slash at its end."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as they begin every address under this base."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if PORTS[self.scheme] == self.port else f":{self.port}")

    @property
    def loopback(self) -> bool:
        """The host is this machine by its own words: a loopback address, or a name that is kept for it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def query(self, template: str, *, form: bool = False) -> Asked:
        """What a filled template asks under this base."""
        path, _, query = template.partition("?")
        return Asked(f"{self.path}/{path}", query, form and bool(query))

    def linked(self, link: str, kind: str) -> Asked | None:
        """What a `next` link asks; None where it leads anywhere but under this base.

        A link without an address is relative to the base, and one that is a query alone to the type searched.
        """
        if not LINK.fullmatch(link):
            return None
        within = f"{self.origin}{self.path}/{kind if link.startswith('?') else ''}"
        try:
            address, _, query = urljoin(within, link).partition("?")
        except ValueError:
            return None
        parts = _parts(address)
        if parts is None or parts[:3] != (self.scheme, self.host, self.port):
            return None
        path = parts[3]
        return Asked(path, query) if path == self.path or path.startswith(f"{self.path}/") else None


def read_address(text: str) -> Address | None:
    """A base address, or None for what is none, or could be read in two ways."""
    parts = _parts(text)
    if parts is None:
        return None
    scheme, host, port, path = parts
    path = path.removesuffix("/")
    return None if "%" in path or "@" in path else Address(scheme, host, port, path)


def _parts(text: str) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path."""
    match = ADDRESS.fullmatch(text)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    host = _six(match["six"]) if match["six"] else _name(match["name"].lower())
    port = int(match["port"] or PORTS[scheme])
    if host is None or not 0 < port < 65_536 or not _plain(match["path"]):
        return None
    return scheme, host, port, match["path"]


def _plain(path: str) -> bool:
    """No segment is empty or made of dots, also not behind an encoding; a slash may end it."""
    segments = path.removesuffix("/").split("/")[1:]
    return not HIDDEN.search(path) and not any(segment in ("", ".", "..") for segment in segments)


def _six(text: str) -> str | None:
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        return None


def _name(text: str) -> str | None:
    """A DNS name, or four decimal numbers; not a number in another base, nor a name that is all digits at its end."""
    if NAME.fullmatch(text) and len(text) < 254:
        return text
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        return None
