"""The server process: the app on a port until it is told to stop, and then until its running calls are answered."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from socket import socket
from tempfile import TemporaryDirectory
from threading import Thread
from time import time
from types import FrameType
from typing import TYPE_CHECKING, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from cds_service.answer import Answerer, answerer_of
from cds_service.app import create_app
from cds_service.draining import Draining
from cds_service.errors import SettingsError
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.reviews import not_reviewed
from cds_service.observe.logs import Log, take_over_logging
from cds_service.observe.metrics import SHARED_COUNTS, Metrics, all_workers, forget_worker, listening
from cds_service.observe.timing import traces_of
from cds_service.settings import Command, Loaded, Settings, load_settings
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.trust.replays import InMemoryReplays, LastingReplays

if TYPE_CHECKING:
    from cds_service.store.in_database import InDatabase

# Running calls may take this long after SIGTERM; with what follows, the process is gone within 10 s.
GRACE_SECONDS = 8
# A worker that does not answer for so long is replaced; on a busy machine the usual 5 s end healthy ones, too.
HUNG_SECONDS = 30
# How worker processes learn what the first process was told: the command, and the address it listens on.
WORKER_COMMAND = "MISS_WORKER_COMMAND"
WORKER_URL = "MISS_WORKER_URL"


class Announcing(uvicorn.Server):
    """A server that says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Bind, then say so."""
        await super().startup(sockets)
        self._announce()


class Workers(Multiprocess):
    """Worker processes that stop when the first process is told to, not up to half a second later.

    And the port is given up: whoever connects while they finish their calls is refused, not left to wait.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket], counts: str) -> None:
        super().__init__(config, sockets)
        self._told: set[int | None] = set()
        self._counts = counts
        self._known: set[int | None] = set()
        signal.signal(signal.SIGTERM, self._pass_on)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        for worker in self.processes:
            worker.process.terminate()
            self._told.add(worker.pid)
        # Not from here: what is interrupted may be the wait for this very event, which then holds its lock.
        Thread(target=self.should_exit.set).start()

    def keep_subprocess_alive(self) -> None:
        """Replace those that died; what they had waiting waits no longer.

        Only the worker holds its end of the pipe: where it dies while it is asked, that is heard, not waited out.
        """
        for worker in self.processes:
            worker.child_conn.close()
        super().keep_subprocess_alive()
        alive = {worker.pid for worker in self.processes}
        for gone in self._known - alive:
            forget_worker(cast(int, gone), self._counts)
        self._known = alive

    def terminate_all(self) -> None:
        """All workers that were not told yet, and the port they share: told twice, one would not end in peace."""
        for worker in self.processes:
            if worker.pid not in self._told:
                worker.terminate()
        for bound in self.sockets:
            bound.close()


def serve(command: Command, environ: Mapping[str, str], host: str, port: int, workers: int) -> int:
    """Serve until SIGTERM or SIGINT; the exit status.

    Raises SettingsError and KnowledgeError before it listens.
    """
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, _interrupt)
        loaded = load_settings(environ, command)
        if loaded.settings.metrics_port == port:
            raise SettingsError("CDS_METRICS_PORT: the service itself listens there; name another port, or unset it")
        log = _log(loaded.settings)
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
    store = _store(settings, metrics, log)
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
    server = Announcing(_config(app, host, port), lambda: _announce(settings, log, url, answerer))
    with listening(host, settings.metrics_port, metrics.registry):
        server.run()


def _many(command: Command, settings: Settings, log: Log, host: str, port: int, workers: int) -> None:
    """Each worker makes its own app; it is made here too, once, so that what is wrong stops the start."""
    url = address_of(host, port)
    answerer = answerer_of(settings, settings.public_url or url)
    create_app(settings, public_url=url, answerer=answerer, log=log)
    if traces := traces_of(settings.traces_url):
        traces.close()
    config = _config("cds_service.serving:worker_app", host, port, workers)
    sockets = [config.bind_socket()]
    _announce(settings, log, url, answerer)
    with (
        TemporaryDirectory(prefix="cds-service-") as counts,
        listening(host, settings.metrics_port, all_workers(counts)),
    ):
        os.environ |= {WORKER_COMMAND: command, WORKER_URL: url, SHARED_COUNTS: counts}
        Workers(config, sockets, counts).run()


def worker_app() -> FastAPI:
    """The app of one worker process, which is told to stop by the first process."""
    settings = load_settings(os.environ, _command(os.environ[WORKER_COMMAND])).settings
    stopping = False
    told = cast("Callable[[int, FrameType | None], object]", signal.getsignal(signal.SIGTERM))

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        told(number, frame)

    signal.signal(signal.SIGTERM, stop)
    Thread(target=_stop_when_alone, daemon=True).start()
    url = os.environ[WORKER_URL]
    log, metrics = _log(settings), Metrics(by_client=settings.require_auth)
    store = _store(settings, metrics, log)
    return create_app(
        settings,
        public_url=url,
        log=log,
        metrics=metrics,
        store=store,
        replays=store.limits,
        rates=store.limits,
        traces=traces_of(settings.traces_url),
        draining=lambda: stopping,
    )


def _is_shared(settings: Settings) -> bool:
    """Other machines may use the same database; a SQLite file is one machine's."""
    return not settings.database_url.get_secret_value().startswith("sqlite:")


def _store(settings: Settings, metrics: Metrics, log: Log) -> InDatabase:
    """The database, imported only by processes that answer calls: SQLAlchemy costs a fifth of a second."""
    from cds_service.store.in_database import InDatabase

    key = settings.patient_hash_key
    former = settings.patient_hash_key_former
    keys = [one.get_secret_value().encode() for one in (key, former) if one]
    pseudonyms = Pseudonyms(*keys) if key else None
    url = settings.database_url.get_secret_value()
    return InDatabase(
        url, settings.quiet_days, keep_days=settings.retention_days, pseudonyms=pseudonyms, metrics=metrics, log=log
    )


def _stop_when_alone() -> None:
    """A worker whose first process was killed would keep the port, so that no other service could start there."""
    cast(BaseProcess, parent_process()).join()
    os.kill(os.getpid(), signal.SIGTERM)


def address_of(host: str, port: int) -> str:
    """The address as clients write it: an IPv6 host in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _command(name: str) -> Command:
    return "demo" if name == "demo" else "serve"


def _config(app: FastAPI | str, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        workers=workers,
        factory=isinstance(app, str),
        log_config=None,
        access_log=False,
        http=Draining,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=HUNG_SECONDS,
    )


def _log(settings: Settings) -> Log:
    """Our lines, and what other libraries log; the server's own news and each read of ours are told by us."""
    log = Log(settings.log_level)
    take_over_logging(log)
    for name in ("uvicorn", "httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return log


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
