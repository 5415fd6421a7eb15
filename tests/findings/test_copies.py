"""Copies that say less than another entry are left out; whatever says more stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.copies import MOST_SAYINGS, without_vaguer_copies
from cds_service.record.patient import Condition, Match, Side, StartKind
from tests.findings.spine_charts import VISIT, ago, chart, complaint_of, other

DATED = complaint_of(onset="2026-05-10", code="279039007")


def left(*entries: Condition) -> int:
    return len(without_vaguer_copies(chart(*entries)).conditions)


@pytest.mark.parametrize(
    "copy",
    [
        complaint_of(),
        complaint_of(region="unknown"),
        complaint_of(kind=StartKind.UNREADABLE),
        complaint_of(onset="2026"),
        complaint_of(onset="2026-05", region="unknown"),
        complaint_of(unconfirmed=True),
        complaint_of(use="weak"),
    ],
)
def test_a_vaguer_copy_is_left_out(copy: Condition) -> None:
    assert left(DATED, copy) == left(copy, DATED) == left(copy, copy, DATED) == 1


@pytest.mark.parametrize(
    "more",
    [
        DATED,
        complaint_of(onset="2026-05-10"),
        complaint_of(recorded="2026-05-10"),
        complaint_of(onset="2026-06"),
        complaint_of(onset="2025"),
        complaint_of(region="cervical"),
        complaint_of("radiculopathy"),
        complaint_of(listing=VISIT),
        complaint_of(recurrent=True),
        complaint_of(code="278860009"),
        complaint_of(code="278862001"),
        complaint_of(ended="unknown"),
        other("diabetes"),
    ],
)
def test_what_says_more_or_something_else_stays(more: Condition) -> None:
    assert left(DATED, more) == 2


def test_certainty_and_weight_are_not_lost() -> None:
    assert left(complaint_of(onset=ago(9), unconfirmed=True), complaint_of()) == 2
    assert left(complaint_of(onset=ago(9), use="weak"), complaint_of()) == 2
    assert left(complaint_of(onset=ago(9), code="278862001"), complaint_of()) == 2


@pytest.mark.parametrize(
    ("side", "other", "kept"),
    [
        ("left", "unknown", 1),
        ("left", "left", 1),
        ("left", "right", 2),
        ("unknown", "left", 2),
        ("left", "both", 2),
    ],
)
def test_a_copy_without_a_side_says_less_and_one_of_the_other_side_something_else(
    side: Side, other: Side, kept: int
) -> None:
    assert left(replace(DATED, side=side), replace(complaint_of(), side=other)) == kept


@pytest.mark.parametrize(
    ("onset", "kept"), [("2026-05-01", 1), ("2026-05-31", 1), ("2026-04-30", 2), ("2026-06-01", 2)]
)
def test_a_month_says_less_than_any_of_its_days(onset: str, kept: int) -> None:
    assert left(complaint_of(onset=onset), complaint_of(onset="2026-05")) == kept


def test_a_set_that_is_not_of_the_spine_is_not_lost_either() -> None:
    numb = {"limb_neuro_symptoms": Match("full", "Numbness")}
    doubtful = {"limb_neuro_symptoms": Match("weak", "Numbness")}
    plain, dated = complaint_of(), complaint_of(onset=ago(9))
    both, weaker = (replace(plain, concepts={**plain.concepts, **more}) for more in (numb, doubtful))
    assert left(dated, both) == left(dated, weaker) == 2
    assert left(replace(dated, concepts={**dated.concepts, **doubtful}), both) == 2
    assert left(replace(dated, concepts={**dated.concepts, **numb}), both) == 1


def test_a_record_is_a_date_and_an_onset_beside_a_record_is_no_copy() -> None:
    assert left(complaint_of(recorded=ago(9)), complaint_of()) == 1
    assert left(complaint_of(recorded=ago(9)), complaint_of(onset="2026")) == 2
    assert left(complaint_of(), complaint_of()) == 2


@pytest.mark.parametrize(("kinds", "gone"), [(MOST_SAYINGS, 1), (MOST_SAYINGS + 1, 0)])
def test_a_chart_with_too_many_kinds_of_entry_keeps_its_copies(kinds: int, gone: int) -> None:
    """The copy and what it repeats are of one kind."""
    concepts = [{**DATED.concepts, f"kind_{number}": Match("full", "Kind")} for number in range(1, kinds)]
    entries = (DATED, complaint_of(), *(replace(DATED, concepts=named) for named in concepts))
    assert left(*entries) == len(entries) - gone
