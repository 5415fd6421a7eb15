"""What the service says about itself: JSON log lines and counters, of which no member can hold patient data.

A line's members are those of the Structs below and no others: ids of ours, names of services, rules and routes,
numbers. What other libraries log keeps its level and logger; of an exception its type and place are told, never
its text, which may quote what it met.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from traceback import extract_tb
from uuid import UUID

import msgspec
from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# Their messages name processes, ports and signals; other libraries may put anything into a message.
QUOTED_LOGGERS = ("uvicorn", "cds_service")
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METRICS_TYPE = CONTENT_TYPE_LATEST
# The folder in which worker processes keep their counts, named before they start: each tells the sum of all.
SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"


class CallLine(Struct, omit_defaults=True, gc=False):
    """One answered request. `path` is a route's template, `service` an id of ours or "unknown".

    `client` is the id of a row, `refused` the word for what was wrong with a token. No member can hold a token.
    `fetched` counts the keys that prefetch lacked by what came of them.
    """

    time: str = ""
    level: str = ""
    event: str = ""
    requestId: str = ""
    method: str = ""
    path: str = ""
    service: str = ""
    client: str = ""
    tenant: str = ""
    refused: str = ""
    replayed: bool = False
    status: int = 0
    milliseconds: float = 0.0
    hookInstance: str = ""
    outcome: str = ""
    rule: str = ""
    why: str = ""
    knowledgeVersion: str = ""
    oddities: int = 0
    cards: int = 0
    quiet: bool = False
    recorded: int = 0
    missing: tuple[str, ...] = ()
    ordersNotFound: int = 0
    fhirServer: str = ""
    fetched: dict[str, int] = {}
    fetchMilliseconds: float = 0.0


class EventLine(Struct, omit_defaults=True, gc=False):
    """Anything else: a start, a stop, a warning, a failure inside."""

    time: str
    level: str
    event: str
    logger: str = ""
    message: str = ""
    setting: str = ""
    knowledgeVersion: str = ""
    error: str = ""
    at: str = ""


class Log:
    """JSON lines of a level or above, each written whole. Without `write`: to standard output."""

    def __init__(self, level: str = "info", write: Callable[[bytes], object] | None = None) -> None:
        self.least = LEVELS[level]
        self._write = write or _to_stdout
        self._encoder = msgspec.json.Encoder()

    def request(self, line: CallLine) -> None:
        """One answered request; a 5xx is an error."""
        line.level = "error" if line.status >= 500 else "info"
        if LEVELS[line.level] >= self.least:
            line.time = _now()
            self._write(self._encoder.encode(line) + b"\n")

    def event(
        self, level: str, event: str, *, message: str = "", setting: str = "", knowledge_version: str = ""
    ) -> None:
        """Something of ours, in words of ours."""
        line = EventLine(_now(), level, event, message=message, setting=setting, knowledgeVersion=knowledge_version)
        self.line(line)

    def line(self, line: EventLine) -> None:
        """A line made elsewhere."""
        if LEVELS.get(line.level, 50) >= self.least:
            self._write(self._encoder.encode(line) + b"\n")


class OtherLibraries(logging.Handler):
    """What other libraries log, as lines of ours."""

    def __init__(self, log: Log) -> None:
        super().__init__(log.least)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """The record without its exception's text."""
        error, at = _failure(record)
        quoted = record.name.startswith(QUOTED_LOGGERS)
        self._log.line(
            EventLine(
                _now(),
                record.levelname.lower(),
                "log",
                logger=record.name,
                message=record.getMessage() if quoted else "",
                error=error,
                at=at,
            )
        )


def take_over_logging(log: Log) -> None:
    """Everything that other libraries log or warn goes to `log`, and nothing to standard error."""
    logging.basicConfig(handlers=[OtherLibraries(log)], level=log.least, force=True)
    logging.captureWarnings(True)


def uuid_or_empty(text: str) -> str:
    """A hookInstance that is a UUID, in its canonical form; any other may hold anything, and is not logged."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


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
        self._seconds = Histogram(
            "cds_call_seconds", "Time to answer a hook call.", buckets=BUCKETS, registry=self.registry
        )

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

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        labels = (*labels, "client") if self._by_client else labels
        return Counter(name, what, labels, registry=self.registry)

    def _add(self, counter: Counter, client: str, *labels: str) -> None:
        counter.labels(*labels, client).inc() if self._by_client else counter.labels(*labels).inc()

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

    def text(self) -> bytes:
        """Everything in Prometheus' text format, of all workers where there are several."""
        if SHARED_COUNTS not in os.environ:
            return generate_latest(self.registry)
        all_workers = CollectorRegistry()
        MultiProcessCollector(all_workers)  # type: ignore[no-untyped-call]
        return generate_latest(all_workers)


def _failure(record: logging.LogRecord) -> tuple[str, str]:
    """The type of the exception and where it was raised."""
    if not record.exc_info or record.exc_info[0] is None:
        return "", ""
    kind, _, trace = record.exc_info
    frames = extract_tb(trace)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return kind.__name__, at


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_stdout(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
