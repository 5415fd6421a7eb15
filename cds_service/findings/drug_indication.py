"""What a drug is taken for: the spine, something else, or nothing stated (clinical-logic B "Indication", C, F)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cds_service.findings.complaints import Complaints
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Drug, PatientRecord, Reason

CANCER = "active_cancer"
OTHER_PAIN = "nonspine_opioid_indication"
CHRONIC_PAIN = "chronic_pain_generic"
# As a stated reason, with no word of where: "chronic pain", "chronic non-cancer pain syndrome".
CHRONIC_PAIN_WORDS = re.compile(
    r"\s*chronic (?:(?:non-?cancer|non-?malignant|intractable|severe) )?pain(?: syndrome)?\s*", re.I
)
PAIN = re.compile(r"pain|ache|neuralgia|neuropath|radicul|sciatica|fibromyalgia", re.I)
OTHER_NERVE_SETS = ("polyneuropathy", "gabapentinoid_other_indication")


def for_spine(reason: Reason) -> bool:
    """A spine problem, or chronic pain without another site, by its code or in so many words."""
    return reason.spine or CHRONIC_PAIN in reason.concepts or any(map(CHRONIC_PAIN_WORDS.fullmatch, reason.words))


def opioid_for_spine(drug: Drug, record: PatientRecord, complaints: Complaints, given: Thresholds) -> bool:
    """The opioid counts for sign 5: for a stated spine reason; or none is stated and nothing else explains it.

    Without a reason it must have been taken after a current spine complaint began (of an unknown start, any time),
    with no active cancer now and no other painful condition of the 90 days before it. Treatment of opioid use
    disorder never counts.
    """
    if drug.use_disorder:
        return False
    if drug.reasons:
        return any(for_spine(reason) for reason in drug.reasons)
    if not complaints.current() or has_active_cancer(record):
        return False
    if drug.first is None or drug.last is None:
        return True
    begun = complaints.earliest_start
    if begun is not None and drug.last <= begun:
        return False
    earliest = drug.first - timedelta(given.nonspine_indication_days)
    others = record.conditions_in(OTHER_PAIN)
    return not any(_stated_between(c, earliest, drug.first) for c in others if c.counts_for(OTHER_PAIN))


def has_active_cancer(record: PatientRecord) -> bool:
    """A cancer is current; one only suspected takes nothing away."""
    return any(c.open and not c.unconfirmed and c.counts_for(CANCER) for c in record.conditions_in(CANCER))


def _stated_between(condition: Condition, first: date, last: date) -> bool:
    """Its onset or record may lie between the days."""
    return any(_meets(when, first, last) for when in (condition.onset, condition.recorded))


def _meets(when: DateRange | None, first: date, last: date) -> bool:
    return when is not None and when.first <= last and when.last >= first


def only_for_mood(drug: Drug) -> bool:
    """Every stated reason is something other than pain; without a stated reason it is not."""
    return bool(drug.reasons) and not any(for_spine(r) or any(map(PAIN.search, r.words)) for r in drug.reasons)


def gabapentinoid_for_spine(drug: Drug, record: PatientRecord) -> bool:
    """A spine reason is stated, or none and no nerve disease, zoster, epilepsy, fibromyalgia or anxiety is current."""
    if drug.reasons:
        return any(for_spine(reason) for reason in drug.reasons)
    return not any(c.open and c.counts_for(name) for name in OTHER_NERVE_SETS for c in record.conditions_in(name))
