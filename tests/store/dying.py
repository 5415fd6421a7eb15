"""A store whose process is killed at a chosen moment of writing feedback: `python -m tests.store.dying URL MOMENT`.

Prints the number of each batch once it is acknowledged, and is killed while it writes the last.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from random import Random
from threading import Thread
from typing import Any

from sqlalchemy import event

from cds_service.store.in_database import InDatabase
from cds_service.store.shown import Feedback

MOMENTS = ("before the first statement", "before the commit", "while it is committed", "before it is told")
BATCHES = 3
# A commit takes about so long, most of it for the disk.
COMMIT_SECONDS = 0.004


def batch(number: int) -> list[Feedback]:
    """Entries that are kept together or not at all."""
    return [Feedback(f"b{number}-{at}", "accepted") for at in range(3)]


def die(*arguments: object) -> None:
    """At once, and without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_soon(*arguments: object) -> None:
    """While whoever asked goes on."""

    def wait() -> None:
        time.sleep(Random().uniform(0, COMMIT_SECONDS))  # noqa: S311 - any moment will do
        die()

    Thread(target=wait).start()


def arm(store: InDatabase, moment: str) -> None:
    """From now on the process dies at that moment; turns that only look commit, too, and are not meant."""
    engine: Any = store._engine

    def watch(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if moment == MOMENTS[0] and statement.startswith("UPDATE"):
            die()
        if statement.startswith("INSERT INTO feedback") and moment in COMMITTING:
            event.listen(engine, "commit", COMMITTING[moment])

    event.listen(engine, "before_cursor_execute", watch)


COMMITTING = {MOMENTS[1]: die, MOMENTS[2]: die_soon}


async def write(url: str, moment: str) -> None:
    """All batches; the last one is the end."""
    store = InDatabase(url, 30)
    store.open()
    for number in range(BATCHES):
        if number == BATCHES - 1:
            arm(store, moment)
        await store.record("acme", batch(number))
        if number == BATCHES - 1:
            die()
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
