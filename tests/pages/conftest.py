"""One app with the demo for the tests of its pages, on a fixed day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from cds_service.answer import Answerer, answerer_of
from cds_service.settings import Settings
from tests.hooks.calls import Lines, app_of, client_of

DAY = date(2027, 3, 1)
ADDRESS = "https://miss.example"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def demo_answerer() -> Answerer:
    """The stages, on a fixed day."""
    return answerer_of(Settings(), ADDRESS, lambda: DAY)


@pytest.fixture(scope="session")
def demo_app(demo_answerer: Answerer) -> FastAPI:
    """The service with its demo, as `cds-service demo` sets it behind an address."""
    settings = Settings(
        profile="development", demo=True, require_auth=False, allowed_origins=("*",), public_url=ADDRESS
    )
    return app_of(demo_answerer, Lines(), settings)


@pytest.fixture
async def demo(demo_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with client_of(demo_app) as client:
        yield client
