"""The app that the marked patient goes through."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from cds_service.observe.logs import Log, take_over_logging
from tests.hooks.calls import Lines
from tests.hooks.conftest import answerer, anyio_backend, lines

__all__ = ["answerer", "anyio_backend", "lines"]


@pytest.fixture
def taken_over() -> Iterator[Lines]:
    """What other libraries log, taken over, and given back."""
    made = Lines()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    take_over_logging(Log("debug", made))
    yield made
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
