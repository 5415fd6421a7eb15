"""What the report's page draws, from rows."""

from __future__ import annotations

import pytest

from cds_service.pages.rates import rates_of
from cds_service.pages.report_figures import (
    MOST_MONTHS,
    MOST_NAMED,
    Figures,
    Ranked,
    Sum,
    columns_of,
    figures_of,
    ranking_of,
    round_step,
)
from cds_service.pages.report_rows import Row, rows_of
from cds_service.store.counted import Counted
from tests.pages.report_counts import cards, large_store, small_store

TITLES = {"recommend": "Refer", "consider": "Discuss"}


def figures(*counts: Counted) -> Figures:
    return figures_of(rows_of(counts), TITLES)


def sum_named(name: str, shown: int = 0) -> Sum:
    return Sum(name, shown, 0, 0, shown, rates_of(shown, 0, 0))


def test_nothing_makes_empty_figures() -> None:
    empty = figures()
    assert (empty.total.shown, empty.total.rates) == (0, None)
    assert (empty.rules, empty.months, empty.clients.named, empty.reasons) == ((), (), (), ())
    assert empty.columns.columns == ()


def test_rules_stand_in_their_order_and_others_after_them() -> None:
    made = figures(*(one for rule in ("consider", "a-site's", "recommend") for one in cards(rule, "a", "2026-11", 8)))
    assert [one.name for one in made.rules] == ["recommend", "consider", "a-site's"]
    assert made.rules[0] == Sum("recommend", 8, 2, 2, 4, rates_of(8, 2, 2))


def test_feedback_on_unknown_cards_is_told_apart_and_drawn_nowhere() -> None:
    made = figures(*small_store())
    assert made.unknown == 1
    assert made.total == Sum("", 20, 5, 6, 9, rates_of(20, 5, 6))
    assert "unknown" not in [one.name for one in made.rules]
    assert sum(one.count for one in made.reasons) == 6


def test_a_month_without_cards_is_a_gap() -> None:
    made = figures(*cards("consider", "a", "2025-11", 8), *cards("consider", "a", "2026-02", 4))
    assert [(one.name, one.shown) for one in made.months] == [
        ("2025-11", 8),
        ("2025-12", 0),
        ("2026-01", 0),
        ("2026-02", 4),
    ]
    assert made.months[1].rates is None


def test_the_plot_has_the_newest_months_and_the_table_all() -> None:
    made = figures(*cards("consider", "a", "2024-01", 8), *cards("consider", "a", "2026-02", 4))
    assert len(made.months) == 26
    assert len(made.columns.columns) == MOST_MONTHS
    assert made.columns.columns[-1].month == "2026-02"


def test_columns_stand_side_by_side_up_to_a_round_number() -> None:
    made = columns_of([Sum("2026-11", 8, 2, 4, 2, None)])
    [column] = made.columns
    assert made.ticks == ((0, 0.0), (2, 25.0), (4, 50.0), (6, 75.0), (8, 100.0))
    assert (column.accepted, column.overridden, column.ignored) == (25.0, 50.0, 25.0)
    year = columns_of([sum_named(f"2026-{month:02}", 99) for month in range(1, 13)])
    assert year.ticks[-1] == (100, 100.0)
    assert all(one.left + one.width <= other.left for one, other in zip(year.columns, year.columns[1:], strict=False))
    assert year.columns[-1].left + year.columns[-1].width < 100


@pytest.mark.parametrize(
    ("months", "years"),
    [
        (["2026-03", "2026-04"], ["2026", ""]),
        (["2025-10", "2025-11", "2025-12", "2026-01"], ["2025", "", "", "2026"]),
        (["2025-11", "2025-12", "2026-01"], ["", "", "2026"]),
        (["2025-12", "2026-01"], ["", "2026"]),
        (["2026-01"], ["2026"]),
    ],
)
def test_years_are_told_where_there_is_room(months: list[str], years: list[str]) -> None:
    assert [one.year for one in columns_of([sum_named(month) for month in months]).columns] == years


@pytest.mark.parametrize(
    ("most", "step"),
    [(0, 1), (1, 1), (5, 1), (6, 2), (11, 5), (25, 5), (26, 10), (100, 20), (101, 50), (99_999, 20_000)],
)
def test_steps_are_round(most: int, step: int) -> None:
    assert round_step(most) == step


def test_clients_are_ranked_and_the_last_stand_together() -> None:
    clients = figures_of(rows_of(large_store()), TITLES).clients
    assert [one.name for one in clients.named] == [f"hospital-{place:02}" for place in range(MOST_NAMED)]
    assert len(clients.others) == 50 - MOST_NAMED
    assert clients.together.shown == sum(one.shown for one in clients.others)


def test_no_single_one_stands_together() -> None:
    assert len(ranking_of([sum_named(str(place)) for place in range(MOST_NAMED + 1)]).named) == MOST_NAMED + 1


def test_tenants_are_told_with_their_client() -> None:
    tenants = figures_of(rows_of([*large_store(), *cards("consider", "", "2026-11", 3, "alone")]), TITLES).tenants
    assert [one.name for one in tenants.named] == [*(f"hospital-0{place} · north" for place in range(3)), "alone"]


def test_reasons_are_ranked_and_those_without_come_last() -> None:
    rows = [Row("consider", "2026-11", 9, 0, 8, reasons=())]
    assert figures_of(rows, {}).reasons == (Ranked("", "", 8, 1.0),)
    counts = [
        Counted("consider", "", "", "2026-11", "overridden", reason, count)
        for reason, count in (("", 5), ("other", 1), ("patient-refuses", 3), ("action-completed", 1))
    ]
    assert [(one.code, one.count, one.share) for one in figures(*counts).reasons] == [
        ("patient-refuses", 3, 0.3),
        ("action-completed", 1, 0.1),
        ("other", 1, 0.1),
        ("", 5, 0.5),
    ]
    assert figures(*counts).reasons[0].words == "Patient refuses/declines (no context given)"
    assert figures(*counts[1:]).reasons[-1].code == "other"
