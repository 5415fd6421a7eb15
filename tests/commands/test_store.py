"""`cds-service store`: what it says, what it deletes only when told twice, and what it leaves alone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cds_service import cli
from cds_service.store.databases import engine_of
from cds_service.store.in_database import InDatabase
from cds_service.store.migrating import BACK, move
from cds_service.store.shown import Feedback, Matter, Shown, real_time
from tests.store.postgresql import new_postgresql

__all__ = ["new_postgresql"]
Said = Callable[..., str]
NOTHING = "nothing was deleted; add --yes to delete it"
QUIET = "quiet period: 30 days, by CDS_QUIET_DAYS\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where nothing is kept yet."""
    made = str(request.getfixturevalue("new_postgresql")()) if request.param == "postgresql" else ""
    monkeypatch.setenv("CDS_DATABASE_URL", made or f"sqlite:///{tmp_path}/store.db")
    return made or f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def kept(url: str) -> str:
    """A database with something in it."""
    asyncio.run(filled(url))
    return url


async def filled(url: str) -> None:
    """A card of acme's from 100 days ago, with feedback, and one of another client's from now."""
    for days, client, told in ((100, "acme", "c1"), (0, "other", "c9")):
        at = real_time() - timedelta(days=days)
        store = InDatabase(url, 30, now=lambda at=at: at)  # type: ignore[misc]
        store.open()
        store.remember(Shown(f"{client}-card", "consider", "v", Matter("s", client, b"p", "consider", b"f")))
        await store.record(client, [Feedback(f"{client}-card" if told == "c1" else told, "accepted")])
        store.close()


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command that must work, or not; what it says."""

    def run(*arguments: str, status: int = 0) -> str:
        assert cli.main(["store", *arguments]) == status
        out, err = capsys.readouterr()
        return (err if status else out).strip()

    return run


def test_how_much_is_kept(kept: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = (real_time() - timedelta(days=100)).strftime("%Y-%m-%d")
    assert said("status").splitlines() == [
        f"cards shown: 2, the oldest of {oldest}",
        "feedback: 2",
        "kept: until purged",
        "keys: the one of today and 0 former",
    ]
    monkeypatch.setenv("CDS_RETENTION_DAYS", "365")
    monkeypatch.setenv("CDS_PATIENT_HASH_KEY", "k" * 32)
    assert said("status").splitlines()[2:] == ["kept: for 365 days", "keys: CDS_PATIENT_HASH_KEY names patients"]


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_without_yes_nothing_is_deleted(kept: str, said: Said, dry: tuple[str, ...]) -> None:
    assert said("purge", "--older-than", "60", *dry) == f"{QUIET}cards shown: 1, feedback: 1; {NOTHING}"
    assert said("purge", "--client", "other", *dry) == f"cards shown: 1, feedback: 1; {NOTHING}"
    assert said("status").startswith("cards shown: 2")


def test_what_is_old_is_deleted(kept: str, said: Said) -> None:
    assert said("purge", "--older-than", "60", "--yes") == f"{QUIET}cards shown: 1, feedback: 1, deleted"
    assert said("purge", "--older-than", "60", "--yes") == f"{QUIET}cards shown: 0, feedback: 0, deleted"
    assert said("status").startswith("cards shown: 1")


def test_a_site_that_leaves_is_deleted(kept: str, said: Said) -> None:
    assert said("purge", "--client", "other", "--yes") == "cards shown: 1, feedback: 1, deleted"
    assert said("purge", "--client", "acme", "--yes") == "cards shown: 1, feedback: 1, deleted"
    assert said("status").splitlines()[:2] == ["cards shown: 0", "feedback: 0"]


def test_nothing_younger_than_the_quiet_period_is_purged_by_age(kept: str, said: Said) -> None:
    assert said("purge", "--older-than", "29", "--yes", status=2).startswith("cds-service: --older-than: ")
    assert said("status").startswith("cards shown: 2")


@pytest.mark.parametrize("days", ["0", "-1", "many", "36501", "1.5"])
def test_days_are_days(days: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["store", "purge", f"--older-than={days}"])


def test_another_key(kept: str, said: Said) -> None:
    assert said("rotate-key").endswith("former keys kept: 1")
    assert said("status").endswith("keys: the one of today and 1 former")
    assert said("rotate-key", "--forget-former").endswith("former keys kept: 0")


def test_a_shell_with_other_quiet_days_ends_no_quiet_period(
    kept: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDS_QUIET_DAYS", "0")
    assert said("rotate-key").endswith("former keys kept: 1")
    assert said("purge", "--older-than", "60").splitlines()[0] == "quiet period: 0 days, by CDS_QUIET_DAYS"


def test_a_key_that_is_given_is_for_the_site_to_follow(kept: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDS_PATIENT_HASH_KEY", "k" * 32)
    assert "CDS_PATIENT_HASH_KEY_FORMER" in said("rotate-key", status=2)


def changed(url: str, statement: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_store_that_was_never_used_is_not_made(url: str, said: Said, tmp_path: Path) -> None:
    why = said("status", status=2)
    assert why.startswith("cds-service: CDS_DATABASE_URL: ")
    assert not list(tmp_path.glob("store.db"))
    (tmp_path / "store.db").touch()
    assert "there is no file" in why or "nothing was ever kept there" in why
    if url.startswith("sqlite"):
        assert "nothing was ever kept there" in said("status", status=2)


def test_a_store_of_another_release_is_left_alone(kept: str, said: Said) -> None:
    changed(kept, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer release" in said("status", status=2)
    changed(kept, "UPDATE alembic_version SET version_num = 'purge_and_keys'")
    engine = engine_of(kept)
    with engine.begin() as connection:
        move(connection, BACK)
    engine.dispose()
    assert "older release" in said("purge", "--older-than", "60", "--yes", status=2)


def test_a_store_that_fails_is_told_without_its_words(kept: str, said: Said) -> None:
    changed(kept, "DROP TABLE feedback")
    why = said("status", status=2)
    assert "the database cannot be used" in why
    assert "SELECT" not in why


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InDatabase]:
    """The store of a service that runs."""
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    store = InDatabase(f"sqlite:///{tmp_path}/store.db", 30)
    store.open()
    yield store
    store.close()


def test_beside_a_service_a_former_key_leaves_the_log_too(running: InDatabase, said: Said, tmp_path: Path) -> None:
    def readable() -> bytes:
        return (tmp_path / "store.db").read_bytes() + (tmp_path / "store.db-wal").read_bytes()

    former = running.pseudonyms.key
    assert former in readable()
    said("rotate-key", "--forget-former")
    assert former not in readable()


def test_who_reads_without_a_pause_is_told_of(
    running: InDatabase, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cds_service.commands.store.TRIES", 2)
    reader = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM pseudonym_keys").fetchall()
    assert cli.main(["store", "rotate-key", "--forget-former"]) == 0
    reader.close()
    assert "can be read in the log beside it" in capsys.readouterr().err
