"""The door to the CDS Hooks paths: who calls is settled before path, method or body are looked at.

Pure ASGI, inside of CORS, so that a preflight has been answered and a browser may read a 401.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cds_service.errors import RequestRefused, TokenRefused, UnknownService
from cds_service.hooks.callers import CALLER, Caller
from cds_service.hooks.outcomes import refused
from cds_service.hooks.request_lines import SERVICE_PATH, line_of, plain_path
from cds_service.observe.metrics import Metrics
from cds_service.observe.stages import Stage
from cds_service.trust.clients import Client

HOOKS = "/cds-services"


class Verdict(Protocol):
    """Whose token it is: `trust.tokens.Verified`."""

    @property
    def client(self) -> Client:
        """The client."""

    @property
    def tenant(self) -> str:
        """The tenant, as far as it may be logged."""

    @property
    def replayed(self) -> bool:
        """The token was used before, and its row lets that pass."""


Verify = Callable[[Sequence[bytes], Callable[[str], bool]], Awaitable[Verdict]]


class Known:
    """Every caller is the same, and brings no token."""

    def __init__(self, anybody: Caller) -> None:
        self._anybody = anybody

    async def caller(self, scope: Scope) -> Caller:
        """That one."""
        return self._anybody


@dataclass(frozen=True, slots=True)
class ByToken:
    """Callers are told apart by the token they bring. `callers` are by client id; discovery may be open to anybody."""

    verify: Verify
    callers: Mapping[str, Caller]
    public_url: str
    metrics: Metrics
    discovery: Caller | None
    stage: Stage = nullcontext

    async def caller(self, scope: Scope) -> Caller:
        """Whose token it is. Raises TokenRefused, which is counted, and ReplaysUnavailable."""
        if self.discovery and scope["path"] == HOOKS and scope["method"] in ("GET", "HEAD"):
            return self.discovery
        authorization = [value for name, value in scope["headers"] if name == b"authorization"]
        try:
            with self.stage("trust"):
                verified = await self.verify(authorization, addressed(self.public_url, scope["path"]))
        except TokenRefused as error:
            self.metrics.refused(error.why)
            raise
        line = line_of(scope)
        line.tenant, line.replayed = verified.tenant, verified.replayed
        if verified.replayed:
            self.metrics.replayed(verified.client.id)
        return self.callers[verified.client.id]


def addressed(public_url: str, path: str) -> Callable[[str], bool]:
    """Whether an audience is the address called: ours with this path, slashes doubled or not, one at its end or not.

    Feedback may also be sent with the address of its service.
    """
    paths = (path, path.removesuffix("/feedback"))

    def is_called(audience: str) -> bool:
        return audience.startswith(f"{public_url}/") and plain_path(audience[len(public_url) :]) in paths

    return is_called


class Gate:
    """ASGI middleware: refuses who is not trusted and what is not theirs, and tells the routes who calls."""

    def __init__(self, app: ASGIApp, door: Known | ByToken) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_hooks(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._door.caller(scope)
            line_of(scope).client = caller.name
            _check_path(scope["path"], caller)
        except TokenRefused as error:
            line_of(scope).refused = error.why
            await Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
        except RequestRefused as error:
            await (await refused(Request(scope), error))(scope, receive, send)
        else:
            scope[CALLER] = caller
            await self._app(scope, receive, send)


def _is_hooks(path: str) -> bool:
    return path == HOOKS or path.lstrip("/").startswith(f"{HOOKS[1:]}/")


def _check_path(path: str, caller: Caller) -> None:
    match = SERVICE_PATH.fullmatch(path)
    if match and not caller.may_ask(match[1]):
        raise UnknownService
