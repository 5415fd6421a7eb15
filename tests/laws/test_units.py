"""Law 4: units do not matter, away from a threshold's rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.answers import alike, told
from tests.laws.charts import Chart, Resource
from tests.laws.codings import KNOWLEDGE
from tests.laws.conftest import law
from tests.laws.drawing import pick
from tests.laws.patients import charts

# Unit of ours as generated -> every other way to write the measurement: unit ("" is none) and value.
Conversion = tuple[str, Callable[[float], float]]
OTHER_UNITS: Mapping[str, tuple[Conversion, ...]] = {
    "4548-4": (("mmol/mol", lambda percent: (percent - 2.152) / 0.09148), ("", lambda percent: percent)),
    "29463-7": (
        ("[lb_av]", lambda kg: kg / 0.45359237),
        ("lb", lambda kg: kg / 0.45359237),
        ("g", lambda kg: kg * 1000),
    ),
    "8302-2": (("m", lambda cm: cm / 100), ("[in_i]", lambda cm: cm / 2.54), ("in", lambda cm: cm / 2.54)),
    "10230-1": (("1", lambda percent: percent / 100), ("", lambda percent: percent / 100)),
    "72514-3": (("mm", lambda score: score * 10), ("", lambda score: score)),
    "1751-7": (("g/L", lambda gram: gram * 10), ("", lambda gram: gram * 10)),
    "39156-5": (("", lambda bmi: bmi), ("kg/m^2", lambda bmi: bmi)),
}
GIVEN = KNOWLEDGE.given
BMI_EDGES = (10.0, GIVEN.obesity_caution_bmi, GIVEN.obesity_bmi, GIVEN.obesity_extreme_bmi, 100.0)
EDGES: Mapping[str, tuple[float, ...]] = {
    "4548-4": (GIVEN.hba1c_undiagnosed, GIVEN.hba1c_caution, GIVEN.hba1c_uncontrolled),
    "10230-1": (GIVEN.ejection_fraction_major, GIVEN.ejection_fraction_caution),
    "72514-3": (GIVEN.pain_score,),
    "1751-7": (GIVEN.albumin,),
}
ROUNDING = 1e-6


def _loinc(entry: Resource) -> str:
    return str(entry["code"]["coding"][0]["code"])


@st.composite
def in_other_units(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart with measurements, and the same measurements in other units."""
    chart = draw(charts())
    assume(any(_loinc(entry) in OTHER_UNITS for entry in chart.of("Observation")))
    assume(not at_an_edge(chart))
    entries = tuple(_converted(draw, e) if e["resourceType"] == "Observation" else e for e in chart.entries)
    return chart, replace(chart, entries=entries)


def _converted(draw: st.DrawFn, entry: Resource) -> Resource:
    if _loinc(entry) not in OTHER_UNITS:
        return entry
    unit, convert = pick(draw, OTHER_UNITS[_loinc(entry)])
    value = convert(entry["valueQuantity"]["value"])
    return {**entry, "valueQuantity": {"value": value, **({"unit": unit, "code": unit} if unit else {})}}


def at_an_edge(chart: Chart) -> bool:
    """A value, or a weight over a height squared, lies on a threshold; or two of one kind are as good as equal."""
    values: dict[str, list[float]] = {}
    for entry in chart.of("Observation"):
        if "valueQuantity" in entry:
            values.setdefault(_loinc(entry), []).append(float(entry["valueQuantity"]["value"]))
    tied = any(b - a <= ROUNDING for found in values.values() for a, b in pairwise(sorted(found)))
    on = any(
        abs(value - edge) <= ROUNDING for loinc in EDGES for value in values.get(loinc, ()) for edge in EDGES[loinc]
    )
    masses = [kg / (cm / 100) ** 2 for kg in values.get("29463-7", ()) for cm in values.get("8302-2", ())]
    return tied or on or any(abs(mass - edge) <= ROUNDING for mass in masses for edge in BMI_EDGES)


@law
@given(in_other_units())
def test_units_do_not_matter(pair: tuple[Chart, Chart]) -> None:
    """Values are shown with two decimals, the last of which may differ."""
    chart, converted = pair
    assert alike(told(converted), told(chart), within=0.0101)
