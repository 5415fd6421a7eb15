"""The keys of the names, where the store keeps them: one of today, and former ones as long as they are needed.

A former key is needed for the quiet period after its end, since a card that it named may have been overridden just
before. And longer, while an override of such a card is younger than that: a clinician may answer a card late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from cds_service.store.queries import written
from cds_service.store.tables import DECISIONS, FEEDBACK, PSEUDONYM_KEYS

# A worker names by the former key until its writer's next turn, and what waits for a lost database is older still.
SLACK = timedelta(hours=1)


def agreed_keys(connection: Connection, ours: bytes) -> tuple[bytes, ...]:
    """The keys that all who share this database hash with, that of the first who came; in a writer's turn."""
    found = kept_keys(connection)
    if not found:
        connection.execute(insert(PSEUDONYM_KEYS).values(id=1, secret=ours))
    return found or (ours,)


def kept_keys(connection: Connection) -> tuple[bytes, ...]:
    """The key of today and then the former ones, the latest first."""
    keys = connection.scalars(select(PSEUDONYM_KEYS.c.secret).order_by(PSEUDONYM_KEYS.c.id.desc()))
    return tuple(bytes(key) for key in keys)


def rotate(connection: Connection, key: bytes, now: datetime) -> None:
    """From now on `key`; in a writer's turn."""
    current = PSEUDONYM_KEYS.c.retired_at.is_(None)
    connection.execute(update(PSEUDONYM_KEYS).where(current).values(retired_at=written(now)))
    newest = connection.scalar(select(func.max(PSEUDONYM_KEYS.c.id))) or 0
    connection.execute(insert(PSEUDONYM_KEYS).values(id=newest + 1, secret=key))


def needless_keys(connection: Connection, now: datetime, quiet_period: timedelta) -> Sequence[int]:
    """The former keys under which nothing that is still quiet can have been named."""
    since = now - quiet_period
    former = select(PSEUDONYM_KEYS.c.id, PSEUDONYM_KEYS.c.retired_at)
    rows = connection.execute(former.where(PSEUDONYM_KEYS.c.retired_at <= written(since))).all()
    return [row.id for row in rows if not _is_needed(connection, row.retired_at, since)]


def _is_needed(connection: Connection, retired_at: datetime, since: datetime) -> bool:
    """A card that this key may have named was overridden, and that is not over."""
    same = (DECISIONS.c.card == FEEDBACK.c.card) & (DECISIONS.c.client == FEEDBACK.c.client)
    quiet = (
        select(FEEDBACK.c.card)
        .select_from(FEEDBACK.join(DECISIONS, same))
        .where(FEEDBACK.c.told_at > written(since), FEEDBACK.c.outcome == "overridden")
        .where(DECISIONS.c.shown_at <= retired_at + SLACK)
        .limit(1)
    )
    return connection.scalar(quiet) is not None


def forget_keys(connection: Connection, ids: Sequence[int]) -> None:
    """With these keys goes the meaning of all they named; in a writer's turn."""
    connection.execute(delete(PSEUDONYM_KEYS).where(PSEUDONYM_KEYS.c.id.in_(ids)))


def former_keys(connection: Connection) -> Sequence[int]:
    """All but that of today."""
    return connection.scalars(select(PSEUDONYM_KEYS.c.id).where(PSEUDONYM_KEYS.c.retired_at.is_not(None))).all()
