"""What was set as a goal, as figures that one run can be held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NO_FIGURE = "no run makes a figure of it yet"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure, and where it must and should be. `row` groups those that were set together."""

    row: str
    figure: str
    sense: Literal["≤", "≥"]
    must: float
    stretch: float
    unit: str = ""

    def met(self, value: float) -> str:
        """How far, in a word."""
        if self._holds(value, self.stretch):
            return "stretch"
        return "must" if self._holds(value, self.must) else "no"

    def _holds(self, value: float, bound: float) -> bool:
        return value <= bound if self.sense == "≤" else value >= bound


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A goal that this run says nothing of, and why."""

    row: str
    must: str
    stretch: str
    why: str


IN_PROCESS = "bytes to cards in process, M, ÷ `orjson.loads(body)` CPU"
INSTRUCTIONS = "the same in instructions (cachegrind, no cache model)"
LARGER = "L ÷, XL ÷"
PER_RESOURCE = "µs per resource, XL ÷ M"
SERVER_CPU = "server CPU per call ÷ bare uvicorn constant answer, S, M, L"
SATURATED = "saturated throughput, share of the bare answer, S, M"
TWO_WORKERS = "two workers, CPU per call ÷ one"
WORST = "worst M call ÷ median after warm-up"
AUTHENTICATION = "ES384 authentication ÷ raw verification"
PEER = "throughput ÷ HealthChain doing a dictionary scan, M"
RESIDENT = "idle RSS; after M load"
PEAK = "peak growth for one XL body"
COLD_START = "cold start CPU"

GOALS = (
    Goal(IN_PROCESS, "M ÷ orjson", "≤", 0.60, 0.45),
    Goal(INSTRUCTIONS, "M instructions ÷ orjson", "≤", 0.65, 0.50),
    Goal(LARGER, "L ÷ orjson", "≤", 0.35, 0.25),
    Goal(LARGER, "XL ÷ orjson", "≤", 0.25, 0.15),
    Goal(PER_RESOURCE, "XL ÷ M, per resource", "≤", 2.0, 1.5),
    Goal(SERVER_CPU, "S server CPU ÷ bare", "≤", 4, 3),
    Goal(SERVER_CPU, "M server CPU ÷ bare", "≤", 4, 3.5),
    Goal(SERVER_CPU, "L server CPU ÷ bare", "≤", 5, 4.3),
    Goal(SATURATED, "S throughput, share of bare", "≥", 45, 60, "%"),
    Goal(SATURATED, "M throughput, share of bare", "≥", 25, 30, "%"),
    Goal(TWO_WORKERS, "M server CPU, two workers ÷ one", "≤", 1.1, 1.0),
    Goal(WORST, "M worst ÷ median", "≤", 4, 2.5),
    Goal(AUTHENTICATION, "authentication ÷ raw verification", "≤", 1.3, 1.2),
    Goal(PEER, "M throughput ÷ HealthChain", "≥", 4, 8),
    Goal(RESIDENT, "idle RSS", "≤", 85, 75, "MiB"),
    Goal(RESIDENT, "RSS after M load", "≤", 95, 80, "MiB"),
    Goal(PEAK, "XL peak growth", "≤", 30, 15, "MiB"),
    Goal(COLD_START, "cold start", "≤", 600, 480, "ms"),
)
UNMEASURED = (
    Unmeasured("audit and metrics on the path", "≤ 10 µs", "≤ 3 µs", NO_FIGURE),
    Unmeasured("fetch path: our time over the slowest EHR answer", "≤ 15 ms", "≤ 5 ms", NO_FIGURE),
    Unmeasured(
        "population, one process: patients per CPU second ÷ (decode only)", "≥ 0.5", "≥ 0.7", "there is no such command"
    ),
    Unmeasured("population, memory", "constant in file size", "", "there is no such command"),
)
