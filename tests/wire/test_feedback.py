"""Feedback from its bytes: every shape that clients send, and what is wrong for the whole body."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET, Raw

from cds_service.wire.feedback import decode_feedback, override_reason
from cds_service.wire.soundness import Undecodable

ENTRY = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T07:11:24.737Z"}
SHAPES: dict[str, object] = {
    "a list under feedback": {"feedback": [ENTRY]},
    "with other members": {"feedback": [ENTRY], "extension": {"x": [None]}, "card": 7},
    "one bare entry": ENTRY,
    "a bare list": [ENTRY],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("before", ["", " \r\n\t"])
def test_every_shape(shape: object, before: str) -> None:
    (entry,) = decode_feedback((before + json.dumps(shape)).encode())
    assert (entry.card, entry.outcome) == ("c1", "overridden")


WRONG: dict[str, tuple[object, str]] = {
    "nothing": ({}, "the body"),
    "no entries": ({"feedback": []}, "feedback"),
    "null": ({"feedback": None}, "feedback"),
    "an object": ({"feedback": ENTRY}, "feedback"),
    "an empty list": ([], "the body"),
    "a number": (7, "the body"),
    "text": ("Zzmarked", "the body"),
    "no card": ({"outcome": "accepted"}, "the body"),
    "an empty card": ({**ENTRY, "card": ""}, "card"),
    "a card that is null": ({**ENTRY, "card": None}, "card"),
    "a card that is a number": ([ENTRY, {**ENTRY, "card": 7}], "[1].card"),
    "no outcome": ({"feedback": [ENTRY, {"card": "Zzmarked"}]}, "feedback[1]"),
    "another outcome": ({"feedback": [ENTRY, {**ENTRY, "outcome": "Zzmarked"}]}, "feedback[1].outcome"),
    "an outcome in capitals": ({**ENTRY, "outcome": "ACCEPTED"}, "outcome"),
    "an entry that is text": ({"feedback": ["Zzmarked"]}, "feedback[0]"),
    "an entry that is null": ([None], "[0]"),
}


@pytest.mark.parametrize(("body", "place"), WRONG.values(), ids=WRONG)
def test_one_wrong_entry_is_wrong_for_all(body: object, place: str) -> None:
    with pytest.raises(Undecodable) as refused:
        decode_feedback(json.dumps(body).encode())
    assert str(refused.value).startswith(f"Nothing was recorded, because {place} is wrong: ")
    assert "Zzmarked" not in str(refused.value)


DEEP = b'{"card": "c1", "outcome": "accepted", "x": '
UNSOUND = {
    b"": "JSON",
    b"{": "JSON",
    b"[": "JSON",
    b'{"feedback": NaN}': "JSON",
    json.dumps(ENTRY).encode("utf-16"): "JSON",
    json.dumps({**ENTRY, "x": "y"}).encode().replace(b'"y"', b'"\xff"'): "UTF-8",
    json.dumps({**ENTRY, "card": "y"}).encode().replace(b'"y"', b'"\xff"'): "UTF-8",
    DEEP + b"[" * 101 + b"]" * 101 + b"}": "deeper",
    DEEP + b"[" * 100_000 + b"]" * 100_000 + b"}": "deeper",
}


@pytest.mark.parametrize(("body", "said"), UNSOUND.items(), ids=range(len(UNSOUND)))
def test_what_is_no_sound_json(body: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        decode_feedback(body)


@pytest.mark.parametrize(
    ("raw", "code", "system"),
    [
        ('{"reason": {"code": "a", "system": "s"}}', "a", "s"),
        ('{"reason": {"code": "a", "system": "s", "display": "d"}, "userComment": "x"}', "a", "s"),
        ('{"code": "a", "system": "s"}', "a", "s"),
        ('{"reason": {"code": "a"}}', "a", ""),
        ('{"userComment": "x"}', "", ""),
        ('{"reason": {"code": 7, "system": "s"}}', "", "s"),
        ('{"reason": "a"}', "", ""),
        ('{"reason": null}', "", ""),
        ('"a"', "", ""),
        ("null", "", ""),
    ],
)
def test_override_reasons_in_both_forms(raw: str, code: str, system: str) -> None:
    assert override_reason(Raw(raw.encode())) == (code, system)


def test_no_override_reason() -> None:
    assert override_reason(UNSET) == ("", "")
