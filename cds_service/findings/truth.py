"""Three-valued logic: true, false, or unknown (None). One unknown never turns a no into a yes or a yes into a no."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def all_of(parts: Iterable[Truth]) -> Truth:
    """True when every part is; false when any part is; else unknown."""
    known = list(parts)
    if any(part is False for part in known):
        return False
    return None if None in known else True


def any_of(parts: Iterable[Truth]) -> Truth:
    """True when any part is; false when every part is; else unknown."""
    known = list(parts)
    if any(part is True for part in known):
        return True
    return None if None in known else False


def not_(part: Truth) -> Truth:
    """The opposite; unknown stays unknown."""
    return None if part is None else not part
