"""What was set aside and stays away for now: in memory, so that no call waits for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cds_service.store.shown import FeedbackOutcome, Matter


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one card of a matter, and when that was told."""

    matter: Matter
    card: str
    outcome: FeedbackOutcome
    at: datetime


class QuietList:
    """The matters of overridden cards, the one changed last at the end. One thread changes it; any may ask."""

    def __init__(self, quiet_period: timedelta) -> None:
        self.quiet_period = quiet_period
        self._since: OrderedDict[Matter, dict[str, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._since)

    def is_quiet(self, matter: Matter, now: datetime) -> bool:
        """A card of this matter was overridden, and its quiet period is not over."""
        since = self._since.get(matter)
        return since is not None and not self._is_over(since, now)

    def learn(self, told: Iterable[Told], now: datetime) -> None:
        """What was told, told again or taken back; and what is over is forgotten."""
        for one in told:
            self._learn(one)
        while self._since and self._is_over(next(iter(self._since.values())), now):
            self._since.popitem(last=False)

    def _learn(self, one: Told) -> None:
        """A new dictionary in place of the old: who asks meanwhile in another thread finds the one or the other."""
        since = {card: at for card, at in self._since.get(one.matter, {}).items() if card != one.card}
        if one.outcome == "overridden":
            since[one.card] = one.at
        if since:
            self._since[one.matter] = since
            self._since.move_to_end(one.matter)
        else:
            self._since.pop(one.matter, None)

    def _is_over(self, since: dict[str, datetime], now: datetime) -> bool:
        return now >= max(since.values()) + self.quiet_period
