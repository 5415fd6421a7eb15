"""Law 9: unrelated entries change nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.answers import differences, told
from tests.laws.charts import Chart, Resource
from tests.laws.codings import (
    KNOWLEDGE,
    UNRELATED,
    UNRELATED_ASKED,
    UNRELATED_DONE,
    UNRELATED_DRUGS,
    UNRELATED_REPORTS,
    Coded,
    concept,
)
from tests.laws.conditions import condition_of
from tests.laws.conftest import law
from tests.laws.dates import FREELY
from tests.laws.drawing import number, pick
from tests.laws.drugs import naming
from tests.laws.measurements import OFTEN, QUANTITIES, quantity
from tests.laws.patients import charts, entries_of

POOLS: dict[str, tuple[Coded, ...]] = {
    "Condition": UNRELATED,
    "Procedure": UNRELATED_DONE,
    "ServiceRequest": UNRELATED_ASKED,
    "DiagnosticReport": UNRELATED_REPORTS,
    "MedicationRequest": UNRELATED_DRUGS,
    "MedicationStatement": UNRELATED_DRUGS,
}
VITALS = ("blood pressure", "glucose")


def test_what_is_called_unrelated_is_in_no_value_set() -> None:
    for kind, pool in POOLS.items():
        for system, code, _ in pool:
            assert not KNOWLEDGE.codes.rows(kind, system, code), f"{kind} {code}"
    for what in VITALS:
        assert what not in OFTEN
        assert QUANTITIES[what][0] not in KNOWLEDGE.observations


def _unrelated(draw: st.DrawFn, chart: Chart, entry: Resource) -> Resource:
    """The entry with the same dates, status and reason, but of what concerns nobody here."""
    kind = entry["resourceType"]
    if kind == "Observation":
        return {**entry, **quantity(pick(draw, VITALS), 120)}
    coded = pick(draw, POOLS[kind])
    if kind == "Condition":
        return condition_of_no_words(draw, coded, chart)
    plain = {name: member for name, member in entry.items() if name not in ("contained", "conclusion")}
    if kind in ("MedicationRequest", "MedicationStatement"):
        return {**plain, **naming("concept", coded)}
    return {**plain, "code": concept(coded)}


def condition_of_no_words(draw: st.DrawFn, coded: Coded, chart: Chart) -> Resource:
    """Any Condition of this code, its words those of the code."""
    return {**condition_of(draw, coded, chart.day, FREELY), "code": concept(coded, coded[2])}


@st.composite
def with_unrelated_entries(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with entries that concern nobody here among its own."""
    chart = draw(charts())
    found = [entry for part in entries_of(chart.day, FREELY) for entry in draw(part)]
    assume(found)
    added = [{**_unrelated(draw, chart, entry), "id": f"x{at}"} for at, entry in enumerate(found)]
    cut = number(draw, 0, len(chart.entries))
    mixed = (*chart.entries[:cut], *added, *chart.entries[cut:])
    return chart, replace(chart, entries=mixed)


@law
@given(with_unrelated_entries())
def test_unrelated_entries_change_nothing(pair: tuple[Chart, Chart]) -> None:
    """Not one word, whatever their dates, status and reasons."""
    chart, more = pair
    assert not differences(told(chart), told(more))
