"""The server process: the app on a port until it is told to stop, and then until its running calls are answered."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from socket import socket
from tempfile import TemporaryDirectory
from time import time
from types import FrameType

import uvicorn

from cds_service.answer import Answerer, answerer_of
from cds_service.app import create_app
from cds_service.errors import SettingsError
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.reviews import not_reviewed
from cds_service.observe.logs import Log
from cds_service.observe.metrics import SHARED_COUNTS, Metrics, all_workers, listening
from cds_service.observe.timing import traces_of
from cds_service.server_parts import address_of, config_of, log_of, store_of
from cds_service.settings import Command, Loaded, Settings, load_settings
from cds_service.trust.replays import InMemoryReplays, LastingReplays
from cds_service.workers import WORKER_COMMAND, WORKER_URL, Workers


class Announcing(uvicorn.Server):
    """A server that says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Bind, then say so."""
        await super().startup(sockets)
        self._announce()


def serve(command: Command, environ: Mapping[str, str], host: str, port: int, workers: int) -> int:
    """Serve until SIGTERM or SIGINT; the exit status.

    Raises SettingsError and KnowledgeError before it listens.
    """
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, _interrupt)
        loaded = load_settings(environ, command)
        if loaded.settings.metrics_port == port:
            raise SettingsError("CDS_METRICS_PORT: the service itself listens there; name another port, or unset it")
        log = log_of(loaded.settings)
        warn(loaded, log)
        if workers > 1:
            _many(command, loaded.settings, log, host, port, workers)
        else:
            _one(loaded.settings, log, host, port)
    return 0


def warn(loaded: Loaded, log: Log) -> None:
    """A line for each setting that an operator should look at again."""
    for name in loaded.unknown:
        log.event("warning", "unknown-setting", setting=name, message="nothing reads this variable")
    if loaded.settings.profile != "production":
        return
    if not (loaded.settings.public_url or "").startswith("https:"):
        message = "cards link to an address that is not https"
        log.event("warning", "no-https", setting="CDS_PUBLIC_URL", message=message)
    if not loaded.settings.require_auth:
        message = "tokens are not verified: let nobody but trusted clients reach the service"
        log.event("warning", "no-authentication", setting="CDS_REQUIRE_AUTH", message=message)


def _one(settings: Settings, log: Log, host: str, port: int) -> None:
    url = address_of(host, port)
    answerer = answerer_of(settings, settings.public_url or url)
    server: uvicorn.Server
    metrics = Metrics(by_client=settings.require_auth)
    store = store_of(settings, metrics, log)
    shared = _is_shared(settings)
    app = create_app(
        settings,
        public_url=url,
        answerer=answerer,
        log=log,
        metrics=metrics,
        store=store,
        replays=store.limits if shared else LastingReplays(InMemoryReplays(time), store.limits),
        rates=store.limits if shared else None,
        traces=traces_of(settings.traces_url),
        draining=lambda: server.should_exit,
    )
    server = Announcing(config_of(app, host, port), lambda: _announce(settings, log, url, answerer))
    with listening(host, settings.metrics_port, metrics.registry):
        server.run()


def _many(command: Command, settings: Settings, log: Log, host: str, port: int, workers: int) -> None:
    """Each worker makes its own app; it is made here too, once, so that what is wrong stops the start."""
    url = address_of(host, port)
    answerer = answerer_of(settings, settings.public_url or url)
    create_app(settings, public_url=url, answerer=answerer, log=log)
    if traces := traces_of(settings.traces_url):
        traces.close()
    config = config_of("cds_service.workers:worker_app", host, port, workers)
    sockets = [config.bind_socket()]
    _announce(settings, log, url, answerer)
    with (
        TemporaryDirectory(prefix="cds-service-") as counts,
        listening(host, settings.metrics_port, all_workers(counts)),
    ):
        os.environ |= {WORKER_COMMAND: command, WORKER_URL: url, SHARED_COUNTS: counts}
        Workers(config, sockets, counts).run()


def _is_shared(settings: Settings) -> bool:
    """Other machines may use the same database; a SQLite file is one machine's."""
    return not settings.database_url.get_secret_value().startswith("sqlite:")


def _announce(settings: Settings, log: Log, url: str, answerer: Answerer) -> None:
    place = "/demo/" if settings.demo else "/cds-services"
    log.event("info", "listening", message=f"{url}{place}")
    warn_of_reviews(answerer.knowledge, answerer.today(), log)


def warn_of_reviews(knowledge: Knowledge, day: date, log: Log) -> None:
    """A line when numbers that decide cards have had no clinician's review within a year."""
    numbers = knowledge.threshold_notes.values()
    if waiting := len(not_reviewed(numbers, day)):
        message = (
            f"{waiting} of {len(numbers)} numbers have had no clinician's review within a year; "
            "once they have, say by whom and when in thresholds.toml"
        )
        log.event("warning", "not-reviewed", setting="CDS_KNOWLEDGE_DIR", message=message)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM before the server listens, or passed on once it has stopped: the same as an interrupt, no failure."""
    raise KeyboardInterrupt
