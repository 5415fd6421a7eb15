"""What is written to the database and read from it. Whoever writes calls `next_change` first, and so takes turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, union_all, update

from cds_service.store.counted import UNKNOWN_RULE, Counted
from cds_service.store.databases import take_time
from cds_service.store.quiet_list import Told
from cds_service.store.shown import Decision, Feedback, Matter, month_of
from cds_service.store.tables import CHANGES, DECISIONS, FEEDBACK

# Databases take no list of any length in one statement.
AT_ONCE = 500


def next_change(connection: Connection) -> int:
    """The number of the change that begins; every other writer waits from here to the end of the transaction."""
    connection.execute(update(CHANGES).values(last=CHANGES.c.last + 1))
    return last_change(connection)


def last_change(connection: Connection) -> int:
    """The number of the last change that is kept, and with it everything up to it."""
    last: int = connection.execute(select(CHANGES.c.last)).scalar_one()
    return last


def keep_decisions(connection: Connection, decisions: Sequence[Decision], change: int) -> None:
    """Cards that were shown, each once however often it is kept; feedback that came before them is news again."""
    rows = {decision.shown.card: _row_of(decision) for decision in decisions}
    for some in _some(list(rows)):
        connection.execute(delete(DECISIONS).where(DECISIONS.c.card.in_(some)))
        connection.execute(update(FEEDBACK).where(FEEDBACK.c.card.in_(some)).values(change=change))
    if rows:
        connection.execute(insert(DECISIONS), list(rows.values()))


def _row_of(decision: Decision) -> dict[str, object]:
    shown, matter = decision.shown, decision.shown.matter
    return {
        "card": shown.card,
        "rule": shown.rule,
        "outcome": matter.outcome,
        "knowledge_version": shown.knowledge_version,
        "service": matter.service,
        "client": matter.client,
        "tenant": shown.tenant,
        "patient": matter.patient,
        "findings": matter.findings,
        "shown_at": written(decision.at),
        "month": month_of(decision.at),
    }


def keep_feedback(
    connection: Connection, client: str, told: Sequence[Feedback], at: datetime, change: int
) -> tuple[Feedback, ...]:
    """Feedback of one client; the part of it that was news, as `Store.record` says."""
    _follow_names(connection, client, told)
    cards = [one.card for one in told]
    owners, outcomes = _owners(connection, cards), _outcomes(connection, client, cards)
    news: list[Feedback] = []
    for one in told:
        if owners.get(one.card, client) == client and outcomes.get(one.card) != one.outcome:
            outcomes[one.card] = one.outcome
            news.append(one)
    latest = {one.card: one for one in news}
    for some in _some(list(latest)):
        connection.execute(delete(FEEDBACK).where(FEEDBACK.c.client == client, FEEDBACK.c.card.in_(some)))
    if latest:
        same = {"client": client, "told_at": written(at), "month": month_of(at), "change": change}
        rows = [{**same, "card": one.card, "outcome": one.outcome, "reason": one.reason} for one in latest.values()]
        connection.execute(insert(FEEDBACK), rows)
    return tuple(news)


def _follow_names(connection: Connection, client: str, told: Sequence[Feedback]) -> None:
    """What this client told of cards under former names stands under today's."""
    today = {former: one.card for one in told for former in one.formerly}
    known = _outcomes(connection, client, [*today, *today.values()]) if today else {}
    for former in known.keys() & today.keys():
        row = (FEEDBACK.c.client == client) & (FEEDBACK.c.card == former)
        if today[former] in known:
            connection.execute(delete(FEEDBACK).where(row))
        else:
            connection.execute(update(FEEDBACK).where(row).values(card=today[former]))
            known[today[former]] = known[former]


def _owners(connection: Connection, cards: Sequence[str]) -> dict[str, str]:
    """The client that was shown each card, where it is known."""
    owners: dict[str, str] = {}
    for some in _some(cards):
        found = connection.execute(select(DECISIONS.c.card, DECISIONS.c.client).where(DECISIONS.c.card.in_(some)))
        owners |= {row.card: row.client for row in found}
    return owners


def _outcomes(connection: Connection, client: str, cards: Sequence[str]) -> dict[str, str]:
    """What this client told of each card before."""
    outcomes: dict[str, str] = {}
    for some in _some(cards):
        asked = select(FEEDBACK.c.card, FEEDBACK.c.outcome).where(
            FEEDBACK.c.client == client, FEEDBACK.c.card.in_(some)
        )
        outcomes |= {row.card: row.outcome for row in connection.execute(asked)}
    return outcomes


def told_after(connection: Connection, change: int, since: datetime) -> list[Told]:
    """What became of known cards in later changes, the oldest change first, as far as it is not over."""
    joined = FEEDBACK.join(DECISIONS, (DECISIONS.c.card == FEEDBACK.c.card) & (DECISIONS.c.client == FEEDBACK.c.client))
    asked = (
        select(
            DECISIONS.c.service,
            DECISIONS.c.client,
            DECISIONS.c.patient,
            DECISIONS.c.outcome,
            DECISIONS.c.findings,
            FEEDBACK.c.card,
            FEEDBACK.c.outcome.label("told"),
            FEEDBACK.c.told_at,
        )
        .select_from(joined)
        .where(FEEDBACK.c.change > change, FEEDBACK.c.told_at > written(since))
        .order_by(FEEDBACK.c.change, FEEDBACK.c.told_at)
    )
    return [_told_of(row) for row in connection.execute(asked)]


def _told_of(row: Row[*tuple[Any, ...]]) -> Told:
    matter = Matter(row.service, row.client, bytes(row.patient), row.outcome, bytes(row.findings))
    return Told(
        matter, row.card, "overridden" if row.told == "overridden" else "accepted", row.told_at.replace(tzinfo=UTC)
    )


def counts(seconds: float, connection: Connection) -> list[Counted]:
    """Cards shown, and feedback by what it says; feedback of a client on another's card does not count.

    One statement, which PostgreSQL ends after so many seconds.
    """
    take_time(connection, seconds)
    shown = (DECISIONS.c.rule, DECISIONS.c.client, DECISIONS.c.tenant, DECISIONS.c.month)
    of_shown = select(*shown, literal("shown"), literal(""), func.count()).group_by(*shown)
    told = (FEEDBACK.c.outcome, FEEDBACK.c.reason)
    same = DECISIONS.c.card == FEEDBACK.c.card
    of_told = (
        select(*shown, *told, func.count())
        .select_from(FEEDBACK.join(DECISIONS, same & (DECISIONS.c.client == FEEDBACK.c.client)))
        .group_by(*shown, *told)
    )
    of_unknown = (
        select(literal(UNKNOWN_RULE), FEEDBACK.c.client, literal(""), FEEDBACK.c.month, *told, func.count())
        .select_from(FEEDBACK.outerjoin(DECISIONS, same))
        .where(DECISIONS.c.card.is_(None))
        .group_by(FEEDBACK.c.client, FEEDBACK.c.month, *told)
    )
    return [Counted(*row) for row in connection.execute(union_all(of_shown, of_told, of_unknown))]


def _some(cards: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(cards), AT_ONCE):
        yield cards[start : start + AT_ONCE]


def written(at: datetime) -> datetime:
    """As the tables hold a time."""
    return at.astimezone(UTC).replace(tzinfo=None)
