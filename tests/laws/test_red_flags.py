"""Law 8: a new red flag always wins, except over death and hospice."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from cds_service.record.dates import read_date
from tests.laws.answers import Said, said
from tests.laws.charts import Chart, Resource
from tests.laws.codings import Coded, rows
from tests.laws.conditions import current
from tests.laws.conftest import law
from tests.laws.dates import ago
from tests.laws.drawing import number, once_in, pick
from tests.laws.patients import charts

LOW_BACK_PAIN: Coded = ("http://snomed.info/sct", "279039007", "Low back pain")
SADDLE_NUMBNESS: Coded = ("http://snomed.info/sct", "449813001", "Saddle numbness")
# Conditions of a row that a new and dated entry fulfils by itself.
BY_ITSELF = ("", "recent", "initial-encounter")
NEW_DAYS = 30


def _full(*names: str) -> tuple[Coded, ...]:
    """Codes that are in the set in full, whatever else the chart says."""
    found = (row for row in rows(*names) if row.use == "full" and row.only_if in BY_ITSELF)
    return tuple((row.system, row.code.rstrip("."), row.display) for row in found)


# List 1a, items 1, 2, 3 and 5 ask for nothing beside them; foot drop and a malignant tumour ask for pain.
ALONE = (
    _full("redflag_cauda_equina"),
    _full("redflag_cord_compression"),
    _full("redflag_paralysis"),
    _full("redflag_spinal_infection"),
    _full("redflag_unstable_fracture"),
)
BESIDE_PAIN = (_full("redflag_foot_drop"), _full("redflag_spinal_neoplasm"))
BLADDER = _full("redflag_bladder_bowel")
# List 1b, items 3 to 5; degenerative myelopathy is one in adults only.
PROMPT = (_full("redflag_spinal_neoplasm"), _full("redflag_benign_spinal_tumour"), _full("redflag_vertebral_fracture"))
MYELOPATHY = _full("myelopathy")


def _emergency(draw: st.DrawFn, when: str) -> tuple[Resource, ...]:
    """List 1a with what it asks for."""
    way = number(draw, 0, 4)
    if way == 4:
        return current(pick(draw, BLADDER), when), current(SADDLE_NUMBNESS, when)
    if way == 3:
        return current(pick(draw, pick(draw, BESIDE_PAIN)), when), current(LOW_BACK_PAIN, when)
    return (current(pick(draw, pick(draw, ALONE)), when),)


@st.composite
def with_an_emergency(draw: st.DrawFn) -> Chart:
    """A chart with an emergency, new and not before the last operation; on its day both may be."""
    chart = draw(charts())
    most = days_since_last_procedure(chart)
    return _with(chart, *_emergency(draw, ago(chart.day, number(draw, 0, most))))


@st.composite
def with_a_prompt_finding(draw: st.DrawFn) -> Chart:
    """A chart with a new finding of list 1b, and no operation since, the day itself included."""
    chart = draw(charts())
    most = days_since_last_procedure(chart) - 1
    assume(most >= 0)
    when = ago(chart.day, number(draw, 0, most))
    if is_adult(chart) and once_in(draw, 4):
        return _with(chart, current(pick(draw, MYELOPATHY), when))
    return _with(chart, current(pick(draw, pick(draw, PROMPT)), when))


def _with(chart: Chart, *flags: Resource) -> Chart:
    return chart.adding(*({**flag, "id": f"flag{at}"} for at, flag in enumerate(flags)))


def days_since_last_procedure(chart: Chart) -> int:
    """Days since the last that may have been an operation, by the last day its date may mean; 30 at most."""
    last = chart.day - timedelta(NEW_DAYS)
    for entry in chart.of("Procedure"):
        span = entry.get("performedPeriod", {})
        for written in (entry.get("performedDateTime"), span.get("start"), span.get("end")):
            when = read_date(written)
            if when is not None and when.first <= chart.day:
                last = max(last, min(when.last, chart.day))
    return (chart.day - last).days


def is_adult(chart: Chart) -> bool:
    """Surely grown up, or without a birth date."""
    born = chart.patient.get("birthDate")
    return born is None or int(born[:4]) + 20 <= chart.day.year


def _silenced(found: Said) -> bool:
    """Row 0: dead, or in hospice care."""
    gate = found.findings.suppression
    return gate.deceased.holds is True or gate.hospice.holds is True


@law
@given(with_an_emergency())
def test_a_new_emergency_always_wins(chart: Chart) -> None:
    """List 1a: urgent, by the rule of emergencies; over death and hospice nothing."""
    found = said(chart)
    assert found.told["rule"] == ("" if _silenced(found) else "urgent-emergency")


@law
@given(with_a_prompt_finding())
def test_a_new_prompt_finding_always_wins(chart: Chart) -> None:
    """List 1b: urgent; over death and hospice nothing."""
    found = said(chart)
    assert found.outcome == ("none" if _silenced(found) else "urgent")
