"""One red-flag entry of the chart: when it began, how sure it is, whether it is new and still stands (G)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cds_service.findings.finding import Fact
from cds_service.findings.on_record import day_of, entry_fact, refs, when_in_brief, when_in_words
from cds_service.findings.operations import Operations
from cds_service.findings.spine_context import SpineContext
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, PatientRecord


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A red flag as a card tells it: `fact` with its date, `brief` for the summary, `new` by its own window."""

    id: str
    fact: Fact
    brief: str
    new: bool = False
    entries: tuple[Condition, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """What every red flag is judged against; `adult` is assumed where no birth date is on record."""

    record: PatientRecord
    given: Thresholds
    done: Operations
    spine: SpineContext
    adult: bool = True

    @property
    def today(self) -> date:
        """The day of the assessment."""
        return self.record.day


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

    def within(self, days: int, chart: Chart) -> bool:
        """It began at most so many days ago."""
        return self.day is not None and (chart.today - self.day).days <= days

    def followed(self, chart: Chart) -> bool:
        """A spine operation took place on the day it began, or later."""
        return self.day is not None and chart.done.followed(self.day)

    def is_new(self, chart: Chart) -> bool:
        """At most `red_flag_new_days` old and not strictly before the last spine operation."""
        last = chart.done.surely_by
        before = last is not None and self.day is not None and self.day < last
        return self.within(chart.given.red_flag_new_days, chart) and not before

    def stands(self, chart: Chart) -> bool:
        """Neither closed nor answered by an operation; one that is new no operation answered."""
        return not self.past and (self.is_new(chart) or not self.followed(chart))

    def is_emergency(self, chart: Chart) -> bool:
        """Sure and new: list 1a, if it has the company that its item asks for."""
        return self.sure and not self.past and self.is_new(chart)

    def is_doubtful_emergency(self, chart: Chart) -> bool:
        """A diagnosis of list 1a that is suspected, at most 180 days old, or undated and never operated (1b.1)."""
        undated = self.day is None and not self.entry.later_encounter and not chart.done.proved
        recent = self.within(chart.given.red_flag_prompt_days, chart)
        return self.stands(chart) and not self.is_emergency(chart) and (recent or undated)

    def told(self, chart: Chart, flag_id: str = "", beside: tuple[Fact, ...] = (), named: str = "") -> RedFlag:
        """The entry as a red flag, in our own words, with what makes it one beside it, `named` in the summary."""
        facts = (entry_fact(self.entry, self.concept), *beside)
        sources = tuple(dict.fromkeys(source for fact in facts for source in fact.sources))
        fact = Fact("; ".join(fact.text for fact in facts), sources)
        name = f"{self._name} with {named}" if named else self._name
        brief = f"{name}, {when_in_brief(self.when, chart.today)}" if self.when else name
        return RedFlag(flag_id or self.concept.removeprefix("redflag_"), fact, brief, self.is_new(chart), (self.entry,))

    def history(self) -> Fact:
        """The line "History: …" that any card shows."""
        when = when_in_words(self.entry.onset or self.entry.recorded)
        return Fact(f"History: {self._name}, {when}", refs(self.entry))

    @property
    def _name(self) -> str:
        label = as_in_a_sentence(self.entry.concepts[self.concept].label)
        return label if self.sure or self.entry.concepts[self.concept].use == "history" else f"possible {label}"


def flag_entry(entry: Condition, concept: str, today: date, *, closed_counts: bool = False) -> FlagEntry:
    """The Condition as a flag; `closed_counts`: its window runs whatever clinicalStatus says (fractures)."""
    match = entry.concepts[concept]
    when = entry.onset if entry.later_encounter else (entry.onset or entry.recorded)
    sure = match.use == "full" and not match.by_text and not entry.unconfirmed
    past = match.use == "history" or not (closed_counts or entry.open)
    return FlagEntry(entry, concept, when, day_of(when, today), sure, past)
