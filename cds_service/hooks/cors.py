"""Browsers may call from the origins that the site allows (contract, "CORS, addresses, tokens").

Pure ASGI: a preflight is answered here, before any token is looked at, and every other answer passes through,
errors included, because a browser shows a script nothing of an answer without these headers.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_AGE = "600"
HOOKS, DEMO_EHR = "/cds-services", "/demo/fhir"


class Origins:
    """The origins that may call, and what is answered to one of them.

    `demo`: they may also read the demo EHR, and a public page may reach this private address.
    """

    def __init__(self, allowed: tuple[str, ...], *, demo: bool = False) -> None:
        self._any = "*" in allowed
        self._allowed = frozenset(allowed)
        self._demo = demo
        self._paths = (HOOKS, DEMO_EHR) if demo else (HOOKS,)

    def concern(self, scope: Scope) -> bool:
        """This is a path that pages of others may call."""
        path: str = scope["path"]
        return path.startswith(self._paths)

    def headers(self, scope: Scope) -> dict[str, str]:
        """What goes on an answer: nothing where no origin may call, or this is no path for browsers."""
        if not self._allowed or not self.concern(scope):
            return {}
        if self._any:
            return {"Access-Control-Allow-Origin": "*"}
        origin = Headers(scope=scope).get("origin", "")
        if origin in self._allowed:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {"Vary": "Origin"}

    def preflight(self, scope: Scope) -> Response:
        """204, without a token; what may be sent is said to allowed origins only."""
        headers = self.headers(scope)
        if "Access-Control-Allow-Origin" in headers:
            headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            headers["Access-Control-Max-Age"] = MAX_AGE
            if self._demo:
                headers["Access-Control-Allow-Private-Network"] = "true"
        return Response(status_code=204, headers=headers)


class Cors:
    """ASGI middleware: answers preflights and adds the headers to every other answer."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._origins.concern(scope):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await self._origins.preflight(scope)(scope, receive, send)
            return
        added = self._origins.headers(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, sending if added else send)
