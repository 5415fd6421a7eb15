"""An Appointment that is being booked, as far as it says what it is for."""

from __future__ import annotations

from msgspec import Struct

from cds_service.wire.fhir import CodeableConcept, Reference


class Participant(Struct, gc=False):
    """Who takes part."""

    actor: Reference | None = None


class Appointment(Struct, gc=False):
    """A booking, proposed or made."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    serviceType: list[CodeableConcept] | None = None
    specialty: list[CodeableConcept] | None = None
    appointmentType: CodeableConcept | None = None
    reasonCode: list[CodeableConcept] | None = None
    reasonReference: list[Reference] | None = None
    description: str | None = None
    participant: list[Participant] | None = None
