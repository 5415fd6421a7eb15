"""Law 5: race, ethnicity, name, language, sex and insurance change nothing; age only through 18 and through dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.answers import differences, told
from tests.laws.charts import Chart, Resource
from tests.laws.conftest import law
from tests.laws.dates import FREELY, Habits
from tests.laws.drawing import number, pick
from tests.laws.patients import charts
from tests.laws.test_moving import dates_of

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
OMB = "urn:oid:2.16.840.1.113883.6.238"
RACES = ("2106-3", "2054-5", "2028-9", "1002-5", "2131-1")
NAMES = (("Anna", "Schmidt"), ("Nguyễn", "Thị Hoa"), ("José", "García"), ("Lakisha", "Washington"), ("Bone", "Pain"))
SEXES = ("male", "female", "other", "unknown", "")
LANGUAGES = ("en-US", "es", "vi", "ar")
PAYERS = ("Medicaid", "Self-pay", "Workers' compensation", "Private")


def _with_traits(draw: st.DrawFn, patient: Resource) -> Resource:
    """The patient with a race, an ethnicity, a name, a language and a sex."""
    given_name, family = pick(draw, NAMES)
    sex = pick(draw, SEXES)
    made = {name: member for name, member in patient.items() if name != "gender"}
    extension = [_extension("us-core-race", pick(draw, RACES)), _extension("us-core-ethnicity", "2135-2")]
    sexes = [{"url": f"{US_CORE}/us-core-birthsex", "valueCode": pick(draw, ("F", "M", "UNK"))}]
    return {
        **made,
        "extension": [*extension, *sexes],
        "name": [{"family": family, "given": [given_name]}],
        "communication": [{"language": {"coding": [{"code": pick(draw, LANGUAGES)}]}, "preferred": True}],
        "maritalStatus": {"text": pick(draw, ("married", "single"))},
        "address": [{"postalCode": pick(draw, ("10001", "94110"))}],
        "contained": [{"resourceType": "Coverage", "id": "c", "type": {"text": pick(draw, PAYERS)}}],
        **({"gender": sex} if sex else {}),
    }


def _extension(name: str, code: str) -> Resource:
    return {
        "url": f"{US_CORE}/{name}",
        "extension": [{"url": "ombCategory", "valueCoding": {"system": OMB, "code": code}}],
    }


@st.composite
def as_others(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """The chart of one patient, and the same chart of another."""
    chart = draw(charts())
    coverage = {"reference": "#c", "display": pick(draw, PAYERS)}
    entries = tuple(
        {**entry, "insurance": [coverage]}
        if entry["resourceType"] in ("MedicationRequest", "ServiceRequest")
        else entry
        for entry in chart.entries
    )
    return chart, replace(chart, patient=_with_traits(draw, chart.patient), entries=entries)


@law
@given(as_others())
def test_race_ethnicity_name_language_sex_and_insurance_change_nothing(pair: tuple[Chart, Chart]) -> None:
    """Not one word."""
    chart, other = pair
    assert not differences(told(chart), told(other))


@st.composite
def of_two_ages(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """One chart of two adults, grown up before the first date in it, and no onset told as an age."""
    chart = draw(charts(Habits(partial=FREELY.partial, calendar_units=False)))
    first = min((*dates_of(list(chart.entries)), chart.day)).year - 2
    years = [first - 18 - number(draw, 0, 60) for _ in range(2)]
    assume(years[0] != years[1])
    one, other = (
        replace(chart, patient={**chart.patient, "birthDate": date(year, 6, number(draw, 1, 28)).isoformat()})
        for year in years
    )
    return one, other


@law
@given(of_two_ages())
def test_the_age_of_an_adult_changes_nothing(pair: tuple[Chart, Chart]) -> None:
    """Age counts only through the gate of 18 and through dates."""
    one, other = pair
    assert not differences(told(one), told(other))
