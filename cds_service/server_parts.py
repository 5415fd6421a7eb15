"""What each server process needs, however many there are: its log, its store, its server's settings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from cds_service.draining import Draining
from cds_service.observe.logs import Log, take_over_logging
from cds_service.observe.metrics import Metrics
from cds_service.settings import Settings
from cds_service.store.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from cds_service.store.in_database import InDatabase

# Running calls may take this long after SIGTERM; with what follows, the process is gone within 10 s.
GRACE_SECONDS = 8
# A worker that does not answer for so long is replaced; on a busy machine the usual 5 s end healthy ones, too.
HUNG_SECONDS = 30


def address_of(host: str, port: int) -> str:
    """The address as clients write it: an IPv6 host in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def config_of(app: FastAPI | str, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """How the server listens and stops; `app` is an app, or where worker processes find what makes theirs."""
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


def log_of(settings: Settings) -> Log:
    """Our lines, and what other libraries log; the server's own news and each read of ours are told by us."""
    log = Log(settings.log_level)
    take_over_logging(log)
    for name in ("uvicorn", "httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return log


def store_of(settings: Settings, metrics: Metrics, log: Log) -> InDatabase:
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
