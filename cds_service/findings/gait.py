"""Difficulty of walking, standing or balance, and what else than the spine may explain a symptom (clinical-logic F)."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.findings.on_record import in_order, open_entries
from cds_service.record.patient import Condition, PatientRecord

GAIT = "gait_balance_difficulty"


def gait_entries(record: PatientRecord) -> tuple[Condition, ...]:
    """Open gait, standing or balance entries; none beside Parkinson's, stroke, MS or disease of a leg joint."""
    found = [entry for entry in record.conditions_in(GAIT) if entry.open]
    return () if not found or explaining(record, "gait_other_cause") else in_order(found)


def in_full(gait: Iterable[Condition]) -> tuple[Condition, ...]:
    """Not by weak rows alone: a lively reflex is no difficulty of walking."""
    return tuple(entry for entry in gait if entry.counts_for(GAIT))


def explaining(record: PatientRecord, concept: str) -> tuple[Condition, ...]:
    """Current entries that explain a symptom otherwise; what is over, weak or unconfirmed explains nothing away."""
    return tuple([entry for entry in open_entries(record, concept) if not entry.unconfirmed])
