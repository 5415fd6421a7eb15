"""Numbness, pain and weakness of a limb: what supports a nerve-compression sign, and what is focal weakness (F)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cds_service.findings.finding import Fact
from cds_service.findings.gait import explaining
from cds_service.findings.on_record import days_since, entry_fact, in_order
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

LIMBS = "limb_neuro_symptoms"
FOOT_DROP = "redflag_foot_drop"
POLYNEUROPATHY = "polyneuropathy"
LIMB_PAIN_ICD10 = "M796"
LIMB_PAIN_ICD9 = "7295"
# By its code it is any sign of the musculoskeletal system; it is in the set only where its text names a weak limb.
WEAK_BY_TEXT = "R29898"
WEAKNESS = frozenset({"713514005", "713512009", WEAK_BY_TEXT})


def limb_symptoms(record: PatientRecord, given: Thresholds) -> tuple[Condition, ...]:
    """What may come from a nerve root: pain, numbness or weakness; beside a polyneuropathy only focal weakness."""
    if explaining(record, POLYNEUROPATHY):
        return focal_weakness(record, given)
    return _open(entry for entry in record.conditions if entry.counts_for(LIMBS) or _is_weakness(entry))


def limb_deficits(record: PatientRecord) -> tuple[Condition, ...]:
    """Weakness or numbness, not mere pain, of a limb; numbness not beside a polyneuropathy (1a.6)."""
    explained = explaining(record, POLYNEUROPATHY)
    return _open(
        entry
        for entry in record.conditions
        if _is_weakness(entry) or (entry.counts_for(LIMBS) and not _is_pain(entry) and not explained)
    )


def focal_weakness(record: PatientRecord, given: Thresholds) -> tuple[Condition, ...]:
    """Foot drop or limb weakness that is open, with onset or record at most `focal_weakness_days` ago."""
    return tuple(entry for entry in weaknesses(record) if is_recent(entry, record, given.focal_weakness_days))


def weaknesses(record: PatientRecord) -> tuple[Condition, ...]:
    """Open foot drop or weakness of a limb, however old; generalised weakness is neither."""
    return _open(entry for entry in record.conditions if _is_weakness(entry))


def is_recent(entry: Condition, record: PatientRecord, within: int) -> bool:
    """Its onset or its record is at most so many days old."""
    ages = [days_since(when, record.day) for when in (entry.onset, entry.recorded)]
    return any(age is not None and age <= within for age in ages)


def limb_fact(entry: Condition) -> Fact:
    """The limb symptom or foot drop as a fact, called a weakness where only its text says so."""
    if not entry.counts_for(LIMBS):
        return entry_fact(entry, FOOT_DROP)
    match = entry.concepts[LIMBS]
    if match.code != WEAK_BY_TEXT:
        return entry_fact(entry, LIMBS)
    return entry_fact(replace(entry, concepts={LIMBS: replace(match, label="Limb weakness")}), LIMBS)


def _open(entries: Iterable[Condition]) -> tuple[Condition, ...]:
    return in_order(entry for entry in entries if entry.open)


def _is_weakness(entry: Condition) -> bool:
    """Foot drop, or coded as weakness of a limb."""
    if entry.counts_for(FOOT_DROP):
        return True
    return entry.counts_for(LIMBS) and entry.concepts[LIMBS].code in WEAKNESS


def _is_pain(entry: Condition) -> bool:
    code = entry.concepts[LIMBS].code
    return code.startswith(LIMB_PAIN_ICD10) or code == LIMB_PAIN_ICD9
