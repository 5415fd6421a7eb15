"""Public pages that say what each rule reads: `source.url` of every card points here. No patient data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response

from cds_service.answer import Answerer
from cds_service.errors import UnknownService
from cds_service.knowledge.fhir_value_sets import id_of
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.source_document import TITLE
from cds_service.pages.public import page, route
from cds_service.pages.rule_words import rule_pages
from cds_service.rendering.words import Words

__all__ = ["rule_pages", "rule_routes"]

NO_RULE = "There is no such rule; GET /rules lists those there are."


def rule_routes(answerer: Answerer, made: Environment) -> list[APIRoute]:
    """`/rules` and `/rules/{id}`, made once, when first asked for."""

    @cache
    def pages() -> tuple[str, Mapping[str, str]]:
        return made_pages(answerer.knowledge, answerer.rendering.words, made)

    async def all_rules(request: Request) -> Response:
        return page(pages()[0])

    async def one_rule(request: Request) -> Response:
        html = pages()[1].get(request.path_params["rule_id"])
        if html is None:
            raise UnknownService(NO_RULE)
        return page(html)

    return [route("/rules", all_rules), route("/rules/{rule_id}", one_rule)]


def made_pages(knowledge: Knowledge, words: Words, made: Environment) -> tuple[str, Mapping[str, str]]:
    """The list of rules, and the page of each by id."""
    rules = rule_pages(knowledge, words)
    listed = made.get_template("rules.html").render(
        here="/rules",
        rules=tuple(rules.values()),
        numbers=tuple(knowledge.threshold_notes.values()),
        evidence=tuple(knowledge.evidence.values()),
        document=TITLE,
    )
    template = made.get_template("rules_one.html")
    each = {
        rule.id: template.render(here="", rule=rule, numbers=rule.numbers, document=TITLE, id_of=id_of)
        for rule in rules.values()
    }
    return listed, each
