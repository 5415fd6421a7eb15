"""Conditions as a chart has them: complaints, what lies beneath, red flags, other diseases, and unrelated ones."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.laws.charts import PATIENT_ID, Resource
from tests.laws.codings import (
    COMORBID,
    COMPLAINTS,
    DEFICITS,
    EVERYDAY_COMPLAINTS,
    FLAGS,
    GATES,
    SPINE_WORDS,
    STRUCTURAL,
    UNRELATED,
    WORDS_ONLY,
    Coded,
    concept,
)
from tests.laws.dates import Habits, ago, days_ago, period, written
from tests.laws.drawing import number, once_in, pick

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
UCUM = "http://unitsofmeasure.org"

POOLS: tuple[tuple[tuple[Coded, ...], ...], ...] = (
    *((EVERYDAY_COMPLAINTS,),) * 3,
    *(COMPLAINTS,) * 4,
    *(STRUCTURAL,) * 2,
    *(DEFICITS,) * 2,
    FLAGS,
    *(COMORBID,) * 4,
    *((UNRELATED,),) * 2,
    ((WORDS_ONLY,),),
)
STATUSES = ("active",) * 9 + ("recurrence", "relapse", "inactive", "remission", "resolved", "", "unknown")
CERTAINTIES = ("confirmed",) * 9 + ("", "", "provisional", "differential", "unconfirmed", "refuted", "entered-in-error")
LISTS = ("problem-list-item",) * 4 + ("encounter-diagnosis", "encounter-diagnosis", "", "health-concern")
SITES = ("",) * 8 + ("Lumbar spine", "Neck", "Thoracic spine", "Left knee")
ONSETS = ("date",) * 8 + ("none", "none", "period", "age", "range", "words", "future", "unreadable")
WORDS = ("3 weeks ago", "120 days", "14 weeks", "many years", "since {}")
CALENDAR_WORDS = (*WORDS, "4 months ago", "2 years", "since 2024", "1 year ago")
ENDINGS = ("none",) * 12 + ("date", "period", "future", "words", "true")


@st.composite
def conditions(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Any Condition."""
    sets = GATES if once_in(draw, 40) else pick(draw, POOLS)
    return condition_of(draw, pick(draw, pick(draw, sets)), day, habits)


def condition_of(draw: st.DrawFn, coded: Coded, day: date, habits: Habits) -> Resource:
    """A Condition of this code, with any onset, end, status, category and site."""
    says = pick(draw, SPINE_WORDS) if not coded[1] or once_in(draw, 12) else ""
    made: Resource = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "code": concept(coded, says),
        **_status("clinicalStatus", CLINICAL, pick(draw, STATUSES)),
        **_status("verificationStatus", VERIFICATION, pick(draw, CERTAINTIES)),
        **_onset(draw, day, habits),
        **_ending(draw, day, habits),
    }
    listed, site = pick(draw, LISTS), pick(draw, SITES)
    if listed:
        made["category"] = [{"coding": [{"system": CATEGORY, "code": listed}]}]
    if site:
        made["bodySite"] = [{"text": site}]
    if once_in(draw, 2):
        made["recordedDate"] = written(draw, day, habits)
    return made


def current(coded: Coded, onset: str = "") -> Resource:
    """A confirmed and active Condition of the problem list; its onset in full, or not said."""
    made: Resource = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "code": concept(coded),
        **_status("clinicalStatus", CLINICAL, "active"),
        **_status("verificationStatus", VERIFICATION, "confirmed"),
    }
    return {**made, "onsetDateTime": onset} if onset else made


def _status(name: str, system: str, code: str) -> Resource:
    return {name: {"coding": [{"system": system, "code": code}]}} if code else {}


def _onset(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """When it began, in any of the ways FHIR has, or not said."""
    form = pick(draw, ONSETS)
    if form == "none" or (form in ("age", "range") and not habits.calendar_units):
        return {}
    if form == "period":
        return {"onsetPeriod": period(draw, day, habits)}
    if form == "age":
        return {"onsetAge": _years(number(draw, 10, 80))}
    if form == "range":
        low = number(draw, 10, 80)
        return {"onsetRange": {"low": _years(low), "high": _years(low + number(draw, 0, 5))}}
    if form == "words":
        said = pick(draw, CALENDAR_WORDS if habits.calendar_units else WORDS)
        return {"onsetString": said.format(ago(day, days_ago(draw)))}
    if form == "future":
        return {"onsetDateTime": ago(day, -number(draw, 1, 40))}
    return {"onsetDateTime": "unknown" if form == "unreadable" else written(draw, day, habits)}


def _years(count: int) -> Resource:
    return {"value": count, "unit": "years", "system": UCUM, "code": "a"}


def _ending(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """When it was over, mostly not."""
    form = pick(draw, ENDINGS)
    if form == "date":
        return {"abatementDateTime": written(draw, day, habits)}
    if form == "period":
        return {"abatementPeriod": period(draw, day, habits)}
    if form == "future":
        return {"abatementDateTime": ago(day, -number(draw, 1, 40))}
    if form == "words":
        return {"abatementString": pick(draw, ("3 weeks ago", "gone", "after the operation"))}
    return {"abatementBoolean": True} if form == "true" else {}


def lasting_complaint(draw: st.DrawFn, day: date) -> Resource:
    """A complaint as most of those are that a surgeon hears of: listed, dated, months old; sometimes long unseen."""
    most = 900 if once_in(draw, 8) else 360
    began = number(draw, 30, most)
    complaint = current(pick(draw, EVERYDAY_COMPLAINTS), ago(day, began))
    return {**complaint, "recordedDate": ago(day, began - number(draw, 0, 30))}
