"""Every knob of the service: a CDS_ variable each, checked when a command starts.

A setting that is not yet effective does not exist: its variable is reported as unknown. The environment is an
argument, so that tests pass another and patch nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from cds_service.errors import SettingsError

PREFIX = "CDS_"
# Variables of this prefix that are not the service's: make test reads them.
NOT_OURS = frozenset({"CDS_CHROMIUM"})
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DATABASE = re.compile(r"sqlite:///(?!:memory:|file:)[^?]+|postgresql\+psycopg://.+")
# These may hold passwords: each may be in a file that CDS_…_FILE names, and none is ever printed.
SECRETS = ("database_url", "admin_token", "patient_hash_key", "patient_hash_key_former")
Command = Literal["serve", "demo", "assess", "settings"]


def _listed(value: object) -> object:
    """A comma-separated list; blanks around an item and empty items do not count."""
    return tuple(item for part in value.split(",") if (item := part.strip())) if isinstance(value, str) else value


def _origin(value: str) -> str:
    """A browser's origin, as browsers write it: scheme, host and port, and nothing after them."""
    parts = urlsplit(value)
    if value != "*" and (not parts.netloc or value != f"{parts.scheme}://{parts.netloc}".lower()):
        raise ValueError("write each origin as https://host or https://host:port, or a single *")
    return value


def _address(value: str) -> str:
    """An absolute http address, to which a path can be added, without the slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or set("?#@") & set(value):
        raise ValueError("write it as https://host or https://host/path")
    return value.rstrip("/")


def _day(value: object) -> object:
    """A day and no other form of date; that there is such a day is for pydantic to say."""
    if isinstance(value, str) and not DAY.fullmatch(value):
        raise ValueError("write it as YYYY-MM-DD")
    return value


def _database(value: object) -> object:
    """A file, or a PostgreSQL server by the one driver there is. A database in memory would be each worker's own."""
    if isinstance(value, str) and not DATABASE.fullmatch(value):
        raise ValueError("write it as sqlite:///file.db or postgresql+psycopg://user@host:port/database")
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Origins = Annotated[tuple[Annotated[str, BeforeValidator(_origin)], ...], BeforeValidator(_listed)]


class Settings(BaseModel):
    """The knobs. Each description is what `cds-service settings` and the documentation say of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Literal["production", "development"] = Field(
        default="production", description="what is permitted; `demo` starts in development"
    )
    demo: bool = Field(default=False, description="serve the demo EHR under /demo; development only")
    require_auth: bool = Field(default=True, description="refuse calls without a valid token")
    discovery_auth: bool = Field(default=False, description="refuse discovery, too, without a valid token")
    jwks_cooldown_seconds: float = Field(
        default=60.0, ge=0, allow_inf_nan=False, description="how long a client's keys are not read again in vain"
    )
    public_url: Annotated[str, BeforeValidator(_address)] | None = Field(
        default=None, description="the address clients use; its path is part of links, a proxy strips it"
    )
    allowed_origins: Origins = Field(default=(), description="browser origins that may call, or *")
    max_body_bytes: int = Field(default=32 * 1024 * 1024, gt=0, description="the largest body, unpacked")
    body_timeout_seconds: float = Field(
        default=10.0, gt=0, allow_inf_nan=False, description="how long a body may take to arrive"
    )
    silent: bool = Field(default=False, description="assess and count, answer no cards")
    silent_rules: Listed = Field(default=(), description="rules whose card is not answered")
    max_indicator: Literal["info", "warning", "critical"] = Field(
        default="critical", description="the strongest indicator a card may have"
    )
    quiet_days: int = Field(
        default=30, ge=0, le=3650, description="how long a card that was set aside stays away; 0: not at all"
    )
    recommend_needs: Listed = Field(default=(), description="prefetch keys without which `recommend` is `consider`")
    suggestion_intent: Literal["order", "proposal"] = Field(
        default="order", description="the intent of the orders that a card offers to draft"
    )
    referral_codes: Path | None = Field(default=None, description="a site's own codes for those orders, a TOML file")
    today: Annotated[date, BeforeValidator(_day)] | None = Field(
        default=None, description="the day of assessment; development only; unset: today in UTC"
    )
    database_url: Annotated[SecretStr, BeforeValidator(_database)] = Field(
        default=SecretStr("sqlite:///cds-service.db"),
        description="where cards shown and feedback are kept: a SQLite file, or postgresql+psycopg://…",
    )
    patient_hash_key: SecretStr | None = Field(
        default=None, min_length=32, description="names patients in the store; unset: a key that the store keeps"
    )
    patient_hash_key_former: SecretStr | None = Field(
        default=None, min_length=32, description="the key before, for CDS_QUIET_DAYS after another took its place"
    )
    retention_days: int | None = Field(
        default=None, gt=0, le=36_500, description="how long cards shown and feedback are kept; unset: until purged"
    )
    audit_file: Path | None = Field(
        default=None, description="where AuditEvents of reads and of cards shown are added, a line each; unset: nowhere"
    )
    admin_token: SecretStr | None = Field(
        default=None, min_length=16, description="what GET /report is asked with; unset: there is no report"
    )
    clients_file: Path | None = Field(
        default=None, description="who may call and which FHIR servers may be read (TOML); unset: no server is"
    )
    fetch_deadline_seconds: float = Field(
        default=3.0, gt=0, allow_inf_nan=False, description="how long reading from a FHIR server may take in all"
    )
    prefetch_only: bool = Field(default=False, description="never read from a FHIR server")
    knowledge_dir: Path | None = Field(default=None, description="a site's thresholds and codes, laid over ours")
    cards_dir: Path | None = Field(default=None, description="a site's wording, laid over ours")
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="a port for /metrics alone; unset: the main one, for this machine"
    )
    traces_url: Annotated[str, BeforeValidator(_address)] | None = Field(
        default=None, description="where traces are sent (OTLP by HTTP, …/v1/traces); unset: there are none"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least level that is logged"
    )


# What a command takes in place of the defaults above.
DEFAULTS_OF: Mapping[str, Mapping[str, object]] = {
    "demo": {"profile": "development", "demo": True, "require_auth": False, "allowed_origins": ("*",)},
    "assess": {"profile": "development"},
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, where each came from ("environment" or "default"), and CDS_ variables nobody knows."""

    settings: Settings
    origins: Mapping[str, str]
    unknown: tuple[str, ...]


def variable(name: str) -> str:
    """`max_body_bytes` is CDS_MAX_BODY_BYTES."""
    return PREFIX + name.upper()


def load_settings(environ: Mapping[str, str], command: Command = "serve") -> Loaded:
    """The settings a command starts with; an empty variable is as unset. `settings` shows forbidden ones, too.

    Raises SettingsError, naming the variable, for a value that cannot be and for a combination that is forbidden.
    """
    given = {name: environ[variable(name)] for name in Settings.model_fields if environ.get(variable(name))}
    given |= _from_files(environ, given)
    defaults = DEFAULTS_OF.get(command, {})
    try:
        settings = Settings.model_validate({**defaults, **given})
    except ValidationError as error:
        raise _wrong(error) from None
    if command != "settings":
        _check(settings, command)
    origins = {name: "environment" if name in given else "default" for name in Settings.model_fields}
    known = {variable(name) for name in Settings.model_fields} | {_file_of(name) for name in SECRETS} | NOT_OURS
    unknown = tuple(sorted(name for name in environ if name.startswith(PREFIX) and name not in known))
    return Loaded(settings, origins, unknown)


def _file_of(name: str) -> str:
    return f"{variable(name)}_FILE"


def _from_files(environ: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Secrets that files hold, without the line's end. Raises SettingsError where there are two, or none."""
    found = {}
    for name in SECRETS:
        path = environ.get(_file_of(name))
        if path and name in given:
            raise SettingsError(f"{_file_of(name)}: {variable(name)} is set, too; unset one of them")
        if path:
            found[name] = _read_secret(name, Path(path))
    return found


def _read_secret(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{_file_of(name)}: the file cannot be read") from None
    if not text:
        raise SettingsError(f"{_file_of(name)}: the file is empty")
    return text


def _wrong(error: ValidationError) -> SettingsError:
    """The first wrong value: which variable, and what it should be; never the value, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    return SettingsError(f"{variable(str(first['loc'][0]))}: {first['msg']}")


def _check(settings: Settings, command: Command) -> None:
    if settings.profile == "production" and settings.today is not None:
        raise SettingsError("CDS_TODAY: the production profile takes no other day than today; unset it")
    if settings.profile == "production" and settings.demo:
        raise SettingsError("CDS_DEMO: the production profile has no demo EHR; set CDS_PROFILE=development")
    if settings.patient_hash_key_former and not settings.patient_hash_key:
        raise SettingsError("CDS_PATIENT_HASH_KEY_FORMER: it comes before CDS_PATIENT_HASH_KEY, which is unset")
    if settings.retention_days is not None and settings.retention_days < settings.quiet_days:
        raise SettingsError("CDS_RETENTION_DAYS: what was set aside rests on what is kept; at least CDS_QUIET_DAYS")
    if settings.require_auth and settings.clients_file is None and command in ("serve", "demo"):
        raise SettingsError(
            "CDS_REQUIRE_AUTH: no client is registered; name a file of clients in CDS_CLIENTS_FILE "
            "(`cds-service clients add` writes its rows), or set it to false and let nobody but trusted clients "
            "reach the service"
        )
