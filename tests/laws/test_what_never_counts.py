"""Law 2: entered-in-error, refuted, not-done, not-taken, other patients' and family-history entries change nothing."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.answers import differences, told, without
from tests.laws.charts import Chart, Resource
from tests.laws.conditions import VERIFICATION
from tests.laws.conftest import law
from tests.laws.dates import FREELY
from tests.laws.drawing import number, pick
from tests.laws.patients import charts, entries_of

STATUSES = {
    "Procedure": ("not-done", "entered-in-error", "stopped", "preparation"),
    "Observation": ("entered-in-error", "cancelled", "registered", "unknown"),
    "DiagnosticReport": ("entered-in-error", "cancelled", "registered", "unknown"),
    "MedicationRequest": ("entered-in-error", "cancelled", "draft"),
    "MedicationStatement": ("entered-in-error", "not-taken"),
    "ServiceRequest": ("revoked", "entered-in-error"),
}
# Z85 (cancer) and Z87.891 (former smoker) are the exceptions that INDEX.md names.
FAMILY_HISTORY = ("Z80.0", "Z81.1", "Z82.69", "Z83.3", "Z84.89")
FAMILY_WORDS = ("Family history of scoliosis", "Mother has lumbar stenosis", "Screening for spinal stenosis")


@st.composite
def never_counting(draw: st.DrawFn, chart: Chart) -> list[Resource]:
    """Entries of any kind, each marked as one of those that never count."""
    found = [entry for part in entries_of(chart.day, FREELY) for entry in draw(part)]
    return [{**_marked(draw, entry), "id": f"never{at}"} for at, entry in enumerate(found)]


def _marked(draw: st.DrawFn, entry: Resource) -> Resource:
    kind = entry["resourceType"]
    if kind in STATUSES:
        if kind in ("MedicationRequest", "ServiceRequest") and number(draw, 0, 2) == 2:
            return {**entry, **pick(draw, ({"intent": "plan"}, {"intent": "proposal"}, {"doNotPerform": True}))}
        return {**entry, "status": pick(draw, STATUSES[kind])}
    way = number(draw, 0, 3)
    if way == 3:
        code = pick(draw, FAMILY_HISTORY)
        return {**entry, "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}}
    if way == 2:
        return {**entry, "code": {**entry["code"], "text": pick(draw, FAMILY_WORDS)}}
    wrong = ("refuted", "entered-in-error")[way]
    return {**entry, "verificationStatus": {"coding": [{"system": VERIFICATION, "code": wrong}]}}


@st.composite
def with_what_never_counts(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with such entries among its own."""
    chart = draw(charts())
    added = draw(never_counting(chart))
    assume(added)
    return chart, chart.adding(*added)


@law
@given(with_what_never_counts())
def test_what_never_counts_changes_nothing(pair: tuple[Chart, Chart]) -> None:
    """`dataQuality` aside, which may say that an entry was met."""
    assert not differences(*(without(told(one), "dataQuality") for one in pair))


@st.composite
def with_another_patients(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with another patient's entries under keys that hold some of the patient's own.

    A Bundle of nothing but other patients' entries answers nothing (contract, "Data that is not all there").
    """
    chart = draw(charts())
    found = [entry for part in entries_of(chart.day, FREELY) for entry in draw(part)]
    whose = {"reference": "Patient/another"}
    own = {entry["resourceType"] for entry in chart.entries}
    foreign = [{**entry, "subject": whose} for entry in found if entry["resourceType"] in own]
    assume(foreign)
    # Half of them have the id of one of the patient's own entries: another server may have given it.
    named = [{**entry, "id": f"e{at}" if at % 2 else f"foreign{at}"} for at, entry in enumerate(foreign)]
    return chart, chart.adding(*named)


@law
@given(with_another_patients())
def test_another_patients_entries_change_nothing(pair: tuple[Chart, Chart]) -> None:
    """`dataQuality` aside, where they are noted (contract, "Whose resource")."""
    assert not differences(*(without(told(one), "dataQuality") for one in pair))
