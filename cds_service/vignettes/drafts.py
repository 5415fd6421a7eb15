"""What a vignette's hook is about, as a screen would hand it over: drafts, a dispatched order, a proposed booking."""

from __future__ import annotations

from datetime import date
from typing import Any

from cds_service.vignettes.codes import concept
from cds_service.vignettes.lines import Draft

Resource = dict[str, Any]


def draft(line: Draft, patient: str, number: int, day: date) -> Resource:
    """The resource with its id, and nothing in it that the line does not say."""
    made = _appointment(line, patient) if line.appointment else _request(line, patient, day)
    kind = made["resourceType"].lower()
    head = {"resourceType": made["resourceType"], "id": f"{patient}-draft-{kind}-{number}"}
    return {**head, **{name: value for name, value in made.items() if value not in ("", [], {})}}


def _request(line: Draft, patient: str, day: date) -> Resource:
    common = {
        "status": line.status or "draft",
        "intent": line.intent,
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": day.isoformat(),
        **_reasons(line),
        "supportingInformation" if line.drug else "supportingInfo": _reference(line.supporting),
        "note": [{"text": line.note}] if line.note else [],
    }
    if line.drug:
        return {
            "resourceType": "MedicationRequest",
            "medicationCodeableConcept": concept(line.code, line.drug),
            **common,
        }
    site = [{"text": line.site}] if line.site else []
    return {"resourceType": "ServiceRequest", "code": concept(line.code, line.service), **common, "bodySite": site}


def _appointment(line: Draft, patient: str) -> Resource:
    actor = {"reference": f"Patient/{patient}"}
    return {
        "resourceType": "Appointment",
        "status": line.status or "proposed",
        "serviceType": [concept(line.code, line.appointment)] if line.code else [],
        "specialty": [concept(line.specialty, "Specialty")] if line.specialty else [],
        **_reasons(line),
        "description": "" if line.code else line.appointment,
        "participant": [{"actor": actor, "status": "needs-action"}],
    }


def _reasons(line: Draft) -> Resource:
    return {"reasonCode": [concept(line.reason_code, line.reason)] if line.reason else []}


def _reference(written: str) -> list[Resource]:
    return [{"reference": written}] if written else []
