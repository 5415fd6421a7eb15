"""The store in memory never grows without end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from cds_service.store.in_memory import InMemory
from cds_service.store.shown import Feedback
from tests.store.clock import Clock
from tests.store.test_stores import MATTER, OVERRIDDEN, shown


def store_of(clock: Clock, most_cards: int) -> InMemory:
    return InMemory(30, now=clock, most_cards=most_cards)


def sizes(store: InMemory) -> list[int]:
    """How many things each of the store's own collections holds."""
    return [len(held) for held in vars(store).values() if hasattr(held, "__len__")]


async def test_it_never_grows_without_end_and_the_oldest_go_first(clock: Clock) -> None:
    store = store_of(clock, most_cards=10)
    for number in range(1000):
        card = f"c{number}"
        store.remember(shown(card, replace(MATTER, patient=card.encode())))
        await store.record("acme", [Feedback(card, "overridden"), Feedback(f"unknown {number}", "accepted")])
    assert sizes(store) == [10, 10, 10]
    assert store.is_quiet(replace(MATTER, patient=b"c990"))
    assert not store.is_quiet(replace(MATTER, patient=b"c989"))
    assert await store.record("acme", [Feedback("unknown 990", "accepted")]) == ()
    assert await store.record("acme", [Feedback("unknown 989", "accepted")])


async def test_whoever_makes_up_cards_ends_nobodys_quiet(clock: Clock) -> None:
    store = store_of(clock, most_cards=10)
    store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    await store.record("acme", [Feedback(f"unknown {number}", "overridden") for number in range(100)])
    assert store.is_quiet(MATTER)


def test_many_threads_at_once() -> None:
    store = InMemory(30, most_cards=50)

    def show(worker: int) -> None:
        for number in range(500):
            matter = replace(MATTER, patient=bytes([worker]))
            store.remember(shown(f"{worker}-{number}", matter))
            store.is_quiet(matter)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(show, range(8)))
    assert sizes(store)[0] == 50


def test_it_needs_neither_opening_nor_closing() -> None:
    store = InMemory(30)
    store.open()
    store.close()
    assert store.is_reachable()
