"""Whether an elective card is out of place: death, hospice, age, pregnancy, a fresh operation, a referral (G, rows 0, 2 to 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Fact
from cds_service.findings.truth import Truth
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord


@dataclass(frozen=True, slots=True)
class Holding:
    """One reason for silence: true, false, or unknown (which reads as not holding, and is recorded)."""

    holds: Truth
    because: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """Rows 0 and 2 to 5 of the decision table, each for itself."""

    deceased: Holding
    hospice: Holding
    under_18: Holding
    pregnant: Holding
    post_operative: Holding
    referral_under_way: Holding


def suppression(record: PatientRecord, given: Thresholds, last_operation: date | None) -> Suppression:
    """What holds on the record's day; `last_operation` is the last dated spine operation, None when there is none."""
    raise NotImplementedError


def spine_referral_within(record: PatientRecord, days: int) -> Truth:
    """A spine, neurosurgery or back-clinic referral of any status is at most `days` old (quiets row 1b)."""
    raise NotImplementedError
