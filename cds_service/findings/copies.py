"""Copies of a spine Condition that say less than another entry (clinical-logic A.1, law 1 in I).

Left in, such a copy could still tell: its year or month counts as its last possible day, so it would be a newer
trace than the entry it repeats; and without a region it would join every region.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from cds_service.findings.spine import Kind, counts_in_full, is_spine, kinds_of, spine_sets_of
from cds_service.findings.symptom_duration import says_acute, says_chronic
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, End, Listing, PatientRecord, Region, Side

# Told as facts of a risk, be they spine Conditions of section A or not.
OF_A_RISK = frozenset({"severe_instability", "high_grade_slip", "epidural_scarring"})
# A chart with more kinds of entry than this is no patient's; left in, a copy only tells more.
MOST_SAYINGS = 300


@dataclass(frozen=True, slots=True)
class Saying:
    """What an entry says, but for its days: its course, place, sets, weight and certainty, how long, and worsening."""

    course: tuple[bool, End | None, Listing, bool]
    region: Region
    side: Side
    concepts: frozenset[tuple[str, bool]]
    spine_sets: frozenset[str]
    kinds_in_full: frozenset[Kind]
    unconfirmed: bool
    chronic: bool
    acute: bool
    progressive: bool

    def adds_nothing_to(self, other: Saying) -> bool:
        """All of it is there in the other, which may say more."""
        return (
            self.course == other.course
            and self.region in (other.region, "unknown")
            and self.side in (other.side, "unknown")
            and all((name, True) in other.concepts or (name, full) in other.concepts for name, full in self.concepts)
            and self.spine_sets <= other.spine_sets
            and self.kinds_in_full <= other.kinds_in_full
            and self.unconfirmed >= other.unconfirmed
            and self.chronic <= other.chronic
            and self.acute is other.acute
            and self.progressive <= other.progressive
        )


@dataclass(frozen=True, slots=True)
class Days:
    """When one entry began, and when it was recorded."""

    onset: DateRange | None
    recorded: DateRange | None

    @property
    def may_be_vague(self) -> bool:
        """A stated day cannot hold another."""
        return self.onset is None or not self.onset.exact


class DaysOfOthers:
    """The days of all entries that say the same; the onsets in order, so that a month finds its days at once."""

    def __init__(self, days: Iterable[Days]) -> None:
        listed = tuple(days)
        self._onsets = sorted({(one.onset.first, one.onset.last) for one in listed if one.onset})
        self._recorded = any(one.recorded for one in listed)

    def date_better(self, vague: Days) -> bool:
        """A date where the vague one has none; or an onset that lies within its onset and is narrower."""
        if vague.onset is None:
            return bool(self._onsets) or (vague.recorded is None and self._recorded)
        first, last = vague.onset.first, vague.onset.last
        for began, ended in self._onsets[bisect_left(self._onsets, (first, date.min)) :]:
            if began > last:
                return False
            if ended <= last and (began, ended) != (first, last):
                return True
        return False


def without_vaguer_copies(record: PatientRecord) -> PatientRecord:
    """The chart less the spine Conditions, open or over, that only repeat another with less of a date or place."""
    spine = [entry for entry in record.conditions if is_spine(entry) or not OF_A_RISK.isdisjoint(entry.concepts)]
    if len(spine) < 2 or not any(_days(entry).may_be_vague for entry in spine):
        return record
    sayings: dict[Saying, list[Condition]] = {}
    for entry in spine:
        sayings.setdefault(_saying(entry), []).append(entry)
    gone = _copies(sayings) if len(sayings) <= MOST_SAYINGS else frozenset()
    return replace(record, conditions=tuple(c for c in record.conditions if id(c) not in gone)) if gone else record


def _saying(entry: Condition) -> Saying:
    return Saying(
        course=(entry.active, entry.end, entry.listing, entry.recurrent),
        region=entry.region,
        side=entry.side,
        concepts=frozenset((name, match.use == "full") for name, match in entry.concepts.items()),
        spine_sets=spine_sets_of(entry),
        kinds_in_full=frozenset(kind for kind in kinds_of(entry) if counts_in_full(entry, kind)),
        unconfirmed=entry.unconfirmed,
        chronic=says_chronic(entry),
        acute=says_acute(entry),
        progressive=entry.progressive,
    )


def _days(entry: Condition) -> Days:
    return Days(entry.onset, entry.recorded)


def _copies(sayings: Mapping[Saying, list[Condition]]) -> frozenset[int]:
    """The entries that are a vaguer copy of another, by identity: two may be equal."""
    gone: set[int] = set()
    for saying, entries in sayings.items():
        vague = [entry for entry in entries if _days(entry).may_be_vague]
        more = [others for other, others in sayings.items() if vague and saying.adds_nothing_to(other)]
        if vague:
            gone.update(_dated_less(vague, {_days(entry) for others in more for entry in others}))
    return frozenset(gone)


def _dated_less(vague: Iterable[Condition], others: Collection[Days]) -> Iterator[int]:
    """Of these entries those whose days say less than some other's; none recorded on another day is a copy."""
    by_record: dict[DateRange | None, list[Days]] = {}
    for days in others:
        by_record.setdefault(days.recorded, []).append(days)
    on_day = {recorded: DaysOfOthers(days) for recorded, days in by_record.items()}
    ever = DaysOfOthers(others)
    for entry in vague:
        known = on_day[entry.recorded] if entry.recorded else ever
        if known.date_better(_days(entry)):
            yield id(entry)
