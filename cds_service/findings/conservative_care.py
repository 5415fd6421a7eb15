"""What was tried before an operation is thought of, and whether it failed (clinical-logic C).

Looked for from the later of 365 days ago and the earliest possible start of the current symptoms. A procedure
with a month or year counts on its last possible day; one that lasted counts on its first and last day. "Over 42
days" is the difference of the first and last session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.findings.care_courses import (
    CareComponent,
    CareKind,
    drug_component,
    injection_component,
    session_component,
    weak_care,
)
from cds_service.findings.complaints import Complaints
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import BY_NAME, BY_TEXT
from cds_service.findings.truth import Truth
from cds_service.findings.words import day_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord

CareState = Literal["documented", "partial", "none-documented", "unknown"]
COUNTED: dict[CareKind, str] = {
    "physical therapy": "on {days} days",
    "other non-drug care": "on {days} days",
    "medication": "covering {days} days",
    "spinal injection": "on {days} days",
}


@dataclass(frozen=True, slots=True)
class ConservativeCare:
    """`failed`: a course or injection ended, or a drug was begun, long ago, and the symptom is still current.

    Weak evidence is in `facts` only; it never counts as failed. `gaps` says what was not found or not checked.
    `unchecked`: a key that was not answered could hold what is lacking for "documented".
    """

    state: CareState
    failed: Truth
    components: tuple[CareComponent, ...] = ()
    facts: tuple[Fact, ...] = ()
    gaps: tuple[str, ...] = ()
    unchecked: bool = False

    @property
    def documented(self) -> Truth:
        """Care is documented; unknown where a key that was not answered could tell."""
        return True if self.state == "documented" else None if self.unchecked else False


def conservative_care(
    record: PatientRecord, complaints: Complaints, given: Thresholds, *, without_opioids: bool = False
) -> ConservativeCare:
    """How much conservative care is on record; `without_opioids`: no drug that is an opioid among it (sign 5)."""
    first = care_since(record.day, complaints, given)
    found = (
        session_component("physical therapy", record, first, given),
        session_component("other non-drug care", record, first, given),
        drug_component(record, first, given, without_opioids=without_opioids),
        injection_component(record, first, given),
    )
    components = tuple(component for component in found if component)
    weak = weak_care(record, first, given, {component.kind for component in components})
    return ConservativeCare(
        state=_state(components, bool(weak), record, given),
        failed=_failed(components, complaints, record),
        components=components,
        facts=(*map(_fact, components), *weak),
        gaps=_gaps(components, weak, record),
        unchecked=_unchecked(components, record),
    )


def care_since(day: date, complaints: Complaints, given: Thresholds) -> date:
    """The first day on which care counts for what the patient has now."""
    earliest = day - timedelta(given.care_lookback_days)
    symptoms = complaints.symptoms() or complaints.current()
    starts = [symptom.earliest_start for symptom in symptoms if symptom.earliest_start and not symptom.at_least]
    # One symptom of unknown age may be older than all others.
    return max(earliest, min(starts)) if starts and len(starts) == len(symptoms) else earliest


def _state(components: Sequence[CareComponent], weak: bool, record: PatientRecord, given: Thresholds) -> CareState:
    kinds = {component.kind: component for component in components}
    therapy = kinds.get("physical therapy")
    if therapy and (therapy.last - therapy.first).days >= given.care_pt_days:
        return "documented"
    if "spinal injection" in kinds or len(kinds) >= 2:
        return "documented"
    if kinds or weak:
        return "partial"
    answered = record.answered("procedures") or record.medications_answered
    return "none-documented" if answered else "unknown"


def _unchecked(components: Sequence[CareComponent], record: PatientRecord) -> bool:
    """Procedures could hold all that is lacking, medications the second of two components."""
    return not record.answered("procedures") or (bool(components) and not record.medications_answered)


def _failed(components: Sequence[CareComponent], complaints: Complaints, record: PatientRecord) -> Truth:
    """Unknown where something that might have failed was not checked."""
    if not complaints.current():
        return False
    if any(component.failed for component in components):
        return True
    return False if record.answered("procedures") and record.medications_answered else None


def _fact(component: CareComponent) -> Fact:
    """ "physical therapy on 8 days, 1 June 2026 to 10 August 2026"; what no code says is marked."""
    span = day_in_words(component.first)
    if component.last > component.first:
        span += f" to {day_in_words(component.last)}"
    what = ", ".join(component.drugs) if component.drugs else component.kind
    doubt = (BY_NAME if component.drugs else BY_TEXT) if component.by_text else ""
    if component.days == 1:
        return Fact(f"{what} {span}{doubt}", component.sources)
    return Fact(f"{what} {COUNTED[component.kind].format(days=component.days)}, {span}{doubt}", component.sources)


def _gaps(components: Sequence[CareComponent], weak: Sequence[Fact], record: PatientRecord) -> tuple[str, ...]:
    """What is missing; a session or an undated drug that is told as a fact is not denied in the same breath."""
    found = {component.kind for component in components}
    said = "not found" if record.answered("procedures") else "not checked"
    gaps = []
    if "physical therapy" not in found:
        hinted = any("physical therapy" in fact.text for fact in weak)
        gaps.append(f"{'course of ' if hinted else ''}physical therapy {said}")
    if "spinal injection" not in found and not any(fact.text.startswith("spinal injection") for fact in weak):
        gaps.append(f"spinal injection {said}")
    if "medication" not in found:
        undated = any(fact.text.endswith(", undated") for fact in weak)
        what = "pain medication with dates" if undated else "pain medication"
        gaps.append(f"{what} {'not found' if record.medications_answered else 'not checked'}")
    return tuple(gaps)
