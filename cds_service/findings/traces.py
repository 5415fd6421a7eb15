"""When the spine was last heard of (clinical-logic A.7); a month or year counts as its last possible day.

The region matters for Conditions only: the text gives none for injections, imaging, operations and care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from cds_service.findings.on_record import day_of, trace
from cds_service.findings.spine import OPERATION_SETS, OPIOID_SETS, compatible, is_spine
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Drug, Match, PatientRecord, Procedure, Region

IMAGING_SETS = ("imaging_spine_mri_ct", "imaging_spine_loinc")
SPINE_CARE = (*OPERATION_SETS, *IMAGING_SETS, "care_spinal_injection", "prior_spine_surgery_status")
PHYSICAL_THERAPY = "care_physical_therapy"
OTHER_CARE = (PHYSICAL_THERAPY, "care_other_nonpharm")
STRONG_DRUGS = (*OPIOID_SETS, "analgesic_gabapentinoid", "muscle_relaxant")
ANALGESICS = (
    *STRONG_DRUGS,
    "analgesic_nsaid",
    "analgesic_acetaminophen",
    "analgesic_neuropathic_antidepressant",
    "strong_nonopioid_other",
)


def newest_trace(record: PatientRecord, region: Region, given: Thresholds) -> date | None:
    """The last day on which a complaint in this region left a trace in the chart, never later than the day.

    Care without a stated reason counts, as it does for problem-list items: no encounter diagnosis goes stale,
    it needs a visit within 180 days or a current problem-list item (A.3).
    """
    days = (
        *spine_days(record, region),
        *named_care_days(record),
        *unnamed_care_days(record, given),
    )
    return max(days, default=None)


def spine_days(record: PatientRecord, region: Region) -> Iterator[date]:
    """The newest onset or recordedDate of every spine Condition in a compatible region, over or not."""
    for condition in record.conditions:
        if compatible(condition.region, region) and is_spine(condition):
            day = trace(condition, record.day)
            if day is not None:
                yield day


def named_care_days(record: PatientRecord) -> Iterator[date]:
    """Days of injections, imaging and operations of the spine, and of care and pain scores that name it."""
    for report in record.reports:
        if _in_any(report.concepts, IMAGING_SETS):
            yield from _days(record, report.when)
    for done in record.procedures:
        if _in_any(done.concepts, SPINE_CARE) or (_in_any(done.concepts, OTHER_CARE) and _names_spine(done)):
            yield from _days(record, done.performed, done.performed_until)
    for drug in record.drugs:
        if _taken_for_pain(drug, ANALGESICS) and any(reason.spine for reason in drug.reasons):
            yield from _last_taken(record, drug)
    for score in record.observations:
        if score.spine_words:
            yield from _days(record, score.when)


def unnamed_care_days(record: PatientRecord, given: Thresholds) -> Iterator[date]:
    """Days of strong drugs, and of physical therapy on two days, that state no reason and have no other one."""
    if any(condition.open and condition.counts_for("active_cancer") for condition in record.conditions):
        return
    for drug in record.drugs:
        if _taken_for_pain(drug, STRONG_DRUGS) and not drug.reasons and not _treats_addiction(drug):
            for last in _last_taken(record, drug):
                if not _other_indication(record, drug.first or last, given):
                    yield last
    sessions = {
        day
        for done in record.procedures
        if _in_any(done.concepts, (PHYSICAL_THERAPY,)) and not done.reasons and not _names_spine(done)
        for day in _days(record, done.performed)
        if not _other_indication(record, day, given)
    }
    if len(sessions) > 1:
        yield max(sessions)


def _other_indication(record: PatientRecord, start: date, given: Thresholds) -> bool:
    """A condition that may be the reason, by any day its onset or record may mean within the days before."""
    from_day = start - timedelta(days=given.nonspine_indication_days)
    return any(
        when is not None and when.first <= start and when.last >= from_day
        for condition in record.conditions
        if _in_any(condition.concepts, ("nonspine_opioid_indication",))
        for when in (condition.onset, condition.recorded)
    )


def _taken_for_pain(drug: Drug, sets: Iterable[str]) -> bool:
    """Given outside hospital and not injected: those are ignored for every purpose (L)."""
    return _in_any(drug.concepts, sets) and not drug.inpatient and not drug.injected


def _treats_addiction(drug: Drug) -> bool:
    return _in_any(drug.concepts, ("oud_treatment_drugs",))


def _names_spine(done: Procedure) -> bool:
    return done.spine_words or done.region != "unknown" or any(reason.spine for reason in done.reasons)


def _last_taken(record: PatientRecord, drug: Drug) -> Iterator[date]:
    """The last covered day; of a drug that cannot be placed in time, the day it was ordered or stated."""
    last = drug.last or drug.first
    if last is not None:
        yield min(last, record.day)
    else:
        yield from _days(record, drug.authored)


def _days(record: PatientRecord, *dates: DateRange | None) -> Iterator[date]:
    for when in dates:
        day = day_of(when, record.day)
        if day is not None:
            yield day


def _in_any(concepts: Mapping[str, Match], names: Iterable[str]) -> bool:
    return any(name in concepts and concepts[name].use != "history" for name in names)
