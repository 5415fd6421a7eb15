"""Whether a referral to a spine specialist is under way, or another orthopaedic one (G, row 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import days_since, refs, when_in_words
from cds_service.findings.truth import Truth
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord, Referral

SET = "referral_spine_specialist"
# Orthopaedic referrals and admissions: in the set only with a spine reason, site or text.
ORTHOPAEDIC = frozenset({"308481009", "183495009", "305428000", "306181000000106", "183545006"})


def to_spine_specialist(record: PatientRecord) -> tuple[Referral, ...]:
    """Every spine, neurosurgery or back-clinic referral; orthopaedic only with a spine reason or site."""
    return _in_order([entry for entry in record.referrals if _is_spine(entry)])


def _is_spine(entry: Referral) -> bool:
    match = entry.concepts.get(SET)
    return match is not None and match.use == "full"


def _in_order(entries: Iterable[Referral]) -> tuple[Referral, ...]:
    return tuple(sorted(entries, key=lambda entry: (-_written(entry).toordinal(), entry.ref)))


def _written(entry: Referral) -> date:
    return entry.authored.last if entry.authored else date.min


def is_under_way(entry: Referral, today: date, given: Thresholds) -> bool:
    """It is active or on hold and at most `referral_active_days` old, or undated.

    Completed it counts for `referral_quiet_days`, as a draft for `referral_draft_days`; one of unknown status
    or intent not at all (clinical-logic L).
    """
    days = days_since(entry.authored, today)
    if not entry.sure:
        return False
    if entry.status in ("active", "on-hold"):
        return days is None or days <= given.referral_active_days
    longest = {"completed": given.referral_quiet_days, "draft": given.referral_draft_days}.get(entry.status)
    return longest is not None and days is not None and days <= longest


def referral_under_way(record: PatientRecord, given: Thresholds) -> tuple[Truth, tuple[Fact, ...]]:
    """Row 5 holds; unknown when the referrals were not answered and none is seen."""
    under_way = [entry for entry in to_spine_specialist(record) if is_under_way(entry, record.day, given)]
    if under_way:
        return True, tuple(_fact(entry) for entry in under_way)
    return (False if record.answered("serviceRequests") else None), ()


def _fact(entry: Referral) -> Fact:
    label = entry.concepts[SET].label
    when = f"of {when_in_words(entry.authored)}" if entry.authored else "undated"
    return Fact(f"{label}, {entry.status}, {when}", refs(entry))


def spine_referral_within(record: PatientRecord, days: int) -> Truth:
    """A spine, neurosurgery or back-clinic referral of any status is at most `days` old (quiets row 1b).

    Unknown when the referrals were not answered and none is seen; an undated one quiets nothing.
    """
    ages = (days_since(entry.authored, record.day) for entry in to_spine_specialist(record))
    if any(age is not None and age <= days for age in ages):
        return True
    return False if record.answered("serviceRequests") else None


def other_referral_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """An orthopaedic referral for something else than the spine is under way: mentioned, never silencing."""
    others = _in_order(
        entry
        for entry in record.referrals
        if not _is_spine(entry) and _is_orthopaedic(entry) and is_under_way(entry, record.day, given)
    )
    if not others:
        return None
    when = f" of {when_in_words(others[0].authored)}" if others[0].authored else ""
    text = f"An orthopaedic referral{when} is under way without a spine reason: it may be combined"
    return Caution("orthopaedic-referral", text, refs(*others))


def _is_orthopaedic(entry: Referral) -> bool:
    return any(code in ORTHOPAEDIC for _, code in entry.codes)
