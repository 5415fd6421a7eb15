"""`GET /demo/explain?patient=…`: the explanation page of a demo patient, which an EHR would open by a SMART launch."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cds_service.answer import Answerer
from cds_service.errors import UnknownService
from cds_service.pages.demo_charts import DemoCharts
from cds_service.pages.explain import Explaining
from cds_service.pages.explain_headers import explain_headers
from cds_service.pages.languages import reading
from cds_service.pages.public import Templates, page
from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.patient import Key
from cds_service.record.prefetch import KEYS
from cds_service.record.supplied import SuppliedChart
from cds_service.vignettes.rendering import Chart

NO_PATIENT = "There is no such patient in the demo."


def explained_route(answerer: Answerer, demo: DemoCharts, public_url: str | None) -> Route:
    """The page, made of the same chart that `/demo/fhir` serves."""

    @cache
    def explaining() -> Explaining:
        path = urlsplit(public_url or "").path.rstrip("/")
        return Explaining(Templates(path, answerer.knowledge.version), answerer.knowledge)

    async def explained(request: Request) -> Response:
        found = demo.charts().get(request.query_params.get("patient", ""))
        chart = _supplied(found) if found else None
        if chart is None:
            raise UnknownService(NO_PATIENT)
        said = reading(request)
        return page(explaining().page(answerer, chart, said)[0], said, explain_headers(()))

    return Route("/demo/explain", explained, methods=["GET"])


def _supplied(chart: Chart) -> SuppliedChart | None:
    """The chart with the keys that its story says were answered."""
    resources = [chart.patient, *(resource for kind in chart.resources.values() for resource in kind)]
    entries = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    answered: frozenset[Key] = frozenset(key for key in KEYS if key in chart.vignette.answered)
    return supplied_from_bundle(msgspec.json.encode(bundle), answered)
