"""What several rounds of one measurement came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The best round, which others on the machine disturbed least, and the median of all."""

    best: float
    median: float


def spread_of(values: Sequence[float], best: Callable[[Iterable[float]], float] = min) -> Spread:
    """Of times the best is the least; of rates it is the greatest."""
    return Spread(best(values), median(values))


def share_of(values: Iterable[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
