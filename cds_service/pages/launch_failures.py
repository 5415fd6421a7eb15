"""What a browser is shown where a SMART launch leads to no chart: a plain page that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from cds_service.errors import LaunchFailed, TooMany
from cds_service.observe.lines import CallLine
from cds_service.pages.explain_headers import explain_headers
from cds_service.pages.languages import reading
from cds_service.pages.public import Templates, page, route
from cds_service.trust.clients import Client

# The words for each are those of the template.
STATUSES: Mapping[str, int] = {
    "not-registered": 403,
    "no-reads": 403,
    "no-launch": 400,
    "no-authorization-server": 502,
    "refused": 403,
    "not-authorized": 502,
    "no-code": 400,
    "state": 400,
    "no-token": 502,
    "no-patient": 400,
    "no-chart": 502,
    "too-many": TooMany.status,
}
LineOf = Callable[[Scope], CallLine]


class Failures:
    """Makes the pages; `frames` are the origins that may show them inside."""

    def __init__(self, made: Templates, line_of: LineOf, frames: tuple[str, ...] = ()) -> None:
        self._made = made
        self._line_of = line_of
        self._frames = frames

    def page(self, request: Request, error: LaunchFailed) -> Response:
        """Nothing of the request stands on it, and why it failed is in the log by a word of ours."""
        self._line_of(request.scope).why = error.why
        said = reading(request)
        html = self._made.render("launch_failed.html", said, here="", why=error.why)
        response = page(html, said, explain_headers(self._frames))
        response.status_code = STATUSES[error.why]
        return response

    def later(self, request: Request, error: TooMany) -> Response:
        """More launches than the row allows: when to come again."""
        response = self.page(request, LaunchFailed("too-many"))
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    async def nobody_launches(self, request: Request) -> Response:
        """No client is registered that could launch this app."""
        return self.page(request, LaunchFailed("not-registered"))

    async def nothing_launched(self, request: Request) -> Response:
        """So that no launch can have led here."""
        return self.page(request, LaunchFailed("no-code"))


def frames_of(clients: Iterable[Client]) -> tuple[str, ...]:
    """The origins whose pages may show ours inside, of all clients."""
    return tuple(dict.fromkeys(frame for client in clients if client.smart for frame in client.smart.frames))


def closed_routes(failures: Failures) -> list[APIRoute]:
    """The addresses of a launch where nobody may launch."""
    return [route("/launch", failures.nobody_launches), route("/explain", failures.nothing_launched)]
