"""Numbness, pain and weakness of a limb: what supports a nerve-compression sign, and what is focal weakness (F)."""

from __future__ import annotations

from datetime import date

from cds_service.findings.on_record import days_since, in_order
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

LIMBS = "limb_neuro_symptoms"
LIMB_PAIN_ICD10 = "M796"
LIMB_PAIN_ICD9 = "7295"
WEAKNESS = frozenset({"713514005", "713512009", "R29898"})


def limb_symptoms(record: PatientRecord) -> tuple[Condition, ...]:
    """Open limb symptoms that may come from a nerve root; with a polyneuropathy on record only weakness."""
    entries = in_order(entry for entry in record.conditions if entry.open and LIMBS in entry.concepts)
    explained = polyneuropathy(record)
    return tuple(entry for entry in entries if names_weakness(entry) or not explained)


def limb_deficits(record: PatientRecord) -> tuple[Condition, ...]:
    """Open weakness or numbness, not mere pain, of a limb; numbness not beside a polyneuropathy (1a.6)."""
    return tuple(entry for entry in limb_symptoms(record) if not _is_pain(entry))


def polyneuropathy(record: PatientRecord) -> bool:
    """A polyneuropathy is on record and not over: it explains numbness."""
    return any(entry.open and entry.counts_for("polyneuropathy") for entry in record.conditions)


def focal_weakness(record: PatientRecord, given: Thresholds) -> tuple[Condition, ...]:
    """Foot drop or limb weakness that is open, with onset or record at most `focal_weakness_days` ago."""
    return tuple(
        entry for entry in weaknesses(record) if _recent(entry, record.day, given.focal_weakness_days)
    )


def weaknesses(record: PatientRecord) -> tuple[Condition, ...]:
    """Open foot drop or weakness of a limb, however old; generalised weakness is neither."""
    return in_order(
        entry
        for entry in record.conditions
        if entry.open and (entry.counts_for("redflag_foot_drop") or names_weakness(entry))
    )


def names_weakness(entry: Condition) -> bool:
    """Coded as weakness of a limb, R29.898 only where its text names a limb and weakness (decided by the record)."""
    return entry.counts_for(LIMBS) and entry.concepts[LIMBS].code in WEAKNESS


def _is_pain(entry: Condition) -> bool:
    code = entry.concepts[LIMBS].code
    return code.startswith(LIMB_PAIN_ICD10) or code == LIMB_PAIN_ICD9


def _recent(entry: Condition, today: date, within: int) -> bool:
    ages = [days_since(when, today) for when in (entry.onset, entry.recorded)]
    return any(age is not None and age <= within for age in ages)
