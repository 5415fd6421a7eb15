"""What is asked of the database on the path of a call: one statement that judges and writes at once.

The statements read the same in SQLite and in PostgreSQL; each is a transaction of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, delete, select

from cds_service.store.tables import CALL_RATES, USED_TOKENS

MICROSECONDS = 1_000_000
MINUTE = 60 * MICROSECONDS
# A `due` further ahead than a minute's calls and this comes from a clock that was wrong, and binds nobody.
CLOCKS_DIFFER = 60 * MICROSECONDS
# A machine whose clock is late may still take a token for good that is over by ours; and whoever judged a token in its
# last moments writes it after them.
KEPT_AFTER_SECONDS = 600.0
# So that nobody waits long for those who forget.
FORGOTTEN_AT_ONCE = 500

USE = "INSERT INTO used_tokens (digest, until) VALUES (:digest, :until) ON CONFLICT (digest) DO NOTHING"
# `due` is when the bucket would be full again: each call moves it on by a call's share of a minute.
TAKE = (
    "INSERT INTO call_rates (client, due) VALUES (:client, :now + :share)"
    " ON CONFLICT (client) DO UPDATE SET due = :share +"
    " CASE WHEN call_rates.due BETWEEN :now AND :most THEN call_rates.due ELSE :now END"
    " WHERE call_rates.due <= :room OR call_rates.due > :most"
)


def use_token(digest: bytes, until: float, connection: Connection) -> bool:
    """The token was not used before; from now on it is, until it is forgotten some time after that moment."""
    return _is_written(connection, USE, {"digest": digest, "until": until})


def take_call(client: str, rate_per_minute: int, now: float, connection: Connection) -> float:
    """0: the client may call now, and that counts. Else the seconds until it may."""
    share = MINUTE // rate_per_minute
    at = int(now * MICROSECONDS)
    room = at + MINUTE - share
    given = {"client": client, "now": at, "share": share, "room": room, "most": at + MINUTE + CLOCKS_DIFFER}
    if _is_written(connection, TAKE, given):
        return 0.0
    due: int = connection.execute(select(CALL_RATES.c.due).where(CALL_RATES.c.client == client)).scalar_one()
    return max(due - room, 1) / MICROSECONDS


def _is_written(connection: Connection, statement: str, given: Mapping[str, object]) -> bool:
    """By the driver itself: SQLAlchemy's own statements take twice the time, on the path of every call."""
    return connection.exec_driver_sql(_driven(statement, connection.dialect.name), dict(given)).rowcount == 1


@cache
def _driven(statement: str, dialect: str) -> str:
    """The parameters named as this database's driver names them."""
    return statement if dialect == "sqlite" else re.sub(r":(\w+)", r"%(\1)s", statement)


def forget_tokens(connection: Connection, now: float) -> bool:
    """Tokens that have long been over, as many as one group takes; whether that was all. Two who forget do not meet."""
    over = select(USED_TOKENS.c.digest).where(USED_TOKENS.c.until < now - KEPT_AFTER_SECONDS)
    some = over.limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    gone = connection.execute(delete(USED_TOKENS).where(USED_TOKENS.c.digest.in_(some)))
    return gone.rowcount < FORGOTTEN_AT_ONCE
