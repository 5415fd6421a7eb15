"""Another key for the names: what was set aside stays away, nothing is counted twice, and then the former key goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from cds_service.answer import Answerer
from cds_service.hooks.services import PATIENT_VIEW
from cds_service.hooks.shown import ShownCards
from cds_service.record.prefetch import supplied_chart
from cds_service.store.databases import engine_of
from cds_service.store.forgetting import forget_needless
from cds_service.store.in_database import InDatabase
from cds_service.store.in_memory import InMemory
from cds_service.store.interface import Store
from cds_service.store.key_rotation import kept_keys, rotate
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.queries import next_change
from cds_service.store.shown import Feedback, FeedbackOutcome
from cds_service.wire.decoding import decode_call
from tests.hooks.conftest import answerer
from tests.hooks.test_quiet import CHARTS
from tests.store.clock import Clock
from tests.store.conftest import AnyStore
from tests.store.test_in_database import until

__all__ = ["answerer"]
DAYS = 30
NEW = b"n" * 32
Show = Callable[[Store], str]


@pytest.fixture
def show(answerer: Answerer) -> Show:
    """A chart is opened: the card that leaves, or nothing."""
    call = decode_call(json.dumps(CHARTS["recommend"]).encode())
    answered = answerer.of_chart(supplied_chart(call), date(2026, 11, 22))
    assert answered.cards

    def leaving(store: Store) -> str:
        cards = ShownCards(PATIENT_VIEW, answerer.knowledge.version, store, store.pseudonyms).leaving(call, answered)
        return cards[0].uuid if cards else ""

    return leaving


def told(store: Store, card: str, outcome: FeedbackOutcome) -> Feedback:
    """As the feedback route names the card."""
    name, *formerly = store.pseudonyms.cards(card)
    return Feedback(name, outcome, formerly=tuple(formerly))


def turned(connection_url: str, now: Clock, key: bytes = NEW) -> None:
    """As `cds-service store rotate-key` does."""
    engine = engine_of(connection_url)
    with engine.begin() as connection:
        next_change(connection)
        rotate(connection, key, now())
    engine.dispose()


def forgotten(connection_url: str, now: Clock, days: int = DAYS) -> int:
    engine = engine_of(connection_url)
    with engine.connect() as connection:
        gone = forget_needless(connection, now(), timedelta(days=days))
    engine.dispose()
    return gone


async def rotated(store: Store, clock: Clock, key: bytes = NEW) -> None:
    """The store has another key, and its writer learnt it without a start."""
    if isinstance(store, InMemory):
        store.pseudonyms.use(key, *(names.key for names in store.pseudonyms.each))
        return
    assert isinstance(store, InDatabase)
    turned(store._engine.url.render_as_string(hide_password=False), clock, key)
    await until(lambda: store.pseudonyms.key == key)


async def test_what_was_set_aside_before_stays_away_for_its_days(any_store: AnyStore, clock: Clock, show: Show) -> None:
    store = any_store(DAYS)
    await store.record("", [told(store, show(store), "overridden")])
    clock.go(days=10)
    await rotated(store, clock)
    assert show(store) == ""
    clock.go(days=19.9)
    assert show(store) == ""
    clock.go(days=0.1)
    assert show(store)


async def test_a_card_shown_before_may_be_set_aside_and_taken_back_after(
    any_store: AnyStore, clock: Clock, show: Show
) -> None:
    store = any_store(DAYS)
    card = show(store)
    await rotated(store, clock)
    assert await store.record("", [told(store, card, "overridden")])
    assert show(store) == ""
    assert await store.record("", [told(store, card, "accepted")])
    assert show(store)


async def test_a_card_shown_after_is_named_by_the_new_key(any_store: AnyStore, clock: Clock, show: Show) -> None:
    store = any_store(DAYS)
    await rotated(store, clock)
    card = show(store)
    store.pseudonyms.use(NEW)  # and needs no former one
    await store.record("", [told(store, card, "overridden")])
    assert show(store) == ""


async def test_three_keys(any_store: AnyStore, clock: Clock, show: Show) -> None:
    store = any_store(DAYS)
    card = show(store)
    await rotated(store, clock)
    await rotated(store, clock, b"third" * 8)
    assert len(store.pseudonyms.each) == 3
    await store.record("", [told(store, card, "overridden")])
    assert show(store) == ""


@pytest.mark.parametrize("card", ["edge-critical-uuid", "6d0a1c0e-6a0c-4c7e-9f3b-6a2f0f7c1d55"])
async def test_feedback_on_an_unknown_card_counts_once_whatever_the_key(
    any_store: AnyStore, clock: Clock, card: str
) -> None:
    store = any_store(DAYS)
    assert len(await store.record("acme", [told(store, card, "accepted"), told(store, "another", "accepted")])) == 2
    await rotated(store, clock)
    assert await store.record("acme", [told(store, card, "accepted")]) == ()
    assert len(await store.record("other", [told(store, card, "accepted")])) == 1
    assert len(await store.record("acme", [told(store, card, "overridden")])) == 1
    assert sum(one.count for one in await store.counts()) == 3


async def test_a_worker_that_has_not_learnt_yet_makes_nothing_count_twice(any_store: AnyStore, clock: Clock) -> None:
    """It told by the former name what another told by that of today."""
    store = any_store(DAYS)
    late = Pseudonyms(store.pseudonyms.key)
    await rotated(store, clock)
    assert await store.record("acme", [told(store, "sandbox", "accepted")])
    assert await store.record("acme", [Feedback(late.card("sandbox"), "accepted")])
    assert await store.record("acme", [told(store, "sandbox", "accepted")]) == ()
    assert sum(one.count for one in await store.counts()) == 1


async def test_workers_learn_the_key_from_each_other(url: str, clock: Clock, show: Show) -> None:
    one, other = InDatabase(url, DAYS, now=clock), InDatabase(url, DAYS, now=clock)
    for worker in (one, other):
        worker.open()
    await one.record("", [told(one, show(one), "overridden")])
    turned(url, clock)
    await until(lambda: one.pseudonyms.key == other.pseudonyms.key == NEW)
    await until(lambda: show(other) == "")
    late = InDatabase(url, DAYS, now=clock)
    late.open()
    assert show(late) == ""
    for worker in (one, other, late):
        worker.close()


async def test_a_given_key_has_the_former_one_beside_it(url: str, clock: Clock, show: Show) -> None:
    """CDS_PATIENT_HASH_KEY and CDS_PATIENT_HASH_KEY_FORMER; a key that a store keeps changes neither."""
    before = InDatabase(url, DAYS, now=clock, pseudonyms=Pseudonyms(b"old"))
    before.open()
    await before.record("", [told(before, show(before), "overridden")])
    before.close()
    turned(url, clock)
    after = InDatabase(url, DAYS, now=clock, pseudonyms=Pseudonyms(b"new", b"old"))
    alone = InDatabase(url, DAYS, now=clock, pseudonyms=Pseudonyms(b"new"))
    for store in (after, alone):
        store.open()
    assert (show(after), bool(show(alone))) == ("", True)
    for store in (after, alone):
        store.close()


async def test_the_former_key_goes_when_nothing_quiet_needs_it(url: str, clock: Clock, show: Show) -> None:
    store = InDatabase(url, DAYS, now=clock)
    store.open()
    card = show(store)
    await store.record("", [told(store, "wakes the writer", "accepted")])
    await rotated(store, clock)
    clock.go(days=29.9)
    assert forgotten(url, clock) == 0
    await store.record("", [told(store, card, "overridden")])
    clock.go(days=29.9)
    assert (forgotten(url, clock), show(store)) == (0, "")
    clock.go(days=0.2)
    assert forgotten(url, clock) in (0, 1)  # the running service may have done it
    assert show(store)
    await until(lambda: len(store.pseudonyms.each) == 1)
    store.close()


def test_where_nothing_is_ever_quiet_the_former_key_goes_at_once(url: str, clock: Clock) -> None:
    store = InDatabase(url, 0, now=clock)
    store.open()
    store.close()
    turned(url, clock)
    forgotten(url, clock, days=0)
    engine = engine_of(url)
    with engine.begin() as connection:
        assert kept_keys(connection) == (NEW,)
        assert connection.scalar(text("SELECT count(*) FROM pseudonym_keys")) == 1
    engine.dispose()
