"""Public pages that say what each rule reads: `source.url` of every card points here. No patient data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from inspect import cleandoc

from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cds_service.answer import Answerer
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.assessment.verdict import Rule
from cds_service.errors import UnknownService
from cds_service.findings import Findings
from cds_service.knowledge.evidence import Evidence
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.thresholds import ThresholdNote, Thresholds
from cds_service.rendering.words import Words

PLACE = re.compile(r"\{\w+\}")
NO_RULE = "There is no such rule; GET /rules lists those there are."


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule as a reader sees it."""

    id: str
    title: str
    says: str
    more: tuple[str, ...]
    next: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def rule_routes(answerer: Answerer, public_path: str) -> list[APIRoute]:
    """`/rules` and `/rules/{id}`, made once; `public_path` is what a proxy strips from the public address."""
    knowledge = answerer.knowledge
    template = Environment(
        loader=PackageLoader("cds_service.pages"), autoescape=True, undefined=StrictUndefined
    ).get_template("rules.html")
    rules = rule_pages(knowledge, answerer.rendering.words)
    made = {rule.id: _page(template, public_path, knowledge, rule) for rule in rules.values()}
    listed = template.render(
        title="Rules, in reading order",
        rule=None,
        rules=tuple(rules.values()),
        numbers=tuple(knowledge.threshold_notes.values()),
        base=public_path,
        version=knowledge.version,
    )

    async def all_rules() -> Response:
        return HTMLResponse(listed)

    async def one_rule(request: Request) -> Response:
        page = made.get(request.path_params["rule_id"])
        if page is None:
            raise UnknownService(NO_RULE)
        return HTMLResponse(page)

    return [
        APIRoute("/rules", all_rules, methods=["GET"], include_in_schema=False, response_model=None),
        APIRoute("/rules/{rule_id}", one_rule, methods=["GET"], include_in_schema=False, response_model=None),
    ]


def rule_pages(knowledge: Knowledge, words: Words) -> Mapping[str, RulePage]:
    """Every rule by id, in reading order."""
    return {row.id: _rule_page(row, knowledge, words) for row in DECISION_TABLE}


def _rule_page(row: Rule[[Findings, Thresholds]], knowledge: Knowledge, words: Words) -> RulePage:
    says, *more = cleandoc(row.judge.__doc__ or "").split("\n\n")
    card = words.cards.get(row.id)
    return RulePage(
        id=row.id,
        title=card.title if card else row.id,
        says=says,
        more=tuple(more),
        next=tuple(PLACE.sub("…", sentence) for sentence in card.next.values()) if card else (),
        evidence=tuple(knowledge.evidence[source] for source in row.evidence),
    )


def _page(template: Template, public_path: str, knowledge: Knowledge, rule: RulePage) -> str:
    return template.render(
        title=rule.title,
        rule=rule,
        rules=(),
        numbers=tuple(_numbers(knowledge.threshold_notes.values(), rule)),
        base=public_path,
        version=knowledge.version,
    )


def _numbers(notes: Iterable[ThresholdNote], rule: RulePage) -> Iterable[ThresholdNote]:
    """The numbers that rest on a source of this rule."""
    sources = {source.id for source in rule.evidence}
    return (note for note in notes if sources.intersection(note.evidence))
