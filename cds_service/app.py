"""The application: routes, middleware and error answers put together, and nothing decided."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from cds_service.answer import Answerer, answerer_of
from cds_service.audit.reads import Auditing
from cds_service.audit.trail import Trail
from cds_service.errors import DataMissing, RequestRefused
from cds_service.hooks.bodies import BodyLimits
from cds_service.hooks.cors import Cors, Origins
from cds_service.hooks.entrance import Building, Clocks, Close
from cds_service.hooks.feedback import feedback_routes
from cds_service.hooks.gate import ByToken, Gate, Known
from cds_service.hooks.outcomes import data_missing, failed_with, not_routed, refused
from cds_service.hooks.request_lines import RequestLines, line_of
from cds_service.hooks.routes import hook_routes
from cds_service.hooks.services import SERVICES
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.observe.timing import timing
from cds_service.pages.documentation import documentation_routes
from cds_service.pages.health import Readiness, health_routes
from cds_service.pages.launchers import Launchpad
from cds_service.pages.report import report_routes
from cds_service.settings import Settings
from cds_service.store.in_memory import InMemory
from cds_service.store.interface import Store
from cds_service.trust.clients_file import check_somebody_may_call, clients_of
from cds_service.trust.limits import Rates
from cds_service.trust.replays import Replays

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

    from cds_service.observe.tracing import Traces

# The framework's own spans hold raw paths and queries, and its records what an exception says.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
DEFAULT_URL = "http://127.0.0.1:8000"


def create_app(
    settings: Settings,
    *,
    public_url: str = DEFAULT_URL,
    answerer: Answerer | None = None,
    today: Callable[[], date] | None = None,
    log: Log | None = None,
    metrics: Metrics | None = None,
    store: Store | None = None,
    replays: Replays | None = None,
    rates: Rates | None = None,
    traces: Traces | None = None,
    clocks: Clocks = Clocks(),  # noqa: B008 - it is frozen
    draining: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """The service as a site set it. `public_url` counts where the settings name none, memory where there is no store.

    Raises SettingsError, and KnowledgeError for knowledge or words that are wrong.
    """
    address = settings.public_url or public_url
    answerer = answerer or answerer_of(settings, address, today)
    log = log or Log(settings.log_level)
    metrics = metrics or Metrics(by_client=settings.require_auth)
    clients = clients_of(settings, address)
    check_somebody_may_call(settings, clients)
    auditing = _auditing(settings, metrics, log, address)
    answerer = replace(answerer, stage=timing(metrics, traces))
    building = Building(settings, answerer, metrics, clocks, auditing, rates, traces)
    entrance = building.entrance(clients, address, replays)
    origins = Origins(settings.allowed_origins, demo=settings.demo)
    limits = BodyLimits(settings.max_body_bytes, settings.body_timeout_seconds)
    store = store or InMemory(settings.quiet_days)
    pseudonyms = store.pseudonyms
    audited = auditing.reads if auditing else None

    def keys() -> tuple[bytes, ...]:
        return tuple(names.key for names in pseudonyms.each)

    pad = Launchpad(settings, answerer, metrics, address, line_of, keys, clocks.now, audited, clocks.passing)
    launching = pad.launching(clients)
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        lifespan=_lifespan((*entrance.closing, *launching.closing), store, metrics, auditing, traces, log),
        routes=[
            *hook_routes(SERVICES, answerer, limits, metrics, store, pseudonyms, auditing),
            *feedback_routes(SERVICES, limits, metrics, store, pseudonyms),
            *documentation_routes(answerer, address),
            *health_routes(
                metrics, Readiness(draining, store, entrance.keys), with_metrics=settings.metrics_port is None
            ),
            *report_routes(settings.admin_token, store, address, answerer.knowledge.version, _titles(answerer)),
            *launching.routes,
            *_demo_routes(settings, entrance.door, answerer, store),
        ],
    )
    app.exception_handler(RequestRefused)(refused)
    app.exception_handler(DataMissing)(data_missing)
    app.exception_handler(HTTPException)(not_routed)
    app.exception_handler(Exception)(failed_with(origins))
    # The last that is added is the first that a request meets.
    app.add_middleware(Gate, door=entrance.door)
    app.add_middleware(Cors, origins=origins)
    services = frozenset(service.id for service in SERVICES)
    app.add_middleware(RequestLines, log=log, metrics=metrics, services=services, traces=traces)
    return app


def _auditing(settings: Settings, metrics: Metrics, log: Log, address: str) -> Auditing | None:
    """Where a site wants AuditEvents. Raises SettingsError where the file cannot be opened."""
    return Auditing(Trail(settings.audit_file, metrics, log), address) if settings.audit_file else None


def _lifespan(
    closing: Iterable[Close],
    store: Store,
    metrics: Metrics,
    auditing: Auditing | None,
    traces: Traces | None,
    log: Log,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What was loaded stays: the collector need not look at it again, which spares pauses of 30 ms."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        store.open()
        if auditing:
            auditing.trail.open()
        metrics.store_looked_after(0, reachable=store.is_reachable())
        gc.collect()
        gc.freeze()
        log.event("info", "started", message=f"process {os.getpid()} answers calls")
        yield
        for close in closing:
            await close()
        store.close()
        if auditing:
            auditing.trail.close()
        if traces:
            traces.close()

    return running


def _titles(answerer: Answerer) -> dict[str, str]:
    return {rule: card.title for rule, card in answerer.rendering.words.cards.items()}


def _demo_routes(settings: Settings, door: Known | ByToken, answerer: Answerer, store: Store) -> list[BaseRoute]:
    """The demo EHR, imported only where it is shown. It explains as anybody is answered, who brings no token."""
    if not settings.demo:
        return []
    from cds_service.pages.demo import demo_routes

    return demo_routes(door.anybody.answerer if isinstance(door, Known) else answerer, settings, store)
