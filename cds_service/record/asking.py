"""How one call asks its FHIR server: templates filled, pages followed, one retry where the server asks for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from cds_service.errors import ReadFailed
from cds_service.record.pages import add_page
from cds_service.record.patient import Key
from cds_service.record.templates import PATIENT
from cds_service.trust.addresses import Address, Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.wire import fhir
from cds_service.wire.access import Token
from cds_service.wire.held import Came, Held
from cds_service.wire.keys import RESOURCE_OF, held_answer
from cds_service.wire.soundness import Undecodable, check_depth, check_utf8

ORDERS: Key = "serviceRequests"
MOST_PAGES = 50
MOST_RESOURCES = 10_000
LONGEST_WAIT = 1.0
LONGEST_ID = 256
# In a search they join or part values, in a path they part segments: no encoding makes them one value everywhere.
NOT_IN_AN_ID = frozenset("/\\,$|")
WAIT_AND_RETRY = (429, 503)
# The server does not take this search as GET: not at all, or not so long an address.
GET_REFUSED = (405, 414)


class Reads(Protocol):
    """What reads from registered servers: `trust.outbound.Outbound`, imported only where there are any."""

    async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes | bytearray:
        """The body of a 200. Raises ReadFailed."""

    async def aclose(self) -> None:
        """Close every connection."""


@dataclass(slots=True)
class Fetched:
    """What came of one key: the pages so far, and why there are no more of them, where there should be."""

    held: Held[Any]
    why: str = ""
    late: bool = False
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """One call's access: its server and token, the bytes it may still read, and until when."""

    reads: Reads
    server: FhirServer
    token: Token | None = field(repr=False)
    budget: Budget
    until: float

    async def key(self, key: Key, first: Asked, patient_id: str, into: Fetched) -> None:
        """Every page of one key. Raises ReadFailed, and TimeoutError at the deadline; what came till then is kept."""
        retries = [LONGEST_WAIT]
        async with asyncio.timeout_at(self.until):
            asked = first
            while True:
                page = _page(await self._answer(key, asked, retries), key, patient_id)
                add_page(into.held, page)
                into.pages += 1
                if len(into.held.resources) > MOST_RESOURCES:
                    del into.held.resources[MOST_RESOURCES:]
                    into.held.more = True
                    raise ReadFailed(f"the FHIR server has more than {MOST_RESOURCES} resources")
                if not page.more:
                    return
                if into.pages == MOST_PAGES:
                    raise ReadFailed(f"the FHIR server has more than {MOST_PAGES} pages")
                asked = next_page(self.server.base, page.next_url, key)

    async def order(self, reference: str) -> fhir.ServiceRequest | None:
        """One ServiceRequest, `ServiceRequest/id`; None for an answer that is another. Raises as `key` does."""
        kind, _, order_id = reference.partition("/")
        _check_id(order_id)
        address = Asked(f"{self.server.base.path}/{kind}/{quote(order_id, safe='')}", "")
        async with asyncio.timeout_at(self.until):
            page = _page(await self._answer(ORDERS, address, [LONGEST_WAIT]), ORDERS, "")
        return next((order for order in page.resources if order.id == order_id), None)

    async def _answer(self, key: Key, asked: Asked, retries: list[float]) -> bytes | bytearray:
        """The body, at the second attempt where the server says to wait a little, or to search by POST."""
        try:
            return await self.reads.read(self.server, asked, self.token, self.budget)
        except ReadFailed as error:
            if not error.status:
                raise
            if error.status in GET_REFUSED and _is_search(asked, self.server.base, key):
                return await self._answer(key, Asked(asked.path, asked.query, form=True), retries)
            wait = error.retry_after
            if error.status in WAIT_AND_RETRY and wait is not None and retries and wait <= retries.pop():
                await asyncio.sleep(wait)
                return await self._answer(key, asked, retries)
            raise ReadFailed(_refused(error.status, key)) from None


def first_page(base: Address, template: str, patient_id: str, *, by_post: bool) -> Asked:
    """The template with its token filled. Raises ReadFailed for an id that could ask for something else."""
    _check_id(patient_id)
    return base.query(template.replace(PATIENT, quote(patient_id, safe="")), form=by_post)


def _check_id(given: str) -> None:
    odd = NOT_IN_AN_ID & set(given) or not given.isprintable() or not given.strip(".")
    if odd or len(given) > LONGEST_ID:
        raise ReadFailed("the id cannot stand in an address")


def next_page(base: Address, link: str, key: Key) -> Asked:
    """Where a `next` link leads. Raises ReadFailed where that is not under the server's own address."""
    asked = base.linked(link, RESOURCE_OF[key])
    if asked is None:
        raise ReadFailed("a further page lies outside the FHIR server's registered address")
    return asked


def _is_search(asked: Asked, base: Address, key: Key) -> bool:
    return bool(asked.query) and not asked.form and asked.path == f"{base.path}/{RESOURCE_OF[key]}"


def _refused(status: int, key: Key) -> str:
    redirect = ": a redirect, which is not followed" if 300 <= status < 400 else ""
    return f"the FHIR server answered {status} to {RESOURCE_OF[key]}{redirect}"


def _page(body: bytes | bytearray, key: Key, patient_id: str) -> Held[Any]:
    """The page in an answer. Raises ReadFailed for an answer that is none."""
    kind = RESOURCE_OF[key]
    try:
        page = held_answer(body, key)
        check_utf8(body)
        check_depth(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Undecodable):
        raise ReadFailed(f"the FHIR server's answer to {kind} was no JSON") from None
    if page.came is Came.OUTCOME:
        raise ReadFailed(f"the FHIR server answered an OperationOutcome to {kind}")
    if page.came is not Came.RESOURCES or (key == "patient" and not page.resources):
        raise ReadFailed(f"the FHIR server's answer to {kind} could not be read as one")
    if key == "patient" and page.resources[0].id != patient_id:
        raise ReadFailed("the FHIR server answered another Patient")
    return page
