"""What prefetch lacks, read from the FHIR server the call names, where that is registered (contract, "Fetch").

Exactly the advertised templates are asked, all missing keys at once and each page by page, under one deadline from the
first read to the last byte. A key that is not there by then has failed; what came of it before counts as present facts.
Every reason is in words of ours: no address, id or answer of a server is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter
from typing import Any

from cds_service.errors import ReadFailed, ServerNotRegistered
from cds_service.knowledge.load import Knowledge
from cds_service.record.asking import Asking, Fetched, Reads, first_page, next_page
from cds_service.record.lacking import lacking
from cds_service.record.pages import look_backs, reaches_back
from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import answers_of, patient_urls
from cds_service.record.templates import templates
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import Client, FhirServer
from cds_service.wire import fhir
from cds_service.wire.access import Token
from cds_service.wire.held import REGISTERED, Came, Elsewhere, Held, HookCall
from cds_service.wire.keys import RESOURCE_OF

# A dispatch names an order, or a few that go together.
MOST_ORDERS = 10
NO_READS = "this service reads from no FHIR server"
NO_TOKEN = "the call brings no access token for the FHIR server"  # noqa: S105 - words, no token


@dataclass(frozen=True, slots=True)
class Limits:
    """The seconds from the first read to the last byte, and the bytes of all answers to one call."""

    seconds: float
    most_bytes: int


class Fetch:
    """Completes the calls of one client. `reads` None: nothing is read, whatever a call names."""

    def __init__(
        self,
        client: Client,
        reads: Reads | None,
        knowledge: Knowledge,
        limits: Limits,
        today: Callable[[], date],
        count: Callable[[str, str], None],
        audited: Callable[[Reads, HookCall], Reads] | None = None,
    ) -> None:
        self._client = client
        self._reads = reads
        self._limits = limits
        self._today = today
        self._count = count
        self._audited = audited
        self._templates = templates(knowledge.observations)
        self._look_backs = look_backs(knowledge.given)

    async def completed(self, call: HookCall) -> HookCall:
        """The call with what the server it names could add.

        Raises ServerNotRegistered where the client's row says that a server must be registered and it is not.
        """
        server = self._client.server_named(call.access.address())
        if server is None:
            return self._not_registered(call)
        wanted = lacking(call)
        if not wanted:
            return replace(call, elsewhere=Elsewhere(REGISTERED))
        if self._reads is None:
            return self._not_read(call, wanted, NO_READS)
        token = call.access.token()
        if token is None and not server.open:
            return self._not_read(call, wanted, NO_TOKEN)
        asking = self._asking(self._reads, call, server, token, call.until or self._until())
        return await self._read(call, wanted, asking)

    async def with_orders(self, call: HookCall, references: Sequence[str]) -> HookCall:
        """The call with those of these ServiceRequests that its server has; the others are not to be had.

        Raises ServerNotRegistered as `completed` does.
        """
        server = self._client.server_named(call.access.address())
        if server is None and self._client.must_match:
            raise ServerNotRegistered
        token = call.access.token()
        if not references or server is None or self._reads is None or (token is None and not server.open):
            return call
        until = self._until()
        asking = self._asking(self._reads, call, server, token, until)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._order(reference, asking)) for reference in references[:MOST_ORDERS]]
        found = tuple(order for task in tasks if (order := task.result()))
        return replace(call, dispatched=found, until=until)

    async def _order(self, reference: str, asking: Asking) -> fhir.ServiceRequest | None:
        try:
            found = await asking.order(reference)
        except (TimeoutError, ReadFailed):
            found = None
        self._count("order", "read" if found else "failed")
        return found

    def _asking(self, reads: Reads, call: HookCall, server: FhirServer, token: Token | None, until: float) -> Asking:
        reads = self._audited(reads, call) if self._audited else reads
        return Asking(reads, server, token, Budget(self._limits.most_bytes), until)

    def _until(self) -> float:
        return asyncio.get_running_loop().time() + self._limits.seconds

    async def aclose(self) -> None:
        """Close every connection."""
        if self._reads is not None:
            await self._reads.aclose()

    def _not_registered(self, call: HookCall) -> HookCall:
        if self._client.must_match:
            raise ServerNotRegistered
        results: dict[str, str] = {key: "not-registered" for key in lacking(call)}
        self._counted(results or {"none": "not-registered"})
        return replace(call, elsewhere=replace(call.elsewhere, results=results))

    def _not_read(self, call: HookCall, wanted: Mapping[Key, str | None], why: str) -> HookCall:
        results = self._counted(dict.fromkeys(wanted, "not-allowed"))
        return replace(call, elsewhere=Elsewhere(REGISTERED, why, results=results))

    async def _read(self, call: HookCall, wanted: Mapping[Key, str | None], asking: Asking) -> HookCall:
        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(self._key(call, key, link, asking)) for key, link in wanted.items()}
        came = {key: task.result() for key, task in tasks.items()}
        call = replace(call, held=replace(call.held, **{key: one.held for key, one in came.items()}))
        failed, results = _judged(call, came)
        elsewhere = Elsewhere(REGISTERED, "", failed, self._counted(results), perf_counter() - started)
        return replace(call, elsewhere=elsewhere)

    async def _key(self, call: HookCall, key: Key, link: str | None, asking: Asking) -> Fetched:
        """One key from its template, or on from the page that prefetch broke off at."""
        supplied: Held[Any] = getattr(call.held, key)
        fetched = Fetched(Held(Came.RESOURCES) if link is None else supplied)
        try:
            first = self._first(call, key, asking) if link is None else next_page(asking.server.base, link, key)
            await asking.key(key, first, call.patient_id, fetched)
        except TimeoutError:
            fetched.why, fetched.late = f"the FHIR server did not answer within {self._limits.seconds:g} s", True
        except ReadFailed as error:
            fetched.why = str(error)
        if link is None and not fetched.pages:
            fetched.held = supplied
        elif link is None and fetched.why and self._reaches_back(key, fetched.held):
            fetched.held.more, fetched.why = False, ""
        return fetched

    def _first(self, call: HookCall, key: Key, asking: Asking) -> Asked:
        by_post = self._client.search_by_post
        return first_page(asking.server.base, self._templates[key], call.patient_id, by_post=by_post)

    def _reaches_back(self, key: Key, held: Held[Any]) -> bool:
        """What came, newest first, is all that the rules look at."""
        days = self._look_backs.get(key)
        return days is not None and reaches_back(held.resources, self._today(), days)

    def _counted(self, results: Mapping[str, str]) -> Mapping[str, str]:
        for key, result in results.items():
            self._count(key, result)
        return results


def _judged(call: HookCall, came: Mapping[Key, Fetched]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Why keys did not come, or not whole, in words; and what came of each, in a word."""
    judged = answers_of(call.held, call.patient_id, patient_urls(call.held, call.patient_id))
    failed: dict[str, str] = {}
    results: dict[str, str] = {}
    for key, one in came.items():
        why = one.why
        if not why and judged[key] is Answer.UNANSWERED:
            why = f"the FHIR server's answer to {RESOURCE_OF[key]} was another patient's, or could not be read"
        if why:
            failed[key] = why
        if judged[key] is Answer.UNANSWERED or (why and not one.pages):
            results[key] = "late" if one.late else "failed"
        else:
            results[key] = "read" if judged[key] is Answer.ANSWERED else "incomplete"
    return failed, results
