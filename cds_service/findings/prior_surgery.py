"""Sign 6: symptoms persist or return after a spine operation (clinical-logic D; source document)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.grounds import Grounds, facts_of, longest, told
from cds_service.findings.on_record import when_in_brief
from cds_service.findings.operations import Operation, Operations
from cds_service.findings.sign import Sign
from cds_service.findings.spine import compatible, same_side
from cds_service.findings.truth import Truth
from cds_service.findings.words import as_in_a_sentence, span_in_words

FELT = ("axial", "radicular", "claudication")
FAILED_BACK = ("failed-back",)
CAUSES = ("herniation", "stenosis")


def without_treated(complaints: Complaints, done: Operations) -> Complaints:
    """The complaints less those that began before an operation on their region and side and were not seen since.

    Such a complaint carries no sign at all, myelopathy excepted.
    """
    left = tuple(one for one in complaints.all if one.kind == "myelopathy" or not _treated(one, done))
    return complaints if len(left) == len(complaints.all) else replace(complaints, all=left)


def persistent_after_surgery(seen: Grounds) -> Sign:
    """Full: a failed-back code; or a symptom for more than 84 days (root: 42), more than 84 days after an operation.

    A symptom that began before the operation must have been seen more than 84 days after it. Shorter, seen sooner
    or undated: in part. An undated operation proves history, never this sign by timing.
    """
    failed = seen.complaints.current(FAILED_BACK)
    since = tuple(one for one in seen.complaints.current(FELT) if _long_after(one, seen))
    full = seen.sure(FAILED_BACK) or tuple(one for one in since if _counts_in_full(one, seen))
    if full:
        return _sign(seen, full, full=True)
    if failed or since:
        return _sign(seen, (*failed, *since), full=False)
    return seen.absent("persistent-after-surgery", "procedures")


def _treated(one: Complaint, done: Operations) -> bool:
    day = _operated(one, done)
    return day is not None and _began_before(one, day) is True and not any(seen > day for seen in one.seen)


def _operated(one: Complaint, done: Operations) -> date | None:
    """The day of the last dated operation on the complaint's region and side."""
    last = _operation_on(one, done)
    return last.day if last else None


def _operation_on(one: Complaint, done: Operations) -> Operation | None:
    """The last dated operation on the complaint's region and side; an unknown one matches any."""
    return next((op for op in done.dated if compatible(op.region, one.region) and same_side(op.side, one.side)), None)


def _began_before(one: Complaint, day: date) -> Truth:
    """It began before the day; unknown where its start may lie on both sides of it."""
    if one.latest_start is not None and one.latest_start < day:
        return True
    return None if one.earliest_start is None or one.earliest_start < day or one.at_least else False


def _long_after(one: Complaint, seen: Grounds) -> bool:
    """The last operation on its region is more than 84 days past."""
    day = _operated(one, seen.done)
    return day is not None and (seen.record.day - day).days > seen.given.postop_quiet_days


def _counts_in_full(one: Complaint, seen: Grounds) -> bool:
    day, quiet = _operated(one, seen.done), seen.given.postop_quiet_days
    days = seen.given.radicular_symptom_days if one.kind == "radicular" else seen.given.symptom_days
    if day is None or one.weak or one.lasted_more_than(days) is not True:
        return False
    return _began_before(one, day) is False or any((last - day).days > quiet for last in one.seen)


def _sign(seen: Grounds, symptoms: tuple[Complaint, ...], *, full: bool) -> Sign:
    symptom = longest(symptoms)
    causes = seen.complaints.current(CAUSES, symptom.region)
    return Sign(
        "persistent-after-surgery",
        "present",
        "full" if full else "partial",
        because=f"{_course(symptom, seen)}symptoms after spine surgery",
        brief=_brief(symptom, seen),
        facts=(*facts_of(symptoms), *seen.done.facts, *facts_of(causes)),
        missing=() if full else (_open_question(symptom, seen),),
        complaint=told(symptom),
    )


def _open_question(symptom: Complaint, seen: Grounds) -> str:
    """ "not yet 12 weeks" where its age is known and too short."""
    days = seen.given.radicular_symptom_days if symptom.kind == "radicular" else seen.given.symptom_days
    if symptom.lasted_more_than(days) is False:
        return f"not yet {days // 7} weeks"
    return "how long it has lasted since the operation"


def _brief(symptom: Complaint, seen: Grounds) -> str:
    """ "low back pain for 42 weeks, spine surgery 6 May": its age is not the time since the operation."""
    done = _operation_on(symptom, seen.done)
    if symptom.kind == "failed-back" or done is None:
        return told(symptom)
    lasting = f" for {span_in_words(symptom.lasting)}" if symptom.lasting else ""
    return f"{as_in_a_sentence(symptom.label)}{lasting}, spine surgery {when_in_brief(done.when, seen.record.day)}"


def _course(symptom: Complaint, seen: Grounds) -> str:
    """Recurrent when newly begun more than a year after the operation, else persistent, as far as that is known."""
    day, began = _operated(symptom, seen.done), symptom.earliest_start
    if day is None or began is None or _began_before(symptom, day) is None:
        return ""
    return "recurrent " if (began - day).days > seen.given.late_after_surgery_days else "persistent "
