"""The first and last day that a chart has for each problem, reckoned once a problem: a chart repeats its problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from cds_service.findings.spine import Problem, problem_of
from cds_service.record.patient import Condition


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last of some days; both None where no entry has a day."""

    first: date | None = None
    last: date | None = None

    def with_day(self, day: date | None) -> Span:
        """The span, stretched to hold the day."""
        if day is None:
            return self
        return Span(min(self.first or day, day), max(self.last or day, day))


NO_DAY = Span()


class ProblemDays:
    """One day of each of these entries, asked for by problem (A.3: a compatible region and a set in common)."""

    def __init__(self, entries: Iterable[Condition], day: Callable[[Condition], date | None]) -> None:
        self._spans: dict[Problem, Span] = {}
        self._same: dict[Problem, Span | None] = {}
        for entry in entries:
            problem = problem_of(entry)
            self._spans[problem] = self._spans.get(problem, NO_DAY).with_day(day(entry))

    def of(self, entry: Condition) -> Span | None:
        """The days of all entries of this entry's problem; None where there is no such entry."""
        problem = problem_of(entry)
        if problem not in self._same:
            self._same[problem] = self._among([span for other, span in self._spans.items() if problem.same(other)])
        return self._same[problem]

    def last(self, entry: Condition) -> date | None:
        """The last day of any entry of this entry's problem."""
        span = self.of(entry)
        return span.last if span else None

    @staticmethod
    def _among(spans: list[Span]) -> Span | None:
        if not spans:
            return None
        all_of_them = NO_DAY
        for span in spans:
            all_of_them = all_of_them.with_day(span.first).with_day(span.last)
        return all_of_them
