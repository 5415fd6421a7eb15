"""One red-flag entry of the chart: when it began, how sure it is, and whether it is new (clinical-logic G)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Fact
from cds_service.findings.on_record import day_of, entry_fact, refs, when_in_brief, when_in_words
from cds_service.findings.operations import Operations
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A red flag as a card tells it: `fact` with its date, `brief` for the summary, `new` by its own window."""

    id: str
    fact: Fact
    brief: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class FlagEntry:
    """A Condition in a red-flag set, read for row 1.

    `day` is its onset, else its record, as the last day it may mean; of a later encounter (seventh character
    D, G, K, P, S) only an onset counts. `sure` entries may make an emergency; the others are suspected: an
    unconfirmed, text-only or unverified one. `past` is history by its code, or closed.
    """

    entry: Condition
    concept: str
    when: DateRange | None
    day: date | None
    sure: bool
    past: bool

    def within(self, days: int, today: date) -> bool:
        """It began at most so many days ago."""
        return self.day is not None and (today - self.day).days <= days

    def followed(self, done: Operations) -> bool:
        """A spine operation took place on the day it began, or later."""
        return self.day is not None and done.followed(self.day)

    def is_new(self, done: Operations, given: Thresholds, today: date) -> bool:
        """At most `red_flag_new_days` old and not strictly before the last spine operation."""
        last = done.last.day if done.last else None
        before = last is not None and self.day is not None and self.day < last
        return self.within(given.red_flag_new_days, today) and not before

    def told(self, flag_id: str, today: date, *, new: bool) -> RedFlag:
        """The entry as a red flag, in our own words."""
        label = as_in_a_sentence(self.entry.concepts[self.concept].label)
        doubt = "possible " if not self.sure else ""
        when = f", {when_in_brief(self.when, today)}" if self.when else ""
        return RedFlag(flag_id, entry_fact(self.entry, self.concept), f"{doubt}{label}{when}", new)

    def history(self) -> Fact:
        """The line "History: …" that any card shows."""
        label = as_in_a_sentence(self.entry.concepts[self.concept].label)
        return Fact(f"History: {label}, {when_in_words(self.when)}", refs(self.entry))


def flag_entry(entry: Condition, concept: str, today: date, *, closed_counts: bool = False) -> FlagEntry:
    """The Condition as a flag; `closed_counts`: its window runs whatever clinicalStatus says (fractures)."""
    match = entry.concepts[concept]
    when = entry.onset if entry.later_encounter else (entry.onset or entry.recorded)
    sure = match.use == "full" and not match.by_text and not entry.unconfirmed
    past = match.use == "history" or not (closed_counts or entry.open)
    return FlagEntry(entry, concept, when, day_of(when, today), sure, past)
