"""Every vignette of an order or an appointment through the real path: the bytes of its call, and the card it brings."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cds_service.answer import Answerer, Unconcerned, answerer_of
from cds_service.record.asked import ORDER_HOOKS
from cds_service.settings import Settings
from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import call_of
from cds_service.wire.cds_hooks import Card
from cds_service.wire.decoding import decode_call
from tests.vignettes.test_vignettes import has_partial_date

VIGNETTES = tuple(vignette for vignette in load_vignettes() if vignette.hook != "patient-view")
OTHER_DAYS = (date(2024, 2, 29), date(2027, 3, 1))


def told(vignette: Vignette, by: Answerer, day: date = TOLD_ON) -> tuple[str, str, str, tuple[Card, ...]]:
    """Outcome, rule, why and cards."""
    answered = by.answer_order(decode_call(json.dumps(call_of(render(vignette, day))).encode()))
    if isinstance(answered, Unconcerned):
        return "none", "", "not-concerned", ()
    assessment = answered.assessment
    return assessment.outcome, assessment.rule, assessment.why, answered.cards


@pytest.fixture(scope="module")
def told_on() -> Answerer:
    return answerer_of(Settings(), "https://miss.example", lambda: TOLD_ON)


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette.id)
def test_the_order_brings_this_card(vignette: Vignette, told_on: Answerer) -> None:
    outcome, rule, why, cards = told(vignette, told_on)
    expect = vignette.expect
    indicators: list[str] = [card.indicator for card in cards]

    assert (outcome, rule, why) == (expect.outcome, expect.firing_rule, expect.why), vignette.story
    assert indicators == ([] if expect.indicator == "none" else [expect.indicator])
    assert vignette.shows == ("yes" if cards else "no")


@pytest.mark.parametrize("day", OTHER_DAYS, ids=str)
def test_every_date_moved_alike_changes_nothing(day: date) -> None:
    then = answerer_of(Settings(), "https://miss.example", lambda: day)
    for vignette in VIGNETTES:
        if not has_partial_date(vignette):
            assert told(vignette, then, day)[:3] == told_of(vignette), vignette.id


def told_of(vignette: Vignette) -> tuple[str, str, str]:
    """What the vignette says of itself."""
    return vignette.expect.outcome, vignette.expect.firing_rule, vignette.expect.why


def test_the_vignettes_of_the_design_are_all_here() -> None:
    assert {"O01", "O02", "O03", "O04"} <= {vignette.id for vignette in VIGNETTES}


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_each_hook_has_a_vignette_for_every_outcome(hook: str) -> None:
    rules = {vignette.expect.firing_rule for vignette in VIGNETTES if vignette.hook == hook}
    assert rules == {"", "urgent-emergency", "urgent-prompt", "not-advised", "optimise-first", "recommend", "consider"}
