"""Public pages that say what each rule reads: `source.url` of every card points here. No patient data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.answer import Answerer
from cds_service.errors import UnknownService
from cds_service.knowledge.fhir_value_sets import id_of
from cds_service.knowledge.guide import Language
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.source_document import TITLE
from cds_service.pages.languages import Reading, reading
from cds_service.pages.public import Templates, page, route
from cds_service.pages.rule_words import RulePage, rule_pages

__all__ = ["rule_pages", "rule_routes"]

NO_RULE = "There is no such rule; GET /rules lists those there are."


def rule_routes(answerer: Answerer, made: Templates) -> list[APIRoute]:
    """`/rules` and `/rules/{id}`, each made once in each language, when first asked for."""

    @cache
    def rules(language: Language) -> Mapping[str, RulePage]:
        return rule_pages(answerer.knowledge, answerer.rendering.words)

    @cache
    def listed(read: Reading) -> str:
        return list_page(rules(read.language), answerer.knowledge, made, read)

    @cache
    def one(rule: str, read: Reading) -> str:
        return rule_page(rules(read.language)[rule], made, read)

    async def all_rules(request: Request) -> Response:
        read = reading(request)
        return page(listed(read), read)

    async def one_rule(request: Request) -> Response:
        read, rule = reading(request), request.path_params["rule_id"]
        if rule not in rules(read.language):
            raise UnknownService(NO_RULE)
        return page(one(rule, read), read)

    return [route("/rules", all_rules), route("/rules/{rule_id}", one_rule)]


def list_page(rules: Mapping[str, RulePage], knowledge: Knowledge, made: Templates, read: Reading) -> str:
    """Every rule in reading order, and all numbers and sources."""
    return made.render(
        "rules.html",
        read,
        here="/rules",
        rules=tuple(rules.values()),
        numbers=tuple(knowledge.threshold_notes.values()),
        evidence=tuple(knowledge.evidence.values()),
        document=TITLE,
    )


def rule_page(rule: RulePage, made: Templates, read: Reading) -> str:
    """One rule."""
    here = f"/rules/{rule.id}"
    return made.render("rules_one.html", read, here=here, rule=rule, numbers=rule.numbers, document=TITLE, id_of=id_of)
