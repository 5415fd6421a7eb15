"""Whether the tokens of registered clients can be verified just now: what /readyz asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# "stale": they could not be read again, and serve; "none": they could not be read, and there are none.
KeyState = Literal["fresh", "stale", "none"]
ORDER: tuple[KeyState, ...] = ("fresh", "stale", "none")


@dataclass(frozen=True, slots=True)
class KeysHeld:
    """How many clients have keys that are fresh (or not asked for yet), stale, or none."""

    fresh: int = 0
    stale: int = 0
    none: int = 0

    @property
    def nobodys(self) -> bool:
        """No client there is could be let in."""
        return self.none > 0 and not self.fresh and not self.stale


def all_held() -> KeysHeld:
    """No keys are needed."""
    return KeysHeld()


def best(states: Iterable[KeyState]) -> KeyState:
    """Of the addresses of one client, whose tokens name any of them."""
    return min(states, key=ORDER.index, default="fresh")


def held_of(clients: Iterable[KeyState]) -> KeysHeld:
    """Of all clients."""
    count = Counter(clients)
    return KeysHeld(count["fresh"], count["stale"], count["none"])
