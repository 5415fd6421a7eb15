"""`/patient-guide`: a handout on minimally invasive spine surgery in plain words, to read or to print.

It is the same for everyone and asks for nothing. Its words are knowledge, a file for each language.
"""

from __future__ import annotations

from functools import cache

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.knowledge.load import Knowledge
from cds_service.pages.languages import Reading, reading
from cds_service.pages.public import Templates, page, route

ALERT = "not-wait"  # the section that stands out
NOTE_LINES = 6  # to write on, on paper


def guide_routes(knowledge: Knowledge, made: Templates) -> list[APIRoute]:
    """`/patient-guide`, made once in each language, when first asked for."""

    @cache
    def written(read: Reading) -> str:
        guide = knowledge.guides[read.language]
        return made.render("guide.html", read, here="/patient-guide", guide=guide, alert=ALERT, note_lines=NOTE_LINES)

    async def handout(request: Request) -> Response:
        read = reading(request)
        return page(written(read), read)

    return [route("/patient-guide", handout)]
