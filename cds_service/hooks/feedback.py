"""What clinicians did with cards: one address for each service, idempotent, answered once it is kept."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.errors import Malformed, TooLarge
from cds_service.hooks.bodies import BodyLimits, read_body
from cds_service.hooks.callers import caller_of
from cds_service.hooks.documents import FEEDBACK
from cds_service.hooks.outcomes import JSON
from cds_service.hooks.request_lines import line_of
from cds_service.hooks.routes import RawRoute
from cds_service.hooks.services import Service
from cds_service.observe.metrics import Metrics
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS, OVERRIDE_SYSTEM
from cds_service.store.interface import Store
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.shown import Feedback
from cds_service.wire.feedback import FeedbackEntry, Recorded, decode_feedback, override_reason
from cds_service.wire.soundness import Undecodable

OTHER_REASON = "other"
# A body of the largest size could hold 800,000, over which every other call would wait for seconds.
MOST_ENTRIES = 10_000


class FeedbackCalls:
    """Takes the feedback on the cards of one service."""

    def __init__(
        self, service: Service, limits: BodyLimits, metrics: Metrics, store: Store, pseudonyms: Pseudonyms
    ) -> None:
        self._service = service
        self._limits = limits
        self._metrics = metrics
        self._store = store
        self._pseudonyms = pseudonyms

    async def __call__(self, request: Request) -> Response:
        """One body: all of its entries are kept, or none."""
        caller = caller_of(request.scope)
        async with caller.limits.calling():
            return await self._response(request, caller.name)

    async def _response(self, request: Request, client: str) -> Response:
        entries = _decoded(await read_body(request, self._limits))
        news = await self._store.record(client, [self._told(entry) for entry in entries])
        for told in news:
            self._metrics.fed_back(self._service.id, told.outcome, client)
        line_of(request.scope).recorded = len(news)
        return Response(msgspec.json.encode(Recorded(len(news))), media_type=JSON)

    def _told(self, entry: FeedbackEntry) -> Feedback:
        code, system = override_reason(entry.overrideReason)
        reason = _reason(code, system) if entry.outcome == "overridden" else ""
        card, *formerly = self._pseudonyms.cards(entry.card)
        return Feedback(card, entry.outcome, reason, tuple(formerly))


def _decoded(body: bytes | bytearray) -> list[FeedbackEntry]:
    try:
        entries = decode_feedback(body)
    except Undecodable as error:
        raise Malformed(str(error)) from None
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(f"Nothing was recorded: send at most {MOST_ENTRIES} entries at once.")
    return entries


def _reason(code: str, system: str) -> str:
    """One of the codes that our cards offer; any other may be anything, and is only counted."""
    if not code:
        return ""
    return code if code in OVERRIDE_DISPLAYS and system in ("", OVERRIDE_SYSTEM) else OTHER_REASON


def feedback_routes(
    services: Iterable[Service], limits: BodyLimits, metrics: Metrics, store: Store, pseudonyms: Pseudonyms
) -> list[APIRoute]:
    """A POST beside each service's own."""
    return [
        RawRoute(
            f"/cds-services/{service.id}/feedback",
            FeedbackCalls(service, limits, metrics, store, pseudonyms),
            methods=["POST"],
            name=f"{service.id}-feedback",
            operation_id=f"{service.id}-feedback",
            summary=f"Feedback on the cards of {service.id}",
            description="What a clinician did with cards. A single entry without `feedback` around it is taken, too.",
            openapi_extra=FEEDBACK,
        )
        for service in services
    ]
