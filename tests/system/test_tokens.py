"""A real server that asks for tokens, spoken to over a socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import time

import httpx
import pytest

from tests.hooks.calls import CALL, check_cards, request
from tests.system.test_server import PATIENCE, environment, free_port, serving
from tests.trust.mint import bearing, row, settings_of, token


def fresh(address: str) -> str:
    now = time()
    return token(aud=f"{address}{CALL}", iat=now, exp=now + 300)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_asks_for_tokens(tmp_path: Path, workers: str) -> None:
    settings_of(tmp_path)
    with serving("serve", "--workers", workers, settings={"CDS_CLIENTS_FILE": str(tmp_path / "clients.toml")}) as at:
        with httpx.Client(base_url=at.url) as client:
            bare = client.post(CALL, json=request())
            assert (bare.status_code, bare.content, bare.headers["www-authenticate"]) == (401, b"", "Bearer")
            check_cards(client.post(CALL, json=request(), headers=bearing(fresh(at.url))))
            assert client.get("/cds-services").status_code == 200
        status, lines, err = at.stop()
    assert (status, err) == (0, b"")
    events = [line["event"] for line in lines]
    assert "no-authentication" not in events
    assert [line.get("client", "") for line in lines if line.get("status") == 200 and line["method"] == "POST"] == [
        "acme"
    ]


def test_a_start_without_anybody_who_could_call_says_what_to_do(tmp_path: Path) -> None:
    settings_of(tmp_path, '[[clients]]\nid = "anonymous"\n')
    assert "clients add" in refused_start({"CDS_CLIENTS_FILE": str(tmp_path / "clients.toml")})
    assert "clients add" in refused_start({})


def test_production_does_not_start_with_the_public_sandbox(tmp_path: Path) -> None:
    settings_of(tmp_path, row(issuer="https://sandbox.cds-hooks.org"))
    said = refused_start({"CDS_CLIENTS_FILE": str(tmp_path / "clients.toml"), "CDS_REQUIRE_AUTH": "false"})
    assert "clients[1].issuer: the public sandbox's private key is public" in said


def refused_start(settings: dict[str, str]) -> str:
    command = [sys.executable, "-m", "cds_service", "serve", "--port", str(free_port())]
    ended = subprocess.run(command, env=environment(settings), capture_output=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr.count(b"\n")) == (2, 1)
    return ended.stderr.decode()


def test_a_sample_token_from_stdin(tmp_path: Path) -> None:
    settings_of(tmp_path)
    command = [sys.executable, "-m", "cds_service", "clients", "check", "acme", "-"]
    given = {"CDS_CLIENTS_FILE": str(tmp_path / "clients.toml"), "CDS_PUBLIC_URL": "https://miss.example"}
    ended = subprocess.run(
        command,
        env=environment(given),
        input=fresh("https://miss.example").encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.endswith(b"token: good, once\n")


def test_without_tokens_no_cryptography_is_imported() -> None:
    """A start pays for what it uses."""
    program = (
        "import sys; from cds_service.app import create_app; from cds_service.settings import Settings;"
        "create_app(Settings(require_auth=False)); print('cryptography' in sys.modules, 'joserfc' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=PATIENCE, check=True)
    assert ended.stdout == b"False False\n"
