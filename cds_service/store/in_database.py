"""A store that outlives the process and is shared: cards are kept behind their answer, feedback before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from cds_service.errors import StoreUnavailable
from cds_service.observe import Log, Metrics
from cds_service.store.counted import Counted
from cds_service.store.databases import engine_of
from cds_service.store.forgetting import Forgetting
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.queries import counts
from cds_service.store.quiet_list import QuietList
from cds_service.store.shown import Decision, Feedback, Matter, Shown, real_time
from cds_service.store.waiting import Asked, Waiting
from cds_service.store.writer import Writer

# About 10 MB, and some minutes of a busy service without its database.
MOST_WAITING = 20_000
OPEN_SECONDS = 5.0
# The server has 10 s from SIGTERM to its end, of which running calls may take 8.
CLOSE_SECONDS = 1.2
# A batch of the largest size takes some of them.
ANSWER_SECONDS = 10.0


class InDatabase:
    """Nothing on the path of a card waits for the database; `is_quiet` asks what the writer learnt last."""

    def __init__(
        self,
        url: str,
        quiet_days: int,
        *,
        keep_days: int | None = None,
        pseudonyms: Pseudonyms | None = None,
        metrics: Metrics | None = None,
        log: Log | None = None,
        now: Callable[[], datetime] = real_time,
        most_waiting: int = MOST_WAITING,
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self.pseudonyms = pseudonyms or Pseudonyms()
        metrics = metrics or Metrics()
        self._now = now
        self._patience = patience
        self._engine = engine_of(url)
        quiet_period = timedelta(days=quiet_days)
        self._quiet = QuietList(quiet_period)
        forgetting = Forgetting(None if keep_days is None else timedelta(days=keep_days), quiet_period)
        self._waiting = Waiting(most_waiting, metrics)
        self._writer = Writer(
            self._engine, self._waiting, self._quiet, self.pseudonyms, metrics, log or Log("error"), now, forgetting
        )

    def open(self) -> None:
        """The tables are made where they are not there, and the names agreed on; without a database, later."""
        self._writer.start(OPEN_SECONDS)

    def close(self) -> None:
        """What waits is written, as far as that takes no longer than a stop may."""
        self._writer.stop(CLOSE_SECONDS)

    def is_reachable(self) -> bool:
        """The database answered just now."""
        return self._writer.is_reachable()

    def remember(self, shown: Shown) -> None:
        """A card is being answered; the writer takes it at its next turn."""
        self._waiting.add(Decision(shown, self._now()))

    def is_quiet(self, matter: Matter) -> bool:
        """As the writer learnt it last."""
        return self._quiet.is_quiet(matter, self._now())

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Written at the writer's next turn, with what waits; returns once that is durable."""
        self._check_reachable()
        asked = Asked(client, told)
        self._waiting.ask(asked)
        self._writer.wake()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked.kept), self._patience)
        except TimeoutError:
            raise StoreUnavailable from None

    async def counts(self) -> Sequence[Counted]:
        """Read in a thread of its own."""
        self._check_reachable()
        return await asyncio.to_thread(self._counted)

    def _counted(self) -> Sequence[Counted]:
        try:
            with self._engine.connect() as connection:
                return counts(connection)
        except SQLAlchemyError:
            raise StoreUnavailable from None

    def _check_reachable(self) -> None:
        if not self.is_reachable():
            raise StoreUnavailable
