"""The one thread that writes to the database: what waits is committed in groups, and the quiet list kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from time import monotonic

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cds_service.errors import StoreUnavailable
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.store.call_queries import forget_tokens
from cds_service.store.forgetting import Forgetting
from cds_service.store.key_rotation import agreed_keys, kept_keys
from cds_service.store.migrating import migrate
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.queries import (
    keep_decisions,
    keep_feedback,
    last_change,
    next_change,
    told_after,
)
from cds_service.store.quiet_list import QuietList, Told
from cds_service.store.same_file import SameFile
from cds_service.store.shown import Decision, Feedback
from cds_service.store.waiting import Asked, Waiting

# Cards shown wait so long for company; feedback is written at once. Others' overrides are learnt as soon.
TURN_SECONDS = 0.2
# A database that could not be reached is tried again.
RETRY_SECONDS = 0.5
# A database that has not answered for so long is as one that cannot be reached.
SILENT_SECONDS = 3.0
# Tokens live an hour at most; what is over is looked for so often.
FORGET_SECONDS = 60.0


class Writer:
    """Takes turns: connect where need be, write what waits, learn what others wrote."""

    def __init__(
        self,
        engine: Engine,
        waiting: Waiting,
        quiet: QuietList,
        pseudonyms: Pseudonyms,
        metrics: Metrics,
        log: Log,
        now: Callable[[], datetime],
        forgetting: Forgetting,
    ) -> None:
        self._forgetting = forgetting
        self._engine = engine
        self._file = SameFile(engine.url)
        self._waiting = waiting
        self._quiet = quiet
        self._pseudonyms = pseudonyms
        self._metrics = metrics
        self._log = log
        self._now = now
        self._connection: Connection | None = None
        self._seen = 0
        self._heard_at: float | None = None
        self._forget_at = monotonic()
        self._lost = False
        self._tried, self._wake, self._closing = Event(), Event(), Event()
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)

    def start(self, patience: float) -> None:
        """Begin; returns when the database was tried once, or after so many seconds."""
        self._thread.start()
        self._tried.wait(patience)

    def stop(self, patience: float) -> None:
        """Write what waits and end; returns after so many seconds at the latest."""
        self._closing.set()
        self._wake.set()
        self._thread.join(patience)

    def wake(self) -> None:
        """Somebody waits: take the next turn now."""
        self._wake.set()

    def is_reachable(self) -> bool:
        """The database answered just now."""
        heard_at = self._heard_at
        return heard_at is not None and monotonic() - heard_at < SILENT_SECONDS

    def _run(self) -> None:
        while not self._closing.is_set():
            done = self._turn()
            self._metrics.store_looked_after(self._waiting.count(), reachable=done)
            self._tried.set()
            self._wake.wait(TURN_SECONDS if done else RETRY_SECONDS)
            self._wake.clear()
        while not self._waiting.is_empty() and self._turn():
            pass
        self._let_go()

    def _turn(self) -> bool:
        """Whether the database could be reached, and is still there."""
        decisions, asked = self._waiting.decisions(), self._waiting.asked()
        try:
            self._file.check()
            connection = self._connection or self._connect()
            self._forget(connection)
            news = self._write(connection, decisions, asked) if decisions or asked else self._look(connection)
            self._file.check()
        except (SQLAlchemyError, StoreUnavailable) as error:
            self._failed(error, decisions, asked)
            return False
        self._heard()
        self._waiting.kept()
        for one, new in zip(asked, news, strict=True):
            one.kept.set_result(new)
        if not self._waiting.is_empty():
            self._wake.set()
        return self._forgot(connection)

    def _forgot(self, connection: Connection) -> bool:
        """Whoever waited was told before; that this fails is no matter of theirs."""
        try:
            self._forgetting.turn(connection, self._now())
        except SQLAlchemyError as error:
            self._failed(error, [], [])
            return False
        return True

    def _connect(self) -> Connection:
        """The tables as this release needs them, the key of the names, and then nothing learnt yet."""
        connection = self._connection = self._engine.connect()
        migrate(connection)
        if not self._pseudonyms.is_given:
            with connection.begin():
                next_change(connection)
                keys = agreed_keys(connection, self._pseudonyms.key)
            self._pseudonyms.use(*keys)
        self._seen = 0
        self._look(connection)
        self._file.opened()
        return connection

    def _write(
        self, connection: Connection, decisions: list[Decision], asked: list[Asked]
    ) -> list[tuple[Feedback, ...]]:
        """One transaction for all that waits. What it quiets is known before anybody is told that it is kept."""
        now = self._now()
        with connection.begin():
            change = next_change(connection)
            keep_decisions(connection, decisions, change)
            news = [keep_feedback(connection, one.client, one.told, now, change) for one in asked]
            told = self._told(connection, now)
        self._learn(told, change, now)
        return news

    def _look(self, connection: Connection) -> list[tuple[Feedback, ...]]:
        """What others wrote. Nobody asked, so nobody has news."""
        now = self._now()
        with connection.begin():
            change = last_change(connection)
            told = [] if change == self._seen else self._told(connection, now)
        self._learn(told, change, now)
        return []

    def _told(self, connection: Connection, now: datetime) -> list[Told]:
        """What others changed since: the keys of the names first, as what was told may stand under them."""
        if not self._pseudonyms.is_given:
            self._pseudonyms.use(*kept_keys(connection))
        return told_after(connection, self._seen, now - self._quiet.quiet_period)

    def _forget(self, connection: Connection) -> None:
        """Used tokens that are over: now and then, a group at a turn."""
        if monotonic() >= self._forget_at:
            with connection.begin():
                was_all = forget_tokens(connection, self._now().timestamp())
            self._forget_at = monotonic() + (FORGET_SECONDS if was_all else 0)

    def _learn(self, told: list[Told], change: int, now: datetime) -> None:
        self._seen = change
        self._quiet.learn(told, now)

    def _heard(self) -> None:
        self._heard_at = monotonic()
        if self._lost:
            self._lost = False
            self._log.event("info", "store-reached", setting="CDS_DATABASE_URL", message="the database answers again")

    def _failed(self, error: SQLAlchemyError | StoreUnavailable, decisions: list[Decision], asked: list[Asked]) -> None:
        """Cards wait for the next turn, whoever sent feedback is told to send it again."""
        self._metrics.store_failed()
        self._heard_at = None
        self._let_go()
        self._waiting.give_back(decisions)
        for one in asked:
            one.kept.set_exception(StoreUnavailable())
        if not self._lost:
            self._lost = True
            why = str(error) if isinstance(error, StoreUnavailable) else type(error).__name__
            message = f"the database cannot be used ({why}); feedback is refused and cards shown wait to be kept"
            self._log.event("error", "store-lost", setting="CDS_DATABASE_URL", message=message)

    def _let_go(self) -> None:
        """The connection, and all that the pool holds: the next turn begins anew."""
        if self._connection:
            self._connection.close()
            self._connection = None
        self._engine.dispose()
