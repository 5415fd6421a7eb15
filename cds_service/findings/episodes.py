"""The present episode of each spine complaint, by kind and region (clinical-logic A, rules 1 to 4).

An entry without a region joins every region that has entries of its kind. Duplicates are one episode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.findings.current import day_ended, day_seen
from cds_service.findings.on_record import day_of, in_order, trace
from cds_service.findings.problems import ProblemDays
from cds_service.findings.spine import (
    SETS_OF_KIND,
    SIDED,
    Kind,
    compatible,
    is_spine,
    kinds_of,
    problem_of,
    same_side,
)
from cds_service.findings.symptom_duration import (
    Beginning,
    at_least_since,
    beginning_of,
    has_stated_onset,
    identity,
    kept,
)
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Listing, PatientRecord, Region, Side, StartKind

REGIONS: tuple[Region, ...] = ("cervical", "thoracic", "lumbar")
SIDES: tuple[Side, ...] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of complaint in a region, and where it is of one side, on which."""

    kind: Kind
    region: Region
    side: Side = "unknown"

    def holds(self, entry: Condition) -> bool:
        """The entry may be of this place: an unknown region or side may be any."""
        return compatible(entry.region, self.region) and same_side(entry.side, self.side)


@dataclass(frozen=True, slots=True)
class Episode:
    """The entries that tell of one complaint, and what is left of what they say about its beginning."""

    place: Place
    entries: tuple[Condition, ...]
    beginnings: tuple[Beginning, ...]


def episodes(live: Sequence[Condition], record: PatientRecord, given: Thresholds) -> tuple[Episode, ...]:
    """The episodes of these spine Conditions, in the order in which a card names kinds and regions."""
    if not live:
        return ()
    found = []
    gone = remissions(record)
    kinds = [(entry, kinds_of(entry)) for entry in in_order(live)]
    for kind, _ in SETS_OF_KIND:
        members = [entry for entry, its_kinds in kinds if kind in its_kinds]
        for place in _places(kind, members):
            entries = tuple(entry for entry in members if place.holds(entry))
            beginnings = _beginnings(place, entries, live, gone, record, given)
            found.append(Episode(place, entries, kept(beginnings)))
    return tuple(found)


def _places(kind: Kind, members: Sequence[Condition]) -> Iterator[Place]:
    for region in _regions(members):
        for side in _sides(kind, [entry for entry in members if compatible(entry.region, region)]):
            yield Place(kind, region, side)


def _sides(kind: Kind, members: Sequence[Condition]) -> tuple[Side, ...]:
    """Left and right are two complaints; an entry without a side is of either, one of both sides is both."""
    named = {entry.side for entry in members}
    if kind not in SIDED or "both" in named:
        return ("unknown",)
    return tuple(side for side in SIDES if side in named) or ("unknown",)


def _regions(members: Sequence[Condition]) -> tuple[Region, ...]:
    named = tuple(region for region in REGIONS if any(entry.region == region for entry in members))
    return named or (("unknown",) if members else ())


def _beginnings(
    place: Place,
    entries: Sequence[Condition],
    live: Sequence[Condition],
    gone: ProblemDays,
    record: PatientRecord,
    given: Thresholds,
) -> list[Beginning]:
    """What problem-list items and stated onsets say, what visits without onset prove, and what went before."""
    visits = [entry for entry in entries if entry.listing is Listing.ENCOUNTER]
    listed = [entry for entry in entries if entry.listing is not Listing.ENCOUNTER]
    telling = [*listed, *(visit for visit in visits if has_stated_onset(visit))]
    before = _run_on(place, listed, record, given) if listed else []
    told = [beginning_of(entry, gone.last(entry), record.day, given) for entry in (*telling, *before)]
    return [*told, *_from_visits(visits, live, record, given)]


def remissions(record: PatientRecord) -> ProblemDays:
    """The days on which entries of a problem ended."""
    over = [entry for entry in record.conditions if entry.end is not None and is_spine(entry)]
    return ProblemDays(over, lambda entry: day_of(entry.end.when, record.day) if entry.end else None)


def _run_on(place: Place, listed: Sequence[Condition], record: PatientRecord, given: Thresholds) -> list[Condition]:
    """Earlier episodes whose end lies at most 84 symptom-free days before the next: the clock runs on (A.4)."""
    over = [
        (ended, entry)
        for entry in in_order(record.conditions)
        if not entry.open and place.kind in kinds_of(entry) and place.holds(entry)
        if entry.listing is not Listing.ENCOUNTER or has_stated_onset(entry)
        for ended in (day_ended(entry, record.day),)
        if ended is not None and entry.start.latest is not None
    ]
    first = min((day for day in (_known_by(entry, record.day) for entry in listed) if day), default=None)
    joined: list[Condition] = []
    for ended, entry in sorted(over, key=lambda one: one[0], reverse=True):
        if first is not None and (first - ended).days <= given.symptom_free_gap_days:
            joined.append(entry)
            first = min(first, entry.start.latest or first)
    return joined


def _known_by(entry: Condition, today: date) -> date | None:
    return entry.start.latest or trace(entry, today)


def _from_visits(
    visits: Sequence[Condition], live: Sequence[Condition], record: PatientRecord, given: Thresholds
) -> list[Beginning]:
    """Visits without a stated onset: over more than 84 days without a gap above 180 a chain, else possible (A.3)."""
    today = record.day
    unstated = sorted((visit for visit in visits if not has_stated_onset(visit)), key=identity)
    start = _start_of_run(visits, live, today, given)
    dated = [(seen, visit) for visit in unstated if (seen := day_seen(visit, today)) is not None]
    proved = [(seen, visit) for seen, visit in dated if start is not None and seen >= start]
    days = [seen for seen, _ in proved]
    if days and (max(days) - min(days)).days > given.symptom_days:
        first, visit = min(proved, key=lambda one: one[0])
        return [at_least_since(visit, DateRange(first, first), today, given)]
    undated = [visit for visit in unstated if day_seen(visit, today) is None]
    return [
        *(beginning_of(visit, None, today, given) for visit in undated),
        *(_possible(visit, seen, today, given) for seen, visit in proved),
    ]


def _possible(visit: Condition, seen: date, today: date, given: Thresholds) -> Beginning:
    """A visit proves presence on its day, not persistence; an onset that cannot be read stays unknown."""
    if visit.start.kind is StartKind.UNREADABLE:
        return beginning_of(visit, None, today, given)
    return at_least_since(visit, DateRange(seen, seen), today, given, alone=True)


def _start_of_run(
    visits: Sequence[Condition], live: Sequence[Condition], today: date, given: Thresholds
) -> date | None:
    """The first day of the newest run of visits, by all visits of the same problem, with gaps of at most 180 days."""
    problems = {problem_of(visit) for visit in visits}
    theirs = {problem: any(problem.same(one) for one in problems) for problem in {problem_of(one) for one in live}}
    links = [other for other in live if other.listing is Listing.ENCOUNTER and theirs[problem_of(other)]]
    start = max((day for day in (day_seen(visit, today) for visit in visits) if day), default=None)
    for day in sorted({day for day in (day_seen(link, today) for link in links) if day}, reverse=True):
        if start is not None and 0 < (start - day).days <= given.chain_gap_days:
            start = day
    return start
