"""Whether an elective card is out of place, or any card at all (clinical-logic G, rows 0 and 2 to 5).

Row 0: death, hospice care. Rows 2 to 5: a minor, a pregnancy, a fresh spine operation, a referral under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.age import has_reached
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import days_since, entry_fact, open_entries, refs, when_in_words
from cds_service.findings.pregnancy import pregnancy
from cds_service.findings.referrals import referral_under_way, spine_referral_within
from cds_service.findings.truth import Truth
from cds_service.findings.words import day_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import PatientRecord, Procedure

__all__ = ["Holding", "Suppression", "spine_referral_within", "suppression"]

HOSPICE = "palliative_hospice"


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
    """What holds on the record's day; `last_operation` is the day of the last dated spine operation."""
    return Suppression(
        deceased=_holding(record.deceased, (Fact("deceased"),), "", "not deceased"),
        hospice=_hospice(record, given),
        under_18=_under_18(record, given),
        pregnant=_pregnant(record, given),
        post_operative=_post_operative(record, given, last_operation),
        referral_under_way=_referral(record, given),
    )


def _holding(holds: Truth, facts: tuple[Fact, ...], unknown: str, absent: str) -> Holding:
    """The facts where it holds, else why it does not, or why nobody can tell."""
    if holds:
        return Holding(True, facts[0].text, facts)
    return Holding(None, unknown) if holds is None else Holding(False, absent)


def _hospice(record: PatientRecord, given: Thresholds) -> Holding:
    """Hospice care is current: an active entry, or a procedure of at most `hospice_days`.

    Row 0 silences red flags too: an unconfirmed entry, a procedure undated or of doubtful status, is unknown.
    """
    entries = open_entries(record, HOSPICE)
    done = [entry for entry in record.procedures if entry.counts_for(HOSPICE)]
    listed = tuple(entry_fact(entry, HOSPICE) for entry in entries if not entry.unconfirmed)
    recent = tuple(_procedure_fact(e) for e in done if e.sure and _is_recent(e, record, given))
    doubtful = any(e.unconfirmed for e in entries) or any(_is_doubtful(e, record, given) for e in done)
    answered = record.answered("conditions") and record.answered("procedures")
    holds = True if listed or recent else None if doubtful or not answered else False
    unknown = "hospice care is in doubt or undated" if doubtful else "hospice care was not checked"
    return _holding(holds, (*listed, *recent), unknown, "no hospice care on record")


def _when(entry: Procedure) -> DateRange | None:
    return entry.performed_until or entry.performed


def _is_recent(entry: Procedure, record: PatientRecord, given: Thresholds) -> bool:
    days = days_since(_when(entry), record.day)
    return days is not None and days <= given.hospice_days


def _is_doubtful(entry: Procedure, record: PatientRecord, given: Thresholds) -> bool:
    return _when(entry) is None or (not entry.sure and _is_recent(entry, record, given))


def _procedure_fact(entry: Procedure) -> Fact:
    return Fact(f"{entry.concepts[HOSPICE].label}, {when_in_words(_when(entry))}", refs(entry))


def _under_18(record: PatientRecord, given: Thresholds) -> Holding:
    """Younger than `adult_age` years on the day, by the youngest age that a partial birth date allows."""
    adult = has_reached(record.born, given.adult_age, record.day)
    if adult is None:
        return Holding(None, "the birth date is not on record")
    fact = Fact(f"younger than {given.adult_age} years")
    return _holding(not adult, (fact,), "", f"{given.adult_age} years or older")


def _pregnant(record: PatientRecord, given: Thresholds) -> Holding:
    """Pregnant by the newest entry (see `pregnancy`)."""
    holds, facts = pregnancy(record, given)
    unknown = "pregnancy is on record without a date, or was not checked"
    return _holding(holds, facts, unknown, "no current pregnancy on record")


def _post_operative(record: PatientRecord, given: Thresholds, last_operation: date | None) -> Holding:
    """The last spine operation was at most `postop_quiet_days` ago, the day itself included."""
    if last_operation is None and not record.answered("procedures"):
        return Holding(None, "operations were not checked")
    if last_operation is None or (record.day - last_operation).days > given.postop_quiet_days:
        return Holding(False, f"no spine operation within {given.postop_quiet_days} days")
    fact = Fact(f"spine operation on {day_in_words(last_operation)}")
    return Holding(True, fact.text, (fact,))


def _referral(record: PatientRecord, given: Thresholds) -> Holding:
    """A referral to a spine specialist is under way (`referral_under_way`); it stops rows 8 and 9 only."""
    holds, facts = referral_under_way(record, given)
    return _holding(holds, facts, "referrals were not checked", "no referral to a spine specialist under way")
