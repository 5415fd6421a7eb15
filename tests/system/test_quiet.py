"""A card set aside over a real socket, and what several workers say of it."""

from __future__ import annotations

import httpx

from tests.hooks.calls import CALL, FEEDBACK, check_cards, condition, with_conditions
from tests.system.test_server import ORIGIN, serving

CHART = with_conditions(condition(onsetDateTime="2020-05-10"))


def test_a_card_that_was_set_aside_stays_away_until_it_is_accepted_after_all() -> None:
    with serving() as running, httpx.Client(base_url=running.url, headers={"Origin": ORIGIN}) as client:
        (card,) = check_cards(client.post(CALL, json=CHART))
        for outcome, cards in (("overridden", 0), ("accepted", 1)):
            answer = client.post(f"{FEEDBACK}/", json={"feedback": [{"card": card["uuid"], "outcome": outcome}]})
            assert (answer.status_code, answer.json()) == (200, {"recorded": 1})
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert len(check_cards(client.post(CALL, json=CHART))) == cards
        status, lines, err = running.stop()
    assert (status, err) == (0, b"")
    assert "store-per-worker" not in [line["event"] for line in lines]


def test_several_workers_say_at_start_that_each_remembers_by_itself() -> None:
    with serving("serve", "--workers", "2") as running:
        status, lines, err = running.stop()
    assert (status, err) == (0, b"")
    assert [line["event"] for line in lines].count("store-per-worker") == 1
