"""CDS_CLIENTS_FILE, read and checked as a whole: a TOML file; relative paths in it are relative to it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.trust.addresses import Address, Asked, read_address
from cds_service.trust.client_rows import OF_TOKENS, ClientRow, ClientsFile, on_host
from cds_service.trust.clients import ANONYMOUS, Client, Clients, FhirServer, Issuer, KeyAddress
from cds_service.trust.smart_rows import launches_from, smart_app

SETTING = "CDS_CLIENTS_FILE"
# The public sandbox's private key is published with its source: whoever likes can sign as it does.
SANDBOX_HOST = "sandbox.cds-hooks.org"
SANDBOX_KEY = "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f"
SANDBOX = "the public sandbox's private key is public; it is for the development profile only"
PLAIN_HTTP = "plain http is for loopback addresses in the development profile; write https"
NEEDS_ISSUER = f'name the issuer of its tokens; without one, a row is for every caller, and its id = "{ANONYMOUS}"'
NEEDS_KEYS = "say where the keys of this issuer are: jwks_file, or jku"


def clients_of(settings: Settings, own_address: str) -> Clients:
    """Who may call. Raises SettingsError for a file that cannot be read or is wrong."""
    file = settings.clients_file
    clients = read_clients(file, settings.profile) if file else Clients()
    return clients.with_demo(own_address) if settings.demo else clients


def check_somebody_may_call(settings: Settings, clients: Clients) -> None:
    """Where tokens are asked for, somebody can bring one. Raises SettingsError."""
    if settings.require_auth and not clients.registered:
        raise SettingsError(
            f"CDS_REQUIRE_AUTH: no client is registered that could bring a token; register one with "
            f"`cds-service clients add` in the file that {SETTING} names, or set it to false and let nobody but "
            "trusted clients reach the service"
        )


def read_clients(path: Path, profile: str) -> Clients:
    """The rows of a file. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{SETTING}: {path}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {path}: it is not TOML in UTF-8: {error}") from None
    return clients_in(text, path, profile)


def clients_in(text: str, path: Path, profile: str) -> Clients:
    """The rows of a text that stands, or is to stand, in this file. Raises SettingsError."""
    rows = _rows(text, path)
    made = [Row(row, number, path, profile).client() for number, row in enumerate(rows, 1)]
    for number, client in enumerate(made):
        before = made[:number]
        if client.id in [other.id for other in before]:
            raise _wrong(path, f"clients[{number + 1}].id", "another row has this id")
        if client.issuer and client.issuer.name in [other.issuer.name for other in before if other.issuer]:
            raise _wrong(path, f"clients[{number + 1}].issuer", "another row has this issuer; make one row of both")
        if launches_from(client) & {base for other in before for base in launches_from(other)}:
            raise _wrong(
                path, f"clients[{number + 1}].smart_client_id", "another row launches from the same FHIR server"
            )
    anonymous = next((client for client in made if client.issuer is None), Client())
    return Clients(anonymous, tuple(client for client in made if client.issuer))


def _rows(text: str, path: Path) -> tuple[ClientRow, ...]:
    try:
        return ClientsFile.model_validate(tomllib.loads(text)).clients
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        unknown = first["type"] == "extra_forbidden"
        raise _wrong(path, _place(first["loc"]), "nothing reads this key" if unknown else first["msg"]) from None
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {path}: it is not TOML in UTF-8: {error}") from None


@dataclass(frozen=True, slots=True)
class Row:
    """One row, where it stands and what the profile permits."""

    row: ClientRow
    number: int
    path: Path
    profile: str

    def client(self) -> Client:
        """The client that the row registers."""
        row, servers = self.row, self._servers()
        return Client(
            id=row.id,
            issuer=self._issuer(servers),
            rate_per_minute=row.rate_per_minute,
            concurrent=row.concurrent,
            time_zone=row.time_zone,
            services=row.services,
            silent=row.silent,
            silent_rules=row.silent_rules,
            max_indicator=row.max_indicator,
            extension=row.extension,
            must_match=row.fhir_server == "must-match",
            search_by_post=row.search == "post",
            fhir_servers=servers,
            smart_links=row.smart_links,
            smart=smart_app(row, self.path.parent, servers, self._near, self._wrong),
        )

    def _servers(self) -> tuple[FhirServer, ...]:
        servers = tuple(FhirServer(server.base, server.open, server.private) for server in self.row.fhir_servers)
        for number, server in enumerate(servers, 1):
            self._check_scheme(server, f"fhir_servers[{number}].base")
        return servers

    def _issuer(self, servers: tuple[FhirServer, ...]) -> Issuer | None:
        row = self.row
        if row.issuer is None:
            self._check_anonymous()
            return None
        if row.id == ANONYMOUS:
            raise self._wrong("id", "this id is for the row without an issuer; choose another")
        if row.jwks_file is None and not row.jku:
            raise self._wrong("issuer", NEEDS_KEYS)
        pinned = () if row.jwks_file is None else self._pinned(row.jwks_file)
        self._check_not_sandbox(row.issuer, pinned)
        return Issuer(
            name=row.issuer,
            algorithms=row.algorithms,
            pinned=pinned,
            jku=tuple(self._key_address(url, number, servers) for number, url in enumerate(row.jku, 1)),
            audiences=row.audiences,
            tenants=row.tenants,
            subjects=row.subjects,
            observe_replays=row.replay == "observe",
        )

    def _check_anonymous(self) -> None:
        if self.row.id != ANONYMOUS:
            raise self._wrong("issuer", NEEDS_ISSUER)
        for name in OF_TOKENS:
            if name in self.row.model_fields_set:
                raise self._wrong(name, "it is about tokens, which only a row with an issuer has")

    def _check_not_sandbox(self, issuer: str, pinned: tuple[Mapping[str, Any], ...]) -> None:
        if self.profile == "development":
            return
        if on_host(issuer, SANDBOX_HOST):
            raise self._wrong("issuer", SANDBOX)
        if any(on_host(url, SANDBOX_HOST) for url in self.row.jku):
            raise self._wrong("jku", SANDBOX)
        if any(key.get("kid") == SANDBOX_KEY for key in pinned):
            raise self._wrong("jwks_file", SANDBOX)

    def _pinned(self, file: Path) -> tuple[Mapping[str, Any], ...]:
        """The keys of a JWK Set; that each is one is said where they are made ready to be used."""
        try:
            written = json.loads((self.path.parent / file).read_bytes())
        except OSError as error:
            raise self._wrong("jwks_file", f"{file}: {error.strerror}") from None
        except (ValueError, RecursionError):
            raise self._wrong("jwks_file", f"{file}: it is not JSON") from None
        keys = written.get("keys") if isinstance(written, dict) else None
        if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
            raise self._wrong("jwks_file", f'{file}: write a JWK Set, {{"keys": [{{…}}]}}')
        return tuple(keys)

    def _key_address(self, url: str, number: int, servers: tuple[FhirServer, ...]) -> KeyAddress:
        """Keys may come from a private address where a server of that host is registered as private."""
        base = read_address(url.partition("?")[0])
        assert base is not None, "the row was checked"  # noqa: S101
        server = self._near(base, servers, f"jku[{number}]")
        parts = urlsplit(url)
        return KeyAddress(url, server, Asked(parts.path or "/", parts.query))

    def _near(self, base: Address, servers: tuple[FhirServer, ...], place: str) -> FhirServer:
        """A server beside the FHIR servers, private where one of its host is."""
        near = any(server.private and server.base.host == base.host for server in servers)
        server = FhirServer(base, open=True, private=near or (self.profile == "development" and base.loopback))
        self._check_scheme(server, place)
        return server

    def _check_scheme(self, server: FhirServer, place: str) -> None:
        if server.base.scheme == "http" and not (self.profile == "development" and server.base.loopback):
            raise self._wrong(place, PLAIN_HTTP)

    def _wrong(self, key: str, why: str) -> SettingsError:
        return _wrong(self.path, f"clients[{self.number}].{key}", why)


def _place(at: tuple[int | str, ...]) -> str:
    """clients[1].fhir_servers[2].base: rows are counted from 1, as a reader counts them."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in at).removeprefix(".")


def _wrong(path: Path, place: str, why: str) -> SettingsError:
    return SettingsError(f"{SETTING}: {path}: {place}: {why}")
