"""What was answered 200 is there after the process was killed, once (contract, "Running it").

MISS_KILLS_SQLITE and MISS_KILLS_POSTGRESQL set how often it is killed.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
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
# Some turns of the writer: a kill falls before, in or after a commit, each about as often as that takes long.
CYCLES_SECONDS = 0.1


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


def acknowledged(client: httpx.Client, address: str, numbers: Callable[[], int], first: Event) -> set[str]:
    """Sends feedback until there is no more answer; the cards whose feedback was answered 200."""
    done: set[str] = set()
    with suppress(httpx.TransportError):
        while True:
            card = f"card-{numbers()}"
            answer = client.post(address, json={"card": card, "outcome": "accepted"})
            assert answer.json() == {"recorded": 1}
            done.add(card)
            first.set()
    return done


def send_until_killed(
    running: Running, clients: list[httpx.Client], after: float, numbers: Callable[[], int]
) -> set[str]:
    """Several send at once; the process is killed so many seconds after the first was answered."""
    first = Event()
    with ThreadPoolExecutor(SENDERS) as threads:
        address = f"{running.url}{FEEDBACK}"
        sending = [threads.submit(acknowledged, client, address, numbers, first) for client in clients]
        assert first.wait(PATIENCE)
        time.sleep(after)
        running.process.send_signal(signal.SIGKILL)
        running.process.communicate(timeout=PATIENCE)
    return set().union(*(one.result() for one in sending))


def news_of(running: Running, client: httpx.Client, cards: set[str]) -> int:
    """How many of them the service did not know, or counts again."""
    told = [{"card": card, "outcome": "accepted"} for card in sorted(cards)]
    answer = client.post(f"{running.url}{FEEDBACK}", json=told) if told else None
    return int(answer.json()["recorded"]) if answer else 0


def test_what_was_answered_200_is_there_once_after_every_kill(url: str, kills: int) -> None:
    """After each kill: sent again, none of it is news. At the end all is sent again, as clients do who had no answer:
    what the report then counts is each entry once, whether or not its first answer arrived.
    """
    chance, numbers, began = Random(20261122), count(), time.monotonic()  # noqa: S311 - any moment will do
    sent: set[str] = set()
    last: set[str] = set()
    with ExitStack() as closing:
        # Kept for all kills: to make one costs as much as to send with it.
        clients = [closing.enter_context(httpx.Client(timeout=PATIENCE, verify=False)) for _ in range(SENDERS)]  # noqa: S501 - it speaks plain http
        for _ in range(kills):
            with serving(settings=settings_with(url)) as running:
                assert news_of(running, clients[0], last) == 0
                last = send_until_killed(running, clients, chance.uniform(0, CYCLES_SECONDS), lambda: next(numbers))
                sent |= last
        took = time.monotonic() - began
        with serving(settings=settings_with(url)) as running:
            (kept,) = (row["accepted"] for row in report(running.url))
            assert news_of(running, clients[0], sent) == 0
            issued = {f"card-{number}" for number in range(next(numbers))}
            assert news_of(running, clients[0], issued) == len(issued) - kept
            assert [row["accepted"] for row in report(running.url)] == [len(issued)]
    unheard = kept - len(sent)
    print(f"{kills} kills of {took / kills:.2f} s: {len(sent)} answered 200, {unheard} kept whose answer was cut off")


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
