"""What is measured over HTTP: a constant, this service in its three ways to run, and a service of others."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.connections import HOST
from bench.ehr import CALL
from bench.over_http import Served
from bench.servers import Server
from bench.tokens import Tokens

BARE = "bare uvicorn, a constant"
ONE = "this service, 1 worker"
TOKENS = "this service, 1 worker, ES384 tokens"
TWO = "this service, 2 workers"
PEER = "HealthChain, a dictionary of conditions"
PEER_FILE = Path(__file__).parent / "peers" / "health_chain.py"
# It builds models of the whole body.
PEER_PART = 10
CARD = b'"recommend"'
PEER_CARD = b'"cards"'
ANONYMOUS: Mapping[str, str] = {"CDS_REQUIRE_AUTH": "false"}


def services(folder: Path, answer_bytes: int, peer: Path | None) -> dict[str, Served]:
    """All of them, each on a port of its own; `peer` is the Python that HealthChain is installed for."""
    found = {
        BARE: _bare(folder, answer_bytes),
        ONE: Served(_ours(folder / "one", _free_port(), ANONYMOUS, 1), CALL, CARD),
        TOKENS: _with_tokens(folder / "tokens"),
        TWO: Served(_ours(folder / "two", _free_port(), ANONYMOUS, 2), CALL, CARD),
    }
    return found | ({PEER: _peer(folder, peer)} if peer else {})


def _bare(folder: Path, answer_bytes: int) -> Served:
    port = _free_port()
    command = [sys.executable, "-m", "bench.bare", str(port), str(answer_bytes)]
    return Served(Server(command, port, {}, folder / "bare.log"), CALL, b"...")


def _ours(folder: Path, port: int, settings: Mapping[str, str], workers: int) -> Server:
    """As an operator runs it, with a database of its own."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "cds_service", "serve", "--workers", str(workers), "--port", str(port)]
    database = {"CDS_DATABASE_URL": f"sqlite:///{folder}/store.db"}
    return Server(command, port, {**database, **settings}, folder / "service.log")


def _with_tokens(folder: Path) -> Served:
    """One registered client, whose tokens are each good once."""
    port = _free_port()
    folder.mkdir()
    tokens = Tokens(f"http://{HOST}:{port}{CALL}")
    settings = {"CDS_CLIENTS_FILE": str(tokens.write_row(folder, "reject"))}
    return Served(_ours(folder, port, settings, 1), CALL, CARD, tokens)


def _peer(folder: Path, python: Path) -> Served:
    port = _free_port()
    server = Server([str(python), str(PEER_FILE), str(port)], port, {}, folder / "peer.log")
    return Served(server, f"/cds{CALL}", PEER_CARD, part=PEER_PART)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
