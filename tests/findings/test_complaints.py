"""Complaints: visits, chains, recurrence, regions, and the vignettes' patients (clinical-logic A)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cds_service.findings.complaints import Complaint, Complaints, complaints
from cds_service.findings.spine import Kind
from cds_service.record.dates import DayCount
from cds_service.record.patient import Condition, Start, StartKind
from tests.findings.spine_charts import DAY, GIVEN, Entry, ago, chart, complaint_of, done, drug, other, visit

SPANS = "2026-11-22"


def of(*entries: Entry) -> Complaints:
    return complaints(chart(*entries), GIVEN)


def one(*entries: Entry, kind: str = "axial") -> Complaint:
    found = of(*entries).current((kind,))
    assert len(found) == 1
    return found[0]


def longer(*entries: Entry, days: int = 84) -> bool | None:
    return of(*entries).lasted_more_than(days)


# The vignettes' patients


def test_v01_chronic_low_back_pain_since_may() -> None:
    found = one(complaint_of(onset="2026-05-10", code="278860009"))
    assert found.fact.text == "low back pain since 10 May 2026 (28 weeks)"
    assert found.fact.sources == ("Condition/1",)
    assert found.lasted_more_than(84) is True and found.current and not found.stale
    assert of(complaint_of(onset="2026-05-10")).symptom_days == DayCount(196, 196)


def test_v02_under_twelve_weeks() -> None:
    assert longer(complaint_of(onset="2026-10-20")) is False


def test_v03_resolved() -> None:
    found = of(complaint_of(onset="2025-02-01", ended="2025-04-15"))
    assert found.all == () and not found.stale_only
    assert (found.symptom_days, found.earliest_start, found.lasted_more_than(84)) == (None, None, False)


def test_v07_three_visits_are_a_chain_from_the_first() -> None:
    visits = [visit(recorded=day) for day in ("2026-03-02", "2026-06-10", "2026-10-01")]
    found = one(*visits, drug("analgesic_nsaid", first="2026-04-10", last=SPANS))
    assert (found.lasting, found.at_least, found.confidence) == (DayCount(265, None), True, "at least")
    assert found.lasted_more_than(84) is True
    assert found.earliest_start == date(2026, 3, 2)
    assert found.seen == (date(2026, 3, 2), date(2026, 6, 10), date(2026, 10, 1))
    assert found.fact.text == "low back pain on record since 2 March 2026 (at least 37 weeks)"


def test_v09_more_than_twelve_weeks() -> None:
    assert longer(complaint_of(onset="2026-04-01")) is True


def test_v49_many_years_cannot_be_read() -> None:
    found = one(complaint_of(recorded="2026-10-01", kind=StartKind.UNREADABLE))
    assert found.lasted_more_than(84) is None and found.lasting is None
    assert of(complaint_of(recorded="2026-10-01", kind=StartKind.UNREADABLE)).earliest_start is None


def test_v60_stale() -> None:
    entry = complaint_of(onset="2019-03-01", recorded="2019-03-05")
    found = of(entry)
    assert found.stale_only and found.current() == () and found.symptom_days is None
    assert (found.all[0].stale, found.all[0].current) == (True, False)
    assert found.all[0].lasted_more_than(84) is True
    counted = complaints(chart(entry), GIVEN, count_stale=True)
    assert counted.current()[0].current and not counted.stale_only
    unasked = complaints(chart(entry, unanswered=("procedures",)), GIVEN)
    assert unasked.current() and unasked.unchecked == ("procedures",)


# Visits without a stated onset


@pytest.mark.parametrize("days, more", [(85, None), (84, False), (30, False)])
def test_a_lone_visit_is_possible_at_most(days: int, more: bool | None) -> None:
    found = one(visit(recorded=ago(days)))
    assert found.lasted_more_than(84) is more
    assert found.fact.text.startswith("low back pain seen on ")


@pytest.mark.parametrize("span, more", [(85, True), (84, None)])
def test_two_visits_spanning_more_than_84_days_are_a_chain(span: int, more: bool | None) -> None:
    assert longer(visit(recorded=ago(20)), visit(recorded=ago(20 + span))) is more


@pytest.mark.parametrize("gap, more", [(180, True), (181, False)])
def test_a_chain_has_no_gap_above_180_days(gap: int, more: bool) -> None:
    assert longer(visit(recorded=ago(20)), visit(recorded=ago(20 + gap))) is more


def test_two_visits_on_its_first_day_begin_a_chain_as_one_does() -> None:
    first = [visit(recorded=ago(105), ref=f"Condition/{name}") for name in "ab"]
    assert one(visit(recorded=ago(20)), *first).lasting == DayCount(105, None)


def test_a_visit_of_the_next_day_is_a_link_like_any_other() -> None:
    assert longer(visit(recorded=ago(20)), visit(recorded=ago(21)), visit(recorded=ago(201))) is True
    assert longer(visit(recorded=ago(20)), visit(recorded=ago(201))) is False


def test_the_same_day_twice_is_no_chain() -> None:
    assert longer(visit(recorded=ago(100)), visit(recorded=ago(100), ref="Condition/2")) is None


def test_a_visit_for_another_set_of_the_same_problem_links_a_chain() -> None:
    both = ("spine_pain_back_neck", "radiculopathy")
    ends = (visit(recorded=ago(20)), visit(*both, recorded=ago(300)))
    assert of(*ends, visit("radiculopathy", recorded=ago(160))).lasted_more_than(84, ("axial",)) is True
    assert of(*ends).lasted_more_than(84, ("axial",)) is False
    plain = (visit(recorded=ago(20)), visit(recorded=ago(300)), visit("radiculopathy", recorded=ago(160)))
    assert of(*plain).lasted_more_than(84, ("axial",)) is False


def test_a_stated_onset_of_a_visit_dates_the_start() -> None:
    assert longer(visit(onset="2026-03", recorded=ago(20))) is True
    assert longer(visit(onset=ago(200), recorded=ago(150))) is True
    assert longer(visit(onset=ago(20), recorded=ago(10)), visit(recorded=ago(300))) is False
    assert longer(visit(onset=ago(20), recorded=ago(10)), visit(recorded=ago(160))) is None


def test_visits_beside_a_current_problem_prove_presence_not_persistence() -> None:
    problem = complaint_of(recorded=ago(50))
    assert longer(problem, visit(recorded=ago(300))) is None
    assert longer(problem, visit(recorded=ago(300)), visit(recorded=ago(200))) is True
    assert longer(problem, visit()) is False
    assert longer(problem, visit(code="278860009")) is True
    assert longer(complaint_of(recorded=ago(90)), visit(recorded=ago(300))) is True


def test_an_onset_of_a_visit_that_cannot_be_read_is_unknown_and_still_a_link() -> None:
    unread = visit(recorded=ago(20), kind=StartKind.UNREADABLE)
    assert longer(unread) is None
    assert longer(visit(recorded=ago(20), kind=StartKind.UNREADABLE, code="278860009")) is True
    assert longer(unread, visit(recorded=ago(120))) is True


# Episodes


@pytest.mark.parametrize("gap, more", [(84, True), (85, False)])
def test_a_symptom_free_gap_of_more_than_84_days_restarts_the_clock(gap: int, more: bool) -> None:
    assert longer(complaint_of(onset=ago(40)), complaint_of(onset=ago(400), ended=ago(40 + gap))) is more


def test_the_clock_runs_on_through_several_short_gaps() -> None:
    earlier = [complaint_of(onset=ago(day), ended=ago(day - 20)) for day in (320, 200, 120)]
    assert one(complaint_of(onset=ago(40)), *earlier).lasting == DayCount(200, 200)


def test_an_earlier_entry_that_only_tells_its_end_runs_on_into_nothing() -> None:
    assert longer(complaint_of(onset=ago(40)), complaint_of(ended=ago(90))) is False


def test_an_earlier_entry_of_which_nobody_knows_how_long_it_stayed_does_not_run_on() -> None:
    in_words = Start(StartKind.TEXT, date(2026, 3, 1), date(2026, 3, 31))
    assert longer(complaint_of(onset=ago(40)), replace(complaint_of(ended="unknown"), start=in_words)) is False


def test_two_earlier_entries_of_one_end_both_run_on() -> None:
    earlier = [complaint_of(onset=ago(day), ended=ago(90)) for day in (200, 300)]
    assert one(complaint_of(onset=ago(40)), *earlier).lasting == DayCount(300, 300)


def test_an_end_nobody_dated_is_counted_from_when_it_was_last_heard_of() -> None:
    over = complaint_of(onset=ago(200), recorded=ago(100), ended="unknown")
    assert longer(complaint_of(onset=ago(40)), over) is True
    assert longer(complaint_of(onset=ago(10)), over) is False
    assert longer(complaint_of(onset=ago(40)), complaint_of(ended="unknown")) is False
    assert longer(complaint_of(), over) is None
    assert longer(complaint_of(recorded=ago(20), kind=StartKind.UNREADABLE), over) is True


def test_an_ended_visit_runs_on_only_by_its_onset_and_only_into_a_problem() -> None:
    problem = complaint_of(onset=ago(40))
    assert longer(problem, visit(onset=ago(200), recorded=ago(190), ended=ago(90))) is True
    assert longer(problem, visit(recorded=ago(190), ended=ago(90))) is False
    assert longer(visit(onset=ago(40), recorded=ago(40)), complaint_of(onset=ago(200), ended=ago(90))) is False


def test_a_visit_after_the_problem_ended_starts_a_new_episode() -> None:
    over = complaint_of(onset=ago(400), ended=ago(60))
    assert one(over, visit(recorded=ago(30))).lasting == DayCount(30, None)
    assert of(over, visit(recorded=ago(70))).current() == ()


def test_a_recurrence_is_dated_by_its_onset_where_a_remission_came_before() -> None:
    again = complaint_of(onset=ago(100), recurrent=True)
    found = one(again, complaint_of(onset=ago(900), ended=ago(300)))
    assert (found.confidence, found.lasting, found.recurrent) == ("exact", DayCount(100, 100), True)
    assert found.fact.text.startswith("recurrent low back pain since ")


def test_a_recurrence_without_a_recorded_remission_is_approximate() -> None:
    found = one(complaint_of(onset=ago(100), recurrent=True))
    assert (found.confidence, found.lasting) == ("approximate", DayCount(100, 100))
    undated = one(complaint_of(onset=ago(100), recurrent=True), complaint_of(onset=ago(900), ended="unknown"))
    assert undated.confidence == "approximate"


def test_a_recurrence_whose_onset_is_older_than_the_remission_began_at_some_time_after() -> None:
    lately = done("care_spinal_injection", performed=ago(9))
    again = complaint_of(onset=ago(900), recurrent=True)
    found = one(again, visit("spine_pain_back_neck", "radiculopathy", recorded=ago(800), ended=ago(300)), lately)
    assert (found.confidence, found.lasting) == ("approximate", DayCount(0, 900))
    assert found.lasted_more_than(84) is None
    noted = one(complaint_of(recorded=ago(900), recurrent=True), visit(recorded=ago(800), ended=ago(300)), lately)
    assert noted.lasted_more_than(84) is None
    assert longer(complaint_of(recorded=ago(100), recurrent=True)) is True


# Regions and kinds


def test_an_entry_without_region_joins_every_region_that_is_named() -> None:
    found = of(
        complaint_of(onset=ago(30)),
        complaint_of(onset=ago(20), region="cervical"),
        complaint_of(onset=ago(200), region="unknown"),
    )
    assert [(each.region, each.lasting) for each in found.all] == [
        ("cervical", DayCount(200, 200)),
        ("lumbar", DayCount(200, 200)),
    ]
    assert of(complaint_of(onset=ago(30), region="unknown")).all[0].region == "unknown"


def test_regions_are_kept_apart() -> None:
    found = of(complaint_of(onset=ago(30)), complaint_of(onset=ago(200), region="cervical"))
    assert found.lasted_more_than(84, region="lumbar") is False
    assert found.lasted_more_than(84, region="cervical") is True
    assert found.lasted_more_than(84) is True
    assert [each.region for each in found.current(region="lumbar")] == ["lumbar"]
    back = of(complaint_of(onset=ago(30), region="thoracic"), complaint_of(onset=ago(200)))
    assert [(each.region, each.lasting) for each in back.all] == [
        ("thoracic", DayCount(30, 30)),
        ("lumbar", DayCount(200, 200)),
    ]


def test_the_longest_of_a_region_counts_and_axial_and_radicular_are_also_apart() -> None:
    found = of(complaint_of(onset=ago(200)), complaint_of("radiculopathy", onset=ago(50)))
    assert found.lasted_more_than(84, region="lumbar") is True
    assert found.lasted_more_than(84, ("radicular",)) is False
    assert found.lasted_more_than(84, ("axial",)) is True
    assert found.lasted_more_than(84, ("stenosis",)) is False
    assert found.lasted_more_than(84, ("axial",), "lumbar") is True
    assert found.lasted_more_than(84, ("axial",), "cervical") is False


def test_a_structural_diagnosis_alone_is_no_symptom() -> None:
    found = of(complaint_of("degenerative_disc_spondylosis", onset=ago(900), recorded=ago(20)))
    assert [each.kind for each in found.current()] == ["structural"]
    assert found.symptoms() == () and found.symptom_days is None and found.lasted_more_than(84) is False


@pytest.mark.parametrize(
    ("kind", "felt"),
    [
        ("axial", True),
        ("radicular", True),
        ("claudication", True),
        ("failed-back", True),
        ("myelopathy", False),
        ("herniation", False),
        ("stenosis", False),
        ("deformity", False),
        ("structural", False),
    ],
)
def test_what_a_patient_feels(kind: Kind, felt: bool) -> None:
    assert bool(Complaints((Complaint(kind),)).symptoms()) is felt


def test_stenosis_is_a_symptom_beside_a_gait_difficulty_without_another_cause() -> None:
    stenosis = complaint_of("spinal_stenosis", onset=ago(200))
    gait, knee = other("gait_balance_difficulty"), other("gait_other_cause")
    assert of(stenosis).symptoms() == ()
    assert [each.kind for each in of(stenosis, gait).symptoms()] == ["stenosis"]
    assert of(stenosis, gait, knee).symptoms() == ()
    assert of(stenosis, other("gait_balance_difficulty", use="history")).symptoms() == ()


def test_symptom_days_are_those_of_the_symptom_with_the_largest_least() -> None:
    exact, vague = complaint_of(onset=ago(100)), complaint_of("radiculopathy", onset="2026")
    assert of(exact, vague).symptom_days == DayCount(100, 100)
    assert of(exact, complaint_of("radiculopathy", recorded=ago(101))).symptom_days == DayCount(101, None)
    assert of(exact, complaint_of("radiculopathy", recorded=ago(100))).symptom_days == DayCount(100, None)
    assert of(exact, complaint_of("spinal_deformity", onset=ago(900))).symptom_days == DayCount(100, 100)
    for least, most in ((100, 130), (0, 1)):
        alike = (
            Complaint("axial", lasting=DayCount(least, least)),
            Complaint("radicular", lasting=DayCount(least, most)),
        )
        assert Complaints(alike).symptom_days == Complaints(alike[::-1]).symptom_days == DayCount(least, most)


def test_the_earliest_possible_start_of_the_symptoms() -> None:
    assert of(complaint_of(onset="2026-03"), complaint_of("radiculopathy", onset=ago(50))).earliest_start == date(
        2026, 3, 1
    )
    assert of(complaint_of(onset="2026-03"), complaint_of("radiculopathy")).earliest_start is None


# What is said of them


def test_doubt_is_told_and_only_where_every_entry_is_doubtful() -> None:
    doubtful = complaint_of(onset=ago(100), unconfirmed=True, by_text=True)
    found = one(doubtful)
    assert found.unconfirmed and found.by_text and not found.weak
    assert found.fact.text.endswith("(14 weeks), unconfirmed, by its text only")
    surer = one(doubtful, complaint_of(onset=ago(100), ref="Condition/2"))
    assert not surer.unconfirmed and not surer.by_text
    assert one(complaint_of(onset=ago(100), use="weak")).weak
    assert not one(complaint_of(onset=ago(100), use="weak"), complaint_of(onset=ago(90))).weak


def test_every_day_its_entries_date_it_was_seen() -> None:
    found = one(complaint_of(onset="2026-03", recorded="2026-04-02"), visit(recorded=ago(10)))
    assert found.seen == (date(2026, 3, 31), date(2026, 4, 2), date(2026, 11, 12))


def test_a_stale_entry_is_no_part_of_a_current_complaint() -> None:
    stale = complaint_of(onset="2019-03-01")
    current = complaint_of("radiculopathy", onset=ago(20), region="cervical")
    found = of(stale, current)
    assert [(each.kind, each.current) for each in found.all] == [("radicular", True), ("axial", False)]
    assert not found.stale_only
    neck = complaint_of("radiculopathy", onset="2019", region="lumbar")
    kinds = of(neck, current, visit("radiculopathy", recorded=ago(10), region="cervical"))
    assert [(each.kind, each.region, each.current) for each in kinds.all] == [
        ("radicular", "cervical", True),
        ("radicular", "lumbar", False),
    ]


def test_a_stale_complaint_is_told_no_more_beside_a_current_one_of_its_kind_and_region() -> None:
    old, slip = complaint_of("spinal_deformity", recorded=ago(400)), complaint_of("spondylolisthesis")
    assert [(each.kind, each.current) for each in of(old, slip).all] == [("deformity", True)]
    pain = complaint_of("spine_pain_back_neck", recorded=ago(400))
    assert [(each.kind, each.current) for each in of(pain, slip).all] == [("deformity", True), ("axial", False)]


def test_a_stale_structural_diagnosis_is_not_why_there_is_no_card() -> None:
    assert not of(complaint_of("degenerative_disc_spondylosis", onset="2019")).stale_only
    both = of(
        complaint_of(onset="2019"),
        complaint_of("spinal_deformity", onset=ago(20), region="cervical"),
    )
    assert both.stale_only


def test_conditions_that_were_not_answered_are_said() -> None:
    assert complaints(chart(), GIVEN).conditions_answered
    assert not complaints(chart(unanswered=("conditions",)), GIVEN).conditions_answered


def test_a_complaint_says_more_than_so_many_days_from_its_bounds() -> None:
    assert Complaint("axial", lasting=DayCount(85, 85)).lasted_more_than(84) is True
    assert Complaint("axial", lasting=DayCount(30, 84)).lasted_more_than(84) is False
    assert Complaint("axial", lasting=DayCount(30, 90)).lasted_more_than(84) is None
    assert Complaint("axial", lasting=DayCount(30, None), at_least=True).lasted_more_than(84) is False
    assert Complaint("axial").lasted_more_than(84) is None
    assert Complaint("axial").fact.text == "axial"


def test_a_root_complaint_is_told_with_its_region() -> None:
    root = complaint_of("radiculopathy", onset="2026-05-10", region="cervical")
    assert one(root, kind="radicular").fact.text == "cervical radiculopathy since 10 May 2026 (28 weeks)"


def test_m54_4_is_axial_and_radicular() -> None:
    both: Condition = complaint_of("spine_pain_back_neck", "radiculopathy", onset=ago(100))
    assert [each.kind for each in of(both).current()] == ["axial", "radicular"]


def test_an_injection_of_today_keeps_an_old_complaint_current() -> None:
    found = of(complaint_of(onset="2019-03-01"), done("care_spinal_injection", performed=DAY.isoformat()))
    assert found.current()[0].lasted_more_than(84) is True
