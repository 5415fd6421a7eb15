"""A SQLite file is asked without waiting; where that does not do, a thread is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from cds_service.errors import StoreUnavailable
from cds_service.observe.metrics import Metrics
from cds_service.store.at_once import Answer, AtOnce
from cds_service.store.call_queries import use_token
from cds_service.store.databases import at_once_engine_of
from cds_service.store.shared_limits import THREAD_EVERY, SharedLimits
from tests.store.conftest import anyio_backend
from tests.store.test_shared_limits import with_tables
from tests.trust.mint import START

__all__ = ["anyio_backend"]
UNTIL = START + 10
PAGE = 4096
LONG_PAGES = 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with its tables."""
    with_tables(f"sqlite:///{tmp_path}/store.db")
    return tmp_path / "store.db"


@pytest.fixture
def at_once(file: Path) -> Iterator[AtOnce]:
    engine = at_once_engine_of(f"sqlite:///{file}")
    assert engine
    asked = AtOnce(engine)
    yield asked
    asked.close()


@pytest.fixture
def limits(file: Path) -> Iterator[SharedLimits]:
    made = SharedLimits(f"sqlite:///{file}", patience=0.5)
    yield made
    made.close(5)


def used(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_token_is_used_once_and_the_file_knows_it(at_once: AtOnce, file: Path) -> None:
    assert at_once.answer(partial(use_token, used(1), UNTIL)) is True
    assert at_once.answer(partial(use_token, used(1), UNTIL)) is False
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT digest FROM used_tokens").fetchall() == [(used(1),)]
    other.close()


def test_while_another_writes_there_is_no_answer_and_afterwards_there_is(at_once: AtOnce, file: Path) -> None:
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            at_once.answer(partial(use_token, used(1), UNTIL))
    writer.execute("COMMIT")
    writer.close()
    assert at_once.answer(partial(use_token, used(1), UNTIL)) is True


def test_a_file_that_cannot_be_opened_is_no_answer(tmp_path: Path) -> None:
    engine = at_once_engine_of(f"sqlite:///{tmp_path}/nowhere/store.db")
    assert engine
    asked = AtOnce(engine)
    with pytest.raises(StoreUnavailable):
        asked.answer(partial(use_token, used(1), UNTIL))
    asked.close()


def test_postgresql_is_never_asked_so() -> None:
    assert at_once_engine_of("postgresql+psycopg://a@b/c") is None


async def test_the_thread_waits_for_who_writes(limits: SharedLimits, file: Path) -> None:
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await limits.seconds_until("acme", 1)
    writer.execute("COMMIT")
    writer.close()
    assert await limits.seconds_until("acme", 1) == 0.0
    assert await limits.seconds_until("acme", 1) > 0.0


async def test_the_log_beside_the_file_does_not_grow_without_end(limits: SharedLimits, file: Path) -> None:
    """A token changes two pages and more; what is moved into the file is a log of a thousand."""
    for number in range(8 * THREAD_EVERY):
        assert await limits.is_first("https://ehr.example", str(number), UNTIL)
    assert 0 < file.with_name("store.db-wal").stat().st_size < (LONG_PAGES + 4 * THREAD_EVERY) * PAGE


async def test_every_so_often_the_thread_is_asked(file: Path) -> None:
    limits = SharedLimits(f"sqlite:///{file}", metrics=Metrics())
    engine = at_once_engine_of(f"sqlite:///{file}")
    assert engine
    limits._at_once = at_once = Counted(engine)
    for number in range(2 * THREAD_EVERY):
        await limits.is_first("a", str(number), UNTIL)
    assert at_once.asked == 2 * THREAD_EVERY - 2
    limits.close(5)


class Counted(AtOnce):
    """How often it was asked."""

    asked = 0

    def answer(self, question: Callable[[Connection], Answer]) -> Answer:
        self.asked += 1
        return super().answer(question)
