"""A card as CDS Hooks wants it (conformance 1.6): whole, and nothing in it empty."""

from __future__ import annotations

import re
from uuid import UUID

import msgspec
import pytest

from cds_service.rendering.cards import capped, rendering_of
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS, OVERRIDE_SYSTEM
from cds_service.wire.cds_hooks import Card, Indicator
from tests.rendering.charts import EXAMPLES, assessment, findings, knowledge, rendering, words

UUID_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def card_of(rule: str) -> Card:
    return rendering().cards(EXAMPLES[rule])[0]


def test_nothing_to_say_is_no_card() -> None:
    assert rendering().cards(assessment("", findings(), why="no-sign")) == ()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_there_is_one_card_with_its_source_and_topic(rule: str) -> None:
    (card,) = rendering().cards(EXAMPLES[rule])
    url = f"https://cds.example/miss/rules/{rule}"
    assert msgspec.to_builtins(card.source) == {
        "label": "MISS decision support",
        "url": url,
        "topic": {
            "system": "https://miss-cds.org/CodeSystem/rule",
            "code": rule,
            "display": words().cards[rule].title,
        },
    }
    assert msgspec.to_builtins(card.links[0]) == {
        "label": "About this rule: what it reads, its numbers, sources and limits",
        "url": url,
        "type": "absolute",
    }


@pytest.mark.parametrize("rule", EXAMPLES)
def test_five_to_seven_override_reasons_with_displays(rule: str) -> None:
    reasons = card_of(rule).overrideReasons
    assert 5 <= len(reasons) <= 7
    assert len({reason.code for reason in reasons}) == len(reasons)
    for reason in reasons:
        assert (reason.system, reason.display) == (OVERRIDE_SYSTEM, OVERRIDE_DISPLAYS[reason.code])


@pytest.mark.parametrize("rule", EXAMPLES)
def test_where_nobody_asks_there_is_no_suggestion_and_so_no_selection_behaviour(rule: str) -> None:
    card = card_of(rule)
    assert card.suggestions == ()
    assert card.selectionBehavior == ""


def test_the_uuid_is_lower_case_and_new_for_every_card() -> None:
    assert card_of("recommend").uuid == "0a1b2c3d-0000-4000-8000-000000000001"
    fresh = rendering_of(knowledge(), words(), "https://cds.example/")
    given = [fresh.cards(EXAMPLES["recommend"])[0].uuid for _ in range(9)]
    assert len(set(given)) == 9
    assert all(UUID_SHAPE.fullmatch(one) and UUID(one) for one in given)


def test_a_public_url_may_end_with_a_slash() -> None:
    card = rendering_of(knowledge(), words(), "https://cds.example/").cards(EXAMPLES["recommend"])[0]
    assert card.source.url == "https://cds.example/rules/recommend"


@pytest.mark.parametrize(
    ("indicator", "most", "shown"),
    [
        ("critical", "critical", "critical"),
        ("critical", "warning", "warning"),
        ("critical", "info", "info"),
        ("warning", "critical", "warning"),
        ("info", "warning", "info"),
    ],
)
def test_an_indicator_is_no_more_severe_than_allowed(indicator: Indicator, most: Indicator, shown: Indicator) -> None:
    assert capped(indicator, most) == shown


def test_the_cap_reaches_the_card_and_changes_nothing_else() -> None:
    whole = rendering().cards(EXAMPLES["urgent-emergency"])[0]
    (card,) = rendering().cards(EXAMPLES["urgent-emergency"], max_indicator="warning")
    assert (whole.indicator, card.indicator) == ("critical", "warning")
    assert msgspec.structs.replace(card, indicator="critical") == whole


def test_a_client_may_have_the_extension_whole_by_ids_or_not_at_all() -> None:
    given = EXAMPLES["optimise-first"]
    (full,) = rendering().cards(given)
    (ids,) = rendering().cards(given, extension_mode="ids")
    (none,) = rendering().cards(given, extension_mode="none")
    assert full.extension is not None
    assert full.extension.assessment.risks[2].value
    assert ids.extension is not None
    assert not ids.extension.assessment.risks[2].value
    assert none.extension is None
    assert "org.miss-cds.assessment" in msgspec.to_builtins(full)["extension"]


def test_the_knowledge_version_is_the_one_loaded() -> None:
    card = card_of("recommend")
    assert card.extension is not None
    assert card.extension.assessment.knowledgeVersion == knowledge().version
