"""The courses in which a drug or a class of drugs was taken: its days, merged over short gaps.

Days are inclusive on both sides. A day covered twice counts once; a gap is the number of days without cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.record.patient import Drug

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Course:
    """One stretch of taking a drug; `covered` counts the days with cover, gaps left out."""

    first: date
    last: date
    covered: int

    @property
    def length(self) -> int:
        """Its days from the first to the last, gaps included."""
        return (self.last - self.first).days + 1


def spans(drugs: Iterable[Drug], *, known: bool = False) -> tuple[Span, ...]:
    """The days each drug was or may have been taken; `known`: only those that rest on no assumption."""
    found = (known_span(drug) if known else whole_span(drug) for drug in drugs)
    return tuple(span for span in found if span)


def whole_span(drug: Drug) -> Span | None:
    """From its first to its last day; None where it cannot be placed in time."""
    return (drug.first, drug.last) if drug.first and drug.last else None


def known_span(drug: Drug) -> Span | None:
    """The days on which it was taken for all that is on record, without an open order's assumed supply."""
    if not drug.assumed:
        return whole_span(drug)
    return (drug.known_first, drug.known_last) if drug.known_first and drug.known_last else None


def within(parts: Iterable[Span], first: date, last: date) -> tuple[Span, ...]:
    """The parts of the spans that lie between two days."""
    cut = ((max(start, first), min(end, last)) for start, end in parts)
    return tuple((start, end) for start, end in cut if start <= end)


def courses(parts: Sequence[Span], gap: int) -> tuple[Course, ...]:
    """The spans merged over gaps of at most so many days, oldest first."""
    merged: list[Course] = []
    for start, end in sorted(parts):
        if merged and (start - merged[-1].last).days - 1 <= gap:
            merged[-1] = _lengthened(merged[-1], start, end)
        else:
            merged.append(Course(start, end, (end - start).days + 1))
    return tuple(merged)


def _lengthened(course: Course, start: date, end: date) -> Course:
    fresh = max(start, course.last + timedelta(1))
    return Course(course.first, max(course.last, end), course.covered + max(0, (end - fresh).days + 1))


def covered_days(parts: Sequence[Span]) -> int:
    """On how many days at least one of the spans lies."""
    return sum(course.covered for course in courses(parts, 0))


def by_name_only(drug: Drug) -> bool:
    """No code says which drug it is, only its name."""
    return all(match.by_text for match in drug.concepts.values())
