"""The AuditEvents of cards that leave: who saw which card about whom, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request

from cds_service.answer import Answered
from cds_service.audit.events import CardShown, shown_event
from cds_service.audit.reads import Auditing, about
from cds_service.hooks.callers import caller_of
from cds_service.hooks.request_lines import line_of
from cds_service.wire.cds_hooks import Card
from cds_service.wire.held import HookCall


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Those of one service. Without `auditing` there are none."""

    auditing: Auditing | None
    service: str
    version: str

    def tell(self, request: Request, call: HookCall, answered: Answered, cards: tuple[Card, ...]) -> None:
        """These cards leave with the answer to this request; a proxy's address stands for those behind it."""
        if self.auditing is None:
            return
        for card in cards:
            shown = CardShown(
                client=caller_of(request.scope).name,
                address=address_of(request.client.host if request.client else ""),
                service=self.service,
                card=card.uuid,
                rule=answered.assessment.rule,
                outcome=answered.assessment.outcome,
                knowledge_version=self.version,
                request_id=line_of(request.scope).requestId,
            )
            trail = self.auditing.trail
            trail.note(shown_event(shown, about(call), self.auditing.ours, trail.now()))


def address_of(host: str) -> str:
    """An address without its zone, or `unknown`: behind a proxy a caller may have written any text there."""
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return "unknown"
