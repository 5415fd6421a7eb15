"""/readyz: whether calls should come here, and what somebody should look at although they should."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cds_service.answer import Answerer
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.pages.health import ASKED_IN_VAIN, FULL, Readiness
from cds_service.store.in_database import InDatabase
from cds_service.store.in_memory import InMemory
from cds_service.store.shown import Matter, Shown
from cds_service.trust.keys import KeysUnreadable, RemoteKeys
from cds_service.trust.keys_held import KeysHeld, KeyState, all_held, best, held_of
from tests.hooks.calls import SETTINGS, Lines, app_of, client_of
from tests.trust.mint import ABSENT, EC, Clock, guarded, public_set, row, settings_of, token

UNREADABLE = "http://127.0.0.1:9/keys.json"


class Kept(InMemory):
    """A store that says of itself what a test wants."""

    def __init__(self, *, reachable: bool = True, full: bool = False, in_vain: bool = False) -> None:
        super().__init__(30)
        self.reachable = reachable
        self.full = full
        self.in_vain = in_vain

    def is_reachable(self) -> bool:
        """As told."""
        return self.reachable

    def is_full(self) -> bool:
        """As told."""
        return self.full

    def is_asked_in_vain(self) -> bool:
        """As told."""
        return self.in_vain


@pytest.mark.parametrize(
    ("draining", "store", "keys", "why_not", "notices"),
    [
        (False, Kept(), KeysHeld(), "", []),
        (True, Kept(), KeysHeld(), "stopping", []),
        (False, Kept(reachable=False), KeysHeld(), "store unreachable", []),
        (False, Kept(reachable=False, full=True), KeysHeld(), "store unreachable", [FULL]),
        (False, Kept(full=True), KeysHeld(), "", [FULL]),
        (False, Kept(in_vain=True), KeysHeld(), "", [ASKED_IN_VAIN]),
        (False, Kept(), KeysHeld(fresh=1), "", []),
        (
            False,
            Kept(),
            KeysHeld(stale=1),
            "",
            ["the keys of 1 of 1 clients could not be read again; the old ones serve"],
        ),
        (
            False,
            Kept(),
            KeysHeld(fresh=2, none=1),
            "",
            ["the keys of 1 of 3 clients could not be read; their tokens are refused"],
        ),
        (
            False,
            Kept(),
            KeysHeld(none=2),
            "keys unreadable",
            ["the keys of 2 of 2 clients could not be read; their tokens are refused"],
        ),
    ],
)
def test_one_clients_trouble_keeps_no_other_out(
    draining: bool, store: Kept, keys: KeysHeld, why_not: str, notices: list[str]
) -> None:
    readiness = Readiness(lambda: draining, store, lambda: keys)
    assert (readiness.why_not(), readiness.notices()) == (why_not, notices)


async def test_it_says_so_in_few_words(answerer: Answerer, lines: Lines) -> None:
    async with client_of(app_of(answerer, lines, store=Kept(full=True))) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "notices": [FULL]})
    async with client_of(app_of(answerer, lines, SETTINGS)) as client:
        assert (await client.get("/readyz")).json() == {"status": "ready"}


class Published:
    """Keys at an address, which can be had or not."""

    def __init__(self) -> None:
        self.there = True

    async def read(self) -> Iterable[Mapping[str, Any]]:
        """What is there."""
        if not self.there:
            raise KeysUnreadable
        keys: list[Mapping[str, Any]] = public_set(EC)["keys"]
        return keys


async def test_keys_are_stale_while_they_cannot_be_read_again() -> None:
    """They serve; and once another read may be tried, the next token may mend it."""
    clock, published = Clock(), Published()
    keys = RemoteKeys(published.read, ["ES384"], 60, clock)
    assert keys.state() == "fresh"
    assert await keys.key("ec", "ES384") is not None
    published.there = False
    clock.seconds += 601
    assert keys.state() == "fresh"
    assert await keys.key("ec", "ES384") is not None
    assert keys.state() == "stale"
    clock.seconds += 60
    assert keys.state() == "fresh"
    assert await keys.key("ec", "ES384") is not None
    assert keys.state() == "stale"
    clock.seconds += 60
    published.there = True
    await keys.key("ec", "ES384")
    assert keys.state() == "fresh"


async def test_keys_that_were_never_read_in_vain_are_no_trouble() -> None:
    clock, published = Clock(), Published()
    published.there = False
    keys = RemoteKeys(published.read, ["ES384"], 60, clock)
    assert keys.state() == "fresh"
    assert await keys.key("ec", "ES384") is None
    assert keys.state() == "none"


@pytest.mark.parametrize(
    ("states", "expected"), [([], "fresh"), (["none", "stale"], "stale"), (["stale", "fresh"], "fresh")]
)
def test_one_address_of_a_client_is_enough(states: list[KeyState], expected: KeyState) -> None:
    assert best(states) == expected


def test_clients_are_counted() -> None:
    assert held_of(["fresh", "none", "stale", "none"]) == KeysHeld(1, 1, 2)
    assert not all_held().nobodys


async def test_a_service_with_keys_it_cannot_have_is_not_ready(tmp_path: Path, answerer: Answerer) -> None:
    """And is again, when another read may be tried: nobody would send the token that mends it otherwise."""
    rows = row(jwks_file=ABSENT, jku=[UNREADABLE], algorithms=["ES384"])
    async with guarded(answerer, settings_of(tmp_path, rows, profile="development")) as service:
        assert (await service.client.get("/readyz")).json() == {"status": "ready"}
        assert (await service.call(token())).status_code == 401
        answer = await service.client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "keys unreadable")
        assert "acme" not in answer.text
        service.clock.seconds += 61
        assert (await service.client.get("/readyz")).status_code == 200


async def test_a_full_queue_is_told_while_the_database_is_away(tmp_path: Path) -> None:
    metrics = Metrics()
    store = InDatabase(
        f"sqlite:///{tmp_path}/nowhere/x.db", 30, metrics=metrics, log=Log("error", Lines()), most_waiting=2
    )
    store.open()
    shown = Shown("c", "consider", "v", Matter("s", "", b"p", "consider", b"f"))
    assert not store.is_full()
    for _ in range(3):
        store.remember(shown)
    async with asyncio.timeout(10):
        while b"cds_store_waiting 2.0" not in metrics.text():
            await asyncio.sleep(0.05)
    assert b"cds_decisions_dropped_total 0.0" not in metrics.text()
    assert b"cds_store_reachable 0.0" in metrics.text()
    # While the writer holds what it tries to write, there is room for as many again.
    for _ in range(3):
        store.remember(shown)
    assert store.is_full()
    store.close()
