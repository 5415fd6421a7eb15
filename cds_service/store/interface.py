"""What the service asks of a store, whatever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cds_service.store.counted import Counted
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.shown import Feedback, Matter, Shown


class Store(Protocol):
    """Cards shown and what became of them. Any thread and any task may ask."""

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The names it keeps patients and findings by; all who share what is kept agree on them."""

    def open(self) -> None:
        """Before the first call; returns when it can be reached, or soon."""

    def close(self) -> None:
        """After the last call; what waits to be kept is kept, if that can be done soon."""

    def is_reachable(self) -> bool:
        """Feedback can be kept. Never waits."""

    def is_full(self) -> bool:
        """No more cards can wait to be kept: each that is shown pushes out the oldest. Never waits."""

    def is_asked_in_vain(self) -> bool:
        """Which tokens were used, and how often clients called, was not to be had just now. Never waits."""

    def remember(self, shown: Shown) -> None:
        """A card is being answered. Nobody waits for it to be kept."""

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Feedback of one client, all or nothing, kept once this returns; the part of it that was news.

        No news is the same outcome for the same card again, and a card that another client was shown. A card that
        nobody here was shown counts: a restart may have forgotten it. Another outcome for the same card replaces
        the one before. Raises StoreUnavailable.
        """

    def is_quiet(self, matter: Matter) -> bool:
        """A card of this matter was overridden, and its quiet period is not over. Never waits."""

    async def counts(self) -> Sequence[Counted]:
        """What is kept, counted for the report. Raises StoreUnavailable."""
