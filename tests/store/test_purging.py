"""What is deleted, and what is not: nothing quiet, no card without its feedback, and nobody is locked out."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from cds_service.store.databases import empty_log, engine_of
from cds_service.store.forgetting import Forgetting
from cds_service.store.in_database import InDatabase
from cds_service.store.migrating import migrate
from cds_service.store.purging import Doomed, Purged, counted, kept, of_client, older_than, purge, purge_group
from cds_service.store.queries import counts
from cds_service.store.shown import Feedback, Matter
from tests.store.clock import Clock
from tests.store.conftest import Opened
from tests.store.test_in_database import until
from tests.store.test_stores import ACCEPTED, MATTER, OVERRIDDEN, shown

OTHER = Matter("miss-patient-view", "other", b"patient", "recommend", b"findings")


def purged(url: str, doomed: Doomed) -> Purged:
    """As the command does, and it told the numbers before."""
    engine = engine_of(url)
    with engine.connect() as connection:
        with connection.begin():
            told = counted(connection, doomed)
        gone = purge(connection, doomed, lambda: None)
    engine.dispose()
    assert told == gone
    return gone


async def reported(store: InDatabase) -> list[tuple[str, str, int]]:
    return sorted((one.rule, one.what, one.count) for one in await store.counts())


async def test_a_card_goes_with_its_feedback_and_the_report_shows_what_is_left(
    opened: Opened, url: str, clock: Clock
) -> None:
    store = opened()
    store.remember(shown())
    await store.record("acme", [ACCEPTED, Feedback("c9", "accepted")])
    clock.go(days=40)
    store.remember(shown("c2"))
    await store.record("acme", [Feedback("c2", "accepted"), Feedback("c8", "accepted")])
    assert purged(url, older_than(clock() - timedelta(days=39))) == Purged(1, 2)
    left = [("recommend", "accepted", 1), ("recommend", "shown", 1), ("unknown", "accepted", 1)]
    assert await reported(store) == left
    assert purged(url, older_than(clock() - timedelta(days=39))) == Purged()


async def test_a_card_is_as_old_as_the_last_that_was_told_of_it(opened: Opened, url: str, clock: Clock) -> None:
    """Or the quiet that rests on it would end before its time."""
    store = opened()
    store.remember(shown())
    await store.record("acme", [ACCEPTED])
    clock.go(days=40)
    await store.record("acme", [OVERRIDDEN])
    assert purged(url, older_than(clock() - timedelta(days=30))) == Purged()
    assert opened().is_quiet(MATTER)
    clock.go(days=30.001)
    assert purged(url, older_than(clock() - timedelta(days=30))) == Purged(1, 1)
    assert not opened().is_quiet(MATTER)


async def test_one_client_goes_and_no_other(opened: Opened, url: str) -> None:
    store = opened()
    store.remember(shown())
    store.remember(shown("c2", OTHER))
    await store.record("acme", [ACCEPTED, Feedback("c9", "accepted")])
    await store.record("other", [Feedback("c2", "accepted"), Feedback("c9", "accepted")])
    assert purged(url, of_client("acme")) == Purged(1, 2)
    assert {one.client for one in await store.counts()} == {"other"}
    assert sum(one.count for one in await store.counts()) == 3


async def test_what_a_client_told_of_anothers_card_goes_and_how_often_it_called(opened: Opened, url: str) -> None:
    """It told so before the store knew whose card it is."""
    store = opened()
    await store.record("acme", [Feedback("c2", "accepted")])
    store.remember(shown("c2", OTHER))
    await store.record("other", [Feedback("c2", "accepted")])
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO call_rates VALUES ('acme', 1), ('other', 1)"))
    assert purged(url, of_client("acme")) == Purged(0, 1)
    with engine.connect() as connection:
        for table in ("feedback", "call_rates"):
            assert connection.scalars(text(f"SELECT client FROM {table}")).all() == ["other"]  # noqa: S608
    engine.dispose()


async def test_it_goes_in_groups_between_which_others_write(opened: Opened, url: str, clock: Clock) -> None:
    """Between two groups no lock is held: feedback is kept meanwhile."""
    store = opened(most_waiting=2000)
    for number in range(1200):
        store.remember(shown(f"c{number}"))
    await store.record("acme", [Feedback(f"u{number}", "accepted") for number in range(1200)])
    await until(lambda: store._waiting.is_empty())
    clock.go(days=2)
    groups, meanwhile = [], engine_of(url)

    def between() -> None:
        with meanwhile.begin() as connection:
            connection.execute(text("UPDATE changes SET last = last + 1"))
            groups.append(1)

    engine = engine_of(url)
    with engine.connect() as connection:
        gone = purge(connection, older_than(clock() - timedelta(days=1)), between)
        with connection.begin():
            assert kept(connection).cards == kept(connection).feedback == 0
    engine.dispose()
    meanwhile.dispose()
    assert gone == Purged(1200, 1200)
    assert len(groups) == 3


async def test_what_is_deleted_cannot_be_read_in_the_file(tmp_path: Path, clock: Clock) -> None:
    url, file = f"sqlite:///{tmp_path}/store.db", tmp_path / "store.db"
    store = InDatabase(url, 30, now=clock)
    store.open()
    store.remember(shown("a-card-to-be-forgotten"))
    store.close()
    assert b"a-card-to-be-forgotten" in file.read_bytes()
    clock.go(days=40)
    assert purged(url, older_than(clock())) == Purged(1, 0)
    checked = sqlite3.connect(file)
    checked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checked.close()
    assert b"a-card-to-be-forgotten" not in file.read_bytes()


@pytest.fixture
def many(url: str, clock: Clock) -> str:
    """A database with 600 cards of 100 days ago."""
    store = InDatabase(url, 30, now=clock)
    store.open()
    for number in range(600):
        store.remember(shown(f"c{number}"))
    store.close()
    clock.go(days=100)
    return url


def test_a_service_forgets_a_group_a_turn_and_then_rests_for_an_hour(many: str, clock: Clock) -> None:
    engine = engine_of(many)
    forgetting = Forgetting(timedelta(days=60), timedelta(days=30))
    left = []
    with engine.connect() as connection:
        for _ in range(3):
            forgetting.turn(connection, clock())
            with connection.begin():
                left.append(kept(connection).cards)
        with connection.begin():
            connection.execute(
                text("INSERT INTO feedback VALUES ('u', 'acme', 'accepted', '', :at, '2026-01', 0)"),
                {"at": clock.time.replace(tzinfo=None) - timedelta(days=61)},
            )
        for hours in (0.9, 0.2):
            clock.go(days=hours / 24)
            forgetting.turn(connection, clock())
            with connection.begin():
                left.append(kept(connection).feedback)
        assert purge_group(connection, older_than(clock())) == Purged()
    engine.dispose()
    assert left == [100, 0, 0, 1, 0]


@pytest.mark.parametrize(("keep", "left"), [(None, 1), (timedelta(days=1), 1), (timedelta(days=40), 0)])
async def test_nothing_younger_than_the_quiet_period_is_forgotten(
    opened: Opened, url: str, clock: Clock, keep: timedelta | None, left: int
) -> None:
    store = opened(quiet_days=50)
    store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=49 if left else 51)
    engine = engine_of(url)
    with engine.connect() as connection:
        Forgetting(keep, timedelta(days=50)).turn(connection, clock())
        with connection.begin():
            assert kept(connection).cards == left
    engine.dispose()
    assert opened(quiet_days=50).is_quiet(MATTER) is bool(left)


async def test_a_running_service_forgets_by_itself(url: str, clock: Clock) -> None:
    store = InDatabase(url, 30, keep_days=60, now=clock)
    store.open()
    store.remember(shown())
    await store.record("acme", [ACCEPTED])
    clock.go(days=61)
    engine = engine_of(url)

    def is_empty() -> bool:
        with engine.begin() as connection:
            return kept(connection).cards == 0

    await until(is_empty)
    engine.dispose()
    store.close()


async def test_forgetting_that_fails_is_the_writers_matter_only(url: str, clock: Clock) -> None:
    """Feedback that was kept before is not refused; the database is tried again."""
    store = InDatabase(url, 30, now=clock)
    store.open()
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE pseudonym_keys RENAME COLUMN retired_at TO gone"))
    clock.go(days=1)
    await until(lambda: not store.is_reachable())
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE pseudonym_keys RENAME COLUMN gone TO retired_at"))
    engine.dispose()
    await until(store.is_reachable)
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    store.close()


def test_counting_and_migrating_may_take_their_time_and_nothing_else(url: str) -> None:
    """A server ends what takes 5 s, so that no card waits: not what has no card waiting for it."""
    engine = engine_of(url)
    limits = []
    with engine.connect() as connection:
        migrate(connection)
        for asked in (kept, lambda given: counted(given, of_client("acme")), partial(counts, 9.0), lambda given: None):
            with connection.begin():
                asked(connection)
                if connection.dialect.name == "postgresql":
                    limits.append(connection.scalar(text("SELECT current_setting('statement_timeout')")))
    engine.dispose()
    assert limits in ([], ["0", "0", "9s", "5s"])


def test_the_tables_of_the_first_release_are_brought_up_to_date_and_back(url: str) -> None:
    """With one key they keep it; of two, the way back keeps that of today."""
    from cds_service.store.key_rotation import kept_keys, rotate
    from cds_service.store.migrating import BACK, move

    engine = engine_of(url)
    with engine.begin() as connection:
        move(connection, "0001")
        connection.execute(text("INSERT INTO pseudonym_keys VALUES (1, :key)"), {"key": b"first"})
    with engine.connect() as connection:
        migrate(connection)
        with connection.begin():
            assert kept_keys(connection) == (b"first",)
            rotate(connection, b"second", Clock()())
            assert kept_keys(connection) == (b"second", b"first")
    with engine.begin() as connection:
        move(connection, BACK)
        assert connection.scalars(text("SELECT secret FROM pseudonym_keys")).all() == [b"second"]
    engine.dispose()


def log_of(url: str) -> bytes:
    """What stands in the log beside a SQLite file."""
    return Path(f"{url.removeprefix('sqlite:///')}-wal").read_bytes()


async def test_what_a_running_service_forgets_leaves_the_log_too(tmp_path: Path, clock: Clock) -> None:
    """Nor does it wait for who reads: then it tries again."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = InDatabase(url, 30, keep_days=60, now=clock)
    store.open()
    store.remember(shown("a-card-to-be-forgotten"))
    await store.record("acme", [Feedback("a-card-to-be-forgotten", "accepted")])
    assert b"a-card-to-be-forgotten" in log_of(url)
    reader = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM decisions").fetchall()
    engine = engine_of(url)
    with engine.connect() as connection:
        assert not empty_log(connection)
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
    clock.go(days=61)
    await until(lambda: rows_of(url) == 0)
    assert b"a-card-to-be-forgotten" in log_of(url)
    reader.close()
    await until(lambda: b"a-card-to-be-forgotten" not in log_of(url))
    assert b"a-card-to-be-forgotten" not in (tmp_path / "store.db").read_bytes()
    engine.dispose()
    store.close()


def rows_of(url: str) -> int:
    engine = engine_of(url)
    with engine.begin() as connection:
        cards = kept(connection).cards
    engine.dispose()
    return cards
