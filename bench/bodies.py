"""Calls of the size that EHRs send: a vignette's chart among entries that concern no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import msgspec

from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import Resource, identified, render
from cds_service.vignettes.requests import HOOK_INSTANCE, patient_view

# About 200 KB with what follows, as a chart of some years is.
ENTRIES = 200
# So many patients of each rule, in the order of the files.
EACH = 3
# The id every chart is rendered with; each call has its own patient, so that none is quiet for another's feedback.
PATIENT = "load-000000000000"
LOINC = "http://loinc.org"
# What stands in every chart and no rule reads: a code, its name, a value, a unit.
MEASURED = (
    ("8867-4", "Heart rate", 72, "/min"),
    ("9279-1", "Respiratory rate", 16, "/min"),
    ("8310-5", "Body temperature", 36.8, "Cel"),
    ("2708-6", "Oxygen saturation in Arterial blood", 98, "%"),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 140, "mmol/L"),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 4.1, "mmol/L"),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 13.9, "g/dL"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", 250, "10*3/uL"),
)
LISTED = (("J30.2", "Other seasonal allergic rhinitis"), ("H52.1", "Myopia"), ("L70.0", "Acne vulgaris"))


@dataclass(frozen=True, slots=True)
class Body:
    """A patient-view call, and the rule whose card answers it."""

    rule: str
    text: bytes

    def of(self, number: int) -> bytes:
        """The same call for a patient of its own."""
        patient = f"load-{number:012}".encode()
        return self.text.replace(PATIENT.encode(), patient).replace(
            HOOK_INSTANCE.encode(), str(UUID(int=number)).encode()
        )


def bodies(day: date, entries: int = ENTRIES) -> tuple[Body, ...]:
    """Some vignettes of each rule, their charts filled up to so many entries."""
    taken: dict[str, list[Body]] = {}
    for vignette in load_vignettes():
        rule = vignette.expect.firing_rule
        if rule and vignette.hook == "patient-view" and len(taken.setdefault(rule, [])) < EACH:
            taken[rule].append(Body(rule, msgspec.json.encode(padded(vignette, day, entries))))
    return tuple(body for some in taken.values() for body in some)


def padded(vignette: Vignette, day: date, entries: int) -> dict[str, Any]:
    """The vignette's call with entries that concern no rule, in the keys that were answered."""
    call = patient_view(render(vignette.model_copy(update={"id": PATIENT}), day))
    makers: dict[str, Callable[[int, date], Resource]] = {"observations": _measured, "conditions": _listed}
    more = {"observations": entries * 9 // 10, "conditions": entries // 10}
    for key, number in more.items():
        if key in call["prefetch"]:
            bundle = call["prefetch"][key]
            bundle["entry"] += _entries(makers[key], number, day)
            bundle["total"] = len(bundle["entry"])
    return call


def _entries(made: Callable[[int, date], Resource], number: int, day: date) -> Iterator[dict[str, Any]]:
    """Their numbers are above those of the vignette's own."""
    for at in range(number):
        resource = identified(made(at, day), PATIENT, 1_000 + at)
        yield {
            "fullUrl": f"https://ehr.example/fhir/R4/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }


def _measured(at: int, day: date) -> Resource:
    code, name, value, unit = MEASURED[at % len(MEASURED)]
    when = f"{day - timedelta(3 * at + 1)}T09:{at % 60:02}:00Z"
    kind = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return {
        "resourceType": "Observation",
        "meta": {"versionId": "1", "lastUpdated": when},
        "identifier": [{"use": "official", "system": "https://ehr.example/observations", "value": f"{at:010}"}],
        "status": "final",
        "category": [{"coding": [{**kind, "display": "Vital Signs"}], "text": "Vital Signs"}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": name}], "text": name},
        "encounter": {"reference": f"Encounter/{at // len(MEASURED)}", "display": "Office Visit"},
        "effectiveDateTime": when,
        "issued": when,
        "performer": [{"reference": "Practitioner/7", "display": "A nurse"}],
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "referenceRange": [{"text": "as the laboratory gives it"}],
    }


def _listed(at: int, day: date) -> Resource:
    code, name = LISTED[at % len(LISTED)]
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    system = "http://hl7.org/fhir/sid/icd-10-cm"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active", "display": "Active"}]},
        "code": {"coding": [{"system": system, "code": code, "display": name}], "text": name},
        "onsetDateTime": (day - timedelta(400 + at)).isoformat(),
        "recordedDate": (day - timedelta(400 + at)).isoformat(),
    }


class Calls:
    """One body after the other, each for a patient who was not called for before."""

    def __init__(self, made: tuple[Body, ...]) -> None:
        self._made = made
        self._numbers = count(1)

    def next(self) -> tuple[str, bytes]:
        """The rule whose card is expected, and the call."""
        number = next(self._numbers)
        body = self._made[number % len(self._made)]
        return body.rule, body.of(number)
