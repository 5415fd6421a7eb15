"""What happened in a run, as the clients saw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(slots=True)
class Tally:
    """Cards, feedback, errors and times. `unavailable`: 503 where the specification promises one."""

    cards: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    unavailable: int = 0
    refused: int = 0
    longest_wait: float = 0.0
    told: dict[str, str] = field(default_factory=dict)
    feedback_refused: Counter[str] = field(default_factory=Counter)
    now: str = ""
    events: list[tuple[float, float, str]] = field(default_factory=list)
    memory: list[tuple[float, dict[int, int]]] = field(default_factory=list)

    def milliseconds(self, share: float) -> float:
        """The time in which that share of the calls was answered."""
        times = sorted(self.seconds)
        return round(1_000 * times[min(len(times) - 1, int(share * len(times)))], 2) if times else 0.0

    def failed(self, what: str) -> None:
        """An error, with what befell the service at that moment."""
        self.errors[f"{what} ({self.now})" if self.now else what] += 1

    def growth(self, quarter: float, restart: str) -> dict[int, float]:
        """Of each worker that was there for both: its median in the last quarter ÷ that in the second.

        The second begins once the last restart is over, if that took longer.
        """
        began = max(quarter, *(ended for _, ended, what in self.events if what == restart))
        last_began = self.memory[-1][0] - quarter
        second = _medians([sizes for at, sizes in self.memory if began <= at < began + quarter])
        last = _medians([sizes for at, sizes in self.memory if last_began <= at])
        return {pid: round(last[pid] / second[pid], 3) for pid in last if pid in second}

    def megabytes(self) -> dict[int, float]:
        """The most that each worker held."""
        most: dict[int, int] = {}
        for _, sizes in self.memory:
            most |= {pid: max(size, most.get(pid, 0)) for pid, size in sizes.items()}
        return {pid: round(size / 2**20, 1) for pid, size in most.items()}


def _medians(samples: Sequence[dict[int, int]]) -> dict[int, float]:
    pids = {pid for sizes in samples for pid in sizes}
    return {pid: median(sizes[pid] for sizes in samples if pid in sizes) for pid in pids}
