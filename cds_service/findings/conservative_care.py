"""What was tried before an operation is thought of, and whether it failed (clinical-logic C)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.finding import Fact
from cds_service.findings.truth import Truth

CareState = Literal["documented", "partial", "none-documented", "unknown"]
CareKind = Literal["physical therapy", "other non-drug care", "medication", "spinal injection"]


@dataclass(frozen=True, slots=True)
class CareComponent:
    """One kind of care given since the symptoms began: on `days` days (of a drug: covered) from first to last."""

    kind: CareKind
    first: date
    last: date
    days: int
    failed: bool
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConservativeCare:
    """`failed`: a course or injection ended, or a drug was begun, long enough ago, and the symptom is still current."""

    state: CareState
    failed: Truth
    components: tuple[CareComponent, ...] = ()
    facts: tuple[Fact, ...] = ()
    gaps: tuple[str, ...] = ()


# def conservative_care(
#     record: PatientRecord, complaints: Complaints, given: Thresholds, *, without_opioids: bool = False
# ) -> ConservativeCare
