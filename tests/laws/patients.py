"""Whole charts: a patient and what might stand together in one record."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import strategies as st

from tests.laws.charts import KEYS, OPTIONAL_KEYS, PATIENT_ID, Chart, Resource
from tests.laws.conditions import conditions, lasting_complaint
from tests.laws.dates import DAYS, FREELY, Habits, ago
from tests.laws.drawing import number, once_in, pick
from tests.laws.drugs import drugs, opioid_for_months
from tests.laws.measurements import observations
from tests.laws.services import procedures, referrals, reports, therapy_course

Entries = st.SearchStrategy[list[Resource]]

BIRTHS = ("full",) * 6 + ("month", "year", "absent")
DEATHS = ("",) * 37 + ("true", "false", "date", "future")
A_YEAR = timedelta(400)
AGES = ((25, 90),) * 9 + ((10, 24),)


def patient(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Of any age from ten on, mostly alive."""
    made: Resource = {"resourceType": "Patient", "id": PATIENT_ID, "gender": "female"}
    birth = pick(draw, BIRTHS)
    years = number(draw, *pick(draw, AGES))
    born = ago(day, years * 365 + number(draw, 0, 364))
    if birth != "absent":
        made["birthDate"] = born if birth == "full" or not habits.partial else born[: 7 if birth == "month" else 4]
    died = pick(draw, DEATHS)
    if died in ("true", "false"):
        made["deceasedBoolean"] = died == "true"
    elif died:
        made["deceasedDateTime"] = ago(day, 20 if died == "date" else -20)
    return made


@st.composite
def stories(draw: st.DrawFn, day: date) -> list[Resource]:
    """Mostly a complaint of months, with therapy or an opioid. So that laws meet signs, and not only noise."""
    told: list[Resource] = []
    if number(draw, 0, 3):
        told.append(lasting_complaint(draw, day))
        if number(draw, 0, 2):
            told += therapy_course(draw, day)
        if once_in(draw, 6):
            told.append(opioid_for_months(draw, day))
    return told


@cache
def entries_of(day: date, habits: Habits) -> tuple[Entries, ...]:
    """What a chart may hold, type by type: up to twelve conditions with those of the story, and so on."""
    return (
        stories(day),
        st.lists(conditions(day, habits), max_size=11),
        st.lists(drugs(day, habits), max_size=4),
        st.lists(procedures(day, habits), max_size=4),
        st.lists(observations(day, habits), max_size=6),
        st.lists(reports(day, habits), max_size=2),
        st.lists(referrals(day, habits), max_size=2),
    )


@st.composite
def charts(draw: st.DrawFn, habits: Habits = FREELY) -> Chart:
    """Any chart. Now and then an entry has no id, a key is not answered, or the patient was not seen for a year."""
    day = pick(draw, DAYS)
    entries = [entry for part in entries_of(day, habits) for entry in draw(part)]
    nameless = number(draw, 0, 39)
    named = [entry if at == nameless else {**entry, "id": f"e{at}"} for at, entry in enumerate(entries)]
    whose = patient(draw, day, habits)
    unanswered = pick(draw, OPTIONAL_KEYS) if once_in(draw, 6) else ""
    today = day + A_YEAR if once_in(draw, 15) else day
    return Chart(today, whose, tuple(named), answered=KEYS - {unanswered})
