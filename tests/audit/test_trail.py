"""The file: whole lines by all workers, and nobody waits for it."""

from __future__ import annotations

import fcntl
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from cds_service.audit.trail import Trail, add_whole
from cds_service.errors import SettingsError
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from tests.hooks.calls import Lines


def dropped(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("cds_audit_dropped_total") or 0.0


def read(path: Path) -> list[dict[str, Any]]:
    """Its lines, each of which must be whole."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.splitlines()]


def until(what: Callable[[], object]) -> None:
    """Waits until it is true, a while."""
    for _ in range(400):
        if what():
            return
        sleep(0.02)
    raise AssertionError(what)


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.ndjson"


def trail_of(path: Path, lines: Lines, metrics: Metrics | None = None, **options: Any) -> Trail:
    return Trail(path, metrics or Metrics(), Log("info", lines), **options)


def test_it_is_there_from_the_start_and_for_its_user_only(path: Path, lines: Lines) -> None:
    trail_of(path, lines)
    assert path.stat().st_mode & 0o777 == 0o600


def test_several_workers_add_whole_lines(path: Path, lines: Lines) -> None:
    path.write_text('{"before": 1}\n', encoding="utf-8")
    trails = [trail_of(path, lines) for _ in range(3)]
    for trail in trails:
        trail.open()
    for number in range(1000):
        for worker, trail in enumerate(trails):
            trail.note({"worker": worker, "number": number, "text": "ä\n" * 50})
    for trail in trails:
        trail.close()
    found = read(path)
    assert found[0] == {"before": 1}
    assert len(found) == 3001
    for worker in range(3):
        assert [one["number"] for one in found[1:] if one["worker"] == worker] == list(range(1000))
    assert lines.raw == []


def test_who_moves_the_file_away_finds_a_new_one(path: Path, lines: Lines) -> None:
    trail = trail_of(path, lines)
    trail.open()
    trail.note({"number": 1})
    until(lambda: read(path))
    moved = path.rename(path.with_suffix(".1"))
    trail.note({"number": 2})
    until(lambda: read(path))
    trail.close()
    assert (read(moved), read(path)) == ([{"number": 1}], [{"number": 2}])
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_room_events_are_counted_and_told_once(path: Path, lines: Lines) -> None:
    metrics = Metrics()
    trail = trail_of(path, lines, metrics, most_waiting=2)
    for number in range(5):
        trail.note({"number": number})
    assert dropped(metrics) == 3
    assert [(json.loads(line)["event"], json.loads(line)["setting"]) for line in lines.raw] == [
        ("audit-lost", "CDS_AUDIT_FILE")
    ]
    trail.open()
    trail.close()
    assert read(path) == [{"number": 0}, {"number": 1}]


def test_a_file_that_cannot_be_written_is_tried_again(path: Path, lines: Lines) -> None:
    """What waits is written once it can be; then a second failure is told again."""
    metrics = Metrics()
    trail = trail_of(path, lines, metrics, retry_seconds=0.02)
    path.unlink()
    path.mkdir()
    trail.open()
    trail.note({"number": 1})
    until(lambda: lines.raw)
    sleep(0.1)
    path.rmdir()
    until(lambda: read(path))
    assert (read(path), len(lines.raw), dropped(metrics)) == ([{"number": 1}], 1, 0)
    path.unlink()
    path.mkdir()
    trail.note({"number": 2})
    until(lambda: len(lines.raw) == 2)
    trail.close()
    assert dropped(metrics) == 1


def messages(lines: Lines) -> list[str]:
    return [json.loads(line)["message"] for line in lines.raw]


def test_losses_are_told_though_it_was_told_that_events_wait_and_so_is_what_is_left(path: Path, lines: Lines) -> None:
    metrics = Metrics()
    trail = trail_of(path, lines, metrics, most_waiting=2, retry_seconds=60)
    path.unlink()
    path.mkdir()
    trail.open()
    trail.note({"number": 0})
    until(lambda: lines.raw)
    for number in range(4):
        trail.note({"number": number})
    assert dropped(metrics) == 2
    trail.close()
    assert dropped(metrics) == 5
    waiting, lost, left = messages(lines)
    assert "AuditEvents wait" in waiting
    assert lost == "AuditEvents are lost: too many wait to be written"
    assert left.startswith("3 AuditEvents are lost")


def test_a_file_that_hangs_holds_no_stop_up_and_what_waits_is_told(path: Path, lines: Lines) -> None:
    metrics = Metrics()
    trail = trail_of(path, lines, metrics)
    trail.open()
    with path.open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        trail.note({"number": 0})
        until(trail._queue.empty)
        trail.note({"number": 1})
        trail.close()
    assert dropped(metrics) == 2
    assert messages(lines)[0].startswith("2 AuditEvents are lost")
    until(lambda: read(path))


def test_what_does_not_fit_whole_is_taken_back(path: Path) -> None:
    """The limit on a file's size stands for a full disk: part of the lines is written, and none of it stays."""
    path.write_text('{"before": 1}\n', encoding="utf-8")
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            add_whole(file, b'{"text": "' + b"x" * 200 + b'"}\n')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        os.close(file)
    assert read(path) == [{"before": 1}]


def refused(path: Path, lines: Lines) -> str:
    with pytest.raises(SettingsError) as told:
        trail_of(path, lines)
    assert str(told.value).startswith("CDS_AUDIT_FILE: ")
    return str(told.value)


def test_a_file_that_cannot_be_opened_stops_the_start(tmp_path: Path, lines: Lines) -> None:
    assert "No such file" in refused(tmp_path / "nowhere" / "audit.ndjson", lines)
    assert "no file" in refused(tmp_path, lines)
    os.mkfifo(tmp_path / "pipe")
    assert "no file" in refused(tmp_path / "pipe", lines)
