"""`cds-service store`: how much is kept, what is to go, another key for the names of patients. The service may run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from cds_service.errors import CdsError, SettingsError, StoreUnavailable
from cds_service.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cds_service.store.purging import Doomed, Purged

Environment = Mapping[str, str]
SETTING = "CDS_DATABASE_URL"
# Between two groups a running service writes what waits: its writer takes a turn every 0.2 s.
PAUSE_SECONDS = 0.05
# Somebody reads the whole store meanwhile, a report: for some seconds.
TRIES = 200
STILL_IN_LOG = (
    "cds-service: another uses the file without a pause: what was deleted can be read in the log beside it (-wal) "
    "until a running service empties that within the hour, or all who use the file have ended"
)
NOTHING_DONE = "nothing was deleted; add --yes to delete it"
KEY_IS_GIVEN = (
    "CDS_PATIENT_HASH_KEY: the key is given and not the store's; give another, and this one as "
    "CDS_PATIENT_HASH_KEY_FORMER until CDS_QUIET_DAYS are over"
)


class StoreUnusable(CdsError):
    """The store is not there, or cannot be read or written just now."""


def store_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `store`."""
    kinds = parser.add_subparsers(required=True, metavar="status|purge|rotate-key")
    status = kinds.add_parser("status", help="how much is kept, since when, and by how many keys")
    status.set_defaults(run=_status)
    purge = kinds.add_parser(
        "purge", help="delete cards shown and feedback", description="Says what would go; --yes deletes it, for good."
    )
    what = purge.add_mutually_exclusive_group(required=True)
    what.add_argument("--older-than", type=_days, metavar="DAYS", help="of which nothing was heard for so long")
    what.add_argument("--client", metavar="ID", help="all of one client: a site that leaves")
    done = purge.add_mutually_exclusive_group()
    done.add_argument("--yes", action="store_true", help="delete it")
    done.add_argument("--dry-run", action="store_true", help="only say what would go, as without --yes")
    purge.set_defaults(run=_purge)
    rotate = kinds.add_parser("rotate-key", help="name patients by a new key from now on")
    rotate.add_argument(
        "--forget-former", action="store_true", help="at once: cards that were set aside are shown again"
    )
    rotate.set_defaults(run=_rotate)


def _days(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text) <= 36_500:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to 36500")


def _settings(environ: Environment) -> Settings:
    return load_settings(environ, "settings").settings


@contextmanager
def _store(settings: Settings) -> Iterator[Connection]:
    """A connection to a store of this release. SQLAlchemy is imported here: other commands do without."""
    from sqlalchemy.exc import SQLAlchemyError

    from cds_service.store.databases import engine_of
    from cds_service.store.migrating import check_current

    engine = engine_of(settings.database_url.get_secret_value())
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and not Path(file).exists():
        raise StoreUnusable(f"{SETTING}: there is no file {file}")
    try:
        with engine.connect() as connection:
            check_current(connection)
            yield connection
    except StoreUnavailable as error:
        raise StoreUnusable(f"{SETTING}: {error}") from None
    except SQLAlchemyError as error:
        why = f"the database cannot be used ({type(error).__name__}); what was done so far stays done"
        raise StoreUnusable(f"{SETTING}: {why}") from None
    finally:
        engine.dispose()


def _status(given: argparse.Namespace, environ: Environment) -> int:
    from cds_service.store.key_rotation import former_keys
    from cds_service.store.purging import kept

    settings = _settings(environ)
    with _store(settings) as connection, connection.begin():
        held, former = kept(connection), former_keys(connection)
    since = f", the oldest of {held.oldest:%Y-%m-%d}" if held.oldest else ""
    print(f"cards shown: {held.cards}{since}\nfeedback: {held.feedback}")
    days = settings.retention_days
    print(f"kept: {f'for {days} days' if days else 'until purged'}")
    given_key = "CDS_PATIENT_HASH_KEY names patients"
    print(f"keys: {given_key if settings.patient_hash_key else f'the one of today and {len(former)} former'}")
    return 0


def _purge(given: argparse.Namespace, environ: Environment) -> int:
    from cds_service.store.purging import counted

    settings = _settings(environ)
    with _store(settings) as connection:
        doomed = _doomed(given, settings)
        if given.yes:
            print(f"{_told(_purged(connection, doomed))}, deleted")
            return 0
        with connection.begin():
            print(f"{_told(counted(connection, doomed))}; {NOTHING_DONE}")
    return 0


def _doomed(given: argparse.Namespace, settings: Settings) -> Doomed:
    from cds_service.store.purging import of_client, older_than

    if given.older_than is None:
        return of_client(given.client)
    if given.older_than < settings.quiet_days:
        raise SettingsError(f"--older-than: what was set aside rests on what is kept for {settings.quiet_days} days")
    print(f"quiet period: {settings.quiet_days} days, by CDS_QUIET_DAYS")
    return older_than(_now() - timedelta(days=given.older_than))


def _purged(connection: Connection, doomed: Doomed) -> Purged:
    """And what was deleted leaves the log beside a SQLite file, too.

    The file does not get smaller: rewriting it (VACUUM) would lock a running service out, and what is free is used
    again. What stood there is overwritten (`store.databases`). PostgreSQL clears up by itself.
    """
    from cds_service.store.purging import purge

    gone = purge(connection, doomed, lambda: sleep(PAUSE_SECONDS))
    _empty_log(connection)
    return gone


def _empty_log(connection: Connection) -> None:
    """What was deleted leaves the log beside a SQLite file, or it is told that it is still there."""
    from cds_service.store.databases import empty_log

    for _ in range(TRIES):
        if empty_log(connection):
            return
        sleep(PAUSE_SECONDS)
    print(STILL_IN_LOG, file=sys.stderr)


def _told(purged: Purged) -> str:
    return f"cards shown: {purged.cards}, feedback: {purged.feedback}"


def _rotate(given: argparse.Namespace, environ: Environment) -> int:
    """The former key stays: a running service forgets it by its own CDS_QUIET_DAYS, which a shell may not have."""
    from secrets import token_bytes

    from cds_service.store.key_rotation import forget_keys, former_keys, rotate
    from cds_service.store.pseudonyms import KEY_BYTES
    from cds_service.store.queries import next_change

    settings = _settings(environ)
    if settings.patient_hash_key:
        raise SettingsError(KEY_IS_GIVEN)
    with _store(settings) as connection:
        with connection.begin():
            next_change(connection)
            rotate(connection, token_bytes(KEY_BYTES), _now())
            if given.forget_former:
                forget_keys(connection, former_keys(connection))
        _empty_log(connection)
        with connection.begin():
            former = len(former_keys(connection))
    print(f"patients have new names from now on; former keys kept: {former}")
    return 0


def _now() -> datetime:
    from cds_service.store.shown import real_time

    return real_time()
