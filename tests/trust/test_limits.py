"""How often a client may call, and how much is remembered of its tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cds_service.answer import Answerer
from cds_service.errors import ReplaysUnavailable, TooMany
from cds_service.trust.limits import Limits
from cds_service.trust.replays import InMemoryReplays
from tests.hooks.calls import CALL, FEEDBACK, check_outcome
from tests.trust.mint import AUD, START, Clock, bearing, guarded, row, settings_of, token


async def test_more_than_the_row_allows_is_429_and_says_when_to_come_again(tmp_path: Path, stages: Answerer) -> None:
    rows = row(rate_per_minute=4) + row(id="b", issuer="b")
    async with guarded(stages, settings_of(tmp_path, rows)) as service:
        assert [(await service.call(token())).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
        refused = await service.client.post(
            FEEDBACK, content=b"x", headers={**bearing(token(aud=AUD)), "Content-Type": "text/plain"}
        )
        check_outcome(refused, 429)
        assert refused.headers["retry-after"] == "15"
        assert (await service.call("x.x.x")).status_code == 401
        assert (await service.client.get(CALL, headers=bearing(token()))).status_code == 405
        assert (await service.call(token(iss="b"))).status_code == 200
        service.clock.seconds += 14.5
        assert (await service.call(token())).headers["retry-after"] == "1"
        service.clock.seconds += 0.5
        assert [(await service.call(token())).status_code for _ in range(2)] == [200, 429]
        service.clock.seconds += 250
        assert [(await service.call(token())).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


async def test_so_many_at_once(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, row(concurrent=2))) as service:
        release = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"{"
            await release.wait()
            yield b"}"

        running = [
            asyncio.create_task(service.client.post(CALL, content=slow(), headers=bearing(token()))) for _ in range(2)
        ]
        await asyncio.sleep(0.1)
        refused = await service.call(token())
        check_outcome(refused, 429)
        assert refused.headers["retry-after"] == "1"
        release.set()
        assert [(await one).status_code for one in running] == [400, 400]
        assert (await service.call(token())).status_code == 200


async def test_a_call_that_fails_is_over_too() -> None:
    limits = Limits(0, 1, Clock())
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with limits.calling():
                raise ZeroDivisionError
    async with limits.calling():
        with pytest.raises(TooMany):
            async with limits.calling():
                pass


async def test_without_a_row_there_is_no_limit(tmp_path: Path, stages: Answerer) -> None:
    settings = settings_of(tmp_path, '[[clients]]\nid = "anonymous"\nrate_per_minute = 1\n', require_auth=False)
    async with guarded(stages, settings) as service:
        assert [(await service.call()).status_code for _ in range(2)] == [200, 429]
        assert "client" not in service.lines.last
    async with guarded(stages, settings.model_copy(update={"clients_file": None})) as service:
        assert {(await service.call()).status_code for _ in range(50)} == {200}


async def test_a_memory_that_is_full_forgets_nothing_early() -> None:
    clock = Clock()
    memory = InMemoryReplays(clock, most=3)
    assert [await memory.is_first("a", str(number), START + 10 + number) for number in range(3)] == [True] * 3
    with pytest.raises(ReplaysUnavailable):
        await memory.is_first("a", "3", START + 10)
    assert await memory.is_first("a", "0", START + 10) is False
    assert await memory.is_first("b", "0", START + 10) is True
    clock.seconds += 19.9
    with pytest.raises(ReplaysUnavailable):
        await memory.is_first("a", "3", START + 30)
    clock.seconds += 0.1
    assert await memory.is_first("a", "3", START + 30) is True
    assert await memory.is_first("a", "1", START + 30) is False


async def test_any_text_can_be_remembered() -> None:
    memory = InMemoryReplays(Clock())
    assert await memory.is_first("a", "\ud800", START + 10) is True
    assert await memory.is_first("a", "\ud800", START + 10) is False
