"""Law 10: the same record, cut to the eight keys, gives the same assessment through prefetch and `assess`.

Fetch and `screen` do not exist yet; when they do, they belong here, over the same charts.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.prefetch import KEYS
from tests.laws.answers import Told, differences, stages, told, without
from tests.laws.charts import MEDICATION_KEYS, OPTIONAL_KEYS, Chart, file
from tests.laws.conftest import law
from tests.laws.drawing import once_in
from tests.laws.patients import charts


@st.composite
def cut_to_keys(draw: st.DrawFn) -> Chart:
    """A chart of which a client answers some keys, its drugs sometimes in Medications of their own."""
    chart = draw(charts())
    left_out = [key for key in OPTIONAL_KEYS if once_in(draw, 5)]
    chart = chart.without_keys(*left_out)
    return with_medications(chart) if once_in(draw, 3) else chart


def with_medications(chart: Chart) -> Chart:
    """Each order's drug in a Medication beside it, referred to by its id; so long as a medication key is answered."""
    if chart.answered.isdisjoint(MEDICATION_KEYS):
        return chart
    entries, medications = [], []
    for at, entry in enumerate(chart.entries):
        named = entry.get("medicationCodeableConcept")
        if named:
            medications.append({"resourceType": "Medication", "id": f"m{at}", "code": named})
            plain = {name: member for name, member in entry.items() if name != "medicationCodeableConcept"}
            entry = {**plain, "medicationReference": {"reference": f"Medication/m{at}"}}
        entries.append(entry)
    return replace(chart, entries=tuple(entries), medications=tuple(medications))


def told_of_file(chart: Chart) -> Told:
    """What `assess --json --answered` tells of the same record in one Bundle."""
    answered = frozenset(key for key in KEYS if key in chart.answered)
    supplied = supplied_from_bundle(file(chart), answered)
    assert supplied is not None
    return stages().told(stages().of_chart(supplied, chart.day))


@law
@given(cut_to_keys())
def test_prefetch_and_assess_tell_the_same(chart: Chart) -> None:
    """Not one word differs, from the bytes of a hook call on and from those of a file, save who asks and when."""
    theirs = ("requester", "authoredOn")
    assert not differences(without(told(chart), *theirs), without(told_of_file(chart), *theirs))
