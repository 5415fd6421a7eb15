"""Metrics on a port of their own, of one process and of several; and what a start says that cannot be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.hooks.calls import CALL, check_cards, request
from tests.system.test_server import PATIENCE, SETTINGS, environment, free_port, serving


@pytest.mark.parametrize("workers", ["1", "2"])
def test_metrics_have_a_port_of_their_own(workers: str) -> None:
    port = free_port()
    with serving("serve", "--workers", workers, settings=SETTINGS | {"CDS_METRICS_PORT": str(port)}) as running:
        for _ in range(8):
            assert check_cards(httpx.post(f"{running.url}{CALL}", json=request())) == []
        # A worker that is still starting does not reach the store yet.
        until(lambda: "cds_store_reachable 1.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text)
        told = httpx.get(f"http://127.0.0.1:{port}/metrics")
        on_the_main_one = httpx.get(f"{running.url}/metrics").status_code
        status, _, err = running.stop()
    assert (told.status_code, on_the_main_one, status, err) == (200, 404, 0, b"")
    assert 'cds_calls_total{service="miss-patient-view",status="200"} 8.0' in told.text
    assert 'cds_stage_seconds_count{stage="decode"} 8.0' in told.text
    assert "cds_store_waiting 0.0" in told.text


def test_what_a_worker_that_died_had_waiting_waits_no_longer(tmp_path: Path) -> None:
    def waiting() -> set[int]:
        files = tmp_path.glob("cds-service-*/gauge_livesum_*.db")
        return {int(file.stem.removeprefix("gauge_livesum_")) for file in files}

    # Where traces are sent nobody listens: that keeps no worker from starting, nor from its end.
    nobody = f"http://127.0.0.1:{free_port()}/v1/traces"
    settings = SETTINGS | {"TMPDIR": str(tmp_path), "CDS_TRACES_URL": nobody}
    with serving("serve", "--workers", "2", settings=settings) as running:
        until(lambda: len(waiting()) == 2)
        first = min(waiting())
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in waiting() and len(waiting()) == 2)
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def until(so: Callable[[], bool]) -> None:
    """Wait for it, as long as a busy machine may take."""
    end = time.monotonic() + 2 * PATIENCE
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_main_port_is_not_the_one_of_metrics(tmp_path: Path) -> None:
    port = str(free_port())
    command = [sys.executable, "-m", "cds_service", "serve", "--port", port]
    env = environment({"CDS_REQUIRE_AUTH": "false", "CDS_METRICS_PORT": port, "PYTHONPATH": ":".join(sys.path)})
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "CDS_METRICS_PORT: the service itself listens there" in done.stderr
