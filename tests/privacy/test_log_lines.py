"""What a log line may hold, and where it goes."""

from __future__ import annotations

import json
import logging
import warnings

import pytest

from cds_service.observe.lines import CallLine, uuid_or_empty
from cds_service.observe.logs import Log, OtherLibraries
from tests.hooks.calls import Lines


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"),
        ("D1577C69-DFBE-44AD-BA6D-3E05E953B2EA", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"),
        ("urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"),
        ("d1577c69-dfbe-44ad-ba6d-3e05e953b2e", ""),
        ("Ada Lovelace", ""),
        ("", ""),
    ],
)
def test_only_a_uuid_is_logged_as_one(text: str, logged: str) -> None:
    assert uuid_or_empty(text) == logged


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("debug", ["info", "error", "debug", "warning"]),
        ("info", ["info", "error", "warning"]),
        ("warning", ["error", "warning"]),
        ("error", ["error"]),
    ],
)
def test_a_level_leaves_out_what_is_below(level: str, told: list[str]) -> None:
    lines = Lines()
    log = Log(level, lines)
    log.request(CallLine(status=200))
    log.request(CallLine(status=500))
    log.event("debug", "x")
    log.event("warning", "x")
    assert [json.loads(line)["level"] for line in lines.raw] == told


def test_without_another_place_lines_go_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Log().event("info", "listening", message="here", setting="CDS_X", knowledgeVersion="v")
    out, err = capfdbinary.readouterr()
    line = json.loads(out)
    assert (line["event"], line["message"], line["setting"]) == ("listening", "here", "CDS_X")
    assert line["time"].endswith("Z")
    assert err == b""


def test_another_librarys_words_are_not_quoted(taken_over: Lines) -> None:
    logging.getLogger("httpx").warning("GET https://ehr.example/Patient/%s", 7)
    assert "message" not in taken_over.last
    assert (taken_over.last["level"], taken_over.last["logger"]) == ("warning", "httpx")


def test_the_servers_words_are(taken_over: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("port %s", 7)
    assert taken_over.last["message"] == "port 7"


def test_a_critical_line_is_always_told(taken_over: Lines) -> None:
    logging.getLogger("x").critical("x")
    assert taken_over.last["level"] == "critical"


def test_a_warning_of_python_is_a_line_without_its_text(taken_over: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("marked", stacklevel=1)
    assert taken_over.last["logger"] == "py.warnings"
    assert b"marked" not in taken_over.raw[-1]


def test_a_failure_without_a_place_is_told_by_its_type() -> None:
    made = Lines()
    record = logging.LogRecord("x", 40, "f", 1, "m", (), (ValueError, ValueError("marked"), None))
    OtherLibraries(Log("info", made)).emit(record)
    assert made.last["error"] == "ValueError"
    assert "at" not in made.last
    nothing = logging.LogRecord("x", 40, "f", 1, "m", (), (None, None, None))
    OtherLibraries(Log("info", made)).emit(nothing)
    assert "error" not in made.last
