"""What is no longer to be kept is deleted in small groups, between which every other writer gets its turn.

A card goes with all that was told of it, at once: feedback that stayed behind would be counted as that of an unknown
card. A card is as old as the last that was told of it, so that no quiet period loses the card it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, false, func, select

from cds_service.store.databases import take_time
from cds_service.store.queries import next_change, written
from cds_service.store.tables import CALL_RATES, DECISIONS, FEEDBACK

# A transaction of so many takes some milliseconds.
GROUP = 500


@dataclass(frozen=True, slots=True)
class Purged:
    """So many cards shown, and so much feedback."""

    cards: int = 0
    feedback: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.cards + other.cards, self.feedback + other.feedback)


@dataclass(frozen=True, slots=True)
class Doomed:
    """Which rows go: conditions on cards, on feedback that goes without its card, and on how often clients called."""

    cards: ColumnElement[bool]
    feedback: ColumnElement[bool]
    rates: ColumnElement[bool] = false()  # noqa: RUF009 - it is a constant


KNOWN = exists().where(DECISIONS.c.card == FEEDBACK.c.card)


def older_than(before: datetime) -> Doomed:
    """Of which nothing was heard since."""
    at = written(before)
    heard = exists().where(FEEDBACK.c.card == DECISIONS.c.card, FEEDBACK.c.told_at >= at)
    return Doomed((DECISIONS.c.shown_at < at) & ~heard, (FEEDBACK.c.told_at < at) & ~KNOWN)


def of_client(client: str) -> Doomed:
    """All that one client was shown and told, of cards too that another was shown; and how often it called."""
    own = exists().where(DECISIONS.c.card == FEEDBACK.c.card, DECISIONS.c.client == client)
    return Doomed(DECISIONS.c.client == client, (FEEDBACK.c.client == client) & ~own, CALL_RATES.c.client == client)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept, and when the oldest card of it was shown."""

    cards: int
    feedback: int
    oldest: datetime | None


def kept(connection: Connection) -> Kept:
    """In numbers, in the transaction that is open; however long that takes."""
    take_time(connection)
    cards, oldest = connection.execute(select(func.count(), func.min(DECISIONS.c.shown_at))).one()
    return Kept(cards, connection.scalar(select(func.count()).select_from(FEEDBACK)) or 0, oldest)


def counted(connection: Connection, doomed: Doomed) -> Purged:
    """What would go, in the transaction that is open; however long that takes."""
    take_time(connection)
    cards = connection.scalar(select(func.count()).select_from(DECISIONS).where(doomed.cards)) or 0
    theirs = FEEDBACK.c.card.in_(select(DECISIONS.c.card).where(doomed.cards))
    told = connection.scalar(select(func.count()).select_from(FEEDBACK).where(theirs | doomed.feedback)) or 0
    return Purged(cards, told)


def purge_group(connection: Connection, doomed: Doomed) -> Purged:
    """One group in one transaction; nothing where nothing is left to go. Nobody waits where there is nothing."""
    with connection.begin():
        if not (_cards(connection, doomed) or _strays(connection, doomed)):
            return Purged()
    with connection.begin():
        next_change(connection)
        cards = _cards(connection, doomed)
        told = connection.execute(delete(FEEDBACK).where(FEEDBACK.c.card.in_(cards))).rowcount
        connection.execute(delete(DECISIONS).where(DECISIONS.c.card.in_(cards)))
        strays = _strays(connection, doomed)
        told += connection.execute(delete(FEEDBACK).where(doomed.feedback, FEEDBACK.c.card.in_(strays))).rowcount
    return Purged(len(cards), told)


def purge(connection: Connection, doomed: Doomed, between: Callable[[], None]) -> Purged:
    """Group after group, with a pause between two."""
    gone = Purged()
    while (group := purge_group(connection, doomed)) != Purged():
        gone += group
        between()
    with connection.begin():
        connection.execute(delete(CALL_RATES).where(doomed.rates))
    return gone


def _cards(connection: Connection, doomed: Doomed) -> list[str]:
    return list(connection.scalars(select(DECISIONS.c.card).where(doomed.cards).limit(GROUP)))


def _strays(connection: Connection, doomed: Doomed) -> list[str]:
    return list(connection.scalars(select(FEEDBACK.c.card).where(doomed.feedback).limit(GROUP)))
