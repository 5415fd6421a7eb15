"""Killed at each moment of writing: what was acknowledged is there, the rest is there whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.store.conftest import Opened
from tests.store.dying import BATCHES, MOMENTS, batch

# What was committed before the end is there, though nobody was told; of a commit that was cut short, either.
KEPT: dict[str, set[int]] = {MOMENTS[0]: {0}, MOMENTS[1]: {0}, MOMENTS[2]: {0, 3}, MOMENTS[3]: {3}}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed(opened: Opened, url: str, moment: str) -> None:
    command = [sys.executable, "-m", "tests.store.dying", url, moment]
    ended: Any = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, b"")
    assert ended.stdout.split() == [b"0", b"1"]
    store = opened()
    for number in range(BATCHES - 1):
        assert await store.record("acme", batch(number)) == ()
    news = await store.record("acme", batch(BATCHES - 1))
    assert len(batch(0)) - len(news) in KEPT[moment]
    assert [(one.what, one.count) for one in await store.counts()] == [("accepted", 3 * BATCHES)]
