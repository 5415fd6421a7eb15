"""What waits to be written, in memory: bounded, and nobody waits for room."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from cds_service.observe.metrics import Metrics
from cds_service.store.shown import Decision, Feedback

# So that one commit never takes long, nor holds other threads up.
GROUP = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Feedback of one client, and who waits for it to be kept."""

    client: str
    told: Sequence[Feedback]
    kept: Future[tuple[Feedback, ...]] = field(default_factory=Future)


class Waiting:
    """What waits to be written: bounded, the oldest cards are dropped."""

    def __init__(self, most: int, metrics: Metrics) -> None:
        self._most = most
        self._metrics = metrics
        self._decisions: deque[Decision] = deque()
        self._taken = 0
        self._asked: SimpleQueue[Asked] = SimpleQueue()

    def add(self, decision: Decision) -> None:
        """A card was shown. An append and a comparison: this is on the path of every card."""
        self._decisions.append(decision)
        if len(self._decisions) > self._most:
            self._decisions.popleft()
            self._metrics.dropped(1)

    def ask(self, asked: Asked) -> None:
        """Feedback came."""
        self._asked.put(asked)

    def decisions(self) -> list[Decision]:
        """The oldest, as many as one group takes."""
        taken = [self._decisions.popleft() for _ in range(min(GROUP, len(self._decisions)))]
        self._taken = len(taken)
        return taken

    def kept(self) -> None:
        """What was taken last is written."""
        self._taken = 0

    def give_back(self, decisions: list[Decision]) -> None:
        """They could not be written and wait again, those for which there is no room excepted."""
        self._taken = 0
        room = max(0, self._most - len(self._decisions))
        lost = max(0, len(decisions) - room)
        self._decisions.extendleft(reversed(decisions[lost:]))
        if lost:
            self._metrics.dropped(lost)

    def asked(self) -> list[Asked]:
        """All feedback whose sender still waits."""
        found: list[Asked] = []
        while not self._asked.empty():
            found.append(self._asked.get())
        return [asked for asked in found if asked.kept.set_running_or_notify_cancel()]

    def count(self) -> int:
        """So many cards wait."""
        return len(self._decisions)

    def is_full(self) -> bool:
        """The next card pushes out the oldest."""
        return len(self._decisions) >= self._most

    def drop(self) -> int:
        """The service ends: so many cards wait, or are being written by who has not come back."""
        left = len(self._decisions) + self._taken
        self._decisions.clear()
        self._metrics.dropped(left)
        return left

    def is_empty(self) -> bool:
        """Nothing waits."""
        return not self._decisions and self._asked.empty()
