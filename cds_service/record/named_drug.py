"""Where an order says which drug it is of: a concept, a Medication, or the display of a reference."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.wire import fhir
from cds_service.wire.dosage import read_contained

Order = fhir.MedicationRequest | fhir.MedicationStatement


def named_in(order: Order, medications: Mapping[str, fhir.Medication]) -> tuple[fhir.CodeableConcept, ...]:
    """All that names the drug: of a Medication its code and its ingredients; empty where nothing does.

    `medications` are those of the request by `Medication/id`, `urn:uuid:id` and fullUrl.
    """
    concept = order.medicationCodeableConcept or (order.medication and order.medication.concept)
    if concept and (concept.coding or concept.text):
        return (concept,)
    reference = order.medicationReference or (order.medication and order.medication.reference)
    if not reference:
        return ()
    medication = _referred(reference.reference or "", order, medications)
    if medication:
        parts = (medication.code, *(part.itemCodeableConcept for part in medication.ingredient or ()))
        named = tuple(part for part in parts if part and (part.coding or part.text))
        if named:
            return named
    return (fhir.CodeableConcept(text=reference.display),) if reference.display else ()


def _referred(reference: str, order: Order, medications: Mapping[str, fhir.Medication]) -> fhir.Medication | None:
    """A Medication held in the order ("#id"), or one of the request."""
    if reference.startswith("#"):
        held = read_contained(order.contained)
        return next((medication for medication in held if medication.id == reference[1:]), None)
    plain = reference.split("/_history/")[0]
    return medications.get(plain) or medications.get("/".join(plain.split("/")[-2:]))
