"""Which appointments are for spine surgery, or for a surgeon's opinion on the spine (contract, "Fetch")."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.record.orders import (
    GENERAL,
    REFERRAL,
    SERVICE,
    Order,
    OrderReading,
    Waiting,
    is_special,
    is_spine,
)
from cds_service.record.reasons import read_reasons
from cds_service.record.words import cleaned, says, strings_of
from cds_service.wire import fhir
from cds_service.wire.appointments import Appointment
from cds_service.wire.drafts import Draft, loosely

KIND = "Appointment"
CALLED_OFF = frozenset({"cancelled", "noshow", "entered-in-error", "fulfilled"})
# Neurosurgery, orthopaedics.
SURGEONS = frozenset({"394610002", "394801008"})


def booked(draft: Draft, by: OrderReading) -> Order | None:
    """An appointment that concerns us, or that may, once more is known of the patient."""
    appointment = loosely(draft.raw, Appointment) if draft.kind == KIND else None
    if appointment is None or appointment.status in CALLED_OFF or not _is_the_patients(appointment, by):
        return None
    waits_for = _waits_for(appointment, by)
    return None if waits_for is None else Order("appointment", draft.ref, draft.raw, waits_for=waits_for)


def _waits_for(appointment: Appointment, by: OrderReading) -> Waiting | None:
    """Nothing where it surely concerns us; None where it never does."""
    reasons = read_reasons(appointment.reasonCode, appointment.reasonReference, None, by.conditions, by.at)
    said = (*strings_of(_told_for(appointment)), cleaned(appointment.description))
    spine = by.at.names_spine(said) or any(is_spine(reason) for reason in reasons)
    coded = tuple(pair for concept in _told_for(appointment) for pair in by.at.rows(SERVICE, concept))
    referral = any(row.concept == REFERRAL and row.use != "ignore" for row, _ in coded)
    operation = spine and says(by.at.guards.word_operation, said, by.at.guards)
    if operation or any(row.concept.startswith("proc_") and row.use != "ignore" for row, _ in coded):
        return ""
    if (referral or _with_a_surgeon(appointment)) and (spine or is_special(coded)):
        return ""
    if any(code in GENERAL for row, code in coded if row.concept == REFERRAL):
        return "spine-condition"
    return "reason" if appointment.reasonReference and (referral or _with_a_surgeon(appointment)) else None


def _is_the_patients(appointment: Appointment, by: OrderReading) -> bool:
    """No patient takes part, or this one does."""
    actors = (one.actor for one in appointment.participant or () if one.actor)
    patients = [actor for actor in actors if "Patient/" in (actor.reference or "")]
    return not patients or any(by.is_ours(actor) for actor in patients)


def _told_for(appointment: Appointment) -> Iterator[fhir.CodeableConcept]:
    yield from appointment.serviceType or ()
    if appointment.appointmentType:
        yield appointment.appointmentType
    yield from appointment.reasonCode or ()


def _with_a_surgeon(appointment: Appointment) -> bool:
    codings = (coding for concept in appointment.specialty or () for coding in concept.coding or ())
    return any(coding.code in SURGEONS for coding in codings)
