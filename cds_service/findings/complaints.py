"""The patient's spine complaints: what, where, since when, and whether they are current (clinical-logic A)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from cds_service.findings.current import standing_of
from cds_service.findings.episodes import Episode, episodes
from cds_service.findings.finding import Fact
from cds_service.findings.gait import GAIT
from cds_service.findings.on_record import day_of, open_entries, refs
from cds_service.findings.spine import (
    STRUCTURAL,
    SYMPTOMS,
    Kind,
    by_text_alone,
    compatible,
    counts_in_full,
    name_of,
    same_side,
)
from cds_service.findings.symptom_duration import Confidence, bounds_of_the_longest, longest
from cds_service.findings.truth import Truth, any_of
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DayCount
from cds_service.record.patient import Condition, Key, PatientRecord, Region, Side


@dataclass(frozen=True, slots=True)
class Complaint:
    """One episode of one kind of problem in one place, from all entries that tell of it.

    `lasting` None: unknown. `at_least`: it may have begun before `earliest_start`, the first day it is known.
    `seen`: every day its own entries date it (onset, recordedDate, encounter). `weak`: only by weak rows, never
    enough for a full sign; `by_text`: only by text, said on the card. `reckoned`: the days that decide "more
    than N": true below its least, false from its most on, else unknown; None: `lasting` decides.
    """

    kind: Kind
    region: Region = "unknown"
    conditions: tuple[Condition, ...] = ()
    lasting: DayCount | None = None
    at_least: bool = False
    confidence: Confidence = Confidence.UNKNOWN
    earliest_start: date | None = None
    latest_start: date | None = None
    seen: tuple[date, ...] = ()
    recurrent: bool = False
    unconfirmed: bool = False
    weak: bool = False
    by_text: bool = False
    current: bool = True
    stale: bool = False
    reckoned: DayCount | None = None
    label: str = ""
    since: str = ""
    side: Side = "unknown"

    def lasted_more_than(self, days: int) -> Truth:
        """It has lasted more than so many days; unknown is "possible" (A).

        Of an "at least" start only the days on record count: fewer than asked for is false.
        """
        bounds = self.reckoned or self.lasting
        if bounds is None:
            return None
        if bounds.least > days:
            return True
        most = bounds.least if self.reckoned is None and self.at_least else bounds.most
        return False if most is not None and most <= days else None

    @property
    def fact(self) -> Fact:
        """Our words for it: "low back pain since 10 May 2026 (28 weeks)"."""
        name = f"{'recurrent ' if self.recurrent else ''}{self.label or self.kind}"
        told = [f"{name} {self.since}"] if self.earliest_start else [name, self.since]
        doubts = [("unconfirmed", self.unconfirmed), ("by its text only", self.by_text)]
        told += [doubt for doubt, holds in doubts if holds]
        return Fact(", ".join(part for part in told if part), refs(*self.conditions))


@dataclass(frozen=True, slots=True)
class Complaints:
    """All complaints that are current or stale.

    `conditions_answered`: the conditions key came back whole. `unchecked`: the keys without which nobody knows
    whether a complaint is stale; it counts as current and the card names them. `gait_with_stenosis`: a gait
    difficulty without another cause on record makes stenosis something the patient feels.
    """

    all: tuple[Complaint, ...] = ()
    conditions_answered: bool = True
    unchecked: tuple[Key, ...] = ()
    gait_with_stenosis: bool = False

    def current(self, kinds: Collection[str] | None = None, region: Region = "unknown") -> tuple[Complaint, ...]:
        """The current complaints of these kinds (None: any) in a region compatible with this one."""
        if not self.all:
            return ()
        return tuple(
            one
            for one in self.all
            if one.current and (kinds is None or one.kind in kinds) and compatible(one.region, region)
        )

    def symptoms(self, region: Region = "unknown") -> tuple[Complaint, ...]:
        """The current complaints a patient feels: pain, root, claudication, failed back, stenosis with gait (L)."""
        return self.current((*SYMPTOMS, "stenosis") if self.gait_with_stenosis else SYMPTOMS, region)

    def lasted_more_than(self, days: int, kinds: Collection[str] | None = None, region: Region = "unknown") -> Truth:
        """A current complaint of these kinds (None: any symptom) lasted longer; false where there is none.

        In a region the longest counts (A.5).
        """
        among = self.symptoms(region) if kinds is None else self.current(kinds, region)
        return any_of(one.lasted_more_than(days) for one in among)

    @property
    def earliest_start(self) -> date | None:
        """The earliest possible start of the current symptoms; None: there are none, or one is of unknown age."""
        starts = [one.earliest_start for one in self.symptoms()]
        return None if None in starts else min((day for day in starts if day is not None), default=None)

    @property
    def symptom_days(self) -> DayCount | None:
        """How long the current symptom with the largest least has lasted; no `most` where only "at least" (L)."""
        known = [one.lasting for one in self.symptoms() if one.lasting is not None]
        return max(known, key=lambda days: (days.least, days.most is None, days.most or 0), default=None)

    @property
    def stale_only(self) -> bool:
        """There is a stale complaint and no current one: `why` is stale; a structural diagnosis is neither (A.6)."""
        complained = [one for one in self.all if one.kind not in STRUCTURAL]
        return bool(complained) and not any(one.current for one in complained)


def complaints(record: PatientRecord, given: Thresholds, *, count_stale: bool = False) -> Complaints:
    """Every spine complaint; `count_stale`: stale ones count as current (the order hooks, J).

    A stale entry is no part of a current complaint of its kind and region.
    """
    standing = standing_of(record, given)
    live = (*standing.current, *standing.stale) if count_stale else standing.current
    current = [_complaint(episode, record, current=True) for episode in episodes(live, record, given)]
    past = () if count_stale else standing.stale
    stale = [_complaint(episode, record, current=False) for episode in episodes(past, record, given)]
    alone = [one for one in stale if not any(_same_place(one, other) for other in current)]
    return Complaints((*current, *alone), record.answered("conditions"), standing.unchecked, _gait_difficulty(record))


def _same_place(one: Complaint, other: Complaint) -> bool:
    return one.kind == other.kind and compatible(one.region, other.region) and same_side(one.side, other.side)


def _complaint(episode: Episode, record: PatientRecord, *, current: bool) -> Complaint:
    """The longest of what its entries say dates it, and names it."""
    kind, entries, beginnings = episode.place.kind, episode.entries, episode.beginnings
    dating = longest(beginnings)
    spans = [one.lasting for one in beginnings if one.lasting is not None]
    starts = [one.earliest for one in beginnings]
    return Complaint(
        kind=kind,
        region=episode.place.region,
        conditions=entries,
        lasting=bounds_of_the_longest(spans) if spans else None,
        at_least=any(one.at_least for one in beginnings),
        confidence=dating.confidence,
        earliest_start=None if None in starts else min(day for day in starts if day is not None),
        latest_start=dating.latest,
        seen=_days_seen(entries, record.day),
        recurrent=any(entry.recurrent for entry in entries),
        unconfirmed=all(entry.unconfirmed for entry in entries),
        weak=not any(counts_in_full(entry, kind) for entry in entries),
        by_text=all(by_text_alone(entry, kind) for entry in entries),
        current=current,
        stale=not current,
        reckoned=bounds_of_the_longest(one.reckoned for one in beginnings),
        label=name_of(dating.entry, kind, episode.place.region, episode.place.side),
        since=dating.words,
        side=episode.place.side,
    )


def _days_seen(entries: Collection[Condition], today: date) -> tuple[date, ...]:
    days = {day_of(when, today) for entry in entries for when in (entry.onset, entry.recorded)}
    return tuple(sorted(day for day in days if day is not None))


def _gait_difficulty(record: PatientRecord) -> bool:
    """A difficulty of gait, standing or balance that nothing but the spine explains on record."""
    found = any(entry.open and entry.concepts[GAIT].use != "history" for entry in record.conditions_in(GAIT))
    return found and not open_entries(record, "gait_other_cause")
