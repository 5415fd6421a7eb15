"""Every chart of `../shared/data` through the real HTTP path: never a 500, every card valid, every skip explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from cds_service.app import create_app
from cds_service.settings import Settings
from cds_service.wire.decoding import decode_call
from tests.card_rules import check_card
from tests.hooks.calls import check_cards
from tests.strangers.charts import FOLDER, WHERE, Stranger, big, corpus, demo, edge

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the strangers' charts are not at {WHERE}")
TODAY = datetime.now(UTC).date()
HOW_MANY = {"corpus": 456, "demo": 12, "edge": 279, "big": 7}
SOURCES: dict[str, Callable[[], Iterator[Stranger]]] = {"corpus": corpus, "demo": demo, "edge": edge, "big": big}


class Day:
    """The day of assessment, which a test moves from chart to chart."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> date:
        return self.now


@pytest.mark.parametrize("source", SOURCES)
async def test_every_chart_is_answered_with_a_valid_card_or_none(source: str) -> None:
    day = Day()
    settings = Settings(require_auth=False)
    transport = httpx.ASGITransport(app=create_app(settings, today=day))
    seen = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        for stranger in SOURCES[source]():
            for day.now in (TODAY, stranger.day_after(TODAY)):
                answer = await client.post("/cds-services/miss-patient-view", content=stranger.request())
                assert_answered(answer, stranger)
            seen += 1
    assert seen >= HOW_MANY[source]


def assert_answered(answer: httpx.Response, stranger: Stranger) -> None:
    """A card or none; where conditions could not be read, a 412 that says so."""
    if answer.status_code == 412:
        issues = answer.json()["issue"]
        assert all(issue["diagnostics"] for issue in issues), stranger.name
        return
    assert answer.status_code == 200, f"{stranger.name}: {answer.text}"
    for card in check_cards(answer):
        check_card(card)


@pytest.mark.parametrize("source", SOURCES)
def test_every_entry_is_read_or_its_skip_is_explained(source: str) -> None:
    """Of each type as many resources as were sent, less those that are counted as unreadable."""
    for stranger in SOURCES[source]():
        held = decode_call(stranger.request()).held
        for key in ("conditions", "procedures", "observations", "medicationStatements", "serviceRequests"):
            part = getattr(held, key)
            sent = sum(_key(entry) == key for entry in stranger.entries)
            skipped = sum(part.aside.unreadable.values()) + sum(part.aside.others.values())
            assert len(part.resources) + skipped == sent, f"{stranger.name}: {key}"


def _key(entry: dict[str, Any]) -> str:
    names = {
        "Condition": "conditions",
        "Procedure": "procedures",
        "Observation": "observations",
        "MedicationStatement": "medicationStatements",
        "ServiceRequest": "serviceRequests",
    }
    return names.get(entry["resource"]["resourceType"], "")


def test_the_strangers_are_all_there() -> None:
    assert Counter(stranger.source for stranger in corpus()).total() == HOW_MANY["corpus"]
