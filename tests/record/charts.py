"""Charts for tests: plain FHIR resources as dicts become a SuppliedChart or the record read from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec

from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.record.patient import Answer, Key, PatientRecord
from cds_service.record.reading import read_record, standpoint_of
from cds_service.record.standpoint import Standpoint
from cds_service.record.supplied import SuppliedChart
from cds_service.wire import fhir

DAY = "2026-11-22"
KEYS: tuple[Key, ...] = get_args(Key)
SNOMED = "http://snomed.info/sct"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
T = TypeVar("T")


@cache
def knowledge() -> Knowledge:
    """The packaged knowledge, read once."""
    return load_knowledge()


def as_struct(resource: Mapping[str, Any], kind: type[T]) -> T:
    """A dict as it comes over the wire."""
    return msgspec.json.decode(json.dumps(resource), type=kind)


def _all(resources: Iterable[Mapping[str, Any]], kind: type[T]) -> tuple[T, ...]:
    name = kind.__name__
    return tuple(as_struct(resource, kind) for resource in resources if resource["resourceType"] == name)


def supplied(*resources: Mapping[str, Any], answered: Collection[Key] = KEYS, **more: Any) -> SuppliedChart:
    """The resources, sorted; without a Patient among them the patient is `p` with no birth date."""
    patients = _all(resources, fhir.Patient) or (fhir.Patient("Patient", "p"),)
    return SuppliedChart(
        patient=patients[0],
        conditions=_all(resources, fhir.Condition),
        procedures=_all(resources, fhir.Procedure),
        observations=_all(resources, fhir.Observation),
        reports=_all(resources, fhir.DiagnosticReport),
        referrals=_all(resources, fhir.ServiceRequest),
        medication_requests=_all(resources, fhir.MedicationRequest),
        medication_statements=_all(resources, fhir.MedicationStatement),
        medications={f"Medication/{one.id}": one for one in _all(resources, fhir.Medication)},
        answers={key: Answer.ANSWERED if key in answered else Answer.UNANSWERED for key in KEYS},
        **more,
    )


def chart(
    *resources: Mapping[str, Any], day: str = DAY, answered: Collection[Key] = KEYS, **more: Any
) -> PatientRecord:
    """The record that these resources make on the day."""
    return read_record(supplied(*resources, answered=answered, **more), date.fromisoformat(day), knowledge())


def standpoint(day: str = DAY, born: str | None = None) -> Standpoint:
    """Where a chart is read from, without a chart."""
    return standpoint_of(fhir.Patient("Patient", "p", born), date.fromisoformat(day), knowledge())


def coding(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """One coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def code(*codings: tuple[str, str] | tuple[str, str, str], text: str | None = None) -> dict[str, Any]:
    """A CodeableConcept of (system, code[, display]) and text."""
    concept: dict[str, Any] = {"coding": [coding(*one) for one in codings]} if codings else {}
    return concept | ({"text": text} if text else {})


def resource(kind: str, concept: Mapping[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """A resource with a `code`, and its other fields by name."""
    made: dict[str, Any] = {"resourceType": kind, "id": "x"} | ({"code": dict(concept)} if concept else {})
    return made | fields


def condition(concept: Mapping[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """A Condition, active unless it says otherwise."""
    return resource("Condition", concept, **({"clinicalStatus": status("active")} | fields))


def status(word: str) -> dict[str, Any]:
    """A clinicalStatus, verificationStatus or category."""
    return {"coding": [{"code": word}]}
