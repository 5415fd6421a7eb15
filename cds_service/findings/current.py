"""Which spine Conditions are current, and which would be but for their age (clinical-logic A.2, A.3, A.7).

A problem-list item, or one without category, is current while it is open and not stale. An encounter diagnosis
is current only when it, or another entry of the same problem, was seen within 180 days, or a current
problem-list item of the same problem exists; a problem that ended on or after its day ended it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cds_service.findings.copies import without_vaguer_copies
from cds_service.findings.on_record import dates_better, day_of, trace
from cds_service.findings.spine import SPINE_CONCEPTS, is_spine, same_problem
from cds_service.findings.traces import newest_trace
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, Key, Listing, PatientRecord

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
    """Current, stale or past, for every spine Condition; a past one, or a vaguer copy, is in neither tuple."""
    if not record.in_any(SPINE_CONCEPTS):
        return Standing()
    record = without_vaguer_copies(record)
    spine = [condition for condition in record.conditions if is_spine(condition)]
    faded = [item for item in spine if _listed(item) and item.open and _faded(item, record, given)]
    unchecked = unchecked_keys(record) if faded else ()
    stale_items = () if unchecked else tuple(faded)
    items = [item for item in spine if _listed(item) and item.open and item not in stale_items]
    visits = [visit for visit in spine if _lasts(visit, spine, record.day)]
    now = [visit for visit in visits if _seen_lately(visit, visits, record.day, given) or _beside(visit, items)]
    stale_visits = [visit for visit in visits if visit not in now and _beside(visit, stale_items)]
    return Standing((*items, *now), (*stale_items, *stale_visits), unchecked)


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


def _faded(item: Condition, record: PatientRecord, given: Thresholds) -> bool:
    """No trace for more than 365 days; unknown, so not faded, while no entry of the problem has a date."""
    own = [trace(other, record.day) for other in record.conditions if same_problem(item, other)]
    dated = [day for day in own if day is not None]
    if not dated or (record.day - max(dated)).days <= given.stale_days:
        return False
    newest = newest_trace(record, item.region, given) or max(dated)
    return (record.day - newest).days > given.stale_days


def _lasts(visit: Condition, spine: Iterable[Condition], today: date) -> bool:
    """An encounter diagnosis that is open, and that no end of a problem-list item closed (A.2).

    A problem that was open on that day keeps it; one seen after the end starts a new episode.
    """
    if _listed(visit) or not visit.open:
        return False
    seen = day_seen(visit, today)
    problems = [item for item in spine if _listed(item) and same_problem(item, visit)]
    if any(item.open and _began_by(item, seen) for item in problems):
        return True
    closed = [item for item in problems if not item.open]
    return not any(_ended_by(item, seen, today) for item in closed if not _is_vaguer_copy(item, closed))


def _began_by(item: Condition, seen: date | None) -> bool:
    return seen is None or (item.start.latest is not None and item.start.latest <= seen)


def _is_vaguer_copy(item: Condition, closed: Iterable[Condition]) -> bool:
    """Nothing dates it but an onset that another closed entry of the problem has more exactly (law 1)."""
    if item.recorded or (item.end and item.end.when):
        return False
    return any(dates_better(other.onset, item.onset) for other in closed)


def _ended_by(item: Condition, seen: date | None, today: date) -> bool:
    """The problem was over only after the visit; an end that nothing dates closes only undated visits."""
    ended = day_ended(item, today)
    return seen is None or (ended is not None and seen <= ended)


def _seen_lately(visit: Condition, visits: Iterable[Condition], today: date, given: Thresholds) -> bool:
    """It or another visit for the same problem was seen within `chain_gap_days` 180."""
    return any(
        seen is not None and (today - seen).days <= given.chain_gap_days
        for other in visits
        if same_problem(visit, other)
        for seen in (day_seen(other, today),)
    )


def _beside(visit: Condition, items: Iterable[Condition]) -> bool:
    return any(same_problem(visit, item) for item in items)
