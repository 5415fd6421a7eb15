"""`/patient-guide`: a handout on minimally invasive spine surgery in plain words, to read or to print.

It is the same for everyone and asks for nothing. `?lang=` decides, else what the browser prefers, else English.
"""

from __future__ import annotations

from functools import cache

from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response

from cds_service.knowledge.guide import LANGUAGES, Language
from cds_service.knowledge.load import Knowledge
from cds_service.pages.preferences import preferred
from cds_service.pages.public import page, route

ALERT = "not-wait"  # the section that stands out
NOTE_LINES = 6  # to write on, on paper


def guide_routes(knowledge: Knowledge, made: Environment) -> list[APIRoute]:
    """`/patient-guide`, made once in each language, when first asked for."""

    @cache
    def written(language: Language) -> str:
        other = next(other for other in LANGUAGES if other != language)
        guide = knowledge.guides[language]
        return made.get_template("guide.html").render(guide=guide, other=other, alert=ALERT, note_lines=NOTE_LINES)

    async def handout(request: Request) -> Response:
        language = _language(request)
        return page(written(language), {"Content-Language": language, "Vary": "Accept-Language"})

    return [route("/patient-guide", handout)]


def _language(request: Request) -> Language:
    asked = request.query_params.get("lang", "").lower()
    named = next((language for language in LANGUAGES if language == asked), None)
    return named or preferred(request.headers.get("Accept-Language", ""), LANGUAGES, LANGUAGES[0])
