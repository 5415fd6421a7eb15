"""Which tokens were used, and how often a client called: in memory, SQLite and PostgreSQL, for all who share it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from cds_service.errors import ReplaysUnavailable, StoreUnavailable
from cds_service.observe.metrics import Metrics
from cds_service.store.asking import RETRY_SECONDS, Asking
from cds_service.store.databases import engine_of, limits_engine_of
from cds_service.store.migrating import migrate
from cds_service.store.shared_limits import SharedLimits
from cds_service.trust.limits import Limits
from cds_service.trust.replays import InMemoryReplays, LastingReplays, Replays
from tests.store.clock import Clock as StoreClock
from tests.store.conftest import Opened
from tests.store.test_in_database import until
from tests.trust.mint import START, Clock

Workers = Callable[..., SharedLimits]
TOGETHER = 64


@pytest.fixture
def seconds() -> Clock:
    """Seconds of the epoch."""
    return Clock()


@pytest.fixture
def tables(url: str) -> str:
    """A database with its tables."""
    return with_tables(url)


def with_tables(url: str) -> str:
    engine = engine_of(url)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()
    return url


@pytest.fixture
def worker(seconds: Clock) -> Iterator[Workers]:
    """Makes what a worker asks, and closes it."""
    made: list[SharedLimits] = []

    def at(url: str, patience: float = 10.0, metrics: Metrics | None = None) -> SharedLimits:
        made.append(SharedLimits(url, now=seconds, patience=patience, metrics=metrics))
        return made[-1]

    yield at
    for one in made:
        one.close(5)


@pytest.fixture(params=["memory", "only worker", "sqlite", "postgresql"])
def replays(request: pytest.FixtureRequest, tmp_path: Path, seconds: Clock, worker: Workers) -> tuple[Replays, Replays]:
    """What two askers ask: the only worker's tasks, or two workers."""
    memory = InMemoryReplays(seconds)
    if request.param == "memory":
        return memory, memory
    if request.param == "postgresql":
        tables = with_tables(request.getfixturevalue("new_postgresql")())
    else:
        tables = with_tables(f"sqlite:///{tmp_path}/store.db")
    if request.param == "only worker":
        lasting = LastingReplays(memory, worker(tables))
        return lasting, lasting
    return worker(tables), worker(tables)


async def test_a_token_counts_once(replays: tuple[Replays, Replays]) -> None:
    one, other = replays
    assert await one.is_first("a", "1", START + 10) is True
    assert await one.is_first("a", "1", START + 10) is False
    assert await other.is_first("a", "1", START + 99) is False
    assert await other.is_first("a", "2", START + 10) is True


async def test_a_jti_is_its_issuers_own(replays: tuple[Replays, Replays]) -> None:
    one, other = replays
    assert await one.is_first("a", "bc", START + 10) is True
    assert await other.is_first("ab", "c", START + 10) is True
    assert await other.is_first("a", "\ud800", START + 10) is True
    assert await one.is_first("a", "\ud800", START + 10) is False


async def test_what_was_judged_before_the_end_of_a_token_and_asked_after_it_is_a_replay(
    replays: tuple[Replays, Replays], seconds: Clock
) -> None:
    one, other = replays
    assert await one.is_first("a", "1", START + 10) is True
    for later in (9.999, 0.002, 2):
        seconds.seconds += later
        assert await other.is_first("a", "1", START + 10) is False


async def test_of_any_number_at_once_one_is_the_first(replays: tuple[Replays, Replays]) -> None:
    told = await asyncio.gather(*(asker.is_first("a", "1", START + 10) for asker in replays * (TOGETHER // 2)))
    assert sorted(told) == [False] * (TOGETHER - 1) + [True]


async def test_what_was_used_outlives_the_process(tables: str, worker: Workers, seconds: Clock) -> None:
    first, second = (LastingReplays(InMemoryReplays(seconds), worker(tables)) for _ in range(2))
    assert await first.is_first("a", "1", START + 10) is True
    assert await second.is_first("a", "1", START + 10) is False


async def test_nothing_of_a_token_is_kept_but_a_hash_and_its_end(tables: str, worker: Workers) -> None:
    await worker(tables).is_first("https://issuer.example", "jti", START + 10)
    engine = engine_of(tables)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM used_tokens")).all()
    engine.dispose()
    assert (len(bytes(row[0])), row[1]) == (32, START + 10)


async def test_tokens_that_are_long_over_are_forgotten(opened: Opened, tables: str, clock: StoreClock) -> None:
    """A group at a turn; what a machine with a late clock may still be brought is kept."""
    store = opened()
    at = clock().timestamp()
    engine = engine_of(tables)
    rows = [{"digest": number.to_bytes(32, "big"), "until": at - 601} for number in range(1200)]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO used_tokens VALUES (:digest, :until)"), rows)
        connection.execute(
            text("INSERT INTO used_tokens VALUES (:digest, :until)"), {"digest": b"x", "until": at - 599}
        )

    def left() -> int:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM used_tokens")).scalar_one())

    store.close()
    assert left() == 1201
    opened()
    await until(lambda: left() == 1)
    engine.dispose()


async def test_without_a_database_nothing_is_said_at_once_and_counted(tmp_path: Path, worker: Workers) -> None:
    metrics = Metrics()
    away = worker(f"sqlite:///{tmp_path}/folder/store.db", metrics=metrics)
    for _ in range(2):
        with pytest.raises(ReplaysUnavailable):
            await away.is_first("a", "1", START + 10)
    with pytest.raises(StoreUnavailable):
        await away.seconds_until("acme", 5)
    assert b"cds_tokens_not_shared_total 2.0" in metrics.text()
    assert b"cds_rates_not_shared_total 1.0" in metrics.text()
    (tmp_path / "folder").mkdir()
    with_tables(f"sqlite:///{tmp_path}/folder/store.db")
    assert await until_told(away) is True


async def test_a_database_that_can_only_be_read_is_asked_in_vain_until_it_takes_a_token_again(
    tmp_path: Path, worker: Workers
) -> None:
    """As on a full disk: that it can be read does not make it one that answers."""
    url = with_tables(f"sqlite:///{tmp_path}/store.db")
    full = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    full.execute("CREATE TRIGGER full BEFORE INSERT ON used_tokens BEGIN SELECT RAISE(ABORT, 'full'); END")
    limits = worker(url)
    with pytest.raises(ReplaysUnavailable):
        await limits.is_first("a", "1", START + 10)
    await asyncio.sleep(3 * RETRY_SECONDS)
    assert not limits.answers()
    full.execute("DROP TRIGGER full")
    full.close()
    await until(limits.answers)
    assert await limits.is_first("a", "1", START + 10) is True


async def until_told(limits: SharedLimits, jti: str = "1") -> bool:
    """What is said once anything is said."""
    for _ in range(200):
        try:
            return await limits.is_first("a", jti, START + 10)
        except ReplaysUnavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("the database was not found again")


async def test_the_only_worker_goes_on_without_its_database(tmp_path: Path, worker: Workers, seconds: Clock) -> None:
    lasting = LastingReplays(InMemoryReplays(seconds), worker(f"sqlite:///{tmp_path}/folder/store.db"))
    assert await lasting.is_first("a", "1", START + 10) is True
    assert await lasting.is_first("a", "1", START + 10) is False


async def test_a_busy_database_is_waited_for_only_so_long(tmp_path: Path, worker: Workers) -> None:
    """Who waits is told in time, who comes after that at once, and what was given up is not done later."""
    url = with_tables(f"sqlite:///{tmp_path}/store.db")
    slow = worker(url, patience=0.3)
    assert await slow.is_first("a", "0", START + 10) is True
    busy = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    told = await asyncio.gather(*(slow.is_first("a", str(n), START + 10) for n in range(1, 4)), return_exceptions=True)
    assert [type(one) for one in told] == [ReplaysUnavailable] * 3
    with pytest.raises(ReplaysUnavailable):
        await slow.is_first("a", "4", START + 10)
    busy.execute("ROLLBACK")
    busy.close()
    assert await until_told(slow, "5") is True
    assert [await slow.is_first("a", str(n), START + 10) for n in (2, 3, 4)] == [True] * 3


async def test_a_connection_that_died_unnoticed_is_made_again(
    new_postgresql: Callable[[], str], worker: Workers
) -> None:
    url = with_tables(new_postgresql())
    limits = worker(url)
    assert await limits.is_first("a", "1", START + 10) is True
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await limits.is_first("a", "1", START + 10) is False


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_driver_that_fails_as_nobody_expects_ends_nothing(tables: str) -> None:
    """Whoever asked is told, and the next is answered; were the thread to die, another begins."""

    def fails(connection: Connection) -> bool:
        raise MemoryError

    def ends(connection: Connection) -> bool:
        raise SystemExit

    asking = Asking(limits_engine_of(tables), 0.5)
    for question in (fails, ends):
        with pytest.raises(StoreUnavailable):
            await asking.answer(question)
        assert not asking.answers
        assert await until_answered(asking) == 1
        assert asking.answers
    asking.close(5)


async def until_answered(asking: Asking) -> object:
    """What is answered once anything is."""
    for _ in range(200):
        with suppress(StoreUnavailable):
            return await asking.answer(lambda connection: connection.scalar(text("SELECT 1")))
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was answered again")


async def calls(limits: Limits, count: int) -> list[object]:
    """What becomes of so many at once."""

    async def one() -> object:
        async with limits.calling():
            return 200

    told: list[Any] = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    return [getattr(each, "retry_after", each) for each in told]


@pytest.fixture
def pair(tables: str, worker: Workers, seconds: Clock) -> tuple[Limits, Limits]:
    """Two workers' limits of one client with four calls a minute."""
    one, other = (Limits(4, 0, seconds, "acme", worker(tables)) for _ in range(2))
    return one, other


async def test_workers_share_a_minutes_calls(pair: tuple[Limits, Limits], seconds: Clock) -> None:
    one, other = pair
    assert await calls(one, 3) == [200] * 3
    assert sorted(await calls(other, 3), key=str) == [15, 15, 200]
    assert await calls(one, 1) == [15]
    seconds.seconds += 14.5
    assert await calls(one, 1) + await calls(other, 1) == [1, 1]
    seconds.seconds += 0.5
    assert await calls(one, 1) + await calls(other, 1) == [200, 15]
    seconds.seconds += 250
    assert await calls(one, 2) + await calls(other, 3) == [200, 200, 200, 200, 15]


async def test_of_any_number_at_once_as_many_are_let_in_as_the_row_allows(
    tables: str, worker: Workers, seconds: Clock
) -> None:
    workers = [Limits(7, 0, seconds, "acme", worker(tables)) for _ in range(2)]
    told = await asyncio.gather(*(calls(limits, TOGETHER // 2) for limits in workers))
    assert [each for one in told for each in one].count(200) == 7


async def test_each_client_has_calls_of_its_own(tables: str, worker: Workers, seconds: Clock) -> None:
    shared = worker(tables)
    assert await calls(Limits(1, 0, seconds, "acme", shared), 2) == [200, 60]
    assert await calls(Limits(1, 0, seconds, "other", shared), 2) == [200, 60]


async def test_a_clock_that_was_wrong_keeps_nobody_out(tables: str, worker: Workers) -> None:
    """One that is early by less takes nothing from the others but what came back in that time."""
    here, early, wrong = Clock(), Clock(), Clock()
    early.seconds += 30
    wrong.seconds += 86_400

    def limits(clock: Clock) -> SharedLimits:
        return SharedLimits(tables, now=clock)

    shared = [limits(clock) for clock in (here, early, wrong)]
    waits = [await one.seconds_until("acme", 1) for one in shared]
    assert waits == [0, 30, 0]
    assert await shared[0].seconds_until("acme", 1) == 0
    assert await shared[0].seconds_until("acme", 1) == 60
    for one in shared:
        one.close(5)


async def test_without_a_database_a_worker_counts_by_itself(tmp_path: Path, worker: Workers, seconds: Clock) -> None:
    limits = Limits(4, 0, seconds, "acme", worker(f"sqlite:///{tmp_path}/folder/store.db"))
    # Who asks after it is known that nobody answers is told sooner than who waits.
    assert sorted(await calls(limits, 5), key=str) == [15, 200, 200, 200, 200]
    seconds.seconds += 15
    assert sorted(await calls(limits, 2), key=str) == [15, 200]


async def test_when_the_database_goes_a_worker_goes_on_from_what_it_knew(
    pair: tuple[Limits, Limits], tables: str
) -> None:
    one, other = pair
    assert await calls(one, 3) == [200] * 3
    assert sorted(await calls(other, 2), key=str) == [15, 200]
    engine = engine_of(tables)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE call_rates"))
    engine.dispose()
    assert sorted(await calls(one, 2), key=str) == [15, 200]
    assert await calls(other, 1) == [15]
