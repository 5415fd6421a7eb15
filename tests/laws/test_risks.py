"""Law 7: adding a risk never leads to a milder outcome."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.answers import said
from tests.laws.charts import Chart, Resource
from tests.laws.codings import KNOWLEDGE, Coded, codes, concept
from tests.laws.conditions import current
from tests.laws.conftest import law
from tests.laws.dates import ago
from tests.laws.drawing import number, pick
from tests.laws.measurements import final, quantity, smoking
from tests.laws.patients import charts

# Sets that explain a symptom otherwise, end a card or change an operation's meaning: an entry that is also in one of
# them takes something away, as written, and so is more than a risk.
MORE_THAN_A_RISK = (
    "gait_other_cause",
    "polyneuropathy",
    "redflag_other_cause",
    "nonspine_opioid_indication",
    "gabapentinoid_other_indication",
    "active_cancer",
    "pregnancy",
)


def _only_a_risk(coded: Coded) -> bool:
    found = KNOWLEDGE.codes.rows("Condition", coded[0], coded[1])
    return not any(row.concept in MORE_THAN_A_RISK for row in found)


CODED = tuple(
    coded
    for coded in codes(
        "diabetes_uncontrolled",
        "cardio_major",
        "cardio_chronic",
        "obesity",
        "tobacco_current",
        "active_infection",
        "epidural_scarring",
    )
    if _only_a_risk(coded)
)
# The worst of each kind, so that no better value is replaced by the new one.
MEASURED = (quantity("HbA1c", 14.0), quantity("BMI", 60.0), quantity("EF", 12.0), smoking("77176002"))
INSTABILITY: Coded = ("http://snomed.info/sct", "240220009", "Spinal instability")


def risk(draw: st.DrawFn, chart: Chart) -> Resource:
    """One of the seven risks, new today or some days ago."""
    when = ago(chart.day, number(draw, 0, 20))
    way = number(draw, 0, 9)
    if way < len(MEASURED):
        return final(MEASURED[way], chart.day.isoformat())
    if way == len(MEASURED):
        return {**current(INSTABILITY, when), "code": concept(INSTABILITY, "Severe spinal instability")}
    return current(pick(draw, CODED), when)


@st.composite
def with_a_risk(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with a risk more."""
    chart = draw(charts())
    return chart, chart.adding({**risk(draw, chart), "id": "risk"})


@law
@given(with_a_risk())
def test_adding_a_risk_never_leads_to_a_milder_outcome(pair: tuple[Chart, Chart]) -> None:
    """Urgent > not-advised > optimise-first > recommend > consider > none; beside a time-critical sign it stays."""
    chart, more = pair
    before, after = said(chart), said(more)
    assert after.severity >= before.severity, f"{before.outcome} became {after.outcome}"
