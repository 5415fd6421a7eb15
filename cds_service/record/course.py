"""How it is known that a condition began, that it is over, and where it was listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cds_service.record.dates import DateRange


class StartKind(StrEnum):
    """How the start of a condition is known (clinical-logic A, column "confidence")."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    TEXT = "text"
    AT_LEAST = "at least"
    UNREADABLE = "unreadable"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Start:
    """When a condition began: between two days. AT_LEAST: it began on `latest` or earlier."""

    kind: StartKind = StartKind.NONE
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The condition is over: since a day between `first` and `last`, or on an unknown day."""

    when: DateRange | None = None


class Listing(StrEnum):
    """Where a Condition was listed; NONE is read as a problem-list item."""

    PROBLEM_LIST = "problem-list-item"
    ENCOUNTER = "encounter-diagnosis"
    NONE = "none"
