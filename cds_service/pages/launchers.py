"""The clients that may launch the explanation page, each with its answerer and its connections, made at the start."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi.routing import APIRoute

from cds_service.answer import Answerer
from cds_service.errors import SettingsError
from cds_service.observe.metrics import Metrics
from cds_service.pages.explain import Explaining
from cds_service.pages.launch_failures import Failures, LineOf, closed_routes
from cds_service.pages.public import Templates
from cds_service.record.asking import Reads
from cds_service.record.fetch import Fetch, Limits
from cds_service.settings import Settings
from cds_service.trust.clients import Client, Clients, SmartApp
from cds_service.wire.held import HookCall

if TYPE_CHECKING:
    from cds_service.pages.launch import Launcher

# Anybody may call the two addresses: where the row sets no limit, there is one all the same.
AT_ONCE = 8
NEEDS_HTTPS = (
    "CDS_PUBLIC_URL: SMART launches need https: a browser brings the code of a launch, and is given a chart, at this "
    "address; write https, or leave smart_client_id out of the rows"
)
PURPOSE = b"the cookies of SMART launches"
Close = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Launching:
    """The addresses of a launch, and what is to be closed when the service ends."""

    routes: tuple[APIRoute, ...]
    closing: tuple[Close, ...] = ()


@dataclass(frozen=True, slots=True)
class Launchpad:
    """What every launch needs. `keys` are the secrets that all who share a store share; `now` seconds of the epoch,
    `passing` of a clock that nobody sets.
    """

    settings: Settings
    answerer: Answerer
    metrics: Metrics
    address: str
    line_of: LineOf
    keys: Callable[[], Iterable[bytes]]
    now: Callable[[], float]
    audited: Callable[[Reads, HookCall], Reads] | None = None
    passing: Callable[[], float] = monotonic

    def launching(self, clients: Clients) -> Launching:
        """Without a client that may launch, nothing that a launch needs is even imported. Raises SettingsError."""
        made = Templates(urlsplit(self.address).path, self.answerer.knowledge.version)
        apps = [(client, client.smart) for client in (clients.anonymous, *clients.registered) if client.smart]
        if not apps:
            return Launching(tuple(closed_routes(Failures(made, self.line_of))))
        if self.settings.profile == "production" and not self.address.startswith("https:"):
            raise SettingsError(NEEDS_HTTPS)
        from cds_service.pages.launch import LaunchPages, launch_routes
        from cds_service.trust.configurations import Configurations
        from cds_service.trust.sealing import Sealing

        launchers = [self._launcher(client, app) for client, app in apps]
        explaining = Explaining(made, self.answerer.knowledge)
        sealing = Sealing(self._sealing_keys, self.now)
        configurations = Configurations(self.passing)
        pages = LaunchPages(launchers, sealing, explaining, made, self.address, self.line_of, configurations)
        closing = [close for one in launchers for close in one.closing]
        return Launching(tuple(launch_routes(pages)), tuple(closing))

    def _launcher(self, client: Client, app: SmartApp) -> Launcher:
        from cds_service.pages.launch import Launcher
        from cds_service.trust.limits import Limits as LaunchLimits
        from cds_service.trust.outbound import Outbound
        from cds_service.trust.smart import FORM_HEADERS, own_origin

        answerer = self.answerer.for_client(client)
        limits = Limits(self.settings.fetch_deadline_seconds, self.settings.max_body_bytes)
        count = partial(self.metrics.fetched, client=client.id if client.issuer else "")
        origins = (*map(own_origin, app.servers), *app.origins)
        silent = self.settings.prefetch_only
        reads = None if silent else Outbound(client.fhir_servers)
        forms = None if silent else Outbound(origins, headers=FORM_HEADERS)
        fetch = Fetch(client, reads, answerer.knowledge, limits, answerer.today, count, self.audited)
        at_once = LaunchLimits(client.rate_per_minute, client.concurrent or AT_ONCE, self.passing)
        return Launcher(client, app, answerer, fetch, forms, limits.seconds, at_once)

    def _sealing_keys(self) -> tuple[bytes, ...]:
        """Keys of its own, made from those that are shared: what a former one sealed is opened still."""
        return tuple(hmac.digest(key, PURPOSE, "sha256") for key in self.keys())
