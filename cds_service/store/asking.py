"""Questions that somebody waits for, put to the database by a thread of their own; nobody waits longer than so long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from cds_service.errors import StoreUnavailable

Answer = TypeVar("Answer")
Question = Callable[[Connection], Answer]
# A database that could not be asked is tried again.
RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Waiter:
    """A question, and who waits for its answer in which loop. This is on the path of a call, so it is kept light."""

    question: Question[Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def tell(self, found: Any) -> None:
        """The answer, or the error that there is none; from any thread, to whoever still waits."""
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self.settle, found)

    def settle(self, found: Any) -> None:
        """The same, in the loop."""
        if self.answer.done():
            return
        if isinstance(found, StoreUnavailable):
            self.answer.set_exception(found)
        else:
            self.answer.set_result(found)


def _anything(connection: Connection) -> object:
    """Whether it answers at all."""
    return connection.scalar(select(1))


class Asking:
    """One question after another, over a connection that is kept. The thread begins with the first question, and
    another where it ended.

    What cannot be answered in time is given up, and so is at once what is asked from then on, until the database
    answers again: a database that hangs holds few calls up, and each only once. `trial` is what it is asked meanwhile.
    """

    def __init__(self, engine: Engine, patience: float, trial: Question[object] = _anything) -> None:
        self._engine = engine
        self._trial = trial
        self._patience = patience
        self._waiting: SimpleQueue[Waiter | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._answers = True
        self._closing = Event()
        self._beginning = Lock()
        self._thread: Thread | None = None

    async def answer(self, question: Question[Answer]) -> Answer:
        """What the question finds, in a transaction of its own that is committed by then. Raises StoreUnavailable."""
        self._begin()
        if not self._answers:
            raise StoreUnavailable
        loop = asyncio.get_running_loop()
        waiter = Waiter(question, loop, loop.create_future())
        late = loop.call_later(self._patience, self._give_up, waiter)
        self._waiting.put(waiter)
        try:
            found: Answer = await waiter.answer
        finally:
            late.cancel()
        return found

    @property
    def answers(self) -> bool:
        """The database answered last; it is asked again until it does."""
        return self._answers

    def _give_up(self, waiter: Waiter) -> None:
        self._answers = False
        waiter.settle(StoreUnavailable())

    def close(self, patience: float) -> None:
        """Let the connection go; returns after so many seconds at the latest."""
        self._closing.set()
        self._waiting.put(None)
        if self._thread:
            self._thread.join(patience)

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="store-asking", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            waiter = self._next()
            if waiter and not waiter.answer.done():
                waiter.tell(self._found(waiter.question))
            elif not self._answers:
                self._found(self._trial)
        self._let_go()

    def _next(self) -> Waiter | None:
        try:
            return self._waiting.get(timeout=RETRY_SECONDS)
        except Empty:
            return None

    def _found(self, question: Question[Any]) -> Any:
        """The answer, or StoreUnavailable; and from now on it is known whether there are answers."""
        try:
            found = self._asked(question)
        except Exception:  # noqa: BLE001 - whatever a driver raises, the thread goes on and whoever waits is told
            self._answers = False
            self._let_go()
            return StoreUnavailable()
        self._answers = True
        return found

    def _asked(self, question: Question[Any]) -> Any:
        """A connection that lay idle may be dead without anybody's knowing: then once more, over a new one."""
        lay_idle = self._connection is not None
        try:
            return self._once(question)
        except DBAPIError as error:
            if not (lay_idle and error.connection_invalidated):
                raise
        self._let_go()
        return self._once(question)

    def _once(self, question: Question[Any]) -> Any:
        connection = self._connection = self._connection or self._engine.connect()
        with connection.begin():
            return question(connection)

    def _let_go(self) -> None:
        """The connection, and all that the pool holds."""
        if self._connection:
            self._connection.close()
            self._connection = None
        self._engine.dispose()
