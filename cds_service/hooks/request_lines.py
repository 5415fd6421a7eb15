"""One log line, one X-Request-ID and one count for each request, whatever becomes of it.

A path is logged as its route's template, a service by an id of ours: neither raw path nor query, which may hold
anything, ever reaches a log or a metric.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cds_service.observe.lines import CallLine
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics

if TYPE_CHECKING:
    from cds_service.observe.tracing import Traces

Traced = Callable[[Scope, CallLine], AbstractContextManager[object]]
LINE = "cds.line"
REQUEST_ID = b"x-request-id"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SERVICE_PATH = re.compile(r"/cds-services/([^/]+)(/feedback)?")
SLASHED = re.compile(r"/{1,2}cds-services(?:/{1,2}([^/]+)(?:/{1,2}(feedback))?)?/{0,2}")


def line_of(scope: Scope) -> CallLine:
    """The log line of the request being answered, for whoever knows more about it."""
    return cast(CallLine, scope[LINE])


def traced_by(traces: Traces | None) -> Traced:
    """Hook calls and feedback are traced, and what machines ask of the process is not."""

    def traced(scope: Scope, line: CallLine) -> AbstractContextManager[object]:
        if traces is None or not SERVICE_PATH.fullmatch(scope["path"]):
            return nullcontext()
        return traces.call(scope["headers"], line)

    return traced


def plain_path(path: str) -> str:
    """A CDS Hooks path with single slashes and none at its end; any other path as it is.

    A client that was given the discovery address with a slash calls `/cds-services//id`, and a browser follows no
    redirect of a preflight: so these are the same path, not one that leads to it.
    """
    match = SLASHED.fullmatch(path)
    if not match:
        return path
    return "/".join(["/cds-services", *(part for part in match.groups() if part)])


class RequestLines:
    """ASGI middleware, the outermost of ours."""

    def __init__(
        self, app: ASGIApp, log: Log, metrics: Metrics, services: Collection[str], traces: Traces | None = None
    ) -> None:
        self._app = app
        self._log = log
        self._metrics = metrics
        self._services = services
        self._traced = traced_by(traces)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = plain_path(scope["path"])
        line = scope[LINE] = CallLine(requestId=token_hex(16))
        started = perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                line.status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, line.requestId.encode())]
            await send(message)

        with self._traced(scope, line):
            try:
                await self._app(scope, receive, sending)
            finally:
                self._told(scope, line, perf_counter() - started)

    def _told(self, scope: Scope, line: CallLine, seconds: float) -> None:
        """The line is complete; without a status the answer is the 500 that follows."""
        line.status = line.status or 500
        line.milliseconds = round(seconds * 1000, 3)
        line.method = scope["method"] if scope["method"] in METHODS else "other"
        line.path, line.service = self._place(scope)
        self._log.request(line)
        if line.service and line.method == "POST" and line.path == "/cds-services/{id}":
            self._metrics.called(line.service, line.status, seconds, line.client)

    def _place(self, scope: Scope) -> tuple[str, str]:
        """The route's template, and the service where it is one's."""
        match = SERVICE_PATH.fullmatch(scope["path"])
        if match:
            service = match.group(1) if match.group(1) in self._services else "unknown"
            return f"/cds-services/{{id}}{match.group(2) or ''}", service
        return getattr(scope.get("route"), "path", "unmatched"), ""
