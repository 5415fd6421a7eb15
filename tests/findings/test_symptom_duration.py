"""How long a complaint has lasted: the table of starts, "more than N", duplicates (clinical-logic A)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from cds_service.findings.complaints import Complaint, complaints
from cds_service.findings.symptom_duration import Confidence
from cds_service.record.dates import DayCount
from cds_service.record.patient import Condition, StartKind
from tests.findings.spine_charts import DAY, GIVEN, ago, chart, complaint_of, visit

UNREADABLE = StartKind.UNREADABLE


def told(*conditions: Condition) -> Complaint:
    """The one complaint of a kind that these entries tell of; in whatever order they come."""
    found = [complaints(chart(*order), GIVEN).current(("axial", "radicular"))[0] for order in _orders(conditions)]
    assert len({(one.lasting, one.reckoned, one.since, one.confidence, one.label, one.seen) for one in found}) == 1
    return found[0]


def _orders(conditions: tuple[Condition, ...]) -> list[tuple[Condition, ...]]:
    return [*permutations(conditions), (*conditions, *conditions)]


# The start, by its source


@pytest.mark.parametrize(
    "entry, least, most, confidence, since",
    [
        (complaint_of(onset="2026-05-10"), 196, 196, "exact", "since 10 May 2026 (28 weeks)"),
        (complaint_of(onset="2026-03"), 236, 266, "approximate", "since March 2026 (33 to 38 weeks)"),
        (complaint_of(onset="2026"), 0, 325, "approximate", "since 2026 (up to 46 weeks)"),
        (complaint_of(onset="2026-05-10", kind=StartKind.TEXT), 196, 196, "text", "since 10 May 2026 (28 weeks)"),
        (complaint_of(recorded="2026-05-10"), 196, None, "at least", "on record since 10 May 2026 (at least 28 weeks)"),
        (complaint_of(recorded="2026-03"), 236, None, "at least", "on record since March 2026 (at least 33 weeks)"),
    ],
)
def test_each_source_gives_its_bounds(
    entry: Condition, least: int, most: int | None, confidence: str, since: str
) -> None:
    one = told(entry)
    assert (one.lasting, one.confidence, one.since) == (DayCount(least, most), confidence, since)
    assert one.at_least is (most is None)


def test_no_source_at_all_is_unknown() -> None:
    one = told(complaint_of())
    assert (one.lasting, one.confidence, one.earliest_start, one.latest_start) == (None, "unknown", None, None)
    assert one.lasted_more_than(84) is None
    assert one.fact.text == "low back pain, start unknown"


def test_a_stated_onset_that_cannot_be_read_is_unknown_though_it_was_recorded() -> None:
    one = told(complaint_of(recorded=ago(300), kind=UNREADABLE))
    assert one.lasting is None and one.lasted_more_than(84) is None


@pytest.mark.parametrize("days, more", [(85, True), (84, False), (1, False)])
def test_an_exact_start_is_more_than_84_days_ago_or_not(days: int, more: bool) -> None:
    assert told(complaint_of(onset=ago(days))).lasted_more_than(84) is more


@pytest.mark.parametrize("days, more", [(43, True), (42, False)])
def test_the_shorter_bound_of_root_symptoms(days: int, more: bool) -> None:
    assert told(complaint_of("radiculopathy", onset=ago(days))).lasted_more_than(42) is more


def test_an_interval_on_both_sides_of_the_bound_is_possible() -> None:
    assert told(complaint_of(onset="2026")).lasted_more_than(84) is None
    assert told(complaint_of(onset="2026-07")).lasted_more_than(84) is True
    assert told(complaint_of(onset="2026-09")).lasted_more_than(84) is False
    assert told(complaint_of(onset="2026-08")).lasted_more_than(84) is None


@pytest.mark.parametrize("days, more", [(85, True), (84, False), (30, False)])
def test_an_at_least_start_counts_by_the_days_on_record(days: int, more: bool) -> None:
    assert told(complaint_of(recorded=ago(days))).lasted_more_than(84) is more


# Codes that say chronic or acute


@pytest.mark.parametrize(
    "code, set_",
    [
        ("278860009", "spine_pain_back_neck"),
        ("134407002", "spine_pain_back_neck"),
        ("1121000119107", "spine_pain_back_neck"),
        ("307177001", "radiculopathy"),
    ],
)
def test_a_code_that_says_chronic_counts_as_more_than_84_days_without_a_date(code: str, set_: str) -> None:
    one = told(complaint_of(set_, code=code))
    assert one.lasted_more_than(84) is True and one.lasted_more_than(85) is None
    assert (one.confidence, one.lasting, one.at_least) == (Confidence.CODED, DayCount(85, None), True)
    assert one.earliest_start is None
    assert one.fact.text.endswith(", chronic by its code, start unknown")
    assert told(complaint_of(set_, code=code, kind=UNREADABLE, recorded=ago(9))).lasted_more_than(84) is True


def test_chronic_pain_of_g89_2_with_a_spine_site_says_chronic_and_other_chronic_pain_does_not() -> None:
    assert told(complaint_of("chronic_pain_generic", code="G8929")).lasted_more_than(84) is True
    assert told(complaint_of("chronic_pain_generic", code="G894")).lasted_more_than(84) is None


def test_a_date_decides_before_a_code_that_says_chronic() -> None:
    assert told(complaint_of(code="278860009", onset=ago(30))).lasted_more_than(84) is False
    assert told(complaint_of(code="278860009", recorded=ago(30))).lasted_more_than(84) is False


@pytest.mark.parametrize("onset", [ago(10), ago(300), "2026", None])
def test_an_acute_code_never_counts_as_more_than_84_days(onset: str | None) -> None:
    acute = complaint_of(code="278862001", onset=onset, recorded=ago(10))
    assert told(acute).lasted_more_than(84) is False
    assert told(complaint_of(code="278862001", recorded=ago(200))).lasted_more_than(84) is False
    assert told(complaint_of(code="278862001")).lasted_more_than(84) is False


def test_an_acute_code_may_still_be_more_than_42_days_old_and_takes_no_longer_complaint_away() -> None:
    assert told(complaint_of(code="278862001", onset=ago(300))).lasted_more_than(42) is True
    assert told(complaint_of(code="278862001", onset=ago(300)), complaint_of(onset="2025")).lasted_more_than(84) is True
    assert told(complaint_of(code="278862001", onset=ago(84)), complaint_of(onset="2026")).lasted_more_than(84) is False
    assert told(complaint_of(code="278862001", onset=ago(85)), complaint_of(onset="2026")).lasted_more_than(84) is None


# Recurrence


def test_a_recurrence_that_began_on_the_day_of_its_remission_began_at_some_time_after() -> None:
    one = told(complaint_of(onset=ago(90), recurrent=True), visit(recorded=ago(800), ended=ago(90)))
    assert (one.confidence, one.lasting) == ("approximate", DayCount(0, 90))


def test_what_is_only_recorded_is_at_least_as_old_though_another_entry_ended_since() -> None:
    assert told(complaint_of(recorded=ago(300)), visit(recorded=ago(250), ended=ago(100))).lasting == DayCount(
        300, None
    )
    assert told(complaint_of(recorded=ago(100), recurrent=True)).lasting == DayCount(100, None)


# Duplicates


EXACT = complaint_of(onset="2026-05-10")


@pytest.mark.parametrize(
    "vaguer",
    [
        EXACT,
        complaint_of(onset="2026-05", ref="Condition/2"),
        complaint_of(onset="2026", ref="Condition/0"),
        complaint_of(recorded="2026-06-01"),
        complaint_of(),
        complaint_of(kind=UNREADABLE, recorded="2026-04-01"),
        complaint_of(onset="2026-05", region="unknown"),
        complaint_of(code="278860009"),
        complaint_of(code="278862001", onset="2026"),
        visit(recorded="2026-06-01"),
        visit(onset="2026", recorded="2026-06-01"),
    ],
)
def test_a_vaguer_duplicate_changes_nothing(vaguer: Condition) -> None:
    one = told(EXACT, vaguer)
    assert (one.lasting, one.reckoned, one.confidence) == (DayCount(196, 196), DayCount(196, 196), "exact")
    assert one.since == "since 10 May 2026 (28 weeks)"
    assert (one.earliest_start, one.latest_start) == (told(EXACT).earliest_start, told(EXACT).latest_start)


def test_of_two_that_do_not_hold_each_other_the_bounds_of_the_maximum_count() -> None:
    assert told(complaint_of(onset=ago(30)), complaint_of(onset=ago(100))).lasting == DayCount(100, 100)
    one = told(complaint_of(onset="2026-03"), complaint_of(onset=ago(300)))
    assert (one.lasting, one.confidence) == (DayCount(300, 300), "exact")
    overlapping = told(complaint_of(onset="2026-08"), complaint_of(onset=ago(80)))
    assert overlapping.lasting == DayCount(83, 113) and overlapping.lasted_more_than(84) is None


def test_a_surer_but_wider_date_is_left_out_beside_one_that_lies_within_it() -> None:
    in_words = complaint_of(onset="2026-05-10", kind=StartKind.TEXT)
    year, month = complaint_of(onset="2026", recorded=ago(20)), complaint_of(onset="2026-05", recorded=ago(20))
    assert told(year, in_words).lasting == DayCount(196, 196)
    assert told(year, in_words, complaint_of(kind=UNREADABLE, recorded=ago(250))).lasting == DayCount(196, 196)
    assert told(month, complaint_of(onset="2026-05-31")).lasting == DayCount(175, 175)
    assert told(month, complaint_of(onset="2026-05-01")).lasting == DayCount(205, 205)


def test_the_longest_is_told_be_it_less_sure() -> None:
    one = told(complaint_of(onset=ago(30)), complaint_of(onset="2026-05-10", kind=StartKind.TEXT))
    assert (one.confidence, one.since) == ("text", "since 10 May 2026 (28 weeks)")


def test_an_older_record_beside_a_newer_onset_makes_it_at_least_as_old() -> None:
    one = told(complaint_of(onset=ago(30)), complaint_of(recorded=ago(100)))
    assert (one.lasting, one.at_least) == (DayCount(100, None), True)
    assert one.lasted_more_than(84) is True


def test_a_record_of_fewer_days_never_turns_possible_into_no() -> None:
    assert told(complaint_of(onset="2026"), complaint_of(recorded=ago(30))).lasted_more_than(84) is None


def test_an_undated_chronic_code_tells_more_than_a_short_onset() -> None:
    assert told(complaint_of(onset=ago(30)), complaint_of(code="278860009")).lasted_more_than(84) is True


@pytest.mark.parametrize("days, start", [(100, DAY - timedelta(100)), (85, None), (50, None)])
def test_a_chronic_code_adds_nothing_to_a_longer_record(days: int, start: date | None) -> None:
    one = told(complaint_of(recorded=ago(days)), complaint_of(code="278860009"))
    assert (one.lasting, one.earliest_start) == (DayCount(max(days, 85), None), start)


def test_two_codings_of_one_day_are_one_item() -> None:
    one = told(complaint_of(onset=ago(30), code="279039007"), complaint_of(onset=ago(30), code="161891005", ref=""))
    assert one.lasting == DayCount(30, 30) and len(one.conditions) == 2
