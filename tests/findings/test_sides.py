"""Left and right: a nerve root of one side is no complaint of the other, nor of an operation there (D)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings import find
from cds_service.findings.complaints import Complaint, complaints
from cds_service.findings.operations import operations
from cds_service.findings.prior_surgery import persistent_after_surgery, without_treated
from cds_service.findings.spine import problem_of, same_side
from cds_service.record.patient import Condition, Procedure, Side
from tests.findings.grounds import felt, grounds
from tests.findings.spine_charts import GIVEN, ago, chart, complaint_of, done, visit


def root(side: Side, onset: int | None = None, *names: str, ref: str = "Condition/1", **more: object) -> Condition:
    """A radiculopathy of a side that began so many days ago."""
    made = complaint_of(*(names or ("radiculopathy",)), onset=ago(onset) if onset else None, ref=ref, **more)  # type: ignore[arg-type]
    return replace(made, side=side)


def operated(side: Side, days: int = 300) -> Procedure:
    return replace(done("proc_discectomy", performed=ago(days), region="lumbar"), side=side)


def roots(*entries: Condition | Procedure) -> list[tuple[Side, int]]:
    """The side of each root complaint with its days."""
    found = complaints(chart(*entries), GIVEN).current(("radicular",))
    return [(one.side, one.lasting.least) for one in found if one.lasting]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("right", "left", False),
        ("both", "left", True),
        ("unknown", "right", True),
        ("both", "unknown", True),
    ],
)
def test_an_unknown_side_matches_any(one: Side, other: Side, same: bool) -> None:
    assert same_side(one, other) is same


@pytest.mark.parametrize(
    ("side", "strength"), [("left", None), ("right", "full"), ("both", "full"), ("unknown", "full")]
)
def test_a_root_of_the_right_is_not_the_leg_operated_on(side: Side, strength: str | None) -> None:
    pain = replace(felt("radicular", 100), side="right")
    assert persistent_after_surgery(grounds(pain, entries=(operated(side),))).strength == strength


@pytest.mark.parametrize(("side", "left"), [("left", 1), ("right", 0), ("both", 0), ("unknown", 0)])
def test_an_operation_on_the_left_treats_no_root_of_the_right(side: Side, left: int) -> None:
    record = chart(root("right", 400), operated(side))
    assert len(without_treated(complaints(record, GIVEN), operations(record, GIVEN)).all) == left


def test_left_and_right_are_two_complaints() -> None:
    old, new = root("left", 600, ref="Condition/1"), root("right", 20, ref="Condition/2")
    assert roots(old, new) == [("left", 600), ("right", 20)]


def test_an_entry_without_a_side_is_of_either() -> None:
    assert roots(root("unknown", 100)) == [("unknown", 100)]
    assert roots(root("left", 100), root("unknown", 200, ref="Condition/2")) == [("left", 200)]
    three = (root("left", 100), root("right", 50, ref="Condition/2"), root("unknown", 200, ref="Condition/3"))
    assert roots(*three) == [("left", 200), ("right", 200)]


def test_where_one_says_both_it_is_one_complaint() -> None:
    assert roots(root("both", 100), root("left", 200, ref="Condition/2")) == [("unknown", 200)]


def test_back_pain_has_no_side() -> None:
    names = ("spine_pain_back_neck", "radiculopathy")
    entries = (root("left", 300, *names), root("right", 30, *names, ref="Condition/2"))
    found = complaints(chart(*entries), GIVEN)
    assert [(one.kind, one.side) for one in found.all] == [
        ("axial", "unknown"),
        ("radicular", "left"),
        ("radicular", "right"),
    ]
    assert problem_of(entries[0]).same(problem_of(entries[1]))
    for name in ("radiculopathy", "disc_herniation"):
        assert not problem_of(root("left", None, name)).same(problem_of(root("right", None, name)))


def test_a_herniated_disc_is_on_one_side_and_a_narrow_canal_is_not() -> None:
    for name, count in (("disc_herniation", 2), ("spinal_stenosis", 1)):
        entries = (root("left", 300, name), root("right", 30, name, ref="Condition/2"))
        assert len(complaints(chart(*entries), GIVEN).all) == count


def test_a_root_that_ended_on_the_left_ends_none_on_the_right() -> None:
    ended = root("left", 400, ended=ago(10))
    seen = replace(visit("radiculopathy", recorded=ago(20)), side="right", ref="Condition/2")
    assert [one.side for one in complaints(chart(ended, seen), GIVEN).all] == ["right"]
    assert complaints(chart(ended, replace(seen, side="left")), GIVEN).all == ()


def test_an_earlier_root_of_the_other_side_does_not_run_on() -> None:
    before = root("left", 400, ended=ago(120))
    assert roots(before, root("right", 90, ref="Condition/2")) == [("right", 90)]
    assert roots(before, root("left", 90, ref="Condition/2")) == [("left", 400)]


def test_a_stale_root_of_the_left_stands_beside_a_current_one_of_the_right() -> None:
    old = root("left", 900)
    visits = replace(visit("radiculopathy", recorded=ago(20)), side="right", ref="Condition/2", region="cervical")
    found = complaints(chart(old, visits), GIVEN)
    assert {(one.side, one.stale) for one in found.all} == {("right", False), ("left", True)}


def test_a_stale_root_of_the_left_is_told_beside_one_of_the_right_in_the_same_region() -> None:
    found = complaints(chart(root("left", 900), root("right", ref="Condition/2")), GIVEN)
    assert {(one.side, one.stale) for one in found.all} == {("right", False), ("left", True)}


def test_the_side_is_said() -> None:
    has = find(chart(root("right", 100), operated("left")), GIVEN)
    told = [fact.text for sign in has.signs for fact in sign.facts] + [fact.text for fact in has.operations.facts]
    assert any("radiculopathy on the right" in text for text in told)
    assert any(text.startswith("left lumbar discectomy") for text in told)
    assert Complaint("radicular").side == "unknown"


@pytest.mark.parametrize(
    ("side", "said"), [("left", "left lumbar"), ("right", "right lumbar"), ("both", "lumbar"), ("unknown", "lumbar")]
)
def test_the_one_side_of_an_operation_is_said(side: Side, said: str) -> None:
    [fact] = operations(chart(operated(side)), GIVEN).facts
    assert fact.text.startswith(f"{said} discectomy, ")


@pytest.mark.parametrize(
    ("sides", "merged"),
    [(("left", "unknown"), "left"), (("left", "right"), "both"), (("unknown", "unknown"), "unknown")],
)
def test_of_entries_that_are_one_operation_the_side_named(sides: tuple[Side, Side], merged: Side) -> None:
    assert operations(chart(*(operated(side) for side in sides)), GIVEN).dated[0].side == merged


def test_a_status_has_the_side_it_names() -> None:
    failed = root("left", 100, "failed_back_surgery")
    assert [one.side for one in operations(chart(failed), GIVEN).undated] == ["left"]


def test_undated_operations_of_two_sides_are_two() -> None:
    undated = [replace(operated(side), performed=None) for side in ("left", "right", "left")]
    assert [one.side for one in operations(chart(*undated), GIVEN).undated] == ["left", "right"]


def test_a_copy_without_a_side_is_vaguer_than_one_with() -> None:
    exact = root("left", 100)
    assert roots(exact, replace(root("unknown", ref="Condition/2"), region="unknown")) == [("left", 100)]
    assert roots(exact, root("right", ref="Condition/2")) == [("left", 100)]
