"""Law 1: shuffling or duplicating entries changes nothing; adding a vaguer duplicate of a complaint neither."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.laws.answers import Told, differences, told, without
from tests.laws.charts import Chart, Resource
from tests.laws.codings import COMPLAINTS
from tests.laws.conftest import law
from tests.laws.drawing import number, once_in, pick
from tests.laws.patients import charts

COMPLAINT_CODES = frozenset((system, code) for pool in COMPLAINTS for system, code, _ in pool)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same in another order with some entries twice."""
    chart = draw(charts())
    again = [entry for entry in chart.entries if once_in(draw, 3)]
    mixed = draw(st.permutations([*chart.entries, *again]))
    return chart, replace(chart, entries=tuple(mixed))


@law
@given(shuffled())
def test_order_and_entries_sent_twice_change_nothing(pair: tuple[Chart, Chart]) -> None:
    """Not one word of the extension or of the card."""
    chart, mixed = pair
    assert not differences(told(chart), told(mixed))


@st.composite
def entered_twice(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with some entries entered again under another id."""
    chart = draw(charts())
    again = [entry for entry in chart.entries if "id" in entry and once_in(draw, 3)]
    assume(again)
    return chart, chart.adding(*({**entry, "id": f"{entry['id']}-again"} for entry in again))


@law
@given(entered_twice())
def test_the_same_entered_twice_changes_nothing(pair: tuple[Chart, Chart]) -> None:
    """`sources` and `dataQuality` aside: the one lists the ids, the other counts the entries."""
    assert not differences(words_of(pair[0]), words_of(pair[1]))


def words_of(chart: Chart) -> Told:
    """What is told but for how many entries tell it."""
    found: Told = without(told(chart), "sources", "dataQuality")
    return found


@st.composite
def with_vaguer_copy(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """A chart, and the same with a complaint that is there a second time, less exactly dated."""
    chart = draw(charts())
    today = chart.day.isoformat()
    complaints = [entry for entry in chart.of("Condition") if _is_complaint(entry) and vaguer_forms(entry, today)]
    assume(complaints)
    copied = complaints[number(draw, 0, len(complaints) - 1)]
    return chart, chart.adding({**pick(draw, vaguer_forms(copied, today)), "id": "vaguer"})


def _is_complaint(entry: Resource) -> bool:
    return any((coding["system"], coding["code"]) in COMPLAINT_CODES for coding in entry["code"].get("coding", ()))


def vaguer_forms(entry: Resource, today: str) -> list[Resource]:
    """The entry with its onset as a month or a year or not said, and with its record's date or without.

    Its end, status, category and place are as they are. An onset after the day is not used, so that nothing could be
    vaguer; of one that cannot be read the same is true, and of an end in words, which counts from the day of record.
    """
    onset, recorded = entry.get("onsetDateTime", ""), "recordedDate" in entry
    undated = {name: member for name, member in entry.items() if name not in ("onsetDateTime", "recordedDate")}
    if onset[:10] > today or "abatementString" in entry:
        return []
    if not onset:
        return [undated] if recorded and not any(name.startswith("onset") for name in entry) else []
    vaguer = [{**undated, "onsetDateTime": onset[:length]} for length in (7, 4) if length < len(onset)] + [undated]
    return [*vaguer, *({**form, "recordedDate": entry["recordedDate"]} for form in vaguer if recorded)]


@law
@given(with_vaguer_copy())
def test_a_vaguer_duplicate_of_a_complaint_changes_nothing(pair: tuple[Chart, Chart]) -> None:
    """`sources` and `dataQuality` aside, as for what was entered twice."""
    assert not differences(words_of(pair[0]), words_of(pair[1]))
