"""What a row of the clients file says of this service as a SMART app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cds_service.errors import SettingsError
from cds_service.trust.addresses import Address
from cds_service.trust.client_rows import OF_SMART, ClientRow
from cds_service.trust.clients import Client, FhirServer, SmartApp

NEEDS_ID = "it is about SMART launches; name the id that the EHR gave this app in smart_client_id"
NEEDS_SERVER = "name the FHIR server that launches this app in fhir_servers"
Wrong = Callable[[str, str], SettingsError]


class Near(Protocol):
    """Makes a server of an origin, and checks that the profile permits it."""

    def __call__(self, base: Address, servers: tuple[FhirServer, ...], place: str) -> FhirServer: ...


def smart_app(
    row: ClientRow, folder: Path, servers: tuple[FhirServer, ...], near: Near, wrong: Wrong
) -> SmartApp | None:
    """The app that the row registers, if any. Raises SettingsError."""
    if row.smart_client_id is None:
        for name in OF_SMART:
            if name in row.model_fields_set:
                raise wrong(name, NEEDS_ID)
        return None
    if not servers:
        raise wrong("smart_client_id", NEEDS_SERVER)
    return SmartApp(
        client_id=row.smart_client_id,
        servers=servers,
        secret=_secret(row.smart_client_secret_file, folder, wrong),
        scopes=row.smart_scopes,
        origins=tuple(near(at, servers, f"smart_origins[{number}]") for number, at in enumerate(row.smart_origins, 1)),
        frames=tuple(
            near(at, servers, f"smart_frames[{number}]").base.origin for number, at in enumerate(row.smart_frames, 1)
        ),
    )


def _secret(file: Path | None, folder: Path, wrong: Wrong) -> str:
    if file is None:
        return ""
    try:
        secret = (folder / file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise wrong("smart_client_secret_file", f"{file}: it cannot be read") from None
    if not secret:
        raise wrong("smart_client_secret_file", f"{file}: it is empty")
    return secret


def launches_from(client: Client) -> frozenset[Address]:
    """The FHIR servers from which this client launches us."""
    return frozenset(server.base for server in client.smart.servers) if client.smart else frozenset()
