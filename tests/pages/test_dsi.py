"""`/about/dsi`: the thirteen source attributes, as JSON or as a page, and true of this service."""

from __future__ import annotations

import ast
from importlib.resources import files
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.assessment.miss import DECISION_TABLE, OUTCOMES
from tests.pages.conftest import ADDRESS

UNUSED = frozenset(
    ("race", "ethnicity", "language", "sexual-orientation", "gender-identity", "sex", "social-determinants-of-health")
)


async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/about/dsi")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Accept"
    body: dict[str, Any] = answer.json()
    return body


async def test_the_thirteen_attributes_in_order(demo: httpx.AsyncClient) -> None:
    attributes = (await told(demo))["sourceAttributes"]
    used = {row["id"]: row.get("used") for row in attributes}

    assert [row["number"] for row in attributes] == list(range(1, 14))
    assert all(row["value"] for row in attributes)
    assert {name for name, read in used.items() if read is False} == UNUSED
    assert {name for name, read in used.items() if read} == {"date-of-birth", "health-status-assessments"}
    assert used["funding"] is None
    assert attributes[2]["value"] == "None"


async def test_the_attributes_are_called_what_the_criterion_calls_them(demo: httpx.AsyncClient) -> None:
    assert [row["attribute"] for row in (await told(demo))["sourceAttributes"]] == [
        "Bibliographic citation of the intervention (clinical research or guideline)",
        "Developer of the intervention (translation from clinical research or guideline)",
        "Funding source of the technical implementation for the intervention(s) development",
        "Release and, if applicable, revision dates of the intervention or reference source",
        "Use of race",
        "Use of ethnicity",
        "Use of language",
        "Use of sexual orientation",
        "Use of gender identity",
        "Use of sex",
        "Use of date of birth",
        "Use of social determinants of health data",
        "Use of health status assessments data",
    ]


async def test_every_rule_with_a_card_is_an_intervention_with_its_own_citations(demo: httpx.AsyncClient) -> None:
    body = await told(demo)
    rows = {row.id: row for row in DECISION_TABLE}

    assert [rule["id"] for rule in body["interventions"]] == list(OUTCOMES)
    for rule in body["interventions"]:
        assert rule["url"] == f"{ADDRESS}/rules/{rule['id']}"
        assert len(rule["citations"]) >= len(rows[rule["id"]].evidence)
        assert set(rule["citations"]) <= set(body["sourceAttributes"][0]["citations"])


async def test_dates_version_and_review(demo: httpx.AsyncClient, demo_answerer: Answerer) -> None:
    body = await told(demo)
    numbers = demo_answerer.knowledge.threshold_notes

    assert body["knowledgeVersion"] == demo_answerer.knowledge.version
    assert body["sourceAttributes"][3]["value"].startswith("Released 2026-11-22, revised ")
    assert body["clinicalReview"] == {"numbers": len(numbers), "reviewed": 0}
    assert body["predictive"] is False


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html", "application/json"),
        ("image/png", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json;q=0.5, text/html", "text/html; charset=utf-8"),
    ],
)
async def test_who_prefers_a_page_gets_one(demo: httpx.AsyncClient, accept: str, kind: str) -> None:
    answer = await demo.get("/about/dsi", headers={"Accept": accept})

    assert answer.headers["content-type"] == kind


async def test_the_page_says_the_same(demo: httpx.AsyncClient) -> None:
    page = (await demo.get("/about/dsi", headers={"Accept": "text/html"})).text

    for row in (await told(demo))["sourceAttributes"]:
        assert f"{row['number']}. {row['attribute']}" in page


def test_no_rule_could_read_what_is_said_to_be_unused() -> None:
    """The Struct of a Patient has no member for it: it is dropped when a request is decoded."""
    tree = ast.parse((files("cds_service.wire") / "fhir.py").read_text("utf-8"))
    [patient] = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "Patient"]
    members = {ast.unparse(node.target) for node in patient.body if isinstance(node, ast.AnnAssign)}

    assert "birthDate" in members
    assert not members & {"gender", "communication", "extension", "maritalStatus", "address", "name"}
