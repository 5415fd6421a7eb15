"""A store in this process's memory: bounded, gone with the process, and another worker's is another."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cds_service.store.counted import UNKNOWN_RULE, Counted
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.quiet_list import QuietList, Told
from cds_service.store.shown import Feedback, Matter, Shown, month_of, real_time

# About 50 MB when full. A card that was pushed out is as one from before a restart, and its quiet period is over.
MOST_CARDS = 50_000


@dataclass(slots=True)
class Kept:
    """A card that was shown, when, and what became of it last."""

    shown: Shown
    at: datetime
    told: Feedback | None = None


class InMemory:
    """The cards shown last, and feedback on cards it does not know; the oldest go first."""

    def __init__(
        self, quiet_days: int, *, now: Callable[[], datetime] = real_time, most_cards: int = MOST_CARDS
    ) -> None:
        self.pseudonyms = Pseudonyms()
        self._now = now
        self._most = most_cards
        self._lock = Lock()
        self._cards: OrderedDict[str, Kept] = OrderedDict()
        self._quiet = QuietList(timedelta(days=quiet_days))
        # Apart from the cards: whoever makes up ids pushes out only what others made up.
        self._unknown: OrderedDict[tuple[str, str], tuple[Feedback, str]] = OrderedDict()

    def open(self) -> None:
        """Nothing is to be done."""

    def close(self) -> None:
        """Nothing is kept."""

    def is_reachable(self) -> bool:
        """It is here."""
        return True

    def is_full(self) -> bool:
        """Nothing waits."""
        return False

    def is_asked_in_vain(self) -> bool:
        """Nobody asks it."""
        return False

    def remember(self, shown: Shown) -> None:
        """A card is being answered."""
        with self._lock:
            self._cards[shown.card] = Kept(shown, self._now())
            if len(self._cards) > self._most:
                _, oldest = self._cards.popitem(last=False)
                self._learn(oldest.shown, Feedback(oldest.shown.card, "accepted"))

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Feedback of one client; the part of it that was news."""
        with self._lock:
            return tuple(one for one in told if self._is_news(client, one))

    def is_quiet(self, matter: Matter) -> bool:
        """A card of this matter was overridden, and its quiet period is not over."""
        with self._lock:
            return self._quiet.is_quiet(matter, self._now())

    async def counts(self) -> Sequence[Counted]:
        """What is in memory."""
        with self._lock:
            found = Counter((*_place(kept), "shown", "") for kept in self._cards.values())
            found.update(
                (*_place(kept), kept.told.outcome, kept.told.reason) for kept in self._cards.values() if kept.told
            )
            found.update(
                (UNKNOWN_RULE, client, "", month, told.outcome, told.reason)
                for (client, _), (told, month) in self._unknown.items()
            )
        return [Counted(*key, count) for key, count in found.items()]

    def _is_news(self, client: str, told: Feedback) -> bool:
        kept = self._cards.get(told.card)
        if kept is None:
            return self._is_news_of_unknown(client, told)
        if kept.shown.matter.client != client or (kept.told and kept.told.outcome == told.outcome):
            return False
        kept.told = told
        self._learn(kept.shown, told)
        return True

    def _is_news_of_unknown(self, client: str, told: Feedback) -> bool:
        for former in told.formerly:
            if (client, former) in self._unknown:
                self._unknown[client, told.card] = self._unknown.pop((client, former))
        known = self._unknown.get((client, told.card))
        if known and known[0].outcome == told.outcome:
            return False
        self._unknown[client, told.card] = told, month_of(self._now())
        if len(self._unknown) > self._most:
            self._unknown.popitem(last=False)
        return True

    def _learn(self, shown: Shown, told: Feedback) -> None:
        now = self._now()
        self._quiet.learn([Told(shown.matter, shown.card, told.outcome, now)], now)


def _place(kept: Kept) -> tuple[str, str, str, str]:
    return kept.shown.rule, kept.shown.matter.client, kept.shown.tenant, month_of(kept.at)
