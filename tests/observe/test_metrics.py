"""What is counted and timed, and that no label can hold what a caller wrote."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cds_service import trust
from cds_service.answer import Answerer
from cds_service.errors import SettingsError
from cds_service.observe.metrics import Metrics, all_workers, forget_worker, listening
from cds_service.observe.stages import STAGES
from cds_service.observe.timing import timing
from cds_service.settings import Settings
from tests.hooks.calls import CALL, SETTINGS, Lines, app_of, client_of, condition, request, with_conditions
from tests.trust.mint import PINNED, good, guarded, settings_of, write_keys

WORKER = """
from cds_service.observe.metrics import Metrics
metrics = Metrics()
metrics.called("miss-patient-view", 200, 0.01)
metrics.store_looked_after(3, reachable={reachable})
"""


def value(text: str, name: str) -> float:
    """One sample of Prometheus' text."""
    return float(re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[0])


async def test_each_stage_of_a_call_is_timed(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(answerer, lines)) as client:
        await client.post(CALL, json=with_conditions(condition()))
        await client.post(CALL, json=request(fhirServer="https://ehr.example/fhir"))
        text = (await client.get("/metrics")).text
    counts = {stage: value(text, f'cds_stage_seconds_count{{stage="{stage}"}}') for stage in STAGES}
    assert counts == {"trust": 0, "body": 2, "decode": 2, "fetch": 1, "assess": 2, "render": 2}


async def test_a_stage_that_fails_is_timed(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(answerer, lines)) as client:
        assert (await client.post(CALL, content=b"{")).status_code == 400
        text = (await client.get("/metrics")).text
    assert value(text, 'cds_stage_seconds_count{stage="decode"}') == 1


async def test_refused_tokens_are_counted_by_why(answerer: Answerer, tmp_path: Path) -> None:
    write_keys(tmp_path)
    async with guarded(answerer, settings_of(tmp_path, PINNED)) as service:
        for bad in (good(exp=1), good(tenant="Ada"), "x"):
            assert (await service.call(bad)).status_code == 401
        text = (await service.client.get("/metrics")).text
    assert sum(float(count) for count in re.findall(r"^cds_auth_failures_total\{.*\} (\S+)$", text, re.M)) == 3
    assert value(text, 'cds_auth_failures_total{reason="tenant"}') == 1
    assert value(text, 'cds_stage_seconds_count{stage="trust"}') == 3
    assert "Ada" not in text


def test_every_reason_is_a_word_of_ours() -> None:
    """A label has as many values as there are words in the code."""
    folder = Path(str(trust.__file__)).parent
    calls = [
        node.args[0]
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "TokenRefused"
    ]
    words = [arg.value for arg in calls if isinstance(arg, ast.Constant)]
    assert {"issuer", "signature", "replay", "absent", "form"} <= set(words)
    # The one that is no literal passes on what `faults` yields, which are literals.
    assert [ast.unparse(arg) for arg in calls if not isinstance(arg, ast.Constant)] == ["why"]


def test_the_store_says_how_much_waits_and_whether_it_answers() -> None:
    metrics = Metrics()
    metrics.store_looked_after(7, reachable=True)
    text = metrics.text().decode()
    assert (value(text, "cds_store_waiting"), value(text, "cds_store_reachable")) == (7, 1)
    metrics.store_looked_after(8, reachable=False)
    assert value(metrics.text().decode(), "cds_store_reachable") == 0


async def test_a_store_in_memory_answers(answerer: Answerer, lines: Lines) -> None:
    app = app_of(answerer, lines)
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert value((await client.get("/metrics")).text, "cds_store_reachable") == 1


def test_workers_are_summed_and_one_that_died_waits_no_longer(tmp_path: Path) -> None:
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for reachable in (True, False):
        code = WORKER.format(reachable=reachable)
        subprocess.run([sys.executable, "-c", code], env=env, check=True)

    def text() -> str:
        with listening("127.0.0.1", port, all_workers(str(tmp_path))):
            return httpx.get(f"http://127.0.0.1:{port}/metrics").text

    port = free_port()
    told = text()
    assert value(told, 'cds_calls_total{service="miss-patient-view",status="200"}') == 2
    assert (value(told, "cds_store_waiting"), value(told, "cds_store_reachable")) == (6, 0)
    pids = {int(found[1]) for path in tmp_path.iterdir() if (found := re.search(r"livesum_(\d+)", path.name))}
    for pid in pids:
        forget_worker(pid, str(tmp_path))
    told = text()
    assert "cds_store_waiting" not in told
    assert value(told, 'cds_calls_total{service="miss-patient-view",status="200"}') == 2


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use_stops_the_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(SettingsError, match="CDS_METRICS_PORT: nothing can listen on port"),
            listening("127.0.0.1", taken.getsockname()[1], Metrics().registry),
        ):
            raise AssertionError


def test_without_a_port_nothing_listens() -> None:
    with listening("127.0.0.1", None, Metrics().registry):
        pass


async def test_with_a_port_of_its_own_it_is_not_on_the_main_one(answerer: Answerer, lines: Lines) -> None:
    settings = SETTINGS.model_copy(update={"metrics_port": 9464})
    async with client_of(app_of(answerer, lines, settings)) as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/readyz")).status_code == 200


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_is_a_port(port: int) -> None:
    with pytest.raises(ValueError, match="metrics_port"):
        Settings(metrics_port=port)


def test_a_stage_outside_of_an_app_is_timed_all_the_same() -> None:
    metrics = Metrics()
    with timing(metrics)("decode"):
        pass
    assert value(metrics.text().decode(), 'cds_stage_seconds_count{stage="decode"}') == 1
