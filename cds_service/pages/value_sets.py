"""`/fhir/ValueSet`: the value sets as FHIR R4, for informaticists' tools; each is made when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from cds_service.errors import UnknownService
from cds_service.knowledge.fhir_value_sets import Resource, fhir_value_sets, id_of
from cds_service.knowledge.load import Knowledge
from cds_service.pages.public import HEADERS, route

NO_VALUE_SET = "There is no such value set; GET /fhir/ValueSet lists those there are."
# application/json, as on every body of this service; a client may ask for application/fhir+json.
JSON = "application/json"
# The search parameters that are understood; others are ignored, as FHIR has it, and left out of the self link.
SEARCHES = {"_id": "id", "url": "url", "name": "name", "version": "version"}


class ValueSetPages:
    """The resources, the Bundle of them all, and a search for some."""

    def __init__(self, knowledge: Knowledge, address: str) -> None:
        self._knowledge = knowledge
        self._place = f"{address}/fhir/ValueSet"

    @cached_property
    def _sets(self) -> Mapping[str, Resource]:
        return fhir_value_sets(self._knowledge)

    async def search(self, request: Request) -> Response:
        """A searchset of all, or of those that `_id`, `url`, `name` and `version` name."""
        asked = {name: value for name, value in request.query_params.items() if name in SEARCHES}
        found = [held for held in self._sets.values() if all(held[SEARCHES[n]] == v for n, v in asked.items())]
        return _answer(self._bundle(found, f"?{urlencode(asked)}" if asked else ""))

    async def one(self, request: Request) -> Response:
        """One value set, by its id; underscores, as our files have them, are read as hyphens."""
        held = self._sets.get(id_of(request.path_params["value_set_id"]))
        if held is None:
            raise UnknownService(NO_VALUE_SET)
        return _answer(held)

    def _bundle(self, found: Iterable[Resource], query: str) -> Resource:
        entries = [
            {"fullUrl": f"{self._place}/{held['id']}", "resource": held, "search": {"mode": "match"}} for held in found
        ]
        bundle: Resource = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(entries),
            "link": [{"relation": "self", "url": f"{self._place}{query}"}],
        }
        return bundle | ({"entry": entries} if entries else {})


def value_set_routes(knowledge: Knowledge, address: str) -> list[APIRoute]:
    """`/fhir/ValueSet` and `/fhir/ValueSet/{id}`."""
    pages = ValueSetPages(knowledge, address)
    return [route("/fhir/ValueSet", pages.search), route("/fhir/ValueSet/{value_set_id}", pages.one)]


def _answer(resource: Mapping[str, Any]) -> Response:
    body = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, media_type=JSON, headers={"X-Content-Type-Options": HEADERS["X-Content-Type-Options"]})
