"""How often a client may call: so many a minute, so many at once (contract, "Clients file").

The rate is kept together with other workers and machines where there are any. How many calls run at once is counted
by each process alone: it guards that process, and what a killed one had shared would be held for ever.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import ceil
from typing import Protocol

from cds_service.errors import StoreUnavailable, TooMany

MINUTE = 60.0
# One call, less what is lost in adding parts of it.
ONE = 1 - 1e-9


class Rates(Protocol):
    """What all workers and machines know together of how often clients call. Any thread and any task may ask."""

    async def seconds_until(self, client: str, rate_per_minute: int) -> float:
        """How long until this client may call; 0: now, and that counts. Raises StoreUnavailable."""


class Limits:
    """The calls of one client. 0: no limit. A minute's calls may come at once; each comes back as time passes.

    What is left here is never less than what is left for all, so that whoever has called too often is refused without
    the others being asked; and where they cannot be asked, it decides alone.
    """

    def __init__(
        self,
        rate_per_minute: int,
        concurrent: int,
        clock: Callable[[], float],
        client: str = "",
        rates: Rates | None = None,
    ) -> None:
        self._rate = rate_per_minute
        self._most = concurrent
        self._clock = clock
        self._client = client
        self._rates = rates
        self._left = float(rate_per_minute)
        self._at = clock()
        self._running = 0

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """One call, from its beginning to its answer. Raises TooMany, which says when to come again."""
        if self._most and self._running >= self._most:
            raise TooMany
        self._running += 1
        try:
            if self._rate:
                await self._take_one()
            yield
        finally:
            self._running -= 1

    async def _take_one(self) -> None:
        self._come_back()
        if self._left >= ONE and self._rates and await self._is_taken(self._rates):
            return
        if self._left < ONE:
            raise TooMany(ceil((1 - self._left) * MINUTE / self._rate))
        self._left -= 1

    def _come_back(self) -> None:
        """What the time since brought."""
        now = self._clock()
        self._left = min(self._rate, self._left + (now - self._at) * self._rate / MINUTE)
        self._at = now

    async def _is_taken(self, rates: Rates) -> bool:
        """All workers together have one left. If not, so little is left here; without them nothing is known."""
        try:
            wait = await rates.seconds_until(self._client, self._rate)
        except StoreUnavailable:
            return False
        self._come_back()
        if wait:
            self._left = min(self._left, 1 - wait * self._rate / MINUTE)
            return False
        self._left = max(0.0, self._left - 1)
        return True
