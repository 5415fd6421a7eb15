"""Reads from FHIR servers, each of which leaves an AuditEvent, whether or not it worked."""

from __future__ import annotations

from asyncio import CancelledError
from dataclasses import dataclass

from cds_service.audit.events import MINOR_FAILURE, SERIOUS_FAILURE, SUCCESS, About, ReadDone, read_event
from cds_service.audit.trail import Trail
from cds_service.errors import ReadFailed
from cds_service.record.asking import Reads
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.wire.access import Token
from cds_service.wire.held import HookCall


@dataclass(frozen=True, slots=True)
class AuditedReads:
    """The reads for one call. A retry and each further page is a request of its own, and an event."""

    reads: Reads
    trail: Trail
    ours: str
    about: About

    async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes | bytearray:
        """The body of a 200. Raises ReadFailed."""
        try:
            body = await self.reads.read(server, asked, token, budget)
        except ReadFailed as error:
            why = f"the FHIR server answered {error.status}" if error.status else str(error)
            self._note(server, asked, MINOR_FAILURE if error.status else SERIOUS_FAILURE, why)
            raise
        except CancelledError:
            self._note(server, asked, SERIOUS_FAILURE, "no answer came while it was waited for")
            raise
        self._note(server, asked, SUCCESS, "")
        return body

    async def aclose(self) -> None:
        """Close every connection."""
        await self.reads.aclose()

    def _note(self, server: FhirServer, asked: Asked, outcome: str, why: str) -> None:
        base = f"{server.base.origin}{server.base.path}"
        done = ReadDone(base, f"{server.base.origin}{asked.path}", asked.query, asked.form, outcome, why)
        self.trail.note(read_event(done, self.about, self.ours, self.trail.now()))


@dataclass(frozen=True, slots=True)
class Auditing:
    """Makes the reads of a call audited ones. `ours` is the address of this service."""

    trail: Trail
    ours: str

    def reads(self, reads: Reads, call: HookCall) -> Reads:
        """The reads for this call and no other."""
        return AuditedReads(reads, self.trail, self.ours, about(call))


def about(call: HookCall) -> About:
    """Whom a call names, by their ids."""
    return About(call.patient_id, call.user_id, call.hook_instance)
