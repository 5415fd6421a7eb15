"""A client: calls as charts are opened, and feedback that it sends until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from time import monotonic

import msgspec
from msgspec import Struct

from bench.bodies import Calls
from bench.connections import Answer, Connections, Cut, Refused
from bench.tally import Tally

CALL = "/cds-services/miss-patient-view"
FEEDBACK = f"{CALL}/feedback"
# Every tenth card is told about.
FED_BACK = 0.1
AGAIN_SECONDS = 0.1
MOST_AT_ONCE = 100
FEEDBACK_AGAIN_SECONDS = 0.5
OVERRIDE = {"reason": {"code": "patient-refuses", "system": "https://ehr.example/reasons"}, "userComment": "said no"}


class Topic(Struct):
    """The rule."""

    code: str


class Source(Struct):
    """Where a card comes from."""

    topic: Topic


class Card(Struct):
    """As much of a card as a client needs here."""

    uuid: str
    source: Source


class Cards(Struct):
    """A hook's answer."""

    cards: list[Card]


CARDS = msgspec.json.Decoder(Cards)


class Ehr:
    """Connects again where nobody listens; whatever else is no card is an error. `may_be_503`: an outage goes on."""

    def __init__(
        self,
        connections: Connections,
        token: Callable[[], str],
        calls: Calls,
        chance: Random,
        may_be_503: Callable[[], bool],
    ) -> None:
        self._connections = connections
        self._token = token
        self._calls = calls
        self._chance = chance
        self._may_be_503 = may_be_503
        self._tasks: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    async def call(self) -> None:
        """One chart is opened."""
        rule, body = self._calls.next()
        began = monotonic()
        while True:
            allowed = self._may_be_503()
            try:
                answer = await self._connections.post(CALL, body, self._token())
            except Refused:
                self.tally.refused += 1
                await asyncio.sleep(AGAIN_SECONDS)
                self.tally.longest_wait = max(self.tally.longest_wait, monotonic() - began)
            except Cut as cut:
                self.tally.failed(f"call cut: {cut}")
                return
            else:
                self._look_at(answer, rule, allowed=allowed or self._may_be_503())
                return

    async def saturate(self, at_once: int, seconds: float) -> float:
        """So many, each calling again at once; the calls answered in a second."""
        until, before = monotonic() + seconds, len(self.tally.seconds)

        async def one() -> None:
            while monotonic() < until:
                await self.call()

        await asyncio.gather(*(one() for _ in range(at_once)))
        return (len(self.tally.seconds) - before) / seconds

    async def keep_calling(self, rate: float, goes_on: Callable[[], bool]) -> None:
        """So many calls a second, whether or not the last one was answered; returns when all were.

        A service that falls far behind is not drowned: clients are many, not without number.
        """
        loop, at, running = asyncio.get_running_loop(), monotonic(), set[asyncio.Task[None]]()
        while goes_on():
            task = loop.create_task(self.call())
            running.add(task)
            task.add_done_callback(running.discard)
            while len(running) >= MOST_AT_ONCE:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                at = monotonic()
            at += 1 / rate
            await asyncio.sleep(max(0.0, at - monotonic()))
        await asyncio.gather(*running)

    async def told_all(self) -> None:
        """Once all feedback was acknowledged."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _look_at(self, answer: Answer, rule: str, *, allowed: bool) -> None:
        if answer.status == 503 and allowed:
            self.tally.unavailable += 1
            return
        if answer.status != 200:
            self.tally.failed(f"call answered {answer.status}")
            return
        cards = CARDS.decode(answer.body).cards
        if [card.source.topic.code for card in cards] != [rule]:
            self.tally.failed(f"{rule}: another card, or none")
            return
        self.tally.cards += 1
        self.tally.seconds.append(answer.seconds)
        if self._chance.random() < FED_BACK:
            task = asyncio.get_running_loop().create_task(self._tell(cards[0].uuid))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, card: str) -> None:
        """What a clinician did with it, some moments later; kept by the client until it was answered 200."""
        await asyncio.sleep(self._chance.uniform(0, 2))
        outcome = self._chance.choice(("accepted", "overridden"))
        entry = {"card": card, "outcome": outcome} | ({"overrideReason": OVERRIDE} if outcome == "overridden" else {})
        body = msgspec.json.encode({"feedback": [entry]})
        while (why := await self._refused(body)) is not None:
            self.tally.feedback_refused[why] += 1
            await asyncio.sleep(FEEDBACK_AGAIN_SECONDS)
        self.tally.told[card] = outcome

    async def _refused(self, body: bytes) -> str | None:
        """Why it was not acknowledged; None: it was. 503, and no answer at all, are told again."""
        try:
            answer = await self._connections.post(FEEDBACK, body, self._token())
        except Refused:
            return "refused"
        except Cut:
            return "cut"
        if answer.status not in (200, 503):
            self.tally.failed(f"feedback answered {answer.status}")
        return None if answer.status == 200 else str(answer.status)
