"""The CPU time of one call's parts without a server, beside what any reader of its JSON takes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from time import perf_counter, process_time

import msgspec
import orjson
from msgspec import Struct

from bench.spread import Spread, spread_of
from cds_service.answer import Answerer, answerer_of
from cds_service.settings import Settings
from cds_service.wire.cds_hooks import Response
from cds_service.wire.decoding import decode_call

SCAN = "JSON scan that builds nothing"
ORJSON = "orjson.loads"
DECODE = "decode only"
CARDS = "bytes to cards"
ADDRESS = "http://127.0.0.1:8000"
Works = dict[str, Callable[[], object]]


class Nothing(Struct):
    """A request of which no member is wanted."""


NOTHING = msgspec.json.Decoder(Nothing)


def floors(text: bytes) -> Works:
    """What reading the body takes at the least, and what it takes to build plain dictionaries of it."""
    return {SCAN: lambda: NOTHING.decode(text), ORJSON: lambda: orjson.loads(text)}


def ours(text: bytes, answerer: Answerer) -> Works:
    """The body decoded, and the whole way to the bytes of the answer."""
    return {DECODE: lambda: decode_call(text), CARDS: lambda: answer_to(text, answerer)}


def answer_to(text: bytes, answerer: Answerer) -> bytes:
    """The answer's bytes."""
    return msgspec.json.encode(Response(answerer.answer(decode_call(text)).cards))


def answerer_on(day: date) -> Answerer:
    """The stages as they are without any setting."""
    return answerer_of(Settings(require_auth=False), ADDRESS, lambda: day)


@dataclass(frozen=True, slots=True)
class Spent:
    """µs a call, of CPU and by the clock on the wall."""

    cpu: Spread
    wall: Spread


def in_turn(works: Mapping[str, Callable[[], object]], rounds: int, calls: int) -> dict[str, Spent]:
    """What a call takes: in each round one work after the other, so that a busy machine is busy for all of them.

    The collector is off: it would come as often as dictionaries are built, and flatter whoever builds none.
    """
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    gc.disable()
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(_spent(work, calls))
    gc.enable()
    return {name: Spent(*map(spread_of, zip(*times, strict=True))) for name, times in spent.items()}


def _spent(work: Callable[[], object], calls: int) -> tuple[float, float]:
    """µs a call, of CPU and by the clock on the wall."""
    cpu, wall = process_time(), perf_counter()
    for _ in range(calls):
        work()
    each = 1e6 / calls
    return (process_time() - cpu) * each, (perf_counter() - wall) * each


def worst_to_median(work: Callable[[], object], calls: int) -> float:
    """The longest CPU time of one call ÷ the median, after as many that do not count."""
    times = [_spent(work, 1)[0] for _ in range(2 * calls)]
    return max(times[calls:]) / median(times[calls:])


def freeze() -> None:
    """As the service does once it has started: what is there now is not looked through again."""
    gc.collect()
    gc.freeze()
