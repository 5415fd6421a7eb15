"""How heavy the patient is for their height: measured, computed or coded (clinical-logic E, E12, E13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.findings.age import has_reached
from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.latest import Reading, latest, newest
from cds_service.findings.on_record import entry_in_words, open_entries, refs
from cds_service.findings.risk import Risk
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, Observation, PatientRecord

UNIT = "kg/m2"
POSSIBLE_BMI = (10.0, 100.0)
# The classes that codes name (clinical-logic E); every other code of the set says 30 or more.
CODED_40 = frozenset(
    {"Z6841", "Z6842", "Z6843", "Z6844", "Z6845", "E66813", "E6601", "27801", "408512008", "238136002"}
)
CODED_40_PREFIX = "V854"
CODED_35 = frozenset(
    {
        *("Z6835", "Z6836", "Z6837", "Z6838", "Z6839"),
        *("V8535", "V8536", "V8537", "V8538", "V8539"),
        *("E66812", "83911000119104"),
    }
)


@dataclass(frozen=True, slots=True)
class BodyMass:
    """The body mass index in kg/m2; where it is only coded, the least the code says."""

    value: float
    fact: Fact
    brief: str
    as_value: Mapping[str, object]
    measured: bool


def body_mass(record: PatientRecord, given: Thresholds) -> BodyMass | None:
    """BMI of at most `bmi_days`, else weight of `weight_days` over adult height squared, else coded."""
    measured = latest(record, "BMI", "higher", given.bmi_days, POSSIBLE_BMI)
    if measured is not None:
        return _of_reading(measured, record)
    return _computed(record, given) or _coded(record)


def _of_reading(reading: Reading, record: PatientRecord) -> BodyMass:
    return BodyMass(
        reading.value,
        reading.fact("BMI", ""),
        reading.brief("BMI", "", record.day),
        reading.as_value("bmi", UNIT),
        measured=True,
    )


def _computed(record: PatientRecord, given: Thresholds) -> BodyMass | None:
    """Weight in kg over height in m squared, dated as the weight; outside 10 to 100 it is rejected."""
    weight = latest(record, "body weight", "higher", given.weight_days)
    height = newest(_grown(record, given), record.day, "lower") if weight else None
    if weight is None or height is None or height.value <= 0:
        return None
    value = weight.value / height.value**2
    if not POSSIBLE_BMI[0] <= value <= POSSIBLE_BMI[1]:
        return None
    sources = (*weight.sources, *height.sources)
    doubt = weight.preliminary or height.preliminary
    return _of_reading(Reading(value, weight.day, weight.when, sources, doubt), record)


def _grown(record: PatientRecord, given: Thresholds) -> list[Observation]:
    """The heights measured once the patient was grown up; birth date unknown: all that are dated."""
    heights = record.measured("body height")
    return [e for e in heights if e.when and has_reached(record.born, given.adult_age, e.when.last) is not False]


def _coded(record: PatientRecord) -> BodyMass | None:
    """The heaviest class that a current code names."""
    coded = open_entries(record, "obesity")
    if not coded:
        return None
    heaviest = max(coded, key=_coded_at_least)
    value = _coded_at_least(heaviest)
    fact = Fact(entry_in_words(heaviest, "obesity"), refs(heaviest))
    as_value = {"bmiAtLeast": round(value), "unit": UNIT}
    return BodyMass(value, fact, f"BMI {value:g} or more by code", as_value, measured=False)


def _coded_at_least(entry: Condition) -> float:
    codes = {code for _, code in entry.codes}
    if codes & CODED_40 or any(code.startswith(CODED_40_PREFIX) for code in codes):
        return 40.0
    return 35.0 if codes & CODED_35 else 30.0


def obesity(record: PatientRecord, given: Thresholds) -> Risk:
    """BMI is at `obesity_bmi` or above; at `obesity_extreme_bmi` extreme (E12, E13).

    Without a measured value and without the observations' key, a code below the threshold leaves it unknown.
    """
    mass = body_mass(record, given)
    if mass is None or (mass.value < given.obesity_bmi and _may_be_heavier(mass, record)):
        return Risk("obesity", "unknown", because=_why_unknown(record, given), extreme=None, modifiable=None)
    heavy = mass.value >= given.obesity_bmi
    return Risk(
        "obesity",
        "present" if heavy else "absent",
        value=mass.as_value,
        facts=(mass.fact,),
        brief=mass.brief if heavy else "",
        because=mass.fact.text,
        extreme=mass.value >= given.obesity_extreme_bmi,
        modifiable=heavy,
    )


def _may_be_heavier(mass: BodyMass, record: PatientRecord) -> bool:
    """Only a code says so, and nobody answered what was measured."""
    return not mass.measured and not record.answered("observations")


def _why_unknown(record: PatientRecord, given: Thresholds) -> str:
    if not record.answered("observations"):
        return "BMI was not checked"
    return f"no BMI within {given.bmi_days} days"


def weight_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """BMI from `obesity_caution_bmi` up to the risk; a BMI alone is no reason to withhold an evaluation."""
    mass = body_mass(record, given)
    if mass is None or not given.obesity_caution_bmi <= mass.value < given.obesity_bmi:
        return None
    return Caution("raised-bmi", f"{mass.fact.text}: plan weight management alongside", mass.fact.sources)
