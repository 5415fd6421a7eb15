"""Worker processes end at any moment, and the first process puts others in their place at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.hooks.calls import CALL, check_cards, request
from tests.system.test_server import Running, serving

# Less than the time after which a worker that does not answer is replaced: whoever died is not waited for.
PATIENCE = 20.0


def workers(running: Running) -> set[int]:
    """The process ids of its workers; its other child counts what they share."""
    pid = running.process.pid
    pids = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return {child for child in pids if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="who started whom is read from /proc")
def test_a_worker_that_dies_while_it_is_asked_whether_it_lives_is_replaced() -> None:
    with serving("serve", "--workers", "2") as running:
        old = workers(running)
        # It is asked every half second: halted for longer, it dies with the question unanswered.
        (halted, *_) = old
        os.kill(halted, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(halted, signal.SIGKILL)
        until(lambda: len(workers(running) - old) == 1)
        assert check_cards(httpx.post(f"{running.url}{CALL}", json=request())) == []
        status, _, err = running.stop()
    assert (status, err) == (0, b"")
