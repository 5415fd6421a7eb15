"""Which spine Conditions are current, stale or past (clinical-logic A.2, A.3, A.7)."""

from __future__ import annotations

import pytest

from cds_service.findings.copies import without_vaguer_copies
from cds_service.findings.current import current_conditions, is_stale, standing_of
from cds_service.record.patient import Condition, Key
from tests.findings.spine_charts import (
    GIVEN,
    UNSAID,
    Entry,
    ago,
    chart,
    complaint_of,
    done,
    drug,
    other,
    visit,
)


def is_current(condition: Condition, *others: Entry, unanswered: tuple[Key, ...] = ()) -> bool:
    record = without_vaguer_copies(chart(condition, *others, unanswered=unanswered))
    return condition in current_conditions(record, GIVEN)


def stale(condition: Condition, *others: Entry, unanswered: tuple[Key, ...] = ()) -> bool:
    record = without_vaguer_copies(chart(condition, *others, unanswered=unanswered))
    return is_stale(condition, record, GIVEN)


# Problem-list items


def test_an_open_problem_is_current_and_one_that_is_over_is_not() -> None:
    assert is_current(complaint_of(onset=ago(100)))
    assert is_current(complaint_of(onset=ago(100), listing=UNSAID))
    for over in (complaint_of(onset=ago(100), ended=ago(5)), complaint_of(onset=ago(100), active=False)):
        assert not is_current(over) and not stale(over)


def test_what_is_not_of_the_spine_is_not_among_them() -> None:
    assert not is_current(other("diabetes", onset=ago(10)))


@pytest.mark.parametrize("days, holds", [(365, False), (366, True)])
def test_a_problem_is_stale_after_365_days_without_a_trace(days: int, holds: bool) -> None:
    assert stale(complaint_of(onset=ago(days))) is holds
    assert stale(complaint_of(onset=ago(900), recorded=ago(days), listing=UNSAID)) is holds
    assert is_current(complaint_of(onset=ago(days))) is not holds


@pytest.mark.parametrize(
    "trace, kept",
    [
        (done("imaging_spine_mri_ct", performed=ago(365)), True),
        (done("imaging_spine_mri_ct", performed=ago(366)), False),
        (drug("opioid_atc", last=ago(3)), True),
        (complaint_of("radiculopathy", onset=ago(30)), True),
        (complaint_of("radiculopathy", onset=ago(30), region="cervical"), False),
        (visit(recorded=ago(200)), True),
    ],
)
def test_a_newer_trace_keeps_it_current(trace: Entry, kept: bool) -> None:
    assert is_current(complaint_of(onset=ago(2000)), trace) is kept


def test_a_month_or_year_counts_as_its_last_possible_day() -> None:
    assert is_current(complaint_of(onset="2025-11"))
    assert not is_current(complaint_of(onset="2025-10"))
    assert is_current(complaint_of(onset="2025"))
    assert not is_current(complaint_of(onset="2024"))


@pytest.mark.parametrize("key", ["conditions", "procedures", "observations", "diagnosticReports"])
def test_staleness_needs_answered_questions(key: Key) -> None:
    old = complaint_of(onset=ago(2000))
    assert standing_of(chart(old, unanswered=(key,)), GIVEN).unchecked == (key,)
    assert standing_of(chart(old, incomplete=(key,)), GIVEN).unchecked == (key,)
    assert is_current(old, unanswered=(key,))
    assert standing_of(chart(complaint_of(onset=ago(20)), unanswered=(key,)), GIVEN).unchecked == ()


def test_one_medication_key_is_enough() -> None:
    old = complaint_of(onset=ago(2000))
    assert stale(old, unanswered=("medicationStatements",))
    assert stale(old, unanswered=("medicationRequests", "serviceRequests", "patient"))
    both: tuple[Key, ...] = ("medicationStatements", "medicationRequests")
    assert standing_of(chart(old, unanswered=both), GIVEN).unchecked == both


def test_a_problem_that_nothing_dates_is_of_unknown_age_not_stale() -> None:
    assert is_current(complaint_of())
    assert is_current(complaint_of(), done("imaging_spine_mri_ct", performed=ago(900)))


@pytest.mark.parametrize("copy", [complaint_of(), complaint_of(region="unknown"), complaint_of(onset="2025")])
def test_a_vaguer_copy_of_a_stale_problem_changes_nothing(copy: Condition) -> None:
    old = complaint_of(onset="2025-03-02")
    assert stale(old, copy)
    assert not is_current(copy, old) and not stale(copy, old)


def test_an_undated_entry_of_a_stale_problem_is_stale_with_it() -> None:
    assert stale(complaint_of("spine_pain_back_neck", "radiculopathy"), complaint_of(onset=ago(900)))


def test_stale_ones_can_be_counted() -> None:
    record = chart(complaint_of(onset=ago(900)))
    assert current_conditions(record, GIVEN) == ()
    assert current_conditions(record, GIVEN, count_stale=True) == record.conditions


# Encounter diagnoses


@pytest.mark.parametrize("days, holds", [(180, True), (181, False)])
def test_a_visit_is_current_for_180_days(days: int, holds: bool) -> None:
    assert is_current(visit(recorded=ago(days))) is holds
    assert is_current(visit(onset=ago(days))) is holds
    assert is_current(visit(onset=ago(900), recorded=ago(days))) is holds
    assert not stale(visit(recorded=ago(days)))


def test_a_visit_is_seen_on_its_record_even_where_the_onset_is_newer_or_older() -> None:
    assert not is_current(visit(onset=ago(10), recorded=ago(181)))


def test_another_visit_for_the_same_problem_keeps_it_current() -> None:
    first = visit("spine_pain_back_neck", "radiculopathy", recorded=ago(400))
    assert is_current(first, visit("radiculopathy", recorded=ago(20)))
    assert is_current(first, visit(recorded=ago(20), region="unknown"))
    assert not is_current(first, visit(recorded=ago(20), region="cervical"))
    assert not is_current(first, visit("spinal_stenosis", recorded=ago(20)))
    assert not is_current(first, visit(recorded=ago(20), ended=ago(10)))


@pytest.mark.parametrize("onset", [None, "2026-11-01", "2019"])
def test_a_current_problem_keeps_its_visits_current_with_or_without_an_onset(onset: str | None) -> None:
    assert is_current(visit(recorded=ago(300)), complaint_of(onset=onset, recorded=ago(200)))
    assert is_current(visit(), complaint_of(onset=onset, recorded=ago(200)))


def test_visits_of_a_stale_problem_are_stale_with_it() -> None:
    old, problem = visit(recorded=ago(800)), complaint_of(onset=ago(900))
    assert stale(old, problem)
    assert is_current(old, problem, unanswered=("procedures",))


def test_an_undated_visit_alone_is_not_current() -> None:
    assert not is_current(visit())


def test_a_visit_that_is_over_is_not_current() -> None:
    assert not is_current(visit(recorded=ago(5), ended=ago(2)))


# A problem-list item outranks encounter diagnoses


@pytest.mark.parametrize("days, holds", [(60, False), (61, False), (59, True)])
def test_a_problem_that_ended_closed_its_visits_and_a_later_one_begins_anew(days: int, holds: bool) -> None:
    assert is_current(visit(recorded=ago(days)), complaint_of(onset=ago(300), ended=ago(60))) is holds


def test_a_month_of_end_counts_as_its_last_day() -> None:
    ended = complaint_of(onset="2026-01-10", ended="2026-09")
    assert not is_current(visit(recorded="2026-09-20"), ended)
    assert is_current(visit(recorded="2026-10-01"), ended)


def test_an_undated_end_closes_what_was_seen_before_the_problem_was_last_heard_of() -> None:
    over = complaint_of(onset=ago(300), recorded=ago(90), ended="unknown")
    assert not is_current(visit(recorded=ago(100)), over)
    assert is_current(visit(recorded=ago(80)), over)
    assert is_current(visit(recorded=ago(80)), complaint_of(onset=ago(90), active=False))
    assert is_current(visit(recorded=ago(80)), complaint_of(ended="unknown"))
    assert not is_current(visit(), complaint_of(ended="unknown"))
    month = complaint_of(onset="2026-09", recorded="2026-09-01", active=False)
    assert is_current(visit(recorded="2026-09-10"), month) and not is_current(visit(recorded="2026-09-01"), month)


def test_a_visit_after_a_closed_problem_begins_anew_beside_a_vaguer_copy_of_it_too() -> None:
    over = complaint_of(onset=ago(200), recorded=ago(200), ended="unknown")
    later = visit(recorded=ago(80))
    for copy in (
        complaint_of(onset="2026", ended="unknown"),
        complaint_of(onset="2026", active=False),
        complaint_of(onset="2026", recorded=ago(200), active=False),
    ):
        assert is_current(later, over)
        assert is_current(later, over, copy)
    assert not is_current(later, over, complaint_of(onset="2026", ended=ago(20)))
    assert not is_current(later, complaint_of(onset="2026", ended="unknown"))
    assert not is_current(later, complaint_of(onset=ago(60), recorded=ago(70), active=False))


def test_an_open_problem_of_that_day_keeps_its_visit_beside_one_that_ended() -> None:
    over = complaint_of(onset=ago(300), ended=ago(60))
    assert is_current(visit(recorded=ago(100)), over, complaint_of(onset=ago(200)))
    assert is_current(visit(recorded=ago(100)), over, complaint_of(onset=ago(100)))
    assert not is_current(visit(recorded=ago(100)), over, complaint_of(onset=ago(99)))
    assert not is_current(visit(recorded=ago(100)), over, complaint_of(onset=ago(20)))
    assert is_current(visit(recorded=ago(100)), over, complaint_of(onset=ago(20)), complaint_of(onset=ago(200)))
    assert not is_current(visit(recorded=ago(100)), over, complaint_of())


def test_the_end_of_another_problem_closes_nothing() -> None:
    assert is_current(visit(recorded=ago(100)), complaint_of("radiculopathy", onset=ago(300), ended=ago(60)))
