"""One set of stages for these tests."""

from __future__ import annotations

from tests.fetch.conftest import answerer, anyio_backend

__all__ = ["answerer", "anyio_backend"]
