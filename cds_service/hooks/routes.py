"""The CDS Hooks routes: discovery and one address for each service.

The hot POST reads its own body: its route's endpoint is called as it is, with no model of the framework's between,
and it still stands in the OpenAPI document, whose schemas are made from the Structs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from typing import Any

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.answer import Answered, Answerer, Unconcerned
from cds_service.audit.reads import Auditing
from cds_service.errors import Malformed
from cds_service.hooks.bodies import BodyLimits, read_body
from cds_service.hooks.callers import Caller, caller_of
from cds_service.hooks.disclosures import Disclosures
from cds_service.hooks.documents import DISCOVERY, operation
from cds_service.hooks.outcomes import JSON
from cds_service.hooks.request_lines import line_of
from cds_service.hooks.services import Service, discovery
from cds_service.hooks.shown import ShownCards
from cds_service.observe.lines import CallLine, uuid_or_empty
from cds_service.observe.metrics import Metrics
from cds_service.store.interface import Store
from cds_service.store.pseudonyms import Pseudonyms
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

    def __init__(
        self, service: Service, limits: BodyLimits, metrics: Metrics, shown: ShownCards, disclosures: Disclosures
    ) -> None:
        self._service = service
        self._shown = shown
        self._disclosures = disclosures
        self._limits = limits
        self._metrics = metrics
        self._encoder = msgspec.json.Encoder()

    async def __call__(self, request: Request) -> Response:
        """One call, from its bytes to its cards."""
        caller = caller_of(request.scope)
        async with caller.limits.calling():
            return await self._response(request, caller)

    async def _response(self, request: Request, caller: Caller) -> Response:
        stage = caller.answerer.stage
        with stage("body"):
            body = await read_body(request, self._limits)
        with stage("decode"):
            call = _decoded(body)
        line = line_of(request.scope)
        line.hookInstance = uuid_or_empty(call.hook_instance)
        line.knowledgeVersion = caller.answerer.knowledge.version
        self._check(call)
        answered = await self._answered(call, line, caller.answerer)
        if isinstance(answered, Unconcerned):
            line.why = "order-not-found" if answered.not_found else "not-concerned"
            line.ordersNotFound = answered.not_found
            return Response(self._encoder.encode(Answer()), media_type=JSON)
        cards = self._shown.leaving(call, answered, caller.name, line.tenant)
        self._disclosures.tell(request, call, answered, cards)
        self._note(request, answered, len(cards))
        return Response(self._encoder.encode(Answer(cards)), media_type=JSON)

    async def _answered(self, call: HookCall, line: CallLine, answerer: Answerer) -> Answered | Unconcerned:
        """The answer, after what its FHIR server could add; for orders of no concern no chart is read there."""
        of_orders = self._service.of_orders
        if call.names_server:
            line.fhirServer = NOT_REGISTERED
            with answerer.stage("fetch"):
                call = await answerer.with_orders(call) if of_orders else call
                if not of_orders or answerer.may_concern(call):
                    call = await answerer.completed(call)
                    _note_fetch(line, call.elsewhere)
        return answerer.answer_order(call) if of_orders else answerer.answer(call)

    def _check(self, call: HookCall) -> None:
        if call.hook != self._service.hook:
            raise Malformed(f"hook is not {self._service.hook}, which this service is for.")
        if self._service.needs_user and not call.has_user:
            raise Malformed("context.userId is missing.")

    def _note(self, request: Request, answered: Answered, sent: int) -> None:
        """What may be known of an answer: outcome, rule, counts; and that a card was left out as set aside."""
        assessment = answered.assessment
        line = line_of(request.scope)
        line.outcome, line.rule, line.why = assessment.outcome, assessment.rule, assessment.why
        line.cards, line.quiet = sent, sent < len(answered.cards)
        line.oddities = len(assessment.findings.record.oddities)
        self._metrics.concluded(self._service.id, assessment.outcome, line.client)


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
    services: Iterable[Service],
    answerer: Answerer,
    limits: BodyLimits,
    metrics: Metrics,
    store: Store,
    pseudonyms: Pseudonyms,
    auditing: Auditing | None = None,
) -> list[APIRoute]:
    """Discovery of what the caller may ask, and a POST for each service."""
    services = tuple(services)
    version = answerer.knowledge.version
    observations = answerer.knowledge.observations

    @cache
    def listed(services: tuple[Service, ...]) -> bytes:
        return msgspec.json.encode(discovery(services, observations))

    async def discover(request: Request) -> Response:
        return Response(listed(caller_of(request.scope).services), media_type=JSON)

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
            HookCalls(
                service,
                limits,
                metrics,
                ShownCards(service, version, store, pseudonyms),
                Disclosures(auditing, service.id, version),
            ),
            methods=["POST"],
            name=service.id,
            operation_id=service.id,
            summary=service.title,
            description=service.description,
            openapi_extra=operation(service.hook),
        )
        for service in services
    )
    return [found, *calls]
