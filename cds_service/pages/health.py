"""What machines ask of the process: does it live, is it ready, what did it count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cds_service.errors import UnknownService
from cds_service.observe.metrics import METRICS_TYPE, Metrics
from cds_service.store.interface import Store
from cds_service.trust.keys_held import KeysHeld

NOT_HERE = "There is nothing at this path for this caller."
ASKED_IN_VAIN = "the database does not say which tokens were used, and how often clients called"
FULL = "no more cards can wait to be kept: the oldest are dropped"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is asked before calls are sent here. `draining`: the process was told to stop and takes no new work."""

    draining: Callable[[], bool]
    store: Store
    keys: Callable[[], KeysHeld]

    def why_not(self) -> str:
        """Why no call should come here; empty where calls should. One client's trouble keeps no other out."""
        if self.draining():
            return "stopping"
        if not self.store.is_reachable():
            return "store unreachable"
        return "keys unreadable" if self.keys().nobodys else ""

    def notices(self) -> list[str]:
        """What somebody should look at, though calls are answered. Anybody may read it: clients are counted only."""
        keys = self.keys()
        clients = f"of {keys.fresh + keys.stale + keys.none} clients"
        told = {
            FULL: self.store.is_full(),
            ASKED_IN_VAIN: self.store.is_asked_in_vain(),
            f"the keys of {keys.stale} {clients} could not be read again; the old ones serve": keys.stale,
            f"the keys of {keys.none} {clients} could not be read; their tokens are refused": keys.none,
        }
        return [notice for notice, is_so in told.items() if is_so]


def health_routes(metrics: Metrics, readiness: Readiness, *, with_metrics: bool = True) -> list[APIRoute]:
    """`/livez`, `/readyz`, and `/metrics` where that has no port of its own."""

    async def live() -> Response:
        return JSONResponse({"status": "alive"})

    async def ready() -> Response:
        why_not, notices = readiness.why_not(), readiness.notices()
        told: dict[str, object] = {"status": why_not or "ready"} | ({"notices": notices} if notices else {})
        return JSONResponse(told, 503 if why_not else 200)

    async def counted(request: Request) -> Response:
        if not _is_loopback(request):
            raise UnknownService(NOT_HERE)
        return Response(metrics.text(), media_type=METRICS_TYPE)

    endpoints: dict[str, Callable[..., Any]] = {"/livez": live, "/readyz": ready}
    if with_metrics:
        endpoints["/metrics"] = counted
    return [
        APIRoute(path, endpoint, methods=["GET"], include_in_schema=False, response_model=None)
        for path, endpoint in endpoints.items()
    ]


def _is_loopback(request: Request) -> bool:
    """The caller is on this machine; one without an address, as over a Unix socket, is not known to be."""
    if request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
