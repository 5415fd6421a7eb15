"""A way to the database that a URL names: a SQLite file that several processes share, or PostgreSQL."""

from __future__ import annotations

from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from cds_service.errors import SettingsError

BUSY_SECONDS = 5
# A server that is not there, or takes no notice, must not hold the start or the stop up.
POSTGRESQL = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "options": "-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
    "application_name": "cds-service",
}


def engine_of(url: str) -> Engine:
    """Connects nowhere yet. Raises SettingsError for what is no URL of a database."""
    try:
        if url.startswith("sqlite:"):
            engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
            event.listen(engine, "connect", _shared_and_durable)
            return engine
        return create_engine(url, connect_args=POSTGRESQL, hide_parameters=True, isolation_level="READ COMMITTED")
    except (ArgumentError, ValueError):
        raise SettingsError("CDS_DATABASE_URL: write it as postgresql+psycopg://user@host:port/database") from None


def take_time(connection: Connection) -> None:
    """In the transaction that is open, a statement may take as long as it must: an index of a large table is made."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _shared_and_durable(connection: SqliteConnection, entry: ConnectionPoolEntry) -> None:
    """Readers and a writer do not wait for each other; what is committed survives the loss of power.

    What is deleted is overwritten: a purge leaves nothing to be read in the file's free pages.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
