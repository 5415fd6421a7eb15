"""What was answered 200 is there after the process was killed, once (contract, "Running it").

MISS_KILLS_SQLITE and MISS_KILLS_POSTGRESQL set how often it is killed.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import httpx
import pytest

from tests.hooks.calls import CALL, FEEDBACK, check_cards, check_outcome, condition, with_conditions
from tests.store.postgresql import new_postgresql
from tests.system.test_server import PATIENCE, SETTINGS, Running, serving, wait_until_ready

__all__ = ["new_postgresql"]
TOKEN = "an administrator's token"  # noqa: S105 - the tests' own
CHART = with_conditions(condition(onsetDateTime="2020-05-10"))
KILLS = {
    "sqlite": int(os.environ.get("MISS_KILLS_SQLITE", "10")),
    "postgresql": int(os.environ.get("MISS_KILLS_POSTGRESQL", "2")),
}
SENDERS = 4


@pytest.fixture(params=KILLS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("new_postgresql")())


@pytest.fixture
def kills(url: str) -> int:
    return KILLS[url.partition(":")[0].partition("+")[0]]


def settings_with(url: str) -> dict[str, str]:
    return SETTINGS | {"CDS_DATABASE_URL": url, "CDS_ADMIN_TOKEN": TOKEN}


def report(address: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{address}/report", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE)
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def acknowledged(client: httpx.Client, numbers: Callable[[], int], first: Event) -> set[str]:
    """Sends feedback until there is no more answer; the cards whose feedback was answered 200."""
    done: set[str] = set()
    with suppress(httpx.TransportError):
        while True:
            card = f"card-{numbers()}"
            answer = client.post(FEEDBACK, json={"card": card, "outcome": "accepted"})
            assert answer.json() == {"recorded": 1}
            done.add(card)
            first.set()
    return done


def send_until_killed(running: Running, after: float, numbers: Callable[[], int]) -> set[str]:
    """Several send at once; the process is killed so many seconds after the first was answered."""
    first = Event()
    clients = [httpx.Client(base_url=running.url, timeout=PATIENCE) for _ in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as threads:
        sending = [threads.submit(acknowledged, client, numbers, first) for client in clients]
        assert first.wait(PATIENCE)
        time.sleep(after)
        running.process.send_signal(signal.SIGKILL)
        running.process.communicate(timeout=PATIENCE)
    for client in clients:
        client.close()
    return set().union(*(one.result() for one in sending))


def test_what_was_answered_200_is_there_once_after_every_kill(url: str, kills: int) -> None:
    """Sent again, none of it is news, and the report counts no more than was sent."""
    chance, numbers = Random(20261122), count()  # noqa: S311 - any moment will do
    sent: set[str] = set()
    for _ in range(kills):
        with serving(settings=settings_with(url)) as running:
            sent |= send_until_killed(running, chance.uniform(0, 0.3), lambda: next(numbers))
    with serving(settings=settings_with(url)) as running:
        (row,) = report(running.url)
        assert len(sent) <= row["accepted"] <= next(numbers)
        again = [{"card": card, "outcome": "accepted"} for card in sent]
        assert httpx.post(f"{running.url}{FEEDBACK}", json=again, timeout=PATIENCE).json() == {"recorded": 0}
        assert report(running.url) == [row]
    print(f"{kills} kills, {len(sent)} entries answered 200, {row['accepted']} kept")


def test_a_stop_keeps_the_cards_that_were_shown_just_before(url: str) -> None:
    with serving(settings=settings_with(url)) as running:
        for _ in range(5):
            check_cards(httpx.post(f"{running.url}{CALL}", json=CHART))
        status, _, err = running.stop()
    assert (status, err) == (0, b"")
    with serving(settings=settings_with(url)) as running:
        assert [(row["rule"], row["shown"]) for row in report(running.url)] == [("consider", 5)]


def test_a_database_that_cannot_be_reached_stops_no_card(tmp_path: Path) -> None:
    settings = settings_with(f"sqlite:///{tmp_path}/later/store.db")
    with serving("serve", settings=settings, ready=False) as running, httpx.Client(base_url=running.url) as client:
        assert client.get("/readyz").status_code == 503
        (card,) = check_cards(client.post(CALL, json=CHART))
        entry = {"card": card["uuid"], "outcome": "overridden"}
        check_outcome(client.post(FEEDBACK, json=entry), 503)
        assert client.get("/livez").status_code == 200
        assert "cds_store_failures_total" in client.get("/metrics").text
        (tmp_path / "later").mkdir()
        wait_until_ready(running)
        assert client.post(FEEDBACK, json=entry).json() == {"recorded": 1}
        assert check_cards(client.post(CALL, json=CHART)) == []
        status, lines, err = running.stop()
    assert (status, err) == (0, b"")
    assert {"store-lost", "store-reached"} <= {line["event"] for line in lines}
