"""All that one run measured, and the figures that goals are set for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.authentication import AUTHENTICATION, RAW
from bench.in_process import CARDS, ORJSON, Spent
from bench.over_http import Load, M, Memory
from bench.services import BARE, ONE, PEER, TOKENS, TWO
from bench.sizes import REAL
from bench.spread import Spread

Figures = Iterator[tuple[str, float]]
Loads = Mapping[str, Mapping[str, Load]]


@dataclass(frozen=True, slots=True)
class Body:
    """The size of a body."""

    resources: int
    kilobytes: float


@dataclass(frozen=True, slots=True)
class InProcess:
    """Without a server: a call by size and work, MiB by size, µs of CPU a token, instructions of an M call by work.

    `instructions` is empty where they were not counted.
    """

    bodies: Mapping[str, Body]
    calls: Mapping[str, Mapping[str, Spent]]
    worst: float
    peaks: Mapping[str, float]
    authentication: Mapping[str, Spread]
    instructions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OverHttp:
    """By service: loads by size, memory, and milliseconds of CPU of a start."""

    loads: Mapping[str, Mapping[str, Load]]
    memory: Mapping[str, Memory]
    cold_starts: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Results:
    """One run; `lacking` says why a figure is not there, by the row of its goal."""

    machine: Mapping[str, str]
    in_process: InProcess
    over_http: OverHttp
    lacking: Mapping[str, str]


def ratio(above: Spread, below: Spread) -> float:
    """Of the best rounds: those that the rest of the machine disturbed least."""
    return above.best / below.best


def figures(results: Results) -> dict[str, float]:
    """Each figure that could be made, those without a goal among them."""
    inside, served = results.in_process, results.over_http
    return dict([*_in_process(inside), *_over_http(served.loads), *_of_workers(served.loads), *_of_processes(served)])


def _in_process(inside: InProcess) -> Figures:
    for size, works in inside.calls.items():
        yield f"{size} ÷ orjson", ratio(works[CARDS].cpu, works[ORJSON].cpu)
    if inside.instructions:
        yield "M instructions ÷ orjson", inside.instructions[CARDS] / inside.instructions[ORJSON]
    for size in ("XL", REAL):
        if size in inside.calls:
            yield f"{size} ÷ M, per resource", _each(inside, size) / _each(inside, M)
    yield "M worst ÷ median", inside.worst
    for size, grown in inside.peaks.items():
        yield f"{size} peak growth", grown
    yield "authentication ÷ raw verification", ratio(inside.authentication[AUTHENTICATION], inside.authentication[RAW])


def _each(inside: InProcess, size: str) -> float:
    """µs of CPU a resource."""
    return inside.calls[size][CARDS].cpu.best / inside.bodies[size].resources


def _over_http(loads: Loads) -> Figures:
    """Beside a constant, and beside a service of others; the price of a token is what it adds to a call."""
    for size, one in loads[ONE].items():
        bare, tokens = loads[BARE][size], loads[TOKENS][size]
        yield f"{size} server CPU ÷ bare", ratio(one.cpu, bare.cpu)
        yield f"{size} throughput, share of bare", 100 * ratio(one.per_second, bare.per_second)
        yield f"{size} server CPU, tokens ÷ none", ratio(tokens.cpu, one.cpu)
        yield f"{size} price of a token, µs", tokens.cpu.best - one.cpu.best
        if PEER in loads:
            yield f"{size} throughput ÷ HealthChain", ratio(one.per_second, loads[PEER][size].per_second)
            yield f"{size} HealthChain's server CPU ÷ ours", ratio(loads[PEER][size].cpu, one.cpu)


def _of_workers(loads: Loads) -> Figures:
    """Clients share the machine with the workers: with two cores, two workers have less than twice one's."""
    for size, one in loads[ONE].items():
        two = loads[TWO][size]
        yield f"{size} server CPU, two workers ÷ one", ratio(two.cpu, one.cpu)
        yield f"{size} throughput, two workers ÷ one", ratio(two.per_second, one.per_second)


def _of_processes(served: OverHttp) -> Figures:
    yield "idle RSS", served.memory[ONE].idle
    yield "RSS after M load", served.memory[ONE].after
    yield "cold start", served.cold_starts[ONE].best
