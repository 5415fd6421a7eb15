"""The door as the clients file wants it: each row's answerer, reading and limits, made once at the start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic, time
from typing import Protocol

from cds_service.answer import Answerer
from cds_service.audit.reads import Auditing
from cds_service.hooks.callers import Caller, everybody, offered
from cds_service.hooks.gate import ByToken, Known, Verify
from cds_service.hooks.traced_reads import TracedReads
from cds_service.observe.metrics import Metrics
from cds_service.observe.timing import Spans
from cds_service.record.asking import Reads
from cds_service.record.fetch import Fetch, Limits
from cds_service.settings import Settings
from cds_service.trust.clients import Client, Clients
from cds_service.trust.keys_held import KeysHeld, all_held
from cds_service.trust.limits import Limits as CallLimits
from cds_service.trust.limits import Rates
from cds_service.trust.replays import InMemoryReplays, Replays

Close = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds of the epoch, by which tokens are judged, and seconds that only pass."""

    now: Callable[[], float] = time
    passing: Callable[[], float] = monotonic


class Judge(Protocol):
    """Who judges tokens: `trust.tokens.Tokens`."""

    @property
    def verified(self) -> Verify:
        """Whose token a header brings."""

    def keys_held(self) -> KeysHeld:
        """With what it can judge."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door, and what is to be closed when the service ends."""

    door: Known | ByToken
    closing: tuple[Close, ...]
    keys: Callable[[], KeysHeld] = all_held


@dataclass(frozen=True, slots=True)
class Building:
    """What every caller is made of."""

    settings: Settings
    answerer: Answerer
    metrics: Metrics
    clocks: Clocks
    auditing: Auditing | None = None
    rates: Rates | None = None
    spans: Spans | None = None

    def entrance(self, clients: Clients, public_url: str, replays: Replays | None) -> Entrance:
        """The door for these clients. Raises SettingsError."""
        if not self.settings.require_auth:
            anybody, fetch = self._caller(clients.anonymous)
            return Entrance(Known(anybody), (fetch.aclose,))
        made = {client.id: self._caller(client) for client in clients.registered}
        callers = {name: caller for name, (caller, _) in made.items()}
        tokens, closing = self._tokens(clients, replays or InMemoryReplays(self.clocks.now))
        discovery = None if self.settings.discovery_auth else everybody(callers.values(), self.answerer)
        closing = (*(fetch.aclose for _, fetch in made.values()), *closing)
        door = ByToken(tokens.verified, callers, public_url, self.metrics, discovery, self.answerer.stage)
        return Entrance(door, closing, tokens.keys_held)

    def _caller(self, client: Client) -> tuple[Caller, Fetch]:
        name = client.id if client.issuer else ""
        answerer = self.answerer.for_client(client)
        limits = Limits(self.settings.fetch_deadline_seconds, self.settings.max_body_bytes)
        count = partial(self.metrics.fetched, client=name)
        audited = self.auditing.reads if self.auditing else None
        fetch = Fetch(client, self._reads(client), answerer.knowledge, limits, answerer.today, count, audited)
        calls = CallLimits(client.rate_per_minute, client.concurrent, self.clocks.passing, client.id, self.rates)
        return Caller(name, replace(answerer, fetching=fetch), offered(client), calls), fetch

    def _reads(self, client: Client) -> Reads | None:
        """The HTTP client, imported and made only where there is a server that may be read."""
        if self.settings.prefetch_only or not client.fhir_servers:
            return None
        from cds_service.trust.outbound import Outbound

        reads = Outbound(client.fhir_servers)
        return reads if self.spans is None else TracedReads(reads, self.spans)

    def _tokens(self, clients: Clients, replays: Replays) -> tuple[Judge, tuple[Close, ...]]:
        """The judge of tokens, imported only where tokens are asked for: cryptography is much to read."""
        from cds_service.trust.verifying import key_reader, tokens_of

        reader = key_reader(clients.registered)
        tokens = tokens_of(clients.registered, reader, replays, self.settings.jwks_cooldown_seconds, self.clocks)
        return tokens, (reader.aclose,) if reader else ()
