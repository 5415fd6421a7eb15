"""Results as a run might have made them, in numbers whose ratios are seen at a glance."""

from __future__ import annotations

from bench import goals
from bench.authentication import AUTHENTICATION, RAW
from bench.in_process import CARDS, DECODE, ORJSON, SCAN, Spent
from bench.over_http import Load, Memory
from bench.results import Body, InProcess, OverHttp, Results
from bench.services import BARE, ONE, PEER, TOKENS, TWO
from bench.sizes import REAL
from bench.spread import Spread

RESOURCES = {"S": 20, "M": 200, "L": 2_000, "XL": 10_000, REAL: 5_000}


def spent(best: float) -> Spread:
    """A round that was disturbed took twice as long, so that a ratio of medians is none of the best."""
    return Spread(best, best * 2 + 1)


def works(cards: float) -> dict[str, Spent]:
    """On the wall all took ten times as long."""
    cpu = {SCAN: 100, ORJSON: 600, DECODE: 200, CARDS: cards}
    return {name: Spent(spent(best), spent(10 * best)) for name, best in cpu.items()}


def load(cpu: float, per_second: float) -> Load:
    return Load(spent(cpu), Spread(per_second, per_second / 3), 1.0, 2.0, 0.5, 0.75)


def loads(cpu: float, per_second: float) -> dict[str, Load]:
    return {size: load(cpu, per_second) for size in ("S", "M", "L")}


IN_PROCESS = InProcess(
    bodies={size: Body(number, number * 1.1) for size, number in RESOURCES.items()},
    calls={"S": works(90), "M": works(300), "L": works(150), "XL": works(30_000), REAL: works(3_000)},
    worst=3.0,
    peaks={"XL": 20.0, REAL: 12.0},
    authentication={RAW: spent(300), AUTHENTICATION: spent(390)},
    instructions={ORJSON: 1_000.0, CARDS: 520.0},
)
SERVED = {
    BARE: loads(100, 1_000),
    ONE: loads(400, 300),
    TOKENS: loads(1_000, 200),
    TWO: loads(440, 500),
    PEER: loads(4_000, 30),
}
OVER_HTTP = OverHttp(SERVED, {name: Memory(80.0, 90.0) for name in SERVED}, {name: spent(500) for name in SERVED})
RESULTS = Results({"Python": "3.11"}, IN_PROCESS, OVER_HTTP, {})
# Without valgrind, and without HealthChain.
LESS = Results(
    {},
    InProcess(
        IN_PROCESS.bodies,
        IN_PROCESS.calls,
        IN_PROCESS.worst,
        {"XL": 20.0},
        IN_PROCESS.authentication,
        {},
    ),
    OverHttp({name: sizes for name, sizes in SERVED.items() if name != PEER}, OVER_HTTP.memory, OVER_HTTP.cold_starts),
    {goals.INSTRUCTIONS: "valgrind is not installed", goals.PEER: "HealthChain is not installed"},
)
