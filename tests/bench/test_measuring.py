"""What measures runs, and says so where what it measures goes wrong; no figure is asserted."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from bench.authentication import AUTHENTICATION, RAW, authentication
from bench.callers import NotAnswered, answer_of, call_all, request_for
from bench.in_process import CARDS, DECODE, ORJSON, SCAN, answerer_on, floors, in_turn, ours, worst_to_median
from bench.instructions import references
from bench.over_http import Rounds, Served, WrongAnswer, memory
from bench.peak import peak_growth
from bench.servers import Server
from bench.services import BARE, services
from bench.sizes import generated

DAY = date(2026, 11, 22)
LINUX = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are read from /proc")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Served]:
    served = services(tmp_path, 8_000, None)[BARE]
    served.server.start()
    yield served
    served.server.stop()


@LINUX
def test_the_bare_server_answers_a_constant_of_the_size_asked_for(bare: Served) -> None:
    request, *requests = bare.requests([b"{}" * 100_000, b"{}"], 21)
    assert len(answer_of(bare.server.port, request)) == 8_000
    assert len(call_all(bare.server.port, requests, 4).each) == 20
    bare.server.settle()
    assert bare.server.cpu_seconds() > 0
    assert bare.server.resident_mib() > 0


@LINUX
def test_an_answer_that_lacks_what_it_must_hold_ends_the_run(bare: Served) -> None:
    with pytest.raises(WrongAnswer, match="lacks a card"):
        memory(Served(bare.server, bare.path, b"a card"), [b"{}"], 1)


@LINUX
def test_a_server_that_does_not_start_ends_the_run(tmp_path: Path) -> None:
    server = Server([sys.executable, "-c", "exit('no such thing')"], 1, {}, tmp_path / "log")
    with pytest.raises(SystemExit, match="no such thing"):
        server.start()
    server.stop()
    assert server.cpu_seconds() == 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401"), (b"", "the connection ended")],
)
def test_a_call_that_is_not_answered_200_ends_the_run(answer: bytes, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = Thread(target=_answer_once, args=(listening, answer))
        thread.start()
        with pytest.raises(NotAnswered, match=why):
            call_all(port, [request_for(port, "/", b"{}", "token")], 1)
        thread.join()


def _answer_once(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        got = b""
        while not got.endswith(b"{}"):
            got += connection.recv(65_536)
        connection.sendall(answer)


def test_all_parts_of_a_call_are_measured_in_turn() -> None:
    text = generated(DAY)["S"].text
    works = floors(text) | ours(text, answerer_on(DAY))
    assert in_turn(works, 2, 1).keys() == {SCAN, ORJSON, DECODE, CARDS}
    assert worst_to_median(works[CARDS], 3) >= 1


def test_works_take_turns() -> None:
    done: list[str] = []
    in_turn({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 2, 2)
    assert "".join(done) == "aabbaabb"


@LINUX
def test_a_peak_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(generated(DAY)["S"].text)
    assert peak_growth(body, body, DAY) >= 0


def test_tokens_are_judged_and_verified(tmp_path: Path) -> None:
    assert authentication(tmp_path, 1, 2).keys() == {RAW, AUTHENTICATION}


def test_rounds_are_told_together() -> None:
    rounds = Rounds([20.0, 10.0], [50.0, 90.0], [0.001, 0.003, 0.002], [0.5])
    load = rounds.load()
    assert (load.cpu.best, load.cpu.median) == (10.0, 15.0)
    assert (load.per_second.best, load.per_second.median) == (90.0, 70.0)
    assert (load.p50, load.p99, load.alone_p50, load.alone_p99) == (2.0, 3.0, 500.0, 500.0)


def test_the_count_is_found_in_what_cachegrind_prints() -> None:
    assert references("==7== \n==7== I   refs:      5,193,224\n") == 5_193_224
    assert references("==7== I refs: 12") == 12
    with pytest.raises(ValueError, match="no count"):
        references("valgrind: no")
