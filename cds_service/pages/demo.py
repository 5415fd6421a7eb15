"""The demo EHR: a page on which a person puts a situation together and sees the cards a clinician would see.

The page sends real calls of every hook, built from `/demo/fhir` by the templates that discovery lists. What else it
asks is in `demo_answers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from cds_service.answer import Answerer
from cds_service.errors import UnknownService
from cds_service.pages.demo_answers import answer_routes
from cds_service.pages.demo_charts import DemoCharts
from cds_service.pages.demo_drafts import DRAFTS, draft_resources
from cds_service.pages.demo_explained import explained_route
from cds_service.pages.demo_fhir import fhir_routes
from cds_service.pages.languages import marked, reading
from cds_service.pages.public import Templates, page
from cds_service.record.prefetch import KEYS
from cds_service.settings import Settings
from cds_service.store.interface import Store
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import Chart

SANDBOX = "https://sandbox.cds-hooks.org/"
# Nothing from elsewhere, nothing inline: what a card brings can run nothing and load nothing.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
SCRIPTS = (
    "demo.js",
    "card.js",
    "counted.js",
    "curl.js",
    "editor.js",
    "elements.js",
    "exchange.js",
    "feedback.js",
    "files.js",
    "json_place.js",
    "markdown.js",
    "patients.js",
    "request.js",
    "result.js",
    "situation.js",
    "tabs.js",
    "tree.js",
    "why.js",
    "words.js",
)
STATIC: Mapping[str, str] = {
    "demo.css": "text/css",
    "demo_result.css": "text/css",
    "icon.svg": "image/svg+xml",
    **dict.fromkeys(SCRIPTS, "text/javascript"),
}
NOT_HERE = "There is no such file in the demo."
# The page opens with the first of them, and so with a card.
FIRST = "recommend"
# The outcomes as the page groups them, gravest first.
GROUPS: tuple[tuple[str, str], ...] = (
    ("urgent", marked("Red flag: urgent")),
    ("not-advised", marked("MISS may not suit")),
    ("optimise-first", marked("Optimise first")),
    ("recommend", marked("Refer for evaluation")),
    ("consider", marked("Worth discussing")),
    ("none", marked("No card")),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A demo patient as the page lists one; `answered` are the keys that the page sends."""

    id: str
    name: str
    sex: str
    age: int | None
    story: str
    born: date | None
    answered: str
    incomplete: bool
    sandbox: str


@dataclass(frozen=True, slots=True)
class Group:
    """The patients whose chart should bring one outcome."""

    id: str
    title: str
    patients: tuple[Listed, ...]


def demo_routes(answerer: Answerer, settings: Settings, store: Store) -> list[BaseRoute]:
    """The page, its files, its FHIR server and what else it asks. Raises KnowledgeError."""
    demo = DemoCharts(load_vignettes(), answerer.today)
    address = _address(settings.public_url)
    pages = DemoPage(demo, address, answerer.knowledge.version, settings)
    return [
        Route("/", pages.to_the_page, methods=["GET"]),
        Route("/demo", pages.to_the_page, methods=["GET"]),
        Route("/demo/", pages.show, methods=["GET"]),
        Route("/demo/drafts", pages.drafts, methods=["GET"]),
        Route("/demo/static/{name}", pages.static, methods=["GET"]),
        *answer_routes(answerer, store, settings.max_body_bytes),
        explained_route(answerer, demo, settings.public_url),
        *fhir_routes(demo, address),
    ]


def _address(public_url: str | None) -> Callable[[Request], str]:
    """The service's address: what the site set, else what this caller used."""
    return lambda request: public_url or str(request.base_url).rstrip("/")


class DemoPage:
    """The page, its drafts and its files."""

    def __init__(self, demo: DemoCharts, address: Callable[[Request], str], version: str, settings: Settings) -> None:
        self._demo = demo
        self._address = address
        self._settings = settings
        self._templates = Templates(urlsplit(settings.public_url or "").path.rstrip("/"), version)
        folder = files("cds_service.pages") / "static"
        self._files = {name: (folder / name).read_bytes() for name in STATIC}

    async def to_the_page(self, request: Request) -> Response:
        """The page's own address ends in a slash, so that what it fetches lies under it."""
        return RedirectResponse("demo/", 307)

    async def show(self, request: Request) -> Response:
        """The page."""
        address = self._address(request)
        shown = groups(self._demo.charts().values(), address)
        read = reading(request)
        html = self._templates.render(
            "demo.html",
            read,
            here="/demo/",
            groups=shown,
            first=next(group.patients[0].id for group in shown if group.id == FIRST),
            drafts=[(one.id, one.kind, one.label) for one in DRAFTS],
            day=self._demo.day(),
            discovery=f"{address}/cds-services",
            fhir=f"{address}/demo/fhir",
            quiet_days=self._settings.quiet_days,
            most_bytes=self._settings.max_body_bytes,
        )
        return page(html, read, HEADERS)

    async def drafts(self, request: Request) -> Response:
        """Each draft by its id, for the patient whom the page fills in."""
        return JSONResponse(draft_resources(self._demo.day()))

    async def static(self, request: Request) -> Response:
        """A style sheet, a script or the icon."""
        name = request.path_params["name"]
        if name not in self._files:
            raise UnknownService(NOT_HERE)
        return Response(self._files[name], media_type=STATIC[name], headers=HEADERS)


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
        sex=vignette.sex,
        age=vignette.age,
        story=vignette.story,
        born=_born(chart),
        answered=",".join(vignette.answered),
        incomplete=vignette.answered != KEYS or vignette.age is None,
        sandbox=sandbox_link(vignette.id, address),
    )


def _born(chart: Chart) -> date | None:
    born = chart.patient.get("birthDate")
    return date.fromisoformat(born) if born else None


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
