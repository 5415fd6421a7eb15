"""`/demo/fhir`: as much FHIR R4 as our prefetch templates and the public CDS Hooks sandbox need, read only.

Searches come as GET, and as POST `_search` with a form, which the sandbox tries first. Its browser is let in by the
app, as on the hook addresses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cds_service.pages.demo_charts import DemoCharts
from cds_service.pages.fhir_search import search, searchset

FHIR_JSON = "application/fhir+json"
SEARCHED: dict[str, tuple[str, ...]] = {
    "Patient": ("_id",),
    "Condition": ("patient", "code", "category"),
    "MedicationStatement": ("patient", "status", "code"),
    "MedicationRequest": ("patient", "status", "code"),
    "Procedure": ("patient", "status", "code"),
    "Observation": ("patient", "status", "code"),
    "DiagnosticReport": ("patient", "status", "code", "category"),
    "ServiceRequest": ("patient", "status", "code"),
}


def fhir_routes(demo: DemoCharts, address: Callable[[Request], str]) -> list[BaseRoute]:
    """The routes of the demo's FHIR server; `address` tells the service's own, as this caller reaches it."""
    server = FhirServer(demo, address)
    return [
        Route("/demo/fhir/metadata", server.metadata, methods=["GET"]),
        Route("/demo/fhir/{kind}", server.search_by_get, methods=["GET"]),
        Route("/demo/fhir/{kind}/_search", server.search_by_form, methods=["POST"]),
        Route("/demo/fhir/{kind}/{id}", server.read, methods=["GET"]),
    ]


class FhirServer:
    """Answers reads and searches of the demo's charts."""

    def __init__(self, demo: DemoCharts, address: Callable[[Request], str]) -> None:
        self._demo = demo
        self._address = address

    async def metadata(self, request: Request) -> Response:
        """What this server can do."""
        return _answer(capability_statement(self._base(request), self._demo.day()))

    async def search_by_get(self, request: Request) -> Response:
        """A search with its parameters in the address."""
        return self._search(request, request.url.query)

    async def search_by_form(self, request: Request) -> Response:
        """A search with its parameters in a form, in the address, or in both."""
        form = (await request.body()).decode("utf-8", "replace")
        return self._search(request, f"{request.url.query}&{form}")

    def _search(self, request: Request, query: str) -> Response:
        kind = request.path_params["kind"]
        if kind not in SEARCHED:
            return _outcome(404, "not-supported", "This demo server holds no resources of that type.")
        asked = dict(parse_qsl(query))
        page = search(self._demo.of_type(kind), asked)
        return _answer(searchset(page, f"{self._base(request)}/{kind}", asked))

    async def read(self, request: Request) -> Response:
        """One resource."""
        wanted = request.path_params["id"]
        for _, resource in self._demo.of_type(request.path_params["kind"]):
            if resource["id"] == wanted:
                return _answer(resource)
        return _outcome(404, "not-found", "This demo server holds no such resource.")

    def _base(self, request: Request) -> str:
        return f"{self._address(request)}/demo/fhir"


def capability_statement(base: str, day: date) -> dict[str, Any]:
    """The CapabilityStatement of the demo's server."""
    kinds = [
        {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [
                {"name": name, "type": "reference" if name == "patient" else "token"} for name in parameters
            ],
        }
        for kind, parameters in SEARCHED.items()
    ]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": day.isoformat(),
        "kind": "instance",
        "implementation": {"description": "Made-up patients of the MISS CDS service", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json", FHIR_JSON],
        "rest": [{"mode": "server", "resource": kinds}],
    }


def _answer(resource: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(resource), status, media_type=FHIR_JSON)


def _outcome(status: int, code: str, words: str) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return _answer({"resourceType": "OperationOutcome", "issue": [issue]}, status)
