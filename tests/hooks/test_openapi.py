"""The OpenAPI document: what stands in the file is what the app says of itself."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.cli import OPENAPI_FILE
from cds_service.hooks.documents import EXAMPLE_FEEDBACK, EXAMPLES, VERSION, openapi_of, openapi_text
from cds_service.hooks.documents import FEEDBACK as FEEDBACK_OPERATION
from cds_service.hooks.services import SERVICES, Service
from tests.hooks.calls import FEEDBACK, Lines, app_of, check_cards, check_no_empties

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document(answerer: Answerer) -> dict[str, Any]:
    """The document of the app under test."""
    return openapi_of(app_of(answerer, Lines()))


def test_the_file_is_up_to_date(answerer: Answerer) -> None:
    assert OPENAPI_FILE.read_text(encoding="utf-8") == openapi_text(app_of(answerer, Lines())), "make openapi"


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_it_holds_the_protocol_and_nothing_else(document: dict[str, Any]) -> None:
    calls = {f"/cds-services/{service.id}" for service in SERVICES}
    feedback = {f"{call}/feedback" for call in calls}
    assert set(document["paths"]) == {"/cds-services", *calls, *feedback}
    assert set(document["paths"]["/cds-services"]) == {"get"}
    assert all(set(document["paths"][path]) == {"post"} for path in (*calls, *feedback))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(target := value.get("$ref"), str):
                assert target.removeprefix("#/components/schemas/") in document["components"]["schemas"]
            for member in value.values():
                check(member)
        elif isinstance(value, list):
            for item in value:
                check(item)

    check(document)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_there_is_an_example_for_the_call_and_for_each_answer(document: dict[str, Any], service: Service) -> None:
    operation = document["paths"][f"/cds-services/{service.id}"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["example"]
    assert set(operation["responses"]) == {"200", "400", "401", "403", "408", "412", "413", "415", "429", "503"}
    assert "content" not in operation["responses"].pop("401")
    for response in operation["responses"].values():
        check_no_empties(response["content"]["application/json"]["example"])


def test_there_is_an_example_for_feedback_and_for_each_answer(document: dict[str, Any]) -> None:
    operation = document["paths"][FEEDBACK]["post"]
    assert operation["requestBody"]["content"]["application/json"]["example"]
    assert set(operation["responses"]) == {"200", "400", "401", "408", "413", "415", "429", "503"}
    assert "content" not in operation["responses"].pop("401")
    for response in operation["responses"].values():
        check_no_empties(response["content"]["application/json"]["example"])


async def test_the_example_feedback_is_answered_like_the_example(client: httpx.AsyncClient) -> None:
    answer = await client.post(FEEDBACK, json=EXAMPLE_FEEDBACK)
    assert answer.json() == FEEDBACK_OPERATION["responses"]["200"]["content"]["application/json"]["example"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
async def test_the_example_call_is_answered_like_the_example(
    client: httpx.AsyncClient, document: dict[str, Any], service: Service
) -> None:
    path = f"/cds-services/{service.id}"
    (card,) = check_cards(await client.post(path, json=EXAMPLES[service.hook][0]))
    answers = document["paths"][path]["post"]["responses"]
    (example,) = answers["200"]["content"]["application/json"]["example"]["cards"]
    assert set(example) <= set(card)
    assert example["source"]["topic"] == card["source"]["topic"]
    assert example["indicator"] == card["indicator"]
    assert example["summary"].partition(":")[0] == card["summary"].partition(":")[0]
    assert len(example["summary"]) < 140
