"""The rows of CDS_CLIENTS_FILE as they are written; what each key means is on `Client` and `Issuer`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from cds_service.trust.addresses import LINK, Address, read_address
from cds_service.trust.clients import ExtensionForm, Indicator, ScopeForm

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
# Each bound to one type of key; none with a secret that both sides share.
Algorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
# What only a row with an issuer reads.
OF_TOKENS = ("algorithms", "jwks_file", "jku", "audiences", "tenants", "subjects", "replay")
# What only a row with a SMART client id reads.
OF_SMART = ("smart_client_secret_file", "smart_scopes", "smart_origins", "smart_frames")


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("write it with letters, digits, dots, dashes and underscores, at most 64")
    return name


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


def _key_url(text: str) -> str:
    """The address of a JWK Set. A query is kept as it is written."""
    if read_address(text.partition("?")[0]) is None or not LINK.fullmatch(text):
        raise ValueError("write it as https://host/path, with nothing that could be read in two ways")
    return text


def _host_only(text: object) -> Address:
    address = _base(text)
    if address.path:
        raise ValueError("write it as https://host or https://host:port, without a path")
    return address


Text = Annotated[str, Field(min_length=1)]
KeyUrl = Annotated[str, AfterValidator(_key_url)]
Origin = Annotated[Address, BeforeValidator(_host_only)]


class ServerRow(BaseModel):
    """One FHIR server, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Annotated[Address, BeforeValidator(_base)]
    open: StrictBool = False
    private: StrictBool = False


class ClientRow(BaseModel):
    """One client, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, AfterValidator(_named)]
    issuer: Text | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("ES384", "RS384")
    jwks_file: Path | None = None
    jku: tuple[KeyUrl, ...] = ()
    audiences: tuple[Text, ...] = ()
    tenants: tuple[Text, ...] | None = None
    subjects: tuple[Text, ...] | None = None
    replay: Literal["reject", "observe"] = "reject"
    rate_per_minute: Annotated[StrictInt, Field(ge=0)] = 0
    concurrent: Annotated[StrictInt, Field(ge=0)] = 0
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    services: tuple[str, ...] | None = None
    silent: StrictBool | None = None
    silent_rules: tuple[str, ...] | None = None
    max_indicator: Indicator | None = None
    extension: ExtensionForm = "full"
    smart_links: StrictBool = False
    smart_client_id: Text | None = None
    smart_client_secret_file: Path | None = None
    smart_scopes: ScopeForm = "v2"
    smart_origins: tuple[Origin, ...] = ()
    smart_frames: tuple[Origin, ...] = ()
    fhir_server: Literal["ignore", "must-match"] = "ignore"
    search: Literal["get", "post"] = "get"
    fhir_servers: tuple[ServerRow, ...] = ()


class ClientsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clients: tuple[ClientRow, ...] = ()


def on_host(address: str, host: str) -> bool:
    """The address is one of this host, however it is written."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".") == host
    except ValueError:
        return False
