"""What waits to be written never grows without end, and the oldest go first."""

from __future__ import annotations

from cds_service.observe.metrics import Metrics
from cds_service.store.shown import Decision
from cds_service.store.waiting import GROUP, Asked, Waiting
from tests.store.clock import Clock
from tests.store.test_stores import shown


def decided(*names: int) -> list[Decision]:
    return [Decision(shown(f"c{name}"), Clock().time) for name in names]


def test_the_oldest_are_dropped_and_counted() -> None:
    metrics = Metrics()
    waiting = Waiting(3, metrics)
    for decision in decided(1, 2, 3, 4):
        waiting.add(decision)
    assert waiting.decisions() == decided(2, 3, 4)
    assert waiting.is_empty()
    assert "cds_decisions_dropped_total 1.0" in metrics.text().decode()


def test_what_is_given_back_is_older_than_what_came_since() -> None:
    metrics = Metrics()
    waiting = Waiting(3, metrics)
    for decision in decided(3, 4):
        waiting.add(decision)
    waiting.give_back(decided(1, 2))
    assert waiting.decisions() == decided(2, 3, 4)
    assert "cds_decisions_dropped_total 1.0" in metrics.text().decode()


def test_a_group_has_a_size() -> None:
    waiting = Waiting(GROUP * 2, Metrics())
    for decision in decided(*range(GROUP + 1)):
        waiting.add(decision)
    assert [len(waiting.decisions()) for _ in range(3)] == [GROUP, 1, 0]


def test_feedback_that_nobody_waits_for_any_more_is_left_out() -> None:
    waiting = Waiting(3, Metrics())
    left, stays = Asked("acme", []), Asked("acme", [])
    waiting.ask(left)
    waiting.ask(stays)
    assert not waiting.is_empty()
    left.kept.cancel()
    assert waiting.asked() == [stays]


def test_what_is_left_at_the_end_is_counted_with_what_is_being_written() -> None:
    metrics = Metrics()
    waiting = Waiting(2 * GROUP, metrics)
    for decision in decided(*range(GROUP + 3)):
        waiting.add(decision)
    waiting.decisions()
    assert waiting.drop() == GROUP + 3
    assert waiting.is_empty()
    assert f"cds_decisions_dropped_total {GROUP + 3}.0" in metrics.text().decode()


def test_nothing_is_left_of_what_was_kept() -> None:
    waiting = Waiting(3, Metrics())
    waiting.add(decided(1)[0])
    waiting.decisions()
    waiting.kept()
    assert waiting.drop() == 0
