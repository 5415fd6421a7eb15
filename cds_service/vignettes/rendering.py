"""A vignette as a FHIR R4 chart for a day: its resources by type.

Resource ids are the patient's id, the kind and a number, so that a line of the file can be found again. Nothing is
written that the vignette does not say, but for what a line's defaults say in `lines.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cds_service.vignettes.codes import concept
from cds_service.vignettes.drafts import draft
from cds_service.vignettes.drugs import drug_resources
from cds_service.vignettes.lines import Done, Problem, Referral, Report, Vignette
from cds_service.vignettes.measurements import observation
from cds_service.vignettes.moving import Calendar

Resource = dict[str, Any]

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
UCUM = "http://unitsofmeasure.org"
IMAGING: Resource = {
    "coding": [
        {"system": "http://loinc.org", "code": "LP29684-5", "display": "Radiology"},
        {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD", "display": "Radiology"},
    ]
}
LISTED = {"problem-list": "problem-list-item", "encounter": "encounter-diagnosis"}
SEXES = {"F": "female", "M": "male"}


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient's resources, by type, in the order in which the vignette tells them; and the drafts of its hook."""

    vignette: Vignette
    patient: Resource
    resources: Mapping[str, tuple[Resource, ...]]
    drafts: tuple[Resource, ...] = ()


def render(vignette: Vignette, day: date) -> Chart:
    """The patient's chart as it stands on the day."""
    told = Calendar(day)
    by_type: dict[str, list[Resource]] = {}
    for resource in _resources(vignette, told):
        kept = by_type.setdefault(resource["resourceType"], [])
        kept.append(identified(resource, vignette.id, len(kept) + 1))
    resources = {kind: tuple(kept) for kind, kept in by_type.items()}
    drafts = tuple(draft(line, vignette.id, at, day) for at, line in enumerate(vignette.drafts, 1))
    return Chart(vignette, patient_resource(vignette, told), resources, drafts)


def _resources(vignette: Vignette, told: Calendar) -> list[Resource]:
    return [
        *(condition(line, told) for line in vignette.conditions),
        *(each for line in vignette.medications for each in drug_resources(line, told)),
        *(each for line in vignette.procedures for each in procedures(line, told)),
        *(observation(line, told) for line in vignette.observations),
        *(report(line, told) for line in vignette.reports),
        *(referral(line, told) for line in vignette.referrals),
    ]


def identified(resource: Resource, patient: str, number: int) -> Resource:
    """The resource with its id and its subject, without what is empty."""
    kind = resource["resourceType"]
    head = {"resourceType": kind, "id": f"{patient}-{kind.lower()}-{number}"}
    return {**head, **written(resource), "subject": {"reference": f"Patient/{patient}"}}


def written(resource: Resource) -> Resource:
    """What has a value: FHIR has no empty strings, lists or objects."""
    return {name: value for name, value in resource.items() if value not in ("", None, [], {})}


def patient_resource(vignette: Vignette, told: Calendar) -> Resource:
    """The Patient; its made-up name is given names and, last, a family name."""
    *given, family = (vignette.name or f"Test {vignette.id}").split(" ")
    born = "" if vignette.age is None else told.born(vignette.age, vignette.birthday)
    return written(
        {
            "resourceType": "Patient",
            "id": vignette.id,
            "name": [{"use": "official", "family": family, "given": given or [family]}],
            "gender": SEXES.get(vignette.sex, "unknown"),
            "birthDate": born,
            "deceasedBoolean": vignette.died if vignette.died is True else None,
            "deceasedDateTime": told.moved(vignette.died) if isinstance(vignette.died, str) else "",
        }
    )


def coded(system: str, code: str) -> Resource:
    """A CodeableConcept of one code; empty for no code."""
    return {"coding": [{"system": system, "code": code}]} if code else {}


def condition(line: Problem, told: Calendar) -> Resource:
    """A problem, diagnosis or symptom."""
    category = coded(CATEGORY, LISTED.get(line.listed, ""))
    age = line.onset_age
    return {
        "resourceType": "Condition",
        "clinicalStatus": coded(CLINICAL, "" if line.certainty == "entered-in-error" else line.status),
        "verificationStatus": coded(VERIFICATION, line.certainty),
        "category": [category] if category else [],
        "code": concept(line.code, line.problem, line.text),
        "bodySite": [{"text": line.site}] if line.site else [],
        "onsetDateTime": told.moved(line.onset),
        "onsetString": line.onset_words,
        "onsetAge": {"value": age, "unit": "years", "system": UCUM, "code": "a"} if age is not None else None,
        "abatementDateTime": told.moved(line.ended),
        "recordedDate": told.moved(line.recorded),
    }


def procedures(line: Done, told: Calendar) -> list[Resource]:
    """What was done, once for each time."""
    return [_procedure(line, when) for when in _days(line, told)]


def _days(line: Done, told: Calendar) -> list[str]:
    """The day, or so many spread evenly from the first to the last; a month alone stays one."""
    if not line.first or not line.last or line.times == 1:
        return [told.moved(line.on or line.first)] * line.times
    first, span = told.on(line.first), told.on(line.last) - told.on(line.first)
    days = (span.days * turn // (line.times - 1) for turn in range(line.times))
    return [(first + timedelta(after)).isoformat() for after in days]


def _procedure(line: Done, when: str) -> Resource:
    return {
        "resourceType": "Procedure",
        "status": line.status,
        "code": concept(line.code, line.done),
        "performedDateTime": when,
        "reasonCode": [concept(line.reason_code, line.reason)] if line.reason else [],
        "bodySite": [{"text": line.site}] if line.site else [],
    }


def report(line: Report, told: Calendar) -> Resource:
    """A report of imaging."""
    return {
        "resourceType": "DiagnosticReport",
        "status": line.status,
        "category": [IMAGING],
        "code": concept(line.code, line.report),
        "effectiveDateTime": told.moved(line.on),
        "conclusion": line.says,
    }


def referral(line: Referral, told: Calendar) -> Resource:
    """A referral or an order for a service."""
    return {
        "resourceType": "ServiceRequest",
        "status": line.status,
        "intent": line.intent,
        "code": concept(line.code, line.asked),
        "authoredOn": told.moved(line.on),
        "reasonCode": [concept(line.reason_code, line.reason)] if line.reason else [],
        "bodySite": [{"text": line.site}] if line.site else [],
        "note": [{"text": line.note}] if line.note else [],
    }
