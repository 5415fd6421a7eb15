"""Questions to a SQLite file, answered where they are asked: to wake a thread for them takes longer than they do.

Nothing here waits for another process: where one writes just now there is no answer, and a thread that may wait is
asked. For the disk only the first waits who writes after the log was moved into the file: SQLite writes the head of the
new log through, some times in a thousand questions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cds_service.errors import StoreUnavailable

Answer = TypeVar("Answer")


class AtOnce:
    """Asked by one thread, over a connection that is kept. The engine must not wait for locks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def answer(self, question: Callable[[Connection], Answer]) -> Answer:
        """What the question finds and writes, committed. Raises StoreUnavailable: then nothing was written."""
        try:
            self._connection = self._connection or self._engine.connect()
            return question(self._connection)
        except (SQLAlchemyError, sqlite3.Error):
            raise StoreUnavailable from None

    def close(self) -> None:
        """Let the connection go."""
        if self._connection:
            self._connection.close()
        self._engine.dispose()
