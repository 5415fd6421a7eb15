"""What a database adds: it outlives the process, is shared, may be away; and no card ever waits for it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from cds_service.errors import SettingsError, StoreUnavailable
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.store.databases import engine_of
from cds_service.store.in_database import InDatabase
from cds_service.store.migrating import NEWEST, OLDEST, REVISIONS, migrate, move
from cds_service.store.shown import Feedback
from cds_service.store.tables import METADATA
from tests.hooks.calls import Lines
from tests.store.clock import Clock
from tests.store.conftest import Opened
from tests.store.test_stores import ACCEPTED, MATTER, OVERRIDDEN, shown


async def until(what: object) -> None:
    """Waits until it is true, a while."""
    for _ in range(200):
        if callable(what) and what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(what)


def test_the_tables_come_and_go_and_come(url: str) -> None:
    engine = engine_of(url)
    for _ in range(2):
        with engine.connect() as connection:
            migrate(connection)
            migrate(connection)
            assert set(METADATA.tables) <= set(inspect(connection).get_table_names())
        with engine.begin() as connection:
            move(connection, OLDEST)
            assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_an_earlier_release_is_brought_up_to_date(url: str, revision: str) -> None:
    """And what it holds stays."""
    engine = engine_of(url)
    with engine.begin() as connection:
        move(connection, revision)
        connection.execute(text("UPDATE changes SET last = 7"))
    with engine.connect() as connection:
        migrate(connection)
        assert set(METADATA.tables) <= set(inspect(connection).get_table_names())
        assert connection.execute(text("SELECT last FROM changes")).scalar_one() == 7
    engine.dispose()


def test_the_tables_are_as_queries_name_them(url: str) -> None:
    """And the newest revision is the one that queries are written for."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = engine_of(url)
    with engine.begin() as connection:
        move(connection, "head")
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == NEWEST
        found = compare_metadata(context, METADATA)
        assert [one for one in found if one[0] != "remove_index"] == []
    engine.dispose()


async def test_what_was_kept_outlives_the_process(opened: Opened) -> None:
    first = opened()
    first.remember(shown())
    await first.record("acme", [OVERRIDDEN])
    first.close()
    second = opened()
    assert second.is_quiet(MATTER)
    assert await second.record("acme", [OVERRIDDEN]) == ()


async def test_a_stop_keeps_what_still_waits(opened: Opened) -> None:
    first = opened(most_waiting=2000)
    for number in range(1500):
        first.remember(shown(f"c{number}"))
    first.close()
    assert [one.count for one in await opened().counts()] == [1500]


async def test_an_override_told_to_one_worker_quiets_the_others(opened: Opened) -> None:
    one, other = opened(), opened()
    one.remember(shown())
    await one.record("acme", [OVERRIDDEN])
    await until(lambda: other.is_quiet(MATTER))
    await other.record("acme", [ACCEPTED])
    assert not other.is_quiet(MATTER)
    await until(lambda: not one.is_quiet(MATTER))


async def test_feedback_may_come_to_one_worker_before_the_card_of_another_is_kept(opened: Opened) -> None:
    one, other = opened(), opened()
    assert await one.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    assert [count.rule for count in await one.counts()] == ["unknown"]
    other.remember(shown())
    await until(lambda: one.is_quiet(MATTER) and other.is_quiet(MATTER))
    assert {count.rule for count in await one.counts()} == {"recommend"}


async def test_two_workers_count_the_same_feedback_once(opened: Opened) -> None:
    workers = [opened(), opened()]
    batch = [Feedback(f"c{number}", "accepted") for number in range(50)]
    answers = await asyncio.gather(*(worker.record("acme", batch) for worker in workers * 5))
    assert sorted(len(answer) for answer in answers) == [0] * 9 + [50]


async def test_workers_agree_on_the_names(opened: Opened) -> None:
    one, other, own = opened(), opened(), opened(key=b"k" * 32)
    assert one.pseudonyms.patient("p1") == other.pseudonyms.patient("p1") != own.pseudonyms.patient("p1")


async def test_a_card_is_kept_once_however_often_it_is_told(opened: Opened) -> None:
    store = opened()
    for _ in range(3):
        store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    store.remember(shown())
    await store.record("acme", [ACCEPTED])
    assert sorted((one.what, one.count) for one in await store.counts()) == [("accepted", 1), ("shown", 1)]


async def test_the_quiet_is_learnt_no_longer_than_it_lasts(opened: Opened, clock: Clock) -> None:
    store = opened()
    store.remember(shown())
    await store.record("acme", [OVERRIDDEN])
    clock.go(days=30)
    assert not opened().is_quiet(MATTER)
    assert not store.is_quiet(MATTER)


async def test_a_database_that_cannot_be_reached_holds_nothing_up(opened: Opened, tmp_path: Path, lines: Lines) -> None:
    """Cards wait, the oldest are dropped, feedback is refused; and once it is there, what waits is kept."""
    away = opened(at=f"sqlite:///{tmp_path}/folder/store.db", most_waiting=10)
    assert not away.is_reachable()
    for number in range(30):
        away.remember(shown(f"c{number}"))
    assert not away.is_quiet(MATTER)
    with pytest.raises(StoreUnavailable):
        await away.record("acme", [OVERRIDDEN])
    with pytest.raises(StoreUnavailable):
        await away.counts()
    await asyncio.sleep(1.2)  # it is tried more than once, and told once
    (tmp_path / "folder").mkdir()
    await until(away.is_reachable)
    assert [(one.what, one.count) for one in await away.counts()] == [("shown", 10)]
    assert [json.loads(line)["event"] for line in lines.raw] == ["store-lost", "store-reached"]


async def test_a_stop_without_the_database_tells_how_many_cards_were_not_kept(tmp_path: Path, lines: Lines) -> None:
    metrics = Metrics()
    away = InDatabase(f"sqlite:///{tmp_path}/folder/store.db", 30, metrics=metrics, log=Log("info", lines))
    away.open()
    for number in range(3):
        away.remember(shown(f"c{number}"))
    away.close()
    assert [json.loads(line)["event"] for line in lines.raw] == ["store-lost", "cards-not-kept"]
    assert json.loads(lines.raw[-1])["message"].startswith("3 cards shown were not kept")
    assert "cds_decisions_dropped_total 3.0" in metrics.text().decode()


async def test_a_database_that_is_lost_is_found_again(opened: Opened, url: str, lines: Lines) -> None:
    store = opened()
    store.remember(shown())
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE changes RENAME TO gone"))
    await until(lambda: not store.is_reachable())
    store.remember(shown("c2", replace(MATTER, patient=b"other")))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO changes"))
    engine.dispose()
    await until(store.is_reachable)
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    assert sum(one.count for one in await store.counts() if one.what == "shown") == 2
    assert [json.loads(line)["event"] for line in lines.raw] == ["store-lost", "store-reached"]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_deleted_under_the_service_takes_no_feedback_that_nobody_would_find(
    opened: Opened, tmp_path: Path, lines: Lines, replaced: bool
) -> None:
    """Whoever has it open could go on writing, and a restart would know nothing of it. Cards wait, and that is told."""
    file = tmp_path / "store.db"
    store = opened(at=f"sqlite:///{file}")
    assert await store.record("acme", [ACCEPTED]) == (ACCEPTED,)
    moved = file.rename(tmp_path / "moved.db")
    if replaced:
        file.touch()
    store.remember(shown())
    with pytest.raises(StoreUnavailable):
        await store.record("acme", [OVERRIDDEN])
    await asyncio.sleep(1.2)  # it is tried more than once
    assert not store.is_reachable()
    assert file.exists() == replaced
    assert not file.exists() or file.stat().st_size == 0
    told = json.loads(lines.raw[-1])
    assert (told["event"], "start the service again" in told["message"]) == ("store-lost", True)
    file.unlink(missing_ok=True)
    moved.rename(file)
    await until(store.is_reachable)
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)
    assert {(one.what, one.count) for one in await store.counts()} == {("shown", 1), ("overridden", 1)}


async def test_feedback_that_cannot_be_written_is_refused_and_may_be_sent_again(opened: Opened, url: str) -> None:
    store = opened()
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE feedback RENAME TO gone"))
    with pytest.raises(StoreUnavailable):
        await store.record("acme", [OVERRIDDEN])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO feedback"))
    engine.dispose()
    await until(store.is_reachable)
    assert await store.record("acme", [OVERRIDDEN]) == (OVERRIDDEN,)


async def test_feedback_waits_for_a_busy_database_only_so_long(tmp_path: Path) -> None:
    """Whoever sent it is told to send it again, and it counts once whether or not it was written meanwhile."""
    store = InDatabase(f"sqlite:///{tmp_path}/store.db", 30, patience=0.3)
    store.open()
    busy = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await store.record("acme", [OVERRIDDEN])
    busy.execute("ROLLBACK")
    busy.close()
    await until(store.is_reachable)
    await store.record("acme", [OVERRIDDEN])
    assert [one.count for one in await store.counts()] == [1]
    store.close()


async def test_a_report_that_cannot_be_read_is_refused(opened: Opened, url: str) -> None:
    store = opened()
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE decisions"))
    engine.dispose()
    with pytest.raises(StoreUnavailable):
        await store.counts()


async def test_a_database_of_a_newer_release_is_left_alone(opened: Opened, url: str, lines: Lines) -> None:
    engine = engine_of(url)
    with engine.connect() as connection:
        migrate(connection)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert not opened().is_reachable()
    assert "newer release" in json.loads(lines.raw[-1])["message"]


@pytest.mark.parametrize("url", ["postgresql+psycopg://host:port/name", "nothing://x"])
def test_what_is_no_url_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="CDS_DATABASE_URL"):
        InDatabase(url, 30)
