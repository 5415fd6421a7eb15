"""Counts and durations for Prometheus. Every label's values are words of ours, or ids of registered clients."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from cds_service.errors import SettingsError
from cds_service.observe.stages import STAGES, StageName

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Most stages take microseconds; a fetch, and a body on a slow line, take seconds.
STAGE_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 3.0)
METRICS_TYPE = CONTENT_TYPE_LATEST
# The folder in which worker processes keep their counts, named before they start: each tells the sum of all.
SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """Counters and durations of hook calls, in a registry of their own; `by_client` where clients are told apart."""

    def __init__(self, *, by_client: bool = False) -> None:
        self.registry = CollectorRegistry()
        self._by_client = by_client
        self._calls = self._counter("cds_calls", "Hook calls answered.", "service", "status")
        self._outcomes = self._counter("cds_outcomes", "Assessments by outcome.", "service", "outcome")
        self._feedback = self._counter("cds_feedback", "What clinicians did with cards.", "service", "outcome")
        self._fetches = self._counter("cds_fetch", "Keys that prefetch lacked, by what came of them.", "key", "result")
        self._replays = self._counter("cds_replays", "Tokens that were used before, and let pass.")
        self._dropped = Counter(
            "cds_decisions_dropped", "Cards shown that found no room to wait for the store.", registry=self.registry
        )
        self._store_failures = Counter(
            "cds_store_failures", "Times that the store could not be read or written.", registry=self.registry
        )
        self._tokens_not_shared = Counter(
            "cds_tokens_not_shared", "Tokens that the store could not be asked about.", registry=self.registry
        )
        self._rates_not_shared = Counter(
            "cds_rates_not_shared", "Calls that a worker counted by itself, the store away.", registry=self.registry
        )
        self._refused = Counter("cds_auth_failures", "Tokens refused, by why.", ["reason"], registry=self.registry)
        self._waiting = self._gauge("cds_store_waiting", "Cards shown that wait to be kept.", "livesum")
        self._reachable = self._gauge("cds_store_reachable", "1 where every worker reaches the store.", "livemin")
        self._seconds = Histogram(
            "cds_call_seconds", "Time to answer a hook call.", buckets=BUCKETS, registry=self.registry
        )
        seconds = Histogram(
            "cds_stage_seconds", "Time of one stage.", ["stage"], buckets=STAGE_BUCKETS, registry=self.registry
        )
        self._stages = {stage: seconds.labels(stage) for stage in STAGES}
        # Finding a label's values anew takes as long as counting.
        self._found: dict[tuple[Counter, str, tuple[str, ...]], Counter] = {}

    def called(self, service: str, status: int, seconds: float, client: str = "") -> None:
        """A hook call was answered."""
        self._add(self._calls, client, service, str(status))
        self._seconds.observe(seconds)

    def concluded(self, service: str, outcome: str, client: str = "") -> None:
        """An assessment was made, whether or not its card was shown."""
        self._add(self._outcomes, client, service, outcome)

    def fed_back(self, service: str, outcome: str, client: str = "") -> None:
        """A card was accepted or overridden, and that was news."""
        self._add(self._feedback, client, service, outcome)

    def fetched(self, key: str, result: str, client: str = "") -> None:
        """A key that prefetch lacked was read from a FHIR server, or why not in a word."""
        self._add(self._fetches, client, key, result)

    def replayed(self, client: str) -> None:
        """A token was used again, and the client's row lets that pass."""
        self._add(self._replays, client)

    def refused(self, why: str) -> None:
        """A token was not good, for a reason that `TokenRefused` names."""
        self._refused.labels(why).inc()

    def stage(self, stage: StageName) -> Callable[[float], None]:
        """What is told, in seconds, how long that stage of a call took, however it ended."""
        return self._stages[stage].observe

    def _gauge(self, name: str, what: str, of_workers: Literal["livesum", "livemin"]) -> Gauge:
        return Gauge(name, what, registry=self.registry, multiprocess_mode=of_workers)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        labels = (*labels, "client") if self._by_client else labels
        return Counter(name, what, labels, registry=self.registry)

    def _add(self, counter: Counter, client: str, *labels: str) -> None:
        at = (counter, client, labels)
        found = self._found.get(at)
        if found is None:
            found = self._found[at] = counter.labels(*labels, client) if self._by_client else counter.labels(*labels)
        found.inc()

    def dropped(self, decisions: int) -> None:
        """So many cards that were shown will not be kept."""
        self._dropped.inc(decisions)

    def store_failed(self) -> None:
        """The store was asked and failed; it is asked again."""
        self._store_failures.inc()

    def token_not_shared(self) -> None:
        """Whether a token was used before was not to be had from the store."""
        self._tokens_not_shared.inc()

    def rate_not_shared(self) -> None:
        """How often a client called elsewhere was not to be had from the store."""
        self._rates_not_shared.inc()

    def store_looked_after(self, waiting: int, *, reachable: bool) -> None:
        """So many cards wait to be kept, by a store that answers or does not."""
        self._waiting.set(waiting)
        self._reachable.set(reachable)

    def text(self) -> bytes:
        """Everything in Prometheus' text format, of all workers where there are several."""
        shared = os.environ.get(SHARED_COUNTS)
        return generate_latest(all_workers(shared) if shared else self.registry)


def all_workers(folder: str) -> CollectorRegistry:
    """What worker processes count in this folder, in sum."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return registry


def forget_worker(pid: int, folder: str) -> None:
    """A worker is gone: its counts stay in the sums, what it had waiting does not."""
    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


@contextmanager
def listening(host: str, port: int | None, registry: CollectorRegistry) -> Iterator[None]:
    """What is counted, meanwhile, on a port of its own where the site names one. Raises SettingsError."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError:
        raise SettingsError(f"CDS_METRICS_PORT: nothing can listen on port {port}; name one that is free") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
