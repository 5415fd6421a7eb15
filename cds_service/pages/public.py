"""What the pages share: templates in each language, headers, the style sheet. No public page runs a script."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import cache, lru_cache, partial
from gettext import NullTranslations
from importlib.resources import files
from typing import Any

from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cds_service.errors import UnknownService
from cds_service.knowledge.guide import LANGUAGES, Language
from cds_service.pages.languages import NAMES, SOURCE, Reading, Say, catalogue, day_in, month_in, number_in

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
    "report.css": "text/css",
    "report.js": "text/javascript",
}
NO_FILE = "There is no such file."
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
Catalogues = Callable[[Language], NullTranslations]


class Templates:
    """Templates that know the path a proxy strips (`base`) and the knowledge version; what is shown is escaped.

    `_()` and `trans` speak the reader's language, and so does `say()` of words that Python marked; `day`, `month` and
    `number` write as it does; `link(path)` is the address of another page in it. Knowledge is English: `original` marks
    an element of it, and the filter `told` a text, unless the catalogue has it.
    """

    def __init__(self, base: str, version: str, catalogue: Catalogues = catalogue) -> None:
        self._base = base
        self._version = version
        self._catalogue = cache(catalogue)
        self._in = cache(self._make)

    def render(self, name: str, reading: Reading, *, here: str, **shown: object) -> str:
        """A page; `here` is its path, as the navigation has it."""
        template = self._in(reading.language).get_template(name)
        return template.render(reading=reading, link=partial(self._link, reading), here=here, **shown)

    def say(self, language: Language) -> Say:
        """What gives a message of ours in that language."""
        return self._catalogue(language).gettext

    def _link(self, reading: Reading, path: str, section: str = "") -> str:
        return f"{self._base}{path}{reading.query}{section and '#'}{section}"

    def _make(self, language: Language) -> Environment:
        made = Environment(
            loader=PackageLoader("cds_service.pages"),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        messages = self._catalogue(language)
        made.policies["ext.i18n.trimmed"] = True
        made.install_gettext_translations(messages, newstyle=True)  # type: ignore[attr-defined]
        made.filters |= {"day": partial(day_in, language), "told": partial(told, messages.gettext, language)}
        # The report has thousands of months and numbers, few of them different; writing one takes as long as a row.
        made.filters |= {"month": lru_cache(999)(partial(month_in, language))}
        made.filters |= {"number": lru_cache(9_999)(partial(number_in, language))}
        made.globals |= {"base": self._base, "version": self._version, "say": messages.gettext}
        made.globals |= {"languages": {code: NAMES[code] for code in LANGUAGES if code != language}}
        made.globals |= {"original": "" if language == SOURCE else Markup(' lang="en"')}
        return made


def told(say: Say, language: Language, text: str) -> str:
    """A text in the reader's language, or marked as English where the catalogue has it not."""
    said = say(text)
    return said if said != text or language == SOURCE else Markup('<span lang="en">{}</span>').format(text)


def page(html: str, reading: Reading, headers: Mapping[str, str] | None = None) -> Response:
    """A page with the headers of all public pages, and those of its own; it varies by language whatever else."""
    own = dict(headers or {})
    vary = ", ".join(filter(None, (own.pop("Vary", ""), "Accept-Language")))
    return HTMLResponse(html, headers={**HEADERS, "Content-Language": reading.language, "Vary": vary, **own})


def route(path: str, endpoint: Endpoint) -> APIRoute:
    """A GET that stands in no document: the OpenAPI document holds the protocol alone."""
    return APIRoute(path, endpoint, methods=["GET"], include_in_schema=False, response_model=None)


def static_route() -> APIRoute:
    """`/static/{name}`: the style sheets and the icon of the public pages, and the one script, which the report has."""
    folder = files("cds_service.pages") / "static"
    held = {name: (folder / name).read_bytes() for name in STATIC}

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in held:
            raise UnknownService(NO_FILE)
        return Response(held[name], media_type=STATIC[name], headers={**HEADERS, "Cache-Control": "max-age=3600"})

    return route("/static/{name}", static)
