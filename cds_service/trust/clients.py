"""Who is registered: each client as its row of CDS_CLIENTS_FILE says (contract, "Clients file").

Read once, when the service starts; any mistake stops the start with one line that names the file and the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cds_service.trust.addresses import Address, Asked, read_address

ANONYMOUS = "anonymous"
SANDBOX_SERVER = Address("https", "launch.smarthealthit.org", 443, "/v/r4/fhir")
Indicator = Literal["info", "warning", "critical"]
ExtensionForm = Literal["full", "ids", "none"]
ScopeForm = Literal["v1", "v2"]


@dataclass(frozen=True, slots=True)
class FhirServer:
    """A server that may be read. `open`: without a token, too. `private`: it may be on this machine or network."""

    base: Address
    open: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """Where a client publishes its keys. `url` is what a token's `jku` must be, letter by letter."""

    url: str
    server: FhirServer
    asked: Asked


@dataclass(frozen=True, slots=True)
class Issuer:
    """How a client's tokens are judged. None for `tenants` or `subjects`: that claim is not looked at."""

    name: str
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    pinned: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    jku: tuple[KeyAddress, ...] = ()
    audiences: tuple[str, ...] = ()
    tenants: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    observe_replays: bool = False


@dataclass(frozen=True, slots=True)
class SmartApp:
    """This service as a SMART app of one client, launched from `servers`: those of its row, and no demo's.

    `origins`: where, besides a FHIR server's own, its endpoints may be. `scopes` is how they are written: "v1"
    `patient/Condition.read`, "v2" `patient/Condition.rs`. `frames` are the origins whose pages may show ours inside.
    Without a `secret` it is a public app, proved by PKCE alone.
    """

    client_id: str
    servers: tuple[FhirServer, ...] = ()
    secret: str = field(default="", repr=False)
    scopes: ScopeForm = "v2"
    origins: tuple[FhirServer, ...] = ()
    frames: tuple[str, ...] = ()

    def server_named(self, text: str) -> FhirServer | None:
        """The server whose address this is, of those that launch it."""
        return _named(self.servers, text)


@dataclass(frozen=True, slots=True)
class Client:
    """One registered client. None: its row does not say, and what the settings say counts; a limit of 0 is none."""

    id: str = ANONYMOUS
    issuer: Issuer | None = None
    rate_per_minute: int = 0
    concurrent: int = 0
    time_zone: ZoneInfo | None = None
    services: tuple[str, ...] | None = None
    silent: bool | None = None
    silent_rules: tuple[str, ...] | None = None
    max_indicator: Indicator | None = None
    extension: ExtensionForm = "full"
    must_match: bool = False
    search_by_post: bool = False
    fhir_servers: tuple[FhirServer, ...] = ()
    smart_links: bool = False
    smart: SmartApp | None = None

    def server_named(self, text: str) -> FhirServer | None:
        """The registered server whose address this is."""
        return _named(self.fhir_servers, text)


@dataclass(frozen=True, slots=True)
class Clients:
    """Who may call: those that bring tokens, and what applies to every caller where tokens are not asked for."""

    anonymous: Client = Client()
    registered: tuple[Client, ...] = ()

    def with_demo(self, own_address: str) -> Clients:
        """The same, each with the demo's own server and the sandbox's."""
        ours = (*_own_servers(own_address), FhirServer(SANDBOX_SERVER, open=True))

        def shown(client: Client) -> Client:
            return replace(client, fhir_servers=(*client.fhir_servers, *ours))

        return Clients(shown(self.anonymous), tuple(map(shown, self.registered)))


def _named(servers: tuple[FhirServer, ...], text: str) -> FhirServer | None:
    address = read_address(text) if servers else None
    return next((server for server in servers if server.base == address), None)


def _own_servers(address: str) -> Iterable[FhirServer]:
    """The demo EHR of this process, under its address, and under the loopback's where that is where it listens."""
    base = read_address(f"{address}/demo/fhir")
    if base is None:
        return ()
    hosts = (base.host, "127.0.0.1", "localhost") if base.scheme == "http" else (base.host,)
    return tuple(FhirServer(replace(base, host=host), open=True, private=True) for host in dict.fromkeys(hosts))
