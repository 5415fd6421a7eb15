"""Drug lines as MedicationStatements (what a patient takes) and MedicationRequests (what was ordered)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cds_service.vignettes.codes import concept
from cds_service.vignettes.lines import Drug
from cds_service.vignettes.moving import Calendar

Resource = dict[str, Any]
# A statement that goes on is one that somebody confirmed lately: clinical-logic B asks for 180 days.
ASSERTED_DAYS_AGO = 14
UCUM = "http://unitsofmeasure.org"
TABLET = {"unit": "tablet", "system": UCUM, "code": "{tbl}"}


def drug_resources(line: Drug, told: Calendar) -> list[Resource]:
    """One statement, or a request for each time it was ordered."""
    if line.takes:
        return [statement(line, told)]
    return [request(line, told, turn) for turn in range(line.times)]


def statement(line: Drug, told: Calendar) -> Resource:
    """A drug the patient says to take, or to have taken."""
    asserted = told.ago(ASSERTED_DAYS_AGO) if line.asserted is None else told.moved(line.asserted)
    period = {"start": told.moved(line.since), "end": told.moved(line.until)}
    return {
        "resourceType": "MedicationStatement",
        "status": line.status or ("completed" if line.until else "active"),
        "medicationCodeableConcept": concept(line.code, line.takes),
        "effectivePeriod": {name: day for name, day in period.items() if day},
        "dateAsserted": asserted,
        "reasonCode": _reason(line),
        "dosage": [_dosage(line)] if line.a_day else [],
    }


def request(line: Drug, told: Calendar, turn: int) -> Resource:
    """One order of a drug, the first or a later one of the same."""
    authored = (told.on(line.on) + timedelta(turn * line.every_days)).isoformat() if line.every_days else None
    return {
        "resourceType": "MedicationRequest",
        "status": line.status or "active",
        "intent": "order",
        "medicationCodeableConcept": concept(line.code, line.ordered),
        "authoredOn": authored or told.moved(line.on),
        "reasonCode": _reason(line),
        "dosageInstruction": [_dosage(line)] if line.a_day else [],
        "dispenseRequest": _dispensed(line),
    }


def _reason(line: Drug) -> list[Resource]:
    return [concept(line.reason_code, line.reason)] if line.reason else []


def _dosage(line: Drug) -> Resource:
    """One tablet, so many times a day."""
    often = f"1 tablet {line.a_day} times a day{' as needed' if line.as_needed else ''}"
    return {
        "text": often,
        "timing": {"repeat": {"frequency": line.a_day, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, **TABLET}}],
        **({"asNeededBoolean": True} if line.as_needed else {}),
    }


def _dispensed(line: Drug) -> Resource:
    supply = {"value": line.supply_days, "unit": "days", "system": UCUM, "code": "d"}
    return {
        **({"numberOfRepeatsAllowed": line.refills} if line.refills else {}),
        **({"quantity": {"value": line.tablets, **TABLET}} if line.tablets else {}),
        **({"expectedSupplyDuration": supply} if line.supply_days else {}),
    }
