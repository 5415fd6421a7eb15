"""The demo EHR: a page on which a person picks a made-up patient and sees the cards a clinician would see.

The page sends a real patient-view call, built from `/demo/fhir` by the templates that discovery lists. Why the
service answers as it does, a "none" included, it asks of `/demo/explain`, which takes the same request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from cds_service.answer import Answerer
from cds_service.errors import Malformed, UnknownService
from cds_service.knowledge.load import Knowledge
from cds_service.pages.demo_charts import DemoCharts
from cds_service.pages.demo_explained import explained_route
from cds_service.pages.demo_fhir import fhir_routes
from cds_service.record.prefetch import KEYS
from cds_service.settings import Settings
from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import Chart
from cds_service.wire.decoding import decode_call
from cds_service.wire.soundness import Undecodable

SANDBOX = "https://sandbox.cds-hooks.org/"
SERVICE = "miss-patient-view"
# Nothing from elsewhere, nothing inline: what a card brings can run nothing and load nothing.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STATIC: Mapping[str, str] = {
    "demo.css": "text/css",
    "demo.js": "text/javascript",
    "card.js": "text/javascript",
    "feedback.js": "text/javascript",
    "why.js": "text/javascript",
    "markdown.js": "text/javascript",
    "elements.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
NOT_HERE = "There is no such file in the demo."
SEXES = {"F": "woman", "M": "man"}
# The outcomes as the page groups them, gravest first.
GROUPS: tuple[tuple[str, str], ...] = (
    ("urgent", "Red flag: urgent"),
    ("not-advised", "MISS may not suit"),
    ("optimise-first", "Optimise first"),
    ("recommend", "Refer for evaluation"),
    ("consider", "Worth discussing"),
    ("none", "No card"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A demo patient as the page lists one; `answered` are the keys that the page sends."""

    id: str
    name: str
    who: str
    story: str
    born: str
    answered: str
    incomplete: bool
    sandbox: str


@dataclass(frozen=True, slots=True)
class Group:
    """The patients whose chart should bring one outcome."""

    id: str
    title: str
    patients: tuple[Listed, ...]


def demo_routes(answerer: Answerer, knowledge: Knowledge, settings: Settings) -> list[BaseRoute]:
    """The page, its files, its FHIR server and its explanations. Raises KnowledgeError."""
    demo = DemoCharts(load_vignettes(), answerer.today)
    address = _address(settings.public_url)
    page = DemoPage(answerer, demo, address, knowledge.version, settings.quiet_days)
    return [
        Route("/demo", page.to_the_page, methods=["GET"]),
        Route("/demo/", page.show, methods=["GET"]),
        Route("/demo/explain", page.explain, methods=["POST"]),
        explained_route(answerer, demo, settings.public_url),
        Route("/demo/static/{name}", page.static, methods=["GET"]),
        *fhir_routes(demo, address),
    ]


def _address(public_url: str | None) -> Callable[[Request], str]:
    """The service's address: what the site set, else what this caller used."""
    return lambda request: public_url or str(request.base_url).rstrip("/")


class DemoPage:
    """The page and what it fetches, its FHIR apart."""

    def __init__(
        self,
        answerer: Answerer,
        demo: DemoCharts,
        address: Callable[[Request], str],
        version: str,
        quiet_days: int,
    ) -> None:
        self._answerer = answerer
        self._demo = demo
        self._address = address
        self._version = version
        self._quiet_days = quiet_days
        pages = Environment(loader=PackageLoader("cds_service.pages"), autoescape=True, undefined=StrictUndefined)
        self._template = pages.get_template("demo.html")
        folder = files("cds_service.pages") / "static"
        self._files = {name: (folder / name).read_bytes() for name in STATIC}

    async def to_the_page(self, request: Request) -> Response:
        """The page's own address ends in a slash, so that what it fetches lies under it."""
        return RedirectResponse("demo/", 307)

    async def show(self, request: Request) -> Response:
        """The page."""
        address = self._address(request)
        html = self._template.render(
            groups=groups(self._demo.charts().values(), address),
            day=self._demo.day().isoformat(),
            service=SERVICE,
            discovery=f"{address}/cds-services",
            fhir=f"{address}/demo/fhir",
            version=self._version,
            quiet_days=self._quiet_days,
        )
        return HTMLResponse(html, headers=HEADERS)

    async def static(self, request: Request) -> Response:
        """A style sheet, a script or the icon."""
        name = request.path_params["name"]
        if name not in self._files:
            raise UnknownService(NOT_HERE)
        return Response(self._files[name], media_type=STATIC[name], headers=HEADERS)

    async def explain(self, request: Request) -> Response:
        """The whole assessment of a patient-view call, as `cds-service assess --json` prints it."""
        try:
            call = decode_call(await request.body())
        except Undecodable as error:
            raise Malformed(str(error)) from None
        told = self._answerer.told(self._answerer.answer(await self._answerer.completed(call)))
        return Response(msgspec.json.encode(told), media_type="application/json")


def groups(charts: Iterable[Chart], address: str) -> tuple[Group, ...]:
    """The patients, by the outcome they should bring, and by id."""
    charts = sorted(charts, key=lambda chart: chart.vignette.id)
    return tuple(
        Group(outcome, title, tuple(listed(c, address) for c in charts if c.vignette.expect.outcome == outcome))
        for outcome, title in GROUPS
    )


def listed(chart: Chart, address: str) -> Listed:
    """One patient of the list."""
    vignette = chart.vignette
    return Listed(
        id=vignette.id,
        name=vignette.name,
        who=_who(vignette),
        story=vignette.story,
        born=_born(chart),
        answered=",".join(vignette.answered),
        incomplete=vignette.answered != KEYS or vignette.age is None,
        sandbox=sandbox_link(vignette.id, address),
    )


def _who(vignette: Vignette) -> str:
    if vignette.age is None:
        return "age unknown"
    return f"{SEXES.get(vignette.sex, 'person')}, {vignette.age}"


def _born(chart: Chart) -> str:
    born = chart.patient.get("birthDate")
    return date.fromisoformat(born).strftime("%d %b %Y").lstrip("0") if born else "unknown"


def sandbox_link(patient: str, address: str) -> str:
    """The public CDS Hooks sandbox with this service, this FHIR server and this patient filled in."""
    asked = {
        "fhirServiceUrl": f"{address}/demo/fhir",
        "patientId": patient,
        "serviceDiscoveryURL": f"{address}/cds-services",
        "screen": "patient-view",
        "hook": "patient-view",
    }
    return f"{SANDBOX}?{urlencode(asked)}"
