"""Answers that are no success: an OperationOutcome in our own words, whatever went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cds_service.errors import (
    DataMissing,
    MethodNotAllowed,
    RequestRefused,
    SlowBody,
    Stopping,
    TooLarge,
    TooMany,
    UnknownService,
)
from cds_service.hooks.cors import Origins
from cds_service.hooks.request_lines import line_of
from cds_service.wire.cds_hooks import OutcomeBody, OutcomeIssue

JSON = "application/json"
# What is left of these bodies is not read: the connection cannot carry another request.
CLOSING = (SlowBody, Stopping, TooLarge)


def outcome(status: int, *issues: OutcomeIssue, headers: dict[str, str] | None = None) -> Response:
    """A response with these issues."""
    return Response(msgspec.json.encode(OutcomeBody(issues)), status, headers, media_type=JSON)


async def refused(request: Request, error: RequestRefused) -> Response:
    """A refusal of ours."""
    headers = {"Connection": "close"} if isinstance(error, CLOSING) else {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    return outcome(error.status, OutcomeIssue("error", error.issue_code, error.diagnostics), headers=headers)


async def data_missing(request: Request, error: DataMissing) -> Response:
    """One issue for each key that is missing."""
    line_of(request.scope).missing = tuple(key for key, _ in error.missing)
    issues = (
        OutcomeIssue("error", error.issue_code, f"{key}: {why}", (f"prefetch.{key}",)) for key, why in error.missing
    )
    return outcome(error.status, *issues)


async def not_routed(request: Request, error: HTTPException) -> Response:
    """No such path, or not by this method; the framework's own words are not passed on."""
    if error.status_code != 405:
        return await refused(request, UnknownService())
    allow = (error.headers or {}).get("Allow", "")
    answer = await refused(request, MethodNotAllowed(tuple(sorted(allow.split(", ")))))
    answer.headers["Allow"] = allow
    return answer


def failed_with(origins: Origins) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The last resort: a 500 with the request's id and nothing else.

    It is sent outside the middleware, so it carries the headers that they would have added. The failure's type
    and place are logged by the server that runs the app.
    """

    async def failed(request: Request, error: Exception) -> Response:
        request_id = line_of(request.scope).requestId
        headers = origins.headers(request.scope) | {"X-Request-ID": request_id}
        sentence = f"The service failed; its log has more under request {request_id}."
        return outcome(500, OutcomeIssue("fatal", "exception", sentence), headers=headers)

    return failed
