"""What the demo page asks beside the service itself: why it answers so, what a file says, what the store counted.

Nothing that is asked here is stored. Why, a "none" included, is told of the same request that a service takes, and read
from the same FHIR server; a file is assessed as `cds-service assess` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cds_service.answer import Answered, Answerer, Unconcerned
from cds_service.errors import Malformed, TooLarge
from cds_service.record.asked import ORDER_HOOKS
from cds_service.record.from_file import supplied_from_bundle
from cds_service.store.counted import Counted
from cds_service.store.interface import Store
from cds_service.wire.decoding import decode_call
from cds_service.wire.held import HookCall
from cds_service.wire.soundness import Undecodable

JSON = "application/json"
NOT_ONE_PATIENT = "The Bundle holds no Patient, or several: one file is one patient."
FILE_TOO_LARGE = "The file is larger than this service reads (CDS_MAX_BODY_BYTES)."


def answer_routes(answerer: Answerer, store: Store, most_bytes: int) -> list[BaseRoute]:
    """The addresses under `/demo/` that take a request or a file, and the counts."""
    answers = DemoAnswers(answerer, store, most_bytes)
    return [
        Route("/demo/explain", answers.explain, methods=["POST"]),
        Route("/demo/assess", answers.assess, methods=["POST"]),
        Route("/demo/counts", answers.counts, methods=["GET"]),
    ]


class DemoAnswers:
    """The whole assessment of a request or a file, and the counts of cards and feedback."""

    def __init__(self, answerer: Answerer, store: Store, most_bytes: int) -> None:
        self._answerer = answerer
        self._store = store
        self._most_bytes = most_bytes

    async def explain(self, request: Request) -> Response:
        """The whole assessment of a hook call, as `assess --json` prints it; where no chart was needed, why not."""
        try:
            call = decode_call(await _body(request, self._most_bytes))
        except Undecodable as error:
            raise Malformed(str(error)) from None
        answered = await self._answered(call)
        return _json(_unconcerned(answered) if isinstance(answered, Unconcerned) else self._answerer.told(answered))

    async def _answered(self, call: HookCall) -> Answered | Unconcerned:
        """As the service answers it, before anything that was set aside is left out."""
        answerer = self._answerer
        if call.hook not in ORDER_HOOKS:
            return answerer.answer(await answerer.completed(call))
        call = await answerer.with_orders(call)
        return answerer.answer_order(await answerer.completed(call) if answerer.may_concern(call) else call)

    async def assess(self, request: Request) -> Response:
        """The whole assessment of the one patient in a FHIR Bundle, today."""
        try:
            chart = supplied_from_bundle(await _body(request, self._most_bytes))
        except Undecodable as error:
            raise Malformed(str(error)) from None
        if chart is None:
            raise Malformed(NOT_ONE_PATIENT)
        return _json(self._answerer.told(self._answerer.of_chart(chart, self._answerer.today())))

    async def counts(self, request: Request) -> Response:
        """How often the cards of each rule were shown, accepted and overridden, whoever asked and whenever."""
        return _json({"rules": by_rule(await self._store.counts())})


def by_rule(counted: Iterable[Counted]) -> dict[str, dict[str, Any]]:
    """The counts of each rule, and of each reason where one was given."""
    rules: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"shown": 0, "accepted": 0, "overridden": 0, "reasons": defaultdict(int)}
    )
    for one in counted:
        rules[one.rule][one.what] += one.count
        if one.reason:
            rules[one.rule]["reasons"][one.reason] += one.count
    return rules


def _unconcerned(answered: Unconcerned) -> dict[str, str]:
    return {"outcome": "none", "why": "order-not-found" if answered.not_found else "not-concerned"}


async def _body(request: Request, most_bytes: int) -> bytes:
    """The body. Raises TooLarge as soon as more has come than is read."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            raise TooLarge(FILE_TOO_LARGE)
    return bytes(body)


def _json(told: dict[str, Any] | dict[str, str]) -> Response:
    return Response(msgspec.json.encode(told), media_type=JSON, headers={"Cache-Control": "no-store"})
