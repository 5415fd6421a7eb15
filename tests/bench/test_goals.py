"""The goals are those that were set, and each is a figure of a run or says why it is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.goals import GOALS, UNMEASURED, Goal
from bench.results import figures
from tests.bench.given import RESULTS

PAGE = Path(__file__).parents[3] / "shared" / "design" / "performance.md"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
AT_MOST = Goal("", "", "≤", 0.6, 0.45)
AT_LEAST = Goal("", "", "≥", 45, 60)


def rows() -> dict[str, tuple[str, str]]:
    """What the page of goals says of each: must and stretch."""
    _, _, table = PAGE.read_text(encoding="utf-8").partition("## Goals")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    return {what: (must, (*stretch, "")[0]) for what, must, *stretch in cells[2:]}


def numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]


@pytest.mark.skipif(not PAGE.exists(), reason="there is no ../shared/design/performance.md beside the checkout")
def test_the_goals_are_those_of_the_page() -> None:
    said = rows()
    assert {goal.row for goal in (*GOALS, *UNMEASURED)} == said.keys()
    for row in {goal.row for goal in GOALS}:
        ours = [goal for goal in GOALS if goal.row == row]
        must, stretch = said[row]
        assert [goal.must for goal in ours] == numbers(must)
        assert [goal.stretch for goal in ours] == numbers(stretch)
        assert {goal.sense for goal in ours} == set(re.findall("[≤≥]", must))
    for left in UNMEASURED:
        assert (left.must, left.stretch) == said[left.row]


def test_each_goal_is_a_figure_of_a_whole_run() -> None:
    assert {goal.figure for goal in GOALS} <= figures(RESULTS).keys()
    assert len({goal.figure for goal in GOALS}) == len(GOALS)


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (AT_MOST, 0.45, "stretch"),
        (AT_MOST, 0.46, "must"),
        (AT_MOST, 0.6, "must"),
        (AT_MOST, 0.61, "no"),
        (AT_LEAST, 60, "stretch"),
        (AT_LEAST, 59, "must"),
        (AT_LEAST, 45, "must"),
        (AT_LEAST, 44, "no"),
    ],
)
def test_a_goal_is_met_up_to_its_bound(goal: Goal, value: float, met: str) -> None:
    assert goal.met(value) == met
