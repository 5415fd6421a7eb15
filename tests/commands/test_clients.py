"""`cds-service clients`: a row is written whole or not at all, and a token's faults are said here and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from time import time

import pytest

from cds_service import cli
from cds_service.commands.token_check import checked
from cds_service.trust.clients_file import read_clients
from tests.fetch.ehr import Ehr, Reply, listening
from tests.hooks.calls import CALL
from tests.trust.mint import ABSENT, EC, PUBLIC, RSA, public_set, row, token


@pytest.fixture
def anyio_backend() -> str:
    """The loop that the server runs on."""
    return "asyncio"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of clients that is not there yet, keys beside it."""
    path = tmp_path / "clients.toml"
    (tmp_path / "acme.jwks.json").write_text(json.dumps(public_set(EC, RSA)), encoding="utf-8")
    monkeypatch.setenv("CDS_CLIENTS_FILE", str(path))
    monkeypatch.setenv("CDS_PUBLIC_URL", PUBLIC)
    return path


ADD = ["clients", "add", "acme", "--issuer", "https://ehr.example", "--jwks-file", "acme.jwks.json"]


def test_a_row_is_written_and_works(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--tenants", "north", "--tenants", 'so"uth', "--fhir-server", "https://ehr.example/fhir"]
    assert cli.main([*ADD, *more]) == 0
    assert "acme is registered" in capsys.readouterr().out
    assert cli.main(["clients", "add", "b", "--issuer", "b", "--jku", "https://b.example/k"]) == 0
    first, second = read_clients(file, "production").registered
    assert first.issuer
    assert first.issuer.tenants == ("north", 'so"uth')
    assert first.fhir_servers[0].base.host == "ehr.example"
    assert second.issuer
    assert second.issuer.jku[0].url == "https://b.example/k"


def test_a_row_may_only_be_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*ADD, "--print"]) == 0
    assert '[[clients]]\nid = "acme"\nissuer = "https://ehr.example"\n' in capsys.readouterr().out
    assert not file.exists()


def test_a_row_goes_behind_what_stands_there(file: Path) -> None:
    file.write_text('# ours\n[[clients]]\nid = "anonymous"', encoding="utf-8")
    assert cli.main(ADD) == 0
    assert file.read_text(encoding="utf-8").startswith('# ours\n[[clients]]\nid = "anonymous"\n')
    assert len(read_clients(file, "production").registered) == 1


@pytest.mark.parametrize(
    ("before", "arguments", "why"),
    [
        ("", [*ADD, "--algorithms", "HS256"], "clients[1].algorithms[1]"),
        ("", [*ADD, "--algorithms", "ES512"], "no key in it has a kid and verifies ES512"),
        ("[[", ADD, "it is not TOML"),
        (row(), ADD, "clients[2].id: another row has this id"),
        (
            "",
            ["clients", "add", "x", "--issuer", "https://sandbox.cds-hooks.org", "--jku", "https://x.example"],
            "sandb",
        ),
    ],
)
def test_a_row_that_is_wrong_is_not_written(
    file: Path, before: str, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(before, encoding="utf-8")
    assert cli.main(arguments) == 2
    assert why in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == before


def test_a_file_that_cannot_be_used(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"\xff")
    assert cli.main(ADD) == 2
    assert "it is not TOML in UTF-8" in capsys.readouterr().err
    file.unlink()
    file.mkdir()
    assert cli.main(ADD) == 2
    assert "Is a directory" in capsys.readouterr().err
    monkeypatch.setenv("CDS_CLIENTS_FILE", str(file / "no" / "folder.toml"))
    assert cli.main(["clients", "add", "b", "--issuer", "b", "--jku", "https://b.example/k"]) == 2
    assert "No such file or directory; name a file that can be written" in capsys.readouterr().err
    monkeypatch.delenv("CDS_CLIENTS_FILE")
    assert cli.main(ADD) == 2
    assert "CDS_CLIENTS_FILE: name the file" in capsys.readouterr().err


def test_the_rows_are_listed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = row(services=["miss-patient-view"], jku=["https://ehr.example/k"]) + row(id="b", issuer="b", services=[])
    file.write_text(rows, encoding="utf-8")
    assert cli.main(["clients", "list"]) == 0
    anonymous, acme, other = capsys.readouterr().out.splitlines()
    assert anonymous.startswith("anonymous\tevery caller")
    assert acme == (
        "acme\thttps://ehr.example\tES384,RS384\tkeys: ec (pinned), rsa (pinned), https://ehr.example/k\t"
        "services: miss-patient-view\tFHIR: none"
    )
    assert "services: none" in other


def real(**others: object) -> str:
    """A token of this hour: the command keeps the machine's clock."""
    now = time()
    return token(**{"iat": now, "exp": now + 300, **others})  # type: ignore[arg-type]


def check(file: Path, text: str, clients: str = "") -> int:
    file.write_text(clients or row(), encoding="utf-8")
    sample = file.with_name("token.txt")
    sample.write_text(f"Bearer {text}\n", encoding="utf-8")
    return cli.main(["clients", "check", "acme", str(sample)])


def test_a_token_that_is_good(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(file, real()) == 0
    assert capsys.readouterr().out.splitlines() == [
        "key 'ec' for ES384: pinned",
        "key 'rsa' for RS384: pinned",
        f"token: its aud is good for {PUBLIC}{CALL}",
        f"token: its aud is good for {PUBLIC}{CALL}/feedback",
        "token: good, once",
    ]


def test_all_that_is_wrong_with_a_token_is_said_and_none_of_it_quoted(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = real(iat=1.0, exp=5000.0, aud="Zzmarked", tenant="Zzmarked", sub="Zzmarked", jti="")
    assert check(file, text, row(tenants=["a"], subjects=["b"])) == 1
    out = capsys.readouterr().out
    for word in ("exp", "from iat to exp", "aud", "jti", "tenant", "sub"):
        assert f"token: refused: its {word}" in out or f"token: refused: {word}" in out
    assert "Zzmarked" not in out
    assert text.split(".")[2] not in out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "it is not three base64url parts"),
        (real(iss="https://other.example"), "its iss is no row's issuer"),
        (real(header={"kid": "Zzmarked"}), "no key with its kid and alg"),
        (real()[:-4] + "AAAA", "its signature is not of this key"),
    ],
)
def test_the_first_thing_wrong_before_a_token_is_believed(
    file: Path, text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(file, text) == 1
    out = capsys.readouterr().out
    assert f"token: refused: {why}" in out
    assert "Zzmarked" not in out


def test_what_can_be_checked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(row(), encoding="utf-8")
    assert cli.main(["clients", "check", "acme"]) == 0
    assert cli.main(["clients", "check", "acme", "/nowhere"]) == 2
    assert "/nowhere: No such file" in capsys.readouterr().err
    file.with_name("x").write_bytes(b"\xff")
    assert cli.main(["clients", "check", "acme", str(file.with_name("x"))]) == 2
    assert cli.main(["clients", "check", "other"]) == 2
    assert "no row with an issuer has the id 'other'; there are: acme" in capsys.readouterr().err
    file.write_text("", encoding="utf-8")
    assert cli.main(["clients", "check", "other"]) == 2
    assert "there are: none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("reply", "wrong", "told"),
    [
        (Reply(public_set(EC)), False, ["key 'ec' for ES384: {}", "token: good, once"]),
        (Reply(b"", 404), True, ["{}: it answered 404", "{}: no key of use"]),
        (Reply(b"x"), True, ["{}: what it answered is no JWK Set"]),
        (Reply({"keys": []}), True, ["{}: no key of use", "token: refused: no key with its kid"]),
    ],
)
async def test_keys_that_are_published(tmp_path: Path, reply: Reply, wrong: bool, told: list[str]) -> None:
    path = tmp_path / "clients.toml"
    async with listening(Ehr(lambda seen: reply)) as at:
        url = f"http://127.0.0.1:{at.port}/keys"
        path.write_text(row(jwks_file=ABSENT, jku=[url]), encoding="utf-8")
        (client,) = read_clients(path, "development").registered
        lines: list[str] = []
        now = time()
        text = token(aud=f"{PUBLIC}{CALL}", iat=now, exp=now + 60)
        assert await checked(client, text, PUBLIC, lines.append) is wrong
    for line in told:
        assert any(it.startswith(line.format(url)) for it in lines), lines
