"""Which tokens were used, and when a client may call again: kept by the database for all workers and machines.

Each question is one statement that judges and writes at once, so that of any number who ask, wherever they run, no two
are told the same. What is kept outlives the end of any process of ours; the loss of power may take its last moments.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from itertools import count
from secrets import token_bytes
from time import time
from typing import TypeVar

from sqlalchemy import Connection

from cds_service.errors import ReplaysUnavailable, StoreUnavailable
from cds_service.observe.metrics import Metrics
from cds_service.store.asking import Asking
from cds_service.store.at_once import AtOnce
from cds_service.store.call_queries import take_call, use_token
from cds_service.store.databases import at_once_engine_of, limits_engine_of

# Longer than a moment in which others write to the same SQLite file; the call then still has time to be answered.
PATIENCE_SECONDS = 3.0
# Of so many questions to a SQLite file one goes to the thread, which moves the log into the file when it is long.
THREAD_EVERY = 256
# As long as a token's digest.
TRIAL_BYTES = 32
Answer = TypeVar("Answer")


class SharedLimits:
    """Asked on the path of a call. `now` in seconds of the epoch: the clocks of machines must agree, as for tokens."""

    def __init__(
        self,
        url: str,
        *,
        metrics: Metrics | None = None,
        now: Callable[[], float] = time,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._asking = Asking(limits_engine_of(url), patience, self._trial)
        engine = at_once_engine_of(url)
        self._at_once = AtOnce(engine) if engine else None
        self._asked = count(1)
        self._metrics = metrics or Metrics()
        self._now = now

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """This `jti` was not used before, as `trust.replays.Replays` says. Raises ReplaysUnavailable."""
        try:
            return await self._answer(partial(use_token, digest_of(issuer, jti), until))
        except StoreUnavailable:
            self._metrics.token_not_shared()
            raise ReplaysUnavailable from None

    async def seconds_until(self, client: str, rate_per_minute: int) -> float:
        """How long until a call may come, as `trust.limits.Rates` says. Raises StoreUnavailable."""
        try:
            return await self._answer(partial(take_call, client, rate_per_minute, self._now()))
        except StoreUnavailable:
            self._metrics.rate_not_shared()
            raise

    def answers(self) -> bool:
        """The thread that asks was answered last time, or was never asked."""
        return self._asking.answers

    def close(self, patience: float) -> None:
        """After the last call; returns after so many seconds at the latest."""
        if self._at_once:
            self._at_once.close()
        self._asking.close(patience)

    def _trial(self, connection: Connection) -> bool:
        """A token that nobody has: a full disk, and a standby, answer whoever only reads."""
        return use_token(token_bytes(TRIAL_BYTES), self._now(), connection)

    async def _answer(self, question: Callable[[Connection], Answer]) -> Answer:
        if self._at_once and next(self._asked) % THREAD_EVERY:
            with suppress(StoreUnavailable):
                return self._at_once.answer(question)
        return await self._asking.answer(question)


def digest_of(issuer: str, jti: str) -> bytes:
    """All that is kept of a token; the issuer apart from the jti, wherever the one ends."""
    of_issuer, of_jti = (sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (issuer, jti))
    return sha256(of_issuer + of_jti).digest()
