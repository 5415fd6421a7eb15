"""Who is calling, with all that their row decides: made once for each row when the service starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import cast

from starlette.types import Scope

from cds_service.answer import Answerer
from cds_service.errors import SettingsError
from cds_service.hooks.services import SERVICES, Service
from cds_service.trust.clients import Client
from cds_service.trust.limits import Limits

CALLER = "cds.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """One client at the door. `name` is its id in logs, metrics and store: empty for callers that nobody told apart."""

    name: str
    answerer: Answerer
    services: tuple[Service, ...]
    limits: Limits

    def may_ask(self, service_id: str) -> bool:
        """The service is there for this client."""
        return any(service.id == service_id for service in self.services)


def caller_of(scope: Scope) -> Caller:
    """Who makes this request, as the gate found."""
    return cast(Caller, scope[CALLER])


def offered(client: Client) -> tuple[Service, ...]:
    """The services of the client's row; all where it names none. Raises SettingsError for one that is none."""
    known = tuple(service.id for service in SERVICES)
    if wrong := set(client.services or ()).difference(known):
        raise SettingsError(f"CDS_CLIENTS_FILE: services: there is no {min(wrong)!r}; use some of {', '.join(known)}")
    return tuple(service for service in SERVICES if client.services is None or service.id in client.services)


def everybody(callers: Iterable[Caller], answerer: Answerer) -> Caller:
    """Whoever asks without being told apart which services there are: those that somebody may ask."""
    callers = tuple(callers)
    services = tuple(service for service in SERVICES if any(caller.may_ask(service.id) for caller in callers))
    return Caller("", answerer, services, Limits(0, 0, monotonic))
