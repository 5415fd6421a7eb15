"""One app for the contract tests: loading its knowledge once is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from cds_service.answer import Answerer, answerer_of
from tests.hooks.calls import DAY, SETTINGS, Lines, app_of, client_of


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def answerer() -> Answerer:
    """The stages, on a fixed day."""
    return answerer_of(SETTINGS, "https://miss.example", lambda: DAY)


@pytest.fixture
def lines() -> Lines:
    """What the service logs."""
    return Lines()


@pytest.fixture
async def client(answerer: Answerer, lines: Lines) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service as a site with one browser client would set it."""
    async with client_of(app_of(answerer, lines)) as made:
        yield made
