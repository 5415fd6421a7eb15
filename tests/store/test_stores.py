"""What holds of every store, in memory, in SQLite and in PostgreSQL: what is news, and what is quiet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.store.counted import Counted
from cds_service.store.interface import Store
from cds_service.store.shown import Feedback, Matter, Shown, real_time
from tests.store.clock import Clock
from tests.store.conftest import AnyStore

MATTER = Matter("miss-patient-view", "acme", b"patient", "recommend", b"findings")
OVERRIDDEN = Feedback("c1", "overridden", "patient-refuses")
ACCEPTED = Feedback("c1", "accepted")


def shown(card: str = "c1", matter: Matter = MATTER) -> Shown:
    return Shown(card, "recommend", "2026.11.0+00000000", matter)


@pytest.fixture
def store(any_store: AnyStore) -> Store:
    """A store to which one card was told."""
    made = any_store(30)
    made.remember(shown())
    return made


def test_it_is_reachable_and_quiets_nothing(any_store: AnyStore) -> None:
    assert any_store(30).is_reachable()
    assert not any_store(30).is_quiet(MATTER)
    assert real_time().tzinfo is not None


async def test_feedback_is_news_once(store: Store) -> None:
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    assert await store.record("acme", [OVERRIDDEN]) == ()
    assert await store.record("acme", [replace(OVERRIDDEN, reason="other")]) == ()


async def test_a_repeat_within_one_batch_is_no_news(store: Store) -> None:
    assert await store.record("acme", [OVERRIDDEN, OVERRIDDEN, ACCEPTED]) == (OVERRIDDEN, ACCEPTED)


async def test_another_outcome_replaces_the_one_before(store: Store) -> None:
    for told in (ACCEPTED, OVERRIDDEN, ACCEPTED):
        assert await store.record("acme", [told]) == (told,)


async def test_a_card_that_another_client_was_shown_does_not_count(store: Store) -> None:
    assert await store.record("other", [OVERRIDDEN]) == ()
    assert not store.is_quiet(MATTER)


async def test_a_card_nobody_was_shown_counts_once_for_each_client(store: Store) -> None:
    unknown = Feedback("c9", "overridden")
    assert await store.record("acme", [unknown]) == (unknown,)
    assert await store.record("acme", [unknown]) == ()
    assert await store.record("other", [unknown]) == (unknown,)
    assert await store.record("acme", [replace(unknown, outcome="accepted")])


async def test_an_overridden_card_quiets_its_matter_at_once(store: Store) -> None:
    assert not store.is_quiet(MATTER)
    await store.record("acme", [OVERRIDDEN])
    assert store.is_quiet(MATTER)


async def test_accepted_quiets_nothing_and_ends_the_quiet(store: Store) -> None:
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
async def test_another_matter_is_not_quiet(store: Store, other: Matter) -> None:
    await store.record("acme", [OVERRIDDEN])
    assert not store.is_quiet(other)


async def test_the_quiet_lasts_for_its_days(store: Store, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=29.999)
    assert store.is_quiet(MATTER)
    clock.go(days=0.001)
    assert not store.is_quiet(MATTER)


async def test_a_repeat_does_not_prolong_the_quiet(store: Store, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=20)
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=10)
    assert not store.is_quiet(MATTER)


async def test_the_next_card_that_is_overridden_begins_another_quiet(store: Store, clock: Clock) -> None:
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=30)
    store.remember(shown("c2"))
    await store.record("acme", [replace(OVERRIDDEN, card="c2")])
    assert store.is_quiet(MATTER)
    await store.record("acme", [ACCEPTED])
    assert store.is_quiet(MATTER)


async def test_without_quiet_days_nothing_is_ever_quiet(any_store: AnyStore) -> None:
    store = any_store(0)
    store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    assert not store.is_quiet(MATTER)


def told(one: Counted) -> tuple[str, str, str, str, str, int]:
    return one.rule, one.client, one.month, one.what, one.reason, one.count


async def test_what_is_counted(store: Store, clock: Clock) -> None:
    store.remember(Shown("c2", "recommend", "2026.11.0+00000000", MATTER, tenant="north"))
    store.remember(shown("c3"))
    await store.record("acme", [OVERRIDDEN, Feedback("c3", "accepted")])
    await store.record("acme", [Feedback("c3", "overridden", "patient-refuses"), Feedback("c9", "accepted")])
    await store.record("other", [Feedback("c2", "accepted")])
    counts = await store.counts()
    assert sorted(told(one) for one in counts if not one.tenant) == [
        ("recommend", "acme", "2026-11", "overridden", "patient-refuses", 2),
        ("recommend", "acme", "2026-11", "shown", "", 2),
        ("unknown", "acme", "2026-11", "accepted", "", 1),
    ]
    assert [one for one in counts if one.tenant] == [Counted("recommend", "acme", "north", "2026-11", "shown", "", 1)]


async def test_a_batch_of_the_largest_size(store: Store) -> None:
    many = [Feedback(f"c{number}", "accepted") for number in range(10_000)]
    assert len(await store.record("acme", many)) == 10_000
    assert await store.record("acme", many) == ()
