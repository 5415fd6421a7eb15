"""A wrong value in place of every field that the Structs read, whatever fields those are by then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import getitem

import pytest

from cds_service.answer import Answerer
from cds_service.errors import DataMissing
from cds_service.wire.decoding import decode_call
from cds_service.wire.soundness import Undecodable
from tests.hooks.filled import MARK, filled_call
from tests.hooks.test_hostile import places

HOLE = "put something wrong here"
WRONG = (
    "null",
    "[]",
    "{}",
    '""',
    "-0.5",
    "1e400",
    "true",
    json.dumps(f"\u202e\x00{MARK}" * 2_000),
    '["x", null, {"coding": {"code": 7}}]',
    '"2026-13-45"',
)


def calls_with(wrong: str) -> Iterator[bytes]:
    """The filled call with one place wrong, for each of its places."""
    call = filled_call()
    for *way, last in list(places(call)):
        around = reduce(getitem, way, call)
        right, around[last] = around[last], HOLE
        yield json.dumps(call).replace(f'"{HOLE}"', wrong).encode()
        around[last] = right


def test_the_filled_call_gives_a_card_and_nothing_in_it_is_skipped(answerer: Answerer) -> None:
    answered = answerer.answer(decode_call(json.dumps(filled_call()).encode()))
    assert answered.cards
    assert not [told for told in answered.assessment.findings.record.oddities if "skipped" in told]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_wrong_value_anywhere_is_refused_or_left_out(answerer: Answerer, wrong: str) -> None:
    """Never a failure inside, and what is said of it quotes nothing: neither the chart nor the decoder."""
    for content in calls_with(wrong):
        try:
            told = answerer.answer(decode_call(content)).assessment.findings.record.oddities
        except (Undecodable, DataMissing) as refused:
            told = (str(refused),)
        assert not [said for said in told if MARK in said or "`" in said or "$" in said]
