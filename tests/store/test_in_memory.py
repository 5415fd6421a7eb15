"""The store in memory: what is news, what is quiet, and that it never grows without end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cds_service.store.in_memory import InMemory
from cds_service.store.interface import Store
from cds_service.store.shown import Feedback, Matter, Shown, real_time
from tests.store.clock import Clock

MATTER = Matter("miss-patient-view", "acme", b"patient", "recommend", b"findings")
OVERRIDDEN = Feedback("c1", "overridden", "patient-refuses")
ACCEPTED = Feedback("c1", "accepted")


def shown(card: str = "c1", matter: Matter = MATTER) -> Shown:
    return Shown(card, "recommend", "2026.11.0+00000000", matter)


def store_of(clock: Clock, quiet_days: int = 30, most_cards: int = 100) -> InMemory:
    return InMemory(quiet_days, now=clock, most_cards=most_cards)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> InMemory:
    """A store to which one card was told."""
    made = store_of(clock)
    made.remember(shown())
    return made


def test_it_is_a_store() -> None:
    store: Store = InMemory(30)
    assert not store.is_quiet(MATTER)
    assert real_time().tzinfo is not None


async def test_feedback_is_news_once(store: InMemory) -> None:
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    assert await store.record("acme", [OVERRIDDEN]) == ()
    assert await store.record("acme", [replace(OVERRIDDEN, reason="other")]) == ()


async def test_a_repeat_within_one_batch_is_no_news(store: InMemory) -> None:
    assert await store.record("acme", [OVERRIDDEN, OVERRIDDEN, ACCEPTED]) == (OVERRIDDEN, ACCEPTED)


async def test_another_outcome_replaces_the_one_before(store: InMemory) -> None:
    for told in (ACCEPTED, OVERRIDDEN, ACCEPTED):
        assert await store.record("acme", [told]) == (told,)


async def test_a_card_that_another_client_was_shown_does_not_count(store: InMemory) -> None:
    assert await store.record("other", [OVERRIDDEN]) == ()
    assert not store.is_quiet(MATTER)


async def test_a_card_nobody_was_shown_counts_once_for_each_client(store: InMemory) -> None:
    unknown = Feedback("c9", "overridden")
    assert await store.record("acme", [unknown]) == (unknown,)
    assert await store.record("acme", [unknown]) == ()
    assert await store.record("other", [unknown]) == (unknown,)
    assert await store.record("acme", [replace(unknown, outcome="accepted")])


async def test_an_overridden_card_quiets_its_matter_at_once(store: InMemory) -> None:
    assert not store.is_quiet(MATTER)
    await store.record("acme", [OVERRIDDEN])
    assert store.is_quiet(MATTER)


async def test_accepted_quiets_nothing_and_ends_the_quiet(store: InMemory) -> None:
    await store.record("acme", [ACCEPTED])
    assert not store.is_quiet(MATTER)
    await store.record("acme", [OVERRIDDEN])
    assert store.is_quiet(MATTER)
    await store.record("acme", [ACCEPTED])
    assert not store.is_quiet(MATTER)


OTHERS = {
    "service": replace(MATTER, service="miss-order-sign"),
    "client": replace(MATTER, client="other"),
    "patient": replace(MATTER, patient=b"other"),
    "outcome": replace(MATTER, outcome="consider"),
    "findings": replace(MATTER, findings=b"other"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_another_matter_is_not_quiet(store: InMemory, other: Matter) -> None:
    await store.record("acme", [OVERRIDDEN])
    assert not store.is_quiet(other)


async def test_the_quiet_lasts_for_its_days(store: InMemory, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=29.999)
    assert store.is_quiet(MATTER)
    clock.go(days=0.001)
    assert not store.is_quiet(MATTER)


async def test_a_repeat_does_not_prolong_the_quiet(store: InMemory, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=20)
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=10)
    assert not store.is_quiet(MATTER)


async def test_the_next_card_that_is_overridden_begins_another_quiet(store: InMemory, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=30)
    store.remember(shown("c2"))
    await store.record("acme", [replace(OVERRIDDEN, card="c2")])
    assert store.is_quiet(MATTER)
    await store.record("acme", [ACCEPTED])
    assert store.is_quiet(MATTER)


async def test_without_quiet_days_nothing_is_ever_quiet(clock: Clock) -> None:
    store = store_of(clock, quiet_days=0)
    store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    assert not store.is_quiet(MATTER)


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
