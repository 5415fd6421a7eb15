"""A way to the database that a URL names: a SQLite file that several processes share, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Connection as SqliteConnection
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from cds_service.errors import SettingsError

IsolationLevel = Literal["READ COMMITTED", "AUTOCOMMIT"]
BUSY_SECONDS = 5
# What a call waits for is given up sooner.
LIMITS_BUSY_SECONDS = 2.5
# A server that is not there, or takes no notice, must not hold the start or the stop up.
POSTGRESQL = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    # A machine that is gone while we wait for its answer; the system's own patience is two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": "-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
    "application_name": "cds-service",
}
LIMITS_POSTGRESQL = POSTGRESQL | {
    "options": "-c statement_timeout=2500 -c lock_timeout=2500 -c synchronous_commit=off",
}


def engine_of(url: str) -> Engine:
    """Connects nowhere yet. Raises SettingsError for what is no URL of a database."""
    if not url.startswith("sqlite:"):
        return _made(url, POSTGRESQL, "READ COMMITTED")
    engine = _made(url, {"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _shared_and_durable)
    return engine


def limits_engine_of(url: str) -> Engine:
    """For what a call waits for: each statement is committed by itself, and not written to the disk before it is told.

    Raises SettingsError.
    """
    if not url.startswith("sqlite:"):
        return _made(url, LIMITS_POSTGRESQL, "AUTOCOMMIT")
    engine = _made(url, {"timeout": LIMITS_BUSY_SECONDS}, "AUTOCOMMIT")
    event.listen(engine, "connect", _shared)
    return engine


def at_once_engine_of(url: str) -> Engine | None:
    """The same for a SQLite file, but that no lock is waited for, and hardly ever the disk. None for PostgreSQL."""
    if not url.startswith("sqlite:"):
        return None
    engine = _made(url, {"timeout": 0}, "AUTOCOMMIT")
    event.listen(engine, "connect", _shared)
    event.listen(engine, "connect", _never_moving_the_log)
    return engine


def _made(url: str, arguments: Mapping[str, Any], isolation: IsolationLevel | None = None) -> Engine:
    others: dict[str, Any] = {"isolation_level": isolation} if isolation else {}
    try:
        return create_engine(url, connect_args=dict(arguments), hide_parameters=True, **others)
    except (ArgumentError, ValueError):
        raise SettingsError("CDS_DATABASE_URL: write it as postgresql+psycopg://user@host:port/database") from None


def take_time(connection: Connection, seconds: float = 0) -> None:
    """In the transaction that is open, a statement may take so long, or as long as it must: to make a large index."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")


def empty_log(connection: Connection) -> bool:
    """What was deleted leaves the log beside a SQLite file, too. False: another reads or writes just now.

    It waits for nobody, as all who write would wait for it. PostgreSQL clears up by itself.
    """
    if connection.dialect.name != "sqlite":
        return True
    with connection.begin():
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return not is_busy


def _shared_and_durable(connection: SqliteConnection, entry: ConnectionPoolEntry) -> None:
    """Readers and a writer do not wait for each other; what is committed survives the loss of power.

    What is deleted is overwritten: a purge leaves nothing to be read in the file's free pages.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")


def _shared(connection: SqliteConnection, entry: ConnectionPoolEntry) -> None:
    """The same, but that the loss of power may take what was committed last; the end of a process takes nothing."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _never_moving_the_log(connection: SqliteConnection, entry: ConnectionPoolEntry) -> None:
    """To move the log into the file waits for the disk: others who write here do it."""
    connection.execute("PRAGMA wal_autocheckpoint=0")
