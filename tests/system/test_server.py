"""A real server process, spoken to over a socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from cds_service.server_parts import address_of
from tests.hooks.calls import CALL, check_cards, check_outcome, condition, request, with_conditions

ORIGIN = "https://sandbox.example"
SETTINGS = {"CDS_REQUIRE_AUTH": "false", "CDS_ALLOWED_ORIGINS": ORIGIN, "CDS_BODY_TIMEOUT_SECONDS": "0.5"}
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server process, and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, list[dict[str, Any]], bytes]:
        """Tell it to stop; its exit status, its log lines, and what it wrote to standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, [json.loads(line) for line in out.splitlines()], err


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    return kept | settings


@contextmanager
def serving(*arguments: str, settings: dict[str, str] | None = None, ready: bool = True) -> Iterator[Running]:
    """A server that is ready; or, where it cannot be, that answers."""
    port = free_port()
    command = [sys.executable, "-m", "cds_service", *(arguments or ("serve",)), "--port", str(port)]
    with TemporaryDirectory() as folder:
        # Unless the test names one, each server has a database of its own.
        database = {"CDS_DATABASE_URL": f"sqlite:///{folder}/store.db"}
        env = environment(database | (settings or SETTINGS))
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        running = Running(process, port)
        try:
            wait_until_ready(running, (200,) if ready else (200, 503))
            yield running
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


def wait_until_ready(running: Running, status: tuple[int, ...] = (200,)) -> None:
    until = time.monotonic() + PATIENCE
    # One client for all questions: to make one for each takes more time than the server's start leaves.
    with httpx.Client(base_url=running.url) as client:
        while time.monotonic() < until:
            if running.process.poll() is not None:
                raise AssertionError(running.process.communicate())
            with suppress(httpx.TransportError):
                if client.get("/readyz").status_code in status:
                    return
            time.sleep(0.02)
    raise AssertionError("the server did not become ready")


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """One server for the tests that leave it running."""
    with serving() as running:
        yield running


def test_a_call_and_its_card(server: Running) -> None:
    with httpx.Client(base_url=server.url) as client:
        (card,) = check_cards(client.post(CALL, json=with_conditions(condition(onsetDateTime="2020-05-10"))))
        assert card["source"]["url"].startswith(f"{server.url}/rules/")
        assert client.get(card["source"]["url"]).status_code == 200


def test_discovery_as_a_browser_asks_for_it(server: Running) -> None:
    """The sandbox's way: a preflight, then the address with a slash at its end, then the doubled slash."""
    with httpx.Client(base_url=server.url, headers={"Origin": ORIGIN}) as client:
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        assert client.options("/cds-services/", headers=asked).status_code == 204
        service = client.get("/cds-services/").json()["services"][0]
        address = f"/cds-services//{service['id']}"
        asked = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        preflight = client.options(address, headers=asked)
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        answer = client.post(address, json=request())
        assert check_cards(answer) == []
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        missing = client.post(address, json=request({}))
        assert missing.status_code == 412
        assert missing.headers["access-control-allow-origin"] == ORIGIN


def test_a_slow_body_is_408(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plug:
        plug.sendall(f"POST {CALL} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        answer = b"".join(iter(lambda: plug.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"OperationOutcome"' in answer


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plug:
        plug.sendall(f"POST {CALL} HTTP/1.1\r\nHost: x\r\nContent-Length: {33 * 2**20}\r\n\r\n".encode())
        assert plug.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_nesting_of_ten_megabytes_is_answered_quickly(server: Running) -> None:
    content = b'{"x":' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}"
    started = time.monotonic()
    check_outcome(httpx.post(f"{server.url}{CALL}", content=content, timeout=PATIENCE), 400)
    assert time.monotonic() - started < 3


def test_many_calls_at_once(server: Running) -> None:
    body = with_conditions(condition(onsetDateTime="2020-05-10"))
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.post(CALL, json=body), range(64)))
    uuids = {check_cards(answer)[0]["uuid"] for answer in answers}
    assert len(uuids) == len(answers)
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


def test_a_stop_lets_running_calls_finish_and_logs_json_only() -> None:
    with serving(settings={**SETTINGS, "CDS_BODY_TIMEOUT_SECONDS": "10", "CDS_NOBODY": "1"}) as running:
        content = json.dumps(request()).encode()
        head = f"POST {CALL} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as plug:
            plug.sendall(head + content[:5])
            time.sleep(0.2)
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            plug.sendall(content[5:])
            assert b"200 OK" in plug.recv(65_536)
        started = time.monotonic()
        out, err = running.process.communicate(timeout=PATIENCE)
    assert running.process.returncode == 0
    assert time.monotonic() - started < 10
    assert err == b""
    lines = [json.loads(line) for line in out.splitlines()]
    events = [line["event"] for line in lines]
    assert events.index("listening") < events.index("request")
    assert [line["setting"] for line in lines if line["level"] == "warning"] == [
        "CDS_NOBODY",
        "CDS_PUBLIC_URL",
        "CDS_REQUIRE_AUTH",
        "CDS_KNOWLEDGE_DIR",
    ]
    assert sum(running.url in line.get("message", "") for line in lines) == 1


def test_the_demo_says_where_its_page_is() -> None:
    with serving("demo", settings={"CDS_LOG_LEVEL": "info"}) as running:
        with httpx.Client(base_url=running.url) as client:
            assert client.get("/demo/").status_code == 200
            preflight = client.options(CALL, headers={"Origin": ORIGIN})
        status, lines, err = running.stop()
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert (status, err) == (0, b"")
    assert [line["message"] for line in lines if running.url in line.get("message", "")] == [f"{running.url}/demo/"]


def test_an_interrupt_ends_it_quietly() -> None:
    with serving() as running:
        status, lines, err = running.stop(signal.SIGINT)
    assert (status, err) == (0, b"")
    assert [line["event"] for line in lines[:4]] == ["no-https", "no-authentication", "started", "listening"]


def test_workers_share_the_port_and_their_counts() -> None:
    with serving("serve", "--workers", "2") as running:
        for _ in range(8):
            assert check_cards(httpx.post(f"{running.url}{CALL}", json=request())) == []
        counted = {httpx.get(f"{running.url}/metrics").text.count('status="200"} 8.0') for _ in range(8)}
        status, lines, err = running.stop(signal.SIGINT)
    assert (status, err) == (0, b"")
    assert counted == {1}
    assert sum(line["event"] == "request" and line["method"] == "POST" for line in lines) == 8


def test_workers_finish_their_calls_and_nobody_new_is_left_waiting() -> None:
    settings = {**SETTINGS, "CDS_BODY_TIMEOUT_SECONDS": "10"}
    content = json.dumps(request()).encode()
    head = f"POST {CALL} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    with serving("serve", "--workers", "2", settings=settings) as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as plug:
            plug.sendall(head + content[:5])
            time.sleep(0.2)
            running.process.send_signal(signal.SIGTERM)
            assert until_refused(running) < 2
            plug.sendall(content[5:])
            assert b"200 OK" in plug.recv(65_536)
        _, err = running.process.communicate(timeout=PATIENCE)
    assert (running.process.returncode, err) == (0, b"")


def test_workers_do_not_outlive_the_first_process() -> None:
    with serving("serve", "--workers", "2") as running:
        running.process.kill()
        # The end of its output is theirs: they share it.
        running.process.communicate(timeout=PATIENCE)
        assert until_refused(running) < 1


def until_refused(running: Running) -> float:
    """How many seconds until a new caller is refused; one that is let in is told that it is the wrong moment."""
    started = time.monotonic()
    with suppress(httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
        while True:
            assert httpx.get(f"{running.url}/readyz", timeout=PATIENCE).status_code in (200, 503)
    return time.monotonic() - started


def test_an_address_is_written_as_clients_write_it() -> None:
    assert address_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert address_of("::1", 8000) == "http://[::1]:8000"


def test_a_port_in_use_ends_the_start(tmp_path: Path) -> None:
    with serving() as running:
        command = [sys.executable, "-m", "cds_service", "serve", "--port", str(running.port)]
        env = environment(SETTINGS | {"CDS_DATABASE_URL": f"sqlite:///{tmp_path}/store.db"})
        second = subprocess.run(command, env=env, capture_output=True, timeout=PATIENCE, check=False)
    assert second.returncode == 3
    assert second.stderr == b""
    assert b"address already in use" in second.stdout


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, b"CDS_REQUIRE_AUTH"),
        ({**SETTINGS, "CDS_TODAY": "2026-11-22"}, b"CDS_TODAY"),
        ({**SETTINGS, "CDS_DEMO": "true"}, b"CDS_DEMO"),
        ({**SETTINGS, "CDS_SILENT_RULES": "x"}, b"CDS_SILENT_RULES"),
        ({**SETTINGS, "CDS_MAX_BODY_BYTES": "x"}, b"CDS_MAX_BODY_BYTES"),
    ],
)
def test_a_start_that_is_refused_ends_with_2_and_one_line(settings: dict[str, str], name: bytes) -> None:
    command = [sys.executable, "-m", "cds_service", "serve", "--port", str(free_port())]
    ended = subprocess.run(command, env=environment(settings), capture_output=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 2
    assert name in ended.stderr
    assert ended.stderr.count(b"\n") == 1
