"""The CDS Hooks routes: discovery and one address for each service.

The hot POST reads its own body: its route's endpoint is called as it is, with no model of the framework's between,
and it still stands in the OpenAPI document, whose schemas are made from the Structs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.answer import Answered, Answerer
from cds_service.errors import Malformed
from cds_service.hooks.bodies import BodyLimits, read_body
from cds_service.hooks.documents import CALL, DISCOVERY
from cds_service.hooks.outcomes import JSON
from cds_service.hooks.request_lines import line_of
from cds_service.hooks.services import Service, discovery
from cds_service.observe import CallLine, Metrics, uuid_or_empty
from cds_service.wire.cds_hooks import Response as Answer
from cds_service.wire.decoding import decode_call
from cds_service.wire.held import NOT_REGISTERED, Elsewhere, HookCall
from cds_service.wire.soundness import Undecodable


class RawRoute(APIRoute):
    """A route whose endpoint takes the request and gives the response, and nothing happens between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        return self.endpoint


class HookCalls:
    """Answers the calls of one service."""

    def __init__(self, service: Service, answerer: Answerer, limits: BodyLimits, metrics: Metrics) -> None:
        self._service = service
        self._answerer = answerer
        self._limits = limits
        self._metrics = metrics
        self._encoder = msgspec.json.Encoder()

    async def __call__(self, request: Request) -> Response:
        """One call, from its bytes to its cards."""
        call = _decoded(await read_body(request, self._limits))
        line = line_of(request.scope)
        line.hookInstance = uuid_or_empty(call.hook_instance)
        line.knowledgeVersion = self._answerer.knowledge.version
        self._check(call)
        if call.names_server:
            line.fhirServer = NOT_REGISTERED
            call = await self._answerer.completed(call)
            _note_fetch(line, call.elsewhere)
        answered = self._answerer.answer(call)
        self._note(request, answered)
        return Response(self._encoder.encode(Answer(answered.cards)), media_type=JSON)

    def _check(self, call: HookCall) -> None:
        if call.hook != self._service.hook:
            raise Malformed(f"hook is not {self._service.hook}, which this service is for.")
        if self._service.needs_user and not call.has_user:
            raise Malformed("context.userId is missing.")

    def _note(self, request: Request, answered: Answered) -> None:
        """What may be known of an answer: outcome, rule, counts."""
        assessment = answered.assessment
        line = line_of(request.scope)
        line.outcome, line.rule, line.why = assessment.outcome, assessment.rule, assessment.why
        line.cards = len(answered.cards)
        line.oddities = len(assessment.findings.record.oddities)
        self._metrics.concluded(self._service.id, assessment.outcome)


def _note_fetch(line: CallLine, elsewhere: Elsewhere) -> None:
    """What came of the server a call names: words and counts, no address."""
    line.fhirServer = elsewhere.server
    line.fetched = dict(Counter(elsewhere.results.values()))
    line.fetchMilliseconds = round(elsewhere.seconds * 1000, 3)


def _decoded(body: bytes | bytearray) -> HookCall:
    try:
        return decode_call(body)
    except Undecodable as error:
        raise Malformed(str(error)) from None


def hook_routes(
    services: Iterable[Service], answerer: Answerer, limits: BodyLimits, metrics: Metrics
) -> list[APIRoute]:
    """Discovery, and a POST for each service."""
    services = tuple(services)
    listed = msgspec.json.encode(discovery(services, answerer.knowledge.observations))

    async def discover(request: Request) -> Response:
        return Response(listed, media_type=JSON)

    found = RawRoute(
        "/cds-services",
        discover,
        methods=["GET", "HEAD"],
        name="discover",
        operation_id="discover",
        openapi_extra=DISCOVERY,
    )
    calls = (
        RawRoute(
            f"/cds-services/{service.id}",
            HookCalls(service, answerer, limits, metrics),
            methods=["POST"],
            name=service.id,
            operation_id=service.id,
            summary=service.title,
            description=service.description,
            openapi_extra=CALL,
        )
        for service in services
    )
    return [found, *calls]
