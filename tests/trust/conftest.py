"""One set of stages for these tests, and the loop of the asynchronous ones."""

from __future__ import annotations

import pytest

from cds_service.answer import Answerer, answerer_of
from tests.hooks.calls import DAY, SETTINGS


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def stages() -> Answerer:
    """The stages, on a fixed day: loading their knowledge once is enough."""
    return answerer_of(SETTINGS, "https://miss.example", lambda: DAY)
