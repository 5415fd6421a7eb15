"""Laws of complaints: order, copies and vaguer copies change nothing; moving every date alike neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given as for_every
from hypothesis import settings
from hypothesis import strategies as st

from cds_service.findings.complaints import complaints
from cds_service.findings.copies import without_vaguer_copies
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, End, PatientRecord, Region, Start, StartKind
from tests.findings.spine_charts import DAY, GIVEN, PROBLEM, VISIT, ago, chart, complaint_of

# A busy machine breaks no law.
UNHURRIED = settings(deadline=None)
DAYS = st.integers(0, 900)
REGIONS: tuple[Region, ...] = ("lumbar", "cervical", "unknown")
SETS = (
    ("spine_pain_back_neck",),
    ("radiculopathy",),
    ("spine_pain_back_neck", "radiculopathy"),
    ("spinal_stenosis",),
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any spine Condition with full dates."""
    onset, recorded = draw(st.none() | DAYS), draw(st.none() | DAYS)
    ended = draw(st.none() | DAYS)
    return complaint_of(
        *draw(st.sampled_from(SETS)),
        onset=None if onset is None else ago(onset),
        recorded=None if recorded is None else ago(recorded),
        ended=None if ended is None or (onset or 0) < ended else ago(ended),
        listing=draw(st.sampled_from((PROBLEM, VISIT))),
        region=draw(st.sampled_from(REGIONS)),
        recurrent=draw(st.booleans()),
        kind=draw(st.sampled_from((None, None, None, StartKind.UNREADABLE))),
        code=draw(st.sampled_from(("", "", "278860009", "278862001"))),
        ref=draw(st.sampled_from(("", "Condition/1", "Condition/2"))),
    )


def judged(record: PatientRecord) -> tuple[object, ...]:
    """All that a rule reads of the complaints."""
    found = complaints(record, GIVEN)
    told = [
        (one.kind, one.region, one.current, one.lasting, one.reckoned, one.seen, one.recurrent, one.label, one.since)
        for one in found.all
    ]
    return told, found.symptom_days, found.earliest_start, found.stale_only


@UNHURRIED
@for_every(st.lists(conditions(), max_size=6), st.randoms(use_true_random=False))
def test_shuffling_and_duplicating_change_nothing(entries: list[Condition], chance: Random) -> None:
    mixed = [*entries, *entries[:3]]
    chance.shuffle(mixed)
    assert judged(chart(*mixed)) == judged(chart(*entries))


@UNHURRIED
@for_every(conditions(), st.booleans(), st.booleans())
def test_a_vaguer_copy_changes_nothing(entry: Condition, dated: bool, placed: bool) -> None:
    year = (
        DateRange(date(entry.onset.first.year, 1, 1), min(date(entry.onset.first.year, 12, 31), DAY))
        if (entry.onset and dated)
        else None
    )
    known = Start(StartKind.APPROXIMATE, year.first, year.last) if year else Start()
    vaguer = replace(entry, start=known, onset=year, recorded=None, region=entry.region if placed else "unknown")
    with_it = complaints(without_vaguer_copies(chart(entry, vaguer)), GIVEN)
    without = complaints(chart(entry), GIVEN)
    for kind in ("axial", "radicular", "stenosis"):
        assert with_it.lasted_more_than(84, (kind,)) is without.lasted_more_than(84, (kind,))


@UNHURRIED
@for_every(st.lists(conditions(), max_size=5), st.integers(-400, 400))
def test_moving_every_date_alike_changes_nothing(entries: list[Condition], days: int) -> None:
    by = timedelta(days)
    record = chart(*entries)
    moved = replace(record, day=DAY + by, conditions=tuple(_moved(entry, by) for entry in entries))
    before, after = complaints(record, GIVEN), complaints(moved, GIVEN)
    assert [(one.kind, one.region, one.current, one.lasting, one.reckoned) for one in before.all] == [
        (one.kind, one.region, one.current, one.lasting, one.reckoned) for one in after.all
    ]


def _moved(entry: Condition, by: timedelta) -> Condition:
    start = entry.start
    return replace(
        entry,
        onset=_later(entry.onset, by),
        recorded=_later(entry.recorded, by),
        start=Start(start.kind, _day(start.earliest, by), _day(start.latest, by)),
        end=End(_later(entry.end.when, by)) if entry.end else None,
    )


def _later(when: DateRange | None, by: timedelta) -> DateRange | None:
    return DateRange(when.first + by, when.last + by) if when else None


def _day(day: date | None, by: timedelta) -> date | None:
    return day + by if day else None
