"""How much pain limits daily life, by its newest score (clinical-logic A, last paragraph)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Finding
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord


@dataclass(frozen=True, slots=True)
class PainScore:
    """The newest score of a scale from 0 to 10."""

    what: str
    score: float
    when: date


def impact_on_daily_life(record: PatientRecord, given: Thresholds) -> Finding[PainScore]:
    """Present: pain scale or PEG of at least 4 within 180 days; a line on a card, never required."""
    raise NotImplementedError
