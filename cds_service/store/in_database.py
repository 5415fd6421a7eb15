"""A store that outlives the process and is shared: cards are kept behind their answer, feedback before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from cds_service.errors import StoreUnavailable
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.store.asking import Asking
from cds_service.store.counted import Counted
from cds_service.store.databases import engine_of
from cds_service.store.forgetting import Forgetting
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.queries import counts
from cds_service.store.quiet_list import QuietList
from cds_service.store.shared_limits import SharedLimits
from cds_service.store.shown import Decision, Feedback, Matter, Shown, real_time
from cds_service.store.waiting import Asked, Waiting
from cds_service.store.writer import Writer

# About 10 MB, and some minutes of a busy service without its database.
MOST_WAITING = 20_000
OPEN_SECONDS = 5.0
# The server has 10 s from SIGTERM to its end, of which running calls may take 8.
CLOSE_SECONDS = 1.0
# Of those nobody waits any more for an answer, and nothing is to be written.
READERS_CLOSE_SECONDS = 0.1
# A batch of the largest size takes some of them.
ANSWER_SECONDS = 10.0
OF_PATIENCE = 0.9


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
        self.limits = SharedLimits(url, metrics=metrics)
        self._log = log or Log("error")
        self._now = now
        self._patience = patience
        self._engine = engine_of(url)
        quiet_period = timedelta(days=quiet_days)
        self._quiet = QuietList(quiet_period)
        forgetting = Forgetting(None if keep_days is None else timedelta(days=keep_days), quiet_period)
        self._reading = Asking(engine_of(url), patience)
        self._waiting = Waiting(most_waiting, metrics)
        self._writer = Writer(
            self._engine, self._waiting, self._quiet, self.pseudonyms, metrics, self._log, now, forgetting
        )

    def open(self) -> None:
        """The tables are made where they are not there, and the names agreed on; without a database, later."""
        self._writer.start(OPEN_SECONDS)

    def close(self) -> None:
        """What waits is written, as far as that takes no longer than a stop may; what is left is told."""
        self._writer.stop(CLOSE_SECONDS)
        self.limits.close(READERS_CLOSE_SECONDS)
        self._reading.close(READERS_CLOSE_SECONDS)
        if left := self._waiting.drop():
            message = f"{left} cards shown were not kept: the database could not be used when the service stopped"
            self._log.event("error", "cards-not-kept", setting="CDS_DATABASE_URL", message=message)

    def is_reachable(self) -> bool:
        """The database answered just now."""
        return self._writer.is_reachable()

    def is_full(self) -> bool:
        """What waits has reached its bound."""
        return self._waiting.is_full()

    def is_asked_in_vain(self) -> bool:
        """It did not answer who asked about tokens or rates last."""
        return not self.limits.answers()

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
        """Read by a thread of its own; the database may take nearly as long as somebody waits, and then ends it."""
        self._check_reachable()
        return await self._reading.answer(partial(counts, self._patience * OF_PATIENCE))

    def _check_reachable(self) -> None:
        if not self.is_reachable():
            raise StoreUnavailable
