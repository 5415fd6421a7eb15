"""Traces: where the time went, in words and numbers of ours, sent where the site said and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_current_span

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.hooks.traced_reads import type_of
from cds_service.observe.logs import Log
from cds_service.observe.timing import traces_of
from cds_service.observe.tracing import Traces, parent, traces_to
from cds_service.settings import Settings
from cds_service.wire.keys import RESOURCE_OF
from tests.fetch.ehr import ehr
from tests.fetch.services import naming, row, server, settings_of
from tests.hooks.calls import CALL, SETTINGS, UUID, Lines, client_of, condition, request, with_conditions
from tests.privacy.test_marked_feedback import FED_BACK
from tests.privacy.test_marked_patient import CALLS, MARK

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SOUND = f"00-{TRACE}-{SPAN}-01"


class Traced:
    """A service under test, and what it traced."""

    def __init__(self, client: httpx.AsyncClient, traces: Traces, exporter: InMemorySpanExporter) -> None:
        self.client = client
        self._traces = traces
        self._exporter = exporter

    def spans(self) -> Sequence[ReadableSpan]:
        """All that have ended, the first one first."""
        self._traces.flush()
        return self._exporter.get_finished_spans()

    def told(self) -> str:
        """Everything that they say."""
        return "".join(span.to_json() for span in self.spans())


@asynccontextmanager
async def traced(answerer: Answerer, settings: Settings = SETTINGS) -> AsyncIterator[Traced]:
    """The running service."""
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    app = create_app(settings, answerer=answerer, log=Log("debug", Lines()), traces=traces)
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield Traced(client, traces, exporter)


async def test_a_call_is_a_span_and_each_stage_a_part_of_it(answerer: Answerer) -> None:
    async with traced(answerer) as service:
        answer = await service.client.post(CALL, json=with_conditions(condition(), hookInstance=UUID))
        *parts, call = service.spans()
    assert [part.name for part in parts] == ["body", "decode", "assess", "render"]
    assert call.context is not None
    assert {part.parent.span_id for part in parts if part.parent} == {call.context.span_id}
    assert call.parent is None
    assert (call.name, call.kind.name) == ("POST /cds-services/{id}", "SERVER")
    said = dict(call.attributes or {})
    assert said.pop("cds.milliseconds", 0)
    assert said.pop("cds.oddities", 0) == 0
    assert said == {
        "cds.requestId": answer.headers["x-request-id"],
        "http.request.method": "POST",
        "http.route": "/cds-services/{id}",
        "http.response.status_code": 200,
        "cds.service": "miss-patient-view",
        "cds.hookInstance": UUID,
        "cds.outcome": "consider",
        "cds.rule": "consider",
        "cds.knowledgeVersion": answerer.knowledge.version,
        "cds.cards": 1,
    }
    assert call.resource.attributes["service.name"] == "miss-cds-service"


async def test_each_read_is_a_span_under_its_type(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there, traced(answerer, settings_of(tmp_path, row(server(there.base)))) as service:
        await service.client.post(CALL, json=naming(there.base))
        spans = {span.name: span for span in service.spans()}
        told = service.told()
    reads = {name for name in spans if name.startswith("read ")}
    assert reads == {f"read {kind}" for kind in RESOURCE_OF.values()}
    fetch = spans["fetch"].context
    assert fetch is not None
    assert {spans[name].parent.span_id for name in reads} == {fetch.span_id}  # type: ignore[union-attr]
    assert "127.0.0.1" not in told
    assert "p1" not in told


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/fhir/Condition", "Condition"),
        ("/fhir/Patient/Ada", "Patient"),
        ("/fhir", "page"),
        ("/fhir/Ada/1", "page"),
        ("/fhir/_getpages", "page"),
    ],
)
def test_a_read_is_named_by_a_type_we_know(path: str, kind: str) -> None:
    assert type_of("/fhir", path) == kind


async def test_a_call_goes_on_in_its_callers_trace(answerer: Answerer) -> None:
    async with traced(answerer) as service:
        headers = {"traceparent": SOUND, "tracestate": f"x={MARK}", "baggage": f"a={MARK}"}
        await service.client.post(CALL, json=request(), headers=headers)
        call, told = service.spans()[-1], service.told()
    assert call.parent is not None
    assert (f"{call.parent.trace_id:032x}", f"{call.parent.span_id:016x}") == (TRACE, SPAN)
    assert MARK not in told


async def test_a_caller_who_traces_nothing_is_not_traced(answerer: Answerer) -> None:
    async with traced(answerer) as service:
        await service.client.post(CALL, json=request(), headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
        assert service.spans() == ()


@pytest.mark.parametrize(
    "values",
    [
        [],
        [b""],
        [MARK.encode()],
        [SOUND.encode(), SOUND.encode()],
        [SOUND.upper().encode()],
        [f"00-{'0' * 32}-{SPAN}-01".encode()],
        [f"00-{TRACE}-{'0' * 16}-01".encode()],
        [f"ff-{TRACE}-{SPAN}-01".encode()],
        [f"{SOUND}-{MARK}".encode()],
        [SOUND.encode() + b" " * 100_000],
        [b"\xff" * 55],
    ],
)
def test_a_traceparent_that_is_none_begins_a_trace(values: list[bytes]) -> None:
    context = parent([(b"traceparent", value) for value in values])
    assert not get_current_span(context).get_span_context().is_valid


async def test_what_machines_ask_is_not_traced(answerer: Answerer) -> None:
    async with traced(answerer) as service:
        for path in ("/livez", "/readyz", "/metrics", "/rules", "/cds-services"):
            await service.client.get(path)
        assert service.spans() == ()


@pytest.mark.parametrize(("body", "status"), CALLS.values(), ids=CALLS)
async def test_no_mark_of_a_patient_is_traced(answerer: Answerer, body: dict[str, Any], status: int) -> None:
    async with traced(answerer) as service:
        headers = {"X-Mark": MARK, "traceparent": MARK, "User-Agent": MARK}
        answer = await service.client.post(f"{CALL}?patient={MARK}", json=body, headers=headers)
        await service.client.post(f"/cds-services/{MARK}?patient={MARK}", json=body, headers=headers)
        for feedback, _ in FED_BACK.values():
            await service.client.post(f"{CALL}/feedback?card={MARK}", json=feedback, headers=headers)
        spans, told = service.spans(), service.told()
    assert answer.status_code == status
    assert len([span for span in spans if span.parent is None]) == 2 + len(FED_BACK)
    assert MARK.lower() not in told.lower()


async def test_a_failure_is_told_without_its_words(answerer: Answerer) -> None:
    def failing() -> date:
        raise ValueError(MARK)

    async with traced(replace(answerer, today=failing)) as service:
        assert (await service.client.post(CALL, json=request())).status_code == 500
        call, told = service.spans()[-1], service.told()
    assert call.status.status_code is StatusCode.ERROR
    assert (call.status.description, list(call.events)) == (None, [])
    assert call.attributes is not None
    assert call.attributes["http.response.status_code"] == 500
    assert MARK not in told


class Collector(BaseHTTPRequestHandler):
    """Takes what it is sent, or says that it moved."""

    moved_to = ""
    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """One batch of spans."""
        self.seen.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307 if self.moved_to else 200)
        self.send_header("Location", self.moved_to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def collecting(moved_to: str = "") -> Iterator[tuple[str, list[str]]]:
    """A collector: its address, and the paths it was asked."""
    seen: list[str] = []
    kind = type("Told", (Collector,), {"moved_to": moved_to, "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as there:
        thread = Thread(target=there.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{there.server_port}/v1/traces", seen
        there.shutdown()
        thread.join()


def test_spans_are_sent_to_the_sites_collector() -> None:
    with collecting() as (url, seen):
        traces = traces_of(url)
        assert traces
        send_one(traces)
    assert seen == ["/v1/traces"]


def test_a_collectors_redirect_is_not_followed() -> None:
    with collecting() as (elsewhere, never), collecting(elsewhere) as (url, seen):
        send_one(traces_to(url))
    assert set(seen) == {"/v1/traces"}
    assert never == []


def send_one(traces: Traces) -> None:
    """A span, and the end."""
    with traces.part("decode"):
        pass
    traces.flush()
    traces.close()


def test_without_an_address_there_are_no_traces() -> None:
    assert traces_of(None) is None


WITHOUT = """
import sys
sys.modules["opentelemetry.sdk"] = None
sys.argv = ["cds-service", "serve", "--port", "1"]
from cds_service.cli import main
sys.exit(main())
"""


def test_the_start_says_which_extra_is_missing(tmp_path: Path) -> None:
    settings = {"CDS_REQUIRE_AUTH": "false", "CDS_TRACES_URL": "http://127.0.0.1:9/v1/traces"}
    env = os.environ | settings | {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "CDS_TRACES_URL: install the extra `tracing`, or unset it" in done.stderr
