"""What speaks against a small operation, or should be mended before one: always seven, in this order."""

from __future__ import annotations

from collections.abc import Callable

from cds_service.findings.cardiovascular import cardiovascular_disease
from cds_service.findings.contraindications import epidural_scarring, severe_instability
from cds_service.findings.diabetes import uncontrolled_diabetes
from cds_service.findings.infection import active_infection
from cds_service.findings.obesity import obesity
from cds_service.findings.risk import Risk, RiskId
from cds_service.findings.smoking import current_smoking
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord

__all__ = ["RISKS", "Risk", "RiskId", "risks"]

RISKS: tuple[Callable[[PatientRecord, Thresholds], Risk], ...] = (
    severe_instability,
    epidural_scarring,
    uncontrolled_diabetes,
    cardiovascular_disease,
    obesity,
    current_smoking,
    active_infection,
)


def risks(record: PatientRecord, given: Thresholds) -> tuple[Risk, ...]:
    """The seven risks, each present, absent or unknown (clinical-logic E, H)."""
    return tuple([risk(record, given) for risk in RISKS])
