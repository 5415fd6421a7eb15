"""The latest measurement of a kind: by day, and on one day the worse for the patient (clinical-logic L)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.finding import Fact
from cds_service.findings.on_record import (
    day_of,
    number_in_words,
    refs,
    when_as_written,
    when_in_brief,
    when_in_words,
)
from cds_service.record.dates import DateRange
from cds_service.record.patient import Observation, PatientRecord

Worse = Literal["higher", "lower"]
ONE_DECIMAL = ("BMI", "HbA1c")
EVERY_VALUE = (float("-inf"), float("inf"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A dated measurement in the unit the knowledge names; `day` is the last day its date may mean."""

    value: float
    day: date
    when: DateRange
    sources: tuple[str, ...] = ()
    preliminary: bool = False

    def age(self, today: date) -> int:
        """Days since it was taken."""
        return (today - self.day).days

    def words(self, name: str, unit: str) -> str:
        """ "HbA1c 9.4 % on 2 October 2026"; a preliminary result says so."""
        when = when_in_words(self.when)
        doubt = " (preliminary)" if self.preliminary else ""
        return f"{self.named(name, unit)} {'on' if self.when.exact else 'in'} {when}{doubt}"

    def brief(self, name: str, unit: str, today: date) -> str:
        """ "HbA1c 9.4 % (2 Oct)"."""
        return f"{self.named(name, unit)} ({when_in_brief(self.when, today)})"

    def named(self, name: str, unit: str) -> str:
        """ "HbA1c 9.4 %"."""
        value = number_in_words(self.value, 1 if name in ONE_DECIMAL else 2)
        return " ".join(part for part in (name, value, unit) if part)

    def fact(self, name: str, unit: str) -> Fact:
        """The measurement as a fact with its source."""
        return Fact(self.words(name, unit), self.sources)

    def as_value(self, name: str, unit: str) -> dict[str, object]:
        """The measurement for a card's extension: {"hba1c": 9.4, "unit": "%", "date": "2026-10-02"}."""
        return {name: float(number_in_words(self.value)), "unit": unit, "date": when_as_written(self.when)}


def latest(
    record: PatientRecord,
    what: str,
    worse: Worse,
    within: int | None = None,
    between: tuple[float, float] = EVERY_VALUE,
) -> Reading | None:
    """The newest value of `what`, at most `within` days old; passes over the undated, future, impossible."""
    measured = record.measured(what)
    return newest(measured, record.day, worse, within, between) if measured else None


def newest(
    measured: Iterable[Observation],
    today: date,
    worse: Worse,
    within: int | None = None,
    between: tuple[float, float] = EVERY_VALUE,
) -> Reading | None:
    """The newest of these, as `latest`."""
    read = [reading for entry in measured if (reading := _reading(entry, today))]
    usable = [
        reading
        for reading in read
        if between[0] <= reading.value <= between[1] and (within is None or reading.age(today) <= within)
    ]
    sign = 1 if worse == "higher" else -1
    return max(usable, key=lambda reading: (reading.day, sign * reading.value, reading.sources), default=None)


def _reading(entry: Observation, today: date) -> Reading | None:
    day = day_of(entry.when, today)
    if entry.value is None or entry.when is None or day is None:
        return None
    return Reading(entry.value, day, entry.when, refs(entry), entry.preliminary)
