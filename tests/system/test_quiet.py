"""A card set aside over a real socket, and what several workers say of it."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from tests.hooks.calls import CALL, FEEDBACK, check_cards, condition, with_conditions
from tests.system.test_server import ORIGIN, SETTINGS, serving

CHART = with_conditions(condition(onsetDateTime="2020-05-10"))


def test_a_card_that_was_set_aside_stays_away_until_it_is_accepted_after_all() -> None:
    with serving() as running, httpx.Client(base_url=running.url, headers={"Origin": ORIGIN}) as client:
        (card,) = check_cards(client.post(CALL, json=CHART))
        for outcome, cards in (("overridden", 0), ("accepted", 1)):
            answer = client.post(f"{FEEDBACK}/", json={"feedback": [{"card": card["uuid"], "outcome": outcome}]})
            assert (answer.status_code, answer.json()) == (200, {"recorded": 1})
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert len(check_cards(client.post(CALL, json=CHART))) == cards
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def test_what_is_set_aside_in_one_worker_is_quiet_in_all() -> None:
    """Within 2 s, whichever worker took the feedback; each new connection may meet another worker."""
    with serving("serve", "--workers", "2") as running:
        (card,) = check_cards(httpx.post(f"{running.url}{CALL}", json=CHART))
        entry = {"card": card["uuid"], "outcome": "overridden"}
        assert httpx.post(f"{running.url}{FEEDBACK}", json=entry).json() == {"recorded": 1}
        assert httpx.post(f"{running.url}{FEEDBACK}", json=entry).json() == {"recorded": 0}
        time.sleep(2)
        for _ in range(20):
            assert check_cards(httpx.post(f"{running.url}{CALL}", json=CHART)) == []
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def test_what_was_set_aside_is_quiet_after_a_restart(tmp_path: Path) -> None:
    settings = {**SETTINGS, "CDS_DATABASE_URL": f"sqlite:///{tmp_path}/kept.db"}
    with serving(settings=settings) as running:
        (card,) = check_cards(httpx.post(f"{running.url}{CALL}", json=CHART))
        httpx.post(f"{running.url}{FEEDBACK}", json={"card": card["uuid"], "outcome": "overridden"})
        running.stop()
    with serving(settings=settings) as running:
        assert check_cards(httpx.post(f"{running.url}{CALL}", json=CHART)) == []
