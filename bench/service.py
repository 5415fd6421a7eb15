"""The service as an operator runs it: a first process and its workers, in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from bench.connections import Connections, Cut, Refused
from bench.databases import children

WORKERS = 2
PATIENCE_SECONDS = 60.0
DROPPED = "cds_decisions_dropped_total "
STARTED = b'"event":"started"'
NOT_KEPT = "cards-not-kept"


class Service:
    """`cds-service serve --workers 2`; stopped, it can be started again on the same port."""

    def __init__(self, port: int, settings: Mapping[str, str], log: Path) -> None:
        self._command = [sys.executable, "-m", "cds_service", "serve", "--workers", str(WORKERS), "--port", str(port)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
        self._environment = {**kept, **settings}
        self._log = log
        log.touch()
        self._connections = Connections(port)
        self._process: subprocess.Popen[bytes] | None = None
        self._dropped = 0.0
        self.ended: list[int] = []

    async def start(self) -> None:
        """Returns once all workers answer calls."""
        started = self._started()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
        until = monotonic() + PATIENCE_SECONDS
        while self._started() < started + WORKERS or not await self._is_ready():
            if monotonic() > until or self._process.poll() is not None:
                raise SystemExit(f"the service did not start: {self._log.read_text()[-2_000:]}")
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """As an operator does, and how it ended is kept."""
        if self._process is None:
            return
        self._dropped += await self._dropped_now()
        self._connections.close()
        before = self._log.stat().st_size
        self._process.terminate()
        self.ended.append(await asyncio.to_thread(self._process.wait, PATIENCE_SECONDS))
        self._process = None
        self._dropped += _not_kept(self._log.read_bytes()[before:])

    def kill(self) -> None:
        """Whatever is left of it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def restart(self) -> None:
        """The whole service, as after an upgrade."""
        await self.stop()
        await self.start()

    async def replace_worker(self) -> None:
        """The oldest worker is told to stop; the first process starts another, which soon answers."""
        oldest, started = self.workers()[0], self._started()
        os.kill(oldest, signal.SIGTERM)
        while oldest in self.workers() or self._started() == started:
            await asyncio.sleep(0.1)

    def workers(self) -> list[int]:
        """The oldest first; the first process has another child, which keeps count of what they share."""
        return [pid for pid in children(self._pid) if b"spawn_main" in _command_of(pid)]

    def memory(self) -> dict[int, int]:
        """The resident bytes of each worker."""
        return {pid: size for pid in self.workers() if (size := _resident(pid))}

    async def dropped(self) -> float:
        """The cards shown that the service says it could not keep, whenever it said so."""
        return self._dropped + (await self._dropped_now() if self._process else 0)

    def errors(self) -> dict[str, int]:
        """Log lines that tell of errors, by what they tell; what is no log line is one, too."""
        found: dict[str, int] = {}
        for line in self._log.read_bytes().splitlines():
            if not line.startswith(b"{"):
                found["not a log line"] = found.get("not a log line", 0) + 1
            elif b'"level":"error"' in line or b'"level":"critical"' in line:
                told = json.loads(line)
                what = f"{told['event']} {told.get('status') or told.get('error', '')}".strip()
                found[what] = found.get(what, 0) + 1
        return found

    def _started(self) -> int:
        """How many workers said so far that they answer calls."""
        return self._log.read_bytes().count(STARTED)

    @property
    def _pid(self) -> int:
        return self._process.pid if self._process else 0

    async def _dropped_now(self) -> float:
        while True:
            try:
                text = (await self._connections.get("/metrics")).body.decode()
            except (Refused, Cut):
                continue
            return sum(float(line.removeprefix(DROPPED)) for line in text.splitlines() if line.startswith(DROPPED))

    async def _is_ready(self) -> bool:
        try:
            return (await self._connections.get("/readyz")).status == 200
        except (Refused, Cut):
            return False


def _not_kept(log: bytes) -> int:
    """The cards that a stop left unwritten: its counter ends with it, its log line does not."""
    lines = (line for line in log.splitlines() if NOT_KEPT.encode() in line)
    return sum(int(json.loads(line)["message"].split()[0]) for line in lines)


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _resident(pid: int) -> int:
    """Bytes; 0 where the process has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
