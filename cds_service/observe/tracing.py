"""Where the time of a call went, for a site's OpenTelemetry collector; imported only where the site names one.

A span holds what the call's log line holds, and no more: no address, no query, no text of an exception. Of what a
caller sends only `traceparent` is read, two numbers and a flag; `tracestate` and `baggage` may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Thread

import msgspec
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from cds_service.observe.lines import CallLine, known_of

NAME = "miss-cds-service"
LONGEST_PARENT = 128
# A collector that does not answer neither fills the memory nor holds up a stop.
SEND_SECONDS = 2.0
CLOSE_SECONDS = 0.5
STANDARD_NAMES = {"path": "http.route", "method": "http.request.method", "status": "http.response.status_code"}


class Traces:
    """Spans of calls and of their parts, given to a provider that nobody else writes to."""

    def __init__(self, exporter: SpanExporter) -> None:
        resource = Resource.create({SERVICE_NAME: NAME})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(NAME)

    @contextmanager
    def call(self, headers: Iterable[tuple[bytes, bytes]], line: CallLine) -> Iterator[None]:
        """One call; what is known of it when it ends is in its line."""
        with self._tracer.start_as_current_span(
            "call",
            parent(headers),
            SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                span.update_name(f"{line.method} {line.path}")
                span.set_attributes(attributes(line))
                if line.status >= 500:
                    span.set_status(StatusCode.ERROR)

    def part(self, name: str) -> AbstractContextManager[object]:
        """A stage or a read, within the call that is being answered."""
        return self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def flush(self) -> None:
        """All spans that have ended are sent."""
        self._provider.force_flush()

    def close(self) -> None:
        """What waits is sent, as far as that takes no longer than a stop may."""
        sending = Thread(target=self._provider.shutdown, name="traces-close", daemon=True)
        sending.start()
        sending.join(CLOSE_SECONDS)


def parent(headers: Iterable[tuple[bytes, bytes]]) -> Context:
    """The caller's span, if the one `traceparent` there is has W3C's form; otherwise the call begins a trace."""
    values = [value for name, value in headers if name == b"traceparent"]
    sound = len(values) == 1 and len(values[0]) <= LONGEST_PARENT
    carrier = {"traceparent": values[0].decode("latin-1")} if sound else {}
    return TraceContextTextMapPropagator().extract(carrier, Context())


def attributes(line: CallLine) -> dict[str, str | int | float]:
    """What the line says, under OpenTelemetry's names where it has some."""
    known = known_of(msgspec.to_builtins(line))
    return {
        STANDARD_NAMES.get(name, f"cds.{name}"): value
        for name, value in known.items()
        if isinstance(value, str | int | float)
    }


def traces_to(url: str) -> Traces:
    """Traces sent to an OTLP collector, by HTTP: there and nowhere else, no redirect followed and no proxy used."""
    import requests
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    return Traces(OTLPSpanExporter(url, timeout=SEND_SECONDS, session=session))
