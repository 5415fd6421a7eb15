"""Only known members leave, each of a shape that has no room for a patient; a line says how many did not."""

from __future__ import annotations

import json
import logging

import msgspec
import pytest

from cds_service.observe.lines import CallLine, is_known
from cds_service.observe.logs import Log, OtherLibraries
from tests.hooks.calls import UUID, Lines

FULL = CallLine(
    requestId="0123456789abcdef0123456789abcdef",
    method="POST",
    path="/cds-services/{id}",
    service="miss-patient-view",
    client="acme",
    tenant="north",
    refused="form",
    replayed=True,
    status=200,
    milliseconds=1.5,
    hookInstance=UUID,
    outcome="none",
    rule="consider",
    why="no-sign",
    knowledgeVersion="2026.11.0+3f9c2a1b",
    oddities=1,
    cards=1,
    quiet=True,
    recorded=1,
    missing=("patient",),
    ordersNotFound=1,
    fhirServer="not registered",
    fetched={"read": 3},
    fetchMilliseconds=2.5,
)


def test_every_member_of_a_call_is_known_and_told() -> None:
    lines = Lines()
    Log("info", lines).request(FULL)
    told = lines.last
    assert list(told) == ["time", "level", "event", *CallLine.__struct_fields__]
    assert {name: told[name] for name in CallLine.__struct_fields__} == msgspec.to_builtins(FULL) | {
        "missing": ["patient"]
    }
    assert (told["event"], told["level"]) == ("request", "info")


def test_members_without_a_value_are_left_out() -> None:
    lines = Lines()
    Log("info", lines).request(CallLine(status=200))
    assert list(lines.last) == ["time", "level", "event", "status"]


def test_a_member_nobody_named_is_not_let_out() -> None:
    lines = Lines()
    Log("info", lines).event("warning", "x", patient="Ada", exc_info=ValueError("Ada"), message="kept")
    assert b"Ada" not in lines.raw[0]
    assert b"patient" not in lines.raw[0]
    assert (lines.last["dropped"], lines.last["message"]) == (2, "kept")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service", "Ada Lovelace"),
        ("service", "x" * 129),
        ("service", "Müller"),
        ("service", b"x"),
        ("service", None),
        ("event", {"a": 1}),
        ("message", "two\nlines"),
        ("message", "x" * 501),
        ("message", ValueError("Ada")),
        ("status", "200"),
        ("status", None),
        ("missing", "patient"),
        ("missing", ["Ada Lovelace"]),
        ("missing", ["x"] * 51),
        ("fetched", {"Ada Lovelace": 1}),
        ("fetched", {"read": "Ada"}),
        ("fetched", ["read"]),
    ],
)
def test_a_value_of_another_shape_is_not_let_out(name: str, value: object) -> None:
    assert not is_known(name, value)


def test_what_is_dropped_of_a_call_is_counted() -> None:
    lines = Lines()
    Log("info", lines).request(CallLine(status=200, tenant="Ada Lovelace"))
    assert b"Ada" not in lines.raw[0]
    assert lines.last["dropped"] == 1
    assert lines.last["status"] == 200


@pytest.mark.parametrize(
    ("number", "level"),
    [(5, "debug"), (10, "debug"), (25, "info"), (39, "warning"), (50, "critical"), (99, "critical")],
)
def test_other_libraries_levels_become_the_nearest_of_ours(number: int, level: str) -> None:
    lines = Lines()
    record = logging.LogRecord("x", number, "f", 1, "m", (), None)
    OtherLibraries(Log("debug", lines)).emit(record)
    assert lines.last["level"] == level


def test_the_servers_words_of_several_lines_are_one() -> None:
    lines = Lines()
    record = logging.LogRecord("uvicorn.error", 40, "f", 1, "Exception in\n  ASGI application\n", (), None)
    OtherLibraries(Log("info", lines)).emit(record)
    assert lines.last["message"] == "Exception in ASGI application"


def test_a_name_no_log_call_may_fill_is_kept_for_the_time() -> None:
    """Whatever a caller gives as time and level, the pipeline tells its own."""
    lines = Lines()
    Log("info", lines).event("info", "x", time="yesterday")
    assert json.loads(lines.raw[0])["time"].endswith("Z")


def test_a_number_that_is_none_costs_no_other_member() -> None:
    lines = Lines()
    Log("info", lines).event("info", "x", status="Ada", service=7, cards=1)
    assert b"Ada" not in lines.raw[0]
    assert (lines.last["cards"], lines.last["dropped"]) == (1, 2)
