"""The application: routes, middleware and error answers put together, and nothing decided."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from cds_service.answer import Answerer, answerer_of
from cds_service.errors import DataMissing, RequestRefused, SettingsError
from cds_service.hooks.bodies import BodyLimits
from cds_service.hooks.cors import Cors, Origins
from cds_service.hooks.feedback import feedback_routes
from cds_service.hooks.outcomes import data_missing, failed_with, not_routed, refused
from cds_service.hooks.request_lines import RequestLines
from cds_service.hooks.routes import hook_routes
from cds_service.hooks.services import SERVICES, Service
from cds_service.observe import Log, Metrics
from cds_service.pages.documentation import documentation_routes
from cds_service.pages.health import health_routes
from cds_service.pages.report import report_routes
from cds_service.record.asking import Reads
from cds_service.record.fetch import Fetch, Limits
from cds_service.settings import Settings
from cds_service.store.in_memory import InMemory
from cds_service.store.interface import Store
from cds_service.trust.clients import Client, anonymous_client

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
    draining: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """The service as a site set it. `public_url` counts where the settings name none, memory where there is no store.

    Raises SettingsError, and KnowledgeError for knowledge or words that are wrong.
    """
    address = settings.public_url or public_url
    answerer = answerer or answerer_of(settings, address, today)
    log = log or Log(settings.log_level)
    metrics = metrics or Metrics()
    client = anonymous_client(settings, address)
    answerer = answerer.for_client(client)
    fetch = Fetch(
        client, _reads(settings, client), answerer.knowledge, _limits(settings), answerer.today, metrics.fetched
    )
    answerer = replace(answerer, fetching=fetch)
    origins = Origins(settings.allowed_origins, demo=settings.demo)
    limits = BodyLimits(settings.max_body_bytes, settings.body_timeout_seconds)
    store = store or InMemory(settings.quiet_days)
    pseudonyms = store.pseudonyms
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(fetch, store),
        routes=[
            *hook_routes(_offered(client), answerer, limits, metrics, store, pseudonyms),
            *feedback_routes(_offered(client), limits, metrics, store, pseudonyms),
            *documentation_routes(answerer, address),
            *health_routes(metrics, draining, store.is_reachable),
            *report_routes(settings.admin_token, store, address, answerer.knowledge.version),
            *_demo_routes(settings, answerer),
        ],
    )
    app.exception_handler(RequestRefused)(refused)
    app.exception_handler(DataMissing)(data_missing)
    app.exception_handler(HTTPException)(not_routed)
    app.exception_handler(Exception)(failed_with(origins))
    # The last that is added is the first that a request meets.
    app.add_middleware(Cors, origins=origins)
    app.add_middleware(RequestLines, log=log, metrics=metrics, services=frozenset(service.id for service in SERVICES))
    return app


def _lifespan(fetch: Fetch, store: Store) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What was loaded stays: the collector need not look at it again, which spares pauses of 30 ms."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        store.open()
        gc.collect()
        gc.freeze()
        yield
        await fetch.aclose()
        store.close()

    return running


def _offered(client: Client) -> tuple[Service, ...]:
    """The services of the client's row; all where it names none. Raises SettingsError for one that is none."""
    known = tuple(service.id for service in SERVICES)
    if wrong := set(client.services or ()).difference(known):
        raise SettingsError(f"CDS_CLIENTS_FILE: services: there is no {min(wrong)!r}; use some of {', '.join(known)}")
    return tuple(service for service in SERVICES if client.services is None or service.id in client.services)


def _limits(settings: Settings) -> Limits:
    """As much may be read as a call may bring."""
    return Limits(settings.fetch_deadline_seconds, settings.max_body_bytes)


def _reads(settings: Settings, client: Client) -> Reads | None:
    """The HTTP client, imported and made only where there is a server that may be read."""
    if settings.prefetch_only or not client.fhir_servers:
        return None
    from cds_service.trust.outbound import Outbound

    return Outbound(client.fhir_servers)


def _demo_routes(settings: Settings, answerer: Answerer) -> list[BaseRoute]:
    """The demo EHR, imported only where it is shown."""
    if not settings.demo:
        return []
    from cds_service.pages.demo import demo_routes

    return demo_routes(answerer, answerer.knowledge, settings)
