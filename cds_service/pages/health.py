"""What machines ask of the process: does it live, is it ready, what did it count."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cds_service.errors import UnknownService
from cds_service.observe import METRICS_TYPE, Metrics

NOT_HERE = "There is nothing at this path for this caller."


def health_routes(
    metrics: Metrics, draining: Callable[[], bool], store_reachable: Callable[[], bool]
) -> list[APIRoute]:
    """`/livez`, `/readyz` and `/metrics`. `draining`: the process was told to stop and takes no new work."""

    async def live() -> Response:
        return JSONResponse({"status": "alive"})

    async def ready() -> Response:
        if draining():
            return JSONResponse({"status": "stopping"}, 503)
        if not store_reachable():
            return JSONResponse({"status": "store unreachable"}, 503)
        return JSONResponse({"status": "ready"})

    async def counted(request: Request) -> Response:
        if not _is_loopback(request):
            raise UnknownService(NOT_HERE)
        return Response(metrics.text(), media_type=METRICS_TYPE)

    endpoints: dict[str, Callable[..., Any]] = {"/livez": live, "/readyz": ready, "/metrics": counted}
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
