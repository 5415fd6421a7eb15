"""The page has a row for each goal, the reason for what was not measured, and every figure."""

from __future__ import annotations

import pytest

from bench.goals import GOALS, UNMEASURED
from bench.report import bars, number, report, table
from bench.results import figures
from tests.bench.given import LESS, RESULTS, SERVED


def rows(page: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]


def row(page: str, figure: str) -> list[str]:
    (found,) = (cells for cells in rows(page) if cells[1] == figure)
    return found


def test_each_goal_has_a_row_with_what_was_measured_and_whether_it_is_met() -> None:
    page = report(RESULTS)
    assert row(page, "M ÷ orjson")[2:] == ["≤ 0.6", "≤ 0.45", "0.500", "must"]
    assert row(page, "S throughput, share of bare")[2:] == ["≥ 45 %", "≥ 60 %", "30.0 %", "no"]
    assert row(page, "M throughput ÷ HealthChain")[2:] == ["≥ 4", "≥ 8", "10.0", "stretch"]
    assert row(page, "cold start")[2:] == ["≤ 600 ms", "≤ 480 ms", "500 ms", "must"]
    assert {goal.row for goal in (*GOALS, *UNMEASURED)} <= {cells[0] for cells in rows(page)}


def test_what_was_not_measured_says_why() -> None:
    page = report(LESS)
    assert row(page, "M instructions ÷ orjson")[4:] == ["not measured: valgrind is not installed", ""]
    assert row(page, "M throughput ÷ HealthChain")[4:] == ["not measured: HealthChain is not installed", ""]
    left = [cells for cells in rows(page) if cells[0] in {one.row for one in UNMEASURED}]
    assert all(cells[4].startswith("not measured: ") for cells in left)
    assert len(left) == len(UNMEASURED)


def test_every_figure_stands_on_the_page_once() -> None:
    named = [cell for cells in rows(report(RESULTS)) for cell in cells[:2]]
    assert [figure for figure in figures(RESULTS) if named.count(figure) != 1] == []


def test_each_service_has_a_row_for_each_size_and_one_for_its_processes() -> None:
    first = [cells[0] for cells in rows(report(RESULTS))]
    assert [first.count(service) for service in SERVED] == [4] * len(SERVED)


def test_a_part_of_a_call_has_its_time_of_cpu_and_on_the_wall() -> None:
    assert ["M", "200", "220", "bytes to cards", "300", "601", "3,000", "6,001"] in rows(report(RESULTS))


def test_a_row_has_as_many_cells_as_its_head() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    for block in report(RESULTS).split("\n\n"):
        assert len({len(cells) for cells in rows(block)}) <= 1


def test_bars_are_as_long_as_their_values() -> None:
    lines = bars({"long": 400.0, "half": 200.0, "least": 1.0}).splitlines()
    assert [line.count("█") for line in lines] == [40, 20, 1]
    assert lines[1].startswith("half  █")
    assert bars({}) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(12_345.6, "12,346"), (0.5, "0.500"), (1.234, "1.23"), (-772.0, "-772"), (99.96, "100"), (99.94, "99.9")],
)
def test_a_number_has_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text
