"""The drugs that matter to any rule, from MedicationRequests and MedicationStatements (clinical-logic B, L).

Drugs are named first and most are left there; only for the others are dosage, supply and reasons read. What
an inpatient was given of opioids is ignored. A drug whose order cannot be read, or that has no usable date,
stays in the record as undatable: an opioid that was left out would read as "none".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from cds_service.record.dates import DateRange
from cds_service.record.doses import read_dose
from cds_service.record.drug_days import UNDATABLE, Days, ordered_days, stated_days
from cds_service.record.drug_names import Named, name_drug, texts_of
from cds_service.record.named_drug import Order, named_in
from cds_service.record.opioid_dose import OpioidDose
from cds_service.record.patient import Drug, Reason
from cds_service.record.reasons import read_reasons
from cds_service.record.same_drug import distinct, for_use_disorder, with_restated
from cds_service.record.standpoint import Standpoint
from cds_service.wire import fhir
from cds_service.wire.dosage import Unreadable, read_categories, read_dispense, read_dosages

if TYPE_CHECKING:
    from cds_service.knowledge.load import Knowledge

ORDER_INTENTS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
OTHER_INTENTS = frozenset({"proposal", "plan", "option"})
USED = frozenset({"active", "completed", "on-hold", "stopped"})
DROPPED = frozenset({"entered-in-error", "cancelled", "draft", "not-taken"})
INTENDED = "intended"
INPATIENT = "inpatient"
OUTSIDE = frozenset({"outpatient", "community", "discharge", "patientspecified"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to read one drug; `named` remembers what a concept names, because orders are renewed."""

    medications: Mapping[str, fhir.Medication]
    conditions: Mapping[str, fhir.Condition]
    at: Standpoint
    knowledge: Knowledge
    named: dict[str | None, tuple[tuple[fhir.CodeableConcept, ...], Named | None]] = field(default_factory=dict)


def read_drugs(
    requests: Sequence[fhir.MedicationRequest],
    statements: Sequence[fhir.MedicationStatement],
    medications: Mapping[str, fhir.Medication],
    conditions_by_ref: Mapping[str, fhir.Condition],
    at: Standpoint,
    knowledge: Knowledge,
) -> tuple[Drug, ...]:
    """Every drug that matters, oldest first.

    Items that differ only by id, meta and date of assertion count once, under the first of their ids.
    """
    if not (requests or statements):
        return ()
    reading = Reading(medications, conditions_by_ref, at, knowledge)
    ordered = [drug for found in distinct(_ordered(requests, reading)) for drug in _drug(*found, reading)]
    stated = [drug for found in distinct(_stated(statements, reading)) for drug in _drug(*found, reading)]
    return tuple(sorted(with_restated([*ordered, *stated]), key=_by_day))


def _by_day(drug: Drug) -> tuple[date, str, str, str, date]:
    return drug.first or date.max, drug.ref, drug.label, drug.strength, drug.last or date.max


def _ordered(
    requests: Sequence[fhir.MedicationRequest], reading: Reading
) -> Iterator[tuple[fhir.MedicationRequest, Named]]:
    for request in requests:
        if request.status in DROPPED or request.intent in OTHER_INTENTS or request.doNotPerform:
            continue
        named = _named(request, reading)
        if named:
            yield request, named


def _stated(
    statements: Sequence[fhir.MedicationStatement], reading: Reading
) -> Iterator[tuple[fhir.MedicationStatement, Named]]:
    for statement in statements:
        if statement.status in DROPPED:
            continue
        named = _named(statement, reading)
        if named and statement.status == INTENDED:
            reading.at.note("MedicationStatement", "of a drug only intended, not counted")
        elif named:
            yield statement, named


def _named(order: Order, reading: Reading) -> Named | None:
    concepts = named_in(order, reading.medications)
    if not concepts:
        return None
    first = concepts[0].text or (concepts[0].coding[0].code if concepts[0].coding else None)
    known = reading.named.get(first)
    if known is None or known[0] != concepts:
        known = reading.named[first] = (concepts, name_drug(concepts, reading.knowledge))
    return known[1]


def _drug(order: Order, named: Named, reading: Reading) -> Iterator[Drug]:
    """The drug with its days and reasons; nothing where it is not yet due, or is an inpatient's opioid."""
    inpatient = is_inpatient(order)
    if inpatient and named.opioid:
        return
    days = _days(order, reading, reading.at.day)
    if days.ahead:
        reading.at.note(_type(order), "begins after the day, not counted")
        return
    unsure = not _is_stated(order)
    if unsure:
        reading.at.note(_type(order), "without a known status or intent, read with doubt")
    reasons = read_reasons(order.reasonCode, order.reasonReference, order.reason, reading.conditions, reading.at)
    authored = reading.at.date(_authored(order))
    dose, runs_out = _dose_and_end(order, named, days, reading) if named.opioid else (None, None)
    yield _as_drug(order, named, days, authored, reasons, dose, runs_out, inpatient=inpatient, unsure=unsure)


def _dose_and_end(order: Order, named: Named, days: Days, reading: Reading) -> tuple[OpioidDose | None, date | None]:
    """What an opioid's item says of its dose, and the last day it was meant for, be that after the day."""
    if days.first is None:
        return None, None
    runs_out = None if days.assumed else days.last
    if runs_out == reading.at.day:
        runs_out = _days(order, reading, date.max).last
    return _dose(order, named, days.first, reading), runs_out


def _dose(order: Order, named: Named, first: date, reading: Reading) -> OpioidDose:
    texts = texts_of(named_in(order, reading.medications))
    try:
        dosages = read_dosages(order.dosageInstruction if isinstance(order, fhir.MedicationRequest) else order.dosage)
        dose = read_dose(named, texts, dosages, first, reading.knowledge)
    except Unreadable as wrong:
        reading.at.note(_type(order), f"with a dose that is not read: {wrong}")
        return OpioidDose(lacks="its dose cannot be read")
    if any(step.by_text for step in dose.steps):
        reading.at.note(_type(order), "with a dose read from its words")
    return dose


def _as_drug(
    order: Order,
    named: Named,
    days: Days,
    authored: DateRange | None,
    reasons: tuple[Reason, ...],
    dose: OpioidDose | None,
    runs_out: date | None,
    *,
    inpatient: bool,
    unsure: bool,
) -> Drug:
    by_reason = named.use_disorder_by_reason and any("opioid_use_disorder" in r.concepts for r in reasons)
    drug = Drug(
        ref=f"{_type(order)}/{order.id}" if order.id else "",
        kind="request" if isinstance(order, fhir.MedicationRequest) else "statement",
        concepts=named.concepts,
        label=named.label,
        product=named.product,
        ingredient=named.ingredient,
        strength=named.strength,
        status=order.status or "",
        requester=_requester(order),
        authored=authored,
        first=days.first,
        last=days.last,
        assumed=days.assumed,
        known_first=days.known_first,
        known_last=days.known_last,
        undatable=days.first is None,
        supply_days=days.supply_days,
        opioid=named.opioid,
        use_disorder=named.use_disorder,
        inpatient=inpatient,
        injected=named.injected,
        unsure=unsure,
        reasons=reasons,
        runs_out=runs_out,
        dose=dose,
    )
    return for_use_disorder(drug) if by_reason else drug


def _requester(order: Order) -> str:
    requester = order.requester if isinstance(order, fhir.MedicationRequest) else None
    return (requester.reference or requester.display or "") if requester else ""


def _authored(order: Order) -> str | None:
    """When it was ordered or, of a statement, asserted."""
    return order.authoredOn if isinstance(order, fhir.MedicationRequest) else order.dateAsserted


def _days(order: Order, reading: Reading, day: date) -> Days:
    """When it was taken, up to the day; what cannot be read of a dosage leaves it without a date."""
    given = reading.at.given
    if isinstance(order, fhir.MedicationStatement):
        return stated_days(order, day, given)
    try:
        dosages, dispense = read_dosages(order.dosageInstruction), read_dispense(order.dispenseRequest)
        return ordered_days(order, dosages, dispense, day, given)
    except Unreadable as wrong:
        reading.at.note("MedicationRequest", f"skipped: {wrong}")
        return UNDATABLE


def _type(order: Order) -> Literal["MedicationRequest", "MedicationStatement"]:
    return "MedicationRequest" if isinstance(order, fhir.MedicationRequest) else "MedicationStatement"


def _is_stated(order: Order) -> bool:
    """Status, and of a request the intent, are among those a drug on record has."""
    if isinstance(order, fhir.MedicationRequest) and order.intent not in ORDER_INTENTS:
        return False
    return order.status in USED


def is_inpatient(order: Order) -> bool:
    """The drug was ordered or given during a hospital stay, and for nothing else."""
    if isinstance(order, fhir.MedicationStatement):
        categories = read_categories(order.category)
    else:
        categories = tuple(order.category or ())
    codes = {(coding.code or "").lower() for category in categories for coding in category.coding or ()}
    return INPATIENT in codes and codes.isdisjoint(OUTSIDE)
