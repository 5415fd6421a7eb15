"""Which spine Conditions are current, and which would be but for their age (clinical-logic A.2, A.3, A.7).

A problem-list item, or one without category, is current while it is open and not stale. An encounter diagnosis
is current only when it, or another entry of the same problem, was seen within 180 days, or a current
problem-list item of the same problem exists; a problem that ended on or after its day ended it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.findings.copies import Days, DaysOfOthers
from cds_service.findings.on_record import day_of, trace
from cds_service.findings.problems import ProblemDays, Span
from cds_service.findings.spine import SPINE_CONCEPTS, Problem, is_spine, problem_of
from cds_service.findings.traces import newest_trace
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, Key, Listing, PatientRecord, Region

TRACE_KEYS: tuple[Key, ...] = ("conditions", "procedures", "observations", "diagnosticReports")
MEDICATION_KEYS: tuple[Key, ...] = ("medicationStatements", "medicationRequests")


@dataclass(frozen=True, slots=True)
class Standing:
    """The spine Conditions that are current, and those that are stale.

    `unchecked`: the keys not answered whole but for which one of the current ones might be stale.
    """

    current: tuple[Condition, ...] = ()
    stale: tuple[Condition, ...] = ()
    unchecked: tuple[Key, ...] = ()


def current_conditions(record: PatientRecord, given: Thresholds, *, count_stale: bool = False) -> tuple[Condition, ...]:
    """The spine Conditions that are current on the day; `count_stale`: the stale ones too (J, row 1)."""
    standing = standing_of(record, given)
    return standing.current + standing.stale if count_stale else standing.current


def is_stale(condition: Condition, record: PatientRecord, given: Thresholds) -> bool:
    """This spine Condition would be current, but nothing about the spine was recorded for 365 days."""
    return condition in standing_of(record, given).stale


def standing_of(record: PatientRecord, given: Thresholds) -> Standing:
    """Current, stale or past, for every spine Condition; a past one is in neither tuple."""
    if not record.in_any(SPINE_CONCEPTS):
        return Standing()
    spine = [condition for condition in record.conditions if is_spine(condition)]
    items, faded = _open_items(spine, record, given)
    unchecked = unchecked_keys(record) if faded else ()
    if unchecked:
        items, faded = [item for item in spine if _listed(item) and item.open], []
    now, stale_visits = _visits(spine, items, faded, record.day, given)
    return Standing((*items, *now), (*faded, *stale_visits), unchecked)


def _open_items(
    spine: Iterable[Condition], record: PatientRecord, given: Thresholds
) -> tuple[list[Condition], list[Condition]]:
    """The problem-list items that are open: those with a trace within 365 days, and those without."""
    fresh: list[Condition] = []
    faded: list[Condition] = []
    traces = ProblemDays(spine, lambda entry: trace(entry, record.day))
    by_region: dict[Region, bool] = {}
    for item in spine:
        if _listed(item) and item.open:
            own = traces.last(item)
            (faded if _faded(own, item.region, record, given, by_region) else fresh).append(item)
    return fresh, faded


def _faded(
    own: date | None, region: Region, record: PatientRecord, given: Thresholds, by_region: dict[Region, bool]
) -> bool:
    """No trace for more than 365 days; unknown, so not faded, while no entry of the problem has a date.

    `by_region` remembers where the whole chart has no newer trace.
    """
    if own is None or (record.day - own).days <= given.stale_days:
        return False
    if region not in by_region:
        newest = newest_trace(record, region, given) or own
        by_region[region] = (record.day - newest).days > given.stale_days
    return by_region[region]


def _visits(
    spine: Sequence[Condition],
    items: Iterable[Condition],
    faded: Iterable[Condition],
    today: date,
    given: Thresholds,
) -> tuple[list[Condition], list[Condition]]:
    """The encounter diagnoses that are current, and those that only stale items keep."""
    visits = _lasting(spine, today)
    seen = ProblemDays(visits, lambda visit: day_seen(visit, today))
    beside, beside_faded = ProblemDays(items, _undated), ProblemDays(faded, _undated)
    now: list[Condition] = []
    stale: list[Condition] = []
    for visit in visits:
        last = seen.last(visit)
        if (last and (today - last).days <= given.chain_gap_days) or beside.of(visit):
            now.append(visit)
        elif beside_faded.of(visit):
            stale.append(visit)
    return now, stale


def unchecked_keys(record: PatientRecord) -> tuple[Key, ...]:
    """The keys that could bring a newer trace and were not answered whole (A.7); one medication key is enough."""
    missing = tuple(key for key in TRACE_KEYS if not record.answered(key))
    return missing if record.medications_answered else (*missing, *MEDICATION_KEYS)


def day_seen(visit: Condition, today: date) -> date | None:
    """An encounter diagnosis is seen on its recordedDate, else on its onset; never later than the day."""
    recorded = day_of(visit.recorded, today)
    return recorded if recorded is not None else day_of(visit.onset, today)


def day_ended(condition: Condition, today: date) -> date | None:
    """The day from which a Condition that is not open is over: its end, else the last day it was heard of.

    A month or year of onset that began before the entry was recorded was heard of no later than that.
    """
    ended = day_of(condition.end.when, today) if condition.end else None
    recorded = day_of(condition.recorded, today)
    if ended is None and recorded and condition.onset and condition.onset.first <= recorded:
        return recorded
    return ended if ended is not None else trace(condition, today)


def _listed(condition: Condition) -> bool:
    """A problem-list item; one without category is read as one."""
    return condition.listing is not Listing.ENCOUNTER


def _lasting(spine: Sequence[Condition], today: date) -> list[Condition]:
    """The encounter diagnoses that are open, and that no end of a problem-list item closed (A.2).

    A problem that was open on that day keeps it; one seen after the end starts a new episode.
    """
    items = [item for item in spine if _listed(item)]
    began = ProblemDays([item for item in items if item.open], lambda item: item.start.latest)
    ended = ProblemDays(_dated_best([item for item in items if not item.open]), lambda item: day_ended(item, today))
    return [
        visit
        for visit in spine
        if not _listed(visit) and visit.open and _lasts(day_seen(visit, today), began.of(visit), ended.of(visit))
    ]


def _dated_best(closed: Sequence[Condition]) -> list[Condition]:
    """Less those that only an onset dates which another closed entry of the problem has more exactly (law 1)."""
    days: dict[Problem, list[Days]] = {}
    for item in closed:
        days.setdefault(problem_of(item), []).append(Days(item.onset, item.recorded))
    others = [(problem, DaysOfOthers(listed)) for problem, listed in days.items()]
    return [
        item
        for item in closed
        if not _dated_by_onset_alone(item)
        or not any(
            known.date_better(Days(item.onset, None)) for problem, known in others if problem.same(problem_of(item))
        )
    ]


def _dated_by_onset_alone(item: Condition) -> bool:
    return item.onset is not None and not item.recorded and not (item.end and item.end.when)


def _lasts(seen: date | None, began: Span | None, ended: Span | None) -> bool:
    """An item was open when it was seen; or none had ended. An undated end closes only visits without a day."""
    if began and (seen is None or (began.first is not None and began.first <= seen)):
        return True
    return ended is None or (seen is not None and (ended.last is None or seen > ended.last))


def _undated(_entry: Condition) -> None:
    """Only whether there is such an entry is asked for."""
