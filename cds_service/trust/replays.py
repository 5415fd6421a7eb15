"""Which tokens were used already: each `jti` counts once for its issuer, until the token has expired."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from heapq import heappop, heappush
from threading import Lock
from typing import Protocol

from cds_service.errors import ReplaysUnavailable

# About 30 MB when full: 50 calls a second with tokens that live an hour.
MOST_TOKENS = 200_000
# Whoever judged a token in its last moments asks after them.
KEPT_AFTER_SECONDS = 10.0


class Replays(Protocol):
    """What is asked of the memory, whatever keeps it. Any thread and any task may ask."""

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """This `jti` was not used before; from now on it is, until after that moment in seconds of the epoch.

        Of any number of callers at once, one is told that it is the first. Raises ReplaysUnavailable.
        """


class InMemoryReplays:
    """The tokens that this process saw. Full, it takes no more: to forget one early would let it be used again."""

    def __init__(self, now: Callable[[], float], most: int = MOST_TOKENS) -> None:
        self._now = now
        self._most = most
        self._lock = Lock()
        self._used: dict[str, set[bytes]] = {}
        self._ends: list[tuple[float, str, bytes]] = []

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """Each issuer has a memory of its own, so that one who calls without end stops nobody else."""
        digest = sha256(jti.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            self._forget()
            used = self._used.setdefault(issuer, set())
            if digest in used:
                return False
            if len(used) >= self._most:
                raise ReplaysUnavailable
            used.add(digest)
            heappush(self._ends, (until, issuer, digest))
            return True

    def _forget(self) -> None:
        """Whatever has expired for good."""
        over = self._now() - KEPT_AFTER_SECONDS
        while self._ends and self._ends[0][0] <= over:
            _, issuer, digest = heappop(self._ends)
            self._used[issuer].discard(digest)


class LastingReplays:
    """The only worker's memory, and a store that brings it over a restart. Without the store the memory decides."""

    def __init__(self, memory: Replays, kept: Replays) -> None:
        self._memory = memory
        self._kept = kept

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """Neither knows it."""
        if not await self._memory.is_first(issuer, jti, until):
            return False
        try:
            return await self._kept.is_first(issuer, jti, until)
        except ReplaysUnavailable:
            return True
