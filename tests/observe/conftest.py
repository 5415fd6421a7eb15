"""One set of stages for these tests: loading its knowledge once is enough."""

from __future__ import annotations

from tests.hooks.conftest import answerer, anyio_backend, lines

__all__ = ["answerer", "anyio_backend", "lines"]
