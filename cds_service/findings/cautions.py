"""What a card mentions and no rule decides by (clinical-logic E, "cautions only", and its like), in a stable order."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to mind, in our words; it never starts, stops or changes a card."""

    id: str
    text: str
    sources: tuple[str, ...] = ()


def cautions(record: PatientRecord, given: Thresholds, opioid_status: str = "none") -> tuple[Caution, ...]:
    """Every caution that holds; `opioid_status` is that of `OpioidUse` (clinical-logic B)."""
    raise NotImplementedError
