"""`cds-service clients`: write a row of CDS_CLIENTS_FILE, list the rows, say what becomes of a client's keys and token.

This command says why a token would be refused. The service never does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cds_service.app import DEFAULT_URL
from cds_service.errors import CdsError, SettingsError
from cds_service.settings import Settings, load_settings
from cds_service.trust.clients import Client, Clients
from cds_service.trust.clients_file import SETTING, clients_in, clients_of

Environment = Mapping[str, str]
LISTS = ("algorithms", "jku", "audiences", "tenants", "subjects", "services")
NO_FILE = f"{SETTING}: name the file of clients"


class UnusableFile(CdsError):
    """A row cannot be written there, or a token not be read."""


class NoSuchClient(CdsError):
    """No row has this id."""


def clients_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `clients`."""
    kinds = parser.add_subparsers(required=True, metavar="add|list|check")
    add = kinds.add_parser("add", help="check a new row and write it to the end of the file")
    add.add_argument("id", metavar="ID", help="its label in logs and metrics")
    add.add_argument("--issuer", required=True, help="the iss of its tokens")
    add.add_argument("--jwks-file", help="a JWK Set with its public keys, beside the file of clients")
    for name in LISTS:
        add.add_argument(f"--{name}", action="append", metavar="X", help="may be given several times")
    add.add_argument("--fhir-server", action="append", default=[], metavar="BASE", help="may be given several times")
    add.add_argument("--print", action="store_true", help="only print the row")
    add.set_defaults(run=_add)
    listing = kinds.add_parser("list", help="the rows, a line each")
    listing.set_defaults(run=_list)
    check = kinds.add_parser("check", help="read a client's keys; say what is wrong with a token of its")
    check.add_argument("id", metavar="ID")
    check.add_argument("token", nargs="?", metavar="TOKEN-FILE", help="- reads stdin")
    check.set_defaults(run=_check)


def _settings(environ: Environment) -> Settings:
    return load_settings(environ, "settings").settings


def _add(given: argparse.Namespace, environ: Environment) -> int:
    """The whole file is checked as it would be; what is wrong is raised, and nothing is written."""
    settings = _settings(environ)
    if settings.clients_file is None:
        raise SettingsError(NO_FILE)
    path = settings.clients_file
    row = _row(given)
    text = f"{_written(path)}{row}"
    clients = clients_in(text, path, settings.profile)
    _check_keys(clients.registered[-1])
    if given.print:
        print(row, end="")
        return 0
    _append(path, row)
    print(f"{given.id} is registered in {path}; it counts from the next start of the service")
    return 0


def _written(path: Path) -> str:
    """What stands in the file; one that is not there yet is empty."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not TOML in UTF-8"
        raise UnusableFile(f"{path}: {why}") from None


def _row(given: argparse.Namespace) -> str:
    """The row in TOML; a string of JSON is one of TOML, too."""
    keys = {"id": given.id, "issuer": given.issuer, "jwks_file": given.jwks_file}
    keys |= {name: getattr(given, name) for name in LISTS}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in keys.items() if value is not None]
    for base in given.fhir_server:
        lines += ["", "  [[clients.fhir_servers]]", f"  base = {json.dumps(base, ensure_ascii=False)}"]
    return "\n".join(["", "", "[[clients]]", *lines, ""])


def _append(path: Path, row: str) -> None:
    """In one write, so that a service that starts meanwhile reads no half of it."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(row)
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}; name a file that can be written") from None


def _check_keys(client: Client) -> None:
    from cds_service.trust.keys import pinned_keys

    pinned_keys(client)


def _list(given: argparse.Namespace, environ: Environment) -> int:
    clients = _clients(environ)
    for client in (clients.anonymous, *clients.registered):
        print("\t".join(_told(client)))
    return 0


def _clients(environ: Environment) -> Clients:
    return clients_of(_settings(environ), DEFAULT_URL)


def _told(client: Client) -> Iterator[str]:
    """A row in words: whom it is for, how its tokens are verified, what it may read."""
    yield client.id
    issuer = client.issuer
    if issuer is None:
        yield "every caller, where CDS_REQUIRE_AUTH is false"
    else:
        yield issuer.name
        yield ",".join(issuer.algorithms)
        kids = [str(key.get("kid")) for key in issuer.pinned]
        yield "keys: " + ", ".join([*(f"{kid} (pinned)" for kid in kids), *(at.url for at in issuer.jku)])
    yield "services: " + ("all" if client.services is None else ", ".join(client.services) or "none")
    yield "FHIR: " + (", ".join(at.base.origin + at.base.path for at in client.fhir_servers) or "none")


def _check(given: argparse.Namespace, environ: Environment) -> int:
    """1 where keys cannot be had or the token would be refused."""
    registered = _clients(environ).registered
    client = next((client for client in registered if client.id == given.id), None)
    if client is None:
        names = ", ".join(client.id for client in registered) or "none"
        raise NoSuchClient(f"{SETTING}: no row with an issuer has the id {given.id!r}; there are: {names}")
    from cds_service.commands.token_check import checked

    settings = _settings(environ)
    text = _token(given.token) if given.token else None
    wrong = asyncio.run(checked(client, text, settings.public_url or DEFAULT_URL, print))
    return 1 if wrong else 0


def _token(name: str) -> str:
    try:
        return (sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")).strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnusableFile(f"{name}: {why}") from None
