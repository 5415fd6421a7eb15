"""Cards on the wire: conformance 1.6, for a chart of each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from tests.card_rules import check_card
from tests.hooks.calls import CALL, Lines, app_of, check_cards, client_of, condition, with_conditions

CHARTS: dict[str, dict[str, Any]] = {
    "back pain": with_conditions(condition()),
    "cauda equina": with_conditions(condition("192970008", onsetDateTime="2026-11-20")),
    "scarring": with_conditions(
        condition(),
        condition(id="c2", code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G96.12"}]}),
    ),
}


@pytest.mark.parametrize("body", CHARTS.values(), ids=CHARTS)
async def test_a_card_is_what_the_specification_wants(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    (card,) = check_cards(await client.post(CALL, json=body))
    check_card(card)
    assert card["extension"]["org.miss-cds.assessment"]["assessedOn"] == "2026-11-22"


async def test_each_card_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    """C10."""
    seen = {check_cards(await client.post(CALL, json=CHARTS["back pain"]))[0]["uuid"] for _ in range(3)}
    assert len(seen) == 3


async def rule_of(answerer: Answerer, body: dict[str, Any] = CHARTS["back pain"]) -> dict[str, Any]:
    async with client_of(app_of(answerer, Lines())) as client:
        (card,) = check_cards(await client.post(CALL, json=body))
    return card


async def test_a_silent_service_counts_and_says_nothing(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(replace(answerer, silent=True), lines)) as client:
        assert check_cards(await client.post(CALL, json=CHARTS["back pain"])) == []
        metrics = (await client.get("/metrics")).text
    assert 'outcome="consider"' in metrics
    assert lines.raw


async def test_a_silenced_rule_gives_no_card_not_the_next_rows(answerer: Answerer, lines: Lines) -> None:
    rule = (await rule_of(answerer))["source"]["topic"]["code"]
    async with client_of(app_of(replace(answerer, silent_rules=frozenset({rule})), lines)) as client:
        assert check_cards(await client.post(CALL, json=CHARTS["back pain"])) == []
        assert check_cards(await client.post(CALL, json=CHARTS["cauda equina"]))


async def test_no_indicator_above_the_sites(answerer: Answerer) -> None:
    assert (await rule_of(answerer, CHARTS["cauda equina"]))["indicator"] == "critical"
    capped = await rule_of(replace(answerer, max_indicator="warning"), CHARTS["cauda equina"])
    assert capped["indicator"] == "warning"
