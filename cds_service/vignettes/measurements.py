"""Measurement lines as Observations, each with the code and unit most systems send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.vignettes.codes import concept
from cds_service.vignettes.lines import Measured
from cds_service.vignettes.moving import Calendar

Resource = dict[str, Any]
UCUM = "http://unitsofmeasure.org"

# What a line calls it -> code, words, unit.
QUANTITIES: Mapping[str, tuple[str, str, str]] = {
    "bmi": ("loinc:39156-5", "Body mass index", "kg/m2"),
    "weight_kg": ("loinc:29463-7", "Body weight", "kg"),
    "height_cm": ("loinc:8302-2", "Body height", "cm"),
    "hba1c": ("loinc:4548-4", "Haemoglobin A1c", "%"),
    "hba1c_mmol_mol": ("loinc:59261-8", "Haemoglobin A1c (IFCC)", "mmol/mol"),
    "ef": ("loinc:10230-1", "Left ventricular ejection fraction", "%"),
    "pain": ("loinc:72514-3", "Pain severity, 0 to 10", "{score}"),
    "t_score": ("loinc:38267-1", "DXA lumbar spine T-score", "{Tscore}"),
    "albumin": ("loinc:1751-7", "Albumin in serum", "g/dL"),
    "phq9": ("loinc:44261-6", "PHQ-9 total score", "{score}"),
    "egfr": ("loinc:98979-8", "Estimated glomerular filtration rate", "mL/min/{1.73_m2}"),
}
SMOKERS: Mapping[str, tuple[str, str]] = {
    "daily": ("snomed:449868002", "Smokes tobacco daily"),
    "former": ("snomed:8517006", "Ex-smoker"),
    "never": ("snomed:266919005", "Never smoked tobacco"),
    "unknown": ("snomed:266927001", "Tobacco smoking consumption unknown"),
}
PREGNANT = ("snomed:77386006", "Pregnant")
NOT_PREGNANT = ("snomed:60001007", "Not pregnant")


def observation(line: Measured, told: Calendar) -> Resource:
    """The measurement, with its value."""
    return {
        "resourceType": "Observation",
        "status": line.status,
        "effectiveDateTime": told.moved(line.on),
        **(_named(line) or _lab(line)),
    }


def _named(line: Measured) -> Resource:
    """Code and value of a measurement the line names; empty for a lab."""
    for what, value in line.named().items():
        if what == "smoker":
            return _answer("loinc:72166-2", "Tobacco smoking status", SMOKERS[value])
        if what == "pregnant":
            return _answer("loinc:82810-3", "Pregnancy status", PREGNANT if value else NOT_PREGNANT)
        code, words, unit = QUANTITIES[what]
        return {"code": concept((code,), words), "valueQuantity": _quantity(value, unit)}
    return {}


def _answer(code: str, words: str, value: tuple[str, str]) -> Resource:
    return {"code": concept((code,), words), "valueCodeableConcept": concept((value[0],), value[1])}


def _lab(line: Measured) -> Resource:
    return {"code": concept(line.code, line.lab), "valueQuantity": _quantity(line.value, line.unit)}


def _quantity(value: float | None, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
