"""The tables are those this release knows. Alembic is imported only where they are not."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from cds_service.errors import StoreUnavailable
from cds_service.store.databases import take_time

# What a database may be at, the oldest first; the last is what queries are written for.
REVISIONS = ("0001", "shared_limits", "purge_and_keys")
NEWEST = REVISIONS[-1]
OLDEST = "base"
# One step.
BACK = "-1"
# Any number that nobody else locks in the same database: who starts together waits here for the first.
LOCK = 7_116_271_001
NO_STORE = "nothing was ever kept there"
TOO_OLD = "an older release has made the tables; start the service of this release once"
TOO_NEW = "a newer release has changed the database; start that release, or give this one another database"


def migrate(connection: Connection) -> None:
    """Make the tables what this release knows; one process at a time. Raises StoreUnavailable for a newer database."""
    with connection.begin():
        if _revision(connection) == NEWEST:
            return
    with connection.begin():
        _wait_for_turn(connection)
        take_time(connection)
        if _revision(connection) not in (None, *REVISIONS):
            raise StoreUnavailable(TOO_NEW)
        move(connection, NEWEST)


def check_current(connection: Connection) -> None:
    """The tables are there and those of this release. Raises StoreUnavailable; nothing is made or changed."""
    with connection.begin():
        found = _revision(connection)
    if found is None:
        raise StoreUnavailable(NO_STORE)
    if found != NEWEST:
        raise StoreUnavailable(TOO_OLD if found in REVISIONS else TOO_NEW)


def move(connection: Connection, revision: str) -> None:
    """Up or down to a revision, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if revision in (OLDEST, BACK):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    """The revision the database says it is at; None where it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
