"""What the service asks of a store, whatever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cds_service.store.shown import Feedback, Matter, Shown


class Store(Protocol):
    """Cards shown and what became of them. Any thread and any task may ask."""

    def remember(self, shown: Shown) -> None:
        """A card is being answered. Nobody waits for it to be kept."""

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Feedback of one client, all or nothing, kept once this returns; the part of it that was news.

        No news is the same outcome for the same card again, and a card that another client was shown. A card that
        nobody here was shown counts: a restart may have forgotten it. Another outcome for the same card replaces
        the one before.
        """

    def is_quiet(self, matter: Matter) -> bool:
        """A card of this matter was overridden, and its quiet period is not over. Never waits."""
