"""The public pages together: rules, decision-support attributes, patient handout, value sets, and their style sheet."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.routing import APIRoute

from cds_service.answer import Answerer
from cds_service.pages.dsi import dsi_routes
from cds_service.pages.guide import guide_routes
from cds_service.pages.public import Templates, static_route
from cds_service.pages.rules import rule_routes
from cds_service.pages.value_sets import value_set_routes


def documentation_routes(answerer: Answerer, address: str) -> list[APIRoute]:
    """Every public page, made once; the path in the public `address` is what a proxy strips."""
    knowledge, words = answerer.knowledge, answerer.rendering.words
    address = address.rstrip("/")
    made = Templates(urlsplit(address).path, knowledge.version)
    return [
        *rule_routes(answerer, made),
        *dsi_routes(knowledge, words, made, address),
        *guide_routes(knowledge, made),
        *value_set_routes(knowledge, address),
        static_route(),
    ]
