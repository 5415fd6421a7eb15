"""Who is registered: the rows of CDS_CLIENTS_FILE, checked when the service starts (contract, "Clients file").

Tokens are not verified yet, so there is one row, for every caller: `id = "anonymous"`. A key that has no effect yet is
unknown, and stops the start, as any mistake does, with one line that names the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, ValidationError

from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.trust.addresses import Address, read_address

SETTING = "CDS_CLIENTS_FILE"
ANONYMOUS = "anonymous"
NO_TOKENS_YET = "this release does not verify tokens yet, so a row can have no issuer; leave that row out for now"
ONLY_ANONYMOUS = f'this release knows every caller as id = "{ANONYMOUS}"; write one row with that id'
SANDBOX_SERVER = Address("https", "launch.smarthealthit.org", 443, "/v/r4/fhir")
Indicator = Literal["info", "warning", "critical"]
ExtensionForm = Literal["full", "ids", "none"]


@dataclass(frozen=True, slots=True)
class FhirServer:
    """A server that may be read. `open`: without a token, too. `private`: it may be on this machine or network."""

    base: Address
    open: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """One registered client. None: its row does not say, and what the settings say counts."""

    id: str = ANONYMOUS
    time_zone: ZoneInfo | None = None
    services: tuple[str, ...] | None = None
    silent: bool | None = None
    silent_rules: tuple[str, ...] | None = None
    max_indicator: Indicator | None = None
    extension: ExtensionForm = "full"
    must_match: bool = False
    search_by_post: bool = False
    fhir_servers: tuple[FhirServer, ...] = ()

    def server_named(self, text: str) -> FhirServer | None:
        """The registered server whose address this is."""
        address = read_address(text) if self.fhir_servers else None
        return next((server for server in self.fhir_servers if server.base == address), None)


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone on this machine; write it as America/Chicago") from None


def _base(text: object) -> Address:
    address = read_address(str(text))
    if address is None:
        raise ValueError("write it as https://host/path, with nothing that could be read in two ways")
    return address


class ServerRow(BaseModel):
    """One FHIR server, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Annotated[Address, BeforeValidator(_base)]
    open: StrictBool = False
    private: StrictBool = False


class ClientRow(BaseModel):
    """One client, as it is written; what each key means is on `Client`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Literal["anonymous"]
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    services: tuple[str, ...] | None = None
    silent: StrictBool | None = None
    silent_rules: tuple[str, ...] | None = None
    max_indicator: Indicator | None = None
    extension: ExtensionForm = "full"
    fhir_server: Literal["ignore", "must-match"] = "ignore"
    search: Literal["get", "post"] = "get"
    fhir_servers: tuple[ServerRow, ...] = ()


class ClientsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clients: tuple[ClientRow, ...] = ()


def anonymous_client(settings: Settings, own_address: str) -> Client:
    """What applies to every caller; in the demo, with the demo's own server and the sandbox's.

    Raises SettingsError for a file that cannot be read or is wrong.
    """
    client = _read(settings.clients_file, settings.profile) if settings.clients_file else Client()
    if not settings.demo:
        return client
    ours = (*_own_servers(own_address), FhirServer(SANDBOX_SERVER, open=True))
    return replace(client, fhir_servers=(*client.fhir_servers, *ours))


def _own_servers(address: str) -> Iterable[FhirServer]:
    """The demo EHR of this process, under its address, and under the loopback's where that is where it listens."""
    base = read_address(f"{address}/demo/fhir")
    if base is None:
        return ()
    hosts = (base.host, "127.0.0.1", "localhost") if base.scheme == "http" else (base.host,)
    return tuple(FhirServer(replace(base, host=host), open=True, private=True) for host in dict.fromkeys(hosts))


def _read(path: Path, profile: str) -> Client:
    written = _toml(path)
    for number, row in enumerate(_rows(written), 1):
        if "issuer" in row:
            raise _wrong(path, f"clients[{number}].issuer", NO_TOKENS_YET)
        if row.get("id") != ANONYMOUS or number > 1:
            raise _wrong(path, f"clients[{number}].id", ONLY_ANONYMOUS)
    try:
        rows = ClientsFile.model_validate(written).clients
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        unknown = first["type"] == "extra_forbidden"
        raise _wrong(path, _place(first["loc"]), "nothing reads this key" if unknown else first["msg"]) from None
    return _client_of(rows[0], path, profile) if rows else Client()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{SETTING}: {path}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {path}: it is not TOML in UTF-8: {error}") from None


def _rows(written: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows, as far as there are any; what else stands there is the model's to refuse."""
    rows = written.get("clients")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _client_of(row: ClientRow, path: Path, profile: str) -> Client:
    servers = tuple(FhirServer(server.base, server.open, server.private) for server in row.fhir_servers)
    for number, server in enumerate(servers, 1):
        if server.base.scheme == "http" and not (profile == "development" and server.base.loopback):
            why = "plain http is for loopback addresses in the development profile; write https"
            raise _wrong(path, f"clients[1].fhir_servers[{number}].base", why)
    return Client(
        time_zone=row.time_zone,
        services=row.services,
        silent=row.silent,
        silent_rules=row.silent_rules,
        max_indicator=row.max_indicator,
        extension=row.extension,
        must_match=row.fhir_server == "must-match",
        search_by_post=row.search == "post",
        fhir_servers=servers,
    )


def _place(at: tuple[int | str, ...]) -> str:
    """clients[1].fhir_servers[2].base: rows are counted from 1, as a reader counts them."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in at).removeprefix(".")


def _wrong(path: Path, place: str, why: str) -> SettingsError:
    return SettingsError(f"{SETTING}: {path}: {place}: {why}")
