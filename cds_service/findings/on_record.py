"""What is on record under a concept, and since when, in our words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from cds_service.findings.finding import Fact
from cds_service.findings.words import as_in_a_sentence, range_in_words, short_day_in_words
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, PatientRecord

# Said of what no code says; a drug without a known code is known by its name.
BY_TEXT = ", by its text only"
BY_NAME = ", by name only"
EVENT = re.compile(r"\b(?:infarction|stroke|fracture)\b", re.IGNORECASE)


class Entry(Protocol):
    """Anything of the chart that has a reference."""

    @property
    def ref(self) -> str: ...


def refs(*entries: Entry) -> tuple[str, ...]:
    """Where the entries are, each once, as `Type/id`; an entry without id is not listed."""
    return tuple(dict.fromkeys([entry.ref for entry in entries if entry.ref]))


def open_entries(record: PatientRecord, concept: str) -> tuple[Condition, ...]:
    """The Conditions in the set in full that are active and not over, in a stable order."""
    listed = record.conditions_in(concept)
    return in_order([entry for entry in listed if entry.open and entry.counts_for(concept)]) if listed else ()


def in_order(entries: Iterable[Condition]) -> tuple[Condition, ...]:
    """The same whatever the order of the chart: newest stated day first, undated last, then by reference."""
    found = tuple(entries)
    if len(found) < 2:
        return found
    return tuple(sorted(found, key=lambda entry: (-(_stated(entry) or date.min).toordinal(), entry.ref)))


def _stated(entry: Condition) -> date | None:
    when = entry.onset or entry.recorded
    return when.last if when else None


def day_of(when: DateRange | None, today: date) -> date | None:
    """The last day a date may mean, never later than the day (L); None when undated or in the future."""
    return None if when is None or when.first > today else min(when.last, today)


def days_since(when: DateRange | None, today: date) -> int | None:
    """Days from the last possible day to today; None when undated or in the future."""
    day = day_of(when, today)
    return None if day is None else (today - day).days


def dates_better(fine: DateRange | None, vague: DateRange | None) -> bool:
    """The first lies within the second and is narrower."""
    if fine is None or vague is None or fine == vague:
        return False
    return vague.first <= fine.first and fine.last <= vague.last


def trace(entry: Condition, today: date) -> date | None:
    """The newest day the Condition was stated or recorded (clinical-logic L, "newest entry")."""
    days = [day for day in (day_of(entry.onset, today), day_of(entry.recorded, today)) if day]
    return max(days, default=None)


def when_in_words(when: DateRange | None) -> str:
    """The date as exact as it was written: "10 May 2026", "July 2026", "2026"; "undated"."""
    return "undated" if when is None else range_in_words(when)


def when_in_brief(when: DateRange | None, today: date) -> str:
    """As `when_in_words`, a day of this year short: "2 Oct"."""
    if when is not None and when.exact and when.first.year == today.year:
        return short_day_in_words(when.first)
    return when_in_words(when)


def when_as_written(when: DateRange) -> str:
    """The date for the extension: "2026-10-02", "2026-10" or "2026"."""
    first, last = when.first.isoformat(), when.last.isoformat()
    if when.exact:
        return first
    return first[:7] if first[:7] == last[:7] else first[:4]


def number_in_words(value: float, decimals: int = 2) -> str:
    """At most so many decimals, no idle noughts: 9.4, 28, 41.23.

    Limits are wholes and halves, and no number is shown as one it falls short of: 7.96 stays 7.96, not 8.
    """
    for places in (decimals, decimals + 1, decimals + 2):
        shown = round(value, places)
        if abs(shown) <= abs(value) or not (2 * shown).is_integer():
            return f"{shown:g}"
    tens = 10**decimals
    return f"{math.trunc(value * tens) / tens:g}"


def entry_in_words(entry: Condition, concept: str) -> str:
    """The entry by our own label with its date: "pulmonary hypertension since May 2026 (unconfirmed)"."""
    label = as_in_a_sentence(entry.concepts[concept].label)
    doubt = " (unconfirmed)" if entry.unconfirmed else ""
    doubt += BY_TEXT if entry.concepts[concept].by_text else ""
    if entry.onset:
        return f"{label} {_since(label, entry.onset)} {when_in_words(entry.onset)}{doubt}"
    if entry.recorded:
        return f"{label}, recorded {when_in_words(entry.recorded)}{doubt}"
    return f"{label}, undated{doubt}"


def _since(label: str, onset: DateRange) -> str:
    """An event is not "since" a day, it was on it."""
    if not EVENT.search(label):
        return "since"
    return "on" if onset.exact else "in"


def entry_in_brief(entry: Condition, concept: str, today: date) -> str:
    """The entry for a summary: "acute myocardial infarction (15 Oct)"; without a date only its label."""
    label = as_in_a_sentence(entry.concepts[concept].label)
    stated = entry.onset or entry.recorded
    return f"{label} ({when_in_brief(stated, today)})" if stated else label


def entry_fact(entry: Condition, concept: str) -> Fact:
    """The entry as a fact with its source."""
    return Fact(entry_in_words(entry, concept), refs(entry))
