"""Workers and machines that share a database let each token in once, and a client no more often than its row says."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest

from cds_service.pages.health import ASKED_IN_VAIN
from tests.hooks.calls import CALL, FEEDBACK, check_cards, check_outcome, condition, with_conditions
from tests.store.hanging import hanging
from tests.store.postgresql import new_postgresql
from tests.system.test_server import PATIENCE, SETTINGS, Running, serving, wait_until_ready
from tests.trust.mint import bearing, row, settings_of, token

__all__ = ["new_postgresql"]
TOGETHER = 64
AUDIENCE = "sand_man"
OPEN = row(audiences=[AUDIENCE])
CHART = with_conditions(condition(onsetDateTime="2020-05-10"))
# One for all: to make it costs more than a call.
CONTEXT = ssl.create_default_context()
ADMIN = "an administrator's token"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("new_postgresql")())


def settings(folder: Path, url: str, rows: str = OPEN, **others: str) -> dict[str, str]:
    settings_of(folder, rows)
    return {"CDS_CLIENTS_FILE": str(folder / "clients.toml"), "CDS_DATABASE_URL": url, **others}


def fresh(**claims: object) -> str:
    now = time()
    given: dict[str, Any] = {"aud": AUDIENCE, "iat": now, "exp": now + 300, **claims}
    return token(**given)


def call(address: str, text: str) -> httpx.Response:
    """Over a connection of its own, so that any worker may take it."""
    return httpx.post(f"{address}{CALL}", json=CHART, headers=bearing(text), timeout=PATIENCE, verify=CONTEXT)


def at_once(calls: Iterable[tuple[str, str]]) -> list[httpx.Response]:
    with ThreadPoolExecutor(TOGETHER) as threads:
        return list(threads.map(lambda one: call(*one), calls))


def statuses(answers: Iterable[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_two_workers_let_a_token_in_once_and_a_client_as_often_as_its_row_says(tmp_path: Path, url: str) -> None:
    """Three a minute: the next comes back after twenty seconds."""
    rows = OPEN + row(id="rated", issuer="rated", audiences=[AUDIENCE], rate_per_minute=3)
    with serving("serve", "--workers", "2", settings=settings(tmp_path, url, rows)) as running:
        for _ in range(2):
            text = fresh()
            assert statuses(at_once([(running.url, text)] * TOGETHER)) == [200] + [401] * (TOGETHER - 1)
        answers = at_once([(running.url, fresh(iss="rated")) for _ in range(16)])
        assert statuses(answers) == [200] * 3 + [429] * 13
        assert {1 <= int(one.headers["retry-after"]) <= 20 for one in answers if one.status_code == 429} == {True}
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def test_of_64_calls_with_one_token_two_machines_let_in_one(tmp_path: Path, new_postgresql: Callable[[], str]) -> None:
    both = settings(tmp_path, new_postgresql())
    with serving(settings=both) as one, serving(settings=both) as other:
        text = fresh()
        assert statuses(at_once([(one.url, text), (other.url, text)] * (TOGETHER // 2))) == [200] + [401] * 63
        used = fresh()
        assert [call(at.url, used).status_code for at in (one, other, one)] == [200, 401, 401]


def test_a_restart_forgets_no_token(tmp_path: Path) -> None:
    alone, text = settings(tmp_path, f"sqlite:///{tmp_path}/store.db"), fresh()
    with serving(settings=alone) as running:
        assert call(running.url, text).status_code == 200
        running.process.kill()
        running.process.communicate()
    with serving(settings=alone) as running:
        assert [call(running.url, text).status_code, call(running.url, fresh()).status_code] == [401, 200]


def test_while_the_database_hangs_no_call_does(tmp_path: Path, new_postgresql: Callable[[], str]) -> None:
    """Who must be told apart from a thief is asked to come again; who is only observed is answered."""
    url = new_postgresql()
    rows = row(audiences=[AUDIENCE]) + row(
        id="watched", issuer="watched", audiences=[AUDIENCE], replay="observe", rate_per_minute=6000
    )
    with serving("serve", "--workers", "2", settings=settings(tmp_path, url, rows)) as running:
        assert statuses(at_once([(running.url, fresh()) for _ in range(8)])) == [200] * 8
        with hanging(url):
            refused = at_once([(running.url, fresh()) for _ in range(TOGETHER)])
            for answer in refused:
                check_outcome(answer, 503)
            watched = at_once([(running.url, fresh(iss="watched")) for _ in range(TOGETHER)])
            assert statuses(watched) == [200] * TOGETHER
            assert ASKED_IN_VAIN in httpx.get(f"{running.url}/readyz").json()["notices"]
            told = httpx.get(f"{running.url}/metrics").text
            assert "cds_tokens_not_shared_total 128.0" in told
            assert "cds_rates_not_shared_total 64.0" in told
        wait_until_let_in(running)
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def wait_until_let_in(running: Running) -> None:
    """Both workers ask the database again."""
    for _ in range(100):
        if statuses(at_once([(running.url, fresh()) for _ in range(8)])) == [200] * 8:
            return
    raise AssertionError("tokens are still not checked")


def wait_until_not_ready(client: httpx.Client) -> None:
    for _ in range(200):
        if client.get("/readyz").status_code == 503:
            return
    raise AssertionError("a server whose database hangs says it is ready")


def test_while_the_database_hangs_cards_are_answered_and_feedback_is_refused(
    new_postgresql: Callable[[], str],
) -> None:
    """Each within bounded time; and feedback counts once, whether or not what was given up was written after all."""
    url = new_postgresql()
    given = SETTINGS | {"CDS_DATABASE_URL": url, "CDS_ADMIN_TOKEN": ADMIN}
    with serving(settings=given) as running, httpx.Client(base_url=running.url, timeout=PATIENCE) as client:
        (shown,) = check_cards(client.post(CALL, json=CHART))
        entry = {"card": shown["uuid"], "outcome": "accepted"}
        assert report(client).status_code == 200
        with hanging(url):
            with ThreadPoolExecutor(4) as threads:
                asked = [threads.submit(client.post, FEEDBACK, json=entry) for _ in range(2)]
                asked += [threads.submit(report, client) for _ in range(2)]
                check_cards(client.post(CALL, json=CHART))
                assert client.get("/livez").status_code == 200
                assert [one.result().status_code for one in asked] == [503] * 4
            wait_until_not_ready(client)
            check_outcome(client.post(FEEDBACK, json=entry), 503)
            assert report(client).status_code == 503
            check_cards(client.post(CALL, json=CHART))
        wait_until_ready(running)
        client.post(FEEDBACK, json=entry)
        (row,) = report(client).json()["rows"]
        assert (row["shown"], row["accepted"]) == (3, 1)
        status, _, err = running.stop()
    assert (status, err) == (0, b"")


def test_a_stop_waits_for_no_database_that_hangs(tmp_path: Path, new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    given = settings(tmp_path, url, CDS_ADMIN_TOKEN=ADMIN)
    with serving(settings=given) as running, httpx.Client(base_url=running.url, timeout=PATIENCE) as client:
        assert (call(running.url, fresh()).status_code, report(client).status_code) == (200, 200)
        with hanging(url), ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(call, running.url, fresh()), threads.submit(report, client)]
            assert [one.result().status_code for one in asked] == [503] * 2
            status, _, err = running.stop()
    assert (status, err) == (0, b"")


def report(client: httpx.Client) -> httpx.Response:
    return client.get("/report", headers={"Authorization": f"Bearer {ADMIN}", "Accept": "application/json"})
