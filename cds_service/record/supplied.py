"""What a call, a file or a Bulk export brought of one chart, decoded but not yet judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cds_service.record.patient import Answer, Key
from cds_service.wire import fhir

NOTHING: Mapping[str, fhir.Condition] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SuppliedChart:
    """One patient's resources as they came, and what came of each key.

    `patient_urls` are the fullUrls the Patient entry is known under. `medications` and `condition_urls` hold a
    resource under every way it may be referred to besides its id ("Medication/x", a fullUrl, "urn:uuid:x");
    a Condition's "Condition/x" and "urn:uuid:x" need not be repeated there. `oddities` come from decoding.
    `temporary` gives the `Type/id` of what has a `urn:uuid:` for its fullUrl, and so is on no server; few ask.
    """

    patient: fhir.Patient
    patient_urls: frozenset[str] = frozenset()
    conditions: tuple[fhir.Condition, ...] = ()
    procedures: tuple[fhir.Procedure, ...] = ()
    observations: tuple[fhir.Observation, ...] = ()
    reports: tuple[fhir.DiagnosticReport, ...] = ()
    referrals: tuple[fhir.ServiceRequest, ...] = ()
    medication_requests: tuple[fhir.MedicationRequest, ...] = ()
    medication_statements: tuple[fhir.MedicationStatement, ...] = ()
    medications: Mapping[str, fhir.Medication] = field(default_factory=lambda: MappingProxyType({}))
    condition_urls: Mapping[str, fhir.Condition] = field(default_factory=lambda: NOTHING)
    answers: Mapping[Key, Answer] = field(default_factory=lambda: MappingProxyType({}))
    oddities: tuple[str, ...] = ()
    temporary: Callable[[], frozenset[str]] = frozenset
