"""Observations with a code of the published list, each in its usual unit, and vital signs that no rule reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hypothesis import strategies as st

from cds_service.knowledge.systems import LOINC, SNOMED
from tests.laws.charts import PATIENT_ID, Resource
from tests.laws.codings import concept
from tests.laws.dates import Habits, written
from tests.laws.drawing import number, once_in, pick

UCUM = "http://unitsofmeasure.org"
# LOINC code, unit, lowest and highest value met, in tenths.
QUANTITIES: Mapping[str, tuple[str, str, int, int]] = {
    "HbA1c": ("4548-4", "%", 45, 130),
    "BMI": ("39156-5", "kg/m2", 180, 550),
    "weight": ("29463-7", "kg", 450, 1600),
    "height": ("8302-2", "cm", 1450, 2050),
    "EF": ("10230-1", "%", 150, 750),
    "pain": ("72514-3", "{score}", 0, 100),
    "T-score": ("38267-1", "{Tscore}", -45, 15),
    "albumin": ("1751-7", "g/dL", 20, 52),
    "PHQ-9": ("44261-6", "{score}", 0, 270),
    "eGFR": ("33914-3", "mL/min/{1.73_m2}", 80, 1200),
    "PEG": ("91147-9", "{score}", 0, 100),
    "blood pressure": ("8480-6", "mm[Hg]", 900, 2000),
    "glucose": ("2339-0", "mg/dL", 600, 4000),
}
WHOLE = ("pain", "PHQ-9", "PEG")
OFTEN = ("HbA1c", "BMI", "smoking", "weight", "height", "EF", "pain")
EVERY = (*OFTEN, *OFTEN, *QUANTITIES, "smoking", "pregnancy")
STATUSES = ("final",) * 12 + ("amended", "corrected", "preliminary", "registered", "cancelled", "entered-in-error", "")
DATED = ("effectiveDateTime", "effectiveDateTime", "issued")
SMOKING = ("449868002", "8517006", "266919005", "77176002", "266927001", "428041000124106")
PREGNANCY = ("60001007", "60001007", "77386006")


@st.composite
def observations(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Any Observation."""
    made = {
        "resourceType": "Observation",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        **_measured(draw, pick(draw, EVERY)),
        "status": pick(draw, STATUSES),
        pick(draw, DATED): written(draw, day, habits),
    }
    return {name: member for name, member in made.items() if member != ""}


def _measured(draw: st.DrawFn, what: str) -> Resource:
    if what == "smoking":
        return smoking(pick(draw, SMOKING))
    if what == "pregnancy":
        return answer("82810-3", pick(draw, PREGNANCY))
    _, _, lowest, highest = QUANTITIES[what]
    value = number(draw, lowest, highest) / 10
    made = quantity(what, round(value) if what in WHOLE else value)
    if what == "pain" and once_in(draw, 2):
        made["bodySite"] = {"text": pick(draw, ("Lower back", "Left knee"))}
    return made


def quantity(what: str, value: float) -> Resource:
    """A number in the usual unit."""
    loinc, unit, _, _ = QUANTITIES[what]
    measured = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {"code": concept((LOINC, loinc, what)), "valueQuantity": measured}


def answer(loinc: str, snomed: str) -> Resource:
    """A coded answer."""
    return {"code": concept((LOINC, loinc, "")), "valueCodeableConcept": concept((SNOMED, snomed, ""))}


def smoking(snomed: str) -> Resource:
    """A smoking status."""
    return answer("72166-2", snomed)


def final(measured: Resource, when: str) -> Resource:
    """The measurement as a final result of that day."""
    whose = {"resourceType": "Observation", "subject": {"reference": f"Patient/{PATIENT_ID}"}}
    return {**whose, **measured, "status": "final", "effectiveDateTime": when}
