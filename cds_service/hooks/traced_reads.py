"""Each read from a FHIR server as a part of the call's trace, under the type of resource it asks for."""

from __future__ import annotations

from cds_service.observe.timing import Spans
from cds_service.record.asking import Reads
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.wire.access import Token
from cds_service.wire.keys import RESOURCE_OF

TYPES = frozenset(RESOURCE_OF.values())
# A server writes the addresses of further pages as it likes.
PAGE = "page"


class TracedReads:
    """Reads as `reads` does."""

    def __init__(self, reads: Reads, spans: Spans) -> None:
        self._reads = reads
        self._spans = spans

    async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes | bytearray:
        """The body of a 200. Raises ReadFailed."""
        with self._spans.part(f"read {type_of(server.base.path, asked.path)}"):
            return await self._reads.read(server, asked, token, budget)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._reads.aclose()


def type_of(base: str, path: str) -> str:
    """The type of resource that a path under a base asks for; never an id, nor a word of a server's own."""
    first = path.removeprefix(base).lstrip("/").partition("/")[0]
    return first if first in TYPES else PAGE
