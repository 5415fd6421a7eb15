"""A PostgreSQL that takes no notice of anybody, for a while: all of its processes are stopped where they stand."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg


@contextmanager
def hanging(url: str) -> Iterator[None]:
    """The server of this database hangs until the end: what is connected and what would connect waits."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert found is not None
        of_server = int((Path(found[0]) / "postmaster.pid").read_text().split()[0])
        connected = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    stopped = [of_server, *(int(pid) for (pid,) in connected)]
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
