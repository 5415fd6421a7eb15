"""Whether opioids are taken, for how long, and whether for the spine (clinical-logic B).

Status and covered days are over all opioids on record; the status for sign 5 is over those taken for the spine,
treatment of opioid use disorder never among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.chronic_opioids import chronic_course, ordered_again
from cds_service.findings.complaints import Complaints
from cds_service.findings.drug_courses import Course, by_name_only, courses, spans
from cds_service.findings.drug_indication import gabapentinoid_for_spine, opioid_for_spine
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import BY_NAME, refs
from cds_service.findings.truth import Truth
from cds_service.findings.words import day_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, Drug, PatientRecord

OpioidStatus = Literal["chronic", "possible", "short-term", "recent", "past", "none", "unknown"]
LONG_TERM_CODE = "long_term_opioid_status"
GABAPENTINOID = "analgesic_gabapentinoid"


@dataclass(frozen=True, slots=True)
class OpioidUse:
    """`status`, `covered_days` and `since` are over all opioids, `for_spine` over those that count for sign 5.

    `covered_days` and `since` are of the latest course up to the day; None where no opioid can be placed in time.
    `assumed`: the status rests on an open order's assumed supply or on a date that is not exact.
    """

    status: OpioidStatus
    for_spine: OpioidStatus
    covered_days: int | None = None
    since: date | None = None
    assumed: bool = False
    facts: tuple[Fact, ...] = ()
    because: str = ""


def opioid_use(record: PatientRecord, complaints: Complaints, given: Thresholds) -> OpioidUse:
    """How the patient stands to opioids today, over all of them and over those for the spine."""
    taken = tuple([drug for drug in record.drugs if drug.opioid])
    coded = _coded_long_term(record)
    if not (taken or coded):
        none: OpioidStatus = "none" if record.medications_answered else "unknown"
        return OpioidUse(none, none, because=_because(none, taken, assumed=False))
    for_spine = tuple(drug for drug in taken if opioid_for_spine(drug, record, complaints, given))
    status, assumed = _status(taken, record, given, coded)
    spine_status, _ = _status(for_spine, record, given, () if spans(taken) else coded)
    found = courses(spans(taken), given.opioid_gap_days)
    latest = found[-1] if found else None
    return OpioidUse(
        status=status,
        for_spine=spine_status,
        covered_days=latest.covered if latest else None,
        since=latest.first if latest else None,
        assumed=assumed,
        facts=_facts(taken, latest, coded, record.day, given),
        because=_because(status, taken, assumed=assumed),
    )


def _status(
    taken: Sequence[Drug], record: PatientRecord, given: Thresholds, coded: Sequence[Condition]
) -> tuple[OpioidStatus, bool]:
    """The first row that holds, and whether it rests on an assumption."""
    all_spans = spans(taken)
    if chronic_course(taken, record.day, given, known=True):
        return "chronic", False
    lasting = chronic_course(taken, record.day, given, known=False)
    if lasting:
        return ("chronic" if ordered_again(taken, lasting, given) else "possible"), True
    if coded and not all_spans:
        return "possible", False
    if all_spans:
        return _by_last_day(max(last for _, last in all_spans), record.day, given), False
    if taken or not record.medications_answered:
        return "unknown", False
    return "none", False


def _by_last_day(last: date, day: date, given: Thresholds) -> OpioidStatus:
    ended = (day - last).days
    if ended <= given.opioid_current_days:
        return "short-term"
    return "recent" if ended <= given.opioid_recent_days else "past"


def _coded_long_term(record: PatientRecord) -> tuple[Condition, ...]:
    """Long-term opioid use by a code; that it is not older than 365 days was decided with the code."""
    return tuple([c for c in record.conditions_in(LONG_TERM_CODE) if c.open and c.counts_for(LONG_TERM_CODE)])


def _facts(
    taken: Sequence[Drug], latest: Course | None, coded: Sequence[Condition], day: date, given: Thresholds
) -> tuple[Fact, ...]:
    if latest:
        return (_course_fact(taken, latest, day, given),)
    if coded:
        return (Fact("long-term opioid use recorded as a code", refs(*coded)),)
    return (Fact(f"{_names(taken)} on record without usable dates", refs(*taken)),)


def _course_fact(taken: Sequence[Drug], course: Course, day: date, given: Thresholds) -> Fact:
    """ "oxycodone since 1 February 2026 (290 days covered)"; of a course that is over, from and to."""
    part = [drug for drug in taken if drug.last and drug.last >= course.first]
    current = (day - course.last).days <= given.opioid_current_days
    begun = day_in_words(course.first)
    when = f"since {begun}" if current else f"from {begun} to {day_in_words(course.last)}"
    doubt = BY_NAME if all(map(by_name_only, part)) else ""
    return Fact(f"{_names(part)} {when} ({course.covered} days covered){doubt}", refs(*part))


def _names(drugs: Sequence[Drug]) -> str:
    return ", ".join(sorted({drug.label for drug in drugs}))


def _because(status: OpioidStatus, taken: Sequence[Drug], *, assumed: bool) -> str:
    if status == "unknown":
        return "an opioid is on record without usable dates" if taken else "medications were not checked"
    if status == "none":
        return "no opioid on record"
    if status == "possible":
        return "rests on the assumed supply of an open order" if assumed else "only a code says so"
    return "in part the assumed supply of open orders" if assumed else "by the dates and supplies on record"


@dataclass(frozen=True, slots=True)
class StrongNonopioid:
    """A gabapentinoid covers 90 days or more of a current course, beside spine pain and for nothing else (F)."""

    long_term: Truth
    facts: tuple[Fact, ...] = ()


def strong_nonopioid(record: PatientRecord, complaints: Complaints, given: Thresholds) -> StrongNonopioid:
    """True, false, or unknown where medications were not checked or a gabapentinoid cannot be placed in time.

    Current means as for opioids: the day or one of the 14 before is covered.
    """
    if not complaints.current(("axial", "radicular")):
        return StrongNonopioid(False)
    taken = [d for d in record.drugs if GABAPENTINOID in d.concepts and not d.inpatient]
    taken = [drug for drug in taken if gabapentinoid_for_spine(drug, record)]
    latest = next(reversed(courses(spans(taken), given.opioid_gap_days)), None)
    current = latest is not None and (record.day - latest.last).days <= given.opioid_current_days
    if latest and current and latest.covered >= given.gabapentinoid_days:
        return StrongNonopioid(True, (_course_fact(taken, latest, record.day, given),))
    unknown = not record.medications_answered or any(drug.undatable for drug in taken)
    return StrongNonopioid(None if unknown else False)
