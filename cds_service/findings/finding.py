"""A finding is present, absent or unknown, with the facts it rests on; unknown is never read as no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing on record. `text` is ours, plain and short, with its date; `quote` is chart text, shown apart."""

    text: str
    sources: tuple[str, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Present(Generic[T]):
    """True of this patient, with its value and the facts under it."""

    value: T
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """The question was answered and nothing was found."""

    because: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody answered, or the answer cannot be read; `because` says which, in words."""

    because: str


Finding = Present[T] | Absent | Unknown


def each_told_once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The same thing entered twice is one fact, with the sources of both."""
    sources: dict[tuple[str, str], dict[str, None]] = {}
    for fact in facts:
        sources.setdefault((fact.text, fact.quote), {}).update(dict.fromkeys(fact.sources))
    return tuple(Fact(text, tuple(found), quote) for (text, quote), found in sources.items())
