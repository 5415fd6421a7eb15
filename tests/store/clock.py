"""A clock that goes when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Says the same time until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def go(self, *, days: float) -> None:
        """Later."""
        self.time += timedelta(days=days)
