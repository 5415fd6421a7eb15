"""A store in this process's memory: bounded, gone with the process, and another worker's is another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from cds_service.store.shown import Feedback, FeedbackOutcome, Matter, Shown

# About 50 MB when full. A card that was pushed out is as one from before a restart, and its quiet period is over.
MOST_CARDS = 50_000


@dataclass(slots=True)
class Kept:
    """A card that was shown, when, and what became of it last."""

    shown: Shown
    at: datetime
    told: Feedback | None = None


def real_time() -> datetime:
    """Now. Quiet periods keep the real clock, whatever day is assessed."""
    return datetime.now(UTC)


class InMemory:
    """The cards shown last, and feedback on cards it does not know; the oldest go first."""

    def __init__(
        self, quiet_days: int, *, now: Callable[[], datetime] = real_time, most_cards: int = MOST_CARDS
    ) -> None:
        self._quiet_period = timedelta(days=quiet_days)
        self._now = now
        self._most = most_cards
        self._lock = Lock()
        self._cards: OrderedDict[str, Kept] = OrderedDict()
        self._overridden: dict[Matter, dict[str, datetime]] = {}
        # Apart from the cards: whoever makes up ids pushes out only what others made up.
        self._unknown: OrderedDict[tuple[str, str], FeedbackOutcome] = OrderedDict()

    def remember(self, shown: Shown) -> None:
        """A card is being answered."""
        with self._lock:
            self._cards[shown.card] = Kept(shown, self._now())
            if len(self._cards) > self._most:
                _, oldest = self._cards.popitem(last=False)
                self._end_quiet(oldest.shown)

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Feedback of one client; the part of it that was news."""
        with self._lock:
            return tuple(one for one in told if self._is_news(client, one))

    def is_quiet(self, matter: Matter) -> bool:
        """A card of this matter was overridden, and its quiet period is not over."""
        with self._lock:
            since = self._overridden.get(matter)
            return since is not None and self._now() < max(since.values()) + self._quiet_period

    def _is_news(self, client: str, told: Feedback) -> bool:
        kept = self._cards.get(told.card)
        if kept is None:
            return self._is_news_of_unknown(client, told)
        matter = kept.shown.matter
        if matter.client != client or (kept.told and kept.told.outcome == told.outcome):
            return False
        kept.told = told
        if told.outcome == "overridden":
            self._overridden.setdefault(matter, {})[told.card] = self._now()
        else:
            self._end_quiet(kept.shown)
        return True

    def _is_news_of_unknown(self, client: str, told: Feedback) -> bool:
        if self._unknown.get((client, told.card)) == told.outcome:
            return False
        self._unknown[client, told.card] = told.outcome
        if len(self._unknown) > self._most:
            self._unknown.popitem(last=False)
        return True

    def _end_quiet(self, shown: Shown) -> None:
        since = self._overridden.get(shown.matter, {})
        since.pop(shown.card, None)
        if not since:
            self._overridden.pop(shown.matter, None)
