"""Secrets: from a variable or a file, never printed; and the databases that may be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service import cli
from cds_service.errors import SettingsError
from cds_service.settings import Loaded, load_settings

KEY = "0123456789abcdef0123456789abcdef"


def of(**variables: str) -> Loaded:
    return load_settings({"CDS_REQUIRE_AUTH": "false"} | {f"CDS_{name}": value for name, value in variables.items()})


def test_the_default_is_a_file_in_the_working_directory() -> None:
    assert of().settings.database_url.get_secret_value() == "sqlite:///cds-service.db"
    assert load_settings({}, "demo").settings.database_url == of().settings.database_url


GOOD = (
    "sqlite:////abs/file.db",
    "sqlite:///file.db",
    "postgresql+psycopg://u:p@h:1/d",
    "postgresql+psycopg:///d?host=/s",
)
BAD = ("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "postgresql://h/d", "mysql://h")


@pytest.mark.parametrize("url", GOOD)
def test_databases_that_may_be_named(url: str) -> None:
    assert of(DATABASE_URL=url).settings.database_url.get_secret_value() == url


@pytest.mark.parametrize("url", BAD)
def test_databases_that_may_not(url: str) -> None:
    with pytest.raises(SettingsError, match="CDS_DATABASE_URL"):
        of(DATABASE_URL=url)


@pytest.mark.parametrize("name", ["DATABASE_URL", "ADMIN_TOKEN", "PATIENT_HASH_KEY"])
def test_a_secret_may_be_in_a_file(tmp_path: Path, name: str) -> None:
    text = "sqlite:///x.db" if name == "DATABASE_URL" else KEY
    (tmp_path / "secret").write_text(f"{text}\n")
    loaded = of(**{f"{name}_FILE": str(tmp_path / "secret")})
    assert getattr(loaded.settings, name.lower()).get_secret_value() == text
    assert loaded.origins[name.lower()] == "environment"
    assert loaded.unknown == ()
    with pytest.raises(SettingsError, match=f"CDS_{name}_FILE: CDS_{name} is set, too"):
        of(**{f"{name}_FILE": str(tmp_path / "secret"), name: text})


def test_the_former_key_may_be_in_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{KEY}\n")
    settings = of(PATIENT_HASH_KEY="n" * 32, PATIENT_HASH_KEY_FORMER_FILE=str(tmp_path / "secret")).settings
    assert settings.patient_hash_key_former and settings.patient_hash_key_former.get_secret_value() == KEY
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), (b"\xff", "cannot be read"), (b"\n", "is empty")]
)
def test_a_file_without_a_secret_stops_the_start(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match=f"CDS_ADMIN_TOKEN_FILE: the file {why}"):
        of(ADMIN_TOKEN_FILE=str(tmp_path / "secret"))


@pytest.mark.parametrize(("name", "least"), [("ADMIN_TOKEN", 16), ("PATIENT_HASH_KEY", 32)])
def test_a_secret_that_could_be_guessed_stops_the_start(name: str, least: int) -> None:
    of(**{name: "x" * least})
    with pytest.raises(SettingsError, match=f"CDS_{name}"):
        of(**{name: "x" * (least - 1)})


def test_settings_prints_no_secret(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("CDS_ADMIN_TOKEN", "CDS_PATIENT_HASH_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("CDS_DATABASE_URL", f"postgresql+psycopg://u:{KEY}@h/d")
    assert cli.main(["settings"]) == 0
    out = capsys.readouterr().out
    assert KEY not in out
    assert "CDS_ADMIN_TOKEN" in out
