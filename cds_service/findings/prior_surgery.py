"""Sign 6: symptoms persist or return after a spine operation (clinical-logic D; source document)."""

from __future__ import annotations

from dataclasses import replace

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.finding import Fact
from cds_service.findings.grounds import Grounds, facts_of, longest, told
from cds_service.findings.operations import Operation, Operations
from cds_service.findings.sign import Sign
from cds_service.findings.spine import compatible
from cds_service.findings.words import range_in_words
from cds_service.knowledge.thresholds import Thresholds

FELT = ("axial", "radicular", "claudication")


def without_treated(complaints: Complaints, done: Operations) -> Complaints:
    """The complaints less those that began before an operation on their region and were not seen since.

    Such a complaint carries no sign at all, myelopathy excepted.
    """
    left = tuple(one for one in complaints.all if one.kind == "myelopathy" or not _treated(one, done))
    return complaints if len(left) == len(complaints.all) else replace(complaints, all=left)


def persistent_after_surgery(seen: Grounds) -> Sign:
    """Full: a failed-back code; or a symptom for more than 84 days (root: 42), more than 84 days after an operation.

    A symptom that began before the operation must have been seen more than 84 days after it. Shorter or undated:
    in part. An undated operation proves history, never this sign by timing.
    """
    failed = seen.complaints.current(("failed-back",))
    if any(not one.weak for one in failed):
        return _sign(seen, failed, full=True)
    late = [
        (one, op) for one in seen.complaints.current(FELT) for op in (_operation_for(one, seen.done),) if op
    ]
    since = tuple(one for one, op in late if _after(one, op, seen))
    lasting = tuple(one for one in since if not one.weak and _lasted(one, seen.given))
    if lasting:
        return _sign(seen, lasting, full=True)
    if failed or since:
        return _sign(seen, (*failed, *since), full=False)
    return seen.absent("persistent-after-surgery", "procedures")


def _treated(one: Complaint, done: Operations) -> bool:
    op = _operation_for(one, done)
    if op is None or op.day is None or one.latest_start is None:
        return False
    seen_since = any(day > op.day for day in one.seen)
    return one.latest_start < op.day and not seen_since


def _operation_for(one: Complaint, done: Operations) -> Operation | None:
    """The last dated operation on the complaint's region; an unknown region matches any."""
    return next((op for op in done.dated if compatible(op.region, one.region)), None)


def _after(one: Complaint, op: Operation, seen: Grounds) -> bool:
    """The operation is more than 84 days past, and the symptom began after it or was seen that long after it."""
    if op.day is None or (seen.record.day - op.day).days <= seen.given.postop_quiet_days:
        return False
    began_after = one.earliest_start is not None and one.earliest_start >= op.day and not one.at_least
    return began_after or any((day - op.day).days > seen.given.postop_quiet_days for day in one.seen)


def _lasted(one: Complaint, given: Thresholds) -> bool:
    days = given.radicular_symptom_days if one.kind == "radicular" else given.symptom_days
    return one.lasted_more_than(days) is True


def _sign(seen: Grounds, symptoms: tuple[Complaint, ...], *, full: bool) -> Sign:
    symptom = longest(symptoms)
    return Sign(
        "persistent-after-surgery",
        "present",
        "full" if full else "partial",
        because=f"{_course(symptom, seen)} symptoms after spine surgery",
        brief=f"{told(symptom)} after spine surgery" if symptom.kind != "failed-back" else told(symptom),
        facts=(*facts_of(symptoms), *operation_facts(seen.done)),
        missing=() if full else ("how long it has lasted since the operation",),
    )


def _course(symptom: Complaint, seen: Grounds) -> str:
    """Persistent within a year of the operation; recurrent when newly begun more than a year after it."""
    op = _operation_for(symptom, seen.done)
    began = symptom.earliest_start
    if op is None or op.day is None or began is None:
        return "persistent"
    return "recurrent" if (began - op.day).days > seen.given.late_after_surgery_days else "persistent"


def operation_facts(done: Operations) -> tuple[Fact, ...]:
    """Each operation on record: "lumbar fusion, 15 November 2026"."""
    return tuple(Fact(_told(op), op.sources) for op in (*done.dated, *done.undated))


def _told(op: Operation) -> str:
    kind = "spine operation" if op.kind == "other" else op.kind.replace("-", " ")
    where = f"{op.region} " if op.region != "unknown" else ""
    return f"{where}{kind}, {range_in_words(op.when) if op.when else 'undated'}"
