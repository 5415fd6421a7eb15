"""The timeline: what is on it, how sure its dates are, and where it stands on paper."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from cds_service.answer import Answerer
from cds_service.findings import Findings, find
from cds_service.pages.drawing import Drawing, Scale, drawn, scale_of
from cds_service.pages.timeline import Lane, LaneId, Row, days_of, timeline
from cds_service.record.dates import DateRange
from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.reading import read_record
from tests.explain.charts import (
    bundle_of,
    coded,
    condition,
    long_history,
    opioid,
    procedure,
    report,
    visit,
)
from tests.hooks.calls import DAY, PATIENT

CPT = "http://www.ama-assn.org/go/cpt"


def found(answerer: Answerer, *resources: dict[str, Any]) -> Findings:
    """What a chart of these says."""
    chart = [PATIENT, *({**one, "id": f"r{at}"} for at, one in enumerate(resources, 1))]
    supplied = supplied_from_bundle(json.dumps(bundle_of(chart)).encode())
    assert supplied
    return find(read_record(supplied, DAY, answerer.knowledge), answerer.knowledge.given)


def rows(answerer: Answerer, lane: LaneId, *resources: dict[str, Any]) -> tuple[Row, ...]:
    """One lane of such a chart."""
    lanes = timeline(found(answerer, *resources), answerer.knowledge.given)
    assert [one.id for one in lanes] == ["symptoms", "care", "opioids", "operations", "imaging"]
    return next(one for one in lanes if one.id == lane).rows


def day(ago: int) -> date:
    return DAY - timedelta(ago)


def test_an_empty_chart_keeps_every_lane_and_no_row(answerer: Answerer) -> None:
    lanes = timeline(found(answerer), answerer.knowledge.given)
    assert [lane.rows for lane in lanes] == [()] * 5
    picture = drawn(lanes, scale_of(days_of(lanes), DAY))
    assert [lane.rows for lane in picture.lanes] == [()] * 5
    assert picture.earlier == 0


def test_a_current_complaint_lasts_until_today_and_is_sure_from_its_latest_start(answerer: Answerer) -> None:
    (row,) = rows(answerer, "symptoms", condition("279039007", "2026-03"))
    (one,) = row.stretches
    assert (row.kind, row.region, one.says, one.standing) == ("axial", "lumbar", "low back pain", "current")
    assert (one.first, one.sure_first) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (one.sure_last, one.last, one.since_before) == (DAY, DAY, False)
    assert one.sources == ("Condition/r1",)


def test_a_complaint_known_from_its_record_may_have_begun_before(answerer: Answerer) -> None:
    recorded = condition("279039007", "", recordedDate="2026-10-01")
    del recorded["onsetDateTime"]
    (row,) = rows(answerer, "symptoms", recorded)
    assert row.stretches[0].since_before
    assert row.stretches[0].first == date(2026, 10, 1)


def test_a_complaint_that_is_over_ends_as_vaguely_as_it_was_written(answerer: Answerer) -> None:
    (row,) = rows(answerer, "symptoms", condition("279039007", "2019-05-10", abatementDateTime="2020"))
    (one,) = row.stretches
    assert (one.standing, one.sure_last, one.last) == ("over", date(2020, 1, 1), date(2020, 12, 31))


def test_a_complaint_whose_start_and_end_are_both_vague_may_be_sure_on_no_day(answerer: Answerer) -> None:
    (row,) = rows(answerer, "symptoms", condition("279039007", "2019", abatementDateTime="2019"))
    (one,) = row.stretches
    assert (one.first, one.sure_first, one.sure_last, one.last) == (date(2019, 1, 1), None, None, date(2019, 12, 31))
    _, drawing = picture(answerer, condition("279039007", "2019", abatementDateTime="2019"))
    assert [bar.sure_width for bar in drawing.lanes[0].rows[0].bars] == [0.0]


def test_a_stale_complaint_is_shown_as_far_as_anything_tells_of_it(answerer: Answerer) -> None:
    (row,) = rows(answerer, "symptoms", condition("279039007", "2020-05-10", recordedDate="2021-06-01"))
    (one,) = row.stretches
    assert (one.standing, one.sure_last, one.last) == ("stale", date(2021, 6, 1), date(2021, 6, 1))


def test_a_diagnosis_of_a_visit_is_a_moment_and_one_without_any_date_is_named(answerer: Answerer) -> None:
    undated = condition("279039007", "")
    del undated["onsetDateTime"]
    (row,) = rows(answerer, "symptoms", visit("279039007", day(30)), undated)
    assert [moment.when for moment in row.moments] == [DateRange(day(30), day(30))]
    assert row.undated == ("low back pain",)


def test_a_complaint_of_the_future_is_not_placed(answerer: Answerer) -> None:
    assert all(not row.stretches for row in rows(answerer, "symptoms", condition("279039007", "2027-01-01")))


def test_each_region_and_each_kind_has_its_row(answerer: Answerer) -> None:
    found_ = rows(
        answerer,
        "symptoms",
        condition("279039007", "2026-05-10"),
        condition("81680005", "2026-05-10"),
        condition("M54.16", "2026-05-10", system="http://hl7.org/fhir/sid/icd-10-cm"),
    )
    assert [(row.kind, row.region) for row in found_] == [
        ("axial", "cervical"),
        ("axial", "lumbar"),
        ("radicular", "lumbar"),
    ]


def test_care_by_its_days_and_its_courses(answerer: Answerer) -> None:
    naproxen = {**opioid(day(60), 1), "medicationCodeableConcept": {"text": "naproxen"}}
    knee = procedure("91251008", day(20).isoformat(), reasonCode=[{"text": "knee pain"}])
    undated = procedure("91251008", "")
    del undated["performedDateTime"]
    injection = procedure("62322", day(90).isoformat(), system=CPT)
    birth = procedure("62322", day(80).isoformat(), system=CPT, reasonCode=[{"text": "labor"}])
    sessions = [procedure("91251008", day(ago).isoformat()) for ago in (40, 33)]
    found_ = rows(answerer, "care", *sessions, knee, undated, injection, birth, naproxen)
    told = {row.kind: row for row in found_}
    assert [moment.when.first for moment in told["physical therapy"].moments] == [day(40), day(33)]
    assert told["physical therapy"].undated == ("physical therapy",)
    assert [moment.when.first for moment in told["spinal injection"].moments] == [day(90)]
    assert [(one.first, one.says) for one in told["medication"].stretches] == [(day(60), "naproxen")]


def test_opioids_by_name_the_assumed_part_unsure(answerer: Answerer) -> None:
    open_order = {**opioid(day(40), 2), "status": "active"}
    del open_order["dispenseRequest"]
    undated = {**opioid(day(1), 1), "medicationCodeableConcept": {"text": "tramadol"}}
    del undated["authoredOn"]
    ended = [opioid(day(300), 2), opioid(day(265), 2)]
    first, second = rows(answerer, "opioids", open_order, undated, *ended)
    assert (first.name, second.name, second.undated) == ("oxycodone", "tramadol", ("tramadol",))
    past, now = first.stretches
    assert (past.first, past.last, past.sure_first, past.sure_last) == (day(300), day(236), day(300), day(236))
    assert (now.first, now.last, now.sure_first) == (day(40), DAY, None)


def test_operations_and_pictures_of_any_age(answerer: Answerer) -> None:
    fusion = procedure("22612", "2015-06", system=CPT)
    status = condition("M96.1", "2016-01-01", system="http://hl7.org/fhir/sid/icd-10-cm")
    (row,) = rows(answerer, "operations", fusion)
    assert row.moments[0].when == DateRange(date(2015, 6, 1), date(2015, 6, 30))
    assert row.moments[0].sources == ("Procedure/r1",)
    (row,) = rows(answerer, "operations", status)
    assert row.undated and not row.moments
    other = {**report(day(9)), "code": coded("http://loinc.org", "30746-2")}
    undated = report(day(9))
    del undated["effectiveDateTime"]
    mri = procedure("72148", day(700).isoformat(), system=CPT)
    (row,) = rows(answerer, "imaging", report(day(4000)), report(day(5)), mri, other, undated)
    assert [moment.when.first for moment in row.moments] == [day(4000), day(700), day(5)]


def picture(answerer: Answerer, *resources: dict[str, Any]) -> tuple[tuple[Lane, ...], Drawing]:
    lanes = timeline(found(answerer, *resources), answerer.knowledge.given)
    return lanes, drawn(lanes, scale_of(days_of(lanes), DAY))


def test_marks_that_would_hide_each_other_are_one_with_their_number(answerer: Answerer) -> None:
    sessions = [procedure("91251008", day(ago).isoformat()) for ago in (3000, 60, 59, 58)]
    _, one = picture(answerer, *sessions)
    alone, together = one.lanes[1].rows[0].marks
    assert (alone.count, alone.width, together.count) == (1, 0.0, 3)
    assert together.says == "physical therapy, 23 September 2026 – 25 September 2026"
    assert 0 < together.width < 2


def test_what_lies_before_the_left_edge_is_counted_and_not_drawn(answerer: Answerer) -> None:
    resources = [
        condition("279039007", "1999-01-01", abatementDateTime="2000-01-01"),
        condition("81680005", "1999-01-01"),
        procedure("91251008", "2001-01-01"),
        visit("81680005", day(5)),
    ]
    lanes, one = picture(answerer, *resources)
    assert one.earlier == 2
    symptoms = {row.row.region: row for row in one.lanes[0].rows}
    assert symptoms["lumbar"].bars == ()
    assert [bar.since_before for bar in symptoms["cervical"].bars] == [True]
    assert one.lanes[1].rows[0].marks == ()
    assert len(lanes[1].rows[0].moments) == 1


def test_the_sure_part_lies_within_the_bar(answerer: Answerer) -> None:
    _, one = picture(answerer, *long_history()[1:400])
    bars = [bar for lane in one.lanes for row in lane.rows for bar in row.bars]
    assert bars
    for bar in bars:
        assert bar.x >= one.left
        assert bar.x + bar.width <= one.width
        assert bar.sure_width == 0 or bar.x <= bar.sure_x


@pytest.mark.parametrize(
    ("first", "names"),
    [
        (date(2026, 7, 1), ["Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026"]),
        (date(2025, 12, 1), ["Jan 2026", "Mar 2026", "May 2026", "Jul 2026", "Sep 2026", ""]),
        (date(2014, 11, 1), ["2016", "2018", "2020", "2022", "2024", "2026"]),
    ],
)
def test_ticks_are_as_many_as_there_is_room_for(first: date, names: list[str]) -> None:
    ticks = Scale(first, DAY).ticks()
    assert [name for _, name in ticks] == names
    assert [x for x, _ in ticks] == sorted(x for x, _ in ticks)


def test_a_timeline_is_a_year_at_least_and_twelve_at_most() -> None:
    assert scale_of([DAY], DAY).first == date(2025, 11, 1)
    assert scale_of([date(1950, 1, 1)], DAY).first == date(2014, 11, 1)
