"""Law 3: moving all full dates and the day together changes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cds_service.record.dates import months_later
from tests.laws.answers import Told, by_days_ago, differences, told, without
from tests.laws.charts import Chart
from tests.laws.conftest import law
from tests.laws.dates import FULL_DATES
from tests.laws.patients import charts

ISO = re.compile(r"\d{4}-\d\d-\d\d")
EIGHTEEN = 18 * 12


def moved(resource: Any, days: int) -> Any:
    """The same with every full date so many days later."""
    if isinstance(resource, dict):
        return {name: moved(member, days) for name, member in resource.items()}
    if isinstance(resource, list):
        return [moved(member, days) for member in resource]
    if not isinstance(resource, str):
        return resource
    return ISO.sub(lambda found: (date.fromisoformat(found[0]) + timedelta(days)).isoformat(), resource)


def dates_of(resource: Any) -> list[date]:
    """Every full date in it."""
    if isinstance(resource, dict | list):
        members = resource.values() if isinstance(resource, dict) else resource
        return [found for member in members for found in dates_of(member)]
    return [date.fromisoformat(found) for found in ISO.findall(resource)] if isinstance(resource, str) else []


def near_the_18th_birthday(chart: Chart) -> bool:
    """The day, or a date in the chart (of a height), lies within 2 days of it: years are not all of one length."""
    if "birthDate" not in chart.patient:
        return False
    birthday = months_later(date.fromisoformat(chart.patient["birthDate"]), EIGHTEEN)
    days = (chart.day, *dates_of(list(chart.of("Observation"))))
    return birthday is not None and any(abs((day - birthday).days) <= 2 for day in days)


@law
@given(charts(FULL_DATES), st.integers(-800, 800))
def test_moving_every_full_date_and_the_day_changes_nothing(chart: Chart, days: int) -> None:
    """No month or year dates, no "mo" or "a" periods and no ages: those are measured in a calendar's own units.

    Dates in the answer are read as so many days ago. A card's words leave out the year of this year's dates and are
    cut to size, so of a card only its kind is compared.
    """
    assume(not near_the_18th_birthday(chart))
    later = replace(
        chart,
        day=chart.day + timedelta(days),
        patient=moved(chart.patient, days),
        entries=tuple(moved(entry, days) for entry in chart.entries),
    )
    assert not differences(_compared(chart), _compared(later))


def _compared(chart: Chart) -> Told:
    found = told(chart)
    cards = [(card["indicator"], card["source"]["topic"]) for card in found["cards"]]
    compared: Told = by_days_ago(without(found, "cards"), chart.day)
    return {**compared, "cards": cards}
