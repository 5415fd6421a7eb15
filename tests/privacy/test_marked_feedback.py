"""Feedback on a marked patient's card: the mark is in no answer, log line or metric, and nowhere in the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.store.in_memory import InMemory
from tests.hooks.calls import CALL, FEEDBACK, Lines, app_of, check_cards, client_of
from tests.privacy.test_marked_patient import MARK, WHOLE, call

OURS = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
COMMENT = {"reason": {"code": MARK, "system": MARK, "display": MARK}, "userComment": MARK}


def entry(card: object, outcome: object = "overridden", **members: object) -> dict[str, Any]:
    """An entry with the mark wherever a client may write."""
    return {
        "card": card,
        "outcome": outcome,
        "outcomeTimestamp": MARK,
        "acceptedSuggestions": [{"id": MARK}],
        "overrideReason": COMMENT,
        "extension": {MARK: MARK},
        MARK: MARK,
        **members,
    }


FED_BACK: dict[str, tuple[object, int]] = {
    "on no card of ours": ({"feedback": [entry(OURS), entry(MARK)], MARK: MARK}, 200),
    "bare": (entry(MARK), 200),
    "a list": ([entry(MARK, "accepted")], 200),
    "the old form of a reason": (entry(MARK, overrideReason=COMMENT["reason"]), 200),
    "a reason that is text": (entry(MARK, overrideReason=MARK), 200),
    "another outcome": (entry(MARK, MARK), 400),
    "a card that is none": (entry([MARK]), 400),
    "an entry that is none": ({"feedback": [MARK]}, 400),
    "text": (MARK, 400),
}


def within(value: object) -> Iterator[object]:
    """Everything that a store holds on to."""
    yield value
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    parts = [getattr(value, name) for name in names if hasattr(value, name)] + list(getattr(value, "__dict__", ()))
    parts += list(getattr(value, "__dict__", {}).values())
    if isinstance(value, dict):
        parts += [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        parts += value
    for part in parts:
        yield from within(part)


def check_nowhere(store: InMemory, lines: Lines, metrics: httpx.Response) -> None:
    """Not in the store, a log line or a metric."""
    held = list(within(store))
    assert not [it for it in held if isinstance(it, str) and MARK.lower() in it.lower()]
    assert not [it for it in held if isinstance(it, bytes) and MARK.lower().encode() in it.lower()]
    assert lines.raw
    assert not [line for line in lines.raw if MARK.encode() in line]
    assert MARK not in metrics.text


@pytest.mark.parametrize(("body", "status"), FED_BACK.values(), ids=FED_BACK)
async def test_feedback(answerer: Answerer, lines: Lines, body: object, status: int) -> None:
    store = InMemory(30)
    async with client_of(app_of(answerer, lines, store=store)) as client:
        answer = await client.post(f"{FEEDBACK}?card={MARK}", json=body, headers={"X-Mark": MARK})
        metrics = await client.get("/metrics")
    assert answer.status_code == status, answer.text
    assert MARK not in answer.text
    check_nowhere(store, lines, metrics)


async def test_feedback_on_the_marked_patients_own_card(answerer: Answerer, lines: Lines) -> None:
    store = InMemory(30)
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (card,) = check_cards(await client.post(CALL, json=call(WHOLE)))
        assert (await client.post(FEEDBACK, json=entry(card["uuid"]))).json() == {"recorded": 1}
        assert check_cards(await client.post(CALL, json=call(WHOLE))) == []
        metrics = await client.get("/metrics")
    check_nowhere(store, lines, metrics)
    assert card["uuid"] in [it for it in within(store) if isinstance(it, str)]


async def test_what_is_kept_of_a_card_is_this_and_no_more(answerer: Answerer, lines: Lines) -> None:
    """No clinical content: ids of ours, a version, a client, times and keyed hashes."""
    store = InMemory(30)
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (card,) = check_cards(await client.post(CALL, json=call(WHOLE)))
        await client.post(FEEDBACK, json=entry(card["uuid"]))
    texts = {it for it in within(store._cards) if isinstance(it, str)}
    rule, version = card["source"]["topic"]["code"], answerer.knowledge.version
    assert texts == {card["uuid"], rule, version, "miss-patient-view", "", "overridden", "other"}


def test_the_walk_finds_what_is_there() -> None:
    held = list(within({"a": [("b", {"c": b"d"})]}))
    assert {"a", "b", "c", b"d"} <= {it for it in held if isinstance(it, str | bytes)}
    assert json.dumps(FED_BACK["bare"][0]).count(MARK) > 6
