"""What a running service forgets by itself: rows older than a site keeps them, and keys that nothing quiet needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cds_service.store.databases import empty_log
from cds_service.store.key_rotation import forget_keys, needless_keys
from cds_service.store.purging import Purged, older_than, purge_group
from cds_service.store.queries import next_change

# So often at most; while rows are too old, a group a turn.
EVERY = timedelta(hours=1)


class Forgetting:
    """One writer's: at its first turn, and an hour after it was done. None: rows are kept until purged."""

    def __init__(self, keep: timedelta | None, quiet_period: timedelta) -> None:
        self._keep = None if keep is None else max(keep, quiet_period)
        self._quiet_period = quiet_period
        self._next: datetime | None = None

    def turn(self, connection: Connection, now: datetime) -> None:
        """Nothing, or a group of rows, or keys; and at the end what went leaves the log of the database, too.

        That is tried at each turn until nobody is in its way, whoever deleted it: a worker may have died over it.
        """
        if self._next is not None and now < self._next:
            return
        if self._keep is not None and purge_group(connection, older_than(now - self._keep)) != Purged():
            return
        forget_needless(connection, now, self._quiet_period)
        if not empty_log(connection):
            return
        self._next = now + EVERY


def forget_needless(connection: Connection, now: datetime, quiet_period: timedelta) -> int:
    """The former keys that nothing quiet needs; how many went."""
    with connection.begin():
        if not needless_keys(connection, now, quiet_period):
            return 0
    with connection.begin():
        next_change(connection)
        needless = needless_keys(connection, now, quiet_period)
        forget_keys(connection, needless)
    return len(needless)
