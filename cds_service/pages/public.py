"""What the public pages share: templates, headers, the style sheet. No page holds patient data or runs a script."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from importlib.resources import files
from typing import Any

from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cds_service.errors import UnknownService

# Nothing from elsewhere, nothing inline, no script at all.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STATIC: Mapping[str, str] = {
    "public.css": "text/css",
    "icon.svg": "image/svg+xml",
    "explain.css": "text/css",
    "explain.js": "text/javascript",
}
NO_FILE = "There is no such file."
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def templates(base: str, version: str) -> Environment:
    """Templates that know the path a proxy strips (`base`) and the knowledge version; what is shown is escaped."""
    made = Environment(
        loader=PackageLoader("cds_service.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"base": base, "version": version}
    return made


def page(html: str, headers: Mapping[str, str] | None = None) -> Response:
    """A page with the headers of all public pages, and those of its own."""
    return HTMLResponse(html, headers={**HEADERS, **(headers or {})})


def route(path: str, endpoint: Endpoint) -> APIRoute:
    """A GET that stands in no document: the OpenAPI document holds the protocol alone."""
    return APIRoute(path, endpoint, methods=["GET"], include_in_schema=False, response_model=None)


def static_route() -> APIRoute:
    """`/static/{name}`: the style sheet and the icon of the public pages."""
    folder = files("cds_service.pages") / "static"
    held = {name: (folder / name).read_bytes() for name in STATIC}

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in held:
            raise UnknownService(NO_FILE)
        return Response(held[name], media_type=STATIC[name], headers={**HEADERS, "Cache-Control": "max-age=3600"})

    return route("/static/{name}", static)
