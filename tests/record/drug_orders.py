"""MedicationRequests and MedicationStatements for tests, and the drugs read from them on 22 November 2026."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec

from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.record.medications import read_drugs
from cds_service.record.patient import Drug
from cds_service.record.reading import standpoint_of
from cds_service.record.reasons import conditions_by_reference
from cds_service.wire import fhir

DAY = date(2026, 11, 22)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
OXYCODONE_APAP = "1049221"
OXYCODONE_10 = "1049683"
Resource = Mapping[str, Any]


@cache
def knowledge() -> Knowledge:
    """The packaged knowledge, read once."""
    return load_knowledge()


def ago(days: int) -> str:
    """The date so many days before the day."""
    return (DAY - timedelta(days)).isoformat()


def coded(code: str, system: str = RXNORM, display: str | None = None, text: str | None = None) -> dict[str, Any]:
    """A concept with one coding."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def request(drug: Resource | str | None = None, **fields: Any) -> dict[str, Any]:
    """An active order of oxycodone with acetaminophen, or of a drug named by text or concept."""
    return _order("MedicationRequest", drug, {"intent": "order", **fields})


def statement(drug: Resource | str | None = None, **fields: Any) -> dict[str, Any]:
    """A statement that a drug is taken: by default oxycodone with acetaminophen, active."""
    return _order("MedicationStatement", drug, fields)


def _order(kind: str, drug: Resource | str | None, fields: dict[str, Any]) -> dict[str, Any]:
    concept = {"text": drug} if isinstance(drug, str) else drug or coded(OXYCODONE_APAP)
    said = {"resourceType": kind, "status": "active", "medicationCodeableConcept": concept, **fields}
    return {name: value for name, value in said.items() if value is not None}


def supply(days: float, repeats: int | None = None, **more: Any) -> dict[str, Any]:
    """A dispenseRequest with a supply for so many days."""
    again = {} if repeats is None else {"numberOfRepeatsAllowed": repeats}
    return {"expectedSupplyDuration": {"value": days, "unit": "d", "code": "d"}, **again, **more}


def times(frequency: float, period: float = 1, unit: str = "d", **more: Any) -> dict[str, Any]:
    """A timing of so many times in a period."""
    return {"repeat": {"frequency": frequency, "period": period, "periodUnit": unit, **more}}


def dosage(timing: Resource | None = None, dose: float | None = 1, unit: str = "tablet", **more: Any) -> dict[str, Any]:
    """One dosage instruction."""
    doses = {} if dose is None else {"doseAndRate": [{"doseQuantity": {"value": dose, "unit": unit}}]}
    return {**({"timing": timing} if timing else {}), **doses, **more}


def read(
    *orders: Resource, medications: Sequence[Resource] = (), conditions: Sequence[Resource] = ()
) -> tuple[tuple[Drug, ...], tuple[str, ...]]:
    """The drugs of these orders and what was odd about them."""
    requests = [_struct(one, fhir.MedicationRequest) for one in orders if one["resourceType"] == "MedicationRequest"]
    stated = [_struct(one, fhir.MedicationStatement) for one in orders if one["resourceType"] != "MedicationRequest"]
    held = {f"Medication/{one['id']}": _struct(one, fhir.Medication) for one in medications}
    entries = conditions_by_reference([_struct(one, fhir.Condition) for one in conditions], {})
    at = standpoint_of(fhir.Patient("Patient", "p"), DAY, knowledge())
    return read_drugs(requests, stated, held, entries, at, knowledge()), at.oddities()


def drugs(*orders: Resource, **more: Any) -> tuple[Drug, ...]:
    """The drugs of these orders."""
    return read(*orders, **more)[0]


def drug(order: Resource, **more: Any) -> Drug:
    """The one drug of this order."""
    (found,) = drugs(order, **more)
    return found


def days(order: Resource) -> tuple[int, int] | None:
    """From how many days ago until how many days ago it was taken."""
    found = drug(order)
    return ((DAY - found.first).days, (DAY - found.last).days) if found.first and found.last else None


def _struct(resource: Resource, kind: type[Any]) -> Any:
    return msgspec.json.decode(json.dumps(resource), type=kind)
