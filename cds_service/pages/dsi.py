"""`/about/dsi`: what a certified EHR must be able to show of a decision-support intervention (ONC HTI-1, 45 CFR 170.315
(b)(11)(iv)(A)), as JSON, or as a page for who prefers HTML. Made from the rules and the knowledge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.assessment.miss import OUTCOMES
from cds_service.knowledge.evidence import Evidence
from cds_service.knowledge.load import RELEASE, Knowledge
from cds_service.knowledge.reviews import NOT_YET
from cds_service.knowledge.source_document import TITLE
from cds_service.knowledge.thresholds import ThresholdNote
from cds_service.pages.languages import Reading, Say, day_in, marked, reading
from cds_service.pages.preferences import preferred
from cds_service.pages.public import HEADERS, Templates, page, route
from cds_service.pages.rule_words import RulePage, rule_pages
from cds_service.rendering.words import Words

JSON, HTML = "application/json", "text/html"
Written = Callable[[date], str]
CRITERION = "45 CFR 170.315(b)(11)(iv)(A)"
DEVELOPER = marked("The MISS CDS Service authors, who translated the source document and the guidelines into rules")
FUNDING = marked("None")
NOT_USED = marked("Not used: never read.")
SOURCE = marked("“{title}”, a clinic's guide for patients (the source document), sharpened by guidelines and studies.")
RELEASED = marked("Released {released}, revised {revised}; knowledge {version}")
BORN = marked(
    "The date of birth is read for three things: rules for adults are silent under {adult_age}; an onset told as an "
    "age is placed; a height counts only if measured in an adult. No outcome depends on age otherwise."
)
HEALTH_STATUS = marked(
    "Smoking status and pregnancy status are used as the rules say. Pain scores (NRS, VAS, PEG) and PHQ-9 are used for "
    "lines on a card and decide nothing. No functional, disability or cognitive assessment is used."
)
# As the criterion names them, so that a certified EHR can take them over; the data of 5 to 13 are "as expressed in the
# standards in § 170.213".
NAMES = (
    marked("Bibliographic citation of the intervention (clinical research or guideline)"),
    marked("Developer of the intervention (translation from clinical research or guideline)"),
    marked("Funding source of the technical implementation for the intervention(s) development"),
    marked("Release and, if applicable, revision dates of the intervention or reference source"),
)
UNREAD: tuple[tuple[str, str], ...] = (
    ("race", marked("Use of race")),
    ("ethnicity", marked("Use of ethnicity")),
    ("language", marked("Use of language")),
    ("sexual-orientation", marked("Use of sexual orientation")),
    ("gender-identity", marked("Use of gender identity")),
    ("sex", marked("Use of sex")),
)
USE_OF_BIRTH = marked("Use of date of birth")
USE_OF_SOCIAL = marked("Use of social determinants of health data")
USE_OF_STATUS = marked("Use of health status assessments data")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One source attribute: its number in the criterion, and what is so of this service.

    `used` says of patient data whether any rule reads it; of the other attributes it says nothing.
    """

    id: str
    number: int
    attribute: str
    value: str
    citations: tuple[str, ...] = ()
    used: bool | None = None


def source_attributes(
    knowledge: Knowledge, rules: Iterable[RulePage], say: Say = marked, written: Written = date.isoformat
) -> tuple[Attribute, ...]:
    """The thirteen attributes of an evidence-based intervention, in the criterion's order, as `say` tells it."""
    released, revised = map(written, dates(knowledge))
    said = say(RELEASED).format(released=released, revised=revised, version=knowledge.version)
    born = say(BORN).format(adult_age=knowledge.given.adult_age)
    citations = tuple(map(citation, _cited(rules)))
    return (
        Attribute("bibliographic-citation", 1, say(NAMES[0]), say(SOURCE).format(title=TITLE), citations),
        Attribute("developer", 2, say(NAMES[1]), say(DEVELOPER)),
        Attribute("funding", 3, say(NAMES[2]), say(FUNDING)),
        Attribute("release-and-revision-dates", 4, say(NAMES[3]), said),
        *(Attribute(name, at, say(use), say(NOT_USED), used=False) for at, (name, use) in enumerate(UNREAD, 5)),
        Attribute("date-of-birth", 11, say(USE_OF_BIRTH), born, used=True),
        Attribute("social-determinants-of-health", 12, say(USE_OF_SOCIAL), say(NOT_USED), used=False),
        Attribute("health-status-assessments", 13, say(USE_OF_STATUS), say(HEALTH_STATUS), used=True),
    )


def dates(knowledge: Knowledge) -> tuple[date, date]:
    """When the first and when the newest of the numbers came into force."""
    days = [note.in_force_from for note in knowledge.threshold_notes.values()]
    return min(days), max(days)


def citation(source: Evidence) -> str:
    """A source in one line."""
    return f"{source.authors}, {source.year}. {source.statement}. {source.source}. {source.doi_or_pmid}."


def _cited(rules: Iterable[RulePage]) -> tuple[Evidence, ...]:
    """The sources of all rules and of their numbers, each once, by id."""
    found = {source.id: source for rule in rules for source in (*rule.evidence, *rule.further)}
    return tuple(found[key] for key in sorted(found))


def about(
    knowledge: Knowledge, words: Words, address: str, say: Say = marked, written: Written = date.isoformat
) -> dict[str, Any]:
    """Everything `/about/dsi` says: the attributes of the whole, and of each rule that has a card.

    As JSON it is English, its days as ISO 8601 has them; on a page both are the reader's.
    """
    spoken = [rule for rule in rule_pages(knowledge, words).values() if rule.id in OUTCOMES]
    attributes = [_told(attribute) for attribute in source_attributes(knowledge, spoken, say, written)]
    return {
        "name": "MISS decision support",
        "type": "evidence-based decision support intervention",
        "predictive": False,
        "criterion": CRITERION,
        "release": RELEASE,
        "knowledgeVersion": knowledge.version,
        "clinicalReview": _review(knowledge.threshold_notes.values()),
        "sourceAttributes": attributes,
        "interventions": [_intervention(rule, address) for rule in spoken],
    }


def _told(attribute: Attribute) -> dict[str, Any]:
    """Without what it does not say."""
    return {name: value for name, value in asdict(attribute).items() if value not in ((), None)}


def _intervention(rule: RulePage, address: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "statement": rule.says,
        "indicator": rule.indicator,
        "url": f"{address}/rules/{rule.id}",
        "citations": [citation(source) for source in _cited([rule])],
    }


def _review(notes: Iterable[ThresholdNote]) -> Mapping[str, int]:
    """How many of the numbers a clinician has ever reviewed."""
    notes = tuple(notes)
    return {"numbers": len(notes), "reviewed": sum(note.reviewed != NOT_YET for note in notes)}


def dsi_routes(knowledge: Knowledge, words: Words, made: Templates, address: str) -> list[APIRoute]:
    """`/about/dsi`, made once in each form, when first asked for; the JSON is English."""

    @cache
    def as_json() -> bytes:
        return json.dumps(about(knowledge, words, address), ensure_ascii=False, indent=1).encode()

    @cache
    def as_html(read: Reading) -> str:
        written = partial(day_in, read.language)
        told = about(knowledge, words, address, made.say(read.language), written)
        return made.render("dsi.html", read, here="/about/dsi", told=told)

    async def dsi(request: Request) -> Response:
        if preferred(request.headers.get("Accept", ""), (JSON, HTML), JSON) == HTML:
            read = reading(request)
            return page(as_html(read), read, {"Vary": "Accept"})
        nosniff = HEADERS["X-Content-Type-Options"]
        return Response(as_json(), media_type=JSON, headers={"Vary": "Accept", "X-Content-Type-Options": nosniff})

    return [route("/about/dsi", dsi)]
