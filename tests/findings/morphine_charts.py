"""Opioids as ordered, and the morphine they stand for on 22 November 2026."""

from __future__ import annotations

from typing import Any

from cds_service.findings.morphine_equivalents import MorphineEquivalents, morphine_equivalents
from cds_service.record.patient import Answer, PatientRecord
from tests.findings.drug_charts import GIVEN
from tests.record.drug_orders import DAY, RXNORM, Resource, ago, coded, dosage, drugs, request, supply, times

ANSWERED = {"medicationRequests": Answer.ANSWERED, "medicationStatements": Answer.ANSWERED}
QUANTITY_UNITS = {"mg": "mg", "mL": "mL", "ug/h": "ug/h"}


def opioid(drug: str, *instructions: Resource, since: int = 10, **more: Any) -> dict[str, Any]:
    """An order of a product by its RxNorm code, or of a drug by its words, authored so many days ago for 30 days."""
    named = coded(drug, RXNORM) if drug.isdigit() else drug
    said = {"authoredOn": ago(since), "dispenseRequest": supply(30), "dosageInstruction": list(instructions), **more}
    return request(named, **said)


def taken(
    drug: str, dose: float | None, unit: str, often: float, period: float = 1, per: str = "d", **more: Any
) -> Any:
    """An order of one instruction: a dose, so many times a period."""
    return opioid(drug, dosage(times(often, period, per), dose, unit, **more))


def equivalents(*orders: Resource, **answers: Answer) -> MorphineEquivalents:
    """The morphine equivalents of these orders."""
    record = PatientRecord(DAY, drugs=drugs(*orders), answers=ANSWERED | answers)  # type: ignore[arg-type]
    return morphine_equivalents(record, GIVEN)


def a_day(*orders: Resource, **answers: Answer) -> tuple[float, float, bool]:
    """Least, most, complete."""
    found = equivalents(*orders, **answers)
    return found.least, found.most, found.complete
