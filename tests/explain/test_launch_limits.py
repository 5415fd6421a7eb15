"""How many launches there may be: anybody can call the two addresses, and the hooks' calls must not wait for them."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import sleep

from cds_service.answer import Answerer
from tests.explain.launches import app_row, launched, returned
from tests.explain.smart_ehr import JSON, TOKEN, smart_ehr
from tests.explain.test_launch import Clock, timed
from tests.fetch.ehr import Reply, Seen
from tests.fetch.services import service, settings_of

GIVEN = {"access_token": TOKEN, "token_type": "bearer", "patient": "p1"}


def any_token(seen: Seen) -> Reply | None:
    """A token for any code, a little late."""
    return Reply(GIVEN, headers=JSON, pause=0.2) if seen.target == "/auth/token" else None


async def test_more_launches_a_minute_than_the_row_allows(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr, rate_per_minute=2))) as running:
        answers = [await launched(running, ehr) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 429]
        assert (answers[2].headers["retry-after"], running.lines.last["why"]) == ("30", "too-many")
        assert "<h1>Too many launches at once</h1>" in answers[2].text


async def test_who_comes_back_while_others_are_served_may_come_again(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr(instead=any_token) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr, concurrent=1))) as running:
            backs = [await returned(await launched(running, ehr)) for _ in range(2)]
            answers = await asyncio.gather(*(running.client.get("/explain", params=back) for back in backs))
            assert sorted(answer.status_code for answer in answers) == [200, 429]
            late = next(back for back, answer in zip(backs, answers, strict=True) if answer.status_code == 429)
            assert {answer.headers.get("retry-after") for answer in answers} == {None, "1"}
            assert (await running.client.get("/explain", params=late)).status_code == 200


async def test_eight_at_once_where_the_row_does_not_say(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr(instead=any_token) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            back = await returned(await launched(running, ehr))
            answers = await asyncio.gather(*(running.client.get("/explain", params=back) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 8 + [429] * 2


async def test_two_pages_are_made_at_once(answerer: Answerer, tmp_path: Path) -> None:
    making: list[int] = []
    now: set[int] = set()

    def today() -> date:
        here = threading.get_ident()
        if here != threading.main_thread().ident:
            now.add(here)
            making.append(len(now))
            sleep(0.05)
            with suppress(KeyError):
                now.remove(here)
        return answerer.today()

    async with smart_ehr(instead=any_token) as ehr:
        slow = replace(answerer, today=today)
        async with service(slow, settings_of(tmp_path, app_row(ehr))) as running:
            back = await returned(await launched(running, ehr))
            answers = await asyncio.gather(*(running.client.get("/explain", params=back) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert max(making) <= 2


async def test_what_a_server_says_of_itself_is_kept_for_a_minute(answerer: Answerer, tmp_path: Path) -> None:
    clock = Clock()
    async with smart_ehr() as ehr, timed(answerer, tmp_path, app_row(ehr), clock) as running:
        for seconds, asked in ((0, 1), (59, 1), (1, 2)):
            clock.seconds += seconds
            assert (await launched(running, ehr)).status_code == 302
            assert len([seen for seen in ehr.ehr.seen if seen.target.endswith("smart-configuration")]) == asked
