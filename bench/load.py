"""Two workers at half of what they can do: feedback, restarts and an outage of the database, and nothing is lost.

`make load`, or `python -m bench.load --database sqlite --minutes 2`. Exit status 1: a requirement is broken; the
table says which, a JSON file has the rest. Clients, service and database share this machine, so rates and times are
this machine's; what is required is not.

First the most that the service can answer is measured, then half of that is asked of it, one call after the other
at even distances. In the first quarter each worker is told to stop and is replaced, and the whole service is stopped
and started on its port; the middle is the outage. So the two quarters whose memory is compared see the same workers
and no restart.

A call fails that is answered by anything but 200 and the card of its patient, or whose connection ends after the
request was sent. A connection that is refused is tried again, as integrators' clients do. Feedback is sent again
until it is answered 200; 503 during the outage is what the specification says.

`--auth` says what calls during the outage are promised:
none     authentication is off: every call is answered with its card.
observe  ES384 tokens; the client's row says `replay = "observe"`, so that a token whose `jti` cannot be looked up
         is let pass: every call is answered with its card.
reject   ES384 tokens, each good once: what remembers them is the database, so that calls may be answered 503 while
         it is out and shortly after; a 503 at any other time is a failed card.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

import msgspec

from bench.bodies import Calls, bodies
from bench.connections import HOST, Connections
from bench.databases import Database, database
from bench.ehr import CALL, FEEDBACK, Ehr
from bench.service import Service
from bench.tally import Tally
from bench.tokens import Tokens
from bench.verdicts import Kept, Verdict, verdicts

RESTART = "the service is stopped and started"
ADMIN = "an administrator's token"
AT_ONCE = 16
# The service's retries, and the longest it waits for a database that does not answer.
AFTERMATH_SECONDS = 15.0
REPORT_SECONDS = 2.5
SAMPLE_SECONDS = 1.0
BATCH = 1_000


class Run:
    """One run on a database."""

    def __init__(self, told: Namespace, base: Database, folder: Path) -> None:
        self._told = told
        self._database = base
        port = _free_port()
        self._tokens = Tokens(f"http://{HOST}:{port}{CALL}")
        self._connections = Connections(port)
        self._service = Service(port, self._settings(folder), folder / "service.log")
        token = self._tokens.next if told.auth != "none" else str
        calls = Calls(bodies(datetime.now(UTC).date(), told.entries))
        chance = Random(20261122)  # noqa: S311 - any cards will do
        self._ehr = Ehr(self._connections, token, calls, chance, lambda: monotonic() < self._may_fail_until)
        self._may_fail_until = 0.0
        self._began = 0.0

    async def whole(self) -> tuple[list[Verdict], dict[str, object]]:
        """All of it; the requirements and the figures."""
        try:
            await self._service.start()
            saturated = await self._saturated()
            rate = saturated * self._told.share
            print(f"saturated: {saturated:.1f} calls a second; from now on {rate:.1f}", file=sys.stderr, flush=True)
            await self._at(rate)
            kept = await self._kept()
            await self._service.stop()
        finally:
            self._service.kill()
        growth = self._ehr.tally.growth(self._seconds / 4, RESTART)
        judged = verdicts(self._ehr.tally, kept, growth, self._told.flat, self._service.ended)
        return judged, self._figures(saturated, rate, growth, judged)

    @property
    def _seconds(self) -> float:
        return float(self._told.minutes * 60)

    def _settings(self, folder: Path) -> dict[str, str]:
        settings = {"CDS_DATABASE_URL": self._database.url, "CDS_ADMIN_TOKEN": ADMIN}
        if self._told.auth == "none":
            return settings | {"CDS_REQUIRE_AUTH": "false"}
        return settings | {"CDS_CLIENTS_FILE": str(self._tokens.write_row(folder, self._told.auth))}

    async def _saturated(self) -> float:
        """Calls a second; the first two seconds of a new process do not count."""
        await self._ehr.saturate(AT_ONCE, 2)
        return await self._ehr.saturate(AT_ONCE, self._told.saturate)

    async def _at(self, rate: float) -> None:
        self._ehr.tally.seconds.clear()
        if self._told.auth != "none":
            self._tokens.mint(int(rate * self._seconds * 1.3))
        self._began = monotonic()
        sampling = asyncio.create_task(self._sample())
        happening = asyncio.create_task(self._happenings())
        until = self._began + self._seconds
        await self._ehr.keep_calling(rate, lambda: monotonic() < until or not happening.done())
        await happening
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling
        await self._ehr.told_all()

    async def _happenings(self) -> None:
        """What befalls the service, each at its time, or when the one before is over."""
        service, out = self._service, self._told.outage / self._seconds
        plan: Sequence[tuple[float, str, Callable[[], Awaitable[None]]]] = (
            (0.03, "a worker is told to stop", service.replace_worker),
            (0.08, "the other worker is told to stop", service.replace_worker),
            (0.13, RESTART, service.restart),
            (0.5 - out / 2, "the database is out", self._outage),
        )
        for share, what, happens in plan:
            await asyncio.sleep(max(0.0, self._began + share * self._seconds - monotonic()))
            began = monotonic() - self._began
            self._ehr.tally.now = what
            await happens()
            self._ehr.tally.now = ""
            ended = monotonic() - self._began
            self._ehr.tally.events.append((began, ended, what))
            print(f"{began:.0f} s to {ended:.0f} s: {what}", file=sys.stderr, flush=True)

    async def _outage(self) -> None:
        if self._told.auth == "reject":
            self._may_fail_until = monotonic() + self._told.outage + AFTERMATH_SECONDS
        with self._database.outage():
            await asyncio.sleep(self._told.outage)

    async def _sample(self) -> None:
        while True:
            with suppress(OSError):
                self._ehr.tally.memory.append((monotonic() - self._began, self._service.memory()))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _kept(self) -> Kept:
        """The report once it must have everything, and how much of what was acknowledged is news."""
        await asyncio.sleep(REPORT_SECONDS)
        rows = json.loads((await self._connections.get("/report", ADMIN)).body)["rows"]
        dropped = await self._service.dropped()
        news, entries = 0, iter(self._ehr.tally.told.items())
        while some := [{"card": card, "outcome": outcome} for card, outcome in islice(entries, BATCH)]:
            token = self._tokens.next() if self._told.auth != "none" else ""
            answer = await self._connections.post(FEEDBACK, msgspec.json.encode(some), token)
            news += int(json.loads(answer.body)["recorded"])
        return Kept(rows, dropped, news)

    def _figures(
        self, saturated: float, rate: float, growth: dict[int, float], judged: list[Verdict]
    ) -> dict[str, object]:
        tally: Tally = self._ehr.tally
        return {
            "database": self._told.database,
            "auth": self._told.auth,
            "minutes": self._told.minutes,
            "outage seconds": self._told.outage,
            "saturated calls a second": round(saturated, 1),
            "calls a second": round(rate, 1),
            "calls answered with a card": tally.cards,
            "p50 ms": tally.milliseconds(0.5),
            "p99 ms": tally.milliseconds(0.99),
            "connections refused and tried again": tally.refused,
            "longest wait for a restart, s": round(tally.longest_wait, 2),
            "calls answered 503 as they may be": tally.unavailable,
            "feedback not acknowledged at first": dict(tally.feedback_refused),
            "errors": dict(tally.errors),
            "errors in the service's log": self._service.errors(),
            "most MB of each worker": tally.megabytes(),
            "memory, last quarter ÷ second": growth,
            "events": [f"{began:.1f} s to {ended:.1f} s: {what}" for began, ended, what in tally.events],
            "requirements": {one.requirement: {"holds": one.holds, "said": one.said} for one in judged},
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    told = _parser().parse_args(arguments)
    # So that the service and the database end with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(2))
    with TemporaryDirectory(prefix="load-") as folder, database(told.database, Path(folder)) as base:
        judged, figures = asyncio.run(Run(told, base, Path(folder)).whole())
    told.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, value in figures.items():
        if name != "requirements":
            print(f"{name:40} {value}")
    for one in judged:
        print(f"{'holds ' if one.holds else 'BROKEN'} {one.requirement:33} {one.said}")
    return 0 if all(one.holds for one in judged) else 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        description="Load with feedback, restarts and an outage.", formatter_class=ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--auth", choices=("none", "observe", "reject"), default="observe")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--outage", type=float, default=60, help="seconds")
    parser.add_argument("--saturate", type=float, default=20, help="seconds in which the most is measured")
    parser.add_argument("--share", type=float, default=0.5, help="of the most that is asked of the service")
    parser.add_argument("--entries", type=int, default=200, help="of a chart; each has about 1 KB")
    parser.add_argument("--flat", type=float, default=1.1, help="last quarter's memory ÷ second quarter's, at most")
    parser.add_argument("--json", type=Path, default=Path("load.json"), help="where the figures go")
    return parser


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
