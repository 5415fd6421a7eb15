"""Whether opioids are taken, for how long, and whether for the spine (clinical-logic B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.finding import Fact
from cds_service.findings.truth import Truth

OpioidStatus = Literal["chronic", "possible", "short-term", "recent", "past", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class OpioidUse:
    """`status`, `covered_days` and `since` are over all opioids, `for_spine` over those that count for sign 5."""

    status: OpioidStatus
    for_spine: OpioidStatus
    covered_days: int | None = None
    since: date | None = None
    assumed: bool = False
    facts: tuple[Fact, ...] = ()
    because: str = ""


# def opioid_use(record: PatientRecord, complaints: Complaints, given: Thresholds) -> OpioidUse


@dataclass(frozen=True, slots=True)
class StrongNonopioid:
    """A gabapentinoid taken for 90 days or more and for nothing but the spine: sign 5 in part."""

    long_term: Truth
    facts: tuple[Fact, ...] = ()


# def strong_nonopioid(record: PatientRecord, complaints: Complaints, given: Thresholds) -> StrongNonopioid
