"""The same questions to a SQLite file and to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.store.in_database import InDatabase
from cds_service.store.in_memory import InMemory
from cds_service.store.interface import Store
from cds_service.store.pseudonyms import Pseudonyms
from tests.hooks.calls import Lines
from tests.hooks.conftest import anyio_backend
from tests.store.clock import Clock
from tests.store.postgresql import new_postgresql

__all__ = ["anyio_backend", "new_postgresql"]
Opened = Callable[..., InDatabase]
AnyStore = Callable[[int], Store]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return _empty(request, tmp_path)


def _empty(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder}/{uuid4()}.db"
    return str(request.getfixturevalue("new_postgresql")())


@pytest.fixture
def lines() -> Lines:
    """What the store logs."""
    return Lines()


@pytest.fixture
def opened(url: str, clock: Clock, lines: Lines) -> Iterator[Opened]:
    """Opens a store on the database; each is as another worker's, and is closed at the end."""
    stores: list[InDatabase] = []

    def made(quiet_days: int = 30, at: str = url, most_waiting: int = 100, key: bytes | None = None) -> InDatabase:
        log, names = Log("info", lines), Pseudonyms(key) if key else None
        store = InDatabase(
            at, quiet_days, now=clock, log=log, pseudonyms=names, metrics=Metrics(), most_waiting=most_waiting
        )
        stores.append(store)
        store.open()
        return store

    yield made
    for store in stores:
        store.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[AnyStore]:
    """Makes stores of a kind, with so many quiet days, and closes them."""
    made: list[Store] = []

    def opened(quiet_days: int) -> Store:
        if request.param == "memory":
            store: Store = InMemory(quiet_days, now=clock)
        else:
            store = InDatabase(_empty(request, tmp_path), quiet_days, now=clock)
        made.append(store)
        store.open()
        return store

    yield opened
    for store in made:
        store.close()
