"""The services over loopback, in one run and in turn: what a call costs the server, and how many it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.callers import Called, Request, answer_of, call_all, request_for
from bench.servers import Server, cold_start
from bench.sizes import Call
from bench.spread import Spread, share_of, spread_of
from bench.tokens import Tokens

AT_ONCE = 8
# Of which one client, which waits for each answer, sends this part.
ALONE = 20
M = "M"


class WrongAnswer(Exception):
    """A service does not answer what it is measured with."""


@dataclass(frozen=True, slots=True)
class Served:
    """A service, where it is called, and what its answers must hold. `part`: it is slow, and gets so much fewer."""

    server: Server
    path: str
    holds: bytes
    tokens: Tokens | None = None
    part: int = 1

    def requests(self, texts: Sequence[bytes], number: int) -> list[Request]:
        """So many calls; each has a token of its own where there are any."""
        token = self.tokens.next if self.tokens else str
        return [request_for(self.server.port, self.path, texts[at % len(texts)], token()) for at in range(number)]


@dataclass(frozen=True, slots=True)
class Load:
    """One size at one service: µs of the server's CPU a call, calls a second, milliseconds busy and one at a time."""

    cpu: Spread
    per_second: Spread
    p50: float
    p99: float
    alone_p50: float
    alone_p99: float


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB: before any call, and after many of size M."""

    idle: float
    after: float


@dataclass(slots=True)
class Rounds:
    """What the rounds of one size at one service came to."""

    cpu: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    def load(self) -> Load:
        """All of them together."""
        return Load(
            spread_of(self.cpu),
            spread_of(self.per_second, max),
            *(1_000 * share_of(times, share) for times in (self.busy, self.alone) for share in (0.5, 0.99)),
        )


def cold_starts(services: Mapping[str, Served], call: Call, rounds: int) -> dict[str, Spread]:
    """Milliseconds of CPU, each after a first start that does not count: it makes the database.

    What makes it stays in memory, so that the memory of a service, too, is looked at after this.
    """
    spent: dict[str, list[float]] = {name: [] for name in services}
    for _ in range(1 + rounds):
        for name, service in services.items():
            (request,) = service.requests([call.text], 1)
            spent[name].append(cold_start(service.server, request))
    return {name: spread_of(times[1:]) for name, times in spent.items()}


@contextmanager
def running(services: Mapping[str, Served]) -> Iterator[None]:
    """All of them at once; who is not called does nothing."""
    try:
        for service in services.values():
            service.server.start()
        for service in services.values():
            service.server.settle()
        yield
    finally:
        for service in services.values():
            service.server.stop()


def memory(service: Served, texts: Sequence[bytes], number: int) -> Memory:
    """Of a service that has just started; it has then answered so many calls of size M. Raises WrongAnswer."""
    idle = service.server.resident_mib()
    first, *others = service.requests(texts, 1 + number // service.part)
    if service.holds not in answer_of(service.server.port, first):
        raise WrongAnswer(f"the answer at {service.path} lacks {service.holds.decode()}")
    call_all(service.server.port, others, AT_ONCE)
    service.server.settle()
    return Memory(idle, service.server.resident_mib())


def loads(
    services: Mapping[str, Served], texts: Mapping[str, Sequence[bytes]], numbers: Mapping[str, int], rounds: int
) -> dict[str, dict[str, Load]]:
    """By service and size. `numbers`: the calls of a round."""
    found = {name: {size: Rounds() for size in numbers} for name in services}
    for _ in range(rounds):
        for size, number in numbers.items():
            for name, service in services.items():
                _one_round(service, texts[size], max(AT_ONCE, number // service.part), found[name][size])
    return {name: {size: rounds.load() for size, rounds in sizes.items()} for name, sizes in found.items()}


def _one_round(service: Served, texts: Sequence[bytes], number: int, rounds: Rounds) -> None:
    alone = service.requests(texts, max(2, number // ALONE))
    busy = service.requests(texts, number)
    rounds.alone += call_all(service.server.port, alone, 1).each
    called, seconds = _cpu_of(service.server, busy)
    rounds.cpu.append(seconds / number * 1e6)
    rounds.per_second.append(number / called.seconds)
    rounds.busy += called.each


def _cpu_of(server: Server, requests: Sequence[Request]) -> tuple[Called, float]:
    """The calls, and the seconds of CPU that the server took for them."""
    server.settle()
    before = server.cpu_seconds()
    called = call_all(server.port, requests, AT_ONCE)
    server.settle()
    return called, server.cpu_seconds() - before
