"""How many bytes one call may read from a FHIR server, all its keys together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cds_service.errors import ReadFailed


class Budget:
    """Bytes that are left. What was spent on an answer that is thrown away comes back."""

    def __init__(self, whole: int) -> None:
        self.whole = whole
        self.left = whole

    @contextmanager
    def spending(self) -> Iterator[Callable[[int], None]]:
        """Spends as an answer grows. Raises ReadFailed when there is nothing left."""
        kept = 0
        taken = 0

        def spend(count: int) -> None:
            nonlocal taken
            taken += count
            self.left -= count
            if self.left < 0:
                raise ReadFailed("the FHIR server's answers were too large")

        try:
            yield spend
            kept = taken
        finally:
            self.left += taken - kept
