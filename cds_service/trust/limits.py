"""How often a client may call: so many a minute, so many at once (contract, "Clients file"). Each process counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from cds_service.errors import TooMany

MINUTE = 60.0


class Limits:
    """The calls of one client. 0: no limit. A minute's calls may come at once; each comes back as time passes."""

    def __init__(self, rate_per_minute: int, concurrent: int, clock: Callable[[], float]) -> None:
        self._rate = rate_per_minute
        self._most = concurrent
        self._clock = clock
        self._left = float(rate_per_minute)
        self._at = clock()
        self._running = 0

    @contextmanager
    def calling(self) -> Iterator[None]:
        """One call, from its beginning to its answer. Raises TooMany, which says when to come again."""
        if self._most and self._running >= self._most:
            raise TooMany
        if self._rate:
            self._take_one()
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    def _take_one(self) -> None:
        now = self._clock()
        a_second = self._rate / MINUTE
        self._left = min(self._rate, self._left + (now - self._at) * a_second)
        self._at = now
        if self._left < 1:
            raise TooMany(ceil((1 - self._left) / a_second))
        self._left -= 1
