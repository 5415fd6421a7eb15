"""How much oral morphine a day the opioids taken stand for, drug by drug and together (clinical-logic B, L).

Bounds, because a dose may be a range or be left to the patient. What cannot be read makes the total "at least".
It decides nothing: it adds words to a card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.findings.drug_courses import whole_span
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.opioid_dose import Bounds, added
from cds_service.record.patient import Answer, Drug, Key, PatientRecord
from cds_service.record.same_drug import SameDrug

KEYS: tuple[Key, ...] = ("medicationStatements", "medicationRequests")
ENDED = frozenset({"stopped", "completed", "on-hold"})
LEGACY = "legacy"
NO_DOSE = "no dose is on record"
NO_DATE = "it cannot be placed in time"
NONE_DEFINED = "it has no morphine equivalent"


@dataclass(frozen=True, slots=True)
class DrugEquivalent:
    """What one item stands for on the day, in mg of oral morphine; None: unknown, and `because` says why.

    `as_needed`: its least is nothing. `by_text`: its dose was read from words. `source`: the table of its factor.
    """

    ref: str
    label: str
    amount: Bounds | None
    as_needed: bool = False
    by_text: bool = False
    source: str = ""
    because: str = ""

    @property
    def older_factor(self) -> bool:
        """The chosen table does not list it."""
        return self.source.startswith(LEGACY)


@dataclass(frozen=True, slots=True)
class MorphineEquivalents:
    """From `least` to `most` mg of oral morphine a day; unless `complete`, at least so much."""

    least: float = 0.0
    most: float = 0.0
    complete: bool = True
    drugs: tuple[DrugEquivalent, ...] = ()

    @property
    def known(self) -> tuple[DrugEquivalent, ...]:
        """Those that add to the total."""
        return tuple(drug for drug in self.drugs if drug.amount and drug.amount.most > 0)


NO_OPIOID = MorphineEquivalents()


def morphine_equivalents(record: PatientRecord, given: Thresholds, day: date | None = None) -> MorphineEquivalents:
    """What is taken on the day, by default the record's; without a current opioid 0 to 0, complete.

    Treatment of opioid use disorder has no equivalent. An undatable opioid may be taken; one that has ended only where
    no other can be placed in time, because then nothing is known.
    """
    opioids = [drug for drug in record.drugs if drug.opioid and not drug.use_disorder]
    if not opioids:
        return MorphineEquivalents(complete=_all_answered(record))
    day = day or record.day
    undated = [drug for drug in opioids if drug.undatable]
    if len(undated) < len(opioids):
        undated = [drug for drug in undated if drug.status not in ENDED]
    counted = [_equivalent(drug, day) for drug in taken_on(opioids, day, given)]
    missing = [DrugEquivalent(drug.ref, drug.label, None, because=NO_DATE) for drug in undated]
    drugs = tuple(sorted((*counted, *missing), key=lambda drug: (drug.label, drug.ref, drug.because)))
    total = added([drug.amount for drug in drugs if drug.amount])
    complete = _all_answered(record) and all(drug.amount for drug in drugs)
    return MorphineEquivalents(round(total.least, 2), round(total.most, 2), complete, drugs)


def _all_answered(record: PatientRecord) -> bool:
    """A medication key came back, and none only in part."""
    return record.medications_answered and not any(record.answers.get(key) is Answer.INCOMPLETE for key in KEYS)


def taken_on(opioids: Sequence[Drug], day: date, given: Thresholds) -> tuple[Drug, ...]:
    """The items whose doses add up: those that cover the day, else those that ended within `opioid_current_days`.

    A statement of what is ordered is left out beside the order. Of one product the older is left out where its supply
    was assumed, or where the same requester ordered it again after its end or within `opioid_renewal_days` before.
    """
    dated = [(drug, span) for drug in opioids if (span := whole_span(drug))]
    items = [drug for drug, (first, last) in dated if first <= day <= last]
    if not items:
        earliest = day - timedelta(given.opioid_current_days)
        items = [drug for drug, (_, last) in dated if earliest <= last < day]
    ordered = SameDrug(drug for drug in items if drug.kind == "request")
    items = [drug for drug in items if not (drug.restated and ordered.of(drug))]
    same = SameDrug(items)
    return tuple(drug for drug in items if not _is_replaced(drug, same.of(drug), given))


def _is_replaced(older: Drug, others: Sequence[Drug], given: Thresholds) -> bool:
    """A newer one is taken instead of it, not beside it; `others` in the order they began: the newest decides."""
    if older.first is None or not others:
        return False
    if older.assumed:
        return _begins_after(others[-1], older.first)
    if older.runs_out is None:
        return False
    by_then = older.runs_out - timedelta(given.opioid_renewal_days)
    newest = next((other for other in reversed(others) if other.requester == older.requester), older)
    return _begins_after(newest, older.first) and newest.first is not None and newest.first >= by_then


def _begins_after(drug: Drug, day: date) -> bool:
    return drug.first is not None and drug.first > day


def _equivalent(drug: Drug, day: date) -> DrugEquivalent:
    """One item on the day, or on its last day where that is earlier."""
    dose = drug.dose
    if dose is None:
        return DrugEquivalent(drug.ref, drug.label, None, because=NO_DOSE)
    when = min(day, drug.last or day)
    amount = dose.morphine_on(when)
    if dose.has_none:
        return DrugEquivalent(drug.ref, drug.label, amount, because=NONE_DEFINED)
    if amount is None:
        return DrugEquivalent(drug.ref, drug.label, None, source=dose.source, because=dose.lacks_on(when))
    steps = dose.on(when)
    needed, by_text = any(step.as_needed for step in steps), any(step.by_text for step in steps)
    return DrugEquivalent(drug.ref, drug.label, amount, needed, by_text, dose.source)
