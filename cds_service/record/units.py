"""Measured values in one unit each: HbA1c and EF in %, BMI in kg/m2, weight in kg, height in m, albumin in g/dL.

Pain scales and PEG are 0 to 10. None where the unit or the value makes no sense for the measurement: an unreadable
value is unknown, not low (knowledge `observation_codes.csv`, column "rule").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

MMOL_FACTOR, MMOL_OFFSET = 0.09148, 2.152
LARGEST_PERCENT_WITHOUT_UNIT = 20
LARGEST_HBA1C = 30
KILOGRAMS = {"kg": 1.0, "kgs": 1.0, "g": 0.001} | dict.fromkeys(("[lb_av]", "lb", "lbs", "pound", "pounds"), 0.45359237)
METRES = {"m": 1.0, "cm": 0.01} | dict.fromkeys(("[in_i]", "[in_us]", "in", "inch", "inches"), 0.0254)
BMI_UNITS = ("", "kg/m2", "kg/m^2", "kg/m²", "kg/(m2)", "kg/sqm")
LOWEST_BMI, HIGHEST_BMI = 10, 100
IFCC = "59261-8"


def hba1c(value: float, unit: str, loinc: str) -> float | None:
    """In %. A value above 20 without unit is mmol/mol, as is any of the IFCC code without unit."""
    bare = not unit and (value > LARGEST_PERCENT_WITHOUT_UNIT or loinc == IFCC)
    if bare or unit.startswith("mmol/mol"):
        value = value * MMOL_FACTOR + MMOL_OFFSET
    elif unit and not unit.startswith("%"):
        return None
    return value if 0 < value <= LARGEST_HBA1C else None


def bmi(value: float, unit: str, _loinc: str) -> float | None:
    """In kg/m2; below 10 or above 100 it is rejected."""
    return value if unit in BMI_UNITS and LOWEST_BMI <= value <= HIGHEST_BMI else None


def weight(value: float, unit: str, _loinc: str) -> float | None:
    """In kg; without unit it is unusable."""
    return value * KILOGRAMS[unit] if unit in KILOGRAMS and value > 0 else None


def height(value: float, unit: str, _loinc: str) -> float | None:
    """In m; without unit it is unusable."""
    return value * METRES[unit] if unit in METRES and value > 0 else None


def ejection_fraction(value: float, _unit: str, _loinc: str) -> float | None:
    """In %; a value of at most 1 is a fraction."""
    value = value * 100 if value <= 1 else value
    return value if 0 < value <= 100 else None


def pain(value: float, unit: str, _loinc: str) -> float | None:
    """From 0 to 10; in mm, or above 10, it is of 100."""
    value = value / 10 if unit == "mm" or value > 10 else value
    return value if 0 <= value <= 10 else None


def peg(value: float, _unit: str, _loinc: str) -> float | None:
    """From 0 to 10."""
    return value if 0 <= value <= 10 else None


def albumin(value: float, unit: str, _loinc: str) -> float | None:
    """In g/dL; above 10 without unit it is g/L."""
    if unit == "g/l" or (not unit and value > 10):
        value = value / 10
    elif unit not in ("", "g/dl"):
        return None
    return value if value > 0 else None


def phq9(value: float, _unit: str, _loinc: str) -> float | None:
    """The total, from 0 to 27."""
    return value if 0 <= value <= 27 else None


def as_written(value: float, _unit: str, _loinc: str) -> float | None:
    """The unit is not read."""
    return value


READ_AS: Mapping[str, Callable[[float, str, str], float | None]] = {
    "HbA1c": hba1c,
    "BMI": bmi,
    "body weight": weight,
    "body height": height,
    "left ventricular ejection fraction": ejection_fraction,
    "pain scale": pain,
    "PEG": peg,
    "serum albumin": albumin,
    "PHQ-9 total": phq9,
}
"""By what is measured; whatever else is on the list is read as written."""


def in_our_unit(what: str, value: float, unit: str, loinc: str) -> float | None:
    """The value in the one unit of this measurement; None where it cannot be told."""
    return READ_AS.get(what, as_written)(value, unit.strip().lower(), loinc)
