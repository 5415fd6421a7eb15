"""One set of stages for these tests: loading its knowledge once is enough."""

from __future__ import annotations

import pytest

from cds_service.answer import Answerer, answerer_of
from tests.hooks.calls import DAY, SETTINGS


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def answerer() -> Answerer:
    """The stages, on a fixed day."""
    return answerer_of(SETTINGS, "https://miss.example", lambda: DAY)
