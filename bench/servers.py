"""Server processes of any kind, and what they took of the machine, as Linux tells it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench.callers import Request, answer_of
from bench.connections import HOST
from bench.databases import children

PATIENCE_SECONDS = 90.0
# Idle is who used next to nothing of a processor for so long: what comes then is not of the start or the load before.
IDLE_SECONDS = 0.25
IDLE_SHARE = 0.02
# With it each start would compile every module; where programs are installed, that was done once.
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
PAGE = os.sysconf("SC_PAGE_SIZE")


class Server:
    """A program that serves on a port; its processes are the first one and all that came of it."""

    def __init__(self, command: Sequence[str], port: int, settings: Mapping[str, str], log: Path) -> None:
        self.port = port
        self._command = command
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CDS_", UNCOMPILED))}
        self._environment = {**kept, **settings}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it takes connections; exits where it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._listens():
            if time.monotonic() > until or self._process.poll() is not None:
                raise SystemExit(f"{' '.join(self._command)} did not start: {self._log.read_text()[-2_000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """As an operator does."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)
            self._process.kill()
            self._process.wait()
            self._process = None

    def cpu_seconds(self) -> float:
        """User and system time of its processes so far."""
        return sum(_cpu_seconds(pid) for pid in self._pids())

    def resident_mib(self) -> float:
        """Of all its processes together; what they share counts for each."""
        return sum(_pages(pid) for pid in self._pids()) * PAGE / 2**20

    def settle(self) -> None:
        """Returns once it does nothing: it has started whole, and has written what it had to."""
        until, before = time.monotonic() + PATIENCE_SECONDS, -IDLE_SECONDS
        while (now := self.cpu_seconds()) > before + IDLE_SHARE * IDLE_SECONDS and time.monotonic() < until:
            before = now
            time.sleep(IDLE_SECONDS)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def _pids(self) -> list[int]:
        return _with_descendants(self._process.pid) if self._process else []


def cold_start(server: Server, request: Request) -> float:
    """Milliseconds of CPU of a process that starts, answers one call and stops."""
    before = _of_children()
    server.start()
    try:
        answer_of(server.port, request)
    finally:
        server.stop()
    return (_of_children() - before) * 1_000


def _of_children() -> float:
    """Seconds of CPU of all child processes that ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    with suppress(OSError):
        for child in children(pid):
            found += _with_descendants(child)
    return found


def _cpu_seconds(pid: int) -> float:
    """By the process's own clock, which Linux numbers so (`clock_getcpuclockid`); /proc tells hundredths alone."""
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | 2)
    return 0.0


def _pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
