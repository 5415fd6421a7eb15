"""Clients that cost little: threads with a blocking socket each, so that the server is what is busy."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

from bench.connections import HOST

PATIENCE_SECONDS = 60.0
PIECE = 256 * 1024
END = b"\r\n\r\n"
LENGTH = b"content-length:"


class NotAnswered(Exception):
    """A call was answered by anything but 200, or the connection ended: what was measured is worth nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST: its head, and the body, which many share."""

    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Called:
    """The seconds that all calls took together, and each by itself."""

    seconds: float
    each: tuple[float, ...]


def request_for(port: int, path: str, body: bytes, token: str = "") -> Request:
    """The call as it goes over the wire."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n{bearer}"
    return Request(f"{head}Content-Length: {len(body)}\r\n\r\n".encode(), body)


def call_all(port: int, requests: Sequence[Request], at_once: int) -> Called:
    """Each request once, so many at a time over as many connections. Raises NotAnswered."""
    waiting = iter(requests)
    began = perf_counter()
    with ThreadPoolExecutor(at_once) as threads:
        running = [threads.submit(_in_a_row, port, waiting) for _ in range(at_once)]
        each = [seconds for one in running for seconds in one.result()]
    return Called(perf_counter() - began, tuple(each))


def answer_of(port: int, request: Request) -> bytes:
    """The body of the answer to one request. Raises NotAnswered."""
    with socket.create_connection((HOST, port), PATIENCE_SECONDS) as connection:
        return _answered(connection, request)


def _in_a_row(port: int, waiting: Iterator[Request]) -> list[float]:
    """The seconds of each of the waiting requests that this thread came to."""
    each = []
    with socket.create_connection((HOST, port), PATIENCE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in waiting:
            began = perf_counter()
            _answered(connection, request)
            each.append(perf_counter() - began)
    return each


def _answered(connection: socket.socket, request: Request) -> bytes:
    try:
        connection.sendall(request.head)
        connection.sendall(request.body)
        got = _received(connection)
    except OSError as error:
        raise NotAnswered(type(error).__name__) from None
    if not got.startswith(b"HTTP/1.1 200 "):
        raise NotAnswered(got.partition(b"\r\n")[0].decode("latin-1") or "the connection ended")
    return got.partition(END)[2]


def _received(connection: socket.socket) -> bytes:
    """Head and body of an answer with a Content-Length; less, where the connection ends."""
    got = b""
    while END not in got or len(got) < _whole(got):
        piece = connection.recv(PIECE)
        if not piece:
            return b""
        got += piece
    return got


def _whole(got: bytes) -> int:
    """The bytes of head and body together."""
    head = got[: got.index(END)].lower()
    at = head.find(LENGTH)
    declared = head[at + len(LENGTH) :].partition(b"\r\n")[0] if at >= 0 else b"0"
    return len(head) + len(END) + int(declared)
