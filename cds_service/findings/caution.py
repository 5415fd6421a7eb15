"""One thing a card mentions and no rule decides by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to mind, in our words with its date; it never starts, stops or changes a card."""

    id: str
    text: str
    sources: tuple[str, ...] = ()
