"""Resources with every field filled that the Structs read, made from the Structs: a new field is in it by itself."""

from __future__ import annotations

from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Raw

from cds_service.wire import fhir
from cds_service.wire.entries import TYPES
from cds_service.wire.keys import RESOURCE_OF
from tests.hooks.calls import PATIENT, bundle, request

MARK = "Zzmarked"
# A code by which each type is looked at closely, and not left out as of no concern.
CODES = {
    "Condition": ("http://snomed.info/sct", "279039007"),
    "Procedure": ("http://snomed.info/sct", "91251008"),
    "Observation": ("http://loinc.org", "4548-4"),
    "MedicationRequest": ("http://www.nlm.nih.gov/research/umls/rxnorm", "835603"),
    "MedicationStatement": ("http://www.nlm.nih.gov/research/umls/rxnorm", "835603"),
    "DiagnosticReport": ("http://loinc.org", "24531-6"),
    "ServiceRequest": ("http://snomed.info/sct", "91251008"),
}
STATUS = {"Observation": "final", "DiagnosticReport": "final", "Procedure": "completed"}
# These say that it is over, was never so, or is not meant: the rest would not be read.
LEFT_OUT = ("abatement", "deceased", "doNotPerform", "verificationStatus")
TEXTS = {
    "reference": "Patient/p1",
    "intent": "order",
    "unit": "%",
    "periodUnit": "d",
    "versionId": "3",
    "end": "2026-09-01",
}
DOSAGE = {
    "text": f"1 tablet twice daily {MARK}",
    "timing": {
        "repeat": {
            "boundsPeriod": {"start": "2026-08-01", "end": "2026-09-01"},
            "boundsDuration": {"value": 30, "code": "d"},
            "boundsRange": {"low": {"value": 1, "code": "wk"}, "high": {"value": 2, "code": "wk"}},
            "count": 10,
            "frequency": 2,
            "frequencyMax": 3,
            "period": 1,
            "periodMax": 2,
            "periodUnit": "d",
            "when": ["HS"],
        },
        "code": {"coding": [{"code": "BID"}], "text": "twice daily"},
        "event": ["2026-08-01"],
    },
    "asNeededBoolean": False,
    "route": {"text": "oral"},
    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}, "doseRange": {"high": {"value": 2}}}],
    "maxDosePerPeriod": {"numerator": {"value": 4}, "denominator": {"value": 1, "code": "d"}},
}
SUPPLY = {
    "validityPeriod": {"start": "2026-08-01", "end": "2026-12-01"},
    "numberOfRepeatsAllowed": 2,
    "quantity": {"value": 60, "unit": "tablet"},
    "expectedSupplyDuration": {"value": 30, "code": "d"},
}


def filled(kind: type, of: str) -> dict[str, Any]:
    """A Struct's fields, each with a value of its type, for a resource of type `of`."""
    hints = get_type_hints(kind)
    return {name: _value(hints[name], name, of) for name in hints if not name.startswith(LEFT_OUT)}


def _value(hint: Any, name: str, of: str) -> Any:
    if hint is Raw:
        return _raw(name, of)
    if get_origin(hint) is list:
        return [_value(get_args(hint)[0], name, of)]
    if options := get_args(hint):
        return _value(options[0], name, of)
    if hint is fhir.CodeableConcept:
        return _concept(name, of)
    plain = {str: _text(name, of), float: 9.4, int: 7, bool: False}
    return plain[hint] if hint in plain else filled(hint, of)


def _concept(name: str, of: str) -> dict[str, Any]:
    if name == "clinicalStatus":
        return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    system, code = CODES[of]
    words = f"low back pain {MARK}"
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def _text(name: str, of: str) -> str:
    if name in ("resourceType", "id"):
        return of
    if name == "status":
        return STATUS.get(of, "active")
    return TEXTS.get(name, "2026-05-10" if "date" in name.lower() or name == "start" else f"{name} {MARK}")


def _raw(name: str, of: str) -> Any:
    if name == "dispenseRequest":
        return SUPPLY
    if name == "contained":
        return [filled(fhir.Medication, of) | {"resourceType": "Medication"}]
    if name in ("dosage", "dosageInstruction"):
        return [DOSAGE]
    return [filled(fhir.Component, of) | {"summary": _concept(name, of)} | _concept(name, of)]


def filled_call() -> dict[str, Any]:
    """A call that brings one filled resource under each key, and in the Bundles what may stand beside."""
    chart = {key: bundle(filled(TYPES[of], of)) for key, of in RESOURCE_OF.items() if key != "patient"}
    medication = filled(fhir.Medication, "MedicationRequest") | {"resourceType": "Medication"}
    warning = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "diagnostics": MARK}]}
    chart["medicationRequests"]["entry"].append({"fullUrl": "urn:uuid:m", "resource": medication})
    chart["conditions"]["entry"] += [{"fullUrl": "urn:uuid:p", "resource": PATIENT}, {"resource": warning}]
    chart["conditions"]["link"] = [{"relation": "self", "url": "https://ehr.example"}]
    server = {"fhirServer": "https://ehr.example/fhir", "fhirAuthorization": {"access_token": MARK}}
    return request({"patient": dict(PATIENT), **chart}, **server, extension={"com.example": {"x": [1]}})
