"""The orders that every vignette's card offers: sound FHIR, each where H wants it, notes that a clinic can read."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.settings import Settings
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from cds_service.wire.decoding import decode_call
from tests.card_rules import check_card
from tests.hooks.calls import check_no_empties

SPINE = ("Draft a referral for a MISS evaluation", "Draft an urgent referral to a spine surgeon")
REVIEW = "Draft a referral for a spine surgeon’s review"
THERAPY = "Draft a referral for physical therapy"
TREATING = (
    "Draft an order for HbA1c",
    "Draft a referral for smoking cessation",
    "Draft a referral for weight management",
    "Draft a referral to cardiology",
)
# Silly in a letter to a colleague.
SILLY = re.compile(r"None|nan|; ;|\.\.|  |: \.|: ;|\(\)|,,| ,|Fact\(")


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return answerer_of(Settings(), "https://miss.example", lambda: TOLD_ON)


@pytest.fixture(scope="module")
def cards(answerer: Answerer) -> dict[str, dict[str, Any]]:
    """The card of each vignette that has one, as JSON."""
    found = {}
    for vignette in load_vignettes():
        body = json.dumps(patient_view(render(vignette, TOLD_ON))).encode()
        for card in answerer.answer(decode_call(body)).cards:
            found[vignette.id] = json.loads(msgspec.json.encode(card))
    return found


def rule(card: dict[str, Any]) -> str:
    return str(card["source"]["topic"]["code"])


def labels(card: dict[str, Any]) -> list[str]:
    return [one["label"] for one in card.get("suggestions", [])]


def orders(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["actions"][0]["resource"] for one in card.get("suggestions", [])]


def test_every_card_of_every_vignette_is_sound_and_nothing_in_it_empty(cards: dict[str, dict[str, Any]]) -> None:
    assert len(cards) > 180
    for card in cards.values():
        check_card(card)
        check_no_empties(card)


def test_each_outcome_offers_what_it_may_and_nothing_else(cards: dict[str, dict[str, Any]]) -> None:
    """H, last but two."""
    for name, card in cards.items():
        offered = labels(card)
        if rule(card) == "urgent-emergency":
            assert offered == [], name
        elif rule(card) == "urgent-prompt":
            assert offered in ([], [SPINE[1]]), name
        elif rule(card) == "not-advised":
            assert offered in ([], [REVIEW]), name
        elif rule(card) == "optimise-first":
            assert offered == [label for label in TREATING if label in offered], name
        elif rule(card) == "recommend":
            assert offered[0] == SPINE[0], name
            assert all(label.startswith("Draft an order for MRI of the ") for label in offered[1:]), name
        else:
            assert offered in ([], [THERAPY]), name


def test_only_a_red_flag_is_urgent(cards: dict[str, dict[str, Any]]) -> None:
    for card in cards.values():
        expected = "urgent" if rule(card) == "urgent-prompt" else "routine"
        assert {order["priority"] for order in orders(card)} <= {expected}


def test_an_mri_is_offered_exactly_where_none_is_on_record(cards: dict[str, dict[str, Any]]) -> None:
    for name, card in cards.items():
        if rule(card) == "recommend":
            missing = any("No spine MRI" in gap for gap in told(card).get("gaps", []))
            assert (len(labels(card)) == 2) == missing, name


def test_what_optimise_first_offers_are_its_present_risks(cards: dict[str, dict[str, Any]]) -> None:
    names = ("uncontrolled-diabetes", "current-smoking", "obesity", "cardiovascular-disease")
    for name, card in cards.items():
        if rule(card) == "optimise-first":
            present = {risk["id"] for risk in told(card)["risks"] if risk["state"] == "present"}
            assert labels(card) == [TREATING[at] for at, risk in enumerate(names) if risk in present], name


def test_who_is_referred_already_is_not_offered_another_referral(cards: dict[str, dict[str, Any]]) -> None:
    """G, row 5: what is not the referral is still offered."""
    assert "suggestions" not in cards["referred-and-weak-heart"]
    assert labels(cards["referred-and-uncontrolled-diabetes"]) == [TREATING[0]]


def test_no_note_is_silly(cards: dict[str, dict[str, Any]]) -> None:
    for name, card in cards.items():
        for order in orders(card):
            for text in (order["note"][0]["text"], order["code"]["text"]):
                assert not SILLY.search(text), (name, text)
            assert "Drafted by decision support" in order["note"][0]["text"]


def test_a_note_says_nothing_of_addiction_pregnancy_or_mood(cards: dict[str, dict[str, Any]]) -> None:
    for card in cards.values():
        for order in orders(card):
            note = order["note"][0]["text"].lower()
            assert not re.search(r"addict|use disorder|overdose|pregnan|depress", note)


def told(card: dict[str, Any]) -> dict[str, Any]:
    """The extension."""
    found: dict[str, Any] = card["extension"]["org.miss-cds.assessment"]
    return found
