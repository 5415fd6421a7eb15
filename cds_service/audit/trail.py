"""The file of AuditEvents: lines that a thread adds from a bounded queue, so that no card waits for it or fails.

Every worker adds to the same file. A batch is written under a lock and taken back where it does not fit whole, so that
a line is whole or not there. The file is opened anew for each batch: who moves it away (log rotation) finds the next
line in a new file, and tells nobody.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Any

import msgspec
from prometheus_client import Counter

from cds_service.errors import SettingsError
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics

SETTING = "CDS_AUDIT_FILE"
# Some 20 MB, and a minute of a busy service whose disk is full.
MOST_WAITING = 10_000
BATCH = 500
# How long the thread sleeps where nothing comes, and how soon it tries again where the file cannot be written.
TURN_SECONDS = 0.2
RETRY_SECONDS = 1.0
# After running calls (8 s) and the store (1.2 s), of the 10 s from SIGTERM to the end.
CLOSE_SECONDS = 0.5
# Nobody but the service's own user: the file names patients and users.
MODE = 0o600
AuditEvent = Mapping[str, Any]


def real_time() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Trail:
    """Takes AuditEvents from any thread. Raises SettingsError where the file cannot be opened."""

    def __init__(
        self,
        path: Path,
        metrics: Metrics,
        log: Log,
        *,
        now: Callable[[], datetime] = real_time,
        most_waiting: int = MOST_WAITING,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.now = now
        self._path = path
        self._log = log
        self._retry_seconds = retry_seconds
        self._dropped = Counter("cds_audit_dropped", "AuditEvents that could not be kept.", registry=metrics.registry)
        self._queue: Queue[AuditEvent] = Queue(most_waiting)
        self._closing = Event()
        self._in_hand = 0
        self._waits, self._lost = False, False
        self._telling = Lock()
        self._thread = Thread(target=self._run, name="audit-trail", daemon=True)
        self._check()

    def _check(self) -> None:
        """A pipe would hold the start up until somebody reads it."""
        if self._path.exists() and not self._path.is_file():
            raise SettingsError(f"{SETTING}: {self._path}: it is no file; name a file that can be written")
        try:
            os.close(self._opened())
        except OSError as error:
            raise SettingsError(f"{SETTING}: {self._path}: {error.strerror}; name a file that can be written") from None

    def open(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """What waits is written, as far as that takes no longer than a stop may; what is left is counted and told."""
        self._closing.set()
        self._thread.join(CLOSE_SECONDS)
        if left := self._in_hand + self._drained():
            self._dropped.inc(left)
            self._log_lost(f"{left} AuditEvents are lost: they could not be written when the service stopped")

    def _drained(self) -> int:
        """So many waited, and wait no more."""
        left = 0
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
                left += 1
        return left

    def note(self, event: AuditEvent) -> None:
        """Add an event. Never waits: where there is no room, it is counted as lost."""
        try:
            self._queue.put_nowait(event)
        except Full:
            self._lose()

    def _run(self) -> None:
        while batch := self._batch():
            self._in_hand += len(batch)
            lines = b"".join(msgspec.json.encode(event) + b"\n" for event in batch)
            while not self._written(lines):
                if self._closing.wait(self._retry_seconds):
                    break
            else:
                self._in_hand -= len(batch)

    def _batch(self) -> list[AuditEvent]:
        """What waits; nothing once the service ends and nothing waits."""
        batch: list[AuditEvent] = []
        while not batch and not (self._closing.is_set() and self._queue.empty()):
            with suppress(Empty):
                batch.append(self._queue.get(timeout=TURN_SECONDS))
        with suppress(Empty):
            while batch and len(batch) < BATCH:
                batch.append(self._queue.get_nowait())
        return batch

    def _written(self, lines: bytes) -> bool:
        """All of them, or none."""
        try:
            file = self._opened()
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                add_whole(file, lines)
            finally:
                os.close(file)
        except OSError as error:
            self._wait(f"the file cannot be written ({error.strerror}); AuditEvents wait")
            return False
        self._waits, self._lost = False, False
        return True

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)

    def _wait(self, message: str) -> None:
        """Told once, until it can be written again; that some are lost is told apart."""
        told, self._waits = self._waits, True
        if not told:
            self._log_lost(message)

    def _lose(self) -> None:
        self._dropped.inc()
        with self._telling:
            told, self._lost = self._lost, True
        if not told:
            self._log_lost("AuditEvents are lost: too many wait to be written")

    def _log_lost(self, message: str) -> None:
        self._log.event("error", "audit-lost", setting=SETTING, message=message)


def add_whole(file: int, lines: bytes) -> None:
    """To the end, whole; what was written of them is taken back where the rest does not fit."""
    size = os.fstat(file).st_size
    written = 0
    try:
        while written < len(lines):
            written += os.write(file, lines[written:])
    except OSError:
        os.ftruncate(file, size)
        raise
