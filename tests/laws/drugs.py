"""Drugs ordered and said to be taken, with their supplies, repeats, periods and reasons."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.laws.charts import PATIENT_ID, Resource
from tests.laws.codings import (
    ANALGESICS,
    DRUG_WORDS,
    EVERYDAY_COMPLAINTS,
    OPIOID_INGREDIENTS,
    OPIOID_PRODUCTS,
    OTHER_DRUGS,
    SYNTHEA_OPIOIDS,
    UNRELATED_DRUGS,
    WORDS_ONLY,
    Coded,
    by_set,
    concept,
)
from tests.laws.dates import Habits, ago, period, written
from tests.laws.drawing import number, once_in, pick

POOLS: tuple[tuple[Coded, ...], ...] = (
    *ANALGESICS,
    OPIOID_INGREDIENTS,
    OPIOID_INGREDIENTS,
    OPIOID_PRODUCTS,
    SYNTHEA_OPIOIDS,
    *OTHER_DRUGS,
    UNRELATED_DRUGS,
    (WORDS_ONLY,),
)
ORDERED = ("active",) * 7 + ("completed", "stopped", "on-hold", "", "entered-in-error", "cancelled", "draft", "unknown")
INTENTS = ("order",) * 9 + ("original-order", "instance-order", "", "plan", "proposal", "option")
TAKEN = ("active",) * 7 + ("completed", "stopped", "on-hold", "intended", "not-taken", "entered-in-error", "")
REASONS = ("none",) * 6 + ("spine", "spine", "other", "reference", "display")
OTHER_REASONS = by_set("nonspine_opioid_indication", "active_cancer", "gabapentinoid_other_indication")
DISPLAYS = ("Low back pain", "Knee pain", "Postoperative pain")
NAMING = ("concept",) * 6 + ("contained", "display")
SUPPLIES = ("supply", "supply", "quantity", "bounds", "length", "open", "validity")
SCHEDULES: tuple[Resource, ...] = (
    {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 1, "frequencyMax": 2, "period": 8, "periodUnit": "h"}},
    {"code": {"text": "BID"}},
    {"repeat": {"frequency": 1, "period": 72, "periodUnit": "h"}},
)
LENGTHS = ((14, "d"), (2, "wk"), (90, "d"), (10, "d"))
CALENDAR_LENGTHS = (*LENGTHS, (3, "mo"), (1, "a"))


@st.composite
def drugs(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """A MedicationRequest or a MedicationStatement of any drug."""
    coded = pick(draw, pick(draw, POOLS))
    text = "" if coded[1] else pick(draw, DRUG_WORDS)
    made = _ordered(draw, day, habits) if once_in(draw, 2) else _stated(draw, day, habits)
    return {**made, **naming(pick(draw, NAMING), coded, text)}


def naming(way: str, coded: Coded, text: str = "") -> Resource:
    """The drug in a concept, in a contained Medication, or by the display of a reference to one."""
    if way == "contained":
        held = {"resourceType": "Medication", "id": "m", "code": concept(coded, text)}
        return {"contained": [held], "medicationReference": {"reference": "#m"}}
    if way == "display":
        return {"medicationReference": {"reference": "Medication/elsewhere", "display": text or coded[2]}}
    return {"medicationCodeableConcept": concept(coded, text)}


def _ordered(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """A MedicationRequest, its drug not yet named."""
    made = {
        "resourceType": "MedicationRequest",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "status": pick(draw, ORDERED),
        "intent": pick(draw, INTENTS),
        "authoredOn": written(draw, day, habits),
        **_supply(draw, day, habits),
        **reason(draw),
    }
    if once_in(draw, 15):
        made["category"] = [{"coding": [{"code": "inpatient"}]}]
    return {name: member for name, member in made.items() if member != ""}


def _supply(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """How long it lasts: a supply with repeats, a quantity, bounds, or nothing said."""
    way = pick(draw, SUPPLIES)
    if way == "open":
        return {}
    if way == "bounds":
        return {"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": period(draw, day, habits)}}}]}
    count, unit = pick(draw, CALENDAR_LENGTHS if habits.calendar_units else LENGTHS)
    schedule = pick(draw, SCHEDULES)
    if way == "length":
        lasting = {"boundsDuration": {"value": count, "code": unit}}
        return {"dosageInstruction": [{"timing": {"repeat": {**schedule.get("repeat", {}), **lasting}}}]}
    repeats = {"numberOfRepeatsAllowed": number(draw, 0, 11)}
    if way == "quantity":
        dose = {"timing": schedule, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}
        handed = {"quantity": {"value": pick(draw, (60, 10, 90)), "unit": "tablet"}, **repeats}
        return {"dosageInstruction": [dose], "dispenseRequest": handed}
    valid = {"validityPeriod": period(draw, day, habits)} if way == "validity" else {}
    lasts = {"expectedSupplyDuration": {"value": count, "unit": unit, "code": unit}}
    return {"dispenseRequest": {**lasts, **repeats, **valid}}


def _stated(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """A MedicationStatement, its drug not yet named."""
    made = {
        "resourceType": "MedicationStatement",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "status": pick(draw, TAKEN),
        "dateAsserted": written(draw, day, habits, 60) if once_in(draw, 2) else "",
        **reason(draw),
    }
    if once_in(draw, 4):
        made["effectiveDateTime"] = written(draw, day, habits)
    else:
        made["effectivePeriod"] = period(draw, day, habits)
    return {name: member for name, member in made.items() if member != ""}


def reason(draw: st.DrawFn) -> Resource:
    """Why it is given or done; mostly not said."""
    way = pick(draw, REASONS)
    if way == "spine":
        return {"reasonCode": [concept(pick(draw, EVERYDAY_COMPLAINTS))]}
    if way == "other":
        return {"reasonCode": [concept(pick(draw, pick(draw, OTHER_REASONS)))]}
    if way == "reference":
        return {"reasonReference": [{"reference": f"Condition/e{number(draw, 0, 5)}"}]}
    if way == "display":
        return {"reasonReference": [{"reference": "Condition/elsewhere", "display": pick(draw, DISPLAYS)}]}
    return {}


def opioid_for_months(draw: st.DrawFn, day: date) -> Resource:
    """An opioid with repeats that add up to chronic use."""
    repeats = number(draw, 3, 5)
    return {
        "resourceType": "MedicationRequest",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "status": "active",
        "intent": "order",
        "authoredOn": ago(day, number(draw, 90, 200)),
        "medicationCodeableConcept": concept(pick(draw, OPIOID_INGREDIENTS[:12])),
        "dispenseRequest": {
            "expectedSupplyDuration": {"value": 30, "unit": "d", "code": "d"},
            "numberOfRepeatsAllowed": repeats,
        },
        **reason(draw),
    }
